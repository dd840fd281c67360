#include "tests/sim/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"

#define STEP_NS NS_PER_MS
#define RETRY_NS (200 * NS_PER_MS)

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

static SessionConfig room_config(uint16_t seats)
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
    const SessionConfig config = room_config(room->session.config.seats);

    session_init(&room->session, &config, room->participants, grooves, count);
}

Room *room_create(uint64_t seed, const RoomNetwork *network, uint16_t seats)
{
    Room *room = calloc(1, sizeof *room);

    assert(room != NULL);
    room->network = *network;
    room->participants = calloc(seats + OBSERVERS_MAX, sizeof *room->participants);
    room->clients = calloc(ROOM_CLIENTS_MAX, sizeof *room->clients);
    room->packets = calloc(ROOM_PACKETS_MAX, sizeof *room->packets);
    room->journal.entries = calloc(JOURNAL_ENTRIES_MAX, sizeof *room->journal.entries);
    room->journal.capacity = JOURNAL_ENTRIES_MAX;
    room->stored_max = 65536;
    room->stored = calloc((size_t)room->stored_max, sizeof *room->stored);
    assert(room->participants != NULL && room->clients != NULL && room->packets != NULL);
    assert(room->journal.entries != NULL && room->stored != NULL);
    prng_seed(&room->prng, seed);
    room->now_ns = 1000 * NS_PER_S;
    outbox_init(&room->outbox);
    room->session.config.seats = seats;
    open_session(room);
    return room;
}

void room_destroy(Room *room)
{
    if (room == NULL) {
        return;
    }
    free(room->participants);
    free(room->clients);
    free(room->packets);
    free(room->journal.entries);
    free(room->stored);
    free(room);
}

HostTime room_host_time(const Room *room, const RoomClient *client)
{
    const int64_t elapsed_ns = room->now_ns - 1000 * NS_PER_S;

    return (HostTime){room->now_ns + client->host_offset_ns +
                      (int64_t)((double)elapsed_ns * client->host_skew)};
}

static void add_packet(Room *room, const RoomPacket *packet, bool reliable)
{
    RoomClient *client = &room->clients[packet->client];
    int64_t *floor_ns = packet->to_server ? &client->reliable_to_ns : &client->reliable_from_ns;
    const int copies = prng_uniform(&room->prng) < room->network.duplicates ? 2 : 1;

    for (int i = 0; i < (reliable ? 1 : copies); i++) {
        const double delay_ms =
            room->network.delay_ms + prng_exponential(&room->prng, room->network.jitter_ms);
        const bool lost = prng_uniform(&room->prng) < room->network.loss;
        RoomPacket *slot = &room->packets[room->packet_count];

        if (lost && !reliable) {
            continue;
        }
        assert(room->packet_count < ROOM_PACKETS_MAX);
        *slot = *packet;
        slot->at_ns =
            room->now_ns + (int64_t)(delay_ms * (double)NS_PER_MS) + (lost ? RETRY_NS : 0);
        if (reliable) {
            slot->at_ns = slot->at_ns > *floor_ns ? slot->at_ns : *floor_ns;
            *floor_ns = slot->at_ns;
        }
        room->packet_count++;
    }
}

static void post(Room *room, int client, bool to_server, const OutboxItem *item)
{
    RoomPacket packet = {.kind = ROOM_MESSAGE, .to_server = to_server, .client = client};

    if (!room->clients[client].connected) {
        return;
    }
    packet.size_bytes = (uint16_t)item->size_bytes;
    memcpy(packet.bytes, outbox_bytes(&room->outbox, item), item->size_bytes);
    add_packet(room, &packet, item->delivery == DELIVERY_RELIABLE);
}

/* What a client's model wants sent. */
static void collect_from_client(Room *room, int client)
{
    for (uint32_t i = 0; i < room->outbox.item_count; i++) {
        post(room, client, true, &room->outbox.items[i]);
    }
    outbox_clear(&room->outbox);
}

static void drop_connection(Room *room, int index)
{
    RoomClient *client = &room->clients[index];

    client->connected = false;
    client->joined = false;
    model_disconnected(&client->model, room_host_time(room, client));
}

static void collect_from_server(Room *room)
{
    for (uint32_t i = 0; i < room->outbox.item_count; i++) {
        const OutboxItem *item = &room->outbox.items[i];

        for (int c = 0; c < room->client_count; c++) {
            const bool everyone =
                item->connection == CONNECTION_EVERYONE && room->clients[c].joined;

            if (item->kind == OUTBOX_SEND && (everyone || item->connection == (uint32_t)c)) {
                post(room, c, false, item);
            }
        }
    }
    outbox_clear(&room->outbox);
    for (int i = 0; i < room->journal.count; i++) {
        assert(room->stored_count < room->stored_max);
        room->stored[room->stored_count] = room->journal.entries[i];
        room->stored_count++;
    }
    room->journal.count = 0;
}

