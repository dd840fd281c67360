#include "server/rooms.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/broadcasts.h"
#include "server/guess_limit.h"
#include "server/touched_memory.h"
#include "shared/link.h"
#include "shared/platform/log.h"
#include "shared/session/people.h"
#include "shared/session/roles.h"

enum {
    STAGGER_FROM = 64 /* people from whom on what is for everybody goes out in portions */
};
/* Between looks for connections that have joined nothing. */
#define SWEEP_EVERY_NS NS_PER_S

/*
 * Codes have 40 bits. Of an address that named 30 wrong ones, and of everybody after 300, JOINs are
 * looked at one by one: a guesser needs centuries, and a hall of 900 comes in within ten seconds.
 */
static const GuessRules code_rules = {
    .each = {.burst = 30, .recovery_ns = 2 * NS_PER_S, .pace_ns = 10 * NS_PER_MS},
    .all = {.burst = 300, .recovery_ns = NS_PER_S / 5, .pace_ns = 5 * NS_PER_MS}};

/* A person who mistypes twice waits for nothing; a guesser gets one answer a second. */
static const GuessRules password_rules = {
    .each = {.burst = 3, .recovery_ns = 10 * NS_PER_S, .pace_ns = NS_PER_S},
    .all = {.burst = 30, .recovery_ns = NS_PER_S, .pace_ns = NS_PER_S / 5}};

/* Where a connection stands. */
typedef enum {
    CONNECTION_FREE = 0,
    CONNECTION_UNJOINED, /* no JOIN was accepted yet */
    CONNECTION_JOINED,   /* has a seat */
    CONNECTION_LEAVING   /* is being ended: nothing from it counts any more */
} ConnectionState;

typedef struct {
    ConnectionState state;
    uint32_t number;
    SessionTime since; /* of the connection */
    int room;          /* when joined */
    uint16_t seat;     /* when joined */
    uint64_t heard;    /* the order of the last broadcast it got, when joined */
    int64_t own_tick;  /* of the broadcasts: of the last message of its own that took some along */
    uint16_t join_attempts;
    uint16_t malformed;
    uint32_t address;
    bool waits; /* its JOIN, until turn_at */
    SessionTime turn_at;
    JoinMessage join;
    bool asks;       /* to lead: its password, until ask_at ... */
    bool is_checked; /* ... and now somebody compares it */
    SessionTime ask_at;
    PasswordMessage password;
} RoomConnection;

typedef struct {
    int64_t id;
    Session session;
    char code[CODE_CHARS + 1]; /* for the log */
    Participant participants[];
} Room;

struct Rooms {
    RoomsPorts ports;
    RoomsConfig config;
    Groove grooves[GROOVES_MAX];
    Room *rooms[ROOMS_MAX];
    int room_count;
    RoomConnection connections[ROOM_CONNECTIONS_MAX];
    int connections_max; /* all in use have an index below */
    Broadcasts broadcasts;
    int joined_count;
    RoomsCounts counts;
    SessionTime sweep_at;
    GuessLimit guesses; /* of codes */
    GuessLimit password_guesses;
    int asking_count;
    int waiting_count;
    Outbox outbox;
    Journal journal;
    int64_t journal_lost; /* of it, already said */
    uint32_t outbox_refused;
    uint32_t receivers[ROOM_CONNECTIONS_MAX]; /* of the message being sent */
};

/* --- words for the log --- */

/* A name between quotes of the log: none inside. */
typedef struct {
    char text[NAME_BYTES_MAX + 1];
} Quotable;

static Quotable quotable(const char *name)
{
    Quotable result = {""};

    for (size_t i = 0; name[i] != '\0' && i < NAME_BYTES_MAX; i++) {
        result.text[i] = name[i];
        if (name[i] == '"') {
            result.text[i] = '\'';
        }
    }
    return result;
}

static const char *role_word(Role role)
{
    static const char *const words[] = {
        [ROLE_PLAYER] = "player", [ROLE_OBSERVER] = "observer", [ROLE_FACILITATOR] = "facilitator"};

    return words[role];
}

