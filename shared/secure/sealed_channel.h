/*
 * One direction of an encrypted conversation: messages are sealed, and opened at most once.
 *
 * Pure: randomness is not needed, time is passed in. A sealed message is
 *
 *     type u8 = FRAME_MESSAGE | counter u64, little endian | ChaCha20-Poly1305-IETF of the message
 *
 * The upper 16 bits of the counter are the key's epoch, the lower 48 the number of the message,
 * which grows over all epochs and is never used twice. Associated data: protocol version,
 * direction, channel, type. The key takes a step that cannot be undone (Noise's REKEY) after
 * RATCHET_MESSAGES or RATCHET_NS; a receiver follows when it sees the new epoch, and keeps the last
 * key for a while for what was overtaken.
 *
 * Of the two channels, the ordered one takes only what is newer than all before, so that nothing
 * can be repeated or left out of order there; the other one keeps a window of REPLAY_WINDOW.
 */
#ifndef SHARED_SECURE_SEALED_CHANNEL_H
#define SHARED_SECURE_SEALED_CHANNEL_H

#include <stddef.h>

#include "shared/secure/noise.h"

enum {
    FRAME_FIRST = 1,   /* Noise's first message */
    FRAME_SECOND = 2,  /* Noise's second message */
    FRAME_MESSAGE = 3, /* a sealed message */
    SEALED_OVERHEAD_BYTES = 1 + 8 + NOISE_TAG_BYTES,
    SEALED_CHANNELS = 2,
    REPLAY_WINDOW = 256,
    RATCHET_MESSAGES = 1 << 16,
    RATCHET_STEPS_MAX = 8 /* that a receiver may have missed altogether */
};

#define RATCHET_NS (10 * NS_PER_MINUTE)
/* Longer than anything is on its way: a connection that silent is over. */
#define RATCHET_KEPT_NS (30 * NS_PER_S)

typedef enum {
    SEALED_FROM_CLIENT = 0,
    SEALED_FROM_SERVER
} SealedDirection;

typedef enum {
    SEALED_ORDERED = 0, /* the channel of ENet's reliable packets */
    SEALED_LIVE
} SealedOrder;

typedef struct {
    uint8_t key[NOISE_KEY_BYTES];
    SealedDirection direction;
    uint16_t epoch;
    uint64_t number;         /* of the next message */
    uint64_t step_at_number; /* the key steps before this message */
    HostTime step_at;        /* or at this time */
} SealedSender;

typedef struct {
    uint64_t next;                     /* one more than the newest number opened; 0: none yet */
    uint64_t seen[REPLAY_WINDOW / 64]; /* bit i: number next - 1 - i was opened */
} SealedWindow;

typedef struct {
    uint8_t key[NOISE_KEY_BYTES];
    uint8_t last_key[NOISE_KEY_BYTES]; /* of the epoch before, while has_last */
    bool has_last;
    HostTime last_until;
    SealedDirection direction;
    uint16_t epoch;
    SealedWindow windows[SEALED_CHANNELS];
} SealedReceiver;

/* `key` is a direction's key of noise_split. */
void sealed_sender_init(SealedSender *sender,
                        SealedDirection direction,
                        const uint8_t key[NOISE_KEY_BYTES],
                        HostTime now);
void sealed_receiver_init(SealedReceiver *receiver,
                          SealedDirection direction,
                          const uint8_t key[NOISE_KEY_BYTES]);

/*
 * Seals `plain_bytes` into `sealed`, which has room for SEALED_OVERHEAD_BYTES more. False, with
 * nothing sealed, when the epochs are used up, after more than a year: the connection must end.
 */
NODISCARD bool sealed_seal(SealedSender *sender,
                           HostTime now,
                           SealedOrder channel,
                           const uint8_t *plain,
                           size_t plain_bytes,
                           uint8_t *sealed);

/*
 * Opens a sealed message into `plain`, of sealed_bytes - SEALED_OVERHEAD_BYTES. False, with nothing
 * changed, for what is too short, forged, from another direction or channel, repeated or too old.
 */
NODISCARD bool sealed_open(SealedReceiver *receiver,
                           HostTime now,
                           SealedOrder channel,
                           const uint8_t *sealed,
                           size_t sealed_bytes,
                           uint8_t *plain);

void sealed_sender_wipe(SealedSender *sender);
void sealed_receiver_wipe(SealedReceiver *receiver);

#endif
