/*
 * The crowd of a session: what those are told who may not know who is who, and when counting would
 * tell after all.
 */
#include "shared/session/crowd.h"

#include <math.h>
#include <string.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "shared/prng.h"
#include "shared/session/group.h"
#include "tests/support/check.h"

enum {
    LARGE = 3000,
    TEAM = 10, /* people of one, but of the last */
    PAGES_KEPT_MAX = CROWD_PAGES_MAX,
    REFRESHES = 60,
    KINDS = 256 * 16
};
#define NOW ((SessionTime){1000 * NS_PER_S})

typedef struct {
    Session session;
    Participant participants[LARGE + OBSERVERS_MAX];
    Outbox outbox;
} Hall;

/* One whole refresh as it went out. */
typedef struct {
    int pages;
    int count;
    CrowdEntry entries[PARTICIPANTS_MAX];
    size_t size_bytes;
    uint8_t bytes[PAGES_KEPT_MAX * MESSAGE_BYTES_MAX];
} Refresh;

static Hall *new_hall(Privacy privacy)
{
    static Hall hall;
    const SessionConfig config = {
        .title = "Hall", .seats = LARGE, .grace_s = 600, .privacy = privacy};
    const char *text = BUILTIN_GROOVES[0].text;
    Groove groove;

    memset(&hall, 0, sizeof hall);
    check(groove_text_parse(text, strlen(text), &groove, NULL));
    outbox_init(&hall.outbox);
    session_init(&hall.session, &config, hall.participants, &groove, 1);
    return &hall;
}

static Participant *add_person(Hall *hall, uint16_t team, MapEntry mark)
{
    Participant *participant = &hall->participants[hall->session.participant_count];

    *participant = (Participant){
        .state = SEAT_CONNECTED,
        .connection = (uint32_t)hall->session.participant_count,
        .team = team,
        .map_entry = mark,
        .verdict = {.shown = (Verdict)mark.verdict},
    };
    hall->session.participant_count++;
    if (team != TEAM_NONE) {
        hall->session.teams[team].members++;
        if (team >= hall->session.team_count) {
            hall->session.team_count = team + 1;
        }
    }
    return participant;
}

static void add_people(Hall *hall, int count, uint16_t team, Verdict verdict)
{
    for (int i = 0; i < count; i++) {
        (void)add_person(hall, team, (MapEntry){0, (uint8_t)verdict, 2});
    }
}

static MapEntry any_mark(Prng *prng)
{
    return (MapEntry){
        .phase_256 = (int8_t)clamp_i64((int64_t)(prng_normal(prng) * 10.0), -128, 127),
        .verdict = (uint8_t)prng_below(prng, VERDICT_COUNT),
        .spread_level = (uint8_t)prng_below(prng, 6),
    };
}

static void fill(Hall *hall, int people, Prng *prng)
{
    for (int i = 0; i < people; i++) {
        (void)add_person(hall, (uint16_t)(i / TEAM), any_mark(prng));
    }
}

/* Takes the one message that is in the outbox for `audience`, if any. */
static bool take(Hall *hall, uint32_t audience, MessageType type, Message *message)
{
    bool found = false;

    for (uint32_t i = 0; i < hall->outbox.item_count; i++) {
        const OutboxItem *item = &hall->outbox.items[i];

        if (item->connection == audience) {
            check(!found);
            check(message_decode(outbox_bytes(&hall->outbox, item), item->size_bytes, message));
            check_i64(message->type, type);
            found = true;
        }
    }
    return found;
}

/* Rounds go by until every page of the next refresh has gone out to the others. */
static void next_refresh(Hall *hall, Refresh *refresh)
{
    static Message message;
    uint32_t number = 0;

    memset(refresh, 0, sizeof *refresh);
    group_refresh(&hall->session, NOW);
    for (int rounds = 0; refresh->pages == 0 || message.crowd.page + 1 < message.crowd.pages;
         rounds++) {
        check(rounds < 100);
        hall->session.snapshot_number++;
        outbox_clear(&hall->outbox);
        crowd_send_page(&hall->session, &hall->outbox);
        if (!take(hall, CONNECTION_OTHERS, MESSAGE_CROWD, &message)) {
            continue;
        }
        check_i64(hall->outbox.item_count, 1);
        check_i64(message.crowd.page, refresh->pages);
        check(refresh->pages == 0 || message.crowd.number == number);
        number = message.crowd.number;
        memcpy(&refresh->entries[refresh->count],
               message.crowd.entries,
               sizeof message.crowd.entries[0] * message.crowd.count);
        refresh->count += message.crowd.count;
        memcpy(&refresh->bytes[refresh->size_bytes],
               hall->outbox.bytes,
               hall->outbox.items[0].size_bytes);
        refresh->size_bytes += hall->outbox.items[0].size_bytes;
        refresh->pages++;
    }
}

