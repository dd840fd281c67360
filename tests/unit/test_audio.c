/* The audio of the client on a device of memory: frames, volumes, cancelling, losing the device. */
#include "client/desktop/audio.h"
#include "client/desktop/audio_offline.h"
#include "client/desktop/sound_bank.h"
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_HZ = 48000,
    BLOCK = 256,
    SECOND_FRAMES = RATE_HZ
};

static const HostTime START = {INT64_C(77000000000)};

static Audio *create(AudioChoice choice)
{
    const AudioConfig config = {.choice = choice, .rate_hz = RATE_HZ, .block_frames = BLOCK};
    Audio *audio = audio_create(&config, START);

    check(audio != NULL);
    return audio;
}

static HostTime after_ms(int64_t ms)
{
    return (HostTime){START.ns + ms * NS_PER_MS};
}

static void render(Audio *audio, float *mono, int frames)
{
    int done = 0;

    while (done < frames) {
        done += audio_offline_render(audio, 0, mono + done, frames - done);
    }
}

/* The first frame that is not silent, -1 when all are. */
static int first_sound(const float *mono, int frames)
{
    for (int i = 0; i < frames; i++) {
        if (fabsf(mono[i]) > 1e-6F) {
            return i;
        }
    }
    return -1;
}

/* The first audible frame of a drum on its own. */
static int head_of(Drum drum)
{
    SoundBank *bank = sound_bank_create(RATE_HZ);
    int head = 0;

    if (bank == NULL) {
        fail();
        return 0;
    }
    head = first_sound(bank->samples[drum], bank->frame_counts[drum]);
    sound_bank_destroy(bank);
    return head;
}

static void a_timed_sound_begins_on_its_frame_and_is_the_drum(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    SoundBank *bank = sound_bank_create(RATE_HZ);
    const HostSound sound = {
        .at = {START.ns + 1000 * NS_PER_S / RATE_HZ + 1}, .drum = DRUM_CLICK, .gain = 1.0F};
    static float mono[SECOND_FRAMES];

    (void)state;
    check_i64(audio_schedule(audio, &sound, 1), 1);
    render(audio, mono, SECOND_FRAMES);
    for (int i = 0; i < bank->frame_counts[DRUM_CLICK] && 1000 + i < SECOND_FRAMES; i++) {
        check_near((double)mono[1000 + i], (double)bank->samples[DRUM_CLICK][i], 1e-6);
    }
    check_i64(first_sound(mono, SECOND_FRAMES), 1000 + head_of(DRUM_CLICK));
    sound_bank_destroy(bank);
    audio_destroy(audio);
}

static void a_strike_begins_with_the_next_block(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    static float mono[4 * BLOCK];

    (void)state;
    render(audio, mono, 2 * BLOCK);
    check_i64(first_sound(mono, 2 * BLOCK), -1);
    audio_strike(audio, DRUM_BONGO_HIGH, 1.0F);
    render(audio, mono, 2 * BLOCK);
    check_i64(first_sound(mono, 2 * BLOCK), head_of(DRUM_BONGO_HIGH));
    audio_destroy(audio);
}

static void a_sound_sent_again_moves_and_does_not_double(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    HostSound sound = {.at = after_ms(100), .id = 5, .drum = DRUM_CLICK, .gain = 1.0F};
    static float mono[SECOND_FRAMES];

    (void)state;
    check_i64(audio_schedule(audio, &sound, 1), 1);
    sound.at = after_ms(200);
    check_i64(audio_schedule(audio, &sound, 1), 1);
    render(audio, mono, SECOND_FRAMES / 2);
    check_i64(first_sound(mono, SECOND_FRAMES / 2), RATE_HZ / 5 + head_of(DRUM_CLICK));
    sound.at = after_ms(700);
    check_i64(audio_schedule(audio, &sound, 1), 1);
    render(audio, mono, SECOND_FRAMES / 2);
    check_u64(audio_state(audio).report.played_count, 1);
    audio_destroy(audio);
}

static void cancelling_forgets_what_comes_later_only(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const HostSound sounds[] = {{.at = after_ms(100), .drum = DRUM_CLICK, .gain = 1.0F},
                                {.at = after_ms(200), .drum = DRUM_CLICK, .gain = 1.0F},
                                {.at = after_ms(300), .drum = DRUM_CLICK, .gain = 1.0F}};
    const HostSound later = {.at = after_ms(400), .drum = DRUM_CLAVE, .gain = 1.0F};
    static float mono[SECOND_FRAMES];

    (void)state;
    check_i64(audio_schedule(audio, sounds, 3), 3);
    audio_cancel_after(audio, after_ms(200));
    check_i64(audio_schedule(audio, &later, 1), 1);
    render(audio, mono, SECOND_FRAMES);
    check_u64(audio_state(audio).report.played_count, 2);
    check_i64(first_sound(mono, SECOND_FRAMES), RATE_HZ / 10 + head_of(DRUM_CLICK));
    audio_destroy(audio);
}

