/*
 * Draws join, lobby, settings, menu and messages from made-up sessions, without a window, into PNG
 * files: a person looks at them, test_render_forms.py checks what can be checked.
 *
 * Usage: render_forms FOLDER [SCENE]
 *
 * Prints a line per picture: its path, the share of it that is not background, a hash of its
 * pixels.
 */
#include <SDL.h>
#include <stdio.h>
#include <string.h>

#include "client/desktop/ui/screen_calibrate.h"
#include "client/desktop/ui/screen_join.h"
#include "client/desktop/ui/screen_lobby.h"
#include "client/desktop/ui/screen_menu.h"
#include "client/desktop/ui/screen_message.h"
#include "client/desktop/ui/screen_settings.h"
#include "tests/support/canvas.h"
#include "tests/support/stage.h"

enum {
    FRAMES = 4 /* focus moves and scroll areas settle */
};

static Stage stage;
static Ui ui;
static DrawList draw;
static AppSettings settings;
static CalibrateScreen calibrate_state;
static CalibrateView calibrate_view;
static JoinScreen join_state;
static LobbyScreen lobby_state;
static MenuScreen menu_state;
static MessageScreen message_state;
static SettingsScreen settings_state;

typedef struct {
    const char *name;
    void (*prepare)(void); /* NULL for nothing */
    void (*draw)(void);
    int parameter;
} Scene;

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
    {"1280x720-contrast", 1280, 720, 1.0F, THEME_HIGH_CONTRAST},
    {"800x600-dark", 800, 600, 1.0F, THEME_DARK},
    {"text-200-light", 1280, 720, 2.0F, THEME_LIGHT},
};

static int parameter;

/* ---- join ------------------------------------------------------------------------------------ */

static void prepare_join(void)
{
    join_state = (JoinScreen){0};
    form_copy(settings.name, sizeof settings.name, "Cleo");
    form_copy(settings.team, sizeof settings.team, "Team Maple");
    form_copy(settings.host, sizeof settings.host, "drums.example.org");
    join_screen_open(&join_state, &settings);
    join_screen_set_link(&join_state, "onedrum://drums.example.org/K7PM-4TWX");
}

static void prepare_join_code(void)
{
    prepare_join();
    join_screen_set_link(&join_state, "K7PM-4TWX");
}

static void prepare_join_errors(void)
{
    RefusedMessage refused = {.reason = REFUSAL_NAME_TAKEN};

    prepare_join_code();
    (void)join_screen_refused(&join_state, &refused);
    words_add(&join_state.errors[JOIN_FIELD_CODE],
              "No session has this code. Check the eight characters, or paste the link.");
}

static void draw_join(void)
{
    JoinView view = {.sound = {.works = true}};

    (void)screen_join(&join_state, &ui, &view);
}

static void draw_join_connecting(void)
{
    JoinView view = {.sound = {.works = true}, .is_connecting = true, .connecting_s = 8.0};

    join_state.link.port = LINK_DEFAULT_PORT;
    form_copy(join_state.link.host, sizeof join_state.link.host, "drums.example.org");
    (void)screen_join(&join_state, &ui, &view);
}

static void draw_join_silent(void)
{
    JoinView view = {.sound = {.works = false}};

    (void)screen_join(&join_state, &ui, &view);
}

/* ---- lobby ----------------------------------------------------------------------------------- */

static void prepare_lobby(void)
{
    int teams = parameter < 100 ? 4 : parameter / 12;

    stage_init(&stage,
               &(StageConfig){.people = parameter,
                              .teams = teams,
                              .calibrated = parameter < 100,
                              .lobby = true,
                              .seed = 5});
    for (int seat = 0; seat < parameter; seat++) {
        stage.others.roster[seat].presence |= seat % 5 != 3 ? PRESENCE_READY : 0;
        stage.others.roster[seat].part = (uint8_t)(seat % 4);
    }
    stage.model.config.calibration_us = -41000;
    stage.others.roster[9].presence = PRESENCE_TAKEN;
    stage.others.roster[5].clock_bars = 2;
    lobby_state = (LobbyScreen){0};
}

