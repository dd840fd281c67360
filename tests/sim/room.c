#include "tests/sim/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"

#define START_NS (1000 * NS_PER_S)
#define RETRY_NS (200 * NS_PER_MS)
#define TICK_NS (5 * NS_PER_MS)
#define MODEL_TICK_NS (10 * NS_PER_MS)
/* How long either side waits for a silent other. */
#define SILENCE_NS (5 * NS_PER_S)
#define RECONNECT_NS (500 * NS_PER_MS)
/* After an absence or a long nap; and after a smaller step of its clock, or a change of path or
   pace that looks like one, which the estimator may take minutes to sort out. */
#define UNEASY_NS (15 * NS_PER_S)
#define UNEASY_LONG_NS (300 * NS_PER_S)

int room_grooves(Groove grooves[GROOVES_MAX])
{
    int count = 0;

    for (int i = 0; i < BUILTIN_GROOVE_COUNT && count < GROOVES_MAX; i++) {
        const char *text = BUILTIN_GROOVES[i].text;

        if (groove_text_parse(text, strlen(text), &grooves[count], NULL)) {
            count++;
        }
    }
    return count;
}

SessionConfig room_config(uint16_t seats)
{
    SessionConfig config = {.title = "Room",
                            .code = {'R', 'O', 'O', 'M', '2', '3', '4', '5'},
                            .seats = seats,
                            .profile = PROFILE_STANDARD,
                            .grace_s = 600};

    memset(config.facilitator_token, 7, TOKEN_BYTES);
    return config;
}

static void open_session(Room *room)
{
    Groove grooves[GROOVES_MAX];
    const int count = room_grooves(grooves);
    SessionConfig config = room_config(room->session.config.seats);

    config.privacy = room->session.config.privacy;
    session_init(&room->session, &config, room->participants, grooves, count);
    room->timeline_revision = room->session.timeline.revision;
}

Room *sim_room_create(uint64_t seed, const RoomNetwork *network, uint16_t seats)
{
    Room *room = calloc(1, sizeof *room);

    assert(room != NULL);
    room->network = *network;
    room->participants = calloc(seats + OBSERVERS_MAX, sizeof *room->participants);
    room->clients = calloc(ROOM_CLIENTS_MAX, sizeof *room->clients);
    room->connections = calloc(ROOM_CONNECTIONS_MAX, sizeof *room->connections);
    room->journal.entries = calloc(JOURNAL_ENTRIES_MAX, sizeof *room->journal.entries);
    room->journal.capacity = JOURNAL_ENTRIES_MAX;
    assert(room->participants != NULL && room->clients != NULL && room->connections != NULL);
    assert(room->journal.entries != NULL);
    packets_create(&room->packets);
    store_create(&room->store);
    prng_seed(&room->prng, seed);
    room->step_ns = NS_PER_MS;
    room->now_ns = START_NS;
    outbox_init(&room->outbox);
    room->session.config.seats = seats;
    open_session(room);
    return room;
}

void sim_room_destroy(Room *room)
{
    if (room == NULL) {
        return;
    }
    packets_destroy(&room->packets);
    store_destroy(&room->store);
    free(room->participants);
    free(room->clients);
    free(room->connections);
    free(room->journal.entries);
    free(room);
}

void room_violate(Room *room, const char *rule, int by)
{
    if (room->violated == NULL) {
        room->violated = rule;
        room->violated_by = by;
    }
}

/* --- clocks --- */

HostTime room_host_time(const Room *room, const RoomClient *client)
{
    const int64_t elapsed_ns = room->now_ns - client->anchor_now_ns;

    if (client->asleep_until_ns > 0) {
        return (HostTime){client->host_anchor_ns};
    }
    return (HostTime){client->host_anchor_ns + elapsed_ns +
                      (int64_t)((double)elapsed_ns * client->host_skew)};
}

bool room_server_is_frozen(const Room *room)
{
    return room->now_ns < room->server_frozen_until_ns;
}

SessionTime room_session_time(const Room *room)
{
    const int64_t runs_from_ns =
        room_server_is_frozen(room) ? room->server_frozen_until_ns : room->now_ns;

    return (SessionTime){runs_from_ns + room->server_offset_ns};
}

