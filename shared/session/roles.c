#include "shared/session/roles.h"

/* Sets of roles. */
enum {
    PLAYERS = 1 << ROLE_PLAYER,
    OBSERVERS = 1 << ROLE_OBSERVER,
    FACILITATORS = 1 << ROLE_FACILITATOR,
    THOSE_WHO_PLAY = PLAYERS | FACILITATORS,
    ALL = PLAYERS | OBSERVERS | FACILITATORS
};
_Static_assert(ROLE_COUNT == 3, "every role is in the tables");

/* JOIN is missing: who has a seat has joined. Types of the server's are nobody's. */
static const uint8_t message_roles[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_CHOOSE_PART] = THOSE_WHO_PLAY,
    [MESSAGE_READY] = ALL,
    [MESSAGE_CALIBRATION] = ALL,
    [MESSAGE_HITS] = THOSE_WHO_PLAY,
    [MESSAGE_COMMAND] = FACILITATORS,
    [MESSAGE_LEAVE] = ALL,
    [MESSAGE_REPORT_REQUEST] = FACILITATORS,
    [MESSAGE_PASSWORD] = ALL,
};

static const uint8_t command_roles[COMMAND_COUNT] = {
    [COMMAND_START] = FACILITATORS,
    [COMMAND_PAUSE] = FACILITATORS,
    [COMMAND_STOP] = FACILITATORS,
    [COMMAND_TEMPO] = FACILITATORS,
    [COMMAND_RAMP] = FACILITATORS,
    [COMMAND_GROOVE] = FACILITATORS,
    [COMMAND_PART] = FACILITATORS,
    [COMMAND_KICK] = FACILITATORS,
    [COMMAND_LOBBY] = FACILITATORS,
    [COMMAND_CREATE] = FACILITATORS,
    [COMMAND_BAN] = FACILITATORS,
    [COMMAND_LOCK] = FACILITATORS,
    [COMMAND_UNLOCK] = FACILITATORS,
    [COMMAND_PRIVACY] = FACILITATORS,
};

static bool contains(unsigned roles, Role role)
{
    return (unsigned)role < ROLE_COUNT && (roles >> (unsigned)role & 1U) != 0;
}

bool role_may_send(Role role, MessageType type)
{
    return (unsigned)type < MESSAGE_TYPE_COUNT && contains(message_roles[type], role);
}

bool role_may_command(Role role, uint8_t kind)
{
    return kind < COMMAND_COUNT && contains(command_roles[kind], role);
}
