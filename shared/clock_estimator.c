#include "shared/clock_estimator.h"

#include <math.h>
#include <stddef.h>

#include "shared/clock_rules.h"

enum {
    SYNCING_POINTS = 20,
    LOWEST_MIN = 5,
    LOWEST_MAX = 200,
    CLUSTER_LENGTHS = 5,
    CLUSTER_SLOTS_MIN = 5,
    HALF_SLOTS = 2 * CLOCK_WINDOW_S,
    RECENT_POINTS_MIN = 40,
    REBASE_SPANS = 4,
    BEND_S_MIN = 4,
    BEND_S_MAX = 16,
    BEND_AGE_S = 12,
    RTT_STRETCH_S = 4,
    GRAIN_POINTS = 40,
    HOLD_AGE_S = 75
};

#define SECOND_US CLOCK_STORE_SLOT_US
#define INTERVAL_MARGIN_NS NS_PER_MS
#define SHORTER_SHARE 0.6
#define LEAK_RESET 2.99
#define LEAK_PER_GOOD 0.34
#define EAGER_NS (3 * NS_PER_S)
#define UPDATE_NS_MIN (NS_PER_S / 4)
#define UPDATE_NS_MAX (2 * NS_PER_S)
#define UPDATES_PER_AGE 60
#define REBASE_NS (1500 * NS_PER_S)
#define RECENT_US (12 * SECOND_US)
#define SHORT_WINDOW_US (200 * SECOND_US)
#define PRECISE_US 80.0
#define IMPOSSIBLE_US 100.0

#define PRIOR_SD_PPM 30.0
#define PRIOR_SD_CACHED_PPM 5.0
#define PRIOR_SD_MIN_PPM 2.0
#define REACH_START_PPM 500.0
#define REACH_MORE_PPM 0.02

#define CLUSTER_EXPONENT_MIN 0.8
#define BEND_US_MIN 300.0
#define BEND_SD 4.0
#define BEND_OLDER_SHARE 0.3 /* of it at least by then: slewing is slow, a path changes at once */
#define BEND_RTT_RANGE 1.0   /* a queue on one leg makes it at least 2 */
#define BEND_ALIKE_MIN 0.3
#define SLEWED_SD_PPM 100.0
#define STEEP_EXPONENT 1.2
#define STEEPNESS_MAX 3.0
#define GRAIN_SD 0.3
#define GRAINS_ALIKE 3.0 /* between quantiles that differ by chance, at coarse stamps */
#define QUEUE_CLUSTER 3.0
#define JOINING_S 8.0
#define BALANCE_WEIGHT_MIN 0.01
#define BALANCE_SOFTNESS_US 50.0
#define NORMAL_95_SQUARED 5.06
#define HOLD_UNCERTAINTY_US 150.0
#define MOVED_SHARE_MIN 0.25 /* of the midpoints, of what one leg became longer */

/* --- time and units ----------------------------------------------------------------------------
 */

static int64_t ns_of_us(double us)
{
    return (int64_t)floor(us * 1000.0 + 0.5);
}

static int32_t x_of(const ClockEstimator *estimator, int64_t host_ns)
{
    return (int32_t)div_floor(host_ns - estimator->origin.ns, NS_PER_US);
}

/* Of a difference known to be small. */
static int32_t v_of(int64_t difference_ns, double shift_us)
{
    return (int32_t)(div_floor(difference_ns, 10) - (int64_t)floor(shift_us * 100.0 + 0.5));
}

static double seconds_of_us(int32_t us)
{
    return 1e-6 * (double)us;
}

static int64_t age_ns(const ClockEstimator *estimator)
{
    return estimator->last.ns - estimator->first.ns;
}

/* --- start and reset ---------------------------------------------------------------------------
 */

/* A step moves a clock, not its crystal: the skew from before it becomes the prior. */
static void start_from_skew(ClockEstimator *estimator, double skew_ppm, double sd_ppm)
{
    estimator->prior_skew_ppm = skew_ppm;
    estimator->prior_sd_ppm = sd_ppm;
    estimator->finding.skew_ppm = skew_ppm;
    estimator->finding.skew_sd_ppm = sd_ppm;
    for (int i = 0; i < CLOCK_SKEWS_KEPT; i++) {
        estimator->skews_ppm[i] = skew_ppm;
    }
}

static double sd_after_step(const ClockEstimator *estimator)
{
    return fmin(fmax(4.0 * estimator->finding.skew_sd_ppm, PRIOR_SD_MIN_PPM), PRIOR_SD_PPM);
}

void clock_estimator_init(ClockEstimator *estimator, const double *cached_skew)
{
    *estimator = (ClockEstimator){.empty_before = {INT64_MIN}};
    if (cached_skew != NULL) {
        start_from_skew(estimator, 1e6 * *cached_skew, PRIOR_SD_CACHED_PPM);
    } else {
        start_from_skew(estimator, 0.0, PRIOR_SD_PPM);
    }
}

void clock_estimator_reset(ClockEstimator *estimator)
{
    ClockEstimator fresh = {
        .empty_before = estimator->last,
        .last = estimator->last,
        .reset_count = estimator->reset_count + 1,
        .step_count = estimator->step_count,
    };

    start_from_skew(&fresh, estimator->finding.skew_ppm, sd_after_step(estimator));
    *estimator = fresh;
}

