#include "shared/session/people.h"

#include <stdio.h>
#include <string.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "tests/support/check.h"

enum {
    SEATS = 20,
    FACTS_MAX = 512
};

/* A session, and all that its last step gave out. */
typedef struct {
    Session session;
    Participant participants[SEATS + OBSERVERS_MAX];
    Outbox outbox;
    Journal journal;
    JournalEntry facts[FACTS_MAX];
} Hall;

static const SessionTime NOW = {INT64_C(1000) * NS_PER_S};

static Hall *new_hall(void)
{
    static Hall hall;
    SessionConfig config = {.title = "Hall", .seats = SEATS, .grace_s = 600};
    Groove groove;
    const char *text = BUILTIN_GROOVES[0].text;

    memset(&hall, 0, sizeof hall);
    check(groove_text_parse(text, strlen(text), &groove, NULL));
    memset(config.facilitator_token, 7, TOKEN_BYTES);
    hall.journal.entries = hall.facts;
    hall.journal.capacity = FACTS_MAX;
    outbox_init(&hall.outbox);
    session_init(&hall.session, &config, hall.participants, &groove, 1);
    return &hall;
}

static SessionResult take(Hall *hall, const SessionEvent *event)
{
    outbox_clear(&hall->outbox);
    hall->journal.count = 0;
    return session_step(&hall->session, NOW, event, &hall->outbox, &hall->journal);
}

static Message join_as(const char *name, const char *team)
{
    Message message = {.type = MESSAGE_JOIN, .join = {.version = PROTOCOL_VERSION}};

    (void)snprintf(message.join.name, sizeof message.join.name, "%s", name);
    (void)snprintf(message.join.team, sizeof message.join.team, "%s", team);
    memset(message.join.facilitator_token, 7, TOKEN_BYTES);
    return message;
}

static SessionResult join(Hall *hall, uint32_t connection, const Message *message)
{
    SessionEvent event = {.kind = SESSION_EVENT_JOIN, .connection = connection, .message = message};

    memset(event.fresh_token, (int)connection, TOKEN_BYTES);
    return take(hall, &event);
}

static void say(Hall *hall, uint16_t seat, const Message *message)
{
    const SessionEvent event = {.kind = SESSION_EVENT_MESSAGE, .seat = seat, .message = message};

    (void)take(hall, &event);
}

static void a_team_without_members_gives_way_when_all_are_taken(void **state)
{
    Hall *hall = new_hall();
    char name[16];

    (void)state;
    for (int i = 0; i < TEAMS_MAX; i++) {
        (void)snprintf(name, sizeof name, "Team %d", i);
        check_i64(people_team(&hall->session, name), i);
        hall->session.teams[i].members = 1;
    }
    check_i64(people_team(&hall->session, "Drums"), TEAM_NONE);
    check_i64(people_team(&hall->session, "Team 500"), 500);
    hall->session.teams[700].members = 0;
    hall->session.teams[700].bars.count = 5;
    check_i64(people_team(&hall->session, "Drums"), 700);
    check_text(hall->session.teams[700].name, "Drums");
    check_i64(hall->session.teams[700].bars.count, 0);
    check_i64(hall->session.team_count, TEAMS_MAX);
}

static void who_returns_without_the_token_leads_no_more(void **state)
{
    Hall *hall = new_hall();
    Message message = join_as("Ama", "");
    SessionResult result;

    (void)state;
    message.join.facilitates = true;
    result = join(hall, 1, &message);
    check_i64(hall->participants[result.seat].role, ROLE_FACILITATOR);
    message.join.facilitates = false;
    message.join.resumes = true;
    memset(message.join.resume_token, 1, TOKEN_BYTES);
    result = join(hall, 2, &message);
    check(result.joined);
    check_i64(result.replaced_connection, 1);
    check_i64(hall->participants[result.seat].role, ROLE_PLAYER);
    check(!hall->participants[result.seat].facilitates);
    check_i64(participant_presence(&hall->participants[result.seat]) & PRESENCE_FACILITATOR, 0);
}

