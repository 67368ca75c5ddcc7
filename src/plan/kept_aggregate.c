/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept_aggregate.c -- aggregates of aggregates.
 *
 * Of each group its keys and the states of its aggregates are kept, once for
 * each refresh in which it had new events: a count, a sum, a least or greatest
 * value; of avg the sum and the count.  The values of DISTINCT are keys as well,
 * so that whatever is over them can still be made.  An aggregation without keys
 * counts its events besides: a refresh without any has nothing to keep.
 */
#include "plan/kept.h"
#include "plan/rewrite.h"

/* ---- what can be kept ---- */

static bool
is_kept_type(const struct type *type)
{
	const struct type_info *info = type_info(type->oid);

	if (type->row != NULL || type->oid == TYPE_RECORD)
		return false;
	if (type->oid >= FIRST_USER_OID)
		return type->enum_type != NULL &&
		    type->enum_type->oid == type->oid;
	return info != NULL && info->element_oid == 0 &&
	    type->oid != TYPE_BYTEA && type->oid != TYPE_UNKNOWN;
}

static bool
has_own_collation(const struct expr *expr)
{
	return expr->collate.strength == COLLATE_EXPLICIT;
}

/* The numbers whose sums are exact, and double precision. */
static bool
is_sum_type(uint32_t oid)
{
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8 ||
	    oid == TYPE_NUMERIC || oid == TYPE_FLOAT8;
}

static bool
has_states(const struct agg_call *call)
{
	switch ((int)call->kind) {
	case AGG_COUNT_STAR:
	case AGG_COUNT:
		return true;
	case AGG_SUM:
	case AGG_AVG:
		return is_sum_type(call->arg->type.oid);
	case AGG_MIN:
	case AGG_MAX:
	case AGG_BOOL_AND:
	case AGG_BOOL_OR:
	case AGG_BIT_AND:
	case AGG_BIT_OR:
	case AGG_BIT_XOR:
		return is_kept_type(&call->type);
	default:
		return false;
	}
}

static bool
can_keep(const struct agg_call *call)
{
	if (call->order_count > 0 || call->direct_count > 0 ||
	    call->second != NULL ||
	    (call->arg != NULL && has_own_collation(call->arg)))
		return false;
	if (call->is_distinct)
		return call->filter == NULL && call->arg != NULL &&
		    is_kept_type(&call->arg->type);
	return has_states(call);
}

static bool
can_keep_all(const struct rel_agg *agg)
{
	if (agg->set_count > 0 || agg->grouping_count > 0)
		return false;
	for (uint32_t i = 0; i < agg->key_count; i++)
		if (!is_kept_type(&agg->keys[i]->type) ||
		    has_own_collation(agg->keys[i]))
			return false;
	for (uint32_t i = 0; i < agg->call_count; i++)
		if (!can_keep(&agg->calls[i]))
			return false;
	return true;
}

/* ---- the states ---- */

/* Columns and what computes them, while they are found. */
struct partial {
	struct binder *binder;
	struct kept_cut *cut;
	struct expr **keys;
	struct agg_call *calls;
	uint32_t call_count;
	struct error *err;
};

static uint32_t
add_column(struct partial *p, const char *prefix, const struct type *type)
{
	struct kept_cut *cut = p->cut;
	uint32_t at = cut->column_count++;

	cut->columns[at] = (struct kept_column){
		.name = arena_printf(p->binder->arena, "%s%u", prefix,
		    (unsigned)at + 1),
		.type = *type,
		.is_text = type->oid == TYPE_NUMERIC,
	};
	return at;
}

static void
add_key(struct partial *p, const char *prefix, struct expr *key)
{
	p->keys[p->cut->key_count++] = key;
	(void)add_column(p, prefix, &key->type);
}

static uint32_t
add_state(struct partial *p, const struct agg_call *call, enum agg_kind merge)
{
	uint32_t at = add_column(p, "s", &call->type);

	p->cut->columns[at].merge = merge;
	p->calls[p->call_count++] = *call;
	return at;
}

/* A call of an aggregate of one argument. */
static int
make_call(struct binder *binder, enum agg_kind kind, struct expr *arg,
    struct agg_call *out, struct error *err)
{
	const struct aggregate *aggregate;
	struct type type;
	int rc;

	*out = (struct agg_call){ .arg = arg, .location = arg->location };
	rc = resolve_aggregate(binder, str_of_cstr(agg_name(kind)), &out->arg,
	    1, arg->location, &aggregate, &type, err);
	if (rc != 0)
		return rc;
	out->kind = aggregate->kind;
	out->type = type;
	return 0;
}