/* Until new samples come the one that proved the old ones wrong is the best guess. */
static void restart_at(ClockEstimator *estimator, const PingSample *sample)
{
    const int64_t forward_ns = sample->s2.ns - sample->c1.ns;
    const int64_t backward_ns = sample->c4.ns - sample->s3.ns;

    estimator->last = sample->c4;
    clock_estimator_reset(estimator);
    estimator->reference_ns = (forward_ns - backward_ns) / 2;
    estimator->finding.at = sample->c4;
    estimator->finding.uncertainty_us = 0.0005 * (double)(forward_ns + backward_ns);
    estimator->finding.rtt_floor_us = 0.001 * (double)(forward_ns + backward_ns);
    estimator->has_finding = true;
}

/* --- what an update looks at -------------------------------------------------------------------
 */

/* One direction at the skew believed so far. */
typedef struct {
    ClockLeg leg;
    ClockFloor floor;
    double next_us;  /* the lowest residual above those that make the floor */
    double exponent; /* see clock_floor_exponent */
} Side;

typedef struct {
    Side forward;
    Side backward;
    int32_t now_us;
    double skew_ppm;
    double window_s;
} Sides;

static double residual_us(const ClockLeg *leg, int index, const Sides *sides)
{
    return clock_store_residual_us(
        leg->store->points[index], sides->now_us, leg->sign * sides->skew_ppm);
}

static int received_of(const ClockStore *store)
{
    int sum = 0;

    for (int i = 0; i < HALF_SLOTS; i++) {
        sum += store->received[i];
    }
    return sum;
}

/* The lowest delays that make the floor: fewer where they are crowded, because then the higher ones
   among them are queues. */
static void find_floor(Side *side, const Sides *sides, ClockScratch *scratch)
{
    ClockLeg *leg = &side->leg;
    const int count = leg->store->count;
    const double share = floor(0.3 * received_of(leg->store) + 0.5);
    int k = (int)fmin(fmax(share, LOWEST_MIN), LOWEST_MAX);

    k = k < count ? k : count - 1;
    for (int i = 0; i < count; i++) {
        scratch->values[i] = residual_us(leg, i, sides);
    }
    side->next_us = clock_floor_select(scratch->values, count, k, scratch->values[0]);
    side->exponent = clock_floor_exponent(scratch->values, k, side->next_us);
    while (k > LOWEST_MIN + 1 && side->exponent < CLUSTER_EXPONENT_MIN) {
        const int fewer = 2 * k / 3 > LOWEST_MIN ? 2 * k / 3 : LOWEST_MIN;

        side->next_us = clock_floor_select(scratch->values, k, fewer, scratch->values[0]);
        side->exponent = clock_floor_exponent(scratch->values, fewer, side->next_us);
        k = fewer;
    }
    leg->k = k;
}

/* Counts by half second, newest first, of the window. */
typedef struct {
    int received[HALF_SLOTS];
    int lowest[HALF_SLOTS];
    int count;
} HalfSlots;

/* How unevenly the lowest delays came over slots of `length` half seconds: chi squared over its
   degrees of freedom, against as many in every slot as were received there; 1 when that is not more
   than chance. */
static double unevenness(const HalfSlots *slots, int length, double share)
{
    double sum = 0.0;
    int used = 0;

    for (int first = 0; first + length <= slots->count; first += length) {
        int received = 0;
        int lowest = 0;

        for (int i = first; i < first + length; i++) {
            received += slots->received[i];
            lowest += slots->lowest[i];
        }
        if (received > 0) {
            const double expected = share * received;

            sum += (lowest - expected) * (lowest - expected) / (expected * (1.0 - share));
            used++;
        }
    }
    if (used < CLUSTER_SLOTS_MIN) {
        return 1.0;
    }
    const double per_freedom = sum / (used - 1);
    return per_freedom > 1.0 + 2.0 * sqrt(2.0 / (used - 1)) ? per_freedom : 1.0;
}

static double find_cluster(const Side *side, const Sides *sides)
{
    const ClockStore *store = side->leg.store;
    const int32_t last = (int32_t)div_floor(sides->now_us, CLOCK_STORE_HALF_SLOT_US);
    HalfSlots slots = {.count = (int)fmin(2.0 * sides->window_s + 1.0, HALF_SLOTS)};
    int received = 0;
    double worst = 1.0;

    for (int i = 0; i < slots.count; i++) {
        slots.received[i] = clock_store_received(store, last - i);
        received += slots.received[i];
    }
    for (int i = 0; i < store->count; i++) {
        if (residual_us(&side->leg, i, sides) < side->next_us) {
            const int64_t ago = last - div_floor(store->points[i].x_us, CLOCK_STORE_HALF_SLOT_US);

            if (ago >= 0 && ago < slots.count) {
                slots.lowest[ago]++;
            }
        }
    }
    const double share = fmin((double)side->leg.k / fmax(received, 1.0), 0.9);
    int length = 1;
    for (int i = 0; i < CLUSTER_LENGTHS; i++) {
        worst = fmax(worst, unevenness(&slots, length, share));
        length *= 2;
    }
    return worst;
}

