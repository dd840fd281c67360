/*
 * From the audio thread to the main thread: when which frames were asked for, for those who look.
 *
 * One producer, one consumer. Wait-free, allocates nothing; when nobody looks it is full, and what
 * does not fit is not told. The caller owns the memory, zeroed.
 */
#ifndef CLIENT_DESKTOP_CALLBACK_RING_H
#define CLIENT_DESKTOP_CALLBACK_RING_H

#include "shared/units.h"

#include <stdatomic.h>

enum {
    CALLBACK_RING_MAX = 1024 /* a power of two; a second and more of the smallest blocks */
};

/* One callback of the sound device. */
typedef struct {
    int64_t frame; /* the first it asks for, since the device was opened */
    int frames;
    HostTime called; /* when it came */
    HostTime mapped; /* when that frame is due, as learned so far */
} SoundCallback;

typedef struct {
    SoundCallback callbacks[CALLBACK_RING_MAX];
    _Alignas(64) _Atomic uint32_t written;
    _Alignas(64) _Atomic uint32_t consumed;
} CallbackRing;

/* Thread: producer. */
void callback_ring_push(CallbackRing *ring, const SoundCallback *callback);

/* Thread: consumer. The oldest; false, and `*callback` untouched, when there is none. */
NODISCARD bool callback_ring_pop(CallbackRing *ring, SoundCallback *callback);

#endif
