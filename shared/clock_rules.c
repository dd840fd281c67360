#include "shared/clock_rules.h"

#include <math.h>

enum {
    HISTORY_MAX = 19,
    EARLIER_MIN = 3, /* one stretch or two do not show how much they vary */
    RECENT_S = 60,
    STRETCH_S = 10,
    RETURN_S = 3,
    RETURN_GAP_S = 4
};

#define STEP_US_MIN 800.0
#define RETURN_US_MIN 1500.0
#define LONGER_US_MIN 2500.0
#define SECOND_US 1000000

/* fmin, which also minds what is no number, is a call. */
static double lesser(double a, double b)
{
    return a < b ? a : b;
}

void clock_rules_track(ClockTrack *track, const ClockStore *store, int32_t now_us, double slope_ppm)
{
    track->store = store;
    track->now_us = now_us;
    track->slope_ppm = slope_ppm;
    for (int i = 0; i < CLOCK_WINDOW_S; i++) {
        track->least_us[i] = HUGE_VAL;
    }
    for (int i = 0; i < store->count; i++) {
        const ClockStorePoint point = store->points[i];
        const int32_t ago_s = point.x_us < now_us ? (now_us - point.x_us) / SECOND_US : 0;

        if (ago_s < CLOCK_WINDOW_S) {
            track->least_us[ago_s] =
                lesser(track->least_us[ago_s], clock_store_residual_us(point, now_us, slope_ppm));
        }
    }
}

/* Of the seconds from `first_s` to before `end_s` ago. */
static double least_of(const ClockTrack *track, int first_s, int end_s)
{
    double least_us = HUGE_VAL;

    for (int i = first_s; i < end_s && i < CLOCK_WINDOW_S; i++) {
        least_us = lesser(least_us, track->least_us[i]);
    }
    return least_us;
}

static void sort_ascending(double *values, int count)
{
    for (int i = 1; i < count; i++) {
        const double value = values[i];
        int place = i;

        while (place > 0 && values[place - 1] > value) {
            values[place] = values[place - 1];
            place--;
        }
        values[place] = value;
    }
}

static double quantile(const double *sorted, int count, double share)
{
    const double place = share * (count - 1);
    const int below = (int)place;
    const double rest = place - below;

    return below + 1 < count ? sorted[below] + rest * (sorted[below + 1] - sorted[below])
                             : sorted[below];
}

/* How the newest stretch differs from the median of those before, and how much they vary. */
typedef struct {
    bool known;
    double by_us;
    double scatter_us;
} Move;

static Move move_of(const ClockTrack *track, ClockStretch stretch, int age_s)
{
    const int length_s = stretch.length_s;
    const double newest_us = least_of(track, 0, length_s);
    double earlier[HISTORY_MAX];
    int count = 0;

    for (int i = 1; i <= stretch.history_max && (i + 1) * length_s <= age_s; i++) {
        const double least_us = least_of(track, i * length_s, (i + 1) * length_s);

        if (least_us < HUGE_VAL && count < HISTORY_MAX) {
            earlier[count] = least_us;
            count++;
        }
    }
    if (count < EARLIER_MIN || newest_us >= HUGE_VAL) {
        return (Move){0};
    }
    sort_ascending(earlier, count);
    return (Move){
        .known = true,
        .by_us = newest_us - quantile(earlier, count, 0.5),
        .scatter_us = count <= 4 ? earlier[count - 1] - earlier[0]
                                 : quantile(earlier, count, 0.75) - quantile(earlier, count, 0.25),
    };
}

bool clock_rules_stepped(const ClockTrack *forward,
                         const ClockTrack *backward,
                         ClockStretch stretch,
                         int age_s,
                         double grain_us)
{
    const Move f = move_of(forward, stretch, age_s);
    const Move g = move_of(backward, stretch, age_s);
    const double scatter_us = f.scatter_us + g.scatter_us;
    const double least_us = fmax(STEP_US_MIN + 2.0 * grain_us, 4.0 * scatter_us);
    const double difference_us = fabs(f.by_us - g.by_us);

    return f.known && g.known && f.by_us * g.by_us < 0.0 && fabs(f.by_us) > 0.7 * least_us &&
           fabs(g.by_us) > 0.7 * least_us && 0.5 * difference_us > least_us &&
           fabs(f.by_us + g.by_us) < 0.2 * difference_us + scatter_us;
}

double clock_rules_rtt_range(const ClockTrack *forward, const ClockTrack *backward, int length_s)
{
    double low_us = HUGE_VAL;
    double high_us = -HUGE_VAL;
    int count = 0;

    for (int first = 0; first < CLOCK_WINDOW_S; first += length_s) {
        double least_us = HUGE_VAL;

        for (int i = first; i < first + length_s && i < CLOCK_WINDOW_S; i++) {
            least_us = lesser(least_us, forward->least_us[i] + backward->least_us[i]);
        }
        if (least_us < HUGE_VAL) {
            low_us = fmin(low_us, least_us);
            high_us = fmax(high_us, least_us);
            count++;
        }
    }
    return count < 2 ? HUGE_VAL : high_us - low_us;
}

