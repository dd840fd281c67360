#include "client/clockreplay/trace_csv.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";
static const char *const columns[TRACE_CSV_COLUMNS] = {"c1_ns", "s2_ns", "s3_ns", "c4_ns"};

void trace_csv_init(TraceCsv *csv, TraceCsvSink sink, void *owner)
{
    *csv = (TraceCsv){.sink = sink, .owner = owner, .line_number = 1};
}

static bool refuse(TraceCsv *csv, const char *reason)
{
    csv->reason = reason;
    csv->reason_line = csv->line_number;
    return false;
}

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/* A part of the line, blanks around it left out. */
typedef struct {
    const char *text;
    size_t bytes;
} Field;

static Field trimmed(const char *from, const char *end)
{
    while (from < end && is_blank(*from)) {
        from++;
    }
    while (end > from && is_blank(end[-1])) {
        end--;
    }
    return (Field){from, (size_t)(end - from)};
}

/* Splits at the commas; false unless there are as many fields as columns. */
static bool split(const char *from, const char *end, Field fields[TRACE_CSV_COLUMNS])
{
    for (int i = 0; i < TRACE_CSV_COLUMNS; i++) {
        const char *comma = memchr(from, ',', (size_t)(end - from));
        const bool is_last = i == TRACE_CSV_COLUMNS - 1;

        if ((comma == NULL) != is_last) {
            return false;
        }
        fields[i] = trimmed(from, is_last ? end : comma);
        from = is_last ? end : comma + 1;
    }
    return true;
}

static bool take_header(TraceCsv *csv, const Field fields[TRACE_CSV_COLUMNS])
{
    for (int i = 0; i < TRACE_CSV_COLUMNS; i++) {
        if (fields[i].bytes != strlen(columns[i]) ||
            memcmp(fields[i].text, columns[i], fields[i].bytes) != 0) {
            return refuse(csv, "the header is not c1_ns,s2_ns,s3_ns,c4_ns");
        }
    }
    csv->has_header = true;
    return true;
}

/* Why a field is no number of nanoseconds, or NULL. All 64 bits are kept: a wall clock in
   nanoseconds needs 61 of them. */
static const char *parse_whole(Field field, int64_t *value)
{
    const bool is_negative = field.bytes > 0 && field.text[0] == '-';
    const size_t first = is_negative || (field.bytes > 0 && field.text[0] == '+') ? 1 : 0;
    uint64_t limit = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    uint64_t size = 0;

    if (field.bytes == first) {
        return "a field is not a whole number of nanoseconds";
    }
    for (size_t i = first; i < field.bytes; i++) {
        const char letter = field.text[i];

        if (letter < '0' || letter > '9') {
            return "a field is not a whole number of nanoseconds";
        }
        const uint64_t digit = (uint64_t)(letter - '0');
        if (size > (limit - digit) / 10) {
            return "a number does not fit into 64 bits";
        }
        size = 10 * size + digit;
    }
    *value =
        is_negative ? -(int64_t)(size - (size > 0 ? 1 : 0)) - (size > 0 ? 1 : 0) : (int64_t)size;
    return NULL;
}

static bool take_row(TraceCsv *csv, const Field fields[TRACE_CSV_COLUMNS])
{
    int64_t values[TRACE_CSV_COLUMNS];

    for (int i = 0; i < TRACE_CSV_COLUMNS; i++) {
        const char *reason = parse_whole(fields[i], &values[i]);

        if (reason != NULL) {
            return refuse(csv, reason);
        }
    }
    const PingSample sample = {{values[0]}, {values[1]}, {values[2]}, {values[3]}};
    csv->sink(csv->owner, &sample);
    return true;
}

static bool take_line(TraceCsv *csv)
{
    const size_t mark_bytes = sizeof byte_order_mark - 1;
    const char *from = csv->line;
    const char *end = csv->line + csv->line_bytes;
    Field fields[TRACE_CSV_COLUMNS];

    if (csv->line_number == 1 && csv->line_bytes >= mark_bytes &&
        memcmp(from, byte_order_mark, mark_bytes) == 0) {
        from += mark_bytes;
    }
    if (trimmed(from, end).bytes == 0) {
        return true;
    }
    if (!split(from, end, fields)) {
        return refuse(csv,
                      csv->has_header ? "a row has four fields"
                                      : "the header is not c1_ns,s2_ns,s3_ns,c4_ns");
    }
    return csv->has_header ? take_row(csv, fields) : take_header(csv, fields);
}

bool trace_csv_feed(TraceCsv *csv, const char *bytes, size_t byte_count)
{
    for (size_t i = 0; i < byte_count && csv->reason == NULL; i++) {
        if (bytes[i] == '\n') {
            if (!take_line(csv)) {
                return false;
            }
            csv->line_bytes = 0;
            csv->line_number++;
        } else if (csv->line_bytes == TRACE_CSV_LINE_BYTES_MAX) {
            return refuse(csv, "a line is longer than 256 bytes");
        } else {
            csv->line[csv->line_bytes] = bytes[i];
            csv->line_bytes++;
        }
    }
    return csv->reason == NULL;
}

bool trace_csv_finish(TraceCsv *csv)
{
    if (csv->reason != NULL || !take_line(csv)) {
        return false;
    }
    return csv->has_header || refuse(csv, "there is no header c1_ns,s2_ns,s3_ns,c4_ns");
}
