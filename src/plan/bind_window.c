/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_window.c -- f(x) OVER (...): from calls to relations.
 *
 * While the select list is bound, a call is an EXPR_WINDOW, whose arguments are
 * all expressions that it has, so that what lifts expressions over an
 * aggregation lifts these too.  Then each different PARTITION BY and ORDER BY
 * becomes a relation, and the call one of its columns.
 */
#include "plan/bind.h"
#include "plan/column_set.h"

/* What a call is but for its expressions, which are the arguments, in order:
 * of the function, the filter, PARTITION BY, ORDER BY, offsets, key of RANGE. */
struct window_spec {
	enum window_kind kind;
	enum agg_kind agg;
	uint32_t arg_count;
	bool has_filter;
	uint32_t partition_count;
	uint32_t order_count;
	struct sort_key *order; /* of each: its direction */
	struct window_frame frame;
	bool has_start_offset;
	bool has_end_offset;
	bool has_range_key;
};

/* ---- functions ---- */

static const struct window_function {
	const char *name;
	enum window_kind kind;
	uint32_t arg_min;
	uint32_t arg_max;
	uint32_t args[WINDOW_ARGS_MAX]; /* TYPE_ANY: any, the same in each */
	uint32_t result;                /* TYPE_ANY: that of the first */
} window_functions[] = {
	{ "row_number", WINDOW_ROW_NUMBER, 0, 0, { 0 }, TYPE_INT8 },
	{ "rank", WINDOW_RANK, 0, 0, { 0 }, TYPE_INT8 },
	{ "dense_rank", WINDOW_DENSE_RANK, 0, 0, { 0 }, TYPE_INT8 },
	{ "percent_rank", WINDOW_PERCENT_RANK, 0, 0, { 0 }, TYPE_FLOAT8 },
	{ "cume_dist", WINDOW_CUME_DIST, 0, 0, { 0 }, TYPE_FLOAT8 },
	{ "ntile", WINDOW_NTILE, 1, 1, { TYPE_INT4 }, TYPE_INT4 },
	{ "lag", WINDOW_LAG, 1, 3, { TYPE_ANY, TYPE_INT4, TYPE_ANY },
	    TYPE_ANY },
	{ "lead", WINDOW_LEAD, 1, 3, { TYPE_ANY, TYPE_INT4, TYPE_ANY },
	    TYPE_ANY },
	{ "first_value", WINDOW_FIRST_VALUE, 1, 1, { TYPE_ANY }, TYPE_ANY },
	{ "last_value", WINDOW_LAST_VALUE, 1, 1, { TYPE_ANY }, TYPE_ANY },
	{ "nth_value", WINDOW_NTH_VALUE, 2, 2, { TYPE_ANY, TYPE_INT4 },
	    TYPE_ANY },
};

static const struct window_function *
find_function(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(window_functions); i++)
		if (str_equal(name, str_of_cstr(window_functions[i].name)))
			return &window_functions[i];
	return NULL;
}

bool
is_window_function(struct str name)
{
	return find_function(name) != NULL;
}

/* The arguments as the function takes them. */
static int
coerce_function_args(struct binder *binder, const struct window_function *f,
    struct expr **args, uint32_t count, int location, struct error *err)
{
	struct expr *same[WINDOW_ARGS_MAX];
	struct type type = type_of(TYPE_TEXT);
	uint32_t same_count = 0;
	int rc = 0;

	if (count < f->arg_min || count > f->arg_max)
		return function_error(binder, str_of_cstr(f->name), args, count,
		    location, false, err);
	for (uint32_t i = 0; i < count; i++)
		if (f->args[i] == TYPE_ANY)
			same[same_count++] = args[i];
	if (same_count > 0)
		rc = common_type(binder, same, same_count, f->name, &type, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct type wanted = type_of(f->args[i]);

		if (f->args[i] == TYPE_ANY)
			rc = coerce_common(binder, &args[i], &type, f->name,
			    err);
		else if (can_coerce(&args[i]->type, &wanted, CAST_IMPLICIT))
			rc = coerce(binder, &args[i], &wanted, CAST_IMPLICIT,
			    err);
		else
			rc = function_error(binder, str_of_cstr(f->name), args,
			    count, location, false, err);
	}
	return rc;
}

