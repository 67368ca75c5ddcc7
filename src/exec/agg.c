/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg.c -- GROUP BY, aggregates, DISTINCT: reads all, then gives the groups in
 * the order of their first rows.
 *
 * Per batch: keys are computed and looked up for all rows at once, then each
 * aggregate runs over the rows with their groups.  count(*) alone over a scan
 * that knows its size reads nothing.
 *
 * With GROUPING SETS each row is in a group of every set: the keys that a set
 * does not have are null, and its number is one more key.
 */
#include "exec/agg_op.h"

/* Of so many parts of work_mem, one for the array of codes; another for their
 * order. */
#define CODES_SHARE 8

/* Of the keys, then of the set's number. */
static const struct type *
key_types(const struct op_state *op)
{
	uint32_t count = op->rel->agg.key_count;
	struct type *types =
	    arena_alloc_array(op->env->arena, count + 1, sizeof(*types));

	for (uint32_t i = 0; i < count; i++)
		types[i] = op->rel->types[i];
	types[count] = type_of(TYPE_INT8);
	return types;
}

uint32_t
agg_key_count(const struct agg_op *agg)
{
	const struct rel_agg *rel = &agg->op.rel->agg;

	return rel->key_count + (rel->set_count > 0);
}

void
agg_begin(struct agg_op *agg)
{
	const struct exec_context *context = agg->op.env->context;
	const struct rel_agg *rel = &agg->op.rel->agg;

	group_table_init(&agg->table, agg->key_types, agg_key_count(agg),
	    KEY_EQUAL, context->budget);
	agg->table.keys.cancel = context->cancel;
	if (agg_key_count(agg) > 1)
		group_table_number_texts(&agg->table,
		    context->work_mem_bytes / CODES_SHARE);
	group_codes_init(&agg->codes, agg_key_count(agg),
	    context->work_mem_bytes / CODES_SHARE, context->budget);
	for (uint32_t i = 0; i < rel->call_count; i++) {
		struct agg_call_state *call = &agg->calls[i];

		agg_state_init(&call->state, &rel->calls[i], context->settings,
		    context->budget);
		call->state.cancel = context->cancel;
		if (call->is_distinct)
			agg_seen_init(&call->seen, &rel->calls[i], context);
	}
	agg->is_full = false;
	agg->at = 0;
}

void
agg_forget(struct agg_op *agg)
{
	group_table_release(&agg->table);
	group_codes_release(&agg->codes);
	for (uint32_t i = 0;
	     agg->calls != NULL && i < agg->op.rel->agg.call_count; i++) {
		agg_state_release(&agg->calls[i].state);
		agg_seen_release(&agg->calls[i].seen);
		agg_late_release(&agg->calls[i].late);
	}
}

/* Whether a call's state is a sum and how many values it has. */
static bool
is_sum(const struct agg_call *call)
{
	return (call->kind == AGG_SUM || call->kind == AGG_AVG) &&
	    !call->is_distinct && call->order_count == 0 &&
	    call->arg->type.oid != TYPE_FLOAT4; /* summed in either precision */
}

static bool
is_part_of_sum(const struct agg_call *call, const struct agg_call *sum)
{
	return (is_sum(call) ||
		   (call->kind == AGG_COUNT && !call->is_distinct &&
		       call->order_count == 0)) &&
	    expr_equal(call->arg, sum->arg) &&
	    (call->filter == NULL ? sum->filter == NULL
				  : sum->filter != NULL &&
			expr_equal(call->filter, sum->filter));
}

/* sum(x), avg(x) and count(x) need but one of them. */
static struct agg_call_state *
host_of(struct agg_op *agg, uint32_t i)
{
	const struct rel_agg *rel = &agg->op.rel->agg;

	for (uint32_t k = 0; k < rel->call_count; k++) {
		if (is_sum(&rel->calls[k]) &&
		    is_part_of_sum(&rel->calls[i], &rel->calls[k]))
			return &agg->calls[k];
	}
	return &agg->calls[i];
}

