/*
 * The same hits give the same results, to the byte, in practice and through a bad network: delays,
 * losses, duplicates and overtaking decide when the server hears of a hit, never what it is worth.
 */
#include "client/desktop/practice.h"

#include <stdlib.h>
#include <string.h>

#include "client/model/simulated_player.h"
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "tests/support/check.h"

enum {
    HITS_MAX = 1024,
    FLIGHTS_MAX = 4096,
    CONNECTION = 1
};

#define OPENED_NS (1000 * NS_PER_S)
#define STARTED_NS (1003 * NS_PER_S)
#define TEMPO_NS (1020 * NS_PER_S)
#define GROOVE_NS (1032 * NS_PER_S)
#define STOPPED_NS (1060 * NS_PER_S)
#define CLOSED_NS (1070 * NS_PER_S)

typedef struct {
    SessionTime at;
    uint8_t pad;
    uint8_t velocity;
} PlayedHit;

typedef struct {
    ReportEntry report;
    StandingMessage standing;
    OwnJudgement own[HITS_MAX]; /* by hit number; misses are left out */
    int own_count;
} Results;

/* The facilitator's orders, at the same moments of session time in both rooms. */
static bool order_at(int64_t time_ns, int groove, Message *message)
{
    *message = (Message){.type = MESSAGE_COMMAND};
    if (time_ns == STARTED_NS) {
        message->command = (CommandMessage){.kind = COMMAND_START, .a = 2};
    } else if (time_ns == TEMPO_NS) {
        message->command = (CommandMessage){.kind = COMMAND_RAMP, .a = 131000, .b = 3};
    } else if (time_ns == GROOVE_NS) {
        message->command = (CommandMessage){.kind = COMMAND_GROOVE, .a = groove};
    } else if (time_ns == STOPPED_NS) {
        message->command = (CommandMessage){.kind = COMMAND_STOP};
    } else {
        return false;
    }
    return true;
}

static void read_results(const Session *session, ClientModel *model, Results *results)
{
    memset(results, 0, sizeof *results);
    session_report_entry(session, 0, &results->report);
    results->standing = model->standing;
    for (int i = model->own_count - 1; i >= 0; i--) {
        OwnJudgement own = *model_own(model, i);

        if (own.hit_number != 0) {
            check(results->own_count < HITS_MAX);
            results->own[results->own_count] = own;
            results->own_count++;
        }
    }
}

/* ---- practice -------------------------------------------------------------------------------- */

/* Plays a take in practice as a human model would and notes down every hit. */
static int practise(PlayerTrouble trouble, uint64_t seed, PlayedHit *hits, Results *results)
{
    const PracticeConfig config = {
        .name = "Maya", .calibrated = true, .calibration_us = -21000, .profile = PROFILE_STANDARD};
    const PlayerProfile profile = player_profile_named(PLAYER_NON_MUSICIAN);
    const Groove *grooves[GROOVES_MAX] = {NULL};
    ClientModel *model = calloc(1, sizeof *model);
    Outbox *outbox = calloc(1, sizeof *outbox);
    HostTime now = {OPENED_NS};
    Practice *practice = practice_create(&config, model, NULL, outbox, now);
    const Session *session = practice_session(practice);
    SimulatedPlayer player;
    int hit_count = 0;

    simulated_player_init(&player, &profile, trouble, seed);
    for (int i = 0; i < session->groove_count; i++) {
        grooves[i] = &session->grooves[i];
    }
    for (; now.ns < CLOSED_NS; now.ns += PRACTICE_CADENCE_NS) {
        const SimulatedScore score = {.timeline = &session->timeline, .grooves = grooves};
        SimulatedHit hit;
        Message order;

        if (order_at(now.ns, practice_groove_index("backbeat"), &order)) {
            const CommandMessage *what = &order.command;

            model_command(model, (CommandKind)what->kind, what->a, what->b, NULL, outbox);
        }
        simulated_player_plan(&player, &score, (SessionTime){now.ns});
        while (simulated_player_take(&player, (SessionTime){now.ns}, &hit)) {
            check(hit_count < HITS_MAX);
            hits[hit_count] = (PlayedHit){hit.at, hit.pad, hit.velocity};
            hit_count++;
            (void)model_hit_at(model, hit.at, hit.pad, hit.velocity, outbox);
        }
        practice_step(practice, now);
    }
    check_i64(model->outstanding_count, 0);
    read_results(session, model, results);
    practice_destroy(practice);
    free(outbox);
    free(model);
    return hit_count;
}

