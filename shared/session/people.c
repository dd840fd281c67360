#include "shared/session/people.h"

#include <string.h>

#include "shared/session/play.h"
#include "shared/text.h"

/* Quality of a clock by its uncertainty, drawn as 4, 3, 2 or 1 bars; 0 when it never spoke. */
static uint8_t clock_bars_of(uint32_t uncertainty_us)
{
    if (uncertainty_us == 0) {
        return 0;
    }
    if (uncertainty_us <= 5000) {
        return 4;
    }
    if (uncertainty_us <= 15000) {
        return 3;
    }
    return uncertainty_us * NS_PER_US <= CLOCK_UNRATED_NS ? 2 : 1;
}

bool participant_plays(const Participant *participant)
{
    return participant->state != SEAT_FREE && participant->role != ROLE_OBSERVER;
}

Role participant_role(const Participant *participant)
{
    if (participant->facilitates) {
        return ROLE_FACILITATOR;
    }
    return participant->role == ROLE_OBSERVER ? ROLE_OBSERVER : ROLE_PLAYER;
}

int participant_part(const Participant *participant, const Groove *groove, Beats where)
{
    const int part =
        where.ubeats < participant->part_from.ubeats ? participant->part_before : participant->part;

    return part % groove->part_count;
}

uint8_t participant_presence(const Participant *participant)
{
    uint8_t presence = 0;

    if (participant->state == SEAT_FREE) {
        return 0;
    }
    presence |= PRESENCE_TAKEN;
    presence |= participant->state == SEAT_CONNECTED ? PRESENCE_CONNECTED : 0;
    presence |= participant->ready ? PRESENCE_READY : 0;
    presence |= participant->calibrated ? PRESENCE_CALIBRATED : 0;
    presence |= participant->role == ROLE_FACILITATOR ? PRESENCE_FACILITATOR : 0;
    presence |= participant->role == ROLE_OBSERVER ? PRESENCE_OBSERVER : 0;
    return presence;
}

/* FNV-1a; equal tokens have equal hashes, and few others do. */
static uint32_t hash_byte(uint32_t hash, uint8_t byte)
{
    return (hash ^ byte) * 16777619U;
}

static uint32_t hash_of_token(const uint8_t *token)
{
    uint32_t hash = 2166136261U;

    for (int i = 0; i < TOKEN_BYTES; i++) {
        hash = hash_byte(hash, token[i]);
    }
    return hash;
}

void people_changed(Session *session, uint16_t seat)
{
    const Participant *participant = &session->participants[seat];

    session->glances[seat] = (SeatGlance){
        .likeness = participant->likeness,
        .token_hash = hash_of_token(participant->resume_token),
        .state = (uint8_t)participant->state,
        .observes = participant->role == ROLE_OBSERVER,
    };
    session->roster_revision++;
    session->roster_changed[seat] = session->roster_revision;
}

bool people_may_see(const Session *session, const Participant *participant)
{
    return session->privacy == PRIVACY_OPEN || participant->facilitates;
}

void people_set_privacy(Session *session, Privacy privacy)
{
    if (session->privacy == privacy) {
        return;
    }
    session->privacy = privacy;
    for (int i = 0; i < session->participant_count; i++) {
        Participant *participant = &session->participants[i];

        /* From the start: what was kept from them as it changed is still to be told. */
        participant->roster_revision = 0;
        participant->roster_cursor = 0;
    }
}

uint16_t people_team(Session *session, const char *name)
{
    const uint64_t likeness = name_likeness(name);
    int empty = -1;

    if (name[0] == '\0') {
        return TEAM_NONE;
    }
    for (int i = 0; i < session->team_count; i++) {
        if (session->teams[i].likeness == likeness && names_alike(session->teams[i].name, name)) {
            return (uint16_t)i;
        }
        empty = session->teams[i].members == 0 ? i : empty;
    }
    if (session->team_count < TEAMS_MAX) {
        empty = session->team_count;
        session->team_count++;
    }
    if (empty < 0) {
        return TEAM_NONE;
    }
    memset(&session->teams[empty], 0, sizeof session->teams[0]);
    memcpy(session->teams[empty].name, name, strlen(name) + 1);
    session->teams[empty].likeness = likeness;
    return (uint16_t)empty;
}

