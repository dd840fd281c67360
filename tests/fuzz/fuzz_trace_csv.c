/* Traces of pings come from anywhere: any bytes, in any pieces, give the same rows, and no row
   breaks an estimator. */
#include <assert.h>
#include <string.h>

#include "client/clockreplay/replay.h"
#include "client/clockreplay/trace_csv.h"
#include "tests/fuzz/fuzz.h"

enum {
    SECONDS_MAX = 20000
};

typedef struct {
    Replay replay;
    int64_t seconds;
} Reading;

/* All tell something from the first sample on, but the envelope: it starts anew when samples
   contradict each other, and is empty until the next one. */
static bool has_reading(const Estimators *estimators, int kind)
{
    return estimators->count > 0 &&
           (kind != ESTIMATOR_ENVELOPE || estimators->envelope.sample_count > 0);
}

static void note_second(void *owner, int64_t t_s, const Estimators *estimators, HostTime now)
{
    Reading *reading = owner;

    reading->seconds++;
    if (reading->seconds > SECONDS_MAX) {
        return;
    }
    for (int kind = 0; kind < ESTIMATOR_COUNT; kind++) {
        const EstimatorReading read = estimators_read(estimators, (EstimatorKind)kind, now);

        assert(t_s > 0 && read.valid == has_reading(estimators, kind));
        assert(!read.has_uncertainty || read.uncertainty_ns >= 0);
        assert(read.skew_ppb >= -1e15 && read.skew_ppb <= 1e15);
    }
}

static void take_sample(void *owner, const PingSample *sample)
{
    Reading *reading = owner;

    replay_row(&reading->replay, sample);
}

static bool
read_pieces(TraceCsv *csv, Reading *reading, const uint8_t *data, size_t size, size_t piece)
{
    memset(reading, 0, sizeof *reading);
    replay_init(&reading->replay, note_second, reading);
    trace_csv_init(csv, take_sample, reading);
    for (size_t at = 0; at < size; at += piece) {
        const char *bytes = (const char *)data + at;

        if (!trace_csv_feed(csv, bytes, size - at < piece ? size - at : piece)) {
            return false;
        }
    }
    replay_finish(&reading->replay);
    return trace_csv_finish(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static TraceCsv whole;
    static TraceCsv pieces;
    static Reading whole_reading;
    static Reading piece_reading;
    const bool well = read_pieces(&whole, &whole_reading, data, size, size > 0 ? size : 1);

    assert(well == read_pieces(&pieces, &piece_reading, data, size, 3));
    assert(whole_reading.replay.row_count == piece_reading.replay.row_count);
    assert(well || (whole.reason == pieces.reason && whole.reason_line == pieces.reason_line));
    return 0;
}
