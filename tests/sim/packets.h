/*
 * Datagrams under way, in the order in which they arrive.
 *
 * Not pure: allocates. Of two that arrive at the same moment the one sent first comes first, so
 * that a run can be repeated exactly.
 */
#ifndef TESTS_SIM_PACKETS_H
#define TESTS_SIM_PACKETS_H

#include "shared/capacity.h"
#include "shared/units.h"

enum {
    PACKETS_MAX = 16384
};

typedef enum {
    PACKET_MESSAGE,
    PACKET_PING,
    PACKET_PONG,
    PACKET_CLOSED /* the server ends the connection in order */
} PacketKind;

typedef struct {
    PacketKind kind;
    bool to_server;
    bool reliable;
    int connection;
    int64_t at_ns;
    uint16_t size_bytes;
    uint8_t bytes[MESSAGE_BYTES_MAX];
} Packet;

typedef struct {
    Packet *pool;
    uint32_t *free_slots; /* a stack of free_count */
    uint32_t *heap;       /* slots, the next to arrive first */
    uint64_t *order;      /* of each slot, when it was sent */
    uint64_t sent_count;
    int count;
    int free_count;
} Packets;

void packets_create(Packets *packets);
void packets_destroy(Packets *packets);
void packets_clear(Packets *packets);

/* Copies `packet`; PACKETS_MAX at once are our own bug. */
void packets_push(Packets *packets, const Packet *packet);

/* Takes the next one that arrives by `until_ns`. */
NODISCARD bool packets_pop(Packets *packets, int64_t until_ns, Packet *packet);

#endif
