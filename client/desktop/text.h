/*
 * Text by SDL2_ttf: finds the fonts (Inter, else DejaVu Sans, by fontconfig), measures and renders
 * lines of text.
 *
 * Main thread only. Allocates when a size or a text is first met; both are remembered.
 */
#ifndef CLIENT_DESKTOP_TEXT_H
#define CLIENT_DESKTOP_TEXT_H

#include "client/desktop/ui/colour.h"
#include "client/desktop/ui/text_metrics.h"
#include "shared/units.h"

#include <stdbool.h>
#include <stddef.h>

struct SDL_Surface;

typedef struct TextEngine TextEngine;

/*
 * Starts SDL2_ttf and looks the fonts up. NULL, with the reason in SDL_GetError, when not even the
 * fallback font is found.
 */
NODISCARD TextEngine *text_engine_create(void);
void text_engine_destroy(TextEngine *text);

/* Whether Inter was found; otherwise everything is in the fallback font (worth a line in the log).
 */
bool text_engine_has_inter(const TextEngine *text);

/* Pixels per logical px from now on; measures are at the size that will be drawn. */
void text_engine_set_scale(TextEngine *text, float scale);

/* Measures for the pure half; valid as long as the engine, follows its scale. */
TextMetrics text_engine_metrics(TextEngine *text);

/* A rendered line: its colour with alpha; the caller frees it with SDL_FreeSurface. */
typedef struct {
    struct SDL_Surface *surface; /* NULL when there is nothing to see */
    int baseline_px;             /* from the surface's top to the baseline */
    int left_px;                 /* where the surface's left edge lies from the pen */
    int advance_px;              /* how far the pen moves */
} RenderedText;

/*
 * Renders one line at `size_px` window pixels, with fallback where Inter has no glyph. The colour's
 * alpha is not used.
 */
RenderedText text_engine_render(TextEngine *text,
                                FontWeight weight,
                                int size_px,
                                Colour colour,
                                const char *bytes,
                                size_t text_bytes);

/* The widest digit's advance in window pixels: the cell of tabular figures. */
int text_engine_digit_px(TextEngine *text, FontWeight weight, int size_px);
/* Advance in window pixels. */
int text_engine_advance_px(
    TextEngine *text, FontWeight weight, int size_px, const char *bytes, size_t text_bytes);

#endif
