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
	arena_init(&parts->met_arena, join->op.env->context->budget);
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

/* Cutting it again would change nothing. */
static bool
is_one_hash(const struct join_op *join, const struct part *part)
{
	return key_count(join) == 0 || part_is_stuck(part);
}

/*
 * A table of the part's rows from where its reader is: 1, 0 if they are too
 * many and are to be cut again, or a code.
 */
static int
build_piece(struct join_op *join, const struct part *part, struct error *err)
{
	struct join_parts *parts = join->parts;
	const struct join_side *side = &parts->table;
	int rc = 1;

	join_table_release(&join->table);
	join_begin(join, side->types, side->column_count + 1);
	for (;;) {
		if (parts->block.row_count == 0)
			rc = spill_reader_next(&parts->table_reader,
			    &parts->block, err);
		if (rc < 0)
			return rc;
		parts->is_last_piece = rc == 0;
		if (parts->is_last_piece ||
		    join_is_too_large(join, parts->block.row_count))
			break;
		rc = join_table_add(&join->table, parts->block.cols,
		    parts->block.sel, err);
		if (rc == 0)
			rc = op_forget(&join->op, err);
		if (rc != 0)
			return rc;
		parts->block.row_count = 0;
		rc = 1;
	}
	if (!parts->is_last_piece && !is_one_hash(join, part))
		return 0;
	rc = join_finish(join, err);
	return rc != 0 ? rc : 1;
}

/* The bits of the probing rows, if what comes out depends on them. */
static int
begin_pieces(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	uint64_t rows =
	    part_row_count(&parts->probe.partitions, &parts->probe_part);

	arena_reset(&parts->met_arena);
	parts->has_met = NULL;
	parts->is_in_pieces = !parts->is_last_piece;
	if (!parts->is_in_pieces ||
	    !(join->output->probe_matched || join->output->probe_unmatched))
		return 0;
	parts->has_met = arena_try_alloc(&parts->met_arena, rows / 8 + 1);
	if (parts->has_met == NULL)
		return error_no_memory(err);
	memset(parts->has_met, 0, rows / 8 + 1);
	return 0;
}

bool
join_parts_has_met(const struct join_op *join, uint16_t row)
{
	const struct join_parts *parts = join->parts;
	uint64_t at;

	if (parts == NULL || parts->has_met == NULL)
		return false;
	at = parts->probe_row + row;
	return (parts->has_met[at / 8] >> (at % 8) & 1) != 0;
}

void
join_parts_meet(struct join_op *join, uint16_t row)
{
	struct join_parts *parts = join->parts;
	uint64_t at;

	if (parts == NULL || parts->has_met == NULL)
		return;
	at = parts->probe_row + row;
	parts->has_met[at / 8] |= (uint8_t)(1 << at % 8);
}

bool
join_parts_may_miss(const struct join_op *join)
{
	return join->parts != NULL && join->parts->is_in_pieces &&
	    !join->parts->is_last_piece;
}

static void
start_probing(struct join_parts *parts)
{
	spill_reader_release(&parts->reader);
	spill_reader_init(&parts->reader, &parts->probe.partitions.spill,
	    parts->probe_part.run);
	parts->probe_row = 0;
	parts->is_started = false;
}

/* The table of a part, or its first piece: 1, 0 if it is too large, or a code.
 */
static int
build_part(struct join_op *join, const struct part *part, struct error *err)
{
	struct join_parts *parts = join->parts;
	int rc;

	spill_reader_release(&parts->table_reader);
	spill_reader_init(&parts->table_reader, &parts->table.partitions.spill,
	    part->run);
	parts->block.row_count = 0;
	rc = build_piece(join, part, err);
	if (rc <= 0)
		return rc;
	rc = begin_pieces(join, err);
	if (rc != 0)
		return rc;
	start_probing(parts);
	return 1;
}

/* Build the table of the next part: 1, 0 if there is none, or a code. */
static int
next_part(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	struct part table;
	int rc = 0;

	while (partitions_next(&parts->table.partitions, &table) &&
	    partitions_next(&parts->probe.partitions, &parts->probe_part)) {
		if (part_row_count(&parts->table.partitions, &table) == 0 &&
		    part_row_count(&parts->probe.partitions,
			&parts->probe_part) == 0)
			continue;
		rc = build_part(join, &table, err);
		if (rc != 0)
			break;
		rc = cut_again(join, &parts->table, &table, err);
		if (rc == 0)
			rc = cut_again(join, &parts->probe, &parts->probe_part,
			    err);
		if (rc != 0)
			return rc;
	}
	parts->table_part = table;
	return rc;
}

/* The next table to be probed: 1, 0 if there is none, or a code. */
static int
next_table(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	int rc;

	if (!parts->is_in_pieces || parts->is_last_piece)
		return next_part(join, err);
	rc = build_piece(join, &parts->table_part, err);
	if (rc > 0)
		start_probing(parts);
	return rc;
}

int
join_parts_probe(struct join_op *join, struct error *err)
{
	struct join_parts *parts = join->parts;
	uint32_t before = join->batch.row_count;
	int rc = spill_reader_next(&parts->reader, &join->batch, err);

	parts->probe_row += parts->is_started ? before : 0;
	parts->is_started = rc > 0;
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
			rc = next_table(join, err);
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
	spill_reader_release(&parts->table_reader);
	arena_release(&parts->met_arena);
	partitions_release(&parts->table.partitions);
	partitions_release(&parts->probe.partitions);
	sorter_release(&parts->sorter);
}
