/* The drums' sounds, measured: level, offset, onset, end, pitch, colour, repeatability. */
#include "shared/synth.h"
#include "tests/support/check.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static const int RATES_HZ[] = {22050, 44100, 48000, 96000, 192000};
enum {
    RATE_COUNT = sizeof(RATES_HZ) / sizeof(RATES_HZ[0])
};

typedef struct {
    float *mono;
    int frames;
    int rate_hz;
    double peak;
} Sound;

static Sound sound_of(Drum drum, int rate_hz)
{
    Sound sound = {.frames = synth_frames(drum, rate_hz), .rate_hz = rate_hz};

    sound.mono = malloc((size_t)sound.frames * sizeof(*sound.mono));
    assert(sound.mono != NULL);
    synth_render(drum, rate_hz, sound.mono, sound.frames);
    for (int i = 0; i < sound.frames; i++) {
        double level = fabs((double)sound.mono[i]);

        check(isfinite(level));
        sound.peak = level > sound.peak ? level : sound.peak;
    }
    return sound;
}

/* Calls `inspect` with every drum at every rate. */
static void for_each_sound(void (*inspect)(Drum drum, const Sound *sound))
{
    for (int number = 0; number < DRUM_COUNT; number++) {
        for (int i = 0; i < RATE_COUNT; i++) {
            Sound sound = sound_of((Drum)number, RATES_HZ[i]);

            inspect((Drum)number, &sound);
            free(sound.mono);
        }
    }
}

/* The energy of a sound around one frequency over its first `seconds` (Goertzel 1958). */
static double energy_at(const Sound *sound, double frequency_hz, double seconds)
{
    double twice_cos = 2 * cos(2 * PI * frequency_hz / sound->rate_hz);
    int frames = (int)(seconds * sound->rate_hz);
    double last = 0;
    double last_but_one = 0;

    for (int i = 0; i < frames && i < sound->frames; i++) {
        double next = (double)sound->mono[i] + twice_cos * last - last_but_one;

        last_but_one = last;
        last = next;
    }
    return last * last + last_but_one * last_but_one - twice_cos * last * last_but_one;
}

/* The mean frequency of a sound's first 100 ms, weighted by energy. */
static double centroid_hz(Drum drum)
{
    Sound sound = sound_of(drum, 48000);
    double weighted = 0;
    double total = 0;

    for (int frequency_hz = 30; frequency_hz < 16000; frequency_hz += 10) {
        double energy = energy_at(&sound, frequency_hz, 0.1);

        weighted += frequency_hz * energy;
        total += energy;
    }
    free(sound.mono);
    return weighted / total;
}

/* The frequency with the most energy over the first `seconds`, in steps of 1 Hz. */
static double strongest_hz(Drum drum, int low_hz, int high_hz, double seconds)
{
    Sound sound = sound_of(drum, 48000);
    double strongest = low_hz;
    double most = 0;

    for (int frequency_hz = low_hz; frequency_hz <= high_hz; frequency_hz++) {
        double energy = energy_at(&sound, frequency_hz, seconds);

        if (energy > most) {
            most = energy;
            strongest = frequency_hz;
        }
    }
    free(sound.mono);
    return strongest;
}

static void check_level(Drum drum, const Sound *sound)
{
    (void)drum;
    check_between(sound->peak, 0.5, 0.9);
    check_i64_between(sound->frames, 1, SYNTH_SECONDS_MAX * (int64_t)sound->rate_hz);
}

static void no_drum_clips_or_whispers(void **state)
{
    (void)state;
    for_each_sound(check_level);
}

static void check_offset(Drum drum, const Sound *sound)
{
    double sum = 0;

    (void)drum;
    for (int i = 0; i < sound->frames; i++) {
        sum += (double)sound->mono[i];
    }
    check_near(sum / sound->frames, 0, 1e-3);
}

