/*
 * A client of an evil server: any decodable message and any pong at any time. Whatever it is made
 * to believe, its answers stay within their ranges and what it sends can be read.
 */
#include <assert.h>
#include <string.h>

#include "client/model/model.h"
#include "client/model/schedule.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/script_message.h"

enum {
    STEPS_MAX = 100,
    LOCKS_MAX = 2 /* of one input, because most of its time goes there */
};

static ClientModel model;
static ModelOthers others;
static Outbox outbox;
static HostTime now;
static int locks;

static void begin(bool observes)
{
    ModelConfig config = {.name = "Ama", .team = "Blue", .facilitates = true};

    config.observer = observes;
    config.calibrated = true;
    config.calibration_us = -12500;
    now = (HostTime){50 * NS_PER_S};
    locks = 0;
    outbox_init(&outbox);
    model_init(&model, &config, &others, now);
}

static void check_sent(void)
{
    static Message message;

    assert(outbox.refused_count == 0);
    for (uint32_t i = 0; i < outbox.item_count; i++) {
        const OutboxItem *item = &outbox.items[i];

        assert(item->kind == OUTBOX_SEND);
        assert(message_decode(outbox_bytes(&outbox, item), item->size_bytes, &message));
        assert(message.type > MESSAGE_NONE && message.type < MESSAGE_WELCOME);
    }
    outbox_clear(&outbox);
}

static void check_sounds(const ModelNow *music)
{
    static SoundList list;
    const ScheduleSettings settings = {.plays_groove = true, .part_mask = UINT32_MAX};
    const Groove *grooves[GROOVES_MAX] = {NULL};
    const SessionTime from = music->time;
    const SessionTime until = {from.ns + 250 * NS_PER_MS};

    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        if (model.grooves[i].known) {
            grooves[model.grooves[i].index] = &model.grooves[i].groove;
        }
    }
    schedule_sounds(&model.timeline, grooves, &settings, from, until, &list);
    assert(list.count >= 0 && list.count <= SCHEDULE_SOUNDS_MAX);
    for (int i = 0; i < list.count; i++) {
        assert(list.sounds[i].at.ns >= from.ns && list.sounds[i].at.ns < until.ns);
        assert(i == 0 || list.sounds[i].at.ns >= list.sounds[i - 1].at.ns);
        assert(drum_is_valid((int)list.sounds[i].drum));
    }
}

/* Nothing stays that the tier forbids, whatever a server sends. */
static void check_tier(void)
{
    const bool sees_people = model_sees_people(&model);

    assert(others.crowd_count >= 0 && others.crowd_count <= PARTICIPANTS_MAX);
    if (!model.has_seat) {
        return;
    }
    for (int i = 0; i < others.seat_count && !sees_people; i++) {
        assert(others.map[i].verdict == MAP_ABSENT);
    }
    assert(others.crowd_count == 0 || sees_people || model_privacy(&model) == PRIVACY_TEAMS);
    assert(others.team_count == 0 || model_privacy(&model) != PRIVACY_PRIVATE || sees_people);
}

static void check_answers(void)
{
    const ModelNow music = model_now(&model, now);

    if (music.known) {
        assert(music.transport < TRANSPORT_COUNT);
        assert(music.tempo_mbpm == 0 ||
               (music.tempo_mbpm >= TEMPO_MBPM_MIN && music.tempo_mbpm <= TEMPO_MBPM_MAX));
        assert(music.bar.beat >= 0 && music.bar.beat < music.bar.beats_per_bar);
        assert(music.bar.beat_fraction >= 0.0 && music.bar.beat_fraction < 1.0);
        if (music.groove != NULL) {
            const int part = model_part_index(&model, music.groove, music.position);

            assert(part >= 0 && part < music.groove->part_count);
        }
        check_sounds(&music);
    }
    assert(model.outstanding_count >= 0 && model.outstanding_count <= MODEL_HITS_OUTSTANDING_MAX);
    assert(model.own_count >= 0 && model.own_count <= MODEL_OWN_HITS_MAX);
    assert(others.seat_count <= PARTICIPANTS_MAX && others.team_count <= TEAMS_MAX);
    assert(others.bar_count <= BARS_KEPT_MAX && others.report_count <= MODEL_REPORT_MAX);
    assert(model_clock_bars(&model) >= 0 && model_clock_bars(&model) <= 4);
    for (int i = -1; i <= GROOVES_MAX; i++) {
        const char *title = model_groove_title(&model, i);

        assert(title == NULL || strlen(title) <= TITLE_BYTES_MAX);
    }
    check_tier();
    check_sent();
}

static void receive(const Message *message)
{
    if (message->type >= MESSAGE_WELCOME) {
        model_receive(&model, now, message);
    }
}

static void receive_anything(Script *script)
{
    static Message message;

    script_message(script, &message);
    receive(&message);
}

static void receive_damaged(Script *script)
{
    static Message message;
    uint8_t bytes[MESSAGE_BYTES_MAX];
    const size_t size_bytes = script_message_damaged(script, bytes);

    if (message_decode(bytes, size_bytes, &message)) {
        receive(&message);
    }
}

