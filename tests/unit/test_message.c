/*
 * The messages: golden bytes for every type, then laws over random valid ones, then everything
 * that must be refused.
 */
#include "tests/support/check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/judged_record.h"
#include "shared/prng.h"
#include "shared/verdict.h"
#include "tests/support/random_message.h"

enum {
    ROUNDS = 300, /* random messages per type and law */
    PATH_BYTES_MAX = 512,
    LINE_BYTES_MAX = 256
};

_Static_assert((int)JUDGEMENT_COUNT_SENT == (int)JUDGEMENT_COUNT,
               "STANDING tells every kind of judgement");
_Static_assert((int)VERDICT_COUNT_SENT == (int)VERDICT_COUNT, "SNAPSHOT tells every verdict");
_Static_assert(sizeof(Message) < 8192, "a message lives on a stack");

/* Reads tests/golden/NAME.hex: bytes in hexadecimal, comments from # on. Returns their number. */
static size_t read_golden(const char *name, uint8_t bytes[MESSAGE_BYTES_MAX])
{
    char path[PATH_BYTES_MAX];
    char line[LINE_BYTES_MAX];
    size_t count = 0;
    FILE *file = NULL;

    (void)snprintf(path, sizeof path, "%s/tests/golden/%s.hex", ONEDRUM_SOURCE_DIR, name);
    file = fopen(path, "r");
    check(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        char *end = strchr(line, '#');
        char *at = line;

        if (end != NULL) {
            *end = '\0';
        }
        for (;;) {
            char *next = NULL;
            const long value = strtol(at, &next, 16);

            if (next == at) {
                break;
            }
            check(value >= 0 && value <= 255 && count < MESSAGE_BYTES_MAX);
            bytes[count] = (uint8_t)value;
            count++;
            at = next;
        }
        while (isspace((unsigned char)*at)) {
            at++;
        }
        check(*at == '\0');
    }
    (void)fclose(file);
    check(count > 0);
    return count;
}

/* The file's bytes are `expected`, both ways. */
static void check_golden(const char *name, const Message *expected)
{
    uint8_t golden[MESSAGE_BYTES_MAX];
    uint8_t encoded[MESSAGE_BYTES_MAX];
    static Message decoded;
    const size_t size_bytes = read_golden(name, golden);

    check_u64(message_encode(expected, encoded), size_bytes);
    check_bytes(encoded, golden, size_bytes);
    check(message_decode(golden, size_bytes, &decoded));
    check_i64(decoded.type, expected->type);
    if (expected->type != MESSAGE_TIMELINE) {
        check_bytes(&decoded, expected, sizeof decoded);
    }
}

/* A message of which every byte is zero but its type: static, so that padding is zero too. */
static Message *blank(MessageType type)
{
    static Message message;

    memset(&message, 0, sizeof message);
    message.type = type;
    return &message;
}

static void fill_token(uint8_t token[TOKEN_BYTES])
{
    for (int i = 0; i < TOKEN_BYTES; i++) {
        token[i] = (uint8_t)i;
    }
}

static const uint8_t CODE[CODE_CHARS] = {'K', '7', 'P', 'M', '4', 'T', 'W', 'X'};

static void fill_counts(uint32_t counts[JUDGEMENT_COUNT_SENT])
{
    static const uint32_t values[JUDGEMENT_COUNT_SENT] = {0, 60, 25, 8, 7, 3, 1};

    memcpy(counts, values, sizeof values);
}

static void golden_join(void **state)
{
    Message *message = blank(MESSAGE_JOIN);
    JoinMessage *join = &message->join;

    (void)state;
    join->version = 3;
    memcpy(join->code, CODE, CODE_CHARS);
    memcpy(join->name, "Ama", 3);
    memcpy(join->team, "Blue", 4);
    join->resumes = true;
    fill_token(join->resume_token);
    join->calibrated = true;
    join->calibration_us = -12500;
    check_golden("join", message);
}

static void golden_wishes(void **state)
{
    Message *message = blank(MESSAGE_CHOOSE_PART);

    (void)state;
    message->choose_part.part = 3;
    check_golden("choose_part", message);
    message = blank(MESSAGE_READY);
    message->ready.ready = true;
    check_golden("ready", message);
    message = blank(MESSAGE_CALIBRATION);
    message->calibration.calibrated = true;
    message->calibration.calibration_us = 35000;
    check_golden("calibration", message);
    check_golden("leave", blank(MESSAGE_LEAVE));
    message = blank(MESSAGE_REPORT_REQUEST);
    message->report_request.page = 2;
    check_golden("report_request", message);
}

static void golden_hits(void **state)
{
    Message *message = blank(MESSAGE_HITS);
    HitsMessage *hits = &message->hits;

    (void)state;
    hits->clock_version = 5;
    hits->uncertainty_us = 1800;
    hits->count = 2;
    hits->hits[0].number = 41;
    hits->hits[0].at.ns = 1000 * NS_PER_S;
    hits->hits[0].velocity = 96;
    hits->hits[1].number = 42;
    hits->hits[1].at.ns = 1000 * NS_PER_S + 500 * NS_PER_MS;
    hits->hits[1].pad = 1;
    hits->hits[1].velocity = 127;
    check_golden("hits", message);
}