static Side side_of(const ClockStore *store, double sign, const Sides *sides, ClockScratch *scratch)
{
    Side side = {.leg = {.store = store, .sign = sign, .trust = 1.0}};
    ClockDepths depths;

    find_floor(&side, sides, scratch);
    side.leg.cluster = find_cluster(&side, sides);
    side.leg.is_crowded = sides->window_s < JOINING_S && side.leg.cluster > QUEUE_CLUSTER;
    clock_floor_depths(&depths, side.leg.k);
    side.floor = clock_floor_below(scratch->values, side.next_us, &depths, side.leg.is_crowded);
    return side;
}

/* --- symmetry ----------------------------------------------------------------------------------
 */

/* Quantiles of the newest delays of one direction. */
typedef struct {
    double q10;
    double q50;
    double q85;
    int count;
} Shape;

static Shape shape_of(const ClockLeg *leg, const Sides *sides, ClockScratch *scratch)
{
    const ClockStore *store = leg->store;
    int first = clock_store_first(store, sides->now_us - RECENT_US);
    int count = 0;

    first = first < store->count - RECENT_POINTS_MIN ? first : store->count - RECENT_POINTS_MIN;
    for (int i = first > 0 ? first : 0; i < store->count; i++) {
        scratch->values[count] = residual_us(leg, i, sides);
        count++;
    }
    if (count < SYNCING_POINTS) {
        return (Shape){0};
    }
    Shape shape = {.count = count};
    shape.q85 =
        clock_floor_select(scratch->values, count, (count - 1) * 85 / 100, scratch->values[0]);
    shape.q50 = clock_floor_select(scratch->values, count, (count - 1) / 2, scratch->values[0]);
    shape.q10 = clock_floor_select(scratch->values, count, (count - 1) / 10, scratch->values[0]);
    return shape;
}

/* How far the delays of both directions may be taken to be alike, 0 to 1. */
static double symmetry(const Sides *sides, double grain_us, ClockScratch *scratch)
{
    const Shape f = shape_of(&sides->forward.leg, sides, scratch);
    const Shape b = shape_of(&sides->backward.leg, sides, scratch);

    if (f.count == 0 || b.count == 0) {
        return 0.0;
    }
    const double unit_us = BALANCE_SOFTNESS_US + GRAINS_ALIKE * grain_us;
    const double body = fabs(log((f.q50 - f.q10 + unit_us) / (b.q50 - b.q10 + unit_us)));
    const double tail = fabs(log((f.q85 - f.q50 + unit_us) / (b.q85 - b.q50 + unit_us)));
    const double y = fmax(body, 0.6 * tail);
    const int count = f.count < b.count ? f.count : b.count;
    const double ratio = y / (0.35 + 1.4 / sqrt(count + 1.0));
    return exp(-ratio * ratio * ratio * ratio);
}

/* --- an update ---------------------------------------------------------------------------------
 */

static HostTime host_of(const ClockEstimator *estimator, int32_t x_us)
{
    return (HostTime){estimator->origin.ns + (int64_t)x_us * NS_PER_US};
}

static double least_residual(const ClockLeg *leg, int32_t now_us, double skew_ppm)
{
    double least_us = HUGE_VAL;

    for (int i = 0; i < leg->store->count; i++) {
        least_us = fmin(
            least_us, clock_store_residual_us(leg->store->points[i], now_us, leg->sign * skew_ppm));
    }
    return least_us;
}

/* The plain envelope: the middle between the least delays. */
static ClockFinding find_envelope(const ClockEstimator *estimator, int32_t now_us)
{
    const double skew_ppm = estimator->prior_skew_ppm;
    const ClockLeg forward = {.store = &estimator->forward, .sign = 1.0};
    const ClockLeg backward = {.store = &estimator->backward, .sign = -1.0};
    const double forward_us = least_residual(&forward, now_us, skew_ppm);
    const double backward_us = least_residual(&backward, now_us, skew_ppm);

    return (ClockFinding){
        .at = host_of(estimator, now_us),
        .offset_us = 0.5 * (forward_us - backward_us),
        .skew_ppm = skew_ppm,
        .skew_sd_ppm = estimator->prior_sd_ppm,
        .floors_sd_us = HUGE_VAL,
        .uncertainty_us = 0.25 * fmax(forward_us + backward_us, 0.0),
        .rtt_floor_us = forward_us + backward_us,
        .rtt_least_us = forward_us + backward_us,
    };
}

/* How far the lowest delays of one direction may be believed about the slope that they gave: points
   of a few moments only, whose paths may have been as long as they liked, lie on some line, too. */
static double trust_of(const ClockLeg *leg, const Sides *sides, ClockScratch *scratch)
{
    const Side side = side_of(leg->store, leg->sign, sides, scratch);

    return 1.0 / side.leg.cluster;
}

static ClockSlopeResult
trusted_search(ClockSlopeSearch *search, const Sides *sides, ClockScratch *scratch)
{
    const ClockSlopeResult result = clock_slope_search(search, scratch);

    if (search->forward.cluster <= QUEUE_CLUSTER && search->backward.cluster <= QUEUE_CLUSTER) {
        return result;
    }
    const Sides found = {
        .now_us = sides->now_us, .skew_ppm = result.skew_ppm, .window_s = sides->window_s};
    search->forward.trust = trust_of(&search->forward, &found, scratch);
    search->backward.trust = trust_of(&search->backward, &found, scratch);
    if (search->forward.trust >= 1.0 && search->backward.trust >= 1.0) {
        return result;
    }
    return clock_slope_search(search, scratch);
}

