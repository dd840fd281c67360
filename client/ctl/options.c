#include "client/ctl/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/decimal.h"
#include "shared/wire.h"

enum {
    EXIT_USAGE = 2,
    COUNT_IN_BARS_MAX = 8,
    RAMP_BARS_MAX = 256,
    SUBJECTS_MAX = 2,
    TIMEOUT_S_MAX = 3600
};

static const char usage_text[] =
    "usage: onedrum-ctl --link LINK COMMAND [ARGUMENT ...] [OPTION ...]\n"
    "\n"
    "Leads a session from the command line. All commands but status and grooves need the\n"
    "facilitator's link.\n"
    "\n"
    "  create TITLE [--seats N]   open another session on this server; prints its links\n"
    "  status [--json] [--watch]  the group now; --watch again every second\n"
    "  start [--count-in N]       from the lobby or after a stop; N bars of clicks (default 1)\n"
    "  pause | resume | stop      at the next bar line; resume takes --count-in too\n"
    "  lobby                      back to the lobby after a stop\n"
    "  tempo BPM                  from the next bar line on (30 to 300)\n"
    "  ramp BPM --bars N          reach the tempo over N bars\n"
    "  groove NAME|NUMBER         another groove from the next bar line on\n"
    "  grooves [--json]           the grooves and their numbers\n"
    "  part NAME PART             give a participant another part, by number or title\n"
    "  kick NAME                  send a participant out; they may come back\n"
    "  ban NAME                   send a participant out for good\n"
    "  lock | unlock              let nobody new in, or do again; who has a seat may return\n"
    "  privacy open|teams|private what people are told of each other; stricter at any time,\n"
    "                             looser only while nobody else has a seat\n"
    "  export --format json|csv --out FILE\n"
    "                             figures of everybody and of every bar; '-' is stdout. CSV puts\n"
    "                             the bars into a second file, FILE-bars.csv for FILE.csv\n"
    "\n"
    "  --link LINK       onedrum://HOST:PORT/CODE?facilitator=TOKEN\n"
    "  --password-file F lead by the facilitator's password, the first line of F\n"
    "  --known-hosts F   servers met before, for links without a fingerprint\n"
    "  --timeout S       give up after S seconds (default 5)\n"
    "  --help, --version\n"
    "\n"
    "Exit: 0 done, 2 wrong usage, 1 refused or no answer.\n";

enum {
    OPTION_LINK = 1,
    OPTION_PASSWORD_FILE,
    OPTION_KNOWN_HOSTS,
    OPTION_JSON,
    OPTION_WATCH,
    OPTION_COUNT_IN,
    OPTION_BARS,
    OPTION_SEATS,
    OPTION_FORMAT,
    OPTION_OUT,
    OPTION_TIMEOUT,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"link", required_argument, NULL, OPTION_LINK},
    {"password-file", required_argument, NULL, OPTION_PASSWORD_FILE},
    {"known-hosts", required_argument, NULL, OPTION_KNOWN_HOSTS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"watch", no_argument, NULL, OPTION_WATCH},
    {"count-in", required_argument, NULL, OPTION_COUNT_IN},
    {"bars", required_argument, NULL, OPTION_BARS},
    {"seats", required_argument, NULL, OPTION_SEATS},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"out", required_argument, NULL, OPTION_OUT},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* How many words follow each command. */
static const struct {
    const char *word;
    int subject_count;
} commands[CTL_COMMAND_COUNT] = {
    [CTL_CREATE] = {"create", 1},
    [CTL_STATUS] = {"status", 0},
    [CTL_START] = {"start", 0},
    [CTL_PAUSE] = {"pause", 0},
    [CTL_RESUME] = {"resume", 0},
    [CTL_STOP] = {"stop", 0},
    [CTL_LOBBY] = {"lobby", 0},
    [CTL_TEMPO] = {"tempo", 1},
    [CTL_RAMP] = {"ramp", 1},
    [CTL_GROOVE] = {"groove", 1},
    [CTL_GROOVES] = {"grooves", 0},
    [CTL_PART] = {"part", 2},
    [CTL_KICK] = {"kick", 1},
    [CTL_BAN] = {"ban", 1},
    [CTL_LOCK] = {"lock", 0},
    [CTL_UNLOCK] = {"unlock", 0},
    [CTL_PRIVACY] = {"privacy", 1},
    [CTL_EXPORT] = {"export", 0},
};

static int wrong_usage(const char *what, const char *value)
{
    (void)fprintf(stderr, "onedrum-ctl: %s%s; see --help\n", what, value);
    return EXIT_USAGE;
}

static int take_int(const char *name, const char *value, int low, int high, int *number)
{
    int64_t parsed;

    if (!decimal_parse_within(value, 0, low, high, &parsed)) {
        (void)fprintf(stderr,
                      "onedrum-ctl: %s is a number from %d to %d, not %s; see --help\n",
                      name,
                      low,
                      high,
                      value);
        return EXIT_USAGE;
    }
    *number = (int)parsed;
    return -1;
}

