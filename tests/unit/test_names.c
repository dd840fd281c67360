/* Names: examples of what is allowed and what is alike, then laws over random text. */
#include "shared/names.h"

#include <string.h>

#include "shared/prng.h"
#include "shared/wire.h"
#include "tests/support/check.h"

static void check_normal(const char *text, const char *expected)
{
    char normal[NAME_BYTES_MAX + 1];

    check_i64(name_normalize(text, normal), NAME_GOOD);
    check_text(normal, expected);
}

static void check_problem(const char *text, NameProblem expected)
{
    char normal[NAME_BYTES_MAX + 1] = "x";

    check_i64(name_normalize(text, normal), expected);
    check_text(normal, "");
}

static void names_of_many_places_stay_as_they_are(void **state)
{
    (void)state;
    check_normal("Adjoa", "Adjoa");
    check_normal("Jean-Luc O'Neill", "Jean-Luc O'Neill");
    check_normal("\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0");
    check_normal("\xe5\xb1\xb1\xe7\x94\xb0", "\xe5\xb1\xb1\xe7\x94\xb0");
    check_normal("\xe0\xa4\xaa\xe0\xa5\x8d\xe0\xa4\xb0\xe0\xa4\xbf\xe0\xa4\xaf\xe0\xa4\xbe",
                 "\xe0\xa4\xaa\xe0\xa5\x8d\xe0\xa4\xb0\xe0\xa4\xbf\xe0\xa4\xaf\xe0\xa4\xbe");
    check_normal("Mo \xf0\x9f\xa5\x81", "Mo \xf0\x9f\xa5\x81");
}

static void spaces_are_trimmed_and_collapsed(void **state)
{
    (void)state;
    check_normal("  Ada   Lovelace ", "Ada Lovelace");
    check_normal("Ada\xc2\xa0\xe3\x80\x80Lovelace", "Ada Lovelace");
}

static void letters_and_their_marks_become_one(void **state)
{
    (void)state;
    check_normal("Zoe\xcc\x88", "Zo\xc3\xab");
    check_normal("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c");
    check_normal("\xe2\x84\xab", "\xc3\x85");
}

static void what_cannot_be_seen_is_no_part_of_a_name(void **state)
{
    (void)state;
    check_problem("", NAME_EMPTY);
    check_problem(" \xe2\x80\x83 ", NAME_EMPTY);
    check_problem("a\tb", NAME_CHARACTERS);
    check_problem("a\x7f", NAME_CHARACTERS);
    check_problem("a\xe2\x80\x8b"
                  "b",
                  NAME_CHARACTERS); /* zero-width space */
    check_problem("a\xe2\x80\xae"
                  "b",
                  NAME_CHARACTERS);                  /* right-to-left override */
    check_problem("a\xe2\x81\xa6", NAME_CHARACTERS); /* isolate */
    check_problem("\xef\xbb\xbf"
                  "a",
                  NAME_CHARACTERS);                     /* byte order mark */
    check_problem("\xe3\x85\xa4", NAME_CHARACTERS);     /* Hangul filler */
    check_problem("\xe2\xa0\x80", NAME_CHARACTERS);     /* blank Braille */
    check_problem("a\xef\xb8\x8f", NAME_CHARACTERS);    /* variation selector */
    check_problem("\xee\x80\x80", NAME_CHARACTERS);     /* private use */
    check_problem("\xcd\xb8", NAME_CHARACTERS);         /* unassigned */
    check_problem("\xf0\x9f\xbf\xbf", NAME_CHARACTERS); /* no character */
    check_problem("\xe2\x80\xa8", NAME_CHARACTERS);     /* line separator */
    check_problem("a\xff", NAME_CHARACTERS);            /* no UTF-8 */
    check_problem("\xed\xa0\x80", NAME_CHARACTERS);     /* half a surrogate pair */
}

static void marks_sit_on_letters_and_not_in_heaps(void **state)
{
    (void)state;
    check_problem("\xcc\x81"
                  "a",
                  NAME_CHARACTERS);
    check_problem("a \xcc\x81", NAME_CHARACTERS);
    check_problem("q\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85", NAME_CHARACTERS);
    check_problem("a\xe2\x83\x9d", NAME_CHARACTERS); /* enclosing circle */
}

static void twenty_four_characters_are_enough(void **state)
{
    (void)state;
    check_normal("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx");
    check_problem("abcdefghijklmnopqrstuvwxy", NAME_TOO_LONG);
    check_normal("e\xcc\x81"
                 "bcdefghijklmnopqrstuvwx",
                 "\xc3\xa9"
                 "bcdefghijklmnopqrstuvwx");
}