static ClockSlopeResult search_slope(const ClockEstimator *estimator,
                                     const Sides *sides,
                                     ClockBalance *balance,
                                     double weight,
                                     ClockScratch *scratch)
{
    const ClockFinding *before = &estimator->finding;
    const bool is_first = !estimator->has_finding || before->floors_sd_us >= HUGE_VAL;
    const ClockFloor *f = &sides->forward.floor;
    const ClockFloor *b = &sides->backward.floor;
    ClockSlopeSearch search = {
        .forward = sides->forward.leg,
        .backward = sides->backward.leg,
        .now_us = sides->now_us,
        .prior_skew_ppm = estimator->prior_skew_ppm,
        .prior_sd_ppm = estimator->prior_sd_ppm,
        .balance_weight = weight,
        .centre_ppm = is_first ? estimator->prior_skew_ppm : before->skew_ppm,
        .reach_ppm = is_first ? REACH_START_PPM : 5.0 * before->skew_sd_ppm + REACH_MORE_PPM,
    };

    if (weight > 0.0) {
        balance->base_us = 0.5 * (f->floor_us + b->floor_us);
        balance->softness_us = BALANCE_SOFTNESS_US + 0.5 * sqrt(f->variance_us2 + b->variance_us2);
        search.balance =
            clock_balance_fit(balance,
                              (ClockLine){.offset_us = 0.5 * (f->floor_us - b->floor_us),
                                          .skew_ppm = sides->skew_ppm});
    }
    return trusted_search(&search, sides, scratch);
}

/* The offset and what its uncertainty is made of. */
typedef struct {
    double offset_us;
    double sd_us;
    double floors_sd_us; /* of the floors alone */
    double floors_share; /* of the floors in the offset */
} Blend;

/* Adds another estimate by its variance: with `weight`, and the less the farther it is from what
   the others say. */
static void blend_in(Blend *blend, const ClockLine *line, double weight, double slack_us)
{
    if (line->offset_sd_us >= HUGE_VAL) {
        return;
    }
    const double far_us = hypot(hypot(blend->sd_us, slack_us), line->offset_sd_us);
    const double z = (line->offset_us - blend->offset_us) / far_us / 2.5;
    const double trust = weight * exp(-z * z * z * z) / (line->offset_sd_us * line->offset_sd_us);
    const double share = trust / (1.0 / (blend->sd_us * blend->sd_us) + trust);

    blend->offset_us += share * (line->offset_us - blend->offset_us);
    blend->sd_us += share * (line->offset_sd_us - blend->sd_us);
    blend->floors_share *= 1.0 - share;
}

static double uncertainty_of(const ClockEstimator *estimator,
                             const Sides *sides,
                             const ClockSlopeResult *slope,
                             Blend blend)
{
    const double age = sides->window_s;
    const double s = blend.sd_us;
    const double forward_us = slope->forward.spread_us;
    const double backward_us = slope->backward.spread_us;
    /* How far below the least delay the floor lies is guessed; the guess is wrong where one
       direction is thin. */
    const double extrapolated =
        (0.09 + 0.2 * exp(-age / 15.0)) * blend.floors_share * 0.5 * fabs(forward_us - backward_us);
    /* Who joins into a full queue takes it for the floor. */
    const bool is_clustered =
        sides->forward.leg.cluster > QUEUE_CLUSTER || sides->backward.leg.cluster > QUEUE_CLUSTER;
    const double queue =
        is_clustered ? 2.5 * fmax(forward_us, backward_us) * fmax(0.0, 1.0 - age / JOINING_S) : 0.0;
    const bool is_held = estimator->forward_shift_us > 0.0 || estimator->backward_shift_us > 0.0;
    const double held = is_held ? HOLD_UNCERTAINTY_US : 0.0;

    return sqrt(NORMAL_95_SQUARED * (s * s + extrapolated * extrapolated) + queue * queue +
                held * held);
}

/* How far a crystal strays from its straight line in `elapsed_s`. */
static double wander_us(double elapsed_s)
{
    return 5e-3 * elapsed_s * sqrt(elapsed_s);
}

static double exponent_of(const Sides *sides)
{
    return fmax(sides->forward.exponent, sides->backward.exponent);
}

/* Of the offset by the floors. Where the density of delays rises steeply there is no floor to be
   seen, only a guess of how far below it must be. */
static double
floors_sd(const ClockEstimator *estimator, const Sides *sides, const ClockSlopeResult *slope)
{
    const double steepness = fmin(fmax(exponent_of(sides) / STEEP_EXPONENT, 1.0), STEEPNESS_MAX);

    return hypot(hypot(steepness * slope->offset_sd_us, GRAIN_SD * estimator->grain_us),
                 wander_us(sides->window_s));
}