static int
resolve_call(struct binder *binder, const struct ast_expr *ast, struct str name,
    struct expr **args, struct window_spec *spec, struct type *type,
    struct error *err)
{
	const struct window_function *f = find_function(name);
	const struct aggregate *aggregate = NULL;
	uint32_t count = ast->call.args.count;
	int rc;

	spec->arg_count = count;
	if (f != NULL) {
		spec->kind = f->kind;
		rc = coerce_function_args(binder, f, args, count, ast->location,
		    err);
		if (rc == 0)
			*type = f->result == TYPE_ANY ? args[0]->type
						      : type_of(f->result);
		return rc;
	}
	spec->kind = WINDOW_AGGREGATE;
	spec->agg = AGG_COUNT_STAR;
	*type = type_of(TYPE_INT8);
	if (ast->call.has_star)
		return 0;
	rc = resolve_aggregate(binder, name, args, count, ast->location,
	    &aggregate, type, err);
	if (rc != 0)
		return rc;
	if (agg_is_ordered_set(aggregate->kind))
		return within_group_error(name, ast->location, err);
	spec->agg = aggregate->kind;
	return 0;
}

/* ---- what may not be ---- */

static int
check_place(const struct scope *scope, int location, struct error *err)
{
	if (scope->in_aggregate)
		return error_at(err, location, STELE_E_GROUPING,
		    "aggregate function calls cannot contain window function"
		    " calls");
	if (scope->in_window && scope->windows != NULL)
		return error_at(err, location, STELE_E_WINDOWING,
		    "window function calls cannot be nested");
	if (scope->windows == NULL)
		return error_at(err, location, STELE_E_WINDOWING,
		    "window functions are not allowed in %s",
		    bind_place_name(scope->place));
	return 0;
}

static int
check_form(const struct ast_expr *ast, struct str name, struct error *err)
{
	const struct ast_call *call = &ast->call;
	const char *what = NULL;

	if (call->within_group.count > 0)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "OVER is not supported for ordered-set aggregate %.*s",
		    STR_FMT(name));
	if (call->is_distinct)
		what = "DISTINCT is not implemented for window functions";
	else if (call->order_by.count > 0)
		what = "aggregate ORDER BY is not implemented for window"
		       " functions";
	else if (call->filter != NULL && is_window_function(name))
		what = "FILTER is not implemented for non-aggregate window"
		       " functions";
	if (what != NULL)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED, "%s", what);
	if (!is_window_function(name) && aggregate_next(name, NULL) == NULL)
		return error_at(err, ast->location, STELE_E_WRONG_OBJECT_TYPE,
		    "OVER specified, but %.*s is not a window function nor an"
		    " aggregate function",
		    STR_FMT(name));
	return 0;
}

/* ---- the window ---- */

static int
find_window(const struct ast_select *select, struct str name, int location,
    const struct ast_window **out, struct error *err)
{
	for (uint32_t i = 0; i < select->window_count; i++) {
		*out = select->windows[i];
		if (str_equal((*out)->name, name))
			return 0;
	}
	return error_at(err, location, STELE_E_UNDEFINED_OBJECT,
	    "window \"%.*s\" does not exist", STR_FMT(name));
}

/* A definition with what it copies from the ones it refers to. */
static int
resolve_window(const struct ast_select *select, const struct ast_window *window,
    struct ast_window *out, struct error *err)
{
	const struct ast_window *named;
	struct ast_window base;
	int rc;

