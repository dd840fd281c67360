/*
 * The applied clock: locking, slewing, stepping, history, and that it never runs backwards.
 */
#include "tests/support/check.h"

#include "shared/applied_clock.h"
#include "shared/prng.h"

static const HostTime start = {100 * NS_PER_S};

static HostTime after_ms(int64_t ms)
{
    return (HostTime){start.ns + ms * NS_PER_MS};
}

static ClockEstimate estimate_at(HostTime at, int64_t offset_ns, double skew)
{
    return (ClockEstimate){.valid = true, .offset_ns = offset_ns, .skew = skew, .at = at};
}

static bool update(AppliedClock *clock, HostTime now, int64_t offset_ns, bool may_step)
{
    const ClockEstimate estimate = estimate_at(now, offset_ns, 0.0);

    return applied_clock_update(clock, now, &estimate, may_step);
}

static int64_t offset_of(const AppliedClock *clock, HostTime host)
{
    return applied_clock_session(clock, host).ns - host.ns;
}

/* Locked at `start` with an offset of 7 s. */
static AppliedClock locked_clock(void)
{
    AppliedClock clock;

    applied_clock_init(&clock);
    check(update(&clock, start, 7 * NS_PER_S, false));
    return clock;
}

static void before_the_first_estimate_session_time_is_host_time(void **state)
{
    (void)state;
    AppliedClock clock;
    const ClockEstimate none = {0};

    applied_clock_init(&clock);
    check(!applied_clock_update(&clock, start, &none, true));
    check(!clock.locked);
    check_i64(applied_clock_session(&clock, start).ns, start.ns);
    check_i64(applied_clock_host(&clock, (SessionTime){5}).ns, 5);
    check_u64(applied_clock_version_at(&clock, start), 0);
}

static void the_first_estimate_is_applied_at_once(void **state)
{
    (void)state;
    const AppliedClock clock = locked_clock();

    check(clock.locked);
    check_u64(clock.version, 1);
    check_i64(offset_of(&clock, start), 7 * NS_PER_S);
    check_i64(offset_of(&clock, after_ms(60000)), 7 * NS_PER_S);
    check_i64(offset_of(&clock, after_ms(-1000)), 7 * NS_PER_S);
}

static void an_error_inside_the_dead_band_changes_nothing(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();

    check(!update(&clock, after_ms(1000), 7 * NS_PER_S + 300000, true));
    check(!update(&clock, after_ms(2000), 7 * NS_PER_S - 300000, true));
    check_u64(clock.version, 1);
}

static void a_small_error_is_slewed_away_in_about_a_second(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();
    const int64_t target = 7 * NS_PER_S + 1500 * NS_PER_US;

    check(update(&clock, after_ms(1000), target, false));
    check_u64(clock.version, 2);
    check_i64(offset_of(&clock, after_ms(1000)), 7 * NS_PER_S);
    check_i64(offset_of(&clock, after_ms(1500)), 7 * NS_PER_S + 750 * NS_PER_US);
    for (int64_t ms = 1100; ms < 6000; ms += 100) {
        (void)update(&clock, after_ms(ms), target, false);
    }
    check_i64_between(offset_of(&clock, after_ms(6000)), target - 300000, target);
}

static void a_large_error_is_slewed_at_two_milliseconds_per_second(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();

    check(!update(&clock, after_ms(0) /* too soon after the lock */, 6900 * NS_PER_MS, false));
    check(update(&clock, after_ms(100), 7 * NS_PER_S - 250 * NS_PER_MS, false));
    check_i64(offset_of(&clock, after_ms(1100)), 7 * NS_PER_S - 2 * NS_PER_MS);
    check_i64(offset_of(&clock, after_ms(10100)), 7 * NS_PER_S - 20 * NS_PER_MS);
}

static void it_steps_only_where_nobody_hears_it_and_only_far(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();

    check(update(&clock, after_ms(1000), 7 * NS_PER_S + 30 * NS_PER_MS, true));
    check_i64(offset_of(&clock, after_ms(1000)), 7 * NS_PER_S);
    check(update(&clock, after_ms(2000), 7 * NS_PER_S + 40 * NS_PER_MS, true));
    check_i64(offset_of(&clock, after_ms(2000)), 7 * NS_PER_S + 40 * NS_PER_MS);
    check_i64(clock.error_ns, 38 * NS_PER_MS);
}

static void it_steps_wherever_it_is_when_it_is_lost(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();

    check(update(&clock, after_ms(1000), 7 * NS_PER_S + 250 * NS_PER_MS, false));
    check_i64(offset_of(&clock, after_ms(1000)), 7 * NS_PER_S);
    check(update(&clock, after_ms(2000), 12 * NS_PER_S, false));
    check_i64(offset_of(&clock, after_ms(2000)), 12 * NS_PER_S);
    check(update(&clock, after_ms(3000), 11 * NS_PER_S, false));
    check_i64(offset_of(&clock, after_ms(3500)), 12 * NS_PER_S - 500 * NS_PER_MS);
    check_i64(offset_of(&clock, after_ms(4500)), 11 * NS_PER_S);
}

