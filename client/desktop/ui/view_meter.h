/*
 * The hit meter: one's last hits on a scale from early to late, their mean and spread.
 *
 * Pure: figures from the model's own judgements, and their picture. Lengths are logical px.
 */
#ifndef CLIENT_DESKTOP_UI_VIEW_METER_H
#define CLIENT_DESKTOP_UI_VIEW_METER_H

#include "client/desktop/ui/widgets.h"
#include "client/desktop/ui/words.h"
#include "client/model/model.h"

enum {
    METER_HITS_MAX = 20
};

/* The last hits that claimed a note, the newest first. */
typedef struct {
    int32_t asynchrony_us[METER_HITS_MAX];
    int hit_count;
    bool calibrated;
    int64_t mean_us;
    int64_t spread_us; /* standard deviation (n - 1); 0 below two hits */
    JudgeWindows windows;
} Meter;

/* Reads the model; `beat_ns` is the period now. */
Meter meter_of(const ClientModel *model, int64_t beat_ns);

/* Where a hit stands in a bar: the middle is on the beat, what lies outside stands at the edge. */
float meter_x(const Meter *meter, Rect bar, int64_t asynchrony_us);

/* The bar alone: bands, hits, mean and whisker; 14 px below it belong to the triangle. */
void view_meter(Ui *ui, Rect bar, const Meter *meter);

/* "early" and "late" at both ends of a row and `words` in its middle. */
void view_meter_words(Ui *ui, Rect row, const Meter *meter, const char *words);

/* "mean 17 ms early, spread 17 ms", or what to do without a calibration. The spread is left out
   when `brief`. */
void meter_words(const Meter *meter, bool brief, WordsText *text);

#endif
