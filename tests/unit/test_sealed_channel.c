/*
 * Sealed messages: opened once, in their own direction and channel, whatever the network does to
 * them, also while the key takes its steps.
 */
#include "shared/secure/sealed_channel.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/secure/entropy.h"
#include "tests/support/check.h"

enum {
    PLAIN_BYTES = 12,
    SEALED_BYTES = PLAIN_BYTES + SEALED_OVERHEAD_BYTES
};

typedef struct {
    SealedSender sender;
    SealedReceiver receiver;
} Line;

typedef struct {
    uint8_t bytes[SEALED_BYTES];
    SealedOrder channel;
} Sealed;

static const uint8_t KEY[NOISE_KEY_BYTES] = {1, 2, 3};
static const HostTime START = {1000};

static void open_line(Line *line)
{
    sealed_sender_init(&line->sender, SEALED_FROM_CLIENT, KEY, START);
    sealed_receiver_init(&line->receiver, SEALED_FROM_CLIENT, KEY);
}

/* The message that carries `value`. */
static Sealed seal(Line *line, HostTime now, SealedOrder channel, uint64_t value)
{
    uint8_t plain[PLAIN_BYTES] = {0};
    Sealed sealed = {.channel = channel};

    memcpy(plain, &value, sizeof value);
    check(sealed_seal(&line->sender, now, channel, plain, sizeof plain, sealed.bytes));
    return sealed;
}

static bool opens(Line *line, HostTime now, const Sealed *sealed, uint64_t *value)
{
    uint8_t plain[PLAIN_BYTES];

    if (!sealed_open(
            &line->receiver, now, sealed->channel, sealed->bytes, sizeof sealed->bytes, plain)) {
        return false;
    }
    memcpy(value, plain, sizeof *value);
    return true;
}

static void check_opens(Line *line, HostTime now, const Sealed *sealed, uint64_t expected)
{
    uint64_t value = 0;

    check(opens(line, now, sealed, &value));
    check_u64(value, expected);
}

static void check_refused(Line *line, HostTime now, const Sealed *sealed)
{
    uint64_t value;

    check(!opens(line, now, sealed, &value));
}

static void a_sealed_message_opens_once(void **state)
{
    Line line;
    Sealed first;
    Sealed second;

    (void)state;
    open_line(&line);
    first = seal(&line, START, SEALED_LIVE, 7);
    second = seal(&line, START, SEALED_ORDERED, 8);
    check_opens(&line, START, &first, 7);
    check_refused(&line, START, &first);
    check_opens(&line, START, &second, 8);
    check_refused(&line, START, &second);
}

static void what_is_sealed_cannot_be_read(void **state)
{
    Line line;
    Sealed first;
    Sealed second;

    (void)state;
    open_line(&line);
    first = seal(&line, START, SEALED_LIVE, 0);
    second = seal(&line, START, SEALED_LIVE, 0);
    check(memcmp(first.bytes + 9, second.bytes + 9, PLAIN_BYTES) != 0);
}

static void every_flipped_bit_and_every_other_length_is_refused(void **state)
{
    Line line;
    Sealed sealed;
    uint8_t plain[SEALED_BYTES];

    (void)state;
    open_line(&line);
    sealed = seal(&line, START, SEALED_LIVE, 7);
    for (int bit = 0; bit < 8 * SEALED_BYTES; bit++) {
        Sealed forged = sealed;

        forged.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        check_refused(&line, START, &forged);
    }
    for (size_t size_bytes = 0; size_bytes < SEALED_BYTES; size_bytes++) {
        check(!sealed_open(&line.receiver, START, SEALED_LIVE, sealed.bytes, size_bytes, plain));
    }
    check_opens(&line, START, &sealed, 7);
}

