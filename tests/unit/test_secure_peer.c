/* Two ends of a connection: they agree on keys, believe each other, and nobody else. */
#include "shared/secure/secure_peer.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/secure/entropy.h"
#include "shared/secure/fingerprint.h"
#include "tests/support/check.h"

static const HostTime NOW = {5000};
static const uint8_t TEXT[] = "a datagram";

typedef struct {
    SecurePeer client;
    SecurePeer server;
    SecureAnswerer answerer;
    NoiseKeyPair fixed;
    uint8_t ephemeral[NOISE_KEY_BYTES];
} World;

static void prove(World *world)
{
    uint8_t cookie[COOKIE_BYTES] = {1, 2, 3};
    uint8_t secret[NOISE_KEY_BYTES] = {7};

    noise_key_pair(secret, &world->fixed);
    world->answerer = (SecureAnswerer){.fixed = &world->fixed, .ephemeral = {8}};
    memset(world->ephemeral, 9, sizeof world->ephemeral);
    secure_peer_prove(&world->client, SEALED_FROM_CLIENT, cookie);
    secure_peer_prove(&world->server, SEALED_FROM_SERVER, cookie);
}

static void shake_hands(World *world)
{
    uint8_t first[FRAME_FIRST_BYTES];
    uint8_t second[FRAME_SECOND_BYTES];
    uint8_t server_key[NOISE_KEY_BYTES];

    prove(world);
    secure_peer_first(&world->client, world->ephemeral, first);
    check(secure_peer_answer(&world->server, NOW, &world->answerer, first, sizeof first, second));
    check(secure_peer_second(&world->client, NOW, second, sizeof second, server_key));
    check_bytes(server_key, world->fixed.open, sizeof server_key);
}

/* Whether `to` believes what `from` sends now. */
static bool believed(const SecurePeer *from, SecurePeer *to)
{
    return secure_peer_believes(to, TEXT, sizeof TEXT, secure_peer_mac(from, TEXT, sizeof TEXT));
}

static bool travels(SecurePeer *from, SecurePeer *to)
{
    uint8_t sealed[sizeof TEXT + SEALED_OVERHEAD_BYTES];
    uint8_t plain[sizeof TEXT];

    return secure_peer_seal(from, NOW, SEALED_LIVE, TEXT, sizeof TEXT, sealed) &&
           secure_peer_open(to, NOW, SEALED_LIVE, sealed, sizeof sealed, plain) &&
           memcmp(plain, TEXT, sizeof TEXT) == 0;
}

static void a_cookie_alone_keys_the_mac_and_seals_nothing(void **state)
{
    World world;

    (void)state;
    prove(&world);
    check(believed(&world.client, &world.server));
    check(believed(&world.server, &world.client));
    check(!believed(&world.client, &world.client)); /* nothing can be thrown back */
    check(!travels(&world.client, &world.server));
}

static void after_the_handshake_messages_travel_both_ways(void **state)
{
    World world;

    (void)state;
    shake_hands(&world);
    check_i64(world.client.state, SECURE_ESTABLISHED);
    check(travels(&world.client, &world.server));
    check(travels(&world.server, &world.client));
    check(!travels(&world.client, &world.client));
}

/* In every order in which datagrams with old and new keys can cross. */
static void the_mac_key_changes_without_a_gap(void **state)
{
    World world;
    SecurePeer old_client;

    (void)state;
    shake_hands(&world);
    prove(&world);
    old_client = world.client;
    shake_hands(&world);
    check(believed(&world.server, &world.client)); /* still with the cookie's key */
    check(believed(&old_client, &world.server));   /* sent before the client knew */
    check(believed(&world.client, &world.server)); /* now the server knows that the client knows */
    check(!believed(&old_client, &world.server));
    check(believed(&world.server, &world.client));
    check(believed(&world.client, &world.server));
    check(!world.client.has_next && !world.server.has_next);
}

static void a_handshake_over_another_cookie_fails(void **state)
{
    uint8_t cookie[COOKIE_BYTES] = {1, 2, 4};
    uint8_t first[FRAME_FIRST_BYTES];
    uint8_t second[FRAME_SECOND_BYTES];
    uint8_t server_key[NOISE_KEY_BYTES];
    World world;

    (void)state;
    prove(&world);
    secure_peer_prove(&world.server, SEALED_FROM_SERVER, cookie);
    secure_peer_first(&world.client, world.ephemeral, first);
    check(secure_peer_answer(&world.server, NOW, &world.answerer, first, sizeof first, second));
    check(!secure_peer_second(&world.client, NOW, second, sizeof second, server_key));
    check_i64(world.client.state, SECURE_PROVEN);
}

