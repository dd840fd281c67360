/* What sounds when: examples, then the law that stretches have every sound exactly once. */
#include "client/model/schedule.h"
#include "shared/prng.h"
#include "tests/support/check.h"

#include <string.h>

static const Groove *const NO_GROOVES[GROOVES_MAX] = {0};
static const ScheduleSettings EVERY_BEAT = {0};

static SessionTime at_ms(int64_t ms)
{
    return (SessionTime){ms * NS_PER_MS};
}

/* 4/4 at 120 from 1 s on: a bar of count-in until 3 s, then music. */
static Timeline started_timeline(void)
{
    Timeline timeline;

    timeline_init(&timeline, 0, 4);
    check(timeline_start(&timeline, at_ms(1000), 1, 120000));
    return timeline;
}

/* Accents on one, and a pair of eighths in the second part. */
static Groove small_groove(void)
{
    Groove groove = {.title = "Two hands",
                     .tempo_mbpm = 120000,
                     .beats_per_bar = 4,
                     .steps_per_beat = 2,
                     .bars = 1,
                     .part_count = 2};

    groove.parts[0] = (GroovePart){.drum = DRUM_DJEMBE_BASS, .title = "Bass"};
    groove.parts[1] = (GroovePart){.drum = DRUM_SHAKER, .title = "Shaker"};
    groove.parts[0].steps[0] = STEP_ACCENT;
    groove.parts[0].steps[4] = STEP_HIT;
    groove.parts[1].steps[2] = STEP_HIT;
    groove.parts[1].steps[3] = STEP_HIT;
    check(groove_is_valid(&groove));
    return groove;
}

static SoundList sounds_of(const Timeline *timeline,
                           const ScheduleSettings *settings,
                           int64_t from_ms,
                           int64_t until_ms)
{
    SoundList list;

    schedule_sounds(timeline, NO_GROOVES, settings, at_ms(from_ms), at_ms(until_ms), &list);
    return list;
}

static void the_lobby_is_silent(void **state)
{
    Timeline timeline;

    (void)state;
    timeline_init(&timeline, 0, 4);
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 0, 900).count, 0);
}

static void the_first_beat_of_each_bar_is_accented(void **state)
{
    const Timeline timeline = started_timeline();
    int count = 0;

    (void)state;
    for (int64_t ms = 0; ms < 9000; ms += 500) {
        const SoundList list = sounds_of(&timeline, &EVERY_BEAT, ms, ms + 500);

        check_i64(list.count, ms < 1000 ? 0 : 1);
        if (list.count == 1) {
            check_i64(list.sounds[0].at.ns, at_ms(ms).ns);
            check_i64(list.sounds[0].drum, count % 4 == 0 ? DRUM_CLICK_ACCENT : DRUM_CLICK);
            check_i64(list.sounds[0].where.ubeats, count * UBEATS_PER_BEAT);
            check_near((double)list.sounds[0].gain, 1.0, 0.0);
            count++;
        }
    }
    check_i64(count, 16);
}

static void a_stretch_has_its_first_moment_and_not_its_last(void **state)
{
    const Timeline timeline = started_timeline();

    (void)state;
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 1500, 1501).count, 1);
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 1400, 1500).count, 0);
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 1500, 1500).count, 0);
}

static void a_halt_ends_the_clicks_on_its_bar_line(void **state)
{
    Timeline timeline = started_timeline();

    (void)state;
    check(timeline_halt(&timeline, (Beats){8 * UBEATS_PER_BEAT}, TRANSPORT_PAUSED));
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 4500, 5000).count, 1);
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 5000, 5900).count, 0);
}

static void a_new_start_clicks_on_the_line_of_the_halt_once_it_goes_on(void **state)
{
    Timeline timeline = started_timeline();
    SoundList list;

    (void)state;
    check(timeline_halt(&timeline, (Beats){8 * UBEATS_PER_BEAT}, TRANSPORT_PAUSED));
    check(timeline_start(&timeline, at_ms(7000), 1, 60000));
    check_i64(sounds_of(&timeline, &EVERY_BEAT, 5000, 7000).count, 0);
    list = sounds_of(&timeline, &EVERY_BEAT, 7000, 7900);
    check_i64(list.count, 1);
    check_i64(list.sounds[0].at.ns, at_ms(7000).ns);
    check_i64(list.sounds[0].drum, DRUM_CLICK_ACCENT);
}

static void another_metre_moves_the_accents(void **state)
{
    Timeline timeline = started_timeline();
    int accents = 0;

    (void)state;
    check(timeline_change_groove(&timeline, (Beats){8 * UBEATS_PER_BEAT}, 1, 3));
    for (int64_t ms = 5000; ms < 11000; ms += 500) {
        const SoundList list = sounds_of(&timeline, &EVERY_BEAT, ms, ms + 500);

        check_i64(list.count, 1);
        accents += list.sounds[0].drum == DRUM_CLICK_ACCENT ? 1 : 0;
    }
    check_i64(accents, 4);
}

