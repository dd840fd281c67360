/*
 * Secrets come from files, never from the command line, where everybody on the machine reads them.
 *
 * Not pure: reads one file.
 */
#ifndef SHARED_PLATFORM_SECRET_FILE_H
#define SHARED_PLATFORM_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Cause and remedy as a sentence. */
typedef struct {
    char text[256];
} SecretFileError;

/*
 * The first line of a file that only its owner may read: at least `bytes_min` and at most
 * `bytes_max` bytes of clean text (wire.h), terminated. `secret` has room for bytes_max + 2.
 */
bool secret_file_read(
    const char *path, char *secret, size_t bytes_min, size_t bytes_max, SecretFileError *error);

#endif
