#include "shared/session/session.h"

#include <math.h>
#include <string.h>

#include "shared/session/command.h"
#include "shared/session/crowd.h"
#include "shared/session/group.h"
#include "shared/session/people.h"
#include "shared/session/play.h"
#include "shared/session/roles.h"

enum {
    SLICES = 10,                /* participants are served in turn, so that no pass is long */
    LARGE_SESSION = 100,        /* people from whom on costs are spread over time */
    ROUNDS_PER_ROSTER_PAGE = 3, /* of one reader in a large session */
    ROUNDS_PER_ROSTER_PAGE_PLAYING = 10,
    ROUNDS_PER_TEAM_PAGE = 5,
    LEADER_PAGES = 8,
    QUIET_SLICES_MAX = 5 /* a STANDING at least every so many rounds */
};
#define SLICE_NS (20 * NS_PER_MS)

uint16_t session_participants_max(const SessionConfig *config)
{
    return (uint16_t)clamp_i64(config->seats + OBSERVERS_MAX, 1, PARTICIPANTS_MAX);
}

void session_init(Session *session,
                  const SessionConfig *config,
                  Participant *participants,
                  const Groove *grooves,
                  int groove_count)
{
    assert(config->seats >= 1 && config->seats <= PARTICIPANTS_MAX);
    assert(groove_count >= 1 && groove_count <= GROOVES_MAX);
    assert(config->groove < groove_count);
    memset(session, 0, sizeof *session);
    memset(participants, 0, sizeof *participants * session_participants_max(config));
    session->config = *config;
    session->participants = participants;
    memcpy(session->grooves, grooves, sizeof *grooves * (size_t)groove_count);
    session->groove_count = groove_count;
    session->tempo_mbpm =
        config->tempo_mbpm != 0 ? config->tempo_mbpm : grooves[config->groove].tempo_mbpm;
    session->privacy = config->privacy;
    session->reference = GROUP_REFERENCE_NONE;
    timeline_init(&session->timeline, config->groove, grooves[config->groove].beats_per_bar);
}

const Groove *session_groove(const Session *session, const Section *section)
{
    return &session->grooves[section->groove % session->groove_count];
}

static void send_catalogue(const Session *session, uint32_t connection, Outbox *outbox)
{
    for (int first = 0; first < session->groove_count; first += CATALOGUE_ENTRIES_MAX) {
        Message message = {.type = MESSAGE_CATALOGUE};
        CatalogueMessage *catalogue = &message.catalogue;

        catalogue->total = (uint8_t)session->groove_count;
        catalogue->first = (uint8_t)first;
        while (catalogue->count < CATALOGUE_ENTRIES_MAX &&
               first + catalogue->count < session->groove_count) {
            const Groove *groove = &session->grooves[first + catalogue->count];

            memcpy(catalogue->entries[catalogue->count].title, groove->title, sizeof groove->title);
            catalogue->entries[catalogue->count].tempo_mbpm = groove->tempo_mbpm;
            catalogue->count++;
        }
        (void)outbox_push(outbox, connection, &message);
    }
}

static SessionResult
join(Session *session, SessionTime now, const SessionEvent *event, Outbox *outbox, Journal *journal)
{
    const SessionResult result = people_join(session, now, event, outbox, journal);

    if (result.joined) {
        command_send_timeline(session, event->connection, outbox);
        send_catalogue(session, event->connection, outbox);
        group_send_bars(session, event->connection, event->message->join.facilitates, outbox);
        play_send_standing(session, result.seat, outbox);
        if (session->participant_count <= LARGE_SESSION) {
            group_refresh(session, now); /* else within a round: a thousand may come at once */
        }
    }
    return result;
}

static void send_report(Session *session, uint16_t seat, uint16_t page, Outbox *outbox)
{
    Message message = {.type = MESSAGE_REPORT};
    ReportMessage *report = &message.report;
    const int first = page * REPORT_PAGE_ENTRIES_MAX;

    report->page = page;
    report->pages = (uint16_t)((session->participant_count + REPORT_PAGE_ENTRIES_MAX - 1) /
                               REPORT_PAGE_ENTRIES_MAX);
    for (int i = first; i < first + REPORT_PAGE_ENTRIES_MAX && i < session->participant_count;
         i++) {
        if (participant_plays(&session->participants[i])) {
            session_report_entry(session, (uint16_t)i, &report->entries[report->count]);
            report->count++;
        }
    }
    assert(message_fits(&message));
    (void)outbox_push(outbox, session->participants[seat].connection, &message);
}

static void
calibrate(Session *session, uint16_t seat, const CalibrationMessage *calibration, Journal *journal)
{
    Participant *participant = &session->participants[seat];

    if (participant->calibrated == calibration->calibrated &&
        participant->calibration_us == calibration->calibration_us) {
        return;
    }
    participant->calibrated = calibration->calibrated;
    participant->calibration_us = calibration->calibration_us;
    people_changed(session, seat);
    people_journal(session, seat, journal);
}

