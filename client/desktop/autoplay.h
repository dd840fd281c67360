/*
 * Plays for the person: a human model in their seat, for demonstrations and tests.
 *
 * Pure; reads no clock. It hears the beat as the client does and answers with hits in host time, to
 * be treated like keys that were pressed.
 */
#ifndef CLIENT_DESKTOP_AUTOPLAY_H
#define CLIENT_DESKTOP_AUTOPLAY_H

#include "client/model/model.h"
#include "client/model/simulated_player.h"

typedef struct {
    PlayerProfile profile;
    SimulatedPlayer player;
} Autoplay;

/* A steady person from the population, calibrated; equal seeds play equally. */
void autoplay_init(Autoplay *autoplay, uint64_t seed);

/* The offset that this player's own calibration found. */
int32_t autoplay_calibration_us(const Autoplay *autoplay);

/* The next hit whose time has come; false when there is none (yet). Ask at least every 50 ms. */
NODISCARD bool
autoplay_next(Autoplay *autoplay, const ClientModel *model, HostTime now, SimulatedHit *hit);

#endif
