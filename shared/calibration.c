#include "shared/calibration.h"

#include "shared/circular.h"
#include "shared/group_statistics.h"

#include <math.h>
#include <string.h>

/* Delays looked for: from somebody very early on a quick device to very slow headphones. */
#define DELAY_NS_MIN (-225 * NS_PER_MS)
#define PICTURE_DELAY_NS_MIN (-150 * NS_PER_MS)
/* Taps that settle after the beginning are not even good for a rough idea. */
#define SLOW_BEATS_IGNORED 2
#define SLOW_TAPS_MIN 3
/*
 * Half a beat is 125 ms more at the slow tempo than at the fast one, a delay is the same. Slow taps
 * are few: their median is some 35 ms uncertain for the most uneven people who pass.
 */
#define BETWEEN_NS (95 * NS_PER_MS)
/* Only what could be half a beat is suspected. */
#define BETWEEN_REACH_NS (90 * NS_PER_MS)
#define TWICE_RATIO 1.6
/* Taps count from so long after the first fast click. */
#define COUNTING_FROM_NS                                                                           \
    (CALIBRATION_BEATS_TO_SETTLE * CALIBRATION_BEAT_NS - CALIBRATION_BEAT_NS / 2)
#define MADN 1.4826
#define OUTLIER_MADN 3.0
#define OUTLIER_NS_MIN (20 * NS_PER_MS)
/* Of a tap with the one before, in people without training (scoring: rho1 of .48); and the most
   that is believed. */
#define USUAL_CORRELATION 0.5
#define USUAL_TAPS 60.0
#define CORRELATION_MAX 0.95
#define INTERVAL_95 1.96
/* Standard error of a spread of n such taps, in shares of it times sqrt(n). */
#define SPREAD_ERROR 1.42
#define SURELY 3.0
/* A round that ends when it looks sure ends too soon when it looks so by chance. Chosen with
   simulated people, as is CALIBRATION_TAPS_MAX. */
#define CAUTION 2.0
#define AIM_SHARE 0.84 /* of CALIBRATION_SURE_NS */

_Static_assert(CALIBRATION_SLOW_NS % 2 == 0 && CALIBRATION_BEAT_NS % 2 == 0, "halves are whole");

/* ---- clicks and taps ------------------------------------------------------------------------- */

void calibration_start(Calibration *calibration, CalibrationKind kind, HostTime start)
{
    memset(calibration, 0, sizeof *calibration);
    calibration->kind = kind;
    calibration->start = start;
    calibration->is_fast = kind == CALIBRATION_TO_PICTURE;
    calibration->last_tap_ns = -CALIBRATION_BOUNCE_NS;
}

static int64_t fast_start_ns(const Calibration *calibration)
{
    return calibration->slow_count * CALIBRATION_SLOW_NS;
}

bool calibration_next_click(Calibration *calibration, HostTime until, HostTime *click)
{
    const int64_t slow_count =
        calibration->is_fast ? calibration->slow_count : calibration->told_count;
    const int64_t at_ns = calibration->start.ns + slow_count * CALIBRATION_SLOW_NS +
                          (calibration->told_count - slow_count) * CALIBRATION_BEAT_NS;

    if (at_ns >= until.ns) {
        return false;
    }
    *click = (HostTime){at_ns};
    if (!calibration->is_fast && calibration->slow_taps >= CALIBRATION_TAPS_DROPPED) {
        /* This one ends the last slow beat: the next comes sooner. */
        calibration->is_fast = true;
        calibration->slow_count = calibration->told_count;
    }
    calibration->told_count++;
    return true;
}

