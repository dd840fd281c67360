/* Recorded taps are judged against the beat as a session judges hits.
   ctest: timeout=120 */
#include "client/score/score.h"

#include <math.h>
#include <string.h>

#include "client/score/tap_store.h"
#include "shared/prng.h"
#include "tests/support/check.h"

enum {
    TAPS_MAX = 4000
};

/* A grid, one player's taps, and what came of them. */
typedef struct {
    Groove groove;
    ScoreGrid grid;
    ScoreTap taps[TAPS_MAX];
    size_t tap_count;
    PersonStatistics statistics;
    ScoreGroupHit hits[TAPS_MAX];
    size_t hit_count;
} Recording;

static void recording_init(Recording *recording, int64_t tempo_bpm)
{
    memset(recording, 0, sizeof *recording);
    recording->groove = score_pulse();
    check(groove_is_valid(&recording->groove));
    recording->grid.groove = &recording->groove;
    recording->grid.tempo_nbpm = tempo_bpm * NS_PER_S;
    recording->grid.profile = PROFILE_STANDARD;
}

static void add_tap(Recording *recording, double time_ms)
{
    ScoreTap *tap = &recording->taps[recording->tap_count];

    tap->time_ns = (int64_t)llround(time_ms * (double)NS_PER_MS);
    tap->order = (uint32_t)recording->tap_count;
    recording->tap_count++;
}

static ScoreResult judge(Recording *recording)
{
    ScorePlayer player = {.statistics = &recording->statistics, .group_hits = recording->hits};
    const ScoreResult result =
        score_player(&recording->grid, recording->taps, recording->tap_count, &player);

    recording->hit_count = player.group_hit_count;
    return result;
}

static void taps_on_every_beat_are_perfect_and_nothing_else(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 120);
    for (int i = 0; i < 1000; i++) {
        add_tap(&recording, 500.0 * i - 10.0);
    }
    check_i64(judge(&recording), SCORE_DONE);
    check_i64(recording.statistics.counts[JUDGEMENT_PERFECT], 1000);
    check_i64(person_statistics_notes(&recording.statistics), 1000);
    check_i64(person_statistics_hits(&recording.statistics), 1000);
    check_near(person_statistics_bias_ms(&recording.statistics), -10.0, 0.001);
    check_near(person_statistics_r(&recording.statistics), 1.0, 1e-9);
    check_i64((int64_t)recording.hit_count, 1000);
    check_i64(recording.hits[7].beat, 7);
    check_i64_between(recording.hits[7].phase_uturns, -1, 1);
}

static void notes_are_expected_from_the_first_tap_to_the_last(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 120);
    add_tap(&recording, 5000.0 + 90.0);
    add_tap(&recording, 6500.0 - 90.0);
    check_i64(judge(&recording), SCORE_DONE);
    check_i64(person_statistics_notes(&recording.statistics), 4);
    check_i64(recording.statistics.counts[JUDGEMENT_MISS], 2);
    check_i64(recording.statistics.counts[JUDGEMENT_OK], 2);
}

static void nothing_is_expected_before_t0_but_one_note_always_is(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 120);
    recording.grid.t0_ns = 10 * NS_PER_S;
    for (int i = 0; i < 24; i++) {
        add_tap(&recording, 500.0 * i + 20.0);
    }
    check_i64(judge(&recording), SCORE_DONE);
    check_i64(person_statistics_notes(&recording.statistics), 4);
    check_i64(recording.statistics.counts[JUDGEMENT_PERFECT], 4);
    check_i64(recording.statistics.counts[JUDGEMENT_EXTRA], 20);
    check_near(person_statistics_bias_ms(&recording.statistics), 20.0, 0.001);
    recording_init(&recording, 120);
    recording.grid.t0_ns = 10 * NS_PER_S;
    add_tap(&recording, -5000.0 + 250.0 - 1.0);
    check_i64(judge(&recording), SCORE_DONE);
    check_i64(person_statistics_notes(&recording.statistics), 1);
    check_i64(recording.statistics.counts[JUDGEMENT_EXTRA], 1);
    check_near(person_statistics_bias_ms(&recording.statistics), 249.0, 0.001);
}

