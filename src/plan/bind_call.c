/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_call.c -- operators, functions, aggregates, and what only looks like a
 * function: facts of the session, casts by a type's name.
 */
#include <assert.h>

#include "common/must.h"
#include "plan/bind.h"
#include "plan/column_set.h"
#include "plan/names.h"
#include "plan/polymorphic.h"
#include "plan/set_function.h"
#include "sql/ast_words.h"
#include "types/array.h"

#define CANDIDATES_MAX 96

/* ---- errors ---- */

/* "length(integer, unknown)", "make_interval(days => integer)" */
static struct str
signature(struct binder *binder, struct str name, const struct call_form *form,
    struct expr **args, uint32_t arg_count)
{
	struct str text = arena_printf(binder->arena, "%.*s(", STR_FMT(name));

	for (uint32_t i = 0; i < arg_count; i++) {
		struct str arg = call_form_name(form, i);

		text = arena_printf(binder->arena, "%.*s%s%.*s%s%s",
		    STR_FMT(text), i == 0 ? "" : ", ", STR_FMT(arg),
		    arg.len > 0 ? " => " : "",
		    type_text(binder, &args[i]->type));
	}
	return arena_printf(binder->arena, "%.*s)", STR_FMT(text));
}

/* 42883, or 42725 if it is ambiguous. */
static int
call_error(struct binder *binder, struct str name, const struct call_form *form,
    struct expr **args, uint32_t arg_count, int location, bool is_ambiguous,
    struct error *err)
{
	struct str text = signature(binder, name, form, args, arg_count);

	if (is_ambiguous) {
		error_at(err, location, STELE_E_AMBIGUOUS_FUNCTION,
		    "function %.*s is not unique", STR_FMT(text));
		return error_hint(err,
		    "Could not choose a best candidate function. You might"
		    " need to add explicit type casts.");
	}
	error_at(err, location, STELE_E_UNDEFINED_FUNCTION,
	    "function %.*s does not exist", STR_FMT(text));
	return error_hint(err,
	    "No function matches the given name and argument types. You might"
	    " need to add explicit type casts.");
}

int
function_error(struct binder *binder, struct str name, struct expr **args,
    uint32_t arg_count, int location, bool is_ambiguous, struct error *err)
{
	return call_error(binder, name, NULL, args, arg_count, location,
	    is_ambiguous, err);
}

static int
operator_error(struct binder *binder, struct str name, struct expr **args,
    uint32_t arg_count, int location, bool is_ambiguous, struct error *err)
{
	const char *left =
	    arg_count == 2 ? type_text(binder, &args[0]->type) : "";
	const char *right = type_text(binder, &args[arg_count - 1]->type);
	const char *space = arg_count == 2 ? " " : "";

	if (is_ambiguous) {
		error_at(err, location, STELE_E_AMBIGUOUS_FUNCTION,
		    "operator is not unique: %s%s%.*s %s", left, space,
		    STR_FMT(name), right);
		return error_hint(err,
		    "Could not choose a best candidate operator. You might"
		    " need to add explicit type casts.");
	}
	error_at(err, location, STELE_E_UNDEFINED_FUNCTION,
	    "operator does not exist: %s%s%.*s %s", left, space, STR_FMT(name),
	    right);
	if (arg_count == 1)
		return error_hint(err,
		    "No operator matches the given name and argument type. You"
		    " might need to add an explicit type cast.");
	return error_hint(err,
	    "No operator matches the given name and argument types. You might"
	    " need to add explicit type casts.");
}

/* ---- functions and operators ---- */

static void
arg_types_of(struct expr **args, uint32_t arg_count, struct type *types)
{
	for (uint32_t i = 0; i < arg_count; i++)
		types[i] = args[i]->type;
}

/*
 * Make the arguments those that the candidate declares, and find what its
 * result, by declaration, is in this call.
 */
static int
coerce_args(struct binder *binder, const struct candidate *candidate,
    struct expr **args, uint32_t arg_count, uint32_t declared,
    struct type *result, struct error *err)
{
	struct type types[CALL_ARGS_MAX] = { 0 };
	struct polymorph polymorph;

