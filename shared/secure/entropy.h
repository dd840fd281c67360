/*
 * Randomness and wiping: what every part of the secure wire takes from the system.
 *
 * The only impure function of this folder is secure_random. Thread: any, after secure_start.
 */
#ifndef SHARED_SECURE_ENTROPY_H
#define SHARED_SECURE_ENTROPY_H

#include <stddef.h>

#include "shared/units.h"

/* Before anything else of this folder; again is fine. False when the system has no randomness. */
NODISCARD bool secure_start(void);

/* Fills `bytes` with what nobody can guess. */
void secure_random(uint8_t *bytes, size_t size_bytes);

/* Overwrites a secret in a way that no compiler leaves out. */
void secure_wipe(void *bytes, size_t size_bytes);

/* Whether two secrets are the same, in a time that does not tell where they differ. */
NODISCARD bool secure_equal(const uint8_t *left, const uint8_t *right, size_t size_bytes);

#endif
