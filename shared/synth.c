#include "shared/synth.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define TAU 6.283185307179586476925286766559

enum {
    MODES_MAX = 20,
    BURSTS_MAX = 3,
    GLIDE_BLOCK_FRAMES = 64 /* the pitch is held for so long while it glides: 1.3 ms at 48 kHz */
};

/* Below this nothing of a drum is heard; taking it away leaves no offset. */
static const double RUMBLE_HZ = 22.0;

/* A sound's last part fades, whatever still rings. */
static const double FADE_PART = 0.2;

/* One ringing partial: amplitude * exp(-t / decay_s) * sin(2 pi frequency_hz t). */
typedef struct {
    double frequency_hz;
    double amplitude;
    double decay_s;
} Mode;

/*
 * Noise through a band-pass filter. With grains it is not steady but beads or jingles that collide
 * at random (Cook, "Physically Informed Sonic Modeling", Computer Music Journal 21:3, 1997).
 */
typedef struct {
    double centre_hz;
    double q;
    double amplitude;
    double attack_s;
    double decay_s;
    double grains_per_s; /* 0: steady noise */
} Burst;

typedef struct {
    double seconds;
    double peak;  /* of the finished sound; balances the drums against one another */
    double glide; /* the skin is tighter when struck: pitch begins at 1 + glide times its own ... */
    double glide_s;        /* ... and comes home with this time constant; 0: does not glide */
    Mode modes[MODES_MAX]; /* the first of frequency 0 ends the list */
    Burst bursts[BURSTS_MAX];
} DrumSound;

/*
 * Skins: the partials of an ideal circular membrane lie at 1, 1.59, 2.14, 2.30, 2.65, 2.92, 3.16
 * (Fletcher and Rossing, "The Physics of Musical Instruments", section 3.1). A bass stroke in the
 * middle excites the lowest, a tone at the edge the (1,1) and (2,1), a slap those above; higher
 * ones die sooner. Bells and wood have partials of bars and plates, which follow no such row.
 */
