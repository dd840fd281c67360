#include "tests/support/stage.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/prng.h"

enum {
    COUNT_IN_BEATS = 4
};

static const char *const first_names[] = {"Cleo", "Dario", "Edda", "Finn", "Gita", "Hugo",
                                          "Ines", "Jonas", "Kaya", "Lior", "Mira", "Nico",
                                          "Oona", "Pavel", "Quin", "Rosa", "Sami", "Tova",
                                          "Uma",  "Viggo", "Wren", "Yuki", "Ana",  "Bodo"};
static const char *const team_names[] = {
    "Team Maple",  "Team Birch",  "Team Rowan",  "Team Cedar",  "Team Spruce",  "Team Willow",
    "Team Elm",    "Team Finch",  "Team Marten", "Team Oak",    "Team Falcon",  "Team Aurora",
    "Team Ash",    "Team Swift",  "Team Beech",  "Team Delta",  "Team Harbour", "Team Aspen",
    "Team Lagoon", "Team Otter",  "Team Plover", "Team Robin",  "Team Canyon",  "Team Lantern",
    "Team Heron",  "Team Tundra", "Team Comet",  "Team Larch",  "Team River",   "Team Laurel",
    "Team Hazel",  "Team Lynx",   "Team Puffin", "Team Poplar", "Team Compass", "Team Summit",
    "Team Badger", "Team Holly",  "Team Alder",  "Team Linden", "Team Meadow",  "Team Juniper"};

static void set_groove(Groove *groove)
{
    static const char steps[4][9] = {"X.x.x.xx", "x...x...", "xxxxxxxx", "x..x..x."};
    static const Drum drums[] = {DRUM_DJEMBE_SLAP, DRUM_DJEMBE_BASS, DRUM_SHAKER, DRUM_COWBELL};

    memset(groove, 0, sizeof *groove);
    (void)snprintf(groove->title, sizeof groove->title, "Backbeat");
    groove->tempo_mbpm = STAGE_TEMPO_MBPM;
    groove->beats_per_bar = 4;
    groove->steps_per_beat = 2;
    groove->bars = 1;
    groove->metre_unit = 4;
    groove->part_count = 4;
    for (int part = 0; part < 4; part++) {
        GroovePart *own = &groove->parts[part];

        own->drum = drums[part];
        (void)snprintf(own->title, sizeof own->title, "%s", drum_title(drums[part]));
        for (int i = 0; i < 8; i++) {
            own->steps[i] = (uint8_t)(steps[part][i] == 'x'   ? STEP_HIT
                                      : steps[part][i] == 'X' ? STEP_ACCENT
                                                              : STEP_REST);
        }
    }
    assert(groove_is_valid(groove));
}

static uint8_t verdict_of(int seat, const StageConfig *config)
{
    static const uint8_t flags[] = {VERDICT_LATE,
                                    VERDICT_OFF_BEAT,
                                    VERDICT_HALF,
                                    VERDICT_WRONG_TEMPO,
                                    VERDICT_ERRATIC,
                                    VERDICT_EARLY,
                                    VERDICT_DOUBLE,
                                    VERDICT_IDLE};
    bool is_flag = config->flagged && seat % 8 == 7;

    if (is_flag) {
        return flags[(seat / 8) % (int)sizeof flags];
    }
    if (seat % 23 == 11) {
        return MAP_UNRATED;
    }
    return seat % 3 == 1 ? VERDICT_ON : VERDICT_TIGHT;
}

static MapEntry map_entry(Prng *prng, uint8_t verdict)
{
    double phase = 0.022 * prng_normal(prng);
    double spread = 0.025 + 0.02 * prng_uniform(prng);

    if (verdict == VERDICT_ON) {
        spread = 0.05 + 0.04 * prng_uniform(prng);
        phase *= 2.0;
    } else if (verdict == VERDICT_LATE || verdict == VERDICT_EARLY) {
        phase = (verdict == VERDICT_LATE ? 0.2 : -0.2) + 0.02 * prng_normal(prng);
    } else if (verdict == VERDICT_OFF_BEAT) {
        phase = 0.48 + 0.02 * prng_uniform(prng);
    } else if (verdict == VERDICT_ERRATIC || verdict == VERDICT_WRONG_TEMPO ||
               verdict == VERDICT_DOUBLE) {
        phase = prng_uniform(prng) - 0.5;
        spread = 0.3;
    } else if (verdict == MAP_UNRATED) {
        phase = -0.13 + 0.02 * prng_normal(prng);
    }
    phase = fmin(fmax(phase, -0.49), 0.49);
    return (MapEntry){.phase_256 = (int8_t)lround(phase * 256.0),
                      .verdict = verdict,
                      .spread_level = (uint8_t)fmin(15.0, spread / 0.02)};
}

