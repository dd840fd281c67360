#include "shared/clock_slope.h"

#include <math.h>
#include <stdbool.h>

enum {
    SLOPES = 11,
    PASSES_MAX = 9,
    SPAN_STEPS_MIN = 6 /* of the ten that the peak is to fill */
};

#define EVIDENCE_SHARE 0.4
#define EDGE_DROP_MIN 4.0
#define PEAK_DROP 7.0
#define REACH_PPM_MAX 700.0
#define CENTRE_PPM_MAX 1000.0
#define DISAGREEMENT_SD_MAX 2.5

typedef struct {
    double slopes[SLOPES];
    double weights[SLOPES]; /* log posterior first, then its exponential over that of the peak */
    ClockFloor forward[SLOPES];
    ClockFloor backward[SLOPES];
    int best;
} Grid;

/* The points that are among the k + 1 lowest at some slope of the grid: a residual is linear in the
   slope, so its least and greatest values are at the ends. Returns how many. */
static int
collect_candidates(const ClockLeg *leg, int32_t now_us, const Grid *grid, ClockScratch *scratch)
{
    const double low_ppm = leg->sign * grid->slopes[0];
    const double high_ppm = leg->sign * grid->slopes[SLOPES - 1];
    const ClockStore *store = leg->store;
    int count = 0;

    for (int i = 0; i < store->count; i++) {
        const double a = clock_store_residual_us(store->points[i], now_us, low_ppm);
        const double b = clock_store_residual_us(store->points[i], now_us, high_ppm);

        scratch->values[i] = a > b ? a : b;
    }
    const double bound_us =
        clock_floor_select(scratch->values, store->count, leg->k, scratch->values[0]);
    for (int i = 0; i < store->count; i++) {
        const double a = clock_store_residual_us(store->points[i], now_us, low_ppm);
        const double b = clock_store_residual_us(store->points[i], now_us, high_ppm);

        if (a <= bound_us || b <= bound_us) {
            scratch->candidates[count] = store->points[i];
            count++;
        }
    }
    return count;
}

static void find_floors(const ClockLeg *leg,
                        int32_t now_us,
                        const Grid *grid,
                        ClockScratch *scratch,
                        ClockFloor floors[SLOPES])
{
    const int count = collect_candidates(leg, now_us, grid, scratch);
    ClockDepths depths;
    double next_us = 0.0;

    clock_floor_depths(&depths, leg->k);
    for (int s = 0; s < SLOPES; s++) {
        const double slope_ppm = leg->sign * grid->slopes[s];

        for (int i = 0; i < count; i++) {
            scratch->values[i] = clock_store_residual_us(scratch->candidates[i], now_us, slope_ppm);
        }
        next_us = clock_floor_select(scratch->values, count, leg->k, next_us);
        floors[s] = clock_floor_below(scratch->values, next_us, &depths, leg->is_crowded);
    }
}

/* Student's t of three degrees of freedom: a crystal may be far off, and a clock may be slewed. */
static double prior_penalty(double z)
{
    return 2.0 * log(1.0 + z * z / 3.0);
}

static int highest_of(const double values[SLOPES])
{
    int best = 0;

    for (int s = 1; s < SLOPES; s++) {
        best = values[s] > values[best] ? s : best;
    }
    return best;
}

typedef struct {
    double mean;
    double sd;
} Spread;

static Spread spread_of(const Grid *grid, const double log_weights[SLOPES])
{
    const double peak = log_weights[highest_of(log_weights)];
    double total = 0.0;
    double sum = 0.0;
    double square = 0.0;

    for (int s = 0; s < SLOPES; s++) {
        const double weight = exp(log_weights[s] - peak);
        const double from_first = grid->slopes[s] - grid->slopes[0];

        total += weight;
        sum += weight * from_first;
        square += weight * from_first * from_first;
    }
    const double mean = sum / total;
    /* A peak between two slopes looks sharper than the grid can tell. */
    const double step = grid->slopes[1] - grid->slopes[0];
    return (Spread){
        .mean = grid->slopes[0] + mean,
        .sd = sqrt(fmax(square / total - mean * mean, step * step / 12.0)),
    };
}

/* What the balance adds to the evidence about the slope, unless the two contradict each other. */
static void add_balance(const ClockSlopeSearch *search, Grid *grid)
{
    const double sd = search->balance.skew_sd_ppm;
    const double precision = 1.0 / (sd * sd) - 1.0 / (search->prior_sd_ppm * search->prior_sd_ppm);

    if (search->balance_weight <= 0.0 || precision <= 0.0) {
        return;
    }
    const Spread spread = spread_of(grid, grid->weights);
    if (fabs(spread.mean - search->balance.skew_ppm) > DISAGREEMENT_SD_MAX * hypot(spread.sd, sd)) {
        return;
    }
    for (int s = 0; s < SLOPES; s++) {
        const double off_ppm = grid->slopes[s] - search->balance.skew_ppm;

        grid->weights[s] -= 0.5 * search->balance_weight * off_ppm * off_ppm * precision;
    }
}

