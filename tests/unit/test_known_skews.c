/* The paces of servers' clocks: read as they were written, and only for the server they are of. */
#include "client/net/known_skews.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/prng.h"
#include "tests/support/check.h"
#include "tests/support/place.h"

static Link home;

static int open_place(void **state)
{
    static Place place;
    const bool is_parsed = link_parse("onedrum://drums.example:4321/K7PM-4TWX", &home, NULL);

    *state = &place;
    return is_parsed && place_open(&place, "known_skews") ? 0 : 1;
}

static int close_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static off_t file_bytes(const Place *place)
{
    struct stat status;

    check(stat(place->path, &status) == 0);
    return status.st_size;
}

static void check_skew(const Place *place, int32_t want_ppb)
{
    int32_t skew_ppb = 0;

    check(known_skews_find(place->path, &home, &skew_ppb));
    check_i64(skew_ppb, want_ppb);
}

static void a_skew_is_found_again_by_server_alone(void **state)
{
    const Place *place = *state;
    Link other = home;
    int32_t skew_ppb = 0;

    check(!known_skews_find(place->path, &home, &skew_ppb)); /* no file yet */
    check(known_skews_keep(place->path, &home, -31875));
    check_skew(place, -31875);
    other.code[0] ^= 1; /* another session of the same server */
    other.host[0] = 'D';
    check(known_skews_find(place->path, &other, &skew_ppb));
    other.port++;
    check(!known_skews_find(place->path, &other, &skew_ppb));
    other = home;
    other.host[0] = 't';
    check(!known_skews_find(place->path, &other, &skew_ppb));
}

static void only_news_makes_the_file_longer(void **state)
{
    const Place *place = *state;
    off_t size_bytes;

    check(known_skews_keep(place->path, &home, 20000));
    size_bytes = file_bytes(place);
    check(known_skews_keep(place->path, &home, 20999));
    check(known_skews_keep(place->path, &home, 19001));
    check_i64(file_bytes(place), size_bytes);
    check_skew(place, 20000);
    check(known_skews_keep(place->path, &home, 21000));
    check_skew(place, 21000);
}

static void what_no_clock_does_is_neither_written_nor_read(void **state)
{
    const Place *place = *state;
    int32_t skew_ppb = 7;
    FILE *file = NULL;

    check(known_skews_keep(place->path, &home, 500001));
    check(known_skews_keep(place->path, &home, INT32_MIN));
    check(access(place->path, F_OK) != 0);
    file = fopen(place->path, "w");
    assert_non_null(file);
    (void)fputs("# drums.example 4321 1\n"
                "drums.example 4321 500001\n"
                "drums.example 4321 -500001\n"
                "drums.example 4321 99999999999999999999\n"
                "drums.example 4321 +5\n"
                "drums.example 4321 --5\n"
                "drums.example 4321 5.5\n"
                "drums.example 4321 5ppb\n"
                "drums.example 4321 -\n"
                "drums.example 4321\n\n   \n",
                file);
    for (int i = 0; i < 3000; i++) {
        (void)fputc('1', file);
    }
    check(fclose(file) == 0);
    check(!known_skews_find(place->path, &home, &skew_ppb));
    check(known_skews_keep(place->path, &home, -500000)); /* after a line without an end */
    check_skew(place, -500000);
}

static void what_cannot_be_written_is_told(void **state)
{
    (void)state;
    check(!known_skews_keep("/dev/null/known_skews", &home, 1));
}

/* By law: whatever was kept in whatever order, what is found of each server is within the smallest
   news of what was kept last, and exactly that when it was news. */
static void each_server_keeps_its_last_news(void **state)
{
    enum {
        SERVERS = 5,
        TURNS = 400
    };
    const Place *place = *state;
    const uint64_t seed = check_seed(1);
    int32_t last_ppb[SERVERS] = {0};
    bool is_known[SERVERS] = {false};
    Prng prng;

    prng_seed(&prng, seed);
    for (int turn = 0; turn < TURNS; turn++) {
        const int server = (int)prng_below(&prng, SERVERS);
        const int32_t reach = prng_below(&prng, 2) == 0 ? 3000 : KNOWN_SKEW_PPB_MAX;
        const int32_t new_ppb = (int32_t)prng_below(&prng, 2 * (uint32_t)reach + 1) - reach;
        Link link = home;
        int32_t found_ppb = 0;

        link.port = (uint16_t)(link.port + server);
        check(known_skews_find(place->path, &link, &found_ppb) == is_known[server]);
        check_i64(found_ppb, last_ppb[server]);
        check(known_skews_keep(place->path, &link, new_ppb));
        if (!is_known[server] || abs(new_ppb - last_ppb[server]) >= KNOWN_SKEW_NEWS_PPB) {
            last_ppb[server] = new_ppb;
        }
        is_known[server] = true;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_skew_is_found_again_by_server_alone, open_place, close_place),
        cmocka_unit_test_setup_teardown(only_news_makes_the_file_longer, open_place, close_place),
        cmocka_unit_test_setup_teardown(
            what_no_clock_does_is_neither_written_nor_read, open_place, close_place),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told, open_place, close_place),
        cmocka_unit_test_setup_teardown(each_server_keeps_its_last_news, open_place, close_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
