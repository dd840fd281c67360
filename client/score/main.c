/* onedrum-score: how well recorded taps keep to a beat, judged as a session would. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/decimal.h"
#include "client/score/tap_store.h"
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"

enum {
    EXIT_USAGE = 2,
    READ_BYTES = 65536,
    JSON_DIGITS = 10
};

static const char usage_text[] =
    "usage: onedrum-score --taps FILE --bpm B [OPTION ...]\n"
    "\n"
    "Judges recorded taps against a steady beat, as a session would.\n"
    "\n"
    "  --taps FILE      CSV with a header and the columns player and time_ms, perhaps pad (0-7)\n"
    "                   and velocity (1-127), in any order; '-' reads standard input\n"
    "  --bpm B          beats per minute, 1 to 1000, decimals allowed\n"
    "  --t0-ms T        time of the first beat (default 0; may be negative)\n"
    "  --groove NAME    expect the notes of this groove's first part; otherwise one per beat\n"
    "  --profile P      novice, standard or expert (default standard)\n"
    "  --json           print one JSON object; otherwise a table\n"
    "  --help, --version\n"
    "\n"
    "A player is expected to play the notes from --t0-ms on whose cells lie between their first\n"
    "and last tap inclusive. Taps may be in any order. bias_ms, spread_ms and r are circular\n"
    "figures over all taps but bounces; n counts those. The group is measured over all beats on\n"
    "which two or more people tapped, each person's own bias removed; who taps fewer than 16\n"
    "times does not count in it. Without such a beat its figures are null.\n"
    "\n"
    "Exit: 0 done, 2 wrong usage, 1 anything else.\n";

typedef struct {
    const char *taps_path;
    ScoreGrid grid;
    Groove groove;
    bool json;
} Options;

/* What is printed of one player. */
typedef struct {
    const char *name;
    size_t tap_count;
    int64_t counts[JUDGEMENT_COUNT];
    int64_t notes;
    int64_t hits;
    double bias_ms;
    double spread_ms;
    double r;
    double accuracy;
    double score;
} PlayerFigures;

static int wrong_usage(const char *what, const char *value)
{
    (void)fprintf(stderr, "onedrum-score: %s%s; see --help\n", what, value);
    return EXIT_USAGE;
}

static bool choose_profile(const char *word, Profile *profile)
{
    for (int i = 0; i < PROFILE_COUNT; i++) {
        if (strcmp(word, judge_profile_word((Profile)i)) == 0) {
            *profile = (Profile)i;
            return true;
        }
    }
    return false;
}

static bool choose_groove(const char *name, Groove *groove)
{
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        const BuiltinGroove *builtin = &BUILTIN_GROOVES[i];

        if (strcmp(name, builtin->name) == 0) {
            return groove_text_parse(builtin->text, strlen(builtin->text), groove, NULL) &&
                   groove_notes_per_cycle(groove, 0) > 0;
        }
    }
    (void)fprintf(stderr, "onedrum-score: the grooves are:");
    for (int i = 0; i < BUILTIN_GROOVE_COUNT; i++) {
        (void)fprintf(stderr, " %s", BUILTIN_GROOVES[i].name);
    }
    (void)fprintf(stderr, "\n");
    return false;
}

enum {
    OPTION_TAPS = 1,
    OPTION_BPM,
    OPTION_T0,
    OPTION_GROOVE,
    OPTION_PROFILE,
    OPTION_JSON,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"taps", required_argument, NULL, OPTION_TAPS},
    {"bpm", required_argument, NULL, OPTION_BPM},
    {"t0-ms", required_argument, NULL, OPTION_T0},
    {"groove", required_argument, NULL, OPTION_GROOVE},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* Takes one option; an exit code, or -1 to go on. */
static int take_option(int option, const char *value, Options *options)
{
    const int64_t time_limit_ns = CSV_TIME_MS_MAX * NS_PER_MS;

    switch (option) {
    case OPTION_TAPS:
        options->taps_path = value;
        return -1;
    case OPTION_BPM:
        return decimal_parse_within(
                   value, 9, SCORE_TEMPO_NBPM_MIN, SCORE_TEMPO_NBPM_MAX, &options->grid.tempo_nbpm)
                   ? -1
                   : wrong_usage("--bpm is a number from 1 to 1000, not ", value);
    case OPTION_T0:
        return decimal_parse_within(value, 6, -time_limit_ns, time_limit_ns, &options->grid.t0_ns)
                   ? -1
                   : wrong_usage("--t0-ms is a number of milliseconds, not ", value);
    case OPTION_GROOVE:
        return choose_groove(value, &options->groove) ? -1
                                                      : wrong_usage("there is no groove ", value);
    case OPTION_PROFILE:
        return choose_profile(value, &options->grid.profile)
                   ? -1
                   : wrong_usage("--profile is novice, standard or expert, not ", value);
    case OPTION_JSON:
        options->json = true;
        return -1;
    case OPTION_HELP:
        (void)fputs(usage_text, stdout);
        return EXIT_SUCCESS;
    case OPTION_VERSION:
        (void)puts("onedrum-score " ONEDRUM_VERSION);
        return EXIT_SUCCESS;
    default:
        (void)fputs("see onedrum-score --help\n", stderr);
        return EXIT_USAGE;
    }
}

