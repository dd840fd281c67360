/*
 * A session made of numbers, as a client would believe it: for tests and pictures of screens.
 *
 * Deterministic: the same config gives the same stage. Large; keep it in static memory.
 */
#ifndef TESTS_SUPPORT_STAGE_H
#define TESTS_SUPPORT_STAGE_H

#include "client/model/model.h"

#define STAGE_TEMPO_MBPM 112000

typedef struct {
    int people;      /* 1..PARTICIPANTS_MAX; seat 0 is one's own */
    int teams;       /* 1..TEAMS_MAX */
    bool flagged;    /* some are early, late, off-beat ... */
    bool calibrated; /* oneself */
    bool lobby;      /* nothing has been started */
    int bars;        /* finished bars of the take */
    Privacy privacy; /* beyond OPEN others are what the server then tells of them */
    uint64_t seed;
} StageConfig;

typedef struct {
    ClientModel model;
    ModelOthers others;
} Stage;

/* One bar of count-in from session time 0, then "Backbeat" with four parts; oneself the first. */
void stage_init(Stage *stage, const StageConfig *config);

/* The music `beats` after the first played bar line; negative in the count-in. In the lobby the
   position stands still. */
ModelNow stage_now(const Stage *stage, double beats);

/* Adds one own judgement for the note at `beats` after the first bar line, hit `late_us` after it.
 */
void stage_hit(Stage *stage, double beats, int32_t late_us);
void stage_miss(Stage *stage, double beats);

#endif
