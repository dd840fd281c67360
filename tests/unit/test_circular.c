/*
 * Circular sums: wrapping, figures of known sets, and exactness in every order.
 */
#include "tests/support/check.h"

#include <math.h>

#include "shared/circular.h"
#include "shared/prng.h"

enum {
    PHASES = 4096
};

static CircularSum sum_of(const int32_t *phases, int count)
{
    CircularSum sum = {0};

    for (int i = 0; i < count; i++) {
        circular_add(&sum, phases[i]);
    }
    return sum;
}

static void check_same(const CircularSum *a, const CircularSum *b)
{
    check_i64(a->cos_q30, b->cos_q30);
    check_i64(a->sin_q30, b->sin_q30);
    check_i64(a->count, b->count);
}

static void half_a_turn_back_is_half_a_turn_forward(void **state)
{
    (void)state;
    check_i64(circular_wrap_uturns(0), 0);
    check_i64(circular_wrap_uturns(500000), 500000);
    check_i64(circular_wrap_uturns(-500000), 500000);
    check_i64(circular_wrap_uturns(500001), -499999);
    check_i64(circular_wrap_uturns(-1), -1);
    check_i64(circular_wrap_uturns(3000001), 1);
    check_i64(circular_wrap_uturns(-2499999), -499999);
    check_i64(circular_wrap_uturns(INT64_MIN + 1), circular_wrap_uturns(-775807));
}

static void a_time_becomes_a_phase_rounded_to_the_nearest_millionth(void **state)
{
    (void)state;
    check_i64(circular_phase_uturns(0, 500000000), 0);
    check_i64(circular_phase_uturns(-50000000, 500000000), -100000);
    check_i64(circular_phase_uturns(250000000, 500000000), 500000);
    check_i64(circular_phase_uturns(-250000000, 500000000), 500000);
    check_i64(circular_phase_uturns(5100000000, 500000000), 200000);
    check_i64(circular_phase_uturns(1, 3), 333333);
    check_i64(circular_phase_uturns(-1, 3), -333333);
}

static void nothing_has_no_direction(void **state)
{
    (void)state;
    const CircularSum none = {0};

    check_near(circular_r(&none), 0.0, 0.0);
    check_near(circular_mean_turns(&none), 0.0, 0.0);
    check_near(circular_spread_turns(&none), 0.0, 0.0);
}

static void equal_phases_are_fully_concentrated(void **state)
{
    (void)state;
    const int32_t phases[] = {123456, 123456, 123456};
    const CircularSum sum = sum_of(phases, 3);

    check_near(circular_r(&sum), 1.0, 1e-9);
    check_near(circular_mean_turns(&sum), 0.123456, 1e-9);
    check_near(circular_spread_turns(&sum), 0.0, 1e-4);
}

static void opposite_phases_cancel(void **state)
{
    (void)state;
    const int32_t phases[] = {100000, -400000};
    const CircularSum sum = sum_of(phases, 2);

    check_near(circular_r(&sum), 0.0, 1e-9);
    check_near(circular_spread_turns(&sum), 0.5, 1e-12);
}

static void a_right_angle_gives_the_root_of_one_half(void **state)
{
    (void)state;
    const int32_t phases[] = {0, 250000};
    const CircularSum sum = sum_of(phases, 2);

    check_near(circular_r(&sum), sqrt(0.5), 1e-9);
    check_near(circular_mean_turns(&sum), 0.125, 1e-9);
    check_near(circular_spread_turns(&sum), sqrt(log(2.0)) / CIRCULAR_TWO_PI, 1e-9);
}

static void the_mean_at_half_a_turn_is_positive(void **state)
{
    (void)state;
    const int32_t phases[] = {500000, -500000};
    const CircularSum sum = sum_of(phases, 2);

    check_near(circular_mean_turns(&sum), 0.5, 0.0);
}

static void spread_is_the_standard_deviation_of_small_errors(void **state)
{
    (void)state;
    Prng prng;
    CircularSum sum = {0};

    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < 100000; i++) {
        circular_add(&sum, (int32_t)(40000.0 * prng_normal(&prng) - 70000.0));
    }
    check_near(circular_spread_turns(&sum), 0.04, 0.0004);
    check_near(circular_mean_turns(&sum), -0.07, 0.0004);
}

/* Law: sums are identical in every order and split, and adding then removing is nothing. */
static void order_and_grouping_do_not_matter_to_the_bit(void **state)
{
    (void)state;
    Prng prng;
    CircularSum forwards = {0};
    CircularSum backwards = {0};
    CircularSum parts[3] = {{0}};
    static int32_t phases[PHASES];

    prng_seed(&prng, check_seed(2));
    for (int i = 0; i < PHASES; i++) {
        phases[i] = (int32_t)prng_below(&prng, 4000000) - 2000000;
        circular_add(&forwards, phases[i]);
        circular_add(&parts[prng_below(&prng, 3)], circular_wrap_uturns(phases[i]));
    }
    for (int i = PHASES - 1; i >= 0; i--) {
        circular_add(&backwards, phases[i]);
    }
    circular_merge(&parts[2], &parts[0]);
    circular_merge(&parts[2], &parts[1]);
    check_same(&backwards, &forwards);
    check_same(&parts[2], &forwards);
}

/* Law: turning every phase turns the mean and leaves the concentration. */
static void turning_all_turns_the_mean(void **state)
{
    (void)state;
    Prng prng;
    CircularSum plain = {0};
    CircularSum turned = {0};

    prng_seed(&prng, check_seed(3));
    for (int i = 0; i < 500; i++) {
        const int32_t phase = (int32_t)(100000.0 * prng_normal(&prng));
        circular_add(&plain, phase);
        circular_add(&turned, phase + 300000);
    }
    check_near(circular_r(&turned), circular_r(&plain), 1e-8);
    check_near(circular_mean_turns(&turned), circular_mean_turns(&plain) + 0.3, 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_a_turn_back_is_half_a_turn_forward),
        cmocka_unit_test(a_time_becomes_a_phase_rounded_to_the_nearest_millionth),
        cmocka_unit_test(nothing_has_no_direction),
        cmocka_unit_test(equal_phases_are_fully_concentrated),
        cmocka_unit_test(opposite_phases_cancel),
        cmocka_unit_test(a_right_angle_gives_the_root_of_one_half),
        cmocka_unit_test(the_mean_at_half_a_turn_is_positive),
        cmocka_unit_test(spread_is_the_standard_deviation_of_small_errors),
        cmocka_unit_test(order_and_grouping_do_not_matter_to_the_bit),
        cmocka_unit_test(turning_all_turns_the_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
