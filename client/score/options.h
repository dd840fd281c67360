/*
 * What onedrum-score was asked to do.
 *
 * Not pure: says on standard error what is wrong with the command line.
 */
#ifndef CLIENT_SCORE_OPTIONS_H
#define CLIENT_SCORE_OPTIONS_H

#include "client/score/score.h"

enum {
    EXIT_USAGE = 2,
    OPTIONS_GO_ON = -1
};

typedef struct {
    const char *taps_path;
    const char *svg_path; /* NULL: no figure */
    ScoreGrid grid;       /* its groove is the one below */
    Groove groove;
    bool has_tempo; /* --bpm was given */
    bool has_t0;    /* --t0-ms was given */
    bool fit;
    bool verdicts;
    bool uncalibrated;
    bool json;
} Options;

/* Reads the command line; an exit code, or OPTIONS_GO_ON. `options` must not move afterwards. */
int options_take(int argc, char **argv, Options *options);

#endif
