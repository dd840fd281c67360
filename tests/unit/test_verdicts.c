/* What a recording's players would have been told in a session. */
#include "client/score/verdicts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/player_model.h"
#include "tests/support/check.h"

enum {
    NOTES = 48,
    PEOPLE = 20
};

#define BEAT_NS (500 * NS_PER_MS)

static Groove groove;
static ScoreGrid grid;

static void add(TapStore *store, const char *player, int64_t time_ns)
{
    TapsCsvRow row = {.time_ns = time_ns, .velocity = 64};

    (void)snprintf(row.player, sizeof row.player, "%s", player);
    check(tap_store_add(store, &row) == NULL);
}

/* One of the population, calibrated, plays with a trouble. */
static void play(TapStore *store, int person, PlayerTrouble trouble, int64_t beat_ns, Prng *prng)
{
    PlayerProfile profile = player_profile_draw(prng);
    PlayerModel model;
    char name[16];

    profile.mean_ms -= profile.calibration_ms;
    (void)snprintf(name, sizeof name, "p%d", person);
    player_model_init(&model, &profile, trouble, prng_u64(prng));
    for (int i = 0; i < NOTES; i++) {
        const PlayerTaps taps = player_model_next(&model, beat_ns);

        for (int k = 0; k < taps.count; k++) {
            add(store, name, i * beat_ns + taps.asynchrony_ns[k]);
        }
    }
}

static void set_beat(int64_t beat_ms)
{
    groove = score_pulse();
    grid = (ScoreGrid){
        .groove = &groove, .tempo_nbpm = 60000 * NS_PER_S / beat_ms, .profile = PROFILE_STANDARD};
}

static TapStore *group_with(PlayerTrouble trouble, int64_t beat_ms, uint64_t seed)
{
    TapStore *store = tap_store_create();
    Prng prng;

    check(store != NULL);
    set_beat(beat_ms);
    prng_seed(&prng, seed);
    for (int i = 0; i < PEOPLE; i++) {
        play(store, i, i % 5 == 0 ? trouble : TROUBLE_NONE, beat_ms * NS_PER_MS, &prng);
    }
    tap_store_sort(store);
    return store;
}

/* Of the notes after warming up, the share for which the rules said `verdict`, over the troubled.
 */
static double share_ruled(const VerdictTable *table, Verdict verdict)
{
    int64_t all = 0;
    int64_t right = 0;

    for (int i = 0; i < PEOPLE; i += 5) {
        for (int v = VERDICT_WARMING_UP + 1; v < VERDICT_COUNT; v++) {
            all += table->players[i].ruled[v];
        }
        right += table->players[i].ruled[verdict];
    }
    return 100.0 * (double)right / (double)all;
}

static void each_trouble_has_its_verdict_from_400_to_1000_ms(void **state)
{
    (void)state;
    static const struct {
        PlayerTrouble trouble;
        Verdict verdict;
    } rows[] = {{TROUBLE_HALF_BEAT, VERDICT_OFF_BEAT},
                {TROUBLE_DOUBLE, VERDICT_DOUBLE},
                {TROUBLE_HALF, VERDICT_HALF},
                {TROUBLE_FAST, VERDICT_WRONG_TEMPO},
                {TROUBLE_SLOW, VERDICT_WRONG_TEMPO},
                {TROUBLE_EARLY, VERDICT_EARLY},
                {TROUBLE_LATE, VERDICT_LATE},
                {TROUBLE_ERRATIC, VERDICT_ERRATIC}};
    static const int beats_ms[4] = {400, 500, 700, 1000};
    const uint64_t seed = check_seed(41);

    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        double sum = 0.0;

        for (int b = 0; b < 4; b++) {
            for (uint64_t round = 0; round < 3; round++) {
                TapStore *store = group_with(
                    rows[r].trouble, beats_ms[b], seed + 100 * r + 10 * (uint64_t)b + round);
                VerdictTable table;

                check(verdict_table_make(&table, &grid, store, true) == NULL);
                sum += share_ruled(&table, rows[r].verdict) / 12.0;
                verdict_table_clear(&table);
                tap_store_destroy(store);
            }
        }
        print_message("%s: %.1f %% %s\n",
                      player_trouble_word(rows[r].trouble),
                      sum,
                      verdict_word(rows[r].verdict));
        check_between(sum, 85.0, 100.0);
    }
}

