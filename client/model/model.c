#include "client/model/model.h"

#include <math.h>
#include <string.h>

#define PING_INTERVAL_FAST_NS (50 * NS_PER_MS)
#define PING_INTERVAL_NS (100 * NS_PER_MS)
#define PING_FAST_COUNT 40
#define PING_CROWD_FAST_COUNT 12
#define ESTIMATE_INTERVAL_NS (100 * NS_PER_MS)
#define RESEND_INTERVAL_NS (120 * NS_PER_MS)
/* Bars of quality by the clock's uncertainty; above the last, timing is not rated. */
#define CLOCK_STEADY_NS (5 * NS_PER_MS)
#define CLOCK_FAIR_NS (15 * NS_PER_MS)
/* A skew as good as this is better than what an estimator that is given it takes it for (5 ppm). */
#define SKEW_KNOWN_NS (60 * NS_PER_S)
#define SKEW_KNOWN_SD_PPM 2.5
#define CLOCK_BARS_UNRATED 1
/* A clock that has not leapt agrees with a ping but for this, which slewing will take away. */
#define DOUBT_MARGIN_NS APPLIED_STEP_NS
#define DOUBT_NS_MAX (3 * NS_PER_S)

void model_init(ClientModel *model, const ModelConfig *config, ModelOthers *others, HostTime now)
{
    /* All but the ring of own judgements, whose slots are cleared when they are taken: what nobody
       touches of a thousand models in one process costs no memory. */
    const size_t after_own = offsetof(ClientModel, own) + sizeof model->own;

    memset(model, 0, offsetof(ClientModel, own));
    memset((uint8_t *)model + after_own, 0, sizeof *model - after_own);
    model->config = *config;
    model->others = others;
    model->since = now;
    model->next_hit_number = 1;
    model->ping_interval_ns = PING_INTERVAL_NS;
    clock_filter_init(&model->clock_filter, NULL);
    applied_clock_init(&model->clock);
    model->rest_until = (SessionTime){INT64_MIN};
    if (others != NULL) {
        memset(others, 0, sizeof *others);
        for (int i = 0; i < PARTICIPANTS_MAX; i++) {
            others->map[i].verdict = MAP_ABSENT;
        }
    }
}

void model_use_estimator(ClientModel *model, ClockEstimator *estimator, const double *cached_skew)
{
    clock_estimator_init(estimator, cached_skew);
    model->estimator = estimator;
}

bool model_skew_ppb(const ClientModel *model, int32_t *skew_ppb)
{
    const ClockEstimator *estimator = model->estimator;

    if (estimator == NULL || !estimator->has_finding || estimator->sample_count == 0 ||
        estimator->last.ns - estimator->first.ns < SKEW_KNOWN_NS ||
        estimator->finding.skew_sd_ppm > SKEW_KNOWN_SD_PPM) {
        return false;
    }
    *skew_ppb = (int32_t)clamp_i64(
        (int64_t)floor(estimator->finding.skew_ppm * 1000.0 + 0.5), INT32_MIN, INT32_MAX);
    return true;
}

static void enter_phase(ClientModel *model, ModelPhase phase, HostTime now)
{
    model->phase = phase;
    model->since = now;
}

static void join(const ClientModel *model, Outbox *outbox)
{
    const ModelConfig *config = &model->config;
    Message message = {.type = MESSAGE_JOIN};
    JoinMessage *join = &message.join;

    join->version = PROTOCOL_VERSION;
    memcpy(join->code, config->code, CODE_CHARS);
    memcpy(join->name, config->name, sizeof join->name);
    memcpy(join->team, config->team, sizeof join->team);
    join->observer = config->observer;
    join->facilitates = config->facilitates;
    memcpy(join->facilitator_token, config->facilitator_token, TOKEN_BYTES);
    join->calibrated = config->calibrated;
    join->calibration_us = config->calibration_us;
    join->resumes = model->has_seat || config->has_own_token;
    if (model->has_seat) {
        memcpy(join->resume_token, model->welcome.resume_token, TOKEN_BYTES);
    } else if (config->has_own_token) {
        memcpy(join->resume_token, config->own_token, TOKEN_BYTES);
    }
    (void)outbox_push(outbox, 0, &message);
}

/* Who is to lead by password asks for the token first. */
static void ask_to_lead(const ModelConfig *config, Outbox *outbox)
{
    Message message = {.type = MESSAGE_PASSWORD};

    memcpy(message.password.code, config->code, CODE_CHARS);
    memcpy(message.password.text, config->password, sizeof message.password.text);
    (void)outbox_push(outbox, 0, &message);
}

void model_connected(ClientModel *model, HostTime now, Outbox *outbox)
{
    enter_phase(model, MODEL_JOINING, now);
    model->join_is_due = false;
    if (model->config.password[0] != '\0') {
        ask_to_lead(&model->config, outbox);
    } else {
        join(model, outbox);
    }
}

