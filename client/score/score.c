#include "client/score/score.h"

#include <string.h>

#include "shared/judge.h"

__extension__ typedef __int128 Int128;

/* ubeats per ns are tempo_nbpm / GRID_DIVISOR: 1000 nbpm per ubpm times the ns of a minute. */
#define GRID_DIVISOR ((Int128)INT64_C(60000000000000))
#define GRID_ORIGIN ((Beats){0})

enum {
    RECORDS_MAX = 2 * JUDGE_HITS_MAX,
    NOTES_BEYOND = 2 /* expected beyond the time being judged: the nearest may be the next */
};

/* One player on the way through the recording. */
typedef struct {
    const ScoreGrid *grid;
    Judge judge;
    GrooveNote next;   /* the next note to be expected ... */
    int64_t last_ns;   /* ... as long as its cell begins before this */
    bool at_least_one; /* nothing has been expected yet */
    int64_t note_count;
    int64_t first_index; /* of the note that counts as the player's first */
    PersonStatistics *statistics;
    ScoreGroupHit *group_hits; /* NULL: not wanted */
    size_t group_hit_count;
    ScoreNoteSink sink; /* NULL: nobody asks */
    void *owner;
    bool is_stopped;
} Scorer;

Groove score_pulse(void)
{
    Groove groove = {
        .title = "Pulse",
        .tempo_mbpm = 120000,
        .beats_per_bar = 1,
        .steps_per_beat = 1,
        .bars = 1,
        .metre_unit = 4,
        .part_count = 1,
    };

    groove.parts[0] = (GroovePart){.drum = DRUM_CLICK, .title = "Pulse", .steps = {STEP_HIT}};
    return groove;
}

int64_t score_beat_ns(const ScoreGrid *grid)
{
    Int128 dividend = GRID_DIVISOR * UBEATS_PER_BEAT;

    return (int64_t)((dividend + grid->tempo_nbpm / 2) / grid->tempo_nbpm);
}

static int64_t time_of(const ScoreGrid *grid, Beats where)
{
    Int128 scaled = where.ubeats * GRID_DIVISOR;
    Int128 since = scaled / grid->tempo_nbpm;

    /* Up to whole ns, as the tempo map does. */
    return grid->t0_ns + (int64_t)(since + (scaled % grid->tempo_nbpm > 0 ? 1 : 0));
}

static Beats beats_at(const ScoreGrid *grid, int64_t time_ns)
{
    Int128 scaled = (Int128)(time_ns - grid->t0_ns) * grid->tempo_nbpm;
    Int128 ubeats = scaled / GRID_DIVISOR;

    return (Beats){(int64_t)(ubeats - (scaled % GRID_DIVISOR < 0 ? 1 : 0))};
}

static JudgeNote judge_note(const ScoreGrid *grid, GrooveNote note, int64_t number)
{
    GrooveNote before = note;
    GrooveNote after = note;
    int64_t at_ns = time_of(grid, note.at);

    (void)groove_note_at_index(grid->groove, 0, GRID_ORIGIN, note.index - 1, &before);
    (void)groove_note_at_index(grid->groove, 0, GRID_ORIGIN, note.index + 1, &after);
    return (JudgeNote){
        .number = number,
        .at = {at_ns},
        .beat_ns = score_beat_ns(grid),
        .gap_before_ns = at_ns - time_of(grid, before.at),
        .gap_after_ns = time_of(grid, after.at) - at_ns,
    };
}

static GrooveNote note_after(const ScoreGrid *grid, GrooveNote note)
{
    GrooveNote next = note;

    (void)groove_note_at_index(grid->groove, 0, GRID_ORIGIN, note.index + 1, &next);
    return next;
}

