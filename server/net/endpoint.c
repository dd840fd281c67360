#include "server/net/endpoint.h"

#include <enet/enet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

enum {
    CHANNEL_COUNT = 2,
    MTU_BYTES = 1200,     /* no fragment of IP on any usual path */
    MTU_BYTES_MIN = 1100, /* of a peer, so that no message of ours is cut into fragments */
    PACKET_BYTES_MAX = 1024,
    WAITING_BYTES_MAX = 64 * 1024,
    SOCKET_BUFFER_BYTES = 4 * 1024 * 1024,
    PING_INTERVAL_MS = 1000,
    TIMEOUT_LIMIT = 32,
    TIMEOUT_MS_MIN = 3000,
    TIMEOUT_MS_MAX = 8000,
    THROTTLE_INTERVAL_MS = 5000,
    GENERATION_MASK = 0x7fff, /* keeps connection numbers below the outbox's special ones */
    REST_NS_PER_CONNECTION = 1000,
    REST_NS_MAX = 1000000
};

/* What belongs to one of ENet's peers, beside ENet. */
typedef struct {
    Endpoint *endpoint;
    uint32_t generation; /* of connections in this slot */
    bool connected;
    bool answers_pings;
    uint32_t nonce;
} Slot;

struct Endpoint {
    ENetHost *host;
    Slot *slots;
    int slot_count;
    int connection_count;
    int64_t session_offset_ns;
    ENetPacket *held; /* of the last RECEIVED */
    EndpointCounts counts;
    bool enet_ready;
    bool accepts; /* new connections */
};

_Static_assert((int)MESSAGE_BYTES_MAX <= (int)PACKET_BYTES_MAX, "every message fits a packet");
_Static_assert((int)ENDPOINT_SLOTS_MAX == (int)ENET_PROTOCOL_MAXIMUM_PEER_ID, "ENet's own limit");

static uint32_t connection_of(const Endpoint *endpoint, const ENetPeer *peer)
{
    uint32_t index = (uint32_t)(peer - endpoint->host->peers);

    return (endpoint->slots[index].generation & GENERATION_MASK) << 16 | index;
}

/* NULL when this connection is gone. */
static ENetPeer *peer_of(const Endpoint *endpoint, uint32_t connection)
{
    uint32_t index = connection & 0xffff;
    ENetPeer *peer;

    if (index >= (uint32_t)endpoint->slot_count || !endpoint->slots[index].connected) {
        return NULL;
    }
    peer = &endpoint->host->peers[index];
    return connection_of(endpoint, peer) == connection ? peer : NULL;
}

/* --- clock pings --- */

static void send_pong(ENetHost *host, ClockDatagram *datagram, const Slot *slot)
{
    uint8_t bytes[PING_BYTES];
    ENetBuffer buffer = {.data = bytes, .dataLength = sizeof bytes};

    datagram->s3.ns = host_clock_now().ns + slot->endpoint->session_offset_ns;
    pong_encode(datagram, bytes);
    if (enet_socket_send(host->socket, &host->receivedAddress, &buffer, 1) > 0) {
        slot->endpoint->counts.sent_bytes += PING_BYTES;
        slot->endpoint->counts.sent_datagrams++;
    } else {
        slot->endpoint->counts.pongs_unsent++;
    }
}

/* The welcomed connection that a ping belongs to: by its nonce, and by where it came from. */
static const Slot *slot_of_ping(const ENetHost *host, const Endpoint *endpoint, uint32_t nonce)
{
    uint32_t index = nonce & 0xffff;
    const ENetPeer *peer;
    const Slot *slot;

    if (index >= (uint32_t)endpoint->slot_count) {
        return NULL;
    }
    slot = &endpoint->slots[index];
    peer = &host->peers[index];
    return slot->answers_pings && slot->nonce == nonce &&
                   peer->address.host == host->receivedAddress.host &&
                   peer->address.port == host->receivedAddress.port
               ? slot
               : NULL;
}

/* A datagram of somebody to whom ENet has given no place yet begins with this place. */
static bool is_from_stranger(const ENetHost *host)
{
    const uint8_t *bytes = host->receivedData;

    return host->receivedDataLength >= 2 &&
           (bytes[0] << 8 | bytes[1]) % (ENET_PROTOCOL_MAXIMUM_PEER_ID + 1) ==
               ENET_PROTOCOL_MAXIMUM_PEER_ID;
}

