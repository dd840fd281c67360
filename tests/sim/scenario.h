/*
 * A session in which everything that can happen does, drawn from one seed, with every rule watched.
 *
 * Not pure: allocates. Equal seeds give equal runs, on every machine.
 */
#ifndef TESTS_SIM_SCENARIO_H
#define TESTS_SIM_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *violated; /* the first rule that did not hold; NULL: all did */
    int violated_by;      /* the client or seat that showed it; -1 */
    double at_s;          /* when, in seconds since the session began */
    int people;
    double seconds; /* simulated */
    int64_t hits;   /* received by the server */
    int64_t datagrams_sent;
    int64_t datagrams_lost;
    int64_t restarts;
    int64_t actions;
    int64_t clock_checks;
} ScenarioResult;

/* `tells`: one line per thing that happens, on the standard error stream. */
ScenarioResult scenario_run(uint64_t seed, bool tells);

#endif
