/* Feeding the audio: every sound once, moved when its time moved, still when it is near. */
#include "client/desktop/audio_feed.h"
#include "tests/support/check.h"

#include <string.h>

static const HostTime START = {INT64_C(500000000000)};
static const SessionTime ORIGIN = {10 * NS_PER_S};
static const Groove *const NO_GROOVES[GROOVES_MAX] = {0};
static const ScheduleSettings EVERY_BEAT = {0};

typedef struct {
    AudioFeed feed;
    Timeline timeline;
    AppliedClock clock;
    ScheduleSettings settings;
    AudioFeedSource source;
    AudioPlan plan;
} Stage;

static HostTime after_ms(int64_t ms)
{
    return (HostTime){START.ns + ms * NS_PER_MS};
}

/* A clock on which session time is ORIGIN at `late_ns` after START. */
static AppliedClock clock_with(int64_t late_ns)
{
    AppliedClock clock = {.newest_index = 0, .segment_count = 1, .version = 1, .locked = true};

    clock.segments[0] = (AppliedSegment){.host_start = {0},
                                         .session_start = {ORIGIN.ns - START.ns - late_ns},
                                         .session_floor = {INT64_MIN},
                                         .version = 1};
    return clock;
}

/* Clicks every half second from START on, which is session time ORIGIN. */
static Stage *set_up(void)
{
    static Stage stage;

    memset(&stage, 0, sizeof stage);
    audio_feed_init(&stage.feed);
    stage.feed.source = 1;
    timeline_init(&stage.timeline, 0, 4);
    check(timeline_start(&stage.timeline, ORIGIN, 0, 120000));
    stage.clock = clock_with(0);
    stage.settings = EVERY_BEAT;
    stage.source = (AudioFeedSource){.timeline = &stage.timeline,
                                     .clock = &stage.clock,
                                     .grooves = NO_GROOVES,
                                     .settings = &stage.settings};
    return &stage;
}

/* Plans at `ms` and reports the plan as carried out. */
static const AudioPlan *turn(Stage *stage, int64_t ms)
{
    const HostTime now = after_ms(ms);

    audio_feed_plan(&stage->feed, &stage->source, now, &stage->plan);
    audio_feed_sent(&stage->feed, &stage->plan, stage->plan.sound_count, now);
    return &stage->plan;
}

static void every_sound_is_sent_once_and_ahead(void **state)
{
    Stage *stage = set_up();
    int64_t count = 0;

    (void)state;
    for (int64_t ms = -1000; ms < 20000; ms += 7) {
        const AudioPlan *plan = turn(stage, ms);

        check(!plan->cancels);
        for (int i = 0; i < plan->sound_count; i++) {
            check_i64(plan->sounds[i].at.ns, after_ms(count * 500).ns);
            check_i64_between(plan->sounds[i].at.ns - after_ms(ms).ns, 240 * NS_PER_MS, 250000000);
            count++;
        }
    }
    check_i64(count, 41);
}

static void an_offset_starts_everything_earlier(void **state)
{
    Stage *stage = set_up();
    const AudioPlan *plan = NULL;

    (void)state;
    stage->source.audio_offset_us = 80000;
    plan = turn(stage, 200);
    check_i64(plan->sound_count, 1);
    check_i64(plan->sounds[0].at.ns, after_ms(420).ns);
}

static void without_a_timeline_nothing_is_planned(void **state)
{
    Stage *stage = set_up();

    (void)state;
    stage->source.timeline = NULL;
    check_i64(turn(stage, 300)->sound_count, 0);
    check(!stage->plan.cancels);
}

static void a_sound_whose_time_moved_is_sent_again(void **state)
{
    Stage *stage = set_up();
    uint64_t id = 0;

    (void)state;
    check_i64(turn(stage, 300)->sound_count, 1);
    id = stage->plan.sounds[0].id;
    stage->clock = clock_with(2 * NS_PER_MS);
    check_i64(turn(stage, 320)->sound_count, 1);
    check_u64(stage->plan.sounds[0].id, id);
    check_i64(stage->plan.sounds[0].at.ns, after_ms(502).ns);
    check_i64(turn(stage, 340)->sound_count, 0);
}

static void half_a_millisecond_is_left_alone(void **state)
{
    Stage *stage = set_up();

    (void)state;
    check_i64(turn(stage, 300)->sound_count, 1);
    stage->clock = clock_with(-490000);
    check_i64(turn(stage, 320)->sound_count, 0);
    check(!stage->plan.cancels);
    /* But not twice that, little by little. */
    stage->clock = clock_with(-980000);
    check_i64(turn(stage, 340)->sound_count, 1);
}

static void a_sound_about_to_begin_is_not_moved(void **state)
{
    Stage *stage = set_up();

    (void)state;
    check_i64(turn(stage, 300)->sound_count, 1);
    stage->clock = clock_with(5 * NS_PER_MS);
    check_i64(turn(stage, 485)->sound_count, 0);
    check(!stage->plan.cancels);
    check_i64(turn(stage, 503)->sound_count, 0);
}

