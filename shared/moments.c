#include "shared/moments.h"

#include <math.h>

#include "shared/units.h"

__extension__ typedef unsigned __int128 Wide;

#define VALUE_US_MAX INT64_C(1500000)

void moments_add_ns(Moments *moments, int64_t value_ns)
{
    const int64_t limited_ns =
        clamp_i64(value_ns, -VALUE_US_MAX * NS_PER_US, VALUE_US_MAX * NS_PER_US);
    const int64_t value_us = div_floor(limited_ns + NS_PER_US / 2, NS_PER_US);

    moments->count++;
    moments->sum_us += value_us;
    moments->square_sum_us2 += (uint64_t)(value_us * value_us);
}

void moments_merge(Moments *moments, const Moments *other)
{
    moments->count += other->count;
    moments->sum_us += other->sum_us;
    moments->square_sum_us2 += other->square_sum_us2;
}

double moments_mean_ms(const Moments *moments)
{
    if (moments->count == 0) {
        return 0.0;
    }
    return (double)moments->sum_us / 1000.0 / (double)moments->count;
}

double moments_sd_ms(const Moments *moments)
{
    if (moments->count < 2) {
        return 0.0;
    }
    const Wide count = (Wide)moments->count;
    const uint64_t sum_us =
        moments->sum_us < 0 ? (uint64_t)-moments->sum_us : (uint64_t)moments->sum_us;
    /* n sum(x^2) - sum(x)^2 >= 0, exactly: nothing cancels before the division. */
    const Wide scatter = count * moments->square_sum_us2 - (Wide)sum_us * sum_us;
    const double variance_us2 = (double)scatter / (double)(count * (count - 1));

    return sqrt(variance_us2) / 1000.0;
}
