#include "shared/clock_filter.h"

#include <math.h>
#include <stddef.h>

/* Residuals older than this many blocks do not make the offset, only the slope. */
enum {
    OFFSET_BLOCKS = 120,
    TERNARY_STEPS = 32,
    SYNCING_SAMPLES = 20, /* until then the estimate is checked at every sample */
    HOLD_BLOCKS_MIN = 30, /* a path is judged by its floor, which a few samples do not show */
    MISSES_MAX = 3
};

#define INTERVAL_MARGIN_NS NS_PER_MS
#define SLOPE_LIMIT_EARLY 150e-6
#define SLOPE_LIMIT 500e-6
#define SLOPE_EARLY_SPAN_NS (20 * NS_PER_S)
#define SLOPE_TRUSTED_SPAN_NS (60 * NS_PER_S)
#define SLOPE_WIDTH 30e-6
#define SLOPE_WIDTH_CACHED 5e-6
#define SLOPE_PENALTY_NS 100000.0
#define SOFTNESS_NS 10000.0
#define HOLD_NS_MIN (2 * NS_PER_MS)

/* Points of both directions as doubles: x = host time from `now`, v = difference from the
 * reference. */
typedef struct {
    size_t count;
    double forward_x[CLOCK_BLOCKS_MAX];
    double forward_v[CLOCK_BLOCKS_MAX];
    double backward_x[CLOCK_BLOCKS_MAX];
    double backward_v[CLOCK_BLOCKS_MAX];
} PointSet;

static size_t slot_of(int64_t block_number)
{
    const int64_t turn = div_floor(block_number, CLOCK_BLOCKS_MAX);

    return (size_t)(block_number - turn * CLOCK_BLOCKS_MAX);
}

/* The blocks numbered last - count + 1 to last. */
typedef struct {
    int64_t last;
    int64_t count;
} BlockRange;

static void collect(PointSet *points, const ClockFilter *filter, BlockRange range, HostTime now)
{
    points->count = 0;
    for (size_t i = 0; i < CLOCK_BLOCKS_MAX; i++) {
        const ClockBlock *block = &filter->blocks[i];
        if (!block->used || block->number > range.last ||
            block->number <= range.last - range.count) {
            continue;
        }
        const size_t n = points->count++;
        points->forward_x[n] = (double)(block->forward.host_ns - now.ns);
        points->forward_v[n] = (double)(block->forward.difference_ns - filter->reference_ns);
        points->backward_x[n] = (double)(block->backward.host_ns - now.ns);
        points->backward_v[n] = (double)(block->backward.difference_ns - filter->reference_ns);
    }
}

static double huber(double z)
{
    const double size = fabs(z);

    return size <= 1.0 ? 0.5 * z * z : size - 0.5;
}

/* min(F - b x) - max(G - b x) less the penalty: the room between the envelopes, concave in b. */
static double slope_merit(const ClockFilter *filter, const PointSet *points, double slope)
{
    const double width = filter->skew_cached ? SLOPE_WIDTH_CACHED : SLOPE_WIDTH;
    double floor_ns = HUGE_VAL;
    double ceiling_ns = -HUGE_VAL;

    for (size_t i = 0; i < points->count; i++) {
        const double forward_ns = points->forward_v[i] - slope * points->forward_x[i];
        const double backward_ns = points->backward_v[i] - slope * points->backward_x[i];
        floor_ns = forward_ns < floor_ns ? forward_ns : floor_ns;
        ceiling_ns = backward_ns > ceiling_ns ? backward_ns : ceiling_ns;
    }
    return floor_ns - ceiling_ns - SLOPE_PENALTY_NS * huber((slope - filter->skew_prior) / width);
}

/* Rule 3. */
static double find_slope(const ClockFilter *filter)
{
    const bool is_early = filter->last.ns - filter->first.ns < SLOPE_EARLY_SPAN_NS;
    const double limit = is_early && !filter->skew_cached ? SLOPE_LIMIT_EARLY : SLOPE_LIMIT;
    double low = -limit;
    double high = limit;
    PointSet points;

    collect(&points, filter, (BlockRange){filter->newest_block, CLOCK_BLOCKS_MAX}, filter->last);
    for (int i = 0; i < TERNARY_STEPS; i++) {
        const double third = (high - low) / 3.0;
        if (slope_merit(filter, &points, low + third) <
            slope_merit(filter, &points, high - third)) {
            low += third;
        } else {
            high -= third;
        }
    }
    return 0.5 * (low + high);
}

