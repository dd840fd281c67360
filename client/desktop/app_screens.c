#include "client/desktop/app.h"

#include <SDL.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* A frame is seen about so much after it was thought of. */
#define FRAME_AHEAD_NS (12 * NS_PER_MS)
/* An attempt to connect that nobody answered for so long has failed. */
#define CONNECT_S_MAX 9
#define COUNT_IN_BARS 1
#define RESULTS_BARS_MIN 1

/* ---- which screen ---------------------------------------------------------------------------- */

/* There is something to show for: own hits, or bars of the group. */
static bool has_results(const App *app)
{
    return app->room->model.own_count > 0 || app->room->others.bar_count >= RESULTS_BARS_MIN;
}

static ScreenKind session_screen(const App *app, HostTime now)
{
    const ModelNow music = model_now(&app->room->model, now);

    if (!app->room->model.has_seat) {
        return SCREEN_JOIN;
    }
    if (!music.known || music.transport == TRANSPORT_LOBBY) {
        return SCREEN_LOBBY;
    }
    if (music.transport == TRANSPORT_STOPPED) {
        return has_results(app) && app->results_left_take != music.section->take ? SCREEN_RESULTS
                                                                                 : SCREEN_LOBBY;
    }
    return app->ring_open ? SCREEN_RING : SCREEN_PLAY;
}

static ScreenKind practice_screen(const App *app)
{
    if (app->practice_results) {
        return SCREEN_RESULTS;
    }
    return app->ring_open ? SCREEN_RING : SCREEN_PRACTICE;
}

ScreenKind app_screen(const App *app, HostTime now)
{
    if (app->calibration.open) {
        return SCREEN_CALIBRATE;
    }
    if (app->settings_open) {
        return SCREEN_SETTINGS;
    }
    if (app->has_message) {
        return SCREEN_MESSAGE;
    }
    if (app->is_forced && app->room->kind != ROOM_NONE) {
        return app->forced;
    }
    switch (app->room->kind) {
    case ROOM_NETWORK:
        return session_screen(app, now);
    case ROOM_PRACTICE:
        return practice_screen(app);
    case ROOM_NONE:
        break;
    }
    return SCREEN_JOIN;
}

/* ---- what the screens need to know ----------------------------------------------------------- */

/* "Built-in Audio, 48 kHz, blocks of 256: about 11 ms from the drum to the ear." */
static void tell_sound(const AudioState *state, WordsText *text)
{
    words_clear(text);
    words_add(text, state->device);
    words_add(text, ", ");
    words_add_number(text, (state->rate_hz + 500) / 1000);
    words_add(text, " kHz, blocks of ");
    words_add_number(text, state->block_frames);
    words_add(text, ": about ");
    words_add_number(text, (int64_t)lround(state->latency_ms));
    words_add(text, " ms from the drum to the ear.");
}

static FormSound sound_of(App *app)
{
    const AudioState state = audio_state(app->audio);

    /* Silence that was asked for is nothing to complain about. */
    if (app->options->audio == AUDIO_NULL) {
        return (FormSound){.works = true, .device = "switched off"};
    }
    if (state.condition == AUDIO_SILENT) {
        return (FormSound){.works = false};
    }
    tell_sound(&state, &app->sound_words);
    return (FormSound){.works = true, .device = app->sound_words.bytes};
}

static void situation(App *app, WordsSituation what, int64_t number)
{
    const WordsAbout about = {.number = number};

    words_situation(what, &about, &app->notice_headline, &app->notice_detail);
}

static PlayNotice notice_of(App *app, const ModelNow *music, HostTime now)
{
    PlayNotice notice = {.shown = true};

    if (room_is_cut_off(app->room, now)) {
        situation(app, WORDS_SERVER_GONE, 0);
        words_add(&app->notice_detail, " ");
        words_add_number(&app->notice_detail, room_waiting_s(app->room, now));
        words_add(&app->notice_detail, " s");
        notice.spinner = true;
    } else if (music->known && music->transport == TRANSPORT_PAUSED &&
               !app->room->model.config.facilitates) {
        situation(app, WORDS_PAUSED, 0);
    } else if (app->room->kind == ROOM_NETWORK && app->room->model.clock_estimate.valid &&
               !model_timing_is_rated(&app->room->model)) {
        situation(app, WORDS_CLOCK_UNSTEADY, 0);
    } else {
        notice.shown = false;
    }
    notice.headline = app->notice_headline.bytes;
    notice.detail = app->notice_detail.bytes;
    return notice;
}