static void after_a_step_back_time_stands_still_until_it_is_reached(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();
    const SessionTime reached = applied_clock_session(&clock, after_ms(1000));

    check(update(&clock, after_ms(1000), 7 * NS_PER_S - 50 * NS_PER_MS, true));
    check_i64(applied_clock_session(&clock, after_ms(1000)).ns, reached.ns);
    check_i64(applied_clock_session(&clock, after_ms(1049)).ns, reached.ns);
    check_i64(offset_of(&clock, after_ms(1060)), 7 * NS_PER_S - 50 * NS_PER_MS);
    check_i64(applied_clock_host(&clock, reached).ns, after_ms(1000).ns);
    check_i64(applied_clock_host(&clock, (SessionTime){reached.ns + 1}).ns, after_ms(1050).ns + 1);
    /* Standing still is not an error to be corrected. */
    check(!update(&clock, after_ms(1140), 7 * NS_PER_S - 50 * NS_PER_MS, false));
}

static void the_skew_of_the_estimate_is_the_rate(void **state)
{
    (void)state;
    AppliedClock clock;
    const ClockEstimate estimate = estimate_at(start, 7 * NS_PER_S, 50e-6);

    applied_clock_init(&clock);
    check(applied_clock_update(&clock, after_ms(2000), &estimate, false));
    check_i64(offset_of(&clock, after_ms(2000)), 7 * NS_PER_S + 100 * NS_PER_US);
    check_i64(offset_of(&clock, after_ms(12000)), 7 * NS_PER_S + 600 * NS_PER_US);
}

static void an_old_time_converts_as_it_did_then(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();
    SessionTime heard[61];
    uint32_t versions[61];

    /* The worst case: the rate changes at every chance. */
    for (int64_t i = 0; i <= 60; i++) {
        const int64_t error_ms = i % 2 == 0 ? 1 : 2;
        check(i == 0 ||
              update(&clock, after_ms(100 * i), 7 * NS_PER_S + error_ms * NS_PER_MS, false));
        heard[i] = applied_clock_session(&clock, after_ms(100 * i));
        versions[i] = applied_clock_version_at(&clock, after_ms(100 * i));
    }
    for (int64_t i = 10; i <= 60; i++) {
        check_i64(applied_clock_session(&clock, after_ms(100 * i)).ns, heard[i].ns);
        check_u64(applied_clock_version_at(&clock, after_ms(100 * i)), versions[i]);
    }
    check_u64(versions[60], clock.version);
}

static void a_clock_that_is_hours_off_is_another_clock(void **state)
{
    (void)state;
    AppliedClock clock = locked_clock();

    check(update(&clock, after_ms(1000), -3600 * NS_PER_S, false));
    check_u64(clock.version, 2);
    check_u64(clock.segment_count, 1);
    check_i64(offset_of(&clock, after_ms(1000)), -3600 * NS_PER_S);
}

/* Law: whatever the estimates, session time never goes back, and `host` is the first time of
 * `session`. */
static void it_is_monotone_and_its_inverse_is_the_first_time(void **state)
{
    (void)state;
    Prng prng;
    AppliedClock clock = locked_clock();
    SessionTime last = applied_clock_session(&clock, start);
    HostTime now = start;

    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < 20000; i++) {
        now.ns += 1 + (int64_t)prng_below(&prng, 40 * (uint64_t)NS_PER_MS);
        const int64_t wander = (int64_t)(4e7 * prng_normal(&prng));
        const ClockEstimate estimate =
            estimate_at(now, 7 * NS_PER_S + wander, 1e-4 * prng_normal(&prng));
        (void)applied_clock_update(&clock, now, &estimate, prng_below(&prng, 50) == 0);

        const SessionTime session = applied_clock_session(&clock, now);
        check(session.ns >= last.ns);
        last = session;

        const HostTime back = {now.ns - (int64_t)prng_below(&prng, 4 * (uint64_t)NS_PER_S)};
        const SessionTime wanted = applied_clock_session(&clock, back);
        const HostTime first = applied_clock_host(&clock, wanted);
        check(first.ns <= back.ns);
        check(applied_clock_session(&clock, first).ns >= wanted.ns);
        check(applied_clock_session(&clock, (HostTime){first.ns - 1}).ns < wanted.ns);
    }
}

/* Law: without a step the rate never differs from the host's by more than 2 ms/s and the skew. */
static void without_steps_the_pace_stays_within_its_limit(void **state)
{
    (void)state;
    Prng prng;
    AppliedClock clock = locked_clock();

    prng_seed(&prng, check_seed(2));
    for (int64_t i = 1; i < 5000; i++) {
        (void)update(
            &clock, after_ms(20 * i), 7 * NS_PER_S + (int64_t)(5e7 * prng_normal(&prng)), false);
        const int64_t pace = applied_clock_session(&clock, after_ms(20 * i)).ns -
                             applied_clock_session(&clock, after_ms(20 * (i - 1))).ns;
        check_i64_between(pace - 20 * NS_PER_MS, -40001, 40001);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_first_estimate_session_time_is_host_time),
        cmocka_unit_test(the_first_estimate_is_applied_at_once),
        cmocka_unit_test(an_error_inside_the_dead_band_changes_nothing),
        cmocka_unit_test(a_small_error_is_slewed_away_in_about_a_second),
        cmocka_unit_test(a_large_error_is_slewed_at_two_milliseconds_per_second),
        cmocka_unit_test(it_steps_only_where_nobody_hears_it_and_only_far),
        cmocka_unit_test(it_steps_wherever_it_is_when_it_is_lost),
        cmocka_unit_test(after_a_step_back_time_stands_still_until_it_is_reached),
        cmocka_unit_test(the_skew_of_the_estimate_is_the_rate),
        cmocka_unit_test(an_old_time_converts_as_it_did_then),
        cmocka_unit_test(a_clock_that_is_hours_off_is_another_clock),
        cmocka_unit_test(it_is_monotone_and_its_inverse_is_the_first_time),
        cmocka_unit_test(without_steps_the_pace_stays_within_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
