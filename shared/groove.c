#include "shared/groove.h"

#include <assert.h>
#include <string.h>

#include "shared/text.h"

size_t groove_title_clean_bytes(const char *text, size_t text_bytes)
{
    return text_clean_bytes(text, text_bytes);
}

bool groove_title_is_valid(const char *title, size_t title_bytes)
{
    if (title_bytes < 1 || title_bytes > TITLE_BYTES_MAX) {
        return false;
    }
    if (title[0] == ' ' || title[title_bytes - 1] == ' ') {
        return false;
    }
    return memchr(title, '"', title_bytes) == NULL &&
           groove_title_clean_bytes(title, title_bytes) == title_bytes;
}

/* Whether the array of a title holds a terminated, valid one. */
static bool title_field_is_valid(const char title[TITLE_BYTES_MAX + 1])
{
    const char *end = memchr(title, '\0', TITLE_BYTES_MAX + 1);

    return end != NULL && groove_title_is_valid(title, (size_t)(end - title));
}

static bool metre_is_valid(const Groove *groove)
{
    int unit = groove->metre_unit;
    bool short_unit = unit == 8 || unit == 16;

    if (groove->beats_per_bar < 1 || groove->beats_per_bar > GROOVE_BEATS_PER_BAR_MAX) {
        return false;
    }
    if (groove->compound) {
        return short_unit && groove->beats_per_bar >= 2;
    }
    /* 6/8, written so, is compound: as a simple metre it would be read back as another groove. */
    if (short_unit && groove->beats_per_bar >= 6 && groove->beats_per_bar % 3 == 0) {
        return false;
    }
    return unit == 0 || unit == 2 || unit == 4 || short_unit;
}

static bool part_is_valid(const GroovePart *part, int step_count)
{
    if (!drum_is_valid((int)part->drum) || !title_field_is_valid(part->title)) {
        return false;
    }
    for (int i = 0; i < GROOVE_STEPS_MAX; i++) {
        if (part->steps[i] > (i < step_count ? STEP_ACCENT : STEP_REST)) {
            return false;
        }
    }
    return true;
}

bool groove_is_valid(const Groove *groove)
{
    int step_count = groove_step_count(groove);

    if (!title_field_is_valid(groove->title) || !metre_is_valid(groove)) {
        return false;
    }
    if (groove->steps_per_beat < 1 || groove->steps_per_beat > GROOVE_STEPS_PER_BEAT_MAX ||
        groove->bars < 1 || groove->bars > GROOVE_BARS_MAX || step_count > GROOVE_STEPS_MAX) {
        return false;
    }
    if (groove->tempo_mbpm < TEMPO_MBPM_MIN || groove->tempo_mbpm > TEMPO_MBPM_MAX ||
        groove->part_count < 1 || groove->part_count > GROOVE_PARTS_MAX) {
        return false;
    }
    for (int i = 0; i < groove->part_count; i++) {
        if (!part_is_valid(&groove->parts[i], step_count)) {
            return false;
        }
        for (int j = 0; j < i; j++) {
            if (strcmp(groove->parts[i].title, groove->parts[j].title) == 0) {
                return false;
            }
        }
    }
    return true;
}

bool groove_is_equal(const Groove *one, const Groove *other)
{
    if (strcmp(one->title, other->title) != 0 || one->tempo_mbpm != other->tempo_mbpm ||
        one->beats_per_bar != other->beats_per_bar ||
        one->steps_per_beat != other->steps_per_beat || one->bars != other->bars ||
        groove_metre_bottom(one) != groove_metre_bottom(other) ||
        one->compound != other->compound || one->part_count != other->part_count) {
        return false;
    }
    for (int i = 0; i < one->part_count; i++) {
        const GroovePart *part = &one->parts[i];

        if (part->drum != other->parts[i].drum || strcmp(part->title, other->parts[i].title) != 0 ||
            memcmp(part->steps, other->parts[i].steps, sizeof(part->steps)) != 0) {
            return false;
        }
    }
    return true;
}

int groove_step_count(const Groove *groove)
{
    return groove->beats_per_bar * groove->steps_per_beat * groove->bars;
}

Beats groove_cycle_beats(const Groove *groove)
{
    int beats = groove->beats_per_bar * groove->bars;

    return (Beats){beats * UBEATS_PER_BEAT};
}

Beats groove_step_beats(const Groove *groove, int step_index)
{
    assert(step_index >= 0 && step_index <= groove_step_count(groove));
    return (Beats){step_index * UBEATS_PER_BEAT / groove->steps_per_beat};
}

int groove_metre_top(const Groove *groove)
{
    return groove->compound ? groove->beats_per_bar * 3 : groove->beats_per_bar;
}

int groove_metre_bottom(const Groove *groove)
{
    return groove->metre_unit == 0 ? 4 : groove->metre_unit;
}

static const GroovePart *part_at(const Groove *groove, int part_index)
{
    assert(part_index >= 0 && part_index < groove->part_count);
    return &groove->parts[part_index];
}

/* Notes among the first `step_count` steps. */
static int notes_before_step(const GroovePart *part, int step_count)
{
    int notes = 0;

    for (int i = 0; i < step_count; i++) {
        notes += part->steps[i] != STEP_REST;
    }
    return notes;
}

