/*
 * What happened to the clocks or to the path, told from how the least delays of both directions
 * moved: a step of a clock moves them in opposite ways, a longer path moves one.
 *
 * Pure, allocates nothing. Findings only; the estimator acts on them.
 */
#ifndef SHARED_CLOCK_RULES_H
#define SHARED_CLOCK_RULES_H

#include <stdbool.h>

#include "shared/clock_slope.h"

/* The least residual of each second before now, by how many seconds ago; HUGE_VAL where no point
   is. */
typedef struct {
    const ClockStore *store;
    int32_t now_us;
    double slope_ppm; /* of this direction: the sign is in it */
    double least_us[CLOCK_WINDOW_S];
} ClockTrack;

typedef enum {
    CLOCK_CHANGE_NONE,
    CLOCK_CHANGE_STEP, /* of a clock, at `at_us` */
    CLOCK_CHANGE_PATH  /* this direction is longer by `by_us` from `at_us` on */
} ClockChangeKind;

typedef struct {
    ClockChangeKind kind;
    int32_t at_us;
    double by_us;
} ClockChange;

void clock_rules_track(ClockTrack *track,
                       const ClockStore *store,
                       int32_t now_us,
                       double slope_ppm);

typedef struct {
    int length_s;    /* of the newest stretch */
    int history_max; /* stretches of the same length before */
} ClockStretch;

/* Rule 2: a step of one clock against the other, seen in the newest stretch against those before,
   in a record of `age_s` seconds. Stamps tick every `grain_us`. */
bool clock_rules_stepped(const ClockTrack *forward,
                         const ClockTrack *backward,
                         ClockStretch stretch,
                         int age_s,
                         double grain_us);

/* How much the least round trips of the stretches of `length_s` seconds in the last minute differ.
   No clock can do that, only a path or a queue. */
double clock_rules_rtt_range(const ClockTrack *forward, const ClockTrack *backward, int length_s);

/* Rule 3: whether `track` has become longer for good, about a minute ago. */
ClockChange
clock_rules_longer(const ClockTrack *track, const ClockTrack *other, ClockScratch *scratch);

/* Rule 4: by how many us a direction of which `shift_us` > 0 is held out has become shorter again;
   at most the shift, 0 when it has not. */
double clock_rules_returned(const ClockTrack *track, double shift_us, ClockScratch *scratch);

#endif