/* The first note from t0 on whose cell ends at or after `first_ns`. */
static GrooveNote first_note(const ScoreGrid *grid, int64_t first_ns)
{
    Beats from = beats_at(grid, first_ns - NS_PER_S);
    GrooveNote note = {0};
    bool found;

    from.ubeats = from.ubeats < 0 ? 0 : from.ubeats;
    found = groove_note_at_or_after(grid->groove, 0, GRID_ORIGIN, from, &note);
    assert(found);
    (void)found;
    for (;;) {
        JudgeNote judged = judge_note(grid, note, 1);

        if (judged.at.ns + judge_cell_ns(&judged, grid->profile) >= first_ns) {
            return note;
        }
        note = note_after(grid, note);
    }
}

/* The first hit on a beat counts, and not the nearest: who drums without end would always have one
   that is near. */
static void take_group_hit(Scorer *scorer, const JudgedRecord *record)
{
    Beats note_at = beats_at(scorer->grid, record->at.ns - record->error_ns);
    int64_t beat = div_floor(note_at.ubeats + UBEATS_PER_BEAT / 2, UBEATS_PER_BEAT);
    size_t count = scorer->group_hit_count;

    if (count > 0 && scorer->group_hits[count - 1].beat >= beat) {
        return;
    }
    scorer->group_hits[count].beat = beat;
    scorer->group_hits[count].phase_uturns =
        group_phase_uturns(record->error_ns, 0, record->beat_ns);
    scorer->group_hit_count++;
}

/* Notes are numbered from the player's first on; their place in the part is the same for all. */
static void tell_note(Scorer *scorer, const JudgedRecord *record)
{
    VerdictEvidence evidence;

    if (scorer->sink == NULL || scorer->is_stopped) {
        return;
    }
    evidence = verdict_evidence(scorer->statistics, record->at);
    scorer->is_stopped = !scorer->sink(scorer->owner,
                                       scorer->first_index + record->note_number - 1,
                                       record->at.ns - record->error_ns,
                                       &evidence);
}

static void take_record(Scorer *scorer, const JudgedRecord *record)
{
    person_statistics_fold(scorer->statistics, record);
    if (judgement_is_hit(record->kind) && scorer->group_hits != NULL) {
        take_group_hit(scorer, record);
    }
    if (judgement_closes_note(record->kind)) {
        tell_note(scorer, record);
    }
}

static void close_until(Scorer *scorer, int64_t horizon_ns)
{
    JudgedRecord records[RECORDS_MAX];
    int count;

    do {
        count = judge_close(&scorer->judge, (SessionTime){horizon_ns}, records, RECORDS_MAX);
        for (int i = 0; i < count; i++) {
            take_record(scorer, &records[i]);
        }
    } while (count >= RECORDS_MAX - JUDGE_HITS_MAX);
}

/* Expects the notes around `time_ns`. True when there may be more of them than the judge holds. */
static bool expect_until(Scorer *scorer, int64_t time_ns)
{
    int beyond = 0;

    while (scorer->judge.note_count < JUDGE_NOTES_MAX) {
        JudgeNote note = judge_note(scorer->grid, scorer->next, scorer->note_count + 1);
        int64_t cell_ns = judge_cell_ns(&note, scorer->grid->profile);
        bool wanted = scorer->at_least_one || note.at.ns - cell_ns < scorer->last_ns;

        if (!wanted || beyond >= NOTES_BEYOND || !judge_expect(&scorer->judge, &note)) {
            return false;
        }
        scorer->at_least_one = false;
        scorer->note_count++;
        scorer->next = note_after(scorer->grid, scorer->next);
        beyond += note.at.ns > time_ns ? 1 : 0;
    }
    return true;
}

/* Closes all before `time_ns`: the taps up to there are all in. */
static bool advance(Scorer *scorer, int64_t time_ns)
{
    while (expect_until(scorer, time_ns)) {
        const Judge *judge = &scorer->judge;
        int64_t middle_ns = judge->notes[JUDGE_NOTES_MAX / 2].at.ns;

        if (middle_ns >= time_ns) {
            break;
        }
        close_until(scorer, middle_ns);
        if (scorer->note_count > SCORE_NOTES_MAX) {
            return false;
        }
    }
    close_until(scorer, time_ns);
    return true;
}

