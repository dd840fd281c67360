/*
 * Reproducible random numbers: the same seed gives the same sequence on every machine.
 *
 * Pure: the state is the caller's. Not for secrets. xoshiro256** (Blackman and Vigna, ACM TOMS
 * 2021, 10.1145/3460772), seeded through SplitMix64 so that neighbouring seeds are unrelated.
 */
#ifndef SHARED_PRNG_H
#define SHARED_PRNG_H

#include <stdint.h>

typedef struct {
    uint64_t state[4]; /* never all zero */
} Prng;

/* Starts the sequence of `seed`; every seed is good. */
void prng_seed(Prng *prng, uint64_t seed);

/* 64 uniform bits. */
uint64_t prng_u64(Prng *prng);

/* Uniform in [0, 1), a multiple of 2^-53. */
double prng_uniform(Prng *prng);

/* Uniform in 0 .. bound - 1 without bias; `bound` > 0. */
uint64_t prng_below(Prng *prng, uint64_t bound);

/* Normal with mean 0 and standard deviation 1 (polar method of Marsaglia). */
double prng_normal(Prng *prng);

/* Exponential with the given mean >= 0. */
double prng_exponential(Prng *prng, double mean);

/* Gamma with mean shape * scale (Marsaglia and Tsang 2000, 10.1145/358407.358414); shape > 0. */
double prng_gamma(Prng *prng, double shape, double scale);

/* exp of a normal with mean `log_mean` and standard deviation `log_sd`; its median is
 * exp(log_mean). */
double prng_lognormal(Prng *prng, double log_mean, double log_sd);

#endif
