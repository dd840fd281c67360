#include "client/score/taps_csv.h"

#include <string.h>

#include "client/model/decimal.h"
#include "shared/wire.h"

static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";

static const char *const column_names[CSV_COLUMN_KINDS] = {
    [CSV_COLUMN_PLAYER] = "player",
    [CSV_COLUMN_TIME] = "time_ms",
    [CSV_COLUMN_PAD] = "pad",
    [CSV_COLUMN_VELOCITY] = "velocity",
};

void taps_csv_init(TapsCsv *csv, TapsCsvSink sink, void *owner)
{
    memset(csv, 0, sizeof *csv);
    csv->sink = sink;
    csv->owner = owner;
    csv->line = 1;
    csv->record_line = 1;
}

static bool refuse(TapsCsv *csv, int64_t line, const char *reason)
{
    csv->reason = reason;
    csv->reason_line = line;
    return false;
}

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t';
}

/* Blanks around a bare field are for the eye. */
static void trim_field(TapsCsv *csv)
{
    size_t start = 0;

    while (csv->field_bytes > 0 && is_blank(csv->field[csv->field_bytes - 1])) {
        csv->field_bytes--;
    }
    while (start < csv->field_bytes && is_blank(csv->field[start])) {
        start++;
    }
    csv->field_bytes -= start;
    memmove(csv->field, csv->field + start, csv->field_bytes);
}

static bool take_header_field(TapsCsv *csv)
{
    uint8_t kind = CSV_COLUMN_OTHER;

    for (int i = CSV_COLUMN_PLAYER; i < CSV_COLUMN_KINDS; i++) {
        if (strcmp(csv->field, column_names[i]) == 0) {
            kind = (uint8_t)i;
        }
    }
    for (int i = 0; i < csv->field_index && kind != CSV_COLUMN_OTHER; i++) {
        if (csv->columns[i] == kind) {
            return refuse(csv, csv->record_line, "the header names a column twice");
        }
    }
    csv->columns[csv->field_index] = kind;
    return true;
}

static bool take_small(TapsCsv *csv, int64_t low, int64_t high, uint8_t *value)
{
    int64_t number;

    if (csv->field_bytes == 0) {
        return true; /* the usual one */
    }
    if (!decimal_parse_within(csv->field, 0, low, high, &number)) {
        return false;
    }
    *value = (uint8_t)number;
    return true;
}

static bool take_time(TapsCsv *csv)
{
    const int64_t limit_ns = CSV_TIME_MS_MAX * NS_PER_MS;
    int64_t time_ns;

    if (!decimal_parse(csv->field, csv->field_bytes, 6, &time_ns)) {
        return refuse(csv, csv->record_line, "time_ms is not a number");
    }
    if (time_ns < -limit_ns || time_ns > limit_ns) {
        return refuse(csv, csv->record_line, "time_ms is beyond +-4e12");
    }
    csv->row.time_ns = time_ns;
    return true;
}

static bool take_player(TapsCsv *csv)
{
    if (csv->field_bytes == 0) {
        return refuse(csv, csv->record_line, "the player has no name");
    }
    if (csv->field_bytes > NAME_BYTES_MAX || !text_is_clean(csv->field, csv->field_bytes)) {
        return refuse(csv,
                      csv->record_line,
                      "the player's name is longer than 96 bytes, not UTF-8, or has control "
                      "characters");
    }
    memcpy(csv->row.player, csv->field, csv->field_bytes + 1);
    return true;
}

static bool take_row_field(TapsCsv *csv)
{
    if (csv->field_index >= csv->column_count) {
        return refuse(csv, csv->record_line, "the row has more fields than the header");
    }
    switch ((TapsCsvColumn)csv->columns[csv->field_index]) {
    case CSV_COLUMN_PLAYER:
        return take_player(csv);
    case CSV_COLUMN_TIME:
        return take_time(csv);
    case CSV_COLUMN_PAD:
        return take_small(csv, 0, PADS_MAX - 1, &csv->row.pad) ||
               refuse(csv, csv->record_line, "pad is not a number from 0 to 7");
    case CSV_COLUMN_VELOCITY:
        return take_small(csv, 1, 127, &csv->row.velocity) ||
               refuse(csv, csv->record_line, "velocity is not a number from 1 to 127");
    case CSV_COLUMN_OTHER:
    case CSV_COLUMN_KINDS:
        break;
    }
    return true;
}

static bool end_field(TapsCsv *csv)
{
    bool taken;

    if (!csv->was_quoted) {
        trim_field(csv);
    }
    csv->field[csv->field_bytes] = '\0';
    if (csv->field_index == CSV_COLUMNS_MAX) {
        return refuse(csv, csv->record_line, "the row has more than 64 fields");
    }
    taken = csv->column_count == 0 ? take_header_field(csv) : take_row_field(csv);
    csv->field_index++;
    csv->field_bytes = 0;
    csv->was_quoted = false;
    csv->state = CSV_FIELD_START;
    return taken;
}

