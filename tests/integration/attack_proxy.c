/*
 * A thief on the way: passes everything between clients and the server, and sends things of its own
 * from exactly the addresses that the two see each other at.
 *
 * Usage: attack_proxy PORT replay
 *        attack_proxy PORT disconnect COUNT RATE_PER_S
 *   replay       everything is passed on, and passed on three times more: at once, and later
 *   disconnect   at the first line on its standard input, COUNT forged disconnects to the server
 *                and a sixteenth as many to the clients, with all session ids and with guessed and
 *                with stolen MACs
 * Listens on 127.0.0.1. Prints one line of JSON with its port, one when the forgeries are out, and
 * one with what it did when SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/platform/host_clock.h"
#include "shared/prng.h"
#include "shared/secure/datagram_guard.h"

enum {
    CLIENTS_MAX = 64,
    COPIES = 2, /* later ones; the third goes out at once */
    WAITING_MAX = 16384,
    FORGED_BYTES_MAX = 16,
    MAC_AT = 4,
    TURN_MS = 1,
    CATCH_UP_MS = 10,  /* more in one burst would not fit into the server's socket */
    CLIENTS_SHARE = 16 /* of the forgeries one in so many goes to a client */
};

static const int64_t COPY_AFTER_NS[COPIES] = {40 * NS_PER_MS, 900 * NS_PER_MS};

/* One client: where it is, and our socket in its place. */
typedef struct {
    struct sockaddr_in address;
    int back;
    uint16_t slot;  /* at the server, as its datagrams say; GUARD_PEER_NONE: not known yet */
    uint8_t mac[4]; /* of its last datagram */
} Client;

/* A datagram that is to go out again. */
typedef struct {
    HostTime due;
    int client;
    bool to_server;
    uint16_t size_bytes;
    uint8_t bytes[GUARD_DATAGRAM_BYTES_MAX];
} Copy;

/* One queue per delay, so that each is in order. */
typedef struct {
    Copy copies[WAITING_MAX];
    size_t first;
    size_t count;
} Queue;

typedef struct {
    struct sockaddr_in server;
    int front;
    Client clients[CLIENTS_MAX];
    int client_count;
    bool replays;
    Queue queues[COPIES];
    Prng prng;
    int64_t to_forge;
    int64_t rate_per_s;
    bool forging;
    int64_t passed;
    int64_t repeated;
    int64_t forged;
    int64_t unsent;
} Proxy;

static volatile sig_atomic_t stop_wanted;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop_wanted = 1;
}

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static int open_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        fail("attack_proxy: a socket");
    }
    return descriptor;
}

/* --- passing on --- */

static void pass(Proxy *proxy, int client, bool to_server, const uint8_t *bytes, size_t size_bytes)
{
    const Client *one = &proxy->clients[client];
    const struct sockaddr_in *to = to_server ? &proxy->server : &one->address;

    if (sendto(to_server ? one->back : proxy->front,
               bytes,
               size_bytes,
               MSG_DONTWAIT,
               (const struct sockaddr *)to,
               sizeof *to) != (ssize_t)size_bytes) {
        proxy->unsent++;
    }
}

static void
repeat_later(Proxy *proxy, int client, bool to_server, const uint8_t *bytes, size_t size_bytes)
{
    const HostTime now = host_clock_now();

    for (int i = 0; i < COPIES; i++) {
        Queue *queue = &proxy->queues[i];
        Copy *copy = &queue->copies[(queue->first + queue->count) % WAITING_MAX];

        if (queue->count == WAITING_MAX || size_bytes > sizeof copy->bytes) {
            (void)fprintf(stderr, "attack_proxy: no room for a copy\n");
            exit(EXIT_FAILURE);
        }
        copy->due.ns = now.ns + COPY_AFTER_NS[i];
        copy->client = client;
        copy->to_server = to_server;
        copy->size_bytes = (uint16_t)size_bytes;
        memcpy(copy->bytes, bytes, size_bytes);
        queue->count++;
    }
}

static void take(Proxy *proxy, int client, bool to_server, const uint8_t *bytes, size_t size_bytes)
{
    pass(proxy, client, to_server, bytes, size_bytes);
    proxy->passed++;
    if (proxy->replays) {
        pass(proxy, client, to_server, bytes, size_bytes);
        proxy->repeated++;
        repeat_later(proxy, client, to_server, bytes, size_bytes);
    }
}

