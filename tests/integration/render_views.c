/*
 * Draws the screens of the desktop client from a session made of numbers, without a window, into
 * PNG files: a person looks at them, and test_render_views.py checks that they are not empty.
 *
 * Usage: render_views FOLDER [SCREEN|all]
 *
 * Every screen is drawn at 1280x720 dark and light, at 800x600, at 1280x720 with text of 200 %, and
 * in two small windows; one SCREEN, or "all", also of high contrast and light with large text.
 */
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/ui/screen_map.h"
#include "client/desktop/ui/screen_play.h"
#include "client/desktop/ui/screen_practice.h"
#include "client/desktop/ui/screen_results.h"
#include "client/desktop/ui/screen_ring.h"
#include "client/desktop/ui/widgets.h"
#include "shared/prng.h"
#include "tests/support/canvas.h"
#include "tests/support/stage.h"

/* Where in the music the pictures are taken: just before the fourth beat of bar 12. */
#define PICTURE_BEATS (4.0 * 11.0 + 2.93)

static Stage stage;
static PlayState play_state;
static Ui ui;
static DrawList draw;

typedef void (*DrawScreen)(void);

typedef struct {
    const char *name;
    void (*prepare)(void); /* the stage */
    DrawScreen draw;
} Screen;

typedef struct {
    const char *name;
    int width;
    int height;
    float text_size;
    ThemeKind theme;
} Picture;

static const Picture pictures[] = {
    {"1280x720-dark", 1280, 720, 1.0F, THEME_DARK},
    {"1280x720-light", 1280, 720, 1.0F, THEME_LIGHT},
    {"800x600-dark", 800, 600, 1.0F, THEME_DARK},
    {"text-200-dark", 1280, 720, 2.0F, THEME_DARK},
    {"480x320-dark", 480, 320, 1.0F, THEME_DARK},
    {"400x240-light", 400, 240, 1.0F, THEME_LIGHT},
    {"text-200-light", 1280, 720, 2.0F, THEME_LIGHT},
    {"1280x720-contrast", 1280, 720, 1.0F, THEME_HIGH_CONTRAST},
};

/* ---- stages -----------------------------------------------------------------------------------
 */

static void play_along(bool all_notes)
{
    static const double notes[] = {0.0, 1.0, 2.0, 3.0, 3.5};
    Prng prng;

    prng_seed(&prng, 11);
    for (int bar = 0; bar < 12; bar++) {
        for (int i = 0; i < 5; i++) {
            double beats = 4.0 * bar + notes[i];

            if (beats < PICTURE_BEATS - 0.2 && (all_notes || beats < PICTURE_BEATS - 1.2)) {
                stage_hit(&stage, beats, (int32_t)lround(-17000.0 + 17000.0 * prng_normal(&prng)));
            }
        }
    }
    if (!all_notes) {
        stage_hit(&stage, 46.0, -34000);
    }
}

static void prepare_2(void)
{
    stage_init(&stage,
               &(StageConfig){.people = 2, .teams = 1, .calibrated = true, .bars = 90, .seed = 5});
    play_along(true);
}

static void prepare_24(void)
{
    stage_init(
        &stage,
        &(StageConfig){
            .people = 24, .teams = 4, .flagged = true, .calibrated = true, .bars = 90, .seed = 5});
    play_along(false);
}

static void prepare_uncalibrated(void)
{
    stage_init(&stage,
               &(StageConfig){.people = 24, .teams = 4, .flagged = true, .bars = 10, .seed = 5});
    play_along(true);
}

/* Teams of a company are of all sizes. */
static void gather_teams(void)
{
    ModelOthers *others = &stage.others;
    Prng prng;

    prng_seed(&prng, 7);
    for (int team = 0; team < others->team_count; team++) {
        others->teams[team].members = 0;
    }
    for (int seat = 0; seat < others->seat_count; seat++) {
        double share = prng_uniform(&prng);
        int team = (int)(share * sqrt(share) * others->team_count);

        others->roster[seat].team = (uint16_t)team;
        others->teams[team].members++;
    }
}

