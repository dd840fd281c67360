#include "client/desktop/ui/app_settings.h"

#include "shared/groove.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* ---- the table of all settings --------------------------------------------------------------- */

typedef enum {
    FIELD_TEXT,    /* char[maximum + 1] */
    FIELD_NAME,    /* the same, of at most NAME_CODE_POINTS_MAX characters */
    FIELD_FLAG,    /* bool */
    FIELD_INTEGER, /* int32_t within minimum..maximum */
    FIELD_THEME,   /* ThemeKind */
    FIELD_CLICK,   /* ClickSound */
    FIELD_KEYS     /* keys of one pad */
} FieldKind;

typedef struct {
    const char *section;
    const char *key;
    FieldKind kind;
    size_t offset_bytes;
    int32_t minimum;
    int32_t maximum;
    bool is_personal; /* who somebody is */
} Field;

#define OFFSET(member) offsetof(AppSettings, member)
#define KEYS_OFFSET(pad)                                                                           \
    (offsetof(AppSettings, keys) + (size_t)(pad) * sizeof((AppSettings *)NULL)->keys[0])

/* In the order of the file. */
static const Field fields[] = {
    {"person", "name", FIELD_NAME, OFFSET(name), 0, NAME_BYTES_MAX, true},
    {"person", "team", FIELD_NAME, OFFSET(team), 0, NAME_BYTES_MAX, true},
    {"person", "host", FIELD_TEXT, OFFSET(host), 0, SETTINGS_HOST_BYTES_MAX, true},
    {"privacy", "remember_person", FIELD_FLAG, OFFSET(remember_person), 0, 1, false},
    {"privacy", "keep_history", FIELD_FLAG, OFFSET(keep_history), 0, 1, false},
    {"keys", "pad_1", FIELD_KEYS, KEYS_OFFSET(0), 0, 0, false},
    {"keys", "pad_2", FIELD_KEYS, KEYS_OFFSET(1), 0, 0, false},
    {"keys", "pad_3", FIELD_KEYS, KEYS_OFFSET(2), 0, 0, false},
    {"keys", "pad_4", FIELD_KEYS, KEYS_OFFSET(3), 0, 0, false},
    {"keys", "one_key", FIELD_FLAG, OFFSET(one_key), 0, 1, false},
    {"sound", "master_percent", FIELD_INTEGER, OFFSET(master_percent), 0, 100, false},
    {"sound", "click_percent", FIELD_INTEGER, OFFSET(click_percent), 0, 100, false},
    {"sound", "click_sound", FIELD_CLICK, OFFSET(click_sound), 0, CLICK_SOUND_COUNT - 1, false},
    {"sound", "own_percent", FIELD_INTEGER, OFFSET(own_percent), 0, 100, false},
    {"sound", "own_is_muted", FIELD_FLAG, OFFSET(own_is_muted), 0, 1, false},
    {"sound", "others_percent", FIELD_INTEGER, OFFSET(others_percent), 0, 100, false},
    {"picture", "theme", FIELD_THEME, OFFSET(theme), 0, THEME_KIND_COUNT - 1, false},
    {"picture",
     "text_size_percent",
     FIELD_INTEGER,
     OFFSET(text_size_percent),
     SETTINGS_TEXT_SIZE_PERCENT_MIN,
     SETTINGS_TEXT_SIZE_PERCENT_MAX,
     false},
    {"accessibility", "reduced_motion", FIELD_FLAG, OFFSET(reduced_motion), 0, 1, false},
    {"accessibility", "calm_light", FIELD_FLAG, OFFSET(calm_light), 0, 1, false},
    {"accessibility", "hit_cue", FIELD_FLAG, OFFSET(hit_cue), 0, 1, false},
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

/* The same for SettingsOffsets: section "timing" is in use, "device_1" to "device_8" are kept. */
#define OFFSETS_OFFSET(member) offsetof(SettingsOffsets, member)
#define OFFSET_FIELD(member)                                                                       \
    {                                                                                              \
        NULL, #member, FIELD_INTEGER, OFFSETS_OFFSET(member), -SETTINGS_OFFSET_MS_MAX,             \
            SETTINGS_OFFSET_MS_MAX, false                                                          \
    }

static const Field offset_fields[] = {
    {NULL,
     "sound_device",
     FIELD_TEXT,
     OFFSETS_OFFSET(sound_device),
     0,
     SETTINGS_DEVICE_BYTES_MAX,
     false},
    {NULL,
     "block_frames",
     FIELD_INTEGER,
     OFFSETS_OFFSET(block_frames),
     0,
     SETTINGS_BLOCK_FRAMES_MAX,
     false},
    OFFSET_FIELD(timing_offset_ms),
    {NULL, "timing_offset_is_set", FIELD_FLAG, OFFSETS_OFFSET(timing_offset_is_set), 0, 1, false},
    OFFSET_FIELD(sound_offset_ms),
    OFFSET_FIELD(picture_offset_ms),
};
#define OFFSET_FIELD_COUNT (sizeof offset_fields / sizeof offset_fields[0])

/* The file has them where a person looks: before the picture. */
#define TIMING_SECTION "timing"
#define TIMING_BEFORE_SECTION "picture"
#define DEVICE_SECTION "device_"

_Static_assert(SETTINGS_PADS == 4, "the table above names every pad");

/* The keys of one pad lie one behind the other. */
#define KEY_BYTES ((size_t)(SETTINGS_KEY_BYTES_MAX + 1))

static const char *const theme_words[THEME_KIND_COUNT] = {"dark", "light", "high-contrast"};

/* `record` is the struct that the field is of. */
static void *field_at(void *record, const Field *field)
{
    return (unsigned char *)record + field->offset_bytes;
}

static const void *field_of(const void *record, const Field *field)
{
    return (const unsigned char *)record + field->offset_bytes;
}

/* ---- defaults -------------------------------------------------------------------------------- */

void settings_init(AppSettings *settings)
{
    *settings = (AppSettings){
        .remember_person = true,
        .keep_history = true,
        .keys = {{"Space"}, {"F"}, {"J"}},
        .master_percent = 80,
        .click_percent = 70,
        .own_percent = 80,
        .others_percent = 60,
        .theme = THEME_DARK,
        .text_size_percent = 100,
        .calm_light = true,
    };
}

void settings_reset(AppSettings *settings)
{
    AppSettings before = *settings;

    settings_init(settings);
    memcpy(settings->name, before.name, sizeof settings->name);
    memcpy(settings->team, before.team, sizeof settings->team);
    memcpy(settings->host, before.host, sizeof settings->host);
    settings->remember_person = before.remember_person;
    settings->keep_history = before.keep_history;
}

/* ---- validity -------------------------------------------------------------------------------- */

static size_t code_points(const char *text, size_t text_bytes)
{
    size_t count = 0;

    for (size_t i = 0; i < text_bytes; i++) {
        count += ((unsigned char)text[i] & 0xC0U) != 0x80U ? 1 : 0;
    }
    return count;
}

/* Terminated within its memory, and without bytes that a screen cannot show. */
static bool text_is_clean(const char *text, size_t bytes_max)
{
    const char *end = memchr(text, '\0', bytes_max + 1);

    return end != NULL && groove_title_clean_bytes(text, (size_t)(end - text)) == strlen(text);
}

static bool name_is_clean(const char *text, size_t bytes_max)
{
    return text_is_clean(text, bytes_max) &&
           code_points(text, strlen(text)) <= NAME_CODE_POINTS_MAX;
}

static bool field_is_valid(const void *record, const Field *field)
{
    const void *at = field_of(record, field);
    int32_t number;

    switch (field->kind) {
    case FIELD_TEXT:
        return text_is_clean(at, (size_t)field->maximum);
    case FIELD_NAME:
        return name_is_clean(at, (size_t)field->maximum);
    case FIELD_INTEGER:
        number = *(const int32_t *)at;
        return number >= field->minimum && number <= field->maximum;
    case FIELD_THEME:
        return *(const ThemeKind *)at < THEME_KIND_COUNT;
    case FIELD_CLICK:
        return *(const ClickSound *)at < CLICK_SOUND_COUNT;
    case FIELD_KEYS:
        for (int i = 0; i < SETTINGS_KEYS_PER_PAD; i++) {
            const char *key = (const char *)at + (size_t)i * KEY_BYTES;

            if (!text_is_clean(key, SETTINGS_KEY_BYTES_MAX) || settings_key_is_reserved(key)) {
                return false;
            }
        }
        return true;
    case FIELD_FLAG:
        break;
    }
    return true;
}

static bool fields_are_valid(const void *record, const Field *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!field_is_valid(record, &list[i])) {
            return false;
        }
    }
    return true;
}

