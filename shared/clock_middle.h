/*
 * The line through the midpoints of the pings, second by second: the offset where delays have no
 * sharp floor but the same shape in both directions, or become longer and shorter in both at once.
 *
 * Pure, fixed size (2 kB). Of each second the trimmed mean of its midpoints is kept. Times are in
 * us from an origin of the owner's, midpoints in us from a reference of the owner's.
 */
#ifndef SHARED_CLOCK_MIDDLE_H
#define SHARED_CLOCK_MIDDLE_H

#include "shared/clock_balance.h"

enum {
    CLOCK_MIDDLE_OPEN_MAX = 64 /* midpoints of the second that is not over; of more the first */
};

typedef struct {
    bool has_newest;
    int32_t newest; /* number of the second that is not over */
    int open_count;
    float open_us[CLOCK_MIDDLE_OPEN_MAX]; /* ascending */
    float mean_us[CLOCK_WINDOW_S];        /* by the number of the second modulo */
    uint8_t count[CLOCK_WINDOW_S];        /* of midpoints; 0: none */
} ClockMiddle;

/* A midpoint of a second before the newest is left out. */
void clock_middle_add(ClockMiddle *middle, int32_t x_us, double middle_us);

/* Forgets the seconds that begin before `x_us`. */
void clock_middle_forget(ClockMiddle *middle, int32_t x_us);

/* Adds `by_us` to every second that begins at `x_us` or later. */
void clock_middle_shift(ClockMiddle *middle, int32_t x_us, double by_us);

/* Forgets the second of `x_us` and all after it, of which it is not sure how long the legs were. At
   most the last minute. */
void clock_middle_doubt(ClockMiddle *middle, int32_t x_us);

/* Moves the origin on by `spans` windows and the reference by `reference_us`. */
void clock_middle_rebase(ClockMiddle *middle, int32_t spans, double reference_us);

/* How much higher the midpoints after the second of `x_us` lie than those before, by the medians of
   20 seconds, beside the skew; 0 when there are none on one side. */
double clock_middle_jump(const ClockMiddle *middle, int32_t x_us, double skew_ppm);

typedef struct {
    int32_t now_us;
    double prior_skew_ppm;
    double prior_sd_ppm; /* > 0 */
} ClockMiddleQuestion;

typedef struct {
    ClockLine line;   /* offset_sd_us is HUGE_VAL when there are too few seconds */
    double inflation; /* >= 1: of the variance, by neighbouring seconds that scatter alike */
    double shared_us; /* by how much the line may be off because a queue on one leg, which such
                         seconds show, is never negative */
} ClockMiddleFit;

/* The offset at `now_us` and the skew; their deviations are told from how much the seconds scatter,
   with the inflation; that of the offset includes `shared_us`. */
ClockMiddleFit clock_middle_fit(const ClockMiddle *middle, const ClockMiddleQuestion *question);

/* How far the midpoints of the newest `length_s` seconds lie above a line of which offset (at
   `now_us`) and skew are read; the deviation is HUGE_VAL when there are too few seconds. */
typedef struct {
    double mean_us;
    double older_us; /* of the older half alone */
    double sd_us;    /* of the mean */
} ClockMiddleGap;

ClockMiddleGap
clock_middle_gap(const ClockMiddle *middle, const ClockLine *line, int32_t now_us, int length_s);

#endif