	*out = *window;
	if (window->ref_name.len == 0)
		return 0;
	rc = find_window(select, window->ref_name, window->location, &named,
	    err);
	if (rc == 0)
		rc = resolve_window(select, named, &base, err);
	if (rc != 0)
		return rc;
	if (window->partition_by.count > 0)
		return error_at(err, window->location, STELE_E_WINDOWING,
		    "cannot override PARTITION BY clause of window \"%.*s\"",
		    STR_FMT(window->ref_name));
	if (window->order_by.count > 0 && base.order_by.count > 0)
		return error_at(err, window->location, STELE_E_WINDOWING,
		    "cannot override ORDER BY clause of window \"%.*s\"",
		    STR_FMT(window->ref_name));
	if (base.has_frame)
		return error_at(err, window->location, STELE_E_WINDOWING,
		    "cannot copy window \"%.*s\" because it has a frame"
		    " clause",
		    STR_FMT(window->ref_name));
	out->partition_by = base.partition_by;
	if (base.order_by.count > 0)
		out->order_by = base.order_by;
	return 0;
}

static int
window_of_call(const struct ast_select *select, const struct ast_window *over,
    struct ast_window *out, struct error *err)
{
	const struct ast_window *named;
	int rc;

	if (over->name.len == 0)
		return resolve_window(select, over, out, err);
	rc = find_window(select, over->name, over->location, &named, err);
	return rc != 0 ? rc : resolve_window(select, named, out, err);
}

/* ---- its expressions ---- */

struct window_binder {
	struct binder *binder;
	struct scope *scope; /* inside the window */
	struct window_spec *spec;
	struct expr **exprs;
	uint32_t expr_count;
	struct type bound; /* RANGE with an offset: what the key becomes */
};

static int
add_key(struct window_binder *wb, const struct ast_expr *ast, struct error *err)
{
	struct expr **slot = &wb->exprs[wb->expr_count++];
	int rc = bind_value(wb->binder, wb->scope, ast, slot, err);

	if (rc == 0)
		rc = coerce_unknown(wb->binder, slot, err);
	return rc != 0
	    ? rc
	    : need_ordering(wb->binder, &(*slot)->type, ast->location, err);
}

static int
add_keys(struct window_binder *wb, const struct ast_window *window,
    struct error *err)
{
	struct window_spec *spec = wb->spec;
	int rc = 0;

	for (uint32_t i = 0; i < window->partition_by.count && rc == 0; i++)
		rc = add_key(wb, window->partition_by.items[i], err);
	spec->partition_count = window->partition_by.count;
	spec->order_count = window->order_by.count;
	spec->order = arena_zalloc(wb->binder->arena,
	    ((size_t)spec->order_count + 1) * sizeof(*spec->order));
	for (uint32_t i = 0; i < spec->order_count && rc == 0; i++) {
		const struct ast_sort *sort = &window->order_by.items[i];

		rc =
		    bind_sort_direction(wb->binder, sort, &spec->order[i], err);
		if (rc == 0)
			rc = add_key(wb, sort->expr, err);
	}
	return rc;
}

static int
check_no_variables(struct window_binder *wb, const struct expr *offset,
    const struct ast_expr *ast, const char *mode, struct error *err)
{
	struct column_set columns;

	column_set_init(&columns, wb->binder->arena);
	column_set_add_expr(&columns, offset);
	if (columns.count == 0)
		return 0;
	return error_at(err, ast->location, STELE_E_INVALID_COLUMN_REFERENCE,
	    "argument of %s must not contain variables", mode);
}

/* How many rows or groups: a bigint without variables. */
static int
add_count(struct window_binder *wb, const struct ast_expr *ast,
    const char *mode, struct error *err)
{
	struct expr **slot = &wb->exprs[wb->expr_count++];
	const struct type int8 = type_of(TYPE_INT8);
	int rc;

	rc = bind_expr(wb->binder, wb->scope, ast, slot, err);
	if (rc == 0)
		rc = check_no_variables(wb, *slot, ast, mode, err);
	if (rc != 0)
		return rc;
	if (!can_coerce(&(*slot)->type, &int8, CAST_IMPLICIT))
		return error_at(err, ast->location, STELE_E_DATATYPE_MISMATCH,
		    "argument of %s must be type bigint, not type %s", mode,
		    type_text(wb->binder, &(*slot)->type));
	return coerce(wb->binder, slot, &int8, CAST_IMPLICIT, err);
}

/* RANGE: what bounds and offsets are, by the type of the key. */
struct range_type {
	uint32_t key;
	uint32_t bound;
	uint32_t offset;
};

