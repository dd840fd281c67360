/*
 * Lines, curves and polygons of any size as 32 px tiles of coverage, kept from frame to frame as
 * long as the same shape is drawn.
 *
 * Main thread only. Empty tiles cost nothing and full ones are rectangle fills, so that a large
 * thin ring or a wide translucent hull is cheap on the software renderer, too.
 */
#ifndef CLIENT_DESKTOP_PATH_TILES_H
#define CLIENT_DESKTOP_PATH_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <SDL.h>

#include "client/desktop/raster.h"
#include "client/desktop/ui/colour.h"
#include "shared/units.h"

typedef struct PathTiles PathTiles;

typedef enum {
    PATH_LINE,
    PATH_POLYLINE,
    PATH_POLYGON,
    PATH_ARC
} PathKind;

/* A shape in window pixels. */
typedef struct {
    PathKind kind;
    const Point *points; /* all but arcs */
    size_t point_count;
    float width; /* lines and polylines */
    bool closed;
    MaskArc arc;
} Path;

typedef struct {
    uint32_t copies;
    uint32_t fills;
    uint32_t rasters;
} PathStatistics;

/* NULL, with the reason in SDL_GetError, when there is no memory or no texture. */
NODISCARD PathTiles *path_tiles_create(SDL_Renderer *renderer);
void path_tiles_destroy(PathTiles *tiles);

/* Forgets the shapes that the last frame did not draw. */
void path_tiles_begin_frame(PathTiles *tiles);
/* Forgets everything. */
void path_tiles_clear(PathTiles *tiles);

/* Draws what of the path lies in `clip`. */
void path_tiles_draw(PathTiles *tiles, const Path *path, SDL_Rect clip, Colour colour);

/* Counted since path_tiles_begin_frame. */
PathStatistics path_tiles_statistics(const PathTiles *tiles);

#endif
