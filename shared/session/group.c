#include "shared/session/group.h"

#include <math.h>
#include <string.h>

#include "shared/session/people.h"

/* Silent for longer than this many beats, or this long: not active ... */
#define ACTIVE_BEATS 6
#define ACTIVE_NS (4 * NS_PER_S)
/* ... unless the music goes on and fewer notes than this were asked of them meanwhile: who waits
   for their turn takes part. */
#define ACTIVE_MISSED_NOTES 3
/* Longer than anybody's hits wait for a server that is down (SESSION_AWAY_NS). */
#define BARS_BEHIND_NS_MAX NS_PER_MINUTE

enum {
    BARS_SENT_MAX = 8 * BARS_PER_MESSAGE_MAX /* to somebody who joins */
};

static uint16_t centi_of(double percent)
{
    return (uint16_t)clamp_i64((int64_t)floor(percent * 100.0 + 0.5), 0, 10000);
}

static uint16_t tenthousandths_of(double share)
{
    return (uint16_t)clamp_i64((int64_t)floor(share * 10000.0 + 0.5), 0, 10000);
}

static uint32_t us_of(double ms)
{
    return (uint32_t)clamp_i64((int64_t)floor(ms * 1000.0 + 0.5), 0, 10000000);
}

void group_begin_take(Session *session)
{
    memset(&session->group, 0, sizeof session->group);
    memset(&session->figures, 0, sizeof session->figures);
    memset(session->parts, 0, sizeof session->parts);
    session->reference = GROUP_REFERENCE_NONE;
    for (int i = 0; i < session->team_count; i++) {
        Team *team = &session->teams[i];

        memset(&team->statistics, 0, sizeof team->statistics);
        memset(&team->figures, 0, sizeof team->figures);
        memset(&team->bars, 0, sizeof team->bars);
        team->active = 0;
    }
}

/* The tempo of the music at `time`; in a halt that of the next start. */
static int64_t beat_ns_now(const Session *session, SessionTime time)
{
    const int32_t tempo_mbpm = tempo_map_tempo_mbpm_at(&session->timeline.tempo, time);

    return beat_ns_at(tempo_mbpm != 0 ? tempo_mbpm : session->tempo_mbpm);
}

static bool is_active(const Participant *participant, SessionTime quiet_since, bool plays_on)
{
    const PersonStatistics *statistics = &participant->statistics;

    return statistics->has_hit && (statistics->last_hit_at.ns >= quiet_since.ns ||
                                   (plays_on && statistics->missed_run < ACTIVE_MISSED_NOTES));
}

static void clear_counts(Session *session)
{
    session->joined = 0;
    session->active = 0;
    memset(&session->here, 0, sizeof session->here);
    memset(&session->teamless, 0, sizeof session->teamless);
    for (int i = 0; i < session->team_count; i++) {
        session->teams[i].active = 0;
        memset(&session->teams[i].here, 0, sizeof session->teams[i].here);
    }
    for (int i = 0; i < GROOVE_PARTS_MAX; i++) {
        session->parts[i].members = 0;
        session->parts[i].active = 0;
    }
}

static void count_verdict(Headcount *here, Verdict verdict)
{
    here->people++;
    here->verdicts[verdict]++;
}

static void
count_person(Session *session, const Participant *participant, PartGroup *part, bool active)
{
    const Verdict verdict = participant->verdict.shown;

    session->joined++;
    part->members++;
    count_verdict(&session->here, verdict);
    count_verdict(participant->team != TEAM_NONE ? &session->teams[participant->team].here
                                                 : &session->teamless,
                  verdict);
    if (active) {
        session->active++;
        part->active++;
        if (participant->team != TEAM_NONE) {
            session->teams[participant->team].active++;
        }
    }
}

/* Figures are of what has been closed. */
static const Section *section_of_figures(const Session *session, SessionTime now)
{
    return timeline_section_at_time(&session->timeline, (SessionTime){now.ns - SESSION_SETTLE_NS});
}