static void a_tap_too_soon_after_another_is_a_bounce_and_no_figure_sees_it(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 60);
    for (int i = 0; i < 20; i++) {
        add_tap(&recording, 1000.0 * i);
        add_tap(&recording, 1000.0 * i + 50.0);
    }
    check_i64(judge(&recording), SCORE_DONE);
    check_i64(recording.statistics.counts[JUDGEMENT_BOUNCE], 20);
    check_i64(person_statistics_hits(&recording.statistics), 20);
    check_near(person_statistics_spread_ms(&recording.statistics), 0.0, 1e-6);
}

static void a_groove_expects_the_notes_of_its_first_part(void **state)
{
    static Recording recording;
    static const double clave_steps[] = {0, 3, 6, 10, 12};

    (void)state;
    recording_init(&recording, 100);
    recording.groove = (Groove){.title = "Clave",
                                .tempo_mbpm = 100000,
                                .beats_per_bar = 4,
                                .steps_per_beat = 4,
                                .bars = 1,
                                .metre_unit = 4,
                                .part_count = 1};
    recording.groove.parts[0] = (GroovePart){.drum = DRUM_CLAVE, .title = "Clave"};
    for (int i = 0; i < 5; i++) {
        recording.groove.parts[0].steps[(int)clave_steps[i]] = STEP_HIT;
    }
    check(groove_is_valid(&recording.groove));
    for (int i = 0; i < 200; i++) {
        int bar = i / 5;

        add_tap(&recording, 2400.0 * bar + 150.0 * clave_steps[i % 5] + 12.0);
    }
    check_i64(judge(&recording), SCORE_DONE);
    check_i64(recording.statistics.counts[JUDGEMENT_PERFECT], 200);
    check_i64(person_statistics_notes(&recording.statistics), 200);
    /* A phase is a part of the local spacing, which differs from note to note. */
    check_near(person_statistics_bias_ms(&recording.statistics), 12.0, 1.0);
}

static void a_beat_that_is_no_round_number_does_not_drift(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 120);
    recording.grid.tempo_nbpm = INT64_C(33333333333); /* 1800 ms */
    for (int i = 0; i < 3500; i++) {
        add_tap(&recording, 1800.0 * i);
    }
    check_i64(judge(&recording), SCORE_DONE);
    check_near(person_statistics_bias_ms(&recording.statistics), 0.0, 0.001);
    check_i64(recording.statistics.counts[JUDGEMENT_PERFECT], 3500);
}

static void what_nobody_can_have_meant_is_refused(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 120);
    for (int i = 0; i < 200; i++) {
        add_tap(&recording, 0.01 * i);
    }
    check_i64(judge(&recording), SCORE_TOO_DENSE);
    recording_init(&recording, 120);
    add_tap(&recording, 0.0);
    add_tap(&recording, 3.9e12);
    check_i64(judge(&recording), SCORE_TOO_LONG);
}

static void somebody_who_taps_rarely_does_not_count_in_the_group(void **state)
{
    static Recording recording;

    (void)state;
    recording_init(&recording, 120);
    for (int i = 0; i < OWN_BIAS_HITS_MIN - 1; i++) {
        add_tap(&recording, 500.0 * i);
    }
    check_i64(judge(&recording), SCORE_DONE);
    check_i64((int64_t)recording.hit_count, 0);
    check(!score_group(&recording.grid, recording.hits, recording.hit_count).valid);
}

/* PPC by its definition: the mean cosine of the difference of every pair. */
static void the_groups_ppc_is_the_mean_cosine_of_all_pairs(void **state)
{
    static Recording recording;
    ScoreGroupHit hits[60];
    double expected = 0.0;
    GroupFigures figures;
    Prng prng;

    (void)state;
    recording_init(&recording, 120);
    prng_seed(&prng, check_seed(3));
    for (int i = 0; i < 60; i++) {
        hits[i].beat = i / 6;
        hits[i].phase_uturns = (int32_t)(60000.0 * prng_normal(&prng));
    }
    for (int beat = 0; beat < 10; beat++) {
        for (int pair = 0; pair < 36; pair++) {
            const ScoreGroupHit *one = &hits[6 * beat + pair / 6];
            const ScoreGroupHit *other = &hits[6 * beat + pair % 6];
            double turns = (one->phase_uturns - other->phase_uturns) / 1e6;

            expected += pair / 6 == pair % 6 ? 0.0 : cos(CIRCULAR_TWO_PI * turns) / 300.0;
        }
    }
    figures = score_group(&recording.grid, hits, 60);
    check(figures.valid);
    check_near(figures.ppc, expected, 1e-6);
    check_near(figures.sigma_ms, 500.0 / CIRCULAR_TWO_PI * sqrt(-log(expected)), 1e-3);
}

