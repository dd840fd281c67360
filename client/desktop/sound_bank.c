#include "client/desktop/sound_bank.h"

#include "shared/synth.h"

#include <stdlib.h>

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
        bank->samples[i] = calloc((size_t)frames, sizeof *bank->samples[i]);
        if (bank->samples[i] == NULL) {
            sound_bank_destroy(bank);
            return NULL;
        }
        synth_render((Drum)i, rate_hz, bank->samples[i], frames);
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
    free(bank);
}
