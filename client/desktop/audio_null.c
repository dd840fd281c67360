/*
 * No sound device: sounds are taken when they are due, so that everything else behaves.
 */
#include "client/desktop/audio_backend.h"

/* The stream is all there is. */
static void *open_null(const AudioConfig *config,
                       SoundStream *stream,
                       AudioFormat *format,
                       char problem[AUDIO_PROBLEM_BYTES_MAX])
{
    (void)config;
    problem[0] = '\0';
    *format = (AudioFormat){.backend = "none"};
    return stream;
}

static void start_null(void *device, HostTime now)
{
    sound_stream_discard(device, now);
}

static AudioNews poll_null(void *device, HostTime now)
{
    sound_stream_discard(device, now);
    return AUDIO_NO_NEWS;
}

static void close_null(void *device)
{
    (void)device;
}

const AudioBackend AUDIO_NULL_BACKEND = {
    .open = open_null,
    .start = start_null,
    .poll = poll_null,
    .close = close_null,
};
