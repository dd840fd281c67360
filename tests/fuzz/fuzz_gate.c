/*
 * The server's gate, with two clients and whoever else is on the network: hellos, connects, data
 * and clock datagrams come as they were sent, damaged, late, repeated or from elsewhere. What is
 * admitted is exactly what one of the clients sent with its keys, while they are good, within its
 * rate, and of the kinds that the firewall knows; each is counted once, and no byte is changed on
 * the way.
 *
 * A forger has one chance in 2^32 per datagram; more inputs than that will find one.
 */
#include <assert.h>
#include <string.h>

#include "server/net/gate.h"
#include "shared/message.h"
#include "shared/secure/entropy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script.h"

enum {
    STEPS_MAX = 64,
    CLIENTS = 2,
    DATAGRAM_BYTES_MAX = 640,
    CONNECT_BYTES = 56,
    CLOCK_BYTES = PING_BYTES + CLOCK_MAC_BYTES,
    HEADER_BYTES = 8, /* with a time and the checksum */
    MAC_AT = 4
};

/* Something that was sent, and what must become of it when it arrives as it is. */
typedef struct {
    uint8_t bytes[DATAGRAM_BYTES_MAX];
    size_t size_bytes;
    uint32_t connection; /* that it belongs to; 0: none */
    bool with_next_key;
} Sent;

/* One client's end, and what the server knows of it. */
typedef struct {
    CookieSource source;
    bool has_cookie;
    HelloAnswer answer;
    int64_t slot;         /* of ten seconds, of the cookie */
    int renewals;         /* of the server's secrets until then */
    uint32_t wanted;      /* the connection that it speaks for; 0: none */
    uint32_t connection;  /* the one that the server has */
    bool has_keys;        /* the handshake of the wanted one is over */
    bool server_moved_on; /* to the keys of the handshake */
    int64_t credit_ns;    /* of the rate: what the bucket holds */
    HostTime credit_at;
    SecurePeer secure;
    GatePeer at_server;
    Sent kept; /* by somebody who listens, to be sent again */
} Client;

static const NoiseKeyPair no_key;
static Gate gate;
static HostTime now;
static int renewals;
static uint32_t connections;
static Client clients[CLIENTS];

/* --- what must hold of every datagram --- */

static int64_t counted(void)
{
    const GateCounts *counts = &gate.counts;
    int64_t sum = counts->hellos + counts->hellos_dropped + counts->connects +
                  counts->connects_refused + counts->strangers + counts->forged + counts->over_rate;

    for (int i = 0; i < GUARD_VERDICT_COUNT; i++) {
        sum += counts->guarded[i];
    }
    return sum;
}

/* Takes one from the client's rate, by the plainest of rules: so much credit comes with time. */
static bool has_credit(Client *client)
{
    const int64_t interval_ns = NS_PER_S / 60;
    const int64_t elapsed_ns = now.ns - client->credit_at.ns;

    client->credit_ns = clamp_i64(client->credit_ns + elapsed_ns, 0, 120 * interval_ns);
    client->credit_at = now;
    if (client->credit_ns < interval_ns) {
        return false;
    }
    client->credit_ns -= interval_ns;
    return true;
}

/* Whether the server still believes the key with which this was sent; it moves on with it. */
static bool is_believed(Client *client, const Sent *sent, bool untouched)
{
    if (!untouched || client->connection == 0 || sent->connection != client->connection) {
        return false;
    }
    if (!sent->with_next_key) {
        return !client->server_moved_on;
    }
    client->server_moved_on = true;
    return true;
}

/* --- edits --- */

/* Changes the copy as the script wants it; whether it is still what it was. */
static bool edit(Script *script, const Sent *sent, Sent *copy)
{
    const uint8_t how = script_byte(script);

    *copy = *sent;
    if (how >= 248 && copy->size_bytes + 8 <= sizeof copy->bytes) {
        memset(copy->bytes + copy->size_bytes, 0, 8);
        copy->size_bytes += 1 + how % 8U;
    } else if (how >= 240) {
        copy->size_bytes -= 1 + how % 8U;
    }
    for (int edits = how < 128 ? 0 : how % 4; edits > 0; edits--) {
        const size_t where = (script_byte(script) * 256U + script_byte(script)) % copy->size_bytes;

        copy->bytes[where] = (uint8_t)(copy->bytes[where] ^ script_byte(script));
    }
    /* Not by memcmp: libFuzzer looks on, and makes the next input of what the keys have made. */
    return copy->size_bytes == sent->size_bytes &&
           secure_equal(copy->bytes, sent->bytes, sent->size_bytes);
}