static ClockFinding
find_clock(const ClockEstimator *estimator, int32_t now_us, ClockScratch *scratch)
{
    const int32_t first_us = estimator->forward.points[0].x_us < estimator->backward.points[0].x_us
                                 ? estimator->forward.points[0].x_us
                                 : estimator->backward.points[0].x_us;
    Sides sides = {
        .now_us = now_us,
        .skew_ppm = estimator->finding.skew_ppm,
        .window_s = seconds_of_us(now_us - first_us),
    };

    sides.forward = side_of(&estimator->forward, 1.0, &sides, scratch);
    sides.backward = side_of(&estimator->backward, -1.0, &sides, scratch);
    const double alike = symmetry(&sides, estimator->grain_us, scratch);
    const double clusters = sides.forward.leg.cluster * sides.backward.leg.cluster;
    const double weight = alike / clusters > BALANCE_WEIGHT_MIN ? alike / clusters : 0.0;
    ClockBalance balance = {
        .forward = &estimator->forward,
        .backward = &estimator->backward,
        .now_us = now_us,
        .prior_skew_ppm = estimator->prior_skew_ppm,
        .prior_sd_ppm = estimator->prior_sd_ppm,
    };
    const ClockSlopeResult slope = search_slope(estimator, &sides, &balance, weight, scratch);
    Blend blend = {
        .offset_us = slope.offset_us,
        .floors_sd_us = floors_sd(estimator, &sides, &slope),
        .floors_share = 1.0,
    };
    blend.sd_us = blend.floors_sd_us;
    const ClockMiddleQuestion question = {
        .now_us = now_us,
        .prior_skew_ppm = estimator->prior_skew_ppm,
        .prior_sd_ppm = estimator->prior_sd_ppm,
    };
    const ClockMiddleFit middle = clock_middle_fit(&estimator->middle, &question);
    if (weight > 0.0) {
        balance.base_us = slope.half_sum_us;
        balance.softness_us = BALANCE_SOFTNESS_US + blend.floors_sd_us;
        ClockLine line = clock_balance_fit(
            &balance, (ClockLine){.offset_us = slope.offset_us, .skew_ppm = slope.skew_ppm});

        /* Floors that are dense at their edge need no help. */
        const double sharpness = fmin(fmax(exponent_of(&sides) - 0.7, 0.25), 1.0);
        line.offset_sd_us = hypot(sqrt(middle.inflation) * line.offset_sd_us, middle.shared_us);
        blend_in(&blend, &line, 4.0 * weight * sharpness, 0.0);
    }
    if (alike > BALANCE_WEIGHT_MIN) {
        const bool is_clustered = clusters > QUEUE_CLUSTER;

        blend_in(&blend,
                 &middle.line,
                 alike,
                 is_clustered ? fmax(slope.forward.spread_us, slope.backward.spread_us) : 0.0);
    }
    return (ClockFinding){
        .at = host_of(estimator, now_us),
        .offset_us = blend.offset_us,
        .skew_ppm = slope.skew_ppm,
        .skew_sd_ppm = slope.skew_sd_ppm,
        .floors_sd_us = blend.floors_sd_us,
        .uncertainty_us = uncertainty_of(estimator, &sides, &slope, blend),
        .rtt_floor_us = 2.0 * slope.half_sum_us,
        .alike = alike,
        .rtt_least_us = slope.forward.least_us + slope.backward.least_us,
    };
}

/* --- the rules ---------------------------------------------------------------------------------
 */

static void forget_before(ClockEstimator *estimator, int32_t x_us)
{
    clock_store_forget(&estimator->forward, x_us);
    clock_store_forget(&estimator->backward, x_us);
    clock_middle_forget(&estimator->middle, x_us);
}

/* A clock has stepped or is being slewed: what was before says nothing any more, but, with this
   deviation, about the skew. */
static void cut_before(ClockEstimator *estimator, int32_t x_us, double sd_ppm)
{
    forget_before(estimator, x_us);
    start_from_skew(estimator, estimator->skews_ppm[CLOCK_SKEWS_KEPT - 1], sd_ppm);
    estimator->first = host_of(estimator, x_us);
    estimator->finding.floors_sd_us = HUGE_VAL;
    estimator->step_count++;
}

static void shift_leg(ClockEstimator *estimator, bool is_forward, int32_t from_us, double by_us)
{
    clock_store_shift(is_forward ? &estimator->forward : &estimator->backward,
                      from_us,
                      -(int32_t)floor(by_us * 100.0 + 0.5));
    clock_middle_shift(&estimator->middle, from_us, is_forward ? -0.5 * by_us : 0.5 * by_us);
    *(is_forward ? &estimator->forward_shift_us : &estimator->backward_shift_us) += by_us;
}

/* When one leg becomes longer or a clock steps, the midpoints move, too. When they stay, both legs
   became longer at once, or there was only a slope that is not right. */
static bool
midpoints_moved(const ClockEstimator *estimator, const ClockChange *change, bool is_forward)
{
    const double jump_us =
        clock_middle_jump(&estimator->middle, change->at_us, estimator->finding.skew_ppm);

    return (is_forward ? jump_us : -jump_us) > MOVED_SHARE_MIN * change->by_us;
}