/* Ascending; at most OFFSET_BLOCKS nearly random values, so insertion is good enough. */
static void sort_ascending(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const double value = values[i];
        size_t place = i;
        while (place > 0 && values[place - 1] > value) {
            values[place] = values[place - 1];
            place--;
        }
        values[place] = value;
    }
}

/* The mean of the sorted delays, each weighted by exp(-(excess over the least) / softness). */
static double soft_minimum(const double *sorted, size_t count, double softness_ns)
{
    double sum_ns = 0.0;
    double weights = 0.0;

    for (size_t i = 0; i < count; i++) {
        const double excess_ns = sorted[i] - sorted[0];
        const double weight = exp(-excess_ns / softness_ns);
        sum_ns += weight * excess_ns;
        weights += weight;
    }
    return sorted[0] + sum_ns / weights;
}

static ClockState state_of(const ClockFilter *filter)
{
    if (filter->sample_count < SYNCING_SAMPLES) {
        return CLOCK_SYNCING;
    }
    return filter->forward_hold.shift_ns > 0 || filter->backward_hold.shift_ns > 0 ? CLOCK_HELD
                                                                                   : CLOCK_LOCKED;
}

/* Rules 4 and 5 at `now` with the filter's slope, over the window that ends with `last_block`. */
static ClockEstimate measure(const ClockFilter *filter, int64_t last_block, HostTime now)
{
    double forward[OFFSET_BLOCKS];
    double backward[OFFSET_BLOCKS]; /* negated, so that in both the least is the best */
    PointSet points;

    collect(&points, filter, (BlockRange){last_block, OFFSET_BLOCKS}, now);
    const size_t m = points.count;
    if (m == 0) {
        return (ClockEstimate){0};
    }
    for (size_t i = 0; i < m; i++) {
        forward[i] = points.forward_v[i] - filter->skew * points.forward_x[i];
        backward[i] = -(points.backward_v[i] - filter->skew * points.backward_x[i]);
    }
    sort_ascending(forward, m);
    sort_ascending(backward, m);

    const double softness_ns =
        fmin(forward[m / 4] - forward[0], backward[m / 4] - backward[0]) / 4.0 + SOFTNESS_NS;
    const double middle_ns =
        0.5 * (soft_minimum(forward, m, softness_ns) - soft_minimum(backward, m, softness_ns));
    const double rtt_floor_ns = forward[0] + backward[0];
    const size_t k = m > 1 ? (m + 19) / 20 : 0;
    const double forward_gap_ns = forward[k] - forward[0];
    const double backward_gap_ns = backward[k] - backward[0];
    double uncertainty_ns =
        0.5 * sqrt(forward_gap_ns * forward_gap_ns + backward_gap_ns * backward_gap_ns);

    if (filter->sample_count < SYNCING_SAMPLES) {
        uncertainty_ns = fmax(uncertainty_ns, rtt_floor_ns / 4.0);
    }
    return (ClockEstimate){
        .valid = true,
        .state = state_of(filter),
        .offset_ns = filter->reference_ns + (int64_t)floor(middle_ns + 0.5),
        .skew = filter->skew,
        .uncertainty_ns = (int64_t)ceil(uncertainty_ns),
        .rtt_floor_ns = (int64_t)floor(rtt_floor_ns),
        .at = now,
        .sample_count = filter->sample_count,
    };
}

/* Where the estimate of the last second says the offset is at `host`. */
static int64_t predict_ns(const ClockEstimate *estimate, int64_t host_ns)
{
    const double elapsed_ns = (double)(host_ns - estimate->at.ns);

    return estimate->offset_ns + (int64_t)floor(estimate->skew * elapsed_ns + 0.5);
}

static void shift_points(ClockFilter *filter, int64_t from_block, bool is_forward, int64_t by_ns)
{
    for (size_t i = 0; i < CLOCK_BLOCKS_MAX; i++) {
        ClockBlock *block = &filter->blocks[i];
        if (!block->used || block->number < from_block) {
            continue;
        }
        if (is_forward) {
            block->forward.difference_ns += by_ns;
        } else {
            block->backward.difference_ns -= by_ns;
        }
    }
}

/* Takes `by_ns` more delay of one leg out of every point that makes the offset, and of all to come.
 */
