#include "server/server_options.h"

#include <string.h>

#include "tests/support/check.h"

enum {
    WORDS_MAX = 8
};

static const ServerOptionsEnvironment at_home = {.home = "/home/adjoa"};

/* Parses up to a few words behind the program's name. */
static ServerOptionsWish
parse(const char *first, const char *second, ServerOptions *options, ServerOptionsError *error)
{
    char words[3][512] = {"onedrum-server"};
    char *arguments[WORDS_MAX] = {words[0]};
    int count = 1;

    if (first != NULL) {
        check(strlen(first) < sizeof words[1]);
        memcpy(words[1], first, strlen(first) + 1);
        arguments[count] = words[1];
        count++;
    }
    if (second != NULL) {
        check(strlen(second) < sizeof words[2]);
        memcpy(words[2], second, strlen(second) + 1);
        arguments[count] = words[2];
        count++;
    }
    return server_options_parse(count, arguments, &at_home, options, error);
}

static void check_wrong(const char *option, const char *value)
{
    ServerOptions options;
    ServerOptionsError error;

    check_i64(parse(option, value, &options, &error), SERVER_OPTIONS_WRONG);
    check(strncmp(error.text, option, strcspn(option, "=")) == 0);
    check(strstr(error.text, "--help") != NULL);
}

static void without_words_everything_has_a_sensible_value(void **state)
{
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(parse(NULL, NULL, &options, &error), SERVER_OPTIONS_RUN);
    check_text(options.listen_host, "0.0.0.0");
    check_i64(options.listen_port, 4321);
    check_text(options.data, "/home/adjoa/.local/state/onedrum-server");
    check_i64(options.seats, 100);
    check_i64(options.profile, PROFILE_STANDARD);
    check_i64(options.privacy, PRIVACY_TEAMS);
    check_i64(options.grace_s, 600);
    check_i64(options.tempo_mbpm, 0);
    check(!options.new_session);
}

static void the_state_directory_of_the_desktop_counts(void **state)
{
    char program[] = "onedrum-server";
    char *arguments[] = {program};
    const ServerOptionsEnvironment environment = {.home = "/home/a", .state_home = "/srv/state"};
    const ServerOptionsEnvironment relative = {.home = NULL, .state_home = "state"};
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(server_options_parse(1, arguments, &environment, &options, &error),
              SERVER_OPTIONS_RUN);
    check_text(options.data, "/srv/state/onedrum-server");
    check_i64(server_options_parse(1, arguments, &relative, &options, &error),
              SERVER_OPTIONS_WRONG);
    check(strstr(error.text, "--data") != NULL);
}

static void values_stand_behind_a_space_or_an_equals_sign(void **state)
{
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(parse("--listen", "127.0.0.1:0", &options, &error), SERVER_OPTIONS_RUN);
    check_text(options.listen_host, "127.0.0.1");
    check_i64(options.listen_port, 0);
    check_i64(parse("--listen=localhost:65535", NULL, &options, &error), SERVER_OPTIONS_RUN);
    check_text(options.listen_host, "localhost");
    check_i64(options.listen_port, 65535);
    check_i64(parse("--grooves=g", "--new-session", &options, &error), SERVER_OPTIONS_RUN);
    check_text(options.grooves, "g");
    check_text(options.groove, "");
    check(options.new_session);
}

static void a_tempo_has_up_to_three_decimals(void **state)
{
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(parse("--tempo", "96", &options, &error), SERVER_OPTIONS_RUN);
    check_i64(options.tempo_mbpm, 96000);
    check_i64(parse("--tempo", "96.5", &options, &error), SERVER_OPTIONS_RUN);
    check_i64(options.tempo_mbpm, 96500);
    check_i64(parse("--tempo", "119.999", &options, &error), SERVER_OPTIONS_RUN);
    check_i64(options.tempo_mbpm, 119999);
    check_i64(parse("--tempo", "30.0", &options, &error), SERVER_OPTIONS_RUN);
    check_i64(options.tempo_mbpm, 30000);
}

static void what_cannot_be_meant_is_refused_with_what_could(void **state)
{
    (void)state;
    check_wrong("--listen", "4321");
    check_wrong("--listen", ":4321");
    check_wrong("--listen", "host:65536");
    check_wrong("--listen", "host:");
    check_wrong("--listen", NULL);
    check_wrong("--seats", "0");
    check_wrong("--seats", "4097");
    check_wrong("--seats", "-1");
    check_wrong("--seats", "99999999999999999999999");
    check_wrong("--profile", "strict");
    check_wrong("--privacy", "secret");
    check_wrong("--privacy", "");
    check_wrong("--tempo", "29.999");
    check_wrong("--tempo", "300.001");
    check_wrong("--tempo", "100.");
    check_wrong("--tempo", "1e2");
    check_wrong("--grace", "59");
    check_wrong("--data", "");
    check_wrong("--title", "two\nlines");
    check_wrong("--title", "1234567890123456789012345678901234567890123456789");
    check_wrong("--public-host", "host/path");
    check_wrong("--sets", "3");
    check_wrong("--seatsx", "3");
    check_wrong("session", NULL);
}

static void what_only_a_new_session_takes_is_noted(void **state)
{
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(parse("--listen", "127.0.0.1:0", &options, &error), SERVER_OPTIONS_RUN);
    check(!options.describes_session);
    check_i64(parse("--seats", "500", &options, &error), SERVER_OPTIONS_RUN);
    check(options.describes_session);
    check_i64(parse("--title", "Autumn", &options, &error), SERVER_OPTIONS_RUN);
    check(options.describes_session);
}

static void help_names_every_option_it_takes(void **state)
{
    static const char *const names[] = {"--listen",
                                        "--public-host",
                                        "--data",
                                        "--title",
                                        "--seats",
                                        "--profile",
                                        "--groove ",
                                        "--grooves ",
                                        "--tempo",
                                        "--grace",
                                        "--help",
                                        "--version",
                                        "--new-session"};
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(parse("--help", NULL, &options, &error), SERVER_OPTIONS_HELP);
    check_i64(parse("--version", NULL, &options, &error), SERVER_OPTIONS_VERSION);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        check(strstr(SERVER_OPTIONS_HELP_TEXT, names[i]) != NULL);
    }
}

static void metrics_are_offered_only_when_asked_for(void **state)
{
    ServerOptions options;
    ServerOptionsError error;

    (void)state;
    check_i64(parse(NULL, NULL, &options, &error), SERVER_OPTIONS_RUN);
    check(!options.has_metrics);
    check_i64(parse("--metrics", "9464", &options, &error), SERVER_OPTIONS_RUN);
    check(options.has_metrics);
    check_i64(options.metrics_port, 9464);
    check_wrong("--metrics", "65536");
    check_wrong("--metrics", "all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_are_offered_only_when_asked_for),
        cmocka_unit_test(without_words_everything_has_a_sensible_value),
        cmocka_unit_test(the_state_directory_of_the_desktop_counts),
        cmocka_unit_test(values_stand_behind_a_space_or_an_equals_sign),
        cmocka_unit_test(a_tempo_has_up_to_three_decimals),
        cmocka_unit_test(what_cannot_be_meant_is_refused_with_what_could),
        cmocka_unit_test(what_only_a_new_session_takes_is_noted),
        cmocka_unit_test(help_names_every_option_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
