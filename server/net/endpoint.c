#include "server/net/endpoint.h"

#include <enet/enet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/touched_memory.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"
#include "shared/secure/entropy.h"

enum {
    CHANNEL_COUNT = GUARD_CHANNELS,
    WAITING_BYTES_MAX = 64 * 1024,
    SOCKET_BUFFER_BYTES = 4 * 1024 * 1024,
    UDP_HEADER_BYTES = 8,
    PING_INTERVAL_MS = 1000,
    TIMEOUT_LIMIT = 32,
    TIMEOUT_MS_MIN = 3000,
    TIMEOUT_MS_MAX = 8000,
    THROTTLE_INTERVAL_MS = 5000,
    GENERATION_MASK = 0x7fff, /* keeps connection numbers below the outbox's special ones */
    FLUSHED_CONNECTIONS_MAX = 500,
    REST_NS_PER_CONNECTION = 1000,
    REST_NS_MAX = 2000000,
    CLOCK_BYTES = PING_BYTES + CLOCK_MAC_BYTES
};

/* A slot is given to somebody else when the handshake is not over by then. */
#define HANDSHAKE_NS_MAX (5 * NS_PER_S)
#define SWEEP_NS (500 * NS_PER_MS)

/* What belongs to one of ENet's peers, beside ENet. */
typedef struct {
    Endpoint *endpoint;
    GatePeer gate;
    uint32_t generation; /* of connections in this slot */
    bool connected;      /* CONNECTED was told, DISCONNECTED was not */
    bool answers_pings;
    uint32_t nonce;
} Slot;

struct Endpoint {
    ENetHost *host;
    Gate gate;
    Slot *slots;
    int slot_count;
    int connection_count;
    int64_t session_offset_ns;
    HostTime now;                     /* of this pass */
    HostTime sweep_at;                /* for handshakes that take too long */
    uint32_t believed_mac;            /* of the datagram that ENet is given now */
    int sender_index;                 /* the slot for which ENet sent last */
    uint8_t plain[MESSAGE_BYTES_MAX]; /* of the last RECEIVED */
    EndpointCounts counts;
    bool enet_ready;
    bool accepts;    /* new connections */
    bool has_unsent; /* what waits goes out with the next pass */
};

_Static_assert((int)FRAME_BYTES_MAX == (int)GUARD_PAYLOAD_BYTES_MAX, "every message passes");
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

/* --- datagrams, before ENet sees them and after it made them --- */

static CookieSource source_of(const ENetAddress *address)
{
    return (CookieSource){.address = address->host, .port = address->port};
}

static bool is_from(const ENetPeer *peer, const ENetAddress *address)
{
    return peer->address.host == address->host && peer->address.port == address->port;
}

static bool is_somebody(const ENetPeer *peer)
{
    return peer->state != ENET_PEER_STATE_DISCONNECTED && peer->state != ENET_PEER_STATE_ZOMBIE;
}

/*
 * The slot's keys. A connection that ENet has only just accepted has none yet: they are made of its
 * cookie, which needs no memory between the connect and now. False when that fails.
 */
static bool has_keys(Endpoint *endpoint, Slot *slot, const ENetPeer *peer)
{
    uint8_t connect_id[CONNECT_ID_BYTES];

    memcpy(connect_id, &peer->connectID, sizeof connect_id);
    if (slot->gate.secure.state != SECURE_NONE &&
        memcmp(slot->gate.connect_id, connect_id, sizeof connect_id) == 0) {
        return true;
    }
    return gate_knows(&endpoint->gate,
                      &slot->gate,
                      source_of(&peer->address),
                      endpoint->now,
                      connect_id,
                      peer->eventData);
}

