/* ctest: timeout=120 */
/*
 * What somebody could learn of others who keeps every byte that the server sends them: nothing that
 * the tier does not tell.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/room.h"
#include "tests/support/check.h"

enum {
    PEOPLE = 24, /* four teams of six; client 0 facilitates */
    SPY = 5,
    REFRESHES_MAX = 200,
    NAME_PREFIX_BYTES = 7 /* "Player " */
};

static const RoomNetwork HOME = {.delay_ms = 12, .jitter_ms = 4, .loss = .02, .duplicates = .02};

typedef struct {
    uint32_t number;
    int count;
    CrowdEntry entries[PEOPLE];
    int seats[PEOPLE]; /* whose the mark may be, by the server's own knowledge; -1 when shared */
} Refresh;

/* What the spy keeps. */
typedef struct {
    const Room *room;
    int64_t by_type[MESSAGE_TYPE_COUNT];
    int64_t names_of_others;
    int64_t seats_of_others;
    Refresh refreshes[REFRESHES_MAX];
    int refresh_count;
} Spy;

/* Counts the names in the bytes that are not the spy's own: whatever message they are in. */
static void look_for_names(Spy *spy, const Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    const size_t size_bytes = message_encode(message, bytes);

    for (size_t i = 0; i + NAME_PREFIX_BYTES < size_bytes; i++) {
        if (memcmp(&bytes[i], "Player ", NAME_PREFIX_BYTES) == 0 &&
            (bytes[i + NAME_PREFIX_BYTES] != '0' + SPY ||
             (i + NAME_PREFIX_BYTES + 1 < size_bytes && bytes[i + NAME_PREFIX_BYTES + 1] >= '0' &&
              bytes[i + NAME_PREFIX_BYTES + 1] <= '9'))) {
            spy->names_of_others++;
        }
    }
}

static int kind_now(const Participant *participant)
{
    const MapEntry mark = participant->map_entry;

    return (mark.phase_256 + 128 + CROWD_PHASE_STEP_256 / 2) / CROWD_PHASE_STEP_256 %
               (256 / CROWD_PHASE_STEP_256) * 256 +
           mark.spread_level / CROWD_SPREAD_STEP * 16 + mark.verdict;
}

static int kind_of(MapEntry mark)
{
    return (mark.phase_256 + 128) / CROWD_PHASE_STEP_256 * 256 +
           mark.spread_level / CROWD_SPREAD_STEP * 16 + mark.verdict;
}

static int seat_of_mark(const Room *room, const CrowdEntry *entry)
{
    for (int seat = 0; entry->people == 1 && seat < room->session.participant_count; seat++) {
        if (kind_now(&room->participants[seat]) == kind_of(entry->mark)) {
            return seat;
        }
    }
    return -1;
}

static void keep_refresh(Spy *spy, const CrowdMessage *crowd)
{
    Refresh *refresh = &spy->refreshes[spy->refresh_count];

    check(crowd->pages == 1 && crowd->count <= PEOPLE);
    if (spy->refresh_count == REFRESHES_MAX || crowd->count == 0) {
        return;
    }
    spy->refresh_count++;
    refresh->number = crowd->number;
    refresh->count = crowd->count;
    for (int i = 0; i < crowd->count; i++) {
        refresh->entries[i] = crowd->entries[i];
        refresh->seats[i] = seat_of_mark(spy->room, &crowd->entries[i]);
    }
}

static void hear(void *owner, int client, const Message *message)
{
    Spy *spy = owner;

    if (client != SPY) {
        return;
    }
    spy->by_type[message->type]++;
    look_for_names(spy, message);
    if (message->type == MESSAGE_ROSTER) {
        for (int i = 0; i < message->roster.count; i++) {
            spy->seats_of_others +=
                message->roster.entries[i].seat != spy->room->clients[SPY].seat ? 1 : 0;
        }
    } else if (message->type == MESSAGE_CROWD) {
        keep_refresh(spy, &message->crowd);
    }
}

