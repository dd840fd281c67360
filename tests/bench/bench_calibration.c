/*
 * How near the calibration wizard comes to what is true, over people made of numbers.
 *
 *     bench_calibration [RUNS [FIRST_SEED]]
 *
 * Prints a table in Markdown: for each person and device, how many of RUNS rounds (2,000) ended
 * within 8 ms, how many were refused, the quantiles of the error and how long it took. The first
 * rows are the promise (30 ms of spread are found, 80 ms are refused); the rest are people whose
 * taps are otherwise correlated than those the rule was chosen with.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/tapping_person.h"

enum {
    RUNS = 2000,
    RUNS_MAX = 100000
};

#define ERROR_NS_MAX (8 * NS_PER_MS)

typedef struct {
    int found;
    int refused;
    int taps[RUNS_MAX]; /* of rounds that ended with a figure */
    double error_ms[RUNS_MAX];
    int covered; /* the uncertainty that was told holds */
    int done;
} Tally;

static Tally tally;

static int by_size(const void *one, const void *other)
{
    const double left = *(const double *)one;
    const double right = *(const double *)other;

    return (left > right) - (left < right);
}

static int by_count(const void *one, const void *other)
{
    return *(const int *)one - *(const int *)other;
}

static void add(const CalibrationFigures *figures, int64_t truth_ns)
{
    const int64_t error_ns = llabs(figures->offset_ns - truth_ns);

    if (figures->state != CALIBRATION_DONE) {
        tally.refused++;
        return;
    }
    tally.taps[tally.done] = figures->tap_count;
    tally.error_ms[tally.done] = ms_of_ns(error_ns);
    tally.found += error_ns <= ERROR_NS_MAX ? 1 : 0;
    tally.covered += error_ns <= figures->uncertainty_ns ? 1 : 0;
    tally.done++;
}

static void print_row(const char *who, double spread_ms, int64_t latency_ms, int runs)
{
    const int last = tally.done - 1;

    (void)printf("| %s, %.0f ms | %d ms | %.1f %% | %.1f %% |",
                 who,
                 spread_ms,
                 (int)latency_ms,
                 100.0 * tally.found / runs,
                 100.0 * tally.refused / runs);
    if (tally.done == 0) {
        (void)printf(" - | - | - | - | - |\n");
        return;
    }
    qsort(tally.error_ms, (size_t)tally.done, sizeof tally.error_ms[0], by_size);
    qsort(tally.taps, (size_t)tally.done, sizeof tally.taps[0], by_count);
    (void)printf(" %.1f ms | %.1f ms | %.1f %% | %d | %d |\n",
                 tally.error_ms[last / 2],
                 tally.error_ms[(int)(0.95 * last)],
                 100.0 * tally.covered / tally.done,
                 tally.taps[last / 2],
                 tally.taps[(int)(0.95 * last)]);
}

static void
measure(const char *who, const PlayerProfile *profile, int64_t latency_ms, int runs, uint64_t seed)
{
    static Calibration calibration;
    const int64_t latency_ns = latency_ms * NS_PER_MS;
    TappingPerson person;

    tally.found = 0;
    tally.refused = 0;
    tally.covered = 0;
    tally.done = 0;
    for (int run = 0; run < runs; run++) {
        tapping_person_init(&person, profile, TROUBLE_NONE, latency_ns, seed + (uint64_t)run);
        const CalibrationFigures figures =
            tapping_person_round(&person, &calibration, CALIBRATION_TAPS_MAX + 1);

        add(&figures, tapping_truth_ns(profile, latency_ns));
    }
    print_row(who, player_profile_sd_ms(profile), latency_ms, runs);
    (void)fflush(stdout);
}

/* The same hands, less or more even. */
static PlayerProfile scaled(PlayerKind kind, double share)
{
    PlayerProfile profile = player_profile_named(kind);

    profile.timekeeper_sd_ms *= share;
    profile.motor_sd_ms *= share;
    profile.miss_rate = 0.007;
    profile.extra_rate = 0.0025;
    return profile;
}

int main(int argc, char **argv)
{
    static const int64_t latencies_ms[] = {0, 45, 120, 266};
    const long runs = argc > 1 ? strtol(argv[1], NULL, 10) : RUNS;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const PlayerProfile found = tapping_profile(30.0);
    const PlayerProfile refused = tapping_profile(80.0);
    const PlayerProfile trained = scaled(PLAYER_TRAINED, 1.0);
    const PlayerProfile even = tapping_profile(20.0);
    const PlayerProfile loose = scaled(PLAYER_LOOSE, 0.8);
    const PlayerProfile weak = scaled(PLAYER_WEAK_CORRECTOR, 0.45);

    if (argc > 3 || runs < 1 || runs > RUNS_MAX) {
        (void)fprintf(stderr, "usage: bench_calibration [RUNS [FIRST_SEED]]\n");
        return 2;
    }
    (void)printf("| person, spread | device late by | within 8 ms | refused | error p50 | p95 | "
                 "95 %% interval covers | taps p50 | p95 |\n"
                 "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (size_t i = 0; i < sizeof latencies_ms / sizeof latencies_ms[0]; i++) {
        measure("non-musician", &found, latencies_ms[i], (int)runs, seed + i * (uint64_t)runs);
    }
    for (size_t i = 0; i < sizeof latencies_ms / sizeof latencies_ms[0]; i++) {
        measure("non-musician", &refused, latencies_ms[i], (int)runs, seed + i * (uint64_t)runs);
    }
    measure("trained", &trained, 45, (int)runs, seed);
    measure("non-musician", &even, 45, (int)runs, seed);
    measure("loose", &loose, 45, (int)runs, seed);
    measure("weak corrector", &weak, 45, (int)runs, seed);
    return 0;
}