/* Answers the datagram that was received last, past ENet. */
static void answer_raw(ENetHost *host, ENetBuffer buffer)
{
    Endpoint *endpoint = ((Slot *)host->peers[0].data)->endpoint;

    if (enet_socket_send(host->socket, &host->receivedAddress, &buffer, 1) > 0) {
        endpoint->counts.sent_bytes += (int64_t)buffer.dataLength;
        endpoint->counts.sent_datagrams++;
    } else {
        endpoint->counts.answers_unsent++;
    }
}

static void answer_ping(Endpoint *endpoint, const uint8_t *bytes, HostTime arrived)
{
    ENetHost *host = endpoint->host;
    ClockDatagram datagram;
    uint8_t pong[CLOCK_BYTES];
    uint32_t index;
    Slot *slot;

    endpoint->counts.pings_refused++;
    if (!ping_decode(bytes, PING_BYTES, &datagram)) {
        return;
    }
    index = datagram.nonce & 0xffff;
    if (index >= (uint32_t)endpoint->slot_count) {
        return;
    }
    slot = &endpoint->slots[index];
    if (!slot->answers_pings || slot->nonce != datagram.nonce ||
        !is_from(&host->peers[index], &host->receivedAddress) ||
        !gate_admits_clock(&endpoint->gate, &slot->gate, arrived, bytes, CLOCK_BYTES)) {
        return;
    }
    datagram.s2.ns = arrived.ns + endpoint->session_offset_ns;
    datagram.s3.ns = host_clock_now().ns + endpoint->session_offset_ns;
    pong_encode(&datagram, pong);
    secure_peer_clock_mac(&slot->gate.secure, pong, PING_BYTES, pong + PING_BYTES);
    answer_raw(host, (ENetBuffer){.data = pong, .dataLength = sizeof pong});
    endpoint->counts.pings_refused--;
    endpoint->counts.pings_answered++;
}

/* Ends a handshake that is not over, of which nobody was told. */
static void end_shaking(Endpoint *endpoint, int index)
{
    enet_peer_reset(&endpoint->host->peers[index]);
    gate_forget(&endpoint->slots[index].gate);
    endpoint->counts.handshakes_failed++;
}

static bool is_shaking(const Endpoint *endpoint, int index)
{
    const Slot *slot = &endpoint->slots[index];

    return is_somebody(&endpoint->host->peers[index]) && !slot->connected &&
           slot->gate.secure.state == SECURE_PROVEN;
}

/* Whether there is a slot for a connect; ENet then takes the first that is free. */
static bool has_place(Endpoint *endpoint, const GuardConnect *connect)
{
    const ENetHost *host = endpoint->host;
    GateSearch search = {.has_free = false};
    int place;

    /* ENet fills its slots from the first on: from the last on a free one is soon found, and then
       others' handshakes need not be looked at. */
    for (int i = endpoint->slot_count - 1; i >= 0; i--) {
        const ENetPeer *peer = &host->peers[i];
        bool somebody = is_somebody(peer);
        bool same_source = somebody && is_from(peer, &host->receivedAddress);
        const GateSlot slot = {
            .taken = peer->state != ENET_PEER_STATE_DISCONNECTED,
            .same_source = same_source,
            .same_id =
                somebody && memcmp(&peer->connectID, connect->connect_id, CONNECT_ID_BYTES) == 0,
            .shaking = (same_source || !search.has_free) && is_shaking(endpoint, i),
            .proven_at = endpoint->slots[i].gate.proven_at};

        gate_search(&search, i, &slot);
    }
    place = gate_place(&search, endpoint->now);
    if (place >= 0) {
        end_shaking(endpoint, place);
    }
    endpoint->gate.counts.connects_unplaced += place == GATE_NO_PLACE ? 1 : 0;
    return place != GATE_NO_PLACE;
}

/* The newest reliable number received in order; ENet forgets its channels when it disconnects. */
static uint16_t reliable_base(const ENetPeer *peer)
{
    return peer->channels == NULL ? 0 : peer->channels[0].incomingReliableSequenceNumber;
}