static void anchor_clock(const Room *room, RoomClient *client)
{
    client->host_anchor_ns = room_host_time(room, client).ns;
    client->anchor_now_ns = room->now_ns;
}

/* The estimate needs a while to follow. */
static void make_uneasy(RoomClient *client, int64_t for_ns)
{
    client->uneasy_ns = client->uneasy_ns > for_ns ? client->uneasy_ns : for_ns;
}

void room_step_clock(Room *room, int index, int64_t by_ns)
{
    RoomClient *client = &room->clients[index];

    assert(by_ns >= 0);
    anchor_clock(room, client);
    client->host_anchor_ns += by_ns;
    make_uneasy(client, UNEASY_LONG_NS);
}

void room_set_skew(Room *room, int index, double skew)
{
    RoomClient *client = &room->clients[index];

    anchor_clock(room, client);
    client->host_skew = skew;
    make_uneasy(client, UNEASY_LONG_NS);
}

/* --- the network --- */

static double way_delay_ms(const RoomNetwork *network, bool to_server)
{
    const double half_ms = network->asymmetry_ms / 2.0;
    const double delay_ms = network->delay_ms + (to_server ? half_ms : -half_ms);

    return delay_ms > 0.05 ? delay_ms : 0.05;
}

/* Whether the network swallows a datagram that is sent at `now_ns`. */
static bool is_lost(Room *room, RoomClient *client, bool to_server, int64_t now_ns)
{
    const RoomNetwork *network = &client->network;
    int64_t *burst_until_ns = &client->burst_until_ns[to_server ? 1 : 0];

    if (now_ns < client->partitioned_until_ns || now_ns < *burst_until_ns) {
        return true;
    }
    if (network->burst > 0 && prng_uniform(&room->prng) < network->burst) {
        *burst_until_ns = now_ns + (int64_t)(prng_exponential(&room->prng, network->burst_ms) *
                                             (double)NS_PER_MS);
        return true;
    }
    return prng_uniform(&room->prng) < network->loss;
}

static int64_t arrival_ns(Room *room, const RoomClient *client, bool to_server, int64_t sent_ns)
{
    const double delay_ms = way_delay_ms(&client->network, to_server) +
                            prng_exponential(&room->prng, client->network.jitter_ms);

    return sent_ns + (int64_t)(delay_ms * (double)NS_PER_MS);
}

static void send_live(Room *room, Packet *packet)
{
    RoomClient *client = &room->clients[room->connections[packet->connection].client];
    const int copies = prng_uniform(&room->prng) < client->network.duplicates ? 2 : 1;

    for (int i = 0; i < copies; i++) {
        room->datagrams_sent++;
        if (is_lost(room, client, packet->to_server, room->now_ns)) {
            room->datagrams_lost++;
            continue;
        }
        packet->at_ns = arrival_ns(room, client, packet->to_server, room->now_ns);
        packets_push(&room->packets, packet);
    }
}

/* Sent again until it gets through, and never overtaken. */
static void send_reliable(Room *room, Packet *packet)
{
    RoomConnection *connection = &room->connections[packet->connection];
    RoomClient *client = &room->clients[connection->client];
    int64_t *floor_ns =
        packet->to_server ? &connection->reliable_to_ns : &connection->reliable_from_ns;
    int64_t sent_ns = room->now_ns;

    room->datagrams_sent++;
    while (is_lost(room, client, packet->to_server, sent_ns)) {
        room->datagrams_lost++;
        sent_ns += RETRY_NS;
    }
    packet->reliable = true;
    packet->at_ns = arrival_ns(room, client, packet->to_server, sent_ns);
    packet->at_ns = packet->at_ns > *floor_ns ? packet->at_ns : *floor_ns;
    *floor_ns = packet->at_ns;
    packets_push(&room->packets, packet);
}

