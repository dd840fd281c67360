#include "shared/platform/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/wire.h"

static bool fail(SecretFileError *error, const char *path, const char *cause)
{
    (void)snprintf(error->text, sizeof error->text, "%.120s: %s", path, cause);
    return false;
}

/* The bytes up to the first end of line; the rest of the file is not looked at. */
static bool take_line(const char *path,
                      char *secret,
                      size_t got_bytes,
                      size_t bytes_min,
                      size_t bytes_max,
                      SecretFileError *error)
{
    size_t length = 0;

    secret[got_bytes] = '\0';
    length = strcspn(secret, "\r\n");
    if (length < bytes_min || length > bytes_max || !text_is_clean(secret, length)) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "%.120s: the first line is to be text of %zu to %zu bytes",
                       path,
                       bytes_min,
                       bytes_max);
        memset(secret, 0, got_bytes);
        return false;
    }
    secret[length] = '\0';
    return true;
}

bool secret_file_read(
    const char *path, char *secret, size_t bytes_min, size_t bytes_max, SecretFileError *error)
{
    struct stat status;
    ssize_t got = 0;
    int cause = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0) {
        return fail(error, path, strerror(errno));
    }
    got = read(file, secret, bytes_max + 1);
    cause = errno;
    if (fstat(file, &status) != 0 || (S_ISREG(status.st_mode) && (status.st_mode & 077) != 0)) {
        (void)close(file);
        return fail(error, path, "others may read it; make it yours alone with 'chmod 600'");
    }
    (void)close(file);
    if (got < 0) {
        return fail(error, path, strerror(cause));
    }
    return take_line(path, secret, (size_t)got, bytes_min, bytes_max, error);
}
