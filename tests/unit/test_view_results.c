/* What the results say of a session: its stages, and who is praised. */
#include "client/desktop/ui/view_results.h"

#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"
#include "tests/support/frame.h"
#include "tests/support/stage.h"

static Stage stage;
static FrameOfTest frame;
static ModelOthers *const others = &stage.others;

static void set_up(int bars)
{
    stage_init(
        &stage,
        &(StageConfig){.people = 24, .teams = 4, .calibrated = true, .bars = bars, .seed = 3});
    stage.model.privacy = PRIVACY_OPEN;
    frame_init(&frame, 1280, 720, 1.0F);
}

static void draw_praise(void)
{
    frame_begin(&frame);
    view_results_praise(&frame.ui, (Rect){800.0F, 450.0F, 456.0F, 186.0F}, &stage.model);
    frame_end(&frame);
}

static void draw_curve(void)
{
    frame_begin(&frame);
    view_results_curve(&frame.ui, (Rect){24.0F, 152.0F, 760.0F, 248.0F}, &stage.model);
    frame_end(&frame);
}

/* ---- stages ---------------------------------------------------------------------------------- */

/* Three grooves in the first take, the last of them again in the second. */
static void set_programme(void)
{
    static const uint8_t grooves[4] = {0, 1, 2, 2};

    for (int bar = 0; bar < others->bar_count; bar++) {
        const int quarter = 4 * bar / others->bar_count;

        others->bar_grooves[bar] = grooves[quarter];
        others->bars[bar].take = quarter == 3 ? 2 : 1;
    }
    stage.model.catalogue_total = 3;
    memcpy(stage.model.catalogue[0].entries[0].title, "Pulse", sizeof "Pulse");
    memcpy(stage.model.catalogue[0].entries[1].title, "Backbeat", sizeof "Backbeat");
    memcpy(stage.model.catalogue[0].entries[2].title, "Call", sizeof "Call");
}

static void stages_are_grooves_and_takes_of_the_whole_session(void **state)
{
    ResultsStage stages[RESULTS_STAGES_MAX];

    (void)state;
    set_up(80);
    set_programme();
    check_i64(results_stages(others, stages, RESULTS_STAGES_MAX), 4);
    for (int i = 0; i < 4; i++) {
        check_i64(stages[i].to - stages[i].from, 20);
        check_i64(stages[i].from, i == 0 ? 0 : stages[i - 1].to);
    }
    check_i64(stages[2].groove, stages[3].groove);
    check_i64(stages[3].take, 2);
    /* More than fit: the last one holds the rest, and no bar is lost. */
    check_i64(results_stages(others, stages, 2), 2);
    check_i64(stages[1].to, 80);
    others->bar_count = 0;
    check_i64(results_stages(others, stages, RESULTS_STAGES_MAX), 0);
    check_i64(results_stages(NULL, stages, RESULTS_STAGES_MAX), 0);
}

static void the_curve_names_the_stages_of_the_session(void **state)
{
    (void)state;
    set_up(80);
    set_programme();
    draw_curve();
    check(frame_text(&frame, "Pulse") != NULL);
    check(frame_text(&frame, "Backbeat") != NULL);
    check(frame_text(&frame, "Call") != NULL);
    /* Two curves with their areas: nothing is drawn across the gap between two takes. */
    check_i64(frame_count(&frame, DRAW_POLYLINE, theme_of(THEME_DARK)->families[FAMILY_ON]), 2);
    /* What the timeline has forgotten is called by its take. */
    memset(others->bar_grooves, GROOVES_MAX, sizeof others->bar_grooves);
    draw_curve();
    check(frame_text(&frame, "Take 1") != NULL);
    check(frame_text(&frame, "Take 2") != NULL);
}

