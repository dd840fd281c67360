/*
 * The units Onedrum counts in, as types that do not mix.
 *
 * Pure. Passing one clock's time where another's is expected does not compile.
 */
#ifndef SHARED_UNITS_H
#define SHARED_UNITS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__GNUC__)
#define NODISCARD __attribute__((warn_unused_result))
#else
#define NODISCARD
#endif

/* This machine's monotonic clock. Never stored; never sent, except in a ping that comes back. */
typedef struct {
    int64_t ns;
} HostTime;

/* The server's monotonic clock as everybody agrees on it: on the wire, in judging, in storage. */
typedef struct {
    int64_t ns;
} SessionTime;

/* Musical position in millionths of a beat. Only ever grows through a session. */
typedef struct {
    int64_t ubeats;
} Beats;

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MINUTE (60 * NS_PER_S)
#define UBEATS_PER_BEAT INT64_C(1000000)

/* "Never": later than every real time. Comparisons with it behave; do not add to it. */
#define SESSION_TIME_NEVER ((SessionTime){INT64_MAX})
#define BEATS_NEVER ((Beats){INT64_MAX})

/* Division rounding towards minus infinity; `divisor` > 0. */
static inline int64_t div_floor(int64_t dividend, int64_t divisor)
{
    int64_t quotient = dividend / divisor;

    assert(divisor > 0);
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

/* Division rounding towards plus infinity; `divisor` > 0. */
static inline int64_t div_ceil(int64_t dividend, int64_t divisor)
{
    return -div_floor(-dividend, divisor);
}

static inline int64_t clamp_i64(int64_t value, int64_t low, int64_t high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

/* The length of one beat in ns at a tempo in thousandths of a beat per minute, rounded down. */
static inline int64_t beat_ns_at(int32_t tempo_mbpm)
{
    assert(tempo_mbpm > 0);
    return NS_PER_MINUTE * 1000 / tempo_mbpm;
}

static inline double ms_of_ns(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

#endif
