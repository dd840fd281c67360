/* How fast secrets can be guessed. */
#include "server/guess_limit.h"

#include "shared/prng.h"
#include "tests/support/check.h"

static const GuessRules RULES = {
    .each = {.burst = 5, .recovery_ns = NS_PER_S, .pace_ns = 10 * NS_PER_MS},
    .all = {.burst = 500, .recovery_ns = NS_PER_S / 100, .pace_ns = 5 * NS_PER_MS}};

enum {
    HALL = 1,
    GUESSER = 2
};

static SessionTime at_ms(int64_t ms)
{
    return (SessionTime){NS_PER_S + ms * NS_PER_MS};
}

static void who_never_fails_never_waits(void **state)
{
    GuessLimit limit = {.rules = RULES};

    (void)state;
    for (int i = 0; i < 900; i++) {
        check_i64(guess_limit_turn(&limit, HALL, at_ms(i / 100)).ns, at_ms(i / 100).ns);
    }
}

static void a_few_failures_are_free_and_time_forgives(void **state)
{
    GuessLimit limit = {.rules = RULES};

    (void)state;
    for (int i = 0; i < 5; i++) {
        guess_limit_failed(&limit, HALL, at_ms(0));
        check_i64(guess_limit_turn(&limit, HALL, at_ms(0)).ns, at_ms(0).ns);
    }
    guess_limit_failed(&limit, HALL, at_ms(0));
    check(guess_limit_turn(&limit, HALL, at_ms(0)).ns <= at_ms(0).ns);
    check_i64(guess_limit_turn(&limit, HALL, at_ms(0)).ns, at_ms(10).ns);
    check_i64(guess_limit_turn(&limit, HALL, at_ms(1000)).ns, at_ms(1000).ns);
}

static void others_do_not_wait_for_a_guesser(void **state)
{
    GuessLimit limit = {.rules = RULES};

    (void)state;
    for (int i = 0; i < 100; i++) {
        guess_limit_failed(&limit, GUESSER, at_ms(0));
    }
    check_i64(guess_limit_turn(&limit, HALL, at_ms(1)).ns, at_ms(1).ns);
}

static void a_hall_with_a_guesser_in_it_still_comes_in_within_ten_seconds(void **state)
{
    GuessLimit limit = {.rules = RULES};
    SessionTime last = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        guess_limit_failed(&limit, HALL, at_ms(0));
    }
    for (int i = 0; i < 900; i++) {
        const SessionTime turn = guess_limit_turn(&limit, HALL, at_ms(0));

        check(turn.ns >= last.ns);
        last = turn;
    }
    check(last.ns <= at_ms(10000).ns);
}

/* Law: from however many addresses, no more than the pace of all gets through in the long run. */
static void many_addresses_together_are_held_to_the_pace_of_all(void **state)
{
    GuessLimit limit = {.rules = RULES};
    Prng prng;
    int looked_at = 0;

    (void)state;
    prng_seed(&prng, check_seed(5));
    for (int ms = 0; ms < 20000; ms++) {
        const uint32_t address = (uint32_t)prng_below(&prng, 100000) + 1;

        if (guess_limit_turn(&limit, address, at_ms(ms)).ns <= at_ms(20000).ns) {
            looked_at++;
            guess_limit_failed(&limit, address, at_ms(ms));
        }
    }
    check_between(looked_at, 4000, 4000 + 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_never_fails_never_waits),
        cmocka_unit_test(a_few_failures_are_free_and_time_forgives),
        cmocka_unit_test(others_do_not_wait_for_a_guesser),
        cmocka_unit_test(a_hall_with_a_guesser_in_it_still_comes_in_within_ten_seconds),
        cmocka_unit_test(many_addresses_together_are_held_to_the_pace_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
