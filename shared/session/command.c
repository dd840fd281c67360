#include "shared/session/command.h"

#include <string.h>

#include "shared/session/crowd.h"
#include "shared/session/people.h"

enum {
    COUNT_IN_BARS_MAX = 8,
    RAMP_BARS_MAX = 256
};

/* Why a command was not carried out; REFUSAL_COUNT when it was. */
typedef Refusal Outcome;
#define CARRIED_OUT REFUSAL_COUNT

static Outcome outcome_of(bool carried_out)
{
    return carried_out ? CARRIED_OUT : REFUSAL_NOT_NOW;
}

static const Section *section_now(const Session *session, SessionTime now)
{
    return timeline_section_at_time(&session->timeline, now);
}

/* The first bar line that everybody can know of in time. */
static Beats next_bar(const Session *session, SessionTime now)
{
    const SessionTime known = {now.ns + SESSION_LEAD_NS};

    return timeline_next_bar(&session->timeline,
                             tempo_map_beats_at(&session->timeline.tempo, known));
}

static bool is_halted(const Session *session)
{
    const Section *last = &session->timeline.sections[session->timeline.section_count - 1];

    return last->transport != TRANSPORT_COUNT_IN && last->transport != TRANSPORT_PLAYING;
}

/* Soon; but a new take waits until all hits of the one before have been judged as that one's. */
static SessionTime first_click(const Session *session, SessionTime now)
{
    const Timeline *timeline = &session->timeline;
    const Section *last = &timeline->sections[timeline->section_count - 1];
    int64_t from_ns = now.ns;

    if (last->take > 0 && last->transport != TRANSPORT_PAUSED) {
        const int64_t settled_ns = timeline_section_time(timeline, last).ns + SESSION_SETTLE_NS;

        from_ns = from_ns > settled_ns ? from_ns : settled_ns;
    }
    return (SessionTime){from_ns + SESSION_START_DELAY_NS};
}

static Outcome start(Session *session, SessionTime now, int32_t count_in_bars)
{
    if (count_in_bars < 0 || count_in_bars > COUNT_IN_BARS_MAX) {
        return REFUSAL_OUT_OF_RANGE;
    }
    if (!is_halted(session)) {
        return REFUSAL_NOT_NOW;
    }
    return outcome_of(timeline_start(
        &session->timeline, first_click(session, now), count_in_bars, session->tempo_mbpm));
}

static Outcome stop(Session *session, SessionTime now)
{
    if (section_now(session, now)->transport == TRANSPORT_PAUSED && is_halted(session)) {
        return outcome_of(timeline_rest(&session->timeline, TRANSPORT_STOPPED));
    }
    return outcome_of(timeline_halt(&session->timeline, next_bar(session, now), TRANSPORT_STOPPED));
}

static Outcome change_tempo(Session *session, SessionTime now, int32_t tempo_mbpm)
{
    if (tempo_mbpm < TEMPO_MBPM_MIN || tempo_mbpm > TEMPO_MBPM_MAX) {
        return REFUSAL_OUT_OF_RANGE;
    }
    if (!is_halted(session) &&
        !timeline_change_tempo(&session->timeline, next_bar(session, now), tempo_mbpm)) {
        return REFUSAL_NOT_NOW;
    }
    session->tempo_mbpm = tempo_mbpm;
    return CARRIED_OUT;
}

static Outcome ramp_tempo(Session *session, SessionTime now, int32_t tempo_mbpm, int32_t bars)
{
    if (tempo_mbpm < TEMPO_MBPM_MIN || tempo_mbpm > TEMPO_MBPM_MAX || bars < 1 ||
        bars > RAMP_BARS_MAX) {
        return REFUSAL_OUT_OF_RANGE;
    }
    if (!timeline_ramp_tempo(&session->timeline, next_bar(session, now), bars, tempo_mbpm)) {
        return REFUSAL_NOT_NOW;
    }
    session->tempo_mbpm = tempo_mbpm;
    return CARRIED_OUT;
}

