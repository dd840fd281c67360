/*
 * The judge: an example of every rule, then the law that makes a bad network harmless: the same
 * hits give the same records, in whatever order, however often and however late they come.
 */
#include "tests/support/check.h"

#include <string.h>

#include "shared/judge.h"
#include "shared/prng.h"

#define MS NS_PER_MS
#define BEAT_NS (500 * NS_PER_MS)

enum {
    RECORDS_MAX = 4 * JUDGE_HITS_MAX,
    CASE_NOTES = 24,
    CASE_HITS = 80,
    CASES = 300,
    REPLAYS = 6 /* other orders tried per case */
};

typedef struct {
    JudgedRecord records[RECORDS_MAX];
    int count;
} Records;

/* Note `number` at `number` beats of 120 bpm: W1 25, W2 50, W3 100 ms; a bounce is under 75 ms. */
static JudgeNote note(int64_t number)
{
    return (JudgeNote){.number = number,
                       .at = {number * BEAT_NS},
                       .beat_ns = BEAT_NS,
                       .gap_before_ns = BEAT_NS,
                       .gap_after_ns = BEAT_NS};
}

static JudgeHit hit(uint32_t number, int64_t at_ns)
{
    return (JudgeHit){.number = number, .at = {at_ns}, .allowance_ns = 5 * MS, .velocity = 100};
}

static JudgeHit hit_on_pad(uint32_t number, int64_t at_ns, uint8_t pad)
{
    JudgeHit result = hit(number, at_ns);

    result.pad = pad;
    return result;
}

/* Expects notes 1..count. */
static Judge judge_of_notes(int count)
{
    Judge judge;

    judge_init(&judge, PROFILE_STANDARD);
    for (int i = 1; i <= count; i++) {
        const JudgeNote expected = note(i);

        check(judge_expect(&judge, &expected));
    }
    return judge;
}

static void take(Judge *judge, JudgeHit played)
{
    check_i64(judge_hit(judge, &played), JUDGE_HIT_TAKEN);
}

static void close_into(Judge *judge, int64_t horizon_ns, Records *records)
{
    records->count += judge_close(judge,
                                  (SessionTime){horizon_ns},
                                  records->records + records->count,
                                  RECORDS_MAX - records->count);
    check(records->count < RECORDS_MAX - JUDGE_HITS_MAX);
}

static Records close_all(Judge *judge)
{
    Records records = {.count = 0};

    close_into(judge, INT64_MAX, &records);
    check_i64(judge->hit_count, 0);
    check_i64(judge->note_count, 0);
    return records;
}

/* What a single hit at this distance from the only note comes to. */
static JudgedRecord only_hit(int64_t asynchrony_ns)
{
    Judge judge = judge_of_notes(1);
    Records records;

    take(&judge, hit(1, BEAT_NS + asynchrony_ns));
    records = close_all(&judge);
    return records.records[0];
}

static void the_windows_include_their_ends(void **state)
{
    (void)state;
    check_i64(only_hit(0).kind, JUDGEMENT_PERFECT);
    check_i64(only_hit(25 * MS).kind, JUDGEMENT_PERFECT);
    check_i64(only_hit(25 * MS + 1).kind, JUDGEMENT_GOOD);
    check_i64(only_hit(-25 * MS).kind, JUDGEMENT_PERFECT);
    check_i64(only_hit(-25 * MS - 1).kind, JUDGEMENT_GOOD);
    check_i64(only_hit(50 * MS).kind, JUDGEMENT_GOOD);
    check_i64(only_hit(50 * MS + 1).kind, JUDGEMENT_OK);
}

static void the_cell_is_open_at_its_early_end_and_closed_at_its_late_end(void **state)
{
    (void)state;
    check_i64(only_hit(100 * MS).kind, JUDGEMENT_OK);
    check_i64(only_hit(100 * MS + 1).kind, JUDGEMENT_MISS);
    check_i64(only_hit(-100 * MS + 1).kind, JUDGEMENT_OK);
    check_i64(only_hit(-100 * MS).kind, JUDGEMENT_EXTRA);
}

