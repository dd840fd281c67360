#include "shared/secure/secure_peer.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "shared/message.h"
#include "shared/secure/entropy.h"

enum {
    PROLOGUE_BYTES = 7 + 2 + COOKIE_BYTES
};

static const uint8_t PROLOGUE[7] = {'o', 'n', 'e', 'd', 'r', 'u', 'm'};
static const char MAC_PURPOSE[] = "onedrum datagram mac";

_Static_assert((int)MAC_KEY_BYTES == (int)crypto_shorthash_siphash24_KEYBYTES, "SipHash");
_Static_assert((int)CLOCK_MAC_BYTES == (int)crypto_shorthash_siphash24_BYTES, "SipHash");
_Static_assert((int)MAC_KEY_BYTES == (int)crypto_shorthash_siphashx24_BYTES, "key from a hash");

static SealedDirection other(SealedDirection direction)
{
    return direction == SEALED_FROM_CLIENT ? SEALED_FROM_SERVER : SEALED_FROM_CLIENT;
}

/* A direction's MAC key out of the cookie, of which a part has been seen in clear. */
static void key_of_cookie(const uint8_t cookie[COOKIE_BYTES],
                          SealedDirection direction,
                          uint8_t key[MAC_KEY_BYTES])
{
    uint8_t input = (uint8_t)direction;

    (void)crypto_shorthash_siphashx24(key, &input, sizeof input, cookie);
}

/* A direction's MAC key out of its first sealing key. */
static void key_of_noise(const uint8_t sealing_key[NOISE_KEY_BYTES], uint8_t key[MAC_KEY_BYTES])
{
    (void)crypto_generichash_blake2b(key,
                                     MAC_KEY_BYTES,
                                     (const unsigned char *)MAC_PURPOSE,
                                     sizeof MAC_PURPOSE - 1,
                                     sealing_key,
                                     NOISE_KEY_BYTES);
}

void secure_peer_prove(SecurePeer *peer, SealedDirection sends, const uint8_t cookie[COOKIE_BYTES])
{
    secure_peer_wipe(peer);
    peer->state = SECURE_PROVEN;
    peer->sends = sends;
    memcpy(peer->cookie, cookie, COOKIE_BYTES);
    key_of_cookie(cookie, sends, peer->mac_send);
    key_of_cookie(cookie, other(sends), peer->mac_receive);
}

void secure_peer_wipe(SecurePeer *peer)
{
    secure_wipe(peer, sizeof *peer);
}

/* Both must agree on the version and on the cookie, or the handshake fails. */
static void write_prologue(const SecurePeer *peer, uint8_t prologue[PROLOGUE_BYTES])
{
    memcpy(prologue, PROLOGUE, sizeof PROLOGUE);
    prologue[7] = (uint8_t)(PROTOCOL_VERSION & 0xff);
    prologue[8] = (uint8_t)(PROTOCOL_VERSION >> 8);
    memcpy(prologue + 9, peer->cookie, COOKIE_BYTES);
}

static void establish(SecurePeer *peer, HostTime now, NoiseKeys *keys)
{
    bool is_client = peer->sends == SEALED_FROM_CLIENT;
    const uint8_t *send = is_client ? keys->client_to_server : keys->server_to_client;
    const uint8_t *receive = is_client ? keys->server_to_client : keys->client_to_server;

    sealed_sender_init(&peer->sender, peer->sends, send, now);
    sealed_receiver_init(&peer->receiver, other(peer->sends), receive);
    key_of_noise(send, peer->next_mac_send);
    key_of_noise(receive, peer->next_mac_receive);
    if (is_client) {
        memcpy(peer->mac_send, peer->next_mac_send, MAC_KEY_BYTES);
    }
    peer->has_next = true;
    peer->state = SECURE_ESTABLISHED;
    secure_wipe(peer->cookie, sizeof peer->cookie);
    secure_wipe(keys, sizeof *keys);
}

void secure_peer_first(SecurePeer *peer,
                       const uint8_t ephemeral[NOISE_KEY_BYTES],
                       uint8_t frame[FRAME_FIRST_BYTES])
{
    uint8_t prologue[PROLOGUE_BYTES];
    size_t written;

    assert(peer->state == SECURE_PROVEN);
    write_prologue(peer, prologue);
    noise_begin_client(&peer->handshake, prologue, sizeof prologue, ephemeral);
    frame[0] = FRAME_FIRST;
    written = noise_write(&peer->handshake, NULL, 0, frame + 1);
    assert(written == NOISE_FIRST_BYTES);
    (void)written;
}

bool secure_peer_answer(SecurePeer *peer,
                        HostTime now,
                        const SecureAnswerer *answerer,
                        const uint8_t *frame,
                        size_t frame_bytes,
                        uint8_t answer[FRAME_SECOND_BYTES])
{
    uint8_t prologue[PROLOGUE_BYTES];
    uint8_t nothing[1];
    size_t payload_bytes;
    NoiseHandshake handshake;
    NoiseKeys keys;

    if (peer->state != SECURE_PROVEN || frame_bytes != FRAME_FIRST_BYTES ||
        frame[0] != FRAME_FIRST) {
        return false;
    }
    write_prologue(peer, prologue);
    noise_begin_server(&handshake, prologue, sizeof prologue, answerer->fixed, answerer->ephemeral);
    answer[0] = FRAME_SECOND;
    if (!noise_read(&handshake, frame + 1, frame_bytes - 1, nothing, &payload_bytes) ||
        noise_write(&handshake, NULL, 0, answer + 1) != NOISE_SECOND_BYTES) {
        return false;
    }
    noise_split(&handshake, &keys);
    establish(peer, now, &keys);
    return true;
}