static void draw_lobby(void)
{
    LobbyView view = {.model = &stage.model,
                      .music = stage_now(&stage, 0.0),
                      .sound = {.works = true, .device = "headphones, 48 kHz"}};

    (void)screen_lobby(&lobby_state, &ui, &view);
}

static void draw_lobby_facilitator(void)
{
    stage.model.config.facilitates = true;
    draw_lobby();
}

/* ---- settings -------------------------------------------------------------------------------- */

static void prepare_settings(void)
{
    settings_state = (SettingsScreen){.section = (size_t)parameter};
    settings_init(&settings);
    settings.offsets.timing_offset_ms = -41;
    settings.offsets.timing_offset_is_set = true;
    settings.text_size_percent = 110;
    form_copy(settings.name, sizeof settings.name, "Cleo");
}

static void prepare_settings_clash(void)
{
    prepare_settings();
    form_copy(settings.keys[1][1], sizeof settings.keys[1][1], "Space");
    form_copy(settings.keys[2][1], sizeof settings.keys[2][1], "N");
}

static void prepare_settings_capture(void)
{
    prepare_settings();
    settings_state.is_capturing = true;
    settings_state.pad = 1;
}

static void draw_settings(void)
{
    SettingsView view = {.sound = {.works = true, .device = "headphones, 48 kHz"},
                         .version = "0.1.0"};
    bool is_capturing = settings_state.is_capturing;

    (void)screen_settings(&settings_state, &ui, &view, &settings);
    settings_state.is_capturing = is_capturing;
}

/* ---- calibration ----------------------------------------------------------------------------- */

enum {
    CALIBRATE_SOME = 24 + CALIBRATION_BEATS_TO_SETTLE, /* clicks */
    CALIBRATE_ALL = 160
};

/* Taps `delay_ms` late and up to `wobble_ms` more or less, in a pattern that looks like people. */
static void tap_along(int clicks, int64_t delay_ms, int64_t wobble_ms)
{
    static const int64_t shares[] = {-9, 2, 4, -3, 0, 1, -5, 6, -1, 3, 10, -6, 5, -2, 7, -8, 0};
    const size_t share_count = sizeof shares / sizeof shares[0];
    HostTime click = {0};

    calibrate_screen_begin(&calibrate_state, (HostTime){NS_PER_S});
    for (int i = 0; i < clicks; i++) {
        const int64_t off_ms = wobble_ms * shares[(size_t)i % share_count] / 10;

        (void)!calibration_next_click(&calibrate_state.round, (HostTime){INT64_MAX}, &click);
        calibrate_screen_tap(&calibrate_state,
                             (HostTime){click.ns + (delay_ms + off_ms) * NS_PER_MS});
    }
    calibrate_view = (CalibrateView){.now = click,
                                     .seen = {click.ns + 120 * NS_PER_MS},
                                     .sound = {.works = true},
                                     .from = "Autumn Gathering"};
}

/* `parameter` is the delay. */
static void prepare_calibrate(void)
{
    const SettingsOffsets offsets = {.picture_offset_ms = 12};

    calibrate_screen_open(&calibrate_state, &offsets);
    tap_along(CALIBRATE_SOME, parameter, 30);
}

static void prepare_calibrated(void)
{
    prepare_calibrate();
    tap_along(CALIBRATE_ALL, parameter, 30);
}

static void prepare_calibrate_uneven(void)
{
    prepare_calibrate();
    tap_along(CALIBRATE_ALL, 0, 220);
}

static void prepare_calibrate_picture(void)
{
    prepare_calibrate();
    calibrate_state.kind = CALIBRATION_TO_PICTURE;
    tap_along(CALIBRATE_SOME, parameter, 30);
}

static void draw_calibrate(void)
{
    (void)screen_calibrate(&calibrate_state, &ui, &calibrate_view);
}

/* ---- menu and messages ----------------------------------------------------------------------- */

