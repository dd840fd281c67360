/*
 * When something really happened, from the whole milliseconds that an event says and the host time
 * at which it was heard of.
 *
 * Pure. Events come late, by what their reader was busy with, and never early: the difference of
 * the two clocks lies along the lower edge of what was seen in the last two minutes. An event that
 * is heard of late is thus stamped as if it had not been; the error is half a millisecond, because
 * the event's clock has whole ones.
 */
#ifndef CLIENT_DESKTOP_EVENT_CLOCK_H
#define CLIENT_DESKTOP_EVENT_CLOCK_H

#include "shared/units.h"

/* The lower edge is of this window and the one before, so that clocks may drift apart. */
#define EVENT_CLOCK_WINDOW_NS (60 * NS_PER_S)
/* Nothing is so late: the other clock has been set anew. */
#define EVENT_CLOCK_LATE_NS_MAX (500 * NS_PER_MS)

typedef struct {
    bool started;
    uint32_t newest_ms;
    int64_t event_ms;     /* the same without wrapping, from the first event on */
    HostTime window;      /* began */
    int64_t floors_ns[2]; /* host minus event time: of this window, and of the one before */
} EventClock;

/* All zero: nothing seen yet. */
void event_clock_init(EventClock *clock);

/* The host time of an event that says `event_ms` (wrapping) and was heard of at `heard`, which
   never goes back. Never later than `heard`. */
HostTime event_clock_host(EventClock *clock, uint32_t event_ms, HostTime heard);

#endif
