/* Settings are read tolerantly and replaced in one step. */
#include "client/desktop/settings_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/place.h"

static int make_place(void **state)
{
    static Place place;

    *state = &place;
    return place_open(&place, "deep/" SETTINGS_FILE) ? 0 : 1;
}

static int remove_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static void write_text(const Place *place, const char *text)
{
    AppSettings settings;
    SettingsFileError error;
    FILE *file = NULL;

    settings_init(&settings);
    check(settings_file_write(place->path, &settings, &error)); /* makes the directory */
    file = fopen(place->path, "w");
    assert_non_null(file);
    check(fputs(text, file) >= 0);
    check_i64(fclose(file), 0);
}

static void read_it(const Place *place, AppSettings *settings, SettingsReading *reading)
{
    SettingsFileError error = {{0}};

    memset(settings, 0xA5, sizeof *settings);
    check(settings_file_read(place->path, settings, reading, &error));
    check(settings_is_valid(settings));
}

static void check_same(const AppSettings *one, const AppSettings *other)
{
    char texts[2][SETTINGS_TEXT_BYTES_MAX + 1];

    check(settings_write(one, texts[0], sizeof texts[0]) > 0);
    check(settings_write(other, texts[1], sizeof texts[1]) > 0);
    check_text(texts[0], texts[1]);
}

static void without_a_file_there_are_the_defaults(void **state)
{
    AppSettings settings;
    AppSettings defaults;
    SettingsReading reading;

    read_it(*state, &settings, &reading);
    settings_init(&defaults);
    check_same(&settings, &defaults);
    check_i64(reading.refused_count, 0);
    check_text(reading.first_refusal, "");
}

static void what_was_written_is_read_back(void **state)
{
    const Place *place = *state;
    AppSettings written;
    AppSettings settings;
    SettingsReading reading;
    SettingsFileError error;

    settings_init(&written);
    memcpy(written.name, "Zo\xc3\xab; = #1", 11);
    memcpy(written.team, "Maple", 6);
    memcpy(written.host, "drums.example.org:4321", 23);
    written.offsets.timing_offset_ms = -41;
    written.offsets.timing_offset_is_set = true;
    written.theme = THEME_LIGHT;
    written.text_size_percent = 150;
    check(settings_bind_key(&written, 0, 1, "Keypad ;"));
    check(settings_bind_key(&written, 1, 0, "="));
    check(settings_file_write(place->path, &written, &error));
    read_it(place, &settings, &reading);
    check_i64(reading.refused_count, 0);
    check_same(&settings, &written);
    check_text(settings.name, "Zo\xc3\xab; = #1");
    check_text(settings.keys[1][0], "=");
}

static void lines_that_are_not_understood_change_nothing_else(void **state)
{
    AppSettings settings;
    SettingsReading reading;

    write_text(*state,
               "[picture]\ntheme = light\ntext_size_percent = 9000\nsparkles = many\n"
               "[nowhere]\nthing = 1\n[timing]\ntiming_offset_ms = -12\n");
    read_it(*state, &settings, &reading);
    check_i64(reading.refused_count, 3);
    check(reading.first_refusal[0] != '\0');
    check_i64(settings.theme, THEME_LIGHT);
    check_i64(settings.text_size_percent, 100);
    check_i64(settings.offsets.timing_offset_ms, -12);
}

static void a_line_that_is_no_setting_is_told_by_its_number(void **state)
{
    AppSettings settings;
    SettingsReading reading;

    write_text(*state, "[picture]\nthis is prose\ntheme = light\n");
    read_it(*state, &settings, &reading);
    check_i64(reading.refused_count, 1);
    check_text(reading.first_refusal, "Line 2 is neither a section nor a setting.");
    check_i64(settings.theme, THEME_LIGHT);
}

static void bytes_of_any_kind_do_no_harm(void **state)
{
    const Place *place = *state;
    uint64_t noise = check_seed(99);
    AppSettings settings;
    SettingsReading reading;
    FILE *file = NULL;

    write_text(place, "[person]\n");
    file = fopen(place->path, "a");
    assert_non_null(file);
    for (int i = 0; i < 20000; i++) {
        noise = noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        check(fputc((int)(noise >> 56), file) != EOF);
    }
    check_i64(fclose(file), 0);
    read_it(place, &settings, &reading);
    check(reading.refused_count > 0);
}

static void writing_leaves_nothing_beside_the_file(void **state)
{
    const Place *place = *state;
    AppSettings settings;
    SettingsFileError error;
    struct stat status;
    char beside[160];

    settings_init(&settings);
    check(settings_file_write(place->path, &settings, &error));
    check(settings_file_write(place->path, &settings, &error));
    check_i64(stat(place->path, &status), 0);
    check_i64(status.st_mode & 0777, 0600);
    (void)snprintf(beside, sizeof beside, "%s.new", place->path);
    check(stat(beside, &status) != 0);
}

static void a_place_that_cannot_be_written_is_said_and_keeps_the_old_file(void **state)
{
    const Place *place = *state;
    AppSettings settings;
    SettingsReading reading;
    SettingsFileError error;
    char beside[160];

    write_text(place, "[picture]\ntheme = light\n");
    (void)snprintf(beside, sizeof beside, "%s.new", place->path);
    check_i64(mkdir(beside, 0700), 0); /* where the new file would go */
    settings_init(&settings);
    check(!settings_file_write(place->path, &settings, &error));
    check(strstr(error.reason, "could not be written") != NULL);
    check_i64(rmdir(beside), 0);
    read_it(place, &settings, &reading);
    check_i64(settings.theme, THEME_LIGHT);
}

static void a_file_that_cannot_be_opened_is_said(void **state)
{
    AppSettings settings;
    SettingsReading reading;
    SettingsFileError error;

    (void)state;
    check(!settings_file_read("/dev/null/settings.ini", &settings, &reading, &error));
    check(strstr(error.reason, "could not be read") != NULL);
    check(settings_is_valid(&settings));
}

static void a_device_is_written_to_and_never_replaced(void **state)
{
    const Place *place = *state;
    AppSettings settings;
    SettingsFileError error = {{0}};
    struct stat status;

    write_text(place, "");
    check_i64(unlink(place->path), 0);
    /* By a link, so that a fault replaces the link and not the device. */
    check_i64(symlink("/dev/null", place->path), 0);
    settings_init(&settings);
    check(settings_file_write(place->path, &settings, &error));
    check_i64(lstat(place->path, &status), 0);
    check(S_ISLNK(status.st_mode));
    check_i64(unlink(place->path), 0);
    check_i64(symlink("/dev/full", place->path), 0);
    check(!settings_file_write(place->path, &settings, &error));
    check(strstr(error.reason, "could not be written") != NULL);
    check_i64(lstat(place->path, &status), 0);
    check(S_ISLNK(status.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            without_a_file_there_are_the_defaults, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_was_written_is_read_back, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            lines_that_are_not_understood_change_nothing_else, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            a_line_that_is_no_setting_is_told_by_its_number, make_place, remove_place),
        cmocka_unit_test_setup_teardown(bytes_of_any_kind_do_no_harm, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            writing_leaves_nothing_beside_the_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            a_place_that_cannot_be_written_is_said_and_keeps_the_old_file,
            make_place,
            remove_place),
        cmocka_unit_test_setup_teardown(
            a_device_is_written_to_and_never_replaced, make_place, remove_place),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
