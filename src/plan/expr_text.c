/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/expr_text.h"

#include <inttypes.h>

#include "plan/rel_walk.h"
#include "plan/set_function.h"
#include "types/record.h"

static void
put_list(const struct expr_text *text, struct expr *const *exprs,
    uint32_t count, const char *separator, struct buf *out)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_cstr(out, separator);
		expr_text_put(text, exprs[i], out);
	}
}

static void
put_call(const struct expr_text *text, const char *name,
    const struct expr *expr, struct buf *out)
{
	uint32_t last = expr->arg_count - 1;

	buf_printf(out, "%s(", name);
	if (expr->is_variadic) {
		put_list(text, expr->args, last, ", ", out);
		buf_put_cstr(out, last > 0 ? ", VARIADIC " : "VARIADIC ");
		expr_text_put(text, expr->args[last], out);
	} else {
		put_list(text, expr->args, expr->arg_count, ", ", out);
	}
	buf_put_cstr(out, ")");
}

/* ---- columns ---- */

const char *
subquery_kind(const struct subquery *subquery)
{
	return subquery->outer_count == 0 ? "InitPlan" : "SubPlan";
}

/* The relation below that makes columns of this id, not passing them on. */
static const struct rel *
find_maker(const struct rel *rel, uint32_t id)
{
	if (rel->id == id &&
	    (rel->kind == REL_PROJECT || rel->kind == REL_AGG ||
		rel->kind == REL_PROJECT_SET))
		return rel;
	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		const struct rel *found = find_maker(rel_child(rel, i), id);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The call that makes a column of REL_PROJECT_SET. */
static const struct set_call *
call_of_column(const struct rel *rel, uint32_t column)
{
	const struct set_call *call = rel->project_set.calls;

	while (column >= call->column_count) {
		column -= call->column_count;
		call++;
	}
	return call;
}

static void
put_set(const struct expr_text *text, const struct set_call *call,
    struct buf *out)
{
	if (call->function == NULL) {
		expr_text_put(text, call->args[0], out);
		return;
	}
	buf_printf(out, "%s(", call->function->name);
	put_list(text, call->args, call->arg_count, ", ", out);
	buf_put_cstr(out, ")");
}

static bool
put_made(const struct expr_text *text, const struct rel *maker, uint32_t column,
    struct buf *out)
{
	const struct expr_text below = { .binder = text->binder,
		.left = maker->input };

	for (uint32_t i = 0; i < maker->column_count; i++) {
		if (maker->columns[i].rel != maker->id ||
		    maker->columns[i].column != column)
			continue;
		if (maker->kind == REL_PROJECT_SET)
			put_set(&below, call_of_column(maker, column), out);
		else if (maker->kind == REL_PROJECT)
			expr_text_put(&below, maker->project[i], out);
		else if (i < maker->agg.key_count)
			expr_text_put(&below, maker->agg.keys[i], out);
		else if (i < maker->agg.key_count + maker->agg.call_count)
			agg_text_put(&below,
			    &maker->agg.calls[i - maker->agg.key_count], out);
		else
			buf_put_cstr(out, "GROUPING()");
		return true;
	}
	return false;
}

void
column_text_put(const struct expr_text *text, const struct rel *rel,
    uint32_t position, struct buf *out)
{
	const struct column_id *id = &rel->columns[position];
	const struct range *range = binder_range_of(text->binder, id->rel);
	const struct rel *maker;

	if (range != NULL && id->column < range->column_count) {
		if (range->name.len > 0)
			buf_printf(out, "%.*s.", STR_FMT(range->name));
		buf_put_str(out, range->columns[id->column].name);
		return;
	}
	maker = find_maker(rel, id->rel);
	if (maker == NULL || !put_made(text, maker, id->column, out))
		buf_printf(out, "column %" PRIu32, position + 1);
}

static void
put_column(const struct expr_text *text, uint32_t position, struct buf *out)
{
	const struct rel *rel = text->left;

	if (rel != NULL && position >= rel->column_count &&
	    text->right != NULL) {
		position -= rel->column_count;
		rel = text->right;
	}
	if (rel != NULL && position < rel->column_count)
		column_text_put(text, rel, position, out);
	else
		buf_printf(out, "column %" PRIu32, position + 1);
}

/* ---- values ---- */

static void
put_quoted(struct str value, struct buf *out)
{
	buf_put_cstr(out, "'");
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == '\'')
			buf_put_cstr(out, "'");
		buf_put(out, &value.data[i], 1);
	}
	buf_put_cstr(out, "'");
}

