#include "shared/platform/user_paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The rules say that a relative path is to be ignored. */
static bool is_absolute(const char *path)
{
    return path != NULL && path[0] == '/';
}

static bool join(UserPath *path, const char *root, const char *folder, const char *file)
{
    const int length = snprintf(path->text, sizeof path->text, "%s%s/%s", root, folder, file);
    const bool fits = length > 0 && (size_t)length < sizeof path->text;

    if (!fits) {
        path->text[0] = '\0';
    }
    return fits;
}

bool user_path_choose(
    const char *root, const char *home, const char *folder, const char *file, UserPath *path)
{
    path->text[0] = '\0';
    if (is_absolute(root)) {
        return join(path, root, "/onedrum", file);
    }
    return is_absolute(home) && join(path, home, folder, file);
}

bool user_path_config(const char *file, UserPath *path)
{
    return user_path_choose(
        getenv("XDG_CONFIG_HOME"), getenv("HOME"), "/.config/onedrum", file, path);
}

bool user_path_data(const char *directory, const char *file, UserPath *path)
{
    if (directory != NULL) {
        return join(path, directory, "", file);
    }
    return user_path_choose(
        getenv("XDG_DATA_HOME"), getenv("HOME"), "/.local/share/onedrum", file, path);
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
