/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept.h -- what is kept of a query, and how the rest is made of it; private to
 * src/plan/.
 *
 * A kept query is bound anew with each statement that names it, as a view is.
 * Its plan is cut in two.  What is below the cut is over one scan of events,
 * and of it rows are kept, as events of a type of their own (catalog.h, K8):
 *
 *   aggregates   partial states of each group; the cut is the aggregation
 *   otherwise    the events that WHERE lets through, with the columns that are
 *                needed above
 *
 * What is over more than one scan of events has no cut, and of it nothing is
 * kept: it is computed by who reads.
 *
 * Where the cut was, the plan reads the kept rows together with what the same
 * part makes of events that are not in them yet: so who reads sees all events
 * of his snapshot.  A refresh stores the latter.  What is above the cut (HAVING,
 * ORDER BY, LIMIT, windows ...) is done each time.
 *
 * Kept rows are found by the fields' names and types; a plan that needs others
 * than there are is refused.
 */
#pragma once

#include "engine/catalog/catalog.h"
#include "plan/bind.h"

/* A field of the kept rows. */
struct kept_column {
	struct str name;
	struct type type;
	bool is_text;          /* stored as text: numerics of any size */
	enum agg_kind merge;   /* of a state: how two become one */
	uint32_t event_column; /* of a selection: of the scan */
};

/* Where the results of an aggregate come from. */
struct kept_call {
	uint32_t column;  /* its state, the first of two of avg; or .. */
	bool is_distinct; /* .. the values that it is over */
};

struct kept_cut {
	struct rel **slot; /* in the plan: what is replaced; NULL: no cut */
	struct rel *scan;
	const struct rel *agg; /* at the cut; NULL: of a selection */
	struct rel *partial;   /* what makes the states; likewise */
	struct kept_column *columns;
	uint32_t column_count;
	uint32_t key_count;      /* of the columns; DISTINCT's are among them */
	struct kept_call *calls; /* by the calls of agg */
};

/*
 * Cut the plan of a query.  `location` is the query's in the text.  0A000 for
 * what cannot be kept: what is not made of events, or is different each time.
 */
MUST_USE int kept_cut(struct binder *binder, struct query *query, int location,
    struct kept_cut *cut, struct error *err);

/* The fields of the rows. */
struct field *kept_fields(struct binder *binder, const struct kept_cut *cut);

/*
 * Put the kept rows, and what is new, where the cut was.  55000 if they do not
 * have these fields.
 */
MUST_USE int kept_read(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, struct error *err);

/*
 * A relation of a context's column and then the fields of rows to be stored: of
 * what is new, or all rows of an aggregation, merged; or none.
 */
MUST_USE int kept_rows(struct binder *binder, const struct sql_view *view,
    const struct kept_cut *cut, bool is_merge, struct rel **out,
    struct error *err);

/* bind_view.c: plan_refresh() without the plan around it. */
MUST_USE int bind_refresh_rows(struct binder *binder,
    struct kept_refresh *refresh, struct plan_insert *insert,
    struct error *err);

/* ---- kept_aggregate.c ---- */

/*
 * The partial states of an aggregation; false if it has an aggregate that
 * cannot be made of them.
 */
MUST_USE int kept_cut_aggregate(struct binder *binder, const struct rel *agg,
    struct kept_cut *cut, bool *is_done, struct error *err);

/* Results, named as those of the aggregation were, of rows with the columns. */
MUST_USE int kept_finish(struct binder *binder, const struct kept_cut *cut,
    struct rel *rows, struct rel **out, struct error *err);

/* The same columns with one row a group. */
MUST_USE int kept_merge(struct binder *binder, const struct kept_cut *cut,
    struct rel *rows, struct rel **out, struct error *err);
