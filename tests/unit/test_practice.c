/* Practice is the server's own session in process: it opens, plays, ramps and keeps company. */
#include "client/desktop/practice.h"

#include <stdlib.h>
#include <string.h>

#include "client/model/simulated_player.h"
#include "tests/support/check.h"

#define START_NS (1000 * NS_PER_S)

typedef struct {
    ClientModel model;
    ModelOthers others;
    Outbox outbox;
    Practice *practice;
    HostTime now;
    Beats played_until; /* by play_exactly */
} Room;

static Room *room_open(const char *name, uint64_t seed)
{
    PracticeConfig config = {.calibrated = true, .profile = PROFILE_STANDARD, .seed = seed};
    Room *room = calloc(1, sizeof *room);

    assert_non_null(room);
    memcpy(config.name, name, strlen(name) + 1);
    room->now.ns = START_NS;
    room->practice =
        practice_create(&config, &room->model, &room->others, &room->outbox, room->now);
    assert_non_null(room->practice);
    return room;
}

static void room_close(Room *room)
{
    practice_destroy(room->practice);
    free(room);
}

static void pass(Room *room, int64_t duration_ns, int64_t step_ns)
{
    const int64_t end_ns = room->now.ns + duration_ns;

    while (room->now.ns < end_ns) {
        room->now.ns += step_ns;
        practice_step(room->practice, room->now);
    }
}

static void command(Room *room, CommandKind kind, int32_t a, int32_t b)
{
    model_command(&room->model, kind, a, b, NULL, &room->outbox);
    practice_step(room->practice, room->now);
}

/* Hits every note of the person's part to the nanosecond for a while. */
static void play_exactly(Room *room, int64_t duration_ns)
{
    const int64_t end_ns = room->now.ns + duration_ns;

    while (room->now.ns < end_ns) {
        const ModelNow music = model_now(&room->model, room->now);
        GrooveNote note;

        while (music.transport == TRANSPORT_PLAYING &&
               groove_note_at_or_after(music.groove,
                                       model_part_index(&room->model, music.groove, music.position),
                                       music.section->start,
                                       room->played_until,
                                       &note) &&
               note.at.ubeats <= music.position.ubeats) {
            const SessionTime at = tempo_map_time_of(&room->model.timeline.tempo, note.at);

            (void)model_hit_at(&room->model, at, 0, 100, &room->outbox);
            room->played_until.ubeats = note.at.ubeats + 1;
        }
        room->now.ns += PRACTICE_CADENCE_NS;
        practice_step(room->practice, room->now);
    }
}

static void the_person_has_the_first_seat_and_may_command(void **state)
{
    Room *room = room_open("Maya", 1);

    (void)state;
    check_i64(room->model.phase, MODEL_JOINED);
    check_i64(room->model.welcome.seat, 0);
    check_i64(room->model.welcome.role, ROLE_FACILITATOR);
    check_text(room->model.welcome.name, "Maya");
    check_text(room->model.welcome.title, "Practice");
    check(room->model.has_timeline);
    check_i64(room->model.refusal_count, 0);
    room_close(room);
}

static void somebody_without_a_name_is_called_you(void **state)
{
    Room *room = room_open("", 1);

    (void)state;
    check_text(room->model.welcome.name, "You");
    room_close(room);
}

static void session_time_is_host_time(void **state)
{
    Room *room = room_open("Maya", 1);

    (void)state;
    pass(room, 10 * NS_PER_S, PRACTICE_CADENCE_NS);
    check(room->model.clock.locked);
    check_i64(applied_clock_session(&room->model.clock, room->now).ns, room->now.ns);
    check_i64(model_clock_bars(&room->model), 4);
    room_close(room);
}

static void every_groove_can_be_chosen_by_name(void **state)
{
    (void)state;
    check_i64(practice_groove_index("pulse"), 0);
    check(practice_groove_index("backbeat") > 0);
    check(practice_groove_index("samba") > 0);
    check_i64(practice_groove_index("nothing of the kind"), -1);
}

