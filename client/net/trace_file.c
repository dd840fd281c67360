#include "client/net/trace_file.h"

#include "shared/platform/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char EXTENSION[] = ".csv";

bool trace_file_name(const char *path, const char *what, char name[TRACE_PATH_BYTES_MAX])
{
    size_t stem_bytes = strlen(path);
    int length;

    if (stem_bytes > strlen(EXTENSION) &&
        strcmp(path + stem_bytes - strlen(EXTENSION), EXTENSION) == 0) {
        stem_bytes -= strlen(EXTENSION);
    }
    if (stem_bytes >= TRACE_PATH_BYTES_MAX) {
        return false;
    }
    length =
        snprintf(name, TRACE_PATH_BYTES_MAX, "%.*s.%s%s", (int)stem_bytes, path, what, EXTENSION);
    return length > 0 && length < TRACE_PATH_BYTES_MAX;
}

static void give_up(TraceFile *trace, int problem)
{
    log_warning("trace: %s cannot be written: %s. Nothing more is recorded there",
                trace->path,
                strerror(problem));
    trace->path[0] = '\0';
    trace->row_count = 0;
}

void trace_file_begin(TraceFile *trace, const char *path, const char *header, int column_count)
{
    FILE *file = NULL;
    bool well = false;

    assert(column_count > 0 && column_count <= TRACE_COLUMNS_MAX);
    trace->row_count = 0;
    trace->column_count = column_count;
    (void)snprintf(trace->path, sizeof trace->path, "%s", path);
    if (strlen(path) >= sizeof trace->path) {
        give_up(trace, ENAMETOOLONG);
        return;
    }
    file = fopen(path, "w");
    if (file == NULL) {
        give_up(trace, errno);
        return;
    }
    well = fprintf(file, "%s\n", header) > 0;
    if (fclose(file) != 0 || !well) {
        give_up(trace, errno);
    }
}

static bool write_rows(const TraceFile *trace, FILE *file)
{
    bool well = true;

    for (int i = 0; i < trace->row_count; i++) {
        for (int column = 0; column < trace->column_count; column++) {
            const char *end = column + 1 < trace->column_count ? "," : "\n";

            well = well && fprintf(file, "%" PRId64 "%s", trace->rows[i][column], end) > 0;
        }
    }
    return well;
}

void trace_file_flush(TraceFile *trace)
{
    FILE *file = NULL;
    bool well = false;

    if (trace->path[0] == '\0' || trace->row_count == 0) {
        return;
    }
    /* Not kept open: a swarm of thousands has no descriptor to spare. */
    file = fopen(trace->path, "a");
    if (file == NULL) {
        give_up(trace, errno);
        return;
    }
    well = write_rows(trace, file);
    if (fclose(file) != 0 || !well) {
        give_up(trace, errno);
    }
    trace->row_count = 0;
}

void trace_file_add(TraceFile *trace, const int64_t *row)
{
    if (trace->path[0] == '\0') {
        return;
    }
    memcpy(trace->rows[trace->row_count], row, sizeof row[0] * (size_t)trace->column_count);
    trace->row_count++;
    if (trace->row_count == TRACE_ROWS_MAX) {
        trace_file_flush(trace);
    }
}

void trace_pings_add(TraceFile *trace, const PingSample *sample)
{
    const int64_t row[TRACE_PINGS_COLUMNS] = {
        sample->c1.ns, sample->s2.ns, sample->s3.ns, sample->c4.ns};

    trace_file_add(trace, row);
}

void trace_file_end(TraceFile *trace)
{
    trace_file_flush(trace);
    trace->path[0] = '\0';
}
