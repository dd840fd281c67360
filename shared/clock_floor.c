#include "shared/clock_floor.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    FACTORS_AT_ONCE = 16,
    SAMPLE = 5
};

#define SPREAD_US_MIN 2.0
#define DEPTH_MAX 3.0
#define PRODUCT_MIN 1e-200
#define PRODUCT_MAX 1e200
#define ALPHA_SHAPE 20.0
#define NEGLIGIBLE 40.0 /* of log weights */

/* A value of values[low] .. values[high - 1] that is likely to stand near place k when they are
   sorted: of five of them the one that stands there among the five. */
static double likely_at(const double *values, int low, int high, int k)
{
    const int span = high - 1 - low;
    double sample[SAMPLE];

    for (int i = 0; i < SAMPLE; i++) {
        const double value = values[low + span * i / (SAMPLE - 1)];
        int place = i;

        while (place > 0 && sample[place - 1] > value) {
            sample[place] = sample[place - 1];
            place--;
        }
        sample[place] = value;
    }
    return sample[(k - low) * SAMPLE / (high - low)];
}

/* Moves what is below `bound`, and with `or_equal` what equals it, to the front of values[low] ..
   values[high - 1]; returns where the rest begins. Without a branch on the values (Lomuto's
   scheme): half of such branches would be guessed wrongly, which cost more than all else. */
static int partition(double *values, int low, int high, double bound, bool or_equal)
{
    int end = low;

    for (int i = low; i < high; i++) {
        const double value = values[i];

        values[i] = values[end];
        values[end] = value;
        end += or_equal ? value <= bound : value < bound;
    }
    return end;
}

double clock_floor_select(double *values, int count, int k, double guess)
{
    int low = 0;
    int high = count;
    double pivot = guess;

    assert(k >= 0 && k < count);
    while (high - low > 1) {
        const int middle = partition(values, low, high, pivot, false);

        if (k < middle) {
            high = middle;
        } else if (middle > low) {
            low = middle;
        } else {
            low = partition(values, low, high, pivot, true);
            if (k < low) {
                return pivot;
            }
        }
        pivot = likely_at(values, low, high, k);
    }
    return values[k];
}

static double least_of(const double *values, int count)
{
    double least = values[0];

    for (int i = 1; i < count; i++) {
        least = values[i] < least ? values[i] : least;
    }
    return least;
}

static double spread_of(double least_us, double next_us)
{
    return fmax(next_us - least_us, SPREAD_US_MIN);
}

/* Four factors at once, so that the products stay in registers meanwhile. */
static void multiply_four(const double *lowest,
                          const ClockFloor *scale,
                          const double *restrict depths,
                          double *restrict products)
{
    const double per_us = 1.0 / scale->spread_us;
    const double a = (lowest[0] - scale->least_us) * per_us;
    const double b = (lowest[1] - scale->least_us) * per_us;
    const double c = (lowest[2] - scale->least_us) * per_us;
    const double d = (lowest[3] - scale->least_us) * per_us;

    for (int j = 0; j < CLOCK_DEPTHS; j++) {
        products[j] *= (a + depths[j]) * (b + depths[j]) * ((c + depths[j]) * (d + depths[j]));
    }
}

/* sums[j] = sum over the delays of log(d + depths[j]), d from 0 to 1. A log costs as much as twenty
   products, so factors are multiplied until the product is small; sixteen more, each at least 5e-5,
   fit into a double even then. */
static void sum_logs(const double *lowest,
                     int k,
                     const ClockFloor *scale,
                     const double depths[CLOCK_DEPTHS],
                     double sums[CLOCK_DEPTHS])
{
    double products[CLOCK_DEPTHS];

    for (int j = 0; j < CLOCK_DEPTHS; j++) {
        sums[j] = 0.0;
        products[j] = 1.0;
    }
    for (int first = 0; first < k; first += FACTORS_AT_ONCE) {
        const int end = k - first < FACTORS_AT_ONCE ? k : first + FACTORS_AT_ONCE;

        int i = first;

        for (; i + 4 <= end; i += 4) {
            multiply_four(&lowest[i], scale, depths, products);
        }
        for (; i < end; i++) {
            const double d = (lowest[i] - scale->least_us) / scale->spread_us;

            for (int j = 0; j < CLOCK_DEPTHS; j++) {
                products[j] *= d + depths[j];
            }
        }
        for (int j = 0; j < CLOCK_DEPTHS; j++) {
            if (products[j] < PRODUCT_MIN || products[j] > PRODUCT_MAX) {
                sums[j] += log(products[j]);
                products[j] = 1.0;
            }
        }
    }
    for (int j = 0; j < CLOCK_DEPTHS; j++) {
        sums[j] += log(products[j]);
    }
}

void clock_floor_depths(ClockDepths *depths, int k)
{
    const double log_first = log(0.05 / k);
    const double log_ratio = (log(DEPTH_MAX) - log_first) / (CLOCK_DEPTHS - 1);

    depths->k = k;
    for (int j = 0; j < CLOCK_DEPTHS; j++) {
        depths->log_depth[j] = log_first + j * log_ratio;
        depths->depth[j] = exp(depths->log_depth[j]);
        depths->log_top[j] = log(1.0 + depths->depth[j]);
    }
}

ClockFloor
clock_floor_below(const double *lowest, double next_us, const ClockDepths *depths, bool is_crowded)
{
    const int k = depths->k;
    const double least_us = least_of(lowest, k);
    ClockFloor floor = {.least_us = least_us, .spread_us = spread_of(least_us, next_us)};
    const double rate = 14.0 + 160.0 / (k + 5);
    const double log_spread = log(floor.spread_us);
    double weights[CLOCK_DEPTHS]; /* first their logs */
    double highest = -HUGE_VAL;
    double total = 0.0;

    sum_logs(lowest, k, &floor, depths->depth, weights);
    for (int j = 0; j < CLOCK_DEPTHS; j++) {
        const double sum = weights[j]; /* of log(d + t) */
        const double likelihood = sum - k * depths->log_top[j];

        weights[j] = -sum - k * log_spread - (k + ALPHA_SHAPE) * log(rate - likelihood) +
                     depths->log_depth[j];
        highest = fmax(highest, weights[j]);
    }
    double mean = 0.0;
    double log_mean = 0.0;
    double square = 0.0;
    for (int j = 0; j < CLOCK_DEPTHS; j++) {
        const double weight = weights[j] > highest - NEGLIGIBLE ? exp(weights[j] - highest) : 0.0;

        total += weight;
        log_mean += weight * depths->log_depth[j];
        mean += weight * depths->depth[j];
        square += weight * depths->depth[j] * depths->depth[j];
    }
    mean /= total;
    const double depth = is_crowded ? exp(log_mean / total) : mean;
    floor.floor_us = least_us - depth * floor.spread_us;
    floor.variance_us2 =
        fmax(square / total - mean * mean, 0.0) * floor.spread_us * floor.spread_us;
    floor.evidence = highest + log(total);
    return floor;
}

double clock_floor_exponent(const double *lowest, int k, double next_us)
{
    const double least_us = least_of(lowest, k);
    const double per_us = 1.0 / spread_of(least_us, next_us);
    const double depth = 0.5 / k;
    double sum = -k * log(1.0 + depth);
    double product = 1.0;

    for (int i = 0; i < k; i++) {
        product *= (lowest[i] - least_us) * per_us + depth;
        if (product < PRODUCT_MIN) {
            sum += log(product);
            product = 1.0;
        }
    }
    sum += log(product);
    return sum < 0.0 ? k / -sum : HUGE_VAL;
}
