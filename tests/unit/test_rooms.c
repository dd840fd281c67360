#include "server/rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"

enum {
    SENT_MAX = 4096,
    FACTS_MAX = 512,
    CONNECTIONS_MAX = 64
};
/* A connection as the endpoint numbers it: a generation above, a place below. */
#define FIRST UINT32_C(0x10001)
#define SECOND UINT32_C(0x10002)
#define THIRD UINT32_C(0x70003)
/* Where connections come from. */
#define HOME UINT32_C(0x0100007f)
#define ELSEWHERE UINT32_C(0x0200007f)

typedef struct {
    uint32_t connection;
    Message message;
} Sent;

/* The outside world of the rooms, which remembers what was asked of it. */
typedef struct {
    Rooms *rooms;
    Sent sent[SENT_MAX];
    int sent_count;
    uint32_t disconnected[CONNECTIONS_MAX];
    int disconnected_count;
    uint32_t nonce; /* of the newest connection whose pings are answered */
    uint32_t nonce_connection;
    JournalEntry facts[FACTS_MAX];
    int fact_count;
    int stored_session_count;
    int64_t stored_session_id;
    uint8_t next_random;
    uint32_t asked; /* the newest connection whose password is to be compared ... */
    int asked_count;
    int asked_max; /* ... as long as there are fewer */
} World;

static void take_send(void *context,
                      const uint32_t *connections,
                      size_t connection_count,
                      const uint8_t *bytes,
                      size_t size_bytes,
                      Delivery delivery)
{
    World *world = context;

    for (size_t i = 0; i < connection_count; i++) {
        Sent *sent = &world->sent[world->sent_count % SENT_MAX];

        sent->connection = connections[i];
        check(message_decode(bytes, size_bytes, &sent->message));
        check_i64(delivery, message_delivery(sent->message.type));
        world->sent_count++;
    }
}

static void take_disconnect(void *context, uint32_t connection)
{
    World *world = context;

    check(world->disconnected_count < CONNECTIONS_MAX);
    world->disconnected[world->disconnected_count] = connection;
    world->disconnected_count++;
}

static void take_answer_pings(void *context, uint32_t connection, uint32_t nonce)
{
    World *world = context;

    world->nonce_connection = connection;
    world->nonce = nonce;
}

static void take_session(
    void *context, int64_t id, const SessionConfig *config, const Groove *grooves, int groove_count)
{
    World *world = context;

    check(config->seats > 0 && grooves != NULL && groove_count == 1);
    world->stored_session_count++;
    world->stored_session_id = id;
}

static void take_entry(void *context, int64_t id, const JournalEntry *entry)
{
    World *world = context;

    (void)id;
    if (world->fact_count < FACTS_MAX) {
        world->facts[world->fact_count] = *entry;
        world->fact_count++;
    }
}

static bool take_password(void *context, uint32_t connection, const char *password)
{
    World *world = context;

    if (world->asked_count == world->asked_max) {
        return false;
    }
    check_text(password, "one drum");
    world->asked = connection;
    world->asked_count++;
    return true;
}

static void take_random(void *context, uint8_t *bytes, size_t size_bytes)
{
    World *world = context;

    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = world->next_random;
        world->next_random++;
    }
}

static const Groove groove = {
    .title = "Pulse",
    .tempo_mbpm = 100000,
    .beats_per_bar = 4,
    .steps_per_beat = 1,
    .bars = 1,
    .metre_unit = 4,
    .part_count = 1,
    .parts = {{.drum = DRUM_DJEMBE_BASS, .title = "bass", .steps = {1, 1, 1, 1}}},
};

static Rooms *new_rooms(World *world)
{
    const RoomsConfig config = {
        .defaults = {.title = "Circle", .seats = 10, .profile = PROFILE_STANDARD, .grace_s = 600},
        .grooves = &groove,
        .groove_count = 1,
        .seats_max = 40,
        .next_id = 7,
    };
    const RoomsPorts ports = {.context = world,
                              .send = take_send,
                              .disconnect = take_disconnect,
                              .answer_pings = take_answer_pings,
                              .store_session = take_session,
                              .store_entry = take_entry,
                              .check_password = take_password,
                              .random = take_random};

    return rooms_create(&config, &ports);
}

/* A world without a session; NULL when out of memory. */
static World *new_world(void)
{
    World *world = calloc(1, sizeof *world);

    if (world != NULL) {
        world->asked_max = 100;
        world->rooms = new_rooms(world);
    }
    return world;
}

static int make_world(void **state)
{
    World *world = new_world();

    *state = world;
    return world != NULL && rooms_open(world->rooms, "Circle", 10) == 0 ? 0 : -1;
}

