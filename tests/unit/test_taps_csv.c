/* Recorded taps as CSV: what is understood, and what is refused with line and reason. */
#include "client/score/taps_csv.h"

#include <string.h>

#include "client/model/decimal.h"
#include "shared/prng.h"
#include "tests/support/check.h"

enum {
    ROWS_MAX = 64
};

typedef struct {
    TapsCsvRow rows[ROWS_MAX];
    int count;
    int limit;
} Rows;

static const char *add_row(void *owner, const TapsCsvRow *row)
{
    Rows *rows = owner;

    if (rows->count == rows->limit) {
        return "full";
    }
    rows->rows[rows->count] = *row;
    rows->count++;
    return NULL;
}

/* Reads `text` in pieces of `piece_bytes`. */
static bool read_csv(TapsCsv *csv, Rows *rows, const char *text, size_t piece_bytes)
{
    size_t bytes = strlen(text);

    memset(rows, 0, sizeof *rows);
    rows->limit = ROWS_MAX;
    taps_csv_init(csv, add_row, rows);
    for (size_t at = 0; at < bytes; at += piece_bytes) {
        size_t piece = bytes - at < piece_bytes ? bytes - at : piece_bytes;

        if (!taps_csv_feed(csv, text + at, piece)) {
            return false;
        }
    }
    return taps_csv_finish(csv);
}

static void a_plain_file_gives_its_rows(void **state)
{
    TapsCsv csv;
    Rows rows;

    (void)state;
    check(read_csv(&csv, &rows, "player,time_ms\nAda,500\nBo,-12.3456789\n", 1000));
    check_i64(rows.count, 2);
    check_text(rows.rows[0].player, "Ada");
    check_i64(rows.rows[0].time_ns, 500 * NS_PER_MS);
    check_i64(rows.rows[0].pad, 0);
    check_i64(rows.rows[0].velocity, CSV_VELOCITY_DEFAULT);
    check_text(rows.rows[1].player, "Bo");
    check_i64(rows.rows[1].time_ns, -12345679);
}

