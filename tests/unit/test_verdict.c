/*
 * Verdicts: each rule at its border, hysteresis, and how often simulated people get the right word.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>

#include "shared/judge_windows.h"
#include "shared/player_model.h"
#include "shared/prng.h"
#include "shared/verdict.h"

enum {
    NOTES = 40,
    HITS_MAX = NOTES * PLAYER_TAPS_MAX,
    PEOPLE = 250
};

/* Somebody ordinary at T = 500: 16 hits on 16 notes, 20 ms of spread. */
static const VerdictEvidence ordinary = {
    .notes_elapsed = 40,
    .window_notes = 16,
    .hits = 16,
    .period_ms = 500.0,
    .q = 1.0,
    .r = 0.97,
    .r2 = 0.9,
    .spread_ms = 30.0,
    .evenness = 0.95,
    .parity_share = 0.5,
};

static Verdict judge(const VerdictEvidence *evidence)
{
    return verdict_judge(evidence, &GROUP_REFERENCE_NONE, true);
}

static void check_verdict(Verdict actual, Verdict expected)
{
    check_text(verdict_word(actual), verdict_word(expected));
}

static void somebody_ordinary_is_on_and_with_a_small_spread_tight(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    check_verdict(judge(&evidence), VERDICT_ON);
    evidence.spread_ms = 25.0;
    check_verdict(judge(&evidence), VERDICT_TIGHT);
}

static void little_is_known_at_first(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.notes_elapsed = 7;
    check_verdict(judge(&evidence), VERDICT_WARMING_UP);
    evidence.notes_elapsed = 11;
    evidence.hits = 5;
    check_verdict(judge(&evidence), VERDICT_WARMING_UP);
    evidence.notes_elapsed = 12;
    check_verdict(judge(&evidence), VERDICT_IDLE);
}

static void silence_is_idle_unless_nothing_was_asked_for(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.silent_ns = 4 * NS_PER_S + 1;
    evidence.notes_silent = 8;
    check_verdict(judge(&evidence), VERDICT_IDLE);
    evidence.notes_silent = 0;
    check_verdict(judge(&evidence), VERDICT_ON);
    evidence.notes_silent = 8;
    evidence.silent_ns = 4 * NS_PER_S;
    check_verdict(judge(&evidence), VERDICT_ON);
}

static void twice_as_many_hits_in_two_places_are_double(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.q = 2.0;
    evidence.hits = 32;
    evidence.r = 0.1;
    evidence.r2 = 0.9;
    evidence.spread_ms = 170.0;
    check_verdict(judge(&evidence), VERDICT_DOUBLE);
    evidence.r2 = 0.4;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
}

static void every_second_note_is_half(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.q = 0.5;
    evidence.hits = 8;
    evidence.parity_share = 0.875;
    check_verdict(judge(&evidence), VERDICT_HALF);
    check(!verdict_is_flagged(VERDICT_HALF));
    evidence.parity_share = 0.75;
    check_verdict(judge(&evidence), VERDICT_ON);
}

static void steady_between_the_notes_is_off_beat(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.bias_ms = -175.0;
    check_verdict(judge(&evidence), VERDICT_OFF_BEAT);
    evidence.bias_ms = 250.0;
    check_verdict(verdict_judge(&evidence, &GROUP_REFERENCE_NONE, false), VERDICT_OFF_BEAT);
}

static void early_and_late_are_against_the_group_and_only_when_calibrated(void **state)
{
    (void)state;
    const GroupReference dragging = {80.0, 12.0, 20};
    VerdictEvidence evidence = ordinary;

    evidence.bias_ms = -90.0;
    check_verdict(judge(&evidence), VERDICT_EARLY);
    evidence.bias_ms = 90.0;
    check_verdict(judge(&evidence), VERDICT_LATE);
    check_verdict(verdict_judge(&evidence, &dragging, true), VERDICT_ON);
    check_verdict(verdict_judge(&evidence, &GROUP_REFERENCE_NONE, false), VERDICT_ON);
}

