/*
 * What a session sends each player, whatever the number of people: within the budget, the map's
 * changes first; and what it believes of hits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "shared/session/session.h"
#include "tests/support/check.h"

enum {
    LARGE = 3000,
    ROUND_TICKS = 10,
    JOINS_PER_TICK = 10
};
#define SLICE_NS (20 * NS_PER_MS)

/* A session, and what one watched seat and everybody were sent. */
typedef struct {
    Session session;
    Participant *participants;
    Outbox outbox;
    Journal journal;
    SessionTime now;
    uint32_t watched; /* connection */
    int64_t watched_bytes;
    int64_t everybody_bytes;
    int64_t roster_bytes;
    uint32_t teams;
    uint32_t map_told[PARTICIPANTS_MAX]; /* rounds, since the seat's verdict was told */
    uint8_t verdicts[PARTICIPANTS_MAX];
} Arena;

static Arena *new_arena(uint16_t seats, Privacy privacy)
{
    Arena *arena = calloc(1, sizeof *arena);
    SessionConfig config = {.title = "Arena", .seats = seats, .grace_s = 600, .privacy = privacy};
    const char *text = BUILTIN_GROOVES[0].text;
    Groove groove;

    check(arena != NULL && groove_text_parse(text, strlen(text), &groove, NULL));
    arena->participants = calloc(session_participants_max(&config), sizeof arena->participants[0]);
    arena->journal.capacity = JOURNAL_ENTRIES_MAX;
    arena->journal.entries = calloc(JOURNAL_ENTRIES_MAX, sizeof arena->journal.entries[0]);
    check(arena->participants != NULL && arena->journal.entries != NULL);
    memset(config.facilitator_token, 7, TOKEN_BYTES);
    outbox_init(&arena->outbox);
    arena->now.ns = 1000 * NS_PER_S;
    session_init(&arena->session, &config, arena->participants, &groove, 1);
    return arena;
}

static void close_arena(Arena *arena)
{
    free(arena->participants);
    free(arena->journal.entries);
    free(arena);
}

static void take_map(Arena *arena, const MapMessage *map)
{
    for (int i = 0; i < map->count; i++) {
        arena->map_told[map->first_seat + i] = arena->session.snapshot_number;
        arena->verdicts[map->first_seat + i] = map->entries[i].verdict;
    }
}

static void count(Arena *arena)
{
    static Message message;

    for (uint32_t i = 0; i < arena->outbox.item_count; i++) {
        const OutboxItem *item = &arena->outbox.items[i];
        const uint8_t *bytes = outbox_bytes(&arena->outbox, item);
        const bool to_all = item->connection >= CONNECTION_NUMBERS_END &&
                            outbox_is_for(item, arena->watched, false);

        check(message_decode(bytes, item->size_bytes, &message));
        arena->everybody_bytes += to_all ? item->size_bytes : 0;
        arena->watched_bytes += item->connection == arena->watched ? item->size_bytes : 0;
        if (item->connection == arena->watched && message.type == MESSAGE_ROSTER) {
            arena->roster_bytes += item->size_bytes;
        }
        if (message.type == MESSAGE_MAP) {
            take_map(arena, &message.map);
        }
    }
    check_i64(arena->outbox.refused_count, 0);
    check_i64(arena->journal.lost, 0);
    outbox_clear(&arena->outbox);
    arena->journal.count = 0;
}

static SessionResult step(Arena *arena, const SessionEvent *event)
{
    const SessionResult result =
        session_step(&arena->session, arena->now, event, &arena->outbox, &arena->journal);

    count(arena);
    return result;
}

static void tick(Arena *arena, int ticks)
{
    const SessionEvent event = {.kind = SESSION_EVENT_TICK};

    for (int i = 0; i < ticks; i++) {
        arena->now.ns += SLICE_NS;
        (void)step(arena, &event);
    }
}

static void join(Arena *arena, uint32_t connection)
{
    static Message message;
    SessionEvent event = {
        .kind = SESSION_EVENT_JOIN, .connection = connection, .message = &message};

    message = (Message){.type = MESSAGE_JOIN, .join = {.version = PROTOCOL_VERSION}};
    (void)snprintf(message.join.name, sizeof message.join.name, "Somebody %u", connection);
    memcpy(event.fresh_token, &connection, sizeof connection);
    event.fresh_token[15] = 1;
    message.join.facilitates = connection == 0;
    memset(message.join.facilitator_token, 7, TOKEN_BYTES);
    if (arena->teams > 0) {
        (void)snprintf(message.join.team,
                       sizeof message.join.team,
                       "Company with a name %u",
                       connection % arena->teams);
    }
    check(step(arena, &event).joined);
}

