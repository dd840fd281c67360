/*
 * ctest: timeout=240
 * Nothing on the screens flashes faster than three times a second: films of what one sees while
 * drumming, at tempos up to the fastest, looked at block by block (tests/support/flashes.h).
 */
#include <SDL.h>
#include <math.h>
#include <string.h>

#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/screen_ring.h"
#include "shared/prng.h"
#include "tests/support/canvas.h"
#include "tests/support/check.h"
#include "tests/support/flashes.h"
#include "tests/support/stage.h"

enum {
    WIDTH = 1280,
    HEIGHT = 720,
    SECONDS = 2,
    PEOPLE = 24,
    MAPS_PER_S = 5
};

static Stage stage;
static PlayState play_state;
static ScreenRingState ring_state;
static ScreenMapState map_state;
static Ui ui;
static DrawList draw;
static Canvas canvas;
static FlashFilm film;

typedef enum {
    FILM_PLAY,
    FILM_RING,
    FILM_MAP
} FilmScreen;

typedef struct {
    FilmScreen screen;
    double tempo_bpm;
    ThemeKind theme;
    bool calm_light;
    bool reduced_motion;
} Scene;

static int open_canvas(void **state)
{
    (void)state;
    check(canvas_init());
    check(canvas_open(&canvas, WIDTH, HEIGHT));
    return 0;
}

static int close_canvas(void **state)
{
    (void)state;
    canvas_close(&canvas);
    SDL_Quit();
    return 0;
}

static const uint32_t *row_of(void *owner, int y)
{
    return canvas_row(owner, y);
}

/* The restless: every hit another word, every map another verdict for a quarter of the people. */
static void stir(Prng *prng, double beats, double step_beats, bool map_comes)
{
    static const int32_t lateness_us[] = {0, -45000, 2000, 48000, -90000};
    const double note = floor(2.0 * beats) / 2.0;

    if (note >= 0.0 && beats - note < step_beats) {
        stage_hit(&stage, note, lateness_us[prng_below(prng, 5)]);
        stage.model.standing.combo = (uint16_t)prng_below(prng, 60);
    }
    for (int seat = 1; map_comes && seat < PEOPLE; seat += 4) {
        stage.others.map[seat].verdict = (uint8_t)prng_below(prng, VERDICT_COUNT_SENT);
        stage.others.map[seat].phase_256 = (int8_t)(prng_below(prng, 256) - 128);
    }
}

static void draw_scene(const Scene *scene, double beats)
{
    const PlayView view = {
        .music = stage_now(&stage, beats), .calm_light = scene->calm_light, .drum_key = "Space"};

    if (scene->screen == FILM_RING) {
        (void)screen_ring(&ui, &stage.model, &view, &play_state, &ring_state);
    } else if (scene->screen == FILM_MAP) {
        (void)screen_map(&ui, &stage.model, &view, &play_state, &map_state);
    } else {
        (void)screen_play(&ui, &stage.model, &view, &play_state);
    }
}

static void set_stage(const Scene *scene)
{
    const StageConfig config = {
        .people = PEOPLE, .teams = 4, .flagged = true, .calibrated = true, .bars = 30, .seed = 5};

    stage_init(&stage, &config);
    timeline_init(&stage.model.timeline, 0, 4);
    check(timeline_start(
        &stage.model.timeline, (SessionTime){0}, 1, (int32_t)lround(scene->tempo_bpm * 1000.0)));
    memset(&play_state, 0, sizeof play_state);
    screen_ring_init(&ring_state);
    screen_map_init(&map_state);
    ui_init(&ui);
    ui_input_pointer(&ui, -10.0F, -10.0F);
    flash_film_init(&film, WIDTH, HEIGHT);
    if (scene->screen == FILM_PLAY && !scene->reduced_motion) {
        /* Notes that pass a place are no lamp, but each place sees them come and go; all places
           together are still held to the guideline's area. */
        film.apart = (FlashApart){.x = 24, .y = 64, .width = 744, .height = 348};
    }
}

