/* The history of practice survives whatever happens to its file. */
#include "client/desktop/history.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/judged_record.h"
#include "shared/platform/user_paths.h"
#include "tests/support/check.h"
#include "tests/support/place.h"

static int make_place(void **state)
{
    static Place place;

    *state = &place;
    return place_open(&place, "deep/" HISTORY_FILE) ? 0 : 1;
}

static int remove_place(void **state)
{
    return place_close(*state) ? 0 : 1;
}

static HistoryTake take_number(uint32_t number)
{
    HistoryTake take = {
        .ended_at_ms = 1790000000000 + number,
        .groove = "Son clave",
        .tempo_mbpm = 112500,
        .bandmates = 7,
        .notes = 100 + number,
        .bias_us = -17250,
        .spread_us = 23400,
        .r_tenthousandths = 9321,
        .score_centi = 8765,
        .best_combo = 31,
    };

    take.counts[JUDGEMENT_PERFECT] = 60;
    take.counts[JUDGEMENT_GOOD] = 30;
    take.counts[JUDGEMENT_OK] = 8;
    take.counts[JUDGEMENT_MISS] = 2 + number;
    take.counts[JUDGEMENT_EXTRA] = 1;
    take.counts[JUDGEMENT_BOUNCE] = 3;
    return take;
}

static void append(const Place *place, uint32_t number)
{
    const HistoryTake take = take_number(number);
    HistoryError error = {{0}};

    check(history_append(place->path, &take, &error));
    check_text(error.reason, "");
}

static void write_text(const Place *place, const char *text)
{
    FILE *file = fopen(place->path, "a");

    assert_non_null(file);
    check(fputs(text, file) >= 0);
    check_i64(fclose(file), 0);
}

static void read_all(const Place *place, History *history)
{
    HistoryError error = {{0}};

    check(history_read(place->path, history, &error));
}

static void a_file_that_is_not_there_is_an_empty_history(void **state)
{
    History history;

    read_all(*state, &history);
    check_i64(history.take_count, 0);
    check_u64(history.total, 0);
    check_u64(history.skipped, 0);
}

/* Field by field, because padding between them may differ. */
static void check_take(const HistoryTake *actual, const HistoryTake *expected)
{
    check_i64(actual->ended_at_ms, expected->ended_at_ms);
    check_text(actual->groove, expected->groove);
    check_i64(actual->tempo_mbpm, expected->tempo_mbpm);
    check_u64(actual->bandmates, expected->bandmates);
    check_u64(actual->notes, expected->notes);
    check_bytes(actual->counts, expected->counts, sizeof expected->counts);
    check_i64(actual->bias_us, expected->bias_us);
    check_u64(actual->spread_us, expected->spread_us);
    check_u64(actual->r_tenthousandths, expected->r_tenthousandths);
    check_u64(actual->score_centi, expected->score_centi);
    check_u64(actual->best_combo, expected->best_combo);
}

static void what_was_appended_is_read_back(void **state)
{
    const HistoryTake expected = take_number(5);
    History history;

    append(*state, 5);
    read_all(*state, &history);
    check_i64(history.take_count, 1);
    check_u64(history.skipped, 0);
    check_take(&history.takes[0], &expected);
}

static void a_title_of_any_letters_is_read_back(void **state)
{
    const Place *place = *state;
    HistoryTake take = take_number(1);
    History history;
    HistoryError error;

    memcpy(take.groove, "Kpanlog\xc9\x94 \\ \xe2\x99\xaa", 16);
    check(history_append(place->path, &take, &error));
    read_all(place, &history);
    check_text(history.takes[0].groove, "Kpanlog\xc9\x94 \\ \xe2\x99\xaa");
}

static void only_the_newest_twenty_are_kept_in_order(void **state)
{
    History history;

    for (uint32_t i = 0; i < 33; i++) {
        append(*state, i);
    }
    read_all(*state, &history);
    check_i64(history.take_count, HISTORY_TAKES_MAX);
    check_u64(history.total, 33);
    check_u64(history.takes[0].notes, 100 + 13);
    check_u64(history.takes[19].notes, 100 + 32);
}

static void broken_lines_are_skipped_and_counted(void **state)
{
    History history;

    append(*state, 1);
    write_text(*state, "not json\n{}\n[1,2]\n\n{\"ended_at_ms\":1}\n");
    write_text(*state, "{\"ended_at_ms\":1,\"groove\":7}\n\"text\"\n");
    append(*state, 2);
    read_all(*state, &history);
    check_i64(history.take_count, 2);
    check_u64(history.skipped, 6);
    check_u64(history.takes[1].notes, 102);
}

