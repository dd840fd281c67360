/*
 * A file of servers' paces that somebody edited, or any bytes in its place. The last figure of a
 * server that can be read counts, by a second reading; a new one counts from then on; what stood in
 * the file stands there still, and nothing is written twice.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/net/known_skews.h"
#include "tests/fuzz/file_of_bytes.h"
#include "tests/fuzz/fuzz.h"

enum {
    FILE_BYTES_MAX = 4096,
    LINE_BYTES_MAX = 512 /* a longer line says nothing */
};

static const Link SERVER = {.host = "drums.example", .port = 4321};
static FileOfBytes file;

/* What one line says of the server: by the C library, and by what that takes and the file does not.
 */
static bool read_line(char *line, long *skew_ppb)
{
    static const char spaces[] = " \t\r";
    char *rest = NULL;
    char *end = NULL;
    const char *host = strtok_r(line, spaces, &rest);
    const char *port = strtok_r(NULL, spaces, &rest);
    const char *figure = strtok_r(NULL, spaces, &rest);

    if (host == NULL || port == NULL || figure == NULL || strcasecmp(host, SERVER.host) != 0 ||
        strcmp(port, "4321") != 0 || strchr("-0123456789", figure[0]) == NULL ||
        strlen(figure) > (figure[0] == '-' ? 7U : 6U)) {
        return false;
    }
    *skew_ppb = strtol(figure, &end, 10);
    return end != figure && *end == '\0' && labs(*skew_ppb) <= KNOWN_SKEW_PPB_MAX;
}

static bool read_lines(const uint8_t *data, size_t size, long *skew_ppb)
{
    char line[FILE_BYTES_MAX + 1];
    size_t line_bytes = 0;
    bool found = false;

    for (size_t i = 0; i <= size; i++) {
        if (i < size && data[i] != '\n') {
            line[line_bytes] = (char)data[i];
            line_bytes++;
        } else {
            long read_ppb = 0;

            line[line_bytes < LINE_BYTES_MAX ? line_bytes : 0] = '\0';
            line_bytes = 0;
            if (read_line(line, &read_ppb)) {
                *skew_ppb = read_ppb;
                found = true;
            }
        }
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t after[FILE_BYTES_MAX];
    long read_ppb = 0;
    int32_t found_ppb = 0;
    bool found = false;

    if (size > FILE_BYTES_MAX) {
        return 0;
    }
    if (file.path[0] == '\0') {
        file_of_bytes_open(&file);
    }
    file_of_bytes_fill(&file, data, size);
    found = known_skews_find(file.path, &SERVER, &found_ppb);
    assert(found == read_lines(data, size, &read_ppb) && found_ppb == read_ppb);
    if (found) {
        assert(known_skews_keep(file.path, &SERVER, found_ppb));
        assert(file_of_bytes_read(&file, after, sizeof after) == size);
    }
    found_ppb = found_ppb > 0 ? found_ppb - 12345 : found_ppb + 12345;
    assert(known_skews_keep(file.path, &SERVER, found_ppb));
    assert(known_skews_find(file.path, &SERVER, &found_ppb));
    assert(found_ppb == (read_ppb > 0 ? read_ppb - 12345 : read_ppb + 12345));
    assert(file_of_bytes_read(&file, after, sizeof after) >= size);
    assert(size == 0 || memcmp(after, data, size) == 0);
    return 0;
}
