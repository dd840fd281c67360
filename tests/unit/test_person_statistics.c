/*
 * Statistics of one person: the score's formula, figures over all debounced hits, and folding laws.
 */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "shared/judge_windows.h"
#include "shared/person_statistics.h"
#include "shared/prng.h"

static const int64_t half_second_ns = 500 * NS_PER_MS;

static JudgedRecord record_of(Judgement kind, int64_t note_number, int64_t error_us)
{
    const int64_t error_ns = kind == JUDGEMENT_MISS ? 0 : error_us * NS_PER_US;
    const bool has_points = judgement_is_hit(kind) && kind != JUDGEMENT_EXTRA;

    return (JudgedRecord){
        .kind = kind,
        .at = {note_number * half_second_ns + error_ns},
        .note_number = note_number,
        .error_ns = error_ns,
        .beat_ns = half_second_ns,
        .spacing_ns = half_second_ns,
        .weight_micro = has_points ? 800000 : 0,
    };
}

static void fold(PersonStatistics *statistics, Judgement kind, int64_t note, int64_t error_us)
{
    const JudgedRecord record = record_of(kind, note, error_us);

    person_statistics_fold(statistics, &record);
}

static void nothing_played_has_no_figures(void **state)
{
    (void)state;
    const PersonStatistics statistics = {0};
    int64_t bias_ns = 0;

    check_near(person_statistics_score(&statistics), 0.0, 0.0);
    check_near(person_statistics_accuracy(&statistics), 0.0, 0.0);
    check_near(person_statistics_bias_ms(&statistics), 0.0, 0.0);
    check_near(person_statistics_spread_ms(&statistics), 0.0, 0.0);
    check(!person_statistics_own_bias(&statistics, &bias_ns));
}

static void the_score_is_the_mean_weight_while_extras_are_few(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    for (int64_t note = 0; note < 20; note++) {
        fold(&statistics, note < 15 ? JUDGEMENT_GOOD : JUDGEMENT_MISS, note, 1000);
    }
    fold(&statistics, JUDGEMENT_EXTRA, 20, 200000); /* one in twenty is free */
    check_near(person_statistics_score(&statistics), 100.0 * 15.0 * 0.8 / 20.0, 1e-9);
}

static void extras_beyond_one_in_twenty_cost_half_a_note_each(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    for (int64_t note = 0; note < 20; note++) {
        fold(&statistics, JUDGEMENT_PERFECT, note, 0);
    }
    for (int64_t i = 0; i < 5; i++) {
        fold(&statistics, JUDGEMENT_EXTRA, 20, 200000);
    }
    check_near(person_statistics_score(&statistics), 100.0 * 16.0 / (20.0 + 0.5 * 4.0), 1e-9);
}

static void accuracy_weighs_the_judgements(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    fold(&statistics, JUDGEMENT_PERFECT, 0, 0);
    fold(&statistics, JUDGEMENT_GOOD, 1, 40000);
    fold(&statistics, JUDGEMENT_OK, 2, 80000);
    fold(&statistics, JUDGEMENT_MISS, 3, 0);
    check_near(person_statistics_accuracy(&statistics), 100.0 * 2.15 / 4.0, 1e-9);
    check_i64(person_statistics_notes(&statistics), 4);
}

static void a_miss_ends_the_combo_and_an_extra_does_not(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    fold(&statistics, JUDGEMENT_PERFECT, 0, 0);
    fold(&statistics, JUDGEMENT_EXTRA, 0, 200000);
    fold(&statistics, JUDGEMENT_OK, 1, 80000);
    fold(&statistics, JUDGEMENT_MISS, 2, 0);
    fold(&statistics, JUDGEMENT_GOOD, 3, 40000);
    check_i64(statistics.combo, 1);
    check_i64(statistics.best_combo, 2);
}

