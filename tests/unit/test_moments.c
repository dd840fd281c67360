/*
 * Exact moments: known sets, merging, and no cancellation far from zero.
 */
#include "tests/support/check.h"

#include <math.h>

#include "shared/moments.h"
#include "shared/prng.h"
#include "shared/units.h"

static void mean_and_sample_deviation_of_a_known_set(void **state)
{
    (void)state;
    Moments moments = {0};
    const int64_t values_ms[] = {2, 4, 4, 4, 5, 5, 7, 9};

    for (size_t i = 0; i < 8; i++) {
        moments_add_ns(&moments, -values_ms[i] * NS_PER_MS);
    }
    check_near(moments_mean_ms(&moments), -5.0, 1e-12);
    check_near(moments_sd_ms(&moments), sqrt(32.0 / 7.0), 1e-12);
}

static void nothing_and_one_value_have_no_deviation(void **state)
{
    (void)state;
    Moments moments = {0};

    check_near(moments_mean_ms(&moments), 0.0, 0.0);
    check_near(moments_sd_ms(&moments), 0.0, 0.0);
    moments_add_ns(&moments, 3 * NS_PER_MS);
    check_near(moments_mean_ms(&moments), 3.0, 0.0);
    check_near(moments_sd_ms(&moments), 0.0, 0.0);
}

static void values_round_to_the_nearest_microsecond_and_are_limited(void **state)
{
    (void)state;
    Moments moments = {0};

    moments_add_ns(&moments, 1499);
    check_i64(moments.sum_us, 1);
    moments_add_ns(&moments, 1500);
    check_i64(moments.sum_us, 3);
    moments_add_ns(&moments, -1500);
    check_i64(moments.sum_us, 2);
    moments_add_ns(&moments, INT64_MAX);
    check_i64(moments.sum_us, 1500002);
    moments_add_ns(&moments, INT64_MIN);
    check_i64(moments.sum_us, 2);
}

static void a_tiny_deviation_far_from_zero_is_not_lost(void **state)
{
    (void)state;
    Moments moments = {0};

    for (int i = 0; i < 1000000; i++) {
        moments_add_ns(&moments, 1400 * NS_PER_MS + (i % 2 == 0 ? 0 : 2 * NS_PER_US));
    }
    check_near(moments_sd_ms(&moments), 0.001, 1e-9);
}

/* Law: merging parts equals adding everything, to the bit. */
static void merging_is_exact(void **state)
{
    (void)state;
    Prng prng;
    Moments whole = {0};
    Moments parts[2] = {{0}};

    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < 5000; i++) {
        const int64_t value_ns = (int64_t)(3e7 * prng_normal(&prng));
        moments_add_ns(&whole, value_ns);
        moments_add_ns(&parts[prng_below(&prng, 2)], value_ns);
    }
    moments_merge(&parts[0], &parts[1]);
    check_i64(parts[0].count, whole.count);
    check_i64(parts[0].sum_us, whole.sum_us);
    check_u64(parts[0].square_sum_us2, whole.square_sum_us2);
    check_near(moments_sd_ms(&whole), 30.0, 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_sample_deviation_of_a_known_set),
        cmocka_unit_test(nothing_and_one_value_have_no_deviation),
        cmocka_unit_test(values_round_to_the_nearest_microsecond_and_are_limited),
        cmocka_unit_test(a_tiny_deviation_far_from_zero_is_not_lost),
        cmocka_unit_test(merging_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