static void exact_hits_are_all_spot_on(void **state)
{
    Room *room = room_open("Maya", 1);
    const StandingMessage *standing = &room->model.standing;

    (void)state;
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    command(room, COMMAND_TEMPO, 120000, 0);
    command(room, COMMAND_START, 1, 0);
    play_exactly(room, 30 * NS_PER_S);
    command(room, COMMAND_STOP, 0, 0);
    play_exactly(room, 8 * NS_PER_S);
    check_i64(model_now(&room->model, room->now).transport, TRANSPORT_STOPPED);
    check(standing->notes >= 50);
    check_u64(standing->counts[JUDGEMENT_PERFECT], standing->notes);
    check_i64(standing->score_centi, 10000);
    check_i64(standing->bias_us, 0);
    check_i64(room->model.outstanding_count, 0);
    room_close(room);
}

static void bandmates_come_play_and_go(void **state)
{
    Room *room = room_open("Maya", 7);
    const Session *session = practice_session(room->practice);

    (void)state;
    practice_set_bandmates(room->practice, 30);
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    check_i64(session->participant_count, 31);
    check_i64(room->model.snapshot.joined, 31);
    command(room, COMMAND_START, 1, 0);
    pass(room, 40 * NS_PER_S, PRACTICE_CADENCE_NS);
    check_i64(room->model.snapshot.active, 30);
    /* The population of the human model is called close or tight. */
    check_i64_between(room->model.snapshot.together_centi, 5500, 9900);
    check_i64_between(room->others.map[17].verdict, VERDICT_IDLE + 1, MAP_UNRATED);
    practice_set_bandmates(room->practice, 3);
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    check_i64(room->model.snapshot.joined, 4);
    check_i64(room->others.map[17].verdict, MAP_ABSENT);
    check_i64(room->model.refusal_count, 0);
    room_close(room);
}

static void a_bandmate_of_the_same_name_gets_another(void **state)
{
    Room *room = room_open("ada", 3);

    (void)state;
    practice_set_bandmates(room->practice, 2);
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    check_i64(room->model.snapshot.joined, 3);
    check_text(room->others.roster[1].name, "Ada B.");
    check_text(room->others.roster[2].name, "Ben");
    room_close(room);
}

static void the_ramp_gains_two_beats_per_minute_every_four_bars(void **state)
{
    Room *room = room_open("Maya", 1);
    int32_t tempo_by_bar[20] = {0};

    (void)state;
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    command(room, COMMAND_TEMPO, 120000, 0);
    practice_set_ramp(room->practice, 125000);
    command(room, COMMAND_START, 1, 0);
    for (int i = 0; i < 9000; i++) {
        const ModelNow music = model_now(&room->model, room->now);

        if (music.transport == TRANSPORT_PLAYING && music.bar.bar >= 1 && music.bar.bar < 20 &&
            music.bar.beat == 0) {
            tempo_by_bar[music.bar.bar] = music.tempo_mbpm;
        }
        room->now.ns += PRACTICE_CADENCE_NS;
        practice_step(room->practice, room->now);
    }
    check_i64(tempo_by_bar[1], 120000);
    check_i64(tempo_by_bar[4], 120000);
    check_i64(tempo_by_bar[5], 122000);
    check_i64(tempo_by_bar[8], 122000);
    check_i64(tempo_by_bar[9], 124000);
    check_i64(tempo_by_bar[12], 124000);
    check_i64(tempo_by_bar[13], 125000);
    check_i64(tempo_by_bar[19], 125000);
    check_i64(room->model.refusal_count, 0);
    room_close(room);
}

static void the_ramp_goes_down_as_well(void **state)
{
    Room *room = room_open("Maya", 1);

    (void)state;
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    command(room, COMMAND_TEMPO, 123000, 0);
    practice_set_ramp(room->practice, 120000);
    command(room, COMMAND_START, 0, 0);
    pass(room, 30 * NS_PER_S, PRACTICE_CADENCE_NS);
    check_i64(model_now(&room->model, room->now).tempo_mbpm, 120000);
    room_close(room);
}

