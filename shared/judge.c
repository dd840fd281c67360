#include "shared/judge.h"

#include <string.h>

#define BOUNCE_NS_MAX (80 * NS_PER_MS)

static int64_t min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void judge_init(Judge *judge, Profile profile)
{
    memset(judge, 0, sizeof *judge);
    judge->profile = profile;
    judge->closed_until = (SessionTime){INT64_MIN};
}

int64_t judge_cell_ns(const JudgeNote *note, Profile profile)
{
    const int64_t w3_ns = judge_windows(note->beat_ns, profile).w3_ns;

    return min_i64(w3_ns, min_i64(note->gap_before_ns, note->gap_after_ns) / 2);
}

bool judge_expect(Judge *judge, const JudgeNote *note)
{
    assert(note->beat_ns > 0 && note->gap_before_ns > 0 && note->gap_after_ns > 0);
    assert(judge->note_count == 0 || judge->notes[judge->note_count - 1].at.ns < note->at.ns);
    if (judge->note_count == JUDGE_NOTES_MAX) {
        return false;
    }
    judge->notes[judge->note_count] = *note;
    judge->note_count++;
    return true;
}

int judge_forget_notes(Judge *judge, SessionTime after)
{
    int forgotten = 0;

    while (judge->note_count > 0 && judge->notes[judge->note_count - 1].at.ns > after.ns) {
        judge->note_count--;
        forgotten++;
    }
    return forgotten;
}

/* Where the hit lies on the participant's calibrated time line. */
static int64_t calibrated_ns(const JudgeHit *hit)
{
    return hit->at.ns - hit->calibration_ns;
}

/* The order in which hits count: by calibrated time, then by number; never a tie between two. */
static bool comes_before(const JudgeHit *a, const JudgeHit *b)
{
    if (calibrated_ns(a) != calibrated_ns(b)) {
        return calibrated_ns(a) < calibrated_ns(b);
    }
    return a->number < b->number;
}

JudgeHitResult judge_hit(Judge *judge, const JudgeHit *hit)
{
    int index = judge->hit_count;

    assert(hit->pad < PADS_MAX && hit->number > 0);
    for (int i = 0; i < judge->hit_count; i++) {
        if (judge->hits[i].number == hit->number) {
            return JUDGE_HIT_DUPLICATE;
        }
    }
    if (calibrated_ns(hit) <= judge->closed_until.ns) {
        return JUDGE_HIT_TOO_LATE;
    }
    if (judge->hit_count == JUDGE_HITS_MAX) {
        return JUDGE_HIT_FULL;
    }
    while (index > 0 && comes_before(hit, &judge->hits[index - 1])) {
        judge->hits[index] = judge->hits[index - 1];
        index--;
    }
    judge->hits[index] = *hit;
    judge->hit_count++;
    return JUDGE_HIT_TAKEN;
}

/* The note that `time_ns` is nearest to, open or the last closed; NULL when there is none at all.
 */
static const JudgeNote *nearest_note(const Judge *judge, int64_t time_ns)
{
    const JudgeNote *nearest = judge->has_last_note ? &judge->last_note : NULL;

    for (int i = 0; i < judge->note_count; i++) {
        const JudgeNote *note = &judge->notes[i];

        if (nearest == NULL || note->at.ns - time_ns < time_ns - nearest->at.ns) {
            nearest = note;
        }
        if (note->at.ns > time_ns) {
            break;
        }
    }
    return nearest;
}

/* The period of the phase at a note: the distance to its nearer neighbour, or the beat. */
static int64_t spacing_ns(const JudgeNote *note)
{
    const int64_t gap_ns = min_i64(note->gap_before_ns, note->gap_after_ns);

    return gap_ns == INT64_MAX ? note->beat_ns : gap_ns;
}

/*
 * Which open hits are not bounces, in their order: the rule looks at the previous accepted hit of
 * the same pad, so it is a fold from the last closed one on.
 */
