/*
 * How fast one clock gains on the other, and where the floors of both directions meet: a posterior
 * over eleven slopes.
 *
 * Pure, allocates nothing. The evidence of both floors, a prior, and the slope that the balance
 * found are weighed on a grid that narrows until the peak fills it.
 */
#ifndef SHARED_CLOCK_SLOPE_H
#define SHARED_CLOCK_SLOPE_H

#include "shared/clock_balance.h"
#include "shared/clock_floor.h"

/* Room for the residuals of one direction and the points that can matter. */
typedef struct {
    ClockStorePoint candidates[CLOCK_POINTS_MAX];
    double values[CLOCK_POINTS_MAX];
} ClockScratch;

typedef struct {
    const ClockStore *store;
    double sign;     /* of the skew in this direction: 1 forward, -1 backward */
    int k;           /* lowest delays that make the floor, 1 .. store->count - 1 */
    double trust;    /* 0 to 1: of what they say about the slope */
    double cluster;  /* >= 1: how much more unevenly they came than by chance */
    bool is_crowded; /* so much so that most of the time may have been a queue */
} ClockLeg;

typedef struct {
    ClockLeg forward;
    ClockLeg backward;
    int32_t now_us;
    double prior_skew_ppm;
    double prior_sd_ppm;
    double balance_weight; /* 0: `balance` is not used */
    ClockLine balance;
    double centre_ppm; /* where the grid begins */
    double reach_ppm;  /* to either side */
} ClockSlopeSearch;

/* Everything at now_us and averaged over the slopes. */
typedef struct {
    double skew_ppm;
    double skew_sd_ppm;
    double offset_us;    /* half the difference of the floors */
    double offset_sd_us; /* from the floors and from the slope */
    double half_sum_us;  /* of the floors */
    ClockFloor forward;  /* at the best slope */
    ClockFloor backward;
} ClockSlopeResult;

ClockSlopeResult clock_slope_search(const ClockSlopeSearch *search, ClockScratch *scratch);

#endif
