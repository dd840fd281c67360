#include "client/desktop/headless.h"

#include <SDL.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/desktop/ui/view_status.h"
#include "client/desktop/ui/words.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

#define TURN_NS (5 * NS_PER_MS)
#define FRAME_NS (100 * NS_PER_MS)
/* Once so long there are some taps, twice as long there are enough. */
#define CALIBRATING_NS (22 * NS_PER_S)

/* ---- in words -------------------------------------------------------------------------------- */

static void add_lateness(WordsText *text, int64_t lateness_us, const char *before)
{
    words_add(text, before);
    words_add_lateness(text, lateness_us);
}

static void add_group(WordsText *text, const SnapshotMessage *snapshot, int64_t beat_ns)
{
    const double together = snapshot->together_centi / 100.0;

    words_add(text, "together ");
    words_add_number(text, (snapshot->together_centi + 50) / 100);
    words_add(text, ", ");
    words_add(text, group_word_text(words_group_word(together, beat_ns)));
    words_add(text, "; ");
    words_add_number(text, snapshot->active);
    words_add(text, " of ");
    words_add_number(text, snapshot->joined);
    words_add(text, " playing");
}

static void add_own(WordsText *text, const StandingMessage *standing)
{
    words_add(text, "you: ");
    words_add_number(text, standing->notes);
    words_add(text, " notes, ");
    words_add_number(text, standing->counts[JUDGEMENT_PERFECT]);
    words_add(text, " spot on, ");
    words_add_number(text, standing->counts[JUDGEMENT_MISS]);
    words_add(text, " got away");
    add_lateness(text, standing->bias_us, ", mean ");
    words_add(text, ", spread ");
    words_add_number(text, words_whole_ms(standing->spread_us));
    words_add(text, " ms, score ");
    words_add_number(text, (standing->score_centi + 50) / 100);
}

static const char *transport_word(const ModelNow *music)
{
    static const char *const words[TRANSPORT_COUNT] = {
        "in the lobby", "counting in", "playing", "paused", "stopped"};

    return music->known ? words[music->transport] : "listening for the clock";
}

static int64_t beat_ns_of(const ClientModel *model, const ModelNow *music)
{
    const int32_t tempo_mbpm =
        music->tempo_mbpm > 0 ? music->tempo_mbpm : model->snapshot.tempo_mbpm;

    return beat_ns_at(tempo_mbpm > 0 ? tempo_mbpm : 120000);
}

static void print_progress(const App *app, HostTime now)
{
    const ClientModel *model = &app->room->model;
    const ModelNow music = model_now(model, now);
    WordsText text;

    words_clear(&text);
    if (model->has_snapshot) {
        add_group(&text, &model->snapshot, beat_ns_of(model, &music));
    }
    (void)fprintf(stderr, "%s, bar %d; %s\n", transport_word(&music), music.bar.bar, text.bytes);
}

void app_summary(const App *app, HostTime now, FILE *out)
{
    const ClientModel *model = &app->room->model;
    const ModelNow music = model_now(model, now);
    WordsText text;

    if (app->room->kind == ROOM_NONE || !model->has_seat) {
        (void)fprintf(out, "not in a session\n");
        return;
    }
    words_clear(&text);
    status_music_words(model, &music, &text);
    (void)fprintf(out,
                  "%s: %s%s%s\n",
                  model->welcome.title,
                  text.bytes,
                  text.length_bytes > 0 ? ", " : "",
                  transport_word(&music));
    if (model->has_snapshot) {
        words_clear(&text);
        add_group(&text, &model->snapshot, beat_ns_of(model, &music));
        (void)fprintf(out, "%s\n", text.bytes);
    }
    if (model->has_standing) {
        words_clear(&text);
        add_own(&text, &model->standing);
        (void)fprintf(out, "%s\n", text.bytes);
    }
    (void)fprintf(out,
                  "%s, known to %.2f ms\n",
                  words_clock(model_clock_bars(model)),
                  ms_of_ns(model->clock_estimate.uncertainty_ns));
}

/* ---- taking part ----------------------------------------------------------------------------- */

/* Refused, kicked or not reached: the screen's own words. */
static bool has_failed(const App *app)
{
    if (app->options->join == NULL || app->room->kind != ROOM_NONE) {
        return false;
    }
    if (app->has_message) {
        log_error("app: %s %s", app->message_view.headline.bytes, app->message_view.detail.bytes);
    }
    for (int i = 0; i < JOIN_FIELD_COUNT && !app->has_message; i++) {
        if (app->join.errors[i].length_bytes > 0) {
            log_error("app: %s", app->join.errors[i].bytes);
        }
    }
    return true;
}