static int end_world(void **state)
{
    World *world = *state;

    rooms_destroy(world->rooms);
    free(world);
    return 0;
}

static SessionTime at_ms(int64_t ms)
{
    return (SessionTime){100 * NS_PER_S + ms * NS_PER_MS};
}

static void send_in(World *world, SessionTime now, uint32_t connection, const Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    size_t size_bytes = message_encode(message, bytes);

    rooms_received(world->rooms, now, connection, bytes, size_bytes);
}

static Message join_message(const World *world, int room_index, const char *name)
{
    Message message = {.type = MESSAGE_JOIN, .join = {.version = PROTOCOL_VERSION}};

    memcpy(message.join.code, rooms_session(world->rooms, room_index)->config.code, CODE_CHARS);
    (void)snprintf(message.join.name, sizeof message.join.name, "%s", name);
    return message;
}

static void join_as(World *world, uint32_t connection, int room_index, const char *name)
{
    Message message = join_message(world, room_index, name);

    rooms_connected(world->rooms, at_ms(0), connection, HOME);
    send_in(world, at_ms(0), connection, &message);
}

static void join_as_facilitator(World *world, uint32_t connection, const char *name)
{
    Message message = join_message(world, 0, name);

    message.join.facilitates = true;
    memcpy(message.join.facilitator_token,
           rooms_session(world->rooms, 0)->config.facilitator_token,
           TOKEN_BYTES);
    rooms_connected(world->rooms, at_ms(0), connection, HOME);
    send_in(world, at_ms(0), connection, &message);
}

static bool was_sent(const World *world, uint32_t connection, MessageType type)
{
    for (int i = 0; i < world->sent_count && i < SENT_MAX; i++) {
        if (world->sent[i].connection == connection && world->sent[i].message.type == type) {
            return true;
        }
    }
    return false;
}

/* The newest message of a type to a connection; the test fails when there is none. */
static Message last_sent(const World *world, uint32_t connection, MessageType type)
{
    int first = world->sent_count > SENT_MAX ? world->sent_count - SENT_MAX : 0;

    check(was_sent(world, connection, type));
    for (int i = world->sent_count - 1; i >= first; i--) {
        const Sent *sent = &world->sent[i % SENT_MAX];

        if (sent->connection == connection && sent->message.type == type) {
            return sent->message;
        }
    }
    return (Message){.type = MESSAGE_NONE};
}

static void check_refused(const World *world, uint32_t connection, Refusal reason, uint32_t number)
{
    const Message message = last_sent(world, connection, MESSAGE_REFUSED);

    check_i64(message.refused.reason, reason);
    check_i64(message.refused.number, number);
}

static bool was_disconnected(const World *world, uint32_t connection)
{
    for (int i = 0; i < world->disconnected_count; i++) {
        if (world->disconnected[i] == connection) {
            return true;
        }
    }
    return false;
}

/* --- joining --- */

static void a_join_with_the_code_is_welcomed(void **state)
{
    World *world = *state;
    Message welcome;

    join_as(world, FIRST, 0, "Adjoa");
    welcome = last_sent(world, FIRST, MESSAGE_WELCOME);
    check_text(welcome.welcome.name, "Adjoa");
    check_text(welcome.welcome.title, "Circle");
    check_i64(rooms_joined_count(world->rooms), 1);
    check_i64(world->fact_count, 2);
}

static void pings_carry_the_place_and_something_random(void **state)
{
    World *world = *state;

    join_as(world, THIRD, 0, "Adjoa");
    check_u64(world->nonce_connection, THIRD);
    check_u64(world->nonce & 0xffff, THIRD & 0xffff);
    check(world->nonce >> 16 != 0);
    check_u64(last_sent(world, THIRD, MESSAGE_WELCOME).welcome.clock_nonce, world->nonce);
}

static void another_version_is_told_ours_and_let_go(void **state)
{
    World *world = *state;
    uint8_t bytes[MESSAGE_BYTES_MAX];
    Message message = join_message(world, 0, "Adjoa");
    size_t size_bytes = message_encode(&message, bytes);

    /* The version is what follows the type in every version. */
    bytes[1] = 99;
    rooms_connected(world->rooms, at_ms(0), FIRST, HOME);
    rooms_received(world->rooms, at_ms(0), FIRST, bytes, size_bytes);
    check_refused(world, FIRST, REFUSAL_VERSION, PROTOCOL_VERSION);
    check(was_disconnected(world, FIRST));
    check_i64(rooms_joined_count(world->rooms), 0);
}