static void one_plan_is_cancelled_without_the_other(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const uint16_t session = audio_new_source(audio);
    const uint16_t preview = audio_new_source(audio);
    const HostSound sounds[] = {{.at = after_ms(100),
                                 .id = (uint64_t)session << SOUND_SOURCE_SHIFT | 16U,
                                 .drum = DRUM_CLICK,
                                 .gain = 1.0F},
                                {.at = after_ms(200),
                                 .id = (uint64_t)preview << SOUND_SOURCE_SHIFT | 16U,
                                 .drum = DRUM_CLICK,
                                 .gain = 1.0F}};
    static float mono[SECOND_FRAMES];

    (void)state;
    check(session != preview && session != 0);
    check_i64(audio_schedule(audio, sounds, 2), 2);
    audio_cancel_source_after(audio, session, START);
    render(audio, mono, SECOND_FRAMES);
    check_u64(audio_state(audio).report.played_count, 1);
    check_i64(first_sound(mono, SECOND_FRAMES), RATE_HZ / 5 + head_of(DRUM_CLICK));
    audio_destroy(audio);
}

static void volumes_are_per_group_and_the_own_drum_can_be_muted(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const HostSound click = {.at = after_ms(10), .drum = DRUM_CLICK_ACCENT, .gain = 1.0F};
    const HostSound band = {.at = after_ms(10), .drum = DRUM_COWBELL, .gain = 1.0F};
    static float mono[SECOND_FRAMES];

    (void)state;
    audio_set_volume(audio, VOLUME_CLICK, 0.0);
    audio_set_volume(audio, VOLUME_BAND, 0.0);
    audio_mute_own(audio, true);
    render(audio, mono, BLOCK); /* volumes have moved */
    check_i64(audio_schedule(audio, &click, 1), 1);
    check_i64(audio_schedule(audio, &band, 1), 1);
    audio_strike(audio, DRUM_CLAVE, 1.0F);
    render(audio, mono, SECOND_FRAMES);
    check_i64(first_sound(mono, SECOND_FRAMES), -1);
    check_u64(audio_state(audio).report.played_count, 3);
    audio_mute_own(audio, false);
    audio_set_volume(audio, VOLUME_MASTER, 7.0); /* clamped */
    render(audio, mono, BLOCK);
    audio_strike(audio, DRUM_CLAVE, 1.0F);
    render(audio, mono, SECOND_FRAMES);
    check(first_sound(mono, SECOND_FRAMES) >= 0);
    audio_destroy(audio);
}

/* One beat of the metronome, alone. */
static void check_click(ClickSound sound, bool is_first, const SoundBank *bank)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const ClickBeat beat = click_sound_beat(sound, is_first);
    const HostSound click = {
        .at = after_ms(100), .drum = is_first ? DRUM_CLICK_ACCENT : DRUM_CLICK, .gain = 0.5F};
    static float mono[SECOND_FRAMES];

    audio_set_click(audio, sound);
    audio_set_volume(audio, VOLUME_BAND, 0.0);
    audio_set_volume(audio, VOLUME_OWN, 0.0);
    check_i64(audio_schedule(audio, &click, 1), 1);
    render(audio, mono, SECOND_FRAMES);
    for (int frame = 0; frame < 1000; frame++) {
        check_near((double)mono[SECOND_FRAMES / 10 + frame],
                   0.5 * (double)(beat.gain * bank->samples[beat.drum][frame]),
                   1e-4);
    }
    audio_destroy(audio);
}

/* In its own volume, whatever drum it borrows. */
static void the_click_sounds_as_it_is_asked_to(void **state)
{
    SoundBank *bank = sound_bank_create(RATE_HZ);

    (void)state;
    for (int i = 0; i < CLICK_SOUND_COUNT; i++) {
        check_click((ClickSound)i, true, bank);
        check_click((ClickSound)i, false, bank);
    }
    sound_bank_destroy(bank);
}

