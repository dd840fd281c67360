#include "client/desktop/user_paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The rules say that a relative path is to be ignored. */
static const char *absolute(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] == '/' ? value : NULL;
}

static bool join(UserPath *path, const char *root, const char *folder, const char *file)
{
    const int length =
        root == NULL ? -1 : snprintf(path->text, sizeof path->text, "%s%s/%s", root, folder, file);

    return length > 0 && (size_t)length < sizeof path->text;
}

bool user_path_config(const char *file, UserPath *path)
{
    const char *root = absolute("XDG_CONFIG_HOME");

    if (root != NULL) {
        return join(path, root, "/onedrum", file);
    }
    return join(path, absolute("HOME"), "/.config/onedrum", file);
}

bool user_path_data(const char *directory, const char *file, UserPath *path)
{
    const char *root = absolute("XDG_DATA_HOME");

    if (directory != NULL) {
        return join(path, directory, "", file);
    }
    if (root != NULL) {
        return join(path, root, "/onedrum", file);
    }
    return join(path, absolute("HOME"), "/.local/share/onedrum", file);
}

bool user_path_make_directories(const char *path)
{
    char folder[USER_PATH_BYTES_MAX];
    const size_t length = strlen(path);

    if (length >= sizeof folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (size_t i = 1; i < length; i++) {
        if (path[i] != '/') {
            continue;
        }
        memcpy(folder, path, i);
        folder[i] = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
            return false;
        }
    }
    return true;
}