static void fill(Arena *arena, uint32_t people)
{
    for (uint32_t i = 0; i < people; i++) {
        join(arena, i);
        if (i % JOINS_PER_TICK == 0) {
            tick(arena, 1);
        }
    }
}

static void order(Arena *arena, CommandKind kind, int32_t a)
{
    static Message message;
    const SessionEvent event = {.kind = SESSION_EVENT_MESSAGE, .message = &message};

    message = (Message){.type = MESSAGE_COMMAND, .command = {.kind = (uint8_t)kind, .a = a}};
    (void)step(arena, &event);
}

/* Everybody is drawn in another way than most, and then in yet another. */
static void scatter(Arena *arena, uint32_t round)
{
    for (int i = 0; i < arena->session.participant_count; i++) {
        const uint32_t mark = (uint32_t)i * 7U + round;

        arena->participants[i].map_entry = (MapEntry){
            (int8_t)(mark % 256 - 128), (uint8_t)(mark / 3 % VERDICT_COUNT), mark / 5 % 16};
    }
}

/* Bytes per second to a player who hears the music start and does nothing, without the names. */
static double bytes_per_s(uint32_t people, Privacy privacy, uint32_t teams)
{
    const int seconds = 20;
    Arena *arena = new_arena((uint16_t)people, privacy);
    double rate = 0;

    arena->teams = teams;

    fill(arena, people);
    arena->watched = people / 2;
    order(arena, COMMAND_START, 1);
    tick(arena, 3 * 5 * ROUND_TICKS);
    arena->watched_bytes = 0;
    arena->everybody_bytes = 0;
    arena->roster_bytes = 0;
    for (int round = 0; round < seconds * 5; round++) {
        scatter(arena, (uint32_t)round);
        tick(arena, ROUND_TICKS);
    }
    rate = (double)(arena->watched_bytes - arena->roster_bytes + arena->everybody_bytes) / seconds;
    close_arena(arena);
    return rate;
}

static void a_player_costs_the_same_in_any_large_session(void **state)
{
    const double hundreds = bytes_per_s(2 * MAP_BLOCK_SEATS, PRIVACY_OPEN, 0);
    const double thousands = bytes_per_s(LARGE, PRIVACY_OPEN, 0);

    (void)state;
    /* Without hits, pings and the transport's own bytes: about half of the 3,000. */
    check_between(hundreds, 900, 1800);
    check_between(thousands / hundreds, 0.9, 1.1);
}

/* 600 teams, and no two people drawn alike if it can be: the most that there is to tell. */
static void no_tier_costs_more_than_the_budget(void **state)
{
    const double open = bytes_per_s(LARGE, PRIVACY_OPEN, 600);
    const double in_teams = bytes_per_s(LARGE, PRIVACY_TEAMS, 600);
    const double in_private = bytes_per_s(LARGE, PRIVACY_PRIVATE, 600);

    (void)state;
    print_message(
        "bytes per second: open %.0f, teams %.0f, private %.0f\n", open, in_teams, in_private);
    check_between(open, 1500, 2800);
    check_between(in_teams, 1500, 2800);
    check_between(in_private, 300, 900);
}

static void names_come_slowly_while_a_large_session_plays(void **state)
{
    Arena *arena = new_arena(LARGE, PRIVACY_OPEN);
    const int seconds = 10;

    (void)state;
    fill(arena, LARGE);
    arena->watched = 17;
    arena->roster_bytes = 0;
    tick(arena, seconds * 5 * ROUND_TICKS);
    check_between((double)arena->roster_bytes / seconds, 500, 1700);
    order(arena, COMMAND_START, 0);
    tick(arena, 2 * 5 * ROUND_TICKS);
    arena->roster_bytes = 0;
    tick(arena, seconds * 5 * ROUND_TICKS);
    check_between((double)arena->roster_bytes / seconds, 200, 520);
    close_arena(arena);
}

