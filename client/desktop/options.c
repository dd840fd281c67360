#include "client/desktop/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/ui/app_settings.h"
#include "shared/message.h"

/* Takes the option's value; false with the reason. `value` is NULL for options without one. */
typedef bool (*Taker)(Options *options, const char *value, OptionsError *error);

typedef struct {
    const char *name;
    const char *argument; /* NULL: takes none */
    Taker take;
} Option;

static bool fail(OptionsError *error, const char *format, const char *value)
{
/* The formats are this file's own. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(error->reason, sizeof error->reason, format, value);
#pragma GCC diagnostic pop
    return false;
}

/* A whole decimal number within a range; the locale has no say in it. */
static bool whole_number(const char *text, int64_t low, int64_t high, int64_t *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && *number >= low && *number <= high;
}

/* "12", "1.25": digits and at most one point, so that no locale changes their meaning. */
static bool decimal_number(const char *text, double low, double high, double *number)
{
    double scale = 0.0;

    *number = 0.0;
    for (const char *letter = text; *letter != '\0'; letter++) {
        if (*letter == '.' && scale == 0.0) {
            scale = 1.0;
        } else if (*letter >= '0' && *letter <= '9' && letter - text < 12) {
            *number = *number * 10.0 + (*letter - '0');
            scale *= 10.0;
        } else {
            return false;
        }
    }
    *number /= scale > 1.0 ? scale : 1.0;
    return text[0] != '\0' && *number >= low && *number <= high;
}

static bool take_help(Options *options, const char *value, OptionsError *error)
{
    (void)value;
    (void)error;
    options->wish = OPTIONS_HELP;
    return true;
}

static bool take_version(Options *options, const char *value, OptionsError *error)
{
    (void)value;
    (void)error;
    options->wish = OPTIONS_VERSION;
    return true;
}

static bool take_join(Options *options, const char *value, OptionsError *error)
{
    LinkError problem = {{0}};

    options->join = value;
    if (!link_parse(value, &options->link, &problem)) {
        return fail(error,
                    "--join needs a link like onedrum://drums.example.org:4321/K7PM4TWX: %s",
                    problem.reason);
    }
    return true;
}

/* Names pass the same rule as those typed on the screen. */
static bool take_person(const char *key, const char *value, OptionsError *error)
{
    AppSettings settings;

    settings_init(&settings);
    if (!settings_set(&settings, "person", key, value, NULL)) {
        return fail(
            error, "--%s needs at most 24 characters of UTF-8, and no control characters", key);
    }
    return true;
}

static bool take_name(Options *options, const char *value, OptionsError *error)
{
    options->name = value;
    return take_person("name", value, error);
}

static bool take_team(Options *options, const char *value, OptionsError *error)
{
    options->team = value;
    return take_person("team", value, error);
}

static bool take_practice(Options *options, const char *value, OptionsError *error)
{
    (void)value;
    (void)error;
    options->practice = true;
    return true;
}

static bool take_autoplay(Options *options, const char *value, OptionsError *error)
{
    (void)value;
    (void)error;
    options->autoplay = true;
    return true;
}

static bool take_headless(Options *options, const char *value, OptionsError *error)
{
    (void)value;
    (void)error;
    options->headless = true;
    return true;
}

static bool take_seconds(Options *options, const char *value, OptionsError *error)
{
    if (!decimal_number(value, 0.1, OPTIONS_SECONDS_MAX, &options->seconds)) {
        return fail(error, "--seconds needs a number from 0.1 to 86400, not \"%.40s\"", value);
    }
    return true;
}

static bool take_screenshot(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->screenshot = value;
    return true;
}

static bool take_screen(Options *options, const char *value, OptionsError *error)
{
    static const char *const names[] = {"join",
                                        "lobby",
                                        "play",
                                        "ring",
                                        "map",
                                        "results",
                                        "practice",
                                        "settings",
                                        "keys",
                                        "calibrate",
                                        "menu",
                                        "message"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            options->screen = value;
            return true;
        }
    }
    return fail(error,
                "--screen is join, lobby, play, ring, map, results, practice, settings, keys, "
                "calibrate, menu or message, not \"%.40s\"",
                value);
}

static bool take_screens(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->screens = value;
    return true;
}