static void a_halt_takes_back_what_was_planned(void **state)
{
    Stage *stage = set_up();

    (void)state;
    (void)turn(stage, 1800); /* the click at 2 s, bar 2 */
    check_i64(stage->plan.sound_count, 1);
    check(timeline_halt(&stage->timeline, (Beats){4 * UBEATS_PER_BEAT}, TRANSPORT_PAUSED));
    check_i64(turn(stage, 1820)->sound_count, 0);
    check(stage->plan.cancels);
    check_i64(stage->plan.cancel_after.ns, after_ms(2000).ns);
    check(!turn(stage, 1840)->cancels);
}

static void the_gap_click_can_be_turned_on_and_off_while_playing(void **state)
{
    Stage *stage = set_up();

    (void)state;
    stage->settings = (ScheduleSettings){.gap_on_bars = 1, .gap_off_bars = 1};
    check(timeline_change_tempo(&stage->timeline, (Beats){0}, 300000)); /* a beat is 200 ms */
    (void)turn(stage, 590);
    check_i64(stage->plan.sound_count, 1); /* the last beat of the bar, 600 */
    check_i64(turn(stage, 1350)->sound_count, 0);
    check_i64(turn(stage, 1360)->sound_count, 1); /* the gap is over at 1600 */
    stage->settings = EVERY_BEAT;
    check_i64(turn(stage, 1370)->sound_count, 1);
    check_i64(stage->plan.sounds[0].at.ns, after_ms(1400).ns);
    stage->settings = (ScheduleSettings){.gap_on_bars = 2, .gap_off_bars = 2};
    check_i64(turn(stage, 1375)->sound_count, 0);
    check(stage->plan.cancels);
    check_i64(stage->plan.cancel_after.ns, after_ms(1600).ns);
}

/* A part that falls silent takes the click after it along, which comes back at once. */
static void neighbours_of_a_sound_taken_back_stay(void **state)
{
    Stage *stage = set_up();
    Groove groove = {.title = "One",
                     .tempo_mbpm = 120000,
                     .beats_per_bar = 4,
                     .steps_per_beat = 8,
                     .bars = 1,
                     .part_count = 1};
    const Groove *grooves[GROOVES_MAX] = {&groove};

    (void)state;
    groove.parts[0] = (GroovePart){.drum = DRUM_CLAVE, .title = "Clave"};
    groove.parts[0].steps[7] = STEP_HIT; /* at 437.5 ms */
    stage->source.grooves = grooves;
    stage->settings = (ScheduleSettings){.plays_groove = true, .part_mask = 1};
    check_i64(turn(stage, 300)->sound_count, 2);
    stage->settings = EVERY_BEAT;
    check_i64(turn(stage, 320)->sound_count, 1);
    check(stage->plan.cancels);
    check_i64(stage->plan.cancel_after.ns, after_ms(437).ns + NS_PER_MS / 2);
    check_i64(stage->plan.sounds[0].at.ns, after_ms(500).ns);
    check_i64(turn(stage, 340)->sound_count, 0);
    check(!stage->plan.cancels);
    stage->source.grooves = NO_GROOVES;
}

static void what_the_ring_did_not_take_is_planned_again(void **state)
{
    Stage *stage = set_up();
    const HostTime now = after_ms(300);

    (void)state;
    audio_feed_plan(&stage->feed, &stage->source, now, &stage->plan);
    check_i64(stage->plan.sound_count, 1);
    audio_feed_sent(&stage->feed, &stage->plan, 0, now);
    check_i64(turn(stage, 320)->sound_count, 1);
}

static void another_session_has_other_ids(void **state)
{
    Stage *stage = set_up();
    uint64_t id = 0;

    (void)state;
    check_i64(turn(stage, 300)->sound_count, 1);
    id = stage->plan.sounds[0].id;
    audio_feed_reset(&stage->feed);
    stage->feed.source = 2;
    check_i64(turn(stage, 300)->sound_count, 1);
    check(stage->plan.sounds[0].id != id);
    check(id != 0);
}

/* The worst case of a long session: the memory of what was sent stays bounded. */
static void what_is_long_over_is_forgotten(void **state)
{
    Stage *stage = set_up();

    (void)state;
    check(timeline_change_tempo(&stage->timeline, (Beats){0}, 300000));
    for (int64_t ms = 0; ms < 600000; ms += 20) {
        (void)turn(stage, ms);
        check_i64_between(stage->feed.sent_count, 0, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sound_is_sent_once_and_ahead),
        cmocka_unit_test(an_offset_starts_everything_earlier),
        cmocka_unit_test(without_a_timeline_nothing_is_planned),
        cmocka_unit_test(a_sound_whose_time_moved_is_sent_again),
        cmocka_unit_test(half_a_millisecond_is_left_alone),
        cmocka_unit_test(a_sound_about_to_begin_is_not_moved),
        cmocka_unit_test(a_halt_takes_back_what_was_planned),
        cmocka_unit_test(the_gap_click_can_be_turned_on_and_off_while_playing),
        cmocka_unit_test(neighbours_of_a_sound_taken_back_stay),
        cmocka_unit_test(what_the_ring_did_not_take_is_planned_again),
        cmocka_unit_test(another_session_has_other_ids),
        cmocka_unit_test(what_is_long_over_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
