#include "client/model/decimal.h"

#include <string.h>

enum {
    DIGITS_MAX = 18,     /* significant digits that are kept: all below 10^18 fit */
    EXPONENT_MAX = 1000, /* beyond it the result is zero or too large anyway */
    BASE = 10
};

typedef struct {
    const char *at;
    const char *end;
} Text;

static bool at_digit(const Text *text)
{
    return text->at < text->end && *text->at >= '0' && *text->at <= '9';
}

/* Takes one of the two letters. */
static bool take(Text *text, char letter, char other)
{
    if (text->at < text->end && (*text->at == letter || *text->at == other)) {
        text->at++;
        return true;
    }
    return false;
}

static bool take_sign(Text *text)
{
    if (take(text, '-', '-')) {
        return true;
    }
    (void)take(text, '+', '+');
    return false;
}

/* A row of digits into `mantissa`; `kept` counts those that matter, `dropped` those left out. */
static int take_digits(Text *text, int64_t *mantissa, int *kept, int *dropped)
{
    int count = 0;

    for (; at_digit(text); text->at++) {
        count++;
        if (*kept >= DIGITS_MAX) {
            *dropped += *dropped < EXPONENT_MAX ? 1 : 0;
            continue;
        }
        *mantissa = *mantissa * BASE + (*text->at - '0');
        *kept += *mantissa > 0 ? 1 : 0;
    }
    return count;
}

static bool take_exponent(Text *text, int *exponent)
{
    bool negative;
    int value = 0;

    if (!take(text, 'e', 'E')) {
        return true;
    }
    negative = take_sign(text);
    if (!at_digit(text)) {
        return false;
    }
    for (; at_digit(text); text->at++) {
        value = value < EXPONENT_MAX ? value * BASE + (*text->at - '0') : value;
    }
    *exponent = negative ? -value : value;
    return true;
}

/* mantissa * 10^power, rounded. */
static bool shift(int64_t *mantissa, int power)
{
    int64_t rest = 0;

    for (; power > 0 && *mantissa != 0; power--) {
        if (*mantissa > INT64_MAX / BASE) {
            return false;
        }
        *mantissa *= BASE;
    }
    for (; power < 0 && (*mantissa != 0 || rest != 0); power++) {
        rest = *mantissa % BASE;
        *mantissa /= BASE;
    }
    /* The last digit that was cut decides, whatever was cut before it. */
    *mantissa += rest >= BASE / 2 ? 1 : 0;
    return true;
}

bool decimal_parse(const char *text, size_t text_bytes, int scale, int64_t *value)
{
    Text rest = {text, text + text_bytes};
    bool negative = take_sign(&rest);
    int64_t mantissa = 0;
    int kept = 0;
    int dropped_before = 0;
    int dropped_after = 0;
    int exponent = 0;
    int digits = take_digits(&rest, &mantissa, &kept, &dropped_before);
    int decimals = 0;

    if (take(&rest, '.', '.')) {
        decimals = take_digits(&rest, &mantissa, &kept, &dropped_after);
    }
    if (digits + decimals == 0 || !take_exponent(&rest, &exponent) || rest.at != rest.end) {
        return false;
    }
    if (decimals > EXPONENT_MAX ||
        !shift(&mantissa, scale + exponent + dropped_before - (decimals - dropped_after))) {
        return false;
    }
    *value = negative ? -mantissa : mantissa;
    return true;
}

bool decimal_parse_within(const char *text, int scale, int64_t low, int64_t high, int64_t *value)
{
    int64_t parsed;

    if (!decimal_parse(text, strlen(text), scale, &parsed) || parsed < low || parsed > high) {
        return false;
    }
    *value = parsed;
    return true;
}
