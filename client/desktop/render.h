/*
 * The painter: turns a draw list into pixels of an SDL renderer, with soft edges at every scale.
 *
 * Main thread only. Everything is rectangles and copies from cached sprites, so that SDL's software
 * renderer, which rounds vertices to whole pixels, shows the same picture as a graphics card.
 * Allocates at creation and when a sprite or font size is first met.
 */
#ifndef CLIENT_DESKTOP_RENDER_H
#define CLIENT_DESKTOP_RENDER_H

#include "client/desktop/text.h"
#include "client/desktop/ui/draw_list.h"
#include "shared/units.h"

#include <stdbool.h>
#include <stdint.h>

struct SDL_Renderer;

typedef struct Renderer Renderer;

/* Counters of the last renderer_draw, for the benchmark. */
typedef struct {
    uint32_t copies;  /* sprites and tiles drawn */
    uint32_t fills;   /* rectangles filled */
    uint32_t rasters; /* sprites and tiles made */
    uint32_t resets;  /* times a full atlas was emptied */
} RenderStatistics;

/*
 * Both are borrowed and must outlive the result. NULL with a message in SDL_GetError when the atlas
 * textures cannot be made.
 */
NODISCARD Renderer *renderer_create(struct SDL_Renderer *sdl, TextEngine *text);
void renderer_destroy(Renderer *renderer);

/*
 * Clears to `background` and draws the list, `scale` pixels per logical px. Does not present.
 */
void renderer_draw(Renderer *renderer, const DrawList *list, float scale, Colour background);

/* Called between the pieces of renderer_draw, each of about a millisecond on a slow machine: what
   must not wait for a picture is done there. It draws nothing. */
typedef void (*RenderPause)(void *owner);
void renderer_on_pause(Renderer *renderer, RenderPause pause, void *owner);

/* After SDL_RENDER_TARGETS_RESET or SDL_RENDER_DEVICE_RESET: forget all sprites. */
void renderer_device_reset(Renderer *renderer);

RenderStatistics renderer_statistics(const Renderer *renderer);

#endif
