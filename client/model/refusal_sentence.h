/*
 * What a refusal means to a person, and what to do about it.
 *
 * Pure: constant texts, readable from any thread.
 */
#ifndef CLIENT_MODEL_REFUSAL_SENTENCE_H
#define CLIENT_MODEL_REFUSAL_SENTENCE_H

#include "shared/message.h"

/* One or two sentences, ASCII, terminated; for a number from outside too. */
const char *refusal_sentence(uint8_t reason);

#endif
