#include "shared/prng.h"

#include <assert.h>
#include <math.h>

static uint64_t rotate_left(uint64_t value, unsigned int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static uint64_t split_mix(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

void prng_seed(Prng *prng, uint64_t seed)
{
    /* SplitMix64 is a bijection of its counter, so four outputs in a row are never all zero. */
    for (int i = 0; i < 4; i++) {
        prng->state[i] = split_mix(&seed);
    }
}

uint64_t prng_u64(Prng *prng)
{
    uint64_t *s = prng->state;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double prng_uniform(Prng *prng)
{
    return (double)(prng_u64(prng) >> 11) * 0x1p-53;
}

uint64_t prng_below(Prng *prng, uint64_t bound)
{
    assert(bound > 0);
    /* Numbers under 2^64 mod bound would make the small results likelier: draw again. */
    const uint64_t refuse_below = (UINT64_MAX - bound + 1) % bound;
    uint64_t drawn = prng_u64(prng);

    while (drawn < refuse_below) {
        drawn = prng_u64(prng);
    }
    return drawn % bound;
}

double prng_normal(Prng *prng)
{
    double x = 0.0;
    double square = 0.0;

    /* The second number of the pair is not kept: a state without a spare is simpler to restart. */
    do {
        x = 2.0 * prng_uniform(prng) - 1.0;
        const double y = 2.0 * prng_uniform(prng) - 1.0;
        square = x * x + y * y;
    } while (square >= 1.0 || square <= 0.0);
    return x * sqrt(-2.0 * log(square) / square);
}

double prng_exponential(Prng *prng, double mean)
{
    return -mean * log(1.0 - prng_uniform(prng));
}

double prng_gamma(Prng *prng, double shape, double scale)
{
    assert(shape > 0.0);
    double boost = 1.0;

    /* Under 1: a gamma of shape + 1 times U^(1/shape). */
    if (shape < 1.0) {
        boost = pow(1.0 - prng_uniform(prng), 1.0 / shape);
        shape += 1.0;
    }
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / sqrt(9.0 * d);

    for (;;) {
        const double x = prng_normal(prng);
        const double v = 1.0 + c * x;
        if (v <= 0.0) {
            continue;
        }
        const double cube = v * v * v;
        if (log(1.0 - prng_uniform(prng)) < 0.5 * x * x + d - d * cube + d * log(cube)) {
            return d * cube * boost * scale;
        }
    }
}

double prng_lognormal(Prng *prng, double log_mean, double log_sd)
{
    return exp(log_mean + log_sd * prng_normal(prng));
}
