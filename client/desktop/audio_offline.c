#include "client/desktop/audio_offline.h"

#include "client/desktop/audio_backend.h"

#include <math.h>
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

static void put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value & 0xffU);
    bytes[1] = (uint8_t)(value >> 8 & 0xffU);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    put_u16(bytes, value & 0xffffU);
    put_u16(bytes + 2, value >> 16);
}

/* The RIFF header of mono 16-bit PCM. */
static void put_header(uint8_t header[44], uint32_t data_bytes, uint32_t rate_hz)
{
    static const uint8_t words[] = {
        'R', 'I', 'F', 'F', 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 'd', 'a', 't', 'a'};

    memcpy(header, words, 4);
    memcpy(header + 8, words + 4, 8);
    put_u32(header + 4, 36 + data_bytes);
    put_u32(header + 16, 16);          /* bytes of the format */
    put_u16(header + 20, 1);           /* PCM */
    put_u16(header + 22, 1);           /* channels */
    put_u32(header + 24, rate_hz);     /* frames a second */
    put_u32(header + 28, rate_hz * 2); /* bytes a second */
    put_u16(header + 32, 2);           /* bytes a frame */
    put_u16(header + 34, 16);          /* bits a sample */
    memcpy(header + 36, words + 12, 4);
    put_u32(header + 40, data_bytes);
}

bool audio_offline_write_wav(const char *path, const float *mono, int frames, int rate_hz)
{
    uint8_t header[44];
    bool written = false;
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        return false;
    }
    put_header(header, (uint32_t)frames * 2, (uint32_t)rate_hz);
    written = fwrite(header, sizeof header, 1, file) == 1;
    for (int i = 0; written && i < frames; i++) {
        uint8_t sample[2];

        put_u16(sample, (unsigned)lrintf(mono[i] * 32767.0F) & 0xffffU);
        written = fwrite(sample, sizeof sample, 1, file) == 1;
    }
    return fclose(file) == 0 && written;
}
