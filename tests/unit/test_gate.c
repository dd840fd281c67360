/* The server's gate: who proved an address may connect, who has the keys may speak, all at a rate.
 */
#include "server/net/gate.h"

#include <string.h>

#include "shared/message.h"
#include "shared/secure/entropy.h"
#include "tests/support/check.h"

static const HostTime NOW = {1000 * NS_PER_S};
static const CookieSource SOURCE = {0x0100007f, 4000};
static const CookieSource STRANGER = {0x0200007f, 4000};
static const uint8_t CONNECT_ID[CONNECT_ID_BYTES] = {9, 8, 7, 6};

/* A connect as ENet writes it, with the cookie's token and the MAC of who has the cookie. */
typedef struct {
    uint8_t bytes[56];
} Connect;

static void open_gate(Gate *gate)
{
    uint8_t secret[NOISE_KEY_BYTES] = {5};
    NoiseKeyPair key;

    noise_key_pair(secret, &key);
    gate_init(gate, &key, NOW);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

static void sign(const SecurePeer *peer, uint8_t *bytes, size_t size_bytes, const uint8_t *id)
{
    uint32_t mac;

    memcpy(bytes + 4, id, CONNECT_ID_BYTES);
    mac = secure_peer_mac(peer, bytes, size_bytes);
    memcpy(bytes + 4, &mac, sizeof mac);
}

static Connect connect_with(const uint8_t cookie[COOKIE_BYTES])
{
    static const uint8_t no_id[CONNECT_ID_BYTES];
    Connect connect = {{0x8f, 0xff, 0, 1, 0, 0, 0, 0, 0x82, 0xff, 0, 1}};
    uint8_t *command = connect.bytes + 8;
    SecurePeer client;

    put_u32(command + 8, 1200);
    put_u32(command + 12, 65536);
    put_u32(command + 16, 2);
    memcpy(command + 40, CONNECT_ID, sizeof CONNECT_ID);
    put_u32(command + 44, cookie_token(cookie));
    secure_peer_prove(&client, SEALED_FROM_CLIENT, cookie);
    sign(&client, connect.bytes, sizeof connect.bytes, no_id);
    return connect;
}

static GateDatagram datagram_of(uint8_t *bytes, size_t size_bytes, CookieSource source)
{
    GateDatagram datagram = {.source = source, .bytes = bytes, .size_bytes = size_bytes};

    check(guard_header(bytes, size_bytes, &datagram.header));
    return datagram;
}

static void get_cookie(Gate *gate, CookieSource source, uint8_t cookie[COOKIE_BYTES])
{
    Hello hello = {.version = PROTOCOL_VERSION, .nonce = {1, 2, 3}};
    uint8_t bytes[HELLO_BYTES];
    uint8_t answer_bytes[ANSWER_BYTES];
    HelloAnswer answer;

    hello_encode(&hello, bytes);
    check(gate_answers_hello(gate, source, NOW, bytes, sizeof bytes, answer_bytes));
    check(hello_answer_decode(answer_bytes, sizeof answer_bytes, &answer));
    check_i64(answer.version, PROTOCOL_VERSION);
    check_bytes(answer.nonce, hello.nonce, sizeof hello.nonce);
    memcpy(cookie, answer.cookie, COOKIE_BYTES);
}

static bool admits_connect(Gate *gate, Connect *connect, CookieSource source)
{
    GateDatagram datagram = datagram_of(connect->bytes, sizeof connect->bytes, source);
    GuardConnect terms;
    uint32_t mac;

    return gate_admits_connect(gate, NOW, &datagram, &terms, &mac);
}

static void who_received_a_cookie_may_connect(void **state)
{
    uint8_t cookie[COOKIE_BYTES];
    Connect connect;
    Gate gate;

    (void)state;
    open_gate(&gate);
    get_cookie(&gate, SOURCE, cookie);
    connect = connect_with(cookie);
    check(admits_connect(&gate, &connect, SOURCE));
    check(admits_connect(&gate, &connect, SOURCE)); /* ENet repeats it */
    check(!admits_connect(&gate, &connect, STRANGER));
    check_i64(gate.counts.connects, 2);
    check_i64(gate.counts.connects_refused, 1);
}

/* Somebody who guesses the token still lacks the rest of the cookie for the MAC. */
static void the_token_alone_is_not_enough(void **state)
{
    uint8_t cookie[COOKIE_BYTES];
    Connect connect;
    Gate gate;

    (void)state;
    open_gate(&gate);
    get_cookie(&gate, SOURCE, cookie);
    cookie[COOKIE_BYTES - 1] ^= 1;
    connect = connect_with(cookie);
    check(!admits_connect(&gate, &connect, SOURCE));
}

static void a_peers_datagrams_need_its_mac(void **state)
{
    uint8_t ping[12] = {0x80, 3, 0, 1, 0, 0, 0, 0, 0x85, 0xff, 0, 2};
    uint8_t cookie[COOKIE_BYTES];
    GateDatagram datagram;
    GatePeer peer = {.proven_at = {0}};
    SecurePeer client;
    Gate gate;
    uint32_t mac;

    (void)state;
    open_gate(&gate);
    get_cookie(&gate, SOURCE, cookie);
    check(!gate_knows(&gate, &peer, STRANGER, NOW, CONNECT_ID, cookie_token(cookie)));
    check(gate_knows(&gate, &peer, SOURCE, NOW, CONNECT_ID, cookie_token(cookie)));
    secure_peer_prove(&client, SEALED_FROM_CLIENT, cookie);
    sign(&client, ping, sizeof ping, CONNECT_ID);
    datagram = datagram_of(ping, sizeof ping, SOURCE);
    check(gate_admits(&gate, &peer, NOW, &datagram, 0, &mac));
    ping[11] ^= 1;
    check(!gate_admits(&gate, &peer, NOW, &datagram, 0, &mac));
    check_i64(gate.counts.forged, 1);
    gate_forget(&peer);
    ping[11] ^= 1;
    check(!gate_admits(&gate, &peer, NOW, &datagram, 0, &mac));
}

/* Forgeries with a peer's address must not use up what the peer may send. */
static void only_believed_datagrams_count_against_the_rate(void **state)
{
    uint8_t ping[12] = {0x80, 3, 0, 1, 0, 0, 0, 0, 0x85, 0xff, 0, 2};
    uint8_t forged[12] = {0x80, 3, 0, 1, 0, 0, 0, 0, 0x44, 0xff, 0, 2};
    uint8_t cookie[COOKIE_BYTES];
    GateDatagram honest;
    GateDatagram false_one;
    GatePeer peer = {.proven_at = {0}};
    SecurePeer client;
    Gate gate;
    uint32_t mac;
    int admitted = 0;

    (void)state;
    open_gate(&gate);
    get_cookie(&gate, SOURCE, cookie);
    check(gate_knows(&gate, &peer, SOURCE, NOW, CONNECT_ID, cookie_token(cookie)));
    secure_peer_prove(&client, SEALED_FROM_CLIENT, cookie);
    sign(&client, ping, sizeof ping, CONNECT_ID);
    honest = datagram_of(ping, sizeof ping, SOURCE);
    false_one = datagram_of(forged, sizeof forged, SOURCE);
    for (int i = 0; i < 100000; i++) {
        check(!gate_admits(&gate, &peer, NOW, &false_one, 0, &mac));
    }
    for (int i = 0; i < 1000; i++) {
        admitted += gate_admits(&gate, &peer, NOW, &honest, 0, &mac) ? 1 : 0;
    }
    check_i64(admitted, GATE_PEER_BURST);
    check_i64(gate.counts.over_rate, 1000 - GATE_PEER_BURST);
}

static void hellos_are_answered_at_a_rate(void **state)
{
    Hello hello = {.version = PROTOCOL_VERSION};
    uint8_t bytes[HELLO_BYTES];
    uint8_t answer[ANSWER_BYTES];
    int answered = 0;
    Gate gate;

    (void)state;
    open_gate(&gate);
    hello_encode(&hello, bytes);
    for (int i = 0; i < 2 * GATE_HELLO_BURST; i++) {
        answered += gate_answers_hello(&gate, SOURCE, NOW, bytes, sizeof bytes, answer) ? 1 : 0;
    }
    check_i64(answered, GATE_HELLO_BURST);
    check_i64(gate.counts.hellos_dropped, GATE_HELLO_BURST);
    check(!gate_answers_hello(&gate, SOURCE, NOW, bytes, sizeof bytes - 1, answer));
    check_i64(gate.counts.strangers, 1);
}

static void cookies_stay_good_while_the_secret_is_renewed(void **state)
{
    HostTime later = {NOW.ns + COOKIE_SECRET_NS};
    uint8_t cookie[COOKIE_BYTES];
    uint8_t newest[COOKIE_BYTES];
    uint8_t found[COOKIE_BYTES];
    Gate gate;

    (void)state;
    open_gate(&gate);
    cookie_make(&gate.jar, SOURCE, later, cookie);
    gate_tick(&gate, NOW);
    cookie_make(&gate.jar, SOURCE, later, newest);
    check_bytes(newest, cookie, sizeof cookie);
    gate_tick(&gate, later);
    cookie_make(&gate.jar, SOURCE, later, newest);
    check(memcmp(newest, cookie, sizeof cookie) != 0);
    check(cookie_check(&gate.jar, SOURCE, later, cookie_token(cookie), found));
}

static int place_in(const GateSlot *slots, int slot_count, HostTime now)
{
    GateSearch search = {.has_free = false};

    for (int i = 0; i < slot_count; i++) {
        gate_search(&search, i, &slots[i]);
    }
    return gate_place(&search, now);
}

static void one_address_and_port_has_one_connection(void **state)
{
    const GateSlot own = {.taken = true, .same_source = true};
    const GateSlot own_shaking = {.taken = true, .same_source = true, .shaking = true};
    const GateSlot others_id = {.taken = true, .same_id = true};
    const GateSlot free = {.taken = false};

    (void)state;
    check_i64(place_in((GateSlot[]){free, own}, 2, NOW), GATE_NO_PLACE);
    check_i64(place_in((GateSlot[]){own, free}, 2, NOW), GATE_NO_PLACE);
    check_i64(place_in((GateSlot[]){free, others_id}, 2, NOW), GATE_NO_PLACE);
    check_i64(place_in((GateSlot[]){free, own_shaking, free}, 3, NOW), 1);
    check_i64(place_in((GateSlot[]){own_shaking, own}, 2, NOW), GATE_NO_PLACE);
}

/* ENet repeats its connect; nobody else's handshake may end for that, nor its own. */
static void a_repeated_connect_moves_nobody(void **state)
{
    const GateSlot repeated = {
        .taken = true, .same_source = true, .same_id = true, .shaking = true};
    const GateSlot old = {.taken = true, .shaking = true};

    (void)state;
    check_i64(place_in((GateSlot[]){repeated, old}, 2, NOW), GATE_FREE_PLACE);
    check_i64(place_in((GateSlot[]){old, repeated}, 2, NOW), GATE_FREE_PLACE);
}

static void the_oldest_unfinished_handshake_makes_room(void **state)
{
    const HostTime early = {NOW.ns - 2 * GATE_SHAKING_NS_MIN};
    const HostTime late = {NOW.ns - GATE_SHAKING_NS_MIN + 1};
    const GateSlot player = {.taken = true, .proven_at = {1}};
    const GateSlot old = {.taken = true, .shaking = true, .proven_at = early};
    const GateSlot young = {.taken = true, .shaking = true, .proven_at = late};
    const GateSlot free = {.taken = false};

    (void)state;
    check_i64(place_in((GateSlot[]){young, player, old, young}, 4, NOW), 2);
    check_i64(place_in((GateSlot[]){old, player, free}, 3, NOW), GATE_FREE_PLACE);
    check_i64(place_in((GateSlot[]){young, player}, 2, NOW), GATE_NO_PLACE);
    check_i64(place_in((GateSlot[]){player, player}, 2, NOW), GATE_NO_PLACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_received_a_cookie_may_connect),
        cmocka_unit_test(the_token_alone_is_not_enough),
        cmocka_unit_test(a_peers_datagrams_need_its_mac),
        cmocka_unit_test(only_believed_datagrams_count_against_the_rate),
        cmocka_unit_test(hellos_are_answered_at_a_rate),
        cmocka_unit_test(cookies_stay_good_while_the_secret_is_renewed),
        cmocka_unit_test(one_address_and_port_has_one_connection),
        cmocka_unit_test(a_repeated_connect_moves_nobody),
        cmocka_unit_test(the_oldest_unfinished_handshake_makes_room),
    };

    return secure_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
