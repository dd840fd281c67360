#include "client/score/verdicts.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 1024
};

/* Where somebody was who counts for the reference at a note. */
typedef struct {
    int64_t note_index;
    int64_t bias_us;
} Bias;

/* The group at a note. */
typedef struct {
    int64_t note_index;
    GroupReference reference;
} NoteReference;

/* What both passes share. */
typedef struct {
    VerdictTable *table;
    size_t change_capacity;
    bool calibrated;

    Bias *biases;
    size_t bias_count;
    size_t bias_capacity;
    Bias last; /* of the player being gone through ... */
    bool has_last;

    NoteReference *references; /* by note */
    size_t reference_count;

    PlayerVerdict *player; /* the one being gone through ... */
    VerdictState state;
    int64_t notes;    /* ... and how many notes it has had */
    size_t reference; /* the first one not before the next note */
} Passes;

static bool add_bias(Passes *passes, Bias bias)
{
    if (passes->bias_count == passes->bias_capacity) {
        const size_t capacity =
            passes->bias_capacity == 0 ? FIRST_CAPACITY : 2 * passes->bias_capacity;
        Bias *biases = NULL;

        if (passes->bias_count < VERDICT_NOTES_MAX) {
            biases = realloc(passes->biases, sizeof *biases * capacity);
        }
        if (biases == NULL) {
            return false;
        }
        passes->biases = biases;
        passes->bias_capacity = capacity;
    }
    passes->biases[passes->bias_count] = bias;
    passes->bias_count++;
    return true;
}

/* Who counts for the reference does not depend on it: early and late count like on. */
static bool
take_bias(void *owner, int64_t note_index, int64_t at_ns, const VerdictEvidence *evidence)
{
    Passes *passes = owner;
    const Verdict verdict = verdict_judge(evidence, &GROUP_REFERENCE_NONE, true);

    (void)at_ns;
    passes->has_last = verdict_counts_for_reference(verdict, true);
    passes->last = (Bias){note_index, (int64_t)(evidence->bias_ms * 1000.0)};
    return !passes->has_last || add_bias(passes, passes->last);
}

/* Whose recording ends stays where they were for one more window: a group does not fall apart
   because some stop a few notes before the others. */
static bool hold_last_bias(Passes *passes)
{
    for (int i = 0; passes->has_last && i < VERDICT_WINDOW_NOTES; i++) {
        passes->last.note_index++;
        if (!add_bias(passes, passes->last)) {
            return false;
        }
    }
    passes->has_last = false;
    return true;
}

static int compare_biases(const void *a, const void *b)
{
    const Bias *one = a;
    const Bias *other = b;

    if (one->note_index != other->note_index) {
        return one->note_index < other->note_index ? -1 : 1;
    }
    return (one->bias_us > other->bias_us) - (one->bias_us < other->bias_us);
}

static bool refer_to_group(Passes *passes)
{
    const size_t count = passes->bias_count;
    int64_t *values = calloc(count + 1, sizeof *values);
    size_t end = 0;

    passes->references = calloc(count + 1, sizeof *passes->references);
    if (values == NULL || passes->references == NULL) {
        free(values);
        return false;
    }
    if (count > 0) {
        qsort(passes->biases, count, sizeof passes->biases[0], compare_biases);
    }
    for (size_t start = 0; start < count; start = end) {
        const int64_t note_index = passes->biases[start].note_index;

        for (end = start; end < count && passes->biases[end].note_index == note_index; end++) {
            values[end - start] = passes->biases[end].bias_us;
        }
        passes->references[passes->reference_count] =
            (NoteReference){note_index, verdict_reference(values, end - start)};
        passes->reference_count++;
    }
    free(values);
    return true;
}

