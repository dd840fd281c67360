/*
 * Reads a recorded trace of pings as CSV: the header c1_ns,s2_ns,s3_ns,c4_ns and a row per answer,
 * in order of arrival.
 *
 * Pure: bytes are pushed in pieces of any size and samples come out of a callback. Lines end with
 * LF or CRLF; a byte order mark, blank lines and blanks around a number are skipped. Numbers are
 * decimal and whole, of 64 bits with sign.
 */
#ifndef CLIENT_CLOCKREPLAY_TRACE_CSV_H
#define CLIENT_CLOCKREPLAY_TRACE_CSV_H

#include <stddef.h>

#include "shared/clock_estimate.h"

enum {
    TRACE_CSV_LINE_BYTES_MAX = 256,
    TRACE_CSV_COLUMNS = 4
};

typedef void (*TraceCsvSink)(void *owner, const PingSample *sample);

typedef struct {
    TraceCsvSink sink;
    void *owner;
    char line[TRACE_CSV_LINE_BYTES_MAX + 1];
    size_t line_bytes;
    int64_t line_number; /* of the next byte, from 1 on */
    bool has_header;
    const char *reason; /* why it failed; NULL while all is well */
    int64_t reason_line;
} TraceCsv;

void trace_csv_init(TraceCsv *csv, TraceCsvSink sink, void *owner);

/* Takes the next bytes. False after a mistake: see reason and reason_line. */
NODISCARD bool trace_csv_feed(TraceCsv *csv, const char *bytes, size_t byte_count);

/* The input is over. */
NODISCARD bool trace_csv_finish(TraceCsv *csv);

#endif