static void bias_and_spread_are_over_all_debounced_hits(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    /* Half a beat off: every hit is an extra, every note a miss; the bounce is 200 ms off and
     * ignored. */
    for (int64_t note = 0; note < 100; note++) {
        fold(&statistics, JUDGEMENT_MISS, note, 0);
        fold(&statistics, JUDGEMENT_EXTRA, note, note % 2 == 0 ? 220000 : 240000);
        fold(&statistics, JUDGEMENT_BOUNCE, note, 20000);
    }
    check_near(person_statistics_bias_ms(&statistics), 230.0, 0.001);
    check_near(person_statistics_spread_ms(&statistics), 10.0, 0.05);
    check_i64(person_statistics_hits(&statistics), 100);
    check_i64(statistics.counts[JUDGEMENT_BOUNCE], 100);
    check_i64(statistics.error.count, 0);
}

static void calibration_moves_the_bias_and_not_the_spread(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    for (int64_t note = 0; note < 50; note++) {
        JudgedRecord record = record_of(JUDGEMENT_GOOD, note, note % 2 == 0 ? -50000 : -30000);
        record.calibration_ns = -40 * NS_PER_MS;
        person_statistics_fold(&statistics, &record);
    }
    check_near(person_statistics_bias_ms(&statistics), -40.0, 0.001);
    check_near(person_statistics_calibrated_bias_ms(&statistics), 0.0, 0.001);
    check_near(moments_mean_ms(&statistics.error), -40.0, 1e-9);
    check_near(person_statistics_unstable_rate(&statistics), 10.0 * 10.0 * sqrt(50.0 / 49.0), 1e-6);
}

static void the_histogram_has_its_bins_centred_on_zero(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    fold(&statistics, JUDGEMENT_PERFECT, 0, -2500);
    fold(&statistics, JUDGEMENT_PERFECT, 1, 2499);
    fold(&statistics, JUDGEMENT_PERFECT, 2, 2500);
    fold(&statistics, JUDGEMENT_OK, 3, -152500);
    fold(&statistics, JUDGEMENT_EXTRA, 4, -152501);
    fold(&statistics, JUDGEMENT_EXTRA, 5, 152500);
    fold(&statistics, JUDGEMENT_MISS, 6, 0);
    check_u64(statistics.histogram[HISTOGRAM_BINS / 2], 2);
    check_u64(statistics.histogram[HISTOGRAM_BINS / 2 + 1], 1);
    check_u64(statistics.histogram[0], 1);
    check_u64(statistics.histogram_before, 1);
    check_u64(statistics.histogram_after, 1);
}

static void an_own_bias_is_believed_after_sixteen_hits_and_within_reason(void **state)
{
    (void)state;
    PersonStatistics device = {0};
    PersonStatistics off_beat = {0};
    int64_t bias_ns = 1;

    for (int64_t note = 0; note < OWN_BIAS_HITS_MIN; note++) {
        check(!person_statistics_own_bias(&device, &bias_ns));
        fold(&device, JUDGEMENT_OK, note, 120000);
        fold(&off_beat, JUDGEMENT_EXTRA, note, 240000);
    }
    check(person_statistics_own_bias(&device, &bias_ns));
    check_i64_between(bias_ns, 119999000, 120001000);
    check(person_statistics_own_bias(&off_beat, &bias_ns));
    check_i64(bias_ns, 0);
}

static void the_window_keeps_the_newest_records(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    for (int64_t note = 0; note < STATISTICS_WINDOW + 10; note++) {
        fold(&statistics, JUDGEMENT_GOOD, note, 5000);
        fold(&statistics, JUDGEMENT_BOUNCE, note, 5000);
    }
    check_u64(statistics.window_count, STATISTICS_WINDOW);
    check_i64(person_statistics_recent(&statistics, 0)->note_number, STATISTICS_WINDOW + 9);
    check_i64(person_statistics_recent(&statistics, STATISTICS_WINDOW - 1)->note_number, 10);
    check_i64(statistics.window_notes, STATISTICS_WINDOW + 10);

    person_statistics_restart_window(&statistics);
    check_u64(statistics.window_count, 0);
    check_i64(person_statistics_notes(&statistics), STATISTICS_WINDOW + 10);
    fold(&statistics, JUDGEMENT_MISS, 500, 0);
    check_i64(person_statistics_recent(&statistics, 0)->note_number, 500);
}