static void evaluate(const ClockSlopeSearch *search,
                     double centre_ppm,
                     double reach_ppm,
                     Grid *grid,
                     ClockScratch *scratch)
{
    for (int s = 0; s < SLOPES; s++) {
        grid->slopes[s] = centre_ppm + reach_ppm * (double)(2 * s - (SLOPES - 1)) / (SLOPES - 1);
    }
    find_floors(&search->forward, search->now_us, grid, scratch, grid->forward);
    find_floors(&search->backward, search->now_us, grid, scratch, grid->backward);
    for (int s = 0; s < SLOPES; s++) {
        const double z = (grid->slopes[s] - search->prior_skew_ppm) / search->prior_sd_ppm;

        grid->weights[s] = EVIDENCE_SHARE * (search->forward.trust * grid->forward[s].evidence +
                                             search->backward.trust * grid->backward[s].evidence) -
                           prior_penalty(z);
    }
    add_balance(search, grid);
    grid->best = highest_of(grid->weights);
}

/* Where the next pass looks; false when this one was good. */
static bool refocus(const Grid *grid, double *centre_ppm, double *reach_ppm)
{
    const double peak = grid->weights[grid->best];
    int first = 0;
    int last = SLOPES - 1;

    if (peak - fmax(grid->weights[0], grid->weights[SLOPES - 1]) < EDGE_DROP_MIN) {
        const double centre = fmin(fmax(grid->slopes[grid->best], -CENTRE_PPM_MAX), CENTRE_PPM_MAX);
        const double reach = fmin(2.0 * *reach_ppm, REACH_PPM_MAX);
        const bool is_new = reach > *reach_ppm || fabs(centre - *centre_ppm) > 0.0;

        *centre_ppm = centre;
        *reach_ppm = reach;
        return is_new;
    }
    while (grid->weights[first] <= peak - PEAK_DROP) {
        first++;
    }
    while (grid->weights[last] <= peak - PEAK_DROP) {
        last--;
    }
    if (last - first >= SPAN_STEPS_MIN) {
        return false;
    }
    const double low = grid->slopes[first > 0 ? first - 1 : 0];
    const double high = grid->slopes[last < SLOPES - 1 ? last + 1 : SLOPES - 1];
    *centre_ppm = 0.5 * (low + high);
    *reach_ppm = 0.5 * (high - low);
    return true;
}

/* Averages over the slopes by their weights. */
static ClockSlopeResult average(const ClockSlopeSearch *search, const Grid *grid)
{
    const Spread skew = spread_of(grid, grid->weights);
    const double peak = grid->weights[grid->best];
    ClockSlopeResult result = {
        .skew_ppm = skew.mean,
        .skew_sd_ppm = skew.sd,
        .forward = grid->forward[grid->best],
        .backward = grid->backward[grid->best],
    };
    const double best_us = 0.5 * (result.forward.floor_us - result.backward.floor_us);
    double total = 0.0;
    double shift = 0.0;
    double square = 0.0;
    double half_sum = 0.0;
    double variance = 0.0;

    for (int s = 0; s < SLOPES; s++) {
        const ClockFloor *forward = &grid->forward[s];
        const ClockFloor *backward = &grid->backward[s];
        const double weight = exp(grid->weights[s] - peak);
        const double offset_us = 0.5 * (forward->floor_us - backward->floor_us) - best_us;

        total += weight;
        shift += weight * offset_us;
        square += weight * offset_us * offset_us;
        half_sum += weight * 0.5 * (forward->floor_us + backward->floor_us);
        variance += weight * 0.25 *
                    (search->forward.cluster * forward->variance_us2 +
                     search->backward.cluster * backward->variance_us2);
    }
    shift /= total;
    result.offset_us = best_us + shift;
    result.offset_sd_us = sqrt(variance / total + fmax(square / total - shift * shift, 0.0));
    result.half_sum_us = half_sum / total;
    return result;
}

ClockSlopeResult clock_slope_search(const ClockSlopeSearch *search, ClockScratch *scratch)
{
    double centre_ppm = search->centre_ppm;
    double reach_ppm = search->reach_ppm;
    Grid grid;

    for (int pass = 0; pass < PASSES_MAX; pass++) {
        evaluate(search, centre_ppm, reach_ppm, &grid, scratch);
        if (!refocus(&grid, &centre_ppm, &reach_ppm)) {
            break;
        }
    }
    return average(search, &grid);
}
