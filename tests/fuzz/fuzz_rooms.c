/* ctest: timeout=120 mutations=1500 */
/*
 * The server's rooms among strangers who have keys of their own, so that whatever they seal
 * arrives: any bytes from any connection, right and wrong codes, tokens and passwords. What goes
 * out can be read, goes only to who is connected, and welcomes only who named the code of an open
 * session; nobody is given the lead without the password, and bytes without sense are counted and
 * in the end cost the connection.
 */
#include <assert.h>
#include <string.h>

#include "server/rooms.h"
#include "shared/platform/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script_message.h"
#include "tests/fuzz/small_session.h"

enum {
    CONNECTIONS = 10,
    STEPS_MAX = 80,
    SEATS_OF_ALL = 12
};

typedef struct {
    bool open;       /* the network has it */
    bool ended;      /* the rooms want it gone */
    bool named_code; /* its newest JOIN named the code of an open session */
    bool is_checked; /* its password is being compared */
    bool may_lead;   /* and was right */
    int malformed;
} Connection;

static Rooms *rooms;
static Connection connections[CONNECTIONS];
static SessionTime now;
static uint8_t next_random;
static uint8_t code[CODE_CHARS];

/* Nobody reads the log of a fuzzer. These stand in front of those of the platform. */
void log_info(const char *format, ...)
{
    assert(format[0] != '\0');
}

void log_warning(const char *format, ...)
{
    assert(format[0] != '\0');
}

void log_error(const char *format, ...)
{
    assert(format[0] != '\0');
}

/* Connections are numbered as the endpoint does it: a generation above, a place below. */
static uint32_t number_of(uint32_t index)
{
    return UINT32_C(0x10000) | index;
}

static Connection *connection_of(uint32_t number)
{
    assert((number & 0xffff) < CONNECTIONS && number >> 16 == 1);
    return &connections[number & 0xffff];
}

/* --- what the rooms ask for --- */

static void take_send(void *context,
                      const uint32_t *numbers,
                      size_t number_count,
                      const uint8_t *bytes,
                      size_t size_bytes,
                      Delivery delivery)
{
    static Message message;

    (void)context;
    assert(number_count >= 1 && size_bytes <= MESSAGE_BYTES_MAX);
    assert(message_decode(bytes, size_bytes, &message));
    assert(message.type >= MESSAGE_WELCOME && message_delivery(message.type) == delivery);
    for (size_t i = 0; i < number_count; i++) {
        const Connection *connection = connection_of(numbers[i]);

        assert(connection->open);
        assert(message.type != MESSAGE_WELCOME || connection->named_code);
        assert(message.type != MESSAGE_LEAD || connection->may_lead);
    }
}

static void take_disconnect(void *context, uint32_t number)
{
    Connection *connection = connection_of(number);

    (void)context;
    assert(connection->open && !connection->ended);
    connection->ended = true;
}

static void take_answer_pings(void *context, uint32_t number, uint32_t nonce)
{
    (void)context;
    assert(connection_of(number)->open && (nonce & 0xffff) == (number & 0xffff));
}

static void take_session(
    void *context, int64_t id, const SessionConfig *config, const Groove *grooves, int groove_count)
{
    (void)context;
    assert(id > 0 && config->seats >= 1 && grooves != NULL && groove_count == SMALL_GROOVES);
    assert(text_is_clean(config->title, strlen(config->title)));
}

static void take_entry(void *context, int64_t id, const JournalEntry *entry)
{
    (void)context;
    assert(id > 0 && journal_entry_is_valid(entry));
}

static bool take_password(void *context, uint32_t number, const char *password)
{
    Connection *connection = connection_of(number);

    (void)context;
    assert(connection->open && !connection->is_checked);
    assert(strlen(password) >= 1 && strlen(password) <= PASSWORD_BYTES_MAX);
    connection->is_checked = true;
    return true;
}

static void take_random(void *context, uint8_t *bytes, size_t size_bytes)
{
    (void)context;
    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = next_random;
        next_random = (uint8_t)(next_random * 5U + 1U); /* all 256 before the first again */
    }
}

/* --- what strangers do --- */

static bool is_open_code(const uint8_t named[CODE_CHARS])
{
    for (int i = 0; i < rooms_count(rooms); i++) {
        if (memcmp(rooms_session(rooms, i)->config.code, named, CODE_CHARS) == 0) {
            return true;
        }
    }
    return false;
}

static void receive(uint32_t index, const uint8_t *bytes, size_t size_bytes)
{
    static Message message;
    Connection *connection = &connections[index];
    const int64_t malformed = rooms_counts(rooms).malformed;
    const bool counts = connection->open && !connection->ended;
    const bool makes_sense =
        message_decode(bytes, size_bytes, &message) && message.type < MESSAGE_WELCOME;

    if (makes_sense && message.type == MESSAGE_JOIN && message.join.version == PROTOCOL_VERSION) {
        connection->named_code = connection->named_code || is_open_code(message.join.code);
    }
    rooms_received(rooms, now, number_of(index), bytes, size_bytes);
    if (counts && rooms_counts(rooms).malformed > malformed) {
        connection->malformed++;
        assert(connection->ended == (connection->malformed >= MALFORMED_MAX));
    } else {
        assert(!counts || makes_sense);
    }
}

static void send(uint32_t index, const Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];

    receive(index, bytes, message_encode(message, bytes));
}