static PlayView play_view(App *app, HostTime now)
{
    const HostTime seen = {now.ns + FRAME_AHEAD_NS +
                           app->settings.offsets.picture_offset_ms * NS_PER_MS};
    PlayView view = {
        .music = model_now(&app->room->model, seen),
        .calm_light = app->settings.calm_light,
        .hidden_meter = app->meter_hidden,
        .names = app->names_shown,
        .one_key = app->settings.one_key,
        .watching = app->room->model.welcome.role == ROLE_OBSERVER,
        .practising = app->room->kind == ROOM_PRACTICE,
        .drum_key = app->settings.keys[0][0][0] != '\0' ? app->settings.keys[0][0] : NULL,
    };

    view.notice = notice_of(app, &view.music, now);
    return view;
}

/* ---- joining --------------------------------------------------------------------------------- */

/* Who somebody is, as the join screen has it, is who they are from now on. */
static void take_person(App *app)
{
    AppSettings *settings = &app->settings;
    char host[LINK_HOST_BYTES_MAX + 8];

    (void)snprintf(host, sizeof host, "%s:%u", app->join.link.host, app->join.link.port);
    if (!settings_set(settings, "person", "name", app->join.name, NULL) ||
        !settings_set(settings, "person", "team", app->join.team, NULL)) {
        return;
    }
    /* A host that is too long is not remembered. */
    if (settings_set(settings, "person", "host", host, NULL)) {
        app_save_settings(app);
    }
}

static void show_message(App *app, const MessageView *view, HostTime now)
{
    app_leave(app, now);
    app->message_view = *view;
    memset(&app->message, 0, sizeof app->message);
    app->has_message = true;
}

static void take_refusal_of_join(App *app, HostTime now)
{
    const RefusedMessage refused = app->room->model.refusal;
    const MessageView view = message_view_of_refusal(&refused, app->settings.name);

    if (join_screen_refused(&app->join, &refused)) {
        const JoinScreen said = app->join;

        app_leave(app, now);
        memcpy(app->join.errors, said.errors, sizeof said.errors);
    } else {
        show_message(app, &view, now);
    }
}

/* Nobody answered, or there is no such host. */
static void watch_attempt(App *app, HostTime now)
{
    const bool unknown_host =
        app->room->problem[0] != '\0' && strstr(app->room->problem, "does not answer") == NULL;

    if (unknown_host) {
        char problem[sizeof app->room->problem];
        const JoinField field =
            join_screen_needs_host(&app->join) ? JOIN_FIELD_HOST : JOIN_FIELD_CODE;

        memcpy(problem, app->room->problem, sizeof problem);
        app_leave(app, now);
        words_clear(&app->join.errors[field]);
        words_add(&app->join.errors[field], problem);
    } else if (room_waiting_s(app->room, now) >= CONNECT_S_MAX) {
        const MessageView view =
            message_view_of_silence(app->room->link.host, app->room->link.port);

        show_message(app, &view, now);
    }
}

static void emit_join(App *app, HostTime now)
{
    const JoinView view = {
        .sound = sound_of(app),
        .is_connecting = app->room->kind == ROOM_NETWORK,
        .connecting_s = room_waiting_s(app->room, now),
    };

    switch (screen_join(&app->join, &app->ui, &view)) {
    case JOIN_ACTION_JOIN:
        take_person(app);
        app_join(app, &app->join.link, now);
        break;
    case JOIN_ACTION_CANCEL:
        app_leave(app, now);
        break;
    case JOIN_ACTION_PRACTISE:
        app_practise(app, now);
        break;
    case JOIN_ACTION_SETTINGS:
        app->settings_open = true;
        break;
    case JOIN_ACTION_QUIT:
        app->quits = true;
        break;
    case JOIN_ACTION_NONE:
        break;
    }
}