static void a_muted_click_is_still_heard_in_the_count_in(void **state)
{
    const Timeline timeline = started_timeline();
    const ScheduleSettings settings = {.muted = true};

    (void)state;
    check_i64(sounds_of(&timeline, &settings, 1000, 1900).count, 2);
    check_i64(sounds_of(&timeline, &settings, 3000, 3900).count, 0);
}

static void the_gap_click_sounds_and_rests_by_bars(void **state)
{
    const Timeline timeline = started_timeline();
    const ScheduleSettings settings = {.gap_on_bars = 2, .gap_off_bars = 1, .gain = 0.5F};
    static const bool silent[] = {false, false, true, false, false, true};
    SoundList list;

    (void)state;
    check(!schedule_bar_is_silent(&settings, 0));
    check(!schedule_bar_is_silent(&settings, -1));
    for (int bar = 1; bar <= 6; bar++) {
        check_i64(schedule_bar_is_silent(&settings, bar), silent[bar - 1]);
        list = sounds_of(&timeline, &settings, 1000 + bar * 2000, 1500 + bar * 2000);
        check_i64(list.count, silent[bar - 1] ? 0 : 1);
        check(silent[bar - 1] || list.sounds[0].gain == 0.5F);
    }
    check_i64(sounds_of(&timeline, &settings, 1000, 1900).count, 2);
}

static void the_groove_plays_the_parts_asked_for_from_the_count_ins_end(void **state)
{
    const Timeline timeline = started_timeline();
    const Groove groove = small_groove();
    const Groove *grooves[GROOVES_MAX] = {&groove};
    ScheduleSettings settings = {.muted = true, .plays_groove = true, .part_mask = 3};
    SoundList list;

    (void)state;
    schedule_sounds(&timeline, grooves, &settings, at_ms(2000), at_ms(3000), &list);
    check_i64(list.count, 2); /* the count-in */
    schedule_sounds(&timeline, grooves, &settings, at_ms(3000), at_ms(4000), &list);
    check_i64(list.count, 3);
    check_i64(list.sounds[0].at.ns, at_ms(3000).ns);
    check_i64(list.sounds[0].drum, DRUM_DJEMBE_BASS);
    check_i64(list.sounds[1].at.ns, at_ms(3500).ns);
    check_i64(list.sounds[2].at.ns, at_ms(3750).ns);
    check_i64(list.sounds[2].source, 2);
    check(list.sounds[0].gain > list.sounds[1].gain);
    settings.part_mask = 2;
    schedule_sounds(&timeline, grooves, &settings, at_ms(3000), at_ms(4000), &list);
    check_i64(list.count, 2);
}

static void sounds_of_one_moment_come_by_source(void **state)
{
    const Timeline timeline = started_timeline();
    const Groove groove = small_groove();
    const Groove *grooves[GROOVES_MAX] = {&groove};
    const ScheduleSettings settings = {.plays_groove = true, .part_mask = 3};
    SoundList list;

    (void)state;
    schedule_sounds(&timeline, grooves, &settings, at_ms(3000), at_ms(3100), &list);
    check_i64(list.count, 2);
    check_i64(list.sounds[0].source, 0);
    check_i64(list.sounds[1].source, 1);
}

static void an_unknown_groove_leaves_the_click(void **state)
{
    const Timeline timeline = started_timeline();
    const ScheduleSettings settings = {.plays_groove = true, .part_mask = 0xff};

    (void)state;
    check_i64(sounds_of(&timeline, &settings, 3000, 3900).count, 2);
}

static void a_crowd_of_sounds_keeps_the_earliest(void **state)
{
    Timeline timeline;
    Groove groove = {.title = "Wall",
                     .tempo_mbpm = 300000,
                     .beats_per_bar = 4,
                     .steps_per_beat = 24,
                     .bars = 1,
                     .part_count = GROOVE_PARTS_MAX};
    const Groove *grooves[GROOVES_MAX] = {&groove};
    const ScheduleSettings settings = {.plays_groove = true, .part_mask = 0xff};
    SoundList list;

    (void)state;
    for (int i = 0; i < GROOVE_PARTS_MAX; i++) {
        groove.parts[i].drum = (Drum)i;
        memset(groove.parts[i].steps, STEP_HIT, 96);
    }
    timeline_init(&timeline, 0, 4);
    check(timeline_start(&timeline, at_ms(0), 0, 300000));
    schedule_sounds(&timeline, grooves, &settings, at_ms(0), at_ms(800), &list);
    check_i64(list.count, SCHEDULE_SOUNDS_MAX);
    for (int i = 1; i < list.count; i++) {
        check(list.sounds[i - 1].at.ns <= list.sounds[i].at.ns);
    }
    /* 256 sounds: the clicks of beats 0 and 1, and 8 parts in 31 steps and more.
     */
    check_i64_between(list.sounds[list.count - 1].at.ns, 258 * NS_PER_MS, 259 * NS_PER_MS);
    schedule_sounds(&timeline, grooves, &settings, at_ms(0), at_ms(250), &list);
    check_i64(list.count, 30 * GROOVE_PARTS_MAX + 2);
}