static void an_uncertain_offset_is_no_offset(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    /* B = 60: 65 - 1.64 x 30 sqrt(3/16) = 43.7 <= 45, but 70 - 21.3 > 45. */
    evidence.bias_ms = 65.0;
    check_verdict(judge(&evidence), VERDICT_ON);
    evidence.bias_ms = 70.0;
    check_verdict(judge(&evidence), VERDICT_LATE);
}

static void a_scattered_group_makes_the_bound_wider(void **state)
{
    (void)state;
    const GroupReference wide = {0.0, 30.0, 50};
    /* So few say little of how far apart they are: B = 3 (5 x 30 + 5 x 15) / 10. */
    const GroupReference few = {0.0, 30.0, 5};
    VerdictEvidence evidence = ordinary;

    evidence.bias_ms = 85.0;
    check_verdict(judge(&evidence), VERDICT_LATE);
    check_verdict(verdict_judge(&evidence, &wide, true), VERDICT_ON);
    check_verdict(verdict_judge(&evidence, &few, true), VERDICT_LATE);
    evidence.bias_ms = 67.0;
    check_verdict(verdict_judge(&evidence, &few, true), VERDICT_ON);
}

static void even_hits_at_another_pace_are_the_wrong_tempo(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.spread_ms = 150.0;
    evidence.evenness = 0.9;
    evidence.advance_turns = -0.1;
    check_verdict(judge(&evidence), VERDICT_WRONG_TEMPO);
    evidence.advance_turns = 0.02;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
    evidence.evenness = 0.4;
    evidence.advance_turns = 0.2;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
}

static void between_on_and_erratic_lies_loose(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.evenness = 0.5;
    evidence.spread_ms = 80.0;
    check_verdict(judge(&evidence), VERDICT_ON);
    evidence.spread_ms = 85.0;
    check_verdict(judge(&evidence), VERDICT_LOOSE);
    evidence.spread_ms = 93.0;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
}

static void a_tempo_that_the_window_shows_is_wrong_without_evenness(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.spread_ms = 150.0;
    evidence.evenness = 0.5;
    evidence.drift_r = 0.85;
    evidence.drift_turns = 0.0625;
    check_verdict(judge(&evidence), VERDICT_WRONG_TEMPO);
    evidence.drift_turns = -0.03125;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
    evidence.drift_turns = -0.0625;
    evidence.drift_r = 0.75;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
}

/* A part with a note every other second: 200 ms are as ordinary there as 60 ms at 600. */
static void slow_notes_are_kept_in_proportion(void **state)
{
    (void)state;
    VerdictEvidence evidence = ordinary;

    evidence.evenness = 0.5;
    evidence.period_ms = 2000.0;
    evidence.spread_ms = 200.0;
    check_verdict(judge(&evidence), VERDICT_ON);
    evidence.spread_ms = 260.0;
    check_verdict(judge(&evidence), VERDICT_LOOSE);
    evidence.spread_ms = 280.0;
    check_verdict(judge(&evidence), VERDICT_ERRATIC);
}

static bool is_as_told(Verdict verdict, Verdict expected)
{
    const bool is_calm =
        verdict == VERDICT_ON || verdict == VERDICT_TIGHT || verdict == VERDICT_LOOSE;

    return expected == VERDICT_ON ? is_calm : verdict == expected;
}

/* What a window of these hits on a pulse says; phases in turns, one per note from 0 on. */
static VerdictEvidence
evidence_of_phases(const double *phases, const int64_t *notes, int count, int64_t beat_ns)
{
    PersonStatistics statistics = {0};
    int64_t next = 0;
    int64_t last_ns = 0;

    for (int i = 0; i < count; i++) {
        /* Notes that were expected and not hit. */
        for (; next < notes[i]; next++) {
            person_statistics_fold(&statistics,
                                   &(JudgedRecord){.kind = JUDGEMENT_MISS,
                                                   .at = {next * beat_ns},
                                                   .note_number = next,
                                                   .beat_ns = beat_ns,
                                                   .spacing_ns = beat_ns});
        }
        const int64_t error_ns = (int64_t)(phases[i] * (double)beat_ns);

        last_ns = notes[i] * beat_ns + error_ns;
        person_statistics_fold(&statistics,
                               &(JudgedRecord){.kind = JUDGEMENT_OK,
                                               .at = {last_ns},
                                               .note_number = notes[i],
                                               .error_ns = error_ns,
                                               .beat_ns = beat_ns,
                                               .spacing_ns = beat_ns});
        next = notes[i] + 1;
    }
    return verdict_evidence(&statistics, (SessionTime){last_ns});
}