/* Whether a datagram may go to ENet's parser. */
static bool is_admitted(Endpoint *endpoint, const GateDatagram *datagram)
{
    uint16_t index = datagram->header.peer;
    GuardConnect connect;
    const ENetPeer *peer;
    Slot *slot;

    if (index == GUARD_PEER_NONE) {
        return endpoint->accepts &&
               gate_admits_connect(
                   &endpoint->gate, endpoint->now, datagram, &connect, &endpoint->believed_mac) &&
               has_place(endpoint, &connect);
    }
    if (index >= endpoint->slot_count) {
        endpoint->gate.counts.strangers++;
        return false;
    }
    slot = &endpoint->slots[index];
    peer = &endpoint->host->peers[index];
    if (!is_somebody(peer) || !is_from(peer, &endpoint->host->receivedAddress) ||
        !has_keys(endpoint, slot, peer)) {
        endpoint->gate.counts.strangers++;
        return false;
    }
    return gate_admits(&endpoint->gate,
                       &slot->gate,
                       endpoint->now,
                       datagram,
                       reliable_base(peer),
                       &endpoint->believed_mac);
}

/* ENet hands every datagram to this first; 1 keeps it from its parser. */
static int intercept(ENetHost *host, ENetEvent *event)
{
    HostTime arrived = host_clock_now();
    Endpoint *endpoint = ((Slot *)host->peers[0].data)->endpoint;
    GateDatagram datagram = {.source = source_of(&host->receivedAddress),
                             .bytes = host->receivedData,
                             .size_bytes = host->receivedDataLength};
    uint8_t answer[ANSWER_BYTES];

    (void)event;
    endpoint->counts.received_bytes += (int64_t)host->receivedDataLength;
    endpoint->counts.received_datagrams++;
    if (guard_header(datagram.bytes, datagram.size_bytes, &datagram.header)) {
        return is_admitted(endpoint, &datagram) ? 0 : 1;
    }
    if (datagram.size_bytes == CLOCK_BYTES) {
        answer_ping(endpoint, datagram.bytes, arrived);
    } else if (endpoint->accepts && gate_answers_hello(&endpoint->gate,
                                                       datagram.source,
                                                       endpoint->now,
                                                       datagram.bytes,
                                                       datagram.size_bytes,
                                                       answer)) {
        answer_raw(host, (ENetBuffer){.data = answer, .dataLength = sizeof answer});
    }
    return 1;
}

/*
 * The slot that ENet sends for: of all it knows only the connect id is in what it gives. It sends
 * for one peer after the other, so the search goes on where the last one ended. NULL for nobody.
 */
static Slot *find_sender(Endpoint *endpoint, const uint8_t connect_id[CONNECT_ID_BYTES])
{
    const ENetHost *host = endpoint->host;

    for (int i = 0; i < endpoint->slot_count; i++) {
        int index = (endpoint->sender_index + i) % endpoint->slot_count;
        const ENetPeer *peer = &host->peers[index];

        if (peer->state != ENET_PEER_STATE_DISCONNECTED &&
            memcmp(&peer->connectID, connect_id, CONNECT_ID_BYTES) == 0) {
            endpoint->sender_index = index;
            return has_keys(endpoint, &endpoint->slots[index], peer) ? &endpoint->slots[index]
                                                                     : NULL;
        }
    }
    return NULL;
}

/*
 * The MAC in the place of ENet's checksum. ENet gives no context, but either its own buffers, of
 * which there are at least a header and a command, or one that lies where it receives.
 */