/* ENet hands every datagram to this first: pings are answered on the spot, the rest is ENet's. */
static int intercept(ENetHost *host, ENetEvent *event)
{
    HostTime arrived = host_clock_now();
    Endpoint *endpoint = ((Slot *)host->peers[0].data)->endpoint;
    ClockDatagram datagram;
    const Slot *slot;

    (void)event;
    endpoint->counts.received_bytes += (int64_t)host->receivedDataLength;
    endpoint->counts.received_datagrams++;
    if (!ping_decode(host->receivedData, host->receivedDataLength, &datagram)) {
        if (endpoint->accepts || !is_from_stranger(host)) {
            return 0;
        }
        endpoint->counts.strangers_refused++;
        return 1;
    }
    slot = slot_of_ping(host, endpoint, datagram.nonce);
    if (slot == NULL) {
        endpoint->counts.pings_refused++;
        return 1;
    }
    datagram.s2.ns = arrived.ns + endpoint->session_offset_ns;
    send_pong(host, &datagram, slot);
    endpoint->counts.pings_answered++;
    return 1;
}

void endpoint_stop_accepting(Endpoint *endpoint)
{
    endpoint->accepts = false;
}

void endpoint_answer_pings(Endpoint *endpoint, uint32_t connection, uint32_t nonce)
{
    if (peer_of(endpoint, connection) != NULL) {
        Slot *slot = &endpoint->slots[connection & 0xffff];

        slot->answers_pings = true;
        slot->nonce = nonce;
    }
}

/* --- opening and closing --- */

/* As large as the system allows; with the right to, larger than it allows others. */
static int enlarge_buffer(int socket, int option, int forced_option)
{
    int wanted = SOCKET_BUFFER_BYTES;
    int got = 0;
    socklen_t got_bytes = sizeof got;

    if (setsockopt(socket, SOL_SOCKET, forced_option, &wanted, sizeof wanted) != 0) {
        (void)setsockopt(socket, SOL_SOCKET, option, &wanted, sizeof wanted);
    }
    (void)getsockopt(socket, SOL_SOCKET, option, &got, &got_bytes);
    return got;
}

static void enlarge_buffers(const Endpoint *endpoint)
{
    int socket = endpoint->host->socket;
    int receive_bytes = enlarge_buffer(socket, SO_RCVBUF, SO_RCVBUFFORCE);
    int send_bytes = enlarge_buffer(socket, SO_SNDBUF, SO_SNDBUFFORCE);

    log_info("net: event=listen port=%u slots=%d receive_buffer_bytes=%d send_buffer_bytes=%d",
             endpoint_port(endpoint),
             endpoint->slot_count,
             receive_bytes,
             send_bytes);
    if (receive_bytes < SOCKET_BUFFER_BYTES && endpoint->slot_count > ENDPOINT_SLOTS_MIN) {
        log_warning("net: the system allows small socket buffers only; for hundreds of players run "
                    "'sysctl -w net.core.rmem_max=%d net.core.wmem_max=%d'",
                    SOCKET_BUFFER_BYTES,
                    SOCKET_BUFFER_BYTES);
    }
}

static bool resolve(const EndpointConfig *config, ENetAddress *address, EndpointError *error)
{
    address->port = config->port;
    if (strchr(config->host, ':') != NULL) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "cannot listen on the IPv6 address %.100s; give --listen an IPv4 address "
                       "such as 0.0.0.0",
                       config->host);
        return false;
    }
    if (enet_address_set_host_ip(address, config->host) != 0 &&
        enet_address_set_host(address, config->host) != 0) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "there is no host called %.100s; give --listen an address of this machine",
                       config->host);
        return false;
    }
    return true;
}

static void explain_bind(const EndpointConfig *config, int cause, EndpointError *error)
{
    error->in_use = cause == EADDRINUSE;
    (void)snprintf(error->text,
                   sizeof error->text,
                   "cannot listen on %.100s port %u: %s; %s",
                   config->host,
                   config->port,
                   cause == 0 ? "the system refuses" : strerror(cause),
                   error->in_use ? "stop the program that uses it, or give --listen another port"
                                 : "give --listen an address of this machine and a port over 1023");
}

