/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/random.h"

void
random_seed(struct random_state *state, double seed)
{
	uint64_t from =
	    (uint64_t)(int64_t)((double)((UINT64_C(1) << 52) - 1) * seed);

	state->s0 = random_split(&from);
	state->s1 = random_split(&from);
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

double
random_next(struct random_state *state)
{
	uint64_t s0 = state->s0;
	uint64_t sx = state->s1 ^ s0;
	uint64_t value = rotate(s0 * 5, 7) * 9;

	state->s0 = rotate(s0, 24) ^ sx ^ sx << 16;
	state->s1 = rotate(sx, 37);
	return (double)(value >> 12) * 0x1p-52;
}
