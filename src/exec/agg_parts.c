/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/agg_op.h"

#include <string.h>

#include "common/error.h"
#include "plan/rel_walk.h"

/* ---- what is written ---- */

struct needed {
	const struct rel_agg *agg;
	bool *marks;
};

static int
mark_needed(struct expr **slot, void *arg)
{
	struct needed *needed = arg;
	struct expr **keys = needed->agg->keys;

	/* keys are written as they are */
	if (slot < keys || slot >= keys + needed->agg->key_count)
		expr_mark_columns(*slot, needed->marks);
	return 0;
}

static void
choose_columns(struct agg_op *agg)
{
	const struct rel *rel = agg->op.rel;
	const struct rel *input = rel->input;
	struct arena *arena = agg->op.env->arena;
	struct agg_parts *parts = &agg->parts;
	uint32_t key_count = agg_key_count(agg);
	struct needed needed = {
		.agg = &rel->agg,
		.marks = arena_zalloc(arena, input->column_count + 1),
	};
	struct type *types = arena_alloc_array(arena,
	    (size_t)input->column_count + key_count + 1, sizeof(*types));

	(void)rel_each_expr_of(rel, mark_needed, &needed);
	parts->columns = arena_alloc_array(arena,
	    (size_t)input->column_count + 1, sizeof(*parts->columns));
	for (uint32_t c = 0; c < input->column_count; c++) {
		if (!needed.marks[c])
			continue;
		types[parts->column_count] = input->types[c];
		parts->columns[parts->column_count++] = c;
	}
	for (uint32_t k = 0; k < key_count; k++)
		types[parts->column_count + k] = agg->key_types[k];
	types[parts->column_count + key_count] = type_of(TYPE_INT8);
	parts->types = types;
}

static int
begin_parts(struct agg_op *agg, struct error *err)
{
	const struct rel *rel = agg->op.rel;
	const struct exec_context *context = agg->op.env->context;
	struct arena *arena = agg->op.env->arena;
	struct agg_parts *parts = &agg->parts;
	struct type *types;

	choose_columns(agg);
	partitions_init(&parts->partitions, context, parts->types,
	    parts->column_count + agg_key_count(agg) + 1);
	types = arena_alloc_array(arena, (size_t)rel->column_count + 1,
	    sizeof(*types));
	memcpy(types, rel->types, rel->column_count * sizeof(*types));
	types[rel->column_count] = type_of(TYPE_INT8);
	parts->by_ordinal = (struct sort_key){ .column = rel->column_count };
	row_store_init(&parts->firsts, types + rel->column_count, 1,
	    context->budget);
	sorter_init(&parts->sorter, context, types, rel->column_count + 1,
	    &parts->by_ordinal, 1);
	parts->is_begun = true;
	return arena_check(arena, err);
}

int
agg_parts_add(struct agg_op *agg, const struct eval *eval, struct sel sel,
    const struct vec *keys, const struct vec *ordinals, struct error *err)
{
	struct agg_parts *parts = &agg->parts;
	uint32_t key_count = agg_key_count(agg);
	struct vec *columns;
	uint64_t *hashes;

	if (!parts->is_begun) {
		int rc = begin_parts(agg, err);

		if (rc != 0)
			return rc;
	}
	columns = arena_alloc_array(eval->arena,
	    (size_t)parts->column_count + key_count + 1, sizeof(*columns));
	hashes = arena_alloc_array(eval->arena, sel.count + 1, sizeof(*hashes));
	for (uint32_t i = 0; i < parts->column_count; i++)
		columns[i] = eval->columns[parts->columns[i]];
	memcpy(columns + parts->column_count, keys,
	    key_count * sizeof(*columns));
	columns[parts->column_count + key_count] = *ordinals;
	row_key_hash(agg->key_types, key_count, keys, sel, hashes);
	return partitions_add(&parts->partitions, columns, sel, hashes, err);
}

int
agg_parts_note(struct agg_op *agg, struct sel sel, const bool *is_new,
    const struct vec *ordinals, struct error *err)
{
	uint16_t rows[VEC_ROWS];
	uint32_t count = 0;

	for (uint32_t i = 0; i < sel.count; i++) {
		rows[count] = (uint16_t)sel_row(sel, i);
		count += is_new[i];
	}
	return row_store_add(&agg->parts.firsts, ordinals,
	    (struct sel){ .rows = rows, .count = count }, err);
}

/* ---- reading ---- */

