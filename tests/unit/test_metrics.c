/*
 * The page of metrics, the histogram of passes in it, and the portions of what is for everybody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/broadcasts.h"
#include "server/metrics.h"
#include "shared/prng.h"
#include "tests/support/check.h"

/* The number behind `name` at the start of a line; -1 when there is none. */
static double value_of(const char *page, const char *name)
{
    char start[128];
    const char *found;

    (void)snprintf(start, sizeof start, "\n%s ", name);
    found = strstr(page, start);
    return found == NULL ? -1.0 : strtod(found + strlen(start), NULL);
}

static void every_line_is_a_comment_or_a_name_and_a_number(void **state)
{
    static PassHistogram passes;
    static MetricsPage page;
    const Metrics metrics = {.up_s = 12.5, .passes = &passes};
    char *line = page.text;

    (void)state;
    metrics_format(&metrics, &page);
    check_u64(strlen(page.text), page.length);
    while (*line != '\0') {
        char *end = strchr(line, '\n');
        char *number;
        char *rest = NULL;

        check(end != NULL);
        if (end == NULL) {
            return;
        }
        *end = '\0';
        number = strrchr(line, ' ');
        check(number != NULL);
        if (number == NULL) {
            return;
        }
        if (line[0] != '#') {
            check(strncmp(line, "onedrum_", 8) == 0);
            (void)strtod(number + 1, &rest);
            check(rest != number + 1 && *rest == '\0');
        } else {
            check(strncmp(line, "# HELP onedrum_", 15) == 0 ||
                  strncmp(line, "# TYPE onedrum_", 15) == 0);
        }
        line = end + 1;
    }
}

static void what_was_counted_is_on_the_page(void **state)
{
    static PassHistogram passes;
    static MetricsPage page;
    Metrics metrics = {.connections = 24, .passes = &passes};

    (void)state;
    metrics.endpoint.sent_bytes = INT64_C(9007199254740993);
    metrics.endpoint.unsent = 3;
    metrics.rooms.refused[REFUSAL_NAME_TAKEN] = 5;
    metrics.rooms.dropped_malformed = 2;
    metrics.rooms.from_leaving = 4;
    metrics.endpoint.cut_off = 6;
    metrics.storage.lost = 8;
    metrics.storage.refused = 9;
    metrics.session.hits_untimely = 7;
    metrics_format(&metrics, &page);
    check_near(value_of(page.text, "onedrum_connections"), 24, 0);
    check(strstr(page.text, "\nonedrum_sent_bytes_total 9007199254740993\n") != NULL);
    check_near(
        value_of(page.text, "onedrum_dropped_messages_total{cause=\"receiver_gone\"}"), 3, 0);
    check_near(value_of(page.text, "onedrum_refused_total{reason=\"name_taken\"}"), 5, 0);
    check_near(value_of(page.text, "onedrum_dropped_connections_total{cause=\"malformed\"}"), 2, 0);
    check_near(value_of(page.text, "onedrum_hits_total{fate=\"untimely\"}"), 7, 0);
    check_near(
        value_of(page.text, "onedrum_dropped_messages_total{cause=\"sender_leaving\"}"), 4, 0);
    check_near(value_of(page.text, "onedrum_dropped_datagrams_total{cause=\"system\"}"), 6, 0);
    check_near(value_of(page.text, "onedrum_store_dropped_total{cause=\"queue_full\"}"), 8, 0);
    check_near(value_of(page.text, "onedrum_store_dropped_total{cause=\"refused\"}"), 9, 0);
}

static void a_page_of_huge_numbers_fits(void **state)
{
    static PassHistogram passes;
    static MetricsPage page;
    static Metrics metrics;

    (void)state;
    memset(&metrics, 0x7f, sizeof metrics);
    passes = (PassHistogram){.count = INT64_MAX, .sum_ns = INT64_MAX, .max_ns = INT64_MAX};
    for (int i = 0; i < PASS_CLASSES; i++) {
        passes.counts[i] = INT64_MAX / PASS_CLASSES; /* which add up to what fits */
    }
    metrics.passes = &passes;
    metrics_format(&metrics, &page);
    check(page.length < METRICS_BYTES_MAX - 1);
}

static void a_quantile_is_off_by_less_than_a_quarter_of_an_octave(void **state)
{
    static PassHistogram passes;

    (void)state;
    check_i64(pass_histogram_quantile_ns(&passes, 0.99), 0);
    for (int i = 1; i <= 1000; i++) {
        pass_histogram_add(&passes, (int64_t)i * 100000);
    }
    check_i64(passes.count, 1000);
    check_i64(passes.max_ns, 100000000);
    check_between((double)pass_histogram_quantile_ns(&passes, 0.5), 50000000.0, 50000000.0 * 1.19);
    check_between((double)pass_histogram_quantile_ns(&passes, 0.99), 99000000.0, 100000000.0);
    pass_histogram_add(&passes, NS_PER_S * 3600);
    check_i64(pass_histogram_quantile_ns(&passes, 1.0), NS_PER_S * 3600);
}

