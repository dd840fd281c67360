#include "client/ctl/orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/ctl/export.h"
#include "client/ctl/status.h"
#include "client/model/decimal.h"
#include "shared/platform/host_clock.h"

/* A command waits so long for a bar line that an earlier one has named. */
#define BAR_LINE_WAIT_NS (40 * NS_PER_S)
#define WATCH_NS (1 * NS_PER_S)
#define TEAMS_WAIT_NS (15 * NS_PER_S)
#define PEOPLE_WAIT_NS (20 * NS_PER_S)

enum {
    JSON_DIGITS = 8,
    WORD_BYTES_MAX = 128
};

/* What an order is to bring about. */
typedef struct {
    uint32_t revision;        /* the timeline's before */
    uint32_t snapshot_number; /* before */
    int32_t tempo_mbpm;
    int seat;
    uint8_t part;
    bool locked;
    Privacy privacy;
    HostTime since;
} Effect;

static int fail(const char *sentence)
{
    (void)fprintf(stderr, "onedrum-ctl: %s\n", sentence);
    return EXIT_FAILURE;
}

static Effect effect_now(const Visit *visit)
{
    return (Effect){
        .revision = visit->model.timeline.revision,
        .snapshot_number = visit->model.snapshot.number,
        .since = host_clock_now(),
    };
}

static bool timeline_changed(Visit *visit, HostTime now, const void *wish)
{
    const Effect *effect = wish;

    (void)now;
    return visit->model.timeline.revision != effect->revision;
}

/* While the music rests, a tempo is only announced. */
static bool tempo_changed(Visit *visit, HostTime now, const void *wish)
{
    const Effect *effect = wish;
    const SnapshotMessage *snapshot = &visit->model.snapshot;

    return timeline_changed(visit, now, wish) || (snapshot->number > effect->snapshot_number &&
                                                  model_now(&visit->model, now).tempo_mbpm == 0 &&
                                                  snapshot->tempo_mbpm == effect->tempo_mbpm);
}

static bool part_changed(Visit *visit, HostTime now, const void *wish)
{
    const Effect *effect = wish;

    (void)now;
    return visit->roster_at.ns > effect->since.ns &&
           visit->others.roster[effect->seat].part == effect->part;
}

static bool seat_is_free(Visit *visit, HostTime now, const void *wish)
{
    const Effect *effect = wish;

    (void)now;
    return (visit->others.roster[effect->seat].presence & PRESENCE_TAKEN) == 0;
}

static bool is_created(Visit *visit, HostTime now, const void *wish)
{
    (void)now;
    (void)wish;
    return visit->model.created_known;
}

static bool report_is_complete(Visit *visit, HostTime now, const void *wish)
{
    (void)now;
    (void)wish;
    return visit->others.report_complete;
}

static bool team_is_known(const ModelOthers *others, uint16_t team)
{
    return team == TEAM_NONE || status_team_name(others, team)[0] != '\0';
}

/* Every team in the report has been named. */
static bool reported_teams_are_known(Visit *visit, HostTime now, const void *wish)
{
    const ModelOthers *others = &visit->others;

    (void)now;
    (void)wish;
    for (int i = 0; i < others->report_count; i++) {
        if (!team_is_known(others, others->report[i].team)) {
            return false;
        }
    }
    return true;
}

/* Every team of those who are here has been named. */
static bool teams_here_are_known(Visit *visit, HostTime now, const void *wish)
{
    const ModelOthers *others = &visit->others;

    (void)now;
    (void)wish;
    for (int i = 0; i < others->seat_count; i++) {
        const RosterEntry *entry = &others->roster[i];

        if (status_is_participant(entry) && !team_is_known(others, entry->team)) {
            return false;
        }
    }
    return true;
}

/* The last section of the timeline has begun. */
static bool plan_has_come(Visit *visit, HostTime now, const void *wish)
{
    const Timeline *timeline = &visit->model.timeline;
    ModelNow music = model_now(&visit->model, now);

    (void)wish;
    return music.known && music.section == &timeline->sections[timeline->section_count - 1];
}

static Transport planned_transport(const Visit *visit)
{
    const Timeline *timeline = &visit->model.timeline;

    return (Transport)timeline->sections[timeline->section_count - 1].transport;
}

