/* Join links and codes: what people paste and type is understood, or refused with a remedy. */
#include "shared/link.h"

#include <string.h>

#include "shared/prng.h"
#include "tests/support/check.h"

static Link parsed(const char *text)
{
    Link link;
    LinkError error = {{0}};

    if (!link_parse(text, &link, &error)) {
        check_text(error.reason, "");
    }
    return link;
}

static const char *reason_of(const char *text, LinkError *error)
{
    Link link;

    memset(&link, 0x5a, sizeof link);
    error->reason[0] = '\0';
    check(!link_parse(text, &link, error));
    check_i64(link.port, 0x5a5a); /* nothing was committed */
    return error->reason;
}

static void a_link_gives_host_port_and_code(void **state)
{
    Link link = parsed("onedrum://drums.example.org:4500/K7PM4TWX");

    (void)state;
    check_text(link.host, "drums.example.org");
    check_i64(link.port, 4500);
    check_bytes(link.code, "K7PM4TWX", CODE_CHARS);
    check(!link.has_token);
}

static void people_paste_links_with_spaces_dashes_and_capitals(void **state)
{
    Link link = parsed("  ONEDRUM://10.0.0.7/k7pm-4twx/ \r\n");

    (void)state;
    check_text(link.host, "10.0.0.7");
    check_i64(link.port, LINK_DEFAULT_PORT);
    check_bytes(link.code, "K7PM4TWX", CODE_CHARS);
    check_text(parsed("localhost:9/K7PM4TWX").host, "localhost");
}

static void an_ipv6_address_stands_in_brackets(void **state)
{
    Link link = parsed("onedrum://[fe80::1%eth0]:4500/K7PM4TWX");
    char text[LINK_TEXT_BYTES_MAX];

    (void)state;
    check_text(link.host, "fe80::1%eth0");
    check_i64(link.port, 4500);
    check_i64(parsed("onedrum://[::1]/K7PM4TWX").port, LINK_DEFAULT_PORT);
    check(link_format(&link, false, text, sizeof text) > 0);
    check_text(text, "onedrum://[fe80::1%eth0]:4500/K7PM4TWX");
}

static void a_facilitators_link_carries_a_token(void **state)
{
    Link link = parsed("onedrum://h:1/K7PM4TWX?facilitator=000102030405060708090a0b0C0D0E0F");
    char text[LINK_TEXT_BYTES_MAX];

    (void)state;
    check(link.has_token);
    for (int i = 0; i < TOKEN_BYTES; i++) {
        check_i64(link.facilitator_token[i], i);
    }
    check(link_format(&link, true, text, sizeof text) > 0);
    check_text(text, "onedrum://h:1/K7PM4TWX?facilitator=000102030405060708090a0b0c0d0e0f");
    check(link_format(&link, false, text, sizeof text) > 0);
    check_text(text, "onedrum://h:1/K7PM4TWX");
}

static void a_fragment_is_the_fingerprint_of_the_servers_key(void **state)
{
    Link link = parsed("onedrum://h:1/K7PM4TWX#04HM-ASW9NF6YY 0938-N K R K A Y D");
    uint8_t fingerprint[FINGERPRINT_BYTES];
    char text[LINK_TEXT_BYTES_MAX];

    (void)state;
    check(link.has_fingerprint);
    check_bytes(link.fingerprint,
                "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd",
                FINGERPRINT_BYTES);
    check(link_format(&link, false, text, sizeof text) > 0);
    check_text(text, "onedrum://h:1/K7PM4TWX#04HMASW9NF6YY0938NKRKAYD");
    fingerprint_format(link.fingerprint, text);
    check_text(text, "04HM-ASW9-NF6Y-Y093-8NKR-KAYD");
    check(fingerprint_parse(text, fingerprint));
    check_bytes(fingerprint, link.fingerprint, sizeof fingerprint);
    check(!parsed("onedrum://h:1/K7PM4TWX").has_fingerprint);
    check(!parsed("onedrum://h:1/K7PM4TWX#").has_fingerprint);
}

/* A link that lost letters on its way must not pass for one without a fingerprint. */
static void a_fragment_that_is_no_fingerprint_is_refused(void **state)
{
    LinkError error;

    (void)state;
    (void)reason_of("onedrum://h:1/K7PM4TWX#key", &error);
    check(strstr(error.reason, "whole link") != NULL);
    (void)reason_of("onedrum://h:1/K7PM4TWX#04HMASW9NF6YY0938NKRKAY", &error);
    (void)reason_of("onedrum://h:1/K7PM4TWX#04HMASW9NF6YY0938NKRKAYDX", &error);
    (void)reason_of("onedrum://h:1/K7PM4TWX#04HMASW9NF6YY0938NKRKAY!", &error);
}

