/*
 * The command line of onedrum-server: from words to a value.
 *
 * No effects: reads the words and the two environment values it is given, nothing else.
 */
#ifndef SERVER_SERVER_OPTIONS_H
#define SERVER_SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/capacity.h"
#include "shared/judge_windows.h"
#include "shared/link.h"
#include "shared/message.h"

enum {
    SERVER_OPTIONS_PATH_BYTES_MAX = 1023,
    SERVER_OPTIONS_SEATS_DEFAULT = 100,
    SERVER_OPTIONS_GRACE_S_DEFAULT = 600,
    SERVER_OPTIONS_GRACE_S_MIN = 60,
    SERVER_OPTIONS_GRACE_S_MAX = 7 * 24 * 3600
};

typedef struct {
    char listen_host[LINK_HOST_BYTES_MAX + 1];
    uint16_t listen_port; /* 0: the last one, else any */
    char data[SERVER_OPTIONS_PATH_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1];
    uint16_t seats;
    Profile profile;
    Privacy privacy;
    char groove[TITLE_BYTES_MAX + 1]; /* name or title; empty: the first */
    int32_t tempo_mbpm;               /* 0: the groove's own */
    uint32_t grace_s;
    char grooves[SERVER_OPTIONS_PATH_BYTES_MAX + 1]; /* directory; empty: none */
    char public_host[LINK_HOST_BYTES_MAX + 1];
    char password_file[SERVER_OPTIONS_PATH_BYTES_MAX + 1]; /* empty: no facilitator's password */
    bool new_session;
    bool has_metrics;       /* offered on 127.0.0.1 ... */
    uint16_t metrics_port;  /* ... at this port; 0: any free one */
    bool describes_session; /* something was said that only a new session takes */
} ServerOptions;

/* What the words ask for. */
typedef enum {
    SERVER_OPTIONS_RUN,
    SERVER_OPTIONS_HELP,
    SERVER_OPTIONS_VERSION,
    SERVER_OPTIONS_WRONG /* the error says which word, and what would be right */
} ServerOptionsWish;

typedef struct {
    char text[256];
} ServerOptionsError;

/* From the environment; either may be NULL. */
typedef struct {
    const char *home;
    const char *state_home; /* XDG_STATE_HOME */
} ServerOptionsEnvironment;

ServerOptionsWish server_options_parse(int argument_count,
                                       char *const arguments[],
                                       const ServerOptionsEnvironment *environment,
                                       ServerOptions *options,
                                       ServerOptionsError *error);

/* What --help prints. */
extern const char SERVER_OPTIONS_HELP_TEXT[];

#endif