/* Rule 3 for one direction; true when the points have changed. */
static bool hold_if_longer(ClockEstimator *estimator,
                           const ClockTrack *track,
                           const ClockTrack *other,
                           ClockScratch *scratch)
{
    const ClockChange change = clock_rules_longer(track, other, scratch);
    const bool is_forward = track->store == &estimator->forward;

    if (change.kind != CLOCK_CHANGE_NONE && !midpoints_moved(estimator, &change, is_forward)) {
        return false;
    }
    switch (change.kind) {
    case CLOCK_CHANGE_NONE:
        return false;
    case CLOCK_CHANGE_STEP:
        cut_before(estimator, change.at_us, sd_after_step(estimator));
        return true;
    case CLOCK_CHANGE_PATH:
        shift_leg(estimator, is_forward, change.at_us, change.by_us);
        return true;
    }
    return false;
}

/* Rule 4 for one direction; true when the points have changed. */
static bool release_if_returned(ClockEstimator *estimator,
                                bool is_forward,
                                int32_t now_us,
                                ClockScratch *scratch)
{
    const ClockStore *store = is_forward ? &estimator->forward : &estimator->backward;
    const double skew_ppm = estimator->finding.skew_ppm;
    double *shift_us = is_forward ? &estimator->forward_shift_us : &estimator->backward_shift_us;
    ClockTrack track;

    if (*shift_us <= 0.0) {
        return false;
    }
    clock_rules_track(&track, store, now_us, is_forward ? skew_ppm : -skew_ppm);
    const double by_us = clock_rules_returned(&track, *shift_us, scratch);
    if (by_us <= 0.0) {
        return false;
    }
    shift_leg(estimator, is_forward, now_us - 4 * SECOND_US, -by_us);
    clock_middle_doubt(&estimator->middle, now_us - 4 * SECOND_US);
    *shift_us = fmax(*shift_us, 0.0);
    return true;
}

static void sort_ascending(int32_t *values, int count)
{
    for (int i = 1; i < count; i++) {
        const int32_t value = values[i];
        int place = i;

        while (place > 0 && values[place - 1] > value) {
            values[place] = values[place - 1];
            place--;
        }
        values[place] = value;
    }
}

/* The unit of the delays when both ends' clocks tick coarsely: the least difference, if most are
   found more than once; else 0. */
static double grain_of(const ClockStore *store)
{
    int32_t values[GRAIN_POINTS];
    int32_t least = INT32_MAX;
    int ties = 0;

    if (store->count < GRAIN_POINTS) {
        return 0.0;
    }
    for (int i = 0; i < GRAIN_POINTS; i++) {
        values[i] = store->points[store->count - GRAIN_POINTS + i].v_10ns;
    }
    sort_ascending(values, GRAIN_POINTS);
    for (int i = 1; i < GRAIN_POINTS; i++) {
        const int32_t step = values[i] - values[i - 1];

        ties += step == 0 ? 1 : 0;
        least = step > 0 && step < least ? step : least;
    }
    return ties > GRAIN_POINTS / 2 && least < INT32_MAX ? 0.01 * least : 0.0;
}

/* A step bends the slope as soon as it enters the window: it is looked for with the skew from
   before the stretch in which it may be. */
static bool has_stepped(const ClockEstimator *estimator, int32_t now_us, int length_s, int age_s)
{
    const int history_max = length_s < 5 ? 19 : 6;
    const double skew_ppm = estimator->skews_ppm[length_s];
    ClockTrack forward;
    ClockTrack backward;

    clock_rules_track(&forward, &estimator->forward, now_us, skew_ppm);
    clock_rules_track(&backward, &estimator->backward, now_us, -skew_ppm);
    return clock_rules_stepped(
        &forward, &backward, (ClockStretch){length_s, history_max}, age_s, estimator->grain_us);
}

static void keep_skew(ClockEstimator *estimator)
{
    for (int i = CLOCK_SKEWS_KEPT - 1; i > 0; i--) {
        estimator->skews_ppm[i] = estimator->skews_ppm[i - 1];
    }
    estimator->skews_ppm[0] = estimator->finding.skew_ppm;
}

/* Rule 5: the newest midpoints lie off the line, but round trips are as they were, and the
   directions alike: a clock is being slewed. Returns for how many seconds; 0: it is not. A strong
   bend shows in a few seconds, a weak one only in many. */
static int find_bend(const ClockEstimator *estimator,
                     int32_t now_us,
                     const ClockTrack *forward,
                     const ClockTrack *backward,
                     int age_s)
{
    const ClockFinding *finding = &estimator->finding;
    const double elapsed_s = seconds_of_us(now_us - x_of(estimator, finding->at.ns));
    const ClockLine line = {
        .offset_us = finding->offset_us + finding->skew_ppm * elapsed_s,
        .skew_ppm = finding->skew_ppm,
    };
    const double rtt_range_us = clock_rules_rtt_range(forward, backward, RTT_STRETCH_S);

    if (finding->alike < BEND_ALIKE_MIN) {
        return 0;
    }
    for (int length_s = BEND_S_MIN; length_s <= BEND_S_MAX && 3 * length_s <= 2 * age_s;
         length_s *= 2) {
        const ClockMiddleGap gap = clock_middle_gap(&estimator->middle, &line, now_us, length_s);
        const double off_us = fabs(gap.mean_us);

        if (off_us > BEND_US_MIN && off_us > BEND_SD * hypot(gap.sd_us, estimator->grain_us) &&
            gap.older_us * gap.mean_us > BEND_OLDER_SHARE * off_us * off_us &&
            rtt_range_us < BEND_RTT_RANGE * off_us) {
            return length_s;
        }
    }
    return 0;
}

