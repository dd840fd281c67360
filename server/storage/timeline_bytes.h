/*
 * A timeline as bytes for the store: all that it holds, not only what is sent to clients.
 *
 * Pure. Little-endian:
 *
 *     u32 revision
 *     u8  segments, then each: i64 start ns, i64 start ubeats, i32 mbpm, i32 end mbpm, i64 ramp ns
 *     u8  sections, then each: i64 start ubeats, i32 first bar, u8 transport, u8 groove,
 *                              u8 beats per bar, u16 take
 */
#ifndef SERVER_STORAGE_TIMELINE_BYTES_H
#define SERVER_STORAGE_TIMELINE_BYTES_H

#include <stddef.h>

#include "shared/timeline.h"

enum {
    TIMELINE_STORED_BYTES_MAX = 4 + 1 + TEMPO_SEGMENTS_MAX * 32 + 1 + SECTIONS_MAX * 17
};

/* Writes a valid timeline and returns its size; `bytes` has room for TIMELINE_STORED_BYTES_MAX. */
size_t timeline_bytes_write(const Timeline *timeline, uint8_t *bytes);

/* False, with `timeline` of no meaning, unless the bytes are one whole valid timeline. */
NODISCARD bool timeline_bytes_read(const uint8_t *bytes, size_t size_bytes, Timeline *timeline);

#endif