static void set_ready(Session *session, uint16_t seat, bool ready)
{
    if (session->participants[seat].ready != ready) {
        session->participants[seat].ready = ready;
        people_changed(session, seat);
    }
}

/* What people want for themselves; who only watches has nothing of it. */
static void take_wish(Session *session,
                      SessionTime now,
                      uint16_t seat,
                      const Message *message,
                      Outbox *outbox,
                      Journal *journal)
{
    if (!participant_plays(&session->participants[seat])) {
        return;
    }
    if (message->type == MESSAGE_HITS) {
        play_hits(session, now, seat, &message->hits, journal);
        play_send_standing(session, seat, outbox);
    } else if (message->type == MESSAGE_CHOOSE_PART) {
        people_choose_part(session, now, seat, message->choose_part.part, outbox, journal);
    } else if (message->type == MESSAGE_READY) {
        set_ready(session, seat, message->ready.ready);
    } else if (message->type == MESSAGE_CALIBRATION) {
        calibrate(session, seat, &message->calibration, journal);
    }
}

/* Asks the tables; says so when a wish is denied. Denied hits are many and stay unanswered. */
static bool is_allowed(Session *session, uint16_t seat, const Message *message, Outbox *outbox)
{
    const Participant *participant = &session->participants[seat];
    const Role role = participant_role(participant);
    const bool allowed =
        role_may_send(role, message->type) &&
        (message->type != MESSAGE_COMMAND || role_may_command(role, message->command.kind));

    if (!allowed) {
        session->counts.not_allowed++;
    }
    if (!allowed && message_delivery(message->type) == DELIVERY_RELIABLE) {
        people_refuse(participant->connection, REFUSAL_NOT_ALLOWED, 0, outbox);
    }
    return allowed;
}

static void receive(
    Session *session, SessionTime now, const SessionEvent *event, Outbox *outbox, Journal *journal)
{
    const uint16_t seat = event->seat;
    const Message *message = event->message;

    assert(seat < session->participant_count);
    if (session->participants[seat].state != SEAT_CONNECTED ||
        !is_allowed(session, seat, message, outbox)) {
        return;
    }
    if (message->type == MESSAGE_LEAVE) {
        (void)outbox_push_disconnect(outbox, session->participants[seat].connection);
        people_leave(session, now, seat);
    } else if (message->type == MESSAGE_COMMAND) {
        command_carry_out(session, now, seat, &message->command, outbox, journal);
    } else if (message->type == MESSAGE_REPORT_REQUEST) {
        send_report(session, seat, message->report_request.page, outbox);
    } else {
        take_wish(session, now, seat, message, outbox, journal);
    }
}

/* The figures begin anew with the take that starts soon: when the one before has closed. */
static void follow_take(Session *session, SessionTime now)
{
    const SessionTime soon = {now.ns + SESSION_START_DELAY_NS};
    const Section *section = timeline_section_at_time(&session->timeline, soon);
    const bool rests =
        section->transport != TRANSPORT_COUNT_IN && section->transport != TRANSPORT_PLAYING;

    /* A start that was paused before it began leaves a rest right behind the old take's music. */
    if (section->take == session->take ||
        (rests &&
         now.ns - SESSION_SETTLE_NS < timeline_section_time(&session->timeline, section).ns)) {
        return;
    }
    session->take = section->take;
    group_begin_take(session);
}

/* What everybody gets, once a round of slices. */
static void send_round(Session *session, SessionTime now, Outbox *outbox, Journal *journal)
{
    const uint32_t round = session->snapshot_number;

    group_refresh(session, now);
    group_finish_bars(session, now, outbox, journal);
    follow_take(session, now);
    group_send_snapshot(session, now, outbox);
    group_send_map_page(session, outbox);
    crowd_send_page(session, outbox);
    if (round % ROUNDS_PER_TEAM_PAGE == 0) {
        group_send_team_page(session, outbox);
    }
    if (round % ROUNDS_PER_TEAM_PAGE == ROUNDS_PER_TEAM_PAGE / 2) {
        group_send_parts(session, now, outbox);
    }
}

/* One that went out at once, after HITS, makes the next turn's unnecessary. */
static bool standing_is_due(const Participant *participant)
{
    if (participant->quiet_slices == 0) {
        return false;
    }
    for (int i = 0; i < participant->recent_count; i++) {
        if (participant->recent_sent[i] < 2) {
            return true;
        }
    }
    return participant->quiet_slices >= QUIET_SLICES_MAX;
}

/*
 * Who leads waits for nobody: their program asks for the whole roster. In a large session all
 * others get a page now and then, within what each may cost: names are not urgent while one plays.
 */
