#include "tests/integration/fingers/fingers.h"

#include "shared/platform/host_clock.h"

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

enum {
    KEY_DOWN_MS = 25,
    PRESS_EVERY_MS = 80
};

#define BEFORE_NS (2 * NS_PER_S) /* a window opens, a sound device settles */
#define AFTER_NS (NS_PER_S / 2)

static HostTime press(Display *display, KeyCode key, HostTime due)
{
    HostTime pressed;

    host_clock_sleep_until(due);
    pressed = host_clock_now();
    (void)XTestFakeKeyEvent(display, key, True, CurrentTime);
    (void)XFlush(display);
    host_clock_sleep_until((HostTime){due.ns + KEY_DOWN_MS * NS_PER_MS});
    (void)XTestFakeKeyEvent(display, key, False, CurrentTime);
    (void)XFlush(display);
    return pressed;
}

static void *run(void *argument)
{
    static const KeySym symbols[FINGERS_KEYS] = {XK_space, XK_f, XK_j};
    Fingers *fingers = argument;
    Display *display = XOpenDisplay(NULL);
    HostTime due = {host_clock_now().ns + BEFORE_NS};

    if (display != NULL) {
        for (int i = 0; i < fingers->press_count; i++) {
            const KeyCode key = XKeysymToKeycode(display, symbols[i % FINGERS_KEYS]);
            HostTime soonest;

            fingers->pressed[i] = press(display, key, due);
            soonest.ns = host_clock_now().ns + KEY_DOWN_MS * NS_PER_MS;
            /* No rhythm that a drawing could fall in with. */
            due.ns += PRESS_EVERY_MS * NS_PER_MS + i * 7919 % 27000 * NS_PER_US;
            due = due.ns < soonest.ns ? soonest : due;
        }
        host_clock_sleep_until((HostTime){due.ns + AFTER_NS});
        (void)XCloseDisplay(display);
    }
    atomic_store(&fingers->done, true);
    return NULL;
}

bool fingers_start(Fingers *fingers, int press_count)
{
    assert(press_count > 0 && press_count <= FINGERS_PRESSES_MAX);
    fingers->press_count = press_count;
    atomic_init(&fingers->done, false);
    return pthread_create(&fingers->thread, NULL, run, fingers) == 0;
}

void fingers_join(Fingers *fingers)
{
    (void)pthread_join(fingers->thread, NULL);
}