static const struct range_type range_types[] = {
	{ TYPE_INT2, TYPE_INT8, TYPE_INT8 },
	{ TYPE_INT4, TYPE_INT8, TYPE_INT8 },
	{ TYPE_INT8, TYPE_INT8, TYPE_INT8 },
	{ TYPE_FLOAT4, TYPE_FLOAT8, TYPE_FLOAT8 },
	{ TYPE_FLOAT8, TYPE_FLOAT8, TYPE_FLOAT8 },
	{ TYPE_NUMERIC, TYPE_NUMERIC, TYPE_NUMERIC },
	{ TYPE_DATE, TYPE_TIMESTAMP, TYPE_INTERVAL },
	{ TYPE_TIME, TYPE_TIME, TYPE_INTERVAL },
	{ TYPE_TIMESTAMP, TYPE_TIMESTAMP, TYPE_INTERVAL },
	{ TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, TYPE_INTERVAL },
	{ TYPE_INTERVAL, TYPE_INTERVAL, TYPE_INTERVAL },
};

static const struct range_type *
find_range_type(const struct type *key)
{
	for (uint32_t i = 0; i < ARRAY_LEN(range_types); i++)
		if (range_types[i].key == key->oid)
			return &range_types[i];
	return NULL;
}

static const struct expr *
range_key(const struct window_binder *wb)
{
	const struct window_spec *spec = wb->spec;

	return wb
	    ->exprs[spec->arg_count + spec->has_filter + spec->partition_count];
}

/* A literal is read as the key is, where that is an integer. */
static int
coerce_distance(struct window_binder *wb, const struct range_type *range,
    const struct ast_expr *ast, struct expr **slot, struct error *err)
{
	const struct type *key = &range_key(wb)->type;
	const struct type type = type_of(range->offset);
	int rc = 0;

	if (!can_coerce(&(*slot)->type, &type, CAST_IMPLICIT)) {
		(void)error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "RANGE with offset PRECEDING/FOLLOWING is not supported for"
		    " column type %s and offset type %s",
		    type_text(wb->binder, key),
		    type_text(wb->binder, &(*slot)->type));
		return error_hint(err,
		    "Cast the offset value to an appropriate type.");
	}
	if ((*slot)->type.oid == TYPE_UNKNOWN && type.oid == TYPE_INT8)
		rc = coerce(wb->binder, slot, key, CAST_IMPLICIT, err);
	return rc != 0 ? rc
		       : coerce(wb->binder, slot, &type, CAST_IMPLICIT, err);
}

/* RANGE: how far from the key of the order, without variables. */
static int
add_distance(struct window_binder *wb, const struct ast_window *window,
    const struct ast_expr *ast, struct error *err)
{
	struct expr **slot = &wb->exprs[wb->expr_count++];
	const struct range_type *range;
	int rc;

	if (wb->spec->order_count != 1)
		return error_at(err, window->location, STELE_E_WINDOWING,
		    "RANGE with offset PRECEDING/FOLLOWING requires exactly"
		    " one ORDER BY column");
	rc = bind_expr(wb->binder, wb->scope, ast, slot, err);
	if (rc != 0)
		return rc;
	range = find_range_type(&range_key(wb)->type);
	if (range == NULL)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "RANGE with offset PRECEDING/FOLLOWING is not supported for"
		    " column type %s",
		    type_text(wb->binder, &range_key(wb)->type));
	wb->bound = type_of(range->bound);
	rc = coerce_distance(wb, range, ast, slot, err);
	return rc != 0 ? rc : check_no_variables(wb, *slot, ast, "RANGE", err);
}

static int
add_offset(struct window_binder *wb, const struct ast_window *window,
    const struct ast_expr *ast, bool *has_offset, struct error *err)
{
	if (ast == NULL)
		return 0;
	*has_offset = true;
	switch (window->mode) {
	case AST_FRAME_ROWS:
		return add_count(wb, ast, "ROWS", err);
	case AST_FRAME_GROUPS:
		return add_count(wb, ast, "GROUPS", err);
	case AST_FRAME_RANGE:
		break;
	}
	return add_distance(wb, window, ast, err);
}