static void post(Room *room, int connection, bool to_server, const OutboxItem *item)
{
    Packet packet = {.kind = PACKET_MESSAGE, .to_server = to_server, .connection = connection};

    packet.size_bytes = (uint16_t)item->size_bytes;
    memcpy(packet.bytes, outbox_bytes(&room->outbox, item), item->size_bytes);
    if (item->delivery == DELIVERY_RELIABLE) {
        send_reliable(room, &packet);
    } else {
        send_live(room, &packet);
    }
}

void sim_room_flush(Room *room, int index)
{
    const RoomClient *client = &room->clients[index];

    for (uint32_t i = 0; i < room->outbox.item_count && client->connected; i++) {
        if (room->outbox.items[i].kind == OUTBOX_SEND) {
            post(room, client->connection, true, &room->outbox.items[i]);
        }
    }
    outbox_clear(&room->outbox);
}

void room_send(Room *room, int index, const Message *message)
{
    (void)outbox_push(&room->outbox, 0, message);
    sim_room_flush(room, index);
}

void room_set_network(Room *room, int index, const RoomNetwork *network)
{
    room->clients[index].network = *network;
    make_uneasy(&room->clients[index], UNEASY_LONG_NS);
}

/* --- the server --- */

static void close_connection(Room *room, int index)
{
    RoomConnection *connection = &room->connections[index];
    Packet packet = {.kind = PACKET_CLOSED, .connection = index};

    if (connection->open) {
        connection->open = false;
        connection->joined = false;
        send_reliable(room, &packet);
    }
}

/* Whether a message tells its reader only of themselves. */
static bool is_about_reader(const Message *message, uint16_t seat)
{
    const RosterMessage *roster = &message->roster;

    if (message->type == MESSAGE_ROSTER) {
        for (int i = 0; i < roster->count; i++) {
            if (roster->entries[i].seat != seat) {
                return false;
            }
        }
        return true;
    }
    return message->type != MESSAGE_MAP && message->type != MESSAGE_REPORT;
}

static bool is_allowed_by_tier(Privacy privacy, const Message *message, uint16_t seat)
{
    switch (privacy) {
    case PRIVACY_OPEN:
        return message->type != MESSAGE_CROWD && message->type != MESSAGE_REPORT;
    case PRIVACY_TEAMS:
        return is_about_reader(message, seat);
    case PRIVACY_PRIVATE:
    case PRIVACY_COUNT:
        break;
    }
    return is_about_reader(message, seat) && message->type != MESSAGE_CROWD &&
           message->type != MESSAGE_TEAMS && message->type != MESSAGE_PARTS;
}

static void send_to(Room *room, int index, const OutboxItem *item)
{
    const RoomConnection *connection = &room->connections[index];
    const Participant *reader = &room->participants[connection->seat];
    static Message message;

    if (!message_decode(outbox_bytes(&room->outbox, item), item->size_bytes, &message)) {
        room_violate(room, "the server sends what can be read", connection->client);
        return;
    }
    if (connection->joined && reader->connection == (uint32_t)index && !reader->facilitates &&
        !is_allowed_by_tier(room->session.privacy, &message, connection->seat)) {
        room_violate(room, "nobody is sent what the tier forbids", connection->client);
    }
    if (room->listener != NULL) {
        room->listener(room->owner, connection->client, &message);
    }
    post(room, index, false, item);
}

static void collect_item(Room *room, const OutboxItem *item)
{
    if (item->connection < CONNECTION_NUMBERS_END) {
        assert(item->connection < (uint32_t)room->connection_count);
        if (item->kind == OUTBOX_DISCONNECT) {
            close_connection(room, (int)item->connection);
        } else if (room->connections[item->connection].open) {
            send_to(room, (int)item->connection, item);
        }
        return;
    }
    for (int i = 0; i < room->connection_count; i++) {
        RoomConnection *connection = &room->connections[i];

        if (connection->open && connection->joined &&
            outbox_is_for(
                item, (uint32_t)i, room->session.participants[connection->seat].facilitates)) {
            send_to(room, i, item);
        }
    }
}