static void emit_message(App *app, HostTime now)
{
    switch (screen_message(&app->message, &app->ui, &app->message_view)) {
    case MESSAGE_ACTION_TRY_AGAIN:
        app->has_message = false;
        app_join(app, &app->room->link, now);
        break;
    case MESSAGE_ACTION_BACK:
        app->has_message = false;
        break;
    case MESSAGE_ACTION_NONE:
        break;
    }
}

/* ---- a session ------------------------------------------------------------------------------- */

static void emit_lobby(App *app, HostTime now)
{
    ClientModel *model = &app->room->model;
    Outbox *outbox = &app->room->outbox;
    const LobbyView view = {
        .model = model,
        .music = model_now(model, now),
        .sound = sound_of(app),
        .hears_groove = app->preview.on,
    };

    switch (screen_lobby(&app->lobby, &app->ui, &view)) {
    case LOBBY_ACTION_PART:
        model_choose_part(model, (uint8_t)app->lobby.part, outbox);
        break;
    case LOBBY_ACTION_READY:
        model_set_ready(model, !model->ready, outbox);
        break;
    case LOBBY_ACTION_DRUM:
        app_strike(app, 0);
        break;
    case LOBBY_ACTION_GROOVE:
        app_toggle_preview(app, now);
        break;
    case LOBBY_ACTION_MENU:
        app->menu_open = true;
        break;
    case LOBBY_ACTION_CALIBRATE:
        app_open_calibration(app, now);
        break;
    case LOBBY_ACTION_START:
        model_command(model, COMMAND_START, COUNT_IN_BARS, 0, NULL, outbox);
        break;
    case LOBBY_ACTION_NONE:
        break;
    }
}

static void emit_play(App *app, HostTime now)
{
    const PlayView view = play_view(app, now);

    switch (screen_play(&app->ui, &app->room->model, &view, &app->play)) {
    case PLAY_ACTION_MENU:
        app->menu_open = true;
        break;
    case PLAY_ACTION_RING:
        app->ring_open = true;
        break;
    case PLAY_ACTION_MAP:
        app->ring_open = true;
        app->map_open = true;
        break;
    case PLAY_ACTION_HIDE_METER:
        app->meter_hidden = !app->meter_hidden;
        break;
    case PLAY_ACTION_NONE:
        break;
    }
}

/* The panel that ends a seat, at this person: for whoever leads. */
static void open_person(App *app, int seat)
{
    if (app->room->kind == ROOM_NETWORK && seat != RING_NOBODY) {
        app->menu_open = true;
        menu_screen_show_person(&app->menu, &app->room->model, seat);
    }
}

static void emit_map(App *app, HostTime now)
{
    const PlayView view = play_view(app, now);

    switch (screen_map(&app->ui, &app->room->model, &view, &app->play, &app->map)) {
    case SCREEN_MAP_MENU:
        app->menu_open = true;
        break;
    case SCREEN_MAP_BACK:
    case SCREEN_MAP_NEXT:
        app->ring_open = false;
        app->map_open = false;
        break;
    case SCREEN_MAP_RING:
        app->map_open = false;
        break;
    case SCREEN_MAP_PERSON:
        open_person(app, app->map.selected_seat);
        break;
    case SCREEN_MAP_NONE:
        break;
    }
}

static void emit_ring(App *app, HostTime now)
{
    const PlayView view = play_view(app, now);

    switch (screen_ring(&app->ui, &app->room->model, &view, &app->play, &app->ring)) {
    case SCREEN_RING_MENU:
        app->menu_open = true;
        break;
    case SCREEN_RING_BACK:
        app->ring_open = false;
        break;
    case SCREEN_RING_NEXT:
        app->map_open = true;
        break;
    case SCREEN_RING_NAMES:
        app->names_shown = !app->names_shown;
        break;
    case SCREEN_RING_PERSON:
        open_person(app, app->ring.selected_seat);
        break;
    case SCREEN_RING_NONE:
        break;
    }
}