void people_journal(const Session *session, uint16_t seat, Journal *journal)
{
    const Participant *participant = &session->participants[seat];
    JournalEntry *entry = journal_push(journal, JOURNAL_PARTICIPANT, seat);
    JournalParticipant *stored = NULL;

    if (entry == NULL) {
        return;
    }
    stored = &entry->participant;
    entry->take = participant->take;
    memcpy(stored->name, participant->name, sizeof stored->name);
    if (participant->team != TEAM_NONE) {
        memcpy(stored->team, session->teams[participant->team].name, sizeof stored->team);
    }
    stored->role = (uint8_t)participant->role;
    stored->part = participant->part;
    stored->present = participant->state != SEAT_FREE;
    stored->calibrated = participant->calibrated;
    stored->calibration_us = participant->calibration_us;
    stored->take = participant->take;
    stored->enters_at = participant->enters_at;
    memcpy(stored->resume_token, participant->resume_token, sizeof stored->resume_token);
}

void people_choose_part(Session *session,
                        SessionTime now,
                        uint16_t seat,
                        uint8_t part,
                        Outbox *outbox,
                        Journal *journal)
{
    if (session->participants[seat].part != part) {
        play_choose_part(session, &session->participants[seat], now, part);
        people_changed(session, seat);
        people_journal(session, seat, journal);
    }
    play_send_standing(session, seat, outbox);
}

void people_refuse(uint32_t connection, Refusal reason, uint32_t number, Outbox *outbox)
{
    Message message = {.type = MESSAGE_REFUSED};

    message.refused.reason = (uint8_t)reason;
    message.refused.number = number;
    (void)outbox_push(outbox, connection, &message);
}

/* Equal without a hint, by how long it takes, of where they differ. */
static bool tokens_match(const uint8_t *a, const uint8_t *b)
{
    uint8_t difference = 0;

    for (int i = 0; i < TOKEN_BYTES; i++) {
        difference |= a[i] ^ b[i];
    }
    return difference == 0;
}

/* Somebody new: what JOIN says of them, in normal form. */
typedef struct {
    char name[NAME_BYTES_MAX + 1]; /* empty for an observer */
    char team[NAME_BYTES_MAX + 1];
    uint64_t likeness; /* of the name */
} Newcomer;

/* False when the name, or that of the team, cannot be used. Observers have neither. */
static bool understand(const JoinMessage *join, Newcomer *newcomer)
{
    NameProblem of_team = NAME_EMPTY;

    memset(newcomer, 0, sizeof *newcomer);
    if (join->observer) {
        return true;
    }
    if (name_normalize(join->name, newcomer->name) != NAME_GOOD) {
        return false;
    }
    newcomer->likeness = name_likeness(newcomer->name);
    of_team = name_normalize(join->team, newcomer->team);
    return of_team == NAME_GOOD || of_team == NAME_EMPTY;
}

/* The seat that this resume token opens, or -1. */
static int seat_of_token(const Session *session, const uint8_t *token)
{
    const uint32_t hash = hash_of_token(token);

    for (int i = 0; i < session->participant_count; i++) {
        if (session->glances[i].token_hash == hash && session->glances[i].state != SEAT_FREE &&
            tokens_match(session->participants[i].resume_token, token)) {
            return i;
        }
    }
    return -1;
}

static bool grace_is_over(const Session *session, const Participant *participant, SessionTime now)
{
    return participant->state == SEAT_AWAY &&
           now.ns - participant->away_since.ns > session->config.grace_s * NS_PER_S;
}

/* Room for one more of this kind: observers take no seat from those who play. */
static bool has_room(const Session *session, bool observer)
{
    int count = 0;

    for (int i = 0; i < session->participant_count; i++) {
        const SeatGlance *glance = &session->glances[i];

        count += glance->state != SEAT_FREE && glance->observes == observer ? 1 : 0;
    }
    return count < (observer ? OBSERVERS_MAX : session->config.seats);
}

/* The one who has been gone the longest beyond the grace time, or -1. */
static int longest_gone(const Session *session, SessionTime now)
{
    int longest = -1;

    for (int i = 0; i < session->participant_count; i++) {
        const Participant *participant = &session->participants[i];

        if (session->glances[i].state == SEAT_AWAY && grace_is_over(session, participant, now) &&
            (longest < 0 ||
             participant->away_since.ns < session->participants[longest].away_since.ns)) {
            longest = i;
        }
    }
    return longest;
}

/* A seat for somebody new: an unused one, else that of somebody gone. -1 when all are taken. */
static int seat_for_newcomer(const Session *session, bool observer, SessionTime now)
{
    if (!has_room(session, observer)) {
        return observer ? -1 : longest_gone(session, now);
    }
    for (int i = 0; i < session->participant_count; i++) {
        if (session->glances[i].state == SEAT_FREE) {
            return i;
        }
    }
    return session->participant_count < session_participants_max(&session->config)
               ? session->participant_count
               : longest_gone(session, now);
}

