/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/temp_rows.h"

#include <stdlib.h>

#include "exec/eval.h"
#include "exec/temp_index.h"

#define PAGE_ROWS_MIN 64
#define ROWS_MAX      ((uint64_t)UINT32_MAX - 1)

/* Fewer are not worth the copying. */
#define COMPACT_ROWS_MIN 1024

int
temp_out_of_memory(struct error *err)
{
	(void)error_no_memory(err);
	(void)error_detail(err,
	    "Temporary tables of the session may use no more.");
	return error_hint(err,
	    "Drop or truncate what is not needed, or raise temp_table_memory.");
}

/* ---- pages ---- */

static void
page_free(struct temp_page *page)
{
	arena_release(&page->arena);
	arena_release(&page->strings);
	free(page);
}

/* What has been allocated since the mark goes: there was not enough. */
static void
give_back(struct arena *arena, struct arena_mark mark)
{
	arena_rewind(arena, mark);
	arena->failed = false;
}

/* Arrays for more rows; the old ones stay for whoever reads them. */
static bool
page_grow(struct temp_page *page, uint32_t column_count, uint32_t capacity)
{
	struct arena *arena = &page->arena;
	struct arena_mark mark = arena_mark(arena);
	struct vec *columns = arena_alloc_array(arena, (size_t)column_count + 1,
	    sizeof(*columns));
	uint64_t *inserted =
	    arena_alloc_array(arena, capacity, sizeof(*inserted));
	uint64_t *deleted = NULL;

	for (uint32_t c = 0; c < column_count; c++) {
		const struct vec *old = &page->columns[c];
		size_t size = phys_size(old->phys);

		vec_init(&columns[c], old->phys, capacity, arena);
		(void)vec_need_nulls(&columns[c], capacity, arena);
		if (page->row_count == 0)
			continue;
		memcpy(columns[c].data, old->data, size * page->row_count);
		memcpy(columns[c].nulls, old->nulls, page->row_count);
	}
	if (page->deleted != NULL)
		deleted = arena_zalloc(arena, capacity * sizeof(*deleted));
	if (arena->failed) {
		give_back(arena, mark);
		return false;
	}
	if (page->row_count > 0)
		memcpy(inserted, page->inserted,
		    page->row_count * sizeof(*inserted));
	if (deleted != NULL)
		memcpy(deleted, page->deleted,
		    page->row_count * sizeof(*deleted));
	page->columns = columns;
	page->inserted = inserted;
	page->deleted = deleted;
	page->capacity = capacity;
	return true;
}

static struct temp_page *
page_new(const struct temp_rows *rows, uint32_t capacity)
{
	struct temp_page *page = calloc(1, sizeof(*page));

	if (page == NULL)
		return NULL;
	arena_init(&page->arena, rows->budget);
	arena_init(&page->strings, rows->budget);
	page->columns = arena_zalloc(&page->arena,
	    ((size_t)rows->column_count + 1) * sizeof(*page->columns));
	for (uint32_t c = 0; c < rows->column_count; c++)
		page->columns[c].phys = type_phys(&rows->types[c]);
	if (page_grow(page, rows->column_count, capacity))
		return page;
	page_free(page);
	return NULL;
}

/* ---- the store ---- */

struct temp_rows *
temp_rows_new(const struct temp_table *table, struct mem_budget *budget)
{
	struct temp_rows *rows = calloc(1, sizeof(*rows));
	struct type *types;

	if (rows == NULL)
		return NULL;
	rows->refs = 1;
	rows->budget = budget;
	rows->column_count = table->column_count;
	arena_init(&rows->arena, budget);
	arena_init(&rows->places, budget);
	types = arena_alloc_array(&rows->arena, (size_t)table->column_count + 1,
	    sizeof(*types));
	for (uint32_t i = 0; i < table->column_count; i++)
		types[i] = table->columns[i].type;
	rows->types = types;
	if (!temp_indexes_new(rows, table) || rows->arena.failed) {
		temp_rows_unref(rows);
		return NULL;
	}
	return rows;
}

struct temp_rows *
temp_rows_ref(struct temp_rows *rows)
{
	rows->refs++;
	return rows;
}

void
temp_rows_unref(struct temp_rows *rows)
{
	if (rows == NULL || --rows->refs > 0)
		return;
	for (uint32_t i = 0; i < rows->page_count; i++)
		page_free(rows->pages[i]);
	temp_indexes_free(rows);
	arena_release(&rows->arena);
	arena_release(&rows->places);
	free(rows->pages);
	free(rows);
}

/* ---- adding ---- */

static bool
add_page(struct temp_rows *rows)
{
	struct temp_page *page;

	if (rows->page_count == rows->page_capacity) {
		uint32_t capacity =
		    rows->page_capacity == 0 ? 4 : rows->page_capacity * 2;
		struct temp_page **pages =
		    realloc(rows->pages, capacity * sizeof(struct temp_page *));

		if (pages == NULL)
			return false;
		rows->pages = pages;
		rows->page_capacity = capacity;
	}
	page = page_new(rows, rows->page_count == 0 ? PAGE_ROWS_MIN : VEC_ROWS);
	if (page == NULL)
		return false;
	rows->pages[rows->page_count++] = page;
	return true;
}

