/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval.c -- expressions over a batch, one node after the other.
 *
 * A node allocates its result in the batch's arena and computes it for the
 * selected rows.  What decides lazily (AND, OR, IN, CASE, COALESCE) keeps a
 * selection of the rows that are still open and narrows it.
 */
#include "exec/eval.h"

#include <string.h>

#include "exec/eval_array.h"
#include "exec/eval_variadic.h"
#include "exec/function_impl.h"
#include "exec/open_rows.h"
#include "exec/subplan.h"
#include "plan/search_path.h"
#include "types/cast.h"
#include "types/record.h"

static void
init_result(const struct eval *eval, const struct type *type, struct vec *out)
{
	vec_init(out, type_phys(type), eval->row_count, eval->arena);
}

/* ---- leaves ---- */

static void
make_constant(const struct eval *eval, const struct type *type,
    const struct datum *value, struct vec *out)
{
	vec_init_constant(out, type_phys(type), value, eval->arena);
}

static int
fact_value(const struct exec_env *env, const struct expr *expr,
    struct datum *out)
{
	const struct plan_session *session = env->context->session;
	const struct schema *schema;

	*out = (struct datum){ .is_null = false };
	switch (expr->fact) {
	case FACT_USER:
		out->str = session->user;
		break;
	case FACT_SESSION_USER:
		out->str = session->session_user;
		break;
	case FACT_DATABASE:
		out->str = session->database;
		break;
	case FACT_SCHEMA:
		schema = schema_by_oid(search_path_current(session->path != NULL
			? session->path
			: &search_path_default));
		out->is_null = schema == NULL;
		if (schema != NULL)
			out->str = str_of_cstr(schema->name);
		break;
	case FACT_VERSION:
		out->str = session->version;
		break;
	case FACT_BACKEND_PID:
		out->i64 = session->backend_pid;
		break;
	case FACT_SETTING:
	case FACT_SETTING_OR_NULL:
		break; /* eval_setting() */
	}
	return 0;
}

static int
eval_setting(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	const struct plan_session *session = eval->env->context->session;
	bool or_null = expr->fact == FACT_SETTING_OR_NULL;
	struct vec missing_ok = { .phys = PHYS_BOOL };
	uint8_t *nulls;
	struct vec name;
	int rc;

	rc = eval_expr(eval, expr->args[0], sel, &name, err);
	if (rc == 0 && or_null)
		rc = eval_expr(eval, expr->args[1], sel, &missing_ok, err);
	if (rc != 0)
		return rc;
	init_result(eval, &expr->type, out);
	nulls = vec_need_nulls(out, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		struct str text = name.str[vec_index(&name, row)];

		nulls[row] = 1;
		if (vec_is_null(&name, row))
			continue;
		if (session->setting != NULL &&
		    session->setting(session->arg, text, eval->arena,
			&out->str[row]))
			nulls[row] = 0;
		else if (!or_null || !is_true(&missing_ok, row))
			return error_set(err, STELE_E_UNDEFINED_OBJECT,
			    "unrecognized configuration parameter \"%.*s\"",
			    STR_FMT(text));
	}
	return 0;
}

static int
eval_fact(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct datum value;

	if (expr->fact == FACT_SETTING || expr->fact == FACT_SETTING_OR_NULL)
		return eval_setting(eval, expr, sel, out, err);
	fact_value(eval->env, expr, &value);
	make_constant(eval, &expr->type, &value, out);
	return 0;
}

/* ---- functions and casts ---- */

static int
call_function(const struct eval *eval, const struct expr *expr,
    const struct vec *args, const struct type *arg_types, struct type result,
    struct sel sel, struct vec *out, struct error *err)
{
	struct function_call call = {
		.function = expr->function,
		.arg_types = arg_types,
		.args = args,
		.arg_count = expr->arg_count,
		.result_type = result,
		.settings = eval->env->context->settings,
		.context = eval->env->context,
		.regexes = eval->env->regexes,
		.cancel = eval->env->context->cancel,
		.row_count = eval->row_count,
		.sel = sel,
		.arena = eval->arena,
		.result = out,
		.err = err,
	};

	return expr->is_variadic ? variadic_eval(&call) : function_eval(&call);
}

