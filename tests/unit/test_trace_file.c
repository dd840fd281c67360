/* Recordings: their names, their rows, and that a file which takes nothing harms nobody. */
#include "client/net/trace_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/place.h"

static int open_place(void **state)
{
    static Place place;

    *state = &place;
    return place_open(&place, "pings.csv") ? 0 : 1;
}

static int close_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static void check_line(FILE *file, const char *expected)
{
    char line[128];

    check(fgets(line, sizeof line, file) != NULL);
    line[strcspn(line, "\n")] = '\0';
    assert_string_equal(line, expected);
}

static void check_name(const char *path, const char *expected)
{
    char name[TRACE_PATH_BYTES_MAX];

    check(trace_file_name(path, "keys", name));
    assert_string_equal(name, expected);
}

static void what_lies_beside_a_recording_is_named_after_it(void **state)
{
    char path[TRACE_PATH_BYTES_MAX + 8];
    char name[TRACE_PATH_BYTES_MAX];

    (void)state;
    check_name("trace.csv", "trace.keys.csv");
    check_name("a.csv/trace", "a.csv/trace.keys.csv");
    check_name(".csv", ".csv.keys.csv");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    check(!trace_file_name(path, "keys", name));
    path[TRACE_PATH_BYTES_MAX - 5] = '\0';
    check(!trace_file_name(path, "keys", name));
}

static void pings_are_rows_in_the_order_in_which_they_were_added(void **state)
{
    const Place *place = *state;
    static TraceFile trace;
    FILE *file = NULL;

    trace_file_begin(&trace, place->path, TRACE_PINGS_HEADER, TRACE_PINGS_COLUMNS);
    for (int64_t i = 0; i < 2 * TRACE_ROWS_MAX + 3; i++) {
        trace_pings_add(
            &trace, &(PingSample){.c1 = {i}, .s2 = {-i}, .s3 = {INT64_MIN}, .c4 = {INT64_MAX - i}});
    }
    trace_file_end(&trace);
    trace_pings_add(&trace, &(PingSample){0}); /* over: recorded nowhere */
    trace_file_flush(&trace);
    file = fopen(place->path, "r");
    check(file != NULL);
    check_line(file, "c1_ns,s2_ns,s3_ns,c4_ns");
    for (int64_t i = 0; i < 2 * TRACE_ROWS_MAX + 3; i++) {
        char expected[128];

        (void)snprintf(expected,
                       sizeof expected,
                       "%lld,%lld,-9223372036854775808,%lld",
                       (long long)i,
                       (long long)-i,
                       (long long)(INT64_MAX - i));
        check_line(file, expected);
    }
    check(fgetc(file) == EOF);
    (void)fclose(file);
}

static void a_file_that_cannot_be_written_is_given_up(void **state)
{
    static TraceFile trace;

    (void)state;
    trace_file_begin(&trace, "/nowhere/at/all.csv", TRACE_PINGS_HEADER, TRACE_PINGS_COLUMNS);
    assert_string_equal(trace.path, "");
    for (int i = 0; i < 3 * TRACE_ROWS_MAX; i++) {
        trace_pings_add(&trace, &(PingSample){0});
    }
    check_i64(trace.row_count, 0);
    trace_file_end(&trace);
}

static void a_full_disk_is_given_up(void **state)
{
    static TraceFile trace;

    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        skip();
    }
    trace_file_begin(&trace, "/dev/full", TRACE_PINGS_HEADER, TRACE_PINGS_COLUMNS);
    assert_string_equal(trace.path, "");
    trace_pings_add(&trace, &(PingSample){0});
    trace_file_end(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_beside_a_recording_is_named_after_it),
        cmocka_unit_test(pings_are_rows_in_the_order_in_which_they_were_added),
        cmocka_unit_test(a_file_that_cannot_be_written_is_given_up),
        cmocka_unit_test(a_full_disk_is_given_up),
    };

    return cmocka_run_group_tests(tests, open_place, close_place);
}
