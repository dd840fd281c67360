#include "client/desktop/app.h"

#include <SDL.h>
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/desktop/settings_file.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

#define FRAME_NS (16 * NS_PER_MS)
#define IDLE_FRAME_NS (250 * NS_PER_MS)
#define NOBODY "Guest"
/* More than what comes between two readings of clocks on a busy machine. */
#define SLEPT_NS_MIN (100 * NS_PER_MS)

/* ---- opening --------------------------------------------------------------------------------- */

static void open_settings(App *app)
{
    SettingsReading reading;
    SettingsFileError error;

    settings_init(&app->settings);
    if (app->options->config != NULL) {
        (void)snprintf(
            app->settings_path.text, sizeof app->settings_path.text, "%s", app->options->config);
    } else if (!user_path_config(SETTINGS_FILE, &app->settings_path)) {
        log_warning("app: settings are not kept, because HOME is not set");
        return;
    }
    if (!settings_file_read(app->settings_path.text, &app->settings, &reading, &error)) {
        log_warning("app: %s", error.reason);
    } else if (reading.refused_count > 0) {
        log_warning("app: %d settings in %s were not understood: %s",
                    reading.refused_count,
                    app->settings_path.text,
                    reading.first_refusal);
    }
}

static void open_history(App *app)
{
    HistoryError error;

    if (!user_path_data(app->options->data, "seats", &app->seats_path)) {
        log_warning("app: seats in sessions are not kept, because HOME is not set");
    }
    /* Where seats are not kept, somebody has been told why. */
    if (!user_path_data(app->options->data, "known_skews", &app->skews_path)) {
        app->skews_path.text[0] = '\0';
    }
    if (!user_path_data(app->options->data, HISTORY_FILE, &app->history_path)) {
        log_warning("app: the practice history is not kept, because HOME is not set");
        return;
    }
    if (!history_read(app->history_path.text, &app->history, &error)) {
        log_warning("app: %s", error.reason);
    } else if (app->history.skipped > 0) {
        log_warning("app: %u lines of %s could not be read",
                    (unsigned)app->history.skipped,
                    app->history_path.text);
    }
}

/* Texts that were checked before. */
static void set_person(App *app, const char *key, const char *value)
{
    const bool taken = settings_set(&app->settings, "person", key, value, NULL);

    assert(taken);
    (void)taken;
}

/* The command line outranks the file, for this run. */
static void heed_options(App *app)
{
    const Options *options = app->options;
    AppSettings *settings = &app->settings;

    if (options->name != NULL) {
        set_person(app, "name", options->name);
    }
    if (options->team != NULL) {
        set_person(app, "team", options->team);
    }
    if (options->has_theme) {
        settings->theme = options->theme;
    }
    if (options->text_scale > 0.0) {
        settings->text_size_percent = (int32_t)lround(options->text_scale * 100.0);
    }
    if (options->has_calibration) {
        settings->offsets.timing_offset_is_set = true;
        settings->offsets.timing_offset_ms = options->calibration_ms;
    }
}

/* Between the slow parts of a frame: the own drum does not wait for the picture. */
static void fetch_keys(void *owner)
{
    App *app = owner;

    if (app->input != NULL) {
        SDL_PumpEvents();
        app_take_hits(app, host_clock_now());
    }
}

static bool open_window(App *app, AppError *error)
{
    const Options *options = app->options;
    const WindowConfig config = {
        .width = options->width != 0 ? options->width : 1280,
        .height = options->height != 0 ? options->height : 720,
        .in_memory = options->headless || options->screens != NULL,
    };
    WindowError problem = {{0}};

    app->window = window_create(&config, &problem);
    if (app->window == NULL) {
        (void)snprintf(error->reason, sizeof error->reason, "%s", problem.reason);
        return false;
    }
    if (!config.in_memory) {
        app->input = input_create();
        window_on_pause(app->window, fetch_keys, app);
        if (app->input != NULL) {
            input_strike_at_once(app->input, window_of_sdl(app->window), app_strike_from_keys, app);
        }
    }
    return true;
}

static bool open_report(App *app, AppError *error)
{
    if (app->options->report_input == NULL) {
        return true;
    }
    app->input_report = fopen(app->options->report_input, "w");
    if (app->input_report == NULL) {
        (void)snprintf(error->reason,
                       sizeof error->reason,
                       "%.200s cannot be written: choose another file for --report-input",
                       app->options->report_input);
        return false;
    }
    (void)fprintf(app->input_report, "host_ns,pad\n");
    return true;
}