static bool end_header(TapsCsv *csv)
{
    bool seen[CSV_COLUMN_KINDS] = {false};

    for (int i = 0; i < csv->field_index; i++) {
        seen[csv->columns[i]] = true;
    }
    if (!seen[CSV_COLUMN_PLAYER] || !seen[CSV_COLUMN_TIME]) {
        return refuse(csv, csv->record_line, "the header needs the columns player and time_ms");
    }
    csv->column_count = csv->field_index;
    return true;
}

static bool end_row(TapsCsv *csv)
{
    const char *reason;

    if (csv->field_index < csv->column_count) {
        return refuse(csv, csv->record_line, "the row has fewer fields than the header");
    }
    reason = csv->sink(csv->owner, &csv->row);
    csv->row_count++;
    return reason == NULL || refuse(csv, csv->record_line, reason);
}

static bool end_record(TapsCsv *csv)
{
    bool blank = csv->field_index == 0 && !csv->was_quoted;
    bool taken = true;

    for (size_t i = 0; i < csv->field_bytes; i++) {
        blank = blank && is_blank(csv->field[i]);
    }
    if (!blank) {
        taken = end_field(csv) && (csv->column_count == 0 ? end_header(csv) : end_row(csv));
    }
    csv->field_index = 0;
    csv->field_bytes = 0;
    csv->state = CSV_FIELD_START;
    csv->record_line = csv->line;
    memset(&csv->row, 0, sizeof csv->row);
    csv->row.velocity = CSV_VELOCITY_DEFAULT;
    return taken;
}

static bool add_to_field(TapsCsv *csv, char byte)
{
    if (csv->field_bytes == CSV_FIELD_BYTES_MAX) {
        return refuse(csv, csv->record_line, "a field is longer than 256 bytes");
    }
    csv->field[csv->field_bytes] = byte;
    csv->field_bytes++;
    return true;
}

static bool take_outside_quotes(TapsCsv *csv, char byte)
{
    if (byte == ',') {
        return end_field(csv);
    }
    if (byte == '\n' || byte == '\r') {
        return end_record(csv);
    }
    if (byte == '"' && csv->state == CSV_FIELD_START) {
        csv->was_quoted = true;
        csv->field_bytes = 0;
        csv->state = CSV_FIELD_QUOTED;
        return true;
    }
    if (csv->state == CSV_FIELD_QUOTE_SEEN) {
        return is_blank(byte) ||
               refuse(csv, csv->record_line, "text follows the closing quote of a field");
    }
    if (byte == '"') {
        return refuse(csv, csv->record_line, "a quote stands within a field that is not quoted");
    }
    csv->state = is_blank(byte) && csv->state == CSV_FIELD_START ? CSV_FIELD_START : CSV_FIELD_BARE;
    return add_to_field(csv, byte);
}

static bool take_byte(TapsCsv *csv, char byte)
{
    if (byte == '\0') {
        return refuse(csv, csv->record_line, "there is a zero byte: this is not a text file");
    }
    if (csv->state == CSV_FIELD_QUOTED) {
        if (byte == '"') {
            csv->state = CSV_FIELD_QUOTE_SEEN;
            return true;
        }
        return add_to_field(csv, byte);
    }
    if (csv->state == CSV_FIELD_QUOTE_SEEN && byte == '"') {
        csv->state = CSV_FIELD_QUOTED;
        return add_to_field(csv, byte);
    }
    return take_outside_quotes(csv, byte);
}

bool taps_csv_feed(TapsCsv *csv, const char *bytes, size_t byte_count)
{
    for (size_t i = 0; i < byte_count && csv->reason == NULL; i++) {
        bool is_rest_of_line_end = bytes[i] == '\n' && csv->after_cr;

        if (csv->mark_bytes < 3 && bytes[i] == BYTE_ORDER_MARK[csv->mark_bytes]) {
            csv->mark_bytes++;
            continue;
        }
        csv->mark_bytes = 3;
        csv->after_cr = bytes[i] == '\r';
        if (is_rest_of_line_end && csv->state != CSV_FIELD_QUOTED) {
            continue;
        }
        if ((bytes[i] == '\n' && !is_rest_of_line_end) || bytes[i] == '\r') {
            csv->line++;
        }
        (void)take_byte(csv, bytes[i]);
    }
    return csv->reason == NULL;
}

bool taps_csv_finish(TapsCsv *csv)
{
    if (csv->reason == NULL && csv->state == CSV_FIELD_QUOTED) {
        return refuse(csv, csv->record_line, "a quoted field is not closed");
    }
    if (csv->reason == NULL && end_record(csv) && csv->column_count == 0) {
        return refuse(csv, 1, "there is no header; it needs the columns player and time_ms");
    }
    return csv->reason == NULL;
}
