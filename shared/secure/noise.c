#include "shared/secure/noise.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
    BLOCK_BYTES = 128 /* of BLAKE2b */
};

static const char PROTOCOL_NAME[] = "Noise_NX_25519_ChaChaPoly_BLAKE2b";

_Static_assert((int)NOISE_KEY_BYTES == (int)crypto_scalarmult_BYTES, "X25519");
_Static_assert((int)NOISE_KEY_BYTES == (int)crypto_aead_chacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert((int)NOISE_TAG_BYTES == (int)crypto_aead_chacha20poly1305_ietf_ABYTES, "tag");
_Static_assert((int)NOISE_HASH_BYTES == (int)crypto_generichash_blake2b_BYTES_MAX, "hash");
_Static_assert(sizeof PROTOCOL_NAME - 1 <= NOISE_HASH_BYTES, "the name is padded, not hashed");

/* --- primitives --- */

/* The hash of two stretches of bytes, one after the other. */
static void hash_pair(const uint8_t *first,
                      size_t first_bytes,
                      const uint8_t *second,
                      size_t second_bytes,
                      uint8_t *hash)
{
    crypto_generichash_blake2b_state state;

    (void)crypto_generichash_blake2b_init(&state, NULL, 0, NOISE_HASH_BYTES);
    (void)crypto_generichash_blake2b_update(&state, first, first_bytes);
    (void)crypto_generichash_blake2b_update(&state, second, second_bytes);
    (void)crypto_generichash_blake2b_final(&state, hash, NOISE_HASH_BYTES);
    sodium_memzero(&state, sizeof state);
}

/* RFC 2104 with a key of one hash, which is shorter than a block. */
void noise_hmac(const uint8_t key[NOISE_HASH_BYTES],
                const uint8_t *bytes,
                size_t size_bytes,
                uint8_t mac[NOISE_HASH_BYTES])
{
    uint8_t inner[BLOCK_BYTES];
    uint8_t outer[BLOCK_BYTES];
    uint8_t inner_hash[NOISE_HASH_BYTES];

    memset(inner, 0x36, sizeof inner);
    memset(outer, 0x5c, sizeof outer);
    for (int i = 0; i < NOISE_HASH_BYTES; i++) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    hash_pair(inner, sizeof inner, bytes, size_bytes, inner_hash);
    hash_pair(outer, sizeof outer, inner_hash, sizeof inner_hash, mac);
    sodium_memzero(inner, sizeof inner);
    sodium_memzero(outer, sizeof outer);
    sodium_memzero(inner_hash, sizeof inner_hash);
}

/* Noise's HKDF with two outputs; `first` may be the chaining key itself. */
static void hkdf(const uint8_t chaining_key[NOISE_HASH_BYTES],
                 const uint8_t *material,
                 size_t material_bytes,
                 uint8_t first[NOISE_HASH_BYTES],
                 uint8_t second[NOISE_HASH_BYTES])
{
    uint8_t temporary[NOISE_HASH_BYTES];
    uint8_t chained[NOISE_HASH_BYTES + 1];

    noise_hmac(chaining_key, material, material_bytes, temporary);
    chained[0] = 1;
    noise_hmac(temporary, chained, 1, first);
    memcpy(chained, first, NOISE_HASH_BYTES);
    chained[NOISE_HASH_BYTES] = 2;
    noise_hmac(temporary, chained, sizeof chained, second);
    sodium_memzero(temporary, sizeof temporary);
    sodium_memzero(chained, sizeof chained);
}

static void put_nonce(uint64_t nonce, uint8_t bytes[12])
{
    memset(bytes, 0, 4);
    for (int i = 0; i < 8; i++) {
        bytes[4 + i] = (uint8_t)(nonce >> (8 * i));
    }
}

void noise_encrypt(const NoiseCipher *cipher,
                   const uint8_t *plain,
                   size_t plain_bytes,
                   uint8_t *sealed)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    put_nonce(cipher->nonce, nonce);
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(sealed,
                                                    NULL,
                                                    plain,
                                                    plain_bytes,
                                                    cipher->associated,
                                                    cipher->associated_bytes,
                                                    NULL,
                                                    nonce,
                                                    cipher->key);
}

bool noise_decrypt(const NoiseCipher *cipher,
                   const uint8_t *sealed,
                   size_t sealed_bytes,
                   uint8_t *plain)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    put_nonce(cipher->nonce, nonce);
    return crypto_aead_chacha20poly1305_ietf_decrypt(plain,
                                                     NULL,
                                                     NULL,
                                                     sealed,
                                                     sealed_bytes,
                                                     cipher->associated,
                                                     cipher->associated_bytes,
                                                     nonce,
                                                     cipher->key) == 0;
}

void noise_rekey(uint8_t key[NOISE_KEY_BYTES])
{
    static const uint8_t zeros[NOISE_KEY_BYTES];
    uint8_t sealed[NOISE_KEY_BYTES + NOISE_TAG_BYTES];
    NoiseCipher cipher = {.key = key, .nonce = UINT64_MAX};

    noise_encrypt(&cipher, zeros, sizeof zeros, sealed);
    memcpy(key, sealed, NOISE_KEY_BYTES);
    sodium_memzero(sealed, sizeof sealed);
}

