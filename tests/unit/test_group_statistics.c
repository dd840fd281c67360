/*
 * The group: PPC and its figures, the design's example groups, merging, medians.
 */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "shared/group_statistics.h"
#include "shared/player_model.h"
#include "shared/prng.h"
#include "shared/units.h"

enum {
    PEOPLE_MAX = 900
};

static const int64_t half_second_ns = 500 * NS_PER_MS;

static void an_empty_group_has_no_figures(void **state)
{
    (void)state;
    const GroupStatistics group = {0};
    const GroupFigures figures = group_statistics_figures(&group, 10, half_second_ns, 0, 5);

    check(!figures.valid);
    check_near(figures.together, 0.0, 0.0);
}

static void one_person_alone_is_not_together_with_anybody(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    for (int64_t beat = 0; beat < 16; beat++) {
        check(group_statistics_add(&group, beat, 0));
    }
    check(!group_statistics_figures(&group, 15, half_second_ns, 1, 1).valid);
}

static void equal_phases_are_one_drum(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    for (int64_t beat = 0; beat < 16; beat++) {
        for (int i = 0; i < 3; i++) {
            check(group_statistics_add(&group, beat, 123456));
        }
    }
    const GroupFigures figures = group_statistics_figures(&group, 15, half_second_ns, 3, 4);
    check(figures.valid);
    check_near(figures.r, 1.0, 1e-8);
    check_near(figures.ppc, 1.0, 1e-8);
    check_near(figures.sigma_ms, 0.0, 0.05);
    check_near(figures.together, 100.0, 1e-3);
    check_near(figures.team, 100.0 * (0.5 + 0.5 * 0.75), 1e-3);
    check_text(group_word_text(figures.word), "one drum");
}

static void two_people_at_a_right_angle_have_no_pairwise_agreement(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    (void)group_statistics_add(&group, 7, 0);
    (void)group_statistics_add(&group, 7, 250000);
    const GroupFigures figures = group_statistics_figures(&group, 7, half_second_ns, 2, 2);
    check(figures.valid);
    check_near(figures.r, sqrt(0.5), 1e-8);
    check_near(figures.ppc, 0.0, 1e-8);
    check_near(figures.sigma_ms, 250.0, 1e-9);
    check_text(group_word_text(figures.word), "scattered");
}

static void sigma_and_together_follow_their_formulas(void **state)
{
    (void)state;
    const double q30 = 1073741824.0;
    const GroupTotals totals = {.beats = 1,
                                .ppc_q30 = (int64_t)(0.8 * q30),
                                .r_q30 = (int64_t)(0.9 * q30),
                                .phase.count = 10};
    const GroupFigures figures = group_totals_figures(&totals, 600 * NS_PER_MS, 10, 10);
    const double sigma_ms = 600.0 / CIRCULAR_TWO_PI * sqrt(-log(0.8));

    check_near(figures.sigma_ms, sigma_ms, 1e-6);
    check_near(figures.together, 100.0 * exp(-sigma_ms * sigma_ms / (2.0 * 60.0 * 60.0)), 1e-6);
    check_near(figures.team, figures.together, 1e-9);
}

static void words_change_at_their_limits(void **state)
{
    (void)state;
    check_i64(group_word_of(15.0), GROUP_WORD_ONE_DRUM);
    check_i64(group_word_of(15.1), GROUP_WORD_TIGHT);
    check_i64(group_word_of(25.1), GROUP_WORD_CLOSE);
    check_i64(group_word_of(40.1), GROUP_WORD_LOOSE);
    check_i64(group_word_of(60.1), GROUP_WORD_SCATTERED);
}

static void small_groups_are_averaged_over_sixteen_beats_and_large_over_eight(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    /* Opposite until beat 8, together from then on. */
    for (int64_t beat = 0; beat < 16; beat++) {
        (void)group_statistics_add(&group, beat, 0);
        (void)group_statistics_add(&group, beat, beat < 8 ? 500000 : 0);
    }
    check_near(group_statistics_figures(&group, 15, half_second_ns, 9, 9).ppc, 1.0, 1e-8);
    check_near(group_statistics_figures(&group, 15, half_second_ns, 8, 8).ppc, 0.0, 1e-8);
}

