/* The map's cells: everybody has exactly one, none overlap, all are inside, as large as they can
 * be. */
#include <math.h>
#include <string.h>

#include "tests/support/check.h"

#include "client/desktop/ui/map_grid.h"
#include "shared/prng.h"

/* A page as a grid of half pixels in which cells are stamped; wide enough for the largest area. */
enum {
    PAPER_WIDTH = 2000,
    PAPER_HEIGHT = 1200
};

static MapGrid grid;
static uint16_t sizes[MAP_BLOCKS_MAX];
static uint8_t paper[PAPER_HEIGHT][PAPER_WIDTH];

static const Rect panel_area = {24.0F, 116.0F, 916.0F, 552.0F};
static const Rect whole_area = {20.0F, 108.0F, 1240.0F, 604.0F};

static void stamp_pixel(int x, int y)
{
    check(y < PAPER_HEIGHT && x < PAPER_WIDTH);
    if (paper[y][x] != 0) {
        fail_msg("two cells at %d, %d", x, y);
    }
    paper[y][x] = 1;
}

static void stamp(Rect rect, Rect area)
{
    check(rect.x >= area.x - 0.01F && rect.y >= area.y - 0.01F);
    check(rect_right(rect) <= rect_right(area) + 0.01F);
    check(rect_bottom(rect) <= rect_bottom(area) + 0.01F);
    for (int y = (int)lroundf(rect.y); y < (int)lroundf(rect_bottom(rect)); y++) {
        for (int x = (int)lroundf(rect.x); x < (int)lroundf(rect_right(rect)); x++) {
            stamp_pixel(x, y);
        }
    }
}

/* The pieces of each block follow each other without gap or repetition. */
static void check_whole(int block_count)
{
    uint16_t next[MAP_BLOCKS_MAX] = {0};
    int page = 0;
    int block = 0;

    for (int i = 0; i < grid.piece_count; i++) {
        const MapPiece *piece = &grid.pieces[i];

        check_i64(piece->first, next[piece->block]);
        check(piece->count > 0 && piece->columns > 0);
        check(piece->page >= page && piece->block >= block);
        next[piece->block] = (uint16_t)(next[piece->block] + piece->count);
        page = piece->page;
        block = piece->block;
    }
    for (int i = 0; i < block_count; i++) {
        check_i64(next[i], sizes[i]);
    }
    check_i64(grid.page_count, page + 1);
}

static void check_laws(int block_count, Rect area)
{
    MapCrowd crowd = {.sizes = sizes, .block_count = block_count, .names = true, .area = area};

    map_grid_place(&grid, &crowd);
    check_whole(block_count);
    for (int page = 0; page < grid.page_count; page++) {
        memset(paper, 0, sizeof paper);
        for (int i = 0; i < grid.piece_count; i++) {
            const MapPiece *piece = &grid.pieces[i];

            if (piece->page != page) {
                continue;
            }
            stamp((Rect){piece->x, piece->y, piece->width, grid.label}, area);
            for (int index = 0; index < piece->count; index++) {
                stamp(map_grid_cell(&grid, piece, index), area);
            }
        }
    }
}

/* `people` in `blocks` blocks; all of one size, or of very different ones. */
static int share_out(int people, int blocks, uint64_t seed)
{
    Prng prng;
    int left = people - blocks;

    prng_seed(&prng, seed);
    for (int i = 0; i < blocks; i++) {
        sizes[i] = 1;
    }
    for (int i = 0; left > 0; i++, left--) {
        double share = prng_uniform(&prng);
        int block = seed == 0 ? i % blocks : (int)(share * share * share * blocks);

        sizes[block]++;
    }
    return blocks;
}

static void everybody_has_one_cell_in_every_window(void **state)
{
    static const int crowds[][2] = {{1, 1},
                                    {2, 1},
                                    {2, 2},
                                    {24, 1},
                                    {24, 4},
                                    {900, 1},
                                    {900, 34},
                                    {900, 550},
                                    {3000, 1},
                                    {3000, 46},
                                    {3000, 550},
                                    {4096, 1},
                                    {4096, 1024},
                                    {4096, 60}};
    static const Rect areas[] = {{24.0F, 116.0F, 916.0F, 552.0F},
                                 {20.0F, 108.0F, 1240.0F, 604.0F},
                                 {20.0F, 112.0F, 760.0F, 446.0F},
                                 {20.0F, 100.0F, 600.0F, 226.0F},
                                 {8.0F, 0.0F, 384.0F, 232.0F},
                                 {0.0F, 0.0F, 90.0F, 40.0F}};

    (void)state;
    for (size_t c = 0; c < sizeof crowds / sizeof crowds[0]; c++) {
        for (size_t a = 0; a < sizeof areas / sizeof areas[0]; a++) {
            for (uint64_t seed = 0; seed < 2; seed++) {
                check_laws(share_out(crowds[c][0], crowds[c][1], seed), areas[a]);
            }
        }
    }
}

