/*
 * The relay's network: order, loss, queues and their figures; and the line in which datagrams wait.
 */
#include <math.h>
#include <string.h>

#include "shared/units.h"
#include "tests/relay/delay_line.h"
#include "tests/relay/impairment.h"
#include "tests/support/check.h"

enum {
    MANY = 20000,
    SIZE = 100
};

/* Sends `count` datagrams `gap_ns` apart; returns how many copies came out. */
static int send_many(Impairment *impairment, int count, int64_t gap_ns)
{
    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX];
    int passed = 0;

    for (int i = 0; i < count; i++) {
        passed += impairment_take(impairment, i * gap_ns, SIZE, arrives_ns);
    }
    return passed;
}

static void a_perfect_way_passes_all_at_once(void **state)
{
    const ImpairmentWay perfect = {0};
    Impairment impairment;
    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX];

    (void)state;
    impairment_init(&impairment, &perfect, 1);
    for (int i = 0; i < 100; i++) {
        check_i64(impairment_take(&impairment, i * NS_PER_MS, SIZE, arrives_ns), 1);
        check_i64(arrives_ns[0], i * NS_PER_MS);
    }
}

static void equal_seeds_give_equal_networks(void **state)
{
    const ImpairmentWay *bad = &impairment_profile("bad")->up;
    Impairment one;
    Impairment other;

    (void)state;
    impairment_init(&one, bad, 7);
    impairment_init(&other, bad, 7);
    for (int i = 0; i < 5000; i++) {
        int64_t one_ns[IMPAIRMENT_COPIES_MAX] = {0};
        int64_t other_ns[IMPAIRMENT_COPIES_MAX] = {0};
        const int copies = impairment_take(&one, i * NS_PER_MS, SIZE, one_ns);

        check_i64(impairment_take(&other, i * NS_PER_MS, SIZE, other_ns), copies);
        check_bytes(one_ns, other_ns, sizeof one_ns);
    }
}

static void the_shares_are_those_of_the_way(void **state)
{
    const ImpairmentWay way = {
        .delay_ms = 10, .jitter_ms = 4, .loss = .1, .duplicates = .05, .reorder = .02};
    Impairment impairment;
    double mean_ms = 0;

    (void)state;
    impairment_init(&impairment, &way, check_seed(3));
    (void)send_many(&impairment, MANY, 100 * NS_PER_MS);
    mean_ms = (double)impairment.counts.delay_sum_ns / (double)impairment.counts.passed / 1e6;
    check_i64(impairment.counts.taken, MANY);
    check_near((double)impairment.counts.lost_by_chance / MANY, .1, .01);
    check_near((double)impairment.counts.doubled / MANY, .045, .01);
    check_near((double)impairment.counts.overtaken / MANY, .019, .005);
    check_near(mean_ms, 14, .6);
    check_i64(impairment.counts.passed,
              MANY - impairment.counts.lost_by_chance + impairment.counts.doubled);
}

static void order_is_kept_unless_one_is_held_back(void **state)
{
    ImpairmentWay way = {.delay_ms = 5, .jitter_ms = 20, .spike = .1, .spike_ms = 50};
    Impairment impairment;
    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX];
    int64_t before_ns = 0;
    int overtaking = 0;

    (void)state;
    impairment_init(&impairment, &way, check_seed(4));
    for (int i = 0; i < MANY; i++) {
        check_i64(impairment_take(&impairment, i * NS_PER_MS, SIZE, arrives_ns), 1);
        check(arrives_ns[0] >= before_ns);
        check(arrives_ns[0] >= i * NS_PER_MS + 5 * NS_PER_MS);
        before_ns = arrives_ns[0];
    }
    way.reorder = .1;
    way.reorder_ms = 30;
    impairment_init(&impairment, &way, check_seed(5));
    before_ns = 0;
    for (int i = 0; i < MANY; i++) {
        (void)impairment_take(&impairment, i * NS_PER_MS, SIZE, arrives_ns);
        overtaking += arrives_ns[0] < before_ns ? 1 : 0;
        before_ns = arrives_ns[0];
    }
    check(overtaking > MANY / 50);
}

