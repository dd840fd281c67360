/*
 * Ways to tell the offset of a clock from ping samples, side by side: ours and those that others
 * use.
 *
 * Pure, fixed size. All see the same samples: possible ones, each ping once. Only ours knows the
 * 95 % uncertainty it claims; where a method tells no skew or no uncertainty there is none.
 */
#ifndef CLIENT_CLOCKREPLAY_ESTIMATORS_H
#define CLIENT_CLOCKREPLAY_ESTIMATORS_H

#include "shared/clock_estimator.h"
#include "shared/clock_filter.h"

typedef enum {
    ESTIMATOR_ONEDRUM,  /* floors plus balance */
    ESTIMATOR_ENVELOPE, /* the plain two-sided envelope */
    ESTIMATOR_KALMAN,   /* offset and skew; the noise of a sample grows with its round trip */
    ESTIMATOR_MEDIAN64, /* of the newest midpoints: Ableton Link, Snapcast */
    ESTIMATOR_MINRTT64, /* the midpoint of the shortest round trip among the newest 64 */
    ESTIMATOR_NTP8,     /* the same among the newest 8: the clock filter of NTP (RFC 5905) */
    ESTIMATOR_MEAN,     /* of all midpoints */
    ESTIMATOR_LAST,     /* the newest midpoint */
    ESTIMATOR_COUNT
} EstimatorKind;

enum {
    ESTIMATORS_HISTORY = 64
};

typedef struct {
    int64_t middle_ns; /* of the interval that the offset lies in */
    int64_t rtt_ns;
    int64_t c1_ns;
} EstimatorMidpoint;

/* A Kalman filter (10.1115/1.3662552) with the state offset and skew. */
typedef struct {
    bool started;
    int64_t reference_ns;
    HostTime at;
    double offset_ns; /* from the reference */
    double skew_ppb;
    double variance_offset;
    double covariance;
    double variance_skew;
    int64_t rtt_least_ns;
} EstimatorKalman;

typedef struct {
    ClockEstimator onedrum;
    ClockFilter envelope;
    EstimatorKalman kalman;
    EstimatorMidpoint history[ESTIMATORS_HISTORY]; /* ring */
    int64_t count;                                 /* of all samples taken in */
    int64_t reference_ns;                          /* the first midpoint */
    double mean_ns;                                /* from the reference */
} Estimators;

typedef struct {
    bool valid;
    bool has_uncertainty;
    bool has_skew;
    int64_t offset_ns;
    int64_t uncertainty_ns;
    double skew_ppb;
} EstimatorReading;

/* Lower-case names, as in the output of onedrum-clockreplay. */
extern const char *const ESTIMATOR_NAMES[ESTIMATOR_COUNT];

void estimators_init(Estimators *estimators);

/* Gives a sample to all. False: it is impossible or its ping was answered before, and none saw it.
 */
bool estimators_add(Estimators *estimators, const PingSample *sample);

/* Server minus client at `now`, as one of them believes. */
EstimatorReading estimators_read(const Estimators *estimators, EstimatorKind kind, HostTime now);

#endif