static void use_offset(App *app, HostTime now)
{
    const double offset_ms = results_offset_us(&app->room->model) / 1000.0;

    app->settings.offsets.timing_offset_is_set = true;
    app->settings.offsets.timing_offset_ms =
        (int32_t)clamp_i64(lround(offset_ms), -SETTINGS_OFFSET_MS_MAX, SETTINGS_OFFSET_MS_MAX);
    app_apply_settings(app, now);
    app_save_settings(app);
}

static void emit_results(App *app, HostTime now)
{
    const bool practising = app->room->kind == ROOM_PRACTICE;
    const ResultsView view = {
        .music = model_now(&app->room->model, now),
        .title = practising ? "Practice" : NULL,
        .back = practising ? "Practise again" : NULL,
        .practising = practising,
    };

    switch (screen_results(&app->ui, &app->room->model, &view, &app->results)) {
    case RESULTS_ACTION_MENU:
        app->menu_open = true;
        break;
    case RESULTS_ACTION_USE_OFFSET:
        use_offset(app, now);
        break;
    case RESULTS_ACTION_BACK:
        app->practice_results = false;
        app->results_left_take = view.music.known ? view.music.section->take : 0;
        break;
    case RESULTS_ACTION_NONE:
        break;
    }
}

/* ---- practice -------------------------------------------------------------------------------- */

static void order(App *app, CommandKind kind, int32_t a, HostTime now)
{
    model_command(&app->room->model, kind, a, 0, NULL, &app->room->outbox);
    room_flush(app->room, now);
}

bool app_is_playing(const App *app, HostTime now)
{
    const ModelNow music = model_now(&app->room->model, now);

    return app->room->kind != ROOM_NONE && music.known &&
           (music.transport == TRANSPORT_COUNT_IN || music.transport == TRANSPORT_PLAYING);
}

/* A groove chosen at rest brings its own tempo along. */
static void take_groove(App *app, HostTime now)
{
    PracticeSettings *wanted = &app->practising;
    const int32_t tempo_mbpm =
        practice_session(app->room->practice)->grooves[wanted->groove].tempo_mbpm;

    order(app, COMMAND_GROOVE, (int32_t)wanted->groove, now);
    if (!app_is_playing(app, now) && wanted->tempo_bpm == app->practising_applied.tempo_bpm) {
        wanted->tempo_bpm = (int)clamp_i64(
            (tempo_mbpm + 500) / 1000, PRACTICE_TEMPO_BPM_MIN, PRACTICE_TEMPO_BPM_MAX);
    }
}

/* Orders what differs from what is in force. */
static void apply_practising(App *app, HostTime now)
{
    PracticeSettings *wanted = &app->practising;
    PracticeSettings *applied = &app->practising_applied;
    const int groove_count = practice_session(app->room->practice)->groove_count;
    bool tempo_changed = false;

    practice_settings_clamp(wanted, (size_t)groove_count);
    tempo_changed = wanted->tempo_bpm != applied->tempo_bpm;
    if (wanted->groove != applied->groove) {
        take_groove(app, now);
        tempo_changed = true; /* a groove at rest sets its own */
    }
    if (tempo_changed) {
        order(app, COMMAND_TEMPO, wanted->tempo_bpm * 1000, now);
    }
    practice_set_bandmates(app->room->practice, wanted->bandmates);
    practice_set_ramp(app->room->practice, wanted->ramp ? wanted->ramp_target_bpm * 1000 : 0);
    *applied = *wanted;
}

/* The ramp moves the tempo by itself: the slider follows. */
static void follow_ramp(App *app, const ModelNow *music)
{
    if (app->practising.ramp && music->known && music->transport == TRANSPORT_PLAYING &&
        music->tempo_mbpm > 0) {
        app->practising.tempo_bpm = (music->tempo_mbpm + 500) / 1000;
        app->practising_applied.tempo_bpm = app->practising.tempo_bpm;
    }
}