static int
agg_open(struct op_state *op, struct error *err UNUSED)
{
	struct agg_op *agg = (struct agg_op *)op;
	const struct rel_agg *rel = &op->rel->agg;

	agg->key_types = key_types(op);
	agg->calls = arena_zalloc(op->env->arena,
	    (rel->call_count + 1) * sizeof(*agg->calls));
	for (uint32_t i = 0; i < rel->call_count; i++) {
		struct agg_call_state *call = &agg->calls[i];

		call->host = host_of(agg, i);
		call->is_ordered = rel->calls[i].order_count > 0;
		call->is_distinct =
		    rel->calls[i].is_distinct && !call->is_ordered;
	}
	agg_begin(agg);
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
    const struct vec *arg, const struct vec *second, struct call_rows *rows,
    struct error *err)
{
	uint32_t count = rows->sel.count;
	uint16_t *kept =
	    arena_alloc_array(eval->arena, count + 1, sizeof(*kept));
	uint32_t *groups =
	    arena_alloc_array(eval->arena, count + 1, sizeof(*groups));
	struct vec columns[AGG_SEEN_COLUMNS];
	uint32_t kept_count;
	int rc;

	vec_init(&columns[0], PHYS_I64, eval->row_count, eval->arena);
	columns[1] = *arg;
	columns[2] = second == NULL ? columns[0] : *second;
	for (uint32_t i = 0; i < count; i++)
		columns[0].i64[sel_row(rows->sel, i)] = rows->groups[i];
	rc = agg_seen_filter(&call->seen, columns, rows->sel, eval->arena, kept,
	    &kept_count, err);
	for (uint32_t i = 0; i < kept_count; i++)
		groups[i] = (uint32_t)columns[0].i64[kept[i]];
	rows->sel = (struct sel){ .rows = kept, .count = kept_count };
	rows->groups = groups;
	return rc;
}

/* `is_full`: states should not grow any more. */
static int
add_to_call(const struct eval *eval, struct agg_call_state *call,
    struct call_rows rows, uint32_t group_count, bool is_full,
    struct error *err)
{
	const struct agg_call *spec = call->state.call;
	struct vec args[2];
	int rc;

	rc = agg_state_reserve(&call->state, group_count, err);
	if (rc == 0 && spec->filter != NULL)
		rc = apply_filter(eval, spec->filter, &rows, err);
	if (rc == 0 && spec->arg != NULL)
		rc = eval_expr(eval, spec->arg, rows.sel, &args[0], err);
	if (rc == 0 && spec->second != NULL)
		rc = eval_expr(eval, spec->second, rows.sel, &args[1], err);
	if (rc == 0 && call->is_distinct)
		rc = apply_distinct(eval, call, &args[0],
		    spec->second == NULL ? NULL : &args[1], &rows, err);
	if (rc != 0)
		return rc;
	if (call->is_ordered || (is_full && agg_kind_collects(spec->kind)))
		return agg_late_add(&call->late, &call->state, eval, args,
		    rows.sel, rows.groups, err);
	return agg_state_add(&call->state, spec->arg == NULL ? NULL : &args[0],
	    &args[1], rows.sel, rows.groups, err);
}

static int
eval_keys(struct agg_op *agg, const struct eval *eval, struct sel sel,
    struct vec **out, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	int rc = 0;

	*out =
	    arena_alloc_array(eval->arena, rel->key_count + 1, sizeof(**out));
	for (uint32_t i = 0; i < rel->key_count && rc == 0; i++)
		rc = eval_expr(eval, rel->keys[i], sel, &(*out)[i], err);
	return rc;
}

/* The keys as a set has them, and its number. */
static struct vec *
keys_of_set(const struct agg_op *agg, uint32_t set, const struct vec *keys,
    struct arena *arena)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	const struct grouping_set *sets = &rel->sets[set];
	const struct datum null = { .is_null = true };
	const struct datum number = { .i64 = set };
	struct vec *its =
	    arena_alloc_array(arena, rel->key_count + 1, sizeof(*its));

	for (uint32_t i = 0; i < rel->key_count; i++)
		vec_init_constant(&its[i], type_phys(&agg->key_types[i]), &null,
		    arena);
	for (uint32_t i = 0; i < sets->count && keys != NULL; i++)
		its[sets->keys[i]] = keys[sets->keys[i]];
	vec_init_constant(&its[rel->key_count], PHYS_I64, &number, arena);
	return its;
}

static uint32_t
group_count(const struct agg_op *agg)
{
	return agg->table.key_count == 0 ? 1 : group_table_count(&agg->table);
}

