#include "shared/message.h"

#include <string.h>

/* A value outside low..high breaks the message when read and is our bug when written. */
static void code_i32_within(Wire *wire, int32_t *value, int32_t low, int32_t high)
{
    assert(wire_is_reading(wire) || (*value >= low && *value <= high));
    wire_i32(wire, value);
    if (*value < low || *value > high) {
        wire_fail(wire);
        *value = 0;
    }
}

static void code_u16_up_to(Wire *wire, uint16_t *value, uint16_t high)
{
    assert(wire_is_reading(wire) || *value <= high);
    wire_u16(wire, value);
    if (*value > high) {
        wire_fail(wire);
        *value = 0;
    }
}

/* The number of entries of a list; 0 after an error, so that no loop runs on a broken message. */
static void code_count(Wire *wire, uint8_t *count, int limit)
{
    wire_below(wire, count, limit + 1);
    if (!wire_is_ok(wire)) {
        *count = 0;
    }
}

static void code_centi(Wire *wire, uint16_t *value)
{
    code_u16_up_to(wire, value, 10000);
}

static void code_offset(Wire *wire, bool *calibrated, int32_t *calibration_us)
{
    wire_bool(wire, calibrated);
    code_i32_within(wire, calibration_us, -CALIBRATION_US_MAX, CALIBRATION_US_MAX);
}

static void code_join(Wire *wire, Message *message)
{
    JoinMessage *join = &message->join;

    wire_u16(wire, &join->version);
    if (join->version != PROTOCOL_VERSION) {
        if (wire_is_reading(wire)) {
            wire->position_bytes = wire->size_bytes; /* unknowable; the version alone answers */
        }
        return;
    }
    wire_bytes(wire, join->code, sizeof join->code);
    wire_text(wire, join->name, NAME_BYTES_MAX);
    wire_text(wire, join->team, NAME_BYTES_MAX);
    wire_bool(wire, &join->observer);
    wire_bool(wire, &join->resumes);
    wire_bytes(wire, join->resume_token, sizeof join->resume_token);
    wire_bool(wire, &join->facilitates);
    wire_bytes(wire, join->facilitator_token, sizeof join->facilitator_token);
    code_offset(wire, &join->calibrated, &join->calibration_us);
}

static void code_hits(Wire *wire, Message *message)
{
    HitsMessage *hits = &message->hits;

    wire_u32(wire, &hits->clock_version);
    wire_u32(wire, &hits->uncertainty_us);
    code_count(wire, &hits->count, HITS_PER_MESSAGE_MAX);
    for (int i = 0; i < hits->count; i++) {
        HitEntry *hit = &hits->hits[i];

        wire_u32(wire, &hit->number);
        wire_i64(wire, &hit->at.ns);
        wire_below(wire, &hit->pad, PADS_MAX);
        wire_below(wire, &hit->velocity, 128);
        if (hit->number == 0 || hit->number > HIT_NUMBER_MAX || hit->velocity == 0) {
            wire_fail(wire);
        }
    }
    if (hits->count == 0) {
        wire_fail(wire);
    }
}

static void code_command(Wire *wire, Message *message)
{
    CommandMessage *command = &message->command;

    wire_below(wire, &command->kind, COMMAND_COUNT);
    wire_i32(wire, &command->a);
    wire_i32(wire, &command->b);
    wire_text(wire, command->text, NAME_BYTES_MAX);
}

static void code_welcome(Wire *wire, Message *message)
{
    WelcomeMessage *welcome = &message->welcome;

    wire_u16(wire, &welcome->version);
    code_u16_up_to(wire, &welcome->seat, PARTICIPANTS_MAX - 1);
    wire_below(wire, &welcome->role, ROLE_COUNT);
    wire_below(wire, &welcome->profile, 3);
    wire_below(wire, &welcome->privacy, PRIVACY_COUNT);
    wire_below(wire, &welcome->part, GROOVE_PARTS_MAX);
    code_u16_up_to(wire, &welcome->seats, PARTICIPANTS_MAX);
    wire_u32(wire, &welcome->clock_nonce);
    wire_u32(wire, &welcome->next_hit_number);
    wire_u32(wire, &welcome->grace_s);
    code_offset(wire, &welcome->calibrated, &welcome->calibration_us);
    wire_bytes(wire, welcome->resume_token, sizeof welcome->resume_token);
    wire_bytes(wire, welcome->code, sizeof welcome->code);
    wire_text(wire, welcome->title, TITLE_BYTES_MAX);
    wire_text(wire, welcome->name, NAME_BYTES_MAX);
    wire_text(wire, welcome->team, NAME_BYTES_MAX);
    if (welcome->next_hit_number == 0 || welcome->next_hit_number > HIT_NUMBER_MAX + 1) {
        wire_fail(wire);
    }
}

