/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/row_pages.h"

#include <assert.h>

#include "common/cancel.h"

void
row_pages_init(struct row_pages *pages, const struct exec_context *context,
    const struct type *types, uint32_t column_count)
{
	*pages = (struct row_pages){ .context = context };
	row_store_init(&pages->store, types, column_count, context->budget);
	pages->store.cancel = context->cancel;
	spill_init(&pages->spill, context, types, column_count);
	arena_init(&pages->arena, context->budget);
	pages->page_count = spill_fan_in(&pages->spill);
	if (pages->page_count > ROW_PAGES_MAX)
		pages->page_count = ROW_PAGES_MAX;
	static_assert(ROW_PAGES_MIN <= 4, "the least fan-in of a spill");
	for (uint32_t i = 0; i < pages->page_count; i++)
		arena_init(&pages->pages[i].arena, context->budget);
	pages->hot = &pages->pages[0];
}

void
row_pages_release(struct row_pages *pages)
{
	for (uint32_t i = 0; i < pages->page_count; i++)
		arena_release(&pages->pages[i].arena);
	row_store_release(&pages->store);
	spill_release(&pages->spill);
	arena_release(&pages->arena);
}

/* ---- adding ---- */

static int
write_rows(struct row_pages *pages, struct error *err)
{
	const struct row_store *store = &pages->store;
	struct arena arena;
	int rc = 0;

	if (pages->spill.run_count == 0)
		rc = spill_add_runs(&pages->spill, 1, err);
	arena_init(&arena, pages->context->budget);
	for (uint32_t at = 0; at < store->row_count && rc == 0;
	     at += VEC_ROWS) {
		uint32_t left = store->row_count - at;
		struct batch batch;

		arena_reset(&arena);
		row_store_batch(store, NULL, at,
		    left < VEC_ROWS ? left : VEC_ROWS, &arena, &batch);
		rc = arena_check(&arena, err);
		if (rc == 0)
			rc = spill_write(&pages->spill, 0, batch.cols,
			    batch.sel, err);
	}
	arena_release(&arena);
	row_store_reset(&pages->store);
	return rc;
}

static bool
is_full(const struct row_pages *pages)
{
	return pages->store.row_count >= VEC_ROWS ||
	    row_store_content_bytes(&pages->store) >= pages->spill.block_bytes;
}

int
row_pages_add(struct row_pages *pages, const struct vec *columns,
    struct sel sel, struct error *err)
{
	int rc = row_pages_check(pages, err);

	if (rc == 0 && sel.count > UINT32_MAX - 1 - pages->row_count)
		rc = error_set(err, STELE_E_LIMIT,
		    "a partition of a window has too many rows");
	if (rc == 0)
		rc = row_store_add(&pages->store, columns, sel, err);
	if (rc == 0)
		pages->row_count += sel.count;
	return rc == 0 && is_full(pages) ? write_rows(pages, err) : rc;
}

void
row_pages_put(struct row_pages *pages, const struct datum *values,
    uint32_t count)
{
	if (pages->rc != 0)
		return;
	pages->rc = row_store_next(&pages->store, &pages->err);
	for (uint32_t i = 0; i < count && pages->rc == 0; i++)
		row_store_set(&pages->store, i, &values[i]);
	pages->row_count++;
	if (pages->rc == 0)
		pages->rc = row_store_check(&pages->store, &pages->err);
	if (pages->rc == 0 && is_full(pages))
		pages->rc = write_rows(pages, &pages->err);
}

int
row_pages_end(struct row_pages *pages, struct error *err)
{
	const struct spill_run *run;
	int rc = row_pages_check(pages, err);

	if (rc == 0)
		rc = write_rows(pages, err);
	if (rc != 0)
		return rc;
	row_store_release(&pages->store);
	run = &pages->spill.runs[0];
	pages->firsts = arena_try_alloc(&pages->arena,
	    ((size_t)run->block_count + 1) * sizeof(*pages->firsts));
	if (pages->firsts == NULL)
		return error_no_memory(err);
	pages->firsts[0] = 0;
	for (uint32_t i = 0; i < run->block_count; i++)
		pages->firsts[i + 1] =
		    pages->firsts[i] + run->blocks[i].row_count;
	return 0;
}

int
row_pages_check(const struct row_pages *pages, struct error *err)
{
	if (pages->rc != 0)
		*err = pages->err;
	return pages->rc;
}

/* ---- looking ---- */

/* The block that has a row; there is one. */
static uint32_t
block_of(const struct row_pages *pages, uint32_t position)
{
	uint32_t low = 0;
	uint32_t high = pages->spill.runs[0].block_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (pages->firsts[middle] <= position)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool
has(const struct row_page *page, uint32_t position)
{
	return position >= page->first && position < page->limit;
}

static int
read_page(struct row_pages *pages, struct row_page *page, uint32_t position)
{
	uint32_t block = block_of(pages, position);
	int rc = cancel_check(pages->context->cancel, &pages->err);

	page->first = page->limit = 0;
	arena_reset(&page->arena);
	if (rc == 0)
		rc = spill_read(&pages->spill, 0, block, &page->arena,
		    &page->rows, &pages->err);
	if (rc != 0)
		return rc;
	page->first = pages->firsts[block];
	page->limit = pages->firsts[block + 1];
	return 0;
}

/* The page of a row, read in place of the one that was not used for longest. */
static const struct row_page *
find_page(struct row_pages *pages, uint32_t position)
{
	struct row_page *oldest = &pages->pages[0];
	struct row_page *found = NULL;

	if (has(pages->hot, position))
		return pages->hot;
	for (uint32_t i = 0; i < pages->page_count && found == NULL; i++) {
		struct row_page *page = &pages->pages[i];

		if (has(page, position))
			found = page;
		else if (page->used < oldest->used)
			oldest = page;
	}
	if (found == NULL) {
		found = oldest;
		pages->rc = read_page(pages, found, position);
	}
	pages->hot = found;
	found->used = ++pages->clock;
	return found;
}

const struct vec *
row_pages_find(struct row_pages *pages, uint32_t position, uint32_t *row)
{
	const struct row_page *page;

	if (pages->rc != 0)
		return NULL;
	page = find_page(pages, position);
	*row = position - page->first;
	return pages->rc == 0 ? page->rows.cols : NULL;
}

struct datum
row_pages_get(struct row_pages *pages, uint32_t column, uint32_t position)
{
	uint32_t row;
	const struct vec *columns = row_pages_find(pages, position, &row);

	if (columns == NULL)
		return (struct datum){ .is_null = true };
	return vec_get(&columns[column], row);
}

void
row_pages_column(struct row_pages *pages, uint32_t column,
    const uint32_t *positions, uint32_t first, uint32_t count,
    struct arena *arena, struct vec *out)
{
	enum phys phys = type_phys(&pages->spill.types[column]);

	vec_init(out, phys, count, arena);
	(void)vec_need_nulls(out, count, arena);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t position =
		    positions == NULL ? first + i : positions[i];
		struct datum value = row_pages_get(pages, column, position);

		value = datum_copy(phys, &value, arena);
		vec_set(out, i, &value);
	}
}
