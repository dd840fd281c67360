#include "client/net/known_hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/net/line_file.h"
#include "shared/platform/user_paths.h"

/* Whether the line is about this server; then its fingerprint is read. */
static bool
line_is_about(char *line, const char *host, uint16_t port, uint8_t fingerprint[FINGERPRINT_BYTES])
{
    return line_file_is_about(&line, host, port) &&
           fingerprint_parse(line_file_word(&line), fingerprint);
}

/* Any of its lines will do: somebody may have added a second key by hand. */
static KnownHost
look_up(FILE *file, const char *host, uint16_t port, const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    KnownHost found = KNOWN_HOST_NEW;
    char line[LINE_FILE_LINE_BYTES_MAX];

    while (line_file_read(file, line)) {
        uint8_t known[FINGERPRINT_BYTES];

        if (!line_is_about(line, host, port, known)) {
            continue;
        }
        if (memcmp(known, fingerprint, FINGERPRINT_BYTES) == 0) {
            return KNOWN_HOST_SAME;
        }
        found = KNOWN_HOST_CHANGED;
    }
    return found;
}

static bool write_down(const char *path,
                       const char *host,
                       uint16_t port,
                       const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    char line[LINE_FILE_LINE_BYTES_MAX];
    char text[FINGERPRINT_TEXT_BYTES];

    fingerprint_format(fingerprint, text);
    (void)snprintf(line, sizeof line, "%s %u %s", host, port, text);
    return line_file_append(path, line);
}

KnownHost known_hosts_meet(const char *path,
                           const char *host,
                           uint16_t port,
                           const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    UserPath default_path;
    KnownHost found = KNOWN_HOST_NEW;
    FILE *file;

    if (path == NULL) {
        if (!user_path_data(NULL, "known_hosts", &default_path)) {
            return KNOWN_HOST_UNRECORDED;
        }
        path = default_path.text;
    }
    file = fopen(path, "re");
    if (file == NULL && errno != ENOENT) {
        return KNOWN_HOST_UNRECORDED;
    }
    if (file != NULL) {
        found = look_up(file, host, port, fingerprint);
        (void)fclose(file);
    }
    if (found == KNOWN_HOST_NEW && !write_down(path, host, port, fingerprint)) {
        return KNOWN_HOST_UNRECORDED;
    }
    return found;
}
