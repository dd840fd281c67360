/* MIDI files come from anywhere: the reader takes any bytes, twice to the same end. */
#include <assert.h>
#include <string.h>

#include "client/score/taps_midi.h"
#include "tests/fuzz/fuzz.h"

typedef struct {
    int64_t count;
    uint64_t mixed;
} Rows;

static const char *add_row(void *owner, const TapsCsvRow *row)
{
    Rows *rows = owner;
    const char *end = memchr(row->player, '\0', sizeof row->player);

    assert(row->player[0] != '\0' && end != NULL);
    assert(row->time_ns >= 0 && row->time_ns <= CSV_TIME_MS_MAX * NS_PER_MS);
    assert(row->pad < PADS_MAX && row->velocity >= 1 && row->velocity <= 127);
    rows->count++;
    rows->mixed = rows->mixed * 31 + (uint64_t)row->time_ns + row->velocity;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static TapsMidi midi;
    Rows first = {0};
    Rows again = {0};
    const bool well = taps_midi_read(&midi, data, size, add_row, &first);

    assert(well == (midi.reason == NULL));
    assert(well || midi.reason_byte <= size);
    assert(midi.row_count == first.count);
    assert(!well || taps_midi_tempo_nbpm(&midi) >= 0);
    assert(well == taps_midi_read(&midi, data, size, add_row, &again));
    assert(first.count == again.count && first.mixed == again.mixed);
    return 0;
}