static void code_refused(Wire *wire, Message *message)
{
    RefusedMessage *refused = &message->refused;

    wire_below(wire, &refused->reason, REFUSAL_COUNT);
    wire_u32(wire, &refused->number);
    wire_text(wire, refused->text, NAME_BYTES_MAX);
}

static void code_segment(Wire *wire, TempoSegment *segment)
{
    wire_i64(wire, &segment->start.ns);
    wire_i64(wire, &segment->start_beats.ubeats);
    wire_i32(wire, &segment->tempo_mbpm);
    wire_i32(wire, &segment->end_tempo_mbpm);
    wire_i64(wire, &segment->ramp_ns);
}

static void code_section(Wire *wire, Section *section)
{
    wire_i64(wire, &section->start.ubeats);
    wire_i32(wire, &section->first_bar);
    wire_below(wire, &section->transport, TRANSPORT_COUNT);
    wire_below(wire, &section->groove, GROOVES_MAX);
    wire_below(wire, &section->beats_per_bar, GROOVE_BEATS_PER_BAR_MAX + 1);
    wire_u16(wire, &section->take);
}

/* Keeps the newest `count` of the array: what is older has been played. */
static void code_timeline(Wire *wire, Message *message)
{
    Timeline *timeline = &message->timeline.timeline;
    int segments = timeline->tempo.segment_count;
    int sections = timeline->section_count;
    uint8_t segments_sent = (uint8_t)clamp_i64(segments, 0, TIMELINE_SEGMENTS_SENT_MAX);
    uint8_t sections_sent = (uint8_t)clamp_i64(sections, 0, TIMELINE_SECTIONS_SENT_MAX);

    wire_u32(wire, &timeline->revision);
    code_count(wire, &segments_sent, TIMELINE_SEGMENTS_SENT_MAX);
    if (wire_is_reading(wire)) {
        segments = segments_sent;
        timeline->tempo.segment_count = segments;
    }
    for (int i = segments - segments_sent; i < segments; i++) {
        code_segment(wire, &timeline->tempo.segments[i]);
    }
    code_count(wire, &sections_sent, TIMELINE_SECTIONS_SENT_MAX);
    if (wire_is_reading(wire)) {
        sections = sections_sent;
        timeline->section_count = sections;
    }
    for (int i = sections - sections_sent; i < sections; i++) {
        code_section(wire, &timeline->sections[i]);
    }
    if (wire_is_reading(wire) && wire_is_ok(wire) && !timeline_is_valid(timeline)) {
        wire_fail(wire);
    }
}

/* Four steps to a byte, the first in the lowest two bits. */
static void code_steps(Wire *wire, uint8_t *steps, int step_count)
{
    for (int i = 0; i < step_count; i += 4) {
        uint8_t packed = 0;

        for (int j = 0; j < 4 && i + j < step_count; j++) {
            packed = (uint8_t)(packed | (steps[i + j] & 3U) << (2 * j));
        }
        wire_u8(wire, &packed);
        for (int j = 0; j < 4; j++) {
            const uint8_t step = ((unsigned)packed >> (2 * j)) & 3U;

            if (i + j < step_count) {
                steps[i + j] = step;
            } else if (step != 0) {
                wire_fail(wire); /* one meaning, one spelling */
            }
        }
    }
}