/* The page that has room for one more row; NULL without memory. */
static struct temp_page *
page_with_room(struct temp_rows *rows)
{
	struct temp_page *last =
	    rows->page_count == 0 ? NULL : rows->pages[rows->page_count - 1];

	if (last == NULL || last->row_count == VEC_ROWS)
		return add_page(rows) ? rows->pages[rows->page_count - 1]
				      : NULL;
	if (last->row_count == last->capacity &&
	    !page_grow(last, rows->column_count, last->capacity * 2))
		return NULL;
	return last;
}

/* The place of the next row, if it is the first of its statement. */
static int
note_place(struct temp_rows *rows, const struct temp_page *page, uint64_t stamp,
    struct error *err)
{
	struct arena_mark before = arena_mark(&rows->places);
	struct temp_place *place;

	if (rows->newest != NULL && rows->newest->stamp == stamp)
		return 0;
	place = arena_try_alloc(&rows->places, sizeof(*place));
	if (place == NULL)
		return temp_out_of_memory(err);
	*place = (struct temp_place){ .older = rows->newest,
		.stamp = stamp,
		.page = rows->page_count - 1,
		.row = page->row_count,
		.strings = arena_mark(&page->strings),
		.before = before };
	rows->newest = place;
	return 0;
}

/* A page with room for a row of the stamp. */
static int
begin_row(struct temp_rows *rows, uint64_t stamp, struct temp_page **page,
    struct error *err)
{
	*page = page_with_room(rows);
	if (*page == NULL)
		return temp_out_of_memory(err);
	return note_place(rows, *page, stamp, err);
}

static int
put_row(struct temp_rows *rows, struct temp_page *page,
    const struct vec *columns, uint32_t from, uint64_t stamp, struct error *err)
{
	struct arena_mark mark = arena_mark(&page->strings);
	uint32_t at = page->row_count;

	for (uint32_t c = 0; c < rows->column_count; c++) {
		struct vec *column = &page->columns[c];
		struct datum value = vec_get(&columns[c], from);

		value = datum_copy(column->phys, &value, &page->strings);
		vec_set(column, at, &value);
	}
	if (page->strings.failed) {
		give_back(&page->strings, mark);
		return temp_out_of_memory(err);
	}
	page->inserted[at] = stamp;
	if (page->deleted != NULL)
		page->deleted[at] = 0;
	page->newest = stamp;
	page->row_count++;
	rows->row_count++;
	rows->last_change = stamp;
	return 0;
}

int
temp_rows_add(struct temp_rows *rows, const struct vec *columns, uint32_t from,
    uint64_t stamp, struct error *err)
{
	struct temp_page *page;
	int rc;

	if (rows->row_count == ROWS_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "a temporary table can have no more rows");
	rc = begin_row(rows, stamp, &page, err);
	return rc != 0 ? rc : put_row(rows, page, columns, from, stamp, err);
}

/*
 * `count` selected rows, from the first-th, which the page has room for; false,
 * and none of them, if there is no memory for what they point to.
 */
static bool
append(struct temp_rows *rows, struct temp_page *page,
    const struct vec *columns, struct sel sel, uint32_t first, uint32_t count,
    uint64_t stamp)
{
	struct arena_mark mark = arena_mark(&page->strings);
	uint32_t at = page->row_count;

	for (uint32_t c = 0; c < rows->column_count; c++) {
		struct vec *column = &page->columns[c];

		vec_copy_span(column, at, &columns[c], sel, first, count,
		    page->capacity, &page->arena);
		vec_own(column, at, count, &page->strings);
	}
	if (page->strings.failed) {
		give_back(&page->strings, mark);
		return false;
	}
	for (uint32_t i = at; i < at + count; i++)
		page->inserted[i] = stamp;
	if (page->deleted != NULL)
		memset(page->deleted + at, 0, count * sizeof(*page->deleted));
	page->newest = stamp;
	page->row_count += count;
	rows->row_count += count;
	rows->last_change = stamp;
	return true;
}

int
temp_rows_add_all(struct temp_rows *rows, const struct vec *columns,
    struct sel sel, uint64_t stamp, struct error *err)
{
	uint32_t done = 0;

	if (sel.count > ROWS_MAX - rows->row_count)
		return error_set(err, STELE_E_LIMIT,
		    "a temporary table can have no more rows");
	while (done < sel.count) {
		struct temp_page *page;
		uint32_t count = sel.count - done;

		if (begin_row(rows, stamp, &page, err) != 0)
			return err->code;
		if (count > page->capacity - page->row_count)
			count = page->capacity - page->row_count;
		if (!append(rows, page, columns, sel, done, count, stamp))
			return temp_out_of_memory(err);
		done += count;
	}
	return 0;
}

