#include "client/net/connection.h"

#include <enet/enet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/net/known_hosts.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"
#include "shared/secure/datagram_guard.h"
#include "shared/secure/entropy.h"
#include "shared/secure/fingerprint.h"
#include "shared/secure/secure_peer.h"

enum {
    PONGS_WAITING_MAX = 64,
    CHANNEL_COUNT = GUARD_CHANNELS,
    WAITING_BYTES_MAX = 256 * 1024,
    PING_INTERVAL_MS = 1000,
    TIMEOUT_LIMIT = 32,
    TIMEOUT_MS_MIN = 3000,
    TIMEOUT_MS_MAX = 8000,
    THROTTLE_INTERVAL_MS = 5000,
    SERVICE_FAILURES_MAX = 4,
    CLOCK_BYTES = PING_BYTES + CLOCK_MAC_BYTES
};

/*
 * A server that drains its socket in one pass drops what follows the end of ENet's handshake in the
 * same pass, and ENet repeats it only after half a second: so the first word waits for a moment.
 */
#define SETTLE_NS (25 * NS_PER_MS)
/* A hello without an answer is repeated after this, then after twice this, and so on. */
#define HELLO_NS (100 * NS_PER_MS)
#define HELLO_NS_MAX (500 * NS_PER_MS)

typedef struct {
    ClockDatagram datagram;
    HostTime at;
} WaitingPong;

typedef enum {
    STAGE_ASKING,     /* hellos go out; a cookie is to come back */
    STAGE_CONNECTING, /* ENet connects, with the cookie's token */
    STAGE_SETTLING,   /* ENet is connected, and settled_at tells when to go on */
    STAGE_SHAKING,    /* the first frame of the handshake is out */
    STAGE_READY,      /* messages travel sealed */
    STAGE_REFUSED,    /* by us: the verdict is to be told */
    STAGE_CLOSED      /* DISCONNECTED is to be told, or was */
} Stage;

struct Connection {
    Link address;
    const char *known_hosts;
    ENetAddress server;
    ENetHost *host;
    ENetPeer *peer; /* NULL before ENet connects and after it has ended */
    Stage stage;
    bool connected; /* CONNECTED was told, DISCONNECTED was not */
    bool told_end;
    Hello hello;
    HostTime hello_at; /* the next */
    int64_t hello_wait_ns;
    bool has_cookie;
    HelloAnswer answer;
    HostTime settled_at;
    SecurePeer secure;
    uint32_t believed_mac;  /* of the datagram that ENet is given now */
    RefusedMessage verdict; /* REFUSED */
    bool told_verdict;
    uint8_t plain[MESSAGE_BYTES_MAX];     /* of the last MESSAGE */
    WaitingPong pongs[PONGS_WAITING_MAX]; /* ring */
    int pong_start;
    int pong_count;
    ConnectionTraffic traffic;
};

_Static_assert((int)FRAME_BYTES_MAX == (int)GUARD_PAYLOAD_BYTES_MAX, "every message passes");

/* --- datagrams, before ENet sees them and after it made them --- */

static void keep_pong(Connection *connection, const uint8_t *bytes, HostTime at)
{
    ClockDatagram pong;

    if (!secure_peer_believes_clock(&connection->secure, bytes, PING_BYTES, bytes + PING_BYTES) ||
        !pong_decode(bytes, PING_BYTES, &pong)) {
        return;
    }
    if (connection->pong_count < PONGS_WAITING_MAX) {
        int index = (connection->pong_start + connection->pong_count) % PONGS_WAITING_MAX;

        connection->pongs[index] = (WaitingPong){pong, at};
        connection->pong_count++;
    }
}

/* The newest reliable number received in order; ENet forgets its channels when it disconnects. */
static uint16_t reliable_base(const ENetPeer *peer)
{
    return peer->channels == NULL ? 0 : peer->channels[0].incomingReliableSequenceNumber;
}

/* Whether a datagram may go to ENet's parser: from the server, and of the kinds we know. */
static bool is_admitted(Connection *connection)
{
    ENetHost *host = connection->host;
    const ENetPeer *peer = connection->peer;
    GuardHeader header;
    uint8_t connect_id[CONNECT_ID_BYTES];

    if (peer == NULL || !guard_header(host->receivedData, host->receivedDataLength, &header) ||
        header.peer != peer->incomingPeerID) {
        return false;
    }
    memcpy(connect_id, &peer->connectID, sizeof connect_id);
    return secure_peer_believes_datagram(&connection->secure,
                                         host->receivedData,
                                         host->receivedDataLength,
                                         header.mac_at,
                                         connect_id,
                                         &connection->believed_mac) &&
           guard_commands(GUARD_AT_CLIENT,
                          host->receivedData,
                          host->receivedDataLength,
                          &header,
                          reliable_base(peer),
                          NULL) == GUARD_PASSES;
}