/* The password has done its work: from now on the token is said. */
static void receive_lead(ClientModel *model, const LeadMessage *lead)
{
    if (model->phase != MODEL_JOINING || model->config.password[0] == '\0') {
        return;
    }
    memset(model->config.password, 0, sizeof model->config.password);
    memcpy(model->config.facilitator_token, lead->facilitator_token, TOKEN_BYTES);
    model->config.facilitates = true;
    model->join_is_due = true;
}

void model_disconnected(ClientModel *model, HostTime now)
{
    if (model->phase == MODEL_JOINING || model->phase == MODEL_JOINED) {
        enter_phase(model, MODEL_CONNECTING, now);
    }
    for (int i = 0; i < MODEL_PINGS_OUTSTANDING_MAX; i++) {
        model->pings[i].outstanding = false;
    }
}

/* All are told again: a server that came back may have lost some, and says nothing of those. */
static void forget_people(ModelOthers *others)
{
    memset(others->roster, 0, sizeof others->roster);
    others->seat_count = 0;
    for (int i = 0; i < PARTICIPANTS_MAX; i++) {
        others->map[i].verdict = MAP_ABSENT;
    }
}

static void forget_crowd(ModelOthers *others)
{
    others->crowd_count = 0;
    others->crowd_refresh = 0;
    others->arriving_number = 0;
    others->arriving_pages = 0;
}

/* In the private tier nothing is known below the whole group. */
static void forget_teams_if_private(const ClientModel *model)
{
    ModelOthers *others = model->others;

    if (model->privacy == PRIVACY_PRIVATE && !model_sees_people(model)) {
        memset(others->teams, 0, sizeof others->teams);
        others->team_count = 0;
        memset(&others->parts, 0, sizeof others->parts);
    }
}

/* When the tier has changed, forgets what may not be shown any more. */
static void follow_privacy(ClientModel *model, uint8_t privacy)
{
    ModelOthers *others = model->others;
    const uint16_t seat = model->welcome.seat;
    const bool changes = privacy != model->privacy;

    model->privacy = privacy;
    if (!changes || others == NULL) {
        return;
    }
    forget_crowd(others);
    if (!model_sees_people(model)) {
        const RosterEntry own = others->roster[seat];

        forget_people(others);
        others->roster[seat] = own;
        others->seat_count = seat + 1;
    }
    forget_teams_if_private(model);
}

static void receive_welcome(ClientModel *model, HostTime now, const WelcomeMessage *welcome)
{
    if (model->phase != MODEL_JOINING) {
        return;
    }
    if (model->others != NULL) {
        forget_people(model->others);
        forget_crowd(model->others);
    }
    model->welcome = *welcome;
    model->privacy = welcome->privacy;
    model->part = welcome->part;
    model->part_before = welcome->part;
    model->config.calibrated = welcome->calibrated;
    model->config.calibration_us = welcome->calibration_us;
    if (welcome->next_hit_number > model->next_hit_number) {
        model->next_hit_number = welcome->next_hit_number;
    }
    model->has_seat = true;
    model->config.has_own_token = false; /* the seat has its token now; another seat gets another */
    model->has_standing = false;         /* a server that came back counts from the start */
    model->has_snapshot = false;
    model->ping_count = 0; /* pings go fast again for two seconds */
    model->next_ping_at = now;
    if (model->others != NULL) {
        model->others->bar_count = 0;
        forget_teams_if_private(model);
    }
    enter_phase(model, MODEL_JOINED, now);
}

static void receive_refused(ClientModel *model, HostTime now, const RefusedMessage *refused)
{
    model->refusal = *refused;
    model->refusal_count++;
    if (model->phase == MODEL_JOINING) {
        enter_phase(model, MODEL_REFUSED, now);
    }
}

static void receive_groove(ClientModel *model, const GrooveMessage *message)
{
    KnownGroove *slot = &model->grooves[0];

    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        KnownGroove *candidate = &model->grooves[i];

        if (candidate->known && candidate->index == message->index) {
            slot = candidate;
            break;
        }
        if (!candidate->known ? slot->known : slot->known && candidate->used < slot->used) {
            slot = candidate;
        }
    }
    model->groove_clock++;
    *slot = (KnownGroove){.index = message->index, .known = true, .used = model->groove_clock};
    slot->groove = message->groove;
}

static void receive_catalogue(ClientModel *model, const CatalogueMessage *catalogue)
{
    const int page = catalogue->first / CATALOGUE_ENTRIES_MAX;

    if (catalogue->first % CATALOGUE_ENTRIES_MAX == 0 && page < 2) {
        model->catalogue[page] = *catalogue;
        model->catalogue_total = catalogue->total;
    }
}

