#include "shared/secure/sealed_channel.h"

#include <string.h>

#include "shared/message.h"
#include "shared/secure/entropy.h"

enum {
    ASSOCIATED_BYTES = 5,
    HEADER_BYTES = 9,
    EPOCH_SHIFT = 48,
    EPOCH_LAST = UINT16_MAX - 1 /* so that no counter is REKEY's own nonce */
};

#define NUMBER_MASK ((UINT64_C(1) << EPOCH_SHIFT) - 1)

static void associate(SealedDirection direction, SealedOrder channel, uint8_t *associated)
{
    associated[0] = (uint8_t)(PROTOCOL_VERSION & 0xff);
    associated[1] = (uint8_t)(PROTOCOL_VERSION >> 8);
    associated[2] = (uint8_t)direction;
    associated[3] = (uint8_t)channel;
    associated[4] = FRAME_MESSAGE;
}

static uint64_t get_counter(const uint8_t *bytes)
{
    uint64_t counter = 0;

    for (int i = 7; i >= 0; i--) {
        counter = counter << 8 | bytes[i];
    }
    return counter;
}

static void plan_step(SealedSender *sender, HostTime now)
{
    sender->step_at_number = sender->number + RATCHET_MESSAGES;
    sender->step_at.ns = now.ns + RATCHET_NS;
}

void sealed_sender_init(SealedSender *sender,
                        SealedDirection direction,
                        const uint8_t key[NOISE_KEY_BYTES],
                        HostTime now)
{
    *sender = (SealedSender){.direction = direction};
    memcpy(sender->key, key, NOISE_KEY_BYTES);
    plan_step(sender, now);
}

void sealed_receiver_init(SealedReceiver *receiver,
                          SealedDirection direction,
                          const uint8_t key[NOISE_KEY_BYTES])
{
    *receiver = (SealedReceiver){.direction = direction};
    memcpy(receiver->key, key, NOISE_KEY_BYTES);
}

bool sealed_seal(SealedSender *sender,
                 HostTime now,
                 SealedOrder channel,
                 const uint8_t *plain,
                 size_t plain_bytes,
                 uint8_t *sealed)
{
    uint8_t associated[ASSOCIATED_BYTES];
    NoiseCipher cipher = {
        .key = sender->key, .associated = associated, .associated_bytes = sizeof associated};

    if (sender->number >= sender->step_at_number || now.ns >= sender->step_at.ns) {
        if (sender->epoch == EPOCH_LAST) {
            return false;
        }
        noise_rekey(sender->key);
        sender->epoch++;
        plan_step(sender, now);
    }
    if (sender->number > NUMBER_MASK) {
        return false;
    }
    cipher.nonce = (uint64_t)sender->epoch << EPOCH_SHIFT | sender->number;
    sender->number++;
    associate(sender->direction, channel, associated);
    sealed[0] = FRAME_MESSAGE;
    for (int i = 0; i < 8; i++) {
        sealed[1 + i] = (uint8_t)(cipher.nonce >> (8 * i));
    }
    noise_encrypt(&cipher, plain, plain_bytes, sealed + HEADER_BYTES);
    return true;
}

/* --- the window --- */

/* Whether a message of this number may still be opened. */
static bool is_news(const SealedWindow *window, SealedOrder channel, uint64_t number)
{
    uint64_t age;

    if (number >= window->next) {
        return true;
    }
    age = window->next - 1 - number;
    if (channel == SEALED_ORDERED || age >= REPLAY_WINDOW) {
        return false;
    }
    return (window->seen[age / 64] >> (age % 64) & 1) == 0;
}

/* Moves the bits of `window` up by `distance`, the oldest out. */
static void age_window(SealedWindow *window, uint64_t distance)
{
    enum {
        WORDS = REPLAY_WINDOW / 64
    };
    uint64_t words = distance / 64;
    unsigned bits = (unsigned)(distance % 64);

    for (int i = WORDS - 1; i >= 0; i--) {
        uint64_t from = words <= (uint64_t)i ? window->seen[(uint64_t)i - words] : 0;
        uint64_t below = words + 1 <= (uint64_t)i ? window->seen[(uint64_t)i - words - 1] : 0;

        window->seen[i] = bits == 0 ? from : from << bits | below >> (64 - bits);
    }
}

