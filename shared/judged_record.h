/*
 * One closed fact about a participant: a note that was hit or missed, or a hit that belongs to no
 * note.
 *
 * Pure data. The judge makes them; statistics, storage and reports are folds over them.
 */
#ifndef SHARED_JUDGED_RECORD_H
#define SHARED_JUDGED_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/units.h"

typedef enum {
    JUDGEMENT_PENDING = 0, /* not closed yet; never folded */
    JUDGEMENT_PERFECT,
    JUDGEMENT_GOOD,
    JUDGEMENT_OK,
    JUDGEMENT_MISS,   /* a note without a hit */
    JUDGEMENT_EXTRA,  /* a hit without a note */
    JUDGEMENT_BOUNCE, /* a hit too soon after another on the same pad; counts nowhere else */
    JUDGEMENT_COUNT
} Judgement;

typedef struct {
    SessionTime at;         /* of the hit; of the note for MISS */
    int64_t note_number;    /* counts this participant's expected notes from 1; for EXTRA and BOUNCE
                               that of the nearest note, 0 where none was ever expected */
    int64_t error_ns;       /* hit minus (nearest) note, negative = early; 0 for MISS */
    int64_t calibration_ns; /* the participant's own offset c then; 0 = uncalibrated */
    int64_t beat_ns;        /* beat period T at the note, > 0 */
    int64_t spacing_ns;     /* local note spacing: the period of the phase, > 0 */
    Judgement kind;
    int32_t weight_micro; /* points, 0 .. WEIGHT_MICRO_MAX; 0 unless PERFECT, GOOD or OK */
    uint32_t hit_number;  /* the participant's own counter of hits; 0 for MISS */
    uint8_t pad;
    uint8_t velocity;
} JudgedRecord;

/* True for PERFECT, GOOD, OK and MISS: the record closes one expected note. */
static inline bool judgement_closes_note(Judgement kind)
{
    return kind >= JUDGEMENT_PERFECT && kind <= JUDGEMENT_MISS;
}

/* True for PERFECT, GOOD and OK: a hit has claimed a note, and its asynchrony is known. */
static inline bool judgement_claims_note(Judgement kind)
{
    return kind >= JUDGEMENT_PERFECT && kind <= JUDGEMENT_OK;
}

/* True for PERFECT, GOOD, OK and EXTRA: the record is a debounced hit and has a phase. */
static inline bool judgement_is_hit(Judgement kind)
{
    return judgement_claims_note(kind) || kind == JUDGEMENT_EXTRA;
}

#endif