/* True when the points have changed. */
static bool apply_rules(ClockEstimator *estimator, int32_t now_us, ClockScratch *scratch)
{
    const double skew_ppm = estimator->finding.skew_ppm;
    const int age_s = (int)(age_ns(estimator) / NS_PER_S);
    ClockTrack forward;
    ClockTrack backward;

    keep_skew(estimator);
    if (age_s >= 12 && has_stepped(estimator, now_us, 3, age_s)) {
        cut_before(estimator, now_us - 29 * SECOND_US / 10, sd_after_step(estimator));
        return true;
    }
    if (age_s >= 40 && has_stepped(estimator, now_us, 10, age_s)) {
        cut_before(estimator, now_us - 99 * SECOND_US / 10, sd_after_step(estimator));
        return true;
    }
    if (age_s < BEND_AGE_S) {
        return false;
    }
    clock_rules_track(&forward, &estimator->forward, now_us, skew_ppm);
    clock_rules_track(&backward, &estimator->backward, now_us, -skew_ppm);
    const int bend_s = find_bend(estimator, now_us, &forward, &backward, age_s);
    if (bend_s > 0) {
        cut_before(estimator, now_us - bend_s * SECOND_US, SLEWED_SD_PPM);
        return true;
    }
    if (age_s < HOLD_AGE_S) {
        return false;
    }
    return hold_if_longer(estimator, &forward, &backward, scratch) ||
           hold_if_longer(estimator, &backward, &forward, scratch);
}

/* --- samples -----------------------------------------------------------------------------------
 */

/* What each further second of a long record adds is little: estimates become rarer with its age. */
static bool is_due(const ClockEstimator *estimator)
{
    int64_t wait_ns = age_ns(estimator) / UPDATES_PER_AGE;

    wait_ns = wait_ns > UPDATE_NS_MIN ? wait_ns : UPDATE_NS_MIN;
    wait_ns = wait_ns < UPDATE_NS_MAX ? wait_ns : UPDATE_NS_MAX;
    return !estimator->has_finding || age_ns(estimator) <= EAGER_NS ||
           estimator->last.ns - estimator->finding.at.ns >= wait_ns;
}

/* Each second, whatever is due. True when the points have changed. */
static bool look_for_changes(ClockEstimator *estimator, int32_t now_us, ClockScratch *scratch)
{
    const int32_t window_us = estimator->has_finding && estimator->finding.floors_sd_us < PRECISE_US
                                  ? SHORT_WINDOW_US
                                  : CLOCK_STORE_SPAN_US;

    const bool is_forward_back = release_if_returned(estimator, true, now_us, scratch);
    const bool is_backward_back = release_if_returned(estimator, false, now_us, scratch);
    forget_before(estimator, now_us - window_us);
    estimator->grain_us = fmin(grain_of(&estimator->forward), grain_of(&estimator->backward));
    return apply_rules(estimator, now_us, scratch) || is_forward_back || is_backward_back;
}

static void update(ClockEstimator *estimator, const PingSample *sample)
{
    ClockScratch scratch;
    const int32_t now_us = x_of(estimator, estimator->last.ns);
    bool is_changed = false;

    if (estimator->last.ns - estimator->ruled.ns >= NS_PER_S) {
        estimator->ruled = estimator->last;
        is_changed = look_for_changes(estimator, now_us, &scratch);
    }
    if ((!is_changed && !is_due(estimator)) || estimator->forward.count == 0 ||
        estimator->backward.count == 0) {
        return;
    }
    const bool is_syncing =
        estimator->forward.count < SYNCING_POINTS || estimator->backward.count < SYNCING_POINTS;
    estimator->finding =
        is_syncing ? find_envelope(estimator, now_us) : find_clock(estimator, now_us, &scratch);
    estimator->has_finding = true;
    /* No packet arrives before it was sent: a clock has stepped by more than the whole way. */
    if (!is_syncing && estimator->finding.rtt_least_us < -IMPOSSIBLE_US) {
        restart_at(estimator, sample);
    }
}

/* Where the last update says the offset is. */
static int64_t predict_ns(const ClockEstimator *estimator, int64_t host_ns)
{
    const ClockFinding *finding = &estimator->finding;
    const double elapsed_us = 0.001 * (double)(host_ns - finding->at.ns);

    return estimator->reference_ns +
           ns_of_us(finding->offset_us + 1e-6 * finding->skew_ppm * elapsed_us);
}

/* Rule 1. True when the estimate is possible for this sample; three running that are not make the
   estimator start anew. */
static bool agrees_or_resets(ClockEstimator *estimator, const PingSample *sample)
{
    if (estimator->sample_count == 0) {
        return true;
    }
    const int64_t offset_ns = predict_ns(estimator, sample->c4.ns);
    const int64_t low_ns = sample->s3.ns - sample->c4.ns - INTERVAL_MARGIN_NS;
    const int64_t high_ns = sample->s2.ns - sample->c1.ns + INTERVAL_MARGIN_NS;

    /* A far shorter round trip than ever is no contradiction but better knowledge: a queue has
       drained, and may have been wholly on one leg. After a step the round trips are as long as
       before. */
    const int64_t floor_ns = ns_of_us(estimator->finding.rtt_floor_us);
    const bool is_shorter = (double)ping_sample_rtt_ns(sample) < SHORTER_SHARE * (double)floor_ns &&
                            offset_ns >= low_ns - floor_ns && offset_ns <= high_ns + floor_ns;
    if (is_shorter || (offset_ns >= low_ns && offset_ns <= high_ns)) {
        estimator->leak = fmax(estimator->leak - LEAK_PER_GOOD, 0.0);
        return true;
    }
    estimator->leak += 1.0;
    if (estimator->leak >= LEAK_RESET) {
        restart_at(estimator, sample);
    }
    return false;
}