static uint64_t
bytes_kept(const struct agg_op *agg)
{
	uint64_t bytes = group_table_bytes(&agg->table);

	for (uint32_t i = 0; i < agg->op.rel->agg.call_count; i++)
		bytes += agg_state_bytes(&agg->calls[i].state) +
		    agg_seen_bytes(&agg->calls[i].seen) +
		    (agg->calls[i].late.is_begun
			    ? agg->calls[i].late.sorter.memory_bytes
			    : 0);
	return bytes;
}

/* Whether `count` more groups would be too many. */
static bool
is_too_much(const struct agg_op *agg, uint32_t count)
{
	const struct exec_context *context = agg->op.env->context;
	uint32_t groups = group_table_count(&agg->table);
	size_t bytes;

	if (context->temp == NULL || groups == 0)
		return false;
	bytes = group_table_bytes_with(&agg->table, count);
	for (uint32_t i = 0; i < agg->op.rel->agg.call_count; i++)
		bytes +=
		    agg_state_bytes_with(&agg->calls[i].state, groups + count) +
		    agg_seen_bytes(&agg->calls[i].seen);
	return bytes > context->work_mem_bytes;
}

static struct vec
next_ordinals(struct agg_op *agg, const struct eval *eval, struct sel sel)
{
	struct vec ordinals;

	vec_init(&ordinals, PHYS_I64, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count; i++)
		ordinals.i64[sel_row(sel, i)] = agg->next_ordinal + i;
	return ordinals;
}

/* Find groups, or make them.  The parts have to know which row was first. */
static int
make_groups(struct agg_op *agg, const struct eval *eval, struct sel sel,
    const struct vec *keys, const struct vec *ordinals, uint32_t *groups,
    struct error *err)
{
	bool *is_new;
	int rc;

	if (ordinals == NULL)
		return group_codes_find(&agg->codes, &agg->table, keys, sel,
		    eval->arena, groups, err);
	is_new = arena_alloc_array(eval->arena, sel.count + 1, sizeof(*is_new));
	rc = group_table_find(&agg->table, keys, sel, eval->arena, groups,
	    is_new, err);
	return rc != 0 ? rc : agg_parts_note(agg, sel, is_new, ordinals, err);
}

/* Leave in `sel` the rows that have a group; the others go to the parts. */
static int
find_groups(struct agg_op *agg, const struct eval *eval, struct sel *sel,
    const struct vec *keys, const struct vec *ordinals, uint32_t *groups,
    struct error *err)
{
	uint16_t *found =
	    arena_alloc_array(eval->arena, sel->count + 1, sizeof(*found));
	uint16_t *missing =
	    arena_alloc_array(eval->arena, sel->count + 1, sizeof(*missing));
	uint32_t found_count = 0, missing_count = 0;
	struct vec numbers;

	group_table_lookup(&agg->table, keys, *sel, eval->arena, groups);
	for (uint32_t i = 0; i < sel->count; i++) {
		uint16_t row = (uint16_t)sel_row(*sel, i);

		if (groups[i] == GROUP_NONE) {
			missing[missing_count++] = row;
			continue;
		}
		groups[found_count] = groups[i];
		found[found_count++] = row;
	}
	if (ordinals == NULL) {
		numbers = next_ordinals(agg, eval, *sel);
		ordinals = &numbers;
	}
	*sel = (struct sel){ .rows = found, .count = found_count };
	if (missing_count == 0)
		return 0;
	return agg_parts_add(agg, eval,
	    (struct sel){ .rows = missing, .count = missing_count }, keys,
	    ordinals, err);
}

/* Rows may be written to files: all strings of them that are late. */
static int
need_strings(const struct agg_op *agg, const struct eval *eval, struct sel sel,
    struct error *err)
{
	int rc = 0;

	for (uint32_t c = 0; c < agg->op.rel->input->column_count && rc == 0;
	     c++)
		rc = vec_need_strings(&eval->columns[c], sel, err);
	return rc;
}

int
agg_add(struct agg_op *agg, const struct eval *eval, struct sel sel,
    const struct vec *keys, const struct vec *ordinals, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	uint32_t *groups =
	    arena_alloc_array(eval->arena, sel.count + 1, sizeof(*groups));
	struct call_rows rows = { .sel = sel, .groups = groups };
	int rc = 0;

	if (agg->table.key_count > 0 && is_too_much(agg, sel.count))
		agg->is_full = true;
	if (agg->is_full && agg->is_piece)
		return 0; /* all pieces are given up */
	if (agg->is_full)
		rc = need_strings(agg, eval, sel, err);
	if (rc != 0)
		return rc;
	if (agg->table.key_count == 0)
		memset(groups, 0, sel.count * sizeof(*groups));
	else if (!agg->is_full)
		rc = make_groups(agg, eval, sel, keys, ordinals, groups, err);
	else
		rc = find_groups(agg, eval, &rows.sel, keys, ordinals, groups,
		    err);
	agg->next_ordinal += ordinals == NULL ? sel.count : 0;
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++) {
		struct agg_call_state *call = &agg->calls[i];

		if (call->host == call)
			rc = add_to_call(eval, call, rows, group_count(agg),
			    agg->is_full, err);
	}
	return rc;
}

