#include "server/server_key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/secure/entropy.h"

static bool fail(StorageError *error, const char *path, const char *cause)
{
    (void)snprintf(error->text, sizeof error->text, "the server's key %.200s %s", path, cause);
    return false;
}

/* One byte more than a key is read, to notice a file that is longer. */
static bool
read_key(int file, const char *path, uint8_t secret[NOISE_KEY_BYTES], StorageError *error)
{
    uint8_t bytes[NOISE_KEY_BYTES + 1];
    ssize_t got = read(file, bytes, sizeof bytes);
    struct stat status;

    if (fstat(file, &status) != 0 || (status.st_mode & 077) != 0) {
        return fail(error, path, "may be read by others; make it yours alone with 'chmod 600'");
    }
    if (got != NOISE_KEY_BYTES) {
        return fail(error,
                    path,
                    "is damaged; restore it from a copy, or delete it: then a new key is made, "
                    "and old links no longer fit");
    }
    memcpy(secret, bytes, NOISE_KEY_BYTES);
    secure_wipe(bytes, sizeof bytes);
    return true;
}

/* Whole or not at all: written beside, synced, and only then given its name. */
static bool write_key(const char *path, const uint8_t secret[NOISE_KEY_BYTES], StorageError *error)
{
    char beside[PATH_MAX];
    int wanted = snprintf(beside, sizeof beside, "%s.new", path);
    bool written;
    int file;

    if (wanted < 0 || (size_t)wanted >= sizeof beside) {
        return fail(error, path, "has too long a name; choose another directory with --data");
    }
    (void)unlink(beside);
    file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return fail(error, path, "cannot be written; see that the disk has room");
    }
    written = write(file, secret, NOISE_KEY_BYTES) == NOISE_KEY_BYTES && fsync(file) == 0;
    written = close(file) == 0 && written;
    if (!written || rename(beside, path) != 0) {
        (void)unlink(beside);
        return fail(error, path, "cannot be written; see that the disk has room");
    }
    return true;
}

bool server_key_open(const char *directory, NoiseKeyPair *key, StorageError *error)
{
    uint8_t secret[NOISE_KEY_BYTES];
    char path[PATH_MAX];
    bool opened;
    int file;

    if (!data_directory_path(directory, SERVER_KEY_FILE, path, sizeof path, error)) {
        return false;
    }
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        opened = read_key(file, path, secret, error);
        (void)close(file);
    } else if (errno == ENOENT) {
        secure_random(secret, sizeof secret);
        opened = write_key(path, secret, error);
    } else {
        opened = fail(error, path, "cannot be opened; make it readable for who runs the server");
    }
    if (opened) {
        noise_key_pair(secret, key);
    }
    secure_wipe(secret, sizeof secret);
    return opened;
}