static void code_groove(Wire *wire, Message *message)
{
    Groove *groove = &message->groove.groove;
    int step_count = 0;

    wire_below(wire, &message->groove.index, GROOVES_MAX);
    wire_text(wire, groove->title, TITLE_BYTES_MAX);
    wire_i32(wire, &groove->tempo_mbpm);
    wire_below(wire, &groove->beats_per_bar, GROOVE_BEATS_PER_BAR_MAX + 1);
    wire_below(wire, &groove->steps_per_beat, GROOVE_STEPS_PER_BEAT_MAX + 1);
    wire_u8(wire, &groove->bars);
    wire_u8(wire, &groove->metre_unit);
    wire_bool(wire, &groove->compound);
    code_count(wire, &groove->part_count, GROOVE_PARTS_MAX);
    step_count = groove->beats_per_bar * groove->steps_per_beat * groove->bars;
    if (step_count < 1 || step_count > GROOVE_STEPS_MAX) {
        wire_fail(wire);
        return;
    }
    for (int i = 0; i < groove->part_count; i++) {
        GroovePart *part = &groove->parts[i];
        uint8_t drum = (uint8_t)part->drum;

        wire_below(wire, &drum, DRUM_COUNT);
        part->drum = (Drum)drum;
        wire_text(wire, part->title, TITLE_BYTES_MAX);
        code_steps(wire, part->steps, step_count);
    }
    if (wire_is_reading(wire) && wire_is_ok(wire) && !groove_is_valid(groove)) {
        wire_fail(wire);
    }
}

static void code_catalogue(Wire *wire, Message *message)
{
    CatalogueMessage *catalogue = &message->catalogue;

    wire_below(wire, &catalogue->total, GROOVES_MAX + 1);
    wire_below(wire, &catalogue->first, GROOVES_MAX);
    code_count(wire, &catalogue->count, CATALOGUE_ENTRIES_MAX);
    if (catalogue->first + catalogue->count > catalogue->total) {
        wire_fail(wire);
        catalogue->count = 0;
    }
    for (int i = 0; i < catalogue->count; i++) {
        wire_text(wire, catalogue->entries[i].title, TITLE_BYTES_MAX);
        code_i32_within(wire, &catalogue->entries[i].tempo_mbpm, TEMPO_MBPM_MIN, TEMPO_MBPM_MAX);
    }
}

static void code_presence(Wire *wire, uint8_t *presence)
{
    wire_below(wire, presence, PRESENCE_ALL + 1);
}

static void code_team_index(Wire *wire, uint16_t *team)
{
    wire_u16(wire, team);
    if (*team >= TEAMS_MAX && *team != TEAM_NONE) {
        wire_fail(wire);
        *team = TEAM_NONE;
    }
}

static void code_roster(Wire *wire, Message *message)
{
    RosterMessage *roster = &message->roster;

    code_u16_up_to(wire, &roster->joined, PARTICIPANTS_MAX);
    wire_below(wire, &roster->privacy, PRIVACY_COUNT);
    code_count(wire, &roster->count, ROSTER_PAGE_ENTRIES_MAX);
    for (int i = 0; i < roster->count; i++) {
        RosterEntry *entry = &roster->entries[i];

        code_u16_up_to(wire, &entry->seat, PARTICIPANTS_MAX - 1);
        code_presence(wire, &entry->presence);
        wire_below(wire, &entry->part, GROOVE_PARTS_MAX);
        wire_below(wire, &entry->clock_bars, 5);
        code_team_index(wire, &entry->team);
        wire_text(wire, entry->name, NAME_BYTES_MAX);
    }
}

static void code_verdicts(Wire *wire, uint16_t verdicts[VERDICT_COUNT_SENT])
{
    for (int i = 0; i < VERDICT_COUNT_SENT; i++) {
        code_u16_up_to(wire, &verdicts[i], PARTICIPANTS_MAX);
    }
}

static void code_teams(Wire *wire, Message *message)
{
    TeamsMessage *teams = &message->teams;

    code_u16_up_to(wire, &teams->total, TEAMS_MAX);
    code_count(wire, &teams->count, TEAM_PAGE_ENTRIES_MAX);
    for (int i = 0; i < teams->count; i++) {
        TeamEntry *entry = &teams->entries[i];

        code_u16_up_to(wire, &entry->team, TEAMS_MAX - 1);
        code_u16_up_to(wire, &entry->members, PARTICIPANTS_MAX);
        code_centi(wire, &entry->together_centi);
        wire_u16(wire, &entry->bars);
        code_centi(wire, &entry->first_together_centi);
        code_centi(wire, &entry->mean_together_centi);
        code_centi(wire, &entry->lowest_together_centi);
        code_centi(wire, &entry->wobble_centi);
        wire_bool(wire, &entry->counted);
        if (entry->counted) {
            code_u16_up_to(wire, &entry->active, PARTICIPANTS_MAX);
            code_verdicts(wire, entry->verdicts);
        }
        wire_text(wire, entry->name, NAME_BYTES_MAX);
    }
}