static int
eval_args(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec **args, struct type **types, struct error *err)
{
	int rc = 0;

	*args =
	    arena_alloc_array(eval->arena, expr->arg_count + 1, sizeof(**args));
	*types = arena_alloc_array(eval->arena, expr->arg_count + 1,
	    sizeof(**types));
	for (uint32_t i = 0; i < expr->arg_count && rc == 0; i++) {
		(*types)[i] = expr->args[i]->type;
		rc = eval_expr(eval, expr->args[i], sel, &(*args)[i], err);
	}
	return rc;
}

static int
eval_call(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct vec *args;
	struct type *types;
	int rc;

	rc = eval_args(eval, expr, sel, &args, &types, err);
	if (rc != 0)
		return rc;
	return call_function(eval, expr, args, types, expr->type, sel, out,
	    err);
}

static int
eval_cast(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	const struct type *from = &expr->args[0]->type;
	struct vec arg;
	int rc;

	rc = eval_expr(eval, expr->args[0], sel, &arg, err);
	if (rc != 0)
		return rc;
	if (cast_is_relabel(from, &expr->type)) {
		*out = arg;
		return 0;
	}
	return cast_vec(from, &expr->type, expr->cast,
	    eval->env->context->settings, &arg, eval->row_count, sel,
	    eval->env->context->cancel, eval->arena, out, err);
}

/* ---- logic ---- */

/*
 * AND and OR: a row is decided by the first argument that is `decisive`;
 * otherwise it is null if any was, else the opposite.
 */
static int
eval_and_or(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	uint8_t decisive = expr->kind == EXPR_OR;
	struct open_rows open = open_rows_init(eval, sel);
	uint8_t *nulls;

	init_result(eval, &expr->type, out);
	nulls = vec_need_nulls(out, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++)
		out->boolean[sel_row(sel, i)] = !decisive;
	for (uint32_t a = 0; a < expr->arg_count && open.count > 0; a++) {
		uint32_t kept = 0;
		struct vec arg;
		int rc;

		rc = eval_expr(eval, expr->args[a], open_sel(&open), &arg, err);
		if (rc != 0)
			return rc;
		for (uint32_t i = 0; i < open.count; i++) {
			uint16_t row = open.rows[i];

			if (vec_is_null(&arg, row)) {
				nulls[row] = 1;
			} else if (arg.boolean[vec_index(&arg, row)] ==
			    decisive) {
				out->boolean[row] = decisive;
				nulls[row] = 0;
				continue;
			}
			open.rows[kept++] = row;
		}
		open.count = kept;
	}
	return 0;
}

static int
eval_not(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct vec arg;
	int rc;

	rc = eval_expr(eval, expr->args[0], sel, &arg, err);
	if (rc != 0)
		return rc;
	init_result(eval, &expr->type, out);
	vec_copy_rows(out, &arg, sel, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		out->boolean[row] = out->boolean[row] == 0;
	}
	return 0;
}

static bool
test_row(enum expr_test test, const struct vec *arg, uint32_t row)
{
	switch (test) {
	case TEST_NULL:
	case TEST_UNKNOWN:
		return vec_is_null(arg, row);
	case TEST_NOT_NULL:
	case TEST_NOT_UNKNOWN:
		return !vec_is_null(arg, row);
	case TEST_TRUE:
		return is_true(arg, row);
	case TEST_NOT_TRUE:
		return !is_true(arg, row);
	case TEST_FALSE:
		return is_false(arg, row);
	case TEST_NOT_FALSE:
		return !is_false(arg, row);
	}
	return false;
}

/* IS NULL of a row: every field is null, or it is itself; likewise NOT NULL. */
static bool
test_record(enum expr_test test, const struct vec *arg, uint32_t row)
{
	struct record record;

	if (vec_is_null(arg, row))
		return test == TEST_NULL;
	record = record_open(arg->str[vec_index(arg, row)]);
	for (uint32_t i = 0; i < record.row->count; i++)
		if (record_is_null(&record, i) != (test == TEST_NULL))
			return false;
	return true;
}

static int
eval_test(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	bool is_record = expr->args[0]->type.oid == TYPE_RECORD;
	struct vec arg;
	int rc;

	rc = eval_expr(eval, expr->args[0], sel, &arg, err);
	if (rc != 0)
		return rc;
	init_result(eval, &expr->type, out);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		out->boolean[row] = is_record
		    ? test_record(expr->test, &arg, row)
		    : test_row(expr->test, &arg, row);
	}
	return 0;
}