/* ---- the network ----------------------------------------------------------------------------- */

typedef struct {
    bool used;
    bool to_server;
    bool is_ping;
    uint64_t number; /* in the order of launching */
    int64_t due_ns;
    ClockDatagram datagram;
    size_t size_bytes;
    uint8_t bytes[MESSAGE_BYTES_MAX];
} Flight;

typedef struct {
    Prng prng;
    Flight flights[FLIGHTS_MAX];
    int64_t ordered_until_ns[2]; /* the reliable channel's order, per direction */
    uint64_t lost;
    uint64_t doubled;
    uint64_t overtaken;
    uint64_t launched;
    uint64_t newest_landed[2]; /* number, per direction */

    Session session;
    Participant participants[4 + OBSERVERS_MAX];
    Groove grooves[GROOVES_MAX];
    Outbox from_server;
    JournalEntry entries[256];
    Journal journal;

    ClientModel model;
    Outbox from_client;
    int64_t host_ahead_ns; /* the client's clock minus the server's */
} World;

static Flight *free_flight(World *world)
{
    int index = 0;

    while (index < FLIGHTS_MAX && world->flights[index].used) {
        index++;
    }
    check(index < FLIGHTS_MAX); /* else the simulated network is too small */
    return &world->flights[index];
}

/* 15 to 400 ms, most of them below 60. */
static int64_t delay_ns(World *world)
{
    const int64_t delay = (int64_t)(prng_gamma(&world->prng, 1.2, 25e6)) + 15 * NS_PER_MS;

    return clamp_i64(delay, 0, 400 * NS_PER_MS);
}

static void launch(World *world, int64_t time_ns, bool to_server, const OutboxItem *item)
{
    const Outbox *outbox = to_server ? &world->from_client : &world->from_server;
    const bool live = item->delivery == DELIVERY_LIVE;
    const bool doubled = live && prng_below(&world->prng, 100) < 15;

    if (live && prng_below(&world->prng, 100) < 20) {
        world->lost++;
        return;
    }
    world->doubled += doubled ? 1 : 0;
    for (int copy = 0; copy <= (doubled ? 1 : 0); copy++) {
        Flight *flight = free_flight(world);

        *flight = (Flight){.used = true, .to_server = to_server, .size_bytes = item->size_bytes};
        world->launched++;
        flight->number = world->launched;
        memcpy(flight->bytes, outbox_bytes(outbox, item), item->size_bytes);
        flight->due_ns = time_ns + delay_ns(world);
        if (!live) {
            int64_t *until_ns = &world->ordered_until_ns[to_server ? 1 : 0];

            *until_ns = flight->due_ns > *until_ns ? flight->due_ns : *until_ns + 1;
            flight->due_ns = *until_ns;
        }
    }
}

static void launch_all(World *world, int64_t time_ns, bool to_server)
{
    Outbox *outbox = to_server ? &world->from_client : &world->from_server;

    for (uint32_t i = 0; i < outbox->item_count; i++) {
        if (outbox->items[i].kind == OUTBOX_SEND) {
            launch(world, time_ns, to_server, &outbox->items[i]);
        }
    }
    outbox_clear(outbox);
}

static void serve(World *world, int64_t time_ns, const SessionEvent *event)
{
    (void)session_step(
        &world->session, (SessionTime){time_ns}, event, &world->from_server, &world->journal);
    world->journal.count = 0;
}

static void land_at_server(World *world, int64_t time_ns, const Flight *flight)
{
    Message message;
    SessionEvent event = {.connection = CONNECTION, .clock_nonce = 77, .message = &message};

    check(message_decode(flight->bytes, flight->size_bytes, &message));
    event.kind = message.type == MESSAGE_JOIN ? SESSION_EVENT_JOIN : SESSION_EVENT_MESSAGE;
    serve(world, time_ns, &event);
}

