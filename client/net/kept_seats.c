#include "client/net/kept_seats.h"

#include <stdio.h>
#include <string.h>

/* Everything but the token tells whose seat it is, and where. */
static bool line_is_about(char *line, const Link *link, const char *name, uint8_t *token)
{
    const bool is_about = line_file_is_about(&line, link->host, link->port);
    const char *code = line_file_word(&line);
    const char *digits = line_file_word(&line);
    uint8_t code_read[CODE_CHARS];

    return is_about && code_parse(code, code_read) &&
           memcmp(code_read, link->code, CODE_CHARS) == 0 && strcmp(line, name) == 0 &&
           token_parse(digits, token);
}

bool kept_seats_find(const char *path,
                     const Link *link,
                     const char *name,
                     uint8_t token[TOKEN_BYTES])
{
    char line[LINE_FILE_LINE_BYTES_MAX];
    bool found = false;
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        return false;
    }
    while (line_file_read(file, line)) {
        uint8_t read[TOKEN_BYTES];

        if (line_is_about(line, link, name, read)) {
            memcpy(token, read, TOKEN_BYTES);
            found = true;
        }
    }
    (void)fclose(file);
    return found;
}

bool kept_seats_keep(const char *path,
                     const Link *link,
                     const char *name,
                     const uint8_t token[TOKEN_BYTES])
{
    char line[LINE_FILE_LINE_BYTES_MAX];
    char code[CODE_CHARS + 2];
    char digits[TOKEN_TEXT_BYTES];
    uint8_t known[TOKEN_BYTES];

    if (kept_seats_find(path, link, name, known) && memcmp(known, token, TOKEN_BYTES) == 0) {
        return true;
    }
    code_format(link->code, code);
    token_format(token, digits);
    (void)snprintf(line, sizeof line, "%s %u %s %s %s", link->host, link->port, code, digits, name);
    return line_file_append(path, line);
}
