/*
 * The drums of Onedrum: their numbers, which are sent and stored, their slugs and their titles.
 *
 * Pure; every function may be called from any thread. A number once given is never changed or
 * given again, because sessions on disk and clients of other versions hold it.
 */
#ifndef SHARED_DRUM_H
#define SHARED_DRUM_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    DRUM_BONGO_HIGH = 0,
    DRUM_BONGO_LOW = 1,
    DRUM_DJEMBE_BASS = 2,
    DRUM_DJEMBE_TONE = 3,
    DRUM_DJEMBE_SLAP = 4,
    DRUM_CONGA_OPEN = 5,
    DRUM_CONGA_MUTE = 6,
    DRUM_COWBELL = 7,
    DRUM_CLAVE = 8,
    DRUM_SHAKER = 9,
    DRUM_TAMBOURINE = 10,
    DRUM_CYMBAL = 11,
    DRUM_CLICK = 12,
    DRUM_CLICK_ACCENT = 13,
    DRUM_COUNT /* how many there are; not a drum */
} Drum;

enum {
    DRUM_SLUG_BYTES_MAX = 15
}; /* the longest slug, without the terminator */

/* Whether a number that came from outside names a drum. */
bool drum_is_valid(int number);

/* The word for a drum in files and on command lines, "djembe-bass". `drum` must be valid. */
const char *drum_slug(Drum drum);

/* The word for a drum on screen, "Djembe bass". At most TITLE_BYTES_MAX bytes, ASCII. */
const char *drum_title(Drum drum);

/*
 * Finds the drum whose slug is exactly the `slug_bytes` bytes at `slug` (which need not be
 * terminated). False, and `*drum` untouched, when there is none.
 */
bool drum_from_slug(const char *slug, size_t slug_bytes, Drum *drum);

#endif
