#include "server/server_options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "shared/wire.h"

const char SERVER_OPTIONS_HELP_TEXT[] =
    "Usage: onedrum-server [OPTION ...]\n"
    "\n"
    "Keeps the beat for everybody: opens a session that people join with a link or a\n"
    "code, judges what they play, and stores it.\n"
    "\n"
    "  --listen HOST:PORT   where to listen, IPv4 (default 0.0.0.0:4321, all networks);\n"
    "                       port 0: the port of the last time, else any free one\n"
    "  --public-host HOST   the name or address in the links that are printed\n"
    "                       (default: the listen address, or 127.0.0.1 for 0.0.0.0)\n"
    "  --data DIR           where sessions are stored; made when missing (default\n"
    "                       $XDG_STATE_HOME/onedrum-server, which is\n"
    "                       ~/.local/state/onedrum-server)\n"
    "  --new-session        open a new session beside those stored in DIR; without it\n"
    "                       one is opened only when DIR has none of the last 30 days\n"
    "  --metrics PORT       offer what is counted to Prometheus on 127.0.0.1; port 0: any\n"
    "                       free one, which the ready line tells\n"
    "\n"
    "  --facilitator-password-file FILE\n"
    "                       its first line lets people lead; only its owner may read it\n"
    "\n"
    "For new sessions:\n"
    "  --title TEXT         what people see on joining (default \"Drum circle\")\n"
    "  --seats N            people at most, 1 to 4096 (default 100)\n"
    "  --profile NAME       how strictly hits are judged: novice, standard or expert\n"
    "                       (default standard)\n"
    "  --privacy TIER       what people are told of each other: open (names), teams (figures\n"
    "                       of teams, and marks without names) or private (figures of the\n"
    "                       group); who leads is told all (default teams)\n"
    "  --groove NAME        groove to begin with, by file name or title (default pulse)\n"
    "  --grooves DIR        further *.groove files to choose from\n"
    "  --tempo BPM          beats per minute, 30 to 300 (default: the groove's own)\n"
    "  --grace SECONDS      how long the seat of somebody gone is kept, at least 60\n"
    "                       (default 600)\n"
    "\n"
    "  --help               print this\n"
    "  --version            print the version\n"
    "\n"
    "Prints one line of JSON when ready, with the port, the code and two links: one for\n"
    "everybody, one that makes its holder a facilitator. Logs to the standard error\n"
    "stream. SIGTERM and SIGINT end it in order: everybody is told, all is stored.\n"
    "Exit status: 0 when ended in order, 2 on wrong usage, 1 otherwise.\n";

/* Reads a value into its place. False when it is not a possible one. */
typedef bool ReadValue(const char *value, ServerOptions *options);

typedef struct {
    const char *name;
    ReadValue *read;
    const char *expected;   /* of a value, for the error */
    bool describes_session; /* a stored one keeps what it was opened with */
} Option;

static bool copy_text(const char *value, char *text, size_t bytes_max)
{
    size_t length = strlen(value);

    if (length == 0 || length > bytes_max) {
        return false;
    }
    (void)snprintf(text, bytes_max + 1, "%s", value);
    return true;
}

/* Digits alone, low..high. */
static bool read_number(const char *value, int64_t low, int64_t high, int64_t *number)
{
    int64_t sum = 0;

    if (*value == '\0') {
        return false;
    }
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9' || sum > high) {
            return false;
        }
        sum = sum * 10 + (*value - '0');
    }
    *number = sum;
    return sum >= low && sum <= high;
}

static bool read_listen(const char *value, ServerOptions *options)
{
    const char *colon = strrchr(value, ':');
    size_t host_bytes = colon == NULL ? 0 : (size_t)(colon - value);
    int64_t port = 0;

    if (host_bytes == 0 || host_bytes > LINK_HOST_BYTES_MAX ||
        !read_number(colon + 1, 0, UINT16_MAX, &port)) {
        return false;
    }
    memcpy(options->listen_host, value, host_bytes);
    options->listen_host[host_bytes] = '\0';
    options->listen_port = (uint16_t)port;
    return true;
}

