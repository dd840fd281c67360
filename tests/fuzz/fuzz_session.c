/* ctest: timeout=120 */
/*
 * A session among strangers: random but decodable messages, joins, breaks and jumps of time in any
 * order. After every step its books balance and nobody has done what they may not.
 */
#include <assert.h>
#include <string.h>

#include "server/storage/timeline_bytes.h"
#include "shared/session/session.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script_message.h"
#include "tests/fuzz/small_session.h"

enum {
    CONNECTIONS = 8, /* more than there are seats */
    STEPS_MAX = 160,
    TICKS_MAX = 200, /* of one input, because most of its time goes there */
    HIT_NUMBERS_SEEN = 4096
};

/* What the shell knows of one connection. */
typedef struct {
    bool seated;
    uint16_t seat;
    bool has_token; /* its JOIN carried the facilitator's token */
} Connection;

/* What the journal said of one seat's owner. */
typedef struct {
    uint8_t token[TOKEN_BYTES];
    uint16_t take;
    int64_t counts[JUDGEMENT_COUNT];
    uint32_t acknowledged;
    uint8_t hit_seen[HIT_NUMBERS_SEEN];
    uint8_t judged_seen[HIT_NUMBERS_SEEN];
} Book;

static Session session;
static Participant participants[SMALL_PEOPLE];
static Connection connections[CONNECTIONS];
static Book books[SMALL_PEOPLE];
static Outbox outbox;
static JournalEntry entries[JOURNAL_ENTRIES_MAX];
static Journal journal;
static SessionTime now;
static int ticks;
static uint8_t joins; /* makes resume tokens differ */

static void open_session(void)
{
    const SessionConfig config = small_session_config();
    Groove grooves[SMALL_GROOVES];

    small_session_grooves(grooves);
    session_init(&session, &config, participants, grooves, SMALL_GROOVES);
    memset(connections, 0, sizeof connections);
    memset(books, 0, sizeof books);
    outbox_init(&outbox);
    journal = (Journal){.entries = entries, .capacity = JOURNAL_ENTRIES_MAX};
    now = (SessionTime){1000 * NS_PER_S};
    joins = 0;
    ticks = 0;
}

static void check_sent(const OutboxItem *item)
{
    static Message message;

    if (item->kind == OUTBOX_DISCONNECT) {
        assert(item->connection < CONNECTIONS);
        connections[item->connection].seated = false;
        return;
    }
    assert(item->connection < CONNECTIONS || item->connection == CONNECTION_EVERYONE ||
           item->connection == CONNECTION_FACILITATORS || item->connection == CONNECTION_OTHERS);
    assert(message_decode(outbox_bytes(&outbox, item), item->size_bytes, &message));
    assert(message.type >= MESSAGE_WELCOME);
    if (message.type == MESSAGE_REPORT) {
        assert(item->connection < CONNECTIONS && connections[item->connection].has_token);
    }
}

static void note_once(uint8_t seen[HIT_NUMBERS_SEEN], uint32_t number)
{
    if (number > 0 && number < HIT_NUMBERS_SEEN) {
        assert(seen[number] == 0);
        seen[number] = 1;
    }
}

/* What a store could not give back would be the end of the session. */
static void check_can_be_stored(const JournalEntry *entry)
{
    uint8_t bytes[TIMELINE_STORED_BYTES_MAX];
    Timeline again;

    assert(journal_entry_is_valid(entry));
    if (entry->kind == JOURNAL_TIMELINE) {
        const size_t size_bytes = timeline_bytes_write(&entry->timeline, bytes);

        assert(timeline_bytes_read(bytes, size_bytes, &again));
    }
}

/* The entries are the only way in which facts leave the session: fold them as a store would. */
static void take_entry(const JournalEntry *entry)
{
    Book *book = &books[entry->seat];

    assert(entry->seat < SMALL_PEOPLE);
    check_can_be_stored(entry);
    if (entry->kind == JOURNAL_PARTICIPANT &&
        memcmp(book->token, entry->participant.resume_token, TOKEN_BYTES) != 0) {
        memset(book, 0, sizeof *book);
        memcpy(book->token, entry->participant.resume_token, TOKEN_BYTES);
    }
    if ((entry->kind == JOURNAL_PARTICIPANT || entry->kind == JOURNAL_JUDGED) &&
        book->take != entry->take) {
        book->take = entry->take;
        memset(book->counts, 0, sizeof book->counts);
    }
    if (entry->kind == JOURNAL_HIT) {
        note_once(book->hit_seen, entry->hit.number);
    }
    if (entry->kind == JOURNAL_JUDGED) {
        assert(entry->judged.kind > JUDGEMENT_PENDING && entry->judged.kind < JUDGEMENT_COUNT);
        assert(entry->judged.beat_ns > 0 && entry->judged.spacing_ns > 0);
        note_once(book->judged_seen, entry->judged.hit_number);
        book->counts[entry->judged.kind]++;
    }
}

