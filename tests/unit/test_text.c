#include "shared/text.h"

#include <string.h>

#include "tests/support/check.h"

static bool is_clean(const char *text)
{
    return text_is_clean(text, strlen(text));
}

static void names_of_all_the_world_are_clean(void **state)
{
    (void)state;
    check(is_clean(""));
    check(is_clean("Amma Owusu"));
    check(is_clean("Zo\xc3\xab"));
    check(is_clean("\xe5\xa4\xaa\xe9\xbc\x93"));
    check(is_clean("\xf0\x9f\xa5\x81"));
    check(is_clean("\xc2\xa0"));
    check(is_clean("\xef\xbf\xbd"));
    check(is_clean("\xf4\x8f\xbf\xbf"));
}

static void malformed_utf_8_and_control_characters_are_not(void **state)
{
    (void)state;
    check(!is_clean("\x1f"));
    check(!is_clean("a\nb"));
    check(!is_clean("\x1b[2J")); /* clears a terminal */
    check(!is_clean("\xc2\x9b"
                    "2J"));
    check(!is_clean("\x7f"));
    check(!is_clean("\xc2\x80"));     /* C1 */
    check(!is_clean("\xc2\x9f"));     /* C1 */
    check(!is_clean("\x80"));         /* continuation without a lead */
    check(!is_clean("\xc0\xaf"));     /* overlong */
    check(!is_clean("\xc1\xbf"));     /* overlong */
    check(!is_clean("\xe0\x80\xaf")); /* overlong */
    check(!is_clean("\xf0\x80\x80\xaf"));
    check(!is_clean("\xed\xa0\x80"));     /* surrogate */
    check(!is_clean("\xf4\x90\x80\x80")); /* beyond U+10FFFF */
    check(!is_clean("\xf5\x80\x80\x80"));
    check(!is_clean("\xe2\x82"));     /* cut */
    check(!is_clean("\xe2\x28\xa1")); /* not a continuation */
}

static void marks_that_make_a_name_read_as_another_are_not(void **state)
{
    (void)state;
    check(!is_clean("nnA\xe2\x80\xae")); /* U+202E turns what follows */
    check(!is_clean("\xe2\x81\xa6"));    /* U+2066 isolates it */
    check(!is_clean("\xe2\x80\x8f"));    /* U+200F */
    check(!is_clean("\xe2\x80\xa8"));    /* U+2028 is a line end */
    check(!is_clean("\xef\xbb\xbf"));    /* U+FEFF is not seen */
    check(is_clean("\xe2\x80\x8d"));     /* U+200D joins families of one sign */
}

static bool is_visible(const char *text)
{
    return text_is_visible(text, strlen(text));
}

static void a_name_of_blanks_and_bare_marks_is_not_seen(void **state)
{
    (void)state;
    check(!is_visible(""));
    check(!is_visible("   "));
    check(!is_visible("\xc2\xa0\xe3\x80\x80"));     /* U+00A0, U+3000 */
    check(!is_visible("\xe2\x80\x8b\xe2\x80\x8d")); /* U+200B, U+200D */
    check(!is_visible("\xcc\x81"));                 /* U+0301 over nothing */
    check(!is_visible("\xe2\xa0\x80"));             /* U+2800, Braille without dots */
    check(!is_visible("\xe3\x85\xa4"));             /* U+3164, a filler */
    check(!is_visible("\xef\xb8\x8f"));             /* U+FE0F chooses a look of nothing */
    check(!is_visible("\xff"));
    check(is_visible(" a "));
    check(is_visible("Z\xcc\x81"));
    check(is_visible("\xe2\x80\x8b!"));
    check(is_visible("\xd9\x85"));         /* Arabic */
    check(is_visible("\xe5\xa4\xaa"));     /* Han */
    check(is_visible("\xf0\x9f\xa5\x81")); /* a drum */
}

static void the_clean_beginning_ends_before_the_first_byte_of_what_is_not(void **state)
{
    (void)state;
    check_u64(text_clean_bytes("Zo\xc3\xab\tx", 6), 4);
    check_u64(text_clean_bytes("ab\xe2\x80\xae", 5), 2);
    check_u64(text_clean_bytes("ab\xe2\x80", 4), 2);
    check_u64(text_clean_bytes("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_the_world_are_clean),
        cmocka_unit_test(malformed_utf_8_and_control_characters_are_not),
        cmocka_unit_test(marks_that_make_a_name_read_as_another_are_not),
        cmocka_unit_test(a_name_of_blanks_and_bare_marks_is_not_seen),
        cmocka_unit_test(the_clean_beginning_ends_before_the_first_byte_of_what_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
