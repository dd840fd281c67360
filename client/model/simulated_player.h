/*
 * What a player made of numbers does next: when to hit, for the timeline that everybody follows.
 *
 * Pure. It hears the beat as its client does and plays the notes of its part with the asynchrony of
 * its human model; each hit carries what it really did, so that a judge can be checked. Rehearsal
 * swarms and the bandmates of practice mode are such players.
 *
 *     simulated_player_plan(...) at least every 50 ms, then simulated_player_take(...) until false
 */
#ifndef CLIENT_MODEL_SIMULATED_PLAYER_H
#define CLIENT_MODEL_SIMULATED_PLAYER_H

#include "shared/groove.h"
#include "shared/player_model.h"
#include "shared/timeline.h"

enum {
    SIMULATED_HITS_MAX = 64 /* planned and not played yet: a few notes ahead */
};

typedef struct {
    SessionTime at;
    int64_t asynchrony_ns; /* hit minus the note it was meant for, before calibration */
    Beats note;            /* that note ... */
    SessionTime note_at;
    int64_t spacing_ns; /* ... and its distance from the note before it */
    uint8_t pad;
    uint8_t velocity;
} SimulatedHit;

/* What is played: borrowed for one call. `grooves` by the sections' index, NULL where unknown. */
typedef struct {
    const Timeline *timeline;
    const Groove *const *grooves; /* GROOVES_MAX of them */
    uint8_t part;                 /* taken modulo the parts of the groove in force ... */
    uint8_t part_before;          /* ... and before part_from this one */
    Beats part_from;
} SimulatedScore;

typedef struct {
    PlayerModel player;
    Prng prng;                             /* for how hard it hits */
    SimulatedHit hits[SIMULATED_HITS_MAX]; /* by time */
    int hit_count;
    bool has_entered;
    Beats planned_until; /* notes before this have been played, planned or let go */
    Beats trouble_from;  /* the first note that its trouble spoils; BEATS_NEVER before */
    uint32_t revision;   /* of the timeline that was planned from */
    uint8_t part;
} SimulatedPlayer;

/* Equal arguments give equal playing. */
void simulated_player_init(SimulatedPlayer *player,
                           const PlayerProfile *profile,
                           PlayerTrouble trouble,
                           uint64_t seed);

/*
 * Plans all notes that could be hit soon. A player who comes in while the music plays enters at the
 * next bar. After a change of timeline or part the hits not played yet are moved to where their
 * notes are now, or dropped with them. `now` never goes back by more than a correction of the
 * clock.
 */
void simulated_player_plan(SimulatedPlayer *player, const SimulatedScore *score, SessionTime now);

/* The earliest planned hit whose time has come, taken out of the plan. */
NODISCARD bool simulated_player_take(SimulatedPlayer *player, SessionTime now, SimulatedHit *hit);

/* When the earliest planned hit is due; SESSION_TIME_NEVER without one. */
SessionTime simulated_player_due(const SimulatedPlayer *player);

#endif