static void find_accepted(const Judge *judge, bool accepted[JUDGE_HITS_MAX])
{
    int64_t last_ns[PADS_MAX];
    bool has_last[PADS_MAX];

    for (int pad = 0; pad < PADS_MAX; pad++) {
        last_ns[pad] = judge->accepted_at[pad].ns;
        has_last[pad] = judge->has_accepted[pad];
    }
    for (int i = 0; i < judge->hit_count; i++) {
        const JudgeHit *hit = &judge->hits[i];
        const int64_t at_ns = calibrated_ns(hit);
        const JudgeNote *note = nearest_note(judge, at_ns);
        const int64_t beat_ns = note == NULL ? NS_PER_S : note->beat_ns;
        const int64_t bounce_ns = min_i64(BOUNCE_NS_MAX, beat_ns * 15 / 100);

        accepted[i] = !has_last[hit->pad] || at_ns - last_ns[hit->pad] >= bounce_ns;
        if (accepted[i]) {
            last_ns[hit->pad] = at_ns;
            has_last[hit->pad] = true;
        }
    }
}

static JudgedRecord record_of(const JudgeHit *hit, const JudgeNote *note, Judgement kind)
{
    JudgedRecord record = {
        .kind = kind,
        .at = hit->at,
        .calibration_ns = hit->calibration_ns,
        .beat_ns = NS_PER_S,
        .spacing_ns = NS_PER_S,
        .hit_number = hit->number,
        .pad = hit->pad,
        .velocity = hit->velocity,
    };

    if (note != NULL) {
        record.note_number = note->number;
        record.error_ns = hit->at.ns - note->at.ns;
        record.beat_ns = note->beat_ns;
        record.spacing_ns = spacing_ns(note);
    }
    return record;
}

static JudgedRecord claim_of(const Judge *judge, const JudgeHit *hit, const JudgeNote *note)
{
    const JudgeWindows windows = judge_windows(note->beat_ns, judge->profile);
    const int64_t asynchrony_ns = calibrated_ns(hit) - note->at.ns;
    const int64_t distance_ns = asynchrony_ns < 0 ? -asynchrony_ns : asynchrony_ns;
    JudgedRecord record = record_of(hit, note, JUDGEMENT_OK);

    if (distance_ns <= windows.w1_ns) {
        record.kind = JUDGEMENT_PERFECT;
    } else if (distance_ns <= windows.w2_ns) {
        record.kind = JUDGEMENT_GOOD;
    }
    record.weight_micro = score_weight_micro(asynchrony_ns, hit->allowance_ns, note->beat_ns);
    return record;
}

static bool cell_holds(const Judge *judge, const JudgeNote *note, int64_t time_ns)
{
    const int64_t cell_ns = judge_cell_ns(note, judge->profile);

    return time_ns > note->at.ns - cell_ns && time_ns <= note->at.ns + cell_ns;
}

/* The accepted hit that claims `note`: the nearest in its cell, the earlier of two; -1 for none. */
static int claiming_hit(const Judge *judge, const JudgeNote *note, const bool *accepted)
{
    int64_t best_ns = INT64_MAX;
    int best = -1;

    for (int i = 0; i < judge->hit_count; i++) {
        const int64_t at_ns = calibrated_ns(&judge->hits[i]);
        const int64_t distance_ns = at_ns < note->at.ns ? note->at.ns - at_ns : at_ns - note->at.ns;

        if (accepted[i] && distance_ns < best_ns && cell_holds(judge, note, at_ns)) {
            best_ns = distance_ns;
            best = i;
        }
    }
    return best;
}

/* What hit `index` is, given all hits that wait. */
static JudgedRecord judged(const Judge *judge, int index, const bool *accepted)
{
    const JudgeHit *hit = &judge->hits[index];
    const JudgeNote *note = nearest_note(judge, calibrated_ns(hit));
    const bool open = note != NULL && !(judge->has_last_note && note == &judge->last_note);

    if (!accepted[index]) {
        return record_of(hit, note, JUDGEMENT_BOUNCE);
    }
    if (open && cell_holds(judge, note, calibrated_ns(hit)) &&
        claiming_hit(judge, note, accepted) == index) {
        return claim_of(judge, hit, note);
    }
    return record_of(hit, note, JUDGEMENT_EXTRA);
}