bool secure_peer_second(SecurePeer *peer,
                        HostTime now,
                        const uint8_t *frame,
                        size_t frame_bytes,
                        uint8_t server_key[NOISE_KEY_BYTES])
{
    uint8_t nothing[1];
    size_t payload_bytes;
    NoiseKeys keys;

    if (peer->state != SECURE_PROVEN || frame_bytes != FRAME_SECOND_BYTES ||
        frame[0] != FRAME_SECOND ||
        !noise_read(&peer->handshake, frame + 1, frame_bytes - 1, nothing, &payload_bytes)) {
        return false;
    }
    memcpy(server_key, peer->handshake.remote_fixed, NOISE_KEY_BYTES);
    noise_split(&peer->handshake, &keys);
    establish(peer, now, &keys);
    return true;
}

bool secure_peer_seal(SecurePeer *peer,
                      HostTime now,
                      SealedOrder channel,
                      const uint8_t *plain,
                      size_t plain_bytes,
                      uint8_t *sealed)
{
    return peer->state == SECURE_ESTABLISHED &&
           sealed_seal(&peer->sender, now, channel, plain, plain_bytes, sealed);
}

bool secure_peer_open(SecurePeer *peer,
                      HostTime now,
                      SealedOrder channel,
                      const uint8_t *sealed,
                      size_t sealed_bytes,
                      uint8_t *plain)
{
    return peer->state == SECURE_ESTABLISHED &&
           sealed_open(&peer->receiver, now, channel, sealed, sealed_bytes, plain);
}

/* --- the MAC --- */

static void mac_of(const uint8_t key[MAC_KEY_BYTES],
                   const uint8_t *bytes,
                   size_t size_bytes,
                   uint8_t mac[CLOCK_MAC_BYTES])
{
    (void)crypto_shorthash_siphash24(mac, bytes, size_bytes, key);
}

uint32_t secure_peer_mac(const SecurePeer *peer, const uint8_t *bytes, size_t size_bytes)
{
    uint8_t mac[CLOCK_MAC_BYTES];
    uint32_t cut;

    if (peer->state == SECURE_NONE) {
        return 0;
    }
    mac_of(peer->mac_send, bytes, size_bytes, mac);
    memcpy(&cut, mac, sizeof cut);
    return cut;
}

/* Believes the next key, too, and from then on only that. */
static bool believes(
    SecurePeer *peer, const uint8_t *bytes, size_t size_bytes, const uint8_t *mac, size_t mac_bytes)
{
    uint8_t expected[CLOCK_MAC_BYTES];

    if (peer->state == SECURE_NONE) {
        return false;
    }
    mac_of(peer->mac_receive, bytes, size_bytes, expected);
    if (secure_equal(expected, mac, mac_bytes)) {
        return true;
    }
    if (!peer->has_next) {
        return false;
    }
    mac_of(peer->next_mac_receive, bytes, size_bytes, expected);
    if (!secure_equal(expected, mac, mac_bytes)) {
        return false;
    }
    memcpy(peer->mac_receive, peer->next_mac_receive, MAC_KEY_BYTES);
    memcpy(peer->mac_send, peer->next_mac_send, MAC_KEY_BYTES);
    peer->has_next = false;
    return true;
}

bool secure_peer_believes(SecurePeer *peer, const uint8_t *bytes, size_t size_bytes, uint32_t mac)
{
    uint8_t mac_bytes[sizeof mac];

    memcpy(mac_bytes, &mac, sizeof mac);
    return believes(peer, bytes, size_bytes, mac_bytes, sizeof mac_bytes);
}

bool secure_peer_believes_datagram(SecurePeer *peer,
                                   uint8_t *bytes,
                                   size_t size_bytes,
                                   size_t mac_at,
                                   const uint8_t connect_id[CONNECT_ID_BYTES],
                                   uint32_t *mac)
{
    bool believed;

    assert(size_bytes >= mac_at + sizeof *mac);
    memcpy(mac, bytes + mac_at, sizeof *mac);
    memcpy(bytes + mac_at, connect_id, CONNECT_ID_BYTES);
    believed = secure_peer_believes(peer, bytes, size_bytes, *mac);
    memcpy(bytes + mac_at, mac, sizeof *mac);
    return believed;
}

void secure_peer_clock_mac(const SecurePeer *peer,
                           const uint8_t *bytes,
                           size_t size_bytes,
                           uint8_t mac[CLOCK_MAC_BYTES])
{
    assert(peer->state == SECURE_ESTABLISHED);
    mac_of(peer->mac_send, bytes, size_bytes, mac);
}

bool secure_peer_believes_clock(SecurePeer *peer,
                                const uint8_t *bytes,
                                size_t size_bytes,
                                const uint8_t mac[CLOCK_MAC_BYTES])
{
    return peer->state == SECURE_ESTABLISHED &&
           believes(peer, bytes, size_bytes, mac, CLOCK_MAC_BYTES);
}