/* Gives the order and waits until it shows. */
static int order(Visit *visit,
                 const CtlOptions *options,
                 const CommandMessage *command,
                 VisitCondition condition,
                 const Effect *effect)
{
    uint32_t refusals = visit->model.refusal_count;
    VisitOutcome outcome;

    model_command(&visit->model,
                  (CommandKind)command->kind,
                  command->a,
                  command->b,
                  command->text,
                  &visit->outbox);
    session_link_flush(&visit->link);
    outcome = visit_wait(visit, condition, effect, refusals, options->timeout_ns);
    return outcome == VISIT_DONE ? EXIT_SUCCESS : fail(visit_problem(visit, outcome));
}

/* A halt that was ordered and has not come yet comes first. */
static int await_halt(Visit *visit)
{
    VisitOutcome outcome = VISIT_DONE;

    if (planned_transport(visit) != TRANSPORT_PLAYING) {
        outcome =
            visit_wait(visit, plan_has_come, NULL, visit->model.refusal_count, BAR_LINE_WAIT_NS);
    }
    return outcome == VISIT_DONE ? EXIT_SUCCESS : fail(visit_problem(visit, outcome));
}

static int order_start(Visit *visit, const CtlOptions *options)
{
    CommandMessage command = {.kind = COMMAND_START, .a = options->count_in_bars};
    bool resumes = options->command == CTL_RESUME;
    Effect effect;
    int code;

    if (resumes && planned_transport(visit) != TRANSPORT_PAUSED) {
        return fail("The session is not paused, so there is nothing to resume.");
    }
    code = await_halt(visit);
    effect = effect_now(visit);
    code = code == EXIT_SUCCESS ? order(visit, options, &command, timeline_changed, &effect) : code;
    if (code == EXIT_SUCCESS) {
        (void)printf("The music %s, after a count-in of %d %s.\n",
                     resumes ? "goes on" : "starts",
                     options->count_in_bars,
                     options->count_in_bars == 1 ? "bar" : "bars");
    }
    return code;
}

static int order_halt(Visit *visit, const CtlOptions *options)
{
    static const struct {
        CommandKind kind;
        const char *sentence;
    } halts[CTL_COMMAND_COUNT] = {
        [CTL_PAUSE] = {COMMAND_PAUSE, "The music pauses at the next bar line."},
        [CTL_STOP] = {COMMAND_STOP, "The music stops at the next bar line."},
        [CTL_LOBBY] = {COMMAND_LOBBY, "Everybody is back in the lobby."},
    };
    CommandMessage command = {.kind = (uint8_t)halts[options->command].kind};
    Effect effect;
    int code = options->command == CTL_LOBBY ? await_halt(visit) : EXIT_SUCCESS;

    effect = effect_now(visit);
    code = code == EXIT_SUCCESS ? order(visit, options, &command, timeline_changed, &effect) : code;
    if (code == EXIT_SUCCESS) {
        (void)puts(halts[options->command].sentence);
    }
    return code;
}

static int order_tempo(Visit *visit, const CtlOptions *options)
{
    bool ramps = options->command == CTL_RAMP;
    CommandMessage command = {
        .kind = ramps ? COMMAND_RAMP : COMMAND_TEMPO,
        .a = options->tempo_mbpm,
        .b = options->ramp_bars,
    };
    Effect effect = effect_now(visit);
    int code;

    effect.tempo_mbpm = options->tempo_mbpm;
    code = order(visit, options, &command, ramps ? timeline_changed : tempo_changed, &effect);
    if (code == EXIT_SUCCESS && ramps) {
        (void)printf("The tempo goes to %g BPM over %d bars.\n",
                     options->tempo_mbpm / 1000.0,
                     options->ramp_bars);
    } else if (code == EXIT_SUCCESS) {
        (void)printf("The tempo is %g BPM from the next bar line on.\n",
                     options->tempo_mbpm / 1000.0);
    }
    return code;
}

/* Letters and digits alone, in lower case, with one dash for whatever is between them: so that
   "son-clave" finds "Son clave". Other scripts than ASCII are left as they are. */
