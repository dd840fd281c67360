#include "shared/session/group.h"

#include <math.h>
#include <string.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "tests/support/check.h"

enum {
    BEATS_PER_BAR = 4,
    FACTS_MAX = 64
};
#define START_NS (100 * NS_PER_S)
#define BEAT_NS (500 * NS_PER_MS)

/* One team of many, whose hits are given beat by beat. */
typedef struct {
    Session session;
    Participant participants[1 + OBSERVERS_MAX];
    Outbox outbox;
    Journal journal;
    JournalEntry facts[FACTS_MAX];
} Stage;

static Stage *new_stage(void)
{
    static Stage stage;
    const SessionConfig config = {.title = "Stage", .seats = 1, .grace_s = 600};
    const char *text = BUILTIN_GROOVES[0].text;
    Groove groove;

    memset(&stage, 0, sizeof stage);
    check(groove_text_parse(text, strlen(text), &groove, NULL));
    check_i64(groove.beats_per_bar, BEATS_PER_BAR);
    stage.journal.entries = stage.facts;
    stage.journal.capacity = FACTS_MAX;
    outbox_init(&stage.outbox);
    session_init(&stage.session, &config, stage.participants, &groove, 1);
    check(timeline_start(&stage.session.timeline, (SessionTime){START_NS}, 0, 120000));
    stage.session.team_count = 1;
    stage.session.teams[0].active = 12;
    stage.session.teams[0].members = 12;
    return &stage;
}

/* Plays one bar: twelve hits on every beat, a third of them `spread_uturns` late. */
static void play_bar(Stage *stage, int64_t bar, int32_t spread_uturns)
{
    const int64_t end_ns = START_NS + bar * BEATS_PER_BAR * BEAT_NS;

    for (int64_t beat = (bar - 1) * BEATS_PER_BAR; beat < bar * BEATS_PER_BAR; beat++) {
        for (int person = 0; person < 12; person++) {
            check(group_statistics_add(
                &stage->session.teams[0].statistics, beat, person % 3 == 0 ? spread_uturns : 0));
        }
    }
    group_finish_bars(&stage->session,
                      (SessionTime){end_ns + SESSION_SETTLE_NS},
                      &stage->outbox,
                      &stage->journal);
    check_i64(stage->session.bar_count, bar);
}

static double first_together(const Team *team)
{
    const int count = team->bars.count < TEAM_FIRST_BARS ? team->bars.count : TEAM_FIRST_BARS;

    return team->bars.first_sum / 100.0 / count;
}

/* What everybody is told of the one team. */
static TeamEntry told_of_team(Stage *stage)
{
    static Message message;
    const OutboxItem *item = NULL;

    outbox_clear(&stage->outbox);
    group_send_team_page(&stage->session, &stage->outbox);
    check_i64(stage->outbox.item_count, 1);
    item = &stage->outbox.items[0];
    check(message_decode(outbox_bytes(&stage->outbox, item), item->size_bytes, &message));
    check_i64(message.type, MESSAGE_TEAMS);
    check_i64(message.teams.count, 1);
    return message.teams.entries[0];
}

static void a_teams_take_is_told_by_its_mean_lowest_and_wobble(void **state)
{
    static const int32_t spreads[12] = {0, 60000, 0, 90000, 0, 0, 0, 0, 120000, 120000, 0, 0};
    Stage *stage = new_stage();
    double sum = 0.0;
    double square_sum = 0.0;
    double lowest = 101.0;
    TeamEntry told;

    (void)state;
    check_i64(told_of_team(stage).bars, 0);
    for (int bar = 1; bar <= 12; bar++) {
        double together = 0.0;

        play_bar(stage, bar, spreads[bar - 1]);
        together =
            group_statistics_figures(
                &stage->session.teams[0].statistics, bar * BEATS_PER_BAR - 1, BEAT_NS, 12, 12)
                .together;
        sum += together;
        square_sum += together * together;
        lowest = bar > 8 && together < lowest ? together : lowest;
        if (bar == 8) {
            check_i64(told_of_team(stage).lowest_together_centi, 0);
        }
    }
    told = told_of_team(stage);
    check_i64(told.bars, 12);
    check_near(told.first_together_centi / 100.0, first_together(&stage->session.teams[0]), 0.006);
    check_near(told.mean_together_centi / 100.0, sum / 12.0, 0.011);
    check_near(told.lowest_together_centi / 100.0, lowest, 0.006);
    check(lowest < 90.0);
    check_near(told.wobble_centi / 100.0, sqrt((square_sum - sum * sum / 12.0) / 11.0), 0.011);
}

static void a_teams_first_figure_is_over_all_of_its_first_eight_bars(void **state)
{
    Stage *stage = new_stage();
    const Team *team = &stage->session.teams[0];

    (void)state;
    for (int bar = 1; bar <= 4; bar++) {
        play_bar(stage, bar, 500000);
    }
    check_between(first_together(team), 0.0, 25.0);
    for (int bar = 5; bar <= 8; bar++) {
        play_bar(stage, bar, 0);
    }
    /* Four bars scattered, then tight; a bar's figure reaches back over one before it. */
    check_between(first_together(team), 37.5, 62.5);
}

static void later_bars_leave_a_teams_first_figure_alone(void **state)
{
    Stage *stage = new_stage();
    double first = 0.0;

    (void)state;
    for (int bar = 1; bar <= 8; bar++) {
        play_bar(stage, bar, 500000);
    }
    first = first_together(&stage->session.teams[0]);
    for (int bar = 9; bar <= 12; bar++) {
        play_bar(stage, bar, 0);
    }
    check_near(first_together(&stage->session.teams[0]), first, 0.0);
}

static void a_bar_that_is_kept_is_not_summed_up_again(void **state)
{
    Stage *stage = new_stage();
    BarEntry bar = {.take = 1, .together_centi = 7700};

    (void)state;
    for (bar.bar = 1; bar.bar <= 3; bar.bar++) {
        group_keep_bar(&stage->session, &bar);
    }
    for (int number = 1; number <= 3; number++) {
        group_finish_bars(
            &stage->session,
            (SessionTime){START_NS + number * (BEATS_PER_BAR * BEAT_NS) + SESSION_SETTLE_NS},
            &stage->outbox,
            &stage->journal);
        check_i64(stage->session.bar_count, 3);
        check_i64(stage->session.bars[number - 1].together_centi, 7700);
    }
    play_bar(stage, 4, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_teams_first_figure_is_over_all_of_its_first_eight_bars),
        cmocka_unit_test(later_bars_leave_a_teams_first_figure_alone),
        cmocka_unit_test(a_teams_take_is_told_by_its_mean_lowest_and_wobble),
        cmocka_unit_test(a_bar_that_is_kept_is_not_summed_up_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
