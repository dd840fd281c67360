/*
 * The tempo map: examples of steady tempo, ramps and halts, then the laws that every map obeys.
 */
#include "tests/support/check.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/tempo_map.h"

#define BEAT UBEATS_PER_BEAT
#define BAR (4 * BEAT)

enum {
    MAPS = 200,            /* random maps tried per law */
    PROBES = 200,          /* positions or times tried per map */
    COMMANDS = 40,         /* more than TEMPO_SEGMENTS_MAX, so that maps forget */
    HOURS_10_BEATS = 50000 /* at least ten hours at every tempo tried */
};

static SessionTime at_ns(int64_t ns)
{
    return (SessionTime){ns};
}

static Beats at_beats(int64_t ubeats)
{
    return (Beats){ubeats};
}

static int64_t beats_at(const TempoMap *map, int64_t ns)
{
    return tempo_map_beats_at(map, at_ns(ns)).ubeats;
}

static int64_t time_of(const TempoMap *map, int64_t ubeats)
{
    return tempo_map_time_of(map, at_beats(ubeats)).ns;
}

/* Position 0 at `start_ns`, then steady. */
static TempoMap steady(int64_t start_ns, int32_t tempo_mbpm)
{
    TempoMap map;

    tempo_map_init(&map);
    check(tempo_map_resume(&map, at_ns(start_ns), tempo_mbpm));
    return map;
}

static void check_same_map(const TempoMap *actual, const TempoMap *expected)
{
    check_i64(actual->segment_count, expected->segment_count);
    for (int i = 0; i < actual->segment_count; i++) {
        check_i64(actual->segments[i].start.ns, expected->segments[i].start.ns);
        check_i64(actual->segments[i].start_beats.ubeats, expected->segments[i].start_beats.ubeats);
        check_i64(actual->segments[i].tempo_mbpm, expected->segments[i].tempo_mbpm);
        check_i64(actual->segments[i].end_tempo_mbpm, expected->segments[i].end_tempo_mbpm);
        check_i64(actual->segments[i].ramp_ns, expected->segments[i].ramp_ns);
    }
}

static void a_new_map_stands_still_at_zero_for_ever(void **state)
{
    TempoMap map;

    (void)state;
    tempo_map_init(&map);
    check(tempo_map_is_valid(&map));
    check_i64(beats_at(&map, -NS_PER_S), 0);
    check_i64(beats_at(&map, INT64_MAX), 0);
    check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(5)), 0);
    check_i64(time_of(&map, 1), SESSION_TIME_NEVER.ns);
}

static void at_120_bpm_a_beat_lasts_half_a_second(void **state)
{
    const TempoMap map = steady(10 * NS_PER_S, 120000);

    (void)state;
    check_i64(beats_at(&map, 10 * NS_PER_S), 0);
    check_i64(beats_at(&map, 10 * NS_PER_S + 500 * NS_PER_MS), BEAT);
    check_i64(beats_at(&map, 10 * NS_PER_S + 500 * NS_PER_MS - 1), BEAT - 1);
    check_i64(time_of(&map, 0), 10 * NS_PER_S);
    check_i64(time_of(&map, BAR), 12 * NS_PER_S);
    check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(11 * NS_PER_S)), 120000);
}

static void before_the_start_the_map_stands_still(void **state)
{
    const TempoMap map = steady(10 * NS_PER_S, 120000);

    (void)state;
    check_i64(beats_at(&map, 10 * NS_PER_S - 1), 0);
    check_i64(beats_at(&map, -1), 0);
    check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(9 * NS_PER_S)), 0);
}

static void a_change_holds_from_its_bar_line_on(void **state)
{
    TempoMap map = steady(0, 120000);

    (void)state;
    check(tempo_map_change(&map, at_beats(2 * BAR), 60000));
    check_i64(time_of(&map, 2 * BAR), 4 * NS_PER_S);
    check_i64(time_of(&map, 2 * BAR - BEAT), 3500 * NS_PER_MS);
    check_i64(time_of(&map, 2 * BAR + BEAT), 5 * NS_PER_S);
    check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(4 * NS_PER_S - 1)), 120000);
    check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(4 * NS_PER_S)), 60000);
}