static void random_crowds_keep_the_laws(void **state)
{
    uint64_t seed = check_seed(11);
    Prng prng;

    (void)state;
    prng_seed(&prng, seed);
    for (int round = 0; round < 60; round++) {
        int people = 1 + (int)prng_below(&prng, PARTICIPANTS_MAX);
        int blocks =
            1 + (int)prng_below(&prng, (uint64_t)(people < TEAMS_MAX ? people : TEAMS_MAX));
        Rect area = {(float)prng_below(&prng, 40),
                     (float)prng_below(&prng, 120),
                     90.0F + (float)prng_below(&prng, 1700),
                     40.0F + (float)prng_below(&prng, 900)};

        check_laws(share_out(people, blocks, 1 + prng_u64(&prng)), area);
    }
}

static void nobody_is_an_empty_page(void **state)
{
    (void)state;
    check_laws(0, panel_area);
    check_i64(grid.piece_count, 0);
    check_i64(grid.page_count, 1);
}

static void an_area_without_room_counts_as_one_cell(void **state)
{
    MapCrowd crowd = {.sizes = sizes, .block_count = 3, .area = {0.0F, 0.0F, 0.0F, -5.0F}};

    (void)state;
    (void)share_out(7, 3, 0);
    map_grid_place(&grid, &crowd);
    check_whole(3);
    check_i64(grid.page_count, 7);
}

static void three_thousand_fit_one_window(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        check_laws(share_out(3000, 46, seed), whole_area);
        check_i64(grid.page_count, 1);
        check(grid.pitch_y >= MAP_PITCH_MIN);
    }
    check_laws(share_out(3000, 1, 0), whole_area);
    check_i64(grid.page_count, 1);
}

static void nine_hundred_fit_beside_the_panel_with_cells_of_sixteen(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        check_laws(share_out(900, 34, seed), panel_area);
        check_i64(grid.page_count, 1);
        check(grid.pitch_y >= 15.0F);
    }
}

static void few_people_have_room_for_their_names(void **state)
{
    MapCrowd crowd = {.sizes = sizes, .block_count = 4, .names = false, .area = panel_area};

    (void)state;
    check_laws(share_out(24, 4, 0), panel_area);
    check(grid.named);
    map_grid_place(&grid, &crowd);
    check(!grid.named);
    check_near(grid.pitch_y, MAP_PITCH_MAX, 0.01);
}

/* Of 20 like teams; at more people by no more than rows and columns are rounded. */
static void cells_shrink_with_the_crowd(void **state)
{
    (void)state;
    for (int members = 1; members <= 150; members++) {
        float before = members == 1 ? INFINITY : grid.pitch_x * grid.pitch_y;

        check_laws(share_out(20 * members, 20, 0), whole_area);
        check(grid.pitch_x * grid.pitch_y <= 1.2F * before);
    }
    check_near(grid.pitch_y, MAP_PITCH_MIN, 2.01);
}

static void labels_have_room(void **state)
{
    (void)state;
    for (int people = 60; people <= 3000; people += 490) {
        check_laws(share_out(people, 30, 1), whole_area);
        for (int i = 0; i < grid.piece_count; i++) {
            check(grid.pieces[i].width >= 68.0F);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_has_one_cell_in_every_window),
        cmocka_unit_test(random_crowds_keep_the_laws),
        cmocka_unit_test(nobody_is_an_empty_page),
        cmocka_unit_test(an_area_without_room_counts_as_one_cell),
        cmocka_unit_test(three_thousand_fit_one_window),
        cmocka_unit_test(nine_hundred_fit_beside_the_panel_with_cells_of_sixteen),
        cmocka_unit_test(few_people_have_room_for_their_names),
        cmocka_unit_test(cells_shrink_with_the_crowd),
        cmocka_unit_test(labels_have_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