static int
add_average(struct partial *p, const struct agg_call *avg)
{
	struct agg_call sum, count;
	int rc = make_call(p->binder, AGG_SUM, avg->arg, &sum, p->err);

	if (rc == 0)
		rc = make_call(p->binder, AGG_COUNT, avg->arg, &count, p->err);
	if (rc != 0)
		return rc;
	sum.filter = count.filter = avg->filter;
	(void)add_state(p, &sum, AGG_SUM);
	(void)add_state(p, &count, AGG_SUM);
	return 0;
}

static int
add_call(struct partial *p, const struct agg_call *call,
    struct kept_call *result)
{
	if (call->is_distinct)
		return 0; /* it is over a key */
	result->column = p->cut->column_count;
	switch ((int)call->kind) {
	case AGG_AVG:
		return add_average(p, call);
	case AGG_COUNT_STAR:
	case AGG_COUNT:
		(void)add_state(p, call, AGG_SUM);
		return 0;
	default:
		(void)add_state(p, call, call->kind);
		return 0;
	}
}

static void
add_distinct(struct partial *p, const struct agg_call *call,
    struct kept_call *result)
{
	uint32_t at = 0;

	result->is_distinct = true;
	while (at < p->cut->key_count && !expr_equal(p->keys[at], call->arg))
		at++;
	result->column = at;
	if (at == p->cut->key_count)
		add_key(p, "d", call->arg);
}

static struct rel *
new_partial(struct partial *p, struct rel *input)
{
	struct rel *rel =
	    rel_new(p->binder, REL_AGG, input, p->cut->column_count);

	rel->agg.keys = p->keys;
	rel->agg.key_count = p->cut->key_count;
	rel->agg.calls = p->calls;
	rel->agg.call_count = p->call_count;
	for (uint32_t i = 0; i < p->cut->column_count; i++)
		rel->types[i] = p->cut->columns[i].type;
	return rel;
}

int
kept_cut_aggregate(struct binder *binder, const struct rel *agg,
    struct kept_cut *cut, bool *is_done, struct error *err)
{
	const struct rel_agg *its = &agg->agg;
	size_t room = (size_t)its->key_count + 2 * its->call_count + 1;
	struct agg_call rows = { .kind = AGG_COUNT_STAR,
		.type = type_of(TYPE_INT8) };
	struct partial p = { .binder = binder, .cut = cut, .err = err };
	int rc = 0;

	*is_done = can_keep_all(its);
	if (!*is_done)
		return 0;
	cut->agg = agg;
	cut->columns =
	    arena_zalloc(binder->arena, room * sizeof(*cut->columns));
	cut->calls = arena_zalloc(binder->arena, room * sizeof(*cut->calls));
	p.keys = arena_zalloc(binder->arena, room * sizeof(*p.keys));
	p.calls = arena_zalloc(binder->arena, room * sizeof(*p.calls));
	for (uint32_t i = 0; i < its->key_count; i++)
		add_key(&p, "k", its->keys[i]);
	for (uint32_t i = 0; i < its->call_count; i++)
		if (its->calls[i].is_distinct)
			add_distinct(&p, &its->calls[i], &cut->calls[i]);
	for (uint32_t i = 0; i < its->call_count && rc == 0; i++)
		rc = add_call(&p, &its->calls[i], &cut->calls[i]);
	if (rc == 0 && cut->key_count == 0)
		(void)add_state(&p, &rows, AGG_SUM);
	if (rc == 0)
		cut->partial = new_partial(&p, agg->input);
	return rc;
}

/* ---- making results of them ---- */

/* The aggregation that merges rows; its first keys are those of the columns. */
struct merging {
	struct binder *binder;
	const struct kept_cut *cut;
	struct rel *rows;
	struct rel *agg;
	struct error *err;
};

static struct expr *
row_column(const struct merging *m, uint32_t i)
{
	return expr_column(m->binder->arena, m->cut->columns[i].type, 0,
	    m->rows->id, i);
}

static void
begin_merging(struct merging *m, uint32_t key_count, uint32_t call_room)
{
	struct arena *arena = m->binder->arena;
	struct rel *agg =
	    rel_new(m->binder, REL_AGG, m->rows, key_count + call_room);

	agg->agg.keys = arena_alloc_array(arena, (size_t)key_count + 1,
	    sizeof(*agg->agg.keys));
	agg->agg.key_count = key_count;
	agg->agg.calls = arena_zalloc(arena,
	    (call_room + (size_t)1) * sizeof(*agg->agg.calls));
	for (uint32_t i = 0; i < key_count; i++) {
		agg->agg.keys[i] = row_column(m, i);
		agg->types[i] = agg->agg.keys[i]->type;
	}
	agg->column_count = key_count;
	m->agg = agg;
}

