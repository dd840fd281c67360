#include "client/desktop/network_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/desktop/network_ring.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"
#include "shared/prng.h"

#define SILENCE_NS (2500 * NS_PER_MS) /* after WELCOME pongs come ten times a second */
#define ATTEMPT_NS (4 * NS_PER_S)     /* to connect, or to be welcomed */
#define CADENCE_NS (20 * NS_PER_MS)   /* ENet wants to be served */
#define PING_FAST_NS (50 * NS_PER_MS)
#define PING_NS (100 * NS_PER_MS)

enum {
    PINGS_FAST = 40,
    ROOM_MIN = 8, /* events that one turn may add beside the messages */
    KIND_SEND = 100,
    KIND_PINGS,
    KIND_FINISH
};

struct NetworkThread {
    NetworkConfig config;
    pthread_t thread;
    NetworkRing up;
    NetworkRing down;
    int wake_read; /* a pipe: bytes in it mean that packets wait below */
    int wake_write;
    _Atomic int owners; /* the last of main and network thread frees */
    _Atomic bool stops;
    _Atomic bool looks_up; /* a name; that may take long */
    _Atomic bool is_over;

    /* The main thread's. */
    uint32_t generation_heard;
    uint64_t undecodable_count;

    /* The network thread's. */
    Connection *connection;
    uint32_t generation;
    Prng prng;
    int failures; /* in a row to reach the server */
    HostTime retry_at;
    HostTime heard_at;
    HostTime ping_at;
    uint32_t ping_id;
    uint32_t ping_nonce;
    int ping_count; /* of this connection */
    bool pings;
    bool finishing;
    bool told; /* something was pushed up in this turn */
};

/* ---- on the network thread ------------------------------------------------------------------- */

static NetworkPacket *reserve_event(NetworkThread *thread, NetworkEventKind kind, HostTime at)
{
    NetworkPacket *packet = network_ring_reserve(&thread->up);

    if (packet != NULL) {
        packet->kind = (int)kind;
        packet->generation = thread->generation;
        packet->at = at;
        packet->size_bytes = 0;
    }
    return packet;
}

static void publish_event(NetworkThread *thread)
{
    network_ring_publish(&thread->up);
    thread->told = true;
}

static void tell(NetworkThread *thread, NetworkEventKind kind, HostTime at)
{
    if (reserve_event(thread, kind, at) != NULL) {
        publish_event(thread);
    }
}

static void tell_problem(NetworkThread *thread, HostTime now, const char *reason)
{
    NetworkPacket *packet = reserve_event(thread, NETWORK_PROBLEM, now);

    if (packet != NULL) {
        packet->size_bytes = strlen(reason);
        memcpy(packet->bytes, reason, packet->size_bytes);
        publish_event(thread);
    }
}

static void plan_retry(NetworkThread *thread, HostTime now)
{
    thread->retry_at.ns = now.ns + connection_backoff_ns(thread->failures, prng_u64(&thread->prng));
    thread->failures++;
}

static void lose_connection(NetworkThread *thread, HostTime now, bool stood)
{
    connection_destroy(thread->connection);
    thread->connection = NULL;
    thread->pings = false;
    plan_retry(thread, now);
    if (stood) {
        tell(thread, NETWORK_DISCONNECTED, now);
    } else {
        tell_problem(thread, now, "the server does not answer");
    }
}

static void open_connection(NetworkThread *thread)
{
    ConnectionError error = {{0}};

    atomic_store(&thread->looks_up, true);
    thread->connection =
        connection_create(&thread->config.address, thread->config.known_hosts, &error);
    atomic_store(&thread->looks_up, false);
    thread->heard_at = host_clock_now();
    if (thread->connection == NULL) {
        plan_retry(thread, thread->heard_at);
        tell_problem(thread, thread->heard_at, error.reason);
    }
}

static void take_message(NetworkThread *thread, HostTime now, const ConnectionEvent *event)
{
    NetworkPacket *packet = reserve_event(thread, NETWORK_MESSAGE, now);

    if (packet != NULL && event->size_bytes <= sizeof packet->bytes) {
        packet->size_bytes = event->size_bytes;
        memcpy(packet->bytes, event->bytes, event->size_bytes);
        publish_event(thread);
    }
}

static void take_pong(NetworkThread *thread, const ConnectionEvent *event)
{
    NetworkPacket *packet = reserve_event(thread, NETWORK_PONG, event->pong_at);

    if (packet != NULL) {
        packet->datagram = event->pong;
        publish_event(thread);
    }
}

/* While the ring is full everything waits in the socket and in ENet: nothing reliable is lost. */
static void take_events(NetworkThread *thread)
{
    ConnectionEvent event;

    while (thread->connection != NULL && network_ring_room(&thread->up) > ROOM_MIN) {
        const bool stood = connection_is_connected(thread->connection);

        if (!connection_next(thread->connection, &event)) {
            return;
        }
        thread->heard_at = host_clock_now();
        switch (event.kind) {
        case CONNECTION_CONNECTED:
            thread->generation++;
            thread->ping_count = 0;
            tell(thread, NETWORK_CONNECTED, thread->heard_at);
            break;
        case CONNECTION_DISCONNECTED:
            lose_connection(thread, thread->heard_at, stood);
            break;
        case CONNECTION_MESSAGE:
            take_message(thread, thread->heard_at, &event);
            break;
        case CONNECTION_PONG:
            take_pong(thread, &event);
            break;
        }
    }
}

