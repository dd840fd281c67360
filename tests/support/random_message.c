#include "tests/support/random_message.h"

#include <stdio.h>
#include <string.h>

#include "shared/verdict.h"

const MessageType MESSAGE_TYPES[MESSAGE_TYPES_USED] = {
    MESSAGE_JOIN,      MESSAGE_CHOOSE_PART, MESSAGE_READY,    MESSAGE_CALIBRATION,
    MESSAGE_HITS,      MESSAGE_COMMAND,     MESSAGE_LEAVE,    MESSAGE_REPORT_REQUEST,
    MESSAGE_WELCOME,   MESSAGE_REFUSED,     MESSAGE_TIMELINE, MESSAGE_GROOVE,
    MESSAGE_CATALOGUE, MESSAGE_ROSTER,      MESSAGE_TEAMS,    MESSAGE_STANDING,
    MESSAGE_SNAPSHOT,  MESSAGE_MAP,         MESSAGE_BARS,     MESSAGE_NOTICE,
    MESSAGE_REPORT,    MESSAGE_CREATED,     MESSAGE_PASSWORD, MESSAGE_LEAD,
    MESSAGE_CROWD,     MESSAGE_PARTS,
};

/* low..high, and each end as often as one time in eight. */
static int64_t within(Prng *prng, int64_t low, int64_t high)
{
    const uint64_t span = (uint64_t)high - (uint64_t)low;
    const uint64_t choice = prng_below(prng, 8);

    if (choice == 0) {
        return low;
    }
    if (choice == 1) {
        return high;
    }
    return (int64_t)((uint64_t)low +
                     (span == UINT64_MAX ? prng_u64(prng) : prng_below(prng, span + 1)));
}

static uint8_t u8_below(Prng *prng, int limit)
{
    return (uint8_t)within(prng, 0, limit - 1);
}

static uint16_t u16_up_to(Prng *prng, int high)
{
    return (uint16_t)within(prng, 0, high);
}

static uint32_t any_u32(Prng *prng)
{
    return (uint32_t)within(prng, 0, UINT32_MAX);
}

static int32_t any_i32(Prng *prng)
{
    return (int32_t)within(prng, INT32_MIN, INT32_MAX);
}

static bool any_bool(Prng *prng)
{
    return prng_below(prng, 2) == 0;
}

static void any_bytes(Prng *prng, uint8_t *bytes, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = (uint8_t)prng_u64(prng);
    }
}

/* At most `bytes_max` bytes of clean text in one to four bytes per character. */
static void any_text(Prng *prng, char *text, size_t bytes_max)
{
    static const char *const letters[] = {
        "a", "Z", " ", "~", "\xc3\xab", "\xe5\xa4\xaa", "\xf0\x9f\xa5\x81"};
    size_t wanted = (size_t)within(prng, 0, (int64_t)bytes_max);
    size_t size = 0;

    for (;;) {
        const char *letter = letters[prng_below(prng, sizeof letters / sizeof letters[0])];
        const size_t letter_bytes = strlen(letter);

        if (size + letter_bytes > wanted) {
            break;
        }
        memcpy(text + size, letter, letter_bytes);
        size += letter_bytes;
    }
    text[size] = '\0';
}

static int32_t any_calibration(Prng *prng)
{
    return (int32_t)within(prng, -CALIBRATION_US_MAX, CALIBRATION_US_MAX);
}

static int32_t any_tempo(Prng *prng)
{
    return (int32_t)within(prng, TEMPO_MBPM_MIN, TEMPO_MBPM_MAX);
}

static uint16_t any_team(Prng *prng)
{
    return any_bool(prng) ? TEAM_NONE : u16_up_to(prng, TEAMS_MAX - 1);
}

static void random_join(Prng *prng, JoinMessage *join)
{
    join->version = PROTOCOL_VERSION;
    any_bytes(prng, join->code, sizeof join->code);
    any_text(prng, join->name, NAME_BYTES_MAX);
    any_text(prng, join->team, NAME_BYTES_MAX);
    join->observer = any_bool(prng);
    join->resumes = any_bool(prng);
    any_bytes(prng, join->resume_token, sizeof join->resume_token);
    join->facilitates = any_bool(prng);
    any_bytes(prng, join->facilitator_token, sizeof join->facilitator_token);
    join->calibrated = any_bool(prng);
    join->calibration_us = any_calibration(prng);
}

