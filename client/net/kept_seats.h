/*
 * The seats this person holds in sessions, so that whoever fell over comes back to theirs.
 *
 * Reads and writes one file (see line_file.h): a line "HOST PORT CODE TOKEN NAME" per seat, of
 * which the last one counts. A token opens a seat: the file is for this person alone, and a token
 * is told to no other server than the one at the address it was got from.
 */
#ifndef CLIENT_NET_KEPT_SEATS_H
#define CLIENT_NET_KEPT_SEATS_H

#include "client/net/line_file.h"
#include "shared/link.h"

/* The token of the seat that `name` had in the session of this link; false when none is known. */
NODISCARD bool
kept_seats_find(const char *path, const Link *link, const char *name, uint8_t token[TOKEN_BYTES]);

/* Remembers it, unless it is known. False with errno when it cannot be written down. */
NODISCARD bool kept_seats_keep(const char *path,
                               const Link *link,
                               const char *name,
                               const uint8_t token[TOKEN_BYTES]);

#endif
