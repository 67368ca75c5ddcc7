/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.h -- numbers that depend on a seed alone.
 *
 * SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
 * Generators", OOPSLA 2014.  Any state is a good one, and random_mix() of two
 * numbers is a new, unrelated state.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint64_t
random_mix(uint64_t a, uint64_t b)
{
	uint64_t state = a ^ b * 0xff51afd7ed558ccdu;

	return random_next(&state);
}

/* 0 .. limit - 1; limit is not 0. */
static inline uint64_t
random_below(uint64_t *state, uint64_t limit)
{
	return random_next(state) % limit;
}

/* True once in `n` times. */
static inline bool
random_once_in(uint64_t *state, uint64_t n)
{
	return random_below(state, n) == 0;
}
