#include "shared/outbox.h"

bool outbox_is_for(const OutboxItem *item, uint32_t connection, bool facilitates)
{
    switch (item->connection) {
    case CONNECTION_EVERYONE:
        return true;
    case CONNECTION_FACILITATORS:
        return facilitates;
    case CONNECTION_OTHERS:
        return !facilitates;
    default:
        return item->connection == connection;
    }
}

void outbox_init(Outbox *outbox)
{
    outbox_clear(outbox);
    outbox->refused_count = 0;
}

void outbox_clear(Outbox *outbox)
{
    outbox->item_count = 0;
    outbox->byte_count = 0;
}

bool outbox_has_room(const Outbox *outbox, uint32_t messages)
{
    return messages <= OUTBOX_ITEMS_MAX - outbox->item_count &&
           messages <= (OUTBOX_BYTES_MAX - outbox->byte_count) / MESSAGE_BYTES_MAX;
}

bool outbox_push(Outbox *outbox, uint32_t connection, const Message *message)
{
    OutboxItem *item = &outbox->items[outbox->item_count];

    if (connection == CONNECTION_NONE) {
        return true;
    }
    if (!outbox_has_room(outbox, 1)) {
        outbox->refused_count++;
        return false;
    }
    *item = (OutboxItem){
        .kind = OUTBOX_SEND,
        .connection = connection,
        .delivery = message_delivery(message->type),
        .offset_bytes = outbox->byte_count,
        .size_bytes = (uint32_t)message_encode(message, outbox->bytes + outbox->byte_count),
    };
    outbox->byte_count += item->size_bytes;
    outbox->item_count++;
    return true;
}

bool outbox_push_disconnect(Outbox *outbox, uint32_t connection)
{
    if (outbox->item_count == OUTBOX_ITEMS_MAX) {
        outbox->refused_count++;
        return false;
    }
    outbox->items[outbox->item_count] =
        (OutboxItem){.kind = OUTBOX_DISCONNECT, .connection = connection};
    outbox->item_count++;
    return true;
}

const uint8_t *outbox_bytes(const Outbox *outbox, const OutboxItem *item)
{
    assert(item->kind == OUTBOX_SEND);
    return outbox->bytes + item->offset_bytes;
}