/* A random but legal life of a timeline, all of it planned ahead. */
static int live(Timeline *timeline, Prng *prng)
{
    int64_t bar = 4;
    int changed = 0;

    for (int i = 0; i < 6; i++) {
        const Beats line =
            timeline_next_bar(timeline, (Beats){bar * 4 * UBEATS_PER_BEAT + UBEATS_PER_BEAT});
        const int32_t tempo_mbpm = 40000 + (int32_t)prng_below(prng, 200000);

        switch (prng_below(prng, 4)) {
        case 0:
            changed += timeline_change_tempo(timeline, line, tempo_mbpm) ? 1 : 0;
            break;
        case 1:
            changed += timeline_ramp_tempo(timeline, line, 2, tempo_mbpm) ? 1 : 0;
            break;
        case 2:
            changed += timeline_change_groove(timeline,
                                              line,
                                              (uint8_t)prng_below(prng, 2),
                                              (uint8_t)(3 + prng_below(prng, 3)))
                           ? 1
                           : 0;
            break;
        default:
            if (timeline_halt(timeline, line, TRANSPORT_PAUSED)) {
                const SessionTime halt = tempo_map_time_of(&timeline->tempo, line);

                changed +=
                    timeline_start(timeline, (SessionTime){halt.ns + 777777777}, 1, tempo_mbpm) ? 1
                                                                                                : 0;
            }
            break;
        }
        bar += 3;
    }
    return changed;
}

static void stretches_that_touch_have_every_sound_exactly_once(void **state)
{
    const Groove groove = small_groove();
    const Groove *grooves[GROOVES_MAX] = {&groove, &groove};
    const ScheduleSettings settings = {
        .plays_groove = true, .part_mask = 3, .gap_on_bars = 3, .gap_off_bars = 1};
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(20261121));
    for (int round = 0; round < 40; round++) {
        Timeline timeline = started_timeline();
        SessionTime from = at_ms(0);
        int64_t last_ubeats = -1;
        int in_pieces = 0;
        int in_seconds = 0;
        SoundList list;

        check(live(&timeline, &prng) > 0);
        check(timeline_is_valid(&timeline));
        while (from.ns < 40 * NS_PER_S) {
            const SessionTime until = {from.ns + (int64_t)prng_below(&prng, 60000000)};

            schedule_sounds(&timeline, grooves, &settings, from, until, &list);
            for (int i = 0; i < list.count; i++) {
                check(list.sounds[i].where.ubeats >= last_ubeats);
                last_ubeats = list.sounds[i].where.ubeats;
            }
            in_pieces += until.ns <= 40 * NS_PER_S ? list.count : 0;
            if (until.ns > 40 * NS_PER_S) {
                schedule_sounds(
                    &timeline, grooves, &settings, from, (SessionTime){40 * NS_PER_S}, &list);
                in_pieces += list.count;
            }
            from = until;
        }
        for (int64_t second = 0; second < 40; second++) {
            schedule_sounds(&timeline,
                            grooves,
                            &settings,
                            at_ms(second * 1000),
                            at_ms(second * 1000 + 1000),
                            &list);
            in_seconds += list.count;
        }
        check(in_seconds > 40);
        check_i64(in_pieces, in_seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lobby_is_silent),
        cmocka_unit_test(the_first_beat_of_each_bar_is_accented),
        cmocka_unit_test(a_stretch_has_its_first_moment_and_not_its_last),
        cmocka_unit_test(a_halt_ends_the_clicks_on_its_bar_line),
        cmocka_unit_test(a_new_start_clicks_on_the_line_of_the_halt_once_it_goes_on),
        cmocka_unit_test(another_metre_moves_the_accents),
        cmocka_unit_test(a_muted_click_is_still_heard_in_the_count_in),
        cmocka_unit_test(the_gap_click_sounds_and_rests_by_bars),
        cmocka_unit_test(the_groove_plays_the_parts_asked_for_from_the_count_ins_end),
        cmocka_unit_test(sounds_of_one_moment_come_by_source),
        cmocka_unit_test(an_unknown_groove_leaves_the_click),
        cmocka_unit_test(a_crowd_of_sounds_keeps_the_earliest),
        cmocka_unit_test(stretches_that_touch_have_every_sound_exactly_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
