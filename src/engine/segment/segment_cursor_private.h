/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_cursor_private.h -- a cursor from the inside, for the files that make
 * it:
 *
 *   segment_cursor.c  opening and closing it
 *   segment_zones.c   reading zones, and what is left of each
 *   segment_rows.c    reading single rows
 *   rows_order.c      putting them in order
 *   segment_values.c  values of a column, in either way
 */
#pragma once

#include "engine/segment/segment_private.h"

#define LINE_BYTES 64 /* of the processor's cache */

struct row_filter;

#define GROUPS_MAX 16 /* zones that are looked at together */

/* Rows of one zone, of those that are read. */
struct row_group {
	struct segment_section *section;
	uint32_t zone;
	const uint32_t *rows; /* of the section */
	uint32_t count;
	uint32_t at; /* of the first, in the batch */
};

/* Some of the rows of a batch. */
struct row_groups {
	uint32_t count;
	bool is_hinted; /* all memory that they need was asked for */
	struct row_group of[GROUPS_MAX];
};

/* What a batch borrows from the block cache. */
struct kept_slot {
	struct block_slot *slot; /* entered */
	uint64_t cache_key;      /* of its segment */
};

/* One wanted column. */
struct cursor_column {
	const struct column_info *info; /* NULL: younger than the section */
	const struct block *table;      /* pinned */
	struct segment_chunk *chunk;    /* of the current zone; NULL: rows */
	const struct block *dict_root;  /* pinned; NULL: no dictionary */
	const struct block **pages;     /* pinned; NULL: not used yet */
	const struct block *only_page;  /* that `pages` has if they are one */
	/* Reading rows: the page that was needed last, and its number. */
	const struct dict_page *last_page; /* NULL: none */
	uint32_t last_page_number;
	bool wants_codes; /* in place of strings */
	bool is_late;     /* strings are made when asked for */
	struct late_strings {
		struct vec_late base; /* first */
		struct segment_cursor *cursor;
		struct cursor_column *column;
	} late;
	/* In the cursor's memory, of batch_rows each. */
	void *data;           /* of its form, and slack */
	uint32_t *codes_room; /* of a column of strings */
	uint32_t *codes;      /* NULL: no dictionary */
	uint8_t *nulls;
};

struct segment_cursor {
	struct segment_section
	    *section;            /* of rows: that is read now, or NULL */
	struct segment *segment; /* its own */
	const struct scan_spec *spec;
	const uint32_t *zones; /* NULL: reading rows */
	uint32_t *all_zones;   /* owned; NULL: they are the caller's */
	/* Of rows; their segments are referenced. */
	const struct segment_piece *pieces;
	struct segment_piece only_piece; /* that `pieces` are */
	uint32_t piece_count;
	uint32_t piece;           /* in which the next groups begin */
	uint32_t piece_row;       /* of its rows, the first of them */
	struct row_groups groups; /* those that are read next */
	uint32_t part_count;      /* of zones or rows */
	uint32_t part_next;
	uint32_t zone;
	uint32_t zone_row;         /* next row of the current zone */
	uint32_t zone_limit;       /* one past its last row that is wanted */
	bool is_zone_open;         /* its chunks are pinned */
	bool is_all;               /* no row of it is left out */
	struct row_filter *filter; /* NULL: no row of any zone is */
	struct vec *vecs;          /* what the batch shows; behind `columns` */
	const struct block **pins; /* strings of the batch lie there */
	uint32_t pin_count;
	uint32_t pin_capacity;
	struct kept_slot *slots; /* likewise */
	uint32_t slot_count;
	uint32_t slot_capacity;
	struct segment_cursor_stats stats;
	uint32_t batch_rows;          /* most of a batch */
	void *memory;                 /* of all values; owned */
	struct segment_chunk *chunks; /* of all columns; owned; NULL: rows */
	int64_t *codes;               /* of batch_rows, and slack */
	uint32_t column_count;
	struct cursor_column columns[];
};

/* All rows that are read have the context that is asked for. */
static inline bool
segment_cursor_knows_context(const struct scan_spec *spec, uint32_t attnum)
{
	return spec->has_context && attnum == COLUMN_CONTEXT_ID;
}

/* Column i is that of the cursor's section. */
MUST_USE int segment_cursor_turn_column(struct segment_cursor *cursor,
    uint32_t i, struct error *err);

/* ---- segment_values.c ---- */

/* The error of a code that its dictionary does not have. */
int segment_cursor_bad_code(const struct segment_cursor *cursor,
    struct error *err);

/* One value at row `row` of a chunk, to index `at` of the column's data. */
MUST_USE int segment_cursor_fill_one(struct segment_cursor *cursor,
    struct cursor_column *column, struct segment_chunk *chunk, uint32_t row,
    uint32_t at, struct error *err);

/*
 * A column that is not read: the context that all rows have; or one that is
 * younger than the segment, which is its default, or null.
 */
void segment_cursor_fill_missing(struct segment_cursor *cursor, uint32_t i);

/* What a field that is younger than the segment is in it. */
struct datum segment_cursor_default(const struct scan_spec *spec,
    uint32_t attnum);

/*
 * Open a column's chunk of a zone; as segment_chunk_get().  `ids` are the
 * event_ids of the zone if they are open, else NULL.
 */
MUST_USE int segment_cursor_chunk(struct segment_cursor *cursor,
    const struct cursor_column *column, uint32_t zone,
    const struct segment_chunk *ids, struct segment_chunk *out,
    struct error *err);

/* Let the vector of a column that was read from its chunk show its codes. */
void segment_cursor_show_codes(const struct cursor_column *column,
    struct vec *vec);

/* Rows first..first+count-1 of the current zone, of column i. */
MUST_USE int segment_cursor_fill_column(struct segment_cursor *cursor,
    uint32_t i, uint32_t first, uint32_t count, struct error *err);

/* The same of few rows, `first` + rows[k], one by one. */
MUST_USE int segment_cursor_fill_few(struct segment_cursor *cursor, uint32_t i,
    uint32_t first, const uint16_t *rows, uint32_t count, struct error *err);

/* Make the strings of a column's codes, for those who ask (vec_late). */
int segment_cursor_fill_late(const struct vec_late *late, const struct vec *vec,
    struct sel sel, struct error *err);

/* Of what a column was filled with keep only some. */
void segment_cursor_keep_rows(struct cursor_column *column, struct vec *vec,
    const uint16_t *rows, uint32_t count);

/* ---- segment_zones.c, segment_rows.c ---- */

/* The next batch of the zones; *count is 0 at the end. */
MUST_USE int segment_zones_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err);

/* Ask for the memory of the first rows of a cursor that is open. */
void segment_rows_begin(struct segment_cursor *cursor);

/* The same of single rows. */
MUST_USE int segment_rows_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err);

/* rows_order.c: a batch of several pieces ascends by event_id, if it has them. */
MUST_USE int segment_rows_order(struct segment_cursor *cursor, uint32_t count,
    struct error *err);