static int
eval_distinct(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct vec *args;
	struct type *types;
	struct vec equal;
	int rc;

	rc = eval_args(eval, expr, sel, &args, &types, err);
	if (rc == 0)
		rc = call_function(eval, expr, args, types, expr->type, sel,
		    &equal, err);
	if (rc != 0)
		return rc;
	init_result(eval, &expr->type, out);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		bool a = vec_is_null(&args[0], row);
		bool b = vec_is_null(&args[1], row);

		out->boolean[row] = a || b ? a != b : !is_true(&equal, row);
	}
	return 0;
}

static int
eval_nullif(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct vec *args;
	struct type *types;
	struct vec equal;
	uint8_t *nulls;
	int rc;

	rc = eval_args(eval, expr, sel, &args, &types, err);
	if (rc == 0)
		rc = call_function(eval, expr, args, types, type_of(TYPE_BOOL),
		    sel, &equal, err);
	if (rc != 0)
		return rc;
	init_result(eval, &expr->type, out);
	vec_copy_rows(out, &args[0], sel, eval->row_count, eval->arena);
	nulls = vec_need_nulls(out, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		nulls[row] |= is_true(&equal, row);
	}
	return 0;
}

/* One item of IN: rows it equals are decided, a null leaves the others open. */
static int
match_item(const struct eval *eval, const struct expr *expr, uint32_t item,
    const struct vec *value, struct open_rows *open, struct vec *out,
    struct error *err)
{
	struct type types[2] = { expr->args[0]->type, expr->args[item]->type };
	const struct expr pair = { .function = expr->function, .arg_count = 2 };
	struct vec args[2] = { *value };
	struct vec equal;
	uint32_t kept = 0;
	int rc;

	rc = eval_expr(eval, expr->args[item], open_sel(open), &args[1], err);
	if (rc == 0)
		rc = call_function(eval, &pair, args, types, type_of(TYPE_BOOL),
		    open_sel(open), &equal, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < open->count; i++) {
		uint16_t row = open->rows[i];

		if (is_true(&equal, row)) {
			out->boolean[row] = 1;
			out->nulls[row] = 0;
			continue;
		}
		out->nulls[row] |= vec_is_null(&equal, row);
		open->rows[kept++] = row;
	}
	open->count = kept;
	return 0;
}

/*
 * Lists are long, so what an item needs goes with it; but not of the arena of the
 * execution, which a subquery in the item, or a CTE that this reads, begins in.
 */
static int
eval_in(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct open_rows open = open_rows_init(eval, sel);
	struct vec value;
	int rc;

	init_result(eval, &expr->type, out);
	vec_need_nulls(out, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++)
		out->boolean[sel_row(sel, i)] = 0;
	rc = eval_expr(eval, expr->args[0], sel, &value, err);
	for (uint32_t i = 1; i < expr->arg_count && open.count > 0 && rc == 0;
	     i++) {
		struct arena_mark mark = arena_mark(eval->arena);

		rc = match_item(eval, expr, i, &value, &open, out, err);
		if (eval->arena != eval->env->arena)
			arena_rewind(eval->arena, mark);
	}
	return rc;
}

/* ---- choices ---- */

/* Split the open rows by a condition: those it is true for go to *chosen. */
static void
split_rows(struct open_rows *open, const struct vec *condition,
    struct open_rows *chosen)
{
	uint32_t kept = 0;

	chosen->count = 0;
	for (uint32_t i = 0; i < open->count; i++) {
		uint16_t row = open->rows[i];

		if (is_true(condition, row))
			chosen->rows[chosen->count++] = row;
		else
			open->rows[kept++] = row;
	}
	open->count = kept;
}

static int
eval_case(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct open_rows open = open_rows_init(eval, sel);
	struct open_rows chosen = open_rows_init(eval, sel);
	uint32_t else_arg = expr->arg_count - 1;
	struct eval of_when = *eval;
	struct vec operand;
	struct vec value;
	int rc = 0;

	init_result(eval, &expr->type, out);
	if (expr->has_operand) {
		rc = eval_expr(eval, expr->args[0], sel, &operand, err);
		if (rc != 0)
			return rc;
		of_when.operand = &operand;
	}
	for (uint32_t a = case_first_when(expr); a < else_arg && open.count > 0;
	     a += 2) {
		rc = eval_expr(&of_when, expr->args[a], open_sel(&open), &value,
		    err);
		if (rc != 0)
			return rc;
		split_rows(&open, &value, &chosen);
		if (chosen.count == 0)
			continue;
		rc = eval_expr(eval, expr->args[a + 1], open_sel(&chosen),
		    &value, err);
		if (rc != 0)
			return rc;
		vec_copy_rows(out, &value, open_sel(&chosen), eval->row_count,
		    eval->arena);
	}
	if (open.count == 0)
		return 0;
	rc =
	    eval_expr(eval, expr->args[else_arg], open_sel(&open), &value, err);
	if (rc == 0)
		vec_copy_rows(out, &value, open_sel(&open), eval->row_count,
		    eval->arena);
	return rc;
}