static void
put_const(const struct expr_text *text, const struct expr *expr,
    struct buf *out)
{
	struct vec vec;
	struct buf value;

	if (expr->value.is_null) {
		buf_put_cstr(out, "NULL");
		return;
	}
	if (expr->type.oid == TYPE_BOOL) {
		buf_put_cstr(out, expr->value.boolean ? "true" : "false");
		return;
	}
	vec_init_constant(&vec, type_phys(&expr->type), &expr->value,
	    text->binder->arena);
	buf_init(&value);
	type_out_text(&expr->type, text->binder->context->settings, &vec, 0,
	    &value);
	if (type_category(&expr->type) == 'N')
		buf_put_str(out, buf_str(&value));
	else
		put_quoted(buf_str(&value), out);
	if (type_category(&expr->type) != 'N' && expr->type.oid != TYPE_TEXT)
		buf_printf(out, "::%.*s",
		    STR_FMT(type_format(&expr->type, text->binder->arena)));
	buf_release(&value);
}

/* ---- operators ---- */

/* (row).name */
static void
put_field(const struct expr_text *text, const struct expr *expr,
    struct buf *out)
{
	const struct row_type *row = expr->args[0]->type.row;

	buf_put_cstr(out, "(");
	expr_text_put(text, expr->args[0], out);
	buf_printf(out, ").%.*s",
	    STR_FMT(row->names[expr->args[1]->value.i64]));
}

static void
put_function(const struct expr_text *text, const struct expr *expr,
    struct buf *out)
{
	const struct function *function = expr->function;

	if (function->id == FN_ROW_FIELD) {
		put_field(text, expr, out);
		return;
	}
	if (function->kind != FUNCTION_OPERATOR) {
		put_call(text, function->name, expr, out);
		return;
	}
	buf_put_cstr(out, "(");
	if (expr->arg_count == 2)
		expr_text_put(text, expr->args[0], out);
	buf_printf(out, expr->arg_count == 2 ? " %s " : "%s", function->name);
	expr_text_put(text, expr->args[expr->arg_count - 1], out);
	buf_put_cstr(out, ")");
}

/* Of CASE x WHEN y, the comparison of x with y is y. */
static const struct expr *
compared(const struct expr *when)
{
	return when->kind == EXPR_CALL && when->arg_count == 2 ? when->args[1]
							       : when;
}

static void
put_case(const struct expr_text *text, const struct expr *expr, struct buf *out)
{
	uint32_t i = case_first_when(expr);

	buf_put_cstr(out, "CASE");
	if (expr->has_operand) {
		buf_put_cstr(out, " ");
		expr_text_put(text, expr->args[0], out);
	}
	for (; i + 1 < expr->arg_count; i += 2) {
		buf_put_cstr(out, " WHEN ");
		expr_text_put(text,
		    expr->has_operand ? compared(expr->args[i]) : expr->args[i],
		    out);
		buf_put_cstr(out, " THEN ");
		expr_text_put(text, expr->args[i + 1], out);
	}
	buf_put_cstr(out, " ELSE ");
	expr_text_put(text, expr->args[i], out);
	buf_put_cstr(out, " END");
}

