/* What a swarm knows of its own people, beside what the server says of them. */
#include "client/swarm/flag_watch.h"

#include "tests/support/check.h"

static void a_flag_is_right_from_the_first_time_on(void **state)
{
    (void)state;
    FlagWatch watch = {0};

    flag_watch_hear(&watch, TROUBLE_SLOW, 3.0, VERDICT_WARMING_UP);
    check(watch.has_trouble && !watch.is_found);
    flag_watch_hear(&watch, TROUBLE_SLOW, 12.0, VERDICT_ERRATIC);
    check(!watch.is_found);
    flag_watch_hear(&watch, TROUBLE_SLOW, 14.5, VERDICT_WRONG_TEMPO);
    flag_watch_hear(&watch, TROUBLE_SLOW, 30.0, VERDICT_WRONG_TEMPO);
    check(watch.is_found);
    check_near(watch.found_after_beats, 14.5, 0.0);
    check_i64(watch.false_hard_count, 0);
    check(!flag_watch_is_wrong(&watch));
}

static void a_steady_person_with_a_flag_is_wrongly_flagged(void **state)
{
    (void)state;
    FlagWatch watch = {0};

    flag_watch_hear(&watch, TROUBLE_NONE, -1.0, VERDICT_LATE);
    check(flag_watch_is_wrong(&watch));
    check_i64(watch.false_hard_count, 0);
    flag_watch_hear(&watch, TROUBLE_NONE, -1.0, VERDICT_ERRATIC);
    flag_watch_hear(&watch, TROUBLE_NONE, -1.0, VERDICT_ERRATIC);
    check_i64(watch.false_hard_count, 1);
    flag_watch_hear(&watch, TROUBLE_NONE, -1.0, VERDICT_HALF);
    check(!flag_watch_is_wrong(&watch));
    flag_watch_hear(&watch, TROUBLE_NONE, -1.0, VERDICT_ERRATIC);
    check_i64(watch.false_hard_count, 2);
}

static void a_quitter_is_steady_until_they_stop(void **state)
{
    (void)state;
    FlagWatch watch = {0};

    flag_watch_hear(&watch, TROUBLE_QUITTER, -5.0, VERDICT_IDLE);
    check(flag_watch_is_wrong(&watch) && !watch.is_found);
    check_i64(watch.false_hard_count, 1);
    flag_watch_hear(&watch, TROUBLE_QUITTER, 0.5, VERDICT_ON);
    check(!watch.is_found);
    flag_watch_hear(&watch, TROUBLE_QUITTER, 12.0, VERDICT_IDLE);
    check(watch.is_found && !flag_watch_is_wrong(&watch));
}

static void every_trouble_has_a_verdict_that_says_so(void **state)
{
    (void)state;
    for (int kind = TROUBLE_NONE + 1; kind < TROUBLE_COUNT; kind++) {
        check(flag_watch_right_verdict((PlayerTrouble)kind) < VERDICT_COUNT);
    }
    check(flag_watch_right_verdict(TROUBLE_NONE) == VERDICT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flag_is_right_from_the_first_time_on),
        cmocka_unit_test(a_steady_person_with_a_flag_is_wrongly_flagged),
        cmocka_unit_test(a_quitter_is_steady_until_they_stop),
        cmocka_unit_test(every_trouble_has_a_verdict_that_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
