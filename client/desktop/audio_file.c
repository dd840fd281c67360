/*
 * A sound device that is a WAV file: it asks for its blocks exactly when a real one would.
 *
 * A thread of its own stands in for the device's. The place of a sample in the file is host time
 * since the first one: what a device would lose while the process stands still is silence in it.
 */
#include "client/desktop/audio_backend.h"
#include "client/desktop/wav_file.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

#include <SDL.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BLOCK_FRAMES_MAX = 4096
};

/* A busy machine makes callbacks late and a file does not run dry of that. Later than this it was
   no business: the process stood still. */
#define STOOD_STILL_NS FRAME_CLOCK_GAP_NS
/* Silence written for one stop at most; longer ones are cut short in the file. */
#define SILENCE_NS_MAX (600 * NS_PER_S)

typedef struct {
    SoundStream *stream;
    WavFile wav;
    HostTime start; /* of the first frame of the file */
    int64_t frame;  /* of the file, the next */
    int rate_hz;
    int block_frames;
    pthread_t thread;
    bool has_thread;
    _Atomic bool stops;
    _Atomic bool failed; /* the file takes no more; said by the main thread */
    bool failure_told;
    float mono[BLOCK_FRAMES_MAX];
} FileDevice;

static HostTime time_of(const FileDevice *device, int64_t frame)
{
    const int64_t whole_s = frame / device->rate_hz;
    const int64_t rest_frames = frame % device->rate_hz;

    return (HostTime){device->start.ns + whole_s * NS_PER_S +
                      rest_frames * NS_PER_S / device->rate_hz};
}

static void write_block(FileDevice *device, const float *mono, int frames)
{
    if (!atomic_load(&device->failed) && !wav_file_add(&device->wav, mono, frames)) {
        atomic_store(&device->failed, true);
    }
    device->frame += frames;
}

/* The process stood still: what the device would have lost. */
static void write_silence(FileDevice *device, HostTime until)
{
    static const float nothing[BLOCK_FRAMES_MAX];
    const int64_t gap_ns =
        clamp_i64(until.ns - time_of(device, device->frame).ns, 0, SILENCE_NS_MAX);
    int64_t left = gap_ns * device->rate_hz / NS_PER_S; /* below 2^63: see SILENCE_NS_MAX */

    while (left > 0) {
        const int frames = left < BLOCK_FRAMES_MAX ? (int)left : BLOCK_FRAMES_MAX;

        write_block(device, nothing, frames);
        left -= frames;
    }
}

static void *run(void *argument)
{
    FileDevice *device = argument;

    /* What SDL asks for a device's thread. */
    (void)SDL_SetThreadPriority(SDL_THREAD_PRIORITY_TIME_CRITICAL);
    while (!atomic_load(&device->stops)) {
        HostTime now;

        host_clock_sleep_until(time_of(device, device->frame));
        now = host_clock_now();
        if (now.ns < time_of(device, device->frame).ns) {
            continue;
        }
        if (now.ns - time_of(device, device->frame).ns > STOOD_STILL_NS) {
            write_silence(device, now);
            continue;
        }
        sound_stream_render(device->stream, now, device->mono, device->block_frames);
        write_block(device, device->mono, device->block_frames);
    }
    return NULL;
}

static void *open_file(const AudioConfig *config,
                       SoundStream *stream,
                       AudioFormat *format,
                       char problem[AUDIO_PROBLEM_BYTES_MAX])
{
    FileDevice *device = calloc(1, sizeof *device);

    if (device == NULL) {
        (void)snprintf(problem, AUDIO_PROBLEM_BYTES_MAX, "out of memory");
        return NULL;
    }
    device->stream = stream;
    device->rate_hz = config->rate_hz;
    device->block_frames =
        config->block_frames < BLOCK_FRAMES_MAX ? config->block_frames : BLOCK_FRAMES_MAX;
    if (!wav_file_begin(&device->wav, config->file, config->rate_hz)) {
        (void)snprintf(problem, AUDIO_PROBLEM_BYTES_MAX, "%.100s cannot be written", config->file);
        free(device);
        return NULL;
    }
    *format = (AudioFormat){.device = "file",
                            .backend = "file",
                            .rate_hz = config->rate_hz,
                            .block_frames = device->block_frames};
    return device;
}

static void start_file(void *device, HostTime now)
{
    FileDevice *file = device;

    file->start = now;
    /* Who compares the file with a clock needs to know. */
    log_info("audio: event=file start_ns=%lld", (long long)now.ns);
    file->has_thread = pthread_create(&file->thread, NULL, run, file) == 0;
    atomic_store(&file->failed, !file->has_thread);
}

static AudioNews poll_file(void *device, HostTime now)
{
    FileDevice *file = device;

    (void)now;
    if (atomic_load(&file->failed) && !file->failure_told) {
        file->failure_told = true;
        log_warning("audio: the sound file takes no more; what follows is missing in it");
    }
    return AUDIO_NO_NEWS;
}

static void close_file(void *device)
{
    FileDevice *file = device;

    atomic_store(&file->stops, true);
    if (file->has_thread) {
        (void)pthread_join(file->thread, NULL);
    }
    if (!wav_file_end(&file->wav) && !file->failure_told) {
        log_warning("audio: the sound file is not complete");
    }
    free(file);
}

const AudioBackend AUDIO_FILE_BACKEND = {
    .open = open_file,
    .start = start_file,
    .poll = poll_file,
    .close = close_file,
};
