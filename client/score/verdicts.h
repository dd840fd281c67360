/*
 * Who would have been told what, note by note, had a recording been a session.
 *
 * Not pure: it allocates, up to VERDICT_NOTES_MAX. Early and late are against the others of the
 * recording at the same note, as in a session, so everybody is gone through twice: first for where
 * the group is, then for the verdicts. The order of the taps in the file makes no difference.
 */
#ifndef CLIENT_SCORE_VERDICTS_H
#define CLIENT_SCORE_VERDICTS_H

#include "client/score/score.h"
#include "client/score/tap_store.h"

enum {
    /* Notes of all players together. */
    VERDICT_NOTES_MAX = 40000000
};

/* From this note on another verdict would have been shown. */
typedef struct {
    int64_t at_ns; /* when the note was due */
    int64_t note;  /* the player's own count, from 1 on */
    Verdict verdict;
} VerdictChange;

typedef struct {
    Verdict final;                /* shown at the end; WARMING UP without a note */
    int64_t ruled[VERDICT_COUNT]; /* notes by what the rules said, without hysteresis */
    int64_t shown[VERDICT_COUNT]; /* notes by what would have been shown */
    VerdictEvidence evidence;     /* the last window */
    size_t first_change;          /* of the table's changes; the first is at the first note */
    size_t change_count;
} PlayerVerdict;

typedef struct {
    PlayerVerdict *players; /* by index */
    VerdictChange *changes;
    size_t change_count;
    GroupReference reference; /* where the group was at the end */
} VerdictTable;

/* Fills the table from a sorted store whose taps score_player has taken already. NULL when well,
   else the reason why not. The caller clears the table in either case. */
const char *verdict_table_make(VerdictTable *table,
                               const ScoreGrid *grid,
                               const TapStore *store,
                               bool calibrated);

void verdict_table_clear(VerdictTable *table);

#endif
