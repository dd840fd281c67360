/*
 * Memory that is there from the start.
 *
 * The system gives a page when it is first written. A queue that is sized for the worst second
 * would so grow for hours, a step with every worse second than those before, and each new page
 * would be waited for in the middle of the music.
 */
#ifndef SERVER_TOUCHED_MEMORY_H
#define SERVER_TOUCHED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* As calloc, with every page written once; the caller frees it. NULL when there is no memory. */
void *touched_calloc(size_t count, size_t size_bytes);

/*
 * Puts so many bytes, all written once, where all threads take small pieces from, and keeps them
 * there when they are freed. For when everything that lasts has been allocated, and before other
 * threads allocate. False when there is no memory.
 */
bool touched_heap_keep(size_t bytes);

#endif
