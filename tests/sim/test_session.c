/* ctest: timeout=120 */
/*
 * The session as people meet it, on virtual time: join, count-in, play, pause, stop, late join,
 * reconnect, restart.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/room.h"
#include "tests/support/check.h"

static const RoomNetwork PERFECT = {0};
static const RoomNetwork HOME = {.delay_ms = 12, .jitter_ms = 4, .loss = .02, .duplicates = .02};
static const RoomNetwork BAD = {.delay_ms = 60, .jitter_ms = 30, .loss = .15, .duplicates = .1};

static PlayerProfile trained(void)
{
    return player_profile_named(PLAYER_TRAINED);
}

static Room *room_of(int people, const RoomNetwork *network, uint64_t seed)
{
    Room *room = sim_room_create(check_seed(seed), network, ROOM_CLIENTS_MAX);
    const PlayerProfile profile = trained();

    for (int i = 0; i < people; i++) {
        (void)room_add(room, true, &profile, TROUBLE_NONE);
    }
    room_run(room, 3 * NS_PER_S);
    return room;
}

static const Participant *participant(const Room *room, int client)
{
    return &room->session.participants[room->clients[client].seat];
}

static int64_t notes_of(const Room *room, int client)
{
    return person_statistics_notes(&participant(room, client)->statistics);
}

static int64_t hits_of(const Room *room, int client)
{
    return person_statistics_hits(&participant(room, client)->statistics) +
           participant(room, client)->statistics.counts[JUDGEMENT_BOUNCE];
}

static Transport transport_of(const Room *room)
{
    return (Transport)timeline_section_at_time(&room->session.timeline, (SessionTime){room->now_ns})
        ->transport;
}

/* Every hit that was played has been judged, and as what it really was. */
static void check_all_hits_judged(const Room *room, double tolerance_ms)
{
    for (int i = 0; i < room->client_count; i++) {
        const RoomClient *client = &room->clients[i];
        const int64_t calibration_us =
            client->model.config.calibrated ? client->model.config.calibration_us : 0;

        check_i64(hits_of(room, i), client->hits_played);
        check_i64(participant(room, i)->hits_refused, 0);
        for (int j = 0; j < client->model.own_count; j++) {
            const OwnJudgement *own = model_own(&client->model, j);
            const bool claimed = own->final && own->judgement <= JUDGEMENT_OK;

            if (own->hit_number != 0 && claimed) {
                const double played_ms = ms_of_ns(client->true_asynchrony_ns[own->hit_number]);

                check_near((own->asynchrony_us + (double)calibration_us) / 1000.0,
                           played_ms,
                           tolerance_ms);
            }
        }
    }
}

static void everybody_gets_a_seat_and_sees_all_others(void **state)
{
    Room *room = room_of(24, &HOME, 1);

    (void)state;
    room_run(room, 2 * NS_PER_S);
    check_i64(room->session.joined, 24);
    for (int i = 0; i < 24; i++) {
        const RoomClient *client = &room->clients[i];

        check_i64(client->model.phase, MODEL_JOINED);
        check(client->model.has_timeline && client->model.clock.locked);
        check_i64(client->others.seat_count, 24);
        for (int j = 0; j < 24; j++) {
            check((client->others.roster[j].presence & PRESENCE_CONNECTED) != 0);
        }
    }
    sim_room_destroy(room);
}

/* 24 code points of four bytes: nine entries fill a page. */
static void names_of_greatest_length_reach_everybody(void **state)
{
    Room *room = sim_room_create(check_seed(16), &HOME, ROOM_CLIENTS_MAX);
    const PlayerProfile profile = trained();

    (void)state;
    for (int i = 0; i < 30; i++) {
        char *name = room->clients[room_add(room, true, &profile, TROUBLE_NONE)].model.config.name;

        for (size_t j = 0; j < 4 * (size_t)NAME_CODE_POINTS_MAX; j++) {
            name[j] = "\xF0\x9F\xA5\x81"[j % 4];
        }
        name[NAME_BYTES_MAX - 1] = (char)(0x81 + i);
    }
    room_run(room, 5 * NS_PER_S);
    for (int i = 0; i < 30; i++) {
        for (int j = 0; j < 30; j++) {
            check_text(room->clients[i].others.roster[room->clients[j].seat].name,
                       room->clients[j].model.config.name);
        }
    }
    sim_room_destroy(room);
}

