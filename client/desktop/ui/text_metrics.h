/*
 * How wide text is, without a font library: the measuring is handed in as a function; wrapping and
 * shortening are computed here on top of it.
 *
 * Pure. Text is UTF-8; bytes that are not are treated as one character each and never cut into.
 */
#ifndef CLIENT_DESKTOP_UI_TEXT_METRICS_H
#define CLIENT_DESKTOP_UI_TEXT_METRICS_H

#include <stddef.h>

typedef enum {
    FONT_REGULAR,
    FONT_MEDIUM,
    FONT_SEMIBOLD,
    FONT_WEIGHT_COUNT
} FontWeight;

/* Line height as a multiple of the size. */
#define TEXT_LINE_HEIGHT 1.4F

/*
 * `width` answers the advance width in logical px of `text_bytes` bytes at `size_px` logical px.
 * The context is borrowed and must outlive the struct.
 */
typedef struct {
    float (*width)(
        const void *context, FontWeight weight, float size_px, const char *text, size_t text_bytes);
    const void *context;
} TextMetrics;

/* One line of wrapped text: a range of the bytes that were given. */
typedef struct {
    size_t start_byte;
    size_t line_bytes; /* without the space or line break that ended it */
} TextLine;

float text_width(const TextMetrics *metrics,
                 FontWeight weight,
                 float size_px,
                 const char *text,
                 size_t text_bytes);

/*
 * Breaks text at spaces, and at every '\n', into lines not wider than `width_max_px`; a word that
 * is wider alone is broken between characters. Writes at most `line_max` lines and returns how many
 * it wrote; the last one takes all that is left when they do not suffice, however wide. Empty text
 * is no line.
 */
typedef struct {
    const TextMetrics *metrics;
    FontWeight weight;
    float size_px;
    float width_max_px;
} TextWrap;

size_t text_wrap(
    const TextWrap *wrap, const char *text, size_t text_bytes, TextLine *lines, size_t line_max);

/* How many bytes of `text` fit into `width_max_px`, never cutting a character in two. */
size_t text_fit_bytes(const TextWrap *wrap, const char *text, size_t text_bytes);

/* Start of the character after / before the byte at `at_byte`; stays inside 0..text_bytes. */
size_t text_next_byte(const char *text, size_t text_bytes, size_t at_byte);
size_t text_previous_byte(const char *text, size_t text_bytes, size_t at_byte);

/* For tests: every character is `advance` times the size wide, whatever the weight. */
typedef struct {
    float advance;
} FixedWidthFont;

TextMetrics text_metrics_fixed(const FixedWidthFont *font);

#endif
