/*
 * What a network does to datagrams on one way: delays, loses, doubles and overtakes them, and lets
 * them wait in a queue before a slow line.
 *
 * Pure: all chance comes from the seed, time is an argument. Datagrams keep their order, as they do
 * on one path, unless one is held back on purpose.
 */
#ifndef TESTS_RELAY_IMPAIRMENT_H
#define TESTS_RELAY_IMPAIRMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/prng.h"

enum {
    IMPAIRMENT_COPIES_MAX = 2
};

/* Shares are 0..1; zero-initialised is a perfect way. */
typedef struct {
    double delay_ms;
    double jitter_ms; /* mean of an exponential on top */
    double spike;     /* share of datagrams that are held up ... */
    double spike_ms;  /* ... and all behind them, by this on average */
    double loss;
    double burst; /* share of datagrams with which a burst begins in which all are lost ... */
    double burst_ms;
    double duplicates;
    double reorder; /* share that the next ones overtake ... */
    double reorder_ms;
    int64_t rate_bytes_per_s; /* of the line; 0: endless */
    int64_t queue_bytes;      /* before it; what does not fit is lost */
    double busy_s;            /* others fill the queue for this time on average ... */
    double idle_s;            /* ... and leave the line alone for this; 0: always alone */
    double busy_load;         /* their share of the line while they do; over 1 the queue grows */
} ImpairmentWay;

typedef struct {
    const char *name;
    ImpairmentWay up; /* towards the server */
    ImpairmentWay down;
} ImpairmentProfile;

typedef struct {
    int64_t taken;
    int64_t passed; /* copies */
    int64_t lost_by_chance;
    int64_t lost_in_bursts;
    int64_t lost_by_queue;
    int64_t doubled;
    int64_t overtaken;
    int64_t delay_sum_ns;
    int64_t delay_max_ns;
} ImpairmentCounts;

typedef struct {
    ImpairmentWay way;
    Prng prng;
    bool begun;
    int64_t now_ns;
    int64_t line_free_ns; /* when the line has sent what waits */
    int64_t in_order_ns;  /* nothing in order arrives before this */
    int64_t burst_until_ns;
    int64_t others_change_ns; /* when they begin or end */
    bool others_busy;
    ImpairmentCounts counts;
} Impairment;

/* "lan", "home-wifi", "4g", "bufferbloat" or "bad"; NULL for any other name. */
const ImpairmentProfile *impairment_profile(const char *name);

/* The `index`-th profile; NULL beyond the last. */
const ImpairmentProfile *impairment_profile_at(int index);

void impairment_init(Impairment *impairment, const ImpairmentWay *way, uint64_t seed);

/*
 * Takes one datagram at `now_ns`, which never goes back. Returns how many copies come out, and
 * when.
 */
int impairment_take(Impairment *impairment,
                    int64_t now_ns,
                    size_t size_bytes,
                    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX]);

#endif
