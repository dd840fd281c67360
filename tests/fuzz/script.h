/*
 * Reads a fuzz input as a script: a row of small choices, zero when the input is over.
 */
#ifndef TESTS_FUZZ_SCRIPT_H
#define TESTS_FUZZ_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *bytes;
    size_t left;
} Script;

static inline bool script_is_over(const Script *script)
{
    return script->left == 0;
}

static inline uint8_t script_byte(Script *script)
{
    uint8_t byte = 0;

    if (script->left > 0) {
        byte = script->bytes[0];
        script->bytes++;
        script->left--;
    }
    return byte;
}

/* The next `wanted` bytes, or what is left of them; their number goes to `given`. */
static inline const uint8_t *script_bytes(Script *script, size_t wanted, size_t *given)
{
    const uint8_t *bytes = script->bytes;

    *given = wanted < script->left ? wanted : script->left;
    script->bytes += *given;
    script->left -= *given;
    return bytes;
}

#endif