static void collect_from_server(Room *room)
{
    for (uint32_t i = 0; i < room->outbox.item_count; i++) {
        collect_item(room, &room->outbox.items[i]);
    }
    outbox_clear(&room->outbox);
    for (int i = 0; i < room->journal.count; i++) {
        store_put(&room->store, room_session_time(room).ns, &room->journal.entries[i]);
    }
    room->journal.count = 0;
    if (room->session.timeline.revision != room->timeline_revision) {
        room->timeline_revision = room->session.timeline.revision;
        room->timeline_set_at_ns = room->now_ns;
    }
}

static SessionResult step(Room *room, const SessionEvent *event)
{
    const SessionResult result =
        session_step(&room->session, room_session_time(room), event, &room->outbox, &room->journal);

    if (room->journal.lost != 0) {
        room_violate(room, "the journal holds every fact of a step", -1);
    }
    if (room->outbox.refused_count != 0) {
        room_violate(room, "the outbox holds every message of a step", -1);
    }
    return result;
}

static void server_seats(Room *room, int index, const Message *message)
{
    RoomConnection *connection = &room->connections[index];
    SessionEvent event = {.kind = SESSION_EVENT_JOIN,
                          .message = message,
                          .connection = (uint32_t)index,
                          .clock_nonce = (uint32_t)index + 1};
    SessionResult result;

    for (int i = 0; i < TOKEN_BYTES; i++) {
        event.fresh_token[i] = (uint8_t)prng_below(&room->prng, 256);
    }
    result = step(room, &event);
    if (result.joined) {
        connection->joined = true;
        connection->seat = result.seat;
        room->clients[connection->client].seat = result.seat;
    }
    collect_from_server(room);
    if (result.replaced_connection != CONNECTION_NONE) {
        close_connection(room, (int)result.replaced_connection);
    }
}

/* Only who facilitates moves the music or hears how each of the others did. */
static void check_rights(Room *room, const Message *message, bool facilitates, uint32_t revision)
{
    if (room->session.timeline.revision != revision &&
        (!facilitates || message->type != MESSAGE_COMMAND)) {
        room_violate(room, "only a facilitator's command changes the timeline", -1);
    }
    for (uint32_t i = 0; i < room->outbox.item_count && !facilitates; i++) {
        const OutboxItem *item = &room->outbox.items[i];

        if (item->kind == OUTBOX_DISCONNECT && message->type != MESSAGE_LEAVE) {
            room_violate(room, "only a facilitator ends somebody's connection", -1);
        }
        if (item->kind == OUTBOX_SEND && outbox_bytes(&room->outbox, item)[0] == MESSAGE_REPORT) {
            room_violate(room, "only a facilitator gets the report", -1);
        }
    }
}

static void server_receives(Room *room, const Packet *packet)
{
    RoomConnection *connection = &room->connections[packet->connection];
    const uint32_t revision = room->session.timeline.revision;
    Message message;
    SessionEvent event = {.kind = SESSION_EVENT_MESSAGE, .message = &message};

    if (!message_decode(packet->bytes, packet->size_bytes, &message)) {
        room_violate(room, "every message that was sent can be read", -1);
        return;
    }
    if ((message.type == MESSAGE_JOIN) == connection->joined) {
        return; /* as the rooms of a server do: nothing before a JOIN, and no second one */
    }
    if (message.type == MESSAGE_JOIN) {
        server_seats(room, packet->connection, &message);
        return;
    }
    event.seat = connection->seat;
    {
        const bool facilitates = room->participants[event.seat].facilitates;

        (void)step(room, &event);
        check_rights(room, &message, facilitates, revision);
    }
    collect_from_server(room);
}

static void answer_ping(Room *room, const Packet *packet)
{
    Packet pong = *packet;
    ClockDatagram datagram;

    if (!room->connections[packet->connection].joined ||
        !ping_decode(packet->bytes, PING_BYTES, &datagram) ||
        datagram.nonce != (uint32_t)packet->connection + 1) {
        return;
    }
    datagram.s2 = room_session_time(room);
    datagram.s3 = datagram.s2;
    pong.kind = PACKET_PONG;
    pong.to_server = false;
    pong_encode(&datagram, pong.bytes);
    send_live(room, &pong);
}

