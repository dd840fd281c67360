/*
 * Makes the recordings that pictures are drawn from (tests/support/recording.h): the real engine
 * on virtual time, simulated people around one real client, all from a seed.
 *
 * Usage: record_sessions FOLDER
 *
 * Writes FOLDER/24.session, a programme of three grooves in two takes, and FOLDER/900.session.
 * Equal programs write equal bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/simulated_player.h"
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "shared/session/session.h"
#include "tests/support/recording.h"

enum {
    PEOPLE_MAX = 900,
    RECORDING_BYTES_MAX = 4 * 1024 * 1024,
    HOST_CONNECTION = PEOPLE_MAX + 1
};

#define TICK_NS (10 * NS_PER_MS)
/* The client's clock is so much behind the server's, and each way takes so long. */
#define HOST_BEHIND_NS (700 * NS_PER_S + 123456789)
#define WAY_NS (4 * NS_PER_MS)
#define OWN_CONNECTION 0

typedef struct {
    const char *name;
    int people; /* the recorded one and those made of numbers */
    int teams;
    int troubled;     /* one of so many */
    int64_t lobby_ns; /* names come slowly where there are many */
    uint64_t seed;
} Cast;

/* Somebody made of numbers: hits go to the session without a client in between. */
typedef struct {
    SimulatedPlayer player;
    uint16_t seat;
    uint32_t next_hit_number;
} Extra;

static Session session;
static Participant participants[PEOPLE_MAX + OBSERVERS_MAX];
static Groove grooves[GROOVES_MAX];
static const Groove *grooves_by_index[GROOVES_MAX];
static Outbox answers;
static Outbox wishes;
static Journal journal;
static ClientModel model;
static ModelOthers others;
static SimulatedPlayer own_player;
static Extra extras[PEOPLE_MAX];
static RecordWriter writer;
static uint8_t recording[RECORDING_BYTES_MAX];
static Prng prng;
static SessionTime now;
static uint16_t own_seat;
static uint16_t host_seat;
static int extra_count;

static HostTime host_now(void)
{
    return (HostTime){now.ns - HOST_BEHIND_NS};
}

static void fail(const char *what)
{
    (void)fprintf(stderr, "record_sessions: %s\n", what);
    exit(1);
}

/* ---- the session and its one client ---------------------------------------------------------- */

static void deliver(void)
{
    static Message message;

    for (uint32_t i = 0; i < answers.item_count; i++) {
        const OutboxItem *item = &answers.items[i];
        const uint8_t *bytes = outbox_bytes(&answers, item);

        if (item->kind != OUTBOX_SEND ||
            (item->connection != OWN_CONNECTION && item->connection != CONNECTION_EVERYONE)) {
            continue;
        }
        if (!message_decode(bytes, item->size_bytes, &message)) {
            fail("the session sends what cannot be read");
        }
        record_message(&writer, host_now(), bytes, item->size_bytes);
        model_receive(&model, host_now(), &message);
    }
    if (answers.refused_count > 0 || journal.lost > 0) {
        fail("a step of the session was too much for its outbox or journal");
    }
    outbox_clear(&answers);
    journal.count = 0;
}

static SessionResult step(const SessionEvent *event)
{
    const SessionResult result = session_step(&session, now, event, &answers, &journal);

    deliver();
    return result;
}

static SessionResult send(uint32_t connection, uint16_t seat, const Message *message)
{
    SessionEvent event = {
        .kind = message->type == MESSAGE_JOIN ? SESSION_EVENT_JOIN : SESSION_EVENT_MESSAGE,
        .seat = seat,
        .connection = connection,
        .clock_nonce = connection + 1,
        .message = message,
    };

    for (int i = 0; i < TOKEN_BYTES; i++) {
        event.fresh_token[i] = (uint8_t)prng_below(&prng, 256);
    }
    return step(&event);
}