static void
put_infix(const struct expr_text *text, const struct expr *expr,
    const char *word, struct buf *out)
{
	buf_put_cstr(out, "(");
	put_list(text, expr->args, expr->arg_count, word, out);
	buf_put_cstr(out, ")");
}

static void
put_test(const struct expr_text *text, const struct expr *expr, struct buf *out)
{
	static const char *const words[] = {
		[TEST_NULL] = "NULL",
		[TEST_NOT_NULL] = "NOT NULL",
		[TEST_TRUE] = "TRUE",
		[TEST_NOT_TRUE] = "NOT TRUE",
		[TEST_FALSE] = "FALSE",
		[TEST_NOT_FALSE] = "NOT FALSE",
		[TEST_UNKNOWN] = "UNKNOWN",
		[TEST_NOT_UNKNOWN] = "NOT UNKNOWN",
	};

	buf_put_cstr(out, "(");
	expr_text_put(text, expr->args[0], out);
	buf_printf(out, " IS %s)", words[expr->test]);
}

static void
put_in(const struct expr_text *text, const struct expr *expr, struct buf *out)
{
	buf_put_cstr(out, "(");
	expr_text_put(text, expr->args[0], out);
	buf_put_cstr(out, " IN (");
	put_list(text, expr->args + 1, expr->arg_count - 1, ", ", out);
	buf_put_cstr(out, "))");
}

static void
put_any_all(const struct expr_text *text, const struct expr *expr,
    struct buf *out)
{
	buf_put_cstr(out, "(");
	expr_text_put(text, expr->args[0], out);
	buf_printf(out, " %s %s (", expr->function->name,
	    expr->kind == EXPR_ANY ? "ANY" : "ALL");
	expr_text_put(text, expr->args[1], out);
	buf_put_cstr(out, "))");
}

static void
put_subscript(const struct expr_text *text, const struct expr *expr,
    struct buf *out)
{
	uint32_t step = expr->is_slice ? 2 : 1;

	buf_put_cstr(out, "(");
	expr_text_put(text, expr->args[0], out);
	buf_put_cstr(out, ")");
	for (uint32_t i = 1; i < expr->arg_count; i += step) {
		buf_put_cstr(out, "[");
		put_list(text, expr->args + i, step, ":", out);
		buf_put_cstr(out, "]");
	}
}

static const char *
fact_name(enum expr_fact fact)
{
	switch (fact) {
	case FACT_USER:
		return "CURRENT_USER";
	case FACT_SESSION_USER:
		return "SESSION_USER";
	case FACT_DATABASE:
		return "current_database";
	case FACT_SCHEMA:
		return "current_schema";
	case FACT_VERSION:
		return "version";
	case FACT_BACKEND_PID:
		return "pg_backend_pid";
	case FACT_SETTING:
	case FACT_SETTING_OR_NULL:
		return "current_setting";
	}
	return "";
}