/* The key as what bounds are. */
static int
add_range_key(struct window_binder *wb, struct error *err)
{
	const struct expr *key = range_key(wb);
	struct expr **slot = &wb->exprs[wb->expr_count++];

	wb->spec->has_range_key = true;
	*slot = expr_copy(wb->binder->arena, key);
	return coerce(wb->binder, slot, &wb->bound, CAST_IMPLICIT, err);
}

static int
add_frame(struct window_binder *wb, const struct ast_window *window,
    struct error *err)
{
	static const enum frame_mode modes[] = {
		[AST_FRAME_RANGE] = FRAME_RANGE,
		[AST_FRAME_ROWS] = FRAME_ROWS,
		[AST_FRAME_GROUPS] = FRAME_GROUPS,
	};
	static const enum frame_bound bounds[] = {
		[AST_UNBOUNDED_PRECEDING] = FRAME_UNBOUNDED_PRECEDING,
		[AST_OFFSET_PRECEDING] = FRAME_PRECEDING,
		[AST_CURRENT_ROW] = FRAME_CURRENT_ROW,
		[AST_OFFSET_FOLLOWING] = FRAME_FOLLOWING,
		[AST_UNBOUNDED_FOLLOWING] = FRAME_UNBOUNDED_FOLLOWING,
	};
	static const enum frame_exclude excludes[] = {
		[AST_EXCLUDE_NONE] = FRAME_EXCLUDE_NONE,
		[AST_EXCLUDE_CURRENT_ROW] = FRAME_EXCLUDE_CURRENT_ROW,
		[AST_EXCLUDE_GROUP] = FRAME_EXCLUDE_GROUP,
		[AST_EXCLUDE_TIES] = FRAME_EXCLUDE_TIES,
	};
	struct window_spec *spec = wb->spec;
	uint32_t first_offset = wb->expr_count;
	int rc;

	spec->frame = (struct window_frame){ .mode = FRAME_RANGE,
		.start = FRAME_UNBOUNDED_PRECEDING,
		.end = FRAME_CURRENT_ROW };
	if (!window->has_frame)
		return 0;
	spec->frame.mode = modes[window->mode];
	spec->frame.start = bounds[window->start];
	spec->frame.end = bounds[window->end];
	spec->frame.exclude = excludes[window->exclude];
	if (window->mode == AST_FRAME_GROUPS && spec->order_count == 0)
		return error_at(err, window->location, STELE_E_WINDOWING,
		    "GROUPS mode requires an ORDER BY clause");
	rc = add_offset(wb, window, window->start_offset,
	    &spec->has_start_offset, err);
	if (rc == 0)
		rc = add_offset(wb, window, window->end_offset,
		    &spec->has_end_offset, err);
	if (rc != 0 || window->mode != AST_FRAME_RANGE ||
	    wb->expr_count == first_offset)
		return rc;
	return add_range_key(wb, err);
}

/* ---- a call ---- */

