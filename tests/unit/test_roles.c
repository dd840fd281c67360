/* Who may do what: the tables, read the other way round. */
#include "shared/session/roles.h"

#include "tests/support/check.h"

static void players_send_what_drumming_takes_and_nothing_else(void **state)
{
    (void)state;
    check(role_may_send(ROLE_PLAYER, MESSAGE_HITS));
    check(role_may_send(ROLE_PLAYER, MESSAGE_READY));
    check(role_may_send(ROLE_PLAYER, MESSAGE_CALIBRATION));
    check(role_may_send(ROLE_PLAYER, MESSAGE_CHOOSE_PART));
    check(role_may_send(ROLE_PLAYER, MESSAGE_LEAVE));
    check(!role_may_send(ROLE_PLAYER, MESSAGE_COMMAND));
    check(!role_may_send(ROLE_PLAYER, MESSAGE_REPORT_REQUEST));
}

static void observers_send_no_hits(void **state)
{
    (void)state;
    check(!role_may_send(ROLE_OBSERVER, MESSAGE_HITS));
    check(!role_may_send(ROLE_OBSERVER, MESSAGE_CHOOSE_PART));
    check(!role_may_send(ROLE_OBSERVER, MESSAGE_COMMAND));
    check(!role_may_send(ROLE_OBSERVER, MESSAGE_REPORT_REQUEST));
    check(role_may_send(ROLE_OBSERVER, MESSAGE_LEAVE));
}

static void facilitators_may_order_everything_and_nobody_else_anything(void **state)
{
    (void)state;
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        check(role_may_command(ROLE_FACILITATOR, (uint8_t)kind));
        check(!role_may_command(ROLE_PLAYER, (uint8_t)kind));
        check(!role_may_command(ROLE_OBSERVER, (uint8_t)kind));
    }
    check(role_may_send(ROLE_FACILITATOR, MESSAGE_COMMAND));
    check(role_may_send(ROLE_FACILITATOR, MESSAGE_REPORT_REQUEST));
}

/* Law: a message of the server's, a second JOIN, and what has no name belong to nobody. */
static void what_is_not_named_is_denied(void **state)
{
    (void)state;
    for (int role = 0; role < 256; role++) {
        check(!role_may_send((Role)role, MESSAGE_NONE));
        check(!role_may_send((Role)role, MESSAGE_JOIN));
        for (int type = MESSAGE_PASSWORD + 1; type < 256; type++) {
            check(!role_may_send((Role)role, (MessageType)type));
        }
        for (int type = 0; type < 256 && role >= ROLE_COUNT; type++) {
            check(!role_may_send((Role)role, (MessageType)type));
        }
        for (int kind = 0; kind < 256; kind++) {
            check(role_may_command((Role)role, (uint8_t)kind) ==
                  (role == ROLE_FACILITATOR && kind < COMMAND_COUNT));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(players_send_what_drumming_takes_and_nothing_else),
        cmocka_unit_test(observers_send_no_hits),
        cmocka_unit_test(facilitators_may_order_everything_and_nobody_else_anything),
        cmocka_unit_test(what_is_not_named_is_denied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
