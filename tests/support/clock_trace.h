/*
 * Simulated pings over the networks people have, from a seed: what the clock estimators are tuned,
 * tested and compared with.
 *
 * Pure but for a table of scenarios. A trace carries its truth. Delays are physical: a path,
 * jitter, and queues that fill and drain as a function of time, so that packets near each other
 * suffer alike.
 */
#ifndef TESTS_SUPPORT_CLOCK_TRACE_H
#define TESTS_SUPPORT_CLOCK_TRACE_H

#include "shared/clock_estimate.h"

enum {
    TRACE_SAMPLES_MAX = 16384,
    TRACE_NODES_MAX = 4096
};

typedef enum {
    JITTER_EXPONENTIAL,
    JITTER_GAMMA,  /* of shape 2.5 */
    JITTER_WIFI,   /* exponential; now and then contention, rarely a scan */
    JITTER_LTE_UP, /* waits for a grant; retransmissions */
    JITTER_LTE_DOWN,
    JITTER_NONE,
    JITTER_NORMAL,  /* around twice the mean, with a quarter of that as deviation: no sharp floor */
    JITTER_UNIFORM, /* 0 to twice the mean */
    JITTER_LOGNORMAL, /* of sigma 1 */
    JITTER_CROWDED,   /* gamma of shape 0.3: most packets near the floor, the others far off */
    JITTER_PARETO,    /* of exponent 1.5: no variance */
    JITTER_TWO_PATHS  /* a coin for every packet: at once, or twice the mean; exponential 0.5 */
} JitterKind;

typedef enum {
    QUEUE_NONE,
    QUEUE_BURSTS,    /* somebody uploads, now and then */
    QUEUE_FULL,      /* somebody uploads all the time: the sawtooth of TCP */
    QUEUE_FULL_LATE, /* from 60 to 240 s */
    QUEUE_PULSES,    /* to 200 ms for 4 of every 10 s */
    QUEUE_TIDE,      /* 2 to 25 ms, never empty, up and down within a minute or so */
    QUEUE_ROUTES,    /* another path every 15 s, up to 30 ms longer than the shortest */
    QUEUE_AS_FORWARD /* the way back: whatever the way there has */
} QueueKind;

typedef struct {
    double base_ms;
    JitterKind jitter;
    double jitter_ms; /* mean */
    QueueKind queue;
    double loss;      /* of each packet */
    double doubled;   /* of each packet */
    double polled_hz; /* arrival is noticed by a loop of this rate; 0: at once */
    double grid_ms;   /* delivered only at multiples of this; 0: at once */
    bool is_tcp;      /* a lost segment holds back all behind it */
} TraceLeg;

typedef enum {
    HAPPENING_NONE,
    HAPPENING_ROUTE,       /* the way to the server is 15 ms longer from 30 s on */
    HAPPENING_CLIENT_STEP, /* by 3 to 300 ms, either way, between 15 and 45 s */
    HAPPENING_SERVER_STEP,
    HAPPENING_SUSPEND, /* of the client for 10 s, between 20 and 40 s */
    HAPPENING_THERMAL, /* it warms up: the skew changes by up to 6 ppm within minutes */
    HAPPENING_BREATHE, /* the skew swings by 3 ppm within minutes */
    HAPPENING_STEPS,   /* the server's clock goes 20 ms forth or back every 20 s */
    HAPPENING_SLEW     /* the server's clock is slewed at up to 300 ppm, 10 to 40 s a time */
} Happening;

typedef struct {
    const char *name; /* one letter of the design's table, or a word */
    const char *title;
    TraceLeg forward;
    TraceLeg backward;
    Happening happening;
    double skew_ppm_max; /* uniform in +- this */
    double ping_hz;      /* pings per second all the time; 0: 20 for 2 s, then 10 */
    double grain_ms;     /* the client's stamps are rounded to this; 0: not at all */
    double server_grain_ms;
    double silence_s; /* without pings at the end of every minute */
    int64_t ahead_ns; /* the server's clock is ahead by this and some days more or less */
} TraceScenario;

/* Straight between its nodes, 0 before the first and after the last. */
typedef struct {
    int count;
    double at_s[TRACE_NODES_MAX];
    double value[TRACE_NODES_MAX];
} TraceCurve;

typedef struct {
    double at_s;
    double by_s;
} TraceStep;

typedef struct {
    int count;
    PingSample samples[TRACE_SAMPLES_MAX]; /* in order of arrival */
    double skew;                           /* mean, seconds per second */
    /* The truth: client clock = start + s + client steps so far; server minus client =
       offset + skew s + warming + wander + course + server steps - client steps + half the
       difference of the bases. */
    int64_t start_ns;
    int64_t offset_ns;
    double warm_skew; /* gained in the end by warming up, with the time constant warm_s */
    double warm_s;
    double wander_s; /* amplitude of the swing of the skew times its time constant */
    double wander_per_s;
    double wander_phase;
    TraceStep client_step;
    TraceStep server_step;
    TraceCurve server_course; /* seconds by which the server's clock strays, besides */
    double half_asymmetry_s;
    double grain_s;
    double server_grain_s;
} ClockTrace;

extern const TraceScenario TRACE_SCENARIOS[];
extern const int TRACE_SCENARIO_COUNT;

/* The scenario of this name, or NULL. */
const TraceScenario *clock_trace_scenario(const char *name);

/* The pings of the first `seconds`. */
void clock_trace_make(ClockTrace *trace,
                      const TraceScenario *scenario,
                      double seconds,
                      uint64_t seed);

/* The client's clock `seconds` after the first ping was due. */
HostTime clock_trace_host(const ClockTrace *trace, double seconds);

/* Server minus client then, and half the difference of the base delays, which nobody can see. */
int64_t clock_trace_truth_ns(const ClockTrace *trace, double seconds);

#endif
