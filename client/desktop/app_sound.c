#include "client/desktop/app.h"

#include <string.h>

#define PREVIEW_BARS 4
#define TRIAL_AHEAD_NS (50 * NS_PER_MS)

/* Pads beside the main drum sound a little softer, so that two hands are told apart. */
static const float pad_gains[SETTINGS_PADS] = {1.0F, 0.8F, 0.9F, 0.7F};

/* The part that is played now; at rest the one that comes next. */
static Drum own_drum(const App *app)
{
    const ClientModel *model = &app->room->model;
    const ModelNow music = model_now(model, app->now);
    const Section *section = NULL;
    const Groove *groove = NULL;
    Beats where;

    if (app->room->kind == ROOM_NONE || !model->has_timeline) {
        return DRUM_BONGO_HIGH;
    }
    section = &model->timeline.sections[model->timeline.section_count - 1];
    if (music.known && music.tempo_mbpm != 0) {
        section = music.section;
    }
    groove = model_groove(model, section);
    if (groove == NULL) {
        return DRUM_BONGO_HIGH;
    }
    where = music.tempo_mbpm != 0 ? music.position : BEATS_NEVER;
    return groove->parts[model_part_index(model, groove, where)].drum;
}

void app_strike(App *app, int pad)
{
    audio_strike(app->audio, own_drum(app), pad_gains[pad % SETTINGS_PADS]);
}

void app_cue(App *app, const OwnJudgement *own)
{
    const bool calibrated = app->room->model.config.calibrated;
    Cue cue;

    if (app->settings.hit_cue &&
        words_cue((Judgement)own->judgement, own->asynchrony_us, calibrated, &cue)) {
        audio_cue(app->audio, cue);
    }
}

void app_strike_from_keys(void *owner, int pad)
{
    App *app = owner;

    audio_strike_from_keys(
        app->audio, (Drum)atomic_load(&app->drum_now), pad_gains[pad % SETTINGS_PADS]);
}

/* ---- a groove for the lobby ------------------------------------------------------------------ */

static void stop_preview(App *app)
{
    app->preview.on = false;
    audio_feed_leave(&app->preview.feed, app->audio);
}

void app_toggle_preview(App *app, HostTime now)
{
    const ClientModel *model = &app->room->model;
    GroovePreview *preview = &app->preview;
    const Groove *groove = NULL;

    if (preview->on) {
        stop_preview(app);
        return;
    }
    if (app->room->kind == ROOM_NONE || !model->has_timeline) {
        return;
    }
    groove = model_groove(model, &model->timeline.sections[model->timeline.section_count - 1]);
    if (groove == NULL) {
        return;
    }
    preview->groove = *groove;
    timeline_init(&preview->timeline, 0, groove->beats_per_bar);
    preview->on = timeline_start(
        &preview->timeline, (SessionTime){now.ns + 300 * NS_PER_MS}, 0, groove->tempo_mbpm);
    audio_feed_reset(&preview->feed);
}

void app_sound_click(App *app, HostTime now)
{
    const HostSound click = {
        .at = {now.ns + TRIAL_AHEAD_NS}, .drum = DRUM_CLICK_ACCENT, .gain = 1.0F};

    (void)audio_schedule(app->audio, &click, 1);
}

static void feed_preview(App *app, HostTime now)
{
    GroovePreview *preview = &app->preview;
    const Groove *grooves[GROOVES_MAX] = {&preview->groove};
    const ScheduleSettings settings = {.plays_groove = true, .part_mask = UINT32_MAX};
    const AudioFeedSource source = {
        .timeline = &preview->timeline,
        .clock = &preview->clock,
        .grooves = grooves,
        .settings = &settings,
        .audio_offset_us = app->settings.offsets.sound_offset_ms * 1000,
    };
    const Beats where = tempo_map_beats_at(&preview->timeline.tempo, (SessionTime){now.ns});

    if (timeline_bar_at(&preview->timeline, where).bar > PREVIEW_BARS) {
        stop_preview(app);
        return;
    }
    audio_feed_supply(&preview->feed, app->audio, &source, now);
}

/* ---- what the timeline says ------------------------------------------------------------------ */

static void read_schedule(App *app)
{
    const PracticeSettings *practising = &app->practising;

    app->schedule = (ScheduleSettings){.gain = 1.0F};
    if (app->room->kind == ROOM_PRACTICE && practising->gap) {
        app->schedule.gap_on_bars = practising->gap_click_bars;
        app->schedule.gap_off_bars = practising->gap_silent_bars;
    }
}

/* Bandmates are heard as they play, each at their own time. */
static void feed_bandmates(App *app, HostTime now)
{
    const HostTime until = {now.ns + AUDIO_FEED_AHEAD_NS};
    const int32_t offset_ms = app->settings.offsets.sound_offset_ms;
    PracticeSound sound;

    while (app->room->kind == ROOM_PRACTICE &&
           practice_next_sound(app->room->practice, until, &sound)) {
        const HostSound heard = {
            .at = {sound.at.ns - offset_ms * NS_PER_MS},
            .drum = sound.drum,
            .gain = sound.gain,
        };

        (void)audio_schedule(app->audio, &heard, 1);
    }
}

void app_sound(App *app, HostTime now)
{
    atomic_store(&app->drum_now, (int32_t)own_drum(app));
    if (app->input != NULL) {
        input_arm(app->input, app_is_drumming(app, now) && !app->calibration.open);
    }
    if (app->preview.on && app_screen(app, now) != SCREEN_LOBBY) {
        stop_preview(app);
    }
    if (app->preview.on) {
        feed_preview(app, now);
    }
    if (app->calibration.open) {
        app_calibrate(app, now);
        return;
    }
    if (app->room->kind == ROOM_NONE) {
        return;
    }
    read_schedule(app);
    audio_feed_update(&app->feed,
                      app->audio,
                      &app->room->model,
                      &app->schedule,
                      app->settings.offsets.sound_offset_ms * 1000,
                      now);
    feed_bandmates(app, now);
}
