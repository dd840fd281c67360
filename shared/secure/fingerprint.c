#include "shared/secure/fingerprint.h"

#include <sodium.h>
#include <string.h>

void fingerprint_of_key(const uint8_t key[NOISE_KEY_BYTES], uint8_t fingerprint[FINGERPRINT_BYTES])
{
    uint8_t hash[crypto_generichash_blake2b_BYTES];

    (void)crypto_generichash_blake2b(hash, sizeof hash, key, NOISE_KEY_BYTES, NULL, 0);
    memcpy(fingerprint, hash, FINGERPRINT_BYTES);
}
