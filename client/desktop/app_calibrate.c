#include "client/desktop/app.h"

#include <SDL.h>
#include <string.h>

#include "shared/platform/log.h"

/* From asking for a round to its first click. */
#define FIRST_CLICK_NS (1500 * NS_PER_MS)
#define CLICK_GAIN 1.0F
/* The seed of the simulated person's taps; of the sample pictures, too. */
#define AUTOPLAY_SEED 7

/* ---- opening and closing --------------------------------------------------------------------- */

static void silence(App *app)
{
    AppCalibration *calibration = &app->calibration;

    if (calibration->source != 0) {
        audio_cancel_source_after(app->audio, calibration->source, (HostTime){INT64_MIN});
    }
    calibration->source = audio_new_source(app->audio);
    calibration->click_count = 0;
    calibration->tap_count = 0;
}

void app_open_calibration(App *app, HostTime now)
{
    if (app->room->kind == ROOM_PRACTICE && app_is_playing(app, now)) {
        model_command(&app->room->model, COMMAND_STOP, 0, 0, NULL, &app->room->outbox);
        room_flush(app->room, now);
    }
    app->calibration.open = true;
    app->calibration.ran = app_is_playing(app, now);
    calibrate_screen_open(&app->calibration.screen, &app->settings.offsets);
    /* Nothing else is heard meanwhile. */
    audio_feed_leave(&app->feed, app->audio);
    silence(app);
    app->redraws = true;
}

static void close_calibration(App *app)
{
    silence(app);
    app->calibration.open = false;
    if (app->input != NULL) {
        input_discard(app->input);
    }
    app->redraws = true;
}

static void use_offsets(App *app, HostTime now)
{
    app->settings.offsets = app->calibration.screen.offsets;
    app_apply_settings(app, now);
    app_save_settings(app);
}

/* ---- clicks and taps ------------------------------------------------------------------------- */

static bool is_silent_on_purpose(const App *app)
{
    return app->options->audio == AUDIO_NULL || app->options->headless ||
           app->options->screens != NULL;
}

/* The clock of the device is known, so that a click sounds when it says. */
static bool has_settled(const App *app)
{
    return is_silent_on_purpose(app) || audio_state(app->audio).condition == AUDIO_PLAYING;
}

static void sound_click(App *app, HostTime click)
{
    AppCalibration *calibration = &app->calibration;
    const int64_t offset_ns = calibration->screen.offsets.sound_offset_ms * NS_PER_MS;
    const HostSound sound = {.at = {click.ns - offset_ns},
                             .id = (uint64_t)calibration->source << SOUND_SOURCE_SHIFT |
                                   (calibration->click_count + 1),
                             .drum = DRUM_CLICK,
                             .gain = CLICK_GAIN};

    calibration->click_count++;
    if (audio_schedule(app->audio, &sound, 1) == 0) {
        log_warning("app: a click found no room");
    }
    if (app->input_report != NULL) {
        (void)fprintf(app->input_report, "%lld,click\n", (long long)click.ns);
        (void)fflush(app->input_report);
    }
}

/* Somebody simulated taps, so that there is something to see. */
static void plan_tap(App *app, HostTime click)
{
    AppCalibration *calibration = &app->calibration;
    PlayerTaps taps;

    if (calibration->click_count == 1) {
        const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);

        player_model_init(&calibration->player, &profile, TROUBLE_NONE, AUTOPLAY_SEED);
    }
    taps = player_model_next(&calibration->player, CALIBRATION_BEAT_NS);
    if (taps.count > 0 && calibration->tap_count < APP_CALIBRATION_TAPS_MAX) {
        calibration->taps[calibration->tap_count] = (HostTime){click.ns + taps.asynchrony_ns[0]};
        calibration->tap_count++;
    }
}

static void play_taps(App *app, HostTime now)
{
    AppCalibration *calibration = &app->calibration;
    int done = 0;

    while (done < calibration->tap_count && calibration->taps[done].ns <= now.ns) {
        calibrate_screen_tap(&calibration->screen, calibration->taps[done]);
        done++;
    }
    calibration->tap_count -= done;
    memmove(calibration->taps,
            calibration->taps + done,
            (size_t)calibration->tap_count * sizeof calibration->taps[0]);
}