static int
add_block(struct agg_op *agg, const struct batch *block, struct error *err)
{
	const struct agg_parts *parts = &agg->parts;
	struct arena *arena = &agg->op.batch_arena;
	struct vec *columns = arena_zalloc(arena,
	    ((size_t)agg->op.rel->input->column_count + 1) * sizeof(*columns));
	const struct vec *keys = block->cols + parts->column_count;
	const struct eval eval = { .env = agg->op.env,
		.arena = arena,
		.columns = columns,
		.row_count = block->row_count };

	for (uint32_t i = 0; i < parts->column_count; i++)
		columns[parts->columns[i]] = block->cols[i];
	return agg_add(agg, &eval, block->sel, keys, &keys[agg_key_count(agg)],
	    err);
}

/* Groups anew, of the rows of one part. */
static int
read_part(struct agg_op *agg, const struct part *part, struct error *err)
{
	struct agg_parts *parts = &agg->parts;
	struct batch block;
	int rc;

	agg_forget(agg);
	agg_begin(agg);
	row_store_reset(&parts->firsts);
	spill_reader_init(&parts->reader, &parts->partitions.spill, part->run);
	while ((rc = spill_reader_next(&parts->reader, &block, err)) > 0) {
		rc = add_block(agg, &block, err);
		if (rc == 0)
			rc = op_forget(&agg->op, err);
		if (rc != 0)
			return rc;
	}
	spill_reader_release(&parts->reader);
	if (rc == 0)
		rc = partitions_end(&parts->partitions, err);
	return rc == 0 ? agg_finish(agg, err) : rc;
}

/* 1, 0 if none is left, or a code. */
static int
next_part(struct agg_op *agg, struct error *err)
{
	struct part part;
	int rc;

	while (partitions_next(&agg->parts.partitions, &part)) {
		if (part_row_count(&agg->parts.partitions, &part) == 0)
			continue;
		rc = read_part(agg, &part, err);
		return rc != 0 ? rc : 1;
	}
	return 0;
}

/* The groups that are there, into the sorter. */
static int
sort_groups(struct agg_op *agg, struct error *err)
{
	struct agg_parts *parts = &agg->parts;
	struct batch batch;
	int rc;

	for (;;) {
		uint32_t at = agg->at;
		struct vec *columns;

		rc = agg_give(agg, &batch, err);
		if (rc <= 0)
			return rc;
		columns = arena_alloc_array(&agg->op.batch_arena,
		    (size_t)batch.col_count + 1, sizeof(*columns));
		memcpy(columns, batch.cols, batch.col_count * sizeof(*columns));
		row_store_column(&parts->firsts, 0, NULL, at, batch.row_count,
		    &agg->op.batch_arena, &columns[batch.col_count]);
		rc = sorter_add(&parts->sorter, columns, batch.sel, err);
		if (rc == 0)
			rc = op_forget(&agg->op, err);
		if (rc != 0)
			return rc;
	}
}

static int
sort_parts(struct agg_op *agg, struct error *err)
{
	int rc;

	while ((rc = next_part(agg, err)) > 0) {
		rc = sort_groups(agg, err);
		if (rc != 0)
			return rc;
	}
	agg_forget(agg);
	if (rc == 0)
		rc = sorter_finish(&agg->parts.sorter, err);
	agg->parts.is_sorted = rc == 0;
	return rc;
}

int
agg_parts_next(struct agg_op *agg, struct batch *out, struct error *err)
{
	struct agg_parts *parts = &agg->parts;
	int rc;

	if (!parts->is_begun)
		return 0;
	if (agg->op.rel->agg.is_unordered) {
		while ((rc = next_part(agg, err)) > 0) {
			rc = agg_give(agg, out, err);
			if (rc != 0)
				return rc;
		}
		return rc;
	}
	if (!parts->is_sorted) {
		rc = sort_parts(agg, err);
		if (rc == 0)
			rc = op_forget(&agg->op, err);
		if (rc != 0)
			return rc;
	}
	rc = sorter_next(&parts->sorter, &agg->op.batch_arena, out, err);
	out->col_count = agg->op.rel->column_count;
	return rc;
}

void
agg_parts_release(struct agg_op *agg)
{
	struct agg_parts *parts = &agg->parts;

	if (!parts->is_begun)
		return;
	spill_reader_release(&parts->reader);
	partitions_release(&parts->partitions);
	row_store_release(&parts->firsts);
	sorter_release(&parts->sorter);
}
