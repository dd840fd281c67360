/*
 * The handshake that gives two strangers keys of their own, and proves who the server is:
 * Noise_NX_25519_ChaChaPoly_BLAKE2b of the Noise Protocol Framework, revision 34.
 *
 *     -> e                      the client's fresh key; its payload is in clear
 *     <- e, ee, s, es           the server's fresh and fixed keys; its payload is secret
 *
 * Pure: randomness is passed in. The client learns the server's fixed key and must compare it with
 * what it expects (see fingerprint.h): without that anybody could be the server. A message that
 * does not fit ends the handshake for good.
 */
#ifndef SHARED_SECURE_NOISE_H
#define SHARED_SECURE_NOISE_H

#include <stddef.h>

#include "shared/units.h"

enum {
    NOISE_KEY_BYTES = 32,
    NOISE_HASH_BYTES = 64,
    NOISE_TAG_BYTES = 16,
    NOISE_FIRST_BYTES = 32,           /* of the first message, beside its payload */
    NOISE_SECOND_BYTES = 32 + 48 + 16 /* of the second message, beside its payload */
};

typedef struct {
    uint8_t secret[NOISE_KEY_BYTES];
    uint8_t open[NOISE_KEY_BYTES]; /* the public half */
} NoiseKeyPair;

/* Whose turn it is. */
typedef enum {
    NOISE_FAILED = 0, /* a message did not fit, or nothing has begun */
    NOISE_CLIENT_WRITES,
    NOISE_CLIENT_READS,
    NOISE_SERVER_READS,
    NOISE_SERVER_WRITES,
    NOISE_DONE
} NoiseState;

typedef struct {
    NoiseState state;
    bool has_key;
    uint64_t nonce;
    uint8_t key[NOISE_KEY_BYTES];
    uint8_t hash[NOISE_HASH_BYTES];
    uint8_t chaining_key[NOISE_HASH_BYTES];
    NoiseKeyPair ephemeral;
    NoiseKeyPair fixed; /* the server's own */
    uint8_t remote_ephemeral[NOISE_KEY_BYTES];
    uint8_t remote_fixed[NOISE_KEY_BYTES]; /* the server's, as the client learned it */
} NoiseHandshake;

typedef struct {
    uint8_t client_to_server[NOISE_KEY_BYTES];
    uint8_t server_to_client[NOISE_KEY_BYTES];
} NoiseKeys;

/* The pair that belongs to a secret half of random bytes. */
void noise_key_pair(const uint8_t secret[NOISE_KEY_BYTES], NoiseKeyPair *pair);

/* `prologue` is what both believe already; another one on the other side ends the handshake.
   `ephemeral` are fresh random bytes that nobody else ever uses. */
void noise_begin_client(NoiseHandshake *handshake,
                        const uint8_t *prologue,
                        size_t prologue_bytes,
                        const uint8_t ephemeral[NOISE_KEY_BYTES]);
void noise_begin_server(NoiseHandshake *handshake,
                        const uint8_t *prologue,
                        size_t prologue_bytes,
                        const NoiseKeyPair *fixed,
                        const uint8_t ephemeral[NOISE_KEY_BYTES]);

/*
 * Writes the next message and returns its size: the payload's and NOISE_FIRST_BYTES or
 * NOISE_SECOND_BYTES. It must be our turn to write (our own bug otherwise). 0 when the other's key
 * cannot be used: the handshake has failed.
 */
size_t noise_write(NoiseHandshake *handshake,
                   const uint8_t *payload,
                   size_t payload_bytes,
                   uint8_t *message);

/*
 * Reads the other's message; its payload, shorter than the message, goes to `payload`. False when
 * it is not our turn to read, or when anything about the message is wrong: then the handshake has
 * failed and `payload` means nothing.
 */
NODISCARD bool noise_read(NoiseHandshake *handshake,
                          const uint8_t *message,
                          size_t message_bytes,
                          uint8_t *payload,
                          size_t *payload_bytes);

/* The keys of a finished handshake (state NOISE_DONE), which is wiped. */
void noise_split(NoiseHandshake *handshake, NoiseKeys *keys);

void noise_wipe(NoiseHandshake *handshake);

/*
 * ChaCha20-Poly1305-IETF with Noise's nonce: 32 zero bits, then `nonce` in little endian.
 * `sealed` has room for NOISE_TAG_BYTES more than `plain`; they may not overlap.
 */
typedef struct {
    const uint8_t *key; /* NOISE_KEY_BYTES */
    uint64_t nonce;     /* never twice with one key */
    const uint8_t *associated;
    size_t associated_bytes;
} NoiseCipher;

void noise_encrypt(const NoiseCipher *cipher,
                   const uint8_t *plain,
                   size_t plain_bytes,
                   uint8_t *sealed);
NODISCARD bool noise_decrypt(const NoiseCipher *cipher,
                             const uint8_t *sealed,
                             size_t sealed_bytes,
                             uint8_t *plain);

/* Noise's REKEY: a key from which the one before cannot be found. */
void noise_rekey(uint8_t key[NOISE_KEY_BYTES]);

/* HMAC-BLAKE2b with the 64-byte hash, as Noise's HKDF uses it. */
void noise_hmac(const uint8_t key[NOISE_HASH_BYTES],
                const uint8_t *bytes,
                size_t size_bytes,
                uint8_t mac[NOISE_HASH_BYTES]);

#endif
