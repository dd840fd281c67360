/*
 * The network clock against the methods of others, over simulated networks.
 *
 * Usage: bench_clock [--scenario NAMES] [--traces N] [--seed S] [--seconds S]
 *        bench_clock --cost N
 *        bench_clock --list 1
 *
 * One line of JSON per scenario: of every estimator and of the oracle that knows the skew the
 * quantiles of the error at 1, 3, 10, 60 and 300 s, and how often the error was within our
 * uncertainty. --cost: what an update takes, over N traces. tests/bench/clock.py makes the page.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/clockreplay/estimators.h"
#include "client/model/decimal.h"
#include "shared/platform/host_clock.h"
#include "shared/prng.h"
#include "tests/support/clock_trace.h"

enum {
    TIMES = 5,
    COLUMNS = ESTIMATOR_COUNT + 1, /* and the oracle */
    TRACES_MAX = 10000,
    UPDATES_MAX = 20000
};

static const double times_s[TIMES] = {1.0, 3.0, 10.0, 60.0, 300.0};

typedef struct {
    int64_t traces;
    int64_t seed;
    int64_t seconds;
    int64_t cost; /* traces; 0: score the estimators */
    int64_t list;
    const char *scenarios; /* names with commas; NULL: all */
} Options;

/* Errors in ms of one scenario. */
typedef struct {
    float errors[COLUMNS][TIMES][TRACES_MAX];
    int64_t covered[TIMES];
} Board;

static int64_t error_ns(EstimatorReading reading, int64_t truth_ns)
{
    return reading.valid ? llabs(reading.offset_ns - truth_ns) : NS_PER_S;
}

/* The envelope with the true skew in place of the one it found. */
static EstimatorReading read_oracle(const ClockFilter *envelope, double skew, HostTime now)
{
    ClockFilter oracle = *envelope;

    oracle.skew = skew;
    const ClockEstimate estimate = clock_filter_estimate(&oracle, now);
    return (EstimatorReading){.valid = estimate.valid, .offset_ns = estimate.offset_ns};
}

static void read_all(
    Board *board, const Estimators *estimators, const ClockTrace *trace, int time, int64_t number)
{
    const HostTime now = clock_trace_host(trace, times_s[time]);
    const int64_t truth_ns = clock_trace_truth_ns(trace, times_s[time]);

    for (int kind = 0; kind < ESTIMATOR_COUNT; kind++) {
        const EstimatorReading reading = estimators_read(estimators, (EstimatorKind)kind, now);

        board->errors[kind][time][number] = (float)ms_of_ns(error_ns(reading, truth_ns));
        if (kind == ESTIMATOR_ONEDRUM && error_ns(reading, truth_ns) <= reading.uncertainty_ns) {
            board->covered[time]++;
        }
    }
    board->errors[ESTIMATOR_COUNT][time][number] =
        (float)ms_of_ns(error_ns(read_oracle(&estimators->envelope, trace->skew, now), truth_ns));
}

static void
run_trace(Board *board, const TraceScenario *scenario, const Options *options, int64_t number)
{
    static ClockTrace trace;
    static Estimators estimators;
    Prng prng;
    int next = 0;

    prng_seed(&prng, (uint64_t)options->seed * 1000003U + (uint64_t)number);
    clock_trace_make(&trace, scenario, (double)options->seconds, prng_u64(&prng));
    estimators_init(&estimators);
    for (int time = 0; time < TIMES && times_s[time] <= (double)options->seconds; time++) {
        const int64_t until_ns = clock_trace_host(&trace, times_s[time]).ns;

        while (next < trace.count && trace.samples[next].c4.ns <= until_ns) {
            (void)estimators_add(&estimators, &trace.samples[next]);
            next++;
        }
        read_all(board, &estimators, &trace, time, number);
    }
}

static int compare_errors(const void *a, const void *b)
{
    const float left = *(const float *)a;
    const float right = *(const float *)b;

    return (left > right) - (left < right);
}

static double quantile(const float *sorted, int64_t count, double share)
{
    return (double)sorted[(int64_t)(share * (double)(count - 1) + 0.5)];
}

static void print_scenario(Board *board, const TraceScenario *scenario, const Options *options)
{
    const int64_t count = options->traces;
    const char *separator = "";

    (void)printf("{\"scenario\": \"%s\", \"title\": \"%s\", \"traces\": %lld, \"errors_ms\": {",
                 scenario->name,
                 scenario->title,
                 (long long)count);
    for (int column = 0; column < COLUMNS; column++) {
        (void)printf("%s\"%s\": [",
                     separator,
                     column < ESTIMATOR_COUNT ? ESTIMATOR_NAMES[column] : "oracle");
        for (int time = 0; time < TIMES && times_s[time] <= (double)options->seconds; time++) {
            float *errors = board->errors[column][time];

            qsort(errors, (size_t)count, sizeof errors[0], compare_errors);
            (void)printf("%s[%.4f, %.4f, %.4f]",
                         time > 0 ? ", " : "",
                         quantile(errors, count, 0.50),
                         quantile(errors, count, 0.95),
                         quantile(errors, count, 0.99));
        }
        (void)printf("]");
        separator = ", ";
    }
    (void)printf("}, \"covered\": [");
    for (int time = 0; time < TIMES && times_s[time] <= (double)options->seconds; time++) {
        (void)printf("%s%lld", time > 0 ? ", " : "", (long long)board->covered[time]);
    }
    (void)printf("]}\n");
    (void)fflush(stdout);
}