/* The server gives a connection up, or hears that it is gone. */
static void lose_connection(Room *room, int index)
{
    RoomConnection *connection = &room->connections[index];
    const SessionEvent event = {.kind = SESSION_EVENT_DISCONNECTED, .seat = connection->seat};
    const bool joined = connection->joined;

    if (room_server_is_frozen(room)) {
        connection->drops_at_ns = room->server_frozen_until_ns;
        return;
    }
    connection->open = false;
    connection->joined = false;
    connection->drops_at_ns = ROOM_NEVER;
    if (joined && !room->server_is_down) {
        (void)step(room, &event);
        collect_from_server(room);
    }
}

/* --- clients --- */

bool room_is_seated(const Room *room, int index)
{
    const RoomClient *client = &room->clients[index];

    return client->connected && room->connections[client->connection].joined;
}

static void hang_up(Room *room, RoomClient *client)
{
    if (client->connected) {
        client->connected = false;
        model_disconnected(&client->model, room_host_time(room, client));
        make_uneasy(client, UNEASY_NS); /* its pace since then is a guess */
    }
    client->breaks_at_ns = ROOM_NEVER;
}

/* After a connection has ended: who was sent out or refused does not try again by itself. */
static void come_back_at(RoomClient *client, int64_t at_ns)
{
    client->connect_at_ns = client->model.phase == MODEL_CONNECTING ? at_ns : ROOM_NEVER;
}

static void client_receives(Room *room, const Packet *packet)
{
    RoomClient *client = &room->clients[room->connections[packet->connection].client];
    const HostTime now = room_host_time(room, client);
    const uint32_t revision = client->model.timeline.revision;
    ClockDatagram datagram;
    Message message;

    if (packet->kind == PACKET_CLOSED) {
        hang_up(room, client);
        come_back_at(client, room->now_ns + RECONNECT_NS);
        return;
    }
    if (packet->kind == PACKET_PONG) {
        if (pong_decode(packet->bytes, PING_BYTES, &datagram)) {
            model_pong(&client->model, &datagram, now);
        }
        return;
    }
    if (!message_decode(packet->bytes, packet->size_bytes, &message)) {
        room_violate(room, "every message that was sent can be read", -1);
        return;
    }
    model_receive(&client->model, now, &message);
    if (client->model.timeline.revision != revision) {
        client->timeline_at_ns = room->now_ns;
    }
}

/* What arrives while the lid is closed waits, if it is sent again until it is heard. */
static bool sleeps_through(Room *room, const Packet *packet)
{
    const RoomClient *client = &room->clients[room->connections[packet->connection].client];
    Packet later = *packet;

    if (packet->to_server || client->asleep_until_ns <= room->now_ns) {
        return false;
    }
    if (packet->reliable) {
        later.at_ns = client->asleep_until_ns;
        packets_push(&room->packets, &later);
    }
    return true;
}

/* The same for a server whose machine sleeps. */
static bool freezes_out(Room *room, const Packet *packet)
{
    Packet later = *packet;

    if (!packet->to_server || !room_server_is_frozen(room)) {
        return false;
    }
    if (packet->reliable) {
        later.at_ns = room->server_frozen_until_ns;
        packets_push(&room->packets, &later);
    }
    return true;
}

static void deliver(Room *room, int64_t until_ns)
{
    Packet packet;

    while (room->violated == NULL && packets_pop(&room->packets, until_ns, &packet)) {
        const RoomConnection *connection = &room->connections[packet.connection];
        const RoomClient *client = &room->clients[connection->client];

        room->now_ns = packet.at_ns > room->now_ns ? packet.at_ns : room->now_ns;
        if ((packet.to_server && (room->server_is_down || !connection->open)) ||
            freezes_out(room, &packet)) {
            continue;
        }
        if (packet.to_server && packet.kind == PACKET_PING) {
            answer_ping(room, &packet);
        } else if (packet.to_server) {
            server_receives(room, &packet);
        } else if (client->connected && client->connection == packet.connection &&
                   !sleeps_through(room, &packet)) {
            client_receives(room, &packet);
        }
    }
    room->now_ns = until_ns;
}