static void frames_that_do_not_fit_are_refused(void **state)
{
    uint8_t first[FRAME_FIRST_BYTES];
    uint8_t second[FRAME_SECOND_BYTES];
    World world;

    (void)state;
    prove(&world);
    secure_peer_first(&world.client, world.ephemeral, first);
    check(
        !secure_peer_answer(&world.server, NOW, &world.answerer, first, sizeof first - 1, second));
    first[0] = FRAME_MESSAGE;
    check(!secure_peer_answer(&world.server, NOW, &world.answerer, first, sizeof first, second));
    first[0] = FRAME_FIRST;
    check(secure_peer_answer(&world.server, NOW, &world.answerer, first, sizeof first, second));
    check(!secure_peer_answer(&world.server, NOW, &world.answerer, first, sizeof first, second));
}

static void guessed_macs_are_not_believed(void **state)
{
    World world;
    Prng prng;
    int right = 0;

    (void)state;
    prng_seed(&prng, check_seed(31));
    shake_hands(&world);
    check(believed(&world.client, &world.server));
    for (int i = 0; i < 1 << 18; i++) {
        uint32_t guess = (uint32_t)prng_u64(&prng);

        right += secure_peer_believes(&world.server, TEXT, sizeof TEXT, guess) ? 1 : 0;
    }
    check_i64_between(right, 0, 1);
}

static void clock_datagrams_need_a_handshake_and_the_whole_mac(void **state)
{
    uint8_t mac[CLOCK_MAC_BYTES];
    World world;

    (void)state;
    shake_hands(&world);
    secure_peer_clock_mac(&world.client, TEXT, sizeof TEXT, mac);
    check(secure_peer_believes_clock(&world.server, TEXT, sizeof TEXT, mac));
    for (int i = 0; i < CLOCK_MAC_BYTES; i++) {
        mac[i] ^= 1;
        check(!secure_peer_believes_clock(&world.server, TEXT, sizeof TEXT, mac));
        mac[i] ^= 1;
    }
    prove(&world);
    check(!secure_peer_believes_clock(&world.server, TEXT, sizeof TEXT, mac));
}

static void nothing_is_believed_after_a_wipe(void **state)
{
    static const SecurePeer empty;
    World world;

    (void)state;
    shake_hands(&world);
    secure_peer_wipe(&world.server);
    check(!believed(&world.client, &world.server));
    check(!travels(&world.client, &world.server));
    check_bytes(&world.server, &empty, sizeof empty);
}

static void a_fingerprint_is_a_keys_own(void **state)
{
    uint8_t key[NOISE_KEY_BYTES] = {0};
    uint8_t first[FINGERPRINT_BYTES];
    uint8_t second[FINGERPRINT_BYTES];
    char text[FINGERPRINT_TEXT_BYTES];

    (void)state;
    fingerprint_of_key(key, first);
    /* BLAKE2b-256 of 32 zero bytes begins 89eb0d6a8a691dae2cd15ed0369931. */
    fingerprint_format(first, text);
    check_text(text, "H7NG-TTMA-D4ET-WB6H-BV83-D69H");
    key[31] = 1;
    fingerprint_of_key(key, second);
    check(memcmp(first, second, sizeof first) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_alone_keys_the_mac_and_seals_nothing),
        cmocka_unit_test(after_the_handshake_messages_travel_both_ways),
        cmocka_unit_test(the_mac_key_changes_without_a_gap),
        cmocka_unit_test(a_handshake_over_another_cookie_fails),
        cmocka_unit_test(frames_that_do_not_fit_are_refused),
        cmocka_unit_test(guessed_macs_are_not_believed),
        cmocka_unit_test(clock_datagrams_need_a_handshake_and_the_whole_mac),
        cmocka_unit_test(nothing_is_believed_after_a_wipe),
        cmocka_unit_test(a_fingerprint_is_a_keys_own),
    };

    return secure_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