static const DrumSound SOUNDS[] =
    {
        [DRUM_BONGO_HIGH] =
            {
                .seconds = 0.5,
                .peak = 0.74,
                .glide = 0.05,
                .glide_s = 0.012,
                .modes = {{430, 1.0, 0.085},
                          {685, 0.42, 0.055},
                          {919, 0.27, 0.042},
                          {988, 0.16, 0.038},
                          {1141, 0.13, 0.030},
                          {1548, 0.08, 0.020}},
                .bursts = {{3200, 0.6, 0.9, 0.0001, 0.005, 0}},
            },
        [DRUM_BONGO_LOW] =
            {
                .seconds = 0.6,
                .peak = 0.76,
                .glide = 0.05,
                .glide_s = 0.015,
                .modes = {{305, 1.0, 0.110},
                          {486, 0.42, 0.070},
                          {652, 0.26, 0.052},
                          {701, 0.15, 0.046},
                          {809, 0.12, 0.036},
                          {1098, 0.07, 0.024}},
                .bursts = {{2400, 0.6, 0.8, 0.0001, 0.006, 0}},
            },
        [DRUM_DJEMBE_BASS] =
            {
                .seconds = 0.95,
                .peak = 0.88,
                .glide = 0.30,
                .glide_s = 0.030,
                .modes = {{69, 1.0, 0.230},
                          {110, 0.26, 0.110},
                          {147, 0.16, 0.080},
                          {159, 0.10, 0.060},
                          {201, 0.10, 0.050},
                          {352, 0.10, 0.040}}, /* what a laptop can sound of it */
                .bursts = {{190, 0.5, 1.1, 0.0002, 0.011, 0}, {900, 0.5, 0.25, 0.0001, 0.005, 0}},
            },
        [DRUM_DJEMBE_TONE] =
            {
                .seconds = 0.6,
                .peak = 0.80,
                .glide = 0.06,
                .glide_s = 0.016,
                .modes = {{350, 1.0, 0.125},
                          {470, 0.50, 0.095},
                          {505, 0.28, 0.080},
                          {583, 0.26, 0.070},
                          {641, 0.16, 0.055},
                          {791, 0.10, 0.040},
                          {72, 0.22, 0.090}},
                .bursts = {{1500, 0.6, 0.7, 0.0001, 0.007, 0}},
            },
        [DRUM_DJEMBE_SLAP] =
            {
                .seconds = 0.5,
                .peak = 0.82,
                .glide = 0.03,
                .glide_s = 0.010,
                .modes = {{612, 0.60, 0.085},
                          {744, 0.75, 0.080},
                          {902, 0.65, 0.070},
                          {1180, 0.50, 0.052},
                          {1490, 0.42, 0.044},
                          {2110, 0.30, 0.034},
                          {2930, 0.18, 0.024},
                          {350, 0.18, 0.050}},
                .bursts = {{3600, 0.45, 3.2, 0.0001, 0.012, 0}, {5200, 0.6, 0.8, 0.0001, 0.035, 0}},
            },
        [DRUM_CONGA_OPEN] =
            {
                .seconds = 1.1,
                .peak = 0.80,
                .glide = 0.035,
                .glide_s = 0.020,
                .modes = {{196, 1.0, 0.230},
                          {312, 0.36, 0.140},
                          {419, 0.24, 0.105},
                          {450, 0.14, 0.090},
                          {520, 0.10, 0.065},
                          {760, 0.05, 0.040}},
                .bursts = {{1300, 0.6, 0.6, 0.0001, 0.006, 0}},
            },
        [DRUM_CONGA_MUTE] =
            {
                .seconds = 0.25,
                .peak = 0.72,
                .glide = 0.04,
                .glide_s = 0.010,
                .modes = {{208, 0.80, 0.036},
                          {331, 0.50, 0.028},
                          {452, 0.34, 0.024},
                          {690, 0.22, 0.018},
                          {910, 0.16, 0.014}},
                .bursts = {{2100, 0.6, 1.3, 0.0001, 0.008, 0}},
            },
        /* The sides of a cowbell ring like two squares a rough fifth apart. */
        [DRUM_COWBELL] =
            {
                .seconds = 0.7,
                .peak = 0.66,
                .modes = {{541, 1.0, 0.120},
                          {802, 0.95, 0.105},
                          {1623, 0.34, 0.060},
                          {2406, 0.32, 0.055},
                          {2705, 0.20, 0.045},
                          {4010, 0.18, 0.035},
                          {3787, 0.12, 0.030},
                          {5614, 0.10, 0.022}},
                .bursts = {{4800, 0.8, 0.9, 0.0001, 0.004, 0}},
            },
        /* A free bar: the second partial lies at 2.76 times the first. */
        [DRUM_CLAVE] =
            {
                .seconds = 0.3,
                .peak = 0.70,
                .modes = {{2500, 1.0, 0.034}, {6890, 0.16, 0.009}, {3710, 0.10, 0.012}},
                .bursts = {{4200, 0.8, 0.7, 0.0001, 0.0018, 0}},
            },
        [DRUM_SHAKER] =
            {
                .seconds = 0.28,
                .peak = 0.56,
                .bursts = {{6200, 0.9, 1.0, 0.0003, 0.034, 5500},
                           {3300, 1.6, 0.45, 0.0003, 0.026, 3500},
                           {8200, 0.8, 0.6, 0.0001, 0.006, 0}},
            },
        [DRUM_TAMBOURINE] =
            {
                .seconds = 0.6,
                .peak = 0.62,
                .modes = {{3870, 0.10, 0.060},
                          {5230, 0.16, 0.100},
                          {6120, 0.20, 0.110},
                          {7480, 0.20, 0.090},
                          {8930, 0.14, 0.070},
                          {9710, 0.10, 0.060},
                          {236, 0.22, 0.030}},
                .bursts = {{5600, 4.0, 1.8, 0.0002, 0.090, 1100},
                           {8100, 4.0, 1.6, 0.0002, 0.080, 1400},
                           {2400, 1.2, 0.9, 0.0001, 0.008, 0}},
            },
        [DRUM_CYMBAL] =
            {
                .seconds = 1.9,
                .peak = 0.70,
                .modes = {{418, 0.14, 0.26},
                          {587, 0.14, 0.30},
                          {823, 0.13, 0.34},
                          {1046, 0.12, 0.36},
                          {1337, 0.12, 0.38},
                          {1711, 0.12, 0.40},
                          {2089, 0.12, 0.40},
                          {2477, 0.13, 0.42},
                          {2953, 0.13, 0.42},
                          {3491, 0.14, 0.42},
                          {4127, 0.14, 0.40},
                          {4789, 0.14, 0.38},
                          {5521, 0.13, 0.36},
                          {6379, 0.12, 0.34},
                          {7247, 0.11, 0.30},
                          {8311, 0.10, 0.26},
                          {9419, 0.08, 0.22},
                          {10733, 0.06, 0.18}},
                .bursts = {{7600, 0.5, 1.5, 0.0002, 0.26, 0},
                           {4200, 0.6, 1.4, 0.0001, 0.040, 0},
                           {10500, 0.9, 0.8, 0.0004, 0.34, 0}},
            },
        [DRUM_CLICK] =
            {
                .seconds = 0.04,
                .peak = 0.74,
                .modes = {{1000, 1.0, 0.0065}, {2420, 0.35, 0.0035}, {4100, 0.10, 0.0020}},
                .bursts = {{3000, 0.7, 0.6, 0.0001, 0.0012, 0}},
            },
        [DRUM_CLICK_ACCENT] =
            {
                .seconds = 0.04,
                .peak = 0.86,
                .modes = {{1500, 1.0, 0.0070}, {3630, 0.38, 0.0038}, {6150, 0.12, 0.0020}},
                .bursts = {{4500, 0.7, 0.7, 0.0001, 0.0012, 0}},
            },
};

