#include "client/ctl/csv_text.h"

#include <stdbool.h>
#include <string.h>

static bool looks_like_a_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

void csv_text_field(const char *text, char *field)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL || text[0] == ' ';
    size_t end = 0;

    if (quoted) {
        field[end++] = '"';
    }
    if (looks_like_a_formula(text)) {
        field[end++] = '\'';
    }
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            field[end++] = '"';
        }
        field[end++] = *text;
    }
    if (quoted) {
        field[end++] = '"';
    }
    field[end] = '\0';
}
