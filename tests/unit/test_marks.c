#include "client/desktop/ui/marks.h"

#include <math.h>
#include <string.h>

#include "tests/support/check.h"

enum {
    SAMPLES = 16,
    CELLS_8_PX = 8
};

/* The share of the box of side 2 MARK_REACH that the mark covers, times the box: its area. */
static double area(Mark mark)
{
    const int steps = 440;
    int covered = 0;

    for (int i = 0; i < steps * steps; i++) {
        int row = i / steps;
        float x = MARK_REACH * (2.0F * ((float)(i % steps) + 0.5F) / (float)steps - 1.0F);
        float y = MARK_REACH * (2.0F * ((float)row + 0.5F) / (float)steps - 1.0F);

        covered += mark_covers(mark, x, y) ? 1 : 0;
    }
    return 4.0 * (double)MARK_REACH * (double)MARK_REACH * covered / (steps * steps);
}

static void areas_are_those_of_the_geometry(void **state)
{
    (void)state;
    check_near(area(MARK_ON), 3.14159 * 0.34 * 0.34, 0.003);
    check_near(area(MARK_TIGHT), 2.0 * 0.55 * 0.55, 0.004);
    check_near(area(MARK_EARLY), 0.88 / 2.0, 0.003);
    check_near(area(MARK_LATE), 0.88 / 2.0, 0.003);
    check_near(area(MARK_OFF_BEAT), 3.14159 * 0.5 * 0.5 / 2.0, 0.004);
    check_near(area(MARK_HALF), 0.30 * 0.96, 0.003);
    check_near(area(MARK_DOUBLE), 2.0 * 0.28 * 0.96, 0.004);
    check_near(area(MARK_TEMPO_FAST), 0.34, 0.003);
    check_near(area(MARK_LOOSE), 3.0 * 3.14159 * 0.2 * 0.2, 0.004);
    check_near(area(MARK_IDLE), 0.92 * 0.26, 0.003);
    check_near(area(MARK_WARMING_UP), 3.14159 * 0.18 * 0.18, 0.003);
    check_near(area(MARK_UNRATED), 3.14159 * (0.45 * 0.45 - 0.29 * 0.29), 0.003);
}

static void early_points_left_and_late_is_its_mirror(void **state)
{
    (void)state;
    check(mark_covers(MARK_EARLY, -0.45F, 0.0F));
    check(!mark_covers(MARK_EARLY, 0.45F, 0.0F));
    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        int row = i / SAMPLES;
        float x = ((float)(i % SAMPLES) + 0.53F) / (float)SAMPLES - 0.5F;
        float y = ((float)row + 0.51F) / (float)SAMPLES - 0.5F;

        check(mark_covers(MARK_EARLY, x, y) == mark_covers(MARK_LATE, -x, y));
        check(mark_covers(MARK_TEMPO_FAST, x, y) == mark_covers(MARK_TEMPO_SLOW, -x, y));
    }
}

static void off_beat_hangs_below_its_flat_side(void **state)
{
    (void)state;
    check(!mark_covers(MARK_OFF_BEAT, 0.0F, -0.21F));
    check(mark_covers(MARK_OFF_BEAT, 0.0F, -0.19F));
    check(mark_covers(MARK_OFF_BEAT, 0.0F, 0.29F));
    check(!mark_covers(MARK_OFF_BEAT, 0.0F, 0.31F));
}

static void erratic_reaches_its_corners_and_leaves_the_sides_free(void **state)
{
    (void)state;
    check(mark_covers(MARK_ERRATIC, 0.0F, 0.0F));
    check(mark_covers(MARK_ERRATIC, 0.39F, -0.39F));
    check(mark_covers(MARK_ERRATIC, -0.39F, -0.39F));
    check(!mark_covers(MARK_ERRATIC, 0.0F, 0.4F));
    check(!mark_covers(MARK_ERRATIC, 0.4F, 0.0F));
    check(!mark_covers(MARK_ERRATIC, 0.49F, 0.49F));
}

static void unrated_is_a_ring(void **state)
{
    (void)state;
    check(!mark_covers(MARK_UNRATED, 0.0F, 0.0F));
    check(mark_covers(MARK_UNRATED, 0.37F, 0.0F));
}

static void no_mark_reaches_beyond_its_box(void **state)
{
    (void)state;
    for (int mark = 0; mark < MARK_COUNT; mark++) {
        for (int i = 0; i < 360; i++) {
            float angle = (float)i * 0.01745329F;
            float reach = MARK_REACH * 1.001F / fmaxf(fabsf(sinf(angle)), fabsf(cosf(angle)));

            check(!mark_covers((Mark)mark, reach * cosf(angle), reach * sinf(angle)));
        }
    }
}

/* How much of each pixel of a box of this many pixels the mark covers. */
static void coverage(Mark mark, float cells[CELLS_8_PX * CELLS_8_PX])
{
    for (int cell = 0; cell < CELLS_8_PX * CELLS_8_PX; cell++) {
        int row = cell / CELLS_8_PX;
        int covered = 0;

        for (int i = 0; i < SAMPLES * SAMPLES; i++) {
            int sub_row = i / SAMPLES;
            float sub_x = ((float)(i % SAMPLES) + 0.5F) / (float)SAMPLES;
            float sub_y = ((float)sub_row + 0.5F) / (float)SAMPLES;
            float x = ((float)(cell % CELLS_8_PX) + sub_x) / (float)CELLS_8_PX - 0.5F;
            float y = ((float)row + sub_y) / (float)CELLS_8_PX - 0.5F;

            covered += mark_covers(mark, x, y) ? 1 : 0;
        }
        cells[cell] = (float)covered / (float)(SAMPLES * SAMPLES);
    }
}

/* 1 - sum of minima / sum of maxima: 0 for the same picture, 1 for pictures that never meet. */
static double difference(Mark one, Mark other)
{
    float a[CELLS_8_PX * CELLS_8_PX];
    float b[CELLS_8_PX * CELLS_8_PX];
    double both = 0.0;
    double either = 0.0;

    coverage(one, a);
    coverage(other, b);
    for (int i = 0; i < CELLS_8_PX * CELLS_8_PX; i++) {
        both += (double)fminf(a[i], b[i]);
        either += (double)fmaxf(a[i], b[i]);
    }
    return 1.0 - both / either;
}

/* The two wrong-tempo marks are the two directions of one verdict and count as well. */
static void marks_differ_in_shape_at_eight_pixels(void **state)
{
    double least = 1.0;

    (void)state;
    for (int one = 0; one < MARK_COUNT; one++) {
        for (int other = one + 1; other < MARK_COUNT; other++) {
            least = fmin(least, difference((Mark)one, (Mark)other));
        }
    }
    /* The design measured .35 (off-beat and on) on its own sprites. */
    check_between(least, 0.30, 1.0);
}

static void every_mark_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int one = 0; one < MARK_COUNT; one++) {
        check(strlen(mark_name((Mark)one)) > 1);
        for (int other = one + 1; other < MARK_COUNT; other++) {
            check(strcmp(mark_name((Mark)one), mark_name((Mark)other)) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_are_those_of_the_geometry),
        cmocka_unit_test(early_points_left_and_late_is_its_mirror),
        cmocka_unit_test(off_beat_hangs_below_its_flat_side),
        cmocka_unit_test(erratic_reaches_its_corners_and_leaves_the_sides_free),
        cmocka_unit_test(unrated_is_a_ring),
        cmocka_unit_test(no_mark_reaches_beyond_its_box),
        cmocka_unit_test(marks_differ_in_shape_at_eight_pixels),
        cmocka_unit_test(every_mark_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
