#include "client/desktop/raster.h"

#include <math.h>
#include <string.h>

#include "tests/support/check.h"

enum {
    SIDE = 64
};

static uint8_t alpha[SIDE * SIDE];
static const Mask mask = {.alpha = alpha, .width = SIDE, .height = SIDE};
static const Point middle = {32.3F, 31.6F};

static int clear(void **state)
{
    (void)state;
    mask_clear(&mask);
    return 0;
}

/* What the mask covers, in pixels. */
static double covered(void)
{
    double sum = 0.0;

    for (size_t i = 0; i < sizeof alpha; i++) {
        sum += (double)alpha[i] / 255.0;
    }
    return sum;
}

static uint8_t at(int column, int row)
{
    return alpha[row * SIDE + column];
}

static void a_disc_covers_its_area_wherever_it_lies(void **state)
{
    (void)state;
    mask_disc(&mask, middle, 20.0F);
    check_near(covered(), 3.14159 * 20.0 * 20.0, 4.0);
    check_i64(at(32, 31), 255);
    check_i64(at(0, 0), 0);
}

static void a_ring_covers_its_stroke(void **state)
{
    MaskArc ring = {.center = middle, .radius = 20.0F, .width = 3.0F, .sweep = 6.28318531F};

    (void)state;
    mask_arc(&mask, &ring);
    check_near(covered(), 2.0 * 3.14159 * 20.0 * 3.0, 5.0);
    check_i64(at(32, 31), 0);
}

static void an_arc_covers_its_part_of_the_ring_clockwise_from_the_top(void **state)
{
    MaskArc quarter = {.center = middle, .radius = 20.0F, .width = 4.0F, .sweep = 1.57079633F};

    (void)state;
    mask_arc(&mask, &quarter);
    check_near(covered(), 3.14159 * 20.0 * 4.0 / 2.0, 3.0);
    check(at(46, 17) > 200);
    check_i64(at(18, 17), 0);
    check_i64(at(46, 45), 0);
}

static void a_line_covers_length_times_width_at_any_angle(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        float angle = (float)i * 0.3F;
        Point to = {32.0F + 25.0F * sinf(angle), 32.0F - 25.0F * cosf(angle)};

        mask_clear(&mask);
        mask_line(&mask, (Point){32.0F, 32.0F}, to, 3.0F);
        check_near(covered(), 25.0 * 3.0, 2.5);
    }
}

static void a_hairline_is_fainter_not_gone(void **state)
{
    (void)state;
    mask_line(&mask, (Point){8.0F, 10.0F}, (Point){56.0F, 40.0F}, 0.5F);
    check_near(covered(), hypot(48.0, 30.0) * 0.5, 1.5);
}

static void a_capsule_has_round_ends(void **state)
{
    (void)state;
    mask_capsule(&mask, (Point){16.0F, 20.0F}, (Point){48.0F, 44.0F}, 8.0F);
    check_near(covered(), 40.0 * 8.0 + 3.14159 * 16.0, 3.0);
}

static void a_dot_of_a_capsule_is_a_disc(void **state)
{
    (void)state;
    mask_capsule(&mask, middle, middle, 10.0F);
    check_near(covered(), 3.14159 * 25.0, 2.0);
}

static void a_polygon_covers_its_area_and_is_whole_inside(void **state)
{
    const Point points[] = {{10.25F, 10.5F}, {50.75F, 20.0F}, {40.0F, 55.5F}, {12.0F, 40.0F}};
    double twice = 0.0;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        Point from = points[i];
        Point to = points[(i + 1) % 4];

        twice += (double)(from.x * to.y - to.x * from.y);
    }
    mask_polygon(&mask, points, 4);
    check_near(covered(), twice / 2.0, 3.0);
    check_i64(at(30, 30), 255);
}

static void a_polygon_may_cross_itself_and_lie_partly_outside(void **state)
{
    const Point star[] = {
        {32.0F, -20.0F}, {50.0F, 60.0F}, {-10.0F, 12.0F}, {80.0F, 12.0F}, {14.0F, 60.0F}};

    (void)state;
    mask_polygon(&mask, star, 5);
    check_i64(at(32, 32), 255);
    check_i64(at(32, 10), 255);
    check_i64(at(1, 60), 0);
}

static void the_other_way_round_is_the_same_polygon(void **state)
{
    const Point points[] = {{10.0F, 10.0F}, {50.0F, 20.0F}, {30.0F, 55.0F}};
    const Point backwards[] = {{30.0F, 55.0F}, {50.0F, 20.0F}, {10.0F, 10.0F}};
    uint8_t before[SIDE * SIDE];

    (void)state;
    mask_polygon(&mask, points, 3);
    memcpy(before, alpha, sizeof before);
    mask_clear(&mask);
    mask_polygon(&mask, backwards, 3);
    check_bytes(alpha, before, sizeof before);
}

static void a_frame_is_hollow_and_as_wide_as_its_stroke(void **state)
{
    (void)state;
    mask_frame(&mask, 8.0F, 2.0F);
    check_i64(at(32, 0), 255);
    check_i64(at(32, 1), 255);
    check_i64(at(32, 2), 0);
    check_i64(at(0, 0), 0);
    check_i64(at(32, 32), 0);
}

static void a_mark_is_drawn_at_its_size(void **state)
{
    (void)state;
    mask_mark(&mask, (Point){32.0F, 32.0F}, 40.0F, MARK_HALF);
    check_near(covered(), 0.30 * 0.96 * 1600.0, 4.0);
}

static void a_glow_falls_from_its_peak_to_nothing_without_steps_of_its_own(void **state)
{
    double ring_mean = 0.0;

    (void)state;
    mask_glow(&mask, (Point){32.0F, 32.0F}, 32.0F, 60.0F);
    check_i64_between(at(32, 32), 59, 60);
    check_i64(at(0, 0), 0);
    /* Half way out: 60 x .25 x 2; the dither keeps the mean of four neighbours there. */
    ring_mean = (at(48, 32) + at(15, 32) + at(32, 48) + at(32, 15)) / 4.0;
    check_near(ring_mean, 30.0, 1.6);
}

static void the_larger_coverage_stays(void **state)
{
    (void)state;
    mask_disc(&mask, middle, 10.0F);
    mask_disc(&mask, middle, 5.0F);
    check_near(covered(), 3.14159 * 100.0, 3.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_disc_covers_its_area_wherever_it_lies, clear),
        cmocka_unit_test_setup(a_ring_covers_its_stroke, clear),
        cmocka_unit_test_setup(an_arc_covers_its_part_of_the_ring_clockwise_from_the_top, clear),
        cmocka_unit_test_setup(a_line_covers_length_times_width_at_any_angle, clear),
        cmocka_unit_test_setup(a_hairline_is_fainter_not_gone, clear),
        cmocka_unit_test_setup(a_capsule_has_round_ends, clear),
        cmocka_unit_test_setup(a_dot_of_a_capsule_is_a_disc, clear),
        cmocka_unit_test_setup(a_polygon_covers_its_area_and_is_whole_inside, clear),
        cmocka_unit_test_setup(a_polygon_may_cross_itself_and_lie_partly_outside, clear),
        cmocka_unit_test_setup(the_other_way_round_is_the_same_polygon, clear),
        cmocka_unit_test_setup(a_frame_is_hollow_and_as_wide_as_its_stroke, clear),
        cmocka_unit_test_setup(a_mark_is_drawn_at_its_size, clear),
        cmocka_unit_test_setup(a_glow_falls_from_its_peak_to_nothing_without_steps_of_its_own,
                               clear),
        cmocka_unit_test_setup(the_larger_coverage_stays, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
