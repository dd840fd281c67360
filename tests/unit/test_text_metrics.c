#include "client/desktop/ui/text_metrics.h"

#include <stdint.h>
#include <string.h>

#include "tests/support/check.h"

enum {
    LINES_MAX = 16,
    RANDOM_RUNS = 2000,
    RANDOM_BYTES = 40
};

/* Every character is 10 px wide. */
static const FixedWidthFont font = {0.5F};

static size_t wrap(const char *text, float width_px, TextLine *lines, size_t line_max)
{
    TextMetrics metrics = text_metrics_fixed(&font);
    TextWrap how = {.metrics = &metrics, .size_px = 20.0F, .width_max_px = width_px};

    return text_wrap(&how, text, strlen(text), lines, line_max);
}

static void check_line(const char *text, TextLine line, const char *expected)
{
    check_u64(line.line_bytes, strlen(expected));
    check_bytes(text + line.start_byte, expected, line.line_bytes);
}

static void lines_break_at_the_last_space_that_fits(void **state)
{
    const char *text = "let the click come";
    TextLine lines[LINES_MAX];

    (void)state;
    check_u64(wrap(text, 100.0F, lines, LINES_MAX), 2);
    check_line(text, lines[0], "let the");
    check_line(text, lines[1], "click come");
}

static void a_word_that_just_fits_stays(void **state)
{
    const char *text = "abc def";
    TextLine lines[LINES_MAX];

    (void)state;
    check_u64(wrap(text, 30.0F, lines, LINES_MAX), 2);
    check_line(text, lines[0], "abc");
    check_line(text, lines[1], "def");
}

static void line_breaks_are_kept(void **state)
{
    const char *text = "a\n\nb";
    TextLine lines[LINES_MAX];

    (void)state;
    check_u64(wrap(text, 100.0F, lines, LINES_MAX), 3);
    check_line(text, lines[1], "");
    check_line(text, lines[2], "b");
}

static void a_long_word_is_broken_between_characters(void **state)
{
    const char *text = "\xC3\xA4\xC3\xA4\xC3\xA4";
    TextLine lines[LINES_MAX];

    (void)state;
    check_u64(wrap(text, 25.0F, lines, LINES_MAX), 2);
    check_u64(lines[0].line_bytes, 4);
    check_u64(lines[1].line_bytes, 2);
}

static void the_last_line_takes_what_is_left(void **state)
{
    const char *text = "one two three four";
    TextLine lines[2];

    (void)state;
    check_u64(wrap(text, 40.0F, lines, 2), 2);
    check_line(text, lines[1], "two three four");
}

static void empty_text_is_no_line(void **state)
{
    TextLine lines[1];

    (void)state;
    check_u64(wrap("", 40.0F, lines, 1), 0);
}

static void a_width_too_small_for_anything_still_ends(void **state)
{
    const char *text = "abc";
    TextLine lines[LINES_MAX];

    (void)state;
    check_u64(wrap(text, 0.0F, lines, LINES_MAX), 3);
}

static void stepping_goes_by_characters(void **state)
{
    const char *text = "a\xE2\x82\xAC"
                       "b";

    (void)state;
    check_u64(text_next_byte(text, 5, 0), 1);
    check_u64(text_next_byte(text, 5, 1), 4);
    check_u64(text_previous_byte(text, 5, 4), 1);
    check_u64(text_previous_byte(text, 5, 0), 0);
    check_u64(text_next_byte(text, 5, 5), 5);
}

/* Law: on any bytes at all, steps forward and back visit the same places. */
static void steps_back_retrace_steps_forward(void **state)
{
    uint64_t seed = check_seed(20);
    char text[RANDOM_BYTES];

    (void)state;
    for (int run = 0; run < RANDOM_RUNS; run++) {
        size_t at = 0;

        for (size_t i = 0; i < RANDOM_BYTES; i++) {
            static const char bytes[] = "a \x80\xBF\xC3\xE2\xF0\xFF";

            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[i] = bytes[(seed >> 33) % (sizeof bytes - 1)];
        }
        while (at < RANDOM_BYTES) {
            size_t next = text_next_byte(text, RANDOM_BYTES, at);

            check_u64(text_previous_byte(text, RANDOM_BYTES, next), at);
            check(next > at && next <= at + 4);
            at = next;
        }
    }
}

/* Law: lines hold every byte but the spaces and breaks between them, in order. */
static void wrapping_loses_nothing(void **state)
{
    const char *text = "Steady, a little early. Let the click come to you.";
    TextLine lines[LINES_MAX];

    (void)state;
    for (int width = 40; width < 600; width += 7) {
        size_t count = wrap(text, (float)width, lines, LINES_MAX);
        size_t at = 0;

        for (size_t i = 0; i < count; i++) {
            check(lines[i].start_byte == at || (lines[i].start_byte == at + 1 && text[at] == ' '));
            at = lines[i].start_byte + lines[i].line_bytes;
        }
        check_u64(at, strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_break_at_the_last_space_that_fits),
        cmocka_unit_test(a_word_that_just_fits_stays),
        cmocka_unit_test(line_breaks_are_kept),
        cmocka_unit_test(a_long_word_is_broken_between_characters),
        cmocka_unit_test(the_last_line_takes_what_is_left),
        cmocka_unit_test(empty_text_is_no_line),
        cmocka_unit_test(a_width_too_small_for_anything_still_ends),
        cmocka_unit_test(stepping_goes_by_characters),
        cmocka_unit_test(steps_back_retrace_steps_forward),
        cmocka_unit_test(wrapping_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
