/*
 * What onedrum-score prints: a JSON object or a table.
 *
 * Not pure: writes to standard output.
 */
#ifndef CLIENT_SCORE_REPORT_H
#define CLIENT_SCORE_REPORT_H

#include "client/score/score.h"
#include "client/score/verdicts.h"

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

/* Everything that is known at the end. */
typedef struct {
    const ScoreGrid *grid;
    const PlayerFigures *players;
    int player_count;
    GroupFigures group;
    const VerdictTable *verdicts; /* NULL: not asked for */
    bool fit;                     /* tempo or t0 come from the taps */
} Report;

/* False when standard output does not take it. */
NODISCARD bool report_print_json(const Report *report);
void report_print_table(const Report *report);

#endif
