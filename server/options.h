/*
 * The command line of onedrum-server: from words to a value.
 *
 * No effects: reads the words and the two environment values it is given, nothing else.
 */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/capacity.h"
#include "shared/judge_windows.h"
#include "shared/link.h"

enum {
    OPTIONS_PATH_BYTES_MAX = 1023,
    OPTIONS_SEATS_DEFAULT = 100,
    OPTIONS_GRACE_S_DEFAULT = 600,
    OPTIONS_GRACE_S_MIN = 60,
    OPTIONS_GRACE_S_MAX = 7 * 24 * 3600
};

typedef struct {
    char listen_host[LINK_HOST_BYTES_MAX + 1];
    uint16_t listen_port; /* 0: the last one, else any */
    char data[OPTIONS_PATH_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1];
    uint16_t seats;
    Profile profile;
    char groove[TITLE_BYTES_MAX + 1]; /* name or title; empty: the first */
    int32_t tempo_mbpm;               /* 0: the groove's own */
    uint32_t grace_s;
    char grooves[OPTIONS_PATH_BYTES_MAX + 1]; /* directory; empty: none */
    char public_host[LINK_HOST_BYTES_MAX + 1];
    bool new_session;
} Options;

/* What the words ask for. */
typedef enum {
    OPTIONS_RUN,
    OPTIONS_HELP,
    OPTIONS_VERSION,
    OPTIONS_WRONG /* the error says which word, and what would be right */
} OptionsWish;

typedef struct {
    char text[256];
} OptionsError;

/* From the environment; either may be NULL. */
typedef struct {
    const char *home;
    const char *state_home; /* XDG_STATE_HOME */
} OptionsEnvironment;

OptionsWish options_parse(int argument_count,
                          char *const arguments[],
                          const OptionsEnvironment *environment,
                          Options *options,
                          OptionsError *error);

/* What --help prints. */
extern const char OPTIONS_HELP_TEXT[];

#endif