static Outcome change_groove(Session *session, SessionTime now, int32_t groove)
{
    if (groove < 0 || groove >= session->groove_count) {
        return REFUSAL_OUT_OF_RANGE;
    }
    if (is_halted(session)) {
        session->tempo_mbpm = session->grooves[groove].tempo_mbpm;
    }
    return outcome_of(timeline_change_groove(&session->timeline,
                                             next_bar(session, now),
                                             (uint8_t)groove,
                                             session->grooves[groove].beats_per_bar));
}

static bool seat_is_taken(const Session *session, int32_t seat)
{
    return seat >= 0 && seat < session->participant_count &&
           session->participants[seat].state != SEAT_FREE;
}

static Outcome change_part(Session *session,
                           SessionTime now,
                           const CommandMessage *command,
                           Outbox *outbox,
                           Journal *journal)
{
    const int32_t seat = command->a;
    const int32_t part = command->b;

    if (!seat_is_taken(session, seat) || !participant_plays(&session->participants[seat]) ||
        part < 0 || part >= GROOVE_PARTS_MAX) {
        return REFUSAL_OUT_OF_RANGE;
    }
    people_choose_part(session, now, (uint16_t)seat, (uint8_t)part, outbox, journal);
    return CARRIED_OUT;
}

static Outcome
send_out(Session *session, int32_t seat, NoticeKind notice, Outbox *outbox, Journal *journal)
{
    Message message = {.type = MESSAGE_NOTICE, .notice = {.kind = (uint8_t)notice}};
    uint32_t connection = CONNECTION_NONE;

    if (!seat_is_taken(session, seat)) {
        return REFUSAL_OUT_OF_RANGE;
    }
    if (session->participants[seat].state == SEAT_CONNECTED) {
        connection = session->participants[seat].connection;
    }
    people_remove(session, (uint16_t)seat, journal);
    if (connection != CONNECTION_NONE) {
        (void)outbox_push(outbox, connection, &message);
        (void)outbox_push_disconnect(outbox, connection);
    }
    return CARRIED_OUT;
}

/* Out for good: neither with the token of the seat nor under its name. */
static Outcome
ban(Session *session, uint16_t by_seat, int32_t seat, Outbox *outbox, Journal *journal)
{
    JournalBan banned = {{0}, {0}};
    JournalEntry *entry = NULL;

    if (!seat_is_taken(session, seat) || seat == by_seat) {
        return REFUSAL_OUT_OF_RANGE;
    }
    memcpy(banned.name, session->participants[seat].name, sizeof banned.name);
    memcpy(banned.resume_token, session->participants[seat].resume_token, TOKEN_BYTES);
    if (!people_keep_out(session, &banned)) {
        return REFUSAL_OUT_OF_RANGE;
    }
    entry = journal_push(journal, JOURNAL_BAN, (uint16_t)seat);
    if (entry != NULL) {
        entry->ban = banned;
    }
    return send_out(session, seat, NOTICE_BANNED, outbox, journal);
}

static Outcome set_lock(Session *session, bool locked, Journal *journal)
{
    JournalEntry *entry = journal_push(journal, JOURNAL_LOCK, 0);

    session->locked = locked;
    if (entry != NULL) {
        entry->locked = locked;
    }
    return CARRIED_OUT;
}

/* Nobody is told of what they were not when they came in: their names may be known to be safe. */
static bool somebody_relies_on_privacy(const Session *session)
{
    for (int i = 0; i < session->participant_count; i++) {
        const Participant *participant = &session->participants[i];

        if (participant_plays(participant) && participant->role != ROLE_FACILITATOR) {
            return true;
        }
    }
    return false;
}