/* A session that plays for `seconds` while the spy keeps all it gets. */
static Room *spied_room(Spy *spy, Privacy privacy, uint64_t seed, int seconds)
{
    Room *room = sim_room_create(check_seed(seed), &HOME, ROOM_CLIENTS_MAX);
    Prng prng;

    prng_seed(&prng, seed);
    memset(spy, 0, sizeof *spy);
    spy->room = room;
    room->owner = spy;
    room->listener = hear;
    room_set_privacy(room, privacy);
    for (int i = 0; i < PEOPLE; i++) {
        const PlayerProfile profile = player_profile_draw(&prng);

        (void)room_add(room, true, &profile, i == 7 ? TROUBLE_HALF_BEAT : TROUBLE_NONE);
    }
    room_run(room, 3 * NS_PER_S);
    room_order(room, COMMAND_START, 0, 0);
    room_run(room, seconds * NS_PER_S);
    check(room->violated == NULL);
    check_i64(room->session.joined, PEOPLE);
    return room;
}

static void in_the_tier_of_teams_no_byte_names_anybody_else(void **state)
{
    static Spy spy;
    Room *room = spied_room(&spy, PRIVACY_TEAMS, 1, 60);
    const ModelOthers *others = &room->clients[SPY].others;

    (void)state;
    check_i64(spy.names_of_others, 0);
    check_i64(spy.seats_of_others, 0);
    check_i64(spy.by_type[MESSAGE_MAP], 0);
    check_i64(spy.by_type[MESSAGE_REPORT], 0);
    check(spy.by_type[MESSAGE_ROSTER] > 0 && spy.by_type[MESSAGE_TEAMS] > 50);
    check(spy.by_type[MESSAGE_PARTS] > 50 && spy.refresh_count > 50);
    /* And yet the group is seen: all marks, the one at the half-beat, all teams and parts. */
    check_i64(others->crowd_count, PEOPLE);
    check_i64(others->team_count, 4);
    check(others->teams[0].counted && others->teams[0].active == 6 && others->teams[0].bars > 20);
    check_i64(others->parts.count, room->session.grooves[0].part_count);
    check_i64(room->clients[SPY].model.snapshot.verdicts[VERDICT_OFF_BEAT], 1);
    /* Who leads sees everybody. */
    for (int seat = 0; seat < PEOPLE; seat++) {
        check(room->clients[0].others.roster[seat].name[0] != '\0');
        check(room->clients[0].others.map[seat].verdict != MAP_ABSENT);
    }
    check_i64(room->clients[0].others.crowd_count, 0);
    sim_room_destroy(room);
}

static void in_the_private_tier_only_the_whole_group_is_told(void **state)
{
    static Spy spy;
    Room *room = spied_room(&spy, PRIVACY_PRIVATE, 2, 20);

    (void)state;
    check_i64(spy.names_of_others + spy.seats_of_others, 0);
    check_i64(spy.by_type[MESSAGE_MAP] + spy.by_type[MESSAGE_CROWD] + spy.by_type[MESSAGE_TEAMS] +
                  spy.by_type[MESSAGE_PARTS] + spy.by_type[MESSAGE_REPORT],
              0);
    check(spy.by_type[MESSAGE_SNAPSHOT] > 80 && spy.by_type[MESSAGE_BARS] > 5);
    check_i64(room->clients[SPY].model.standing.team_together_centi, 0);
    check(room->clients[0].model.standing.team_together_centi > 0);
    check_i64(room->clients[0].others.team_count, 4);
    sim_room_destroy(room);
}

static void in_the_open_tier_everybody_is_told_who_is_where(void **state)
{
    static Spy spy;
    Room *room = spied_room(&spy, PRIVACY_OPEN, 3, 10);

    (void)state;
    check(spy.names_of_others >= PEOPLE - 1);
    check(spy.by_type[MESSAGE_MAP] > 40);
    check_i64(spy.by_type[MESSAGE_CROWD] + spy.by_type[MESSAGE_REPORT], 0);
    sim_room_destroy(room);
}

