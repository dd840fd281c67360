#include "shared/secure/entropy.h"

#include <sodium.h>

bool secure_start(void)
{
    return sodium_init() >= 0;
}

void secure_random(uint8_t *bytes, size_t size_bytes)
{
    randombytes_buf(bytes, size_bytes);
}

void secure_wipe(void *bytes, size_t size_bytes)
{
    sodium_memzero(bytes, size_bytes);
}

bool secure_equal(const uint8_t *left, const uint8_t *right, size_t size_bytes)
{
    return sodium_memcmp(left, right, size_bytes) == 0;
}