static void a_note_without_a_hit_is_a_miss_at_its_own_time(void **state)
{
    Judge judge = judge_of_notes(2);
    const Records records = close_all(&judge);

    (void)state;
    check_i64(records.count, 2);
    check_i64(records.records[0].kind, JUDGEMENT_MISS);
    check_i64(records.records[0].at.ns, BEAT_NS);
    check_i64(records.records[0].note_number, 1);
    check_i64(records.records[0].hit_number, 0);
    check_i64(records.records[0].error_ns, 0);
    check_i64(records.records[0].weight_micro, 0);
    check_i64(records.records[1].note_number, 2);
}

static void a_hit_far_from_every_note_is_extra_and_the_note_stays_missed(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit(1, BEAT_NS + 240 * MS));
    records = close_all(&judge);
    check_i64(records.count, 2);
    check_i64(records.records[0].kind, JUDGEMENT_MISS);
    check_i64(records.records[1].kind, JUDGEMENT_EXTRA);
    check_i64(records.records[1].note_number, 1);
    check_i64(records.records[1].error_ns, 240 * MS);
    check_i64(records.records[1].weight_micro, 0);
}

static void the_nearest_hit_claims_the_note_even_if_it_comes_second(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit(1, BEAT_NS - 90 * MS));
    take(&judge, hit(2, BEAT_NS + 10 * MS));
    records = close_all(&judge);
    check_i64(records.count, 2);
    check_i64(records.records[0].kind, JUDGEMENT_EXTRA);
    check_i64(records.records[0].hit_number, 1);
    check_i64(records.records[1].kind, JUDGEMENT_PERFECT);
    check_i64(records.records[1].hit_number, 2);
}

static void of_two_equally_near_the_earlier_claims(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit_on_pad(2, BEAT_NS + 40 * MS, 1));
    take(&judge, hit_on_pad(1, BEAT_NS - 40 * MS, 0));
    records = close_all(&judge);
    check_i64(records.records[0].kind, JUDGEMENT_GOOD);
    check_i64(records.records[0].hit_number, 1);
    check_i64(records.records[1].kind, JUDGEMENT_EXTRA);
}

static void of_two_at_the_same_time_the_lower_number_claims(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit_on_pad(8, BEAT_NS, 1));
    take(&judge, hit_on_pad(7, BEAT_NS, 0));
    records = close_all(&judge);
    check_i64(records.records[0].hit_number, 7);
    check_i64(records.records[0].kind, JUDGEMENT_PERFECT);
    check_i64(records.records[1].kind, JUDGEMENT_EXTRA);
}

static void a_second_hit_too_soon_on_the_same_pad_is_a_bounce(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit(1, BEAT_NS - 70 * MS));
    take(&judge, hit(2, BEAT_NS + 5 * MS - 1)); /* 75 ms - 1 ns later */
    records = close_all(&judge);
    check_i64(records.records[0].kind, JUDGEMENT_OK);
    check_i64(records.records[1].kind, JUDGEMENT_BOUNCE);
    check_i64(records.records[1].weight_micro, 0);
}

static void a_second_hit_just_late_enough_is_no_bounce(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit(1, BEAT_NS - 70 * MS));
    take(&judge, hit(2, BEAT_NS + 5 * MS));
    records = close_all(&judge);
    check_i64(records.records[0].kind, JUDGEMENT_EXTRA);
    check_i64(records.records[1].kind, JUDGEMENT_PERFECT);
}

static void a_bounce_is_measured_from_the_last_hit_that_was_none(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit(1, BEAT_NS));
    take(&judge, hit(2, BEAT_NS + 50 * MS));
    take(&judge, hit(3, BEAT_NS + 90 * MS)); /* 40 ms after the bounce, 90 after the hit */
    records = close_all(&judge);
    check_i64(records.records[0].kind, JUDGEMENT_PERFECT);
    check_i64(records.records[1].kind, JUDGEMENT_BOUNCE);
    check_i64(records.records[2].kind, JUDGEMENT_EXTRA);
}

