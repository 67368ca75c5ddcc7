/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_op.c -- INTERSECT and EXCEPT: the right side is counted in a hash table,
 * then the rows of the left one pass, or do not, in their order.
 *
 * A table that fills work_mem takes no new groups: their rows, of both sides, go
 * to parts by hash, which are treated like the sides when these have ended.  If
 * somebody sees the order of the rows, from then on they go through a sorter.
 */
#include <string.h>

#include "exec/eval.h"
#include "exec/group_table.h"
#include "exec/partition.h"
#include "exec/sorter.h"

struct set_op {
	struct op_state op;
	struct op_state *right;
	struct group_table table;
	struct arena arena; /* of the next two */
	uint64_t *counts;   /* by group: rows of the right side that are left */
	bool *is_given;     /* a row of this group has come out */
	uint32_t capacity;
	bool is_built;         /* the right side, or part, was counted */
	bool is_full;          /* no new groups */
	uint64_t memory_bytes; /* the most that was kept */

	/* what did not fit: the columns, and the ordinal behind them */
	bool is_parted;
	struct type *types;
	struct partitions left_parts;
	struct partitions right_parts;
	struct spill_reader reader; /* of the left part */
	bool is_in_part;
	int64_t next_ordinal;
	struct sorter sorter;
	struct sort_key by_ordinal;
	bool is_sorted;
};

/* Counts for all groups. */
static int
reserve(struct set_op *set, struct error *err)
{
	uint32_t count = group_table_count(&set->table);
	uint32_t capacity = set->capacity == 0 ? 64 : set->capacity;
	struct arena arena;
	uint64_t *counts;
	bool *is_given;

	while (capacity < count)
		capacity *= 2;
	if (capacity == set->capacity)
		return 0;
	arena_init(&arena, set->arena.budget);
	counts = arena_try_alloc(&arena, capacity * sizeof(*counts));
	is_given = arena_try_alloc(&arena, capacity * sizeof(*is_given));
	if (counts == NULL || is_given == NULL) {
		arena_release(&arena);
		return error_no_memory(err);
	}
	memset(counts, 0, capacity * sizeof(*counts));
	memset(is_given, 0, capacity * sizeof(*is_given));
	if (set->capacity > 0) {
		memcpy(counts, set->counts, set->capacity * sizeof(*counts));
		memcpy(is_given, set->is_given,
		    set->capacity * sizeof(*is_given));
	}
	arena_release(&set->arena);
	set->arena = arena;
	set->counts = counts;
	set->is_given = is_given;
	set->capacity = capacity;
	return 0;
}

static void
begin_table(struct set_op *set)
{
	const struct rel *rel = set->op.rel;
	const struct exec_context *context = set->op.env->context;

	group_table_init(&set->table, rel->types, rel->column_count, KEY_EQUAL,
	    context->budget);
	set->table.keys.cancel = context->cancel;
	set->capacity = 0;
	set->is_full = false;
	set->is_built = false;
}

static void
forget_table(struct set_op *set)
{
	uint64_t bytes = group_table_bytes(&set->table) + set->arena.used_bytes;

	if (bytes > set->memory_bytes)
		set->memory_bytes = bytes;
	group_table_release(&set->table);
	arena_release(&set->arena);
}

/* ---- parts ---- */

static bool
is_too_large(const struct set_op *set, uint32_t count)
{
	const struct exec_context *context = set->op.env->context;

	return context->temp != NULL && group_table_count(&set->table) > 0 &&
	    group_table_bytes_with(&set->table, count) +
		set->capacity *
		    (sizeof(*set->counts) + sizeof(*set->is_given)) >
	    context->work_mem_bytes;
}

static void
init_parts(struct set_op *set)
{
	const struct rel *rel = set->op.rel;
	const struct exec_context *context = set->op.env->context;

	set->types = arena_alloc_array(set->op.env->arena,
	    (size_t)rel->column_count + 1, sizeof(*set->types));
	memcpy(set->types, rel->types, rel->column_count * sizeof(*set->types));
	set->types[rel->column_count] = type_of(TYPE_INT8);
	set->by_ordinal = (struct sort_key){ .column = rel->column_count };
	partitions_init(&set->left_parts, context, set->types,
	    rel->column_count + 1);
	partitions_init(&set->right_parts, context, set->types,
	    rel->column_count + 1);
	sorter_init(&set->sorter, context, set->types, rel->column_count + 1,
	    &set->by_ordinal, 1);
	set->is_parted = true;
}

/* No new groups; each part of one side has its counterpart of the other. */
static int
fill_up(struct set_op *set, struct error *err)
{
	int rc;

	if (!set->is_parted)
		init_parts(set);
	set->is_full = true;
	rc = partitions_begin(&set->right_parts, err);
	if (rc == 0 && set->is_built)
		rc = partitions_end(&set->right_parts, err);
	return rc == 0 ? partitions_begin(&set->left_parts, err) : rc;
}