bool judge_provisional(const Judge *judge, uint32_t number, JudgedRecord *record)
{
    bool accepted[JUDGE_HITS_MAX];

    for (int i = 0; i < judge->hit_count; i++) {
        if (judge->hits[i].number == number) {
            find_accepted(judge, accepted);
            *record = judged(judge, i, accepted);
            return true;
        }
    }
    return false;
}

static JudgedRecord miss_of(const JudgeNote *note)
{
    return (JudgedRecord){.kind = JUDGEMENT_MISS,
                          .at = note->at,
                          .note_number = note->number,
                          .beat_ns = note->beat_ns,
                          .spacing_ns = spacing_ns(note)};
}

static void remove_first_hit(Judge *judge, const JudgedRecord *record)
{
    const JudgeHit *hit = &judge->hits[0];

    if (record->kind != JUDGEMENT_BOUNCE) {
        judge->accepted_at[hit->pad] = (SessionTime){calibrated_ns(hit)};
        judge->has_accepted[hit->pad] = true;
    }
    judge->hit_count--;
    memmove(judge->hits, judge->hits + 1, sizeof judge->hits[0] * (size_t)judge->hit_count);
}

static void remove_first_note(Judge *judge)
{
    judge->last_note = judge->notes[0];
    judge->has_last_note = true;
    judge->note_count--;
    memmove(judge->notes, judge->notes + 1, sizeof judge->notes[0] * (size_t)judge->note_count);
}

/*
 * Closes the first note with all that lies in its cell: `hits_in_cell` hits from the first on.
 * Returns the number of records.
 */
static int close_note(Judge *judge, int hits_in_cell, JudgedRecord *records)
{
    const JudgeNote note = judge->notes[0];
    bool accepted[JUDGE_HITS_MAX];
    int count = 0;
    bool claimed = false;

    find_accepted(judge, accepted);
    for (int i = 0; i < hits_in_cell; i++) {
        records[count] = judged(judge, i, accepted);
        claimed = claimed || judgement_closes_note(records[count].kind);
        count++;
    }
    for (int i = 0; i < hits_in_cell; i++) {
        remove_first_hit(judge, &records[i]);
    }
    if (!claimed) {
        records[count] = miss_of(&note);
        count++;
    }
    remove_first_note(judge);
    return count;
}

/* How many of the waiting hits lie at or before `time_ns`. */
static int hits_until(const Judge *judge, int64_t time_ns)
{
    int count = 0;

    while (count < judge->hit_count && calibrated_ns(&judge->hits[count]) <= time_ns) {
        count++;
    }
    return count;
}

int judge_close(Judge *judge, SessionTime horizon, JudgedRecord *records, int records_max)
{
    int count = 0;

    assert(records_max > JUDGE_HITS_MAX);
    while (records_max - count > JUDGE_HITS_MAX) {
        const bool has_note = judge->note_count > 0;
        const int64_t cell_ns = has_note ? judge_cell_ns(&judge->notes[0], judge->profile) : 0;
        const int64_t cell_start_ns = has_note ? judge->notes[0].at.ns - cell_ns : INT64_MAX;
        const int64_t cell_end_ns = has_note ? judge->notes[0].at.ns + cell_ns : INT64_MAX;

        if (judge->hit_count > 0 && calibrated_ns(&judge->hits[0]) <= horizon.ns &&
            calibrated_ns(&judge->hits[0]) <= cell_start_ns) {
            bool accepted[JUDGE_HITS_MAX];

            find_accepted(judge, accepted);
            records[count] = judged(judge, 0, accepted);
            remove_first_hit(judge, &records[count]);
            count++;
        } else if (has_note && cell_end_ns <= horizon.ns) {
            count += close_note(judge, hits_until(judge, cell_end_ns), records + count);
        } else {
            /* What lies in a cell that is still open stays open with it. */
            const int64_t until_ns = min_i64(horizon.ns, cell_start_ns);

            if (until_ns > judge->closed_until.ns) {
                judge->closed_until = (SessionTime){until_ns};
            }
            break;
        }
    }
    return count;
}
