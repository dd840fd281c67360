#include "tests/sim/packets.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void packets_clear(Packets *packets)
{
    packets->count = 0;
    packets->free_count = PACKETS_MAX;
    for (uint32_t i = 0; i < PACKETS_MAX; i++) {
        packets->free_slots[i] = i;
    }
}

void packets_create(Packets *packets)
{
    *packets = (Packets){
        .pool = calloc(PACKETS_MAX, sizeof packets->pool[0]),
        .free_slots = calloc(PACKETS_MAX, sizeof packets->free_slots[0]),
        .heap = calloc(PACKETS_MAX, sizeof packets->heap[0]),
        .order = calloc(PACKETS_MAX, sizeof packets->order[0]),
    };
    assert(packets->pool != NULL && packets->free_slots != NULL);
    assert(packets->heap != NULL && packets->order != NULL);
    packets_clear(packets);
}

void packets_destroy(Packets *packets)
{
    free(packets->pool);
    free(packets->free_slots);
    free(packets->heap);
    free(packets->order);
}

static bool arrives_before(const Packets *packets, uint32_t a, uint32_t b)
{
    if (packets->pool[a].at_ns != packets->pool[b].at_ns) {
        return packets->pool[a].at_ns < packets->pool[b].at_ns;
    }
    return packets->order[a] < packets->order[b];
}

static void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t kept = *a;

    *a = *b;
    *b = kept;
}

void packets_push(Packets *packets, const Packet *packet)
{
    int index = packets->count;
    uint32_t slot = 0;

    assert(packets->free_count > 0);
    packets->free_count--;
    slot = packets->free_slots[packets->free_count];
    memcpy(&packets->pool[slot], packet, offsetof(Packet, bytes) + packet->size_bytes);
    packets->order[slot] = packets->sent_count;
    packets->sent_count++;
    packets->heap[index] = slot;
    packets->count++;
    while (index > 0 &&
           arrives_before(packets, packets->heap[index], packets->heap[(index - 1) / 2])) {
        swap(&packets->heap[index], &packets->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
}

static void sink_first(Packets *packets)
{
    int index = 0;

    for (;;) {
        const int left = 2 * index + 1;
        int least = index;

        for (int child = left; child <= left + 1 && child < packets->count; child++) {
            if (arrives_before(packets, packets->heap[child], packets->heap[least])) {
                least = child;
            }
        }
        if (least == index) {
            return;
        }
        swap(&packets->heap[index], &packets->heap[least]);
        index = least;
    }
}

bool packets_pop(Packets *packets, int64_t until_ns, Packet *packet)
{
    const uint32_t slot = packets->heap[0];

    if (packets->count == 0 || packets->pool[slot].at_ns > until_ns) {
        return false;
    }
    memcpy(packet, &packets->pool[slot], offsetof(Packet, bytes) + packets->pool[slot].size_bytes);
    packets->count--;
    packets->heap[0] = packets->heap[packets->count];
    packets->free_slots[packets->free_count] = slot;
    packets->free_count++;
    sink_first(packets);
    return true;
}
