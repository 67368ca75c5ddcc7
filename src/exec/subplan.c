/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subplan.c -- see subplan.h.
 */
#include "exec/subplan.h"

#include <string.h>

#include "exec/exec_private.h"
#include "exec/group_table.h"
#include "exec/inner.h"
#include "exec/row_store.h"
#include "exec/subplan_set.h"
#include "types/array_list.h"

/* What is remembered is forgotten when it has grown past this. */
#define MEMO_BYTES_MAX ((size_t)16 << 20)

struct subplan {
	const struct expr *expr;
	const struct subquery *query;
	struct inner inner;
	struct arena arena; /* as long as the subplan */
	struct type *key_types;
	uint32_t key_count; /* outer values, then operands */

	/* needs nothing of the outer row: */
	bool is_known;
	struct datum value;

	/* results by key: row g of `results` is that of group g */
	struct group_table memo;
	struct row_store results;

	/* IN and = ANY, of a query that runs once: */
	bool has_set;
	struct subplan_set set;
};

void
subplans_init(struct exec_env *env)
{
	env->subplans = NULL;
	if (env->plan->subquery_count > 0)
		env->subplans = arena_zalloc(env->arena,
		    env->plan->subquery_count * sizeof(struct subplan *));
}

static void
subplan_release(struct subplan *subplan)
{
	inner_end(&subplan->inner);
	group_table_release(&subplan->memo);
	row_store_release(&subplan->results);
	if (subplan->has_set)
		subplan_set_release(&subplan->set);
	arena_release(&subplan->arena);
}

void
subplans_release(struct exec_env *env)
{
	for (uint32_t i = 0;
	     env->subplans != NULL && i < env->plan->subquery_count; i++) {
		if (env->subplans[i] != NULL)
			subplan_release(env->subplans[i]);
	}
	env->subplans = NULL;
}

/* ---- the state of one ---- */

static void
init_memo(struct subplan *subplan)
{
	struct mem_budget *budget = subplan->inner.env.context->budget;

	group_table_init(&subplan->memo, subplan->key_types, subplan->key_count,
	    KEY_SAME, budget);
	row_store_init(&subplan->results, &subplan->expr->type, 1, budget);
}

static struct subplan *
subplan_new(const struct eval *eval, const struct expr *expr)
{
	const struct exec_env *env = eval->env;
	struct subplan *subplan = arena_zalloc(env->arena, sizeof(*subplan));
	const struct subquery *query = expr->subquery;

	subplan->expr = expr;
	subplan->query = query;
	arena_init(&subplan->arena, env->context->budget);
	inner_init(&subplan->inner, env, query->rel);
	subplan->key_count = query->outer_count + expr->arg_count;
	subplan->key_types = arena_alloc_array(env->arena,
	    subplan->key_count + 1, sizeof(*subplan->key_types));
	for (uint32_t i = 0; i < query->outer_count; i++)
		subplan->key_types[i] = query->outers[i].type;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		subplan->key_types[query->outer_count + i] =
		    expr->args[i]->type;
	init_memo(subplan);
	subplan->has_set = subplan_set_init(&subplan->set, env, expr);
	return subplan;
}

static struct subplan *
subplan_of(const struct eval *eval, const struct expr *expr)
{
	struct subplan **slot = &eval->env->subplans[expr->subquery->index];

	if (*slot == NULL)
		*slot = subplan_new(eval, expr);
	return *slot;
}

/* ---- one run ---- */

static int
too_many_rows(struct error *err)
{
	return error_set(err, STELE_E_CARDINALITY_VIOLATION,
	    "more than one row returned by a subquery used as an expression");
}

/* The values of `test` for a batch of the subquery. */
static int
eval_test(struct subplan *subplan, const struct batch *batch, struct vec *out,
    struct error *err)
{
	const struct eval eval =
	    eval_of_batch(&subplan->inner.env, &subplan->inner.arena, batch);

	return eval_expr(&eval, subplan->query->test, batch->sel, out, err);
}

/* The only row's value, or that of `test` for it; null without a row. */
static int
run_single(struct subplan *subplan, struct arena *arena, struct datum *out,
    struct error *err)
{
	struct batch batch;
	struct vec value;
	bool has_row = false;
	int rc;

	*out = (struct datum){ .is_null = true };
	while ((rc = inner_next(&subplan->inner, &batch, err)) > 0) {
		struct datum datum;

		if (has_row || batch.sel.count > 1)
			return too_many_rows(err);
		has_row = true;
		if (subplan->query->kind == SUBQUERY_ROW) {
			rc = eval_test(subplan, &batch, &value, err);
			if (rc != 0)
				return rc;
		} else {
			value = batch.cols[0];
		}
		datum = vec_get(&value, sel_row(batch.sel, 0));
		*out = datum_copy(value.phys, &datum, arena);
	}
	return rc;
}

