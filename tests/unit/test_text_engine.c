/* Needs SDL2_ttf and an installed font, as the desktop client does; no display. */
#include "client/desktop/text.h"

#include <string.h>

#include <SDL.h>

#include "tests/support/check.h"

#define SIZE_PX 32

static TextEngine *engine;

static int open_engine(void **state)
{
    (void)state;
    engine = text_engine_create();
    return engine == NULL ? -1 : 0;
}

static int close_engine(void **state)
{
    (void)state;
    text_engine_destroy(engine);
    return 0;
}

static int width_of(const char *text)
{
    return text_engine_advance_px(engine, FONT_REGULAR, SIZE_PX, text, strlen(text));
}

/* U+0378 is not assigned to any character: no font has it. */
static void a_character_no_font_has_is_a_diamond(void **state)
{
    int diamond = width_of("\xE2\x97\x86");

    (void)state;
    check(diamond > 0);
    check_i64(width_of("\xCD\xB8"), diamond);
    check_i64(width_of("Cleo \xCD\xB8"), width_of("Cleo \xE2\x97\x86"));
    check_i64(width_of("\xCD\xB8\xCD\xB8"), width_of("\xE2\x97\x86\xE2\x97\x86"));
}

static void what_is_drawn_is_the_diamond(void **state)
{
    const char *unknown = "Cleo \xCD\xB8";
    const char *diamond = "Cleo \xE2\x97\x86";
    const Colour white = {255, 255, 255, 255};
    RenderedText seen =
        text_engine_render(engine, FONT_REGULAR, SIZE_PX, white, unknown, strlen(unknown));
    RenderedText wanted =
        text_engine_render(engine, FONT_REGULAR, SIZE_PX, white, diamond, strlen(diamond));

    (void)state;
    assert_non_null(seen.surface);
    assert_non_null(wanted.surface);
    if (seen.surface == NULL || wanted.surface == NULL) {
        return; /* not reached: for the analyser */
    }
    check_i64(seen.surface->w, wanted.surface->w);
    check_i64(seen.surface->h, wanted.surface->h);
    for (int y = 0; y < seen.surface->h; y++) {
        const unsigned char *row = seen.surface->pixels;
        const unsigned char *wanted_row = wanted.surface->pixels;

        check_bytes(row + (ptrdiff_t)y * seen.surface->pitch,
                    wanted_row + (ptrdiff_t)y * wanted.surface->pitch,
                    4 * (size_t)seen.surface->w);
    }
    SDL_FreeSurface(seen.surface);
    SDL_FreeSurface(wanted.surface);
}

/* A tag character, which changes the look of an emoji before it. */
static void marks_that_only_shape_take_no_room_where_no_font_has_them(void **state)
{
    (void)state;
    check_i64(width_of("\xCD\xB8\xF3\xA0\x81\xA7"), width_of("\xCD\xB8"));
    check_i64(width_of("\xF3\xA0\x81\xA7"), 0);
}

static void a_long_line_of_unknown_characters_is_measured_whole(void **state)
{
    char text[2 * 900 + 1] = {0};

    (void)state;
    for (size_t i = 0; i < 900; i++) {
        text[2 * i] = '\xCD';
        text[2 * i + 1] = '\xB8';
    }
    /* A single one is rounded to whole pixels. */
    check(width_of(text) >= 850 * width_of("\xCD\xB8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_no_font_has_is_a_diamond),
        cmocka_unit_test(what_is_drawn_is_the_diamond),
        cmocka_unit_test(marks_that_only_shape_take_no_room_where_no_font_has_them),
        cmocka_unit_test(a_long_line_of_unknown_characters_is_measured_whole),
    };

    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
