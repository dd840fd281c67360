/*
 * Judges one participant's hits against the notes they were expected to play.
 *
 * Pure and order-independent: the closed records are a function of the set of hits alone, however
 * they were delayed, duplicated or reordered, as long as each arrives before its stretch of time is
 * closed.
 *
 *   1. A hit less than min(80 ms, .15 T) after the previous accepted one on its pad is a BOUNCE.
 *   2. Note k owns the cell (t_k - w, t_k + w], w = min(W3, half the gap to each neighbour).
 *   3. In a cell the hit with the least |asynchrony| claims the note (tie: the earlier); every
 * other hit is EXTRA.
 *   4. A stretch of time closes JUDGE_CLOSE_NS after its end. Until then judgements are
 * provisional.
 *
 * Asynchrony is hit minus calibration minus note: a device that delays by 200 ms moves the
 * participant's whole time line, not only the points.
 */
#ifndef SHARED_JUDGE_H
#define SHARED_JUDGE_H

#include "shared/capacity.h"
#include "shared/judge_windows.h"
#include "shared/judged_record.h"

#define JUDGE_CLOSE_NS (1500 * NS_PER_MS)

/* One note that is expected of a participant. */
typedef struct {
    int64_t number; /* the participant's own count of expected notes, from 1 on */
    SessionTime at;
    int64_t beat_ns;       /* T, > 0 */
    int64_t gap_before_ns; /* to the notes around it; INT64_MAX for none */
    int64_t gap_after_ns;
} JudgeNote;

typedef struct {
    uint32_t number; /* the participant's own count of hits, from 1 on */
    SessionTime at;  /* as played, before calibration */
    int64_t calibration_ns;
    int64_t allowance_ns; /* distance that costs no points: see score_allowance_ns */
    uint8_t pad;          /* below PADS_MAX */
    uint8_t velocity;
} JudgeHit;

typedef struct {
    Profile profile;
    JudgeNote notes[JUDGE_NOTES_MAX]; /* open notes, by time */
    int note_count;
    JudgeHit hits[JUDGE_HITS_MAX]; /* open hits, by calibrated time, then number */
    int hit_count;
    SessionTime closed_until;          /* nothing at or before this time changes any more */
    SessionTime accepted_at[PADS_MAX]; /* the last closed hit of each pad that was no bounce */
    bool has_accepted[PADS_MAX];
    JudgeNote last_note; /* the newest closed note, when has_last_note */
    bool has_last_note;
} Judge;

typedef enum {
    JUDGE_HIT_TAKEN,
    JUDGE_HIT_DUPLICATE, /* this number is already waiting: nothing changed */
    JUDGE_HIT_TOO_LATE,  /* its stretch of time is closed */
    JUDGE_HIT_FULL       /* JUDGE_HITS_MAX hits are waiting */
} JudgeHitResult;

void judge_init(Judge *judge, Profile profile);

/* Half the width of a note's cell. */
int64_t judge_cell_ns(const JudgeNote *note, Profile profile);

/* Adds the next note, later than all before. False when JUDGE_NOTES_MAX are open. */
NODISCARD bool judge_expect(Judge *judge, const JudgeNote *note);

/* Drops open notes later than `after`: a change of plan. Returns how many. */
int judge_forget_notes(Judge *judge, SessionTime after);

JudgeHitResult judge_hit(Judge *judge, const JudgeHit *hit);

/* What the waiting hit with this number is, as far as is known now. False: no such hit waits. */
NODISCARD bool judge_provisional(const Judge *judge, uint32_t number, JudgedRecord *record);

/*
 * Closes everything up to and including `horizon` and writes the closed records in order of time;
 * at most `records_max` >= JUDGE_HITS_MAX + 1, else it closes less and can be called again.
 * Returns how many.
 */
int judge_close(Judge *judge, SessionTime horizon, JudgedRecord *records, int records_max);

#endif