/* ENet hands every datagram to this first; 1 keeps it from its parser. */
static int intercept(ENetHost *host, ENetEvent *event)
{
    Connection *connection = host->peers[0].data;
    HostTime at = host_clock_now();
    HelloAnswer answer;

    (void)event;
    if (host->receivedAddress.host != connection->server.host ||
        host->receivedAddress.port != connection->server.port) {
        return 1;
    }
    if (host->receivedDataLength == CLOCK_BYTES && connection->secure.state == SECURE_ESTABLISHED &&
        host->receivedData[0] == 'O') {
        keep_pong(connection, host->receivedData, at);
        return 1;
    }
    if (connection->stage == STAGE_ASKING) {
        if (hello_answer_decode(host->receivedData, host->receivedDataLength, &answer) &&
            secure_equal(answer.nonce, connection->hello.nonce, HELLO_NONCE_BYTES)) {
            connection->answer = answer;
            connection->has_cookie = true;
        }
        return 1;
    }
    return is_admitted(connection) ? 0 : 1;
}

/*
 * The MAC in the place of ENet's checksum. ENet gives no context, but either its own buffers, of
 * which there are at least a header and a command, or one that lies where it receives.
 */
static enet_uint32 checksum(const ENetBuffer *buffers, size_t buffer_count)
{
    uint8_t bytes[GUARD_DATAGRAM_BYTES_MAX];
    size_t size_bytes = 0;
    const ENetHost *host;
    const Connection *connection;

    if (buffer_count == 1) {
        host = (const void *)((const char *)buffers[0].data - offsetof(ENetHost, packetData));
        connection = host->peers[0].data;
        return connection->believed_mac;
    }
    host = (const void *)((const char *)buffers - offsetof(ENetHost, buffers));
    connection = host->peers[0].data;
    for (size_t i = 0; i < buffer_count; i++) {
        if (buffers[i].dataLength > sizeof bytes - size_bytes) {
            return 0;
        }
        memcpy(bytes + size_bytes, buffers[i].data, buffers[i].dataLength);
        size_bytes += buffers[i].dataLength;
    }
    return secure_peer_mac(&connection->secure, bytes, size_bytes);
}

/* A datagram of our own, past ENet. */
static bool send_raw(Connection *connection, ENetBuffer buffer)
{
    if (enet_socket_send(connection->host->socket, &connection->server, &buffer, 1) !=
        (int)buffer.dataLength) {
        return false;
    }
    connection->traffic.sent_bytes += buffer.dataLength;
    connection->traffic.sent_datagrams++;
    return true;
}

static void send_hello(Connection *connection, HostTime now)
{
    uint8_t bytes[HELLO_BYTES];

    hello_encode(&connection->hello, bytes);
    (void)send_raw(connection, (ENetBuffer){.data = bytes, .dataLength = sizeof bytes});
    connection->hello_at.ns = now.ns + connection->hello_wait_ns;
    connection->hello_wait_ns = clamp_i64(2 * connection->hello_wait_ns, HELLO_NS, HELLO_NS_MAX);
}

/* --- opening and closing --- */

/* ENet resolves names to IPv4 alone. */
static bool resolve(const char *host, uint16_t port, ENetAddress *address, ConnectionError *error)
{
    address->port = port;
    if (strchr(host, ':') != NULL) {
        (void)snprintf(error->reason,
                       sizeof error->reason,
                       "%.80s is an IPv6 address; please use the server's name or IPv4 address",
                       host);
        return false;
    }
    if (enet_address_set_host_ip(address, host) != 0 && enet_address_set_host(address, host) != 0) {
        (void)snprintf(error->reason,
                       sizeof error->reason,
                       "there is no host called %.80s; check the link and your network",
                       host);
        return false;
    }
    return true;
}

static bool open_host(Connection *connection)
{
    if (!secure_start() || enet_initialize() != 0) {
        return false;
    }
    connection->host = enet_host_create(NULL, 1, CHANNEL_COUNT, 0, 0);
    if (connection->host == NULL) {
        return false;
    }
    connection->host->mtu = GUARD_MTU_BYTES_MAX;
    connection->host->maximumPacketSize = FRAME_BYTES_MAX;
    connection->host->maximumWaitingData = WAITING_BYTES_MAX;
    connection->host->peers[0].data = connection;
    connection->host->peers[0].mtu = GUARD_MTU_BYTES_MAX;
    connection->host->intercept = intercept;
    connection->host->checksum = checksum;
    connection->hello.version = PROTOCOL_VERSION;
    connection->hello_wait_ns = HELLO_NS;
    secure_random(connection->hello.nonce, sizeof connection->hello.nonce);
    send_hello(connection, host_clock_now());
    return true;
}

