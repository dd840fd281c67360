/*
 * Where the cells of the map stand: a block of cells for each team, blocks side by side on shelves.
 *
 * Pure geometry: sizes in, places out, in the caller's memory. The largest cells win that show
 * everybody at once; where even the smallest do not, blocks go on to further pages. Lengths are
 * logical px.
 */
#ifndef CLIENT_DESKTOP_UI_MAP_GRID_H
#define CLIENT_DESKTOP_UI_MAP_GRID_H

#include "client/desktop/ui/layout.h"
#include "shared/capacity.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MAP_PITCH_MAX = 46, /* from one cell to the next */
    MAP_PITCH_MIN = 12,
    MAP_NAMED_WIDTH = 148, /* of cells with a name beside the mark, where there is room for all */
    MAP_NAMED_HEIGHT = 40,
    MAP_BLOCKS_MAX = TEAMS_MAX + 2, /* teams, those without one, small teams together */
    /* A block is cut where a page ends; every piece has somebody in it. */
    MAP_PIECES_MAX = PARTICIPANTS_MAX + MAP_BLOCKS_MAX
};

/* A block, or as much of it as a page holds. */
typedef struct {
    float x; /* top left corner of its label */
    float y;
    float width; /* of the label */
    uint16_t block;
    uint16_t first; /* of the block's people */
    uint16_t count; /* > 0 */
    uint16_t columns;
    uint16_t page; /* ascending */
} MapPiece;

typedef struct {
    float pitch_x;
    float pitch_y;
    float label; /* height of a block's label; its cells begin below */
    bool named;  /* cells have room for a name */
    int page_count;
    int piece_count;
    MapPiece pieces[MAP_PIECES_MAX]; /* in the order of the blocks */
} MapGrid;

/* What is to be placed. */
typedef struct {
    const uint16_t *sizes; /* people of each block, each > 0; PARTICIPANTS_MAX at most in all */
    int block_count;
    bool names; /* names may be shown */
    Rect area;
} MapCrowd;

/*
 * For pitches p from 46 down to 12 and rows R from 2 on, a block of n people has
 * c = max(ceil(n / R), ceil(74 / p)) columns; blocks flow in shelves. The first p with an R that
 * fits wins; of its R the one nearest to the root of the median n. At p = 12 labels and gaps shrink
 * before there are pages; then the R with the fewest pages wins. An area smaller than one cell and
 * its label counts as that large.
 */
void map_grid_place(MapGrid *grid, const MapCrowd *crowd);

/* The cell of the `index`-th person of a piece, index < count. */
Rect map_grid_cell(const MapGrid *grid, const MapPiece *piece, int index);

/* The whole piece, label and cells. */
Rect map_grid_piece(const MapGrid *grid, const MapPiece *piece);

#endif
