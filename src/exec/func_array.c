/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_array.c -- arrays made of arrays: append, cat, replace, fill ...
 */
#include "exec/func_array.h"

#include <string.h>

static struct datum *
new_elements(struct function_call *call, size_t count)
{
	struct datum *elements =
	    arena_try_array(call->arena, count + 1, sizeof(*elements));

	if (elements == NULL)
		(void)error_no_memory(call->err);
	return elements;
}

/* ---- one more element ---- */

/* The shape of a list with one element more. */
static int
longer_shape(struct function_call *call, const struct array *array,
    struct array_shape *out)
{
	*out = array->shape;
	if (out->dims == 0)
		*out = array_shape_list(1);
	else if (out->dims == 1)
		out->lengths[0]++;
	else
		return error_set(call->err, STELE_E_DATA_EXCEPTION,
		    "argument must be empty or one-dimensional array");
	return 0;
}

static int
array_append_row(struct function_call *call, uint32_t row)
{
	const struct array array = arg_array(call, 0, row);
	enum phys phys = call->args[1].phys;
	struct array_shape shape;
	struct datum *elements;
	int rc;

	rc = longer_shape(call, &array, &shape);
	if (rc != 0)
		return rc;
	elements = new_elements(call, (size_t)array.count + 1);
	if (elements == NULL)
		return call->err->code;
	elements[array.count] = arg_datum(call, 1, row);
	rc = array_take(&array, phys, call->arena, elements, call->err);
	return rc != 0 ? rc : put_array(call, row, &shape, phys, elements);
}

static int
array_prepend_row(struct function_call *call, uint32_t row)
{
	const struct array array = arg_array(call, 1, row);
	enum phys phys = call->args[0].phys;
	struct array_shape shape;
	struct datum *elements;
	int rc;

	rc = longer_shape(call, &array, &shape);
	if (rc != 0)
		return rc;
	if (array.count > 0 && shape.lowers[0] == INT32_MIN)
		return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "integer out of range");
	elements = new_elements(call, (size_t)array.count + 1);
	if (elements == NULL)
		return call->err->code;
	elements[0] = arg_datum(call, 0, row);
	rc = array_take(&array, phys, call->arena, elements + 1, call->err);
	return rc != 0 ? rc : put_array(call, row, &shape, phys, elements);
}

ROW_KERNEL(array_append)
ROW_KERNEL(array_prepend)

/* ---- concatenation ---- */

static int
incompatible(struct function_call *call)
{
	return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
	    "cannot concatenate incompatible arrays");
}

/* Whether dimensions of a from `skip_a` on are those of b from `skip_b` on. */
static bool
match_inner(const struct array_shape *a, uint32_t skip_a,
    const struct array_shape *b, uint32_t skip_b)
{
	for (uint32_t d = 0; d + skip_a < a->dims; d++) {
		if (a->lengths[d + skip_a] != b->lengths[d + skip_b] ||
		    a->lowers[d + skip_a] != b->lowers[d + skip_b])
			return false;
	}
	return true;
}

/* Neither is empty: side by side, or one as an element of the other. */
static int
cat_shape(struct function_call *call, const struct array_shape *a,
    const struct array_shape *b, struct array_shape *out)
{
	if (a->dims == b->dims) {
		*out = *a;
		out->lengths[0] += b->lengths[0];
		if (match_inner(a, 1, b, 1))
			return 0;
		(void)incompatible(call);
		return error_detail(call->err,
		    "Arrays with differing element dimensions are not"
		    " compatible for concatenation.");
	}
	if (a->dims + 1 != b->dims && a->dims != b->dims + 1) {
		(void)incompatible(call);
		return error_detail(call->err,
		    "Arrays of %u and %u dimensions are not compatible for"
		    " concatenation.",
		    a->dims, b->dims);
	}
	*out = a->dims > b->dims ? *a : *b;
	out->lengths[0]++;
	if (a->dims > b->dims ? match_inner(b, 0, a, 1)
			      : match_inner(a, 0, b, 1))
		return 0;
	(void)incompatible(call);
	return error_detail(call->err,
	    "Arrays with differing dimensions are not compatible for"
	    " concatenation.");
}

