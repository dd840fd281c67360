#include "tests/sim/watch.h"

#include <stdlib.h>
#include <string.h>

#include "shared/judge_windows.h"
#include "shared/session/people.h"

/* An accepted hit may be ahead of its arrival by what the session allows plus the worst clock. */
#define AHEAD_NS_MAX (SESSION_HIT_AHEAD_NS + 40 * NS_PER_MS)
/* How many times an uncertainty, of the plain envelope about one standard error, of the estimator
   the 95 % one, may be exceeded, and by how much besides. */
#define SIGMAS_MAX 6
#define UNCERTAINTIES_MAX 3
#define CLOCK_MARGIN_NS NS_PER_MS
#define CLOCK_JITTER_SHARE 16
#define CLOCK_SETTLED_SAMPLES 40

void watch_create(Watch *watch)
{
    memset(watch, 0, sizeof *watch);
}

/* --- facts --- */

static bool note_once(uint8_t *seen, uint32_t number)
{
    const uint8_t bit = (uint8_t)(1U << number % 8);

    if (number == 0 || number >= WATCH_NUMBERS_MAX) {
        return true;
    }
    if ((seen[number / 8] & bit) != 0) {
        return false;
    }
    seen[number / 8] |= bit;
    return true;
}

/* Who has a seat from now on must be let in: nobody who is banned, and nobody new but who leads
   through a locked door. Observers may lead, which the facts do not say. */
static void check_door(const Watch *watch, Room *room, const JournalEntry *fact)
{
    const JournalParticipant *participant = &fact->participant;
    const WatchBook *book = &watch->books[fact->seat];
    const bool is_known =
        book->taken && memcmp(book->token, participant->resume_token, TOKEN_BYTES) == 0;

    if (!participant->present) {
        return;
    }
    for (int i = 0; i < watch->banned_count; i++) {
        const JournalBan *ban = &watch->banned[i];

        if (memcmp(ban->resume_token, participant->resume_token, TOKEN_BYTES) == 0 ||
            (ban->name[0] != '\0' && strcmp(ban->name, participant->name) == 0)) {
            room_violate(room, "nobody who is banned has a seat", fact->seat);
        }
    }
    if (watch->locked && !is_known && participant->role == ROLE_PLAYER) {
        room_violate(room, "nobody new comes through a locked door", fact->seat);
    }
}

static void take_ban(Watch *watch, const JournalBan *ban)
{
    if (watch->banned_count < BANS_MAX) {
        watch->banned[watch->banned_count] = *ban;
        watch->banned_count++;
    }
}

static void take_participant(WatchBook *book, const JournalEntry *fact)
{
    const JournalParticipant *participant = &fact->participant;

    if (memcmp(book->token, participant->resume_token, TOKEN_BYTES) != 0 ||
        (!book->taken && participant->present)) {
        memset(book, 0, sizeof *book);
        memcpy(book->token, participant->resume_token, TOKEN_BYTES);
        book->take = fact->take;
    }
    /* Who only watches is forgotten with the server. */
    book->taken = participant->present && participant->role != ROLE_OBSERVER;
}

static void follow_take(WatchBook *book, uint16_t take)
{
    if (book->take != take) {
        book->take = take;
        book->points_micro = 0;
        memset(book->counts, 0, sizeof book->counts);
    }
}

/* In no second more hits than anybody drums. */
static bool is_dense(const WatchBook *book, SessionTime at)
{
    const uint32_t kept =
        book->recent_count < WATCH_RECENT_MAX ? book->recent_count : WATCH_RECENT_MAX;

    for (uint32_t i = 0; i < kept; i++) {
        const int64_t start_ns = book->recent[i].ns;
        int count = 0;

        if (start_ns > at.ns || start_ns <= at.ns - NS_PER_S) {
            continue;
        }
        for (uint32_t j = 0; j < kept; j++) {
            const int64_t since_ns = book->recent[j].ns - start_ns;

            count += since_ns >= 0 && since_ns < NS_PER_S ? 1 : 0;
        }
        if (count > HITS_PER_S_MAX) {
            return true;
        }
    }
    return false;
}

