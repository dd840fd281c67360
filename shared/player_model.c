#include "shared/player_model.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "shared/units.h"

#define REFERENCE_PERIOD_MS 500.0
#define POPULATION_SD_SHARE 0.048
#define POPULATION_SD_LOG_SD 0.40
#define CALIBRATION_TAPS 32.0
#define OFFSET_TROUBLE_MS_MIN 110.0
#define OFFSET_TROUBLE_SHARE 0.18
#define ERRATIC_SHARE 0.35

static const PlayerProfile named_profiles[PLAYER_KIND_COUNT] = {
    [PLAYER_TRAINED] = {.mean_ms = -15.0,
                        .timekeeper_sd_ms = 10.0,
                        .motor_sd_ms = 5.0,
                        .alpha = 0.80},
    [PLAYER_NON_MUSICIAN] = {.mean_ms = -40.0,
                             .timekeeper_sd_ms = 24.0,
                             .motor_sd_ms = 8.0,
                             .alpha = 0.45},
    [PLAYER_LOOSE] = {.mean_ms = -45.0,
                      .timekeeper_sd_ms = 24.0,
                      .motor_sd_ms = 8.0,
                      .alpha = 0.30},
    [PLAYER_WEAK_CORRECTOR] = {.mean_ms = -50.0,
                               .timekeeper_sd_ms = 24.0,
                               .motor_sd_ms = 8.0,
                               .alpha = 0.10},
};

static const char *const kind_words[PLAYER_KIND_COUNT] = {
    [PLAYER_TRAINED] = "trained",
    [PLAYER_NON_MUSICIAN] = "non-musician",
    [PLAYER_LOOSE] = "loose",
    [PLAYER_WEAK_CORRECTOR] = "weak corrector",
};

static const char *const trouble_words[TROUBLE_COUNT] = {
    [TROUBLE_NONE] = "steady",
    [TROUBLE_HALF_BEAT] = "half-beat",
    [TROUBLE_DOUBLE] = "double",
    [TROUBLE_HALF] = "half",
    [TROUBLE_FAST] = "fast",
    [TROUBLE_SLOW] = "slow",
    [TROUBLE_EARLY] = "early",
    [TROUBLE_LATE] = "late",
    [TROUBLE_ERRATIC] = "erratic",
    [TROUBLE_IDLE] = "idle",
    [TROUBLE_QUITTER] = "quitter",
};

PlayerProfile player_profile_named(PlayerKind kind)
{
    assert((unsigned int)kind < PLAYER_KIND_COUNT);
    return named_profiles[kind];
}

/* Everything but the mean, which is the device's as much as the person's. */
static PlayerProfile draw_steadiness(Prng *prng, double *sd_ms)
{
    const double sd =
        prng_lognormal(prng, log(POPULATION_SD_SHARE * REFERENCE_PERIOD_MS), POPULATION_SD_LOG_SD);
    const double alpha = fmin(fmax(0.45 + 0.15 * prng_normal(prng), 0.15), 0.9);
    const double motor = fmin(0.3 * sd, 10.0);
    /* Positive: 2 a .09 sd^2 < sd^2 a (2 - a) for every a < 1.82. */
    const double timekeeper = sqrt(sd * sd * alpha * (2.0 - alpha) - 2.0 * alpha * motor * motor);

    *sd_ms = sd;
    return (PlayerProfile){
        .timekeeper_sd_ms = timekeeper,
        .motor_sd_ms = motor,
        .alpha = alpha,
        .miss_rate = 0.007,
        .extra_rate = 0.0025,
    };
}

PlayerProfile player_profile_draw(Prng *prng)
{
    double sd_ms = 0.0;
    PlayerProfile profile = draw_steadiness(prng, &sd_ms);

    profile.mean_ms = -35.0 + 22.0 * prng_normal(prng);
    profile.calibrated = true;
    /* Autocorrelated taps make a mean 1.7 times less certain than their number says. */
    profile.calibration_ms =
        profile.mean_ms + 1.7 * sd_ms / sqrt(CALIBRATION_TAPS) * prng_normal(prng);
    return profile;
}

PlayerProfile player_profile_draw_uncalibrated(Prng *prng, double device_mean_ms)
{
    double sd_ms = 0.0;
    PlayerProfile profile = draw_steadiness(prng, &sd_ms);

    profile.mean_ms = device_mean_ms + 57.0 * prng_normal(prng);
    return profile;
}

static double variance(const PlayerProfile *profile)
{
    const double alpha = profile->alpha;
    const double timekeeper = profile->timekeeper_sd_ms * profile->timekeeper_sd_ms;
    const double motor = profile->motor_sd_ms * profile->motor_sd_ms;

    return (timekeeper + 2.0 * alpha * motor) / (alpha * (2.0 - alpha));
}

double player_profile_sd_ms(const PlayerProfile *profile)
{
    return sqrt(variance(profile));
}

double player_profile_lag1(const PlayerProfile *profile)
{
    const double motor = profile->motor_sd_ms * profile->motor_sd_ms;

    return (1.0 - profile->alpha) - motor / variance(profile);
}

double player_profile_interval_lag1(const PlayerProfile *profile)
{
    const double alpha = profile->alpha;
    const double v = variance(profile);
    const double motor = profile->motor_sd_ms * profile->motor_sd_ms;

    return -(alpha * alpha * v + (1.0 + alpha) * motor) / (2.0 * (alpha * v + motor));
}