static void simplify(const char *text, char word[WORD_BYTES_MAX])
{
    size_t end = 0;

    for (; *text != '\0' && end < WORD_BYTES_MAX - 1; text++) {
        unsigned char letter = (unsigned char)*text;
        bool is_upper = letter >= 'A' && letter <= 'Z';
        bool is_word = is_upper || (letter >= 'a' && letter <= 'z') ||
                       (letter >= '0' && letter <= '9') || letter >= 0x80;

        if (is_word) {
            word[end++] = (char)(is_upper ? letter - 'A' + 'a' : letter);
        } else if (end > 0 && word[end - 1] != '-') {
            word[end++] = '-';
        }
    }
    end -= end > 0 && word[end - 1] == '-' ? 1 : 0;
    word[end] = '\0';
}

static bool reads_alike(const char *a, const char *b)
{
    char one[WORD_BYTES_MAX];
    char other[WORD_BYTES_MAX];

    simplify(a, one);
    simplify(b, other);
    return strcmp(one, other) == 0;
}

/* The index of a groove by its number (from 1) or title; -1 for none. */
static int find_groove(const ClientModel *model, const char *typed)
{
    int64_t number;

    if (decimal_parse_within(typed, 0, 1, model->catalogue_total, &number)) {
        return (int)number - 1;
    }
    for (int i = 0; i < model->catalogue_total; i++) {
        if (reads_alike(model_groove_title(model, i), typed)) {
            return i;
        }
    }
    return -1;
}

static int order_groove(Visit *visit, const CtlOptions *options)
{
    int groove = find_groove(&visit->model, options->subject);
    CommandMessage command = {.kind = COMMAND_GROOVE, .a = groove};
    Effect effect = effect_now(visit);
    int code;

    if (groove < 0) {
        return fail("There is no such groove here. The command grooves lists them.");
    }
    code = order(visit, options, &command, timeline_changed, &effect);
    if (code == EXIT_SUCCESS) {
        (void)printf("The groove is %s from the next bar line on.\n",
                     model_groove_title(&visit->model, groove));
    }
    return code;
}

