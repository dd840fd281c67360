#include "client/ctl/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/circular.h"
#include "shared/group_statistics.h"

enum {
    RING_COLUMNS = 41,
    RING_ROWS = 17,
    RING_DOTS = 48,
    PHASE_STEPS = 256
};

const char *status_transport_word(Transport transport)
{
    static const char *const words[TRANSPORT_COUNT] = {
        [TRANSPORT_LOBBY] = "lobby",
        [TRANSPORT_COUNT_IN] = "count-in",
        [TRANSPORT_PLAYING] = "playing",
        [TRANSPORT_PAUSED] = "paused",
        [TRANSPORT_STOPPED] = "stopped",
    };

    return words[transport];
}

const char *status_team_name(const ModelOthers *others, uint16_t team)
{
    return team < others->team_count ? others->teams[team].name : "";
}

const char *status_part_title(const Groove *groove, uint8_t part)
{
    return groove == NULL ? "" : groove->parts[part % groove->part_count].title;
}

bool status_is_participant(const RosterEntry *entry)
{
    return (entry->presence & PRESENCE_TAKEN) != 0 && (entry->presence & PRESENCE_OBSERVER) == 0;
}

const char *status_groove_title(const ClientModel *model, const ModelNow *music)
{
    const char *title = model_groove_title(model, music->section->groove);

    if (title != NULL) {
        return title;
    }
    return music->groove != NULL ? music->groove->title : "";
}

double status_tempo_bpm(const ClientModel *model, const ModelNow *music)
{
    int32_t tempo_mbpm = music->tempo_mbpm != 0 ? music->tempo_mbpm : model->snapshot.tempo_mbpm;

    return tempo_mbpm / 1000.0;
}

const char *status_privacy_sentence(Privacy privacy)
{
    static const char *const sentences[PRIVACY_COUNT] = {
        [PRIVACY_OPEN] = "everybody is told who is where.",
        [PRIVACY_TEAMS] = "people are told of teams, and of marks without names.",
        [PRIVACY_PRIVATE] = "people are told of the whole group only.",
    };

    return sentences[privacy];
}

static GroupWord word_now(const SnapshotMessage *snapshot)
{
    return group_word_of(snapshot->sigma_us / 1000.0);
}

/* Nothing has been measured as long as the figures are all zero. */
static bool is_measured(const SnapshotMessage *snapshot)
{
    return snapshot->sigma_us != 0 || snapshot->r_tenthousandths != 0;
}

static const char *verdict_text(const RosterEntry *person, const MapEntry *map)
{
    if ((person->presence & PRESENCE_CONNECTED) == 0) {
        return "away";
    }
    if (map->verdict == MAP_UNRATED) {
        return "unrated";
    }
    return map->verdict < VERDICT_COUNT ? verdict_word((Verdict)map->verdict) : "not playing";
}

static json_t *person_json(const Visit *visit, const ModelNow *music, int seat)
{
    const RosterEntry *person = &visit->others.roster[seat];
    const MapEntry *map = &visit->others.map[seat];
    int parts = music->groove == NULL ? 1 : music->groove->part_count;

    return json_pack("{s:i, s:s, s:s, s:i, s:s, s:b, s:b, s:b, s:b, s:s, s:f, s:f, s:i}",
                     "seat",
                     seat,
                     "name",
                     person->name,
                     "team",
                     status_team_name(&visit->others, person->team),
                     "part",
                     person->part % parts + 1,
                     "part_title",
                     status_part_title(music->groove, person->part),
                     "connected",
                     (person->presence & PRESENCE_CONNECTED) != 0,
                     "ready",
                     (person->presence & PRESENCE_READY) != 0,
                     "calibrated",
                     (person->presence & PRESENCE_CALIBRATED) != 0,
                     "facilitator",
                     (person->presence & PRESENCE_FACILITATOR) != 0,
                     "verdict",
                     verdict_text(person, map),
                     "phase_beats",
                     map->phase_256 / (double)PHASE_STEPS,
                     "spread_beats",
                     map->spread_level * 0.02,
                     "clock_bars",
                     person->clock_bars);
}

static json_t *people_json(const Visit *visit, const ModelNow *music)
{
    json_t *list = json_array();

    for (int seat = 0; seat < visit->others.seat_count; seat++) {
        if (status_is_participant(&visit->others.roster[seat])) {
            (void)json_array_append_new(list, person_json(visit, music, seat));
        }
    }
    return list;
}

static json_t *teams_json(const ModelOthers *others)
{
    json_t *list = json_array();

    for (int i = 0; i < others->team_count; i++) {
        const TeamEntry *team = &others->teams[i];

        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:i, s:f, s:f}",
                                              "name",
                                              team->name,
                                              "members",
                                              team->members,
                                              "together",
                                              team->together_centi / 100.0,
                                              "first_together",
                                              team->first_together_centi / 100.0));
    }
    return list;
}

