/*
 * The sound of the desktop client: timed sounds on their frame, the own drum at once.
 *
 * Main thread only, but for audio_strike_from_keys; a device's callback runs beside it and shares
 * nothing but rings and atomics.
 * Never fails: without a device everything behaves the same, only silently, and a device is looked
 * for every three seconds. At most one Audio with a real device per process (SDL2_mixer has one).
 *
 *     audio = audio_create(&config, now);
 *     every turn of the loop: audio_poll(audio, now);
 *     own hit:                audio_strike(audio, drum, gain);
 *     the rest:               audio_feed_update (client/desktop/audio_feed.h)
 */
#ifndef CLIENT_DESKTOP_AUDIO_H
#define CLIENT_DESKTOP_AUDIO_H

#include "client/desktop/sound_stream.h"

enum {
    AUDIO_DEVICE_NAME_BYTES_MAX = 96, /* with the terminator */
    AUDIO_RATE_HZ = 48000,
    AUDIO_BLOCK_FRAMES = 256,
    AUDIO_BLOCK_FRAMES_MAX = 1024, /* blocks that are too small for a machine grow up to this */
    AUDIO_XRUNS_MAX = 3            /* so many within AUDIO_XRUNS_NS make them grow */
};

#define AUDIO_XRUNS_NS (20 * NS_PER_S)

#define AUDIO_RETRY_NS (3 * NS_PER_S)

typedef struct Audio Audio;

typedef enum {
    AUDIO_AUTO,   /* SDL2_mixer when there is a device, silence while there is none */
    AUDIO_MIXER,  /* the same */
    AUDIO_NULL,   /* silence, for good: no device is looked for */
    AUDIO_FILE,   /* a WAV file instead of a device, at a device's pace */
    AUDIO_OFFLINE /* tests: see client/desktop/audio_offline.h */
} AudioChoice;

/* All zero: the default device at 48 kHz in blocks of 256 frames. */
typedef struct {
    AudioChoice choice;
    int rate_hz;                              /* preferred; 0: AUDIO_RATE_HZ */
    int block_frames;                         /* preferred; 0: AUDIO_BLOCK_FRAMES */
    char device[AUDIO_DEVICE_NAME_BYTES_MAX]; /* "": the default one */
    const char *file;                         /* of AUDIO_FILE; outlives the audio */
} AudioConfig;

/* One sound at an exact time. */
typedef struct {
    HostTime at;
    uint64_t id; /* 0: none. Else it plays once; sent again before that, it moves to the new time */
    Drum drum;
    float gain; /* 0..1 */
} HostSound;

typedef enum {
    AUDIO_SILENT,   /* no device; looking for one */
    AUDIO_SETTLING, /* a device, whose clock is not known well yet: the first second or two */
    AUDIO_PLAYING
} AudioCondition;

typedef struct {
    AudioCondition condition;
    const char *word; /* for the screen: "no device", "settling", "playing" */
    char device[AUDIO_DEVICE_NAME_BYTES_MAX]; /* "" without one */
    char backend[16];                         /* SDL's word for the system: "pulseaudio" */
    int rate_hz;
    int block_frames;  /* as the callback really asks for them */
    double latency_ms; /* from frame to ear, estimated: two blocks. Calibration knows better */
    SoundReport report;
    uint32_t revision; /* grows with every change of device, rate or block: calibrate again */
} AudioState;

/* NULL only when out of memory. Logs once when there is no device. */
Audio *audio_create(const AudioConfig *config, HostTime now);

/* NULL is fine. What sounds is cut off. */
void audio_destroy(Audio *audio);

/* Every turn of the main loop: notices devices that come and go, and one that breaks up because its
   blocks are too small: it is opened again with blocks twice as long. Takes some tens of
   milliseconds when a device was opened, and only then. */
void audio_poll(Audio *audio, HostTime now);

/* The own hit: begins with the next block. */
void audio_strike(Audio *audio, Drum drum, float gain);

/* The same. Thread: one at a time, the one that hears keys (client/desktop/input.h). */
void audio_strike_from_keys(Audio *audio, Drum drum, float gain);

/* The own hit told by sound: SOUND_CUE_MS after the strike that this follows. */
void audio_cue(Audio *audio, Cue cue);

/* Timed sounds; returns how many were taken: the first so many, all unless the device stands still.
   Clicks have the click's volume, every other drum the band's. */
int audio_schedule(Audio *audio, const HostSound *sounds, int sound_count);

/* Forgets the sounds scheduled so far that were to begin at `at` or later; not those scheduled
   after this call. */
void audio_cancel_after(Audio *audio, HostTime at);

/*
 * Several may plan sounds side by side (a session and a preview): each takes a source of its own,
 * 1..SOUND_SOURCES_MAX - 1, puts it into the upper bits of its ids (SOUND_SOURCE_SHIFT), and
 * cancels without touching the others. Sources are given again after thousands.
 */
uint16_t audio_new_source(Audio *audio);
void audio_cancel_source_after(Audio *audio, uint16_t source, HostTime at);

/* Volume 0..1; all begin at 1. */
void audio_set_volume(Audio *audio, Volume volume, double level);
void audio_mute_own(Audio *audio, bool muted);

/* What DRUM_CLICK and DRUM_CLICK_ACCENT sound like from now on; at first a beep. */
void audio_set_click(Audio *audio, ClickSound sound);

AudioState audio_state(const Audio *audio);

/* What the device asked for since the last time, one after the other; false when nothing is new.
   What nobody takes for a second is not told. */
NODISCARD bool audio_next_callback(Audio *audio, SoundCallback *callback);

#endif
