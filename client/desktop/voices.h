/*
 * Adds up the drums that sound: each begins at an exact frame, and the sum never clips.
 *
 * Pure: no clock, no allocation, every loop bounded; runs on the audio thread. Samples are the
 * caller's and outlive the voices.
 */
#ifndef CLIENT_DESKTOP_VOICES_H
#define CLIENT_DESKTOP_VOICES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    VOICES_MAX = 64
};

/* What one volume holds for. */
typedef enum {
    VOICE_CLICK,
    VOICE_OWN,
    VOICE_BAND,
    VOICE_GROUP_COUNT
} VoiceGroup;

typedef struct {
    const float *samples;
    int frame_count;
    int position; /* the next frame; negative: so many frames of silence first */
    float gain;
    VoiceGroup group;
} Voice;

typedef struct {
    Voice voices[VOICES_MAX]; /* the first voice_count sound or are about to */
    int voice_count;
    float levels[VOICE_GROUP_COUNT]; /* reached at the end of the last block */
    uint32_t stolen_count;
} Voices;

/* Silence, at these volumes. */
void voices_init(Voices *voices, const float levels[VOICE_GROUP_COUNT]);

/*
 * Starts a sound `offset` >= 0 frames into the next block. When all voices are taken, the one that
 * is quietest over the next millisecond or so gives way: it may be the new one itself.
 */
void voices_start(Voices *voices,
                  const float *samples,
                  int frame_count,
                  int offset,
                  VoiceGroup group,
                  float gain);

/*
 * Writes the next `frames` frames to `mono`. Volumes move to `levels` over the block, so that a
 * change does not crackle. The sum may exceed 1: see limiter_run.
 */
void voices_mix(Voices *voices, const float levels[VOICE_GROUP_COUNT], float *mono, int frames);

/*
 * Keeps a sum within LIMITER_CEILING: turns down at once when a sample would go beyond it, and back
 * up over a tenth of a second. What stays below passes bit by bit.
 */
#define LIMITER_CEILING 0.95F

typedef struct {
    float envelope; /* the loudest of late, decaying */
    float release;  /* factor per frame */
} Limiter;

void limiter_init(Limiter *limiter, int rate_hz);
void limiter_run(Limiter *limiter, float *mono, int frames);

#endif