static int
add_to_parts(struct set_op *set, struct partitions *parts,
    const struct vec *columns, struct sel sel, struct error *err)
{
	uint64_t *hashes = arena_alloc_array(&set->op.batch_arena,
	    sel.count + 1, sizeof(*hashes));

	row_key_hash(set->table.types, set->table.key_count, columns, sel,
	    hashes);
	return partitions_add(parts, columns, sel, hashes, err);
}

/*
 * Find the groups of the rows; those that there is no room for go to `parts`,
 * and out of the batch.  `columns` are the batch's and the ordinal.
 */
static int
find(struct set_op *set, struct batch *batch, const struct vec *columns,
    struct partitions *parts, uint32_t **out, struct error *err)
{
	struct arena *arena = &set->op.batch_arena;
	struct sel sel = batch->sel;
	uint32_t *groups =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*groups));
	uint16_t *found =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*found));
	uint16_t *missing =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*missing));
	struct sel others = { .rows = missing };
	int rc = 0;

	*out = groups;
	if (!set->is_full && is_too_large(set, sel.count))
		rc = fill_up(set, err);
	if (rc == 0 && !set->is_full)
		rc = group_table_find(&set->table, columns, sel, arena, groups,
		    NULL, err);
	if (rc != 0 || !set->is_full)
		return rc != 0 ? rc : reserve(set, err);
	group_table_lookup(&set->table, columns, sel, arena, groups);
	batch->sel = (struct sel){ .rows = found };
	for (uint32_t i = 0; i < sel.count; i++) {
		uint16_t row = (uint16_t)sel_row(sel, i);

		if (groups[i] == GROUP_NONE) {
			missing[others.count++] = row;
			continue;
		}
		groups[batch->sel.count] = groups[i];
		found[batch->sel.count++] = row;
	}
	return add_to_parts(set, parts, columns, others, err);
}

/* The batch's columns, and numbers that go on for each row, behind them. */
static struct vec *
with_ordinals(struct set_op *set, const struct batch *batch)
{
	struct arena *arena = &set->op.batch_arena;
	uint32_t count = set->op.rel->column_count;
	struct vec *columns =
	    arena_alloc_array(arena, (size_t)count + 1, sizeof(*columns));

	memcpy(columns, batch->cols, count * sizeof(*columns));
	vec_init(&columns[count], PHYS_I64, batch->row_count, arena);
	for (uint32_t i = 0; i < batch->sel.count; i++)
		columns[count].i64[sel_row(batch->sel, i)] =
		    set->next_ordinal++;
	return columns;
}

/* ---- the right side ---- */

static int
count_rows(struct set_op *set, struct batch *batch, const struct vec *columns,
    struct error *err)
{
	uint32_t *groups;
	int rc = find(set, batch, columns, &set->right_parts, &groups, err);

	for (uint32_t i = 0; i < batch->sel.count && rc == 0; i++)
		set->counts[groups[i]]++;
	return rc == 0 ? op_forget(&set->op, err) : rc;
}

static int
end_right(struct set_op *set, struct error *err)
{
	set->is_built = true;
	return set->is_full ? partitions_end(&set->right_parts, err) : 0;
}

static int
build(struct set_op *set, struct error *err)
{
	struct batch batch;
	int rc;

	while ((rc = op_next(set->right, &batch, err)) > 0) {
		rc = count_rows(set, &batch, with_ordinals(set, &batch), err);
		if (rc != 0)
			return rc;
	}
	return rc == 0 ? end_right(set, err) : rc;
}

static int
build_part(struct set_op *set, const struct part *part, struct error *err)
{
	struct spill_reader reader;
	struct batch batch;
	int rc;

	forget_table(set);
	begin_table(set);
	spill_reader_init(&reader, &set->right_parts.spill, part->run);
	while ((rc = spill_reader_next(&reader, &batch, err)) > 0) {
		rc = count_rows(set, &batch, batch.cols, err);
		if (rc != 0)
			break;
	}
	spill_reader_release(&reader);
	return rc == 0 ? end_right(set, err) : rc;
}

/* ---- the left side ---- */

/* Whether the next row of a group comes out. */
static bool
passes(struct set_op *set, uint32_t group)
{
	const struct rel_set_op *rel = &set->op.rel->set_op;
	bool is_right = set->counts[group] > 0;

	if (rel->is_all) {
		set->counts[group] -= is_right;
		return is_right != rel->is_except;
	}
	if (is_right == rel->is_except || set->is_given[group])
		return false;
	set->is_given[group] = true;
	return true;
}

/* The next rows, with their ordinals: 1, 0 at the end, or a code. */
static int
next_left(struct set_op *set, struct batch *out, struct error *err)
{
	int rc = set->is_in_part ? spill_reader_next(&set->reader, out, err)
				 : op_next(set->op.input, out, err);

	if (rc <= 0)
		return rc;
	if (op_forget(&set->op, err) != 0)
		return err->code;
	if (!set->is_in_part)
		out->cols = with_ordinals(set, out);
	return 1;
}