bool settings_is_valid(const AppSettings *settings)
{
    bool is_valid = fields_are_valid(settings, fields, FIELD_COUNT) &&
                    fields_are_valid(&settings->offsets, offset_fields, OFFSET_FIELD_COUNT);

    for (int i = 0; i < SETTINGS_DEVICES_MAX; i++) {
        is_valid =
            is_valid && fields_are_valid(&settings->kept[i], offset_fields, OFFSET_FIELD_COUNT);
    }
    return is_valid;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void add_reason(SettingsError *error, const char *words)
{
    size_t used;
    size_t bytes = strlen(words);

    if (error == NULL) {
        return;
    }
    used = strlen(error->reason);
    if (bytes > sizeof error->reason - 1 - used) {
        bytes = sizeof error->reason - 1 - used;
    }
    memcpy(error->reason + used, words, bytes);
    error->reason[used + bytes] = '\0';
}

static bool refuse(SettingsError *error, const char *section, const char *key, const char *what)
{
    if (error != NULL) {
        error->reason[0] = '\0';
    }
    add_reason(error, section);
    add_reason(error, ".");
    add_reason(error, key);
    add_reason(error, " ");
    add_reason(error, what);
    return false;
}

static int hex_value(char letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

/* Undoes add_escaped on one stretch. False when it does not fit or is broken. */
static bool unescape(const char *value, size_t value_bytes, char *text, size_t bytes_max)
{
    size_t used = 0;

    for (size_t i = 0; i < value_bytes; i++) {
        char letter = value[i];

        if (letter == '%') {
            bool is_whole = i + 2 < value_bytes;
            int high = is_whole ? hex_value(value[i + 1]) : -1;
            int low = is_whole ? hex_value(value[i + 2]) : -1;

            if (high < 0 || low < 0) {
                return false;
            }
            letter = (char)(high * 16 + low);
            i += 2;
        }
        if (used == bytes_max || letter == '\0') {
            return false;
        }
        text[used] = letter;
        used++;
    }
    text[used] = '\0';
    return true;
}

static bool integer_of(const char *value, int32_t *number)
{
    bool is_negative = value[0] == '-';
    int64_t sum = 0;
    size_t i = is_negative ? 1 : 0;

    if (value[i] == '\0') {
        return false;
    }
    for (; value[i] != '\0'; i++) {
        if (value[i] < '0' || value[i] > '9' || sum > INT32_MAX / 10) {
            return false;
        }
        sum = sum * 10 + (value[i] - '0');
    }
    *number = (int32_t)(is_negative ? -sum : sum);
    return true;
}

static bool flag_of(const char *value, bool *flag)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    static const char *const no[] = {"no", "false", "off", "0"};

    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *flag = strcmp(value, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static bool click_of_word(const char *value, ClickSound *sound)
{
    for (int i = 0; i < CLICK_SOUND_COUNT; i++) {
        if (strcmp(value, click_sound_word((ClickSound)i)) == 0) {
            *sound = (ClickSound)i;
            return true;
        }
    }
    return false;
}

static bool theme_of_word(const char *value, ThemeKind *theme)
{
    for (int i = 0; i < THEME_KIND_COUNT; i++) {
        if (strcmp(value, theme_words[i]) == 0) {
            *theme = (ThemeKind)i;
            return true;
        }
    }
    return false;
}

/* "Space,F": names with commas between them. */
static bool keys_of(const char *value, char *keys)
{
    size_t count = 0;

    memset(keys, 0, SETTINGS_KEYS_PER_PAD * KEY_BYTES);
    while (*value != '\0') {
        const char *comma = strchr(value, ',');
        size_t bytes = comma != NULL ? (size_t)(comma - value) : strlen(value);

        if (count == SETTINGS_KEYS_PER_PAD ||
            !unescape(value, bytes, keys + count * KEY_BYTES, SETTINGS_KEY_BYTES_MAX)) {
            return false;
        }
        count += keys[count * KEY_BYTES] != '\0' ? 1 : 0;
        value += bytes;
        value += comma != NULL ? 1 : 0;
    }
    return true;
}

static bool parse_field(void *record, const Field *field, const char *value)
{
    void *at = field_at(record, field);

    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_NAME:
        return unescape(value, strlen(value), at, (size_t)field->maximum);
    case FIELD_INTEGER:
        return integer_of(value, at);
    case FIELD_THEME:
        return theme_of_word(value, at);
    case FIELD_CLICK:
        return click_of_word(value, at);
    case FIELD_KEYS:
        return keys_of(value, at);
    case FIELD_FLAG:
        break;
    }
    return flag_of(value, at);
}

static const char *field_expects(const Field *field)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return "must be a short text.";
    case FIELD_NAME:
        return "must have at most 24 characters.";
    case FIELD_INTEGER:
        return "must be a whole number within its range.";
    case FIELD_THEME:
        return "must be dark, light or high-contrast.";
    case FIELD_CLICK:
        return "must be beep, wood, bell or shaker.";
    case FIELD_KEYS:
        return "must be up to four names of keys with commas between; never Escape or Tab.";
    case FIELD_FLAG:
        break;
    }
    return "must be yes or no.";
}

