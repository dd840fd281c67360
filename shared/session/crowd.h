/*
 * The crowd: how people are drawn, for those who may not know who is who.
 *
 * Pure; internal to the session. What is sent depends on nothing but the marks of one moment: not
 * on seats, names or the refresh before. docs/decisions/0007-privacy-tiers.md.
 */
#ifndef SHARED_SESSION_CROWD_H
#define SHARED_SESSION_CROWD_H

#include "shared/session/session.h"

/* Once a round: sends the next page, and draws the marks anew when all have gone out. Only in the
   tier of teams. */
void crowd_send_page(Session *session, Outbox *outbox);

/* Another tier: what was drawn is not sent any more. */
void crowd_forget(Session *session);

#endif