static int take_link(const char *value, CtlOptions *options)
{
    LinkError error;

    return link_parse(value, &options->link, &error) ? -1 : wrong_usage(error.reason, "");
}

static int take_format(const char *value, CtlOptions *options)
{
    options->csv = strcmp(value, "csv") == 0;
    return options->csv || strcmp(value, "json") == 0
               ? -1
               : wrong_usage("--format is json or csv, not ", value);
}

static int take_option(int option, const char *value, CtlOptions *options)
{
    switch (option) {
    case OPTION_LINK:
        return take_link(value, options);
    case OPTION_JSON:
        options->json = true;
        return -1;
    case OPTION_WATCH:
        options->watch = true;
        return -1;
    case OPTION_COUNT_IN:
        return take_int("--count-in", value, 0, COUNT_IN_BARS_MAX, &options->count_in_bars);
    case OPTION_BARS:
        return take_int("--bars", value, 1, RAMP_BARS_MAX, &options->ramp_bars);
    case OPTION_SEATS:
        return take_int("--seats", value, 1, PARTICIPANTS_MAX, &options->seats);
    case OPTION_FORMAT:
        return take_format(value, options);
    case OPTION_OUT:
        options->out_path = value;
        return -1;
    case OPTION_PASSWORD_FILE:
        options->password_file = value;
        return -1;
    case OPTION_KNOWN_HOSTS:
        options->known_hosts = value;
        return -1;
    case OPTION_TIMEOUT:
        return decimal_parse_within(value, 9, 1, TIMEOUT_S_MAX * NS_PER_S, &options->timeout_ns)
                   ? -1
                   : wrong_usage("--timeout is a number of seconds, not ", value);
    case OPTION_HELP:
        (void)fputs(usage_text, stdout);
        return EXIT_SUCCESS;
    case OPTION_VERSION:
        (void)puts("onedrum-ctl " ONEDRUM_VERSION);
        return EXIT_SUCCESS;
    default:
        (void)fputs("see onedrum-ctl --help\n", stderr);
        return EXIT_USAGE;
    }
}

/* What a command needs beside its words. */
static int check_command(CtlOptions *options)
{
    int64_t tempo_mbpm = 0;
    bool has_tempo = options->command == CTL_TEMPO || options->command == CTL_RAMP;

    if (options->subject != NULL &&
        (options->subject[0] == '\0' || strlen(options->subject) > NAME_BYTES_MAX ||
         !text_is_clean(options->subject, strlen(options->subject)))) {
        return wrong_usage("this is not a name or title: ", options->subject);
    }
    if (options->command == CTL_CREATE && options->subject != NULL &&
        strlen(options->subject) > TITLE_BYTES_MAX) {
        return wrong_usage("the title is longer than 48 bytes: ", options->subject);
    }
    if (has_tempo && options->subject != NULL &&
        !decimal_parse_within(options->subject, 3, TEMPO_MBPM_MIN, TEMPO_MBPM_MAX, &tempo_mbpm)) {
        return wrong_usage("the tempo is a number from 30 to 300, not ", options->subject);
    }
    if (has_tempo) {
        options->tempo_mbpm = (int32_t)tempo_mbpm;
    }
    if (options->command == CTL_PRIVACY && options->subject != NULL &&
        !privacy_of_word(options->subject, &options->privacy)) {
        return wrong_usage("privacy is open, teams or private, not ", options->subject);
    }
    if (options->command == CTL_RAMP && options->ramp_bars == 0) {
        return wrong_usage("ramp needs --bars N", "");
    }
    if (options->command == CTL_EXPORT && options->out_path == NULL) {
        return wrong_usage("export needs --out FILE", "");
    }
    return -1;
}

static int take_command(char **words, int word_count, CtlOptions *options)
{
    if (word_count == 0) {
        return wrong_usage("a command is needed", "");
    }
    options->command = CTL_COMMAND_COUNT;
    for (int i = 0; i < CTL_COMMAND_COUNT; i++) {
        if (strcmp(words[0], commands[i].word) == 0) {
            options->command = (CtlCommand)i;
        }
    }
    if (options->command == CTL_COMMAND_COUNT) {
        return wrong_usage("there is no command ", words[0]);
    }
    if (word_count - 1 != commands[options->command].subject_count) {
        return wrong_usage("too few or too many words after ", words[0]);
    }
    options->subject = word_count > 1 ? words[1] : NULL;
    options->part = word_count > SUBJECTS_MAX ? words[2] : NULL;
    return check_command(options);
}

int ctl_options_parse(int argument_count, char **arguments, CtlOptions *options)
{
    int option;

    *options = (CtlOptions){.count_in_bars = 1, .timeout_ns = 5 * NS_PER_S};
    while ((option = getopt_long(argument_count, arguments, "", long_options, NULL)) != -1) {
        int code = take_option(option, optarg, options);

        if (code >= 0) {
            return code;
        }
    }
    if (options->link.host[0] == '\0') {
        return wrong_usage("--link LINK is needed", "");
    }
    return take_command(arguments + optind, argument_count - optind, options);
}