static Verdict
verdict_of_phases(const double *phases, const int64_t *notes, int count, int64_t beat_ns)
{
    const VerdictEvidence evidence = evidence_of_phases(phases, notes, count, beat_ns);

    return judge(&evidence);
}

/* Who plays every second note and once goes wrong is on the other ones from there on. */
static void half_survives_a_change_to_the_other_notes(void **state)
{
    (void)state;
    const double phases[8] = {0.02, -0.03, 0.01, 0.0, -0.02, 0.03, 0.01, 0.0};
    const int64_t notes[8] = {1, 3, 5, 7, 10, 12, 14, 16};
    const int64_t bursts[8] = {1, 2, 3, 8, 9, 10, 15, 16};

    check_verdict(verdict_of_phases(phases, notes, 8, 500 * NS_PER_MS), VERDICT_HALF);
    check_verdict(verdict_of_phases(phases, bursts, 8, 500 * NS_PER_MS), VERDICT_TIGHT);
}

/* Nine per cent slow, and so unsteady that from hit to hit nothing is to be seen. */
static void unsteady_hands_do_not_hide_a_tempo(void **state)
{
    (void)state;
    const double wobble[16] = {0.1,
                               -0.1,
                               0.12,
                               -0.08,
                               0.1,
                               -0.12,
                               0.09,
                               -0.1,
                               0.1,
                               -0.1,
                               0.12,
                               -0.08,
                               0.1,
                               -0.12,
                               0.09,
                               -0.1};
    double phases[16];
    int64_t notes[16];

    for (int i = 0; i < 16; i++) {
        const double turns = 0.09 * i + wobble[i];

        phases[i] = turns - floor(turns + 0.5);
        notes[i] = i + 1 + (int64_t)floor(turns + 0.5);
    }
    const VerdictEvidence evidence = evidence_of_phases(phases, notes, 16, 600 * NS_PER_MS);

    check(evidence.evenness < 0.75);
    check_between(evidence.drift_turns, 0.07, 0.1);
    check_verdict(judge(&evidence), VERDICT_WRONG_TEMPO);
}

/* Law: however many hits there are, chance looks as unsteady as in a full window. */
static void few_hits_look_no_steadier_than_many(void **state)
{
    (void)state;
    double spreads_ms[2] = {0.0, 0.0};
    Prng prng;

    prng_seed(&prng, check_seed(31));
    for (int round = 0; round < 400; round++) {
        for (int full = 0; full < 2; full++) {
            double phases[16];
            int64_t notes[16];
            const int count = full == 1 ? 16 : 8;

            for (int i = 0; i < count; i++) {
                phases[i] = 0.1 * prng_normal(&prng);
                notes[i] = i;
            }
            spreads_ms[full] +=
                evidence_of_phases(phases, notes, count, 500 * NS_PER_MS).spread_ms / 400.0;
        }
    }
    check_between(spreads_ms[1], 46.0, 52.0);
    check_between(spreads_ms[0] / spreads_ms[1], 0.95, 1.05);
}

/* Between notes 250 ms apart, chance spreads by 70 ms, which is steady where a beat is 440 ms. */
static void chance_between_dense_notes_is_erratic(void **state)
{
    (void)state;
    int erratic = 0;
    int steady = 0;
    Prng prng;

    prng_seed(&prng, check_seed(21));
    for (int round = 0; round < 400; round++) {
        double phases[16];
        int64_t notes[16];

        for (int i = 0; i < 16; i++) {
            phases[i] = prng_uniform(&prng) - 0.5;
            notes[i] = i;
        }
        erratic += verdict_of_phases(phases, notes, 16, 250 * NS_PER_MS) == VERDICT_ERRATIC ? 1 : 0;
        for (int i = 0; i < 16; i++) {
            phases[i] = 0.07 * prng_normal(&prng);
        }
        steady +=
            is_as_told(verdict_of_phases(phases, notes, 16, 250 * NS_PER_MS), VERDICT_ON) ? 1 : 0;
    }
    print_message("by chance %d of 400 erratic; spread by 7 %%: %d of 400 on\n", erratic, steady);
    check_between(erratic, 300, 400);
    check_between(steady, 390, 400);
}

