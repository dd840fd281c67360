/*
 * Where the floor of a set of delays lies: the delay of a packet that met no queue at all, which
 * perhaps none of them was.
 *
 * Pure, allocates nothing. Near its floor a the density of a delay r goes like (r - a)^(alpha - 1).
 * Given the next delay above them, the k lowest have a likelihood in a and alpha; alpha is
 * integrated out under a gamma prior, a is summed over. Delays in us.
 */
#ifndef SHARED_CLOCK_FLOOR_H
#define SHARED_CLOCK_FLOOR_H

#include <stdbool.h>

typedef struct {
    double least_us;     /* the lowest delay */
    double spread_us;    /* from there to the next one above the k lowest; at least 2 us */
    double floor_us;     /* mean of a; never above least_us */
    double variance_us2; /* of a */
    double evidence;     /* log of the likelihood with a and alpha integrated out, less a constant
                            that depends on k alone */
} ClockFloor;

enum {
    CLOCK_DEPTHS = 14
};

/* The values of t = (least - a) / spread that are summed over, even in their logs, and what of them
   does not depend on the delays. */
typedef struct {
    int k;
    double depth[CLOCK_DEPTHS];
    double log_depth[CLOCK_DEPTHS];
    double log_top[CLOCK_DEPTHS]; /* log(1 + t) */
} ClockDepths;

/* Moves the k lowest of `count` values to the front, in any order, and returns the lowest of the
   others; 0 <= k < count. The nearer `guess` is to that, the sooner; any value will do. Quickselect
   (Hoare 1961, 10.1145/366622.366647). */
double clock_floor_select(double *values, int count, int k, double guess);

/* Of k >= 1 lowest delays. */
void clock_floor_depths(ClockDepths *depths, int k);

/* The floor below the `depths->k` lowest delays, of which `next_us` is the next one up.
   `is_crowded`: they came in a few moments only, between queues; then a is guessed by its geometric
   mean depth, because the arithmetic one takes the slope of a queue for the density of delays. */
ClockFloor
clock_floor_below(const double *lowest, double next_us, const ClockDepths *depths, bool is_crowded);

/* The exponent alpha when the floor is just below the lowest delay (Hill 1975,
   10.1214/aos/1176343247): 1 is an even density; clearly below it the least delays are crowded near
   the floor and the others are queues. */
double clock_floor_exponent(const double *lowest, int k, double next_us);

#endif
