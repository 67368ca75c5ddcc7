/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_text.h -- expressions of a finished plan as SQL a person can read, for
 * EXPLAIN; private to src/plan/.
 *
 * Columns go by the names they had in the statement.  It need not parse.
 */
#pragma once

#include "common/buf.h"
#include "plan/bind.h"

struct expr_text {
	const struct binder *binder;
	/* whose batches the columns are of, side by side; NULL: none */
	const struct rel *left;
	const struct rel *right;
};

void expr_text_put(const struct expr_text *text, const struct expr *expr,
    struct buf *out);

/* A column of a relation, by its position. */
void column_text_put(const struct expr_text *text, const struct rel *rel,
    uint32_t position, struct buf *out);

/* "InitPlan" if it runs once at most, else "SubPlan". */
const char *subquery_kind(const struct subquery *subquery);

/* What stands behind a key that rows are ordered by, as far as it is not usual. */
void order_text_put(bool is_descending, bool nulls_first, struct buf *out);

/* An aggregate, over the batches of text->left. */
void agg_text_put(const struct expr_text *text, const struct agg_call *call,
    struct buf *out);