static void a_slow_line_makes_them_wait_and_then_drops_them(void **state)
{
    const ImpairmentWay way = {.rate_bytes_per_s = INT64_C(10) * SIZE,
                               .queue_bytes = INT64_C(5) * SIZE};
    Impairment impairment;
    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX];

    (void)state;
    impairment_init(&impairment, &way, 1);
    for (int i = 0; i < 5; i++) {
        check_i64(impairment_take(&impairment, 0, SIZE, arrives_ns), 1);
        check_i64(arrives_ns[0], (i + 1) * (100 * NS_PER_MS));
    }
    check_i64(impairment_take(&impairment, 0, SIZE, arrives_ns), 0);
    check_i64(impairment.counts.lost_by_queue, 1);
    check_i64(impairment_take(&impairment, 200 * NS_PER_MS, SIZE, arrives_ns), 1);
    check_i64(arrives_ns[0], 600 * NS_PER_MS);
}

static void others_fill_the_queue_and_leave_it_again(void **state)
{
    const ImpairmentWay way = {.rate_bytes_per_s = 100000,
                               .queue_bytes = 30000,
                               .busy_s = 2,
                               .idle_s = 2,
                               .busy_load = 1.5};
    Impairment impairment;
    int64_t arrives_ns[IMPAIRMENT_COPIES_MAX];
    int slow = 0;
    int quick = 0;

    (void)state;
    impairment_init(&impairment, &way, check_seed(6));
    for (int i = 0; i < MANY; i++) {
        const int64_t now_ns = i * (20 * NS_PER_MS);

        if (impairment_take(&impairment, now_ns, SIZE, arrives_ns) > 0) {
            check_i64_between(arrives_ns[0] - now_ns, NS_PER_MS, 300 * NS_PER_MS);
            slow += arrives_ns[0] - now_ns > 100 * NS_PER_MS ? 1 : 0;
            quick += arrives_ns[0] - now_ns <= NS_PER_MS ? 1 : 0;
        }
    }
    check(slow > MANY / 5);
    check(quick > MANY / 10);
}

static void bursts_lose_neighbours(void **state)
{
    const ImpairmentWay way = {.burst = .01, .burst_ms = 100};
    Impairment impairment;

    (void)state;
    impairment_init(&impairment, &way, check_seed(8));
    (void)send_many(&impairment, MANY, 10 * NS_PER_MS);
    /* A burst of 100 ms takes the datagram that begins it and about ten more. */
    check_near((double)impairment.counts.lost_in_bursts / MANY, .01 * 11 / (1 + .01 * 10), .02);
    check_i64(impairment.counts.lost_by_chance, 0);
}

static void every_profile_passes_nearly_everything_in_the_end(void **state)
{
    (void)state;
    for (int i = 0; impairment_profile_at(i) != NULL; i++) {
        const ImpairmentProfile *profile = impairment_profile_at(i);
        Impairment up;
        Impairment down;

        check(impairment_profile(profile->name) == profile);
        impairment_init(&up, &profile->up, check_seed(9));
        impairment_init(&down, &profile->down, 10);
        check(send_many(&up, MANY, 25 * NS_PER_MS) > MANY * 85 / 100);
        check(send_many(&down, MANY, 25 * NS_PER_MS) > MANY * 85 / 100);
    }
    check(impairment_profile("moon") == NULL);
}

static void what_waits_leaves_in_the_order_of_time(void **state)
{
    enum {
        COUNT = 500
    };
    DelayLine *line = delay_line_create(COUNT);
    Prng prng;
    int64_t before_ns = -1;
    uint64_t order = 0;

    (void)state;
    prng_seed(&prng, check_seed(11));
    for (int i = 0; i < COUNT; i++) {
        Delayed delayed = {.at_ns = (int64_t)prng_below(&prng, 50), .peer = i, .size_bytes = 1};

        check(delay_line_put(line, &delayed));
    }
    check(!delay_line_put(line, delay_line_next(line)));
    for (int i = 0; i < COUNT; i++) {
        const Delayed *next = delay_line_next(line);

        check(next->at_ns > before_ns || (next->at_ns == before_ns && next->order > order));
        before_ns = next->at_ns;
        order = next->order;
        delay_line_drop_next(line);
    }
    check(delay_line_next(line) == NULL);
    delay_line_drop_next(line);
    delay_line_destroy(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_perfect_way_passes_all_at_once),
        cmocka_unit_test(equal_seeds_give_equal_networks),
        cmocka_unit_test(the_shares_are_those_of_the_way),
        cmocka_unit_test(order_is_kept_unless_one_is_held_back),
        cmocka_unit_test(a_slow_line_makes_them_wait_and_then_drops_them),
        cmocka_unit_test(others_fill_the_queue_and_leave_it_again),
        cmocka_unit_test(bursts_lose_neighbours),
        cmocka_unit_test(every_profile_passes_nearly_everything_in_the_end),
        cmocka_unit_test(what_waits_leaves_in_the_order_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
