/*
 * How late key presses are stamped: injects them through XTEST and compares.
 *
 *     stamp_keys PRESSES
 *
 * One thread presses the space bar every 30 to 57 ms, noting when; the main thread waits for events
 * as the client's loop does and draws (busily does nothing) for 3 ms every 16. Prints one JSON
 * object; used by test_input_stamps.py under Xvfb.
 */
#include "client/desktop/input.h"
#include "shared/platform/host_clock.h"

#include <SDL.h>
#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PRESSES_MAX = 1000,
    DRAW_EVERY_MS = 16,
    DRAW_MS = 3
};

typedef struct {
    int press_count;
    HostTime pressed[PRESSES_MAX];
    _Atomic bool done;
} Fingers;

/* The first second and a half are the window's. */
static void *press_keys(void *argument)
{
    Fingers *fingers = argument;
    Display *display = XOpenDisplay(NULL);
    HostTime due = {host_clock_now().ns + 3 * NS_PER_S / 2};
    HostTime soonest;

    if (display != NULL) {
        const KeyCode space = XKeysymToKeycode(display, XK_space);

        for (int i = 0; i < fingers->press_count; i++) {
            host_clock_sleep_until(due);
            fingers->pressed[i] = host_clock_now();
            (void)XTestFakeKeyEvent(display, space, True, CurrentTime);
            (void)XFlush(display);
            host_clock_sleep_until((HostTime){due.ns + 12 * NS_PER_MS});
            (void)XTestFakeKeyEvent(display, space, False, CurrentTime);
            (void)XFlush(display);
            /* No rhythm that the drawing could fall in with. */
            due.ns += 30 * NS_PER_MS + i * 7919 % 27000 * NS_PER_US;
            /* Let go late and pressed at once would be a key that repeats: no press at all. */
            soonest.ns = host_clock_now().ns + 10 * NS_PER_MS;
            due = due.ns < soonest.ns ? soonest : due;
        }
        host_clock_sleep_until((HostTime){due.ns + NS_PER_S / 5});
        (void)XCloseDisplay(display);
    }
    atomic_store(&fingers->done, true);
    return NULL;
}

static void draw_busily(HostTime *draw_at)
{
    const HostTime start = host_clock_now();
    HostTime now = start;

    if (start.ns < draw_at->ns) {
        return;
    }
    while (now.ns < start.ns + DRAW_MS * NS_PER_MS) {
        now = host_clock_now();
    }
    draw_at->ns = start.ns + DRAW_EVERY_MS * NS_PER_MS;
}

/* The client's loop; returns how many stamps of the first pad came. */
static int gather(Input *input, Fingers *fingers, HostTime stamped[PRESSES_MAX])
{
    HostTime draw_at = host_clock_now();
    int count = 0;

    while (!atomic_load(&fingers->done)) {
        SDL_Event event;
        InputStamp stamp;

        (void)SDL_WaitEventTimeout(&event, 4);
        while (input_next(input, &stamp)) {
            if (stamp.kind == INPUT_KEY && stamp.pad == 0 && count < PRESSES_MAX) {
                stamped[count] = stamp.at;
                count++;
            }
        }
        draw_busily(&draw_at);
    }
    return count;
}

static int by_size(const void *one, const void *other)
{
    const double left = *(const double *)one;
    const double right = *(const double *)other;

    return (left > right) - (left < right);
}

static void report(const Fingers *fingers, const HostTime stamped[PRESSES_MAX], int count)
{
    double late_ms[PRESSES_MAX] = {0};

    for (int i = 0; i < count; i++) {
        late_ms[i] = ms_of_ns(stamped[i].ns - fingers->pressed[i].ns);
    }
    qsort(late_ms, (size_t)count, sizeof late_ms[0], by_size);
    printf("{\"pressed\":%d,\"stamped\":%d,\"late_ms\":{\"min\":%.3f,\"p50\":%.3f,\"p95\":%.3f,"
           "\"max\":%.3f}}\n",
           fingers->press_count,
           count,
           late_ms[0],
           late_ms[count / 2],
           late_ms[count * 95 / 100],
           late_ms[count > 0 ? count - 1 : 0]);
}

int main(int argc, char **argv)
{
    static Fingers fingers;
    static HostTime stamped[PRESSES_MAX];
    pthread_t thread;
    SDL_Window *window = NULL;
    Input *input = NULL;
    int count = 0;

    fingers.press_count = argc == 2 ? (int)strtol(argv[1], NULL, 10) : 0;
    if (fingers.press_count < 1 || fingers.press_count > PRESSES_MAX) {
        fprintf(stderr, "usage: stamp_keys PRESSES\n");
        return 2;
    }
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        fprintf(stderr, "stamp_keys: %s\n", SDL_GetError());
        return 1;
    }
    window = SDL_CreateWindow("stamp_keys", 0, 0, 640, 480, SDL_WINDOW_SHOWN);
    input = input_create();
    if (window == NULL || input == NULL ||
        pthread_create(&thread, NULL, press_keys, &fingers) != 0) {
        fprintf(stderr, "stamp_keys: %s\n", SDL_GetError());
        return 1;
    }
    SDL_WarpMouseInWindow(window, 320, 240);
    count = gather(input, &fingers, stamped);
    (void)pthread_join(thread, NULL);
    report(&fingers, stamped, count);
    input_destroy(input);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}
