/*
 * A sound device made of memory, for tests: it renders when told to, on a clock that only rendering
 * moves.
 *
 * Everything between the ring and the limiter is what a real device runs. Create the audio with
 * AUDIO_OFFLINE; the clock begins at the `now` given there.
 */
#ifndef CLIENT_DESKTOP_AUDIO_OFFLINE_H
#define CLIENT_DESKTOP_AUDIO_OFFLINE_H

#include "client/desktop/audio.h"

/* The virtual time: when the next block will be asked for, were no callback late. */
HostTime audio_offline_now(Audio *audio);

/* Frames rendered so far. */
int64_t audio_offline_frame(Audio *audio);

/* Renders one block of at most `frames_max` frames to `mono`, as if its callback came `late_ns` >=
   0 too late; returns how many frames: the configured block, unless that is more than frames_max.
 */
int audio_offline_render(Audio *audio, int64_t late_ns, float *mono, int frames_max);

/* The device loses this much time without playing: an xrun. */
void audio_offline_stall(Audio *audio, int64_t stall_ns);

/* Takes the device away: the next audio_poll notices. A configuration that names the device
   AUDIO_OFFLINE_ABSENT finds none. */
#define AUDIO_OFFLINE_ABSENT "absent"
void audio_offline_unplug(Audio *audio);

/* Writes mono 16-bit WAV. False when the file could not be written. */
NODISCARD bool
audio_offline_write_wav(const char *path, const float *mono, int frames, int rate_hz);

#endif