static void send_roster(Session *session, SessionTime now, uint16_t seat, Outbox *outbox)
{
    const bool leads = session->participants[seat].facilitates;
    const uint32_t turn = session->snapshot_number + seat / SLICES;
    uint32_t rounds = 1;

    if (!leads && session->participant_count > LARGE_SESSION) {
        const Section *section = timeline_section_at_time(&session->timeline, now);

        rounds = section->transport == TRANSPORT_PLAYING ? ROUNDS_PER_ROSTER_PAGE_PLAYING
                                                         : ROUNDS_PER_ROSTER_PAGE;
    }
    for (int page = 0; turn % rounds == 0 && page < (leads ? LEADER_PAGES : 1); page++) {
        people_send_roster(session, seat, outbox);
    }
}

static void
serve(Session *session, SessionTime now, uint16_t seat, Outbox *outbox, Journal *journal)
{
    Participant *participant = &session->participants[seat];

    play_advance(session, now, seat, journal);
    group_note_map_change(session, seat);
    if (participant->state != SEAT_CONNECTED) {
        return;
    }
    if (participant_plays(participant)) {
        if (standing_is_due(participant)) {
            play_send_standing(session, seat, outbox);
        }
        participant->quiet_slices++;
    }
    send_roster(session, now, seat, outbox);
}

static void tick(Session *session, SessionTime now, Outbox *outbox, Journal *journal)
{
    if (now.ns < session->next_slice_at.ns) {
        return;
    }
    session->next_slice_at.ns += SLICE_NS;
    if (session->next_slice_at.ns <= now.ns) {
        session->next_slice_at.ns = now.ns + SLICE_NS; /* fell behind: no catching up in a burst */
    }
    if (session->is_restored) {
        session->is_restored = false;
        session->bars_held_to.ns = now.ns + SESSION_RETURN_NS;
    }
    if (session->slice == 0) {
        /* First, because what is for everybody must find room. */
        send_round(session, now, outbox, journal);
    }
    for (int seat = session->slice; seat < session->participant_count; seat += SLICES) {
        serve(session, now, (uint16_t)seat, outbox, journal);
    }
    session->slice = (session->slice + 1) % SLICES;
}

SessionResult session_step(
    Session *session, SessionTime now, const SessionEvent *event, Outbox *outbox, Journal *journal)
{
    SessionResult result = {.replaced_connection = CONNECTION_NONE};
    const Message goodbye = {.type = MESSAGE_NOTICE, .notice = {.kind = NOTICE_SERVER_STOPS}};

    switch (event->kind) {
    case SESSION_EVENT_JOIN:
        return join(session, now, event, outbox, journal);
    case SESSION_EVENT_MESSAGE:
        receive(session, now, event, outbox, journal);
        break;
    case SESSION_EVENT_DISCONNECTED:
        people_leave(session, now, event->seat);
        break;
    case SESSION_EVENT_TICK:
        tick(session, now, outbox, journal);
        break;
    case SESSION_EVENT_CLOSING:
        (void)outbox_push(outbox, CONNECTION_EVERYONE, &goodbye);
        break;
    }
    return result;
}

static int32_t us_of_ms(double ms)
{
    return (int32_t)clamp_i64((int64_t)floor(ms * 1000.0 + 0.5), -100000000, 100000000);
}

void session_report_entry(const Session *session, uint16_t seat, ReportEntry *entry)
{
    const Participant *participant = &session->participants[seat];
    const PersonStatistics *statistics = &participant->statistics;

    memset(entry, 0, sizeof *entry);
    entry->seat = seat;
    entry->team = participant->team;
    entry->presence = participant_presence(participant);
    entry->part = participant->part;
    entry->verdict = (uint8_t)participant->verdict.shown;
    entry->notes = (uint32_t)person_statistics_notes(statistics);
    for (int i = 0; i < JUDGEMENT_COUNT_SENT; i++) {
        entry->counts[i] = (uint32_t)statistics->counts[i];
    }
    entry->bias_us = us_of_ms(person_statistics_bias_ms(statistics));
    entry->spread_us = (uint32_t)us_of_ms(person_statistics_spread_ms(statistics));
    entry->r_millionths = (uint32_t)(person_statistics_r(statistics) * 1000000.0);
    entry->score_centi = (uint16_t)clamp_i64(
        (int64_t)floor(person_statistics_score(statistics) * 100.0 + 0.5), 0, 10000);
    entry->mean_us = us_of_ms(moments_mean_ms(&statistics->error));
    entry->sd_us = (uint32_t)us_of_ms(moments_sd_ms(&statistics->error));
    entry->calibration_us = participant->calibrated ? participant->calibration_us : 0;
    memcpy(entry->name, participant->name, sizeof entry->name);
}