	arg_types_of(args, arg_count, types);
	MUST(polymorph_find(candidate, types, arg_count, &polymorph));
	*result = polymorph_type(&polymorph, declared);
	if (result->oid == 0 && declared == TYPE_ANYARRAY &&
	    type_is_array(&polymorph.element))
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "could not find array type for data type %s",
		    type_text(binder, &polymorph.element));
	for (uint32_t i = 0; i < arg_count; i++) {
		struct type to =
		    polymorph_type(&polymorph, candidate_arg(candidate, i));
		int rc;

		if (to.oid == 0)
			return error_set(err, STELE_E_DATATYPE_MISMATCH,
			    "could not determine polymorphic type because input"
			    " has type unknown");
		rc = coerce(binder, &args[i], &to, CAST_IMPLICIT, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* All that have the name of a call. */
struct candidates {
	struct candidate items[CANDIDATES_MAX];
	uint32_t count;
};

/* The tables that they come from are ours: none has so many of one name. */
static void
add_candidate(struct candidates *all, const struct candidate *candidate)
{
	MUST(all->count < CANDIDATES_MAX);
	all->items[all->count++] = *candidate;
}

/* The same, if a call of this form can be one of it. */
static void
add_fitting(struct binder *binder, struct candidates *all,
    const struct call_form *form, uint32_t arg_count,
    struct candidate candidate)
{
	if (candidate_fit(binder, &candidate, form, arg_count))
		add_candidate(all, &candidate);
}

static void
function_candidates(struct binder *binder, enum function_kind kind,
    struct str name, const struct call_form *form, uint32_t arg_count,
    struct candidates *out)
{
	const struct function *function = NULL;

	out->count = 0;
	while ((function = function_next(kind, name, function)) != NULL) {
		const struct function_params *params =
		    function_params(function->id);

		add_fitting(binder, out, form, arg_count,
		    (struct candidate){ .args = function->args,
			.arg_count = function->arg_count,
			.is_variadic = function->is_variadic,
			.arg_names = params == NULL ? "" : params->names,
			.defaults = params == NULL ? "" : params->defaults,
			.what = function });
	}
}

/* A call with one argument by the name of a type is a cast: int4(x). */
static bool
is_cast_call(enum function_kind kind, struct str name,
    const struct call_form *form, uint32_t arg_count, const struct expr *arg,
    struct type *target)
{
	if (kind != FUNCTION_PLAIN || arg_count != 1 ||
	    call_form_name(form, 0).len > 0)
		return false;
	*target = type_of(type_oid_of_name(name));
	return target->oid != 0 &&
	    can_coerce(&arg->type, target, CAST_EXPLICIT);
}

static int
bind_function_call(struct binder *binder, enum function_kind kind,
    struct str name, const struct call_form *form, struct expr **args,
    uint32_t arg_count, int location, struct expr **out, struct error *err)
{
	struct candidates candidates;
	const struct candidate *found = NULL;
	const struct function *function;
	struct type types[CALL_ARGS_MAX];
	enum resolve_result result;
	struct type target;
	struct type type;
	int rc;

	arg_types_of(args, arg_count, types);
	function_candidates(binder, kind, name, form, arg_count, &candidates);
	result = resolve_candidate(candidates.items, candidates.count, kind,
	    types, arg_count, &found);
	if (result == RESOLVE_NONE &&
	    is_cast_call(kind, name, form, arg_count, args[0], &target)) {
		*out = args[0];
		return coerce_explicit(binder, out, &target, location, err);
	}
	if (result != RESOLVE_FOUND && kind == FUNCTION_OPERATOR)
		return operator_error(binder, name, args, arg_count, location,
		    result == RESOLVE_AMBIGUOUS, err);
	if (result != RESOLVE_FOUND)
		return call_error(binder, name, form, args, arg_count, location,
		    result == RESOLVE_AMBIGUOUS, err);
	function = found->what;
	rc = coerce_args(binder, found, args, arg_count, function->result,
	    &type, err);
	if (rc != 0)
		return rc;
	*out = expr_new(binder->arena, EXPR_CALL, type, location,
	    candidate_param_count(found, arg_count));
	(*out)->function = function;
	binder_need_function(binder, function);
	(*out)->is_variadic = candidate_takes_array(found, form);
	if ((*out)->is_variadic && !type_is_array(&args[arg_count - 1]->type))
		return error_at(err, args[arg_count - 1]->location,
		    STELE_E_DATATYPE_MISMATCH,
		    "VARIADIC argument must be an array");
	return candidate_place_args(binder, found, args, arg_count,
	    (*out)->args, err);
}

int
bind_function(struct binder *binder, enum function_kind kind, struct str name,
    struct expr **args, uint32_t arg_count, int location, struct expr **out,
    struct error *err)
{
	return bind_function_call(binder, kind, name, NULL, args, arg_count,
	    location, out, err);
}

int
bind_operator(struct binder *binder, struct str name, struct expr *left,
    struct expr *right, int location, struct expr **out, struct error *err)
{
	struct expr *args[2] = { left, right };

	if (left == NULL)
		return bind_function(binder, FUNCTION_OPERATOR, name, &args[1],
		    1, location, out, err);
	return bind_function(binder, FUNCTION_OPERATOR, name, args, 2, location,
	    out, err);
}

/* ---- facts of the session ---- */

static const struct {
	const char *name;
	uint32_t arg_count;
	enum expr_fact fact;
	enum type_oid type;
} facts[] = {
	{ "version", 0, FACT_VERSION, TYPE_TEXT },
	{ "current_database", 0, FACT_DATABASE, TYPE_NAME },
	{ "current_schema", 0, FACT_SCHEMA, TYPE_NAME },
	{ "pg_backend_pid", 0, FACT_BACKEND_PID, TYPE_INT4 },
	{ "current_setting", 1, FACT_SETTING, TYPE_TEXT },
	{ "current_setting", 2, FACT_SETTING_OR_NULL, TYPE_TEXT },
};

bool
is_fact_function(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (str_equal(name, str_of_cstr(facts[i].name)))
			return true;
	return str_equal(name, STR("pg_typeof"));
}

static int
bind_fact(struct binder *binder, struct str name, struct expr **args,
    uint32_t arg_count, int location, struct expr **out, struct error *err)
{
	static const uint32_t arg_types[] = { TYPE_TEXT, TYPE_BOOL };

	*out = NULL;
	for (size_t f = 0; f < ARRAY_LEN(facts); f++) {
		if (facts[f].arg_count != arg_count ||
		    !str_equal(name, str_of_cstr(facts[f].name)))
			continue;
		assert(arg_count <= ARRAY_LEN(arg_types));
		*out = expr_new(binder->arena, EXPR_FACT,
		    type_of(facts[f].type), location, arg_count);
		(*out)->fact = facts[f].fact;
		for (uint32_t i = 0; i < arg_count; i++) {
			struct type type = type_of(arg_types[i]);
			int rc;

			if (!can_coerce(&args[i]->type, &type, CAST_IMPLICIT))
				return function_error(binder, name, args,
				    arg_count, location, false, err);
			rc =
			    coerce(binder, &args[i], &type, CAST_IMPLICIT, err);
			if (rc != 0)
				return rc;
			(*out)->args[i] = args[i];
		}
		return 0;
	}
	return 0;
}

static struct expr *
bind_typeof(struct binder *binder, struct expr *arg, int location)
{
	struct expr *expr = expr_new(binder->arena, EXPR_TYPEOF,
	    type_of(TYPE_REGTYPE), location, 1);

	expr->args[0] = arg;
	expr->value.i64 = arg->type.oid;
	return expr;
}

int
bind_value_function(struct binder *binder, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	struct type target = type_of(TYPE_TIMESTAMPTZ);
	enum expr_fact fact = FACT_USER;
	int rc;

	switch (ast->value.fn) {
	case AST_CURRENT_DATE:
		target.oid = TYPE_DATE;
		break;
	case AST_CURRENT_TIMESTAMP:
		break;
	case AST_LOCALTIME:
		target.oid = TYPE_TIME;
		break;
	case AST_LOCALTIMESTAMP:
		target.oid = TYPE_TIMESTAMP;
		break;
	case AST_CURRENT_TIME:
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "CURRENT_TIME is not supported: there is no type time with"
		    " time zone");
	case AST_SESSION_USER:
		fact = FACT_SESSION_USER;
		goto fact;
	case AST_CURRENT_CATALOG:
		fact = FACT_DATABASE;
		goto fact;
	case AST_CURRENT_SCHEMA:
		fact = FACT_SCHEMA;
		goto fact;
	case AST_CURRENT_ROLE:
	case AST_CURRENT_USER:
	case AST_USER:
		goto fact;
	}
	rc = bind_function(binder, FUNCTION_PLAIN, STR("now"), NULL, 0,
	    ast->location, out, err);
	if (rc != 0)
		return rc;
	if (ast->value.precision >= 0)
		target.mod =
		    ast->value.precision > 6 ? 6 : ast->value.precision;
	return coerce(binder, out, &target, CAST_EXPLICIT, err);
fact:
	*out = expr_new(binder->arena, EXPR_FACT, type_of(TYPE_NAME),
	    ast->location, 0);
	(*out)->fact = fact;
	return 0;
}

/* ---- aggregates ---- */

static const char *const place_name[PLACE_COUNT] = {
	[PLACE_SELECT] = "SELECT",
	[PLACE_FROM_SUBQUERY] = "FROM clause of their own query level",
	[PLACE_FROM_FUNCTION] = "functions in FROM",
	[PLACE_JOIN_ON] = "JOIN conditions",
	[PLACE_WHERE] = "WHERE",
	[PLACE_GROUP_BY] = "GROUP BY",
	[PLACE_HAVING] = "HAVING",
	[PLACE_ORDER_BY] = "ORDER BY",
	[PLACE_LIMIT] = "LIMIT",
	[PLACE_OFFSET] = "OFFSET",
	[PLACE_VALUES] = "VALUES",
	[PLACE_RETURNING] = "RETURNING",
	[PLACE_DEFAULT] = "DEFAULT expressions",
	[PLACE_CHECK] = "check constraints",
	[PLACE_COPY_WHERE] = "COPY FROM WHERE conditions",
	[PLACE_UPDATE] = "UPDATE",
	[PLACE_STORE] = "STORE",
	[PLACE_EXECUTE] = "EXECUTE parameters",
	[PLACE_FILTER] = "FILTER",
	[PLACE_WINDOW] = "window definitions",
};

static const char *const foreign_aggregates[] = { "xmlagg", "range_agg" };

const char *
bind_place_name(enum bind_place place)
{
	return place_name[place];
}

static bool
is_foreign_aggregate(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign_aggregates); i++) {
		if (str_equal(name, str_of_cstr(foreign_aggregates[i])))
			return true;
	}
	return false;
}

