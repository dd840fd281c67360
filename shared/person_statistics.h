/*
 * What one participant has done: over the whole session, and lately.
 *
 * Pure: a fold over that participant's closed records in the order of their times. Totals do not
 * depend on the order at all; the combo, the advance and the recent window follow it. About 3 kB
 * each.
 */
#ifndef SHARED_PERSON_STATISTICS_H
#define SHARED_PERSON_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/capacity.h"
#include "shared/circular.h"
#include "shared/judged_record.h"
#include "shared/moments.h"
#include "shared/units.h"

enum {
    HISTOGRAM_BIN_US =
        5000, /* bin width; the middle bin is centred on 0, so the range is +-152.5 ms */
    OWN_BIAS_HITS_MIN = 16 /* hits before an uncalibrated participant's own bias is believed */
};

/* A record in short, as the verdict needs it. */
typedef struct {
    SessionTime at;
    int64_t note_number;
    int32_t error_us;
    int32_t calibration_us;
    int32_t spacing_us;
    uint8_t kind; /* a Judgement */
} WindowRecord;

/* Zero-initialised is a participant of whom nothing is known yet. */
typedef struct {
    int64_t counts[JUDGEMENT_COUNT]; /* by Judgement */
    int64_t points_micro;            /* sum of weights */
    int64_t combo;                   /* notes OK or better in a row, up to now */
    int64_t best_combo;

    /* Of all debounced hits. */
    CircularSum phase; /* of hit minus note */
    CircularSum
        half_phase;       /* of twice that phase: concentrated when hits lie on and between notes */
    CircularSum relative; /* of hit minus note minus calibration */
    CircularSum advance;  /* of the phase gained from one hit to the next */
    int64_t spacing_sum_ns; /* over the same hits */
    int32_t last_phase_uturns;
    bool has_last_phase;
    bool has_hit;
    SessionTime last_hit_at; /* the latest hit, when has_hit */
    int64_t missed_run;      /* notes missed since the newest hit */

    /* Of hits that claimed a note: hit minus note. */
    Moments error;

    /* Of all debounced hits: hit minus note minus calibration. */
    uint32_t histogram[HISTOGRAM_BINS];
    uint32_t histogram_before; /* earlier than the first bin */
    uint32_t histogram_after;  /* later than the last bin */

    /* The last window_count records since the window began, the oldest first from window_start. */
    WindowRecord window[STATISTICS_WINDOW];
    uint32_t window_start;
    uint32_t window_count;
    int64_t window_notes; /* notes closed since the window began */
} PersonStatistics;

/* Takes in one closed record (not JUDGEMENT_PENDING). */
void person_statistics_fold(PersonStatistics *statistics, const JudgedRecord *record);

/* Forgets the recent window (and nothing else): after a pause, a change of groove, part or tempo.
   The verdict warms up again. */
void person_statistics_restart_window(PersonStatistics *statistics);

/* Adds the totals of `other`, another stretch of the same or another participant. Combo, window and
   the open end of the advance stay those of `statistics`; the best combo is the better one. */
void person_statistics_merge(PersonStatistics *statistics, const PersonStatistics *other);

/* The `index`-th newest record of the window, 0 = newest; `index` < window_count. */
const WindowRecord *person_statistics_recent(const PersonStatistics *statistics, uint32_t index);

/* E: expected notes closed since the participant joined. */
int64_t person_statistics_notes(const PersonStatistics *statistics);

/* Debounced hits: PERFECT, GOOD, OK and EXTRA. */
int64_t person_statistics_hits(const PersonStatistics *statistics);

/* 100 sum(s) / (E + 0.5 max(0, extras - 0.05 E)), in 0 .. 100; 0 before the first note. */
double person_statistics_score(const PersonStatistics *statistics);

/* 100 (PERFECT + .75 GOOD + .4 OK) / E, in 0 .. 100; 0 before the first note. */
double person_statistics_accuracy(const PersonStatistics *statistics);

/* Circular mean of hit minus note over all debounced hits, ms, negative = early; 0 without hits.
   Turns become ms with the mean note spacing of those hits. */
double person_statistics_bias_ms(const PersonStatistics *statistics);

/* The same with each hit's calibration taken off: what is left after the participant's own offset.
 */
double person_statistics_calibrated_bias_ms(const PersonStatistics *statistics);

/* Circular standard deviation around that mean over all debounced hits, ms; 0 without hits. */
double person_statistics_spread_ms(const PersonStatistics *statistics);

/* Mean resultant length R over all debounced hits, 0 .. 1. */
double person_statistics_r(const PersonStatistics *statistics);

/* Ten times the standard deviation in ms of the hits that claimed a note. */
double person_statistics_unstable_rate(const PersonStatistics *statistics);

/*
 * The offset to remove before this participant counts in the group: true with an uncalibrated
 * participant's own bias once there are OWN_BIAS_HITS_MIN hits. A bias over .30 of the note spacing
 * is not taken for a device's delay: then the offset is 0, or a group on the off-beat would look
 * together.
 */
bool person_statistics_own_bias(const PersonStatistics *statistics, int64_t *bias_ns);

#endif
