/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/int_codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/reader.h"

#define LANES          16
#define BLOCK_ROWS     128
#define BLOCKS_MAX     (INT_ROWS_MAX / BLOCK_ROWS)
#define EXTREMES       5  /* so up to 4 exceptions a block */
#define EXCEPTION_BITS 80 /* what one costs */

/* Words are mapped as they lie in the file. */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "files are little-endian");

static unsigned
bits_of(uint64_t value)
{
	return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static uint64_t
mask_of(unsigned width)
{
	return width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

static uint32_t
lines_of(uint32_t row_count)
{
	return (row_count + LANES - 1) / LANES;
}

static uint32_t
blocks_of(uint32_t row_count)
{
	return (row_count + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

static size_t
residual_words(uint32_t row_count, unsigned width)
{
	return LANES * (((size_t)lines_of(row_count) * width + 63) / 64);
}

static size_t
base_words(uint32_t row_count, unsigned base_width)
{
	return ((size_t)blocks_of(row_count) * base_width + 63) / 64;
}

/* ---- encoding ---- */

/* Least and greatest values of a block after 0..4 were taken out. */
struct block_extremes {
	int64_t low[EXTREMES];  /* ascending */
	int64_t high[EXTREMES]; /* descending */
	uint32_t count;
};

/* How a whole array will be encoded. */
struct int_plan {
	uint64_t slope;
	uint64_t cost_bits;
	unsigned width;
	int64_t block_low[BLOCKS_MAX]; /* least residual that is no exception */
};

static void
extremes_add(struct block_extremes *e, int64_t value)
{
	uint32_t n = e->count < EXTREMES ? e->count : EXTREMES;
	uint32_t i;

	if (n < EXTREMES || value < e->low[EXTREMES - 1]) {
		for (i = n < EXTREMES ? n : EXTREMES - 1;
		     i > 0 && e->low[i - 1] > value; i--)
			e->low[i] = e->low[i - 1];
		e->low[i] = value;
	}
	if (n < EXTREMES || value > e->high[EXTREMES - 1]) {
		for (i = n < EXTREMES ? n : EXTREMES - 1;
		     i > 0 && e->high[i - 1] < value; i--)
			e->high[i] = e->high[i - 1];
		e->high[i] = value;
	}
	e->count++;
}

/*
 * Bits for the block's values when `out` of them are exceptions, taken from
 * the low and the high end as is best; *low is the least that stays.
 */
static unsigned
extremes_width(const struct block_extremes *e, uint32_t out, int64_t *low)
{
	unsigned best = 65;

	for (uint32_t i = 0; i <= out; i++) {
		uint64_t range =
		    (uint64_t)e->high[out - i] - (uint64_t)e->low[i];
		unsigned width = bits_of(range);

		if (width < best) {
			best = width;
			*low = e->low[i];
		}
	}
	return best;
}

/* The width of all blocks, and which exceptions pay. */
static void
plan_width(struct int_plan *plan, const struct block_extremes *blocks,
    uint32_t block_count, uint32_t row_count)
{
	uint64_t exceptions[65] = { 0 }; /* by width; ~0: does not fit */
	int64_t low;

	for (uint32_t b = 0; b < block_count; b++) {
		uint32_t most = blocks[b].count <= EXTREMES ? 0 : EXTREMES - 1;
		unsigned limit = 65; /* widths from here on are accounted */

		for (uint32_t out = 0; out <= most; out++) {
			unsigned width = extremes_width(&blocks[b], out, &low);

			for (unsigned w = width; w < limit; w++)
				exceptions[w] += out;
			if (width < limit)
				limit = width;
		}
		for (unsigned w = 0; w < limit; w++)
			exceptions[w] += UINT32_MAX;
	}
	plan->cost_bits = UINT64_MAX;
	for (unsigned w = 0; w <= 64; w++) {
		uint64_t cost =
		    (uint64_t)w * row_count + exceptions[w] * EXCEPTION_BITS;

		if (exceptions[w] < UINT32_MAX && cost < plan->cost_bits) {
			plan->cost_bits = cost;
			plan->width = w;
		}
	}
	for (uint32_t b = 0; b < block_count; b++) {
		uint32_t out = 0;

		while (extremes_width(&blocks[b], out, &plan->block_low[b]) >
		    plan->width)
			out++;
	}
}

/* One base for all blocks when that costs no bit: the usual case. */
static void
plan_bases(struct int_plan *plan, const struct block_extremes *blocks,
    uint32_t block_count, uint32_t row_count)
{
	int64_t low = plan->block_low[0];
	int64_t high = low;
	int64_t greatest = blocks[0].high[0];

	for (uint32_t b = 1; b < block_count; b++) {
		if (plan->block_low[b] < low)
			low = plan->block_low[b];
		if (plan->block_low[b] > high)
			high = plan->block_low[b];
		if (blocks[b].high[0] > greatest)
			greatest = blocks[b].high[0];
	}
	plan->cost_bits +=
	    (uint64_t)block_count * bits_of((uint64_t)high - (uint64_t)low);
	if (bits_of((uint64_t)greatest - (uint64_t)low) <= plan->width) {
		for (uint32_t b = 0; b < block_count; b++)
			plan->block_low[b] = low;
		plan->cost_bits = (uint64_t)plan->width * row_count;
	}
}

static void
plan_make(struct int_plan *plan, const int64_t *values, uint32_t row_count,
    uint64_t slope, struct block_extremes *blocks)
{
	uint32_t block_count = blocks_of(row_count);

	memset(blocks, 0, block_count * sizeof(*blocks));
	for (uint32_t i = 0; i < row_count; i++)
		extremes_add(&blocks[i / BLOCK_ROWS],
		    (int64_t)((uint64_t)values[i] - slope * i));
	plan->slope = slope;
	plan_width(plan, blocks, block_count, row_count);
	plan_bases(plan, blocks, block_count, row_count);
}

static int
compare_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
median_of(const int64_t *values)
{
	int64_t sorted[BLOCK_ROWS];

	memcpy(sorted, values, sizeof(sorted));
	qsort(sorted, BLOCK_ROWS, sizeof(*sorted), compare_i64);
	return sorted[BLOCK_ROWS / 2];
}

/*
 * The slope of values that ascend, else 0.  Medians of the ends, because the
 * ends themselves may be outliers.  Where residuals could leave 63 bits there
 * is none.
 */
static uint64_t
slope_of(const int64_t *values, uint32_t row_count)
{
	uint64_t rise;
	int64_t first, last;

	if (row_count < 2 * BLOCK_ROWS)
		return 0;
	first = median_of(values);
	last = median_of(values + row_count - BLOCK_ROWS);
	if (last <= first)
		return 0;
	rise = (uint64_t)last - (uint64_t)first;
	if (rise >> 46 != 0 || first < -(INT64_C(1) << 60) ||
	    last > INT64_C(1) << 60)
		return 0;
	return (rise + (row_count - BLOCK_ROWS) / 2) / (row_count - BLOCK_ROWS);
}

/* The i-th value's place in the interleaved words. */
static void
put_residual(uint64_t *words, uint32_t i, unsigned width, uint64_t value)
{
	uint64_t bit = (uint64_t)(i / LANES) * width;
	uint64_t *word = words + (bit / 64) * LANES + i % LANES;
	unsigned shift = bit % 64;

	word[0] |= value << shift;
	if (shift + width > 64)
		word[LANES] |= value >> (64 - shift);
}

static void
put_bits(uint64_t *words, uint32_t i, unsigned width, uint64_t value)
{
	uint64_t bit = (uint64_t)i * width;
	unsigned shift = bit % 64;

	if (width == 0)
		return;
	words[bit / 64] |= value << shift;
	if (shift + width > 64)
		words[bit / 64 + 1] |= value >> (64 - shift);
}

static void
put_zeros_to_8(struct buf *out, size_t start)
{
	while (!out->failed && (out->len - start) % 8 != 0)
		buf_put_u8(out, 0);
}

/* Take `count` zeroed words; NULL when the buffer failed. */
static uint64_t *
take_words(struct buf *out, size_t count)
{
	uint8_t *at = buf_take(out, 8 * count);

	if (at != NULL && count > 0)
		memset(at, 0, 8 * count);
	return (uint64_t *)(void *)at;
}

static void
put_plan(const struct int_plan *plan, const int64_t *values, uint32_t row_count,
    struct buf *out)
{
	uint32_t block_count = blocks_of(row_count);
	int64_t low = plan->block_low[0], high = low;
	uint32_t exception_count = 0;
	size_t start = out->len;
	unsigned base_width;
	uint64_t *words;

	for (uint32_t b = 1; b < block_count; b++) {
		low = plan->block_low[b] < low ? plan->block_low[b] : low;
		high = plan->block_low[b] > high ? plan->block_low[b] : high;
	}
	base_width = bits_of((uint64_t)high - (uint64_t)low);
#define RESIDUAL(i) \
	((uint64_t)values[i] - plan->slope * (i) - \
	    (uint64_t)plan->block_low[(i) / BLOCK_ROWS])
#define IS_EXCEPTION(i) ((RESIDUAL(i) & ~mask_of(plan->width)) != 0)
	for (uint32_t i = 0; i < row_count; i++)
		exception_count += IS_EXCEPTION(i);
	buf_put_u8(out, (uint8_t)plan->width);
	buf_put_u8(out, (uint8_t)base_width);
	buf_put_u16(out, 0);
	buf_put_u32(out, exception_count);
	buf_put_u64(out, (uint64_t)low);
	buf_put_u64(out, plan->slope);
	words = take_words(out, residual_words(row_count, plan->width));
	for (uint32_t i = 0; words != NULL && i < row_count; i++)
		if (plan->width > 0 && !IS_EXCEPTION(i))
			put_residual(words, i, plan->width, RESIDUAL(i));
	words = take_words(out, base_words(row_count, base_width));
	for (uint32_t b = 0; words != NULL && b < block_count; b++)
		put_bits(words, b, base_width,
		    (uint64_t)plan->block_low[b] - (uint64_t)low);
	for (uint32_t i = 0; exception_count > 0 && i < row_count; i++)
		if (IS_EXCEPTION(i))
			buf_put_u64(out, (uint64_t)values[i]);
	for (uint32_t i = 0; exception_count > 0 && i < row_count; i++)
		if (IS_EXCEPTION(i))
			buf_put_u16(out, (uint16_t)i);
#undef IS_EXCEPTION
#undef RESIDUAL
	put_zeros_to_8(out, start);
}

void
int_encode(const int64_t *values, uint32_t row_count, struct buf *out)
{
	struct int_plan plan, sloped;
	struct block_extremes *blocks;
	uint64_t slope = slope_of(values, row_count);

	assert(row_count > 0 && row_count <= INT_ROWS_MAX);
	assert(out->len % 8 == 0);
	blocks = malloc(blocks_of(row_count) * sizeof(*blocks));
	if (blocks == NULL) {
		out->failed = true;
		return;
	}
	plan_make(&plan, values, row_count, 0, blocks);
	if (slope != 0) {
		plan_make(&sloped, values, row_count, slope, blocks);
		if (sloped.cost_bits < plan.cost_bits)
			plan = sloped;
	}
	put_plan(&plan, values, row_count, out);
	free(blocks);
}

/* ---- decoding ---- */

static const uint64_t *
take_u64s(struct reader *reader, size_t count)
{
	const void *at = reader_take(reader, 8 * count);

	return at;
}

static bool
exceptions_are_good(const struct int_view *view)
{
	for (uint32_t i = 0; i < view->exception_count; i++)
		if (view->positions[i] >= view->row_count ||
		    (i > 0 && view->positions[i] <= view->positions[i - 1]))
			return false;
	return true;
}

bool
int_open(struct reader *reader, uint32_t row_count, struct int_view *view)
{
	uint16_t zero;
	const void *positions;

	*view = (struct int_view){ .row_count = row_count };
	view->width = reader_u8(reader);
	view->base_width = reader_u8(reader);
	zero = reader_u16(reader);
	view->exception_count = reader_u32(reader);
	view->base = reader_u64(reader);
	view->slope = reader_u64(reader);
	if (reader->failed || view->width > 64 || view->base_width > 64 ||
	    zero != 0 || row_count == 0 || row_count > INT_ROWS_MAX ||
	    view->exception_count > row_count)
		return false;
	view->words = take_u64s(reader, residual_words(row_count, view->width));
	view->block_bases =
	    take_u64s(reader, base_words(row_count, view->base_width));
	view->exceptions = take_u64s(reader, view->exception_count);
	positions = reader_take(reader,
	    ((size_t)view->exception_count * 2 + 7) / 8 * 8);
	view->positions = positions;
	return !reader->failed && exceptions_are_good(view);
}

STELE_CLONES static void
unpack_lines(const uint64_t *restrict words, uint32_t first_line,
    uint32_t line_count, unsigned width, uint64_t *restrict out)
{
	const uint64_t mask = mask_of(width);

	for (uint32_t line = first_line; line < first_line + line_count;
	     line++, out += LANES) {
		uint64_t bit = (uint64_t)line * width;
		const uint64_t *word = words + (bit / 64) * LANES;
		unsigned shift = bit % 64;

		if (shift + width <= 64) {
			for (unsigned lane = 0; lane < LANES; lane++)
				out[lane] = word[lane] >> shift & mask;
			continue;
		}
		for (unsigned lane = 0; lane < LANES; lane++)
			out[lane] = (word[lane] >> shift |
					word[LANES + lane] << (64 - shift)) &
			    mask;
	}
}

/* out[j] += base + slope * j */
STELE_CLONES static void
add_line(uint64_t *restrict out, uint32_t count, uint64_t base, uint64_t slope)
{
	if (slope == 0) {
		for (uint32_t j = 0; j < count; j++)
			out[j] += base;
		return;
	}
	for (uint32_t j = 0; j < count; j++)
		out[j] += base + slope * j;
}

static uint64_t
bits_at(const uint64_t *words, uint32_t i, unsigned width)
{
	uint64_t bit = (uint64_t)i * width;
	unsigned shift = bit % 64;
	uint64_t value;

	if (width == 0)
		return 0;
	value = words[bit / 64] >> shift;
	if (shift + width > 64)
		value |= words[bit / 64 + 1] << (64 - shift);
	return value & mask_of(width);
}

/* Index of the first exception at or after a row. */
static uint32_t
exception_from(const struct int_view *view, uint32_t row)
{
	uint32_t first = 0, limit = view->exception_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (view->positions[middle] < row)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}

int64_t
int_at(const struct int_view *view, uint32_t row)
{
	uint64_t bit = (uint64_t)(row / LANES) * view->width;
	uint64_t value = 0;

	if (view->exception_count > 0) {
		uint32_t e = exception_from(view, row);

		if (e < view->exception_count && view->positions[e] == row)
			return (int64_t)view->exceptions[e];
	}
	if (view->width > 0) {
		const uint64_t *word =
		    view->words + (bit / 64) * LANES + row % LANES;
		unsigned shift = bit % 64;

		value = word[0] >> shift;
		if (shift + view->width > 64)
			value |= word[LANES] << (64 - shift);
		value &= mask_of(view->width);
	}
	value += view->base + view->slope * row +
	    bits_at(view->block_bases, row / BLOCK_ROWS, view->base_width);
	return (int64_t)value;
}

/* Whole lines from row `first`, a multiple of 16. */
static void
decode_lines(const struct int_view *view, uint32_t first, uint32_t count,
    uint64_t *out)
{
	uint32_t done = 0;

	if (view->width == 0)
		memset(out, 0, count * sizeof(*out));
	else
		unpack_lines(view->words, first / LANES, lines_of(count),
		    view->width, out);
	if (view->base_width == 0) {
		add_line(out, count, view->base + view->slope * first,
		    view->slope);
		return;
	}
	while (done < count) {
		uint32_t row = first + done;
		uint32_t n = BLOCK_ROWS - row % BLOCK_ROWS;

		if (n > count - done)
			n = count - done;
		add_line(out + done, n,
		    view->base + view->slope * row +
			bits_at(view->block_bases, row / BLOCK_ROWS,
			    view->base_width),
		    view->slope);
		done += n;
	}
}

void
int_decode(const struct int_view *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	uint32_t head = (LANES - first % LANES) % LANES;

	assert(first + count <= view->row_count);
	if (head > count)
		head = count;
	for (uint32_t i = 0; i < head; i++)
		out[i] = int_at(view, first + i);
	if (count == head)
		return;
	decode_lines(view, first + head, count - head,
	    (uint64_t *)(void *)(out + head));
	for (uint32_t e = exception_from(view, first + head);
	     e < view->exception_count && view->positions[e] < first + count;
	     e++)
		out[view->positions[e] - first] = (int64_t)view->exceptions[e];
}