static void hits_for_beats_long_gone_are_dropped(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    check(group_statistics_add(&group, 100, 0));
    check(!group_statistics_add(&group, 100 - GROUP_BEATS_MAX, 0));
    check(group_statistics_add(&group, 101 - GROUP_BEATS_MAX, 0));
    check(group_statistics_add(&group, -5 + GROUP_BEATS_MAX * 4, 0));
}

static void negative_beats_have_their_own_slots(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    for (int64_t beat = -8; beat < 0; beat++) {
        check(group_statistics_add(&group, beat, 0));
        check(group_statistics_add(&group, beat, 0));
    }
    check_near(group_statistics_figures(&group, -1, half_second_ns, 2, 2).ppc, 1.0, 1e-8);
}

static void the_phase_of_a_hit_is_without_its_offset(void **state)
{
    (void)state;
    check_i64(group_phase_uturns(-40 * NS_PER_MS, -40 * NS_PER_MS, half_second_ns), 0);
    check_i64(group_phase_uturns(210 * NS_PER_MS, -40 * NS_PER_MS, half_second_ns), 500000);
}

/* The design's reference groups, of its named players. */
typedef enum {
    CROWD_ELITE,      /* trained people, calibrated exactly */
    CROWD_CALIBRATED, /* non-musicians, calibrated by 32 taps */
    CROWD_WEB,        /* loose people, 57 ms of devices between them, uncalibrated */
    CROWD_DIVIDED,    /* calibrated non-musicians, every fifth on the off-beat */
    CROWD_POPULATION  /* anybody, calibrated */
} Crowd;

/* Somebody of this kind who has calibrated with 32 taps: autocorrelated, so that their mean is 1.7
   times less certain than their number says. */
static PlayerProfile calibrated_by_taps(PlayerKind kind, Prng *prng)
{
    PlayerProfile profile = player_profile_named(kind);

    profile.calibration_ms =
        profile.mean_ms + 1.7 * player_profile_sd_ms(&profile) / sqrt(32.0) * prng_normal(prng);
    return profile;
}

static PlayerProfile draw_person(Crowd crowd, Prng *prng)
{
    PlayerProfile profile = player_profile_draw(prng);

    switch (crowd) {
    case CROWD_ELITE:
        profile = player_profile_named(PLAYER_TRAINED);
        profile.calibration_ms = profile.mean_ms;
        break;
    case CROWD_CALIBRATED:
    case CROWD_DIVIDED:
        profile = calibrated_by_taps(PLAYER_NON_MUSICIAN, prng);
        break;
    case CROWD_WEB:
        profile = player_profile_named(PLAYER_LOOSE);
        profile.mean_ms = 57.0 * prng_normal(prng);
        break;
    case CROWD_POPULATION:
        break;
    }
    return profile;
}

/* So many of the crowd play 64 beats; their TOGETHER, averaged from the 16th on. */
static double play_together(Crowd crowd, int people, Prng *prng)
{
    static PlayerModel models[PEOPLE_MAX];
    static double offsets_ms[PEOPLE_MAX];
    GroupStatistics group = {0};
    double sum = 0.0;

    for (int i = 0; i < people; i++) {
        const PlayerProfile profile = draw_person(crowd, prng);
        const bool is_off = crowd == CROWD_DIVIDED && i % 5 == 0;

        offsets_ms[i] = profile.calibration_ms;
        player_model_init(
            &models[i], &profile, is_off ? TROUBLE_HALF_BEAT : TROUBLE_NONE, prng_u64(prng));
    }
    for (int64_t beat = 0; beat < 64; beat++) {
        for (int i = 0; i < people; i++) {
            const PlayerTaps taps = player_model_next(&models[i], half_second_ns);
            const int64_t offset_ns = (int64_t)(offsets_ms[i] * 1e6);

            if (taps.count > 0) {
                (void)group_statistics_add(
                    &group,
                    beat,
                    group_phase_uturns(taps.asynchrony_ns[0], offset_ns, half_second_ns));
            }
        }
        if (beat >= 16) {
            sum += group_statistics_figures(&group, beat, half_second_ns, people, people).together;
        }
    }
    return sum / 48.0;
}

