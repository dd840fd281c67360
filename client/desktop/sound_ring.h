/*
 * The one way from a thread to the audio thread: a bounded ring of commands.
 *
 * One producer, one consumer, roles never swapped while both run. Wait-free, allocates nothing;
 * full is an ordinary result. The caller owns the memory.
 */
#ifndef CLIENT_DESKTOP_SOUND_RING_H
#define CLIENT_DESKTOP_SOUND_RING_H

#include "shared/drum.h"
#include "shared/units.h"

#include <stdatomic.h>

enum {
    SOUND_RING_COMMANDS_MAX = 1024 /* a power of two */
};

typedef enum {
    SOUND_STRIKE,      /* start with the next block */
    SOUND_CUE,         /* the same, SOUND_CUE_MS later */
    SOUND_TIMED,       /* start at `at`; replaces a waiting sound with the same id */
    SOUND_CANCEL_AFTER /* forget what waits for `at` or later and is of the source of `id` */
} SoundCommandKind;

/* The upper bits of an id say who plans the sound; 0 is nobody in particular. */
#define SOUND_SOURCE_SHIFT 52
#define SOUND_SOURCES_MAX 4096

typedef struct {
    HostTime at;
    uint64_t id; /* 0: none; of a cancellation 0: all */
    float gain;
    uint8_t kind; /* SoundCommandKind */
    uint8_t drum; /* Drum; of SOUND_CUE a Cue */
} SoundCommand;

typedef struct {
    SoundCommand commands[SOUND_RING_COMMANDS_MAX];
    _Alignas(64) _Atomic uint32_t written;  /* by the producer: commands pushed so far */
    _Alignas(64) _Atomic uint32_t consumed; /* by the consumer: commands taken so far */
} SoundRing;

void sound_ring_init(SoundRing *ring);

/* Thread: producer. False, and nothing changed, when full. */
NODISCARD bool sound_ring_push(SoundRing *ring, SoundCommand command);

/* Thread: consumer. False, and `*command` untouched, when empty. */
NODISCARD bool sound_ring_pop(SoundRing *ring, SoundCommand *command);

#endif