static void a_ramp_has_the_mean_tempo_on_its_way(void **state)
{
    TempoMap map = steady(0, 60000);

    (void)state;
    /* Four beats from 60 to 120: mean 90, so 8/3 s; half of the time is at 90. */
    check(tempo_map_ramp(&map, at_beats(BAR), at_beats(2 * BAR), 120000));
    check_i64(map.segments[1].ramp_ns, INT64_C(2666666666));
    check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(4 * NS_PER_S + INT64_C(1333333333))), 90000);
    check_i64(time_of(&map, 2 * BAR), INT64_C(6666666667));
    check_i64(time_of(&map, 3 * BAR), INT64_C(8666666667));
}

static void a_halt_keeps_the_position_until_the_music_goes_on(void **state)
{
    TempoMap map = steady(0, 120000);

    (void)state;
    check(tempo_map_halt(&map, at_beats(BAR)));
    check_i64(beats_at(&map, 2 * NS_PER_S), BAR);
    check_i64(beats_at(&map, 1000 * NS_PER_S), BAR);
    check_i64(time_of(&map, BAR), 2 * NS_PER_S);
    check_i64(time_of(&map, BAR + 1), SESSION_TIME_NEVER.ns);
    check(tempo_map_resume(&map, at_ns(60 * NS_PER_S), 60000));
    check_i64(beats_at(&map, 59 * NS_PER_S), BAR);
    check_i64(time_of(&map, BAR), 60 * NS_PER_S);
    check_i64(time_of(&map, BAR + BEAT), 61 * NS_PER_S);
}

static void a_new_plan_replaces_what_was_planned_at_or_after_it(void **state)
{
    TempoMap map = steady(0, 120000);
    TempoMap expected = steady(0, 120000);

    (void)state;
    check(tempo_map_change(&map, at_beats(4 * BAR), 90000));
    check(tempo_map_halt(&map, at_beats(8 * BAR)));
    check(tempo_map_change(&map, at_beats(4 * BAR), 100000));
    check(tempo_map_change(&expected, at_beats(4 * BAR), 100000));
    check_same_map(&map, &expected);
    check(tempo_map_halt(&map, at_beats(2 * BAR)));
    check_i64(map.segment_count, 2);
    check_i64(time_of(&map, 3 * BAR), SESSION_TIME_NEVER.ns);
}

static void wishes_that_make_no_sense_change_nothing(void **state)
{
    TempoMap map = steady(0, 120000);
    TempoMap before;

    (void)state;
    check(tempo_map_halt(&map, at_beats(4 * BAR)));
    before = map;
    check(!tempo_map_change(&map, at_beats(BAR), TEMPO_MBPM_MIN - 1));
    check(!tempo_map_change(&map, at_beats(BAR), TEMPO_MBPM_MAX + 1));
    check(!tempo_map_change(&map, at_beats(BAR), 0));
    check(!tempo_map_change(&map, at_beats(BAR), -120000));
    check(!tempo_map_change(&map, at_beats(5 * BAR), 100000));
    check(!tempo_map_change(&map, at_beats(-1), 100000));
    check(!tempo_map_ramp(&map, at_beats(BAR), at_beats(BAR), 100000));
    check(!tempo_map_ramp(&map, at_beats(BAR), at_beats(0), 100000));
    check(!tempo_map_ramp(&map, at_beats(BAR), at_beats(2 * BAR), TEMPO_MBPM_MAX + 1));
    check(!tempo_map_ramp(&map, at_beats(5 * BAR), at_beats(6 * BAR), 100000));
    check(!tempo_map_ramp(&map, at_beats(4 * BAR), at_beats(5 * BAR), 100000));
    check(!tempo_map_ramp(&map, at_beats(BAR), at_beats(INT64_MAX), 100000));
    check(!tempo_map_halt(&map, at_beats(5 * BAR)));
    check(!tempo_map_resume(&map, at_ns(7 * NS_PER_S), 120000));
    check(!tempo_map_resume(&map, at_ns(9 * NS_PER_S), 10));
    check_same_map(&map, &before);
}

