/*
 * Players made of numbers: the closed forms over 200,000 taps, the population, and each kind of
 * trouble.
 */
#include "tests/support/check.h"

#include <math.h>

#include "shared/circular.h"
#include "shared/player_model.h"
#include "shared/units.h"

enum {
    TAPS = 200000,
    PEOPLE = 4000,
    NOTES = 2000
};

static const int64_t half_second_ns = 500 * NS_PER_MS;

typedef struct {
    double mean;
    double sd;
    double lag1;
    double interval_lag1;
} Series;

/* Lag-1 autocorrelation about the mean of `values`. */
static double lag1_of(const double *values, int count, double mean)
{
    double products = 0.0;
    double squares = 0.0;

    for (int i = 0; i < count; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
        products += i + 1 < count ? (values[i] - mean) * (values[i + 1] - mean) : 0.0;
    }
    return products / squares;
}

static double mean_of(const double *values, int count)
{
    double sum = 0.0;

    for (int i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum / count;
}

static Series play(PlayerKind kind, int64_t period_ns, uint64_t seed)
{
    static double errors[TAPS];
    static double intervals[TAPS];
    const PlayerProfile profile = player_profile_named(kind);
    PlayerModel model;
    Series series = {0};

    player_model_init(&model, &profile, TROUBLE_NONE, seed);
    for (int i = 0; i < TAPS; i++) {
        const PlayerTaps taps = player_model_next(&model, period_ns);
        check_i64(taps.count, 1);
        errors[i] = ms_of_ns(taps.asynchrony_ns[0]);
        intervals[i] = i > 0 ? errors[i] - errors[i - 1] : 0.0;
    }
    series.mean = mean_of(errors, TAPS);
    series.lag1 = lag1_of(errors, TAPS, series.mean);
    series.interval_lag1 = lag1_of(intervals, TAPS, 0.0);
    double squares = 0.0;
    for (int i = 0; i < TAPS; i++) {
        squares += (errors[i] - series.mean) * (errors[i] - series.mean);
    }
    series.sd = sqrt(squares / TAPS);
    return series;
}

/* The table of the named profiles: SD within 1 %, correlations within .01. */
static void check_kind(PlayerKind kind, double mean, double sd, double lag1)
{
    const PlayerProfile profile = player_profile_named(kind);
    const Series series = play(kind, half_second_ns, check_seed(10 + (uint64_t)kind));

    check_near(player_profile_sd_ms(&profile), sd, 0.005);
    check_near(player_profile_lag1(&profile), lag1, 0.0006);
    check_near(series.sd, sd, 0.01 * sd);
    check_near(series.lag1, lag1, 0.01);
    check_near(series.interval_lag1, player_profile_interval_lag1(&profile), 0.01);
    /* The mean of n autocorrelated values: four standard errors. */
    const double error = sd * sqrt((1.0 + lag1) / (1.0 - lag1) / TAPS);
    check_near(series.mean, mean, 4.0 * error);
}

static void a_trained_player_has_the_closed_forms(void **state)
{
    (void)state;
    check_kind(PLAYER_TRAINED, -15.0, 12.08, 0.029);
}

static void a_non_musician_has_the_closed_forms(void **state)
{
    (void)state;
    check_kind(PLAYER_NON_MUSICIAN, -40.0, 30.14, 0.480);
}

static void a_loose_player_has_the_closed_forms(void **state)
{
    (void)state;
    check_kind(PLAYER_LOOSE, -45.0, 34.71, 0.647);
}

static void a_weak_corrector_has_the_closed_forms(void **state)
{
    (void)state;
    check_kind(PLAYER_WEAK_CORRECTOR, -50.0, 55.67, 0.879);
}

static void spread_grows_with_the_period_and_the_mean_does_not(void **state)
{
    (void)state;
    const Series slow = play(PLAYER_NON_MUSICIAN, 2 * half_second_ns, check_seed(3));

    check_near(slow.sd, 2.0 * 30.14, 0.02 * 30.14);
    check_near(slow.mean, -40.0, 1.0);
    check_near(slow.lag1, 0.480, 0.01);
}

static void equal_seeds_play_equally(void **state)
{
    (void)state;
    const PlayerProfile profile = player_profile_named(PLAYER_LOOSE);
    PlayerModel a;
    PlayerModel b;

    player_model_init(&a, &profile, TROUBLE_ERRATIC, 7);
    player_model_init(&b, &profile, TROUBLE_ERRATIC, 7);
    for (int i = 0; i < 100; i++) {
        const PlayerTaps from_a = player_model_next(&a, half_second_ns);
        const PlayerTaps from_b = player_model_next(&b, half_second_ns);
        check_i64(from_a.count, from_b.count);
        check_i64(from_a.asynchrony_ns[0], from_b.asynchrony_ns[0]);
    }
}

static void the_population_has_its_medians_and_limits(void **state)
{
    (void)state;
    Prng prng;
    double log_sd_sum = 0.0;
    double mean_sum = 0.0;
    double mean_squares = 0.0;

    prng_seed(&prng, check_seed(4));
    for (int i = 0; i < PEOPLE; i++) {
        const PlayerProfile profile = player_profile_draw(&prng);
        check_between(profile.alpha, 0.15, 0.9);
        check_between(profile.motor_sd_ms, 0.0, 10.0);
        check(profile.timekeeper_sd_ms > 0.0);
        check(profile.calibrated);
        log_sd_sum += log(player_profile_sd_ms(&profile));
        mean_sum += profile.mean_ms;
        mean_squares += (profile.mean_ms + 35.0) * (profile.mean_ms + 35.0);
    }
    check_near(exp(log_sd_sum / PEOPLE), 24.0, 0.7);
    check_near(mean_sum / PEOPLE, -35.0, 1.4);
    check_near(sqrt(mean_squares / PEOPLE), 22.0, 1.0);
}

static void uncalibrated_people_differ_by_their_devices(void **state)
{
    (void)state;
    Prng prng;
    double squares = 0.0;

    prng_seed(&prng, check_seed(5));
    for (int i = 0; i < PEOPLE; i++) {
        const PlayerProfile profile = player_profile_draw_uncalibrated(&prng, 20.0);
        check(!profile.calibrated);
        check_near(profile.calibration_ms, 0.0, 0.0);
        squares += (profile.mean_ms - 20.0) * (profile.mean_ms - 20.0);
    }
    check_near(sqrt(squares / PEOPLE), 57.0, 2.5);
}

static void misses_and_extras_come_at_their_rates(void **state)
{
    (void)state;
    PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    PlayerModel model;
    int misses = 0;
    int extras = 0;

    profile.miss_rate = 0.007;
    profile.extra_rate = 0.0025;
    player_model_init(&model, &profile, TROUBLE_NONE, check_seed(6));
    for (int i = 0; i < TAPS; i++) {
        const PlayerTaps taps = player_model_next(&model, half_second_ns);
        misses += taps.count == 0 ? 1 : 0;
        extras += taps.count == 2 ? 1 : 0;
    }
    check_near((double)misses / TAPS, 0.007, 0.0008);
    check_near((double)extras / TAPS, 0.0025, 0.0005);
}

/* Hits per note and where they are, over NOTES notes of a troubled trained player. */
typedef struct {
    double hits_per_note;
    CircularSum phase;
    CircularSum advance;
} Portrait;

static Portrait portray(PlayerTrouble trouble, uint64_t seed)
{
    const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    Portrait portrait = {0};
    PlayerModel model;
    int32_t last = 0;

    player_model_init(&model, &profile, trouble, seed);
    for (int i = 0; i < NOTES; i++) {
        const PlayerTaps taps = player_model_next(&model, half_second_ns);
        for (int k = 0; k < taps.count; k++) {
            const int32_t phase = circular_phase_uturns(taps.asynchrony_ns[k], half_second_ns);
            circular_add(&portrait.phase, phase);
            circular_add(&portrait.advance, phase - last);
            last = phase;
        }
    }
    portrait.hits_per_note = (double)portrait.phase.count / NOTES;
    return portrait;
}

static void half_beat_players_sit_between_the_notes(void **state)
{
    (void)state;
    const Portrait portrait = portray(TROUBLE_HALF_BEAT, check_seed(20));

    check_near(portrait.hits_per_note, 1.0, 0.0);
    check_near(circular_mean_turns(&portrait.phase), 0.47, 0.01);
    check(circular_r(&portrait.phase) > 0.95);
}

static void double_players_hit_twice_as_often_and_half_players_half(void **state)
{
    (void)state;
    const Portrait twice = portray(TROUBLE_DOUBLE, check_seed(21));
    const Portrait half = portray(TROUBLE_HALF, check_seed(22));

    check_near(twice.hits_per_note, 2.0, 0.0);
    check(circular_r(&twice.phase) < 0.1);
    check_near(half.hits_per_note, 0.5, 0.0);
    check(circular_r(&half.phase) > 0.95);
}

static void free_running_players_gain_or_lose_a_tenth_per_hit(void **state)
{
    (void)state;
    const Portrait fast = portray(TROUBLE_FAST, check_seed(23));
    const Portrait slow = portray(TROUBLE_SLOW, check_seed(24));

    check_between(fast.hits_per_note, 1.0 / 0.93, 1.0 / 0.87);
    check_between(circular_mean_turns(&fast.advance), -0.125, -0.075);
    check_between(slow.hits_per_note, 1.0 / 1.13, 1.0 / 1.07);
    check_between(circular_mean_turns(&slow.advance), 0.075, 0.125);
    check(circular_r(&fast.advance) > 0.9);
    check(circular_r(&fast.phase) < 0.2);
}

static void early_and_late_players_are_110_ms_off_their_habit(void **state)
{
    (void)state;
    const Portrait early = portray(TROUBLE_EARLY, check_seed(25));
    const Portrait late = portray(TROUBLE_LATE, check_seed(26));

    check_near(500.0 * circular_mean_turns(&early.phase), -125.0, 3.0);
    check_near(500.0 * circular_mean_turns(&late.phase), 95.0, 3.0);
}

static void erratic_players_are_everywhere_and_idle_ones_nowhere(void **state)
{
    (void)state;
    const Portrait erratic = portray(TROUBLE_ERRATIC, check_seed(27));
    const Portrait idle = portray(TROUBLE_IDLE, check_seed(28));

    check_near(erratic.hits_per_note, 1.0, 0.0);
    check(circular_r(&erratic.phase) < 0.2);
    check_near(idle.hits_per_note, 0.0, 0.0);
}

static void quitters_play_well_and_then_not_at_all(void **state)
{
    (void)state;
    const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    PlayerModel model;
    int64_t played = 0;

    player_model_init(&model, &profile, TROUBLE_QUITTER, check_seed(29));
    for (int64_t i = 0; i < 200; i++) {
        const PlayerTaps taps = player_model_next(&model, half_second_ns);
        played += taps.count;
        check_i64(taps.count, i < model.quit_after ? 1 : 0);
    }
    check_i64_between(played, 24, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trained_player_has_the_closed_forms),
        cmocka_unit_test(a_non_musician_has_the_closed_forms),
        cmocka_unit_test(a_loose_player_has_the_closed_forms),
        cmocka_unit_test(a_weak_corrector_has_the_closed_forms),
        cmocka_unit_test(spread_grows_with_the_period_and_the_mean_does_not),
        cmocka_unit_test(equal_seeds_play_equally),
        cmocka_unit_test(the_population_has_its_medians_and_limits),
        cmocka_unit_test(uncalibrated_people_differ_by_their_devices),
        cmocka_unit_test(misses_and_extras_come_at_their_rates),
        cmocka_unit_test(half_beat_players_sit_between_the_notes),
        cmocka_unit_test(double_players_hit_twice_as_often_and_half_players_half),
        cmocka_unit_test(free_running_players_gain_or_lose_a_tenth_per_hit),
        cmocka_unit_test(early_and_late_players_are_110_ms_off_their_habit),
        cmocka_unit_test(erratic_players_are_everywhere_and_idle_ones_nowhere),
        cmocka_unit_test(quitters_play_well_and_then_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