int headless_run(App *app)
{
    const double seconds = app->options->seconds > 0.0 ? app->options->seconds : HEADLESS_SECONDS;
    const bool tells = isatty(STDERR_FILENO) == 1;
    HostTime now = host_clock_now();
    const HostTime end = {now.ns + (int64_t)(seconds * (double)NS_PER_S)};
    HostTime next_frame = now;
    HostTime next_word = {now.ns + NS_PER_S};

    while (now.ns < end.ns && !app->quits) {
        app_take_events(app);
        app_turn(app, now);
        if (now.ns >= next_frame.ns) {
            app_frame(app, now, false);
            next_frame.ns = now.ns + FRAME_NS;
        }
        if (has_failed(app)) {
            return 1;
        }
        if (tells && now.ns >= next_word.ns) {
            print_progress(app, now);
            next_word.ns += NS_PER_S;
        }
        host_clock_sleep_until((HostTime){now.ns + TURN_NS});
        now = host_clock_now();
    }
    app_frame(app, now, false);
    if (app->options->join != NULL && !app->room->model.has_seat) {
        log_error("app: the server did not answer in time; check the link and your network");
        return 1;
    }
    app_summary(app, now, stdout);
    if (app->options->screenshot != NULL && !app_save_picture(app, app->options->screenshot)) {
        return 1;
    }
    return app->exit_status;
}

/* ---- pictures -------------------------------------------------------------------------------- */

static bool take_picture(App *app, const char *name, HostTime now)
{
    char path[1200];

    /* Twice: a screen that opens measures its content in its first frame. */
    app_frame(app, now, false);
    app_frame(app, now, false);
    (void)snprintf(path, sizeof path, "%.1023s/%s.png", app->options->screens, name);
    return app_save_picture(app, path);
}

static HostTime pass(App *app, HostTime now, int64_t duration_ns)
{
    const HostTime end = {now.ns + duration_ns};
    HostTime next_frame = now;

    while (now.ns < end.ns) {
        now.ns += TURN_NS;
        app_turn(app, now);
        if (now.ns >= next_frame.ns) {
            app_frame(app, now, false);
            next_frame.ns = now.ns + FRAME_NS;
        }
    }
    return now;
}

static bool take_named(App *app, const char *const *names, size_t name_count, HostTime now)
{
    for (size_t i = 0; i < name_count; i++) {
        app_open_screen(app, names[i], now);
        if (!take_picture(app, names[i], now)) {
            return false;
        }
    }
    return true;
}

/* Goes on to just before the fourth beat of the twelfth bar, where there is something to see. */
static HostTime find_moment(App *app, HostTime now)
{
    for (int i = 0; i < 20000; i++) {
        const ModelNow music = model_now(&app->room->model, now);

        if (music.known && music.transport == TRANSPORT_PLAYING && music.bar.bar >= 12 &&
            music.bar.beat == music.bar.beats_per_bar - 2 && music.bar.beat_fraction > 0.9) {
            break;
        }
        now = pass(app, now, TURN_NS);
    }
    return now;
}

int headless_pictures(App *app, HostTime now)
{
    static const char *const without_room[] = {"join", "message", "settings", "keys"};
    static const char *const in_room[] = {"practice", "play", "ring", "map", "menu", "lobby"};
    static const char *const after[] = {"results"};

    if (mkdir(app->options->screens, 0777) != 0 && errno != EEXIST) {
        log_error("app: %s could not be made: %s", app->options->screens, strerror(errno));
        return 1;
    }
    if (!take_named(app, without_room, sizeof without_room / sizeof without_room[0], now)) {
        return 1;
    }
    app_open_screen(app, "calibrate", now);
    now = pass(app, now, CALIBRATING_NS);
    if (!take_picture(app, "calibrate", now)) {
        return 1;
    }
    now = pass(app, now, CALIBRATING_NS);
    if (!take_picture(app, "calibrated", now)) {
        return 1;
    }
    app->practising.bandmates = 23;
    app->practising.groove = (size_t)practice_groove_index("backbeat");
    app->practising.tempo_bpm = 112;
    app_open_screen(app, "practice", now);
    now = find_moment(app, pass(app, now, 2 * NS_PER_S));
    if (!take_named(app, in_room, sizeof in_room / sizeof in_room[0], now)) {
        return 1;
    }
    app_open_screen(app, "practice", now);
    now = pass(app, now, 20 * NS_PER_S);
    model_command(&app->room->model, COMMAND_STOP, 0, 0, NULL, &app->room->outbox);
    now = pass(app, now, 6 * NS_PER_S);
    return take_named(app, after, sizeof after / sizeof after[0], now) ? 0 : 1;
}
