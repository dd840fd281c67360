/* What a client keeps of others: as much as the tier tells, and nothing of a looser one before. */
#include "client/model/model.h"

#include <string.h>

#include "tests/support/check.h"

#define NOW ((HostTime){10 * NS_PER_S})

typedef struct {
    ClientModel model;
    ModelOthers others;
    Outbox outbox;
} Client;

enum {
    SEAT = 3
};

static void receive(Client *client, const Message *message)
{
    model_receive(&client->model, NOW, message);
}

static Client *joined(Privacy privacy, bool facilitates)
{
    static Client client;
    const ModelConfig config = {.name = "Ama", .facilitates = facilitates};
    const Message welcome = {.type = MESSAGE_WELCOME,
                             .welcome = {.version = PROTOCOL_VERSION,
                                         .seat = SEAT,
                                         .privacy = (uint8_t)privacy,
                                         .next_hit_number = 1}};

    model_init(&client.model, &config, &client.others, NOW);
    outbox_init(&client.outbox);
    check_i64(model_privacy(&client.model), PRIVACY_PRIVATE);
    check(!model_sees_people(&client.model));
    model_connected(&client.model, NOW, &client.outbox);
    receive(&client, &welcome);
    check_i64(client.model.phase, MODEL_JOINED);
    return &client;
}

static void hear_roster(Client *client, Privacy privacy)
{
    Message message = {.type = MESSAGE_ROSTER, .roster = {.joined = 2, .count = 2}};

    message.roster.privacy = (uint8_t)privacy;
    message.roster.entries[0] = (RosterEntry){.seat = SEAT, .presence = 1, .name = "Ama"};
    message.roster.entries[1] = (RosterEntry){.seat = 8, .presence = 1, .name = "Kofi"};
    if (privacy != PRIVACY_OPEN && !client->model.config.facilitates) {
        message.roster.count = 1;
    }
    receive(client, &message);
}

static void hear_map(Client *client)
{
    Message message = {.type = MESSAGE_MAP, .map = {.number = 5, .first_seat = 8, .count = 1}};

    message.map.entries[0] = (MapEntry){12, VERDICT_LATE, 3};
    receive(client, &message);
}

static void hear_team_and_parts(Client *client)
{
    Message message = {.type = MESSAGE_TEAMS, .teams = {.total = 1, .count = 1}};

    message.teams.entries[0] = (TeamEntry){.members = 9, .name = "Blue"};
    receive(client, &message);
    message = (Message){.type = MESSAGE_PARTS, .parts = {.count = 2}};
    receive(client, &message);
}

/* A page of a refresh with one mark, of `people`. */
static void hear_crowd(Client *client, uint32_t number, int page, int pages, int people)
{
    Message message = {.type = MESSAGE_CROWD, .crowd = {.number = number, .count = 1}};

    message.crowd.page = (uint8_t)page;
    message.crowd.pages = (uint8_t)pages;
    message.crowd.entries[0] = (CrowdEntry){{(int8_t)(4 * page), VERDICT_ON, 2}, (uint8_t)people};
    receive(client, &message);
}

static void the_roster_tells_the_tier_and_a_stricter_one_is_obeyed(void **state)
{
    Client *client = joined(PRIVACY_OPEN, false);

    (void)state;
    check(model_sees_people(&client->model));
    hear_roster(client, PRIVACY_OPEN);
    hear_map(client);
    hear_team_and_parts(client);
    check_text(client->others.roster[8].name, "Kofi");
    check_i64(client->others.map[8].verdict, VERDICT_LATE);
    hear_roster(client, PRIVACY_TEAMS);
    check_i64(model_privacy(&client->model), PRIVACY_TEAMS);
    check(!model_sees_people(&client->model));
    check_text(client->others.roster[8].name, "");
    check_text(client->others.roster[SEAT].name, "Ama");
    check_i64(client->others.map[8].verdict, MAP_ABSENT);
    check_text(client->others.teams[0].name, "Blue");
    hear_map(client); /* was under way */
    check_i64(client->others.map[8].verdict, MAP_ABSENT);
    hear_crowd(client, 1, 0, 1, 9);
    check_i64(client->others.crowd_count, 9);
    hear_roster(client, PRIVACY_PRIVATE);
    check_i64(client->others.crowd_count, 0);
    check_i64(client->others.team_count, 0);
    check_i64(client->others.parts.count, 0);
    check_text(client->others.teams[0].name, "");
    hear_team_and_parts(client);
    hear_crowd(client, 2, 0, 1, 9);
    check_i64(client->others.team_count, 0);
    check_i64(client->others.parts.count, 0);
    check_i64(client->others.crowd_count, 0);
}