Connection *connection_create(const Link *address, const char *known_hosts, ConnectionError *error)
{
    Connection *connection;
    ENetAddress server;

    if (!resolve(address->host, address->port, &server, error)) {
        return NULL;
    }
    connection = calloc(1, sizeof *connection);
    if (connection != NULL) {
        connection->address = *address;
        connection->known_hosts = known_hosts;
        connection->server = server;
    }
    if (connection == NULL || !open_host(connection)) {
        (void)snprintf(error->reason,
                       sizeof error->reason,
                       "this machine gives out no more sockets or memory; close other programs");
        connection_destroy(connection);
        return NULL;
    }
    return connection;
}

void connection_destroy(Connection *connection)
{
    if (connection == NULL) {
        return;
    }
    if (connection->peer != NULL && connection->stage != STAGE_CONNECTING) {
        enet_peer_disconnect_now(connection->peer, 0);
    }
    if (connection->host != NULL) {
        enet_host_destroy(connection->host);
    }
    secure_peer_wipe(&connection->secure);
    free(connection);
}

/* Hangs up without waiting for anything. */
static void hang_up(Connection *connection, Stage stage)
{
    if (connection->peer != NULL) {
        enet_peer_disconnect_now(connection->peer, 0);
        connection->peer = NULL;
    }
    connection->stage = stage;
}

/* --- the way from a hello to sealed messages --- */

/* Ends the attempt with a verdict that the caller takes for the server's own. */
static void refuse(Connection *connection, Refusal reason, uint32_t number, const char *text)
{
    connection->verdict = (RefusedMessage){.reason = (uint8_t)reason, .number = number};
    (void)snprintf(connection->verdict.text, sizeof connection->verdict.text, "%s", text);
    hang_up(connection, STAGE_REFUSED);
}

/* The server lets us in: ENet connects. */
static void use_cookie(Connection *connection)
{
    const HelloAnswer *answer = &connection->answer;

    connection->has_cookie = false;
    if (answer->version != PROTOCOL_VERSION) {
        refuse(connection, REFUSAL_VERSION, answer->version, "");
        return;
    }
    secure_peer_prove(&connection->secure, SEALED_FROM_CLIENT, answer->cookie);
    connection->stage = STAGE_CONNECTING;
    connection->peer = enet_host_connect(
        connection->host, &connection->server, CHANNEL_COUNT, cookie_token(answer->cookie));
    if (connection->peer == NULL) {
        connection->stage = STAGE_CLOSED;
        return;
    }
    enet_peer_timeout(connection->peer, TIMEOUT_LIMIT, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX);
    enet_peer_ping_interval(connection->peer, PING_INTERVAL_MS);
    enet_host_flush(connection->host);
}

static bool send_frame(Connection *connection, const uint8_t *frame, size_t frame_bytes)
{
    ENetPacket *packet = enet_packet_create(frame, frame_bytes, ENET_PACKET_FLAG_RELIABLE);

    if (packet != NULL && enet_peer_send(connection->peer, 0, packet) != 0) {
        enet_packet_destroy(packet);
        packet = NULL;
    }
    return packet != NULL;
}

/* ENet slows unreliable packets down, that is drops them, when the round trip grows: just when
   hits matter. An acceleration of the full scale and no deceleration keep it at "send all". */
static void pin_throttle(ENetPeer *peer)
{
    enet_peer_throttle_configure(peer, THROTTLE_INTERVAL_MS, ENET_PEER_PACKET_THROTTLE_SCALE, 0);
}

static void begin_handshake(Connection *connection)
{
    uint8_t ephemeral[NOISE_KEY_BYTES];
    uint8_t frame[FRAME_FIRST_BYTES];

    pin_throttle(connection->peer);
    secure_random(ephemeral, sizeof ephemeral);
    secure_peer_first(&connection->secure, ephemeral, frame);
    secure_wipe(ephemeral, sizeof ephemeral);
    connection->stage = STAGE_SHAKING;
    if (!send_frame(connection, frame, sizeof frame)) {
        hang_up(connection, STAGE_CLOSED);
        return;
    }
    enet_host_flush(connection->host);
}

