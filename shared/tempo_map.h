/*
 * The mapping between session time and musical position, with tempo changes, linear ramps and
 * halts.
 *
 * Pure: allocates nothing, reads no clock. Safe on any thread, including audio.
 *
 * Exact integers throughout (128 bit inside). A steady tempo advances v/6e7 ubeats per ns for v in
 * thousandths of a beat per minute; within a ramp v is linear in time. A position is rounded down
 * to whole ubeats, a time up to whole ns, so that beats_at(time_of(b)) == b for every reachable b.
 * A halt keeps the position for as long as it lasts.
 *
 * Only the newest TEMPO_SEGMENTS_MAX segments are kept; before the oldest, the oldest steady tempo
 * is extended backwards.
 */
#ifndef SHARED_TEMPO_MAP_H
#define SHARED_TEMPO_MAP_H

#include "shared/capacity.h"
#include "shared/units.h"

/* Invariant: either both tempos are 0 (a halt) or both lie in TEMPO_MBPM_MIN..TEMPO_MBPM_MAX. */
typedef struct {
    SessionTime start;
    Beats start_beats;
    int32_t tempo_mbpm;     /* at the start */
    int32_t end_tempo_mbpm; /* from start + ramp_ns on; equal to tempo_mbpm when ramp_ns is 0 */
    int64_t ramp_ns;        /* 0..TEMPO_RAMP_NS_MAX */
} TempoSegment;

/* Invariant: starts and start_beats never decrease; each segment starts where the last one leads.
 */
typedef struct {
    TempoSegment segments[TEMPO_SEGMENTS_MAX];
    int segment_count;
} TempoMap;

#define TEMPO_RAMP_NS_MAX (30 * NS_PER_MINUTE)

/* A map that stands still at position 0 from the beginning of time on. */
void tempo_map_init(TempoMap *map);

/* The invariants above hold. For maps from outside. */
bool tempo_map_is_valid(const TempoMap *map);

/* The position at `time`, rounded down. */
Beats tempo_map_beats_at(const TempoMap *map, SessionTime time);

/*
 * The first time at which the position is `where` or later, within the last segment that starts at
 * or before `where`: a bar line at which a halt ends belongs to the music after it.
 * SESSION_TIME_NEVER when a halt comes first, or 73 years of music; as far back counts as the
 * first time.
 */
SessionTime tempo_map_time_of(const TempoMap *map, Beats where);

/* The tempo at `time`; 0 in a halt. */
int32_t tempo_map_tempo_mbpm_at(const TempoMap *map, SessionTime time);

/*
 * From position `at` on: a steady tempo / a ramp that reaches `tempo_mbpm` at position `until` / a
 * halt. Whatever was planned at or after `at` is replaced. False, and nothing changed, when `at`
 * is never reached, lies before the last kept segment can say, or the tempo is out of range.
 */
NODISCARD bool tempo_map_change(TempoMap *map, Beats at, int32_t tempo_mbpm);
NODISCARD bool tempo_map_ramp(TempoMap *map, Beats at, Beats until, int32_t tempo_mbpm);
NODISCARD bool tempo_map_halt(TempoMap *map, Beats at);

/* Ends a halt at `time` with a steady tempo. False unless the map is halted at `time` for good. */
NODISCARD bool tempo_map_resume(TempoMap *map, SessionTime time, int32_t tempo_mbpm);

#endif