/* What is due now goes out again. Returns how long nothing is due, in ms. */
static int repeat_due(Proxy *proxy)
{
    const HostTime now = host_clock_now();
    int64_t wait_ns = 20 * NS_PER_MS;

    for (int i = 0; i < COPIES; i++) {
        Queue *queue = &proxy->queues[i];

        while (queue->count > 0 && queue->copies[queue->first].due.ns <= now.ns) {
            const Copy *copy = &queue->copies[queue->first];

            pass(proxy, copy->client, copy->to_server, copy->bytes, copy->size_bytes);
            proxy->repeated++;
            queue->first = (queue->first + 1) % WAITING_MAX;
            queue->count--;
        }
        if (queue->count > 0 && queue->copies[queue->first].due.ns - now.ns < wait_ns) {
            wait_ns = queue->copies[queue->first].due.ns - now.ns;
        }
    }
    return (int)(wait_ns / NS_PER_MS) + 1;
}

static int client_of(Proxy *proxy, const struct sockaddr_in *address)
{
    for (int i = 0; i < proxy->client_count; i++) {
        if (proxy->clients[i].address.sin_port == address->sin_port) {
            return i;
        }
    }
    if (proxy->client_count == CLIENTS_MAX) {
        (void)fprintf(stderr, "attack_proxy: too many clients\n");
        exit(EXIT_FAILURE);
    }
    proxy->clients[proxy->client_count] =
        (Client){.address = *address, .back = open_socket(), .slot = GUARD_PEER_NONE};
    return proxy->client_count++;
}

static void hear_clients(Proxy *proxy)
{
    uint8_t bytes[2048];
    struct sockaddr_in from;
    socklen_t from_bytes = sizeof from;
    ssize_t size_bytes;

    while ((size_bytes = recvfrom(proxy->front,
                                  bytes,
                                  sizeof bytes,
                                  MSG_DONTWAIT,
                                  (struct sockaddr *)&from,
                                  &from_bytes)) >= 0) {
        int client = client_of(proxy, &from);
        GuardHeader header;

        if (guard_header(bytes, (size_t)size_bytes, &header) && header.peer != GUARD_PEER_NONE) {
            proxy->clients[client].slot = header.peer;
            memcpy(proxy->clients[client].mac, bytes + header.mac_at, 4);
        }
        take(proxy, client, true, bytes, (size_t)size_bytes);
        from_bytes = sizeof from;
    }
}

static void hear_server(Proxy *proxy, int client)
{
    uint8_t bytes[2048];
    ssize_t size_bytes;

    while ((size_bytes = recv(proxy->clients[client].back, bytes, sizeof bytes, MSG_DONTWAIT)) >=
           0) {
        take(proxy, client, false, bytes, (size_t)size_bytes);
    }
}

/* --- forging --- */

/*
 * A disconnect as ENet would write it, but for the MAC: of either kind, with or without a time,
 * with any session id. Returns its size.
 */
static size_t forge(Proxy *proxy, const Client *client, bool to_server, uint8_t *bytes)
{
    const uint64_t random = prng_u64(&proxy->prng);
    const bool timed = (random & 1) != 0;
    const bool waits = (random & 2) != 0;
    const uint16_t slot = to_server ? client->slot : 0;
    const size_t mac_at = timed ? MAC_AT : MAC_AT - 2;
    uint8_t *command = bytes + mac_at + 4;

    bytes[0] = (uint8_t)((timed ? 0x80U : 0U) | ((random >> 2) & 3) << 4 | (slot >> 8 & 0x0fU));
    bytes[1] = (uint8_t)slot;
    memcpy(bytes + 2, &random, mac_at - 2);
    if ((random & 0x70) == 0) {
        memcpy(bytes + mac_at, client->mac, sizeof client->mac);
    } else {
        for (int i = 0; i < 4; i++) {
            bytes[mac_at + (size_t)i] = (uint8_t)(random >> (8 + 8 * i));
        }
    }
    command[0] = waits ? 0x84 : 0x44;
    command[1] = 0xff;
    command[2] = 0;
    command[3] = (uint8_t)(random >> 40);
    memset(command + 4, 0, 4);
    return mac_at + 12;
}

static void forge_one(Proxy *proxy)
{
    const int client = (int)(proxy->forged % proxy->client_count);
    uint8_t bytes[FORGED_BYTES_MAX];

    proxy->forged++;
    if (proxy->clients[client].slot == GUARD_PEER_NONE) {
        return; /* somebody is connecting: nothing to end */
    }
    pass(proxy, client, true, bytes, forge(proxy, &proxy->clients[client], true, bytes));
    if (proxy->forged % CLIENTS_SHARE == 0) {
        pass(proxy, client, false, bytes, forge(proxy, &proxy->clients[client], false, bytes));
    }
}

