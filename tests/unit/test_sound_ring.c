/* The ring between two threads: order, fullness, and a hundred thousand commands across threads.
   ctest: label=tsan */
#include "client/desktop/sound_ring.h"
#include "tests/support/check.h"

#include <pthread.h>

static SoundCommand command_of(int64_t number)
{
    return (SoundCommand){
        .at = {number}, .id = (uint64_t)number * 3, .gain = 0.5F, .kind = SOUND_TIMED};
}

static void an_empty_ring_gives_nothing(void **state)
{
    static SoundRing ring;
    SoundCommand command = command_of(7);

    (void)state;
    sound_ring_init(&ring);
    check(!sound_ring_pop(&ring, &command));
    check_i64(command.at.ns, 7);
}

static void commands_come_out_as_they_went_in(void **state)
{
    static SoundRing ring;
    SoundCommand command;

    (void)state;
    sound_ring_init(&ring);
    for (int64_t i = 0; i < 5000; i++) {
        check(sound_ring_push(&ring, command_of(i)));
        check(sound_ring_push(&ring, command_of(-i)));
        check(sound_ring_pop(&ring, &command));
        check_i64(command.at.ns, i);
        check(sound_ring_pop(&ring, &command));
        check_i64(command.at.ns, -i);
    }
}

static void a_full_ring_refuses_and_keeps_what_it_has(void **state)
{
    static SoundRing ring;
    SoundCommand command;

    (void)state;
    sound_ring_init(&ring);
    for (int64_t i = 0; i < SOUND_RING_COMMANDS_MAX; i++) {
        check(sound_ring_push(&ring, command_of(i)));
    }
    check(!sound_ring_push(&ring, command_of(-1)));
    for (int64_t i = 0; i < SOUND_RING_COMMANDS_MAX; i++) {
        check(sound_ring_pop(&ring, &command));
        check_i64(command.at.ns, i);
    }
    check(!sound_ring_pop(&ring, &command));
}

static void the_counters_may_wrap(void **state)
{
    static SoundRing ring;
    SoundCommand command;

    (void)state;
    sound_ring_init(&ring);
    atomic_store(&ring.written, UINT32_MAX - 2);
    atomic_store(&ring.consumed, UINT32_MAX - 2);
    for (int64_t i = 0; i < SOUND_RING_COMMANDS_MAX; i++) {
        check(sound_ring_push(&ring, command_of(i)));
    }
    check(!sound_ring_push(&ring, command_of(-1)));
    for (int64_t i = 0; i < SOUND_RING_COMMANDS_MAX; i++) {
        check(sound_ring_pop(&ring, &command));
        check_i64(command.at.ns, i);
    }
}

enum {
    ACROSS_COUNT = 100000
};

static void *produce(void *argument)
{
    SoundRing *ring = argument;
    int64_t number = 0;

    while (number < ACROSS_COUNT) {
        if (sound_ring_push(ring, command_of(number))) {
            number++;
        }
    }
    return NULL;
}

static void no_command_is_lost_or_torn_between_threads(void **state)
{
    static SoundRing ring;
    pthread_t producer;
    SoundCommand command;
    int64_t number = 0;

    (void)state;
    sound_ring_init(&ring);
    check_i64(pthread_create(&producer, NULL, produce, &ring), 0);
    while (number < ACROSS_COUNT) {
        if (sound_ring_pop(&ring, &command)) {
            check_i64(command.at.ns, number);
            check_u64(command.id, (uint64_t)number * 3);
            number++;
        }
    }
    check_i64(pthread_join(producer, NULL), 0);
    check(!sound_ring_pop(&ring, &command));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_gives_nothing),
        cmocka_unit_test(commands_come_out_as_they_went_in),
        cmocka_unit_test(a_full_ring_refuses_and_keeps_what_it_has),
        cmocka_unit_test(the_counters_may_wrap),
        cmocka_unit_test(no_command_is_lost_or_torn_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