static void take_order(NetworkThread *thread, const NetworkPacket *packet)
{
    const bool current = thread->connection != NULL && packet->generation == thread->generation;

    if (packet->kind == KIND_FINISH) {
        thread->finishing = true;
    } else if (packet->kind == KIND_PINGS && current) {
        thread->pings = true;
        thread->ping_count = 0;
        thread->ping_nonce = packet->datagram.nonce;
        thread->ping_at = host_clock_now();
        thread->failures = 0;
    } else if (packet->kind == KIND_SEND && current) {
        (void)connection_send(
            thread->connection, packet->bytes, packet->size_bytes, packet->delivery);
    }
}

static void take_orders(NetworkThread *thread)
{
    const bool finishing = thread->finishing;
    const NetworkPacket *packet;
    bool any = false;

    while ((packet = network_ring_peek(&thread->down)) != NULL) {
        take_order(thread, packet);
        network_ring_release(&thread->down);
        any = true;
    }
    if (any && thread->connection != NULL) {
        connection_flush(thread->connection);
    }
    if (thread->finishing && !finishing && thread->connection != NULL &&
        connection_is_connected(thread->connection)) {
        connection_close(thread->connection);
    }
}

static void send_ping(NetworkThread *thread, HostTime now)
{
    const int64_t interval_ns = thread->ping_count < PINGS_FAST ? PING_FAST_NS : PING_NS;
    ClockDatagram ping = {.nonce = thread->ping_nonce, .id = thread->ping_id + 1};
    NetworkPacket *packet;

    if (!thread->pings || now.ns < thread->ping_at.ns ||
        network_ring_room(&thread->up) <= ROOM_MIN) {
        return;
    }
    thread->ping_at.ns += interval_ns;
    if (thread->ping_at.ns <= now.ns) {
        thread->ping_at.ns = now.ns + interval_ns;
    }
    if (!connection_send_ping(thread->connection, &ping)) {
        return;
    }
    thread->ping_id++;
    thread->ping_count++;
    packet = reserve_event(thread, NETWORK_PINGED, ping.c1);
    if (packet != NULL) {
        packet->datagram = ping;
        /* The main thread need not wake up for this: its pong follows. */
        network_ring_publish(&thread->up);
    }
}

static void check_silence(NetworkThread *thread, HostTime now)
{
    const int64_t silence_ns = thread->pings ? SILENCE_NS : ATTEMPT_NS;

    if (now.ns - thread->heard_at.ns > silence_ns) {
        lose_connection(thread, now, connection_is_connected(thread->connection));
    }
}

static void turn(NetworkThread *thread)
{
    const HostTime now = host_clock_now();

    if (thread->connection == NULL && !thread->finishing && now.ns >= thread->retry_at.ns) {
        open_connection(thread);
    }
    take_events(thread);
    take_orders(thread);
    if (thread->connection != NULL && connection_is_connected(thread->connection)) {
        send_ping(thread, now);
    }
    if (thread->connection != NULL) {
        check_silence(thread, host_clock_now());
    }
    if (thread->finishing &&
        (thread->connection == NULL || !connection_is_connected(thread->connection))) {
        atomic_store(&thread->is_over, true);
    }
    if (thread->told && thread->config.wake != NULL && !atomic_load(&thread->stops)) {
        thread->config.wake(thread->config.owner);
    }
    thread->told = false;
}

