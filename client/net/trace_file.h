/*
 * A recording of whole numbers as CSV, for those who study a network or a device afterwards.
 *
 * Not pure: writes a batch at a time, on the thread that adds. Never fails the caller: the first
 * thing that goes wrong is told in the log, once, and nothing more is recorded.
 */
#ifndef CLIENT_NET_TRACE_FILE_H
#define CLIENT_NET_TRACE_FILE_H

#include "shared/clock_filter.h"

#include <stddef.h>

enum {
    TRACE_PATH_BYTES_MAX = 1100,
    TRACE_COLUMNS_MAX = 5,
    TRACE_ROWS_MAX = 64 /* kept before they are written */
};

/* The header that onedrum-clockreplay wants; rows in order of arrival. */
#define TRACE_PINGS_HEADER "c1_ns,s2_ns,s3_ns,c4_ns"
#define TRACE_PINGS_COLUMNS 4

/* Zeroed memory records nothing. */
typedef struct {
    char path[TRACE_PATH_BYTES_MAX]; /* "" when nothing is recorded (any more) */
    int column_count;
    int64_t rows[TRACE_ROWS_MAX][TRACE_COLUMNS_MAX];
    int row_count;
} TraceFile;

/*
 * The name of a recording beside `path`: "trace.csv" and "keys" make "trace.keys.csv". False when
 * it does not fit.
 */
NODISCARD bool trace_file_name(const char *path, const char *what, char name[TRACE_PATH_BYTES_MAX]);

/* Creates or empties the file and writes the header line. */
void trace_file_begin(TraceFile *trace, const char *path, const char *header, int column_count);

/* One row, of as many numbers as there are columns. */
void trace_file_add(TraceFile *trace, const int64_t *row);

/* One row of TRACE_PINGS_HEADER. */
void trace_pings_add(TraceFile *trace, const PingSample *sample);

/* Writes what is kept. */
void trace_file_flush(TraceFile *trace);

/* The same, and nothing more is recorded. */
void trace_file_end(TraceFile *trace);

#endif