static void the_longest_session_fits_into_the_curve(void **state)
{
    (void)state;
    set_up(BARS_KEPT_MAX);
    draw_curve();
    check(!frame.draw.full);
    for (int bar = 0; bar < BARS_KEPT_MAX; bar++) {
        others->bars[bar].take = (uint16_t)(1 + bar);
    }
    draw_curve();
    check(!frame.draw.full);
}

/* The timeline of a running session keeps its newest sections only; the curve keeps all. */
static void a_bar_is_told_with_the_timeline_of_its_time(void **state)
{
    static Message message;
    const Beats later = {40 * UBEATS_PER_BEAT};

    (void)state;
    set_up(0);
    message = (Message){.type = MESSAGE_BARS};
    message.bars.count = 1;
    message.bars.entries[0] = (BarEntry){.bar = 2, .take = 1, .active = 24};
    model_receive(&stage.model, (HostTime){0}, &message);
    check(timeline_change_groove(&stage.model.timeline, later, 5, 4));
    message.bars.entries[0].bar = 30;
    model_receive(&stage.model, (HostTime){0}, &message);
    message.bars.entries[0].take = 9; /* of which the timeline knows nothing */
    model_receive(&stage.model, (HostTime){0}, &message);
    check_i64(others->bar_count, 3);
    check_i64(others->bar_grooves[0], 0);
    check_i64(others->bar_grooves[1], 5);
    check_i64(others->bar_grooves[2], GROOVES_MAX);
}

/* What the curve shows, the headline says. */
static void the_journey_is_that_of_the_session(void **state)
{
    ResultsTake take;

    (void)state;
    set_up(80);
    set_programme();
    take = results_take(others);
    check_i64(take.bar_count, 20);
    check_i64(take.first_word, GROUP_WORD_SCATTERED);
    check_i64(take.last_word, GROUP_WORD_TIGHT);
}

/* ---- one's own hits ---------------------------------------------------------------------------
 */

static void the_histogram_has_a_fixed_range_and_no_misses(void **state)
{
    float counts[RESULTS_BINS];
    double sum = 0.0;

    (void)state;
    set_up(0);
    stage_hit(&stage, 0.0, 0);
    stage_hit(&stage, 1.0, -400000); /* far outside: at the edge */
    stage_hit(&stage, 2.0, 99999);
    stage_miss(&stage, 3.0);
    check_i64(results_histogram(&stage.model, 100000, counts), 3);
    check_near((double)counts[RESULTS_BINS / 2], 1.0, 0.0);
    check_near((double)counts[0], 1.0, 0.0);
    check_near((double)counts[RESULTS_BINS - 1], 1.0, 0.0);
    for (int i = 0; i < RESULTS_BINS; i++) {
        sum += (double)counts[i];
    }
    check_near(sum, 3.0, 0.0);
}

static void the_range_is_that_of_the_windows_whatever_was_hit(void **state)
{
    const int64_t beat_ns = beat_ns_at(STAGE_TEMPO_MBPM);

    (void)state;
    set_up(0);
    for (int round = 0; round < 2; round++) {
        stage_hit(&stage, round, round == 0 ? 100 : 90000);
        stage.model.standing.counts[JUDGEMENT_MISS] = 3;
        frame_begin(&frame);
        view_results_hits(&frame.ui, (Rect){24.0F, 416.0F, 372.0F, 220.0F}, &stage.model, beat_ns);
        frame_end(&frame);
        check(frame_text(&frame, "early 107 ms") != NULL);
        check(frame_text(&frame, "late 107 ms") != NULL);
        check(frame_text(&frame, "3 missed") != NULL);
    }
}

