/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval_array.c -- ARRAY[...], subscripts and slices, ANY and ALL.
 *
 * ANY and ALL compare the first elements of all rows that are open, then their
 * second ones, and so on: the operator's kernel runs over rows, as elsewhere.
 */
#include "exec/eval_array.h"

#include "common/error.h"
#include "exec/function_impl.h"
#include "exec/open_rows.h"
#include "types/array.h"

static int
eval_all(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec **out, struct error *err)
{
	int rc = 0;

	*out =
	    arena_alloc_array(eval->arena, expr->arg_count + 1, sizeof(**out));
	for (uint32_t i = 0; i < expr->arg_count && rc == 0; i++)
		rc = eval_expr(eval, expr->args[i], sel, &(*out)[i], err);
	return rc;
}

/* ---- ARRAY[...] ---- */

static int
make_list(const struct eval *eval, const struct vec *items, uint32_t count,
    uint32_t row, struct datum *elements, struct str *out, struct error *err)
{
	const struct array_shape shape = array_shape_list(count);

	for (uint32_t i = 0; i < count; i++)
		elements[i] = vec_get(&items[i], row);
	return array_make(&shape, count > 0 ? items[0].phys : PHYS_BOOL,
	    elements, eval->arena, out, err);
}

static int
bad_shapes(struct error *err)
{
	return error_set(err, STELE_E_ARRAY_SUBSCRIPT,
	    "multidimensional arrays must have array expressions with matching"
	    " dimensions");
}

/* The shape of arrays of this one's shape, `count` of them. */
static int
outer_shape(const struct array_shape *inner, uint32_t count,
    struct array_shape *out, struct error *err)
{
	if (inner->dims == ARRAY_DIMS_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "number of array dimensions (%u) exceeds the maximum"
		    " allowed (%d)",
		    inner->dims + 1, ARRAY_DIMS_MAX);
	*out = (struct array_shape){ .dims = inner->dims + 1,
		.lengths = { (int32_t)count },
		.lowers = { 1 } };
	for (uint32_t d = 0; d < inner->dims; d++) {
		out->lengths[d + 1] = inner->lengths[d];
		out->lowers[d + 1] = inner->lowers[d];
	}
	return 0;
}

/* An array of arrays is one array of one more dimension; nulls count as {}. */
static int
make_nested(const struct eval *eval, enum phys phys, const struct vec *items,
    uint32_t count, uint32_t row, struct str *out, struct error *err)
{
	struct array *arrays =
	    arena_zalloc(eval->arena, (size_t)count * sizeof(*arrays));
	struct array_shape shape = { .dims = 0 };
	struct datum *elements;
	uint32_t total, filled = 0;
	int rc = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!vec_is_null(&items[i], row))
			arrays[i] =
			    array_open(items[i].str[vec_index(&items[i], row)]);
		if (!array_shape_equal(&arrays[i].shape, &arrays[0].shape))
			return bad_shapes(err);
	}
	if (arrays[0].count > 0)
		rc = outer_shape(&arrays[0].shape, count, &shape, err);
	if (rc == 0)
		rc = array_shape_count(&shape, &total, err);
	if (rc != 0)
		return rc;
	elements =
	    arena_try_array(eval->arena, (size_t)total + 1, sizeof(*elements));
	if (elements == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++) {
		rc = array_take(&arrays[i], phys, eval->arena,
		    elements + filled, err);
		if (rc != 0)
			return rc;
		filled += arrays[i].count;
	}
	return array_make(&shape, phys, elements, eval->arena, out, err);
}

int
eval_array(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	const struct type element = type_element(&expr->type);
	bool is_nested =
	    expr->arg_count > 0 && type_is_array(&expr->args[0]->type);
	struct datum *elements;
	struct vec *items;
	int rc;

	rc = eval_all(eval, expr, sel, &items, err);
	if (rc != 0)
		return rc;
	vec_init(out, PHYS_STR, eval->row_count, eval->arena);
	elements = arena_alloc_array(eval->arena, (size_t)expr->arg_count + 1,
	    sizeof(*elements));
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t row = sel_row(sel, i);

		if (is_nested)
			rc = make_nested(eval, type_phys(&element), items,
			    expr->arg_count, row, &out->str[row], err);
		else
			rc = make_list(eval, items, expr->arg_count, row,
			    elements, &out->str[row], err);
	}
	return rc;
}

/* ---- subscripts ---- */

/* The element at these subscripts; null outside the array. */
static struct datum
element_at(const struct eval *eval, const struct array *array, enum phys phys,
    const int64_t *subscripts, uint32_t count)
{
	struct datum none = { .is_null = true };
	uint32_t at = 0;

	if (array->shape.dims != count)
		return none;
	for (uint32_t d = 0; d < count; d++) {
		int64_t offset = subscripts[d] - array->shape.lowers[d];

		if (offset < 0 || offset >= array->shape.lengths[d])
			return none;
		at = at * (uint32_t)array->shape.lengths[d] + (uint32_t)offset;
	}
	return array_get(array, phys, at, eval->arena);
}

