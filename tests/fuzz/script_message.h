/*
 * Messages that a script names: valid ones, and valid ones with some bytes of the script's choosing
 * in them, as a peer with the keys may send them.
 */
#ifndef TESTS_FUZZ_SCRIPT_MESSAGE_H
#define TESTS_FUZZ_SCRIPT_MESSAGE_H

#include "tests/fuzz/script.h"
#include "tests/support/random_message.h"

/* A message of any type. */
static inline void script_message(Script *script, Message *message)
{
    const uint8_t type = script_byte(script);
    Prng prng;

    prng_seed(&prng, script_byte(script));
    random_message(&prng, MESSAGE_TYPES[type % MESSAGE_TYPES_USED], message);
}

/* The bytes of one, 1 to 4 of them changed; returns how many there are. */
static inline size_t script_message_damaged(Script *script, uint8_t bytes[MESSAGE_BYTES_MAX])
{
    static Message message;
    size_t size_bytes = 0;

    script_message(script, &message);
    size_bytes = message_encode(&message, bytes);
    for (int edits = 1 + script_byte(script) % 4; edits > 0; edits--) {
        const size_t where = script_byte(script) * 4U + script_byte(script) % 4U;

        bytes[where % size_bytes] = script_byte(script);
    }
    return size_bytes;
}

#endif
