/*
 * What every fuzz target defines: one input in, 0 out; a broken property aborts.
 *
 * The name is libFuzzer's. The fuzz preset links its engine; every other preset links
 * replay_main.c, which feeds the corpus and seeded mutations of it.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* `data` holds `size` bytes from a stranger and is valid for this call only. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether nobody touched an object since it was copied by memcpy, which keeps its padding too. */
static inline bool is_untouched(const void *object, const void *copy, size_t size_bytes)
{
    return memcmp(object, copy, size_bytes) == 0;
}

#endif