static void code_judgement(Wire *wire, JudgementEntry *entry)
{
    wire_u32(wire, &entry->hit_number);
    wire_i32(wire, &entry->note_number);
    wire_below(wire, &entry->judgement, JUDGEMENT_COUNT_SENT);
    wire_bool(wire, &entry->final);
    wire_i32(wire, &entry->asynchrony_us);
}

static void code_standing(Wire *wire, Message *message)
{
    StandingMessage *standing = &message->standing;

    wire_u32(wire, &standing->number);
    wire_u32(wire, &standing->acknowledged);
    code_centi(wire, &standing->score_centi);
    wire_u16(wire, &standing->combo);
    wire_u16(wire, &standing->best_combo);
    wire_u32(wire, &standing->notes);
    for (int i = 0; i < JUDGEMENT_COUNT_SENT; i++) {
        wire_u32(wire, &standing->counts[i]);
    }
    wire_i32(wire, &standing->bias_us);
    wire_u32(wire, &standing->spread_us);
    code_u16_up_to(wire, &standing->r_tenthousandths, 10000);
    wire_below(wire, &standing->verdict, VERDICT_COUNT_SENT);
    wire_below(wire, &standing->part, GROOVE_PARTS_MAX);
    wire_below(wire, &standing->part_before, GROOVE_PARTS_MAX);
    wire_i64(wire, &standing->part_from.ubeats);
    code_centi(wire, &standing->team_together_centi);
    code_count(wire, &standing->count, JUDGEMENTS_PER_MESSAGE_MAX);
    for (int i = 0; i < standing->count; i++) {
        code_judgement(wire, &standing->judgements[i]);
    }
}

static void code_snapshot(Wire *wire, Message *message)
{
    SnapshotMessage *snapshot = &message->snapshot;

    wire_u32(wire, &snapshot->number);
    wire_u32(wire, &snapshot->timeline_revision);
    code_i32_within(wire, &snapshot->tempo_mbpm, TEMPO_MBPM_MIN, TEMPO_MBPM_MAX);
    code_u16_up_to(wire, &snapshot->joined, PARTICIPANTS_MAX);
    code_u16_up_to(wire, &snapshot->active, PARTICIPANTS_MAX);
    code_centi(wire, &snapshot->together_centi);
    code_centi(wire, &snapshot->team_score_centi);
    code_u16_up_to(wire, &snapshot->r_tenthousandths, 10000);
    wire_u32(wire, &snapshot->sigma_us);
    wire_i32(wire, &snapshot->median_us);
    code_verdicts(wire, snapshot->verdicts);
    wire_bool(wire, &snapshot->locked);
}

/* Phase in one byte, level and verdict in another. */
static void code_mark(Wire *wire, MapEntry *entry)
{
    uint8_t phase = (uint8_t)entry->phase_256;
    uint8_t packed = (uint8_t)(entry->spread_level << 4 | entry->verdict);

    wire_u8(wire, &phase);
    wire_u8(wire, &packed);
    memcpy(&entry->phase_256, &phase, 1);
    entry->verdict = packed & 15U;
    entry->spread_level = packed >> 4;
    if (entry->verdict >= VERDICT_COUNT_SENT && entry->verdict < MAP_UNRATED) {
        wire_fail(wire);
    }
}

static void code_map(Wire *wire, Message *message)
{
    MapMessage *map = &message->map;

    wire_u32(wire, &map->number);
    code_u16_up_to(wire, &map->first_seat, PARTICIPANTS_MAX - 1);
    code_u16_up_to(wire, &map->count, MAP_PAGE_SEATS);
    if (map->first_seat + map->count > PARTICIPANTS_MAX) {
        wire_fail(wire);
    }
    if (!wire_is_ok(wire)) {
        map->count = 0;
    }
    for (int i = 0; i < map->count; i++) {
        code_mark(wire, &map->entries[i]);
    }
}