static void music_that_moves_cannot_be_resumed(void **state)
{
    TempoMap map = steady(0, 120000);
    const TempoMap before = map;

    (void)state;
    check(!tempo_map_resume(&map, at_ns(NS_PER_S), 120000));
    check_same_map(&map, &before);
}

static void a_full_map_forgets_its_oldest_segment_and_moves_nothing_else(void **state)
{
    TempoMap map = steady(0, 120000);
    int64_t times[COMMANDS];

    (void)state;
    for (int i = 1; i < COMMANDS; i++) {
        check(tempo_map_change(&map, at_beats(i * BAR), 100000 + i * 1000));
        times[i] = time_of(&map, i * BAR + BEAT);
    }
    check_i64(map.segment_count, TEMPO_SEGMENTS_MAX);
    check(tempo_map_is_valid(&map));
    for (int i = COMMANDS - TEMPO_SEGMENTS_MAX; i < COMMANDS; i++) {
        check_i64(time_of(&map, i * BAR + BEAT), times[i]);
    }
    check(!tempo_map_change(&map, at_beats(BAR), 100000));
}

static void bar_lines_are_exact_after_ten_hours_at_awkward_tempi(void **state)
{
    static const int32_t tempi[] = {30000, 61803, 77777, 97301, 119999, 133337, 233333, 300000};
    const int64_t start_ns = 1234567;

    (void)state;
    for (size_t i = 0; i < sizeof tempi / sizeof tempi[0]; i++) {
        const TempoMap map = steady(start_ns, tempi[i]);
        const uint64_t tempo = (uint64_t)tempi[i];

        for (uint64_t beat = HOURS_10_BEATS; beat < HOURS_10_BEATS + 64; beat++) {
            /* 6e13 ns per beat at one mbpm; a time is rounded up. */
            const uint64_t exact_ns = (beat * UINT64_C(60000000000000) + tempo - 1) / tempo;

            check_i64(time_of(&map, (int64_t)beat * BEAT), start_ns + (int64_t)exact_ns);
            check_i64(beats_at(&map, start_ns + (int64_t)exact_ns), (int64_t)beat * BEAT);
        }
    }
}

static void a_hundred_changes_do_not_move_the_bar_lines_by_more_than_their_rounding(void **state)
{
    TempoMap map = steady(0, 97301);
    const TempoMap plain = steady(0, 97301);

    (void)state;
    /* The same tempo again and again: each change rounds its line up by less than one ns. */
    for (int i = 1; i <= 100; i++) {
        check(tempo_map_change(&map, at_beats(i * BAR), 97301));
    }
    check_i64_between(time_of(&map, 200 * BAR) - time_of(&plain, 200 * BAR), 0, 100);
}

static void extreme_times_and_positions_have_answers(void **state)
{
    TempoMap map = steady(0, TEMPO_MBPM_MIN);
    TempoMap fast = steady(NS_PER_S, TEMPO_MBPM_MAX);

    (void)state;
    check_i64(time_of(&map, INT64_MAX), SESSION_TIME_NEVER.ns);
    check_i64(time_of(&map, INT64_MAX / 8), SESSION_TIME_NEVER.ns);
    check(time_of(&map, INT64_MIN) <= 0);
    check(beats_at(&fast, INT64_MAX) > 0);
    check_i64(beats_at(&fast, INT64_MIN), 0);
    check_i64(tempo_map_tempo_mbpm_at(&fast, at_ns(INT64_MAX)), TEMPO_MBPM_MAX);
    check(tempo_map_ramp(&fast, at_beats(BAR), at_beats(100 * BAR), TEMPO_MBPM_MIN));
    check_i64(tempo_map_tempo_mbpm_at(&fast, at_ns(INT64_MAX)), TEMPO_MBPM_MIN);
    check(beats_at(&fast, INT64_MAX) > 0);
    check_i64(time_of(&fast, INT64_MAX), SESSION_TIME_NEVER.ns);
}

static void a_map_whose_first_segment_moves_goes_on_backwards(void **state)
{
    const TempoMap map = steady(0, 120000);

    (void)state;
    check_i64(map.segment_count, 1); /* the halt at 0 had no length */
    check_i64(beats_at(&map, -NS_PER_S), -2 * BEAT);
    check_i64(time_of(&map, -2 * BEAT), -NS_PER_S);
    check_i64(time_of(&map, -2 * BEAT - 1), -NS_PER_S - 500);
}

