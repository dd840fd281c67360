/*
 * A finger made of software: joins a session as an observer, hears its clock, and presses a key of
 * the X display, or the left button of its mouse, at given distances from the beat.
 *
 *     tap_keys LINK FIRST_BEAT [key|button] < asynchronies
 *
 * Reads one asynchrony in ms per line; the i-th is played against beat FIRST_BEAT + i of the take.
 * Prints how often it pressed and how late each press left at most, as JSON.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

#include "client/net/session_link.h"
#include "shared/platform/host_clock.h"

enum {
    TAPS_MAX = 4096
};
#define KEY_DOWN_NS (60 * NS_PER_MS)
#define AWAKE_NS (3 * NS_PER_MS / 2)
#define PLAY_TIMEOUT_NS (60 * NS_PER_S)

typedef struct {
    ClientModel model;
    Outbox outbox;
    SessionLink link;
    Display *display;
    KeyCode key;
    bool has_button; /* presses that, in the middle of the display, instead of the key */
    double asynchrony_ms[TAPS_MAX];
    int tap_count;
} Finger;

static bool read_taps(Finger *finger)
{
    char line[64];

    while (fgets(line, sizeof line, stdin) != NULL) {
        char *end = NULL;
        const double value = strtod(line, &end);

        if (end == line || finger->tap_count == TAPS_MAX) {
            (void)fprintf(stderr, "tap_keys: not a number, or too many: %s", line);
            return false;
        }
        finger->asynchrony_ms[finger->tap_count] = value;
        finger->tap_count++;
    }
    return finger->tap_count > 0;
}

static bool join(Finger *finger, const char *text)
{
    Link address;
    LinkError error;
    ModelConfig config = {.observer = true};

    if (!link_parse(text, &address, &error)) {
        (void)fprintf(stderr, "tap_keys: %s\n", error.reason);
        return false;
    }
    memcpy(config.code, address.code, CODE_CHARS);
    model_init(&finger->model, &config, NULL, host_clock_now());
    outbox_init(&finger->outbox);
    session_link_init(&finger->link, &finger->model, &finger->outbox, &address, 1);
    return true;
}

/* Keeps the link going until `until`; sleeps up to the last stretch, which it waits out awake. */
static void wait_until(Finger *finger, HostTime until)
{
    HostTime now = host_clock_now();

    while (until.ns - now.ns > 8 * NS_PER_MS) {
        struct pollfd poll_for = {.fd = session_link_socket(&finger->link), .events = POLLIN};

        (void)poll(&poll_for, 1, 4);
        (void)session_link_service(&finger->link, host_clock_now());
        now = host_clock_now();
    }
    if (until.ns - now.ns > AWAKE_NS) {
        const struct timespec pause = {.tv_nsec = (long)(until.ns - now.ns - AWAKE_NS)};

        (void)nanosleep(&pause, NULL);
    }
    while (until.ns > now.ns) {
        now = host_clock_now();
    }
}

/* Where the music of the newest take begins; false while nothing is played. */
static bool find_take(const Finger *finger, Beats *start)
{
    const Timeline *timeline = &finger->model.timeline;

    if (!finger->model.has_timeline || finger->model.clock_filter.sample_count < 30) {
        return false;
    }
    for (int i = timeline->section_count - 1; i >= 0; i--) {
        if (timeline->sections[i].transport == TRANSPORT_PLAYING) {
            *start = timeline->sections[i].start;
            return true;
        }
    }
    return false;
}

static bool wait_for_take(Finger *finger, Beats *start)
{
    const HostTime begin = host_clock_now();

    while (!find_take(finger, start)) {
        const HostTime now = host_clock_now();

        if (now.ns - begin.ns > PLAY_TIMEOUT_NS) {
            (void)fprintf(stderr, "tap_keys: nothing was played within a minute\n");
            return false;
        }
        wait_until(finger, (HostTime){now.ns + 20 * NS_PER_MS});
    }
    return true;
}

static HostTime tap_time(const Finger *finger, Beats start, int64_t beat, int tap)
{
    const Beats note = {start.ubeats + beat * UBEATS_PER_BEAT};
    const SessionTime note_at = tempo_map_time_of(&finger->model.timeline.tempo, note);
    const int64_t asynchrony_ns = (int64_t)(finger->asynchrony_ms[tap] * (double)NS_PER_MS);

    return applied_clock_host(&finger->model.clock, (SessionTime){note_at.ns + asynchrony_ns});
}

static void move(const Finger *finger, Bool is_down)
{
    if (finger->has_button) {
        (void)XTestFakeButtonEvent(finger->display, Button1, is_down, CurrentTime);
    } else {
        (void)XTestFakeKeyEvent(finger->display, finger->key, is_down, CurrentTime);
    }
    (void)XFlush(finger->display);
}

static int64_t press(Finger *finger, HostTime at)
{
    int64_t late_ns = 0;

    wait_until(finger, at);
    late_ns = host_clock_now().ns - at.ns;
    move(finger, True);
    wait_until(finger, (HostTime){at.ns + KEY_DOWN_NS});
    move(finger, False);
    return late_ns;
}

/* Finds the key, or lays the pointer where no widget is. */
static void choose(Finger *finger, const char *what)
{
    const int screen = DefaultScreen(finger->display);

    finger->key = XKeysymToKeycode(finger->display, XK_space);
    finger->has_button = strcmp(what, "button") == 0;
    if (finger->has_button) {
        (void)XTestFakeMotionEvent(finger->display,
                                   screen,
                                   DisplayWidth(finger->display, screen) / 2,
                                   DisplayHeight(finger->display, screen) / 2,
                                   CurrentTime);
        (void)XFlush(finger->display);
    }
}

static int play(Finger *finger, int64_t first_beat)
{
    Beats start;
    int64_t latest_ns = 0;

    if (!wait_for_take(finger, &start)) {
        return EXIT_FAILURE;
    }
    for (int i = 0; i < finger->tap_count; i++) {
        const int64_t late_ns = press(finger, tap_time(finger, start, first_beat + i, i));

        latest_ns = late_ns > latest_ns ? late_ns : latest_ns;
    }
    (void)printf("{\"pressed\": %d, \"latest_us\": %lld}\n",
                 finger->tap_count,
                 (long long)(latest_ns / NS_PER_US));
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    Finger *finger = calloc(1, sizeof *finger);
    int code = EXIT_FAILURE;

    if (finger == NULL || argc < 3 || argc > 4) {
        (void)fprintf(stderr, "usage: tap_keys LINK FIRST_BEAT [key|button] < asynchronies\n");
        free(finger);
        return 2;
    }
    finger->display = XOpenDisplay(NULL);
    if (finger->display == NULL) {
        (void)fprintf(stderr, "tap_keys: no X display\n");
    } else if (read_taps(finger) && join(finger, argv[1])) {
        choose(finger, argc == 4 ? argv[3] : "key");
        code = play(finger, strtoll(argv[2], NULL, 10));
        session_link_finish(&finger->link);
    }
    if (finger->display != NULL) {
        (void)XCloseDisplay(finger->display);
    }
    free(finger);
    return code;
}
