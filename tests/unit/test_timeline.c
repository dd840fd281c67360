/*
 * The timeline: what each command does to bars, takes and time, and which timelines are broken.
 */
#include "tests/support/check.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/timeline.h"

#define BEAT UBEATS_PER_BEAT
#define BAR (4 * BEAT)

static SessionTime at_ns(int64_t ns)
{
    return (SessionTime){ns};
}

static Beats at_beats(int64_t ubeats)
{
    return (Beats){ubeats};
}

/* In the lobby with a groove of four beats. */
static Timeline lobby(void)
{
    Timeline timeline;

    timeline_init(&timeline, 3, 4);
    return timeline;
}

/* Started at 10 s with `count_in_bars` at 120 bpm: a bar lasts 2 s. */
static Timeline started(int count_in_bars)
{
    Timeline timeline = lobby();

    check(timeline_start(&timeline, at_ns(10 * NS_PER_S), count_in_bars, 120000));
    return timeline;
}

static int64_t position(const Timeline *timeline, int64_t ns)
{
    return tempo_map_beats_at(&timeline->tempo, at_ns(ns)).ubeats;
}

static int32_t bar_at(const Timeline *timeline, int64_t ns)
{
    return timeline_bar_at(timeline, at_beats(position(timeline, ns))).bar;
}

static Transport transport_at(const Timeline *timeline, int64_t ns)
{
    return (Transport)timeline_section_at_time(timeline, at_ns(ns))->transport;
}

static void check_same_timeline(const Timeline *actual, const Timeline *expected)
{
    check_i64(actual->revision, expected->revision);
    check_i64(actual->tempo.segment_count, expected->tempo.segment_count);
    check_i64(actual->section_count, expected->section_count);
    for (int i = 0; i < actual->tempo.segment_count; i++) {
        check_i64(actual->tempo.segments[i].start.ns, expected->tempo.segments[i].start.ns);
        check_i64(actual->tempo.segments[i].tempo_mbpm, expected->tempo.segments[i].tempo_mbpm);
    }
    for (int i = 0; i < actual->section_count; i++) {
        check_i64(actual->sections[i].start.ubeats, expected->sections[i].start.ubeats);
        check_i64(actual->sections[i].transport, expected->sections[i].transport);
        check_i64(actual->sections[i].groove, expected->sections[i].groove);
        check_i64(actual->sections[i].first_bar, expected->sections[i].first_bar);
    }
}

static void a_new_timeline_waits_in_the_lobby(void **state)
{
    const Timeline timeline = lobby();

    (void)state;
    check(timeline_is_valid(&timeline));
    check_i64(transport_at(&timeline, 0), TRANSPORT_LOBBY);
    check_i64(timeline.sections[0].groove, 3);
    check_i64(timeline.sections[0].take, 0);
    check_i64(position(&timeline, 100 * NS_PER_S), 0);
}

static void a_start_counts_in_and_then_plays_bar_one(void **state)
{
    const Timeline timeline = started(2);

    (void)state;
    check(timeline_is_valid(&timeline));
    check_i64(transport_at(&timeline, 10 * NS_PER_S - 1), TRANSPORT_LOBBY);
    check_i64(transport_at(&timeline, 10 * NS_PER_S), TRANSPORT_COUNT_IN);
    check_i64(bar_at(&timeline, 10 * NS_PER_S), -1);
    check_i64(bar_at(&timeline, 12 * NS_PER_S), 0);
    check_i64(transport_at(&timeline, 14 * NS_PER_S - 1), TRANSPORT_COUNT_IN);
    check_i64(transport_at(&timeline, 14 * NS_PER_S), TRANSPORT_PLAYING);
    check_i64(bar_at(&timeline, 14 * NS_PER_S), 1);
    check_i64(bar_at(&timeline, 16 * NS_PER_S - 1), 1);
    check_i64(bar_at(&timeline, 16 * NS_PER_S), 2);
    check_i64(timeline.sections[timeline.section_count - 1].take, 1);
}

static void a_start_without_count_in_plays_at_once(void **state)
{
    const Timeline timeline = started(0);

    (void)state;
    check_i64(transport_at(&timeline, 10 * NS_PER_S), TRANSPORT_PLAYING);
    check_i64(bar_at(&timeline, 10 * NS_PER_S), 1);
}

static void beats_within_a_bar_count_from_zero(void **state)
{
    const Timeline timeline = started(1);
    const BarPosition last = timeline_bar_at(&timeline, at_beats(BAR + 3 * BEAT + BEAT / 4));

    (void)state;
    check_i64(last.bar, 1);
    check_i64(last.beat, 3);
    check_i64(last.beats_per_bar, 4);
    check_near(last.beat_fraction, 0.25, 1e-9);
}

