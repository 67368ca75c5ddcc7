/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/row_spool.h"

#include "common/cancel.h"
#include "common/error.h"

void
row_spool_init(struct row_spool *spool, const struct exec_context *context,
    const struct type *types, uint32_t column_count)
{
	*spool = (struct row_spool){ .context = context,
		.types = types,
		.column_count = column_count };
	row_store_init(&spool->store, types, column_count, context->budget);
	spool->store.cancel = context->cancel;
	spill_init(&spool->spill, spool->context, spool->types,
	    spool->column_count);
}

void
row_spool_release(struct row_spool *spool)
{
	row_store_release(&spool->store);
	spill_release(&spool->spill);
}

void
row_spool_reset(struct row_spool *spool)
{
	row_store_reset(&spool->store);
	spill_release(&spool->spill);
	spill_init(&spool->spill, spool->context, spool->types,
	    spool->column_count);
	spool->row_count = 0;
}

static bool
is_full(const struct row_spool *spool, uint32_t count)
{
	return spool->context->temp != NULL && spool->store.row_count > 0 &&
	    row_store_bytes_with(&spool->store, count) >
	    spool->context->work_mem_bytes;
}

/* All rows that are in memory, to the file. */
static int
write_rows(struct row_spool *spool, struct error *err)
{
	const struct row_store *store = &spool->store;
	uint64_t before = spill_size(&spool->spill);
	struct arena arena;
	int rc = 0;

	if (spool->spill.run_count == 0)
		rc = spill_add_runs(&spool->spill, 1, err);
	arena_init(&arena, spool->context->budget);
	for (uint32_t at = 0; at < store->row_count && rc == 0;
	     at += VEC_ROWS) {
		uint32_t left = store->row_count - at;
		struct batch batch;

		row_store_batch(store, NULL, at,
		    left < VEC_ROWS ? left : VEC_ROWS, &arena, &batch);
		rc = arena_check(&arena, err);
		if (rc == 0)
			rc = spill_write(&spool->spill, 0, batch.cols,
			    batch.sel, err);
		if (rc == 0)
			rc = cancel_check(spool->context->cancel, err);
		arena_reset(&arena);
	}
	arena_release(&arena);
	row_store_reset(&spool->store);
	spool->disk_bytes += spill_size(&spool->spill) - before;
	return rc;
}

int
row_spool_add(struct row_spool *spool, const struct vec *columns,
    struct sel sel, struct error *err)
{
	int rc = 0;

	if (is_full(spool, sel.count))
		rc = write_rows(spool, err);
	if (rc == 0)
		rc = row_store_add(&spool->store, columns, sel, err);
	if (rc == 0)
		spool->row_count += sel.count;
	if (row_store_bytes(&spool->store) > spool->memory_bytes)
		spool->memory_bytes = row_store_bytes(&spool->store);
	return rc;
}

/* ---- reading ---- */

static void
give_stored(const struct row_spool *spool, uint32_t first, struct op_state *op,
    struct batch *out)
{
	const struct row_store *store = &spool->store;
	struct arena *arena = &op->batch_arena;
	uint32_t left = store->row_count - first;

	out->row_count = left < VEC_ROWS ? left : VEC_ROWS;
	out->sel = sel_all(out->row_count);
	for (uint32_t c = 0; c < out->col_count; c++) {
		row_store_column(store, op->rel->columns[c].column, NULL, first,
		    out->row_count, arena, &out->cols[c]);
		if (spool->is_growing)
			vec_own(&out->cols[c], 0, out->row_count, arena);
	}
}

/* A block, without its first `skip` rows. */
static int
give_block(const struct spill *spill, uint32_t number, uint32_t skip,
    struct op_state *op, struct batch *out, struct error *err)
{
	struct arena *arena = &op->batch_arena;
	struct batch block;
	int rc = spill_read(spill, 0, number, arena, &block, err);

	if (rc != 0)
		return rc;
	out->row_count = block.row_count;
	out->sel = block.sel;
	for (uint32_t c = 0; c < out->col_count; c++)
		out->cols[c] = block.cols[op->rel->columns[c].column];
	if (skip > 0) {
		uint32_t count = block.row_count - skip;
		uint16_t *rows = arena_alloc_array(arena, count, sizeof(*rows));

		for (uint32_t i = 0; i < count; i++)
			rows[i] = (uint16_t)(skip + i);
		out->sel = (struct sel){ .rows = rows, .count = count };
	}
	return 0;
}

/* Rows that were in memory may be in blocks by now. */
static void
find_block(const struct spill_run *run, struct spool_reader *reader)
{
	for (;;) {
		uint64_t end =
		    reader->block_row + run->blocks[reader->block].row_count;

		if (reader->row < end)
			return;
		reader->block_row = end;
		reader->block++;
	}
}

int
row_spool_next(const struct row_spool *spool, struct spool_reader *reader,
    struct op_state *op, struct batch *out, struct error *err)
{
	uint64_t in_blocks = spool->row_count - spool->store.row_count;
	int rc = 0;

	if (reader->row == spool->row_count)
		return 0;
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena,
	    (size_t)out->col_count + 1, sizeof(*out->cols));
	if (reader->row >= in_blocks) {
		give_stored(spool, (uint32_t)(reader->row - in_blocks), op,
		    out);
	} else {
		find_block(&spool->spill.runs[0], reader);
		rc = give_block(&spool->spill, reader->block,
		    (uint32_t)(reader->row - reader->block_row), op, out, err);
	}
	reader->row += out->sel.count;
	return rc != 0 ? rc : 1;
}

int
row_spool_read(const struct row_spool *spool, uint64_t row, struct arena *arena,
    struct batch *out, uint64_t *first, struct error *err)
{
	uint64_t in_blocks = spool->row_count - spool->store.row_count;
	struct spool_reader reader = { .row = row };
	uint32_t at, left;

	if (row < in_blocks) {
		find_block(&spool->spill.runs[0], &reader);
		*first = reader.block_row;
		return spill_read(&spool->spill, 0, reader.block, arena, out,
		    err);
	}
	at = (uint32_t)(row - in_blocks) / VEC_ROWS * VEC_ROWS;
	left = spool->store.row_count - at;
	*first = in_blocks + at;
	row_store_batch(&spool->store, NULL, at,
	    left < VEC_ROWS ? left : VEC_ROWS, arena, out);
	return arena_check(arena, err);
}
