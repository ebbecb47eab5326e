/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seeded random numbers: the same seed gives the same numbers on every machine. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline struct rng
rng_seeded(uint64_t seed)
{
	return (struct rng){ .state = seed };
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t
rng_u64(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 <= result < bound; bound > 0. */
static inline uint32_t
rng_below(struct rng *rng, uint32_t bound)
{
	return (uint32_t)((rng_u64(rng) >> 32) * bound >> 32);
}

#endif