static void take_hit(Room *room, WatchBook *book, const JournalEntry *fact, int64_t at_ns)
{
    if (!note_once(book->hit_seen, fact->hit.number)) {
        room_violate(room, "a hit is accepted once", fact->seat);
    }
    if (fact->hit.at.ns > at_ns + AHEAD_NS_MAX) {
        room_violate(room, "no hit from the future is accepted", fact->seat);
    }
    book->recent[book->recent_count % WATCH_RECENT_MAX] = fact->hit.at;
    book->recent_count++;
    if (is_dense(book, fact->hit.at)) {
        room_violate(room, "nobody is believed more than 25 hits within a second", fact->seat);
    }
}

static void check_claim(Room *room, const JudgedRecord *record, uint16_t seat)
{
    const int64_t w3_ns = judge_windows(record->beat_ns, room->session.config.profile).w3_ns;
    const int64_t half_ns = record->spacing_ns / 2;
    const int64_t asynchrony_ns = record->error_ns - record->calibration_ns;
    /* Without neighbours the spacing is the beat and the cell is the whole window. */
    const int64_t cell_ns =
        record->spacing_ns == record->beat_ns || w3_ns < half_ns ? w3_ns : half_ns;

    if (asynchrony_ns < -cell_ns || asynchrony_ns > cell_ns) {
        room_violate(room, "a hit counts only inside of its note's cell", seat);
    }
}

static void take_note(Room *room, WatchBook *book, const JournalEntry *fact)
{
    const JudgedRecord *record = &fact->judged;
    const SessionTime note_at = {record->at.ns - record->error_ns};

    if (book->has_note && note_at.ns <= book->last_note_at.ns) {
        room_violate(room, "a note is closed once, and in its turn", fact->seat);
    }
    if (book->has_note && book->last_note_take == fact->take &&
        record->note_number != book->last_note_number + 1) {
        room_violate(room, "notes are numbered one by one", fact->seat);
    }
    book->has_note = true;
    book->last_note_at = note_at;
    book->last_note_take = fact->take;
    book->last_note_number = record->note_number;
}

static void take_judged(Room *room, WatchBook *book, const JournalEntry *fact)
{
    const JudgedRecord *record = &fact->judged;

    if (!note_once(book->judged_seen, record->hit_number)) {
        room_violate(room, "no hit is counted twice", fact->seat);
    }
    follow_take(book, fact->take);
    book->counts[record->kind]++;
    book->points_micro += record->weight_micro;
    book->judged_hits += record->hit_number != 0 ? 1 : 0;
    if (judgement_closes_note(record->kind)) {
        take_note(room, book, fact);
    }
    if (judgement_closes_note(record->kind) && record->kind != JUDGEMENT_MISS) {
        check_claim(room, record, fact->seat);
    }
}

static void take_fact(Watch *watch, Room *room, int index)
{
    const JournalEntry *fact = &room->store.facts[index];
    WatchBook *book = &watch->books[fact->seat];

    if (fact->seat >= session_participants_max(&room->session.config)) {
        room_violate(room, "every fact belongs to a seat of the session", fact->seat);
        return;
    }
    switch (fact->kind) {
    case JOURNAL_PARTICIPANT:
        check_door(watch, room, fact);
        take_participant(book, fact);
        follow_take(book, fact->take);
        break;
    case JOURNAL_HIT:
        take_hit(room, book, fact, room->store.at_ns[index]);
        break;
    case JOURNAL_JUDGED:
        take_judged(room, book, fact);
        break;
    case JOURNAL_BAN:
        take_ban(watch, &fact->ban);
        break;
    case JOURNAL_LOCK:
        watch->locked = fact->locked;
        break;
    case JOURNAL_TIMELINE:
    case JOURNAL_BAR:
    case JOURNAL_PRIVACY:
        break;
    }
}

static void read_facts(Watch *watch, Room *room)
{
    if (watch->cuts_seen != room->store.cut_count) {
        memset(watch->books, 0, sizeof watch->books);
        watch->banned_count = 0;
        watch->locked = false;
        watch->facts_read = 0;
        watch->cuts_seen = room->store.cut_count;
    }
    for (; watch->facts_read < room->store.count; watch->facts_read++) {
        take_fact(watch, room, watch->facts_read);
    }
}