static void golden_command(void **state)
{
    Message *message = blank(MESSAGE_COMMAND);

    (void)state;
    message->command.kind = COMMAND_RAMP;
    message->command.a = 132000;
    message->command.b = 8;
    check_golden("command", message);
}

static void golden_welcome(void **state)
{
    Message *message = blank(MESSAGE_WELCOME);
    WelcomeMessage *welcome = &message->welcome;

    (void)state;
    welcome->version = 3;
    welcome->seat = 23;
    welcome->role = ROLE_PLAYER;
    welcome->profile = 1;
    welcome->privacy = PRIVACY_TEAMS;
    welcome->part = 2;
    welcome->seats = 900;
    welcome->clock_nonce = 0xdeadbeef;
    welcome->next_hit_number = 43;
    welcome->grace_s = 600;
    welcome->calibrated = true;
    welcome->calibration_us = -12500;
    fill_token(welcome->resume_token);
    memcpy(welcome->code, CODE, CODE_CHARS);
    memcpy(welcome->title, "Friday", 6);
    memcpy(welcome->name, "Ama", 3);
    memcpy(welcome->team, "Blue", 4);
    check_golden("welcome", message);
}

static void golden_refused_and_notice(void **state)
{
    Message *message = blank(MESSAGE_REFUSED);

    (void)state;
    message->refused.reason = REFUSAL_FULL;
    message->refused.number = 900;
    check_golden("refused", message);
    message = blank(MESSAGE_NOTICE);
    message->notice.kind = NOTICE_SERVER_STOPS;
    check_golden("notice", message);
}

static void golden_timeline(void **state)
{
    Message *message = blank(MESSAGE_TIMELINE);
    uint8_t bytes[MESSAGE_BYTES_MAX];
    static Message decoded;
    const Timeline *timeline = &decoded.timeline.timeline;
    const size_t size_bytes = read_golden("timeline", bytes);

    (void)state;
    timeline_init(&message->timeline.timeline, 0, 4);
    check(timeline_start(&message->timeline.timeline, (SessionTime){100 * NS_PER_S}, 1, 120000));
    check_golden("timeline", message);
    check(message_decode(bytes, size_bytes, &decoded));
    check_i64(timeline->revision, 2);
    check_i64(timeline->tempo.segment_count, 2);
    check_i64(timeline->tempo.segments[0].tempo_mbpm, 0);
    check_i64(timeline->tempo.segments[1].start.ns, 100 * NS_PER_S);
    check_i64(timeline->tempo.segments[1].start_beats.ubeats, 0);
    check_i64(timeline->tempo.segments[1].tempo_mbpm, 120000);
    check_i64(timeline->tempo.segments[1].end_tempo_mbpm, 120000);
    check_i64(timeline->tempo.segments[1].ramp_ns, 0);
    check_i64(timeline->section_count, 3);
    check_i64(timeline->sections[0].transport, TRANSPORT_LOBBY);
    check_i64(timeline->sections[1].transport, TRANSPORT_COUNT_IN);
    check_i64(timeline->sections[1].first_bar, 0);
    check_i64(timeline->sections[2].transport, TRANSPORT_PLAYING);
    check_i64(timeline->sections[2].start.ubeats, 4 * UBEATS_PER_BEAT);
    check_i64(timeline->sections[2].first_bar, 1);
    check_i64(timeline->sections[2].beats_per_bar, 4);
    check_i64(timeline->sections[2].take, 1);
}

static void golden_groove(void **state)
{
    static const uint8_t steps[6] = {1, 0, 2, 0, 1, 0};
    Message *message = blank(MESSAGE_GROOVE);
    Groove *groove = &message->groove.groove;

    (void)state;
    message->groove.index = 1;
    memcpy(groove->title, "Waltz", 5);
    groove->tempo_mbpm = 90000;
    groove->beats_per_bar = 3;
    groove->steps_per_beat = 2;
    groove->bars = 1;
    groove->metre_unit = 4;
    groove->part_count = 1;
    groove->parts[0].drum = DRUM_CLAVE;
    memcpy(groove->parts[0].title, "Clave", 5);
    memcpy(groove->parts[0].steps, steps, sizeof steps);
    check_golden("groove", message);
}

static void golden_catalogue(void **state)
{
    Message *message = blank(MESSAGE_CATALOGUE);
    CatalogueMessage *catalogue = &message->catalogue;

    (void)state;
    catalogue->total = 2;
    catalogue->count = 2;
    memcpy(catalogue->entries[0].title, "Pulse", 5);
    catalogue->entries[0].tempo_mbpm = 100000;
    memcpy(catalogue->entries[1].title, "Samba", 5);
    catalogue->entries[1].tempo_mbpm = 104000;
    check_golden("catalogue", message);
}