static void land(World *world, int64_t time_ns, Flight *flight)
{
    const HostTime host = {time_ns + world->host_ahead_ns};
    Message message;

    flight->used = false;
    if (flight->is_ping && flight->to_server) {
        flight->to_server = false;
        flight->used = true;
        flight->due_ns = time_ns + delay_ns(world);
        flight->datagram.s2 = (SessionTime){time_ns};
        flight->datagram.s3 = (SessionTime){time_ns};
    } else if (flight->is_ping) {
        model_pong(&world->model, &flight->datagram, host);
    } else if (flight->to_server) {
        land_at_server(world, time_ns, flight);
    } else {
        check(message_decode(flight->bytes, flight->size_bytes, &message));
        model_receive(&world->model, host, &message);
    }
}

static void count_overtaken(World *world, const Flight *flight)
{
    uint64_t *newest = &world->newest_landed[flight->to_server ? 1 : 0];

    if (!flight->is_ping) {
        world->overtaken += flight->number < *newest ? 1 : 0;
        *newest = flight->number > *newest ? flight->number : *newest;
    }
}

static void land_all(World *world, int64_t time_ns)
{
    for (int i = 0; i < FLIGHTS_MAX; i++) {
        if (world->flights[i].used && world->flights[i].due_ns <= time_ns) {
            count_overtaken(world, &world->flights[i]);
            land(world, time_ns, &world->flights[i]);
        }
    }
}

static void ping(World *world, int64_t time_ns)
{
    const HostTime host = {time_ns + world->host_ahead_ns};
    ClockDatagram datagram;
    Flight *flight;

    if (!model_ping_due(&world->model, host, &datagram)) {
        return;
    }
    datagram.c1 = host;
    model_pinged(&world->model, datagram.id, host);
    flight = free_flight(world);
    *flight = (Flight){.used = true, .to_server = true, .is_ping = true, .datagram = datagram};
    flight->due_ns = time_ns + delay_ns(world);
}

static void open_world(World *world, uint64_t seed)
{
    const SessionConfig session = {
        .title = "Network", .seats = 4, .profile = PROFILE_STANDARD, .grace_s = 60};
    ModelConfig config = {
        .name = "Maya", .facilitates = true, .calibrated = true, .calibration_us = -21000};
    const HostTime host = {OPENED_NS + world->host_ahead_ns};

    prng_seed(&world->prng, seed);
    world->journal = (Journal){.entries = world->entries, .capacity = 256};
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        const char *text = BUILTIN_GROOVES[i].text;

        check(groove_text_parse(text, strlen(text), &world->grooves[i], NULL));
    }
    outbox_init(&world->from_server);
    outbox_init(&world->from_client);
    session_init(
        &world->session, &session, world->participants, world->grooves, BUILTIN_GROOVE_COUNT);
    model_init(&world->model, &config, NULL, host);
    model_connected(&world->model, host, &world->from_client);
}

/* The same hits, by a client whose clock is its own, through the network. */
static void play_over_network(uint64_t seed, const PlayedHit *hits, int hit_count, Results *results)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};
    World *world = calloc(1, sizeof *world);
    int next_hit = 0;

    assert_non_null(world);
    world->host_ahead_ns = -777 * NS_PER_S - 123457;
    open_world(world, seed);
    for (int64_t time_ns = OPENED_NS; time_ns < CLOSED_NS; time_ns += 5 * NS_PER_MS) {
        Message order;
        const SessionEvent ordered = {.kind = SESSION_EVENT_MESSAGE, .message = &order};

        land_all(world, time_ns);
        if (order_at(time_ns, practice_groove_index("backbeat"), &order)) {
            serve(world, time_ns, &ordered);
        }
        while (next_hit < hit_count && hits[next_hit].at.ns <= time_ns) {
            const PlayedHit *hit = &hits[next_hit];

            (void)model_hit_at(
                &world->model, hit->at, hit->pad, hit->velocity, &world->from_client);
            next_hit++;
        }
        ping(world, time_ns);
        model_tick(&world->model, (HostTime){time_ns + world->host_ahead_ns}, &world->from_client);
        launch_all(world, time_ns, true);
        serve(world, time_ns, &tick);
        launch_all(world, time_ns, false);
    }
    check_i64(next_hit, hit_count);
    check_i64(world->participants[0].hits_refused, 0);
    check_i64(world->model.outstanding_count, 0);
    /* The network was as bad as it was meant to be. */
    check(world->lost > 100);
    check(world->doubled > 100);
    check(world->overtaken > 100);
    read_results(&world->session, &world->model, results);
    free(world);
}