void calibration_tap(Calibration *calibration, HostTime at)
{
    const int64_t since_ns = at.ns - calibration->start.ns;
    const int64_t fast_ns = since_ns - fast_start_ns(calibration);

    if (since_ns < 0) {
        return;
    }
    if (since_ns - calibration->last_tap_ns < CALIBRATION_BOUNCE_NS) {
        calibration->bounce_count++;
        return;
    }
    calibration->last_tap_ns = since_ns;
    calibration->tap_count++;
    if (!calibration->is_fast || fast_ns < 0) {
        calibration->slow_ns[calibration->slow_taps % CALIBRATION_TAPS_DROPPED] = since_ns;
        calibration->slow_taps++;
    } else if (fast_ns >= COUNTING_FROM_NS && calibration->fast_taps < CALIBRATION_TAPS_MAX) {
        calibration->fast_ns[calibration->fast_taps] = fast_ns;
        calibration->fast_taps++;
    }
}

CalibrationStage calibration_stage(const Calibration *calibration, HostTime now)
{
    const int64_t fast_ns = now.ns - calibration->start.ns - fast_start_ns(calibration);

    if (!calibration->is_fast || fast_ns < 0) {
        return CALIBRATION_FINDING;
    }
    return fast_ns < COUNTING_FROM_NS ? CALIBRATION_FASTER : CALIBRATION_COUNTING;
}

/* ---- what they say --------------------------------------------------------------------------- */

/* `ns` moved by whole periods into [least_ns, least_ns + period_ns). */
static int64_t into_period(int64_t ns, int64_t least_ns, int64_t period_ns)
{
    return ns - div_floor(ns - least_ns, period_ns) * period_ns;
}

/* The mean direction of times in a period, as a time in [least_ns, least_ns + period_ns). */
static int64_t
mean_in_period(const int64_t *times_ns, size_t count, int64_t least_ns, int64_t period_ns)
{
    CircularSum sum = {0};

    for (size_t i = 0; i < count; i++) {
        circular_add(&sum, circular_phase_uturns(times_ns[i], period_ns));
    }
    return into_period(llround(circular_mean_turns(&sum) * (double)period_ns), least_ns, period_ns);
}

/* Roughly the delay, from the slow taps; false while there are too few. */
static bool rough_delay(const Calibration *calibration, int64_t *delay_ns)
{
    int64_t times_ns[CALIBRATION_TAPS_DROPPED];
    const int kept = calibration->slow_taps < CALIBRATION_TAPS_DROPPED ? calibration->slow_taps
                                                                       : CALIBRATION_TAPS_DROPPED;
    size_t count = 0;

    for (int i = 0; i < kept; i++) {
        if (calibration->slow_ns[i] >= SLOW_BEATS_IGNORED * CALIBRATION_SLOW_NS) {
            times_ns[count] = calibration->slow_ns[i];
            count++;
        }
    }
    if (count < SLOW_TAPS_MIN) {
        return false;
    }
    *delay_ns = mean_in_period(times_ns, count, DELAY_NS_MIN, CALIBRATION_SLOW_NS);
    return true;
}

/* Taps minus the clicks they belong to, as far as `centre_ns` says which. */
static void
unwrap(const Calibration *calibration, int64_t centre_ns, int64_t *asynchrony_ns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        asynchrony_ns[i] = into_period(
            calibration->fast_ns[i], centre_ns - CALIBRATION_BEAT_NS / 2, CALIBRATION_BEAT_NS);
    }
}

/* Where the fast taps lie: among the delays that fit them, the one that fits the slow ones. */
static int64_t find_centre(const Calibration *calibration, bool has_rough, int64_t rough_ns)
{
    const size_t count = (size_t)calibration->fast_taps;
    int64_t values_ns[CALIBRATION_TAPS_MAX];
    const int64_t least_ns = has_rough ? rough_ns - CALIBRATION_BEAT_NS / 2 : PICTURE_DELAY_NS_MIN;
    int64_t centre_ns = mean_in_period(calibration->fast_ns, count, least_ns, CALIBRATION_BEAT_NS);

    /* A few far away move a mean, and the cut opposite to it; the median hardly. */
    unwrap(calibration, centre_ns, values_ns, count);
    return into_period(group_median(values_ns, count), least_ns, CALIBRATION_BEAT_NS);
}