/*
 * ANY is true if the test is true for any row, null if it is null for one;
 * ALL is false if it is false for any, likewise.
 */
static int
run_any_all(struct subplan *subplan, struct datum *out, struct error *err)
{
	bool decisive = subplan->query->kind == SUBQUERY_ANY;
	struct batch batch;
	struct vec value;
	int rc;

	*out = (struct datum){ .boolean = !decisive };
	while ((rc = inner_next(&subplan->inner, &batch, err)) > 0) {
		struct arena_mark mark = arena_mark(&subplan->inner.arena);

		rc = eval_test(subplan, &batch, &value, err);
		if (rc != 0)
			return rc;
		for (uint32_t i = 0; i < batch.sel.count; i++) {
			struct datum test =
			    vec_get(&value, sel_row(batch.sel, i));

			if (test.is_null) {
				out->is_null = true;
			} else if (test.boolean == decisive) {
				*out = (struct datum){ .boolean = decisive };
				return 0;
			}
		}
		arena_rewind(&subplan->inner.arena, mark);
	}
	return rc;
}

static int
run_array(struct subplan *subplan, struct arena *arena, struct datum *out,
    struct error *err)
{
	const struct type *type = &subplan->query->rel->types[0];
	struct array_list list = { .count = 0 };
	struct arena scratch;
	struct batch batch;
	int rc;

	arena_init(&scratch, arena->budget);
	while ((rc = inner_next(&subplan->inner, &batch, err)) > 0) {
		for (uint32_t i = 0; i < batch.sel.count && rc >= 0; i++) {
			struct datum value =
			    vec_get(&batch.cols[0], sel_row(batch.sel, i));

			rc = array_list_add(&list, type, &value, &scratch, err);
		}
		if (rc >= 0)
			rc = arena_check(&scratch, err);
		if (rc < 0)
			break;
	}
	*out = (struct datum){ .is_null = false };
	if (rc == 0)
		rc = array_list_make(&list, type, arena, &out->str, err);
	arena_release(&scratch);
	return rc;
}

static int
run_exists(struct subplan *subplan, struct datum *out, struct error *err)
{
	struct batch batch;
	int rc;

	rc = inner_next(&subplan->inner, &batch, err);
	*out = (struct datum){ .boolean = rc > 0 };
	return rc < 0 ? rc : 0;
}

/* The slots are filled: compute the result, its bytes in `arena`. */
static int
run(struct subplan *subplan, struct arena *arena, struct datum *out,
    struct error *err)
{
	int rc;

	rc = inner_start(&subplan->inner, err);
	if (rc == 0) {
		switch (subplan->query->kind) {
		case SUBQUERY_EXISTS:
			rc = run_exists(subplan, out, err);
			break;
		case SUBQUERY_SCALAR:
		case SUBQUERY_ROW:
			rc = run_single(subplan, arena, out, err);
			break;
		case SUBQUERY_ARRAY:
			rc = run_array(subplan, arena, out, err);
			break;
		case SUBQUERY_ANY:
		case SUBQUERY_ALL:
			rc = run_any_all(subplan, out, err);
			break;
		}
	}
	inner_end(&subplan->inner);
	return rc;
}

/* ---- for a batch of outer rows ---- */

static int
eval_keys(const struct eval *eval, const struct subplan *subplan,
    struct sel sel, struct vec **out, struct error *err)
{
	const struct subquery *query = subplan->query;
	struct vec *keys = arena_alloc_array(eval->arena,
	    subplan->key_count + 1, sizeof(*keys));
	int rc = 0;

	for (uint32_t i = 0; i < query->outer_count; i++)
		keys[i] = eval->columns[query->outers[i].column];
	for (uint32_t i = 0; i < subplan->expr->arg_count && rc == 0; i++)
		rc = eval_expr(eval, subplan->expr->args[i], sel,
		    &keys[query->outer_count + i], err);
	*out = keys;
	return rc;
}

static void
set_slots(const struct subplan *subplan, const struct vec *keys, uint32_t row)
{
	const struct subquery *query = subplan->query;
	struct datum *slots = subplan->inner.env.slots;

	for (uint32_t i = 0; i < query->outer_count; i++)
		slots[query->outers[i].slot] = vec_get(&keys[i], row);
	for (uint32_t i = 0; i < subplan->expr->arg_count; i++)
		slots[query->operand_slot + i] =
		    vec_get(&keys[query->outer_count + i], row);
}