int
agg_add_batch(struct agg_op *agg, const struct batch *batch, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	const struct eval eval =
	    eval_of_batch(agg->op.env, &agg->op.batch_arena, batch);
	struct vec *keys;
	int rc;

	rc = eval_keys(agg, &eval, batch->sel, &keys, err);
	if (rc == 0 && rel->set_count == 0)
		return agg_add(agg, &eval, batch->sel, keys, NULL, err);
	for (uint32_t set = 0; set < rel->set_count && rc == 0; set++)
		rc = agg_add(agg, &eval, batch->sel,
		    keys_of_set(agg, set, keys, eval.arena), NULL, err);
	return rc;
}

/* A set without keys has a group even if there is no row; others have none. */
static int
add_empty_sets(struct agg_op *agg, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	struct arena *arena = &agg->op.batch_arena;
	int rc = 0;

	for (uint32_t set = 0; set < rel->set_count && rc == 0; set++) {
		uint32_t group;

		if (rel->sets[set].count == 0)
			rc = group_table_find(&agg->table,
			    keys_of_set(agg, set, NULL, arena), sel_all(1),
			    arena, &group, NULL, err);
	}
	return rc;
}

int
agg_finish(struct agg_op *agg, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	uint64_t bytes;
	int rc = 0;

	agg->group_count = group_count(agg);
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++) {
		struct agg_call_state *call = &agg->calls[i];

		/* one group without a row has results, too */
		rc = agg_state_reserve(&call->state, agg->group_count, err);
		if (rc == 0 && call->is_distinct)
			rc = agg_seen_finish(&call->seen, &call->state, err);
		if (call->seen.has_parts) {
			agg->part_count += call->seen.parts.written;
			agg->disk_bytes += spill_size(&call->seen.parts.spill);
		}
		if (rc == 0 && call->late.is_begun) {
			rc = agg_late_finish(&call->late, err);
			agg->part_count += call->late.sorter.runs_written;
			agg->disk_bytes += call->late.sorter.disk_bytes;
		} else if (rc == 0 && call->is_ordered) {
			agg_set_no_rows(&call->state);
		}
	}
	agg->merge_count +=
	    agg->codes.order.merge_count + group_table_merge_count(&agg->table);
	bytes = bytes_kept(agg);
	if (bytes > agg->memory_bytes)
		agg->memory_bytes = bytes;
	return rc;
}

static int
read_rows(struct agg_op *agg, struct error *err)
{
	struct batch batch;
	bool is_done;
	int rc;

	rc = agg_know(agg, &is_done, err);
	if (rc == 0 && !is_done)
		rc = agg_read_pieces(agg, &is_done, err);
	if (rc != 0 || is_done)
		return rc;
	while ((rc = op_next(agg->op.input, &batch, err)) > 0) {
		rc = agg_add_batch(agg, &batch, err);
		if (rc == 0)
			rc = op_forget(&agg->op, err);
		if (rc != 0)
			return rc;
	}
	return rc;
}

static int
read_all(struct agg_op *agg, struct error *err)
{
	int rc = read_rows(agg, err);

	if (rc == 0 && agg->next_ordinal == 0)
		rc = add_empty_sets(agg, err);
	if (rc == 0)
		rc = agg_finish(agg, err);
	if (rc == 0 && agg->parts.is_begun)
		rc = partitions_end(&agg->parts.partitions, err);
	agg->is_read = rc == 0;
	return rc;
}

/* ---- giving ---- */

/* GROUPING() of each group, by the number of its set. */
static void
give_grouping(struct op_state *op, const struct grouping_call *call,
    const struct vec *sets, uint32_t count, struct vec *out)
{
	vec_init(out, PHYS_I64, count, &op->batch_arena);
	for (uint32_t i = 0; i < count; i++)
		out->i64[i] = call->values[sets == NULL ? 0 : sets->i64[i]];
}

