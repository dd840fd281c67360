/*
 * Calibration: examples, then the law over simulated people in virtual time.
 *
 * What is true is in tests/support/tapping_person.h; ./dev bench calibration has more people and
 * seeds.
 */
#include "shared/calibration.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/tapping_person.h"

enum {
    RUNS = 100,
    RUNS_RIGHT_MIN = 95
};

#define ERROR_NS_MAX (8 * NS_PER_MS)

static const int64_t latencies_ms[] = {0, 45, 120, 266};

static Calibration calibration;
static TappingPerson person;

static void sit_down(const PlayerProfile *profile, PlayerTrouble trouble, int64_t latency_ns)
{
    static uint64_t seed;

    seed = seed == 0 ? check_seed(4) : seed + 1;
    tapping_person_init(&person, profile, trouble, latency_ns, seed);
}

static CalibrationFigures play_round(int taps_max)
{
    return tapping_person_round(&person, &calibration, taps_max);
}

/* ---- examples -------------------------------------------------------------------------------- */

static void the_click_begins_slow_and_becomes_faster_when_somebody_taps_along(void **state)
{
    HostTime click = {0};
    HostTime before = {0};

    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_SOUND, (HostTime){NS_PER_S});
    check(!calibration_next_click(&calibration, (HostTime){NS_PER_S}, &click));
    for (int i = 0; i < 20; i++) {
        check(calibration_next_click(&calibration, (HostTime){60 * NS_PER_S}, &click));
        check_i64(click.ns, NS_PER_S + i * CALIBRATION_SLOW_NS);
    }
    for (int i = 0; i < CALIBRATION_TAPS_DROPPED; i++) {
        calibration_tap(&calibration, (HostTime){(2 + i) * NS_PER_S});
    }
    check_i64(calibration_stage(&calibration, click), CALIBRATION_FINDING);
    /* The first of the faster ones closes the last slow beat. */
    check(calibration_next_click(&calibration, (HostTime){60 * NS_PER_S}, &before));
    check_i64(before.ns - click.ns, CALIBRATION_SLOW_NS);
    check(calibration_next_click(&calibration, (HostTime){60 * NS_PER_S}, &click));
    check_i64(click.ns - before.ns, CALIBRATION_BEAT_NS);
    check_i64(calibration_stage(&calibration, click), CALIBRATION_FASTER);
    check_i64(calibration_stage(&calibration, (HostTime){click.ns + 3 * NS_PER_S}),
              CALIBRATION_COUNTING);
}

/* Taps exactly `delay_ns` after each click, but for those the test makes itself. */
static void tap_exactly(int64_t delay_ns, int clicks)
{
    HostTime click;

    for (int i = 0; i < clicks; i++) {
        check(calibration_next_click(&calibration, (HostTime){INT64_MAX}, &click));
        calibration_tap(&calibration, (HostTime){click.ns + delay_ns});
    }
}

static void even_taps_are_done_after_32_and_the_first_ones_do_not_count(void **state)
{
    CalibrationFigures figures;

    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_SOUND, (HostTime){0});
    tap_exactly(41 * NS_PER_MS, 8 + CALIBRATION_BEATS_TO_SETTLE + 31);
    figures = calibration_figures(&calibration, false);
    check_i64(figures.state, CALIBRATION_GOES_ON);
    check_i64(figures.tap_count, 31);
    tap_exactly(41 * NS_PER_MS, 1);
    figures = calibration_figures(&calibration, false);
    check_i64(figures.state, CALIBRATION_DONE);
    check_i64(figures.offset_ns, 41 * NS_PER_MS);
    check_i64(figures.used_count, 32);
    check_i64(figures.spread_ns, 0);
}

static void delays_beyond_a_whole_beat_of_doubt_are_told_apart(void **state)
{
    (void)state;
    for (int64_t delay_ms = -120; delay_ms <= 480; delay_ms += 10) {
        calibration_start(&calibration, CALIBRATION_TO_SOUND, (HostTime){NS_PER_S});
        tap_exactly(delay_ms * NS_PER_MS, 60);
        check_i64(calibration_figures(&calibration, false).state, CALIBRATION_DONE);
        check_i64(calibration_figures(&calibration, false).offset_ns, delay_ms * NS_PER_MS);
    }
}

static void a_picture_is_measured_at_once(void **state)
{
    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_PICTURE, (HostTime){NS_PER_S});
    tap_exactly(-20 * NS_PER_MS, CALIBRATION_BEATS_TO_SETTLE + 32);
    check_i64(calibration_figures(&calibration, false).state, CALIBRATION_DONE);
    check_i64(calibration_figures(&calibration, false).offset_ns, -20 * NS_PER_MS);
}

