/*
 * Finds the tempo and the first beat of a recording that was made without a clock.
 *
 * Not pure: it allocates. The tempo is that at which the median player plays each note of the part
 * once: where most play every second beat, their beat is half as fast. t0 is such that the median
 * player is on the beat. People with a bias, a tempo or notes of their own, missing and doubled
 * taps do not move it, as long as most do play together.
 */
#ifndef CLIENT_SCORE_FIT_H
#define CLIENT_SCORE_FIT_H

#include "client/score/score.h"
#include "client/score/tap_store.h"

enum {
    FIT_TAPS_MIN = 8 /* of at least one player */
};

/* Sets the grid's tempo and t0 from a sorted store; one that is kept (`keeps_`) stays as it is and
   the other is found for it. NULL when well, else the reason why not. */
const char *fit_grid(ScoreGrid *grid, const TapStore *store, bool keeps_tempo, bool keeps_t0);

#endif