static void count_people(Session *session, SessionTime now, int64_t beat_ns)
{
    const int64_t silence_ns =
        ACTIVE_BEATS * beat_ns > ACTIVE_NS ? ACTIVE_BEATS * beat_ns : ACTIVE_NS;
    const SessionTime complete = {now.ns - SESSION_SETTLE_NS};
    const SessionTime quiet_since = {complete.ns - silence_ns};
    const Section *section = section_of_figures(session, now);
    const bool plays_on = section->transport == TRANSPORT_PLAYING;
    const Groove *groove = session_groove(session, section);
    const Beats where = tempo_map_beats_at(&session->timeline.tempo, complete);

    clear_counts(session);
    for (int i = 0; i < session->participant_count; i++) {
        const Participant *participant = &session->participants[i];

        if (!participant_plays(participant) || participant->suspended) {
            continue;
        }
        count_person(session,
                     participant,
                     &session->parts[participant_part(participant, groove, where)],
                     is_active(participant, quiet_since, plays_on));
    }
}

static void refresh_reference(Session *session)
{
    size_t count = 0;

    for (int i = 0; i < session->participant_count; i++) {
        const Participant *participant = &session->participants[i];

        if (participant_plays(participant) && !participant->suspended &&
            verdict_counts_for_reference(participant->verdict.last, participant->calibrated)) {
            session->scratch[count] = participant->window_bias_us;
            count++;
        }
    }
    session->reference = verdict_reference(session->scratch, count);
}

static int64_t complete_beat(const Session *session, SessionTime now)
{
    const SessionTime complete = {now.ns - SESSION_SETTLE_NS};

    return div_floor(tempo_map_beats_at(&session->timeline.tempo, complete).ubeats,
                     UBEATS_PER_BEAT);
}

void group_refresh(Session *session, SessionTime now)
{
    const int64_t beat_ns = beat_ns_now(session, now);
    const int64_t beat = complete_beat(session, now);

    count_people(session, now, beat_ns);
    refresh_reference(session);
    session->figures =
        group_statistics_figures(&session->group, beat, beat_ns, session->active, session->joined);
    for (int i = 0; i < session->team_count; i++) {
        Team *team = &session->teams[i];

        team->figures =
            group_statistics_figures(&team->statistics, beat, beat_ns, team->active, team->members);
    }
    for (int i = 0; i < GROOVE_PARTS_MAX; i++) {
        PartGroup *part = &session->parts[i];

        part->figures =
            group_statistics_figures(&part->statistics, beat, beat_ns, part->active, part->members);
    }
}

void group_keep_bar(Session *session, const BarEntry *bar)
{
    const int index = (session->bar_start + session->bar_count) % BARS_KEPT_MAX;

    session->bars[index] = *bar;
    if (session->bar_count < BARS_KEPT_MAX) {
        session->bar_count++;
    } else {
        session->bar_start = (session->bar_start + 1) % BARS_KEPT_MAX;
    }
}

static void add_bar_figure(BarFigures *bars, uint16_t centi)
{
    if (bars->count == UINT16_MAX) {
        return;
    }
    if (bars->count < TEAM_FIRST_BARS) {
        bars->first_sum += centi;
    } else if (bars->count == TEAM_FIRST_BARS || centi < bars->lowest) {
        bars->lowest = centi;
    }
    bars->count++;
    bars->sum += centi;
    bars->square_sum += (uint64_t)centi * centi;
}

/* A bar is over: what a team's take comes to. */
static void add_team_bars(Session *session, int64_t last_beat, int64_t beat_ns)
{
    for (int i = 0; i < session->team_count; i++) {
        Team *team = &session->teams[i];
        const GroupFigures figures = group_statistics_figures(
            &team->statistics, last_beat, beat_ns, team->active, team->members);

        if (figures.valid) {
            add_bar_figure(&team->bars, centi_of(figures.together));
        }
    }
}