static void prepare_menu(void)
{
    static const char *const titles[] = {"Pulse",
                                         "Backbeat",
                                         "Samba",
                                         "Son clave",
                                         "Kpanlogo",
                                         "Call and response",
                                         "Polyrhythm 3:2",
                                         "Swell",
                                         "Bembe",
                                         "Rumba"};
    CatalogueMessage *catalogue = &stage.model.catalogue[0];

    stage_init(&stage, &(StageConfig){.people = 24, .teams = 4, .calibrated = true, .seed = 5});
    stage.model.config.facilitates = parameter != 0;
    stage.model.catalogue_total = 10;
    for (int i = 0; i < 10; i++) {
        form_copy(catalogue->entries[i].title, sizeof catalogue->entries[i].title, titles[i]);
    }
    lobby_state = (LobbyScreen){0};
    menu_state = (MenuScreen){.tab = parameter == 2 ? 1 : 0, .asks_to_kick = parameter == 3};
    form_copy(menu_state.kick_name, sizeof menu_state.kick_name, "Dario");
}

static void draw_menu(void)
{
    MenuView view = {.model = &stage.model,
                     .music = stage_now(&stage, 46.0),
                     .title = "Autumn Gathering",
                     .can_leave = true};

    draw_lobby();
    (void)screen_menu(&menu_state, &ui, &view);
}

static void prepare_message(void)
{
    message_state = (MessageScreen){0};
}

static void draw_message(void)
{
    RefusedMessage refused = {.reason = (uint8_t)parameter,
                              .number = parameter == REFUSAL_VERSION ? PROTOCOL_VERSION + 1 : 200};
    NoticeMessage kicked = {.kind = NOTICE_KICKED};
    MessageView view = parameter < REFUSAL_COUNT ? message_view_of_refusal(&refused, "Cleo")
                                                 : message_view_of_notice(&kicked);

    (void)screen_message(&message_state, &ui, &view);
}

static const Scene scenes[] = {
    {"join", prepare_join, draw_join, 0},
    {"join-code", prepare_join_code, draw_join, 0},
    {"join-errors", prepare_join_errors, draw_join, 0},
    {"join-connecting", prepare_join, draw_join_connecting, 0},
    {"join-silent", prepare_join, draw_join_silent, 0},
    {"lobby", prepare_lobby, draw_lobby, 24},
    {"lobby-300", prepare_lobby, draw_lobby, 300},
    {"lobby-facilitator", prepare_lobby, draw_lobby_facilitator, 24},
    {"settings-keys", prepare_settings, draw_settings, SETTINGS_KEYS},
    {"settings-clash", prepare_settings_clash, draw_settings, SETTINGS_KEYS},
    {"settings-capture", prepare_settings_capture, draw_settings, SETTINGS_KEYS},
    {"settings-sound", prepare_settings, draw_settings, SETTINGS_SOUND},
    {"settings-timing", prepare_settings, draw_settings, SETTINGS_TIMING},
    {"settings-picture", prepare_settings, draw_settings, SETTINGS_PICTURE},
    {"settings-accessibility", prepare_settings, draw_settings, SETTINGS_ACCESSIBILITY},
    {"settings-privacy", prepare_settings, draw_settings, SETTINGS_PRIVACY},
    {"settings-about", prepare_settings, draw_settings, SETTINGS_ABOUT},
    {"calibrate", prepare_calibrate, draw_calibrate, -41},
    {"calibrate-bluetooth", prepare_calibrate, draw_calibrate, 180},
    {"calibrated", prepare_calibrated, draw_calibrate, -41},
    {"calibrated-bluetooth", prepare_calibrated, draw_calibrate, 226},
    {"calibrate-uneven", prepare_calibrate_uneven, draw_calibrate, 0},
    {"calibrate-picture", prepare_calibrate_picture, draw_calibrate, 40},
    {"menu", prepare_menu, draw_menu, 0},
    {"menu-session", prepare_menu, draw_menu, 1},
    {"menu-people", prepare_menu, draw_menu, 2},
    {"menu-kick", prepare_menu, draw_menu, 3},
    {"message-full", prepare_message, draw_message, REFUSAL_FULL},
    {"message-version", prepare_message, draw_message, REFUSAL_VERSION},
    {"message-kicked", prepare_message, draw_message, REFUSAL_COUNT},
};

