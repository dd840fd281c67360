#include "client/desktop/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/platform/user_paths.h"

static bool fail(SettingsFileError *error, const char *what, const char *path)
{
    (void)snprintf(error->reason,
                   sizeof error->reason,
                   "Your settings %.120s could not be %s: %s.",
                   path,
                   what,
                   strerror(errno));
    return false;
}

typedef struct {
    AppSettings *settings;
    SettingsReading *reading;
} Reader;

static void refuse(SettingsReading *reading, const char *sentence)
{
    if (reading->refused_count == 0) {
        (void)snprintf(reading->first_refusal, sizeof reading->first_refusal, "%s", sentence);
    }
    reading->refused_count++;
}

static int take_line(void *user, const char *section, const char *name, const char *value)
{
    const Reader *reader = user;
    SettingsError error;

    if (!settings_set(reader->settings, section, name, value, &error)) {
        refuse(reader->reading, error.reason);
    }
    return 1; /* the lines that follow are taken all the same */
}

bool settings_file_read(const char *path,
                        AppSettings *settings,
                        SettingsReading *reading,
                        SettingsFileError *error)
{
    Reader reader = {settings, reading};
    FILE *file = fopen(path, "r");
    int bad_line = 0;

    settings_init(settings);
    memset(reading, 0, sizeof *reading);
    if (file == NULL) {
        return errno == ENOENT || fail(error, "read", path);
    }
    bad_line = ini_parse_file(file, take_line, &reader);
    (void)fclose(file);
    if (bad_line != 0) {
        char sentence[96];

        (void)snprintf(
            sentence, sizeof sentence, "Line %d is neither a section nor a setting.", bad_line);
        refuse(reading, sentence);
    }
    return true;
}

static bool write_all(int file, const char *text, size_t text_bytes)
{
    while (text_bytes > 0) {
        const ssize_t written = write(file, text, text_bytes);

        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        text += written;
        text_bytes -= (size_t)written;
    }
    /* A device has no disk to wait for. */
    return fsync(file) == 0 || errno == EINVAL;
}

/* "--config /dev/null": a device stays what it is, because other programs use it too. */
static bool is_special(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static bool write_special(const char *path, const char *text, size_t text_bytes)
{
    /* Without O_NONBLOCK a pipe that nobody reads would hold the music. */
    const int file = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    bool written;

    if (file < 0) {
        return false;
    }
    written = write_all(file, text, text_bytes);
    (void)close(file);
    return written;
}

bool settings_file_write(const char *path, const AppSettings *settings, SettingsFileError *error)
{
    char text[SETTINGS_TEXT_BYTES_MAX + 1];
    char beside[USER_PATH_BYTES_MAX + 16];
    const size_t text_bytes = settings_write(settings, text, sizeof text);
    bool written = false;
    int file = -1;

    assert(text_bytes > 0);
    if (is_special(path)) {
        return write_special(path, text, text_bytes) || fail(error, "written", path);
    }
    (void)snprintf(beside, sizeof beside, "%.1023s.new", path);
    if (!user_path_make_directories(path)) {
        return fail(error, "written", path);
    }
    file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return fail(error, "written", path);
    }
    written = write_all(file, text, text_bytes);
    if (!written) {
        (void)fail(error, "written", path);
    }
    (void)close(file);
    if (!written) {
        (void)unlink(beside);
        return false;
    }
    if (rename(beside, path) != 0) {
        (void)fail(error, "written", path);
        (void)unlink(beside);
        return false;
    }
    return true;
}