static void bar_lines_are_found_from_within_a_bar(void **state)
{
    const Timeline timeline = started(1);

    (void)state;
    check_i64(timeline_next_bar(&timeline, at_beats(2 * BAR)).ubeats, 2 * BAR);
    check_i64(timeline_next_bar(&timeline, at_beats(2 * BAR + 1)).ubeats, 3 * BAR);
    check_i64(timeline_bar_start(&timeline, at_beats(3 * BAR - 1)).ubeats, 2 * BAR);
    check_i64(timeline_bar_start(&timeline, at_beats(3 * BAR)).ubeats, 3 * BAR);
}

static void a_pause_halts_on_its_bar_line_and_keeps_the_bar_numbers(void **state)
{
    Timeline timeline = started(1);

    (void)state;
    check(timeline_halt(&timeline, at_beats(5 * BAR), TRANSPORT_PAUSED));
    check_i64(transport_at(&timeline, 20 * NS_PER_S - 1), TRANSPORT_PLAYING);
    check_i64(transport_at(&timeline, 20 * NS_PER_S), TRANSPORT_PAUSED);
    check_i64(bar_at(&timeline, 19 * NS_PER_S), 4);
    check_i64(bar_at(&timeline, 90 * NS_PER_S), 5);
    check(timeline_start(&timeline, at_ns(100 * NS_PER_S), 1, 120000));
    check_i64(transport_at(&timeline, 99 * NS_PER_S), TRANSPORT_PAUSED);
    check_i64(transport_at(&timeline, 100 * NS_PER_S), TRANSPORT_COUNT_IN);
    check_i64(bar_at(&timeline, 100 * NS_PER_S), 4);
    check_i64(transport_at(&timeline, 102 * NS_PER_S), TRANSPORT_PLAYING);
    check_i64(bar_at(&timeline, 102 * NS_PER_S), 5);
    check_i64(timeline_section_at_time(&timeline, at_ns(102 * NS_PER_S))->take, 1);
    check(timeline_is_valid(&timeline));
}

static void a_start_after_a_stop_is_a_new_take_at_bar_one(void **state)
{
    Timeline timeline = started(1);

    (void)state;
    check(timeline_halt(&timeline, at_beats(5 * BAR), TRANSPORT_STOPPED));
    check_i64(transport_at(&timeline, 25 * NS_PER_S), TRANSPORT_STOPPED);
    check(timeline_start(&timeline, at_ns(100 * NS_PER_S), 0, 90000));
    check_i64(bar_at(&timeline, 100 * NS_PER_S), 1);
    check_i64(timeline_section_at_time(&timeline, at_ns(100 * NS_PER_S))->take, 2);
    check_i64(position(&timeline, 100 * NS_PER_S), 5 * BAR);
}

static void a_halt_during_the_count_in_does_not_count_bars_below_one(void **state)
{
    Timeline timeline = started(4);

    (void)state;
    check(timeline_halt(&timeline, at_beats(BAR), TRANSPORT_PAUSED));
    check_i64(transport_at(&timeline, 13 * NS_PER_S), TRANSPORT_PAUSED);
    check_i64(bar_at(&timeline, 13 * NS_PER_S), 1);
    check(timeline_start(&timeline, at_ns(20 * NS_PER_S), 0, 120000));
    check_i64(bar_at(&timeline, 20 * NS_PER_S), 1);
}

static void halted_music_rests_otherwise_at_once(void **state)
{
    Timeline timeline = started(0);

    (void)state;
    check(!timeline_rest(&timeline, TRANSPORT_LOBBY));
    check(timeline_halt(&timeline, at_beats(BAR), TRANSPORT_PAUSED));
    check(!timeline_rest(&timeline, TRANSPORT_LOBBY));
    check(timeline_rest(&timeline, TRANSPORT_STOPPED));
    check(!timeline_rest(&timeline, TRANSPORT_STOPPED));
    check(timeline_rest(&timeline, TRANSPORT_LOBBY));
    check_i64(transport_at(&timeline, 60 * NS_PER_S), TRANSPORT_LOBBY);
}

static void a_tempo_change_holds_from_its_bar_line(void **state)
{
    Timeline timeline = started(1);

    (void)state;
    check(timeline_change_tempo(&timeline, at_beats(3 * BAR), 60000));
    check_i64(bar_at(&timeline, 16 * NS_PER_S - 1), 2);
    check_i64(bar_at(&timeline, 16 * NS_PER_S), 3);
    check_i64(bar_at(&timeline, 20 * NS_PER_S - 1), 3);
    check_i64(bar_at(&timeline, 20 * NS_PER_S), 4);
}

