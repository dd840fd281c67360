#include "shared/verdict.h"

#include <assert.h>
#include <math.h>

#include "shared/circular.h"
#include "shared/group_statistics.h"

#define MADN_PER_MAD 1.4826
#define MADN_MS_MIN 12.0
#define Z_ONE_SIDED_95 1.64
/* Of twice as many hits as notes, chance is so concentrated once in 650 windows. */
#define DOUBLE_R2_MIN 0.45
/* Hits by chance between notes 250 ms apart spread by .28 of that, which is the 70 ms that are
   steady at 500: where notes are dense, steady is a share of their spacing. */
#define SPREAD_TURNS_MAX 0.20
/* From a hit to the next one, in note spacings: what is longer is a rest, and where the phase goes
   in it says nothing about a tempo. */
#define ADVANCE_SPACINGS_MAX 2.5
/* Where notes are far apart, too: people's spread goes on growing with the spacing. */
#define SLOW_SPREAD_TURNS_MAX 0.12
/* From a hit to the next one unsteady hands hide a tempo that the whole window shows. It has to be
   well off: among so many tempi chance finds one near the right one that suits unsteady hands. */
#define DRIFT_R_MIN 0.80
#define DRIFT_TURNS_MIN 0.05
/* The tempi that are tried: a quarter of a turn a note to both sides. */
#define DRIFT_STEP_TURNS (1.0 / 64.0)
#define DRIFT_STEPS 16

enum {
    DRIFT_COUNT = 2 * DRIFT_STEPS + 1,
    RUN_MAX = 200 /* runs are compared with single figures; they need not count on */
};

static const char *const words[VERDICT_COUNT] = {
    [VERDICT_WARMING_UP] = "warming up",
    [VERDICT_IDLE] = "idle",
    [VERDICT_DOUBLE] = "double",
    [VERDICT_HALF] = "half",
    [VERDICT_OFF_BEAT] = "off-beat",
    [VERDICT_EARLY] = "early",
    [VERDICT_LATE] = "late",
    [VERDICT_ON] = "on",
    [VERDICT_TIGHT] = "tight",
    [VERDICT_WRONG_TEMPO] = "wrong tempo",
    [VERDICT_ERRATIC] = "erratic",
    [VERDICT_LOOSE] = "loose",
};

/* The sums a window is made of, gathered from the newest record backwards. */
typedef struct {
    CircularSum phase;
    CircularSum half_phase;
    CircularSum advance;
    int64_t notes;
    int64_t hits;
    int64_t even_hits;
    int64_t parity_changes; /* from a hit to the next */
    int64_t spacing_sum_us;
    int64_t records;
    int64_t next_note_number;
    int32_t next_phase_uturns; /* of the hit after the one being added ... */
    SessionTime next_at;       /* ... and when that was */
} WindowSums;

/* The hits of a window, each as it would lie at each of the tempi. */
typedef struct {
    double re[DRIFT_COUNT];
    double im[DRIFT_COUNT];
    double newest_position; /* in notes */
    int64_t hits;
} DriftSums;

static double clamp_ms(double value_ms, double low_ms, double high_ms)
{
    return fmin(fmax(value_ms, low_ms), high_ms);
}

static void add_hit(WindowSums *sums, const WindowRecord *record)
{
    const int64_t relative_us = (int64_t)record->error_us - record->calibration_us;
    const int32_t phase = circular_phase_uturns(relative_us, record->spacing_us);

    circular_add(&sums->phase, phase);
    circular_add(&sums->half_phase, 2 * phase);
    const double gap_us = (double)(sums->next_at.ns - record->at.ns) / (double)NS_PER_US;

    if (sums->hits > 0 && gap_us <= ADVANCE_SPACINGS_MAX * (double)record->spacing_us) {
        circular_add(&sums->advance, sums->next_phase_uturns - phase);
    }
    if (sums->hits > 0 && (sums->next_note_number - record->note_number) % 2 != 0) {
        sums->parity_changes++;
    }
    sums->next_phase_uturns = phase;
    sums->next_note_number = record->note_number;
    sums->next_at = record->at;
    sums->hits++;
    if (record->note_number % 2 == 0) {
        sums->even_hits++;
    }
}

/* The window reaches back to, and without, the note before its first one. */
static WindowSums gather(const PersonStatistics *statistics)
{
    WindowSums sums = {0};

    for (uint32_t i = 0; i < statistics->window_count; i++) {
        const WindowRecord *record = person_statistics_recent(statistics, i);
        const Judgement kind = (Judgement)record->kind;
        if (judgement_closes_note(kind) && sums.notes == VERDICT_WINDOW_NOTES) {
            break;
        }
        if (judgement_closes_note(kind)) {
            sums.notes++;
        }
        if (judgement_is_hit(kind)) {
            add_hit(&sums, record);
        }
        sums.spacing_sum_us += record->spacing_us;
        sums.records++;
    }
    return sums;
}