static void a_start_counts_in_and_plays_and_every_hit_is_judged(void **state)
{
    Room *room = room_of(8, &PERFECT, 2);

    (void)state;
    room_order(room, COMMAND_START, 2, 0);
    room_run(room, 2 * NS_PER_S);
    check_i64(transport_of(room), TRANSPORT_COUNT_IN);
    room_run(room, 30 * NS_PER_S);
    check_i64(transport_of(room), TRANSPORT_PLAYING);
    check(room->session.figures.valid);
    check_between(room->session.figures.together, 60, 100);
    check(room->session.bar_count > 5);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 6 * NS_PER_S);
    check_i64(transport_of(room), TRANSPORT_STOPPED);
    check_all_hits_judged(room, 0.01);
    check_i64(room->clients[3].others.bar_count, room->session.bar_count);
    sim_room_destroy(room);
}

static void a_bad_network_costs_nobody_a_hit(void **state)
{
    Room *room = room_of(12, &BAD, 3);

    (void)state;
    room_run(room, 3 * NS_PER_S);
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 40 * NS_PER_S);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 8 * NS_PER_S);
    check_all_hits_judged(room, 1.0);
    sim_room_destroy(room);
}

static void counts_add_up_to_the_notes_of_the_playing_bars(void **state)
{
    Room *room = room_of(4, &HOME, 4);

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 20 * NS_PER_S);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 6 * NS_PER_S);
    for (int i = 0; i < 4; i++) {
        const PersonStatistics *statistics = &participant(room, i)->statistics;
        const int64_t bars = room->session.bars[room->session.bar_count - 1].bar;

        check_i64(room->session.bar_count, bars);
        /* Pulse: four notes to the bar, one part. */
        check_i64(person_statistics_notes(statistics), 4 * bars);
    }
    sim_room_destroy(room);
}

static void a_late_joiner_enters_at_the_next_bar_with_all_that_is_known(void **state)
{
    Room *room = room_of(3, &HOME, 5);
    const PlayerProfile profile = trained();
    int late = 0;

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 15 * NS_PER_S);
    late = room_add(room, true, &profile, TROUBLE_NONE);
    room_run(room, 10 * NS_PER_S);
    check_i64(room->clients[late].model.phase, MODEL_JOINED);
    check_i64(participant(room, late)->enters_at.ubeats % (4 * UBEATS_PER_BEAT), 0);
    check(notes_of(room, late) >= 8);
    check(notes_of(room, late) < notes_of(room, 0));
    check(room->clients[late].others.bar_count > 0);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 6 * NS_PER_S);
    check_i64(participant(room, late)->statistics.counts[JUDGEMENT_MISS], 0);
    check_all_hits_judged(room, 1.0);
    sim_room_destroy(room);
}

static void a_broken_connection_costs_no_hit_and_no_seat(void **state)
{
    Room *room = room_of(4, &HOME, 6);
    uint16_t seat = 0;

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 12 * NS_PER_S);
    seat = room->clients[2].seat;
    room_disconnect(room, 2, 6 * NS_PER_S);
    room_run(room, 20 * NS_PER_S);
    check_i64(room->clients[2].model.phase, MODEL_JOINED);
    check_i64(room->clients[2].seat, seat);
    check_i64(room->session.joined, 4);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 6 * NS_PER_S);
    check_i64(notes_of(room, 2), notes_of(room, 0));
    check_all_hits_judged(room, 1.0);
    sim_room_destroy(room);
}

static void who_was_away_for_long_enters_again_at_a_bar_with_the_old_score(void **state)
{
    Room *room = room_of(3, &HOME, 7);
    int64_t notes = 0;

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 12 * NS_PER_S);
    notes = notes_of(room, 1);
    room_disconnect(room, 1, 40 * NS_PER_S);
    room_run(room, 30 * NS_PER_S);
    check_i64(room->session.joined, 2);
    room_run(room, 20 * NS_PER_S);
    check_i64(room->session.joined, 3);
    check(notes_of(room, 1) > notes);
    check(notes_of(room, 1) < notes_of(room, 0) - 40);
    check_i64(participant(room, 1)->statistics.counts[JUDGEMENT_MISS], 0);
    sim_room_destroy(room);
}