int groove_notes_per_cycle(const Groove *groove, int part_index)
{
    return notes_before_step(part_at(groove, part_index), groove_step_count(groove));
}

/* The note at a step that has one, in cycle `cycle`; `notes_per_cycle` > 0. */
static GrooveNote
note_of_step(const Groove *groove, int part_index, Beats origin, int64_t cycle, int step_index)
{
    const GroovePart *part = part_at(groove, part_index);
    int64_t notes_per_cycle = groove_notes_per_cycle(groove, part_index);

    return (GrooveNote){
        .at = {origin.ubeats + cycle * groove_cycle_beats(groove).ubeats +
               groove_step_beats(groove, step_index).ubeats},
        .index = cycle * notes_per_cycle + notes_before_step(part, step_index),
        .accent = part->steps[step_index] == STEP_ACCENT,
    };
}

/* The first step from `step_index` on that has a note, or the step count. */
static int note_step_from(const Groove *groove, int part_index, int step_index)
{
    const GroovePart *part = part_at(groove, part_index);
    int step_count = groove_step_count(groove);

    while (step_index < step_count && part->steps[step_index] == STEP_REST) {
        step_index++;
    }
    return step_index;
}

/* The last step before `step_index` that has a note, or -1. */
static int note_step_before(const Groove *groove, int part_index, int step_index)
{
    const GroovePart *part = part_at(groove, part_index);

    step_index--;
    while (step_index >= 0 && part->steps[step_index] == STEP_REST) {
        step_index--;
    }
    return step_index;
}

/*
 * The first step of the cycle that lies at or after `within` from the cycle's start; the step
 * count when none does. Step i does if floor(i * U / s) >= w, which for integers is i >= w * s / U.
 */
static int step_at_or_after(const Groove *groove, int64_t within_ubeats)
{
    return (int)div_ceil(within_ubeats * groove->steps_per_beat, UBEATS_PER_BEAT);
}

bool groove_note_at_or_after(
    const Groove *groove, int part_index, Beats origin, Beats from, GrooveNote *note)
{
    int64_t cycle_ubeats = groove_cycle_beats(groove).ubeats;
    int64_t past_ubeats = from.ubeats - origin.ubeats;
    int64_t cycle = div_floor(past_ubeats, cycle_ubeats);
    int step = step_at_or_after(groove, past_ubeats - cycle * cycle_ubeats);

    if (groove_notes_per_cycle(groove, part_index) == 0) {
        return false;
    }
    step = note_step_from(groove, part_index, step);
    if (step == groove_step_count(groove)) {
        cycle++;
        step = note_step_from(groove, part_index, 0);
    }
    *note = note_of_step(groove, part_index, origin, cycle, step);
    return true;
}

bool groove_note_before(
    const Groove *groove, int part_index, Beats origin, Beats before, GrooveNote *note)
{
    int64_t cycle_ubeats = groove_cycle_beats(groove).ubeats;
    int64_t past_ubeats = before.ubeats - origin.ubeats;
    int64_t cycle = div_floor(past_ubeats, cycle_ubeats);
    int step = step_at_or_after(groove, past_ubeats - cycle * cycle_ubeats);

    if (groove_notes_per_cycle(groove, part_index) == 0) {
        return false;
    }
    step = note_step_before(groove, part_index, step);
    if (step < 0) {
        cycle--;
        step = note_step_before(groove, part_index, groove_step_count(groove));
    }
    *note = note_of_step(groove, part_index, origin, cycle, step);
    return true;
}

bool groove_note_at_index(
    const Groove *groove, int part_index, Beats origin, int64_t index, GrooveNote *note)
{
    int64_t notes_per_cycle = groove_notes_per_cycle(groove, part_index);
    int64_t cycle;
    int step;

    if (notes_per_cycle == 0) {
        return false;
    }
    cycle = div_floor(index, notes_per_cycle);
    step = note_step_from(groove, part_index, 0);
    for (int64_t skip = index - cycle * notes_per_cycle; skip > 0; skip--) {
        step = note_step_from(groove, part_index, step + 1);
    }
    *note = note_of_step(groove, part_index, origin, cycle, step);
    return true;
}

Beats groove_gap_after(const Groove *groove, int part_index, Beats origin, GrooveNote note)
{
    GrooveNote next = note;
    bool found =
        groove_note_at_or_after(groove, part_index, origin, (Beats){note.at.ubeats + 1}, &next);

    assert(found);
    return (Beats){next.at.ubeats - note.at.ubeats};
}

int64_t groove_smallest_gap_ns(const Groove *groove, int part_index, int32_t tempo_mbpm)
{
    int64_t smallest_ubeats = INT64_MAX;
    int notes = groove_notes_per_cycle(groove, part_index);

    for (int i = 0; i < notes; i++) {
        GrooveNote note = {0};
        int64_t gap_ubeats;

        (void)groove_note_at_index(groove, part_index, (Beats){0}, i, &note);
        gap_ubeats = groove_gap_after(groove, part_index, (Beats){0}, note).ubeats;
        if (gap_ubeats < smallest_ubeats) {
            smallest_ubeats = gap_ubeats;
        }
    }
    if (notes == 0) {
        return INT64_MAX;
    }
    return smallest_ubeats * beat_ns_at(tempo_mbpm) / UBEATS_PER_BEAT;
}
