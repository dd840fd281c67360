/*
 * What every audio device plays: takes commands from the ring, waits for the right frame, mixes.
 *
 * No clock, lock, allocation, log or file; every loop bounded. The caller owns the memory. One
 * thread renders (the audio callback, or whoever stands in for it), one sends, and one more may
 * strike: functions say which. When the renderer changes, the old one has stopped before the new
 * one begins.
 */
#ifndef CLIENT_DESKTOP_SOUND_STREAM_H
#define CLIENT_DESKTOP_SOUND_STREAM_H

#include "client/desktop/callback_ring.h"
#include "client/desktop/frame_clock.h"
#include "client/desktop/sound_bank.h"
#include "client/desktop/sound_ring.h"
#include "client/desktop/voices.h"
#include "client/model/click_sound.h"

enum {
    SOUNDS_WAITING_MAX = 512,  /* timed sounds that the renderer keeps; more are dropped */
    SOUND_IDS_KEPT_MAX = 1024, /* of sounds that have begun, so that none begins twice */
    SOUND_LATE_MS_MAX = 1,     /* a sound that is later than that is not played at all: a click
                                  that is missing throws nobody off, one that is late does */
    SOUND_CUE_MS = 70          /* from the own drum to its cue: the stroke is over by then */
};

typedef enum {
    VOLUME_MASTER,
    VOLUME_CLICK,
    VOLUME_OWN,
    VOLUME_BAND,
    VOLUME_COUNT
} Volume;

/* What the renderer tells; each figure is whole, but they are not of one moment. */
typedef struct {
    uint32_t played_count;  /* sounds begun */
    uint32_t late_count;    /* timed sounds begun after their frame, or left out: too late, or right
                               after an xrun */
    uint32_t dropped_count; /* timed sounds that found no room */
    uint32_t step_count;    /* xruns */
    uint32_t block_count;
    int block_frames; /* of the last callback */
    HostTime last_block;
    bool settled; /* the device's clock is known */
} SoundReport;

typedef struct {
    SoundRing ring;
    SoundRing strikes; /* of the thread that hears keys */

    /* Written by the sender. */
    _Atomic int32_t volumes_permille[VOLUME_COUNT];
    _Atomic bool own_muted;
    _Atomic int32_t click_sound; /* ClickSound */

    /* Written by the renderer. */
    _Atomic uint32_t played_count;
    _Atomic uint32_t late_count;
    _Atomic uint32_t dropped_count;
    _Atomic uint32_t step_count;
    _Atomic uint32_t block_count;
    _Atomic int32_t block_frames;
    _Atomic int64_t last_block_ns;
    _Atomic bool settled;
    CallbackRing callbacks;

    /* The renderer's own. */
    const SoundBank *bank;
    FrameClock clock;
    Voices voices;
    Limiter limiter;
    int64_t frame; /* the next */
    SoundCommand waiting[SOUNDS_WAITING_MAX];
    int waiting_count;
    uint64_t begun[SOUND_IDS_KEPT_MAX]; /* ring */
    uint32_t begun_count;
} SoundStream;

void sound_stream_init(SoundStream *stream);

/* Before a device renders for the first time: nothing sounds; what waits goes on waiting. The bank
   is for the device's rate and outlives the rendering. */
void sound_stream_begin(SoundStream *stream, const SoundBank *bank);

/*
 * Thread: renderer. Writes the next `frames` > 0 frames to `mono`, within -1..1. `now` is the host
 * time at which the device asked for them.
 */
void sound_stream_render(SoundStream *stream, HostTime now, float *mono, int frames);

/* Thread: renderer. Without a device: what is due by `now` counts as played. */
void sound_stream_discard(SoundStream *stream, HostTime now);

/* Thread: sender. False when the ring is full. */
NODISCARD bool sound_stream_send(SoundStream *stream, SoundCommand command);

/* Thread: striker. Begins with the next block; false when the ring is full. */
NODISCARD bool sound_stream_strike(SoundStream *stream, Drum drum, float gain);

/* Thread: sender. Volume 0..1, clamped. */
void sound_stream_set_volume(SoundStream *stream, Volume volume, double level);
void sound_stream_mute_own(SoundStream *stream, bool muted);
void sound_stream_set_click(SoundStream *stream, ClickSound sound);

/* Thread: sender. What the device asked for, one after the other; false when nothing is new. */
NODISCARD bool sound_stream_next_callback(SoundStream *stream, SoundCallback *callback);

/* Thread: any. */
SoundReport sound_stream_report(const SoundStream *stream);

#endif