static void begin_practice(App *app, HostTime now)
{
    app_keep_take(app);
    apply_practising(app, now);
    order(app, COMMAND_START, COUNT_IN_BARS, now);
}

/* "31 ms in September, 17 ms now". */
static size_t read_spreads(const App *app, float spreads_ms[HISTORY_TAKES_MAX], WordsText *words)
{
    static const char *const months[12] = {"January",
                                           "February",
                                           "March",
                                           "April",
                                           "May",
                                           "June",
                                           "July",
                                           "August",
                                           "September",
                                           "October",
                                           "November",
                                           "December"};
    const History *history = &app->history;
    const HistoryTake *first = &history->takes[0];
    const time_t first_s = (time_t)(first->ended_at_ms / 1000);
    struct tm date;

    words_clear(words);
    for (int i = 0; i < history->take_count; i++) {
        spreads_ms[i] = (float)history->takes[i].spread_us / 1000.0F;
    }
    if (history->take_count > 1 && localtime_r(&first_s, &date) != NULL) {
        words_add_number(words, words_whole_ms(first->spread_us));
        words_add(words, " ms in ");
        words_add(words, months[date.tm_mon % 12]);
        words_add(words, ", ");
        words_add_number(words, words_whole_ms(history->takes[history->take_count - 1].spread_us));
        words_add(words, " ms now");
    }
    return (size_t)history->take_count;
}

static size_t read_grooves(App *app)
{
    const Session *session = practice_session(app->room->practice);

    for (int i = 0; i < session->groove_count; i++) {
        app->groove_titles[i] = session->grooves[i].title;
    }
    return (size_t)session->groove_count;
}

static PracticeView practice_view(App *app, HostTime now)
{
    return (PracticeView){
        .play = play_view(app, now),
        .playing = app_is_playing(app, now),
        .has_results = has_results(app),
        .grooves = app->groove_titles,
        .groove_count = read_grooves(app),
        .ramp_step_bpm = PRACTICE_RAMP_MBPM / 1000,
        .ramp_bars = PRACTICE_RAMP_BARS,
    };
}

static void show_practice_results(App *app, HostTime now)
{
    if (app_is_playing(app, now)) {
        order(app, COMMAND_STOP, 0, now);
    }
    app->practice_results = true;
}

static void emit_practice(App *app, HostTime now)
{
    PracticeView view = practice_view(app, now);
    float spreads_ms[HISTORY_TAKES_MAX];
    WordsText words;

    view.spread_count = read_spreads(app, spreads_ms, &words);
    view.spreads_ms = spreads_ms;
    view.spread_words = words.bytes;
    follow_ramp(app, &view.play.music);
    switch (screen_practice(&app->ui, &app->room->model, &view, &app->practising, &app->practice)) {
    case PRACTICE_ACTION_START:
        begin_practice(app, now);
        break;
    case PRACTICE_ACTION_STOP:
        order(app, COMMAND_STOP, 0, now);
        break;
    case PRACTICE_ACTION_RESULTS:
        show_practice_results(app, now);
        break;
    case PRACTICE_ACTION_CALIBRATE:
        app_open_calibration(app, now);
        break;
    case PRACTICE_ACTION_MENU:
        app->menu_open = true;
        break;
    case PRACTICE_ACTION_BACK:
        if (view.playing) {
            app->menu_open = true;
        } else {
            app_leave(app, now);
            return;
        }
        break;
    case PRACTICE_ACTION_CHANGED:
    case PRACTICE_ACTION_NONE:
        break;
    }
    apply_practising(app, now);
    if (ui_shortcut(&app->ui, 'r')) {
        app->ring_open = true;
    }
    if (ui_shortcut(&app->ui, 'm')) {
        app->ring_open = true;
        app->map_open = true;
    }
}

/* ---- settings and menu ----------------------------------------------------------------------- */

