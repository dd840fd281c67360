/* The server's key: made once, the same ever after, and never in anybody else's reach. */
#include "server/server_key.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/secure/entropy.h"
#include "tests/support/check.h"
#include "tests/support/place.h"

static int open_place(void **state)
{
    static Place place;

    *state = &place;
    return place_open(&place, SERVER_KEY_FILE) ? 0 : 1;
}

static int close_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static void a_key_is_made_once_and_for_its_owner_alone(void **state)
{
    const Place *place = *state;
    StorageError error = {{0}};
    NoiseKeyPair first;
    NoiseKeyPair again;
    struct stat status;

    check(server_key_open(place->directory, &first, &error));
    check(stat(place->path, &status) == 0);
    check_i64(status.st_mode & 0777, 0600);
    check_i64(status.st_size, NOISE_KEY_BYTES);
    check(server_key_open(place->directory, &again, &error));
    check_bytes(&again, &first, sizeof first);
}

static void another_directory_has_another_key(void **state)
{
    const Place *place = *state;
    StorageError error = {{0}};
    NoiseKeyPair first;
    NoiseKeyPair other;

    check(server_key_open(place->directory, &first, &error));
    check(unlink(place->path) == 0);
    check(server_key_open(place->directory, &other, &error));
    check(memcmp(first.open, other.open, NOISE_KEY_BYTES) != 0);
}

static void a_key_that_others_can_read_is_refused(void **state)
{
    const Place *place = *state;
    StorageError error = {{0}};
    NoiseKeyPair key;

    check(server_key_open(place->directory, &key, &error));
    check(chmod(place->path, 0640) == 0);
    check(!server_key_open(place->directory, &key, &error));
    check(strstr(error.text, "chmod 600") != NULL);
}

static void a_damaged_key_is_refused(void **state)
{
    const Place *place = *state;
    StorageError error = {{0}};
    NoiseKeyPair key;

    check(server_key_open(place->directory, &key, &error));
    check(truncate(place->path, NOISE_KEY_BYTES - 1) == 0);
    check(!server_key_open(place->directory, &key, &error));
    check(strstr(error.text, "damaged") != NULL);
    check(truncate(place->path, NOISE_KEY_BYTES + 1) == 0);
    check(!server_key_open(place->directory, &key, &error));
}

static void no_directory_is_an_error_with_a_remedy(void **state)
{
    StorageError error = {{0}};
    NoiseKeyPair key;

    (void)state;
    check(!server_key_open("/dev/null/here", &key, &error));
    check(strlen(error.text) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_key_is_made_once_and_for_its_owner_alone, open_place, close_place),
        cmocka_unit_test_setup_teardown(another_directory_has_another_key, open_place, close_place),
        cmocka_unit_test_setup_teardown(
            a_key_that_others_can_read_is_refused, open_place, close_place),
        cmocka_unit_test_setup_teardown(a_damaged_key_is_refused, open_place, close_place),
        cmocka_unit_test(no_directory_is_an_error_with_a_remedy),
    };

    return secure_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
