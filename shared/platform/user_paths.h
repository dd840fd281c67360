/*
 * Where this person's files are: settings and history, by the XDG base directory rules.
 *
 * Reads the environment, which nobody changes while we run, and makes directories. Any thread.
 */
#ifndef SHARED_PLATFORM_USER_PATHS_H
#define SHARED_PLATFORM_USER_PATHS_H

#include "shared/units.h"

#include <stddef.h>

enum {
    USER_PATH_BYTES_MAX = 1024 /* with the terminator */
};

typedef struct {
    char text[USER_PATH_BYTES_MAX];
} UserPath;

/*
 * $XDG_CONFIG_HOME/onedrum/FILE, else $HOME/.config/onedrum/FILE. False when neither variable is
 * set to an absolute path or when it is too long.
 */
NODISCARD bool user_path_config(const char *file, UserPath *path);

/* DIRECTORY/FILE when a directory is given; else $XDG_DATA_HOME/onedrum/FILE, else
   $HOME/.local/share/onedrum/FILE. */
NODISCARD bool user_path_data(const char *directory, const char *file, UserPath *path);

/*
 * The rule itself, without the environment: ROOT/onedrum/FILE, or HOME, `folder` and /FILE where
 * root is NULL or relative; false when home is needed and is NULL or relative, or when the
 * path is too long.
 */
NODISCARD bool user_path_choose(
    const char *root, const char *home, const char *folder, const char *file, UserPath *path);

/* Makes the directories that `path` lies in, for this person alone (mode 0700). False with errno
   when that is not possible. */
NODISCARD bool user_path_make_directories(const char *path);

#endif
