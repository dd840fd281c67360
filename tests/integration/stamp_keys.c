/*
 * How late key presses are stamped, and heard, while the client's loop draws 900 people at 60
 * frames a second: presses keys through XTEST and compares.
 *
 *     stamp_keys thread|loop PRESSES [SOUND.wav|- [PEOPLE [map]]]
 *
 * Fingers press one of three keys every 80 to 107 ms; the main thread is a loop
 * like the client's: it waits for events, takes stamps, strikes the drum, draws the ring, or
 * the map, with the client's own painter into a window. The drum is struck as in the client, by the
 * thread that hears keys, or by the loop alone, as where there is no such thread. With SOUND.wav it
 * goes there instead of to silence. Prints one JSON object; used under Xvfb by test_input_stamps.py
 * and by
 * `./dev bench`.
 */
#include "client/desktop/audio.h"
#include "client/desktop/input.h"
#include "client/desktop/ui/layout.h"
#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/screen_ring.h"
#include "client/desktop/window.h"
#include "shared/platform/host_clock.h"
#include "tests/integration/fingers/fingers.h"
#include "tests/support/stage.h"

#include <SDL.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PEOPLE = 900 /* unless told otherwise */
};

#define FRAME_NS (NS_PER_S / 60)
#define WAIT_NS_MAX (20 * NS_PER_MS)

typedef struct {
    InputStamp stamp;
    HostTime struck;
} Taken;

/* The client, as far as it is needed here. */
typedef struct {
    Window *window;
    Input *input;
    Audio *audio;
    Ui ui;
    DrawList draw;
    Stage stage;
    PlayState play;
    ScreenRingState ring;
    ScreenMapState map;
    int people;
    bool shows_map;
    HostTime start;
    HostTime frame_at;
    Taken taken[FINGERS_PRESSES_MAX];
    int taken_count;
    int frame_count;
    int64_t frame_ns_sum;
    int64_t frame_ns_max;
    SoundCallback callback; /* the newest */
} Client;

/* A drum that the thread which hears keys has struck. */
typedef struct {
    int pad;
    HostTime at;
} Struck;

static Client client;
static Fingers fingers;
static Struck struck[FINGERS_PRESSES_MAX];
static _Atomic int struck_count;

/* Thread: the input's. */
static void strike_at_once(void *owner, int pad)
{
    const int count = atomic_load(&struck_count);

    (void)owner;
    audio_strike_from_keys(client.audio, DRUM_CLICK, 1.0F);
    if (count < FINGERS_PRESSES_MAX) {
        struck[count] = (Struck){.pad = pad, .at = host_clock_now()};
        atomic_store(&struck_count, count + 1);
    }
}

static void take_stamps(void)
{
    InputStamp stamp;

    while (input_next(client.input, &stamp)) {
        if (stamp.kind != INPUT_KEY || stamp.pad < 0 || client.taken_count == FINGERS_PRESSES_MAX) {
            continue;
        }
        if (!stamp.struck) {
            audio_strike(client.audio, DRUM_CLICK, 1.0F);
        }
        client.taken[client.taken_count] = (Taken){.stamp = stamp, .struck = host_clock_now()};
        client.taken_count++;
    }
}

static void fetch_keys(void *owner)
{
    (void)owner;
    SDL_PumpEvents();
    take_stamps();
}

static void emit_group(HostTime now)
{
    const double beats = (double)(now.ns - client.start.ns) / (double)NS_PER_S;
    const PlayView view = {.music = stage_now(&client.stage, beats), .drum_key = "Space"};

    if (client.shows_map) {
        (void)screen_map(&client.ui, &client.stage.model, &view, &client.play, &client.map);
    } else {
        (void)screen_ring(&client.ui, &client.stage.model, &view, &client.play, &client.ring);
    }
}

/* One frame as app_frame draws it, keys fetched between its slow parts. */
static void draw_frame(HostTime now)
{
    const Theme *theme = theme_of(THEME_DARK);
    TextMetrics metrics;
    UiFrame frame;
    int width = 1;
    int height = 1;

    window_size(client.window, &width, &height);
    window_set_scale(client.window, layout_of(width, height, 1.0F).scale);
    metrics = window_metrics(client.window);
    draw_list_clear(&client.draw);
    frame = (UiFrame){.draw = &client.draw,
                      .theme = theme,
                      .metrics = &metrics,
                      .layout = layout_of(width, height, 1.0F),
                      .now_s = (double)now.ns / (double)NS_PER_S};
    ui_begin(&client.ui, &frame);
    emit_group(now);
    (void)ui_end(&client.ui);
    fetch_keys(NULL);
    window_draw(client.window, &client.draw, theme->stage);
    fetch_keys(NULL);
    window_show(client.window);
}