static bool read_metrics(const char *value, ServerOptions *options)
{
    int64_t port = 0;
    bool valid = read_number(value, 0, UINT16_MAX, &port);

    options->has_metrics = valid;
    options->metrics_port = (uint16_t)port;
    return valid;
}

static bool read_data(const char *value, ServerOptions *options)
{
    return copy_text(value, options->data, SERVER_OPTIONS_PATH_BYTES_MAX);
}

static bool read_title(const char *value, ServerOptions *options)
{
    return text_is_clean(value, strlen(value)) && copy_text(value, options->title, TITLE_BYTES_MAX);
}

static bool read_seats(const char *value, ServerOptions *options)
{
    int64_t seats = 0;
    bool valid = read_number(value, 1, PARTICIPANTS_MAX, &seats);

    options->seats = (uint16_t)seats;
    return valid;
}

static bool read_profile(const char *value, ServerOptions *options)
{
    static const char *const names[] = {
        [PROFILE_NOVICE] = "novice", [PROFILE_STANDARD] = "standard", [PROFILE_EXPERT] = "expert"};

    for (int i = 0; i < PROFILE_COUNT; i++) {
        if (strcmp(value, names[i]) == 0) {
            options->profile = (Profile)i;
            return true;
        }
    }
    return false;
}

static bool read_privacy(const char *value, ServerOptions *options)
{
    return privacy_of_word(value, &options->privacy);
}

static bool read_groove(const char *value, ServerOptions *options)
{
    return copy_text(value, options->groove, TITLE_BYTES_MAX);
}

static bool read_grooves(const char *value, ServerOptions *options)
{
    return copy_text(value, options->grooves, SERVER_OPTIONS_PATH_BYTES_MAX);
}

/* "112" or "112.5": up to three decimals. */
static bool read_tempo(const char *value, ServerOptions *options)
{
    const char *point = strchr(value, '.');
    size_t whole_bytes = point == NULL ? strlen(value) : (size_t)(point - value);
    size_t decimals = point == NULL ? 0 : strlen(point + 1);
    char digits[8] = "";
    int64_t mbpm = 0;

    if (whole_bytes == 0 || whole_bytes > 3 || decimals > 3 || (point != NULL && decimals == 0)) {
        return false;
    }
    (void)snprintf(digits,
                   sizeof digits,
                   "%.*s%s%.*s",
                   (int)whole_bytes,
                   value,
                   point == NULL ? "" : point + 1,
                   (int)(3 - decimals),
                   "000");
    if (!read_number(digits, TEMPO_MBPM_MIN, TEMPO_MBPM_MAX, &mbpm)) {
        return false;
    }
    options->tempo_mbpm = (int32_t)mbpm;
    return true;
}

static bool read_grace(const char *value, ServerOptions *options)
{
    int64_t seconds = 0;
    bool valid =
        read_number(value, SERVER_OPTIONS_GRACE_S_MIN, SERVER_OPTIONS_GRACE_S_MAX, &seconds);

    options->grace_s = (uint32_t)seconds;
    return valid;
}

static bool read_public_host(const char *value, ServerOptions *options)
{
    return strpbrk(value, "/?#@ \t\n") == NULL &&
           copy_text(value, options->public_host, LINK_HOST_BYTES_MAX);
}

static bool read_password_file(const char *value, ServerOptions *options)
{
    return copy_text(value, options->password_file, SERVER_OPTIONS_PATH_BYTES_MAX);
}