static void emit_settings(App *app, HostTime now)
{
    const SettingsView view = {.sound = sound_of(app), .version = ONEDRUM_VERSION};

    switch (screen_settings(&app->settings_screen, &app->ui, &view, &app->settings)) {
    case SETTINGS_ACTION_CHANGED:
        app_apply_settings(app, now);
        break;
    case SETTINGS_ACTION_CALIBRATE:
        app_save_settings(app);
        app_open_calibration(app, now);
        break;
    case SETTINGS_ACTION_TEST_CLICK:
        app_apply_settings(app, now);
        app_sound_click(app, now);
        break;
    case SETTINGS_ACTION_TEST_SOUND:
        app_strike(app, 0);
        break;
    case SETTINGS_ACTION_BACK:
        app_save_settings(app);
        app->settings_open = false;
        memset(&app->settings_screen, 0, sizeof app->settings_screen);
        break;
    case SETTINGS_ACTION_NONE:
        break;
    }
}

static void close_menu(App *app)
{
    app->menu_open = false;
    memset(&app->menu, 0, sizeof app->menu);
}

static void emit_menu(App *app, HostTime now)
{
    const bool practising = app->room->kind == ROOM_PRACTICE;
    const MenuCommand *command = &app->menu.command;
    const MenuView view = {
        .model = practising ? NULL : &app->room->model,
        .music = model_now(&app->room->model, now),
        .title = practising ? "Practice" : app->room->model.welcome.title,
        .can_leave = true,
        .leaving = practising ? "End practice" : NULL,
    };

    switch (screen_menu(&app->menu, &app->ui, &view)) {
    case MENU_ACTION_BACK:
        close_menu(app);
        break;
    case MENU_ACTION_SETTINGS:
        close_menu(app);
        app->settings_open = true;
        break;
    case MENU_ACTION_CALIBRATE:
        close_menu(app);
        app_open_calibration(app, now);
        break;
    case MENU_ACTION_LEAVE:
        app_leave(app, now);
        break;
    case MENU_ACTION_COMMAND:
        model_command(
            &app->room->model, command->kind, command->a, command->b, NULL, &app->room->outbox);
        break;
    case MENU_ACTION_NONE:
        break;
    }
}

/* ---- a frame --------------------------------------------------------------------------------- */

/* What the server said since the last frame, once. */
static void take_news(App *app, HostTime now)
{
    ClientModel *model = &app->room->model;

    if (app->room->kind != ROOM_NETWORK) {
        return;
    }
    if (model->phase == MODEL_REFUSED) {
        take_refusal_of_join(app, now);
        return;
    }
    if (model->phase == MODEL_ENDED) {
        const MessageView view = message_view_of_notice(&model->notice);

        show_message(app, &view, now);
        return;
    }
    if (!model->has_seat) {
        watch_attempt(app, now);
        return;
    }
    if (model->refusal_count != app->refusals_seen) {
        app->refusals_seen = model->refusal_count;
        situation(app, words_of_refusal((Refusal)model->refusal.reason), model->refusal.number);
        words_add(&app->notice_headline, " ");
        words_add(&app->notice_headline, app->notice_detail.bytes);
        ui_toast_show(&app->ui, app->notice_headline.bytes);
    }
}

/* Silence is said once; the join screen and the lobby say it for as long as it lasts. */
static void tell_no_sound(App *app, ScreenKind screen)
{
    const AudioState state = audio_state(app->audio);
    const bool wanted = app->options->audio != AUDIO_NULL && !app->options->headless &&
                        app->options->screens == NULL;

    if (!wanted || state.condition != AUDIO_SILENT || app->told_no_sound ||
        (screen != SCREEN_PLAY && screen != SCREEN_PRACTICE)) {
        return;
    }
    app->told_no_sound = true;
    situation(app, WORDS_NO_AUDIO, 0);
    words_add(&app->notice_headline, " ");
    words_add(&app->notice_headline, app->notice_detail.bytes);
    ui_toast_show(&app->ui, app->notice_headline.bytes);
}

static Rect toast_rect(const App *app)
{
    const Layout *layout = &app->layout;
    const float width = layout->width - 2.0F * layout->margin;

    return (Rect){.x = layout->margin + (width > 640.0F ? (width - 640.0F) / 2.0F : 0.0F),
                  .y = layout->height - CONTROL_HEIGHT - layout->margin,
                  .w = width > 640.0F ? 640.0F : width,
                  .h = CONTROL_HEIGHT};
}