static void what_is_wrong_with_a_link_is_said_with_a_remedy(void **state)
{
    static const struct {
        const char *text;
        const char *mentions;
    } cases[] = {
        {"", "host"},
        {"onedrum://", "host"},
        {"onedrum:///K7PM4TWX", "host"},
        {"onedrum://ho st/K7PM4TWX", "host"},
        {"https://h/K7PM4TWX", "port"},
        {"onedrum://h:0/K7PM4TWX", "port"},
        {"onedrum://h:65536/K7PM4TWX", "port"},
        {"onedrum://h:/K7PM4TWX", "port"},
        {"onedrum://[::1/K7PM4TWX", "IPv6"},
        {"onedrum://[::1]4/K7PM4TWX", "IPv6"},
        {"onedrum://[fe80]:4/K7PM4TWX", "IPv6"},
        {"onedrum://h:1", "code"},
        {"onedrum://h:1/", "code"},
        {"onedrum://h:1/K7PM4TW", "code"},
        {"onedrum://h:1/K7PM4TWX9", "code"},
        {"onedrum://h:1/K7PM4TWU", "code"},
        {"onedrum://h:1/K7PM4TWX?other=1", "facilitator"},
        {"onedrum://h:1/K7PM4TWX?facilitator=12", "32 digits"},
        {"onedrum://h:1/K7PM4TWX?facilitator=g00102030405060708090a0b0c0d0e0f", "0-9"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LinkError error;

        if (strstr(reason_of(cases[i].text, &error), cases[i].mentions) == NULL) {
            print_error(
                "%s: \"%s\" does not mention %s\n", cases[i].text, error.reason, cases[i].mentions);
            fail();
        }
    }
}

static void a_code_is_read_as_it_was_meant(void **state)
{
    uint8_t code[CODE_CHARS];

    (void)state;
    check(code_parse(" k7pm - 4twx ", code));
    check_bytes(code, "K7PM4TWX", CODE_CHARS);
    check(code_parse("ooIl1i0O", code)); /* look-alikes */
    check_bytes(code, "00111100", CODE_CHARS);
    check(!code_parse("K7-PM-4TWX", code));
    check(!code_parse("K7PM-4TW", code));
    check(!code_parse("K7PM_4TWX", code));
    check(!code_parse("", code));
}

static void the_alphabet_has_32_different_letters_without_look_alikes(void **state)
{
    (void)state;
    check_u64(strlen(CODE_ALPHABET), 32);
    for (int i = 0; i < 32; i++) {
        check(strchr(CODE_ALPHABET + i + 1, CODE_ALPHABET[i]) == NULL);
        check(strchr("ILOU", CODE_ALPHABET[i]) == NULL);
    }
}

static void a_link_that_does_not_fit_is_not_cut(void **state)
{
    Link link = parsed("onedrum://localhost:4321/K7PM4TWX");
    char text[64];
    size_t bytes = link_format(&link, true, text, sizeof text);

    (void)state;
    check_u64(bytes, strlen("onedrum://localhost:4321/K7PM4TWX"));
    check_u64(link_format(&link, true, text, bytes), 0);
    check_u64(link_format(&link, true, text, bytes + 1), bytes);
    check_u64(link_format(&link, true, text, 0), 0);
}

static void every_code_and_link_comes_back_as_it_was(void **state)
{
    Prng prng;

    (void)state;
    prng_seed(&prng, check_seed(41));
    for (int round = 0; round < 2000; round++) {
        uint8_t random[CODE_CHARS];
        Link link = {.has_token = prng_below(&prng, 2) == 1};
        Link again;
        char code_text[CODE_CHARS + 2];
        char text[LINK_TEXT_BYTES_MAX];
        uint8_t code[CODE_CHARS];

        for (int i = 0; i < CODE_CHARS; i++) {
            random[i] = (uint8_t)prng_u64(&prng);
        }
        for (int i = 0; link.has_token && i < TOKEN_BYTES; i++) {
            link.facilitator_token[i] = (uint8_t)prng_u64(&prng);
        }
        code_from_random(random, link.code);
        code_format(link.code, code_text);
        check(code_parse(code_text, code));
        check_bytes(code, link.code, CODE_CHARS);
        link.port = (uint16_t)(1 + prng_below(&prng, UINT16_MAX));
        for (uint64_t i = 1 + prng_below(&prng, 20); i > 0; i--) {
            link.host[i - 1] = CODE_ALPHABET[prng_below(&prng, 32)];
        }
        link.has_fingerprint = prng_below(&prng, 2) == 1;
        for (int i = 0; i < FINGERPRINT_BYTES; i++) {
            link.fingerprint[i] = link.has_fingerprint ? (uint8_t)prng_u64(&prng) : 0;
        }
        check(link_format(&link, true, text, sizeof text) > 0);
        check(link_parse(text, &again, NULL));
        check(again.has_fingerprint == link.has_fingerprint);
        check_bytes(again.fingerprint, link.fingerprint, FINGERPRINT_BYTES);
        check_text(again.host, link.host);
        check_i64(again.port, link.port);
        check_bytes(again.code, link.code, sizeof link.code);
        check_bytes(again.facilitator_token, link.facilitator_token, TOKEN_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_gives_host_port_and_code),
        cmocka_unit_test(people_paste_links_with_spaces_dashes_and_capitals),
        cmocka_unit_test(an_ipv6_address_stands_in_brackets),
        cmocka_unit_test(a_facilitators_link_carries_a_token),
        cmocka_unit_test(a_fragment_is_the_fingerprint_of_the_servers_key),
        cmocka_unit_test(a_fragment_that_is_no_fingerprint_is_refused),
        cmocka_unit_test(what_is_wrong_with_a_link_is_said_with_a_remedy),
        cmocka_unit_test(a_code_is_read_as_it_was_meant),
        cmocka_unit_test(the_alphabet_has_32_different_letters_without_look_alikes),
        cmocka_unit_test(a_link_that_does_not_fit_is_not_cut),
        cmocka_unit_test(every_code_and_link_comes_back_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
