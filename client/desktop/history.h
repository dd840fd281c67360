/*
 * The history of practice: one line of JSON per take, in the person's own data directory.
 *
 * Touches one file. A line is appended by one write, so that a crash or a second Onedrum cannot
 * break the lines before it; a line that cannot be read is skipped and counted, never fatal.
 */
#ifndef CLIENT_DESKTOP_HISTORY_H
#define CLIENT_DESKTOP_HISTORY_H

#include "shared/judged_record.h"
#include "shared/message.h"

enum {
    HISTORY_TAKES_MAX = 20, /* newest takes that are read and plotted */
    HISTORY_LINE_BYTES_MAX = 1024,
    HISTORY_REASON_BYTES_MAX = 256
};

#define HISTORY_FILE "practice.jsonl"

typedef struct {
    int64_t ended_at_ms; /* since 1970, UTC */
    char groove[TITLE_BYTES_MAX + 1];
    int32_t tempo_mbpm; /* at the end */
    uint8_t bandmates;
    uint32_t notes;
    uint32_t counts[JUDGEMENT_COUNT_SENT]; /* by Judgement */
    int32_t bias_us;                       /* calibrated; negative is early */
    uint32_t spread_us;
    uint16_t r_tenthousandths;
    uint16_t score_centi;
    uint16_t best_combo;
} HistoryTake;

typedef struct {
    HistoryTake takes[HISTORY_TAKES_MAX]; /* oldest first */
    int take_count;
    uint32_t total;   /* readable takes in the file */
    uint32_t skipped; /* lines that could not be read */
} History;

/* Why the file could not be written, as a sentence. */
typedef struct {
    char reason[HISTORY_REASON_BYTES_MAX];
} HistoryError;

/* The newest takes. A file that is not there is an empty history; false only when there is one that
   cannot be opened. */
NODISCARD bool history_read(const char *path, History *history, HistoryError *error);

/* Adds one take at the end, making file and directories as needed. */
NODISCARD bool history_append(const char *path, const HistoryTake *take, HistoryError *error);

#endif
