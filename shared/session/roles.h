/*
 * Who may do what: one table of roles and messages, one of roles and commands. What is not named
 * there is denied.
 *
 * Pure. A role comes from how somebody joined, never from a payload.
 */
#ifndef SHARED_SESSION_ROLES_H
#define SHARED_SESSION_ROLES_H

#include "shared/message.h"

/* Whether somebody of this role, who has a seat, may send such a message. */
bool role_may_send(Role role, MessageType type);

/* Whether somebody of this role may order this: a CommandKind, or any other byte. */
bool role_may_command(Role role, uint8_t kind);

#endif
