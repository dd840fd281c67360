#include "shared/secure/cookie.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "shared/wire.h"

static const uint8_t HELLO_MAGIC[4] = {'O', 'D', 'h', 'i'};
static const uint8_t ANSWER_MAGIC[4] = {'O', 'D', 'c', 'k'};

enum {
    HASHED_BYTES = 14
};

_Static_assert((int)COOKIE_BYTES == (int)crypto_shorthash_siphashx24_BYTES, "128 bits");
_Static_assert((int)COOKIE_SECRET_BYTES == (int)crypto_shorthash_siphashx24_KEYBYTES, "key");
_Static_assert((int)ANSWER_BYTES <= 64 && (int)HELLO_BYTES >= 512, "no amplification");

void cookie_jar_init(CookieJar *jar, HostTime now, const uint8_t *random)
{
    memcpy(jar->secrets, random, sizeof jar->secrets);
    jar->renew_at.ns = now.ns + COOKIE_SECRET_NS;
}

bool cookie_jar_is_stale(const CookieJar *jar, HostTime now)
{
    return now.ns >= jar->renew_at.ns;
}

void cookie_jar_renew(CookieJar *jar, HostTime now, const uint8_t *random)
{
    memcpy(jar->secrets[1], jar->secrets[0], COOKIE_SECRET_BYTES);
    memcpy(jar->secrets[0], random, COOKIE_SECRET_BYTES);
    jar->renew_at.ns = now.ns + COOKIE_SECRET_NS;
}

static void
make(const uint8_t *secret, CookieSource source, int64_t slot, uint8_t cookie[COOKIE_BYTES])
{
    uint8_t hashed[HASHED_BYTES];

    for (int i = 0; i < 4; i++) {
        hashed[i] = (uint8_t)(source.address >> (8 * i));
    }
    hashed[4] = (uint8_t)source.port;
    hashed[5] = (uint8_t)(source.port >> 8);
    for (int i = 0; i < 8; i++) {
        hashed[6 + i] = (uint8_t)((uint64_t)slot >> (8 * i));
    }
    (void)crypto_shorthash_siphashx24(cookie, hashed, sizeof hashed, secret);
}

void cookie_make(const CookieJar *jar,
                 CookieSource source,
                 HostTime now,
                 uint8_t cookie[COOKIE_BYTES])
{
    make(jar->secrets[0], source, div_floor(now.ns, COOKIE_SLOT_NS), cookie);
}

uint32_t cookie_token(const uint8_t cookie[COOKIE_BYTES])
{
    return (uint32_t)cookie[0] | (uint32_t)cookie[1] << 8 | (uint32_t)cookie[2] << 16 |
           (uint32_t)cookie[3] << 24;
}

bool cookie_check(const CookieJar *jar,
                  CookieSource source,
                  HostTime now,
                  uint32_t token,
                  uint8_t cookie[COOKIE_BYTES])
{
    int64_t slot = div_floor(now.ns, COOKIE_SLOT_NS);

    for (int secret = 0; secret < 2; secret++) {
        for (int age = 0; age < 2; age++) {
            make(jar->secrets[secret], source, slot - age, cookie);
            if (cookie_token(cookie) == token) {
                return true;
            }
        }
    }
    sodium_memzero(cookie, COOKIE_BYTES);
    return false;
}

/* --- the two datagrams, in both directions --- */

static void code_magic(Wire *wire, const uint8_t magic[4])
{
    uint8_t mark[4];

    memcpy(mark, magic, sizeof mark);
    wire_bytes(wire, mark, sizeof mark);
    if (memcmp(mark, magic, sizeof mark) != 0) {
        wire_fail(wire);
    }
}

static void code_hello(Wire *wire, Hello *hello)
{
    uint8_t padding[HELLO_BYTES - 14] = {0};

    code_magic(wire, HELLO_MAGIC);
    wire_u16(wire, &hello->version);
    wire_bytes(wire, hello->nonce, sizeof hello->nonce);
    wire_bytes(wire, padding, sizeof padding);
}

static void code_answer(Wire *wire, HelloAnswer *answer)
{
    code_magic(wire, ANSWER_MAGIC);
    wire_u16(wire, &answer->version);
    wire_bytes(wire, answer->nonce, sizeof answer->nonce);
    wire_bytes(wire, answer->cookie, sizeof answer->cookie);
}

void hello_encode(const Hello *hello, uint8_t bytes[HELLO_BYTES])
{
    Wire wire = wire_writer(bytes, HELLO_BYTES);
    Hello copy = *hello;

    code_hello(&wire, &copy);
    assert(wire_is_ok(&wire) && wire.position_bytes == HELLO_BYTES);
}

void hello_answer_encode(const HelloAnswer *answer, uint8_t bytes[ANSWER_BYTES])
{
    Wire wire = wire_writer(bytes, ANSWER_BYTES);
    HelloAnswer copy = *answer;

    code_answer(&wire, &copy);
    assert(wire_is_ok(&wire) && wire.position_bytes == ANSWER_BYTES);
}

bool hello_decode(const uint8_t *bytes, size_t size_bytes, Hello *hello)
{
    Wire wire = wire_reader(bytes, size_bytes);

    code_hello(&wire, hello);
    return wire_is_complete(&wire);
}

bool hello_answer_decode(const uint8_t *bytes, size_t size_bytes, HelloAnswer *answer)
{
    Wire wire = wire_reader(bytes, size_bytes);

    code_answer(&wire, answer);
    return wire_is_complete(&wire);
}
