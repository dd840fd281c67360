#include "tests/sim/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/watch.h"

#define STEP_NS (5 * NS_PER_MS)
#define CHECK_NS (100 * NS_PER_MS)
#define ACTION_MEAN_S 0.9
/* Long enough for the last notes to close and everything repeated to arrive. */
#define SETTLE_NS (9 * NS_PER_S)
#define QUIET_NS (5 * NS_PER_S)

enum {
    QUIET_LOOKS = 3,
    PEOPLE_MAX = 32,
    CLIENT_SECONDS = 320, /* of one run: few people play for longer */
    SECONDS_MIN = 16,
    SECONDS_MAX = 60
};

typedef struct {
    Room *room;
    Watch watch;
    Prng prng; /* of what happens; the room has its own */
    bool tells;
    int people_max;
    ScenarioResult result;
} Scenario;

__attribute__((format(printf, 2, 0))) static void
tell_line(const Scenario *scenario, const char *format, va_list arguments)
{
    (void)fprintf(
        stderr, "%8.3f s  ", (double)(scenario->room->now_ns - 1000 * NS_PER_S) / (double)NS_PER_S);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
}

__attribute__((format(printf, 2, 3))) static void
tell(const Scenario *scenario, const char *format, ...)
{
    va_list arguments;

    if (scenario->tells) {
        va_start(arguments, format);
        tell_line(scenario, format, arguments);
        va_end(arguments);
    }
}

/* --- chance --- */

static int below(Scenario *scenario, int bound)
{
    return (int)prng_below(&scenario->prng, (uint64_t)bound);
}

static bool chance(Scenario *scenario, double probability)
{
    return prng_uniform(&scenario->prng) < probability;
}

static double between(Scenario *scenario, double low, double high)
{
    return low + (high - low) * prng_uniform(&scenario->prng);
}

static int64_t seconds_between(Scenario *scenario, double low, double high)
{
    return (int64_t)(between(scenario, low, high) * (double)NS_PER_S);
}

static int any_client(Scenario *scenario)
{
    return below(scenario, scenario->room->client_count);
}

/* Anybody but the facilitator, who has to be there in the end. */
static int any_guest(Scenario *scenario)
{
    const int count = scenario->room->client_count;

    return count < 2 ? 0 : 1 + below(scenario, count - 1);
}

static RoomNetwork draw_network(Scenario *scenario)
{
    RoomNetwork network = {.delay_ms = between(scenario, 0.2, 30),
                           .jitter_ms = between(scenario, 0.05, 6)};

    if (chance(scenario, 0.35)) {
        network.delay_ms = between(scenario, 20, 250);
        network.jitter_ms = between(scenario, 2, 60);
    }
    if (chance(scenario, 0.6)) {
        network.loss = between(scenario, 0, 0.3);
    }
    if (chance(scenario, 0.4)) {
        network.duplicates = between(scenario, 0, 0.3);
    }
    if (chance(scenario, 0.4)) {
        network.asymmetry_ms = between(scenario, -1.8, 1.8) * network.delay_ms;
    }
    if (chance(scenario, 0.3)) {
        network.burst = between(scenario, 0, 0.02);
        network.burst_ms = between(scenario, 20, 400);
    }
    return network;
}

static PlayerProfile draw_profile(Scenario *scenario)
{
    return chance(scenario, 0.7) ? player_profile_draw(&scenario->prng)
                                 : player_profile_draw_uncalibrated(&scenario->prng, 30);
}

/* --- what happens --- */

static void somebody_joins(Scenario *scenario)
{
    const PlayerProfile profile = draw_profile(scenario);
    const PlayerTrouble trouble =
        chance(scenario, 0.3) ? (PlayerTrouble)below(scenario, TROUBLE_COUNT) : TROUBLE_NONE;
    int index = 0;

    if (scenario->room->client_count >= scenario->people_max) {
        return;
    }
    scenario->room->network = draw_network(scenario);
    if (scenario->room->client_count > 0 && chance(scenario, 0.08)) {
        index = room_add_observer(scenario->room);
    } else {
        index = room_add(scenario->room, true, &profile, trouble);
    }
    if (index > 0 && chance(scenario, 0.1)) {
        scenario->room->clients[index].model.config.facilitates = true;
    }
    tell(scenario, "%d joins", index);
}

static void somebody_leaves(Scenario *scenario)
{
    const int index = any_guest(scenario);

    if (index > 0 && scenario->room->clients[index].model.phase == MODEL_JOINED) {
        tell(scenario, "%d leaves", index);
        sim_room_leave(scenario->room, index);
    }
}