/* The offsets that a section of the file holds; NULL for another section. */
static SettingsOffsets *offsets_of_section(AppSettings *settings, const char *section)
{
    const size_t prefix_bytes = sizeof DEVICE_SECTION - 1;
    const char *number = section + prefix_bytes;

    if (strcmp(section, TIMING_SECTION) == 0) {
        return &settings->offsets;
    }
    if (strncmp(section, DEVICE_SECTION, prefix_bytes) != 0 || number[0] < '1' ||
        number[0] >= '1' + SETTINGS_DEVICES_MAX || number[1] != '\0') {
        return NULL;
    }
    return &settings->kept[number[0] - '1'];
}

bool settings_set(AppSettings *settings,
                  const char *section,
                  const char *key,
                  const char *value,
                  SettingsError *error)
{
    AppSettings changed = *settings;
    SettingsOffsets *offsets = offsets_of_section(&changed, section);
    const Field *list = offsets != NULL ? offset_fields : fields;
    const size_t count = offsets != NULL ? OFFSET_FIELD_COUNT : FIELD_COUNT;
    void *record = offsets != NULL ? (void *)offsets : (void *)&changed;

    for (size_t i = 0; i < count; i++) {
        const Field *field = &list[i];

        if (strcmp(field->key, key) != 0 ||
            (offsets == NULL && strcmp(field->section, section) != 0)) {
            continue;
        }
        if (!parse_field(record, field, value) || !field_is_valid(record, field)) {
            return refuse(error, section, key, field_expects(field));
        }
        *settings = changed;
        return true;
    }
    return refuse(error, section, key, "is no setting of Onedrum.");
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct {
    char *text;
    size_t capacity;
    size_t used;
    bool full;
} Writer;

static void add(Writer *writer, const char *words)
{
    size_t bytes = strlen(words);

    if (writer->full || writer->used + bytes >= writer->capacity) {
        writer->full = true;
        return;
    }
    memcpy(writer->text + writer->used, words, bytes + 1);
    writer->used += bytes;
}

/* What an INI reader would take for a comment, a list or a border of the value is written %XX. */
static void add_escaped(Writer *writer, const char *words)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t bytes = strlen(words);

    for (size_t i = 0; i < bytes; i++) {
        char piece[4] = {words[i]};
        bool at_border = i == 0 || i + 1 == bytes;
        bool is_special = strchr(";%,#\"", words[i]) != NULL || (words[i] == ' ' && at_border);

        if (is_special) {
            piece[0] = '%';
            piece[1] = digits[((unsigned char)words[i] >> 4U) & 0xFU];
            piece[2] = digits[(unsigned char)words[i] & 0xFU];
        }
        add(writer, piece);
    }
}

