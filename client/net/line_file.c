#include "client/net/line_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "shared/platform/text_file.h"
#include "shared/platform/user_paths.h"

bool line_file_append(const char *path, const char *line)
{
    char text[LINE_FILE_LINE_BYTES_MAX + 2];
    ssize_t written;
    int wanted;
    int file;

    if (!user_path_make_directories(path)) {
        return false;
    }
    file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    wanted = snprintf(text, sizeof text, "%s%s\n", text_file_ends_open(file) ? "\n" : "", line);
    written = write(file, text, (size_t)wanted);
    return close(file) == 0 && written == (ssize_t)wanted;
}

bool line_file_read(FILE *file, char line[LINE_FILE_LINE_BYTES_MAX])
{
    size_t length = 0;
    int letter = getc(file);

    if (letter == EOF) {
        return false;
    }
    for (; letter != '\n' && letter != EOF; letter = getc(file)) {
        if (length < LINE_FILE_LINE_BYTES_MAX) {
            line[length] = (char)letter;
            length++;
        }
    }
    line[length < LINE_FILE_LINE_BYTES_MAX ? length : 0] = '\0';
    return true;
}

char *line_file_word(char **line)
{
    char *word = *line + strspn(*line, " \t\r\n");
    size_t word_bytes = strcspn(word, " \t\r\n");

    *line = word + word_bytes + (word[word_bytes] == '\0' ? 0 : 1);
    word[word_bytes] = '\0';
    return word;
}

bool line_file_is_about(char **line, const char *host, uint16_t port)
{
    const char *name = line_file_word(line);
    const char *number = line_file_word(line);
    char port_text[8];

    (void)snprintf(port_text, sizeof port_text, "%u", port);
    return name[0] != '#' && strcasecmp(name, host) == 0 && strcmp(number, port_text) == 0;
}
