/*
 * What a pure step function wants sent: whole encoded messages, each with its address.
 *
 * Pure; fixed capacity in the caller's memory. The shell empties it after every step. Full is an
 * ordinary result: outbox_push says so and the pusher tries again at the next step.
 */
#ifndef SHARED_OUTBOX_H
#define SHARED_OUTBOX_H

#include "shared/message.h"

enum {
    OUTBOX_ITEMS_MAX = 2048,
    OUTBOX_BYTES_MAX = 512 * 1024
};

/* A connection's number is the shell's and below these, which mean something else. */
#define CONNECTION_NUMBERS_END (UINT32_MAX - 3)
#define CONNECTION_OTHERS (UINT32_MAX - 3)       /* all but facilitators */
#define CONNECTION_FACILITATORS (UINT32_MAX - 2) /* who joined to lead */
#define CONNECTION_NONE (UINT32_MAX - 1)
#define CONNECTION_EVERYONE UINT32_MAX

typedef enum {
    OUTBOX_SEND = 0,
    OUTBOX_DISCONNECT /* after everything pushed before has gone out */
} OutboxKind;

typedef struct {
    OutboxKind kind;
    uint32_t connection; /* or an audience: those of all who have been welcomed */
    Delivery delivery;
    uint32_t offset_bytes;
    uint32_t size_bytes;
} OutboxItem;

typedef struct {
    OutboxItem items[OUTBOX_ITEMS_MAX];
    uint8_t bytes[OUTBOX_BYTES_MAX];
    uint32_t item_count;
    uint32_t byte_count;
    uint32_t refused_count; /* pushes that found it full, since outbox_init */
} Outbox;

/* Whether an item goes to this connection, which has been welcomed. */
bool outbox_is_for(const OutboxItem *item, uint32_t connection, bool facilitates);

void outbox_init(Outbox *outbox);

/* Forgets all items; the counts of refusals stay. */
void outbox_clear(Outbox *outbox);

/* Room for `messages` more of the largest kind. */
bool outbox_has_room(const Outbox *outbox, uint32_t messages);

/* Encodes and adds; false (and counted) when full. Delivery follows message_delivery(). */
bool outbox_push(Outbox *outbox, uint32_t connection, const Message *message);

/* Asks for an orderly end of a connection. */
bool outbox_push_disconnect(Outbox *outbox, uint32_t connection);

/* The bytes of an item; valid until the next push or clear. */
const uint8_t *outbox_bytes(const Outbox *outbox, const OutboxItem *item);

#endif