static void hold_leg(ClockFilter *filter, bool is_forward, int64_t by_ns)
{
    ClockHold *hold = is_forward ? &filter->forward_hold : &filter->backward_hold;
    const int64_t since = filter->newest_block - OFFSET_BLOCKS + 1;

    if (hold->shift_ns > 0) {
        /* Older points keep the earlier shift; the two cannot be told apart once both are over. */
        shift_points(filter, since, is_forward, -by_ns);
        hold->shift_ns += by_ns;
        return;
    }
    shift_points(filter, since, is_forward, -by_ns);
    *hold = (ClockHold){.shift_ns = by_ns, .since_block = since};
}

static int64_t blocks_in_window(const ClockFilter *filter)
{
    int64_t count = 0;

    for (size_t i = 0; i < CLOCK_BLOCKS_MAX; i++) {
        const ClockBlock *block = &filter->blocks[i];
        if (block->used && block->number > filter->newest_block - OFFSET_BLOCKS) {
            count++;
        }
    }
    return count;
}

/*
 * Rule 7. The last tight points of the old path leave the window: the floor rises by d and the
 * offset moves by half of it. A clock that steps does not lengthen the round trip. Both windows are
 * measured with today's slope, or its first good fit would look like a longer path.
 */
static bool hold_if_path_changed(ClockFilter *filter, const ClockEstimate *fresh)
{
    const ClockEstimate before = measure(filter, filter->checked_block, fresh->at);
    const int64_t rise_ns = fresh->rtt_floor_ns - before.rtt_floor_ns;
    const int64_t moved_ns = fresh->offset_ns - before.offset_ns;
    const int64_t size_ns = moved_ns < 0 ? -moved_ns : moved_ns;
    const int64_t misfit_ns = size_ns - rise_ns / 2;

    if (!before.valid || rise_ns < HOLD_NS_MIN || misfit_ns > rise_ns / 8 ||
        misfit_ns < -rise_ns / 8 || blocks_in_window(filter) < HOLD_BLOCKS_MIN) {
        return false;
    }
    hold_leg(filter, moved_ns > 0, rise_ns);
    return true;
}

/* Once a second, and at every sample while there are few. */
static void check_estimate(ClockFilter *filter)
{
    filter->skew = find_slope(filter);
    ClockEstimate fresh = measure(filter, filter->newest_block, filter->last);

    if (fresh.rtt_floor_ns <= 0) {
        clock_filter_reset(filter);
        return;
    }
    if (hold_if_path_changed(filter, &fresh)) {
        filter->skew = find_slope(filter);
        fresh = measure(filter, filter->newest_block, filter->last);
    }
    filter->checked = fresh;
    filter->checked_block = filter->newest_block;
}

/* Nothing travels faster than the floor: a point far below a shifted one shows that the path is
 * back. */
static void release_leg(ClockFilter *filter, bool is_forward, int64_t undercut_ns)
{
    ClockHold *hold = is_forward ? &filter->forward_hold : &filter->backward_hold;

    if (hold->shift_ns > 0 && undercut_ns > hold->shift_ns / 2) {
        shift_points(filter, hold->since_block, is_forward, hold->shift_ns);
        *hold = (ClockHold){0};
    }
}

static void release_if_path_returned(ClockFilter *filter, const PingSample *sample)
{
    const ClockEstimate *checked = &filter->checked;
    const int64_t half_ns = checked->rtt_floor_ns / 2;

    if (!checked->valid) {
        return;
    }
    const int64_t forward_ns =
        sample->s2.ns - sample->c1.ns - predict_ns(checked, sample->c1.ns) - half_ns;
    const int64_t backward_ns =
        sample->c4.ns - sample->s3.ns + predict_ns(checked, sample->c4.ns) - half_ns;

    release_leg(filter, true, filter->forward_hold.shift_ns - forward_ns);
    release_leg(filter, false, filter->backward_hold.shift_ns - backward_ns);
}

