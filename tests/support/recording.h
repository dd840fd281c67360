/*
 * A recorded session: every message one client was sent, every pong, and every hit of its own, each
 * with the host time of that client. Replayed into a ClientModel it makes the same model again.
 *
 * Pure, on the caller's memory. The bytes: "onedrum recording N\n", N the protocol's version, then
 * entries of
 *     kind, 1 byte
 *     nanoseconds since the last entry, varint
 *     length of what follows, varint
 *     JOIN, MESSAGE: an encoded message;  PONG: s2 - c1, s3 - c1, each a zigzag varint, and the
 *     entry's time is c4, its round trip the third varint;  HIT: pad;  MOMENT: its name
 * so that a recording of two minutes of 24 people has some hundred kilobytes.
 */
#ifndef TESTS_SUPPORT_RECORDING_H
#define TESTS_SUPPORT_RECORDING_H

#include "client/model/model.h"

typedef enum {
    RECORD_JOIN,    /* what the client said to come in: the first entry */
    RECORD_MESSAGE, /* received */
    RECORD_PONG,    /* received */
    RECORD_HIT,     /* played */
    RECORD_MOMENT,  /* worth a picture */
    RECORD_KIND_COUNT
} RecordKind;

typedef struct {
    RecordKind kind;
    HostTime at;
    const uint8_t *bytes; /* of a message or a name, in the recording */
    size_t size_bytes;
    PingSample ping;
    uint8_t pad;
} RecordEntry;

/* Being written. */
typedef struct {
    uint8_t *bytes;
    size_t capacity_bytes;
    size_t size_bytes;
    int64_t last_ns;
    bool full; /* something did not fit: the recording is no good */
} RecordWriter;

void record_begin(RecordWriter *writer, uint8_t *bytes, size_t capacity_bytes);
void record_join(RecordWriter *writer, HostTime at, const Message *join);
void record_message(RecordWriter *writer, HostTime at, const uint8_t *bytes, size_t size_bytes);
void record_pong(RecordWriter *writer, const PingSample *ping);
void record_hit(RecordWriter *writer, HostTime at, uint8_t pad);
void record_moment(RecordWriter *writer, HostTime at, const char *name);

/* Being read. */
typedef struct {
    const uint8_t *bytes;
    size_t size_bytes;
    size_t at_byte;
    int64_t last_ns;
} RecordReader;

/* False when the bytes are no recording of this version of the protocol. */
NODISCARD bool record_open(RecordReader *reader, const uint8_t *bytes, size_t size_bytes);

/* False at the end, and where the bytes go on as nothing that was recorded: then at_byte is not
   size_bytes. */
NODISCARD bool record_next(RecordReader *reader, RecordEntry *entry);

/* Lets the model see what the entry says; what it wants sent goes nowhere. `others` as in
   model_init. */
void record_replay(const RecordEntry *entry, ClientModel *model, ModelOthers *others);

#endif
