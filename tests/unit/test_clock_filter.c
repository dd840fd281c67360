/*
 * The clock filter on simulated traces: how near it comes, and the laws it keeps.
 *
 * Jitter as in the design's table: gamma of shape 2.5 with a mean of 20 ms each way on a base of 50
 * ms, 5 % loss, skew within 50 ppm, 20 pings per second for 2 s, then 10.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>

#include "shared/clock_filter.h"
#include "shared/prng.h"

enum {
    TRACES = 160,
    SAMPLES_MAX = 4096
};

typedef struct {
    double forward_base_ms;
    double backward_base_ms;
    double gamma_mean_ms;   /* of shape 2.5, each way; 0 = none */
    double noise_mean_ms;   /* exponential, each way */
    double loss;            /* each ping */
    bool has_uplink_bursts; /* queues of 80 to 400 ms, half of the time */
    double skew;            /* seconds per second */
    int64_t offset_ns;      /* session minus host at host time 0 */
} Path;

typedef struct {
    int count;
    PingSample samples[SAMPLES_MAX];
} Trace;

static const Path internet = {.forward_base_ms = 50.0,
                              .backward_base_ms = 50.0,
                              .gamma_mean_ms = 20.0,
                              .loss = 0.05,
                              .offset_ns = INT64_C(987654321987)};

static int64_t true_offset(const Path *path, int64_t host_ns)
{
    return path->offset_ns + (int64_t)floor(path->skew * (double)host_ns + 0.5);
}

static int64_t delay_ns(const Path *path, double base_ms, Prng *prng)
{
    double ms = base_ms + prng_exponential(prng, path->noise_mean_ms);

    if (path->gamma_mean_ms > 0.0) {
        ms += prng_gamma(prng, 2.5, path->gamma_mean_ms / 2.5);
    }
    return (int64_t)(ms * 1e6);
}

/* The queue in front of the uplink at a time: bursts of a second on average, as long as the pauses.
 */
static double queue_ms(Prng *prng, double *until_s, double *height_ms, double now_s)
{
    while (now_s > *until_s) {
        *until_s += prng_exponential(prng, 1.0);
        *height_ms = *height_ms > 0.0 ? 0.0 : 80.0 + 320.0 * prng_uniform(prng);
    }
    return *height_ms > 0.0 ? *height_ms * (0.7 + 0.3 * prng_uniform(prng)) : 0.0;
}

static void simulate(Trace *trace, const Path *path, double seconds, uint64_t seed)
{
    Prng prng;
    double burst_until_s = 0.0;
    double burst_ms = 0.0;
    int64_t c1 = 5 * NS_PER_S;
    const int64_t end = c1 + (int64_t)(seconds * 1e9);

    prng_seed(&prng, seed);
    trace->count = 0;
    while (c1 < end && trace->count < SAMPLES_MAX) {
        int64_t forward = delay_ns(path, path->forward_base_ms, &prng);
        const int64_t backward = delay_ns(path, path->backward_base_ms, &prng);
        if (path->has_uplink_bursts) {
            forward +=
                (int64_t)(1e6 * queue_ms(&prng, &burst_until_s, &burst_ms, (double)c1 * 1e-9));
        }
        const int64_t arrival = c1 + forward;
        const int64_t answer = arrival + 200 * NS_PER_US;
        if (prng_uniform(&prng) >= path->loss) {
            trace->samples[trace->count++] = (PingSample){
                .c1 = {c1},
                .s2 = {arrival + true_offset(path, arrival)},
                .s3 = {answer + true_offset(path, answer)},
                .c4 = {answer + backward},
            };
        }
        c1 += trace->count < 40 ? 50 * NS_PER_MS : 100 * NS_PER_MS;
    }
}

static int compare_samples(const void *a, const void *b)
{
    const PingSample *left = a;
    const PingSample *right = b;

    return (left->c4.ns > right->c4.ns) - (left->c4.ns < right->c4.ns);
}

