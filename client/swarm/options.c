#include "client/swarm/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/decimal.h"
#include "client/swarm/names.h"
#include "shared/wire.h"

enum {
    EXIT_USAGE = 2,
    RAMP_MS_PER_PLAYER = 10,
    RAMP_MS_MAX = 5000,
    PINGS_PER_S_MAX = 50, /* the server answers 60 datagrams a second of each */
    PREFIX_BYTES_MAX = 64 /* leaves room for a number */
};

#define SECONDS_MAX (INT64_C(7) * 24 * 3600)
#define ASYMMETRY_NS_MAX (10 * NS_PER_S)
#define SETTLE_NS_USUAL (2 * NS_PER_S)

static const char usage_text[] =
    "usage: onedrum-swarm --join LINK [OPTION ...]\n"
    "\n"
    "Joins a session as N independent simulated participants, who play with human timing.\n"
    "\n"
    "  --join LINK         onedrum://HOST:PORT/CODE\n"
    "  --players N         how many, 1 to 4000 (default 24)\n"
    "  --seconds S         how long to stay (default 60; 0: until interrupted)\n"
    "  --seed K            equal seeds play alike (default 1)\n"
    "  --population P      calibrated (default), web: unknown device delays, or trained\n"
    "  --trouble KIND=N    N of the players do something wrong; may be repeated. KIND: half-beat,\n"
    "                      double, half, fast, slow, early, late, erratic, idle, quitter\n"
    "  --teams N|NAMES     so many teams (default 4; 0: none), or their names, by commas\n"
    "  --prefix NAME       call the players NAME 1, NAME 2 ...; otherwise they have first names\n"
    "  --ramp-ms T         spread the joining over this time (default 10 per player, up to 5000)\n"
    "  --same-host         the server runs on this machine, since its start with an empty --data:\n"
    "                      then its clock is ours: clock errors are measured, and are part of\n"
    "                      the judge error\n"
    "  --known-hosts FILE  servers met before, for a link without a fingerprint\n"
    "  --settle S          count clock errors from so long after joining (default 2)\n"
    "  --asymmetry MS      the way to the server is known to be so much longer than the way back\n"
    "                      (negative: shorter): half of it is no clock's fault, and is taken off\n"
    "                      the clock errors\n"
    "  --pings-per-s N     of each player (default as others do, 10; in a crowd fewer, down to 1,\n"
    "                      so that one thread carries it)\n"
    "  --trace FILE        record the pings of the N-th player in FILE with .N before its .csv,\n"
    "                      for onedrum-clockreplay\n"
    "  --exit-when-lost S  give up when nobody has been connected for S seconds\n"
    "  --json              print one JSON object at the end; otherwise a few lines\n"
    "  --help, --version\n"
    "\n"
    "Progress goes to stderr. Bytes are UDP payload. Exit: 0 all joined, 2 wrong usage, 1 else.\n";

enum {
    OPTION_JOIN = 1,
    OPTION_KNOWN_HOSTS,
    OPTION_PLAYERS,
    OPTION_SECONDS,
    OPTION_SEED,
    OPTION_POPULATION,
    OPTION_TROUBLE,
    OPTION_TEAMS,
    OPTION_PREFIX,
    OPTION_RAMP,
    OPTION_SAME_HOST,
    OPTION_EXIT_WHEN_LOST,
    OPTION_JSON,
    OPTION_TRACE,
    OPTION_SETTLE,
    OPTION_ASYMMETRY,
    OPTION_PINGS,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"join", required_argument, NULL, OPTION_JOIN},
    {"players", required_argument, NULL, OPTION_PLAYERS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"population", required_argument, NULL, OPTION_POPULATION},
    {"trouble", required_argument, NULL, OPTION_TROUBLE},
    {"teams", required_argument, NULL, OPTION_TEAMS},
    {"prefix", required_argument, NULL, OPTION_PREFIX},
    {"ramp-ms", required_argument, NULL, OPTION_RAMP},
    {"same-host", no_argument, NULL, OPTION_SAME_HOST},
    {"exit-when-lost", required_argument, NULL, OPTION_EXIT_WHEN_LOST},
    {"known-hosts", required_argument, NULL, OPTION_KNOWN_HOSTS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"trace", required_argument, NULL, OPTION_TRACE},
    {"settle", required_argument, NULL, OPTION_SETTLE},
    {"asymmetry", required_argument, NULL, OPTION_ASYMMETRY},
    {"pings-per-s", required_argument, NULL, OPTION_PINGS},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static int wrong_usage(const char *what, const char *value)
{
    (void)fprintf(stderr, "onedrum-swarm: %s%s; see --help\n", what, value);
    return EXIT_USAGE;
}

