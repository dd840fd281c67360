/* Text in CSV files neither breaks out of its field nor becomes a formula. */
#include "client/ctl/csv_text.h"

#include <string.h>

#include "client/swarm/names.h"
#include "tests/support/check.h"

static void check_field(const char *text, const char *expected)
{
    char field[CSV_FIELD_ROOM(64)];

    csv_text_field(text, field);
    check_text(field, expected);
}

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    check_field("", "");
    check_field("Ada", "Ada");
    check_field("Ada Lovelace 2", "Ada Lovelace 2");
    check_field("\xc3\x89va", "\xc3\x89va");
}

static void commas_quotes_and_line_ends_are_quoted(void **state)
{
    (void)state;
    check_field("Lovelace, Ada", "\"Lovelace, Ada\"");
    check_field("the \"drum\"", "\"the \"\"drum\"\"\"");
    check_field("two\nlines", "\"two\nlines\"");
    check_field(" padded", "\" padded\"");
}

static void what_a_spreadsheet_takes_for_a_formula_is_disarmed(void **state)
{
    (void)state;
    check_field("=1+2", "'=1+2");
    check_field("+49", "'+49");
    check_field("-Bo", "'-Bo");
    check_field("@SUM(A1)", "'@SUM(A1)");
    check_field("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
    check_field("\t=1+2", "'\t=1+2");
    check_field("\r=1", "\"'\r=1\"");
    check_field("\xef\xbc\x9d" /* = in full width */ "1",
                "'\xef\xbc\x9d"
                "1");
    check_field("\xef\xbc\xa0", "'\xef\xbc\xa0");
    check_field("\xef\xbc\xa1", "\xef\xbc\xa1"); /* a letter */
    check_field("a=b", "a=b");
}

static void the_longest_text_fits_into_its_room(void **state)
{
    char text[65];
    char field[CSV_FIELD_ROOM(64)];

    (void)state;
    memset(text, '"', 64);
    text[64] = '\0';
    csv_text_field(text, field);
    check_u64(strlen(field), 130);
    text[0] = '=';
    csv_text_field(text, field);
    check_u64(strlen(field), 130);
}

static void no_two_simulated_people_or_teams_share_a_name(void **state)
{
    (void)state;
    check_i64_between(name_count(), 100, 1000);
    for (int i = 0; i < name_count(); i++) {
        for (int j = 0; j < i; j++) {
            check(strcmp(name_of_person(i), name_of_person(j)) != 0);
        }
    }
    check_text(name_of_person(name_count()), name_of_person(0));
    check(name_of_team(name_team_count()) == NULL);
    check_text(name_of_team(3), "Rowan");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(commas_quotes_and_line_ends_are_quoted),
        cmocka_unit_test(what_a_spreadsheet_takes_for_a_formula_is_disarmed),
        cmocka_unit_test(the_longest_text_fits_into_its_room),
        cmocka_unit_test(no_two_simulated_people_or_teams_share_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