static void the_reference_groups_of_the_design_come_out_within_three_points(void **state)
{
    (void)state;
    Prng prng;

    prng_seed(&prng, check_seed(1));
    const double elite = play_together(CROWD_ELITE, PEOPLE_MAX, &prng);
    const double calibrated = play_together(CROWD_CALIBRATED, PEOPLE_MAX, &prng);
    const double web = play_together(CROWD_WEB, PEOPLE_MAX, &prng);
    const double divided = play_together(CROWD_DIVIDED, PEOPLE_MAX, &prng);

    print_message("together of %d: elite %.1f (97), calibrated %.1f (81), web %.1f (40), a fifth "
                  "off-beat %.1f (20)\n",
                  (int)PEOPLE_MAX,
                  elite,
                  calibrated,
                  web,
                  divided);
    check_near(elite, 97.0, 3.0);
    check_near(calibrated, 81.0, 3.0);
    check_near(web, 40.0, 3.0);
    check_near(divided, 20.0, 3.0);
}

/* Law: a group is measured the same whatever its size. */
static void groups_of_two_24_and_900_are_within_five_points_on_average(void **state)
{
    (void)state;
    static const Crowd crowds[2] = {CROWD_ELITE, CROWD_POPULATION};
    static const int sizes[3] = {2, 24, 900};
    static const int rounds[3] = {900, 75, 2};
    Prng prng;

    prng_seed(&prng, check_seed(2));
    for (int c = 0; c < 2; c++) {
        double together[3] = {0};

        for (int s = 0; s < 3; s++) {
            for (int i = 0; i < rounds[s]; i++) {
                together[s] += play_together(crowds[c], sizes[s], &prng) / rounds[s];
            }
        }
        print_message("together of 2: %.1f, of 24: %.1f, of 900: %.1f\n",
                      together[0],
                      together[1],
                      together[2]);
        check_near(together[0], together[2], 5.0);
        check_near(together[1], together[2], 5.0);
        check_near(together[0], together[1], 5.0);
    }
}

/* Law: PPC does not depend on the size of the group; plain R does. */
static void small_groups_are_not_flattered(void **state)
{
    (void)state;
    const int sizes[2] = {3, 100};
    double ppc[2] = {0};
    double r[2] = {0};
    Prng prng;

    prng_seed(&prng, check_seed(4));
    for (int s = 0; s < 2; s++) {
        const int rounds = 30000 / sizes[s];
        for (int i = 0; i < rounds; i++) {
            GroupStatistics group = {0};
            for (int k = 0; k < sizes[s]; k++) {
                (void)group_statistics_add(&group, 0, (int32_t)(150000.0 * prng_normal(&prng)));
            }
            const GroupFigures figures =
                group_statistics_figures(&group, 0, half_second_ns, sizes[s], sizes[s]);
            ppc[s] += figures.ppc / rounds;
            r[s] += figures.r / rounds;
        }
    }
    const double truth = exp(-0.15 * 0.15 * CIRCULAR_TWO_PI * CIRCULAR_TWO_PI);
    check_near(ppc[0], truth, 0.02);
    check_near(ppc[1], truth, 0.02);
    check(r[0] > r[1] + 0.03);
}

static void the_share_on_the_beat_and_the_bias_are_of_all_hits(void **state)
{
    (void)state;
    GroupStatistics group = {0};

    (void)group_statistics_add(&group, 0, 150000);
    (void)group_statistics_add(&group, 0, -50000);
    (void)group_statistics_add(&group, 1, 60000);
    (void)group_statistics_add(&group, 1, 40000);
    const GroupFigures figures = group_statistics_figures(&group, 1, half_second_ns, 2, 2);

    check_near(figures.share_on, 0.75, 1e-9);
    check_near(figures.bias_ms, 25.0, 1e-5);
}

/* Law: totals over any beats in any order, and merged, are the same; a beat of one does not count.
 */
static void totals_merge_in_any_order(void **state)
{
    (void)state;
    GroupBeat beats[40] = {{0}};
    GroupTotals forward = {0};
    GroupTotals halves[2] = {{0}};
    Prng prng;

    prng_seed(&prng, check_seed(6));
    for (int i = 0; i < 40; i++) {
        for (uint64_t k = prng_below(&prng, 6); k > 0; k--) {
            group_beat_add(&beats[i], (int32_t)(90000.0 * prng_normal(&prng)));
        }
        group_totals_add(&forward, &beats[i]);
    }
    for (int i = 39; i >= 0; i--) {
        group_totals_add(&halves[i % 2], &beats[i]);
    }
    group_totals_merge(&halves[1], &halves[0]);
    check_bytes(&halves[1], &forward, sizeof forward);
    check(forward.beats < 40);
    check(group_totals_figures(&forward, half_second_ns, 5, 5).valid);
}