static int take_players(const char *value, SwarmOptions *options)
{
    int64_t number = 0;

    if (!decimal_parse_within(value, 0, 1, SWARM_PLAYERS_MAX, &number)) {
        return wrong_usage("--players is a number from 1 to 4000, not ", value);
    }
    options->player_count = (int)number;
    return -1;
}

static int take_pings(const char *value, SwarmOptions *options)
{
    int64_t per_s = 0;

    if (!decimal_parse_within(value, 0, 1, PINGS_PER_S_MAX, &per_s)) {
        return wrong_usage("--pings-per-s is a number from 1 to 50, not ", value);
    }
    options->ping_interval_ns = NS_PER_S / per_s;
    return -1;
}

static int take_seed(const char *value, SwarmOptions *options)
{
    int64_t number = 0;

    if (!decimal_parse_within(value, 0, 0, INT64_MAX, &number)) {
        return wrong_usage("--seed is a whole number, 0 or more, not ", value);
    }
    options->seed = (uint64_t)number;
    return -1;
}

/* A time in units of which 10^scale make `high`'s unit; `wrong` goes before what was written. */
static int take_time(const char *value, int scale, int64_t high, int64_t *number, const char *wrong)
{
    return decimal_parse_within(value, scale, 0, high, number) ? -1 : wrong_usage(wrong, value);
}

static int take_link(const char *value, SwarmOptions *options)
{
    LinkError error;

    if (!link_parse(value, &options->link, &error)) {
        return wrong_usage(error.reason, "");
    }
    return -1;
}

static int take_population(const char *value, SwarmOptions *options)
{
    static const char *const words[] = {"calibrated", "web", "trained"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(value, words[i]) == 0) {
            options->population = (Population)i;
            return -1;
        }
    }
    return wrong_usage("--population is calibrated, web or trained, not ", value);
}

static int take_trouble(const char *value, SwarmOptions *options)
{
    const char *equals = strchr(value, '=');
    size_t word_bytes = equals == NULL ? strlen(value) : (size_t)(equals - value);

    for (int i = TROUBLE_NONE + 1; i < TROUBLE_COUNT; i++) {
        const char *word = player_trouble_word((PlayerTrouble)i);
        int64_t count = 1;

        if (strlen(word) != word_bytes || strncmp(word, value, word_bytes) != 0) {
            continue;
        }
        if (equals != NULL && !decimal_parse_within(equals + 1, 0, 0, SWARM_PLAYERS_MAX, &count)) {
            break;
        }
        options->trouble_counts[i] += (int)count;
        return -1;
    }
    return wrong_usage("--trouble is KIND=N, not ", value);
}

/* One name of the list; `*names` moves behind it. */
static bool take_team(const char **names, char team[NAME_BYTES_MAX + 1])
{
    size_t bytes = strcspn(*names, ",");

    if (bytes == 0 || bytes > NAME_BYTES_MAX || !text_is_clean(*names, bytes)) {
        return false;
    }
    memcpy(team, *names, bytes);
    team[bytes] = '\0';
    *names += bytes;
    *names += **names == ',' ? 1 : 0;
    return true;
}

static int take_teams(const char *value, SwarmOptions *options)
{
    const char *names = value;
    int64_t count;

    options->team_count = 0;
    if (decimal_parse(value, strlen(value), 0, &count)) {
        if (count < 0 || count > name_team_count()) {
            return wrong_usage("--teams is a number up to 16, or names, not ", value);
        }
        for (; options->team_count < count; options->team_count++) {
            (void)snprintf(options->teams[options->team_count],
                           sizeof options->teams[0],
                           "%s",
                           name_of_team(options->team_count));
        }
        return -1;
    }
    while (*names != '\0' && options->team_count < SWARM_TEAMS_MAX) {
        if (!take_team(&names, options->teams[options->team_count])) {
            return wrong_usage("--teams has a name that is empty or too long: ", value);
        }
        options->team_count++;
    }
    return *names == '\0' ? -1 : wrong_usage("--teams are up to 16 names, not ", value);
}

