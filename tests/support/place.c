#include "tests/support/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool place_open(Place *place, const char *name)
{
    (void)snprintf(place->directory, sizeof place->directory, "/tmp/onedrum-test-XXXXXX");
    if (mkdtemp(place->directory) == NULL) {
        return false;
    }
    (void)snprintf(place->path, sizeof place->path, "%s/%s", place->directory, name);
    return true;
}

bool place_close(const Place *place)
{
    char folder[sizeof place->path];

    (void)snprintf(folder, sizeof folder, "%s", place->path);
    *strrchr(folder, '/') = '\0';
    (void)chmod(folder, 0700); /* a test may have closed it */
    (void)unlink(place->path);
    if (strcmp(folder, place->directory) != 0) {
        (void)rmdir(folder);
    }
    return rmdir(place->directory) == 0;
}
