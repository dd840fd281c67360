/* What the audio thread tells of its callbacks: in order and whole, though some may be missing.
   ctest: label=tsan */
#include "client/desktop/callback_ring.h"
#include "tests/support/check.h"

#include <pthread.h>

enum {
    ACROSS_COUNT = 100000
};

static SoundCallback callback_of(int64_t number)
{
    return (SoundCallback){
        .frame = number, .frames = 256, .called = {number * 3}, .mapped = {number * 5}};
}

static void the_counters_may_wrap_and_what_does_not_fit_is_not_told(void **state)
{
    static CallbackRing ring;
    SoundCallback callback;

    (void)state;
    atomic_store(&ring.written, UINT32_MAX - 2);
    atomic_store(&ring.consumed, UINT32_MAX - 2);
    for (int64_t i = 0; i < CALLBACK_RING_MAX + 10; i++) {
        callback = callback_of(i);
        callback_ring_push(&ring, &callback);
    }
    for (int64_t i = 0; i < CALLBACK_RING_MAX; i++) {
        check(callback_ring_pop(&ring, &callback));
        check_i64(callback.frame, i);
    }
    check(!callback_ring_pop(&ring, &callback));
}

static void *produce(void *argument)
{
    CallbackRing *ring = argument;

    for (int64_t i = 1; i <= ACROSS_COUNT; i++) {
        const SoundCallback callback = callback_of(i);

        callback_ring_push(ring, &callback);
    }
    return NULL;
}

static void none_is_torn_or_out_of_order_between_threads(void **state)
{
    static CallbackRing ring;
    SoundCallback callback;
    pthread_t producer;
    int64_t last = 0;

    (void)state;
    check_i64(pthread_create(&producer, NULL, produce, &ring), 0);
    for (int i = 0; i < ACROSS_COUNT; i++) {
        if (callback_ring_pop(&ring, &callback)) {
            check(callback.frame > last);
            check_i64(callback.called.ns, callback.frame * 3);
            check_i64(callback.mapped.ns, callback.frame * 5);
            last = callback.frame;
        }
    }
    check_i64(pthread_join(producer, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counters_may_wrap_and_what_does_not_fit_is_not_told),
        cmocka_unit_test(none_is_torn_or_out_of_order_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