static int
eval_coalesce(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct open_rows open = open_rows_init(eval, sel);

	init_result(eval, &expr->type, out);
	for (uint32_t a = 0; a < expr->arg_count && open.count > 0; a++) {
		uint32_t kept = 0;
		struct vec value;
		int rc;

		rc = eval_expr(eval, expr->args[a], open_sel(&open), &value,
		    err);
		if (rc != 0)
			return rc;
		vec_copy_rows(out, &value, open_sel(&open), eval->row_count,
		    eval->arena);
		for (uint32_t i = 0; i < open.count; i++) {
			if (vec_is_null(&value, open.rows[i]))
				open.rows[kept++] = open.rows[i];
		}
		open.count = kept;
	}
	return 0;
}

static void
keep_extreme(const struct expr *expr, const struct vec *value, uint32_t row,
    struct vec *out)
{
	struct datum best = vec_get(out, row);
	struct datum next = vec_get(value, row);
	int order;

	if (next.is_null)
		return;
	if (!best.is_null) {
		order = type_compare(&expr->type, &next, &best);
		if (expr->kind == EXPR_GREATEST ? order <= 0 : order >= 0)
			return;
	}
	vec_set(out, row, &next);
}

static int
eval_extreme(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	uint8_t *nulls;

	init_result(eval, &expr->type, out);
	nulls = vec_need_nulls(out, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++)
		nulls[sel_row(sel, i)] = 1;
	for (uint32_t a = 0; a < expr->arg_count; a++) {
		struct vec value;
		int rc;

		rc = eval_expr(eval, expr->args[a], sel, &value, err);
		if (rc != 0)
			return rc;
		for (uint32_t i = 0; i < sel.count; i++)
			keep_extreme(expr, &value, sel_row(sel, i), out);
	}
	return 0;
}

/* ---- any node ---- */

int
eval_expr(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	switch (expr->kind) {
	case EXPR_CONST:
	case EXPR_TYPEOF:
	case EXPR_COLLATION:
		make_constant(eval, &expr->type, &expr->value, out);
		return 0;
	case EXPR_PARAM:
		make_constant(eval, &expr->type,
		    &eval->env->context->params[expr->param], out);
		return 0;
	case EXPR_COLUMN:
		*out = eval->columns[expr->column.column];
		return 0;
	case EXPR_CALL:
		return eval_call(eval, expr, sel, out, err);
	case EXPR_CAST:
		return eval_cast(eval, expr, sel, out, err);
	case EXPR_AND:
	case EXPR_OR:
		return eval_and_or(eval, expr, sel, out, err);
	case EXPR_NOT:
		return eval_not(eval, expr, sel, out, err);
	case EXPR_TEST:
		return eval_test(eval, expr, sel, out, err);
	case EXPR_DISTINCT:
		return eval_distinct(eval, expr, sel, out, err);
	case EXPR_IN:
		return eval_in(eval, expr, sel, out, err);
	case EXPR_ANY:
	case EXPR_ALL:
		return eval_any_all(eval, expr, sel, out, err);
	case EXPR_NULLIF:
		return eval_nullif(eval, expr, sel, out, err);
	case EXPR_CASE:
		return eval_case(eval, expr, sel, out, err);
	case EXPR_OPERAND:
		*out = *eval->operand;
		return 0;
	case EXPR_COALESCE:
		return eval_coalesce(eval, expr, sel, out, err);
	case EXPR_GREATEST:
	case EXPR_LEAST:
		return eval_extreme(eval, expr, sel, out, err);
	case EXPR_ARRAY:
		return eval_array(eval, expr, sel, out, err);
	case EXPR_SUBSCRIPT:
		return eval_subscript(eval, expr, sel, out, err);
	case EXPR_FACT:
		return eval_fact(eval, expr, sel, out, err);
	case EXPR_SUBQUERY:
		return subplan_eval(eval, expr, sel, out, err);
	case EXPR_OUTER:
		make_constant(eval, &expr->type, &eval->env->slots[expr->slot],
		    out);
		return 0;
	case EXPR_AGG:
	case EXPR_WINDOW:
	case EXPR_GROUPING:
	case EXPR_SET:
		break; /* lifted when it was bound */
	}
	return error_set(err, STELE_E_INTERNAL, "unexpected expression");
}