static int people_of(const Refresh *refresh)
{
    int people = 0;

    for (int i = 0; i < refresh->count; i++) {
        people += refresh->entries[i].people;
    }
    return people;
}

static void a_mark_is_rounded_to_a_64th_of_a_beat_and_every_other_spread(void **state)
{
    static const struct {
        MapEntry mark;
        int phase_256;
        int spread_level;
    } cases[] = {
        {{0, VERDICT_ON, 2}, 0, 2},
        {{1, VERDICT_ON, 3}, 0, 2},
        {{2, VERDICT_LATE, 4}, 4, 4},
        {{-2, VERDICT_EARLY, 0}, 0, 0},
        {{-3, VERDICT_EARLY, 1}, -4, 0},
        {{126, VERDICT_OFF_BEAT, 15}, -128, 14},
        {{127, VERDICT_OFF_BEAT, 15}, -128, 14},
        {{-128, MAP_UNRATED, 0}, -128, 0},
    };
    static Refresh refresh;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Hall *hall = new_hall(PRIVACY_TEAMS);

        for (int j = 0; j < PRIVACY_PEOPLE_MIN; j++) {
            add_person(hall, 0, cases[i].mark)->verdict.shown = VERDICT_ON;
        }
        next_refresh(hall, &refresh);
        check_i64(refresh.count, 1);
        check_i64(refresh.entries[0].people, PRIVACY_PEOPLE_MIN);
        check_i64(refresh.entries[0].mark.verdict, cases[i].mark.verdict);
        check_i64(refresh.entries[0].mark.phase_256, cases[i].phase_256);
        check_i64(refresh.entries[0].mark.spread_level, cases[i].spread_level);
    }
}

static void teams_of_four_and_four_without_a_team_have_no_marks(void **state)
{
    static Refresh refresh;
    Hall *hall = new_hall(PRIVACY_TEAMS);
    Participant *fifth = NULL;

    (void)state;
    add_people(hall, 5, 0, VERDICT_ON);
    add_people(hall, 4, 1, VERDICT_LATE);
    add_people(hall, 4, TEAM_NONE, VERDICT_EARLY);
    next_refresh(hall, &refresh);
    check_i64(people_of(&refresh), 5);
    fifth = add_person(hall, TEAM_NONE, (MapEntry){0, VERDICT_EARLY, 2});
    next_refresh(hall, &refresh);
    check_i64(people_of(&refresh), 10);
    /* Whoever is away for long is not here: four are four. */
    fifth->suspended = true;
    next_refresh(hall, &refresh);
    check_i64(people_of(&refresh), 5);
    hall->participants[0].suspended = true;
    next_refresh(hall, &refresh);
    check_i64(refresh.pages, 1);
    check_i64(refresh.count, 0);
}

static void no_crowd_is_sent_in_the_other_tiers(void **state)
{
    static const Privacy tiers[] = {PRIVACY_OPEN, PRIVACY_PRIVATE};

    (void)state;
    for (int i = 0; i < 2; i++) {
        Hall *hall = new_hall(tiers[i]);

        add_people(hall, 20, 0, VERDICT_ON);
        group_refresh(&hall->session, NOW);
        crowd_send_page(&hall->session, &hall->outbox);
        check_i64(hall->outbox.item_count, 0);
    }
}

/* Law: who has which seat, and which team, changes no byte. So no byte tells of it. */
static void what_is_sent_depends_on_the_marks_alone(void **state)
{
    static Refresh one;
    static Refresh other;
    Hall *hall = NULL;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(1));
    hall = new_hall(PRIVACY_TEAMS);
    fill(hall, LARGE, &prng);
    next_refresh(hall, &one);
    check_i64(people_of(&one), LARGE);
    check(one.pages > 5);
    hall->session.crowd.number--; /* of the same number */
    for (int i = LARGE - 1; i > 0; i--) {
        const int j = (int)prng_below(&prng, (uint64_t)i + 1);
        const MapEntry mark = hall->participants[i].map_entry;

        hall->participants[i].map_entry = hall->participants[j].map_entry;
        hall->participants[j].map_entry = mark;
    }
    next_refresh(hall, &other);
    check_u64(other.size_bytes, one.size_bytes);
    check_bytes(other.bytes, one.bytes, one.size_bytes);
    next_refresh(hall, &other);
    check_u64(other.size_bytes, one.size_bytes);
    check(memcmp(other.bytes, one.bytes, one.size_bytes) != 0);
}

