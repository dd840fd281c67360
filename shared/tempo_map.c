#include "shared/tempo_map.h"

#include <string.h>

__extension__ typedef __int128 Int128;

/* 1 ubeat at 1 mbpm, in ns: 60 s/min x 1000 mbpm/bpm x 1e9 ns/s / 1e6 ubeats/beat. */
#define NS_MBPM_PER_UBEAT INT64_C(60000000)

/* Positions further than this from their segment (73 years at the slowest tempo) are out of reach:
   their times would not fit. */
#define GAIN_MAX (INT64_MAX / 4 / (NS_MBPM_PER_UBEAT / TEMPO_MBPM_MIN))

static Int128 floor_128(Int128 dividend, Int128 divisor)
{
    Int128 quotient = dividend / divisor;

    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

static bool is_halt(const TempoSegment *segment)
{
    return segment->tempo_mbpm == 0;
}

/* Ubeats gained in the first `elapsed` ns of a segment, rounded down. */
static int64_t gain_ubeats(const TempoSegment *segment, Int128 elapsed)
{
    const Int128 from = segment->tempo_mbpm;
    const Int128 to = segment->end_tempo_mbpm;
    const Int128 ramp = segment->ramp_ns;

    if (ramp == 0 || elapsed <= 0) {
        return (int64_t)floor_128(elapsed * from, NS_MBPM_PER_UBEAT);
    }
    if (elapsed < ramp) {
        return (int64_t)floor_128(elapsed * (2 * ramp * from + (to - from) * elapsed),
                                  2 * ramp * NS_MBPM_PER_UBEAT);
    }
    return (int64_t)floor_128((from + to) * ramp + 2 * to * (elapsed - ramp),
                              (Int128)2 * NS_MBPM_PER_UBEAT);
}

/* The first elapsed time at which a segment that moves has gained `gain` ubeats or more. */
static int64_t elapsed_ns_for(const TempoSegment *segment, int64_t gain)
{
    const int32_t slowest = segment->tempo_mbpm < segment->end_tempo_mbpm ? segment->tempo_mbpm
                                                                          : segment->end_tempo_mbpm;
    int64_t low = 0; /* too early or just right */
    int64_t high = 0;

    if (segment->ramp_ns == 0 || gain <= 0) {
        const Int128 numerator = (Int128)gain * NS_MBPM_PER_UBEAT;

        return (int64_t)-floor_128(-numerator, segment->tempo_mbpm);
    }
    high = (int64_t)-floor_128(-((Int128)gain * NS_MBPM_PER_UBEAT), slowest);
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (gain_ubeats(segment, middle) >= gain) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void tempo_map_init(TempoMap *map)
{
    memset(map, 0, sizeof *map);
    map->segments[0] = (TempoSegment){.start = {0}};
    map->segment_count = 1;
}

static bool tempo_is_allowed(int32_t tempo_mbpm)
{
    return tempo_mbpm >= TEMPO_MBPM_MIN && tempo_mbpm <= TEMPO_MBPM_MAX;
}

static bool segment_is_valid(const TempoSegment *segment)
{
    const int64_t limit = INT64_MAX / 4;

    if (segment->start.ns < -limit || segment->start.ns > limit ||
        segment->start_beats.ubeats < -limit || segment->start_beats.ubeats > limit) {
        return false;
    }
    if (is_halt(segment)) {
        return segment->end_tempo_mbpm == 0 && segment->ramp_ns == 0;
    }
    if (segment->ramp_ns == 0 && segment->tempo_mbpm != segment->end_tempo_mbpm) {
        return false;
    }
    return tempo_is_allowed(segment->tempo_mbpm) && tempo_is_allowed(segment->end_tempo_mbpm) &&
           segment->ramp_ns >= 0 && segment->ramp_ns <= TEMPO_RAMP_NS_MAX;
}

static Beats position_in(const TempoSegment *segment, SessionTime time)
{
    return (Beats){segment->start_beats.ubeats +
                   gain_ubeats(segment, (Int128)time.ns - segment->start.ns)};
}

bool tempo_map_is_valid(const TempoMap *map)
{
    if (map->segment_count < 1 || map->segment_count > TEMPO_SEGMENTS_MAX) {
        return false;
    }
    for (int i = 0; i < map->segment_count; i++) {
        const TempoSegment *segment = &map->segments[i];

        if (!segment_is_valid(segment)) {
            return false;
        }
        if (i > 0 &&
            (segment->start.ns < segment[-1].start.ns ||
             position_in(&segment[-1], segment->start).ubeats != segment->start_beats.ubeats)) {
            return false;
        }
    }
    return true;
}

static int segment_index_at_time(const TempoMap *map, SessionTime time)
{
    int index = map->segment_count - 1;

    while (index > 0 && map->segments[index].start.ns > time.ns) {
        index--;
    }
    return index;
}

static int segment_index_at_beats(const TempoMap *map, Beats where)
{
    int index = map->segment_count - 1;

    while (index > 0 && map->segments[index].start_beats.ubeats > where.ubeats) {
        index--;
    }
    return index;
}

Beats tempo_map_beats_at(const TempoMap *map, SessionTime time)
{
    return position_in(&map->segments[segment_index_at_time(map, time)], time);
}

SessionTime tempo_map_time_of(const TempoMap *map, Beats where)
{
    const TempoSegment *segment = &map->segments[segment_index_at_beats(map, where)];
    const Int128 gain = (Int128)where.ubeats - segment->start_beats.ubeats;

    if (is_halt(segment)) {
        return gain <= 0 ? segment->start : SESSION_TIME_NEVER;
    }
    if (gain > GAIN_MAX) {
        return SESSION_TIME_NEVER;
    }
    return (SessionTime){segment->start.ns +
                         elapsed_ns_for(segment, (int64_t)(gain < -GAIN_MAX ? -GAIN_MAX : gain))};
}

int32_t tempo_map_tempo_mbpm_at(const TempoMap *map, SessionTime time)
{
    const TempoSegment *segment = &map->segments[segment_index_at_time(map, time)];
    const Int128 elapsed_ns = (Int128)time.ns - segment->start.ns;

    if (elapsed_ns <= 0 || segment->ramp_ns == 0) {
        return segment->tempo_mbpm;
    }
    if (elapsed_ns >= segment->ramp_ns) {
        return segment->end_tempo_mbpm;
    }
    return segment->tempo_mbpm +
           (int32_t)floor_128((segment->end_tempo_mbpm - segment->tempo_mbpm) * elapsed_ns,
                              segment->ramp_ns);
}

/* Puts `segment` after whatever lies strictly before it, forgetting the oldest when full. */
static void append(TempoMap *map, TempoSegment segment)
{
    while (map->segment_count > 0 &&
           map->segments[map->segment_count - 1].start_beats.ubeats >= segment.start_beats.ubeats &&
           map->segments[map->segment_count - 1].start.ns >= segment.start.ns) {
        map->segment_count--;
    }
    if (map->segment_count == TEMPO_SEGMENTS_MAX) {
        memmove(map->segments, map->segments + 1, sizeof segment * (TEMPO_SEGMENTS_MAX - 1));
        map->segment_count--;
    }
    map->segments[map->segment_count] = segment;
    map->segment_count++;
}

/* Where the music is at `at`, so that a new segment can start there; false when it never is. */
static bool anchor(const TempoMap *map, Beats at, TempoSegment *segment)
{
    const SessionTime start = tempo_map_time_of(map, at);

    if (start.ns == SESSION_TIME_NEVER.ns || at.ubeats < map->segments[0].start_beats.ubeats) {
        return false;
    }
    *segment = (TempoSegment){.start = start, .start_beats = at};
    return true;
}

bool tempo_map_change(TempoMap *map, Beats at, int32_t tempo_mbpm)
{
    TempoSegment segment;

    if (!tempo_is_allowed(tempo_mbpm) || !anchor(map, at, &segment)) {
        return false;
    }
    segment.tempo_mbpm = tempo_mbpm;
    segment.end_tempo_mbpm = tempo_mbpm;
    append(map, segment);
    return true;
}

bool tempo_map_ramp(TempoMap *map, Beats at, Beats until, int32_t tempo_mbpm)
{
    TempoSegment segment;
    Int128 ramp_ns = 0;

    if (!tempo_is_allowed(tempo_mbpm) || until.ubeats <= at.ubeats || !anchor(map, at, &segment)) {
        return false;
    }
    segment.tempo_mbpm = tempo_map_tempo_mbpm_at(map, segment.start);
    segment.end_tempo_mbpm = tempo_mbpm;
    if (is_halt(&segment)) {
        return false;
    }
    /* Mean tempo (from + to)/2 over the stretch; rounded down, so that `until` is at the target. */
    ramp_ns = 2 * (Int128)(until.ubeats - at.ubeats) * NS_MBPM_PER_UBEAT /
              (segment.tempo_mbpm + tempo_mbpm);
    if (ramp_ns > (Int128)TEMPO_RAMP_NS_MAX) {
        return false;
    }
    segment.ramp_ns = (int64_t)ramp_ns;
    append(map, segment);
    return true;
}

bool tempo_map_halt(TempoMap *map, Beats at)
{
    TempoSegment segment;

    if (!anchor(map, at, &segment)) {
        return false;
    }
    append(map, segment);
    return true;
}

bool tempo_map_resume(TempoMap *map, SessionTime time, int32_t tempo_mbpm)
{
    const TempoSegment *last = &map->segments[map->segment_count - 1];

    if (!tempo_is_allowed(tempo_mbpm) || !is_halt(last) || time.ns < last->start.ns) {
        return false;
    }
    append(map,
           (TempoSegment){.start = time,
                          .start_beats = last->start_beats,
                          .tempo_mbpm = tempo_mbpm,
                          .end_tempo_mbpm = tempo_mbpm});
    return true;
}
