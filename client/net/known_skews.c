#include "client/net/known_skews.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A whole number in range, as it is written here: no other form of it. */
static bool skew_parse(const char *text, int32_t *skew_ppb)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    const size_t count = strspn(digits, "0123456789");
    int32_t number = 0;

    if (count == 0 || count > 6 || digits[count] != '\0') {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        number = 10 * number + (digits[i] - '0');
    }
    *skew_ppb = text[0] == '-' ? -number : number;
    return number <= KNOWN_SKEW_PPB_MAX;
}

/* Whether the line is about the link's server; then its skew is read. */
static bool line_is_about(char *line, const Link *link, int32_t *skew_ppb)
{
    return line_file_is_about(&line, link->host, link->port) &&
           skew_parse(line_file_word(&line), skew_ppb);
}

bool known_skews_find(const char *path, const Link *link, int32_t *skew_ppb)
{
    char line[LINE_FILE_LINE_BYTES_MAX];
    bool found = false;
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        return false;
    }
    while (line_file_read(file, line)) {
        int32_t read_ppb = 0;

        if (line_is_about(line, link, &read_ppb)) {
            *skew_ppb = read_ppb;
            found = true;
        }
    }
    (void)fclose(file);
    return found;
}

bool known_skews_keep(const char *path, const Link *link, int32_t skew_ppb)
{
    char line[LINE_FILE_LINE_BYTES_MAX];
    int32_t known_ppb = 0;

    if (skew_ppb < -KNOWN_SKEW_PPB_MAX || skew_ppb > KNOWN_SKEW_PPB_MAX) {
        return true;
    }
    if (known_skews_find(path, link, &known_ppb) &&
        abs(skew_ppb - known_ppb) < KNOWN_SKEW_NEWS_PPB) {
        return true;
    }
    (void)snprintf(line, sizeof line, "%s %u %d", link->host, link->port, skew_ppb);
    return line_file_append(path, line);
}