/* Between the clicks: at the slow tempo half a beat is another delay than at the fast one. */
static bool is_between(int64_t centre_ns, int64_t rough_ns)
{
    const int64_t half_ns = CALIBRATION_BEAT_NS / 2;
    const int64_t distance_ns = into_period(rough_ns - centre_ns, -half_ns, CALIBRATION_BEAT_NS);
    const int64_t off_ns = into_period(centre_ns, 0, CALIBRATION_BEAT_NS) - half_ns;

    return (distance_ns > BETWEEN_NS || distance_ns < -BETWEEN_NS) && off_ns > -BETWEEN_REACH_NS &&
           off_ns < BETWEEN_REACH_NS;
}

static bool is_twice(const Calibration *calibration)
{
    const int64_t stretch_ns =
        calibration->fast_ns[calibration->fast_taps - 1] - calibration->fast_ns[0];

    return (double)(calibration->fast_taps - 1) * (double)CALIBRATION_BEAT_NS >
           TWICE_RATIO * (double)stretch_ns;
}

/* What of the counted taps is no outlier, and how they lie around a centre. */
typedef struct {
    int count;
    double mean_ns; /* from the centre */
    double variance_ns2;
    double correlation; /* of a tap with the one before, as it came out */
} Steadiness;

static Steadiness
steadiness_of(const int64_t *values_ns, size_t count, int64_t centre_ns, int64_t reach_ns)
{
    Steadiness steadiness = {0};
    double kept_ns[CALIBRATION_TAPS_MAX];
    double sum = 0.0;
    double squares = 0.0;
    double products = 0.0;

    for (size_t i = 0; i < count; i++) {
        const int64_t distance_ns = values_ns[i] - centre_ns;

        if (distance_ns >= -reach_ns && distance_ns <= reach_ns) {
            kept_ns[steadiness.count] = (double)distance_ns;
            sum += (double)distance_ns;
            steadiness.count++;
        }
    }
    steadiness.mean_ns = sum / (double)steadiness.count;
    for (int i = 0; i < steadiness.count; i++) {
        const double off_ns = kept_ns[i] - steadiness.mean_ns;

        squares += off_ns * off_ns;
        products += i > 0 ? off_ns * (kept_ns[i - 1] - steadiness.mean_ns) : 0.0;
    }
    steadiness.variance_ns2 = squares / (double)steadiness.count;
    steadiness.correlation = squares > 0.0 ? products / squares : 0.0;
    return steadiness;
}

/*
 * How many times less certain a mean is than one of independent taps, sqrt((1 + r) / (1 - r)) for
 * taps that each remember the one before. A few taps say little about r, and too little of it
 * (Marriott and Pope 1954, 10.1093/biomet/41.3-4.390): what is usual weighs as much as
 * USUAL_TAPS.
 */
static double uncertainty_ratio(const Steadiness *steadiness)
{
    const double count = (double)steadiness->count;
    const double unbiased = steadiness->correlation + (1.0 + 3.0 * steadiness->correlation) / count;
    const double believed =
        (count * unbiased + USUAL_TAPS * USUAL_CORRELATION) / (count + USUAL_TAPS);
    const double limited = fmin(fmax(believed, 0.0), CORRELATION_MAX);

    return sqrt((1.0 + limited) / (1.0 - limited));
}

/* Fills all but the state. The mean of what the outliers leave is as robust as the median, and a
   fifth fewer taps make it as certain. */