static void no_drum_has_an_offset(void **state)
{
    (void)state;
    for_each_sound(check_offset);
}

/* -40 dB of the peak within half a millisecond, -20 dB within one. */
static void check_onset(Drum drum, const Sound *sound)
{
    int first_audible = sound->frames;
    int first_clear = sound->frames;

    (void)drum;
    for (int i = sound->frames - 1; i >= 0; i--) {
        double level = fabs((double)sound->mono[i]);

        first_audible = level > sound->peak * 0.01 ? i : first_audible;
        first_clear = level > sound->peak * 0.1 ? i : first_clear;
    }
    check_i64_between(first_audible, 0, sound->rate_hz / 2000);
    check_i64_between(first_clear, 0, sound->rate_hz / 1000);
}

static void every_drum_sounds_at_once(void **state)
{
    (void)state;
    for_each_sound(check_onset);
}

static void check_end(Drum drum, const Sound *sound)
{
    int last = sound->frames / 50; /* the last fiftieth */

    (void)drum;
    check_near((double)sound->mono[sound->frames - 1], 0, 1e-7);
    for (int i = sound->frames - last; i < sound->frames; i++) {
        check_near((double)sound->mono[i], 0, 0.001);
    }
}

static void every_drum_ends_in_silence(void **state)
{
    (void)state;
    for_each_sound(check_end);
}

static void check_again(Drum drum, const Sound *sound)
{
    Sound again = sound_of(drum, sound->rate_hz);

    check_i64(again.frames, sound->frames);
    check_bytes(again.mono, sound->mono, (size_t)sound->frames * sizeof(*sound->mono));
    free(again.mono);
}

static void the_same_drum_is_the_same_bytes(void **state)
{
    (void)state;
    for_each_sound(check_again);
}

static void what_is_left_of_the_buffer_is_silence(void **state)
{
    static float longer[48000];
    static float exact[48000];
    int frames = synth_frames(DRUM_CLAVE, 48000);

    (void)state;
    for (int i = 0; i < 48000; i++) {
        longer[i] = 0.5F;
    }
    synth_render(DRUM_CLAVE, 48000, exact, frames);
    synth_render(DRUM_CLAVE, 48000, longer, 48000);
    check_bytes(longer, exact, (size_t)frames * sizeof(exact[0]));
    for (int i = frames; i < 48000; i++) {
        check(longer[i] >= 0 && longer[i] <= 0);
    }
}

static void the_djembe_goes_from_dark_bass_over_tone_to_bright_slap(void **state)
{
    double bass_hz = centroid_hz(DRUM_DJEMBE_BASS);
    double tone_hz = centroid_hz(DRUM_DJEMBE_TONE);
    double slap_hz = centroid_hz(DRUM_DJEMBE_SLAP);

    (void)state;
    check_between(bass_hz, 50, 200);
    check_between(tone_hz, 2 * bass_hz, 800);
    check_between(slap_hz, 2 * tone_hz, 6000);
}

static void drums_are_tuned_as_they_are_named(void **state)
{
    (void)state;
    check_between(strongest_hz(DRUM_DJEMBE_BASS, 40, 400, 0.4), 65, 80);
    check_between(strongest_hz(DRUM_DJEMBE_TONE, 40, 2000, 0.2), 330, 380);
    check_between(strongest_hz(DRUM_BONGO_HIGH, 40, 2000, 0.2), 400, 460);
    check_between(strongest_hz(DRUM_BONGO_LOW, 40, 2000, 0.2), 285, 330);
    check_between(strongest_hz(DRUM_CONGA_OPEN, 40, 2000, 0.4), 185, 210);
    check_between(strongest_hz(DRUM_COWBELL, 40, 4000, 0.2), 535, 545);
    check_between(strongest_hz(DRUM_CLAVE, 40, 8000, 0.1), 2450, 2550);
    check_between(strongest_hz(DRUM_CLICK, 40, 8000, 0.04), 970, 1030);
    check_between(strongest_hz(DRUM_CLICK_ACCENT, 40, 8000, 0.04), 1470, 1530);
}

