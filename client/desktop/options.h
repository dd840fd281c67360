/*
 * The command line of the desktop client: what can be asked for, and what is wrong with what was.
 *
 * No I/O. Texts are borrowed from argv.
 */
#ifndef CLIENT_DESKTOP_OPTIONS_H
#define CLIENT_DESKTOP_OPTIONS_H

#include "client/desktop/audio.h"
#include "client/desktop/ui/theme.h"
#include "shared/link.h"

enum {
    OPTIONS_WIDTH_MIN = 320, /* of the window, px */
    OPTIONS_WIDTH_MAX = 7680,
    OPTIONS_HEIGHT_MIN = 240,
    OPTIONS_HEIGHT_MAX = 4320,
    OPTIONS_SECONDS_MAX = 86400
};

typedef enum {
    OPTIONS_RUN,
    OPTIONS_HELP,
    OPTIONS_VERSION
} OptionsWish;

/* Zero or NULL where nothing was asked for. */
typedef struct {
    OptionsWish wish;
    const char *join; /* as given; understood as `link` */
    Link link;
    const char *name;
    const char *team;
    bool practice;
    bool autoplay;
    bool headless;
    double seconds;         /* headless: for how long; without a display 20 */
    const char *screenshot; /* PNG of the last frame */
    const char *screen;     /* show this screen; a name of app_screen_names */
    const char *screens;    /* directory for pictures of every screen */
    int width;              /* px */
    int height;
    double text_scale; /* .8 to 2.0 */
    bool has_theme;
    ThemeKind theme;
    const char *config;      /* settings file */
    const char *data;        /* directory */
    const char *known_hosts; /* file */
    AudioChoice audio;
    const char *audio_file; /* of AUDIO_FILE */
    bool has_calibration;
    int32_t calibration_ms;   /* early negative */
    const char *report_input; /* file for the host time of every hit */
    const char *trace;        /* file for the pings; keys and audio go beside it */
} Options;

typedef struct {
    char reason[256]; /* what was wrong and what is allowed */
} OptionsError;

/* False with the reason for anything that is not understood. */
NODISCARD bool options_parse(int argc, char **argv, Options *options, OptionsError *error);

/* All options with a line each, and examples. */
const char *options_help(void);

#endif