static int
array_cat_row(struct function_call *call, uint32_t row)
{
	const struct type element = type_element(&call->result_type);
	const struct array a = arg_array(call, 0, row);
	const struct array b = arg_array(call, 1, row);
	enum phys phys = type_phys(&element);
	struct array_shape shape;
	struct datum *elements;
	int rc;

	if (a.count == 0 || b.count == 0) {
		uint32_t only =
		    a.count > 0 || (b.count == 0 && arg_is_null(call, 1, row))
		    ? 0
		    : 1;
		struct datum value = arg_datum(call, only, row);

		vec_need_nulls(call->result, call->row_count, call->arena);
		vec_set(call->result, row, &value);
		return 0;
	}
	rc = cat_shape(call, &a.shape, &b.shape, &shape);
	if (rc != 0)
		return rc;
	elements = new_elements(call, (size_t)a.count + b.count);
	if (elements == NULL)
		return call->err->code;
	rc = array_take(&a, phys, call->arena, elements, call->err);
	if (rc == 0)
		rc = array_take(&b, phys, call->arena, elements + a.count,
		    call->err);
	return rc != 0 ? rc : put_array(call, row, &shape, phys, elements);
}

ROW_KERNEL(array_cat)

/* ---- other values ---- */

static bool
is_same(const struct type *type, const struct datum *a, const struct datum *b)
{
	if (a->is_null || b->is_null)
		return a->is_null && b->is_null;
	return type_compare(type, a, b) == 0;
}

static int
need_equality(struct function_call *call, const struct type *element)
{
	if (element->oid != TYPE_JSON)
		return 0;
	return error_set(call->err, STELE_E_UNDEFINED_FUNCTION,
	    "could not identify an equality operator for type json");
}

static int
array_remove_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 0);
	const struct array array = arg_array(call, 0, row);
	const struct datum unwanted = arg_datum(call, 1, row);
	struct array_shape shape = array.shape;
	struct datum *elements;
	uint32_t kept = 0;
	int rc;

	if (arg_is_null(call, 0, row)) {
		put_null(call, row);
		return 0;
	}
	if (shape.dims > 1)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "removing elements from multidimensional arrays is not"
		    " supported");
	rc = need_equality(call, &element);
	if (rc != 0)
		return rc;
	elements = new_elements(call, array.count);
	if (elements == NULL)
		return call->err->code;
	for (uint32_t i = 0; call_has_item(call, i, array.count); i++) {
		struct arena_mark mark = arena_mark(call->arena);

		elements[kept] =
		    array_get(&array, call->args[1].phys, i, call->arena);
		if (is_same(&element, &elements[kept], &unwanted))
			arena_rewind(call->arena, mark);
		else
			kept++;
	}
	shape.lengths[0] = (int32_t)kept;
	shape.dims = kept > 0;
	return put_array(call, row, &shape, call->args[1].phys, elements);
}

static int
array_replace_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 0);
	const struct array array = arg_array(call, 0, row);
	const struct datum from = arg_datum(call, 1, row);
	const struct datum to = arg_datum(call, 2, row);
	struct datum *elements;
	int rc;

	if (arg_is_null(call, 0, row)) {
		put_null(call, row);
		return 0;
	}
	rc = need_equality(call, &element);
	if (rc != 0)
		return rc;
	elements = new_elements(call, array.count);
	if (elements == NULL)
		return call->err->code;
	rc = array_take(&array, call->args[1].phys, call->arena, elements,
	    call->err);
	for (uint32_t i = 0; i < array.count && rc == 0; i++)
		if (is_same(&element, &elements[i], &from))
			elements[i] = to;
	return rc != 0
	    ? rc
	    : put_array(call, row, &array.shape, call->args[1].phys, elements);
}