static void a_broken_map_is_recognised(void **state)
{
    const TempoMap good = steady(NS_PER_S, 120000);
    TempoMap map = good;

    (void)state;
    check(tempo_map_is_valid(&map));
    map.segment_count = 0;
    check(!tempo_map_is_valid(&map));
    map.segment_count = TEMPO_SEGMENTS_MAX + 1;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[1].start_beats.ubeats = 1;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[1].start.ns = -1;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[1].end_tempo_mbpm = 0;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[1].end_tempo_mbpm = 130000;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[1].ramp_ns = -1;
    check(!tempo_map_is_valid(&map));
    map.segments[1].ramp_ns = TEMPO_RAMP_NS_MAX + 1;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[0].ramp_ns = 1;
    check(!tempo_map_is_valid(&map));
    map = good;
    map.segments[0].start.ns = INT64_MIN;
    check(!tempo_map_is_valid(&map));
}

static int32_t random_tempo(Prng *prng)
{
    return TEMPO_MBPM_MIN +
           (int32_t)prng_below(prng, TEMPO_MBPM_MAX - TEMPO_MBPM_MIN + UINT64_C(1));
}

/* A life of a map: changes, ramps, halts and resumes at growing bar lines. */
static TempoMap random_map(Prng *prng)
{
    TempoMap map = steady((int64_t)prng_below(prng, 1000) * NS_PER_S, random_tempo(prng));
    int64_t bar = 0;

    for (int i = 0; i < COMMANDS; i++) {
        const Beats at = at_beats(bar * BAR);
        const int64_t bars = 1 + (int64_t)prng_below(prng, 8);
        const int32_t tempo = random_tempo(prng);

        switch (prng_below(prng, 3)) {
        case 0:
            check(tempo_map_change(&map, at, tempo));
            break;
        case 1:
            check(tempo_map_ramp(&map, at, at_beats((bar + bars) * BAR), tempo));
            break;
        default:
            check(tempo_map_halt(&map, at));
            check(tempo_map_resume(
                &map,
                at_ns(time_of(&map, at.ubeats) + (int64_t)prng_below(prng, 100) * NS_PER_S + 7),
                tempo));
            break;
        }
        check(tempo_map_is_valid(&map));
        bar += bars + (int64_t)prng_below(prng, 3);
    }
    return map;
}

/* Somewhere between the second kept segment and 40 bars after the last. */
static int64_t random_position(Prng *prng, const TempoMap *map)
{
    const int64_t first = map->segments[1].start_beats.ubeats;
    const int64_t last = map->segments[map->segment_count - 1].start_beats.ubeats + 40 * BAR;

    return first + (int64_t)prng_below(prng, (uint64_t)(last - first));
}

static int64_t random_time(Prng *prng, const TempoMap *map)
{
    const int64_t first = map->segments[0].start.ns - NS_PER_S;
    const int64_t last = map->segments[map->segment_count - 1].start.ns + 100 * NS_PER_S;

    return first + (int64_t)prng_below(prng, (uint64_t)(last - first));
}

static bool is_segment_start(const TempoMap *map, int64_t ubeats)
{
    for (int i = 0; i < map->segment_count; i++) {
        if (map->segments[i].start_beats.ubeats == ubeats) {
            return true;
        }
    }
    return false;
}

static void the_position_at_the_time_of_a_position_is_that_position(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < MAPS; i++) {
        const TempoMap map = random_map(&prng);

        for (int j = 0; j < PROBES; j++) {
            const int64_t where = random_position(&prng, &map);

            check_i64(beats_at(&map, time_of(&map, where)), where);
        }
        for (int j = 1; j < map.segment_count; j++) {
            const int64_t line = map.segments[j].start_beats.ubeats;

            check_i64(beats_at(&map, time_of(&map, line)), line);
        }
    }
}

static void a_time_is_the_first_nanosecond_of_its_position(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(2));
    for (int i = 0; i < MAPS; i++) {
        const TempoMap map = random_map(&prng);

        for (int j = 0; j < PROBES; j++) {
            const int64_t where = random_position(&prng, &map);

            if (!is_segment_start(&map, where)) {
                check(beats_at(&map, time_of(&map, where) - 1) < where);
            }
        }
    }
}

