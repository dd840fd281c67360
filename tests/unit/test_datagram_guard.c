/*
 * The firewall in front of ENet: what our programs send passes, each known attack does not, and no
 * bytes at all make it read past their end.
 */
#include "shared/secure/datagram_guard.h"

#include <stdlib.h>
#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"

enum {
    BYTES_MAX = 1300
};

/* A datagram of ENet under construction; numbers are big endian. */
typedef struct {
    uint8_t bytes[BYTES_MAX];
    size_t size_bytes;
} Datagram;

static void put_u8(Datagram *datagram, unsigned value)
{
    datagram->bytes[datagram->size_bytes] = (uint8_t)value;
    datagram->size_bytes++;
}

static void put_u16(Datagram *datagram, unsigned value)
{
    put_u8(datagram, value >> 8 & 0xff);
    put_u8(datagram, value & 0xff);
}

static void put_u32(Datagram *datagram, uint32_t value)
{
    put_u16(datagram, value >> 16);
    put_u16(datagram, value & 0xffff);
}

/* The header with a time and a checksum. */
static Datagram begin(unsigned peer)
{
    Datagram datagram = {.size_bytes = 0};

    put_u16(&datagram, 0x8000 | peer);
    put_u16(&datagram, 77);
    put_u32(&datagram, 0xdeadbeef);
    return datagram;
}

static void put_command(Datagram *datagram, unsigned command, unsigned channel, unsigned number)
{
    put_u8(datagram, command);
    put_u8(datagram, channel);
    put_u16(datagram, number);
}

static void put_payload(Datagram *datagram, size_t size_bytes)
{
    put_u16(datagram, (unsigned)size_bytes);
    for (size_t i = 0; i < size_bytes; i++) {
        put_u8(datagram, 0x55);
    }
}

static void put_reliable(Datagram *datagram, unsigned number, size_t size_bytes)
{
    put_command(datagram, 0x86, 0, number);
    put_payload(datagram, size_bytes);
}

static void put_unsequenced(Datagram *datagram, size_t size_bytes)
{
    put_command(datagram, 0x49, 1, 0);
    put_u16(datagram, 3);
    put_payload(datagram, size_bytes);
}

static void put_acknowledge(Datagram *datagram)
{
    put_command(datagram, 0x01, 0, 5);
    put_u32(datagram, 0);
}

/* Connect (48 bytes) or verify (44), as our own programs send them. */
static void put_terms(Datagram *datagram, unsigned command, uint32_t mtu_bytes, uint32_t channels)
{
    put_command(datagram, command, 0xff, 1);
    put_u16(datagram, 0);
    put_u16(datagram, 0xffff);
    put_u32(datagram, mtu_bytes);
    put_u32(datagram, 65536);
    put_u32(datagram, channels);
    put_u32(datagram, 0);
    put_u32(datagram, 0);
    put_u32(datagram, 5000);
    put_u32(datagram, 2);
    put_u32(datagram, 2);
    put_u32(datagram, 0x01020304); /* connect id */
    if (command == 0x82) {
        put_u32(datagram, 0xcafe0001); /* data */
    }
}

static GuardVerdict judge_from(GuardSide side, const Datagram *datagram, uint16_t reliable_base)
{
    GuardHeader header;
    GuardConnect connect;

    if (!guard_header(datagram->bytes, datagram->size_bytes, &header)) {
        return GUARD_BAD_HEADER;
    }
    return guard_commands(
        side, datagram->bytes, datagram->size_bytes, &header, reliable_base, &connect);
}

static GuardVerdict judge(GuardSide side, const Datagram *datagram)
{
    return judge_from(side, datagram, 0);
}

