/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/bitpack.h"

#include <assert.h>
#include <string.h>

#include "common/attr.h"

#define LANES BITPACK_LANES

/* Words are used as they lie in the file. */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "files are little-endian");

static uint32_t
lines_of(uint32_t count)
{
	return (count + LANES - 1) / LANES;
}

size_t
bitpack_bytes(uint32_t count, unsigned width)
{
	size_t bits = (size_t)lines_of(count) * width;

	return width <= 32 ? LANES * ((bits + 31) / 32) * sizeof(uint32_t)
			   : LANES * ((bits + 63) / 64) * sizeof(uint64_t);
}

/*
 * One kernel for each word: a line of 16 values at a time.  The first value
 * that touches a word writes all of it, so words need not be cleared.
 */
#define PUT_LINES(name, word_t, word_bits) \
	STELE_CLONES static void name(word_t *restrict words, \
	    const uint64_t *restrict values, uint32_t line, uint32_t count, \
	    unsigned width) \
	{ \
		const word_t mask = (word_t)bits_mask(width); \
\
		for (uint32_t n = 0; n < count; \
		     n++, line++, values += LANES) { \
			uint64_t bit = (uint64_t)line * width; \
			word_t *word = words + (bit / (word_bits)) * LANES; \
			unsigned shift = bit % (word_bits); \
\
			if (shift == 0) \
				for (unsigned l = 0; l < LANES; l++) \
					word[l] = (word_t)values[l] & mask; \
			else \
				for (unsigned l = 0; l < LANES; l++) \
					word[l] |= ((word_t)values[l] & mask) \
					    << shift; \
			if (shift + width > (word_bits)) \
				for (unsigned l = 0; l < LANES; l++) \
					word[LANES + l] = \
					    ((word_t)values[l] & mask) >> \
					    ((word_bits)-shift); \
		} \
	}

PUT_LINES(put_lines_32, uint32_t, 32)
PUT_LINES(put_lines_64, uint64_t, 64)

void
bitpack_put(void *words, const uint64_t *values, uint32_t count, unsigned width)
{
	uint32_t whole = count / LANES;
	uint64_t last[LANES] = { 0 };

	assert(width <= BITPACK_WIDTH_MAX && (uintptr_t)words % 8 == 0);
	if (width == 0)
		return;
	if (count % LANES != 0)
		memcpy(last, values + (size_t)whole * LANES,
		    count % LANES * sizeof(*last));
	if (width <= 32) {
		put_lines_32(words, values, 0, whole, width);
		if (count % LANES != 0)
			put_lines_32(words, last, whole, 1, width);
	} else {
		put_lines_64(words, values, 0, whole, width);
		if (count % LANES != 0)
			put_lines_64(words, last, whole, 1, width);
	}
}

#define GET_LINES(name, word_t, word_bits) \
	STELE_CLONES static void name(const word_t *restrict words, \
	    unsigned width, uint32_t line, uint32_t count, uint64_t base, \
	    uint64_t slope, uint64_t *restrict out) \
	{ \
		const word_t mask = (word_t)bits_mask(width); \
		uint64_t ramp[LANES]; \
\
		for (unsigned l = 0; l < LANES; l++) \
			ramp[l] = base + slope * l; \
		for (uint32_t n = 0; n < count; n++, line++, out += LANES) { \
			uint64_t bit = (uint64_t)line * width; \
			const word_t *word = \
			    words + (bit / (word_bits)) * LANES; \
			unsigned shift = bit % (word_bits); \
\
			if (shift + width <= (word_bits)) \
				for (unsigned l = 0; l < LANES; l++) \
					out[l] = ramp[l] + \
					    (word[l] >> shift & mask); \
			else \
				for (unsigned l = 0; l < LANES; l++) \
					out[l] = ramp[l] + \
					    ((word[l] >> shift | \
						 word[LANES + l] \
						     << ((word_bits)-shift)) & \
						mask); \
			for (unsigned l = 0; l < LANES; l++) \
				ramp[l] += slope * LANES; \
		} \
	}

GET_LINES(get_lines_32, uint32_t, 32)
GET_LINES(get_lines_64, uint64_t, 64)

/* Width 0: the line alone. */
STELE_CLONES static void
put_ramp(uint64_t base, uint64_t slope, uint32_t count, uint64_t *restrict out)
{
	for (uint32_t n = 0; n < count; n++, out += LANES)
		for (unsigned l = 0; l < LANES; l++)
			out[l] = base + slope * (LANES * n + l);
}

void
bitpack_get(const void *words, unsigned width, uint32_t first_line,
    uint32_t line_count, uint64_t base, uint64_t slope, uint64_t *out)
{
	if (width == 0)
		put_ramp(base, slope, line_count, out);
	else if (width <= 32)
		get_lines_32(words, width, first_line, line_count, base, slope,
		    out);
	else
		get_lines_64(words, width, first_line, line_count, base, slope,
		    out);
}

STELE_CLONES static void
test_lines(const uint32_t *restrict words, unsigned width, uint32_t line,
    uint32_t count, uint32_t low, uint32_t span, uint8_t *restrict passes)
{
	const uint32_t mask = (uint32_t)bits_mask(width);

	for (uint32_t n = 0; n < count; n++, line++, passes += LANES) {
		uint64_t bit = (uint64_t)line * width;
		const uint32_t *word = words + (bit / 32) * LANES;
		unsigned shift = bit % 32;
		uint32_t values[LANES];

		if (shift + width <= 32)
			for (unsigned l = 0; l < LANES; l++)
				values[l] = word[l] >> shift & mask;
		else
			for (unsigned l = 0; l < LANES; l++)
				values[l] =
				    (word[l] >> shift |
					word[LANES + l] << (32 - shift)) &
				    mask;
		for (unsigned l = 0; l < LANES; l++)
			passes[l] = values[l] - low <= span;
	}
}

void
bitpack_test(const void *words, unsigned width, uint32_t first_line,
    uint32_t line_count, uint32_t low, uint32_t span, uint8_t *passes)
{
	assert(width > 0 && width <= 32);
	test_lines(words, width, first_line, line_count, low, span, passes);
}
