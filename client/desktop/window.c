#include "client/desktop/window.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/png.h"
#include "shared/platform/log.h"

#define GL_RENDERER_NAME 0x1F01U /* of the OpenGL standard */

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

/*
 * OpenGL without a GPU: SDL's own painter is about as fast there, leaves the other core to the
 * sound, and can be interrupted between pieces.
 */
static bool draws_by_processor(const Window *window)
{
    typedef const unsigned char *GetString(unsigned name);
    static const char *const painters[] = {"llvmpipe", "softpipe", "swrast"};
    SDL_RendererInfo info;
    void *symbol = NULL;
    GetString *get_string = NULL;
    const char *painter = NULL;

    if (SDL_GetRendererInfo(window->sdl, &info) != 0 || strncmp(info.name, "opengl", 6) != 0) {
        return false;
    }
    symbol = SDL_GL_GetProcAddress("glGetString");
    if (symbol == NULL) {
        return false;
    }
    /* C has no cast from object to function pointers; POSIX says that the bytes agree. */
    memcpy(&get_string, &symbol, sizeof get_string);
    painter = (const char *)get_string(GL_RENDERER_NAME);
    for (size_t i = 0; painter != NULL && i < sizeof painters / sizeof painters[0]; i++) {
        if (strstr(painter, painters[i]) != NULL) {
            return true;
        }
    }
    return false;
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
    if (window->sdl != NULL && draws_by_processor(window)) {
        SDL_DestroyRenderer(window->sdl);
        window->sdl = NULL;
    }
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

SDL_Window *window_of_sdl(const Window *window)
{
    return window->window;
}

void window_on_pause(Window *window, RenderPause pause, void *owner)
{
    renderer_on_pause(window->renderer, pause, owner);
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