static void code_crowd(Wire *wire, Message *message)
{
    CrowdMessage *crowd = &message->crowd;

    wire_u32(wire, &crowd->number);
    wire_below(wire, &crowd->page, CROWD_PAGES_MAX);
    wire_below(wire, &crowd->pages, CROWD_PAGES_MAX + 1);
    if (crowd->page >= crowd->pages) {
        wire_fail(wire);
    }
    code_count(wire, &crowd->count, CROWD_PAGE_ENTRIES_MAX);
    for (int i = 0; i < crowd->count; i++) {
        CrowdEntry *entry = &crowd->entries[i];

        code_mark(wire, &entry->mark);
        wire_u8(wire, &entry->people);
        if (entry->people == 0 || entry->mark.verdict == MAP_ABSENT ||
            entry->mark.phase_256 % CROWD_PHASE_STEP_256 != 0 ||
            entry->mark.spread_level % CROWD_SPREAD_STEP != 0) {
            wire_fail(wire);
        }
    }
}

static void code_parts(Wire *wire, Message *message)
{
    PartsMessage *parts = &message->parts;

    wire_below(wire, &parts->groove, GROOVES_MAX);
    code_count(wire, &parts->count, GROOVE_PARTS_MAX);
    for (int i = 0; i < parts->count; i++) {
        PartEntry *part = &parts->parts[i];

        code_u16_up_to(wire, &part->members, PARTICIPANTS_MAX);
        code_centi(wire, &part->together_centi);
        wire_bool(wire, &part->counted);
        if (part->counted) {
            code_u16_up_to(wire, &part->active, PARTICIPANTS_MAX);
        }
    }
}

static void code_bars(Wire *wire, Message *message)
{
    BarsMessage *bars = &message->bars;

    code_count(wire, &bars->count, BARS_PER_MESSAGE_MAX);
    for (int i = 0; i < bars->count; i++) {
        BarEntry *bar = &bars->entries[i];

        wire_i32(wire, &bar->bar);
        wire_u16(wire, &bar->take);
        code_u16_up_to(wire, &bar->active, PARTICIPANTS_MAX);
        code_centi(wire, &bar->together_centi);
        code_u16_up_to(wire, &bar->r_tenthousandths, 10000);
        wire_u32(wire, &bar->sigma_us);
        wire_i32(wire, &bar->median_us);
    }
}

static void code_report(Wire *wire, Message *message)
{
    ReportMessage *report = &message->report;

    wire_u16(wire, &report->page);
    wire_u16(wire, &report->pages);
    code_count(wire, &report->count, REPORT_PAGE_ENTRIES_MAX);
    for (int i = 0; i < report->count; i++) {
        ReportEntry *entry = &report->entries[i];

        code_u16_up_to(wire, &entry->seat, PARTICIPANTS_MAX - 1);
        code_team_index(wire, &entry->team);
        code_presence(wire, &entry->presence);
        wire_below(wire, &entry->part, GROOVE_PARTS_MAX);
        wire_below(wire, &entry->verdict, VERDICT_COUNT_SENT);
        wire_u32(wire, &entry->notes);
        for (int j = 0; j < JUDGEMENT_COUNT_SENT; j++) {
            wire_u32(wire, &entry->counts[j]);
        }
        wire_i32(wire, &entry->bias_us);
        wire_u32(wire, &entry->spread_us);
        wire_u32(wire, &entry->r_millionths);
        code_centi(wire, &entry->score_centi);
        wire_i32(wire, &entry->mean_us);
        wire_u32(wire, &entry->sd_us);
        code_i32_within(wire, &entry->calibration_us, -CALIBRATION_US_MAX, CALIBRATION_US_MAX);
        wire_text(wire, entry->name, NAME_BYTES_MAX);
    }
}

static void code_nothing(Wire *wire, Message *message)
{
    (void)wire;
    (void)message;
}

static void code_choose_part(Wire *wire, Message *message)
{
    wire_below(wire, &message->choose_part.part, GROOVE_PARTS_MAX);
}

static void code_ready(Wire *wire, Message *message)
{
    wire_bool(wire, &message->ready.ready);
}

static void code_calibration(Wire *wire, Message *message)
{
    code_offset(wire, &message->calibration.calibrated, &message->calibration.calibration_us);
}

static void code_report_request(Wire *wire, Message *message)
{
    wire_u16(wire, &message->report_request.page);
}

static void code_notice(Wire *wire, Message *message)
{
    wire_below(wire, &message->notice.kind, NOTICE_COUNT);
    wire_text(wire, message->notice.text, NAME_BYTES_MAX);
}

