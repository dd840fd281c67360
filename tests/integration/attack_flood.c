/*
 * Strangers who flood the server from many addresses of 127.0.0.0/8, as if their sources were
 * spoofed, and count what they get out of it.
 *
 * Usage: attack_flood PORT KIND SOURCES RATE_PER_S SECONDS
 *   hello     well-formed hellos, whose answers nobody uses
 *   connect   ENet's connects with guessed tokens and MACs
 *   garbage   random bytes of every length that the server's socket takes, and of some it does not
 * Prints one line of JSON. Ends by itself; who is kept from sending catches up, for so long again
 * at most.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/message.h"
#include "shared/platform/host_clock.h"
#include "shared/prng.h"
#include "shared/secure/cookie.h"
#include "shared/secure/datagram_guard.h"

enum {
    SOURCES_MAX = 1000,
    SOURCES_PER_NET = 250, /* 127.9.N.1 ... 127.9.N.250 */
    FLOOD_BYTES_MAX = 1400,
    CONNECT_BYTES = 56,
    RATE_PER_S_MAX = 1000000,
    SECONDS_MAX = 60,
    TURN_NS = NS_PER_MS,
    TURNS_PER_HEARING = 100
};
#define LAST_ANSWERS_NS (200 * NS_PER_MS)

typedef struct Flood Flood;

/* Makes the next datagram; returns its size, at most FLOOD_BYTES_MAX. */
typedef size_t MakeDatagram(Flood *flood, uint8_t *bytes);

struct Flood {
    MakeDatagram *make;
    int sockets[SOURCES_MAX];
    int source_count;
    Prng prng;
    int64_t sent;
    int64_t sent_bytes;
    int64_t unsent; /* the system would not take */
    int64_t received;
    int64_t received_bytes;
};

static void fill(Flood *flood, uint8_t *bytes, size_t size_bytes)
{
    for (size_t at = 0; at < size_bytes; at += sizeof(uint64_t)) {
        uint64_t random = prng_u64(&flood->prng);
        size_t left = size_bytes - at;

        memcpy(bytes + at, &random, left < sizeof random ? left : sizeof random);
    }
}

static size_t make_hello(Flood *flood, uint8_t *bytes)
{
    Hello hello = {.version = PROTOCOL_VERSION};

    fill(flood, hello.nonce, sizeof hello.nonce);
    hello_encode(&hello, bytes);
    return HELLO_BYTES;
}

/* Right in everything that needs no secret: MAC, connect id and token are random. */
static size_t make_connect(Flood *flood, uint8_t *bytes)
{
    static const uint8_t head[] = {0x8f, 0xff, 0, 1, 0,    0,    0, 0, 0x82, 0xff,
                                   0,    1,    0, 0, 0xff, 0xff, 0, 0, 4,    0xb0, /* MTU 1200 */
                                   0,    1,    0, 0,                               /* window */
                                   0,    0,    0, 2};                              /* channels */

    memset(bytes, 0, CONNECT_BYTES);
    memcpy(bytes, head, sizeof head);
    fill(flood, bytes + 4, 4);
    fill(flood, bytes + 48, 8);
    return CONNECT_BYTES;
}

/* Half of it begins like a datagram of ENet for some slot. */
static size_t make_garbage(Flood *flood, uint8_t *bytes)
{
    size_t size_bytes = 1 + (size_t)prng_below(&flood->prng, FLOOD_BYTES_MAX);

    fill(flood, bytes, size_bytes);
    if (size_bytes > 1 && prng_below(&flood->prng, 2) == 0) {
        bytes[0] = (uint8_t)(0x80 | (bytes[0] & 0x31));
    }
    return size_bytes;
}

static MakeDatagram *maker_of(const char *kind)
{
    static const struct {
        const char *kind;
        MakeDatagram *make;
    } makers[] = {{"hello", make_hello}, {"connect", make_connect}, {"garbage", make_garbage}};

    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        if (strcmp(kind, makers[i].kind) == 0) {
            return makers[i].make;
        }
    }
    return NULL;
}