/* What the client wants, its JOIN among it, which is recorded: a replay begins with it. */
static void carry_wishes(void)
{
    static Message message;
    static Outbox carried;

    carried = wishes;
    outbox_clear(&wishes);
    for (uint32_t i = 0; i < carried.item_count; i++) {
        const OutboxItem *item = &carried.items[i];
        SessionResult result;

        if (!message_decode(outbox_bytes(&carried, item), item->size_bytes, &message)) {
            fail("the client sends what cannot be read");
        }
        if (message.type == MESSAGE_JOIN) {
            record_join(&writer, host_now(), &message);
        }
        result = send(OWN_CONNECTION, own_seat, &message);
        own_seat = result.joined ? result.seat : own_seat;
    }
}

static void ping(void)
{
    ClockDatagram datagram;
    PingSample sample;

    if (!model_ping_due(&model, host_now(), &datagram)) {
        return;
    }
    sample = (PingSample){.c1 = host_now(),
                          .s2 = {now.ns + WAY_NS},
                          .s3 = {now.ns + WAY_NS},
                          .c4 = {host_now().ns + 2 * WAY_NS}};
    model_pinged(&model, datagram.id, sample.c1);
    datagram.s2 = sample.s2;
    datagram.s3 = sample.s3;
    record_pong(&writer, &sample);
    if (!model_pong(&model, &datagram, sample.c4)) {
        fail("the client does not take its pong");
    }
}

/* ---- people ---------------------------------------------------------------------------------- */

static void play_own(void)
{
    const SimulatedScore score = {.timeline = &model.timeline,
                                  .grooves = grooves_by_index,
                                  .part = model.part,
                                  .part_before = model.part_before,
                                  .part_from = model.part_from};
    const SessionTime heard = applied_clock_session(&model.clock, host_now());
    SimulatedHit hit;

    if (!model.has_timeline || !model.clock.locked) {
        return;
    }
    simulated_player_plan(&own_player, &score, heard);
    while (simulated_player_take(&own_player, heard, &hit)) {
        record_hit(&writer, host_now(), hit.pad);
        (void)model_hit(&model, host_now(), hit.pad, 100, &wishes);
    }
}

static void play_extra(int index)
{
    static Message message;
    Extra *extra = &extras[index];
    const Participant *participant = &participants[extra->seat];
    const SimulatedScore score = {.timeline = &session.timeline,
                                  .grooves = grooves_by_index,
                                  .part = participant->part,
                                  .part_before = participant->part_before,
                                  .part_from = participant->part_from};
    SimulatedHit hit;

    simulated_player_plan(&extra->player, &score, now);
    while (simulated_player_take(&extra->player, now, &hit)) {
        message = (Message){.type = MESSAGE_HITS};
        message.hits.clock_version = 1;
        message.hits.uncertainty_us = 1500;
        message.hits.count = 1;
        message.hits.hits[0] = (HitEntry){.number = extra->next_hit_number,
                                          .at = hit.at,
                                          .pad = hit.pad,
                                          .velocity = hit.velocity};
        extra->next_hit_number++;
        (void)send((uint32_t)index + 1, extra->seat, &message);
    }
}

static void name_person(const Cast *cast, int person, JoinMessage *join)
{
    static const char *const names[] = {"Cleo", "Dario", "Edda",  "Finn", "Gita", "Hugo",
                                        "Ines", "Jonas", "Kaya",  "Lior", "Mira", "Nico",
                                        "Oona", "Pavel", "Quinn", "Rosa", "Sami", "Tova",
                                        "Ulla", "Viggo", "Wren",  "Yuki", "Ana",  "Bodo"};
    static const char *const teams[] = {"Maple",
                                        "Birch",
                                        "Rowan",
                                        "Cedar",
                                        "Spruce",
                                        "Willow",
                                        "Larch",
                                        "Hazel",
                                        "Aspen",
                                        "Elder",
                                        "Linden",
                                        "Acacia"};
    const size_t name_count = sizeof names / sizeof names[0];
    const size_t team_count = sizeof teams / sizeof teams[0];
    const size_t name = (size_t)person % name_count;
    const size_t round = (size_t)person / name_count;
    const size_t team = (size_t)person % (size_t)cast->teams;

    (void)snprintf(join->name, sizeof join->name, round == 0 ? "%s" : "%s %zu", names[name], round);
    (void)snprintf(join->team,
                   sizeof join->team,
                   team < team_count ? "Team %s" : "%s %zu",
                   teams[team % team_count],
                   team / team_count + 1);
}