static void an_unknown_code_is_refused_and_may_be_corrected(void **state)
{
    World *world = *state;
    Message wrong = join_message(world, 0, "Adjoa");
    Message right = wrong;

    wrong.join.code[0] = wrong.join.code[0] == 'Z' ? 'Y' : 'Z';
    rooms_connected(world->rooms, at_ms(0), FIRST, HOME);
    send_in(world, at_ms(0), FIRST, &wrong);
    check_refused(world, FIRST, REFUSAL_NO_SESSION, 0);
    check(!was_disconnected(world, FIRST));
    send_in(world, at_ms(1), FIRST, &right);
    check(was_sent(world, FIRST, MESSAGE_WELCOME));
}

static void guessing_codes_ends_the_connection(void **state)
{
    World *world = *state;
    Message message = join_message(world, 0, "Adjoa");

    message.join.code[7] = message.join.code[7] == 'Z' ? 'Y' : 'Z';
    rooms_connected(world->rooms, at_ms(0), FIRST, HOME);
    for (int i = 1; i <= JOIN_ATTEMPTS_MAX; i++) {
        check(!was_disconnected(world, FIRST));
        send_in(world, at_ms(i), FIRST, &message);
    }
    check(was_disconnected(world, FIRST));
    check_i64(world->sent_count, JOIN_ATTEMPTS_MAX);
    send_in(world, at_ms(100), FIRST, &message);
    check_i64(world->sent_count, JOIN_ATTEMPTS_MAX);
}

static void who_joins_nothing_is_dropped_after_ten_seconds(void **state)
{
    World *world = *state;

    join_as(world, FIRST, 0, "Adjoa");
    rooms_connected(world->rooms, at_ms(0), SECOND, HOME);
    rooms_tick(world->rooms, at_ms(UNJOINED_S_MAX * 1000 - 1));
    check(!was_disconnected(world, SECOND));
    rooms_tick(world->rooms, at_ms(UNJOINED_S_MAX * 1000 + 1500));
    check(was_disconnected(world, SECOND));
    check(!was_disconnected(world, FIRST));
}

static void a_name_that_is_taken_is_refused_by_the_session(void **state)
{
    World *world = *state;

    join_as(world, FIRST, 0, "Adjoa");
    join_as(world, SECOND, 0, "ADJOA");
    check_refused(world, SECOND, REFUSAL_NAME_TAKEN, 0);
    check_i64(rooms_joined_count(world->rooms), 1);
}

static void a_seat_taken_over_leaves_the_old_connection_nothing(void **state)
{
    World *world = *state;
    Message again;
    Message notice;
    Message welcome;

    join_as(world, FIRST, 0, "Adjoa");
    welcome = last_sent(world, FIRST, MESSAGE_WELCOME);
    again = join_message(world, 0, "Adjoa");
    again.join.resumes = true;
    memcpy(again.join.resume_token, welcome.welcome.resume_token, TOKEN_BYTES);
    rooms_connected(world->rooms, at_ms(5), SECOND, HOME);
    send_in(world, at_ms(5), SECOND, &again);
    notice = last_sent(world, FIRST, MESSAGE_NOTICE);
    check_i64(notice.notice.kind, NOTICE_SEAT_TAKEN_OVER);
    check(was_disconnected(world, FIRST));
    check_i64(last_sent(world, SECOND, MESSAGE_WELCOME).welcome.seat, 0);
    rooms_disconnected(world->rooms, at_ms(6), FIRST);
    check_i64(rooms_session(world->rooms, 0)->participants[0].state, SEAT_CONNECTED);
    check_i64(rooms_joined_count(world->rooms), 1);
}

static void a_lost_connection_leaves_the_seat_kept(void **state)
{
    World *world = *state;

    join_as(world, FIRST, 0, "Adjoa");
    rooms_disconnected(world->rooms, at_ms(50), FIRST);
    check_i64(rooms_session(world->rooms, 0)->participants[0].state, SEAT_AWAY);
    check_i64(rooms_joined_count(world->rooms), 0);
    /* The place is free for somebody else, under a new number. */
    rooms_connected(world->rooms, at_ms(60), FIRST + 0x10000, HOME);
    rooms_disconnected(world->rooms, at_ms(61), FIRST);
    join_as(world, SECOND, 0, "Kofi");
    check_i64(last_sent(world, SECOND, MESSAGE_WELCOME).welcome.seat, 1);
}

/* --- several sessions --- */

