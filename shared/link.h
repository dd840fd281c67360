/*
 * Join links and codes: what people paste or type, and the parts a client needs.
 *
 * Pure. `onedrum://HOST:PORT/CODE` with, for facilitators, `?facilitator=TOKEN`; a fragment
 * `#FINGERPRINT` says which key the server must have, in 24 letters of the code alphabet, with
 * dashes or without. A code is 8 characters of an alphabet without look-alikes; case, spaces and
 * one dash do not matter: "k7pm-4twx" is K7PM4TWX.
 */
#ifndef SHARED_LINK_H
#define SHARED_LINK_H

#include <stddef.h>

#include "shared/capacity.h"
#include "shared/units.h"

enum {
    LINK_HOST_BYTES_MAX = 255,
    LINK_TEXT_BYTES_MAX = 512,
    LINK_DEFAULT_PORT = 4321,
    FINGERPRINT_LETTERS = 24,
    FINGERPRINT_TEXT_BYTES = 30, /* six groups of four, with dashes and the terminator */
    TOKEN_TEXT_BYTES = 2 * TOKEN_BYTES + 1
};

typedef struct {
    char host[LINK_HOST_BYTES_MAX + 1]; /* name, IPv4 or [IPv6] without brackets */
    uint16_t port;
    uint8_t code[CODE_CHARS];
    bool has_token;
    uint8_t facilitator_token[TOKEN_BYTES];
    bool has_fingerprint;
    uint8_t fingerprint[FINGERPRINT_BYTES]; /* of the server's key, see fingerprint.h */
} Link;

/* Why a link or a code was not understood, as a sentence with a remedy. */
typedef struct {
    char reason[160];
} LinkError;

NODISCARD bool link_parse(const char *text, Link *link, LinkError *error);

/* A bare code, as typed. */
NODISCARD bool code_parse(const char *text, uint8_t code[CODE_CHARS]);

/* The 32 letters of codes, without look-alikes. */
extern const char CODE_ALPHABET[33];

/* A code out of CODE_CHARS random bytes. */
void code_from_random(const uint8_t random[CODE_CHARS], uint8_t code[CODE_CHARS]);

/* "K7PM-4TWX"; `text` has room for CODE_CHARS + 2. */
void code_format(const uint8_t code[CODE_CHARS], char *text);

/* "K7PM-4TWX-0A1B-...", to be compared by people. */
void fingerprint_format(const uint8_t fingerprint[FINGERPRINT_BYTES],
                        char text[FINGERPRINT_TEXT_BYTES]);

/* Letters in any case, with spaces and dashes anywhere. */
NODISCARD bool fingerprint_parse(const char *text, uint8_t fingerprint[FINGERPRINT_BYTES]);

/* 32 digits, 0-9 and a-f. */
void token_format(const uint8_t token[TOKEN_BYTES], char text[TOKEN_TEXT_BYTES]);

/* Exactly 32 of them, in any case. */
NODISCARD bool token_parse(const char *text, uint8_t token[TOKEN_BYTES]);

/* The link as text; returns its length, or 0 when it does not fit. */
size_t link_format(const Link *link, bool with_token, char *text, size_t text_bytes);

#endif
