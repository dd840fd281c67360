#include "client/desktop/ui/draw_list.h"

#include <math.h>
#include <string.h>

#include "tests/support/check.h"

static const Colour white = {255, 255, 255, 255};
static DrawList list;

static int clear(void **state)
{
    (void)state;
    draw_list_clear(&list);
    return 0;
}

static void commands_keep_their_order(void **state)
{
    (void)state;
    draw_rect(&list, (Rect){1.0F, 2.0F, 3.0F, 4.0F}, 0.0F, white);
    draw_disc(&list, (Point){5.0F, 6.0F}, 7.0F, white);
    draw_mark(&list, (Point){8.0F, 9.0F}, 10.0F, MARK_LATE, white);
    check_u64(list.command_count, 3);
    check_i64(list.commands[0].kind, DRAW_RECT_FILL);
    check_i64(list.commands[1].kind, DRAW_DISC);
    check_i64(list.commands[2].kind, DRAW_MARK);
    check_i64(list.commands[2].as.mark.mark, MARK_LATE);
}

static void a_radius_is_cut_to_a_pill(void **state)
{
    (void)state;
    draw_rect(&list, (Rect){0.0F, 0.0F, 100.0F, 20.0F}, 50.0F, white);
    check_near((double)list.commands[0].as.rect.radius, 10.0, 0.0);
}

static void text_is_copied(void **state)
{
    char words[] = "Cleo";
    TextStyle style = {.size_px = 16.0F};

    (void)state;
    draw_text(&list, (Rect){0.0F, 0.0F, 50.0F, 20.0F}, &style, white, words);
    words[0] = 'X';
    check_bytes(draw_command_text(&list, &list.commands[0]), "Cleo", 4);
    check_u64(list.commands[0].as.text.text_bytes, 4);
}

static void points_are_copied(void **state)
{
    Point points[] = {{0.0F, 0.0F}, {1.0F, 0.0F}, {1.0F, 1.0F}};

    (void)state;
    draw_polygon(&list, points, 3, white);
    points[2].x = 9.0F;
    check_near((double)draw_command_points(&list, &list.commands[0])[2].x, 1.0, 0.0);
}

static void what_cannot_be_seen_is_left_out(void **state)
{
    (void)state;
    draw_rect(&list, (Rect){0.0F, 0.0F, 0.0F, 4.0F}, 0.0F, white);
    draw_rect(&list, (Rect){0.0F, 0.0F, 4.0F, 4.0F}, 0.0F, colour_fade(white, 0.0F));
    draw_disc(&list, (Point){0.0F, 0.0F}, -1.0F, white);
    draw_line(&list, (Point){0.0F, 0.0F}, (Point){1.0F, 1.0F}, 0.0F, white);
    check_u64(list.command_count, 0);
    check(!list.full);
}

static void what_is_nowhere_is_left_out(void **state)
{
    Point points[] = {{0.0F, 0.0F}, {NAN, 0.0F}};

    (void)state;
    draw_rect(&list, (Rect){NAN, 0.0F, 4.0F, 4.0F}, 0.0F, white);
    draw_disc(&list, (Point){INFINITY, 0.0F}, 2.0F, white);
    draw_disc(&list, (Point){0.0F, 0.0F}, NAN, white);
    draw_polyline(&list, points, 2, 1.0F, white);
    draw_mark(&list, (Point){0.0F, 1.0e30F}, 8.0F, MARK_ON, white);
    check_u64(list.command_count, 0);
}

static void clips_are_cut_with_those_around_them(void **state)
{
    (void)state;
    draw_clip_push(&list, (Rect){10.0F, 10.0F, 100.0F, 100.0F});
    draw_clip_push(&list, (Rect){0.0F, 50.0F, 50.0F, 500.0F});
    check_near((double)list.commands[1].as.clip.x, 10.0, 0.0);
    check_near((double)list.commands[1].as.clip.w, 40.0, 0.0);
    check_near((double)list.commands[1].as.clip.h, 60.0, 0.0);
    draw_clip_pop(&list);
    check_near((double)list.commands[2].as.clip.w, 100.0, 0.0);
    check(!draw_list_is_balanced(&list));
    draw_clip_pop(&list);
    check(draw_list_is_balanced(&list));
}

static void clips_deeper_than_the_capacity_stay_balanced(void **state)
{
    (void)state;
    for (int i = 0; i < DRAW_CLIP_DEPTH_MAX + 3; i++) {
        draw_clip_push(&list, (Rect){(float)i, 0.0F, 100.0F, 100.0F});
    }
    check(list.full);
    for (int i = 0; i < DRAW_CLIP_DEPTH_MAX + 3; i++) {
        draw_clip_pop(&list);
    }
    check(draw_list_is_balanced(&list));
}

static void a_full_list_says_so_and_stays_whole(void **state)
{
    (void)state;
    for (int i = 0; i < DRAW_COMMANDS_MAX; i++) {
        draw_disc(&list, (Point){0.0F, 0.0F}, 1.0F, white);
    }
    check(!list.full);
    draw_disc(&list, (Point){0.0F, 0.0F}, 1.0F, white);
    check(list.full);
    check_u64(list.command_count, DRAW_COMMANDS_MAX);
    draw_list_clear(&list);
    check(!list.full);
}

static void text_that_does_not_fit_is_left_out_whole(void **state)
{
    static char words[DRAW_TEXT_BYTES_MAX];
    TextStyle style = {.size_px = 16.0F};
    Rect box = {0.0F, 0.0F, 50.0F, 20.0F};

    (void)state;
    memset(words, 'x', sizeof words);
    draw_text_bytes(&list, box, &style, white, words, sizeof words - 1);
    check(!list.full);
    draw_text_bytes(&list, box, &style, white, words, 2);
    check(list.full);
    check_u64(list.command_count, 1);
    draw_text_bytes(&list, box, &style, white, words, 1);
    check_u64(list.command_count, 2);
}

static void points_that_do_not_fit_are_left_out_whole(void **state)
{
    static Point points[DRAW_POINTS_MAX + 1];

    (void)state;
    draw_polygon(&list, points, DRAW_POINTS_MAX + 1, white);
    check(list.full);
    check_u64(list.command_count, 0);
    check_u64(list.point_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(commands_keep_their_order, clear),
        cmocka_unit_test_setup(a_radius_is_cut_to_a_pill, clear),
        cmocka_unit_test_setup(text_is_copied, clear),
        cmocka_unit_test_setup(points_are_copied, clear),
        cmocka_unit_test_setup(what_cannot_be_seen_is_left_out, clear),
        cmocka_unit_test_setup(what_is_nowhere_is_left_out, clear),
        cmocka_unit_test_setup(clips_are_cut_with_those_around_them, clear),
        cmocka_unit_test_setup(clips_deeper_than_the_capacity_stay_balanced, clear),
        cmocka_unit_test_setup(a_full_list_says_so_and_stays_whole, clear),
        cmocka_unit_test_setup(text_that_does_not_fit_is_left_out_whole, clear),
        cmocka_unit_test_setup(points_that_do_not_fit_are_left_out_whole, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