static int list_grooves(const Visit *visit, const CtlOptions *options)
{
    const ClientModel *model = &visit->model;
    json_t *list = json_array();
    bool well = true;

    for (int i = 0; i < model->catalogue_total; i++) {
        const CatalogueMessage *page = &model->catalogue[i / CATALOGUE_ENTRIES_MAX];
        double tempo_bpm = page->entries[i % CATALOGUE_ENTRIES_MAX].tempo_mbpm / 1000.0;

        if (options->json) {
            (void)json_array_append_new(list,
                                        json_pack("{s:i, s:s, s:f}",
                                                  "number",
                                                  i + 1,
                                                  "title",
                                                  model_groove_title(model, i),
                                                  "tempo_bpm",
                                                  tempo_bpm));
        } else {
            (void)printf("%2d  %s, %g BPM\n", i + 1, model_groove_title(model, i), tempo_bpm);
        }
    }
    if (options->json) {
        well = json_dumpf(list, stdout, JSON_COMPACT | JSON_REAL_PRECISION(JSON_DIGITS)) == 0 &&
               putchar('\n') != EOF;
    }
    json_decref(list);
    return well && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The seat of a participant by name, as typed or but for case and punctuation; -1 for none. */
static int find_person(const ModelOthers *others, const char *typed)
{
    int alike = -1;

    for (int seat = 0; seat < others->seat_count; seat++) {
        const RosterEntry *entry = &others->roster[seat];

        if (status_is_participant(entry) && strcmp(entry->name, typed) == 0) {
            return seat;
        }
        if (status_is_participant(entry) && reads_alike(entry->name, typed)) {
            alike = seat;
        }
    }
    return alike;
}

/* A part of the groove in force by number (from 1) or title; -1 for none. */
static int find_part(const Groove *groove, const char *typed)
{
    int64_t number;

    if (decimal_parse_within(typed, 0, 1, groove->part_count, &number)) {
        return (int)number - 1;
    }
    for (int i = 0; i < groove->part_count; i++) {
        if (reads_alike(groove->parts[i].title, typed)) {
            return i;
        }
    }
    return -1;
}

static bool person_is_known(Visit *visit, HostTime now, const void *wish)
{
    return find_person(&visit->others, wish) >= 0 || visit_knows_people(visit, now, NULL);
}

/* The seat of the participant whom the command names; -1 for nobody. */
static int await_person(Visit *visit, const CtlOptions *options)
{
    (void)visit_wait(
        visit, person_is_known, options->subject, visit->model.refusal_count, PEOPLE_WAIT_NS);
    return find_person(&visit->others, options->subject);
}

static int order_part(Visit *visit, const CtlOptions *options)
{
    const Groove *groove = model_now(&visit->model, host_clock_now()).groove;
    int part = find_part(groove, options->part);
    int seat = await_person(visit, options);
    Effect effect = effect_now(visit);
    CommandMessage command = {.kind = COMMAND_PART, .b = part};
    int code;

    effect.seat = seat;
    effect.part = (uint8_t)part;
    command.a = effect.seat;
    if (effect.seat < 0) {
        return fail("There is nobody of this name. The command status lists everybody.");
    }
    if (part < 0) {
        return fail("The groove has no such part; give its number from 1 on, or its title.");
    }
    code = order(visit, options, &command, part_changed, &effect);
    if (code == EXIT_SUCCESS) {
        (void)printf(
            "%s plays %s.\n", visit->others.roster[effect.seat].name, groove->parts[part].title);
    }
    return code;
}

/* Sends somebody out, for now or for good. */
static int order_kick(Visit *visit, const CtlOptions *options)
{
    const bool bans = options->command == CTL_BAN;
    CommandMessage command = {.kind = bans ? COMMAND_BAN : COMMAND_KICK};
    Effect effect = {.seat = await_person(visit, options)};
    int code;

    command.a = effect.seat;
    if (effect.seat < 0) {
        return fail("There is nobody of this name. The command status lists everybody.");
    }
    code = order(visit, options, &command, seat_is_free, &effect);
    if (code == EXIT_SUCCESS) {
        (void)printf(
            "%s has been sent out%s.\n", options->subject, bans ? " and cannot come back" : "");
    }
    return code;
}

static bool lock_is_as_wished(Visit *visit, HostTime now, const void *wish)
{
    const Effect *effect = wish;
    const SnapshotMessage *snapshot = &visit->model.snapshot;

    (void)now;
    return snapshot->number > effect->snapshot_number && snapshot->locked == effect->locked;
}

static int order_lock(Visit *visit, const CtlOptions *options)
{
    const bool locks = options->command == CTL_LOCK;
    CommandMessage command = {.kind = locks ? COMMAND_LOCK : COMMAND_UNLOCK};
    Effect effect = effect_now(visit);
    int code;

    effect.locked = locks;
    code = order(visit, options, &command, lock_is_as_wished, &effect);
    if (code == EXIT_SUCCESS) {
        (void)puts(locks ? "The session is locked: nobody new comes in."
                         : "The session is open again.");
    }
    return code;
}

static bool privacy_is_as_wished(Visit *visit, HostTime now, const void *wish)
{
    const Effect *effect = wish;

    (void)now;
    return visit->model.snapshot.number > effect->snapshot_number &&
           model_privacy(&visit->model) == effect->privacy;
}

static int order_privacy(Visit *visit, const CtlOptions *options)
{
    CommandMessage command = {.kind = COMMAND_PRIVACY, .a = (int32_t)options->privacy};
    Effect effect = effect_now(visit);
    int code;

    effect.privacy = options->privacy;
    code = order(visit, options, &command, privacy_is_as_wished, &effect);
    if (code == EXIT_SUCCESS) {
        (void)printf("The session is %s: %s\n",
                     privacy_word(options->privacy),
                     status_privacy_sentence(options->privacy));
    }
    return code;
}

static int order_create(Visit *visit, const CtlOptions *options)
{
    CommandMessage command = {.kind = COMMAND_CREATE, .a = options->seats};
    Effect effect = effect_now(visit);
    Link created = options->link;
    char link[LINK_TEXT_BYTES_MAX];
    char facilitator_link[LINK_TEXT_BYTES_MAX];
    int code;

    (void)snprintf(command.text, sizeof command.text, "%s", options->subject);
    code = order(visit, options, &command, is_created, &effect);
    if (code != EXIT_SUCCESS) {
        return code;
    }
    memcpy(created.code, visit->model.created.code, sizeof created.code);
    memcpy(created.facilitator_token, visit->model.created.facilitator_token, TOKEN_BYTES);
    created.has_token = true;
    if (link_format(&created, false, link, sizeof link) == 0 ||
        link_format(&created, true, facilitator_link, sizeof facilitator_link) == 0) {
        return fail("The links of the new session are too long to be written.");
    }
    if (options->json) {
        (void)printf("{\"code\":\"%.8s\",\"link\":\"%s\",\"facilitator_link\":\"%s\"}\n",
                     (const char *)created.code,
                     link,
                     facilitator_link);
    } else {
        (void)printf("%s\n%s\n", link, facilitator_link);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool print_status(const Visit *visit, const CtlOptions *options)
{
    HostTime now = host_clock_now();
    json_t *root;
    bool well;

    if (!options->json) {
        if (options->watch && isatty(STDOUT_FILENO) == 1) {
            (void)fputs("\x1b[H\x1b[2J", stdout);
        }
        status_print(visit, now);
        return fflush(stdout) == 0;
    }
    root = status_json(visit, now);
    well = root != NULL &&
           json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(JSON_DIGITS)) == 0 &&
           putchar('\n') != EOF && fflush(stdout) == 0;
    json_decref(root);
    return well;
}

static bool is_over(Visit *visit, HostTime now, const void *wish)
{
    (void)now;
    (void)wish;
    return session_link_is_over(&visit->link);
}

static int show_status(Visit *visit, const CtlOptions *options)
{
    VisitOutcome outcome = VISIT_NO_ANSWER;

    (void)visit_wait(visit, visit_knows_people, NULL, visit->model.refusal_count, PEOPLE_WAIT_NS);
    (void)visit_wait(visit, teams_here_are_known, NULL, visit->model.refusal_count, TEAMS_WAIT_NS);
    do {
        if (!print_status(visit, options)) {
            return EXIT_FAILURE;
        }
        if (options->watch) {
            outcome = visit_wait(visit, is_over, NULL, visit->model.refusal_count, WATCH_NS);
        }
    } while (options->watch && outcome == VISIT_NO_ANSWER && !session_link_is_over(&visit->link));
    return EXIT_SUCCESS;
}

static int order_export(Visit *visit, const CtlOptions *options)
{
    uint32_t refusals = visit->model.refusal_count;
    VisitOutcome outcome;

    model_request_report(&visit->model, &visit->outbox);
    session_link_flush(&visit->link);
    outcome = visit_wait(visit, report_is_complete, NULL, refusals, options->timeout_ns);
    if (outcome != VISIT_DONE) {
        return fail(visit_problem(visit, outcome));
    }
    outcome = visit_wait(visit, reported_teams_are_known, NULL, refusals, TEAMS_WAIT_NS);
    if (outcome == VISIT_NO_ANSWER && !session_link_is_over(&visit->link)) {
        return fail("The names of the teams have not come in time, so nothing was exported. Please "
                    "try again.");
    }
    if (outcome != VISIT_DONE) {
        return fail(visit_problem(visit, outcome));
    }
    return export_write(visit, host_clock_now(), options->csv, options->out_path) ? EXIT_SUCCESS
                                                                                  : EXIT_FAILURE;
}

int orders_carry_out(Visit *visit, const CtlOptions *options)
{
    VisitOutcome outcome = visit_wait(visit, visit_knows_music, NULL, 0, options->timeout_ns);

    if (outcome != VISIT_DONE) {
        return fail(visit_problem(visit, outcome));
    }
    switch (options->command) {
    case CTL_CREATE:
        return order_create(visit, options);
    case CTL_STATUS:
        return show_status(visit, options);
    case CTL_START:
    case CTL_RESUME:
        return order_start(visit, options);
    case CTL_PAUSE:
    case CTL_STOP:
    case CTL_LOBBY:
        return order_halt(visit, options);
    case CTL_TEMPO:
    case CTL_RAMP:
        return order_tempo(visit, options);
    case CTL_GROOVE:
        return order_groove(visit, options);
    case CTL_GROOVES:
        return list_grooves(visit, options);
    case CTL_PART:
        return order_part(visit, options);
    case CTL_KICK:
    case CTL_BAN:
        return order_kick(visit, options);
    case CTL_LOCK:
    case CTL_UNLOCK:
        return order_lock(visit, options);
    case CTL_PRIVACY:
        return order_privacy(visit, options);
    case CTL_EXPORT:
        return order_export(visit, options);
    case CTL_COMMAND_COUNT:
        break;
    }
    return EXIT_FAILURE;
}