static json_t *verdicts_json(const SnapshotMessage *snapshot)
{
    json_t *root = json_object();

    for (int i = 0; i < VERDICT_COUNT; i++) {
        (void)json_object_set_new(
            root, verdict_word((Verdict)i), json_integer(snapshot->verdicts[i]));
    }
    return root;
}

json_t *status_bars_json(const ModelOthers *others)
{
    json_t *list = json_array();

    for (int i = 0; i < others->bar_count; i++) {
        const BarEntry *bar = &others->bars[i];

        (void)json_array_append_new(list,
                                    json_pack("{s:i, s:i, s:i, s:f, s:f, s:f, s:f}",
                                              "bar",
                                              bar->bar,
                                              "take",
                                              bar->take,
                                              "active",
                                              bar->active,
                                              "together",
                                              bar->together_centi / 100.0,
                                              "r",
                                              bar->r_tenthousandths / 10000.0,
                                              "sigma_ms",
                                              bar->sigma_us / 1000.0,
                                              "median_ms",
                                              bar->median_us / 1000.0));
    }
    return list;
}

json_t *status_json(const Visit *visit, HostTime now)
{
    const ClientModel *model = &visit->model;
    const SnapshotMessage *snapshot = &model->snapshot;
    ModelNow music = model_now(model, now);
    char code[CODE_CHARS + 2];

    code_format(model->welcome.code, code);
    return json_pack("{s:s, s:s, s:s, s:i, s:s, s:i, s:f, s:i, s:i, s:i, s:i, s:f, s:s, s:f, s:f, "
                     "s:f, s:f, s:b, s:s, s:o, s:o, s:o, s:o}",
                     "title",
                     model->welcome.title,
                     "code",
                     code,
                     "state",
                     status_transport_word(music.transport),
                     "take",
                     music.section->take,
                     "groove",
                     status_groove_title(model, &music),
                     "groove_number",
                     music.section->groove + 1,
                     "tempo_bpm",
                     status_tempo_bpm(model, &music),
                     "bar",
                     music.bar.bar,
                     "beat",
                     music.bar.beat + 1,
                     "joined",
                     snapshot->joined,
                     "active",
                     snapshot->active,
                     "together",
                     snapshot->together_centi / 100.0,
                     "word",
                     is_measured(snapshot) ? group_word_text(word_now(snapshot)) : "",
                     "team_score",
                     snapshot->team_score_centi / 100.0,
                     "r",
                     snapshot->r_tenthousandths / 10000.0,
                     "sigma_ms",
                     snapshot->sigma_us / 1000.0,
                     "median_ms",
                     snapshot->median_us / 1000.0,
                     "locked",
                     snapshot->locked,
                     "privacy",
                     privacy_word(model_privacy(model)),
                     "verdicts",
                     verdicts_json(snapshot),
                     "teams",
                     teams_json(&visit->others),
                     "participants",
                     people_json(visit, &music),
                     "bars",
                     status_bars_json(&visit->others));
}

/* A column of `width` characters; UTF-8 continuation bytes take no room. */
static void print_column(const char *text, int width)
{
    int columns = 0;

    for (const char *byte = text; *byte != '\0'; byte++) {
        columns += ((unsigned char)*byte & 0xc0) != 0x80 ? 1 : 0;
    }
    (void)printf("%s%*s", text, columns < width ? width - columns : 1, "");
}

static void print_head(const Visit *visit, const ModelNow *music)
{
    const ClientModel *model = &visit->model;
    const SnapshotMessage *snapshot = &model->snapshot;
    char code[CODE_CHARS + 2];

    code_format(model->welcome.code, code);
    (void)printf(
        "%s   %s   %s\n", model->welcome.title, code, status_transport_word(music->transport));
    (void)printf("%s, %.4g BPM, bar %d, beat %d\n",
                 status_groove_title(model, music),
                 status_tempo_bpm(model, music),
                 music->bar.bar,
                 music->bar.beat + 1);
    (void)printf("Privacy %s: %s\n",
                 privacy_word(model_privacy(model)),
                 status_privacy_sentence(model_privacy(model)));
    (void)printf("%d here, %d drumming%s\n",
                 snapshot->joined,
                 snapshot->active,
                 snapshot->locked ? "; locked: nobody new comes in" : "");
    if (is_measured(snapshot)) {
        (void)printf("TOGETHER %.0f, %s   R %.3f   sigma %.1f ms   %.0f ms %s the click\n",
                     snapshot->together_centi / 100.0,
                     group_word_text(word_now(snapshot)),
                     snapshot->r_tenthousandths / 10000.0,
                     snapshot->sigma_us / 1000.0,
                     fabs(snapshot->median_us / 1000.0),
                     snapshot->median_us < 0 ? "ahead of" : "behind");
    } else {
        (void)printf("TOGETHER -   (nothing played yet)\n");
    }
}