static void measure_silence(VerdictEvidence *evidence,
                            const PersonStatistics *statistics,
                            SessionTime complete_until)
{
    SessionTime heard = complete_until;

    for (uint32_t i = 0; i < statistics->window_count; i++) {
        const WindowRecord *record = person_statistics_recent(statistics, i);
        heard = record->at;
        if (judgement_is_hit((Judgement)record->kind)) {
            break;
        }
        evidence->notes_silent++;
    }
    if (complete_until.ns > heard.ns) {
        evidence->silent_ns = complete_until.ns - heard.ns;
    }
}

/* The circular standard deviation as a full window would show it: of n R^2, n parts are the truth
   and one is chance (as PPC has it for groups), so that few hits look steadier than they are. */
static double spread_turns(const CircularSum *phase)
{
    const double full = VERDICT_WINDOW_NOTES;
    const double n = (double)phase->count;
    const double r = circular_r(phase);

    if (n < 2.0 || n >= full || r >= 1.0) {
        return circular_spread_turns(phase);
    }
    const double truth = fmax((n * r * r - 1.0) / (n - 1.0), 0.0);
    const double square = truth + (1.0 - truth) / full;

    return sqrt(-log(square)) / CIRCULAR_TWO_PI;
}

/* The fastest tempo first: each next one turns the hit by the same angle. */
static void add_drift(DriftSums *sums, const WindowRecord *record)
{
    const int64_t relative_us = (int64_t)record->error_us - record->calibration_us;
    const double turns = (double)relative_us / record->spacing_us;
    const double position = (double)record->note_number + turns;

    if (sums->hits == 0) {
        sums->newest_position = position;
    }
    const double since = position - sums->newest_position;
    const double first = CIRCULAR_TWO_PI * (turns + DRIFT_STEPS * DRIFT_STEP_TURNS * since);
    const double step_re = cos(CIRCULAR_TWO_PI * DRIFT_STEP_TURNS * since);
    const double step_im = -sin(CIRCULAR_TWO_PI * DRIFT_STEP_TURNS * since);
    double re = cos(first);
    double im = sin(first);

    for (int i = 0; i < DRIFT_COUNT; i++) {
        const double turned = re * step_re - im * step_im;

        sums->re[i] += re;
        sums->im[i] += im;
        im = re * step_im + im * step_re;
        re = turned;
    }
    sums->hits++;
}

/* The tempo at which the hits of the newest `record_count` records would be the steadiest. */
static void
measure_drift(VerdictEvidence *evidence, const PersonStatistics *statistics, int64_t record_count)
{
    DriftSums sums = {.hits = 0};
    double best = -1.0;

    for (uint32_t i = 0; i < record_count; i++) {
        const WindowRecord *record = person_statistics_recent(statistics, i);

        if (judgement_is_hit((Judgement)record->kind)) {
            add_drift(&sums, record);
        }
    }
    for (int i = 0; i < DRIFT_COUNT && sums.hits > 0; i++) {
        const double square = sums.re[i] * sums.re[i] + sums.im[i] * sums.im[i];

        if (square > best) {
            best = square;
            evidence->drift_r = sqrt(square) / (double)sums.hits;
            evidence->drift_turns = (i - DRIFT_STEPS) * DRIFT_STEP_TURNS;
        }
    }
}

static double spread_ms_limit(double period_ms)
{
    const double usual_ms = clamp_ms(0.16 * period_ms, 70.0, 120.0);

    return fmin(fmax(usual_ms, SLOW_SPREAD_TURNS_MAX * period_ms), SPREAD_TURNS_MAX * period_ms);
}

