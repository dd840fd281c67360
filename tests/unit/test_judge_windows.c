/*
 * Windows and points: the clamped shares of the beat, the profiles, and the shape of the curve.
 */
#include "tests/support/check.h"

#include <math.h>

#include "shared/judge_windows.h"
#include "shared/units.h"

static const int64_t allowance_ns = 5 * NS_PER_MS;

static void check_windows(int64_t beat_ms, Profile profile, JudgeWindows expected_us)
{
    const JudgeWindows windows = judge_windows(beat_ms * NS_PER_MS, profile);

    check_i64(windows.w1_ns, expected_us.w1_ns * NS_PER_US);
    check_i64(windows.w2_ns, expected_us.w2_ns * NS_PER_US);
    check_i64(windows.w3_ns, expected_us.w3_ns * NS_PER_US);
}

static void windows_are_shares_of_the_beat(void **state)
{
    (void)state;
    check_windows(600, PROFILE_STANDARD, (JudgeWindows){30000, 60000, 120000});
}

static void windows_are_clamped_for_short_and_long_beats(void **state)
{
    (void)state;
    check_windows(250, PROFILE_STANDARD, (JudgeWindows){25000, 50000, 90000});
    check_windows(2000, PROFILE_STANDARD, (JudgeWindows){45000, 90000, 150000});
}

static void profiles_scale_after_clamping(void **state)
{
    (void)state;
    check_windows(500, PROFILE_NOVICE, (JudgeWindows){31250, 62500, 125000});
    check_windows(500, PROFILE_EXPERT, (JudgeWindows){15000, 30000, 60000});
    check_text(judge_profile_word(PROFILE_EXPERT), "expert");
}

static void the_allowance_is_the_clock_uncertainty_within_limits(void **state)
{
    (void)state;
    check_i64(score_allowance_ns(0), 5 * NS_PER_MS);
    check_i64(score_allowance_ns(12 * NS_PER_MS), 12 * NS_PER_MS);
    check_i64(score_allowance_ns(INT64_MAX), 20 * NS_PER_MS);
}

static void inside_the_allowance_points_are_full(void **state)
{
    (void)state;
    const int64_t beat_ns = 500 * NS_PER_MS;

    check_i64(score_weight_micro(0, allowance_ns, beat_ns), WEIGHT_MICRO_MAX);
    check_i64(score_weight_micro(allowance_ns, allowance_ns, beat_ns), WEIGHT_MICRO_MAX);
    check_i64(score_weight_micro(-allowance_ns, allowance_ns, beat_ns), WEIGHT_MICRO_MAX);
}

static void one_scale_beyond_earns_the_root_of_one_over_e(void **state)
{
    (void)state;
    const int32_t expected = (int32_t)(exp(-0.5) * 1e6 + 0.5);

    /* S = 40 ms up to a beat of 500 ms, 48 ms at 600, 70 ms from 875 on. */
    check_i64(score_weight_micro(45 * NS_PER_MS, allowance_ns, 500 * NS_PER_MS), expected);
    check_i64(score_weight_micro(-53 * NS_PER_MS, allowance_ns, 600 * NS_PER_MS), expected);
    check_i64(score_weight_micro(75 * NS_PER_MS, allowance_ns, 1500 * NS_PER_MS), expected);
}

/* Law: symmetric, never rising with the distance, within 0 .. the maximum, for every beat. */
static void points_fall_with_the_distance_on_both_sides(void **state)
{
    (void)state;
    for (int64_t beat_ms = 200; beat_ms <= 2000; beat_ms += 300) {
        int32_t nearer = WEIGHT_MICRO_MAX;
        for (int64_t ms = 0; ms <= 400; ms += 3) {
            const int32_t late =
                score_weight_micro(ms * NS_PER_MS, allowance_ns, beat_ms * NS_PER_MS);
            const int32_t early =
                score_weight_micro(-ms * NS_PER_MS, allowance_ns, beat_ms * NS_PER_MS);
            check_i64(early, late);
            check_i64_between(late, 0, nearer);
            nearer = late;
        }
    }
}

/* Law: the three windows keep their order whatever the beat and the profile. */
static void windows_never_cross(void **state)
{
    (void)state;
    for (int64_t beat_ns = NS_PER_MS; beat_ns < 4 * NS_PER_S; beat_ns += 7 * NS_PER_MS) {
        for (int profile = 0; profile < PROFILE_COUNT; profile++) {
            const JudgeWindows windows = judge_windows(beat_ns, (Profile)profile);
            check_i64_between(windows.w1_ns, 1, windows.w2_ns);
            check_i64_between(windows.w2_ns, windows.w1_ns, windows.w3_ns);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_shares_of_the_beat),
        cmocka_unit_test(windows_are_clamped_for_short_and_long_beats),
        cmocka_unit_test(profiles_scale_after_clamping),
        cmocka_unit_test(the_allowance_is_the_clock_uncertainty_within_limits),
        cmocka_unit_test(inside_the_allowance_points_are_full),
        cmocka_unit_test(one_scale_beyond_earns_the_root_of_one_over_e),
        cmocka_unit_test(points_fall_with_the_distance_on_both_sides),
        cmocka_unit_test(windows_never_cross),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
