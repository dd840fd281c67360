/*
 * How long the turns of the server's loop took, counted in classes a quarter of an octave wide.
 *
 * No effects; zero-initialised is empty.
 */
#ifndef SERVER_PASS_HISTOGRAM_H
#define SERVER_PASS_HISTOGRAM_H

#include <stdint.h>

enum {
    PASS_CLASSES = 57 /* 10 us, 12 us ... 0.16 s, and all that is longer */
};

typedef struct {
    int64_t counts[PASS_CLASSES];
    int64_t count;
    int64_t sum_ns;
    int64_t max_ns;
} PassHistogram;

/* The longest pass of a class, in ns; INT64_MAX for the last. 0 <= index < PASS_CLASSES. */
int64_t pass_histogram_limit_ns(int index);

void pass_histogram_add(PassHistogram *histogram, int64_t pass_ns);

/* The limit of the class in which the pass of rank `share` (0..1) lies, or the longest pass if that
   is less; 0 when empty. */
int64_t pass_histogram_quantile_ns(const PassHistogram *histogram, double share);

#endif
