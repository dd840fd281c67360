/*
 * The byte cursor: layout, sticky errors, limits, and which texts are clean.
 */
#include "tests/support/check.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/wire.h"

static void numbers_lie_least_significant_byte_first(void **state)
{
    static const uint8_t expected[] = {0x01, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0xfe,
                                       0xff, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0x7f, 0x01};
    uint8_t bytes[sizeof expected] = {0};
    Wire wire = wire_writer(bytes, sizeof bytes);
    uint8_t u8 = 1;
    uint16_t u16 = 0x1234;
    uint32_t u32 = 0x12345678;
    int16_t i16 = -2;
    int32_t i32 = -3;
    int64_t i64 = INT64_MAX;
    bool flag = true;

    (void)state;
    wire_u8(&wire, &u8);
    wire_u16(&wire, &u16);
    wire_u32(&wire, &u32);
    wire_i16(&wire, &i16);
    wire_i32(&wire, &i32);
    wire_i64(&wire, &i64);
    wire_bool(&wire, &flag);
    check(wire_is_complete(&wire));
    check_u64(wire.position_bytes, sizeof expected);
    check_bytes(bytes, expected, sizeof expected);
}

static void what_was_written_is_read(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < 2000; i++) {
        uint8_t bytes[21];
        Wire writer = wire_writer(bytes, sizeof bytes);
        Wire reader = wire_reader(bytes, sizeof bytes);
        uint64_t bits = prng_u64(&prng);
        int64_t i64 = 0;
        int32_t i32 = (int32_t)(bits >> 40);
        int16_t i16 = (int16_t)(bits & 0x7fff);
        uint32_t u32 = (uint32_t)bits;
        uint16_t u16 = (uint16_t)(bits >> 16);
        uint8_t u8 = (uint8_t)(bits >> 8);

        memcpy(&i64, &bits, sizeof i64);
        wire_i64(&writer, &i64);
        wire_i32(&writer, &i32);
        wire_i16(&writer, &i16);
        wire_u32(&writer, &u32);
        wire_u16(&writer, &u16);
        wire_u8(&writer, &u8);
        check(wire_is_complete(&writer));

        int64_t read_i64 = 0;
        int32_t read_i32 = 0;
        int16_t read_i16 = 0;
        uint32_t read_u32 = 0;
        uint16_t read_u16 = 0;
        uint8_t read_u8 = 0;

        wire_i64(&reader, &read_i64);
        wire_i32(&reader, &read_i32);
        wire_i16(&reader, &read_i16);
        wire_u32(&reader, &read_u32);
        wire_u16(&reader, &read_u16);
        wire_u8(&reader, &read_u8);
        check(wire_is_complete(&reader));
        check_i64(read_i64, i64);
        check_i64(read_i32, i32);
        check_i64(read_i16, i16);
        check_i64(read_u32, u32);
        check_i64(read_u16, u16);
        check_i64(read_u8, u8);
    }
}

static void reading_past_the_end_leaves_zero_and_sticks(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3};
    Wire wire = wire_reader(bytes, sizeof bytes);
    uint16_t two = 7;
    uint32_t four = 7;
    uint8_t one = 7;

    (void)state;
    wire_u16(&wire, &two);
    check_i64(two, 0x0201);
    wire_u32(&wire, &four);
    check_i64(four, 0);
    check(!wire_is_ok(&wire));
    wire_u8(&wire, &one); /* a byte is left, but the conversation is broken */
    check_i64(one, 0);
    check(!wire_is_complete(&wire));
}

static void writing_past_the_end_writes_nothing(void **state)
{
    uint8_t bytes[4] = {9, 9, 9, 9};
    Wire wire = wire_writer(bytes, 3);
    uint32_t four = 1;
    uint8_t one = 1;

    (void)state;
    wire_u32(&wire, &four);
    wire_u8(&wire, &one);
    check(!wire_is_ok(&wire));
    for (int i = 0; i < 4; i++) {
        check_i64(bytes[i], 9);
    }
}