/* Four notes, a rest of a bar, four notes: where the phase goes in the rest is no evidence. */
static void a_rest_does_not_hide_a_wrong_tempo(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};
    const int64_t beat_ns = 500 * NS_PER_MS;

    for (int i = 0; i < 16; i++) {
        const int64_t note_ns = (i / 4 * 8 + i % 4) * beat_ns;
        /* 10 % slow within each turn, and every turn begins somewhere else. */
        const int64_t error_ns = (i % 4 * 10 + i / 4 * 37 % 100 - 50) * beat_ns / 100;

        person_statistics_fold(&statistics,
                               &(JudgedRecord){.kind = JUDGEMENT_OK,
                                               .at = {note_ns + error_ns},
                                               .note_number = i + 1,
                                               .error_ns = error_ns,
                                               .beat_ns = beat_ns,
                                               .spacing_ns = beat_ns});
    }
    const VerdictEvidence evidence = verdict_evidence(&statistics, (SessionTime){28 * beat_ns});

    check_near(evidence.evenness, 1.0, 1e-6);
    check_near(evidence.advance_turns, 0.10, 1e-6);
    check_verdict(judge(&evidence), VERDICT_WRONG_TEMPO);
}

static void the_reference_needs_five_people(void **state)
{
    (void)state;
    int64_t four[] = {1000, 2000, 3000, 4000};
    int64_t five[] = {-40000, -20000, -30000, -10000, 500000};

    const GroupReference none = verdict_reference(four, 4);
    check_near(none.median_ms, 0.0, 0.0);
    check_near(none.madn_ms, 15.0, 0.0);
    const GroupReference some = verdict_reference(five, 5);
    check_near(some.median_ms, -20.0, 1e-12);
    check_near(some.madn_ms, 14.826, 1e-9);
    check_i64(some.people, 5);
}

static void a_drifting_group_is_told_together(void **state)
{
    (void)state;
    const GroupReference rushing = {-41.0, 15.0, 30};
    const GroupReference steady = {-39.0, 15.0, 30};
    const GroupReference dragging = {41.0, 15.0, 30};

    check_i64(verdict_group_drift(&rushing, 500 * NS_PER_MS), GROUP_RUSHING);
    check_i64(verdict_group_drift(&steady, 500 * NS_PER_MS), GROUP_STEADY);
    check_i64(verdict_group_drift(&dragging, 500 * NS_PER_MS), GROUP_DRAGGING);
}

static Verdict update_times(VerdictState *state, Verdict judged, int times)
{
    Verdict shown = state->shown;

    for (int i = 0; i < times; i++) {
        shown = verdict_update(state, judged);
    }
    return shown;
}

static void a_flag_needs_four_bad_notes_and_four_good_ones_to_go(void **state)
{
    (void)state;
    VerdictState shown = {0};

    check_verdict(update_times(&shown, VERDICT_TIGHT, 1), VERDICT_TIGHT);
    check_verdict(update_times(&shown, VERDICT_OFF_BEAT, 3), VERDICT_TIGHT);
    check_verdict(update_times(&shown, VERDICT_ON, 1), VERDICT_ON);
    check_verdict(update_times(&shown, VERDICT_OFF_BEAT, 3), VERDICT_ON);
    check_verdict(update_times(&shown, VERDICT_OFF_BEAT, 1), VERDICT_OFF_BEAT);
    check_verdict(update_times(&shown, VERDICT_ON, 3), VERDICT_OFF_BEAT);
    check_verdict(update_times(&shown, VERDICT_ON, 1), VERDICT_ON);
}

