/*
 * What audio asks of a kind of sound device: a table of functions, one per kind.
 *
 * For client/desktop/audio*.c. All functions run on the main thread. A device renders its stream on
 * a thread of its own between `start` and `close`, or within `poll`.
 */
#ifndef CLIENT_DESKTOP_AUDIO_BACKEND_H
#define CLIENT_DESKTOP_AUDIO_BACKEND_H

#include "client/desktop/audio.h"

#include <stddef.h>

/* What a device turned out to be. */
typedef struct {
    char device[AUDIO_DEVICE_NAME_BYTES_MAX];
    char backend[16];
    int rate_hz;
    int block_frames;
} AudioFormat;

enum {
    AUDIO_PROBLEM_BYTES_MAX = 160
};

typedef enum {
    AUDIO_NO_NEWS,
    AUDIO_DEVICE_GONE,     /* close it */
    AUDIO_DEVICE_CAME_BACK /* it stood in for the one that was asked for, which is there now */
} AudioNews;

typedef struct {
    /* A device that does not render yet, owned by the caller; NULL with the reason in `problem`. */
    void *(*open)(const AudioConfig *config,
                  SoundStream *stream,
                  AudioFormat *format,
                  char problem[AUDIO_PROBLEM_BYTES_MAX]);
    /* The stream is ready: render. */
    void (*start)(void *device, HostTime now);
    AudioNews (*poll)(void *device, HostTime now);
    /* Ends the rendering, then frees. */
    void (*close)(void *device);
} AudioBackend;

extern const AudioBackend AUDIO_MIXER_BACKEND;
extern const AudioBackend AUDIO_NULL_BACKEND;
extern const AudioBackend AUDIO_OFFLINE_BACKEND;
extern const AudioBackend AUDIO_FILE_BACKEND;

/* The open device of the backend that this audio was created with, for audio_offline.c. */
void *audio_backend_device(Audio *audio);

#endif
