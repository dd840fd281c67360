#include "server/groove_library.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/builtin_grooves.h"
#include "shared/groove_text.h"

#define EXTENSION ".groove"

void groove_library_init(GrooveLibrary *library)
{
    memset(library, 0, sizeof *library);
    for (int i = 0; i < BUILTIN_GROOVE_COUNT && i < GROOVES_MAX; i++) {
        const BuiltinGroove *builtin = &BUILTIN_GROOVES[i];
        bool valid =
            groove_text_parse(builtin->text, strlen(builtin->text), &library->grooves[i], NULL);

        assert(valid);
        (void)valid;
        (void)snprintf(library->names[i], sizeof library->names[i], "%s", builtin->name);
        library->count++;
    }
}

static int find_name(const GrooveLibrary *library, const char *name)
{
    for (int i = 0; i < library->count; i++) {
        if (strcasecmp(library->names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

int groove_library_find(const GrooveLibrary *library, const char *name)
{
    int index = find_name(library, name);

    for (int i = 0; index < 0 && i < library->count; i++) {
        if (strcasecmp(library->grooves[i].title, name) == 0) {
            index = i;
        }
    }
    return index;
}

void groove_library_list(const GrooveLibrary *library, char *text, size_t text_bytes)
{
    size_t length = 0;

    text[0] = '\0';
    for (int i = 0; i < library->count && length < text_bytes; i++) {
        int added = snprintf(
            text + length, text_bytes - length, "%s%s", i == 0 ? "" : ", ", library->names[i]);

        length += added > 0 ? (size_t)added : 0;
    }
}

/* The bytes of a file, at most `bytes_max`; -1 with errno when it cannot be read, or is larger. */
static int read_file(const char *path, char *bytes, int bytes_max)
{
    FILE *file = fopen(path, "rb");
    size_t size;
    bool failed;

    if (file == NULL) {
        return -1;
    }
    size = fread(bytes, 1, (size_t)bytes_max, file);
    failed = ferror(file) != 0;
    if (!failed && size == (size_t)bytes_max && fgetc(file) != EOF) {
        errno = EFBIG;
        failed = true;
    }
    (void)fclose(file);
    return failed ? -1 : (int)size;
}

static bool add_file(GrooveLibrary *library,
                     const char *directory,
                     const char *file_name,
                     GrooveLibraryError *error)
{
    char path[PATH_MAX];
    char name[GROOVE_NAME_BYTES_MAX + 1];
    char text[GROOVE_TEXT_BYTES_MAX];
    GrooveTextError mistake;
    int index;
    int size;

    (void)snprintf(path, sizeof path, "%s/%s", directory, file_name);
    (void)snprintf(
        name, sizeof name, "%.*s", (int)(strlen(file_name) - strlen(EXTENSION)), file_name);
    index = find_name(library, name);
    if (index < 0 && library->count == GROOVES_MAX) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "%.300s: there are %d grooves already; take some out of the directory",
                       path,
                       GROOVES_MAX);
        return false;
    }
    index = index < 0 ? library->count : index;
    size = read_file(path, text, (int)sizeof text);
    if (size < 0) {
        (void)snprintf(error->text, sizeof error->text, "%.300s: %s", path, strerror(errno));
        return false;
    }
    if (!groove_text_parse(text, (size_t)size, &library->grooves[index], &mistake)) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "%.300s:%d:%d: %s; correct the file or take it out of the directory",
                       path,
                       mistake.line,
                       mistake.column,
                       mistake.reason);
        return false;
    }
    memcpy(library->names[index], name, sizeof name);
    library->count += index == library->count ? 1 : 0;
    return true;
}

static int is_groove_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > strlen(EXTENSION) && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + length - strlen(EXTENSION), EXTENSION) == 0;
}

bool groove_library_add(GrooveLibrary *library, const char *directory, GrooveLibraryError *error)
{
    struct dirent **files = NULL;
    int count = scandir(directory, &files, is_groove_file, alphasort);
    bool added = count >= 0;

    if (count < 0) {
        (void)snprintf(error->text,
                       sizeof error->text,
                       "cannot read the directory of grooves %.200s: %s; give --grooves another",
                       directory,
                       strerror(errno));
        return false;
    }
    for (int i = 0; i < count; i++) {
        added = added && add_file(library, directory, files[i]->d_name, error);
        free(files[i]);
    }
    free(files);
    return added;
}