/*
 * The query that an aggregate belongs to: the innermost one whose columns its
 * arguments name, as PostgreSQL has it; the one it stands in if there is none.
 */
static struct scope *
aggregate_scope(const struct binder *binder, struct scope *scope,
    const struct column_set *columns)
{
	for (struct scope *at = scope; at != NULL; at = at->outer) {
		for (uint32_t i = 0; i < columns->count; i++) {
			const struct range *range =
			    binder_range_of(binder, columns->items[i].rel);

			if (range != NULL && range->scope_id == at->id)
				return at;
		}
	}
	return scope;
}

static int
check_aggregate_place(const struct scope *scope, int location,
    struct error *err)
{
	if (scope->in_aggregate)
		return error_at(err, location, STELE_E_GROUPING,
		    "aggregate function calls cannot be nested");
	if (scope->aggs == NULL)
		return error_at(err, location, STELE_E_GROUPING,
		    "aggregate functions are not allowed in %s",
		    place_name[scope->place]);
	return 0;
}

static uint32_t
agg_list_add(struct binder *binder, struct agg_list *list,
    const struct agg_call *call)
{
	list->items = arena_grow(binder->arena, list->items, list->count,
	    &list->capacity, sizeof(*list->items));
	list->items[list->count] = *call;
	return list->count++;
}

