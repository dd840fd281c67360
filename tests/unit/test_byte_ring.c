/* ctest: label=tsan */
#include "server/storage/byte_ring.h"

#include <pthread.h>
#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"

enum {
    SMALL_BYTES = 64,
    THREAD_RECORDS = 200000
};

static bool push_text(ByteRing *ring, const char *text)
{
    return byte_ring_push(ring, text, 1, text + 1, strlen(text + 1));
}

static void check_next_is(ByteRing *ring, const char *text)
{
    char record[SMALL_BYTES] = {0};
    size_t size = byte_ring_read(ring, record, sizeof record - 1);

    check_u64(size, strlen(text));
    check_text(record, text);
}

static void a_new_ring_has_nothing_to_read(void **state)
{
    uint8_t bytes[SMALL_BYTES];
    uint8_t record[SMALL_BYTES];
    ByteRing ring;

    (void)state;
    byte_ring_init(&ring, bytes, sizeof bytes);
    check_u64(byte_ring_read(&ring, record, sizeof record), 0);
    check_u64(byte_ring_used_bytes(&ring), 0);
}

static void head_and_body_come_back_as_one_record(void **state)
{
    uint8_t bytes[SMALL_BYTES];
    ByteRing ring;

    (void)state;
    byte_ring_init(&ring, bytes, sizeof bytes);
    check(push_text(&ring, "clave"));
    check(push_text(&ring, "bongo"));
    check_next_is(&ring, "clave");
    check_next_is(&ring, "bongo");
}

static void a_full_ring_refuses_and_keeps_what_it_has(void **state)
{
    uint8_t bytes[SMALL_BYTES];
    ByteRing ring;

    (void)state;
    byte_ring_init(&ring, bytes, sizeof bytes);
    check(push_text(&ring, "twenty-eight bytes, no more."));
    check(push_text(&ring, "twenty-eight more bytes, ok."));
    check(!push_text(&ring, "x"));
    check_next_is(&ring, "twenty-eight bytes, no more.");
    check(!push_text(&ring, "x"));
    byte_ring_release(&ring);
    check(push_text(&ring, "now"));
    check_next_is(&ring, "twenty-eight more bytes, ok.");
    check_next_is(&ring, "now");
}

static void what_was_not_released_can_be_read_again(void **state)
{
    uint8_t bytes[SMALL_BYTES];
    ByteRing ring;

    (void)state;
    byte_ring_init(&ring, bytes, sizeof bytes);
    check(push_text(&ring, "one"));
    check(push_text(&ring, "two"));
    check_next_is(&ring, "one");
    byte_ring_release(&ring);
    check_next_is(&ring, "two");
    byte_ring_rewind(&ring);
    check_next_is(&ring, "two");
}

/* Law: whatever the sizes, and wherever the end of the memory falls, out comes what went in. */
static void records_survive_every_wrap(void **state)
{
    Prng prng;
    uint8_t bytes[1024];
    uint8_t expected[300];
    uint8_t record[300];
    ByteRing ring;
    uint32_t pushed = 0;
    uint32_t read = 0;

    (void)state;
    prng_seed(&prng, check_seed(20261121));
    byte_ring_init(&ring, bytes, sizeof bytes);
    while (read < 20000) {
        size_t size = 1 + (size_t)pushed * 7919 % sizeof record;

        memset(expected, (int)(pushed & 0xff), size);
        if (byte_ring_push(&ring, expected, size / 3, expected, size - size / 3)) {
            pushed++;
        }
        if (prng_below(&prng, 3) == 0 || pushed - read > 20) {
            size = 1 + (size_t)read * 7919 % sizeof record;
            memset(expected, (int)(read & 0xff), size);
            check_u64(byte_ring_read(&ring, record, sizeof record), read < pushed ? size : 0);
            if (read < pushed) {
                check_bytes(record, expected, size);
                read++;
            }
        }
        if (prng_below(&prng, 5) == 0) {
            byte_ring_release(&ring);
        }
    }
}

static void *push_numbers(void *argument)
{
    ByteRing *ring = argument;

    for (uint64_t i = 1; i <= THREAD_RECORDS; i++) {
        while (!byte_ring_push(ring, &i, sizeof i, NULL, 0)) {
        }
    }
    return NULL;
}

static void two_threads_lose_and_reorder_nothing(void **state)
{
    uint8_t bytes[4096];
    ByteRing ring;
    pthread_t writer;
    uint64_t expected = 1;

    (void)state;
    byte_ring_init(&ring, bytes, sizeof bytes);
    check(pthread_create(&writer, NULL, push_numbers, &ring) == 0);
    while (expected <= THREAD_RECORDS) {
        uint64_t number = 0;

        if (byte_ring_read(&ring, &number, sizeof number) > 0) {
            check_u64(number, expected);
            expected++;
            byte_ring_release(&ring);
        }
    }
    check(pthread_join(writer, NULL) == 0);
    check_u64(byte_ring_used_bytes(&ring), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_ring_has_nothing_to_read),
        cmocka_unit_test(head_and_body_come_back_as_one_record),
        cmocka_unit_test(a_full_ring_refuses_and_keeps_what_it_has),
        cmocka_unit_test(what_was_not_released_can_be_read_again),
        cmocka_unit_test(records_survive_every_wrap),
        cmocka_unit_test(two_threads_lose_and_reorder_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
