/*
 * Hears the keys of an X11 window on a connection and a thread of its own, so that no drawing keeps
 * a key waiting.
 *
 * SDL hears of a key when its thread next looks, which a frame puts off by some milliseconds. The X
 * server tells every connection that asks for the keys of a window, and only while that window has
 * the keyboard. SDL goes on hearing them, too: a key is two pieces of news, with the same code and
 * the same time, in either order. Mouse buttons go to one connection alone, which is SDL's.
 */
#ifndef CLIENT_DESKTOP_KEY_LISTENER_H
#define CLIENT_DESKTOP_KEY_LISTENER_H

#include <stdint.h>

enum {
    KEY_LISTENER_CODES = 256 /* of X: 8..255 */
};

struct SDL_Window;

typedef struct KeyListener KeyListener;

/* A key went down at `event_ms` of the server's clock; repeats are left out. Thread: the listener's
   own. */
typedef void (*KeyHeard)(void *owner, uint8_t keycode, uint32_t event_ms);

/* NULL where the window is none of X11, or the server gives no second connection: then SDL is all
   there is. The window outlives the listener. */
KeyListener *key_listener_open(struct SDL_Window *window, KeyHeard heard, void *owner);

/* After this nothing is heard any more. NULL is fine. */
void key_listener_close(KeyListener *listener);

#endif
