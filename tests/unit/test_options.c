/* The command line of the desktop client says what it wants when it does not understand. */
#include "client/desktop/options.h"

#include <string.h>

#include "tests/support/check.h"

enum {
    WORDS_MAX = 16
};

/* The words behind the program's name, up to NULL. */
static bool parse(const char *const *words, Options *options, OptionsError *error)
{
    static char copies[WORDS_MAX][128];
    char *argv[WORDS_MAX + 1] = {copies[0]};
    int argc = 1;

    while (words[argc - 1] != NULL) {
        check(argc < WORDS_MAX && strlen(words[argc - 1]) < sizeof copies[0]);
        memcpy(copies[argc], words[argc - 1], strlen(words[argc - 1]) + 1);
        argv[argc] = copies[argc];
        argc++;
    }
    return options_parse(argc, argv, options, error);
}

static void check_refused(const char *const *words, const char *about)
{
    Options options;
    OptionsError error;

    check(!parse(words, &options, &error));
    if (strstr(error.reason, about) == NULL) {
        check_text(error.reason, about);
    }
}

static void without_options_the_join_screen_waits(void **state)
{
    const char *const words[] = {NULL};
    Options options;
    OptionsError error;

    (void)state;
    check(parse(words, &options, &error));
    check_i64(options.wish, OPTIONS_RUN);
    check(options.join == NULL && !options.practice && !options.headless);
    check_i64(options.audio, AUDIO_AUTO);
}

static void a_link_is_understood_to_its_parts(void **state)
{
    const char *const words[] = {"--join",
                                 "onedrum://127.0.0.1:4444/k7pm-4twx",
                                 "--name=Zo\xc3\xab",
                                 "--team",
                                 "Maple",
                                 NULL};
    Options options;
    OptionsError error;

    (void)state;
    check(parse(words, &options, &error));
    check_text(options.link.host, "127.0.0.1");
    check_i64(options.link.port, 4444);
    check_bytes(options.link.code, "K7PM4TWX", 8);
    check_text(options.name, "Zo\xc3\xab");
    check_text(options.team, "Maple");
}

static void numbers_are_read_the_same_everywhere(void **state)
{
    const char *const words[] = {"--practice",
                                 "--seconds",
                                 "2.5",
                                 "--text-scale=1.25",
                                 "--size",
                                 "800x600",
                                 "--calibration",
                                 "-41",
                                 NULL};
    Options options;
    OptionsError error;

    (void)state;
    check(parse(words, &options, &error));
    check_near(options.seconds, 2.5, 1e-12);
    check_near(options.text_scale, 1.25, 1e-12);
    check_i64(options.width, 800);
    check_i64(options.height, 600);
    check(options.has_calibration);
    check_i64(options.calibration_ms, -41);
}

static void both_ends_of_a_range_belong_to_it(void **state)
{
    const char *const least[] = {"--text-scale", "0.8", "--size", "320x240", NULL};
    const char *const most[] = {"--text-scale", "2.0", "--size", "7680x4320", NULL};
    Options options;
    OptionsError error;

    (void)state;
    check(parse(least, &options, &error));
    check(parse(most, &options, &error));
}

static void what_is_wrong_is_answered_with_what_is_allowed(void **state)
{
    (void)state;
    check_refused((const char *const[]){"--nonsense", NULL}, "--help lists");
    check_refused((const char *const[]){"play", NULL}, "--help lists");
    check_refused((const char *const[]){"--join", "somewhere", NULL}, "needs a link like");
    check_refused((const char *const[]){"--join", NULL}, "--join needs LINK");
    check_refused((const char *const[]){"--practice=yes", NULL}, "takes no value");
    check_refused((const char *const[]){"--size", "big", NULL}, "WIDTHxHEIGHT");
    check_refused((const char *const[]){"--size", "1280x72", NULL}, "320x240 to 7680x4320");
    check_refused((const char *const[]){"--size", "1280x720x3", NULL}, "320x240 to 7680x4320");
    check_refused((const char *const[]){"--text-scale", "2.1", NULL}, "from 0.8 to 2.0");
    check_refused((const char *const[]){"--text-scale", "1,5", NULL}, "from 0.8 to 2.0");
    check_refused((const char *const[]){"--text-scale", "", NULL}, "from 0.8 to 2.0");
    check_refused((const char *const[]){"--text-scale", "1.2.3", NULL}, "from 0.8 to 2.0");
    check_refused((const char *const[]){"--seconds", "1e9", NULL}, "0.1 to 86400");
    check_refused((const char *const[]){"--theme", "pink", NULL}, "dark, light or contrast");
    check_refused((const char *const[]){"--audio", "loud", NULL}, "auto, null or file:");
    check_refused((const char *const[]){"--audio", "file:", NULL}, "auto, null or file:");
    check_refused((const char *const[]){"--calibration", "5.5", NULL}, "whole ms");
    check_refused((const char *const[]){"--calibration", "501", NULL}, "-500 to 500");
    check_refused((const char *const[]){"--screen", "tv", NULL}, "--screen is join, lobby");
    check_refused((const char *const[]){"--name", "a\nb", NULL}, "--name needs");
    check_refused((const char *const[]){"--team", "abcdefghijklmnopqrstuvwxy", NULL},
                  "--team needs at most 24");
}

static void what_excludes_each_other_is_said(void **state)
{
    (void)state;
    check_refused(
        (const char *const[]){"--practice", "--join", "onedrum://127.0.0.1:1/K7PM4TWX", NULL},
        "exclude each other");
    check_refused((const char *const[]){"--headless", NULL}, "something to show");
}

static void help_wins_over_what_follows(void **state)
{
    const char *const words[] = {"--help", "--nonsense", NULL};
    Options options;
    OptionsError error;

    (void)state;
    check(parse(words, &options, &error));
    check_i64(options.wish, OPTIONS_HELP);
    check(strstr(options_help(), "--report-input") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_the_join_screen_waits),
        cmocka_unit_test(a_link_is_understood_to_its_parts),
        cmocka_unit_test(numbers_are_read_the_same_everywhere),
        cmocka_unit_test(both_ends_of_a_range_belong_to_it),
        cmocka_unit_test(what_is_wrong_is_answered_with_what_is_allowed),
        cmocka_unit_test(what_excludes_each_other_is_said),
        cmocka_unit_test(help_wins_over_what_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