static void changed_verdicts_are_told_before_their_turn(void **state)
{
    Arena *arena = new_arena(LARGE, PRIVACY_OPEN);
    const uint16_t changed[] = {5, 1234, 2999};

    (void)state;
    fill(arena, LARGE);
    tick(arena, 100 * ROUND_TICKS);
    for (int round = 0; round < 30; round++) {
        const uint32_t before = arena->session.snapshot_number;
        const uint16_t seat = changed[round % 3];

        arena->participants[seat].map_entry.verdict = (uint8_t)(1 + round % 9);
        tick(arena, 4 * ROUND_TICKS);
        check(arena->map_told[seat] > before);
        check_i64(arena->verdicts[seat], 1 + round % 9);
    }
    close_arena(arena);
}

static void every_block_of_the_map_has_its_turn_even_when_others_change(void **state)
{
    Arena *arena = new_arena(LARGE, PRIVACY_OPEN);
    uint32_t oldest = UINT32_MAX;

    (void)state;
    fill(arena, LARGE);
    for (int round = 0; round < 150; round++) {
        arena->participants[0].map_entry.verdict = (uint8_t)(1 + round % 9);
        tick(arena, ROUND_TICKS);
    }
    for (int seat = 0; seat < LARGE; seat++) {
        oldest = arena->map_told[seat] < oldest ? arena->map_told[seat] : oldest;
    }
    /* 32 blocks, each second round. */
    check(arena->session.snapshot_number - oldest <= 2 * (LARGE / MAP_BLOCK_SEATS + 2));
    close_arena(arena);
}

/* Sends `count` hits from `number` on, `gap_ns` apart backwards from now. */
static void shower(Arena *arena, uint16_t seat, uint32_t number, int64_t start_ns, int64_t gap_ns)
{
    static Message message;
    SessionEvent event = {.kind = SESSION_EVENT_MESSAGE, .seat = seat, .message = &message};

    message = (Message){.type = MESSAGE_HITS};
    message.hits.uncertainty_us = 1000;
    message.hits.count = HITS_PER_MESSAGE_MAX;
    for (int i = 0; i < HITS_PER_MESSAGE_MAX; i++) {
        message.hits.hits[i] = (HitEntry){.number = number + (uint32_t)i,
                                          .at = {start_ns - i * gap_ns},
                                          .pad = (uint8_t)(i % PADS_MAX),
                                          .velocity = 64};
    }
    (void)step(arena, &event);
}

static void a_shower_of_hits_is_believed_up_to_25_a_second_in_whatever_order(void **state)
{
    Arena *arena = new_arena(2, PRIVACY_OPEN);
    const SessionCounts *counts = &arena->session.counts;

    (void)state;
    fill(arena, 2);
    order(arena, COMMAND_START, 0);
    tick(arena, 10 * 5 * ROUND_TICKS);
    /* Newest first, then the same second again a little earlier. */
    shower(arena, 1, 1, arena->now.ns, 10 * NS_PER_MS);
    check_i64(counts->hits_taken, HITS_PER_MESSAGE_MAX);
    shower(arena, 1, 25, arena->now.ns - 300 * NS_PER_MS, 10 * NS_PER_MS);
    check_i64(counts->hits_taken, HITS_PER_S_MAX);
    check_i64(counts->hits_too_many, 2 * HITS_PER_MESSAGE_MAX - HITS_PER_S_MAX);
    shower(arena, 1, 1, arena->now.ns, 10 * NS_PER_MS);
    check_i64(counts->hits_repeated, HITS_PER_MESSAGE_MAX);
    shower(arena, 1, 49, arena->now.ns + NS_PER_S, NS_PER_MS);
    check_i64(counts->hits_untimely, HITS_PER_MESSAGE_MAX);
    close_arena(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_player_costs_the_same_in_any_large_session),
        cmocka_unit_test(no_tier_costs_more_than_the_budget),
        cmocka_unit_test(names_come_slowly_while_a_large_session_plays),
        cmocka_unit_test(changed_verdicts_are_told_before_their_turn),
        cmocka_unit_test(every_block_of_the_map_has_its_turn_even_when_others_change),
        cmocka_unit_test(a_shower_of_hits_is_believed_up_to_25_a_second_in_whatever_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