static bool open_host(Endpoint *endpoint, const EndpointConfig *config, EndpointError *error)
{
    ENetAddress address = {0};
    ENetAddress bound = {0};

    if (!resolve(config, &address, error)) {
        return false;
    }
    errno = 0;
    endpoint->host = enet_host_create(&address, (size_t)config->slots, CHANNEL_COUNT, 0, 0);
    if (endpoint->host == NULL) {
        explain_bind(config, errno, error);
        return false;
    }
    if (enet_socket_get_address(endpoint->host->socket, &bound) == 0) {
        endpoint->host->address.port = bound.port;
    }
    endpoint->host->mtu = MTU_BYTES;
    endpoint->host->maximumPacketSize = PACKET_BYTES_MAX;
    endpoint->host->maximumWaitingData = WAITING_BYTES_MAX;
    for (int i = 0; i < config->slots; i++) {
        endpoint->slots[i].endpoint = endpoint;
        endpoint->host->peers[i].data = &endpoint->slots[i];
    }
    endpoint->host->intercept = intercept;
    return true;
}

Endpoint *endpoint_open(const EndpointConfig *config, EndpointError *error)
{
    Endpoint *endpoint = calloc(1, sizeof *endpoint);

    *error = (EndpointError){.text = "out of memory; close other programs"};
    if (endpoint == NULL) {
        return NULL;
    }
    endpoint->accepts = true;
    endpoint->slot_count = config->slots;
    endpoint->session_offset_ns = config->session_offset_ns;
    endpoint->slots = calloc((size_t)config->slots, sizeof *endpoint->slots);
    endpoint->enet_ready = enet_initialize() == 0;
    if (endpoint->slots == NULL || !endpoint->enet_ready || !open_host(endpoint, config, error)) {
        endpoint_close(endpoint);
        return NULL;
    }
    enlarge_buffers(endpoint);
    return endpoint;
}

static void free_held(Endpoint *endpoint)
{
    if (endpoint->held != NULL) {
        enet_packet_destroy(endpoint->held);
        endpoint->held = NULL;
    }
}

void endpoint_close(Endpoint *endpoint)
{
    if (endpoint == NULL) {
        return;
    }
    free_held(endpoint);
    if (endpoint->host != NULL) {
        enet_host_destroy(endpoint->host);
    }
    if (endpoint->enet_ready) {
        enet_deinitialize();
    }
    free(endpoint->slots);
    free(endpoint);
}

uint16_t endpoint_port(const Endpoint *endpoint)
{
    return endpoint->host->address.port;
}

int endpoint_slots(const Endpoint *endpoint)
{
    return endpoint->slot_count;
}

int endpoint_connection_count(const Endpoint *endpoint)
{
    return endpoint->connection_count;
}

EndpointCounts endpoint_counts(const Endpoint *endpoint)
{
    return endpoint->counts;
}

/* --- passes and events --- */

/* ENet's own count may be set to zero, and has 32 bits. */
static void count_sent(Endpoint *endpoint)
{
    endpoint->counts.sent_bytes += endpoint->host->totalSentData;
    endpoint->counts.sent_datagrams += endpoint->host->totalSentPackets;
    endpoint->host->totalSentData = 0;
    endpoint->host->totalSentPackets = 0;
}

void endpoint_service(Endpoint *endpoint)
{
    /* Without an event ENet takes up to 256 datagrams in one pass and queues what they bring. -1 is
       a datagram that was too long or a send that failed: the next pass goes on. */
    if (enet_host_service(endpoint->host, NULL, 0) < 0) {
        endpoint->counts.service_errors++;
    }
    count_sent(endpoint);
}

/* ENet slows unreliable packets down, that is drops them, when the round trip grows: full
   acceleration and no deceleration keep it at "send all". */
static void settle_peer(ENetPeer *peer)
{
    enet_peer_timeout(peer, TIMEOUT_LIMIT, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX);
    enet_peer_throttle_configure(peer, THROTTLE_INTERVAL_MS, ENET_PEER_PACKET_THROTTLE_SCALE, 0);
    enet_peer_ping_interval(peer, PING_INTERVAL_MS);
    if (peer->mtu > MTU_BYTES) {
        peer->mtu = MTU_BYTES;
    }
}

/* False for a peer with whom our messages cannot be exchanged. */
static bool take_connect(Endpoint *endpoint, ENetPeer *peer, EndpointEvent *event)
{
    Slot *slot = peer->data;

    settle_peer(peer);
    if (peer->channelCount < CHANNEL_COUNT || peer->mtu < MTU_BYTES_MIN) {
        enet_peer_disconnect(peer, 0);
        return false;
    }
    slot->generation++;
    slot->connected = true;
    slot->answers_pings = false;
    endpoint->connection_count++;
    event->kind = ENDPOINT_CONNECTED;
    event->connection = connection_of(endpoint, peer);
    return true;
}

