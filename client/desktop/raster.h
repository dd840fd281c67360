/*
 * Soft-edged shapes as coverage masks: what the painter turns into sprites.
 *
 * Pure sums on the caller's memory; no SDL, no allocation. Lengths are window pixels. A shape is
 * laid over what the mask holds already: each pixel keeps the larger coverage.
 */
#ifndef CLIENT_DESKTOP_RASTER_H
#define CLIENT_DESKTOP_RASTER_H

#include "client/desktop/ui/layout.h"
#include "client/desktop/ui/marks.h"

#include <stddef.h>
#include <stdint.h>

/* Pixel (column, row) covers the square from (left + column, top + row), side 1. */
typedef struct {
    uint8_t *alpha; /* width * height, row by row */
    int width;
    int height;
    float left;
    float top;
} Mask;

void mask_clear(const Mask *mask);

void mask_disc(const Mask *mask, Point center, float radius);

/* A stroke of `width` around `radius`, from angle `start` over `sweep` clockwise from 12 o'clock.
 */
typedef struct {
    Point center;
    float radius;
    float width;
    float start;
    float sweep;
} MaskArc;

void mask_arc(const Mask *mask, const MaskArc *arc);

/* A frame `stroke` wide inside the whole mask, whose outer corners have this radius. */
void mask_frame(const Mask *mask, float radius, float stroke);

void mask_mark(const Mask *mask, Point center, float size, Mark mark);

/* peak (1-t)^2(1+2t), dithered by an ordered pattern of +-.5 steps; peak 0..255. */
void mask_glow(const Mask *mask, Point center, float radius, float peak);

/* A straight stroke with flat ends. */
void mask_line(const Mask *mask, Point from, Point to, float width);
/* A straight stroke with round ends. */
void mask_capsule(const Mask *mask, Point from, Point to, float width);

/* Filled by the non-zero rule, eight sub-rows a pixel. At most RASTER_CROSSINGS_MAX edges cross a
 * row; more are left out. */
enum {
    RASTER_CROSSINGS_MAX = 64
};

void mask_polygon(const Mask *mask, const Point *points, size_t point_count);

#endif