void noise_key_pair(const uint8_t secret[NOISE_KEY_BYTES], NoiseKeyPair *pair)
{
    memcpy(pair->secret, secret, NOISE_KEY_BYTES);
    (void)crypto_scalarmult_base(pair->open, pair->secret);
}

/* --- the symmetric state: names as in section 5.2 of the specification --- */

static void mix_hash(NoiseHandshake *handshake, const uint8_t *bytes, size_t size_bytes)
{
    hash_pair(handshake->hash, NOISE_HASH_BYTES, bytes, size_bytes, handshake->hash);
}

static void mix_key(NoiseHandshake *handshake, const uint8_t *material, size_t material_bytes)
{
    uint8_t key[NOISE_HASH_BYTES];

    hkdf(handshake->chaining_key, material, material_bytes, handshake->chaining_key, key);
    memcpy(handshake->key, key, NOISE_KEY_BYTES);
    handshake->nonce = 0;
    handshake->has_key = true;
    sodium_memzero(key, sizeof key);
}

/* Mixes the secret that two keys share. False for a key that makes everybody's secret the same. */
static bool mix_shared(NoiseHandshake *handshake,
                       const uint8_t secret[NOISE_KEY_BYTES],
                       const uint8_t open[NOISE_KEY_BYTES])
{
    uint8_t shared[crypto_scalarmult_BYTES];
    bool usable = crypto_scalarmult(shared, secret, open) == 0;

    if (usable) {
        mix_key(handshake, shared, sizeof shared);
    }
    sodium_memzero(shared, sizeof shared);
    return usable;
}

/* Returns the size of what was written to `sealed`: plain text while there is no key yet. */
static size_t encrypt_and_hash(NoiseHandshake *handshake,
                               const uint8_t *plain,
                               size_t plain_bytes,
                               uint8_t *sealed)
{
    size_t sealed_bytes = plain_bytes;

    if (handshake->has_key) {
        NoiseCipher cipher = {.key = handshake->key,
                              .nonce = handshake->nonce,
                              .associated = handshake->hash,
                              .associated_bytes = NOISE_HASH_BYTES};

        noise_encrypt(&cipher, plain, plain_bytes, sealed);
        handshake->nonce++;
        sealed_bytes += NOISE_TAG_BYTES;
    } else if (plain_bytes > 0) {
        memcpy(sealed, plain, plain_bytes);
    }
    mix_hash(handshake, sealed, sealed_bytes);
    return sealed_bytes;
}

static bool decrypt_and_hash(NoiseHandshake *handshake,
                             const uint8_t *sealed,
                             size_t sealed_bytes,
                             uint8_t *plain)
{
    if (handshake->has_key) {
        NoiseCipher cipher = {.key = handshake->key,
                              .nonce = handshake->nonce,
                              .associated = handshake->hash,
                              .associated_bytes = NOISE_HASH_BYTES};

        if (!noise_decrypt(&cipher, sealed, sealed_bytes, plain)) {
            return false;
        }
        handshake->nonce++;
    } else if (sealed_bytes > 0) {
        memcpy(plain, sealed, sealed_bytes);
    }
    mix_hash(handshake, sealed, sealed_bytes);
    return true;
}

/* --- the handshake state --- */

static void begin(NoiseHandshake *handshake,
                  NoiseState state,
                  const uint8_t *prologue,
                  size_t prologue_bytes,
                  const uint8_t ephemeral[NOISE_KEY_BYTES])
{
    memset(handshake, 0, sizeof *handshake);
    handshake->state = state;
    memcpy(handshake->hash, PROTOCOL_NAME, sizeof PROTOCOL_NAME - 1);
    memcpy(handshake->chaining_key, handshake->hash, NOISE_HASH_BYTES);
    mix_hash(handshake, prologue, prologue_bytes);
    noise_key_pair(ephemeral, &handshake->ephemeral);
}

void noise_begin_client(NoiseHandshake *handshake,
                        const uint8_t *prologue,
                        size_t prologue_bytes,
                        const uint8_t ephemeral[NOISE_KEY_BYTES])
{
    begin(handshake, NOISE_CLIENT_WRITES, prologue, prologue_bytes, ephemeral);
}

void noise_begin_server(NoiseHandshake *handshake,
                        const uint8_t *prologue,
                        size_t prologue_bytes,
                        const NoiseKeyPair *fixed,
                        const uint8_t ephemeral[NOISE_KEY_BYTES])
{
    begin(handshake, NOISE_SERVER_READS, prologue, prologue_bytes, ephemeral);
    handshake->fixed = *fixed;
}

static size_t write_first(NoiseHandshake *handshake,
                          const uint8_t *payload,
                          size_t payload_bytes,
                          uint8_t *message)
{
    memcpy(message, handshake->ephemeral.open, NOISE_KEY_BYTES);
    mix_hash(handshake, message, NOISE_KEY_BYTES);
    handshake->state = NOISE_CLIENT_READS;
    return NOISE_KEY_BYTES +
           encrypt_and_hash(handshake, payload, payload_bytes, message + NOISE_KEY_BYTES);
}

