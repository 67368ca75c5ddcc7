/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg.c -- GROUP BY, aggregates, DISTINCT: reads all, then gives the groups in
 * the order of their first rows.
 *
 * Per batch: keys are computed and looked up for all rows at once, then each
 * aggregate runs over the rows with their groups.  count(*) alone over a scan
 * that knows its size reads nothing.
 */
#include "exec/agg_state.h"
#include "exec/eval.h"
#include "exec/group_table.h"

struct agg_call_state {
	struct agg_state state;
	/* of an aggregate with DISTINCT: (group, value) that were seen */
	struct group_table seen;
	struct type seen_types[2];
};

struct agg_op {
	struct op_state op;
	struct group_table table;
	struct agg_call_state *calls;
	bool is_read;
	uint32_t group_count;
	uint32_t at; /* next group to give */
};

static int
agg_open(struct op_state *op, struct error *err UNUSED)
{
	struct agg_op *agg = (struct agg_op *)op;
	const struct exec_context *context = op->env->context;
	const struct rel_agg *rel = &op->rel->agg;

	group_table_init(&agg->table, op->rel->types, rel->key_count, KEY_EQUAL,
	    context->budget);
	agg->calls = arena_zalloc(op->env->arena,
	    (rel->call_count + 1) * sizeof(*agg->calls));
	for (uint32_t i = 0; i < rel->call_count; i++) {
		struct agg_call_state *call = &agg->calls[i];

		agg_state_init(&call->state, &rel->calls[i], context->settings,
		    context->budget);
		if (!rel->calls[i].is_distinct)
			continue;
		call->seen_types[0] = type_of(TYPE_INT8);
		call->seen_types[1] = rel->calls[i].arg->type;
		group_table_init(&call->seen, call->seen_types, 2, KEY_EQUAL,
		    context->budget);
	}
	return 0;
}

/* ---- reading ---- */

/* Rows of one call: with their groups, after FILTER and DISTINCT. */
struct call_rows {
	struct sel sel;
	const uint32_t *groups;
};

/* FILTER (WHERE ...): the groups of the rows that are left move up. */
static int
apply_filter(const struct eval *eval, const struct expr *filter,
    struct call_rows *rows, struct error *err)
{
	uint16_t *kept =
	    arena_alloc_array(eval->arena, rows->sel.count + 1, sizeof(*kept));
	uint32_t *groups = arena_alloc_array(eval->arena, rows->sel.count + 1,
	    sizeof(*groups));
	uint32_t count;
	uint32_t k = 0;
	int rc;

	rc = eval_filter(eval, filter, rows->sel, kept, &count, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < rows->sel.count && k < count; i++) {
		if (sel_row(rows->sel, i) == kept[k])
			groups[k++] = rows->groups[i];
	}
	rows->sel = (struct sel){ .rows = kept, .count = count };
	rows->groups = groups;
	return 0;
}

/* DISTINCT: only the first row of each value in its group. */
static int
apply_distinct(const struct eval *eval, struct agg_call_state *call,
    const struct vec *arg, struct call_rows *rows, struct error *err)
{
	uint32_t count = rows->sel.count;
	uint16_t *kept =
	    arena_alloc_array(eval->arena, count + 1, sizeof(*kept));
	uint32_t *groups =
	    arena_alloc_array(eval->arena, count + 1, sizeof(*groups));
	uint32_t *ids = arena_alloc_array(eval->arena, count + 1, sizeof(*ids));
	bool *is_new =
	    arena_alloc_array(eval->arena, count + 1, sizeof(*is_new));
	struct vec keys[2];
	uint32_t k = 0;
	int rc;

	vec_init(&keys[0], PHYS_I64, eval->row_count, eval->arena);
	keys[1] = *arg;
	for (uint32_t i = 0; i < count; i++)
		keys[0].i64[sel_row(rows->sel, i)] = rows->groups[i];
	rc = group_table_find(&call->seen, keys, rows->sel, eval->arena, ids,
	    is_new, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++) {
		if (!is_new[i])
			continue;
		kept[k] = (uint16_t)sel_row(rows->sel, i);
		groups[k++] = rows->groups[i];
	}
	rows->sel = (struct sel){ .rows = kept, .count = k };
	rows->groups = groups;
	return 0;
}

static int
add_to_call(const struct eval *eval, struct agg_call_state *call,
    struct call_rows rows, uint32_t group_count, struct error *err)
{
	const struct agg_call *spec = call->state.call;
	struct vec arg;
	struct vec delimiter;
	int rc;

	rc = agg_state_reserve(&call->state, group_count, err);
	if (rc == 0 && spec->filter != NULL)
		rc = apply_filter(eval, spec->filter, &rows, err);
	if (rc == 0 && spec->arg != NULL)
		rc = eval_expr(eval, spec->arg, rows.sel, &arg, err);
	if (rc == 0 && spec->delimiter != NULL)
		rc =
		    eval_expr(eval, spec->delimiter, rows.sel, &delimiter, err);
	if (rc == 0 && spec->is_distinct)
		rc = apply_distinct(eval, call, &arg, &rows, err);
	if (rc != 0)
		return rc;
	return agg_state_add(&call->state, spec->arg == NULL ? NULL : &arg,
	    &delimiter, rows.sel, rows.groups, err);
}