void watch_server_came_back(Watch *watch, Room *room, bool timeline_lost)
{
    read_facts(watch, room);
    watch->server_started_at_ns = room->now_ns;
    for (int i = 0; i < room->session.participant_count; i++) {
        watch->books[i].judged_hits_base = watch->books[i].judged_hits;
        watch->books[i].waiting_base = room->participants[i].judge.hit_count;
    }
    if (timeline_lost) {
        watch->server_position = (Beats){INT64_MIN};
        for (int i = 0; i < room->client_count; i++) {
            watch->clients[i].known = false;
        }
    }
}

/* --- the session --- */

static int seat_of(const Room *room, const Participant *participant)
{
    return (int)(participant - room->participants);
}

static void check_counts(Room *room, const WatchBook *book, const Participant *participant)
{
    const PersonStatistics *statistics = &participant->statistics;
    const int64_t *counts = statistics->counts;
    const int64_t judged = book->judged_hits - book->judged_hits_base;

    for (int kind = 0; kind < JUDGEMENT_COUNT; kind++) {
        if (participant->take == book->take && counts[kind] != book->counts[kind]) {
            room_violate(room, "the counts are those of the journal", seat_of(room, participant));
        }
    }
    if (participant->take == book->take && statistics->points_micro != book->points_micro) {
        room_violate(room, "the points are those of the journal", seat_of(room, participant));
    }
    if (counts[JUDGEMENT_PERFECT] + counts[JUDGEMENT_GOOD] + counts[JUDGEMENT_OK] +
            counts[JUDGEMENT_MISS] !=
        person_statistics_notes(statistics)) {
        room_violate(
            room, "perfect, good, ok and miss add up to the notes", seat_of(room, participant));
    }
    if (counts[JUDGEMENT_PERFECT] + counts[JUDGEMENT_GOOD] + counts[JUDGEMENT_OK] +
            counts[JUDGEMENT_EXTRA] !=
        person_statistics_hits(statistics)) {
        room_violate(
            room, "perfect, good, ok and extra add up to the hits", seat_of(room, participant));
    }
    if ((int64_t)participant->hits_received - participant->hits_refused - participant->hits_idle !=
        judged + participant->judge.hit_count - book->waiting_base) {
        room_violate(room,
                     "every hit received was refused, was idle, waits or has been judged",
                     seat_of(room, participant));
    }
}

static void check_participant(Room *room, const WatchBook *book, const Participant *participant)
{
    const bool taken = participant->state != SEAT_FREE;

    if (participant_plays(participant) != book->taken) {
        room_violate(room, "who has a seat is in the journal", seat_of(room, participant));
    }
    if (!taken) {
        return;
    }
    if (participant->judge.note_count > JUDGE_NOTES_MAX ||
        participant->judge.hit_count > JUDGE_HITS_MAX ||
        participant->recent_count > JUDGEMENTS_PER_MESSAGE_MAX ||
        participant->statistics.window_count > STATISTICS_WINDOW) {
        room_violate(room, "no capacity is exceeded", seat_of(room, participant));
    }
    if (participant->team != TEAM_NONE && participant->team >= room->session.team_count) {
        room_violate(room, "everybody's team exists", seat_of(room, participant));
    }
    if (participant->role == ROLE_OBSERVER &&
        (person_statistics_notes(&participant->statistics) != 0 ||
         participant->judge.hit_count != 0)) {
        room_violate(room, "who watches is not judged", seat_of(room, participant));
    }
    check_counts(room, book, participant);
}

/* Every seat in use is reached by one connection, and every joined connection has its seat. */
static void check_seats(Room *room)
{
    int connected[WATCH_SEATS_MAX] = {0};

    for (int i = 0; i < room->connection_count; i++) {
        const RoomConnection *connection = &room->connections[i];

        if (!connection->joined) {
            continue;
        }
        connected[connection->seat]++;
        if (room->participants[connection->seat].connection != (uint32_t)i ||
            room->participants[connection->seat].state != SEAT_CONNECTED) {
            room_violate(room, "a joined connection is that of its seat", -1);
        }
    }
    for (int i = 0; i < room->session.participant_count; i++) {
        if ((room->participants[i].state == SEAT_CONNECTED) != (connected[i] == 1)) {
            room_violate(room, "a connected seat has one connection", -1);
        }
    }
}

