/*
 * Ten minutes of click, rendered offline through the whole path (timeline, schedule, feed, ring,
 * stream, voices) while the tempo is changed and ramped: every click begins on its sample and is
 * the click, and between clicks there is silence.
 *
 * What is expected is computed here, from the tempos alone, with none of the code under test.
 * ctest: timeout=120
 */
#include "client/desktop/audio_feed.h"
#include "client/desktop/audio_offline.h"
#include "client/desktop/sound_bank.h"
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

enum {
    RATE_HZ = 48000,
    MINUTES = 10,
    BEATS_PER_BAR = 4,
    FEED_MS = 20,
    EXPECTED_MAX = 4000
};

static const int64_t BAR_UBEATS = BEATS_PER_BAR * UBEATS_PER_BEAT;
static const HostTime START = {INT64_C(987654321000)};
static const SessionTime MUSIC = {INT64_C(40501234567)};
static const int64_t OFFSET_NS = INT64_C(-947650000000); /* session minus host at START */
static const double SKEW = 25e-6;                        /* session ns gained per host ns */

/* What the facilitator does, a bar and more ahead, and what it does to the music. */
typedef struct {
    int bar;       /* in force from this bar line on, from 0 */
    int ramp_bars; /* 0: at once */
    int32_t tempo_mbpm;
} TempoCommand;

static const TempoCommand COMMANDS[] = {
    {.bar = 0, .tempo_mbpm = 100000},
    {.bar = 20, .tempo_mbpm = 143000},
    {.bar = 50, .ramp_bars = 24, .tempo_mbpm = 61700},
    {.bar = 90, .ramp_bars = 40, .tempo_mbpm = 180000},
    {.bar = 150, .tempo_mbpm = 97531},
    {.bar = 200, .tempo_mbpm = 120000},
    {.bar = 230, .ramp_bars = 3, .tempo_mbpm = 125001},
};

enum {
    TEMPO_COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0]
};

/*
 * Seconds from the first beat to each beat. At a steady tempo a beat lasts 60/v s; in a ramp of D
 * seconds from v to w (beats per second) b beats take t with v t + (w - v) t^2 / (2 D) = b, where
 * D = 2 beats / (v + w).
 */
static int expect(double expected_s[EXPECTED_MAX])
{
    long double from_s = 0.0L;
    long double tempo = 0.0L;
    int count = 0;

    for (int i = 0; i < TEMPO_COMMAND_COUNT; i++) {
        const TempoCommand *command = &COMMANDS[i];
        const int beats = i + 1 < TEMPO_COMMAND_COUNT
                              ? (command[1].bar - command->bar) * BEATS_PER_BAR
                              : EXPECTED_MAX - count;
        const long double target = (long double)command->tempo_mbpm / 60000.0L;
        const int ramp_beats = command->ramp_bars * BEATS_PER_BAR;
        const long double ramp_s = 2.0L * ramp_beats / (tempo + target);
        const long double rise = ramp_beats > 0 ? (target - tempo) / ramp_s : 0.0L;
        long double at_s = 0.0L;

        for (int beat = 0; beat <= beats; beat++) {
            if (beat < ramp_beats) {
                at_s = (sqrtl(tempo * tempo + 2.0L * rise * beat) - tempo) / rise;
            } else {
                at_s = ramp_s + (beat - ramp_beats) / target;
            }
            if (beat < beats) {
                expected_s[count] = (double)(from_s + at_s);
                count++;
            }
        }
        from_s += at_s;
        tempo = target;
    }
    return count;
}

typedef struct {
    Audio *audio;
    AudioFeed feed;
    ClientModel model;
    ScheduleSettings settings;
    SoundBank *bank;
    int commands_done;

    /* What was heard. */
    double expected_s[EXPECTED_MAX];
    double frames_off_worst;
    int heard_count;
    const float *sounding; /* the rest of the click that sounds now */
    int sounding_frames;
} Stage;

static Stage stage;

static void set_up(void)
{
    const AudioConfig config = {.choice = AUDIO_OFFLINE, .rate_hz = RATE_HZ, .block_frames = 256};
    const ClockEstimate estimate = {
        .valid = true, .at = START, .offset_ns = OFFSET_NS, .skew = SKEW};

    memset(&stage, 0, sizeof stage);
    stage.audio = audio_create(&config, START);
    stage.bank = sound_bank_create(RATE_HZ);
    check(stage.audio != NULL && stage.bank != NULL);
    check_i64(expect(stage.expected_s), EXPECTED_MAX);
    audio_feed_init(&stage.feed);
    applied_clock_init(&stage.model.clock);
    check(applied_clock_update(&stage.model.clock, START, &estimate, true));
    timeline_init(&stage.model.timeline, 0, BEATS_PER_BAR);
    stage.model.has_timeline = true;
    check(timeline_start(&stage.model.timeline, MUSIC, 0, COMMANDS[0].tempo_mbpm));
    stage.commands_done = 1;
}

static void tear_down(void)
{
    audio_destroy(stage.audio);
    sound_bank_destroy(stage.bank);
}