/* The result of one more call, as a column. */
static struct expr *
merged(struct merging *m, const struct agg_call *call)
{
	struct rel *agg = m->agg;
	uint32_t at = agg->column_count++;

	agg->agg.calls[agg->agg.call_count++] = *call;
	agg->types[at] = call->type;
	return expr_column(m->binder->arena, call->type, call->location,
	    agg->id, at);
}

/* A state of all rows of a group, of the type that it had in each. */
static int
merge_state(struct merging *m, uint32_t i, struct expr **out)
{
	const struct kept_column *column = &m->cut->columns[i];
	struct agg_call call;
	int rc = make_call(m->binder, column->merge, row_column(m, i), &call,
	    m->err);

	if (rc != 0)
		return rc;
	*out = merged(m, &call);
	return coerce_explicit(m->binder, out, &column->type, 0, m->err);
}

static int
finish_average(struct merging *m, const struct agg_call *avg, uint32_t state,
    struct expr **out)
{
	struct expr *sum, *count;
	int rc = merge_state(m, state, &sum);

	if (rc == 0)
		rc = merge_state(m, state + 1, &count);
	if (rc == 0)
		rc = coerce_explicit(m->binder, &sum, &avg->type, 0, m->err);
	if (rc == 0)
		rc = coerce_explicit(m->binder, &count, &avg->type, 0, m->err);
	return rc != 0
	    ? rc
	    : bind_operator(m->binder, STR("/"), sum, count, 0, out, m->err);
}

static bool
is_count(const struct agg_call *call)
{
	return call->kind == AGG_COUNT_STAR || call->kind == AGG_COUNT;
}

/* Of no states there is no sum of counts, but a count. */
static void
zero_if_null(struct merging *m, struct expr **count)
{
	const struct datum zero = { .i64 = 0 };
	struct arena *arena = m->binder->arena;
	struct expr *expr =
	    expr_new(arena, EXPR_COALESCE, (*count)->type, 0, 2);

	expr->args[0] = *count;
	expr->args[1] = expr_const(arena, (*count)->type, 0, &zero);
	*count = expr;
}

static int
finish_call(struct merging *m, uint32_t i, struct expr **out)
{
	const struct agg_call *call = &m->cut->agg->agg.calls[i];
	const struct kept_call *kept = &m->cut->calls[i];
	struct agg_call over;
	int rc;

	if (kept->is_distinct) {
		over = *call;
		over.arg = row_column(m, kept->column);
		*out = merged(m, &over);
		return 0;
	}
	if (call->kind == AGG_AVG)
		return finish_average(m, call, kept->column, out);
	rc = merge_state(m, kept->column, out);
	if (rc == 0 && (*out)->type.oid != call->type.oid)
		rc = coerce_explicit(m->binder, out, &call->type, 0, m->err);
	if (rc == 0 && is_count(call) && m->agg->agg.key_count == 0)
		zero_if_null(m, out);
	return rc;
}

int
kept_finish(struct binder *binder, const struct kept_cut *cut, struct rel *rows,
    struct rel **out, struct error *err)
{
	const struct rel_agg *its = &cut->agg->agg;
	uint32_t count = its->key_count + its->call_count;
	struct merging m = { .binder = binder,
		.cut = cut,
		.rows = rows,
		.err = err };
	struct expr **exprs =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*exprs));
	int rc = 0;

	begin_merging(&m, its->key_count, 2 * its->call_count);
	for (uint32_t i = 0; i < its->key_count; i++)
		exprs[i] = expr_column(binder->arena, m.agg->types[i], 0,
		    m.agg->id, i);
	for (uint32_t i = 0; i < its->call_count && rc == 0; i++)
		rc = finish_call(&m, i, &exprs[its->key_count + i]);
	if (rc != 0)
		return rc;
	*out = rel_new_project(binder, m.agg, exprs, count);
	(*out)->id = cut->agg->id; /* what is above names it so */
	return 0;
}

int
kept_merge(struct binder *binder, const struct kept_cut *cut, struct rel *rows,
    struct rel **out, struct error *err)
{
	uint32_t state_count = cut->column_count - cut->key_count;
	struct merging m = { .binder = binder,
		.cut = cut,
		.rows = rows,
		.err = err };
	struct expr **exprs = arena_alloc_array(binder->arena,
	    (size_t)cut->column_count + 1, sizeof(*exprs));
	int rc = 0;

	begin_merging(&m, cut->key_count, state_count);
	for (uint32_t i = 0; i < cut->key_count; i++)
		exprs[i] = expr_column(binder->arena, m.agg->types[i], 0,
		    m.agg->id, i);
	for (uint32_t i = cut->key_count; i < cut->column_count && rc == 0; i++)
		rc = merge_state(&m, i, &exprs[i]);
	if (rc == 0)
		*out = rel_new_project(binder, m.agg, exprs, cut->column_count);
	return rc;
}