static CookieSource source_for(Script *script, const Client *client)
{
    CookieSource source = client->source;
    const uint8_t choice = script_byte(script);

    source.address ^= choice % 8 == 1 ? 1U + choice / 8U : 0;
    source.port = (uint16_t)(source.port ^ (choice % 8 == 2 ? 1U + choice / 8U : 0));
    return source;
}

static bool is_same_source(CookieSource a, CookieSource b)
{
    return a.address == b.address && a.port == b.port;
}

/* --- hello --- */

/* Of any version, and whatever it is padded with: a server answers the hellos of later versions. */
static bool is_hello(const uint8_t *bytes, size_t size_bytes)
{
    return size_bytes == 512 && memcmp(bytes, "ODhi", 4) == 0;
}

/* The answer as the client takes it, damaged as the script wants it: read as it is, or not at all.
 */
static void answer_arrives(Script *script, Client *client, const uint8_t bytes[ANSWER_BYTES])
{
    Sent sent = {.size_bytes = ANSWER_BYTES};
    HelloAnswer answer;
    uint8_t again[ANSWER_BYTES];
    Sent copy;

    memcpy(sent.bytes, bytes, ANSWER_BYTES);
    if (edit(script, &sent, &copy)) {
        client->has_cookie = hello_answer_decode(bytes, ANSWER_BYTES, &client->answer);
        client->slot = now.ns / (10 * NS_PER_S);
        client->renewals = renewals;
        assert(client->has_cookie && client->answer.version == PROTOCOL_VERSION);
    } else if (hello_answer_decode(copy.bytes, copy.size_bytes, &answer)) {
        hello_answer_encode(&answer, again);
        assert(copy.size_bytes == ANSWER_BYTES && memcmp(again, copy.bytes, ANSWER_BYTES) == 0);
    }
}

static void say_hello(Script *script, Client *client)
{
    const Hello hello = {.version = PROTOCOL_VERSION, .nonce = {1, script_byte(script)}};
    const CookieSource source = source_for(script, client);
    const int64_t counted_before = counted();
    uint8_t answer[ANSWER_BYTES] = {0};
    Sent sent = {.size_bytes = HELLO_BYTES};
    Sent copy;
    bool answered = false;

    hello_encode(&hello, sent.bytes);
    (void)edit(script, &sent, &copy);
    answered = gate_answers_hello(&gate, source, now, copy.bytes, copy.size_bytes, answer);
    assert(answered == is_hello(copy.bytes, copy.size_bytes));
    assert(counted() == counted_before + 1);
    if (answered) {
        assert(memcmp(answer + 6, copy.bytes + 6, HELLO_NONCE_BYTES) == 0);
        if (is_same_source(source, client->source)) {
            answer_arrives(script, client, answer);
        }
    }
}

/* --- connect --- */

static void put_u32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* Puts the MAC in its place, where the connect id stands while it is made. */
static void sign(const Client *client, Sent *sent, uint32_t connect_id)
{
    uint32_t mac = 0;

    put_u32(sent->bytes + MAC_AT, connect_id);
    mac = secure_peer_mac(&client->secure, sent->bytes, sent->size_bytes);
    memcpy(sent->bytes + MAC_AT, &mac, sizeof mac);
}

static Sent make_connect(const Client *client, uint32_t connect_id)
{
    static const uint8_t begin[12] = {0x8f, 0xff, 0, 1, 0, 0, 0, 0, 0x82, 0xff, 0, 1};
    Sent sent = {.size_bytes = CONNECT_BYTES};
    uint8_t *command = sent.bytes + HEADER_BYTES;

    memcpy(sent.bytes, begin, sizeof begin);
    put_u32(command + 8, 1200);
    put_u32(command + 12, 65536);
    put_u32(command + 16, 2);
    put_u32(command + 40, connect_id);
    put_u32(command + 44, cookie_token(client->answer.cookie));
    sign(client, &sent, 0);
    return sent;
}

/* A cookie is good in its slot and the next, and while the server has its secret. */
static bool cookie_is_good(const Client *client)
{
    return now.ns / (10 * NS_PER_S) - client->slot <= 1 && renewals - client->renewals <= 1;
}

static void settle(Client *client, uint32_t connection)
{
    uint8_t connect_id[CONNECT_ID_BYTES];
    bool known = false;

    put_u32(connect_id, connection);
    known = gate_knows(&gate,
                       &client->at_server,
                       client->source,
                       now,
                       connect_id,
                       cookie_token(client->answer.cookie));
    assert(known);
    (void)known;
    client->connection = connection;
    client->server_moved_on = false;
    client->credit_ns = 120 * (NS_PER_S / 60);
    client->credit_at = now;
}

