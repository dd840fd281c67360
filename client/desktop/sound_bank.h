/*
 * Every drum's and cue's sound, computed once for the rate of a device.
 *
 * Main thread only, except that the samples may be read anywhere. Allocates up to 6 MB at 48 kHz.
 */
#ifndef CLIENT_DESKTOP_SOUND_BANK_H
#define CLIENT_DESKTOP_SOUND_BANK_H

#include "shared/synth.h"

typedef struct {
    int rate_hz;
    float *samples[DRUM_COUNT]; /* mono */
    int frame_counts[DRUM_COUNT];
    float *cues[CUE_COUNT];
    int cue_frame_counts[CUE_COUNT];
} SoundBank;

/* Computes all drums, which takes some tens of milliseconds. NULL when out of memory or when the
   rate is not one that drums can be computed for. */
SoundBank *sound_bank_create(int rate_hz);

/* NULL is fine. Nothing may read the samples any more. */
void sound_bank_destroy(SoundBank *bank);

#endif