static void check_teams(Room *room)
{
    uint16_t members[TEAMS_MAX] = {0};

    for (int i = 0; i < room->session.participant_count; i++) {
        const Participant *participant = &room->participants[i];

        if (participant_plays(participant) && participant->team != TEAM_NONE) {
            members[participant->team]++;
        }
    }
    for (int i = 0; i < room->session.team_count; i++) {
        if (room->session.teams[i].members != members[i]) {
            room_violate(room, "a team has the members that are in it", -1);
        }
    }
}

static void check_session(Watch *watch, Room *room)
{
    const Session *session = &room->session;
    const Beats position = tempo_map_beats_at(&session->timeline.tempo, room_session_time(room));

    if (session->participant_count > session_participants_max(&session->config) ||
        session->team_count > TEAMS_MAX || session->bar_count > BARS_KEPT_MAX ||
        session->joined > session->participant_count ||
        session->active > session->participant_count) {
        room_violate(room, "no capacity is exceeded", -1);
    }
    if (!timeline_is_valid(&session->timeline)) {
        room_violate(room, "the timeline is valid", -1);
    }
    if (position.ubeats < watch->server_position.ubeats) {
        room_violate(room, "the server's position never goes back", -1);
    }
    watch->server_position = position;
    for (int i = 0; i < session->participant_count; i++) {
        check_participant(room, &watch->books[i], &room->participants[i]);
    }
    check_seats(room);
    check_teams(room);
}

/* --- the clients --- */

/* The session time that is true at a client's own time. */
static int64_t true_session_ns(const Room *room, const RoomClient *client, HostTime host)
{
    const double since_ns = (double)(host.ns - client->host_anchor_ns);

    return client->anchor_now_ns + room->server_offset_ns +
           (int64_t)(since_ns / (1.0 + client->host_skew));
}

/*
 * How far a clock may be off because the floor of a jittery path has not been seen yet. Least
 * delays forth and back that are e and f above the true ones put it (e - f) / 2 off, and nobody can
 * know which of them it is: at most half of what the round trip's floor is too high.
 */
static int64_t unseen_floor_ns(const RoomClient *client, int64_t rtt_floor_ns)
{
    const RoomNetwork *network = &client->network;
    const double jitter_ns = network->jitter_ms * (double)NS_PER_MS;
    const double true_rtt_ns = 2.0 * network->delay_ms * (double)NS_PER_MS;
    const double half_excess_ns = ((double)rtt_floor_ns - true_rtt_ns) / 2.0;

    return (int64_t)(half_excess_ns > jitter_ns / CLOCK_JITTER_SHARE
                         ? half_excess_ns
                         : jitter_ns / CLOCK_JITTER_SHARE);
}

static void check_clock(Watch *watch, Room *room, const RoomClient *client)
{
    const ClockEstimate *estimate = &client->model.clock_estimate;
    const double half_ms = client->network.asymmetry_ms / 2.0;
    const int64_t blind_ns = (int64_t)((half_ms < 0 ? -half_ms : half_ms) * (double)NS_PER_MS);
    const int64_t few_ns = unseen_floor_ns(client, estimate->rtt_floor_ns);
    int64_t error_ns = 0;

    if (!estimate->valid || client->model.phase != MODEL_JOINED || client->asleep_until_ns > 0 ||
        estimate->sample_count < CLOCK_SETTLED_SAMPLES || client->uneasy_ns > 0) {
        return;
    }
    watch->clock_checks++;
    error_ns = estimate->at.ns + estimate->offset_ns - true_session_ns(room, client, estimate->at);
    error_ns = error_ns < 0 ? -error_ns : error_ns;
    const int64_t allowed = client->model.estimator != NULL ? UNCERTAINTIES_MAX : SIGMAS_MAX;
    if (error_ns > blind_ns + allowed * estimate->uncertainty_ns + CLOCK_MARGIN_NS + few_ns) {
        room_violate(room,
                     "a clock is within its uncertainty, but for the path's asymmetry",
                     (int)(client - room->clients));
    }
}

/* A timeline that came before it was due changes nothing of where the music is now. For a clock
   that is far ahead every timeline comes late. */