/* Gives the next command as soon as its bar line is less than two bars ahead. */
static void command_tempo(HostTime now)
{
    Timeline *timeline = &stage.model.timeline;
    const Beats here =
        tempo_map_beats_at(&timeline->tempo, applied_clock_session(&stage.model.clock, now));
    const TempoCommand *command = &COMMANDS[stage.commands_done];
    Beats line;

    if (stage.commands_done == TEMPO_COMMAND_COUNT) {
        return;
    }
    line = (Beats){command->bar * BAR_UBEATS};
    if (here.ubeats < line.ubeats - 2 * BAR_UBEATS + 123456) {
        return;
    }
    if (command->ramp_bars > 0) {
        check(timeline_ramp_tempo(timeline, line, command->ramp_bars, command->tempo_mbpm));
    } else {
        check(timeline_change_tempo(timeline, line, command->tempo_mbpm));
    }
    stage.commands_done++;
}

/* The exact, fractional frame of a beat. */
static double expected_frame(int beat)
{
    const double session_s = stage.expected_s[beat] + (double)MUSIC.ns / 1e9;
    const double start_s = (double)(START.ns + OFFSET_NS) / 1e9;

    return (session_s - start_s) / (1.0 + SKEW) * RATE_HZ;
}

/* Nothing sounded, and this sample does: which click began, and on which frame? */
static void hear_onset(int64_t frame, float sample)
{
    const bool is_accent = stage.heard_count % BEATS_PER_BAR == 0;
    const Drum drum = is_accent ? DRUM_CLICK_ACCENT : DRUM_CLICK;
    const float *samples = stage.bank->samples[drum];
    int head = 0;
    double off = 0.0;

    while (samples[head] == 0.0F) {
        head++;
    }
    off = (double)(frame - head) - expected_frame(stage.heard_count);
    stage.frames_off_worst = fmax(stage.frames_off_worst, fabs(off));
    check_near((double)sample, (double)samples[head], 0.0);
    stage.sounding = samples + head + 1;
    stage.sounding_frames = stage.bank->frame_counts[drum] - head - 1;
    stage.heard_count++;
}

static void hear(int64_t frame, const float *mono, int frames)
{
    for (int i = 0; i < frames; i++) {
        if (stage.sounding_frames > 0) {
            if (mono[i] < *stage.sounding || mono[i] > *stage.sounding) {
                check_near((double)mono[i], (double)*stage.sounding, 0.0);
            }
            stage.sounding++;
            stage.sounding_frames--;
        } else if (mono[i] < 0.0F || mono[i] > 0.0F) {
            hear_onset(frame + i, mono[i]);
        }
    }
}

/* Plays for a while; `lateness` gives how late each block's callback comes. */
static void play(int seconds, int64_t (*lateness)(int64_t frame))
{
    HostTime feed_at = START;
    float mono[256];

    while (audio_offline_frame(stage.audio) < (int64_t)seconds * RATE_HZ) {
        const int64_t frame = audio_offline_frame(stage.audio);
        const HostTime now = audio_offline_now(stage.audio);
        int frames = 0;

        if (now.ns >= feed_at.ns) {
            command_tempo(now);
            audio_feed_update(&stage.feed, stage.audio, &stage.model, &stage.settings, 0, now);
            feed_at.ns += FEED_MS * NS_PER_MS;
        }
        frames = audio_offline_render(stage.audio, lateness(frame), mono, 256);
        hear(frame, mono, frames);
    }
}

static int64_t punctual(int64_t frame)
{
    (void)frame;
    return 0;
}

/* 0 to 3 ms, with no pattern that an average could use. */
static int64_t late(int64_t frame)
{
    const uint64_t mixed = (uint64_t)frame * UINT64_C(0x9e3779b97f4a7c15);

    return (int64_t)(mixed >> 32) % (3 * NS_PER_MS);
}

static int clicks_within(int seconds)
{
    int count = 0;

    while (expected_frame(count) < (double)seconds * RATE_HZ) {
        count++;
    }
    return count;
}

static void ten_minutes_of_click_are_exact_to_the_sample(void **state)
{
    (void)state;
    set_up();
    play(MINUTES * 60, punctual);
    print_message("%d clicks in %d minutes; furthest from its exact time: %.3f frames\n",
                  stage.heard_count,
                  MINUTES,
                  stage.frames_off_worst);
    check_i64(stage.commands_done, TEMPO_COMMAND_COUNT);
    check_i64(stage.heard_count, clicks_within(MINUTES * 60));
    /* Half a frame is what rounding to the nearest sample can cost; nanoseconds add a little. */
    check_between(stage.frames_off_worst, 0.0, 0.501);
    check_u64(audio_state(stage.audio).report.late_count, 0);
    check_u64(audio_state(stage.audio).report.dropped_count, 0);
    tear_down();
}

static void callbacks_up_to_three_milliseconds_late_cost_a_tenth_of_one(void **state)
{
    (void)state;
    set_up();
    play(120, late);
    print_message("with late callbacks: %.2f frames\n", stage.frames_off_worst);
    check_i64(stage.heard_count, clicks_within(120));
    check_between(stage.frames_off_worst, 0.0, 0.1e-3 * RATE_HZ);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_minutes_of_click_are_exact_to_the_sample),
        cmocka_unit_test(callbacks_up_to_three_milliseconds_late_cost_a_tenth_of_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
