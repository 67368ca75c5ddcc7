/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_function.c -- the rows of a function in FROM.
 *
 * A series is a state that steps: each batch is filled by a loop of its type,
 * and ends where the stop is passed or the next value would overflow.
 */
#include "plan/set_function.h"

#include "exec/eval.h"
#include "types/interval.h"
#include "types/numeric.h"
#include "types/timestamp_math.h"

struct function_op {
	struct op_state op;
	struct datum args[SET_ARGS_MAX]; /* start, stop, step */
	int direction;                   /* of the step: 1 or -1 */
	bool is_done;
	int64_t given;      /* rows so far */
	struct arena arena; /* of what args[0], the next value, points to */
};

/* ---- the step ---- */

static int
zero_step(struct error *err)
{
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "step size cannot equal zero");
}

static int
check_numeric(const struct numeric *n, const char *what, struct error *err)
{
	if (numeric_is_finite(n))
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "%s cannot be %s", what,
	    n->kind == NUMERIC_NAN ? "NaN" : "infinity");
}

static int
start_int(struct function_op *set, struct error *err)
{
	int64_t step = set->args[2].i64;

	if (step == 0)
		return zero_step(err);
	set->direction = step < 0 ? -1 : 1;
	return 0;
}

static int
start_numeric(struct function_op *set, struct error *err)
{
	static const char *const names[] = { "start value", "stop value",
		"step size" };
	int rc = 0;

	for (int i = 0; i < 3 && rc == 0; i++)
		rc = check_numeric(&set->args[i].numeric, names[i], err);
	if (rc != 0)
		return rc;
	set->direction = numeric_sign(&set->args[2].numeric);
	return set->direction == 0 ? zero_step(err) : 0;
}

static int
start_timestamp(struct function_op *set, struct error *err)
{
	i128 length = interval_length(&set->args[2].interval);

	if (length == 0)
		return zero_step(err);
	set->direction = length < 0 ? -1 : 1;
	return 0;
}

/* A series without a step goes up by one. */
static void
default_step(struct function_op *set)
{
	const struct rel_function *rel = &set->op.rel->function;

	if (rel->arg_count > 2)
		return;
	set->args[2] = (struct datum){ .i64 = 1 };
	if (rel->function->id == SET_SERIES_NUMERIC)
		set->args[2].numeric = numeric_of_i64(1);
}

static int
set_function_open(struct op_state *op, struct error *err)
{
	struct function_op *set = (struct function_op *)op;
	const struct rel_function *rel = &op->rel->function;

	for (uint32_t i = 0; i < rel->arg_count; i++) {
		int rc = eval_fixed(op->env, rel->args[i], op->env->arena,
		    &set->args[i], err);

		if (rc != 0)
			return rc;
		set->is_done |= set->args[i].is_null;
	}
	if (set->is_done)
		return 0;
	default_step(set);
	switch (rel->function->id) {
	case SET_SERIES_INT:
		return start_int(set, err);
	case SET_SERIES_NUMERIC:
		return start_numeric(set, err);
	case SET_SERIES_TIMESTAMP:
	case SET_SERIES_TIMESTAMPTZ:
		return start_timestamp(set, err);
	}
	return 0;
}

/* ---- the values ---- */

static uint32_t
fill_int(struct function_op *set, struct vec *out)
{
	int64_t next = set->args[0].i64;
	int64_t stop = set->args[1].i64;
	bool is_int4 = set->op.rel->function.function->result == TYPE_INT4;
	uint32_t count = 0;

	while (count < VEC_ROWS && !set->is_done) {
		if (set->direction > 0 ? next > stop : next < stop) {
			set->is_done = true;
			break;
		}
		out->i64[count++] = next;
		set->is_done =
		    __builtin_add_overflow(next, set->args[2].i64, &next) ||
		    (is_int4 && (next > INT32_MAX || next < INT32_MIN));
	}
	set->args[0].i64 = next;
	return count;
}

static int
fill_numeric(struct function_op *set, struct vec *out, uint32_t *count,
    struct error *err)
{
	struct arena *arena = &set->op.batch_arena;
	struct numeric next = set->args[0].numeric;
	struct datum kept;

	while (*count < VEC_ROWS) {
		int rc;

		if (numeric_compare(&next, &set->args[1].numeric) *
			set->direction >
		    0) {
			set->is_done = true;
			break;
		}
		out->numeric[(*count)++] = next;
		rc = numeric_add(&next, &set->args[2].numeric, arena, &next,
		    err);
		if (rc != 0)
			return rc;
	}
	kept = (struct datum){ .numeric = next };
	arena_reset(&set->arena);
	set->args[0] = datum_copy(PHYS_NUMERIC, &kept, &set->arena);
	return arena_check(&set->arena, err);
}

static int
fill_timestamp(struct function_op *set, struct vec *out, uint32_t *count,
    struct error *err)
{
	const struct time_zone *zone = NULL;
	int64_t next = set->args[0].i64;
	int64_t stop = set->args[1].i64;

	if (set->op.rel->function.function->id == SET_SERIES_TIMESTAMPTZ)
		zone = set->op.env->context->settings->time_zone;
	while (*count < VEC_ROWS) {
		if (set->direction > 0 ? next > stop : next < stop) {
			set->is_done = true;
			break;
		}
		out->i64[(*count)++] = next;
		if (!timestamp_add(next, &set->args[2].interval, zone, &next))
			return error_set(err, STELE_E_DATETIME_OVERFLOW,
			    "timestamp out of range");
	}
	set->args[0].i64 = next;
	return 0;
}

static int
fill(struct function_op *set, struct vec *out, uint32_t *count,
    struct error *err)
{
	struct op_state *op = &set->op;

	*count = 0;
	vec_init(out, type_phys(&op->rel->function.type), VEC_ROWS,
	    &op->batch_arena);
	switch (op->rel->function.function->id) {
	case SET_SERIES_INT:
		*count = fill_int(set, out);
		return 0;
	case SET_SERIES_NUMERIC:
		return fill_numeric(set, out, count, err);
	case SET_SERIES_TIMESTAMP:
	case SET_SERIES_TIMESTAMPTZ:
		return fill_timestamp(set, out, count, err);
	}
	return 0;
}

/* WITH ORDINALITY */
static void
number_rows(struct function_op *set, uint32_t count, struct vec *out)
{
	vec_init(out, PHYS_I64, count, &set->op.batch_arena);
	for (uint32_t i = 0; i < count; i++)
		out->i64[i] = set->given + i + 1;
}

static int
set_function_next_batch(struct op_state *op, struct batch *out,
    struct error *err)
{
	struct function_op *set = (struct function_op *)op;
	struct vec values;
	uint32_t count;
	int rc;

	if (set->is_done)
		return 0;
	rc = fill(set, &values, &count, err);
	if (rc != 0 || count == 0)
		return rc;
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++) {
		if (op->rel->columns[c].column == 0)
			out->cols[c] = values;
		else
			number_rows(set, count, &out->cols[c]);
	}
	set->given += count;
	return 1;
}

static void
set_function_close(struct op_state *op)
{
	arena_release(&((struct function_op *)op)->arena);
}

static const struct op_class set_function_class = {
	.name = "function scan",
	.open = set_function_open,
	.next = set_function_next_batch,
	.close = set_function_close,
};

struct op_state *
set_function_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct function_op *set = arena_zalloc(env->arena, sizeof(*set));

	arena_init(&set->arena, env->context->budget);
	op_init(&set->op, &set_function_class, env, rel);
	return &set->op;
}