static void add_integer(Writer *writer, int32_t number)
{
    char digits[12];
    size_t first = sizeof digits - 1;
    int64_t rest = number < 0 ? -(int64_t)number : number;

    digits[first] = '\0';
    do {
        first--;
        digits[first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    add(writer, number < 0 ? "-" : "");
    add(writer, &digits[first]);
}

static void add_keys(Writer *writer, const char *keys)
{
    bool any = false;

    for (int i = 0; i < SETTINGS_KEYS_PER_PAD; i++) {
        const char *key = keys + (size_t)i * KEY_BYTES;

        if (key[0] != '\0') {
            add(writer, any ? "," : "");
            add_escaped(writer, key);
            any = true;
        }
    }
}

static void add_field(Writer *writer, const void *record, const Field *field)
{
    const void *at = field_of(record, field);

    add(writer, field->key);
    add(writer, " = ");
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_NAME:
        add_escaped(writer, at);
        break;
    case FIELD_FLAG:
        add(writer, *(const bool *)at ? "yes" : "no");
        break;
    case FIELD_INTEGER:
        add_integer(writer, *(const int32_t *)at);
        break;
    case FIELD_THEME:
        add(writer, theme_words[*(const ThemeKind *)at]);
        break;
    case FIELD_CLICK:
        add(writer, click_sound_word(*(const ClickSound *)at));
        break;
    case FIELD_KEYS:
        add_keys(writer, at);
        break;
    }
    add(writer, "\n");
}

static void add_section(Writer *writer, const char *section)
{
    add(writer, writer->used == 0 ? "[" : "\n[");
    add(writer, section);
    add(writer, "]\n");
}

static void add_offsets(Writer *writer, const char *section, const SettingsOffsets *offsets)
{
    add_section(writer, section);
    for (size_t i = 0; i < OFFSET_FIELD_COUNT; i++) {
        add_field(writer, offsets, &offset_fields[i]);
    }
}

static void add_kept(Writer *writer, const AppSettings *settings)
{
    char section[] = DEVICE_SECTION "1";

    for (int i = 0; i < SETTINGS_DEVICES_MAX; i++) {
        section[sizeof section - 2] = (char)('1' + i);
        if (settings->kept[i].sound_device[0] != '\0') {
            add_offsets(writer, section, &settings->kept[i]);
        }
    }
}

size_t settings_write(const AppSettings *settings, char *text, size_t text_capacity)
{
    Writer writer = {.text = text, .capacity = text_capacity};
    const char *section = "";

    assert(settings_is_valid(settings));
    assert(text_capacity > 0);
    text[0] = '\0';
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const Field *field = &fields[i];

        if (field->is_personal && !settings->remember_person) {
            continue;
        }
        if (strcmp(section, field->section) != 0) {
            if (strcmp(field->section, TIMING_BEFORE_SECTION) == 0) {
                add_offsets(&writer, TIMING_SECTION, &settings->offsets);
            }
            add_section(&writer, field->section);
            section = field->section;
        }
        add_field(&writer, settings, field);
    }
    add_kept(&writer, settings);
    return writer.full ? 0 : writer.used;
}

