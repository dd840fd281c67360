/*
 * A settings file that somebody edited, or any bytes in its place: what is taken from it is valid,
 * and is written as a file that is read back the same without a complaint. The names of keys in it
 * make bindings that are within their limits.
 */
#include <assert.h>
#include <string.h>

#include "client/desktop/input_bindings.h"
#include "client/desktop/settings_file.h"
#include "tests/fuzz/file_of_bytes.h"
#include "tests/fuzz/fuzz.h"

static FileOfBytes file;

static void read_file(AppSettings *settings, SettingsReading *reading)
{
    SettingsFileError error = {""};

    if (!settings_file_read(file.path, settings, reading, &error)) {
        assert(false);
    }
    assert(settings_is_valid(settings));
    assert(memchr(reading->first_refusal, '\0', sizeof reading->first_refusal) != NULL);
    assert((reading->refused_count > 0) == (reading->first_refusal[0] != '\0'));
}

/* The same text again means the same settings. */
static void check_written(const AppSettings *settings)
{
    static char text[SETTINGS_TEXT_BYTES_MAX + 1];
    static char again[SETTINGS_TEXT_BYTES_MAX + 1];
    const size_t text_bytes = settings_write(settings, text, sizeof text);
    AppSettings read_back;
    SettingsReading reading;

    assert(text_bytes > 0 && text_bytes == strlen(text));
    file_of_bytes_fill(&file, text, text_bytes);
    read_file(&read_back, &reading);
    assert(reading.refused_count == 0);
    assert(settings_write(&read_back, again, sizeof again) == text_bytes);
    assert(memcmp(text, again, text_bytes) == 0);
    if (settings->remember_person) {
        assert(strcmp(settings->name, read_back.name) == 0);
        assert(strcmp(settings->team, read_back.team) == 0);
        assert(strcmp(settings->host, read_back.host) == 0);
    } else {
        assert(read_back.name[0] == '\0' && read_back.host[0] == '\0');
    }
}

/* Every key that was taken is one that a screen can name, and is named so that it is found again.
 */
static void check_bindings(const char *text)
{
    InputBindings bindings;
    InputBindings again;
    char written[INPUT_BINDING_BYTES_MAX];

    input_bindings_default(&bindings);
    again = bindings;
    if (!input_bindings_read(&bindings, 1, text)) {
        assert(memcmp(&bindings, &again, sizeof bindings) == 0);
        return;
    }
    for (int i = 0; i < INPUT_KEYS_PER_PAD_MAX; i++) {
        assert(!input_bindings_is_reserved(bindings.scancodes[1][i]));
    }
    input_bindings_write(&bindings, 1, written);
    if (!input_bindings_read(&again, 1, written)) {
        assert(false);
    }
    assert(memcmp(&bindings, &again, sizeof bindings) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AppSettings settings;
    SettingsReading reading;
    char text[INPUT_BINDING_BYTES_MAX] = "";

    if (file.path[0] == '\0') {
        file_of_bytes_open(&file);
    }
    file_of_bytes_fill(&file, data, size);
    read_file(&settings, &reading);
    check_written(&settings);
    if (size > 0) {
        memcpy(text, data, size < sizeof text ? size : sizeof text - 1);
    }
    check_bindings(text);
    return 0;
}