static void observers_count_nowhere_and_wish_for_nothing(void **state)
{
    Hall *hall = new_hall();
    Message message = join_as("", "Blue");
    const Message part = {.type = MESSAGE_CHOOSE_PART, .choose_part = {.part = 3}};
    const Message offset = {.type = MESSAGE_CALIBRATION,
                            .calibration = {.calibrated = true, .calibration_us = 5}};
    uint32_t revision = 0;
    uint16_t seat = 0;

    (void)state;
    message.join.observer = true;
    seat = join(hall, 1, &message).seat;
    revision = hall->session.roster_revision;
    say(hall, seat, &part);
    say(hall, seat, &offset);
    check_i64(hall->journal.count, 0);
    check_i64(hall->outbox.item_count, 0);
    check_u64(hall->session.roster_revision, revision);
    check_i64(hall->session.team_count, 0);
    check_i64(hall->session.joined, 0);
}

/* A wish costs all who read the roster a message: the same wish again costs them nothing. */
static void the_same_wish_again_changes_nothing(void **state)
{
    Hall *hall = new_hall();
    const Message joining = join_as("Ama", "Blue");
    const Message wishes[] = {
        {.type = MESSAGE_CHOOSE_PART, .choose_part = {.part = 3}},
        {.type = MESSAGE_READY, .ready = {.ready = true}},
        {.type = MESSAGE_CALIBRATION, .calibration = {.calibrated = true, .calibration_us = 9}}};
    const uint16_t seat = join(hall, 1, &joining).seat;

    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        const uint32_t before = hall->session.roster_revision;

        say(hall, seat, &wishes[i]);
        check_u64(hall->session.roster_revision, before + 1);
        say(hall, seat, &wishes[i]);
        check_u64(hall->session.roster_revision, before + 1);
        check_i64(hall->journal.count, 0);
    }
    check_i64(hall->participants[seat].part, 3);
    check(hall->participants[seat].ready && hall->participants[seat].calibrated);
}

static void a_name_has_something_to_be_seen_and_up_to_24_characters(void **state)
{
    static const char *const REFUSED[] = {"   ",
                                          "\xe2\x80\x8b\xe2\x80\x8b", /* U+200B, without width */
                                          "\xcc\x81",                 /* an accent over nothing */
                                          "abcdefghijklmnopqrstuvwxy"};
    static const char *const TAKEN[] = {"abcdefghijklmnopqrstuvwx",
                                        "Zo\xc3\xab",
                                        "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf",
                                        "\xf0\x9f\xa5\x81",
                                        "=cmd()"};
    Hall *hall = new_hall();
    uint32_t connection = 0;

    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        const Message message = join_as(REFUSED[i], "");

        check(!join(hall, connection++, &message).joined);
    }
    for (size_t i = 0; i < sizeof TAKEN / sizeof TAKEN[0]; i++) {
        const Message message = join_as(TAKEN[i], "");

        check(join(hall, connection++, &message).joined);
    }
}

static void a_token_of_ones_own_opens_the_seat_before_any_welcome_came(void **state)
{
    Hall *hall = new_hall();
    Message message = join_as("Adjoa", "");
    SessionResult first;
    SessionResult again;

    (void)state;
    message.join.resumes = true;
    memset(message.join.resume_token, 9, TOKEN_BYTES);
    first = join(hall, 1, &message);
    check(first.joined && !first.resumed);
    again = join(hall, 2, &message);
    check(again.joined && again.resumed);
    check_i64(again.seat, first.seat);
    check_i64(again.replaced_connection, 1);
    message.join.resume_token[0] = 8;
    check(!join(hall, 3, &message).joined);
}

static void the_token_of_a_seat_given_up_opens_no_other(void **state)
{
    Hall *hall = new_hall();
    Message message = join_as("Adjoa", "");
    SessionResult result;

    (void)state;
    message.join.resumes = true;
    memset(message.join.resume_token, 9, TOKEN_BYTES);
    result = join(hall, 1, &message);
    people_remove(&hall->session, result.seat, &hall->journal);
    result = join(hall, 2, &message);
    check(result.joined && !result.resumed);
    check(memcmp(hall->participants[result.seat].resume_token,
                 message.join.resume_token,
                 TOKEN_BYTES) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_of_ones_own_opens_the_seat_before_any_welcome_came),
        cmocka_unit_test(the_token_of_a_seat_given_up_opens_no_other),
        cmocka_unit_test(a_team_without_members_gives_way_when_all_are_taken),
        cmocka_unit_test(who_returns_without_the_token_leads_no_more),
        cmocka_unit_test(observers_count_nowhere_and_wish_for_nothing),
        cmocka_unit_test(the_same_wish_again_changes_nothing),
        cmocka_unit_test(a_name_has_something_to_be_seen_and_up_to_24_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