/* Rule 6. True when the estimate is possible for this sample; three that are not clear the ring. */
static bool agrees_or_resets(ClockFilter *filter, const PingSample *sample)
{
    if (!filter->checked.valid) {
        return true;
    }
    const int64_t low_ns = sample->s3.ns - sample->c4.ns + filter->backward_hold.shift_ns;
    const int64_t high_ns = sample->s2.ns - sample->c1.ns - filter->forward_hold.shift_ns;
    const int64_t offset_ns = predict_ns(&filter->checked, sample->c4.ns);

    const bool is_inside =
        offset_ns >= low_ns - INTERVAL_MARGIN_NS && offset_ns <= high_ns + INTERVAL_MARGIN_NS;

    /* A clearly shorter round trip than any before is not a contradiction but better knowledge: a
       queue has drained. After a step the round trips are as long as ever. */
    if (is_inside || high_ns - low_ns < filter->checked.rtt_floor_ns / 4 * 3) {
        filter->miss_run = 0;
        return true;
    }
    /* The same sample twice is one miss. */
    if (filter->miss_run == 0 || filter->miss_c1.ns != sample->c1.ns) {
        filter->miss_run++;
    }
    filter->miss_c1 = sample->c1;
    if (filter->miss_run < MISSES_MAX) {
        return false;
    }
    clock_filter_reset(filter);
    return true;
}

static void widen_block(ClockBlock *block, ClockPoint forward, ClockPoint backward)
{
    if (forward.difference_ns < block->forward.difference_ns) {
        block->forward = forward;
    }
    if (backward.difference_ns > block->backward.difference_ns) {
        block->backward = backward;
    }
}

/* True when the sample opens a new second. */
static bool store(ClockFilter *filter, const PingSample *sample)
{
    const ClockPoint forward = {
        .host_ns = sample->c1.ns,
        .difference_ns = sample->s2.ns - sample->c1.ns - filter->forward_hold.shift_ns,
    };
    const ClockPoint backward = {
        .host_ns = sample->c4.ns,
        .difference_ns = sample->s3.ns - sample->c4.ns + filter->backward_hold.shift_ns,
    };
    const int64_t number = div_floor(sample->c4.ns, NS_PER_S);
    ClockBlock *block = &filter->blocks[slot_of(number)];
    const bool is_new = !block->used || block->number < number;

    if (filter->sample_count == 0) {
        filter->reference_ns =
            forward.difference_ns - (forward.difference_ns - backward.difference_ns) / 2;
        filter->first = sample->c4;
        filter->last = sample->c4;
        filter->newest_block = number;
        filter->checked_block = number;
    }
    if (is_new) {
        *block =
            (ClockBlock){.used = true, .number = number, .forward = forward, .backward = backward};
    } else if (block->number == number) {
        widen_block(block, forward, backward);
    }
    if (number > filter->newest_block) {
        filter->newest_block = number;
    }
    if (sample->c4.ns > filter->last.ns) {
        filter->last = sample->c4;
    }
    filter->sample_count++;
    return is_new;
}

void clock_filter_init(ClockFilter *filter, const double *cached_skew)
{
    *filter = (ClockFilter){.empty_before = {INT64_MIN}};
    if (cached_skew != NULL) {
        filter->skew_prior = *cached_skew;
        filter->skew = *cached_skew;
        filter->skew_cached = true;
    }
}

void clock_filter_reset(ClockFilter *filter)
{
    ClockFilter fresh = {
        .empty_before = filter->last,
        .reset_count = filter->reset_count + 1,
        .skew = filter->skew,
        .skew_prior = filter->skew_prior,
        .skew_cached = filter->skew_cached,
    };

    /* A slope measured over a long time survives: a step moves the clock, not its crystal. */
    if (filter->sample_count > 0 && filter->last.ns - filter->first.ns >= SLOPE_TRUSTED_SPAN_NS) {
        fresh.skew_prior = filter->skew;
        fresh.skew_cached = true;
    }
    *filter = fresh;
}

bool clock_filter_add(ClockFilter *filter, const PingSample *sample)
{
    if (!ping_sample_is_possible(sample) || sample->c1.ns < filter->empty_before.ns) {
        return false;
    }
    release_if_path_returned(filter, sample);
    if (!agrees_or_resets(filter, sample)) {
        return false;
    }
    if (store(filter, sample) || filter->sample_count <= SYNCING_SAMPLES) {
        check_estimate(filter);
    }
    return true;
}

ClockEstimate clock_filter_estimate(const ClockFilter *filter, HostTime now)
{
    if (filter->sample_count == 0) {
        return (ClockEstimate){0};
    }
    return measure(filter, filter->newest_block, now.ns > filter->last.ns ? now : filter->last);
}
