/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_pages.h -- rows in a temporary file, of which any can be looked at.
 *
 * Rows are added at the end, a block of them at a time goes to the file; at the
 * end each has a position, and the pages looked at last are kept in memory.
 *
 * What fails while rows are looked at (53200, 57014, XX001) is kept: from then
 * on every value is null, until row_pages_check() says why.
 *
 * Memory: charged to the budget, in proportion to work_mem.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "exec/exec.h"
#include "exec/row_store.h"
#include "exec/spill.h"

/* As many values as are compared or combined at once must stay valid. */
#define ROW_PAGES_MIN 4
#define ROW_PAGES_MAX 16

struct row_page {
	uint32_t first; /* position of its first row */
	uint32_t limit; /* and behind its last; equal: it is empty */
	uint64_t used;  /* when it was looked at */
	struct arena arena;
	struct batch rows;
};

struct row_pages {
	const struct exec_context *context;
	struct row_store store; /* rows that are in no block */
	struct spill spill;     /* its run 0: the others */
	uint32_t row_count;
	uint32_t *firsts;   /* position of each block, and of the end */
	struct arena arena; /* of these */
	struct row_page pages[ROW_PAGES_MAX];
	uint32_t page_count;
	struct row_page *hot; /* the one looked at last */
	uint64_t clock;
	int rc; /* what has failed */
	struct error err;
};

/* `types` stay. */
void row_pages_init(struct row_pages *pages, const struct exec_context *context,
    const struct type *types, uint32_t column_count);
void row_pages_release(struct row_pages *pages);

/* Copy the selected rows.  54000 if they are more than positions can tell. */
MUST_USE int row_pages_add(struct row_pages *pages, const struct vec *columns,
    struct sel sel, struct error *err);

/* One more row, of `count` values; keeps what fails. */
void row_pages_put(struct row_pages *pages, const struct datum *values,
    uint32_t count);

/* No more rows: they can be looked at. */
MUST_USE int row_pages_end(struct row_pages *pages, struct error *err);

/*
 * A value.  It and a page's columns stay until ROW_PAGES_MIN other pages have been
 * looked at.
 */
struct datum row_pages_get(struct row_pages *pages, uint32_t column,
    uint32_t position);

/* The columns of the page of a row, and its number there; NULL if that failed. */
const struct vec *row_pages_find(struct row_pages *pages, uint32_t position,
    uint32_t *row);

/*
 * One column of the positions named, or of `count` from `first` on if they are
 * NULL; all is copied to the arena.
 */
void row_pages_column(struct row_pages *pages, uint32_t column,
    const uint32_t *positions, uint32_t first, uint32_t count,
    struct arena *arena, struct vec *out);

static inline uint64_t
row_pages_disk_bytes(const struct row_pages *pages)
{
	return spill_size(&pages->spill);
}

/* 0, or what has failed. */
MUST_USE int row_pages_check(const struct row_pages *pages, struct error *err);
