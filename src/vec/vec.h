/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vec.h -- column vectors, selections and batches: what flows between
 * operators.
 *
 * A vector is an array of values of one physical form and, beside it, an array
 * of null flags (one byte a row; NULL when no row is null).  The value under a
 * null is unspecified but readable.  A constant vector has one value that
 * stands for every row.
 *
 * Strings that were read from a dictionary may bring their codes: then whoever
 * groups or compares can look at small integers instead.  Who makes a vector
 * from others, row by row, makes one without codes.  To a reader that has said
 * so, strings come late: only their codes are there until he asks for some.
 *
 * A selection names the rows of a batch that are still wanted, ascending,
 * without repeats.  Expressions write their results at the same positions, so
 * a filter moves no values.
 *
 * Invariants
 *   V1  A batch has at most VEC_ROWS rows.
 *   V2  Rows outside the selection are never read for a visible effect: no
 *       error may come from them.
 *   V3  What a batch points to stays valid until the operator that made it is
 *       asked for the next one; strings too.
 *
 * Threads: a batch belongs to one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "vec/value.h"

#define VEC_ROWS 2048

struct error;
struct sel;
struct vec;

/* Makes strings of codes; embedded in what knows how. */
struct vec_late {
	int (*fill)(const struct vec_late *late, const struct vec *vec,
	    struct sel sel, struct error *err);
};

/* Rows with equal codes have equal values. */
struct vec_codes {
	const void *dict;   /* which one: codes of another say nothing */
	const uint32_t *of; /* at the values' indexes; NULL: there are none */
	uint32_t count;     /* all are less */
	const struct vec_late *late; /* NULL: the strings are there, too */
};

struct vec {
	enum phys phys;
	bool is_constant; /* one value and one null flag, for all rows */
	union {
		void *data;
		uint8_t *boolean;
		int64_t *i64;
		double *f64;
		struct numeric *numeric;
		struct str *str;
		struct uuid *uuid;
		struct interval *interval;
	};
	uint8_t *nulls;         /* 1 is null; NULL: no row is null */
	struct vec_codes codes; /* those of nulls are any */
};

/* rows == NULL selects rows 0..count-1. */
struct sel {
	const uint16_t *rows;
	uint32_t count;
};

struct batch {
	uint32_t row_count; /* rows that the vectors hold */
	uint32_t col_count;
	struct vec *cols;
	struct sel sel; /* rows that are wanted; sel.count <= row_count */
};

static inline struct sel
sel_all(uint32_t count)
{
	return (struct sel){ .rows = NULL, .count = count };
}

/*
 * The strings of the selected rows, which may be late: before they are read.  An
 * error is that of reading them.
 */
static inline int
vec_need_strings(const struct vec *vec, struct sel sel, struct error *err)
{
	return vec->codes.late == NULL
	    ? 0
	    : vec->codes.late->fill(vec->codes.late, vec, sel, err);
}

/* Row number of the i-th selected row. */
static inline uint32_t
sel_row(struct sel sel, uint32_t i)
{
	return sel.rows == NULL ? i : sel.rows[i];
}

/* Index of row `row` in the arrays of a vector. */
static inline uint32_t
vec_index(const struct vec *vec, uint32_t row)
{
	return vec->is_constant ? 0 : row;
}

static inline bool
vec_is_null(const struct vec *vec, uint32_t row)
{
	return vec->nulls != NULL && vec->nulls[vec_index(vec, row)] != 0;
}

/*
 * Allocate a vector for `rows` rows (at most VEC_ROWS unless a caller keeps
 * the vector to itself).  `nulls` starts as NULL.
 */
void vec_init(struct vec *vec, enum phys phys, uint32_t rows,
    struct arena *arena);

/* A constant vector of one value; strings and limbs are borrowed. */
void vec_init_constant(struct vec *vec, enum phys phys,
    const struct datum *value, struct arena *arena);

/* The null flags, allocated and cleared for `rows` rows if there were none. */
uint8_t *vec_need_nulls(struct vec *vec, uint32_t rows, struct arena *arena);

/* Read or write one row.  Writing a null needs vec->nulls to exist. */
struct datum vec_get(const struct vec *vec, uint32_t row);
void vec_set(struct vec *vec, uint32_t row, const struct datum *value);

/*
 * Copy the selected rows of `source` to rows 0..sel.count-1 of `target`, which
 * this initialises.  Strings and limbs are borrowed, not copied.
 */
void vec_gather(struct vec *target, const struct vec *source, struct sel sel,
    struct arena *arena);

/*
 * Copy what `count` values from the first-th on point to, strings and limbs, into
 * the arena.  Without memory arena->failed is set, and those that are left borrow
 * as before.
 */
void vec_own(struct vec *vec, uint32_t first, uint32_t count,
    struct arena *arena);

/* Copy a value's strings and limbs into the arena. */
struct datum datum_copy(enum phys phys, const struct datum *value,
    struct arena *arena);
