/*
 * Random numbers: the published sequence, ranges, and the moments of each distribution.
 */
#include "tests/support/check.h"

#include <math.h>

#include "shared/prng.h"

enum {
    DRAWS = 200000
};

typedef struct {
    double mean;
    double sd;
} Summary;

typedef double (*Draw)(Prng *prng);

static Summary summarise(uint64_t seed, Draw draw)
{
    Prng prng;
    double sum = 0.0;
    double square_sum = 0.0;

    prng_seed(&prng, seed);
    for (int i = 0; i < DRAWS; i++) {
        const double value = draw(&prng);
        sum += value;
        square_sum += value * value;
    }
    const double mean = sum / DRAWS;
    return (Summary){mean, sqrt(square_sum / DRAWS - mean * mean)};
}

static double draw_gamma_3(Prng *prng)
{
    return prng_gamma(prng, 3.0, 2.0);
}

static double draw_gamma_half(Prng *prng)
{
    return prng_gamma(prng, 0.5, 4.0);
}

static double draw_exponential(Prng *prng)
{
    return prng_exponential(prng, 7.0);
}

static double draw_log_of_lognormal(Prng *prng)
{
    return log(prng_lognormal(prng, 1.5, 0.4));
}

static void the_sequence_is_the_published_one(void **state)
{
    (void)state;
    Prng prng = {{1, 2, 3, 4}};

    check_u64(prng_u64(&prng), UINT64_C(11520));
    check_u64(prng_u64(&prng), UINT64_C(0));
    check_u64(prng_u64(&prng), UINT64_C(1509978240));
    check_u64(prng_u64(&prng), UINT64_C(1215971899390074240));
}

static void seeding_is_split_mix(void **state)
{
    (void)state;
    Prng prng;

    prng_seed(&prng, 0);
    check_u64(prng.state[0], UINT64_C(0xe220a8397b1dcdaf));
}

static void equal_seeds_give_equal_numbers_and_neighbours_do_not(void **state)
{
    (void)state;
    Prng a;
    Prng b;
    Prng c;

    prng_seed(&a, 41);
    prng_seed(&b, 41);
    prng_seed(&c, 42);
    check_u64(prng_u64(&a), prng_u64(&b));
    check(prng_u64(&a) != prng_u64(&c));
}

static void uniform_stays_below_one_and_is_centred(void **state)
{
    (void)state;
    const Summary summary = summarise(check_seed(1), prng_uniform);
    Prng all_ones = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

    check_near(summary.mean, 0.5, 0.004);
    check_near(summary.sd, sqrt(1.0 / 12.0), 0.003);
    check_between(prng_uniform(&all_ones), 0.0, 1.0 - 0x1p-53);
}

static void below_reaches_every_number_equally(void **state)
{
    (void)state;
    Prng prng;
    int counts[7] = {0};

    prng_seed(&prng, check_seed(2));
    for (int i = 0; i < 70000; i++) {
        counts[prng_below(&prng, 7)]++;
    }
    for (int i = 0; i < 7; i++) {
        check_i64_between(counts[i], 9600, 10400);
    }
    check_u64(prng_below(&prng, 1), 0);
}

static void normal_has_mean_0_and_sd_1(void **state)
{
    (void)state;
    const Summary summary = summarise(check_seed(3), prng_normal);

    check_near(summary.mean, 0.0, 0.01);
    check_near(summary.sd, 1.0, 0.008);
}

static void gamma_has_the_moments_of_its_shape(void **state)
{
    (void)state;
    const Summary wide = summarise(check_seed(4), draw_gamma_3);
    const Summary steep = summarise(check_seed(5), draw_gamma_half);

    check_near(wide.mean, 6.0, 0.04);
    check_near(wide.sd, sqrt(12.0), 0.05);
    check_near(steep.mean, 2.0, 0.04);
    check_near(steep.sd, sqrt(8.0), 0.06);
}

static void exponential_and_lognormal_have_theirs(void **state)
{
    (void)state;
    const Summary waiting = summarise(check_seed(6), draw_exponential);
    const Summary logarithm = summarise(check_seed(7), draw_log_of_lognormal);

    check_near(waiting.mean, 7.0, 0.08);
    check_near(waiting.sd, 7.0, 0.12);
    check_near(logarithm.mean, 1.5, 0.005);
    check_near(logarithm.sd, 0.4, 0.004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sequence_is_the_published_one),
        cmocka_unit_test(seeding_is_split_mix),
        cmocka_unit_test(equal_seeds_give_equal_numbers_and_neighbours_do_not),
        cmocka_unit_test(uniform_stays_below_one_and_is_centred),
        cmocka_unit_test(below_reaches_every_number_equally),
        cmocka_unit_test(normal_has_mean_0_and_sd_1),
        cmocka_unit_test(gamma_has_the_moments_of_its_shape),
        cmocka_unit_test(exponential_and_lognormal_have_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
