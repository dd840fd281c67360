/*
 * What is drawn on: a window of the desktop, or a surface in memory when there is no display.
 *
 * Main thread. Never waits for the screen: presenting is not tied to its refresh.
 */
#ifndef CLIENT_DESKTOP_WINDOW_H
#define CLIENT_DESKTOP_WINDOW_H

#include "client/desktop/render.h"

typedef struct Window Window;

typedef struct {
    int width; /* px */
    int height;
    bool in_memory; /* no window: for pictures */
} WindowConfig;

/* Why there is no window, as a sentence with a remedy. */
typedef struct {
    char reason[256];
} WindowError;

/* After SDL_Init. NULL with the reason in `error`. */
Window *window_create(const WindowConfig *config, WindowError *error);
void window_destroy(Window *window);

/* In pixels of the picture. */
void window_size(const Window *window, int *width, int *height);

/* Pixels of the picture for each of the units that SDL's mouse counts in. */
float window_pointer_scale(const Window *window);

void window_toggle_fullscreen(Window *window);

/* Text is drawn and measured at this many pixels for each logical px from now on. */
void window_set_scale(Window *window, float scale);
TextMetrics window_metrics(Window *window);

/* Draws the list over `background`; window_show brings it to the screen. */
void window_draw(Window *window, const DrawList *list, Colour background);
void window_show(Window *window);

/* SDL's own; NULL in memory. */
struct SDL_Window *window_of_sdl(const Window *window);

/* See renderer_on_pause. */
void window_on_pause(Window *window, RenderPause pause, void *owner);

/* The window's contents are gone (SDL said so): draws sprites anew. */
void window_device_reset(Window *window);

/* Writes what was drawn. Between window_draw and window_show: what was shown cannot be read any
   more. */
NODISCARD bool window_save(Window *window, const char *path, WindowError *error);

#endif