static void a_server_that_died_comes_back_with_seats_scores_and_the_beat(void **state)
{
    Room *room = room_of(12, &HOME, 8);
    int64_t notes[12];

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 20 * NS_PER_S);
    for (int i = 0; i < 12; i++) {
        notes[i] = notes_of(room, i);
    }
    room_restart_server(room, 2 * NS_PER_S);
    check_i64(room->session.participant_count, 12);
    for (int i = 0; i < 12; i++) {
        check_i64(person_statistics_notes(&room->session.participants[i].statistics) > 0, true);
    }
    room_run(room, 15 * NS_PER_S);
    check_i64(transport_of(room), TRANSPORT_PLAYING);
    check_i64(room->session.joined, 12);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 8 * NS_PER_S);
    for (int i = 0; i < 12; i++) {
        check_i64(room->clients[i].model.phase, MODEL_JOINED);
        check(notes_of(room, i) > notes[i] + 16);
        check_i64(notes_of(room, i), notes_of(room, 0));
    }
    check_all_hits_judged(room, 1.0);
    sim_room_destroy(room);
}

/* And a pause is already ordered, so that nothing but what is stored tells which take it is. */
static void a_server_that_died_right_before_a_take_goes_on_with_it(void **state)
{
    Room *room = room_of(4, &PERFECT, 8);

    (void)state;
    room_order(room, COMMAND_START, 0, 0);
    room_run(room, 6 * NS_PER_S / 10);
    check_i64(participant(room, 1)->take, 1);
    check_i64(transport_of(room), TRANSPORT_LOBBY);
    room_order(room, COMMAND_PAUSE, 0, 0);
    room_run(room, NS_PER_S / 10);
    check_i64(transport_of(room), TRANSPORT_LOBBY);
    room_restart_server(room, 2 * NS_PER_S); /* a second before the pause */
    room_run(room, NS_PER_S);
    for (int i = 0; i < 4; i++) {
        check_i64(participant(room, i)->take, 1);
    }
    room_run(room, 6 * NS_PER_S);
    check_i64(transport_of(room), TRANSPORT_PAUSED);
    check(notes_of(room, 1) > 0);
    for (int i = 0; i < room->store.count; i++) {
        check(room->store.facts[i].kind != JOURNAL_JUDGED || room->store.facts[i].take == 1);
    }
    sim_room_destroy(room);
}

static void the_curve_of_bars_has_no_hole_where_the_server_was_down(void **state)
{
    Room *room = room_of(12, &HOME, 17);

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 21 * NS_PER_S);
    room_restart_server(room, 3 * NS_PER_S);
    room_run(room, 2 * NS_PER_S);
    check(room->session.figures.valid);
    room_run(room, 18 * NS_PER_S);
    check(room->session.bar_count > 13);
    for (int i = 0; i < room->session.bar_count; i++) {
        check_i64(room->session.bars[i].bar, i + 1);
        /* Nobody is calibrated: the first three bars tell each one's own offset. */
        check(i < 3 || room->session.bars[i].together_centi > 9000);
        check_i64(room->clients[5].others.bars[i].bar, i + 1);
    }
    sim_room_destroy(room);
}

static void who_was_away_before_a_restart_has_missed_nothing(void **state)
{
    Room *room = room_of(3, &HOME, 18);

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 12 * NS_PER_S);
    room_disconnect(room, 1, 44 * NS_PER_S);
    room_run(room, 40 * NS_PER_S);
    room_restart_server(room, 2 * NS_PER_S);
    room_run(room, 15 * NS_PER_S);
    check_i64(room->session.joined, 3);
    check(notes_of(room, 1) < notes_of(room, 0) - 60);
    check_i64(participant(room, 1)->statistics.counts[JUDGEMENT_MISS], 0);
    sim_room_destroy(room);
}

static void tempo_changes_take_effect_on_a_bar_line_for_all_at_once(void **state)
{
    Room *room = room_of(4, &HOME, 9);
    const TempoMap *tempo = &room->session.timeline.tempo;

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 10 * NS_PER_S);
    room_order(room, COMMAND_TEMPO, 132000, 0);
    room_run(room, NS_PER_S / 2);
    check_i64(tempo->segments[tempo->segment_count - 1].tempo_mbpm, 132000);
    check_i64(tempo->segments[tempo->segment_count - 1].start_beats.ubeats % (4 * UBEATS_PER_BEAT),
              0);
    check(tempo->segments[tempo->segment_count - 1].start.ns >
          room->now_ns - NS_PER_S / 2 + SESSION_LEAD_NS / 2);
    room_run(room, 10 * NS_PER_S);
    room_order(room, COMMAND_RAMP, 90000, 4);
    room_run(room, 20 * NS_PER_S);
    for (int i = 0; i < 4; i++) {
        check_i64(room->clients[i].model.timeline.revision, room->session.timeline.revision);
    }
    check_i64(tempo_map_tempo_mbpm_at(tempo, (SessionTime){room->now_ns}), 90000);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 8 * NS_PER_S);
    check_all_hits_judged(room, 1.0);
    for (int i = 0; i < 4; i++) {
        check_i64(participant(room, i)->statistics.counts[JUDGEMENT_MISS], 0);
    }
    sim_room_destroy(room);
}