static void join(uint32_t index, Script *script)
{
    static Message message;
    const uint8_t how = script_byte(script);
    JoinMessage *wish = &message.join;

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_JOIN;
    wish->version = PROTOCOL_VERSION;
    memcpy(wish->code, code, CODE_CHARS);
    wish->code[0] = (uint8_t)(wish->code[0] ^ ((how & 8U) != 0 ? 1U : 0U));
    wish->name[0] = (char)('a' + how % 8);
    wish->observer = (how & 16U) != 0;
    wish->facilitates = (how & 32U) != 0;
    memcpy(wish->facilitator_token, rooms_session(rooms, 0)->config.facilitator_token, TOKEN_BYTES);
    wish->facilitator_token[0] ^= (how & 64U) != 0 ? 1U : 0U;
    wish->resumes = (how & 128U) != 0;
    memset(wish->resume_token, how, TOKEN_BYTES);
    send(index, &message);
}

static void ask_to_lead(uint32_t index, Script *script)
{
    static Message message;
    const uint8_t how = script_byte(script);

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_PASSWORD;
    memcpy(message.password.code, code, CODE_CHARS);
    message.password.code[0] = (uint8_t)(message.password.code[0] ^ (how % 4 == 0 ? 1U : 0U));
    memset(message.password.text, 'p', 1 + how % PASSWORD_BYTES_MAX);
    send(index, &message);
}

static void order(uint32_t index, Script *script)
{
    static const int32_t values[] = {0, 1, 2, 7, 120000, -1, INT32_MAX, INT32_MIN};
    static Message message;

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_COMMAND;
    message.command.kind = (uint8_t)(script_byte(script) % COMMAND_COUNT);
    message.command.a = values[script_byte(script) % 8];
    message.command.b = values[script_byte(script) % 8];
    send(index, &message);
}

static void receive_script(uint32_t index, Script *script)
{
    size_t size_bytes = 0;
    const uint8_t wanted = script_byte(script);
    const uint8_t *bytes = script_bytes(script, wanted, &size_bytes);

    if (size_bytes > 0) {
        receive(index, bytes, size_bytes);
    }
}

static void receive_damaged(uint32_t index, Script *script)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    const size_t size_bytes = script_message_damaged(script, bytes);

    receive(index, bytes, size_bytes);
}

static void come_or_go(uint32_t index)
{
    Connection *connection = &connections[index];

    if (connection->open) {
        /* First here: what the others are told of it no longer goes to it. */
        *connection = (Connection){.open = false};
        rooms_disconnected(rooms, now, number_of(index));
    } else {
        *connection = (Connection){.open = true};
        rooms_connected(rooms, now, number_of(index), 1 + index % 3);
    }
}

static void answer_password(uint32_t index, bool fits)
{
    Connection *connection = &connections[index];

    if (connection->is_checked) {
        connection->is_checked = false;
        connection->may_lead = connection->may_lead || fits;
        rooms_password_checked(rooms, now, number_of(index), fits);
    }
}

static void let_time_pass(uint8_t choice)
{
    const int64_t step_ns = choice < 128 ? 10 * NS_PER_MS : (choice - 127) * NS_PER_S / 8;

    for (int i = 0; i < 1 + choice % 16; i++) {
        now.ns += step_ns;
        rooms_tick(rooms, now);
    }
}

static void act(Script *script)
{
    const uint8_t choice = script_byte(script);
    const uint32_t index = choice / 8U % CONNECTIONS;

    switch (choice % 8) {
    case 0:
        let_time_pass(script_byte(script));
        break;
    case 1:
        come_or_go(index);
        break;
    case 2:
        join(index, script);
        break;
    case 3:
        ask_to_lead(index, script);
        break;
    case 4:
        answer_password(index, choice >= 128);
        break;
    case 5:
        order(index, script);
        break;
    case 6:
        receive_damaged(index, script);
        break;
    default:
        receive_script(index, script);
        break;
    }
}

/* Who was asked to leave goes at once, as with a quick network. */
static void let_go(void)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        if (connections[i].open && connections[i].ended) {
            come_or_go(i);
        }
    }
}

static void check_rooms(void)
{
    const RoomsCounts counts = rooms_counts(rooms);
    int seats = 0;

    assert(counts.outbox_full == 0 && counts.facts_lost == 0);
    for (int i = 0; i < rooms_count(rooms); i++) {
        const Session *session = rooms_session(rooms, i);

        seats += session->config.seats;
        assert(session->joined <= session->config.seats);
        assert(timeline_is_valid(&session->timeline));
    }
    assert(seats <= SEATS_OF_ALL);
    assert(rooms_joined_count(rooms) >= 0 && rooms_joined_count(rooms) <= CONNECTIONS);
}

static void open_rooms(void)
{
    static Groove grooves[SMALL_GROOVES];
    const RoomsConfig config = {.defaults = small_session_config(),
                                .grooves = grooves,
                                .groove_count = SMALL_GROOVES,
                                .seats_max = SEATS_OF_ALL,
                                .next_id = 1};
    const RoomsPorts ports = {.send = take_send,
                              .disconnect = take_disconnect,
                              .answer_pings = take_answer_pings,
                              .store_session = take_session,
                              .store_entry = take_entry,
                              .check_password = take_password,
                              .random = take_random};

    small_session_grooves(grooves);
    memset(connections, 0, sizeof connections);
    now = (SessionTime){1000 * NS_PER_S};
    next_random = 3;
    rooms = rooms_create(&config, &ports);
    if (rooms == NULL || rooms_open(rooms, "Fuzz", SMALL_SEATS) != 0) {
        assert(false);
    }
    memcpy(code, rooms_session(rooms, 0)->config.code, CODE_CHARS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Script script = {.bytes = data, .left = size};

    open_rooms();
    for (int i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        act(&script);
        let_go();
        check_rooms();
    }
    rooms_close(rooms, now);
    rooms_destroy(rooms);
    return 0;
}