static void send_ping(Room *room, int index, HostTime now)
{
    RoomClient *client = &room->clients[index];
    Packet packet = {.kind = PACKET_PING,
                     .to_server = true,
                     .connection = client->connection,
                     .size_bytes = PING_BYTES};
    ClockDatagram ping;

    if (model_ping_due(&client->model, now, &ping)) {
        ping.c1 = now;
        model_pinged(&client->model, ping.id, now);
        ping_encode(&ping, packet.bytes);
        send_live(room, &packet);
    }
}

static void play(Room *room, RoomClient *client, HostTime now)
{
    const Groove *grooves[GROOVES_MAX] = {NULL};
    const SimulatedScore score = {.timeline = &client->model.timeline,
                                  .grooves = grooves,
                                  .part = client->model.part,
                                  .part_before = client->model.part_before,
                                  .part_from = client->model.part_from};
    const SessionTime time = applied_clock_session(&client->model.clock, now);
    SimulatedHit hit;

    if (!client->plays || !client->model.has_timeline || !client->model.clock.locked) {
        return;
    }
    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        if (client->model.grooves[i].known) {
            grooves[client->model.grooves[i].index] = &client->model.grooves[i].groove;
        }
    }
    simulated_player_plan(&client->player, &score, time);
    while (simulated_player_take(&client->player, time, &hit)) {
        const uint32_t number = client->model.next_hit_number;

        if (number < ROOM_TRUE_HITS_MAX) {
            client->true_asynchrony_ns[number] = hit.asynchrony_ns;
        }
        client->hits_played++;
        (void)model_hit_at(&client->model, hit.at, hit.pad, hit.velocity, &room->outbox);
    }
}

static void connect_client(Room *room, int index, HostTime now)
{
    RoomClient *client = &room->clients[index];
    RoomConnection *connection = &room->connections[room->connection_count];

    assert(room->connection_count < ROOM_CONNECTIONS_MAX);
    *connection = (RoomConnection){.client = index, .open = true, .drops_at_ns = ROOM_NEVER};
    client->connection = room->connection_count;
    room->connection_count++;
    client->connect_at_ns = ROOM_NEVER;
    client->breaks_at_ns = ROOM_NEVER;
    client->connected = true;
    model_connected(&client->model, now, &room->outbox);
}

static void wake(Room *room, RoomClient *client)
{
    client->asleep_until_ns = 0;
    client->anchor_now_ns = room->now_ns;
}

static void run_client(Room *room, int index)
{
    RoomClient *client = &room->clients[index];
    const int64_t turn = room->now_ns / room->step_ns;
    const int64_t turns = MODEL_TICK_NS / room->step_ns;
    HostTime now;

    if (client->asleep_until_ns > room->now_ns) {
        return;
    }
    if (client->asleep_until_ns > 0) {
        wake(room, client);
    }
    now = room_host_time(room, client);
    if (client->connected && room->now_ns >= client->breaks_at_ns) {
        hang_up(room, client);
        come_back_at(client, room->now_ns + RECONNECT_NS);
    }
    if (!client->connected && room->now_ns >= client->connect_at_ns && !room->server_is_down &&
        !room_server_is_frozen(room) && room->now_ns >= client->partitioned_until_ns) {
        connect_client(room, index, now);
    }
    if (client->model.phase == MODEL_JOINED) {
        client->uneasy_ns -= client->uneasy_ns > 0 ? room->step_ns : 0;
    }
    if (client->connected) {
        send_ping(room, index, now);
    }
    play(room, client, now);
    if (turn % turns == index % turns) {
        model_tick(&client->model, now, &room->outbox);
    }
    sim_room_flush(room, index);
}

static void run_server(Room *room)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};

    for (int i = 0; i < room->connection_count; i++) {
        if (room->connections[i].drops_at_ns <= room->now_ns) {
            lose_connection(room, i);
        }
    }
    if (room->now_ns % TICK_NS == 0) {
        (void)step(room, &tick);
        collect_from_server(room);
    }
}