static void golden_roster_and_teams(void **state)
{
    Message *message = blank(MESSAGE_ROSTER);
    RosterEntry *entry = &message->roster.entries[0];
    static const uint16_t verdicts[VERDICT_COUNT_SENT] = {0, 1, 0, 0, 1, 0, 1, 6, 2, 0, 0, 1};
    TeamEntry *team = NULL;

    (void)state;
    message->roster.joined = 24;
    message->roster.privacy = PRIVACY_TEAMS;
    message->roster.count = 1;
    entry->seat = 23;
    entry->presence = PRESENCE_TAKEN | PRESENCE_CONNECTED | PRESENCE_CALIBRATED;
    entry->part = 2;
    entry->clock_bars = 4;
    memcpy(entry->name, "Ama", 3);
    check_golden("roster", message);
    message = blank(MESSAGE_TEAMS);
    team = &message->teams.entries[0];
    message->teams.total = 2;
    message->teams.count = 2;
    team->team = 1;
    team->members = 12;
    team->together_centi = 8125;
    team->bars = 40;
    team->first_together_centi = 6400;
    team->mean_together_centi = 7828;
    team->lowest_together_centi = 6000;
    team->wobble_centi = 450;
    team->counted = true;
    team->active = 11;
    memcpy(team->verdicts, verdicts, sizeof verdicts);
    memcpy(team->name, "Blue", 4);
    team++;
    team->members = 2;
    team->together_centi = 8000;
    team->bars = 2;
    team->first_together_centi = 8000;
    team->mean_together_centi = 8000;
    team->wobble_centi = 5;
    memcpy(team->name, "Gold", 4);
    check_golden("teams", message);
}

static void golden_standing(void **state)
{
    Message *message = blank(MESSAGE_STANDING);
    StandingMessage *standing = &message->standing;

    (void)state;
    standing->number = 77;
    standing->acknowledged = 42;
    standing->score_centi = 8730;
    standing->combo = 12;
    standing->best_combo = 31;
    standing->notes = 100;
    fill_counts(standing->counts);
    standing->bias_us = -8200;
    standing->spread_us = 21500;
    standing->r_tenthousandths = 9654;
    standing->verdict = VERDICT_ON;
    standing->part = 2;
    standing->part_before = 1;
    standing->part_from = (Beats){16 * UBEATS_PER_BEAT};
    standing->team_together_centi = 8125;
    standing->count = 2;
    standing->judgements[0].hit_number = 42;
    standing->judgements[0].note_number = 101;
    standing->judgements[0].judgement = 1;
    standing->judgements[0].asynchrony_us = -4100;
    standing->judgements[1].note_number = 100;
    standing->judgements[1].judgement = 4;
    standing->judgements[1].final = true;
    check_golden("standing", message);
}

static void golden_snapshot(void **state)
{
    static const uint16_t verdicts[VERDICT_COUNT_SENT] = {1, 4, 0, 0, 1, 2, 1, 9, 4, 0, 1, 1};
    Message *message = blank(MESSAGE_SNAPSHOT);
    SnapshotMessage *snapshot = &message->snapshot;

    (void)state;
    snapshot->number = 501;
    snapshot->timeline_revision = 2;
    snapshot->tempo_mbpm = 120000;
    snapshot->joined = 24;
    snapshot->active = 20;
    snapshot->together_centi = 8810;
    snapshot->team_score_centi = 8400;
    snapshot->r_tenthousandths = 9702;
    snapshot->sigma_us = 19800;
    snapshot->median_us = -6000;
    memcpy(snapshot->verdicts, verdicts, sizeof verdicts);
    snapshot->locked = true;
    check_golden("snapshot", message);
}

static void golden_map(void **state)
{
    Message *message = blank(MESSAGE_MAP);
    MapMessage *map = &message->map;

    (void)state;
    map->number = 501;
    map->first_seat = 5;
    map->count = 2;
    map->entries[0].phase_256 = -10;
    map->entries[0].verdict = VERDICT_ON;
    map->entries[0].spread_level = 2;
    map->entries[1].verdict = MAP_ABSENT;
    check_golden("map", message);
}

static void golden_crowd(void **state)
{
    Message *message = blank(MESSAGE_CROWD);
    CrowdMessage *crowd = &message->crowd;

    (void)state;
    crowd->number = 7;
    crowd->page = 1;
    crowd->pages = 2;
    crowd->count = 2;
    crowd->entries[0] = (CrowdEntry){{-8, VERDICT_ON, 2}, 9};
    crowd->entries[1] = (CrowdEntry){{124, VERDICT_OFF_BEAT, 4}, 1};
    check_golden("crowd", message);
}

