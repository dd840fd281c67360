#include "shared/circular.h"

#include <assert.h>
#include <math.h>

#include "shared/units.h"

#define Q30 1073741824.0

int32_t circular_wrap_uturns(int64_t uturns)
{
    const int64_t half = UTURNS_PER_TURN / 2;
    /* The remainder of (uturns - half - 1) is 0 for the first phase after minus half a turn. */
    const int64_t shifted = (uturns % UTURNS_PER_TURN) - half - 1 + UTURNS_PER_TURN;

    return (int32_t)(shifted - div_floor(shifted, UTURNS_PER_TURN) * UTURNS_PER_TURN - half + 1);
}

int32_t circular_phase_uturns(int64_t time_ns, int64_t period_ns)
{
    assert(period_ns > 0);
    const int64_t within_ns = time_ns % period_ns;

    /* Doubles are exact enough here (the quotient is below 1) and cannot overflow for any period.
     */
    const double turns = (double)within_ns / (double)period_ns;
    return circular_wrap_uturns((int64_t)floor(turns * (double)UTURNS_PER_TURN + 0.5));
}

static int64_t q30_of(double value)
{
    return (int64_t)floor(value * Q30 + 0.5);
}

static int64_t cos_q30(int32_t phase_uturns)
{
    return q30_of(cos(CIRCULAR_TWO_PI * (double)phase_uturns / (double)UTURNS_PER_TURN));
}

static int64_t sin_q30(int32_t phase_uturns)
{
    return q30_of(sin(CIRCULAR_TWO_PI * (double)phase_uturns / (double)UTURNS_PER_TURN));
}

void circular_add(CircularSum *sum, int32_t phase_uturns)
{
    const int32_t wrapped = circular_wrap_uturns(phase_uturns);

    sum->cos_q30 += cos_q30(wrapped);
    sum->sin_q30 += sin_q30(wrapped);
    sum->count++;
}

void circular_merge(CircularSum *sum, const CircularSum *other)
{
    sum->cos_q30 += other->cos_q30;
    sum->sin_q30 += other->sin_q30;
    sum->count += other->count;
}

double circular_r(const CircularSum *sum)
{
    if (sum->count == 0) {
        return 0.0;
    }
    const double x = (double)sum->cos_q30 / Q30;
    const double y = (double)sum->sin_q30 / Q30;
    const double r = sqrt(x * x + y * y) / (double)sum->count;

    /* Rounding of the fixed point may carry equal phases past 1 by a billionth. */
    return r > 1.0 ? 1.0 : r;
}

double circular_mean_turns(const CircularSum *sum)
{
    if (sum->cos_q30 == 0 && sum->sin_q30 == 0) {
        return 0.0;
    }
    const double turns = atan2((double)sum->sin_q30, (double)sum->cos_q30) / CIRCULAR_TWO_PI;

    return turns <= -0.5 ? 0.5 : turns;
}

double circular_spread_turns(const CircularSum *sum)
{
    const double r = circular_r(sum);

    if (sum->count == 0 || r >= 1.0) {
        return 0.0;
    }
    if (r <= 0.0) {
        return 0.5;
    }
    const double turns = sqrt(-2.0 * log(r)) / CIRCULAR_TWO_PI;
    return turns > 0.5 ? 0.5 : turns;
}