/* What was drawn stays, whatever people do while its pages go out. */
static void all_pages_of_a_refresh_are_of_one_moment(void **state)
{
    static Message message;
    Hall *hall = new_hall(PRIVACY_TEAMS);
    Prng prng;
    int people = 0;
    int pages = 0;

    (void)state;
    prng_seed(&prng, check_seed(2));
    fill(hall, LARGE, &prng);
    group_refresh(&hall->session, NOW);
    do {
        hall->session.snapshot_number++;
        outbox_clear(&hall->outbox);
        crowd_send_page(&hall->session, &hall->outbox);
        check(take(hall, CONNECTION_OTHERS, MESSAGE_CROWD, &message));
        for (int i = 0; i < message.crowd.count; i++) {
            check(message.crowd.entries[i].people < 200); /* as all are later */
            people += message.crowd.entries[i].people;
        }
        for (int i = 0; i < LARGE; i++) {
            hall->participants[i].map_entry = (MapEntry){0, VERDICT_IDLE, 0};
        }
        pages++;
    } while (message.crowd.page + 1 < message.crowd.pages);
    check_i64(people, LARGE);
    check_i64(message.crowd.number, 1);
}

static int kind_of(MapEntry mark)
{
    return (mark.phase_256 + 128) / CROWD_PHASE_STEP_256 * 64 + /* spreads of four kinds */
           mark.spread_level / CROWD_SPREAD_STEP * 16 + mark.verdict;
}

/* The same marks again and again: a page, like a place, says nothing of the page before. */
static void neither_place_nor_page_is_that_of_the_refresh_before(void **state)
{
    static Refresh refresh;
    static double place[2][KINDS];
    Hall *hall = new_hall(PRIVACY_TEAMS);
    Prng prng;
    double pairs = 0.0;
    double product = 0.0;
    double same_page = 0.0;
    double expected_same_page = 0.0;

    (void)state;
    prng_seed(&prng, check_seed(3));
    fill(hall, LARGE, &prng);
    for (int i = 0; i < REFRESHES; i++) {
        double *now = place[i % 2];
        const double *before = place[(i + 1) % 2];

        next_refresh(hall, &refresh);
        for (int j = 0; j < refresh.count; j++) {
            const int kind = kind_of(refresh.entries[j].mark);

            now[kind] = j;
            if (i > 0) {
                const double centre = (refresh.count - 1) / 2.0;

                pairs++;
                product += (j - centre) / centre * ((before[kind] - centre) / centre);
                same_page +=
                    j / CROWD_PAGE_ENTRIES_MAX == (int)before[kind] / CROWD_PAGE_ENTRIES_MAX ? 1.0
                                                                                             : 0.0;
            }
        }
        for (int page = 0; i > 0 && page < refresh.pages; page++) {
            const double share =
                fmin(refresh.count - page * CROWD_PAGE_ENTRIES_MAX, CROWD_PAGE_ENTRIES_MAX) /
                refresh.count;

            expected_same_page += share * share * refresh.count;
        }
    }
    check(pairs > 10000.0);
    /* The mean product of two uniform values of -1..1 has a standard deviation of 1/3 sqrt(n). */
    check_between(product / pairs, -4.0 / 3.0 / sqrt(pairs), 4.0 / 3.0 / sqrt(pairs));
    check_between(same_page, expected_same_page * 0.9, expected_same_page * 1.1);
}

static void a_refresh_is_drawn_once_a_second_at_most(void **state)
{
    Hall *hall = new_hall(PRIVACY_TEAMS);

    (void)state;
    add_people(hall, 24, 0, VERDICT_ON);
    group_refresh(&hall->session, NOW);
    for (int round = 0; round < 50; round++) {
        hall->session.snapshot_number++;
        crowd_send_page(&hall->session, &hall->outbox);
    }
    check_i64(hall->outbox.item_count, 10);
    check_i64(hall->session.crowd.number, 10);
}

/* --- what counts tell --- */

static void snapshots_of(Hall *hall, SnapshotMessage *leader, SnapshotMessage *others)
{
    static Message message;

    group_refresh(&hall->session, NOW);
    outbox_clear(&hall->outbox);
    group_send_snapshot(&hall->session, NOW, &hall->outbox);
    if (take(hall, CONNECTION_EVERYONE, MESSAGE_SNAPSHOT, &message)) {
        check_i64(hall->outbox.item_count, 1);
        *leader = message.snapshot;
        *others = message.snapshot;
        return;
    }
    check(take(hall, CONNECTION_FACILITATORS, MESSAGE_SNAPSHOT, &message));
    *leader = message.snapshot;
    check(take(hall, CONNECTION_OTHERS, MESSAGE_SNAPSHOT, &message));
    *others = message.snapshot;
    check_i64(others->number, leader->number);
    check_i64(others->joined, leader->joined);
}

