#include "tests/support/clock_trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared/prng.h"

enum {
    BLOCKS_MAX = 512,
    FAST_PINGS = 40
};

#define MARGIN_S 3.0 /* queues are known this much longer than the pings */

#define LEG(kind, mean, ...)                                                                       \
    {                                                                                              \
        .jitter = (kind), .jitter_ms = (mean), __VA_ARGS__                                         \
    }

#define BOTH(kind, mean, ...)                                                                      \
    .forward = LEG(kind, mean, __VA_ARGS__), .backward = LEG(kind, mean, __VA_ARGS__)

#define NETWORK(word, words, ...)                                                                  \
    {                                                                                              \
        .name = (word), .title = (words), .skew_ppm_max = 50.0, __VA_ARGS__                        \
    }

/* The letters are those of the design's table. */
const TraceScenario TRACE_SCENARIOS[] = {
    NETWORK("A", "wired, exp 1", BOTH(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0)),
    NETWORK("B", "internet, gamma 6", BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.01)),
    NETWORK(
        "C", "heavy jitter, gamma 20", BOTH(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025)),
    NETWORK("D", "Wi-Fi", BOTH(JITTER_WIFI, 1.0, .base_ms = 8.0, .loss = 0.005)),
    NETWORK("E",
            "uplink bursts",
            .forward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_BURSTS),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0)),
    NETWORK("F",
            "full uplink",
            .forward =
                LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_FULL, .loss = 0.01),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0)),
    NETWORK("G",
            "base 45/25, less 10",
            .forward = LEG(JITTER_GAMMA, 3.0, .base_ms = 45.0, .loss = 0.005),
            .backward = LEG(JITTER_GAMMA, 3.0, .base_ms = 25.0, .loss = 0.005)),
    NETWORK("H",
            "LTE",
            .forward = LEG(JITTER_LTE_UP, 8.0, .base_ms = 20.0, .loss = 0.005),
            .backward = LEG(JITTER_LTE_DOWN, 1.0, .base_ms = 20.0, .loss = 0.005)),
    NETWORK("I",
            "one leg +15 at 30 s",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 30.0, .loss = 0.005),
            .happening = HAPPENING_ROUTE),
    NETWORK(
        "J", "60 Hz polled stamps", BOTH(JITTER_GAMMA, 3.0, .base_ms = 20.0, .polled_hz = 60.0)),
    NETWORK("K",
            "up gamma 24, down exp 1",
            .forward = LEG(JITTER_GAMMA, 24.0, .base_ms = 20.0, .loss = 0.01),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 20.0, .loss = 0.01)),
    NETWORK("L",
            "client step 3-300",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
            .happening = HAPPENING_CLIENT_STEP),
    NETWORK("M",
            "suspend 10 s",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
            .happening = HAPPENING_SUSPEND),
    NETWORK("N", "B, loss 20 % each way", BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.2)),
    NETWORK("O",
            "B, duplicates, reordered",
            BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.01, .doubled = 0.2)),
    NETWORK("P", "TCP, blocked 80-600", BOTH(JITTER_GAMMA, 3.0, .base_ms = 20.0, .is_tcp = true)),
    NETWORK("Q",
            "server step 3-300",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
            .happening = HAPPENING_SERVER_STEP),
    NETWORK("R",
            "upload 60-240 s",
            .forward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0, .queue = QUEUE_FULL_LATE),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0)),
    NETWORK("S",
            "thermal +-6 ppm",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
            .happening = HAPPENING_THERMAL),
    NETWORK("T",
            "bursts both ways",
            BOTH(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_BURSTS)),
    {.name = "C250",
     .title = "C, skew to 250 ppm",
     BOTH(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     .skew_ppm_max = 250.0},
    {.name = "F250",
     .title = "F, skew to 250 ppm",
     .forward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_FULL, .loss = 0.01),
     .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0),
     .skew_ppm_max = 250.0},
    {.name = "K250",
     .title = "K, skew to 250 ppm",
     .forward = LEG(JITTER_GAMMA, 24.0, .base_ms = 20.0, .loss = 0.01),
     .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 20.0, .loss = 0.01),
     .skew_ppm_max = 250.0},
    NETWORK("C4",
            "C, four pings a second",
            BOTH(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
            .ping_hz = 4.0),
    /* Odd networks that people have, and some that only a tester thinks of. */
    NETWORK("normal", "normal jitter 20 +-5", BOTH(JITTER_NORMAL, 10.0, .base_ms = 10.0)),
    NETWORK("normal-up",
            "up normal 40 +-10, down exp 1",
            .forward = LEG(JITTER_NORMAL, 20.0, .base_ms = 10.0),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0)),
    NETWORK("uniform", "uniform jitter 0-20", BOTH(JITTER_UNIFORM, 10.0, .base_ms = 10.0)),
    NETWORK("lognormal", "lognormal jitter, mean 8", BOTH(JITTER_LOGNORMAL, 8.0, .base_ms = 10.0)),
    NETWORK("crowded", "gamma of shape 0.3", BOTH(JITTER_CROWDED, 10.0, .base_ms = 10.0)),
    NETWORK("pareto", "Pareto of exponent 1.5", BOTH(JITTER_PARETO, 4.0, .base_ms = 10.0)),
    NETWORK(
        "two-paths", "two paths, a coin a packet", BOTH(JITTER_TWO_PATHS, 6.0, .base_ms = 15.0)),
    NETWORK("two-up",
            "two paths up, one down",
            .forward = LEG(JITTER_TWO_PATHS, 6.0, .base_ms = 15.0),
            .backward = LEG(JITTER_EXPONENTIAL, 0.5, .base_ms = 15.0)),
    NETWORK("beacons",
            "power save, beacons 102.4 ms",
            .forward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 3.0),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 3.0, .grid_ms = 102.4)),
    NETWORK("grid",
            "uplink scheduled every 10 ms",
            .forward = LEG(JITTER_EXPONENTIAL, 2.0, .base_ms = 15.0, .grid_ms = 10.07),
            .backward = LEG(JITTER_EXPONENTIAL, 2.0, .base_ms = 15.0)),
    NETWORK("satellite", "600 ms", BOTH(JITTER_GAMMA, 15.0, .base_ms = 285.0, .loss = 0.01)),
    NETWORK("pulses",
            "uplink full 4 of 10 s",
            .forward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_PULSES),
            .backward = LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0)),
    NETWORK("tide",
            "uplink never empty",
            .forward = LEG(JITTER_GAMMA, 2.0, .base_ms = 15.0, .queue = QUEUE_TIDE),
            .backward = LEG(JITTER_GAMMA, 2.0, .base_ms = 15.0)),
    NETWORK("routes",
            "paths change, both ways",
            .forward = LEG(JITTER_GAMMA, 2.0, .base_ms = 15.0, .queue = QUEUE_ROUTES),
            .backward = LEG(JITTER_GAMMA, 2.0, .base_ms = 15.0, .queue = QUEUE_AS_FORWARD)),
    NETWORK("routes-2",
            "paths change, each way alone",
            BOTH(JITTER_GAMMA, 2.0, .base_ms = 15.0, .queue = QUEUE_ROUTES)),
    NETWORK("loss-up",
            "loss 30 % up only",
            .forward = LEG(JITTER_GAMMA, 8.0, .base_ms = 15.0, .loss = 0.3),
            .backward = LEG(JITTER_GAMMA, 8.0, .base_ms = 15.0)),
    NETWORK("lan", "LAN, exp 0.02", BOTH(JITTER_EXPONENTIAL, 0.02, .base_ms = 0.1)),
    NETWORK("lan-0", "LAN without jitter", BOTH(JITTER_NONE, 0.0, .base_ms = 0.15)),
    NETWORK("stamps-1",
            "stamps of 1 ms at both ends",
            BOTH(JITTER_EXPONENTIAL, 1.0, .base_ms = 5.0),
            .grain_ms = 1.0,
            .server_grain_ms = 1.0),
    NETWORK("stamps-16",
            "client's stamps of 15.6 ms",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 15.0),
            .grain_ms = 15.625),
    NETWORK("steps",
            "server +-20 ms every 20 s",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 15.0),
            .happening = HAPPENING_STEPS),
    NETWORK("slew",
            "server slewed to 300 ppm",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 15.0),
            .happening = HAPPENING_SLEW),
    NETWORK("breathe",
            "skew swings 3 ppm",
            BOTH(JITTER_GAMMA, 3.0, .base_ms = 15.0),
            .happening = HAPPENING_BREATHE),
    NETWORK("hz-1", "one ping a second", BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0), .ping_hz = 1.0),
    NETWORK(
        "hz-50", "50 pings a second", BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0), .ping_hz = 50.0),
    NETWORK("few", "a ping every 5 s", BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0), .ping_hz = 0.2),
    NETWORK("gaps",
            "40 s of a minute silent",
            BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0),
            .silence_s = 40.0),
    {"skew-500",
     "A, skew to 500 ppm",
     BOTH(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0),
     .skew_ppm_max = 500.0},
    NETWORK("years",
            "clocks 30 years apart",
            BOTH(JITTER_GAMMA, 6.0, .base_ms = 20.0),
            .ahead_ns = 1000000000000000000),
};
const int TRACE_SCENARIO_COUNT = (int)(sizeof TRACE_SCENARIOS / sizeof TRACE_SCENARIOS[0]);