/* A socket of its own address, which hears nothing but the server. */
static int open_source(int index, uint16_t port)
{
    uint32_t address = (127U << 24) + (9U << 16) + ((uint32_t)(index / SOURCES_PER_NET) << 8) + 1 +
                       (uint32_t)(index % SOURCES_PER_NET);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int source = socket(AF_INET, SOCK_DGRAM, 0);

    if (source < 0 || bind(source, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(source, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("attack_flood: a source");
        exit(EXIT_FAILURE);
    }
    return source;
}

static void hear_answers(Flood *flood)
{
    uint8_t bytes[FLOOD_BYTES_MAX];

    for (int i = 0; i < flood->source_count; i++) {
        ssize_t size_bytes;

        while ((size_bytes = recv(flood->sockets[i], bytes, sizeof bytes, MSG_DONTWAIT)) >= 0) {
            flood->received++;
            flood->received_bytes += size_bytes;
        }
    }
}

static void send_one(Flood *flood)
{
    uint8_t bytes[FLOOD_BYTES_MAX];
    size_t size_bytes = flood->make(flood, bytes);
    int source = flood->sockets[(flood->sent + flood->unsent) % flood->source_count];

    if (send(source, bytes, size_bytes, MSG_DONTWAIT) == (ssize_t)size_bytes) {
        flood->sent++;
        flood->sent_bytes += (int64_t)size_bytes;
    } else {
        flood->unsent++;
    }
}

/* Every millisecond what is due by then. Returns how long that took. */
static int64_t run(Flood *flood, int64_t rate_per_s, int64_t seconds)
{
    const HostTime begun = host_clock_now();
    const int64_t turns = seconds * (NS_PER_S / TURN_NS);
    int64_t due_thousandths = 0;
    int64_t took_ns = 0;
    HostTime turn = begun;

    for (int64_t i = 0; i < turns && took_ns < 2 * seconds * NS_PER_S; i++) {
        due_thousandths += rate_per_s;
        for (; due_thousandths >= 1000; due_thousandths -= 1000) {
            send_one(flood);
        }
        if (i % TURNS_PER_HEARING == 0) {
            hear_answers(flood);
        }
        turn.ns += TURN_NS;
        host_clock_sleep_until(turn);
        took_ns = host_clock_now().ns - begun.ns;
    }
    turn.ns = host_clock_now().ns + LAST_ANSWERS_NS;
    host_clock_sleep_until(turn);
    hear_answers(flood);
    return took_ns;
}

int main(int argument_count, char *arguments[])
{
    static Flood flood;
    long port = argument_count == 6 ? strtol(arguments[1], NULL, 10) : 0;
    long sources = argument_count == 6 ? strtol(arguments[3], NULL, 10) : 0;
    long rate_per_s = argument_count == 6 ? strtol(arguments[4], NULL, 10) : 0;
    long seconds = argument_count == 6 ? strtol(arguments[5], NULL, 10) : 0;
    int64_t took_ns;

    flood.make = argument_count == 6 ? maker_of(arguments[2]) : NULL;
    if (flood.make == NULL || port < 1 || port > UINT16_MAX || sources < 1 ||
        sources > SOURCES_MAX || rate_per_s < 1 || rate_per_s > RATE_PER_S_MAX || seconds < 1 ||
        seconds > SECONDS_MAX) {
        (void)fprintf(
            stderr, "usage: attack_flood PORT hello|connect|garbage SOURCES RATE_PER_S SECONDS\n");
        return 2;
    }
    prng_seed(&flood.prng, 1);
    flood.source_count = (int)sources;
    for (int i = 0; i < flood.source_count; i++) {
        flood.sockets[i] = open_source(i, (uint16_t)port);
    }
    took_ns = run(&flood, rate_per_s, seconds);
    (void)printf("{\"seconds\":%.3f,\"sent\":%lld,\"sent_bytes\":%lld,\"unsent\":%lld,"
                 "\"received\":%lld,\"received_bytes\":%lld}\n",
                 (double)took_ns / (double)NS_PER_S,
                 (long long)flood.sent,
                 (long long)flood.sent_bytes,
                 (long long)flood.unsent,
                 (long long)flood.received,
                 (long long)flood.received_bytes);
    return EXIT_SUCCESS;
}
