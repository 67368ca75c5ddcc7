/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/f64_codec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/reader.h"
#include "engine/segment/bitpack.h"
#include "engine/segment/positions.h"

#define EXPONENT_MAX   18
#define EXPONENT_HIGH  14 /* see choose_exponents() */
#define SAMPLES        32
#define EXCEPTION_BITS 80
#define PLAIN_BITS     56 /* a value: from here on its own bits are taken */
#define LANES          16
#define MAGIC          6755399441055744.0 /* 1.5 * 2^52 */
#define MAGIC_BITS     UINT64_C(0x4338000000000000)
#define INTEGER_MAX    2251799813685248.0 /* 2^51 */
#define STEPS_MAX      8 /* to an integer, from where it should be */

static const double power[EXPONENT_MAX + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5,
	1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
	1e18 };
static const double inverse[EXPONENT_MAX + 1] = { 1e0, 1e-1, 1e-2, 1e-3, 1e-4,
	1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15,
	1e-16, 1e-17, 1e-18 };

/*
 * Integers of at most 51 bits and a sign become doubles, and doubles integers,
 * by way of the mantissa of 1.5 * 2^52: vectors have no such conversion before
 * AVX-512.
 */
static inline double
to_double(int64_t integer)
{
	uint64_t bits = (uint64_t)integer + MAGIC_BITS;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value - MAGIC;
}

static inline uint64_t
bits_of_double(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* How doubles are scaled, up and down again. */
struct scale {
	double up, down;           /* to the integer */
	double back_up, back_down; /* and back */
};

static struct scale
scale_of(unsigned e, unsigned f)
{
	return (struct scale){ power[e], inverse[f], power[f], inverse[e] };
}

/* The integer of a value; 1 is added to *bad if it does not give it back. */
static inline int64_t
to_integer(double value, const struct scale *scale, uint64_t *bad)
{
	double scaled = value * scale->up * scale->down;
	double rounded = scaled + MAGIC;
	double again = (rounded - MAGIC) * scale->back_up * scale->back_down;

	/* False for what is too large, infinite or no number. */
	*bad += !(fabs(scaled) < INTEGER_MAX) |
	    (bits_of_double(again) != bits_of_double(value));
	return (int64_t)(bits_of_double(rounded) - MAGIC_BITS);
}

/* Estimated bits for the samples under (e, f). */
static uint64_t
sample_cost(const double *samples, uint32_t count, unsigned e, unsigned f,
    uint64_t limit)
{
	const struct scale scale = scale_of(e, f);
	int64_t low = INT64_MAX, high = INT64_MIN;
	uint64_t misses = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t before = misses;
		int64_t integer = to_integer(samples[i], &scale, &misses);

		if (misses > before) {
			if (misses * EXCEPTION_BITS >= limit)
				return limit;
			continue;
		}
		low = integer < low ? integer : low;
		high = integer > high ? integer : high;
	}
	if (misses == count)
		return limit;
	return bits_of((uint64_t)high - (uint64_t)low) * (count - misses) +
	    misses * EXCEPTION_BITS;
}

/*
 * The best pair for d decimals of a sample; false if none is worth it.  With
 * e = d the way back is one rounded factor, 10^-d, and misses many values;
 * with a high e it is nearer to a division.  Large integers want a low e.
 */
static bool
choose_exponents(const double *values, uint32_t row_count, unsigned *best_e,
    unsigned *best_f)
{
	uint32_t step = row_count / SAMPLES + 1, count = 0;
	double samples[SAMPLES];
	uint64_t best, limit;

	for (uint32_t i = 0; i < row_count; i += step)
		samples[count++] = values[i];
	best = limit = (uint64_t)PLAIN_BITS * count;
	for (unsigned d = 0; d <= EXPONENT_MAX; d++) {
		const unsigned es[] = { EXPONENT_HIGH, d, EXPONENT_MAX };

		for (size_t k = 0; k < ARRAY_LEN(es); k++) {
			uint64_t cost = best;

			if (d <= es[k])
				cost = sample_cost(samples, count, es[k],
				    es[k] - d, best);
			if (cost >= best)
				continue;
			best = cost;
			*best_e = es[k];
			*best_f = es[k] - d;
		}
	}
	return best < limit;
}