static void random_hits(Prng *prng, HitsMessage *hits)
{
    hits->clock_version = any_u32(prng);
    hits->uncertainty_us = any_u32(prng);
    hits->count = (uint8_t)within(prng, 1, HITS_PER_MESSAGE_MAX);
    for (int i = 0; i < hits->count; i++) {
        hits->hits[i].number = (uint32_t)within(prng, 1, HIT_NUMBER_MAX);
        hits->hits[i].at.ns = within(prng, INT64_MIN, INT64_MAX);
        hits->hits[i].pad = u8_below(prng, PADS_MAX);
        hits->hits[i].velocity = (uint8_t)within(prng, 1, 127);
    }
}

static void random_command(Prng *prng, CommandMessage *command)
{
    command->kind = u8_below(prng, COMMAND_COUNT);
    command->a = any_i32(prng);
    command->b = any_i32(prng);
    any_text(prng, command->text, NAME_BYTES_MAX);
}

static void random_welcome(Prng *prng, WelcomeMessage *welcome)
{
    welcome->version = u16_up_to(prng, UINT16_MAX);
    welcome->seat = u16_up_to(prng, PARTICIPANTS_MAX - 1);
    welcome->role = u8_below(prng, ROLE_COUNT);
    welcome->profile = u8_below(prng, 3);
    welcome->privacy = u8_below(prng, PRIVACY_COUNT);
    welcome->part = u8_below(prng, GROOVE_PARTS_MAX);
    welcome->seats = u16_up_to(prng, PARTICIPANTS_MAX);
    welcome->clock_nonce = any_u32(prng);
    welcome->next_hit_number = (uint32_t)within(prng, 1, HIT_NUMBER_MAX + 1);
    welcome->grace_s = any_u32(prng);
    welcome->calibrated = any_bool(prng);
    welcome->calibration_us = any_calibration(prng);
    any_bytes(prng, welcome->resume_token, sizeof welcome->resume_token);
    any_bytes(prng, welcome->code, sizeof welcome->code);
    any_text(prng, welcome->title, TITLE_BYTES_MAX);
    any_text(prng, welcome->name, NAME_BYTES_MAX);
    any_text(prng, welcome->team, NAME_BYTES_MAX);
}

void random_timeline(Prng *prng, Timeline *timeline)
{
    const int64_t begin_ns = within(prng, 0, 1000000) * NS_PER_MS;
    const uint8_t metre = (uint8_t)within(prng, 1, GROOVE_BEATS_PER_BAR_MAX);

    timeline_init(timeline, u8_below(prng, GROOVES_MAX), metre);
    if (!timeline_start(
            timeline, (SessionTime){begin_ns}, (int)prng_below(prng, 3), any_tempo(prng))) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        const Beats line = timeline_next_bar(timeline, (Beats){INT64_C(40) * i * UBEATS_PER_BEAT});
        bool done = false;

        switch (prng_below(prng, 4)) {
        case 0:
            done = timeline_change_tempo(timeline, line, any_tempo(prng));
            break;
        case 1:
            done = timeline_ramp_tempo(timeline, line, (int)within(prng, 1, 3), any_tempo(prng));
            break;
        case 2:
            done = timeline_change_groove(timeline, line, u8_below(prng, GROOVES_MAX), metre);
            break;
        default:
            done = timeline_halt(timeline, line, TRANSPORT_PAUSED);
            break;
        }
        (void)done; /* after a halt nothing more is planned */
    }
}

static void random_groove(Prng *prng, GrooveMessage *message)
{
    Groove *groove = &message->groove;
    int step_count = 0;

    message->index = u8_below(prng, GROOVES_MAX);
    (void)snprintf(groove->title, sizeof groove->title, "Groove %u", (unsigned)message->index);
    groove->tempo_mbpm = any_tempo(prng);
    groove->beats_per_bar = (uint8_t)within(prng, 1, 8);
    groove->steps_per_beat = (uint8_t)within(prng, 1, 8);
    groove->bars = (uint8_t)within(prng, 1, 4);
    groove->metre_unit = 4;
    groove->compound = false;
    groove->part_count = (uint8_t)within(prng, 1, GROOVE_PARTS_MAX);
    step_count = groove->beats_per_bar * groove->steps_per_beat * groove->bars;
    for (int i = 0; i < groove->part_count; i++) {
        GroovePart *part = &groove->parts[i];

        part->drum = (Drum)prng_below(prng, DRUM_COUNT);
        (void)snprintf(part->title, sizeof part->title, "Part %d", i);
        for (int j = 0; j < step_count; j++) {
            part->steps[j] = (uint8_t)prng_below(prng, 3);
        }
    }
}

