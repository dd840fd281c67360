/*
 * Decimal numbers that people and files write, read exactly and whatever the locale.
 *
 * Pure.
 */
#ifndef CLIENT_MODEL_DECIMAL_H
#define CLIENT_MODEL_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads all `text_bytes` bytes as [+-]DIGITS[.DIGITS][e[+-]DIGITS] times 10^`scale`, rounded to the
 * nearest integer, halves away from zero: "1.5" at scale 3 is 1500. False, with `value` untouched,
 * for anything else and for results beyond +-9.2e18. `scale` 0..9.
 */
bool decimal_parse(const char *text, size_t text_bytes, int scale, int64_t *value);

/* The same for a terminated text, within low..high. */
bool decimal_parse_within(const char *text, int scale, int64_t low, int64_t high, int64_t *value);

#endif
