/* Seats in sessions: found again by who held them, and by nobody else. */
#include "client/net/kept_seats.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/place.h"

static const uint8_t FIRST[TOKEN_BYTES] = {0xab, 1, 2, 3};
static const uint8_t SECOND[TOKEN_BYTES] = {0xcd, 4, 5, 6};

static Link home;

static int open_place(void **state)
{
    static Place place;
    const bool is_parsed = link_parse("onedrum://drums.example:4321/K7PM-4TWX", &home, NULL);

    *state = &place;
    return is_parsed && place_open(&place, "seats") ? 0 : 1;
}

static int close_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static void check_token(const Place *place, const Link *link, const char *name, const uint8_t *want)
{
    uint8_t token[TOKEN_BYTES];

    check(kept_seats_find(place->path, link, name, token));
    check(memcmp(token, want, TOKEN_BYTES) == 0);
}

static off_t file_bytes(const Place *place)
{
    struct stat status;

    check(stat(place->path, &status) == 0);
    return status.st_size;
}

static void a_seat_is_found_again_by_session_and_name(void **state)
{
    const Place *place = *state;
    struct stat status;

    check(kept_seats_keep(place->path, &home, "Ana María 東", FIRST));
    check(kept_seats_keep(place->path, &home, "Ben", SECOND));
    check_token(place, &home, "Ana María 東", FIRST);
    check_token(place, &home, "Ben", SECOND);
    check(stat(place->path, &status) == 0);
    check_i64(status.st_mode & 0777, 0600);
}

static void nobody_elses_seat_is_found(void **state)
{
    const Place *place = *state;
    Link other = home;
    uint8_t token[TOKEN_BYTES];

    check(!kept_seats_find(place->path, &home, "Ana", token)); /* no file yet */
    check(kept_seats_keep(place->path, &home, "Ana", FIRST));
    check(!kept_seats_find(place->path, &home, "An", token));
    check(!kept_seats_find(place->path, &home, "Ana B", token));
    other.port++;
    check(!kept_seats_find(place->path, &other, "Ana", token));
    other = home;
    other.code[0] ^= 1;
    check(!kept_seats_find(place->path, &other, "Ana", token));
    other = home;
    other.host[0] = 't';
    check(!kept_seats_find(place->path, &other, "Ana", token));
}

static void the_last_seat_counts_and_is_written_once(void **state)
{
    const Place *place = *state;
    off_t size_bytes;

    check(kept_seats_keep(place->path, &home, "Ana", FIRST));
    check(kept_seats_keep(place->path, &home, "Ana", SECOND));
    size_bytes = file_bytes(place);
    check(kept_seats_keep(place->path, &home, "Ana", SECOND));
    check_i64(file_bytes(place), size_bytes);
    check_token(place, &home, "Ana", SECOND);
}

static void lines_that_are_none_are_passed_over(void **state)
{
    const Place *place = *state;
    FILE *file = fopen(place->path, "w");

    assert_non_null(file);
    (void)fputs("# drums.example 4321 K7PM-4TWX ab010203000000000000000000000000 Ana\n"
                "drums.example 4321 K7PM-4TWX ab0102030000000000000000000000 Ana\n"
                "drums.example 4321 K7PM-4TWX\n\n   \n",
                file);
    for (int i = 0; i < 3000; i++) {
        (void)fputc('x', file);
    }
    (void)fputs("\nDRUMS.example 4321 k7pm4twx CD040506000000000000000000000000 Ana\n", file);
    check(fclose(file) == 0);
    check_token(place, &home, "Ana", SECOND);
}

static void what_cannot_be_written_is_told(void **state)
{
    (void)state;
    check(!kept_seats_keep("/dev/null/seats", &home, "Ana", FIRST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_seat_is_found_again_by_session_and_name, open_place, close_place),
        cmocka_unit_test_setup_teardown(nobody_elses_seat_is_found, open_place, close_place),
        cmocka_unit_test_setup_teardown(
            the_last_seat_counts_and_is_written_once, open_place, close_place),
        cmocka_unit_test_setup_teardown(
            lines_that_are_none_are_passed_over, open_place, close_place),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told, open_place, close_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
