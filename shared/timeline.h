/*
 * What the whole group plays and when: the tempo map and the sections laid over it.
 *
 * Pure. A timeline is a value: the session changes its own and sends it to everybody, long enough
 * ahead that each change is known before its bar line. Positions only grow: a pause or a stop halts
 * the tempo map, and the next take goes on from there, behind a new count-in.
 */
#ifndef SHARED_TIMELINE_H
#define SHARED_TIMELINE_H

#include "shared/tempo_map.h"

/* The states of the transport. Wire-stable. */
typedef enum {
    TRANSPORT_LOBBY = 0, /* nothing has been started yet: try your drum */
    TRANSPORT_COUNT_IN,  /* clicks, no notes: everybody finds the beat */
    TRANSPORT_PLAYING,   /* notes are expected and judged */
    TRANSPORT_PAUSED,    /* halted, to go on with the same bar numbers */
    TRANSPORT_STOPPED,   /* the take is over: results */
    TRANSPORT_COUNT
} Transport;

/* Part of the timeline from `start` up to the next section. Every section starts on a bar line. */
typedef struct {
    Beats start;
    int32_t first_bar;     /* the number of the bar that begins at `start`; people count from 1 */
    uint8_t transport;     /* Transport */
    uint8_t groove;        /* index into the session's grooves */
    uint8_t beats_per_bar; /* 1..GROOVE_BEATS_PER_BAR_MAX */
    uint16_t take;         /* grows by one with every start out of lobby or stop */
} Section;

/* Invariant: section_count >= 1, starts never decrease, first kept section covers all before it. */
typedef struct {
    uint32_t revision; /* grows with every change */
    TempoMap tempo;
    Section sections[SECTIONS_MAX];
    int section_count;
} Timeline;

/* Where in the music a position lies. */
typedef struct {
    int32_t bar;  /* number of the bar in its take; count-in bars are 0, -1, ... */
    int32_t beat; /* 0 is the first beat of the bar */
    int32_t beats_per_bar;
    double beat_fraction; /* 0 <= fraction < 1 */
} BarPosition;

/* A timeline that waits in the lobby with a groove of `beats_per_bar`. */
void timeline_init(Timeline *timeline, uint8_t groove, uint8_t beats_per_bar);

/* All invariants hold. For timelines from outside. */
bool timeline_is_valid(const Timeline *timeline);

/* The section in force at `where`; never NULL. Of two that start at `where`, the later one. */
const Section *timeline_section_at(const Timeline *timeline, Beats where);

/*
 * The section in force at `time`, which is what people see now. A section that starts on the bar
 * line of a halt begins when the halt ends (or, for pause and stop, when the halt begins).
 */
const Section *timeline_section_at_time(const Timeline *timeline, SessionTime time);

/* The end of `section` of this timeline; BEATS_NEVER for the last. */
Beats timeline_section_end(const Timeline *timeline, const Section *section);

/* The first position of the section's transport: where its halt or its first beat lies in time. */
SessionTime timeline_section_time(const Timeline *timeline, const Section *section);

BarPosition timeline_bar_at(const Timeline *timeline, Beats where);

/* The first bar line at or after `where`, in the section in force there (or the next one's start).
 */
Beats timeline_next_bar(const Timeline *timeline, Beats where);

/* The start of the bar that holds `where`. */
Beats timeline_bar_start(const Timeline *timeline, Beats where);

/*
 * Commands. Each takes effect on a bar line `at` (from timeline_next_bar), drops what was planned
 * after it, raises the revision, and returns false, with nothing changed, when it makes no sense in
 * the section in force at `at`.
 */

/*
 * From lobby, pause or stop: `count_in_bars` of clicks from `time` on, then play. A start from
 * lobby or stop opens a new take at bar 1; from a pause the bar numbers go on.
 */
NODISCARD bool
timeline_start(Timeline *timeline, SessionTime time, int count_in_bars, int32_t tempo_mbpm);

/* Halts on the bar line `at`; `transport` is TRANSPORT_PAUSED or TRANSPORT_STOPPED. */
NODISCARD bool timeline_halt(Timeline *timeline, Beats at, Transport transport);

/* A halted timeline rests otherwise, at once: paused becomes stopped, stopped becomes lobby. */
NODISCARD bool timeline_rest(Timeline *timeline, Transport transport);

/* Another groove from the bar line `at` on; when halted, from the next start on. */
NODISCARD bool
timeline_change_groove(Timeline *timeline, Beats at, uint8_t groove, uint8_t beats_per_bar);

/* Another tempo from the bar line `at` on / reached linearly over `bars` bars from there. */
NODISCARD bool timeline_change_tempo(Timeline *timeline, Beats at, int32_t tempo_mbpm);
NODISCARD bool timeline_ramp_tempo(Timeline *timeline, Beats at, int bars, int32_t tempo_mbpm);

#endif
