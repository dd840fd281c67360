#include "client/desktop/practice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/simulated_player.h"
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"
#include "shared/link.h"

enum {
    SEATS = 1 + BANDMATES_MAX,
    JOURNAL_KEPT = 512, /* of one step; nobody stores them */
    PERSON_CONNECTION = 1,
    BANDMATE_CONNECTION = 2 /* of the first one */
};

/* Steps in which slept-through time is caught up with, and how much of it. */
#define CATCH_UP_STEP_NS (20 * NS_PER_MS)
#define CATCH_UP_NS (2 * NS_PER_S)

typedef struct {
    bool seated;
    uint16_t seat;
    uint32_t next_hit_number;
    SimulatedPlayer player;
    SessionTime sounded_until; /* hits up to here have been told */
} Bandmate;

struct Practice {
    ClientModel *model; /* the person's */
    Outbox *outbox;     /* from the person to the session */
    Prng prng;
    HostTime stepped_until;

    Session session;
    Participant participants[SEATS + OBSERVERS_MAX];
    Groove grooves[GROOVES_MAX];
    const Groove *grooves_by_index[GROOVES_MAX];
    Outbox answers; /* from the session */
    Journal journal;
    JournalEntry journal_entries[JOURNAL_KEPT];
    uint16_t person_seat;

    Bandmate bandmates[BANDMATES_MAX];
    int bandmate_count; /* wanted; the first so many are seated */

    int32_t ramp_target_mbpm; /* 0: no ramp */
    int32_t ramp_bar;         /* where the tempo was last moved */
    uint16_t ramp_take;
};

static const char *const bandmate_names[BANDMATES_MAX] = {
    "Ada",  "Ben",  "Cleo",  "Dario", "Esi",  "Farid", "Greta", "Hugo",  "Ines",   "Jonas",
    "Kofi", "Lena", "Malik", "Nora",  "Omar", "Petra", "Quinn", "Rosa",  "Sami",   "Tara",
    "Ugo",  "Vera", "Wim",   "Xenia", "Yaw",  "Zoe",   "Anouk", "Bruno", "Chiara", "Dede",
};

/* ---- the loopback transport ------------------------------------------------------------------ */

static SessionTime session_time(HostTime now)
{
    return (SessionTime){now.ns};
}

static void draw_token(Prng *prng, uint8_t *token)
{
    for (int i = 0; i < TOKEN_BYTES; i++) {
        token[i] = (uint8_t)prng_below(prng, 256);
    }
}

/* Hands the session's answers to the person's model; bandmates do not read theirs. */
static void deliver_answers(Practice *practice, HostTime now)
{
    for (uint32_t i = 0; i < practice->answers.item_count; i++) {
        const OutboxItem *item = &practice->answers.items[i];
        Message message;

        if (item->kind != OUTBOX_SEND || !outbox_is_for(item, PERSON_CONNECTION, true)) {
            continue;
        }
        if (message_decode(outbox_bytes(&practice->answers, item), item->size_bytes, &message)) {
            model_receive(practice->model, now, &message);
        }
    }
    outbox_clear(&practice->answers);
    practice->journal.count = 0;
}

static SessionResult step_session(Practice *practice, HostTime now, const SessionEvent *event)
{
    const SessionResult result = session_step(
        &practice->session, session_time(now), event, &practice->answers, &practice->journal);

    deliver_answers(practice, now);
    return result;
}

/* What a server does with a message that has come in. */
static SessionResult
take_message(Practice *practice, HostTime now, uint32_t connection, uint16_t seat, Message *message)
{
    SessionEvent event = {
        .kind = message->type == MESSAGE_JOIN ? SESSION_EVENT_JOIN : SESSION_EVENT_MESSAGE,
        .seat = seat,
        .connection = connection,
        .clock_nonce = connection,
        .message = message,
    };

    draw_token(&practice->prng, event.fresh_token);
    return step_session(practice, now, &event);
}

/* Through its bytes, as over a network. */
static SessionResult
send_message(Practice *practice, HostTime now, uint32_t connection, uint16_t seat, Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    const size_t size_bytes = message_encode(message, bytes);
    Message received;
    SessionResult nothing = {.replaced_connection = CONNECTION_NONE};

    if (!message_decode(bytes, size_bytes, &received)) {
        return nothing;
    }
    return take_message(practice, now, connection, seat, &received);
}