static void code_created(Wire *wire, Message *message)
{
    wire_bytes(wire, message->created.code, CODE_CHARS);
    wire_bytes(wire, message->created.facilitator_token, TOKEN_BYTES);
}

static void code_password(Wire *wire, Message *message)
{
    wire_bytes(wire, message->password.code, CODE_CHARS);
    wire_text(wire, message->password.text, PASSWORD_BYTES_MAX);
    if (message->password.text[0] == '\0') {
        wire_fail(wire);
    }
}

static void code_lead(Wire *wire, Message *message)
{
    wire_bytes(wire, message->lead.code, CODE_CHARS);
    wire_bytes(wire, message->lead.facilitator_token, TOKEN_BYTES);
}

/* What is known of a type: its name, how it travels and its bytes. */
typedef struct {
    const char *name;
    Delivery delivery;
    void (*code)(Wire *wire, Message *message);
} MessageKind;

/* Numbers without a name are not in use. */
static const MessageKind KINDS[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_JOIN] = {"JOIN", DELIVERY_RELIABLE, code_join},
    [MESSAGE_CHOOSE_PART] = {"CHOOSE_PART", DELIVERY_RELIABLE, code_choose_part},
    [MESSAGE_READY] = {"READY", DELIVERY_RELIABLE, code_ready},
    [MESSAGE_CALIBRATION] = {"CALIBRATION", DELIVERY_RELIABLE, code_calibration},
    [MESSAGE_HITS] = {"HITS", DELIVERY_LIVE, code_hits},
    [MESSAGE_COMMAND] = {"COMMAND", DELIVERY_RELIABLE, code_command},
    [MESSAGE_LEAVE] = {"LEAVE", DELIVERY_RELIABLE, code_nothing},
    [MESSAGE_REPORT_REQUEST] = {"REPORT_REQUEST", DELIVERY_RELIABLE, code_report_request},
    [MESSAGE_PASSWORD] = {"PASSWORD", DELIVERY_RELIABLE, code_password},
    [MESSAGE_WELCOME] = {"WELCOME", DELIVERY_RELIABLE, code_welcome},
    [MESSAGE_REFUSED] = {"REFUSED", DELIVERY_RELIABLE, code_refused},
    [MESSAGE_TIMELINE] = {"TIMELINE", DELIVERY_RELIABLE, code_timeline},
    [MESSAGE_GROOVE] = {"GROOVE", DELIVERY_RELIABLE, code_groove},
    [MESSAGE_CATALOGUE] = {"CATALOGUE", DELIVERY_RELIABLE, code_catalogue},
    [MESSAGE_ROSTER] = {"ROSTER", DELIVERY_RELIABLE, code_roster},
    [MESSAGE_TEAMS] = {"TEAMS", DELIVERY_LIVE, code_teams},
    [MESSAGE_STANDING] = {"STANDING", DELIVERY_LIVE, code_standing},
    [MESSAGE_SNAPSHOT] = {"SNAPSHOT", DELIVERY_LIVE, code_snapshot},
    [MESSAGE_MAP] = {"MAP", DELIVERY_LIVE, code_map},
    [MESSAGE_CROWD] = {"CROWD", DELIVERY_LIVE, code_crowd},
    [MESSAGE_PARTS] = {"PARTS", DELIVERY_LIVE, code_parts},
    [MESSAGE_BARS] = {"BARS", DELIVERY_RELIABLE, code_bars},
    [MESSAGE_NOTICE] = {"NOTICE", DELIVERY_RELIABLE, code_notice},
    [MESSAGE_REPORT] = {"REPORT", DELIVERY_RELIABLE, code_report},
    [MESSAGE_CREATED] = {"CREATED", DELIVERY_RELIABLE, code_created},
    [MESSAGE_LEAD] = {"LEAD", DELIVERY_RELIABLE, code_lead},
};

const char *message_name(MessageType type)
{
    assert(type > MESSAGE_NONE && type < MESSAGE_TYPE_COUNT);
    return KINDS[type].name != NULL ? KINDS[type].name : "?";
}

const char *privacy_word(Privacy privacy)
{
    static const char *const words[PRIVACY_COUNT] = {"open", "teams", "private"};

    assert((unsigned)privacy < PRIVACY_COUNT);
    return words[privacy];
}