static int take_prefix(const char *value, SwarmOptions *options)
{
    size_t bytes = strlen(value);

    if (bytes > PREFIX_BYTES_MAX || !text_is_clean(value, bytes)) {
        return wrong_usage("--prefix is a short name, not ", value);
    }
    memcpy(options->prefix, value, bytes + 1);
    return -1;
}

static int take_numeric_option(int option, const char *value, SwarmOptions *options)
{
    int64_t stay_ms = 0;
    int code;

    switch (option) {
    case OPTION_PLAYERS:
        return take_players(value, options);
    case OPTION_SECONDS:
        code = take_time(
            value, 3, SECONDS_MAX * 1000, &stay_ms, "--seconds is a number of seconds, not ");
        options->seconds = (double)stay_ms / 1000.0;
        return code;
    case OPTION_SEED:
        return take_seed(value, options);
    case OPTION_PINGS:
        return take_pings(value, options);
    case OPTION_RAMP:
        return take_time(value,
                         6,
                         SECONDS_MAX * NS_PER_S,
                         &options->ramp_ns,
                         "--ramp-ms is a number of milliseconds, not ");
    case OPTION_SETTLE:
        return take_time(value,
                         9,
                         SECONDS_MAX * NS_PER_S,
                         &options->settle_ns,
                         "--settle is a number of seconds, not ");
    case OPTION_ASYMMETRY:
        return decimal_parse_within(
                   value, 6, -ASYMMETRY_NS_MAX, ASYMMETRY_NS_MAX, &options->asymmetry_ns)
                   ? -1
                   : wrong_usage("--asymmetry is a number of milliseconds, not ", value);
    case OPTION_EXIT_WHEN_LOST:
        return take_time(value,
                         9,
                         SECONDS_MAX * NS_PER_S,
                         &options->give_up_ns,
                         "--exit-when-lost is a number of seconds, not ");
    default:
        (void)fputs("see onedrum-swarm --help\n", stderr);
        return EXIT_USAGE;
    }
}

static int take_option(int option, const char *value, SwarmOptions *options)
{
    switch (option) {
    case OPTION_JOIN:
        return take_link(value, options);
    case OPTION_POPULATION:
        return take_population(value, options);
    case OPTION_TROUBLE:
        return take_trouble(value, options);
    case OPTION_TEAMS:
        return take_teams(value, options);
    case OPTION_PREFIX:
        return take_prefix(value, options);
    case OPTION_KNOWN_HOSTS:
        options->known_hosts = value;
        return -1;
    case OPTION_TRACE:
        options->trace = value;
        return -1;
    case OPTION_SAME_HOST:
        options->same_host = true;
        return -1;
    case OPTION_JSON:
        options->json = true;
        return -1;
    case OPTION_HELP:
        (void)fputs(usage_text, stdout);
        return EXIT_SUCCESS;
    case OPTION_VERSION:
        (void)puts("onedrum-swarm " ONEDRUM_VERSION);
        return EXIT_SUCCESS;
    default:
        return take_numeric_option(option, value, options);
    }
}

int swarm_options_parse(int argument_count, char **arguments, SwarmOptions *options)
{
    int option;
    int troubled = 0;

    *options = (SwarmOptions){.player_count = 24,
                              .seconds = 60.0,
                              .seed = 1,
                              .ramp_ns = -1,
                              .settle_ns = SETTLE_NS_USUAL};
    (void)take_teams("4", options);
    while ((option = getopt_long(argument_count, arguments, "", long_options, NULL)) != -1) {
        int code = take_option(option, optarg, options);

        if (code >= 0) {
            return code;
        }
    }
    if (optind < argument_count) {
        return wrong_usage("unexpected argument ", arguments[optind]);
    }
    if (options->link.host[0] == '\0') {
        return wrong_usage("--join LINK is needed", "");
    }
    for (int i = 0; i < TROUBLE_COUNT; i++) {
        troubled += options->trouble_counts[i];
    }
    if (troubled > options->player_count) {
        return wrong_usage("there are more troublemakers than players", "");
    }
    if (options->ramp_ns < 0) {
        options->ramp_ns =
            clamp_i64((int64_t)options->player_count * RAMP_MS_PER_PLAYER, 0, RAMP_MS_MAX) *
            NS_PER_MS;
    }
    return -1;
}