static void a_tempo_change_takes_back_a_halt_planned_behind_it(void **state)
{
    Timeline timeline = started(1);

    (void)state;
    check(timeline_halt(&timeline, at_beats(8 * BAR), TRANSPORT_STOPPED));
    check(timeline_change_tempo(&timeline, at_beats(3 * BAR), 60000));
    check(timeline_is_valid(&timeline));
    check_i64(transport_at(&timeline, 500 * NS_PER_S), TRANSPORT_PLAYING);
}

static void a_ramp_reaches_its_tempo_after_its_bars(void **state)
{
    Timeline timeline = started(0);

    (void)state;
    check(timeline_ramp_tempo(&timeline, at_beats(BAR), 4, 180000));
    check_i64(tempo_map_tempo_mbpm_at(&timeline.tempo,
                                      tempo_map_time_of(&timeline.tempo, at_beats(5 * BAR))),
              180000);
    check(tempo_map_tempo_mbpm_at(&timeline.tempo,
                                  tempo_map_time_of(&timeline.tempo, at_beats(4 * BAR))) < 180000);
}

static void a_groove_of_another_metre_begins_on_its_bar_line(void **state)
{
    Timeline timeline = started(1);

    (void)state;
    check(timeline_change_groove(&timeline, at_beats(3 * BAR), 7, 3));
    check_i64(timeline_section_at(&timeline, at_beats(3 * BAR - 1))->groove, 3);
    check_i64(timeline_section_at(&timeline, at_beats(3 * BAR))->groove, 7);
    check_i64(timeline_bar_at(&timeline, at_beats(3 * BAR)).bar, 3);
    check_i64(timeline_bar_at(&timeline, at_beats(3 * BAR + 3 * BEAT)).bar, 4);
    check_i64(timeline_next_bar(&timeline, at_beats(3 * BAR + 1)).ubeats, 3 * BAR + 3 * BEAT);
}

static void a_groove_chosen_during_the_count_in_changes_the_music_that_follows(void **state)
{
    Timeline timeline = started(2);

    (void)state;
    check(timeline_change_groove(&timeline, at_beats(BAR), 7, 3));
    check(timeline_is_valid(&timeline));
    check_i64(timeline_section_at(&timeline, at_beats(BAR))->groove, 3);
    check_i64(timeline_section_at(&timeline, at_beats(BAR))->transport, TRANSPORT_COUNT_IN);
    check_i64(timeline_section_at(&timeline, at_beats(2 * BAR))->groove, 7);
    check_i64(timeline_section_at(&timeline, at_beats(2 * BAR))->transport, TRANSPORT_PLAYING);
    check_i64(timeline_bar_at(&timeline, at_beats(2 * BAR)).bar, 1);
    check_i64(timeline_bar_at(&timeline, at_beats(2 * BAR + 3 * BEAT)).bar, 2);
}

static void a_groove_chosen_while_halted_waits_for_the_start(void **state)
{
    Timeline timeline = lobby();

    (void)state;
    check(timeline_change_groove(&timeline, at_beats(0), 9, 5));
    check_i64(timeline.section_count, 1);
    check_i64(timeline.sections[0].groove, 9);
    check(timeline_start(&timeline, at_ns(0), 1, 120000));
    check_i64(timeline_section_at(&timeline, at_beats(5 * BEAT))->groove, 9);
    check_i64(timeline_section_at(&timeline, at_beats(5 * BEAT))->transport, TRANSPORT_PLAYING);
}

static void every_change_raises_the_revision_by_one(void **state)
{
    Timeline timeline = lobby();
    const uint32_t first = timeline.revision;

    (void)state;
    check(timeline_start(&timeline, at_ns(0), 1, 120000));
    check(timeline_change_tempo(&timeline, at_beats(2 * BAR), 100000));
    check(timeline_ramp_tempo(&timeline, at_beats(3 * BAR), 2, 110000));
    check(timeline_change_groove(&timeline, at_beats(6 * BAR), 1, 4));
    check(timeline_halt(&timeline, at_beats(9 * BAR), TRANSPORT_PAUSED));
    check_i64(timeline.revision, first + 5);
}