static int counted_in(const SnapshotMessage *snapshot)
{
    int people = 0;

    for (int i = 0; i < VERDICT_COUNT; i++) {
        people += snapshot->verdicts[i];
    }
    return people;
}

static void counts_leave_out_those_who_would_be_known_by_the_difference(void **state)
{
    static const struct {
        Privacy privacy;
        int teams[3]; /* people of each, and without one */
        int teamless;
        int counted;
    } cases[] = {
        {PRIVACY_TEAMS, {4}, 0, 0},
        {PRIVACY_TEAMS, {5}, 0, 5},
        {PRIVACY_TEAMS, {9}, 1, 9},
        {PRIVACY_TEAMS, {9, 3}, 1, 9},
        {PRIVACY_TEAMS, {9, 3}, 2, 14}, /* five others are a group */
        {PRIVACY_TEAMS, {9, 2}, 6, 15},
        {PRIVACY_TEAMS, {2, 2, 2}, 0, 6},
        {PRIVACY_TEAMS, {2, 2}, 0, 0},
        {PRIVACY_PRIVATE, {4}, 0, 0},
        {PRIVACY_PRIVATE, {9}, 1, 9},
        {PRIVACY_OPEN, {1}, 1, 2},
        {PRIVACY_OPEN, {9}, 1, 10},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Hall *hall = new_hall(cases[i].privacy);
        SnapshotMessage leader;
        SnapshotMessage others;

        for (int team = 0; team < 3; team++) {
            add_people(hall, cases[i].teams[team], (uint16_t)team, VERDICT_ON);
        }
        add_people(hall, cases[i].teamless, TEAM_NONE, VERDICT_LATE);
        snapshots_of(hall, &leader, &others);
        check_i64(counted_in(&leader), hall->session.participant_count);
        check_i64(leader.verdicts[VERDICT_LATE], cases[i].teamless);
        check_i64(counted_in(&others), cases[i].counted);
    }
}

static void a_team_of_four_is_not_counted_but_has_its_figure(void **state)
{
    static const Privacy tiers[] = {PRIVACY_OPEN, PRIVACY_TEAMS, PRIVACY_PRIVATE};

    (void)state;
    for (int i = 0; i < PRIVACY_COUNT; i++) {
        Hall *hall = new_hall(tiers[i]);
        const uint32_t audience =
            tiers[i] == PRIVACY_PRIVATE ? CONNECTION_FACILITATORS : CONNECTION_EVERYONE;
        static Message message;

        add_people(hall, 4, 0, VERDICT_LATE);
        add_people(hall, 5, 1, VERDICT_ON);
        group_refresh(&hall->session, NOW);
        hall->session.teams[0].figures.together = 80.0;
        group_send_team_page(&hall->session, &hall->outbox);
        check_i64(hall->outbox.item_count, 1);
        check(take(hall, audience, MESSAGE_TEAMS, &message));
        check_i64(message.teams.entries[0].together_centi, 8000);
        check(message.teams.entries[0].counted == (tiers[i] == PRIVACY_OPEN));
        check_i64(message.teams.entries[0].verdicts[VERDICT_LATE],
                  tiers[i] == PRIVACY_OPEN ? 4 : 0);
        check(message.teams.entries[1].counted);
        check_i64(message.teams.entries[1].verdicts[VERDICT_ON], 5);
        outbox_clear(&hall->outbox);
        group_send_parts(&hall->session, NOW, &hall->outbox);
        check(take(hall, audience, MESSAGE_PARTS, &message));
        check_i64(message.parts.parts[0].members, 9);
        check(message.parts.parts[0].counted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_rounded_to_a_64th_of_a_beat_and_every_other_spread),
        cmocka_unit_test(teams_of_four_and_four_without_a_team_have_no_marks),
        cmocka_unit_test(no_crowd_is_sent_in_the_other_tiers),
        cmocka_unit_test(what_is_sent_depends_on_the_marks_alone),
        cmocka_unit_test(all_pages_of_a_refresh_are_of_one_moment),
        cmocka_unit_test(neither_place_nor_page_is_that_of_the_refresh_before),
        cmocka_unit_test(a_refresh_is_drawn_once_a_second_at_most),
        cmocka_unit_test(counts_leave_out_those_who_would_be_known_by_the_difference),
        cmocka_unit_test(a_team_of_four_is_not_counted_but_has_its_figure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
