#include "shared/text.h"

/*
 * The code point at the start of `text` and its length in bytes; length 0 when the bytes are not
 * UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static size_t code_point_read(const unsigned char *text, size_t text_bytes, uint32_t *code_point)
{
    static const uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = text[0];
    size_t length;
    uint32_t value;

    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length > text_bytes) {
        return 0;
    }
    value = first & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0U) != 0x80U) {
            return 0;
        }
        value = value << 6 | (text[i] & 0x3FU);
    }
    if (value < SMALLEST[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *code_point = value;
    return length;
}

/* Controls, line separators, and the marks that reorder text so that it reads as something else. */
static bool is_harmless(uint32_t code_point)
{
    if (code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F)) {
        return false;
    }
    if (code_point >= 0x200E && code_point <= 0x200F) {
        return false;
    }
    if (code_point >= 0x2028 && code_point <= 0x202E) {
        return false;
    }
    return !(code_point >= 0x2066 && code_point <= 0x2069) && code_point != 0xFEFF;
}

size_t text_clean_bytes(const char *text, size_t text_bytes)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t clean = 0;

    while (clean < text_bytes) {
        uint32_t code_point = 0;
        size_t length = code_point_read(bytes + clean, text_bytes - clean, &code_point);

        if (length == 0 || !is_harmless(code_point)) {
            break;
        }
        clean += length;
    }
    return clean;
}

bool text_is_clean(const char *text, size_t text_bytes)
{
    return text_clean_bytes(text, text_bytes) == text_bytes;
}

static bool is_visible(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } UNSEEN[] = {
        {0x0000, 0x0020},   {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x0300, 0x036F}, {0x115F, 0x1160},
        {0x1680, 0x1680},   {0x180B, 0x180F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x2000, 0x200F},
        {0x2028, 0x202F},   {0x205F, 0x206F}, {0x20D0, 0x20FF}, {0x2800, 0x2800}, {0x3000, 0x3000},
        {0x3164, 0x3164},   {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
        {0xE0000, 0xE0FFF},
    };

    for (size_t i = 0; i < sizeof UNSEEN / sizeof UNSEEN[0]; i++) {
        if (code_point >= UNSEEN[i].first && code_point <= UNSEEN[i].last) {
            return false;
        }
    }
    return true;
}

bool text_is_visible(const char *text, size_t text_bytes)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;

    while (at < text_bytes) {
        uint32_t code_point = 0;
        size_t length = code_point_read(bytes + at, text_bytes - at, &code_point);

        if (length == 0) {
            return false;
        }
        if (is_visible(code_point)) {
            return true;
        }
        at += length;
    }
    return false;
}
