#include "tests/support/canvas.h"

#include <SDL.h>
#include <assert.h>

#include "client/desktop/png.h"

bool canvas_init(void)
{
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    return SDL_Init(SDL_INIT_VIDEO) == 0;
}

bool canvas_open(Canvas *canvas, int width, int height)
{
    *canvas = (Canvas){.width = width, .height = height};
    canvas->surface =
        SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    canvas->sdl = canvas->surface == NULL ? NULL : SDL_CreateSoftwareRenderer(canvas->surface);
    canvas->text = text_engine_create();
    canvas->renderer = canvas->sdl == NULL || canvas->text == NULL
                           ? NULL
                           : renderer_create(canvas->sdl, canvas->text);
    return canvas->renderer != NULL;
}

void canvas_close(Canvas *canvas)
{
    renderer_destroy(canvas->renderer);
    text_engine_destroy(canvas->text);
    if (canvas->sdl != NULL) {
        SDL_DestroyRenderer(canvas->sdl);
    }
    SDL_FreeSurface(canvas->surface);
}

TextMetrics canvas_metrics(Canvas *canvas, float scale)
{
    text_engine_set_scale(canvas->text, scale);
    return text_engine_metrics(canvas->text);
}

void canvas_draw(Canvas *canvas, const DrawList *list, float scale, Colour background)
{
    renderer_draw(canvas->renderer, list, scale, background);
    SDL_RenderPresent(canvas->sdl);
}

const uint32_t *canvas_row(const Canvas *canvas, int y)
{
    const uint8_t *pixels = canvas->surface->pixels;

    assert(y >= 0 && y < canvas->height);
    return (const uint32_t *)(const void *)(pixels + (ptrdiff_t)y * canvas->surface->pitch);
}

bool canvas_save(const Canvas *canvas, const char *path)
{
    return png_write(canvas->surface, path);
}
