/*
 * The settings on disk: an INI file, read tolerantly and replaced in one step.
 *
 * Touches one file and its directory. Main thread only.
 */
#ifndef CLIENT_DESKTOP_SETTINGS_FILE_H
#define CLIENT_DESKTOP_SETTINGS_FILE_H

#include "client/desktop/ui/app_settings.h"

#define SETTINGS_FILE "settings.ini"

typedef struct {
    int refused_count;       /* lines that were not understood and left at their default */
    char first_refusal[256]; /* of them, as a sentence; empty without any */
} SettingsReading;

/* Why a file could not be read or written, as a sentence. */
typedef struct {
    char reason[256];
} SettingsFileError;

/*
 * Starts from settings_init and takes every line that is understood. A file that is not there gives
 * the defaults; false only when there is one that cannot be opened (then the defaults as well).
 */
NODISCARD bool settings_file_read(const char *path,
                                  AppSettings *settings,
                                  SettingsReading *reading,
                                  SettingsFileError *error);

/*
 * Writes a temporary file beside it, forces it to disk and renames it, so that at any moment the
 * whole old or the whole new file is there. Makes directories as needed.
 */
NODISCARD bool
settings_file_write(const char *path, const AppSettings *settings, SettingsFileError *error);

#endif