static void classes_grow_and_hold_every_pass(void **state)
{
    (void)state;
    for (int i = 1; i < PASS_CLASSES; i++) {
        check(pass_histogram_limit_ns(i) > pass_histogram_limit_ns(i - 1));
    }
    check_i64(pass_histogram_limit_ns(PASS_CLASSES - 1), INT64_MAX);
}

/* One receiver takes what it has not heard, and checks that nothing was left out. */
static void hear(const Broadcasts *broadcasts, uint64_t *heard)
{
    const Broadcast *broadcast;

    while ((broadcast = broadcasts_after(broadcasts, *heard)) != NULL) {
        check_u64(broadcast->order, *heard + 1);
        *heard = broadcast->order;
    }
}

/* Who had something of its own lately is passed by. */
static void tick(Broadcasts *broadcasts, int receivers, uint64_t heard[], const int64_t own_ticks[])
{
    int first = 0;
    const int count = broadcasts_sweep(broadcasts, receivers, &first);

    check_i64_between(count, 1, receivers / BROADCAST_SWEEP_TICKS + 1);
    for (int i = 0; i < count; i++) {
        if (!broadcasts_passes_by(broadcasts, own_ticks[(first + i) % receivers])) {
            hear(broadcasts, &heard[(first + i) % receivers]);
        }
    }
    broadcasts_drop_done(broadcasts, receivers);
}

static void everybody_hears_everything_once_and_in_order(void **state)
{
    enum {
        RECEIVERS = 900,
        SAID = 200
    };
    static Broadcasts broadcasts;
    static uint64_t heard[RECEIVERS];
    static int64_t own_ticks[RECEIVERS];
    const uint8_t bytes[4] = {1, 2, 3, 4};
    const OutboxItem item = {.connection = CONNECTION_EVERYONE, .size_bytes = sizeof bytes};
    int receivers = 100;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < SAID; i++) {
        int own = (int)prng_below(&prng, (uint64_t)receivers);

        check(broadcasts_put(&broadcasts, 0, &item, bytes));
        /* Some hear it at once, beside something of their own; some come later. */
        hear(&broadcasts, &heard[own]);
        own_ticks[own] = broadcasts.tick;
        for (uint64_t ticks = prng_below(&prng, 4); ticks > 0; ticks--) {
            tick(&broadcasts, receivers, heard, own_ticks);
        }
        while (receivers < RECEIVERS && prng_below(&prng, 6) != 0) {
            heard[receivers] = broadcasts.said_count;
            receivers++;
        }
    }
    for (int i = 0; i <= BROADCAST_SWEEPS_KEPT * BROADCAST_SWEEP_TICKS; i++) {
        tick(&broadcasts, receivers, heard, own_ticks);
    }
    check_i64(broadcasts.count, 0);
    for (int i = 0; i < receivers; i++) {
        check_u64(heard[i], SAID);
    }
}

static void a_full_list_says_so_and_a_cleared_one_is_heard_by_nobody(void **state)
{
    static Broadcasts broadcasts;
    const uint8_t bytes[1] = {0};
    const OutboxItem item = {.connection = CONNECTION_EVERYONE, .size_bytes = 1};

    (void)state;
    check(broadcasts_after(&broadcasts, 0) == NULL);
    for (int i = 0; i < BROADCASTS_MAX; i++) {
        check(broadcasts_put(&broadcasts, 0, &item, bytes));
    }
    check(!broadcasts_put(&broadcasts, 0, &item, bytes));
    check_u64(broadcasts_after(&broadcasts, 0)->order, 1);
    check_u64(broadcasts_after(&broadcasts, 99)->order, 100);
    check(broadcasts_after(&broadcasts, BROADCASTS_MAX) == NULL);
    broadcasts_clear(&broadcasts);
    check(broadcasts_after(&broadcasts, 0) == NULL);
    check(broadcasts_put(&broadcasts, 0, &item, bytes));
    check_u64(broadcasts_after(&broadcasts, 0)->order, BROADCASTS_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_a_comment_or_a_name_and_a_number),
        cmocka_unit_test(what_was_counted_is_on_the_page),
        cmocka_unit_test(a_page_of_huge_numbers_fits),
        cmocka_unit_test(a_quantile_is_off_by_less_than_a_quarter_of_an_octave),
        cmocka_unit_test(classes_grow_and_hold_every_pass),
        cmocka_unit_test(everybody_hears_everything_once_and_in_order),
        cmocka_unit_test(a_full_list_says_so_and_a_cleared_one_is_heard_by_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
