/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.h -- the numbers of random() once setseed() has been called: those of
 * PostgreSQL 15, by Blackman and Vigna's xoroshiro128**, seeded by splitmix64.
 *
 * Threads: a state belongs to the session, whose statements run one after the
 * other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random_state {
	uint64_t s0, s1; /* both 0: no seed has been set */
};

static inline bool
random_is_seeded(const struct random_state *state)
{
	return (state->s0 | state->s1) != 0;
}

/* `seed` is from -1 to 1. */
void random_seed(struct random_state *state, double seed);

/* From 0 to below 1. */
double random_next(struct random_state *state);

/* One step of splitmix64, for seeds. */
static inline uint64_t
random_split(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