static bool name_is_taken(const Session *session, const Newcomer *newcomer, SessionTime now)
{
    for (int i = 0; i < session->participant_count; i++) {
        const Participant *participant = &session->participants[i];

        if (session->glances[i].likeness == newcomer->likeness &&
            session->glances[i].state != SEAT_FREE &&
            names_alike(participant->name, newcomer->name) &&
            !grace_is_over(session, participant, now)) {
            return true;
        }
    }
    return false;
}

bool people_keep_out(Session *session, const JournalBan *ban)
{
    if (session->ban_count == BANS_MAX) {
        return false;
    }
    session->bans[session->ban_count] =
        (Ban){.who = *ban, .likeness = ban->name[0] == '\0' ? 0 : name_likeness(ban->name)};
    session->ban_count++;
    return true;
}

static bool is_kept_out(const Session *session, const JoinMessage *join, const Newcomer *newcomer)
{
    for (int i = 0; i < session->ban_count; i++) {
        const Ban *ban = &session->bans[i];

        if ((join->resumes && tokens_match(ban->who.resume_token, join->resume_token)) ||
            (ban->likeness != 0 && ban->likeness == newcomer->likeness &&
             names_alike(ban->who.name, newcomer->name))) {
            return true;
        }
    }
    return false;
}

/* Why nobody new may come in like this; REFUSAL_COUNT when they may. */
static Refusal
door(const Session *session, const JoinMessage *join, const Newcomer *newcomer, SessionTime now)
{
    if (is_kept_out(session, join, newcomer)) {
        return REFUSAL_BANNED;
    }
    if (session->locked && !join->facilitates) {
        return REFUSAL_LOCKED;
    }
    return !join->observer && name_is_taken(session, newcomer, now) ? REFUSAL_NAME_TAKEN
                                                                    : REFUSAL_COUNT;
}

static void set_team(Session *session, Participant *participant, uint16_t team)
{
    if (participant->team != TEAM_NONE) {
        session->teams[participant->team].members--;
    }
    participant->team = team;
    if (team != TEAM_NONE) {
        session->teams[team].members++;
    }
}

void people_remove(Session *session, uint16_t seat, Journal *journal)
{
    Participant *participant = &session->participants[seat];

    if (participant_plays(participant)) {
        set_team(session, participant, TEAM_NONE);
    }
    participant->state = SEAT_FREE;
    people_journal(session, seat, journal);
    people_changed(session, seat);
}

/* Whether this token has opened a seat here, of whoever has it now. */
static bool token_is_used(const Session *session, const uint8_t *token)
{
    const uint32_t hash = hash_of_token(token);

    for (int i = 0; i < session->participant_count; i++) {
        if (session->glances[i].token_hash == hash &&
            tokens_match(session->participants[i].resume_token, token)) {
            return true;
        }
    }
    return false;
}

/* The token of the life after: as secret as the one before. */
static void advance_token(uint8_t token[TOKEN_BYTES])
{
    int i = TOKEN_BYTES - 1;

    token[i]++;
    while (token[i] == 0 && i > 0) {
        i--;
        token[i]++;
    }
}

/* Who brings a token of its own gets its seat back with it even when our WELCOME never came. One
   that has opened a seat before is of another life: then the one after it is theirs. */
static void
choose_token(const Session *session, const SessionEvent *event, uint8_t token[TOKEN_BYTES])
{
    const JoinMessage *join = &event->message->join;

    memcpy(token, join->resumes ? join->resume_token : event->fresh_token, TOKEN_BYTES);
    while (token_is_used(session, token)) {
        advance_token(token);
    }
}

/* The seat that this JOIN's token opens. Who was sent out without hearing of it may come twice with
   the token of the life before, when our first WELCOME got lost. */
static int seat_of_join(const Session *session, const JoinMessage *join)
{
    uint8_t token[TOKEN_BYTES];
    int seat = -1;

    if (join->resumes) {
        memcpy(token, join->resume_token, TOKEN_BYTES);
        seat = seat_of_token(session, token);
        if (seat < 0) {
            advance_token(token);
            seat = seat_of_token(session, token);
        }
    }
    return seat;
}