static void
a_sound_too_late_is_left_out_and_one_late_by_less_than_a_millisecond_is_not(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const HostSound sounds[] = {
        {.at = after_ms(10), .drum = DRUM_CLICK, .gain = 1.0F},
        {.at = {after_ms(500).ns - NS_PER_MS / 2}, .drum = DRUM_CLICK, .gain = 1.0F}};
    static float mono[SECOND_FRAMES];

    (void)state;
    render(audio, mono, SECOND_FRAMES / 2);
    check_i64(audio_schedule(audio, sounds, 2), 2);
    render(audio, mono, SECOND_FRAMES / 2);
    check_i64(first_sound(mono, SECOND_FRAMES / 2), head_of(DRUM_CLICK));
    check_u64(audio_state(audio).report.played_count, 1);
    check_u64(audio_state(audio).report.late_count, 2);
    audio_destroy(audio);
}

static void late_callbacks_do_not_move_sounds(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    static float mono[3 * SECOND_FRAMES];
    const HostSound sound = {.at = after_ms(2500), .drum = DRUM_CLICK, .gain = 1.0F};
    int done = 0;

    (void)state;
    check_i64(audio_schedule(audio, &sound, 1), 1);
    while (done < 3 * SECOND_FRAMES) {
        /* Late by 0 to 2.9 ms, in a fixed pattern. */
        done += audio_offline_render(
            audio, done / BLOCK * 7 % 30 * (NS_PER_MS / 10), mono + done, 3 * SECOND_FRAMES - done);
    }
    check_i64(first_sound(mono, 3 * SECOND_FRAMES), RATE_HZ * 5 / 2 + head_of(DRUM_CLICK));
    check_i64((int)audio_state(audio).condition, AUDIO_PLAYING);
    audio_destroy(audio);
}

static void without_a_device_everything_goes_on_silently(void **state)
{
    Audio *audio = create(AUDIO_NULL);
    HostSound sound = {.at = after_ms(100), .drum = DRUM_CLICK, .gain = 1.0F};

    (void)state;
    check_i64((int)audio_state(audio).condition, AUDIO_SILENT);
    check_text(audio_state(audio).word, "no device");
    audio_strike(audio, DRUM_CLAVE, 1.0F);
    check_i64(audio_schedule(audio, &sound, 1), 1);
    audio_poll(audio, after_ms(50));
    check_u64(audio_state(audio).report.played_count, 1);
    audio_poll(audio, after_ms(100));
    check_u64(audio_state(audio).report.played_count, 2);
    for (int i = 0; i < 10000; i++) {
        sound.at = after_ms(200 + i);
        check_i64(audio_schedule(audio, &sound, 1), 1);
        audio_poll(audio, after_ms(200 + i));
    }
    check_u64(audio_state(audio).report.dropped_count, 0);
    audio_destroy(audio);
}

static void a_missing_device_is_looked_for_every_three_seconds(void **state)
{
    AudioConfig config = {.choice = AUDIO_OFFLINE, .device = AUDIO_OFFLINE_ABSENT};
    Audio *audio = audio_create(&config, START);
    uint32_t revision = 0;

    (void)state;
    check(audio != NULL);
    check_i64((int)audio_state(audio).condition, AUDIO_SILENT);
    revision = audio_state(audio).revision;
    for (int64_t ms = 0; ms < 10000; ms += 100) {
        audio_poll(audio, after_ms(ms));
    }
    check_i64((int)audio_state(audio).condition, AUDIO_SILENT);
    check_u64(audio_state(audio).revision, revision);
    audio_destroy(audio);
}

static void a_device_that_goes_comes_back_and_plays_what_was_planned(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const HostSound sound = {.at = after_ms(4100), .drum = DRUM_CLICK, .gain = 1.0F};
    static float mono[SECOND_FRAMES];

    (void)state;
    render(audio, mono, SECOND_FRAMES);
    audio_strike(audio, DRUM_CYMBAL, 1.0F);
    render(audio, mono, BLOCK);
    audio_offline_unplug(audio);
    audio_poll(audio, after_ms(1010));
    check_i64((int)audio_state(audio).condition, AUDIO_SILENT);
    check_text(audio_state(audio).device, "");
    check_i64(audio_schedule(audio, &sound, 1), 1);
    audio_poll(audio, after_ms(1100));
    check_i64((int)audio_state(audio).condition, AUDIO_SILENT);
    audio_poll(audio, after_ms(4000));
    check_i64((int)audio_state(audio).condition, AUDIO_SETTLING);
    check_text(audio_state(audio).device, "memory");
    render(audio, mono, SECOND_FRAMES);
    check_i64(first_sound(mono, SECOND_FRAMES), RATE_HZ / 10 + head_of(DRUM_CLICK));
    audio_destroy(audio);
}