static void admit_connect(const Client *client, Sent *arrived, CookieSource source, bool expected)
{
    GateDatagram datagram = {
        .source = source, .bytes = arrived->bytes, .size_bytes = arrived->size_bytes};
    const int64_t counted_before = counted();
    const Sent before = *arrived;
    GuardConnect connect;
    uint32_t mac = 0;
    bool admitted = false;

    if (!guard_header(arrived->bytes, arrived->size_bytes, &datagram.header) ||
        datagram.header.peer != GUARD_PEER_NONE) {
        assert(!expected);
        return;
    }
    admitted = gate_admits_connect(&gate, now, &datagram, &connect, &mac);
    assert(admitted == expected);
    assert(counted() == counted_before + 1);
    assert(memcmp(before.bytes, arrived->bytes, before.size_bytes) == 0);
    assert(!admitted || connect.token == cookie_token(client->answer.cookie));
}

static void connect_to_server(Script *script, Client *client)
{
    const CookieSource source = source_for(script, client);
    const uint32_t connection = connections + 1;
    Sent sent;
    Sent copy;
    bool expected = false;

    if (!client->has_cookie) {
        return;
    }
    connections++;
    secure_peer_prove(&client->secure, SEALED_FROM_CLIENT, client->answer.cookie);
    client->wanted = connection;
    client->has_keys = false;
    sent = make_connect(client, connection);
    expected = edit(script, &sent, &copy) && is_same_source(source, client->source) &&
               cookie_is_good(client);
    admit_connect(client, &copy, source, expected);
    if (expected) {
        settle(client, connection);
    }
}

/* --- data --- */

/* A ping of ENet's, or whatever commands the script has, sent by one who holds the keys. */
static Sent make_data(Script *script, const Client *client)
{
    static const uint8_t begin[12] = {0x80, 3, 0, 1, 0, 0, 0, 0, 0x85, 0xff, 0, 2};
    const uint8_t wanted = script_byte(script);
    Sent sent = {.size_bytes = sizeof begin, .connection = client->wanted};

    memcpy(sent.bytes, begin, sizeof begin);
    sent.with_next_key = client->has_keys;
    if (wanted >= 128) {
        size_t given = 0;
        const uint8_t *bytes = script_bytes(script, wanted - 124U, &given);

        if (given >= 4) {
            memcpy(sent.bytes + HEADER_BYTES, bytes, given);
            sent.size_bytes = HEADER_BYTES + given;
        }
    }
    sign(client, &sent, client->wanted);
    return sent;
}

static void admit_data(Client *client, const Sent *sent, Sent *arrived, bool untouched)
{
    GateDatagram datagram = {
        .source = client->source, .bytes = arrived->bytes, .size_bytes = arrived->size_bytes};
    const int64_t counted_before = counted();
    const Sent before = *arrived;
    uint32_t mac = 0;
    bool expected = false;
    bool admitted = false;

    if (!guard_header(arrived->bytes, arrived->size_bytes, &datagram.header) ||
        datagram.header.peer == GUARD_PEER_NONE) {
        return;
    }
    expected =
        is_believed(client, sent, untouched) && has_credit(client) &&
        guard_commands(
            GUARD_AT_SERVER, arrived->bytes, arrived->size_bytes, &datagram.header, 0, NULL) ==
            GUARD_PASSES;
    admitted = gate_admits(&gate, &client->at_server, now, &datagram, 0, &mac);
    assert(admitted == expected);
    assert(counted() == counted_before + 1);
    assert(memcmp(before.bytes, arrived->bytes, before.size_bytes) == 0);
    assert(!admitted || memcmp(&mac, arrived->bytes + MAC_AT, sizeof mac) == 0);
}

static void send_data(Script *script, Client *client)
{
    const Sent sent = make_data(script, client);
    Sent copy;
    const bool untouched = edit(script, &sent, &copy);

    if (client->secure.state != SECURE_NONE) {
        admit_data(client, &sent, &copy, untouched);
        client->kept = sent;
    }
}

static void send_kept(Script *script, Client *client)
{
    const int times = 1 + script_byte(script);

    for (int i = 0; i < times && client->kept.size_bytes > 0; i++) {
        Sent copy = client->kept;

        admit_data(client, &client->kept, &copy, true);
    }
}

/* --- the clock --- */

