/*
 * The sound of every drum, computed: modal synthesis, the same samples for the same arguments.
 *
 * Pure and reentrant; no allocation, no tables that fill themselves. Call it when a program loads,
 * not in an audio callback: a cymbal takes some milliseconds.
 *
 * Every sound starts at its frame 0 (the first audible sample is within half a millisecond, so an
 * onset scheduled for frame n is heard at frame n), peaks between 0.5 and 0.9, has no offset and
 * ends in silence.
 */
#ifndef SHARED_SYNTH_H
#define SHARED_SYNTH_H

#include "shared/drum.h"

enum {
    SYNTH_RATE_HZ_MIN = 22050,
    SYNTH_RATE_HZ_MAX = 192000,
    SYNTH_SECONDS_MAX = 2 /* no drum rings longer */
};

/* The length of a drum's sound in frames: more than 0, at most 2 s. */
int synth_frames(Drum drum, int rate_hz);

/*
 * Writes a drum's sound, one float in [-1, 1] per frame, to `mono`. `frames` must be at least
 * synth_frames(drum, rate_hz); what is beyond that is filled with silence.
 */
void synth_render(Drum drum, int rate_hz, float *mono, int frames);

#endif
