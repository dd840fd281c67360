/*
 * The grooves that new sessions can choose from: those inside the program and those of a directory.
 *
 * Not pure (reads files); used once, at the start.
 */
#ifndef SERVER_GROOVE_LIBRARY_H
#define SERVER_GROOVE_LIBRARY_H

#include "shared/groove.h"

enum {
    GROOVE_NAME_BYTES_MAX = 63
};

typedef struct {
    Groove grooves[GROOVES_MAX];
    char names[GROOVES_MAX][GROOVE_NAME_BYTES_MAX + 1]; /* file names without extension */
    int count;
} GrooveLibrary;

/* Where and what is wrong, and what to do. */
typedef struct {
    char text[512];
} GrooveLibraryError;

/* The built-in grooves; the first is what a session plays when nobody says otherwise. */
void groove_library_init(GrooveLibrary *library);

/*
 * Adds every *.groove file of a directory in the order of their names; one with the name of another
 * takes its place. False, with file, line and column, at the first that cannot be read.
 */
bool groove_library_add(GrooveLibrary *library, const char *directory, GrooveLibraryError *error);

/* The index of a groove by its file name or its title, whatever the case; -1 when there is none. */
int groove_library_find(const GrooveLibrary *library, const char *name);

/* "pulse, backbeat, ...": the names, cut when they do not fit. */
void groove_library_list(const GrooveLibrary *library, char *text, size_t text_bytes);

#endif
