/*
 * The directory in which a server keeps what must outlive it: made, private, and used by one server
 * at a time.
 *
 * Not pure; called at start and end by the main thread.
 */
#ifndef SERVER_STORAGE_DATA_DIRECTORY_H
#define SERVER_STORAGE_DATA_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/units.h"

/* Cause and remedy as a sentence. */
typedef struct {
    char text[512];
} StorageError;

/*
 * Makes the directory (and those above it) for its owner alone, and locks it until the lock is
 * closed or the process ends, in whatever way. Returns the lock, a descriptor >= 0; -1 with an
 * error otherwise.
 */
NODISCARD int data_directory_open(const char *directory, StorageError *error);

/* Closes a lock; -1 is accepted. */
void data_directory_close(int lock);

/* Writes "DIRECTORY/NAME" into `path`. False with an error when it does not fit. */
NODISCARD bool data_directory_path(
    const char *directory, const char *name, char *path, size_t path_bytes, StorageError *error);

#endif
