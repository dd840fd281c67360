#include "shared/timeline.h"

#include <string.h>

static bool is_halted(Transport transport)
{
    return transport != TRANSPORT_COUNT_IN && transport != TRANSPORT_PLAYING;
}

static int64_t bar_ubeats(const Section *section)
{
    return section->beats_per_bar * UBEATS_PER_BEAT;
}

void timeline_init(Timeline *timeline, uint8_t groove, uint8_t beats_per_bar)
{
    assert(beats_per_bar > 0);
    memset(timeline, 0, sizeof *timeline);
    timeline->revision = 1;
    tempo_map_init(&timeline->tempo);
    timeline->sections[0] = (Section){.first_bar = 1,
                                      .transport = TRANSPORT_LOBBY,
                                      .groove = groove,
                                      .beats_per_bar = beats_per_bar};
    timeline->section_count = 1;
}

static bool section_is_valid(const Section *section)
{
    return section->transport < TRANSPORT_COUNT && section->groove < GROOVES_MAX &&
           section->beats_per_bar >= 1 && section->beats_per_bar <= GROOVE_BEATS_PER_BAR_MAX &&
           section->first_bar > -100000000 && section->first_bar < 100000000 &&
           section->start.ubeats > INT64_MIN / 4 && section->start.ubeats < INT64_MAX / 4;
}

bool timeline_is_valid(const Timeline *timeline)
{
    if (!tempo_map_is_valid(&timeline->tempo) || timeline->section_count < 1 ||
        timeline->section_count > SECTIONS_MAX) {
        return false;
    }
    for (int i = 0; i < timeline->section_count; i++) {
        const Section *section = &timeline->sections[i];

        if (!section_is_valid(section) ||
            (i > 0 && section->start.ubeats < section[-1].start.ubeats)) {
            return false;
        }
    }
    return true;
}

const Section *timeline_section_at(const Timeline *timeline, Beats where)
{
    int index = timeline->section_count - 1;

    while (index > 0 && timeline->sections[index].start.ubeats > where.ubeats) {
        index--;
    }
    return &timeline->sections[index];
}

SessionTime timeline_section_time(const Timeline *timeline, const Section *section)
{
    const TempoMap *tempo = &timeline->tempo;

    if (is_halted((Transport)section->transport)) {
        /* The halt begins when the music before it ends, which is the earliest time of the line. */
        for (int i = 0; i < tempo->segment_count; i++) {
            if (tempo->segments[i].start_beats.ubeats >= section->start.ubeats) {
                return tempo->segments[i].start;
            }
        }
    }
    return tempo_map_time_of(tempo, section->start);
}

const Section *timeline_section_at_time(const Timeline *timeline, SessionTime time)
{
    int index = timeline->section_count - 1;

    while (index > 0 && timeline_section_time(timeline, &timeline->sections[index]).ns > time.ns) {
        index--;
    }
    return &timeline->sections[index];
}

Beats timeline_section_end(const Timeline *timeline, const Section *section)
{
    const long index = section - timeline->sections;

    assert(index >= 0 && index < timeline->section_count);
    return index + 1 < timeline->section_count ? section[1].start : BEATS_NEVER;
}

BarPosition timeline_bar_at(const Timeline *timeline, Beats where)
{
    const Section *section = timeline_section_at(timeline, where);
    const int64_t since = where.ubeats - section->start.ubeats;
    const int64_t bars = div_floor(since, bar_ubeats(section));
    const int64_t in_bar = since - bars * bar_ubeats(section);

    return (BarPosition){
        .bar = (int32_t)clamp_i64(section->first_bar + bars, INT32_MIN, INT32_MAX),
        .beat = (int32_t)(in_bar / UBEATS_PER_BEAT),
        .beats_per_bar = section->beats_per_bar,
        .beat_fraction = (double)(in_bar % UBEATS_PER_BEAT) / (double)UBEATS_PER_BEAT,
    };
}

Beats timeline_bar_start(const Timeline *timeline, Beats where)
{
    const Section *section = timeline_section_at(timeline, where);
    const int64_t bars = div_floor(where.ubeats - section->start.ubeats, bar_ubeats(section));

    return (Beats){section->start.ubeats + bars * bar_ubeats(section)};
}

Beats timeline_next_bar(const Timeline *timeline, Beats where)
{
    const Section *section = timeline_section_at(timeline, where);
    const int64_t bars = div_ceil(where.ubeats - section->start.ubeats, bar_ubeats(section));
    const Beats line = {section->start.ubeats + bars * bar_ubeats(section)};
    const Beats end = timeline_section_end(timeline, section);

    return line.ubeats < end.ubeats ? line : end;
}

/*
 * Whether `kept` stays when `added` comes: it starts before it, or is the halt that `added` ends,
 * which lies on the same bar line but earlier in time.
 */
static bool stays_before(const Section *kept, const Section *added)
{
    if (kept->start.ubeats == added->start.ubeats) {
        return is_halted((Transport)kept->transport) && !is_halted((Transport)added->transport);
    }
    return kept->start.ubeats < added->start.ubeats;
}