/* Sums of pairs, for a coefficient of correlation. */
typedef struct {
    double count;
    double x, y, xx, yy, xy;
} Pairs;

static void add_pair(Pairs *pairs, double x, double y)
{
    pairs->count++;
    pairs->x += x;
    pairs->y += y;
    pairs->xx += x * x;
    pairs->yy += y * y;
    pairs->xy += x * y;
}

static double correlation(const Pairs *pairs)
{
    const double n = pairs->count;

    return (n * pairs->xy - pairs->x * pairs->y) /
           sqrt((n * pairs->xx - pairs->x * pairs->x) * (n * pairs->yy - pairs->y * pairs->y));
}

/* Nothing: within four standard deviations of what independent places give. */
static void check_unrelated(const Pairs *pairs)
{
    check(pairs->count > 300);
    check_between(correlation(pairs), -4.0 / sqrt(pairs->count), 4.0 / sqrt(pairs->count));
}

static double place(const Refresh *refresh, int index)
{
    return ((double)index + 0.5) / refresh->count;
}

static void add_same_marks(Pairs *pairs, const Refresh *one, const Refresh *next)
{
    for (int i = 0; i < one->count; i++) {
        for (int j = 0; j < next->count; j++) {
            if (kind_of(one->entries[i].mark) == kind_of(next->entries[j].mark)) {
                add_pair(pairs, place(one, i), place(next, j));
            }
        }
    }
}

static void add_same_people(Pairs *pairs, const Refresh *one, const Refresh *next)
{
    for (int i = 0; i < one->count; i++) {
        for (int j = 0; j < next->count; j++) {
            if (one->seats[i] >= 0 && one->seats[i] == next->seats[j]) {
                add_pair(pairs, place(one, i), place(next, j));
            }
        }
    }
}

/* An attacker who looks at places: those of the same mark, those of the same person (which only
   the server knows), and whether a place tells of a seat or of a value. */
static void a_marks_place_says_nothing_of_where_it_was_or_whose_it_is(void **state)
{
    static Spy spy;
    Room *room = spied_room(&spy, PRIVACY_TEAMS, 4, 100);
    Pairs marks = {0};
    Pairs people = {0};
    Pairs seats = {0};
    Pairs values = {0};

    (void)state;
    for (int i = 0; i < spy.refresh_count; i++) {
        const Refresh *refresh = &spy.refreshes[i];

        for (int j = 0; j < refresh->count; j++) {
            add_pair(&values, place(refresh, j), refresh->entries[j].mark.phase_256);
            if (refresh->seats[j] >= 0) {
                add_pair(&seats, place(refresh, j), refresh->seats[j]);
            }
        }
        if (i > 0) {
            check_i64(refresh->number, spy.refreshes[i - 1].number + 1);
            add_same_marks(&marks, &spy.refreshes[i - 1], refresh);
            add_same_people(&people, &spy.refreshes[i - 1], refresh);
        }
    }
    check_unrelated(&marks);
    check_unrelated(&people);
    check_unrelated(&seats);
    check_unrelated(&values);
    sim_room_destroy(room);
}

