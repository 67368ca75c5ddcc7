/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/int_packed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/int128.h"
#include "common/reader.h"
#include "engine/segment/bitpack.h"
#include "engine/segment/positions.h"

#define LANES          BITPACK_LANES
#define BLOCK_ROWS     INT_BLOCK_ROWS
#define BLOCKS_MAX     (INT_ROWS_MAX / BLOCK_ROWS)
#define POSITION_BITS  16
#define MIDDLE_SAMPLES 15
#define SLOPE_RISE_MAX (INT64_C(1) << 46)

static uint32_t
blocks_of(uint32_t row_count)
{
	return (row_count + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

static uint32_t
block_rows(uint32_t row_count, uint32_t block)
{
	uint32_t left = row_count - block * BLOCK_ROWS;

	return left < BLOCK_ROWS ? left : BLOCK_ROWS;
}

/* ---- planning ---- */

/* Least and greatest value of each block after a line was taken off. */
struct block_ranges {
	int64_t low[BLOCKS_MAX];
	int64_t high[BLOCKS_MAX];
	int64_t least; /* of all */
	int64_t greatest;
	uint32_t count;
};

STELE_CLONES static void
range_of_block(const int64_t *restrict values, uint64_t base, uint64_t slope,
    int64_t *restrict least, int64_t *restrict greatest)
{
	int64_t low[LANES], high[LANES];
	uint64_t ramp[LANES];

	for (unsigned l = 0; l < LANES; l++) {
		ramp[l] = base + slope * l;
		low[l] = high[l] = (int64_t)((uint64_t)values[l] - ramp[l]);
	}
	for (uint32_t line = 1; line < BLOCK_ROWS / LANES; line++) {
		for (unsigned l = 0; l < LANES; l++) {
			int64_t value;

			ramp[l] += slope * LANES;
			value = (int64_t)((uint64_t)values[line * LANES + l] -
			    ramp[l]);
			low[l] = value < low[l] ? value : low[l];
			high[l] = value > high[l] ? value : high[l];
		}
	}
	for (unsigned l = 1; l < LANES; l++) {
		low[0] = low[l] < low[0] ? low[l] : low[0];
		high[0] = high[l] > high[0] ? high[l] : high[0];
	}
	*least = low[0];
	*greatest = high[0];
}

static void
range_of_rest(const int64_t *values, uint32_t count, uint64_t base,
    uint64_t slope, int64_t *least, int64_t *greatest)
{
	int64_t low = INT64_MAX, high = INT64_MIN;

	for (uint32_t i = 0; i < count; i++) {
		int64_t value =
		    (int64_t)((uint64_t)values[i] - base - slope * i);

		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	*least = low;
	*greatest = high;
}

static void
find_ranges(struct block_ranges *ranges, const int64_t *values,
    uint32_t row_count, uint64_t slope)
{
	ranges->count = blocks_of(row_count);
	ranges->least = INT64_MAX;
	ranges->greatest = INT64_MIN;
	for (uint32_t b = 0; b < ranges->count; b++) {
		uint32_t first = b * BLOCK_ROWS;
		uint32_t count = block_rows(row_count, b);

		if (count == BLOCK_ROWS)
			range_of_block(values + first, slope * first, slope,
			    &ranges->low[b], &ranges->high[b]);
		else
			range_of_rest(values + first, count, slope * first,
			    slope, &ranges->low[b], &ranges->high[b]);
		if (ranges->low[b] < ranges->least)
			ranges->least = ranges->low[b];
		if (ranges->high[b] > ranges->greatest)
			ranges->greatest = ranges->high[b];
	}
}

static unsigned
range_bits(int64_t low, int64_t high)
{
	return bits_of((uint64_t)high - (uint64_t)low);
}

/* Bits that one block of eight does with: the others may hold outliers. */
static unsigned
usual_bits(const struct block_ranges *ranges)
{
	uint32_t blocks_with[65] = { 0 };
	uint32_t sum = 0;
	unsigned bits = 0;

	for (uint32_t b = 0; b < ranges->count; b++)
		blocks_with[range_bits(ranges->low[b], ranges->high[b])]++;
	while ((sum += blocks_with[bits]) * 8 < ranges->count)
		bits++;
	return bits;
}

int64_t
int_middle(const int64_t *values, uint32_t count)
{
	int64_t sorted[MIDDLE_SAMPLES];

	for (uint32_t k = 0; k < MIDDLE_SAMPLES; k++) {
		int64_t value = values[k * (count - 1) / (MIDDLE_SAMPLES - 1)];
		uint32_t at = k;

		for (; at > 0 && sorted[at - 1] > value; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = value;
	}
	return sorted[MIDDLE_SAMPLES / 2];
}

/*
 * The base of a block with outliers: its least value that is not further than
 * 2^bits below the middle.
 */
static int64_t
base_of_outliers(const int64_t *values, uint32_t count, uint64_t base,
    uint64_t slope, unsigned bits)
{
	int64_t level[BLOCK_ROWS];
	int64_t floor, low;

	for (uint32_t i = 0; i < count; i++)
		level[i] = (int64_t)((uint64_t)values[i] - base - slope * i);
	low = int_middle(level, count);
	if (bits >= 63 || low < INT64_MIN + (INT64_C(1) << bits))
		floor = INT64_MIN;
	else
		floor = low - (INT64_C(1) << bits);
	for (uint32_t i = 0; i < count; i++)
		if (level[i] >= floor && level[i] < low)
			low = level[i];
	return low;
}

static uint64_t
residual_at(const struct int_packed_plan *plan, const int64_t *values,
    uint32_t i)
{
	return (uint64_t)values[i] - plan->slope * i -
	    (uint64_t)plan->low[i / BLOCK_ROWS];
}

/* From which end of a block its values are counted. */
enum direction { FROM_LOW, FROM_HIGH };

/* What sampled distances from that end say. */
struct bit_sample {
	uint32_t rows_with[65]; /* that need so many bits; 64: beyond the end */
	uint32_t count;
	unsigned most_bits; /* of any, beyond the end too */
};

/* The greatest value of a block that is no exception, if low[b] is the least. */
static uint64_t
high_of(const struct int_packed_plan *plan, const struct block_ranges *ranges,
    uint32_t b, unsigned bits)
{
	uint64_t range = (uint64_t)ranges->high[b] - (uint64_t)plan->low[b];

	if (bits_of(range) > bits + 1)
		range = bits_mask(bits + 1);
	return (uint64_t)plan->low[b] + range;
}

/* One row of five, but at no period that data could have. */
static void
take_sample(const struct int_packed_plan *plan,
    const struct block_ranges *ranges, const int64_t *values,
    uint32_t row_count, enum direction direction, unsigned bits,
    struct bit_sample *sample)
{
	uint64_t most = 0;
	bool is_beyond = false;

	*sample = (struct bit_sample){ .count = 0 };
	for (uint32_t i = 0; i < row_count; sample->count++) {
		uint64_t distance = residual_at(plan, values, i);

		if (direction == FROM_HIGH) {
			uint32_t b = i / BLOCK_ROWS;

			distance = high_of(plan, ranges, b, bits) -
			    (uint64_t)plan->low[b] - distance;
		}
		sample->rows_with[bits_of(distance)]++;
		if ((int64_t)distance < 0) {
			is_beyond = true;
			distance = -distance;
		}
		most = distance > most ? distance : most;
		i += 2 + 2 * (i * UINT32_C(0x9e3779b1) >> 30);
	}
	sample->most_bits = bits_of(most) + is_beyond;
}

/* What an exception costs, when some distances have `most` bits. */
static uint64_t
exception_bits(unsigned most, unsigned width)
{
	return POSITION_BITS + (most > width ? most - width : 0);
}

/* The width that is cheapest with its exceptions; its cost for the sample. */
static unsigned
choose_width(const struct bit_sample *sample, uint64_t *best_cost)
{
	uint64_t exceptions = 0;
	unsigned best = 64;

	*best_cost = UINT64_MAX;
	for (unsigned width = 65; width-- > 0;) {
		uint64_t cost = (uint64_t)width * sample->count +
		    exceptions * exception_bits(sample->most_bits, width);

		if (cost < *best_cost) {
			*best_cost = cost;
			best = width;
		}
		exceptions += sample->rows_with[width];
	}
	return best;
}

STELE_CLONES static uint32_t
count_wider(const int64_t *restrict values, uint64_t base, uint64_t slope,
    uint64_t mask)
{
	uint64_t wider[LANES] = { 0 }, ramp[LANES], count = 0;

	for (unsigned l = 0; l < LANES; l++)
		ramp[l] = base + slope * l;
	for (uint32_t line = 0; line < BLOCK_ROWS / LANES; line++) {
		for (unsigned l = 0; l < LANES; l++) {
			uint64_t residual =
			    (uint64_t)values[line * LANES + l] - ramp[l];

			wider[l] += (residual & ~mask) != 0;
			ramp[l] += slope * LANES;
		}
	}
	for (unsigned l = 0; l < LANES; l++)
		count += wider[l];
	return (uint32_t)count;
}

/* Residuals that do not fit the plan's width. */
static uint32_t
count_exceptions(const struct int_packed_plan *plan, const int64_t *values,
    uint32_t row_count)
{
	uint64_t mask = bits_mask(plan->width);
	uint32_t whole = row_count / BLOCK_ROWS;
	uint32_t count = 0;

	for (uint32_t b = 0; b < whole; b++)
		count += count_wider(values + b * BLOCK_ROWS,
		    plan->slope * b * BLOCK_ROWS + (uint64_t)plan->low[b],
		    plan->slope, mask);
	for (uint32_t i = whole * BLOCK_ROWS; i < row_count; i++)
		count += (residual_at(plan, values, i) & ~mask) != 0;
	return count;
}

/* One base for all blocks where that costs next to nothing. */
static void
flatten(struct int_packed_plan *plan, uint32_t block_count,
    enum direction direction)
{
	int64_t low = plan->low[0], high = low;
	unsigned base_bits;

	for (uint32_t b = 1; b < block_count; b++) {
		low = plan->low[b] < low ? plan->low[b] : low;
		high = plan->low[b] > high ? plan->low[b] : high;
	}
	base_bits = range_bits(low, high);
	plan->is_flat = base_bits == 0 || base_bits + 4 <= plan->width;
	plan->cost_bits = plan->is_flat ? 0 : (uint64_t)block_count * base_bits;
	for (uint32_t b = 0; plan->is_flat && b < block_count; b++)
		plan->low[b] = direction == FROM_LOW ? low : high;
}

/* Every residual fits: what exceptions have to be better than. */
static void
plan_without_exceptions(struct int_packed_plan *plan,
    const struct block_ranges *ranges, uint32_t row_count)
{
	unsigned bits = 0, all_bits, base_bits;
	int64_t greatest_low = ranges->low[0];

	for (uint32_t b = 0; b < ranges->count; b++) {
		unsigned block_bits =
		    range_bits(ranges->low[b], ranges->high[b]);

		bits = block_bits > bits ? block_bits : bits;
		if (ranges->low[b] > greatest_low)
			greatest_low = ranges->low[b];
	}
	all_bits = range_bits(ranges->least, ranges->greatest);
	base_bits = range_bits(ranges->least, greatest_low);
	plan->cost_bits =
	    (uint64_t)bits * row_count + (uint64_t)base_bits * ranges->count;
	plan->width = bits;
	plan->is_flat = (uint64_t)all_bits * row_count <= plan->cost_bits;
	if (plan->is_flat) {
		plan->cost_bits = (uint64_t)all_bits * row_count;
		plan->width = all_bits;
	}
	for (uint32_t b = 0; b < ranges->count; b++)
		plan->low[b] = plan->is_flat ? ranges->least : ranges->low[b];
}

/* The least value of each block that is no outlier. */
static void
find_bases(struct int_packed_plan *plan, const struct block_ranges *ranges,
    const int64_t *values, uint32_t row_count, unsigned bits)
{
	for (uint32_t b = 0; b < ranges->count; b++) {
		uint32_t first = b * BLOCK_ROWS;

		plan->low[b] = ranges->low[b];
		if (range_bits(ranges->low[b], ranges->high[b]) > bits + 1)
			plan->low[b] = base_of_outliers(values + first,
			    block_rows(row_count, b), plan->slope * first,
			    plan->slope, bits);
	}
}

/*
 * Few values far from the others may lie at the high end, as durations do, or
 * at the low one, as the times of late events: the width is chosen from each.
 */
static void
plan_with_exceptions(struct int_packed_plan *plan,
    const struct block_ranges *ranges, const int64_t *values,
    uint32_t row_count)
{
	unsigned bits = usual_bits(ranges), width_from_high;
	enum direction direction = FROM_LOW;
	struct bit_sample low, high;
	uint64_t cost, cost_from_high;

	find_bases(plan, ranges, values, row_count, bits);
	take_sample(plan, ranges, values, row_count, FROM_LOW, bits, &low);
	take_sample(plan, ranges, values, row_count, FROM_HIGH, bits, &high);
	plan->width = choose_width(&low, &cost);
	width_from_high = choose_width(&high, &cost_from_high);
	if (cost_from_high < cost) {
		direction = FROM_HIGH;
		low = high;
		plan->width = width_from_high;
		for (uint32_t b = 0; b < ranges->count; b++)
			plan->low[b] =
			    (int64_t)(high_of(plan, ranges, b, bits) -
				bits_mask(plan->width));
	}
	flatten(plan, ranges->count, direction);
	plan->cost_bits += (uint64_t)plan->width * row_count +
	    count_exceptions(plan, values, row_count) *
		exception_bits(low.most_bits, plan->width);
}

/*
 * The slope of values that ascend or descend, else 0.  The ends themselves may
 * be outliers.  Where residuals could leave 63 bits there is none.
 */
static uint64_t
slope_of(const int64_t *values, uint32_t row_count)
{
	const int64_t limit = INT64_C(1) << 60;
	int64_t first, last, rise, run;

	if (row_count < 2 * BLOCK_ROWS)
		return 0;
	run = (int64_t)row_count - BLOCK_ROWS;
	first = int_middle(values, BLOCK_ROWS);
	last = int_middle(values + run, BLOCK_ROWS);
	if (first < -limit || first > limit || last < -limit || last > limit)
		return 0;
	rise = last - first;
	if (rise > SLOPE_RISE_MAX || rise < -SLOPE_RISE_MAX)
		return 0;
	return (uint64_t)((rise + (rise < 0 ? -run : run) / 2) / run);
}

/* The cost of the usual rows with a base for each block. */
static uint64_t
rough_cost(const struct block_ranges *ranges)
{
	int64_t low = ranges->low[0], high = low;

	for (uint32_t b = 1; b < ranges->count; b++) {
		low = ranges->low[b] < low ? ranges->low[b] : low;
		high = ranges->low[b] > high ? ranges->low[b] : high;
	}
	return (uint64_t)usual_bits(ranges) * BLOCK_ROWS +
	    range_bits(low, high);
}

void
int_packed_plan(const int64_t *values, uint32_t row_count,
    struct int_packed_plan *plan)
{
	struct block_ranges level, sloped;
	struct int_packed_plan patched = { .slope = 0 };
	const struct block_ranges *ranges = &level;

	assert(row_count > 0 && row_count <= INT_ROWS_MAX);
	plan->slope = slope_of(values, row_count);
	find_ranges(&level, values, row_count, 0);
	if (plan->slope != 0) {
		find_ranges(&sloped, values, row_count, plan->slope);
		if (rough_cost(&sloped) < rough_cost(&level))
			ranges = &sloped;
		else
			plan->slope = 0;
	}
	plan_without_exceptions(plan, ranges, row_count);
	patched.slope = plan->slope;
	plan_with_exceptions(&patched, ranges, values, row_count);
	if (patched.cost_bits + patched.cost_bits / 64 < plan->cost_bits)
		*plan = patched;
}

/* ---- encoding ---- */

/* Residuals of whole lines; *all is the union of their bits. */
STELE_CLONES static void
take_residuals(const int64_t *restrict values, uint32_t line_count,
    uint64_t base, uint64_t slope, uint64_t *restrict out,
    uint64_t *restrict all)
{
	uint64_t ramp[LANES], bits[LANES] = { 0 };

	for (unsigned l = 0; l < LANES; l++)
		ramp[l] = base + slope * l;
	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LANES; l++) {
			uint64_t residual =
			    (uint64_t)values[line * LANES + l] - ramp[l];

			out[line * LANES + l] = residual;
			bits[l] |= residual;
			ramp[l] += slope * LANES;
		}
	}
	for (unsigned l = 0; l < LANES; l++)
		*all |= bits[l];
}

/* Residuals of all rows into `scratch`; the union of their bits. */
static uint64_t
residuals(const struct int_packed_plan *plan, const int64_t *values,
    uint32_t row_count, uint64_t *scratch)
{
	uint64_t all = 0;

	for (uint32_t first = 0; first < row_count; first += BLOCK_ROWS) {
		uint32_t b = first / BLOCK_ROWS;
		uint32_t count = block_rows(row_count, b);
		uint64_t base = plan->slope * first + (uint64_t)plan->low[b];
		uint32_t whole = count / LANES * LANES;

		take_residuals(values + first, count / LANES, base, plan->slope,
		    scratch + first, &all);
		for (uint32_t i = whole; i < count; i++) {
			uint64_t residual = (uint64_t)values[first + i] - base -
			    plan->slope * i;

			scratch[first + i] = residual;
			all |= residual;
		}
	}
	return all;
}

/* What of a residual does not fit `width` bits. */
static int64_t
excess_of(uint64_t residual, unsigned width)
{
	return width == 64 ? 0 : (int64_t)residual >> width;
}

struct exceptions {
	uint32_t count;
	int64_t low; /* of their excesses */
	int64_t high;
};

static struct exceptions
find_exceptions(const uint64_t *scratch, uint32_t row_count, unsigned width)
{
	struct exceptions x = { 0, INT64_MAX, INT64_MIN };

	for (uint32_t i = 0; i < row_count; i++) {
		int64_t excess = excess_of(scratch[i], width);

		if (excess == 0)
			continue;
		x.count++;
		x.low = excess < x.low ? excess : x.low;
		x.high = excess > x.high ? excess : x.high;
	}
	return x;
}

static void
put_exceptions(const struct exceptions *x, const uint64_t *scratch,
    uint32_t row_count, unsigned width, struct buf *out)
{
	unsigned excess_width = range_bits(x->low, x->high);
	size_t words = bitstream_words(x->count, excess_width);
	size_t positions = ((size_t)x->count * 2 + 7) / 8 * 8;
	uint8_t *at = buf_take(out, 8 * words + positions);
	uint64_t *excesses = (uint64_t *)(void *)at;
	uint16_t *position;
	uint32_t k = 0;

	if (at == NULL)
		return;
	memset(at, 0, 8 * words + positions);
	position = (uint16_t *)(void *)(at + 8 * words);
	for (uint32_t i = 0; i < row_count; i++) {
		int64_t excess = excess_of(scratch[i], width);

		if (excess == 0)
			continue;
		bitstream_put(excesses, k, excess_width,
		    (uint64_t)excess - (uint64_t)x->low);
		position[k++] = (uint16_t)i;
	}
}

static void
put_block_bases(const struct int_packed_plan *plan, uint32_t block_count,
    int64_t low, unsigned base_width, struct buf *out)
{
	size_t bytes = 8 * bitstream_words(block_count, base_width);
	uint8_t *at = buf_take(out, bytes);

	if (at == NULL || bytes == 0)
		return;
	memset(at, 0, bytes);
	for (uint32_t b = 0; b < block_count; b++)
		bitstream_put((uint64_t *)(void *)at, b, base_width,
		    (uint64_t)plan->low[b] - (uint64_t)low);
}

void
int_packed_put(const struct int_packed_plan *plan, const int64_t *values,
    uint32_t row_count, uint64_t *scratch, struct buf *out)
{
	uint32_t block_count = blocks_of(row_count);
	struct exceptions x = { 0, 0, 0 };
	int64_t low = plan->low[0], high = low;
	unsigned base_width;
	uint64_t all;
	uint8_t *words;

	assert(out->len % 8 == 0);
	for (uint32_t b = 1; b < block_count; b++) {
		low = plan->low[b] < low ? plan->low[b] : low;
		high = plan->low[b] > high ? plan->low[b] : high;
	}
	base_width = range_bits(low, high);
	all = residuals(plan, values, row_count, scratch);
	if ((all & ~bits_mask(plan->width)) != 0)
		x = find_exceptions(scratch, row_count, plan->width);
	buf_put_u8(out, (uint8_t)plan->width);
	buf_put_u8(out, (uint8_t)base_width);
	buf_put_u8(out, (uint8_t)range_bits(x.low, x.high));
	buf_put_u8(out, 0);
	buf_put_u32(out, x.count);
	buf_put_u64(out, (uint64_t)low);
	buf_put_u64(out, plan->slope);
	buf_put_u64(out, (uint64_t)x.low);
	words = buf_take(out, bitpack_bytes(row_count, plan->width));
	if (words != NULL)
		bitpack_put(words, scratch, row_count, plan->width);
	put_block_bases(plan, block_count, low, base_width, out);
	if (x.count > 0)
		put_exceptions(&x, scratch, row_count, plan->width, out);
}

/* ---- decoding ---- */

static const uint64_t *
take_u64s(struct reader *reader, size_t count)
{
	const void *at = reader_take(reader, 8 * count);

	return at;
}

bool
int_packed_open(struct reader *reader, uint32_t row_count,
    struct int_packed *view)
{
	const void *positions;
	uint8_t zero;

	*view = (struct int_packed){ .row_count = row_count };
	view->width = reader_u8(reader);
	view->base_width = reader_u8(reader);
	view->excess_width = reader_u8(reader);
	zero = reader_u8(reader);
	view->exception_count = reader_u32(reader);
	view->base = reader_u64(reader);
	view->slope = reader_u64(reader);
	view->excess_base = reader_u64(reader);
	if (reader->failed || view->width > 64 || view->base_width > 64 ||
	    view->excess_width > 64 || zero != 0 || row_count == 0 ||
	    row_count > INT_ROWS_MAX || view->exception_count > row_count ||
	    (view->exception_count > 0 && view->width == 64))
		return false;
	view->words =
	    reader_take(reader, bitpack_bytes(row_count, view->width));
	view->block_bases = take_u64s(reader,
	    bitstream_words(blocks_of(row_count), view->base_width));
	view->excesses = take_u64s(reader,
	    bitstream_words(view->exception_count, view->excess_width));
	positions = reader_take(reader,
	    ((size_t)view->exception_count * 2 + 7) / 8 * 8);
	view->positions = positions;
	return !reader->failed;
}

/* What exception e adds to its row. */
static uint64_t
exception_at(const struct int_packed *view, uint32_t e)
{
	return (view->excess_base +
		   bitstream_at(view->excesses, e, view->excess_width))
	    << view->width;
}

static uint64_t
base_of_block(const struct int_packed *view, uint32_t block)
{
	return view->base + view->slope * BLOCK_ROWS * block +
	    bitstream_at(view->block_bases, block, view->base_width);
}

void
int_packed_hint(const struct int_packed *view, uint32_t row)
{
	bitpack_hint(view->words, view->width, row);
	if (view->base_width > 0)
		__builtin_prefetch(view->block_bases +
		    row / BLOCK_ROWS * view->base_width / 64);
}

int64_t
int_packed_at(const struct int_packed *view, uint32_t row)
{
	uint64_t value = base_of_block(view, row / BLOCK_ROWS) +
	    view->slope * (row % BLOCK_ROWS) +
	    bitpack_at(view->words, view->width, row);

	if (view->exception_count > 0) {
		uint32_t e = positions_from(view->positions,
		    view->exception_count, row, view->row_count);

		if (e < view->exception_count && view->positions[e] == row)
			value += exception_at(view, e);
	}
	return (int64_t)value;
}

/* Whole lines from row `first`, a multiple of 16. */
static void
get_lines(const struct int_packed *view, uint32_t first, uint32_t count,
    uint64_t *out)
{
	uint32_t done = 0;

	if (view->base_width == 0) {
		bitpack_get(view->words, view->width, first / LANES,
		    (count + LANES - 1) / LANES,
		    view->base + view->slope * first, view->slope, out);
		return;
	}
	while (done < count) {
		uint32_t row = first + done;
		uint32_t within = row % BLOCK_ROWS;
		uint32_t n = BLOCK_ROWS - within;

		if (n > count - done)
			n = count - done;
		bitpack_get(view->words, view->width, row / LANES,
		    (n + LANES - 1) / LANES,
		    base_of_block(view, row / BLOCK_ROWS) +
			view->slope * within,
		    view->slope, out + done);
		done += n;
	}
}

/* Some lines that have one base; false if base and residual may overflow. */
static bool
test_lines(const struct int_packed *view, uint32_t first, uint32_t count,
    int64_t base, i128 low, i128 high, uint8_t *passes)
{
	uint64_t mask = bits_mask(view->width);

	if ((i128)base + mask > INT64_MAX)
		return false;
	low = low < base ? 0 : low - base;
	high = high - base > (i128)mask ? (i128)mask : high - base;
	if (low > high) {
		memset(passes, 0, count);
		return true;
	}
	bitpack_test(view->words, view->width, first / LANES,
	    (count + LANES - 1) / LANES, (uint32_t)low, (uint32_t)(high - low),
	    passes);
	return true;
}

/* Block by block, if each has its base. */
static bool
test_blocks(const struct int_packed *view, uint32_t first, uint32_t count,
    int64_t low, int64_t high, uint8_t *passes)
{
	bool is_done = true;

	if (view->base_width == 0)
		return test_lines(view, first, count, (int64_t)view->base, low,
		    high, passes);
	for (uint32_t done = 0, n; done < count && is_done; done += n) {
		uint32_t row = first + done;

		n = BLOCK_ROWS - row % BLOCK_ROWS;
		n = n < count - done ? n : count - done;
		is_done = test_lines(view, row, n,
		    (int64_t)base_of_block(view, row / BLOCK_ROWS), low, high,
		    passes + done);
	}
	return is_done;
}

bool
int_packed_test(const struct int_packed *view, uint32_t first, uint32_t count,
    int64_t low, int64_t high, uint8_t *passes)
{
	assert(first + count <= view->row_count);
	if (view->slope != 0 || view->width == 0 || view->width > 32 ||
	    first % LANES != 0 ||
	    !test_blocks(view, first, count, low, high, passes))
		return false;
	for (uint32_t e = positions_from(view->positions, view->exception_count,
		 first, view->row_count);
	     e < view->exception_count &&
	     (uint32_t)(view->positions[e] - first) < count;
	     e++) {
		int64_t value = int_packed_at(view, view->positions[e]);

		passes[view->positions[e] - first] =
		    low <= value && value <= high;
	}
	return true;
}

void
int_packed_get(const struct int_packed *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	uint32_t head = (LANES - first % LANES) % LANES;

	assert(first + count <= view->row_count);
	if (head > count)
		head = count;
	for (uint32_t i = 0; i < head; i++)
		out[i] = int_packed_at(view, first + i);
	if (count == head)
		return;
	first += head;
	count -= head;
	out += head;
	get_lines(view, first, count, (uint64_t *)(void *)out);
	/* Positions that do not ascend do no harm: they are outside. */
	for (uint32_t e = positions_from(view->positions, view->exception_count,
		 first, view->row_count);
	     e < view->exception_count &&
	     (uint32_t)(view->positions[e] - first) < count;
	     e++) {
		int64_t *at = out + (view->positions[e] - first);

		*at = (int64_t)((uint64_t)*at + exception_at(view, e));
	}
}