static void a_device_that_stands_still_loses_no_cancellation(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const HostSound sound = {.at = after_ms(500), .drum = DRUM_CLICK, .gain = 1.0F};
    static float mono[SECOND_FRAMES];
    int taken = 0;

    (void)state;
    while (audio_schedule(audio, &sound, 1) == 1) {
        taken++;
    }
    check_i64(taken, SOUND_RING_COMMANDS_MAX);
    audio_cancel_after(audio, after_ms(400));
    check_i64(audio_schedule(audio, &sound, 1), 0);
    render(audio, mono, BLOCK);
    check_i64(audio_schedule(audio, NULL, 0), 0);
    render(audio, mono, SECOND_FRAMES);
    check_i64(first_sound(mono, SECOND_FRAMES), -1);
    audio_destroy(audio);
}

/* Plays on for a while, then loses a sixth of a second. Returns the time. */
static HostTime break_up(Audio *audio, int seconds)
{
    static float mono[SECOND_FRAMES];

    for (int i = 0; i < seconds; i++) {
        render(audio, mono, SECOND_FRAMES);
        audio_poll(audio, audio_offline_now(audio));
    }
    audio_offline_stall(audio, NS_PER_S / 6);
    render(audio, mono, 2 * AUDIO_BLOCK_FRAMES_MAX);
    audio_poll(audio, audio_offline_now(audio));
    return audio_offline_now(audio);
}

static void blocks_grow_where_the_sound_breaks_up_and_only_there(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    const uint32_t revision = audio_state(audio).revision;

    (void)state;
    /* Once in a while is what lids and updates do. */
    for (int i = 0; i < 5; i++) {
        (void)break_up(audio, 15);
    }
    check_i64(audio_state(audio).block_frames, BLOCK);
    check_u64(audio_state(audio).revision, revision);
    /* Three times in a few seconds is too much for the device. */
    for (int i = 0; i < 3; i++) {
        (void)break_up(audio, 3);
    }
    check_i64(audio_state(audio).block_frames, INT64_C(2) * BLOCK);
    check(audio_state(audio).revision != revision);
    check_i64(audio_state(audio).condition, AUDIO_SETTLING);
    for (int i = 0; i < 12; i++) {
        (void)break_up(audio, 3);
    }
    check_i64(audio_state(audio).block_frames, AUDIO_BLOCK_FRAMES_MAX);
    audio_destroy(audio);
}

static void what_the_device_asked_for_is_told_in_order(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    static float mono[2 * BLOCK];
    SoundCallback callback = {.frame = -1};

    (void)state;
    check(!audio_next_callback(audio, &callback));
    check_i64(callback.frame, -1);
    render(audio, mono, 2 * BLOCK);
    check(audio_next_callback(audio, &callback));
    check_i64(callback.frame, 0);
    check_i64(callback.frames, BLOCK);
    check_i64(callback.called.ns, START.ns);
    check_i64(callback.mapped.ns, START.ns);
    check(audio_next_callback(audio, &callback));
    check_i64(callback.frame, BLOCK);
    check(!audio_next_callback(audio, &callback));
    /* What nobody takes is not told, and nothing else happens. */
    for (int i = 0; i < CALLBACK_RING_MAX; i++) {
        render(audio, mono, 2 * BLOCK);
    }
    for (int i = 0; i < CALLBACK_RING_MAX; i++) {
        check(audio_next_callback(audio, &callback));
        check_i64(callback.frame, (int64_t)(i + 2) * BLOCK);
    }
    check(!audio_next_callback(audio, &callback));
    audio_destroy(audio);
}

/* ---- the cue of an own hit ------------------------------------------------------------------- */

/* Half a second of a strike of `drum`, with a cue or (CUE_COUNT) without; silence comes after it.
 */
static void strike_with(Audio *audio, Drum drum, Cue cue, float *mono)
{
    static float rest[2 * SECOND_FRAMES];

    audio_strike(audio, drum, 1.0F);
    if (cue < CUE_COUNT) {
        audio_cue(audio, cue);
    }
    render(audio, mono, SECOND_FRAMES / 2);
    render(audio, rest, 2 * SECOND_FRAMES / BLOCK * BLOCK);
}