/* Who has left, was kicked or refused. */
static void somebody_returns(Scenario *scenario)
{
    const int index = any_guest(scenario);
    const ModelPhase phase = scenario->room->clients[index].model.phase;

    if (index > 0 && (phase == MODEL_ENDED || phase == MODEL_REFUSED)) {
        tell(scenario, "%d returns", index);
        room_return(scenario->room, index);
    }
}

static void a_connection_breaks(Scenario *scenario)
{
    const int index = any_client(scenario);
    const int64_t away_ns =
        chance(scenario, 0.15) ? seconds_between(scenario, 8, 24) : seconds_between(scenario, 0, 5);

    if (scenario->room->clients[index].connected) {
        tell(scenario, "%d loses its connection for %.3f s", index, (double)away_ns / 1e9);
        room_disconnect(scenario->room, index, away_ns);
    }
}

static void an_address_changes(Scenario *scenario)
{
    const int index = any_client(scenario);

    tell(scenario, "%d goes on from another address", index);
    room_rebind(scenario->room, index);
}

static void the_server_dies(Scenario *scenario)
{
    const int64_t away_ns = seconds_between(scenario, 0.2, 3);
    const int64_t lost_ns = chance(scenario, 0.5) ? seconds_between(scenario, 0, 1) : 0;
    bool timeline_lost = false;

    if (scenario->result.restarts == 3 || room_server_is_frozen(scenario->room)) {
        return;
    }
    tell(scenario,
         "the server dies for %.3f s and loses the last %.3f s",
         (double)away_ns / 1e9,
         (double)lost_ns / 1e9);
    scenario->result.restarts++;
    scenario->result.hits += scenario->room->session.counts.hits_received;
    timeline_lost = room_kill_server(scenario->room, away_ns, lost_ns);
    watch_server_came_back(&scenario->watch, scenario->room, timeline_lost);
}

static int32_t draw_tempo(Scenario *scenario)
{
    return TEMPO_MBPM_MIN + below(scenario, TEMPO_MBPM_MAX - TEMPO_MBPM_MIN + 1);
}

static void order(Scenario *scenario, CommandKind kind, int32_t a, int32_t b)
{
    tell(scenario, "the facilitator orders %d %d %d", (int)kind, a, b);
    room_order(scenario->room, kind, a, b);
}

static void the_music_changes(Scenario *scenario)
{
    const Timeline *timeline = &scenario->room->session.timeline;
    const Section *last = &timeline->sections[timeline->section_count - 1];
    const bool plays =
        last->transport == TRANSPORT_PLAYING || last->transport == TRANSPORT_COUNT_IN;

    if (!plays || chance(scenario, 0.1)) {
        order(scenario, COMMAND_START, below(scenario, 3), 0);
        return;
    }
    switch (below(scenario, 7)) {
    case 0:
        order(scenario, COMMAND_PAUSE, 0, 0);
        break;
    case 1:
        order(scenario, COMMAND_STOP, 0, 0);
        break;
    case 2:
    case 3:
        order(scenario, COMMAND_TEMPO, draw_tempo(scenario), 0);
        break;
    case 4:
        order(scenario, COMMAND_RAMP, draw_tempo(scenario), 1 + below(scenario, 12));
        break;
    default:
        order(
            scenario, COMMAND_GROOVE, below(scenario, scenario->room->session.groove_count + 1), 0);
        break;
    }
}

static void the_halt_changes(Scenario *scenario)
{
    static const CommandKind kinds[] = {
        COMMAND_LOBBY, COMMAND_STOP, COMMAND_START, COMMAND_GROOVE, COMMAND_TEMPO, COMMAND_PAUSE};
    const CommandKind kind = kinds[below(scenario, 6)];

    order(scenario, kind, kind == COMMAND_TEMPO ? draw_tempo(scenario) : below(scenario, 9), 0);
}

static void a_part_changes(Scenario *scenario)
{
    Room *room = scenario->room;
    const int index = any_client(scenario);

    if (chance(scenario, 0.5)) {
        order(scenario, COMMAND_PART, room->clients[index].seat, below(scenario, 8));
        return;
    }
    tell(scenario, "%d changes its part", index);
    model_choose_part(
        &room->clients[index].model, (uint8_t)below(scenario, GROOVE_PARTS_MAX), &room->outbox);
    sim_room_flush(room, index);
}

static void the_tier_changes(Scenario *scenario)
{
    order(scenario, COMMAND_PRIVACY, below(scenario, PRIVACY_COUNT + 1), 0);
}