static enet_uint32 checksum(const ENetBuffer *buffers, size_t buffer_count)
{
    uint8_t bytes[GUARD_DATAGRAM_BYTES_MAX];
    size_t header_bytes = buffers[0].dataLength;
    size_t size_bytes = 0;
    const ENetHost *host;
    Endpoint *endpoint;
    const Slot *slot;

    if (buffer_count == 1) {
        host = (const void *)((const char *)buffers[0].data - offsetof(ENetHost, packetData));
        return ((const Slot *)host->peers[0].data)->endpoint->believed_mac;
    }
    host = (const void *)((const char *)buffers - offsetof(ENetHost, buffers));
    endpoint = ((const Slot *)host->peers[0].data)->endpoint;
    for (size_t i = 0; i < buffer_count; i++) {
        if (buffers[i].dataLength > sizeof bytes - size_bytes) {
            return 0;
        }
        memcpy(bytes + size_bytes, buffers[i].data, buffers[i].dataLength);
        size_bytes += buffers[i].dataLength;
    }
    slot = find_sender(endpoint, bytes + header_bytes - CONNECT_ID_BYTES);
    return slot == NULL ? 0 : secure_peer_mac(&slot->gate.secure, bytes, size_bytes);
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

/*
 * Drops in the kernel what is shorter or longer than any datagram of ours, before it costs a system
 * call: classic BPF on the length of the datagram with its UDP header. ENet would fail on what is
 * longer than its own buffer.
 */
static void filter_lengths(const Endpoint *endpoint)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, UDP_HEADER_BYTES + GUARD_DATAGRAM_BYTES_MIN, 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, UDP_HEADER_BYTES + GUARD_DATAGRAM_BYTES_MAX, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};

    if (setsockopt(
            endpoint->host->socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
        log_warning("net: the kernel filters no datagrams by length: %s", strerror(errno));
    }
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
    endpoint->host->mtu = GUARD_MTU_BYTES_MAX;
    endpoint->host->maximumPacketSize = FRAME_BYTES_MAX;
    endpoint->host->maximumWaitingData = WAITING_BYTES_MAX;
    for (int i = 0; i < config->slots; i++) {
        endpoint->slots[i].endpoint = endpoint;
        endpoint->host->peers[i].data = &endpoint->slots[i];
        endpoint->host->peers[i].mtu = GUARD_MTU_BYTES_MAX;
    }
    endpoint->host->intercept = intercept;
    endpoint->host->checksum = checksum;
    filter_lengths(endpoint);
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
    endpoint->slots = touched_calloc((size_t)config->slots, sizeof *endpoint->slots);
    endpoint->now = host_clock_now();
    endpoint->enet_ready = enet_initialize() == 0;
    gate_init(&endpoint->gate, &config->key, endpoint->now);
    if (endpoint->slots == NULL || !endpoint->enet_ready || !open_host(endpoint, config, error)) {
        endpoint_close(endpoint);
        return NULL;
    }
    enlarge_buffers(endpoint);
    return endpoint;
}

