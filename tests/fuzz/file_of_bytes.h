/*
 * Gives any bytes a path, for readers of files. The file has no name, so nothing is left behind;
 * where there is a file system in memory, it lies there. Linux only, as are the fuzzers.
 */
#ifndef TESTS_FUZZ_FILE_OF_BYTES_H
#define TESTS_FUZZ_FILE_OF_BYTES_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    FILE_OF_BYTES_PATH_BYTES = 32
};

typedef struct {
    int descriptor;
    char path[FILE_OF_BYTES_PATH_BYTES];
} FileOfBytes;

/* Once; it is kept until the program ends. */
static inline void file_of_bytes_open(FileOfBytes *file)
{
    char in_memory[] = "/dev/shm/onedrum-fuzz-XXXXXX";
    char on_disk[] = "/tmp/onedrum-fuzz-XXXXXX";
    const char *name = in_memory;

    file->descriptor = mkstemp(in_memory);
    if (file->descriptor < 0) {
        file->descriptor = mkstemp(on_disk);
        name = on_disk;
    }
    assert(file->descriptor >= 0);
    (void)unlink(name);
    (void)snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
}

/* The file holds these bytes and nothing else. */
static inline void file_of_bytes_fill(const FileOfBytes *file, const void *bytes, size_t size_bytes)
{
    const int cut = ftruncate(file->descriptor, 0);
    const ssize_t written = size_bytes == 0 ? 0 : pwrite(file->descriptor, bytes, size_bytes, 0);

    assert(cut == 0 && written == (ssize_t)size_bytes);
    (void)cut;
    (void)written;
}

/* Reads at most `bytes_max` from its beginning; returns how many. */
static inline size_t file_of_bytes_read(const FileOfBytes *file, void *bytes, size_t bytes_max)
{
    const ssize_t got = pread(file->descriptor, bytes, bytes_max, 0);

    assert(got >= 0);
    return (size_t)got;
}

#endif
