/*
 * What is to be heard when: clicks and demonstrated parts as timed sounds, from the timeline.
 *
 * Pure. The audio shell asks for one stretch of session time after the other and gets every sound
 * of it exactly once.
 */
#ifndef CLIENT_MODEL_SCHEDULE_H
#define CLIENT_MODEL_SCHEDULE_H

#include "shared/groove.h"
#include "shared/timeline.h"

typedef struct {
    SessionTime at;
    Drum drum;
    float gain; /* 0..1 */
} TimedSound;

/* The click: which bars have it. All zero: every beat, always. */
typedef struct {
    bool muted;
    int gap_on_bars; /* gap click: bars with, then bars without; 0: no gaps */
    int gap_off_bars;
    float gain;         /* 0 means 1 */
    bool plays_groove;  /* also plays the parts of the groove (hear the groove) */
    uint32_t part_mask; /* which of them: bit i is part i */
} ScheduleSettings;

enum {
    SCHEDULE_SOUNDS_MAX = 256
};

/*
 * The sounds with from <= at < until, by time, at most `sounds_max`; returns how many. `until` -
 * `from` should be under a second. `groove_of` gives the groove of each section by its index, NULL
 * where unknown.
 */
int schedule_sounds(const Timeline *timeline,
                    const Groove *const grooves[GROOVES_MAX],
                    const ScheduleSettings *settings,
                    SessionTime from,
                    SessionTime until,
                    TimedSound *sounds,
                    int sounds_max);

/* Whether the gap click is silent in this bar of a take (bars count from 1; count-in always sounds). */
bool schedule_bar_is_silent(const ScheduleSettings *settings, int32_t bar);

#endif
