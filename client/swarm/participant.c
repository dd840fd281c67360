#include "client/swarm/participant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NAMES_TRIED_MAX = 50,
    DISTANCE_US_NONE = 1000000000 /* no note on that side */
};

/* The server's word on the own playing, beside what is so. */
static void hear_verdict(SwarmParticipant *participant, HostTime now, uint8_t verdict)
{
    const ModelNow music = model_now(participant->model, now);
    const Beats from = participant->player.trouble_from;
    const double beats = from.ubeats == BEATS_NEVER.ubeats
                             ? -1.0
                             : (double)(music.position.ubeats - from.ubeats) / UBEATS_PER_BEAT;

    participant->has_verdict = true;
    participant->verdict = verdict;
    if (participant->plays && music.known && verdict < VERDICT_COUNT) {
        flag_watch_hear(&participant->flags, participant->config.trouble, beats, (Verdict)verdict);
    }
}

/* Listens to the server's words on the own hits. */
static void hear(void *owner, HostTime now, const Message *message)
{
    SwarmParticipant *participant = owner;
    const StandingMessage *standing = &message->standing;

    if (message->type != MESSAGE_STANDING) {
        return;
    }
    for (int i = 0; i < standing->count; i++) {
        hit_ledger_judge(&participant->ledger, &standing->judgements[i]);
    }
    if (standing->notes > 0) {
        hear_verdict(participant, now, standing->verdict);
    }
}

/* A fresh model under the name that comes next: "Ada", "Ada 2", "Ada 3" ... */
static void introduce(SwarmParticipant *participant, Outbox *outbox, HostTime now)
{
    const PlayerProfile *profile = &participant->config.profile;
    ModelConfig config = {.calibrated = profile->calibrated};

    participant->name_count++;
    memcpy(config.code, participant->address->code, sizeof config.code);
    memcpy(config.team, participant->config.team, sizeof config.team);
    memcpy(config.name, participant->config.name, sizeof config.name);
    if (participant->name_count > 1) {
        (void)snprintf(config.name,
                       sizeof config.name,
                       "%.80s %d",
                       participant->config.name,
                       participant->name_count);
    }
    if (profile->calibrated) {
        config.calibration_us = (int32_t)clamp_i64(
            llround(profile->calibration_ms * 1000.0), -CALIBRATION_US_MAX, CALIBRATION_US_MAX);
    }
    config.has_own_token = getentropy(config.own_token, sizeof config.own_token) == 0;
    model_init(participant->model, &config, NULL, now);
    if (participant->config.ping_interval_ns > 0) {
        participant->model->ping_interval_ns = participant->config.ping_interval_ns;
    }
    session_link_finish(&participant->link);
    session_link_init(&participant->link,
                      participant->model,
                      outbox,
                      participant->address,
                      participant->config.seed);
    participant->link.cadence_ns = participant->config.cadence_ns;
    participant->link.known_hosts = participant->config.known_hosts;
    participant->link.pings = participant->pings;
    participant->link.listener = hear;
    participant->link.owner = participant;
    participant->opened_seen = 0;
}

/* "trace.csv" of the third participant is "trace.3.csv". */
static TraceFile *begin_trace(const ParticipantConfig *config)
{
    char number[16];
    char name[TRACE_PATH_BYTES_MAX];
    TraceFile *trace = calloc(1, sizeof *trace);

    (void)snprintf(number, sizeof number, "%d", config->index + 1);
    if (trace != NULL && trace_file_name(config->trace, number, name)) {
        trace_file_begin(trace, name, TRACE_PINGS_HEADER, TRACE_PINGS_COLUMNS);
    }
    return trace;
}

bool participant_begin(SwarmParticipant *participant,
                       const ParticipantConfig *config,
                       const Link *address,
                       Outbox *outbox,
                       HostTime now)
{
    *participant = (SwarmParticipant){
        .config = *config,
        .address = address,
        .plays = true,
        .began_at = now,
        .model = calloc(1, sizeof(ClientModel)),
    };
    if (participant->model == NULL) {
        return false;
    }
    if (config->trace != NULL) {
        participant->pings = begin_trace(config);
    }
    introduce(participant, outbox, now);
    simulated_player_init(&participant->player, &config->profile, config->trouble, config->seed);
    return true;
}

void participant_finish(SwarmParticipant *participant)
{
    session_link_finish(&participant->link);
    hit_ledger_finish(&participant->ledger);
    if (participant->pings != NULL) {
        trace_file_end(participant->pings);
        free(participant->pings);
    }
    free(participant->model);
    participant->model = NULL;
}

static int32_t distance_us(SessionTime from, SessionTime to)
{
    if (from.ns == SESSION_TIME_NEVER.ns || to.ns == SESSION_TIME_NEVER.ns || to.ns < from.ns) {
        return DISTANCE_US_NONE;
    }
    return (int32_t)clamp_i64((to.ns - from.ns) / NS_PER_US, 0, DISTANCE_US_NONE);
}

