/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/join_private.h"

#include <string.h>

#include "common/error.h"
#include "exec/row_key.h"

/* Rows that the table gives on its own come behind all others. */
#define TABLE_ORDINAL (INT64_C(1) << 62)

static uint32_t
key_count(const struct join_op *join)
{
	return join->op.rel->join.key_count;
}

/* ---- writing ---- */

static void
side_init(const struct join_op *join, struct join_side *side,
    const struct rel *rel, int64_t first_ordinal)
{
	uint32_t count = rel->column_count;
	struct type *types = arena_alloc_array(join->op.env->arena,
	    (size_t)count + 1 + key_count(join), sizeof(*types));

	memcpy(types, rel->types, count * sizeof(*types));
	types[count] = type_of(TYPE_INT8);
	for (uint32_t k = 0; k < key_count(join); k++)
		types[count + 1 + k] = join->op.rel->join.keys[k].type;
	*side = (struct join_side){ .column_count = count,
		.types = types,
		.next_ordinal = first_ordinal };
	partitions_init(&side->partitions, join->op.env->context, types,
	    count + 1 + key_count(join));
}

int
join_parts_add(struct join_op *join, struct join_side *side,
    const struct vec *columns, const struct vec *keys, uint32_t row_count,
    struct sel sel, struct error *err)
{
	struct arena *arena = &join->op.batch_arena;
	struct vec *all = arena_alloc_array(arena,
	    (size_t)side->column_count + 1 + key_count(join), sizeof(*all));
	struct vec *ordinals = &all[side->column_count];
	uint64_t *hashes =
	    arena_alloc_array(arena, sel.count + 1, sizeof(*hashes));

	memcpy(all, columns, side->column_count * sizeof(*all));
	memcpy(ordinals + 1, keys, key_count(join) * sizeof(*all));
	vec_init(ordinals, PHYS_I64, row_count, arena);
	for (uint32_t i = 0; i < sel.count; i++)
		ordinals->i64[sel_row(sel, i)] = side->next_ordinal++;
	row_key_hash(join->table.key_types, key_count(join), keys, sel, hashes);
	return partitions_add(&side->partitions, all, sel, hashes, err);
}

/* The rows that the table has, into parts. */
static int
move_table(struct join_op *join, struct error *err)
{
	const struct row_store *rows = &join->table.rows;
	struct join_side *side = &join->parts->table;
	struct arena *arena = &join->op.batch_arena;
	int rc = 0;

	for (uint32_t at = 0; at < rows->row_count && rc == 0; at += VEC_ROWS) {
		uint32_t left = rows->row_count - at;
		struct arena_mark mark = arena_mark(arena);
		struct batch batch;

		row_store_batch(rows, NULL, at,
		    left < VEC_ROWS ? left : VEC_ROWS, arena, &batch);
		rc = join_parts_add(join, side, batch.cols,
		    batch.cols + side->column_count, batch.row_count, batch.sel,
		    err);
		if (rc == 0)
			rc = op_check_cancel(&join->op, err);
		if (rc == 0)
			rc = arena_check(arena, err);
		arena_rewind(arena, mark);
	}
	join_table_release(&join->table);
	return rc;
}

int
join_parts_begin(struct join_op *join, struct error *err)
{
	const struct rel *rel = join->op.rel;
	struct arena *arena = join->op.env->arena;
	struct join_parts *parts = arena_zalloc(arena, sizeof(*parts));
	struct type *types = arena_alloc_array(arena,
	    (size_t)rel->column_count + 1, sizeof(*types));

	join->parts = parts;
	side_init(join, &parts->table, join_table_side(join)->rel,
	    TABLE_ORDINAL);
	side_init(join, &parts->probe, join_probing_side(join)->rel, 0);
	memcpy(types, rel->types, rel->column_count * sizeof(*types));
	types[rel->column_count] = type_of(TYPE_INT8);
	parts->by_ordinal = (struct sort_key){ .column = rel->column_count };
	sorter_init(&parts->sorter, join->op.env->context, types,
	    rel->column_count + 1, &parts->by_ordinal, 1);
	return move_table(join, err);
}

int
join_parts_read(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	struct arena *arena = &join->op.batch_arena;
	struct batch batch;
	int rc;

	rc = partitions_end(&parts->table.partitions, err);
	if (rc == 0)
		rc = partitions_begin(&parts->probe.partitions, err);
	while (rc == 0 &&
	    (rc = op_next(join_probing_side(join), &batch, err)) > 0) {
		const struct eval eval =
		    eval_of_batch(join->op.env, arena, &batch);
		struct vec *keys = arena_alloc_array(arena,
		    (size_t)key_count(join) + 1, sizeof(*keys));

		rc = join_eval_keys(join, &eval, batch.sel,
		    !join->is_left_built, keys, err);
		if (rc == 0)
			rc = join_parts_add(join, &parts->probe, batch.cols,
			    keys, batch.row_count, batch.sel, err);
		if (rc == 0)
			rc = op_forget(&join->op, err);
	}
	return rc == 0 ? partitions_end(&parts->probe.partitions, err) : rc;
}

/* ---- reading ---- */

/* A part of one side again, cut by other bits. */
static int
cut_again(struct join_op *join, struct join_side *side, const struct part *part,
    struct error *err)
{
	struct spill_reader reader;
	struct batch block;
	int rc;