static SessionResult step(Room *room, const SessionEvent *event)
{
    const SessionResult result = session_step(
        &room->session, (SessionTime){room->now_ns}, event, &room->outbox, &room->journal);

    assert(room->journal.lost == 0 && room->outbox.refused_count == 0);
    return result;
}

static void server_receives(Room *room, const RoomPacket *packet)
{
    RoomClient *client = &room->clients[packet->client];
    Message message;
    SessionEvent event = {.message = &message, .connection = (uint32_t)packet->client};
    SessionResult result;

    if (room->server_is_down || !message_decode(packet->bytes, packet->size_bytes, &message)) {
        assert(room->server_is_down);
        return;
    }
    if (message.type == MESSAGE_JOIN) {
        event.kind = SESSION_EVENT_JOIN;
        event.clock_nonce = (uint32_t)packet->client + 1;
        for (int i = 0; i < TOKEN_BYTES; i++) {
            event.fresh_token[i] = (uint8_t)prng_below(&room->prng, 256);
        }
        result = step(room, &event);
        client->joined = result.joined;
        client->seat = result.seat;
    } else if (client->joined) {
        event.kind = SESSION_EVENT_MESSAGE;
        event.seat = client->seat;
        (void)step(room, &event);
    }
    collect_from_server(room);
}

static void answer_ping(Room *room, const RoomPacket *packet)
{
    RoomPacket pong = *packet;
    ClockDatagram datagram;

    if (room->server_is_down || !ping_decode(packet->bytes, PING_BYTES, &datagram)) {
        return;
    }
    datagram.s2 = (SessionTime){room->now_ns};
    datagram.s3 = datagram.s2;
    pong.kind = ROOM_PONG;
    pong.to_server = false;
    pong_encode(&datagram, pong.bytes);
    add_packet(room, &pong, false);
}

static void client_receives(Room *room, const RoomPacket *packet)
{
    RoomClient *client = &room->clients[packet->client];
    const HostTime now = room_host_time(room, client);
    ClockDatagram datagram;
    Message message;

    if (packet->kind == ROOM_PONG) {
        if (pong_decode(packet->bytes, PING_BYTES, &datagram)) {
            model_pong(&client->model, &datagram, now);
        }
        return;
    }
    if (message_decode(packet->bytes, packet->size_bytes, &message)) {
        model_receive(&client->model, now, &message);
    }
}

static void deliver(Room *room)
{
    int kept = 0;
    const int count = room->packet_count;

    for (int i = 0; i < count; i++) {
        const RoomPacket packet = room->packets[i];
        const RoomClient *client = &room->clients[packet.client];

        if (packet.at_ns > room->now_ns) {
            continue;
        }
        room->packets[i].at_ns = INT64_MIN;
        if (!client->connected) {
            continue;
        }
        if (packet.kind == ROOM_PING) {
            answer_ping(room, &packet);
        } else if (packet.to_server) {
            server_receives(room, &packet);
        } else {
            client_receives(room, &packet);
        }
    }
    for (int i = 0; i < room->packet_count; i++) {
        if (room->packets[i].at_ns != INT64_MIN) {
            room->packets[kept] = room->packets[i];
            kept++;
        }
    }
    room->packet_count = kept;
}

static void send_ping(Room *room, int index, HostTime now)
{
    RoomClient *client = &room->clients[index];
    RoomPacket packet = {
        .kind = ROOM_PING, .to_server = true, .client = index, .size_bytes = PING_BYTES};
    ClockDatagram ping;

    if (model_ping_due(&client->model, now, &ping)) {
        ping.c1 = now;
        model_pinged(&client->model, ping.id, now);
        ping_encode(&ping, packet.bytes);
        add_packet(room, &packet, false);
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

        assert(number < ROOM_TRUE_HITS_MAX);
        client->true_asynchrony_ns[number] = hit.asynchrony_ns;
        client->hits_played++;
        (void)model_hit_at(&client->model, hit.at, hit.pad, hit.velocity, &room->outbox);
    }
}