void player_model_init(PlayerModel *model,
                       const PlayerProfile *profile,
                       PlayerTrouble trouble,
                       uint64_t seed)
{
    assert(profile->alpha > 0.0 && profile->alpha <= 1.0);
    assert((unsigned int)trouble < TROUBLE_COUNT);

    *model = (PlayerModel){
        .profile = *profile, .trouble = trouble, .tempo_ratio = 1.0, .quit_after = INT64_MAX};
    prng_seed(&model->prng, seed);
    const double strangeness = 0.08 + 0.04 * prng_uniform(&model->prng);
    const uint64_t notes = 24 + prng_below(&model->prng, 41);

    if (trouble == TROUBLE_FAST) {
        model->tempo_ratio = 1.0 - strangeness;
    } else if (trouble == TROUBLE_SLOW) {
        model->tempo_ratio = 1.0 + strangeness;
    } else if (trouble == TROUBLE_QUITTER) {
        model->quit_after = (int64_t)notes;
    }
}

/* The recursion. A starts from its stationary distribution as near as one number can. */
static double next_asynchrony(PlayerModel *model, double scale)
{
    const PlayerProfile *profile = &model->profile;
    const double alpha = profile->alpha;
    const double motor_ms = scale * profile->motor_sd_ms * prng_normal(&model->prng);
    const double noise_ms = scale * profile->timekeeper_sd_ms * prng_normal(&model->prng);

    if (!model->started) {
        const double sd_ms = scale * player_profile_sd_ms(profile);
        model->asynchrony_ms = profile->mean_ms + sd_ms * prng_normal(&model->prng);
        model->started = true;
    } else {
        model->asynchrony_ms = (1.0 - alpha) * model->asynchrony_ms + alpha * profile->mean_ms +
                               noise_ms + motor_ms - model->motor_ms;
    }
    model->motor_ms = motor_ms;
    return model->asynchrony_ms;
}

static void tap(PlayerTaps *taps, double asynchrony_ms)
{
    if (taps->count < PLAYER_TAPS_MAX) {
        taps->asynchrony_ns[taps->count++] =
            (int64_t)floor(asynchrony_ms * (double)NS_PER_MS + 0.5);
    }
}

/* A period of one's own: the taps that fall into the half spacings around this note. */
static void tap_free_running(PlayerModel *model, PlayerTaps *taps, double spacing_ms, double scale)
{
    const double sd_ms = scale * model->profile.motor_sd_ms;

    if (model->note_count == 0) {
        model->free_ms = model->profile.mean_ms;
    }
    while (model->free_ms < 0.5 * spacing_ms) {
        tap(taps, model->free_ms + sd_ms * prng_normal(&model->prng));
        model->free_ms += model->tempo_ratio * spacing_ms +
                          scale * model->profile.timekeeper_sd_ms * prng_normal(&model->prng);
    }
    model->free_ms -= spacing_ms;
}

static void tap_troubled(PlayerModel *model, PlayerTaps *taps, double spacing_ms, double scale)
{
    const double asynchrony_ms = next_asynchrony(model, scale);
    const double offset_ms = fmax(OFFSET_TROUBLE_MS_MIN, OFFSET_TROUBLE_SHARE * spacing_ms);

    switch (model->trouble) {
    case TROUBLE_HALF_BEAT:
        tap(taps, asynchrony_ms + 0.5 * spacing_ms);
        return;
    case TROUBLE_DOUBLE:
        tap(taps, asynchrony_ms);
        tap(taps,
            asynchrony_ms + 0.5 * spacing_ms +
                scale * model->profile.motor_sd_ms * prng_normal(&model->prng));
        return;
    case TROUBLE_HALF:
        if (model->note_count % 2 == 0) {
            tap(taps, asynchrony_ms);
        }
        return;
    case TROUBLE_FAST:
    case TROUBLE_SLOW:
        tap_free_running(model, taps, spacing_ms, scale);
        return;
    case TROUBLE_EARLY:
        tap(taps, asynchrony_ms - offset_ms);
        return;
    case TROUBLE_LATE:
        tap(taps, asynchrony_ms + offset_ms);
        return;
    case TROUBLE_ERRATIC:
        tap(taps, asynchrony_ms + ERRATIC_SHARE * spacing_ms * prng_normal(&model->prng));
        return;
    case TROUBLE_NONE:
    case TROUBLE_QUITTER:
        tap(taps, asynchrony_ms);
        return;
    case TROUBLE_IDLE:
    case TROUBLE_COUNT:
        return;
    }
}

PlayerTaps player_model_next(PlayerModel *model, int64_t spacing_ns)
{
    assert(spacing_ns > 0);
    const double spacing_ms = ms_of_ns(spacing_ns);
    const double scale = spacing_ms / REFERENCE_PERIOD_MS;
    PlayerTaps taps = {0};

    tap_troubled(model, &taps, spacing_ms, scale);
    /* Drawn for every note, so that a seed's playing does not depend on what goes wrong. */
    const bool misses = prng_uniform(&model->prng) < model->profile.miss_rate;
    const bool adds = prng_uniform(&model->prng) < model->profile.extra_rate;
    const double where_ms = spacing_ms * (0.2 + 0.3 * prng_uniform(&model->prng));

    if (misses || model->note_count >= model->quit_after) {
        taps.count = 0;
    } else if (adds && taps.count > 0) {
        tap(&taps, ms_of_ns(taps.asynchrony_ns[taps.count - 1]) + where_ms);
    }
    model->note_count++;
    return taps;
}

bool player_model_is_troubled(const PlayerModel *model)
{
    return model->trouble == TROUBLE_QUITTER ? model->note_count >= model->quit_after
                                             : model->trouble != TROUBLE_NONE;
}

const char *player_trouble_word(PlayerTrouble trouble)
{
    assert((unsigned int)trouble < TROUBLE_COUNT);
    return trouble_words[trouble];
}

const char *player_kind_word(PlayerKind kind)
{
    assert((unsigned int)kind < PLAYER_KIND_COUNT);
    return kind_words[kind];
}
