/*
 * Players made of numbers, for rehearsals, tests and bandmates.
 *
 * Pure; all chance comes from a seed. Linear phase correction with timekeeper and motor noise
 * (Vorberg and Schulze 2002, 10.1006/jmps.2001.1375; Wing and Kristofferson 1973): A' = (1 - a) A +
 * (T_n - C) + M' - M,   T_n ~ (C + a mean, sT^2),   M ~ (0, sM^2).
 */
#ifndef SHARED_PLAYER_MODEL_H
#define SHARED_PLAYER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/prng.h"

/* Figures at a period of 500 ms; the two spreads grow in proportion to the period. */
typedef struct {
    double mean_ms;          /* mean asynchrony, negative = early */
    double timekeeper_sd_ms; /* sT */
    double motor_sd_ms;      /* sM */
    double alpha;            /* a: share of an asynchrony corrected by the next hit, in (0, 1] */
    double miss_rate;        /* per note */
    double extra_rate;       /* per note */
    bool calibrated;
    double calibration_ms; /* the offset this player has measured, when calibrated; else 0 */
} PlayerProfile;

typedef enum {
    PLAYER_TRAINED,
    PLAYER_NON_MUSICIAN,
    PLAYER_LOOSE,
    PLAYER_WEAK_CORRECTOR,
    PLAYER_KIND_COUNT
} PlayerKind;

/* What a player does wrong on purpose. */
typedef enum {
    TROUBLE_NONE,
    TROUBLE_HALF_BEAT, /* between the notes */
    TROUBLE_DOUBLE,    /* also between the notes */
    TROUBLE_HALF,      /* every second note */
    TROUBLE_FAST,      /* free running, 8 to 12 % too fast */
    TROUBLE_SLOW,      /* free running, 8 to 12 % too slow */
    TROUBLE_EARLY,     /* before by 110 ms, or 18 % of a period over 611 ms */
    TROUBLE_LATE,      /* behind by as much */
    TROUBLE_ERRATIC,   /* scattered by 35 % of the period */
    TROUBLE_IDLE,      /* does not play */
    TROUBLE_QUITTER,   /* stops after 24 to 64 notes */
    TROUBLE_COUNT
} PlayerTrouble;

enum {
    PLAYER_TAPS_MAX = 4
};

/* The hits that go with one note: none is a miss. In order of time unless ERRATIC. */
typedef struct {
    int count;
    int64_t asynchrony_ns[PLAYER_TAPS_MAX]; /* hit minus note */
} PlayerTaps;

typedef struct {
    PlayerProfile profile;
    Prng prng;
    double asynchrony_ms; /* A of the last note */
    double motor_ms;      /* M of the last note */
    double free_ms;       /* free running: next tap relative to the coming note */
    double tempo_ratio;   /* free running: own period / period */
    int64_t note_count;
    int64_t quit_after; /* notes */
    PlayerTrouble trouble;
    bool started;
} PlayerModel;

/* A named profile; no misses, no extras, uncalibrated. */
PlayerProfile player_profile_named(PlayerKind kind);

/* Somebody from the population of calibrated people: SD = LogNormal(ln .048 T, .40), a =
   clamp(N(.45, .15), .15, .9), mean ~ N(-35, 22), misses .7 %, extras .25 %, and the offset that a
   calibration of 32 taps would have found. */
PlayerProfile player_profile_draw(Prng *prng);

/* The same with the latency of an unknown device: mean ~ N(device_mean_ms, 57), uncalibrated. */
PlayerProfile player_profile_draw_uncalibrated(Prng *prng, double device_mean_ms);

/* sqrt(V): the standard deviation of the asynchrony at 500 ms,
   V = (sT^2 + 2 a sM^2) / (a (2 - a)). */
double player_profile_sd_ms(const PlayerProfile *profile);

/* Lag-1 autocorrelation of the asynchrony, (1 - a) - sM^2 / V. */
double player_profile_lag1(const PlayerProfile *profile);

/* Lag-1 autocorrelation of the intervals, -(a^2 V + (1 + a) sM^2) / (2 (a V + sM^2)). */
double player_profile_interval_lag1(const PlayerProfile *profile);

/* Starts a player; equal arguments give equal playing. */
void player_model_init(PlayerModel *model,
                       const PlayerProfile *profile,
                       PlayerTrouble trouble,
                       uint64_t seed);

/* The hits for the next note; `spacing_ns` > 0 is the time from the note before it to this one (for
   the first: to the next). A hit lies within about one spacing of its note: ask that much ahead. */
PlayerTaps player_model_next(PlayerModel *model, int64_t spacing_ns);

/* Whether the next note will be spoilt by the player's trouble: always, unless there is none or
   they quit later. */
bool player_model_is_troubled(const PlayerModel *model);

/* "steady", "half-beat", "double", "half", "fast", "slow", "early", "late", "erratic", "idle",
 * "quitter". */
const char *player_trouble_word(PlayerTrouble trouble);

/* "trained", "non-musician", "loose", "weak corrector". */
const char *player_kind_word(PlayerKind kind);

#endif
