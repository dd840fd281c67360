#include "client/desktop/input_bindings.h"

#include <SDL.h>
#include <stdio.h>
#include <string.h>

static const char SEPARATOR[] = ", ";

void input_bindings_default(InputBindings *bindings)
{
    memset(bindings, 0, sizeof *bindings);
    bindings->scancodes[0][0] = SDL_SCANCODE_SPACE;
    bindings->scancodes[1][0] = SDL_SCANCODE_F;
    bindings->scancodes[2][0] = SDL_SCANCODE_J;
}

static bool has_key(const InputBindings *bindings, int pad, int32_t scancode)
{
    for (int i = 0; i < INPUT_KEYS_PER_PAD_MAX; i++) {
        if (bindings->scancodes[pad][i] == scancode) {
            return true;
        }
    }
    return false;
}

int input_bindings_pad(const InputBindings *bindings, int32_t scancode)
{
    return input_bindings_conflict(bindings, -1, scancode);
}

bool input_bindings_is_reserved(int32_t scancode)
{
    static const int32_t RESERVED[] = {SDL_SCANCODE_ESCAPE,
                                       SDL_SCANCODE_TAB,
                                       SDL_SCANCODE_RETURN,
                                       SDL_SCANCODE_RETURN2,
                                       SDL_SCANCODE_KP_ENTER,
                                       SDL_SCANCODE_UP,
                                       SDL_SCANCODE_DOWN,
                                       SDL_SCANCODE_LEFT,
                                       SDL_SCANCODE_RIGHT,
                                       SDL_SCANCODE_M,
                                       SDL_SCANCODE_H};

    for (size_t i = 0; i < sizeof RESERVED / sizeof RESERVED[0]; i++) {
        if (RESERVED[i] == scancode) {
            return true;
        }
    }
    return false;
}

int input_bindings_conflict(const InputBindings *bindings, int pad, int32_t scancode)
{
    for (int other = 0; scancode != SDL_SCANCODE_UNKNOWN && other < PADS_MAX; other++) {
        if (other != pad && has_key(bindings, other, scancode)) {
            return other;
        }
    }
    return -1;
}

int32_t input_bindings_first_conflict(const InputBindings *bindings)
{
    for (int pad = 0; pad < PADS_MAX; pad++) {
        for (int i = 0; i < INPUT_KEYS_PER_PAD_MAX; i++) {
            const int32_t scancode = bindings->scancodes[pad][i];

            if (input_bindings_conflict(bindings, pad, scancode) >= 0) {
                return scancode;
            }
        }
    }
    return SDL_SCANCODE_UNKNOWN;
}

bool input_bindings_add(InputBindings *bindings, int pad, int32_t scancode)
{
    assert(pad >= 0 && pad < PADS_MAX);
    if (scancode <= SDL_SCANCODE_UNKNOWN || scancode >= SDL_NUM_SCANCODES ||
        input_bindings_is_reserved(scancode)) {
        return false;
    }
    if (has_key(bindings, pad, scancode)) {
        return true;
    }
    for (int i = 0; i < INPUT_KEYS_PER_PAD_MAX; i++) {
        if (bindings->scancodes[pad][i] == SDL_SCANCODE_UNKNOWN) {
            bindings->scancodes[pad][i] = scancode;
            return true;
        }
    }
    return false;
}

void input_bindings_remove(InputBindings *bindings, int pad, int32_t scancode)
{
    int32_t *keys = bindings->scancodes[pad];
    int kept = 0;

    assert(pad >= 0 && pad < PADS_MAX);
    for (int i = 0; i < INPUT_KEYS_PER_PAD_MAX; i++) {
        if (keys[i] != scancode) {
            keys[kept] = keys[i];
            kept++;
        }
    }
    for (; kept < INPUT_KEYS_PER_PAD_MAX; kept++) {
        keys[kept] = SDL_SCANCODE_UNKNOWN;
    }
}

void input_bindings_key_name(int32_t scancode, char name[INPUT_KEY_NAME_BYTES_MAX])
{
    const char *known = SDL_GetScancodeName((SDL_Scancode)scancode);

    if (known[0] != '\0') {
        (void)snprintf(name, INPUT_KEY_NAME_BYTES_MAX, "%s", known);
    } else {
        (void)snprintf(name, INPUT_KEY_NAME_BYTES_MAX, "Key %d", (int)scancode);
    }
}

void input_bindings_write(const InputBindings *bindings,
                          int pad,
                          char text[INPUT_BINDING_BYTES_MAX])
{
    size_t length = 0;

    assert(pad >= 0 && pad < PADS_MAX);
    text[0] = '\0';
    for (int i = 0; i < INPUT_KEYS_PER_PAD_MAX && bindings->scancodes[pad][i] != 0; i++) {
        char name[INPUT_KEY_NAME_BYTES_MAX];

        input_bindings_key_name(bindings->scancodes[pad][i], name);
        (void)snprintf(
            text + length, INPUT_BINDING_BYTES_MAX - length, "%s%s", i > 0 ? SEPARATOR : "", name);
        length = strlen(text);
    }
}

/* The scancode of a name, by SDL or as "Key 123"; 0 for none. */
static int32_t scancode_of(const char *name)
{
    const SDL_Scancode known = SDL_GetScancodeFromName(name);

    if (known == SDL_SCANCODE_UNKNOWN && strncmp(name, "Key ", 4) == 0) {
        const long number = SDL_strtol(name + 4, NULL, 10);

        return number > 0 && number < SDL_NUM_SCANCODES ? (int32_t)number : SDL_SCANCODE_UNKNOWN;
    }
    return (int32_t)known;
}

bool input_bindings_read(InputBindings *bindings, int pad, const char *text)
{
    InputBindings changed = *bindings;

    assert(pad >= 0 && pad < PADS_MAX);
    memset(changed.scancodes[pad], 0, sizeof changed.scancodes[pad]);
    while (text[0] != '\0') {
        /* The comma key is called ",": no name begins with a space, so the first comma that is
           followed by one separates. */
        const char *end = strstr(text, SEPARATOR);
        const size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        char name[INPUT_KEY_NAME_BYTES_MAX];

        if (length == 0 || length >= sizeof name) {
            return false;
        }
        memcpy(name, text, length);
        name[length] = '\0';
        if (!input_bindings_add(&changed, pad, scancode_of(name))) {
            return false;
        }
        text += length;
        if (end != NULL) {
            text += strlen(SEPARATOR);
            if (text[0] == '\0') {
                return false;
            }
        }
    }
    *bindings = changed;
    return true;
}
