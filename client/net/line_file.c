#include "client/net/line_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes the directories on the way to the file, for this person alone. */
static void make_directories(const char *path)
{
    char part[LINE_FILE_PATH_BYTES_MAX];

    (void)snprintf(part, sizeof part, "%s", path);
    for (size_t i = 1; part[i] != '\0'; i++) {
        if (part[i] == '/') {
            part[i] = '\0';
            (void)mkdir(part, 0700);
            part[i] = '/';
        }
    }
}

bool line_file_append(const char *path, const char *line)
{
    const ssize_t line_bytes = (ssize_t)strlen(line);
    ssize_t written;
    int file;

    make_directories(path);
    file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    written = write(file, line, (size_t)line_bytes);
    return close(file) == 0 && written == line_bytes;
}

char *line_file_word(char **line)
{
    char *word = *line + strspn(*line, " \t\r\n");
    size_t word_bytes = strcspn(word, " \t\r\n");

    *line = word + word_bytes + (word[word_bytes] == '\0' ? 0 : 1);
    word[word_bytes] = '\0';
    return word;
}