static bool take_size(Options *options, const char *value, OptionsError *error)
{
    const char *cross = strchr(value, 'x');
    char width[8] = {0};
    int64_t numbers[2] = {0};

    if (cross == NULL || (size_t)(cross - value) >= sizeof width) {
        return fail(error, "--size needs WIDTHxHEIGHT such as 1280x720, not \"%.40s\"", value);
    }
    memcpy(width, value, (size_t)(cross - value));
    if (!whole_number(width, OPTIONS_WIDTH_MIN, OPTIONS_WIDTH_MAX, &numbers[0]) ||
        !whole_number(cross + 1, OPTIONS_HEIGHT_MIN, OPTIONS_HEIGHT_MAX, &numbers[1])) {
        return fail(error, "--size goes from 320x240 to 7680x4320, not \"%.40s\"", value);
    }
    options->width = (int)numbers[0];
    options->height = (int)numbers[1];
    return true;
}

static bool take_text_scale(Options *options, const char *value, OptionsError *error)
{
    if (!decimal_number(value,
                        SETTINGS_TEXT_SIZE_PERCENT_MIN / 100.0,
                        SETTINGS_TEXT_SIZE_PERCENT_MAX / 100.0,
                        &options->text_scale)) {
        return fail(error, "--text-scale needs a number from 0.8 to 2.0, not \"%.40s\"", value);
    }
    return true;
}

static bool take_theme(Options *options, const char *value, OptionsError *error)
{
    static const char *const words[THEME_KIND_COUNT] = {"dark", "light", "contrast"};

    for (int i = 0; i < THEME_KIND_COUNT; i++) {
        if (strcmp(value, words[i]) == 0) {
            options->has_theme = true;
            options->theme = (ThemeKind)i;
            return true;
        }
    }
    return fail(error, "--theme is dark, light or contrast, not \"%.40s\"", value);
}

static bool take_config(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->config = value;
    return true;
}

static bool take_data(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->data = value;
    return true;
}

static bool take_audio(Options *options, const char *value, OptionsError *error)
{
    static const char file[] = "file:";

    if (strncmp(value, file, strlen(file)) == 0 && value[strlen(file)] != '\0') {
        options->audio = AUDIO_FILE;
        options->audio_file = value + strlen(file);
        return true;
    }
    if (strcmp(value, "auto") != 0 && strcmp(value, "null") != 0) {
        return fail(error, "--audio is auto, null or file:FILE.wav, not \"%.40s\"", value);
    }
    options->audio = value[0] == 'a' ? AUDIO_AUTO : AUDIO_NULL;
    return true;
}

static bool take_calibration(Options *options, const char *value, OptionsError *error)
{
    const int64_t limit_ms = CALIBRATION_US_MAX / 1000;
    int64_t number = 0;

    if (!whole_number(value, -limit_ms, limit_ms, &number)) {
        return fail(error,
                    "--calibration needs whole ms from -500 to 500, early negative, not \"%.40s\"",
                    value);
    }
    options->has_calibration = true;
    options->calibration_ms = (int32_t)number;
    return true;
}

static bool take_report_input(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->report_input = value;
    return true;
}

static bool take_trace(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->trace = value;
    return true;
}

static bool take_known_hosts(Options *options, const char *value, OptionsError *error)
{
    (void)error;
    options->known_hosts = value;
    return true;
}

static const Option known_options[] = {
    {"--join", "LINK", take_join},
    {"--name", "NAME", take_name},
    {"--team", "TEAM", take_team},
    {"--practice", NULL, take_practice},
    {"--autoplay", NULL, take_autoplay},
    {"--headless", NULL, take_headless},
    {"--seconds", "SECONDS", take_seconds},
    {"--screenshot", "FILE", take_screenshot},
    {"--screen", "NAME", take_screen},
    {"--screens", "DIRECTORY", take_screens},
    {"--size", "WIDTHxHEIGHT", take_size},
    {"--text-scale", "FACTOR", take_text_scale},
    {"--theme", "THEME", take_theme},
    {"--config", "FILE", take_config},
    {"--data", "DIRECTORY", take_data},
    {"--known-hosts", "FILE", take_known_hosts},
    {"--audio", "auto|null|file:FILE", take_audio},
    {"--calibration", "MS", take_calibration},
    {"--report-input", "FILE", take_report_input},
    {"--trace", "FILE", take_trace},
    {"--help", NULL, take_help},
    {"--version", NULL, take_version},
};
#define OPTION_COUNT (sizeof known_options / sizeof known_options[0])

