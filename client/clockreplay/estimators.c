#include "client/clockreplay/estimators.h"

#include <math.h>
#include <stdlib.h>

#define KALMAN_NOISE_NS 2e6    /* of a sample with the shortest round trip */
#define KALMAN_SKEW_PPB 50e3   /* standard deviation at the start */
#define KALMAN_WANDER_PPB 10.0 /* of the skew in a second */
#define NORMAL_95 1.96

const char *const ESTIMATOR_NAMES[ESTIMATOR_COUNT] = {
    [ESTIMATOR_ONEDRUM] = "onedrum",
    [ESTIMATOR_ENVELOPE] = "envelope",
    [ESTIMATOR_KALMAN] = "kalman",
    [ESTIMATOR_MEDIAN64] = "median64",
    [ESTIMATOR_MINRTT64] = "minrtt64",
    [ESTIMATOR_NTP8] = "ntp8",
    [ESTIMATOR_MEAN] = "mean",
    [ESTIMATOR_LAST] = "last",
};

/* Rounded; a filter fed with nonsense may be anywhere. */
static int64_t whole_ns(double ns)
{
    return (int64_t)floor(fmin(fmax(ns, -4e18), 4e18) + 0.5);
}

void estimators_init(Estimators *estimators)
{
    *estimators = (Estimators){0};
    clock_estimator_init(&estimators->onedrum, NULL);
    clock_filter_init(&estimators->envelope, NULL);
}

static int64_t newest_count(const Estimators *estimators, int64_t wanted)
{
    return estimators->count < wanted ? estimators->count : wanted;
}

/* The `age`-th newest, 0 the newest. */
static const EstimatorMidpoint *newest(const Estimators *estimators, int64_t age)
{
    return &estimators->history[(estimators->count - 1 - age) % ESTIMATORS_HISTORY];
}

static bool is_answered(const Estimators *estimators, const PingSample *sample)
{
    for (int64_t i = 0; i < newest_count(estimators, ESTIMATORS_HISTORY); i++) {
        if (newest(estimators, i)->c1_ns == sample->c1.ns) {
            return true;
        }
    }
    return false;
}

static void kalman_predict(EstimatorKalman *kalman, HostTime now)
{
    const double elapsed_s = fmax(1e-9 * (double)(now.ns - kalman->at.ns), 0.0);

    kalman->offset_ns += kalman->skew_ppb * elapsed_s;
    kalman->variance_offset +=
        elapsed_s * (2.0 * kalman->covariance + elapsed_s * kalman->variance_skew);
    kalman->covariance += elapsed_s * kalman->variance_skew;
    kalman->variance_skew += KALMAN_WANDER_PPB * KALMAN_WANDER_PPB * elapsed_s;
    if (now.ns > kalman->at.ns) {
        kalman->at = now;
    }
}

static void kalman_add(EstimatorKalman *kalman, HostTime at, const EstimatorMidpoint *midpoint)
{
    if (!kalman->started) {
        *kalman = (EstimatorKalman){
            .started = true,
            .reference_ns = midpoint->middle_ns,
            .at = at,
            .variance_offset = 0.25 * (double)midpoint->rtt_ns * (double)midpoint->rtt_ns,
            .variance_skew = KALMAN_SKEW_PPB * KALMAN_SKEW_PPB,
            .rtt_least_ns = midpoint->rtt_ns,
        };
        return;
    }
    kalman_predict(kalman, at);
    if (midpoint->rtt_ns < kalman->rtt_least_ns) {
        kalman->rtt_least_ns = midpoint->rtt_ns;
    }
    const double noise_ns =
        KALMAN_NOISE_NS + 0.5 * (double)(midpoint->rtt_ns - kalman->rtt_least_ns);
    const double innovation_ns =
        (double)(midpoint->middle_ns - kalman->reference_ns) - kalman->offset_ns;
    const double variance = kalman->variance_offset + noise_ns * noise_ns;
    const double gain_offset = kalman->variance_offset / variance;
    const double gain_skew = kalman->covariance / variance;

    kalman->offset_ns += gain_offset * innovation_ns;
    kalman->skew_ppb += gain_skew * innovation_ns;
    kalman->variance_skew -= gain_skew * kalman->covariance;
    kalman->covariance *= 1.0 - gain_offset;
    kalman->variance_offset *= 1.0 - gain_offset;
}

