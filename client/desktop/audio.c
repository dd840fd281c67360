#include "client/desktop/audio.h"

#include "client/desktop/audio_backend.h"
#include "shared/platform/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sound systems move to another device on their own within this time, or not at all. */
#define AUDIO_AFTER_LOSS_NS (250 * NS_PER_MS)

struct Audio {
    AudioConfig config;
    const AudioBackend *wanted;  /* of the choice */
    const AudioBackend *current; /* `wanted`, or AUDIO_NULL_BACKEND while there is no device */
    void *device;                /* of `current` */
    AudioFormat format;
    SoundBank *bank; /* NULL while there is no device */
    HostTime retry_at;
    bool cancel_owed; /* the ring was full when it was asked for */
    HostTime cancel_after;
    uint16_t cancel_source;          /* 0: all */
    uint16_t source_count;           /* given so far, wrapping */
    bool problem_told;               /* said once, until a device was there again */
    HostTime xruns[AUDIO_XRUNS_MAX]; /* the newest first */
    int xrun_count;                  /* of those known */
    uint32_t xruns_seen;             /* of this device */
    uint32_t revision;
    SoundStream stream;
};

static const AudioBackend *backend_of(AudioChoice choice)
{
    switch (choice) {
    case AUDIO_NULL:
        return &AUDIO_NULL_BACKEND;
    case AUDIO_OFFLINE:
        return &AUDIO_OFFLINE_BACKEND;
    case AUDIO_FILE:
        return &AUDIO_FILE_BACKEND;
    case AUDIO_AUTO:
    case AUDIO_MIXER:
        break;
    }
    return &AUDIO_MIXER_BACKEND;
}

static void fall_silent(Audio *audio, HostTime now)
{
    char problem[AUDIO_PROBLEM_BYTES_MAX];

    audio->current = &AUDIO_NULL_BACKEND;
    audio->device = audio->current->open(&audio->config, &audio->stream, &audio->format, problem);
    audio->current->start(audio->device, now);
    audio->retry_at = (HostTime){now.ns + AUDIO_RETRY_NS};
    audio->revision++;
}

static void close_device(Audio *audio)
{
    audio->current->close(audio->device);
    audio->device = NULL;
    sound_bank_destroy(audio->bank);
    audio->bank = NULL;
}

/* Opens the wanted device and its sounds; false with the reason, and nothing changed, without. */
static bool open_wanted(Audio *audio, HostTime now, char problem[AUDIO_PROBLEM_BYTES_MAX])
{
    AudioFormat format = {.rate_hz = 0};
    SoundBank *bank = NULL;
    void *device = audio->wanted->open(&audio->config, &audio->stream, &format, problem);

    if (device == NULL) {
        return false;
    }
    bank = sound_bank_create(format.rate_hz);
    if (bank == NULL) {
        (void)snprintf(
            problem, AUDIO_PROBLEM_BYTES_MAX, "no drums at %d frames a second", format.rate_hz);
        audio->wanted->close(device);
        return false;
    }
    audio->current = audio->wanted;
    audio->device = device;
    audio->format = format;
    audio->bank = bank;
    audio->revision++;
    sound_stream_begin(&audio->stream, bank);
    audio->current->start(device, now);
    return true;
}

/* From silence to the wanted device, if it can be had. */
static void try_device(Audio *audio, HostTime now)
{
    char problem[AUDIO_PROBLEM_BYTES_MAX] = "";

    audio->retry_at = (HostTime){now.ns + AUDIO_RETRY_NS};
    if (open_wanted(audio, now, problem)) {
        audio->problem_told = false;
        log_info("audio: event=open device=\"%s\" backend=%s rate_hz=%d block_frames=%d",
                 audio->format.device,
                 audio->format.backend,
                 audio->format.rate_hz,
                 audio->format.block_frames);
    } else if (!audio->problem_told) {
        audio->problem_told = true;
        log_warning("audio: no sound device found (%s); playing silently and looking for one "
                    "every three seconds",
                    problem);
    }
}

