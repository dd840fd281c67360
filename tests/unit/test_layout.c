#include "client/desktop/ui/layout.h"

#include <math.h>

#include "tests/support/check.h"

static void common_windows_have_the_class_of_the_design(void **state)
{
    Layout hd = layout_of(1280, 720, 1.0F);
    Layout full_hd = layout_of(1920, 1080, 1.0F);
    Layout svga = layout_of(800, 600, 1.0F);
    Layout doubled = layout_of(1280, 720, 2.0F);
    Layout small = layout_of(400, 300, 1.0F);

    (void)state;
    check_i64(hd.size_class, LAYOUT_MEDIUM);
    check_near((double)hd.scale, 1.0, 0.0);
    check_i64(full_hd.size_class, LAYOUT_MEDIUM);
    check_near((double)full_hd.scale, 1.5, 0.0);
    check_i64(svga.size_class, LAYOUT_SMALL);
    check_near((double)svga.margin, 20.0, 0.0);
    check_i64(doubled.size_class, LAYOUT_TINY);
    check_near((double)doubled.width, 640.0, 0.0);
    check_near((double)doubled.height, 360.0, 0.0);
    check_i64(small.size_class, LAYOUT_MINIMAL);
}

static void the_scale_is_rounded_down_to_quarters_and_bounded(void **state)
{
    (void)state;
    check_near((double)layout_of(1700, 956, 1.0F).scale, 1.25, 0.0);
    check_near((double)layout_of(10000, 8000, 1.0F).scale, 3.0, 0.0);
    check_near((double)layout_of(1, 1, 1.0F).scale, 1.0, 0.0);
    check_near((double)layout_of(1280, 720, 9.0F).scale, 2.0, 0.0);
    check_near((double)layout_of(-5, 0, 0.1F).scale, 0.8, 1e-6);
}

static void cutting_gives_what_was_asked_and_leaves_the_rest(void **state)
{
    Rect rect = {10.0F, 20.0F, 100.0F, 50.0F};
    Rect left = rect_cut_left(&rect, 30.0F);
    Rect bottom = rect_cut_bottom(&rect, 10.0F);

    (void)state;
    check_near((double)left.w, 30.0, 0.0);
    check_near((double)left.h, 50.0, 0.0);
    check_near((double)rect.x, 40.0, 0.0);
    check_near((double)rect.w, 70.0, 0.0);
    check_near((double)bottom.y, 60.0, 0.0);
    check_near((double)rect.h, 40.0, 0.0);
}

static void cutting_too_much_gives_all_there_is(void **state)
{
    Rect rect = {0.0F, 0.0F, 10.0F, 10.0F};
    Rect right = rect_cut_right(&rect, 25.0F);

    (void)state;
    check_near((double)right.w, 10.0, 0.0);
    check_near((double)rect.w, 0.0, 0.0);
    check_near((double)rect_cut_top(&rect, -3.0F).h, 0.0, 0.0);
}

static void columns_share_the_width_with_gaps_between(void **state)
{
    Rect rect = {0.0F, 0.0F, 100.0F, 10.0F};
    Rect last = rect_column(rect, 2, 3, 5.0F);

    (void)state;
    check_near((double)last.w, 30.0, 1e-4);
    check_near((double)rect_right(last), 100.0, 1e-4);
}

static void rectangles_that_do_not_meet_have_nothing_in_common(void **state)
{
    Rect apart = rect_intersection((Rect){0.0F, 0.0F, 5.0F, 5.0F}, (Rect){9.0F, 9.0F, 5.0F, 5.0F});

    (void)state;
    check_near((double)apart.w, 0.0, 0.0);
    check_near((double)apart.h, 0.0, 0.0);
}

static void neighbours_share_no_point(void **state)
{
    Rect left = {0.0F, 0.0F, 10.0F, 10.0F};
    Rect right = {10.0F, 0.0F, 10.0F, 10.0F};

    (void)state;
    check(!rect_contains(left, 10.0F, 5.0F));
    check(rect_contains(right, 10.0F, 5.0F));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_windows_have_the_class_of_the_design),
        cmocka_unit_test(the_scale_is_rounded_down_to_quarters_and_bounded),
        cmocka_unit_test(cutting_gives_what_was_asked_and_leaves_the_rest),
        cmocka_unit_test(cutting_too_much_gives_all_there_is),
        cmocka_unit_test(columns_share_the_width_with_gaps_between),
        cmocka_unit_test(rectangles_that_do_not_meet_have_nothing_in_common),
        cmocka_unit_test(neighbours_share_no_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
