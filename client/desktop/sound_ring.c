#include "client/desktop/sound_ring.h"

_Static_assert((SOUND_RING_COMMANDS_MAX & (SOUND_RING_COMMANDS_MAX - 1)) == 0,
               "the counters wrap at 2^32, which a power of two divides");

void sound_ring_init(SoundRing *ring)
{
    atomic_init(&ring->written, 0);
    atomic_init(&ring->consumed, 0);
}

bool sound_ring_push(SoundRing *ring, SoundCommand command)
{
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    const uint32_t consumed = atomic_load_explicit(&ring->consumed, memory_order_acquire);

    if (written - consumed >= SOUND_RING_COMMANDS_MAX) {
        return false;
    }
    ring->commands[written % SOUND_RING_COMMANDS_MAX] = command;
    /* The command is complete before the consumer can see that it is there. */
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
    return true;
}

bool sound_ring_pop(SoundRing *ring, SoundCommand *command)
{
    const uint32_t consumed = atomic_load_explicit(&ring->consumed, memory_order_relaxed);
    const uint32_t written = atomic_load_explicit(&ring->written, memory_order_acquire);

    if (written == consumed) {
        return false;
    }
    *command = ring->commands[consumed % SOUND_RING_COMMANDS_MAX];
    /* It is copied before the producer may overwrite it. */
    atomic_store_explicit(&ring->consumed, consumed + 1, memory_order_release);
    return true;
}
