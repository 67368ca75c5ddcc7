/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/int_codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/reader.h"
#include "engine/segment/bitpack.h"

#define BLOCK_ROWS   INT_BLOCK_ROWS
#define BLOCKS_MAX   (INT_ROWS_MAX / BLOCK_ROWS)
#define RUN_ROWS     8 /* on average, or runs are not thought of */
#define RUNS_AT_ONCE 64
#define LOOKAHEAD    7 /* one difference of as many is looked at */

/* ---- choosing ---- */

/* One allocation for all that encoding needs. */
struct int_scratch {
	uint64_t *residuals; /* row_count */
	int64_t *values;     /* row_count: differences, values of runs */
	int64_t *starts;     /* row_count / RUN_ROWS or less */
	struct int_packed_plan plan;      /* of the rows */
	struct int_packed_plan part_plan; /* of differences, of runs */
	struct int_packed_plan start_plan;
};

static uint32_t
blocks_of(uint32_t row_count)
{
	return (row_count + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

STELE_CLONES static uint32_t
count_changes(const int64_t *restrict values, uint32_t count)
{
	uint64_t changes[8] = { 0 }, sum = 0;
	uint32_t i = 1;

	for (; i + 8 <= count; i += 8)
		for (unsigned l = 0; l < 8; l++)
			changes[l] += values[i + l] != values[i + l - 1];
	for (; i < count; i++)
		sum += values[i] != values[i - 1];
	for (unsigned l = 0; l < 8; l++)
		sum += changes[l];
	return (uint32_t)sum;
}

STELE_CLONES static void
take_differences(const int64_t *restrict values, uint32_t count,
    int64_t *restrict out)
{
	uint32_t i = 1;

	for (; i + 8 <= count; i += 8)
		for (unsigned l = 0; l < 8; l++)
			out[i + l] = (int64_t)((uint64_t)values[i + l] -
			    (uint64_t)values[i + l - 1]);
	for (; i < count; i++)
		out[i] =
		    (int64_t)((uint64_t)values[i] - (uint64_t)values[i - 1]);
	out[0] = count > 1 ? out[1] : 0; /* not used: costs no bit */
}

/*
 * About the bits that a difference needs: those of the range in which most of
 * a sample lies.
 */
static unsigned
difference_bits(const int64_t *values, uint32_t row_count)
{
	int64_t least = INT64_MAX;
	uint32_t rows_with[65] = { 0 }, samples = 0, sum = 0;
	unsigned bits = 0;

	for (uint32_t i = 1; i < row_count; i += LOOKAHEAD) {
		int64_t d =
		    (int64_t)((uint64_t)values[i] - (uint64_t)values[i - 1]);

		least = d < least ? d : least;
	}
	for (uint32_t i = 1; i < row_count; i += LOOKAHEAD, samples++)
		rows_with[bits_of((uint64_t)values[i] -
		    (uint64_t)values[i - 1] - (uint64_t)least)]++;
	while ((sum += rows_with[bits]) * 8 < samples * 7)
		bits++;
	return bits;
}

static void
put_header(enum int_form form, uint32_t runs, struct buf *out)
{
	buf_put_u8(out, (uint8_t)form);
	buf_put_u8(out, 0);
	buf_put_u16(out, 0);
	buf_put_u32(out, runs);
}

/* ---- differences ---- */

static bool
try_differences(const int64_t *values, uint32_t row_count,
    struct int_scratch *s, struct buf *out)
{
	uint32_t block_count = blocks_of(row_count);
	uint64_t cost;

	if ((uint64_t)difference_bits(values, row_count) * row_count >=
	    s->plan.cost_bits)
		return false;
	take_differences(values, row_count, s->values);
	for (uint32_t b = 0; b < block_count; b++) {
		s->starts[b] = values[b * BLOCK_ROWS];
		if (b * BLOCK_ROWS + 1 < row_count)
			s->values[b * BLOCK_ROWS] =
			    s->values[b * BLOCK_ROWS + 1];
	}
	int_packed_plan(s->values, row_count, &s->part_plan);
	int_packed_plan(s->starts, block_count, &s->start_plan);
	cost = s->part_plan.cost_bits + s->start_plan.cost_bits;
	/* Rows are found faster without. */
	if (cost + cost / 16 >= s->plan.cost_bits)
		return false;
	put_header(INT_DIFFERENCES, 0, out);
	int_packed_put(&s->start_plan, s->starts, block_count, s->residuals,
	    out);
	int_packed_put(&s->part_plan, s->values, row_count, s->residuals, out);
	return true;
}

/* ---- runs ---- */

static bool
try_runs(const int64_t *values, uint32_t row_count, struct int_scratch *s,
    struct buf *out)
{
	uint32_t run_count = count_changes(values, row_count) + 1;
	uint32_t run = 0;

	if (run_count > row_count / RUN_ROWS)
		return false;
	for (uint32_t i = 0; i < row_count; i++) {
		s->values[run] = values[i];
		s->starts[run] = i + 1;
		run += i + 1 < row_count && values[i + 1] != values[i];
	}
	int_packed_plan(s->values, run_count, &s->part_plan);
	int_packed_plan(s->starts, run_count, &s->start_plan);
	if (s->part_plan.cost_bits + s->start_plan.cost_bits >=
	    s->plan.cost_bits / 4 * 3)
		return false;
	put_header(INT_RUNS, run_count, out);
	int_packed_put(&s->start_plan, s->starts, run_count, s->residuals, out);
	int_packed_put(&s->part_plan, s->values, run_count, s->residuals, out);
	return true;
}

void
int_encode(const int64_t *values, uint32_t row_count, struct buf *out)
{
	struct int_scratch *s;
	size_t rows = row_count;

	assert(row_count > 0 && row_count <= INT_ROWS_MAX);
	assert(out->len % 8 == 0);
	s = malloc(
	    sizeof(*s) + (2 * rows + rows / RUN_ROWS + 1) * sizeof(int64_t));
	if (s == NULL) {
		out->failed = true;
		return;
	}
	s->residuals = (uint64_t *)(s + 1);
	s->values = (int64_t *)(s->residuals + rows);
	s->starts = s->values + rows;
	int_packed_plan(values, row_count, &s->plan);
	if (!try_runs(values, row_count, s, out) &&
	    !try_differences(values, row_count, s, out)) {
		put_header(INT_PACKED, 0, out);
		int_packed_put(&s->plan, values, row_count, s->residuals, out);
	}
	free(s);
}

/* ---- opening ---- */

bool
int_open(struct reader *reader, uint32_t row_count, struct int_view *view)
{
	uint8_t form = reader_u8(reader);
	uint32_t zeros = reader_u8(reader);
	uint32_t run_count;

	zeros |= reader_u16(reader);
	run_count = reader_u32(reader);
	*view = (struct int_view){ .form = (enum int_form)form,
		.row_count = row_count };
	if (reader->failed || zeros != 0 || form > INT_RUNS || row_count == 0 ||
	    row_count > INT_ROWS_MAX || run_count > row_count ||
	    (form == INT_RUNS) != (run_count > 0))
		return false;
	switch (view->form) {
	case INT_PACKED:
		break;
	case INT_DIFFERENCES:
		if (!int_packed_open(reader, blocks_of(row_count),
			&view->starts))
			return false;
		break;
	case INT_RUNS:
		return int_packed_open(reader, run_count, &view->starts) &&
		    int_packed_open(reader, run_count, &view->values);
	}
	return int_packed_open(reader, row_count, &view->values);
}

/* ---- decoding ---- */

/* The rows of a block up to and with one; their differences are in `out`. */
static void
sum_up(int64_t first, int64_t *out, uint32_t count)
{
	uint64_t value = (uint64_t)first;

	out[0] = first;
	for (uint32_t i = 1; i < count; i++) {
		value += (uint64_t)out[i];
		out[i] = (int64_t)value;
	}
}

static void
get_differences(const struct int_view *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	int64_t block[BLOCK_ROWS + INT_DECODE_SLACK];
	uint32_t before = first % BLOCK_ROWS;

	if (before > 0) { /* a block that is not asked for from its start */
		uint32_t b = first / BLOCK_ROWS;
		uint32_t n =
		    before + count < BLOCK_ROWS ? before + count : BLOCK_ROWS;

		int_packed_get(&view->values, b * BLOCK_ROWS, n, block);
		sum_up(int_packed_at(&view->starts, b), block, n);
		memcpy(out, block + before, (n - before) * sizeof(*out));
		out += n - before;
		first += n - before;
		count -= n - before;
	}
	if (count == 0)
		return;
	int_packed_get(&view->values, first, count, out);
	for (uint32_t done = 0; done < count; done += BLOCK_ROWS) {
		uint32_t left = count - done;

		sum_up(int_packed_at(&view->starts,
			   (first + done) / BLOCK_ROWS),
		    out + done, left < BLOCK_ROWS ? left : BLOCK_ROWS);
	}
}

/* The run of a row. */
static uint32_t
run_of(const struct int_view *view, uint32_t row)
{
	uint32_t first = 0, limit = view->starts.row_count - 1;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (int_packed_at(&view->starts, middle) <= (int64_t)row)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}

/* Rows of the runs from `run` on; damaged ends leave zeros. */
static void
get_runs(const struct int_view *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	int64_t ends[RUNS_AT_ONCE + INT_DECODE_SLACK];
	int64_t values[RUNS_AT_ONCE + INT_DECODE_SLACK];
	uint32_t run = run_of(view, first), done = 0;

	while (done < count && run < view->starts.row_count) {
		uint32_t n = view->starts.row_count - run;

		n = n > RUNS_AT_ONCE ? RUNS_AT_ONCE : n;
		int_packed_get(&view->starts, run, n, ends);
		int_packed_get(&view->values, run, n, values);
		for (uint32_t k = 0; k < n && done < count; k++) {
			int64_t limit = ends[k];

			if (limit > (int64_t)first + count)
				limit = (int64_t)first + count;
			for (; (int64_t)first + done < limit; done++)
				out[done] = values[k];
		}
		run += n;
	}
	if (done < count)
		memset(out + done, 0, (count - done) * sizeof(*out));
}

void
int_decode(const struct int_view *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	assert(first + count <= view->row_count);
	switch (view->form) {
	case INT_PACKED:
		int_packed_get(&view->values, first, count, out);
		break;
	case INT_DIFFERENCES:
		get_differences(view, first, count, out);
		break;
	case INT_RUNS:
		get_runs(view, first, count, out);
		break;
	}
}

int64_t
int_at(const struct int_view *view, uint32_t row)
{
	int64_t block[BLOCK_ROWS + INT_DECODE_SLACK];
	uint32_t within = row % BLOCK_ROWS;

	switch (view->form) {
	case INT_PACKED:
		break;
	case INT_DIFFERENCES:
		int_packed_get(&view->values, row - within, within + 1, block);
		sum_up(int_packed_at(&view->starts, row / BLOCK_ROWS), block,
		    within + 1);
		return block[within];
	case INT_RUNS:
		return int_packed_at(&view->values, run_of(view, row));
	}
	return int_packed_at(&view->values, row);
}