/* An exit code, or -1 to go on. */
static int take_options(int argc, char **argv, Options *options)
{
    int option;

    *options = (Options){.groove = score_pulse(), .grid.profile = PROFILE_STANDARD};
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        int code = take_option(option, optarg, options);

        if (code >= 0) {
            return code;
        }
    }
    if (optind < argc) {
        return wrong_usage("unexpected argument ", argv[optind]);
    }
    if (options->taps_path == NULL || options->grid.tempo_nbpm == 0) {
        return wrong_usage("--taps and --bpm are needed", "");
    }
    options->grid.groove = &options->groove;
    return -1;
}

static bool read_taps(const char *path, TapStore *store)
{
    static char bytes[READ_BYTES];
    static TapsCsv csv;
    bool from_stdin = strcmp(path, "-") == 0;
    const char *name = from_stdin ? "standard input" : path;
    FILE *file = from_stdin ? stdin : fopen(path, "rb");
    size_t byte_count;
    bool well = true;

    if (file == NULL) {
        (void)fprintf(stderr, "onedrum-score: cannot read %s: %s\n", name, strerror(errno));
        return false;
    }
    taps_csv_init(&csv, tap_store_add, store);
    while (well && (byte_count = fread(bytes, 1, sizeof bytes, file)) > 0) {
        well = taps_csv_feed(&csv, bytes, byte_count);
    }
    if (ferror(file) != 0) {
        (void)fprintf(stderr, "onedrum-score: cannot read %s: %s\n", name, strerror(errno));
        well = false;
    } else if (!taps_csv_finish(&csv)) {
        (void)fprintf(stderr, "%s:%lld: %s\n", name, (long long)csv.reason_line, csv.reason);
        well = false;
    }
    if (!from_stdin) {
        (void)fclose(file);
    }
    return well;
}

static PlayerFigures figures_of(const char *name, const PersonStatistics *statistics)
{
    PlayerFigures figures = {
        .name = name,
        .notes = person_statistics_notes(statistics),
        .hits = person_statistics_hits(statistics),
        .bias_ms = person_statistics_bias_ms(statistics),
        .spread_ms = person_statistics_spread_ms(statistics),
        .r = person_statistics_r(statistics),
        .accuracy = person_statistics_accuracy(statistics),
        .score = person_statistics_score(statistics),
    };

    memcpy(figures.counts, statistics->counts, sizeof figures.counts);
    return figures;
}

static int compare_beats(const void *a, const void *b)
{
    const ScoreGroupHit *one = a;
    const ScoreGroupHit *other = b;

    return (one->beat > other->beat) - (one->beat < other->beat);
}

static bool judge_all(const ScoreGrid *grid,
                      const TapStore *store,
                      PlayerFigures *players,
                      ScoreGroupHit *hits,
                      GroupFigures *group)
{
    static PersonStatistics statistics;
    size_t hit_count = 0;

    for (int i = 0; i < tap_store_player_count(store); i++) {
        const char *name = tap_store_player(store, i);
        size_t tap_count;
        size_t counted = 0;
        const ScoreTap *taps = tap_store_taps(store, i, &tap_count);
        ScoreResult result =
            score_player(grid, taps, tap_count, &statistics, hits + hit_count, &counted);

        if (result != SCORE_DONE) {
            (void)fprintf(stderr,
                          "onedrum-score: player %s: %s\n",
                          name,
                          result == SCORE_TOO_DENSE
                              ? "more than 96 taps around one note; is time_ms in milliseconds?"
                              : "over 10,000,000 notes from first to last tap; check --t0-ms");
            return false;
        }
        players[i] = figures_of(name, &statistics);
        players[i].tap_count = tap_count;
        hit_count += counted;
    }
    qsort(hits, hit_count, sizeof hits[0], compare_beats);
    *group = score_group(grid, hits, hit_count);
    return true;
}