static void prepare_900(void)
{
    stage_init(&stage,
               &(StageConfig){.people = 900,
                              .teams = 34,
                              .flagged = true,
                              .calibrated = true,
                              .bars = 90,
                              .seed = 5});
    gather_teams();
    play_along(true);
}

static void prepare_900_teams(void)
{
    stage_init(&stage,
               &(StageConfig){.people = 900,
                              .teams = 34,
                              .flagged = true,
                              .calibrated = true,
                              .bars = 90,
                              .privacy = PRIVACY_TEAMS,
                              .seed = 5});
    play_along(true);
}

static void prepare_3000(void)
{
    stage_init(&stage,
               &(StageConfig){.people = 3000,
                              .teams = 42,
                              .flagged = true,
                              .calibrated = true,
                              .bars = 90,
                              .seed = 5});
    gather_teams();
    play_along(true);
}

static void prepare_lobby(void)
{
    stage_init(
        &stage,
        &(StageConfig){.people = 24, .teams = 4, .calibrated = true, .lobby = true, .seed = 5});
    stage.model.snapshot.active = 0;
}

/* A programme of three grooves in two takes, and one's own hits. */
static void play_programme(void)
{
    static const char *const titles[] = {"Pulse", "Backbeat", "Son clave"};
    static const int until[] = {20, 60, 90};
    ModelOthers *others = &stage.others;
    Prng prng;

    stage.model.catalogue_total = 3;
    for (int groove = 0; groove < 3; groove++) {
        char *title = stage.model.catalogue[0].entries[groove].title;

        (void)snprintf(title, TITLE_BYTES_MAX, "%s", titles[groove]);
        for (int bar = groove == 0 ? 0 : until[groove - 1]; bar < until[groove]; bar++) {
            others->bar_grooves[bar] = (uint8_t)groove;
            others->bars[bar].take = groove == 2 ? 2 : 1;
        }
    }
    stage.model.timeline.sections[stage.model.timeline.section_count - 1].take = 2;
    prng_seed(&prng, 11);
    for (int note = 0; note < 412; note++) {
        stage_hit(&stage, note, (int32_t)lround(-12000.0 + 17000.0 * prng_normal(&prng)));
    }
}

static void prepare_results_of(int people, int teams)
{
    stage_init(&stage,
               &(StageConfig){.people = people,
                              .teams = teams,
                              .flagged = true,
                              .calibrated = true,
                              .bars = 90,
                              .seed = 5});
    play_programme();
}

static void prepare_results_2(void)
{
    prepare_results_of(2, 1);
}

static void prepare_results(void)
{
    prepare_results_of(24, 4);
}

static void prepare_results_900(void)
{
    prepare_results_of(900, 34);
}

static void prepare_results_3000(void)
{
    prepare_results_of(3000, 42);
}

/* ---- screens ----------------------------------------------------------------------------------
 */

static PlayView view_at(double beats)
{
    return (PlayView){.music = stage_now(&stage, beats), .drum_key = "Space"};
}

/* What is eased needs a few frames; the newest hit is fresh. */
static void draw_play_view(const PlayView *view)
{
    (void)screen_play(&ui, &stage.model, view, &play_state);
}

static void draw_play(void)
{
    PlayView view = view_at(PICTURE_BEATS);

    draw_play_view(&view);
}

static void draw_count_in(void)
{
    PlayView view = view_at(-1.6);

    draw_play_view(&view);
}

static void draw_gone(void)
{
    PlayView view = view_at(PICTURE_BEATS);

    stage.model.phase = MODEL_CONNECTING;
    view.notice = (PlayNotice){.shown = true,
                               .spinner = true,
                               .headline = "Keep drumming. The server is out of reach.",
                               .detail = "Your click goes on; your seat is kept."};
    draw_play_view(&view);
}