const char *rooms_refusal_word(uint8_t reason)
{
    static const char *const words[] = {
        [REFUSAL_VERSION] = "version",
        [REFUSAL_NO_SESSION] = "no_session",
        [REFUSAL_FULL] = "full",
        [REFUSAL_NAME_TAKEN] = "name_taken",
        [REFUSAL_NAME_INVALID] = "name_invalid",
        [REFUSAL_TOKEN] = "token",
        [REFUSAL_LOCKED] = "locked",
        [REFUSAL_NOT_ALLOWED] = "not_allowed",
        [REFUSAL_NOT_NOW] = "not_now",
        [REFUSAL_OUT_OF_RANGE] = "out_of_range",
        [REFUSAL_SERVER_KEY] = "server_key",
        [REFUSAL_BANNED] = "banned",
        [REFUSAL_PASSWORD] = "password",
        [REFUSAL_PRIVACY] = "privacy",
    };
    _Static_assert(sizeof words / sizeof words[0] == REFUSAL_COUNT, "a word for every refusal");

    return reason < REFUSAL_COUNT ? words[reason] : "unknown";
}

static const char *command_word(uint8_t kind)
{
    static const char *const words[] = {
        [COMMAND_START] = "start",
        [COMMAND_PAUSE] = "pause",
        [COMMAND_STOP] = "stop",
        [COMMAND_TEMPO] = "tempo",
        [COMMAND_RAMP] = "ramp",
        [COMMAND_GROOVE] = "groove",
        [COMMAND_PART] = "part",
        [COMMAND_KICK] = "kick",
        [COMMAND_LOBBY] = "lobby",
        [COMMAND_CREATE] = "create",
        [COMMAND_BAN] = "ban",
        [COMMAND_LOCK] = "lock",
        [COMMAND_UNLOCK] = "unlock",
        [COMMAND_PRIVACY] = "privacy",
    };
    _Static_assert(sizeof words / sizeof words[0] == COMMAND_COUNT, "a word for every command");

    return kind < COMMAND_COUNT ? words[kind] : "unknown";
}

/* --- connections --- */

/* NULL when this connection is not known (any more). */
static RoomConnection *find_connection(Rooms *rooms, uint32_t number)
{
    uint32_t index = number & 0xffff;
    RoomConnection *connection;

    if (number >= CONNECTION_NUMBERS_END || index >= ROOM_CONNECTIONS_MAX) {
        return NULL;
    }
    connection = &rooms->connections[index];
    return connection->state != CONNECTION_FREE && connection->number == number ? connection : NULL;
}

static void set_state(Rooms *rooms, RoomConnection *connection, ConnectionState state)
{
    rooms->joined_count -= connection->state == CONNECTION_JOINED ? 1 : 0;
    connection->state = state;
    rooms->joined_count += state == CONNECTION_JOINED ? 1 : 0;
}

static void end_connection(Rooms *rooms, RoomConnection *connection)
{
    if (connection->state != CONNECTION_LEAVING) {
        set_state(rooms, connection, CONNECTION_LEAVING);
        rooms->ports.disconnect(rooms->ports.context, connection->number);
    }
}

static void send_message(Rooms *rooms, const RoomConnection *connection, const Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    size_t size_bytes = message_encode(message, bytes);

    rooms->ports.send(rooms->ports.context,
                      &connection->number,
                      1,
                      bytes,
                      size_bytes,
                      message_delivery(message->type));
}

static void refuse(Rooms *rooms, const RoomConnection *connection, Refusal reason, uint32_t number)
{
    const Message message = {.type = MESSAGE_REFUSED,
                             .refused = {.reason = (uint8_t)reason, .number = number}};

    log_info("rooms: event=refuse connection=%u reason=%s number=%u",
             connection->number,
             rooms_refusal_word((uint8_t)reason),
             number);
    rooms->counts.refused[reason]++;
    send_message(rooms, connection, &message);
}

/* --- one step of a session, and all that comes of it --- */

static void store_journal(Rooms *rooms, const Room *room)
{
    for (int i = 0; i < rooms->journal.count; i++) {
        rooms->ports.store_entry(rooms->ports.context, room->id, &rooms->journal.entries[i]);
    }
    rooms->journal.count = 0;
    if (rooms->journal.lost > rooms->journal_lost) {
        rooms->counts.facts_lost += rooms->journal.lost - rooms->journal_lost;
        rooms->journal_lost = rooms->journal.lost;
        log_error("rooms: event=lost session=%s facts=%" PRId64 " the journal was full",
                  room->code,
                  rooms->journal.lost);
    }
}

