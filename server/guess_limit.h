/*
 * How fast secrets can be guessed: failures of an address, and of everybody together, are counted,
 * and after too many of them every further try waits for its turn.
 *
 * Pure: fixed capacity, no clock. Only failures count, and the answer to too many is a delay, never
 * a ban: 900 people behind one address come in at once, and still come in, one after another, when
 * somebody among them guesses.
 */
#ifndef SERVER_GUESS_LIMIT_H
#define SERVER_GUESS_LIMIT_H

#include <stdint.h>

#include "shared/units.h"

enum {
    GUESS_SOURCES_MAX = 256 /* addresses remembered; of more, those that failed least are not */
};

/* A rule: `burst` failures at once are free, another one every `recovery_ns`; beyond, one try every
   `pace_ns`. */
typedef struct {
    int burst;
    int64_t recovery_ns;
    int64_t pace_ns;
} GuessRule;

typedef struct {
    GuessRule each; /* address */
    GuessRule all;
} GuessRules;

typedef struct {
    uint32_t address;
    SessionTime paid_at; /* when all its failures are forgotten */
    SessionTime turn_at; /* the last turn given */
} GuessSource;

/* All bytes zero, but for the rules, is a limit that nobody has touched. */
typedef struct {
    GuessRules rules;
    GuessSource sources[GUESS_SOURCES_MAX];
    GuessSource everybody;
} GuessLimit;

/* When the try that arrives now may be looked at: at once, or later. Takes that turn. */
SessionTime guess_limit_turn(GuessLimit *limit, uint32_t address, SessionTime now);

/* A try of this address was wrong. */
void guess_limit_failed(GuessLimit *limit, uint32_t address, SessionTime now);

#endif
