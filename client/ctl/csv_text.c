#include "client/ctl/csv_text.h"

#include <stdbool.h>
#include <string.h>

/* What a formula may begin with, for some spreadsheets in full width, too. */
static const char *const FORMULA_STARTS[] = {"=",
                                             "+",
                                             "-",
                                             "@",
                                             "\t",
                                             "\r",
                                             "\n",
                                             "\xef\xbc\x9d",
                                             "\xef\xbc\x8b",
                                             "\xef\xbc\x8d",
                                             "\xef\xbc\xa0"};

static bool looks_like_a_formula(const char *text)
{
    for (size_t i = 0; i < sizeof FORMULA_STARTS / sizeof FORMULA_STARTS[0]; i++) {
        if (strncmp(text, FORMULA_STARTS[i], strlen(FORMULA_STARTS[i])) == 0) {
            return true;
        }
    }
    return false;
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