static void seat_newcomer(Session *session,
                          int seat,
                          SessionTime now,
                          const SessionEvent *event,
                          const Newcomer *newcomer)
{
    const JoinMessage *join = &event->message->join;
    Participant *participant = &session->participants[seat];
    uint8_t token[TOKEN_BYTES];

    choose_token(session, event, token);
    memset(participant, 0, sizeof *participant);
    participant->state = SEAT_CONNECTED;
    participant->connection = event->connection;
    participant->team = TEAM_NONE;
    participant->role = join->observer ? ROLE_OBSERVER : ROLE_PLAYER;
    if (!join->observer) {
        memcpy(participant->name, newcomer->name, sizeof participant->name);
        participant->likeness = newcomer->likeness;
        set_team(session, participant, people_team(session, newcomer->team));
        participant->part = (uint8_t)(seat % GROOVE_PARTS_MAX);
    }
    memcpy(participant->resume_token, token, TOKEN_BYTES);
    participant->calibrated = join->calibrated;
    participant->calibration_us = join->calibration_us;
    participant->map_entry.verdict = MAP_ABSENT;
    participant->group_beat = INT64_MIN;
    judge_init(&participant->judge, session->config.profile);
    play_enter(session, participant, now);
    if (seat == session->participant_count) {
        session->participant_count++;
    }
}

/* The seat that a JOIN leads to, and whether it was theirs before; -1 after a refusal. */
static int find_seat(Session *session,
                     SessionTime now,
                     const SessionEvent *event,
                     bool *resumed,
                     Outbox *outbox,
                     Journal *journal)
{
    const JoinMessage *join = &event->message->join;
    Refusal refusal = REFUSAL_COUNT;
    Newcomer newcomer;
    int seat = seat_of_join(session, join);

    *resumed = seat >= 0;
    if (seat >= 0) {
        return seat;
    }
    if (!understand(join, &newcomer)) {
        people_refuse(event->connection, REFUSAL_NAME_INVALID, 0, outbox);
        return -1;
    }
    refusal = door(session, join, &newcomer, now);
    if (refusal != REFUSAL_COUNT) {
        people_refuse(event->connection, refusal, 0, outbox);
        return -1;
    }
    seat = seat_for_newcomer(session, join->observer, now);
    if (seat < 0) {
        people_refuse(event->connection, REFUSAL_FULL, session->config.seats, outbox);
        return -1;
    }
    if (seat < session->participant_count && session->participants[seat].state != SEAT_FREE) {
        people_remove(session, (uint16_t)seat, journal);
    }
    seat_newcomer(session, seat, now, event, &newcomer);
    return seat;
}

static void
push_welcome(const Session *session, uint16_t seat, const SessionEvent *event, Outbox *outbox)
{
    const Participant *participant = &session->participants[seat];
    Message message = {.type = MESSAGE_WELCOME};
    WelcomeMessage *welcome = &message.welcome;

    welcome->version = PROTOCOL_VERSION;
    welcome->seat = seat;
    welcome->role = (uint8_t)participant->role;
    welcome->profile = (uint8_t)session->config.profile;
    welcome->privacy = (uint8_t)session->privacy;
    welcome->part = participant->part;
    welcome->seats = session->config.seats;
    welcome->clock_nonce = event->clock_nonce;
    welcome->next_hit_number = play_next_hit_number(participant);
    welcome->grace_s = session->config.grace_s;
    welcome->calibrated = participant->calibrated;
    welcome->calibration_us = participant->calibration_us;
    memcpy(welcome->resume_token, participant->resume_token, TOKEN_BYTES);
    memcpy(welcome->code, session->config.code, CODE_CHARS);
    memcpy(welcome->title, session->config.title, sizeof welcome->title);
    memcpy(welcome->name, participant->name, sizeof welcome->name);
    if (participant->team != TEAM_NONE) {
        memcpy(welcome->team, session->teams[participant->team].name, sizeof welcome->team);
    }
    (void)outbox_push(outbox, participant->connection, &message);
}