/* Law: any order and any split over servers gives the same sums. */
static void order_and_merging_do_not_matter(void **state)
{
    (void)state;
    enum {
        HITS = 2000
    };
    static int64_t beats[HITS];
    static int32_t phases[HITS];
    GroupStatistics forwards = {0};
    GroupStatistics backwards = {0};
    GroupStatistics parts[2];
    Prng prng;

    memset(parts, 0, sizeof parts);
    prng_seed(&prng, check_seed(5));
    for (int i = 0; i < HITS; i++) {
        beats[i] = 1000 + (int64_t)prng_below(&prng, GROUP_BEATS_MAX);
        phases[i] = (int32_t)(100000.0 * prng_normal(&prng));
        check(group_statistics_add(&forwards, beats[i], phases[i]));
        check(group_statistics_add(&parts[i % 2], beats[i], phases[i]));
    }
    for (int i = HITS - 1; i >= 0; i--) {
        check(group_statistics_add(&backwards, beats[i], phases[i]));
    }
    group_statistics_merge(&parts[0], &parts[1]);
    for (size_t i = 0; i < GROUP_BEATS_MAX; i++) {
        check_i64(backwards.beats[i].phase.cos_q30, forwards.beats[i].phase.cos_q30);
        check_i64(parts[0].beats[i].phase.cos_q30, forwards.beats[i].phase.cos_q30);
        check_i64(parts[0].beats[i].phase.sin_q30, forwards.beats[i].phase.sin_q30);
        check_i64(parts[0].beats[i].phase.count, forwards.beats[i].phase.count);
    }
}

static void the_median_of_small_sets(void **state)
{
    (void)state;
    int64_t one[] = {7};
    int64_t odd[] = {5, -1, 3};
    int64_t even[] = {4, 1, 3, 2};
    int64_t negative[] = {-3, -4};
    int64_t deviations[] = {1, 1, 2, 2, 4, 6, 9};

    check_i64(group_median(one, 1), 7);
    check_i64(group_median(odd, 3), 3);
    check_i64(group_median(even, 4), 2);
    check_i64(group_median(negative, 2), -4);
    check_i64(group_median_deviation(deviations, 7, 2), 1);
}

/* Law: half of the values lie on either side, with many equal ones too, sorted or not. */
static void the_median_divides_the_values(void **state)
{
    (void)state;
    static int64_t values[501];
    Prng prng;

    prng_seed(&prng, check_seed(6));
    for (int round = 0; round < 400; round++) {
        const size_t count = 1 + (size_t)prng_below(&prng, 501);
        const uint64_t range = 1 + prng_below(&prng, round % 2 == 0 ? 5 : 100000);
        for (size_t i = 0; i < count; i++) {
            values[i] = round % 3 == 0 ? (int64_t)i : (int64_t)prng_below(&prng, range);
        }
        const int64_t median = group_median(values, count);
        size_t below = 0;
        size_t above = 0;
        for (size_t i = 0; i < count; i++) {
            below += values[i] < median ? 1 : 0;
            above += values[i] > median ? 1 : 0;
        }
        check(2 * below <= count);
        check(2 * above <= count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_group_has_no_figures),
        cmocka_unit_test(one_person_alone_is_not_together_with_anybody),
        cmocka_unit_test(equal_phases_are_one_drum),
        cmocka_unit_test(two_people_at_a_right_angle_have_no_pairwise_agreement),
        cmocka_unit_test(sigma_and_together_follow_their_formulas),
        cmocka_unit_test(words_change_at_their_limits),
        cmocka_unit_test(small_groups_are_averaged_over_sixteen_beats_and_large_over_eight),
        cmocka_unit_test(hits_for_beats_long_gone_are_dropped),
        cmocka_unit_test(negative_beats_have_their_own_slots),
        cmocka_unit_test(the_phase_of_a_hit_is_without_its_offset),
        cmocka_unit_test(the_reference_groups_of_the_design_come_out_within_three_points),
        cmocka_unit_test(groups_of_two_24_and_900_are_within_five_points_on_average),
        cmocka_unit_test(small_groups_are_not_flattered),
        cmocka_unit_test(the_share_on_the_beat_and_the_bias_are_of_all_hits),
        cmocka_unit_test(totals_merge_in_any_order),
        cmocka_unit_test(order_and_merging_do_not_matter),
        cmocka_unit_test(the_median_of_small_sets),
        cmocka_unit_test(the_median_divides_the_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