static bool open_sound(App *app, HostTime now)
{
    AudioConfig config = {.choice = app->options->audio, .file = app->options->audio_file};

    if (app->options->screens != NULL ||
        (app->options->headless && app->options->audio != AUDIO_FILE)) {
        config.choice = AUDIO_NULL;
    }

    app->audio = audio_create(&config, now);
    audio_feed_init(&app->feed);
    audio_feed_init(&app->preview.feed);
    applied_clock_init(&app->preview.clock);
    return app->audio != NULL;
}

/* What the command line asks to begin with. */
static void begin(App *app, HostTime now)
{
    const Options *options = app->options;

    if (options->join != NULL) {
        join_screen_set_link(&app->join, options->join);
        if (app->settings.name[0] == '\0' && (options->headless || options->autoplay)) {
            set_person(app, "name", NOBODY);
        }
        if (app->settings.name[0] != '\0') {
            app_join(app, &options->link, now);
        }
    } else if (options->practice) {
        app_practise(app, now);
    }
    if (options->screen != NULL) {
        app_open_screen(app, options->screen, now);
    }
}

App *app_create(const Options *options, HostTime now, AppError *error)
{
    App *app = calloc(1, sizeof *app);
    bool opened = app != NULL;

    (void)snprintf(error->reason, sizeof error->reason, "There is no memory left.");
    if (!opened) {
        return NULL;
    }
    app->options = options;
    app->seed = (uint64_t)now.ns ^ ((uint64_t)getpid() << 40);
    app->room = room_create();
    ui_init(&app->ui);
    draw_list_clear(&app->draw);
    screen_ring_init(&app->ring);
    screen_map_init(&app->map);
    app->practising = practice_settings_default();
    app->practising_applied = app->practising;
    autoplay_init(&app->autoplay, options->screens != NULL ? 5 : app->seed);
    open_settings(app);
    open_history(app);
    heed_options(app);
    app->slept_ns = host_clock_slept_ns();
    recorder_begin(&app->recorder, options->trace);
    opened = app->room != NULL && open_sound(app, now) && open_window(app, error) &&
             open_report(app, error);
    if (opened) {
        app->room->pings = recorder_pings(&app->recorder);
        join_screen_open(&app->join, &app->settings);
        app_apply_settings(app, now);
        begin(app, now);
    }
    if (!opened) {
        app_destroy(app);
        return NULL;
    }
    return app;
}

void app_destroy(App *app)
{
    const HostTime now = host_clock_now();

    if (app == NULL) {
        return;
    }
    if (app->room != NULL && app->window != NULL) {
        app_leave(app, now);
    }
    while (app->room != NULL && !room_has_left(app->room)) {
        room_service(app->room, host_clock_now());
        host_clock_sleep_until((HostTime){host_clock_now().ns + 5 * NS_PER_MS});
    }
    room_destroy(app->room);
    input_destroy(app->input);
    audio_destroy(app->audio);
    recorder_end(&app->recorder);
    window_destroy(app->window);
    if (app->input_report != NULL && fclose(app->input_report) != 0) {
        log_warning("app: the report of hits is not complete");
    }
    free(app);
}

/* ---- rooms ----------------------------------------------------------------------------------- */

static RoomPerson person_of(App *app)
{
    RoomPerson person = {
        .name = app->settings.name,
        .team = app->settings.team,
        .calibrated = app->settings.offsets.timing_offset_is_set,
        .calibration_us = app->settings.offsets.timing_offset_ms * 1000,
        .known_hosts = app->options->known_hosts,
        .kept_seats = app->seats_path.text[0] == '\0' ? NULL : app->seats_path.text,
        .known_skews = app->skews_path.text[0] == '\0' ? NULL : app->skews_path.text,
    };

    /* A simulated person has measured their own offset, unless one was given. */
    if (app->options->autoplay && !person.calibrated) {
        person.calibrated = true;
        person.calibration_us = autoplay_calibration_us(&app->autoplay);
    }
    app->seed++;
    person.seed = app->options->screens != NULL ? 5 : app->seed;
    return person;
}

/* Wakes the main loop; on the network thread. */
static void wake_loop(void *owner)
{
    SDL_Event event = {.type = SDL_USEREVENT};

    (void)owner;
    (void)SDL_PushEvent(&event);
}

/* Nothing of the room before is shown or heard in the next. */
static void forget_room(App *app)
{
    audio_feed_leave(&app->feed, app->audio);
    app->preview.on = false;
    memset(&app->play, 0, sizeof app->play);
    memset(&app->practice, 0, sizeof app->practice);
    memset(&app->results, 0, sizeof app->results);
    memset(&app->lobby, 0, sizeof app->lobby);
    memset(&app->menu, 0, sizeof app->menu);
    app->menu_open = false;
    app->ring_open = false;
    app->map_open = false;
    app->practice_results = false;
    app->has_message = false;
    app->results_left_take = 0;
    app->refusals_seen = 0;
    app->notices_seen = 0;
    app->kept_take = 0;
    app->take_over = 0;
    app->redraws = true;
}