static void check_participant(uint16_t seat)
{
    const Participant *participant = &participants[seat];
    Book *book = &books[seat];
    int64_t notes = 0;

    if (participant->state == SEAT_FREE) {
        return;
    }
    assert(participant->judge.note_count >= 0 && participant->judge.note_count <= JUDGE_NOTES_MAX);
    assert(participant->judge.hit_count >= 0 && participant->judge.hit_count <= JUDGE_HITS_MAX);
    assert(participant->recent_count >= 0 &&
           participant->recent_count <= JUDGEMENTS_PER_MESSAGE_MAX);
    assert(participant->team == TEAM_NONE || participant->team < session.team_count);
    assert(participant->acknowledged >= book->acknowledged);
    book->acknowledged = participant->acknowledged;
    for (int kind = 0; kind < JUDGEMENT_COUNT; kind++) {
        if (participant->take == book->take) {
            assert(participant->statistics.counts[kind] == book->counts[kind]);
        }
        notes += judgement_closes_note((Judgement)kind) ? participant->statistics.counts[kind] : 0;
    }
    assert(person_statistics_notes(&participant->statistics) == notes);
    assert(participant->note_number >= 0);
    if (participant->role == ROLE_OBSERVER) {
        assert(notes == 0 && participant->judge.hit_count == 0);
    }
}

static void check_books(void)
{
    assert(outbox.refused_count == 0 && journal.lost == 0);
    for (uint32_t i = 0; i < outbox.item_count; i++) {
        check_sent(&outbox.items[i]);
    }
    for (int i = 0; i < journal.count; i++) {
        take_entry(&journal.entries[i]);
    }
    outbox_clear(&outbox);
    journal.count = 0;
    assert(timeline_is_valid(&session.timeline));
    assert(session.participant_count <= SMALL_PEOPLE && session.team_count <= TEAMS_MAX);
    assert(session.bar_count >= 0 && session.bar_count <= BARS_KEPT_MAX);
    assert(session.joined <= SMALL_SEATS && session.active <= session.joined);
    for (int seat = 0; seat < session.participant_count; seat++) {
        check_participant((uint16_t)seat);
    }
}

static SessionResult step(const SessionEvent *event)
{
    const SessionResult result = session_step(&session, now, event, &outbox, &journal);

    if (event->kind == SESSION_EVENT_JOIN && result.joined) {
        Connection *connection = &connections[event->connection];

        assert(result.seat < SMALL_PEOPLE);
        for (int i = 0; i < CONNECTIONS; i++) {
            if (connections[i].seated && connections[i].seat == result.seat) {
                assert(result.replaced_connection == (uint32_t)i);
                connections[i].seated = false;
            }
        }
        connection->seated = true;
        connection->seat = result.seat;
        connection->has_token = event->message->join.facilitates;
        assert(participants[result.seat].facilitates == connection->has_token);
    }
    check_books();
    return result;
}

static void send(uint32_t index, const Message *message)
{
    const SessionEvent event = {
        .kind = SESSION_EVENT_MESSAGE, .seat = connections[index].seat, .message = message};
    const uint32_t revision = session.timeline.revision;
    const bool may_command = connections[index].has_token;

    if (!connections[index].seated) {
        return; /* a shell hands nothing on before the WELCOME but JOIN */
    }
    (void)step(&event);
    assert(session.timeline.revision == revision || may_command);
    if (message->type == MESSAGE_LEAVE) {
        assert(!connections[index].seated);
    }
}

static void join(uint32_t index, Script *script)
{
    static Message message;
    SessionEvent event = {.kind = SESSION_EVENT_JOIN, .connection = index, .message = &message};
    const uint8_t how = script_byte(script);
    JoinMessage *wish = &message.join;

    if (connections[index].seated) {
        return;
    }
    memset(&message, 0, sizeof message);
    message.type = MESSAGE_JOIN;
    wish->version = PROTOCOL_VERSION;
    wish->name[0] = (char)('a' + how % 8);
    wish->team[0] = (char)((how & 8U) != 0 ? 'R' : '\0');
    wish->observer = (how & 16U) != 0;
    wish->facilitates = (how & 32U) != 0;
    memset(wish->facilitator_token, (how & 64U) != 0 ? 8 : SMALL_TOKEN, TOKEN_BYTES);
    wish->resumes = (how & 128U) != 0;
    memcpy(wish->resume_token, participants[how % SMALL_PEOPLE].resume_token, TOKEN_BYTES);
    wish->calibrated = (how & 8U) != 0;
    wish->calibration_us = (how % 8) * 10000;
    joins++;
    memset(event.fresh_token, joins, TOKEN_BYTES);
    (void)step(&event);
    if (wish->facilitates && (how & 64U) != 0) {
        assert(!connections[index].seated);
    }
}

