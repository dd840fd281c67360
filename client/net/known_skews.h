/*
 * How fast the clocks of servers ran against this machine's, so that the next session begins with
 * what the last one found out.
 *
 * Reads and writes one file (see line_file.h): a line "HOST PORT PPB" for each time the figure was
 * another one, of which the last that can be read counts. PPB: nanoseconds that the server's clock
 * gains on this one in a second, whole, at most 500,000 either way. A figure is only a first guess
 * (see clock_estimator_init): a wrong one costs some seconds of precision, nothing else.
 */
#ifndef CLIENT_NET_KNOWN_SKEWS_H
#define CLIENT_NET_KNOWN_SKEWS_H

#include "client/net/line_file.h"
#include "shared/link.h"

enum {
    KNOWN_SKEW_PPB_MAX = 500000,
    /* A smaller change is not written down: a first guess is trusted to 5,000 only. */
    KNOWN_SKEW_NEWS_PPB = 1000
};

/* The skew of the link's server; false when none is known. */
NODISCARD bool known_skews_find(const char *path, const Link *link, int32_t *skew_ppb);

/* Remembers it, unless it is known or beyond what the file holds. False with errno when it cannot
   be written down. */
NODISCARD bool known_skews_keep(const char *path, const Link *link, int32_t skew_ppb);

#endif
