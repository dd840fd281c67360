/*
 * The delays of one direction that are worth remembering: all of the newest seconds, and of every
 * older second the least delayed few.
 *
 * Pure, fixed size (11 kB). Which points are kept does not depend on the order in which they came.
 * Times are in us from an origin of the owner's, delays in units of 10 ns from a reference of the
 * owner's.
 */
#ifndef SHARED_CLOCK_STORE_H
#define SHARED_CLOCK_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/capacity.h"

enum {
    CLOCK_STORE_SLOT_US = 1000000,
    CLOCK_STORE_HALF_SLOT_US = CLOCK_STORE_SLOT_US / 2,
    CLOCK_STORE_SPAN_US = CLOCK_WINDOW_S * CLOCK_STORE_SLOT_US
};

typedef struct {
    int32_t x_us;
    int32_t v_10ns;
} ClockStorePoint;

typedef struct {
    int count;
    int32_t newest_us; /* the latest x ever added; valid when has_newest */
    int32_t dense_us;  /* from here on every point is kept; a multiple of the slot */
    bool has_newest;
    ClockStorePoint points[CLOCK_POINTS_MAX]; /* by x, then by v */
    uint8_t received[2 * CLOCK_WINDOW_S];     /* points added, per half second, by number modulo */
} ClockStore;

/* The delay of a point in us, less what a slope of `slope_ppm` makes of its distance to `now_us`.
 */
static inline double
clock_store_residual_us(ClockStorePoint point, int32_t now_us, double slope_ppm)
{
    return 0.01 * (double)point.v_10ns - slope_ppm * (1e-6 * (double)(point.x_us - now_us));
}

/* Takes a point in. */
void clock_store_add(ClockStore *store, ClockStorePoint point);

/* Whether there is a point at exactly this time. */
bool clock_store_has(const ClockStore *store, int32_t x_us);

/* The index of the first point at `x_us` or later; `count` when there is none. */
int clock_store_first(const ClockStore *store, int32_t x_us);

/* Forgets what is older than `x_us`. */
void clock_store_forget(ClockStore *store, int32_t x_us);

/* Adds `by_10ns` to every point at `x_us` or later. */
void clock_store_shift(ClockStore *store, int32_t x_us, int32_t by_10ns);

/* Moves the origin on by `spans` times CLOCK_STORE_SPAN_US and the reference by `reference_10ns`:
   both are taken from every point. */
void clock_store_rebase(ClockStore *store, int32_t spans, int32_t reference_10ns);

/* How many points were added in the half second with this number (x / 0.5 s, rounded down); 0
   outside the window. */
int clock_store_received(const ClockStore *store, int32_t half_slot);

#endif