int
temp_rows_delete(struct temp_rows *rows, uint64_t row, uint64_t stamp,
    struct error *err)
{
	struct temp_page *page = temp_rows_page(rows, row);

	if (page->deleted == NULL) {
		struct arena_mark mark = arena_mark(&page->arena);
		uint64_t *deleted = arena_zalloc(&page->arena,
		    page->capacity * sizeof(*deleted));

		if (page->arena.failed) {
			give_back(&page->arena, mark);
			return temp_out_of_memory(err);
		}
		page->deleted = deleted;
	}
	page->deleted[row % VEC_ROWS] = stamp;
	rows->deleted_count++;
	rows->last_change = stamp;
	return 0;
}

/* ---- reading ---- */

static bool
is_visible(const struct temp_page *page, uint32_t row, uint64_t seen)
{
	uint64_t deleted = temp_page_deleted(page, row);

	return page->inserted[row] <= seen && (deleted == 0 || deleted > seen);
}

struct sel
temp_page_visible(const struct temp_page *page, uint64_t seen,
    struct arena *arena)
{
	struct sel sel = sel_all(page->row_count);
	uint16_t *rows;

	if (page->newest <= seen && page->deleted == NULL)
		return sel;
	rows = arena_alloc_array(arena, (size_t)page->row_count + 1,
	    sizeof(*rows));
	sel.count = 0;
	for (uint32_t i = 0; i < page->row_count; i++) {
		rows[sel.count] = (uint16_t)i;
		sel.count += is_visible(page, i, seen);
	}
	sel.rows = rows;
	return sel;
}

/* ---- taking back ---- */

static void
forget_deletions(struct temp_rows *rows, struct temp_page *page, uint64_t stamp)
{
	for (uint32_t i = 0; page->deleted != NULL && i < page->row_count;
	     i++) {
		if (page->deleted[i] <= stamp)
			continue;
		page->deleted[i] = 0;
		rows->deleted_count--;
	}
}

/* What the values point to that were cut off the last page. */
static void
cut_strings(struct temp_rows *rows, uint64_t stamp)
{
	struct temp_page *last =
	    rows->page_count == 0 ? NULL : rows->pages[rows->page_count - 1];

	while (rows->newest != NULL && rows->newest->stamp > stamp) {
		const struct temp_place place = *rows->newest;

		if (last != NULL && place.page == rows->page_count - 1 &&
		    place.row == last->row_count)
			arena_rewind(&last->strings, place.strings);
		rows->newest = place.older;
		arena_rewind(&rows->places, place.before);
	}
}

void
temp_rows_rewind(struct temp_rows *rows, uint64_t stamp)
{
	if (rows->last_change <= stamp)
		return;
	for (uint32_t i = 0; i < rows->page_count; i++)
		forget_deletions(rows, rows->pages[i], stamp);
	while (rows->page_count > 0) {
		struct temp_page *page = rows->pages[rows->page_count - 1];

		while (page->row_count > 0 &&
		    page->inserted[page->row_count - 1] > stamp) {
			page->row_count--;
			rows->row_count--;
		}
		page->newest = page->row_count == 0
		    ? 0
		    : page->inserted[page->row_count - 1];
		if (page->row_count > 0)
			break;
		page_free(page);
		rows->page_count--;
	}
	cut_strings(rows, stamp);
	rows->last_change = stamp;
	temp_indexes_reset(rows);
}

static int
keep_row(struct temp_rows *kept, const struct temp_page *from, uint32_t row,
    struct error *err)
{
	struct temp_page *page = page_with_room(kept);

	if (page == NULL)
		return temp_out_of_memory(err);
	return put_row(kept, page, from->columns, row, from->inserted[row],
	    err);
}

static void
compact(struct temp_rows *rows)
{
	struct temp_rows kept = *rows;
	struct error ignored;
	int rc = 0;

	if (rows->deleted_count < COMPACT_ROWS_MIN ||
	    rows->deleted_count < rows->row_count / 2)
		return;
	kept.pages = NULL;
	kept.page_count = kept.page_capacity = 0;
	kept.row_count = kept.deleted_count = 0;
	for (uint32_t p = 0; p < rows->page_count && rc == 0; p++) {
		const struct temp_page *page = rows->pages[p];

		for (uint32_t i = 0; i < page->row_count && rc == 0; i++)
			if (temp_page_deleted(page, i) == 0)
				rc = keep_row(&kept, page, i, &ignored);
	}
	if (rc != 0) {
		for (uint32_t p = 0; p < kept.page_count; p++)
			page_free(kept.pages[p]);
		free(kept.pages);
		return;
	}
	for (uint32_t p = 0; p < rows->page_count; p++)
		page_free(rows->pages[p]);
	free(rows->pages);
	*rows = kept;
	temp_indexes_reset(rows);
}

void
temp_rows_commit(struct temp_rows *rows)
{
	rows->newest = NULL;
	arena_reset(&rows->places);
	compact(rows);
}