void room_run(Room *room, int64_t duration_ns)
{
    const int64_t end_ns = room->now_ns + duration_ns;

    while (room->now_ns < end_ns && room->violated == NULL) {
        deliver(room, (room->now_ns / room->step_ns + 1) * room->step_ns);
        if (!room->server_is_down && !room_server_is_frozen(room)) {
            run_server(room);
        }
        for (int i = 0; i < room->client_count; i++) {
            run_client(room, i);
        }
    }
}

/* --- who is there --- */

static void draw_own_token(Room *room, ModelConfig *config)
{
    config->has_own_token = true;
    for (int i = 0; i < TOKEN_BYTES; i++) {
        config->own_token[i] = (uint8_t)prng_below(&room->prng, 256);
    }
}

static int add(Room *room, ModelConfig *config)
{
    const int index = room->client_count;
    RoomClient *client = &room->clients[index];

    assert(index < ROOM_CLIENTS_MAX);
    room->client_count++;
    client->network = room->network;
    client->anchor_now_ns = START_NS;
    client->host_anchor_ns = START_NS + (int64_t)prng_below(&room->prng, 1000000) * NS_PER_S / 1000;
    client->host_skew = (prng_uniform(&room->prng) - 0.5) * 1e-4;
    client->connect_at_ns = room->now_ns;
    client->breaks_at_ns = ROOM_NEVER;
    draw_own_token(room, config);
    model_init(&client->model, config, &client->others, room_host_time(room, client));
    if (index % 4 == 0) {
        model_use_estimator(&client->model, &client->estimator, NULL);
    }
    return index;
}

static ModelConfig config_of(const Room *room)
{
    const SessionConfig session = room_config(1);
    ModelConfig config = {.facilitates = room->client_count == 0};

    memcpy(config.code, session.code, CODE_CHARS);
    memcpy(config.facilitator_token, session.facilitator_token, TOKEN_BYTES);
    (void)snprintf(config.name, sizeof config.name, "Player %d", room->client_count);
    (void)snprintf(config.team, sizeof config.team, "Team %d", room->client_count % 4);
    return config;
}

int room_add(Room *room, bool plays, const PlayerProfile *profile, PlayerTrouble trouble)
{
    ModelConfig config = config_of(room);
    int index = 0;

    config.calibrated = profile->calibrated;
    config.calibration_us = (int32_t)(profile->calibration_ms * 1000.0);
    index = add(room, &config);
    room->clients[index].plays = plays;
    simulated_player_init(&room->clients[index].player, profile, trouble, prng_u64(&room->prng));
    return index;
}

int room_add_observer(Room *room)
{
    ModelConfig config = config_of(room);

    config.observer = true;
    return add(room, &config);
}

void room_set_privacy(Room *room, Privacy privacy)
{
    room->session.config.privacy = privacy;
    room->session.privacy = privacy;
}

void room_order(Room *room, CommandKind kind, int32_t a, int32_t b)
{
    model_command(&room->clients[0].model, kind, a, b, NULL, &room->outbox);
    sim_room_flush(room, 0);
}

void room_disconnect(Room *room, int index, int64_t away_ns)
{
    RoomClient *client = &room->clients[index];

    if (client->connected) {
        lose_connection(room, client->connection);
    }
    hang_up(room, client);
    come_back_at(client,
                 away_ns >= ROOM_NEVER - room->now_ns ? ROOM_NEVER : room->now_ns + away_ns);
}

void room_rebind(Room *room, int index)
{
    RoomClient *client = &room->clients[index];

    if (!client->connected) {
        return;
    }
    room->connections[client->connection].drops_at_ns = room->now_ns + SILENCE_NS;
    hang_up(room, client);
    come_back_at(client, room->now_ns);
}

/* Nobody hears the other for `length_ns`: whoever waits long enough gives up. */
static void break_after_silence(Room *room, RoomClient *client, int64_t length_ns)
{
    if (length_ns > SILENCE_NS && client->connected) {
        room->connections[client->connection].drops_at_ns = room->now_ns + SILENCE_NS;
        client->breaks_at_ns = room->now_ns + SILENCE_NS;
    }
}

