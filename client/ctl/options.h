/*
 * The command line of onedrum-ctl: from words to a value.
 *
 * Says on stderr what is wrong, and prints the help that was asked for; nothing else.
 */
#ifndef CLIENT_CTL_OPTIONS_H
#define CLIENT_CTL_OPTIONS_H

#include "shared/link.h"
#include "shared/message.h"

typedef enum {
    CTL_CREATE,
    CTL_STATUS,
    CTL_START,
    CTL_PAUSE,
    CTL_RESUME,
    CTL_STOP,
    CTL_LOBBY,
    CTL_TEMPO,
    CTL_RAMP,
    CTL_GROOVE,
    CTL_GROOVES,
    CTL_PART,
    CTL_KICK,
    CTL_BAN,
    CTL_LOCK,
    CTL_UNLOCK,
    CTL_PRIVACY,
    CTL_EXPORT,
    CTL_COMMAND_COUNT
} CtlCommand;

typedef struct {
    CtlCommand command;
    const char *subject; /* title, groove or participant; as typed */
    const char *part;    /* PART */
    Link link;
    const char *password_file; /* NULL: the link's token, if any */
    const char *known_hosts;   /* file; NULL for the default */
    int32_t tempo_mbpm;
    Privacy privacy;
    int count_in_bars;
    int ramp_bars;
    int seats; /* CREATE: 0 for the server's default */
    bool json;
    bool watch;
    bool csv; /* EXPORT: otherwise JSON */
    const char *out_path;
    int64_t timeout_ns;
} CtlOptions;

/* An exit code, or -1 when the command is to be carried out. */
int ctl_options_parse(int argument_count, char **arguments, CtlOptions *options);

#endif
