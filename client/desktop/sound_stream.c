#include "client/desktop/sound_stream.h"

#include <string.h>

void sound_stream_init(SoundStream *stream)
{
    memset(stream, 0, sizeof *stream);
    sound_ring_init(&stream->ring);
    sound_ring_init(&stream->strikes);
    for (int i = 0; i < VOLUME_COUNT; i++) {
        atomic_init(&stream->volumes_permille[i], 1000);
    }
}

static float volume_of(const SoundStream *stream, Volume volume)
{
    return (float)atomic_load_explicit(&stream->volumes_permille[volume], memory_order_relaxed) /
           1000.0F;
}

static void read_levels(const SoundStream *stream, float levels[VOICE_GROUP_COUNT])
{
    const float master = volume_of(stream, VOLUME_MASTER);
    const bool own_muted = atomic_load_explicit(&stream->own_muted, memory_order_relaxed);

    levels[VOICE_CLICK] = master * volume_of(stream, VOLUME_CLICK);
    levels[VOICE_OWN] = own_muted ? 0.0F : master * volume_of(stream, VOLUME_OWN);
    levels[VOICE_BAND] = master * volume_of(stream, VOLUME_BAND);
}

void sound_stream_begin(SoundStream *stream, const SoundBank *bank)
{
    float levels[VOICE_GROUP_COUNT];

    read_levels(stream, levels);
    stream->bank = bank;
    stream->frame = 0;
    frame_clock_init(&stream->clock, bank->rate_hz);
    voices_init(&stream->voices, levels);
    limiter_init(&stream->limiter, bank->rate_hz);
    atomic_store_explicit(&stream->settled, false, memory_order_relaxed);
    atomic_store_explicit(&stream->block_count, 0, memory_order_relaxed);
    atomic_store_explicit(&stream->step_count, 0, memory_order_relaxed);
}