static void golden_parts(void **state)
{
    Message *message = blank(MESSAGE_PARTS);
    PartsMessage *parts = &message->parts;

    (void)state;
    parts->groove = 3;
    parts->count = 2;
    parts->parts[0].members = 20;
    parts->parts[0].together_centi = 8810;
    parts->parts[0].counted = true;
    parts->parts[0].active = 18;
    parts->parts[1].members = 4;
    parts->parts[1].together_centi = 8000;
    check_golden("parts", message);
}

static void golden_bars(void **state)
{
    Message *message = blank(MESSAGE_BARS);
    BarEntry *bar = &message->bars.entries[0];

    (void)state;
    message->bars.count = 1;
    bar->bar = 16;
    bar->take = 2;
    bar->active = 20;
    bar->together_centi = 8810;
    bar->r_tenthousandths = 9702;
    bar->sigma_us = 19800;
    bar->median_us = -6000;
    check_golden("bars", message);
}

static void golden_report(void **state)
{
    Message *message = blank(MESSAGE_REPORT);
    ReportEntry *entry = &message->report.entries[0];

    (void)state;
    message->report.pages = 1;
    message->report.count = 1;
    entry->seat = 23;
    entry->team = TEAM_NONE;
    entry->presence = PRESENCE_TAKEN | PRESENCE_CONNECTED | PRESENCE_CALIBRATED;
    entry->part = 2;
    entry->verdict = VERDICT_TIGHT;
    entry->notes = 100;
    fill_counts(entry->counts);
    entry->bias_us = -8200;
    entry->spread_us = 21500;
    entry->r_millionths = 965432;
    entry->score_centi = 8730;
    entry->mean_us = -20700;
    entry->sd_us = 22000;
    entry->calibration_us = -12500;
    memcpy(entry->name, "Ama", 3);
    check_golden("report", message);
}

static void golden_password(void **state)
{
    Message *message = blank(MESSAGE_PASSWORD);

    (void)state;
    memcpy(message->password.code, CODE, CODE_CHARS);
    memcpy(message->password.text, "one drum", sizeof "one drum");
    check_golden("password", message);
}

static void golden_lead(void **state)
{
    Message *message = blank(MESSAGE_LEAD);

    (void)state;
    memcpy(message->lead.code, CODE, CODE_CHARS);
    fill_token(message->lead.facilitator_token);
    check_golden("lead", message);
}

static void golden_created(void **state)
{
    Message *message = blank(MESSAGE_CREATED);

    (void)state;
    memcpy(message->created.code, CODE, CODE_CHARS);
    fill_token(message->created.facilitator_token);
    check_golden("created", message);
}

static void golden_ping_and_pong(void **state)
{
    const ClockDatagram ping = {.nonce = 0xdeadbeef, .id = 7, .c1 = {5 * NS_PER_S}};
    ClockDatagram pong = ping;
    ClockDatagram decoded;
    uint8_t golden[MESSAGE_BYTES_MAX];
    uint8_t encoded[PING_BYTES];

    (void)state;
    pong.s2.ns = 1000 * NS_PER_S;
    pong.s3.ns = 1000 * NS_PER_S + 20 * NS_PER_US;
    check_u64(read_golden("ping", golden), PING_BYTES);
    ping_encode(&ping, encoded);
    check_bytes(encoded, golden, PING_BYTES);
    check(ping_decode(golden, PING_BYTES, &decoded));
    check(!pong_decode(golden, PING_BYTES, &decoded));
    check_u64(read_golden("pong", golden), PING_BYTES);
    pong_encode(&pong, encoded);
    check_bytes(encoded, golden, PING_BYTES);
    check(!ping_decode(golden, PING_BYTES, &decoded));
    check(pong_decode(golden, PING_BYTES, &decoded));
    check_i64(decoded.nonce, 0xdeadbeef);
    check_i64(decoded.id, 7);
    check_i64(decoded.c1.ns, 5 * NS_PER_S);
    check_i64(decoded.s2.ns, pong.s2.ns);
    check_i64(decoded.s3.ns, pong.s3.ns);
}

static void a_clock_datagram_of_another_length_is_refused(void **state)
{
    const ClockDatagram ping = {.nonce = 1};
    uint8_t bytes[PING_BYTES + 1] = {0};
    ClockDatagram decoded;

    (void)state;
    ping_encode(&ping, bytes);
    check(ping_decode(bytes, PING_BYTES, &decoded));
    for (size_t size = 0; size < PING_BYTES; size++) {
        check(!ping_decode(bytes, size, &decoded));
    }
    check(!ping_decode(bytes, PING_BYTES + 1, &decoded));
}

static void check_same_timeline(const Timeline *actual, const Timeline *expected)
{
    check_i64(actual->revision, expected->revision);
    check_i64(actual->tempo.segment_count, expected->tempo.segment_count);
    check_bytes(&actual->tempo.segments,
                &expected->tempo.segments,
                sizeof expected->tempo.segments[0] * (size_t)expected->tempo.segment_count);
    check_i64(actual->section_count, expected->section_count);
    for (int i = 0; i < actual->section_count; i++) {
        const Section *a = &actual->sections[i];
        const Section *b = &expected->sections[i];

        check_i64(a->start.ubeats, b->start.ubeats);
        check_i64(a->first_bar, b->first_bar);
        check_i64(a->transport, b->transport);
        check_i64(a->groove, b->groove);
        check_i64(a->beats_per_bar, b->beats_per_bar);
        check_i64(a->take, b->take);
    }
}

