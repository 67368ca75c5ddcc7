/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_rows.h -- the rows of a temporary table: in columns, with the stamps of
 * the statements that wrote and deleted them.
 *
 * A row never changes and never moves: UPDATE deletes it and adds another at the
 * end.  Stamps only grow, so a statement that began at stamp s sees what was
 * written up to s and not deleted up to s, whatever happens meanwhile; and to
 * take back all after s is to cut rows off the end and to forget deletions.
 *
 * Rows are in pages of VEC_ROWS, which a scan hands out as they are.  A row's
 * number is its place, from 0; those that nobody can see any more go when the
 * transaction is committed.  To cut rows off the end of a page gives back what
 * their values point to: until the commit each statement's place is known.
 *
 * Memory: the session's budget for temporary tables; counted references.  What
 * there is no memory for leaves nothing behind.
 * Threads: the session's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "plan/temp_table.h"
#include "vec/vec.h"

struct temp_index;

struct temp_page {
	uint32_t row_count;
	uint32_t capacity;
	uint64_t newest;     /* stamp of its last row */
	struct vec *columns; /* null flags always */
	uint64_t *inserted;
	uint64_t *deleted;    /* 0: not deleted; NULL: no row is */
	struct arena arena;   /* of these arrays */
	struct arena strings; /* and what values point to */
};

/* Where the rows of a statement begin that may still be taken back. */
struct temp_place {
	struct temp_place *older;
	uint64_t stamp;
	uint32_t page;
	uint32_t row;              /* of the page */
	struct arena_mark strings; /* of the page */
	struct arena_mark before;  /* this place */
};

struct temp_rows {
	uint32_t refs;
	uint32_t column_count;
	const struct type *types;
	struct mem_budget *budget; /* lives longer */
	struct temp_page **pages;
	uint32_t page_count;
	uint32_t page_capacity;
	uint64_t row_count;     /* deleted ones too */
	uint64_t deleted_count; /* those that no later statement sees */
	uint64_t last_change;   /* the newest stamp of any row */
	struct temp_index **indexes;
	uint32_t index_count;
	struct temp_place *newest; /* NULL: none */
	struct arena places;
	struct arena arena; /* of all but these, pages and indexes */
};

/* 53200, and what to do about it. */
int temp_out_of_memory(struct error *err);

/* A new reference to an empty store; NULL if there is no memory. */
struct temp_rows *temp_rows_new(const struct temp_table *table,
    struct mem_budget *budget);
struct temp_rows *temp_rows_ref(struct temp_rows *rows);
void temp_rows_unref(struct temp_rows *rows);

/* Rows that a statement sees that begins now. */
static inline uint64_t
temp_rows_count(const struct temp_rows *rows)
{
	return rows->row_count - rows->deleted_count;
}

static inline struct temp_page *
temp_rows_page(const struct temp_rows *rows, uint64_t row)
{
	return rows->pages[row / VEC_ROWS];
}

static inline uint64_t
temp_page_deleted(const struct temp_page *page, uint32_t row)
{
	return page->deleted == NULL ? 0 : page->deleted[row];
}

/* A value of a row. */
static inline const struct vec *
temp_rows_column(const struct temp_rows *rows, uint32_t column, uint64_t row)
{
	return &temp_rows_page(rows, row)->columns[column];
}

/*
 * Add row `from` of the columns, of the table's width; it is copied.  53200, or
 * 54000 if rows cannot be numbered: take back what the statement has done.
 */
MUST_USE int temp_rows_add(struct temp_rows *rows, const struct vec *columns,
    uint32_t from, uint64_t stamp, struct error *err);

/* The same of all selected rows, in their order. */
MUST_USE int temp_rows_add_all(struct temp_rows *rows,
    const struct vec *columns, struct sel sel, uint64_t stamp,
    struct error *err);

/* The row, which is not deleted, is from now on. */
MUST_USE int temp_rows_delete(struct temp_rows *rows, uint64_t row,
    uint64_t stamp, struct error *err);

/*
 * The rows of a page that a statement sees which began at `seen`, in `arena`;
 * the selection may be empty.
 */
struct sel temp_page_visible(const struct temp_page *page, uint64_t seen,
    struct arena *arena);

/* Take back what has a stamp after `stamp`. */
void temp_rows_rewind(struct temp_rows *rows, uint64_t stamp);

/*
 * The transaction is committed: nothing is taken back any more.  If many rows are
 * deleted only the others stay, in their order, if there is memory for that.
 * Nobody may be reading.
 */
void temp_rows_commit(struct temp_rows *rows);
