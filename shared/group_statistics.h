/*
 * How together the group is, beat by beat.
 *
 * Pure. Hits may be added in any order and groups merged: the sums are exact integers. PPC is
 * unbiased in the number of people (Vinck et al. 2010, 10.1016/j.neuroimage.2010.01.073), which
 * plain R is not.
 */
#ifndef SHARED_GROUP_STATISTICS_H
#define SHARED_GROUP_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/circular.h"

enum {
    GROUP_BEATS_MAX = 32,        /* beats remembered */
    GROUP_BEATS = 8,             /* beats averaged */
    GROUP_BEATS_SMALL = 16,      /* beats averaged when the group is small */
    GROUP_SMALL_PEOPLE_BELOW = 9 /* active people below which it is small */
};

/* A hit this near to its note is on the beat: a tenth of a beat, as for GOOD. */
#define GROUP_ON_UTURNS (UTURNS_PER_TURN / 10)

/* One beat: the hits nearest to it. */
typedef struct {
    bool used;
    int64_t beat_number;
    CircularSum phase;
    int64_t on; /* hits no more than GROUP_ON_UTURNS from their note */
} GroupBeat;

/* Zero-initialised is empty. Slot = beat number modulo GROUP_BEATS_MAX. */
typedef struct {
    GroupBeat beats[GROUP_BEATS_MAX];
} GroupStatistics;

typedef enum {
    GROUP_WORD_ONE_DRUM,  /* sigma <= 15 ms */
    GROUP_WORD_TIGHT,     /* <= 25 */
    GROUP_WORD_CLOSE,     /* <= 40 */
    GROUP_WORD_LOOSE,     /* <= 60 */
    GROUP_WORD_SCATTERED, /* else */
    GROUP_WORD_COUNT
} GroupWord;

typedef struct {
    bool valid;      /* false, and all else 0, without a beat on which two people played */
    double r;        /* mean over the beats of the resultant length */
    double ppc;      /* mean over the beats of (N R^2 - 1) / (N - 1) */
    double sigma_ms; /* (T / 2 pi) sqrt(-ln PPC), at most T / 2 */
    double together; /* G = 100 exp(-sigma^2 / (2 S^2)), S = clamp(.10 T, 45, 80) ms; 0 .. 100 */
    double share_on; /* of the hits, on the beat; 0 .. 1 */
    double bias_ms;  /* mean direction of all hits, negative = early */
    double team;     /* G (.5 + .5 active / joined); 0 .. 100 */
    GroupWord word;
} GroupFigures;

/* The phase of a hit for the group: (hit - note - offset) / T in millionths of a turn, wrapped. */
int32_t group_phase_uturns(int64_t error_ns, int64_t offset_ns, int64_t beat_ns);

/* Adds the phase of one active person's debounced hit to the beat its note belongs to. False, and
   nothing happens, when the beat is more than GROUP_BEATS_MAX before the newest. */
bool group_statistics_add(GroupStatistics *group, int64_t beat_number, int32_t phase_uturns);

/* Adds everything in `other` (another server's people). Of two beats in one slot the newer stays.
 */
void group_statistics_merge(GroupStatistics *group, const GroupStatistics *other);

/* The figures over the last beats up to and including `current_beat` (the last complete one).
   `active` and `joined` are numbers of people; `beat_ns` > 0. */
GroupFigures group_statistics_figures(const GroupStatistics *group,
                                      int64_t current_beat,
                                      int64_t beat_ns,
                                      int32_t active,
                                      int32_t joined);

/* Figures over beats that are over, however many: what is summed up of each stays small, exact and
   mergeable. Zero-initialised is empty; beats on which fewer than two people played do not count.
 */
typedef struct {
    int64_t beats;
    int64_t ppc_q30; /* sum over the beats */
    int64_t r_q30;
    CircularSum phase; /* of all hits */
    int64_t on;
} GroupTotals;

void group_totals_add(GroupTotals *totals, const GroupBeat *beat);

/* Adds everything in `other`: other beats of the same or another group. */
void group_totals_merge(GroupTotals *totals, const GroupTotals *other);

/* The figures over all of them, as above. */
GroupFigures
group_totals_figures(const GroupTotals *totals, int64_t beat_ns, int32_t active, int32_t joined);

/* Adds one hit to a beat. */
void group_beat_add(GroupBeat *beat, int32_t phase_uturns);

/* (N R^2 - 1) / (N - 1), N = 2 or more: the mean cosine between two different hits of one beat. */
double group_pairwise_consistency(const CircularSum *phase);

GroupWord group_word_of(double sigma_ms);

/* "one drum", "tight", "close", "loose" or "scattered". */
const char *group_word_text(GroupWord word);

/* The median of `count` >= 1 values; reorders them. For an even count the mean of the two middle
   ones, rounded towards minus infinity. Expected time linear in `count`. */
int64_t group_median(int64_t *values, size_t count);

/* The median absolute deviation from `centre`, unscaled; overwrites the values with their
 * distances. */
int64_t group_median_deviation(int64_t *values, size_t count, int64_t centre);

#endif