/* False when nobody was told of the connection. */
static bool take_disconnect(Endpoint *endpoint, ENetPeer *peer, EndpointEvent *event)
{
    Slot *slot = peer->data;

    if (!slot->connected) {
        return false;
    }
    event->kind = ENDPOINT_DISCONNECTED;
    event->connection = connection_of(endpoint, peer);
    slot->connected = false;
    slot->answers_pings = false;
    endpoint->connection_count--;
    return true;
}

static bool take_packet(Endpoint *endpoint, const ENetEvent *from, EndpointEvent *event)
{
    const Slot *slot = from->peer->data;

    endpoint->held = from->packet;
    if (!slot->connected) {
        free_held(endpoint);
        return false;
    }
    endpoint->counts.received++;
    event->kind = ENDPOINT_RECEIVED;
    event->connection = connection_of(endpoint, from->peer);
    event->bytes = from->packet->data;
    event->size_bytes = from->packet->dataLength;
    return true;
}

/* False for what is none of the caller's business. */
static bool translate(Endpoint *endpoint, const ENetEvent *from, EndpointEvent *event)
{
    switch (from->type) {
    case ENET_EVENT_TYPE_CONNECT:
        return take_connect(endpoint, from->peer, event);
    case ENET_EVENT_TYPE_DISCONNECT:
        return take_disconnect(endpoint, from->peer, event);
    case ENET_EVENT_TYPE_RECEIVE:
        return take_packet(endpoint, from, event);
    case ENET_EVENT_TYPE_NONE:
        break;
    }
    return false;
}

bool endpoint_next(Endpoint *endpoint, EndpointEvent *event)
{
    ENetEvent from;

    *event = (EndpointEvent){0};
    free_held(endpoint);
    while (enet_host_check_events(endpoint->host, &from) > 0) {
        if (translate(endpoint, &from, event)) {
            return true;
        }
    }
    return false;
}

void endpoint_flush(Endpoint *endpoint)
{
    enet_host_flush(endpoint->host);
    count_sent(endpoint);
}

void endpoint_wait(Endpoint *endpoint, HostTime until)
{
    struct pollfd waiting = {.fd = endpoint->host->socket, .events = POLLIN};
    HostTime now = host_clock_now();
    int64_t rest_ns =
        clamp_i64((int64_t)endpoint->connection_count * REST_NS_PER_CONNECTION, 0, REST_NS_MAX);

    if (rest_ns > until.ns - now.ns) {
        host_clock_sleep_until(until);
        return;
    }
    if (rest_ns > 0) {
        now.ns += rest_ns;
        host_clock_sleep_until(now);
    }
    if (until.ns > now.ns) {
        (void)poll(&waiting, 1, (int)div_ceil(until.ns - now.ns, NS_PER_MS));
    }
}

void endpoint_send(Endpoint *endpoint,
                   const uint32_t *connections,
                   size_t connection_count,
                   const uint8_t *bytes,
                   size_t size_bytes,
                   Delivery delivery)
{
    bool reliable = delivery == DELIVERY_RELIABLE;
    enet_uint32 flags = reliable ? ENET_PACKET_FLAG_RELIABLE : ENET_PACKET_FLAG_UNSEQUENCED;
    ENetPacket *packet = enet_packet_create(bytes, size_bytes, flags);

    if (packet == NULL) {
        endpoint->counts.unsent += (int64_t)connection_count;
        return;
    }
    for (size_t i = 0; i < connection_count; i++) {
        ENetPeer *peer = peer_of(endpoint, connections[i]);

        if (peer != NULL && enet_peer_send(peer, reliable ? 0 : 1, packet) == 0) {
            endpoint->counts.sent++;
        } else {
            endpoint->counts.unsent++;
        }
    }
    /* One packet serves all; without a taker it is still ours. */
    if (packet->referenceCount == 0) {
        enet_packet_destroy(packet);
    }
}

void endpoint_disconnect(Endpoint *endpoint, uint32_t connection)
{
    ENetPeer *peer = peer_of(endpoint, connection);

    if (peer != NULL) {
        enet_peer_disconnect_later(peer, 0);
    }
}