void room_partition(Room *room, int index, int64_t length_ns)
{
    RoomClient *client = &room->clients[index];

    client->partitioned_until_ns = room->now_ns + length_ns;
    break_after_silence(room, client, length_ns);
}

void room_sleep(Room *room, int index, int64_t length_ns)
{
    RoomClient *client = &room->clients[index];

    anchor_clock(room, client);
    client->asleep_until_ns = room->now_ns + length_ns;
    make_uneasy(client, length_ns < 2 * NS_PER_S ? UNEASY_LONG_NS : UNEASY_NS);
    break_after_silence(room, client, length_ns);
}

/* A step beyond any round trip contradicts every sample; a smaller one may hide in the path. */
static void make_everybody_uneasy(Room *room, int64_t step_ns)
{
    for (int i = 0; i < room->client_count; i++) {
        const RoomNetwork *network = &room->clients[i].network;
        const double seen_ms = 4.0 * (network->delay_ms + network->jitter_ms) + 20.0;

        make_uneasy(&room->clients[i],
                    (double)step_ns > seen_ms * (double)NS_PER_MS ? UNEASY_NS : UNEASY_LONG_NS);
    }
}

void room_step_server_clock(Room *room, int64_t by_ns)
{
    assert(by_ns >= 0 && !room_server_is_frozen(room));
    room->server_offset_ns += by_ns;
    make_everybody_uneasy(room, by_ns);
}

void room_freeze_server(Room *room, int64_t length_ns)
{
    assert(length_ns >= 0 && !room_server_is_frozen(room));
    room->server_frozen_until_ns = room->now_ns + length_ns;
    room->server_offset_ns -= length_ns;
    make_everybody_uneasy(room, length_ns);
    for (int i = 0; i < room->client_count && length_ns > SILENCE_NS; i++) {
        RoomClient *client = &room->clients[i];

        if (client->connected && client->breaks_at_ns == ROOM_NEVER) {
            client->breaks_at_ns = room->now_ns + SILENCE_NS;
            /* Its own time stood still, too: it hears nobody from when it wakes. */
            room->connections[client->connection].drops_at_ns =
                room->server_frozen_until_ns + SILENCE_NS;
        }
    }
}

void sim_room_leave(Room *room, int index)
{
    RoomClient *client = &room->clients[index];

    model_leave(&client->model, room_host_time(room, client), &room->outbox);
    sim_room_flush(room, index);
    client->connect_at_ns = ROOM_NEVER;
}

void room_return(Room *room, int index)
{
    RoomClient *client = &room->clients[index];

    if (client->connected) {
        lose_connection(room, client->connection);
        hang_up(room, client);
    }
    if (!client->model.has_seat) {
        draw_own_token(room, &client->model.config); /* as somebody who joins anew would */
    }
    client->model.phase = MODEL_CONNECTING;
    client->connect_at_ns = room->now_ns;
}

bool room_kill_server(Room *room, int64_t away_ns, int64_t lost_ns)
{
    const SessionTime stored_until = {room_session_time(room).ns - lost_ns};
    bool timeline_lost = false;

    assert(!room_server_is_frozen(room));
    room->server_is_down = true;
    room->facts_lost = room->facts_lost || lost_ns > 0;
    for (int i = 0; i < room->connection_count; i++) {
        room->connections[i].open = false;
        room->connections[i].joined = false;
        room->connections[i].drops_at_ns = ROOM_NEVER;
    }
    for (int i = 0; i < room->client_count; i++) {
        RoomClient *client = &room->clients[i];

        hang_up(room, client);
        come_back_at(client, room->now_ns + away_ns);
    }
    packets_clear(&room->packets);
    room_run(room, away_ns);
    timeline_lost = store_cut(&room->store, stored_until.ns);
    open_session(room);
    store_restore(&room->store, &room->session);
    session_restored(&room->session, stored_until);
    room->timeline_revision = room->session.timeline.revision;
    room->server_is_down = false;
    return timeline_lost;
}

void room_restart_server(Room *room, int64_t away_ns)
{
    (void)room_kill_server(room, away_ns, 0);
}