static int
find_groups(struct agg_op *agg, const struct eval *eval, struct sel sel,
    uint32_t *groups, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	struct vec *keys;

	if (rel->key_count == 0) {
		memset(groups, 0, sel.count * sizeof(*groups));
		return 0;
	}
	keys = arena_alloc_array(eval->arena, rel->key_count, sizeof(*keys));
	for (uint32_t i = 0; i < rel->key_count; i++) {
		int rc = eval_expr(eval, rel->keys[i], sel, &keys[i], err);

		if (rc != 0)
			return rc;
	}
	return group_table_find(&agg->table, keys, sel, eval->arena, groups,
	    NULL, err);
}

static int
add_batch(struct agg_op *agg, const struct batch *batch, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	const struct eval eval =
	    eval_of_batch(agg->op.env, &agg->op.batch_arena, batch);
	uint32_t *groups = arena_alloc_array(eval.arena, batch->sel.count + 1,
	    sizeof(*groups));
	const struct call_rows rows = { .sel = batch->sel, .groups = groups };
	uint32_t count;
	int rc;

	rc = find_groups(agg, &eval, batch->sel, groups, err);
	count = rel->key_count == 0 ? 1 : group_table_count(&agg->table);
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = add_to_call(&eval, &agg->calls[i], rows, count, err);
	return rc;
}

/* count(*) of all events of a type is known without reading them. */
static bool
count_without_reading(struct agg_op *agg, struct error *err, int *rc)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	uint64_t count;

	if (rel->key_count > 0)
		return false;
	for (uint32_t i = 0; i < rel->call_count; i++) {
		if (rel->calls[i].kind != AGG_COUNT_STAR ||
		    rel->calls[i].filter != NULL)
			return false;
	}
	if (!scan_op_count(agg->op.input, &count))
		return false;
	*rc = 0;
	for (uint32_t i = 0; i < rel->call_count && *rc == 0; i++) {
		*rc = agg_state_reserve(&agg->calls[i].state, 1, err);
		if (*rc == 0)
			agg->calls[i].state.cells[0].count = (int64_t)count;
	}
	return true;
}

static int
read_all(struct agg_op *agg, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	struct batch batch;
	int rc;

	if (!count_without_reading(agg, err, &rc)) {
		while ((rc = op_next(agg->op.input, &batch, err)) > 0) {
			rc = add_batch(agg, &batch, err);
			if (rc == 0)
				rc = op_forget(&agg->op, err);
			if (rc != 0)
				return rc;
		}
	}
	agg->group_count =
	    rel->key_count == 0 ? 1 : group_table_count(&agg->table);
	/* one group without a row has results, too */
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = agg_state_reserve(&agg->calls[i].state, agg->group_count,
		    err);
	agg->is_read = rc == 0;
	return rc;
}

/* ---- giving ---- */

static int
agg_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct agg_op *agg = (struct agg_op *)op;
	const struct rel_agg *rel = &op->rel->agg;
	struct batch keys;
	uint32_t count;
	int rc = 0;

	if (!agg->is_read)
		rc = read_all(agg, err);
	count = agg->group_count - agg->at;
	count = count < VEC_ROWS ? count : VEC_ROWS;
	if (rc != 0 || count == 0)
		return rc;
	row_store_batch(&agg->table.keys, NULL, agg->at, count,
	    &op->batch_arena, &keys);
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t i = 0; i < rel->key_count; i++)
		out->cols[i] = keys.cols[i];
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = agg_state_result(&agg->calls[i].state, agg->at, count,
		    &op->batch_arena, &out->cols[rel->key_count + i], err);
	agg->at += count;
	return rc == 0 ? 1 : rc;
}

static void
agg_close(struct op_state *op)
{
	struct agg_op *agg = (struct agg_op *)op;

	group_table_release(&agg->table);
	for (uint32_t i = 0; agg->calls != NULL && i < op->rel->agg.call_count;
	     i++) {
		agg_state_release(&agg->calls[i].state);
		group_table_release(&agg->calls[i].seen);
	}
}

static void
agg_report(const struct op_state *op, struct op_stats *stats)
{
	const struct agg_op *agg = (const struct agg_op *)op;

	op_stats_keep_memory(stats,
	    agg->table.keys.arena.used_bytes + agg->table.arena.used_bytes);
}

static const struct op_class agg_class = {
	.name = "aggregate",
	.open = agg_open,
	.next = agg_next,
	.close = agg_close,
	.report = agg_report,
};

struct op_state *
agg_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct agg_op *agg = arena_zalloc(env->arena, sizeof(*agg));

	op_init(&agg->op, &agg_class, env, rel);
	return &agg->op;
}