static void run_client(Room *room, int index)
{
    RoomClient *client = &room->clients[index];
    const HostTime now = room_host_time(room, client);

    if (!client->connected && room->now_ns >= client->connect_at_ns && !room->server_is_down) {
        client->connect_at_ns = INT64_MAX;
        client->connected = true;
        model_connected(&client->model, now, &room->outbox);
    }
    if (client->connected) {
        send_ping(room, index, now);
    }
    play(room, client, now);
    if (room->now_ns / STEP_NS % 10 == index % 10) {
        model_tick(&client->model, now, &room->outbox);
    }
    collect_from_client(room, index);
}

void room_run(Room *room, int64_t duration_ns)
{
    const int64_t end_ns = room->now_ns + duration_ns;
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};

    while (room->now_ns < end_ns) {
        room->now_ns += STEP_NS;
        deliver(room);
        if (!room->server_is_down && room->now_ns / STEP_NS % 5 == 0) {
            (void)step(room, &tick);
            collect_from_server(room);
        }
        for (int i = 0; i < room->client_count; i++) {
            run_client(room, i);
        }
    }
}

int room_add(Room *room, bool plays, const PlayerProfile *profile, PlayerTrouble trouble)
{
    const int index = room->client_count;
    RoomClient *client = &room->clients[index];
    ModelConfig config = {.facilitates = index == 0};
    const SessionConfig session = room_config(1);

    assert(index < ROOM_CLIENTS_MAX);
    room->client_count++;
    memcpy(config.code, session.code, CODE_CHARS);
    memcpy(config.facilitator_token, session.facilitator_token, TOKEN_BYTES);
    (void)snprintf(config.name, sizeof config.name, "Player %d", index);
    (void)snprintf(config.team, sizeof config.team, "Team %d", index % 4);
    config.calibrated = profile->calibrated;
    config.calibration_us = (int32_t)(profile->calibration_ms * 1000.0);
    client->plays = plays;
    client->host_offset_ns = (int64_t)prng_below(&room->prng, 1000000) * NS_PER_S / 1000;
    client->host_skew = (prng_uniform(&room->prng) - 0.5) * 1e-4;
    client->connect_at_ns = room->now_ns;
    simulated_player_init(&client->player, profile, trouble, prng_u64(&room->prng));
    model_init(&client->model, &config, &client->others, room_host_time(room, client));
    return index;
}

void room_order(Room *room, CommandKind kind, int32_t a, int32_t b)
{
    model_command(&room->clients[0].model, kind, a, b, NULL, &room->outbox);
    collect_from_client(room, 0);
}

void room_disconnect(Room *room, int index, int64_t away_ns)
{
    RoomClient *client = &room->clients[index];
    const SessionEvent event = {.kind = SESSION_EVENT_DISCONNECTED, .seat = client->seat};

    if (client->joined && !room->server_is_down) {
        (void)step(room, &event);
        collect_from_server(room);
    }
    drop_connection(room, index);
    client->connect_at_ns = room->now_ns + away_ns;
}

/* The facts in the order in which a session takes them back. */
static void restore(Room *room)
{
    const JournalKind order[] = {JOURNAL_TIMELINE,
                                 JOURNAL_PARTICIPANT,
                                 JOURNAL_JUDGED,
                                 JOURNAL_HIT,
                                 JOURNAL_BAR,
                                 JOURNAL_BAN,
                                 JOURNAL_LOCK};

    for (size_t pass = 0; pass < sizeof order / sizeof order[0]; pass++) {
        for (int i = 0; i < room->stored_count; i++) {
            const JournalEntry *entry = &room->stored[i];
            bool superseded = entry->kind != order[pass];

            for (int j = i + 1; j < room->stored_count && !superseded; j++) {
                const JournalEntry *other = &room->stored[j];

                superseded =
                    (entry->kind == JOURNAL_TIMELINE && other->kind == entry->kind) ||
                    (entry->kind == JOURNAL_LOCK && other->kind == entry->kind) ||
                    (entry->kind == JOURNAL_PARTICIPANT && other->kind == entry->kind &&
                     other->seat == entry->seat) ||
                    (entry->kind == JOURNAL_HIT && other->kind == JOURNAL_JUDGED &&
                     other->seat == entry->seat && other->judged.hit_number == entry->hit.number);
            }
            if (!superseded) {
                session_restore(&room->session, entry);
            }
        }
    }
}

void room_restart_server(Room *room, int64_t away_ns)
{
    const SessionTime stored_until = {room->now_ns};

    room->server_is_down = true;
    for (int i = 0; i < room->client_count; i++) {
        drop_connection(room, i);
        room->clients[i].connect_at_ns = room->now_ns + away_ns;
    }
    room->packet_count = 0;
    room_run(room, away_ns);
    open_session(room);
    restore(room);
    session_restored(&room->session, stored_until);
    room->server_is_down = false;
}
