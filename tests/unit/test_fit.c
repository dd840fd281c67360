/* Tempo and first beat from the taps alone. */
#include "client/score/fit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"

/* How a group plays. */
typedef struct {
    int people;
    int notes;
    double beat_ms;
    double t0_ms;
    double between_ms; /* spread of the biases */
    double miss_rate;
    double double_rate;
    bool has_trouble; /* of ten: one between the beats, one 10 % slow, one at half, one doubling */
} Group;

static void add(TapStore *store, int person, double time_ms)
{
    TapsCsvRow row = {.time_ns = (int64_t)llround(time_ms * 1e6), .velocity = 64};

    (void)snprintf(row.player, sizeof row.player, "p%d", person);
    check(tap_store_add(store, &row) == NULL);
}

static void play(TapStore *store, const Group *group, int person, Prng *prng)
{
    const double bias_ms = group->between_ms * prng_normal(prng);
    const double sd_ms = (0.03 + 0.05 * prng_uniform(prng)) * group->beat_ms;
    const int kind = group->has_trouble ? person % 10 : 0;
    const double stretch = kind == 8 ? 1.1 : 1.0;

    for (int i = 0; i < group->notes; i++) {
        double at_ms = group->t0_ms + bias_ms + stretch * group->beat_ms * i;

        at_ms += sd_ms * prng_normal(prng) + (kind == 7 ? 0.5 * group->beat_ms : 0.0);
        if (prng_uniform(prng) < group->miss_rate || (kind == 9 && i % 2 == 1)) {
            continue;
        }
        add(store, person, at_ms);
        if (kind == 6 || prng_uniform(prng) < group->double_rate) {
            add(store, person, at_ms + 0.5 * group->beat_ms);
        }
    }
}

/* The grid that is found for a group; its part is the groove's. */
static ScoreGrid fit_group(const Group *group, const Groove *groove, uint64_t seed)
{
    ScoreGrid grid = {.groove = groove, .profile = PROFILE_STANDARD};
    TapStore *store = tap_store_create();
    const char *reason = NULL;
    Prng prng;

    check(store != NULL);
    prng_seed(&prng, seed);
    for (int i = 0; i < group->people; i++) {
        play(store, group, i, &prng);
    }
    tap_store_sort(store);
    reason = fit_grid(&grid, store, false, false);
    check_text(reason == NULL ? "well" : reason, "well");
    tap_store_destroy(store);
    return grid;
}

static double beat_ms_of(const ScoreGrid *grid)
{
    return 60e12 / (double)grid->tempo_nbpm;
}

/* How far t0 is from a beat of the group. */
static double t0_error_ms(const ScoreGrid *grid, const Group *group)
{
    const double beats = ((double)grid->t0_ns / 1e6 - group->t0_ms) / group->beat_ms;

    return (beats - floor(beats + 0.5)) * group->beat_ms;
}

static void one_exact_player_is_found_exactly(void **state)
{
    (void)state;
    const Groove groove = score_pulse();
    ScoreGrid grid = {.groove = &groove, .profile = PROFILE_STANDARD};
    TapStore *store = tap_store_create();

    check(store != NULL);
    for (int i = 0; i < 64; i++) {
        add(store, 0, 12345.0 + 437.25 * i);
    }
    tap_store_sort(store);
    check(fit_grid(&grid, store, false, false) == NULL);
    check_near(beat_ms_of(&grid), 437.25, 1e-6);
    check_near((double)grid.t0_ns / 1e6, 12345.0, 1e-3);
    tap_store_destroy(store);
}

static void misses_doubles_and_biases_do_not_move_the_tempo(void **state)
{
    (void)state;
    static const int people[4] = {1, 2, 24, 60};
    static const double beats_ms[3] = {350.0, 600.0, 1000.0};
    const Groove groove = score_pulse();
    const uint64_t seed = check_seed(31);

    for (int p = 0; p < 4; p++) {
        for (int b = 0; b < 3; b++) {
            const Group group = {.people = people[p],
                                 .notes = 60,
                                 .beat_ms = beats_ms[b],
                                 .t0_ms = -7000.0,
                                 .between_ms = people[p] > 1 ? 40.0 : 0.0,
                                 .miss_rate = 0.06,
                                 .double_rate = 0.05,
                                 .has_trouble = people[p] > 10};
            const ScoreGrid grid = fit_group(&group, &groove, seed);

            check_near(beat_ms_of(&grid) / group.beat_ms, 1.0, 0.002);
            check_near(t0_error_ms(&grid, &group), 0.0, people[p] > 10 ? 40.0 : 90.0);
        }
    }
}