static void receive_roster(ModelOthers *others, const RosterMessage *roster)
{
    for (int i = 0; i < roster->count; i++) {
        const RosterEntry *entry = &roster->entries[i];

        others->roster[entry->seat] = *entry;
        if (entry->seat >= others->seat_count) {
            others->seat_count = entry->seat + 1;
        }
    }
}

static void receive_teams(ModelOthers *others, const TeamsMessage *teams)
{
    for (int i = 0; i < teams->count; i++) {
        others->teams[teams->entries[i].team] = teams->entries[i];
    }
    others->team_count = teams->total;
}

static void receive_map(ClientModel *model, const MapMessage *map)
{
    ModelOthers *others = model->others;

    if (map->number < model->map_number && model->map_number - map->number < 1000) {
        return;
    }
    model->map_number = map->number;
    for (int i = 0; i < map->count; i++) {
        others->map[map->first_seat + i] = map->entries[i];
    }
    if (map->first_seat + map->count > others->seat_count) {
        others->seat_count = map->first_seat + map->count;
    }
}

static void add_marks(ModelOthers *others, const CrowdEntry *entry)
{
    for (int i = 0; i < entry->people && others->arriving_count < PARTICIPANTS_MAX; i++) {
        others->arriving[others->arriving_count] = entry->mark;
        others->arriving_count++;
    }
}

/* Pages of one number are one refresh and come in any order; one that was lost leaves the last
   refresh in place. */
static void receive_crowd(ModelOthers *others, const CrowdMessage *crowd)
{
    const uint64_t page = UINT64_C(1) << crowd->page;
    const uint64_t all = UINT64_MAX >> (CROWD_PAGES_MAX - crowd->pages);

    if (crowd->number != others->arriving_number) {
        if (crowd->number < others->arriving_number &&
            others->arriving_number - crowd->number < 1000) {
            return;
        }
        others->arriving_number = crowd->number;
        others->arriving_count = 0;
        others->arriving_pages = 0;
    }
    if ((others->arriving_pages & page) != 0) {
        return;
    }
    others->arriving_pages |= page;
    for (int i = 0; i < crowd->count; i++) {
        add_marks(others, &crowd->entries[i]);
    }
    if (others->arriving_pages == all) {
        memcpy(others->crowd, others->arriving, sizeof others->crowd);
        others->crowd_count = others->arriving_count;
        others->crowd_refresh = crowd->number;
    }
}

/* By the timeline, which forgets sections after a while: so this is asked when the bar is told. */
static uint8_t groove_of_bar(const ClientModel *model, const BarEntry *bar)
{
    const Timeline *timeline = &model->timeline;
    uint8_t groove = GROOVES_MAX;

    for (int i = 0; model->has_timeline && i < timeline->section_count; i++) {
        const Section *section = &timeline->sections[i];

        if (section->transport == TRANSPORT_PLAYING && section->take == bar->take &&
            section->first_bar <= bar->bar) {
            groove = section->groove;
        }
    }
    return groove;
}

static void receive_bars(ClientModel *model, const BarsMessage *bars)
{
    ModelOthers *others = model->others;

    for (int i = 0; i < bars->count; i++) {
        if (others->bar_count == BARS_KEPT_MAX) {
            others->bar_count--;
            memmove(
                others->bars, others->bars + 1, sizeof others->bars[0] * (size_t)others->bar_count);
            memmove(others->bar_grooves, others->bar_grooves + 1, (size_t)others->bar_count);
        }
        others->bars[others->bar_count] = bars->entries[i];
        others->bar_grooves[others->bar_count] = groove_of_bar(model, &bars->entries[i]);
        others->bar_count++;
    }
}

static void receive_report(ClientModel *model, const ReportMessage *report)
{
    ModelOthers *others = model->others;

    if (report->page != others->report_page || others->report_complete) {
        return;
    }
    others->report_pages = report->pages;
    for (int i = 0; i < report->count && others->report_count < MODEL_REPORT_MAX; i++) {
        others->report[others->report_count] = report->entries[i];
        others->report_count++;
    }
    others->report_page++;
    others->report_complete = others->report_page >= report->pages;
}

/* The slot of an own judgement, new if need be; the oldest gives way. */
static OwnJudgement *own_slot(ClientModel *model)
{
    const int index = (model->own_start + model->own_count) % MODEL_OWN_HITS_MAX;

    if (model->own_count < MODEL_OWN_HITS_MAX) {
        model->own_count++;
    } else {
        model->own_start = (model->own_start + 1) % MODEL_OWN_HITS_MAX;
    }
    memset(&model->own[index], 0, sizeof model->own[index]);
    return &model->own[index];
}

