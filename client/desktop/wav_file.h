/*
 * Writes mono 16-bit WAV, a piece at a time.
 *
 * Not pure; one thread at a time. Nothing is lost that was written before a failure.
 */
#ifndef CLIENT_DESKTOP_WAV_FILE_H
#define CLIENT_DESKTOP_WAV_FILE_H

#include "shared/units.h"

#include <stdio.h>

typedef struct {
    FILE *file; /* NULL when not open */
    int rate_hz;
    int64_t frame_count; /* written */
} WavFile;

/* Creates or empties the file. False, with errno set, when that is not possible. */
NODISCARD bool wav_file_begin(WavFile *wav, const char *path, int rate_hz);

/* Frames within -1..1. False when the file takes no more: disk full, or over four gigabytes. */
NODISCARD bool wav_file_add(WavFile *wav, const float *mono, int frames);

/* Says in the file how long it is, and closes it. False when it is not complete. */
NODISCARD bool wav_file_end(WavFile *wav);

#endif
