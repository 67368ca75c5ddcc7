/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_array_find.c -- what arrays are asked: order, contents, dimensions.
 */
#include "exec/func_array.h"

#include "types/type_array.h"

/* Neither json nor arrays of it compare. */
static int
need_operator(struct function_call *call, uint32_t arg, const char *what)
{
	if (arg_element(call, arg).oid != TYPE_JSON)
		return 0;
	return error_set(call->err, STELE_E_UNDEFINED_FUNCTION,
	    "could not identify %s for type json", what);
}

#define AN_EQUALITY  "an equality operator"
#define A_COMPARISON "a comparison function"

/* ---- order ---- */

#define COMPARE_KERNEL(name, what, symbol) \
	static int name(struct function_call *call) \
	{ \
		const struct type *type = &call->arg_types[0]; \
		uint8_t *out = call->result->boolean; \
		int rc = need_operator(call, 0, what); \
		EACH_COSTLY_ROW(call, row, if (rc != 0) break; \
				out[row] = array_compare(type, \
				    ARG(call, 0, str, row), \
				    ARG(call, 1, str, row)) symbol 0;); \
		return rc; \
	}
COMPARE_KERNEL(array_eq, AN_EQUALITY, ==)
COMPARE_KERNEL(array_ne, AN_EQUALITY, !=)
COMPARE_KERNEL(array_lt, A_COMPARISON, <)
COMPARE_KERNEL(array_le, A_COMPARISON, <=)
COMPARE_KERNEL(array_gt, A_COMPARISON, >)
COMPARE_KERNEL(array_ge, A_COMPARISON, >=)

/* ---- contents ---- */

/* Between two looks for a cancel; what they are read into is given back. */
#define ITEMS_AT_ONCE 64u

/* The first element from `i` on that is the value, or null as it is, or count. */
static uint32_t
find_element(struct function_call *call, const struct array *array,
    const struct type *element, uint32_t i, const struct datum *value)
{
	enum phys phys = type_phys(element);

	while (call_has_item(call, i, array->count)) {
		struct arena_mark mark = arena_mark(call->arena);
		uint32_t left = array->count - i;
		uint32_t limit =
		    i + (left < ITEMS_AT_ONCE ? left : ITEMS_AT_ONCE);
		bool is_it = false;

		for (; i < limit; i++) {
			struct datum item =
			    array_get(array, phys, i, call->arena);

			is_it = item.is_null || value->is_null
			    ? item.is_null && value->is_null
			    : type_compare(element, &item, value) == 0;
			if (is_it)
				break;
		}
		arena_rewind(call->arena, mark);
		if (is_it)
			return i;
	}
	return array->count;
}

/* Whether each element of `of` is in `in`, or none is, as `wanted`. */
static bool
all_are(struct function_call *call, const struct array *of,
    const struct array *in, bool wanted)
{
	const struct type element = arg_element(call, 0);

	for (uint32_t i = 0; call_has_item(call, i, of->count); i++) {
		struct arena_mark mark = arena_mark(call->arena);
		struct datum item =
		    array_get(of, type_phys(&element), i, call->arena);
		bool has = !item.is_null &&
		    find_element(call, in, &element, 0, &item) < in->count;

		arena_rewind(call->arena, mark);
		if (has != wanted)
			return false;
	}
	return true;
}

static int
contains(struct function_call *call, uint32_t whole, uint32_t part)
{
	int rc = need_operator(call, 0, AN_EQUALITY);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct array in = arg_array(call, whole, row);
		const struct array of = arg_array(call, part, row);

		call->result->boolean[row] = all_are(call, &of, &in, true);
	}
	return rc;
}

static int
array_contains(struct function_call *call)
{
	return contains(call, 0, 1);
}

static int
array_contained(struct function_call *call)
{
	return contains(call, 1, 0);
}

static int
array_overlap(struct function_call *call)
{
	int rc = need_operator(call, 0, AN_EQUALITY);

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct array a = arg_array(call, 0, row);
		const struct array b = arg_array(call, 1, row);

		call->result->boolean[row] = !all_are(call, &a, &b, false);
	}
	return rc;
}

/* ---- positions ---- */

static int
check_list(struct function_call *call, const struct array *array)
{
	if (array->shape.dims > 1)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "searching for elements in multidimensional arrays is not"
		    " supported");
	return need_operator(call, 0, AN_EQUALITY);
}

static int
array_position_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 0);
	const struct array array = arg_array(call, 0, row);
	const struct datum value = arg_datum(call, 1, row);
	int64_t lower = array.count > 0 ? array.shape.lowers[0] : 1;
	int64_t start = lower;
	uint32_t found;
	int rc;

	rc = check_list(call, &array);
	if (rc == 0 && call->arg_count > 2 && array.count > 0 &&
	    !arg_is_null(call, 0, row)) {
		if (arg_is_null(call, 2, row))
			return error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
			    "initial position must not be null");
		start = ARG(call, 2, i64, row);
	}
	if (rc != 0)
		return rc;
	if (start < lower)
		start = lower;
	found = find_element(call, &array, &element, (uint32_t)(start - lower),
	    &value);
	if (found < array.count)
		call->result->i64[row] = lower + found;
	else
		put_null(call, row);
	return 0;
}

