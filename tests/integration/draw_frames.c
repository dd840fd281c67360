/*
 * How long a frame of the ring and of the map takes with so many people: emitting it and drawing it
 * with the client's own painter by SDL's software renderer at 1280x720, in this thread alone.
 *
 *     draw_frames PEOPLE FRAMES
 *
 * Time is a sixtieth of a second a frame; everybody's mark moves on, and five times a second a
 * block of the map changes as the server sends it. Prints one JSON object with every frame's time
 * on the processor, ms: other work on the machine does not count. Used by `./dev bench draw`.
 */
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/screen_ring.h"
#include "shared/prng.h"
#include "tests/support/canvas.h"
#include "tests/support/stage.h"

enum {
    WIDTH = 1280,
    HEIGHT = 720,
    FRAMES_MAX = 100000,
    FRAMES_PER_S = 60,
    FRAMES_PER_BLOCK = 12 /* five blocks a second */
};

typedef enum {
    VIEW_PLAY,
    VIEW_RING,
    VIEW_MAP,
    VIEW_COUNT
} View;

static const char *const view_names[VIEW_COUNT] = {"play", "ring", "map"};

typedef struct {
    Canvas canvas;
    Stage stage;
    PlayState play;
    ScreenRingState ring;
    ScreenMapState map;
    Ui ui;
    DrawList draw;
    Prng prng;
    int next_seat; /* of the next block */
    int64_t emit_ns[FRAMES_MAX];
    int64_t draw_ns[FRAMES_MAX];
} Bench;

static Bench bench;

/* What this thread has used of the processor. */
static int64_t used_ns(void)
{
    struct timespec used;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * NS_PER_S + used.tv_nsec;
}

/* Teams are of all sizes. */
static void set_stage(int people)
{
    int teams = people < 24 ? 1 : 4 + people / 80;
    ModelOthers *others = &bench.stage.others;

    stage_init(&bench.stage,
               &(StageConfig){.people = people,
                              .teams = teams,
                              .flagged = true,
                              .calibrated = true,
                              .bars = 90,
                              .seed = 5});
    prng_seed(&bench.prng, 7);
    for (int seat = 0; seat < others->seat_count; seat++) {
        double share = prng_uniform(&bench.prng);

        others->roster[seat].team = (uint16_t)(share * sqrt(share) * others->team_count);
    }
}

/* What a MAP message does: new phases, and now and then another verdict. */
static void receive_block(void)
{
    ModelOthers *others = &bench.stage.others;

    for (int i = 0; i < MAP_BLOCK_SEATS; i++) {
        MapEntry *entry = &others->map[bench.next_seat];
        const MapEntry *other = &others->map[prng_below(&bench.prng, (uint64_t)others->seat_count)];

        if (prng_below(&bench.prng, 50) == 0) {
            *entry = *other;
        }
        entry->phase_256 = (int8_t)(entry->phase_256 + (int)prng_below(&bench.prng, 9) - 4);
        bench.next_seat = (bench.next_seat + 1) % others->seat_count;
    }
}

static void emit(View view, int frame, const TextMetrics *metrics)
{
    double now_s = (double)frame / FRAMES_PER_S;
    double beats = 16.0 + now_s * STAGE_TEMPO_MBPM / 60000.0;
    const PlayView play = {.music = stage_now(&bench.stage, beats), .drum_key = "Space"};
    const UiFrame ui_frame = {.draw = &bench.draw,
                              .theme = theme_of(THEME_DARK),
                              .metrics = metrics,
                              .layout = layout_of(WIDTH, HEIGHT, 1.0F),
                              .now_s = now_s};

    draw_list_clear(&bench.draw);
    ui_begin(&bench.ui, &ui_frame);
    if (view == VIEW_PLAY) {
        (void)screen_play(&bench.ui, &bench.stage.model, &play, &bench.play);
    } else if (view == VIEW_RING) {
        (void)screen_ring(&bench.ui, &bench.stage.model, &play, &bench.play, &bench.ring);
    } else {
        (void)screen_map(&bench.ui, &bench.stage.model, &play, &bench.play, &bench.map);
    }
    (void)ui_end(&bench.ui);
}

static void measure(View view, int frames)
{
    const TextMetrics metrics = canvas_metrics(&bench.canvas, 1.0F);

    ui_init(&bench.ui);
    ui_input_pointer(&bench.ui, -10.0F, -10.0F);
    for (int frame = 0; frame < frames; frame++) {
        const int64_t start_ns = used_ns();
        int64_t emitted_ns;

        if (frame % FRAMES_PER_BLOCK == 0) {
            receive_block();
        }
        emit(view, frame, &metrics);
        emitted_ns = used_ns();
        canvas_draw(&bench.canvas, &bench.draw, 1.0F, theme_of(THEME_DARK)->stage);
        bench.emit_ns[frame] = emitted_ns - start_ns;
        bench.draw_ns[frame] = used_ns() - emitted_ns;
    }
}

static void print_times(const char *name, const int64_t *times_ns, int frames)
{
    (void)printf("\"%s\":[", name);
    for (int i = 0; i < frames; i++) {
        (void)printf("%s%.3f", i > 0 ? "," : "", ms_of_ns(times_ns[i]));
    }
    (void)printf("]");
}

int main(int argc, char **argv)
{
    const long people = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    const long frames = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (people < 2 || people > PARTICIPANTS_MAX || frames < 2 || frames > FRAMES_MAX) {
        (void)fprintf(stderr, "usage: draw_frames PEOPLE FRAMES\n");
        return 2;
    }
    if (!canvas_init() || !canvas_open(&bench.canvas, WIDTH, HEIGHT)) {
        (void)fprintf(stderr, "draw_frames: %s\n", SDL_GetError());
        return 1;
    }
    (void)printf("{\"people\":%ld", people);
    for (int view = 0; view < VIEW_COUNT; view++) {
        set_stage((int)people);
        screen_ring_init(&bench.ring);
        screen_map_init(&bench.map);
        bench.play = (PlayState){.has_own_team = false};
        measure((View)view, (int)frames);
        (void)printf(",\"%s\":{", view_names[view]);
        print_times("emit_ms", bench.emit_ns, (int)frames);
        (void)printf(",");
        print_times("draw_ms", bench.draw_ns, (int)frames);
        (void)printf(",\"commands\":%zu,\"copies\":%u,\"fills\":%u}",
                     bench.draw.command_count,
                     renderer_statistics(bench.canvas.renderer).copies,
                     renderer_statistics(bench.canvas.renderer).fills);
    }
    (void)printf("}\n");
    canvas_close(&bench.canvas);
    SDL_Quit();
    return 0;
}