void endpoint_close(Endpoint *endpoint)
{
    if (endpoint == NULL) {
        return;
    }
    if (endpoint->host != NULL) {
        enet_host_destroy(endpoint->host);
    }
    if (endpoint->enet_ready) {
        enet_deinitialize();
    }
    if (endpoint->slots != NULL) {
        secure_wipe(endpoint->slots, (size_t)endpoint->slot_count * sizeof *endpoint->slots);
    }
    gate_wipe(&endpoint->gate);
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

/* 0 where the system does not tell; it counts with 32 bits. */
static int64_t count_cut_off(const Endpoint *endpoint)
{
    uint32_t figures[SK_MEMINFO_VARS] = {0};
    socklen_t size_bytes = sizeof figures;

    (void)getsockopt(endpoint->host->socket, SOL_SOCKET, SO_MEMINFO, figures, &size_bytes);
    return figures[SK_MEMINFO_DROPS];
}

EndpointCounts endpoint_counts(const Endpoint *endpoint)
{
    EndpointCounts counts = endpoint->counts;

    counts.gate = endpoint->gate.counts;
    counts.cut_off = count_cut_off(endpoint);
    return counts;
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

/* Gives the slots of those who came and then said nothing to others. */
static void sweep(Endpoint *endpoint)
{
    if (endpoint->now.ns < endpoint->sweep_at.ns) {
        return;
    }
    endpoint->sweep_at.ns = endpoint->now.ns + SWEEP_NS;
    for (int i = 0; i < endpoint->slot_count; i++) {
        if (is_shaking(endpoint, i) &&
            endpoint->now.ns - endpoint->slots[i].gate.proven_at.ns > HANDSHAKE_NS_MAX) {
            end_shaking(endpoint, i);
        }
    }
}

void endpoint_service(Endpoint *endpoint)
{
    endpoint->now = host_clock_now();
    gate_tick(&endpoint->gate, endpoint->now);
    /* Without an event ENet takes up to 256 datagrams in one pass and queues what they bring. -1 is
       a datagram that was too long or a send that failed: the next pass goes on. */
    if (enet_host_service(endpoint->host, NULL, 0) < 0) {
        endpoint->counts.service_errors++;
    }
    sweep(endpoint);
    count_sent(endpoint);
}

/* ENet slows unreliable packets down, that is drops them, when the round trip grows: full
   acceleration and no deceleration keep it at "send all". */
static void settle_peer(ENetPeer *peer)
{
    enet_peer_timeout(peer, TIMEOUT_LIMIT, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX);
    enet_peer_throttle_configure(peer, THROTTLE_INTERVAL_MS, ENET_PEER_PACKET_THROTTLE_SCALE, 0);
    enet_peer_ping_interval(peer, PING_INTERVAL_MS);
    peer->mtu = peer->mtu > GUARD_MTU_BYTES_MAX ? GUARD_MTU_BYTES_MAX : peer->mtu;
}

/* Hands over `packet` or frees it; false when the peer is gone. */
static bool send_packet(ENetPeer *peer, SealedOrder channel, ENetPacket *packet)
{
    if (packet == NULL) {
        return false;
    }
    if (enet_peer_send(peer, (enet_uint8)channel, packet) != 0) {
        enet_packet_destroy(packet);
        return false;
    }
    return true;
}

/* The client's first frame, answered with ours: from now on there are keys. */
static bool
shake_hands(Endpoint *endpoint, ENetPeer *peer, const ENetPacket *frame, EndpointEvent *event)
{
    Slot *slot = peer->data;
    SecureAnswerer answerer = {.fixed = &endpoint->gate.key};
    uint8_t answer[FRAME_SECOND_BYTES];
    bool shaken;

    secure_random(answerer.ephemeral, sizeof answerer.ephemeral);
    shaken =
        endpoint->accepts &&
        secure_peer_answer(
            &slot->gate.secure, endpoint->now, &answerer, frame->data, frame->dataLength, answer) &&
        send_packet(peer,
                    SEALED_ORDERED,
                    enet_packet_create(answer, sizeof answer, ENET_PACKET_FLAG_RELIABLE));
    secure_wipe(&answerer, sizeof answerer);
    if (!shaken) {
        endpoint->counts.handshakes_failed++;
        enet_peer_disconnect_now(peer, 0);
        gate_forget(&slot->gate);
        return false;
    }
    endpoint->counts.handshakes++;
    slot->generation++;
    slot->connected = true;
    slot->answers_pings = false;
    endpoint->connection_count++;
    event->kind = ENDPOINT_CONNECTED;
    event->connection = connection_of(endpoint, peer);
    event->address = peer->address.host;
    return true;
}

/* False when nobody was told of the connection. */
static bool take_disconnect(Endpoint *endpoint, ENetPeer *peer, EndpointEvent *event)
{
    Slot *slot = peer->data;

    gate_forget(&slot->gate);
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

static bool open_message(Endpoint *endpoint, const ENetEvent *from, EndpointEvent *event)
{
    Slot *slot = from->peer->data;
    SealedOrder channel = from->channelID == 0 ? SEALED_ORDERED : SEALED_LIVE;

    if (from->packet->dataLength > FRAME_BYTES_MAX || !secure_peer_open(&slot->gate.secure,
                                                                        endpoint->now,
                                                                        channel,
                                                                        from->packet->data,
                                                                        from->packet->dataLength,
                                                                        endpoint->plain)) {
        endpoint->counts.unopened++;
        return false;
    }
    endpoint->counts.received++;
    event->kind = ENDPOINT_RECEIVED;
    event->connection = connection_of(endpoint, from->peer);
    event->bytes = endpoint->plain;
    event->size_bytes = from->packet->dataLength - SEALED_OVERHEAD_BYTES;
    return true;
}

static bool take_packet(Endpoint *endpoint, const ENetEvent *from, EndpointEvent *event)
{
    const Slot *slot = from->peer->data;
    bool is_news = slot->connected ? open_message(endpoint, from, event)
                                   : shake_hands(endpoint, from->peer, from->packet, event);

    enet_packet_destroy(from->packet);
    return is_news;
}

/* False for what is none of the caller's business. */
static bool translate(Endpoint *endpoint, const ENetEvent *from, EndpointEvent *event)
{
    switch (from->type) {
    case ENET_EVENT_TYPE_CONNECT:
        settle_peer(from->peer);
        break;
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
    while (enet_host_check_events(endpoint->host, &from) > 0) {
        if (translate(endpoint, &from, event)) {
            return true;
        }
    }
    return false;
}

/* A pass looks at every peer twice as it is; with many of them a third look costs more than all
   sending, and the next pass, which begins with one, is no farther away than a rest. */
void endpoint_flush(Endpoint *endpoint)
{
    endpoint->has_unsent = endpoint->connection_count > FLUSHED_CONNECTIONS_MAX;
    if (!endpoint->has_unsent) {
        enet_host_flush(endpoint->host);
        count_sent(endpoint);
    }
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
    if (until.ns > now.ns && !endpoint->has_unsent) {
        (void)poll(&waiting, 1, (int)div_ceil(until.ns - now.ns, NS_PER_MS));
    }
}

/* A packet of its own for each: nobody can read, or write, what is another's. */
static bool send_sealed(const Endpoint *endpoint,
                        ENetPeer *peer,
                        const uint8_t *bytes,
                        size_t size_bytes,
                        Delivery delivery)
{
    bool reliable = delivery == DELIVERY_RELIABLE;
    enet_uint32 flags = reliable ? ENET_PACKET_FLAG_RELIABLE : ENET_PACKET_FLAG_UNSEQUENCED;
    SealedOrder channel = reliable ? SEALED_ORDERED : SEALED_LIVE;
    ENetPacket *packet = enet_packet_create(NULL, size_bytes + SEALED_OVERHEAD_BYTES, flags);
    Slot *slot = peer->data;

    if (packet == NULL) {
        return false;
    }
    if (!secure_peer_seal(
            &slot->gate.secure, endpoint->now, channel, bytes, size_bytes, packet->data)) {
        enet_packet_destroy(packet);
        return false;
    }
    return send_packet(peer, channel, packet);
}

void endpoint_send(Endpoint *endpoint,
                   const uint32_t *connections,
                   size_t connection_count,
                   const uint8_t *bytes,
                   size_t size_bytes,
                   Delivery delivery)
{
    for (size_t i = 0; i < connection_count; i++) {
        ENetPeer *peer = peer_of(endpoint, connections[i]);

        if (peer != NULL && send_sealed(endpoint, peer, bytes, size_bytes, delivery)) {
            endpoint->counts.sent++;
        } else {
            endpoint->counts.unsent++;
        }
    }
}

void endpoint_disconnect(Endpoint *endpoint, uint32_t connection)
{
    ENetPeer *peer = peer_of(endpoint, connection);

    if (peer != NULL) {
        enet_peer_disconnect_later(peer, 0);
    }
}
