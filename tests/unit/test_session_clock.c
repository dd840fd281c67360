#include "server/session_clock.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"

#define WALL_MS INT64_C(1790000000000)

static StoredClock stored_example(void)
{
    StoredClock stored = {
        .known = true,
        .offset_ns = 5 * NS_PER_S,
        .stored_until = {1000 * NS_PER_S},
        .stored_wall_ms = WALL_MS,
    };

    (void)snprintf(stored.boot_id, sizeof stored.boot_id, "this-boot");
    return stored;
}

static void a_fresh_server_counts_as_the_machine_does(void **state)
{
    StoredClock stored = {.known = false};
    BootId boot_id = {"this-boot"};

    (void)state;
    check_i64(session_clock_offset_ns(&stored, &boot_id, (HostTime){123}, WALL_MS), 0);
}

static void the_same_boot_keeps_its_offset(void **state)
{
    StoredClock stored = stored_example();
    BootId boot_id = {"this-boot"};
    HostTime now = {1200 * NS_PER_S};

    (void)state;
    check_i64(session_clock_offset_ns(&stored, &boot_id, now, WALL_MS - 99999), 5 * NS_PER_S);
}

static void after_a_reboot_the_wall_clock_tells_the_gap(void **state)
{
    StoredClock stored = stored_example();
    BootId boot_id = {"another-boot"};
    HostTime now = {20 * NS_PER_S};
    int64_t offset_ns = session_clock_offset_ns(&stored, &boot_id, now, WALL_MS + 90000);

    (void)state;
    check_i64(now.ns + offset_ns, (1000 + 90) * NS_PER_S);
}

static void without_a_boot_identity_every_start_counts_as_a_reboot(void **state)
{
    StoredClock stored = stored_example();
    BootId boot_id = {""};
    HostTime now = {1200 * NS_PER_S};
    int64_t offset_ns;

    (void)state;
    stored.boot_id[0] = '\0';
    offset_ns = session_clock_offset_ns(&stored, &boot_id, now, WALL_MS + 1000);
    check_i64(now.ns + offset_ns, 1001 * NS_PER_S);
}

/* Law: whatever the clocks say, session time does not go back. */
static void session_time_never_goes_back(void **state)
{
    static const char *const boots[] = {"this-boot", "another-boot", ""};
    static const int64_t wall_gaps_ms[] = {-1000000000000, -1, 0, 1, 60000, INT64_C(1) << 50};
    static const int64_t hosts_s[] = {0, 1, 994, 995, 996, 100000};

    (void)state;
    for (size_t boot = 0; boot < 3; boot++) {
        for (size_t gap = 0; gap < 6; gap++) {
            for (size_t host = 0; host < 6; host++) {
                StoredClock stored = stored_example();
                BootId boot_id;
                HostTime now = {hosts_s[host] * NS_PER_S};
                int64_t offset_ns;

                (void)snprintf(boot_id.text, sizeof boot_id.text, "%s", boots[boot]);
                offset_ns =
                    session_clock_offset_ns(&stored, &boot_id, now, WALL_MS + wall_gaps_ms[gap]);
                check_i64_between(now.ns + offset_ns, stored.stored_until.ns, INT64_MAX / 2);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_server_counts_as_the_machine_does),
        cmocka_unit_test(the_same_boot_keeps_its_offset),
        cmocka_unit_test(after_a_reboot_the_wall_clock_tells_the_gap),
        cmocka_unit_test(without_a_boot_identity_every_start_counts_as_a_reboot),
        cmocka_unit_test(session_time_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
