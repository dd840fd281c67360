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

#include "shared/capacity.h"
#include "shared/clock_estimate.h"

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

/* The offset at `now` (not before the newest sample, else as at that sample), its uncertainty about
   one standard error. */
ClockEstimate clock_filter_estimate(const ClockFilter *filter, HostTime now);

/* Forgets the samples and keeps the skew: after a suspend that the caller knows of. */
void clock_filter_reset(ClockFilter *filter);

#endif
