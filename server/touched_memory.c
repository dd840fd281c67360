#include "server/touched_memory.h"

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>

enum {
    PAGE_BYTES_MIN = 4096 /* of every system that we run on; larger pages are written more often */
};

void *touched_calloc(size_t count, size_t size_bytes)
{
    unsigned char *bytes = calloc(count, size_bytes);

    if (bytes == NULL) {
        return NULL;
    }
    for (size_t at = 0; at < count * size_bytes; at += PAGE_BYTES_MIN) {
        /* Volatile: a compiler may leave out the writing of zeros that are there already. */
        *(volatile unsigned char *)&bytes[at] = 0;
    }
    return bytes;
}

bool touched_heap_keep(size_t bytes)
{
    void *room;

    /* Else so large a piece would be given back to the system as soon as it is freed. */
    if (bytes >= INT_MAX / 2 || mallopt(M_MMAP_THRESHOLD, (int)bytes + PAGE_BYTES_MIN) == 0 ||
        mallopt(M_TRIM_THRESHOLD, 2 * (int)bytes) == 0 || mallopt(M_ARENA_MAX, 1) == 0) {
        return true; /* this allocator has no such thing: then the heap grows when it must */
    }
    room = touched_calloc(1, bytes);
    free(room);
    return room != NULL;
}