/* Whether the server is the one that the link or our memory knows. */
static bool server_is_trusted(const Connection *connection,
                              const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    const Link *address = &connection->address;

    if (address->has_fingerprint) {
        return secure_equal(address->fingerprint, fingerprint, FINGERPRINT_BYTES);
    }
    switch (known_hosts_meet(connection->known_hosts, address->host, address->port, fingerprint)) {
    case KNOWN_HOST_CHANGED:
        return false;
    case KNOWN_HOST_UNRECORDED:
        log_warning("net: the server's key cannot be remembered; next time it could be another's");
        break;
    case KNOWN_HOST_SAME:
    case KNOWN_HOST_NEW:
        break;
    }
    return true;
}

/* The second frame of the handshake, or the end of it. */
static void end_handshake(Connection *connection, const uint8_t *frame, size_t frame_bytes)
{
    uint8_t server_key[NOISE_KEY_BYTES];
    uint8_t fingerprint[FINGERPRINT_BYTES];
    char text[FINGERPRINT_TEXT_BYTES];

    if (!secure_peer_second(
            &connection->secure, host_clock_now(), frame, frame_bytes, server_key)) {
        hang_up(connection, STAGE_CLOSED);
        return;
    }
    fingerprint_of_key(server_key, fingerprint);
    if (!server_is_trusted(connection, fingerprint)) {
        fingerprint_format(fingerprint, text);
        log_warning("net: event=server_key_refused host=%s port=%u fingerprint=%s",
                    connection->address.host,
                    connection->address.port,
                    text);
        refuse(connection, REFUSAL_SERVER_KEY, 0, text);
        return;
    }
    connection->stage = STAGE_READY;
}

/* What time and answers bring. */
static void move_on(Connection *connection)
{
    HostTime now = host_clock_now();

    if (connection->stage == STAGE_ASKING) {
        if (connection->has_cookie) {
            use_cookie(connection);
        } else if (now.ns >= connection->hello_at.ns) {
            send_hello(connection, now);
        }
    } else if (connection->stage == STAGE_SETTLING && now.ns >= connection->settled_at.ns) {
        begin_handshake(connection);
    }
}

/* --- events --- */

/* False for what cannot be opened. */
static bool open_message(Connection *connection, const ENetEvent *from, ConnectionEvent *event)
{
    const ENetPacket *packet = from->packet;
    SealedOrder channel = from->channelID == 0 ? SEALED_ORDERED : SEALED_LIVE;

    if (packet->dataLength > FRAME_BYTES_MAX || !secure_peer_open(&connection->secure,
                                                                  host_clock_now(),
                                                                  channel,
                                                                  packet->data,
                                                                  packet->dataLength,
                                                                  connection->plain)) {
        return false;
    }
    event->kind = CONNECTION_MESSAGE;
    event->bytes = connection->plain;
    event->size_bytes = packet->dataLength - SEALED_OVERHEAD_BYTES;
    return true;
}

/* False for what is none of the caller's business. */
static bool take_packet(Connection *connection, const ENetEvent *from, ConnectionEvent *event)
{
    bool is_news = false;

    if (connection->stage == STAGE_SHAKING) {
        end_handshake(connection, from->packet->data, from->packet->dataLength);
    } else if (connection->stage == STAGE_READY) {
        is_news = open_message(connection, from, event);
    }
    enet_packet_destroy(from->packet);
    return is_news;
}

static bool translate(Connection *connection, const ENetEvent *from, ConnectionEvent *event)
{
    switch (from->type) {
    case ENET_EVENT_TYPE_CONNECT:
        connection->stage = STAGE_SETTLING;
        connection->settled_at.ns = host_clock_now().ns + SETTLE_NS;
        break;
    case ENET_EVENT_TYPE_DISCONNECT:
        connection->peer = NULL;
        if (connection->stage != STAGE_REFUSED) {
            connection->stage = STAGE_CLOSED;
        }
        break;
    case ENET_EVENT_TYPE_RECEIVE:
        return take_packet(connection, from, event);
    case ENET_EVENT_TYPE_NONE:
        break;
    }
    return false;
}

static bool take_pong(Connection *connection, ConnectionEvent *event)
{
    const WaitingPong *pong = &connection->pongs[connection->pong_start];

    if (connection->pong_count == 0) {
        return false;
    }
    event->kind = CONNECTION_PONG;
    event->pong = pong->datagram;
    event->pong_at = pong->at;
    connection->pong_start = (connection->pong_start + 1) % PONGS_WAITING_MAX;
    connection->pong_count--;
    return true;
}