static OwnJudgement *own_at(ClientModel *model, int newest_index)
{
    const int index = model->own_start + model->own_count - 1 - newest_index;

    return &model->own[index % MODEL_OWN_HITS_MAX];
}

uint16_t model_team(const ModelOthers *others, int seat)
{
    const RosterEntry *entry = &others->roster[seat];

    return entry->presence != 0 && entry->team < others->team_count ? entry->team : TEAM_NONE;
}

const OwnJudgement *model_own(const ClientModel *model, int index)
{
    if (index < 0 || index >= model->own_count) {
        return NULL;
    }
    return &model->own[(model->own_start + model->own_count - 1 - index) % MODEL_OWN_HITS_MAX];
}

/* The kept judgement that `entry` speaks of: of the same hit, or of the same missed note. */
static OwnJudgement *find_own(ClientModel *model, const JudgementEntry *entry)
{
    for (int i = 0; i < model->own_count && i < 2 * MODEL_HITS_OUTSTANDING_MAX; i++) {
        OwnJudgement *own = own_at(model, i);
        const bool same = entry->hit_number != 0
                              ? own->hit_number == entry->hit_number
                              : own->hit_number == 0 && own->note_number == entry->note_number;

        if (same) {
            return own;
        }
    }
    return NULL;
}

static void receive_judgement(ClientModel *model, HostTime now, const JudgementEntry *entry)
{
    OwnJudgement *own = find_own(model, entry);

    if (own != NULL && own->final) {
        return;
    }
    if (own == NULL) {
        own = own_slot(model);
        own->hit_number = entry->hit_number;
        own->at = applied_clock_session(&model->clock, now);
    }
    own->note_number = entry->note_number;
    own->judgement = entry->judgement;
    own->final = entry->final;
    own->from_server = true;
    own->asynchrony_us = entry->asynchrony_us;
    model->own_revision++;
}

static void receive_standing(ClientModel *model, HostTime now, const StandingMessage *standing)
{
    int kept = 0;

    for (int i = 0; i < standing->count; i++) {
        receive_judgement(model, now, &standing->judgements[i]);
    }
    for (int i = 0; i < model->outstanding_count; i++) {
        if (model->outstanding[i].number > standing->acknowledged) {
            model->outstanding[kept] = model->outstanding[i];
            kept++;
        }
    }
    model->outstanding_count = kept;
    if (!model->has_standing || standing->number > model->standing.number) {
        model->standing = *standing;
        model->has_standing = true;
        model->part = standing->part;
        model->part_before = standing->part_before;
        model->part_from = standing->part_from;
    }
}

static void receive_timeline(ClientModel *model, const Timeline *timeline)
{
    const uint16_t take = timeline->sections[timeline->section_count - 1].take;

    if (take != model->own_take) {
        model->own_take = take;
        model->own_count = 0;
        model->own_revision++;
    }
    model->timeline = *timeline;
    model->has_timeline = true;
}

static void receive_notice(ClientModel *model, HostTime now, const NoticeMessage *notice)
{
    model->notice = *notice;
    model->notice_count++;
    if (notice->kind == NOTICE_KICKED || notice->kind == NOTICE_BANNED) {
        model->has_seat = false;
        model->config.has_own_token = false;
    }
    if (notice->kind == NOTICE_KICKED || notice->kind == NOTICE_BANNED ||
        notice->kind == NOTICE_SEAT_TAKEN_OVER) {
        /* Who took the seat over may be oneself, late: the token still opens it. */
        enter_phase(model, MODEL_ENDED, now);
    }
}

/* Whether the tier lets it be shown: else it was under way when the tier changed. */
static bool may_know(const ClientModel *model, MessageType type)
{
    const bool sees_people = model_sees_people(model);

    if (type == MESSAGE_MAP) {
        return sees_people;
    }
    if (type == MESSAGE_CROWD) {
        return !sees_people && model->privacy == PRIVACY_TEAMS;
    }
    return (type != MESSAGE_TEAMS && type != MESSAGE_PARTS) || sees_people ||
           model->privacy != PRIVACY_PRIVATE;
}

/* What is about others goes nowhere when nobody keeps it. */
static void receive_about_others(ClientModel *model, const Message *message)
{
    ModelOthers *others = model->others;

    if (message->type == MESSAGE_ROSTER) {
        follow_privacy(model, message->roster.privacy);
    }
    if (others == NULL || !may_know(model, message->type)) {
        return;
    }
    if (message->type == MESSAGE_ROSTER) {
        receive_roster(others, &message->roster);
    } else if (message->type == MESSAGE_TEAMS) {
        receive_teams(others, &message->teams);
    } else if (message->type == MESSAGE_MAP) {
        receive_map(model, &message->map);
    } else if (message->type == MESSAGE_CROWD) {
        receive_crowd(others, &message->crowd);
    } else if (message->type == MESSAGE_PARTS) {
        others->parts = message->parts;
    } else if (message->type == MESSAGE_BARS) {
        receive_bars(model, &message->bars);
    } else if (message->type == MESSAGE_REPORT) {
        receive_report(model, &message->report);
    }
}

