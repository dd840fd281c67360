/*
 * What the tolerance of pictures lets pass and what it catches, drawn by the client's own painter:
 * marks and labels that move by one pixel or change their colour, against edges that another
 * FreeType or SDL rounds otherwise.
 */
#include <SDL.h>
#include <stdlib.h>
#include <string.h>

#include "client/desktop/ui/theme.h"
#include "shared/prng.h"
#include "tests/support/canvas.h"
#include "tests/support/check.h"
#include "tests/support/picture.h"

enum {
    WIDTH = 320,
    HEIGHT = 160
};

static Canvas canvas;
static DrawList draw;

static int open_canvas(void **state)
{
    (void)state;
    check(canvas_init());
    check(canvas_open(&canvas, WIDTH, HEIGHT));
    return 0;
}

static int close_canvas(void **state)
{
    (void)state;
    canvas_close(&canvas);
    SDL_Quit();
    return 0;
}

/* Draws what is in the list. */
static Picture drawn(const Theme *theme)
{
    Picture picture = picture_create(WIDTH, HEIGHT);

    canvas_draw(&canvas, &draw, 1.0F, theme->stage);
    for (int y = 0; y < HEIGHT; y++) {
        const uint32_t *row = canvas_row(&canvas, y);

        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = picture.rgb + (ptrdiff_t)3 * (y * WIDTH + x);

            pixel[0] = (uint8_t)(row[x] >> 16);
            pixel[1] = (uint8_t)(row[x] >> 8);
            pixel[2] = (uint8_t)row[x];
        }
    }
    return picture;
}

static Picture mark_at(const Theme *theme, Mark mark, Colour colour, float size, Point at)
{
    draw_list_clear(&draw);
    draw_mark(&draw, at, size, mark, colour);
    return drawn(theme);
}

static Picture label_at(const Theme *theme, const char *words, Colour colour, Point at)
{
    const TextStyle style = {.size_px = TYPE_CAPTION, .weight = FONT_REGULAR};

    (void)canvas_metrics(&canvas, 1.0F);
    draw_list_clear(&draw);
    draw_text(&draw, (Rect){at.x, at.y, 200.0F, 20.0F}, &style, colour, words);
    return drawn(theme);
}

/* Compares, and frees the one that was drawn. */
static PictureDifference against(const Picture *wanted, Picture other)
{
    const PictureDifference difference = picture_difference(wanted, &other);

    picture_free(&other);
    return difference;
}

static void check_moved(const Picture *wanted, Picture other, const char *what)
{
    const PictureDifference difference = against(wanted, other);

    if (picture_is_same(wanted, &difference)) {
        print_error("%s is not caught: %d pixels, %d in a tile\n",
                    what,
                    difference.pixels,
                    difference.tile_pixels);
    }
    check(!picture_is_same(wanted, &difference));
}

static void a_mark_that_moves_by_a_pixel_is_caught(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        const Theme *theme = theme_of((ThemeKind)kind);

        for (int mark = 0; mark < MARK_COUNT; mark++) {
            const Colour colour = theme_mark_colour(theme, (Mark)mark);
            Picture wanted = mark_at(theme, (Mark)mark, colour, 8.0F, (Point){100.0F, 50.0F});

            check_moved(&wanted,
                        mark_at(theme, (Mark)mark, colour, 8.0F, (Point){101.0F, 50.0F}),
                        mark_name((Mark)mark));
            check_moved(&wanted,
                        mark_at(theme, (Mark)mark, colour, 8.0F, (Point){100.0F, 51.0F}),
                        mark_name((Mark)mark));
            picture_free(&wanted);
        }
    }
}

static void a_mark_of_another_family_or_shape_is_caught(void **state)
{
    const Theme *theme = theme_of(THEME_DARK);
    const Point at = {100.0F, 50.0F};

    (void)state;
    for (int family = 0; family < FAMILY_COUNT; family++) {
        Picture wanted = mark_at(theme, MARK_ON, theme->families[family], 8.0F, at);

        for (int other = 0; other < FAMILY_COUNT; other++) {
            if (other != family) {
                check_moved(&wanted,
                            mark_at(theme, MARK_ON, theme->families[other], 8.0F, at),
                            "another family");
            }
        }
        picture_free(&wanted);
    }
    for (int mark = 0; mark < MARK_COUNT; mark++) {
        Picture wanted = mark_at(theme, (Mark)mark, theme->text, 8.0F, at);

        for (int other = 0; other < MARK_COUNT; other++) {
            if (other != mark) {
                check_moved(
                    &wanted, mark_at(theme, (Mark)other, theme->text, 8.0F, at), "another shape");
            }
        }
        picture_free(&wanted);
    }
}