static void pads_do_not_bounce_on_each_other(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records;

    (void)state;
    take(&judge, hit_on_pad(1, BEAT_NS - 30 * MS, 0));
    take(&judge, hit_on_pad(2, BEAT_NS, 1));
    records = close_all(&judge);
    check_i64(records.records[0].kind, JUDGEMENT_EXTRA);
    check_i64(records.records[1].kind, JUDGEMENT_PERFECT);
}

static void at_slow_tempi_a_bounce_lasts_at_most_80_ms(void **state)
{
    Judge judge;
    JudgeNote slow = note(1);
    Records records;

    (void)state;
    slow.beat_ns = 2 * NS_PER_S;
    slow.gap_before_ns = 2 * NS_PER_S;
    slow.gap_after_ns = 2 * NS_PER_S;
    judge_init(&judge, PROFILE_STANDARD);
    check(judge_expect(&judge, &slow));
    take(&judge, hit(1, BEAT_NS));
    take(&judge, hit(2, BEAT_NS + 80 * MS - 1));
    take(&judge, hit(3, BEAT_NS + 80 * MS));
    records = close_all(&judge);
    check_i64(records.records[1].kind, JUDGEMENT_BOUNCE);
    check_i64(records.records[2].kind, JUDGEMENT_EXTRA);
}

static void a_bounce_is_recognised_across_a_close(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records = {.count = 0};

    (void)state;
    take(&judge, hit(1, BEAT_NS - 120 * MS));
    close_into(&judge, BEAT_NS - 110 * MS, &records);
    check_i64(records.count, 1);
    take(&judge, hit(2, BEAT_NS - 60 * MS));
    close_into(&judge, INT64_MAX, &records);
    check_i64(records.records[1].kind, JUDGEMENT_BOUNCE);
    check_i64(records.records[2].kind, JUDGEMENT_MISS);
}

static void calibration_moves_the_whole_time_line(void **state)
{
    Judge judge = judge_of_notes(2);
    JudgeHit late = hit(1, BEAT_NS + 200 * MS);
    Records records;

    (void)state;
    late.calibration_ns = 200 * MS;
    take(&judge, late);
    records = close_all(&judge);
    check_i64(records.records[0].kind, JUDGEMENT_PERFECT);
    check_i64(records.records[0].note_number, 1);
    check_i64(records.records[0].error_ns, 200 * MS);
    check_i64(records.records[0].calibration_ns, 200 * MS);
    check_i64(records.records[0].weight_micro, WEIGHT_MICRO_MAX);
    check_i64(records.records[1].kind, JUDGEMENT_MISS);
}

static void within_the_clocks_allowance_a_hit_has_full_points(void **state)
{
    (void)state;
    check_i64(only_hit(5 * MS).weight_micro, WEIGHT_MICRO_MAX);
    check(only_hit(6 * MS).weight_micro < WEIGHT_MICRO_MAX);
    check_i64(only_hit(-20 * MS).weight_micro, only_hit(20 * MS).weight_micro);
    check(only_hit(60 * MS).weight_micro < only_hit(30 * MS).weight_micro);
}

static void close_neighbours_share_the_time_between_them(void **state)
{
    JudgeNote crowded = note(1);

    (void)state;
    check_i64(judge_cell_ns(&crowded, PROFILE_STANDARD), 100 * MS);
    crowded.gap_after_ns = 120 * MS;
    check_i64(judge_cell_ns(&crowded, PROFILE_STANDARD), 60 * MS);
    crowded.gap_before_ns = 100 * MS;
    check_i64(judge_cell_ns(&crowded, PROFILE_STANDARD), 50 * MS);
    crowded.gap_before_ns = INT64_MAX;
    crowded.gap_after_ns = INT64_MAX;
    check_i64(judge_cell_ns(&crowded, PROFILE_EXPERT), 60 * MS);
    check_i64(judge_cell_ns(&crowded, PROFILE_NOVICE), 125 * MS);
}

