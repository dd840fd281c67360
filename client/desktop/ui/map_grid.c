#include "client/desktop/ui/map_grid.h"

#include <assert.h>
#include <math.h>

#define SPREAD_MAX 16.0F /* what a gap grows by at most, where a shelf has room left */
#define ROWS_MIN 2
/* From this pitch on two pixels stand between cells, below it one. */
#define WIDE_GAP_PITCH 16.0F

/* The lengths that do not grow with the pitch. */
typedef struct {
    float label;
    float gap_x;
    float gap_y;
    float width_min; /* of a block: its label must be readable */
} Spacing;

static const Spacing roomy = {20.0F, 12.0F, 10.0F, 74.0F};
static const Spacing dense = {18.0F, 9.0F, 6.0F, 68.0F};

/* One way to place everybody. */
typedef struct {
    const MapCrowd *crowd;
    const Spacing *spacing;
    float pitch_x;
    float pitch_y;
    int rows;        /* R */
    int columns_max; /* of a block */
} Trial;

static int ceil_div(int value, int by)
{
    return (value + by - 1) / by;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int columns_of(const Trial *trial, int people)
{
    int least = (int)ceilf(trial->spacing->width_min / trial->pitch_x);

    return min_int(max_int(ceil_div(people, trial->rows), least), trial->columns_max);
}

/* Rows that the height holds under one label. */
static int rows_of(float height, const Spacing *spacing, float pitch)
{
    return max_int((int)floorf((height - spacing->label) / pitch), 1);
}

static Trial trial_of(const MapCrowd *crowd, const Spacing *spacing, float pitch_x, float pitch_y)
{
    return (Trial){.crowd = crowd,
                   .spacing = spacing,
                   .pitch_x = pitch_x,
                   .pitch_y = pitch_y,
                   .columns_max = max_int((int)floorf(crowd->area.w / pitch_x), 1)};
}

/* Whether all blocks fit into the area, whole. */
static bool fits(const Trial *trial)
{
    const MapCrowd *crowd = trial->crowd;
    float x = 0.0F;
    float y = 0.0F;
    float shelf = 0.0F;

    for (int block = 0; block < crowd->block_count; block++) {
        int columns = columns_of(trial, crowd->sizes[block]);
        float width = trial->pitch_x * (float)columns;
        float height =
            trial->spacing->label + trial->pitch_y * (float)ceil_div(crowd->sizes[block], columns);

        if (x > 0.0F && x + width > crowd->area.w) {
            y += shelf + trial->spacing->gap_y;
            x = 0.0F;
            shelf = 0.0F;
        }
        x += width + trial->spacing->gap_x;
        shelf = fmaxf(shelf, height);
        if (y + shelf > crowd->area.h) {
            return false;
        }
    }
    return true;
}

/* ---- rows: as square as the typical team ------------------------------------------------------
 */

static float root_of_median(const MapCrowd *crowd)
{
    int by_size[PARTICIPANTS_MAX + 1] = {0};
    int passed = 0;

    for (int block = 0; block < crowd->block_count; block++) {
        by_size[crowd->sizes[block]]++;
    }
    for (int size = 0; size <= PARTICIPANTS_MAX; size++) {
        passed += by_size[size];
        if (2 * passed > crowd->block_count) {
            return sqrtf((float)size);
        }
    }
    return 1.0F;
}

/* Finds the rows nearest to `ideal` that fit; false without any. */
static bool find_rows(Trial *trial, float ideal)
{
    int rows_max = max_int(rows_of(trial->crowd->area.h, trial->spacing, trial->pitch_y), ROWS_MIN);
    int best = 0;

    for (int rows = ROWS_MIN; rows <= rows_max; rows++) {
        float off = fabsf((float)rows - ideal);

        if (best > 0 && off >= fabsf((float)best - ideal)) {
            continue;
        }
        trial->rows = rows;
        best = fits(trial) ? rows : best;
    }
    trial->rows = best;
    return best > 0;
}

/* Cells alone would cover more than the area. */
static bool is_hopeless(const MapCrowd *crowd, float pitch_x, float pitch_y)
{
    float people = 0.0F;

    for (int block = 0; block < crowd->block_count; block++) {
        people += (float)crowd->sizes[block];
    }
    return people * pitch_x * pitch_y > crowd->area.w * crowd->area.h;
}

/* The largest cells that show everybody; false when none do. */
static bool find_trial(const MapCrowd *crowd, Trial *trial)
{
    float ideal = root_of_median(crowd);

    if (crowd->names && !is_hopeless(crowd, MAP_NAMED_WIDTH, MAP_NAMED_HEIGHT)) {
        *trial = trial_of(crowd, &roomy, MAP_NAMED_WIDTH, MAP_NAMED_HEIGHT);
        if (find_rows(trial, ideal)) {
            return true;
        }
    }
    for (int pitch = MAP_PITCH_MAX; pitch >= MAP_PITCH_MIN; pitch--) {
        *trial = trial_of(crowd, &roomy, (float)pitch, (float)pitch);
        if (!is_hopeless(crowd, trial->pitch_x, trial->pitch_y) && find_rows(trial, ideal)) {
            return true;
        }
    }
    *trial = trial_of(crowd, &dense, MAP_PITCH_MIN, MAP_PITCH_MIN);
    return !is_hopeless(crowd, trial->pitch_x, trial->pitch_y) && find_rows(trial, ideal);
}

/* ---- placing ----------------------------------------------------------------------------------
 */

/* The shelf being filled. */
typedef struct {
    MapGrid *grid;
    const Trial *trial;
    float x; /* from the left of the area */
    float y;
    float height;
    int first_piece; /* of the shelf */
    int page;
} Shelf;

/* Shares out what is left of the width. Not on the last shelf: it is not full. */
static void spread_shelf(const Shelf *shelf)
{
    int gaps = shelf->grid->piece_count - shelf->first_piece - 1;
    float left = shelf->trial->crowd->area.w - shelf->x + shelf->trial->spacing->gap_x;
    float more = gaps > 0 ? floorf(fminf(fmaxf(left, 0.0F) / (float)gaps, SPREAD_MAX)) : 0.0F;

    for (int i = 1; i <= gaps; i++) {
        shelf->grid->pieces[shelf->first_piece + i].x += more * (float)i;
    }
}

static void end_shelf(Shelf *shelf)
{
    spread_shelf(shelf);
    shelf->y += shelf->height + shelf->trial->spacing->gap_y;
    shelf->x = 0.0F;
    shelf->height = 0.0F;
    shelf->first_piece = shelf->grid->piece_count;
}

static void end_page(Shelf *shelf)
{
    shelf->page++;
    shelf->y = 0.0F;
}

static void add_piece(Shelf *shelf, MapPiece piece)
{
    const Trial *trial = shelf->trial;
    const Rect area = trial->crowd->area;
    float width = trial->pitch_x * (float)piece.columns;
    float height =
        trial->spacing->label + trial->pitch_y * (float)ceil_div(piece.count, piece.columns);

    if (shelf->x > 0.0F && shelf->x + width > area.w) {
        end_shelf(shelf);
    }
    if (shelf->y > 0.0F && shelf->y + height > area.h) {
        if (shelf->x > 0.0F) {
            end_shelf(shelf);
        }
        end_page(shelf);
    }
    assert(shelf->grid->piece_count < MAP_PIECES_MAX);
    piece.x = area.x + shelf->x;
    piece.y = area.y + shelf->y;
    piece.width = width;
    piece.page = (uint16_t)shelf->page;
    shelf->grid->pieces[shelf->grid->piece_count] = piece;
    shelf->grid->piece_count++;
    shelf->x += width + trial->spacing->gap_x;
    shelf->height = fmaxf(shelf->height, height);
}

static void place_blocks(MapGrid *grid, const Trial *trial)
{
    const MapCrowd *crowd = trial->crowd;
    Shelf shelf = {.grid = grid, .trial = trial};
    int rows_max = rows_of(crowd->area.h, trial->spacing, trial->pitch_y);

    grid->piece_count = 0;
    for (int block = 0; block < crowd->block_count; block++) {
        int columns = columns_of(trial, crowd->sizes[block]);
        int piece_max = columns * rows_max;

        for (int first = 0; first < crowd->sizes[block]; first += piece_max) {
            add_piece(&shelf,
                      (MapPiece){.block = (uint16_t)block,
                                 .first = (uint16_t)first,
                                 .count = (uint16_t)min_int(crowd->sizes[block] - first, piece_max),
                                 .columns = (uint16_t)columns});
        }
    }
    grid->page_count = shelf.page + 1;
}

/* Of the smallest cells, the rows that need the fewest pages, and of those the most square. */
static void place_on_pages(MapGrid *grid, const MapCrowd *crowd)
{
    Trial trial = trial_of(crowd, &dense, MAP_PITCH_MIN, MAP_PITCH_MIN);
    float ideal = root_of_median(crowd);
    int rows_max = rows_of(crowd->area.h, &dense, MAP_PITCH_MIN);
    int best = 0;
    int fewest = 0;

    for (int rows = 1; rows <= rows_max; rows++) {
        float off = fabsf((float)rows - ideal);

        trial.rows = rows;
        place_blocks(grid, &trial);
        if (best == 0 || grid->page_count < fewest ||
            (grid->page_count == fewest && off < fabsf((float)best - ideal))) {
            best = rows;
            fewest = grid->page_count;
        }
    }
    trial.rows = best;
    place_blocks(grid, &trial);
}

void map_grid_place(MapGrid *grid, const MapCrowd *crowd)
{
    MapCrowd within = *crowd;
    Trial trial;
    bool is_one_page;

    assert(crowd->block_count <= MAP_BLOCKS_MAX);
    within.area.w = fmaxf(within.area.w, MAP_PITCH_MIN);
    within.area.h = fmaxf(within.area.h, dense.label + MAP_PITCH_MIN);
    is_one_page = find_trial(&within, &trial);
    if (!is_one_page) {
        trial = trial_of(&within, &dense, MAP_PITCH_MIN, MAP_PITCH_MIN);
    }
    grid->pitch_x = trial.pitch_x;
    grid->pitch_y = trial.pitch_y;
    grid->label = trial.spacing->label;
    grid->named = trial.pitch_x > (float)MAP_PITCH_MAX;
    if (is_one_page) {
        place_blocks(grid, &trial);
    } else {
        place_on_pages(grid, &within);
    }
}

Rect map_grid_cell(const MapGrid *grid, const MapPiece *piece, int index)
{
    float gap = grid->pitch_y < WIDE_GAP_PITCH ? 1.0F : 2.0F;
    int row = index / piece->columns;
    int column = index % piece->columns;

    return (Rect){piece->x + grid->pitch_x * (float)column,
                  piece->y + grid->label + grid->pitch_y * (float)row,
                  grid->pitch_x - gap,
                  grid->pitch_y - gap};
}

Rect map_grid_piece(const MapGrid *grid, const MapPiece *piece)
{
    return (Rect){piece->x,
                  piece->y,
                  piece->width,
                  grid->label + grid->pitch_y * (float)ceil_div(piece->count, piece->columns)};
}
