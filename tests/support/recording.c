#include "tests/support/recording.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HEAD_BYTES_MAX = 32,
    VARINT_BYTES_MAX = 10
};

static size_t write_head(char head[HEAD_BYTES_MAX])
{
    return (size_t)snprintf(head, HEAD_BYTES_MAX, "onedrum recording %d\n", PROTOCOL_VERSION);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put(RecordWriter *writer, const void *bytes, size_t size_bytes)
{
    if (writer->full || size_bytes > writer->capacity_bytes - writer->size_bytes) {
        writer->full = true;
        return;
    }
    memcpy(writer->bytes + writer->size_bytes, bytes, size_bytes);
    writer->size_bytes += size_bytes;
}

static size_t varint(uint64_t value, uint8_t bytes[VARINT_BYTES_MAX])
{
    size_t count = 0;

    while (value >= 0x80) {
        bytes[count] = (uint8_t)(value | 0x80U);
        value >>= 7;
        count++;
    }
    bytes[count] = (uint8_t)value;
    return count + 1;
}

static void put_varint(RecordWriter *writer, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES_MAX];

    put(writer, bytes, varint(value, bytes));
}

static void
put_entry(RecordWriter *writer, RecordKind kind, HostTime at, const void *bytes, size_t size_bytes)
{
    const uint8_t kind_byte = (uint8_t)kind;

    assert(at.ns >= writer->last_ns);
    put(writer, &kind_byte, 1);
    put_varint(writer, (uint64_t)(at.ns - writer->last_ns));
    put_varint(writer, size_bytes);
    put(writer, bytes, size_bytes);
    writer->last_ns = at.ns;
}

void record_begin(RecordWriter *writer, uint8_t *bytes, size_t capacity_bytes)
{
    char head[HEAD_BYTES_MAX];
    const size_t head_bytes = write_head(head);

    memset(writer, 0, sizeof *writer);
    writer->bytes = bytes;
    writer->capacity_bytes = capacity_bytes;
    put(writer, head, head_bytes);
}

void record_join(RecordWriter *writer, HostTime at, const Message *join)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];

    put_entry(writer, RECORD_JOIN, at, bytes, message_encode(join, bytes));
}

void record_message(RecordWriter *writer, HostTime at, const uint8_t *bytes, size_t size_bytes)
{
    put_entry(writer, RECORD_MESSAGE, at, bytes, size_bytes);
}

static uint64_t zigzag(int64_t value)
{
    return value < 0 ? ((uint64_t)(-(value + 1)) << 1) | 1U : (uint64_t)value << 1;
}

static int64_t unzigzag(uint64_t value)
{
    const int64_t half = (int64_t)(value >> 1);

    return (value & 1U) != 0 ? -half - 1 : half;
}

void record_pong(RecordWriter *writer, const PingSample *ping)
{
    uint8_t bytes[3 * VARINT_BYTES_MAX];
    size_t size_bytes = varint(zigzag(ping->s2.ns - ping->c1.ns), bytes);

    size_bytes += varint(zigzag(ping->s3.ns - ping->c1.ns), bytes + size_bytes);
    size_bytes += varint((uint64_t)(ping->c4.ns - ping->c1.ns), bytes + size_bytes);
    put_entry(writer, RECORD_PONG, ping->c4, bytes, size_bytes);
}

void record_hit(RecordWriter *writer, HostTime at, uint8_t pad)
{
    put_entry(writer, RECORD_HIT, at, &pad, 1);
}

void record_moment(RecordWriter *writer, HostTime at, const char *name)
{
    put_entry(writer, RECORD_MOMENT, at, name, strlen(name));
}

/* ---- reading --------------------------------------------------------------------------------- */

bool record_open(RecordReader *reader, const uint8_t *bytes, size_t size_bytes)
{
    char head[HEAD_BYTES_MAX];
    const size_t head_bytes = write_head(head);

    *reader = (RecordReader){.bytes = bytes, .size_bytes = size_bytes, .at_byte = head_bytes};
    return size_bytes >= head_bytes && memcmp(bytes, head, head_bytes) == 0;
}

