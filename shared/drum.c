#include "shared/drum.h"

#include <assert.h>
#include <string.h>

typedef struct {
    const char *slug;
    const char *title;
} DrumWords;

static const DrumWords WORDS[] = {
    [DRUM_BONGO_HIGH] = {"bongo-high", "Bongo high"},
    [DRUM_BONGO_LOW] = {"bongo-low", "Bongo low"},
    [DRUM_DJEMBE_BASS] = {"djembe-bass", "Djembe bass"},
    [DRUM_DJEMBE_TONE] = {"djembe-tone", "Djembe tone"},
    [DRUM_DJEMBE_SLAP] = {"djembe-slap", "Djembe slap"},
    [DRUM_CONGA_OPEN] = {"conga-open", "Conga open"},
    [DRUM_CONGA_MUTE] = {"conga-mute", "Conga mute"},
    [DRUM_COWBELL] = {"cowbell", "Cowbell"},
    [DRUM_CLAVE] = {"clave", "Clave"},
    [DRUM_SHAKER] = {"shaker", "Shaker"},
    [DRUM_TAMBOURINE] = {"tambourine", "Tambourine"},
    [DRUM_CYMBAL] = {"cymbal", "Cymbal"},
    [DRUM_CLICK] = {"click", "Click"},
    [DRUM_CLICK_ACCENT] = {"click-accent", "Click accent"},
};

_Static_assert(sizeof(WORDS) / sizeof(WORDS[0]) == DRUM_COUNT, "every drum has its words");

bool drum_is_valid(int number)
{
    return number >= 0 && number < DRUM_COUNT;
}

const char *drum_slug(Drum drum)
{
    assert(drum_is_valid((int)drum));
    return WORDS[drum].slug;
}

const char *drum_title(Drum drum)
{
    assert(drum_is_valid((int)drum));
    return WORDS[drum].title;
}

bool drum_from_slug(const char *slug, size_t slug_bytes, Drum *drum)
{
    for (int number = 0; number < DRUM_COUNT; number++) {
        const char *candidate = WORDS[number].slug;

        if (strlen(candidate) == slug_bytes && memcmp(candidate, slug, slug_bytes) == 0) {
            *drum = (Drum)number;
            return true;
        }
    }
    return false;
}
