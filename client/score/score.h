/*
 * Judges recorded taps against a steady beat, with the very same core as a session.
 *
 * Pure: the caller owns all memory. Notes are those of one part of a groove from t0 on. A player is
 * expected to play the notes whose cells lie between their first and last tap inclusive (but at
 * least one note), so that a recording may begin late and end early without misses.
 */
#ifndef CLIENT_SCORE_SCORE_H
#define CLIENT_SCORE_SCORE_H

#include <stddef.h>

#include "shared/groove.h"
#include "shared/group_statistics.h"
#include "shared/judge_windows.h"
#include "shared/person_statistics.h"

/* Tempo in 10^-9 beats per minute: recordings are made at intervals of round ms, and the 33.3...
   BPM of 1800 ms must not drift away from them. */
#define SCORE_TEMPO_NBPM_MIN INT64_C(1000000000)
#define SCORE_TEMPO_NBPM_MAX INT64_C(1000000000000)
/* More expected notes than this are a mistake in tempo or t0. */
#define SCORE_NOTES_MAX INT64_C(10000000)

/* What is expected. The groove's own tempo is not used. */
typedef struct {
    const Groove *groove; /* its part 0 has at least one note */
    int64_t tempo_nbpm;   /* SCORE_TEMPO_NBPM_MIN..MAX */
    int64_t t0_ns;        /* of the first bar line */
    Profile profile;
} ScoreGrid;

/* One tap; `order` is its place in the recording, which decides between equal times. */
typedef struct {
    int64_t time_ns;
    uint32_t order;
    uint32_t player; /* index */
    uint8_t pad;
    uint8_t velocity;
} ScoreTap;

/* One hit that counts in the group: the first of its player on its beat. */
typedef struct {
    int64_t beat;
    int32_t phase_uturns; /* without the player's own bias */
} ScoreGroupHit;

typedef enum {
    SCORE_DONE,
    SCORE_TOO_DENSE, /* more taps in one cell than anybody can make */
    SCORE_TOO_LONG   /* more than SCORE_NOTES_MAX notes */
} ScoreResult;

/* The groove of one note per beat. */
Groove score_pulse(void);

/* The length of a beat in ns, rounded to the nearest. */
int64_t score_beat_ns(const ScoreGrid *grid);

/*
 * Judges one player's taps, sorted by time, then order; `tap_count` >= 1. `statistics` is filled
 * anew. `group_hits` has room for `tap_count`; `group_hit_count` says how many were written: none
 * for a player with too few hits to know their own bias (OWN_BIAS_HITS_MIN).
 */
ScoreResult score_player(const ScoreGrid *grid,
                         const ScoreTap *taps,
                         size_t tap_count,
                         PersonStatistics *statistics,
                         ScoreGroupHit *group_hits,
                         size_t *group_hit_count);

/* The figures of the group over all beats on which two people or more played; `hits` sorted by
   beat. Invalid when there is no such beat. */
GroupFigures score_group(const ScoreGrid *grid, const ScoreGroupHit *hits, size_t hit_count);

#endif