static void who_was_calm_for_a_window_is_erratic_after_eight(void **state)
{
    (void)state;
    VerdictState shown = {0};

    (void)update_times(&shown, VERDICT_ON, 15);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 3), VERDICT_ON);
    (void)update_times(&shown, VERDICT_LOOSE, 1);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 7), VERDICT_LOOSE);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 1), VERDICT_ERRATIC);
    /* Once erratic, and back for less than a window: four are enough. */
    (void)update_times(&shown, VERDICT_ON, 4);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 4), VERDICT_ERRATIC);
    (void)update_times(&shown, VERDICT_ON, 40);
    check_verdict(update_times(&shown, VERDICT_OFF_BEAT, 4), VERDICT_OFF_BEAT);
}

static void mixed_trouble_keeps_its_first_name_until_a_run_of_another(void **state)
{
    (void)state;
    VerdictState shown = {0};

    (void)update_times(&shown, VERDICT_ON, 1);
    (void)update_times(&shown, VERDICT_ERRATIC, 3);
    check_verdict(update_times(&shown, VERDICT_WRONG_TEMPO, 1), VERDICT_WRONG_TEMPO);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 3), VERDICT_WRONG_TEMPO);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 1), VERDICT_ERRATIC);
}

static void warming_up_again_clears_everything_at_once(void **state)
{
    (void)state;
    VerdictState shown = {0};

    (void)update_times(&shown, VERDICT_ERRATIC, 9);
    check_verdict(update_times(&shown, VERDICT_WARMING_UP, 1), VERDICT_WARMING_UP);
    /* Three bad notes are not yet a flag, and no praise either. */
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 3), VERDICT_WARMING_UP);
    check_verdict(update_times(&shown, VERDICT_ERRATIC, 1), VERDICT_ERRATIC);
}

/* What a judge would close: the nearest hit in each note's cell claims it, all others are extras.
 */
typedef struct {
    int64_t hits_ns[HITS_MAX];
    int64_t claim[HITS_MAX]; /* nearest note */
    int hit_count;
} Performance;