static void commands_that_make_no_sense_change_nothing(void **state)
{
    Timeline timeline = started(1);
    Timeline before = timeline;

    (void)state;
    check(!timeline_start(&timeline, at_ns(20 * NS_PER_S), 1, 120000));
    check(!timeline_change_tempo(&timeline, at_beats(BAR), TEMPO_MBPM_MAX + 1));
    check(!timeline_ramp_tempo(&timeline, at_beats(BAR), 0, 120000));
    check(!timeline_ramp_tempo(&timeline, at_beats(BAR), 100000, 120000));
    check(!timeline_change_groove(&timeline, at_beats(BAR), GROOVES_MAX, 4));
    check(!timeline_change_groove(&timeline, at_beats(BAR), 1, 0));
    check(!timeline_change_groove(&timeline, at_beats(BAR), 1, GROOVE_BEATS_PER_BAR_MAX + 1));
    check_same_timeline(&timeline, &before);
    check(timeline_halt(&timeline, at_beats(4 * BAR), TRANSPORT_STOPPED));
    before = timeline;
    check(!timeline_halt(&timeline, at_beats(6 * BAR), TRANSPORT_PAUSED));
    check(!timeline_change_tempo(&timeline, at_beats(6 * BAR), 120000));
    check(!timeline_ramp_tempo(&timeline, at_beats(6 * BAR), 1, 120000));
    check(!timeline_start(&timeline, at_ns(11 * NS_PER_S), 1, 120000));
    check(!timeline_start(&timeline, at_ns(60 * NS_PER_S), 1, 1));
    check_same_timeline(&timeline, &before);
}

static void a_full_timeline_forgets_its_oldest_sections(void **state)
{
    Timeline timeline = started(1);

    (void)state;
    for (int i = 0; i < 3 * SECTIONS_MAX; i++) {
        check(timeline_change_groove(&timeline, at_beats((i + 2) * BAR), (uint8_t)(i % 5), 4));
        check(timeline_is_valid(&timeline));
    }
    check_i64(timeline.section_count, SECTIONS_MAX);
    /* A groove change keeps counting bars, whatever was forgotten. */
    for (int bar = 40; bar < 49; bar++) {
        check_i64(timeline_bar_at(&timeline, at_beats(bar * BAR)).bar, bar);
    }
}

static void a_section_ends_where_the_next_begins(void **state)
{
    const Timeline timeline = started(2);

    (void)state;
    check_i64(timeline_section_end(&timeline, &timeline.sections[0]).ubeats, 0);
    check_i64(timeline_section_end(&timeline, &timeline.sections[1]).ubeats, 2 * BAR);
    check_i64(timeline_section_end(&timeline, &timeline.sections[2]).ubeats, BEATS_NEVER.ubeats);
}

static void until_the_first_click_of_a_start_people_see_the_halt(void **state)
{
    Timeline timeline = started(0);

    (void)state;
    check(timeline_halt(&timeline, at_beats(BAR), TRANSPORT_STOPPED));
    check(timeline_start(&timeline, at_ns(60 * NS_PER_S), 1, 120000));
    check_i64(transport_at(&timeline, 12 * NS_PER_S - 1), TRANSPORT_PLAYING);
    check_i64(transport_at(&timeline, 12 * NS_PER_S), TRANSPORT_STOPPED);
    check_i64(transport_at(&timeline, 60 * NS_PER_S - 1), TRANSPORT_STOPPED);
    check_i64(transport_at(&timeline, 60 * NS_PER_S), TRANSPORT_COUNT_IN);
    /* A bar line on which a halt ends belongs to the music after it. */
    check_i64(timeline_section_at(&timeline, at_beats(BAR))->transport, TRANSPORT_COUNT_IN);
}

static void a_halt_before_the_first_click_takes_the_start_back(void **state)
{
    Timeline timeline = started(0);

    (void)state;
    check(timeline_halt(&timeline, at_beats(BAR), TRANSPORT_STOPPED));
    for (int i = 0; i < 2 * SECTIONS_MAX; i++) {
        check(timeline_start(&timeline, at_ns((60 + i) * NS_PER_S), 1, 120000));
        check(timeline_halt(&timeline, at_beats(BAR), TRANSPORT_STOPPED));
        check_i64(timeline.section_count, 3);
    }
    check_i64(transport_at(&timeline, 500 * NS_PER_S), TRANSPORT_STOPPED);
}

static void a_broken_timeline_is_recognised(void **state)
{
    const Timeline good = started(2);
    Timeline timeline = good;

    (void)state;
    check(timeline_is_valid(&timeline));
    timeline.section_count = 0;
    check(!timeline_is_valid(&timeline));
    timeline.section_count = SECTIONS_MAX + 1;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.sections[0].beats_per_bar = 0;
    check(!timeline_is_valid(&timeline));
    timeline.sections[0].beats_per_bar = GROOVE_BEATS_PER_BAR_MAX + 1;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.sections[1].transport = TRANSPORT_COUNT;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.sections[1].groove = GROOVES_MAX;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.sections[1].start.ubeats = timeline.sections[0].start.ubeats - 1;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.sections[1].first_bar = INT32_MAX;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.sections[1].start.ubeats = INT64_MAX;
    check(!timeline_is_valid(&timeline));
    timeline = good;
    timeline.tempo.segments[1].start_beats.ubeats += 1;
    check(!timeline_is_valid(&timeline));
}

