/*
 * Ping samples in, clock offset and its uncertainty out: the two-sided envelope.
 *
 * Pure, fixed size (about 15 kB), bounded cost: once a second some 40,000 flops, else a few
 * thousand. Queues only ever delay, so the least delayed points of each direction bound the offset
 * from both sides; they may come from different packets, which is why this beats the packet of
 * least round trip. Half the difference of the two base delays cannot be seen by any method and is
 * in no figure here.
 */
#ifndef SHARED_CLOCK_FILTER_H
#define SHARED_CLOCK_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/capacity.h"
#include "shared/units.h"

/* One ping: sent at c1, received at s2, answered at s3, answer received at c4. */
typedef struct {
    HostTime c1;
    SessionTime s2;
    SessionTime s3;
    HostTime c4;
} PingSample;

/* A reading that bounds the offset from one side: `difference_ns` = session minus host, at host
 * time. */
typedef struct {
    int64_t host_ns;
    int64_t difference_ns;
} ClockPoint;

/* The least delayed points of one second of host time. */
typedef struct {
    bool used;
    int64_t number;      /* host seconds, rounded down */
    ClockPoint forward;  /* least s2 - c1 */
    ClockPoint backward; /* greatest s3 - c4 */
} ClockBlock;

typedef struct {
    bool valid;             /* false: no sample since the start or the last reset; all else 0 */
    bool holding;           /* a changed path is being held out of the offset (rule 7) */
    int64_t offset_ns;      /* session minus host at `at` */
    double skew;            /* seconds of offset gained per second of host time */
    int64_t uncertainty_ns; /* about one standard error; excludes the asymmetry of the path */
    int64_t rtt_floor_ns;   /* least forward plus least backward delay */
    HostTime at;
    int sample_count; /* accepted since the last reset */
} ClockEstimate;

/* Delay that one leg has gained for good and that is held out of the offset. */
typedef struct {
    int64_t shift_ns;    /* already taken off every point of the blocks from `since_block` on */
    int64_t since_block; /* number of the first such block, when shift_ns > 0 */
} ClockHold;

typedef struct {
    ClockBlock blocks[CLOCK_BLOCKS_MAX]; /* by block number modulo CLOCK_BLOCKS_MAX */
    int64_t newest_block;
    HostTime first;        /* c4 of the first sample since the reset */
    HostTime last;         /* c4 of the latest */
    HostTime empty_before; /* pings sent before this belong to what was before the reset */
    int64_t reference_ns;  /* a first offset: differences to it are small enough for doubles */
    int sample_count;      /* accepted since the reset */
    int reset_count;       /* clock steps and suspends noticed */
    int miss_run;          /* samples in a row whose interval excluded the offset */
    HostTime miss_c1;      /* c1 of the latest of them */
    double skew;           /* b, found anew once a second */
    double skew_prior;     /* b0 */
    bool skew_cached;      /* b0 is a measurement, not the wish for 0 */
    ClockHold forward_hold;
    ClockHold backward_hold;
    int64_t checked_block; /* the newest block then */
    ClockEstimate checked; /* the estimate once a second, for rules 6 and 7 */
} ClockFilter;

/* Starts without samples. `cached_skew`, or NULL: the skew once measured against the same server.
 */
void clock_filter_init(ClockFilter *filter, const double *cached_skew);

/* Takes in one sample whose ping was outstanding. False: refused, because its round trip without
   the server's part is not in (0, 2 s], it was sent before the last reset, or it contradicts the
   estimate. A sample that comes again changes nothing but the count. */
bool clock_filter_add(ClockFilter *filter, const PingSample *sample);

/* The offset at `now` (not before the newest sample, else as at that sample). */
ClockEstimate clock_filter_estimate(const ClockFilter *filter, HostTime now);

/* Forgets the samples and keeps the skew: after a suspend that the caller knows of. */
void clock_filter_reset(ClockFilter *filter);

#endif