static void what_our_programs_send_passes(void **state)
{
    Datagram datagram = begin(7);

    (void)state;
    put_acknowledge(&datagram);
    put_command(&datagram, 0x85, 0xff, 2); /* ping */
    put_command(&datagram, 0x8a, 0xff, 3); /* bandwidth limit */
    put_u32(&datagram, 0);
    put_u32(&datagram, 0);
    put_command(&datagram, 0x8b, 0xff, 4); /* throttle configure */
    put_u32(&datagram, 5000);
    put_u32(&datagram, 32);
    put_u32(&datagram, 0);
    put_reliable(&datagram, 1, 33);
    put_unsequenced(&datagram, 400);
    put_command(&datagram, 0x44, 0xff, 0); /* disconnect now */
    put_u32(&datagram, 0);
    check_i64(judge(GUARD_AT_SERVER, &datagram), GUARD_PASSES);
    check_i64(judge(GUARD_AT_CLIENT, &datagram), GUARD_PASSES);
}

static void the_header_tells_peer_and_checksum(void **state)
{
    Datagram datagram = begin(0x3007); /* session 3, peer 7 */
    GuardHeader header;

    (void)state;
    put_acknowledge(&datagram);
    check(guard_header(datagram.bytes, datagram.size_bytes, &header));
    check_i64(header.peer, 7);
    check_u64(header.mac_at, 4);
    check_u64(header.commands_at, 8);
    datagram.bytes[0] &= 0x7f; /* no time */
    check(guard_header(datagram.bytes, datagram.size_bytes, &header));
    check_u64(header.mac_at, 2);
    check_u64(header.commands_at, 6);
}

static void a_connect_is_read_and_stands_alone(void **state)
{
    static const uint8_t connect_id[4] = {1, 2, 3, 4};
    Datagram datagram = begin(GUARD_PEER_NONE);
    GuardConnect connect = {0};
    GuardHeader header;

    (void)state;
    put_terms(&datagram, 0x82, 1200, 2);
    check(guard_header(datagram.bytes, datagram.size_bytes, &header));
    check_i64(
        guard_commands(GUARD_AT_SERVER, datagram.bytes, datagram.size_bytes, &header, 0, &connect),
        GUARD_PASSES);
    check_u64(connect.token, 0xcafe0001);
    check_bytes(connect.connect_id, connect_id, sizeof connect_id);
    put_acknowledge(&datagram);
    check_i64(judge(GUARD_AT_SERVER, &datagram), GUARD_BAD_CONNECT);
}

static void a_connect_on_other_terms_is_refused(void **state)
{
    static const struct {
        uint32_t mtu_bytes;
        uint32_t channels;
    } terms[] = {{4096, 2}, {1201, 2}, {1099, 2}, {1200, 1}, {1200, 255}, {0, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        Datagram datagram = begin(GUARD_PEER_NONE);

        put_terms(&datagram, 0x82, terms[i].mtu_bytes, terms[i].channels);
        check_i64(judge(GUARD_AT_SERVER, &datagram), GUARD_BAD_CONNECT);
    }
}

static void connect_and_verify_pass_in_one_direction_only(void **state)
{
    Datagram to_nobody = begin(GUARD_PEER_NONE);
    Datagram to_peer = begin(0);
    Datagram verify = begin(0);

    (void)state;
    put_terms(&to_nobody, 0x82, 1200, 2);
    put_terms(&to_peer, 0x82, 1200, 2);
    put_terms(&verify, 0x83, 1200, 2);
    check_i64(judge(GUARD_AT_CLIENT, &to_nobody), GUARD_BAD_HEADER);
    check_i64(judge(GUARD_AT_SERVER, &to_peer), GUARD_BAD_COMMAND);
    check_i64(judge(GUARD_AT_SERVER, &verify), GUARD_BAD_COMMAND);
    check_i64(judge(GUARD_AT_CLIENT, &verify), GUARD_PASSES);
}

static void fragments_plain_unreliable_and_compression_are_refused(void **state)
{
    static const unsigned commands[] = {0x88, 0x08, 0x8c, 0x0c, 0x07, 0x87, 0x00, 0x0d, 0x0f};

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        Datagram datagram = begin(3);

        put_command(&datagram, commands[i], 0, 1);
        put_payload(&datagram, 100);
        check_i64(judge(GUARD_AT_SERVER, &datagram), GUARD_BAD_COMMAND);
        check_i64(judge(GUARD_AT_CLIENT, &datagram), GUARD_BAD_COMMAND);
    }
    {
        Datagram compressed = begin(0x4003);

        put_acknowledge(&compressed);
        check_i64(judge(GUARD_AT_SERVER, &compressed), GUARD_BAD_HEADER);
    }
}