static void draw_when_due(HostTime now)
{
    int64_t took_ns;

    if (now.ns < client.frame_at.ns) {
        return;
    }
    draw_frame(now);
    client.frame_at.ns += FRAME_NS;
    client.frame_at.ns = client.frame_at.ns < now.ns ? now.ns : client.frame_at.ns;
    took_ns = host_clock_now().ns - now.ns;
    client.frame_count++;
    client.frame_ns_sum += took_ns;
    client.frame_ns_max = took_ns > client.frame_ns_max ? took_ns : client.frame_ns_max;
}

/* The client's loop. */
static void play(void)
{
    while (!atomic_load(&fingers.done)) {
        const int64_t wait_ns = clamp_i64(client.frame_at.ns - host_clock_now().ns, 0, WAIT_NS_MAX);
        SDL_Event event;
        HostTime now;

        (void)SDL_WaitEventTimeout(NULL, (int)div_ceil(wait_ns, NS_PER_MS));
        while (SDL_PollEvent(&event)) {
        }
        take_stamps();
        now = host_clock_now();
        audio_poll(client.audio, now);
        while (audio_next_callback(client.audio, &client.callback)) {
        }
        draw_when_due(now);
    }
}

static bool open_client(bool by_thread, const char *sound)
{
    const WindowConfig config = {.width = 1280, .height = 720};
    const AudioConfig audio = {.choice = sound != NULL ? AUDIO_FILE : AUDIO_NULL, .file = sound};
    const StageConfig stage = {.people = client.people,
                               .teams = 42,
                               .flagged = true,
                               .calibrated = true,
                               .bars = 90,
                               .seed = 5};
    WindowError error;

    client.window = window_create(&config, &error);
    if (client.window == NULL) {
        (void)fprintf(stderr, "stamp_keys: %s\n", error.reason);
        return false;
    }
    client.input = input_create();
    if (client.input == NULL) {
        return false;
    }
    if (by_thread) {
        input_strike_at_once(client.input, window_of_sdl(client.window), strike_at_once, NULL);
    }
    input_arm(client.input, true);
    window_on_pause(client.window, fetch_keys, NULL);
    client.start = host_clock_now();
    client.frame_at = client.start;
    client.audio = audio_create(&audio, client.start);
    ui_init(&client.ui);
    draw_list_clear(&client.draw);
    screen_ring_init(&client.ring);
    screen_map_init(&client.map);
    stage_init(&client.stage, &stage);
    return client.audio != NULL;
}

static int by_size(const void *one, const void *other)
{
    const double left = *(const double *)one;
    const double right = *(const double *)other;

    return (left > right) - (left < right);
}

static void print_quantiles(const char *name, double *values, int count)
{
    static const double shares[] = {0.0, 0.5, 0.95, 0.99, 1.0};
    static const char *const names[] = {"min", "p50", "p95", "p99", "max"};

    qsort(values, (size_t)count, sizeof values[0], by_size);
    (void)printf("\"%s\":{", name);
    for (int i = 0; i < 5; i++) {
        const int rank = (int)(shares[i] * (count - 1) + 0.5);

        (void)printf("%s\"%s\":%.3f", i > 0 ? "," : "", names[i], count > 0 ? values[rank] : 0.0);
    }
    (void)printf("},");
}

/* The press of this stamp: the next of its key. Keys go round, so that a press that is lost makes
   no other be taken for it. -1 for none. */
static int press_of(const InputStamp *stamp, int next)
{
    for (int i = next; i < fingers.press_count; i++) {
        if (i % FINGERS_KEYS == stamp->pad) {
            return i;
        }
    }
    return -1;
}

/* When the thread struck for this stamp: pads go round there, too. */
static HostTime struck_by_thread(const InputStamp *stamp, int *next)
{
    while (*next < atomic_load(&struck_count) && struck[*next].pad != stamp->pad) {
        (*next)++;
    }
    (*next)++;
    return struck[*next - 1].at;
}

