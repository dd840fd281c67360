/*
 * Any bytes as a groove file: refused with a place, or a valid groove that survives writing and
 * reading.
 */
#include "shared/groove_text.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void check_round_trip(const Groove *groove)
{
    static char text[GROOVE_TEXT_BYTES_MAX];
    size_t text_bytes = groove_text_format(groove, text, sizeof(text));
    Groove again = {0};

    assert(text_bytes < sizeof(text));
    assert(groove_text_parse(text, text_bytes, &again, NULL));
    assert(groove_is_equal(groove, &again));
}

/* The notes around the origin of every part that has some come back in order. */
static void check_notes(const Groove *groove)
{
    for (int part = 0; part < groove->part_count; part++) {
        GrooveNote note = {0};
        GrooveNote previous = {0};

        if (!groove_note_at_or_after(groove, part, (Beats){0}, (Beats){0}, &note)) {
            assert(groove_notes_per_cycle(groove, part) == 0);
            continue;
        }
        assert(note.index == 0 && note.at.ubeats >= 0);
        assert(groove_note_before(groove, part, (Beats){0}, note.at, &previous));
        assert(previous.index == -1 && previous.at.ubeats < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Groove groove = {0};
    GrooveTextError error = {0};

    if (!groove_text_parse((const char *)data, size, &groove, &error)) {
        size_t reason_bytes = strlen(error.reason);

        assert(error.line >= 1 && error.column >= 1);
        assert(reason_bytes > 0 && reason_bytes < sizeof(error.reason));
        return 0;
    }
    assert(groove_is_valid(&groove));
    check_round_trip(&groove);
    check_notes(&groove);
    return 0;
}