static void channel_direction_and_key_are_part_of_the_seal(void **state)
{
    uint8_t other_key[NOISE_KEY_BYTES] = {1, 2, 4};
    Line line;
    Line other;
    Sealed sealed;

    (void)state;
    open_line(&line);
    sealed = seal(&line, START, SEALED_LIVE, 7);
    sealed.channel = SEALED_ORDERED;
    check_refused(&line, START, &sealed);
    sealed.channel = SEALED_LIVE;
    other = line;
    sealed_receiver_init(&other.receiver, SEALED_FROM_SERVER, KEY);
    check_refused(&other, START, &sealed);
    sealed_receiver_init(&other.receiver, SEALED_FROM_CLIENT, other_key);
    check_refused(&other, START, &sealed);
    check_opens(&line, START, &sealed, 7);
}

static void live_messages_may_be_late_by_a_window(void **state)
{
    static Sealed sealed[REPLAY_WINDOW + 2];
    Line line;

    (void)state;
    open_line(&line);
    for (uint64_t i = 0; i < REPLAY_WINDOW + 2; i++) {
        sealed[i] = seal(&line, START, SEALED_LIVE, i);
    }
    check_opens(&line, START, &sealed[REPLAY_WINDOW], REPLAY_WINDOW);
    check_refused(&line, START, &sealed[0]);
    check_opens(&line, START, &sealed[1], 1);
    check_refused(&line, START, &sealed[1]);
    check_opens(&line, START, &sealed[REPLAY_WINDOW + 1], REPLAY_WINDOW + 1);
    check_opens(&line, START, &sealed[2], 2);
}

static void ordered_messages_are_never_late(void **state)
{
    Line line;
    Sealed first;
    Sealed second;

    (void)state;
    open_line(&line);
    first = seal(&line, START, SEALED_ORDERED, 1);
    second = seal(&line, START, SEALED_ORDERED, 2);
    check_opens(&line, START, &second, 2);
    check_refused(&line, START, &first);
}

/* However many live messages overtake it: ENet may repeat a reliable packet for seconds. */
static void an_ordered_message_waits_for_any_number_of_live_ones(void **state)
{
    Line line;
    Sealed held;

    (void)state;
    open_line(&line);
    held = seal(&line, START, SEALED_ORDERED, 1);
    for (uint64_t i = 0; i < 2000; i++) {
        Sealed live = seal(&line, START, SEALED_LIVE, i);

        check_opens(&line, START, &live, i);
    }
    check_opens(&line, START, &held, 1);
}

/* Shuffled, lost and doubled: each that is opened is opened once, and none within the window of the
   newest is refused. */
static void any_order_opens_each_message_at_most_once(void **state)
{
    enum {
        COUNT = 3000,
        REACH = 100
    };
    static Sealed sealed[COUNT];
    static int opened[COUNT];
    Line line;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(11));
    open_line(&line);
    memset(opened, 0, sizeof opened);
    for (uint64_t i = 0; i < COUNT; i++) {
        sealed[i] = seal(&line, START, SEALED_LIVE, i);
    }
    for (int i = 0; i < COUNT; i++) {
        for (int copy = 0; copy < 3; copy++) {
            int index = i - (int)(prng_u64(&prng) % REACH);
            uint64_t value = 0;
            bool news = index >= 0 && opened[index] == 0;

            if (index < 0) {
                continue;
            }
            check(opens(&line, START, &sealed[index], &value) == news);
            opened[index] = 1;
        }
    }
}

static void the_key_steps_after_many_messages(void **state)
{
    uint8_t key[NOISE_KEY_BYTES];
    Line line;

    (void)state;
    open_line(&line);
    memcpy(key, line.sender.key, sizeof key);
    for (uint64_t i = 0; i < RATCHET_MESSAGES; i++) {
        Sealed sealed = seal(&line, START, SEALED_LIVE, i);

        check_opens(&line, START, &sealed, i);
    }
    check_bytes(line.sender.key, key, sizeof key);
    {
        Sealed sealed = seal(&line, START, SEALED_LIVE, 5);

        check_i64(line.sender.epoch, 1);
        check(memcmp(line.sender.key, key, sizeof key) != 0);
        check_opens(&line, START, &sealed, 5);
        check_bytes(line.receiver.key, line.sender.key, sizeof key);
    }
}

