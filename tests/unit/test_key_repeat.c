/*
 * Held keys repeat, struck ones do not, whichever way the server says it.
 */
#include "client/desktop/key_repeat.h"

#include "tests/support/check.h"

static void a_press_is_a_strike_and_so_is_the_next_after_a_release(void **state)
{
    KeyRepeat key = {0};

    (void)state;
    check(key_repeat_press(&key, 100));
    key_repeat_release(&key, 130);
    check(key_repeat_press(&key, 131));
    key_repeat_release(&key, 150);
    check(key_repeat_press(&key, 250));
}

static void a_release_and_a_press_in_the_same_millisecond_are_a_repeat(void **state)
{
    KeyRepeat key = {0};

    (void)state;
    check(key_repeat_press(&key, 100));
    for (uint32_t ms = 600; ms < 1000; ms += 40) {
        key_repeat_release(&key, ms);
        check(!key_repeat_press(&key, ms));
    }
    key_repeat_release(&key, 1010);
    check(key_repeat_press(&key, 1200));
}

/* As Xvfb has it: each press of a key that is up comes as a release and a press. */
static void a_release_of_a_key_that_is_up_changes_nothing(void **state)
{
    KeyRepeat key = {0};

    (void)state;
    for (uint32_t ms = 100; ms < 1000; ms += 100) {
        key_repeat_release(&key, ms);
        check(key_repeat_press(&key, ms));
        key_repeat_release(&key, ms + 25);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_press_is_a_strike_and_so_is_the_next_after_a_release),
        cmocka_unit_test(a_release_and_a_press_in_the_same_millisecond_are_a_repeat),
        cmocka_unit_test(a_release_of_a_key_that_is_up_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