static void a_pause_keeps_the_bars_and_a_new_take_begins_anew(void **state)
{
    Room *room = room_of(3, &HOME, 10);
    int64_t notes = 0;
    int32_t bar = 0;

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 12 * NS_PER_S);
    room_order(room, COMMAND_PAUSE, 0, 0);
    room_run(room, 8 * NS_PER_S);
    check_i64(transport_of(room), TRANSPORT_PAUSED);
    notes = notes_of(room, 0);
    bar = room->session.bars[room->session.bar_count - 1].bar;
    check_i64(notes, INT64_C(4) * bar);
    room_run(room, 5 * NS_PER_S);
    check_i64(notes_of(room, 0), notes);
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 10 * NS_PER_S);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 6 * NS_PER_S);
    bar = room->session.bars[room->session.bar_count - 1].bar;
    check_i64(room->session.bar_count, bar);
    check_i64(notes_of(room, 0), INT64_C(4) * bar);
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 10 * NS_PER_S);
    check(notes_of(room, 0) < notes);
    check_i64(room->session.bars[room->session.bar_count - 1].take, 2);
    sim_room_destroy(room);
}

static void a_start_right_after_a_stop_waits_until_the_take_is_judged(void **state)
{
    Room *room = room_of(3, &HOME, 19);
    int64_t notes = 0;

    (void)state;
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 13 * NS_PER_S);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 100 * NS_PER_MS);
    room_order(room, COMMAND_START, 1, 0);
    while (room->session.take == 1) {
        room_run(room, NS_PER_MS);
        notes = participant(room, 1)->take == 1 ? notes_of(room, 1) : notes;
    }
    check_i64(notes, INT64_C(4) * room->session.bars[room->session.bar_count - 1].bar);
    room_run(room, 12 * NS_PER_S);
    room_order(room, COMMAND_STOP, 0, 0);
    room_run(room, 6 * NS_PER_S);
    for (int i = 0; i < 3; i++) {
        check_i64(notes_of(room, i),
                  INT64_C(4) * room->session.bars[room->session.bar_count - 1].bar);
        check_i64(participant(room, i)->statistics.counts[JUDGEMENT_EXTRA], 0);
        check_i64(participant(room, i)->statistics.counts[JUDGEMENT_MISS], 0);
    }
    sim_room_destroy(room);
}

static void another_groove_from_a_bar_line_on_is_judged_by_its_own_notes(void **state)
{
    Room *room = room_of(6, &HOME, 11);

    (void)state;
    for (int groove = 1; groove < room->session.groove_count; groove++) {
        room_order(room, COMMAND_GROOVE, groove, 0);
        room_run(room, NS_PER_S);
        room_order(room, COMMAND_START, 1, 0);
        room_run(room, 12 * NS_PER_S);
        room_order(room, COMMAND_GROOVE, 0, 0);
        room_run(room, 8 * NS_PER_S);
        room_order(room, COMMAND_STOP, 0, 0);
        room_run(room, 6 * NS_PER_S);
        for (int i = 0; i < 6; i++) {
            const int64_t *counts = participant(room, i)->statistics.counts;

            /* A note seconds after the one before may be hit outside of its cell, never not. */
            check_i64(counts[JUDGEMENT_MISS], counts[JUDGEMENT_EXTRA]);
        }
    }
    sim_room_destroy(room);
}

