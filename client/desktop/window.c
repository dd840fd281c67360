#include "client/desktop/window.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/desktop/png.h"
#include "shared/platform/log.h"

struct Window {
    SDL_Window *window;   /* NULL in memory */
    SDL_Surface *surface; /* in memory */
    SDL_Renderer *sdl;
    TextEngine *text;
    Renderer *renderer;
    float scale;
    bool fullscreen;
};

static void say(WindowError *error, const char *what)
{
    (void)snprintf(error->reason, sizeof error->reason, "%s: %.160s", what, SDL_GetError());
}

static bool open_surface(Window *window, const WindowConfig *config, WindowError *error)
{
    window->surface = SDL_CreateRGBSurfaceWithFormat(
        0, config->width, config->height, 32, SDL_PIXELFORMAT_ARGB8888);
    if (window->surface != NULL) {
        window->sdl = SDL_CreateSoftwareRenderer(window->surface);
    }
    if (window->sdl == NULL) {
        say(error, "There is no memory for a picture");
    }
    return window->sdl != NULL;
}

static bool open_window(Window *window, const WindowConfig *config, WindowError *error)
{
    const Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;

    window->window = SDL_CreateWindow("Onedrum",
                                      SDL_WINDOWPOS_CENTERED,
                                      SDL_WINDOWPOS_CENTERED,
                                      config->width,
                                      config->height,
                                      flags);
    if (window->window == NULL) {
        say(error, "No window could be opened");
        return false;
    }
    SDL_SetWindowMinimumSize(window->window, 320, 240);
    window->sdl = SDL_CreateRenderer(window->window, -1, 0);
    if (window->sdl == NULL) {
        window->sdl = SDL_CreateRenderer(window->window, -1, SDL_RENDERER_SOFTWARE);
    }
    if (window->sdl == NULL) {
        say(error, "Nothing can be drawn in the window");
    }
    return window->sdl != NULL;
}

Window *window_create(const WindowConfig *config, WindowError *error)
{
    Window *window = calloc(1, sizeof *window);
    bool opened = false;

    if (window == NULL) {
        (void)snprintf(error->reason, sizeof error->reason, "There is no memory left.");
        return NULL;
    }
    window->scale = 1.0F;
    opened = config->in_memory ? open_surface(window, config, error)
                               : open_window(window, config, error);
    if (opened) {
        window->text = text_engine_create();
        if (window->text == NULL) {
            say(error, "No font was found; install fonts-inter or fonts-dejavu-core");
        } else if (!text_engine_has_inter(window->text)) {
            log_info("window: the font Inter is not installed, DejaVu Sans takes its place");
        }
    }
    if (window->text != NULL) {
        window->renderer = renderer_create(window->sdl, window->text);
        if (window->renderer == NULL) {
            say(error, "There is no memory for pictures");
        }
    }
    if (window->renderer == NULL) {
        window_destroy(window);
        return NULL;
    }
    return window;
}

void window_destroy(Window *window)
{
    if (window == NULL) {
        return;
    }
    if (window->renderer != NULL) {
        renderer_destroy(window->renderer);
    }
    if (window->text != NULL) {
        text_engine_destroy(window->text);
    }
    if (window->sdl != NULL) {
        SDL_DestroyRenderer(window->sdl);
    }
    if (window->surface != NULL) {
        SDL_FreeSurface(window->surface);
    }
    if (window->window != NULL) {
        SDL_DestroyWindow(window->window);
    }
    free(window);
}

void window_size(const Window *window, int *width, int *height)
{
    *width = 1;
    *height = 1;
    (void)SDL_GetRendererOutputSize(window->sdl, width, height);
}

float window_pointer_scale(const Window *window)
{
    int output_width = 1;
    int output_height = 1;
    int width = 0;

    if (window->window == NULL) {
        return 1.0F;
    }
    window_size(window, &output_width, &output_height);
    SDL_GetWindowSize(window->window, &width, NULL);
    return width > 0 ? (float)output_width / (float)width : 1.0F;
}

void window_toggle_fullscreen(Window *window)
{
    if (window->window == NULL) {
        return;
    }
    window->fullscreen = !window->fullscreen;
    if (SDL_SetWindowFullscreen(window->window,
                                window->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0) != 0) {
        log_warning("window: the window could not fill the screen: %s", SDL_GetError());
        window->fullscreen = false;
    }
}

void window_set_scale(Window *window, float scale)
{
    window->scale = scale;
    text_engine_set_scale(window->text, scale);
}

TextMetrics window_metrics(Window *window)
{
    return text_engine_metrics(window->text);
}

void window_draw(Window *window, const DrawList *list, Colour background)
{
    renderer_draw(window->renderer, list, window->scale, background);
}

void window_show(Window *window)
{
    SDL_RenderPresent(window->sdl);
}

void window_device_reset(Window *window)
{
    renderer_device_reset(window->renderer);
}

bool window_save(Window *window, const char *path, WindowError *error)
{
    SDL_Surface *copy = NULL;
    int width = 0;
    int height = 0;
    bool saved = false;

    if (window->surface != NULL) {
        saved = png_write(window->surface, path);
    } else {
        window_size(window, &width, &height);
        copy = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
        saved = copy != NULL &&
                SDL_RenderReadPixels(
                    window->sdl, NULL, SDL_PIXELFORMAT_ARGB8888, copy->pixels, copy->pitch) == 0 &&
                png_write(copy, path);
        SDL_FreeSurface(copy);
    }
    if (!saved) {
        say(error, "The picture could not be written");
    }
    return saved;
}
