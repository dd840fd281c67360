#include "shared/wire.h"

#include <string.h>

Wire wire_reader(const uint8_t *bytes, size_t size_bytes)
{
    assert(bytes != NULL);
    return (Wire){.source = bytes, .size_bytes = size_bytes};
}

Wire wire_writer(uint8_t *bytes, size_t size_bytes)
{
    assert(bytes != NULL);
    return (Wire){.target = bytes, .size_bytes = size_bytes};
}

bool wire_is_ok(const Wire *wire)
{
    return !wire->failed;
}

bool wire_is_complete(const Wire *wire)
{
    return !wire->failed && (!wire_is_reading(wire) || wire->position_bytes == wire->size_bytes);
}

void wire_fail(Wire *wire)
{
    wire->failed = true;
}

void wire_bytes(Wire *wire, uint8_t *bytes, size_t size_bytes)
{
    /* Compares with what remains, so that no sum of untrusted sizes can wrap. */
    if (wire->failed || size_bytes > wire->size_bytes - wire->position_bytes) {
        wire->failed = true;
        if (wire_is_reading(wire)) {
            memset(bytes, 0, size_bytes);
        }
        return;
    }
    if (wire_is_reading(wire)) {
        memcpy(bytes, wire->source + wire->position_bytes, size_bytes);
    } else {
        memcpy(wire->target + wire->position_bytes, bytes, size_bytes);
    }
    wire->position_bytes += size_bytes;
}

/* The `size_bytes` low bytes of `value`, least significant first, in whichever direction. */
static uint64_t code_unsigned(Wire *wire, uint64_t value, size_t size_bytes)
{
    uint8_t bytes[8] = {0};
    uint64_t result = 0;

    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    wire_bytes(wire, bytes, size_bytes);
    for (size_t i = 0; i < size_bytes; i++) {
        result |= (uint64_t)bytes[i] << (8 * i);
    }
    return result;
}

void wire_u8(Wire *wire, uint8_t *value)
{
    *value = (uint8_t)code_unsigned(wire, *value, 1);
}

void wire_u16(Wire *wire, uint16_t *value)
{
    *value = (uint16_t)code_unsigned(wire, *value, 2);
}

void wire_u32(Wire *wire, uint32_t *value)
{
    *value = (uint32_t)code_unsigned(wire, *value, 4);
}

void wire_i16(Wire *wire, int16_t *value)
{
    uint16_t bits = (uint16_t)code_unsigned(wire, (uint16_t)*value, 2);

    memcpy(value, &bits, sizeof bits);
}

void wire_i32(Wire *wire, int32_t *value)
{
    uint32_t bits = (uint32_t)code_unsigned(wire, (uint32_t)*value, 4);

    memcpy(value, &bits, sizeof bits);
}

void wire_i64(Wire *wire, int64_t *value)
{
    uint64_t bits = code_unsigned(wire, (uint64_t)*value, 8);

    memcpy(value, &bits, sizeof bits);
}

void wire_below(Wire *wire, uint8_t *value, int limit)
{
    assert(wire_is_reading(wire) || *value < limit);
    wire_u8(wire, value);
    if (*value >= limit) {
        wire->failed = true;
        *value = 0;
    }
}

void wire_bool(Wire *wire, bool *value)
{
    uint8_t byte = *value ? 1 : 0;

    wire_below(wire, &byte, 2);
    *value = byte == 1;
}

void wire_text(Wire *wire, char *text, size_t bytes_max)
{
    uint8_t text_bytes = 0;

    assert(bytes_max <= UINT8_MAX);
    if (!wire_is_reading(wire)) {
        assert(memchr(text, 0, bytes_max + 1) != NULL);
        text_bytes = (uint8_t)strlen(text);
    }
    wire_u8(wire, &text_bytes);
    if (text_bytes > bytes_max) {
        wire->failed = true;
    }
    if (wire->failed) {
        text_bytes = 0;
    }
    wire_bytes(wire, (uint8_t *)text, text_bytes);
    if (wire_is_reading(wire)) {
        text[text_bytes] = '\0';
        if (!text_is_clean(text, text_bytes)) {
            wire->failed = true;
            text[0] = '\0';
        }
    }
}