static void a_cue_neither_delays_nor_touches_the_stroke(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    static float plain[SECOND_FRAMES];
    static float told[SECOND_FRAMES];

    (void)state;
    for (int drum = 0; drum < DRUM_COUNT; drum++) {
        const int untouched = RATE_HZ * SOUND_CUE_MS / 1000;
        int first = 0;

        strike_with(audio, (Drum)drum, CUE_COUNT, plain);
        strike_with(audio, (Drum)drum, CUE_LATE, told);
        check_bytes(told, plain, (size_t)untouched * sizeof plain[0]);
        for (first = untouched; first < SECOND_FRAMES / 2; first++) {
            if (fabsf(told[first] - plain[first]) > 1e-3F) {
                break;
            }
        }
        check_i64_between(first, untouched, untouched + RATE_HZ / 500);
    }
    audio_destroy(audio);
}

/* Energy around one frequency in the frames [from, from + count) (Goertzel 1958). */
static double energy_at(const float *mono, int from, int count, double frequency_hz)
{
    const double twice_cos = 2.0 * cos(2.0 * 3.14159265358979323846 * frequency_hz / RATE_HZ);
    double last = 0.0;
    double before = 0.0;

    for (int i = from; i < from + count; i++) {
        const double next = (double)mono[i] + twice_cos * last - before;

        before = last;
        last = next;
    }
    return last * last + before * before - twice_cos * last * before;
}

/* Where a cue begins: a fifth above home, at home, or a fifth below. The loudest of three, of the
   25 ms after its rise. */
static Cue heard_in(const float *mono)
{
    static const double begins_hz[CUE_COUNT] = {1.4 * CUE_HOME_HZ, CUE_HOME_HZ, 0.72 * CUE_HOME_HZ};
    const int from = RATE_HZ * SOUND_CUE_MS / 1000;
    Cue loudest = CUE_EARLY;
    double most = 0.0;

    for (int i = 0; i < CUE_COUNT; i++) {
        const double energy = energy_at(mono, from, RATE_HZ / 40, begins_hz[i]);

        if (energy > most) {
            most = energy;
            loudest = (Cue)i;
        }
    }
    return loudest;
}

static void the_sound_alone_tells_early_on_and_late_over_every_drum(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    static float told[SECOND_FRAMES];

    (void)state;
    for (int drum = 0; drum < DRUM_COUNT; drum++) {
        for (int cue = 0; cue < CUE_COUNT; cue++) {
            strike_with(audio, (Drum)drum, (Cue)cue, told);
            check_i64(heard_in(told), cue);
        }
    }
    audio_destroy(audio);
}

static void whoever_has_muted_the_own_drum_still_hears_the_cue(void **state)
{
    Audio *audio = create(AUDIO_OFFLINE);
    static float told[SECOND_FRAMES];

    (void)state;
    audio_mute_own(audio, true);
    render(audio, told, BLOCK); /* the volume has moved */
    strike_with(audio, DRUM_DJEMBE_TONE, CUE_EARLY, told);
    check_i64_between(first_sound(told, SECOND_FRAMES / 2),
                      RATE_HZ * SOUND_CUE_MS / 1000,
                      RATE_HZ * (SOUND_CUE_MS + 1) / 1000);
    check_i64(heard_in(told), CUE_EARLY);
    audio_destroy(audio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timed_sound_begins_on_its_frame_and_is_the_drum),
        cmocka_unit_test(a_strike_begins_with_the_next_block),
        cmocka_unit_test(a_sound_sent_again_moves_and_does_not_double),
        cmocka_unit_test(cancelling_forgets_what_comes_later_only),
        cmocka_unit_test(one_plan_is_cancelled_without_the_other),
        cmocka_unit_test(volumes_are_per_group_and_the_own_drum_can_be_muted),
        cmocka_unit_test(the_click_sounds_as_it_is_asked_to),
        cmocka_unit_test(
            a_sound_too_late_is_left_out_and_one_late_by_less_than_a_millisecond_is_not),
        cmocka_unit_test(late_callbacks_do_not_move_sounds),
        cmocka_unit_test(without_a_device_everything_goes_on_silently),
        cmocka_unit_test(a_missing_device_is_looked_for_every_three_seconds),
        cmocka_unit_test(a_device_that_goes_comes_back_and_plays_what_was_planned),
        cmocka_unit_test(a_device_that_stands_still_loses_no_cancellation),
        cmocka_unit_test(blocks_grow_where_the_sound_breaks_up_and_only_there),
        cmocka_unit_test(what_the_device_asked_for_is_told_in_order),
        cmocka_unit_test(a_cue_neither_delays_nor_touches_the_stroke),
        cmocka_unit_test(the_sound_alone_tells_early_on_and_late_over_every_drum),
        cmocka_unit_test(whoever_has_muted_the_own_drum_still_hears_the_cue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