static void receive_seated(ClientModel *model, HostTime now, const Message *message)
{
    if (message->type == MESSAGE_TIMELINE) {
        receive_timeline(model, &message->timeline.timeline);
    } else if (message->type == MESSAGE_GROOVE) {
        receive_groove(model, &message->groove);
    } else if (message->type == MESSAGE_CATALOGUE) {
        receive_catalogue(model, &message->catalogue);
    } else if (message->type == MESSAGE_STANDING) {
        receive_standing(model, now, &message->standing);
    } else if (message->type == MESSAGE_SNAPSHOT) {
        if (!model->has_snapshot || message->snapshot.number > model->snapshot.number) {
            model->snapshot = message->snapshot;
            model->has_snapshot = true;
        }
    } else if (message->type == MESSAGE_CREATED) {
        model->created = message->created;
        model->created_known = true;
    } else {
        receive_about_others(model, message);
    }
}

void model_receive(ClientModel *model, HostTime now, const Message *message)
{
    if (message->type == MESSAGE_WELCOME) {
        receive_welcome(model, now, &message->welcome);
    } else if (message->type == MESSAGE_REFUSED) {
        receive_refused(model, now, &message->refused);
    } else if (message->type == MESSAGE_NOTICE) {
        receive_notice(model, now, &message->notice);
    } else if (message->type == MESSAGE_LEAD) {
        receive_lead(model, &message->lead);
    } else if (model->phase == MODEL_JOINED) {
        receive_seated(model, now, message);
    }
}

/* Faster at first, until the clock is known; one of a crowd at its own slower pace, too. */
static int64_t ping_interval_ns(const ClientModel *model)
{
    if (model->ping_interval_ns > PING_INTERVAL_NS) {
        return model->ping_count < PING_CROWD_FAST_COUNT ? model->ping_interval_ns / 4
                                                         : model->ping_interval_ns;
    }
    return model->ping_count < PING_FAST_COUNT ? PING_INTERVAL_FAST_NS : model->ping_interval_ns;
}

bool model_ping_due(ClientModel *model, HostTime now, ClockDatagram *ping)
{
    const int64_t interval_ns = ping_interval_ns(model);

    if (model->phase != MODEL_JOINED || now.ns < model->next_ping_at.ns) {
        return false;
    }
    model->next_ping_at.ns += interval_ns;
    if (model->next_ping_at.ns <= now.ns) {
        model->next_ping_at.ns = now.ns + interval_ns;
    }
    model->ping_count++;
    *ping = (ClockDatagram){.nonce = model->welcome.clock_nonce, .id = model->ping_count};
    return true;
}

void model_pinged(ClientModel *model, uint32_t id, HostTime c1)
{
    const uint32_t slot = id % MODEL_PINGS_OUTSTANDING_MAX;

    model->pings[slot].id = id;
    model->pings[slot].c1 = c1;
    model->pings[slot].outstanding = true;
}

/* A ping that was sent and answered since the doubt, between times at which the applied clock
   agrees that it was, but for what it may be off while it slews. */
static void consider_doubt(ClientModel *model, const PingSample *ping)
{
    const SessionTime sent = applied_clock_session(&model->clock, ping->c1);
    const SessionTime received = applied_clock_session(&model->clock, ping->c4);

    if (model->is_clock_doubted && ping->c1.ns >= model->doubted_at.ns &&
        sent.ns <= ping->s2.ns + DOUBT_MARGIN_NS && received.ns >= ping->s3.ns - DOUBT_MARGIN_NS) {
        model->is_clock_doubted = false;
    }
}

bool model_pong(ClientModel *model, const ClockDatagram *pong, HostTime c4)
{
    const uint32_t slot = pong->id % MODEL_PINGS_OUTSTANDING_MAX;

    if (model->phase != MODEL_JOINED || pong->nonce != model->welcome.clock_nonce ||
        !model->pings[slot].outstanding || model->pings[slot].id != pong->id) {
        return false;
    }
    model->pings[slot].outstanding = false;
    model->newest_ping =
        (PingSample){.c1 = model->pings[slot].c1, .s2 = pong->s2, .s3 = pong->s3, .c4 = c4};
    if (model->estimator != NULL) {
        (void)clock_estimator_add(model->estimator, &model->newest_ping);
    } else {
        (void)clock_filter_add(&model->clock_filter, &model->newest_ping);
    }
    consider_doubt(model, &model->newest_ping);
    return true;
}

