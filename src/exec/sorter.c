/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/sorter.h"

#include "common/cancel.h"
#include "common/error.h"
#include "exec/key_sort.h"

/* What sorting needs beside a row. */
#define ORDER_BYTES sizeof(struct key_item)

void
sorter_init(struct sorter *sorter, const struct exec_context *context,
    const struct type *types, uint32_t column_count,
    const struct sort_key *keys, uint32_t key_count)
{
	*sorter = (struct sorter){
		.context = context,
		.order = { .keys = keys,
		    .key_count = key_count,
		    .types = types },
		.column_count = column_count,
	};
	arena_init(&sorter->arena, context->budget);
	row_store_init(&sorter->store, types, column_count, context->budget);
	sorter->store.cancel = context->cancel;
	spill_init(&sorter->spill, context, types, column_count);
}

void
sorter_release(struct sorter *sorter)
{
	run_merge_release(&sorter->merge);
	spill_release(&sorter->spill);
	row_store_release(&sorter->store);
	arena_release(&sorter->arena);
}

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

static void
note_memory(struct sorter *sorter)
{
	uint64_t bytes =
	    row_store_bytes(&sorter->store) + sorter->arena.used_bytes;

	if (bytes > sorter->memory_bytes)
		sorter->memory_bytes = bytes;
}

/* ---- in memory ---- */

static int
sort_store(struct sorter *sorter, struct error *err)
{
	uint32_t count = sorter->store.row_count;
	struct key_item *items;

	arena_release(&sorter->arena);
	items = arena_try_alloc(&sorter->arena,
	    (count + (size_t)1) * sizeof(*items));
	if (items == NULL)
		return out_of_memory(err);
	note_memory(sorter);
	return key_sort(&sorter->order, sorter->store.columns, count, items,
	    sorter->context->cancel, &sorter->rows, err);
}

int
sorter_cut(struct sorter *sorter, uint32_t count, struct error *err)
{
	int rc = sort_store(sorter, err);

	if (rc == 0 && count < sorter->store.row_count)
		rc = row_store_keep(&sorter->store, sorter->rows, count, err);
	return rc;
}

/* ---- runs ---- */

/* The store, sorted, becomes a run and is empty again. */
static int
write_run(struct sorter *sorter, struct error *err)
{
	uint32_t run = sorter->spill.run_count;
	uint32_t count = sorter->store.row_count;
	uint64_t before = spill_size(&sorter->spill);
	struct arena arena;
	int rc;

	rc = sort_store(sorter, err);
	if (rc == 0)
		rc = spill_add_runs(&sorter->spill, 1, err);
	arena_init(&arena, sorter->context->budget);
	for (uint32_t at = 0; at < count && rc == 0; at += VEC_ROWS) {
		uint32_t left = count - at;
		struct batch batch;

		rc = cancel_check(sorter->context->cancel, err);
		if (rc != 0)
			break;
		arena_reset(&arena);
		row_store_batch(&sorter->store, sorter->rows, at,
		    left < VEC_ROWS ? left : VEC_ROWS, &arena, &batch);
		rc = arena_check(&arena, err);
		if (rc == 0)
			rc = spill_write(&sorter->spill, run, batch.cols,
			    batch.sel, err);
	}
	arena_release(&arena);
	row_store_reset(&sorter->store);
	arena_release(&sorter->arena);
	sorter->runs_written++;
	sorter->disk_bytes += spill_size(&sorter->spill) - before;
	return rc;
}

bool
sorter_is_full(const struct sorter *sorter, uint32_t count)
{
	const struct row_store *store = &sorter->store;

	return sorter->context->temp != NULL && store->row_count > 0 &&
	    row_store_bytes_with(store, count) +
		(store->row_count + (size_t)count) * ORDER_BYTES >
	    sorter->context->work_mem_bytes;
}

int
sorter_add(struct sorter *sorter, const struct vec *columns, struct sel sel,
    struct error *err)
{
	if (sorter_is_full(sorter, sel.count)) {
		int rc = write_run(sorter, err);

		if (rc != 0)
			return rc;
	}
	return row_store_add(&sorter->store, columns, sel, err);
}

/* ---- merging ---- */

/* Some runs, which follow each other, as a new one of the spill `to`. */
static int
merge_runs(struct sorter *sorter, uint32_t first, uint32_t count,
    struct spill *to, struct error *err)
{
	uint32_t run = to->run_count;
	struct run_merge merge;
	struct batch batch;
	struct arena arena;
	int rc;

	rc = spill_add_runs(to, 1, err);
	if (rc != 0)
		return rc;
	arena_init(&arena, sorter->context->budget);
	rc = run_merge_init(&merge, &sorter->order, &sorter->spill, first,
	    count, err);
	while (
	    rc == 0 && (rc = run_merge_next(&merge, &arena, &batch, err)) > 0) {
		rc = arena_check(&arena, err);
		if (rc == 0)
			rc = spill_write(to, run, batch.cols, batch.sel, err);
		if (rc == 0)
			rc = cancel_check(sorter->context->cancel, err);
		arena_reset(&arena);
	}
	run_merge_release(&merge);
	arena_release(&arena);
	return rc;
}

/* One pass over all runs: each few of them become one of a new file. */
static int
merge_pass(struct sorter *sorter, uint32_t fan_in, struct error *err)
{
	const struct spill *old = &sorter->spill;
	struct spill merged;
	int rc = 0;

	spill_init(&merged, old->context, old->types, old->column_count);
	for (uint32_t at = 0; at < old->run_count && rc == 0; at += fan_in) {
		uint32_t left = old->run_count - at;

		rc = merge_runs(sorter, at, left < fan_in ? left : fan_in,
		    &merged, err);
	}
	sorter->disk_bytes += spill_size(&merged);
	spill_release(&sorter->spill);
	sorter->spill = merged;
	return rc;
}

int
sorter_finish(struct sorter *sorter, struct error *err)
{
	uint32_t fan_in = spill_fan_in(&sorter->spill);
	int rc = 0;

	if (sorter->spill.run_count == 0)
		return sort_store(sorter, err);
	if (sorter->store.row_count > 0)
		rc = write_run(sorter, err);
	row_store_release(&sorter->store);
	while (rc == 0 && sorter->spill.run_count > fan_in)
		rc = merge_pass(sorter, fan_in, err);
	if (rc != 0)
		return rc;
	sorter->is_merging = true;
	return run_merge_init(&sorter->merge, &sorter->order, &sorter->spill, 0,
	    sorter->spill.run_count, err);
}

int
sorter_take(struct sorter *sorter, struct row_store *out, struct error *err)
{
	int rc = row_store_reorder(&sorter->store, sorter->rows, err);

	arena_release(&sorter->arena);
	if (rc != 0)
		return rc;
	*out = sorter->store;
	sorter->store = (struct row_store){ .row_count = 0 };
	return 0;
}

int
sorter_next(struct sorter *sorter, struct arena *arena, struct batch *out,
    struct error *err)
{
	uint32_t left = sorter->store.row_count - sorter->at;
	uint32_t count = left < VEC_ROWS ? left : VEC_ROWS;

	if (sorter->is_merging)
		return run_merge_next(&sorter->merge, arena, out, err);
	if (count == 0)
		return 0;
	row_store_batch(&sorter->store, sorter->rows, sorter->at, count, arena,
	    out);
	sorter->at += count;
	return 1;
}
