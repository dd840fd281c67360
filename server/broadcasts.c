#include "server/broadcasts.h"

#include <string.h>

uint64_t broadcasts_order(const Broadcasts *broadcasts)
{
    return broadcasts->said_count + 1;
}

bool broadcasts_put(
    Broadcasts *broadcasts, int room, const uint8_t *bytes, size_t size_bytes, Delivery delivery)
{
    Broadcast *broadcast =
        &broadcasts->waiting[(broadcasts->start + broadcasts->count) % BROADCASTS_MAX];

    assert(size_bytes <= MESSAGE_BYTES_MAX);
    if (broadcasts->count == BROADCASTS_MAX) {
        return false;
    }
    broadcasts->said_count++;
    broadcast->order = broadcasts->said_count;
    broadcast->room = room;
    broadcast->delivery = delivery;
    broadcast->cursor = 0;
    broadcast->size_bytes = size_bytes;
    memcpy(broadcast->bytes, bytes, size_bytes);
    broadcasts->count++;
    return true;
}

Broadcast *broadcasts_at(Broadcasts *broadcasts, int index)
{
    if (index >= broadcasts->count) {
        return NULL;
    }
    return &broadcasts->waiting[(broadcasts->start + index) % BROADCASTS_MAX];
}

int broadcasts_advance(Broadcast *broadcast, int connections_max)
{
    const int round =
        broadcast->delivery == DELIVERY_RELIABLE ? BROADCAST_ROUND_RELIABLE : BROADCAST_ROUND_LIVE;
    const int until = broadcast->cursor + connections_max / round + 1;

    broadcast->cursor = until < connections_max ? until : connections_max;
    return broadcast->cursor;
}

void broadcasts_drop_done(Broadcasts *broadcasts, int connections_max)
{
    while (broadcasts->count > 0 &&
           broadcasts->waiting[broadcasts->start].cursor >= connections_max) {
        broadcasts->start = (broadcasts->start + 1) % BROADCASTS_MAX;
        broadcasts->count--;
    }
}
