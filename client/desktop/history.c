#include "client/desktop/history.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/platform/text_file.h"
#include "shared/platform/user_paths.h"

static const char *const count_names[JUDGEMENT_COUNT_SENT] = {
    "pending", "perfect", "good", "ok", "miss", "extra", "bounce"};

static bool fail(HistoryError *error, const char *what, const char *path)
{
    (void)snprintf(error->reason,
                   sizeof error->reason,
                   "Your practice history %.120s could not be %s: %s.",
                   path,
                   what,
                   strerror(errno));
    return false;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* An integer of the object within its range; false when it is not there or is something else. */
static bool
read_integer(const json_t *object, const char *name, int64_t low, int64_t high, int64_t *value)
{
    const json_t *found = json_object_get(object, name);

    if (!json_is_integer(found)) {
        return false;
    }
    *value = json_integer_value(found);
    return *value >= low && *value <= high;
}

static bool read_groove(const json_t *object, HistoryTake *take)
{
    const json_t *found = json_object_get(object, "groove");
    const size_t size_bytes = json_string_length(found);

    if (!json_is_string(found) || !groove_title_is_valid(json_string_value(found), size_bytes)) {
        return false;
    }
    memcpy(take->groove, json_string_value(found), size_bytes);
    return true;
}

static bool read_take(const json_t *object, HistoryTake *take)
{
    int64_t values[8] = {0};
    const bool known = read_integer(object, "ended_at_ms", 0, INT64_MAX, &values[0]) &&
                       read_integer(object, "tempo_mbpm", 1, TEMPO_MBPM_MAX, &values[1]) &&
                       read_integer(object, "bandmates", 0, BANDMATES_MAX, &values[2]) &&
                       read_integer(object, "notes", 0, UINT32_MAX, &values[3]) &&
                       read_integer(object, "bias_us", INT32_MIN, INT32_MAX, &values[4]) &&
                       read_integer(object, "spread_us", 0, UINT32_MAX, &values[5]) &&
                       read_integer(object, "r_tenthousandths", 0, 10000, &values[6]) &&
                       read_integer(object, "score_centi", 0, 10000, &values[7]);
    int64_t best_combo = 0;

    *take = (HistoryTake){
        .ended_at_ms = values[0],
        .tempo_mbpm = (int32_t)values[1],
        .bandmates = (uint8_t)values[2],
        .notes = (uint32_t)values[3],
        .bias_us = (int32_t)values[4],
        .spread_us = (uint32_t)values[5],
        .r_tenthousandths = (uint16_t)values[6],
        .score_centi = (uint16_t)values[7],
    };
    for (int i = JUDGEMENT_PENDING + 1; i < JUDGEMENT_COUNT_SENT; i++) {
        int64_t count = 0;

        if (!read_integer(object, count_names[i], 0, UINT32_MAX, &count)) {
            return false;
        }
        take->counts[i] = (uint32_t)count;
    }
    if (!known || !read_integer(object, "best_combo", 0, UINT16_MAX, &best_combo)) {
        return false;
    }
    take->best_combo = (uint16_t)best_combo;
    return read_groove(object, take);
}

static void keep(History *history, const HistoryTake *take)
{
    if (history->take_count == HISTORY_TAKES_MAX) {
        history->take_count--;
        memmove(history->takes,
                history->takes + 1,
                sizeof history->takes[0] * (size_t)history->take_count);
    }
    history->takes[history->take_count] = *take;
    history->take_count++;
    history->total++;
}

static void read_line(History *history, const char *line, size_t line_bytes)
{
    json_t *object = json_loadb(line, line_bytes, JSON_REJECT_DUPLICATES, NULL);
    HistoryTake take;

    if (json_is_object(object) && read_take(object, &take)) {
        keep(history, &take);
    } else {
        history->skipped++;
    }
    json_decref(object);
}

bool history_read(const char *path, History *history, HistoryError *error)
{
    char line[HISTORY_LINE_BYTES_MAX];
    size_t line_bytes = 0;
    bool too_long = false;
    FILE *file = fopen(path, "r");

    memset(history, 0, sizeof *history);
    if (file == NULL) {
        return errno == ENOENT || fail(error, "read", path);
    }
    for (int letter = getc(file); letter != EOF; letter = getc(file)) {
        if (letter != '\n' && line_bytes < sizeof line) {
            line[line_bytes] = (char)letter;
            line_bytes++;
        } else if (letter != '\n') {
            too_long = true;
        } else {
            if (line_bytes > 0) {
                read_line(history, line, too_long ? 0 : line_bytes);
            }
            line_bytes = 0;
            too_long = false;
        }
    }
    if (line_bytes > 0) {
        read_line(history, line, too_long ? 0 : line_bytes);
    }
    (void)fclose(file);
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static json_t *take_object(const HistoryTake *take)
{
    json_t *object = json_object();
    int failures = 0;

    failures += json_object_set_new(object, "ended_at_ms", json_integer(take->ended_at_ms));
    failures += json_object_set_new(object, "groove", json_string(take->groove));
    failures += json_object_set_new(object, "tempo_mbpm", json_integer(take->tempo_mbpm));
    failures += json_object_set_new(object, "bandmates", json_integer(take->bandmates));
    failures += json_object_set_new(object, "notes", json_integer(take->notes));
    for (int i = JUDGEMENT_PENDING + 1; i < JUDGEMENT_COUNT_SENT; i++) {
        failures += json_object_set_new(object, count_names[i], json_integer(take->counts[i]));
    }
    failures += json_object_set_new(object, "bias_us", json_integer(take->bias_us));
    failures += json_object_set_new(object, "spread_us", json_integer(take->spread_us));
    failures +=
        json_object_set_new(object, "r_tenthousandths", json_integer(take->r_tenthousandths));
    failures += json_object_set_new(object, "score_centi", json_integer(take->score_centi));
    failures += json_object_set_new(object, "best_combo", json_integer(take->best_combo));
    if (failures != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The line with a line feed on either side; returns its bytes, 0 when out of memory. */
static size_t take_line(const HistoryTake *take, char *line, size_t line_capacity)
{
    json_t *object = take_object(take);
    size_t size_bytes = 0;

    if (object == NULL) {
        return 0;
    }
    size_bytes = json_dumpb(object, line + 1, line_capacity - 2, JSON_COMPACT);
    json_decref(object);
    if (size_bytes == 0 || size_bytes > line_capacity - 2) {
        return 0;
    }
    line[0] = '\n';
    line[size_bytes + 1] = '\n';
    return size_bytes + 2;
}

bool history_append(const char *path, const HistoryTake *take, HistoryError *error)
{
    char line[HISTORY_LINE_BYTES_MAX];
    const size_t line_bytes = take_line(take, line, sizeof line);
    size_t skipped_bytes = 1;
    bool written = false;
    int file = -1;

    if (line_bytes == 0) {
        errno = ENOMEM;
        return fail(error, "written", path);
    }
    if (!user_path_make_directories(path)) {
        return fail(error, "written", path);
    }
    file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return fail(error, "written", path);
    }
    if (text_file_ends_open(file)) {
        skipped_bytes = 0;
    }
    written = write(file, line + skipped_bytes, line_bytes - skipped_bytes) ==
                  (ssize_t)(line_bytes - skipped_bytes) &&
              fsync(file) == 0;
    if (!written) {
        (void)fail(error, "written", path);
    }
    (void)close(file);
    return written;
}