static void a_label_that_moves_by_a_pixel_or_says_something_else_is_caught(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_KIND_COUNT; kind++) {
        const Theme *theme = theme_of((ThemeKind)kind);
        const Point at = {40.0F, 40.0F};
        Picture wanted = label_at(theme, "together", theme->text2, at);

        check_moved(
            &wanted, label_at(theme, "together", theme->text2, (Point){41.0F, 40.0F}), "a label");
        check_moved(
            &wanted, label_at(theme, "together", theme->text2, (Point){40.0F, 41.0F}), "a label");
        check_moved(&wanted, label_at(theme, "togetner", theme->text2, at), "a letter");
        check_moved(&wanted, label_at(theme, "together", theme->accent, at), "a colour");
        picture_free(&wanted);
    }
}

/* Every pixel at an edge rounded otherwise, by up to 20 of 255 levels, and now and then more. */
static void edges_that_are_rounded_otherwise_are_not(void **state)
{
    const Theme *theme = theme_of(THEME_DARK);
    Picture wanted = label_at(
        theme, "The group over the session 0123456789", theme->text, (Point){20.0F, 40.0F});
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(7));
    for (int round = 0; round < 20; round++) {
        Picture other = picture_create(WIDTH, HEIGHT);

        memcpy(other.rgb, wanted.rgb, (size_t)3 * WIDTH * HEIGHT);
        for (int i = 0; i < 3 * WIDTH * HEIGHT; i++) {
            const bool is_edge = wanted.rgb[i] > 0x30 && wanted.rgb[i] < 0xE0;
            const int by = is_edge ? (int)prng_below(&prng, 41) - 20 : 0;

            other.rgb[i] = (uint8_t)((int)other.rgb[i] + by);
        }
        {
            const PictureDifference difference = against(&wanted, other);

            check(difference.largest > 0);
            check(picture_is_same(&wanted, &difference));
        }
    }
    picture_free(&wanted);
}

static void a_difference_is_shown_where_it_is(void **state)
{
    const Theme *theme = theme_of(THEME_DARK);
    const Colour colour = theme->families[FAMILY_LATE];
    Picture wanted = mark_at(theme, MARK_LATE, colour, 12.0F, (Point){200.0F, 100.0F});
    Picture other = mark_at(theme, MARK_LATE, colour, 12.0F, (Point){203.0F, 100.0F});
    const PictureDifference difference = picture_difference(&wanted, &other);
    Picture red = picture_of_difference(&wanted, &other);
    int red_pixels = 0;

    (void)state;
    check_i64(difference.tile_x, 192);
    check_i64(difference.tile_y, 96);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        red_pixels += red.rgb[(ptrdiff_t)3 * i] == 255 ? 1 : 0;
    }
    check_i64(red_pixels, difference.pixels);
    picture_free(&red);
    picture_free(&other);
    picture_free(&wanted);
}

static void another_size_is_another_picture(void **state)
{
    Picture one = picture_create(8, 8);
    Picture other = picture_create(8, 9);
    const PictureDifference difference = picture_difference(&one, &other);

    (void)state;
    check(!picture_is_same(&one, &difference));
    picture_free(&one);
    picture_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_that_moves_by_a_pixel_is_caught),
        cmocka_unit_test(a_mark_of_another_family_or_shape_is_caught),
        cmocka_unit_test(a_label_that_moves_by_a_pixel_or_says_something_else_is_caught),
        cmocka_unit_test(edges_that_are_rounded_otherwise_are_not),
        cmocka_unit_test(a_difference_is_shown_where_it_is),
        cmocka_unit_test(another_size_is_another_picture),
    };

    return cmocka_run_group_tests(tests, open_canvas, close_canvas);
}
