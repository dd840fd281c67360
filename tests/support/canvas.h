/*
 * Draw lists as pixels, without a display: the client's own painter on a surface in memory.
 *
 * Allocates when opened, and for each size of text met. SDL_Init(SDL_INIT_VIDEO) comes before it,
 * with the video driver "dummy": canvas_init does both.
 */
#ifndef TESTS_SUPPORT_CANVAS_H
#define TESTS_SUPPORT_CANVAS_H

#include "client/desktop/render.h"

#include <stdint.h>

struct SDL_Surface;

typedef struct {
    struct SDL_Surface *surface; /* ARGB8888 */
    struct SDL_Renderer *sdl;
    TextEngine *text;
    Renderer *renderer;
    int width; /* px */
    int height;
} Canvas;

/* Once per program; SDL_Quit ends it. False with the reason in SDL_GetError. */
NODISCARD bool canvas_init(void);

/* False with the reason in SDL_GetError; close it all the same. */
NODISCARD bool canvas_open(Canvas *canvas, int width, int height);
void canvas_close(Canvas *canvas);

/* Text is measured and drawn at this many pixels for each logical px from now on. */
TextMetrics canvas_metrics(Canvas *canvas, float scale);

/* Draws the list over `background`. */
void canvas_draw(Canvas *canvas, const DrawList *list, float scale, Colour background);

/* A row of the picture, 0xAARRGGBB. */
const uint32_t *canvas_row(const Canvas *canvas, int y);

/* Writes a PNG. False with the reason in SDL_GetError. */
NODISCARD bool canvas_save(const Canvas *canvas, const char *path);

#endif