static int
array_positions_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 0);
	const struct array array = arg_array(call, 0, row);
	const struct datum value = arg_datum(call, 1, row);
	struct array_shape shape;
	struct datum *found;
	uint32_t count = 0;
	int rc;

	if (arg_is_null(call, 0, row)) {
		put_null(call, row);
		return 0;
	}
	rc = check_list(call, &array);
	if (rc != 0)
		return rc;
	found = arena_try_array(call->arena, (size_t)array.count + 1,
	    sizeof(*found));
	if (found == NULL)
		return error_no_memory(call->err);
	for (uint32_t i = find_element(call, &array, &element, 0, &value);
	     i < array.count;
	     i = find_element(call, &array, &element, i + 1, &value))
		found[count++] =
		    (struct datum){ .i64 = (int64_t)array.shape.lowers[0] + i };
	shape = array_shape_list(count);
	return put_array(call, row, &shape, PHYS_I64, found);
}

ROW_KERNEL(array_position)
ROW_KERNEL(array_positions)

/* ---- dimensions ---- */

/* A number that a dimension has; null if there is no such dimension. */
#define DIMENSION_KERNEL(name, value) \
	static int name##_row(struct function_call *call, uint32_t row) \
	{ \
		const struct array array = arg_array(call, 0, row); \
		const struct array_shape *shape = &array.shape; \
		int64_t dim = ARG(call, 1, i64, row); \
		if (dim < 1 || dim > shape->dims) \
			put_null(call, row); \
		else \
			call->result->i64[row] = (value); \
		return 0; \
	} \
	ROW_KERNEL(name)

DIMENSION_KERNEL(array_length, shape->lengths[dim - 1])
DIMENSION_KERNEL(array_lower, shape->lowers[dim - 1])
DIMENSION_KERNEL(array_upper,
    (int64_t)shape->lowers[dim - 1] + shape->lengths[dim - 1] - 1)

static int
array_ndims_row(struct function_call *call, uint32_t row)
{
	const struct array array = arg_array(call, 0, row);

	if (array.count == 0)
		put_null(call, row);
	else
		call->result->i64[row] = array.shape.dims;
	return 0;
}

static int
cardinality_row(struct function_call *call, uint32_t row)
{
	call->result->i64[row] = arg_array(call, 0, row).count;
	return 0;
}

static int
array_dims_row(struct function_call *call, uint32_t row)
{
	const struct array array = arg_array(call, 0, row);
	struct buf text;

	if (array.count == 0) {
		put_null(call, row);
		return 0;
	}
	buf_init(&text);
	array_shape_put(&array.shape, &text);
	call->result->str[row] = arena_str(call->arena, buf_str(&text));
	buf_release(&text);
	return 0;
}

ROW_KERNEL(array_ndims)
ROW_KERNEL(cardinality)
ROW_KERNEL(array_dims)

/* width_bucket(): how many of the thresholds, which ascend, are reached. */
static int
width_bucket_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 1);
	const struct array array = arg_array(call, 1, row);
	const struct datum value = arg_datum(call, 0, row);
	uint32_t low = 0, high = array.count;

	if (array.shape.dims > 1)
		return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
		    "thresholds must be one-dimensional array");
	for (uint32_t i = 0; i < array.count; i++)
		if (array_is_null(&array, i))
			return error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
			    "thresholds array must not contain NULLs");
	while (low < high) {
		struct arena_mark mark = arena_mark(call->arena);
		uint32_t middle = low + (high - low) / 2;
		struct datum threshold =
		    array_get(&array, type_phys(&element), middle, call->arena);

		if (type_compare(&element, &value, &threshold) < 0)
			high = middle;
		else
			low = middle + 1;
		arena_rewind(call->arena, mark);
	}
	call->result->i64[row] = low;
	return 0;
}
ROW_KERNEL(width_bucket)

static const struct func_row find_rows[] = {
	{ FN_OIDVECTOREQ, { array_eq, false } },
	{ FN_OIDVECTORNE, { array_ne, false } },
	{ FN_OIDVECTORLT, { array_lt, false } },
	{ FN_OIDVECTORLE, { array_le, false } },
	{ FN_OIDVECTORGT, { array_gt, false } },
	{ FN_OIDVECTORGE, { array_ge, false } },
	{ FN_ARRAY_EQ, { array_eq, false } },
	{ FN_ARRAY_NE, { array_ne, false } },
	{ FN_ARRAY_LT, { array_lt, false } },
	{ FN_ARRAY_LE, { array_le, false } },
	{ FN_ARRAY_GT, { array_gt, false } },
	{ FN_ARRAY_GE, { array_ge, false } },
	{ FN_ARRAYCONTAINS, { array_contains, false } },
	{ FN_ARRAYCONTAINED, { array_contained, false } },
	{ FN_ARRAYOVERLAP, { array_overlap, false } },
	{ FN_ARRAY_POSITION, { array_position, false } },
	{ FN_ARRAY_POSITION_START, { array_position, false } },
	{ FN_ARRAY_POSITIONS, { array_positions, false } },
	{ FN_ARRAY_LENGTH, { array_length, false } },
	{ FN_ARRAY_LOWER, { array_lower, false } },
	{ FN_ARRAY_UPPER, { array_upper, false } },
	{ FN_ARRAY_NDIMS, { array_ndims, false } },
	{ FN_ARRAY_DIMS, { array_dims, false } },
	{ FN_CARDINALITY, { cardinality, false } },
	{ FN_WIDTH_BUCKET_ARRAY, { width_bucket, false } },
};

const struct func_family func_array_find = { find_rows, ARRAY_LEN(find_rows) };