static const GroupReference *reference_at(Passes *passes, int64_t note_index)
{
    static const GroupReference none = {0.0, 15.0, 0}; /* GROUP_REFERENCE_NONE */
    const NoteReference *references = passes->references;

    while (passes->reference < passes->reference_count &&
           references[passes->reference].note_index < note_index) {
        passes->reference++;
    }
    if (passes->reference < passes->reference_count &&
        references[passes->reference].note_index == note_index) {
        return &references[passes->reference].reference;
    }
    return &none;
}

static bool add_change(Passes *passes, const VerdictChange *change)
{
    VerdictTable *table = passes->table;

    if (table->change_count == passes->change_capacity) {
        const size_t capacity =
            passes->change_capacity == 0 ? FIRST_CAPACITY : 2 * passes->change_capacity;
        VerdictChange *changes = realloc(table->changes, sizeof *changes * capacity);

        if (changes == NULL) {
            return false;
        }
        table->changes = changes;
        passes->change_capacity = capacity;
    }
    table->changes[table->change_count] = *change;
    table->change_count++;
    passes->player->change_count++;
    return true;
}

static bool
take_verdict(void *owner, int64_t note_index, int64_t at_ns, const VerdictEvidence *evidence)
{
    Passes *passes = owner;
    PlayerVerdict *player = passes->player;
    const Verdict ruled =
        verdict_judge(evidence, reference_at(passes, note_index), passes->calibrated);
    const Verdict shown = verdict_update(&passes->state, ruled);
    const bool is_change = passes->notes == 0 || shown != player->final;

    passes->notes++;
    player->ruled[ruled]++;
    player->shown[shown]++;
    player->final = shown;
    player->evidence = *evidence;
    return !is_change || add_change(passes, &(VerdictChange){at_ns, passes->notes, shown});
}

static bool go_through(Passes *passes, const ScoreGrid *grid, const TapStore *store, int player)
{
    size_t tap_count;
    const ScoreTap *taps = tap_store_taps(store, player, &tap_count);

    passes->player = &passes->table->players[player];
    passes->player->first_change = passes->table->change_count;
    passes->state = (VerdictState){0};
    passes->notes = 0;
    passes->reference = 0;
    return score_player_notes(grid, taps, tap_count, take_verdict, passes) == SCORE_DONE;
}

static bool find_group(Passes *passes, const ScoreGrid *grid, const TapStore *store)
{
    for (int i = 0; i < tap_store_player_count(store); i++) {
        size_t tap_count;
        const ScoreTap *taps = tap_store_taps(store, i, &tap_count);

        if (score_player_notes(grid, taps, tap_count, take_bias, passes) != SCORE_DONE ||
            !hold_last_bias(passes)) {
            return false;
        }
    }
    return refer_to_group(passes);
}

/* The last note at which there were enough people to say where the group is. */
static GroupReference last_reference(const Passes *passes)
{
    for (size_t i = passes->reference_count; i > 0; i--) {
        if (passes->references[i - 1].reference.people >= VERDICT_REFERENCE_PEOPLE_MIN) {
            return passes->references[i - 1].reference;
        }
    }
    return GROUP_REFERENCE_NONE;
}

const char *verdict_table_make(VerdictTable *table,
                               const ScoreGrid *grid,
                               const TapStore *store,
                               bool calibrated)
{
    const int player_count = tap_store_player_count(store);
    Passes passes = {.table = table, .calibrated = calibrated};
    bool well = true;

    *table = (VerdictTable){.reference = GROUP_REFERENCE_NONE};
    table->players = calloc((size_t)player_count + 1, sizeof *table->players);
    well = table->players != NULL && (!calibrated || find_group(&passes, grid, store));
    for (int i = 0; well && i < player_count; i++) {
        well = go_through(&passes, grid, store, i);
    }
    if (well) {
        table->reference = last_reference(&passes);
    }
    free(passes.biases);
    free(passes.references);
    return well ? NULL : "too many notes for the verdicts, or too little memory";
}

void verdict_table_clear(VerdictTable *table)
{
    free(table->players);
    free(table->changes);
    *table = (VerdictTable){.reference = GROUP_REFERENCE_NONE};
}