static JudgeHit judge_hit_of(const ScoreTap *tap, size_t index)
{
    return (JudgeHit){
        .number = (uint32_t)index + 1,
        .at = {tap->time_ns},
        .allowance_ns = score_allowance_ns(0),
        .pad = tap->pad,
        .velocity = tap->velocity,
    };
}

/* People without a calibration count with their own bias removed, once it is known. */
static void remove_own_bias(Scorer *scorer)
{
    int64_t beat_ns = score_beat_ns(scorer->grid);
    int64_t bias_ns;
    int32_t bias_uturns;

    if (!person_statistics_own_bias(scorer->statistics, &bias_ns)) {
        scorer->group_hit_count = 0;
        return;
    }
    bias_uturns = group_phase_uturns(bias_ns, 0, beat_ns);
    for (size_t i = 0; i < scorer->group_hit_count; i++) {
        ScoreGroupHit *hit = &scorer->group_hits[i];

        hit->phase_uturns = circular_wrap_uturns((int64_t)hit->phase_uturns - bias_uturns);
    }
}

static ScoreResult go_through(Scorer *scorer, const ScoreTap *taps, size_t tap_count)
{
    scorer->last_ns = taps[tap_count - 1].time_ns;
    scorer->next = first_note(scorer->grid, taps[0].time_ns);
    scorer->first_index = scorer->next.index;
    scorer->at_least_one = true;
    memset(scorer->statistics, 0, sizeof *scorer->statistics);
    judge_init(&scorer->judge, scorer->grid->profile);
    for (size_t i = 0; i < tap_count; i++) {
        JudgeHit hit = judge_hit_of(&taps[i], i);

        if (!advance(scorer, hit.at.ns - 1)) {
            return SCORE_TOO_LONG;
        }
        if (scorer->is_stopped) {
            return SCORE_STOPPED;
        }
        if (judge_hit(&scorer->judge, &hit) != JUDGE_HIT_TAKEN) {
            return SCORE_TOO_DENSE;
        }
    }
    if (!advance(scorer, INT64_MAX)) {
        return SCORE_TOO_LONG;
    }
    return scorer->is_stopped ? SCORE_STOPPED : SCORE_DONE;
}

ScoreResult
score_player(const ScoreGrid *grid, const ScoreTap *taps, size_t tap_count, ScorePlayer *player)
{
    Scorer scorer = {
        .grid = grid, .statistics = player->statistics, .group_hits = player->group_hits};
    ScoreResult result = go_through(&scorer, taps, tap_count);

    if (result == SCORE_DONE && !player->keeps_bias) {
        remove_own_bias(&scorer);
    }
    player->group_hit_count = scorer.group_hit_count;
    return result;
}

ScoreResult score_player_notes(
    const ScoreGrid *grid, const ScoreTap *taps, size_t tap_count, ScoreNoteSink sink, void *owner)
{
    PersonStatistics statistics;
    Scorer scorer = {.grid = grid, .statistics = &statistics, .sink = sink, .owner = owner};

    return go_through(&scorer, taps, tap_count);
}

GroupFigures score_group(const ScoreGrid *grid, const ScoreGroupHit *hits, size_t hit_count)
{
    GroupTotals totals = {0};
    size_t end = 0;

    for (size_t start = 0; start < hit_count; start = end) {
        GroupBeat beat = {.used = true, .beat_number = hits[start].beat};

        for (end = start; end < hit_count && hits[end].beat == hits[start].beat; end++) {
            group_beat_add(&beat, hits[end].phase_uturns);
        }
        group_totals_add(&totals, &beat);
    }
    return group_totals_figures(&totals, score_beat_ns(grid), 0, 0);
}
