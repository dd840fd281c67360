/*
 * The line that lies as deep below the delays of one direction as of the other: the offset and the
 * skew of paths whose queues are alike, seen in all packets and not only in the least delayed.
 *
 * Pure, allocates nothing. Maximises the sum of the logs of the excess delays, so that a packet
 * from a queue counts as one over its distance.
 */
#ifndef SHARED_CLOCK_BALANCE_H
#define SHARED_CLOCK_BALANCE_H

#include "shared/clock_store.h"

/* Offset at `now_us` in us and its gain in ppm (us per s), with their standard deviations. */
typedef struct {
    double offset_us;
    double offset_sd_us;
    double skew_ppm;
    double skew_sd_ppm;
} ClockLine;

typedef struct {
    const ClockStore *forward;  /* v lies above offset + skew x + base */
    const ClockStore *backward; /* v lies above - offset - skew x + base */
    int32_t now_us;             /* x counts from here */
    double base_us;             /* of both directions */
    double softness_us;         /* eps: nearer than this all count the same; > 0 */
    double prior_skew_ppm;
    double prior_sd_ppm; /* > 0 */
} ClockBalance;

/* Newton's method from `start`, of which only offset and skew are read. */
ClockLine clock_balance_fit(const ClockBalance *balance, ClockLine start);

#endif
