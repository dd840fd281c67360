/*
 * Small pictures of figures: sparkline, histogram, signal bars, and the product's sign.
 *
 * Pure. They draw only; values as text are the screen's to write.
 */
#ifndef CLIENT_DESKTOP_UI_PLOTS_H
#define CLIENT_DESKTOP_UI_PLOTS_H

#include "client/desktop/ui/draw_list.h"
#include "client/desktop/ui/theme.h"

#include <stddef.h>

enum {
    PLOT_POINTS_MAX = 512
};

/* A fixed range [minimum, maximum], values clamped to it; the last point is marked. */
typedef struct {
    const float *values;
    size_t value_count; /* beyond PLOT_POINTS_MAX only the last ones are drawn */
    float minimum;
    float maximum; /* > minimum */
    Colour colour;
} PlotLine;

void plot_sparkline(DrawList *list, Rect rect, const PlotLine *line);

/* Bars over a fixed range, with bands around zero, the zero line and the mean. */
typedef struct {
    const float *counts; /* one per bin, >= 0 */
    size_t count_count;
    float minimum; /* left edge of the first bin */
    float maximum; /* right edge of the last bin */
    float band;    /* half width of the shaded band around zero; 0 for none */
    float mean;
    bool has_mean;
    Colour colour;
} PlotHistogram;

void plot_histogram(DrawList *list, const Theme *theme, Rect rect, const PlotHistogram *histogram);

/* Four bars, `level` of 0..4 lit, standing on the bottom left of a 22 x 16 box in `rect`'s middle.
 */
void plot_signal(DrawList *list, const Theme *theme, Rect rect, int level);

/* The sign: an open ring with the beat in its gap; `size` is the ring's outer diameter. */
void plot_sign(DrawList *list, const Theme *theme, Point center, float size);

#endif