static void in_order_of_arrival(Trace *trace)
{
    qsort(trace->samples, (size_t)trace->count, sizeof trace->samples[0], compare_samples);
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

/* Feeds what has arrived by `seconds` after the first ping, from sample `from` on; returns the
 * next. */
static int feed(ClockFilter *filter, const Trace *trace, int from, double seconds)
{
    const int64_t until = 5 * NS_PER_S + (int64_t)(seconds * 1e9);
    int next = from;

    while (next < trace->count && trace->samples[next].c4.ns <= until) {
        (void)clock_filter_add(filter, &trace->samples[next]);
        next++;
    }
    return next;
}

static HostTime after(double seconds)
{
    return (HostTime){5 * NS_PER_S + (int64_t)(seconds * 1e9)};
}

static int compare_doubles(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;

    return (left > right) - (left < right);
}

typedef struct {
    double p95_ms[3]; /* at 3, 10 and 60 s */
    double covered;   /* share of errors inside the uncertainty doubled */
} Accuracy;

static Accuracy measure(Path path, bool is_skew_cached, uint64_t seed)
{
    static const double times[3] = {3.0, 10.0, 60.0};
    static double errors_ms[3][TRACES];
    static Trace trace;
    Prng prng;
    Accuracy accuracy = {0};
    int covered = 0;

    prng_seed(&prng, seed);
    for (int i = 0; i < TRACES; i++) {
        ClockFilter filter;
        int next = 0;
        path.skew = 1e-4 * (prng_uniform(&prng) - 0.5);
        simulate(&trace, &path, 61.0, prng_u64(&prng));
        in_order_of_arrival(&trace);
        clock_filter_init(&filter, is_skew_cached ? &path.skew : NULL);
        for (int k = 0; k < 3; k++) {
            next = feed(&filter, &trace, next, times[k]);
            const HostTime now = after(times[k]);
            const ClockEstimate estimate = clock_filter_estimate(&filter, now);
            const int64_t error = estimate.offset_ns - true_offset(&path, now.ns);
            errors_ms[k][i] = fabs(ms_of_ns(error));
            covered += magnitude(error) <= 2 * estimate.uncertainty_ns ? 1 : 0;
        }
    }
    for (int k = 0; k < 3; k++) {
        qsort(errors_ms[k], TRACES, sizeof(double), compare_doubles);
        accuracy.p95_ms[k] = errors_ms[k][TRACES * 95 / 100];
    }
    accuracy.covered = (double)covered / (3.0 * TRACES);
    print_message("p95 at 3, 10, 60 s: %.2f %.2f %.2f ms, inside twice the uncertainty %.0f %%\n",
                  accuracy.p95_ms[0],
                  accuracy.p95_ms[1],
                  accuracy.p95_ms[2],
                  100.0 * accuracy.covered);
    return accuracy;
}

static void on_a_jittery_internet_path_it_is_right_to_a_millisecond_or_two(void **state)
{
    (void)state;
    const Accuracy accuracy = measure(internet, false, check_seed(1));

    check_between(accuracy.p95_ms[0], 0.5, 2.4);
    check_between(accuracy.p95_ms[1], 0.4, 1.8);
    check_between(accuracy.p95_ms[2], 0.3, 1.7);
}

static void a_cached_skew_halves_the_error_after_a_minute(void **state)
{
    (void)state;
    const Accuracy accuracy = measure(internet, true, check_seed(2));

    check_between(accuracy.p95_ms[2], 0.2, 1.2);
}

static void bursts_on_the_uplink_are_seen_through(void **state)
{
    (void)state;
    const Path path = {.forward_base_ms = 15.0,
                       .backward_base_ms = 15.0,
                       .noise_mean_ms = 1.0,
                       .has_uplink_bursts = true,
                       .offset_ns = -INT64_C(77777777)};
    const Accuracy accuracy = measure(path, false, check_seed(3));

    check_between(accuracy.p95_ms[1], 0.0, 1.0);
    check_between(accuracy.p95_ms[2], 0.0, 0.2);
}

static void without_samples_there_is_no_estimate(void **state)
{
    (void)state;
    ClockFilter filter;

    clock_filter_init(&filter, NULL);
    check(!clock_filter_estimate(&filter, (HostTime){NS_PER_S}).valid);
}

static void one_sample_gives_the_middle_of_its_interval(void **state)
{
    (void)state;
    const PingSample sample = {{1000}, {501100}, {501200}, {1900}};
    ClockFilter filter;

    clock_filter_init(&filter, NULL);
    check(clock_filter_add(&filter, &sample));
    const ClockEstimate estimate = clock_filter_estimate(&filter, sample.c4);
    check(estimate.valid);
    check_i64(estimate.offset_ns, (500100 + 499300) / 2);
    check_i64(estimate.rtt_floor_ns, 800);
    check_i64(estimate.sample_count, 1);
}

static void impossible_round_trips_are_refused(void **state)
{
    (void)state;
    ClockFilter filter;
    const PingSample backwards = {{2000}, {0}, {10}, {1000}};
    const PingSample instant = {{1000}, {0}, {1000}, {2000}};
    const PingSample slow = {{0}, {NS_PER_S}, {NS_PER_S}, {2 * NS_PER_S + 1}};
    const PingSample huge = {{0}, {INT64_MIN}, {INT64_MAX}, {1000}};
    const PingSample untidy = {{0}, {500}, {400}, {1000}};

    clock_filter_init(&filter, NULL);
    check(!clock_filter_add(&filter, &backwards));
    check(!clock_filter_add(&filter, &instant));
    check(!clock_filter_add(&filter, &slow));
    check(!clock_filter_add(&filter, &huge));
    check(!clock_filter_add(&filter, &untidy));
    check_i64(filter.sample_count, 0);
}

static void the_state_is_small(void **state)
{
    (void)state;
    check_i64_between((int64_t)sizeof(ClockFilter), 1, INT64_C(32768));
}

static void constant_delays_and_skew_are_found_exactly(void **state)
{
    (void)state;
    static Trace trace;
    const Path path = {
        .forward_base_ms = 30.0, .backward_base_ms = 30.0, .skew = 400e-6, .offset_ns = 123456789};
    ClockFilter filter;

    simulate(&trace, &path, 60.0, 1);
    clock_filter_init(&filter, NULL);
    (void)feed(&filter, &trace, 0, 60.0);
    const ClockEstimate estimate = clock_filter_estimate(&filter, after(60.0));
    check_near(estimate.skew, path.skew, 3e-6);
    check_i64_between(
        estimate.offset_ns - true_offset(&path, after(60.0).ns), -100 * NS_PER_US, 100 * NS_PER_US);
}

/* Law: adding c to the server's stamps adds c to the offset and changes nothing else. */
static void a_shift_of_the_server_clock_shifts_the_offset(void **state)
{
    (void)state;
    static Trace trace;
    const int64_t shift = INT64_C(123456789012345);
    ClockFilter plain;
    ClockFilter shifted;

    simulate(&trace, &internet, 30.0, check_seed(4));
    in_order_of_arrival(&trace);
    clock_filter_init(&plain, NULL);
    clock_filter_init(&shifted, NULL);
    (void)feed(&plain, &trace, 0, 30.0);
    for (int i = 0; i < trace.count; i++) {
        trace.samples[i].s2.ns += shift;
        trace.samples[i].s3.ns += shift;
    }
    (void)feed(&shifted, &trace, 0, 30.0);
    const ClockEstimate before = clock_filter_estimate(&plain, after(30.0));
    const ClockEstimate behind = clock_filter_estimate(&shifted, after(30.0));
    check_i64(behind.offset_ns - before.offset_ns, shift);
    check_i64(behind.uncertainty_ns, before.uncertainty_ns);
    check_i64(behind.rtt_floor_ns, before.rtt_floor_ns);
    check_near(behind.skew, before.skew, 0.0);
}

/* Law: with the two legs exchanged the offset is negated. */
static void exchanging_the_legs_negates_the_offset(void **state)
{
    (void)state;
    static Trace trace;
    Path path = internet;
    ClockFilter plain;
    ClockFilter mirrored;

    path.offset_ns = 3 * NS_PER_S;
    simulate(&trace, &path, 30.0, check_seed(5));
    in_order_of_arrival(&trace);
    clock_filter_init(&plain, NULL);
    clock_filter_init(&mirrored, NULL);
    (void)feed(&plain, &trace, 0, 30.0);
    for (int i = 0; i < trace.count; i++) {
        PingSample *sample = &trace.samples[i];
        const int64_t forward = sample->s2.ns - sample->c1.ns;
        const int64_t backward = sample->s3.ns - sample->c4.ns;
        sample->s2.ns = sample->c1.ns - backward;
        sample->s3.ns = sample->c4.ns - forward;
    }
    (void)feed(&mirrored, &trace, 0, 30.0);
    const ClockEstimate there = clock_filter_estimate(&plain, after(30.0));
    const ClockEstimate back = clock_filter_estimate(&mirrored, after(30.0));
    /* The two legs are read a round trip apart, in which the slope moves a little. */
    check_i64_between(there.offset_ns + back.offset_ns, -100 * NS_PER_US, 100 * NS_PER_US);
    check_i64_between(
        there.uncertainty_ns - back.uncertainty_ns, -100 * NS_PER_US, 100 * NS_PER_US);
}

/* Law: a sample that comes twice changes nothing but the count. */
static void duplicates_are_harmless(void **state)
{
    (void)state;
    static Trace trace;
    ClockFilter once;
    ClockFilter thrice;

    simulate(&trace, &internet, 20.0, check_seed(6));
    in_order_of_arrival(&trace);
    clock_filter_init(&once, NULL);
    clock_filter_init(&thrice, NULL);
    (void)feed(&once, &trace, 0, 21.0);
    for (int i = 0; i < trace.count; i++) {
        for (int k = 0; k < 3; k++) {
            (void)clock_filter_add(&thrice, &trace.samples[i]);
        }
    }
    const ClockEstimate a = clock_filter_estimate(&once, after(21.0));
    const ClockEstimate b = clock_filter_estimate(&thrice, after(21.0));
    check_i64(once.reset_count, 0);
    check_i64(thrice.reset_count, 0);
    check_i64(b.offset_ns, a.offset_ns);
    check_i64(b.uncertainty_ns, a.uncertainty_ns);
}

/* Law: the offset lies within every accepted sample's interval, a margin of 1 ms apart. */
static void the_offset_is_possible_for_every_sample(void **state)
{
    (void)state;
    static Trace trace;
    ClockFilter filter;

    simulate(&trace, &internet, 60.0, check_seed(7));
    in_order_of_arrival(&trace);
    clock_filter_init(&filter, NULL);
    for (int i = 0; i < trace.count; i++) {
        const PingSample *sample = &trace.samples[i];
        check(clock_filter_add(&filter, sample));
        const int64_t offset = clock_filter_estimate(&filter, sample->c4).offset_ns;
        check_i64_between(offset,
                          sample->s3.ns - sample->c4.ns - NS_PER_MS,
                          sample->s2.ns - sample->c1.ns + NS_PER_MS);
    }
}

static void a_suspended_machine_starts_again_within_three_samples(void **state)
{
    (void)state;
    static Trace trace;
    ClockFilter filter;
    const int64_t slept = 10 * NS_PER_S;

    simulate(&trace, &internet, 30.0, check_seed(8));
    in_order_of_arrival(&trace);
    clock_filter_init(&filter, NULL);
    const int next = feed(&filter, &trace, 0, 20.0);
    for (int i = next; i < next + 4; i++) {
        trace.samples[i].c1.ns += NS_PER_S; /* sent after the last answer before the sleep */
        trace.samples[i].c4.ns += NS_PER_S;
        trace.samples[i].s2.ns += slept;
        trace.samples[i].s3.ns += slept;
    }
    check(!clock_filter_add(&filter, &trace.samples[next]));
    check(!clock_filter_add(&filter, &trace.samples[next + 1]));
    check(clock_filter_add(&filter, &trace.samples[next + 2]));
    check_i64(filter.reset_count, 1);
    check_i64(filter.sample_count, 1);
    const ClockEstimate estimate = clock_filter_estimate(&filter, trace.samples[next + 2].c4);
    const int64_t offset = internet.offset_ns + slept - NS_PER_S;
    check_i64_between(estimate.offset_ns - offset, -100 * NS_PER_MS, 100 * NS_PER_MS);
}

static void one_bad_sample_in_four_never_resets(void **state)
{
    (void)state;
    static Trace trace;
    ClockFilter filter;

    simulate(&trace, &internet, 30.0, check_seed(9));
    in_order_of_arrival(&trace);
    clock_filter_init(&filter, NULL);
    for (int i = 0; i < trace.count; i++) {
        if (i > 40 && i % 4 == 0) {
            trace.samples[i].s2.ns += 3 * NS_PER_S;
            trace.samples[i].s3.ns += 3 * NS_PER_S;
        }
        (void)clock_filter_add(&filter, &trace.samples[i]);
    }
    check_i64(filter.reset_count, 0);
    const ClockEstimate estimate = clock_filter_estimate(&filter, after(30.0));
    check_i64_between(estimate.offset_ns - internet.offset_ns, -4 * NS_PER_MS, 4 * NS_PER_MS);
}

/* A leg that becomes 15 ms longer for good moves the offset by less than a millisecond, for
 * minutes. */
static void a_longer_leg_is_held_out_and_let_go_when_it_returns(void **state)
{
    (void)state;
    static Trace trace;
    const Path path = {.forward_base_ms = 20.0,
                       .backward_base_ms = 20.0,
                       .noise_mean_ms = 1.0,
                       .offset_ns = 55555555};
    ClockFilter filter;

    simulate(&trace, &path, 400.0, check_seed(10));
    clock_filter_init(&filter, NULL);
    for (int i = 0; i < trace.count; i++) {
        const double at_s = (double)trace.samples[i].c1.ns * 1e-9;
        if (at_s > 35.0 && at_s < 300.0) {
            trace.samples[i].s2.ns += 15 * NS_PER_MS;
            trace.samples[i].s3.ns += 15 * NS_PER_MS;
            trace.samples[i].c4.ns += 15 * NS_PER_MS;
        }
        (void)clock_filter_add(&filter, &trace.samples[i]);
        const ClockEstimate estimate = clock_filter_estimate(&filter, trace.samples[i].c4);
        if (i > 100) {
            check_i64_between(estimate.offset_ns - path.offset_ns, -2 * NS_PER_MS, 2 * NS_PER_MS);
        }
        if (at_s > 200.0) {
            check((estimate.state == CLOCK_HELD) == (at_s < 300.0));
        }
    }
    check_i64(filter.reset_count, 0);
}

static void a_reset_keeps_a_slope_that_was_measured_long(void **state)
{
    (void)state;
    static Trace trace;
    Path path = internet;
    ClockFilter filter;

    path.skew = 80e-6;
    path.gamma_mean_ms = 1.0;
    simulate(&trace, &path, 90.0, check_seed(11));
    in_order_of_arrival(&trace);
    clock_filter_init(&filter, NULL);
    (void)feed(&filter, &trace, 0, 90.0);
    clock_filter_reset(&filter);
    check(!clock_filter_estimate(&filter, after(91.0)).valid);
    check(filter.skew_cached);
    check_near(filter.skew_prior, 80e-6, 8e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_jittery_internet_path_it_is_right_to_a_millisecond_or_two),
        cmocka_unit_test(a_cached_skew_halves_the_error_after_a_minute),
        cmocka_unit_test(bursts_on_the_uplink_are_seen_through),
        cmocka_unit_test(without_samples_there_is_no_estimate),
        cmocka_unit_test(one_sample_gives_the_middle_of_its_interval),
        cmocka_unit_test(impossible_round_trips_are_refused),
        cmocka_unit_test(the_state_is_small),
        cmocka_unit_test(constant_delays_and_skew_are_found_exactly),
        cmocka_unit_test(a_shift_of_the_server_clock_shifts_the_offset),
        cmocka_unit_test(exchanging_the_legs_negates_the_offset),
        cmocka_unit_test(duplicates_are_harmless),
        cmocka_unit_test(the_offset_is_possible_for_every_sample),
        cmocka_unit_test(a_suspended_machine_starts_again_within_three_samples),
        cmocka_unit_test(one_bad_sample_in_four_never_resets),
        cmocka_unit_test(a_longer_leg_is_held_out_and_let_go_when_it_returns),
        cmocka_unit_test(a_reset_keeps_a_slope_that_was_measured_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
