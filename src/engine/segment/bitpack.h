/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitpack.h -- small unsigned integers in few bits each, and nothing else.
 *
 * Two layouts.  The one for rows is interleaved over 16 lanes, so that plain
 * loops pack and unpack 16 values at a time in wide vectors: value i is in
 * lane i % 16, at bit (i / 16) * width of the lane's stream, whose k-th word
 * is word k * 16 + lane (the idea of Afroozeh and Boncz, "The FastLanes
 * Compression Layout", VLDB 2023).  Words have 32 bits where the width fits
 * them, because then a vector holds twice as many, else 64.
 *
 * The other, for what lies beside the rows, is a plain stream of 64-bit words,
 * low bits first.
 *
 * All is little-endian.  Nothing is read or written outside of bitpack_bytes()
 * and bitstream_words(); rows past the count are never looked at.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BITPACK_LANES     16
#define BITPACK_WIDTH_MAX 64

static inline unsigned
bits_of(uint64_t value)
{
	return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static inline uint64_t
bits_mask(unsigned width)
{
	return width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

/* ---- rows, in lanes ---- */

/* Bytes of `count` values, a multiple of 64. */
size_t bitpack_bytes(uint32_t count, unsigned width);

/* Pack the low `width` bits of each value; `words` is 8-aligned. */
void bitpack_put(void *words, const uint64_t *values, uint32_t count,
    unsigned width);

/*
 * Unpack lines of 16 values from line `first` on: out[j] = base + slope * j +
 * the value.
 */
void bitpack_get(const void *words, unsigned width, uint32_t first_line,
    uint32_t line_count, uint64_t base, uint64_t slope, uint64_t *out);

/*
 * Whether each value of these lines is low..low + span: 1 or 0.  The width is
 * 1..32; low + span is a value that it can have.
 */
void bitpack_test(const void *words, unsigned width, uint32_t first_line,
    uint32_t line_count, uint32_t low, uint32_t span, uint8_t *passes);

/* Ask for the memory of value i, which may begin in one word and end in another. */
static inline void
bitpack_hint(const void *words, unsigned width, uint32_t i)
{
	uint64_t bit = (uint64_t)(i / BITPACK_LANES) * width;
	uint64_t unit = width <= 32 ? 32 : 64;
	const char *word = (const char *)words +
	    (bit / unit * BITPACK_LANES + i % BITPACK_LANES) * (unit / 8);

	__builtin_prefetch(word);
	if (bit % unit + width > unit)
		__builtin_prefetch(word + BITPACK_LANES * (unit / 8));
}

/* Value i. */
static inline uint64_t
bitpack_at(const void *words, unsigned width, uint32_t i)
{
	uint64_t bit = (uint64_t)(i / BITPACK_LANES) * width;
	uint32_t lane = i % BITPACK_LANES;

	if (width == 0)
		return 0;
	if (width <= 32) {
		const uint32_t *word =
		    (const uint32_t *)words + (bit / 32) * BITPACK_LANES + lane;
		unsigned shift = bit % 32;
		uint32_t value = word[0] >> shift;

		if (shift + width > 32)
			value |= word[BITPACK_LANES] << (32 - shift);
		return value & bits_mask(width);
	} else {
		const uint64_t *word =
		    (const uint64_t *)words + (bit / 64) * BITPACK_LANES + lane;
		unsigned shift = bit % 64;
		uint64_t value = word[0] >> shift;

		if (shift + width > 64)
			value |= word[BITPACK_LANES] << (64 - shift);
		return value & bits_mask(width);
	}
}

/* ---- a plain stream ---- */

static inline size_t
bitstream_words(uint32_t count, unsigned width)
{
	return ((size_t)count * width + 63) / 64;
}

/* `words` are zero where nothing was put yet. */
static inline void
bitstream_put(uint64_t *words, uint32_t i, unsigned width, uint64_t value)
{
	uint64_t bit = (uint64_t)i * width;
	unsigned shift = bit % 64;

	if (width == 0)
		return;
	words[bit / 64] |= value << shift;
	if (shift > 0 && shift + width > 64)
		words[bit / 64 + 1] |= value >> (64 - shift);
}

static inline uint64_t
bitstream_at(const uint64_t *words, uint32_t i, unsigned width)
{
	uint64_t bit = (uint64_t)i * width;
	unsigned shift = bit % 64;
	uint64_t value;

	if (width == 0)
		return 0;
	value = words[bit / 64] >> shift;
	if (shift > 0 && shift + width > 64)
		value |= words[bit / 64 + 1] << (64 - shift);
	return value & bits_mask(width);
}
