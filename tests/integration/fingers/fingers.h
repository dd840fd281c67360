/*
 * Fingers made of software: press keys of an X display through XTEST, and note when.
 *
 * Not pure: a thread of its own. For programs that link Xlib and XTEST.
 */
#ifndef TESTS_INTEGRATION_FINGERS_FINGERS_H
#define TESTS_INTEGRATION_FINGERS_FINGERS_H

#include "shared/units.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    FINGERS_PRESSES_MAX = 2000,
    FINGERS_KEYS = 3 /* Space, F and J, in turn: the first three pads */
};

typedef struct {
    int press_count; /* 1..FINGERS_PRESSES_MAX */
    HostTime pressed[FINGERS_PRESSES_MAX];
    _Atomic bool done;
    pthread_t thread;
} Fingers;

/*
 * Presses `press_count` keys of $DISPLAY from two seconds on, one every 80 to 107 ms; `done` is
 * set half a second after the last. The caller's memory. False when there is no thread.
 */
NODISCARD bool fingers_start(Fingers *fingers, int press_count);

void fingers_join(Fingers *fingers);

#endif