static void emit(App *app, ScreenKind screen, HostTime now)
{
    switch (screen) {
    case SCREEN_JOIN:
        emit_join(app, now);
        break;
    case SCREEN_MESSAGE:
        emit_message(app, now);
        break;
    case SCREEN_LOBBY:
        emit_lobby(app, now);
        break;
    case SCREEN_PLAY:
        emit_play(app, now);
        break;
    case SCREEN_RING:
        if (app->map_open) {
            emit_map(app, now);
        } else {
            emit_ring(app, now);
        }
        break;
    case SCREEN_RESULTS:
        emit_results(app, now);
        break;
    case SCREEN_PRACTICE:
        emit_practice(app, now);
        break;
    case SCREEN_SETTINGS:
        emit_settings(app, now);
        break;
    case SCREEN_CALIBRATE:
        app_emit_calibration(app, now, (HostTime){now.ns + FRAME_AHEAD_NS});
        break;
    case SCREEN_COUNT:
        break;
    }
}

void app_emit_screen(App *app, HostTime now)
{
    const bool menu = app->menu_open;
    ScreenKind screen;

    take_news(app, now);
    screen = app_screen(app, now);
    if (screen != app->shown) {
        ui_focus(&app->ui, 0);
        app->redraws = true;
    }
    app->shown = screen;
    tell_no_sound(app, screen);
    emit(app, screen, now);
    if (menu && app->menu_open && app->room->kind != ROOM_NONE) {
        emit_menu(app, now);
    }
    /* While drumming the toast takes the place of the sentence: the screens show it. */
    if (screen != SCREEN_PLAY && screen != SCREEN_PRACTICE && screen != SCREEN_RING) {
        (void)ui_toast(&app->ui, toast_rect(app));
    }
    if (app_screen(app, now) != screen || menu != app->menu_open) {
        app->redraws = true;
    }
    room_flush(app->room, now);
}

/* ---- by name --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    ScreenKind screen;
} NamedScreen;

/* These need a room. The menu is over whatever is played. */
static void open_in_room(App *app, const char *name, HostTime now)
{
    static const NamedScreen screens[] = {
        {"lobby", SCREEN_LOBBY},
        {"play", SCREEN_PLAY},
        {"ring", SCREEN_RING},
        {"map", SCREEN_RING},
        {"results", SCREEN_RESULTS},
        {"practice", SCREEN_PRACTICE},
        {"menu", SCREEN_PLAY},
    };

    if (app->room->kind == ROOM_NONE) {
        app_practise(app, now);
    }
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        if (strcmp(screens[i].name, name) == 0) {
            app->is_forced = true;
            app->forced = screens[i].screen;
            app->menu_open = strcmp(name, "menu") == 0;
            app->map_open = strcmp(name, "map") == 0;
        }
    }
}

static void open_message(App *app)
{
    const RefusedMessage refused = {.reason = REFUSAL_VERSION, .number = PROTOCOL_VERSION + 1};

    app->message_view = message_view_of_refusal(&refused, app->settings.name);
    app->has_message = true;
}

void app_open_screen(App *app, const char *name, HostTime now)
{
    app->is_forced = false;
    app->settings_open = false;
    app->has_message = false;
    app->menu_open = false;
    app->calibration.open = false;
    if (strcmp(name, "join") == 0) {
        app_leave(app, now);
    } else if (strcmp(name, "settings") == 0 || strcmp(name, "keys") == 0) {
        memset(&app->settings_screen, 0, sizeof app->settings_screen);
        app->settings_screen.section = name[0] == 'k' ? SETTINGS_KEYS : SETTINGS_SOUND;
        app->settings_open = true;
    } else if (strcmp(name, "calibrate") == 0) {
        app_open_calibration(app, now);
    } else if (strcmp(name, "message") == 0) {
        open_message(app);
    } else {
        open_in_room(app, name, now);
    }
}