/* The people of a room; returns how many. */
static size_t list_everyone(Rooms *rooms, int room_index)
{
    size_t count = 0;

    for (int i = 0; i < ROOM_CONNECTIONS_MAX; i++) {
        const RoomConnection *connection = &rooms->connections[i];

        if (connection->state == CONNECTION_JOINED && connection->room == room_index) {
            rooms->receivers[count] = connection->number;
            count++;
        }
    }
    return count;
}

static void
note_refusal(Rooms *rooms, const Room *room, uint32_t connection, const uint8_t *bytes, size_t size)
{
    Message message;

    if (bytes[0] == MESSAGE_REFUSED && message_decode(bytes, size, &message)) {
        rooms->counts.refused[message.refused.reason]++;
        log_info("rooms: event=refuse session=%s connection=%u reason=%s number=%u",
                 room->code,
                 connection,
                 rooms_refusal_word(message.refused.reason),
                 message.refused.number);
    }
}

static bool facilitates(const Rooms *rooms, const RoomConnection *connection)
{
    const Participant *participant =
        &rooms->rooms[connection->room]->participants[connection->seat];

    return participant->connection == connection->number && participant->facilitates;
}

/* Everything for many that is for this connection, too, and that it has not heard yet. */
static void send_unheard(Rooms *rooms, RoomConnection *connection)
{
    const Broadcast *broadcast;

    while (connection->state == CONNECTION_JOINED &&
           (broadcast = broadcasts_after(&rooms->broadcasts, connection->heard)) != NULL) {
        connection->heard = broadcast->order;
        if (broadcast->room == connection->room &&
            outbox_is_for(&broadcast->item, connection->number, facilitates(rooms, connection))) {
            rooms->ports.send(rooms->ports.context,
                              &connection->number,
                              1,
                              broadcast->bytes,
                              broadcast->item.size_bytes,
                              broadcast->item.delivery);
        }
    }
}

/* The next few connections hear what waits. */
static void sweep(Rooms *rooms)
{
    int first = 0;
    const int count = broadcasts_sweep(&rooms->broadcasts, rooms->connections_max, &first);

    for (int i = 0; i < count && rooms->broadcasts.count > 0; i++) {
        RoomConnection *connection = &rooms->connections[(first + i) % rooms->connections_max];

        if (!broadcasts_passes_by(&rooms->broadcasts, connection->own_tick)) {
            send_unheard(rooms, connection);
        }
    }
    broadcasts_drop_done(&rooms->broadcasts, rooms->connections_max);
}

static void send_to_all(Rooms *rooms)
{
    for (int i = 0; i < rooms->connections_max; i++) {
        send_unheard(rooms, &rooms->connections[i]);
    }
    broadcasts_clear(&rooms->broadcasts);
}

static void send_item(Rooms *rooms, int room_index, const OutboxItem *item)
{
    const uint8_t *bytes = outbox_bytes(&rooms->outbox, item);
    RoomConnection *connection = find_connection(rooms, item->connection);

    if (item->connection >= CONNECTION_NUMBERS_END) {
        while (!broadcasts_put(&rooms->broadcasts, room_index, item, bytes)) {
            send_to_all(rooms);
        }
        if (rooms->joined_count <= STAGGER_FROM) {
            send_to_all(rooms);
        }
    } else if (connection != NULL) {
        note_refusal(rooms, rooms->rooms[room_index], item->connection, bytes, item->size_bytes);
        rooms->ports.send(
            rooms->ports.context, &item->connection, 1, bytes, item->size_bytes, item->delivery);
        if (item->delivery == DELIVERY_LIVE) {
            send_unheard(rooms, connection); /* in the same datagram */
            connection->own_tick = rooms->broadcasts.tick;
        }
    }
}

static void disconnect_item(Rooms *rooms, int room_index, const OutboxItem *item)
{
    size_t count = 1;

    rooms->receivers[0] = item->connection;
    if (item->connection == CONNECTION_EVERYONE) {
        count = list_everyone(rooms, room_index);
    }
    for (size_t i = 0; i < count; i++) {
        RoomConnection *connection = find_connection(rooms, rooms->receivers[i]);

        if (connection != NULL) {
            log_info("rooms: event=leave session=%s connection=%u seat=%u by=session",
                     rooms->rooms[room_index]->code,
                     connection->number,
                     connection->seat);
            rooms->counts.dropped_by_session++;
            end_connection(rooms, connection);
        }
    }
}