static void wait_for_something(NetworkThread *thread)
{
    struct pollfd sockets[2] = {{.fd = thread->wake_read, .events = POLLIN},
                                {.fd = -1, .events = POLLIN}};
    const HostTime now = host_clock_now();
    int64_t wait_ns = CADENCE_NS;
    char bytes[64];

    if (thread->connection != NULL) {
        sockets[1].fd = connection_socket(thread->connection);
    }
    if (thread->pings) {
        wait_ns = clamp_i64(thread->ping_at.ns - now.ns, 0, wait_ns);
    }
    if (poll(sockets, 2, (int)div_ceil(wait_ns, NS_PER_MS)) > 0 && sockets[0].revents != 0) {
        while (read(thread->wake_read, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
        }
    }
}

static void release(NetworkThread *thread)
{
    if (atomic_fetch_sub(&thread->owners, 1) != 1) {
        return;
    }
    (void)close(thread->wake_read);
    (void)close(thread->wake_write);
    free(thread);
}

static void *run(void *argument)
{
    NetworkThread *thread = argument;

    while (!atomic_load(&thread->stops)) {
        turn(thread);
        if (!atomic_load(&thread->stops)) {
            wait_for_something(thread);
        }
    }
    connection_destroy(thread->connection);
    release(thread);
    return NULL;
}

/* ---- on the main thread ---------------------------------------------------------------------- */

/* Neither end of the pipe ever waits, and no child of ours inherits it. */
static bool open_pipe(NetworkThread *thread)
{
    int ends[2];

    if (pipe(ends) != 0) {
        return false;
    }
    thread->wake_read = ends[0];
    thread->wake_write = ends[1];
    for (int i = 0; i < 2; i++) {
        (void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

NetworkThread *network_thread_create(const NetworkConfig *config)
{
    NetworkThread *thread = calloc(1, sizeof *thread);

    if (thread == NULL) {
        return NULL;
    }
    thread->config = *config;
    network_ring_init(&thread->up);
    network_ring_init(&thread->down);
    prng_seed(&thread->prng, config->seed);
    atomic_init(&thread->owners, 2);
    if (!open_pipe(thread)) {
        free(thread);
        return NULL;
    }
    if (pthread_create(&thread->thread, NULL, run, thread) != 0) {
        atomic_store(&thread->owners, 1);
        release(thread);
        return NULL;
    }
    return thread;
}

static void wake_thread(NetworkThread *thread)
{
    const char byte = 0;

    if (write(thread->wake_write, &byte, 1) < 0 && errno != EAGAIN) {
        log_warning("network: the thread could not be woken: %s", strerror(errno));
    }
}

void network_thread_destroy(NetworkThread *thread)
{
    if (thread == NULL) {
        return;
    }
    if (thread->undecodable_count > 0) {
        log_warning("network: %llu messages could not be read",
                    (unsigned long long)thread->undecodable_count);
    }
    atomic_store(&thread->stops, true);
    wake_thread(thread);
    if (atomic_load(&thread->looks_up)) {
        (void)pthread_detach(thread->thread); /* it frees itself when the name is known */
    } else {
        (void)pthread_join(thread->thread, NULL);
    }
    release(thread);
}

/* False for a message that no rule allows. */
static bool translate(NetworkThread *thread, const NetworkPacket *packet, NetworkEvent *event)
{
    event->kind = (NetworkEventKind)packet->kind;
    event->at = packet->at;
    event->datagram = packet->datagram;
    if (event->kind == NETWORK_CONNECTED) {
        thread->generation_heard = packet->generation;
    } else if (event->kind == NETWORK_PROBLEM) {
        (void)snprintf(event->reason,
                       sizeof event->reason,
                       "%.*s",
                       (int)packet->size_bytes,
                       (const char *)packet->bytes);
    } else if (event->kind == NETWORK_MESSAGE &&
               !message_decode(packet->bytes, packet->size_bytes, &event->message)) {
        thread->undecodable_count++;
        return false;
    }
    return true;
}

bool network_thread_next(NetworkThread *thread, NetworkEvent *event)
{
    const NetworkPacket *packet;

    while ((packet = network_ring_peek(&thread->up)) != NULL) {
        const bool good = translate(thread, packet, event);

        network_ring_release(&thread->up);
        if (good) {
            return true;
        }
    }
    return false;
}

static NetworkPacket *reserve_order(NetworkThread *thread, int kind)
{
    NetworkPacket *packet = network_ring_reserve(&thread->down);

    if (packet == NULL) {
        log_warning("network: too much waits to be sent");
        return NULL;
    }
    packet->kind = kind;
    packet->generation = thread->generation_heard;
    return packet;
}

static void send_item(NetworkThread *thread, const Outbox *outbox, const OutboxItem *item)
{
    NetworkPacket *packet = reserve_order(thread, KIND_SEND);

    if (packet != NULL) {
        packet->delivery = item->delivery;
        packet->size_bytes = item->size_bytes;
        memcpy(packet->bytes, outbox_bytes(outbox, item), item->size_bytes);
        network_ring_publish(&thread->down);
    }
}

void network_thread_send_all(NetworkThread *thread, Outbox *outbox)
{
    bool finishes = false;

    if (outbox->item_count == 0) {
        return;
    }
    for (uint32_t i = 0; i < outbox->item_count; i++) {
        if (outbox->items[i].kind == OUTBOX_SEND) {
            send_item(thread, outbox, &outbox->items[i]);
        } else {
            finishes = true;
        }
    }
    outbox_clear(outbox);
    wake_thread(thread);
    if (finishes) {
        network_thread_finish(thread);
    }
}

void network_thread_start_pings(NetworkThread *thread, uint32_t nonce)
{
    NetworkPacket *packet = reserve_order(thread, KIND_PINGS);

    if (packet != NULL) {
        packet->datagram.nonce = nonce;
        network_ring_publish(&thread->down);
        wake_thread(thread);
    }
}

void network_thread_finish(NetworkThread *thread)
{
    if (reserve_order(thread, KIND_FINISH) != NULL) {
        network_ring_publish(&thread->down);
        wake_thread(thread);
    }
}

bool network_thread_is_over(const NetworkThread *thread)
{
    return atomic_load(&thread->is_over);
}
