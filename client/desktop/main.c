#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/desktop/headless.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

/* Pictures are made on a time of their own, the same for everybody. */
#define PICTURES_BEGIN ((HostTime){1000 * NS_PER_S})

static bool has_display(void)
{
    return getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL ||
           getenv("SDL_VIDEODRIVER") != NULL;
}

static int no_display(void)
{
    (void)fprintf(stderr,
                  "onedrum: there is no display to open a window on.\n"
                  "Run it in a desktop session, set DISPLAY, or take part without a window:\n"
                  "    onedrum --join LINK --headless --seconds 20 --screenshot play.png\n");
    return 1;
}

static int run(const Options *options)
{
    const bool in_memory = options->headless || options->screens != NULL;
    const HostTime now = options->screens != NULL ? PICTURES_BEGIN : host_clock_now();
    AppError error;
    App *app = app_create(options, now, &error);
    int status = 0;

    if (app == NULL) {
        (void)fprintf(stderr, "onedrum: %s\n", error.reason);
        return 1;
    }
    if (options->screens != NULL) {
        status = headless_pictures(app, now);
    } else {
        status = in_memory ? headless_run(app) : app_run(app);
    }
    app_destroy(app);
    return status;
}

static int start(Options *options)
{
    const bool in_memory = options->headless || options->screens != NULL;
    int status = 0;

    if (!in_memory && !has_display()) {
        return no_display();
    }
    /* The pictures are of somebody who plays. */
    options->autoplay = options->autoplay || options->screens != NULL;
    /* Fingers come as fingers alone. */
    (void)SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    (void)SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    (void)SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "1");
    (void)SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    if (SDL_Init(in_memory ? SDL_INIT_EVENTS : SDL_INIT_VIDEO) != 0) {
        log_error("app: %s", SDL_GetError());
        return in_memory ? 1 : no_display();
    }
    status = run(options);
    SDL_Quit();
    return status;
}

int main(int argc, char **argv)
{
    Options options;
    OptionsError error;

    if (!options_parse(argc, argv, &options, &error)) {
        (void)fprintf(stderr, "onedrum: %s\n", error.reason);
        return 2;
    }
    switch (options.wish) {
    case OPTIONS_HELP:
        (void)fputs(options_help(), stdout);
        return 0;
    case OPTIONS_VERSION:
        (void)printf("onedrum %s\n", ONEDRUM_VERSION);
        return 0;
    case OPTIONS_RUN:
        break;
    }
    return start(&options);
}