static void send_outbox(Rooms *rooms, int room_index)
{
    for (uint32_t i = 0; i < rooms->outbox.item_count; i++) {
        const OutboxItem *item = &rooms->outbox.items[i];

        if (item->kind == OUTBOX_SEND) {
            send_item(rooms, room_index, item);
        } else {
            disconnect_item(rooms, room_index, item);
        }
    }
    if (rooms->outbox.refused_count > rooms->outbox_refused) {
        rooms->counts.outbox_full += rooms->outbox.refused_count - rooms->outbox_refused;
        rooms->outbox_refused = rooms->outbox.refused_count;
        log_warning("rooms: event=outbox_full session=%s refused=%u",
                    rooms->rooms[room_index]->code,
                    rooms->outbox_refused);
    }
    outbox_clear(&rooms->outbox);
}

/* For all events but JOIN. */
static void step(Rooms *rooms, int room_index, SessionTime now, const SessionEvent *event)
{
    Room *room = rooms->rooms[room_index];

    (void)session_step(&room->session, now, event, &rooms->outbox, &rooms->journal);
    store_journal(rooms, room);
    send_outbox(rooms, room_index);
}

/* --- joining --- */

static int find_room(const Rooms *rooms, const uint8_t code[CODE_CHARS])
{
    for (int i = 0; i < rooms->room_count; i++) {
        if (memcmp(rooms->rooms[i]->session.config.code, code, CODE_CHARS) == 0) {
            return i;
        }
    }
    return -1;
}

static void log_join(const Room *room, const RoomConnection *connection, bool resumes)
{
    const Participant *participant = &room->participants[connection->seat];

    log_info("rooms: event=join session=%s connection=%u seat=%u role=%s resumes=%d name=\"%s\"",
             room->code,
             connection->number,
             connection->seat,
             role_word(participant->role),
             resumes ? 1 : 0,
             quotable(participant->name).text);
}

/* Random in the high half, so that a ping proves a welcome; the place in the low half. */
static uint32_t draw_nonce(Rooms *rooms, uint32_t connection)
{
    uint8_t random[2] = {0};

    rooms->ports.random(rooms->ports.context, random, sizeof random);
    return (uint32_t)random[0] << 24 | (uint32_t)random[1] << 16 | (connection & 0xffff);
}

static void join_room(Rooms *rooms,
                      SessionTime now,
                      RoomConnection *connection,
                      int room_index,
                      const Message *message)
{
    Room *room = rooms->rooms[room_index];
    SessionEvent event = {.kind = SESSION_EVENT_JOIN,
                          .connection = connection->number,
                          .clock_nonce = draw_nonce(rooms, connection->number),
                          .message = message};
    SessionResult result;
    RoomConnection *replaced;

    rooms->ports.random(rooms->ports.context, event.fresh_token, TOKEN_BYTES);
    result = session_step(&room->session, now, &event, &rooms->outbox, &rooms->journal);
    store_journal(rooms, room);
    if (!result.joined) {
        send_outbox(rooms, room_index);
        return;
    }
    rooms->ports.answer_pings(rooms->ports.context, connection->number, event.clock_nonce);
    /* Joined first, because what everybody is told now is told to the newcomer, too. */
    connection->room = room_index;
    connection->seat = result.seat;
    connection->heard = rooms->broadcasts.said_count;
    set_state(rooms, connection, CONNECTION_JOINED);
    send_outbox(rooms, room_index);
    /* Last, because the one who lost the seat is told why. */
    replaced = find_connection(rooms, result.replaced_connection);
    if (replaced != NULL && replaced != connection) {
        end_connection(rooms, replaced);
    }
    rooms->counts.joins += result.resumed ? 0 : 1;
    rooms->counts.resumes += result.resumed ? 1 : 0;
    log_join(room, connection, result.resumed);
}

/* A JOIN whose turn has come. */
static void join(Rooms *rooms, SessionTime now, RoomConnection *connection, const Message *message)
{
    int room_index;

    connection->join_attempts++;
    if (message->join.version != PROTOCOL_VERSION) {
        refuse(rooms, connection, REFUSAL_VERSION, PROTOCOL_VERSION);
        end_connection(rooms, connection);
        return;
    }
    room_index = find_room(rooms, message->join.code);
    if (room_index < 0) {
        guess_limit_failed(&rooms->guesses, connection->address, now);
        refuse(rooms, connection, REFUSAL_NO_SESSION, 0);
    } else {
        join_room(rooms, now, connection, room_index, message);
    }
    if (connection->state == CONNECTION_UNJOINED &&
        connection->join_attempts >= JOIN_ATTEMPTS_MAX) {
        rooms->counts.dropped_attempts++;
        end_connection(rooms, connection);
    }
}