static void random_catalogue(Prng *prng, CatalogueMessage *catalogue)
{
    catalogue->total = (uint8_t)within(prng, 1, GROOVES_MAX);
    catalogue->first = u8_below(prng, catalogue->total);
    catalogue->count = (uint8_t)clamp_i64(catalogue->total - catalogue->first,
                                          0,
                                          (int64_t)prng_below(prng, CATALOGUE_ENTRIES_MAX + 1));
    for (int i = 0; i < catalogue->count; i++) {
        any_text(prng, catalogue->entries[i].title, TITLE_BYTES_MAX);
        catalogue->entries[i].tempo_mbpm = any_tempo(prng);
    }
}

static void random_roster(Prng *prng, RosterMessage *roster)
{
    roster->joined = u16_up_to(prng, PARTICIPANTS_MAX);
    roster->privacy = u8_below(prng, PRIVACY_COUNT);
    /* Nine of the longest names fit, all the entries with short ones. */
    const size_t name_bytes = any_bool(prng) ? NAME_BYTES_MAX : 30;

    roster->count = u8_below(prng, name_bytes == 30 ? ROSTER_PAGE_ENTRIES_MAX + 1 : 10);
    for (int i = 0; i < roster->count; i++) {
        RosterEntry *entry = &roster->entries[i];

        entry->seat = u16_up_to(prng, PARTICIPANTS_MAX - 1);
        entry->presence = u8_below(prng, PRESENCE_ALL + 1);
        entry->part = u8_below(prng, GROOVE_PARTS_MAX);
        entry->clock_bars = u8_below(prng, 5);
        entry->team = any_team(prng);
        any_text(prng, entry->name, name_bytes);
    }
}

static void random_teams(Prng *prng, TeamsMessage *teams)
{
    const bool counted = any_bool(prng);
    const size_t name_bytes = any_bool(prng) ? NAME_BYTES_MAX : 24;

    teams->total = u16_up_to(prng, TEAMS_MAX);
    /* Seven of the longest names fit with counts; with short ones all the entries without. */
    teams->count = u8_below(prng, counted || name_bytes > 24 ? 8 : TEAM_PAGE_ENTRIES_MAX + 1);
    for (int i = 0; i < teams->count; i++) {
        TeamEntry *entry = &teams->entries[i];

        entry->team = u16_up_to(prng, TEAMS_MAX - 1);
        entry->members = u16_up_to(prng, PARTICIPANTS_MAX);
        entry->together_centi = u16_up_to(prng, 10000);
        entry->bars = u16_up_to(prng, UINT16_MAX);
        entry->first_together_centi = u16_up_to(prng, 10000);
        entry->mean_together_centi = u16_up_to(prng, 10000);
        entry->lowest_together_centi = u16_up_to(prng, 10000);
        entry->wobble_centi = u16_up_to(prng, 10000);
        entry->counted = counted && any_bool(prng);
        if (entry->counted) {
            entry->active = u16_up_to(prng, PARTICIPANTS_MAX);
            for (int j = 0; j < VERDICT_COUNT_SENT; j++) {
                entry->verdicts[j] = u16_up_to(prng, PARTICIPANTS_MAX);
            }
        }
        any_text(prng, entry->name, name_bytes);
    }
}

static void random_standing(Prng *prng, StandingMessage *standing)
{
    standing->number = any_u32(prng);
    standing->acknowledged = any_u32(prng);
    standing->score_centi = u16_up_to(prng, 10000);
    standing->combo = u16_up_to(prng, UINT16_MAX);
    standing->best_combo = u16_up_to(prng, UINT16_MAX);
    standing->notes = any_u32(prng);
    for (int i = 0; i < JUDGEMENT_COUNT_SENT; i++) {
        standing->counts[i] = any_u32(prng);
    }
    standing->bias_us = any_i32(prng);
    standing->spread_us = any_u32(prng);
    standing->r_tenthousandths = u16_up_to(prng, 10000);
    standing->verdict = u8_below(prng, VERDICT_COUNT_SENT);
    standing->team_together_centi = u16_up_to(prng, 10000);
    standing->count = u8_below(prng, JUDGEMENTS_PER_MESSAGE_MAX + 1);
    for (int i = 0; i < standing->count; i++) {
        JudgementEntry *entry = &standing->judgements[i];

        entry->hit_number = any_u32(prng);
        entry->note_number = any_i32(prng);
        entry->judgement = u8_below(prng, JUDGEMENT_COUNT_SENT);
        entry->final = any_bool(prng);
        entry->asynchrony_us = any_i32(prng);
    }
}

