#include "client/desktop/voices.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    LOUDNESS_FRAMES = 64 /* looked at when a voice must give way */
};

static const double RELEASE_S = 0.1;

void voices_init(Voices *voices, const float levels[VOICE_GROUP_COUNT])
{
    memset(voices, 0, sizeof *voices);
    memcpy(voices->levels, levels, sizeof voices->levels);
}

static float loudness_of(const Voice *voice, const float levels[VOICE_GROUP_COUNT])
{
    const int from = voice->position > 0 ? voice->position : 0;
    float peak = 0.0F;

    for (int i = from; i < voice->frame_count && i < from + LOUDNESS_FRAMES; i++) {
        peak = fmaxf(peak, fabsf(voice->samples[i]));
    }
    return peak * voice->gain * levels[voice->group];
}

void voices_start(
    Voices *voices, const float *samples, int frame_count, int offset, VoiceGroup group, float gain)
{
    const Voice voice = {.samples = samples,
                         .frame_count = frame_count,
                         .position = -offset,
                         .gain = gain,
                         .group = group};
    float quietest = 0.0F;
    int quietest_index = -1;

    assert(offset >= 0);
    if (voices->voice_count < VOICES_MAX) {
        voices->voices[voices->voice_count] = voice;
        voices->voice_count++;
        return;
    }
    voices->stolen_count++;
    quietest = loudness_of(&voice, voices->levels);
    for (int i = 0; i < VOICES_MAX; i++) {
        const float loudness = loudness_of(&voices->voices[i], voices->levels);

        if (loudness < quietest) {
            quietest = loudness;
            quietest_index = i;
        }
    }
    if (quietest_index >= 0) {
        voices->voices[quietest_index] = voice;
    }
}

/* Adds one voice to the block; false when it has ended. */
static bool mix_voice(Voice *voice, const float levels[2], float *mono, int frames)
{
    const int first = voice->position < 0 ? -voice->position : 0;
    const float slope = (levels[1] - levels[0]) / (float)frames;

    for (int i = first; i < frames && voice->position + i < voice->frame_count; i++) {
        const float level = levels[0] + slope * (float)i;

        mono[i] += voice->samples[voice->position + i] * (voice->gain * level);
    }
    voice->position += frames;
    return voice->position < voice->frame_count;
}

void voices_mix(Voices *voices, const float levels[VOICE_GROUP_COUNT], float *mono, int frames)
{
    int index = 0;

    assert(frames > 0);
    memset(mono, 0, sizeof *mono * (size_t)frames);
    while (index < voices->voice_count) {
        Voice *voice = &voices->voices[index];
        const float move[2] = {voices->levels[voice->group], levels[voice->group]};

        if (mix_voice(voice, move, mono, frames)) {
            index++;
        } else {
            voices->voice_count--;
            *voice = voices->voices[voices->voice_count];
        }
    }
    memcpy(voices->levels, levels, sizeof voices->levels);
}

void limiter_init(Limiter *limiter, int rate_hz)
{
    assert(rate_hz > 0);
    limiter->envelope = 0.0F;
    limiter->release = (float)exp(-1.0 / (RELEASE_S * (double)rate_hz));
}

void limiter_run(Limiter *limiter, float *mono, int frames)
{
    for (int i = 0; i < frames; i++) {
        limiter->envelope = fmaxf(fabsf(mono[i]), limiter->envelope * limiter->release);
        if (limiter->envelope > LIMITER_CEILING) {
            mono[i] *= LIMITER_CEILING / limiter->envelope;
        }
    }
}