static void a_provisional_judgement_gives_way_to_a_nearer_hit(void **state)
{
    Judge judge = judge_of_notes(1);
    JudgedRecord record;

    (void)state;
    take(&judge, hit(1, BEAT_NS + 90 * MS));
    check(judge_provisional(&judge, 1, &record));
    check_i64(record.kind, JUDGEMENT_OK);
    take(&judge, hit(2, BEAT_NS - 10 * MS));
    check(judge_provisional(&judge, 1, &record));
    check_i64(record.kind, JUDGEMENT_EXTRA);
    check(judge_provisional(&judge, 2, &record));
    check_i64(record.kind, JUDGEMENT_PERFECT);
    check(!judge_provisional(&judge, 3, &record));
}

static void an_open_cell_stays_open_with_all_that_lies_in_it(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records = {.count = 0};

    (void)state;
    take(&judge, hit(1, BEAT_NS - 80 * MS));
    close_into(&judge, BEAT_NS + 100 * MS - 1, &records);
    check_i64(records.count, 0);
    take(&judge, hit(2, BEAT_NS - 5 * MS)); /* before the horizon, in the open cell */
    close_into(&judge, BEAT_NS + 100 * MS, &records);
    check_i64(records.count, 2);
    check_i64(records.records[0].kind, JUDGEMENT_EXTRA);
    check_i64(records.records[1].kind, JUDGEMENT_PERFECT);
}

static void what_is_closed_takes_no_more_hits(void **state)
{
    Judge judge = judge_of_notes(1);
    Records records = {.count = 0};
    const JudgeHit too_late = hit(1, BEAT_NS);
    const JudgeHit in_time = hit(2, BEAT_NS + 300 * MS + 1);

    (void)state;
    close_into(&judge, BEAT_NS + 300 * MS, &records);
    check_i64(records.count, 1);
    check_i64(judge_hit(&judge, &too_late), JUDGE_HIT_TOO_LATE);
    check_i64(judge_hit(&judge, &in_time), JUDGE_HIT_TAKEN);
}

static void a_hit_that_waits_is_not_taken_twice(void **state)
{
    Judge judge = judge_of_notes(1);
    const JudgeHit again = hit(1, BEAT_NS + 3 * MS);

    (void)state;
    take(&judge, hit(1, BEAT_NS));
    check_i64(judge_hit(&judge, &again), JUDGE_HIT_DUPLICATE);
    check_i64(judge.hit_count, 1);
    check_i64(judge.hits[0].at.ns, BEAT_NS);
}

static void full_is_an_ordinary_result(void **state)
{
    Judge judge = judge_of_notes(JUDGE_NOTES_MAX);
    const JudgeNote one_more = note(JUDGE_NOTES_MAX + 1);
    const JudgeHit too_many = hit(JUDGE_HITS_MAX + 1, 77 * BEAT_NS);

    (void)state;
    check(!judge_expect(&judge, &one_more));
    for (uint32_t i = 1; i <= JUDGE_HITS_MAX; i++) {
        take(&judge, hit(i, BEAT_NS + (int64_t)i * 100 * MS));
    }
    check_i64(judge_hit(&judge, &too_many), JUDGE_HIT_FULL);
    check_i64(judge.hit_count, JUDGE_HITS_MAX);
}

static void a_close_that_finds_no_room_goes_on_when_called_again(void **state)
{
    Judge judge = judge_of_notes(JUDGE_NOTES_MAX);
    JudgedRecord records[JUDGE_HITS_MAX + 1];
    int total = 0;
    int count = 0;

    (void)state;
    do {
        count = judge_close(&judge, (SessionTime){INT64_MAX}, records, JUDGE_HITS_MAX + 1);
        total += count;
    } while (count > 0);
    check_i64(total, JUDGE_NOTES_MAX);
    check_i64(judge.note_count, 0);
}

static void a_change_of_plan_drops_the_notes_to_come(void **state)
{
    Judge judge = judge_of_notes(8);

    (void)state;
    check_i64(judge_forget_notes(&judge, (SessionTime){3 * BEAT_NS}), 5);
    check_i64(judge.note_count, 3);
    check_i64(close_all(&judge).count, 3);
}

