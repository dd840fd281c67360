#include "shared/person_statistics.h"

#include <assert.h>
#include <limits.h>

/* Largest part of the note spacing that is believed to be a device's delay (see own_bias). */
#define OWN_BIAS_TURNS_MAX 0.30

static int32_t us_of_ns(int64_t ns)
{
    return (int32_t)clamp_i64(div_floor(ns + NS_PER_US / 2, NS_PER_US), INT32_MIN, INT32_MAX);
}

static void fold_window(PersonStatistics *statistics, const JudgedRecord *record)
{
    uint32_t slot = 0;

    if (statistics->window_count == STATISTICS_WINDOW) {
        slot = statistics->window_start;
        statistics->window_start = (statistics->window_start + 1) % STATISTICS_WINDOW;
    } else {
        slot = (statistics->window_start + statistics->window_count) % STATISTICS_WINDOW;
        statistics->window_count++;
    }
    statistics->window[slot] = (WindowRecord){
        .at = record->at,
        .note_number = record->note_number,
        .error_us = us_of_ns(record->error_ns),
        .calibration_us = us_of_ns(record->calibration_ns),
        .spacing_us = us_of_ns(record->spacing_ns),
        .kind = (uint8_t)record->kind,
    };
    if (judgement_closes_note(record->kind)) {
        statistics->window_notes++;
    }
}

static void fold_histogram(PersonStatistics *statistics, int64_t relative_ns)
{
    const int64_t bin_ns = HISTOGRAM_BIN_US * NS_PER_US;
    const int64_t bin = div_floor(relative_ns + bin_ns / 2, bin_ns) + HISTOGRAM_BINS / 2;

    if (bin < 0) {
        statistics->histogram_before++;
    } else if (bin >= HISTOGRAM_BINS) {
        statistics->histogram_after++;
    } else {
        statistics->histogram[bin]++;
    }
}

static void fold_hit(PersonStatistics *statistics, const JudgedRecord *record)
{
    const int64_t relative_ns = record->error_ns - record->calibration_ns;
    const int32_t phase = circular_phase_uturns(record->error_ns, record->spacing_ns);

    circular_add(&statistics->phase, phase);
    circular_add(&statistics->half_phase, 2 * phase);
    circular_add(&statistics->relative, circular_phase_uturns(relative_ns, record->spacing_ns));
    if (statistics->has_last_phase) {
        circular_add(&statistics->advance, phase - statistics->last_phase_uturns);
    }
    statistics->last_phase_uturns = phase;
    statistics->has_last_phase = true;
    statistics->spacing_sum_ns += record->spacing_ns;
    if (!statistics->has_hit || record->at.ns > statistics->last_hit_at.ns) {
        statistics->last_hit_at = record->at;
    }
    statistics->has_hit = true;
    statistics->missed_run = 0;
    fold_histogram(statistics, relative_ns);
}

static void fold_note(PersonStatistics *statistics, const JudgedRecord *record)
{
    if (record->kind == JUDGEMENT_MISS) {
        statistics->combo = 0;
        statistics->missed_run++;
        return;
    }
    statistics->points_micro += record->weight_micro;
    statistics->combo++;
    if (statistics->combo > statistics->best_combo) {
        statistics->best_combo = statistics->combo;
    }
    moments_add_ns(&statistics->error, record->error_ns);
}

void person_statistics_fold(PersonStatistics *statistics, const JudgedRecord *record)
{
    assert(record->kind > JUDGEMENT_PENDING);
    assert(record->kind < JUDGEMENT_COUNT);
    assert(record->spacing_ns > 0);

    statistics->counts[record->kind]++;
    if (judgement_closes_note(record->kind)) {
        fold_note(statistics, record);
    }
    if (judgement_is_hit(record->kind)) {
        fold_hit(statistics, record);
    }
    if (record->kind != JUDGEMENT_BOUNCE) {
        fold_window(statistics, record);
    }
}

void person_statistics_restart_window(PersonStatistics *statistics)
{
    statistics->window_start = 0;
    statistics->window_count = 0;
    statistics->window_notes = 0;
    /* The next hit is no neighbour of the last one. */
    statistics->has_last_phase = false;
}