_Static_assert(sizeof(SOUNDS) / sizeof(SOUNDS[0]) == DRUM_COUNT, "every drum has its sound");

/* A little of the octave, so that small speakers and old ears have something of it too. */
#define CUE_MODES                                                                                  \
    {                                                                                              \
        {CUE_HOME_HZ, 1.0, 0.060}, {2 * CUE_HOME_HZ, 0.25, 0.030},                                 \
    }

/* Quieter than any drum; fifths up and down are 3/2 and 2/3. */
static const DrumSound CUES[CUE_COUNT] = {
    [CUE_EARLY] =
        {.seconds = 0.16, .peak = 0.30, .glide = 0.5, .glide_s = 0.045, .modes = CUE_MODES},
    [CUE_ON] = {.seconds = 0.16, .peak = 0.30, .modes = CUE_MODES},
    [CUE_LATE] =
        {.seconds = 0.16, .peak = 0.30, .glide = -1.0 / 3.0, .glide_s = 0.045, .modes = CUE_MODES},
};

static const double CUE_RISE_S = 0.004;

/* Second order band-pass with a gain of 1 at its centre (Bristow-Johnson, "Audio EQ Cookbook"). */
typedef struct {
    double b0, a1, a2;
    double x1, x2, y1, y2;
} BandPass;

static BandPass band_pass(double centre_hz, double q, double rate_hz)
{
    double omega = TAU * centre_hz / rate_hz;
    double alpha = sin(omega) / (2 * q);

    return (BandPass){
        .b0 = alpha / (1 + alpha),
        .a1 = -2 * cos(omega) / (1 + alpha),
        .a2 = (1 - alpha) / (1 + alpha),
    };
}

static double band_pass_next(BandPass *filter, double x)
{
    double y = filter->b0 * (x - filter->x2) - filter->a1 * filter->y1 - filter->a2 * filter->y2;

    filter->x2 = filter->x1;
    filter->x1 = x;
    filter->y2 = filter->y1;
    filter->y1 = y;
    return y;
}

/* Noise evenly in [-1, 1): Marsaglia's xorshift of 32 bits, good enough for the ear. */
static double noise_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return (double)*state / 2147483648.0 - 1.0;
}

/* Whether a filter or partial at this frequency can exist at this rate without folding back. */
static bool is_below_nyquist(double frequency_hz, int rate_hz)
{
    return frequency_hz < 0.45 * rate_hz;
}

/* A decaying phasor: turning a complex number costs two products where a sine costs a library. */
static void add_mode(const DrumSound *sound, const Mode *mode, int rate_hz, float *mono, int frames)
{
    double decay = exp(-1.0 / (mode->decay_s * rate_hz));
    double re = mode->amplitude;
    double im = 0;
    double turn_re = 0;
    double turn_im = 0;

    for (int i = 0; i < frames; i++) {
        if (i % GLIDE_BLOCK_FRAMES == 0 && (i == 0 || sound->glide_s > 0)) {
            double bend =
                sound->glide_s > 0 ? sound->glide * exp(-i / (sound->glide_s * rate_hz)) : 0;
            double omega = TAU * mode->frequency_hz * (1 + bend) / rate_hz;

            turn_re = decay * cos(omega);
            turn_im = decay * sin(omega);
        }
        mono[i] += (float)im;

        double turned_re = re * turn_re - im * turn_im;

        im = re * turn_im + im * turn_re;
        re = turned_re;
    }
}