static void empty_short_and_overlong_payloads_are_refused(void **state)
{
    static const size_t sizes[] = {0, 1, GUARD_PAYLOAD_BYTES_MIN - 1, GUARD_PAYLOAD_BYTES_MAX + 1};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        Datagram reliable = begin(3);
        Datagram live = begin(3);

        put_reliable(&reliable, 1, sizes[i]);
        put_unsequenced(&live, sizes[i]);
        check_i64(judge(GUARD_AT_SERVER, &reliable), GUARD_BAD_DATA);
        check_i64(judge(GUARD_AT_SERVER, &live), GUARD_BAD_DATA);
    }
    {
        Datagram longest = begin(3);

        put_reliable(&longest, 1, GUARD_PAYLOAD_BYTES_MAX);
        check_i64(judge(GUARD_AT_SERVER, &longest), GUARD_PASSES);
    }
}

static void data_on_the_other_channel_is_refused(void **state)
{
    Datagram reliable = begin(3);
    Datagram live = begin(3);

    (void)state;
    put_command(&reliable, 0x86, 1, 1);
    put_payload(&reliable, 40);
    put_command(&live, 0x49, 0, 0);
    put_u16(&live, 1);
    put_payload(&live, 40);
    check_i64(judge(GUARD_AT_SERVER, &reliable), GUARD_BAD_COMMAND);
    check_i64(judge(GUARD_AT_SERVER, &live), GUARD_BAD_COMMAND);
}

static void command_bombs_are_refused(void **state)
{
    Datagram data = begin(3);
    Datagram answers = begin(3);

    (void)state;
    for (int i = 0; i < GUARD_DATA_COMMANDS_MAX; i++) {
        put_reliable(&data, (unsigned)i + 1, GUARD_PAYLOAD_BYTES_MIN);
    }
    for (int i = 0; i < GUARD_COMMANDS_MAX; i++) {
        put_acknowledge(&answers);
    }
    check_i64(judge(GUARD_AT_SERVER, &data), GUARD_PASSES);
    check_i64(judge(GUARD_AT_SERVER, &answers), GUARD_PASSES);
    put_reliable(&data, 40, GUARD_PAYLOAD_BYTES_MIN);
    put_acknowledge(&answers);
    check_i64(judge(GUARD_AT_SERVER, &data), GUARD_BAD_COUNT);
    check_i64(judge(GUARD_AT_SERVER, &answers), GUARD_BAD_COUNT);
}

static void reliable_numbers_far_ahead_are_refused(void **state)
{
    static const struct {
        unsigned number;
        GuardVerdict verdict;
    } cases[] = {{100, GUARD_PASSES}, /* received already: its acknowledgement was lost */
                 {65000, GUARD_PASSES},
                 {101, GUARD_PASSES},
                 {100 + GUARD_RELIABLE_AHEAD_MAX, GUARD_PASSES},
                 {101 + GUARD_RELIABLE_AHEAD_MAX, GUARD_BAD_DATA},
                 {100 + 0x7fff, GUARD_BAD_DATA}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Datagram datagram = begin(3);

        put_reliable(&datagram, cases[i].number, 40);
        check_i64(judge_from(GUARD_AT_SERVER, &datagram, 100), cases[i].verdict);
    }
}

