/*
 * Messages on their way to everybody in a room, some receivers at a time, so that no pass of the
 * loop is long.
 *
 * No effects; fixed capacity. Reliable messages reach all within ROUND_RELIABLE ticks and overtake
 * no other, live ones within ROUND_LIVE. Who came after a message was said is left out: they were
 * told how things stand.
 */
#ifndef SERVER_BROADCASTS_H
#define SERVER_BROADCASTS_H

#include "shared/message.h"

enum {
    BROADCASTS_MAX = 128,
    BROADCAST_ROUND_RELIABLE = 8,
    BROADCAST_ROUND_LIVE = 32
};

typedef struct {
    uint64_t order; /* grows with each */
    int room;
    Delivery delivery;
    int cursor; /* connections below this index have it */
    size_t size_bytes;
    uint8_t bytes[MESSAGE_BYTES_MAX];
} Broadcast;

/* Zero-initialised is empty. */
typedef struct {
    Broadcast waiting[BROADCASTS_MAX]; /* ring, the oldest at start */
    int start;
    int count;
    uint64_t said_count;
} Broadcasts;

/* The order that the next one will get: who joins now hears of that one and all after it. */
uint64_t broadcasts_order(const Broadcasts *broadcasts);

/* Takes a copy; false when full. */
NODISCARD bool broadcasts_put(
    Broadcasts *broadcasts, int room, const uint8_t *bytes, size_t size_bytes, Delivery delivery);

/* The `index`-th oldest; NULL beyond the newest. */
Broadcast *broadcasts_at(Broadcasts *broadcasts, int index);

/* Moves one on by its share of `connections_max` and returns the index up to which it goes now. */
int broadcasts_advance(Broadcast *broadcast, int connections_max);

/* Forgets those at the front that have reached everybody. */
void broadcasts_drop_done(Broadcasts *broadcasts, int connections_max);

#endif
