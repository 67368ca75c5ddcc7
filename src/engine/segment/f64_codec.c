/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/f64_codec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/reader.h"

#define EXPONENT_MAX 18
#define SAMPLES      32
#define PLAIN_SHARE  56 /* bits a value from which plain doubles are taken */
#define INTEGER_MAX  2251799813685248.0 /* 2^51: see to_double() */

static const double power[EXPONENT_MAX + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5,
	1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
	1e18 };
static const double inverse[EXPONENT_MAX + 1] = { 1e0, 1e-1, 1e-2, 1e-3, 1e-4,
	1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15,
	1e-16, 1e-17, 1e-18 };

/*
 * An integer of at most 51 bits and a sign as a double, without the conversion
 * that vectors lack before AVX-512: it is added into the mantissa of 1.5 * 2^52.
 */
static inline double
to_double(int64_t integer)
{
	uint64_t bits = (uint64_t)integer + UINT64_C(0x4338000000000000);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value - 6755399441055744.0;
}

static bool
same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* The integer of a value; false if it does not give the value back. */
static bool
to_integer(double value, unsigned e, unsigned f, int64_t *integer)
{
	double scaled = value * power[e] * inverse[f];

	if (!(fabs(scaled) < INTEGER_MAX))
		return false; /* too large, infinite or no number */
	*integer = llrint(scaled);
	return same_bits(to_double(*integer) * power[f] * inverse[e], value);
}

/* Estimated bits a value under (e, f), from a sample. */
static unsigned
sample_cost(const double *values, uint32_t row_count, unsigned e, unsigned f)
{
	uint32_t step = row_count / SAMPLES + 1;
	int64_t low = INT64_MAX, high = INT64_MIN;
	unsigned misses = 0, count = 0;

	for (uint32_t i = 0; i < row_count; i += step, count++) {
		int64_t integer;

		if (!to_integer(values[i], e, f, &integer)) {
			misses++;
			continue;
		}
		low = integer < low ? integer : low;
		high = integer > high ? integer : high;
	}
	if (misses == count)
		return 80;
	return (low == high ? 0
			    : 64 -
			   (unsigned)__builtin_clzll(
			       (uint64_t)high - (uint64_t)low)) +
	    80 * misses / count;
}

/* The best pair; its estimated cost. */
static unsigned
choose_exponents(const double *values, uint32_t row_count, unsigned *best_e,
    unsigned *best_f)
{
	unsigned best = 1000;

	for (unsigned e = 0; e <= EXPONENT_MAX; e++) {
		for (unsigned f = 0; f <= e; f++) {
			unsigned cost = sample_cost(values, row_count, e, f);

			if (cost >= best)
				continue;
			best = cost;
			*best_e = e;
			*best_f = f;
		}
	}
	return best;
}

static void
put_exceptions(const double *values, const uint16_t *positions, uint32_t count,
    struct buf *out)
{
	size_t start;

	for (uint32_t i = 0; i < count; i++)
		buf_put(out, &values[positions[i]], sizeof(*values));
	start = out->len;
	for (uint32_t i = 0; i < count; i++)
		buf_put_u16(out, positions[i]);
	while (!out->failed && (out->len - start) % 8 != 0)
		buf_put_u8(out, 0);
}

bool
f64_encode(const double *values, uint32_t row_count, struct buf *out)
{
	unsigned e = 0, f = 0;
	uint32_t exception_count = 0;
	int64_t previous = 0;
	uint16_t *positions;
	int64_t *integers;
	bool is_worth;

	assert(row_count > 0 && row_count <= INT_ROWS_MAX);
	if (choose_exponents(values, row_count, &e, &f) >= PLAIN_SHARE)
		return false;
	integers = malloc(row_count * sizeof(*integers));
	positions = malloc(row_count * sizeof(*positions));
	if (integers == NULL || positions == NULL) {
		out->failed = true;
		free(integers);
		free(positions);
		return true;
	}
	for (uint32_t i = 0; i < row_count; i++) {
		if (to_integer(values[i], e, f, &integers[i])) {
			previous = integers[i];
			continue;
		}
		integers[i] = previous; /* costs no bits */
		positions[exception_count++] = (uint16_t)i;
	}
	is_worth = exception_count <= row_count / 8;
	if (is_worth) {
		buf_put_u8(out, (uint8_t)e);
		buf_put_u8(out, (uint8_t)f);
		buf_put_u16(out, 0);
		buf_put_u32(out, exception_count);
		put_exceptions(values, positions, exception_count, out);
		int_encode(integers, row_count, out);
	}
	free(integers);
	free(positions);
	return is_worth;
}

bool
f64_open(struct reader *reader, uint32_t row_count, struct f64_view *view)
{
	const void *values, *positions;
	uint16_t zero;

	*view = (struct f64_view){ 0 };
	view->e = reader_u8(reader);
	view->f = reader_u8(reader);
	zero = reader_u16(reader);
	view->exception_count = reader_u32(reader);
	if (reader->failed || view->e > EXPONENT_MAX || view->f > view->e ||
	    zero != 0 || view->exception_count > row_count)
		return false;
	values = reader_take(reader, (size_t)view->exception_count * 8);
	positions = reader_take(reader,
	    ((size_t)view->exception_count * 2 + 7) / 8 * 8);
	if (reader->failed)
		return false;
	view->exceptions = values;
	view->positions = positions;
	for (uint32_t i = 0; i < view->exception_count; i++)
		if (view->positions[i] >= row_count ||
		    (i > 0 && view->positions[i] <= view->positions[i - 1]))
			return false;
	return int_open(reader, row_count, &view->ints);
}

/* The integers lie in `out` itself. */
STELE_CLONES static void
scale_all(double *out, uint32_t count, double up, double down)
{
	for (uint32_t i = 0; i < count; i++) {
		int64_t integer;

		memcpy(&integer, &out[i], sizeof(integer));
		out[i] = to_double(integer) * up * down;
	}
}

/* Index of the first exception at or after a row. */
static uint32_t
exception_from(const struct f64_view *view, uint32_t row)
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

void
f64_decode(const struct f64_view *view, uint32_t first, uint32_t count,
    double *out)
{
	int_decode(&view->ints, first, count, (int64_t *)(void *)out);
	scale_all(out, count, power[view->f], inverse[view->e]);
	for (uint32_t x = exception_from(view, first);
	     x < view->exception_count && view->positions[x] < first + count;
	     x++)
		out[view->positions[x] - first] = view->exceptions[x];
}

double
f64_at(const struct f64_view *view, uint32_t row)
{
	uint32_t x = exception_from(view, row);

	if (x < view->exception_count && view->positions[x] == row)
		return view->exceptions[x];
	return to_double(int_at(&view->ints, row)) * power[view->f] *
	    inverse[view->e];
}