static void send_clock(Script *script, Client *client)
{
    const ClockDatagram ping = {.id = 5, .nonce = 7, .c1 = {now.ns}};
    Sent sent = {.size_bytes = CLOCK_BYTES, .connection = client->wanted, .with_next_key = true};
    Sent copy;
    bool expected = false;
    bool admitted = false;

    if (client->secure.state != SECURE_ESTABLISHED) {
        return;
    }
    ping_encode(&ping, sent.bytes);
    secure_peer_clock_mac(&client->secure, sent.bytes, PING_BYTES, sent.bytes + PING_BYTES);
    if (!edit(script, &sent, &copy)) {
        sent.connection = 0;
        copy.size_bytes = CLOCK_BYTES;
        if (secure_equal(copy.bytes, sent.bytes, CLOCK_BYTES)) {
            return; /* only its length was changed, which another looks at */
        }
    }
    expected = client->at_server.secure.state == SECURE_ESTABLISHED &&
               is_believed(client, &sent, sent.connection != 0) && has_credit(client);
    admitted = gate_admits_clock(&gate, &client->at_server, now, copy.bytes, CLOCK_BYTES);
    assert(admitted == expected);
}

/* --- the rest --- */

static void shake_hands(Client *client)
{
    static const uint8_t ephemeral[NOISE_KEY_BYTES] = {9};
    static const SecureAnswerer answerer = {.fixed = &gate.key, .ephemeral = {8}};
    uint8_t first[FRAME_FIRST_BYTES];
    uint8_t second[FRAME_SECOND_BYTES];
    uint8_t learned[NOISE_KEY_BYTES];

    if (client->connection == 0 || client->wanted != client->connection || client->has_keys) {
        return;
    }
    secure_peer_first(&client->secure, ephemeral, first);
    client->has_keys =
        secure_peer_answer(
            &client->at_server.secure, now, &answerer, first, sizeof first, second) &&
        secure_peer_second(&client->secure, now, second, sizeof second, learned);
    assert(client->has_keys);
    assert(memcmp(learned, gate.key.open, sizeof learned) == 0);
}

/* Bytes of nobody's, at every door. */
static void send_noise(Script *script, Client *client)
{
    const size_t wanted = script_byte(script);
    const Sent nobodys = {.connection = 0};
    Sent sent = {.size_bytes = 0};
    uint8_t answer[ANSWER_BYTES];
    const uint8_t *bytes = script_bytes(script, wanted, &sent.size_bytes);

    if (sent.size_bytes == 0) {
        return;
    }
    memcpy(sent.bytes, bytes, sent.size_bytes);
    assert(!gate_answers_hello(&gate, client->source, now, sent.bytes, sent.size_bytes, answer));
    admit_connect(client, &sent, client->source, false);
    admit_data(client, &nobodys, &sent, false);
}

static void let_time_pass(Script *script, uint8_t choice)
{
    uint8_t secret[COOKIE_SECRET_BYTES];

    now.ns += (choice & 128U) != 0 ? script_byte(script) * NS_PER_S / 4
                                   : script_byte(script) * (NS_PER_S / 60) / 2;
    if (cookie_jar_is_stale(&gate.jar, now)) {
        renewals++;
        memset(secret, renewals, sizeof secret);
        cookie_jar_renew(&gate.jar, now, secret);
    }
}

static void act(Script *script)
{
    const uint8_t choice = script_byte(script);
    Client *client = &clients[choice / 8U % CLIENTS];

    switch (choice % 8) {
    case 0:
        let_time_pass(script, choice);
        break;
    case 1:
        say_hello(script, client);
        break;
    case 2:
        connect_to_server(script, client);
        break;
    case 3:
        send_data(script, client);
        break;
    case 4:
        send_clock(script, client);
        break;
    case 5:
        shake_hands(client);
        break;
    case 6:
        send_noise(script, client);
        break;
    default:
        send_kept(script, client);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secrets[2 * COOKIE_SECRET_BYTES] = {200, 201, 202};
    static NoiseKeyPair key;
    Script script = {.bytes = data, .left = size};

    if (memcmp(&key, &no_key, sizeof key) == 0) {
        const bool started = secure_start();

        assert(started);
        (void)started;
        noise_key_pair((const uint8_t[NOISE_KEY_BYTES]){5}, &key);
    }
    gate = (Gate){.key = key};
    now = (HostTime){1000 * NS_PER_S};
    renewals = 0;
    connections = 0;
    cookie_jar_init(&gate.jar, now, secrets);
    memset(clients, 0, sizeof clients);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].source = (CookieSource){.address = 0x0100007f, .port = (uint16_t)(4000 + i)};
    }
    for (int i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        act(&script);
    }
    return 0;
}