static void ended_by_hand_it_needs_24_taps(void **state)
{
    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_PICTURE, (HostTime){0});
    check_i64(calibration_figures(&calibration, true).state, CALIBRATION_TOO_FEW);
    tap_exactly(0, CALIBRATION_BEATS_TO_SETTLE + 23);
    check_i64(calibration_figures(&calibration, true).state, CALIBRATION_TOO_FEW);
    tap_exactly(0, 1);
    check_i64(calibration_figures(&calibration, true).state, CALIBRATION_DONE);
}

static void bounces_and_taps_before_the_first_click_are_nothing(void **state)
{
    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_SOUND, (HostTime){NS_PER_S});
    calibration_tap(&calibration, (HostTime){NS_PER_S - 1});
    check_i64(calibration.tap_count, 0);
    calibration_tap(&calibration, (HostTime){NS_PER_S + NS_PER_MS});
    calibration_tap(&calibration, (HostTime){NS_PER_S + 70 * NS_PER_MS});
    check_i64(calibration.tap_count, 1);
    check_i64(calibration.bounce_count, 1);
}

static void stray_taps_and_missed_clicks_change_nothing(void **state)
{
    CalibrationFigures figures;
    HostTime click;

    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_SOUND, (HostTime){0});
    for (int i = 0; i < 80; i++) {
        check(calibration_next_click(&calibration, (HostTime){INT64_MAX}, &click));
        if (i % 9 != 4) {
            calibration_tap(&calibration, (HostTime){click.ns + (90 + i % 5) * NS_PER_MS});
        }
        if (i % 7 == 3) {
            calibration_tap(&calibration, (HostTime){click.ns + (200 + 4 * i) * NS_PER_MS});
        }
    }
    figures = calibration_figures(&calibration, false);
    check_i64(figures.state, CALIBRATION_DONE);
    check_near(ms_of_ns(figures.offset_ns), 92.0, 1.0);
    check(figures.used_count < figures.tap_count);
}

static void the_asynchronies_are_those_of_the_counted_taps(void **state)
{
    int64_t asynchrony_ns[CALIBRATION_TAPS_MAX];

    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_SOUND, (HostTime){0});
    check_u64(calibration_asynchronies(&calibration, asynchrony_ns, CALIBRATION_TAPS_MAX), 0);
    tap_exactly(266 * NS_PER_MS, 50);
    check_u64(calibration_asynchronies(&calibration, asynchrony_ns, 10), 10);
    for (int i = 0; i < 10; i++) {
        check_i64(asynchrony_ns[i], 266 * NS_PER_MS);
    }
}

static void a_round_takes_no_more_than_320_taps(void **state)
{
    (void)state;
    calibration_start(&calibration, CALIBRATION_TO_PICTURE, (HostTime){0});
    tap_exactly(0, 1000);
    check_i64(calibration_figures(&calibration, false).tap_count, CALIBRATION_TAPS_MAX);
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void of_100_people_of_30_ms_spread_95_are_found_within_8_ms(void **state)
{
    const PlayerProfile profile = tapping_profile(30.0);

    (void)state;
    for (size_t i = 0; i < sizeof latencies_ms / sizeof latencies_ms[0]; i++) {
        const int64_t latency_ns = latencies_ms[i] * NS_PER_MS;
        int found_count = 0;
        int tap_count = 0;

        for (int run = 0; run < RUNS; run++) {
            CalibrationFigures figures;

            sit_down(&profile, TROUBLE_NONE, latency_ns);
            figures = play_round(CALIBRATION_TAPS_MAX + 1);
            tap_count += figures.tap_count;
            if (figures.state == CALIBRATION_DONE &&
                llabs(figures.offset_ns - tapping_truth_ns(&profile, latency_ns)) <= ERROR_NS_MAX) {
                found_count++;
            }
        }
        print_message("spread 30 ms, latency %lld ms: %d of %d within 8 ms, %d taps on average\n",
                      (long long)latencies_ms[i],
                      found_count,
                      RUNS,
                      tap_count / RUNS);
        check_i64_between(found_count, RUNS_RIGHT_MIN, RUNS);
    }
}

static void of_100_people_of_80_ms_spread_95_are_refused(void **state)
{
    const PlayerProfile profile = tapping_profile(80.0);

    (void)state;
    for (size_t i = 0; i < sizeof latencies_ms / sizeof latencies_ms[0]; i++) {
        int refused_count = 0;

        for (int run = 0; run < RUNS; run++) {
            sit_down(&profile, TROUBLE_NONE, latencies_ms[i] * NS_PER_MS);
            refused_count +=
                play_round(CALIBRATION_TAPS_MAX + 1).state == CALIBRATION_TOO_UNEVEN ? 1 : 0;
        }
        print_message("spread 80 ms, latency %lld ms: %d of %d refused\n",
                      (long long)latencies_ms[i],
                      refused_count,
                      RUNS);
        check_i64_between(refused_count, RUNS_RIGHT_MIN, RUNS);
    }
}

/* The plain gate, for who ends a round as soon as may be. */
static void ended_at_24_taps_people_of_80_ms_spread_are_refused(void **state)
{
    const PlayerProfile profile = tapping_profile(80.0);
    int refused_count = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        sit_down(&profile, TROUBLE_NONE, 45 * NS_PER_MS);
        refused_count += play_round(CALIBRATION_TAPS_MIN).state == CALIBRATION_TOO_UNEVEN ? 1 : 0;
    }
    check_i64_between(refused_count, RUNS_RIGHT_MIN, RUNS);
}