static void every_message_survives_the_way_there_and_back(void **state)
{
    static Message message;
    static Message decoded;
    uint8_t bytes[MESSAGE_BYTES_MAX];
    uint8_t again[MESSAGE_BYTES_MAX];
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(1));
    for (int i = 0; i < ROUNDS * MESSAGE_TYPES_USED; i++) {
        size_t size_bytes = 0;

        random_message(&prng, MESSAGE_TYPES[i % MESSAGE_TYPES_USED], &message);
        check(message_fits(&message));
        size_bytes = message_encode(&message, bytes);
        check(size_bytes <= MESSAGE_BYTES_MAX);
        check(message_decode(bytes, size_bytes, &decoded));
        if (message.type == MESSAGE_TIMELINE) {
            check_same_timeline(&decoded.timeline.timeline, &message.timeline.timeline);
        } else {
            check_bytes(&decoded, &message, sizeof message);
        }
        check_u64(message_encode(&decoded, again), size_bytes);
        check_bytes(again, bytes, size_bytes);
    }
}

static void every_truncation_and_every_byte_too_many_is_refused(void **state)
{
    static Message message;
    static Message decoded;
    uint8_t bytes[MESSAGE_BYTES_MAX + 1];
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(2));
    for (int i = 0; i < 10 * MESSAGE_TYPES_USED; i++) {
        size_t size_bytes = 0;

        random_message(&prng, MESSAGE_TYPES[i % MESSAGE_TYPES_USED], &message);
        memset(bytes, 0, sizeof bytes);
        size_bytes = message_encode(&message, bytes);
        for (size_t cut = 0; cut < size_bytes; cut++) {
            check(!message_decode(bytes, cut, &decoded));
        }
        check(!message_decode(bytes, size_bytes + 1, &decoded));
    }
}

/* Whatever random bytes do, a message that is accepted has one spelling. */
static void what_is_decoded_from_damaged_bytes_encodes_to_the_same_bytes(void **state)
{
    static Message message;
    uint8_t bytes[MESSAGE_BYTES_MAX];
    uint8_t again[MESSAGE_BYTES_MAX];
    int accepted = 0;
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(3));
    for (int i = 0; i < 20 * ROUNDS * MESSAGE_TYPES_USED / 4; i++) {
        size_t size_bytes = 0;

        random_message(&prng, MESSAGE_TYPES[i % MESSAGE_TYPES_USED], &message);
        size_bytes = message_encode(&message, bytes);
        for (uint64_t edits = 1 + prng_below(&prng, 3); edits > 0; edits--) {
            bytes[prng_below(&prng, size_bytes)] = (uint8_t)prng_u64(&prng);
        }
        if (message_decode(bytes, size_bytes, &message) &&
            !(message.type == MESSAGE_JOIN && message.join.version != PROTOCOL_VERSION)) {
            accepted++;
            check_u64(message_encode(&message, again), size_bytes);
            check_bytes(again, bytes, size_bytes);
        }
    }
    check(accepted > ROUNDS);
}

static void unknown_types_and_too_many_bytes_are_refused(void **state)
{
    uint8_t bytes[MESSAGE_BYTES_MAX + 1] = {0};
    static Message message;
    int known = 0;

    (void)state;
    for (int type = 0; type < 256; type++) {
        bool used = false;

        for (int i = 0; i < MESSAGE_TYPES_USED; i++) {
            used = used || (int)MESSAGE_TYPES[i] == type;
        }
        bytes[0] = (uint8_t)type;
        for (size_t size = 0; size < 64 && !used; size++) {
            check(!message_decode(bytes, size, &message));
        }
        known += used ? 1 : 0;
    }
    check_i64(known, MESSAGE_TYPES_USED);
    bytes[0] = MESSAGE_JOIN;
    bytes[1] = 4; /* of another version: the rest is unknowable */
    check(message_decode(bytes, MESSAGE_BYTES_MAX, &message));
    check(!message_decode(bytes, MESSAGE_BYTES_MAX + 1, &message));
}

static void a_join_of_another_version_decodes_to_its_version_alone(void **state)
{
    static const uint8_t bytes[] = {MESSAGE_JOIN, 0x02, 0x01, 0xff, 0xff, 0xff};
    static Message message;

    (void)state;
    check(message_decode(bytes, sizeof bytes, &message));
    check_i64(message.type, MESSAGE_JOIN);
    check_i64(message.join.version, 0x0102);
    check_text(message.join.name, "");
    check(message_decode(bytes, 3, &message));
    check(!message_decode(bytes, 2, &message));
}