/* ---- filters ---- */

static int
filter_by_value(const struct eval *eval, const struct expr *expr,
    struct sel sel, uint16_t *rows, uint32_t *count, struct error *err)
{
	struct vec value;
	uint32_t kept = 0;
	int rc;

	rc = eval_expr(eval, expr, sel, &value, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		uint16_t row = (uint16_t)sel_row(sel, i);

		rows[kept] = row;
		kept += is_true(&value, row);
	}
	*count = kept;
	return rc;
}

static int
filter_by_comparison(const struct eval *eval, const struct expr *expr,
    enum compare_op op, struct sel sel, uint16_t *rows, uint32_t *count,
    struct error *err)
{
	struct vec a;
	struct vec b;
	int rc;

	rc = eval_expr(eval, expr->args[0], sel, &a, err);
	if (rc == 0)
		rc = eval_expr(eval, expr->args[1], sel, &b, err);
	if (rc == 0)
		*count =
		    compare_select(op, &expr->args[0]->type, &a, &b, sel, rows);
	return rc;
}

static int
filter_by_and(const struct eval *eval, const struct expr *expr, struct sel sel,
    uint16_t *rows, uint32_t *count, struct error *err)
{
	*count = sel.count;
	for (uint32_t a = 0; a<expr->arg_count && * count> 0; a++) {
		int rc;

		rc = eval_filter(eval, expr->args[a], sel, rows, count, err);
		if (rc != 0)
			return rc;
		sel = (struct sel){ .rows = rows, .count = *count };
	}
	return 0;
}

/* Take from the open rows those that are chosen; both ascend. */
static void
remove_rows(struct open_rows *open, const struct open_rows *chosen)
{
	uint32_t kept = 0;
	uint32_t c = 0;

	for (uint32_t i = 0; i < open->count; i++) {
		if (c < chosen->count && chosen->rows[c] == open->rows[i])
			c++;
		else
			open->rows[kept++] = open->rows[i];
	}
	open->count = kept;
}

static int
filter_by_or(const struct eval *eval, const struct expr *expr, struct sel sel,
    uint16_t *rows, uint32_t *count, struct error *err)
{
	struct open_rows all = open_rows_init(eval, sel);
	struct open_rows open = open_rows_init(eval, sel);
	struct open_rows chosen = open_rows_init(eval, sel);

	for (uint32_t a = 0; a < expr->arg_count && open.count > 0; a++) {
		int rc;

		rc = eval_filter(eval, expr->args[a], open_sel(&open),
		    chosen.rows, &chosen.count, err);
		if (rc != 0)
			return rc;
		remove_rows(&open, &chosen);
	}
	remove_rows(&all, &open);
	memcpy(rows, all.rows, all.count * sizeof(*rows));
	*count = all.count;
	return 0;
}

int
eval_filter(const struct eval *eval, const struct expr *expr, struct sel sel,
    uint16_t *rows, uint32_t *count, struct error *err)
{
	enum compare_op op;

	if (expr->kind == EXPR_AND)
		return filter_by_and(eval, expr, sel, rows, count, err);
	if (expr->kind == EXPR_OR)
		return filter_by_or(eval, expr, sel, rows, count, err);
	if (expr->kind == EXPR_CALL &&
	    function_is_comparison(expr->function->id, &op))
		return filter_by_comparison(eval, expr, op, sel, rows, count,
		    err);
	return filter_by_value(eval, expr, sel, rows, count, err);
}

int
eval_fixed(const struct exec_env *env, const struct expr *expr,
    struct arena *arena, struct datum *out, struct error *err)
{
	const struct eval eval = { .env = env, .arena = arena, .row_count = 1 };
	struct vec value;
	int rc;

	if (expr->kind == EXPR_CONST) {
		*out = expr->value;
		return 0;
	}
	if (expr->kind == EXPR_PARAM) {
		*out = env->context->params[expr->param];
		return 0;
	}
	rc = eval_expr(&eval, expr, sel_all(1), &value, err);
	if (rc == 0)
		*out = vec_get(&value, 0);
	return rc;
}
