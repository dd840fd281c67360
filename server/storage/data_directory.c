#include "server/storage/data_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool data_directory_path(
    const char *directory, const char *name, char *path, size_t path_bytes, StorageError *error)
{
    int wanted = snprintf(path, path_bytes, "%s/%s", directory, name);

    if (wanted < 0 || (size_t)wanted >= path_bytes) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "the name of the data directory is too long; choose another with --data");
        return false;
    }
    return true;
}

/* Makes every missing directory on the way to `directory`. Returns 0 or an errno. */
static int make_directories(const char *directory)
{
    char path[PATH_MAX];
    size_t length = strlen(directory);

    if (length == 0 || length >= sizeof path) {
        return length == 0 ? ENOENT : ENAMETOOLONG;
    }
    memcpy(path, directory, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            return errno;
        }
        path[i] = directory[i];
    }
    return 0;
}

int data_directory_open(const char *directory, StorageError *error)
{
    char path[PATH_MAX];
    int cause = make_directories(directory);
    int lock = -1;

    if (cause == 0 && !data_directory_path(directory, "lock", path, sizeof path, error)) {
        return -1;
    }
    if (cause == 0) {
        lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        cause = lock < 0 ? errno : 0;
    }
    if (cause != 0) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "cannot write in the data directory %.200s: %s; make it writable, or choose "
                       "another with --data",
                       directory,
                       strerror(cause));
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "another onedrum-server uses the data directory %.200s; stop it, or choose "
                       "another directory with --data",
                       directory);
        data_directory_close(lock);
        return -1;
    }
    return lock;
}

void data_directory_close(int lock)
{
    if (lock >= 0) {
        (void)close(lock);
    }
}
