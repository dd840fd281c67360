/*
 * A file for a test alone: a path in a directory that nobody else has.
 *
 * Only the directory exists at first. The name may lie in one more folder, which is for the tested
 * code to make.
 */
#ifndef TESTS_SUPPORT_PLACE_H
#define TESTS_SUPPORT_PLACE_H

#include "shared/units.h"

typedef struct {
    char directory[64];
    char path[128];
} Place;

/* False when there is no room for it. */
NODISCARD bool place_open(Place *place, const char *name);

/* Takes file, folder and directory away. False when something else is left in there. */
bool place_close(const Place *place);

#endif