static void somebody_is_kicked(Scenario *scenario)
{
    const int index = any_guest(scenario);

    if (index > 0 && room_is_seated(scenario->room, index)) {
        order(scenario, COMMAND_KICK, scenario->room->clients[index].seat, 0);
    }
}

/* Unlike who is kicked they may not return, whatever they try. */
static void somebody_is_banned(Scenario *scenario)
{
    const int index = any_guest(scenario);

    if (index > 0 && room_is_seated(scenario->room, index)) {
        order(scenario, COMMAND_BAN, scenario->room->clients[index].seat, 0);
    }
}

static void the_door_changes(Scenario *scenario)
{
    order(scenario, scenario->room->session.locked ? COMMAND_UNLOCK : COMMAND_LOCK, 0, 0);
}

static void somebody_wishes(Scenario *scenario)
{
    Room *room = scenario->room;
    const int index = any_client(scenario);
    ClientModel *model = &room->clients[index].model;

    if (chance(scenario, 0.4)) {
        model_set_ready(model, chance(scenario, 0.5), &room->outbox);
    } else if (chance(scenario, 0.6)) {
        model_set_calibration(
            model, chance(scenario, 0.8), below(scenario, 200000) - 100000, &room->outbox);
    } else {
        model_request_report(model, &room->outbox);
    }
    sim_room_flush(room, index);
}

static void a_path_changes(Scenario *scenario)
{
    const RoomNetwork network = draw_network(scenario);
    const int index = any_client(scenario);

    tell(scenario,
         "%d gets another path: %.1f ms, jitter %.1f, loss %.2f",
         index,
         network.delay_ms,
         network.jitter_ms,
         network.loss);
    room_set_network(scenario->room, index, &network);
}

static void the_network_parts(Scenario *scenario)
{
    const int64_t length_ns = seconds_between(scenario, 0.1, chance(scenario, 0.2) ? 9 : 3);
    const int index = any_client(scenario);

    tell(scenario, "%d is cut off for %.3f s", index, (double)length_ns / 1e9);
    room_partition(scenario->room, index, length_ns);
}

static void a_clock_misbehaves(Scenario *scenario)
{
    const int index = any_client(scenario);

    if (scenario->room->clients[index].asleep_until_ns > 0) {
        return;
    }
    if (chance(scenario, 0.5)) {
        const double skew = between(scenario, -100e-6, 100e-6);

        tell(scenario, "%d's clock runs at %+.1f ppm", index, skew * 1e6);
        room_set_skew(scenario->room, index, skew);
    } else {
        const int64_t by_ns = seconds_between(scenario, 0.001, chance(scenario, 0.2) ? 20 : 0.5);

        tell(scenario, "%d's clock steps by %.3f s", index, (double)by_ns / 1e9);
        room_step_clock(scenario->room, index, by_ns);
    }
}

static void a_lid_closes(Scenario *scenario)
{
    const int64_t length_ns = seconds_between(scenario, 0.2, chance(scenario, 0.3) ? 18 : 4);
    const int index = any_client(scenario);

    if (scenario->room->clients[index].asleep_until_ns == 0) {
        tell(scenario, "%d sleeps for %.3f s", index, (double)length_ns / 1e9);
        room_sleep(scenario->room, index, length_ns);
    }
}

static void the_servers_clock_misbehaves(Scenario *scenario)
{
    if (room_server_is_frozen(scenario->room)) {
        return;
    }
    if (chance(scenario, 0.4)) {
        const int64_t by_ns = seconds_between(scenario, 0.001, 0.5);

        tell(scenario, "the server's clock steps by %.3f s", (double)by_ns / 1e9);
        room_step_server_clock(scenario->room, by_ns);
    } else {
        const int64_t length_ns = chance(scenario, 0.3) ? seconds_between(scenario, 5, 12)
                                                        : seconds_between(scenario, 0.001, 0.5);

        tell(scenario, "the server's machine sleeps for %.3f s", (double)length_ns / 1e9);
        room_freeze_server(scenario->room, length_ns);
    }
}