static bool timeline_came_late(const Room *room, const RoomClient *client)
{
    const HostTime host = room_host_time(room, client);
    const int64_t ahead_ns =
        applied_clock_session(&client->model.clock, host).ns - true_session_ns(room, client, host);

    return ahead_ns > SESSION_LEAD_NS / 4 ||
           client->timeline_at_ns > room->timeline_set_at_ns + SESSION_LEAD_NS / 2 ||
           client->model.timeline.revision != room->session.timeline.revision;
}

static void check_position(Watch *watch, Room *room, int index)
{
    const RoomClient *client = &room->clients[index];
    const ModelNow now = model_now(&client->model, room_host_time(room, client));
    const AppliedClock *clock = &client->model.clock;
    const bool relocked =
        clock->segment_count == 1 && clock->version != watch->clients[index].version;
    const uint32_t revision = client->model.timeline.revision;
    const bool replanned = revision != watch->clients[index].revision;

    if (!now.known) {
        return;
    }
    if (watch->clients[index].known && !relocked) {
        if (now.time.ns < watch->clients[index].time.ns) {
            room_violate(room, "nobody's session time goes back", index);
        }
        if (now.position.ubeats < watch->clients[index].position.ubeats &&
            !(replanned && (revision != watch->clients[index].revision + 1 ||
                            timeline_came_late(room, client)))) {
            room_violate(room, "nobody's position goes back", index);
        }
    }
    watch->clients[index].known = true;
    watch->clients[index].time = now.time;
    watch->clients[index].position = now.position;
    watch->clients[index].revision = revision;
    watch->clients[index].version = clock->version;
}

/* Not even what a client was told in a looser tier. */
static void check_privacy(Room *room, int index)
{
    const ClientModel *model = &room->clients[index].model;
    const ModelOthers *others = model->others;

    if (!model->has_seat) {
        return;
    }
    for (int i = 0; i < PARTICIPANTS_MAX && !model_sees_people(model); i++) {
        if ((others->roster[i].presence != 0 || others->roster[i].name[0] != '\0' ||
             others->map[i].verdict != MAP_ABSENT) &&
            i != model->welcome.seat) {
            room_violate(room, "nobody knows of others what the tier forbids", index);
        }
    }
    if (model_privacy(model) == PRIVACY_PRIVATE && !model_sees_people(model) &&
        (others->team_count != 0 || others->crowd_count != 0)) {
        room_violate(room, "nobody knows of teams what the tier forbids", index);
    }
}

void watch_check(Watch *watch, Room *room)
{
    read_facts(watch, room);
    if (!room->server_is_down) {
        check_session(watch, room);
    }
    for (int i = 0; i < room->client_count; i++) {
        check_clock(watch, room, &room->clients[i]);
        check_position(watch, room, i);
        check_privacy(room, i);
    }
}

/* --- when all is quiet --- */

static bool same_timeline(const Timeline *a, const Timeline *b)
{
    Message one = {.type = MESSAGE_TIMELINE};
    Message other = {.type = MESSAGE_TIMELINE};
    uint8_t one_bytes[MESSAGE_BYTES_MAX];
    uint8_t other_bytes[MESSAGE_BYTES_MAX];
    size_t size_bytes = 0;

    one.timeline.timeline = *a;
    other.timeline.timeline = *b;
    size_bytes = message_encode(&one, one_bytes);
    return size_bytes == message_encode(&other, other_bytes) &&
           memcmp(one_bytes, other_bytes, size_bytes) == 0;
}

static bool same_seat(const Participant *participant, const RosterEntry *entry)
{
    if (entry->presence != participant_presence(participant)) {
        return false;
    }
    return participant->state == SEAT_FREE ||
           (entry->part == participant->part && entry->team == participant->team &&
            strcmp(entry->name, participant->name) == 0);
}

static void check_roster(Room *room, const RoomClient *client)
{
    if (model_privacy(&client->model) != room->session.privacy) {
        room_violate(room, "everybody knows the tier", (int)(client - room->clients));
    }
    for (int i = 0; i < room->session.participant_count; i++) {
        if (!model_sees_people(&client->model) && i != client->seat) {
            continue;
        }
        if (!same_seat(&room->participants[i], &client->others.roster[i])) {
            room_violate(room, "everybody's roster is the server's", (int)(client - room->clients));
        }
    }
}