static void a_long_recording_does_not_lose_count(void **state)
{
    (void)state;
    const Groove groove = score_pulse();
    const Group group = {
        .people = 3, .notes = 7200, .beat_ms = 500.0, .t0_ms = 1e9, .miss_rate = 0.05};
    const ScoreGrid grid = fit_group(&group, &groove, check_seed(32));

    /* A tenth of a beat over an hour. */
    check_near(beat_ms_of(&grid) * 7200.0, 500.0 * 7200.0, 50.0);
}

static void where_most_play_every_second_beat_the_beat_is_half_as_fast(void **state)
{
    (void)state;
    const Groove groove = score_pulse();
    const Group group = {.people = 5, .notes = 40, .beat_ms = 1000.0};
    const ScoreGrid grid = fit_group(&group, &groove, check_seed(33));

    check_near(beat_ms_of(&grid), 1000.0, 3.0);
}

static void a_groove_is_found_by_its_own_notes(void **state)
{
    (void)state;
    /* 3 + 3 + 2 eighths, twice as many steps as beats. */
    Groove groove = score_pulse();
    ScoreGrid grid = {.groove = &groove, .profile = PROFILE_STANDARD};
    TapStore *store = tap_store_create();
    static const double eighths[3] = {0.0, 3.0, 6.0};
    Prng prng;

    groove.beats_per_bar = 4;
    groove.steps_per_beat = 2;
    groove.parts[0].steps[0] = STEP_HIT;
    groove.parts[0].steps[3] = STEP_HIT;
    groove.parts[0].steps[6] = STEP_HIT;
    check(groove_is_valid(&groove) && store != NULL);
    prng_seed(&prng, check_seed(34));
    for (int i = 0; i < 90; i++) {
        add(store,
            i % 2,
            5000.0 + 270.0 * (8.0 * floor(i / 6.0) + eighths[i / 2 % 3]) +
                12.0 * prng_normal(&prng));
    }
    tap_store_sort(store);
    check(fit_grid(&grid, store, false, false) == NULL);
    check_near(beat_ms_of(&grid), 540.0, 1.0);
    check_near((double)grid.t0_ns / 1e6, 5000.0, 15.0);
    tap_store_destroy(store);
}

static void what_is_kept_stays(void **state)
{
    (void)state;
    const Groove groove = score_pulse();
    ScoreGrid grid = {
        .groove = &groove, .tempo_nbpm = 120 * NS_PER_S, .t0_ns = 77, .profile = PROFILE_STANDARD};
    TapStore *store = tap_store_create();

    check(store != NULL);
    for (int i = 0; i < 32; i++) {
        add(store, 0, 130.0 + 500.0 * i);
    }
    tap_store_sort(store);
    check(fit_grid(&grid, store, true, false) == NULL);
    check_i64(grid.tempo_nbpm, 120 * NS_PER_S);
    check_near((double)grid.t0_ns / 1e6, 130.0, 1.0);
    grid.t0_ns = 77;
    grid.tempo_nbpm = 0;
    check(fit_grid(&grid, store, false, true) == NULL);
    check_i64(grid.t0_ns, 77);
    check_near(beat_ms_of(&grid), 500.0, 0.01);
    tap_store_destroy(store);
}

static void too_few_taps_and_taps_at_once_are_refused(void **state)
{
    (void)state;
    const Groove groove = score_pulse();
    ScoreGrid grid = {.groove = &groove, .profile = PROFILE_STANDARD};
    TapStore *store = tap_store_create();

    check(store != NULL);
    for (int i = 0; i < 7; i++) {
        add(store, 0, 500.0 * i);
    }
    tap_store_sort(store);
    check_text(fit_grid(&grid, store, false, false), "nobody has the eight taps that --fit needs");
    tap_store_destroy(store);
    store = tap_store_create();
    check(store != NULL);
    for (int i = 0; i < 9; i++) {
        add(store, 0, 100.0);
    }
    tap_store_sort(store);
    check_text(fit_grid(&grid, store, false, false), "the taps have no tempo");
    tap_store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_exact_player_is_found_exactly),
        cmocka_unit_test(misses_doubles_and_biases_do_not_move_the_tempo),
        cmocka_unit_test(a_long_recording_does_not_lose_count),
        cmocka_unit_test(where_most_play_every_second_beat_the_beat_is_half_as_fast),
        cmocka_unit_test(a_groove_is_found_by_its_own_notes),
        cmocka_unit_test(what_is_kept_stays),
        cmocka_unit_test(too_few_taps_and_taps_at_once_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
