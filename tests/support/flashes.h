/*
 * Counts flashes in a film, as the Web Content Accessibility Guidelines 2.2 define the general
 * flash (https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds): a pair of
 * opposing changes of relative luminance by 0.1 or more, of which the darker is below 0.8. A place
 * that has more than three within one second flashes; how much of the picture does is told.
 *
 * Pure; the caller owns the memory. Places are blocks of FLASH_BLOCK_PX, each as bright as its
 * mean.
 */
#ifndef TESTS_SUPPORT_FLASHES_H
#define TESTS_SUPPORT_FLASHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FLASH_BLOCK_PX = 8,
    FLASH_COLUMNS_MAX = 1280 / FLASH_BLOCK_PX,
    FLASH_ROWS_MAX = 720 / FLASH_BLOCK_PX,
    FLASH_FPS = 30, /* pictures of the film per second: flashes up to half of that are seen */
    FLASHES_PER_S_MAX = 3
};

/* One place. */
typedef struct {
    float extreme;         /* luminance at the last turn */
    int direction;         /* the last change that counted: 1 brighter, -1 darker, 0 none yet */
    int change_frames[64]; /* ring of the frames of such changes */
    int change_count;
} FlashBlock;

/* A part of the picture, in pixels, that worst_share leaves out. */
typedef struct {
    int x;
    int y;
    int width;
    int height;
} FlashApart;

typedef struct {
    FlashBlock blocks[FLASH_ROWS_MAX][FLASH_COLUMNS_MAX];
    int columns;
    int rows;
    int frame;
    FlashApart apart;
    /* The most that any second had. */
    double worst_share; /* of the picture's area, but for `apart`; 0..1 */
    int worst_near_px;  /* px^2 that turn at once, brighter or darker, in any rectangle of
                           341 x 256 px: 10 degrees of a person's view */
} FlashFilm;

/* WCAG: a flash below this many px^2 of such a rectangle, a quarter of it, is no danger. */
#define FLASH_NEAR_PX_MAX (INT64_C(341) * 256 / 4)

/* Width and height in pixels, at most 1280 x 720; nothing is apart. */
void flash_film_init(FlashFilm *film, int width, int height);

/* The next picture: `rows[y]` are pixels 0xAARRGGBB. */
void flash_film_add(FlashFilm *film, const uint32_t *(*row)(void *owner, int y), void *owner);

#endif