/* ---- the law --------------------------------------------------------------------------------- */

static void check_same_report(const ReportEntry *practised, const ReportEntry *networked)
{
    Message messages[2] = {{.type = MESSAGE_REPORT}, {.type = MESSAGE_REPORT}};
    uint8_t bytes[2][MESSAGE_BYTES_MAX];
    size_t sizes[2];

    for (int i = 0; i < 2; i++) {
        messages[i].report = (ReportMessage){.pages = 1, .count = 1};
        messages[i].report.entries[0] = i == 0 ? *practised : *networked;
        sizes[i] = message_encode(&messages[i], bytes[i]);
    }
    check_u64(sizes[0], sizes[1]);
    check_bytes(bytes[0], bytes[1], sizes[0]);
}

static void check_same_standing(StandingMessage practised, StandingMessage networked)
{
    Message messages[2] = {{.type = MESSAGE_STANDING}, {.type = MESSAGE_STANDING}};
    uint8_t bytes[2][MESSAGE_BYTES_MAX];
    size_t sizes[2];

    messages[0].standing = practised;
    messages[1].standing = networked;
    for (int i = 0; i < 2; i++) {
        /* How many came before, and what is repeated for safety, are the network's business. */
        messages[i].standing.number = 1;
        messages[i].standing.count = 0;
        sizes[i] = message_encode(&messages[i], bytes[i]);
    }
    check_u64(sizes[0], sizes[1]);
    check_bytes(bytes[0], bytes[1], sizes[0]);
}

/* A final word goes out three times and may still be lost; those that came are the same. */
static void check_same_own(const Results *practised, const Results *networked)
{
    int final_count = 0;

    check_i64(practised->own_count, networked->own_count);
    for (int i = 0; i < practised->own_count; i++) {
        const OwnJudgement *one = &practised->own[i];
        const OwnJudgement *other = &networked->own[i];

        check_u64(one->hit_number, other->hit_number);
        check_i64(one->at.ns, other->at.ns);
        check(one->final);
        if (other->final) {
            check_i64(one->note_number, other->note_number);
            check_i64(one->judgement, other->judgement);
            check_i64(one->asynchrony_us, other->asynchrony_us);
            final_count++;
        }
    }
    check_i64_between(final_count, practised->own_count * 9 / 10, practised->own_count);
}

static void check_law(PlayerTrouble trouble, uint64_t seed)
{
    PlayedHit *hits = calloc(HITS_MAX, sizeof *hits);
    Results *practised = calloc(1, sizeof *practised);
    Results *networked = calloc(1, sizeof *networked);
    const int hit_count = practise(trouble, seed, hits, practised);

    check(hit_count > 60);
    check(practised->report.notes > 60);
    play_over_network(seed + 1000, hits, hit_count, networked);
    check_same_report(&practised->report, &networked->report);
    check_same_standing(practised->standing, networked->standing);
    check_same_own(practised, networked);
    free(networked);
    free(practised);
    free(hits);
}

static void a_steady_player_gets_the_same_bytes(void **state)
{
    (void)state;
    check_law(TROUBLE_NONE, check_seed(2026));
}

static void an_erratic_player_gets_the_same_bytes(void **state)
{
    (void)state;
    check_law(TROUBLE_ERRATIC, check_seed(2027));
}

static void a_player_of_double_time_gets_the_same_bytes(void **state)
{
    (void)state;
    check_law(TROUBLE_DOUBLE, check_seed(2028));
}

static void a_player_of_another_tempo_gets_the_same_bytes(void **state)
{
    (void)state;
    check_law(TROUBLE_FAST, check_seed(2029));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_player_gets_the_same_bytes),
        cmocka_unit_test(an_erratic_player_gets_the_same_bytes),
        cmocka_unit_test(a_player_of_double_time_gets_the_same_bytes),
        cmocka_unit_test(a_player_of_another_tempo_gets_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