/* Enters a hit with its true distance from the notes around it; `at` is when it really was. */
static void enter_hit(SwarmParticipant *participant,
                      const OwnJudgement *own,
                      const SimulatedHit *hit,
                      SessionTime at)
{
    const ClientModel *model = participant->model;
    const TempoMap *tempo = &model->timeline.tempo;
    const Section *section = timeline_section_at(&model->timeline, hit->note);
    const Groove *groove = model_groove(model, section);
    int part = groove == NULL ? 0 : model_part_index(model, groove, hit->note);
    int64_t calibration_ns =
        model->config.calibrated ? model->config.calibration_us * NS_PER_US : 0;
    SessionTime calibrated = {at.ns - calibration_ns};
    Beats where = tempo_map_beats_at(tempo, calibrated);
    SessionTime note_at = SESSION_TIME_NEVER;
    LedgerEntry truth = {.clock_us = (int32_t)((at.ns - own->at.ns) / NS_PER_US)};
    GrooveNote note;

    if (groove != NULL &&
        groove_note_before(groove, part, section->start, (Beats){where.ubeats + 1}, &note)) {
        note_at = tempo_map_time_of(tempo, note.at);
    }
    truth.after_note_us = distance_us(note_at, calibrated);
    /* On the bar line of a halt the music has a position before it has begun. */
    if (groove != NULL &&
        (truth.after_note_us != DISTANCE_US_NONE || note_at.ns == SESSION_TIME_NEVER.ns)) {
        where.ubeats++;
        note_at = groove_note_at_or_after(groove, part, section->start, where, &note)
                      ? tempo_map_time_of(tempo, note.at)
                      : SESSION_TIME_NEVER;
    }
    truth.before_note_us = distance_us(calibrated, note_at);
    hit_ledger_add(&participant->ledger, own->hit_number, &truth);
}

static void play_hit(SwarmParticipant *participant, HostTime now, const SimulatedHit *hit)
{
    ClientModel *model = participant->model;
    HostTime at = applied_clock_host(&model->clock, hit->at);
    OwnJudgement own;

    at.ns = at.ns > now.ns ? now.ns : at.ns;
    own = model_hit(model, at, hit->pad, hit->velocity, participant->link.outbox);
    if (own.hit_number != 0) {
        participant->hit_count++;
        /* On one machine the truth is known; elsewhere it is what the player's own clock says. */
        enter_hit(
            participant, &own, hit, participant->config.same_host ? (SessionTime){at.ns} : hit->at);
    }
    session_link_flush(&participant->link);
}

static void play(SwarmParticipant *participant, HostTime now)
{
    const ClientModel *model = participant->model;
    const Groove *grooves[GROOVES_MAX] = {NULL};
    const SimulatedScore score = {.timeline = &model->timeline,
                                  .grooves = grooves,
                                  .part = model->part,
                                  .part_before = model->part_before,
                                  .part_from = model->part_from};
    ModelNow music = model_now(model, now);
    SimulatedHit hit;

    if (!music.known || !participant->plays) {
        return;
    }
    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        if (model->grooves[i].known) {
            grooves[model->grooves[i].index] = &model->grooves[i].groove;
        }
    }
    simulated_player_plan(&participant->player, &score, music.time);
    while (simulated_player_take(&participant->player, music.time, &hit)) {
        play_hit(participant, now, &hit);
    }
}

/* Parts go round, as soon as it is known how many there are. */
static void choose_part(SwarmParticipant *participant, HostTime now)
{
    ClientModel *model = participant->model;
    ModelNow music = model_now(model, now);
    uint8_t part;

    if (participant->part_chosen || !music.known || music.groove == NULL) {
        return;
    }
    part = (uint8_t)(participant->config.index % music.groove->part_count);
    if (model_part_index(model, music.groove, music.position) != part) {
        model_choose_part(model, part, participant->link.outbox);
    }
    model_set_ready(model, true, participant->link.outbox);
    session_link_flush(&participant->link);
    participant->part_chosen = true;
}

void participant_service(SwarmParticipant *participant, HostTime now)
{
    const ClientModel *model = participant->model;

    (void)session_link_service(&participant->link, now);
    if (model->phase == MODEL_REFUSED && model->refusal.reason == REFUSAL_NAME_TAKEN &&
        participant->name_count < NAMES_TRIED_MAX) {
        introduce(participant, participant->link.outbox, now);
        return;
    }
    if (model->phase == MODEL_JOINED && !participant->has_joined) {
        participant->has_joined = true;
        participant->joined_at = now;
    }
    /* Who was sent out stops; who lost the connection plays on and comes back. */
    if (participant->has_joined && model->phase != MODEL_ENDED && model->phase != MODEL_REFUSED) {
        choose_part(participant, now);
        play(participant, now);
    }
}

HostTime participant_due(const SwarmParticipant *participant)
{
    HostTime due = session_link_due(&participant->link);
    SessionTime hit_at = simulated_player_due(&participant->player);

    if (participant->plays && hit_at.ns != SESSION_TIME_NEVER.ns) {
        HostTime hit_due = applied_clock_host(&participant->model->clock, hit_at);

        due.ns = hit_due.ns < due.ns ? hit_due.ns : due.ns;
    }
    return due;
}

bool participant_is_joined(const SwarmParticipant *participant)
{
    return participant->model != NULL && participant->model->phase == MODEL_JOINED;
}

bool participant_is_judged(const SwarmParticipant *participant)
{
    return participant->ledger.final_count == participant->ledger.count;
}
