/*
 * Sealed messages on a network that delays, loses, repeats, reorders, damages and forges them, and
 * throws them onto another channel. What is opened is decided by a second, plain bookkeeping: an
 * untouched message once, on its channel, within the window and the reach of the key; anything else
 * never, and it leaves no trace in the receiver.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/secure/entropy.h"
#include "shared/secure/sealed_channel.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script.h"

enum {
    STEPS_MAX = 120,
    FLIGHT_MAX = 64, /* messages under way; the oldest is lost to a new one */
    PLAIN_BYTES_MAX = 40,
    SEALED_BYTES_MAX = PLAIN_BYTES_MAX + SEALED_OVERHEAD_BYTES,
    EDITED_BYTES_MAX = SEALED_BYTES_MAX + 8
};

typedef struct {
    SealedOrder channel;
    uint16_t epoch;
    uint64_t number;
    size_t plain_bytes;
    uint8_t plain[PLAIN_BYTES_MAX];
    uint8_t sealed[SEALED_BYTES_MAX];
} Flight;

/* What a receiver that follows the rules has opened. */
typedef struct {
    uint16_t epoch;
    bool has_last;
    HostTime last_until;
    bool any[SEALED_CHANNELS];
    uint64_t newest[SEALED_CHANNELS];
    uint64_t opened[STEPS_MAX]; /* on the live channel */
    int opened_count;
} Book;

static const uint8_t KEY[NOISE_KEY_BYTES] = {1, 2, 3};
static SealedSender sender;
static SealedReceiver receiver;
static Flight flights[FLIGHT_MAX];
static int flight_count; /* ever */
static Book book;
static HostTime now;

static bool was_opened(uint64_t number)
{
    for (int i = 0; i < book.opened_count; i++) {
        if (book.opened[i] == number) {
            return true;
        }
    }
    return false;
}

static bool key_is_in_reach(uint16_t epoch)
{
    if (epoch + 1 == book.epoch) {
        return book.has_last && now.ns < book.last_until.ns;
    }
    return epoch >= book.epoch && epoch - book.epoch <= 8;
}

static bool may_open(const Flight *flight)
{
    const uint64_t newest = book.newest[flight->channel];

    if (!key_is_in_reach(flight->epoch)) {
        return false;
    }
    if (!book.any[flight->channel] || flight->number > newest) {
        return true;
    }
    return flight->channel == SEALED_LIVE && newest - flight->number < 256 &&
           !was_opened(flight->number);
}

static void note_opened(const Flight *flight)
{
    if (flight->channel == SEALED_LIVE) {
        book.opened[book.opened_count] = flight->number;
        book.opened_count++;
    }
    if (!book.any[flight->channel] || flight->number > book.newest[flight->channel]) {
        book.newest[flight->channel] = flight->number;
        book.any[flight->channel] = true;
    }
    if (flight->epoch > book.epoch) {
        book.epoch = flight->epoch;
        book.has_last = true;
        book.last_until.ns = now.ns + 30 * NS_PER_S;
    }
}

/* Opens a copy of exactly this size, so that the address sanitizer sees a read past the end. */
static bool opens(SealedReceiver *by,
                  SealedOrder channel,
                  const uint8_t *bytes,
                  size_t size_bytes,
                  uint8_t plain[EDITED_BYTES_MAX])
{
    uint8_t *copy = malloc(size_bytes > 0 ? size_bytes : 1);
    bool opened = false;

    assert(copy != NULL);
    memcpy(copy, bytes, size_bytes);
    opened = sealed_open(by, now, channel, copy, size_bytes, plain);
    free(copy);
    return opened;
}

/* The last key may be forgotten when its time is over, whatever comes; nothing else changes. */
static void check_refused(SealedOrder channel, const uint8_t *bytes, size_t size_bytes)
{
    SealedReceiver before;
    uint8_t plain[EDITED_BYTES_MAX];
    bool opened = false;

    memcpy(&before, &receiver, sizeof before);
    opened = opens(&receiver, channel, bytes, size_bytes, plain);
    assert(!opened);
    if (before.has_last && !receiver.has_last) {
        assert(now.ns >= before.last_until.ns);
        before.has_last = false;
        memset(before.last_key, 0, sizeof before.last_key);
    }
    assert(is_untouched(&receiver, &before, sizeof before));
}

static void deliver(const Flight *flight)
{
    const size_t size_bytes = flight->plain_bytes + SEALED_OVERHEAD_BYTES;
    uint8_t plain[EDITED_BYTES_MAX];

    if (!may_open(flight)) {
        check_refused(flight->channel, flight->sealed, size_bytes);
        return;
    }
    if (!opens(&receiver, flight->channel, flight->sealed, size_bytes, plain)) {
        abort(); /* a genuine message was refused */
    }
    assert(memcmp(plain, flight->plain, flight->plain_bytes) == 0);
    note_opened(flight);
    assert(receiver.epoch == book.epoch);
}

