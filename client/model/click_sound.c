#include "client/model/click_sound.h"

#include <assert.h>

typedef struct {
    const char *word;
    const char *title;
    ClickBeat first;
    ClickBeat other;
} Sound;

/* Where both are the same drum, the first is told by its loudness. */
static const Sound sounds[CLICK_SOUND_COUNT] = {
    [CLICK_SOUND_BEEP] = {"beep", "Beep", {DRUM_CLICK_ACCENT, 1.0F}, {DRUM_CLICK, 1.0F}},
    [CLICK_SOUND_WOOD] = {"wood", "Wood", {DRUM_CLAVE, 1.0F}, {DRUM_CLAVE, 0.5F}},
    [CLICK_SOUND_BELL] = {"bell", "Bell", {DRUM_COWBELL, 1.0F}, {DRUM_COWBELL, 0.5F}},
    [CLICK_SOUND_SHAKER] = {"shaker", "Shaker", {DRUM_TAMBOURINE, 1.0F}, {DRUM_SHAKER, 1.0F}},
};

static const Sound *sound_of(ClickSound sound)
{
    assert((unsigned int)sound < CLICK_SOUND_COUNT);
    return &sounds[sound];
}

ClickBeat click_sound_beat(ClickSound sound, bool is_first)
{
    return is_first ? sound_of(sound)->first : sound_of(sound)->other;
}

const char *click_sound_word(ClickSound sound)
{
    return sound_of(sound)->word;
}

const char *click_sound_title(ClickSound sound)
{
    return sound_of(sound)->title;
}