static void check_standing(Room *room, const RoomClient *client, const Participant *participant)
{
    const StandingMessage *standing = &client->model.standing;
    const PersonStatistics *statistics = &participant->statistics;
    bool same =
        client->model.has_standing && standing->notes == person_statistics_notes(statistics) &&
        standing->acknowledged == participant->acknowledged &&
        standing->combo == statistics->combo && standing->best_combo == statistics->best_combo &&
        standing->verdict == (uint8_t)participant->verdict.shown;

    for (int i = 0; i < JUDGEMENT_COUNT_SENT; i++) {
        same = same && standing->counts[i] == statistics->counts[i];
    }
    if (!same) {
        room_violate(
            room, "everybody's own figures are the server's", (int)(client - room->clients));
    }
    if (client->model.outstanding_count != 0) {
        room_violate(room, "every hit is acknowledged in the end", (int)(client - room->clients));
    }
}

static void check_music(Room *room, const RoomClient *client)
{
    const Timeline *timeline = &room->session.timeline;
    const Section *section = &timeline->sections[timeline->section_count - 1];
    const Groove *groove = model_groove(&client->model, section);

    if (client->model.timeline.revision != timeline->revision ||
        !same_timeline(&client->model.timeline, timeline)) {
        room_violate(room, "everybody's timeline is the server's", (int)(client - room->clients));
    }
    if (groove == NULL || !groove_is_equal(groove, session_groove(&room->session, section))) {
        room_violate(room, "everybody has the groove in force", (int)(client - room->clients));
    }
    if (!client->model.clock.locked) {
        room_violate(room, "everybody's clock is set", (int)(client - room->clients));
    }
}

void watch_check_quiet(Room *room)
{
    for (int i = 0; i < room->client_count; i++) {
        const RoomClient *client = &room->clients[i];

        if (client->model.phase == MODEL_ENDED ||
            (client->model.phase == MODEL_REFUSED &&
             (client->model.refusal.reason == REFUSAL_FULL ||
              client->model.refusal.reason == REFUSAL_BANNED || room->facts_lost))) {
            continue;
        }
        if (client->model.phase != MODEL_JOINED || !room_is_seated(room, i)) {
            room_violate(room, "everybody who wants in is in", i);
            return;
        }
        check_music(room, client);
        check_roster(room, client);
        if (!client->model.config.observer) {
            check_standing(room, client, &room->participants[client->seat]);
        }
        if (client->model.snapshot.joined != room->session.joined) {
            room_violate(room, "everybody is told how many are in", i);
        }
    }
}

static bool same_person(const Participant *one, const Participant *other)
{
    return strcmp(one->name, other->name) == 0 && one->take == other->take &&
           one->acknowledged <= other->acknowledged &&
           memcmp(one->statistics.counts,
                  other->statistics.counts,
                  sizeof one->statistics.counts) == 0 &&
           one->statistics.points_micro == other->statistics.points_micro &&
           one->statistics.combo == other->statistics.combo &&
           one->statistics.best_combo == other->statistics.best_combo;
}

void watch_check_store(Room *room)
{
    Session *again = calloc(1, sizeof *again);
    Participant *people = calloc(session_participants_max(&room->session.config), sizeof *people);
    Groove grooves[GROOVES_MAX];
    const int groove_count = room_grooves(grooves);

    assert(again != NULL && people != NULL);
    session_init(again, &room->session.config, people, grooves, groove_count);
    store_restore(&room->store, again);
    for (int i = 0; i < room->session.participant_count; i++) {
        if (participant_plays(&room->participants[i]) &&
            !same_person(&people[i], &room->participants[i])) {
            room_violate(room, "what is stored makes the same people again", -1);
        }
    }
    again->timeline.revision = room->session.timeline.revision; /* each start counts on */
    if (again->privacy != room->session.privacy) {
        room_violate(room, "the tier is stored", -1);
    }
    if (again->bar_count != room->session.bar_count ||
        !same_timeline(&again->timeline, &room->session.timeline)) {
        room_violate(room, "what is stored makes the same music again", -1);
    }
    free(again);
    free(people);
}