static bool get_varint(const uint8_t *bytes, size_t size_bytes, size_t *at_byte, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 63 && *at_byte < size_bytes; shift += 7) {
        const uint8_t byte = bytes[*at_byte];

        (*at_byte)++;
        *value |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool read_pong(const uint8_t *bytes, size_t size_bytes, HostTime c4, PingSample *ping)
{
    uint64_t values[3];
    size_t at_byte = 0;

    for (int i = 0; i < 3; i++) {
        if (!get_varint(bytes, size_bytes, &at_byte, &values[i])) {
            return false;
        }
    }
    *ping = (PingSample){.c1 = {c4.ns - (int64_t)values[2]}, .c4 = c4};
    ping->s2.ns = ping->c1.ns + unzigzag(values[0]);
    ping->s3.ns = ping->c1.ns + unzigzag(values[1]);
    return at_byte == size_bytes;
}

bool record_next(RecordReader *reader, RecordEntry *entry)
{
    size_t at_byte = reader->at_byte;
    uint64_t later_ns;
    uint64_t size_bytes;

    if (at_byte >= reader->size_bytes || reader->bytes[at_byte] >= RECORD_KIND_COUNT) {
        return false;
    }
    *entry = (RecordEntry){.kind = (RecordKind)reader->bytes[at_byte]};
    at_byte++;
    if (!get_varint(reader->bytes, reader->size_bytes, &at_byte, &later_ns) ||
        !get_varint(reader->bytes, reader->size_bytes, &at_byte, &size_bytes) ||
        size_bytes > reader->size_bytes - at_byte) {
        return false;
    }
    entry->at.ns = reader->last_ns + (int64_t)later_ns;
    entry->bytes = reader->bytes + at_byte;
    entry->size_bytes = (size_t)size_bytes;
    if (entry->kind == RECORD_HIT) {
        entry->pad = size_bytes == 1 ? entry->bytes[0] : 0;
    } else if (entry->kind == RECORD_PONG &&
               !read_pong(entry->bytes, entry->size_bytes, entry->at, &entry->ping)) {
        return false;
    }
    reader->last_ns = entry->at.ns;
    reader->at_byte = at_byte + (size_t)size_bytes;
    return true;
}

static void replay_join(const RecordEntry *entry, ClientModel *model, ModelOthers *others)
{
    static Outbox outbox;
    static Message message;
    ModelConfig config = {.observer = false};

    if (!message_decode(entry->bytes, entry->size_bytes, &message) ||
        message.type != MESSAGE_JOIN) {
        return;
    }
    memcpy(config.code, message.join.code, CODE_CHARS);
    memcpy(config.name, message.join.name, sizeof config.name);
    memcpy(config.team, message.join.team, sizeof config.team);
    config.calibrated = message.join.calibrated;
    config.calibration_us = message.join.calibration_us;
    outbox_init(&outbox);
    model_init(model, &config, others, entry->at);
    model_connected(model, entry->at, &outbox);
}

/* The model asks again, and gets the answer that it got then. */
static void replay_pong(const RecordEntry *entry, ClientModel *model)
{
    ClockDatagram datagram;

    if (model_ping_due(model, entry->ping.c1, &datagram)) {
        model_pinged(model, datagram.id, entry->ping.c1);
        datagram.s2 = entry->ping.s2;
        datagram.s3 = entry->ping.s3;
        (void)model_pong(model, &datagram, entry->at);
    }
}

void record_replay(const RecordEntry *entry, ClientModel *model, ModelOthers *others)
{
    static Outbox outbox;
    static Message message;

    outbox_init(&outbox);
    if (entry->kind == RECORD_JOIN) {
        replay_join(entry, model, others);
        return;
    }
    model_tick(model, entry->at, &outbox);
    if (entry->kind == RECORD_MESSAGE) {
        if (message_decode(entry->bytes, entry->size_bytes, &message)) {
            model_receive(model, entry->at, &message);
        }
    } else if (entry->kind == RECORD_PONG) {
        replay_pong(entry, model);
    } else if (entry->kind == RECORD_HIT) {
        (void)model_hit(model, entry->at, entry->pad, 100, &outbox);
    }
}
