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
#include "shared/verdict.h"

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
    int32_t phase_uturns;
} ScoreGroupHit;

typedef enum {
    SCORE_DONE,
    SCORE_TOO_DENSE, /* more taps in one cell than anybody can make */
    SCORE_TOO_LONG,  /* more than SCORE_NOTES_MAX notes */
    SCORE_STOPPED    /* by the sink */
} ScoreResult;

/* Takes what is known of a player when one of the expected notes is closed: `note_index` is the
   note's place in the part, the same for everybody, `at_ns` when it was due. False ends the
   judging. */
typedef bool (*ScoreNoteSink)(void *owner,
                              int64_t note_index,
                              int64_t at_ns,
                              const VerdictEvidence *evidence);

/* The groove of one note per beat. */
Groove score_pulse(void);

/* The length of a beat in ns, rounded to the nearest. */
int64_t score_beat_ns(const ScoreGrid *grid);

/* What comes of one player. */
typedef struct {
    PersonStatistics *statistics; /* filled anew */
    ScoreGroupHit *group_hits;    /* the caller's, room for one a tap */
    size_t group_hit_count;
    bool keeps_bias; /* counts in the group as played; otherwise without their own bias, and not at
                        all with too few hits to know it (OWN_BIAS_HITS_MIN) */
} ScorePlayer;

/* Judges one player's taps, sorted by time, then order; `tap_count` >= 1. */
ScoreResult
score_player(const ScoreGrid *grid, const ScoreTap *taps, size_t tap_count, ScorePlayer *player);

/* Goes through the same taps for the evidence of the verdicts, note by note in order of time. */
ScoreResult score_player_notes(
    const ScoreGrid *grid, const ScoreTap *taps, size_t tap_count, ScoreNoteSink sink, void *owner);

/* The figures of the group over all beats on which two people or more played; `hits` sorted by
   beat. Invalid when there is no such beat. */
GroupFigures score_group(const ScoreGrid *grid, const ScoreGroupHit *hits, size_t hit_count);

#endif
