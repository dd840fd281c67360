#include "shared/session/group.h"

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

static void a_teams_first_figure_is_over_all_of_its_first_eight_bars(void **state)
{
    Stage *stage = new_stage();
    const Team *team = &stage->session.teams[0];

    (void)state;
    for (int bar = 1; bar <= 4; bar++) {
        play_bar(stage, bar, 500000);
    }
    check_between(team->first_together, 0.0, 25.0);
    for (int bar = 5; bar <= 8; bar++) {
        play_bar(stage, bar, 0);
    }
    /* Four bars scattered, then tight; a bar's figure reaches back over one before it. */
    check_between(team->first_together, 37.5, 62.5);
}

static void later_bars_leave_a_teams_first_figure_alone(void **state)
{
    Stage *stage = new_stage();
    double first = 0.0;

    (void)state;
    for (int bar = 1; bar <= 8; bar++) {
        play_bar(stage, bar, 500000);
    }
    first = stage->session.teams[0].first_together;
    for (int bar = 9; bar <= 12; bar++) {
        play_bar(stage, bar, 0);
    }
    check_near(stage->session.teams[0].first_together, first, 0.0);
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
        cmocka_unit_test(a_bar_that_is_kept_is_not_summed_up_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
