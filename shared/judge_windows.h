/*
 * How near a hit must be for each judgement, and how many points it earns.
 *
 * Pure. The windows grow with the beat because human spread does (about 5 % of the beat period).
 */
#ifndef SHARED_JUDGE_WINDOWS_H
#define SHARED_JUDGE_WINDOWS_H

#include <stdint.h>

/* How strict the session is; the facilitator chooses. */
typedef enum {
    PROFILE_NOVICE,   /* windows x 1.25 */
    PROFILE_STANDARD, /* windows x 1 */
    PROFILE_EXPERT,   /* windows x 0.6 */
    PROFILE_COUNT
} Profile;

/* w1_ns <= w2_ns <= w3_ns: the largest distance of PERFECT, GOOD and OK. */
typedef struct {
    int64_t w1_ns;
    int64_t w2_ns;
    int64_t w3_ns;
} JudgeWindows;

/* A clock that is known worse than this says nothing of anybody's timing: it is "unrated". */
#define CLOCK_UNRATED_NS (40 * NS_PER_MS)

/* Full points of one note, in millionths. */
#define WEIGHT_MICRO_MAX 1000000

/*
 * The windows at a beat period > 0, for T in ms:
 *   w1 = clamp(.05 T, 25, 45)   w2 = clamp(.10 T, 50, 90)   w3 = clamp(.20 T, 90, 150)
 * times the profile's factor, rounded down to the nanosecond.
 */
JudgeWindows judge_windows(int64_t beat_ns, Profile profile);

/* d = clamp(clock uncertainty, 5 ms, 20 ms): the distance that costs nothing. */
int64_t score_allowance_ns(int64_t clock_uncertainty_ns);

/*
 * Points in millionths of a hit inside its cell, `asynchrony_ns` = hit - note - calibration:
 *   s = exp(-x^2 / (2 S^2)),  x = max(0, |asynchrony| - allowance),  S = clamp(.08 T, 40 ms, 70
 * ms).
 */
int32_t score_weight_micro(int64_t asynchrony_ns, int64_t allowance_ns, int64_t beat_ns);

/* "novice", "standard" or "expert". */
const char *judge_profile_word(Profile profile);

#endif
