#include "tests/support/tapping_person.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

#define AHEAD_NS (300 * NS_PER_MS)
#define TURN_NS (20 * NS_PER_MS)
#define ROUND_NS_MAX (300 * NS_PER_S)
/* The first taps after the click became faster come late; each makes good so much of it. */
#define SURPRISE_NS (250 * NS_PER_MS)
#define SURPRISE_LEFT 0.4

PlayerProfile tapping_profile(double spread_ms)
{
    PlayerProfile profile = player_profile_named(PLAYER_NON_MUSICIAN);
    const double share = spread_ms / player_profile_sd_ms(&profile);

    profile.timekeeper_sd_ms *= share;
    profile.motor_sd_ms *= share;
    profile.miss_rate = 0.007;
    profile.extra_rate = 0.0025;
    return profile;
}

int64_t tapping_truth_ns(const PlayerProfile *profile, int64_t latency_ns)
{
    return llround(profile->mean_ms * (double)NS_PER_MS) + latency_ns;
}

void tapping_person_init(TappingPerson *person,
                         const PlayerProfile *profile,
                         PlayerTrouble trouble,
                         int64_t latency_ns,
                         uint64_t seed)
{
    memset(person, 0, sizeof *person);
    person->latency_ns = latency_ns;
    player_model_init(&person->player, profile, trouble, seed);
}

static int compare_times(const void *one, const void *other)
{
    const HostTime a = *(const HostTime *)one;
    const HostTime b = *(const HostTime *)other;

    return (a.ns > b.ns) - (a.ns < b.ns);
}

static void hear(TappingPerson *person, HostTime click)
{
    const int64_t gap_ns =
        person->heard_count > 0 ? click.ns - person->heard.ns : CALIBRATION_SLOW_NS;
    const PlayerTaps taps = player_model_next(&person->player, gap_ns);
    int64_t surprise_ns = 0;

    if (gap_ns == CALIBRATION_BEAT_NS) {
        surprise_ns = llround((double)SURPRISE_NS * pow(SURPRISE_LEFT, (double)person->fast_count));
        person->fast_count++;
    }
    for (int i = 0; i < taps.count; i++) {
        check(person->waiting_count < TAPPING_WAITING_MAX);
        person->waiting[person->waiting_count] =
            (HostTime){click.ns + taps.asynchrony_ns[i] + person->latency_ns + surprise_ns};
        person->waiting_count++;
    }
    qsort(person->waiting, (size_t)person->waiting_count, sizeof person->waiting[0], compare_times);
    person->heard = click;
    person->heard_count++;
}

/* The taps due by `now`; true when there were any. */
static bool tap(TappingPerson *person, Calibration *calibration, HostTime now)
{
    int done = 0;

    while (done < person->waiting_count && person->waiting[done].ns <= now.ns) {
        calibration_tap(calibration, person->waiting[done]);
        done++;
    }
    for (int i = done; i < person->waiting_count; i++) {
        person->waiting[i - done] = person->waiting[i];
    }
    person->waiting_count -= done;
    return done > 0;
}

CalibrationFigures
tapping_person_round(TappingPerson *person, Calibration *calibration, int taps_max)
{
    CalibrationFigures figures = {.state = CALIBRATION_GOES_ON};
    HostTime now = {7 * NS_PER_S};
    const HostTime end = {now.ns + ROUND_NS_MAX};
    HostTime click;

    calibration_start(calibration, CALIBRATION_TO_SOUND, (HostTime){now.ns + NS_PER_S});
    while (figures.state == CALIBRATION_GOES_ON && now.ns < end.ns) {
        now.ns += TURN_NS;
        while (calibration_next_click(calibration, (HostTime){now.ns + AHEAD_NS}, &click)) {
            hear(person, click);
        }
        if (tap(person, calibration, now)) {
            figures = calibration_figures(calibration, calibration->fast_taps >= taps_max);
        }
    }
    return figures;
}