void app_join(App *app, const Link *link, HostTime now)
{
    const RoomPerson person = person_of(app);

    app_leave(app, now);
    forget_room(app);
    if (!room_join(app->room, link, &person, app->input == NULL ? NULL : wake_loop, now)) {
        log_error("app: this machine gives no thread or memory; close other programs");
        app->quits = true;
        app->exit_status = 1;
    }
}

void app_practise(App *app, HostTime now)
{
    const RoomPerson person = person_of(app);

    app_leave(app, now);
    forget_room(app);
    if (!room_practise(app->room, &person, now)) {
        log_error("app: this machine gives no memory; close other programs");
        app->quits = true;
        app->exit_status = 1;
        return;
    }
    /* Nothing that could be wanted, so that groove and tempo are ordered at once. */
    app->practising_applied.groove = GROOVES_MAX;
    app->practising_applied.tempo_bpm = 0;
}

void app_leave(App *app, HostTime now)
{
    app_keep_take(app);
    room_leave(app->room, now);
    forget_room(app);
    join_screen_open(&app->join, &app->settings);
}

/* ---- settings -------------------------------------------------------------------------------- */

static void apply_keys(App *app)
{
    InputBindings bindings = {{{0}}};

    if (app->input == NULL) {
        return;
    }
    for (int pad = 0; pad < SETTINGS_PADS; pad++) {
        const int strikes = app->settings.one_key ? 0 : pad;
        int place = 0;

        while (bindings.scancodes[strikes][0] != 0 && place < INPUT_KEYS_PER_PAD_MAX &&
               bindings.scancodes[strikes][place] != 0) {
            place++;
        }
        for (int i = 0; i < SETTINGS_KEYS_PER_PAD && place < INPUT_KEYS_PER_PAD_MAX; i++) {
            const char *key = app->settings.keys[pad][i];

            if (key[0] != '\0') {
                bindings.scancodes[strikes][place] = (int32_t)SDL_GetScancodeFromName(key);
                place += bindings.scancodes[strikes][place] != 0 ? 1 : 0;
            }
        }
    }
    input_set_bindings(app->input, &bindings);
}

void app_apply_settings(App *app, HostTime now)
{
    const AppSettings *settings = &app->settings;
    const bool in_force =
        app->room->kind == ROOM_NONE ||
        (app->room->model.config.calibrated == settings->offsets.timing_offset_is_set &&
         app->room->model.config.calibration_us == settings->offsets.timing_offset_ms * 1000);

    apply_keys(app);
    audio_set_volume(app->audio, VOLUME_MASTER, settings->master_percent / 100.0);
    audio_set_volume(app->audio, VOLUME_CLICK, settings->click_percent / 100.0);
    audio_set_volume(app->audio, VOLUME_OWN, settings->own_percent / 100.0);
    audio_set_volume(app->audio, VOLUME_BAND, settings->others_percent / 100.0);
    audio_mute_own(app->audio, settings->own_is_muted);
    audio_set_click(app->audio, settings->click_sound);
    if (!in_force && !app->options->autoplay) {
        model_set_calibration(&app->room->model,
                              settings->offsets.timing_offset_is_set,
                              settings->offsets.timing_offset_ms * 1000,
                              &app->room->outbox);
        room_flush(app->room, now);
    }
    app->redraws = true;
}

void app_save_settings(App *app)
{
    SettingsFileError error;

    if (app->settings_path.text[0] != '\0' &&
        !settings_file_write(app->settings_path.text, &app->settings, &error)) {
        log_warning("app: %s", error.reason);
        ui_toast_show(&app->ui, error.reason);
    }
}

/* ---- a turn of the loop ---------------------------------------------------------------------- */

static void autoplay(App *app, HostTime now)
{
    SimulatedHit hit;

    while (app->options->autoplay && app->room->kind != ROOM_NONE &&
           autoplay_next(&app->autoplay, &app->room->model, now, &hit)) {
        app_strike(app, hit.pad);
        (void)model_hit_at(&app->room->model, hit.at, hit.pad, hit.velocity, &app->room->outbox);
        room_flush(app->room, now);
        app->redraws = true;
    }
}

/* Practice that plays by itself also begins by itself. */
static void start_autoplay(App *app, HostTime now)
{
    const ModelNow music = model_now(&app->room->model, now);

    if (app->options->autoplay && app->room->kind == ROOM_PRACTICE && music.known &&
        music.transport == TRANSPORT_LOBBY && app->room->model.timeline.section_count == 1) {
        model_command(&app->room->model, COMMAND_START, 1, 0, NULL, &app->room->outbox);
    }
}

