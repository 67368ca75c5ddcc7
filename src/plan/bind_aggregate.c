/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_aggregate.c -- the order in which an aggregate takes its rows: ORDER BY
 * and DISTINCT in its parentheses, WITHIN GROUP behind them.
 */
#include "plan/bind.h"
#include "plan/order.h"

static int
bind_key(struct binder *binder, struct scope *scope,
    const struct ast_sort *sort, struct order_key *out, struct error *err)
{
	struct sort_key direction;
	int rc;

	rc = bind_sort_direction(binder, sort, &direction, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, sort->expr, &out->key, err);
	if (rc != 0)
		return rc;
	out->is_descending = direction.is_descending;
	out->nulls_first = direction.nulls_first;
	return 0;
}

static bool
has_key(const struct agg_call *agg, const struct expr *expr)
{
	for (uint32_t i = 0; i < agg->order_count; i++) {
		if (expr_equal(agg->order[i].key, expr))
			return true;
	}
	return false;
}

/* With DISTINCT, the keys are the arguments: those of ORDER BY come first. */
static int
add_argument_keys(struct binder *binder, struct expr **args, uint32_t count,
    const struct ast_sort_list *order_by, struct agg_call *agg,
    struct error *err)
{
	for (uint32_t i = 0; i < order_by->count; i++) {
		uint32_t a = 0;

		while (a < count && !expr_equal(agg->order[i].key, args[a]))
			a++;
		if (a == count)
			return error_at(err, order_by->items[i].expr->location,
			    STELE_E_INVALID_COLUMN_REFERENCE,
			    "in an aggregate with DISTINCT, ORDER BY"
			    " expressions must appear in argument list");
	}
	for (uint32_t a = 0; a < count; a++) {
		int rc;

		if (has_key(agg, args[a]))
			continue;
		rc = need_ordering(binder, &args[a]->type, args[a]->location,
		    err);
		if (rc != 0)
			return rc;
		agg->order[agg->order_count++] =
		    (struct order_key){ .key = args[a] };
	}
	return 0;
}

int
bind_aggregate_order(struct binder *binder, struct scope *scope,
    const struct ast_call *call, struct expr **args, uint32_t arg_count,
    struct agg_call *agg, struct error *err)
{
	bool is_sorted = call->order_by.count > 0 ||
	    (agg->is_distinct && (arg_count > 1 || agg_needs_order(agg)));
	struct scope inner = *scope;
	int rc = 0;

	if (!is_sorted)
		return 0;
	inner.in_aggregate = true;
	agg->order = arena_zalloc(binder->arena,
	    ((size_t)call->order_by.count + arg_count + 1) *
		sizeof(*agg->order));
	for (uint32_t i = 0; i < call->order_by.count && rc == 0; i++) {
		struct order_key *key = &agg->order[agg->order_count++];

		rc = bind_key(binder, &inner, &call->order_by.items[i], key,
		    err);
		if (rc == 0)
			rc = coerce_unknown(binder, &key->key, err);
		if (rc == 0)
			rc = need_ordering(binder, &key->key->type,
			    call->order_by.items[i].expr->location, err);
	}
	if (rc == 0 && agg->is_distinct)
		rc = add_argument_keys(binder, args, arg_count, &call->order_by,
		    agg, err);
	return rc;
}

/* ---- WITHIN GROUP ---- */

static const struct {
	const char *name;
	enum agg_kind kind;
	enum type_oid result;
} hypothetical[] = {
	{ "rank", AGG_RANK, TYPE_INT8 },
	{ "dense_rank", AGG_DENSE_RANK, TYPE_INT8 },
	{ "percent_rank", AGG_PERCENT_RANK, TYPE_FLOAT8 },
	{ "cume_dist", AGG_CUME_DIST, TYPE_FLOAT8 },
};

bool
is_hypothetical_set(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(hypothetical); i++) {
		if (str_equal(name, str_of_cstr(hypothetical[i].name)))
			return true;
	}
	return false;
}

int
within_group_error(struct str name, int location, struct error *err)
{
	return error_at(err, location, STELE_E_WRONG_OBJECT_TYPE,
	    "WITHIN GROUP is required for ordered-set aggregate %.*s",
	    STR_FMT(name));
}