static void later_is_never_earlier_in_the_music_nor_the_other_way_round(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(3));
    for (int i = 0; i < MAPS; i++) {
        const TempoMap map = random_map(&prng);

        for (int j = 0; j < PROBES; j++) {
            const int64_t time = random_time(&prng, &map);
            const int64_t where = random_position(&prng, &map);
            const int64_t step = 1 + (int64_t)prng_below(&prng, NS_PER_S);

            check(beats_at(&map, time) <= beats_at(&map, time + step));
            check(beats_at(&map, time) <= beats_at(&map, time + 1));
            check(time_of(&map, where) < time_of(&map, where + 1));
            check(time_of(&map, where) < time_of(&map, where + step));
        }
    }
}

static void a_ramp_is_at_its_target_on_its_last_bar_line(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(4));
    for (int i = 0; i < 2000; i++) {
        TempoMap map = steady(0, random_tempo(&prng));
        const int32_t target = random_tempo(&prng);
        const int64_t until = (2 + (int64_t)prng_below(&prng, 200)) * BAR;
        int64_t line_ns = 0;

        check(tempo_map_ramp(&map, at_beats(BAR), at_beats(until), target));
        line_ns = time_of(&map, until);
        check_i64(tempo_map_tempo_mbpm_at(&map, at_ns(line_ns)), target);
        check_i64(beats_at(&map, line_ns), until);
        /* From there on every beat has the target's length, to the rounding of one ns. */
        check_i64_between(time_of(&map, until + BEAT) - line_ns - beat_ns_at(target), -1, 1);
    }
}

static void the_tempo_within_a_ramp_lies_between_its_ends(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(5));
    for (int i = 0; i < MAPS; i++) {
        const int32_t from = random_tempo(&prng);
        const int32_t to = random_tempo(&prng);
        TempoMap map = steady(0, from);
        int32_t previous = from;

        check(tempo_map_ramp(&map, at_beats(BAR), at_beats(9 * BAR), to));
        for (int64_t where = BAR; where <= 10 * BAR; where += BEAT / 4) {
            const int32_t tempo = tempo_map_tempo_mbpm_at(&map, at_ns(time_of(&map, where)));

            check(from <= to ? tempo >= previous && tempo <= to : tempo <= previous && tempo >= to);
            previous = tempo;
        }
        check_i64(previous, to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_map_stands_still_at_zero_for_ever),
        cmocka_unit_test(at_120_bpm_a_beat_lasts_half_a_second),
        cmocka_unit_test(before_the_start_the_map_stands_still),
        cmocka_unit_test(a_change_holds_from_its_bar_line_on),
        cmocka_unit_test(a_ramp_has_the_mean_tempo_on_its_way),
        cmocka_unit_test(a_halt_keeps_the_position_until_the_music_goes_on),
        cmocka_unit_test(a_new_plan_replaces_what_was_planned_at_or_after_it),
        cmocka_unit_test(wishes_that_make_no_sense_change_nothing),
        cmocka_unit_test(music_that_moves_cannot_be_resumed),
        cmocka_unit_test(a_full_map_forgets_its_oldest_segment_and_moves_nothing_else),
        cmocka_unit_test(bar_lines_are_exact_after_ten_hours_at_awkward_tempi),
        cmocka_unit_test(a_hundred_changes_do_not_move_the_bar_lines_by_more_than_their_rounding),
        cmocka_unit_test(extreme_times_and_positions_have_answers),
        cmocka_unit_test(a_map_whose_first_segment_moves_goes_on_backwards),
        cmocka_unit_test(a_broken_map_is_recognised),
        cmocka_unit_test(the_position_at_the_time_of_a_position_is_that_position),
        cmocka_unit_test(a_time_is_the_first_nanosecond_of_its_position),
        cmocka_unit_test(later_is_never_earlier_in_the_music_nor_the_other_way_round),
        cmocka_unit_test(a_ramp_is_at_its_target_on_its_last_bar_line),
        cmocka_unit_test(the_tempo_within_a_ramp_lies_between_its_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
