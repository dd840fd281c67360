/*
 * Packets between two threads arrive whole, once and in order.
 * ctest: label=tsan
 */
#include "client/desktop/network_ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

enum {
    PACKETS = 30000
};

static NetworkRing *make_ring(void)
{
    NetworkRing *ring = calloc(1, sizeof *ring);

    assert_non_null(ring);
    network_ring_init(ring);
    return ring;
}

static void an_empty_ring_has_nothing_to_read(void **state)
{
    NetworkRing *ring = make_ring();

    (void)state;
    check(network_ring_peek(ring) == NULL);
    check_u64(network_ring_room(ring), NETWORK_RING_PACKETS);
    free(ring);
}

static void what_is_reserved_is_seen_only_when_published(void **state)
{
    NetworkRing *ring = make_ring();

    (void)state;
    network_ring_reserve(ring)->kind = 7;
    check(network_ring_peek(ring) == NULL);
    network_ring_publish(ring);
    check_i64(network_ring_peek(ring)->kind, 7);
    network_ring_release(ring);
    check(network_ring_peek(ring) == NULL);
    free(ring);
}

static void a_full_ring_says_so_and_loses_nothing(void **state)
{
    NetworkRing *ring = make_ring();

    (void)state;
    for (int i = 0; i < NETWORK_RING_PACKETS; i++) {
        NetworkPacket *packet = network_ring_reserve(ring);

        if (packet == NULL) {
            fail_msg("full after %d packets", i);
            return;
        }
        packet->kind = i;
        network_ring_publish(ring);
    }
    check(network_ring_reserve(ring) == NULL);
    check_u64(network_ring_room(ring), 0);
    for (int i = 0; i < NETWORK_RING_PACKETS; i++) {
        check_i64(network_ring_peek(ring)->kind, i);
        network_ring_release(ring);
    }
    check(network_ring_peek(ring) == NULL);
    free(ring);
}

static void *produce(void *argument)
{
    NetworkRing *ring = argument;

    for (int i = 0; i < PACKETS; i++) {
        NetworkPacket *packet = network_ring_reserve(ring);

        while (packet == NULL) {
            (void)sched_yield();
            packet = network_ring_reserve(ring);
        }
        packet->kind = i;
        packet->size_bytes = 1 + (size_t)i % MESSAGE_BYTES_MAX;
        memset(packet->bytes, i & 0xFF, packet->size_bytes);
        network_ring_publish(ring);
    }
    return NULL;
}

static void two_threads_exchange_whole_packets_in_order(void **state)
{
    NetworkRing *ring = make_ring();
    pthread_t producer;

    (void)state;
    check_i64(pthread_create(&producer, NULL, produce, ring), 0);
    for (int i = 0; i < PACKETS; i++) {
        const NetworkPacket *packet = network_ring_peek(ring);

        while (packet == NULL) {
            (void)sched_yield();
            packet = network_ring_peek(ring);
        }
        check_i64(packet->kind, i);
        check_u64(packet->size_bytes, 1 + (size_t)i % MESSAGE_BYTES_MAX);
        check_i64(packet->bytes[0], i & 0xFF);
        check_i64(packet->bytes[packet->size_bytes - 1], i & 0xFF);
        network_ring_release(ring);
    }
    check_i64(pthread_join(producer, NULL), 0);
    check(network_ring_peek(ring) == NULL);
    free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_has_nothing_to_read),
        cmocka_unit_test(what_is_reserved_is_seen_only_when_published),
        cmocka_unit_test(a_full_ring_says_so_and_loses_nothing),
        cmocka_unit_test(two_threads_exchange_whole_packets_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
