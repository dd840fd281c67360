/*
 * onedrum-server: words in, exit status out; everything else is in server.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/server.h"
#include "server/server_options.h"
#include "shared/platform/log.h"

enum {
    EXIT_USAGE = 2
};

/* The one thing that a signal handler may touch. */
static volatile sig_atomic_t stop_requested = 0;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop_requested = 1;
}

static void catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = request_stop;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    /* A reader of our output that goes away must not end the music. */
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

static int serve(const ServerOptions *options)
{
    ServerError error;
    Server *server;

    catch_signals();
    server = server_open(options, &error);
    if (server == NULL) {
        log_error("server: %s", error.text);
        return error.usage ? EXIT_USAGE : EXIT_FAILURE;
    }
    server_announce(server);
    server_run(server, &stop_requested);
    if (!server_close(server)) {
        log_error("server: not everything could be stored; see the lines above");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argument_count, char *arguments[])
{
    const ServerOptionsEnvironment environment = {.home = getenv("HOME"),
                                                  .state_home = getenv("XDG_STATE_HOME")};
    ServerOptions options;
    ServerOptionsError error;

    switch (server_options_parse(argument_count, arguments, &environment, &options, &error)) {
    case SERVER_OPTIONS_HELP:
        (void)fputs(SERVER_OPTIONS_HELP_TEXT, stdout);
        return EXIT_SUCCESS;
    case SERVER_OPTIONS_VERSION:
        (void)printf("onedrum-server %s\n", ONEDRUM_VERSION);
        return EXIT_SUCCESS;
    case SERVER_OPTIONS_WRONG:
        (void)fprintf(stderr, "onedrum-server: %s\n", error.text);
        return EXIT_USAGE;
    case SERVER_OPTIONS_RUN:
        break;
    }
    return serve(&options);
}
