/*
 * Exact mean and standard deviation of whole microseconds.
 *
 * Pure. Integer sums: identical in every order, exactly mergeable, no cancellation.
 */
#ifndef SHARED_MOMENTS_H
#define SHARED_MOMENTS_H

#include <stdint.h>

/* Zero-initialised is empty. Room for 4 million values of up to 1.5 s. */
typedef struct {
    int64_t count;
    int64_t sum_us;
    uint64_t square_sum_us2;
} Moments;

/* Adds one value, rounded to the nearest microsecond and limited to +-1.5 s. */
void moments_add_ns(Moments *moments, int64_t value_ns);

/* Adds everything in `other`. */
void moments_merge(Moments *moments, const Moments *other);

/* Arithmetic mean in ms; 0 when empty. */
double moments_mean_ms(const Moments *moments);

/* Sample standard deviation (n - 1) in ms; 0 for fewer than two values. */
double moments_sd_ms(const Moments *moments);

#endif
