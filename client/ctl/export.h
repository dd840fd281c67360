/*
 * The figures of a session as files: everybody, and bar by bar.
 *
 * Not pure. A file appears whole or not at all: it is written beside its place and then renamed.
 */
#ifndef CLIENT_CTL_EXPORT_H
#define CLIENT_CTL_EXPORT_H

#include "client/ctl/visit.h"

/* Writes what the visit's complete report says to `path`, "-" for stdout. CSV puts the bars into a
   second file (on stdout: behind an empty line). False, with the reason on stderr, when it cannot.
 */
bool export_write(const Visit *visit, HostTime now, bool as_csv, const char *path);

#endif