static void a_tier_that_became_stricter_while_one_was_away_is_obeyed(void **state)
{
    Client *client = joined(PRIVACY_TEAMS, false);
    Message welcome = {.type = MESSAGE_WELCOME,
                       .welcome = {.version = PROTOCOL_VERSION,
                                   .seat = SEAT,
                                   .privacy = PRIVACY_PRIVATE,
                                   .next_hit_number = 1}};

    (void)state;
    hear_team_and_parts(client);
    hear_crowd(client, 1, 0, 1, 9);
    model_disconnected(&client->model, NOW);
    model_connected(&client->model, NOW, &client->outbox);
    receive(client, &welcome);
    check_i64(model_privacy(&client->model), PRIVACY_PRIVATE);
    check_i64(client->others.team_count, 0);
    check_i64(client->others.crowd_count, 0);
    check_i64(client->others.parts.count, 0);
}

static void who_leads_keeps_all_in_every_tier(void **state)
{
    Client *client = joined(PRIVACY_TEAMS, true);

    (void)state;
    hear_roster(client, PRIVACY_TEAMS);
    hear_map(client);
    hear_team_and_parts(client);
    hear_roster(client, PRIVACY_PRIVATE);
    check(model_sees_people(&client->model));
    check_text(client->others.roster[8].name, "Kofi");
    check_i64(client->others.map[8].verdict, VERDICT_LATE);
    check_i64(client->others.team_count, 1);
}

static void a_refresh_shows_when_all_its_pages_have_come_in_any_order(void **state)
{
    Client *client = joined(PRIVACY_TEAMS, false);
    const ModelOthers *others = &client->others;

    (void)state;
    hear_crowd(client, 7, 2, 3, 10);
    hear_crowd(client, 7, 0, 3, 20);
    hear_crowd(client, 7, 0, 3, 20); /* doubled by the network */
    check_i64(others->crowd_count, 0);
    hear_crowd(client, 7, 1, 3, 30);
    check_i64(others->crowd_count, 60);
    check_i64(others->crowd_refresh, 7);
    check_i64(others->crowd[0].phase_256, 8);
    check_i64(others->crowd[59].phase_256, 4);
    /* One of the next is lost: the last stays. */
    hear_crowd(client, 8, 0, 2, 40);
    hear_crowd(client, 9, 1, 2, 1);
    hear_crowd(client, 8, 1, 2, 40);
    check_i64(others->crowd_count, 60);
    hear_crowd(client, 9, 0, 2, 2);
    check_i64(others->crowd_count, 3);
    check_i64(others->crowd_refresh, 9);
    /* A server that came back counts from the start. */
    hear_crowd(client, 5000, 0, 1, 4);
    hear_crowd(client, 1, 0, 1, 5);
    check_i64(others->crowd_count, 5);
}

static void a_crowd_of_more_than_there_can_be_is_cut(void **state)
{
    Client *client = joined(PRIVACY_TEAMS, false);
    Message message = {.type = MESSAGE_CROWD};

    (void)state;
    message.crowd.pages = CROWD_PAGES_MAX;
    message.crowd.number = 1;
    message.crowd.count = CROWD_PAGE_ENTRIES_MAX;
    for (int i = 0; i < CROWD_PAGE_ENTRIES_MAX; i++) {
        message.crowd.entries[i] = (CrowdEntry){{0, VERDICT_ON, 0}, UINT8_MAX};
    }
    for (int page = 0; page < CROWD_PAGES_MAX; page++) {
        message.crowd.page = (uint8_t)page;
        receive(client, &message);
    }
    check_i64(client->others.crowd_count, PARTICIPANTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_roster_tells_the_tier_and_a_stricter_one_is_obeyed),
        cmocka_unit_test(a_tier_that_became_stricter_while_one_was_away_is_obeyed),
        cmocka_unit_test(who_leads_keeps_all_in_every_tier),
        cmocka_unit_test(a_refresh_shows_when_all_its_pages_have_come_in_any_order),
        cmocka_unit_test(a_crowd_of_more_than_there_can_be_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