/* A bar that was summed up and stored before a restart. */
static bool bar_is_kept(const Session *session, uint16_t take, int32_t bar)
{
    for (int i = session->bar_count - 1; i >= 0; i--) {
        const BarEntry *kept = &session->bars[(session->bar_start + i) % BARS_KEPT_MAX];

        if (kept->take != take || kept->bar < bar) {
            return false;
        }
        if (kept->bar == bar) {
            return true;
        }
    }
    return false;
}

static void
finish_bar(Session *session, const Section *section, Beats end, Outbox *outbox, Journal *journal)
{
    const TempoMap *tempo = &session->timeline.tempo;
    const SessionTime end_time = tempo_map_time_of(tempo, (Beats){end.ubeats - 1});
    const int64_t last_beat = div_floor(end.ubeats, UBEATS_PER_BEAT) - 1;
    const int64_t beat_ns = beat_ns_now(session, end_time);
    const GroupFigures figures = group_statistics_figures(
        &session->group, last_beat, beat_ns, session->active, session->joined);
    Message message = {.type = MESSAGE_BARS, .bars = {.count = 1}};
    BarEntry *bar = &message.bars.entries[0];
    JournalEntry *entry = journal_push(journal, JOURNAL_BAR, 0);

    *bar = (BarEntry){
        .bar = timeline_bar_at(&session->timeline, (Beats){end.ubeats - 1}).bar,
        .take = section->take,
        .active = session->active,
        .together_centi = centi_of(figures.together),
        .r_tenthousandths = tenthousandths_of(figures.r),
        .sigma_us = us_of(figures.sigma_ms),
        .median_us = (int32_t)(session->reference.median_ms * 1000.0),
    };
    group_keep_bar(session, bar);
    add_team_bars(session, last_beat, beat_ns);
    if (entry != NULL) {
        entry->take = section->take;
        entry->bar = *bar;
    }
    (void)outbox_push(outbox, CONNECTION_EVERYONE, &message);
}

/* A server that was down for days while its music went on has nothing to say of those bars. */
static void skip_forgotten_bars(Session *session, SessionTime complete)
{
    const SessionTime oldest = {complete.ns - BARS_BEHIND_NS_MAX};
    const Beats where = tempo_map_beats_at(&session->timeline.tempo, oldest);

    if (session->bars_until.ubeats < where.ubeats) {
        session->bars_until = timeline_bar_start(&session->timeline, where);
    }
}

void group_finish_bars(Session *session, SessionTime now, Outbox *outbox, Journal *journal)
{
    const SessionTime complete = {now.ns - SESSION_SETTLE_NS};
    const Beats until = tempo_map_beats_at(&session->timeline.tempo, complete);

    if (now.ns < session->bars_held_to.ns) {
        return;
    }
    skip_forgotten_bars(session, complete);
    while (session->bars_until.ubeats < until.ubeats) {
        const Section *section = timeline_section_at(&session->timeline, session->bars_until);
        const int32_t bar = timeline_bar_at(&session->timeline, session->bars_until).bar;
        const Beats end =
            timeline_next_bar(&session->timeline, (Beats){session->bars_until.ubeats + 1});

        if (end.ubeats > until.ubeats) {
            return;
        }
        if (section->transport == TRANSPORT_PLAYING && !bar_is_kept(session, section->take, bar)) {
            finish_bar(session, section, end, outbox, journal);
        }
        session->bars_until = end;
    }
}

bool group_may_count(const Session *session, int people)
{
    return session->privacy == PRIVACY_OPEN || people >= PRIVACY_PEOPLE_MIN;
}

/* What somebody gets who may not know more: figures of the whole group alone are for all. */
static uint32_t audience_of_groups(const Session *session)
{
    return session->privacy == PRIVACY_PRIVATE ? CONNECTION_FACILITATORS : CONNECTION_EVERYONE;
}

static void take_away(const Headcount *less, Headcount *here)
{
    here->people = (uint16_t)(here->people - less->people);
    for (int i = 0; i < VERDICT_COUNT_SENT; i++) {
        here->verdicts[i] = (uint16_t)(here->verdicts[i] - less->verdicts[i]);
    }
}

