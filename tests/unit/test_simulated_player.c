/* Players made of numbers follow the timeline that everybody follows. */
#include "client/model/simulated_player.h"

#include <string.h>

#include "tests/support/check.h"

enum {
    HITS_MAX = 4096
};

/* A timeline, its grooves, a player, and everything that the player did. */
typedef struct {
    Timeline timeline;
    Groove pulse;
    Groove offbeat;
    const Groove *grooves[GROOVES_MAX];
    uint8_t part;
    SimulatedPlayer player;
    SessionTime now;
    SimulatedHit hits[HITS_MAX];
    int hit_count;
} Stage;

static Groove groove_of(const char *steps, uint8_t steps_per_beat)
{
    Groove groove = {
        .title = "Test",
        .tempo_mbpm = 120000,
        .beats_per_bar = 4,
        .steps_per_beat = steps_per_beat,
        .bars = 1,
        .metre_unit = 4,
        .part_count = 1,
    };

    groove.parts[0] = (GroovePart){.drum = DRUM_CLAVE, .title = "One"};
    for (size_t i = 0; steps[i] != '\0'; i++) {
        groove.parts[0].steps[i] = (uint8_t)(steps[i] == 'X'   ? STEP_ACCENT
                                             : steps[i] == 'x' ? STEP_HIT
                                                               : STEP_REST);
    }
    return groove;
}

static void stage_init(Stage *stage, PlayerTrouble trouble, uint64_t seed)
{
    PlayerProfile profile = player_profile_named(PLAYER_NON_MUSICIAN);

    memset(stage, 0, sizeof *stage);
    stage->pulse = groove_of("Xxxx", 1);
    stage->offbeat = groove_of(".x.x.x.x", 2);
    stage->pulse.part_count = 2;
    stage->pulse.parts[1] = stage->offbeat.parts[0];
    memset(stage->pulse.parts[1].steps, 0, sizeof stage->pulse.parts[1].steps);
    stage->pulse.parts[1].steps[0] = STEP_HIT;
    (void)memcpy(stage->pulse.parts[1].title, "Two", 4);
    check(groove_is_valid(&stage->pulse));
    check(groove_is_valid(&stage->offbeat));
    stage->grooves[0] = &stage->pulse;
    stage->grooves[1] = &stage->offbeat;
    timeline_init(&stage->timeline, 0, 4);
    stage->now.ns = 5 * NS_PER_S;
    simulated_player_init(&stage->player, &profile, trouble, seed);
}

/* Lets `duration_ns` pass, asking every `step_ns`. */
static void stage_run(Stage *stage, int64_t duration_ns, int64_t step_ns)
{
    int64_t end_ns = stage->now.ns + duration_ns;

    while (stage->now.ns < end_ns) {
        const SimulatedScore score = {
            .timeline = &stage->timeline, .grooves = stage->grooves, .part = stage->part};

        stage->now.ns += step_ns;
        simulated_player_plan(&stage->player, &score, stage->now);
        while (stage->hit_count < HITS_MAX &&
               simulated_player_take(&stage->player, stage->now, &stage->hits[stage->hit_count])) {
            stage->hit_count++;
        }
    }
}

static void stage_start(Stage *stage, int count_in_bars, int32_t tempo_mbpm)
{
    SessionTime at = {stage->now.ns + NS_PER_S};

    check(timeline_start(&stage->timeline, at, count_in_bars, tempo_mbpm));
}

static Beats next_line(const Stage *stage)
{
    SessionTime known = {stage->now.ns + 750 * NS_PER_MS};

    return timeline_next_bar(&stage->timeline, tempo_map_beats_at(&stage->timeline.tempo, known));
}

static void nobody_plays_in_the_lobby_or_the_count_in(void **state)
{
    Stage stage;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 1);
    stage_run(&stage, 5 * NS_PER_S, 20 * NS_PER_MS);
    check_i64(stage.hit_count, 0);
    check_i64(simulated_player_due(&stage.player).ns, INT64_MAX);
    stage_start(&stage, 2, 120000);
    stage_run(&stage, NS_PER_S + 3700 * NS_PER_MS, 20 * NS_PER_MS);
    check_i64(stage.hit_count, 0);
    stage_run(&stage, 600 * NS_PER_MS, 20 * NS_PER_MS);
    check_i64(stage.hit_count, 1);
    check_i64(stage.hits[0].note.ubeats, 8 * UBEATS_PER_BEAT);
}

static void every_note_is_hit_once_where_the_hit_says(void **state)
{
    Stage stage;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 2);
    stage_start(&stage, 1, 120000);
    stage_run(&stage, 121 * NS_PER_S, 20 * NS_PER_MS);
    check_i64_between(stage.hit_count, 235, 237);
    for (int i = 0; i < stage.hit_count; i++) {
        const SimulatedHit *hit = &stage.hits[i];
        SessionTime note_at = tempo_map_time_of(&stage.timeline.tempo, hit->note);

        check_i64(hit->note.ubeats, (4 + i) * UBEATS_PER_BEAT);
        check_i64(hit->note_at.ns, note_at.ns);
        check_i64(hit->at.ns - note_at.ns, hit->asynchrony_ns);
        check_i64(hit->spacing_ns, 500 * NS_PER_MS);
        check_i64_between(hit->velocity, 1, 127);
        check_i64(hit->pad, 0);
    }
}