static void sessions_do_not_hear_each_other(void **state)
{
    World *world = *state;

    check_i64(rooms_open(world->rooms, "Other", 10), 1);
    join_as(world, FIRST, 0, "Adjoa");
    join_as(world, SECOND, 1, "Kofi");
    check_i64(rooms_session(world->rooms, 0)->participant_count, 1);
    check_i64(rooms_session(world->rooms, 1)->participant_count, 1);
    check_text(last_sent(world, SECOND, MESSAGE_WELCOME).welcome.title, "Other");
    for (int64_t ms = 20; ms <= 2000; ms += 20) {
        rooms_tick(world->rooms, at_ms(ms));
    }
    check_i64(last_sent(world, FIRST, MESSAGE_SNAPSHOT).snapshot.joined, 1);
    check_i64(last_sent(world, SECOND, MESSAGE_SNAPSHOT).snapshot.joined, 1);
}

static void a_facilitator_opens_another_session(void **state)
{
    World *world = *state;
    Message create = {.type = MESSAGE_COMMAND,
                      .command = {.kind = COMMAND_CREATE, .a = 20, .text = "Next door"}};
    Message created;

    join_as_facilitator(world, FIRST, "Adjoa");
    send_in(world, at_ms(1), FIRST, &create);
    created = last_sent(world, FIRST, MESSAGE_CREATED);
    check_i64(rooms_count(world->rooms), 2);
    check_bytes(created.created.code, rooms_session(world->rooms, 1)->config.code, CODE_CHARS);
    check_bytes(created.created.facilitator_token,
                rooms_session(world->rooms, 1)->config.facilitator_token,
                TOKEN_BYTES);
    check_text(rooms_session(world->rooms, 1)->config.title, "Next door");
    check_i64(rooms_session(world->rooms, 1)->config.seats, 20);
    check_i64(world->stored_session_count, 2);
    check_i64(world->stored_session_id, 8);
}

static void a_player_opens_no_session(void **state)
{
    World *world = *state;
    Message create = {.type = MESSAGE_COMMAND, .command = {.kind = COMMAND_CREATE}};

    join_as(world, FIRST, 0, "Adjoa");
    send_in(world, at_ms(1), FIRST, &create);
    check_refused(world, FIRST, REFUSAL_NOT_ALLOWED, 0);
    check_i64(rooms_count(world->rooms), 1);
}

static void more_seats_than_the_server_has_are_refused(void **state)
{
    World *world = *state;
    Message create = {.type = MESSAGE_COMMAND, .command = {.kind = COMMAND_CREATE, .a = 31}};

    join_as_facilitator(world, FIRST, "Adjoa");
    send_in(world, at_ms(1), FIRST, &create);
    check_refused(world, FIRST, REFUSAL_FULL, 30);
    create.command.a = -1;
    send_in(world, at_ms(2), FIRST, &create);
    check_refused(world, FIRST, REFUSAL_OUT_OF_RANGE, PARTICIPANTS_MAX);
    create.command.a = 30;
    send_in(world, at_ms(3), FIRST, &create);
    check(was_sent(world, FIRST, MESSAGE_CREATED));
}

static void a_long_title_is_cut_between_letters(void **state)
{
    World *world = *state;
    /* 47 bytes, then a letter of two: only a whole letter may go. */
    const char *title = "12345678901234567890123456789012345678901234567\xc3\xa9";

    check_i64(rooms_open(world->rooms, title, 5), 1);
    check_text(rooms_session(world->rooms, 1)->config.title,
               "12345678901234567890123456789012345678901234567");
}

/* --- what must not come in --- */

static void noise_is_counted_and_then_ends_the_connection(void **state)
{
    World *world = *state;
    const uint8_t noise[] = {200, 1, 2, 3};

    join_as(world, FIRST, 0, "Adjoa");
    for (int i = 1; i < MALFORMED_MAX; i++) {
        rooms_received(world->rooms, at_ms(i), FIRST, noise, sizeof noise);
    }
    check(!was_disconnected(world, FIRST));
    rooms_received(world->rooms, at_ms(99), FIRST, noise, sizeof noise);
    check(was_disconnected(world, FIRST));
    check_i64(rooms_joined_count(world->rooms), 0);
}

static void a_message_of_the_server_is_not_taken_from_a_client(void **state)
{
    World *world = *state;
    Message notice = {.type = MESSAGE_NOTICE, .notice = {.kind = NOTICE_KICKED}};
    int sent_count;

    join_as(world, FIRST, 0, "Adjoa");
    sent_count = world->sent_count;
    for (int i = 0; i < MALFORMED_MAX; i++) {
        send_in(world, at_ms(i), FIRST, &notice);
    }
    check_i64(world->sent_count, sent_count);
    check(was_disconnected(world, FIRST));
}