static int compare_times(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static void perform(Performance *performance, PlayerModel *model, int64_t beat_ns)
{
    performance->hit_count = 0;
    for (int64_t note = 0; note < NOTES; note++) {
        const PlayerTaps taps = player_model_next(model, beat_ns);
        for (int k = 0; k < taps.count; k++) {
            performance->hits_ns[performance->hit_count++] = note * beat_ns + taps.asynchrony_ns[k];
        }
    }
    qsort(performance->hits_ns,
          (size_t)performance->hit_count,
          sizeof performance->hits_ns[0],
          compare_times);
    for (int i = 0; i < performance->hit_count; i++) {
        performance->claim[i] = div_floor(performance->hits_ns[i] + beat_ns / 2, beat_ns);
    }
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The index of the hit that claims the note, or -1 for a miss. */
static int claimant(const Performance *performance, int64_t note, int64_t beat_ns)
{
    const JudgeWindows windows = judge_windows(beat_ns, PROFILE_STANDARD);
    int64_t nearest_ns = windows.w3_ns + 1;
    int best = -1;

    for (int i = 0; i < performance->hit_count; i++) {
        const int64_t away_ns = distance(performance->hits_ns[i], note * beat_ns);
        if (performance->claim[i] == note && away_ns < nearest_ns) {
            nearest_ns = away_ns;
            best = i;
        }
    }
    return best;
}

static void fold_note(PersonStatistics *statistics,
                      const Performance *performance,
                      int64_t note,
                      int64_t beat_ns,
                      int64_t calibration_ns)
{
    const int best = claimant(performance, note, beat_ns);
    JudgedRecord record = {.kind = JUDGEMENT_MISS,
                           .at = {note * beat_ns},
                           .note_number = note,
                           .calibration_ns = calibration_ns,
                           .beat_ns = beat_ns,
                           .spacing_ns = beat_ns};

    if (best < 0) {
        person_statistics_fold(statistics, &record);
    }
    for (int i = 0; i < performance->hit_count; i++) {
        if (performance->claim[i] != note) {
            continue;
        }
        record.kind = i == best ? JUDGEMENT_OK : JUDGEMENT_EXTRA;
        record.at.ns = performance->hits_ns[i];
        record.error_ns = performance->hits_ns[i] - note * beat_ns;
        person_statistics_fold(statistics, &record);
    }
}

/* The verdict, without hysteresis, on one player at the last note. */
static Verdict verdict_on(PlayerTrouble trouble, int64_t beat_ns, Prng *prng)
{
    static Performance performance;
    const PlayerProfile profile = player_profile_draw(prng);
    const int64_t calibration_ns = (int64_t)(profile.calibration_ms * 1e6);
    PersonStatistics statistics = {0};
    PlayerModel model;

    player_model_init(&model, &profile, trouble, prng_u64(prng));
    perform(&performance, &model, beat_ns);
    for (int64_t note = 0; note < NOTES; note++) {
        fold_note(&statistics, &performance, note, beat_ns, calibration_ns);
    }
    const VerdictEvidence evidence =
        verdict_evidence(&statistics, (SessionTime){(NOTES - 1) * beat_ns});
    return verdict_judge(&evidence, &GROUP_REFERENCE_NONE, true);
}

/* The mean share right over four tempi, in per cent. */
static double share_right(PlayerTrouble trouble, Verdict expected, uint64_t seed)
{
    static const int64_t beats_ms[4] = {400, 500, 700, 1000};
    double sum = 0.0;
    Prng prng;

    prng_seed(&prng, seed);
    for (int i = 0; i < 4; i++) {
        int right = 0;
        for (int person = 0; person < PEOPLE; person++) {
            const Verdict verdict = verdict_on(trouble, beats_ms[i] * NS_PER_MS, &prng);
            right += is_as_told(verdict, expected) ? 1 : 0;
        }
        const double share = 100.0 * right / PEOPLE;
        print_message("%s at %d ms: %.1f %% %s\n",
                      player_trouble_word(trouble),
                      (int)beats_ms[i],
                      share,
                      verdict_word(expected));
        sum += share;
    }
    return sum / 4.0;
}

static void steady_people_are_not_flagged(void **state)
{
    (void)state;
    check_between(share_right(TROUBLE_NONE, VERDICT_ON, check_seed(1)), 96.0, 100.0);
}

static void people_between_the_beats_are_off_beat(void **state)
{
    (void)state;
    check_between(share_right(TROUBLE_HALF_BEAT, VERDICT_OFF_BEAT, check_seed(2)), 94.0, 100.0);
}

static void people_who_double_and_halve_are_told_so(void **state)
{
    (void)state;
    /* Loose people who double (a spread over 8 % of the beat) fall under the bound of R2. */
    check_between(share_right(TROUBLE_DOUBLE, VERDICT_DOUBLE, check_seed(3)), 91.0, 100.0);
    check_between(share_right(TROUBLE_HALF, VERDICT_HALF, check_seed(4)), 94.0, 100.0);
}

static void people_with_a_tempo_of_their_own_have_the_wrong_tempo(void **state)
{
    (void)state;
    check_between(share_right(TROUBLE_FAST, VERDICT_WRONG_TEMPO, check_seed(5)), 94.0, 100.0);
    check_between(share_right(TROUBLE_SLOW, VERDICT_WRONG_TEMPO, check_seed(6)), 94.0, 100.0);
}

static void scattered_people_are_erratic_and_silent_ones_idle(void **state)
{
    (void)state;
    check_between(share_right(TROUBLE_ERRATIC, VERDICT_ERRATIC, check_seed(7)), 94.0, 100.0);
    check_between(share_right(TROUBLE_IDLE, VERDICT_IDLE, check_seed(8)), 100.0, 100.0);
}

static void people_far_before_or_behind_are_early_or_late(void **state)
{
    (void)state;
    check_between(share_right(TROUBLE_EARLY, VERDICT_EARLY, check_seed(9)), 94.0, 100.0);
    check_between(share_right(TROUBLE_LATE, VERDICT_LATE, check_seed(10)), 94.0, 100.0);
}

static void without_records_nothing_is_known(void **state)
{
    (void)state;
    const PersonStatistics statistics = {0};
    const VerdictEvidence evidence = verdict_evidence(&statistics, (SessionTime){NS_PER_S});

    check_verdict(judge(&evidence), VERDICT_WARMING_UP);
}

static void who_falls_silent_is_idle_within_their_time(void **state)
{
    (void)state;
    const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    const int64_t beat_ns = 500 * NS_PER_MS;
    static Performance performance;
    PersonStatistics statistics = {0};
    PlayerModel model;

    player_model_init(&model, &profile, TROUBLE_QUITTER, check_seed(11));
    model.quit_after = 24;
    perform(&performance, &model, beat_ns);
    for (int64_t note = 0; note < NOTES; note++) {
        fold_note(&statistics, &performance, note, beat_ns, 0);
        const VerdictEvidence evidence =
            verdict_evidence(&statistics, (SessionTime){note * beat_ns});
        const bool is_idle = judge(&evidence) == VERDICT_IDLE;
        /* The last hit is about at note 23; 4 s later is note 31. */
        check(note == 31 || is_idle == (note > 31));
    }
}

static void every_verdict_has_its_own_word(void **state)
{
    (void)state;
    check_text(verdict_word(VERDICT_WARMING_UP), "warming up");
    check_text(verdict_word(VERDICT_OFF_BEAT), "off-beat");
    check_text(verdict_word(VERDICT_WRONG_TEMPO), "wrong tempo");
    check_text(verdict_word(VERDICT_LOOSE), "loose");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(somebody_ordinary_is_on_and_with_a_small_spread_tight),
        cmocka_unit_test(little_is_known_at_first),
        cmocka_unit_test(silence_is_idle_unless_nothing_was_asked_for),
        cmocka_unit_test(twice_as_many_hits_in_two_places_are_double),
        cmocka_unit_test(every_second_note_is_half),
        cmocka_unit_test(steady_between_the_notes_is_off_beat),
        cmocka_unit_test(early_and_late_are_against_the_group_and_only_when_calibrated),
        cmocka_unit_test(an_uncertain_offset_is_no_offset),
        cmocka_unit_test(a_scattered_group_makes_the_bound_wider),
        cmocka_unit_test(even_hits_at_another_pace_are_the_wrong_tempo),
        cmocka_unit_test(a_tempo_that_the_window_shows_is_wrong_without_evenness),
        cmocka_unit_test(slow_notes_are_kept_in_proportion),
        cmocka_unit_test(between_on_and_erratic_lies_loose),
        cmocka_unit_test(half_survives_a_change_to_the_other_notes),
        cmocka_unit_test(unsteady_hands_do_not_hide_a_tempo),
        cmocka_unit_test(few_hits_look_no_steadier_than_many),
        cmocka_unit_test(chance_between_dense_notes_is_erratic),
        cmocka_unit_test(a_rest_does_not_hide_a_wrong_tempo),
        cmocka_unit_test(the_reference_needs_five_people),
        cmocka_unit_test(a_drifting_group_is_told_together),
        cmocka_unit_test(a_flag_needs_four_bad_notes_and_four_good_ones_to_go),
        cmocka_unit_test(who_was_calm_for_a_window_is_erratic_after_eight),
        cmocka_unit_test(mixed_trouble_keeps_its_first_name_until_a_run_of_another),
        cmocka_unit_test(warming_up_again_clears_everything_at_once),
        cmocka_unit_test(steady_people_are_not_flagged),
        cmocka_unit_test(people_between_the_beats_are_off_beat),
        cmocka_unit_test(people_who_double_and_halve_are_told_so),
        cmocka_unit_test(people_with_a_tempo_of_their_own_have_the_wrong_tempo),
        cmocka_unit_test(scattered_people_are_erratic_and_silent_ones_idle),
        cmocka_unit_test(people_far_before_or_behind_are_early_or_late),
        cmocka_unit_test(without_records_nothing_is_known),
        cmocka_unit_test(who_falls_silent_is_idle_within_their_time),
        cmocka_unit_test(every_verdict_has_its_own_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