/* The report of the person and seven bandmates after a take, stepped as given. */
static void report_of(int64_t step_ns, uint64_t seed, ReportEntry *entries, int entry_count)
{
    Room *room = room_open("Maya", seed);

    practice_set_bandmates(room->practice, entry_count - 1);
    pass(room, 600 * NS_PER_MS, 20 * NS_PER_MS);
    command(room, COMMAND_START, 1, 0);
    pass(room, 24 * NS_PER_S, step_ns);
    /* On from a moment that all step sizes reach. */
    room->now.ns = START_NS + 26 * NS_PER_S;
    practice_step(room->practice, room->now);
    command(room, COMMAND_STOP, 0, 0);
    pass(room, 8 * NS_PER_S, step_ns);
    for (int i = 0; i < entry_count; i++) {
        session_report_entry(practice_session(room->practice), (uint16_t)i, &entries[i]);
    }
    room_close(room);
}

static void the_same_seed_plays_the_same(void **state)
{
    ReportEntry one[8];
    ReportEntry other[8];

    (void)state;
    report_of(5 * NS_PER_MS, check_seed(11), one, 8);
    report_of(5 * NS_PER_MS, check_seed(11), other, 8);
    check(one[5].notes > 20);
    check_bytes(one, other, sizeof one);
    report_of(5 * NS_PER_MS, check_seed(12), other, 8);
    check(one[5].bias_us != other[5].bias_us);
}

static void how_often_it_is_stepped_changes_no_result(void **state)
{
    ReportEntry fine[8];
    ReportEntry coarse[8];

    (void)state;
    report_of(2 * NS_PER_MS, check_seed(13), fine, 8);
    report_of(16 * NS_PER_MS, check_seed(13), coarse, 8);
    check(fine[5].notes > 20);
    for (int i = 0; i < 8; i++) {
        check_bytes(&fine[i], &coarse[i], sizeof fine[i]);
    }
}

static void a_second_that_was_slept_through_loses_no_hit_of_a_bandmate(void **state)
{
    Room *room = room_open("Maya", 5);
    ReportEntry entry;

    (void)state;
    practice_set_bandmates(room->practice, 1);
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    command(room, COMMAND_START, 1, 0);
    pass(room, 20 * NS_PER_S, 1500 * NS_PER_MS);
    pass(room, 2 * NS_PER_S, PRACTICE_CADENCE_NS);
    session_report_entry(practice_session(room->practice), 1, &entry);
    check(entry.notes >= 10);
    /* .7 % of notes are missed by nature. */
    check(entry.counts[JUDGEMENT_MISS] <= 1);
    room_close(room);
}

static void a_hit_after_a_sleep_counts(void **state)
{
    Room *room = room_open("Maya", 5);

    (void)state;
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    command(room, COMMAND_START, 1, 0);
    pass(room, 10 * NS_PER_S, PRACTICE_CADENCE_NS);
    room->now.ns += 300 * NS_PER_MS; /* the window was dragged */
    (void)model_hit(&room->model, room->now, 0, 100, &room->outbox);
    practice_step(room->practice, room->now);
    pass(room, NS_PER_S, PRACTICE_CADENCE_NS);
    check_i64(room->model.outstanding_count, 0);
    check_i64(practice_session(room->practice)->participants[0].hits_refused, 0);
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_person_has_the_first_seat_and_may_command),
        cmocka_unit_test(somebody_without_a_name_is_called_you),
        cmocka_unit_test(session_time_is_host_time),
        cmocka_unit_test(every_groove_can_be_chosen_by_name),
        cmocka_unit_test(exact_hits_are_all_spot_on),
        cmocka_unit_test(bandmates_come_play_and_go),
        cmocka_unit_test(a_bandmate_of_the_same_name_gets_another),
        cmocka_unit_test(the_ramp_gains_two_beats_per_minute_every_four_bars),
        cmocka_unit_test(the_ramp_goes_down_as_well),
        cmocka_unit_test(the_same_seed_plays_the_same),
        cmocka_unit_test(how_often_it_is_stepped_changes_no_result),
        cmocka_unit_test(a_second_that_was_slept_through_loses_no_hit_of_a_bandmate),
        cmocka_unit_test(a_hit_after_a_sleep_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
