/*
 * One visit of the control program to a session: joins as an observer, waits, and leaves.
 *
 * Not pure; one thread.
 */
#ifndef CLIENT_CTL_VISIT_H
#define CLIENT_CTL_VISIT_H

#include "client/net/session_link.h"

typedef struct {
    ClientModel model;
    ModelOthers others;
    Outbox outbox;
    SessionLink link;
    HostTime roster_at; /* the last change of who is here */
    bool has_people;    /* everybody that the snapshot counts is known ... */
    HostTime people_at; /* ... since then */
    bool has_map;
} Visit;

/* What is waited for. */
typedef bool (*VisitCondition)(Visit *visit, HostTime now, const void *wish);

typedef enum {
    VISIT_DONE,
    VISIT_REFUSED, /* see model.refusal */
    VISIT_NO_ANSWER,
    VISIT_INTERRUPTED /* by a signal */
} VisitOutcome;

/* A visit in the caller's zeroed memory. `password` is the facilitator's, or empty. */
void visit_begin(Visit *visit, const Link *address, const char *password);

/* Services the link until the condition holds. A refusal since `refusals_before` ends it too. */
VisitOutcome visit_wait(Visit *visit,
                        VisitCondition condition,
                        const void *wish,
                        uint32_t refusals_before,
                        int64_t timeout_ns);

/* Joined, and the music is known. */
bool visit_knows_music(Visit *visit, HostTime now, const void *wish);

/* The people are known too, or what may be known of them; it takes seconds where there are many. */
bool visit_knows_people(Visit *visit, HostTime now, const void *wish);

/* What went wrong, as a sentence. */
const char *visit_problem(const Visit *visit, VisitOutcome outcome);

void visit_end(Visit *visit);

/* Ends all waiting. Safe in a signal handler. */
void visit_interrupt(void);

#endif
