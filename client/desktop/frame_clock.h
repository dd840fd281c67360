/*
 * When each frame of the sound device is asked for, in host time, learned from the callbacks.
 *
 * Pure: no clock, no allocation; may run on the audio thread. Callbacks come late, by what the
 * machine is busy with, and rarely early, so the truth lies along the lower edge of what was seen:
 * a line under all points of the last ten seconds (an average moves by over a millisecond when the
 * machine gets busy). A device that loses frames (an xrun) makes a step, and what was seen before
 * a step is forgotten.
 */
#ifndef CLIENT_DESKTOP_FRAME_CLOCK_H
#define CLIENT_DESKTOP_FRAME_CLOCK_H

#include "shared/units.h"

enum {
    FRAME_CLOCK_FLOORS_MAX = 100, /* of a tenth of a second each */
    FRAME_CLOCK_STEP_FLOORS = 4   /* so many newest floors tell a step from a late callback */
};

#define FRAME_CLOCK_STEP_NS NS_PER_MS
#define FRAME_CLOCK_GAP_NS (100 * NS_PER_MS)
#define FRAME_CLOCK_SETTLE_NS NS_PER_S
#define FRAME_CLOCK_TRUST_NS (50 * NS_PER_MS)

/* The earliest callback of a tenth of a second. */
typedef struct {
    double elapsed_s;   /* nominal, of its frame from the anchor */
    double lateness_ns; /* host time minus that */
} FrameFloor;

typedef struct {
    int rate_hz; /* nominal */
    bool started;
    int64_t anchor_frame; /* the first callback */
    HostTime anchor;
    int64_t last_frame;
    HostTime last;
    HostTime unsteady;                         /* the start, or the last step */
    bool has_stepped;                          /* then it is a step */
    FrameFloor floors[FRAME_CLOCK_FLOORS_MAX]; /* ring */
    int newest;
    int floor_count;
    int64_t tenth; /* of a second since the anchor: that of the newest floor */
    /* The line: lateness = level + slope * (elapsed - centre). */
    double level_ns;
    double slope_ns_per_s;
    double centre_s;
    uint32_t step_count; /* steps after it had settled: xruns, suspends */
} FrameClock;

/* `rate_hz` > 0: the rate that the device says it has. */
void frame_clock_init(FrameClock *clock, int rate_hz);

/* A callback at host time `at` asks for the frames from `frame` on. Neither ever goes back. */
void frame_clock_observe(FrameClock *clock, int64_t frame, HostTime at);

/* No step for a second. Before, the mapping is the best guess. */
bool frame_clock_is_settled(const FrameClock *clock);

/* False in the moment after a step, when the mapping hangs on a callback or two that may have been
   late: better play nothing then. */
bool frame_clock_is_trusted(const FrameClock *clock);

/* The host time of a frame / the frame nearest to a host time. Only after the first callback. */
HostTime frame_clock_host(const FrameClock *clock, int64_t frame);
int64_t frame_clock_frame(const FrameClock *clock, HostTime at);

/* How many frames a second of host time really has, as far as known. */
double frame_clock_rate_hz(const FrameClock *clock);

#endif