/* Slow and obvious: every tap is given to the note of its cell, and the nearest claims it. */
static int64_t claimed_by_brute_force(const Recording *recording, int notes)
{
    int64_t claimed = 0;

    for (int note = 0; note < notes; note++) {
        bool hit = false;

        for (size_t i = 0; i < recording->tap_count; i++) {
            int64_t distance_ns = recording->taps[i].time_ns - INT64_C(500) * note * NS_PER_MS;

            hit = hit || (distance_ns > -100 * NS_PER_MS && distance_ns <= 100 * NS_PER_MS);
        }
        claimed += hit ? 1 : 0;
    }
    return claimed;
}

static void scattered_taps_are_counted_as_slow_and_obvious_code_does(void **state)
{
    static Recording recording;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(5));
    for (int round = 0; round < 200; round++) {
        double time_ms = 0.0;
        const int64_t *counts = recording.statistics.counts;
        int64_t claimed;

        recording_init(&recording, 120);
        add_tap(&recording, 0.0);
        for (int i = 0; i < 150; i++) {
            time_ms += 80.0 + prng_exponential(&prng, 300.0);
            add_tap(&recording, time_ms);
        }
        check_i64(judge(&recording), SCORE_DONE);
        /* 100 s: nearly twice as long as 150 taps take. */
        claimed = claimed_by_brute_force(&recording, 200);
        check_i64(counts[JUDGEMENT_PERFECT] + counts[JUDGEMENT_GOOD] + counts[JUDGEMENT_OK],
                  claimed);
        check_i64(counts[JUDGEMENT_EXTRA], 151 - claimed);
        check_i64(counts[JUDGEMENT_BOUNCE], 0);
    }
}

static const char *store(TapStore *taps, const char *player, int64_t time_ns)
{
    TapsCsvRow row = {.time_ns = time_ns, .velocity = 1};

    memcpy(row.player, player, strlen(player) + 1);
    return tap_store_add(taps, &row);
}

static void the_store_sorts_by_player_time_and_place(void **state)
{
    TapStore *taps = tap_store_create();
    const ScoreTap *of_b;
    size_t count;

    (void)state;
    check(taps != NULL);
    check(store(taps, "b", 5) == NULL);
    check(store(taps, "a", 3) == NULL);
    check(store(taps, "b", -2) == NULL);
    check(store(taps, "b", 5) == NULL);
    tap_store_sort(taps);
    check_i64(tap_store_player_count(taps), 2);
    check_i64((int64_t)tap_store_tap_count(taps), 4);
    check_text(tap_store_player(taps, 0), "b");
    check_text(tap_store_player(taps, 1), "a");
    of_b = tap_store_taps(taps, 0, &count);
    check_i64((int64_t)count, 3);
    check_i64(of_b[0].time_ns, -2);
    check_i64(of_b[1].order, 0);
    check_i64(of_b[2].order, 3);
    tap_store_destroy(taps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taps_on_every_beat_are_perfect_and_nothing_else),
        cmocka_unit_test(notes_are_expected_from_the_first_tap_to_the_last),
        cmocka_unit_test(nothing_is_expected_before_t0_but_one_note_always_is),
        cmocka_unit_test(a_tap_too_soon_after_another_is_a_bounce_and_no_figure_sees_it),
        cmocka_unit_test(a_groove_expects_the_notes_of_its_first_part),
        cmocka_unit_test(a_beat_that_is_no_round_number_does_not_drift),
        cmocka_unit_test(what_nobody_can_have_meant_is_refused),
        cmocka_unit_test(somebody_who_taps_rarely_does_not_count_in_the_group),
        cmocka_unit_test(the_groups_ppc_is_the_mean_cosine_of_all_pairs),
        cmocka_unit_test(scattered_taps_are_counted_as_slow_and_obvious_code_does),
        cmocka_unit_test(the_store_sorts_by_player_time_and_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