/* The message under way that the script names; NULL while there is none. */
static Flight *pick(Script *script)
{
    const int kept = flight_count < FLIGHT_MAX ? flight_count : FLIGHT_MAX;

    return kept == 0 ? NULL : &flights[script_byte(script) % kept];
}

static void seal(Script *script)
{
    const uint8_t shape = script_byte(script);
    Flight *flight = &flights[flight_count % FLIGHT_MAX];

    flight->channel = shape % 2 == 0 ? SEALED_ORDERED : SEALED_LIVE;
    flight->plain_bytes = shape / 2U % (PLAIN_BYTES_MAX + 1);
    memset(flight->plain, shape, sizeof flight->plain);
    flight->number = sender.number;
    if (!sealed_seal(
            &sender, now, flight->channel, flight->plain, flight->plain_bytes, flight->sealed)) {
        assert(sender.epoch == UINT16_MAX - 1 || sender.number > UINT64_MAX >> 16);
        return;
    }
    flight->epoch = sender.epoch;
    flight_count++;
}

/* So many messages went out and were lost on the way. */
static void lose(Script *script)
{
    static const uint64_t counts[] = {1, 5, 63, 64, 65, 127, 200, 255, 256, 257, 5000, 65535};

    sender.number += counts[script_byte(script) % (sizeof counts / sizeof counts[0])];
}

static void deliver_damaged(Script *script)
{
    const Flight *flight = pick(script);
    uint8_t edited[EDITED_BYTES_MAX] = {0};
    size_t size_bytes = 0;
    uint8_t how = 0;

    if (flight == NULL) {
        return;
    }
    size_bytes = flight->plain_bytes + SEALED_OVERHEAD_BYTES;
    memcpy(edited, flight->sealed, size_bytes);
    how = script_byte(script);
    if (how >= 192) {
        size_bytes += 1 + how % 8U; /* zeros behind it */
    } else if (how >= 128) {
        size_bytes -= 1 + how % 64U % size_bytes;
    }
    for (int edits = how < 128 ? how % 4 + 1 : how % 3; edits > 0 && size_bytes > 0; edits--) {
        const size_t where = script_byte(script) % size_bytes;

        edited[where] = (uint8_t)(edited[where] ^ script_byte(script));
    }
    /* Not by memcmp: libFuzzer looks on, and makes the next input of what the key has made. */
    if (size_bytes != flight->plain_bytes + SEALED_OVERHEAD_BYTES ||
        !secure_equal(edited, flight->sealed, size_bytes)) {
        check_refused(flight->channel, edited, size_bytes);
    }
}

static void deliver_elsewhere(Script *script)
{
    const Flight *flight = pick(script);
    SealedReceiver back;
    uint8_t plain[EDITED_BYTES_MAX];
    bool opened = false;

    if (flight == NULL) {
        return;
    }
    check_refused(flight->channel == SEALED_LIVE ? SEALED_ORDERED : SEALED_LIVE,
                  flight->sealed,
                  flight->plain_bytes + SEALED_OVERHEAD_BYTES);
    sealed_receiver_init(&back, SEALED_FROM_SERVER, KEY);
    opened = opens(
        &back, flight->channel, flight->sealed, flight->plain_bytes + SEALED_OVERHEAD_BYTES, plain);
    assert(!opened);
}

static void deliver_forged(Script *script)
{
    size_t size_bytes = 0;
    const size_t wanted = script_byte(script) % (EDITED_BYTES_MAX + 1);
    const SealedOrder channel = wanted % 2 == 0 ? SEALED_ORDERED : SEALED_LIVE;
    const uint8_t *bytes = script_bytes(script, wanted, &size_bytes);

    if (size_bytes > 0) {
        check_refused(channel, bytes, size_bytes);
    }
}

static void act(Script *script)
{
    const uint8_t choice = script_byte(script);
    const Flight *flight = NULL;

    switch (choice % 8) {
    case 0:
    case 1:
        seal(script);
        break;
    case 2:
        flight = pick(script);
        if (flight != NULL) {
            deliver(flight);
        }
        break;
    case 3:
        deliver_damaged(script);
        break;
    case 4:
        deliver_elsewhere(script);
        break;
    case 5:
        deliver_forged(script);
        break;
    case 6:
        lose(script);
        break;
    default:
        now.ns += (choice & 128U) != 0 ? choice / 8 * NS_PER_MINUTE : choice / 8 * NS_PER_S;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Script script = {.bytes = data, .left = size};
    const bool started = secure_start();

    assert(started);
    (void)started;
    now = (HostTime){NS_PER_S};
    sealed_sender_init(&sender, SEALED_FROM_CLIENT, KEY, now);
    memset(&receiver, 0, sizeof receiver);
    sealed_receiver_init(&receiver, SEALED_FROM_CLIENT, KEY);
    flight_count = 0;
    memset(&book, 0, sizeof book);
    for (int i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        act(&script);
    }
    for (int i = 0; i < flight_count && i < FLIGHT_MAX; i++) {
        deliver(&flights[i]);
    }
    return 0;
}
