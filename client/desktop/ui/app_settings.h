/*
 * What a person set for this device: keys, sound, timing, picture, and who they were last time.
 *
 * Pure: values, their defaults, their ranges, and their text as an INI file. Reading and writing
 * the file is the shell's: it feeds every line it parsed to settings_set.
 */
#ifndef CLIENT_DESKTOP_UI_APP_SETTINGS_H
#define CLIENT_DESKTOP_UI_APP_SETTINGS_H

#include "client/desktop/ui/theme.h"
#include "client/model/click_sound.h"
#include "shared/capacity.h"
#include "shared/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SETTINGS_PADS = 4,         /* pads that keys can be bound to; below PADS_MAX */
    SETTINGS_KEYS_PER_PAD = 4, /* keys that strike the same pad */
    SETTINGS_KEY_BYTES_MAX = 23,
    SETTINGS_HOST_BYTES_MAX = 160,  /* a line of an INI file holds 200 bytes */
    SETTINGS_DEVICES_MAX = 8,       /* whose offsets are kept beside the one in use */
    SETTINGS_DEVICE_BYTES_MAX = 60, /* of a device's name; longer ones are cut */
    SETTINGS_BLOCK_FRAMES_MAX = 65536,
    SETTINGS_TEXT_BYTES_MAX = 8192,
    SETTINGS_OFFSET_MS_MAX = 500,
    SETTINGS_TEXT_SIZE_PERCENT_MIN = 80,
    SETTINGS_TEXT_SIZE_PERCENT_MAX = 200
};

/* The three offsets, and the sound device they are for: they hold for one device at one block size.
   Zeroed memory is nobody's offsets. */
typedef struct {
    char sound_device[SETTINGS_DEVICE_BYTES_MAX + 1]; /* "": for whichever comes first */
    int32_t block_frames;

    /* Within +-SETTINGS_OFFSET_MS_MAX. */
    int32_t timing_offset_ms;  /* where own hits usually lie, negative is early: taken off each */
    bool timing_offset_is_set; /* false: nobody measured it, timing is not rated */
    int32_t sound_offset_ms;   /* how late this device sounds: the click starts earlier by it */
    int32_t picture_offset_ms; /* how late this screen shows: the picture runs ahead by it */
} SettingsOffsets;

typedef struct {
    /* Who joined last; empty where nobody did, or where it is not to be remembered. */
    char name[NAME_BYTES_MAX + 1];
    char team[NAME_BYTES_MAX + 1];
    char host[SETTINGS_HOST_BYTES_MAX + 1]; /* HOST or HOST:PORT */
    bool remember_person;
    bool keep_history; /* results of practice */

    /* Names of physical keys as SDL_GetScancodeName gives them; empty where none is bound. */
    char keys[SETTINGS_PADS][SETTINGS_KEYS_PER_PAD][SETTINGS_KEY_BYTES_MAX + 1];

    /* Loudness, 0..100. */
    int32_t master_percent;
    int32_t click_percent;
    ClickSound click_sound;
    int32_t own_percent;    /* own drum */
    bool own_is_muted;      /* a real drum, or the room, is heard instead */
    int32_t others_percent; /* demonstrated groove and simulated bandmates */

    SettingsOffsets offsets;                    /* in use */
    SettingsOffsets kept[SETTINGS_DEVICES_MAX]; /* of other devices, the newest first */

    ThemeKind theme;
    int32_t text_size_percent; /* 80..200 */
    bool reduced_motion;
    bool calm_light;
    bool hit_cue; /* a soft tone after each own hit tells early, on or late */
    bool one_key; /* every bound key strikes the first pad */
} AppSettings;

/* Why a value was refused, as a sentence. */
typedef struct {
    char reason[160];
} SettingsError;

/* As Onedrum comes. */
void settings_init(AppSettings *settings);

/* Everything but who they are returns to how Onedrum comes. */
void settings_reset(AppSettings *settings);

/* Every text is clean and terminated, every number within its range. */
bool settings_is_valid(const AppSettings *settings);

/*
 * Takes one line of the file, `[section] key = value`. False, with `settings` as before and the
 * reason in `error` (which may be NULL), for an unknown name or a value out of range.
 */
NODISCARD bool settings_set(AppSettings *settings,
                            const char *section,
                            const char *key,
                            const char *value,
                            SettingsError *error);

/*
 * The file's text, terminated; what settings_set takes back unchanged. Returns its length, or 0
 * when `text_capacity` is too small (SETTINGS_TEXT_BYTES_MAX + 1 always suffices). Name, team and
 * host are left out unless remember_person.
 */
size_t settings_write(const AppSettings *settings, char *text, size_t text_capacity);

/* Multiplies sizes on screen: .8 to 2.0. */
float settings_text_size(const AppSettings *settings);

/* ---- offsets --------------------------------------------------------------------------------- */

typedef enum {
    OFFSETS_STAY,    /* they are for this device and block size, or are from now on */
    OFFSETS_RETURN,  /* of a device that was here before */
    OFFSETS_ARE_NEW, /* nothing is known of this one: calibrate. There was nothing to lose */
    OFFSETS_ARE_LOST /* the same; those in use until now did not fit any more, and are kept */
} SettingsOffsetsNews;

/* From now on this device sounds, in blocks of `block_frames`: its offsets come into use. The name
   is any text. */
SettingsOffsetsNews
settings_use_device(AppSettings *settings, const char *device, int32_t block_frames);

/* Moves the sound offset, and with it the timing offset the other way: the same hands then hear the
   click so much earlier. Both stay within their range. */
void settings_move_sound(SettingsOffsets *offsets, int32_t sound_offset_ms);

/* ---- keys ------------------------------------------------------------------------------------ */

/* "Main drum", "Left hand", ...; 0 <= pad < SETTINGS_PADS. */
const char *settings_pad_title(int pad);

/* Keys that always belong to the screens and cannot be bound: Escape and Tab. */
bool settings_key_is_reserved(const char *key);

/* What the key does while playing when it is no drum, such as "the hit meter"; NULL for nothing. */
const char *settings_key_use(const char *key);

typedef enum {
    KEY_CLASH_NONE,
    KEY_CLASH_PAD, /* bound twice: the first pad wins */
    KEY_CLASH_USE  /* it has a use while playing, which the drum takes over */
} KeyClash;

/* Whether the key in this place is wanted elsewhere; the other pad in `other_pad` (may be NULL). */
KeyClash settings_key_clash(const AppSettings *settings, int pad, int place, int *other_pad);

/* Binds (or with "" frees) one place of a pad. False, nothing changed, for a reserved or overlong
 * name. A key that the pad has already moves to this place. */
NODISCARD bool settings_bind_key(AppSettings *settings, int pad, int place, const char *key);

#endif