bool estimators_add(Estimators *estimators, const PingSample *sample)
{
    if (!ping_sample_is_possible(sample) || is_answered(estimators, sample)) {
        return false;
    }
    const int64_t forward_ns = sample->s2.ns - sample->c1.ns;
    const int64_t backward_ns = sample->c4.ns - sample->s3.ns;
    const EstimatorMidpoint midpoint = {
        .middle_ns = (forward_ns - backward_ns) / 2,
        .rtt_ns = forward_ns + backward_ns,
        .c1_ns = sample->c1.ns,
    };

    if (estimators->count == 0) {
        estimators->reference_ns = midpoint.middle_ns;
    }
    estimators->history[estimators->count % ESTIMATORS_HISTORY] = midpoint;
    estimators->count++;
    estimators->mean_ns +=
        ((double)(midpoint.middle_ns - estimators->reference_ns) - estimators->mean_ns) /
        (double)estimators->count;
    kalman_add(&estimators->kalman, sample->c4, &midpoint);
    (void)clock_filter_add(&estimators->envelope, sample);
    (void)clock_estimator_add(&estimators->onedrum, sample);
    return true;
}

static int compare_times(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static int64_t median_middle_ns(const Estimators *estimators)
{
    const int64_t count = newest_count(estimators, ESTIMATORS_HISTORY);
    int64_t sorted[ESTIMATORS_HISTORY];

    for (int64_t i = 0; i < count; i++) {
        sorted[i] = newest(estimators, i)->middle_ns;
    }
    qsort(sorted, (size_t)count, sizeof sorted[0], compare_times);
    const int64_t low_ns = sorted[(count - 1) / 2];
    return low_ns + (sorted[count / 2] - low_ns) / 2;
}

static int64_t shortest_middle_ns(const Estimators *estimators, int64_t among)
{
    const EstimatorMidpoint *best = newest(estimators, 0);

    for (int64_t i = 1; i < newest_count(estimators, among); i++) {
        best = newest(estimators, i)->rtt_ns < best->rtt_ns ? newest(estimators, i) : best;
    }
    return best->middle_ns;
}

static EstimatorReading read_kalman(const EstimatorKalman *kalman, HostTime now)
{
    EstimatorKalman ahead = *kalman;

    kalman_predict(&ahead, now);
    return (EstimatorReading){
        .valid = true,
        .has_uncertainty = true,
        .has_skew = true,
        .offset_ns = ahead.reference_ns + whole_ns(ahead.offset_ns),
        .uncertainty_ns = whole_ns(NORMAL_95 * sqrt(ahead.variance_offset)),
        .skew_ppb = fmin(fmax(ahead.skew_ppb, -1e15), 1e15),
    };
}

static EstimatorReading read_estimate(const ClockEstimate *estimate)
{
    return (EstimatorReading){
        .valid = estimate->valid,
        .has_uncertainty = true,
        .has_skew = true,
        .offset_ns = estimate->offset_ns,
        .uncertainty_ns = estimate->uncertainty_ns,
        .skew_ppb = 1e9 * estimate->skew,
    };
}

static EstimatorReading plain(int64_t offset_ns)
{
    return (EstimatorReading){.valid = true, .offset_ns = offset_ns};
}

EstimatorReading estimators_read(const Estimators *estimators, EstimatorKind kind, HostTime now)
{
    ClockEstimate estimate;

    if (estimators->count == 0) {
        return (EstimatorReading){0};
    }
    switch (kind) {
    case ESTIMATOR_ONEDRUM:
        estimate = clock_estimator_estimate(&estimators->onedrum, now);
        return read_estimate(&estimate);
    case ESTIMATOR_ENVELOPE:
        estimate = clock_filter_estimate(&estimators->envelope, now);
        return read_estimate(&estimate);
    case ESTIMATOR_KALMAN:
        return read_kalman(&estimators->kalman, now);
    case ESTIMATOR_MEDIAN64:
        return plain(median_middle_ns(estimators));
    case ESTIMATOR_MINRTT64:
        return plain(shortest_middle_ns(estimators, ESTIMATORS_HISTORY));
    case ESTIMATOR_NTP8:
        return plain(shortest_middle_ns(estimators, 8));
    case ESTIMATOR_MEAN:
        return plain(estimators->reference_ns + whole_ns(estimators->mean_ns));
    case ESTIMATOR_LAST:
        return plain(newest(estimators, 0)->middle_ns);
    case ESTIMATOR_COUNT:
        break;
    }
    return (EstimatorReading){0};
}
