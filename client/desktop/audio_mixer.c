/*
 * The sound device through SDL2_mixer, which opens it; Onedrum's own voices go in after its mix.
 *
 * The callback allocates nothing, locks nothing, logs nothing, and reads the clock once.
 */
#include "client/desktop/audio_backend.h"
#include "shared/platform/host_clock.h"

#include <SDL.h>
#include <SDL_mixer.h>
#include <math.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_FRAMES = 4096,
    CHANNELS = 2
};

/* Without a callback for so long the device is stuck: real ones stall one or two seconds at most.
 */
#define STUCK_NS (4 * NS_PER_S)

/* Opening announces the devices that are there already; what comes later is news. */
#define ANNOUNCED_NS (3 * NS_PER_S)

typedef struct {
    SoundStream *stream;
    HostTime start;
    char wanted[AUDIO_DEVICE_NAME_BYTES_MAX]; /* the device that was asked for */
    int rate_hz;
    int channels;
    bool is_float;         /* else 16-bit integers */
    bool stands_in;        /* the default device, for want of the one that was asked for */
    _Atomic bool lost;     /* set on whatever thread SDL notices it */
    _Atomic bool one_came; /* a device was plugged in */
    float mono[CHUNK_FRAMES];
} MixerDevice;

static int SDLCALL watch_devices(void *userdata, SDL_Event *event)
{
    MixerDevice *device = userdata;

    /* Device 0 stands for those that are not open. */
    if (event->type == SDL_AUDIODEVICEREMOVED && event->adevice.iscapture == 0 &&
        event->adevice.which != 0) {
        atomic_store(&device->lost, true);
    }
    if (event->type == SDL_AUDIODEVICEADDED && event->adevice.iscapture == 0) {
        atomic_store(&device->one_came, true);
    }
    return 1;
}

static void write_floats(const MixerDevice *device, float *out, int frames)
{
    for (int i = 0; i < frames; i++) {
        for (int channel = 0; channel < device->channels; channel++) {
            *out = device->mono[i];
            out++;
        }
    }
}

static void write_integers(const MixerDevice *device, int16_t *out, int frames)
{
    for (int i = 0; i < frames; i++) {
        const int16_t sample = (int16_t)lrintf(device->mono[i] * 32767.0F);

        for (int channel = 0; channel < device->channels; channel++) {
            *out = sample;
            out++;
        }
    }
}

/* Thread: audio. */
static void SDLCALL fill(void *userdata, Uint8 *stream, int stream_bytes)
{
    MixerDevice *device = userdata;
    HostTime now = host_clock_now();
    const int sample_bytes = device->is_float ? (int)sizeof(float) : (int)sizeof(int16_t);
    const int frame_bytes = sample_bytes * device->channels;
    int left = stream_bytes / frame_bytes;

    while (left > 0) {
        const int frames = left < CHUNK_FRAMES ? left : CHUNK_FRAMES;
        void *out = stream;

        sound_stream_render(device->stream, now, device->mono, frames);
        if (device->is_float) {
            write_floats(device, out, frames);
        } else {
            write_integers(device, out, frames);
        }
        /* The rest of a very long block was asked for in the same moment, but is for later. */
        now.ns += (int64_t)frames * NS_PER_S / device->rate_hz;
        stream += (ptrdiff_t)frames * frame_bytes;
        left -= frames;
    }
}

typedef void AlsaErrorHandler(
    const char *file, int line, const char *function, int error, const char *format, ...);

static void ignore_alsa_error(
    const char *file, int line, const char *function, int error, const char *format, ...)
{
    (void)file;
    (void)line;
    (void)function;
    (void)error;
    (void)format;
}

/*
 * Without a sound card ALSA prints a dozen lines each time it is asked, which is every three
 * seconds. Onedrum says it once.
 */
static void quieten_alsa(void)
{
    typedef int SetHandler(AlsaErrorHandler * handler);
    void *library = SDL_LoadObject("libasound.so.2");
    void *symbol = NULL;
    SetHandler *set_handler = NULL;

    if (library == NULL) {
        return;
    }
    symbol = SDL_LoadFunction(library, "snd_lib_error_set_handler");
    if (symbol != NULL) {
        /* C has no cast from object to function pointers; POSIX says that the bytes agree. */
        memcpy(&set_handler, &symbol, sizeof set_handler);
        (void)set_handler(ignore_alsa_error);
    }
    /* Stays loaded: unloading would forget the handler. */
}

static bool open_mixer_device(const AudioConfig *config, const char *name)
{
    return Mix_OpenAudioDevice(config->rate_hz,
                               AUDIO_F32SYS,
                               CHANNELS,
                               config->block_frames,
                               name,
                               SDL_AUDIO_ALLOW_FREQUENCY_CHANGE | SDL_AUDIO_ALLOW_SAMPLES_CHANGE) ==
           0;
}

