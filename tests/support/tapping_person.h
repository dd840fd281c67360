/*
 * Somebody made of numbers who calibrates: hears the clicks of a round through a device that is
 * late, and taps along in virtual time.
 *
 * The person is a player model (shared/player_model.h): taps are correlated with those before, some
 * are missed, some are extra; the constant to be found is the device's latency plus the mean of the
 * model, not what happened to come out of one round.
 */
#ifndef TESTS_SUPPORT_TAPPING_PERSON_H
#define TESTS_SUPPORT_TAPPING_PERSON_H

#include "shared/calibration.h"
#include "shared/player_model.h"

enum {
    TAPPING_WAITING_MAX = 64
};

typedef struct {
    PlayerModel player;
    int64_t latency_ns;
    HostTime waiting[TAPPING_WAITING_MAX]; /* taps to come, in order */
    int waiting_count;
    HostTime heard; /* the click before */
    int64_t heard_count;
    int64_t fast_count;
} TappingPerson;

/* A non-musician with so many taps' standard deviation at the calibration's tempo, who misses .7 %
   of the clicks and adds .25 % taps. */
PlayerProfile tapping_profile(double spread_ms);

/* What a calibration of this person at this device should find. */
int64_t tapping_truth_ns(const PlayerProfile *profile, int64_t latency_ns);

/* Equal arguments give equal tapping. */
void tapping_person_init(TappingPerson *person,
                         const PlayerProfile *profile,
                         PlayerTrouble trouble,
                         int64_t latency_ns,
                         uint64_t seed);

/* A whole round to the sound, until it ends by itself, five minutes are over (then it still goes
   on), or it has `taps_max` counted taps and is ended by hand. */
CalibrationFigures
tapping_person_round(TappingPerson *person, Calibration *calibration, int taps_max);

#endif
