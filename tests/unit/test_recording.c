/* Recordings are read as they were written. */
#include "tests/support/recording.h"

#include <string.h>

#include "tests/support/check.h"

enum {
    CAPACITY = 64 * 1024
};

static uint8_t bytes[CAPACITY];
static RecordWriter writer;

static HostTime at_ms(int64_t ms)
{
    return (HostTime){1000 * NS_PER_S + ms * NS_PER_MS};
}

static void write_some(void)
{
    static const uint8_t message[] = {1, 2, 3};
    const PingSample ping = {.c1 = at_ms(30), .s2 = {-5}, .s3 = {7}, .c4 = at_ms(38)};

    record_begin(&writer, bytes, sizeof bytes);
    record_message(&writer, at_ms(20), message, sizeof message);
    record_pong(&writer, &ping);
    record_hit(&writer, at_ms(38), 2);
    record_moment(&writer, at_ms(4000), "play");
    check(!writer.full);
}

static void what_was_written_is_read(void **state)
{
    RecordReader reader;
    RecordEntry entry;

    (void)state;
    write_some();
    check(record_open(&reader, bytes, writer.size_bytes));
    check(record_next(&reader, &entry));
    check_i64(entry.kind, RECORD_MESSAGE);
    check_i64(entry.at.ns, at_ms(20).ns);
    check_u64(entry.size_bytes, 3);
    check_i64(entry.bytes[2], 3);
    check(record_next(&reader, &entry));
    check_i64(entry.kind, RECORD_PONG);
    check_i64(entry.ping.c1.ns, at_ms(30).ns);
    check_i64(entry.ping.c4.ns, at_ms(38).ns);
    check_i64(entry.ping.s2.ns, -5);
    check_i64(entry.ping.s3.ns, 7);
    check(record_next(&reader, &entry));
    check_i64(entry.kind, RECORD_HIT);
    check_i64(entry.pad, 2);
    check(record_next(&reader, &entry));
    check_i64(entry.kind, RECORD_MOMENT);
    check_i64(entry.at.ns, at_ms(4000).ns);
    check_u64(entry.size_bytes, 4);
    check(!record_next(&reader, &entry));
    check_u64(reader.at_byte, reader.size_bytes);
}

static void a_recording_that_was_cut_ends_before_its_end(void **state)
{
    (void)state;
    write_some();
    for (size_t size = 0; size < writer.size_bytes; size++) {
        RecordReader reader;
        RecordEntry entry;
        int count = 0;

        if (!record_open(&reader, bytes, size)) {
            continue;
        }
        while (record_next(&reader, &entry)) {
            count++;
        }
        check_i64_between(count, 0, 3);
    }
}

static void another_version_of_the_protocol_is_no_recording(void **state)
{
    RecordReader reader;

    (void)state;
    write_some();
    bytes[strlen("onedrum recording ")]++;
    check(!record_open(&reader, bytes, writer.size_bytes));
}

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    record_begin(&writer, bytes, 40);
    for (int i = 0; i < 20; i++) {
        record_hit(&writer, at_ms(i), 0);
    }
    check(writer.full);
    check(writer.size_bytes <= 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_recording_that_was_cut_ends_before_its_end),
        cmocka_unit_test(another_version_of_the_protocol_is_no_recording),
        cmocka_unit_test(what_does_not_fit_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