static void random_snapshot(Prng *prng, SnapshotMessage *snapshot)
{
    snapshot->number = any_u32(prng);
    snapshot->timeline_revision = any_u32(prng);
    snapshot->tempo_mbpm = any_tempo(prng);
    snapshot->joined = u16_up_to(prng, PARTICIPANTS_MAX);
    snapshot->active = u16_up_to(prng, PARTICIPANTS_MAX);
    snapshot->together_centi = u16_up_to(prng, 10000);
    snapshot->team_score_centi = u16_up_to(prng, 10000);
    snapshot->r_tenthousandths = u16_up_to(prng, 10000);
    snapshot->sigma_us = any_u32(prng);
    snapshot->median_us = any_i32(prng);
    for (int i = 0; i < VERDICT_COUNT_SENT; i++) {
        snapshot->verdicts[i] = u16_up_to(prng, PARTICIPANTS_MAX);
    }
    snapshot->locked = any_bool(prng);
}

static uint8_t any_mark_verdict(Prng *prng, int marks)
{
    const uint8_t verdict = u8_below(prng, VERDICT_COUNT_SENT + marks);

    return verdict < VERDICT_COUNT_SENT ? verdict
                                        : (uint8_t)(verdict - VERDICT_COUNT_SENT + MAP_UNRATED);
}

static void random_map(Prng *prng, MapMessage *map)
{
    map->number = any_u32(prng);
    map->count = u16_up_to(prng, MAP_PAGE_SEATS);
    map->first_seat = u16_up_to(prng, PARTICIPANTS_MAX - 1);
    if (map->first_seat + map->count > PARTICIPANTS_MAX) {
        map->first_seat = (uint16_t)(PARTICIPANTS_MAX - map->count);
    }
    for (int i = 0; i < map->count; i++) {
        map->entries[i].phase_256 = (int8_t)within(prng, -128, 127);
        map->entries[i].verdict = any_mark_verdict(prng, 2);
        map->entries[i].spread_level = u8_below(prng, 16);
    }
}

static void random_crowd(Prng *prng, CrowdMessage *crowd)
{
    crowd->number = any_u32(prng);
    crowd->pages = (uint8_t)within(prng, 1, CROWD_PAGES_MAX);
    crowd->page = u8_below(prng, crowd->pages);
    crowd->count = u8_below(prng, CROWD_PAGE_ENTRIES_MAX + 1);
    for (int i = 0; i < crowd->count; i++) {
        CrowdEntry *entry = &crowd->entries[i];

        entry->mark.phase_256 =
            (int8_t)(within(prng, -128 / CROWD_PHASE_STEP_256, 127 / CROWD_PHASE_STEP_256) *
                     CROWD_PHASE_STEP_256);
        entry->mark.verdict = any_mark_verdict(prng, 1);
        entry->mark.spread_level =
            (uint8_t)(u8_below(prng, 16 / CROWD_SPREAD_STEP) * CROWD_SPREAD_STEP);
        entry->people = (uint8_t)within(prng, 1, UINT8_MAX);
    }
}

static void random_parts(Prng *prng, PartsMessage *parts)
{
    parts->groove = u8_below(prng, GROOVES_MAX);
    parts->count = u8_below(prng, GROOVE_PARTS_MAX + 1);
    for (int i = 0; i < parts->count; i++) {
        PartEntry *part = &parts->parts[i];

        part->members = u16_up_to(prng, PARTICIPANTS_MAX);
        part->together_centi = u16_up_to(prng, 10000);
        part->counted = any_bool(prng);
        if (part->counted) {
            part->active = u16_up_to(prng, PARTICIPANTS_MAX);
        }
    }
}

static void random_bars(Prng *prng, BarsMessage *bars)
{
    bars->count = u8_below(prng, BARS_PER_MESSAGE_MAX + 1);
    for (int i = 0; i < bars->count; i++) {
        BarEntry *bar = &bars->entries[i];

        bar->bar = any_i32(prng);
        bar->take = u16_up_to(prng, UINT16_MAX);
        bar->active = u16_up_to(prng, PARTICIPANTS_MAX);
        bar->together_centi = u16_up_to(prng, 10000);
        bar->r_tenthousandths = u16_up_to(prng, 10000);
        bar->sigma_us = any_u32(prng);
        bar->median_us = any_i32(prng);
    }
}