/* Drops what `section` replaces, then adds it, forgetting the oldest when full. */
static void append(Timeline *timeline, Section section)
{
    while (timeline->section_count > 0 &&
           !stays_before(&timeline->sections[timeline->section_count - 1], &section)) {
        timeline->section_count--;
    }
    if (timeline->section_count == SECTIONS_MAX) {
        memmove(timeline->sections, timeline->sections + 1, sizeof section * (SECTIONS_MAX - 1));
        timeline->section_count--;
    }
    timeline->sections[timeline->section_count] = section;
    timeline->section_count++;
}

static const Section *last_section(const Timeline *timeline)
{
    return &timeline->sections[timeline->section_count - 1];
}

bool timeline_start(Timeline *timeline, SessionTime time, int count_in_bars, int32_t tempo_mbpm)
{
    const Section halted = *last_section(timeline);
    Section section = halted;

    assert(count_in_bars >= 0);
    if (!is_halted((Transport)halted.transport) ||
        !tempo_map_resume(&timeline->tempo, time, tempo_mbpm)) {
        return false;
    }
    if (halted.transport != TRANSPORT_PAUSED) {
        section.take++;
        section.first_bar = 1;
    }
    section.first_bar -= count_in_bars;
    if (count_in_bars > 0) {
        section.transport = TRANSPORT_COUNT_IN;
        append(timeline, section);
        section.start.ubeats += count_in_bars * bar_ubeats(&section);
        section.first_bar += count_in_bars;
    }
    section.transport = TRANSPORT_PLAYING;
    append(timeline, section);
    timeline->revision++;
    return true;
}

bool timeline_halt(Timeline *timeline, Beats at, Transport transport)
{
    Section section = *timeline_section_at(timeline, at);

    assert(transport == TRANSPORT_PAUSED || transport == TRANSPORT_STOPPED);
    if (is_halted((Transport)section.transport) || !tempo_map_halt(&timeline->tempo, at)) {
        return false;
    }
    section.first_bar = timeline_bar_at(timeline, at).bar;
    section.first_bar = section.first_bar < 1 ? 1 : section.first_bar;
    section.start = at;
    section.transport = (uint8_t)transport;
    append(timeline, section);
    timeline->revision++;
    return true;
}

bool timeline_rest(Timeline *timeline, Transport transport)
{
    Section *section = &timeline->sections[timeline->section_count - 1];
    const bool allowed =
        (section->transport == TRANSPORT_PAUSED && transport == TRANSPORT_STOPPED) ||
        (section->transport == TRANSPORT_STOPPED && transport == TRANSPORT_LOBBY);

    if (allowed) {
        section->transport = (uint8_t)transport;
        timeline->revision++;
    }
    return allowed;
}

bool timeline_change_groove(Timeline *timeline, Beats at, uint8_t groove, uint8_t beats_per_bar)
{
    Section section = *timeline_section_at(timeline, at);
    int first = timeline->section_count - 1;

    if (beats_per_bar < 1 || beats_per_bar > GROOVE_BEATS_PER_BAR_MAX || groove >= GROOVES_MAX) {
        return false;
    }
    if (is_halted((Transport)last_section(timeline)->transport)) {
        timeline->sections[first].groove = groove;
        timeline->sections[first].beats_per_bar = beats_per_bar;
        timeline->revision++;
        return true;
    }
    if (section.transport == TRANSPORT_COUNT_IN) {
        /* The count-in has its bars; the music that it leads to changes. */
        section = *last_section(timeline);
        at = section.start;
    }
    section.first_bar = timeline_bar_at(timeline, at).bar;
    section.start = at;
    section.groove = groove;
    section.beats_per_bar = beats_per_bar;
    append(timeline, section);
    timeline->revision++;
    return true;
}

/* Planned halts stand in the tempo map behind `at`: a tempo change drops them with their sections.
 */
static void drop_sections_after(Timeline *timeline, Beats at)
{
    while (timeline->section_count > 1 && last_section(timeline)->start.ubeats > at.ubeats &&
           is_halted((Transport)last_section(timeline)->transport)) {
        timeline->section_count--;
    }
}

bool timeline_change_tempo(Timeline *timeline, Beats at, int32_t tempo_mbpm)
{
    if (is_halted((Transport)timeline_section_at(timeline, at)->transport) ||
        !tempo_map_change(&timeline->tempo, at, tempo_mbpm)) {
        return false;
    }
    drop_sections_after(timeline, at);
    timeline->revision++;
    return true;
}

bool timeline_ramp_tempo(Timeline *timeline, Beats at, int bars, int32_t tempo_mbpm)
{
    const Section *section = timeline_section_at(timeline, at);
    Beats until = at;

    if (bars < 1 || bars > 1024 || is_halted((Transport)section->transport)) {
        return false;
    }
    until.ubeats += bars * bar_ubeats(section);
    if (!tempo_map_ramp(&timeline->tempo, at, until, tempo_mbpm)) {
        return false;
    }
    drop_sections_after(timeline, at);
    timeline->revision++;
    return true;
}