Audio *audio_create(const AudioConfig *config, HostTime now)
{
    Audio *audio = calloc(1, sizeof *audio);

    if (audio == NULL) {
        return NULL;
    }
    audio->config = *config;
    audio->config.device[AUDIO_DEVICE_NAME_BYTES_MAX - 1] = '\0';
    if (audio->config.rate_hz <= 0) {
        audio->config.rate_hz = AUDIO_RATE_HZ;
    }
    if (audio->config.block_frames <= 0) {
        audio->config.block_frames = AUDIO_BLOCK_FRAMES;
    }
    audio->wanted = backend_of(config->choice);
    sound_stream_init(&audio->stream);
    fall_silent(audio, now);
    if (audio->wanted != &AUDIO_NULL_BACKEND) {
        try_device(audio, now);
    }
    return audio;
}

void audio_destroy(Audio *audio)
{
    if (audio == NULL) {
        return;
    }
    close_device(audio);
    free(audio);
}

/* Drops the device and looks for one again after `wait_ns`. */
static void lose_device(Audio *audio, HostTime now, int64_t wait_ns)
{
    close_device(audio);
    fall_silent(audio, now);
    audio->retry_at = (HostTime){now.ns + wait_ns};
}

/* Whether the device breaks up too often for its blocks. */
static bool breaks_up(Audio *audio, HostTime now)
{
    const uint32_t step_count = sound_stream_report(&audio->stream).step_count;
    uint32_t *seen = &audio->xruns_seen;

    *seen = step_count < *seen ? 0 : *seen; /* another device */
    for (; *seen < step_count; (*seen)++) {
        memmove(audio->xruns + 1, audio->xruns, sizeof audio->xruns - sizeof audio->xruns[0]);
        audio->xruns[0] = now;
        audio->xrun_count += audio->xrun_count < AUDIO_XRUNS_MAX ? 1 : 0;
    }
    return audio->xrun_count == AUDIO_XRUNS_MAX &&
           now.ns - audio->xruns[AUDIO_XRUNS_MAX - 1].ns <= AUDIO_XRUNS_NS;
}

/* The same device with longer blocks: later to the ear, but whole. */
static void lengthen_blocks(Audio *audio, HostTime now)
{
    const int block_frames = audio->config.block_frames * 2;

    audio->xrun_count = 0;
    if (block_frames > AUDIO_BLOCK_FRAMES_MAX) {
        return;
    }
    log_warning("audio: the sound breaks up; blocks of %d frames instead of %d",
                block_frames,
                audio->config.block_frames);
    audio->config.block_frames = block_frames;
    lose_device(audio, now, 0);
}

void audio_poll(Audio *audio, HostTime now)
{
    if (audio->wanted != &AUDIO_FILE_BACKEND && breaks_up(audio, now)) {
        lengthen_blocks(audio, now);
    }
    switch (audio->current->poll(audio->device, now)) {
    case AUDIO_NO_NEWS:
        break;
    case AUDIO_DEVICE_GONE:
        log_warning("audio: the sound device \"%s\" is gone; looking for one every three seconds",
                    audio->format.device);
        audio->problem_told = true;
        lose_device(audio, now, AUDIO_AFTER_LOSS_NS);
        break;
    case AUDIO_DEVICE_CAME_BACK:
        lose_device(audio, now, 0);
        break;
    }
    if (audio->current != audio->wanted && now.ns >= audio->retry_at.ns) {
        try_device(audio, now);
    }
}

void audio_strike(Audio *audio, Drum drum, float gain)
{
    const SoundCommand command = {.kind = SOUND_STRIKE, .drum = (uint8_t)drum, .gain = gain};

    assert(drum_is_valid((int)drum));
    /* With the ring full the device has stood still for long: a lost hit is the least of it. */
    if (!sound_stream_send(&audio->stream, command)) {
        return;
    }
}

void audio_cue(Audio *audio, Cue cue)
{
    const SoundCommand command = {.kind = SOUND_CUE, .drum = (uint8_t)cue, .gain = 1.0F};

    assert(cue >= 0 && cue < CUE_COUNT);
    if (!sound_stream_send(&audio->stream, command)) {
        return; /* as for a strike */
    }
}

