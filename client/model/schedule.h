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

/*
 * `where` and `source` name a sound for good: positions only grow and each source has one sound at
 * a position, so a sound that moves in time, because the tempo or the clock changed, is recognised.
 */
typedef struct {
    SessionTime at;
    Beats where;
    uint8_t source; /* 0: the click; i + 1: part i of the groove */
    Drum drum;
    float gain; /* 0..1 */
} TimedSound;

/* The click: which bars have it. All zero: every beat, always. */
typedef struct {
    bool muted;      /* no click while notes are played; a count-in is heard all the same */
    int gap_on_bars; /* gap click: bars with, then bars without; 0: no gaps */
    int gap_off_bars;
    float gain;         /* 0 means 1 */
    bool plays_groove;  /* also plays the parts of the groove (hear the groove) */
    uint32_t part_mask; /* which of them: bit i is part i */
} ScheduleSettings;

enum {
    SCHEDULE_SOUNDS_MAX = 256 /* of 250 ms: eight full parts and the click at the fastest tempo */
};

typedef struct {
    TimedSound sounds[SCHEDULE_SOUNDS_MAX];
    int count;
} SoundList;

/*
 * Fills `list` with the sounds with from <= at < until, by time and at one time by source. When
 * there are more than it holds, the latest are left out. `until` - `from` should be under a second.
 * `grooves` are the session's, by the index that sections name, NULL where unknown.
 *
 * Stretches that touch have every sound exactly once: a sound's time depends on the timeline alone.
 */
void schedule_sounds(const Timeline *timeline,
                     const Groove *const grooves[GROOVES_MAX],
                     const ScheduleSettings *settings,
                     SessionTime from,
                     SessionTime until,
                     SoundList *list);

/* Whether the gap click is silent in this bar of a take (bars count from 1; count-in always
 * sounds). */
bool schedule_bar_is_silent(const ScheduleSettings *settings, int32_t bar);

#endif
