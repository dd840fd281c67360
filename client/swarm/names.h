/*
 * What simulated people and their teams are called.
 *
 * Pure: constant tables, readable from any thread.
 */
#ifndef CLIENT_SWARM_NAMES_H
#define CLIENT_SWARM_NAMES_H

/* The first name of the `index`-th person, and of those after the last in a second round. */
const char *name_of_person(int index);

/* How many people have a first name of their own. */
int name_count(void);

/* The name of the `index`-th team; NULL beyond the last. */
const char *name_of_team(int index);

int name_team_count(void);

#endif
