#include "client/desktop/sound_bank.h"

#include <stdbool.h>
#include <stdlib.h>

static float *room_for(int frames)
{
    return calloc((size_t)frames, sizeof(float));
}

static bool render_cues(SoundBank *bank)
{
    for (int i = 0; i < CUE_COUNT; i++) {
        const int frames = synth_cue_frames((Cue)i, bank->rate_hz);

        bank->cue_frame_counts[i] = frames;
        bank->cues[i] = room_for(frames);
        if (bank->cues[i] == NULL) {
            return false;
        }
        synth_cue_render((Cue)i, bank->rate_hz, bank->cues[i], frames);
    }
    return true;
}

SoundBank *sound_bank_create(int rate_hz)
{
    SoundBank *bank = NULL;

    if (rate_hz < SYNTH_RATE_HZ_MIN || rate_hz > SYNTH_RATE_HZ_MAX) {
        return NULL;
    }
    bank = calloc(1, sizeof *bank);
    if (bank == NULL) {
        return NULL;
    }
    bank->rate_hz = rate_hz;
    for (int i = 0; i < DRUM_COUNT; i++) {
        const int frames = synth_frames((Drum)i, rate_hz);

        bank->frame_counts[i] = frames;
        bank->samples[i] = room_for(frames);
        if (bank->samples[i] == NULL) {
            sound_bank_destroy(bank);
            return NULL;
        }
        synth_render((Drum)i, rate_hz, bank->samples[i], frames);
    }
    if (!render_cues(bank)) {
        sound_bank_destroy(bank);
        return NULL;
    }
    return bank;
}

void sound_bank_destroy(SoundBank *bank)
{
    if (bank == NULL) {
        return;
    }
    for (int i = 0; i < DRUM_COUNT; i++) {
        free(bank->samples[i]);
    }
    for (int i = 0; i < CUE_COUNT; i++) {
        free(bank->cues[i]);
    }
    free(bank);
}