/* The same of rows that come out. */
static int
next_passing(struct set_op *set, struct batch *out, struct error *err)
{
	int rc;

	while ((rc = next_left(set, out, err)) > 0) {
		uint32_t *groups;
		uint16_t *rows;
		uint32_t count = 0;

		rc = find(set, out, out->cols, &set->left_parts, &groups, err);
		if (rc != 0)
			return rc;
		rows = arena_alloc_array(&set->op.batch_arena,
		    out->sel.count + 1, sizeof(*rows));
		for (uint32_t i = 0; i < out->sel.count; i++) {
			rows[count] = (uint16_t)sel_row(out->sel, i);
			count += passes(set, groups[i]);
		}
		out->sel = (struct sel){ .rows = rows, .count = count };
		if (count > 0)
			return 1;
	}
	return rc;
}

/* Turn to the next parts: 1, 0 if there are none, or a code. */
static int
next_part(struct set_op *set, struct error *err)
{
	struct part left, right;
	int rc;

	if (!set->is_parted)
		return 0;
	rc = partitions_end(&set->left_parts, err);
	while (rc == 0 && partitions_next(&set->right_parts, &right) &&
	    partitions_next(&set->left_parts, &left)) {
		if (part_row_count(&set->left_parts, &left) == 0)
			continue; /* nothing can come out */
		rc = build_part(set, &right, err);
		if (rc != 0)
			break;
		spill_reader_release(&set->reader);
		spill_reader_init(&set->reader, &set->left_parts.spill,
		    left.run);
		set->is_in_part = true;
		return 1;
	}
	return rc;
}

/* The sides, or parts, have ended: turn to others.  0 at the end of all. */
static int
turn(struct set_op *set, bool is_sorting, struct error *err)
{
	int rc = next_part(set, err);

	if (rc != 0 || !is_sorting)
		return rc;
	forget_table(set);
	rc = sorter_finish(&set->sorter, err);
	set->is_sorted = rc == 0;
	return rc == 0 ? 1 : rc;
}

static int
give_sorted(struct set_op *set, struct batch *out, struct error *err)
{
	int rc = op_forget(&set->op, err);

	if (rc == 0)
		rc = sorter_next(&set->sorter, &set->op.batch_arena, out, err);
	out->col_count = set->op.rel->column_count;
	return rc;
}

static int
set_op_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct set_op *set = (struct set_op *)op;
	int rc = set->is_built ? 0 : build(set, err);

	if (rc != 0)
		return rc;
	while (!set->is_sorted) {
		bool is_sorting;

		rc = next_passing(set, out, err);
		/* perhaps from this batch on */
		is_sorting = set->is_parted && !op->rel->set_op.is_unordered;
		out->col_count = op->rel->column_count;
		if (rc > 0 && !is_sorting)
			return 1;
		if (rc > 0)
			rc = sorter_add(&set->sorter, out->cols, out->sel, err);
		else if (rc == 0)
			rc = turn(set, is_sorting, err);
		else
			return rc;
		if (rc < 0 || (rc == 0 && !is_sorting))
			return rc;
	}
	return give_sorted(set, out, err);
}

/* ---- the operator ---- */

static int
set_op_open(struct op_state *op, struct error *err)
{
	struct set_op *set = (struct set_op *)op;

	begin_table(set);
	return op_open(set->right, err);
}

static void
set_op_close(struct op_state *op)
{
	struct set_op *set = (struct set_op *)op;

	op_close(set->right);
	forget_table(set);
	if (!set->is_parted)
		return;
	spill_reader_release(&set->reader);
	partitions_release(&set->left_parts);
	partitions_release(&set->right_parts);
	sorter_release(&set->sorter);
}

static void
set_op_report(const struct op_state *op, struct op_stats *stats)
{
	const struct set_op *set = (const struct set_op *)op;
	uint64_t bytes = group_table_bytes(&set->table) + set->arena.used_bytes;

	op_stats_keep_memory(stats,
	    bytes > set->memory_bytes ? bytes : set->memory_bytes);
	if (set->is_parted)
		op_stats_add_spill(stats, set->right_parts.written + 1,
		    spill_size(&set->left_parts.spill) +
			spill_size(&set->right_parts.spill) +
			set->sorter.disk_bytes);
}

static const struct op_class set_op_class = {
	.name = "set operation",
	.open = set_op_open,
	.next = set_op_next,
	.close = set_op_close,
	.report = set_op_report,
};

struct op_state *
set_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct set_op *set = arena_zalloc(env->arena, sizeof(*set));

	arena_init(&set->arena, env->context->budget);
	op_init(&set->op, &set_op_class, env, rel);
	set->right = op_new(env, rel->set_op.right);
	return &set->op;
}