static size_t write_second(NoiseHandshake *handshake,
                           const uint8_t *payload,
                           size_t payload_bytes,
                           uint8_t *message)
{
    size_t size_bytes = NOISE_KEY_BYTES;

    memcpy(message, handshake->ephemeral.open, NOISE_KEY_BYTES);
    mix_hash(handshake, message, NOISE_KEY_BYTES);
    if (!mix_shared(handshake, handshake->ephemeral.secret, handshake->remote_ephemeral)) {
        return 0;
    }
    size_bytes +=
        encrypt_and_hash(handshake, handshake->fixed.open, NOISE_KEY_BYTES, message + size_bytes);
    if (!mix_shared(handshake, handshake->fixed.secret, handshake->remote_ephemeral)) {
        return 0;
    }
    size_bytes += encrypt_and_hash(handshake, payload, payload_bytes, message + size_bytes);
    handshake->state = NOISE_DONE;
    return size_bytes;
}

size_t noise_write(NoiseHandshake *handshake,
                   const uint8_t *payload,
                   size_t payload_bytes,
                   uint8_t *message)
{
    size_t size_bytes;

    assert(handshake->state == NOISE_CLIENT_WRITES || handshake->state == NOISE_SERVER_WRITES);
    if (handshake->state == NOISE_CLIENT_WRITES) {
        return write_first(handshake, payload, payload_bytes, message);
    }
    size_bytes = write_second(handshake, payload, payload_bytes, message);
    if (size_bytes == 0) {
        noise_wipe(handshake);
    }
    return size_bytes;
}

static bool read_first(NoiseHandshake *handshake,
                       const uint8_t *message,
                       size_t message_bytes,
                       uint8_t *payload,
                       size_t *payload_bytes)
{
    if (message_bytes < NOISE_FIRST_BYTES) {
        return false;
    }
    memcpy(handshake->remote_ephemeral, message, NOISE_KEY_BYTES);
    mix_hash(handshake, message, NOISE_KEY_BYTES);
    *payload_bytes = message_bytes - NOISE_KEY_BYTES;
    handshake->state = NOISE_SERVER_WRITES;
    return decrypt_and_hash(handshake, message + NOISE_KEY_BYTES, *payload_bytes, payload);
}

static bool read_second(NoiseHandshake *handshake,
                        const uint8_t *message,
                        size_t message_bytes,
                        uint8_t *payload,
                        size_t *payload_bytes)
{
    const uint8_t *fixed = message + NOISE_KEY_BYTES;
    const uint8_t *rest = fixed + NOISE_KEY_BYTES + NOISE_TAG_BYTES;
    size_t rest_bytes;

    if (message_bytes < NOISE_SECOND_BYTES) {
        return false;
    }
    rest_bytes = message_bytes - NOISE_SECOND_BYTES + NOISE_TAG_BYTES;
    memcpy(handshake->remote_ephemeral, message, NOISE_KEY_BYTES);
    mix_hash(handshake, message, NOISE_KEY_BYTES);
    *payload_bytes = rest_bytes - NOISE_TAG_BYTES;
    handshake->state = NOISE_DONE;
    return mix_shared(handshake, handshake->ephemeral.secret, handshake->remote_ephemeral) &&
           decrypt_and_hash(
               handshake, fixed, NOISE_KEY_BYTES + NOISE_TAG_BYTES, handshake->remote_fixed) &&
           mix_shared(handshake, handshake->ephemeral.secret, handshake->remote_fixed) &&
           decrypt_and_hash(handshake, rest, rest_bytes, payload);
}

bool noise_read(NoiseHandshake *handshake,
                const uint8_t *message,
                size_t message_bytes,
                uint8_t *payload,
                size_t *payload_bytes)
{
    bool fits = false;

    *payload_bytes = 0;
    if (handshake->state == NOISE_SERVER_READS) {
        fits = read_first(handshake, message, message_bytes, payload, payload_bytes);
    } else if (handshake->state == NOISE_CLIENT_READS) {
        fits = read_second(handshake, message, message_bytes, payload, payload_bytes);
    }
    if (!fits) {
        noise_wipe(handshake);
        *payload_bytes = 0;
    }
    return fits;
}

void noise_split(NoiseHandshake *handshake, NoiseKeys *keys)
{
    uint8_t first[NOISE_HASH_BYTES];
    uint8_t second[NOISE_HASH_BYTES];

    assert(handshake->state == NOISE_DONE);
    hkdf(handshake->chaining_key, NULL, 0, first, second);
    memcpy(keys->client_to_server, first, NOISE_KEY_BYTES);
    memcpy(keys->server_to_client, second, NOISE_KEY_BYTES);
    sodium_memzero(first, sizeof first);
    sodium_memzero(second, sizeof second);
    noise_wipe(handshake);
}

void noise_wipe(NoiseHandshake *handshake)
{
    sodium_memzero(handshake, sizeof *handshake);
    handshake->state = NOISE_FAILED;
}
