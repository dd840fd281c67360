/*
 * A file of this person's own that only grows: a line of words for each thing worth remembering.
 *
 * A line is added in one write and never changed, so that several programs may use one file at
 * once. Lines that begin with '#' are for people.
 */
#ifndef CLIENT_NET_LINE_FILE_H
#define CLIENT_NET_LINE_FILE_H

#include "shared/units.h"

enum {
    LINE_FILE_PATH_BYTES_MAX = 1024, /* with the terminator */
    LINE_FILE_LINE_BYTES_MAX = 512
};

/* Adds one line, which ends in a line feed, making the file and the directories on its way for
   this person alone. False with errno when that is not possible. */
NODISCARD bool line_file_append(const char *path, const char *line);

/* Cuts the next word off `line`; empty at its end. */
char *line_file_word(char **line);

#endif