/* Everything that the person's model wants sent. */
static void carry_wishes(Practice *practice, HostTime now)
{
    for (uint32_t i = 0; i < practice->outbox->item_count; i++) {
        const OutboxItem *item = &practice->outbox->items[i];
        SessionResult result;
        Message message;

        if (item->kind != OUTBOX_SEND ||
            !message_decode(outbox_bytes(practice->outbox, item), item->size_bytes, &message)) {
            continue;
        }
        result = take_message(practice, now, PERSON_CONNECTION, practice->person_seat, &message);
        if (result.joined) {
            practice->person_seat = result.seat;
        }
    }
    outbox_clear(practice->outbox);
}

/* A ping that takes a nanosecond each way: the person's clock works as over a network. */
static void ping(Practice *practice, HostTime now)
{
    ClockDatagram datagram;

    if (!model_ping_due(practice->model, now, &datagram)) {
        return;
    }
    model_pinged(practice->model, datagram.id, now);
    datagram.c1 = now;
    datagram.s2 = (SessionTime){now.ns + 1};
    datagram.s3 = (SessionTime){now.ns + 1};
    model_pong(practice->model, &datagram, (HostTime){now.ns + 2});
}

/* ---- bandmates ------------------------------------------------------------------------------- */

/* The person may be called like a bandmate, who then has a second name. */
static SessionResult join_bandmate(Practice *practice, HostTime now, int index, JoinMessage join)
{
    const uint32_t connection = (uint32_t)(BANDMATE_CONNECTION + index);
    static const char *const second_names[] = {"", " B."};
    SessionResult result = {0};

    for (size_t i = 0; i < sizeof second_names / sizeof second_names[0] && !result.joined; i++) {
        Message message = {.type = MESSAGE_JOIN, .join = join};

        (void)snprintf(message.join.name,
                       sizeof message.join.name,
                       "%s%s",
                       bandmate_names[index],
                       second_names[i]);
        result = send_message(practice, now, connection, 0, &message);
    }
    return result;
}

static void seat_bandmate(Practice *practice, HostTime now, int index)
{
    Bandmate *bandmate = &practice->bandmates[index];
    const PlayerProfile profile = player_profile_draw(&practice->prng);
    const uint64_t seed = prng_u64(&practice->prng);
    JoinMessage join = {
        .version = PROTOCOL_VERSION,
        .calibrated = profile.calibrated,
        .calibration_us = (int32_t)clamp_i64(
            (int64_t)(profile.calibration_ms * 1000.0), -CALIBRATION_US_MAX, CALIBRATION_US_MAX),
    };
    SessionResult result;

    memcpy(join.code, practice->session.config.code, CODE_CHARS);
    result = join_bandmate(practice, now, index, join);
    assert(result.joined);
    bandmate->seated = true;
    bandmate->seat = result.seat;
    bandmate->next_hit_number = 1;
    simulated_player_init(&bandmate->player, &profile, TROUBLE_NONE, seed);
}

/* By the person's own right: they facilitate. */
static void unseat_bandmate(Practice *practice, HostTime now, int index)
{
    Bandmate *bandmate = &practice->bandmates[index];
    Message message = {
        .type = MESSAGE_COMMAND,
        .command = {.kind = COMMAND_KICK, .a = bandmate->seat},
    };

    (void)send_message(practice, now, PERSON_CONNECTION, practice->person_seat, &message);
    bandmate->seated = false;
}

static void seat_bandmates(Practice *practice, HostTime now)
{
    for (int i = 0; i < BANDMATES_MAX; i++) {
        const bool wanted = i < practice->bandmate_count;

        if (wanted && !practice->bandmates[i].seated) {
            seat_bandmate(practice, now, i);
        } else if (!wanted && practice->bandmates[i].seated) {
            unseat_bandmate(practice, now, i);
        }
    }
}