static void a_datagram_ends_where_its_last_command_ends(void **state)
{
    Datagram whole = begin(3);

    (void)state;
    put_acknowledge(&whole);
    put_reliable(&whole, 1, 40);
    check_i64(judge(GUARD_AT_SERVER, &whole), GUARD_PASSES);
    for (size_t size_bytes = 0; size_bytes < whole.size_bytes; size_bytes++) {
        Datagram cut = whole;

        cut.size_bytes = size_bytes;
        /* Only between the two commands may it end. */
        check((judge(GUARD_AT_SERVER, &cut) == GUARD_PASSES) == (size_bytes == 8 + 8));
    }
    put_u8(&whole, 0);
    check_i64(judge(GUARD_AT_SERVER, &whole), GUARD_BAD_COMMAND);
}

/* Whatever passes is made of allowed commands alone; random bytes in exact memory, so that a
   sanitizer sees any read beyond. */
static void random_bytes_are_judged_without_harm(void **state)
{
    Prng prng;
    int passed = 0;

    (void)state;
    prng_seed(&prng, check_seed(21));
    for (int i = 0; i < 200000; i++) {
        size_t size_bytes = prng_u64(&prng) % 80;
        uint8_t *bytes = malloc(size_bytes + 1);
        GuardHeader header;
        GuardConnect connect;

        if (bytes == NULL) {
            fail();
            return;
        }
        for (size_t at = 0; at < size_bytes; at++) {
            bytes[at] = (uint8_t)prng_u64(&prng);
        }
        if (size_bytes > 8 && i % 2 == 0) {
            bytes[0] &= 0xbf;
            bytes[8] = 1;
            bytes[9] = 0;
        }
        if (guard_header(bytes, size_bytes, &header) &&
            guard_commands(GUARD_AT_SERVER, bytes, size_bytes, &header, 0, &connect) ==
                GUARD_PASSES) {
            passed++;
            check(size_bytes >= GUARD_DATAGRAM_BYTES_MIN);
        }
        free(bytes);
    }
    check_i64_between(passed, 1, 20000);
}

static void a_bucket_gives_its_burst_and_then_its_rate(void **state)
{
    TokenRate rate = {.interval_ns = NS_PER_S / 60, .burst = 120};
    TokenBucket bucket = {{0}};
    HostTime now = {5 * NS_PER_S};
    int taken = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        taken += token_bucket_take(&bucket, rate, now) ? 1 : 0;
    }
    check_i64(taken, 120);
    taken = 0;
    for (int i = 0; i < 10000; i++) {
        now.ns += NS_PER_MS;
        taken += token_bucket_take(&bucket, rate, now) ? 1 : 0;
    }
    check_i64_between(taken, 599, 601);
    now.ns += 60 * NS_PER_S;
    taken = 0;
    for (int i = 0; i < 1000; i++) {
        taken += token_bucket_take(&bucket, rate, now) ? 1 : 0;
    }
    check_i64(taken, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_our_programs_send_passes),
        cmocka_unit_test(the_header_tells_peer_and_checksum),
        cmocka_unit_test(a_connect_is_read_and_stands_alone),
        cmocka_unit_test(a_connect_on_other_terms_is_refused),
        cmocka_unit_test(connect_and_verify_pass_in_one_direction_only),
        cmocka_unit_test(fragments_plain_unreliable_and_compression_are_refused),
        cmocka_unit_test(empty_short_and_overlong_payloads_are_refused),
        cmocka_unit_test(data_on_the_other_channel_is_refused),
        cmocka_unit_test(command_bombs_are_refused),
        cmocka_unit_test(reliable_numbers_far_ahead_are_refused),
        cmocka_unit_test(a_datagram_ends_where_its_last_command_ends),
        cmocka_unit_test(random_bytes_are_judged_without_harm),
        cmocka_unit_test(a_bucket_gives_its_burst_and_then_its_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