static void a_player_who_comes_in_late_enters_at_a_bar_line(void **state)
{
    Stage stage;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 3);
    stage_start(&stage, 0, 120000);
    stage.now.ns += NS_PER_S + 2500 * NS_PER_MS; /* beat 5 of the music */
    stage_run(&stage, 10 * NS_PER_S, 20 * NS_PER_MS);
    check_i64(stage.hits[0].note.ubeats, 8 * UBEATS_PER_BEAT);
    check_i64(stage.hits[1].note.ubeats, 9 * UBEATS_PER_BEAT);
}

static void a_pause_silences_from_its_bar_line_and_the_music_goes_on_after_it(void **state)
{
    Stage stage;
    Beats line;
    int played;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 4);
    stage_start(&stage, 0, 60000);
    stage_run(&stage, 10500 * NS_PER_MS, 20 * NS_PER_MS);
    line = next_line(&stage);
    check(timeline_halt(&stage.timeline, line, TRANSPORT_PAUSED));
    stage_run(&stage, 20 * NS_PER_S, 20 * NS_PER_MS);
    played = stage.hit_count;
    check_i64(stage.hits[played - 1].note.ubeats, line.ubeats - UBEATS_PER_BEAT);
    stage_start(&stage, 0, 60000);
    stage_run(&stage, 10 * NS_PER_S, 20 * NS_PER_MS);
    check_i64(stage.hits[played].note.ubeats, line.ubeats);
    check_i64(stage.hits[played + 1].note.ubeats, line.ubeats + UBEATS_PER_BEAT);
}

static void planned_hits_move_with_a_change_of_tempo(void **state)
{
    Stage stage;
    Beats line;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 5);
    stage_start(&stage, 0, 60000);
    stage_run(&stage, 7900 * NS_PER_MS, 20 * NS_PER_MS);
    line = next_line(&stage);
    check(stage.player.planned_until.ubeats > line.ubeats);
    check(timeline_change_tempo(&stage.timeline, line, 180000));
    stage_run(&stage, 10 * NS_PER_S, 20 * NS_PER_MS);
    for (int i = 0; i < stage.hit_count; i++) {
        const SimulatedHit *hit = &stage.hits[i];

        check_i64(hit->note.ubeats, i * UBEATS_PER_BEAT);
        check_i64(hit->note_at.ns, tempo_map_time_of(&stage.timeline.tempo, hit->note).ns);
        check_i64(hit->at.ns - hit->note_at.ns, hit->asynchrony_ns);
    }
    check_i64_between(stage.hit_count, 30, 40);
}

static void another_groove_or_part_is_played_from_where_it_begins(void **state)
{
    Stage stage;
    Beats line;
    int index = 0;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 6);
    stage_start(&stage, 0, 60000);
    stage_run(&stage, 7900 * NS_PER_MS, 20 * NS_PER_MS);
    line = next_line(&stage);
    check(timeline_change_groove(&stage.timeline, line, 1, 4));
    stage_run(&stage, 8 * NS_PER_S, 20 * NS_PER_MS);
    while (stage.hits[index].note.ubeats < line.ubeats) {
        check_i64(stage.hits[index].note.ubeats, index * UBEATS_PER_BEAT);
        index++;
    }
    check_i64(index, line.ubeats / UBEATS_PER_BEAT);
    check_i64(stage.hits[index].note.ubeats, line.ubeats + UBEATS_PER_BEAT / 2);
    line = next_line(&stage);
    check(timeline_change_groove(&stage.timeline, line, 0, 4));
    stage.part = 3; /* the second of two */
    stage_run(&stage, 12 * NS_PER_S, 20 * NS_PER_MS);
    check_i64(stage.hits[stage.hit_count - 1].note.ubeats % (4 * UBEATS_PER_BEAT), 0);
}

static void a_groove_that_has_not_arrived_is_waited_for(void **state)
{
    Stage stage;

    (void)state;
    stage_init(&stage, TROUBLE_NONE, 7);
    stage.grooves[0] = NULL;
    stage_start(&stage, 0, 120000);
    stage_run(&stage, 5 * NS_PER_S, 20 * NS_PER_MS);
    check_i64(stage.hit_count, 0);
    stage.grooves[0] = &stage.pulse;
    stage_run(&stage, 5 * NS_PER_S, 20 * NS_PER_MS);
    check_i64_between(stage.hit_count, 8, 11); /* and what was missed is not made up for */
}