/* One participant's stretch of music and the hits they played, whatever the network does. */
typedef struct {
    Profile profile;
    JudgeNote notes[CASE_NOTES];
    int note_count;
    JudgeHit hits[CASE_HITS];
    int hit_count;
} Case;

/* Notes from crowded to sparse; hits near and far, doubled, bounced, some calibrated anew. */
static void make_case(Prng *prng, Case *made)
{
    int64_t at_ns = NS_PER_S;
    int64_t calibration_ns = ((int64_t)prng_below(prng, 401) - 200) * MS;

    made->profile = (Profile)prng_below(prng, PROFILE_COUNT);
    made->note_count = CASE_NOTES;
    for (int i = 0; i < CASE_NOTES; i++) {
        made->notes[i] = (JudgeNote){.number = i + 1,
                                     .at = {at_ns},
                                     .beat_ns = (int64_t)(200 + prng_below(prng, 1800)) * MS,
                                     .gap_before_ns = INT64_MAX,
                                     .gap_after_ns = INT64_MAX};
        if (i > 0) {
            const int64_t gap_ns = at_ns - made->notes[i - 1].at.ns;

            made->notes[i].gap_before_ns = gap_ns;
            made->notes[i - 1].gap_after_ns = gap_ns;
        }
        at_ns += 1 + (int64_t)prng_below(prng, 700 * MS);
    }
    made->hit_count = 1 + (int)prng_below(prng, CASE_HITS);
    for (int i = 0; i < made->hit_count; i++) {
        const JudgeNote *near = &made->notes[prng_below(prng, CASE_NOTES)];
        const int64_t grid_ns = ((int64_t)prng_below(prng, 81) - 40) * 5 * MS;

        if (prng_below(prng, 20) == 0) {
            calibration_ns = ((int64_t)prng_below(prng, 401) - 200) * MS;
        }
        made->hits[i] = (JudgeHit){.number = (uint32_t)i + 1,
                                   .at = {near->at.ns + calibration_ns + grid_ns},
                                   .calibration_ns = calibration_ns,
                                   .allowance_ns = (int64_t)(5 + prng_below(prng, 16)) * MS,
                                   .pad = (uint8_t)prng_below(prng, 3),
                                   .velocity = (uint8_t)(1 + prng_below(prng, 127))};
    }
}

static Judge judge_of_case(const Case *played)
{
    Judge judge;

    judge_init(&judge, played->profile);
    for (int i = 0; i < played->note_count; i++) {
        check(judge_expect(&judge, &played->notes[i]));
    }
    return judge;
}

/* All hits in the order they were played, closed at once. */
static Records judge_plainly(const Case *played)
{
    Judge judge = judge_of_case(played);

    for (int i = 0; i < played->hit_count; i++) {
        take(&judge, played->hits[i]);
    }
    return close_all(&judge);
}

static int64_t calibrated_ns(const JudgeHit *played)
{
    return played->at.ns - played->calibration_ns;
}

static void shuffle(Prng *prng, int *order, int count)
{
    for (int i = 0; i < count; i++) {
        order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
        const int other = (int)prng_below(prng, (uint64_t)i + 1);
        const int kept = order[i];

        order[i] = order[other];
        order[other] = kept;
    }
}

/* Before the first hit still on its way everything may be closed. */
static int64_t latest_horizon_ns(const Case *played, const int *order, int arrived)
{
    int64_t earliest_ns = INT64_MAX;

    for (int i = arrived; i < played->hit_count; i++) {
        const int64_t at_ns = calibrated_ns(&played->hits[order[i]]);

        earliest_ns = at_ns < earliest_ns ? at_ns : earliest_ns;
    }
    return earliest_ns - 1;
}

