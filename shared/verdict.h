/*
 * Who is off the beat, and how: a participant's last 16 expected notes in one word.
 *
 * Pure. The evidence is measured on the recent window of the statistics, judged against the group,
 * and shown with hysteresis, so that one bad bar names nobody.
 */
#ifndef SHARED_VERDICT_H
#define SHARED_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/person_statistics.h"
#include "shared/units.h"

typedef enum {
    VERDICT_WARMING_UP = 0, /* too little known */
    VERDICT_IDLE,           /* plays hardly or not at all */
    VERDICT_DOUBLE,         /* twice as many hits as notes, evenly */
    VERDICT_HALF,           /* every second note; a friendly notice, not a flag */
    VERDICT_OFF_BEAT,       /* steady, between the notes */
    VERDICT_EARLY,          /* steady, well before the group */
    VERDICT_LATE,           /* steady, well after the group */
    VERDICT_ON,
    VERDICT_TIGHT,       /* ON, with a spread of at most 5 % of the period */
    VERDICT_WRONG_TEMPO, /* steady, at another tempo */
    VERDICT_ERRATIC,     /* no steadiness to be found */
    VERDICT_LOOSE,       /* less steady than ON, no flag */
    VERDICT_COUNT
} Verdict;

enum {
    VERDICT_WINDOW_NOTES = 16,
    VERDICT_RAISE_NOTES = 4, /* bad notes in a row before a flag is shown */
    VERDICT_DOUBT_NOTES = 8, /* the same for ERRATIC after a calm window */
    VERDICT_CLEAR_NOTES = 4, /* good notes in a row before it goes */
    VERDICT_REFERENCE_PEOPLE_MIN = 5
};

/* What the last VERDICT_WINDOW_NOTES expected notes say. Offsets are relative to the calibration.
 */
typedef struct {
    int64_t notes_elapsed; /* notes closed since the window began; may exceed the window */
    int64_t window_notes;  /* notes the figures below are over, at most VERDICT_WINDOW_NOTES */
    int64_t hits;          /* n: debounced hits among them */
    int64_t notes_silent;  /* notes since the last hit */
    int64_t silent_ns;     /* time since the last hit, or since the window's first record */
    double period_ms;      /* T: mean note spacing */
    double q;              /* hits / window notes */
    double r;              /* resultant length of the phase */
    double r2;             /* of twice the phase */
    double bias_ms;        /* b, negative = early */
    double spread_ms;      /* sigma, without the bias of few hits */
    double evenness;       /* D: at whatever tempo */
    double advance_turns;  /* delta / 2 pi: part of a period gained per hit, negative = fast */
    double drift_r;        /* resultant length at that tempo within +-1/4 which suits best ... */
    double drift_turns;    /* ... and the part of a period it gains per note, negative = fast; both
                              are 0 for who is steady, of whom nobody asks */
    double parity_share;   /* share of hits on the notes of the commoner parity, or of the same as
                              the hit before, whichever is more; .5 .. 1 */
} VerdictEvidence;

/* Where the group is. */
typedef struct {
    double median_ms; /* of the members' bias_ms */
    double madn_ms;   /* 1.4826 times the median absolute deviation */
    int64_t people;
} GroupReference;

/* Nobody known: median 0, MADN 15 ms. */
#define GROUP_REFERENCE_NONE ((GroupReference){0.0, 15.0, 0})

/* The group as a whole against the clock. */
typedef enum {
    GROUP_STEADY,
    GROUP_RUSHING, /* the median is more than .08 T before the beat */
    GROUP_DRAGGING /* after it */
} GroupDrift;

/* Hysteresis. Zero-initialised shows WARMING UP. */
typedef struct {
    Verdict shown;
    Verdict last;      /* as judged, without hysteresis */
    uint8_t same_run;  /* notes in a row that were judged `last` */
    uint8_t bad_run;   /* notes in a row judged bad, of whatever kind */
    uint8_t clear_run; /* notes in a row not judged bad */
    uint8_t calm_run;  /* notes in a row shown neither as bad nor as WARMING UP */
} VerdictState;

/* Measures the window. `complete_until` is the time up to which every hit and note has been folded
   (the judge's closing line, not the wall): silence is measured from there. */
VerdictEvidence verdict_evidence(const PersonStatistics *statistics, SessionTime complete_until);

/* The rules of the design in their order. `calibrated`: this participant has an offset of their
   own; EARLY and LATE exist only then. */
Verdict
verdict_judge(const VerdictEvidence *evidence, const GroupReference *reference, bool calibrated);

/* True for the participants whose bias makes the group reference: calibrated and ON, TIGHT, EARLY
   or LATE by the rules without hysteresis. */
bool verdict_counts_for_reference(Verdict verdict, bool calibrated);

/* Median and MADN of those biases in microseconds; reorders `bias_us`. Fewer than
   VERDICT_REFERENCE_PEOPLE_MIN: median 0, MADN 15 ms. */
GroupReference verdict_reference(int64_t *bias_us, size_t count);

/* Whether to speak to the group instead of naming its members. */
GroupDrift verdict_group_drift(const GroupReference *reference, int64_t beat_ns);

/* Takes in the verdict after one more closed note and returns what to show. */
Verdict verdict_update(VerdictState *state, Verdict judged);

/* True for what counts among the flagged: IDLE, DOUBLE, OFF-BEAT, EARLY, LATE, WRONG TEMPO,
 * ERRATIC. */
bool verdict_is_flagged(Verdict verdict);

/* "warming up", "idle", "double", "half", "off-beat", "early", "late", "on", "tight", "wrong
   tempo", "erratic", "loose". */
const char *verdict_word(Verdict verdict);

#endif
