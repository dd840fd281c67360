/*
 * The servers this person has met, so that another server in an old one's place is noticed.
 *
 * Reads and writes one file (see line_file.h): a line "HOST PORT FINGERPRINT" per server. No thread
 * of its own. Whoever wants to meet a server anew deletes its line.
 */
#ifndef CLIENT_NET_KNOWN_HOSTS_H
#define CLIENT_NET_KNOWN_HOSTS_H

#include "client/net/line_file.h"
#include "shared/link.h"

typedef enum {
    KNOWN_HOST_SAME,       /* shows the key it had before */
    KNOWN_HOST_NEW,        /* was never met, and is remembered from now on */
    KNOWN_HOST_UNRECORDED, /* was never met, and cannot be remembered */
    KNOWN_HOST_CHANGED     /* has another key than before: do not speak to it */
} KnownHost;

/* Looks the server up in the file, and writes it down when it is new. Names are compared without
   regard to case. `path` NULL: known_hosts where user_path_data says. */
KnownHost known_hosts_meet(const char *path,
                           const char *host,
                           uint16_t port,
                           const uint8_t fingerprint[FINGERPRINT_BYTES]);

#endif