	rc = partitions_begin(&side->partitions, err);
	if (rc != 0)
		return rc;
	spill_reader_init(&reader, &side->partitions.spill, part->run);
	while (rc == 0 && (rc = spill_reader_next(&reader, &block, err)) > 0) {
		uint64_t *hashes = arena_alloc_array(&join->op.batch_arena,
		    block.row_count + 1, sizeof(*hashes));

		row_key_hash(join->table.key_types, key_count(join),
		    block.cols + side->column_count + 1, block.sel, hashes);
		rc = partitions_add(&side->partitions, block.cols, block.sel,
		    hashes, err);
		if (rc == 0)
			rc = op_forget(&join->op, err);
	}
	spill_reader_release(&reader);
	return rc == 0 ? partitions_end(&side->partitions, err) : rc;
}

/* The table of a part: 1, 0 if it is too large, or a code. */
static int
build_part(struct join_op *join, const struct part *part, struct error *err)
{
	const struct join_side *side = &join->parts->table;
	struct spill_reader reader;
	struct batch block;
	bool fits = true;
	int rc;

	join_table_release(&join->table);
	join_begin(join, side->types, side->column_count + 1);
	spill_reader_init(&reader, &side->partitions.spill, part->run);
	while ((rc = spill_reader_next(&reader, &block, err)) > 0) {
		fits = part_is_stuck(part) ||
		    !join_is_too_large(join, block.row_count);
		if (!fits)
			break;
		rc = join_table_add(&join->table, block.cols, block.sel, err);
		if (rc == 0)
			rc = op_forget(&join->op, err);
		if (rc != 0)
			break;
	}
	spill_reader_release(&reader);
	if (rc < 0)
		return rc;
	if (fits)
		rc = join_finish(join, err);
	return rc < 0 ? rc : fits;
}

/* Build the table of the next part: 1, 0 if there is none, or a code. */
static int
next_part(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	struct part table, probe;
	int rc = 0;

	while (partitions_next(&parts->table.partitions, &table) &&
	    partitions_next(&parts->probe.partitions, &probe)) {
		if (part_row_count(&parts->table.partitions, &table) == 0 &&
		    part_row_count(&parts->probe.partitions, &probe) == 0)
			continue;
		rc = build_part(join, &table, err);
		if (rc != 0)
			break;
		rc = cut_again(join, &parts->table, &table, err);
		if (rc == 0)
			rc = cut_again(join, &parts->probe, &probe, err);
		if (rc != 0)
			return rc;
	}
	if (rc > 0) {
		spill_reader_release(&parts->reader);
		spill_reader_init(&parts->reader,
		    &parts->probe.partitions.spill, probe.run);
	}
	return rc;
}

int
join_parts_probe(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	int rc = spill_reader_next(&parts->reader, &join->batch, err);

	if (rc > 0)
		join->keys = join->batch.cols + parts->probe.column_count + 1;
	return rc;
}

/* The same whatever the order of the parts. */
static int
give_unordered(struct join_op *join, struct batch *out, struct error *err)
{
	struct join_parts *parts = join->parts;
	int rc;

	for (;;) {
		if (!parts->has_part) {
			rc = next_part(join, err);
			if (rc <= 0)
				return rc;
			parts->has_part = true;
		}
		rc = join_give(join, out, err);
		if (rc != 0)
			return rc;
		parts->has_part = false;
		rc = op_forget(&join->op, err);
		if (rc != 0)
			return rc;
	}
}

/* Where the rows of a batch that came out belong. */
static void
give_ordinals(struct join_op *join, struct vec *out)
{
	const struct join_parts *parts = join->parts;
	const struct pairs *pairs = join->pairs;
	struct arena *arena = &join->op.batch_arena;

	if (join->is_probed) {
		row_store_gather(&join->table.rows, parts->table.column_count,
		    pairs->table, pairs->count, arena, out);
		return;
	}
	vec_gather(out, &join->batch.cols[parts->probe.column_count],
	    (struct sel){ .rows = pairs->probe, .count = pairs->count }, arena);
}

static int
sort_all(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	struct batch batch;
	int rc;

	while ((rc = give_unordered(join, &batch, err)) > 0) {
		struct vec *columns = arena_alloc_array(&join->op.batch_arena,
		    (size_t)batch.col_count + 1, sizeof(*columns));

		memcpy(columns, batch.cols, batch.col_count * sizeof(*columns));
		give_ordinals(join, &columns[batch.col_count]);
		rc = sorter_add(&parts->sorter, columns, batch.sel, err);
		if (rc == 0)
			rc = op_forget(&join->op, err);
		if (rc != 0)
			return rc;
	}
	join_table_release(&join->table);
	if (rc == 0)
		rc = sorter_finish(&parts->sorter, err);
	parts->is_sorted = rc == 0;
	return rc;
}

int
join_parts_next(struct join_op *join, struct batch *out, struct error *err)
{
	struct join_parts *parts = join->parts;
	int rc = 0;

	if (!join->op.rel->join.is_ordered)
		return give_unordered(join, out, err);
	if (!parts->is_sorted)
		rc = sort_all(join, err);
	if (rc == 0)
		rc = op_forget(&join->op, err);
	if (rc != 0)
		return rc;
	rc = sorter_next(&parts->sorter, &join->op.batch_arena, out, err);
	out->col_count = join->op.rel->column_count;
	return rc;
}

void
join_parts_release(struct join_op *join)
{
	struct join_parts *parts = join->parts;

	if (parts == NULL)
		return;
	spill_reader_release(&parts->reader);
	partitions_release(&parts->table.partitions);
	partitions_release(&parts->probe.partitions);
	sorter_release(&parts->sorter);
}
