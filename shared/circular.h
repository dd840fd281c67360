/*
 * Sums of directions: how concentrated phases are, and around what.
 *
 * Pure. A phase is a number of turns in millionths; one turn is one period. Cosine and sine are
 * summed in fixed point (Q30), so a sum is identical in whatever order its phases arrive and
 * merging is exact. Formulas: Mardia and Jupp, Directional Statistics.
 */
#ifndef SHARED_CIRCULAR_H
#define SHARED_CIRCULAR_H

#include <stdint.h>

#define UTURNS_PER_TURN INT64_C(1000000)

#define CIRCULAR_PI 3.14159265358979323846
#define CIRCULAR_TWO_PI 6.28318530717958647692

/* Zero-initialised is empty. Room for 2^33 phases. */
typedef struct {
    int64_t cos_q30;
    int64_t sin_q30;
    int64_t count;
} CircularSum;

/* The same direction in (-500000, 500000]. */
int32_t circular_wrap_uturns(int64_t uturns);

/* Where `time_ns` (relative to a grid line; any sign) lies in a period, rounded to the nearest
   millionth and wrapped to (-500000, 500000]; `period_ns` > 0. */
int32_t circular_phase_uturns(int64_t time_ns, int64_t period_ns);

/* Adds one phase; any whole number of turns more or less is the same phase. */
void circular_add(CircularSum *sum, int32_t phase_uturns);

/* Adds everything in `other`. Commutative and associative to the bit. */
void circular_merge(CircularSum *sum, const CircularSum *other);

/* Mean resultant length in [0, 1]; 0 when empty. */
double circular_r(const CircularSum *sum);

/* Mean direction in turns, in (-0.5, 0.5]; 0 when empty. */
double circular_mean_turns(const CircularSum *sum);

/* Circular standard deviation in turns, sqrt(-2 ln R) / 2 pi, at most 0.5 (R below 0.0072 says
   nothing about spread); 0 when empty. */
double circular_spread_turns(const CircularSum *sum);

#endif