float settings_text_size(const AppSettings *settings)
{
    return (float)settings->text_size_percent / 100.0F;
}

/* ---- offsets --------------------------------------------------------------------------------- */

/* A name as the file may hold it: what a screen cannot show is left out, what is too long is cut
   between characters. */
static void copy_device(char target[SETTINGS_DEVICE_BYTES_MAX + 1], const char *device)
{
    size_t used = 0;

    memset(target, 0, SETTINGS_DEVICE_BYTES_MAX + 1);
    for (size_t i = 0; device[i] != '\0' && used < SETTINGS_DEVICE_BYTES_MAX; i++) {
        if ((unsigned char)device[i] >= ' ' && device[i] != '\x7F') {
            target[used] = device[i];
            used++;
        }
    }
    while (used > 0 && !text_is_clean(target, SETTINGS_DEVICE_BYTES_MAX)) {
        used--;
        target[used] = '\0';
    }
}

static bool fits(const SettingsOffsets *offsets, const char *device, int32_t block_frames)
{
    return strcmp(offsets->sound_device, device) == 0 && offsets->block_frames == block_frames;
}

static bool is_worth_keeping(const SettingsOffsets *offsets)
{
    return offsets->sound_device[0] != '\0' &&
           (offsets->timing_offset_is_set || offsets->timing_offset_ms != 0 ||
            offsets->sound_offset_ms != 0 || offsets->picture_offset_ms != 0);
}

/* Takes the set at `place` out; what follows moves up. */
static void take_out(AppSettings *settings, int place)
{
    for (int i = place; i + 1 < SETTINGS_DEVICES_MAX; i++) {
        settings->kept[i] = settings->kept[i + 1];
    }
    settings->kept[SETTINGS_DEVICES_MAX - 1] = (SettingsOffsets){.block_frames = 0};
}

static void keep(AppSettings *settings, const SettingsOffsets *offsets)
{
    for (int i = SETTINGS_DEVICES_MAX - 1; i > 0; i--) {
        settings->kept[i] = settings->kept[i - 1];
    }
    settings->kept[0] = *offsets;
}