/* Of each dimension of a slice, where it starts in the array, from 0. */
static bool
clip(const struct array *array, const int64_t *bounds, uint32_t count,
    uint32_t *firsts, struct array_shape *out)
{
	*out = (struct array_shape){ .dims = 0 };
	if (array->shape.dims < count)
		return false;
	for (uint32_t d = 0; d < array->shape.dims; d++) {
		int64_t lower = array->shape.lowers[d];
		int64_t upper = lower + array->shape.lengths[d] - 1;
		int64_t first = lower;

		if (d < count && bounds[2 * d] > lower)
			first = bounds[2 * d];
		if (d < count && bounds[2 * d + 1] < upper)
			upper = bounds[2 * d + 1];
		if (first > upper)
			return false;
		firsts[d] = (uint32_t)(first - lower);
		out->lengths[d] = (int32_t)(upper - first + 1);
		out->lowers[d] = 1;
	}
	out->dims = array->shape.dims;
	return true;
}

/* The place in the array of element `at` of the slice. */
static uint32_t
source_of(const struct array *array, const struct array_shape *slice,
    const uint32_t *firsts, uint32_t at)
{
	uint32_t place = 0;
	uint32_t size = 1;

	for (uint32_t d = slice->dims; d-- > 0;) {
		uint32_t length = (uint32_t)slice->lengths[d];

		place += (at % length + firsts[d]) * size;
		at /= length;
		size *= (uint32_t)array->shape.lengths[d];
	}
	return place;
}

static int
slice(const struct eval *eval, const struct array *array, enum phys phys,
    const int64_t *bounds, uint32_t count, struct datum *out, struct error *err)
{
	uint32_t firsts[ARRAY_DIMS_MAX];
	struct array_shape shape;
	struct datum *elements;
	uint32_t total = 0;
	int rc;

	*out = (struct datum){ .is_null = false };
	if (!clip(array, bounds, count, firsts, &shape))
		shape.dims = 0;
	rc = array_shape_count(&shape, &total, err);
	if (rc != 0)
		return rc;
	elements =
	    arena_try_array(eval->arena, (size_t)total + 1, sizeof(*elements));
	if (elements == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < total && !eval->arena->failed; i++)
		elements[i] = array_get(array, phys,
		    source_of(array, &shape, firsts, i), eval->arena);
	rc = arena_check(eval->arena, err);
	return rc != 0
	    ? rc
	    : array_make(&shape, phys, elements, eval->arena, &out->str, err);
}

/* The numbers of a row; false if one of them, or the array, is null. */
static bool
row_subscripts(const struct vec *args, uint32_t arg_count, uint32_t row,
    int64_t *out)
{
	for (uint32_t i = 0; i < arg_count; i++) {
		if (vec_is_null(&args[i], row))
			return false;
		if (i > 0)
			out[i - 1] = args[i].i64[vec_index(&args[i], row)];
	}
	return true;
}

/* PostgreSQL's name is an array of so many bytes, from 0, the last ones 0. */
#define NAME_BYTES 64

/* A byte of a name, as "char" prints it. */
static struct datum
byte_of_name(const struct eval *eval, struct str name, int64_t index)
{
	struct datum value = { .str = STR("") };

	value.is_null = index < 0 || index >= NAME_BYTES;
	if (value.is_null || (uint64_t)index >= name.len)
		return value;
	value.str = str_of(name.data + index, 1);
	if ((uint8_t)name.data[index] >= 0x80)
		value.str = arena_printf(eval->arena, "\\%03o",
		    (unsigned)(uint8_t)name.data[index]);
	return value;
}

int
eval_subscript(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	bool is_name = expr->args[0]->type.oid == TYPE_NAME;
	const struct type element =
	    is_name ? expr->type : type_element(&expr->args[0]->type);
	uint32_t count = expr->arg_count - 1;
	int64_t subscripts[2 * ARRAY_DIMS_MAX];
	struct vec *args;
	int rc;

	rc = eval_all(eval, expr, sel, &args, err);
	if (rc != 0)
		return rc;
	vec_init(out, type_phys(&expr->type), eval->row_count, eval->arena);
	vec_need_nulls(out, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint32_t row = sel_row(sel, i);
		struct datum value = { .is_null = true };
		struct array array;

		if (!row_subscripts(args, expr->arg_count, row, subscripts)) {
			vec_set(out, row, &value);
			continue;
		}
		if (is_name && count == 1) {
			value = byte_of_name(eval,
			    args[0].str[vec_index(&args[0], row)],
			    subscripts[0]);
		} else if (!is_name) {
			array =
			    array_open(args[0].str[vec_index(&args[0], row)]);
			if (expr->is_slice)
				rc = slice(eval, &array, type_phys(&element),
				    subscripts, count / 2, &value, err);
			else
				value = element_at(eval, &array,
				    type_phys(&element), subscripts, count);
		}
		vec_set(out, row, &value);
	}
	return rc;
}

