/*
 * What the metronome sounds like: a few pairs of drums, one for the first beat of a bar and one for
 * the others.
 *
 * Pure.
 */
#ifndef CLIENT_MODEL_CLICK_SOUND_H
#define CLIENT_MODEL_CLICK_SOUND_H

#include "shared/drum.h"

#include <stdbool.h>

typedef enum {
    CLICK_SOUND_BEEP, /* as Onedrum comes: short, in a pitch that no drum has */
    CLICK_SOUND_WOOD,
    CLICK_SOUND_BELL,
    CLICK_SOUND_SHAKER,
    CLICK_SOUND_COUNT
} ClickSound;

/* How one beat sounds. */
typedef struct {
    Drum drum;
    float gain; /* 0..1, on top of all others */
} ClickBeat;

ClickBeat click_sound_beat(ClickSound sound, bool is_first);

/* The word for settings files, "wood". */
const char *click_sound_word(ClickSound sound);

/* The word for screens, "Wood". */
const char *click_sound_title(ClickSound sound);

#endif
