#include "client/desktop/autoplay.h"

#include <string.h>

void autoplay_init(Autoplay *autoplay, uint64_t seed)
{
    Prng prng;

    prng_seed(&prng, seed);
    autoplay->profile = player_profile_draw(&prng);
    simulated_player_init(&autoplay->player, &autoplay->profile, TROUBLE_NONE, prng_u64(&prng));
}

int32_t autoplay_calibration_us(const Autoplay *autoplay)
{
    return (int32_t)clamp_i64((int64_t)(autoplay->profile.calibration_ms * 1000.0),
                              -CALIBRATION_US_MAX,
                              CALIBRATION_US_MAX);
}

bool autoplay_next(Autoplay *autoplay, const ClientModel *model, HostTime now, SimulatedHit *hit)
{
    const Groove *grooves[GROOVES_MAX] = {NULL};
    const SimulatedScore score = {
        .timeline = &model->timeline,
        .grooves = grooves,
        .part = model->part,
        .part_before = model->part_before,
        .part_from = model->part_from,
    };
    SessionTime time;

    if (!model->has_timeline || !model->clock.locked) {
        return false;
    }
    for (int i = 0; i < MODEL_GROOVES_KNOWN_MAX; i++) {
        if (model->grooves[i].known) {
            grooves[model->grooves[i].index % GROOVES_MAX] = &model->grooves[i].groove;
        }
    }
    time = applied_clock_session(&model->clock, now);
    simulated_player_plan(&autoplay->player, &score, time);
    return simulated_player_take(&autoplay->player, time, hit);
}
