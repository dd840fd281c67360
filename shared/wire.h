/*
 * One bounds-checked byte cursor that either reads or writes, so that every message is described
 * once: the same function encodes and decodes, field by field, and the two cannot disagree.
 *
 * Pure. Little-endian. Errors stick: code everything, then ask wire_is_ok() once. After an error
 * reads leave zero behind and writes write nothing.
 */
#ifndef SHARED_WIRE_H
#define SHARED_WIRE_H

#include <stddef.h>

#include "shared/text.h"
#include "shared/units.h"

typedef struct {
    const uint8_t *source; /* reading: the bytes; NULL when writing */
    uint8_t *target;       /* writing: where to; NULL when reading */
    size_t size_bytes;
    size_t position_bytes;
    bool failed;
} Wire;

/* Reads `bytes`, which must outlive the cursor. */
Wire wire_reader(const uint8_t *bytes, size_t size_bytes);

/* Writes into `bytes`, which must outlive the cursor. */
Wire wire_writer(uint8_t *bytes, size_t size_bytes);

static inline bool wire_is_reading(const Wire *wire)
{
    return wire->source != NULL;
}

/* No field failed so far. */
bool wire_is_ok(const Wire *wire);

/* No field failed and, when reading, not a byte is left over. */
bool wire_is_complete(const Wire *wire);

/* Marks the conversation as broken, for a value that no rule allows. */
void wire_fail(Wire *wire);

void wire_bytes(Wire *wire, uint8_t *bytes, size_t size_bytes);
void wire_u8(Wire *wire, uint8_t *value);
void wire_u16(Wire *wire, uint16_t *value);
void wire_u32(Wire *wire, uint32_t *value);
void wire_i16(Wire *wire, int16_t *value);
void wire_i32(Wire *wire, int32_t *value);
void wire_i64(Wire *wire, int64_t *value);

/* A byte that must be 0 or 1. */
void wire_bool(Wire *wire, bool *value);

/* A byte that must be below `limit`; `limit` <= 256. */
void wire_below(Wire *wire, uint8_t *value, int limit);

/*
 * A text of at most `bytes_max` bytes behind a length byte; `text` has room for bytes_max + 1 and
 * is always terminated. Only clean text passes (see shared/text.h).
 */
void wire_text(Wire *wire, char *text, size_t bytes_max);

#endif
