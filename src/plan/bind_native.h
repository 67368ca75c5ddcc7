/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_native.h -- the native language on its way to a SELECT; private to
 * src/plan/bind_native*.c and bind_sequence*.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "plan/bind.h"
#include "plan/tree.h"

struct rewrite {
	struct binder *binder;
	struct arena *arena;
	const struct ast_query *query;
	const struct event_type *type; /* NULL: events, or a sequence */
	struct str label; /* what it goes by in WHERE; empty: its name */
	const struct sequence_steps *steps; /* of a sequence, else NULL */
	bool is_aggregation;
	struct ast_select *select;
	struct ast_target *targets; /* room for all */
	uint32_t target_count;
};

static inline bool
native_is_events(const struct rewrite *rw)
{
	return rw->type == NULL;
}

/* Groups are its rows, not events. */
static inline bool
native_is_aggregation(const struct ast_query *query)
{
	return query->agg_count > 0 || query->group_count > 0 || query->has_per;
}

/*
 * The SELECT that says the same as a QUERY, but for one that has the events of
 * sequences as its rows.  A sequence keeps the query.  The columns are the
 * bucket, then the groups, then the aggregates; the rows have the order of
 * the groups.
 */
MUST_USE int native_select(struct binder *binder, const struct ast_query *query,
    struct ast_select **out, struct error *err);

/* The type of a field that the query names; oid 0 if it has no such field. */
struct type native_field_type(const struct rewrite *rw, struct str name);

/*
 * A field by its name.  Every event has an event_type, which a table does not
 * store.  42703 if the type has no such field.
 */
MUST_USE int native_field_expr(struct rewrite *rw, struct str name,
    int location, struct ast_expr **out, struct error *err);

/* FOR, SINCE and WHERE into rw->select->where. */
MUST_USE int native_conditions(struct rewrite *rw, struct error *err);
