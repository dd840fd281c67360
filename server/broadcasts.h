/*
 * Messages on their way to everybody in a room, some receivers at a time, so that no pass of the
 * loop is long.
 *
 * No effects; fixed capacity. Each receiver remembers the last one it heard and takes those after
 * it in their order: together with something of its own, so that one datagram carries both, or when
 * a sweep over all receivers comes by and nothing of its own is to be expected.
 */
#ifndef SERVER_BROADCASTS_H
#define SERVER_BROADCASTS_H

#include "shared/outbox.h"

enum {
    BROADCASTS_MAX = 128,
    BROADCAST_SWEEP_TICKS = 32, /* for one sweep over all receivers */
    /* Who had something of its own in so many ticks, 240 ms, soon has more: players have five
       STANDINGs a second. The sweep passes them by. */
    BROADCAST_PATIENCE_TICKS = 48,
    /* Sweeps after which everybody has heard: passed by in two, nobody is in the third. */
    BROADCAST_SWEEPS_KEPT = 3
};
_Static_assert((BROADCAST_SWEEPS_KEPT - 1) * BROADCAST_SWEEP_TICKS > BROADCAST_PATIENCE_TICKS,
               "patience ends before the last sweep");

typedef struct {
    uint64_t order;  /* 1 for the first, then one more for each */
    int64_t said_at; /* in receivers swept since the start */
    int room;
    OutboxItem item; /* whom it is for, and how it travels */
    uint8_t bytes[MESSAGE_BYTES_MAX];
} Broadcast;

/* Zero-initialised is empty. */
typedef struct {
    Broadcast waiting[BROADCASTS_MAX]; /* ring, the oldest at start */
    int start;
    int count;
    uint64_t said_count; /* the order of the newest */
    int cursor;          /* the next receiver to be swept */
    int64_t swept_count;
    int64_t tick; /* sweeps a part each */
} Broadcasts;

/* Takes a copy of an item for many and its bytes; false when full. */
NODISCARD bool
broadcasts_put(Broadcasts *broadcasts, int room, const OutboxItem *item, const uint8_t *bytes);

/* The first that somebody who heard all up to `order` has not heard; NULL when there is none. */
const Broadcast *broadcasts_after(const Broadcasts *broadcasts, uint64_t order);

/* How many receivers of `receivers_max`, which never shrinks, the sweep takes in this tick, and the
   first of them; after the last comes the first again. Those who must not be passed by take what
   waits before the next call. */
int broadcasts_sweep(Broadcasts *broadcasts, int receivers_max, int *first);

/* Whether the sweep passes by somebody who last had something of its own at `own_tick`. */
bool broadcasts_passes_by(const Broadcasts *broadcasts, int64_t own_tick);

/* Forgets those that everybody has heard. */
void broadcasts_drop_done(Broadcasts *broadcasts, int receivers_max);

/* Everybody has taken everything. */
void broadcasts_clear(Broadcasts *broadcasts);

#endif