bool privacy_of_word(const char *word, Privacy *privacy)
{
    for (int i = 0; i < PRIVACY_COUNT; i++) {
        if (strcmp(word, privacy_word((Privacy)i)) == 0) {
            *privacy = (Privacy)i;
            return true;
        }
    }
    return false;
}

Delivery message_delivery(MessageType type)
{
    assert(type > MESSAGE_NONE && type < MESSAGE_TYPE_COUNT);
    return KINDS[type].delivery;
}

static void code_body(Wire *wire, Message *message)
{
    if (KINDS[message->type].code == NULL) {
        wire_fail(wire);
        return;
    }
    KINDS[message->type].code(wire, message);
}

/* Encoding does not change the message: the cursor only reads from it while it writes. */
static bool encode_into(const Message *message, Wire *wire)
{
    Message copy = *message;
    uint8_t type = (uint8_t)message->type;

    wire_u8(wire, &type);
    code_body(wire, &copy);
    return wire_is_ok(wire);
}

size_t message_encode(const Message *message, uint8_t *bytes)
{
    Wire wire = wire_writer(bytes, MESSAGE_BYTES_MAX);
    const bool encoded = encode_into(message, &wire);

    assert(encoded);
    return encoded ? wire.position_bytes : 0;
}

bool message_fits(const Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    Wire wire = wire_writer(bytes, sizeof bytes);

    return encode_into(message, &wire);
}

bool message_decode(const uint8_t *bytes, size_t size_bytes, Message *message)
{
    Wire wire = wire_reader(bytes, size_bytes);
    uint8_t type = 0;

    memset(message, 0, sizeof *message);
    if (size_bytes > MESSAGE_BYTES_MAX) {
        return false;
    }
    wire_below(&wire, &type, MESSAGE_TYPE_COUNT);
    message->type = (MessageType)type;
    code_body(&wire, message);
    return wire_is_complete(&wire);
}

static const uint8_t PING_MAGIC[4] = {'O', 'D', 'C', '1'};
static const uint8_t PONG_MAGIC[4] = {'O', 'D', 'C', '2'};

static bool code_clock(Wire *wire, const uint8_t magic[4], ClockDatagram *datagram)
{
    uint8_t mark[4];

    memcpy(mark, magic, sizeof mark);
    wire_bytes(wire, mark, sizeof mark);
    wire_u32(wire, &datagram->nonce);
    wire_u32(wire, &datagram->id);
    wire_i64(wire, &datagram->c1.ns);
    wire_i64(wire, &datagram->s2.ns);
    wire_i64(wire, &datagram->s3.ns);
    /* Four spare bytes keep the datagram at a length that no other one of the protocol has. */
    wire_bytes(wire, (uint8_t[4]){0}, 4);
    return wire_is_complete(wire) && memcmp(mark, magic, sizeof mark) == 0;
}

static void clock_encode(const ClockDatagram *datagram, const uint8_t magic[4], uint8_t *bytes)
{
    Wire wire = wire_writer(bytes, PING_BYTES);
    ClockDatagram copy = *datagram;
    const bool encoded = code_clock(&wire, magic, &copy);

    assert(encoded && wire.position_bytes == PING_BYTES);
    (void)encoded;
}

static bool clock_decode(const uint8_t *bytes,
                         size_t size_bytes,
                         const uint8_t magic[4],
                         ClockDatagram *datagram)
{
    Wire wire = wire_reader(bytes, size_bytes);

    memset(datagram, 0, sizeof *datagram);
    return size_bytes == PING_BYTES && code_clock(&wire, magic, datagram);
}

void ping_encode(const ClockDatagram *datagram, uint8_t bytes[PING_BYTES])
{
    clock_encode(datagram, PING_MAGIC, bytes);
}

void pong_encode(const ClockDatagram *datagram, uint8_t bytes[PING_BYTES])
{
    clock_encode(datagram, PONG_MAGIC, bytes);
}

bool ping_decode(const uint8_t *bytes, size_t size_bytes, ClockDatagram *datagram)
{
    return clock_decode(bytes, size_bytes, PING_MAGIC, datagram);
}

bool pong_decode(const uint8_t *bytes, size_t size_bytes, ClockDatagram *datagram)
{
    return clock_decode(bytes, size_bytes, PONG_MAGIC, datagram);
}