/* Of the clock that stamps hits: the estimate's own, and what it is behind or ahead of that. */
static int64_t stamp_uncertainty_ns(const ClientModel *model)
{
    const int64_t error_ns = model->clock.error_ns;

    return model->clock_estimate.uncertainty_ns + (error_ns < 0 ? -error_ns : error_ns);
}

static void send_hits(ClientModel *model, HostTime now, Outbox *outbox)
{
    Message message = {.type = MESSAGE_HITS};
    HitsMessage *hits = &message.hits;
    const int64_t uncertainty_us = stamp_uncertainty_ns(model) / NS_PER_US;

    if (model->phase != MODEL_JOINED || model->outstanding_count == 0) {
        return;
    }
    hits->clock_version = model->clock.version;
    hits->uncertainty_us = (uint32_t)clamp_i64(uncertainty_us, 1, 1000000);
    hits->count = (uint8_t)clamp_i64(model->outstanding_count, 1, HITS_PER_MESSAGE_MAX);
    memcpy(hits->hits, model->outstanding, sizeof hits->hits[0] * hits->count);
    (void)outbox_push(outbox, 0, &message);
    model->next_resend_at = (HostTime){now.ns + RESEND_INTERVAL_NS};
}

/* Nothing is heard that a step of the clock could displace. */
static bool clock_may_step(const ClientModel *model, HostTime now)
{
    const ModelNow music = model_now(model, now);

    return !music.known || music.tempo_mbpm == 0 || model->is_clock_doubted;
}

/* After a step the music comes in again on a bar line: the beat pauses, and never jumps. */
static void rest_to_bar_line(ClientModel *model, HostTime now)
{
    const ModelNow music = model_now(model, now);

    if (music.known && music.tempo_mbpm != 0) {
        const Beats line = timeline_next_bar(&model->timeline, (Beats){music.position.ubeats + 1});

        model->rest_until = tempo_map_time_of(&model->timeline.tempo, line);
        /* A halt comes first: nothing is left to rest from. */
        if (model->rest_until.ns == SESSION_TIME_NEVER.ns) {
            model->rest_until = music.time;
        }
    }
}

static bool clock_has_spoken(const ClientModel *model)
{
    return model->estimator != NULL ? model->estimator->has_finding
                                    : model->clock_filter.sample_count > 0;
}

static void follow_clock(ClientModel *model, HostTime now)
{
    const bool was_locked = model->clock.locked;
    const uint32_t step_count = model->clock.step_count;

    model->clock_estimate = model->estimator != NULL
                                ? clock_estimator_estimate(model->estimator, now)
                                : clock_filter_estimate(&model->clock_filter, now);
    (void)applied_clock_update(
        &model->clock, now, &model->clock_estimate, clock_may_step(model, now));
    if (was_locked && model->clock.step_count != step_count) {
        rest_to_bar_line(model, now);
    }
}

void model_doubt_clock(ClientModel *model, HostTime now)
{
    model->is_clock_doubted = true;
    model->doubted_at = now;
}

SessionTime model_sounds_from(const ClientModel *model)
{
    return model->is_clock_doubted ? (SessionTime){INT64_MAX} : model->rest_until;
}

void model_tick(ClientModel *model, HostTime now, Outbox *outbox)
{
    if (model->join_is_due && model->phase == MODEL_JOINING) {
        model->join_is_due = false;
        join(model, outbox);
    }
    if (now.ns >= model->next_estimate_at.ns && clock_has_spoken(model)) {
        follow_clock(model, now);
        model->next_estimate_at = (HostTime){now.ns + ESTIMATE_INTERVAL_NS};
    }
    if (model->is_clock_doubted && now.ns - model->doubted_at.ns > DOUBT_NS_MAX) {
        model->is_clock_doubted = false;
    }
    if (now.ns >= model->next_resend_at.ns) {
        send_hits(model, now, outbox);
    }
    if (model->others != NULL && model->others->report_page > 0 &&
        model->others->report_page != model->report_requested && !model->others->report_complete) {
        model_request_report_page(model, outbox);
    }
}

/* The note nearest to `at` in one section, as the judge will see it. */
typedef struct {
    SessionTime at;
    int64_t distance_ns;
} NearestNote;

