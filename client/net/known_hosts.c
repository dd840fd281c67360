#include "client/net/known_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/platform/text_file.h"

enum {
    LINE_BYTES_MAX = 512 /* with the terminator; a longer line is about nobody */
};

static bool compose(char *path, const char *directory, const char *rest)
{
    int wanted;

    if (directory == NULL || directory[0] != '/') {
        return false;
    }
    wanted = snprintf(path, KNOWN_HOSTS_PATH_BYTES_MAX, "%s%s", directory, rest);
    return wanted > 0 && wanted < KNOWN_HOSTS_PATH_BYTES_MAX;
}

bool known_hosts_default_path(char path[KNOWN_HOSTS_PATH_BYTES_MAX])
{
    return compose(path, getenv("XDG_DATA_HOME"), "/onedrum/known_hosts") ||
           compose(path, getenv("HOME"), "/.local/share/onedrum/known_hosts");
}

/* The next line without its end; empty when it is too long. False at the end of the file. */
static bool next_line(FILE *file, char line[LINE_BYTES_MAX])
{
    size_t length = 0;
    int letter = getc(file);

    if (letter == EOF) {
        return false;
    }
    for (; letter != '\n' && letter != EOF; letter = getc(file)) {
        if (length < LINE_BYTES_MAX) {
            line[length] = (char)letter;
            length++;
        }
    }
    line[length < LINE_BYTES_MAX ? length : 0] = '\0';
    return true;
}

/* Cuts the next word off `line`; empty at the end. */
static char *next_word(char **line)
{
    char *word = *line + strspn(*line, " \t\r\n");
    size_t word_bytes = strcspn(word, " \t\r\n");

    *line = word + word_bytes + (word[word_bytes] == '\0' ? 0 : 1);
    word[word_bytes] = '\0';
    return word;
}

/* Whether the line is about this server; then its fingerprint is read. */
static bool
line_is_about(char *line, const char *host, uint16_t port, uint8_t fingerprint[FINGERPRINT_BYTES])
{
    const char *name = next_word(&line);
    const char *number = next_word(&line);
    char port_text[8];

    (void)snprintf(port_text, sizeof port_text, "%u", port);
    return name[0] != '#' && strcasecmp(name, host) == 0 && strcmp(number, port_text) == 0 &&
           fingerprint_parse(next_word(&line), fingerprint);
}

/* Any of its lines will do: somebody may have added a second key by hand. */
static KnownHost
look_up(FILE *file, const char *host, uint16_t port, const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    KnownHost found = KNOWN_HOST_NEW;
    char line[LINE_BYTES_MAX];

    while (next_line(file, line)) {
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

/* Makes the directories on the way to the file, for this person alone. */
static void make_directories(const char *path)
{
    char part[KNOWN_HOSTS_PATH_BYTES_MAX];

    (void)snprintf(part, sizeof part, "%s", path);
    for (size_t i = 1; part[i] != '\0'; i++) {
        if (part[i] == '/') {
            part[i] = '\0';
            (void)mkdir(part, 0700);
            part[i] = '/';
        }
    }
}

static bool write_down(const char *path,
                       const char *host,
                       uint16_t port,
                       const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    char line[LINE_BYTES_MAX];
    char text[FINGERPRINT_TEXT_BYTES];
    ssize_t written;
    int wanted;
    int file;

    fingerprint_format(fingerprint, text);
    make_directories(path);
    file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    wanted = snprintf(
        line, sizeof line, "%s%s %u %s\n", text_file_ends_open(file) ? "\n" : "", host, port, text);
    written = write(file, line, (size_t)wanted);
    return close(file) == 0 && written == (ssize_t)wanted;
}

KnownHost known_hosts_meet(const char *path,
                           const char *host,
                           uint16_t port,
                           const uint8_t fingerprint[FINGERPRINT_BYTES])
{
    char default_path[KNOWN_HOSTS_PATH_BYTES_MAX];
    KnownHost found = KNOWN_HOST_NEW;
    FILE *file;

    if (path == NULL) {
        if (!known_hosts_default_path(default_path)) {
            return KNOWN_HOST_UNRECORDED;
        }
        path = default_path;
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
