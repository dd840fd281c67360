#include "shared/secure/password.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_argon2id_STRBYTES, "a hash fits exactly");

enum {
    PASSES = 2,
    MEMORY_BYTES = 64 * 1024 * 1024
};

bool password_hash(const char *password, PasswordHash *hash)
{
    return crypto_pwhash_argon2id_str(
               hash->text, password, strlen(password), PASSES, MEMORY_BYTES) == 0;
}

bool password_fits(const PasswordHash *hash, const char *password)
{
    return crypto_pwhash_argon2id_str_verify(hash->text, password, strlen(password)) == 0;
}