/* ---- pictures -------------------------------------------------------------------------------- */

static void run_frames(const Scene *scene, const Picture *picture, Canvas *canvas)
{
    Layout layout = layout_of(picture->width, picture->height, picture->text_size);
    TextMetrics metrics;
    UiFrame frame;

    metrics = canvas_metrics(canvas, layout.scale);
    frame = (UiFrame){
        .draw = &draw, .theme = theme_of(picture->theme), .metrics = &metrics, .layout = layout};
    settings_init(&settings);
    parameter = scene->parameter;
    scene->prepare();
    ui_init(&ui);
    ui_input_pointer(&ui, -10.0F, -10.0F);
    for (int i = 0; i < FRAMES; i++) {
        frame.now_s = 10.0 + 0.1 * i;
        draw_list_clear(&draw);
        ui_begin(&ui, &frame);
        scene->draw();
        (void)ui_end(&ui);
    }
    canvas_draw(canvas, &draw, layout.scale, frame.theme->stage);
}

/* What a script can judge a picture by. */
typedef struct {
    double ink_share; /* of pixels that have another colour than the first one */
    uint32_t hash;    /* FNV-1a of all pixels */
} Look;

static Look look_at(const SDL_Surface *surface)
{
    Look look = {.hash = 2166136261U};
    const uint8_t *pixels = surface->pixels;
    uint32_t first;
    size_t ink_count = 0;

    memcpy(&first, pixels, sizeof first);
    for (int y = 0; y < surface->h; y++) {
        for (int x = 0; x < surface->w; x++) {
            uint32_t pixel;

            memcpy(&pixel, pixels + (size_t)y * (size_t)surface->pitch + (size_t)x * 4U, 4);
            ink_count += pixel != first ? 1 : 0;
            look.hash = (look.hash ^ pixel) * 16777619U;
        }
    }
    look.ink_share = (double)ink_count / ((double)surface->w * (double)surface->h);
    return look;
}

static bool
draw_picture(const Scene *scene, const Picture *picture, Canvas *canvas, const char *folder)
{
    char path[512];
    bool is_written;
    Look look;

    run_frames(scene, picture, canvas);
    (void)snprintf(path, sizeof path, "%s/%s-%s.png", folder, scene->name, picture->name);
    is_written = canvas_save(canvas, path);
    look = look_at(canvas->surface);
    printf("%s %.4f %08x\n", path, look.ink_share, (unsigned)look.hash);
    return is_written && !draw.full;
}

/* Every scene, or the one of this name, on one canvas: fonts are loaded once. */
static bool draw_pictures(const Picture *picture, const char *folder, const char *only)
{
    Canvas canvas = {0};
    bool is_good = canvas_open(&canvas, picture->width, picture->height);

    if (!is_good) {
        fprintf(stderr, "cannot draw: %s\n", SDL_GetError());
    }
    for (size_t s = 0; is_good && s < sizeof scenes / sizeof scenes[0]; s++) {
        if (only == NULL || strcmp(only, scenes[s].name) == 0) {
            is_good = draw_picture(&scenes[s], picture, &canvas, folder);
        }
    }
    canvas_close(&canvas);
    return is_good;
}

int main(int argc, char **argv)
{
    bool is_good = true;

    if (argc < 2) {
        fprintf(stderr, "usage: render_forms FOLDER [SCENE]\n");
        return 2;
    }
    if (!canvas_init()) {
        fprintf(stderr, "SDL: %s\n", SDL_GetError());
        return 1;
    }
    for (size_t p = 0; p < sizeof pictures / sizeof pictures[0]; p++) {
        is_good = draw_pictures(&pictures[p], argv[1], argv[2]) && is_good;
    }
    SDL_Quit();
    return is_good ? 0 : 1;
}