VerdictEvidence verdict_evidence(const PersonStatistics *statistics, SessionTime complete_until)
{
    const WindowSums sums = gather(statistics);
    VerdictEvidence evidence = {
        .notes_elapsed = statistics->window_notes,
        .window_notes = sums.notes,
        .hits = sums.hits,
        .r = circular_r(&sums.phase),
        .r2 = circular_r(&sums.half_phase),
        .evenness = circular_r(&sums.advance),
        .advance_turns = circular_mean_turns(&sums.advance),
    };

    if (sums.records > 0) {
        evidence.period_ms = (double)sums.spacing_sum_us / (double)sums.records / 1000.0;
    }
    if (sums.notes > 0) {
        evidence.q = (double)sums.hits / (double)sums.notes;
    }
    if (sums.hits > 0) {
        const double even_share = (double)sums.even_hits / (double)sums.hits;
        const double kept_share = 1.0 - (double)sums.parity_changes / (double)sums.hits;

        /* One missed beat, and who plays every second note is on the other ones. */
        evidence.parity_share = fmax(fmax(even_share, 1.0 - even_share), kept_share);
    }
    evidence.bias_ms = circular_mean_turns(&sums.phase) * evidence.period_ms;
    evidence.spread_ms = spread_turns(&sums.phase) * evidence.period_ms;
    if (evidence.spread_ms > spread_ms_limit(evidence.period_ms)) {
        measure_drift(&evidence, statistics, sums.records);
    }
    measure_silence(&evidence, statistics, complete_until);
    return evidence;
}

static bool is_warming_up(const VerdictEvidence *evidence)
{
    return evidence->notes_elapsed < 8 || (evidence->hits < 6 && evidence->notes_elapsed < 12);
}

static bool is_idle(const VerdictEvidence *evidence)
{
    const double silence_ms_max = fmax(6.0 * evidence->period_ms, 4000.0);

    /* Silence counts only where notes were asked for: a rest in the groove is not idleness. */
    return evidence->q < 0.25 || evidence->hits < 6 ||
           (ms_of_ns(evidence->silent_ns) > silence_ms_max && evidence->notes_silent >= 3);
}

static bool is_double(const VerdictEvidence *evidence)
{
    return evidence->q >= 1.6 && evidence->q <= 2.4 && evidence->r2 >= DOUBLE_R2_MIN &&
           evidence->r < 0.5;
}

/* Few people say little of how far apart they are: as many ordinary ones are counted in as make a
   reference. */
static double believed_madn_ms(const GroupReference *reference)
{
    const double ordinary = VERDICT_REFERENCE_PEOPLE_MIN;
    const double people = (double)reference->people;

    return (people * reference->madn_ms + ordinary * GROUP_REFERENCE_NONE.madn_ms) /
           (people + ordinary);
}

/* EARLY or LATE when the offset from the group is both large and certain, else ON. */
static Verdict judge_offset(const VerdictEvidence *evidence, const GroupReference *reference)
{
    const double offset_ms = evidence->bias_ms - reference->median_ms;
    const double bound_ms = fmax(clamp_ms(0.12 * evidence->period_ms, 60.0, 100.0),
                                 3.0 * fmax(believed_madn_ms(reference), MADN_MS_MIN));
    /* Errors are autocorrelated (lag 1 about 0.5): the mean is 1.7 times less certain. */
    const double error_ms = evidence->spread_ms * sqrt(3.0 / (double)evidence->hits);

    if (fabs(offset_ms) > bound_ms &&
        fabs(offset_ms) - Z_ONE_SIDED_95 * error_ms > 0.75 * bound_ms) {
        return offset_ms < 0.0 ? VERDICT_EARLY : VERDICT_LATE;
    }
    return VERDICT_ON;
}

static Verdict
judge_steady(const VerdictEvidence *evidence, const GroupReference *reference, bool calibrated)
{
    const double period_ms = evidence->period_ms;

    if (evidence->q <= 0.65 && evidence->parity_share >= 0.85 &&
        fabs(evidence->bias_ms) < 0.30 * period_ms) {
        return VERDICT_HALF;
    }
    if (fabs(evidence->bias_ms) >= 0.35 * period_ms) {
        return VERDICT_OFF_BEAT;
    }
    if (calibrated) {
        const Verdict offset = judge_offset(evidence, reference);
        if (offset != VERDICT_ON) {
            return offset;
        }
    }
    return evidence->spread_ms <= 0.05 * period_ms ? VERDICT_TIGHT : VERDICT_ON;
}

/* Evenly at another tempo, as seen from hit to hit or over the whole window. */
static bool is_wrong_tempo(const VerdictEvidence *evidence)
{
    const bool evenly = evidence->evenness >= 0.75 && fabs(evidence->advance_turns) >= 0.03;
    const bool drifts =
        evidence->drift_r >= DRIFT_R_MIN && fabs(evidence->drift_turns) >= DRIFT_TURNS_MIN;

    return evidence->q <= 1.6 && (evenly || drifts);
}