/* One byte of a golden message, and a value there that no rule allows. */
typedef struct {
    const char *golden;
    size_t offset;
    uint8_t value;
    const char *why;
} Violation;

static const Violation VIOLATIONS[] = {
    {"join", 11, 97, "a name longer than its limit"},
    {"join", 12, 0x0a, "a name with a control character"},
    {"join", 12, 0x80, "a name that is no UTF-8"},
    {"join", 20, 2, "a flag that is neither 0 nor 1"},
    {"join", 38, 2, "a flag that is neither 0 nor 1"},
    {"join", 55, 2, "a flag that is neither 0 nor 1"},
    {"join", 58, 0x10, "a calibration beyond half a second"},
    {"choose_part", 1, GROOVE_PARTS_MAX, "a part that no groove has"},
    {"ready", 1, 2, "a flag that is neither 0 nor 1"},
    {"calibration", 4, 0x08, "a calibration beyond half a second"},
    {"hits", 9, 0, "no hits"},
    {"hits", 9, HITS_PER_MESSAGE_MAX + 1, "too many hits"},
    {"hits", 10, 0, "a hit without a number"},
    {"hits", 13, 0x40, "a hit number that nobody can reach"},
    {"hits", 22, PADS_MAX, "a pad that does not exist"},
    {"hits", 23, 0, "a hit without force"},
    {"hits", 23, 128, "a hit with too much force"},
    {"command", 1, COMMAND_COUNT, "an unknown command"},
    {"welcome", 4, 0x10, "a seat beyond the last"},
    {"welcome", 5, ROLE_COUNT, "an unknown role"},
    {"welcome", 6, 3, "an unknown profile"},
    {"welcome", 7, PRIVACY_COUNT, "an unknown tier"},
    {"welcome", 8, GROOVE_PARTS_MAX, "a part that no groove has"},
    {"welcome", 10, 0x11, "more seats than there can be"},
    {"welcome", 15, 0, "a next hit number of 0"},
    {"refused", 1, REFUSAL_COUNT, "an unknown reason"},
    {"timeline", 5, 0, "a timeline without a segment"},
    {"timeline", 5, TIMELINE_SEGMENTS_SENT_MAX + 1, "too many segments"},
    {"timeline", 14, 1, "a segment that does not start where the last one leads"},
    {"timeline", 54, 0, "a tempo that jumps without a ramp"},
    {"timeline", 70, 0, "a timeline without a section"},
    {"timeline", 83, TRANSPORT_COUNT, "an unknown transport"},
    {"timeline", 84, GROOVES_MAX, "a groove that no session has"},
    {"timeline", 85, 0, "a bar without a beat"},
    {"timeline", 85, 17, "a bar of too many beats"},
    {"groove", 1, GROOVES_MAX, "an index beyond the last"},
    {"groove", 12, 0, "a bar without a beat"},
    {"groove", 13, 0, "a beat without a step"},
    {"groove", 14, 255, "too many steps"},
    {"groove", 16, 2, "a flag that is neither 0 nor 1"},
    {"groove", 17, 0, "a groove without a part"},
    {"groove", 17, GROOVE_PARTS_MAX + 1, "too many parts"},
    {"groove", 18, DRUM_COUNT, "an unknown drum"},
    {"groove", 25, 0x23, "a step that is neither rest, hit nor accent"},
    {"groove", 26, 0x11, "a step beyond the last"},
    {"catalogue", 1, 1, "more entries than there are"},
    {"catalogue", 1, GROOVES_MAX + 1, "too many grooves"},
    {"catalogue", 13, 0xff, "a tempo out of range"},
    {"roster", 3, PRIVACY_COUNT, "an unknown tier"},
    {"roster", 4, ROSTER_PAGE_ENTRIES_MAX + 1, "too many entries"},
    {"roster", 6, 0x10, "a seat beyond the last"},
    {"roster", 7, PRESENCE_ALL + 1, "an unknown flag"},
    {"roster", 9, 5, "a clock better than the best"},
    {"roster", 11, 0x04, "a team beyond the last"},
    {"teams", 3, TEAM_PAGE_ENTRIES_MAX + 1, "too many entries"},
    {"teams", 9, 0x28, "more than 100 per cent"},
    {"standing", 10, 0x28, "more than 100 per cent"},
    {"standing", 56, 0x28, "more than full concentration"},
    {"standing", 57, VERDICT_COUNT_SENT, "an unknown verdict"},
    {"standing", 70, JUDGEMENTS_PER_MESSAGE_MAX + 1, "too many judgements"},
    {"standing", 79, JUDGEMENT_COUNT_SENT, "an unknown judgement"},
    {"standing", 80, 2, "a flag that is neither 0 nor 1"},
    {"snapshot", 11, 0x80, "a tempo out of range"},
    {"snapshot", 14, 0x11, "more people than there can be"},
    {"snapshot", 18, 0x28, "more than 100 per cent"},
    {"teams", 19, 0x28, "more than 100 per cent"},
    {"teams", 20, 2, "a flag that is neither 0 nor 1"},
    {"teams", 22, 0x11, "more people than there can be"},
    {"teams", 24, 0x11, "more people than there can be"},
    {"crowd", 5, 2, "a page beyond the last"},
    {"crowd", 6, CROWD_PAGES_MAX + 1, "too many pages"},
    {"crowd", 7, CROWD_PAGE_ENTRIES_MAX + 1, "too many marks"},
    {"crowd", 8, 0xf9, "a phase finer than marks are"},
    {"crowd", 9, 0x37, "a spread finer than marks are"},
    {"crowd", 9, 0x2f, "the mark of an empty seat"},
    {"crowd", 9, 0x2c, "an unknown verdict"},
    {"crowd", 10, 0, "a mark of nobody"},
    {"parts", 1, GROOVES_MAX, "a groove that no session has"},
    {"parts", 2, GROOVE_PARTS_MAX + 1, "too many parts"},
    {"parts", 4, 0x11, "more people than there can be"},
    {"parts", 6, 0x28, "more than 100 per cent"},
    {"parts", 7, 2, "a flag that is neither 0 nor 1"},
    {"map", 6, 0x10, "a seat beyond the last"},
    {"map", 8, 2, "more seats than a page has"},
    {"map", 10, 12, "an unknown verdict"},
    {"map", 10, 13, "an unknown verdict"},
    {"bars", 1, BARS_PER_MESSAGE_MAX + 1, "too many bars"},
    {"bars", 9, 0x11, "more people than there can be"},
    {"notice", 1, NOTICE_COUNT, "an unknown notice"},
    {"password", 9, 65, "a password longer than its limit"},
    {"report", 5, REPORT_PAGE_ENTRIES_MAX + 1, "too many entries"},
    {"report", 7, 0x10, "a seat beyond the last"},
    {"report", 12, VERDICT_COUNT_SENT, "an unknown verdict"},
};

