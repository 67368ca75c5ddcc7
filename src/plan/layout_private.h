/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_private.h -- what the files of layout.h share.
 *
 * layout.c has the relations that are no more than their inputs' columns, and
 * chooses by the kind; layout_expr.c puts positions into expressions, and
 * layout_fold.c values in the place of what is constant;
 * layout_join.c, layout_group.c (aggregates, order, windows, sets),
 * layout_sequence.c and layout_with.c (WITH, changes) have the other kinds.
 *
 * `wanted` is what the relation above wants of this one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "plan/bind.h"
#include "plan/column_set.h"

/* A column that is given to an inner relation in a slot. */
struct given {
	struct given *next;
	uint32_t rel;
	uint32_t column;
	uint32_t slot;
};

/*
 * What surrounds a relation that runs inside another: a subquery, or the right
 * side of a LATERAL join.  Each has slots of its own, so that running one never
 * changes what another, that has not ended, was given.
 */
struct frame {
	struct frame *outer;
	const struct rel *host; /* whose row is the outer one; may be NULL */
	struct given *given;
	struct outer_value *values; /* those that `host` gives */
	uint32_t count;
	uint32_t capacity;
	bool is_volatile;
};

/* A CTE of the logical plan, as it is in the finished one. */
struct placed_cte {
	const struct placed_cte *outer;
	const struct cte *from;
	struct cte *to;
};

struct layouter {
	struct binder *binder;
	struct arena *arena;
	struct frame *frame;           /* NULL: outermost */
	const struct placed_cte *ctes; /* those of WITH around, newest first */
	struct expr *operand;          /* see fold.h */
	uint32_t node_count;
	bool is_too_complex;
};

/* ---- layout_expr.c ---- */

/*
 * One more expression or relation; false if there are too many, or planning is
 * over: what is laid out from then on is thrown away.
 */
bool layout_count_node(struct layouter *l);
bool layout_is_over(const struct layouter *l);

#define LAYOUT_NOT_FOUND UINT32_MAX

/* Position of a column in the layout of a relation, or LAYOUT_NOT_FOUND. */
uint32_t layout_find_column(const struct rel *rel, uint32_t id,
    uint32_t column);

/* The expression over the rows of `input`; an optional one may be NULL. */
struct expr *layout_place(struct layouter *l, const struct expr *expr,
    const struct rel *input);
struct expr *layout_place_optional(struct layouter *l, const struct expr *expr,
    const struct rel *input);
struct expr **layout_place_all(struct layouter *l, struct expr *const *exprs,
    uint32_t count, const struct rel *input);

/* ---- layout_fold.c ---- */

/* Those of fold.h, over the rows of `input`. */
struct expr *layout_fold(struct layouter *l, struct expr *placed);
struct expr *layout_fold_lazy(struct layouter *l, struct expr *placed,
    const struct rel *input);
bool layout_fold_conjuncts(struct layouter *l, struct rel_filter *filter,
    const struct rel *input);

/* ---- layout.c ---- */

/* Calls that give sets, over the rows of `input`. */
struct set_call *layout_place_sets(struct layouter *l,
    const struct set_call *calls, uint32_t count, const struct rel *input);

/* The relation, to be changed, as one of the finished plan. */
struct rel *layout_copy(struct layouter *l, const struct rel *rel);

/* Room for the layout of a relation with at most `count` columns. */
void layout_start_columns(struct layouter *l, struct rel *rel, uint32_t count);
void layout_add_column(struct rel *rel, uint32_t id, uint32_t column,
    struct type type);

/* Columns pass through: the layout is the input's. */
void layout_same_columns(struct rel *rel);

/* What is wanted of an input: what is wanted above, and more to be added. */
struct column_set layout_wanted_below(struct layouter *l,
    const struct column_set *wanted);

/* The columns of `rel` that are wanted become those of `out`. */
void layout_add_wanted(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted, struct rel *out);

/* All columns of `rel` are those of `out`. */
void layout_all_columns(struct layouter *l, const struct rel *rel,
    struct rel *out);

/* A relation of any kind, with the columns that are wanted of it. */
struct rel *lay_out(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);

/* A query as such: exactly its first columns. */
struct rel *lay_out_whole(struct layouter *l, const struct rel *rel,
    uint32_t count);

/* ---- kinds of relations, each in its file ---- */

struct rel *lay_out_join(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_agg(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_unique(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_sort(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_limit(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_window(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_project_set(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_sequence(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_with(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_stored(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted);
struct rel *lay_out_modify(struct layouter *l, const struct rel *rel);
