#include "shared/groove_text.h"

#include <assert.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

enum {
    TEMPO_MBPM_DEFAULT = 100000,
    WORD_SHOWN_BYTES_MAX = 16, /* of a word quoted in an error */
    NUMBER_MAX = 9999,         /* larger ones are wrong everywhere in a groove */
    NEAREST_COUNT = 3          /* drums offered for a misspelt one */
};

/* Text being written; keeps counting when full, so that the caller learns what was needed. */
typedef struct {
    char *out;
    size_t out_bytes;
    size_t used_bytes;
} TextOut;

typedef struct {
    const char *text;
    size_t line_start;
    size_t line_end; /* without the line's end and a carriage return before it */
    size_t at;
    int line;
    unsigned settings_given; /* a bit for each of SETTINGS */
    Groove groove; /* counts are 0 and titles empty as long as the text has not given them */
    GrooveTextError error;
} Reader;

static void add_bytes(TextOut *text, const char *bytes, size_t byte_count)
{
    for (size_t i = 0; i < byte_count; i++) {
        if (text->used_bytes + 1 < text->out_bytes) {
            text->out[text->used_bytes] = bytes[i];
            text->out[text->used_bytes + 1] = '\0';
        }
        text->used_bytes++;
    }
}

static void add_text(TextOut *text, const char *words)
{
    add_bytes(text, words, strlen(words));
}

static void add_number(TextOut *text, int number)
{
    char digits[12];
    size_t first = sizeof(digits);

    assert(number >= 0);
    do {
        digits[--first] = "0123456789"[number % 10];
        number /= 10;
    } while (number > 0);
    add_bytes(text, digits + first, sizeof(digits) - first);
}

/* ---- Errors ---- */

/* Records where a mistake is and returns where to write the reason. */
static TextOut fail_at(Reader *reader, size_t at)
{
    reader->error.line = reader->line;
    reader->error.column = (int)(at - reader->line_start) + 1;
    reader->error.reason[0] = '\0';
    return (TextOut){.out = reader->error.reason, .out_bytes = sizeof(reader->error.reason)};
}

static bool fail(Reader *reader, size_t at, const char *reason)
{
    TextOut text = fail_at(reader, at);

    add_text(&text, reason);
    return false;
}

/* "steps must be a number from 1 to 24" */
static bool fail_range(Reader *reader, size_t at, const char *name, int low, int high)
{
    TextOut text = fail_at(reader, at);

    add_text(&text, name);
    add_text(&text, " must be a number from ");
    add_number(&text, low);
    add_text(&text, " to ");
    add_number(&text, high);
    return false;
}