static void seat_people(Stage *stage, const StageConfig *config)
{
    ModelOthers *others = &stage->others;
    Prng prng;

    prng_seed(&prng, config->seed);
    others->seat_count = config->people;
    for (int seat = 0; seat < config->people; seat++) {
        RosterEntry *entry = &others->roster[seat];
        uint8_t verdict = seat == 0 ? VERDICT_TIGHT : verdict_of(seat, config);
        size_t name = (size_t)seat % (sizeof first_names / sizeof first_names[0]);

        others->map[seat] = map_entry(&prng, verdict);
        *entry = (RosterEntry){.seat = (uint16_t)seat,
                               .presence = PRESENCE_TAKEN | PRESENCE_CONNECTED,
                               .clock_bars = 4,
                               .team = (uint16_t)(seat % config->teams)};
        if (verdict != MAP_UNRATED) {
            entry->presence |= PRESENCE_CALIBRATED;
        }
        (void)snprintf(entry->name, sizeof entry->name, "%s", first_names[name]);
        if (verdict < VERDICT_COUNT_SENT) {
            stage->model.snapshot.verdicts[verdict]++;
        }
    }
    others->team_count = config->teams;
    others->map[0].phase_256 = -8; /* oneself is a little early */
    for (int team = 0; team < config->teams; team++) {
        TeamEntry *entry = &others->teams[team];
        size_t name = (size_t)team % (sizeof team_names / sizeof team_names[0]);

        entry->team = (uint16_t)team;
        entry->members = (uint16_t)((config->people - team + config->teams - 1) / config->teams);
        entry->together_centi = (uint16_t)(8800 - 300 * (team % 20));
        entry->first_together_centi = (uint16_t)(1600 + 550 * (team % 5));
        entry->bars = (uint16_t)config->bars;
        entry->mean_together_centi = (uint16_t)(entry->together_centi - 900);
        entry->lowest_together_centi = (uint16_t)(entry->together_centi - 2600 - 700 * (team % 3));
        entry->wobble_centi = (uint16_t)(900 - 150 * (team % 4));
        (void)snprintf(entry->name, sizeof entry->name, "%s", team_names[name]);
    }
}

static void play_bars(Stage *stage, const StageConfig *config)
{
    Prng prng;

    prng_seed(&prng, config->seed + 1);
    stage->others.bar_count = config->bars;
    for (int bar = 0; bar < config->bars; bar++) {
        double sigma_ms = 16.0 + 80.0 * exp(-(double)bar / 12.0) + 3.0 * prng_uniform(&prng);
        double s_ms = 53.6;

        stage->others.bars[bar] =
            (BarEntry){.bar = bar + 1,
                       .take = 1,
                       .active = (uint16_t)config->people,
                       .together_centi = (uint16_t)lround(
                           1.0e4 * exp(-sigma_ms * sigma_ms / (2.0 * s_ms * s_ms))),
                       .sigma_us = (uint32_t)lround(1000.0 * sigma_ms)};
    }
}

static void set_figures(Stage *stage, const StageConfig *config)
{
    ClientModel *model = &stage->model;
    SnapshotMessage *snapshot = &model->snapshot;

    model->has_snapshot = true;
    snapshot->joined = (uint16_t)config->people;
    snapshot->active = (uint16_t)config->people;
    snapshot->together_centi = 6620;
    snapshot->r_tenthousandths = 7600;
    snapshot->sigma_us = 49000;
    snapshot->median_us = 6000;
    model->has_standing = !config->lobby;
    model->standing = (StandingMessage){.score_centi = 9090,
                                        .combo = 24,
                                        .best_combo = 64,
                                        .notes = 412,
                                        .bias_us = -12000,
                                        .spread_us = 17000,
                                        .r_tenthousandths = 9600,
                                        .verdict = VERDICT_TIGHT,
                                        .team_together_centi = 8800};
    model->standing.counts[JUDGEMENT_MISS] = 3;
    model->standing.counts[JUDGEMENT_PERFECT] = 300;
    model->standing.counts[JUDGEMENT_GOOD] = 109;
}

static void count_team(TeamEntry *team, uint8_t verdict)
{
    if (verdict != MAP_ABSENT) {
        team->active++;
    }
    if (verdict < VERDICT_COUNT_SENT) {
        team->verdicts[verdict]++;
    }
}

static MapEntry mark_of_nobody(MapEntry entry)
{
    entry.phase_256 = (int8_t)(entry.phase_256 / CROWD_PHASE_STEP_256 * CROWD_PHASE_STEP_256);
    entry.spread_level = (uint8_t)(entry.spread_level / CROWD_SPREAD_STEP * CROWD_SPREAD_STEP);
    return entry;
}

