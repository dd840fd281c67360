/*
 * Random valid messages of every type, for round trips and for hostile peers that keep to the
 * letter of the protocol.
 *
 * Values lean towards the ends of their ranges. Every byte outside of the fields is zero, so that
 * equal messages are equal in memory.
 */
#ifndef TESTS_SUPPORT_RANDOM_MESSAGE_H
#define TESTS_SUPPORT_RANDOM_MESSAGE_H

#include "shared/message.h"
#include "shared/prng.h"

/* The types that are in use. */
enum {
    MESSAGE_TYPES_USED = 26
};
extern const MessageType MESSAGE_TYPES[MESSAGE_TYPES_USED];

/* A message of `type` that fits into MESSAGE_BYTES_MAX. */
void random_message(Prng *prng, MessageType type, Message *message);

/* A timeline that commands led to: at most what a TIMELINE message carries. */
void random_timeline(Prng *prng, Timeline *timeline);

#endif
