/*
 * The session clock that sound, picture and hit stamps use: the estimate, followed without a jolt.
 *
 * Pure. Piecewise linear, in exact integers, never running backwards. It is corrected by rate, at
 * most 2 ms per second, within a dead-band of 0.3 ms not at all; it steps only when it is first
 * set, when more than 30 ms off and the caller says that nobody would hear it, or when so far off
 * that there is nothing left to displace. Every change is a
 * new version, and the mappings of the last seconds are kept: a time converts as it did when it was
 * now.
 */
#ifndef SHARED_APPLIED_CLOCK_H
#define SHARED_APPLIED_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/clock_filter.h"
#include "shared/units.h"

enum {
    APPLIED_SEGMENTS_MAX = 64,
    APPLIED_SEGMENT_MS_MIN = 100, /* between two changes of rate, so that 64 reach back over 6 s */
    APPLIED_HISTORY_S = 5
};

#define APPLIED_SLEW_PPB_MAX INT64_C(2000000)
#define APPLIED_DEAD_BAND_NS INT64_C(300000)
#define APPLIED_STEP_NS INT64_C(30000000)
/* So far off nobody can play along (the lid was closed for a while): slewing would take minutes. */
#define APPLIED_LOST_NS INT64_C(250000000)
/* So far off it is not the same clock any more (the server has started anew): locked again at once.
 */
#define APPLIED_RELOCK_NS INT64_C(10000000000)
/* A smaller change of rate, a microsecond per second, is not worth a version. */
#define APPLIED_RATE_CHANGE_PPB_MIN INT64_C(1000)

/* From host_start on: session_start + elapsed (1 + rate), but never before session_floor. */
typedef struct {
    HostTime host_start;
    SessionTime session_start;
    SessionTime session_floor; /* what the segment before had reached: after a step back time stands
                                  still */
    int64_t rate_ppb;          /* session ns gained per host second */
    uint32_t version;
} AppliedSegment;

typedef struct {
    AppliedSegment segments[APPLIED_SEGMENTS_MAX]; /* ring, newest at newest_index */
    uint32_t newest_index;
    uint32_t segment_count;
    uint32_t version;    /* of the newest segment; 0 until locked */
    bool locked;         /* an estimate has been applied; before that session time = host time */
    int64_t error_ns;    /* estimate minus applied at the last update */
    uint32_t step_count; /* times that it stepped or was locked: what was planned before is wrong */
} AppliedClock;

void applied_clock_init(AppliedClock *clock);

/* Follows the estimate; call it a few times a second or more, `now` never going back. `may_step`:
   it is silent on a bar line, or nothing plays. True when the mapping changed (a new version). */
bool applied_clock_update(AppliedClock *clock,
                          HostTime now,
                          const ClockEstimate *estimate,
                          bool may_step);

/* The session time at `host`, by the mapping in force then; before the oldest kept, by the oldest.
   Rounded down; non-decreasing in `host`. */
SessionTime applied_clock_session(const AppliedClock *clock, HostTime host);

/* The first host nanosecond at which the session time is `session` or later. */
HostTime applied_clock_host(const AppliedClock *clock, SessionTime session);

/* The version in force at `host`; 0 before the first lock. */
uint32_t applied_clock_version_at(const AppliedClock *clock, HostTime host);

#endif