static bool is_chosen(const Options *options, const char *name)
{
    const size_t bytes = strlen(name);

    for (const char *at = options->scenarios; at != NULL;) {
        if (strncmp(at, name, bytes) == 0 && (at[bytes] == ',' || at[bytes] == '\0')) {
            return true;
        }
        at = strchr(at, ',');
        at = at != NULL ? at + 1 : NULL;
    }
    return options->scenarios == NULL;
}

static void run_scenario(const TraceScenario *scenario, const Options *options)
{
    static Board board;

    memset(&board, 0, sizeof board);
    for (int64_t number = 0; number < options->traces; number++) {
        run_trace(&board, scenario, options, number);
        if (number % 10 == 9) {
            (void)fprintf(stderr,
                          "\r%s: %lld of %lld traces ",
                          scenario->name,
                          (long long)number + 1,
                          (long long)options->traces);
        }
    }
    (void)fprintf(stderr, "\r%40s\r", "");
    print_scenario(&board, scenario, options);
}

static int compare_times(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* Every sample that led to an update is one; the others cost next to nothing. */
static void measure_cost(int64_t traces)
{
    static const char *const names[] = {"A", "C", "E", "H", "K"};
    static const int name_count = (int)(sizeof names / sizeof names[0]);
    static ClockTrace trace;
    static ClockEstimator estimator;
    static int64_t spent_ns[UPDATES_MAX];
    size_t count = 0;

    for (int64_t number = 0; number < traces; number++) {
        clock_trace_make(
            &trace, clock_trace_scenario(names[number % name_count]), 300.0, (uint64_t)number);
        clock_estimator_init(&estimator, NULL);
        for (int i = 0; i < trace.count; i++) {
            const HostTime before = estimator.finding.at;
            const HostTime from = host_clock_now();
            (void)clock_estimator_add(&estimator, &trace.samples[i]);
            const HostTime to = host_clock_now();

            if (estimator.finding.at.ns != before.ns && count < UPDATES_MAX) {
                spent_ns[count] = to.ns - from.ns;
                count++;
            }
        }
    }
    qsort(spent_ns, count, sizeof spent_ns[0], compare_times);
    (void)printf("{\"updates\": %zu, \"median_ms\": %.4f, \"p99_ms\": %.4f}\n",
                 count,
                 ms_of_ns(spent_ns[count / 2]),
                 ms_of_ns(spent_ns[count * 99 / 100]));
}

static void list_scenarios(void)
{
    (void)printf("{\"scenarios\": [");
    for (int i = 0; i < TRACE_SCENARIO_COUNT; i++) {
        (void)printf("%s\"%s\"", i > 0 ? ", " : "", TRACE_SCENARIOS[i].name);
    }
    (void)printf("]}\n");
}

static bool take_option(Options *options, const char *name, const char *value)
{
    if (strcmp(name, "--scenario") == 0) {
        options->scenarios = value;
        return true;
    }
    if (strcmp(name, "--traces") == 0) {
        return decimal_parse_within(value, 0, 1, TRACES_MAX, &options->traces);
    }
    if (strcmp(name, "--seed") == 0) {
        return decimal_parse_within(value, 0, 0, 1000000000, &options->seed);
    }
    if (strcmp(name, "--cost") == 0) {
        return decimal_parse_within(value, 0, 1, 100, &options->cost);
    }
    if (strcmp(name, "--list") == 0) {
        return decimal_parse_within(value, 0, 1, 1, &options->list);
    }
    if (strcmp(name, "--seconds") == 0) {
        return decimal_parse_within(value, 0, 1, 300, &options->seconds);
    }
    return false;
}

int main(int argc, char **argv)
{
    Options options = {.traces = 100, .seed = 1, .seconds = 300};

    for (int i = 1; i < argc; i += 2) {
        if (i + 1 >= argc || !take_option(&options, argv[i], argv[i + 1])) {
            (void)fprintf(stderr, "bench_clock: what is %s?\n", argv[i]);
            return 2;
        }
    }
    if (options.list != 0) {
        list_scenarios();
        return 0;
    }
    if (options.cost != 0) {
        measure_cost(options.cost);
        return 0;
    }
    for (int i = 0; i < TRACE_SCENARIO_COUNT; i++) {
        if (is_chosen(&options, TRACE_SCENARIOS[i].name)) {
            run_scenario(&TRACE_SCENARIOS[i], &options);
        }
    }
    return 0;
}
