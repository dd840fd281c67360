/* Links are pasted by anybody: one that parses is written as a link that parses to the same. */
#include <assert.h>
#include <string.h>

#include "shared/link.h"
#include "tests/fuzz/fuzz.h"

enum {
    TEXT_BYTES_MAX = 2 * LINK_TEXT_BYTES_MAX
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_BYTES_MAX + 1];
    char written[LINK_TEXT_BYTES_MAX];
    Link link = {0};
    Link again = {0};
    LinkError error = {{0}};

    if (size > TEXT_BYTES_MAX) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (!link_parse(text, &link, &error)) {
        assert(error.reason[0] != '\0' && memchr(error.reason, '\0', sizeof error.reason) != NULL);
        return 0;
    }
    if (link_format(&link, true, written, sizeof written) > 0) {
        bool parsed = link_parse(written, &again, &error);

        assert(parsed);
        assert(strcmp(link.host, again.host) == 0 && link.port == again.port);
        assert(memcmp(link.code, again.code, sizeof link.code) == 0);
        assert(link.has_token == again.has_token);
        assert(memcmp(link.facilitator_token, again.facilitator_token, TOKEN_BYTES) == 0);
    }
    return 0;
}