static void troublemakers_do_what_they_are_named_for(void **state)
{
    Stage stage;

    (void)state;
    stage_init(&stage, TROUBLE_IDLE, 8);
    stage_start(&stage, 0, 120000);
    stage_run(&stage, 60 * NS_PER_S, 20 * NS_PER_MS);
    check_i64(stage.hit_count, 0);
    stage_init(&stage, TROUBLE_DOUBLE, 8);
    stage_start(&stage, 0, 120000);
    stage_run(&stage, 61 * NS_PER_S, 20 * NS_PER_MS);
    check_i64_between(stage.hit_count, 238, 242);
    stage_init(&stage, TROUBLE_FAST, 8);
    stage_start(&stage, 0, 120000);
    stage_run(&stage, 61 * NS_PER_S, 20 * NS_PER_MS);
    check_i64_between(stage.hit_count, 128, 138);
    for (int i = 1; i < stage.hit_count; i++) {
        check_i64_between(
            stage.hits[i].at.ns - stage.hits[i - 1].at.ns, 300 * NS_PER_MS, 600 * NS_PER_MS);
    }
}

static void the_playing_depends_on_the_seed_alone_not_on_when_one_asks(void **state)
{
    static Stage one;
    static Stage other;

    (void)state;
    stage_init(&one, TROUBLE_ERRATIC, 9);
    stage_init(&other, TROUBLE_ERRATIC, 9);
    stage_start(&one, 1, 97000);
    stage_start(&other, 1, 97000);
    stage_run(&one, 100 * NS_PER_S, NS_PER_MS);
    stage_run(&other, 100 * NS_PER_S, 50 * NS_PER_MS);
    check_i64_between(one.hit_count - other.hit_count, 0, 1);
    check_i64_between(other.hit_count, 140, 170);
    for (int i = 0; i < other.hit_count; i++) {
        check_i64(one.hits[i].at.ns, other.hits[i].at.ns);
        check_i64(one.hits[i].velocity, other.hits[i].velocity);
    }
}

/* One command of a facilitator who cannot decide. */
static void change_something(Stage *stage, Prng *prng)
{
    Timeline *timeline = &stage->timeline;
    Beats line = next_line(stage);
    int32_t tempo_mbpm = (int32_t)(60000 + prng_below(prng, 140000));
    bool changed = false;

    switch (prng_below(prng, 5)) {
    case 0:
        changed = timeline_change_tempo(timeline, line, tempo_mbpm);
        break;
    case 1:
        changed = timeline_ramp_tempo(timeline, line, 2, tempo_mbpm);
        break;
    case 2:
        changed = timeline_change_groove(timeline, line, (uint8_t)prng_below(prng, 2), 4);
        break;
    case 3:
        changed = timeline_halt(timeline, line, TRANSPORT_PAUSED);
        break;
    default:
        changed = timeline_start(timeline, (SessionTime){stage->now.ns + NS_PER_S}, 0, tempo_mbpm);
        break;
    }
    (void)changed; /* not every wish makes sense */
}

/* Each hit taken lies on a note that the timeline has there, and later than the one before. */
static void check_hits(const Stage *stage, int from)
{
    for (int i = from; i < stage->hit_count; i++) {
        const SimulatedHit *hit = &stage->hits[i];
        const Section *section = timeline_section_at(&stage->timeline, hit->note);
        GrooveNote note;

        check_i64(section->transport, TRANSPORT_PLAYING);
        check(groove_note_at_or_after(
            stage->grooves[section->groove], 0, section->start, hit->note, &note));
        check_i64(note.at.ubeats, hit->note.ubeats);
        check_i64(hit->at.ns - hit->note_at.ns, hit->asynchrony_ns);
        check(i == 0 || hit->note.ubeats > stage->hits[i - 1].note.ubeats);
    }
}

static void
through_all_changes_each_note_is_hit_at_most_once_and_none_that_is_not_there(void **state)
{
    static Stage stage;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(11));
    for (int round = 0; round < 60; round++) {
        stage_init(&stage, TROUBLE_NONE, 100 + (uint64_t)round);
        stage_start(&stage, 1, 120000);
        for (int command = 0; command < 25; command++) {
            int from = stage.hit_count;

            stage_run(&stage, (int64_t)prng_below(&prng, 6000) * NS_PER_MS, 10 * NS_PER_MS);
            check_hits(&stage, from);
            change_something(&stage, &prng);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_plays_in_the_lobby_or_the_count_in),
        cmocka_unit_test(every_note_is_hit_once_where_the_hit_says),
        cmocka_unit_test(a_player_who_comes_in_late_enters_at_a_bar_line),
        cmocka_unit_test(a_pause_silences_from_its_bar_line_and_the_music_goes_on_after_it),
        cmocka_unit_test(planned_hits_move_with_a_change_of_tempo),
        cmocka_unit_test(another_groove_or_part_is_played_from_where_it_begins),
        cmocka_unit_test(a_groove_that_has_not_arrived_is_waited_for),
        cmocka_unit_test(troublemakers_do_what_they_are_named_for),
        cmocka_unit_test(the_playing_depends_on_the_seed_alone_not_on_when_one_asks),
        cmocka_unit_test(
            through_all_changes_each_note_is_hit_at_most_once_and_none_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
