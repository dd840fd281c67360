/*
 * The whole desktop client for a test, in a window of memory, with files of its own.
 *
 * Frames are emitted, not painted. Ends the test when something fails.
 */
#ifndef TESTS_SUPPORT_WHOLE_CLIENT_H
#define TESTS_SUPPORT_WHOLE_CLIENT_H

#include "client/desktop/app.h"

typedef struct {
    App *app;
    Options options;
    char folder[64];
    char settings_path[96];
} WholeClient;

void whole_client_open(WholeClient *client, HostTime now);

/* Takes the files away, too. False when something else is left in their folder. */
bool whole_client_close(WholeClient *client);

/* A frame without its picture. */
void whole_client_frame(WholeClient *client, HostTime now, float text_size);

#endif
