/*
 * Proof that somebody receives what is sent to an address, before a server remembers anything.
 *
 * Pure: time and randomness are passed in. A client that wants to connect sends a hello, padded so
 * that nobody gets out more bytes than in; the server answers with a cookie, which is a keyed hash
 * (SipHash-2-4, 128 bits) of address, port and a slot of ten seconds, and forgets the client. Only
 * who received the answer can show the cookie's token when it connects. The rest of the cookie
 * keys the MAC of all datagrams until the handshake has made better keys.
 *
 *     hello   "ODhi" | version u16 | nonce 8 | zeros, which nobody reads, up to HELLO_BYTES
 *     answer  "ODck" | version u16 | nonce 8 | cookie 16
 *
 * The server's version is in the answer, so that a client of another version can say so. Numbers
 * are little endian. The first byte is one that never begins a datagram of ENet.
 */
#ifndef SHARED_SECURE_COOKIE_H
#define SHARED_SECURE_COOKIE_H

#include <stddef.h>

#include "shared/units.h"

enum {
    HELLO_BYTES = 512,
    HELLO_NONCE_BYTES = 8,
    ANSWER_BYTES = 30,
    COOKIE_BYTES = 16,
    COOKIE_SECRET_BYTES = 16
};

#define COOKIE_SLOT_NS (10 * NS_PER_S)
#define COOKIE_SECRET_NS (2 * NS_PER_MINUTE)

/* An IPv4 address and a port, in whatever byte order, always the same. */
typedef struct {
    uint32_t address;
    uint16_t port;
} CookieSource;

/* A server's two secrets, of which the newer makes cookies and both check them. */
typedef struct {
    uint8_t secrets[2][COOKIE_SECRET_BYTES];
    HostTime renew_at;
} CookieJar;

/* `random`: 2 * COOKIE_SECRET_BYTES. */
void cookie_jar_init(CookieJar *jar, HostTime now, const uint8_t *random);

/* Whether it is time for cookie_jar_renew. */
bool cookie_jar_is_stale(const CookieJar *jar, HostTime now);

/* The newer secret becomes the older; `random`, COOKIE_SECRET_BYTES, becomes the newer. */
void cookie_jar_renew(CookieJar *jar, HostTime now, const uint8_t *random);

void cookie_make(const CookieJar *jar,
                 CookieSource source,
                 HostTime now,
                 uint8_t cookie[COOKIE_BYTES]);

/* What a client shows of its cookie. */
uint32_t cookie_token(const uint8_t cookie[COOKIE_BYTES]);

/* Finds the cookie that this source was given at most two slots ago and whose token is `token`. */
NODISCARD bool cookie_check(const CookieJar *jar,
                            CookieSource source,
                            HostTime now,
                            uint32_t token,
                            uint8_t cookie[COOKIE_BYTES]);

typedef struct {
    uint16_t version;
    uint8_t nonce[HELLO_NONCE_BYTES]; /* comes back in the answer, so that nobody else can answer */
} Hello;

typedef struct {
    uint16_t version; /* the server's */
    uint8_t nonce[HELLO_NONCE_BYTES];
    uint8_t cookie[COOKIE_BYTES];
} HelloAnswer;

void hello_encode(const Hello *hello, uint8_t bytes[HELLO_BYTES]);
void hello_answer_encode(const HelloAnswer *answer, uint8_t bytes[ANSWER_BYTES]);

/* False for anything else, such as one that is not padded. */
NODISCARD bool hello_decode(const uint8_t *bytes, size_t size_bytes, Hello *hello);
NODISCARD bool hello_answer_decode(const uint8_t *bytes, size_t size_bytes, HelloAnswer *answer);

#endif
