/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h -- the hash and checksum of the server, XXH3 with 64 bits.
 *
 * Stored in files: the functions and their results may never change.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t len);

/* The same keyed by `seed`: other seeds give independent hashes. */
uint64_t hash_bytes_seeded(const void *data, size_t len, uint64_t seed);

/* Mix 64 bits (the finalizer of splitmix64): cheap, for integer keys. */
static inline uint64_t
hash_u64(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static inline uint64_t
hash_combine(uint64_t seed, uint64_t hash)
{
	return hash_u64(seed * 0x9e3779b97f4a7c15u + hash);
}