Verdict
verdict_judge(const VerdictEvidence *evidence, const GroupReference *reference, bool calibrated)
{
    const double spread_ms_max = spread_ms_limit(evidence->period_ms);

    if (is_warming_up(evidence)) {
        return VERDICT_WARMING_UP;
    }
    if (is_idle(evidence)) {
        return VERDICT_IDLE;
    }
    if (is_double(evidence)) {
        return VERDICT_DOUBLE;
    }
    if (evidence->spread_ms <= spread_ms_max) {
        return judge_steady(evidence, reference, calibrated);
    }
    if (is_wrong_tempo(evidence)) {
        return VERDICT_WRONG_TEMPO;
    }
    return evidence->spread_ms > 1.15 * spread_ms_max ? VERDICT_ERRATIC : VERDICT_LOOSE;
}

bool verdict_counts_for_reference(Verdict verdict, bool calibrated)
{
    return calibrated && (verdict == VERDICT_ON || verdict == VERDICT_TIGHT ||
                          verdict == VERDICT_EARLY || verdict == VERDICT_LATE);
}

GroupReference verdict_reference(int64_t *bias_us, size_t count)
{
    GroupReference reference = GROUP_REFERENCE_NONE;

    reference.people = (int64_t)count;
    if (count < VERDICT_REFERENCE_PEOPLE_MIN) {
        return reference;
    }
    const int64_t median_us = group_median(bias_us, count);
    const int64_t deviation_us = group_median_deviation(bias_us, count, median_us);

    reference.median_ms = (double)median_us / 1000.0;
    reference.madn_ms = MADN_PER_MAD * (double)deviation_us / 1000.0;
    return reference;
}

GroupDrift verdict_group_drift(const GroupReference *reference, int64_t beat_ns)
{
    const double bound_ms = 0.08 * ms_of_ns(beat_ns);

    if (reference->median_ms < -bound_ms) {
        return GROUP_RUSHING;
    }
    return reference->median_ms > bound_ms ? GROUP_DRAGGING : GROUP_STEADY;
}

/* HALF is shown and cleared like a flag, although it is only a notice. */
static bool is_bad(Verdict verdict)
{
    return verdict_is_flagged(verdict) || verdict == VERDICT_HALF;
}

static uint8_t run_longer(uint8_t run)
{
    return run < RUN_MAX ? (uint8_t)(run + 1) : run;
}

/* Somebody a little unsteady has a scattered bar now and then. Who was calm for a whole window is
   given the benefit of the doubt. */
static uint8_t raise_notes(const VerdictState *state, Verdict judged)
{
    return judged == VERDICT_ERRATIC && state->calm_run >= VERDICT_WINDOW_NOTES
               ? VERDICT_DOUBT_NOTES
               : VERDICT_RAISE_NOTES;
}

static Verdict show(VerdictState *state, Verdict verdict)
{
    state->shown = verdict;
    state->calm_run =
        is_bad(verdict) || verdict == VERDICT_WARMING_UP ? 0 : run_longer(state->calm_run);
    return verdict;
}

Verdict verdict_update(VerdictState *state, Verdict judged)
{
    assert((unsigned int)judged < VERDICT_COUNT);
    state->same_run = judged == state->last ? run_longer(state->same_run) : 1;
    state->last = judged;

    if (judged == VERDICT_WARMING_UP) {
        *state = (VerdictState){.last = judged, .same_run = state->same_run};
        return state->shown;
    }
    if (is_bad(judged)) {
        state->bad_run = run_longer(state->bad_run);
        state->clear_run = 0;
        /* From one flag to another only by a run of the other itself: mixed trouble keeps its name.
         */
        const uint8_t run = is_bad(state->shown) ? state->same_run : state->bad_run;
        return show(state, run >= raise_notes(state, judged) ? judged : state->shown);
    }
    state->bad_run = 0;
    state->clear_run = run_longer(state->clear_run);
    const bool is_clear = !is_bad(state->shown) || state->clear_run >= VERDICT_CLEAR_NOTES;

    return show(state, is_clear ? judged : state->shown);
}

bool verdict_is_flagged(Verdict verdict)
{
    switch (verdict) {
    case VERDICT_IDLE:
    case VERDICT_DOUBLE:
    case VERDICT_OFF_BEAT:
    case VERDICT_EARLY:
    case VERDICT_LATE:
    case VERDICT_WRONG_TEMPO:
    case VERDICT_ERRATIC:
        return true;
    case VERDICT_WARMING_UP:
    case VERDICT_HALF:
    case VERDICT_ON:
    case VERDICT_TIGHT:
    case VERDICT_LOOSE:
    case VERDICT_COUNT:
        return false;
    }
    return false;
}

const char *verdict_word(Verdict verdict)
{
    assert((unsigned int)verdict < VERDICT_COUNT);
    return words[verdict];
}
