#include "shared/link.h"

#include <string.h>

/* Crockford's base 32: no I, L, O or U, so whoever types those can be understood all the same. */
const char CODE_ALPHABET[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const char LINK_SCHEME[] = "onedrum://";
static const char TOKEN_KEY[] = "facilitator=";

/* A stretch of text that is not terminated. */
typedef struct {
    const char *start;
    size_t bytes;
} Span;

/* ASCII alone: what the locale thinks of letters must not matter. */
static char upper(char letter)
{
    if (letter >= 'a' && letter <= 'z') {
        return (char)(letter - 'a' + 'A');
    }
    return letter;
}

static bool is_blank(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static int hex_value(char letter)
{
    letter = upper(letter);
    if (is_digit(letter)) {
        return letter - '0';
    }
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

static bool refuse(LinkError *error, const char *reason)
{
    if (error != NULL) {
        size_t bytes = strlen(reason);

        assert(bytes < sizeof error->reason);
        memcpy(error->reason, reason, bytes + 1);
    }
    return false;
}

static Span span_trim(Span span)
{
    while (span.bytes > 0 && is_blank(span.start[0])) {
        span.start++;
        span.bytes--;
    }
    while (span.bytes > 0 && is_blank(span.start[span.bytes - 1])) {
        span.bytes--;
    }
    return span;
}

/* Cuts `span` before the first `mark` and returns what lies behind it; without one, nothing. */
static Span span_split(Span *span, char mark, bool *found)
{
    const char *at = span->bytes > 0 ? memchr(span->start, mark, span->bytes) : NULL;
    Span rest = {span->start + span->bytes, 0};

    *found = at != NULL;
    if (at != NULL) {
        rest.bytes = span->bytes - (size_t)(at - span->start) - 1;
        rest.start = at + 1;
        span->bytes = (size_t)(at - span->start);
    }
    return rest;
}

/* Whether `span` begins with the ASCII `word`, whatever its case. */
static bool span_begins(Span span, const char *word)
{
    size_t bytes = strlen(word);

    if (span.bytes < bytes) {
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (upper(span.start[i]) != upper(word[i])) {
            return false;
        }
    }
    return true;
}

/* The letter of the alphabet that was meant, or 0. */
static char code_letter(char typed)
{
    char letter = upper(typed);

    if (letter == 'O') {
        letter = '0';
    } else if (letter == 'I' || letter == 'L') {
        letter = '1';
    }
    if (letter != '\0' && strchr(CODE_ALPHABET, letter) == NULL) {
        return '\0';
    }
    return letter;
}

static bool parse_code(Span span, uint8_t code[CODE_CHARS])
{
    uint8_t letters[CODE_CHARS];
    int letter_count = 0;
    int dash_count = 0;

    for (size_t i = 0; i < span.bytes; i++) {
        char letter = code_letter(span.start[i]);

        if (is_blank(span.start[i])) {
            continue;
        }
        if (span.start[i] == '-') {
            dash_count++;
            continue;
        }
        if (letter == '\0' || letter_count == CODE_CHARS) {
            return false;
        }
        letters[letter_count] = (uint8_t)letter;
        letter_count++;
    }
    if (letter_count != CODE_CHARS || dash_count > 1) {
        return false;
    }
    memcpy(code, letters, sizeof letters);
    return true;
}

bool code_parse(const char *text, uint8_t code[CODE_CHARS])
{
    return parse_code((Span){text, strlen(text)}, code);
}

void code_from_random(const uint8_t random[CODE_CHARS], uint8_t code[CODE_CHARS])
{
    for (int i = 0; i < CODE_CHARS; i++) {
        code[i] = (uint8_t)CODE_ALPHABET[random[i] % 32];
    }
}

void code_format(const uint8_t code[CODE_CHARS], char *text)
{
    int half = CODE_CHARS / 2;

    for (int i = 0; i < CODE_CHARS; i++) {
        text[i < half ? i : i + 1] = (char)code[i];
    }
    text[half] = '-';
    text[CODE_CHARS + 1] = '\0';
}

/* --- fingerprints: five bits a letter, the highest first --- */

_Static_assert(FINGERPRINT_LETTERS * 5 == FINGERPRINT_BYTES * 8, "no bit is left over");

static bool parse_fingerprint(Span span, uint8_t fingerprint[FINGERPRINT_BYTES])
{
    uint8_t bytes[FINGERPRINT_BYTES] = {0};
    int letter_count = 0;

    for (size_t i = 0; i < span.bytes; i++) {
        char letter = code_letter(span.start[i]);
        unsigned value;

        if (is_blank(span.start[i]) || span.start[i] == '-') {
            continue;
        }
        if (letter == '\0' || letter_count == FINGERPRINT_LETTERS) {
            return false;
        }
        value = (unsigned)(strchr(CODE_ALPHABET, letter) - CODE_ALPHABET);
        for (int bit = 0; bit < 5; bit++) {
            int at = letter_count * 5 + bit;

            bytes[at / 8] |= (uint8_t)((value >> (4 - bit) & 1) << (7 - at % 8));
        }
        letter_count++;
    }
    if (letter_count != FINGERPRINT_LETTERS) {
        return false;
    }
    memcpy(fingerprint, bytes, sizeof bytes);
    return true;
}

bool fingerprint_parse(const char *text, uint8_t fingerprint[FINGERPRINT_BYTES])
{
    return parse_fingerprint((Span){text, strlen(text)}, fingerprint);
}

static char fingerprint_letter(const uint8_t fingerprint[FINGERPRINT_BYTES], int index)
{
    unsigned value = 0;

    for (int bit = 0; bit < 5; bit++) {
        int at = index * 5 + bit;

        value = value << 1 | (fingerprint[at / 8] >> (7 - at % 8) & 1U);
    }
    return CODE_ALPHABET[value];
}

void fingerprint_format(const uint8_t fingerprint[FINGERPRINT_BYTES],
                        char text[FINGERPRINT_TEXT_BYTES])
{
    int at = 0;

    for (int i = 0; i < FINGERPRINT_LETTERS; i++) {
        if (i > 0 && i % 4 == 0) {
            text[at] = '-';
            at++;
        }
        text[at] = fingerprint_letter(fingerprint, i);
        at++;
    }
    text[at] = '\0';
}

/* --- links --- */

static bool parse_port(Span span, uint16_t *port)
{
    int32_t value = 0;

    if (span.bytes == 0 || span.bytes > 5) {
        return false;
    }
    for (size_t i = 0; i < span.bytes; i++) {
        if (!is_digit(span.start[i])) {
            return false;
        }
        value = value * 10 + (span.start[i] - '0');
    }
    if (value == 0 || value > UINT16_MAX) {
        return false;
    }
    *port = (uint16_t)value;
    return true;
}

static bool host_is_clean(Span host, bool bracketed)
{
    for (size_t i = 0; i < host.bytes; i++) {
        char letter = host.start[i];
        bool of_name = is_digit(letter) || (upper(letter) >= 'A' && upper(letter) <= 'Z') ||
                       letter == '-' || letter == '.' || letter == '_';

        if (!of_name && !(bracketed && (letter == ':' || letter == '%'))) {
            return false;
        }
    }
    return host.bytes > 0 && host.bytes <= LINK_HOST_BYTES_MAX;
}

/* HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. */
static bool parse_authority(Span span, Link *link, LinkError *error)
{
    Span host = span;
    Span port;
    bool bracketed = span.bytes > 0 && span.start[0] == '[';
    bool has_port;

    if (bracketed) {
        bool closed;

        host.start++;
        host.bytes--;
        port = span_split(&host, ']', &closed);
        has_port = port.bytes > 0;
        if (!closed || (has_port && port.start[0] != ':')) {
            return refuse(error, "An IPv6 address stands in brackets, as in [::1]:4321.");
        }
        port.start += has_port ? 1 : 0;
        port.bytes -= has_port ? 1 : 0;
    } else {
        port = span_split(&host, ':', &has_port);
    }
    if (bracketed && (host.bytes == 0 || memchr(host.start, ':', host.bytes) == NULL)) {
        return refuse(error, "An IPv6 address stands in brackets, as in [::1]:4321.");
    }
    if (!host_is_clean(host, bracketed)) {
        return refuse(error,
                      "The link has no proper host name; it looks like "
                      "onedrum://HOST:PORT/CODE.");
    }
    link->port = LINK_DEFAULT_PORT;
    if (has_port && !parse_port(port, &link->port)) {
        return refuse(error, "The port after the host is a number from 1 to 65535.");
    }
    memcpy(link->host, host.start, host.bytes);
    link->host[host.bytes] = '\0';
    return true;
}

/* 2 * TOKEN_BYTES digits. */
static bool read_token(const char *digits, uint8_t token[TOKEN_BYTES])
{
    for (int i = 0; i < TOKEN_BYTES; i++) {
        const int high = hex_value(digits[0]);
        const int low = hex_value(digits[1]);

        if (high < 0 || low < 0) {
            return false;
        }
        token[i] = (uint8_t)(high * 16 + low);
        digits += 2;
    }
    return true;
}

bool token_parse(const char *text, uint8_t token[TOKEN_BYTES])
{
    uint8_t parsed[TOKEN_BYTES];

    if (strlen(text) != TOKEN_TEXT_BYTES - 1 || !read_token(text, parsed)) {
        return false;
    }
    memcpy(token, parsed, sizeof parsed);
    return true;
}

static bool parse_token(Span query, Link *link, LinkError *error)
{
    Span hex = query;

    if (!span_begins(query, TOKEN_KEY)) {
        return refuse(error, "After '?' only facilitator=TOKEN is known; copy the whole link.");
    }
    hex.start += strlen(TOKEN_KEY);
    hex.bytes -= strlen(TOKEN_KEY);
    if (hex.bytes != (size_t)2 * TOKEN_BYTES) {
        return refuse(error, "The facilitator's token has 32 digits; copy the whole link.");
    }
    if (!read_token(hex.start, link->facilitator_token)) {
        return refuse(error,
                      "The facilitator's token is made of 0-9 and a-f; copy the whole link.");
    }
    link->has_token = true;
    return true;
}

/* An empty fragment is none; any other must be a whole fingerprint, or it would protect nobody. */
static bool parse_fragment(Span fragment, Link *link, LinkError *error)
{
    if (fragment.bytes == 0) {
        return true;
    }
    if (!parse_fingerprint(fragment, link->fingerprint)) {
        return refuse(error,
                      "After '#' stands the server's fingerprint, 24 letters and digits; copy the "
                      "whole link.");
    }
    link->has_fingerprint = true;
    return true;
}

bool link_parse(const char *text, Link *link, LinkError *error)
{
    Link parsed = {0};
    Span authority = {text, strlen(text)};
    Span fragment;
    Span path;
    Span query;
    bool has_path;
    bool has_query;
    bool has_fragment;

    if (authority.bytes > LINK_TEXT_BYTES_MAX) {
        return refuse(error, "The link is too long to be one.");
    }
    authority = span_trim(authority);
    if (span_begins(authority, LINK_SCHEME)) {
        authority.start += strlen(LINK_SCHEME);
        authority.bytes -= strlen(LINK_SCHEME);
    }
    fragment = span_split(&authority, '#', &has_fragment);
    query = span_split(&authority, '?', &has_query);
    path = span_split(&authority, '/', &has_path);
    if (!parse_authority(authority, &parsed, error)) {
        return false;
    }
    if (!has_path || path.bytes == 0) {
        return refuse(error, "The session's code is missing; the link ends in /CODE.");
    }
    if (path.start[path.bytes - 1] == '/') {
        path.bytes--;
    }
    if (!parse_code(path, parsed.code)) {
        return refuse(error,
                      "The code has 8 letters and digits, as in K7PM-4TWX; please check it.");
    }
    if ((has_query && !parse_token(query, &parsed, error)) ||
        !parse_fragment(fragment, &parsed, error)) {
        return false;
    }
    *link = parsed;
    return true;
}

/* Text that grows, or notices that it does not fit. */
typedef struct {
    char *text;
    size_t room_bytes;
    size_t bytes;
} Writer;

static void write_span(Writer *writer, const char *text, size_t bytes)
{
    if (bytes < writer->room_bytes && writer->bytes < writer->room_bytes - bytes) {
        memcpy(writer->text + writer->bytes, text, bytes);
    } else {
        writer->room_bytes = 0;
    }
    writer->bytes += bytes;
}

static void write_text(Writer *writer, const char *text)
{
    write_span(writer, text, strlen(text));
}

static void write_port(Writer *writer, uint16_t port)
{
    char digits[5];
    size_t start = sizeof digits;

    do {
        start--;
        digits[start] = (char)('0' + port % 10);
        port = (uint16_t)(port / 10);
    } while (port > 0);
    write_span(writer, digits + start, sizeof digits - start);
}

void token_format(const uint8_t token[TOKEN_BYTES], char text[TOKEN_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < TOKEN_BYTES; i++) {
        text[2 * i] = hex[token[i] / 16];
        text[2 * i + 1] = hex[token[i] % 16];
    }
    text[TOKEN_TEXT_BYTES - 1] = '\0';
}

size_t link_format(const Link *link, bool with_token, char *text, size_t text_bytes)
{
    Writer writer = {.text = text, .room_bytes = text_bytes};
    char token[TOKEN_TEXT_BYTES];
    bool bracketed = strchr(link->host, ':') != NULL;

    write_text(&writer, LINK_SCHEME);
    write_text(&writer, bracketed ? "[" : "");
    write_text(&writer, link->host);
    write_text(&writer, bracketed ? "]:" : ":");
    write_port(&writer, link->port);
    write_text(&writer, "/");
    for (int i = 0; i < CODE_CHARS; i++) {
        char letter = (char)link->code[i];

        write_span(&writer, &letter, 1);
    }
    if (with_token && link->has_token) {
        write_text(&writer, "?");
        write_text(&writer, TOKEN_KEY);
        token_format(link->facilitator_token, token);
        write_text(&writer, token);
    }
    if (link->has_fingerprint) {
        write_text(&writer, "#");
        for (int i = 0; i < FINGERPRINT_LETTERS; i++) {
            char letter = fingerprint_letter(link->fingerprint, i);

            write_span(&writer, &letter, 1);
        }
    }
    if (writer.room_bytes == 0) {
        return 0;
    }
    text[writer.bytes] = '\0';
    return writer.bytes;
}
