/*
 * Says when, by the server's clock, every beat of a session is to be heard.
 *
 *     list_beats LINK SECONDS
 *
 * Joins as an observer, stays so long, and prints one JSON object: the session time in ns and the
 * place in the bar of every beat from the count-in on, up to ten seconds that are still to come,
 * and what it believes of the server's clock.
 * Used by test_beat_never_jumps.py.
 */
#include "client/ctl/visit.h"
#include "shared/platform/host_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define AHEAD_NS (10 * NS_PER_S)

static Visit visit;

static bool is_over(Visit *asked, HostTime now, const void *until)
{
    const HostTime *end = until;

    (void)asked;
    return now.ns >= end->ns;
}

/* The last section that was started, from its first click. */
static const Section *count_in_of(const Timeline *timeline)
{
    for (int i = 0; i < timeline->section_count; i++) {
        if (timeline->sections[i].transport == TRANSPORT_COUNT_IN) {
            return &timeline->sections[i];
        }
    }
    return NULL;
}

static void print_beats(const ClientModel *model, const Section *section, HostTime now)
{
    const Timeline *timeline = &model->timeline;
    const SessionTime session = applied_clock_session(&model->clock, now);
    const SessionTime until = {session.ns + AHEAD_NS};
    Beats where;

    (void)printf("{\"host_minus_session_ns\":%" PRId64 ",\"beats\":[", now.ns - session.ns);
    for (where = section->start; tempo_map_time_of(&timeline->tempo, where).ns < until.ns;
         where.ubeats += UBEATS_PER_BEAT) {
        (void)printf("%s[%" PRId64 ",%d]",
                     where.ubeats > section->start.ubeats ? "," : "",
                     tempo_map_time_of(&timeline->tempo, where).ns,
                     (int)timeline_bar_at(timeline, where).beat);
    }
    (void)printf("]}\n");
}

int main(int argc, char **argv)
{
    const long seconds = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    HostTime end = host_clock_now();
    const Section *section = NULL;
    LinkError error;
    Link link;

    if (seconds < 1 || !link_parse(argv[1], &link, &error)) {
        (void)fprintf(stderr, "usage: list_beats LINK SECONDS\n");
        return 2;
    }
    end.ns += seconds * NS_PER_S;
    visit_begin(&visit, &link, "");
    if (visit_wait(&visit, is_over, &end, 0, (seconds + 5) * NS_PER_S) == VISIT_DONE &&
        visit.model.has_timeline) {
        section = count_in_of(&visit.model.timeline);
    }
    if (section == NULL) {
        (void)fprintf(stderr, "list_beats: the session was not seen playing\n");
        return 1;
    }
    print_beats(&visit.model, section, host_clock_now());
    visit_end(&visit);
    return 0;
}