static void figures_out_of_range_are_refused(void **state)
{
    const char *start = "{\"ended_at_ms\":1,\"groove\":\"A\",\"tempo_mbpm\":";
    const char *end = ",\"notes\":1,\"perfect\":1,\"good\":0,\"ok\":0,\"miss\":0,\"extra\":0,"
                      "\"bounce\":0,\"bias_us\":0,\"spread_us\":0,\"r_tenthousandths\":1,"
                      "\"score_centi\":1,\"best_combo\":1}\n";
    char text[512];
    History history;

    append(*state, 1);
    (void)snprintf(text, sizeof text, "%s120000,\"bandmates\":0%s", start, end);
    write_text(*state, text);
    (void)snprintf(text, sizeof text, "%s999999999,\"bandmates\":0%s", start, end);
    write_text(*state, text);
    (void)snprintf(text, sizeof text, "%s120000,\"bandmates\":-1%s", start, end);
    write_text(*state, text);
    (void)snprintf(text, sizeof text, "%s120000.5,\"bandmates\":0%s", start, end);
    write_text(*state, text);
    read_all(*state, &history);
    check_i64(history.take_count, 2);
    check_u64(history.skipped, 3);
}

static void an_overlong_line_is_one_broken_line(void **state)
{
    char text[5000];
    History history;

    append(*state, 1);
    memset(text, 'x', sizeof text);
    text[sizeof text - 2] = '\n';
    text[sizeof text - 1] = '\0';
    write_text(*state, text);
    append(*state, 2);
    read_all(*state, &history);
    check_i64(history.take_count, 2);
    check_u64(history.skipped, 1);
}

static void a_line_cut_off_by_a_loss_of_power_takes_nothing_with_it(void **state)
{
    History history;

    append(*state, 1);
    write_text(*state, "{\"ended_at_ms\":17900");
    read_all(*state, &history);
    check_i64(history.take_count, 1);
    check_u64(history.skipped, 1);
    append(*state, 2);
    read_all(*state, &history);
    check_i64(history.take_count, 2);
    check_u64(history.skipped, 1);
}

static void the_file_is_for_its_owner_alone(void **state)
{
    const Place *place = *state;
    struct stat status;

    append(place, 1);
    check_i64(stat(place->path, &status), 0);
    check_i64(status.st_mode & 0777, 0600);
}

static void a_place_that_cannot_be_written_is_said_in_a_sentence(void **state)
{
    const HistoryTake take = take_number(1);
    HistoryError error;

    (void)state;
    check(!history_append("/dev/null/practice.jsonl", &take, &error));
    check(strstr(error.reason, "practice history /dev/null/practice.jsonl") != NULL);
}

static void directories_follow_the_rules(void **state)
{
    char endless[2 * USER_PATH_BYTES_MAX];
    UserPath path;

    (void)state;
    check(user_path_choose(NULL, "/home/maya", "/.config/onedrum", "b", &path));
    check_text(path.text, "/home/maya/.config/onedrum/b");
    check(user_path_choose("/data", "/home/maya", "/.config/onedrum", "b", &path));
    check_text(path.text, "/data/onedrum/b");
    check(user_path_choose("relative", "/home/maya", "/.config/onedrum", "b", &path));
    check_text(path.text, "/home/maya/.config/onedrum/b");
    check(!user_path_choose(NULL, NULL, "/.config/onedrum", "b", &path));
    check_text(path.text, "");
    memset(endless, '/', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    check(!user_path_choose(endless, NULL, "/.config/onedrum", "b", &path));
    check_text(path.text, "");
    check(user_path_data("here", "a", &path));
    check_text(path.text, "here/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_file_that_is_not_there_is_an_empty_history, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_was_appended_is_read_back, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            a_title_of_any_letters_is_read_back, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            only_the_newest_twenty_are_kept_in_order, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            broken_lines_are_skipped_and_counted, make_place, remove_place),
        cmocka_unit_test_setup_teardown(figures_out_of_range_are_refused, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            an_overlong_line_is_one_broken_line, make_place, remove_place),
        cmocka_unit_test_setup_teardown(
            a_line_cut_off_by_a_loss_of_power_takes_nothing_with_it, make_place, remove_place),
        cmocka_unit_test_setup_teardown(the_file_is_for_its_owner_alone, make_place, remove_place),
        cmocka_unit_test(a_place_that_cannot_be_written_is_said_in_a_sentence),
        cmocka_unit_test(directories_follow_the_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