/* Of those who may be counted: without the others, when these would be known by the difference. */
static Headcount countable(const Session *session)
{
    Headcount large = session->here;

    if (!group_may_count(session, session->here.people)) {
        return (Headcount){0};
    }
    if (!group_may_count(session, session->teamless.people)) {
        take_away(&session->teamless, &large);
    }
    for (int i = 0; i < session->team_count; i++) {
        if (!group_may_count(session, session->teams[i].here.people)) {
            take_away(&session->teams[i].here, &large);
        }
    }
    return group_may_count(session, session->here.people - large.people) ? session->here : large;
}

/* Who leads is told the whole, where others are not. */
static void push_snapshot(const Session *session, Message *message, Outbox *outbox)
{
    const Headcount counted = countable(session);
    uint16_t *verdicts = message->snapshot.verdicts;

    memcpy(verdicts, session->here.verdicts, sizeof counted.verdicts);
    if (counted.people == session->here.people) {
        (void)outbox_push(outbox, CONNECTION_EVERYONE, message);
        return;
    }
    (void)outbox_push(outbox, CONNECTION_FACILITATORS, message);
    memcpy(verdicts, counted.verdicts, sizeof counted.verdicts);
    (void)outbox_push(outbox, CONNECTION_OTHERS, message);
}

void group_send_snapshot(Session *session, SessionTime now, Outbox *outbox)
{
    const GroupFigures *figures = &session->figures;
    const int32_t tempo_mbpm = tempo_map_tempo_mbpm_at(&session->timeline.tempo, now);
    Message message = {.type = MESSAGE_SNAPSHOT};
    SnapshotMessage *snapshot = &message.snapshot;

    session->snapshot_number++;
    snapshot->number = session->snapshot_number;
    snapshot->timeline_revision = session->timeline.revision;
    snapshot->tempo_mbpm = tempo_mbpm != 0 ? tempo_mbpm : session->tempo_mbpm;
    snapshot->joined = session->joined;
    snapshot->active = session->active;
    snapshot->together_centi = centi_of(figures->together);
    snapshot->team_score_centi = centi_of(figures->team);
    snapshot->r_tenthousandths = tenthousandths_of(figures->r);
    snapshot->sigma_us = us_of(figures->sigma_ms);
    snapshot->median_us = (int32_t)(session->reference.median_ms * 1000.0);
    snapshot->locked = session->locked;
    push_snapshot(session, &message, outbox);
}

MapEntry group_mark(const Participant *participant)
{
    if (!participant_plays(participant) || participant->suspended) {
        return (MapEntry){.verdict = MAP_ABSENT};
    }
    return participant->map_entry;
}

void group_note_map_change(Session *session, uint16_t seat)
{
    const uint8_t verdict = group_mark(&session->participants[seat]).verdict;

    if (verdict != session->map_sent[seat]) {
        session->map_changed[seat / MAP_BLOCK_SEATS]++;
    }
}

/* Every other time the block in which most verdicts changed, if any; else the next in turn. */
static int choose_block(Session *session)
{
    const int block_count = (session->participant_count + MAP_BLOCK_SEATS - 1) / MAP_BLOCK_SEATS;
    int most = 0;

    for (int i = 1; i < block_count; i++) {
        if (session->map_changed[i] > session->map_changed[most]) {
            most = i;
        }
    }
    if (session->snapshot_number % 2 == 0 && session->map_changed[most] > 0) {
        return most;
    }
    session->map_cursor =
        (uint16_t)(session->map_cursor + 1 < block_count ? session->map_cursor + 1 : 0);
    return session->map_cursor;
}

void group_send_map_page(Session *session, Outbox *outbox)
{
    const int block = choose_block(session);
    Message message = {.type = MESSAGE_MAP};
    MapMessage *map = &message.map;

    map->number = session->snapshot_number;
    map->first_seat = (uint16_t)(block * MAP_BLOCK_SEATS);
    map->count =
        (uint16_t)clamp_i64(session->participant_count - map->first_seat, 0, MAP_BLOCK_SEATS);
    for (int i = 0; i < map->count; i++) {
        map->entries[i] = group_mark(&session->participants[map->first_seat + i]);
        session->map_sent[map->first_seat + i] = map->entries[i].verdict;
    }
    session->map_changed[block] = 0;
    (void)outbox_push(outbox,
                      session->privacy == PRIVACY_OPEN ? CONNECTION_EVERYONE
                                                       : CONNECTION_FACILITATORS,
                      &message);
}