static void report(void)
{
    static double stamp_ms[FINGERS_PRESSES_MAX];
    static double heard_ms[FINGERS_PRESSES_MAX];
    static double struck_ms[FINGERS_PRESSES_MAX];
    int unknown = 0;
    int said = 0;
    int known = 0;
    int next = 0;
    int next_struck = 0;

    for (int i = 0; i < client.taken_count; i++) {
        const Taken *taken = &client.taken[i];
        const HostTime struck_at =
            taken->stamp.struck ? struck_by_thread(&taken->stamp, &next_struck) : taken->struck;
        const int index = press_of(&taken->stamp, next);

        said += taken->stamp.struck ? 1 : 0;
        if (index < 0) {
            unknown++;
            continue;
        }
        next = index + 1;
        stamp_ms[known] = ms_of_ns(taken->stamp.at.ns - fingers.pressed[index].ns);
        heard_ms[known] = ms_of_ns(taken->stamp.heard.ns - fingers.pressed[index].ns);
        struck_ms[known] = ms_of_ns(struck_at.ns - fingers.pressed[index].ns);
        known++;
    }
    (void)printf(
        "{\"pressed\":%d,\"stamped\":%d,\"struck_by_thread\":%d,\"said_to_be\":%d,\"unknown\":%d,"
        "\"people\":%d,",
        fingers.press_count,
        client.taken_count,
        atomic_load(&struck_count),
        said,
        unknown,
        client.people);
    print_quantiles("late_ms", stamp_ms, known);
    print_quantiles("heard_ms", heard_ms, known);
    print_quantiles("struck_ms", struck_ms, known);
    (void)printf("\"frames_per_s\":%.1f,\"frame_ms\":%.2f,\"frame_max_ms\":%.2f",
                 (double)client.frame_count /
                     ((double)(host_clock_now().ns - client.start.ns) / (double)NS_PER_S),
                 ms_of_ns(client.frame_ns_sum) / (client.frame_count > 0 ? client.frame_count : 1),
                 ms_of_ns(client.frame_ns_max));
}

/* What is needed to find the strikes in the sound file. */
static void report_sound(void)
{
    const AudioState state = audio_state(client.audio);

    (void)printf(",\"rate_hz\":%d,\"block_frames\":%d,\"frame\":%" PRId64 ",\"frame_ns\":%" PRId64
                 ",\"pressed_ns\":[",
                 state.rate_hz,
                 state.block_frames,
                 client.callback.frame,
                 client.callback.mapped.ns);
    for (int i = 0; i < fingers.press_count; i++) {
        (void)printf("%s%" PRId64, i > 0 ? "," : "", fingers.pressed[i].ns);
    }
    (void)printf("]");
}

int main(int argc, char **argv)
{
    const long presses = argc >= 3 ? strtol(argv[2], NULL, 10) : 0;
    const bool by_thread = argc >= 3 && strcmp(argv[1], "thread") == 0;
    const bool is_silent = argc < 4 || strcmp(argv[3], "-") == 0;

    client.people = argc >= 5 ? (int)strtol(argv[4], NULL, 10) : PEOPLE;
    client.shows_map = argc == 6 && strcmp(argv[5], "map") == 0;
    if (argc > 6 || (argc == 6 && !client.shows_map) || presses < 1 ||
        presses > FINGERS_PRESSES_MAX || client.people < 1 || client.people > PARTICIPANTS_MAX ||
        (!by_thread && strcmp(argv[1], "loop") != 0)) {
        (void)fprintf(stderr,
                      "usage: stamp_keys thread|loop PRESSES [SOUND.wav|- [PEOPLE [map]]]\n");
        return 2;
    }
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        (void)fprintf(stderr, "stamp_keys: %s\n", SDL_GetError());
        return 1;
    }
    if (!open_client(by_thread, is_silent ? NULL : argv[3]) ||
        !fingers_start(&fingers, (int)presses)) {
        (void)fprintf(stderr, "stamp_keys: %s\n", SDL_GetError());
        return 1;
    }
    play();
    fingers_join(&fingers);
    report();
    report_sound();
    (void)printf("}\n");
    audio_destroy(client.audio);
    input_destroy(client.input);
    window_destroy(client.window);
    SDL_Quit();
    return 0;
}