/* A JOIN with a code that no session has. */
static void guess(World *world, SessionTime now, uint32_t connection, uint32_t address)
{
    Message message = join_message(world, 0, "Guesser");

    message.join.code[0] = message.join.code[0] == 'A' ? 'B' : 'A';
    rooms_connected(world->rooms, now, connection, address);
    send_in(world, now, connection, &message);
    rooms_disconnected(world->rooms, now, connection);
}

static void who_guesses_codes_waits_for_every_answer_and_a_right_one_too(void **state)
{
    World *world = *state;
    Message right = join_message(world, 0, "Adjoa");

    for (uint32_t i = 0; i < 35; i++) {
        guess(world, at_ms(0), 0x10010 + i, ELSEWHERE);
    }
    join_as(world, FIRST, 0, "Kofi");
    check(was_sent(world, FIRST, MESSAGE_WELCOME));
    rooms_connected(world->rooms, at_ms(0), SECOND, ELSEWHERE);
    send_in(world, at_ms(0), SECOND, &right);
    check(!was_sent(world, SECOND, MESSAGE_WELCOME));
    rooms_tick(world->rooms, at_ms(5));
    check(!was_sent(world, SECOND, MESSAGE_WELCOME));
    rooms_tick(world->rooms, at_ms(100));
    check(was_sent(world, SECOND, MESSAGE_WELCOME));
    check_i64(rooms_joined_count(world->rooms), 2);
}

static void who_leaves_while_waiting_is_forgotten(void **state)
{
    World *world = *state;
    Message right = join_message(world, 0, "Adjoa");

    for (uint32_t i = 0; i < 35; i++) {
        guess(world, at_ms(0), 0x10010 + i, ELSEWHERE);
    }
    rooms_connected(world->rooms, at_ms(0), SECOND, ELSEWHERE);
    send_in(world, at_ms(0), SECOND, &right);
    rooms_disconnected(world->rooms, at_ms(1), SECOND);
    rooms_tick(world->rooms, at_ms(1000));
    check_i64(rooms_joined_count(world->rooms), 0);
    check_i64(rooms_session(world->rooms, 0)->participant_count, 0);
}

static Message password_message(const World *world)
{
    Message message = {.type = MESSAGE_PASSWORD, .password = {.text = "one drum"}};

    memcpy(message.password.code, rooms_session(world->rooms, 0)->config.code, CODE_CHARS);
    return message;
}

static void a_right_password_yields_the_token_before_and_after_a_join(void **state)
{
    World *world = *state;
    const Message ask = password_message(world);
    const uint8_t *token = rooms_session(world->rooms, 0)->config.facilitator_token;

    rooms_connected(world->rooms, at_ms(0), FIRST, HOME);
    send_in(world, at_ms(0), FIRST, &ask);
    check_i64(world->asked, FIRST);
    check(!was_sent(world, FIRST, MESSAGE_LEAD));
    rooms_password_checked(world->rooms, at_ms(100), FIRST, true);
    check_bytes(last_sent(world, FIRST, MESSAGE_LEAD).lead.facilitator_token, token, TOKEN_BYTES);
    join_as(world, SECOND, 0, "Kofi");
    send_in(world, at_ms(200), SECOND, &ask);
    check_i64(world->asked, SECOND);
    rooms_password_checked(world->rooms, at_ms(300), SECOND, true);
    check_bytes(last_sent(world, SECOND, MESSAGE_LEAD).lead.facilitator_token, token, TOKEN_BYTES);
    rooms_password_checked(world->rooms, at_ms(300), THIRD, true);
    check(!was_sent(world, THIRD, MESSAGE_LEAD));
}

static void wrong_passwords_are_refused_and_then_wait(void **state)
{
    World *world = *state;
    const Message ask = password_message(world);

    join_as(world, FIRST, 0, "Adjoa");
    for (int i = 1; i <= 4; i++) {
        send_in(world, at_ms(0), FIRST, &ask);
        check_i64(world->asked_count, i);
        rooms_password_checked(world->rooms, at_ms(0), FIRST, false);
        check_refused(world, FIRST, REFUSAL_PASSWORD, 0);
    }
    send_in(world, at_ms(0), FIRST, &ask);
    rooms_tick(world->rooms, at_ms(10));
    send_in(world, at_ms(10), FIRST, &ask);
    send_in(world, at_ms(20), FIRST, &ask);
    rooms_tick(world->rooms, at_ms(20));
    rooms_tick(world->rooms, at_ms(5000));
    check_i64(world->asked_count, 5);
    check_refused(world, FIRST, REFUSAL_NOT_NOW, 0);
    check(!was_sent(world, FIRST, MESSAGE_LEAD));
}

