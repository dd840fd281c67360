/*
 * A queue of records of any size between one writing and one reading thread, in memory of fixed
 * size.
 *
 * Exactly one thread writes and one reads, and the roles are never swapped. Neither ever waits.
 * What has been read stays in the ring until it is released, so that the reader can go back.
 */
#ifndef SERVER_STORAGE_BYTE_RING_H
#define SERVER_STORAGE_BYTE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Invariant: released <= read <= written <= released + capacity_bytes. */
typedef struct {
    uint8_t *bytes;
    size_t capacity_bytes;     /* a power of two */
    _Atomic uint64_t written;  /* bytes ever written; the writer's */
    _Atomic uint64_t released; /* bytes ever released; the reader's */
    uint64_t read;             /* bytes ever read; the reader's alone */
} ByteRing;

/* `bytes` has room for `capacity_bytes`, a power of two, and outlives the ring. */
void byte_ring_init(ByteRing *ring, uint8_t *bytes, size_t capacity_bytes);

/* Writer: adds one record made of `head` and then `body`. False, and nothing added, when full. */
bool byte_ring_push(
    ByteRing *ring, const void *head, size_t head_bytes, const void *body, size_t body_bytes);

/*
 * Reader: copies the next record into `record` and returns its size; 0 when there is none. No
 * record is larger than `record_bytes_max` (our own bug otherwise).
 */
size_t byte_ring_read(ByteRing *ring, void *record, size_t record_bytes_max);

/* Reader: gives the room of all that was read back to the writer. */
void byte_ring_release(ByteRing *ring);

/* Reader: reads again from the oldest record that was not released. */
void byte_ring_rewind(ByteRing *ring);

/* Bytes waiting, whether read or not; any thread. */
size_t byte_ring_used_bytes(const ByteRing *ring);

#endif
