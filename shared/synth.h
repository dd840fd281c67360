/*
 * The sound of every drum, and of the cues that tell early from late: modal synthesis, the same
 * samples for the same arguments.
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

/*
 * A soft tone after an own hit that tells by sound alone where it was. On stays at CUE_HOME_HZ;
 * early comes down to it from a fifth above, late comes up to it from a fifth below, so that
 * neither asks for an ear that remembers pitches. No drum: nobody else hears it, and no groove can
 * call for it.
 */
typedef enum {
    CUE_EARLY,
    CUE_ON,
    CUE_LATE,
    CUE_COUNT
} Cue;

#define CUE_HOME_HZ 660.0

/* As for drums, but a cue rises over its first 4 ms: it is no onset to play to. */
int synth_cue_frames(Cue cue, int rate_hz);
void synth_cue_render(Cue cue, int rate_hz, float *mono, int frames);

#endif