SettingsOffsetsNews
settings_use_device(AppSettings *settings, const char *device, int32_t block_frames)
{
    SettingsOffsets *offsets = &settings->offsets;
    const SettingsOffsets before = *offsets;
    SettingsOffsetsNews news = OFFSETS_ARE_NEW;
    char name[SETTINGS_DEVICE_BYTES_MAX + 1];

    copy_device(name, device);
    block_frames = (int32_t)clamp_i64(block_frames, 0, SETTINGS_BLOCK_FRAMES_MAX);
    if (name[0] == '\0' || fits(offsets, name, block_frames)) {
        return OFFSETS_STAY;
    }
    if (before.sound_device[0] == '\0') {
        memcpy(offsets->sound_device, name, sizeof name);
        offsets->block_frames = block_frames;
        return OFFSETS_STAY;
    }
    *offsets = (SettingsOffsets){.block_frames = block_frames};
    memcpy(offsets->sound_device, name, sizeof name);
    for (int i = 0; i < SETTINGS_DEVICES_MAX && news == OFFSETS_ARE_NEW; i++) {
        if (fits(&settings->kept[i], name, block_frames)) {
            *offsets = settings->kept[i];
            take_out(settings, i);
            news = OFFSETS_RETURN;
        }
    }
    if (is_worth_keeping(&before)) {
        keep(settings, &before);
        news = news == OFFSETS_ARE_NEW && before.timing_offset_is_set ? OFFSETS_ARE_LOST : news;
    }
    return news;
}

void settings_move_sound(SettingsOffsets *offsets, int32_t sound_offset_ms)
{
    const int32_t moved_ms = sound_offset_ms - offsets->sound_offset_ms;

    offsets->sound_offset_ms = sound_offset_ms;
    if (offsets->timing_offset_is_set) {
        offsets->timing_offset_ms = (int32_t)clamp_i64(
            offsets->timing_offset_ms - moved_ms, -SETTINGS_OFFSET_MS_MAX, SETTINGS_OFFSET_MS_MAX);
    }
}

/* ---- keys ------------------------------------------------------------------------------------ */

const char *settings_pad_title(int pad)
{
    static const char *const titles[SETTINGS_PADS] = {
        "Main drum", "Left hand", "Right hand", "Spare pad"};

    assert(pad >= 0 && pad < SETTINGS_PADS);
    return titles[pad];
}

bool settings_key_is_reserved(const char *key)
{
    return strcmp(key, "Escape") == 0 || strcmp(key, "Tab") == 0;
}

const char *settings_key_use(const char *key)
{
    static const struct {
        const char *key;
        const char *use;
    } uses[] = {
        {"G", "the gap click"},
        {"H", "the hit meter"},
        {"N", "names on the ring"},
        {"O", "only people who are off"},
        {"R", "the ring"},
        {"X", "ending practice"},
        {"Return", "buttons"},
        {"Left", "moving on the ring"},
        {"Right", "moving on the ring"},
        {"Up", "moving on the ring"},
        {"Down", "moving on the ring"},
    };

    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if (strcmp(uses[i].key, key) == 0) {
            return uses[i].use;
        }
    }
    return NULL;
}

KeyClash settings_key_clash(const AppSettings *settings, int pad, int place, int *other_pad)
{
    const char *key = settings->keys[pad][place];

    for (int i = 0; i < SETTINGS_PADS * SETTINGS_KEYS_PER_PAD && key[0] != '\0'; i++) {
        int other = i / SETTINGS_KEYS_PER_PAD;
        int other_place = i % SETTINGS_KEYS_PER_PAD;
        bool is_same = other == pad && other_place == place;

        if (!is_same && strcmp(settings->keys[other][other_place], key) == 0) {
            if (other_pad != NULL) {
                *other_pad = other;
            }
            return KEY_CLASH_PAD;
        }
    }
    return settings_key_use(key) != NULL ? KEY_CLASH_USE : KEY_CLASH_NONE;
}

bool settings_bind_key(AppSettings *settings, int pad, int place, const char *key)
{
    size_t bytes = strlen(key);

    assert(pad >= 0 && pad < SETTINGS_PADS);
    assert(place >= 0 && place < SETTINGS_KEYS_PER_PAD);
    if (bytes > SETTINGS_KEY_BYTES_MAX || settings_key_is_reserved(key) ||
        !text_is_clean(key, bytes)) {
        return false;
    }
    for (int i = 0; i < SETTINGS_KEYS_PER_PAD; i++) {
        if (strcmp(settings->keys[pad][i], key) == 0) {
            settings->keys[pad][i][0] = '\0';
        }
    }
    memset(settings->keys[pad][place], 0, sizeof settings->keys[pad][place]);
    memcpy(settings->keys[pad][place], key, bytes);
    return true;
}