/* The one that fits the arguments; 42883 or 42725 if none does, or several. */
static int
choose_candidate(struct binder *binder, const struct candidates *candidates,
    struct str name, const struct call_form *form, struct expr **args,
    uint32_t arg_count, int location, const struct candidate **out,
    struct error *err)
{
	struct type types[CALL_ARGS_MAX];
	enum resolve_result result;

	arg_types_of(args, arg_count, types);
	result = resolve_candidate(candidates->items, candidates->count,
	    FUNCTION_PLAIN, types, arg_count, out);
	return result == RESOLVE_FOUND
	    ? 0
	    : call_error(binder, name, form, args, arg_count, location,
		  result == RESOLVE_AMBIGUOUS, err);
}

int
resolve_aggregate(struct binder *binder, struct str name, struct expr **args,
    uint32_t arg_count, int location, const struct aggregate **out,
    struct type *type, struct error *err)
{
	struct candidates candidates = { .count = 0 };
	const struct aggregate *aggregate = NULL;
	const struct candidate *found = NULL;
	int rc;

	while ((aggregate = aggregate_next(name, aggregate)) != NULL)
		add_candidate(&candidates,
		    &(struct candidate){ .args = aggregate->args,
			.arg_count = aggregate->arg_count,
			.what = aggregate });
	rc = choose_candidate(binder, &candidates, name, NULL, args, arg_count,
	    location, &found, err);
	if (rc != 0)
		return rc;
	*out = found->what;
	return coerce_args(binder, found, args, arg_count, (*out)->result, type,
	    err);
}