static void trained_people_are_done_within_half_a_minute(void **state)
{
    const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    int quick_count = 0;
    int found_count = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        CalibrationFigures figures;

        sit_down(&profile, TROUBLE_NONE, 45 * NS_PER_MS);
        figures = play_round(CALIBRATION_TAPS_MAX + 1);
        quick_count += figures.tap_count <= 56 ? 1 : 0;
        found_count += figures.state == CALIBRATION_DONE &&
                               llabs(figures.offset_ns - 30 * NS_PER_MS) <= ERROR_NS_MAX
                           ? 1
                           : 0;
    }
    check_i64_between(quick_count, 80, RUNS);
    check_i64_between(found_count, RUNS_RIGHT_MIN, RUNS);
}

static int count_ends(PlayerTrouble trouble, CalibrationState end)
{
    const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    int count = 0;

    for (int run = 0; run < RUNS; run++) {
        sit_down(&profile, trouble, 45 * NS_PER_MS);
        count += play_round(CALIBRATION_TAPS_MAX + 1).state == end ? 1 : 0;
    }
    return count;
}

static void who_taps_otherwise_than_asked_gets_no_offset_and_hears_why(void **state)
{
    (void)state;
    check_i64_between(count_ends(TROUBLE_HALF_BEAT, CALIBRATION_BETWEEN), RUNS_RIGHT_MIN, RUNS);
    check_i64_between(count_ends(TROUBLE_DOUBLE, CALIBRATION_TWICE), RUNS_RIGHT_MIN, RUNS);
    check_i64_between(count_ends(TROUBLE_ERRATIC, CALIBRATION_TOO_UNEVEN), RUNS_RIGHT_MIN, RUNS);
    check_i64_between(count_ends(TROUBLE_FAST, CALIBRATION_TOO_UNEVEN), RUNS_RIGHT_MIN, RUNS);
    check_i64_between(count_ends(TROUBLE_SLOW, CALIBRATION_TOO_UNEVEN), RUNS_RIGHT_MIN, RUNS);
    check_i64_between(count_ends(TROUBLE_IDLE, CALIBRATION_GOES_ON), RUNS, RUNS);
}

/* Every second click is as good as every one: it only takes longer. */
static void who_taps_every_other_click_is_found_too(void **state)
{
    (void)state;
    check_i64_between(count_ends(TROUBLE_HALF, CALIBRATION_DONE), RUNS_RIGHT_MIN, RUNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_click_begins_slow_and_becomes_faster_when_somebody_taps_along),
        cmocka_unit_test(even_taps_are_done_after_32_and_the_first_ones_do_not_count),
        cmocka_unit_test(delays_beyond_a_whole_beat_of_doubt_are_told_apart),
        cmocka_unit_test(a_picture_is_measured_at_once),
        cmocka_unit_test(ended_by_hand_it_needs_24_taps),
        cmocka_unit_test(bounces_and_taps_before_the_first_click_are_nothing),
        cmocka_unit_test(stray_taps_and_missed_clicks_change_nothing),
        cmocka_unit_test(the_asynchronies_are_those_of_the_counted_taps),
        cmocka_unit_test(a_round_takes_no_more_than_320_taps),
        cmocka_unit_test(of_100_people_of_30_ms_spread_95_are_found_within_8_ms),
        cmocka_unit_test(of_100_people_of_80_ms_spread_95_are_refused),
        cmocka_unit_test(ended_at_24_taps_people_of_80_ms_spread_are_refused),
        cmocka_unit_test(trained_people_are_done_within_half_a_minute),
        cmocka_unit_test(who_taps_otherwise_than_asked_gets_no_offset_and_hears_why),
        cmocka_unit_test(who_taps_every_other_click_is_found_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
