/*
 * Pictures in memory, as PNG files, and how far two of them differ.
 *
 * What a tolerance must let pass: another FreeType or SDL rounds the coverage of edges otherwise,
 * which moves single pixels by some levels of 255. What it must catch: a mark or a label that has
 * moved by a pixel, or has another colour: those change many pixels of a small place by a lot. So a
 * pixel differs when a channel does by more than PICTURE_LEVELS, and a picture does when more than
 * PICTURE_TILE_PIXELS of one tile do; a bound for all of it catches what is spread thinly. Measured
 * in tests/unit/test_picture.c and docs/decisions.
 */
#ifndef TESTS_SUPPORT_PICTURE_H
#define TESTS_SUPPORT_PICTURE_H

#include "shared/units.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PICTURE_LEVELS = 40,
    PICTURE_TILE_PX = 16,
    PICTURE_TILE_PIXELS = 2,
    PICTURE_PIXELS_PER_10000 = 2
};

typedef struct {
    uint8_t *rgb; /* 3 * width * height, row by row; owned */
    int width;
    int height;
} Picture;

/* Black; picture_free ends it. Ends the program when out of memory. */
Picture picture_create(int width, int height);
void picture_free(Picture *picture);

/* False, with nothing to free, when the file is missing or no picture. */
NODISCARD bool picture_read(Picture *picture, const char *path);
NODISCARD bool picture_write(const Picture *picture, const char *path);

typedef struct {
    bool same_size;
    int pixels;      /* that differ */
    int tile_pixels; /* of the tile that has most of them ... */
    int tile_x;      /* ... and where that is, in px */
    int tile_y;
    int largest; /* difference of a channel */
} PictureDifference;

PictureDifference picture_difference(const Picture *wanted, const Picture *drawn);

/* Within the tolerance. */
bool picture_is_same(const Picture *wanted, const PictureDifference *difference);

/* What a person looks at: the picture wanted, faint, and every pixel that differs in red. Both are
   of one size. */
Picture picture_of_difference(const Picture *wanted, const Picture *drawn);

#endif