/* The process was stopped, the lid closed, or the clock leapt: is the beat still where it was? */
static void watch_host_clock(App *app, HostTime now)
{
    const int64_t slept_ns = host_clock_slept_ns();
    const bool stood_still = now.ns - app->now.ns > AUDIO_FEED_AHEAD_NS;
    const bool slept = slept_ns - app->slept_ns > SLEPT_NS_MIN;

    if (app->room->kind == ROOM_NETWORK && app->now.ns != 0 && (stood_still || slept)) {
        model_doubt_clock(&app->room->model, now);
    }
    app->now = now;
    app->slept_ns = slept_ns;
}

void app_turn(App *app, HostTime now)
{
    watch_host_clock(app, now);
    app_take_hits(app, now);
    room_service(app->room, now);
    start_autoplay(app, now);
    autoplay(app, now);
    audio_poll(app->audio, now);
    app_watch_device(app, now);
    recorder_take_audio(&app->recorder, app->audio);
    app_sound(app, now);
    app_watch_take(app, now);
}

/* What has happened is shown at once, but never sooner than a frame after the last one. */
static HostTime frame_due(const App *app)
{
    return app->redraws ? (HostTime){app->last_frame_at.ns + FRAME_NS} : app->next_frame_at;
}

int64_t app_patience_ns(const App *app, HostTime now)
{
    int64_t patience_ns = room_cadence_ns(app->room);
    const int64_t frame_ns = frame_due(app).ns - now.ns;

    if ((app->options->autoplay || app->calibration.open) && patience_ns > 5 * NS_PER_MS) {
        patience_ns = 5 * NS_PER_MS;
    }
    return clamp_i64(frame_ns < patience_ns ? frame_ns : patience_ns, 0, NS_PER_S);
}

static bool moves(const App *app, HostTime now)
{
    const ModelNow music = model_now(&app->room->model, now);

    return app->output.animating || app->preview.on || app->calibration.open ||
           (app->room->kind != ROOM_NONE && music.known && music.tempo_mbpm != 0);
}

void app_frame(App *app, HostTime now, bool shows)
{
    const Theme *theme = theme_of(app->settings.theme);
    TextMetrics metrics;
    UiFrame frame;
    int width = 1;
    int height = 1;

    window_size(app->window, &width, &height);
    app->layout = layout_of(width, height, settings_text_size(&app->settings));
    window_set_scale(app->window, app->layout.scale);
    metrics = window_metrics(app->window);
    draw_list_clear(&app->draw);
    frame = (UiFrame){.draw = &app->draw,
                      .theme = theme,
                      .metrics = &metrics,
                      .layout = app->layout,
                      .now_s = (double)now.ns / (double)NS_PER_S,
                      .reduced_motion = app->settings.reduced_motion};
    app->redraws = false;
    ui_begin(&app->ui, &frame);
    app_emit_screen(app, now);
    app->output = ui_end(&app->ui);
    fetch_keys(app);
    app->last_frame_at = now;
    app->next_frame_at.ns = now.ns + (moves(app, now) ? FRAME_NS : IDLE_FRAME_NS);
    window_draw(app->window, &app->draw, theme->stage);
    fetch_keys(app);
    if (shows) {
        window_show(app->window);
    }
}

bool app_save_picture(App *app, const char *path)
{
    WindowError error;

    if (!window_save(app->window, path, &error)) {
        log_error("app: %s", error.reason);
        return false;
    }
    return true;
}

/* ---- the loop -------------------------------------------------------------------------------- */

static bool frame_is_due(const App *app, HostTime now)
{
    return now.ns >= frame_due(app).ns;
}

static bool time_is_up(const App *app, HostTime began, HostTime now)
{
    return app->options->seconds > 0.0 &&
           (double)(now.ns - began.ns) > app->options->seconds * (double)NS_PER_S;
}

int app_run(App *app)
{
    const HostTime began = host_clock_now();
    HostTime now = began;

    while (!app->quits && !time_is_up(app, began, now)) {
        const int64_t patience_ns = app_patience_ns(app, now);

        (void)SDL_WaitEventTimeout(NULL, (int)div_ceil(patience_ns, NS_PER_MS));
        app_take_events(app);
        now = host_clock_now();
        app_turn(app, now);
        if (frame_is_due(app, now)) {
            app_frame(app, now, true);
        }
    }
    if (app->options->screenshot != NULL) {
        app_frame(app, host_clock_now(), false);
        if (!app_save_picture(app, app->options->screenshot)) {
            return 1;
        }
    }
    return app->exit_status;
}