static int
eval_once(const struct eval *eval, struct subplan *subplan, struct sel sel,
    struct vec *out, struct error *err)
{
	int rc = 0;

	if (!subplan->is_known && sel.count > 0)
		rc = run(subplan, &subplan->arena, &subplan->value, err);
	if (rc == 0)
		rc = arena_check(&subplan->arena, err);
	if (rc != 0)
		return rc;
	subplan->is_known |= sel.count > 0;
	if (!subplan->is_known)
		subplan->value.is_null = true; /* nobody looks at it */
	vec_init_constant(out, type_phys(&subplan->expr->type), &subplan->value,
	    eval->arena);
	return 0;
}

static int
eval_each(const struct eval *eval, struct subplan *subplan,
    const struct vec *keys, struct sel sel, struct vec *out, struct error *err)
{
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		struct datum value;
		int rc;

		set_slots(subplan, keys, row);
		rc = run(subplan, eval->arena, &value, err);
		if (rc != 0)
			return rc;
		vec_set(out, row, &value);
	}
	return 0;
}

static int
remember(struct subplan *subplan, const struct vec *keys, uint32_t row,
    struct error *err)
{
	struct arena scratch;
	struct datum value;
	struct vec result;
	int rc;

	arena_init(&scratch, subplan->arena.budget);
	set_slots(subplan, keys, row);
	rc = run(subplan, &scratch, &value, err);
	if (rc == 0) {
		vec_init_constant(&result, type_phys(&subplan->expr->type),
		    &value, &scratch);
		rc = row_store_add(&subplan->results, &result, sel_all(1), err);
	}
	arena_release(&scratch);
	return rc;
}

static int
eval_remembered(const struct eval *eval, struct subplan *subplan,
    const struct vec *keys, struct sel sel, struct vec *out, struct error *err)
{
	const struct vec *results;
	uint32_t *groups =
	    arena_alloc_array(eval->arena, sel.count + 1, sizeof(*groups));
	bool *is_new =
	    arena_alloc_array(eval->arena, sel.count + 1, sizeof(*is_new));
	int rc;

	if (row_store_bytes(&subplan->memo.keys) +
		row_store_bytes(&subplan->results) >
	    MEMO_BYTES_MAX) {
		group_table_release(&subplan->memo);
		row_store_release(&subplan->results);
		init_memo(subplan);
	}
	rc = group_table_find(&subplan->memo, keys, sel, eval->arena, groups,
	    is_new, err);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		if (is_new[i])
			rc = remember(subplan, keys, sel_row(sel, i), err);
	}
	results = subplan->results.columns;
	for (uint32_t i = 0; i < sel.count && rc == 0; i++) {
		struct datum value = vec_get(results, groups[i]);

		/* what is remembered may be forgotten before the batch is */
		value = datum_copy(out->phys, &value, eval->arena);
		vec_set(out, sel_row(sel, i), &value);
	}
	return rc;
}

/* Rows that the hash table decides; *sel becomes those that it does not. */
static int
eval_in_set(const struct eval *eval, struct subplan *subplan,
    const struct vec *keys, struct sel *sel, struct vec *out, struct error *err)
{
	struct batch batch;
	int rc = 0;

	if (sel->count > 0 && !subplan->set.is_complete) {
		rc = inner_start(&subplan->inner, err);
		while (rc == 0 &&
		    (rc = inner_next(&subplan->inner, &batch, err)) > 0)
			rc = subplan_set_add(&subplan->set, &subplan->inner.env,
			    &batch, err);
		inner_end(&subplan->inner);
		subplan->set.is_complete = rc == 0;
	}
	if (rc != 0)
		return rc;
	return subplan_set_eval(&subplan->set, eval, keys, sel, out, err);
}

int
subplan_eval(const struct eval *eval, const struct expr *expr, struct sel sel,
    struct vec *out, struct error *err)
{
	struct subplan *subplan = subplan_of(eval, expr);
	struct vec *keys;
	int rc;

	if (subplan->key_count == 0)
		return eval_once(eval, subplan, sel, out, err);
	vec_init(out, type_phys(&expr->type), eval->row_count, eval->arena);
	(void)vec_need_nulls(out, eval->row_count, eval->arena);
	rc = eval_keys(eval, subplan, sel, &keys, err);
	if (rc != 0)
		return rc;
	if (subplan->has_set) {
		rc = eval_in_set(eval, subplan, keys, &sel, out, err);
		if (rc != 0 || sel.count == 0)
			return rc;
	}
	if (!subplan->query->can_remember)
		return eval_each(eval, subplan, keys, sel, out, err);
	return eval_remembered(eval, subplan, keys, sel, out, err);
}
