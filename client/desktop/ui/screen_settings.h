/*
 * Settings: drum and keys, sound, timing, picture, accessibility, privacy, about.
 *
 * Pure. Every change is made in the caller's AppSettings at once and answered, so that it can be
 * heard and seen at once; the shell saves when the screen is left.
 */
#ifndef CLIENT_DESKTOP_UI_SCREEN_SETTINGS_H
#define CLIENT_DESKTOP_UI_SCREEN_SETTINGS_H

#include "client/desktop/ui/app_settings.h"
#include "client/desktop/ui/form_parts.h"
#include "client/desktop/ui/widgets.h"

typedef enum {
    SETTINGS_KEYS,
    SETTINGS_SOUND,
    SETTINGS_TIMING,
    SETTINGS_PICTURE,
    SETTINGS_ACCESSIBILITY,
    SETTINGS_PRIVACY,
    SETTINGS_ABOUT,
    SETTINGS_SECTION_COUNT
} SettingsSection;

typedef enum {
    SETTINGS_ACTION_NONE,
    SETTINGS_ACTION_CHANGED, /* something in the settings: apply it */
    SETTINGS_ACTION_CALIBRATE,
    SETTINGS_ACTION_TEST_SOUND, /* play the own drum once */
    SETTINGS_ACTION_TEST_CLICK, /* something in the settings: apply it, and play the click once */
    SETTINGS_ACTION_BACK        /* save and leave */
} SettingsAction;

/* Zeroed memory is a screen that opens. */
typedef struct {
    size_t section; /* SettingsSection */
    UiListState list;
    UiScrollState scroll;
    size_t scrolled_section; /* the one that `scroll` is of */
    bool has_opened;
    bool is_capturing; /* waits for a key: see settings_screen_key */
    int pad;           /* that the key is for */
    int place;
    bool is_key_refused; /* the last key belongs to the screens */
    bool asks_to_reset;
    bool has_changed; /* in this frame */
    double text_size; /* percent, while the slider is being moved */
    bool text_size_moves;
} SettingsScreen;

typedef struct {
    FormSound sound;
    const char *version; /* of this program */
} SettingsView;

/*
 * While `is_capturing`, the shell gives every key that goes down here, by its name, and not to the
 * Ui: it is bound, or (Escape) forgets the wish. True when the settings changed.
 */
bool settings_screen_key(SettingsScreen *screen, AppSettings *settings, const char *key);

SettingsAction
screen_settings(SettingsScreen *screen, Ui *ui, const SettingsView *view, AppSettings *settings);

#endif
