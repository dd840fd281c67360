/* Files of taps come from anywhere: the reader takes any bytes, in any pieces, to the same end. */
#include <assert.h>
#include <string.h>

#include "client/score/taps_csv.h"
#include "tests/fuzz/fuzz.h"

typedef struct {
    int64_t count;
    int64_t time_sum;
} Rows;

static const char *add_row(void *owner, const TapsCsvRow *row)
{
    Rows *rows = owner;

    assert(row->player[0] != '\0' && memchr(row->player, '\0', sizeof row->player) != NULL);
    assert(row->time_ns >= -CSV_TIME_MS_MAX * NS_PER_MS);
    assert(row->time_ns <= CSV_TIME_MS_MAX * NS_PER_MS);
    assert(row->pad < PADS_MAX && row->velocity >= 1 && row->velocity <= 127);
    rows->count++;
    rows->time_sum = (int64_t)((uint64_t)rows->time_sum * 31 + (uint64_t)row->time_ns);
    return NULL;
}

static bool read_pieces(TapsCsv *csv, Rows *rows, const uint8_t *data, size_t size, size_t piece)
{
    memset(rows, 0, sizeof *rows);
    taps_csv_init(csv, add_row, rows);
    for (size_t at = 0; at < size; at += piece) {
        const char *bytes = (const char *)data + at;

        if (!taps_csv_feed(csv, bytes, size - at < piece ? size - at : piece)) {
            return false;
        }
    }
    return taps_csv_finish(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static TapsCsv whole;
    static TapsCsv pieces;
    Rows whole_rows;
    Rows piece_rows;
    bool well = read_pieces(&whole, &whole_rows, data, size, size > 0 ? size : 1);

    assert(well == read_pieces(&pieces, &piece_rows, data, size, 3));
    assert(whole_rows.count == piece_rows.count && whole_rows.time_sum == piece_rows.time_sum);
    assert(well || (whole.reason == pieces.reason && whole.reason_line == pieces.reason_line));
    return 0;
}