/* Over the points with first_us <= x < end_us; HUGE_VAL without any. */
static double least_between(const ClockTrack *track, int32_t first_us, int32_t end_us)
{
    double least_us = HUGE_VAL;

    for (int i = clock_store_first(track->store, first_us);
         i < track->store->count && track->store->points[i].x_us < end_us;
         i++) {
        least_us =
            fmin(least_us,
                 clock_store_residual_us(track->store->points[i], track->now_us, track->slope_ppm));
    }
    return least_us;
}

/* The floor of the points with first_us <= x < end_us by four tenths of them; of two points or one
   the least itself. False without any. */
static bool floor_between(const ClockTrack *track,
                          int32_t first_us,
                          int32_t end_us,
                          ClockScratch *scratch,
                          ClockFloor *floor)
{
    int count = 0;

    for (int i = clock_store_first(track->store, first_us);
         i < track->store->count && track->store->points[i].x_us < end_us;
         i++) {
        scratch->values[count] =
            clock_store_residual_us(track->store->points[i], track->now_us, track->slope_ppm);
        count++;
    }
    if (count == 0) {
        return false;
    }
    const int k = count * 4 / 10 > 0 ? count * 4 / 10 : 1;
    if (count <= k) {
        *floor = (ClockFloor){.least_us = scratch->values[0], .floor_us = scratch->values[0]};
        return true;
    }
    ClockDepths depths;
    const double next_us = clock_floor_select(scratch->values, count, k, scratch->values[0]);
    clock_floor_depths(&depths, k);
    *floor = clock_floor_below(scratch->values, next_us, &depths, false);
    return true;
}

/* The range of the minima of the stretches in the last minute. */
static double recent_range(const ClockTrack *track)
{
    double low_us = HUGE_VAL;
    double high_us = -HUGE_VAL;

    for (int i = 0; i < RECENT_S; i += STRETCH_S) {
        const double least_us = least_of(track, i, i + STRETCH_S);

        if (least_us < HUGE_VAL) {
            low_us = fmin(low_us, least_us);
            high_us = fmax(high_us, least_us);
        }
    }
    return high_us - low_us;
}

/* The time of the last point below `level_us`. */
static int32_t last_below(const ClockTrack *track, double level_us)
{
    int i = track->store->count - 1;

    while (i > 0 && clock_store_residual_us(
                        track->store->points[i], track->now_us, track->slope_ppm) >= level_us) {
        i--;
    }
    return track->store->points[i].x_us;
}

static double jump_at(const ClockTrack *track, int32_t at_us)
{
    const int32_t stretch_us = STRETCH_S * SECOND_US;

    return least_between(track, at_us + 1, at_us + 1 + stretch_us) -
           least_between(track, at_us - stretch_us, at_us + 1);
}

ClockChange
clock_rules_longer(const ClockTrack *track, const ClockTrack *other, ClockScratch *scratch)
{
    const ClockChange none = {.kind = CLOCK_CHANGE_NONE};
    const double old_us = least_of(track, RECENT_S, CLOCK_WINDOW_S);
    const double rise_us = least_of(track, 0, RECENT_S) - old_us;
    const double other_us =
        least_of(other, 0, RECENT_S) - least_of(other, RECENT_S, CLOCK_WINDOW_S);

    /* Written so that what is unknown, infinite or no number at all, is none. */
    if (!(rise_us > LONGER_US_MIN && rise_us < HUGE_VAL) ||
        !(rise_us > 3.0 * recent_range(track)) || !(fabs(other_us) < 0.3 * rise_us)) {
        return none;
    }
    const int32_t at_us = last_below(track, old_us + 0.5 * rise_us);
    if (!(jump_at(track, at_us) > 0.6 * rise_us)) {
        return none;
    }
    if (jump_at(other, at_us) < -0.5 * rise_us) {
        return (ClockChange){.kind = CLOCK_CHANGE_STEP, .at_us = at_us + 1, .by_us = rise_us};
    }
    ClockFloor before;
    ClockFloor after;
    if (!floor_between(track, INT32_MIN, at_us + 1, scratch, &before) ||
        !floor_between(track, at_us + 1, INT32_MAX, scratch, &after)) {
        return none;
    }
    const double by_us = after.floor_us - before.floor_us;
    const double sd_us = sqrt(before.variance_us2 + after.variance_us2);
    if (by_us <= fmax(LONGER_US_MIN, 5.0 * sd_us)) {
        return none;
    }
    return (ClockChange){.kind = CLOCK_CHANGE_PATH, .at_us = at_us + 1, .by_us = by_us};
}

double clock_rules_returned(const ClockTrack *track, double shift_us, ClockScratch *scratch)
{
    const double fall_us =
        least_of(track, RETURN_GAP_S, CLOCK_WINDOW_S) - least_of(track, 0, RETURN_S);
    ClockFloor before;
    ClockFloor after;

    if (!(fall_us > fmax(400.0, 0.2 * shift_us) && fall_us < HUGE_VAL) ||
        !floor_between(
            track, INT32_MIN, track->now_us - RETURN_GAP_S * SECOND_US, scratch, &before) ||
        !floor_between(track, track->now_us - RETURN_S * SECOND_US, INT32_MAX, scratch, &after)) {
        return 0.0;
    }
    const double by_us = fmax(before.floor_us - after.floor_us, 0.0);
    return shift_us - by_us <= fmax(RETURN_US_MIN, 0.2 * shift_us) ? shift_us : by_us;
}
