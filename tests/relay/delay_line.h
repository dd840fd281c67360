/*
 * Datagrams that wait for their time, the earliest first; of two at the same time the one that was
 * put in first.
 *
 * Not pure: allocates once. Full is an ordinary result.
 */
#ifndef TESTS_RELAY_DELAY_LINE_H
#define TESTS_RELAY_DELAY_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DELAYED_BYTES_MAX = 2048
};

typedef struct {
    int64_t at_ns;
    uint64_t order;
    int peer;  /* whose */
    bool down; /* to the client; else to the server */
    size_t size_bytes;
    uint8_t bytes[DELAYED_BYTES_MAX];
} Delayed;

typedef struct DelayLine DelayLine;

/* NULL when out of memory. */
DelayLine *delay_line_create(size_t capacity);
void delay_line_destroy(DelayLine *line);

/* Copies `delayed`; its order is set here. False when full. */
bool delay_line_put(DelayLine *line, const Delayed *delayed);

/* The next one; valid until the next call. NULL when none waits. */
const Delayed *delay_line_next(const DelayLine *line);
void delay_line_drop_next(DelayLine *line);

#endif