/* Opens the device that was asked for, or else the default one. */
static bool open_any(const AudioConfig *config, bool *stands_in)
{
    *stands_in = false;
    if (config->device[0] == '\0') {
        return open_mixer_device(config, NULL);
    }
    if (open_mixer_device(config, config->device)) {
        return true;
    }
    *stands_in = true;
    return open_mixer_device(config, NULL);
}

/* What was opened; false when it has a sample format that we do not write. */
static bool describe(MixerDevice *device, const AudioConfig *config, AudioFormat *format)
{
    const char *driver = SDL_GetCurrentAudioDriver();
    Uint16 sample_format = 0;

    if (Mix_QuerySpec(&device->rate_hz, &sample_format, &device->channels) == 0 ||
        (sample_format != AUDIO_F32SYS && sample_format != AUDIO_S16SYS)) {
        return false;
    }
    device->is_float = sample_format == AUDIO_F32SYS;
    format->rate_hz = device->rate_hz;
    format->block_frames = config->block_frames;
    (void)snprintf(format->backend, sizeof format->backend, "%s", driver != NULL ? driver : "");
    (void)snprintf(format->device,
                   sizeof format->device,
                   "%s",
                   config->device[0] == '\0' || device->stands_in ? "default" : config->device);
#if SDL_VERSION_ATLEAST(2, 24, 0)
    if (config->device[0] == '\0' || device->stands_in) {
        SDL_AudioSpec spec;
        char *name = NULL;

        if (SDL_GetDefaultAudioInfo(&name, &spec, 0) == 0 && name != NULL) {
            (void)snprintf(format->device, sizeof format->device, "%s", name);
            SDL_free(name);
        }
    }
#endif
    return true;
}

static void *open_mixer(const AudioConfig *config,
                        SoundStream *stream,
                        AudioFormat *format,
                        char problem[AUDIO_PROBLEM_BYTES_MAX])
{
    MixerDevice *device = NULL;

    quieten_alsa();
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) {
        (void)snprintf(problem, AUDIO_PROBLEM_BYTES_MAX, "%s", SDL_GetError());
        return NULL;
    }
    device = calloc(1, sizeof *device);
    if (device == NULL || !open_any(config, &device->stands_in)) {
        (void)snprintf(
            problem, AUDIO_PROBLEM_BYTES_MAX, "%s", device == NULL ? "memory" : Mix_GetError());
        free(device);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return NULL;
    }
    device->stream = stream;
    (void)snprintf(device->wanted, sizeof device->wanted, "%s", config->device);
    if (!describe(device, config, format)) {
        (void)snprintf(problem, AUDIO_PROBLEM_BYTES_MAX, "its sample format is not known");
        Mix_CloseAudio();
        free(device);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return NULL;
    }
    (void)Mix_AllocateChannels(0);
    return device;
}

static void start_mixer(void *device, HostTime now)
{
    MixerDevice *mixer = device;

    mixer->start = now;
    SDL_AddEventWatch(watch_devices, mixer);
    Mix_SetPostMix(fill, mixer);
}

static bool is_there(const char *name)
{
    for (int i = 0; i < SDL_GetNumAudioDevices(0); i++) {
        const char *other = SDL_GetAudioDeviceName(i, 0);

        if (other != NULL && strcmp(other, name) == 0) {
            return true;
        }
    }
    return false;
}

static AudioNews poll_mixer(void *device, HostTime now)
{
    MixerDevice *mixer = device;
    const SoundReport report = sound_stream_report(mixer->stream);
    const int64_t last_ns =
        report.last_block.ns > mixer->start.ns ? report.last_block.ns : mixer->start.ns;

    if (atomic_load(&mixer->lost) || now.ns - last_ns > STUCK_NS) {
        return AUDIO_DEVICE_GONE;
    }
    if (atomic_exchange(&mixer->one_came, false) && mixer->stands_in &&
        now.ns - mixer->start.ns > ANNOUNCED_NS && is_there(mixer->wanted)) {
        return AUDIO_DEVICE_CAME_BACK;
    }
    return AUDIO_NO_NEWS;
}

static void close_mixer(void *device)
{
    /* Returns when no callback runs any more. */
    Mix_SetPostMix(NULL, NULL);
    SDL_DelEventWatch(watch_devices, device);
    Mix_CloseAudio();
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    free(device);
}

const AudioBackend AUDIO_MIXER_BACKEND = {
    .open = open_mixer,
    .start = start_mixer,
    .poll = poll_mixer,
    .close = close_mixer,
};
