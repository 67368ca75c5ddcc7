/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/null_map.h"

#include <assert.h>
#include <string.h>

#include "common/buf.h"
#include "common/reader.h"
#include "vec/value.h"

#define EACH_BYTE  UINT64_C(0x0101010101010101)
#define RANK_WORDS (NULL_MAP_RANK_ROWS / 64)

static uint32_t
ranks_of(uint32_t row_count)
{
	return (row_count + NULL_MAP_RANK_ROWS - 1) / NULL_MAP_RANK_ROWS;
}

void
null_map_put(struct buf *out, const uint8_t *nulls, uint32_t row_count,
    enum null_map_form form)
{
	uint32_t values = 0;
	size_t start;

	for (uint32_t first = 0; first < row_count; first += 64) {
		uint64_t word = 0;

		for (uint32_t i = 0; i < 64 && first + i < row_count; i++)
			word |= (uint64_t)(nulls[first + i] != 0) << i;
		buf_put_u64(out, word);
	}
	if (form == NULL_MAP_PLAIN)
		return;
	start = out->len;
	for (uint32_t i = 0; i < row_count; i++) {
		if (i % NULL_MAP_RANK_ROWS == 0)
			buf_put_u16(out, (uint16_t)values);
		values += nulls[i] == 0;
	}
	while (!out->failed && (out->len - start) % 8 != 0)
		buf_put_u8(out, 0);
}

bool
null_map_open(struct reader *reader, uint32_t row_count,
    enum null_map_form form, struct null_map *map)
{
	size_t words = ((size_t)row_count + 63) / 64 * 8;
	size_t ranks = ((size_t)ranks_of(row_count) * 2 + 7) / 8 * 8;
	const void *at = reader_take(reader, words);

	*map = (struct null_map){ .words = at, .row_count = row_count };
	if (form == NULL_MAP_DENSE) {
		at = reader_take(reader, ranks);
		map->ranks = at;
	}
	return !reader->failed;
}

/* 64 bits from any row on; zeros past the last word. */
static uint64_t
bits_from(const struct null_map *map, uint32_t row)
{
	uint32_t last = (map->row_count - 1) / 64;
	uint32_t word = row / 64;
	unsigned shift = row % 64;
	uint64_t bits = map->words[word] >> shift;

	if (shift > 0 && word < last)
		bits |= map->words[word + 1] << (64 - shift);
	return bits;
}

void
null_map_get(const struct null_map *map, uint32_t first, uint32_t count,
    uint8_t *nulls)
{
	for (uint32_t done = 0; done < count; done += 64) {
		uint64_t bits = bits_from(map, first + done);
		uint32_t n = count - done < 64 ? count - done : 64;

		for (uint32_t i = 0; i < n; i += 8, bits >>= 8) {
			/* Byte k of `spread` has bit k of the eight, or 0. */
			uint64_t spread = (bits & 0xff) * EACH_BYTE &
			    UINT64_C(0x8040201008040201);
			uint64_t flags =
			    (spread + 0x7f * EACH_BYTE) >> 7 & EACH_BYTE;

			memcpy(nulls + done + i, &flags,
			    n - i < 8 ? n - i : sizeof(flags));
		}
	}
}

uint32_t
null_map_count_values(const struct null_map *map, uint32_t first,
    uint32_t count)
{
	uint32_t nulls = 0;

	for (uint32_t done = 0; done < count; done += 64) {
		uint64_t bits = bits_from(map, first + done);

		if (count - done < 64)
			bits &= (UINT64_C(1) << (count - done)) - 1;
		nulls += (uint32_t)__builtin_popcountll(bits);
	}
	return count - nulls;
}

uint32_t
null_map_rank(const struct null_map *map, uint32_t row)
{
	uint32_t start = row / NULL_MAP_RANK_ROWS;

	if (row == map->row_count && row % NULL_MAP_RANK_ROWS == 0)
		start--; /* there is no entry for the end */
	return map->ranks[start] +
	    null_map_count_values(map, start * NULL_MAP_RANK_ROWS,
		row - start * NULL_MAP_RANK_ROWS);
}

/*
 * From the end, in place: a value never moves down, so none is overwritten
 * before it has moved.  A null takes the value that was moved last.
 */
#define SPREAD(name, type) \
	static void name(const uint8_t *nulls, uint32_t count, uint32_t value, \
	    type *values) \
	{ \
		for (uint32_t row = count; row-- > 0;) { \
			value -= nulls[row] == 0; \
			values[row] = values[value]; \
		} \
	}

struct bytes_16 {
	uint64_t part[2];
};

struct bytes_32 {
	uint64_t part[4];
};

static_assert(sizeof(struct numeric) == 32 && sizeof(struct str) == 16 &&
	sizeof(struct uuid) == 16 && sizeof(struct interval) == 16,
    "sizes of all forms");

SPREAD(spread_1, uint8_t)
SPREAD(spread_8, uint64_t)
SPREAD(spread_16, struct bytes_16)
SPREAD(spread_32, struct bytes_32)

void
null_map_spread(const uint8_t *nulls, uint32_t count, uint32_t value_count,
    size_t size, void *values)
{
	char *bytes = values;

	if (value_count == count)
		return;
	if (value_count == 0) {
		memset(values, 0, count * size);
		return;
	}
	/* What nulls behind the last value take. */
	memcpy(bytes + value_count * size, bytes + (value_count - 1) * size,
	    size);
	switch (size) {
	case 1:
		spread_1(nulls, count, value_count, values);
		break;
	case 8:
		spread_8(nulls, count, value_count, values);
		break;
	case 16:
		spread_16(nulls, count, value_count, values);
		break;
	default:
		assert(size == 32);
		spread_32(nulls, count, value_count, values);
		break;
	}
}

void
null_map_gather(const uint8_t *nulls, uint32_t count, size_t size, void *values)
{
	char *bytes = values;
	uint32_t value = 0;

	for (uint32_t row = 0; row < count; row++) {
		if (nulls[row] != 0)
			continue;
		if (value != row)
			memcpy(bytes + value * size, bytes + row * size, size);
		value++;
	}
}