static void leave_without_a_word(uint32_t index)
{
    const SessionEvent event = {.kind = SESSION_EVENT_DISCONNECTED,
                                .seat = connections[index].seat};

    if (connections[index].seated) {
        connections[index].seated = false;
        (void)step(&event);
    }
}

static void let_time_pass(int64_t step_ns, int steps)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};

    for (int i = 0; i < steps && ticks < TICKS_MAX; i++) {
        now.ns += step_ns;
        ticks++;
        (void)step(&tick);
    }
}

/* Hits around now, numbered on from the last one received, with gaps and repeats. */
static void play(uint32_t index, Script *script)
{
    static Message message;
    HitsMessage *hits = &message.hits;
    const uint8_t shape = script_byte(script);
    const uint8_t when = script_byte(script);
    const uint32_t base =
        connections[index].seated ? participants[connections[index].seat].acknowledged : 0;

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_HITS;
    hits->uncertainty_us = shape * 200U;
    hits->count = (uint8_t)(1 + shape % 5);
    for (int i = 0; i < hits->count; i++) {
        const uint64_t number = base + 1ULL + (unsigned)i + (shape & 32U ? shape % 7U : 0);

        hits->hits[i].number = (uint32_t)(number > HIT_NUMBER_MAX ? HIT_NUMBER_MAX : number);
        hits->hits[i].at.ns = now.ns + ((int64_t)when - 240 - INT64_C(30) * i) * 2 * NS_PER_MS;
        hits->hits[i].pad = (uint8_t)((shape + i) % PADS_MAX);
        hits->hits[i].velocity = 100;
    }
    send(index, &message);
}

static void command(uint32_t index, Script *script)
{
    static const int32_t values[] = {0, 1, 2, 8, 60000, 120000, 300000, -1, INT32_MAX, INT32_MIN};
    static Message message;
    const uint8_t kind = script_byte(script);
    const uint8_t value = script_byte(script);

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_COMMAND;
    message.command.kind = (uint8_t)(kind % COMMAND_COUNT);
    message.command.a = values[value % 10];
    message.command.b = values[value / 10 % 10];
    send(index, &message);
}

static void send_anything(uint32_t index, Script *script)
{
    static Message message;

    script_message(script, &message);
    send(index, &message);
}

/* What a peer with the keys may make of a message before it is sealed. */
static void send_damaged(uint32_t index, Script *script)
{
    static Message message;
    uint8_t bytes[MESSAGE_BYTES_MAX];
    const size_t size_bytes = script_message_damaged(script, bytes);

    if (message_decode(bytes, size_bytes, &message)) {
        send(index, &message);
    }
}

static void send_bytes(uint32_t index, Script *script)
{
    static Message message;
    const uint8_t wanted = script_byte(script);
    size_t size = 0;
    const uint8_t *bytes = script_bytes(script, wanted, &size);

    if (size > 0 && message_decode(bytes, size, &message)) {
        send(index, &message);
    }
}

static void act(Script *script)
{
    const uint8_t choice = script_byte(script);
    const uint32_t index = choice / 8U % CONNECTIONS;

    switch (choice % 8) {
    case 0:
        let_time_pass(20 * NS_PER_MS, 1 + script_byte(script) % 64);
        break;
    case 1:
        let_time_pass((int64_t)script_byte(script) * NS_PER_S, 1);
        break;
    case 2:
        join(index, script);
        break;
    case 3:
        leave_without_a_word(index);
        break;
    case 4:
        play(index, script);
        break;
    case 5:
        command(index, script);
        break;
    case 6:
        if (choice < 128) {
            send_anything(index, script);
        } else {
            send_damaged(index, script);
        }
        break;
    default:
        send_bytes(index, script);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Script script = {.bytes = data, .left = size};
    const SessionEvent closing = {.kind = SESSION_EVENT_CLOSING};

    open_session();
    for (int i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        act(&script);
    }
    (void)step(&closing);
    return 0;
}
