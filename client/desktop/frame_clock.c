#include "client/desktop/frame_clock.h"

#include <math.h>
#include <string.h>

/* Crystals of sound devices are within 100 ppm; beyond 500 it is not a crystal. */
static const double SLOPE_PRIOR_NS_PER_S = 100e3;
static const double SLOPE_NS_PER_S_MAX = 500e3;
static const double SLOPE_WEIGHT_NS = 100e3;
static const double FLOORS_PER_S = 10.0;

enum {
    TERNARY_STEPS = 48
};

void frame_clock_init(FrameClock *clock, int rate_hz)
{
    assert(rate_hz > 0);
    memset(clock, 0, sizeof *clock);
    clock->rate_hz = rate_hz;
}

static const FrameFloor *floor_at(const FrameClock *clock, int age)
{
    return &clock->floors[(clock->newest + FRAME_CLOCK_FLOORS_MAX - age) % FRAME_CLOCK_FLOORS_MAX];
}

static double elapsed_s(const FrameClock *clock, int64_t frame)
{
    return (double)(frame - clock->anchor_frame) / (double)clock->rate_hz;
}

static double line_ns(const FrameClock *clock, double elapsed)
{
    return clock->level_ns + clock->slope_ns_per_s * (elapsed - clock->centre_s);
}

/* The highest level at which a line of this slope is under all floors. */
static double level_for(const FrameClock *clock, double slope)
{
    double level = HUGE_VAL;

    for (int age = 0; age < clock->floor_count; age++) {
        const FrameFloor *floor = floor_at(clock, age);

        level = fmin(level, floor->lateness_ns - slope * (floor->elapsed_s - clock->centre_s));
    }
    return level;
}

/* The level, less what an unlikely slope costs (Huber). Concave in the slope. */
static double worth_of(const FrameClock *clock, double slope)
{
    const double unlikely = fabs(slope) / SLOPE_PRIOR_NS_PER_S;
    const double cost = unlikely <= 1.0 ? unlikely * unlikely / 2.0 : unlikely - 0.5;

    return level_for(clock, slope) - SLOPE_WEIGHT_NS * cost;
}

static void fit(FrameClock *clock)
{
    double low = -SLOPE_NS_PER_S_MAX;
    double high = SLOPE_NS_PER_S_MAX;

    clock->centre_s =
        (floor_at(clock, 0)->elapsed_s + floor_at(clock, clock->floor_count - 1)->elapsed_s) / 2.0;
    for (int i = 0; i < TERNARY_STEPS; i++) {
        const double third = (high - low) / 3.0;

        if (worth_of(clock, low + third) < worth_of(clock, high - third)) {
            low += third;
        } else {
            high -= third;
        }
    }
    clock->slope_ns_per_s = (low + high) / 2.0;
    clock->level_ns = level_for(clock, clock->slope_ns_per_s);
}

static void step(FrameClock *clock, HostTime at, int floors_kept)
{
    if (frame_clock_is_settled(clock)) {
        clock->step_count++;
    }
    clock->unsteady = at;
    clock->has_stepped = true;
    clock->last = at;
    if (clock->floor_count > floors_kept) {
        clock->floor_count = floors_kept;
    }
}

/* Enters a point; true when a new tenth of a second has begun with it. */
static bool enter(FrameClock *clock, double elapsed, double lateness_ns)
{
    const int64_t tenth = (int64_t)floor(elapsed * FLOORS_PER_S);
    FrameFloor *newest = &clock->floors[clock->newest];

    if (clock->floor_count > 0 && tenth == clock->tenth) {
        if (lateness_ns < newest->lateness_ns) {
            *newest = (FrameFloor){.elapsed_s = elapsed, .lateness_ns = lateness_ns};
        }
        return false;
    }
    clock->tenth = tenth;
    clock->newest = (clock->newest + 1) % FRAME_CLOCK_FLOORS_MAX;
    clock->floors[clock->newest] = (FrameFloor){.elapsed_s = elapsed, .lateness_ns = lateness_ns};
    if (clock->floor_count < FRAME_CLOCK_FLOORS_MAX) {
        clock->floor_count++;
    }
    return true;
}

/* Whether all callbacks of the last 0.4 s were later than the line by more than a step. */
static bool has_stepped(const FrameClock *clock)
{
    if (clock->floor_count <= FRAME_CLOCK_STEP_FLOORS) {
        return false;
    }
    for (int age = 0; age < FRAME_CLOCK_STEP_FLOORS; age++) {
        const FrameFloor *floor = floor_at(clock, age);

        if (floor->lateness_ns - line_ns(clock, floor->elapsed_s) <= (double)FRAME_CLOCK_STEP_NS) {
            return false;
        }
    }
    return true;
}

static void start(FrameClock *clock, int64_t frame, HostTime at)
{
    clock->started = true;
    clock->anchor_frame = frame;
    clock->anchor = at;
    clock->last_frame = frame;
    clock->last = at;
    clock->unsteady = at;
}

void frame_clock_observe(FrameClock *clock, int64_t frame, HostTime at)
{
    double elapsed = 0.0;
    double lateness_ns = 0.0;
    double early_ns = 0.0;
    double gap_ns = 0.0;
    bool fit_is_due = false;

    if (!clock->started) {
        start(clock, frame, at);
    }
    elapsed = elapsed_s(clock, frame);
    lateness_ns = (double)(at.ns - clock->anchor.ns) - elapsed * 1e9;
    gap_ns =
        (double)(at.ns - clock->last.ns) - (elapsed - elapsed_s(clock, clock->last_frame)) * 1e9;
    early_ns = clock->floor_count > 0 ? line_ns(clock, elapsed) - lateness_ns : 0.0;
    if (gap_ns > (double)FRAME_CLOCK_GAP_NS || early_ns > (double)FRAME_CLOCK_STEP_NS) {
        step(clock, at, 0);
    }
    fit_is_due = enter(clock, elapsed, lateness_ns) || early_ns > 0.0;
    clock->last_frame = frame;
    clock->last = at;
    if (fit_is_due) {
        fit(clock);
    }
    if (has_stepped(clock)) {
        step(clock, at, FRAME_CLOCK_STEP_FLOORS);
        fit(clock);
    }
}

bool frame_clock_is_settled(const FrameClock *clock)
{
    return clock->started && clock->last.ns - clock->unsteady.ns >= FRAME_CLOCK_SETTLE_NS;
}

bool frame_clock_is_trusted(const FrameClock *clock)
{
    return !clock->has_stepped || clock->last.ns - clock->unsteady.ns >= FRAME_CLOCK_TRUST_NS;
}

HostTime frame_clock_host(const FrameClock *clock, int64_t frame)
{
    const double elapsed = elapsed_s(clock, frame);

    assert(clock->started);
    return (HostTime){clock->anchor.ns + llround(elapsed * 1e9 + line_ns(clock, elapsed))};
}

int64_t frame_clock_frame(const FrameClock *clock, HostTime at)
{
    /* at - anchor = 1e9 x + level + slope (x - centre), for x. */
    const double host_ns = (double)(at.ns - clock->anchor.ns);
    const double elapsed = (host_ns - clock->level_ns + clock->slope_ns_per_s * clock->centre_s) /
                           (1e9 + clock->slope_ns_per_s);

    assert(clock->started);
    return clock->anchor_frame + llround(elapsed * (double)clock->rate_hz);
}

double frame_clock_rate_hz(const FrameClock *clock)
{
    return (double)clock->rate_hz / (1.0 + clock->slope_ns_per_s / 1e9);
}
