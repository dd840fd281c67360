/*
 * The clock of input events: late ones are stamped as if they had not been, never in the future.
 */
#include "client/desktop/event_clock.h"

#include "shared/prng.h"
#include "tests/support/check.h"

#define BASE_MS UINT32_C(4294960000) /* wraps after seven seconds */

static const HostTime START = {777 * NS_PER_S};

/* An event that happened `after_ns` after START, as the other clock says it. */
static uint32_t said_ms(int64_t after_ns)
{
    return (uint32_t)(BASE_MS + (uint32_t)(after_ns / NS_PER_MS));
}

static HostTime after(int64_t ns)
{
    return (HostTime){START.ns + ns};
}

static void the_first_event_is_stamped_when_it_is_heard_of(void **state)
{
    EventClock clock;

    (void)state;
    event_clock_init(&clock);
    check_i64(event_clock_host(&clock, 5, START).ns, START.ns);
}

static void an_event_heard_of_late_is_stamped_when_it_was(void **state)
{
    EventClock clock;

    (void)state;
    event_clock_init(&clock);
    (void)event_clock_host(&clock, said_ms(0), START);
    check_i64(event_clock_host(&clock, said_ms(100 * NS_PER_MS), after(117 * NS_PER_MS)).ns,
              after(100 * NS_PER_MS + NS_PER_MS / 2).ns);
}

static void no_event_is_later_than_it_was_heard_of_and_none_is_off_by_two_milliseconds(void **state)
{
    const uint64_t seed = check_seed(4021);
    EventClock clock;
    int64_t at_ns = 0;
    Prng prng;

    (void)state;
    prng_seed(&prng, seed);
    event_clock_init(&clock);
    for (int i = 0; i < 20000; i++) {
        const int64_t late_ns = 30 * NS_PER_US + (int64_t)prng_below(&prng, 17 * NS_PER_MS);
        HostTime stamp;

        at_ns += 20 * NS_PER_MS + (int64_t)prng_below(&prng, 200 * NS_PER_MS);
        stamp = event_clock_host(&clock, said_ms(at_ns), after(at_ns + late_ns));
        check(stamp.ns <= START.ns + at_ns + late_ns);
        if (i > 200) {
            check_i64_between(stamp.ns - after(at_ns).ns, -6 * NS_PER_MS / 10, 2 * NS_PER_MS);
        }
    }
}

static void a_clock_that_was_set_anew_is_learned_anew(void **state)
{
    EventClock clock;

    (void)state;
    event_clock_init(&clock);
    (void)event_clock_host(&clock, 1000000, START);
    check_i64(event_clock_host(&clock, 1001000, after(NS_PER_S)).ns, after(NS_PER_S).ns);
    /* Back by minutes, then on as before. */
    check_i64(event_clock_host(&clock, 10, after(2 * NS_PER_S)).ns, after(2 * NS_PER_S).ns);
    check_i64(event_clock_host(&clock, 1010, after(3 * NS_PER_S + 5 * NS_PER_MS)).ns,
              after(3 * NS_PER_S + NS_PER_MS / 2).ns);
    /* Forward by minutes: the event cannot be in the future. */
    check_i64(event_clock_host(&clock, 1001010, after(4 * NS_PER_S)).ns, after(4 * NS_PER_S).ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_event_is_stamped_when_it_is_heard_of),
        cmocka_unit_test(an_event_heard_of_late_is_stamped_when_it_was),
        cmocka_unit_test(
            no_event_is_later_than_it_was_heard_of_and_none_is_off_by_two_milliseconds),
        cmocka_unit_test(a_clock_that_was_set_anew_is_learned_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
