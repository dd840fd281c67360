/*
 * What a server's database would hold of one session, in memory: facts in, facts out, and the loss
 * of what had not reached the disk when the power went.
 *
 * Not pure: allocates. A fact replaces what it replaces in the database: a participant the one
 * before it in that seat, a judged hit the open one.
 */
#ifndef TESTS_SIM_STORE_H
#define TESTS_SIM_STORE_H

#include "shared/session/session.h"

enum {
    STORE_FACTS_MAX = 65536
};

typedef struct {
    JournalEntry *facts; /* in order */
    int64_t *at_ns;      /* when each was handed over */
    int count;
    int cut_count; /* how often facts were lost: what was read before counts anew */
} Store;

void store_create(Store *store);
void store_destroy(Store *store);

void store_put(Store *store, int64_t now_ns, const JournalEntry *fact);

/* Loses every fact that came after `until_ns`. True when a change of the timeline was among them.
 */
bool store_cut(Store *store, int64_t until_ns);

/* Gives all that counts to a fresh session, in the order in which it takes facts back. */
void store_restore(const Store *store, Session *session);

#endif
