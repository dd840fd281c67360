/*
 * A history of practice that was damaged, or any bytes in its place: every take that is read is
 * within its ranges, lines that make no sense are counted, and a take that is added is read back as
 * the newest, with those before it as they were.
 */
#include <assert.h>
#include <string.h>

#include "client/desktop/history.h"
#include "shared/groove.h"
#include "tests/fuzz/file_of_bytes.h"
#include "tests/fuzz/fuzz.h"

static FileOfBytes file;

static void read_file(History *history)
{
    HistoryError error = {""};

    if (!history_read(file.path, history, &error)) {
        assert(false);
    }
    assert(history->take_count >= 0 && history->take_count <= HISTORY_TAKES_MAX);
    assert(history->total >= (uint32_t)history->take_count);
    assert(history->take_count == HISTORY_TAKES_MAX ||
           history->total == (uint32_t)history->take_count);
}

static void check_take(const HistoryTake *take)
{
    assert(take->ended_at_ms >= 0);
    assert(take->tempo_mbpm > 0 && take->tempo_mbpm <= TEMPO_MBPM_MAX);
    assert(take->bandmates <= BANDMATES_MAX);
    assert(take->r_tenthousandths <= 10000 && take->score_centi <= 10000);
    assert(take->counts[JUDGEMENT_PENDING] == 0);
    assert(memchr(take->groove, '\0', sizeof take->groove) != NULL);
    assert(groove_title_is_valid(take->groove, strlen(take->groove)));
}

static uint32_t lines_in(const uint8_t *data, size_t size)
{
    uint32_t count = 0;

    for (size_t i = 0; i < size; i++) {
        if (data[i] != '\n' && (i == 0 || data[i - 1] == '\n')) {
            count++;
        }
    }
    return count;
}

static bool are_same(const HistoryTake *a, const HistoryTake *b)
{
    return a->ended_at_ms == b->ended_at_ms && strcmp(a->groove, b->groove) == 0 &&
           a->tempo_mbpm == b->tempo_mbpm && a->bandmates == b->bandmates && a->notes == b->notes &&
           memcmp(a->counts, b->counts, sizeof a->counts) == 0 && a->bias_us == b->bias_us &&
           a->spread_us == b->spread_us && a->r_tenthousandths == b->r_tenthousandths &&
           a->score_centi == b->score_centi && a->best_combo == b->best_combo;
}

static void check_append(const History *before)
{
    const HistoryTake take = {
        .ended_at_ms = 7, .groove = "Samba", .tempo_mbpm = 96000, .notes = 3, .best_combo = 2};
    History after;
    HistoryError error = {""};

    if (!history_append(file.path, &take, &error)) {
        assert(false);
    }
    read_file(&after);
    assert(after.total == before->total + 1 && after.skipped == before->skipped);
    assert(are_same(&after.takes[after.take_count - 1], &take));
    if (before->take_count > 0) {
        assert(
            are_same(&after.takes[after.take_count - 2], &before->takes[before->take_count - 1]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static History history;

    if (file.path[0] == '\0') {
        file_of_bytes_open(&file);
    }
    file_of_bytes_fill(&file, data, size);
    read_file(&history);
    for (int i = 0; i < history.take_count; i++) {
        check_take(&history.takes[i]);
    }
    assert(history.total + history.skipped == lines_in(data, size));
    check_append(&history);
    return 0;
}