void person_statistics_merge(PersonStatistics *statistics, const PersonStatistics *other)
{
    for (int i = 0; i < JUDGEMENT_COUNT; i++) {
        statistics->counts[i] += other->counts[i];
    }
    statistics->points_micro += other->points_micro;
    if (other->best_combo > statistics->best_combo) {
        statistics->best_combo = other->best_combo;
    }
    circular_merge(&statistics->phase, &other->phase);
    circular_merge(&statistics->half_phase, &other->half_phase);
    circular_merge(&statistics->relative, &other->relative);
    circular_merge(&statistics->advance, &other->advance);
    statistics->spacing_sum_ns += other->spacing_sum_ns;
    if (other->has_hit &&
        (!statistics->has_hit || other->last_hit_at.ns > statistics->last_hit_at.ns)) {
        statistics->last_hit_at = other->last_hit_at;
        statistics->has_hit = true;
    }
    moments_merge(&statistics->error, &other->error);
    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        statistics->histogram[i] += other->histogram[i];
    }
    statistics->histogram_before += other->histogram_before;
    statistics->histogram_after += other->histogram_after;
}

const WindowRecord *person_statistics_recent(const PersonStatistics *statistics, uint32_t index)
{
    assert(index < statistics->window_count);
    const uint32_t newest = statistics->window_start + statistics->window_count - 1;

    return &statistics->window[(newest - index) % STATISTICS_WINDOW];
}

int64_t person_statistics_notes(const PersonStatistics *statistics)
{
    const int64_t *counts = statistics->counts;

    return counts[JUDGEMENT_PERFECT] + counts[JUDGEMENT_GOOD] + counts[JUDGEMENT_OK] +
           counts[JUDGEMENT_MISS];
}

int64_t person_statistics_hits(const PersonStatistics *statistics)
{
    return statistics->phase.count;
}

double person_statistics_score(const PersonStatistics *statistics)
{
    const double notes = (double)person_statistics_notes(statistics);
    const double excess = (double)statistics->counts[JUDGEMENT_EXTRA] - 0.05 * notes;
    const double points = (double)statistics->points_micro / 1e6;

    if (notes <= 0.0) {
        return 0.0;
    }
    return 100.0 * points / (notes + 0.5 * (excess > 0.0 ? excess : 0.0));
}

double person_statistics_accuracy(const PersonStatistics *statistics)
{
    const int64_t *counts = statistics->counts;
    const int64_t notes = person_statistics_notes(statistics);
    const int64_t hundredths =
        100 * counts[JUDGEMENT_PERFECT] + 75 * counts[JUDGEMENT_GOOD] + 40 * counts[JUDGEMENT_OK];

    return notes == 0 ? 0.0 : (double)hundredths / (double)notes;
}

static double ms_of_turns(const PersonStatistics *statistics, double turns)
{
    const int64_t hits = person_statistics_hits(statistics);

    if (hits == 0) {
        return 0.0;
    }
    return turns * (double)statistics->spacing_sum_ns / (double)hits / (double)NS_PER_MS;
}

double person_statistics_bias_ms(const PersonStatistics *statistics)
{
    return ms_of_turns(statistics, circular_mean_turns(&statistics->phase));
}

double person_statistics_calibrated_bias_ms(const PersonStatistics *statistics)
{
    return ms_of_turns(statistics, circular_mean_turns(&statistics->relative));
}

double person_statistics_spread_ms(const PersonStatistics *statistics)
{
    return ms_of_turns(statistics, circular_spread_turns(&statistics->phase));
}

double person_statistics_r(const PersonStatistics *statistics)
{
    return circular_r(&statistics->phase);
}

double person_statistics_unstable_rate(const PersonStatistics *statistics)
{
    return 10.0 * moments_sd_ms(&statistics->error);
}

bool person_statistics_own_bias(const PersonStatistics *statistics, int64_t *bias_ns)
{
    const double turns = circular_mean_turns(&statistics->phase);

    if (person_statistics_hits(statistics) < OWN_BIAS_HITS_MIN) {
        return false;
    }
    *bias_ns = 0;
    if (turns >= -OWN_BIAS_TURNS_MAX && turns <= OWN_BIAS_TURNS_MAX) {
        *bias_ns = (int64_t)(ms_of_turns(statistics, turns) * (double)NS_PER_MS);
    }
    return true;
}
