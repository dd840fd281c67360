/*
 * Whether the server's word on one simulated participant is right, and how soon.
 *
 * Pure. What is known is the trouble that they make; what is judged is the verdict in their own
 * STANDING, which every privacy tier tells them.
 */
#ifndef CLIENT_SWARM_FLAG_WATCH_H
#define CLIENT_SWARM_FLAG_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/player_model.h"
#include "shared/verdict.h"

/* Zero-initialised has heard nothing. */
typedef struct {
    Verdict shown;
    bool has_trouble;         /* they have begun what they do wrong ... */
    bool is_found;            /* ... and been told so ... */
    double found_after_beats; /* ... this long after the first note that it spoilt */
    uint32_t false_hard_count;
} FlagWatch;

/* The verdict that says what this trouble is; VERDICT_COUNT for TROUBLE_NONE. */
Verdict flag_watch_right_verdict(PlayerTrouble trouble);

/* Takes the newest verdict. `trouble_beats`: since the first note that was spoilt; negative before
   it, when the participant is steady. */
void flag_watch_hear(FlagWatch *watch, PlayerTrouble trouble, double trouble_beats, Verdict shown);

/* A steady participant who is shown with a flag now. */
bool flag_watch_is_wrong(const FlagWatch *watch);

/* A flag of any kind but EARLY and LATE, which are a matter of degree. */
bool flag_watch_is_hard(Verdict verdict);

#endif