static void columns_come_in_any_order_quoted_or_not_with_any_line_end(void **state)
{
    TapsCsv csv;
    Rows rows;

    (void)state;
    check(read_csv(&csv,
                   &rows,
                   "\xef\xbb\xbf"
                   "velocity, time_ms ,\"note, of a kind\",player,pad\r\n"
                   "127,1e3,x,\"Ada \"\"the drum\"\", L.\",7\r\n"
                   "\r\n"
                   ",2.5E+3,\"two\r\nlines\", \xc3\x89va ,\r"
                   "1 , +3000 ,,\"a\" ,0",
                   1000));
    check_i64(rows.count, 3);
    check_text(rows.rows[0].player, "Ada \"the drum\", L.");
    check_i64(rows.rows[0].pad, 7);
    check_i64(rows.rows[0].velocity, 127);
    check_i64(rows.rows[1].time_ns, 2500 * NS_PER_MS);
    check_text(rows.rows[1].player, "\xc3\x89va");
    check_i64(rows.rows[1].velocity, CSV_VELOCITY_DEFAULT);
    check_i64(rows.rows[2].time_ns, 3000 * NS_PER_MS);
    check_text(rows.rows[2].player, "a");
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    static const struct {
        const char *text;
        int64_t line;
        const char *mentions;
    } cases[] = {
        {"", 1, "header"},
        {"\n\n", 1, "header"},
        {"player;time_ms\n", 1, "columns player and time_ms"},
        {"player\nA\n", 1, "columns player and time_ms"},
        {"player,time_ms,player\n", 1, "twice"},
        {"player,time_ms\nA,1\nB,one\n", 3, "not a number"},
        {"player,time_ms\nA,\n", 2, "not a number"},
        {"player,time_ms\nA,0x10\n", 2, "not a number"},
        {"player,time_ms\nA,nan\n", 2, "not a number"},
        {"player,time_ms\nA,5e12\n", 2, "beyond"},
        {"player,time_ms\nA\n", 2, "fewer fields"},
        {"player,time_ms\nA,1,2\n", 2, "more fields"},
        {"player,time_ms\n,1\n", 2, "no name"},
        {"player,time_ms\nA\tB,1\n", 2, "control"},
        {"player,time_ms\n\xff,1\n", 2, "UTF-8"},
        {"player,time_ms,pad\nA,1,8\n", 2, "pad"},
        {"player,time_ms,pad\nA,1,1.x\n", 2, "pad"},
        {"player,time_ms,velocity\nA,1,0\n", 2, "velocity"},
        {"player,time_ms,x\nA,1,\"\n\n\"\n\"C,1\n", 5, "not closed"},
        {"player,time_ms\n\"A\"B,1\n", 2, "closing quote"},
        {"player,time_ms\nA\"B,1\n", 2, "quote"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TapsCsv csv;
        Rows rows;

        if (read_csv(&csv, &rows, cases[i].text, 1000)) {
            print_error("understood: %s\n", cases[i].text);
            fail();
        }
        if (strstr(csv.reason, cases[i].mentions) == NULL) {
            print_error("%s: \"%s\" lacks %s\n", cases[i].text, csv.reason, cases[i].mentions);
            fail();
        }
        check_i64(csv.reason_line, cases[i].line);
    }
}

static void limits_are_refusals(void **state)
{
    TapsCsv csv;
    Rows rows = {.limit = 1};
    char text[CSV_FIELD_BYTES_MAX + 32] = "player,time_ms\n";
    size_t bytes = strlen(text);

    (void)state;
    memset(text + bytes, 'x', CSV_FIELD_BYTES_MAX + 1);
    text[bytes + CSV_FIELD_BYTES_MAX + 1] = '\0';
    check(!read_csv(&csv, &rows, text, 1000));
    check(strstr(csv.reason, "256 bytes") != NULL);
    rows = (Rows){.limit = 1};
    taps_csv_init(&csv, add_row, &rows);
    check(!taps_csv_feed(&csv, "player,time_ms\nA,1\nB,2\n", 23));
    check_text(csv.reason, "full");
    check_i64(csv.reason_line, 3);
    taps_csv_init(&csv, add_row, &rows);
    check(!taps_csv_feed(&csv, "player\0,time_ms\n", 16));
    check(strstr(csv.reason, "zero byte") != NULL);
}

static void the_pieces_in_which_bytes_arrive_do_not_matter(void **state)
{
    static const char letters[] = "player,time_ms\r\n\"a1,. -x";
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(7));
    for (int round = 0; round < 20000; round++) {
        static const char header[] = "time_ms,player\r\n";
        char text[80];
        size_t bytes = sizeof header - 1;
        TapsCsv whole;
        TapsCsv pieces;
        Rows whole_rows;
        Rows piece_rows;
        bool well;

        memcpy(text, header, bytes);
        for (uint64_t i = prng_below(&prng, 60); i > 0; i--) {
            text[bytes] = letters[prng_below(&prng, sizeof letters - 1)];
            bytes++;
        }
        text[bytes] = '\0';
        well = read_csv(&whole, &whole_rows, text, sizeof text);
        check_i64(read_csv(&pieces, &piece_rows, text, 1 + (size_t)prng_below(&prng, 5)), well);
        check_i64(whole_rows.count, piece_rows.count);
        check_bytes(&whole_rows, &piece_rows, sizeof whole_rows);
        if (!well) {
            check_text(whole.reason, pieces.reason);
            check_i64(whole.reason_line, pieces.reason_line);
        }
    }
}

static void decimals_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int scale;
        int64_t value;
    } cases[] = {
        {"0", 0, 0},
        {"-0.0", 6, 0},
        {"1.5", 3, 1500},
        {".5", 0, 1},
        {"-.5", 0, -1},
        {"0.4999999", 0, 0},
        {"2.", 1, 20},
        {"33.333333333333336", 9, INT64_C(33333333333)},
        {"1e3", 0, 1000},
        {"12345e-2", 0, 123},
        {"1e-400", 9, 0},
        {"0e999999", 9, 0},
        {"000000000000000000000000000001.5", 1, 15},
        {"0.00000000000000000000000000001", 9, 0},
        {"9000000000000000000", 0, INT64_C(9000000000000000000)},
    };
    static const char *const refused[] = {
        "", "-", "+", ".", "e5", "1e", "1e+", "1 ", " 1", "1,5", "1.2.3", "0x1", "inf", "1e19"};
    int64_t value = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(decimal_parse(cases[i].text, strlen(cases[i].text), cases[i].scale, &value));
        check_i64(value, cases[i].value);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (decimal_parse(refused[i], strlen(refused[i]), 0, &value)) {
            print_error("understood: %s\n", refused[i]);
            fail();
        }
    }
    check(decimal_parse_within("5", 0, 5, 5, &value));
    check(!decimal_parse_within("4.4", 0, 5, 6, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_file_gives_its_rows),
        cmocka_unit_test(columns_come_in_any_order_quoted_or_not_with_any_line_end),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(limits_are_refusals),
        cmocka_unit_test(the_pieces_in_which_bytes_arrive_do_not_matter),
        cmocka_unit_test(decimals_are_read_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