/* Adds one to a counter that only this thread writes. */
static void count(_Atomic uint32_t *counter)
{
    atomic_store_explicit(
        counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

static bool has_begun(const SoundStream *stream, uint64_t id)
{
    if (id == 0) {
        return false;
    }
    for (int i = 0; i < SOUND_IDS_KEPT_MAX; i++) {
        if (stream->begun[i] == id) {
            return true;
        }
    }
    return false;
}

static void forget_waiting(SoundStream *stream, int index)
{
    stream->waiting_count--;
    stream->waiting[index] = stream->waiting[stream->waiting_count];
}

static void cancel_after(SoundStream *stream, const SoundCommand *command)
{
    const uint64_t source = command->id >> SOUND_SOURCE_SHIFT;

    for (int i = stream->waiting_count - 1; i >= 0; i--) {
        const SoundCommand *waiting = &stream->waiting[i];

        if (waiting->at.ns >= command->at.ns &&
            (source == 0 || source == waiting->id >> SOUND_SOURCE_SHIFT)) {
            forget_waiting(stream, i);
        }
    }
}

static void wait_for(SoundStream *stream, SoundCommand command)
{
    if (has_begun(stream, command.id)) {
        return;
    }
    for (int i = 0; command.id != 0 && i < stream->waiting_count; i++) {
        if (stream->waiting[i].id == command.id) {
            stream->waiting[i] = command;
            return;
        }
    }
    if (stream->waiting_count == SOUNDS_WAITING_MAX) {
        count(&stream->dropped_count);
        return;
    }
    stream->waiting[stream->waiting_count] = command;
    stream->waiting_count++;
}

/* As loud as the click: whoever has silenced the own drum plays a real one, and wants the cue. */
static void begin_cue(SoundStream *stream, const SoundCommand *command)
{
    count(&stream->played_count);
    if (stream->bank != NULL) {
        voices_start(&stream->voices,
                     stream->bank->cues[command->drum],
                     stream->bank->cue_frame_counts[command->drum],
                     stream->bank->rate_hz * SOUND_CUE_MS / 1000,
                     VOICE_CLICK,
                     command->gain);
    }
}

static void begin_sound(SoundStream *stream, const SoundCommand *command, int offset)
{
    const bool is_click = command->drum == DRUM_CLICK || command->drum == DRUM_CLICK_ACCENT;
    VoiceGroup group = is_click ? VOICE_CLICK : VOICE_BAND;
    ClickBeat sound = {.drum = (Drum)command->drum, .gain = 1.0F};

    if (command->kind == SOUND_STRIKE) {
        group = VOICE_OWN;
    } else if (is_click) {
        sound = click_sound_beat(
            (ClickSound)atomic_load_explicit(&stream->click_sound, memory_order_relaxed),
            command->drum == DRUM_CLICK_ACCENT);
    }
    count(&stream->played_count);
    if (command->id != 0) {
        stream->begun[stream->begun_count % SOUND_IDS_KEPT_MAX] = command->id;
        stream->begun_count++;
    }
    if (stream->bank != NULL) {
        voices_start(&stream->voices,
                     stream->bank->samples[sound.drum],
                     stream->bank->frame_counts[sound.drum],
                     offset,
                     group,
                     command->gain * sound.gain);
    }
}

/* Takes every command that is there: at most a ring full, since the senders are slower than this.
 */
static void obey(SoundStream *stream)
{
    SoundCommand command;

    for (int i = 0; i < SOUND_RING_COMMANDS_MAX && sound_ring_pop(&stream->strikes, &command);
         i++) {
        begin_sound(stream, &command, 0);
    }
    for (int i = 0; i < SOUND_RING_COMMANDS_MAX && sound_ring_pop(&stream->ring, &command); i++) {
        switch ((SoundCommandKind)command.kind) {
        case SOUND_STRIKE:
            begin_sound(stream, &command, 0);
            break;
        case SOUND_CUE:
            begin_cue(stream, &command);
            break;
        case SOUND_TIMED:
            wait_for(stream, command);
            break;
        case SOUND_CANCEL_AFTER:
            cancel_after(stream, &command);
            break;
        }
    }
}

/* Begins the waiting sounds that fall into the next `frames` frames. */
static void begin_due(SoundStream *stream, int frames)
{
    const int64_t late_frames_max = (int64_t)stream->bank->rate_hz * SOUND_LATE_MS_MAX / 1000;

    for (int i = stream->waiting_count - 1; i >= 0; i--) {
        const SoundCommand command = stream->waiting[i];
        const int64_t offset = frame_clock_frame(&stream->clock, command.at) - stream->frame;
        bool plays = false;

        if (offset >= frames) {
            continue;
        }
        forget_waiting(stream, i);
        plays = offset >= -late_frames_max && frame_clock_is_trusted(&stream->clock);
        if (offset < 0 || !plays) {
            count(&stream->late_count);
        }
        if (plays) {
            begin_sound(stream, &command, offset > 0 ? (int)offset : 0);
        }
    }
}

static void report(SoundStream *stream, HostTime now, int frames)
{
    const SoundCallback callback = {.frame = stream->frame,
                                    .frames = frames,
                                    .called = now,
                                    .mapped = frame_clock_host(&stream->clock, stream->frame)};

    callback_ring_push(&stream->callbacks, &callback);
    atomic_store_explicit(&stream->block_frames, frames, memory_order_relaxed);
    atomic_store_explicit(&stream->last_block_ns, now.ns, memory_order_relaxed);
    atomic_store_explicit(
        &stream->settled, frame_clock_is_settled(&stream->clock), memory_order_relaxed);
    atomic_store_explicit(&stream->step_count, stream->clock.step_count, memory_order_relaxed);
    count(&stream->block_count);
}

void sound_stream_render(SoundStream *stream, HostTime now, float *mono, int frames)
{
    float levels[VOICE_GROUP_COUNT];

    assert(stream->bank != NULL && frames > 0);
    frame_clock_observe(&stream->clock, stream->frame, now);
    obey(stream);
    begin_due(stream, frames);
    read_levels(stream, levels);
    voices_mix(&stream->voices, levels, mono, frames);
    limiter_run(&stream->limiter, mono, frames);
    report(stream, now, frames);
    stream->frame += frames;
}

void sound_stream_discard(SoundStream *stream, HostTime now)
{
    stream->bank = NULL;
    obey(stream);
    for (int i = stream->waiting_count - 1; i >= 0; i--) {
        const SoundCommand command = stream->waiting[i];

        if (command.at.ns <= now.ns) {
            forget_waiting(stream, i);
            begin_sound(stream, &command, 0);
        }
    }
    atomic_store_explicit(&stream->last_block_ns, now.ns, memory_order_relaxed);
}

bool sound_stream_send(SoundStream *stream, SoundCommand command)
{
    return sound_ring_push(&stream->ring, command);
}

bool sound_stream_strike(SoundStream *stream, Drum drum, float gain)
{
    return sound_ring_push(
        &stream->strikes,
        (SoundCommand){.kind = SOUND_STRIKE, .drum = (uint8_t)drum, .gain = gain});
}

bool sound_stream_next_callback(SoundStream *stream, SoundCallback *callback)
{
    return callback_ring_pop(&stream->callbacks, callback);
}

void sound_stream_set_volume(SoundStream *stream, Volume volume, double level)
{
    const double clamped = level < 0.0 ? 0.0 : level > 1.0 ? 1.0 : level;

    atomic_store_explicit(
        &stream->volumes_permille[volume], (int32_t)(clamped * 1000.0 + 0.5), memory_order_relaxed);
}

void sound_stream_mute_own(SoundStream *stream, bool muted)
{
    atomic_store_explicit(&stream->own_muted, muted, memory_order_relaxed);
}

void sound_stream_set_click(SoundStream *stream, ClickSound sound)
{
    atomic_store_explicit(&stream->click_sound, (int32_t)sound, memory_order_relaxed);
}

SoundReport sound_stream_report(const SoundStream *stream)
{
    return (SoundReport){
        .played_count = atomic_load_explicit(&stream->played_count, memory_order_relaxed),
        .late_count = atomic_load_explicit(&stream->late_count, memory_order_relaxed),
        .dropped_count = atomic_load_explicit(&stream->dropped_count, memory_order_relaxed),
        .step_count = atomic_load_explicit(&stream->step_count, memory_order_relaxed),
        .block_count = atomic_load_explicit(&stream->block_count, memory_order_relaxed),
        .block_frames = atomic_load_explicit(&stream->block_frames, memory_order_relaxed),
        .last_block = {atomic_load_explicit(&stream->last_block_ns, memory_order_relaxed)},
        .settled = atomic_load_explicit(&stream->settled, memory_order_relaxed),
    };
}
