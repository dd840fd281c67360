/*
 * Every press is taken once, whoever hears of it first and however late the other is.
 *
 * ctest: label=tsan
 */
#include "client/desktop/key_claims.h"

#include <pthread.h>

#include "tests/support/check.h"

enum {
    PRESSES = 4500, /* all within KEY_CLAIMS_MEMORY_MS: a thread may be late by all of them */
    KEYS = 3
};

static KeyClaims claims;
static _Atomic uint32_t counts[PRESSES]; /* how often each press was taken */

static uint32_t time_ms(int press)
{
    return UINT32_MAX - 4000U + 2U * (uint32_t)press; /* odd, and wraps on the way */
}

static bool take(int press)
{
    const bool is_taken = key_claims_take(&claims, (uint8_t)(9 + press % KEYS), time_ms(press));

    atomic_fetch_add(&counts[press], is_taken ? 1 : 0);
    return is_taken;
}

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < KEY_CLAIMS_KEYS; i++) {
        atomic_store(&claims.newest_ms[i], 0);
    }
    for (int i = 0; i < PRESSES; i++) {
        atomic_store(&counts[i], 0);
    }
    return 0;
}

static void the_second_to_hear_of_a_press_does_not_have_it(void **state)
{
    (void)state;
    check(take(0));
    check(!take(0));
    check(take(KEYS));
    check(!take(KEYS));
}

/* A loop that a drawing kept waiting hears of presses when newer ones have been struck. */
static void who_is_late_by_several_presses_has_none_of_them(void **state)
{
    (void)state;
    for (int press = 0; press < 30; press++) {
        check(take(press));
    }
    for (int press = 0; press < 30; press++) {
        check(!take(press));
    }
    check(take(30));
}

static void keys_have_nothing_to_do_with_each_other(void **state)
{
    (void)state;
    check(key_claims_take(&claims, 10, 5000));
    check(key_claims_take(&claims, 11, 4000));
    check(key_claims_take(&claims, 10, 5001));
}

static void a_clock_that_begins_anew_is_believed(void **state)
{
    (void)state;
    check(key_claims_take(&claims, 10, 3000000));
    check(key_claims_take(&claims, 10, 500));
    check(!key_claims_take(&claims, 10, 500));
}

static void *take_all(void *argument)
{
    (void)argument;
    for (int press = 0; press < PRESSES; press++) {
        (void)take(press);
    }
    return NULL;
}

static void of_two_threads_one_has_each_press_or_a_newer_one(void **state)
{
    pthread_t other;

    (void)state;
    check_i64(pthread_create(&other, NULL, take_all, NULL), 0);
    (void)take_all(NULL);
    check_i64(pthread_join(other, NULL), 0);
    for (int press = 0; press < PRESSES; press++) {
        check_u64(atomic_load(&counts[press]), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_second_to_hear_of_a_press_does_not_have_it, set_up),
        cmocka_unit_test_setup(who_is_late_by_several_presses_has_none_of_them, set_up),
        cmocka_unit_test_setup(keys_have_nothing_to_do_with_each_other, set_up),
        cmocka_unit_test_setup(a_clock_that_begins_anew_is_believed, set_up),
        cmocka_unit_test_setup(of_two_threads_one_has_each_press_or_a_newer_one, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
