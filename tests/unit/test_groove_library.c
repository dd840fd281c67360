#include "server/groove_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/check.h"

static const char good_text[] = "title: House Groove\n"
                                "metre: 4/4\n"
                                "steps: 2\n"
                                "tempo: 100\n"
                                "\n"
                                "djembe-bass |x...x...|\n";

/* A directory of the test's own. */
typedef struct {
    char directory[256];
    GrooveLibrary library;
    GrooveLibraryError error;
} Place;

static int make_place(void **state)
{
    const char *parent = getenv("TMPDIR");
    Place *place = calloc(1, sizeof *place);

    if (place == NULL) {
        return -1;
    }
    (void)snprintf(place->directory,
                   sizeof place->directory,
                   "%.200s/onedrum-grooves-XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    *state = place;
    groove_library_init(&place->library);
    return mkdtemp(place->directory) == NULL ? -1 : 0;
}

static int remove_place(void **state)
{
    static const char *const names[] = {"house.groove", "pulse.groove", "notes.txt"};
    Place *place = *state;
    char path[512];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", place->directory, names[i]);
        (void)remove(path);
    }
    (void)rmdir(place->directory);
    free(place);
    return 0;
}

static void write_file(const Place *place, const char *name, const char *text)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", place->directory, name);
    file = fopen(path, "w");
    check(file != NULL);
    check(fputs(text, file) >= 0);
    check(fclose(file) == 0);
}

static void the_pulse_comes_first_and_all_are_valid(void **state)
{
    Place *place = *state;

    check(place->library.count >= 8);
    check_text(place->library.names[0], "pulse");
    for (int i = 0; i < place->library.count; i++) {
        check(groove_is_valid(&place->library.grooves[i]));
    }
}

static void a_groove_is_found_by_file_name_or_title_in_any_case(void **state)
{
    Place *place = *state;

    check_i64(groove_library_find(&place->library, "Pulse"), 0);
    check(groove_library_find(&place->library, "son-clave") > 0);
    check_i64(groove_library_find(&place->library, place->library.grooves[2].title), 2);
    check_i64(groove_library_find(&place->library, "polka"), -1);
}

static void files_of_a_directory_are_added_and_others_left_alone(void **state)
{
    Place *place = *state;
    int before = place->library.count;

    write_file(place, "house.groove", good_text);
    write_file(place, "notes.txt", "no groove at all");
    check(groove_library_add(&place->library, place->directory, &place->error));
    check_i64(place->library.count, before + 1);
    check_i64(groove_library_find(&place->library, "house"), before);
    check_i64(groove_library_find(&place->library, "House Groove"), before);
}

static void a_file_with_a_known_name_takes_the_place_of_the_other(void **state)
{
    Place *place = *state;
    int before = place->library.count;

    write_file(place, "pulse.groove", good_text);
    check(groove_library_add(&place->library, place->directory, &place->error));
    check_i64(place->library.count, before);
    check_text(place->library.grooves[0].title, "House Groove");
}

static void a_mistake_is_told_with_file_line_and_column(void **state)
{
    Place *place = *state;

    write_file(place,
               "house.groove",
               "title: House\nmetre: 4/4\nsteps: 2\ntempo: 100\n\ndjembe-bass |x..?x...|\n");
    check(!groove_library_add(&place->library, place->directory, &place->error));
    check(strstr(place->error.text, "house.groove:6:17: ") != NULL);
}

static void a_directory_that_is_not_there_is_told_with_a_remedy(void **state)
{
    Place *place = *state;

    check(!groove_library_add(&place->library, "/nowhere/at/all", &place->error));
    check(strstr(place->error.text, "/nowhere/at/all") != NULL);
    check(strstr(place->error.text, "--grooves") != NULL);
}

static void the_list_of_names_is_cut_to_its_room(void **state)
{
    Place *place = *state;
    char text[12];

    groove_library_list(&place->library, text, sizeof text);
    check_text(text, "pulse, back");
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(the_pulse_comes_first_and_all_are_valid),
        PLACE_TEST(a_groove_is_found_by_file_name_or_title_in_any_case),
        PLACE_TEST(files_of_a_directory_are_added_and_others_left_alone),
        PLACE_TEST(a_file_with_a_known_name_takes_the_place_of_the_other),
        PLACE_TEST(a_mistake_is_told_with_file_line_and_column),
        PLACE_TEST(a_directory_that_is_not_there_is_told_with_a_remedy),
        PLACE_TEST(the_list_of_names_is_cut_to_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