/* Hits in any order and again and again, and closes at horizons before their time. */
static Records judge_in_disorder(const Case *played, Prng *prng)
{
    Judge judge = judge_of_case(played);
    Records records = {.count = 0};
    int order[CASE_HITS];

    shuffle(prng, order, played->hit_count);
    for (int i = 0; i < played->hit_count; i++) {
        take(&judge, played->hits[order[i]]);
        for (uint64_t copies = prng_below(prng, 3); copies > 0; copies--) {
            const JudgeHit *again = &played->hits[order[prng_below(prng, (uint64_t)i + 1)]];

            check(judge_hit(&judge, again) != JUDGE_HIT_TAKEN);
        }
        if (prng_below(prng, 3) == 0) {
            const int64_t latest_ns = latest_horizon_ns(played, order, i + 1);
            const int64_t back_ns = (int64_t)prng_below(prng, 400 * MS);

            close_into(&judge, latest_ns > INT64_MAX / 2 ? 0 : latest_ns - back_ns, &records);
        }
    }
    close_into(&judge, INT64_MAX, &records);
    return records;
}

static void check_same_records(const Records *actual, const Records *expected)
{
    check_i64(actual->count, expected->count);
    for (int i = 0; i < actual->count; i++) {
        const JudgedRecord *a = &actual->records[i];
        const JudgedRecord *b = &expected->records[i];

        check_i64(a->kind, b->kind);
        check_i64(a->at.ns, b->at.ns);
        check_i64(a->note_number, b->note_number);
        check_i64(a->error_ns, b->error_ns);
        check_i64(a->calibration_ns, b->calibration_ns);
        check_i64(a->beat_ns, b->beat_ns);
        check_i64(a->spacing_ns, b->spacing_ns);
        check_i64(a->weight_micro, b->weight_micro);
        check_i64(a->hit_number, b->hit_number);
        check_i64(a->pad, b->pad);
        check_i64(a->velocity, b->velocity);
    }
}

static void any_order_any_duplicates_and_any_early_closes_give_the_same_records(void **state)
{
    static Case played;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < CASES; i++) {
        Records expected;

        make_case(&prng, &played);
        expected = judge_plainly(&played);
        for (int j = 0; j < REPLAYS; j++) {
            const Records actual = judge_in_disorder(&played, &prng);

            check_same_records(&actual, &expected);
        }
    }
}

static void every_hit_and_every_note_is_accounted_for_exactly_once(void **state)
{
    static Case played;
    Prng prng;
    int kinds[JUDGEMENT_COUNT] = {0};

    (void)state;
    prng_seed(&prng, check_seed(2));
    for (int i = 0; i < CASES; i++) {
        int notes_closed[CASE_NOTES + 1] = {0};
        int hits_closed[CASE_HITS + 1] = {0};
        Records records;

        make_case(&prng, &played);
        records = judge_plainly(&played);
        for (int j = 0; j < records.count; j++) {
            const JudgedRecord *record = &records.records[j];

            kinds[record->kind]++;
            if (judgement_closes_note(record->kind)) {
                notes_closed[record->note_number]++;
            }
            hits_closed[record->hit_number] += record->hit_number != 0 ? 1 : 0;
        }
        for (int j = 1; j <= CASE_NOTES; j++) {
            check_i64(notes_closed[j], 1);
        }
        for (int j = 1; j <= played.hit_count; j++) {
            check_i64(hits_closed[j], 1);
        }
    }
    /* The cases reach every rule. */
    for (int kind = JUDGEMENT_PERFECT; kind < JUDGEMENT_COUNT; kind++) {
        check(kinds[kind] > 100);
    }
}

static void cells_of_neighbours_never_overlap(void **state)
{
    static Case played;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(3));
    for (int i = 0; i < CASES; i++) {
        make_case(&prng, &played);
        for (int j = 1; j < CASE_NOTES; j++) {
            const JudgeNote *before = &played.notes[j - 1];
            const JudgeNote *after = &played.notes[j];

            check(before->at.ns + judge_cell_ns(before, played.profile) <=
                  after->at.ns - judge_cell_ns(after, played.profile));
        }
    }
}