static double sd_of(const BarFigures *bars)
{
    const double count = bars->count;
    const double mean = bars->sum / count;

    return bars->count < 2
               ? 0.0
               : sqrt(fmax(0.0, (double)bars->square_sum - count * mean * mean) / (count - 1.0));
}

static void fill_team(const Session *session, int index, TeamEntry *entry)
{
    const Team *team = &session->teams[index];
    const BarFigures *bars = &team->bars;

    memset(entry, 0, sizeof *entry);
    entry->team = (uint16_t)index;
    entry->members = team->members;
    entry->together_centi = centi_of(team->figures.together);
    entry->bars = bars->count;
    if (bars->count > 0) {
        const uint32_t first = bars->count < TEAM_FIRST_BARS ? bars->count : TEAM_FIRST_BARS;

        entry->first_together_centi = (uint16_t)((bars->first_sum + first / 2) / first);
        entry->mean_together_centi = (uint16_t)((bars->sum + bars->count / 2U) / bars->count);
        entry->lowest_together_centi = bars->count > TEAM_FIRST_BARS ? bars->lowest : 0;
        entry->wobble_centi = centi_of(sd_of(bars) / 100.0);
    }
    entry->counted = group_may_count(session, team->here.people);
    if (entry->counted) {
        entry->active = team->active;
        memcpy(entry->verdicts, team->here.verdicts, sizeof entry->verdicts);
    }
    memcpy(entry->name, team->name, sizeof entry->name);
}

void group_send_team_page(Session *session, Outbox *outbox)
{
    Message message = {.type = MESSAGE_TEAMS};
    TeamsMessage *teams = &message.teams;
    int cursor = session->team_cursor;

    if (session->team_count == 0) {
        return;
    }
    teams->total = (uint16_t)session->team_count;
    while (cursor < session->team_count && teams->count < TEAM_PAGE_ENTRIES_MAX) {
        fill_team(session, cursor, &teams->entries[teams->count]);
        teams->count++;
        if (!message_fits(&message)) {
            teams->count--;
            break;
        }
        cursor++;
    }
    session->team_cursor = (uint16_t)(cursor == session->team_count ? 0 : cursor);
    (void)outbox_push(outbox, audience_of_groups(session), &message);
}

void group_send_parts(const Session *session, SessionTime now, Outbox *outbox)
{
    const Section *section = section_of_figures(session, now);
    Message message = {.type = MESSAGE_PARTS};
    PartsMessage *parts = &message.parts;

    parts->groove = section->groove;
    parts->count = session_groove(session, section)->part_count;
    for (int i = 0; i < parts->count; i++) {
        const PartGroup *part = &session->parts[i];
        PartEntry *entry = &parts->parts[i];

        entry->members = part->members;
        entry->together_centi = centi_of(part->figures.together);
        entry->counted = group_may_count(session, part->members);
        entry->active = entry->counted ? part->active : 0;
    }
    (void)outbox_push(outbox, audience_of_groups(session), &message);
}

void group_send_bars(const Session *session, uint32_t connection, bool all, Outbox *outbox)
{
    const int sent = all || session->bar_count < BARS_SENT_MAX ? session->bar_count : BARS_SENT_MAX;
    Message message = {.type = MESSAGE_BARS};

    for (int i = session->bar_count - sent; i < session->bar_count; i++) {
        BarsMessage *bars = &message.bars;

        bars->entries[bars->count] = session->bars[(session->bar_start + i) % BARS_KEPT_MAX];
        bars->count++;
        if (bars->count == BARS_PER_MESSAGE_MAX || i + 1 == session->bar_count) {
            (void)outbox_push(outbox, connection, &message);
            bars->count = 0;
        }
    }
}
