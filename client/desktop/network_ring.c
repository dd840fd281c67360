#include "client/desktop/network_ring.h"

_Static_assert((NETWORK_RING_PACKETS & (NETWORK_RING_PACKETS - 1)) == 0,
               "positions wrap at a power of two");

void network_ring_init(NetworkRing *ring)
{
    atomic_init(&ring->written, 0);
    atomic_init(&ring->read, 0);
}

uint32_t network_ring_room(const NetworkRing *ring)
{
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    const uint32_t read = atomic_load_explicit(&ring->read, memory_order_acquire);

    return NETWORK_RING_PACKETS - (written - read);
}

NetworkPacket *network_ring_reserve(NetworkRing *ring)
{
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

    return network_ring_room(ring) == 0 ? NULL : &ring->packets[written % NETWORK_RING_PACKETS];
}

void network_ring_publish(NetworkRing *ring)
{
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

    /* Release: who sees the count sees the packet. */
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

const NetworkPacket *network_ring_peek(const NetworkRing *ring)
{
    const uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_acquire);

    return read == written ? NULL : &ring->packets[read % NETWORK_RING_PACKETS];
}

void network_ring_release(NetworkRing *ring)
{
    const uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

    /* Release: the producer writes the slot anew only after we have read it. */
    atomic_store_explicit(&ring->read, read + 1, memory_order_release);
}