static bool
nearest_note(const ClientModel *model, const Section *section, SessionTime at, NearestNote *nearest)
{
    const Groove *groove = model_groove(model, section);
    const TempoMap *tempo = &model->timeline.tempo;
    const Beats where = tempo_map_beats_at(tempo, at);
    const Beats end = timeline_section_end(&model->timeline, section);
    GrooveNote notes[2];
    bool found[2] = {false, false};
    bool any = false;

    if (groove == NULL || section->transport != TRANSPORT_PLAYING) {
        return false;
    }
    found[0] = groove_note_before(
        groove, model_part_index(model, groove, where), section->start, where, &notes[0]);
    found[1] = groove_note_at_or_after(
        groove, model_part_index(model, groove, where), section->start, where, &notes[1]);
    for (int i = 0; i < 2; i++) {
        int64_t distance_ns = 0;
        SessionTime note_at = {0};

        if (!found[i] || notes[i].at.ubeats < section->start.ubeats ||
            notes[i].at.ubeats >= end.ubeats) {
            continue;
        }
        note_at = tempo_map_time_of(tempo, notes[i].at);
        distance_ns = at.ns - note_at.ns;
        distance_ns = distance_ns < 0 ? -distance_ns : distance_ns;
        if (!any || distance_ns < nearest->distance_ns) {
            *nearest = (NearestNote){.at = note_at, .distance_ns = distance_ns};
        }
        any = true;
    }
    return any;
}

/* What the server will most likely say, so that the word is there with the sound. */
static void judge_locally(const ClientModel *model, SessionTime at, OwnJudgement *own)
{
    const int64_t calibration_ns =
        model->config.calibrated ? model->config.calibration_us * NS_PER_US : 0;
    const SessionTime calibrated = {at.ns - calibration_ns};
    const SessionTime soon = {calibrated.ns + 200 * NS_PER_MS};
    const Section *sections[2] = {timeline_section_at_time(&model->timeline, calibrated),
                                  timeline_section_at_time(&model->timeline, soon)};
    NearestNote best = {.distance_ns = INT64_MAX};
    JudgeWindows windows;
    int32_t tempo_mbpm = 0;

    for (int i = 0; i < 2; i++) {
        NearestNote nearest = {.distance_ns = INT64_MAX};

        if (nearest_note(model, sections[i], calibrated, &nearest) &&
            nearest.distance_ns < best.distance_ns) {
            best = nearest;
        }
    }
    tempo_mbpm = tempo_map_tempo_mbpm_at(&model->timeline.tempo, best.at);
    if (best.distance_ns == INT64_MAX || tempo_mbpm == 0) {
        return;
    }
    windows = judge_windows(beat_ns_at(tempo_mbpm), (Profile)model->welcome.profile);
    own->asynchrony_us =
        (int32_t)clamp_i64((calibrated.ns - best.at.ns) / NS_PER_US, INT32_MIN, INT32_MAX);
    own->judgement = JUDGEMENT_EXTRA;
    if (best.distance_ns <= windows.w1_ns) {
        own->judgement = JUDGEMENT_PERFECT;
    } else if (best.distance_ns <= windows.w2_ns) {
        own->judgement = JUDGEMENT_GOOD;
    } else if (best.distance_ns <= windows.w3_ns) {
        own->judgement = JUDGEMENT_OK;
    }
}

static OwnJudgement
hit_at(ClientModel *model, SessionTime at, HostTime now, const HitEntry *hit, Outbox *outbox)
{
    OwnJudgement own = {.hit_number = hit->number, .at = at};

    if (model->outstanding_count == MODEL_HITS_OUTSTANDING_MAX) {
        memmove(model->outstanding,
                model->outstanding + 1,
                sizeof model->outstanding[0] * (MODEL_HITS_OUTSTANDING_MAX - 1));
        model->outstanding_count--;
        model->hits_lost++;
    }
    model->outstanding[model->outstanding_count] = *hit;
    model->outstanding_count++;
    judge_locally(model, at, &own);
    if (own.judgement != JUDGEMENT_PENDING) {
        *own_slot(model) = own;
        model->own_revision++;
    }
    send_hits(model, now, outbox);
    return own;
}

OwnJudgement
model_hit_at(ClientModel *model, SessionTime at, uint8_t pad, uint8_t velocity, Outbox *outbox)
{
    const HitEntry hit = {.number = model->next_hit_number,
                          .at = at,
                          .pad = (uint8_t)(pad % PADS_MAX),
                          .velocity = (uint8_t)clamp_i64(velocity, 1, 127)};

    if (!model->has_timeline || !model->clock.locked || model->config.observer ||
        model->next_hit_number > HIT_NUMBER_MAX) {
        return (OwnJudgement){.at = at};
    }
    model->next_hit_number++;
    return hit_at(model, at, applied_clock_host(&model->clock, at), &hit, outbox);
}

OwnJudgement
model_hit(ClientModel *model, HostTime at, uint8_t pad, uint8_t velocity, Outbox *outbox)
{
    return model_hit_at(model, applied_clock_session(&model->clock, at), pad, velocity, outbox);
}

/* Sends a wish when there is somebody to hear it. */
static void wish(const ClientModel *model, const Message *message, Outbox *outbox)
{
    if (model->phase == MODEL_JOINED) {
        (void)outbox_push(outbox, 0, message);
    }
}