int
bind_window_call(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct ast_call *call = &ast->call;
	struct str name = ast_name_last(&call->name);
	struct window_spec *spec = arena_zalloc(binder->arena, sizeof(*spec));
	struct scope inner = *scope;
	struct window_binder wb = { .binder = binder,
		.scope = &inner,
		.spec = spec };
	struct ast_window window;
	struct type type = type_of(TYPE_INT8);
	bool is_again; /* what WINDOW says is bound at each of its names */
	int rc;

	rc = check_place(scope, ast->location, err);
	if (rc == 0)
		rc = check_form(ast, name, err);
	if (rc == 0)
		rc = window_of_call(scope->windows->select, call->over, &window,
		    err);
	if (rc != 0)
		return rc;
	inner.in_window = true;
	wb.exprs = arena_alloc_array(binder->arena,
	    (size_t)call->args.count + window.partition_by.count +
		window.order_by.count + 4,
	    sizeof(*wb.exprs));
	for (uint32_t i = 0; i < call->args.count && rc == 0; i++)
		rc = bind_expr(binder, &inner, call->args.items[i],
		    &wb.exprs[wb.expr_count++], err);
	if (rc == 0)
		rc =
		    resolve_call(binder, ast, name, wb.exprs, spec, &type, err);
	if (rc == 0 && call->filter != NULL) {
		spec->has_filter = true;
		rc = bind_condition(binder, &inner, call->filter, "FILTER",
		    &wb.exprs[wb.expr_count++], err);
	}
	inner.place = PLACE_WINDOW;
	inner.windows = NULL;
	is_again = call->over->name.len > 0 || call->over->ref_name.len > 0;
	binder->copy_depth += is_again;
	if (rc == 0)
		rc = add_keys(&wb, &window, err);
	if (rc == 0)
		rc = add_frame(&wb, &window, err);
	binder->copy_depth -= is_again;
	if (rc != 0)
		return rc;
	scope->windows->is_used = true;
	*out = expr_new(binder->arena, EXPR_WINDOW, type, ast->location,
	    wb.expr_count);
	for (uint32_t i = 0; i < wb.expr_count; i++)
		(*out)->args[i] = wb.exprs[i];
	(*out)->window = spec;
	return derive_call_collation(*out, wb.exprs, call->args.count, err);
}

bool
window_spec_equal(const struct window_spec *a, const struct window_spec *b)
{
	if (a->kind != b->kind || a->agg != b->agg ||
	    a->arg_count != b->arg_count || a->has_filter != b->has_filter ||
	    a->partition_count != b->partition_count ||
	    a->order_count != b->order_count ||
	    a->frame.mode != b->frame.mode ||
	    a->frame.start != b->frame.start || a->frame.end != b->frame.end ||
	    a->frame.exclude != b->frame.exclude ||
	    a->has_start_offset != b->has_start_offset ||
	    a->has_end_offset != b->has_end_offset)
		return false;
	for (uint32_t i = 0; i < a->order_count; i++)
		if (a->order[i].is_descending != b->order[i].is_descending ||
		    a->order[i].nulls_first != b->order[i].nulls_first)
			return false;
	return true;
}

/* ---- relations ---- */

/* Each is an operator above the last one, with its rows. */
#define WINDOWS_MAX 1000

/* A window, and its room for calls. */
struct made_window {
	struct rel *rel;
	uint32_t call_capacity;
	uint32_t type_capacity;
};

struct window_maker {
	struct binder *binder;
	struct made_window *items;
	uint32_t count;
	uint32_t capacity;
};

/* Those behind `count` others; a call may have none at all. */
static struct expr **
args_behind(const struct expr *expr, uint32_t count)
{
	return count == 0 ? expr->args : expr->args + count;
}

static uint32_t
key_index(const struct window_spec *spec)
{
	return spec->arg_count + spec->has_filter;
}

static struct expr **
keys_of(const struct expr *expr)
{
	return args_behind(expr, key_index(expr->window));
}

static bool
is_same_window(const struct rel *rel, const struct expr *expr)
{
	const struct window_spec *spec = expr->window;
	struct expr **keys = keys_of(expr);

	if (rel->window.partition_count != spec->partition_count ||
	    rel->window.order_count != spec->order_count)
		return false;
	for (uint32_t i = 0; i < spec->partition_count; i++)
		if (!expr_equal(rel->window.partition[i], keys[i]))
			return false;
	for (uint32_t i = 0; i < spec->order_count; i++) {
		const struct order_key *order = &rel->window.order[i];

		if (!expr_equal(order->key, keys[spec->partition_count + i]) ||
		    order->is_descending != spec->order[i].is_descending ||
		    order->nulls_first != spec->order[i].nulls_first)
			return false;
	}
	return true;
}

