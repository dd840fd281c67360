/*
 * Which keys strike which pad: a table, its clashes, and its form in the settings.
 *
 * Main thread. Allocates nothing. Keys are SDL scancodes, places on the keyboard whatever is
 * printed on them; names are SDL's, which need no window.
 */
#ifndef CLIENT_DESKTOP_INPUT_BINDINGS_H
#define CLIENT_DESKTOP_INPUT_BINDINGS_H

#include "shared/capacity.h"
#include "shared/units.h"

#include <stddef.h>

enum {
    INPUT_KEYS_PER_PAD_MAX = 4,
    INPUT_BINDING_BYTES_MAX = 128, /* the keys of one pad as text, with the terminator */
    INPUT_KEY_NAME_BYTES_MAX = 32
};

/* Scancodes; 0 where there is none. The first free place of a pad is followed by free ones only. */
typedef struct {
    int32_t scancodes[PADS_MAX][INPUT_KEYS_PER_PAD_MAX];
} InputBindings;

/* Space strikes pad 0, F pad 1, J pad 2. */
void input_bindings_default(InputBindings *bindings);

/* The pad that a key strikes (the lowest of several); -1 for none. */
int input_bindings_pad(const InputBindings *bindings, int32_t scancode);

/* Whether the screens need this key themselves while playing: Esc, Tab, Enter, arrows, M and H. */
bool input_bindings_is_reserved(int32_t scancode);

/* Another pad than `pad` that the key already strikes; -1 for none. */
int input_bindings_conflict(const InputBindings *bindings, int pad, int32_t scancode);

/* Any key that strikes two pads; 0 for none. */
int32_t input_bindings_first_conflict(const InputBindings *bindings);

/*
 * Adds a key to a pad; once is enough. False, and nothing changed, when the pad has all its keys or
 * the key is reserved. A key of another pad is added all the same: the caller shows the conflict,
 * and input_bindings_remove takes it from there.
 */
NODISCARD bool input_bindings_add(InputBindings *bindings, int pad, int32_t scancode);

/* Takes a key from a pad; nothing when it is not there. */
void input_bindings_remove(InputBindings *bindings, int pad, int32_t scancode);

/* What stands on the key cap: "Space", "J". "Key 123" for one without a name. */
void input_bindings_key_name(int32_t scancode, char name[INPUT_KEY_NAME_BYTES_MAX]);

/* The keys of a pad, "Space, Keypad 0", for screen and settings; "" for none. */
void input_bindings_write(const InputBindings *bindings,
                          int pad,
                          char text[INPUT_BINDING_BYTES_MAX]);

/* Reads what input_bindings_write wrote, replacing the pad's keys. False, and nothing changed, when
   a name is unknown, a key reserved, or there are too many. */
NODISCARD bool input_bindings_read(InputBindings *bindings, int pad, const char *text);

#endif