/* Hits that nobody can have played: from the future, from long ago, in showers, played again. */
static void somebody_lies(Scenario *scenario)
{
    Room *room = scenario->room;
    const int index = any_client(scenario);
    Message message = {.type = MESSAGE_HITS};
    HitsMessage *hits = &message.hits;
    const int64_t spread_ns = seconds_between(scenario, 0.01, chance(scenario, 0.5) ? 0.5 : 5);
    uint32_t number = room->clients[index].model.next_hit_number;

    if (!room->clients[index].connected) {
        return;
    }
    if (chance(scenario, 0.2)) {
        number += (uint32_t)below(scenario, chance(scenario, 0.1) ? 1 << 20 : 200);
    } else if (number > 20 && chance(scenario, 0.3)) {
        number -= (uint32_t)below(scenario, 20);
    }
    tell(scenario, "%d lies from hit %u on, over %.3f s", index, number, (double)spread_ns / 1e9);
    hits->uncertainty_us = (uint32_t)below(scenario, 1000000) + 1;
    hits->count = (uint8_t)(1 + below(scenario, HITS_PER_MESSAGE_MAX));
    for (int i = 0; i < hits->count; i++) {
        const double where = between(scenario, -1, 0.2);

        hits->hits[i] = (HitEntry){
            .number = number + (uint32_t)i,
            .at = {room_session_time(room).ns + (int64_t)(where * (double)spread_ns)},
            .pad = (uint8_t)below(scenario, PADS_MAX),
            .velocity = (uint8_t)(1 + below(scenario, 127)),
        };
    }
    room_send(room, index, &message);
}

/* Somebody who does not facilitate tries to, or sends what makes no sense. */
static void somebody_oversteps(Scenario *scenario)
{
    Room *room = scenario->room;
    const int index = any_guest(scenario);
    Message message = {.type = MESSAGE_COMMAND};

    if (!room->clients[index].connected) {
        return;
    }
    message.command.kind = (uint8_t)below(scenario, COMMAND_CREATE);
    message.command.a = below(scenario, 400) - 100;
    message.command.b = below(scenario, 20) - 5;
    if (chance(scenario, 0.2)) {
        message = (Message){.type = MESSAGE_REPORT_REQUEST,
                            .report_request = {.page = (uint16_t)below(scenario, 9)}};
    }
    tell(scenario, "%d oversteps", index);
    room_send(room, index, &message);
}

typedef struct {
    int weight;
    void (*happens)(Scenario *scenario);
} Action;

static void act(Scenario *scenario)
{
    static const Action actions[] = {
        {12, somebody_joins},     {3, somebody_leaves},    {6, somebody_returns},
        {8, a_connection_breaks}, {5, an_address_changes}, {2, the_server_dies},
        {14, the_music_changes},  {3, the_halt_changes},   {6, a_part_changes},
        {2, the_tier_changes},    {2, somebody_is_kicked}, {1, somebody_is_banned},
        {2, the_door_changes},    {5, somebody_wishes},    {3, a_path_changes},
        {6, the_network_parts},   {4, a_clock_misbehaves}, {4, a_lid_closes},
        {7, somebody_lies},       {4, somebody_oversteps}, {2, the_servers_clock_misbehaves},
    };
    int total = 0;
    int drawn = 0;

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        total += actions[i].weight;
    }
    drawn = below(scenario, total);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        drawn -= actions[i].weight;
        if (drawn < 0) {
            scenario->result.actions++;
            actions[i].happens(scenario);
            return;
        }
    }
}

/* --- the run --- */

static void run(Scenario *scenario, int64_t duration_ns)
{
    const int64_t end_ns = scenario->room->now_ns + duration_ns;

    while (scenario->room->now_ns < end_ns && scenario->room->violated == NULL) {
        const int64_t left_ns = end_ns - scenario->room->now_ns;

        room_run(scenario->room, left_ns < CHECK_NS ? left_ns : CHECK_NS);
        watch_check(&scenario->watch, scenario->room);
    }
}

static void begin(Scenario *scenario, uint64_t seed)
{
    RoomNetwork network;
    int first = 0;

    prng_seed(&scenario->prng, seed);
    scenario->people_max =
        2 + (int)(prng_uniform(&scenario->prng) * prng_uniform(&scenario->prng) * (PEOPLE_MAX - 1));
    network = draw_network(scenario);
    scenario->room = sim_room_create(
        seed * 2 + 1,
        &network,
        (uint16_t)(chance(scenario, 0.9) ? ROOM_CLIENTS_MAX : scenario->people_max - 1));
    scenario->room->step_ns = STEP_NS;
    room_set_privacy(scenario->room, (Privacy)below(scenario, PRIVACY_COUNT));
    watch_create(&scenario->watch);
    first = 1 + below(scenario, scenario->people_max);
    while (scenario->room->client_count < first) {
        somebody_joins(scenario);
    }
    run(scenario, seconds_between(scenario, 0.5, 3));
    if (chance(scenario, 0.8)) {
        the_music_changes(scenario);
    }
}