static void draw_reduced(void)
{
    PlayView view = view_at(PICTURE_BEATS);

    ui.frame.reduced_motion = true;
    view.hidden_meter = true;
    draw_play_view(&view);
}

static void prepare_results_alone(void)
{
    prepare_results();
    stage.model.snapshot.joined = 1;
    for (int bar = 0; bar < stage.others.bar_count; bar++) {
        stage.others.bars[bar].active = 1;
    }
}

static void prepare_results_listened(void)
{
    prepare_results_alone();
    stage.model.own_count = 0;
    stage.model.standing = (StandingMessage){.notes = 30};
}

static void draw_results(void)
{
    static ResultsState state;
    ResultsView view = {.music = stage_now(&stage, 360.0)};

    state = (ResultsState){.scroll = {.offset_px = 0.0F}};
    (void)screen_results(&ui, &stage.model, &view, &state);
}

static void draw_ring_alone(bool names)
{
    ScreenRingState state;
    PlayView view = view_at(PICTURE_BEATS);

    screen_ring_init(&state);
    view.names = names;
    (void)screen_ring(&ui, &stage.model, &view, &play_state, &state);
}

static void draw_ring_with_names(void)
{
    draw_ring_alone(true);
}

static void draw_ring_without_names(void)
{
    draw_ring_alone(false);
}

/* `chosen` has the card; MAP_NOBODY for nobody. */
static void draw_map_with(int chosen)
{
    static ScreenMapState state;
    PlayView view = view_at(PICTURE_BEATS);

    screen_map_init(&state);
    state.selected_seat = chosen;
    (void)screen_map(&ui, &stage.model, &view, &play_state, &state);
}

static void draw_map(void)
{
    draw_map_with(MAP_NOBODY);
}

static void draw_map_with_card(void)
{
    draw_map_with(7);
}

static void draw_ring_with_card(void)
{
    ScreenRingState state;
    PlayView view = view_at(PICTURE_BEATS);

    screen_ring_init(&state);
    state.selected_seat = 7;
    state.selected_team = 2;
    (void)screen_ring(&ui, &stage.model, &view, &play_state, &state);
}

static void draw_practice_view(bool playing)
{
    static PracticeState state;
    static const char *const grooves[] = {"Pulse", "Backbeat", "Samba", "Son clave", "Bembe"};
    static const float spreads_ms[] = {31, 32, 30, 29, 29.5F, 28, 30, 27, 26, 27,
                                       25, 23, 24, 25, 22,    21, 22, 20, 19, 17};
    PracticeSettings settings = practice_settings_default();
    PracticeView view = {.play = view_at(PICTURE_BEATS),
                         .playing = playing,
                         .has_results = true,
                         .grooves = grooves,
                         .groove_count = 4,
                         .ramp_step_bpm = 2,
                         .ramp_bars = 4,
                         .spreads_ms = spreads_ms,
                         .spread_count = sizeof spreads_ms / sizeof spreads_ms[0],
                         .spread_words = "31 ms in September, 17 ms now"};

    settings.groove = 1;
    settings.tempo_bpm = 112;
    settings.gap = true;
    settings.bandmates = 7;
    view.play.with_score = true;
    state = (PracticeState){.scroll = {.offset_px = 0.0F}};
    (void)screen_practice(&ui, &stage.model, &view, &settings, &state);
}

static void draw_practice(void)
{
    draw_practice_view(true);
}

static void draw_practice_stopped(void)
{
    draw_practice_view(false);
}