static void advance_is_the_phase_gained_from_hit_to_hit(void **state)
{
    (void)state;
    PersonStatistics statistics = {0};

    /* 40 ms slow per beat of 500. */
    for (int64_t note = 0; note < 5; note++) {
        fold(&statistics, JUDGEMENT_OK, note, 40000 * note);
    }
    check_i64(statistics.advance.count, 4);
    check_near(circular_mean_turns(&statistics.advance), 0.08, 1e-6);
    check_near(circular_r(&statistics.advance), 1.0, 1e-8);
}

static JudgedRecord random_record(Prng *prng, int64_t note)
{
    const Judgement kind = (Judgement)(JUDGEMENT_PERFECT + (int)prng_below(prng, 6));

    return record_of(kind, note, (int64_t)(60000.0 * prng_normal(prng)));
}

/* Law: the totals are the same in any order and any split; only combo, advance and window follow
 * it. */
static void totals_do_not_depend_on_the_order(void **state)
{
    (void)state;
    enum {
        RECORDS = 600
    };
    static JudgedRecord records[RECORDS];
    static PersonStatistics forwards;
    static PersonStatistics backwards;
    static PersonStatistics halves[2];
    Prng prng;

    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < RECORDS; i++) {
        records[i] = random_record(&prng, i);
        person_statistics_fold(&forwards, &records[i]);
        person_statistics_fold(&halves[i % 2], &records[i]);
    }
    for (int i = RECORDS - 1; i >= 0; i--) {
        person_statistics_fold(&backwards, &records[i]);
    }
    person_statistics_merge(&halves[0], &halves[1]);

    const PersonStatistics *others[2] = {&backwards, &halves[0]};
    for (int i = 0; i < 2; i++) {
        check_bytes(others[i]->counts, forwards.counts, sizeof forwards.counts);
        check_i64(others[i]->points_micro, forwards.points_micro);
        check_bytes(&others[i]->phase, &forwards.phase, sizeof forwards.phase);
        check_bytes(&others[i]->half_phase, &forwards.half_phase, sizeof forwards.half_phase);
        check_bytes(&others[i]->relative, &forwards.relative, sizeof forwards.relative);
        check_i64(others[i]->spacing_sum_ns, forwards.spacing_sum_ns);
        check_bytes(&others[i]->error, &forwards.error, sizeof forwards.error);
        check_bytes(others[i]->histogram, forwards.histogram, sizeof forwards.histogram);
        check_i64(others[i]->last_hit_at.ns, forwards.last_hit_at.ns);
    }
}

/* Law: the score and the accuracy stay in 0 .. 100 whatever is folded. */
static void scores_stay_in_range(void **state)
{
    (void)state;
    Prng prng;
    PersonStatistics statistics = {0};

    prng_seed(&prng, check_seed(2));
    for (int i = 0; i < 3000; i++) {
        JudgedRecord record = random_record(&prng, i);
        record.weight_micro = record.weight_micro > 0 ? WEIGHT_MICRO_MAX : 0;
        person_statistics_fold(&statistics, &record);
        check_between(person_statistics_score(&statistics), 0.0, 100.0);
        check_between(person_statistics_accuracy(&statistics), 0.0, 100.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_played_has_no_figures),
        cmocka_unit_test(the_score_is_the_mean_weight_while_extras_are_few),
        cmocka_unit_test(extras_beyond_one_in_twenty_cost_half_a_note_each),
        cmocka_unit_test(accuracy_weighs_the_judgements),
        cmocka_unit_test(a_miss_ends_the_combo_and_an_extra_does_not),
        cmocka_unit_test(bias_and_spread_are_over_all_debounced_hits),
        cmocka_unit_test(calibration_moves_the_bias_and_not_the_spread),
        cmocka_unit_test(the_histogram_has_its_bins_centred_on_zero),
        cmocka_unit_test(an_own_bias_is_believed_after_sixteen_hits_and_within_reason),
        cmocka_unit_test(the_window_keeps_the_newest_records),
        cmocka_unit_test(advance_is_the_phase_gained_from_hit_to_hit),
        cmocka_unit_test(totals_do_not_depend_on_the_order),
        cmocka_unit_test(scores_stay_in_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
