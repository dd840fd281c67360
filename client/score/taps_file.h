/*
 * Reads a file of recorded taps, CSV or MIDI, into a store.
 *
 * Not pure: reads the file or standard input, and says on standard error what is wrong with it.
 */
#ifndef CLIENT_SCORE_TAPS_FILE_H
#define CLIENT_SCORE_TAPS_FILE_H

#include <stdio.h>

#include "client/score/tap_store.h"

enum {
    TAPS_FILE_HEAD_BYTES = 65536,
    MIDI_FILE_BYTES_MAX = 64 * 1024 * 1024
};

typedef struct {
    const char *name; /* for messages */
    FILE *file;
    uint8_t head[TAPS_FILE_HEAD_BYTES]; /* the first bytes, by which its kind is known */
    size_t head_bytes;
    bool is_midi;
    int64_t tempo_nbpm; /* once read: of a MIDI file that has one tempo, in 10^-9 beats per minute;
                           else 0 */
} TapsFile;

/* Opens `path`, "-" being standard input, and looks at its kind. Opened, it must be closed. */
NODISCARD bool taps_file_open(TapsFile *taps, const char *path);

NODISCARD bool taps_file_read(TapsFile *taps, TapStore *store);

void taps_file_close(TapsFile *taps);

#endif