SessionResult people_join(
    Session *session, SessionTime now, const SessionEvent *event, Outbox *outbox, Journal *journal)
{
    const JoinMessage *join = &event->message->join;
    const SessionResult refused = {.replaced_connection = CONNECTION_NONE};
    SessionResult result = {.joined = true, .replaced_connection = CONNECTION_NONE};
    Participant *participant = NULL;
    int seat = 0;

    if (join->facilitates &&
        !tokens_match(join->facilitator_token, session->config.facilitator_token)) {
        people_refuse(event->connection, REFUSAL_TOKEN, 0, outbox);
        return refused;
    }
    seat = find_seat(session, now, event, &result.resumed, outbox, journal);
    if (seat < 0) {
        return refused;
    }
    result.seat = (uint16_t)seat;
    participant = &session->participants[seat];
    if (participant->state == SEAT_CONNECTED && participant->connection != event->connection) {
        Message notice = {.type = MESSAGE_NOTICE, .notice = {.kind = NOTICE_SEAT_TAKEN_OVER}};

        (void)outbox_push(outbox, participant->connection, &notice);
        (void)outbox_push_disconnect(outbox, participant->connection);
        result.replaced_connection = participant->connection;
    }
    participant->connection = event->connection;
    if (participant->state == SEAT_AWAY) {
        participant->state = SEAT_CONNECTED;
        participant->returned_at = now;
        play_return(session, participant, now);
    }
    participant->facilitates = join->facilitates;
    if (participant->role != ROLE_OBSERVER) {
        participant->role = join->facilitates ? ROLE_FACILITATOR : ROLE_PLAYER;
    }
    participant->roster_revision = 0;
    participant->roster_cursor = 0;
    participant->recent_count = 0;
    people_changed(session, result.seat);
    people_journal(session, result.seat, journal);
    push_welcome(session, result.seat, event, outbox);
    return result;
}

void people_leave(Session *session, SessionTime now, uint16_t seat)
{
    Participant *participant = &session->participants[seat];

    if (participant->state != SEAT_CONNECTED) {
        return;
    }
    if (participant->role == ROLE_OBSERVER) {
        participant->state = SEAT_FREE;
    } else {
        participant->state = SEAT_AWAY;
    }
    participant->away_since = now;
    participant->connection = CONNECTION_NONE;
    people_changed(session, seat);
}

static void fill_roster_entry(const Participant *participant, uint16_t seat, RosterEntry *entry)
{
    *entry = (RosterEntry){
        .seat = seat,
        .presence = participant_presence(participant),
        .part = participant->part,
        .clock_bars = clock_bars_of(participant->uncertainty_us),
        .team = participant->team,
    };
    if (participant->state != SEAT_FREE) {
        memcpy(entry->name, participant->name, sizeof entry->name);
    }
}

/* The part of the roster that is about the reader. */
static void send_own_entry(Session *session, uint16_t seat, Outbox *outbox)
{
    Participant *reader = &session->participants[seat];
    Message message = {.type = MESSAGE_ROSTER};
    RosterMessage *roster = &message.roster;

    if (session->roster_changed[seat] <= reader->roster_revision) {
        return;
    }
    roster->joined = session->joined;
    roster->privacy = (uint8_t)session->privacy;
    roster->count = 1;
    fill_roster_entry(reader, seat, &roster->entries[0]);
    if (outbox_push(outbox, reader->connection, &message)) {
        reader->roster_revision = session->roster_changed[seat];
    }
}

void people_send_roster(Session *session, uint16_t seat, Outbox *outbox)
{
    Participant *reader = &session->participants[seat];
    Message message = {.type = MESSAGE_ROSTER};
    RosterMessage *roster = &message.roster;
    size_t size_bytes = ROSTER_BYTES;
    int cursor = reader->roster_cursor;

    if (!people_may_see(session, reader)) {
        send_own_entry(session, seat, outbox);
        return;
    }
    if (cursor == 0) {
        if (reader->roster_revision == session->roster_revision) {
            return;
        }
        reader->roster_target = session->roster_revision;
    }
    roster->joined = session->joined;
    roster->privacy = (uint8_t)session->privacy;
    for (; cursor < session->participant_count; cursor++) {
        RosterEntry *entry = &roster->entries[roster->count];

        if (session->roster_changed[cursor] <= reader->roster_revision) {
            continue;
        }
        if (roster->count == ROSTER_PAGE_ENTRIES_MAX) {
            break;
        }
        fill_roster_entry(&session->participants[cursor], (uint16_t)cursor, entry);
        size_bytes += ROSTER_ENTRY_BYTES + strlen(entry->name);
        if (size_bytes > MESSAGE_BYTES_MAX) {
            break;
        }
        roster->count++;
    }
    if (roster->count > 0 && !outbox_push(outbox, reader->connection, &message)) {
        return;
    }
    reader->roster_cursor = (uint16_t)cursor;
    if (cursor == session->participant_count) {
        reader->roster_revision = reader->roster_target;
        reader->roster_cursor = 0;
    }
}
