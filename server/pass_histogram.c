#include "server/pass_histogram.h"

#include <assert.h>
#include <math.h>

#define FIRST_LIMIT_NS 10000
#define CLASSES_PER_OCTAVE 4

int64_t pass_histogram_limit_ns(int index)
{
    /* 2^(0/4), 2^(1/4) ... in thousandths: no floating point in the loop. */
    static const int64_t steps[CLASSES_PER_OCTAVE] = {1000, 1189, 1414, 1682};

    assert(index >= 0 && index < PASS_CLASSES);
    if (index == PASS_CLASSES - 1) {
        return INT64_MAX;
    }
    return (FIRST_LIMIT_NS << index / CLASSES_PER_OCTAVE) * steps[index % CLASSES_PER_OCTAVE] /
           1000;
}

void pass_histogram_add(PassHistogram *histogram, int64_t pass_ns)
{
    int index = 0;

    while (pass_ns > pass_histogram_limit_ns(index)) {
        index++;
    }
    histogram->counts[index]++;
    histogram->count++;
    histogram->sum_ns += pass_ns;
    histogram->max_ns = pass_ns > histogram->max_ns ? pass_ns : histogram->max_ns;
}

int64_t pass_histogram_quantile_ns(const PassHistogram *histogram, double share)
{
    const int64_t rank = (int64_t)ceil(share * (double)histogram->count);
    int64_t below = 0;

    for (int i = 0; i < PASS_CLASSES && histogram->count > 0; i++) {
        const int64_t limit_ns = pass_histogram_limit_ns(i);

        below += histogram->counts[i];
        if (below >= rank) {
            return limit_ns < histogram->max_ns ? limit_ns : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}