/* Letters inserted, deleted or replaced to turn a word into a slug (Levenshtein's distance). */
static int spelling_distance(const char *word, size_t word_bytes, const char *slug)
{
    int row[DRUM_SLUG_BYTES_MAX + 1];
    size_t slug_bytes = strlen(slug);

    assert(slug_bytes <= DRUM_SLUG_BYTES_MAX);
    for (size_t j = 0; j <= slug_bytes; j++) {
        row[j] = (int)j;
    }
    for (size_t i = 1; i <= word_bytes; i++) {
        int diagonal = row[0];

        row[0] = (int)i;
        for (size_t j = 1; j <= slug_bytes; j++) {
            int best = diagonal + (word[i - 1] != slug[j - 1]);

            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[slug_bytes];
}

/* Drums by how little they differ from a word, the nearest first; equals by number. */
static void nearest_drums(const char *word, size_t word_bytes, Drum nearest[NEAREST_COUNT])
{
    bool taken[DRUM_COUNT] = {false};

    for (int place = 0; place < NEAREST_COUNT; place++) {
        int best_distance = INT32_MAX;

        for (int number = 0; number < DRUM_COUNT; number++) {
            int distance = spelling_distance(word, word_bytes, drum_slug((Drum)number));

            if (!taken[number] && distance < best_distance) {
                best_distance = distance;
                nearest[place] = (Drum)number;
            }
        }
        taken[nearest[place]] = true;
    }
}

static bool fail_unknown_drum(Reader *reader, size_t at, const char *word, size_t word_bytes)
{
    Drum nearest[NEAREST_COUNT] = {DRUM_BONGO_HIGH};
    TextOut text = fail_at(reader, at);

    word_bytes = word_bytes < WORD_SHOWN_BYTES_MAX ? word_bytes : WORD_SHOWN_BYTES_MAX;
    nearest_drums(word, word_bytes, nearest);
    add_text(&text, "unknown drum '");
    add_bytes(&text, word, word_bytes);
    add_text(&text, "', the nearest are ");
    for (int place = 0; place < NEAREST_COUNT; place++) {
        add_text(&text, place == 0 ? "" : place == NEAREST_COUNT - 1 ? " and " : ", ");
        add_text(&text, drum_slug(nearest[place]));
    }
    return false;
}

/* "bar 2 has 7 steps, expected 8: 4 beats of 2" */
static bool fail_bar(Reader *reader, size_t at, int bar_index, const char *has)
{
    const Groove *groove = &reader->groove;
    TextOut text = fail_at(reader, at);

    add_text(&text, "bar ");
    add_number(&text, bar_index + 1);
    add_text(&text, has);
    add_number(&text, groove->beats_per_bar * groove->steps_per_beat);
    add_text(&text, " steps: ");
    add_number(&text, groove->beats_per_bar);
    add_text(&text, groove->beats_per_bar == 1 ? " beat of " : " beats of ");
    add_number(&text, groove->steps_per_beat);
    return false;
}

/* ---- Pieces of a line ---- */

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t';
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_word(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           is_digit(letter) || letter == '-' || letter == '_';
}

/* The letter at the cursor; '\0' at the end of the line, which no line contains. */
static char peek(const Reader *reader)
{
    if (reader->at < reader->line_end) {
        return reader->text[reader->at];
    }
    return '\0';
}

static void skip_blanks(Reader *reader)
{
    while (is_blank(peek(reader))) {
        reader->at++;
    }
}

/* Whether nothing but a comment is left. A '#' that touches a word is not a comment. */
static bool is_line_over(const Reader *reader)
{
    if (peek(reader) == '\0') {
        return true;
    }
    return peek(reader) == '#' &&
           (reader->at == reader->line_start || is_blank(reader->text[reader->at - 1]));
}

/* A whole number; false without moving when there is none or it is absurdly large. */
static bool read_number(Reader *reader, int *number)
{
    size_t at = reader->at;
    int value = 0;

    while (at < reader->line_end && is_digit(reader->text[at]) && value <= NUMBER_MAX) {
        value = value * 10 + (reader->text[at] - '0');
        at++;
    }
    if (at == reader->at || value > NUMBER_MAX) {
        return false;
    }
    reader->at = at;
    *number = value;
    return true;
}

static bool check_line_over(Reader *reader)
{
    skip_blanks(reader);
    if (!is_line_over(reader)) {
        return fail(reader, reader->at, "expected the end of the line or a comment after a space");
    }
    return true;
}

/* Tabs may separate things; every other control character, and what is not UTF-8, is refused. */
static bool check_letters(Reader *reader)
{
    size_t at = reader->line_start;

    while (at < reader->line_end) {
        at += groove_title_clean_bytes(reader->text + at, reader->line_end - at);
        if (at < reader->line_end && reader->text[at] != '\t') {
            break;
        }
        at += at < reader->line_end;
    }
    if (at == reader->line_end) {
        return true;
    }
    return fail(reader,
                at,
                (reader->text[at] & 0x80) == 0
                    ? "a control character does not belong in a groove"
                    : "expected UTF-8 text without marks that control how it is shown");
}

/* ---- Settings ---- */

static bool read_title(Reader *reader)
{
    size_t end = reader->line_end;
    size_t title_bytes;

    while (end > reader->at && is_blank(reader->text[end - 1])) {
        end--;
    }
    title_bytes = end - reader->at;
    if (title_bytes == 0) {
        return fail(reader, reader->at, "expected a title");
    }
    if (title_bytes > TITLE_BYTES_MAX) {
        return fail(reader, reader->at + TITLE_BYTES_MAX, "a title has at most 48 bytes");
    }
    if (!groove_title_is_valid(reader->text + reader->at, title_bytes)) {
        return fail(reader, reader->at, "a title has no quotes and no tabs");
    }
    memcpy(reader->groove.title, reader->text + reader->at, title_bytes);
    reader->at = reader->line_end;
    return true;
}

static bool read_metre(Reader *reader)
{
    size_t start = reader->at;
    int top = 0;
    int bottom = 0;
    bool compound;

    if (!read_number(reader, &top) || peek(reader) != '/') {
        return fail(reader, start, "expected a metre such as 4/4 or 12/8");
    }
    reader->at++;
    if (!read_number(reader, &bottom) ||
        (bottom != 2 && bottom != 4 && bottom != 8 && bottom != 16)) {
        return fail(reader, start, "expected a metre over 2, 4, 8 or 16, such as 4/4 or 12/8");
    }
    compound = bottom >= 8 && top >= 6 && top % 3 == 0;
    top = compound ? top / 3 : top;
    if (top < 1 || top > GROOVE_BEATS_PER_BAR_MAX) {
        return fail_range(reader, start, "beats of a bar", 1, GROOVE_BEATS_PER_BAR_MAX);
    }
    reader->groove.beats_per_bar = (uint8_t)top;
    reader->groove.metre_unit = (uint8_t)bottom;
    reader->groove.compound = compound;
    return true;
}

static bool read_steps(Reader *reader)
{
    size_t start = reader->at;
    int steps = 0;

    if (!read_number(reader, &steps) || steps < 1 || steps > GROOVE_STEPS_PER_BEAT_MAX) {
        return fail_range(reader, start, "steps of a beat", 1, GROOVE_STEPS_PER_BEAT_MAX);
    }
    reader->groove.steps_per_beat = (uint8_t)steps;
    return true;
}

static bool read_bar_count(Reader *reader)
{
    size_t start = reader->at;
    int bars = 0;

    if (!read_number(reader, &bars) || bars < 1 || bars > GROOVE_BARS_MAX) {
        return fail_range(reader, start, "bars", 1, GROOVE_BARS_MAX);
    }
    reader->groove.bars = (uint8_t)bars;
    return true;
}

/* Beats per minute with up to three decimals, which is thousandths of a beat exactly. */
static bool read_tempo(Reader *reader)
{
    size_t start = reader->at;
    int whole = 0;
    int32_t tempo_mbpm;

    if (!read_number(reader, &whole)) {
        return fail_range(reader, start, "tempo", TEMPO_MBPM_MIN / 1000, TEMPO_MBPM_MAX / 1000);
    }
    tempo_mbpm = whole * 1000;
    if (peek(reader) == '.') {
        int32_t digit_mbpm = 100;

        for (reader->at++; is_digit(peek(reader)) && digit_mbpm > 0; reader->at++) {
            tempo_mbpm += (peek(reader) - '0') * digit_mbpm;
            digit_mbpm /= 10;
        }
        if (digit_mbpm == 100 || is_digit(peek(reader))) {
            return fail(reader, reader->at, "expected one to three decimals");
        }
    }
    if (tempo_mbpm < TEMPO_MBPM_MIN || tempo_mbpm > TEMPO_MBPM_MAX) {
        return fail_range(reader, start, "tempo", TEMPO_MBPM_MIN / 1000, TEMPO_MBPM_MAX / 1000);
    }
    reader->groove.tempo_mbpm = tempo_mbpm;
    return true;
}

typedef struct {
    const char *name;
    bool (*read)(Reader *reader);
} Setting;

/* Reads `name: value`, the cursor being on the value. */
static bool read_setting(Reader *reader, size_t word_start, size_t word_bytes)
{
    static const Setting SETTINGS[] = {
        {"title", read_title},
        {"metre", read_metre},
        {"steps", read_steps},
        {"bars", read_bar_count},
        {"tempo", read_tempo},
    };
    const char *word = reader->text + word_start;
    TextOut text;

    if (reader->groove.part_count > 0) {
        return fail(reader, word_start, "settings come before the first part");
    }
    for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
        const Setting *setting = &SETTINGS[i];

        if (strlen(setting->name) != word_bytes || memcmp(setting->name, word, word_bytes) != 0) {
            continue;
        }
        if ((reader->settings_given >> i & 1U) != 0) {
            return fail(reader, word_start, "this setting was given before");
        }
        reader->settings_given |= 1U << i;
        return setting->read(reader) && check_line_over(reader);
    }
    text = fail_at(reader, word_start);
    add_text(&text, "unknown setting '");
    add_bytes(&text, word, word_bytes < WORD_SHOWN_BYTES_MAX ? word_bytes : WORD_SHOWN_BYTES_MAX);
    add_text(&text, "', expected title, metre, steps, bars or tempo");
    return false;
}

/* ---- Parts ---- */

static bool check_settings(Reader *reader, size_t at)
{
    const Groove *groove = &reader->groove;

    if (groove->title[0] == '\0') {
        return fail(reader, at, "expected 'title: ...' before the first part");
    }
    if (groove->beats_per_bar == 0) {
        return fail(reader, at, "expected a metre, such as 'metre: 4/4', before the first part");
    }
    if (groove->steps_per_beat == 0) {
        return fail(reader, at, "expected 'steps: ...' of a beat before the first part");
    }
    if (groove->beats_per_bar * groove->steps_per_beat > GROOVE_STEPS_MAX) {
        return fail(reader, at, "a bar has at most 256 steps: choose fewer steps or beats");
    }
    return true;
}

/* The label in quotes, or the drum's own title where there is none. */
static bool read_label(Reader *reader, GroovePart *part)
{
    const char *drum = drum_title(part->drum);
    const char *label;
    const char *quote;

    if (peek(reader) != '"') {
        memcpy(part->title, drum, strlen(drum));
        return true;
    }
    label = reader->text + reader->at + 1;
    quote = memchr(label, '"', reader->line_end - reader->at - 1);
    if (quote == NULL) {
        return fail(reader, reader->line_end, "expected a quote at the end of the label");
    }
    if (quote - label > TITLE_BYTES_MAX) {
        return fail(reader, reader->at, "a label has at most 48 bytes");
    }
    if (!groove_title_is_valid(label, (size_t)(quote - label))) {
        return fail(reader, reader->at, "a label has text, no tabs and no spaces at its ends");
    }
    memcpy(part->title, label, (size_t)(quote - label));
    reader->at = (size_t)(quote - reader->text) + 1;
    skip_blanks(reader);
    return true;
}

/* One bar's steps up to and with the bar line that ends it. */
static bool read_bar(Reader *reader, GroovePart *part, int bar_index)
{
    int per_bar = reader->groove.beats_per_bar * reader->groove.steps_per_beat;
    int step = 0;

    if ((bar_index + 1) * per_bar > GROOVE_STEPS_MAX || bar_index == GROOVE_BARS_MAX) {
        return fail(reader, reader->at, "a groove has at most 256 steps and 64 bars");
    }
    for (; peek(reader) != '|'; reader->at++) {
        char letter = peek(reader);

        if (is_blank(letter)) {
            continue;
        }
        if (is_line_over(reader)) {
            return fail(reader, reader->at, "expected | at the end of the bar");
        }
        if (letter != 'x' && letter != 'X' && letter != '.') {
            return fail(reader,
                        reader->at,
                        "expected x for a hit, X for an accent, . for a rest or | for a bar line");
        }
        if (step == per_bar) {
            return fail_bar(reader, reader->at, bar_index, " has more than ");
        }
        part->steps[bar_index * per_bar + step] = letter == '.'   ? STEP_REST
                                                  : letter == 'x' ? STEP_HIT
                                                                  : STEP_ACCENT;
        step++;
    }
    if (step < per_bar) {
        return fail_bar(reader, reader->at, bar_index, " has fewer than ");
    }
    reader->at++;
    skip_blanks(reader);
    return true;
}

static bool read_bars(Reader *reader, GroovePart *part)
{
    Groove *groove = &reader->groove;
    int bars = 0;

    if (peek(reader) != '|') {
        return fail(reader, reader->at, "expected | at the start of the first bar");
    }
    reader->at++;
    do {
        if (!read_bar(reader, part, bars)) {
            return false;
        }
        bars++;
    } while (!is_line_over(reader));
    if (groove->bars != 0 && groove->bars != bars) {
        TextOut text = fail_at(reader, reader->at);

        add_text(&text, "this part has ");
        add_number(&text, bars);
        add_text(&text, bars == 1 ? " bar, expected " : " bars, expected ");
        add_number(&text, groove->bars);
        add_text(&text, groove->part_count == 0 ? " as in 'bars:'" : " as in the part before");
        return false;
    }
    groove->bars = (uint8_t)bars;
    return true;
}

/* Reads `drum "label" |...|`, the cursor being behind the drum. */
static bool read_part(Reader *reader, size_t word_start, size_t word_bytes)
{
    Groove *groove = &reader->groove;
    GroovePart *part = &groove->parts[groove->part_count % GROOVE_PARTS_MAX];

    if (!check_settings(reader, word_start)) {
        return false;
    }
    if (groove->part_count == GROOVE_PARTS_MAX) {
        return fail(reader, word_start, "a groove has at most 8 parts");
    }
    if (!drum_from_slug(reader->text + word_start, word_bytes, &part->drum)) {
        return fail_unknown_drum(reader, word_start, reader->text + word_start, word_bytes);
    }
    if (!read_label(reader, part)) {
        return false;
    }
    for (int i = 0; i < groove->part_count; i++) {
        if (strcmp(groove->parts[i].title, part->title) == 0) {
            return fail(reader,
                        word_start,
                        "another part is called the same: give one a label, as in cowbell \"low\"");
        }
    }
    if (!read_bars(reader, part)) {
        return false;
    }
    groove->part_count++;
    return true;
}

static bool read_line(Reader *reader)
{
    size_t word_start;
    size_t word_bytes;

    if (!check_letters(reader)) {
        return false;
    }
    reader->at = reader->line_start;
    skip_blanks(reader);
    if (is_line_over(reader)) {
        return true;
    }
    word_start = reader->at;
    while (is_word(peek(reader))) {
        reader->at++;
    }
    word_bytes = reader->at - word_start;
    if (word_bytes == 0) {
        return fail(
            reader, reader->at, "expected a setting such as 'metre: 4/4', a drum, or a comment");
    }
    skip_blanks(reader);
    if (peek(reader) != ':') {
        return read_part(reader, word_start, word_bytes);
    }
    reader->at++;
    skip_blanks(reader);
    return read_setting(reader, word_start, word_bytes);
}

static bool read_groove(Reader *reader, size_t text_bytes)
{
    size_t start = 0;

    reader->line = 1;
    if (text_bytes > GROOVE_TEXT_BYTES_MAX) {
        return fail(reader, 0, "a groove file has at most 16384 bytes");
    }
    if (text_bytes >= 3 && memcmp(reader->text, BYTE_ORDER_MARK, 3) == 0) {
        start = 3;
    }
    for (; start < text_bytes; reader->line++) {
        const char *end = memchr(reader->text + start, '\n', text_bytes - start);
        size_t next = end == NULL ? text_bytes : (size_t)(end - reader->text) + 1;

        reader->line_start = start;
        reader->line_end = end == NULL ? text_bytes : next - 1;
        if (reader->line_end > start && reader->text[reader->line_end - 1] == '\r') {
            reader->line_end--;
        }
        if (!read_line(reader)) {
            return false;
        }
        start = next;
    }
    reader->line_start = start;
    if (!check_settings(reader, start)) {
        return false;
    }
    if (reader->groove.part_count == 0) {
        return fail(reader, start, "expected at least one part, such as: djembe-bass |x...x...|");
    }
    return true;
}

bool groove_text_parse(const char *text, size_t text_bytes, Groove *groove, GrooveTextError *error)
{
    Reader reader = {.text = text, .groove = {.tempo_mbpm = TEMPO_MBPM_DEFAULT}};

    if (!read_groove(&reader, text_bytes)) {
        if (error != NULL) {
            *error = reader.error;
        }
        return false;
    }
    assert(groove_is_valid(&reader.groove));
    *groove = reader.groove;
    return true;
}

/* ---- Writing ---- */

static void add_tempo(TextOut *text, int32_t tempo_mbpm)
{
    int32_t rest_mbpm = tempo_mbpm % 1000;

    add_number(text, tempo_mbpm / 1000);
    if (rest_mbpm != 0) {
        add_text(text, ".");
    }
    for (int32_t digit_mbpm = 100; rest_mbpm > 0; digit_mbpm /= 10) {
        add_number(text, rest_mbpm / digit_mbpm);
        rest_mbpm %= digit_mbpm;
    }
}

static void add_settings(TextOut *text, const Groove *groove)
{
    add_text(text, "title: ");
    add_text(text, groove->title);
    add_text(text, "\nmetre: ");
    add_number(text, groove_metre_top(groove));
    add_text(text, "/");
    add_number(text, groove_metre_bottom(groove));
    add_text(text, "\nsteps: ");
    add_number(text, groove->steps_per_beat);
    add_text(text, "\nbars: ");
    add_number(text, groove->bars);
    add_text(text, "\ntempo: ");
    add_tempo(text, groove->tempo_mbpm);
    add_text(text, "\n\n");
}

/* The drum and, where it differs from the drum's own, the title of a part. Returns its bytes. */
static size_t add_part_name(TextOut *text, const GroovePart *part)
{
    size_t before_bytes = text->used_bytes;

    add_text(text, drum_slug(part->drum));
    if (strcmp(part->title, drum_title(part->drum)) != 0) {
        add_text(text, " \"");
        add_text(text, part->title);
        add_text(text, "\"");
    }
    return text->used_bytes - before_bytes;
}

size_t groove_text_format(const Groove *groove, char *out, size_t out_bytes)
{
    static const char LETTERS[] = {[STEP_REST] = '.', [STEP_HIT] = 'x', [STEP_ACCENT] = 'X'};
    TextOut text = {.out = out, .out_bytes = out_bytes};
    int per_bar = groove->beats_per_bar * groove->steps_per_beat;
    size_t widest_bytes = 0;

    assert(groove_is_valid(groove));
    if (out_bytes > 0) {
        out[0] = '\0';
    }
    for (int i = 0; i < groove->part_count; i++) {
        size_t name_bytes = add_part_name(&(TextOut){0}, &groove->parts[i]);

        widest_bytes = name_bytes > widest_bytes ? name_bytes : widest_bytes;
    }
    add_settings(&text, groove);
    for (int i = 0; i < groove->part_count; i++) {
        const GroovePart *part = &groove->parts[i];

        for (size_t used = add_part_name(&text, part); used <= widest_bytes; used++) {
            add_text(&text, " ");
        }
        for (int step = 0; step < groove_step_count(groove); step++) {
            add_text(&text, step % per_bar == 0 ? "|" : "");
            add_bytes(&text, &LETTERS[part->steps[step]], 1);
        }
        add_text(&text, "|\n");
    }
    return text.used_bytes;
}
