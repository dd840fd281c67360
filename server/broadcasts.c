#include "server/broadcasts.h"

#include <string.h>

bool broadcasts_put(Broadcasts *broadcasts, int room, const OutboxItem *item, const uint8_t *bytes)
{
    Broadcast *broadcast =
        &broadcasts->waiting[(broadcasts->start + broadcasts->count) % BROADCASTS_MAX];

    assert(item->size_bytes <= MESSAGE_BYTES_MAX);
    if (broadcasts->count == BROADCASTS_MAX) {
        return false;
    }
    broadcasts->said_count++;
    broadcast->order = broadcasts->said_count;
    broadcast->said_at = broadcasts->swept_count;
    broadcast->room = room;
    broadcast->item = *item;
    memcpy(broadcast->bytes, bytes, item->size_bytes);
    broadcasts->count++;
    return true;
}

const Broadcast *broadcasts_after(const Broadcasts *broadcasts, uint64_t order)
{
    const uint64_t gone = broadcasts->said_count - (uint64_t)broadcasts->count;
    const uint64_t skipped = order > gone ? order - gone : 0;

    if (skipped >= (uint64_t)broadcasts->count) {
        return NULL;
    }
    return &broadcasts->waiting[((uint64_t)broadcasts->start + skipped) % BROADCASTS_MAX];
}

int broadcasts_sweep(Broadcasts *broadcasts, int receivers_max, int *first)
{
    int count = receivers_max / BROADCAST_SWEEP_TICKS + 1;

    if (receivers_max == 0) {
        return 0;
    }
    count = count < receivers_max ? count : receivers_max;
    *first = broadcasts->cursor;
    broadcasts->cursor = (broadcasts->cursor + count) % receivers_max;
    broadcasts->swept_count += count;
    broadcasts->tick++;
    return count;
}

bool broadcasts_passes_by(const Broadcasts *broadcasts, int64_t own_tick)
{
    return broadcasts->tick - own_tick <= BROADCAST_PATIENCE_TICKS;
}

void broadcasts_drop_done(Broadcasts *broadcasts, int receivers_max)
{
    while (broadcasts->count > 0 &&
           broadcasts->swept_count - broadcasts->waiting[broadcasts->start].said_at >=
               (int64_t)BROADCAST_SWEEPS_KEPT * receivers_max) {
        broadcasts->start = (broadcasts->start + 1) % BROADCASTS_MAX;
        broadcasts->count--;
    }
}

void broadcasts_clear(Broadcasts *broadcasts)
{
    broadcasts->start = 0;
    broadcasts->count = 0;
}