static void values_that_no_rule_allows_are_refused(void **state)
{
    static Message message;

    (void)state;
    for (size_t i = 0; i < sizeof VIOLATIONS / sizeof VIOLATIONS[0]; i++) {
        const Violation *violation = &VIOLATIONS[i];
        uint8_t bytes[MESSAGE_BYTES_MAX];
        const size_t size_bytes = read_golden(violation->golden, bytes);

        check(violation->offset < size_bytes);
        check(message_decode(bytes, size_bytes, &message));
        bytes[violation->offset] = violation->value;
        if (message_decode(bytes, size_bytes, &message)) {
            print_error("%s was taken: %s\n", violation->golden, violation->why);
            check(false);
        }
    }
}

static void the_largest_of_each_bounded_message_fits(void **state)
{
    static Message message;
    uint8_t bytes[MESSAGE_BYTES_MAX];

    (void)state;
    message = (Message){.type = MESSAGE_REPORT};
    message.report.count = REPORT_PAGE_ENTRIES_MAX;
    for (int i = 0; i < REPORT_PAGE_ENTRIES_MAX; i++) {
        memset(message.report.entries[i].name, 'm', NAME_BYTES_MAX);
    }
    check_u64(message_encode(&message, bytes), 978);
    message = (Message){.type = MESSAGE_CATALOGUE};
    message.catalogue.total = GROOVES_MAX;
    message.catalogue.count = CATALOGUE_ENTRIES_MAX;
    for (int i = 0; i < CATALOGUE_ENTRIES_MAX; i++) {
        memset(message.catalogue.entries[i].title, 'm', TITLE_BYTES_MAX);
        message.catalogue.entries[i].tempo_mbpm = TEMPO_MBPM_MIN;
    }
    check_u64(message_encode(&message, bytes), 852);
    message = (Message){.type = MESSAGE_MAP, .map = {.count = MAP_PAGE_SEATS}};
    check_u64(message_encode(&message, bytes), 521);
}

static void pages_that_do_not_fit_say_so(void **state)
{
    static Message message;

    (void)state;
    message = (Message){.type = MESSAGE_ROSTER};
    for (int i = 0; i < ROSTER_PAGE_ENTRIES_MAX; i++) {
        memset(message.roster.entries[i].name, 'm', NAME_BYTES_MAX);
        message.roster.count++;
        check(message_fits(&message) == (4 + (i + 1) * 104 <= MESSAGE_BYTES_MAX));
    }
}