static void wishes_without_the_right_are_refused_with_a_reason(void **state)
{
    Room *room = room_of(2, &PERFECT, 12);
    const PlayerProfile profile = trained();
    int twin = 0;

    (void)state;
    model_command(&room->clients[1].model, COMMAND_START, 1, 0, NULL, &room->outbox);
    for (uint32_t i = 0; i < room->outbox.item_count; i++) {
        Message message;
        SessionEvent event = {
            .kind = SESSION_EVENT_MESSAGE, .seat = room->clients[1].seat, .message = &message};
        uint8_t bytes[MESSAGE_BYTES_MAX];
        const size_t size_bytes = room->outbox.items[i].size_bytes;

        memcpy(bytes, outbox_bytes(&room->outbox, &room->outbox.items[i]), size_bytes);
        check(message_decode(bytes, size_bytes, &message));
        (void)session_step(
            &room->session, (SessionTime){room->now_ns}, &event, &room->outbox, &room->journal);
        break;
    }
    outbox_clear(&room->outbox);
    check_i64(transport_of(room), TRANSPORT_LOBBY);
    twin = room_add(room, true, &profile, TROUBLE_NONE);
    memcpy(room->clients[twin].model.config.name, " P1AYER  l", sizeof " P1AYER  l");
    room_run(room, NS_PER_S);
    check_i64(room->clients[twin].model.phase, MODEL_REFUSED);
    check_i64(room->clients[twin].model.refusal.reason, REFUSAL_NAME_TAKEN);
    room_order(room, COMMAND_PAUSE, 0, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[0].model.refusal.reason, REFUSAL_NOT_NOW);
    sim_room_destroy(room);
}

static void a_kicked_participant_is_told_and_loses_the_seat(void **state)
{
    Room *room = room_of(3, &HOME, 13);

    (void)state;
    room_order(room, COMMAND_KICK, room->clients[2].seat, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[2].model.phase, MODEL_ENDED);
    check_i64(room->clients[2].model.notice.kind, NOTICE_KICKED);
    check_i64(room->session.joined, 2);
    sim_room_destroy(room);
}

/* A client says JOIN once more, on a new connection. */
static void try_again(Room *room, int client)
{
    room->clients[client].model.phase = MODEL_CONNECTING;
    room_disconnect(room, client, 0);
    room_run(room, NS_PER_S);
}

static void check_turned_away(const Room *room, int client, Refusal reason)
{
    check_i64(room->clients[client].model.phase, MODEL_REFUSED);
    check_i64(room->clients[client].model.refusal.reason, reason);
}

static void who_is_banned_comes_back_neither_by_token_nor_by_name(void **state)
{
    Room *room = room_of(3, &HOME, 16);
    const PlayerProfile profile = trained();
    ModelConfig *config = &room->clients[2].model.config;
    int other = 0;

    (void)state;
    room_order(room, COMMAND_BAN, room->clients[2].seat, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[2].model.phase, MODEL_ENDED);
    check_i64(room->clients[2].model.notice.kind, NOTICE_BANNED);
    check_i64(room->session.joined, 2);
    room_restart_server(room, NS_PER_S);
    room_run(room, NS_PER_S);
    check_i64(room->session.joined, 2);
    try_again(room, 2);
    check_turned_away(room, 2, REFUSAL_BANNED);
    (void)memcpy(config->name, "Somebody Else", sizeof "Somebody Else");
    room->clients[2].model.has_seat = true;
    try_again(room, 2);
    check_turned_away(room, 2, REFUSAL_BANNED);
    other = room_add(room, true, &profile, TROUBLE_NONE);
    memcpy(room->clients[other].model.config.name, "PLAYER 2", sizeof "PLAYER 2");
    room_run(room, NS_PER_S);
    check_turned_away(room, other, REFUSAL_BANNED);
    memcpy(room->clients[other].model.config.name, "Kind", sizeof "Kind");
    try_again(room, other);
    check_i64(room->clients[other].model.phase, MODEL_JOINED);
    sim_room_destroy(room);
}

static void a_facilitator_bans_neither_themselves_nor_an_empty_seat(void **state)
{
    Room *room = room_of(2, &PERFECT, 17);

    (void)state;
    room_order(room, COMMAND_BAN, room->clients[0].seat, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[0].model.refusal.reason, REFUSAL_OUT_OF_RANGE);
    check_i64(room->clients[0].model.refusal.number, COMMAND_BAN);
    room_order(room, COMMAND_BAN, 7, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[0].model.refusal_count, 2);
    check_i64(room->session.joined, 2);
    check_i64(room->session.ban_count, 0);
    sim_room_destroy(room);
}