static void play_bandmate(Practice *practice, HostTime now, int index)
{
    Bandmate *bandmate = &practice->bandmates[index];
    const SimulatedScore score = {
        .timeline = &practice->session.timeline,
        .grooves = practice->grooves_by_index,
        .part = practice->participants[bandmate->seat].part,
    };
    SimulatedHit hit;

    simulated_player_plan(&bandmate->player, &score, session_time(now));
    while (simulated_player_take(&bandmate->player, session_time(now), &hit)) {
        Message message = {.type = MESSAGE_HITS};

        message.hits.clock_version = 1;
        message.hits.uncertainty_us = 1;
        message.hits.count = 1;
        message.hits.hits[0] = (HitEntry){
            .number = bandmate->next_hit_number,
            .at = hit.at,
            .pad = hit.pad,
            .velocity = hit.velocity,
        };
        bandmate->next_hit_number++;
        (void)send_message(
            practice, now, (uint32_t)(BANDMATE_CONNECTION + index), bandmate->seat, &message);
    }
}

static Drum drum_of(const Practice *practice, const Bandmate *bandmate, SessionTime at)
{
    const Timeline *timeline = &practice->session.timeline;
    const Groove *groove =
        session_groove(&practice->session, timeline_section_at_time(timeline, at));

    return groove->parts[practice->participants[bandmate->seat].part % groove->part_count].drum;
}

bool practice_next_sound(Practice *practice, HostTime until, PracticeSound *sound)
{
    const float gain = 0.7F / sqrtf((float)(1 + practice->bandmate_count));

    for (int i = 0; i < BANDMATES_MAX; i++) {
        Bandmate *bandmate = &practice->bandmates[i];

        for (int j = 0; bandmate->seated && j < bandmate->player.hit_count; j++) {
            const SimulatedHit *hit = &bandmate->player.hits[j];

            if (hit->at.ns > bandmate->sounded_until.ns && hit->at.ns <= until.ns) {
                bandmate->sounded_until = hit->at;
                *sound = (PracticeSound){.at = {hit->at.ns},
                                         .drum = drum_of(practice, bandmate, hit->at),
                                         .gain = gain * (float)hit->velocity / 127.0F};
                return true;
            }
        }
    }
    return false;
}

/* ---- the tempo ramp -------------------------------------------------------------------------- */

static int32_t ramped(int32_t tempo_mbpm, int32_t target_mbpm)
{
    if (tempo_mbpm < target_mbpm) {
        return (int32_t)clamp_i64(tempo_mbpm + PRACTICE_RAMP_MBPM, 0, target_mbpm);
    }
    return (int32_t)clamp_i64(tempo_mbpm - PRACTICE_RAMP_MBPM, target_mbpm, TEMPO_MBPM_MAX);
}

/* Orders the next tempo during the last bar of each four, so that it begins with the fifth (or one
   later, where a bar is shorter than the notice that everybody needs). */
static void ramp(Practice *practice, HostTime now)
{
    const ModelNow music = model_now(practice->model, now);
    int32_t four = 0;

    if (practice->ramp_target_mbpm == 0 || music.transport != TRANSPORT_PLAYING) {
        return;
    }
    if (music.section->take != practice->ramp_take) {
        practice->ramp_take = music.section->take;
        practice->ramp_bar = 0;
    }
    four = (int32_t)div_floor(music.bar.bar, PRACTICE_RAMP_BARS);
    if (music.bar.bar < PRACTICE_RAMP_BARS || four * PRACTICE_RAMP_BARS <= practice->ramp_bar ||
        music.tempo_mbpm == practice->ramp_target_mbpm) {
        return;
    }
    practice->ramp_bar = four * PRACTICE_RAMP_BARS;
    model_command(practice->model,
                  COMMAND_TEMPO,
                  ramped(music.tempo_mbpm, practice->ramp_target_mbpm),
                  0,
                  NULL,
                  practice->outbox);
}

/* ---- stepping -------------------------------------------------------------------------------- */

static void step_once(Practice *practice, HostTime now)
{
    const SessionEvent tick = {.kind = SESSION_EVENT_TICK};

    seat_bandmates(practice, now);
    ping(practice, now);
    for (int i = 0; i < BANDMATES_MAX; i++) {
        if (practice->bandmates[i].seated) {
            play_bandmate(practice, now, i);
        }
    }
    (void)step_session(practice, now, &tick);
    ramp(practice, now);
    model_tick(practice->model, now, practice->outbox);
}