void audio_strike_from_keys(Audio *audio, Drum drum, float gain)
{
    assert(drum_is_valid((int)drum));
    if (!sound_stream_strike(&audio->stream, drum, gain)) {
        return;
    }
}

/* Sends the cancellation that is owed, if any; false when it still is. */
static bool pay_cancellation(Audio *audio)
{
    const SoundCommand command = {.kind = SOUND_CANCEL_AFTER,
                                  .at = audio->cancel_after,
                                  .id = (uint64_t)audio->cancel_source << SOUND_SOURCE_SHIFT};

    if (audio->cancel_owed && sound_stream_send(&audio->stream, command)) {
        audio->cancel_owed = false;
    }
    return !audio->cancel_owed;
}

int audio_schedule(Audio *audio, const HostSound *sounds, int sound_count)
{
    if (!pay_cancellation(audio)) {
        return 0;
    }
    for (int i = 0; i < sound_count; i++) {
        const HostSound *sound = &sounds[i];
        const SoundCommand command = {.at = sound->at,
                                      .id = sound->id,
                                      .gain = sound->gain,
                                      .kind = SOUND_TIMED,
                                      .drum = (uint8_t)sound->drum};

        assert(drum_is_valid((int)sound->drum));
        if (!sound_stream_send(&audio->stream, command)) {
            return i;
        }
    }
    return sound_count;
}

uint16_t audio_new_source(Audio *audio)
{
    audio->source_count = (uint16_t)(audio->source_count % (SOUND_SOURCES_MAX - 1) + 1);
    return audio->source_count;
}

void audio_cancel_after(Audio *audio, HostTime at)
{
    audio_cancel_source_after(audio, 0, at);
}

void audio_cancel_source_after(Audio *audio, uint16_t source, HostTime at)
{
    /*
     * With the ring full one cancellation is owed, and nothing is scheduled meanwhile. Two become
     * one that covers both: with the device standing still it matters little that it covers more.
     */
    if (!audio->cancel_owed) {
        audio->cancel_after = at;
        audio->cancel_source = source;
    }
    if (at.ns < audio->cancel_after.ns) {
        audio->cancel_after = at;
    }
    if (source != audio->cancel_source) {
        audio->cancel_source = 0;
    }
    audio->cancel_owed = true;
    if (!pay_cancellation(audio)) {
        log_warning("audio: event=ring_full");
    }
}

void audio_set_volume(Audio *audio, Volume volume, double level)
{
    assert(volume >= 0 && volume < VOLUME_COUNT);
    sound_stream_set_volume(&audio->stream, volume, level);
}

void audio_mute_own(Audio *audio, bool muted)
{
    sound_stream_mute_own(&audio->stream, muted);
}

void audio_set_click(Audio *audio, ClickSound sound)
{
    assert((unsigned int)sound < CLICK_SOUND_COUNT);
    sound_stream_set_click(&audio->stream, sound);
}

AudioState audio_state(const Audio *audio)
{
    static const char *const WORDS[] = {
        [AUDIO_SILENT] = "no device", [AUDIO_SETTLING] = "settling", [AUDIO_PLAYING] = "playing"};
    AudioState state = {.condition = AUDIO_SILENT,
                        .rate_hz = audio->format.rate_hz,
                        .block_frames = audio->format.block_frames,
                        .report = sound_stream_report(&audio->stream),
                        .revision = audio->revision};

    if (audio->current != &AUDIO_NULL_BACKEND) {
        state.condition = state.report.settled ? AUDIO_PLAYING : AUDIO_SETTLING;
        if (state.report.block_count > 0) {
            state.block_frames = state.report.block_frames;
        }
        state.latency_ms = 2e3 * (double)state.block_frames / (double)state.rate_hz;
    }
    state.word = WORDS[state.condition];
    (void)snprintf(state.device, sizeof state.device, "%s", audio->format.device);
    (void)snprintf(state.backend, sizeof state.backend, "%s", audio->format.backend);
    return state;
}

bool audio_next_callback(Audio *audio, SoundCallback *callback)
{
    return sound_stream_next_callback(&audio->stream, callback);
}

void *audio_backend_device(Audio *audio)
{
    return audio->device;
}
