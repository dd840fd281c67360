#include "shared/judge_windows.h"

#include <assert.h>
#include <math.h>

#include "shared/units.h"

enum {
    PER_MILLE = 1000
};

/* Factors in thousandths, so that a window is the same integer everywhere. */
static const int64_t profile_factor[PROFILE_COUNT] = {
    [PROFILE_NOVICE] = 1250,
    [PROFILE_STANDARD] = 1000,
    [PROFILE_EXPERT] = 600,
};

static const char *const profile_words[PROFILE_COUNT] = {
    [PROFILE_NOVICE] = "novice",
    [PROFILE_STANDARD] = "standard",
    [PROFILE_EXPERT] = "expert",
};

static int64_t share_of_beat(int64_t beat_ns, int64_t per_cent, int64_t low_ms, int64_t high_ms)
{
    return clamp_i64(beat_ns * per_cent / 100, low_ms * NS_PER_MS, high_ms * NS_PER_MS);
}

JudgeWindows judge_windows(int64_t beat_ns, Profile profile)
{
    assert(beat_ns > 0);
    assert((unsigned int)profile < PROFILE_COUNT);
    const int64_t factor = profile_factor[profile];

    return (JudgeWindows){
        .w1_ns = share_of_beat(beat_ns, 5, 25, 45) * factor / PER_MILLE,
        .w2_ns = share_of_beat(beat_ns, 10, 50, 90) * factor / PER_MILLE,
        .w3_ns = share_of_beat(beat_ns, 20, 90, 150) * factor / PER_MILLE,
    };
}

int64_t score_allowance_ns(int64_t clock_uncertainty_ns)
{
    return clamp_i64(clock_uncertainty_ns, 5 * NS_PER_MS, 20 * NS_PER_MS);
}

int32_t score_weight_micro(int64_t asynchrony_ns, int64_t allowance_ns, int64_t beat_ns)
{
    assert(allowance_ns >= 0);
    assert(beat_ns > 0);
    const double distance_ns = fabs((double)asynchrony_ns) - (double)allowance_ns;
    const double scale_ns = (double)share_of_beat(beat_ns, 8, 40, 70);

    if (distance_ns <= 0.0) {
        return WEIGHT_MICRO_MAX;
    }
    const double ratio = distance_ns / scale_ns;
    return (int32_t)(exp(-0.5 * ratio * ratio) * WEIGHT_MICRO_MAX + 0.5);
}

const char *judge_profile_word(Profile profile)
{
    assert((unsigned int)profile < PROFILE_COUNT);
    return profile_words[profile];
}