static void the_bass_drops_in_pitch_after_the_stroke(void **state)
{
    Sound sound = sound_of(DRUM_DJEMBE_BASS, 48000);
    Sound late = sound;

    (void)state;
    late.mono += 9600; /* 200 ms later */
    late.frames -= 9600;
    check(energy_at(&sound, 85, 0.06) > energy_at(&sound, 69, 0.06) * 0.8);
    check(energy_at(&late, 69, 0.2) > energy_at(&late, 85, 0.2) * 4);
    free(sound.mono);
}

static void rattles_are_brighter_than_skins_and_bells(void **state)
{
    static const Drum RATTLES[] = {DRUM_SHAKER, DRUM_TAMBOURINE, DRUM_CYMBAL};

    (void)state;
    for (size_t i = 0; i < sizeof(RATTLES) / sizeof(RATTLES[0]); i++) {
        check(centroid_hz(RATTLES[i]) > centroid_hz(DRUM_CLAVE));
        check(centroid_hz(RATTLES[i]) > centroid_hz(DRUM_DJEMBE_SLAP));
    }
}

static void a_muted_conga_is_shorter_than_an_open_one_and_clicks_are_shortest(void **state)
{
    (void)state;
    check(synth_frames(DRUM_CONGA_MUTE, 48000) < synth_frames(DRUM_CONGA_OPEN, 48000) / 2);
    check_i64_between(synth_frames(DRUM_CLICK, 48000), 1, 1920);
    check_i64_between(synth_frames(DRUM_CLICK_ACCENT, 48000), 1, 1920);
}

/* What two sounds have in common: 1 for the same shape, 0 for nothing. */
static double likeness(const Sound *one, const Sound *other)
{
    int frames = one->frames < other->frames ? one->frames : other->frames;
    double both = 0;
    double one_energy = 0;
    double other_energy = 0;

    for (int i = 0; i < frames; i++) {
        both += (double)one->mono[i] * (double)other->mono[i];
        one_energy += (double)one->mono[i] * (double)one->mono[i];
        other_energy += (double)other->mono[i] * (double)other->mono[i];
    }
    return fabs(both) / sqrt(one_energy * other_energy);
}

static void no_two_drums_sound_alike(void **state)
{
    Sound sounds[DRUM_COUNT];

    (void)state;
    for (int i = 0; i < DRUM_COUNT; i++) {
        sounds[i] = sound_of((Drum)i, 48000);
        for (int j = 0; j < i; j++) {
            check_between(likeness(&sounds[i], &sounds[j]), 0, 0.6);
        }
    }
    for (int i = 0; i < DRUM_COUNT; i++) {
        free(sounds[i].mono);
    }
}

static void a_drum_keeps_its_colour_at_every_rate(void **state)
{
    (void)state;
    for (int number = 0; number < DRUM_COUNT; number++) {
        Sound low = sound_of((Drum)number, 44100);
        Sound high = sound_of((Drum)number, 96000);
        double low_sum = 0;
        double high_sum = 0;

        for (int i = 0; i < low.frames; i++) {
            low_sum += (double)low.mono[i] * (double)low.mono[i];
        }
        for (int i = 0; i < high.frames; i++) {
            high_sum += (double)high.mono[i] * (double)high.mono[i];
        }
        /* Loudness within 3 dB: noise differs from rate to rate, a wrong scale would be more. */
        check_between((low_sum / low.rate_hz) / (high_sum / high.rate_hz), 0.5, 2.0);
        free(low.mono);
        free(high.mono);
    }
}

/* ---- cues ------------------------------------------------------------------------------------ */