static json_t *player_json(const PlayerFigures *player)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f}",
                     "player",
                     player->name,
                     "n",
                     (json_int_t)player->hits,
                     "perfect",
                     (json_int_t)player->counts[JUDGEMENT_PERFECT],
                     "good",
                     (json_int_t)player->counts[JUDGEMENT_GOOD],
                     "ok",
                     (json_int_t)player->counts[JUDGEMENT_OK],
                     "miss",
                     (json_int_t)player->counts[JUDGEMENT_MISS],
                     "extra",
                     (json_int_t)player->counts[JUDGEMENT_EXTRA],
                     "bounce",
                     (json_int_t)player->counts[JUDGEMENT_BOUNCE],
                     "notes",
                     (json_int_t)player->notes,
                     "taps",
                     (json_int_t)player->tap_count,
                     "bias_ms",
                     player->bias_ms,
                     "spread_ms",
                     player->spread_ms,
                     "r",
                     player->r,
                     "accuracy",
                     player->accuracy,
                     "score",
                     player->score);
}

static json_t *group_json(const GroupFigures *group)
{
    if (!group->valid) {
        return json_pack("{s:n, s:n, s:n, s:n}", "r", "ppc", "sigma_ms", "together");
    }
    return json_pack("{s:f, s:f, s:f, s:f}",
                     "r",
                     group->r,
                     "ppc",
                     group->ppc,
                     "sigma_ms",
                     group->sigma_ms,
                     "together",
                     group->together);
}

static bool print_json(const PlayerFigures *players, int player_count, const GroupFigures *group)
{
    json_t *list = json_array();
    json_t *root;
    bool well = list != NULL;

    for (int i = 0; well && i < player_count; i++) {
        well = json_array_append_new(list, player_json(&players[i])) == 0;
    }
    root = json_pack("{s:o, s:o}", "players", list, "group", group_json(group));
    well = well && root != NULL &&
           json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(JSON_DIGITS)) == 0;
    json_decref(root);
    return putchar('\n') != EOF && well;
}

static void print_table(const PlayerFigures *players, int player_count, const GroupFigures *group)
{
    (void)printf("%-24s %6s %6s %6s %6s %6s %6s %6s %8s %8s %7s %6s %6s\n",
                 "player",
                 "n",
                 "perf.",
                 "good",
                 "ok",
                 "miss",
                 "extra",
                 "bounce",
                 "bias ms",
                 "spread",
                 "R",
                 "acc. %",
                 "score");
    for (int i = 0; i < player_count; i++) {
        const PlayerFigures *player = &players[i];

        (void)printf("%-24s %6lld", player->name, (long long)player->hits);
        for (int kind = JUDGEMENT_PERFECT; kind < JUDGEMENT_COUNT; kind++) {
            (void)printf(" %6lld", (long long)player->counts[kind]);
        }
        (void)printf(" %+8.1f %8.1f %7.4f %6.1f %6.1f\n",
                     player->bias_ms,
                     player->spread_ms,
                     player->r,
                     player->accuracy,
                     player->score);
    }
    if (group->valid) {
        (void)printf("\nTOGETHER %.0f (%s)   R %.3f   PPC %.3f   sigma %.1f ms\n",
                     group->together,
                     group_word_text(group->word),
                     group->r,
                     group->ppc,
                     group->sigma_ms);
    } else {
        (void)printf("\nNo beat has taps of two people with 16 taps or more: no group figures.\n");
    }
}

static bool score(const Options *options, TapStore *store)
{
    int player_count = tap_store_player_count(store);
    PlayerFigures *players = calloc((size_t)player_count + 1, sizeof *players);
    ScoreGroupHit *hits = calloc(tap_store_tap_count(store) + 1, sizeof *hits);
    GroupFigures group = {0};
    bool well = players != NULL && hits != NULL;

    if (!well) {
        (void)fputs("onedrum-score: there is too little memory\n", stderr);
    }
    tap_store_sort(store);
    well = well && judge_all(&options->grid, store, players, hits, &group);
    if (well && options->json) {
        well = print_json(players, player_count, &group);
    } else if (well) {
        print_table(players, player_count, &group);
    }
    free(players);
    free(hits);
    return well && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    Options options;
    int code = take_options(argc, argv, &options);
    TapStore *store;
    bool well;

    if (code >= 0) {
        return code;
    }
    store = tap_store_create();
    if (store == NULL) {
        (void)fputs("onedrum-score: there is too little memory\n", stderr);
        return EXIT_FAILURE;
    }
    well = read_taps(options.taps_path, store) && score(&options, store);
    tap_store_destroy(store);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