/* The results of a call for `count` groups. */
static int
give_call(struct agg_op *agg, struct agg_call_state *call, uint32_t count,
    struct vec *out, struct error *err)
{
	struct agg_state state = call->host->state;

	if (call->late.is_begun)
		return agg_state_result(&call->late.state, 0, count,
		    &agg->op.batch_arena, out, err);
	state.call = call->state.call;
	return agg_state_result(&state, agg->at, count, &agg->op.batch_arena,
	    out, err);
}

/* Of calls whose rows have waited, those of a group; adds up their memory. */
static int
take_late_group(struct agg_op *agg, uint32_t index, size_t *bytes,
    struct error *err)
{
	int rc = 0;

	*bytes = 0;
	for (uint32_t i = 0; i < agg->op.rel->agg.call_count && rc == 0; i++) {
		struct agg_call_state *call = &agg->calls[i];

		if (!call->late.is_begun)
			continue;
		rc = agg_late_take(&call->late, &call->state, agg->at + index,
		    index, err);
		*bytes += call->late.state.arena.used_bytes;
	}
	return rc;
}

/* The same of the next groups, *count at most; fewer if they grow too large. */
static int
take_late(struct agg_op *agg, uint32_t *count, struct error *err)
{
	size_t limit = agg->op.env->context->work_mem_bytes;
	bool has_late = false;
	size_t bytes;
	int rc = 0;

	for (uint32_t i = 0; i < agg->op.rel->agg.call_count && rc == 0; i++) {
		struct agg_call_state *call = &agg->calls[i];

		if (!call->late.is_begun)
			continue;
		has_late = true;
		rc = agg_late_begin(&call->late, &call->state, *count, err);
	}
	for (uint32_t i = 0; has_late && i < *count && rc == 0; i++) {
		rc = take_late_group(agg, i, &bytes, err);
		if (rc == 0)
			rc = op_check_cancel(&agg->op, err);
		if (bytes > limit)
			*count = i + 1;
	}
	return rc;
}

int
agg_give(struct agg_op *agg, struct batch *out, struct error *err)
{
	struct op_state *op = &agg->op;
	const struct rel_agg *rel = &op->rel->agg;
	struct batch keys;
	uint32_t count = agg->group_count - agg->at;
	int rc = 0;

	count = count < VEC_ROWS ? count : VEC_ROWS;
	if (count == 0)
		return 0;
	rc = take_late(agg, &count, err);
	if (rc != 0)
		return rc;
	group_table_batch(&agg->table, agg->at, count, &op->batch_arena, &keys);
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t i = 0; i < rel->key_count; i++)
		out->cols[i] = keys.cols[i];
	for (uint32_t i = 0; i < rel->call_count && rc == 0; i++)
		rc = give_call(agg, &agg->calls[i], count,
		    &out->cols[rel->key_count + i], err);
	for (uint32_t i = 0; i < rel->grouping_count; i++)
		give_grouping(op, &rel->groupings[i],
		    rel->set_count == 0 ? NULL : &keys.cols[rel->key_count],
		    count, &out->cols[rel->key_count + rel->call_count + i]);
	agg->at += count;
	return rc == 0 ? 1 : rc;
}

static int
agg_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct agg_op *agg = (struct agg_op *)op;
	int rc = 0;

	if (!agg->is_read)
		rc = read_all(agg, err);
	if (rc == 0 && !agg->parts.is_sorted)
		rc = agg_give(agg, out, err);
	return rc != 0 ? rc : agg_parts_next(agg, out, err);
}

static void
agg_close(struct op_state *op)
{
	struct agg_op *agg = (struct agg_op *)op;

	agg_forget(agg);
	agg_parts_release(agg);
}

static void
agg_report(const struct op_state *op, struct op_stats *stats)
{
	const struct agg_op *agg = (const struct agg_op *)op;
	const struct agg_parts *parts = &agg->parts;

	op_stats_keep_memory(stats, agg->memory_bytes);
	op_stats_add_spill(stats, agg->part_count, agg->disk_bytes);
	stats->merge_count += agg->merge_count;
	if (parts->is_begun)
		op_stats_add_spill(stats, parts->partitions.written + 1,
		    spill_size(&parts->partitions.spill) +
			parts->sorter.disk_bytes);
}

static const struct op_class agg_class = {
	.name = "aggregate",
	.prepare = agg_prepare,
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