static void steady_people_are_on_from_their_eighth_note_on(void **state)
{
    (void)state;
    TapStore *store = group_with(TROUBLE_NONE, 500, check_seed(42));
    VerdictTable table;

    check(verdict_table_make(&table, &grid, store, true) == NULL);
    for (int i = 0; i < PEOPLE; i++) {
        const PlayerVerdict *player = &table.players[i];
        const VerdictChange *changes = &table.changes[player->first_change];

        check(!verdict_is_flagged(player->final));
        check(changes[0].verdict == VERDICT_WARMING_UP);
        check_i64(changes[0].note, 1);
        check_i64(changes[1].note, 8);
        check(changes[player->change_count - 1].verdict == player->final);
        check_i64(player->ruled[VERDICT_WARMING_UP], 7);
    }
    check_i64(table.reference.people, PEOPLE);
    verdict_table_clear(&table);
    tap_store_destroy(store);
}

static void early_and_late_are_against_the_others_and_need_calibration(void **state)
{
    (void)state;
    TapStore *store = tap_store_create();
    VerdictTable table;

    check(store != NULL);
    set_beat(500);
    for (int i = 0; i < NOTES; i++) {
        /* Six people drag by 60 ms; for them the one on the beat is before, 110 ms from them. */
        for (int k = 0; k < 6; k++) {
            char name[8];

            (void)snprintf(name, sizeof name, "p%d", k);
            add(store, name, (int64_t)i * BEAT_NS + 60 * NS_PER_MS);
        }
        add(store, "alone", (int64_t)i * BEAT_NS - 50 * NS_PER_MS);
    }
    tap_store_sort(store);
    check(verdict_table_make(&table, &grid, store, true) == NULL);
    check_text(verdict_word(table.players[0].final), "tight");
    check_text(verdict_word(table.players[6].final), "early");
    check_near(table.reference.median_ms, 60.0, 0.01);
    check_i64(verdict_group_drift(&table.reference, 500 * NS_PER_MS), GROUP_DRAGGING);
    verdict_table_clear(&table);
    check(verdict_table_make(&table, &grid, store, false) == NULL);
    check_text(verdict_word(table.players[6].final), "tight");
    verdict_table_clear(&table);
    tap_store_destroy(store);
}

/* Whoever plays a few notes longer than the rest is still compared with where they were. */
static void the_group_stays_where_it_was_for_a_window(void **state)
{
    (void)state;
    TapStore *store = tap_store_create();
    VerdictTable table;

    check(store != NULL);
    set_beat(500);
    for (int i = 0; i < NOTES; i++) {
        for (int k = 0; k < 6 && i < 36; k++) {
            char name[8];

            (void)snprintf(name, sizeof name, "p%d", k);
            add(store, name, (int64_t)i * BEAT_NS - 80 * NS_PER_MS);
        }
        add(store, "longer", (int64_t)i * BEAT_NS - 80 * NS_PER_MS);
    }
    tap_store_sort(store);
    check(verdict_table_make(&table, &grid, store, true) == NULL);
    check_text(verdict_word(table.players[6].final), "tight");
    check_i64(table.players[6].ruled[VERDICT_EARLY], 0);
    verdict_table_clear(&table);
    tap_store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trouble_has_its_verdict_from_400_to_1000_ms),
        cmocka_unit_test(steady_people_are_on_from_their_eighth_note_on),
        cmocka_unit_test(early_and_late_are_against_the_others_and_need_calibration),
        cmocka_unit_test(the_group_stays_where_it_was_for_a_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
