#include "client/model/schedule.h"

/* A note that is not accented; an accented one, like the click, has all its gain. */
static const float NOTE_GAIN = 0.7F;

/* The sounds found so far, in order. */
typedef struct {
    SessionTime from;
    SessionTime until;
    SoundList *list;
} Collection;

/* What of a section may lie in the stretch that is asked for: first <= position < end. */
typedef struct {
    const Section *section;
    Beats first;
    Beats end;
} Span;

static bool is_before(const TimedSound *one, const TimedSound *other)
{
    return one->at.ns < other->at.ns || (one->at.ns == other->at.ns && one->source < other->source);
}

static void collect(Collection *found, TimedSound sound)
{
    TimedSound *sounds = found->list->sounds;
    int index = found->list->count;

    if (sound.at.ns < found->from.ns || sound.at.ns >= found->until.ns) {
        return;
    }
    if (index == SCHEDULE_SOUNDS_MAX) {
        if (!is_before(&sound, &sounds[index - 1])) {
            return;
        }
        index--;
    } else {
        found->list->count++;
    }
    while (index > 0 && is_before(&sound, &sounds[index - 1])) {
        sounds[index] = sounds[index - 1];
        index--;
    }
    sounds[index] = sound;
}

bool schedule_bar_is_silent(const ScheduleSettings *settings, int32_t bar)
{
    if (settings->gap_on_bars <= 0 || settings->gap_off_bars <= 0 || bar < 1) {
        return false;
    }
    return ((int64_t)bar - 1) % ((int64_t)settings->gap_on_bars + settings->gap_off_bars) >=
           settings->gap_on_bars;
}

static void collect_clicks(const Timeline *timeline,
                           const ScheduleSettings *settings,
                           const Span *span,
                           Collection *found)
{
    const Section *section = span->section;
    int64_t beat = div_ceil(span->first.ubeats - section->start.ubeats, UBEATS_PER_BEAT);

    for (;; beat++) {
        const Beats where = {section->start.ubeats + beat * UBEATS_PER_BEAT};
        const int64_t bars = div_floor(beat, section->beats_per_bar);
        const bool is_first = beat == bars * section->beats_per_bar;

        if (where.ubeats >= span->end.ubeats) {
            return;
        }
        if (section->transport == TRANSPORT_PLAYING &&
            (settings->muted ||
             schedule_bar_is_silent(settings, (int32_t)(section->first_bar + bars)))) {
            continue;
        }
        collect(found,
                (TimedSound){.at = tempo_map_time_of(&timeline->tempo, where),
                             .where = where,
                             .source = 0,
                             .drum = is_first ? DRUM_CLICK_ACCENT : DRUM_CLICK,
                             .gain = settings->gain > 0.0F ? settings->gain : 1.0F});
    }
}

static void collect_part(const Timeline *timeline,
                         const Groove *groove,
                         int part_index,
                         const Span *span,
                         Collection *found)
{
    const Beats origin = span->section->start;
    Beats from = span->first;
    GrooveNote note;

    while (groove_note_at_or_after(groove, part_index, origin, from, &note) &&
           note.at.ubeats < span->end.ubeats) {
        collect(found,
                (TimedSound){.at = tempo_map_time_of(&timeline->tempo, note.at),
                             .where = note.at,
                             .source = (uint8_t)(part_index + 1),
                             .drum = groove->parts[part_index].drum,
                             .gain = note.accent ? 1.0F : NOTE_GAIN});
        from = (Beats){note.at.ubeats + 1};
    }
}

static void collect_groove(const Timeline *timeline,
                           const Groove *groove,
                           uint32_t part_mask,
                           const Span *span,
                           Collection *found)
{
    for (int part = 0; part < groove->part_count; part++) {
        if ((part_mask >> part & 1U) != 0) {
            collect_part(timeline, groove, part, span, found);
        }
    }
}

/*
 * The positions of a section that can sound in the stretch. A position before the one at `from` was
 * reached before `from`, and one after the one at `until` is reached after it, so nothing is left
 * out; what lies outside all the same is dropped by its time.
 */
static Span span_of(const Timeline *timeline, int section_index, const Collection *found)
{
    const Section *section = &timeline->sections[section_index];
    Span span = {.section = section,
                 .first = tempo_map_beats_at(&timeline->tempo, found->from),
                 .end = timeline_section_end(timeline, section)};
    const Beats last = tempo_map_beats_at(&timeline->tempo, found->until);

    /* What was before the oldest kept section is forgotten, and counted to it. */
    if (section_index > 0 && span.first.ubeats < section->start.ubeats) {
        span.first = section->start;
    }
    if (span.end.ubeats > last.ubeats) {
        span.end = (Beats){last.ubeats + 1};
    }
    return span;
}

void schedule_sounds(const Timeline *timeline,
                     const Groove *const grooves[GROOVES_MAX],
                     const ScheduleSettings *settings,
                     SessionTime from,
                     SessionTime until,
                     SoundList *list)
{
    Collection found = {.from = from, .until = until, .list = list};

    list->count = 0;
    for (int i = 0; i < timeline->section_count; i++) {
        const Section *section = &timeline->sections[i];
        const Groove *groove = grooves[section->groove];
        const bool playing = section->transport == TRANSPORT_PLAYING;
        const Span span = span_of(timeline, i, &found);

        if (!playing && section->transport != TRANSPORT_COUNT_IN) {
            continue;
        }
        collect_clicks(timeline, settings, &span, &found);
        if (playing && settings->plays_groove && groove != NULL) {
            collect_groove(timeline, groove, settings->part_mask, &span, &found);
        }
    }
}