/* The line through the timing rises where hits become later, and stays within its panel. */
static void late_is_up_over_time(void **state)
{
    const int64_t beat_ns = beat_ns_at(STAGE_TEMPO_MBPM);
    const Rect panel = {412.0F, 416.0F, 372.0F, 220.0F};
    const Point *points = NULL;
    uint32_t count = 0;

    (void)state;
    set_up(0);
    for (int i = 0; i < 60; i++) {
        stage_hit(&stage, i, -60000 + 2000 * i);
    }
    frame_begin(&frame);
    view_results_timing(&frame.ui, panel, &stage.model, beat_ns);
    frame_end(&frame);
    for (size_t i = 0; i < frame.draw.command_count; i++) {
        const DrawCommand *command = &frame.draw.commands[i];

        if (command->kind == DRAW_POLYLINE) {
            points = draw_command_points(&frame.draw, command);
            count = command->as.path.point_count;
        }
    }
    check(points != NULL && count == 60);
    for (uint32_t i = 1; i < count; i++) {
        check(points[i].x > points[i - 1].x);
        check(points[i].y < points[i - 1].y);
        check(rect_contains(panel, points[i].x, points[i].y));
    }
}

/* ---- awards ---------------------------------------------------------------------------------- */

/* One team with these figures, which otherwise deserves nothing. */
static TeamEntry *plain_team(int index)
{
    TeamEntry *team = &others->teams[index];

    team->members = 6;
    team->bars = 40;
    team->together_centi = 6000;
    team->first_together_centi = 6000;
    team->mean_together_centi = 6000;
    team->lowest_together_centi = 5900;
    team->wobble_centi = 500;
    return team;
}

static void each_award_goes_to_who_has_most_of_it(void **state)
{
    (void)state;
    set_up(60);
    for (int i = 0; i < 4; i++) {
        (void)plain_team(i);
    }
    others->teams[2].together_centi = 6100;
    others->teams[0].first_together_centi = 2000;
    others->teams[3].wobble_centi = 100;
    others->teams[1].lowest_together_centi = 3000;
    check_i64(results_award(others, AWARD_TIGHTEST).team, 2);
    check_i64(results_award(others, AWARD_MOST_IMPROVED).team, 0);
    check_i64(results_award(others, AWARD_MOST_IMPROVED).from_centi, 2000);
    check_i64(results_award(others, AWARD_STEADIEST).team, 3);
    check_i64(results_award(others, AWARD_COMEBACK).team, 1);
    check_i64(results_award(others, AWARD_COMEBACK).from_centi, 3000);
    draw_praise();
    check(frame_text(&frame, "Tightest team") != NULL);
    check(frame_text(&frame, "Most improved") != NULL);
    check(frame_text(&frame, ", 20 to 60") != NULL);
    check(frame_text(&frame, "Steadiest") != NULL);
    check(frame_text(&frame, "Best comeback") != NULL);
    check(frame_text(&frame, ", 30 to 60") != NULL);
}

static void nobody_is_praised_for_next_to_nothing(void **state)
{
    (void)state;
    set_up(60);
    for (int i = 0; i < 4; i++) {
        plain_team(i)->mean_together_centi = RESULTS_STEADY_CENTI_MIN - 1;
    }
    check_i64(results_award(others, AWARD_MOST_IMPROVED).team, -1);
    check_i64(results_award(others, AWARD_COMEBACK).team, -1);
    check_i64(results_award(others, AWARD_STEADIEST).team, -1);
    others->teams[1].lowest_together_centi = 0; /* not known yet */
    check_i64(results_award(others, AWARD_COMEBACK).team, -1);
}

static void a_team_without_others_that_play_wins_nothing(void **state)
{
    (void)state;
    set_up(60);
    for (int i = 1; i < 4; i++) {
        others->teams[i].bars = RESULTS_AWARD_BARS - 1;
    }
    for (int award = 0; award < AWARD_COUNT; award++) {
        check_i64(results_award(others, (Award)award).team, -1);
        check_i64(results_award(NULL, (Award)award).team, -1);
    }
}

/* For any figures: the winner has the most, a change for the better of a loser's figures never
   takes anything from the winner's claim, and no award is for the least. */
