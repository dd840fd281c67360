#include "client/score/report.h"

#include <jansson.h>
#include <stdio.h>

enum {
    JSON_DIGITS = 10
};

static json_t *figures_json(const PlayerFigures *player)
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

static double ms_of(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

/* How often each verdict, by its word; those that never came are left out. */
static json_t *counts_json(const int64_t counts[VERDICT_COUNT])
{
    json_t *object = json_object();

    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (counts[i] > 0) {
            (void)json_object_set_new(
                object, verdict_word((Verdict)i), json_integer((json_int_t)counts[i]));
        }
    }
    return object;
}

static json_t *timeline_json(const VerdictTable *table, const PlayerVerdict *player)
{
    json_t *list = json_array();

    for (size_t i = 0; i < player->change_count; i++) {
        const VerdictChange *change = &table->changes[player->first_change + i];

        (void)json_array_append_new(list,
                                    json_pack("{s:I, s:f, s:s}",
                                              "note",
                                              (json_int_t)change->note,
                                              "time_ms",
                                              ms_of(change->at_ns),
                                              "verdict",
                                              verdict_word(change->verdict)));
    }
    return list;
}

static json_t *player_json(const Report *report, int index)
{
    json_t *object = figures_json(&report->players[index]);

    if (report->verdicts != NULL) {
        const PlayerVerdict *player = &report->verdicts->players[index];

        (void)json_object_set_new(object, "verdict", json_string(verdict_word(player->final)));
        (void)json_object_set_new(object, "timeline", timeline_json(report->verdicts, player));
        (void)json_object_set_new(object, "shown", counts_json(player->shown));
        (void)json_object_set_new(object, "ruled", counts_json(player->ruled));
    }
    return object;
}

/* How many people have each verdict at the end; returns how many of them are flagged. */
static int64_t count_people(const Report *report, int64_t counts[VERDICT_COUNT])
{
    int64_t flagged = 0;

    for (int i = 0; i < VERDICT_COUNT; i++) {
        counts[i] = 0;
    }
    for (int i = 0; i < report->player_count; i++) {
        const Verdict verdict = report->verdicts->players[i].final;

        counts[verdict]++;
        flagged += verdict_is_flagged(verdict) ? 1 : 0;
    }
    return flagged;
}

static const char *drift_word(const Report *report)
{
    switch (verdict_group_drift(&report->verdicts->reference, score_beat_ns(report->grid))) {
    case GROUP_RUSHING:
        return "rushing";
    case GROUP_DRAGGING:
        return "dragging";
    case GROUP_STEADY:
        break;
    }
    return "steady";
}

static json_t *group_json(const Report *report)
{
    const GroupFigures *group = &report->group;
    json_t *object = NULL;

    if (group->valid) {
        object = json_pack("{s:f, s:f, s:f, s:f}",
                           "r",
                           group->r,
                           "ppc",
                           group->ppc,
                           "sigma_ms",
                           group->sigma_ms,
                           "together",
                           group->together);
    } else {
        object = json_pack("{s:n, s:n, s:n, s:n}", "r", "ppc", "sigma_ms", "together");
    }
    if (report->verdicts != NULL) {
        const GroupReference *reference = &report->verdicts->reference;
        int64_t counts[VERDICT_COUNT];
        const int64_t flagged = count_people(report, counts);

        if (group->valid) {
            (void)json_object_set_new(object, "share_on", json_real(group->share_on));
            (void)json_object_set_new(object, "bias_ms", json_real(group->bias_ms));
        }
        (void)json_object_set_new(object, "median_ms", json_real(reference->median_ms));
        (void)json_object_set_new(object, "madn_ms", json_real(reference->madn_ms));
        (void)json_object_set_new(object, "drift", json_string(drift_word(report)));
        (void)json_object_set_new(object, "verdicts", counts_json(counts));
        (void)json_object_set_new(object, "flagged", json_integer((json_int_t)flagged));
    }
    return object;
}

static double bpm_of(const Report *report)
{
    return (double)report->grid->tempo_nbpm / 1e9;
}

bool report_print_json(const Report *report)
{
    json_t *list = json_array();
    json_t *root = json_pack("{s:o, s:o}", "players", list, "group", group_json(report));
    bool well = root != NULL;

    for (int i = 0; well && i < report->player_count; i++) {
        well = json_array_append_new(list, player_json(report, i)) == 0;
    }
    if (report->fit) {
        well =
            well &&
            json_object_set_new(
                root,
                "fit",
                json_pack(
                    "{s:f, s:f}", "bpm", bpm_of(report), "t0_ms", ms_of(report->grid->t0_ns))) == 0;
    }
    well = well && json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(JSON_DIGITS)) == 0;
    json_decref(root);
    return putchar('\n') != EOF && well;
}

static void print_group(const Report *report)
{
    const GroupFigures *group = &report->group;

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

/* From which note on which verdict would have been shown: "warming up, 8 on, 31 late". */
static void print_verdicts(const Report *report)
{
    int64_t counts[VERDICT_COUNT];
    const int64_t flagged = count_people(report, counts);

    (void)printf("\n%-24s verdicts, each from its note on\n", "player");
    for (int i = 0; i < report->player_count; i++) {
        const PlayerVerdict *player = &report->verdicts->players[i];

        (void)printf("%-24s", report->players[i].name);
        for (size_t k = 0; k < player->change_count; k++) {
            const VerdictChange *change = &report->verdicts->changes[player->first_change + k];

            (void)printf("%s %lld %s",
                         k == 0 ? "" : ",",
                         (long long)change->note,
                         verdict_word(change->verdict));
        }
        (void)printf("\n");
    }
    (void)printf("\n%lld of %d stand out at the end; the group is %s (median %+.0f ms).\n",
                 (long long)flagged,
                 report->player_count,
                 drift_word(report),
                 report->verdicts->reference.median_ms);
}

void report_print_table(const Report *report)
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
    for (int i = 0; i < report->player_count; i++) {
        const PlayerFigures *player = &report->players[i];

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
    print_group(report);
    if (report->fit) {
        (void)printf("\nFitted: %.4f BPM, first beat at %.3f ms\n",
                     bpm_of(report),
                     ms_of(report->grid->t0_ns));
    }
    if (report->verdicts != NULL) {
        print_verdicts(report);
    }
}