static Sound cue_of(Cue cue, int rate_hz)
{
    Sound sound = {.frames = synth_cue_frames(cue, rate_hz), .rate_hz = rate_hz};

    sound.mono = malloc((size_t)sound.frames * sizeof(*sound.mono));
    assert(sound.mono != NULL);
    synth_cue_render(cue, rate_hz, sound.mono, sound.frames);
    for (int i = 0; i < sound.frames; i++) {
        sound.peak = fmax(sound.peak, fabs((double)sound.mono[i]));
    }
    return sound;
}

/* The strongest frequency of `seconds` of a cue from `from_s` on, below the octave. */
static double cue_pitch_hz(Cue cue, double from_s, double seconds)
{
    Sound sound = cue_of(cue, 48000);
    Sound part = sound;
    double strongest = 0;
    double most = 0;

    part.mono += (int)(from_s * 48000);
    part.frames -= (int)(from_s * 48000);
    for (int frequency_hz = 300; frequency_hz <= 1200; frequency_hz += 2) {
        double energy = energy_at(&part, frequency_hz, seconds);

        if (energy > most) {
            most = energy;
            strongest = frequency_hz;
        }
    }
    free(sound.mono);
    return strongest;
}

static void early_falls_late_rises_and_both_come_home(void **state)
{
    (void)state;
    check_near(cue_pitch_hz(CUE_ON, 0.0, 0.03), CUE_HOME_HZ, 12);
    check_near(cue_pitch_hz(CUE_ON, 0.10, 0.05), CUE_HOME_HZ, 12);
    check_between(cue_pitch_hz(CUE_EARLY, 0.0, 0.02), 1.3 * CUE_HOME_HZ, 1.5 * CUE_HOME_HZ);
    check_between(cue_pitch_hz(CUE_LATE, 0.0, 0.02), 0.66 * CUE_HOME_HZ, 0.8 * CUE_HOME_HZ);
    check_near(cue_pitch_hz(CUE_EARLY, 0.11, 0.05), CUE_HOME_HZ, 0.05 * CUE_HOME_HZ);
    check_near(cue_pitch_hz(CUE_LATE, 0.11, 0.05), CUE_HOME_HZ, 0.05 * CUE_HOME_HZ);
}

static void cues_are_soft_and_alike_in_all_but_pitch(void **state)
{
    (void)state;
    for (int i = 0; i < RATE_COUNT; i++) {
        for (int number = 0; number < CUE_COUNT; number++) {
            Sound sound = cue_of((Cue)number, RATES_HZ[i]);

            check_near(sound.peak, 0.30, 1e-3); /* the softest drum peaks at 0.5 */
            check_i64(sound.frames, synth_cue_frames(CUE_ON, RATES_HZ[i]));
            check_near((double)sound.mono[0], 0, 1e-3);
            check_end(DRUM_CLICK, &sound);
            free(sound.mono);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_drum_clips_or_whispers),
        cmocka_unit_test(no_drum_has_an_offset),
        cmocka_unit_test(every_drum_sounds_at_once),
        cmocka_unit_test(every_drum_ends_in_silence),
        cmocka_unit_test(the_same_drum_is_the_same_bytes),
        cmocka_unit_test(what_is_left_of_the_buffer_is_silence),
        cmocka_unit_test(the_djembe_goes_from_dark_bass_over_tone_to_bright_slap),
        cmocka_unit_test(drums_are_tuned_as_they_are_named),
        cmocka_unit_test(the_bass_drops_in_pitch_after_the_stroke),
        cmocka_unit_test(rattles_are_brighter_than_skins_and_bells),
        cmocka_unit_test(a_muted_conga_is_shorter_than_an_open_one_and_clicks_are_shortest),
        cmocka_unit_test(no_two_drums_sound_alike),
        cmocka_unit_test(a_drum_keeps_its_colour_at_every_rate),
        cmocka_unit_test(early_falls_late_rises_and_both_come_home),
        cmocka_unit_test(cues_are_soft_and_alike_in_all_but_pitch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
