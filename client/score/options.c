#include "client/score/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/model/decimal.h"
#include "client/score/taps_csv.h"
#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"

static const char usage_text[] =
    "usage: onedrum-score --taps FILE --bpm B [OPTION ...]\n"
    "       onedrum-score --taps FILE --fit [OPTION ...]\n"
    "\n"
    "Judges recorded taps against a steady beat, as a session would.\n"
    "\n"
    "  --taps FILE      CSV with a header and the columns player and time_ms, perhaps pad (0-7)\n"
    "                   and velocity (1-127), in any order; or a Standard MIDI File of format 0\n"
    "                   or 1; '-' reads standard input\n"
    "  --bpm B          beats per minute, 1 to 1000, decimals allowed\n"
    "  --t0-ms T        time of the first beat (default 0; may be negative)\n"
    "  --fit            find from the taps what of --bpm and --t0-ms is not given\n"
    "  --groove NAME    expect the notes of this groove's first part; otherwise one per beat\n"
    "  --profile P      novice, standard or expert (default standard)\n"
    "  --verdicts       also say of everybody, note by note, what a session would have shown:\n"
    "                   on, tight, loose, early, late, off-beat, half, double, wrong tempo,\n"
    "                   erratic, idle or warming up\n"
    "  --uncalibrated   offsets of devices are unknown: nobody is early or late; otherwise\n"
    "                   everybody counts as calibrated with offset 0\n"
    "  --svg FILE       draw the ring and the histogram of all hits\n"
    "  --json           print one JSON object; otherwise a table\n"
    "  --help, --version\n"
    "\n"
    "A player is expected to play the notes from --t0-ms on whose cells lie between their first\n"
    "and last tap inclusive. Taps may be in any order. bias_ms, spread_ms and r are circular\n"
    "figures over all taps but bounces; n counts those. The group is measured over all beats on\n"
    "which two or more people tapped, each person's own bias removed; who taps fewer than 16\n"
    "times does not count in it. With --verdicts or --svg nobody's bias is removed, unless\n"
    "--uncalibrated. Without a beat of two people the group's figures are null.\n"
    "\n"
    "In a MIDI file each channel of each track is a player, named after the track; every note-on\n"
    "is a tap. Without --bpm and --fit its own tempo counts, if it never changes.\n"
    "\n"
    "--fit takes the tempo at which the median player taps once a note: where most tap every\n"
    "second beat, the beat is taken to be half as fast, and where most double it, twice as fast;\n"
    "--bpm settles it. t0 is such that the median player is on the beat, so that early and late\n"
    "are against the others only. Somebody must have eight taps.\n"
    "\n"
    "Verdicts look at the last 16 notes and change after 4 notes in a row; who was calm\n"
    "for 16 is erratic only after 8.\n"
    "Early and late are against the median of the steady players at the same note, once there are\n"
    "five; with fewer, against the beat.\n"
    "\n"
    "Exit: 0 done, 2 wrong usage, 1 anything else.\n";

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
    OPTION_FIT,
    OPTION_VERDICTS,
    OPTION_UNCALIBRATED,
    OPTION_SVG,
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
    {"fit", no_argument, NULL, OPTION_FIT},
    {"verdicts", no_argument, NULL, OPTION_VERDICTS},
    {"uncalibrated", no_argument, NULL, OPTION_UNCALIBRATED},
    {"svg", required_argument, NULL, OPTION_SVG},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* Takes an option that has a value; an exit code, or OPTIONS_GO_ON. */
static int take_value(int option, const char *value, Options *options)
{
    const int64_t time_limit_ns = CSV_TIME_MS_MAX * NS_PER_MS;
    ScoreGrid *grid = &options->grid;

    switch (option) {
    case OPTION_TAPS:
        options->taps_path = value;
        return OPTIONS_GO_ON;
    case OPTION_SVG:
        options->svg_path = value;
        return OPTIONS_GO_ON;
    case OPTION_BPM:
        options->has_tempo = decimal_parse_within(
            value, 9, SCORE_TEMPO_NBPM_MIN, SCORE_TEMPO_NBPM_MAX, &grid->tempo_nbpm);
        return options->has_tempo ? OPTIONS_GO_ON
                                  : wrong_usage("--bpm is a number from 1 to 1000, not ", value);
    case OPTION_T0:
        options->has_t0 =
            decimal_parse_within(value, 6, -time_limit_ns, time_limit_ns, &grid->t0_ns);
        return options->has_t0 ? OPTIONS_GO_ON
                               : wrong_usage("--t0-ms is a number of milliseconds, not ", value);
    case OPTION_GROOVE:
        return choose_groove(value, &options->groove) ? OPTIONS_GO_ON
                                                      : wrong_usage("there is no groove ", value);
    default:
        return choose_profile(value, &grid->profile)
                   ? OPTIONS_GO_ON
                   : wrong_usage("--profile is novice, standard or expert, not ", value);
    }
}

/* The same for any option. */
static int take_option(int option, const char *value, Options *options)
{
    switch (option) {
    case OPTION_TAPS:
    case OPTION_SVG:
    case OPTION_BPM:
    case OPTION_T0:
    case OPTION_GROOVE:
    case OPTION_PROFILE:
        return take_value(option, value, options);
    case OPTION_JSON:
        options->json = true;
        return OPTIONS_GO_ON;
    case OPTION_FIT:
        options->fit = true;
        return OPTIONS_GO_ON;
    case OPTION_VERDICTS:
        options->verdicts = true;
        return OPTIONS_GO_ON;
    case OPTION_UNCALIBRATED:
        options->uncalibrated = true;
        return OPTIONS_GO_ON;
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

int options_take(int argc, char **argv, Options *options)
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
    if (options->taps_path == NULL) {
        return wrong_usage("--taps is needed", "");
    }
    options->grid.groove = &options->groove;
    return OPTIONS_GO_ON;
}
