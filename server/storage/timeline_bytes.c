#include "server/storage/timeline_bytes.h"

#include <assert.h>
#include <string.h>

#include "shared/wire.h"

static void code_segment(Wire *wire, TempoSegment *segment)
{
    wire_i64(wire, &segment->start.ns);
    wire_i64(wire, &segment->start_beats.ubeats);
    wire_i32(wire, &segment->tempo_mbpm);
    wire_i32(wire, &segment->end_tempo_mbpm);
    wire_i64(wire, &segment->ramp_ns);
}

static void code_section(Wire *wire, Section *section)
{
    wire_i64(wire, &section->start.ubeats);
    wire_i32(wire, &section->first_bar);
    wire_u8(wire, &section->transport);
    wire_u8(wire, &section->groove);
    wire_u8(wire, &section->beats_per_bar);
    wire_u16(wire, &section->take);
}

/* A count byte, at most `count_max`; 0 after an error. */
static void code_count(Wire *wire, int *count, int count_max)
{
    uint8_t byte = (uint8_t)*count;

    wire_u8(wire, &byte);
    if (byte > count_max) {
        wire_fail(wire);
    }
    *count = wire_is_ok(wire) ? byte : 0;
}

static void code_timeline(Wire *wire, Timeline *timeline)
{
    wire_u32(wire, &timeline->revision);
    code_count(wire, &timeline->tempo.segment_count, TEMPO_SEGMENTS_MAX);
    for (int i = 0; i < timeline->tempo.segment_count; i++) {
        code_segment(wire, &timeline->tempo.segments[i]);
    }
    code_count(wire, &timeline->section_count, SECTIONS_MAX);
    for (int i = 0; i < timeline->section_count; i++) {
        code_section(wire, &timeline->sections[i]);
    }
}

size_t timeline_bytes_write(const Timeline *timeline, uint8_t *bytes)
{
    Wire wire = wire_writer(bytes, TIMELINE_STORED_BYTES_MAX);
    Timeline copy = *timeline;

    code_timeline(&wire, &copy);
    assert(wire_is_ok(&wire));
    return wire.position_bytes;
}

/* As every change of plan does: else two notes could come closer than anything can be judged. */
static bool sections_begin_on_bar_lines(const Timeline *timeline)
{
    for (int i = 1; i < timeline->section_count; i++) {
        const Section *section = &timeline->sections[i];
        const int64_t bar_ubeats = section[-1].beats_per_bar * UBEATS_PER_BEAT;

        if ((section->start.ubeats - section[-1].start.ubeats) % bar_ubeats != 0) {
            return false;
        }
    }
    return true;
}

bool timeline_bytes_read(const uint8_t *bytes, size_t size_bytes, Timeline *timeline)
{
    Wire wire = wire_reader(bytes, size_bytes);

    memset(timeline, 0, sizeof *timeline);
    code_timeline(&wire, timeline);
    return wire_is_complete(&wire) && timeline_is_valid(timeline) &&
           sections_begin_on_bar_lines(timeline);
}
