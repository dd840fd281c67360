/* The facts of a session: pushed while there is room, and taken back only when they make sense. */
#include "shared/session/journal.h"

#include <string.h>

#include "tests/support/check.h"

static JournalEntry judged(void)
{
    return (JournalEntry){.kind = JOURNAL_JUDGED,
                          .judged = {.at = {100 * NS_PER_S},
                                     .note_number = 7,
                                     .error_ns = -12 * NS_PER_MS,
                                     .calibration_ns = -31250000,
                                     .beat_ns = NS_PER_S / 2,
                                     .spacing_ns = NS_PER_S / 4,
                                     .kind = JUDGEMENT_GOOD,
                                     .weight_micro = 700000,
                                     .hit_number = 9,
                                     .pad = 1,
                                     .velocity = 100}};
}

static JournalEntry hit(void)
{
    return (JournalEntry){.kind = JOURNAL_HIT,
                          .hit = {.number = 9, .at = {100 * NS_PER_S}, .velocity = 100}};
}

static JournalEntry participant(void)
{
    return (JournalEntry){.kind = JOURNAL_PARTICIPANT,
                          .participant = {.name = "Ama", .role = ROLE_PLAYER, .present = true}};
}

static void a_full_journal_counts_what_it_loses(void **state)
{
    JournalEntry entries[1];
    Journal journal = {.entries = entries, .capacity = 1};

    (void)state;
    check(journal_push(&journal, JOURNAL_LOCK, 0) == &entries[0]);
    check(journal_push(&journal, JOURNAL_LOCK, 0) == NULL);
    check_i64(journal.lost, 1);
}

static void what_a_session_writes_makes_sense(void **state)
{
    const JournalEntry facts[] = {judged(), hit(), participant()};

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        check(journal_entry_is_valid(&facts[i]));
    }
}

static void a_judged_hit_out_of_range_makes_none(void **state)
{
    JournalEntry wrong[10];

    (void)state;
    for (int i = 0; i < 10; i++) {
        wrong[i] = judged();
    }
    wrong[0].judged.kind = JUDGEMENT_PENDING;
    wrong[1].judged.at.ns = INT64_MIN;
    wrong[2].judged.error_ns = INT64_MAX;
    wrong[3].judged.beat_ns = 0;
    wrong[4].judged.spacing_ns = 499; /* 0 in microseconds */
    wrong[5].judged.spacing_ns = INT64_MAX;
    wrong[6].judged.hit_number = HIT_NUMBER_MAX + 1;
    wrong[7].judged.pad = PADS_MAX;
    wrong[8].judged.calibration_ns = INT64_MIN;
    wrong[9].judged.note_number = -1;
    for (int i = 0; i < 10; i++) {
        check(!journal_entry_is_valid(&wrong[i]));
    }
}

static void a_hit_or_a_person_out_of_range_makes_none(void **state)
{
    JournalEntry wrong[6] = {hit(), hit(), hit(), participant(), participant(), participant()};

    (void)state;
    wrong[0].hit.number = 0;
    wrong[1].hit.number = UINT32_MAX;
    wrong[2].hit.at.ns = INT64_MAX;
    wrong[3].participant.part = GROOVE_PARTS_MAX; /* no message could carry it */
    wrong[4].participant.enters_at.ubeats = INT64_MIN;
    memset(wrong[5].participant.name, 'x', sizeof wrong[5].participant.name);
    for (int i = 0; i < 6; i++) {
        check(!journal_entry_is_valid(&wrong[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_journal_counts_what_it_loses),
        cmocka_unit_test(what_a_session_writes_makes_sense),
        cmocka_unit_test(a_judged_hit_out_of_range_makes_none),
        cmocka_unit_test(a_hit_or_a_person_out_of_range_makes_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
