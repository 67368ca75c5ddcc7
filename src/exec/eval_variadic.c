/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval_variadic.c -- rows are evaluated together that have as many elements,
 * as many at a time as keep the vectors of their elements small.
 */
#include "exec/eval_variadic.h"

#include "common/cancel.h"
#include "common/error.h"
#include "types/array.h"

#define VALUES_MAX 65536 /* elements in vectors at one time */

struct spread {
	struct function_call *call; /* as it was written */
	struct type element;
	uint32_t fixed_count; /* arguments before the array */
	/* rows of one call, all with arrays of as many elements */
	uint32_t *rows;
	struct array *arrays;
	uint32_t count;
};

static uint32_t
rows_at_a_time(uint32_t elements)
{
	uint32_t rows = VALUES_MAX / (elements + 1);

	return rows == 0 ? 1 : rows > VEC_ROWS ? VEC_ROWS : rows;
}

static void
copy_argument(const struct spread *spread, uint32_t arg, struct vec *out)
{
	const struct function_call *call = spread->call;
	const struct vec *from = &call->args[arg];
	bool has_nulls = from->nulls != NULL;

	vec_init(out, from->phys, spread->count, call->arena);
	if (has_nulls)
		vec_need_nulls(out, spread->count, call->arena);
	for (uint32_t i = 0; i < spread->count; i++) {
		struct datum value = vec_get(from, spread->rows[i]);

		vec_set(out, i, &value);
	}
}

static void
take_element(const struct spread *spread, uint32_t element, struct vec *out)
{
	struct arena *arena = spread->call->arena;
	enum phys phys = type_phys(&spread->element);

	vec_init(out, phys, spread->count, arena);
	vec_need_nulls(out, spread->count, arena);
	for (uint32_t i = 0; i < spread->count; i++) {
		struct datum value =
		    array_get(&spread->arrays[i], phys, element, arena);

		vec_set(out, i, &value);
	}
}

static void
put_results(const struct spread *spread, const struct vec *results)
{
	for (uint32_t i = 0; i < spread->count; i++) {
		struct datum value = vec_get(results, i);

		vec_set(spread->call->result, spread->rows[i], &value);
	}
}

/* Call the function for the rows at hand. */
static int
call_rows(const struct spread *spread)
{
	uint32_t fixed = spread->fixed_count;
	uint32_t elements = spread->arrays[0].count;
	struct function_call one = *spread->call;
	struct arena *arena = one.arena;
	struct type *types;
	struct vec *args;
	struct vec results;
	int rc;

	args = arena_try_alloc(arena,
	    ((size_t)fixed + elements + 1) * sizeof(*args));
	types = arena_try_alloc(arena,
	    ((size_t)fixed + elements + 1) * sizeof(*types));
	if (args == NULL || types == NULL)
		return error_no_memory(one.err);
	for (uint32_t i = 0; i < fixed; i++) {
		types[i] = one.arg_types[i];
		copy_argument(spread, i, &args[i]);
	}
	for (uint32_t i = 0; i < elements && !arena->failed; i++) {
		types[fixed + i] = spread->element;
		take_element(spread, i, &args[fixed + i]);
	}
	one.args = args;
	one.arg_types = types;
	one.arg_count = fixed + elements;
	one.row_count = spread->count;
	one.sel = sel_all(spread->count);
	one.result = &results;
	rc = arena_check(arena, one.err);
	if (rc == 0)
		rc = function_eval(&one);
	if (rc == 0)
		put_results(spread, &results);
	return rc;
}

/* All rows from the i-th on that have as many elements and are not done. */
static int
call_same_length(struct spread *spread, uint32_t first, uint8_t *is_done)
{
	const struct function_call *call = spread->call;
	const struct vec *arrays = &call->args[spread->fixed_count];
	uint32_t limit = 0;

	spread->count = 0;
	for (uint32_t i = first; i < call->sel.count; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct array array = { .count = 0 };

		if (is_done[row])
			continue;
		if (!vec_is_null(arrays, row))
			array = array_open(arrays->str[vec_index(arrays, row)]);
		if (spread->count == 0)
			limit = rows_at_a_time(array.count);
		else if (array.count != spread->arrays[0].count)
			continue;
		is_done[row] = 1;
		spread->rows[spread->count] = row;
		spread->arrays[spread->count++] = array;
		if (spread->count == limit)
			break;
	}
	return spread->count == 0 ? 0 : call_rows(spread);
}

int
variadic_eval(struct function_call *call)
{
	uint32_t last = call->arg_count - 1;
	bool takes_null = call->function->id == FN_FORMAT_ANY;
	struct spread spread = { .call = call,
		.element = type_element(&call->arg_types[last]),
		.fixed_count = last,
		.rows = arena_alloc_array(call->arena, VEC_ROWS,
		    sizeof(*spread.rows)),
		.arrays = arena_alloc_array(call->arena, VEC_ROWS,
		    sizeof(*spread.arrays)) };
	uint8_t *is_done = arena_zalloc(call->arena, call->row_count + 1);
	int rc = 0;

	vec_init(call->result, type_phys(&call->result_type), call->row_count,
	    call->arena);
	vec_need_nulls(call->result, call->row_count, call->arena);
	for (uint32_t i = 0; i < call->sel.count && !takes_null; i++) {
		uint32_t row = sel_row(call->sel, i);

		is_done[row] = vec_is_null(&call->args[last], row);
		call->result->nulls[row] = is_done[row];
	}
	for (uint32_t i = 0; i < call->sel.count && rc == 0; i++) {
		rc = cancel_check(call->cancel, call->err);
		if (rc == 0 && !is_done[sel_row(call->sel, i)])
			rc = call_same_length(&spread, i, is_done);
	}
	return rc != 0 ? rc : arena_check(call->arena, call->err);
}