void model_choose_part(ClientModel *model, uint8_t part, Outbox *outbox)
{
    const Message message = {.type = MESSAGE_CHOOSE_PART, .choose_part = {.part = part}};

    assert(part < GROOVE_PARTS_MAX);
    wish(model, &message, outbox);
}

void model_set_ready(ClientModel *model, bool ready, Outbox *outbox)
{
    const Message message = {.type = MESSAGE_READY, .ready = {.ready = ready}};

    model->ready = ready;
    wish(model, &message, outbox);
}

void model_set_calibration(ClientModel *model,
                           bool calibrated,
                           int32_t calibration_us,
                           Outbox *outbox)
{
    Message message = {.type = MESSAGE_CALIBRATION};

    model->config.calibrated = calibrated;
    model->config.calibration_us =
        (int32_t)clamp_i64(calibration_us, -CALIBRATION_US_MAX, CALIBRATION_US_MAX);
    message.calibration.calibrated = calibrated;
    message.calibration.calibration_us = model->config.calibration_us;
    wish(model, &message, outbox);
}

void model_command(
    ClientModel *model, CommandKind kind, int32_t a, int32_t b, const char *text, Outbox *outbox)
{
    Message message = {.type = MESSAGE_COMMAND, .command = {.kind = (uint8_t)kind, .a = a, .b = b}};

    if (text != NULL) {
        assert(strlen(text) <= NAME_BYTES_MAX);
        memcpy(message.command.text, text, strlen(text) + 1);
    }
    wish(model, &message, outbox);
}

void model_request_report(ClientModel *model, Outbox *outbox)
{
    assert(model->others != NULL);
    model->others->report_count = 0;
    model->others->report_pages = 0;
    model->others->report_page = 0;
    model->others->report_complete = false;
    model_request_report_page(model, outbox);
}

void model_request_report_page(ClientModel *model, Outbox *outbox)
{
    const Message message = {.type = MESSAGE_REPORT_REQUEST,
                             .report_request = {.page = model->others->report_page}};

    model->report_requested = model->others->report_page;
    wish(model, &message, outbox);
}

void model_leave(ClientModel *model, HostTime now, Outbox *outbox)
{
    const Message message = {.type = MESSAGE_LEAVE};

    wish(model, &message, outbox);
    enter_phase(model, MODEL_ENDED, now);
}

ModelNow model_now(const ClientModel *model, HostTime now)
{
    ModelNow music = {.known = model->has_timeline && model->clock.locked};

    if (!music.known) {
        return music;
    }
    music.time = applied_clock_session(&model->clock, now);
    music.position = tempo_map_beats_at(&model->timeline.tempo, music.time);
    music.bar = timeline_bar_at(&model->timeline, music.position);
    music.section = timeline_section_at_time(&model->timeline, music.time);
    music.groove = model_groove(model, music.section);
    music.transport = (Transport)music.section->transport;
    music.tempo_mbpm = tempo_map_tempo_mbpm_at(&model->timeline.tempo, music.time);
    return music;
}

const Groove *model_groove(const ClientModel *model, const Section *section)
{
    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        if (model->grooves[i].known && model->grooves[i].index == section->groove) {
            return &model->grooves[i].groove;
        }
    }
    return NULL;
}

int model_part_index(const ClientModel *model, const Groove *groove, Beats where)
{
    const bool before = where.ubeats < model->part_from.ubeats;

    return (before ? model->part_before : model->part) % groove->part_count;
}

int model_clock_bars(const ClientModel *model)
{
    const int64_t uncertainty_ns = model->clock_estimate.uncertainty_ns;

    if (!model->clock_estimate.valid) {
        return 0;
    }
    if (uncertainty_ns <= CLOCK_STEADY_NS) {
        return 4;
    }
    if (uncertainty_ns <= CLOCK_FAIR_NS) {
        return 3;
    }
    return uncertainty_ns <= CLOCK_UNRATED_NS ? CLOCK_BARS_UNRATED + 1 : CLOCK_BARS_UNRATED;
}

bool model_timing_is_rated(const ClientModel *model)
{
    return model_clock_bars(model) > CLOCK_BARS_UNRATED;
}

bool model_tells_sides(const ClientModel *model)
{
    return model->config.calibrated && model_timing_is_rated(model);
}

const char *model_groove_title(const ClientModel *model, int index)
{
    if (index < 0 || index >= model->catalogue_total) {
        return NULL;
    }
    return model->catalogue[index / CATALOGUE_ENTRIES_MAX]
        .entries[index % CATALOGUE_ENTRIES_MAX]
        .title;
}

Privacy model_privacy(const ClientModel *model)
{
    return model->has_seat ? (Privacy)model->privacy : PRIVACY_PRIVATE;
}

bool model_sees_people(const ClientModel *model)
{
    return model->has_seat && (model->privacy == PRIVACY_OPEN || model->config.facilitates);
}
