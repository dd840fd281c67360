/*
 * Tells a key that is struck from one that is only held down, as the X server says both.
 *
 * Pure. A held key repeats as a release and a press in the same millisecond. Some servers (Xvfb)
 * also say such a pair for a key that was up; then the release before it was the true one.
 */
#ifndef CLIENT_DESKTOP_KEY_REPEAT_H
#define CLIENT_DESKTOP_KEY_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

/* One key. All zero: up. */
typedef struct {
    bool down;
    bool released; /* the newest news: if a press of the same time follows, it stays down */
    uint32_t released_ms;
} KeyRepeat;

void key_repeat_release(KeyRepeat *key, uint32_t event_ms);

/* Whether it is struck; false for a repeat. */
bool key_repeat_press(KeyRepeat *key, uint32_t event_ms);

#endif
