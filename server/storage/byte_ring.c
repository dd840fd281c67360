#include "server/storage/byte_ring.h"

#include <assert.h>
#include <string.h>

void byte_ring_init(ByteRing *ring, uint8_t *bytes, size_t capacity_bytes)
{
    assert(capacity_bytes > 0 && (capacity_bytes & (capacity_bytes - 1)) == 0);
    ring->bytes = bytes;
    ring->capacity_bytes = capacity_bytes;
    atomic_init(&ring->written, 0);
    atomic_init(&ring->released, 0);
    ring->read = 0;
}

/* How many of `size` bytes at `position` lie before the end of the memory. */
static size_t bytes_before_wrap(const ByteRing *ring, uint64_t position, size_t size)
{
    size_t start = (size_t)(position & (ring->capacity_bytes - 1));
    size_t room = ring->capacity_bytes - start;

    return size < room ? size : room;
}

static void copy_in(ByteRing *ring, uint64_t position, const void *from, size_t size)
{
    size_t start = (size_t)(position & (ring->capacity_bytes - 1));
    size_t first = bytes_before_wrap(ring, position, size);

    memcpy(ring->bytes + start, from, first);
    memcpy(ring->bytes, (const uint8_t *)from + first, size - first);
}

static void copy_out(const ByteRing *ring, uint64_t position, void *to, size_t size)
{
    size_t start = (size_t)(position & (ring->capacity_bytes - 1));
    size_t first = bytes_before_wrap(ring, position, size);

    memcpy(to, ring->bytes + start, first);
    memcpy((uint8_t *)to + first, ring->bytes, size - first);
}

bool byte_ring_push(
    ByteRing *ring, const void *head, size_t head_bytes, const void *body, size_t body_bytes)
{
    uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    uint64_t released = atomic_load_explicit(&ring->released, memory_order_acquire);
    uint32_t size = (uint32_t)(head_bytes + body_bytes);
    size_t room = ring->capacity_bytes - (size_t)(written - released);

    assert(size > 0);
    if (room < sizeof size + size) {
        return false;
    }
    copy_in(ring, written, &size, sizeof size);
    copy_in(ring, written + sizeof size, head, head_bytes);
    if (body_bytes > 0) {
        copy_in(ring, written + sizeof size + head_bytes, body, body_bytes);
    }
    atomic_store_explicit(&ring->written, written + sizeof size + size, memory_order_release);
    return true;
}

size_t byte_ring_read(ByteRing *ring, void *record, size_t record_bytes_max)
{
    uint64_t written = atomic_load_explicit(&ring->written, memory_order_acquire);
    uint32_t size = 0;

    if (ring->read == written) {
        return 0;
    }
    copy_out(ring, ring->read, &size, sizeof size);
    assert(size <= record_bytes_max);
    (void)record_bytes_max;
    copy_out(ring, ring->read + sizeof size, record, size);
    ring->read += sizeof size + size;
    return size;
}

void byte_ring_release(ByteRing *ring)
{
    atomic_store_explicit(&ring->released, ring->read, memory_order_release);
}

void byte_ring_rewind(ByteRing *ring)
{
    ring->read = atomic_load_explicit(&ring->released, memory_order_relaxed);
}

size_t byte_ring_used_bytes(const ByteRing *ring)
{
    /* `released` first: it never overtakes a `written` that is read later. */
    uint64_t released = atomic_load_explicit(&ring->released, memory_order_acquire);
    uint64_t written = atomic_load_explicit(&ring->written, memory_order_acquire);

    return (size_t)(written - released);
}