static const Option known_options[] = {
    {"--listen", read_listen, "HOST:PORT, such as 0.0.0.0:4321", false},
    {"--public-host", read_public_host, "a host name or address", false},
    {"--data", read_data, "a directory", false},
    {"--metrics", read_metrics, "a port from 0 to 65535", false},
    {"--title", read_title, "1 to 48 bytes of UTF-8 without control characters", true},
    {"--seats", read_seats, "a number from 1 to 4096", true},
    {"--profile", read_profile, "novice, standard or expert", true},
    {"--privacy", read_privacy, "open, teams or private", true},
    {"--groove", read_groove, "the name of a groove, such as pulse", true},
    {"--grooves", read_grooves, "a directory", false},
    {"--tempo", read_tempo, "beats per minute from 30 to 300", true},
    {"--facilitator-password-file", read_password_file, "a file", false},
    {"--grace", read_grace, "seconds, from 60 to 604800", true},
};

static void set_defaults(const ServerOptionsEnvironment *environment, ServerOptions *options)
{
    *options = (ServerOptions){
        .listen_host = "0.0.0.0",
        .listen_port = LINK_DEFAULT_PORT,
        .title = "Drum circle",
        .seats = SERVER_OPTIONS_SEATS_DEFAULT,
        .profile = PROFILE_STANDARD,
        .privacy = PRIVACY_TEAMS,
        .grace_s = SERVER_OPTIONS_GRACE_S_DEFAULT,
    };
    if (environment->state_home != NULL && environment->state_home[0] == '/') {
        (void)snprintf(
            options->data, sizeof options->data, "%s/onedrum-server", environment->state_home);
    } else if (environment->home != NULL && environment->home[0] == '/') {
        (void)snprintf(options->data,
                       sizeof options->data,
                       "%s/.local/state/onedrum-server",
                       environment->home);
    }
}

static ServerOptionsWish complain(ServerOptionsError *error, const char *word, const char *expected)
{
    (void)snprintf(error->text, sizeof error->text, "%.100s %s; see --help", word, expected);
    return SERVER_OPTIONS_WRONG;
}

/* The option that `word` names, alone or before "="; `*value` is what follows that, else NULL. */
static const Option *find_option(const char *word, const char **value)
{
    for (size_t i = 0; i < sizeof known_options / sizeof known_options[0]; i++) {
        const Option *option = &known_options[i];
        size_t length = strlen(option->name);

        if (strncmp(word, option->name, length) == 0 &&
            (word[length] == '\0' || word[length] == '=')) {
            *value = word[length] == '=' ? word + length + 1 : NULL;
            return option;
        }
    }
    return NULL;
}

/* --new-session and whatever takes a value; moves `*index` on to the last word it used. */
static bool read_word(int argument_count,
                      char *const arguments[],
                      int *index,
                      ServerOptions *options,
                      ServerOptionsError *error)
{
    const char *word = arguments[*index];
    const char *value = NULL;
    const Option *option = find_option(word, &value);
    char expected[128];

    if (strcmp(word, "--new-session") == 0) {
        options->new_session = true;
        return true;
    }
    if (option == NULL) {
        (void)complain(error, word, "is no option of onedrum-server");
        return false;
    }
    if (value == NULL && *index + 1 < argument_count) {
        (*index)++;
        value = arguments[*index];
    }
    if (value == NULL || !option->read(value, options)) {
        (void)snprintf(expected, sizeof expected, "needs %s", option->expected);
        (void)complain(error, option->name, expected);
        return false;
    }
    options->describes_session = options->describes_session || option->describes_session;
    return true;
}

ServerOptionsWish server_options_parse(int argument_count,
                                       char *const arguments[],
                                       const ServerOptionsEnvironment *environment,
                                       ServerOptions *options,
                                       ServerOptionsError *error)
{
    *error = (ServerOptionsError){""};
    set_defaults(environment, options);
    for (int i = 1; i < argument_count; i++) {
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) {
            return SERVER_OPTIONS_HELP;
        }
        if (strcmp(arguments[i], "--version") == 0) {
            return SERVER_OPTIONS_VERSION;
        }
        if (!read_word(argument_count, arguments, &i, options, error)) {
            return SERVER_OPTIONS_WRONG;
        }
    }
    if (options->data[0] == '\0') {
        return complain(error, "--data", "is needed, because there is no home directory");
    }
    return SERVER_OPTIONS_RUN;
}