/* Keeps times and delays small: the stores count in 32 bits. */
static void rebase(ClockEstimator *estimator)
{
    const int32_t by_10ns = (int32_t)floor(estimator->finding.offset_us * 100.0 + 0.5);

    clock_store_rebase(&estimator->forward, REBASE_SPANS, by_10ns);
    clock_store_rebase(&estimator->backward, REBASE_SPANS, -by_10ns);
    clock_middle_rebase(&estimator->middle, REBASE_SPANS, 0.01 * by_10ns);
    estimator->origin.ns += (int64_t)REBASE_SPANS * CLOCK_WINDOW_S * NS_PER_S;
    estimator->reference_ns += 10 * (int64_t)by_10ns;
    estimator->finding.offset_us -= 0.01 * by_10ns;
}

static void begin(ClockEstimator *estimator, const PingSample *sample)
{
    const int64_t forward_ns = sample->s2.ns - sample->c1.ns;
    const int64_t backward_ns = sample->c4.ns - sample->s3.ns;

    estimator->origin = sample->c4;
    estimator->first = sample->c4;
    estimator->last = sample->c4;
    estimator->ruled = sample->c4;
    estimator->reference_ns = (forward_ns - backward_ns) / 2;
    estimator->has_finding = false;
}

/* False when its ping has been answered before. */
static bool store_sample(ClockEstimator *estimator, const PingSample *sample)
{
    const int64_t reference_ns = estimator->reference_ns;
    const ClockStorePoint forward = {
        .x_us = x_of(estimator, sample->c1.ns),
        .v_10ns = v_of(sample->s2.ns - sample->c1.ns - reference_ns, estimator->forward_shift_us),
    };
    const ClockStorePoint backward = {
        .x_us = x_of(estimator, sample->c4.ns),
        .v_10ns = v_of(sample->c4.ns - sample->s3.ns + reference_ns, estimator->backward_shift_us),
    };

    if (clock_store_has(&estimator->forward, forward.x_us)) {
        return false;
    }
    clock_store_add(&estimator->forward, forward);
    clock_store_add(&estimator->backward, backward);
    clock_middle_add(
        &estimator->middle, backward.x_us, 0.005 * (double)(forward.v_10ns - backward.v_10ns));
    estimator->sample_count++;
    if (sample->c4.ns > estimator->last.ns) {
        estimator->last = sample->c4;
    }
    return true;
}

bool clock_estimator_add(ClockEstimator *estimator, const PingSample *sample)
{
    if (!ping_sample_is_possible(sample)) {
        return false;
    }
    if (sample->c4.ns < estimator->empty_before.ns) {
        estimator->empty_before = sample->c4; /* the host's clock has gone back since the reset */
    }
    if (sample->c1.ns < estimator->empty_before.ns || !agrees_or_resets(estimator, sample)) {
        return false;
    }
    if (estimator->sample_count > 0 &&
        sample->c4.ns - estimator->last.ns > CLOCK_WINDOW_S * NS_PER_S) {
        clock_estimator_reset(estimator);
    }
    if (estimator->sample_count == 0) {
        begin(estimator, sample);
    } else if (sample->c4.ns - estimator->origin.ns > REBASE_NS) {
        rebase(estimator);
    }
    if (!store_sample(estimator, sample)) {
        return false;
    }
    update(estimator, sample);
    return true;
}

ClockEstimate clock_estimator_estimate(const ClockEstimator *estimator, HostTime now)
{
    const ClockFinding *finding = &estimator->finding;

    if (!estimator->has_finding) {
        return (ClockEstimate){0};
    }
    const double elapsed_s = 1e-9 * (double)(now.ns - finding->at.ns);
    const double drift_us =
        hypot(finding->skew_sd_ppm * elapsed_s, wander_us(fmax(elapsed_s, 0.0)));
    const bool is_held = estimator->forward_shift_us > 0.0 || estimator->backward_shift_us > 0.0;
    const bool is_syncing = finding->floors_sd_us >= HUGE_VAL || estimator->sample_count == 0;
    return (ClockEstimate){
        .valid = true,
        .state = is_syncing ? CLOCK_SYNCING
                 : is_held  ? CLOCK_HELD
                            : CLOCK_LOCKED,
        .offset_ns = predict_ns(estimator, now.ns),
        .skew = 1e-6 * finding->skew_ppm,
        .uncertainty_ns =
            (int64_t)ceil(1000.0 * sqrt(finding->uncertainty_us * finding->uncertainty_us +
                                        NORMAL_95_SQUARED * drift_us * drift_us)),
        .rtt_floor_ns = ns_of_us(finding->rtt_floor_us),
        .at = now,
        .sample_count = estimator->sample_count,
    };
}
