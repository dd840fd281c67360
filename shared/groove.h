/*
 * A groove: a few parts that repeat over one or more bars, and where each of their notes lies.
 *
 * Pure; no allocation; every function may be called from any thread. All positions are exact
 * integers: step i of cycle c lies at
 *
 *     origin + c * cycle + floor(i * UBEATS_PER_BEAT / steps_per_beat)
 *
 * for every c from minus to plus infinity, so nothing drifts however long a session lasts.
 * `origin` is a bar line, the beginning of the section in which the groove is played.
 */
#ifndef SHARED_GROOVE_H
#define SHARED_GROOVE_H

#include "shared/capacity.h"
#include "shared/drum.h"
#include "shared/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    STEP_REST = 0,
    STEP_HIT = 1,
    STEP_ACCENT = 2
} Step;

typedef struct {
    Drum drum;
    char title[TITLE_BYTES_MAX + 1]; /* on screen; the drum's own unless the file gave a label */
    uint8_t steps[GROOVE_STEPS_MAX]; /* Step; rests from groove_step_count() on */
} GroovePart;

typedef struct {
    char title[TITLE_BYTES_MAX + 1]; /* UTF-8 */
    int32_t tempo_mbpm;              /* suggested */
    uint8_t beats_per_bar;
    uint8_t steps_per_beat;
    uint8_t bars;       /* of one cycle */
    uint8_t metre_unit; /* lower figure of the metre: 2, 4, 8 or 16; 0 is taken for 4 */
    bool compound;      /* three metre units are one beat, as in 12/8, which has four */
    uint8_t part_count;
    GroovePart parts[GROOVE_PARTS_MAX];
} Groove;

/* One note (expected onset) of a part. */
typedef struct {
    Beats at;
    int64_t index; /* counts the part's notes; 0 is the first at or after the origin, may be < 0 */
    bool accent;
} GrooveNote;

/*
 * Whether `title` of `title_bytes` bytes (need not be terminated) may name a groove or a part: 1 to
 * TITLE_BYTES_MAX bytes of UTF-8 without control characters, double quotes, characters that turn
 * the direction of text, or spaces at either end.
 */
bool groove_title_is_valid(const char *title, size_t title_bytes);

/* How many bytes at the start of `text` may stand in a title: what text_clean_bytes allows. */
size_t groove_title_clean_bytes(const char *text, size_t text_bytes);

/*
 * Whether every field is within its range, the titles are terminated and valid, and no two parts
 * share a title. Grooves from outside pass this first; all functions below rely on it. A part
 * without any note is valid: such a part listens.
 */
bool groove_is_valid(const Groove *groove);

/* Whether two valid grooves are the same in every field, whatever lies behind the titles' ends. */
bool groove_is_equal(const Groove *one, const Groove *other);

/* Steps of one cycle, 1..GROOVE_STEPS_MAX. */
int groove_step_count(const Groove *groove);

/* The length of one cycle: beats_per_bar * bars beats. */
Beats groove_cycle_beats(const Groove *groove);

/* Where step `step_index` lies from the start of its cycle; 0 <= step_index <= step count. */
Beats groove_step_beats(const Groove *groove, int step_index);

/* Notes of one cycle of a part, 0..GROOVE_STEPS_MAX. */
int groove_notes_per_cycle(const Groove *groove, int part_index);

/* The metre as it is written: 12 and 8 for 12/8. */
int groove_metre_top(const Groove *groove);
int groove_metre_bottom(const Groove *groove);

/*
 * The first note of a part with `from` <= note->at.
 * False, and `*note` untouched, when the part has no notes at all.
 * `origin` and `from` within +-2^61 ubeats.
 */
bool groove_note_at_or_after(
    const Groove *groove, int part_index, Beats origin, Beats from, GrooveNote *note);

/* The last note of a part with note->at < `before`; otherwise as above. */
bool groove_note_before(
    const Groove *groove, int part_index, Beats origin, Beats before, GrooveNote *note);

/* The note with a given index; otherwise as above. `index` within +-2^31. */
bool groove_note_at_index(
    const Groove *groove, int part_index, Beats origin, int64_t index, GrooveNote *note);

/*
 * From a note to the next note of its part. The note must have come from a lookup with the
 * same arguments. Never zero; one whole cycle when the part has one note in it.
 */
Beats groove_gap_after(const Groove *groove, int part_index, Beats origin, GrooveNote note);

/*
 * The smallest gap between neighbouring notes of a part, at a constant tempo, in ns rounded
 * down; INT64_MAX for a part without notes. For lint: below 125 ms beginners cannot follow.
 */
int64_t groove_smallest_gap_ns(const Groove *groove, int part_index, int32_t tempo_mbpm);

#endif