/* Integers of whole lines; whether each is an exception. */
STELE_CLONES static uint64_t
to_integers(const double *restrict values, uint32_t line_count,
    const struct scale *scale_in, int64_t *restrict out,
    uint8_t *restrict is_exception)
{
	const struct scale scale = *scale_in;
	uint64_t count = 0;

	for (uint32_t line = 0; line < line_count; line++) {
		uint64_t bad[LANES] = { 0 };

		for (unsigned l = 0; l < LANES; l++)
			out[l] = to_integer(values[l], &scale, &bad[l]);
		for (unsigned l = 0; l < LANES; l++) {
			is_exception[l] = (uint8_t)bad[l];
			count += bad[l];
		}
		values += LANES;
		out += LANES;
		is_exception += LANES;
	}
	return count;
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

/* What lies under an exception costs no bits: the value before. */
static void
take_exceptions(int64_t *integers, const uint8_t *is_exception,
    uint32_t row_count, uint16_t *positions)
{
	int64_t previous = 0;
	uint32_t count = 0;

	for (uint32_t i = 0; i < row_count; i++) { /* that of the first */
		if (is_exception[i] == 0) {
			previous = integers[i];
			break;
		}
	}
	for (uint32_t i = 0; i < row_count; i++) {
		if (is_exception[i] == 0) {
			previous = integers[i];
			continue;
		}
		integers[i] = previous;
		positions[count++] = (uint16_t)i;
	}
}

static bool
encode_scaled(const double *values, uint32_t row_count, unsigned e, unsigned f,
    int64_t *integers, uint8_t *is_exception, uint16_t *positions,
    struct buf *out)
{
	const struct scale scale = scale_of(e, f);
	uint32_t whole = row_count / LANES * LANES;
	uint64_t count = to_integers(values, row_count / LANES, &scale,
	    integers, is_exception);

	for (uint32_t i = whole; i < row_count; i++) {
		uint64_t bad = 0;

		integers[i] = to_integer(values[i], &scale, &bad);
		is_exception[i] = (uint8_t)bad;
		count += bad;
	}
	if (count > row_count / 8)
		return false;
	if (count > 0)
		take_exceptions(integers, is_exception, row_count, positions);
	buf_put_u8(out, (uint8_t)e);
	buf_put_u8(out, (uint8_t)f);
	buf_put_u16(out, 0);
	buf_put_u32(out, (uint32_t)count);
	put_exceptions(values, positions, (uint32_t)count, out);
	int_encode(integers, row_count, out);
	return true;
}

bool
f64_encode(const double *values, uint32_t row_count, struct buf *out)
{
	unsigned e = 0, f = 0;
	int64_t *integers;
	uint16_t *positions;
	bool is_worth;

	assert(row_count > 0 && row_count <= INT_ROWS_MAX);
	if (!choose_exponents(values, row_count, &e, &f))
		return false;
	integers = malloc(row_count *
	    (sizeof(*integers) + sizeof(*positions) + sizeof(uint8_t)));
	if (integers == NULL) {
		out->failed = true;
		return true;
	}
	positions = (uint16_t *)(void *)(integers + row_count);
	is_worth = encode_scaled(values, row_count, e, f, integers,
	    (uint8_t *)(positions + row_count), positions, out);
	free(integers);
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
	return int_open(reader, row_count, &view->ints);
}

/* The integer that lies in a double's place. */
static inline double
scaled_back(const double *place, double up, double down)
{
	int64_t integer;

	memcpy(&integer, place, sizeof(integer));
	return to_double(integer) * up * down;
}

STELE_CLONES static void
scale_lines(double *out, uint32_t line_count, double up, double down)
{
	for (uint32_t line = 0; line < line_count; line++, out += LANES)
		for (unsigned l = 0; l < LANES; l++)
			out[l] = scaled_back(&out[l], up, down);
}

void
f64_decode(const struct f64_view *view, uint32_t first, uint32_t count,
    double *out)
{
	const double up = power[view->f], down = inverse[view->e];

	int_decode(&view->ints, first, count, (int64_t *)(void *)out);
	scale_lines(out, count / LANES, up, down);
	for (uint32_t i = count / LANES * LANES; i < count; i++)
		out[i] = scaled_back(&out[i], up, down);
	/* Positions that do not ascend do no harm: they are outside. */
	for (uint32_t x = positions_from(view->positions, view->exception_count,
		 first, view->ints.row_count);
	     x < view->exception_count &&
	     (uint32_t)(view->positions[x] - first) < count;
	     x++)
		out[view->positions[x] - first] = view->exceptions[x];
}

/* What an integer stands for: the greater, the greater. */
static double
value_of(const struct f64_view *view, int64_t integer)
{
	return to_double(integer) * power[view->f] * inverse[view->e];
}

/*
 * The least integer whose value is not less than `low` (if is_above, greater than
 * it), between the ends of what integers are: near what scaling says.  False if
 * it is not as near as rounding can be.
 */
static bool
find_integer(const struct f64_view *view, double low, bool is_above,
    int64_t *out)
{
	double guess = floor(low * power[view->e] * inverse[view->f]);
	int64_t integer;

	guess = guess > -INTEGER_MAX ? guess : -INTEGER_MAX;
	integer = (int64_t)(guess < INTEGER_MAX ? guess : INTEGER_MAX);
	integer -= STEPS_MAX / 2;
	for (unsigned step = 0; step <= STEPS_MAX; step++, integer++) {
		double value = value_of(view, integer);

		if (is_above ? value > low : value >= low) {
			*out = integer;
			return step > 0 || integer < -(int64_t)INTEGER_MAX;
		}
	}
	*out = integer;
	return integer > (int64_t)INTEGER_MAX;
}

bool
f64_test(const struct f64_view *view, uint32_t first, uint32_t count,
    double low, double high, bool nan_passes, uint8_t *passes)
{
	int64_t integer_low, integer_limit;

	if (view->ints.form != INT_PACKED ||
	    !find_integer(view, low, false, &integer_low) ||
	    !find_integer(view, high, true, &integer_limit) ||
	    !int_packed_test(&view->ints.values, first, count, integer_low,
		integer_limit - 1, passes))
		return false;
	for (uint32_t x = positions_from(view->positions, view->exception_count,
		 first, view->ints.row_count);
	     x < view->exception_count &&
	     (uint32_t)(view->positions[x] - first) < count;
	     x++) {
		double value = view->exceptions[x];

		passes[view->positions[x] - first] =
		    isnan(value) ? nan_passes : low <= value && value <= high;
	}
	return true;
}

double
f64_at(const struct f64_view *view, uint32_t row)
{
	uint32_t x = positions_from(view->positions, view->exception_count, row,
	    view->ints.row_count);

	if (x < view->exception_count && view->positions[x] == row)
		return view->exceptions[x];
	return to_double(int_at(&view->ints, row)) * power[view->f] *
	    inverse[view->e];
}
