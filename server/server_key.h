/*
 * The server's fixed key: made once, kept in the data directory, for its owner's eyes alone.
 *
 * Reads and writes one file, at start.
 */
#ifndef SERVER_SERVER_KEY_H
#define SERVER_SERVER_KEY_H

#include "server/storage/data_directory.h"
#include "shared/secure/noise.h"

/* In the data directory; NOISE_KEY_BYTES bytes of the secret half. */
#define SERVER_KEY_FILE "server.key"

/*
 * Reads the key, or makes one when there is none yet. False with a cause and a remedy when it
 * cannot be read or written, is not a key, or may be read by others.
 */
NODISCARD bool server_key_open(const char *directory, NoiseKeyPair *key, StorageError *error);

#endif