/* One of so many does something of their own. */
static PlayerTrouble trouble_of(const Cast *cast, int person)
{
    static const PlayerTrouble troubles[] = {TROUBLE_LATE,
                                             TROUBLE_HALF_BEAT,
                                             TROUBLE_HALF,
                                             TROUBLE_FAST,
                                             TROUBLE_ERRATIC,
                                             TROUBLE_EARLY,
                                             TROUBLE_DOUBLE,
                                             TROUBLE_IDLE};

    return person % cast->troubled == 7 ? troubles[person / cast->troubled % 8] : TROUBLE_NONE;
}

static void seat_extra(const Cast *cast, int person)
{
    static Message message;
    const PlayerProfile profile = player_profile_draw(&prng);
    Extra *extra = &extras[extra_count];
    SessionResult result;

    message = (Message){.type = MESSAGE_JOIN, .join = {.version = PROTOCOL_VERSION}};
    memcpy(message.join.code, session.config.code, CODE_CHARS);
    name_person(cast, person, &message.join);
    message.join.calibrated = person % 23 != 11;
    message.join.calibration_us =
        message.join.calibrated ? (int32_t)(profile.calibration_ms * 1000.0) : 0;
    result = send((uint32_t)extra_count + 1, 0, &message);
    if (!result.joined) {
        fail("somebody cannot come in");
    }
    *extra = (Extra){.seat = result.seat, .next_hit_number = 1};
    simulated_player_init(&extra->player, &profile, trouble_of(cast, person), prng_u64(&prng));
    extra_count++;
}

static void seat_own(const Cast *cast)
{
    const PlayerProfile profile = {.mean_ms = -52.0,
                                   .timekeeper_sd_ms = 14.0,
                                   .motor_sd_ms = 8.0,
                                   .alpha = 0.5,
                                   .miss_rate = 0.02,
                                   .calibrated = true,
                                   .calibration_ms = -40.0};
    ModelConfig config = {.calibrated = true, .calibration_us = -40000};
    JoinMessage person = {.version = PROTOCOL_VERSION};

    name_person(cast, 0, &person);
    memcpy(config.code, session.config.code, CODE_CHARS);
    memcpy(config.name, person.name, sizeof config.name);
    memcpy(config.team, person.team, sizeof config.team);
    model_init(&model, &config, &others, host_now());
    model_connected(&model, host_now(), &wishes);
    carry_wishes();
    simulated_player_init(&own_player, &profile, TROUBLE_NONE, 77);
}

/* Leads, watches, and is in no figure. */
static void seat_host(void)
{
    static Message message;
    SessionResult result;

    message = (Message){
        .type = MESSAGE_JOIN,
        .join = {
            .version = PROTOCOL_VERSION, .name = "Host", .observer = true, .facilitates = true}};
    memcpy(message.join.code, session.config.code, CODE_CHARS);
    memcpy(message.join.facilitator_token, session.config.facilitator_token, TOKEN_BYTES);
    result = send(HOST_CONNECTION, 0, &message);
    if (!result.joined) {
        fail("the host cannot come in");
    }
    host_seat = result.seat;
}

/* ---- what happens ---------------------------------------------------------------------------- */

static void pass(int64_t duration_ns)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};
    const int64_t end_ns = now.ns + duration_ns;

    while (now.ns < end_ns) {
        now.ns += TICK_NS;
        for (int i = 0; i < extra_count; i++) {
            play_extra(i);
        }
        (void)step(&tick);
        model_tick(&model, host_now(), &wishes);
        play_own();
        carry_wishes();
        ping(); /* the last of the turn: its pong comes before the next one */
    }
}

static void order(CommandKind kind, int32_t a)
{
    static Message message;

    message = (Message){.type = MESSAGE_COMMAND, .command = {.kind = (uint8_t)kind, .a = a}};
    (void)send(HOST_CONNECTION, host_seat, &message);
}

static int32_t groove_called(const char *name)
{
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        if (strcmp(BUILTIN_GROOVES[i].name, name) == 0) {
            return i;
        }
    }
    fail("a groove is missing");
    return 0;
}

