/*
 * Calibration: from taps along with a click to the constant that lies between click and tap.
 *
 * Pure; the memory is the caller's, time is an argument. That constant is the way to the ear, the
 * way from finger to stamp, and the habit of tapping a little early (Repp 2005,
 * 10.3758/BF03206433); nothing here tells them apart, nor needs to.
 *
 * Which click a tap belongs to is no matter of course: headphones without a cable are late by more
 * than half a beat. The click begins slow (CALIBRATION_SLOW_NS) and becomes faster
 * (CALIBRATION_BEAT_NS) when somebody taps along. A delay is the same at both tempi; a tap in the
 * middle between two clicks is not. The slow taps, which warm up anyway, thus say roughly where the
 * constant lies, and the fast ones exactly.
 *
 * How long it takes depends on the hands: taps are correlated with the one before, so that a mean
 * of them is less certain than their number says, 1.7 times in people without training. How much
 * they are is measured, too. A round goes on, up to CALIBRATION_TAPS_MAX, until 98 % of such rounds
 * would lie within CALIBRATION_SURE_NS.
 */
#ifndef SHARED_CALIBRATION_H
#define SHARED_CALIBRATION_H

#include "shared/units.h"

#include <stddef.h>

enum {
    CALIBRATION_TAPS_DROPPED = 8, /* to find the click; they only say which click is meant */
    CALIBRATION_TAPS_MIN = 24,    /* that count, before a round may be ended by hand */
    CALIBRATION_TAPS_PREFERRED = 32,
    CALIBRATION_TAPS_MAX = 320, /* a round ends by itself */
    CALIBRATION_BEATS_TO_SETTLE = 7
};

#define CALIBRATION_SLOW_NS (750 * NS_PER_MS) /* 80 beats per minute */
#define CALIBRATION_BEAT_NS (500 * NS_PER_MS) /* 120 */
#define CALIBRATION_SPREAD_NS_MAX (30 * NS_PER_MS)
#define CALIBRATION_SURE_NS (8 * NS_PER_MS)
#define CALIBRATION_BOUNCE_NS (80 * NS_PER_MS)
/* From here on it is worth saying that headphones without a cable are late. */
#define CALIBRATION_BLUETOOTH_NS (120 * NS_PER_MS)

typedef enum {
    CALIBRATION_TO_SOUND,  /* a click that begins slow */
    CALIBRATION_TO_PICTURE /* something seen, at once at CALIBRATION_BEAT_NS: no screen is late by
                              half a beat */
} CalibrationKind;

/* One round. Zeroed memory is none; see calibration_start. */
typedef struct {
    CalibrationKind kind;
    HostTime start;       /* of the first click */
    int64_t told_count;   /* clicks that calibration_next_click has told */
    int64_t slow_count;   /* of them before the faster ones; meaningful when is_fast */
    bool is_fast;         /* the slow clicks are over, as far as they have been told */
    int64_t last_tap_ns;  /* since start */
    int32_t bounce_count; /* taps too soon after another */
    int32_t tap_count;    /* all others */
    int32_t slow_taps;    /* ever; the newest CALIBRATION_TAPS_DROPPED are kept */
    int32_t fast_taps;    /* kept, after those that settle */
    int64_t slow_ns[CALIBRATION_TAPS_DROPPED]; /* since start; a ring */
    int64_t fast_ns[CALIBRATION_TAPS_MAX];     /* since the first fast click */
} Calibration;

typedef enum {
    CALIBRATION_GOES_ON,
    CALIBRATION_DONE,
    /* Nothing can be said; from bad to worse. */
    CALIBRATION_TOO_FEW,    /* ended by hand before CALIBRATION_TAPS_MIN */
    CALIBRATION_TOO_UNEVEN, /* the spread is CALIBRATION_SPREAD_NS_MAX or more */
    CALIBRATION_BETWEEN,    /* between the clicks: the two tempi do not agree on a delay */
    CALIBRATION_TWICE       /* two taps to a click */
} CalibrationState;

typedef struct {
    CalibrationState state;
    int tap_count;  /* that count: after those dropped */
    int used_count; /* of them: without outliers */
    int goal_count; /* so many will probably do; CALIBRATION_TAPS_PREFERRED or more */
    bool has_offset;
    int64_t offset_ns;      /* tap minus click, negative is early */
    int64_t spread_ns;      /* 1.4826 times the median absolute deviation */
    int64_t uncertainty_ns; /* half the width of a 95 % interval around the offset */
} CalibrationFigures;

/* A round whose first click is at `start`. */
void calibration_start(Calibration *calibration, CalibrationKind kind, HostTime start);

/* The next click not yet told, when it comes before `until`. What was told stays: ask for no more
   than must be known ahead, because the taps decide when the click becomes faster. */
NODISCARD bool calibration_next_click(Calibration *calibration, HostTime until, HostTime *click);

/* A tap, in order of time; `at` before the first click, and bounces, change nothing. */
void calibration_tap(Calibration *calibration, HostTime at);

typedef enum {
    CALIBRATION_FINDING, /* slow: the person finds the click */
    CALIBRATION_FASTER,  /* and finds it again */
    CALIBRATION_COUNTING
} CalibrationStage;

/* What taps are for at `now`. */
CalibrationStage calibration_stage(const Calibration *calibration, HostTime now);

/* What the taps so far say. `ends`: the person wants to end it here. */
CalibrationFigures calibration_figures(const Calibration *calibration, bool ends);

/* The counted taps minus their clicks, oldest first; returns how many, at most `capacity`. */
size_t
calibration_asynchronies(const Calibration *calibration, int64_t *asynchrony_ns, size_t capacity);

#endif
