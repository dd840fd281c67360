#include "client/desktop/audio_offline.h"

#include "client/desktop/audio_backend.h"
#include "client/desktop/wav_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    SoundStream *stream;
    HostTime start;
    int64_t frame;
    int64_t stalled_ns;
    int rate_hz;
    int block_frames;
    bool unplugged;
} OfflineDevice;

static void *open_offline(const AudioConfig *config,
                          SoundStream *stream,
                          AudioFormat *format,
                          char problem[AUDIO_PROBLEM_BYTES_MAX])
{
    OfflineDevice *device = NULL;

    if (strcmp(config->device, AUDIO_OFFLINE_ABSENT) == 0) {
        (void)snprintf(problem, AUDIO_PROBLEM_BYTES_MAX, "it is absent");
        return NULL;
    }
    device = calloc(1, sizeof *device);
    if (device == NULL) {
        (void)snprintf(problem, AUDIO_PROBLEM_BYTES_MAX, "out of memory");
        return NULL;
    }
    device->stream = stream;
    device->rate_hz = config->rate_hz;
    device->block_frames = config->block_frames;
    *format = (AudioFormat){.device = "memory",
                            .backend = "offline",
                            .rate_hz = config->rate_hz,
                            .block_frames = config->block_frames};
    return device;
}

static void start_offline(void *device, HostTime now)
{
    OfflineDevice *offline = device;

    offline->start = now;
}

static AudioNews poll_offline(void *device, HostTime now)
{
    const OfflineDevice *offline = device;

    (void)now;
    return offline->unplugged ? AUDIO_DEVICE_GONE : AUDIO_NO_NEWS;
}

static void close_offline(void *device)
{
    free(device);
}

const AudioBackend AUDIO_OFFLINE_BACKEND = {
    .open = open_offline,
    .start = start_offline,
    .poll = poll_offline,
    .close = close_offline,
};

static HostTime offline_now(const OfflineDevice *device)
{
    const int64_t whole_s = device->frame / device->rate_hz;
    const int64_t rest_frames = device->frame % device->rate_hz;

    return (HostTime){device->start.ns + device->stalled_ns + whole_s * NS_PER_S +
                      rest_frames * NS_PER_S / device->rate_hz};
}

HostTime audio_offline_now(Audio *audio)
{
    return offline_now(audio_backend_device(audio));
}

int64_t audio_offline_frame(Audio *audio)
{
    const OfflineDevice *device = audio_backend_device(audio);

    return device->frame;
}

int audio_offline_render(Audio *audio, int64_t late_ns, float *mono, int frames_max)
{
    OfflineDevice *device = audio_backend_device(audio);
    const int frames = device->block_frames < frames_max ? device->block_frames : frames_max;
    const HostTime now = offline_now(device);

    sound_stream_render(device->stream, (HostTime){now.ns + late_ns}, mono, frames);
    device->frame += frames;
    return frames;
}

void audio_offline_stall(Audio *audio, int64_t stall_ns)
{
    OfflineDevice *device = audio_backend_device(audio);

    device->stalled_ns += stall_ns;
}

void audio_offline_unplug(Audio *audio)
{
    OfflineDevice *device = audio_backend_device(audio);

    device->unplugged = true;
}

bool audio_offline_write_wav(const char *path, const float *mono, int frames, int rate_hz)
{
    WavFile wav;
    bool well = false;

    if (!wav_file_begin(&wav, path, rate_hz)) {
        return false;
    }
    well = wav_file_add(&wav, mono, frames);
    return wav_file_end(&wav) && well;
}