static void a_locked_session_takes_back_its_own_and_nobody_new(void **state)
{
    Room *room = room_of(3, &HOME, 18);
    const PlayerProfile profile = trained();
    int late = 0;

    (void)state;
    room_order(room, COMMAND_LOCK, 0, 0);
    room_run(room, NS_PER_S);
    check(room->clients[1].model.snapshot.locked);
    late = room_add(room, true, &profile, TROUBLE_NONE);
    room_disconnect(room, 1, NS_PER_S / 2);
    room_run(room, 3 * NS_PER_S);
    check_turned_away(room, late, REFUSAL_LOCKED);
    check_i64(room->clients[1].model.phase, MODEL_JOINED);
    room_restart_server(room, NS_PER_S);
    room_run(room, 3 * NS_PER_S);
    check_i64(room->session.joined, 3);
    try_again(room, late);
    check_turned_away(room, late, REFUSAL_LOCKED);
    room_order(room, COMMAND_UNLOCK, 0, 0);
    room_run(room, NS_PER_S);
    try_again(room, late);
    check_i64(room->clients[late].model.phase, MODEL_JOINED);
    check(!room->clients[late].model.snapshot.locked);
    sim_room_destroy(room);
}

static void who_led_before_leads_no_more_without_the_token(void **state)
{
    Room *room = room_of(2, &PERFECT, 19);

    (void)state;
    check_i64(room->clients[0].model.welcome.role, ROLE_FACILITATOR);
    room->clients[0].model.config.facilitates = false;
    room_disconnect(room, 0, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[0].model.phase, MODEL_JOINED);
    check_i64(room->clients[0].model.welcome.role, ROLE_PLAYER);
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, NS_PER_S);
    check_i64(room->clients[0].model.refusal.reason, REFUSAL_NOT_ALLOWED);
    check_i64(transport_of(room), TRANSPORT_LOBBY);
    sim_room_destroy(room);
}

static void a_full_session_says_so_and_opens_when_the_grace_time_is_over(void **state)
{
    Room *room = sim_room_create(check_seed(14), &HOME, 2);
    const PlayerProfile profile = trained();
    int third = 0;

    (void)state;
    (void)room_add(room, true, &profile, TROUBLE_NONE);
    (void)room_add(room, true, &profile, TROUBLE_NONE);
    room_run(room, NS_PER_S);
    third = room_add(room, true, &profile, TROUBLE_NONE);
    room_run(room, NS_PER_S);
    check_i64(room->clients[third].model.refusal.reason, REFUSAL_FULL);
    check_i64(room->clients[third].model.refusal.number, 2);
    room_disconnect(room, 1, INT64_MAX / 2);
    room_run(room, 601 * NS_PER_S);
    try_again(room, third);
    check_i64(room->clients[third].model.phase, MODEL_JOINED);
    sim_room_destroy(room);
}

static void troublemakers_are_seen_and_the_steady_are_left_alone(void **state)
{
    const PlayerTrouble troubles[] = {TROUBLE_HALF_BEAT,
                                      TROUBLE_DOUBLE,
                                      TROUBLE_HALF,
                                      TROUBLE_FAST,
                                      TROUBLE_ERRATIC,
                                      TROUBLE_IDLE};
    const Verdict expected[] = {VERDICT_OFF_BEAT,
                                VERDICT_DOUBLE,
                                VERDICT_HALF,
                                VERDICT_WRONG_TEMPO,
                                VERDICT_ERRATIC,
                                VERDICT_IDLE};
    Room *room = room_of(18, &HOME, 15);
    const PlayerProfile profile = trained();

    (void)state;
    for (int i = 0; i < 6; i++) {
        (void)room_add(room, true, &profile, troubles[i]);
    }
    room_run(room, 3 * NS_PER_S);
    room_order(room, COMMAND_START, 1, 0);
    room_run(room, 25 * NS_PER_S);
    for (int i = 0; i < 18; i++) {
        check(!verdict_is_flagged(participant(room, i)->verdict.shown));
    }
    for (int i = 0; i < 6; i++) {
        check_text(verdict_word(participant(room, 18 + i)->verdict.shown),
                   verdict_word(expected[i]));
    }
    sim_room_destroy(room);
}

/* What the group does after a while, when one in twenty lies. */
typedef struct {
    double median_ms;
    double r;
} GroupPhase;

enum {
    LIARS = 2,
    FLOOD_HITS = 20 /* of a liar, in a second */
};