static Outcome set_privacy(Session *session, int32_t privacy, Journal *journal)
{
    JournalEntry *entry = NULL;

    if (privacy < 0 || privacy >= PRIVACY_COUNT) {
        return REFUSAL_OUT_OF_RANGE;
    }
    if (privacy < (int32_t)session->privacy && somebody_relies_on_privacy(session)) {
        return REFUSAL_PRIVACY;
    }
    entry = journal_push(journal, JOURNAL_PRIVACY, 0);
    if (entry != NULL) {
        entry->privacy = (uint8_t)privacy;
    }
    people_set_privacy(session, (Privacy)privacy);
    crowd_forget(session);
    return CARRIED_OUT;
}

static Outcome carry_out(Session *session,
                         SessionTime now,
                         uint16_t seat,
                         const CommandMessage *command,
                         Outbox *outbox,
                         Journal *journal)
{
    switch ((CommandKind)command->kind) {
    case COMMAND_START:
        return start(session, now, command->a);
    case COMMAND_PAUSE:
        return outcome_of(
            timeline_halt(&session->timeline, next_bar(session, now), TRANSPORT_PAUSED));
    case COMMAND_STOP:
        return stop(session, now);
    case COMMAND_LOBBY:
        return section_now(session, now)->transport != TRANSPORT_STOPPED
                   ? REFUSAL_NOT_NOW
                   : outcome_of(timeline_rest(&session->timeline, TRANSPORT_LOBBY));
    case COMMAND_TEMPO:
        return change_tempo(session, now, command->a);
    case COMMAND_RAMP:
        return ramp_tempo(session, now, command->a, command->b);
    case COMMAND_GROOVE:
        return change_groove(session, now, command->a);
    case COMMAND_PART:
        return change_part(session, now, command, outbox, journal);
    case COMMAND_KICK:
        return send_out(session, command->a, NOTICE_KICKED, outbox, journal);
    case COMMAND_BAN:
        return ban(session, seat, command->a, outbox, journal);
    case COMMAND_LOCK:
    case COMMAND_UNLOCK:
        return set_lock(session, command->kind == COMMAND_LOCK, journal);
    case COMMAND_PRIVACY:
        return set_privacy(session, command->a, journal);
    case COMMAND_CREATE: /* the shell's: a session knows of no other */
    case COMMAND_COUNT:
        break;
    }
    return REFUSAL_NOT_ALLOWED;
}

void command_send_timeline(const Session *session, uint32_t connection, Outbox *outbox)
{
    const Timeline *timeline = &session->timeline;
    Message message = {.type = MESSAGE_GROOVE};

    for (int i = 0; i < timeline->section_count; i++) {
        const Section *section = &timeline->sections[i];

        /* Only the newest sections are sent; of two alike, the later one tells. */
        if (i + TIMELINE_SECTIONS_SENT_MAX < timeline->section_count ||
            (i + 1 < timeline->section_count && section[1].groove == section->groove)) {
            continue;
        }
        message.groove.index = section->groove;
        message.groove.groove = *session_groove(session, section);
        (void)outbox_push(outbox, connection, &message);
    }
    message.type = MESSAGE_TIMELINE;
    message.timeline.timeline = *timeline;
    (void)outbox_push(outbox, connection, &message);
}

void command_carry_out(Session *session,
                       SessionTime now,
                       uint16_t seat,
                       const CommandMessage *command,
                       Outbox *outbox,
                       Journal *journal)
{
    const uint32_t revision = session->timeline.revision;
    const Outcome outcome = carry_out(session, now, seat, command, outbox, journal);
    JournalEntry *entry = NULL;

    if (outcome != CARRIED_OUT) {
        people_refuse(session->participants[seat].connection, outcome, command->kind, outbox);
        return;
    }
    if (session->timeline.revision == revision) {
        return;
    }
    command_send_timeline(session, CONNECTION_EVERYONE, outbox);
    entry = journal_push(journal, JOURNAL_TIMELINE, 0);
    if (entry != NULL) {
        entry->timeline = session->timeline;
    }
}