static void measure(const Calibration *calibration, int64_t centre_ns, CalibrationFigures *figures)
{
    const size_t count = (size_t)calibration->fast_taps;
    int64_t values_ns[CALIBRATION_TAPS_MAX];
    int64_t reach_ns;
    Steadiness steadiness;
    double used;

    unwrap(calibration, centre_ns, values_ns, count);
    figures->spread_ns =
        llround(MADN * (double)group_median_deviation(values_ns, count, centre_ns));
    reach_ns = clamp_i64(
        llround(OUTLIER_MADN * (double)figures->spread_ns), OUTLIER_NS_MIN, CALIBRATION_BEAT_NS);
    unwrap(calibration, centre_ns, values_ns, count);
    steadiness = steadiness_of(values_ns, count, centre_ns, reach_ns);
    used = (double)steadiness.count;
    figures->has_offset = true;
    figures->used_count = steadiness.count;
    figures->offset_ns = centre_ns + llround(steadiness.mean_ns);
    figures->uncertainty_ns =
        llround(INTERVAL_95 * uncertainty_ratio(&steadiness) *
                sqrt(steadiness.variance_ns2 / used) * (1.0 + CAUTION / sqrt(used)));
}

static int goal_of(const CalibrationFigures *figures)
{
    const double ratio =
        (double)figures->uncertainty_ns / (AIM_SHARE * (double)CALIBRATION_SURE_NS);

    return (int)clamp_i64((int64_t)ceil((double)figures->used_count * ratio * ratio),
                          CALIBRATION_TAPS_PREFERRED,
                          CALIBRATION_TAPS_MAX);
}

/* A few taps say little about a spread: by itself a round is only refused when it is surely too
   large, and otherwise goes on. */
static bool is_too_uneven(const CalibrationFigures *figures, bool ends)
{
    const double error = ends ? 0.0 : SPREAD_ERROR / sqrt((double)figures->tap_count);

    return (double)figures->spread_ns * (1.0 - SURELY * error) >= (double)CALIBRATION_SPREAD_NS_MAX;
}

static CalibrationState
judge(const Calibration *calibration, const CalibrationFigures *figures, bool ends)
{
    const bool is_enough = figures->tap_count >= CALIBRATION_TAPS_PREFERRED ||
                           (ends && figures->tap_count >= CALIBRATION_TAPS_MIN);

    if (!is_enough) {
        return ends ? CALIBRATION_TOO_FEW : CALIBRATION_GOES_ON;
    }
    if (is_twice(calibration)) {
        return CALIBRATION_TWICE;
    }
    if (is_too_uneven(figures, ends)) {
        return CALIBRATION_TOO_UNEVEN;
    }
    return ends || figures->tap_count >= figures->goal_count ? CALIBRATION_DONE
                                                             : CALIBRATION_GOES_ON;
}

CalibrationFigures calibration_figures(const Calibration *calibration, bool ends)
{
    CalibrationFigures figures = {.state = ends ? CALIBRATION_TOO_FEW : CALIBRATION_GOES_ON,
                                  .tap_count = calibration->fast_taps,
                                  .goal_count = CALIBRATION_TAPS_PREFERRED};
    int64_t rough_ns = 0;
    const bool has_rough = rough_delay(calibration, &rough_ns);
    int64_t centre_ns;

    if (calibration->fast_taps < 2) {
        return figures;
    }
    centre_ns = find_centre(calibration, has_rough, rough_ns);
    measure(calibration, centre_ns, &figures);
    figures.goal_count = goal_of(&figures);
    figures.state = judge(calibration, &figures, ends);
    if (figures.state == CALIBRATION_DONE && has_rough && is_between(centre_ns, rough_ns)) {
        figures.state = CALIBRATION_BETWEEN;
    }
    return figures;
}

size_t
calibration_asynchronies(const Calibration *calibration, int64_t *asynchrony_ns, size_t capacity)
{
    const CalibrationFigures figures = calibration_figures(calibration, false);
    const size_t count =
        (size_t)calibration->fast_taps < capacity ? (size_t)calibration->fast_taps : capacity;

    unwrap(calibration, figures.offset_ns, asynchrony_ns, count);
    return count;
}
