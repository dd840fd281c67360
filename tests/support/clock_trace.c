#include "tests/support/clock_trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared/prng.h"

enum {
    NODES_MAX = 4096,
    BLOCKS_MAX = 512,
    FAST_PINGS = 40
};

#define MARGIN_S 3.0 /* queues are known this much longer than the pings */

#define LEG(kind, mean, ...)                                                                       \
    {                                                                                              \
        .jitter = (kind), .jitter_ms = (mean), __VA_ARGS__                                         \
    }

/* The letters are those of the design's table. */
const TraceScenario TRACE_SCENARIOS[] = {
    {"A",
     "wired, exp 1",
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"B",
     "internet, gamma 6",
     LEG(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.01),
     LEG(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.01),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"C",
     "heavy jitter, gamma 20",
     LEG(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     LEG(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"D",
     "Wi-Fi",
     LEG(JITTER_WIFI, 1.0, .base_ms = 8.0, .loss = 0.005),
     LEG(JITTER_WIFI, 1.0, .base_ms = 8.0, .loss = 0.005),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"E",
     "uplink bursts",
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_BURSTS),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"F",
     "full uplink",
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_FULL, .loss = 0.01),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"G",
     "base 45/25, less 10",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 45.0, .loss = 0.005),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 25.0, .loss = 0.005),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"H",
     "LTE",
     LEG(JITTER_LTE_UP, 8.0, .base_ms = 20.0, .loss = 0.005),
     LEG(JITTER_LTE_DOWN, 1.0, .base_ms = 20.0, .loss = 0.005),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"I",
     "one leg +15 at 30 s",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 30.0, .loss = 0.005),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 30.0, .loss = 0.005),
     HAPPENING_ROUTE,
     50.0,
     0.0},
    {"J",
     "60 Hz polled stamps",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .polled_hz = 60.0),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .polled_hz = 60.0),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"K",
     "up gamma 24, down exp 1",
     LEG(JITTER_GAMMA, 24.0, .base_ms = 20.0, .loss = 0.01),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 20.0, .loss = 0.01),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"L",
     "client step 3-300",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     HAPPENING_CLIENT_STEP,
     50.0,
     0.0},
    {"M",
     "suspend 10 s",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     HAPPENING_SUSPEND,
     50.0,
     0.0},
    {"N",
     "B, loss 20 % each way",
     LEG(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.2),
     LEG(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.2),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"O",
     "B, duplicates, reordered",
     LEG(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.01, .doubled = 0.2),
     LEG(JITTER_GAMMA, 6.0, .base_ms = 20.0, .loss = 0.01, .doubled = 0.2),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"P",
     "TCP, blocked 80-600",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .is_tcp = true),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .is_tcp = true),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"Q",
     "server step 3-300",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     HAPPENING_SERVER_STEP,
     50.0,
     0.0},
    {"R",
     "upload 60-240 s",
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0, .queue = QUEUE_FULL_LATE),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 10.0),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"S",
     "thermal +-6 ppm",
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     LEG(JITTER_GAMMA, 3.0, .base_ms = 20.0, .loss = 0.005),
     HAPPENING_THERMAL,
     50.0,
     0.0},
    {"T",
     "bursts both ways",
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_BURSTS),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_BURSTS),
     HAPPENING_NONE,
     50.0,
     0.0},
    {"C250",
     "C, skew to 250 ppm",
     LEG(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     LEG(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     HAPPENING_NONE,
     250.0,
     0.0},
    {"F250",
     "F, skew to 250 ppm",
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0, .queue = QUEUE_FULL, .loss = 0.01),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 15.0),
     HAPPENING_NONE,
     250.0,
     0.0},
    {"K250",
     "K, skew to 250 ppm",
     LEG(JITTER_GAMMA, 24.0, .base_ms = 20.0, .loss = 0.01),
     LEG(JITTER_EXPONENTIAL, 1.0, .base_ms = 20.0, .loss = 0.01),
     HAPPENING_NONE,
     250.0,
     0.0},
    {"C4",
     "C, four pings a second",
     LEG(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     LEG(JITTER_GAMMA, 20.0, .base_ms = 30.0, .loss = 0.025),
     HAPPENING_NONE,
     50.0,
     4.0},
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

/* Straight between the nodes; none before the first. */
typedef struct {
    int count;
    double at_s[NODES_MAX];
    double delay_s[NODES_MAX];
} Queue;

static void add_node(Queue *queue, double at_s, double delay_s)
{
    if (queue->count < NODES_MAX) {
        queue->at_s[queue->count] = at_s;
        queue->delay_s[queue->count] = delay_s;
        queue->count++;
    }
}

static double queue_delay(const Queue *queue, double at_s)
{
    int low = 0;
    int high = queue->count;

    while (low < high) {
        const int middle = (low + high) / 2;

        if (queue->at_s[middle] <= at_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || low == queue->count) {
        return 0.0;
    }
    const double share =
        (at_s - queue->at_s[low - 1]) / (queue->at_s[low] - queue->at_s[low - 1] + 1e-12);
    return queue->delay_s[low - 1] + share * (queue->delay_s[low] - queue->delay_s[low - 1]);
}

/* A burst fills the buffer within some tenths of a second and keeps it full; then it drains, unless
   the next burst comes first. */
static void make_bursts(Queue *queue, Prng *prng, double end_s)
{
    static const double fill_per_s = 0.4;
    static const double drain_per_s = 0.35;
    double at_s = -10.0;
    double delay_s = 0.0;

    add_node(queue, at_s, 0.0);
    while (at_s < end_s) {
        const double full_s = 0.09 + 0.05 * prng_uniform(prng);
        const double burst_s = 0.5 + 2.1 * prng_uniform(prng);
        const double rise_s = fmax(full_s - delay_s, 0.0) / fill_per_s;
        const double pause_s = 0.3 + prng_exponential(prng, 1.1);

        add_node(queue, at_s + rise_s, full_s);
        at_s += rise_s + burst_s;
        add_node(queue, at_s, full_s);
        delay_s = fmax(full_s - pause_s * drain_per_s, 0.0);
        add_node(queue, at_s + (full_s - delay_s) / drain_per_s, delay_s);
        at_s += pause_s;
        add_node(queue, at_s, delay_s);
    }
}

/* The window grows until the buffer overflows, then halves: the queue nearly empties. */
static void make_sawtooth(Queue *queue, Prng *prng, double from_s, double end_s)
{
    double at_s = from_s;

    while (at_s < end_s) {
        const double low_s = prng_exponential(prng, 0.0025);
        const double high_s = 0.06 + 0.05 * prng_uniform(prng);
        const double rise_s = 3.0 + 3.5 * prng_uniform(prng);

        add_node(queue, at_s, low_s);
        add_node(queue, at_s + rise_s, high_s);
        at_s += rise_s + 0.1 + 0.1 * prng_uniform(prng);
    }
    add_node(queue, at_s, 0.0);
}

static void make_queue(Queue *queue, QueueKind kind, Prng *prng, double end_s)
{
    queue->count = 0;
    switch (kind) {
    case QUEUE_NONE:
        break;
    case QUEUE_BURSTS:
        make_bursts(queue, prng, end_s);
        break;
    case QUEUE_FULL:
        make_sawtooth(queue, prng, -7.0 * prng_uniform(prng) - 7.0, end_s);
        break;
    case QUEUE_FULL_LATE:
        make_sawtooth(queue, prng, 60.0, 240.0);
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
    Queue queue;
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
    }
    return 0.0;
}

/* When what is sent at `at_s` is noticed at the other end. */
static double arrival_of(const Direction *direction, Prng *prng, double at_s)
{
    const TraceLeg *leg = direction->leg;
    double arrival_s =
        at_s + queue_delay(&direction->queue, at_s) + 1e-3 * (leg->base_ms + jitter_ms(leg, prng));

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

static double step_s(TraceStep step, double at_s)
{
    return at_s >= step.at_s ? step.by_s : 0.0;
}

static int64_t rounded_ns(double seconds)
{
    return (int64_t)floor(seconds * 1e9 + 0.5);
}

HostTime clock_trace_host(const ClockTrace *trace, double seconds)
{
    return (HostTime){trace->start_ns + rounded_ns(seconds + step_s(trace->client_step, seconds))};
}

static SessionTime server_time(const ClockTrace *trace, double at_s)
{
    return (SessionTime){trace->start_ns + trace->offset_ns +
                         rounded_ns(at_s * (1.0 + trace->skew) + wander_s(trace, at_s) +
                                    step_s(trace->server_step, at_s))};
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

static void happen(ClockTrace *trace, const TraceScenario *scenario, Prng *prng)
{
    const TraceStep never = {.at_s = HUGE_VAL};
    const double period_s = 200.0 + 700.0 * prng_uniform(prng);
    double swing = 0.5e-6 * prng_uniform(prng); /* a crystal breathes with its room */

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
                .c1 = clock_trace_host(trace, at_s),
                .s2 = server_time(trace, s2),
                .s3 = server_time(trace, s3),
                .c4 = clock_trace_host(trace, c4),
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
    happen(trace, scenario, &prng);
    make_direction(&directions[0], &scenario->forward, &prng, seconds + MARGIN_S);
    make_direction(&directions[1], &scenario->backward, &prng, seconds + MARGIN_S);
    for (int i = 0; at_s < seconds; i++) {
        /* A loop sends a little late. */
        ping(trace, scenario, directions, &prng, at_s + 0.002 * prng_uniform(&prng));
        if (scenario->slow_hz > 0.0) {
            at_s += 1.0 / scenario->slow_hz;
        } else {
            at_s += i < FAST_PINGS ? fast_s : 2.0 * fast_s;
        }
    }
    qsort(trace->samples, (size_t)trace->count, sizeof trace->samples[0], compare_arrivals);
}