/* What is due in one turn of a millisecond. */
static void forge_some(Proxy *proxy)
{
    for (int64_t i = 0; i < proxy->rate_per_s / 1000 && proxy->forged < proxy->to_forge; i++) {
        forge_one(proxy);
    }
    if (proxy->forged == proxy->to_forge) {
        proxy->forging = false;
        (void)printf("{\"forged\":%lld}\n", (long long)proxy->forged);
        (void)fflush(stdout);
    }
}

/* --- the loop --- */

static void turn(Proxy *proxy, int wait_ms)
{
    struct pollfd waiting[CLIENTS_MAX + 2];
    const int count = proxy->client_count;
    char line[16];

    waiting[0] = (struct pollfd){.fd = proxy->front, .events = POLLIN};
    waiting[1] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    if (proxy->to_forge == 0 || proxy->forging || proxy->forged > 0) {
        waiting[1].fd = -1;
    }
    for (int i = 0; i < count; i++) {
        waiting[2 + i] = (struct pollfd){.fd = proxy->clients[i].back, .events = POLLIN};
    }
    if (poll(waiting, (nfds_t)count + 2, wait_ms) <= 0) {
        return;
    }
    if (waiting[1].revents != 0 && read(STDIN_FILENO, line, sizeof line) > 0) {
        proxy->forging = proxy->client_count > 0;
    }
    if (waiting[0].revents != 0) {
        hear_clients(proxy);
    }
    for (int i = 0; i < count; i++) {
        if (waiting[2 + i].revents != 0) {
            hear_server(proxy, i);
        }
    }
}

static void run(Proxy *proxy)
{
    HostTime next = host_clock_now();

    while (stop_wanted == 0) {
        int wait_ms = repeat_due(proxy);
        int64_t earliest_ns;

        if (!proxy->forging) {
            turn(proxy, wait_ms);
            next = host_clock_now();
            continue;
        }
        forge_some(proxy);
        turn(proxy, 0);
        next.ns += TURN_MS * NS_PER_MS;
        host_clock_sleep_until(next);
        earliest_ns = host_clock_now().ns - CATCH_UP_MS * NS_PER_MS;
        next.ns = next.ns > earliest_ns ? next.ns : earliest_ns;
    }
}

static bool read_arguments(int argument_count, char *arguments[], Proxy *proxy)
{
    const long port = argument_count >= 3 ? strtol(arguments[1], NULL, 10) : 0;
    const bool disconnects = argument_count == 5 && strcmp(arguments[2], "disconnect") == 0;

    proxy->replays = argument_count == 3 && strcmp(arguments[2], "replay") == 0;
    if (disconnects) {
        proxy->to_forge = strtoll(arguments[3], NULL, 10);
        proxy->rate_per_s = strtoll(arguments[4], NULL, 10);
    }
    proxy->server = (struct sockaddr_in){.sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return port > 0 && port <= UINT16_MAX &&
           (proxy->replays || (disconnects && proxy->to_forge > 0 &&
                               proxy->to_forge <= INT64_C(1) << 24 && proxy->rate_per_s >= 1000));
}

int main(int argument_count, char *arguments[])
{
    static Proxy proxy;
    const struct sigaction stopping = {.sa_handler = request_stop};
    struct sockaddr_in bound;
    socklen_t bound_bytes = sizeof bound;

    if (!read_arguments(argument_count, arguments, &proxy)) {
        (void)fprintf(stderr, "usage: attack_proxy PORT replay | disconnect COUNT RATE_PER_S\n");
        return 2;
    }
    (void)sigaction(SIGTERM, &stopping, NULL);
    prng_seed(&proxy.prng, 1);
    proxy.front = open_socket();
    if (getsockname(proxy.front, (struct sockaddr *)&bound, &bound_bytes) != 0) {
        fail("attack_proxy: its port");
    }
    (void)printf("{\"port\":%u}\n", ntohs(bound.sin_port));
    (void)fflush(stdout);
    run(&proxy);
    (void)printf("{\"clients\":%d,\"passed\":%lld,\"repeated\":%lld,\"forged\":%lld,"
                 "\"unsent\":%lld}\n",
                 proxy.client_count,
                 (long long)proxy.passed,
                 (long long)proxy.repeated,
                 (long long)proxy.forged,
                 (long long)proxy.unsent);
    return EXIT_SUCCESS;
}
