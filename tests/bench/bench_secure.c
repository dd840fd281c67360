/*
 * What secrecy costs: one line of JSON per operation, with the time of one in nanoseconds.
 *
 * The messages are of the size of a group snapshot or a standing; the MAC is over a full datagram.
 */
#include <stdio.h>
#include <string.h>

#include "shared/platform/host_clock.h"
#include "shared/secure/entropy.h"
#include "shared/secure/secure_peer.h"

enum {
    ROUNDS = 400, /* the best of: short ones, so that some run undisturbed */
    SEALS = 1000,
    HANDSHAKES = 4,
    PLAIN_BYTES = 600,
    DATAGRAM_BYTES = 640
};

typedef struct {
    SecurePeer client;
    SecurePeer server;
} Ends;

static const HostTime START = {1};

static void prove(Ends *ends)
{
    uint8_t cookie[COOKIE_BYTES];

    secure_random(cookie, sizeof cookie);
    secure_peer_prove(&ends->client, SEALED_FROM_CLIENT, cookie);
    secure_peer_prove(&ends->server, SEALED_FROM_SERVER, cookie);
}

static bool answer(Ends *ends, const NoiseKeyPair *fixed, const uint8_t *first, uint8_t *second)
{
    SecureAnswerer answerer = {.fixed = fixed};

    secure_random(answerer.ephemeral, sizeof answerer.ephemeral);
    return secure_peer_answer(&ends->server, START, &answerer, first, FRAME_FIRST_BYTES, second);
}

/* Both sides of one handshake; the server's part is timed. */
static int64_t shake_hands(Ends *ends, const NoiseKeyPair *fixed)
{
    uint8_t first[FRAME_FIRST_BYTES];
    uint8_t second[FRAME_SECOND_BYTES];
    uint8_t key[NOISE_KEY_BYTES];
    HostTime from;
    HostTime to;

    prove(ends);
    secure_random(key, sizeof key);
    secure_peer_first(&ends->client, key, first);
    from = host_clock_now();
    if (!answer(ends, fixed, first, second)) {
        return -1;
    }
    to = host_clock_now();
    return secure_peer_second(&ends->client, START, second, sizeof second, key) ? to.ns - from.ns
                                                                                : -1;
}

static int64_t time_handshakes(Ends *ends, const NoiseKeyPair *fixed)
{
    int64_t sum_ns = 0;

    for (int i = 0; i < HANDSHAKES; i++) {
        sum_ns += shake_hands(ends, fixed);
    }
    return sum_ns / HANDSHAKES;
}

static int64_t time_seals(Ends *ends, uint8_t *plain, uint8_t *sealed)
{
    HostTime from = host_clock_now();

    for (int i = 0; i < SEALS; i++) {
        if (!secure_peer_seal(&ends->server, START, SEALED_LIVE, plain, PLAIN_BYTES, sealed)) {
            return -1;
        }
    }
    return (host_clock_now().ns - from.ns) / SEALS;
}

static int64_t time_seal_and_open(Ends *ends, uint8_t *plain, uint8_t *sealed)
{
    HostTime from = host_clock_now();

    for (int i = 0; i < SEALS; i++) {
        if (!secure_peer_seal(&ends->client, START, SEALED_LIVE, plain, PLAIN_BYTES, sealed) ||
            !secure_peer_open(&ends->server,
                              START,
                              SEALED_LIVE,
                              sealed,
                              PLAIN_BYTES + SEALED_OVERHEAD_BYTES,
                              plain)) {
            return -1;
        }
    }
    return (host_clock_now().ns - from.ns) / SEALS;
}

static int64_t time_macs(const Ends *ends, uint8_t *bytes)
{
    uint32_t all = 0;
    HostTime from = host_clock_now();

    for (int i = 0; i < SEALS; i++) {
        bytes[0] = (uint8_t)i;
        all ^= secure_peer_mac(&ends->server, bytes, DATAGRAM_BYTES);
    }
    bytes[1] = (uint8_t)all;
    return (host_clock_now().ns - from.ns) / SEALS;
}

static void keep_least(int64_t *least_ns, int64_t ns)
{
    *least_ns = ns < *least_ns ? ns : *least_ns;
}

static void print_cost(const char *operation, int64_t ns)
{
    (void)printf("{\"operation\":\"%s\",\"ns\":%lld}\n", operation, (long long)ns);
}

int main(void)
{
    static Ends ends;
    static uint8_t plain[FRAME_BYTES_MAX];
    static uint8_t sealed[FRAME_BYTES_MAX];
    int64_t handshake_ns = INT64_MAX;
    int64_t seal_ns = INT64_MAX;
    int64_t both_ns = INT64_MAX;
    int64_t mac_ns = INT64_MAX;
    uint8_t secret[NOISE_KEY_BYTES];
    NoiseKeyPair fixed;

    if (!secure_start()) {
        return 1;
    }
    secure_random(secret, sizeof secret);
    noise_key_pair(secret, &fixed);
    for (int i = 0; i < ROUNDS; i++) {
        keep_least(&handshake_ns, time_handshakes(&ends, &fixed));
        keep_least(&seal_ns, time_seals(&ends, plain, sealed));
        keep_least(&both_ns, time_seal_and_open(&ends, plain, sealed));
        keep_least(&mac_ns, time_macs(&ends, sealed));
    }
    print_cost("handshake, server's part", handshake_ns);
    print_cost("seal 600 bytes", seal_ns);
    print_cost("seal and open 600 bytes", both_ns);
    print_cost("mac of 640 bytes", mac_ns);
    return handshake_ns > 0 && seal_ns > 0 && both_ns > 0 ? 0 : 1;
}