static void check_alike(const char *a, const char *b, bool alike)
{
    char normal_a[NAME_BYTES_MAX + 1];
    char normal_b[NAME_BYTES_MAX + 1];

    check_i64(name_normalize(a, normal_a), NAME_GOOD);
    check_i64(name_normalize(b, normal_b), NAME_GOOD);
    check(names_alike(normal_a, normal_b) == alike);
    check((name_likeness(normal_a) == name_likeness(normal_b)) == alike);
}

static void names_that_people_would_mix_up_are_alike(void **state)
{
    (void)state;
    check_alike("Paul", "PAUL", true);
    check_alike("\xc3\x89mile", "\xc3\xa9MILE", true);
    check_alike("Paul", "\xd0\xa0\xd0\xb0ul", true); /* Cyrillic Er and a */
    check_alike("Anna", "\xce\x91nna", true);        /* Greek Alpha */
    check_alike("TOM", "\xd0\xa2\xd0\x9e\xd0\x9c", true);
    check_alike("Bob", "B0b", true);
    check_alike("Bill", "Bi11", true);
    check_alike("Ian", "lan", true);
    check_alike("Ada", "\xef\xbc\xa1\xef\xbd\x84\xef\xbd\x81", true); /* full width */
    check_alike("Gro\xc3\x9f", "GROSS", true);
    check_alike("Ada Lovelace", " Ada  Lovelace", true);
}

static void names_of_two_people_are_not(void **state)
{
    (void)state;
    check_alike("Paul", "Paula", false);
    check_alike("Jose", "Jos\xc3\xa9", false);
    check_alike("Ada Lovelace", "AdaLovelace", false);
    check_alike("Player 2", "Player 3", false);
    check_alike("\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "\xd0\x90\xd0\xbb\xd0\xbb\xd0\xb0", false);
}

/* One code point, often one with a trap. */
static size_t put_any(Prng *prng, char *text)
{
    static const char *const traps[] = {" ",
                                        "a",
                                        "I",
                                        "0",
                                        "\xcc\x81",
                                        "\xcc\xa7",
                                        "\xe2\x80\x8d",
                                        "\xe2\x84\xab",
                                        "\xe1\x84\x92",
                                        "\xe1\x85\xa1",
                                        "\xef\xb7\xba",
                                        "\xc4\xb0",
                                        "\xce\x90",
                                        "\xe3\x80\x80",
                                        "\xf0\x9f\xa5\x81"};
    const uint64_t which = prng_below(prng, 20);
    const uint32_t point = 0x20 + (uint32_t)prng_below(prng, 0x2fe0);

    if (which < sizeof traps / sizeof traps[0]) {
        memcpy(text, traps[which], strlen(traps[which]));
        return strlen(traps[which]);
    }
    if (point < 0x80) {
        text[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        text[0] = (char)(0xc0U | point >> 6);
        text[1] = (char)(0x80U | (point & 0x3fU));
        return 2;
    }
    text[0] = (char)(0xe0U | point >> 12);
    text[1] = (char)(0x80U | (point >> 6 & 0x3fU));
    text[2] = (char)(0x80U | (point & 0x3fU));
    return 3;
}

/* Laws: a normal form is its own normal form, clean, short, and looks like nothing else. */
static void a_normal_form_stays_as_it_is(void **state)
{
    Prng prng;
    int good = 0;

    (void)state;
    prng_seed(&prng, check_seed(9));
    for (int round = 0; round < 50000; round++) {
        char text[NAME_BYTES_MAX + 1] = "";
        char normal[NAME_BYTES_MAX + 1];
        char again[NAME_BYTES_MAX + 1];
        size_t end = 0;
        const uint64_t wanted = 1 + prng_below(&prng, 12);

        for (uint64_t i = 0; i < wanted; i++) {
            end += put_any(&prng, text + end);
        }
        text[end] = '\0';
        if (name_normalize(text, normal) == NAME_GOOD) {
            good++;
            check(text_is_clean(normal, strlen(normal)));
            check_i64(name_normalize(normal, again), NAME_GOOD);
            check_text(again, normal);
            check(names_alike(normal, again));
        }
    }
    check(good > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_many_places_stay_as_they_are),
        cmocka_unit_test(spaces_are_trimmed_and_collapsed),
        cmocka_unit_test(letters_and_their_marks_become_one),
        cmocka_unit_test(what_cannot_be_seen_is_no_part_of_a_name),
        cmocka_unit_test(marks_sit_on_letters_and_not_in_heaps),
        cmocka_unit_test(twenty_four_characters_are_enough),
        cmocka_unit_test(names_that_people_would_mix_up_are_alike),
        cmocka_unit_test(names_of_two_people_are_not),
        cmocka_unit_test(a_normal_form_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