/* What the tier lets a player know: teams' counts and marks of nobody, or neither. */
static void hide_people(Stage *stage, const StageConfig *config)
{
    ModelOthers *others = &stage->others;

    stage->model.privacy = (uint8_t)config->privacy;
    for (int team = 0; team < config->teams; team++) {
        others->teams[team].counted = others->teams[team].members >= PRIVACY_PEOPLE_MIN;
    }
    for (int seat = 0; seat < config->people; seat++) {
        TeamEntry *team = &others->teams[others->roster[seat].team];

        if (team->counted) {
            count_team(team, others->map[seat].verdict);
            others->crowd[others->crowd_count] = mark_of_nobody(others->map[seat]);
            others->crowd_count++;
        }
        others->map[seat] = (MapEntry){.verdict = MAP_ABSENT};
        if (seat > 0) {
            others->roster[seat] = (RosterEntry){.team = TEAM_NONE};
        }
    }
    others->crowd_refresh = 1;
    if (config->privacy == PRIVACY_PRIVATE) {
        others->crowd_count = 0;
        others->team_count = 0;
    }
}

void stage_init(Stage *stage, const StageConfig *config)
{
    ClientModel *model = &stage->model;

    assert(config->people >= 1 && config->people <= PARTICIPANTS_MAX);
    assert(config->teams >= 1 && config->teams <= TEAMS_MAX);
    memset(stage, 0, sizeof *stage);
    model->others = &stage->others;
    model->phase = MODEL_JOINED;
    model->has_seat = true;
    model->config.calibrated = config->calibrated;
    model->welcome.profile = PROFILE_STANDARD;
    (void)snprintf(model->welcome.title, sizeof model->welcome.title, "Autumn Gathering");
    (void)snprintf(model->welcome.name, sizeof model->welcome.name, "Cleo");
    (void)snprintf(model->welcome.team, sizeof model->welcome.team, "Team Maple");
    model->clock_estimate.valid = true;
    model->has_timeline = true;
    timeline_init(&model->timeline, 0, 4);
    if (!config->lobby) {
        bool started = timeline_start(&model->timeline, (SessionTime){0}, 1, STAGE_TEMPO_MBPM);

        assert(started);
        (void)started;
    }
    model->grooves[0].known = true;
    set_groove(&model->grooves[0].groove);
    model->own_take = 1;
    set_figures(stage, config);
    seat_people(stage, config);
    play_bars(stage, config);
    if (config->privacy != PRIVACY_OPEN) {
        hide_people(stage, config);
    }
}

static SessionTime time_of(const Stage *stage, double beats)
{
    Beats where = {(int64_t)llround((beats + COUNT_IN_BEATS) * (double)UBEATS_PER_BEAT)};

    return tempo_map_time_of(&stage->model.timeline.tempo, where);
}

ModelNow stage_now(const Stage *stage, double beats)
{
    const ClientModel *model = &stage->model;
    const Timeline *timeline = &model->timeline;
    ModelNow music = {.known = true};

    if (timeline->sections[timeline->section_count - 1].transport != TRANSPORT_LOBBY) {
        music.time = time_of(stage, beats);
    }
    music.position = tempo_map_beats_at(&timeline->tempo, music.time);
    music.bar = timeline_bar_at(timeline, music.position);
    music.section = timeline_section_at_time(timeline, music.time);
    music.groove = &model->grooves[0].groove;
    music.transport = (Transport)music.section->transport;
    music.tempo_mbpm = tempo_map_tempo_mbpm_at(&timeline->tempo, music.time);
    return music;
}

static void push(Stage *stage, OwnJudgement own)
{
    ClientModel *model = &stage->model;

    assert(model->own_count < MODEL_OWN_HITS_MAX);
    model->own[model->own_count] = own;
    model->own[model->own_count].note_number = model->own_count + 1;
    model->own_count++;
    model->own_revision++;
}

void stage_hit(Stage *stage, double beats, int32_t late_us)
{
    JudgeWindows windows = judge_windows(beat_ns_at(STAGE_TEMPO_MBPM), PROFILE_STANDARD);
    SessionTime note_at = time_of(stage, beats);
    int64_t distance_ns = NS_PER_US * (late_us < 0 ? -late_us : late_us);
    Judgement judgement = JUDGEMENT_OK;

    if (distance_ns <= windows.w1_ns) {
        judgement = JUDGEMENT_PERFECT;
    } else if (distance_ns <= windows.w2_ns) {
        judgement = JUDGEMENT_GOOD;
    }
    push(stage,
         (OwnJudgement){
             .hit_number = (uint32_t)stage->model.own_count + 1,
             .judgement = (uint8_t)judgement,
             .final = true,
             .from_server = true,
             .asynchrony_us = late_us,
             .at = {note_at.ns + late_us * NS_PER_US +
                    (stage->model.config.calibrated ? stage->model.config.calibration_us * NS_PER_US
                                                    : 0)},
         });
}

void stage_miss(Stage *stage, double beats)
{
    push(stage,
         (OwnJudgement){.judgement = JUDGEMENT_MISS, .final = true, .at = time_of(stage, beats)});
}