static void one_password_at_a_time_and_no_more_than_the_queue_holds(void **state)
{
    World *world = *state;
    const Message ask = password_message(world);

    world->asked_max = 1;
    join_as(world, FIRST, 0, "Adjoa");
    join_as(world, SECOND, 0, "Kofi");
    send_in(world, at_ms(0), FIRST, &ask);
    send_in(world, at_ms(1), FIRST, &ask);
    check_refused(world, FIRST, REFUSAL_NOT_NOW, 0);
    send_in(world, at_ms(1), SECOND, &ask);
    check_refused(world, SECOND, REFUSAL_NOT_NOW, 0);
    check_i64(world->asked_count, 1);
}

static void nothing_counts_before_a_join(void **state)
{
    World *world = *state;
    Message ready = {.type = MESSAGE_READY, .ready = {.ready = true}};

    rooms_connected(world->rooms, at_ms(0), FIRST, HOME);
    send_in(world, at_ms(1), FIRST, &ready);
    check_i64(world->sent_count, 0);
    check_i64(rooms_session(world->rooms, 0)->participant_count, 0);
}

/* --- ends --- */

static void somebody_kicked_is_told_and_let_go(void **state)
{
    World *world = *state;
    Message kick = {.type = MESSAGE_COMMAND, .command = {.kind = COMMAND_KICK, .a = 1}};

    join_as_facilitator(world, FIRST, "Adjoa");
    join_as(world, SECOND, 0, "Kofi");
    send_in(world, at_ms(1), FIRST, &kick);
    check_i64(last_sent(world, SECOND, MESSAGE_NOTICE).notice.kind, NOTICE_KICKED);
    check(was_disconnected(world, SECOND));
    check(!was_disconnected(world, FIRST));
    /* The seat may be somebody else's by the time the connection is really gone. */
    join_as(world, THIRD, 0, "Ama");
    check_i64(last_sent(world, THIRD, MESSAGE_WELCOME).welcome.seat, 1);
    rooms_disconnected(world->rooms, at_ms(3), SECOND);
    check_i64(rooms_session(world->rooms, 0)->participants[1].state, SEAT_CONNECTED);
}

static void closing_says_goodbye_to_everybody(void **state)
{
    World *world = *state;

    check_i64(rooms_open(world->rooms, "Other", 10), 1);
    join_as(world, FIRST, 0, "Adjoa");
    join_as(world, SECOND, 1, "Kofi");
    rooms_connected(world->rooms, at_ms(0), THIRD, HOME);
    rooms_close(world->rooms, at_ms(10));
    check_i64(last_sent(world, FIRST, MESSAGE_NOTICE).notice.kind, NOTICE_SERVER_STOPS);
    check_i64(last_sent(world, SECOND, MESSAGE_NOTICE).notice.kind, NOTICE_SERVER_STOPS);
    check(was_disconnected(world, FIRST));
    check(was_disconnected(world, SECOND));
    check(was_disconnected(world, THIRD));
    rooms_disconnected(world->rooms, at_ms(11), FIRST);
    check_i64(rooms_session(world->rooms, 0)->participants[0].state, SEAT_CONNECTED);
}

static void stored_facts_put_a_session_back(void **state)
{
    World *world = *state;
    World *later = NULL;
    const Session *before = rooms_session(world->rooms, 0);
    const Session *after;
    Message again;

    join_as(world, FIRST, 0, "Adjoa");
    join_as(world, SECOND, 0, "Kofi");
    later = new_world();
    if (later == NULL) {
        fail_msg("out of memory");
        return;
    }
    check_i64(rooms_restore(later->rooms, 7, &before->config, &groove, 1), 0);
    for (int i = 0; i < world->fact_count; i++) {
        rooms_restore_entry(later->rooms, 0, &world->facts[i]);
    }
    rooms_restored(later->rooms, 0, at_ms(500));
    after = rooms_session(later->rooms, 0);
    check_i64(after->participant_count, 2);
    check_text(after->participants[1].name, "Kofi");
    check_i64(after->participants[1].state, SEAT_AWAY);
    again = join_message(later, 0, "");
    again.join.resumes = true;
    memcpy(again.join.resume_token, before->participants[1].resume_token, TOKEN_BYTES);
    rooms_connected(later->rooms, at_ms(1000), THIRD, HOME);
    send_in(later, at_ms(1000), THIRD, &again);
    check_i64(last_sent(later, THIRD, MESSAGE_WELCOME).welcome.seat, 1);
    check_text(last_sent(later, THIRD, MESSAGE_WELCOME).welcome.name, "Kofi");
    rooms_destroy(later->rooms);
    free(later);
}