void practice_step(Practice *practice, HostTime now)
{
    if (now.ns - practice->stepped_until.ns > CATCH_UP_NS) {
        practice->stepped_until.ns = now.ns - CATCH_UP_NS;
    }
    while (now.ns - practice->stepped_until.ns > CATCH_UP_STEP_NS) {
        practice->stepped_until.ns += CATCH_UP_STEP_NS;
        step_once(practice, practice->stepped_until);
    }
    /* Wishes only now: a hit of just now would come from the future of a time caught up with. */
    practice->stepped_until = now;
    carry_wishes(practice, now);
    step_once(practice, now);
    carry_wishes(practice, now);
}

/* ---- opening --------------------------------------------------------------------------------- */

static int read_grooves(Groove *grooves)
{
    int count = 0;

    for (int i = 0; i < BUILTIN_GROOVE_COUNT && count < GROOVES_MAX; i++) {
        const char *text = BUILTIN_GROOVES[i].text;
        const bool read = groove_text_parse(text, strlen(text), &grooves[count], NULL);

        assert(read);
        count += read ? 1 : 0;
    }
    return count;
}

static void open_session(Practice *practice, const PracticeConfig *config)
{
    const int groove_count = read_grooves(practice->grooves);
    SessionConfig session = {
        .title = "Practice",
        .seats = SEATS,
        .profile = config->profile,
        .privacy = PRIVACY_OPEN,
        .grace_s = 60,
    };
    uint8_t random[CODE_CHARS];

    for (int i = 0; i < CODE_CHARS; i++) {
        random[i] = (uint8_t)prng_below(&practice->prng, 256);
    }
    code_from_random(random, session.code);
    draw_token(&practice->prng, session.facilitator_token);
    session_init(
        &practice->session, &session, practice->participants, practice->grooves, groove_count);
    for (int i = 0; i < groove_count; i++) {
        practice->grooves_by_index[i] = &practice->session.grooves[i];
    }
}

static void
seat_person(Practice *practice, const PracticeConfig *config, ModelOthers *others, HostTime now)
{
    ModelConfig person = {
        .facilitates = true,
        .calibrated = config->calibrated,
        .calibration_us = config->calibration_us,
    };

    memcpy(person.code, practice->session.config.code, CODE_CHARS);
    memcpy(person.facilitator_token,
           practice->session.config.facilitator_token,
           sizeof person.facilitator_token);
    (void)snprintf(
        person.name, sizeof person.name, "%s", config->name[0] != '\0' ? config->name : "You");
    model_init(practice->model, &person, others, now);
    outbox_init(practice->outbox);
    model_connected(practice->model, now, practice->outbox);
    carry_wishes(practice, now);
}

Practice *practice_create(const PracticeConfig *config,
                          ClientModel *model,
                          ModelOthers *others,
                          Outbox *outbox,
                          HostTime now)
{
    Practice *practice = calloc(1, sizeof *practice);

    if (practice == NULL) {
        return NULL;
    }
    practice->model = model;
    practice->outbox = outbox;
    practice->stepped_until = now;
    practice->journal = (Journal){.entries = practice->journal_entries, .capacity = JOURNAL_KEPT};
    outbox_init(&practice->answers);
    prng_seed(&practice->prng, config->seed);
    open_session(practice, config);
    seat_person(practice, config, others, now);
    return practice;
}

void practice_destroy(Practice *practice)
{
    free(practice);
}

void practice_set_bandmates(Practice *practice, int count)
{
    practice->bandmate_count = (int)clamp_i64(count, 0, BANDMATES_MAX);
}

int practice_bandmates(const Practice *practice)
{
    return practice->bandmate_count;
}

void practice_set_ramp(Practice *practice, int32_t target_mbpm)
{
    practice->ramp_target_mbpm =
        target_mbpm == 0
            ? 0
            : (int32_t)clamp_i64(target_mbpm, PRACTICE_TEMPO_MBPM_MIN, PRACTICE_TEMPO_MBPM_MAX);
}

int practice_groove_index(const char *name)
{
    for (int i = 0; i < BUILTIN_GROOVE_COUNT && i < GROOVES_MAX; i++) {
        if (strcmp(BUILTIN_GROOVES[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

const Session *practice_session(const Practice *practice)
{
    return &practice->session;
}
