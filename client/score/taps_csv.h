/*
 * Reads recorded taps as CSV: a header with the columns player and time_ms, perhaps pad and
 * velocity, in any order, among others.
 *
 * Pure: bytes are pushed in pieces of any size and rows come out of a callback. RFC 4180: fields
 * may be quoted, lines end with LF, CRLF or CR, a byte order mark is skipped, blank lines too.
 */
#ifndef CLIENT_SCORE_TAPS_CSV_H
#define CLIENT_SCORE_TAPS_CSV_H

#include "shared/capacity.h"
#include "shared/units.h"

#include <stddef.h>

enum {
    CSV_COLUMNS_MAX = 64,
    CSV_FIELD_BYTES_MAX = 256,
    CSV_VELOCITY_DEFAULT = 64
};

/* The largest time, in ms, of either sign: beyond any clock that counts from 1970. */
#define CSV_TIME_MS_MAX INT64_C(4000000000000)

typedef struct {
    char player[NAME_BYTES_MAX + 1]; /* clean UTF-8, not empty */
    int64_t time_ns;
    uint8_t pad;
    uint8_t velocity;
} TapsCsvRow;

/* Takes one row; NULL when well, else the reason why not, which ends the reading. */
typedef const char *(*TapsCsvSink)(void *owner, const TapsCsvRow *row);

typedef enum {
    CSV_COLUMN_OTHER = 0,
    CSV_COLUMN_PLAYER,
    CSV_COLUMN_TIME,
    CSV_COLUMN_PAD,
    CSV_COLUMN_VELOCITY,
    CSV_COLUMN_KINDS
} TapsCsvColumn;

typedef enum {
    CSV_FIELD_START,
    CSV_FIELD_BARE,
    CSV_FIELD_QUOTED,
    CSV_FIELD_QUOTE_SEEN /* within a quoted field: its end, or half of a quote in it */
} TapsCsvState;

typedef struct {
    TapsCsvSink sink;
    void *owner;
    TapsCsvState state;
    bool after_cr;
    int64_t line;                     /* of the next byte, from 1 on */
    int64_t record_line;              /* on which the record began */
    uint8_t columns[CSV_COLUMNS_MAX]; /* TapsCsvColumn */
    int column_count;                 /* of the header; 0 before it */
    int field_index;
    char field[CSV_FIELD_BYTES_MAX + 1];
    size_t field_bytes;
    size_t mark_bytes; /* of the byte order mark, seen so far */
    bool was_quoted;
    TapsCsvRow row;
    int64_t row_count;
    const char *reason; /* why it failed; NULL while all is well */
    int64_t reason_line;
} TapsCsv;

void taps_csv_init(TapsCsv *csv, TapsCsvSink sink, void *owner);

/* Takes the next bytes. False after a mistake: see reason and reason_line. */
NODISCARD bool taps_csv_feed(TapsCsv *csv, const char *bytes, size_t byte_count);

/* The input is over. */
NODISCARD bool taps_csv_finish(TapsCsv *csv);

#endif
