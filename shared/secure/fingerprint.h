/*
 * The short name of a server's key, which links carry and people compare.
 *
 * Pure. The first FINGERPRINT_BYTES of the key's BLAKE2b-256: 120 bits, so that making another key
 * with the same fingerprint is out of reach. As text it is six groups of four letters of the code
 * alphabet (see link.h), which nobody mistakes for each other.
 */
#ifndef SHARED_SECURE_FINGERPRINT_H
#define SHARED_SECURE_FINGERPRINT_H

#include "shared/link.h"
#include "shared/secure/noise.h"

/* Of the public half of a server's fixed key. */
void fingerprint_of_key(const uint8_t key[NOISE_KEY_BYTES], uint8_t fingerprint[FINGERPRINT_BYTES]);

#endif