/* A command at the next bar line after `now_ns`, as a session gives it. */
static bool command(Timeline *timeline, Prng *prng, int64_t now_ns)
{
    const Beats line = timeline_next_bar(timeline, at_beats(position(timeline, now_ns)));
    const int32_t tempo = 60000 + (int32_t)prng_below(prng, 120000);
    const uint8_t beats = (uint8_t)(2 + prng_below(prng, 6));

    switch (prng_below(prng, 7)) {
    case 0:
        return timeline_start(timeline, at_ns(now_ns), (int)prng_below(prng, 4), tempo);
    case 1:
        return timeline_halt(timeline, line, TRANSPORT_PAUSED);
    case 2:
        return timeline_halt(timeline, line, TRANSPORT_STOPPED);
    case 3:
        return timeline_rest(timeline,
                             prng_below(prng, 2) == 0 ? TRANSPORT_STOPPED : TRANSPORT_LOBBY);
    case 4:
        return timeline_change_groove(timeline, line, (uint8_t)prng_below(prng, 5), beats);
    case 5:
        return timeline_change_tempo(timeline, line, tempo);
    default:
        return timeline_ramp_tempo(timeline, line, 1 + (int)prng_below(prng, 8), tempo);
    }
}

static void any_sequence_of_commands_leaves_a_valid_timeline_that_never_goes_back(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(6));
    for (int i = 0; i < 100; i++) {
        Timeline timeline = lobby();
        int64_t now_ns = 0;
        int64_t where = 0;
        int carried_out = 0;

        for (int j = 0; j < 200; j++) {
            const uint32_t revision = timeline.revision;
            const Timeline before = timeline;
            const bool done = command(&timeline, &prng, now_ns);

            check(timeline_is_valid(&timeline));
            check_i64(timeline.revision, revision + (done ? 1U : 0U));
            if (!done) {
                check_same_timeline(&timeline, &before);
            }
            /* What has been heard stays: a command moves nothing before now. */
            check_i64(position(&timeline, now_ns), where);
            carried_out += done ? 1 : 0;
            now_ns += (int64_t)prng_below(&prng, 8000) * NS_PER_MS;
            check(position(&timeline, now_ns) >= where);
            where = position(&timeline, now_ns);
        }
        check(carried_out > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_timeline_waits_in_the_lobby),
        cmocka_unit_test(a_start_counts_in_and_then_plays_bar_one),
        cmocka_unit_test(a_start_without_count_in_plays_at_once),
        cmocka_unit_test(beats_within_a_bar_count_from_zero),
        cmocka_unit_test(bar_lines_are_found_from_within_a_bar),
        cmocka_unit_test(a_pause_halts_on_its_bar_line_and_keeps_the_bar_numbers),
        cmocka_unit_test(a_start_after_a_stop_is_a_new_take_at_bar_one),
        cmocka_unit_test(a_halt_during_the_count_in_does_not_count_bars_below_one),
        cmocka_unit_test(halted_music_rests_otherwise_at_once),
        cmocka_unit_test(a_tempo_change_holds_from_its_bar_line),
        cmocka_unit_test(a_tempo_change_takes_back_a_halt_planned_behind_it),
        cmocka_unit_test(a_ramp_reaches_its_tempo_after_its_bars),
        cmocka_unit_test(a_groove_of_another_metre_begins_on_its_bar_line),
        cmocka_unit_test(a_groove_chosen_during_the_count_in_changes_the_music_that_follows),
        cmocka_unit_test(a_groove_chosen_while_halted_waits_for_the_start),
        cmocka_unit_test(every_change_raises_the_revision_by_one),
        cmocka_unit_test(commands_that_make_no_sense_change_nothing),
        cmocka_unit_test(a_full_timeline_forgets_its_oldest_sections),
        cmocka_unit_test(a_section_ends_where_the_next_begins),
        cmocka_unit_test(until_the_first_click_of_a_start_people_see_the_halt),
        cmocka_unit_test(a_halt_before_the_first_click_takes_the_start_back),
        cmocka_unit_test(a_broken_timeline_is_recognised),
        cmocka_unit_test(any_sequence_of_commands_leaves_a_valid_timeline_that_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