/* Liars say a wrong calibration, so that all of their hits are moved; some drum without end. */
static GroupPhase play_with_liars(int64_t lie_ms, bool flood)
{
    Room *room = sim_room_create(check_seed(21), &HOME, ROOM_CLIENTS_MAX);
    PlayerProfile profile = trained();
    GroupPhase phase = {0, 0};

    profile.calibrated = true;
    for (int i = 0; i < ROOM_CLIENTS_MAX; i++) {
        (void)room_add(room, true, &profile, TROUBLE_NONE);
    }
    for (int i = 1; i <= LIARS; i++) {
        room->clients[i].model.config.calibration_us += (int32_t)lie_ms * 1000;
    }
    room_run(room, 3 * NS_PER_S);
    room_order(room, COMMAND_START, 1, 0);
    for (int i = 0; i < 25 * FLOOD_HITS; i++) {
        room_run(room, NS_PER_S / FLOOD_HITS);
        for (int liar = 1; liar <= LIARS && flood; liar++) {
            const SessionTime now = {room->now_ns};

            (void)model_hit_at(&room->clients[liar].model, now, 0, 100, &room->outbox);
            outbox_clear(&room->outbox);
        }
    }
    check(room->session.figures.valid);
    check_i64(room->session.active, ROOM_CLIENTS_MAX);
    phase = (GroupPhase){room->session.reference.median_ms, room->session.figures.r};
    sim_room_destroy(room);
    return phase;
}

static void one_liar_in_twenty_hardly_moves_the_group(void **state)
{
    const GroupPhase honest = play_with_liars(0, false);
    const int64_t lies_ms[] = {-400, -120, -60, 60, 120};

    (void)state;
    for (size_t i = 0; i < sizeof lies_ms / sizeof lies_ms[0]; i++) {
        const GroupPhase lied = play_with_liars(lies_ms[i], i % 2 == 1);

        check_near(lied.median_ms, honest.median_ms, 2.0);
        check(lied.r < honest.r);
        /* A person's vector is one of forty: turned right round it takes two fortieths. */
        check_between(lied.r, honest.r - 2.0 * LIARS / ROOM_CLIENTS_MAX - 0.01, honest.r + 0.01);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_gets_a_seat_and_sees_all_others),
        cmocka_unit_test(names_of_greatest_length_reach_everybody),
        cmocka_unit_test(a_start_counts_in_and_plays_and_every_hit_is_judged),
        cmocka_unit_test(a_bad_network_costs_nobody_a_hit),
        cmocka_unit_test(counts_add_up_to_the_notes_of_the_playing_bars),
        cmocka_unit_test(a_late_joiner_enters_at_the_next_bar_with_all_that_is_known),
        cmocka_unit_test(a_broken_connection_costs_no_hit_and_no_seat),
        cmocka_unit_test(who_was_away_for_long_enters_again_at_a_bar_with_the_old_score),
        cmocka_unit_test(a_server_that_died_comes_back_with_seats_scores_and_the_beat),
        cmocka_unit_test(a_server_that_died_right_before_a_take_goes_on_with_it),
        cmocka_unit_test(the_curve_of_bars_has_no_hole_where_the_server_was_down),
        cmocka_unit_test(who_was_away_before_a_restart_has_missed_nothing),
        cmocka_unit_test(tempo_changes_take_effect_on_a_bar_line_for_all_at_once),
        cmocka_unit_test(a_pause_keeps_the_bars_and_a_new_take_begins_anew),
        cmocka_unit_test(a_start_right_after_a_stop_waits_until_the_take_is_judged),
        cmocka_unit_test(another_groove_from_a_bar_line_on_is_judged_by_its_own_notes),
        cmocka_unit_test(wishes_without_the_right_are_refused_with_a_reason),
        cmocka_unit_test(a_kicked_participant_is_told_and_loses_the_seat),
        cmocka_unit_test(who_is_banned_comes_back_neither_by_token_nor_by_name),
        cmocka_unit_test(a_facilitator_bans_neither_themselves_nor_an_empty_seat),
        cmocka_unit_test(a_locked_session_takes_back_its_own_and_nobody_new),
        cmocka_unit_test(who_led_before_leads_no_more_without_the_token),
        cmocka_unit_test(a_full_session_says_so_and_opens_when_the_grace_time_is_over),
        cmocka_unit_test(troublemakers_are_seen_and_the_steady_are_left_alone),
        cmocka_unit_test(one_liar_in_twenty_hardly_moves_the_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