static const Screen screens[] = {
    {"play", prepare_24, draw_play},
    {"play-uncalibrated", prepare_uncalibrated, draw_play},
    {"play-count-in", prepare_24, draw_count_in},
    {"play-lobby", prepare_lobby, draw_play},
    {"play-server-gone", prepare_24, draw_gone},
    {"play-reduced", prepare_24, draw_reduced},
    {"play-900", prepare_900, draw_play},
    {"play-3000", prepare_3000, draw_play},
    {"ring-2", prepare_2, draw_ring_with_names},
    {"ring-24", prepare_24, draw_ring_with_names},
    {"ring-card", prepare_900, draw_ring_with_card},
    {"ring-900", prepare_900, draw_ring_without_names},
    {"ring-3000", prepare_3000, draw_ring_without_names},
    {"map-2", prepare_2, draw_map},
    {"map-24", prepare_24, draw_map_with_card},
    {"map-900", prepare_900, draw_map_with_card},
    {"map-3000", prepare_3000, draw_map},
    {"ring-900-hidden", prepare_900_teams, draw_ring_without_names},
    {"map-900-hidden", prepare_900_teams, draw_map},
    {"practice", prepare_24, draw_practice},
    {"practice-stopped", prepare_lobby, draw_practice_stopped},
    {"results-2", prepare_results_2, draw_results},
    {"results-24", prepare_results, draw_results},
    {"results-900", prepare_results_900, draw_results},
    {"results-3000", prepare_results_3000, draw_results},
    {"results-alone", prepare_results_alone, draw_results},
    {"results-listened", prepare_results_listened, draw_results},
};

/* ---- pictures ---------------------------------------------------------------------------------
 */

static bool
draw_picture(const Screen *screen, const Picture *picture, Canvas *canvas, const char *folder)
{
    Layout layout = layout_of(picture->width, picture->height, picture->text_size);
    TextMetrics metrics;
    UiFrame frame;
    char path[512];
    bool written;

    metrics = canvas_metrics(canvas, layout.scale);
    frame = (UiFrame){
        .draw = &draw, .theme = theme_of(picture->theme), .metrics = &metrics, .layout = layout};
    memset(&play_state, 0, sizeof play_state);
    screen->prepare();
    ui_init(&ui);
    ui_input_pointer(&ui, -10.0F, -10.0F);
    for (int i = 0; i < 3; i++) {
        frame.now_s = 10.0 + 0.05 * i;
        draw_list_clear(&draw);
        ui_begin(&ui, &frame);
        screen->draw();
        (void)ui_end(&ui);
    }
    canvas_draw(canvas, &draw, layout.scale, frame.theme->stage);
    (void)snprintf(path, sizeof path, "%s/%s-%s.png", folder, screen->name, picture->name);
    written = canvas_save(canvas, path);
    printf("%s: %zu commands%s\n", path, draw.command_count, draw.full ? ", FULL" : "");
    return written && !draw.full;
}

/* Every screen, or the one of this name, on one canvas: fonts are loaded once. */
static bool draw_pictures(const Picture *picture, const char *folder, const char *only)
{
    Canvas canvas = {0};
    bool all_written = canvas_open(&canvas, picture->width, picture->height);

    if (!all_written) {
        fprintf(stderr, "cannot draw: %s\n", SDL_GetError());
    }
    for (size_t s = 0; all_written && s < sizeof screens / sizeof screens[0]; s++) {
        if (only == NULL || strcmp(only, screens[s].name) == 0) {
            all_written = draw_picture(&screens[s], picture, &canvas, folder);
        }
    }
    canvas_close(&canvas);
    return all_written;
}

int main(int argc, char **argv)
{
    const size_t picture_count = sizeof pictures / sizeof pictures[0] - (argc > 2 ? 0 : 2);
    const char *only = argc > 2 && strcmp(argv[2], "all") != 0 ? argv[2] : NULL;
    bool all_written = true;

    if (argc < 2) {
        fprintf(stderr, "usage: render_views FOLDER [SCREEN|all]\n");
        return 2;
    }
    if (!canvas_init()) {
        fprintf(stderr, "SDL: %s\n", SDL_GetError());
        return 1;
    }
    for (size_t p = 0; p < picture_count; p++) {
        all_written = draw_pictures(&pictures[p], argv[1], only) && all_written;
    }
    SDL_Quit();
    return all_written ? 0 : 1;
}