int
resolve_set_function(struct binder *binder, struct str name,
    const struct call_form *form, struct expr **args, uint32_t arg_count,
    int location, struct set_call *out, struct error *err)
{
	struct candidates candidates = { .count = 0 };
	const struct set_function *function = NULL;
	const struct candidate *found = NULL;
	struct expr *placed[CALL_ARGS_MAX];
	int rc;

	while ((function = set_function_next(name, function)) != NULL)
		add_fitting(binder, &candidates, form, arg_count,
		    (struct candidate){ .args = function->args,
			.arg_count = function->arg_count,
			.arg_names = function->arg_names == NULL
			    ? ""
			    : function->arg_names,
			.defaults = "",
			.what = function });
	rc = choose_candidate(binder, &candidates, name, form, args, arg_count,
	    location, &found, err);
	if (rc != 0)
		return rc;
	out->function = found->what;
	for (uint32_t i = 0; i < out->function->column_count && rc == 0; i++)
		rc = coerce_args(binder, found, args, arg_count,
		    out->function->columns[i].type, &out->types[i], err);
	if (rc == 0)
		rc = candidate_place_args(binder, found, args, arg_count,
		    placed, err);
	if (rc == 0 && arg_count > 0)
		memcpy(args, placed, arg_count * sizeof(struct expr *));
	return rc;
}

static int
bind_agg_filter(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct agg_call *agg, struct error *err)
{
	struct scope inner = *scope;

	if (ast->call.filter == NULL)
		return 0;
	inner.in_aggregate = true;
	inner.place = PLACE_FILTER;
	inner.sets = NULL;
	return bind_condition(binder, &inner, ast->call.filter, "FILTER",
	    &agg->filter, err);
}

/* What the call is: which aggregate, over what, in which order. */
static int
bind_agg_call(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct expr **args,
    uint32_t arg_count, struct agg_call *agg, struct error *err)
{
	const struct aggregate *aggregate = NULL;
	int rc;

	if (ast->call.has_star)
		return 0;
	rc = resolve_aggregate(binder, name, args, arg_count, ast->location,
	    &aggregate, &agg->type, err);
	if (rc != 0)
		return rc;
	if (agg_is_ordered_set(aggregate->kind))
		return within_group_error(name, ast->location, err);
	agg->kind = aggregate->kind;
	agg->arg = args[0];
	agg->second = arg_count > 1 ? args[1] : NULL;
	if (agg->is_distinct)
		rc = need_equality(binder, &args[0]->type, args[0]->location,
		    err);
	return rc != 0 ? rc
		       : bind_aggregate_order(binder, scope, &ast->call, args,
			     arg_count, agg, err);
}

static void
add_agg_columns(struct column_set *columns, const struct agg_call *agg)
{
	struct expr *const exprs[] = { agg->arg, agg->second, agg->filter };

	for (size_t i = 0; i < ARRAY_LEN(exprs); i++) {
		if (exprs[i] != NULL)
			column_set_add_expr(columns, exprs[i]);
	}
	for (uint32_t i = 0; i < agg->direct_count; i++)
		column_set_add_expr(columns, agg->direct[i]);
	for (uint32_t i = 0; i < agg->order_count; i++)
		column_set_add_expr(columns, agg->order[i].key);
}

static struct agg_call
new_aggregate(const struct ast_expr *ast)
{
	return (struct agg_call){ .kind = AGG_COUNT_STAR,
		.is_distinct = ast->call.is_distinct,
		.type = type_of(TYPE_INT8),
		.location = ast->location };
}