/* Without the last n of the first dimension, which is numbered from 1 then. */
static int
trim_array_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 0);
	const struct array array = arg_array(call, 0, row);
	int64_t length = array.shape.dims == 0 ? 0 : array.shape.lengths[0];
	int64_t less = ARG(call, 1, i64, row);
	struct array_shape shape = array.shape;
	struct datum *elements;
	int rc;

	if (less < 0 || less > length)
		return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
		    "number of elements to trim must be between 0 and %d",
		    (int)length);
	elements = new_elements(call, array.count);
	if (elements == NULL)
		return call->err->code;
	rc = array_take(&array, type_phys(&element), call->arena, elements,
	    call->err);
	if (rc != 0)
		return rc;
	shape.lengths[0] = (int32_t)(length - less);
	for (uint32_t d = 0; d < shape.dims; d++)
		shape.lowers[d] = 1;
	if (length == less)
		shape.dims = 0;
	return put_array(call, row, &shape, type_phys(&element), elements);
}

ROW_KERNEL(array_remove)
ROW_KERNEL(array_replace)
ROW_KERNEL(trim_array)

/* ---- array_fill ---- */

static int
bad_subscripts(struct function_call *call, const char *detail)
{
	(void)error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
	    "wrong number of array subscripts");
	return error_detail(call->err, "%s", detail);
}

/* The numbers of an array of dimensions or of lower bounds. */
static int
read_dimensions(struct function_call *call, uint32_t arg, uint32_t row,
    int32_t *out, uint32_t *count)
{
	const struct array array = arg_array(call, arg, row);

	if (array.shape.dims > 1)
		return bad_subscripts(call,
		    "Dimension array must be one dimensional.");
	if (array.count > ARRAY_DIMS_MAX)
		return error_set(call->err, STELE_E_LIMIT,
		    "number of array dimensions (%u) exceeds the maximum"
		    " allowed (%d)",
		    array.count, ARRAY_DIMS_MAX);
	for (uint32_t i = 0; i < array.count; i++) {
		struct datum item = array_get(&array, PHYS_I64, i, call->arena);

		if (item.is_null)
			return error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
			    "dimension values cannot be null");
		out[i] = (int32_t)item.i64;
	}
	*count = array.count;
	return 0;
}

static int
array_fill_row(struct function_call *call, uint32_t row)
{
	struct array_shape shape = { .dims = 0,
		.lowers = { 1, 1, 1, 1, 1, 1 } };
	const struct datum value = arg_datum(call, 0, row);
	uint32_t lowers = 0;
	uint32_t count;
	int rc;

	for (uint32_t i = 1; i < call->arg_count; i++)
		if (arg_is_null(call, i, row))
			return error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
			    "dimension array or low bound array cannot be null");
	rc = read_dimensions(call, 1, row, shape.lengths, &shape.dims);
	if (rc == 0 && call->arg_count > 2)
		rc = read_dimensions(call, 2, row, shape.lowers, &lowers);
	if (rc == 0 && call->arg_count > 2 && lowers != shape.dims)
		rc = bad_subscripts(call,
		    "Low bound array has different size than dimensions"
		    " array.");
	if (rc == 0)
		rc = array_shape_count(&shape, &count, call->err);
	if (rc != 0)
		return rc;
	if (count == 0)
		shape.dims = 0;
	return array_make_filled(&shape, call->args[0].phys, &value,
	    call->cancel, call->arena, &call->result->str[row], call->err);
}

ROW_KERNEL(array_fill)

static const struct func_row array_rows[] = {
	{ FN_ARRAY_APPEND, { array_append, false } },
	{ FN_ARRAY_APPEND_CALL, { array_append, false } },
	{ FN_ARRAY_PREPEND, { array_prepend, false } },
	{ FN_ARRAY_PREPEND_CALL, { array_prepend, false } },
	{ FN_ARRAY_CAT, { array_cat, false } },
	{ FN_ARRAY_CAT_CALL, { array_cat, false } },
	{ FN_ARRAY_REMOVE, { array_remove, false } },
	{ FN_ARRAY_REPLACE, { array_replace, false } },
	{ FN_TRIM_ARRAY, { trim_array, false } },
	{ FN_ARRAY_FILL, { array_fill, false } },
	{ FN_ARRAY_FILL_LOWER, { array_fill, false } },
};

const struct func_family func_array = { array_rows, ARRAY_LEN(array_rows) };
