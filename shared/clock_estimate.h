/*
 * What a clock estimator is fed with and what it answers: ping samples in, the offset of the
 * session clock out.
 *
 * Pure: values only. Half the difference of the two base delays cannot be seen by any method and
 * is in no figure here.
 */
#ifndef SHARED_CLOCK_ESTIMATE_H
#define SHARED_CLOCK_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/units.h"

/* One ping: sent at c1, received at s2, answered at s3, answer received at c4. */
typedef struct {
    HostTime c1;
    SessionTime s2;
    SessionTime s3;
    HostTime c4;
} PingSample;

typedef enum {
    CLOCK_SYNCING, /* too few samples since the start or the last step: the plain envelope */
    CLOCK_LOCKED,
    CLOCK_HELD /* locked, and a path that became longer is being held out of the offset */
} ClockState;

typedef struct {
    bool valid; /* false: no sample since the start or the last reset; all else 0 */
    ClockState state;
    int64_t offset_ns;      /* session minus host at `at` */
    double skew;            /* seconds of offset gained per second of host time */
    int64_t uncertainty_ns; /* excludes the asymmetry of the path */
    int64_t rtt_floor_ns;   /* least forward plus least backward delay */
    HostTime at;
    int sample_count; /* accepted since the last reset */
} ClockEstimate;

static inline bool ping_sample_stamp_is_bounded(int64_t ns)
{
    return ns >= -(INT64_MAX / 4) && ns <= INT64_MAX / 4;
}

/* The round trip without the server's part, of a sample whose stamps are bounded. */
static inline int64_t ping_sample_rtt_ns(const PingSample *sample)
{
    return (sample->c4.ns - sample->c1.ns) - (sample->s3.ns - sample->s2.ns);
}

/* Whether the sample is possible at all: stamps within 73 years of zero, so that no sum or
   difference of theirs can overflow, a server that answers within 2 s and not before it was asked,
   and a round trip in (0, 2 s]. Stamps come over the wire or from a file. */
static inline bool ping_sample_is_possible(const PingSample *sample)
{
    return ping_sample_stamp_is_bounded(sample->c1.ns) &&
           ping_sample_stamp_is_bounded(sample->s2.ns) &&
           ping_sample_stamp_is_bounded(sample->s3.ns) &&
           ping_sample_stamp_is_bounded(sample->c4.ns) && sample->s3.ns >= sample->s2.ns &&
           sample->s3.ns - sample->s2.ns <= 2 * NS_PER_S && ping_sample_rtt_ns(sample) > 0 &&
           ping_sample_rtt_ns(sample) <= 2 * NS_PER_S;
}

#endif