static void a_long_timeline_sends_its_newest_end(void **state)
{
    static Message message;
    static Message decoded;
    uint8_t bytes[MESSAGE_BYTES_MAX];
    Timeline *timeline = &message.timeline.timeline;
    const Timeline *received = &decoded.timeline.timeline;
    size_t size_bytes = 0;

    (void)state;
    memset(&message, 0, sizeof message);
    message.type = MESSAGE_TIMELINE;
    timeline_init(timeline, 0, 4);
    check(timeline_start(timeline, (SessionTime){0}, 1, 120000));
    for (int i = 1; i <= 2 * TIMELINE_SEGMENTS_SENT_MAX; i++) {
        const Beats line = {INT64_C(8) * i * UBEATS_PER_BEAT};

        check(timeline_change_tempo(timeline, line, 100000 + i));
        check(timeline_change_groove(timeline, line, (uint8_t)(i % GROOVES_MAX), 4));
    }
    size_bytes = message_encode(&message, bytes);
    check(message_decode(bytes, size_bytes, &decoded));
    check_i64(received->tempo.segment_count, TIMELINE_SEGMENTS_SENT_MAX);
    check_i64(received->section_count, TIMELINE_SECTIONS_SENT_MAX);
    for (int beat = 25 * 8; beat < 40 * 8; beat++) {
        const Beats where = {beat * UBEATS_PER_BEAT};

        check_i64(tempo_map_time_of(&received->tempo, where).ns,
                  tempo_map_time_of(&timeline->tempo, where).ns);
        check_i64(timeline_bar_at(received, where).bar, timeline_bar_at(timeline, where).bar);
        check_i64(timeline_section_at(received, where)->groove,
                  timeline_section_at(timeline, where)->groove);
    }
}

static void what_is_live_may_be_lost_and_all_else_may_not(void **state)
{
    static const MessageType live[] = {MESSAGE_HITS,
                                       MESSAGE_TEAMS,
                                       MESSAGE_STANDING,
                                       MESSAGE_SNAPSHOT,
                                       MESSAGE_MAP,
                                       MESSAGE_CROWD,
                                       MESSAGE_PARTS};

    (void)state;
    for (int i = 0; i < MESSAGE_TYPES_USED; i++) {
        bool expected = false;

        for (size_t j = 0; j < sizeof live / sizeof live[0]; j++) {
            expected = expected || live[j] == MESSAGE_TYPES[i];
        }
        check_i64(message_delivery(MESSAGE_TYPES[i]), expected ? DELIVERY_LIVE : DELIVERY_RELIABLE);
    }
}

static void names_are_the_words_of_the_protocol(void **state)
{
    (void)state;
    check_text(message_name(MESSAGE_JOIN), "JOIN");
    check_text(message_name(MESSAGE_CREATED), "CREATED");
    check_text(message_name((MessageType)10), "?");
}

/* Who fills a page counts its bytes instead of encoding it again with every entry. */
static void a_roster_is_as_long_as_its_entries_and_names(void **state)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    Message *message = blank(MESSAGE_ROSTER);
    size_t size_bytes = ROSTER_BYTES;

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        RosterEntry *entry = &message->roster.entries[i];

        check_u64(message_encode(message, bytes), size_bytes);
        entry->team = TEAM_NONE;
        memset(entry->name, 'm', 12 * i);
        message->roster.count++;
        size_bytes += ROSTER_ENTRY_BYTES + 12 * i;
    }
    check_u64(message_encode(message, bytes), size_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_join),
        cmocka_unit_test(golden_wishes),
        cmocka_unit_test(golden_hits),
        cmocka_unit_test(golden_command),
        cmocka_unit_test(golden_welcome),
        cmocka_unit_test(golden_refused_and_notice),
        cmocka_unit_test(golden_timeline),
        cmocka_unit_test(golden_groove),
        cmocka_unit_test(golden_catalogue),
        cmocka_unit_test(golden_roster_and_teams),
        cmocka_unit_test(a_roster_is_as_long_as_its_entries_and_names),
        cmocka_unit_test(golden_standing),
        cmocka_unit_test(golden_snapshot),
        cmocka_unit_test(golden_map),
        cmocka_unit_test(golden_crowd),
        cmocka_unit_test(golden_parts),
        cmocka_unit_test(golden_bars),
        cmocka_unit_test(golden_report),
        cmocka_unit_test(golden_created),
        cmocka_unit_test(golden_password),
        cmocka_unit_test(golden_lead),
        cmocka_unit_test(golden_ping_and_pong),
        cmocka_unit_test(a_clock_datagram_of_another_length_is_refused),
        cmocka_unit_test(every_message_survives_the_way_there_and_back),
        cmocka_unit_test(every_truncation_and_every_byte_too_many_is_refused),
        cmocka_unit_test(what_is_decoded_from_damaged_bytes_encodes_to_the_same_bytes),
        cmocka_unit_test(unknown_types_and_too_many_bytes_are_refused),
        cmocka_unit_test(a_join_of_another_version_decodes_to_its_version_alone),
        cmocka_unit_test(values_that_no_rule_allows_are_refused),
        cmocka_unit_test(the_largest_of_each_bounded_message_fits),
        cmocka_unit_test(pages_that_do_not_fit_say_so),
        cmocka_unit_test(a_long_timeline_sends_its_newest_end),
        cmocka_unit_test(what_is_live_may_be_lost_and_all_else_may_not),
        cmocka_unit_test(names_are_the_words_of_the_protocol),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