/* The filter of an aggregate, and the query whose it is. */
static int
place_aggregate(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct agg_call *agg, struct expr **out,
    struct error *err)
{
	struct column_set columns;
	struct scope *owner;
	int rc = bind_agg_filter(binder, scope, ast, agg, err);

	if (rc != 0)
		return rc;
	column_set_init(&columns, binder->arena);
	add_agg_columns(&columns, agg);
	owner = aggregate_scope(binder, scope, &columns);
	rc = check_aggregate_place(owner, ast->location, err);
	if (rc != 0)
		return rc;
	*out = expr_new(binder->arena, EXPR_AGG, agg->type, ast->location, 0);
	(*out)->agg.rel = owner->aggs->rel_id;
	(*out)->agg.index = agg_list_add(binder, owner->aggs, agg);
	return derive_aggregate_collation(*out, agg, err);
}

static int
bind_ordered_set(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct expr **out,
    struct error *err)
{
	struct agg_call agg = new_aggregate(ast);
	int rc = bind_within_group(binder, scope, ast, name, &agg, err);

	return rc != 0 ? rc
		       : place_aggregate(binder, scope, ast, &agg, out, err);
}

/* `args` are bound. */
static int
bind_aggregate(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct expr **args,
    uint32_t arg_count, struct expr **out, struct error *err)
{
	struct agg_call agg = new_aggregate(ast);
	int rc =
	    bind_agg_call(binder, scope, ast, name, args, arg_count, &agg, err);

	return rc != 0 ? rc
		       : place_aggregate(binder, scope, ast, &agg, out, err);
}

static int
bind_grouping(struct binder *binder, struct scope *scope, struct expr **args,
    uint32_t count, int location, struct expr **out, struct error *err)
{
	if (scope->aggs == NULL)
		return error_at(err, location, STELE_E_GROUPING,
		    "grouping operations are not allowed in %s",
		    place_name[scope->place]);
	if (count > 31)
		return error_at(err, location, STELE_E_TOO_MANY_ARGUMENTS,
		    "GROUPING must have fewer than 32 arguments");
	scope->aggs->has_grouping = true;
	*out = expr_new(binder->arena, EXPR_GROUPING, type_of(TYPE_INT4),
	    location, count);
	for (uint32_t i = 0; i < count; i++)
		(*out)->args[i] = args[i];
	return 0;
}

/* ---- calls ---- */

int
check_plain_call(const struct ast_expr *ast, struct str name, struct error *err)
{
	const struct ast_call *call = &ast->call;
	const char *what = NULL;

	if (call->is_distinct)
		what = "DISTINCT specified";
	else if (call->order_by.count > 0)
		what = "ORDER BY specified";
	else if (call->within_group.count > 0)
		what = "WITHIN GROUP specified";
	else if (call->filter != NULL)
		what = "FILTER specified";
	if (what != NULL)
		return error_at(err, ast->location, STELE_E_WRONG_OBJECT_TYPE,
		    "%s, but %.*s is not an aggregate function", what,
		    STR_FMT(name));
	return 0;
}

/* Whether the name alone, which may have its schema with it, is a function. */
static bool
is_function(struct str name)
{
	return function_next(FUNCTION_PLAIN, name, NULL) != NULL ||
	    set_function_next(name, NULL) != NULL;
}

/* What functions.def calls a function of a schema. */
static struct str
name_in_schema(struct binder *binder, uint32_t schema, struct str last)
{
	if (schema == SCHEMA_STELE)
		return arena_printf(binder->arena, "stele.%.*s", STR_FMT(last));
	if (schema == SCHEMA_INFORMATION)
		return arena_printf(binder->arena, "information_schema.%.*s",
		    STR_FMT(last));
	return schema == SCHEMA_PG_CATALOG ? last : STR("");
}

struct str
builtin_name(struct binder *binder, const struct ast_name *name)
{
	const struct search_path *path = names_path(binder->context);
	struct str last = ast_name_last(name);
	const struct schema *schema;

	if (memchr(last.data, '.', last.len) != NULL)
		return STR("");
	if (name->count > 1) {
		schema = schema_by_name(name->parts[name->count - 2]);
		return schema == NULL
		    ? STR("")
		    : name_in_schema(binder, schema->oid, last);
	}
	for (uint32_t i = 0; i < path->count; i++) {
		struct str found;

		if (path->schemas[i] == SCHEMA_PG_CATALOG)
			continue; /* what no other has is there */
		found = name_in_schema(binder, path->schemas[i], last);
		if (found.len > 0 && is_function(found) && !is_function(last))
			return found;
	}
	return last;
}