static const Option *find_option(const char *text, size_t name_bytes)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strlen(known_options[i].name) == name_bytes &&
            memcmp(known_options[i].name, text, name_bytes) == 0) {
            return &known_options[i];
        }
    }
    return NULL;
}

/* One option; returns how many of argv it was, 0 when it was wrong. */
static int take_one(Options *options, int left, char **argv, OptionsError *error)
{
    const char *text = argv[0];
    const char *equals = strchr(text, '=');
    const size_t name_bytes = equals != NULL ? (size_t)(equals - text) : strlen(text);
    const Option *option = find_option(text, name_bytes);

    if (option == NULL) {
        (void)fail(error, "\"%.60s\" is no option; --help lists all of them", text);
        return 0;
    }
    if (option->argument == NULL) {
        if (equals != NULL) {
            (void)fail(error, "%s takes no value", option->name);
            return 0;
        }
        return option->take(options, NULL, error) ? 1 : 0;
    }
    if (equals != NULL) {
        return option->take(options, equals + 1, error) ? 1 : 0;
    }
    if (left < 2) {
        (void)snprintf(
            error->reason, sizeof error->reason, "%s needs %s", option->name, option->argument);
        return 0;
    }
    return option->take(options, argv[1], error) ? 2 : 0;
}

static bool agree(const Options *options, OptionsError *error)
{
    if (options->wish != OPTIONS_RUN) {
        return true;
    }
    if (options->join != NULL && options->practice) {
        return fail(error, "%s", "--join and --practice exclude each other: choose one");
    }
    if (options->headless && options->join == NULL && !options->practice &&
        options->screen == NULL && options->screens == NULL) {
        return fail(
            error, "%s", "--headless needs something to show: --join, --practice or --screen");
    }
    return true;
}

bool options_parse(int argc, char **argv, Options *options, OptionsError *error)
{
    int index = 1;

    *options = (Options){.audio = AUDIO_AUTO};
    error->reason[0] = '\0';
    while (index < argc && options->wish == OPTIONS_RUN) {
        const int taken = take_one(options, argc - index, argv + index, error);

        if (taken == 0) {
            return false;
        }
        index += taken;
    }
    return agree(options, error);
}

const char *options_help(void)
{
    return "usage: onedrum [OPTION ...]\n"
           "Drum together with others, or practise alone.\n"
           "\n"
           "  --join LINK           join this session (onedrum://HOST:PORT/CODE)\n"
           "  --name NAME           your name in it, up to 24 characters\n"
           "  --team TEAM           your team\n"
           "  --practice            practise alone, without any network\n"
           "  --calibration MS      your timing offset, early negative (-500 to 500)\n"
           "  --audio auto|null     null: be silent, look for no sound device\n"
           "  --audio file:FILE     play into this WAV file instead of a sound device\n"
           "\n"
           "  --size WIDTHxHEIGHT   of the window, 1280x720 without\n"
           "  --text-scale FACTOR   size of everything that is read, 0.8 to 2.0\n"
           "  --theme THEME         dark, light or contrast\n"
           "  --config FILE         settings, instead of $XDG_CONFIG_HOME/onedrum/settings.ini\n"
           "  --data DIRECTORY      history and seats, instead of $XDG_DATA_HOME/onedrum\n"
           "  --known-hosts FILE    keys of the servers met before, instead of known_hosts there\n"
           "\n"
           "  --autoplay            a simulated person plays in your place\n"
           "  --headless            open no window; at the end say in words how the group did\n"
           "  --seconds SECONDS     end after so long (headless: 20 without)\n"
           "  --screenshot FILE     write the last picture as PNG\n"
           "  --screen NAME         show this screen: join, lobby, play, ring, map, results, "
           "practice,\n"
           "                        settings, keys, calibrate, menu or message\n"
           "  --screens DIRECTORY   write a picture of every screen, of a practice made up on the\n"
           "                        spot; for documents and for looking at layouts\n"
           "  --report-input FILE   write the host time in ns and the pad of every hit; of\n"
           "                        the calibration's clicks \"click\"\n"
           "  --trace FILE          record every ping in this CSV file, for onedrum-clockreplay;\n"
           "                        for trace.csv keys go to trace.keys.csv and what the sound\n"
           "                        device asked for to trace.audio.csv\n"
           "\n"
           "  --help                this list\n"
           "  --version             the version\n"
           "\n"
           "Exit status: 0 when all went well, 2 for wrong usage, 1 otherwise.\n";
}
