/* onedrum-score: how well recorded taps keep to a beat, judged as a session would. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/score/figure.h"
#include "client/score/fit.h"
#include "client/score/options.h"
#include "client/score/report.h"
#include "client/score/taps_file.h"

static bool complain(const char *why)
{
    (void)fprintf(stderr, "onedrum-score: %s\n", why);
    return false;
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

/* What is gathered on the way through all players. */
typedef struct {
    const Options *options;
    const TapStore *store;
    PlayerFigures *players;
    ScoreGroupHit *hits;
    PersonStatistics everybody;
    VerdictTable verdicts;
    bool has_verdicts;
} Judging;

static bool complain_of_player(const char *name, ScoreResult result)
{
    (void)fprintf(stderr,
                  "onedrum-score: player %s: %s\n",
                  name,
                  result == SCORE_TOO_DENSE
                      ? "more than 96 taps around one note; is time_ms in milliseconds?"
                      : "over 10,000,000 notes from first to last tap; check --t0-ms");
    return false;
}

/* Who counts as calibrated counts in the group as they played; where verdicts are not asked for, or
   nobody is calibrated, everybody's own bias is removed. */
static bool keeps_bias(const Options *options)
{
    return (options->verdicts || options->svg_path != NULL) && !options->uncalibrated;
}

static bool judge_players(Judging *judging, GroupFigures *group)
{
    static PersonStatistics statistics;
    const ScoreGrid *grid = &judging->options->grid;
    size_t hit_count = 0;

    for (int i = 0; i < tap_store_player_count(judging->store); i++) {
        const char *name = tap_store_player(judging->store, i);
        size_t tap_count;
        const ScoreTap *taps = tap_store_taps(judging->store, i, &tap_count);
        ScorePlayer player = {
            .statistics = &statistics,
            .group_hits = judging->hits + hit_count,
            .keeps_bias = keeps_bias(judging->options),
        };
        ScoreResult result = score_player(grid, taps, tap_count, &player);

        if (result != SCORE_DONE) {
            return complain_of_player(name, result);
        }
        judging->players[i] = figures_of(name, &statistics);
        judging->players[i].tap_count = tap_count;
        person_statistics_merge(&judging->everybody, &statistics);
        hit_count += player.group_hit_count;
    }
    qsort(judging->hits, hit_count, sizeof judging->hits[0], compare_beats);
    *group = score_group(grid, judging->hits, hit_count);
    return true;
}

static bool judge_verdicts(Judging *judging)
{
    const Options *options = judging->options;
    const char *reason = NULL;

    if (!options->verdicts && options->svg_path == NULL) {
        return true;
    }
    judging->has_verdicts = true;
    reason = verdict_table_make(
        &judging->verdicts, &options->grid, judging->store, !options->uncalibrated);
    return reason == NULL || complain(reason);
}

static bool print(const Judging *judging, Report *report)
{
    const Options *options = judging->options;

    if (options->svg_path != NULL) {
        report->verdicts = &judging->verdicts;
        if (!figure_write(options->svg_path, report, &judging->everybody)) {
            (void)fprintf(
                stderr, "onedrum-score: cannot write %s: %s\n", options->svg_path, strerror(errno));
            return false;
        }
    }
    report->verdicts = options->verdicts ? &judging->verdicts : NULL;
    if (options->json) {
        return report_print_json(report) && fflush(stdout) == 0;
    }
    report_print_table(report);
    return fflush(stdout) == 0;
}

static bool score(const Options *options, const TapStore *store)
{
    static Judging judging;
    const int player_count = tap_store_player_count(store);
    Report report = {.grid = &options->grid, .player_count = player_count, .fit = options->fit};
    bool well = true;

    judging.options = options;
    judging.store = store;
    judging.players = calloc((size_t)player_count + 1, sizeof *judging.players);
    judging.hits = calloc(tap_store_tap_count(store) + 1, sizeof *judging.hits);
    report.players = judging.players;
    if (judging.players == NULL || judging.hits == NULL) {
        well = complain("there is too little memory");
    }
    well = well && judge_players(&judging, &report.group) && judge_verdicts(&judging) &&
           print(&judging, &report);
    free(judging.players);
    free(judging.hits);
    if (judging.has_verdicts) {
        verdict_table_clear(&judging.verdicts);
    }
    return well;
}

/* The tempo of the command line, of the taps, or of the file. */
static bool settle_grid(Options *options, const TapStore *store, int64_t file_tempo_nbpm)
{
    const char *reason = NULL;

    if (options->fit && tap_store_player_count(store) > 0) {
        reason = fit_grid(&options->grid, store, options->has_tempo, options->has_t0);
    } else if (!options->has_tempo) {
        options->grid.tempo_nbpm =
            clamp_i64(file_tempo_nbpm, SCORE_TEMPO_NBPM_MIN, SCORE_TEMPO_NBPM_MAX);
    }
    return reason == NULL || complain(reason);
}

static int run(Options *options, TapsFile *taps, TapStore *store)
{
    const bool has_tempo = options->has_tempo || options->fit;

    if (!has_tempo && !taps->is_midi) {
        (void)complain("--bpm or --fit is needed; see --help");
        return EXIT_USAGE;
    }
    if (!taps_file_read(taps, store)) {
        return EXIT_FAILURE;
    }
    if (!has_tempo && taps->tempo_nbpm == 0) {
        (void)complain("the file has no tempo, or several: --bpm or --fit is needed; see --help");
        return EXIT_USAGE;
    }
    tap_store_sort(store);
    if (!settle_grid(options, store, taps->tempo_nbpm) || !score(options, store)) {
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static TapsFile taps;
    static Options options;
    int code = options_take(argc, argv, &options);
    TapStore *store = NULL;

    if (code != OPTIONS_GO_ON) {
        return code;
    }
    if (!taps_file_open(&taps, options.taps_path)) {
        return EXIT_FAILURE;
    }
    store = tap_store_create();
    if (store == NULL) {
        (void)complain("there is too little memory");
        code = EXIT_FAILURE;
    } else {
        code = run(&options, &taps, store);
    }
    taps_file_close(&taps);
    tap_store_destroy(store);
    return code;
}
