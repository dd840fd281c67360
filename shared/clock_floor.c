#include "shared/clock_floor.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    DEPTHS = 14, /* values of t = (least - a) / spread that are summed over */
    FACTORS_AT_ONCE = 16
};

#define SPREAD_US_MIN 2.0
#define DEPTH_MAX 3.0
#define PRODUCT_MIN 1e-200
#define PRODUCT_MAX 1e200
#define ALPHA_SHAPE 20.0

static void exchange(double *a, double *b)
{
    const double kept = *a;

    *a = *b;
    *b = kept;
}

static double middle_of_three(const double *values, int low, int high)
{
    const double a = values[low];
    const double b = values[low + (high - low) / 2];
    const double c = values[high];

    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

double clock_floor_select(double *values, int count, int k)
{
    int low = 0;
    int high = count - 1;

    assert(k >= 0 && k < count);
    while (low < high) {
        const double pivot = middle_of_three(values, low, high);
        int i = low;
        int j = high;

        while (i <= j) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j] > pivot) {
                j--;
            }
            if (i <= j) {
                exchange(&values[i], &values[j]);
                i++;
                j--;
            }
        }
        if (k <= j) {
            high = j;
        } else if (k >= i) {
            low = i;
        } else {
            break;
        }
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
                          const double depths[DEPTHS],
                          double products[DEPTHS])
{
    const double per_us = 1.0 / scale->spread_us;
    const double a = (lowest[0] - scale->least_us) * per_us;
    const double b = (lowest[1] - scale->least_us) * per_us;
    const double c = (lowest[2] - scale->least_us) * per_us;
    const double d = (lowest[3] - scale->least_us) * per_us;

    for (int j = 0; j < DEPTHS; j++) {
        products[j] *= (a + depths[j]) * (b + depths[j]) * ((c + depths[j]) * (d + depths[j]));
    }
}

/* sums[j] = sum over the delays of log(d + depths[j]), d from 0 to 1. A log costs as much as twenty
   products, so factors are multiplied until the product is small; sixteen more, each at least 5e-5,
   fit into a double even then. */
static void sum_logs(const double *lowest,
                     int k,
                     const ClockFloor *scale,
                     const double depths[DEPTHS],
                     double sums[DEPTHS])
{
    double products[DEPTHS];

    for (int j = 0; j < DEPTHS; j++) {
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

            for (int j = 0; j < DEPTHS; j++) {
                products[j] *= d + depths[j];
            }
        }
        for (int j = 0; j < DEPTHS; j++) {
            if (products[j] < PRODUCT_MIN || products[j] > PRODUCT_MAX) {
                sums[j] += log(products[j]);
                products[j] = 1.0;
            }
        }
    }
    for (int j = 0; j < DEPTHS; j++) {
        sums[j] += log(products[j]);
    }
}

ClockFloor clock_floor_below(const double *lowest, int k, double next_us, bool is_crowded)
{
    const double least_us = least_of(lowest, k);
    ClockFloor floor = {.least_us = least_us, .spread_us = spread_of(least_us, next_us)};
    const double depth_min = 0.05 / k;
    const double log_ratio = log(DEPTH_MAX / depth_min) / (DEPTHS - 1);
    const double ratio = exp(log_ratio);
    const double rate = 14.0 + 160.0 / (k + 5);
    const double log_spread = log(floor.spread_us);
    const double log_first = log(depth_min);
    double log_depth = log_first;
    double depths[DEPTHS];
    double weights[DEPTHS]; /* first their logs */
    double highest = -HUGE_VAL;
    double total = 0.0;

    depths[0] = depth_min;
    for (int j = 1; j < DEPTHS; j++) {
        depths[j] = depths[j - 1] * ratio;
    }
    sum_logs(lowest, k, &floor, depths, weights);
    for (int j = 0; j < DEPTHS; j++) {
        const double log_top = log(1.0 + depths[j]);
        const double likelihood = weights[j] - k * log_top; /* sum log((d + t) / (1 + t)) */

        weights[j] = -likelihood - k * (log_spread + log_top) -
                     (k + ALPHA_SHAPE) * log(rate - likelihood) + log_depth;
        highest = fmax(highest, weights[j]);
        log_depth += log_ratio;
    }
    double mean = 0.0;
    double log_mean = 0.0;
    double square = 0.0;
    for (int j = 0; j < DEPTHS; j++) {
        const double weight = exp(weights[j] - highest);

        total += weight;
        log_mean += weight * (log_first + j * log_ratio);
        mean += weight * depths[j];
        square += weight * depths[j] * depths[j];
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
    const double spread_us = spread_of(least_us, next_us);
    const double depth = 0.5 / k;
    double sum = 0.0;

    for (int i = 0; i < k; i++) {
        sum += log(((lowest[i] - least_us) / spread_us + depth) / (1.0 + depth));
    }
    return sum < 0.0 ? k / -sum : HUGE_VAL;
}
