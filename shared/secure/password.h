/*
 * A password that is kept as a hash: Argon2id (RFC 9106) with 64 MiB and two passes.
 *
 * Takes a tenth of a second and allocates those 64 MiB, so call it on no thread that anybody waits
 * for. Thread: any, after secure_start.
 */
#ifndef SHARED_SECURE_PASSWORD_H
#define SHARED_SECURE_PASSWORD_H

#include "shared/units.h"

enum {
    PASSWORD_HASH_BYTES = 128
};

typedef struct {
    char text[PASSWORD_HASH_BYTES];
} PasswordHash;

/* False when there is no memory for it. */
NODISCARD bool password_hash(const char *password, PasswordHash *hash);

/* Whether this is the password; no, too, when there is no memory to find out. */
NODISCARD bool password_fits(const PasswordHash *hash, const char *password);

#endif