/* Where too many guess, everybody's JOIN waits, so that no answer tells a right code sooner. */
static void
take_join(Rooms *rooms, SessionTime now, RoomConnection *connection, const Message *message)
{
    connection->turn_at = guess_limit_turn(&rooms->guesses, connection->address, now);
    if (connection->turn_at.ns <= now.ns) {
        join(rooms, now, connection, message);
        return;
    }
    connection->join = message->join;
    connection->waits = true;
    rooms->waiting_count++;
}

static void stop_waiting(Rooms *rooms, RoomConnection *connection)
{
    rooms->waiting_count -= connection->waits ? 1 : 0;
    connection->waits = false;
}

/* --- leading by password --- */

/* A password whose turn has come: a wrong code is told here, a wrong password later. */
static void check_password(Rooms *rooms, SessionTime now, RoomConnection *connection)
{
    rooms->asking_count--;
    connection->asks = false;
    if (find_room(rooms, connection->password.code) < 0) {
        guess_limit_failed(&rooms->guesses, connection->address, now);
        refuse(rooms, connection, REFUSAL_NO_SESSION, 0);
    } else if (rooms->ports.check_password(
                   rooms->ports.context, connection->number, connection->password.text)) {
        connection->is_checked = true;
    } else {
        refuse(rooms, connection, REFUSAL_NOT_NOW, 0);
    }
    memset(connection->password.text, 0, sizeof connection->password.text);
}

static void take_password(Rooms *rooms,
                          SessionTime now,
                          RoomConnection *connection,
                          const PasswordMessage *password)
{
    SessionTime turn;
    SessionTime code_turn;

    if (rooms->ports.check_password == NULL) {
        refuse(rooms, connection, REFUSAL_NOT_ALLOWED, 0);
        return;
    }
    if (connection->asks || connection->is_checked) {
        refuse(rooms, connection, REFUSAL_NOT_NOW, 0);
        return;
    }
    turn = guess_limit_turn(&rooms->password_guesses, connection->address, now);
    code_turn = guess_limit_turn(&rooms->guesses, connection->address, now);
    connection->ask_at = turn.ns > code_turn.ns ? turn : code_turn;
    connection->password = *password;
    connection->asks = true;
    rooms->asking_count++;
    if (connection->ask_at.ns <= now.ns) {
        check_password(rooms, now, connection);
    }
}

static void end_unwelcome(Rooms *rooms, RoomConnection *connection)
{
    connection->join_attempts++;
    if (connection->state == CONNECTION_UNJOINED &&
        connection->join_attempts >= JOIN_ATTEMPTS_MAX) {
        rooms->counts.dropped_attempts++;
        end_connection(rooms, connection);
    }
}

void rooms_password_checked(Rooms *rooms, SessionTime now, uint32_t number, bool fits)
{
    RoomConnection *connection = find_connection(rooms, number);
    Message lead = {.type = MESSAGE_LEAD};
    int room_index = -1;

    if (connection == NULL || connection->state == CONNECTION_LEAVING) {
        return;
    }
    connection->is_checked = false;
    room_index = find_room(rooms, connection->password.code);
    if (!fits || room_index < 0) {
        guess_limit_failed(&rooms->password_guesses, connection->address, now);
        refuse(rooms, connection, REFUSAL_PASSWORD, 0);
        end_unwelcome(rooms, connection);
        return;
    }
    log_info("rooms: event=password session=%s connection=%u",
             rooms->rooms[room_index]->code,
             connection->number);
    memcpy(lead.lead.code, connection->password.code, CODE_CHARS);
    memcpy(lead.lead.facilitator_token,
           rooms->rooms[room_index]->session.config.facilitator_token,
           TOKEN_BYTES);
    send_message(rooms, connection, &lead);
}

static void ask_in_turn(Rooms *rooms, SessionTime now)
{
    for (int i = 0; i < ROOM_CONNECTIONS_MAX && rooms->asking_count > 0; i++) {
        RoomConnection *connection = &rooms->connections[i];

        if (connection->asks && connection->ask_at.ns <= now.ns) {
            check_password(rooms, now, connection);
        }
    }
}

