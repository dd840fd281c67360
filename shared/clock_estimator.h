/*
 * The network clock of one client: ping samples in, offset, skew and an honest uncertainty out, by
 * floors plus balance.
 *
 * Pure, fixed size (some 24 kB, and 35 kB of stack while it works), bounded cost: an update takes
 * some 0.2 ms, at every sample for the first 10 s, then four times a second. Queues only ever
 * delay, so the floor of each direction bounds the offset from one side; where the queues of both
 * directions are alike, all packets tell where the middle is. Half the difference of the two base
 * delays cannot be seen by any method and is in no figure here.
 */
#ifndef SHARED_CLOCK_ESTIMATOR_H
#define SHARED_CLOCK_ESTIMATOR_H

#include "shared/clock_estimate.h"
#include "shared/clock_middle.h"
#include "shared/clock_store.h"

enum {
    CLOCK_SKEWS_KEPT = 11
};

/* What an update found; offsets are relative to the reference. */
typedef struct {
    HostTime at;
    double offset_us;
    double skew_ppm;
    double skew_sd_ppm;
    double floors_sd_us; /* of the offset by the floors alone */
    double uncertainty_us;
    double rtt_floor_us; /* of both directions together */
    double alike;        /* 0 to 1: of the delays of both directions */
    double rtt_least_us; /* least delays of both directions together, seldom of one packet */
} ClockFinding;

typedef struct {
    ClockStore forward;  /* x = c1, v = s2 - c1 - reference - shift */
    ClockStore backward; /* x = c4, v = c4 - s3 + reference - shift */
    ClockMiddle middle;  /* x = c4, of (forward v - backward v) / 2 */
    HostTime origin;     /* of x */
    int64_t reference_ns;
    HostTime first;          /* c4 of the first sample that still counts */
    HostTime last;           /* the latest c4 */
    HostTime ruled;          /* when the rules were last applied */
    HostTime empty_before;   /* pings sent before this belong to what was before the reset */
    double leak;             /* contradictions, less a third for every sample that agrees */
    double forward_shift_us; /* of a longer path, held out */
    double backward_shift_us;
    double skews_ppm[CLOCK_SKEWS_KEPT]; /* found in the last seconds, newest first */
    double grain_us;                    /* of coarse stamps at both ends; 0: none seen */
    double prior_skew_ppm;
    double prior_sd_ppm;
    ClockFinding finding;
    bool has_finding;
    int sample_count; /* accepted since the reset */
    int reset_count;  /* suspends and steps by which everything was forgotten */
    int step_count;   /* steps after which the newest samples were kept */
} ClockEstimator;

/* Starts without samples. `cached_skew`, or NULL: the skew once measured against the same server.
 */
void clock_estimator_init(ClockEstimator *estimator, const double *cached_skew);

/* Takes in one sample whose ping was outstanding. False: refused, because it is impossible, its
   ping was answered before, it was sent before the last reset, or it contradicts the estimate. */
bool clock_estimator_add(ClockEstimator *estimator, const PingSample *sample);

/* The offset at `now`, with an uncertainty that 95 of 100 errors are within. After a reset it is,
   until a sample comes, what the sample said that caused it. */
ClockEstimate clock_estimator_estimate(const ClockEstimator *estimator, HostTime now);

/* Forgets the samples and keeps the skew: after a suspend that the caller knows of. */
void clock_estimator_reset(ClockEstimator *estimator);

#endif