static void moving_hits_and_calibration_together_changes_no_judgement(void **state)
{
    static Case played;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(4));
    for (int i = 0; i < CASES; i++) {
        const int64_t shift_ns = (int64_t)prng_below(&prng, 1000) * MS - 500 * MS;
        Records plain;
        Records shifted;

        make_case(&prng, &played);
        plain = judge_plainly(&played);
        for (int j = 0; j < played.hit_count; j++) {
            played.hits[j].at.ns += shift_ns;
            played.hits[j].calibration_ns += shift_ns;
        }
        shifted = judge_plainly(&played);
        check_i64(shifted.count, plain.count);
        for (int j = 0; j < plain.count; j++) {
            check_i64(shifted.records[j].kind, plain.records[j].kind);
            check_i64(shifted.records[j].weight_micro, plain.records[j].weight_micro);
            check_i64(shifted.records[j].hit_number, plain.records[j].hit_number);
        }
    }
}

static void what_is_told_provisionally_is_what_is_closed_when_nothing_more_comes(void **state)
{
    static Case played;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(5));
    for (int i = 0; i < CASES; i++) {
        Judge judge;
        Judgement told[CASE_HITS + 1] = {JUDGEMENT_PENDING};
        Records records;

        make_case(&prng, &played);
        judge = judge_of_case(&played);
        for (int j = 0; j < played.hit_count; j++) {
            take(&judge, played.hits[j]);
        }
        for (uint32_t j = 1; j <= (uint32_t)played.hit_count; j++) {
            JudgedRecord record;

            check(judge_provisional(&judge, j, &record));
            told[j] = record.kind;
        }
        records = close_all(&judge);
        for (int j = 0; j < records.count; j++) {
            if (records.records[j].hit_number != 0) {
                check_i64(records.records[j].kind, told[records.records[j].hit_number]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_windows_include_their_ends),
        cmocka_unit_test(the_cell_is_open_at_its_early_end_and_closed_at_its_late_end),
        cmocka_unit_test(a_note_without_a_hit_is_a_miss_at_its_own_time),
        cmocka_unit_test(a_hit_far_from_every_note_is_extra_and_the_note_stays_missed),
        cmocka_unit_test(the_nearest_hit_claims_the_note_even_if_it_comes_second),
        cmocka_unit_test(of_two_equally_near_the_earlier_claims),
        cmocka_unit_test(of_two_at_the_same_time_the_lower_number_claims),
        cmocka_unit_test(a_second_hit_too_soon_on_the_same_pad_is_a_bounce),
        cmocka_unit_test(a_second_hit_just_late_enough_is_no_bounce),
        cmocka_unit_test(a_bounce_is_measured_from_the_last_hit_that_was_none),
        cmocka_unit_test(pads_do_not_bounce_on_each_other),
        cmocka_unit_test(at_slow_tempi_a_bounce_lasts_at_most_80_ms),
        cmocka_unit_test(a_bounce_is_recognised_across_a_close),
        cmocka_unit_test(calibration_moves_the_whole_time_line),
        cmocka_unit_test(within_the_clocks_allowance_a_hit_has_full_points),
        cmocka_unit_test(close_neighbours_share_the_time_between_them),
        cmocka_unit_test(a_provisional_judgement_gives_way_to_a_nearer_hit),
        cmocka_unit_test(an_open_cell_stays_open_with_all_that_lies_in_it),
        cmocka_unit_test(what_is_closed_takes_no_more_hits),
        cmocka_unit_test(a_hit_that_waits_is_not_taken_twice),
        cmocka_unit_test(full_is_an_ordinary_result),
        cmocka_unit_test(a_close_that_finds_no_room_goes_on_when_called_again),
        cmocka_unit_test(a_change_of_plan_drops_the_notes_to_come),
        cmocka_unit_test(any_order_any_duplicates_and_any_early_closes_give_the_same_records),
        cmocka_unit_test(every_hit_and_every_note_is_accounted_for_exactly_once),
        cmocka_unit_test(cells_of_neighbours_never_overlap),
        cmocka_unit_test(moving_hits_and_calibration_together_changes_no_judgement),
        cmocka_unit_test(what_is_told_provisionally_is_what_is_closed_when_nothing_more_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