static void a_stricter_tier_makes_everybody_forget_and_a_looser_one_is_refused(void **state)
{
    static Spy spy;
    Room *room = spied_room(&spy, PRIVACY_OPEN, 5, 5);
    const ModelOthers *others = &room->clients[SPY].others;
    const ClientModel *leader = &room->clients[0].model;

    (void)state;
    check(others->roster[room->clients[9].seat].name[0] != '\0');
    room_order(room, COMMAND_PRIVACY, PRIVACY_TEAMS, 0);
    room_run(room, 2 * NS_PER_S);
    for (int i = 0; i < PEOPLE; i++) {
        const RosterEntry *entry = &others->roster[room->clients[i].seat];

        check((entry->name[0] != '\0') == (i == SPY));
        check_i64(others->map[room->clients[i].seat].verdict, MAP_ABSENT);
    }
    check_i64(others->crowd_count, PEOPLE);
    check_i64(model_privacy(&room->clients[SPY].model), PRIVACY_TEAMS);
    check(!model_sees_people(&room->clients[SPY].model));
    check(model_sees_people(leader));
    check_i64(leader->refusal_count, 0);
    room_order(room, COMMAND_PRIVACY, PRIVACY_OPEN, 0);
    room_run(room, NS_PER_S);
    check_i64(leader->refusal_count, 1);
    check_i64(leader->refusal.reason, REFUSAL_PRIVACY);
    check_i64(room->session.privacy, PRIVACY_TEAMS);
    room_order(room, COMMAND_PRIVACY, PRIVACY_PRIVATE, 0);
    room_run(room, 2 * NS_PER_S);
    check_i64(others->crowd_count, 0);
    check_i64(others->team_count, 0);
    room_restart_server(room, NS_PER_S);
    room_run(room, 4 * NS_PER_S);
    check_i64(room->session.privacy, PRIVACY_PRIVATE);
    check_i64(model_privacy(&room->clients[SPY].model), PRIVACY_PRIVATE);
    room_order(room, COMMAND_PRIVACY, PRIVACY_COUNT, 0);
    room_run(room, NS_PER_S);
    check_i64(leader->refusal.reason, REFUSAL_OUT_OF_RANGE);
    check(room->violated == NULL);
    sim_room_destroy(room);
}

static void a_tier_may_be_looser_while_only_facilitators_have_a_seat(void **state)
{
    Room *room = sim_room_create(check_seed(6), &HOME, ROOM_CLIENTS_MAX);
    const PlayerProfile profile = player_profile_named(PLAYER_TRAINED);
    const ClientModel *leader = &room->clients[0].model;
    int guest = 0;

    (void)state;
    room_set_privacy(room, PRIVACY_TEAMS);
    (void)room_add(room, true, &profile, TROUBLE_NONE);
    (void)room_add_observer(room);
    room_run(room, 2 * NS_PER_S);
    room_order(room, COMMAND_PRIVACY, PRIVACY_OPEN, 0);
    room_run(room, NS_PER_S);
    check_i64(leader->refusal_count, 0);
    check_i64(model_privacy(leader), PRIVACY_OPEN);
    check_i64(model_privacy(&room->clients[1].model), PRIVACY_OPEN);
    room_order(room, COMMAND_PRIVACY, PRIVACY_TEAMS, 0);
    guest = room_add(room, true, &profile, TROUBLE_NONE);
    room_run(room, 2 * NS_PER_S);
    check_i64(room->clients[guest].model.welcome.privacy, PRIVACY_TEAMS);
    /* Whoever is away has been promised it, too; whoever was sent out is gone. */
    room_disconnect(room, guest, ROOM_NEVER);
    room_run(room, NS_PER_S);
    room_order(room, COMMAND_PRIVACY, PRIVACY_OPEN, 0);
    room_run(room, NS_PER_S);
    check_i64(leader->refusal.reason, REFUSAL_PRIVACY);
    room_order(room, COMMAND_KICK, room->clients[guest].seat, 0);
    room_order(room, COMMAND_PRIVACY, PRIVACY_OPEN, 0);
    room_run(room, NS_PER_S);
    check_i64(leader->refusal_count, 1);
    check_i64(room->session.privacy, PRIVACY_OPEN);
    sim_room_destroy(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_tier_of_teams_no_byte_names_anybody_else),
        cmocka_unit_test(in_the_private_tier_only_the_whole_group_is_told),
        cmocka_unit_test(in_the_open_tier_everybody_is_told_who_is_where),
        cmocka_unit_test(a_marks_place_says_nothing_of_where_it_was_or_whose_it_is),
        cmocka_unit_test(a_stricter_tier_makes_everybody_forget_and_a_looser_one_is_refused),
        cmocka_unit_test(a_tier_may_be_looser_while_only_facilitators_have_a_seat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
