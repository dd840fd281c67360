/* Servers met before: remembered once, recognised, and refused when another stands in their place.
 */
#include "client/net/known_hosts.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/place.h"

static const uint8_t FIRST[FINGERPRINT_BYTES] = {1, 2, 3};
static const uint8_t SECOND[FINGERPRINT_BYTES] = {1, 2, 4};

static int open_place(void **state)
{
    static Place place;

    *state = &place;
    return place_open(&place, "a/known_hosts") ? 0 : 1;
}

static int close_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static void a_server_is_remembered_when_it_is_met_first(void **state)
{
    const Place *place = *state;
    struct stat status;

    check_i64(known_hosts_meet(place->path, "drums.example", 4321, FIRST), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums.example", 4321, FIRST), KNOWN_HOST_SAME);
    check_i64(known_hosts_meet(place->path, "Drums.Example", 4321, FIRST), KNOWN_HOST_SAME);
    check(stat(place->path, &status) == 0);
    check_i64(status.st_mode & 0777, 0600);
}

static void another_key_in_its_place_is_noticed(void **state)
{
    const Place *place = *state;

    check_i64(known_hosts_meet(place->path, "drums.example", 4321, FIRST), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums.example", 4321, SECOND), KNOWN_HOST_CHANGED);
    check_i64(known_hosts_meet(place->path, "drums.example", 4321, SECOND), KNOWN_HOST_CHANGED);
    check_i64(known_hosts_meet(place->path, "drums.example", 4321, FIRST), KNOWN_HOST_SAME);
}

static void another_port_or_name_is_another_server(void **state)
{
    const Place *place = *state;

    check_i64(known_hosts_meet(place->path, "drums.example", 4321, FIRST), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums.example", 4322, SECOND), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums.example.org", 4321, SECOND), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums.example", 432, SECOND), KNOWN_HOST_NEW);
}

static void people_may_write_into_the_file(void **state)
{
    const Place *place = *state;
    FILE *file;

    check_i64(known_hosts_meet(place->path, "a", 1, FIRST), KNOWN_HOST_NEW);
    file = fopen(place->path, "we");
    check(file != NULL);
    (void)fprintf(file, "# the hall\n\n\t drums   4321\t000G-40R0-0000-0000-0000-0000  spare\n");
    (void)fprintf(file, "drums 4321 nonsense\ndrums\n");
    (void)fclose(file);
    check_i64(known_hosts_meet(place->path, "drums", 4321, SECOND), KNOWN_HOST_CHANGED);
    check_i64(known_hosts_meet(place->path, "#", 4321, SECOND), KNOWN_HOST_NEW);
}

/* An editor need not end the last line; what is added must not become a part of it. */
static void an_open_last_line_is_ended_first(void **state)
{
    const Place *place = *state;
    FILE *file;

    check_i64(known_hosts_meet(place->path, "a", 1, FIRST), KNOWN_HOST_NEW);
    file = fopen(place->path, "we");
    check(file != NULL);
    (void)fprintf(file, "# the hall");
    (void)fclose(file);
    check_i64(known_hosts_meet(place->path, "drums", 4321, FIRST), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums", 4321, SECOND), KNOWN_HOST_CHANGED);
}

/* The end of a long comment is no line of its own. */
static void a_line_too_long_is_about_nobody(void **state)
{
    const Place *place = *state;
    FILE *file;

    check_i64(known_hosts_meet(place->path, "a", 1, FIRST), KNOWN_HOST_NEW);
    file = fopen(place->path, "we");
    check(file != NULL);
    (void)fprintf(file, "#%510s", "");
    (void)fprintf(file, "drums 4321 000G-40R0-0000-0000-0000-0000\n");
    (void)fclose(file);
    check_i64(known_hosts_meet(place->path, "drums", 4321, SECOND), KNOWN_HOST_NEW);
    check_i64(known_hosts_meet(place->path, "drums", 4321, FIRST), KNOWN_HOST_CHANGED);
}

static void what_cannot_be_written_down_is_said(void **state)
{
    (void)state;
    check_i64(known_hosts_meet("/dev/null/known_hosts", "a", 1, FIRST), KNOWN_HOST_UNRECORDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_server_is_remembered_when_it_is_met_first, open_place, close_place),
        cmocka_unit_test_setup_teardown(
            another_key_in_its_place_is_noticed, open_place, close_place),
        cmocka_unit_test_setup_teardown(
            another_port_or_name_is_another_server, open_place, close_place),
        cmocka_unit_test_setup_teardown(people_may_write_into_the_file, open_place, close_place),
        cmocka_unit_test_setup_teardown(an_open_last_line_is_ended_first, open_place, close_place),
        cmocka_unit_test_setup_teardown(a_line_too_long_is_about_nobody, open_place, close_place),
        cmocka_unit_test(what_cannot_be_written_down_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
