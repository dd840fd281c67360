/*
 * The swarm: many simulated participants in one thread, from joining to the last judgement.
 *
 * Not pure.
 */
#ifndef CLIENT_SWARM_SWARM_H
#define CLIENT_SWARM_SWARM_H

#include "client/swarm/options.h"

/* Runs to the end, prints the result and returns the exit code. */
int swarm_run(const SwarmOptions *options);

/* Ends the playing soon, in order. Safe in a signal handler. */
void swarm_stop(void);

#endif