const TraceScenario *clock_trace_scenario(const char *name)
{
    for (int i = 0; i < TRACE_SCENARIO_COUNT; i++) {
        if (strcmp(TRACE_SCENARIOS[i].name, name) == 0) {
            return &TRACE_SCENARIOS[i];
        }
    }
    return NULL;
}

/* --- queues: delay as a function of time -------------------------------------------------------
 */

static void add_node(TraceCurve *curve, double at_s, double value)
{
    if (curve->count < TRACE_NODES_MAX) {
        curve->at_s[curve->count] = at_s;
        curve->value[curve->count] = value;
        curve->count++;
    }
}

static double curve_value(const TraceCurve *curve, double at_s)
{
    int low = 0;
    int high = curve->count;

    while (low < high) {
        const int middle = (low + high) / 2;

        if (curve->at_s[middle] <= at_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || low == curve->count) {
        return 0.0;
    }
    const double share =
        (at_s - curve->at_s[low - 1]) / (curve->at_s[low] - curve->at_s[low - 1] + 1e-12);
    return curve->value[low - 1] + share * (curve->value[low] - curve->value[low - 1]);
}

/* A burst fills the buffer within some tenths of a second and keeps it full; then it drains, unless
   the next burst comes first. */
static void make_bursts(TraceCurve *curve, Prng *prng, double end_s)
{
    static const double fill_per_s = 0.4;
    static const double drain_per_s = 0.35;
    double at_s = -10.0;
    double delay_s = 0.0;

    add_node(curve, at_s, 0.0);
    while (at_s < end_s) {
        const double full_s = 0.09 + 0.05 * prng_uniform(prng);
        const double burst_s = 0.5 + 2.1 * prng_uniform(prng);
        const double rise_s = fmax(full_s - delay_s, 0.0) / fill_per_s;
        const double pause_s = 0.3 + prng_exponential(prng, 1.1);

        add_node(curve, at_s + rise_s, full_s);
        at_s += rise_s + burst_s;
        add_node(curve, at_s, full_s);
        delay_s = fmax(full_s - pause_s * drain_per_s, 0.0);
        add_node(curve, at_s + (full_s - delay_s) / drain_per_s, delay_s);
        at_s += pause_s;
        add_node(curve, at_s, delay_s);
    }
}

/* The window grows until the buffer overflows, then halves: the queue nearly empties. */
static void make_sawtooth(TraceCurve *curve, Prng *prng, double from_s, double end_s)
{
    double at_s = from_s;

    while (at_s < end_s) {
        const double low_s = prng_exponential(prng, 0.0025);
        const double high_s = 0.06 + 0.05 * prng_uniform(prng);
        const double rise_s = 3.0 + 3.5 * prng_uniform(prng);

        add_node(curve, at_s, low_s);
        add_node(curve, at_s + rise_s, high_s);
        at_s += rise_s + 0.1 + 0.1 * prng_uniform(prng);
    }
    add_node(curve, at_s, 0.0);
}

/* A full queue for 4 s of every 10. */
static void make_pulses(TraceCurve *curve, Prng *prng, double end_s)
{
    static const double full_s = 0.2;
    const double first_s = -10.0 * prng_uniform(prng);

    for (int i = 0; first_s + 10.0 * i < end_s; i++) {
        const double at_s = first_s + 10.0 * i;

        add_node(curve, at_s, 0.0);
        add_node(curve, at_s + 0.6, full_s);
        add_node(curve, at_s + 4.0, full_s);
        add_node(curve, at_s + 4.8, 0.0);
    }
}

static void make_tide(TraceCurve *curve, Prng *prng, double end_s)
{
    double at_s = -60.0;

    while (at_s < end_s + 60.0) {
        add_node(curve, at_s, 0.002 + 0.023 * prng_uniform(prng));
        at_s += 10.0 + 30.0 * prng_uniform(prng);
    }
}

static void make_routes(TraceCurve *curve, Prng *prng, double end_s)
{
    double at_s = -15.0 * prng_uniform(prng);

    while (at_s < end_s) {
        const double longer_s = 0.03 * prng_uniform(prng);

        add_node(curve, at_s, longer_s);
        at_s += 15.0;
        add_node(curve, at_s - 1e-6, longer_s);
    }
}

static void make_queue(TraceCurve *curve, QueueKind kind, Prng *prng, double end_s)
{
    curve->count = 0;
    switch (kind) {
    case QUEUE_NONE:
        break;
    case QUEUE_BURSTS:
        make_bursts(curve, prng, end_s);
        break;
    case QUEUE_FULL:
        make_sawtooth(curve, prng, -7.0 * prng_uniform(prng) - 7.0, end_s);
        break;
    case QUEUE_FULL_LATE:
        make_sawtooth(curve, prng, 60.0, 240.0);
        break;
    case QUEUE_PULSES:
        make_pulses(curve, prng, end_s);
        break;
    case QUEUE_TIDE:
        make_tide(curve, prng, end_s);
        break;
    case QUEUE_ROUTES:
        make_routes(curve, prng, end_s);
        break;
    case QUEUE_AS_FORWARD:
        break;
    }
}

/* --- one direction -----------------------------------------------------------------------------
 */

/* When a lost segment held back what was behind it. */
typedef struct {
    int count;
    double from_s[BLOCKS_MAX];
    double until_s[BLOCKS_MAX];
} Blocks;

typedef struct {
    const TraceLeg *leg;
    TraceCurve queue;
    Blocks blocks;
    double scan_from_s[64];
    int scan_count;
} Direction;

static void make_blocks(Blocks *blocks, Prng *prng, double end_s)
{
    double at_s = 0.0;

    blocks->count = 0;
    while (at_s < end_s && blocks->count < BLOCKS_MAX) {
        at_s += prng_exponential(prng, 3.0);
        blocks->from_s[blocks->count] = at_s;
        at_s += 0.08 + 0.52 * prng_uniform(prng);
        blocks->until_s[blocks->count] = at_s;
        blocks->count++;
    }
}

static void make_direction(Direction *direction, const TraceLeg *leg, Prng *prng, double end_s)
{
    double at_s = 0.0;

    direction->leg = leg;
    make_queue(&direction->queue, leg->queue, prng, end_s);
    direction->blocks.count = 0;
    if (leg->is_tcp) {
        make_blocks(&direction->blocks, prng, end_s);
    }
    direction->scan_count = 0;
    while (leg->jitter == JITTER_WIFI && at_s < end_s && direction->scan_count < 64) {
        at_s += 5.0 + prng_exponential(prng, 25.0);
        direction->scan_from_s[direction->scan_count] = at_s;
        direction->scan_count++;
    }
}

static double retransmissions_ms(Prng *prng, double chance, double each_ms)
{
    double ms = 0.0;

    while (ms < 6.0 * each_ms && prng_uniform(prng) < chance) {
        ms += each_ms;
    }
    return ms;
}

static double jitter_ms(const TraceLeg *leg, Prng *prng)
{
    switch (leg->jitter) {
    case JITTER_EXPONENTIAL:
        return prng_exponential(prng, leg->jitter_ms);
    case JITTER_GAMMA:
        return prng_gamma(prng, 2.5, leg->jitter_ms / 2.5);
    case JITTER_WIFI:
        return prng_exponential(prng, leg->jitter_ms) +
               (prng_uniform(prng) < 0.15 ? prng_exponential(prng, 8.0) : 0.0);
    case JITTER_LTE_UP:
        return leg->jitter_ms * prng_uniform(prng) + prng_exponential(prng, 0.3) +
               retransmissions_ms(prng, 0.1, 8.0);
    case JITTER_LTE_DOWN:
        return prng_exponential(prng, leg->jitter_ms) + retransmissions_ms(prng, 0.1, 8.0);
    case JITTER_NONE:
        return 0.0;
    case JITTER_NORMAL:
        return leg->jitter_ms * fmax(2.0 + 0.5 * prng_normal(prng), 0.0);
    case JITTER_UNIFORM:
        return 2.0 * leg->jitter_ms * prng_uniform(prng);
    case JITTER_LOGNORMAL:
        return leg->jitter_ms * exp(prng_normal(prng) - 0.5);
    case JITTER_CROWDED:
        return prng_gamma(prng, 0.3, leg->jitter_ms / 0.3);
    case JITTER_PARETO:
        return fmin(leg->jitter_ms / 3.0 * pow(1.0 - prng_uniform(prng), -1.0 / 1.5), 900.0);
    case JITTER_TWO_PATHS:
        return (prng_uniform(prng) < 0.5 ? 2.0 * leg->jitter_ms : 0.0) +
               prng_exponential(prng, 0.5);
    }
    return 0.0;
}

/* When what is sent at `at_s` is noticed at the other end. */
static double arrival_of(const Direction *direction, Prng *prng, double at_s)
{
    const TraceLeg *leg = direction->leg;
    double arrival_s =
        at_s + curve_value(&direction->queue, at_s) + 1e-3 * (leg->base_ms + jitter_ms(leg, prng));

    for (int i = 0; i < direction->scan_count; i++) {
        const double from_s = direction->scan_from_s[i];
        if (at_s >= from_s && at_s < from_s + 0.15) {
            arrival_s = fmax(arrival_s, from_s + 0.15 + 1e-3 * leg->base_ms);
        }
    }
    for (int i = 0; i < direction->blocks.count; i++) {
        if (arrival_s >= direction->blocks.from_s[i] && arrival_s < direction->blocks.until_s[i]) {
            arrival_s = direction->blocks.until_s[i];
        }
    }
    if (leg->grid_ms > 0.0) {
        arrival_s = 1e-3 * leg->grid_ms * ceil(arrival_s / (1e-3 * leg->grid_ms));
    }
    if (leg->polled_hz > 0.0) {
        arrival_s += prng_uniform(prng) / leg->polled_hz;
    }
    return arrival_s;
}

/* --- a trace -----------------------------------------------------------------------------------
 */

static double wander_s(const ClockTrace *trace, double at_s)
{
    return trace->wander_s *
           (sin(trace->wander_per_s * at_s + trace->wander_phase) - sin(trace->wander_phase));
}

static double warming_s(const ClockTrace *trace, double at_s)
{
    return trace->warm_skew * (at_s - trace->warm_s * (1.0 - exp(-at_s / trace->warm_s)));
}

static double step_s(TraceStep step, double at_s)
{
    return at_s >= step.at_s ? step.by_s : 0.0;
}

static int64_t rounded_ns(double seconds)
{
    return (int64_t)floor(seconds * 1e9 + 0.5);
}

/* A clock that ticks every `grain_s` only. */
static int64_t stamp_ns(int64_t ns, double grain_s)
{
    const int64_t grain_ns = rounded_ns(grain_s);

    return grain_ns > 0 ? div_floor(ns + grain_ns / 2, grain_ns) * grain_ns : ns;
}

HostTime clock_trace_host(const ClockTrace *trace, double seconds)
{
    return (HostTime){trace->start_ns + rounded_ns(seconds + step_s(trace->client_step, seconds))};
}

static SessionTime server_time(const ClockTrace *trace, double at_s)
{
    return (SessionTime){
        trace->start_ns + trace->offset_ns +
        rounded_ns(at_s * (1.0 + trace->skew) + warming_s(trace, at_s) + wander_s(trace, at_s) +
                   curve_value(&trace->server_course, at_s) + step_s(trace->server_step, at_s))};
}

int64_t clock_trace_truth_ns(const ClockTrace *trace, double seconds)
{
    return server_time(trace, seconds).ns - clock_trace_host(trace, seconds).ns +
           rounded_ns(trace->half_asymmetry_s);
}

static double step_size(Prng *prng)
{
    const double size_s = 0.003 * pow(100.0, prng_uniform(prng));

    return prng_uniform(prng) < 0.5 ? -size_s : size_s;
}

static void make_steps(TraceCurve *course, Prng *prng, double end_s)
{
    double by_s = 0.0;

    for (int i = 0; 20.0 * i - 7.0 < end_s; i++) {
        const double at_s = 20.0 * i - 7.0;

        add_node(course, at_s, by_s);
        add_node(course, at_s + 20.0 - 1e-6, by_s);
        by_s += prng_uniform(prng) < 0.5 ? -0.02 : 0.02;
    }
}

static void make_slew(TraceCurve *course, Prng *prng, double end_s)
{
    double at_s = 0.0;
    double by_s = 0.0;

    while (at_s < end_s) {
        const double long_s = 10.0 + 30.0 * prng_uniform(prng);

        add_node(course, at_s, by_s);
        at_s += long_s;
        by_s += 300e-6 * (2.0 * prng_uniform(prng) - 1.0) * long_s;
    }
    add_node(course, at_s, by_s);
}

static void happen(ClockTrace *trace, const TraceScenario *scenario, Prng *prng, double end_s)
{
    const TraceStep never = {.at_s = HUGE_VAL};
    const double period_s = 200.0 + 700.0 * prng_uniform(prng);
    double swing = 0.5e-6 * prng_uniform(prng); /* a crystal breathes with its room */

    trace->server_course.count = 0;
    trace->warm_skew = 0.0;
    trace->warm_s = 300.0;
    trace->client_step = never;
    trace->server_step = never;
    trace->wander_per_s = 6.283185307179586 / period_s;
    trace->wander_phase = 6.283185307179586 * prng_uniform(prng);
    switch (scenario->happening) {
    case HAPPENING_NONE:
    case HAPPENING_ROUTE:
        break;
    case HAPPENING_BREATHE:
        swing = 3e-6;
        break;
    case HAPPENING_STEPS:
        make_steps(&trace->server_course, prng, end_s);
        break;
    case HAPPENING_SLEW:
        make_slew(&trace->server_course, prng, end_s);
        break;
    case HAPPENING_CLIENT_STEP:
        trace->client_step = (TraceStep){15.0 + 30.0 * prng_uniform(prng), step_size(prng)};
        break;
    case HAPPENING_SERVER_STEP:
        trace->server_step = (TraceStep){15.0 + 30.0 * prng_uniform(prng), step_size(prng)};
        break;
    case HAPPENING_SUSPEND:
        trace->server_step = (TraceStep){20.0 + 20.0 * prng_uniform(prng), 10.0};
        break;
    case HAPPENING_THERMAL:
        trace->warm_skew = 6e-6 * (2.0 * prng_uniform(prng) - 1.0);
        trace->warm_s = 300.0 + 600.0 * prng_uniform(prng);
        break;
    }
    trace->wander_s = swing / trace->wander_per_s;
}

static int compare_arrivals(const void *a, const void *b)
{
    const PingSample *left = a;
    const PingSample *right = b;

    return (left->c4.ns > right->c4.ns) - (left->c4.ns < right->c4.ns);
}

/* One ping sent at `at_s`; an answer that comes back is a sample. */
static void ping(ClockTrace *trace,
                 const TraceScenario *scenario,
                 Direction directions[2],
                 Prng *prng,
                 double at_s)
{
    const bool is_rerouted = scenario->happening == HAPPENING_ROUTE && at_s >= 30.0;
    const int copies = prng_uniform(prng) < scenario->forward.doubled ? 2 : 1;

    for (int i = 0; i < copies; i++) {
        const double s2 = arrival_of(&directions[0], prng, at_s) + (is_rerouted ? 0.015 : 0.0);
        const double s3 = s2 + 20e-6 + prng_exponential(prng, 30e-6);
        const int answers = prng_uniform(prng) < scenario->backward.doubled ? 2 : 1;

        if (prng_uniform(prng) < scenario->forward.loss) {
            continue;
        }
        for (int j = 0; j < answers && trace->count < TRACE_SAMPLES_MAX; j++) {
            const double c4 = arrival_of(&directions[1], prng, s3);
            const bool is_asleep = scenario->happening == HAPPENING_SUSPEND &&
                                   at_s < trace->server_step.at_s && c4 >= trace->server_step.at_s;

            if (prng_uniform(prng) < scenario->backward.loss || is_asleep) {
                continue;
            }
            trace->samples[trace->count] = (PingSample){
                .c1 = {stamp_ns(clock_trace_host(trace, at_s).ns, trace->grain_s)},
                .s2 = {stamp_ns(server_time(trace, s2).ns, trace->server_grain_s)},
                .s3 = {stamp_ns(server_time(trace, s3).ns, trace->server_grain_s)},
                .c4 = {stamp_ns(clock_trace_host(trace, c4).ns, trace->grain_s)},
            };
            trace->count++;
        }
    }
}

void clock_trace_make(ClockTrace *trace,
                      const TraceScenario *scenario,
                      double seconds,
                      uint64_t seed)
{
    static const double fast_s = 0.05;
    Direction directions[2];
    Prng prng;
    double at_s = 0.0;

    prng_seed(&prng, seed);
    trace->count = 0;
    trace->skew = 1e-6 * scenario->skew_ppm_max * (2.0 * prng_uniform(&prng) - 1.0);
    trace->start_ns = (int64_t)prng_below(&prng, 100000) * NS_PER_S;
    trace->offset_ns = (int64_t)prng_below(&prng, 2000000000) * 1000000 - 1000000000000000;
    trace->half_asymmetry_s = 0.0005 * (scenario->forward.base_ms - scenario->backward.base_ms);
    trace->offset_ns += scenario->ahead_ns;
    trace->grain_s = 1e-3 * scenario->grain_ms;
    trace->server_grain_s = 1e-3 * scenario->server_grain_ms;
    happen(trace, scenario, &prng, seconds + MARGIN_S);
    make_direction(&directions[0], &scenario->forward, &prng, seconds + MARGIN_S);
    make_direction(&directions[1], &scenario->backward, &prng, seconds + MARGIN_S);
    if (scenario->backward.queue == QUEUE_AS_FORWARD) {
        directions[1].queue = directions[0].queue;
    }
    for (int i = 0; at_s < seconds; i++) {
        const double late_s = 0.002 * prng_uniform(&prng); /* a loop is */

        if (fmod(at_s, 60.0) < 60.0 - scenario->silence_s) {
            ping(trace, scenario, directions, &prng, at_s + late_s);
        }
        if (scenario->ping_hz > 0.0) {
            at_s += 1.0 / scenario->ping_hz;
        } else {
            at_s += i < FAST_PINGS ? fast_s : 2.0 * fast_s;
        }
    }
    qsort(trace->samples, (size_t)trace->count, sizeof trace->samples[0], compare_arrivals);
}
