#include "client/desktop/callback_ring.h"

_Static_assert((CALLBACK_RING_MAX & (CALLBACK_RING_MAX - 1)) == 0,
               "the counters wrap at 2^32, which a power of two divides");

void callback_ring_push(CallbackRing *ring, const SoundCallback *callback)
{
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    const uint32_t consumed = atomic_load_explicit(&ring->consumed, memory_order_acquire);

    if (written - consumed >= CALLBACK_RING_MAX) {
        return;
    }
    ring->callbacks[written % CALLBACK_RING_MAX] = *callback;
    /* Release: who sees the count sees the callback. */
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

bool callback_ring_pop(CallbackRing *ring, SoundCallback *callback)
{
    const uint32_t consumed = atomic_load_explicit(&ring->consumed, memory_order_relaxed);
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_acquire);

    if (written == consumed) {
        return false;
    }
    *callback = ring->callbacks[consumed % CALLBACK_RING_MAX];
    /* Release: the producer writes the slot anew only after we have read it. */
    atomic_store_explicit(&ring->consumed, consumed + 1, memory_order_release);
    return true;
}
