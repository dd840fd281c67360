#include "client/desktop/event_clock.h"

void event_clock_init(EventClock *clock)
{
    *clock = (EventClock){0};
}

static void start(EventClock *clock, uint32_t event_ms, HostTime heard)
{
    *clock = (EventClock){
        .started = true, .newest_ms = event_ms, .window = heard, .floors_ns = {heard.ns, heard.ns}};
}

static int64_t least(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

HostTime event_clock_host(EventClock *clock, uint32_t event_ms, HostTime heard)
{
    int64_t difference_ns;
    int64_t at_ns;

    if (!clock->started) {
        start(clock, event_ms, heard);
        return heard;
    }
    /* Wraps every 49 days; events of two devices may be a little out of order. */
    clock->event_ms += (int32_t)(event_ms - clock->newest_ms);
    clock->newest_ms = event_ms;
    difference_ns = heard.ns - clock->event_ms * NS_PER_MS;
    if (heard.ns - clock->window.ns >= EVENT_CLOCK_WINDOW_NS) {
        clock->window = heard;
        clock->floors_ns[1] = clock->floors_ns[0];
        clock->floors_ns[0] = difference_ns;
    }
    clock->floors_ns[0] = least(clock->floors_ns[0], difference_ns);
    /* The least difference is of an event right after its millisecond had begun. */
    at_ns = clock->event_ms * NS_PER_MS + least(clock->floors_ns[0], clock->floors_ns[1]) +
            NS_PER_MS / 2;
    if (heard.ns - at_ns > EVENT_CLOCK_LATE_NS_MAX) {
        start(clock, event_ms, heard);
        return heard;
    }
    return (HostTime){least(at_ns, heard.ns)};
}