static void feed_clicks(App *app, HostTime now)
{
    CalibrateScreen *screen = &app->calibration.screen;
    const int64_t offset_ns = screen->offsets.sound_offset_ms * NS_PER_MS;
    const HostTime until = {now.ns + AUDIO_FEED_AHEAD_NS + (offset_ns > 0 ? offset_ns : 0)};
    HostTime click;

    while (screen->kind == CALIBRATION_TO_SOUND &&
           calibration_next_click(&screen->round, until, &click)) {
        sound_click(app, click);
        if (app->options->autoplay) {
            plan_tap(app, click);
        }
    }
    play_taps(app, now);
}

void app_calibrate(App *app, HostTime now)
{
    CalibrateScreen *screen = &app->calibration.screen;

    if (!app->calibration.ran && app_is_playing(app, now) && app->room->kind == ROOM_NETWORK) {
        /* Nobody misses the beginning for this. */
        close_calibration(app);
        ui_toast_show(&app->ui, "The count-in has begun. Calibrate when there is time again.");
        return;
    }
    app->calibration.ran = app_is_playing(app, now);
    if (screen->step == CALIBRATE_WAITING &&
        (screen->kind == CALIBRATION_TO_PICTURE || has_settled(app))) {
        calibrate_screen_begin(screen, (HostTime){now.ns + FIRST_CLICK_NS});
    }
    if (screen->step == CALIBRATE_TAPPING) {
        feed_clicks(app, now);
    }
}

bool app_is_tapping(const App *app)
{
    return app->calibration.open && app->shown == SCREEN_CALIBRATE && !app->menu_open &&
           app->calibration.screen.step == CALIBRATE_TAPPING;
}

/* Keys that the screen needs are no taps, unless they are drums. */
bool app_is_tap_key(const App *app, int32_t scancode)
{
    const InputBindings bindings = input_bindings(app->input);
    const SDL_Keycode key = SDL_GetKeyFromScancode((SDL_Scancode)scancode);

    return input_bindings_pad(&bindings, scancode) >= 0 ||
           (key >= SDLK_SPACE && key <= SDLK_z && key != SDLK_r);
}

void app_emit_calibration(App *app, HostTime now, HostTime seen)
{
    const FormSound sound = {.works = is_silent_on_purpose(app) ||
                                      audio_state(app->audio).condition != AUDIO_SILENT};
    const CalibrateView view = {
        .now = now,
        .seen = seen,
        .sound = sound,
        .settling = sound.works && !has_settled(app),
        .from = app->room->kind == ROOM_NETWORK ? app->room->model.welcome.title : NULL,
    };

    switch (screen_calibrate(&app->calibration.screen, &app->ui, &view)) {
    case CALIBRATE_ACTION_SILENCE:
        silence(app);
        break;
    case CALIBRATE_ACTION_USE:
        use_offsets(app, now);
        close_calibration(app);
        break;
    case CALIBRATE_ACTION_BACK:
        close_calibration(app);
        break;
    case CALIBRATE_ACTION_NONE:
        break;
    }
}

/* ---- the device ------------------------------------------------------------------------------ */

static void tell(App *app, WordsSituation what)
{
    WordsText headline;
    WordsText detail;

    words_situation(what, NULL, &headline, &detail);
    words_add(&headline, " ");
    words_add(&headline, detail.bytes);
    ui_toast_show(&app->ui, headline.bytes);
}

void app_watch_device(App *app, HostTime now)
{
    const AudioState state = audio_state(app->audio);
    SettingsOffsetsNews news;

    /* An offset from the command line is for whatever sounds; and no zero moves in mid-song. */
    if (app->options->has_calibration || state.condition != AUDIO_PLAYING ||
        app_is_playing(app, now)) {
        return;
    }
    news = settings_use_device(&app->settings, state.device, state.block_frames);
    if (news == OFFSETS_STAY) {
        return;
    }
    log_info("app: event=device device=\"%s\" block_frames=%d calibrated=%d",
             state.device,
             state.block_frames,
             app->settings.offsets.timing_offset_is_set ? 1 : 0);
    app_apply_settings(app, now);
    app_save_settings(app);
    if (news == OFFSETS_ARE_LOST) {
        tell(app, WORDS_DEVICE_CHANGED);
    } else if (news == OFFSETS_RETURN) {
        tell(app, WORDS_DEVICE_RETURNED);
    }
    if (app->calibration.open) {
        app_open_calibration(app, now);
    }
}
