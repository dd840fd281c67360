/*
 * What a facilitator orders: each command takes effect on a bar line that all know beforehand.
 *
 * Pure; internal to the session.
 */
#ifndef SHARED_SESSION_COMMAND_H
#define SHARED_SESSION_COMMAND_H

#include "shared/session/session.h"

/* Carries the command out or refuses it with a reason. The sender's right has been checked. */
void command_carry_out(Session *session,
                       SessionTime now,
                       uint16_t seat,
                       const CommandMessage *command,
                       Outbox *outbox,
                       Journal *journal);

/* Sends timeline and the grooves it needs, to one or to everyone. */
void command_send_timeline(const Session *session, uint32_t connection, Outbox *outbox);

#endif
