/*
 * A file of this person's own that only grows: a line of words for each thing worth remembering.
 *
 * A line is added in one write and never changed, so that several programs may use one file at
 * once. Lines that begin with '#' are for people.
 */
#ifndef CLIENT_NET_LINE_FILE_H
#define CLIENT_NET_LINE_FILE_H

#include "shared/units.h"

#include <stdio.h>

enum {
    LINE_FILE_LINE_BYTES_MAX = 512 /* with the terminator; a longer line is read as empty */
};

/* Adds one line, given without its end, making the file and the directories on its way for
   this person alone. False with errno when that is not possible. */
NODISCARD bool line_file_append(const char *path, const char *line);

/* The next line without its end; empty when it is too long. False at the end of the file. */
NODISCARD bool line_file_read(FILE *file, char line[LINE_FILE_LINE_BYTES_MAX]);

/* Cuts the next word off `line`; empty at its end. */
char *line_file_word(char **line);

/* Cuts off the two words "HOST PORT" that begin a line about a server, and says whether it is about
   this one, in either case of letters. */
bool line_file_is_about(char **line, const char *host, uint16_t port);

#endif
