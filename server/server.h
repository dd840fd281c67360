/*
 * The running server: store, sessions and sockets tied together, and the loop that drives them.
 *
 * Not pure; one thread, besides the store's own.
 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include <signal.h>
#include <stdbool.h>

#include "server/server_options.h"

enum {
    SESSION_KEPT_DAYS = 30, /* untouched for longer, a stored session is not opened again */
    CLOSING_MS_MAX = 1000   /* for goodbyes on the way */
};

typedef struct Server Server;

/* Cause and remedy as a sentence; `usage` when it is a wrong option that only shows now. */
typedef struct {
    char text[512];
    bool usage;
} ServerError;

/*
 * Opens the store, puts back what is in it, listens. `options` is copied. NULL with a cause and a
 * remedy.
 */
Server *server_open(const ServerOptions *options, ServerError *error);

/* Prints the ready line, and one line for every further session, on the standard output stream. */
void server_announce(Server *server);

/* Serves until `*stop` is not 0. */
void server_run(Server *server, const volatile sig_atomic_t *stop);

/*
 * Tells everybody, stores everything, ends; NULL is accepted. False when something could not be
 * stored.
 */
bool server_close(Server *server);

#endif