static void print_teams(const ModelOthers *others)
{
    if (others->team_count == 0) {
        return;
    }
    (void)printf("\n");
    print_column("Team", 25);
    (void)printf("%7s %9s %9s\n", "people", "together", "at first");
    for (int i = 0; i < others->team_count; i++) {
        const TeamEntry *team = &others->teams[i];

        print_column(team->name, 25);
        (void)printf("%7d %9.0f %9.0f\n",
                     team->members,
                     team->together_centi / 100.0,
                     team->first_together_centi / 100.0);
    }
}

/* The column and row of a phase: on the beat is on top, late is clockwise from there. */
static char *ring_cell(char ring[RING_ROWS][RING_COLUMNS + 1], double turns)
{
    double angle = turns * CIRCULAR_TWO_PI;
    int column = (int)lround((RING_COLUMNS - 1) / 2.0 * (1.0 + sin(angle)));
    int row = (int)lround((RING_ROWS - 1) / 2.0 * (1.0 - cos(angle)));

    return &ring[row][column];
}

static bool has_phase(const MapEntry *mark)
{
    return mark->verdict != MAP_ABSENT && mark->verdict != VERDICT_WARMING_UP &&
           mark->verdict != VERDICT_IDLE;
}

static char one_more(char digit)
{
    if (digit == '9' || digit == '+') {
        return '+';
    }
    return (char)(digit + 1);
}

static int draw_mark(char ring[RING_ROWS][RING_COLUMNS + 1], const MapEntry *mark)
{
    char *cell;

    if (!has_phase(mark)) {
        return 0;
    }
    cell = ring_cell(ring, mark->phase_256 / (double)PHASE_STEPS);
    *cell = (char)(*cell == '.' || *cell == ' ' ? '1' : one_more(*cell));
    return 1;
}

/* Digits say how many people stand at a place; '+' is more than nine. */
static void print_ring(const Visit *visit)
{
    const ModelOthers *others = &visit->others;
    char ring[RING_ROWS][RING_COLUMNS + 1];
    int drawn = 0;

    for (int row = 0; row < RING_ROWS; row++) {
        (void)snprintf(ring[row], sizeof ring[row], "%*s", RING_COLUMNS, "");
    }
    for (int step = 0; step < RING_DOTS; step++) {
        *ring_cell(ring, step / (double)RING_DOTS) = '.';
    }
    for (int seat = 0; seat < others->seat_count; seat++) {
        drawn +=
            status_is_participant(&others->roster[seat]) ? draw_mark(ring, &others->map[seat]) : 0;
    }
    for (int i = 0; i < others->crowd_count; i++) {
        drawn += draw_mark(ring, &others->crowd[i]);
    }
    if (drawn > 0) {
        (void)printf("\n%*s\n", 4 + RING_COLUMNS / 2 + 4, "the beat");
    }
    for (int row = 0; row < RING_ROWS && drawn > 0; row++) {
        (void)printf("    %s\n", ring[row]);
    }
}

static void print_people(const Visit *visit, const ModelNow *music)
{
    const ModelOthers *others = &visit->others;
    double beat_ms = 60000.0 / status_tempo_bpm(&visit->model, music);

    (void)printf("\n");
    print_column("Name", 25);
    print_column("Team", 13);
    print_column("Part", 17);
    print_column("Verdict", 14);
    (void)printf("%9s\n", "offset");
    for (int seat = 0; seat < others->seat_count; seat++) {
        const RosterEntry *person = &others->roster[seat];
        const MapEntry *map = &others->map[seat];

        if (!status_is_participant(person)) {
            continue;
        }
        print_column(person->name, 25);
        print_column(status_team_name(others, person->team), 13);
        print_column(status_part_title(music->groove, person->part), 17);
        print_column(verdict_text(person, map), 14);
        if (map->verdict != MAP_ABSENT && map->verdict != VERDICT_WARMING_UP) {
            (void)printf("%+6.0f ms", map->phase_256 * beat_ms / PHASE_STEPS);
        }
        (void)printf("\n");
    }
}

void status_print(const Visit *visit, HostTime now)
{
    ModelNow music = model_now(&visit->model, now);

    print_head(visit, &music);
    print_teams(&visit->others);
    print_ring(visit);
    if (model_sees_people(&visit->model)) {
        print_people(visit, &music);
    }
}