static void take_turns(Rooms *rooms, SessionTime now)
{
    for (int i = 0; i < ROOM_CONNECTIONS_MAX && rooms->waiting_count > 0; i++) {
        RoomConnection *connection = &rooms->connections[i];

        if (connection->waits && connection->turn_at.ns <= now.ns) {
            const Message message = {.type = MESSAGE_JOIN, .join = connection->join};

            stop_waiting(rooms, connection);
            if (connection->state == CONNECTION_UNJOINED) {
                join(rooms, now, connection, &message);
            }
        }
    }
}

/* --- sessions --- */

static int seats_left(const Rooms *rooms)
{
    int left = rooms->config.seats_max;

    for (int i = 0; i < rooms->room_count; i++) {
        left -= rooms->rooms[i]->session.config.seats;
    }
    return left > 0 ? left : 0;
}

static int add_room(
    Rooms *rooms, int64_t id, const SessionConfig *config, const Groove *grooves, int groove_count)
{
    Room *room;

    if (rooms->room_count == ROOMS_MAX) {
        return -1;
    }
    room = touched_calloc(
        1, sizeof *room + session_participants_max(config) * sizeof room->participants[0]);
    if (room == NULL) {
        return -1;
    }
    room->id = id;
    memcpy(room->code, config->code, CODE_CHARS);
    session_init(&room->session, config, room->participants, grooves, groove_count);
    rooms->rooms[rooms->room_count] = room;
    rooms->room_count++;
    return rooms->room_count - 1;
}

/* A code that no session here has. */
static void draw_code(Rooms *rooms, uint8_t code[CODE_CHARS])
{
    uint8_t random[CODE_CHARS] = {0};

    do {
        rooms->ports.random(rooms->ports.context, random, sizeof random);
        code_from_random(random, code);
    } while (find_room(rooms, code) >= 0);
}

