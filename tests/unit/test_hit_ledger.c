/* What a simulated participant did is compared fairly with what the server said. */
#include "client/swarm/hit_ledger.h"

#include "client/net/connection.h"
#include "tests/support/check.h"

static JudgementEntry word(uint32_t number, Judgement judgement, int32_t asynchrony_us, bool final)
{
    return (JudgementEntry){.hit_number = number,
                            .judgement = (uint8_t)judgement,
                            .asynchrony_us = asynchrony_us,
                            .final = final};
}

static int32_t error_of(Judgement judgement, int32_t judged_us, int32_t after_us, int32_t before_us)
{
    LedgerEntry entry = {
        .after_note_us = after_us,
        .before_note_us = before_us,
        .judged_us = judged_us,
        .judgement = (uint8_t)judgement,
    };
    int32_t error_us = 0;

    check(hit_ledger_error_us(&entry, &error_us));
    return error_us;
}

static void a_hit_on_a_note_is_compared_with_the_nearer_note(void **state)
{
    (void)state;
    check_i64(error_of(JUDGEMENT_PERFECT, 20500, 20000, 480000), 500);
    check_i64(error_of(JUDGEMENT_GOOD, -60500, 440000, 60000), -500);
    /* Judged against the wrong note: that is an error, however it fits. */
    check_i64(error_of(JUDGEMENT_OK, -480000, 20000, 480000), -500000);
}

static void a_hit_without_a_note_is_compared_with_any_note(void **state)
{
    (void)state;
    check_i64(error_of(JUDGEMENT_EXTRA, 250100, 250000, 250000), 100);
    check_i64(error_of(JUDGEMENT_EXTRA, -250100, 250000, 250000), -100);
    check_i64(error_of(JUDGEMENT_EXTRA, -1250000, 250000, 250000), 0);
    check_i64(error_of(JUDGEMENT_BOUNCE, 930000, 430000, 70000), 0);
    check_i64(error_of(JUDGEMENT_EXTRA, 431000, 430000, 70000), 1000);
}

static void a_final_word_is_the_last(void **state)
{
    HitLedger ledger = {0};
    JudgementEntry first = word(7, JUDGEMENT_EXTRA, 1, false);
    JudgementEntry last = word(7, JUDGEMENT_OK, 2, true);
    JudgementEntry late = word(7, JUDGEMENT_EXTRA, 3, false);
    JudgementEntry strange = word(900, JUDGEMENT_OK, 4, true);
    JudgementEntry before = word(6, JUDGEMENT_OK, 4, true);
    int32_t error_us;

    (void)state;
    hit_ledger_add(&ledger, 7, &(LedgerEntry){.before_note_us = 500000});
    hit_ledger_add(&ledger, 8, &(LedgerEntry){.before_note_us = 500000});
    check(!hit_ledger_error_us(&ledger.entries[0], &error_us));
    hit_ledger_judge(&ledger, &first);
    hit_ledger_judge(&ledger, &first);
    check_i64(ledger.judged_count, 1);
    check_i64(ledger.final_count, 0);
    hit_ledger_judge(&ledger, &last);
    hit_ledger_judge(&ledger, &late);
    hit_ledger_judge(&ledger, &strange);
    hit_ledger_judge(&ledger, &before);
    check_i64(ledger.judged_count, 1);
    check_i64(ledger.final_count, 1);
    check_i64(ledger.entries[0].judged_us, 2);
    hit_ledger_finish(&ledger);
}

static void a_long_ledger_keeps_every_hit_in_its_place(void **state)
{
    HitLedger ledger = {0};

    (void)state;
    for (uint32_t number = 11; number < 5011; number++) {
        hit_ledger_add(
            &ledger, number, &(LedgerEntry){.after_note_us = (int32_t)number, .before_note_us = 1});
    }
    for (uint32_t number = 11; number < 5011; number++) {
        JudgementEntry entry = word(number, JUDGEMENT_PERFECT, (int32_t)number, true);

        hit_ledger_judge(&ledger, &entry);
    }
    check_i64(ledger.count, 5000);
    check_i64(ledger.judged_count, 5000);
    check_i64(ledger.unlisted_count, 0);
    check_i64(ledger.entries[4999].judged_us, 5010);
    hit_ledger_finish(&ledger);
}

static void attempts_to_reconnect_back_off_and_spread(void **state)
{
    static const int64_t base_ms[] = {250, 500, 1000, 1000, 1000};

    (void)state;
    for (int attempt = 0; attempt < 5; attempt++) {
        int64_t low_ns = base_ms[attempt] * NS_PER_MS * 8 / 10;
        int64_t high_ns = base_ms[attempt] * NS_PER_MS * 12 / 10;

        check_i64(connection_backoff_ns(attempt, 0), low_ns);
        check_i64(connection_backoff_ns(attempt, (uint64_t)(high_ns - low_ns)), high_ns);
        check_i64_between(connection_backoff_ns(attempt, UINT64_MAX), low_ns, high_ns);
    }
    check_i64(connection_backoff_ns(1000000, 0), 800 * NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_on_a_note_is_compared_with_the_nearer_note),
        cmocka_unit_test(a_hit_without_a_note_is_compared_with_any_note),
        cmocka_unit_test(a_final_word_is_the_last),
        cmocka_unit_test(a_long_ledger_keeps_every_hit_in_its_place),
        cmocka_unit_test(attempts_to_reconnect_back_off_and_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