void
expr_text_put(const struct expr_text *text, const struct expr *expr,
    struct buf *out)
{
	switch (expr->kind) {
	case EXPR_CONST:
		put_const(text, expr, out);
		return;
	case EXPR_PARAM:
		buf_printf(out, "$%" PRIu32, expr->param + 1);
		return;
	case EXPR_COLUMN:
		put_column(text, expr->column.column, out);
		return;
	case EXPR_CALL:
		put_function(text, expr, out);
		return;
	case EXPR_CAST:
		buf_put_cstr(out, "(");
		expr_text_put(text, expr->args[0], out);
		buf_printf(out, ")::%.*s",
		    STR_FMT(type_format(&expr->type, text->binder->arena)));
		return;
	case EXPR_AND:
		put_infix(text, expr, " AND ", out);
		return;
	case EXPR_OR:
		put_infix(text, expr, " OR ", out);
		return;
	case EXPR_NOT:
		buf_put_cstr(out, "(NOT ");
		expr_text_put(text, expr->args[0], out);
		buf_put_cstr(out, ")");
		return;
	case EXPR_TEST:
		put_test(text, expr, out);
		return;
	case EXPR_DISTINCT:
		put_infix(text, expr, " IS DISTINCT FROM ", out);
		return;
	case EXPR_IN:
		put_in(text, expr, out);
		return;
	case EXPR_ANY:
	case EXPR_ALL:
		put_any_all(text, expr, out);
		return;
	case EXPR_ARRAY:
		buf_put_cstr(out, "ARRAY[");
		put_list(text, expr->args, expr->arg_count, ", ", out);
		buf_put_cstr(out, "]");
		return;
	case EXPR_SUBSCRIPT:
		put_subscript(text, expr, out);
		return;
	case EXPR_NULLIF:
		put_call(text, "NULLIF", expr, out);
		return;
	case EXPR_CASE:
		put_case(text, expr, out);
		return;
	case EXPR_OPERAND:
		buf_put_cstr(out, "OPERAND");
		return;
	case EXPR_COALESCE:
		put_call(text, "COALESCE", expr, out);
		return;
	case EXPR_GREATEST:
		put_call(text, "GREATEST", expr, out);
		return;
	case EXPR_LEAST:
		put_call(text, "LEAST", expr, out);
		return;
	case EXPR_FACT:
		put_call(text, fact_name(expr->fact), expr, out);
		return;
	case EXPR_TYPEOF:
		put_call(text, "pg_typeof", expr, out);
		return;
	case EXPR_COLLATION:
		put_call(text, "pg_collation_for", expr, out);
		return;
	case EXPR_SUBQUERY:
		buf_printf(out, "(%s %" PRIu32 ")",
		    subquery_kind(expr->subquery), expr->subquery->index + 1);
		return;
	case EXPR_OUTER:
		buf_printf(out, "$outer%" PRIu32, expr->slot);
		return;
	case EXPR_AGG: /* only while binding */
	case EXPR_WINDOW:
	case EXPR_GROUPING:
	case EXPR_SET:
		return;
	}
}

void
order_text_put(bool is_descending, bool nulls_first, struct buf *out)
{
	buf_put_cstr(out, is_descending ? " DESC" : "");
	if (nulls_first != is_descending)
		buf_put_cstr(out, nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

static void
put_order(const struct expr_text *text, const char *words,
    const struct agg_call *call, struct buf *out)
{
	for (uint32_t i = 0; i < call->order_count; i++) {
		const struct order_key *key = &call->order[i];

		buf_put_cstr(out, i == 0 ? words : ", ");
		expr_text_put(text, key->key, out);
		order_text_put(key->is_descending, key->nulls_first, out);
	}
}

void
agg_text_put(const struct expr_text *text, const struct agg_call *call,
    struct buf *out)
{
	bool is_set = agg_is_ordered_set(call->kind);

	buf_put_cstr(out, agg_name(call->kind));
	buf_put_cstr(out, call->is_distinct ? "(DISTINCT " : "(");
	if (call->arg != NULL)
		expr_text_put(text, call->arg, out);
	else if (!is_set)
		buf_put_cstr(out, "*");
	for (uint32_t i = 0; i < call->direct_count; i++) {
		buf_put_cstr(out, i == 0 ? "" : ", ");
		expr_text_put(text, call->direct[i], out);
	}
	if (call->second != NULL) {
		buf_put_cstr(out, ", ");
		expr_text_put(text, call->second, out);
	}
	if (!is_set)
		put_order(text, " ORDER BY ", call, out);
	buf_put_cstr(out, ")");
	if (is_set) {
		put_order(text, " WITHIN GROUP (ORDER BY ", call, out);
		buf_put_cstr(out, ")");
	}
	if (call->filter == NULL)
		return;
	buf_put_cstr(out, " FILTER (WHERE ");
	expr_text_put(text, call->filter, out);
	buf_put_cstr(out, ")");
}