/* ---- ANY and ALL ---- */

struct quantified {
	const struct eval *eval;
	const struct expr *expr;
	struct type types[2]; /* of the left side, of the elements */
	struct vec left;
	struct array *arrays; /* by row; one if they are constant */
	bool is_constant;
	struct open_rows open;
	struct vec *out;
};

static const struct array *
array_of(const struct quantified *q, uint32_t row)
{
	return &q->arrays[q->is_constant ? 0 : row];
}

static void
open_arrays(struct quantified *q, const struct vec *arrays)
{
	uint32_t kept = 0;

	q->is_constant = arrays->is_constant;
	q->arrays = arena_alloc_array(q->eval->arena,
	    q->is_constant ? 1 : q->eval->row_count, sizeof(*q->arrays));
	if (q->is_constant && !vec_is_null(arrays, 0))
		q->arrays[0] = array_open(arrays->str[0]);
	for (uint32_t i = 0; i < q->open.count; i++) {
		uint16_t row = q->open.rows[i];

		q->out->boolean[row] = q->expr->kind == EXPR_ALL;
		q->out->nulls[row] = vec_is_null(arrays, row);
		if (q->out->nulls[row])
			continue;
		if (!q->is_constant)
			q->arrays[row] = array_open(arrays->str[row]);
		q->open.rows[kept++] = row;
	}
	q->open.count = kept;
}

/* Rows whose arrays have no element k are decided as they are. */
static void
drop_ended(struct quantified *q, uint32_t k)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < q->open.count; i++) {
		if (array_of(q, q->open.rows[i])->count > k)
			q->open.rows[kept++] = q->open.rows[i];
	}
	q->open.count = kept;
}

static void
kth_elements(const struct quantified *q, uint32_t k, struct vec *out)
{
	struct arena *arena = q->eval->arena;
	enum phys phys = type_phys(&q->types[1]);
	struct datum value;

	if (q->is_constant) {
		value = array_get(&q->arrays[0], phys, k, arena);
		vec_init_constant(out, phys, &value, arena);
		return;
	}
	vec_init(out, phys, q->eval->row_count, arena);
	vec_need_nulls(out, q->eval->row_count, arena);
	for (uint32_t i = 0; i < q->open.count; i++) {
		value = array_get(array_of(q, q->open.rows[i]), phys, k, arena);
		vec_set(out, q->open.rows[i], &value);
	}
}

static int
compare(const struct quantified *q, const struct vec *args, struct vec *out,
    struct error *err)
{
	struct function_call call = {
		.function = q->expr->function,
		.arg_types = q->types,
		.args = args,
		.arg_count = 2,
		.result_type = type_of(TYPE_BOOL),
		.settings = q->eval->env->context->settings,
		.context = q->eval->env->context,
		.cancel = q->eval->env->context->cancel,
		.row_count = q->eval->row_count,
		.sel = open_sel(&q->open),
		.arena = q->eval->arena,
		.result = out,
		.err = err,
	};

	return function_eval(&call);
}

static int
test_kth(struct quantified *q, uint32_t k, struct error *err)
{
	bool decisive = q->expr->kind == EXPR_ANY;
	struct vec args[2] = { q->left };
	struct vec test;
	uint32_t kept = 0;
	int rc;

	kth_elements(q, k, &args[1]);
	rc = compare(q, args, &test, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < q->open.count; i++) {
		uint16_t row = q->open.rows[i];
		bool is_null = vec_is_null(&test, row);

		if (!is_null && is_true(&test, row) == decisive) {
			q->out->boolean[row] = decisive;
			q->out->nulls[row] = 0;
			continue;
		}
		q->out->nulls[row] |= is_null;
		q->open.rows[kept++] = row;
	}
	q->open.count = kept;
	return 0;
}

int
eval_any_all(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct quantified q = { .eval = eval,
		.expr = expr,
		.types = { expr->args[0]->type,
		    type_element(&expr->args[1]->type) },
		.open = open_rows_init(eval, sel),
		.out = out };
	struct vec arrays;
	int rc;

	rc = eval_expr(eval, expr->args[0], sel, &q.left, err);
	if (rc == 0)
		rc = eval_expr(eval, expr->args[1], sel, &arrays, err);
	if (rc != 0)
		return rc;
	vec_init(out, PHYS_BOOL, eval->row_count, eval->arena);
	vec_need_nulls(out, eval->row_count, eval->arena);
	open_arrays(&q, &arrays);
	for (uint32_t k = 0; rc == 0; k++) {
		struct arena_mark mark = arena_mark(eval->arena);

		drop_ended(&q, k);
		if (q.open.count == 0)
			break;
		rc = test_kth(&q, k, err);
		arena_rewind(eval->arena, mark);
	}
	return rc;
}