static void order(World *world, SessionTime now, uint32_t connection, CommandKind kind, int32_t a)
{
    const Message message = {.type = MESSAGE_COMMAND, .command = {.kind = (uint8_t)kind, .a = a}};

    send_in(world, now, connection, &message);
}

static void tick_for(World *world, int64_t from_ms, int64_t length_ms)
{
    for (int64_t ms = from_ms; ms < from_ms + length_ms; ms += 10) {
        rooms_tick(world->rooms, at_ms(ms));
    }
}

static void only_who_leads_is_sent_the_map_when_the_tier_says_so(void **state)
{
    World *world = *state;

    join_as_facilitator(world, FIRST, "Adjoa");
    join_as(world, SECOND, 0, "Kofi");
    tick_for(world, 0, 1500);
    check(was_sent(world, SECOND, MESSAGE_MAP) && was_sent(world, FIRST, MESSAGE_MAP));
    order(world, at_ms(1500), SECOND, COMMAND_PRIVACY, PRIVACY_PRIVATE);
    check_refused(world, SECOND, REFUSAL_NOT_ALLOWED, 0);
    order(world, at_ms(1500), FIRST, COMMAND_PRIVACY, PRIVACY_TEAMS);
    check_i64(world->facts[world->fact_count - 1].kind, JOURNAL_PRIVACY);
    check_i64(world->facts[world->fact_count - 1].privacy, PRIVACY_TEAMS);
    world->sent_count = 0;
    tick_for(world, 1500, 1500);
    check(was_sent(world, FIRST, MESSAGE_MAP) && !was_sent(world, SECOND, MESSAGE_MAP));
    check(was_sent(world, SECOND, MESSAGE_CROWD) && !was_sent(world, FIRST, MESSAGE_CROWD));
    check(was_sent(world, FIRST, MESSAGE_SNAPSHOT) && was_sent(world, SECOND, MESSAGE_SNAPSHOT));
    check_i64(last_sent(world, SECOND, MESSAGE_ROSTER).roster.privacy, PRIVACY_TEAMS);
    check_i64(last_sent(world, SECOND, MESSAGE_ROSTER).roster.count, 1);
    order(world, at_ms(3000), FIRST, COMMAND_PRIVACY, PRIVACY_OPEN);
    check_refused(world, FIRST, REFUSAL_PRIVACY, COMMAND_PRIVACY);
}

/* Who held the seat of somebody who now comes back to lead hears nothing meant for them. */
static void a_seat_that_begins_to_lead_leaves_its_old_connection_a_player(void **state)
{
    World *world = *state;
    Message again;

    join_as_facilitator(world, FIRST, "Adjoa");
    join_as(world, SECOND, 0, "Kofi");
    order(world, at_ms(0), FIRST, COMMAND_PRIVACY, PRIVACY_TEAMS);
    again = join_message(world, 0, "Kofi");
    again.join.resumes = true;
    memcpy(again.join.resume_token,
           last_sent(world, SECOND, MESSAGE_WELCOME).welcome.resume_token,
           TOKEN_BYTES);
    again.join.facilitates = true;
    memcpy(again.join.facilitator_token,
           rooms_session(world->rooms, 0)->config.facilitator_token,
           TOKEN_BYTES);
    rooms_connected(world->rooms, at_ms(10), THIRD, HOME);
    send_in(world, at_ms(10), THIRD, &again);
    world->sent_count = 0;
    tick_for(world, 10, 1500);
    check(was_sent(world, THIRD, MESSAGE_MAP) && !was_sent(world, SECOND, MESSAGE_MAP));
}

static void a_stored_session_keeps_its_tier_and_one_without_takes_the_servers(void **state)
{
    World *world = *state;
    World *later = new_world();
    SessionConfig config = rooms_session(world->rooms, 0)->config;
    JournalEntry fact = {.kind = JOURNAL_PRIVACY, .privacy = PRIVACY_PRIVATE};

    if (later == NULL) {
        fail_msg("out of memory");
        return;
    }
    check_i64(world->facts[0].kind, JOURNAL_PRIVACY); /* of the session as it was opened */
    check_i64(world->facts[0].privacy, PRIVACY_OPEN);
    config.privacy = PRIVACY_TEAMS; /* a store does not know of it */
    check_i64(rooms_restore(later->rooms, 7, &config, &groove, 1), 0);
    check_i64(rooms_session(later->rooms, 0)->privacy, PRIVACY_OPEN);
    rooms_restore_entry(later->rooms, 0, &fact);
    rooms_restored(later->rooms, 0, at_ms(0));
    check_i64(rooms_session(later->rooms, 0)->privacy, PRIVACY_PRIVATE);
    rooms_destroy(later->rooms);
    free(later);
}

