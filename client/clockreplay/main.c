/* onedrum-clockreplay: a recorded trace of pings through every clock estimator. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/clockreplay/replay.h"
#include "client/clockreplay/trace_csv.h"

enum {
    EXIT_USAGE = 2,
    READ_BYTES = 65536
};

static const char usage_text[] =
    "usage: onedrum-clockreplay FILE.csv\n"
    "\n"
    "Replays recorded pings through every clock estimator and prints what each believed.\n"
    "\n"
    "FILE.csv has the header c1_ns,s2_ns,s3_ns,c4_ns and a row per answer, in order of arrival:\n"
    "the client sent at c1, the server received at s2 and answered at s3, the client received at\n"
    "c4; each in nanoseconds of its own clock. '-' reads standard input.\n"
    "\n"
    "For every whole second of client time since the c1 of the first row, up to the last c4, one\n"
    "line of JSON, from the rows whose c4 is not later:\n"
    "\n"
    "  {\"t_s\": 1, \"estimators\": {\"onedrum\": {\"offset_ns\": ..., \"uncertainty_ns\": ...,\n"
    "   \"skew_ppb\": ...}, ...}}\n"
    "\n"
    "offset_ns is the server's clock minus the client's at that moment; uncertainty_ns what 95 of\n"
    "100 errors should be within (of the envelope: one standard error); skew_ppb how fast the\n"
    "server's clock gains. What an estimator does not tell is null. The estimators:\n"
    "\n"
    "  onedrum    floors plus balance, what the desktop client uses\n"
    "  envelope   the plain two-sided envelope\n"
    "  kalman     offset and skew, samples weighted by their round trip\n"
    "  median64   the median of the newest 64 midpoints\n"
    "  minrtt64   the midpoint of the shortest round trip among the newest 64\n"
    "  ntp8       the same among the newest 8\n"
    "  mean       of all midpoints\n"
    "  last       the newest midpoint\n"
    "\n"
    "Rows of an impossible round trip (not in (0, 2 s]) and a second answer to the same c1 are\n"
    "left out. Of a longer silence than an hour only the first hour is printed.\n"
    "\n"
    "  --help, --version\n"
    "\n"
    "Exit: 0 done, 2 wrong usage, 1 anything else. A bad row is reported as FILE:LINE: reason.\n";

static json_t *whole_or_null(bool is_known, double value)
{
    return is_known ? json_integer((json_int_t)floor(value + 0.5)) : json_null();
}

static json_t *reading_json(const EstimatorReading *reading)
{
    return json_pack("{s:o, s:o, s:o}",
                     "offset_ns",
                     reading->valid ? json_integer((json_int_t)reading->offset_ns) : json_null(),
                     "uncertainty_ns",
                     reading->valid && reading->has_uncertainty
                         ? json_integer((json_int_t)reading->uncertainty_ns)
                         : json_null(),
                     "skew_ppb",
                     whole_or_null(reading->valid && reading->has_skew, reading->skew_ppb));
}

/* `owner` is a flag that becomes false when the output fails. */
static void print_second(void *owner, int64_t t_s, const Estimators *estimators, HostTime now)
{
    bool *well = owner;
    json_t *list = json_object();
    json_t *line = json_pack("{s:I, s:o}", "t_s", (json_int_t)t_s, "estimators", list);

    for (int kind = 0; kind < ESTIMATOR_COUNT; kind++) {
        const EstimatorReading reading = estimators_read(estimators, (EstimatorKind)kind, now);

        *well =
            *well && json_object_set_new(list, ESTIMATOR_NAMES[kind], reading_json(&reading)) == 0;
    }
    *well = *well && line != NULL && json_dumpf(line, stdout, 0) == 0 && putchar('\n') != EOF;
    json_decref(line);
}

static void take_sample(void *owner, const PingSample *sample)
{
    replay_row(owner, sample);
}

static bool replay_file(FILE *file, const char *name)
{
    static char bytes[READ_BYTES];
    static TraceCsv csv;
    static Replay replay;
    bool well = true;
    bool printed = true;
    size_t byte_count;

    replay_init(&replay, print_second, &printed);
    trace_csv_init(&csv, take_sample, &replay);
    while (well && printed && (byte_count = fread(bytes, 1, sizeof bytes, file)) > 0) {
        well = trace_csv_feed(&csv, bytes, byte_count);
    }
    if (ferror(file) != 0) {
        (void)fprintf(stderr, "onedrum-clockreplay: cannot read %s: %s\n", name, strerror(errno));
        return false;
    }
    well = well && trace_csv_finish(&csv);
    replay_finish(&replay);
    if (fflush(stdout) != 0 || !printed) {
        (void)fprintf(stderr, "onedrum-clockreplay: cannot write: %s\n", strerror(errno));
        return false;
    }
    if (!well) {
        (void)fprintf(stderr, "%s:%lld: %s\n", name, (long long)csv.reason_line, csv.reason);
        return false;
    }
    if (replay.refused_count > 0) {
        (void)fprintf(stderr,
                      "onedrum-clockreplay: %lld of %lld rows left out\n",
                      (long long)replay.refused_count,
                      (long long)replay.row_count);
    }
    return true;
}

enum {
    OPTION_HELP = 1,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
    switch (getopt_long(argc, argv, "", long_options, NULL)) {
    case OPTION_HELP:
        (void)fputs(usage_text, stdout);
        return EXIT_SUCCESS;
    case OPTION_VERSION:
        (void)puts("onedrum-clockreplay " ONEDRUM_VERSION);
        return EXIT_SUCCESS;
    case -1:
        break;
    default:
        (void)fputs("see onedrum-clockreplay --help\n", stderr);
        return EXIT_USAGE;
    }
    if (argc - optind != 1) {
        (void)fputs("onedrum-clockreplay: one file is needed; see --help\n", stderr);
        return EXIT_USAGE;
    }
    const char *path = argv[optind];
    const bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "onedrum-clockreplay: cannot read %s: %s\n", name, strerror(errno));
        return EXIT_FAILURE;
    }
    const bool well = replay_file(file, name);
    if (!is_stdin) {
        (void)fclose(file);
    }
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