static void shoot(const Scene *scene)
{
    const Layout layout = layout_of(WIDTH, HEIGHT, 1.0F);
    const TextMetrics metrics = canvas_metrics(&canvas, layout.scale);
    const double step_beats = scene->tempo_bpm / 60.0 / FLASH_FPS;
    UiFrame frame = {.draw = &draw,
                     .theme = theme_of(scene->theme),
                     .metrics = &metrics,
                     .layout = layout,
                     .reduced_motion = scene->reduced_motion};
    static const char *const names[] = {"play", "ring", "map"};
    Prng prng;

    set_stage(scene);
    prng_seed(&prng, 3);
    for (int i = 0; i < SECONDS * FLASH_FPS; i++) {
        const double beats = 8.0 + step_beats * i;

        stir(&prng, beats, step_beats, i % (FLASH_FPS / MAPS_PER_S) == 0);
        frame.now_s = 10.0 + (double)i / FLASH_FPS;
        draw_list_clear(&draw);
        ui_begin(&ui, &frame);
        draw_scene(scene, beats);
        (void)ui_end(&ui);
        canvas_draw(&canvas, &draw, layout.scale, frame.theme->stage);
        flash_film_add(&film, row_of, &canvas);
    }
    print_message("%s %3.0f BPM theme %d: %.3f %% of the window, %d px2 near each other\n",
                  names[scene->screen],
                  scene->tempo_bpm,
                  (int)scene->theme,
                  100.0 * film.worst_share,
                  film.worst_near_px);
}

/* A flash that covers less than this share of the window may be faster. */
#define SHARE_MAX 0.01

static void nothing_flashes_at_any_tempo(void **state)
{
    static const double tempos_bpm[] = {60.0, 112.0, 149.0, 151.0, 200.0, 300.0};

    (void)state;
    for (size_t i = 0; i < sizeof tempos_bpm / sizeof tempos_bpm[0]; i++) {
        shoot(&(Scene){.screen = FILM_PLAY, .tempo_bpm = tempos_bpm[i], .calm_light = i % 2 == 0});
        check_i64_between(film.worst_near_px, 0, FLASH_NEAR_PX_MAX);
        check_between(film.worst_share, 0.0, SHARE_MAX);
    }
}

static void nothing_flashes_in_any_theme(void **state)
{
    (void)state;
    for (int theme = 0; theme < THEME_KIND_COUNT; theme++) {
        for (int screen = FILM_PLAY; screen <= FILM_MAP; screen++) {
            shoot(&(Scene){
                .screen = (FilmScreen)screen, .tempo_bpm = 300.0, .theme = (ThemeKind)theme});
            check_i64_between(film.worst_near_px, 0, FLASH_NEAR_PX_MAX);
            check_between(film.worst_share, 0.0, SHARE_MAX);
        }
    }
}

/* There is no passing of notes to set apart. */
static void with_reduced_motion_the_lane_is_calm_too(void **state)
{
    static const double tempos_bpm[] = {120.0, 180.0, 200.0, 300.0};

    (void)state;
    for (size_t i = 0; i < sizeof tempos_bpm / sizeof tempos_bpm[0]; i++) {
        shoot(&(Scene){.screen = FILM_PLAY, .tempo_bpm = tempos_bpm[i], .reduced_motion = true});
        check_between(film.worst_share, 0.0, SHARE_MAX);
    }
}

/* ---- the counter itself ---------------------------------------------------------------------- */

static uint32_t lamp[WIDTH];

static const uint32_t *row_of_lamp(void *owner, int y)
{
    (void)owner;
    (void)y;
    return lamp;
}

/* The whole window goes between two greys `changes_per_s` times a second. */
static void film_lamp(int changes_per_s, uint32_t dark, uint32_t bright)
{
    flash_film_init(&film, WIDTH, HEIGHT);
    for (int i = 0; i < SECONDS * FLASH_FPS; i++) {
        const bool is_bright = (i * changes_per_s / FLASH_FPS) % 2 == 1;

        for (int x = 0; x < WIDTH; x++) {
            lamp[x] = (is_bright ? bright : dark) * 0x010101U;
        }
        flash_film_add(&film, row_of_lamp, NULL);
    }
}

static void a_window_that_flashes_is_caught_and_a_slow_or_faint_one_is_not(void **state)
{
    (void)state;
    film_lamp(10, 0x14, 0xC0); /* five flashes a second */
    check_between(film.worst_share, 0.99, 1.0);
    check_i64_between(film.worst_near_px, FLASH_NEAR_PX_MAX, 4 * FLASH_NEAR_PX_MAX);
    film_lamp(6, 0x14, 0xC0); /* three */
    check_between(film.worst_share, 0.0, 0.0);
    film_lamp(10, 0x14, 0x50); /* by less than a tenth */
    check_between(film.worst_share, 0.0, 0.0);
    film_lamp(10, 0xF0, 0xFF); /* the darker is bright */
    check_between(film.worst_share, 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_that_flashes_is_caught_and_a_slow_or_faint_one_is_not),
        cmocka_unit_test(nothing_flashes_at_any_tempo),
        cmocka_unit_test(nothing_flashes_in_any_theme),
        cmocka_unit_test(with_reduced_motion_the_lane_is_calm_too),
    };

    return cmocka_run_group_tests(tests, open_canvas, close_canvas);
}