static void awards_are_for_the_most_whatever_the_figures(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(41));
    for (int round = 0; round < 2000; round++) {
        ResultsAward awards[AWARD_COUNT];

        set_up(0);
        for (int i = 0; i < 4; i++) {
            TeamEntry *team = &others->teams[i];

            team->bars = (uint16_t)prng_below(&prng, 60);
            team->together_centi = (uint16_t)prng_below(&prng, 10001);
            team->first_together_centi = (uint16_t)prng_below(&prng, 10001);
            team->mean_together_centi = (uint16_t)prng_below(&prng, 10001);
            team->lowest_together_centi = (uint16_t)prng_below(&prng, 10001);
            team->wobble_centi = (uint16_t)prng_below(&prng, 3000);
        }
        for (int award = 0; award < AWARD_COUNT; award++) {
            awards[award] = results_award(others, (Award)award);
        }
        for (int i = 0; i < 4; i++) {
            const TeamEntry *team = &others->teams[i];
            const TeamEntry *best;

            if (team->bars < RESULTS_AWARD_BARS || awards[AWARD_TIGHTEST].team < 0) {
                continue;
            }
            best = &others->teams[awards[AWARD_TIGHTEST].team];
            check(team->together_centi <= best->together_centi);
            if (awards[AWARD_MOST_IMPROVED].team >= 0) {
                best = &others->teams[awards[AWARD_MOST_IMPROVED].team];
                check(best->together_centi > best->first_together_centi);
                check(team->together_centi - team->first_together_centi <=
                      best->together_centi - best->first_together_centi);
            }
            if (awards[AWARD_STEADIEST].team >= 0 &&
                team->mean_together_centi >= RESULTS_STEADY_CENTI_MIN && team->together_centi > 0) {
                check(team->wobble_centi >=
                      others->teams[awards[AWARD_STEADIEST].team].wobble_centi);
            }
            if (awards[AWARD_COMEBACK].team >= 0) {
                best = &others->teams[awards[AWARD_COMEBACK].team];
                check(best->together_centi >= best->lowest_together_centi + RESULTS_GAIN_CENTI_MIN);
            }
        }
    }
}

/* ---- the private tier ------------------------------------------------------------------------ */

static void where_teams_are_private_it_is_said_so(void **state)
{
    (void)state;
    set_up(60);
    others->team_count = 0;
    stage.model.privacy = PRIVACY_PRIVATE;
    frame_begin(&frame);
    view_results_teams(&frame.ui, (Rect){800.0F, 240.0F, 456.0F, 196.0F}, &stage.model);
    frame_end(&frame);
    check(frame_text(&frame, "Figures of teams are private here.") != NULL);
    stage.model.privacy = PRIVACY_TEAMS;
    frame_begin(&frame);
    view_results_teams(&frame.ui, (Rect){800.0F, 240.0F, 456.0F, 196.0F}, &stage.model);
    frame_end(&frame);
    check(frame_text(&frame, "Nobody is in a team.") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_grooves_and_takes_of_the_whole_session),
        cmocka_unit_test(the_curve_names_the_stages_of_the_session),
        cmocka_unit_test(the_longest_session_fits_into_the_curve),
        cmocka_unit_test(a_bar_is_told_with_the_timeline_of_its_time),
        cmocka_unit_test(the_journey_is_that_of_the_session),
        cmocka_unit_test(the_histogram_has_a_fixed_range_and_no_misses),
        cmocka_unit_test(the_range_is_that_of_the_windows_whatever_was_hit),
        cmocka_unit_test(late_is_up_over_time),
        cmocka_unit_test(each_award_goes_to_who_has_most_of_it),
        cmocka_unit_test(nobody_is_praised_for_next_to_nothing),
        cmocka_unit_test(a_team_without_others_that_play_wins_nothing),
        cmocka_unit_test(awards_are_for_the_most_whatever_the_figures),
        cmocka_unit_test(where_teams_are_private_it_is_said_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