/* Goes on to a moment within a bar: `beat` and how far it is gone. */
static void pass_to(int32_t bar, int32_t beat, double fraction)
{
    for (int i = 0; i < 60000; i++) {
        const ModelNow music = model_now(&model, host_now());

        if (music.known && music.transport == TRANSPORT_PLAYING &&
            (music.bar.bar > bar || (music.bar.bar == bar && music.bar.beat == beat &&
                                     music.bar.beat_fraction >= fraction))) {
            return;
        }
        pass(TICK_NS);
    }
    fail("the music does not come there");
}

static void open_session(const Cast *cast)
{
    SessionConfig config = {.title = "Autumn Gathering",
                            .code = {'A', 'U', 'T', 'U', 'M', 'N', '2', '4'},
                            .seats = (uint16_t)cast->people,
                            .profile = PROFILE_STANDARD,
                            .privacy = PRIVACY_OPEN,
                            .grace_s = 600};

    memset(config.facilitator_token, 7, TOKEN_BYTES);
    memset(&model, 0, sizeof model);
    outbox_init(&answers);
    outbox_init(&wishes);
    prng_seed(&prng, cast->seed);
    now = (SessionTime){1000 * NS_PER_S};
    extra_count = 0;
    own_seat = 0;
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        if (!groove_text_parse(
                BUILTIN_GROOVES[i].text, strlen(BUILTIN_GROOVES[i].text), &grooves[i], NULL)) {
            fail("a groove cannot be read");
        }
        grooves_by_index[i] = &grooves[i];
    }
    session_init(&session, &config, participants, grooves, BUILTIN_GROOVE_COUNT);
    record_begin(&writer, recording, sizeof recording);
    seat_own(cast);
    seat_host();
    for (int person = 1; person < cast->people; person++) {
        seat_extra(cast, person);
        if (person % 10 == 0) {
            pass(TICK_NS);
        }
    }
    order(COMMAND_GROOVE, groove_called("pulse"));
    pass(cast->lobby_ns);
}

static void save(const Cast *cast, const char *folder)
{
    char path[1024];
    FILE *file;

    if (writer.full) {
        fail("the recording does not fit");
    }
    (void)snprintf(path, sizeof path, "%s/%s.session", folder, cast->name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(recording, 1, writer.size_bytes, file) != writer.size_bytes ||
        fclose(file) != 0) {
        fail("a recording cannot be written: is the folder there, and the disk not full?");
    }
    printf("%s: %zu bytes\n", path, writer.size_bytes);
}

static void record_24(const char *folder)
{
    const Cast cast = {.name = "24",
                       .people = 24,
                       .teams = 4,
                       .troubled = 12,
                       .lobby_ns = 4 * NS_PER_S,
                       .seed = 24};

    open_session(&cast);
    record_moment(&writer, host_now(), "lobby");
    order(COMMAND_START, 1);
    pass_to(10, 0, 0.0);
    order(COMMAND_GROOVE, groove_called("backbeat"));
    pass_to(28, 2, 0.93);
    record_moment(&writer, host_now(), "play");
    pass_to(30, 0, 0.0);
    order(COMMAND_STOP, 0);
    pass(8 * NS_PER_S);
    order(COMMAND_GROOVE, groove_called("son-clave"));
    order(COMMAND_START, 1);
    pass_to(20, 0, 0.0);
    order(COMMAND_STOP, 0);
    pass(8 * NS_PER_S);
    record_moment(&writer, host_now(), "results");
    save(&cast, folder);
}

static void record_900(const char *folder)
{
    const Cast cast = {.name = "900",
                       .people = 900,
                       .teams = 60,
                       .troubled = 11,
                       .lobby_ns = 30 * NS_PER_S,
                       .seed = 900};

    open_session(&cast);
    order(COMMAND_START, 1);
    pass_to(14, 2, 0.93);
    record_moment(&writer, host_now(), "play");
    save(&cast, folder);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: record_sessions FOLDER\n");
        return 2;
    }
    journal.entries = calloc(JOURNAL_ENTRIES_MAX, sizeof journal.entries[0]);
    if (journal.entries == NULL) {
        fail("no memory is left");
    }
    journal.capacity = JOURNAL_ENTRIES_MAX;
    record_24(argv[1]);
    record_900(argv[1]);
    free(journal.entries);
    return 0;
}