static void let_things_happen(Scenario *scenario)
{
    const int64_t share = CLIENT_SECONDS / scenario->people_max;
    const int64_t end_ns =
        scenario->room->now_ns + clamp_i64(share, SECONDS_MIN, SECONDS_MAX) * NS_PER_S;

    while (scenario->room->now_ns < end_ns && scenario->room->violated == NULL) {
        const double pause_s = prng_exponential(&scenario->prng, ACTION_MEAN_S);

        run(scenario, (int64_t)(pause_s * (double)NS_PER_S));
        act(scenario);
        watch_check(&scenario->watch, scenario->room);
    }
}

/* Until the halt that was ordered last; 0 when the music does not end. */
static int64_t time_to_end_ns(const Room *room)
{
    const Timeline *timeline = &room->session.timeline;
    const Section *last = &timeline->sections[timeline->section_count - 1];

    return clamp_i64(
        timeline_section_time(timeline, last).ns - room_session_time(room).ns, 0, 40 * NS_PER_S);
}

/* Everybody gets a good path and comes back; the music ends. */
static void settle(Scenario *scenario)
{
    static const RoomNetwork good = {.delay_ms = 8, .jitter_ms = 1};
    Room *room = scenario->room;
    int64_t awake_ns = room_server_is_frozen(room) ? room->server_frozen_until_ns : room->now_ns;

    tell(scenario, "all is well from now on");
    for (int i = 0; i < room->client_count; i++) {
        RoomClient *client = &room->clients[i];

        room_set_network(room, i, &good);
        client->partitioned_until_ns = 0;
        if (client->asleep_until_ns > awake_ns) {
            awake_ns = client->asleep_until_ns;
        }
        if (client->connect_at_ns != ROOM_NEVER) {
            client->connect_at_ns = room->now_ns;
        }
    }
    /* Who leads opens the door, even if a late JOIN of their own took their seat over. */
    if (room->clients[0].model.phase == MODEL_ENDED) {
        room_return(room, 0);
    }
    run(scenario, awake_ns - room->now_ns + SETTLE_NS);
    order(scenario, COMMAND_UNLOCK, 0, 0);
    run(scenario, NS_PER_S); /* the door is open before anybody knocks again */
    for (int i = 0; i < room->client_count; i++) {
        if (room->clients[i].model.phase == MODEL_REFUSED) {
            room_return(room, i);
        }
    }
    order(scenario, COMMAND_STOP, 0, 0);
    for (int i = 0; i < room->client_count; i++) {
        room->clients[i].plays = false;
    }
    run(scenario, time_to_end_ns(room) + QUIET_NS);
}

/* What is on its way at the moment of the look has arrived at the second one. */
static void check_quiet(Scenario *scenario)
{
    Room *room = scenario->room;

    for (int i = 0; i < QUIET_LOOKS && (i == 0 || room->violated != NULL); i++) {
        if (i > 0) {
            room->violated = NULL;
            run(scenario, NS_PER_S);
        }
        watch_check_quiet(room);
    }
    watch_check_store(room);
}

static void tell_ends(const Scenario *scenario)
{
    for (int i = 0; i < scenario->room->client_count; i++) {
        const ClientModel *model = &scenario->room->clients[i].model;

        tell(scenario,
             "%d: phase %d, seat %u, refusal %u of %u, %s",
             i,
             (int)model->phase,
             scenario->room->clients[i].seat,
             model->refusal.reason,
             model->refusal_count,
             room_is_seated(scenario->room, i) ? "seated" : "not seated");
    }
}

ScenarioResult scenario_run(uint64_t seed, bool tells)
{
    Scenario *scenario = calloc(1, sizeof *scenario);
    ScenarioResult result;

    assert(scenario != NULL);
    scenario->tells = tells;
    begin(scenario, seed);
    let_things_happen(scenario);
    settle(scenario);
    if (scenario->room->violated == NULL) {
        check_quiet(scenario);
    }
    tell_ends(scenario);
    result = scenario->result;
    result.violated = scenario->room->violated;
    result.violated_by = scenario->room->violated_by;
    result.at_s = (double)(scenario->room->now_ns - 1000 * NS_PER_S) / (double)NS_PER_S;
    result.seconds = result.at_s;
    result.people = scenario->room->client_count;
    result.hits += scenario->room->session.counts.hits_received;
    result.datagrams_sent = scenario->room->datagrams_sent;
    result.datagrams_lost = scenario->room->datagrams_lost;
    result.clock_checks = scenario->watch.clock_checks;
    sim_room_destroy(scenario->room);
    free(scenario);
    return result;
}