static void add_burst(const Burst *burst, uint32_t seed, int rate_hz, float *mono, int frames)
{
    static const double GRAIN_S = 0.0012;
    BandPass filter = band_pass(burst->centre_hz, burst->q, rate_hz);
    /* A band of fixed width holds less of the noise the higher the rate. */
    double amplitude = burst->amplitude * sqrt(rate_hz / 48000.0);
    double grain_chance = burst->grains_per_s / rate_hz;
    double grain_decay = exp(-1.0 / (GRAIN_S * rate_hz));
    /* As many beads in flight as later on, and one that lands right with the stroke. */
    double grain_level = 1.0 + 0.5 * burst->grains_per_s * GRAIN_S;
    double decay = exp(-1.0 / (burst->decay_s * rate_hz));
    double attack_decay = exp(-1.0 / (burst->attack_s * rate_hz));
    double attack = 1.0;
    double level = amplitude;

    for (int i = 0; i < frames; i++) {
        attack *= attack_decay;
        if (burst->grains_per_s > 0) {
            double chance = (noise_next(&seed) + 1) / 2;

            grain_level *= grain_decay;
            grain_level += chance < grain_chance ? 0.5 : 0;
        }
        mono[i] +=
            (float)band_pass_next(&filter, level * (1 - attack) * grain_level * noise_next(&seed));
        level *= decay;
    }
}

/* Takes away what lies below hearing, fades the end to silence, and brings the peak to `peak`. */
static void finish(double peak, int rate_hz, float *mono, int frames)
{
    double follow = 1 - exp(-TAU * RUMBLE_HZ / rate_hz);
    int fade_frames = (int)(frames * FADE_PART);
    double below = 0;
    double highest = 0;

    for (int i = 0; i < frames; i++) {
        double left = (double)(frames - 1 - i) / fade_frames;
        double fade = left < 1 ? left * left * (3 - 2 * left) : 1;
        double sample;

        below += follow * ((double)mono[i] - below);
        sample = ((double)mono[i] - below) * fade;
        highest = fabs(sample) > highest ? fabs(sample) : highest;
        mono[i] = (float)sample;
    }
    assert(highest > 0);
    for (int i = 0; i < frames; i++) {
        mono[i] = (float)((double)mono[i] * peak / highest);
    }
}

static void clear(float *mono, int frames)
{
    for (int i = 0; i < frames; i++) {
        mono[i] = 0;
    }
}

static void add_modes(const DrumSound *sound, int rate_hz, float *mono, int frames)
{
    for (int i = 0; i < MODES_MAX && sound->modes[i].frequency_hz > 0; i++) {
        if (is_below_nyquist(sound->modes[i].frequency_hz, rate_hz)) {
            add_mode(sound, &sound->modes[i], rate_hz, mono, frames);
        }
    }
}

int synth_frames(Drum drum, int rate_hz)
{
    assert(drum_is_valid((int)drum));
    assert(rate_hz >= SYNTH_RATE_HZ_MIN && rate_hz <= SYNTH_RATE_HZ_MAX);
    return (int)(SOUNDS[drum].seconds * rate_hz);
}

void synth_render(Drum drum, int rate_hz, float *mono, int frames)
{
    const DrumSound *sound = &SOUNDS[drum];
    int sound_frames = synth_frames(drum, rate_hz);

    assert(frames >= sound_frames);
    clear(mono, frames);
    add_modes(sound, rate_hz, mono, sound_frames);
    for (int i = 0; i < BURSTS_MAX && sound->bursts[i].centre_hz > 0; i++) {
        uint32_t seed = UINT32_C(0x9E3779B9) * (uint32_t)((int)drum * BURSTS_MAX + i + 1);

        if (is_below_nyquist(sound->bursts[i].centre_hz, rate_hz)) {
            add_burst(&sound->bursts[i], seed, rate_hz, mono, sound_frames);
        }
    }
    finish(sound->peak, rate_hz, mono, sound_frames);
}

int synth_cue_frames(Cue cue, int rate_hz)
{
    assert(cue >= 0 && cue < CUE_COUNT);
    assert(rate_hz >= SYNTH_RATE_HZ_MIN && rate_hz <= SYNTH_RATE_HZ_MAX);
    return (int)(CUES[cue].seconds * rate_hz);
}

void synth_cue_render(Cue cue, int rate_hz, float *mono, int frames)
{
    int cue_frames = synth_cue_frames(cue, rate_hz);
    int rise_frames = (int)(CUE_RISE_S * rate_hz);

    assert(frames >= cue_frames);
    clear(mono, frames);
    add_modes(&CUES[cue], rate_hz, mono, cue_frames);
    for (int i = 0; i < rise_frames; i++) {
        mono[i] *= (float)i / (float)rise_frames;
    }
    finish(CUES[cue].peak, rate_hz, mono, cue_frames);
}
