/*
 * Packets from one thread to one other, in order: the only thing network and main thread share.
 *
 * Single producer, single consumer; lock-free; never allocates. Full and empty are ordinary.
 */
#ifndef CLIENT_DESKTOP_NETWORK_RING_H
#define CLIENT_DESKTOP_NETWORK_RING_H

#include <stdatomic.h>

#include "shared/message.h"

enum {
    NETWORK_RING_PACKETS = 1024 /* a power of two; seconds of the largest session */
};

/* Either direction; `kind` is the user's. */
typedef struct {
    int kind;
    uint32_t generation; /* counts connections */
    Delivery delivery;
    HostTime at;
    ClockDatagram datagram;
    size_t size_bytes;
    uint8_t bytes[MESSAGE_BYTES_MAX];
} NetworkPacket;

typedef struct {
    _Atomic uint32_t written; /* by the producer */
    _Atomic uint32_t read;    /* by the consumer */
    NetworkPacket packets[NETWORK_RING_PACKETS];
} NetworkRing;

void network_ring_init(NetworkRing *ring);

/* Producer: packets that fit at least. */
uint32_t network_ring_room(const NetworkRing *ring);

/* Producer: the slot to fill, or NULL when full; network_ring_publish hands it over. */
NetworkPacket *network_ring_reserve(NetworkRing *ring);
void network_ring_publish(NetworkRing *ring);

/* Consumer: the oldest packet, or NULL when empty; valid until network_ring_release. */
const NetworkPacket *network_ring_peek(const NetworkRing *ring);
void network_ring_release(NetworkRing *ring);

#endif