/* Law: whoever comes, goes and sends what in which order, those who were welcomed and not let go
 * are those who count as joined. */
static void the_count_of_people_is_right_whatever_happens(void **state)
{
    World *world = *state;
    uint32_t numbers[20] = {0};
    bool present[20] = {false};
    Prng prng;

    prng_seed(&prng, check_seed(77));
    check_i64(rooms_open(world->rooms, "Other", 10), 1);
    for (int i = 1; i <= 5000; i++) {
        uint32_t place = (uint32_t)prng_below(&prng, 20);
        char name[16];
        Message message;
        int connected = 0;

        (void)snprintf(name, sizeof name, "P%u", (unsigned)prng_below(&prng, 15));
        message = join_message(world, (int)prng_below(&prng, 2), name);
        world->disconnected_count = 0;
        if (!present[place]) {
            numbers[place] = (numbers[place] + 0x10000) | place;
            rooms_connected(world->rooms, at_ms(i), numbers[place], HOME);
            present[place] = true;
        } else if (prng_below(&prng, 3) == 0) {
            rooms_disconnected(world->rooms, at_ms(i), numbers[place]);
            present[place] = false;
        } else if (prng_below(&prng, 4) == 0) {
            message = (Message){.type = MESSAGE_LEAVE};
            send_in(world, at_ms(i), numbers[place], &message);
        } else {
            send_in(world, at_ms(i), numbers[place], &message);
        }
        rooms_tick(world->rooms, at_ms(i));
        for (int room = 0; room < 2; room++) {
            const Session *session = rooms_session(world->rooms, room);

            for (int seat = 0; seat < session->participant_count; seat++) {
                connected += session->participants[seat].state == SEAT_CONNECTED ? 1 : 0;
            }
        }
        check_i64(rooms_joined_count(world->rooms), connected);
    }
}

#define ROOMS_TEST(name) cmocka_unit_test_setup_teardown(name, make_world, end_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOMS_TEST(a_join_with_the_code_is_welcomed),
        ROOMS_TEST(pings_carry_the_place_and_something_random),
        ROOMS_TEST(another_version_is_told_ours_and_let_go),
        ROOMS_TEST(an_unknown_code_is_refused_and_may_be_corrected),
        ROOMS_TEST(guessing_codes_ends_the_connection),
        ROOMS_TEST(who_joins_nothing_is_dropped_after_ten_seconds),
        ROOMS_TEST(a_name_that_is_taken_is_refused_by_the_session),
        ROOMS_TEST(a_seat_taken_over_leaves_the_old_connection_nothing),
        ROOMS_TEST(a_lost_connection_leaves_the_seat_kept),
        ROOMS_TEST(sessions_do_not_hear_each_other),
        ROOMS_TEST(a_facilitator_opens_another_session),
        ROOMS_TEST(a_player_opens_no_session),
        ROOMS_TEST(more_seats_than_the_server_has_are_refused),
        ROOMS_TEST(a_long_title_is_cut_between_letters),
        ROOMS_TEST(noise_is_counted_and_then_ends_the_connection),
        ROOMS_TEST(a_message_of_the_server_is_not_taken_from_a_client),
        ROOMS_TEST(who_guesses_codes_waits_for_every_answer_and_a_right_one_too),
        ROOMS_TEST(who_leaves_while_waiting_is_forgotten),
        ROOMS_TEST(one_password_at_a_time_and_no_more_than_the_queue_holds),
        ROOMS_TEST(wrong_passwords_are_refused_and_then_wait),
        ROOMS_TEST(a_right_password_yields_the_token_before_and_after_a_join),
        ROOMS_TEST(nothing_counts_before_a_join),
        ROOMS_TEST(somebody_kicked_is_told_and_let_go),
        ROOMS_TEST(closing_says_goodbye_to_everybody),
        ROOMS_TEST(stored_facts_put_a_session_back),
        ROOMS_TEST(only_who_leads_is_sent_the_map_when_the_tier_says_so),
        ROOMS_TEST(a_seat_that_begins_to_lead_leaves_its_old_connection_a_player),
        ROOMS_TEST(a_stored_session_keeps_its_tier_and_one_without_takes_the_servers),
        ROOMS_TEST(the_count_of_people_is_right_whatever_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