/* What the stage has to tell: each once, and in this order. */
static bool tell_stage(Connection *connection, ConnectionEvent *event)
{
    Message verdict = {.type = MESSAGE_REFUSED};

    if (connection->stage == STAGE_CLOSED && !connection->told_end) {
        connection->told_end = true;
        connection->connected = false;
        event->kind = CONNECTION_DISCONNECTED;
        return true;
    }
    if (connection->stage != STAGE_READY && connection->stage != STAGE_REFUSED) {
        return false;
    }
    if (!connection->connected) {
        connection->connected = true;
        event->kind = CONNECTION_CONNECTED;
        return true;
    }
    if (connection->stage == STAGE_READY || connection->told_verdict) {
        return false;
    }
    connection->told_verdict = true;
    verdict.refused = connection->verdict;
    event->kind = CONNECTION_MESSAGE;
    event->bytes = connection->plain;
    event->size_bytes = message_encode(&verdict, connection->plain);
    return true;
}

bool connection_next(Connection *connection, ConnectionEvent *event)
{
    int failures = 0;

    *event = (ConnectionEvent){0};
    while (failures < SERVICE_FAILURES_MAX) {
        ENetEvent from;
        int result;

        move_on(connection);
        if (tell_stage(connection, event) || take_pong(connection, event)) {
            return true;
        }
        result = enet_host_service(connection->host, &from, 0);
        if (result > 0 && translate(connection, &from, event)) {
            return true;
        }
        if (result == 0 && !connection->has_cookie) {
            return take_pong(connection, event);
        }
        /* A datagram that ENet finds too long, or a send that failed: the next may be well. */
        failures += result < 0 ? 1 : 0;
    }
    return take_pong(connection, event);
}

bool connection_is_connected(const Connection *connection)
{
    return connection->connected;
}

bool connection_send(Connection *connection,
                     const uint8_t *bytes,
                     size_t size_bytes,
                     Delivery delivery)
{
    bool reliable = delivery == DELIVERY_RELIABLE;
    enet_uint32 flags = reliable ? ENET_PACKET_FLAG_RELIABLE : ENET_PACKET_FLAG_UNSEQUENCED;
    SealedOrder channel = reliable ? SEALED_ORDERED : SEALED_LIVE;
    ENetPacket *packet;

    if (!connection->connected || connection->stage != STAGE_READY) {
        return false;
    }
    packet = enet_packet_create(NULL, size_bytes + SEALED_OVERHEAD_BYTES, flags);
    if (packet == NULL) {
        return false;
    }
    if (!secure_peer_seal(
            &connection->secure, host_clock_now(), channel, bytes, size_bytes, packet->data) ||
        enet_peer_send(connection->peer, (enet_uint8)channel, packet) != 0) {
        enet_packet_destroy(packet);
        return false;
    }
    return true;
}

void connection_flush(Connection *connection)
{
    enet_host_flush(connection->host);
}

bool connection_send_ping(Connection *connection, ClockDatagram *ping)
{
    uint8_t bytes[CLOCK_BYTES];

    if (!connection->connected || connection->stage != STAGE_READY) {
        return false;
    }
    ping->c1 = host_clock_now();
    ping_encode(ping, bytes);
    secure_peer_clock_mac(&connection->secure, bytes, PING_BYTES, bytes + PING_BYTES);
    return send_raw(connection, (ENetBuffer){.data = bytes, .dataLength = sizeof bytes});
}

void connection_close(Connection *connection)
{
    if (connection->stage == STAGE_REFUSED) {
        connection->stage = STAGE_CLOSED;
    } else if (connection->peer != NULL) {
        enet_peer_disconnect_later(connection->peer, 0);
        enet_host_flush(connection->host);
    }
}

int connection_socket(const Connection *connection)
{
    return connection->host->socket;
}

/* ENet's own counters are 32 bits wide and may be taken and cleared by us. */
ConnectionTraffic connection_traffic(Connection *connection)
{
    ENetHost *host = connection->host;

    connection->traffic.sent_bytes += host->totalSentData;
    connection->traffic.received_bytes += host->totalReceivedData;
    connection->traffic.sent_datagrams += host->totalSentPackets;
    connection->traffic.received_datagrams += host->totalReceivedPackets;
    host->totalSentData = 0;
    host->totalReceivedData = 0;
    host->totalSentPackets = 0;
    host->totalReceivedPackets = 0;
    return connection->traffic;
}

int64_t connection_backoff_ns(int attempt, uint64_t random)
{
    int64_t base_ns = NS_PER_S;
    int64_t spread_ns;

    if (attempt <= 1) {
        base_ns = attempt <= 0 ? 250 * NS_PER_MS : 500 * NS_PER_MS;
    }
    spread_ns = base_ns / 5;
    return base_ns - spread_ns + (int64_t)(random % (uint64_t)(2 * spread_ns + 1));
}
