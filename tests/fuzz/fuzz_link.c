/*
 * Links, codes and fingerprints are pasted by anybody: one that parses is written as one that
 * parses to the same.
 */
#include <assert.h>
#include <string.h>

#include "shared/link.h"
#include "tests/fuzz/fuzz.h"

enum {
    TEXT_BYTES_MAX = 2 * LINK_TEXT_BYTES_MAX
};

static void check_link(const char *text)
{
    char written[LINK_TEXT_BYTES_MAX];
    Link link = {0};
    Link again = {0};
    LinkError error = {{0}};

    if (!link_parse(text, &link, &error)) {
        assert(error.reason[0] != '\0' && memchr(error.reason, '\0', sizeof error.reason) != NULL);
        return;
    }
    if (link_format(&link, true, written, sizeof written) > 0) {
        const bool parsed = link_parse(written, &again, &error);

        assert(parsed);
        (void)parsed;
        assert(strcmp(link.host, again.host) == 0 && link.port == again.port);
        assert(memcmp(link.code, again.code, sizeof link.code) == 0);
        assert(link.has_token == again.has_token);
        assert(memcmp(link.facilitator_token, again.facilitator_token, TOKEN_BYTES) == 0);
        assert(link.has_fingerprint == again.has_fingerprint);
        assert(memcmp(link.fingerprint, again.fingerprint, FINGERPRINT_BYTES) == 0);
    }
}

static void check_code(const char *text)
{
    char written[CODE_CHARS + 2];
    uint8_t code[CODE_CHARS];
    uint8_t again[CODE_CHARS];

    if (code_parse(text, code)) {
        code_format(code, written);
        assert(strlen(written) == CODE_CHARS + 1);
        assert(code_parse(written, again) && memcmp(code, again, sizeof code) == 0);
    }
}

static void check_fingerprint(const char *text)
{
    char written[FINGERPRINT_TEXT_BYTES];
    uint8_t fingerprint[FINGERPRINT_BYTES];
    uint8_t again[FINGERPRINT_BYTES];

    if (fingerprint_parse(text, fingerprint)) {
        fingerprint_format(fingerprint, written);
        assert(strlen(written) == sizeof written - 1);
        assert(fingerprint_parse(written, again));
        assert(memcmp(fingerprint, again, sizeof fingerprint) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_BYTES_MAX + 1];

    if (size > TEXT_BYTES_MAX) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    check_link(text);
    check_code(text);
    check_fingerprint(text);
    return 0;
}