static void random_report(Prng *prng, ReportMessage *report)
{
    report->page = u16_up_to(prng, UINT16_MAX);
    report->pages = u16_up_to(prng, UINT16_MAX);
    report->count = u8_below(prng, REPORT_PAGE_ENTRIES_MAX + 1);
    for (int i = 0; i < report->count; i++) {
        ReportEntry *entry = &report->entries[i];

        entry->seat = u16_up_to(prng, PARTICIPANTS_MAX - 1);
        entry->team = any_team(prng);
        entry->presence = u8_below(prng, PRESENCE_ALL + 1);
        entry->part = u8_below(prng, GROOVE_PARTS_MAX);
        entry->verdict = u8_below(prng, VERDICT_COUNT_SENT);
        entry->notes = any_u32(prng);
        for (int j = 0; j < JUDGEMENT_COUNT_SENT; j++) {
            entry->counts[j] = any_u32(prng);
        }
        entry->bias_us = any_i32(prng);
        entry->spread_us = any_u32(prng);
        entry->r_millionths = any_u32(prng);
        entry->score_centi = u16_up_to(prng, 10000);
        entry->mean_us = any_i32(prng);
        entry->sd_us = any_u32(prng);
        entry->calibration_us = any_calibration(prng);
        any_text(prng, entry->name, NAME_BYTES_MAX);
    }
}

static void random_from_client(Prng *prng, Message *message)
{
    if (message->type == MESSAGE_JOIN) {
        random_join(prng, &message->join);
    } else if (message->type == MESSAGE_CHOOSE_PART) {
        message->choose_part.part = u8_below(prng, GROOVE_PARTS_MAX);
    } else if (message->type == MESSAGE_READY) {
        message->ready.ready = any_bool(prng);
    } else if (message->type == MESSAGE_CALIBRATION) {
        message->calibration.calibrated = any_bool(prng);
        message->calibration.calibration_us = any_calibration(prng);
    } else if (message->type == MESSAGE_HITS) {
        random_hits(prng, &message->hits);
    } else if (message->type == MESSAGE_COMMAND) {
        random_command(prng, &message->command);
    } else if (message->type == MESSAGE_REPORT_REQUEST) {
        message->report_request.page = u16_up_to(prng, UINT16_MAX);
    }
}

static void random_of_session(Prng *prng, Message *message)
{
    if (message->type == MESSAGE_WELCOME) {
        random_welcome(prng, &message->welcome);
    } else if (message->type == MESSAGE_REFUSED) {
        message->refused.reason = u8_below(prng, REFUSAL_COUNT);
        message->refused.number = any_u32(prng);
        any_text(prng, message->refused.text, NAME_BYTES_MAX);
    } else if (message->type == MESSAGE_TIMELINE) {
        random_timeline(prng, &message->timeline.timeline);
    } else if (message->type == MESSAGE_GROOVE) {
        random_groove(prng, &message->groove);
    } else if (message->type == MESSAGE_CATALOGUE) {
        random_catalogue(prng, &message->catalogue);
    } else if (message->type == MESSAGE_NOTICE) {
        message->notice.kind = u8_below(prng, NOTICE_COUNT);
        any_text(prng, message->notice.text, NAME_BYTES_MAX);
    } else if (message->type == MESSAGE_PASSWORD) {
        any_bytes(prng, message->password.code, CODE_CHARS);
        any_text(prng, message->password.text, PASSWORD_BYTES_MAX);
        if (message->password.text[0] == '\0') {
            message->password.text[0] = 'p';
        }
    } else if (message->type == MESSAGE_LEAD) {
        any_bytes(prng, message->lead.code, CODE_CHARS);
        any_bytes(prng, message->lead.facilitator_token, TOKEN_BYTES);
    } else if (message->type == MESSAGE_CREATED) {
        any_bytes(prng, message->created.code, CODE_CHARS);
        any_bytes(prng, message->created.facilitator_token, TOKEN_BYTES);
    }
}

static void random_of_people(Prng *prng, Message *message)
{
    if (message->type == MESSAGE_ROSTER) {
        random_roster(prng, &message->roster);
    } else if (message->type == MESSAGE_TEAMS) {
        random_teams(prng, &message->teams);
    } else if (message->type == MESSAGE_STANDING) {
        random_standing(prng, &message->standing);
    } else if (message->type == MESSAGE_SNAPSHOT) {
        random_snapshot(prng, &message->snapshot);
    } else if (message->type == MESSAGE_MAP) {
        random_map(prng, &message->map);
    } else if (message->type == MESSAGE_CROWD) {
        random_crowd(prng, &message->crowd);
    } else if (message->type == MESSAGE_PARTS) {
        random_parts(prng, &message->parts);
    } else if (message->type == MESSAGE_BARS) {
        random_bars(prng, &message->bars);
    } else if (message->type == MESSAGE_REPORT) {
        random_report(prng, &message->report);
    }
}

void random_message(Prng *prng, MessageType type, Message *message)
{
    memset(message, 0, sizeof *message);
    message->type = type;
    random_from_client(prng, message);
    random_of_session(prng, message);
    random_of_people(prng, message);
}