static struct made_window *
new_window(struct window_maker *maker, const struct expr *expr)
{
	const struct window_spec *spec = expr->window;
	struct arena *arena = maker->binder->arena;
	struct rel *rel = rel_new(maker->binder, REL_WINDOW, NULL, 0);

	rel->window.partition = keys_of(expr);
	rel->window.partition_count = spec->partition_count;
	rel->window.order_count = spec->order_count;
	rel->window.order = arena_alloc_array(arena,
	    (size_t)spec->order_count + 1, sizeof(*rel->window.order));
	for (uint32_t i = 0; i < spec->order_count; i++)
		rel->window.order[i] = (struct order_key){
			.key = keys_of(expr)[spec->partition_count + i],
			.is_descending = spec->order[i].is_descending,
			.nulls_first = spec->order[i].nulls_first,
		};
	maker->items = arena_grow(arena, maker->items, maker->count,
	    &maker->capacity, sizeof(*maker->items));
	maker->items[maker->count] = (struct made_window){ .rel = rel };
	return &maker->items[maker->count++];
}

static struct made_window *
window_of(struct window_maker *maker, const struct expr *expr)
{
	for (uint32_t i = 0; i < maker->count; i++)
		if (is_same_window(maker->items[i].rel, expr))
			return &maker->items[i];
	return new_window(maker, expr);
}

static void
set_call(struct window_call *call, const struct expr *expr)
{
	const struct window_spec *spec = expr->window;
	struct expr **at = args_behind(expr,
	    key_index(spec) + spec->partition_count + spec->order_count);

	*call = (struct window_call){ .kind = spec->kind };
	call->type = expr->type;
	call->frame = spec->frame;
	if (spec->kind == WINDOW_AGGREGATE) {
		call->agg.kind = spec->agg;
		call->agg.type = expr->type;
		call->agg.location = expr->location;
		call->agg.arg = spec->arg_count > 0 ? expr->args[0] : NULL;
		call->agg.second = spec->arg_count > 1 ? expr->args[1] : NULL;
		call->agg.filter =
		    spec->has_filter ? expr->args[spec->arg_count] : NULL;
	} else {
		for (uint32_t i = 0; i < spec->arg_count; i++)
			call->args[i] = expr->args[i];
	}
	if (spec->has_start_offset)
		call->frame.start_offset = *at++;
	if (spec->has_end_offset)
		call->frame.end_offset = *at++;
	if (spec->has_range_key)
		call->frame.range_key = *at;
}

/* The number of its column. */
static uint32_t
add_call(struct window_maker *maker, struct made_window *made,
    const struct expr *expr)
{
	struct arena *arena = maker->binder->arena;
	struct rel *rel = made->rel;
	uint32_t column = rel->window.call_count++;

	rel->window.calls = arena_grow(arena, rel->window.calls, column,
	    &made->call_capacity, sizeof(*rel->window.calls));
	rel->types = arena_grow(arena, rel->types, column, &made->type_capacity,
	    sizeof(*rel->types));
	set_call(&rel->window.calls[column], expr);
	rel->types[column] = expr->type;
	rel->column_count = rel->window.call_count;
	return column;
}

/* Each window call becomes a column of its window. */
static int
replace(struct window_maker *maker, struct expr **slot, struct error *err)
{
	struct expr *expr = *slot;
	struct made_window *made;
	int rc = 0;

	if (expr->kind != EXPR_WINDOW) {
		struct expr *copy = expr_copy(maker->binder->arena, expr);

		for (uint32_t i = 0; i < copy->arg_count && rc == 0; i++)
			rc = replace(maker, &copy->args[i], err);
		*slot = copy;
		return rc;
	}
	made = window_of(maker, expr);
	if (maker->count > WINDOWS_MAX)
		return error_at(err, expr->location, STELE_E_TOO_COMPLEX,
		    "a query can have at most %d different windows",
		    WINDOWS_MAX);
	*slot = expr_column(maker->binder->arena, expr->type, expr->location,
	    made->rel->id, add_call(maker, made, expr));
	return 0;
}

int
select_windows(struct binder *binder, struct select_state *state,
    struct error *err)
{
	struct window_maker maker = { .binder = binder };
	int rc = 0;

	for (uint32_t i = 0; i < state->targets.count && rc == 0; i++)
		rc = replace(&maker, &state->targets.items[i].expr, err);
	for (uint32_t i = 0; i < maker.count; i++) {
		maker.items[i].rel->input = state->rel;
		state->rel = maker.items[i].rel;
	}
	return rc;
}
