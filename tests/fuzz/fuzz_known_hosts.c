/*
 * A file of known servers that somebody edited, or any bytes in its place. A server is met as the
 * lines say, by a second reading of them; one that is new is remembered from then on, and another
 * in its place is refused; what stood in the file stands there still.
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "client/net/known_hosts.h"
#include "tests/fuzz/file_of_bytes.h"
#include "tests/fuzz/fuzz.h"

enum {
    FILE_BYTES_MAX = 4096,
    LINE_BYTES_MAX = 512, /* a longer line says nothing */
    WORDS = 3
};

static const char HOST[] = "drums.example";
static const uint16_t PORT = 4321;
static const uint8_t KEY[FINGERPRINT_BYTES] = {1, 2, 3};
static const uint8_t OTHER_KEY[FINGERPRINT_BYTES] = {1, 2, 4};
static FileOfBytes file;

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/* Cuts a line in place; how many words there are, at most WORDS. */
static int cut(char *line, const char *words[WORDS])
{
    int count = 0;
    char *at = line;

    while (*at != '\0' && count < WORDS) {
        while (is_space(*at)) {
            at++;
        }
        if (*at != '\0') {
            words[count] = at;
            count++;
        }
        while (*at != '\0' && !is_space(*at)) {
            at++;
        }
        if (*at != '\0') {
            *at = '\0';
            at++;
        }
    }
    return count;
}

/* What one line says of the server. */
static KnownHost read_line(char *line)
{
    const char *words[WORDS] = {NULL};
    uint8_t key[FINGERPRINT_BYTES];

    if (cut(line, words) < WORDS || words[0][0] == '#' || strcasecmp(words[0], HOST) != 0 ||
        strcmp(words[1], "4321") != 0 || !fingerprint_parse(words[2], key)) {
        return KNOWN_HOST_NEW;
    }
    return memcmp(key, KEY, sizeof key) == 0 ? KNOWN_HOST_SAME : KNOWN_HOST_CHANGED;
}

static KnownHost read_lines(const uint8_t *data, size_t size)
{
    KnownHost found = KNOWN_HOST_NEW;
    char line[FILE_BYTES_MAX + 1];
    size_t line_bytes = 0;

    for (size_t i = 0; i <= size && found != KNOWN_HOST_SAME; i++) {
        if (i < size && data[i] != '\n') {
            line[line_bytes] = (char)data[i];
            line_bytes++;
        } else {
            KnownHost says;

            line[line_bytes < LINE_BYTES_MAX ? line_bytes : 0] = '\0';
            line_bytes = 0;
            says = read_line(line);
            found = says == KNOWN_HOST_NEW ? found : says;
        }
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t after[FILE_BYTES_MAX];
    KnownHost found = KNOWN_HOST_NEW;
    KnownHost again = KNOWN_HOST_NEW;

    if (size > FILE_BYTES_MAX) {
        return 0;
    }
    if (file.path[0] == '\0') {
        file_of_bytes_open(&file);
    }
    file_of_bytes_fill(&file, data, size);
    found = known_hosts_meet(file.path, HOST, PORT, KEY);
    assert(found == read_lines(data, size));
    again = known_hosts_meet(file.path, HOST, PORT, KEY);
    assert(again == (found == KNOWN_HOST_NEW ? KNOWN_HOST_SAME : found));
    if (found == KNOWN_HOST_NEW) {
        assert(known_hosts_meet(file.path, HOST, PORT, OTHER_KEY) == KNOWN_HOST_CHANGED);
    }
    assert(file_of_bytes_read(&file, after, sizeof after) >= size);
    assert(size == 0 || memcmp(after, data, size) == 0);
    return 0;
}