/* As much of a title as fits, cut between letters. */
static void copy_title(char title[TITLE_BYTES_MAX + 1], const char *text)
{
    size_t length = strlen(text);

    if (length > TITLE_BYTES_MAX) {
        length = TITLE_BYTES_MAX;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    memset(title, 0, TITLE_BYTES_MAX + 1);
    (void)snprintf(title, TITLE_BYTES_MAX + 1, "%.*s", (int)length, text);
}

int rooms_open(Rooms *rooms, const char *title, uint16_t seats)
{
    SessionConfig config = rooms->config.defaults;
    int index;

    copy_title(config.title, title);
    config.seats = seats;
    draw_code(rooms, config.code);
    rooms->ports.random(rooms->ports.context, config.facilitator_token, TOKEN_BYTES);
    index =
        add_room(rooms, rooms->config.next_id, &config, rooms->grooves, rooms->config.groove_count);
    if (index < 0) {
        return -1;
    }
    rooms->config.next_id++;
    rooms->ports.store_session(rooms->ports.context,
                               rooms->rooms[index]->id,
                               &config,
                               rooms->grooves,
                               rooms->config.groove_count);
    rooms->ports.store_entry(
        rooms->ports.context,
        rooms->rooms[index]->id,
        &(JournalEntry){.kind = JOURNAL_PRIVACY, .privacy = (uint8_t)config.privacy});
    log_info("rooms: event=open session=%s seats=%u privacy=%s title=\"%s\"",
             rooms->rooms[index]->code,
             config.seats,
             privacy_word(config.privacy),
             quotable(config.title).text);
    return index;
}

int rooms_restore(
    Rooms *rooms, int64_t id, const SessionConfig *config, const Groove *grooves, int groove_count)
{
    SessionConfig restored = *config;

    /* Stored before there were tiers; else the facts will say. */
    restored.privacy = rooms->config.defaults.privacy;
    return add_room(rooms, id, &restored, grooves, groove_count);
}

void rooms_restore_entry(Rooms *rooms, int index, const JournalEntry *entry)
{
    session_restore(&rooms->rooms[index]->session, entry);
}

void rooms_restored(Rooms *rooms, int index, SessionTime stored_until)
{
    Room *room = rooms->rooms[index];

    session_restored(&room->session, stored_until);
    log_info("rooms: event=restart session=%s seats_taken=%d bars=%d privacy=%s "
             "stored_until_ns=%" PRId64,
             room->code,
             room->session.participant_count,
             room->session.bar_count,
             privacy_word(room->session.privacy),
             stored_until.ns);
}

/* A facilitator of one session opens another. */
static void create_session(Rooms *rooms, RoomConnection *connection, const CommandMessage *command)
{
    const Room *room = rooms->rooms[connection->room];
    int32_t seats = command->a == 0 ? rooms->config.defaults.seats : command->a;
    const char *title = command->text[0] == '\0' ? rooms->config.defaults.title : command->text;
    Message created = {.type = MESSAGE_CREATED};
    int index;

    if (!role_may_command(participant_role(&room->participants[connection->seat]),
                          COMMAND_CREATE)) {
        refuse(rooms, connection, REFUSAL_NOT_ALLOWED, 0);
        return;
    }
    if (seats < 1 || seats > PARTICIPANTS_MAX) {
        refuse(rooms, connection, REFUSAL_OUT_OF_RANGE, PARTICIPANTS_MAX);
        return;
    }
    index = seats <= seats_left(rooms) ? rooms_open(rooms, title, (uint16_t)seats) : -1;
    if (index < 0) {
        refuse(rooms, connection, REFUSAL_FULL, (uint32_t)seats_left(rooms));
        return;
    }
    memcpy(created.created.code, rooms->rooms[index]->session.config.code, CODE_CHARS);
    memcpy(created.created.facilitator_token,
           rooms->rooms[index]->session.config.facilitator_token,
           TOKEN_BYTES);
    send_message(rooms, connection, &created);
}

/* --- the outside --- */

Rooms *rooms_create(const RoomsConfig *config, const RoomsPorts *ports)
{
    Rooms *rooms = touched_calloc(1, sizeof *rooms);

    assert(config->groove_count >= 1 && config->groove_count <= GROOVES_MAX);
    if (rooms == NULL) {
        return NULL;
    }
    rooms->ports = *ports;
    rooms->guesses.rules = code_rules;
    rooms->password_guesses.rules = password_rules;
    rooms->config = *config;
    memcpy(
        rooms->grooves, config->grooves, sizeof rooms->grooves[0] * (size_t)config->groove_count);
    rooms->config.grooves = rooms->grooves;
    outbox_init(&rooms->outbox);
    rooms->journal.capacity = JOURNAL_ENTRIES_MAX;
    rooms->journal.entries = touched_calloc(JOURNAL_ENTRIES_MAX, sizeof rooms->journal.entries[0]);
    if (rooms->journal.entries == NULL) {
        rooms_destroy(rooms);
        return NULL;
    }
    return rooms;
}

void rooms_destroy(Rooms *rooms)
{
    if (rooms == NULL) {
        return;
    }
    for (int i = 0; i < rooms->room_count; i++) {
        free(rooms->rooms[i]);
    }
    free(rooms->journal.entries);
    free(rooms);
}

int rooms_count(const Rooms *rooms)
{
    return rooms->room_count;
}

const Session *rooms_session(const Rooms *rooms, int index)
{
    return &rooms->rooms[index]->session;
}

RoomsCounts rooms_counts(const Rooms *rooms)
{
    return rooms->counts;
}

int rooms_joined_count(const Rooms *rooms)
{
    return rooms->joined_count;
}

void rooms_connected(Rooms *rooms, SessionTime now, uint32_t number, uint32_t address)
{
    uint32_t index = number & 0xffff;

    if ((int)index >= rooms->connections_max) {
        rooms->connections_max = (int)index + 1;
    }
    assert(number < CONNECTION_NUMBERS_END && index < ROOM_CONNECTIONS_MAX);
    assert(rooms->connections[index].state == CONNECTION_FREE);
    rooms->connections[index] = (RoomConnection){
        .state = CONNECTION_UNJOINED, .number = number, .since = now, .address = address};
}

/* Bytes that no client of ours sends. */
static void take_malformed(Rooms *rooms, RoomConnection *connection, size_t size_bytes)
{
    connection->malformed++;
    rooms->counts.malformed++;
    if (connection->malformed == 1 || connection->malformed == MALFORMED_MAX) {
        log_warning("rooms: event=malformed connection=%u bytes=%zu times=%u",
                    connection->number,
                    size_bytes,
                    connection->malformed);
    }
    if (connection->malformed >= MALFORMED_MAX) {
        rooms->counts.dropped_malformed++;
        end_connection(rooms, connection);
    }
}

static void log_command(const Room *room, uint16_t seat, const CommandMessage *command)
{
    log_info("rooms: event=command session=%s seat=%u command=%s a=%d b=%d text=\"%s\"",
             room->code,
             seat,
             command_word(command->kind),
             command->a,
             command->b,
             quotable(command->text).text);
}

/* Something valid from somebody with a seat. */
static void
take_message(Rooms *rooms, SessionTime now, RoomConnection *connection, const Message *message)
{
    const SessionEvent event = {
        .kind = SESSION_EVENT_MESSAGE, .seat = connection->seat, .message = message};

    if (message->type == MESSAGE_COMMAND) {
        rooms->counts.commands++;
        log_command(rooms->rooms[connection->room], connection->seat, &message->command);
        if (message->command.kind == COMMAND_PRIVACY) {
            send_to_all(rooms); /* what was said in the last tier goes out before the next */
        }
        if (message->command.kind == COMMAND_CREATE) {
            create_session(rooms, connection, &message->command);
            return;
        }
    }
    step(rooms, connection->room, now, &event);
}

void rooms_received(
    Rooms *rooms, SessionTime now, uint32_t number, const uint8_t *bytes, size_t size_bytes)
{
    RoomConnection *connection = find_connection(rooms, number);
    Message message;

    if (connection == NULL || connection->state == CONNECTION_LEAVING) {
        rooms->counts.from_leaving++;
        return;
    }
    /* Types from 32 on are the server's own: nobody sends them to us. */
    if (!message_decode(bytes, size_bytes, &message) || message.type >= MESSAGE_WELCOME ||
        (message.type != MESSAGE_PASSWORD &&
         (message.type == MESSAGE_JOIN) != (connection->state == CONNECTION_UNJOINED)) ||
        connection->waits) {
        take_malformed(rooms, connection, size_bytes);
        return;
    }
    if (message.type == MESSAGE_PASSWORD) {
        take_password(rooms, now, connection, &message.password);
    } else if (message.type == MESSAGE_JOIN) {
        take_join(rooms, now, connection, &message);
    } else {
        take_message(rooms, now, connection, &message);
    }
}

void rooms_disconnected(Rooms *rooms, SessionTime now, uint32_t number)
{
    RoomConnection *connection = find_connection(rooms, number);
    SessionEvent event = {.kind = SESSION_EVENT_DISCONNECTED};
    bool joined;

    if (connection == NULL) {
        return;
    }
    joined = connection->state == CONNECTION_JOINED;
    stop_waiting(rooms, connection);
    rooms->asking_count -= connection->asks ? 1 : 0;
    connection->asks = false;
    set_state(rooms, connection, CONNECTION_FREE);
    if (joined) {
        event.seat = connection->seat;
        rooms->counts.leaves++;
        log_info("rooms: event=leave session=%s connection=%u seat=%u by=connection",
                 rooms->rooms[connection->room]->code,
                 number,
                 connection->seat);
        step(rooms, connection->room, now, &event);
    }
}

static void drop_unjoined(Rooms *rooms, SessionTime now)
{
    for (int i = 0; i < ROOM_CONNECTIONS_MAX; i++) {
        RoomConnection *connection = &rooms->connections[i];

        if (connection->state == CONNECTION_UNJOINED && !connection->waits && !connection->asks &&
            now.ns - connection->since.ns > UNJOINED_S_MAX * NS_PER_S) {
            log_info("rooms: event=drop connection=%u cause=unjoined", connection->number);
            rooms->counts.dropped_unjoined++;
            end_connection(rooms, connection);
        }
    }
}

void rooms_tick(Rooms *rooms, SessionTime now)
{
    const SessionEvent event = {.kind = SESSION_EVENT_TICK};

    sweep(rooms);
    for (int i = 0; i < rooms->room_count; i++) {
        step(rooms, i, now, &event);
    }
    take_turns(rooms, now);
    ask_in_turn(rooms, now);
    if (now.ns >= rooms->sweep_at.ns) {
        rooms->sweep_at.ns = now.ns + SWEEP_EVERY_NS;
        drop_unjoined(rooms, now);
    }
}

void rooms_close(Rooms *rooms, SessionTime now)
{
    const SessionEvent event = {.kind = SESSION_EVENT_CLOSING};

    for (int i = 0; i < rooms->room_count; i++) {
        step(rooms, i, now, &event);
    }
    send_to_all(rooms);
    for (int i = 0; i < ROOM_CONNECTIONS_MAX; i++) {
        if (rooms->connections[i].state != CONNECTION_FREE) {
            end_connection(rooms, &rooms->connections[i]);
        }
    }
}