static void the_key_steps_after_ten_minutes(void **state)
{
    HostTime before = {START.ns + RATCHET_NS - 1};
    HostTime after = {START.ns + RATCHET_NS};
    Line line;

    (void)state;
    open_line(&line);
    (void)seal(&line, before, SEALED_LIVE, 1);
    check_i64(line.sender.epoch, 0);
    (void)seal(&line, after, SEALED_LIVE, 2);
    check_i64(line.sender.epoch, 1);
}

static void what_was_overtaken_by_a_step_still_opens_for_a_while(void **state)
{
    static const uint8_t wiped[NOISE_KEY_BYTES];
    HostTime after = {START.ns + RATCHET_NS};
    HostTime late = {after.ns + RATCHET_KEPT_NS};
    Line line;
    Sealed early;
    Sealed earlier;
    Sealed next;

    (void)state;
    open_line(&line);
    earlier = seal(&line, START, SEALED_ORDERED, 1);
    early = seal(&line, START, SEALED_LIVE, 2);
    next = seal(&line, after, SEALED_LIVE, 3);
    check_opens(&line, after, &next, 3);
    check_opens(&line, after, &early, 2);
    check_refused(&line, late, &earlier);
    check_bytes(line.receiver.last_key, wiped, sizeof wiped);
}

static void a_receiver_follows_steps_it_never_saw(void **state)
{
    HostTime now = START;
    Line line;
    Sealed last = {.channel = SEALED_LIVE};
    Sealed before_last = {.channel = SEALED_LIVE};

    (void)state;
    open_line(&line);
    for (uint64_t i = 0; i < RATCHET_STEPS_MAX; i++) {
        now.ns += RATCHET_NS;
        before_last = last;
        last = seal(&line, now, SEALED_LIVE, i);
    }
    check_opens(&line, now, &last, RATCHET_STEPS_MAX - 1);
    check_opens(&line, now, &before_last, RATCHET_STEPS_MAX - 2);
    for (uint64_t i = 0; i <= RATCHET_STEPS_MAX; i++) {
        now.ns += RATCHET_NS;
        last = seal(&line, now, SEALED_LIVE, i);
    }
    check_refused(&line, now, &last);
}

/* A forged epoch must not make the receiver step. */
static void nothing_forged_moves_the_key(void **state)
{
    Line line;
    Sealed sealed;
    Sealed forged;

    (void)state;
    open_line(&line);
    sealed = seal(&line, START, SEALED_LIVE, 1);
    forged = sealed;
    forged.bytes[7] = 1; /* the epoch's low byte */
    check_refused(&line, START, &forged);
    check_i64(line.receiver.epoch, 0);
    check_opens(&line, START, &sealed, 1);
}

static void a_sender_ends_before_a_nonce_comes_twice(void **state)
{
    uint8_t plain[PLAIN_BYTES] = {0};
    uint8_t sealed[SEALED_BYTES];
    Line line;

    (void)state;
    open_line(&line);
    line.sender.epoch = UINT16_MAX - 1;
    check(sealed_seal(&line.sender, START, SEALED_LIVE, plain, sizeof plain, sealed));
    line.sender.step_at_number = line.sender.number;
    check(!sealed_seal(&line.sender, START, SEALED_LIVE, plain, sizeof plain, sealed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_message_opens_once),
        cmocka_unit_test(what_is_sealed_cannot_be_read),
        cmocka_unit_test(every_flipped_bit_and_every_other_length_is_refused),
        cmocka_unit_test(channel_direction_and_key_are_part_of_the_seal),
        cmocka_unit_test(live_messages_may_be_late_by_a_window),
        cmocka_unit_test(ordered_messages_are_never_late),
        cmocka_unit_test(an_ordered_message_waits_for_any_number_of_live_ones),
        cmocka_unit_test(any_order_opens_each_message_at_most_once),
        cmocka_unit_test(the_key_steps_after_many_messages),
        cmocka_unit_test(the_key_steps_after_ten_minutes),
        cmocka_unit_test(what_was_overtaken_by_a_step_still_opens_for_a_while),
        cmocka_unit_test(a_receiver_follows_steps_it_never_saw),
        cmocka_unit_test(nothing_forged_moves_the_key),
        cmocka_unit_test(a_sender_ends_before_a_nonce_comes_twice),
    };

    return secure_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
