#include "client/desktop/ui/text_metrics.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0U) == 0x80U;
}

/* How many bytes the character that starts with `lead` should have; 1 for a stray byte. */
static size_t character_bytes(char lead)
{
    unsigned char byte = (unsigned char)lead;

    if (byte >= 0xF0U && byte <= 0xF4U) {
        return 4;
    }
    if (byte >= 0xE0U && byte < 0xF0U) {
        return 3;
    }
    return byte >= 0xC2U && byte < 0xE0U ? 2 : 1;
}

size_t text_next_byte(const char *text, size_t text_bytes, size_t at_byte)
{
    size_t wanted;
    size_t next;

    if (at_byte >= text_bytes) {
        return text_bytes;
    }
    wanted = character_bytes(text[at_byte]);
    next = at_byte + 1;
    while (next < text_bytes && next - at_byte < wanted && is_continuation(text[next])) {
        next++;
    }
    return next;
}

size_t text_previous_byte(const char *text, size_t text_bytes, size_t at_byte)
{
    size_t end = at_byte < text_bytes ? at_byte : text_bytes;

    /* The longest character that ends exactly here; a stray byte counts alone. */
    for (size_t back = 4; back > 1; back--) {
        if (back <= end && text_next_byte(text, end, end - back) == end) {
            return end - back;
        }
    }
    return end == 0 ? 0 : end - 1;
}

float text_width(const TextMetrics *metrics,
                 FontWeight weight,
                 float size_px,
                 const char *text,
                 size_t text_bytes)
{
    if (text_bytes == 0) {
        return 0.0F;
    }
    return metrics->width(metrics->context, weight, size_px, text, text_bytes);
}

static float wrap_width(const TextWrap *wrap, const char *text, size_t text_bytes)
{
    return text_width(wrap->metrics, wrap->weight, wrap->size_px, text, text_bytes);
}

/* Halves between what fits and what does not: widths grow with every character. */
size_t text_fit_bytes(const TextWrap *wrap, const char *text, size_t text_bytes)
{
    size_t fits = 0;
    size_t too_far = text_bytes;

    if (wrap_width(wrap, text, text_bytes) <= wrap->width_max_px) {
        return text_bytes;
    }
    for (;;) {
        size_t middle = fits + (too_far - fits) / 2;

        while (middle > fits && is_continuation(text[middle])) {
            middle--;
        }
        if (middle == fits) {
            middle = text_next_byte(text, text_bytes, fits);
        }
        if (middle >= too_far) {
            return fits;
        }
        if (wrap_width(wrap, text, middle) <= wrap->width_max_px) {
            fits = middle;
        } else {
            too_far = middle;
        }
    }
}

/* Bytes of `text` that go on the next line: up to a line break, the last space that fits, or, in a
 * word that is too long alone, the last character that fits (at least one). */
static size_t line_bytes_of(const TextWrap *wrap, const char *text, size_t text_bytes)
{
    const char *line_break = memchr(text, '\n', text_bytes);
    size_t paragraph = line_break == NULL ? text_bytes : (size_t)(line_break - text);
    size_t fits = text_fit_bytes(wrap, text, paragraph);
    size_t space = fits;

    if (fits == paragraph) {
        return paragraph;
    }
    if (text[fits] == ' ') {
        return fits;
    }
    while (space > 0 && text[space - 1] != ' ') {
        space--;
    }
    if (space > 0) {
        return space - 1;
    }
    return fits > 0 ? fits : text_next_byte(text, text_bytes, 0);
}

size_t text_wrap(
    const TextWrap *wrap, const char *text, size_t text_bytes, TextLine *lines, size_t line_max)
{
    size_t count = 0;
    size_t start = 0;

    while (start < text_bytes && count < line_max) {
        size_t left = text_bytes - start;
        size_t taken = count + 1 == line_max ? left : line_bytes_of(wrap, text + start, left);

        lines[count] = (TextLine){start, taken};
        count++;
        start += taken;
        if (start < text_bytes && (text[start] == ' ' || text[start] == '\n')) {
            start++;
        }
    }
    return count;
}

static float
fixed_width(const void *context, FontWeight weight, float size_px, const char *text, size_t bytes)
{
    const FixedWidthFont *font = context;
    size_t count = 0;

    assert(weight < FONT_WEIGHT_COUNT);
    for (size_t at = 0; at < bytes; at = text_next_byte(text, bytes, at)) {
        count++;
    }
    return (float)count * font->advance * size_px;
}

TextMetrics text_metrics_fixed(const FixedWidthFont *font)
{
    return (TextMetrics){fixed_width, font};
}