/* A timeline of the widest ranges: music far away, in the past, or without any sense. */
static void receive_absurd_timeline(Script *script)
{
    static const int64_t places[] = {
        -INT64_MAX / 4, INT64_MAX / 4 - 1, -1, 0, 1, INT64_MAX / 8, -INT64_MAX / 8, 1000000};
    static const int32_t tempi[] = {TEMPO_MBPM_MIN, TEMPO_MBPM_MAX, 0, 97301};
    static Message message;
    Timeline *timeline = &message.timeline.timeline;
    TempoSegment *segment = &timeline->tempo.segments[0];
    const uint8_t ramp = script_byte(script);

    memset(&message, 0, sizeof message);
    message.type = MESSAGE_TIMELINE;
    timeline->tempo.segment_count = 1;
    segment->start.ns = places[script_byte(script) % 8] / (1 + ramp % 3);
    segment->start_beats.ubeats = places[script_byte(script) % 8];
    segment->tempo_mbpm = tempi[script_byte(script) % 4];
    segment->end_tempo_mbpm = ramp % 2 == 0 ? segment->tempo_mbpm : tempi[ramp / 2 % 4];
    segment->ramp_ns = ramp % 2 == 0 ? 0 : (int64_t)ramp * NS_PER_S;
    timeline->section_count = 1 + ramp % 4;
    for (int i = 0; i < timeline->section_count; i++) {
        Section *section = &timeline->sections[i];

        section->start.ubeats = places[script_byte(script) % 8];
        section->first_bar = (int32_t)(places[script_byte(script) % 8] % 99999999);
        section->transport = (uint8_t)(script_byte(script) % TRANSPORT_COUNT);
        section->groove = (uint8_t)(script_byte(script) % GROOVES_MAX);
        section->beats_per_bar = (uint8_t)(1 + script_byte(script) % GROOVE_BEATS_PER_BAR_MAX);
    }
    if (timeline_is_valid(timeline)) {
        receive(&message);
    }
}

static void receive_bytes(Script *script)
{
    static Message message;
    const size_t wanted = (size_t)script_byte(script) * 4;
    size_t size = 0;
    const uint8_t *bytes = script_bytes(script, wanted, &size);

    if (size > 0 && message_decode(bytes, size, &message)) {
        receive(&message);
    }
}

/* An int64 of the attacker's choosing, or something near `honest_ns`. */
static int64_t any_time(Script *script, int64_t honest_ns)
{
    static const int64_t extremes[] = {
        INT64_MIN, INT64_MIN + 1, -NS_PER_S, 0, INT64_MAX / 2, INT64_MAX - 1, INT64_MAX};
    const uint8_t choice = script_byte(script);

    if (choice < 7) {
        return extremes[choice];
    }
    return honest_ns + ((int64_t)choice - 128) * NS_PER_MS / 16;
}

/* A ping that was due and its pong, with whatever times the server likes. */
static void exchange_clock(Script *script)
{
    ClockDatagram ping;
    const HostTime c1 = now;

    now.ns += 50 * NS_PER_MS;
    if (!model_ping_due(&model, now, &ping)) {
        return;
    }
    model_pinged(&model, ping.id, c1);
    ping.c1 = c1;
    ping.s2.ns = any_time(script, c1.ns + 900 * NS_PER_S);
    ping.s3.ns = any_time(script, c1.ns + 900 * NS_PER_S);
    model_pong(&model, &ping, now);
    model_pong(&model, &ping, now);
}

/* Enough honest pongs for the clock to lock, so that what follows is heard. */
static void lock_clock(void)
{
    for (int i = 0; i < 40; i++) {
        ClockDatagram ping;

        now.ns += 50 * NS_PER_MS;
        if (model_ping_due(&model, now, &ping)) {
            model_pinged(&model, ping.id, now);
            ping.c1 = now;
            now.ns += 2 * NS_PER_MS;
            ping.s2.ns = now.ns - NS_PER_MS + 900 * NS_PER_S;
            ping.s3 = ping.s2;
            model_pong(&model, &ping, now);
        }
        model_tick(&model, now, &outbox);
    }
}

static void hit(Script *script)
{
    const uint8_t pad = script_byte(script);
    const ModelNow music = model_now(&model, now);

    if ((pad & 128U) != 0) {
        const SessionTime at = {music.time.ns - script_byte(script) * NS_PER_MS};

        (void)model_hit_at(&model, at, pad, 100, &outbox);
    } else {
        (void)model_hit(&model, now, pad, 100, &outbox);
    }
}

static void act(Script *script)
{
    const uint8_t choice = script_byte(script);

    switch (choice % 8) {
    case 0:
        now.ns += (int64_t)(choice / 8 + 1) * 20 * NS_PER_MS;
        model_tick(&model, now, &outbox);
        break;
    case 1:
        if (choice < 128) {
            receive_anything(script);
        } else if (choice < 192) {
            receive_damaged(script);
        } else {
            receive_absurd_timeline(script);
        }
        break;
    case 2:
        receive_bytes(script);
        break;
    case 3:
        exchange_clock(script);
        break;
    case 4:
        hit(script);
        break;
    case 5:
        if ((choice & 64U) != 0) {
            model_disconnected(&model, now);
        }
        if (model.phase == MODEL_CONNECTING) {
            model_connected(&model, now, &outbox);
        }
        break;
    case 6:
        locks++;
        if (locks <= LOCKS_MAX) {
            lock_clock();
        }
        break;
    default:
        model_choose_part(&model, (uint8_t)(choice / 8 % GROOVE_PARTS_MAX), &outbox);
        model_request_report(&model, &outbox);
        model_command(&model, COMMAND_START, choice, 0, NULL, &outbox);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Script script = {.bytes = data, .left = size};

    begin(script_byte(&script) % 4 == 3);
    for (int i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        act(&script);
        check_answers();
    }
    return 0;
}
