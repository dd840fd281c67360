/*
 * Two threads hear the same key presses, in either order and up to seconds apart: each press is
 * taken by one of them, the first.
 *
 * Any thread, wait-free but for a press of the same key in the same moment. A press is known by its
 * key and the X server's time. What one thread has taken, the other may hear of when newer presses
 * of that key have been taken, too.
 */
#ifndef CLIENT_DESKTOP_KEY_CLAIMS_H
#define CLIENT_DESKTOP_KEY_CLAIMS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    KEY_CLAIMS_KEYS = 256,       /* codes of X */
    KEY_CLAIMS_MEMORY_MS = 10000 /* older than that: the server's clock has begun anew */
};

/* All zero: nothing taken yet. */
typedef struct {
    _Atomic uint32_t newest_ms[KEY_CLAIMS_KEYS];
} KeyClaims;

/* Whether this press is the caller's: false when it, or a newer one, was taken before. `event_ms`
   wraps, and is not 0. */
bool key_claims_take(KeyClaims *claims, uint8_t key, uint32_t event_ms);

#endif
