#include "client/desktop/key_listener.h"

#include <SDL.h>
#include <SDL_syswm.h>
#include <stddef.h>

#if defined(SDL_VIDEO_DRIVER_X11)

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include "client/desktop/key_repeat.h"
#include "shared/platform/log.h"

struct KeyListener {
    xcb_connection_t *connection;
    KeyHeard heard;
    void *owner;
    int ends[2]; /* a pipe; closing its writing end stops the thread */
    pthread_t thread;
    KeyRepeat keys[KEY_LISTENER_CODES];
};

static void take(KeyListener *listener, const xcb_generic_event_t *event)
{
    const xcb_key_press_event_t *key = (const xcb_key_press_event_t *)event;

    if (event->response_type == XCB_KEY_RELEASE) {
        key_repeat_release(&listener->keys[key->detail], key->time);
    } else if (event->response_type == XCB_KEY_PRESS &&
               key_repeat_press(&listener->keys[key->detail], key->time)) {
        listener->heard(listener->owner, key->detail, key->time);
    }
}

static void *run(void *argument)
{
    KeyListener *listener = argument;
    struct pollfd news[2] = {
        {.fd = xcb_get_file_descriptor(listener->connection), .events = POLLIN},
        {.fd = listener->ends[0], .events = POLLIN}};
    xcb_generic_event_t *event = NULL;

    /* What it does takes microseconds; what it must not do is wait. */
    (void)SDL_SetThreadPriority(SDL_THREAD_PRIORITY_TIME_CRITICAL);
    while (xcb_connection_has_error(listener->connection) == 0 && news[1].revents == 0) {
        while ((event = xcb_poll_for_event(listener->connection)) != NULL) {
            take(listener, event);
            free(event);
        }
        (void)poll(news, 2, -1);
    }
    return NULL;
}

/* Asks the server for the window's keys. */
static bool ask(KeyListener *listener, uint32_t window)
{
    const uint32_t events = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE;
    xcb_generic_error_t *error =
        xcb_request_check(listener->connection,
                          xcb_change_window_attributes_checked(
                              listener->connection, window, XCB_CW_EVENT_MASK, &events));
    const bool has_asked = error == NULL && xcb_connection_has_error(listener->connection) == 0;

    free(error);
    return has_asked;
}

KeyListener *key_listener_open(SDL_Window *window, KeyHeard heard, void *owner)
{
    KeyListener *listener = NULL;
    SDL_SysWMinfo info;

    SDL_VERSION(&info.version);
    if (SDL_GetWindowWMInfo(window, &info) != SDL_TRUE || info.subsystem != SDL_SYSWM_X11) {
        return NULL;
    }
    listener = calloc(1, sizeof *listener);
    if (listener == NULL || pipe(listener->ends) != 0) {
        free(listener);
        return NULL;
    }
    listener->heard = heard;
    listener->owner = owner;
    listener->connection = xcb_connect(NULL, NULL);
    if (!ask(listener, (uint32_t)info.info.x11.window) ||
        pthread_create(&listener->thread, NULL, run, listener) != 0) {
        log_info("input: keys are heard between the pieces of a drawing only");
        xcb_disconnect(listener->connection);
        (void)close(listener->ends[0]);
        (void)close(listener->ends[1]);
        free(listener);
        return NULL;
    }
    return listener;
}

void key_listener_close(KeyListener *listener)
{
    if (listener == NULL) {
        return;
    }
    (void)close(listener->ends[1]);
    (void)pthread_join(listener->thread, NULL);
    (void)close(listener->ends[0]);
    xcb_disconnect(listener->connection);
    free(listener);
}

#else

KeyListener *key_listener_open(SDL_Window *window, KeyHeard heard, void *owner)
{
    (void)window;
    (void)heard;
    (void)owner;
    return NULL;
}

void key_listener_close(KeyListener *listener)
{
    (void)listener;
}

#endif