/* 3F000 for a schema that does not exist, 42883 for a function. */
static int
unknown_call(struct binder *binder, const struct ast_expr *ast,
    const struct call_form *form, struct expr **args, struct error *err)
{
	const struct ast_name *name = &ast->call.name;
	const struct schema *schema;
	int rc = names_check_database(binder->context, name, err);

	if (rc == 0 && name->count > 1)
		rc = names_schema(name, &schema, err);
	if (rc != 0)
		return error_position(err, ast->location);
	return call_error(binder, name_format(name, binder->arena), form, args,
	    ast->call.args.count, ast->location, false, err);
}

/* Neither an aggregate nor a window function; `args` are bound. */
static int
bind_plain_call(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct expr **args,
    struct expr **out, struct error *err)
{
	const struct call_form form = call_form_of(&ast->call);
	uint32_t count = ast->call.args.count;
	int rc;

	rc = check_plain_call(ast, name, err);
	if (rc != 0)
		return rc;
	if (count == 1 && str_equal(name, STR("pg_typeof"))) {
		*out = bind_typeof(binder, args[0], ast->location);
		return 0;
	}
	if (count == 1 && str_equal(name, STR("pg_collation_for")))
		return bind_collation_for(binder, args[0], ast->location, out,
		    err);
	if (set_function_next(name, NULL) != NULL)
		return bind_set_expr(binder, scope, name, &form, args, count,
		    ast->location, out, err);
	rc = form.names != NULL
	    ? 0
	    : bind_fact(binder, name, args, count, ast->location, out, err);
	if (rc != 0 || *out != NULL)
		return rc;
	return bind_function_call(binder, FUNCTION_PLAIN, name, &form, args,
	    count, ast->location, out, err);
}

int
bind_call(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct ast_call *call = &ast->call;
	struct str name = builtin_name(binder, &call->name);
	bool is_aggregate = aggregate_next(name, NULL) != NULL;
	struct expr *args[CALL_ARGS_MAX];
	const struct call_form form = call_form_of(call);
	struct scope inner = *scope;
	uint32_t count = call->args.count;
	int rc;

	*out = NULL;
	rc = check_call_form(ast, err);
	if (rc != 0)
		return rc;
	if (call->over != NULL && form.names == NULL)
		return bind_window_call(binder, scope, ast, out, err);
	if (call->within_group.count > 0 &&
	    (is_aggregate || is_hypothetical_set(name)))
		return bind_ordered_set(binder, scope, ast, name, out, err);
	if (count > 0 && is_hypothetical_set(name))
		return within_group_error(name, ast->location, err);
	if (is_window_function(name) && call->over == NULL)
		return error_at(err, ast->location, STELE_E_WINDOWING,
		    "window function %.*s requires an OVER clause",
		    STR_FMT(name));
	inner.in_aggregate |= is_aggregate;
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = bind_expr(binder, &inner, call->args.items[i], &args[i],
		    err);
	scope->has_lateral_use |= inner.has_lateral_use;
	if (rc != 0)
		return rc;
	if (name.len == 0 ||
	    (form.names != NULL && (is_aggregate || call->over != NULL)))
		return unknown_call(binder, ast, &form, args, err);
	if (call->has_star && !str_equal(name, STR("count")))
		return function_error(binder, name, args, 0, ast->location,
		    false, err);
	if (is_aggregate && count == 0 && !call->has_star)
		return error_at(err, ast->location, STELE_E_WRONG_OBJECT_TYPE,
		    "%.*s(*) must be used to call a parameterless aggregate"
		    " function",
		    STR_FMT(name));
	if (is_aggregate)
		return bind_aggregate(binder, scope, ast, name, args, count,
		    out, err);
	if (ast_is_grouping(&call->name))
		return bind_grouping(binder, scope, args, count, ast->location,
		    out, err);
	if (is_foreign_aggregate(name))
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "function %.*s is not supported", STR_FMT(name));
	return bind_plain_call(binder, scope, ast, name, args, out, err);
}