static void sizes_near_the_end_of_the_address_space_do_not_wrap(void **state)
{
    static const uint8_t source[] = {1, 2, 3, 4};
    uint8_t target[4] = {0};
    Wire wire = wire_writer(target, sizeof target);

    (void)state;
    wire_bytes(&wire, target, 2);
    wire.position_bytes = 4;
    wire_bytes(&wire, target, SIZE_MAX); /* writing: copies nothing, whatever the size */
    check(!wire_is_ok(&wire));
    wire = wire_reader(source, sizeof source);
    wire_bytes(&wire, target, 4);
    check(wire_is_complete(&wire));
}

static void a_byte_left_over_is_not_complete(void **state)
{
    static const uint8_t bytes[] = {1, 2};
    Wire wire = wire_reader(bytes, sizeof bytes);
    uint8_t value = 0;

    (void)state;
    wire_u8(&wire, &value);
    check(wire_is_ok(&wire));
    check(!wire_is_complete(&wire));
    wire_u8(&wire, &value);
    check(wire_is_complete(&wire));
}

static void flags_and_bounded_bytes_refuse_what_no_rule_allows(void **state)
{
    static const uint8_t bytes[] = {2, 5, 4};
    Wire wire = wire_reader(bytes, 1);
    bool flag = true;
    uint8_t value = 9;

    (void)state;
    wire_bool(&wire, &flag);
    check(!wire_is_ok(&wire));
    check(!flag);
    wire = wire_reader(bytes + 1, 1);
    wire_below(&wire, &value, 5);
    check(!wire_is_ok(&wire));
    check_i64(value, 0);
    wire = wire_reader(bytes + 2, 1);
    wire_below(&wire, &value, 5);
    check(wire_is_ok(&wire));
    check_i64(value, 4);
}

/* Whether `bytes` read as a text of at most 8 bytes; the text goes to `text`. */
static bool text_is_read(const char *bytes, size_t size_bytes, char text[9])
{
    Wire wire = wire_reader((const uint8_t *)bytes, size_bytes);

    memset(text, 'x', 9);
    wire_text(&wire, text, 8);
    check(memchr(text, 0, 9) != NULL);
    return wire_is_complete(&wire);
}

static void a_text_lies_behind_its_length_and_is_terminated(void **state)
{
    char text[9];

    (void)state;
    check(text_is_read("\x03"
                       "abc",
                       4,
                       text));
    check_text(text, "abc");
    check(text_is_read("\x00", 1, text));
    check_text(text, "");
    check(text_is_read("\x08"
                       "12345678",
                       9,
                       text));
    check_text(text, "12345678");
}

static void a_text_that_is_too_long_cut_or_unclean_is_refused_and_empty(void **state)
{
    char text[9];

    (void)state;
    check(!text_is_read("\x09"
                        "123456789",
                        10,
                        text));
    check_text(text, "");
    check(!text_is_read("\x04"
                        "abc",
                        4,
                        text));
    check_text(text, "");
    check(!text_is_read("\x03"
                        "a\0c",
                        4,
                        text));
    check_text(text, "");
    check(!text_is_read("\x02\xc3(", 3, text));
    check_text(text, "");
    check(!text_is_read("", 0, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_lie_least_significant_byte_first),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(reading_past_the_end_leaves_zero_and_sticks),
        cmocka_unit_test(writing_past_the_end_writes_nothing),
        cmocka_unit_test(sizes_near_the_end_of_the_address_space_do_not_wrap),
        cmocka_unit_test(a_byte_left_over_is_not_complete),
        cmocka_unit_test(flags_and_bounded_bytes_refuse_what_no_rule_allows),
        cmocka_unit_test(a_text_lies_behind_its_length_and_is_terminated),
        cmocka_unit_test(a_text_that_is_too_long_cut_or_unclean_is_refused_and_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