/* Each direct argument and its key become of one type. */
static int
resolve_hypothetical(struct binder *binder, struct str name, struct expr **args,
    uint32_t direct_count, uint32_t key_count, int location,
    struct agg_call *agg, struct error *err)
{
	int rc = 0;

	if (direct_count != key_count) {
		(void)function_error(binder, name, args,
		    direct_count + key_count, location, false, err);
		return error_hint(err,
		    "To use the hypothetical-set aggregate %.*s, the number of"
		    " hypothetical direct arguments (here %u) must match the"
		    " number of ordering columns (here %u).",
		    STR_FMT(name), direct_count, key_count);
	}
	for (size_t i = 0; i < ARRAY_LEN(hypothetical); i++) {
		if (!str_equal(name, str_of_cstr(hypothetical[i].name)))
			continue;
		agg->kind = hypothetical[i].kind;
		agg->type = type_of(hypothetical[i].result);
	}
	for (uint32_t i = 0; i < key_count && rc == 0; i++) {
		struct expr *pair[] = { args[direct_count + i], args[i] };
		struct type type;

		rc = common_type(binder, pair, 2, "WITHIN GROUP", &type, err);
		if (rc == 0)
			rc = coerce_common(binder, &args[i], &type,
			    "WITHIN GROUP", err);
		if (rc == 0)
			rc = coerce_common(binder, &args[direct_count + i],
			    &type, "WITHIN GROUP", err);
	}
	return rc;
}

static int
resolve_set(struct binder *binder, struct str name, struct expr **args,
    uint32_t count, int location, struct agg_call *agg, struct error *err)
{
	const struct aggregate *aggregate = NULL;
	int rc;

	rc = resolve_aggregate(binder, name, args, count, location, &aggregate,
	    &agg->type, err);
	if (rc != 0)
		return rc;
	if (!agg_is_ordered_set(aggregate->kind))
		return error_at(err, location, STELE_E_WRONG_OBJECT_TYPE,
		    "%.*s is not an ordered-set aggregate, so it cannot have"
		    " WITHIN GROUP",
		    STR_FMT(name));
	agg->kind = aggregate->kind;
	return 0;
}

int
bind_within_group(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct agg_call *agg,
    struct error *err)
{
	const struct ast_call *call = &ast->call;
	uint32_t direct_count = call->args.count;
	uint32_t key_count = call->within_group.count;
	struct expr *args[CALL_ARGS_MAX];
	struct scope inner = *scope;
	int rc = 0;

	if (direct_count + key_count > CALL_ARGS_MAX)
		return error_at(err, ast->location, STELE_E_TOO_MANY_ARGUMENTS,
		    "cannot pass more than %d arguments to a function",
		    CALL_ARGS_MAX);
	inner.in_aggregate = true;
	agg->order = arena_zalloc(binder->arena,
	    ((size_t)key_count + 1) * sizeof(*agg->order));
	agg->direct = arena_alloc_array(binder->arena, (size_t)direct_count + 1,
	    sizeof(struct expr *));
	for (uint32_t i = 0; i < direct_count && rc == 0; i++)
		rc = bind_expr(binder, &inner, call->args.items[i], &args[i],
		    err);
	for (uint32_t i = 0; i < key_count && rc == 0; i++) {
		rc = bind_key(binder, &inner, &call->within_group.items[i],
		    &agg->order[i], err);
		if (rc == 0)
			args[direct_count + i] = agg->order[i].key;
	}
	if (rc != 0)
		return rc;
	rc = is_hypothetical_set(name)
	    ? resolve_hypothetical(binder, name, args, direct_count, key_count,
		  ast->location, agg, err)
	    : resolve_set(binder, name, args, direct_count + key_count,
		  ast->location, agg, err);
	agg->direct_count = direct_count;
	agg->order_count = key_count;
	for (uint32_t i = 0; i < direct_count; i++)
		agg->direct[i] = args[i];
	for (uint32_t i = 0; i < key_count && rc == 0; i++) {
		agg->order[i].key = args[direct_count + i];
		rc = need_ordering(binder, &args[direct_count + i]->type,
		    call->within_group.items[i].expr->location, err);
	}
	return rc;
}
