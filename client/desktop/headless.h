/*
 * The client without a window: for machines without a display, for documents and tests.
 *
 * Main thread.
 */
#ifndef CLIENT_DESKTOP_HEADLESS_H
#define CLIENT_DESKTOP_HEADLESS_H

#include "client/desktop/app.h"

#define HEADLESS_SECONDS 20.0

/*
 * Takes part for as long as the options say, tells about each second on a terminal, then says on
 * stdout how the group did and writes the picture. Returns the exit status: 1 when there was no
 * seat or no picture.
 */
int headless_run(App *app);

/* Writes a picture of every screen into the options' directory, of a practice on virtual time that
   began at `now`. Returns the exit status. */
int headless_pictures(App *app, HostTime now);

#endif
