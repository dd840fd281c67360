#include "client/net/connection.h"

#include <enet/enet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/platform/host_clock.h"

enum {
    PONGS_WAITING_MAX = 64,
    CHANNEL_COUNT = 2,
    MTU_BYTES = 1200,
    PACKET_BYTES_MAX = 1024,
    WAITING_BYTES_MAX = 256 * 1024,
    PING_INTERVAL_MS = 1000,
    TIMEOUT_LIMIT = 32,
    TIMEOUT_MS_MIN = 3000,
    TIMEOUT_MS_MAX = 8000,
    THROTTLE_INTERVAL_MS = 5000,
    SERVICE_FAILURES_MAX = 4
};

/*
 * A server that drains its socket in one pass drops what follows the end of ENet's handshake in the
 * same pass, and ENet repeats it only after half a second: so the first word waits for a moment.
 */
#define SETTLE_NS (25 * NS_PER_MS)

typedef struct {
    ClockDatagram datagram;
    HostTime at;
} WaitingPong;

struct Connection {
    ENetHost *host;
    ENetPeer *peer;   /* NULL when the connection has ended */
    ENetPacket *held; /* of the last MESSAGE, freed at the next call */
    bool settles;     /* ENet is connected, and connected_at tells since when */
    HostTime connected_at;
    bool connected;
    WaitingPong pongs[PONGS_WAITING_MAX]; /* ring */
    int pong_start;
    int pong_count;
    ConnectionTraffic traffic;
};

/* ENet hands every datagram to this first. Pongs are stamped and kept; the rest is ENet's. */
static int intercept(ENetHost *host, ENetEvent *event)
{
    Connection *connection = host->peers[0].data;
    ClockDatagram pong;
    HostTime at = host_clock_now();

    (void)event;
    if (connection == NULL || connection->peer == NULL ||
        host->receivedAddress.host != connection->peer->address.host ||
        host->receivedAddress.port != connection->peer->address.port ||
        !pong_decode(host->receivedData, host->receivedDataLength, &pong)) {
        return 0;
    }
    if (connection->pong_count < PONGS_WAITING_MAX) {
        int index = (connection->pong_start + connection->pong_count) % PONGS_WAITING_MAX;

        connection->pongs[index] = (WaitingPong){pong, at};
        connection->pong_count++;
    }
    return 1;
}

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

static bool open_host(Connection *connection, const ENetAddress *address)
{
    if (enet_initialize() != 0) {
        return false;
    }
    connection->host = enet_host_create(NULL, 1, CHANNEL_COUNT, 0, 0);
    if (connection->host == NULL) {
        return false;
    }
    connection->host->mtu = MTU_BYTES;
    connection->host->maximumPacketSize = PACKET_BYTES_MAX;
    connection->host->maximumWaitingData = WAITING_BYTES_MAX;
    connection->host->peers[0].data = connection;
    connection->host->intercept = intercept;
    connection->peer = enet_host_connect(connection->host, address, CHANNEL_COUNT, 0);
    if (connection->peer == NULL) {
        return false;
    }
    enet_peer_timeout(connection->peer, TIMEOUT_LIMIT, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX);
    enet_peer_ping_interval(connection->peer, PING_INTERVAL_MS);
    enet_host_flush(connection->host);
    return true;
}

Connection *connection_create(const char *host, uint16_t port, ConnectionError *error)
{
    Connection *connection;
    ENetAddress address;

    if (!resolve(host, port, &address, error)) {
        return NULL;
    }
    connection = calloc(1, sizeof *connection);
    if (connection == NULL || !open_host(connection, &address)) {
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
    if (connection->held != NULL) {
        enet_packet_destroy(connection->held);
    }
    if (connection->peer != NULL && (connection->connected || connection->settles)) {
        enet_peer_disconnect_now(connection->peer, 0);
    }
    if (connection->host != NULL) {
        enet_host_destroy(connection->host);
    }
    free(connection);
}

/* ENet slows unreliable packets down, that is drops them, when the round trip grows: just when
   hits matter. An acceleration of the full scale and no deceleration keep it at "send all". */
static void pin_throttle(ENetPeer *peer)
{
    enet_peer_throttle_configure(peer, THROTTLE_INTERVAL_MS, ENET_PEER_PACKET_THROTTLE_SCALE, 0);
}

/* False for what is none of the caller's business. */
static bool translate(Connection *connection, const ENetEvent *from, ConnectionEvent *event)
{
    switch (from->type) {
    case ENET_EVENT_TYPE_CONNECT:
        connection->settles = true;
        connection->connected_at = host_clock_now();
        return false;
    case ENET_EVENT_TYPE_DISCONNECT:
        connection->settles = false;
        connection->connected = false;
        connection->peer = NULL;
        event->kind = CONNECTION_DISCONNECTED;
        return true;
    case ENET_EVENT_TYPE_RECEIVE:
        connection->held = from->packet;
        event->kind = CONNECTION_MESSAGE;
        event->bytes = from->packet->data;
        event->size_bytes = from->packet->dataLength;
        return true;
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

static bool has_settled(Connection *connection, ConnectionEvent *event)
{
    if (!connection->settles || host_clock_now().ns - connection->connected_at.ns < SETTLE_NS) {
        return false;
    }
    connection->settles = false;
    connection->connected = true;
    pin_throttle(connection->peer);
    event->kind = CONNECTION_CONNECTED;
    return true;
}

bool connection_next(Connection *connection, ConnectionEvent *event)
{
    int failures = 0;

    *event = (ConnectionEvent){0};
    if (connection->held != NULL) {
        enet_packet_destroy(connection->held);
        connection->held = NULL;
    }
    if (has_settled(connection, event) || take_pong(connection, event)) {
        return true;
    }
    while (failures < SERVICE_FAILURES_MAX) {
        ENetEvent from;
        int result = enet_host_service(connection->host, &from, 0);

        if (result > 0 && translate(connection, &from, event)) {
            return true;
        }
        if (result == 0) {
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
    ENetPacket *packet;

    if (!connection->connected) {
        return false;
    }
    packet = enet_packet_create(bytes, size_bytes, flags);
    if (packet == NULL) {
        return false;
    }
    if (enet_peer_send(connection->peer, reliable ? 0 : 1, packet) != 0) {
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
    uint8_t bytes[PING_BYTES];
    ENetBuffer buffer = {.data = bytes, .dataLength = sizeof bytes};
    int sent;

    if (!connection->connected) {
        return false;
    }
    ping->c1 = host_clock_now();
    ping_encode(ping, bytes);
    sent = enet_socket_send(connection->host->socket, &connection->peer->address, &buffer, 1);
    if (sent != (int)sizeof bytes) {
        return false;
    }
    connection->traffic.sent_bytes += sizeof bytes;
    connection->traffic.sent_datagrams++;
    return true;
}

void connection_close(Connection *connection)
{
    if (connection->peer != NULL) {
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