static void mark_opened(SealedWindow *window, uint64_t number)
{
    uint64_t age;

    if (number >= window->next) {
        age_window(window, number + 1 - window->next);
        window->next = number + 1;
    }
    age = window->next - 1 - number;
    window->seen[age / 64] |= UINT64_C(1) << (age % 64);
}

/* --- opening --- */

/*
 * The key of `epoch`: this one, the last one, or one of the next. False for an epoch too far away.
 * How many steps forward it took goes to `steps`.
 */
static bool find_key(const SealedReceiver *receiver,
                     HostTime now,
                     uint16_t epoch,
                     uint8_t key[NOISE_KEY_BYTES],
                     int *steps)
{
    *steps = epoch - receiver->epoch;
    if (*steps == -1 && receiver->has_last && now.ns < receiver->last_until.ns) {
        memcpy(key, receiver->last_key, NOISE_KEY_BYTES);
        return true;
    }
    if (*steps < 0 || *steps > RATCHET_STEPS_MAX) {
        return false;
    }
    memcpy(key, receiver->key, NOISE_KEY_BYTES);
    for (int i = 0; i < *steps; i++) {
        noise_rekey(key);
    }
    return true;
}

/* Follows the sender's ratchet to `key`, `steps` > 0 further. */
static void
follow(SealedReceiver *receiver, HostTime now, const uint8_t key[NOISE_KEY_BYTES], int steps)
{
    for (int i = 1; i < steps; i++) {
        noise_rekey(receiver->key);
    }
    memcpy(receiver->last_key, receiver->key, NOISE_KEY_BYTES);
    memcpy(receiver->key, key, NOISE_KEY_BYTES);
    receiver->has_last = true;
    receiver->last_until.ns = now.ns + RATCHET_KEPT_NS;
    receiver->epoch = (uint16_t)(receiver->epoch + steps);
}

static void forget_last(SealedReceiver *receiver, HostTime now)
{
    if (receiver->has_last && now.ns >= receiver->last_until.ns) {
        secure_wipe(receiver->last_key, sizeof receiver->last_key);
        receiver->has_last = false;
    }
}

bool sealed_open(SealedReceiver *receiver,
                 HostTime now,
                 SealedOrder channel,
                 const uint8_t *sealed,
                 size_t sealed_bytes,
                 uint8_t *plain)
{
    uint8_t associated[ASSOCIATED_BYTES];
    uint8_t key[NOISE_KEY_BYTES];
    NoiseCipher cipher = {
        .key = key, .associated = associated, .associated_bytes = sizeof associated};
    uint64_t number;
    int steps = 0;
    bool opened;

    forget_last(receiver, now);
    if (sealed_bytes < SEALED_OVERHEAD_BYTES || sealed[0] != FRAME_MESSAGE) {
        return false;
    }
    cipher.nonce = get_counter(sealed + 1);
    number = cipher.nonce & NUMBER_MASK;
    if (!is_news(&receiver->windows[channel], channel, number) ||
        !find_key(receiver, now, (uint16_t)(cipher.nonce >> EPOCH_SHIFT), key, &steps)) {
        return false;
    }
    associate(receiver->direction, channel, associated);
    opened = noise_decrypt(&cipher, sealed + HEADER_BYTES, sealed_bytes - HEADER_BYTES, plain);
    if (opened) {
        mark_opened(&receiver->windows[channel], number);
        if (steps > 0) {
            follow(receiver, now, key, steps);
        }
    }
    secure_wipe(key, sizeof key);
    return opened;
}

void sealed_sender_wipe(SealedSender *sender)
{
    secure_wipe(sender, sizeof *sender);
}

void sealed_receiver_wipe(SealedReceiver *receiver)
{
    secure_wipe(receiver, sizeof *receiver);
}
