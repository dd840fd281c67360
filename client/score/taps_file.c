#include "client/score/taps_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/score/taps_midi.h"

static bool complain(const TapsFile *taps, const char *why)
{
    (void)fprintf(stderr, "onedrum-score: cannot read %s: %s\n", taps->name, why);
    return false;
}

static bool read_csv(const TapsFile *taps, TapStore *store)
{
    static TapsCsv csv;
    static uint8_t bytes[TAPS_FILE_HEAD_BYTES];
    size_t byte_count;
    bool well;

    taps_csv_init(&csv, tap_store_add, store);
    well = taps_csv_feed(&csv, (const char *)taps->head, taps->head_bytes);
    while (well && (byte_count = fread(bytes, 1, sizeof bytes, taps->file)) > 0) {
        well = taps_csv_feed(&csv, (const char *)bytes, byte_count);
    }
    if (ferror(taps->file) != 0) {
        return complain(taps, strerror(errno));
    }
    if (!taps_csv_finish(&csv)) {
        (void)fprintf(stderr, "%s:%lld: %s\n", taps->name, (long long)csv.reason_line, csv.reason);
        return false;
    }
    return true;
}

/* The whole file in memory that the caller frees; NULL after a complaint. */
static uint8_t *read_whole(const TapsFile *taps, size_t *byte_count)
{
    size_t capacity = TAPS_FILE_HEAD_BYTES;
    uint8_t *bytes = malloc(capacity);
    size_t read_count = taps->head_bytes;

    *byte_count = taps->head_bytes;
    if (bytes != NULL) {
        memcpy(bytes, taps->head, taps->head_bytes);
    }
    while (bytes != NULL && read_count > 0) {
        uint8_t *larger = bytes;

        if (*byte_count == capacity) {
            capacity *= 2;
            larger = capacity <= MIDI_FILE_BYTES_MAX ? realloc(bytes, capacity) : NULL;
        }
        if (larger == NULL) {
            free(bytes);
            bytes = NULL;
            break;
        }
        bytes = larger;
        read_count = fread(bytes + *byte_count, 1, capacity - *byte_count, taps->file);
        *byte_count += read_count;
    }
    if (bytes == NULL) {
        (void)complain(taps, "a MIDI file of 64 MB or more, or too little memory");
    } else if (ferror(taps->file) != 0) {
        (void)complain(taps, strerror(errno));
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

static bool read_midi(TapsFile *taps, TapStore *store)
{
    static TapsMidi midi;
    size_t byte_count = 0;
    uint8_t *bytes = read_whole(taps, &byte_count);
    bool well = false;

    if (bytes == NULL) {
        return false;
    }
    well = taps_midi_read(&midi, bytes, byte_count, tap_store_add, store);
    if (well) {
        taps->tempo_nbpm = taps_midi_tempo_nbpm(&midi);
    } else {
        (void)fprintf(stderr, "%s: byte %zu: %s\n", taps->name, midi.reason_byte, midi.reason);
    }
    free(bytes);
    return well;
}

bool taps_file_open(TapsFile *taps, const char *path)
{
    const bool from_stdin = strcmp(path, "-") == 0;

    taps->tempo_nbpm = 0;
    taps->name = from_stdin ? "standard input" : path;
    taps->file = from_stdin ? stdin : fopen(path, "rb");
    if (taps->file == NULL) {
        return complain(taps, strerror(errno));
    }
    taps->head_bytes = fread(taps->head, 1, sizeof taps->head, taps->file);
    taps->is_midi = taps_midi_is_one(taps->head, taps->head_bytes);
    if (ferror(taps->file) != 0) {
        (void)complain(taps, strerror(errno));
        taps_file_close(taps);
        return false;
    }
    return true;
}

bool taps_file_read(TapsFile *taps, TapStore *store)
{
    return taps->is_midi ? read_midi(taps, store) : read_csv(taps, store);
}

void taps_file_close(TapsFile *taps)
{
    if (taps->file != stdin) {
        (void)fclose(taps->file);
    }
}
