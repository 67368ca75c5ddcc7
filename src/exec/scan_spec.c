/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_spec.c -- see scan_spec.h.  Bounds on one column become one closed
 * range; strict ones prune as if they were not, the filter is exact.
 */
#include "exec/scan_spec.h"

#include "engine/catalog/catalog.h"
#include "exec/eval.h"
#include "exec/event_types.h"
#include "exec/top_bound.h"
#include "plan/rewrite.h"

/* The column that a bound is on, in a type's scan; 0, the version: no such. */
static uint32_t
bound_attnum(const struct rel *rel, const struct scan_bound *bound)
{
	uint32_t attnum = rel->kind == REL_SCAN ? bound->attnum
						: events_attnum(bound->attnum);

	return attnum == ATTNUM_NONE ? 0 : attnum;
}

static void
bound_event_id(struct scan_spec *spec, enum bound_kind kind, int64_t value,
    bool *is_empty)
{
	bool has_low = kind == BOUND_EQ || kind == BOUND_GE || kind == BOUND_GT;
	bool has_high =
	    kind == BOUND_EQ || kind == BOUND_LE || kind == BOUND_LT;
	int64_t low = value;
	int64_t high = value;

	if (kind == BOUND_GT && value < INT64_MAX)
		low++;
	if (kind == BOUND_LT && value > INT64_MIN)
		high--;
	if (has_low && low > 0 && (uint64_t)low > spec->event_id_first)
		spec->event_id_first = (uint64_t)low;
	if (has_high && high < 1)
		*is_empty = true; /* 0 would mean "to the end" */
	else if (has_high &&
	    (spec->event_id_last == 0 || (uint64_t)high < spec->event_id_last))
		spec->event_id_last = (uint64_t)high;
	if (spec->event_id_last != 0 &&
	    spec->event_id_first > spec->event_id_last)
		*is_empty = true;
}

static struct scan_range *
range_of(struct scan_range *ranges, uint32_t *count, uint32_t attnum)
{
	for (uint32_t i = 0; i < *count; i++) {
		if (ranges[i].attnum == attnum)
			return &ranges[i];
	}
	ranges[*count] = (struct scan_range){ .attnum = attnum };
	return &ranges[(*count)++];
}

static void
bound_range(struct scan_range *range, enum bound_kind kind,
    const struct type *type, const struct datum *value)
{
	if ((kind == BOUND_EQ || kind == BOUND_GE || kind == BOUND_GT) &&
	    (!range->has_low || type_compare(type, value, &range->low) > 0)) {
		range->has_low = true;
		range->low = *value;
	}
	if ((kind == BOUND_EQ || kind == BOUND_LE || kind == BOUND_LT) &&
	    (!range->has_high || type_compare(type, value, &range->high) < 0)) {
		range->has_high = true;
		range->high = *value;
	}
}

static void
bound_context(struct scan_spec *spec, struct str value, bool *is_empty)
{
	if (spec->has_context && !str_equal(spec->context, value))
		*is_empty = true;
	spec->has_context = true;
	spec->context = value;
}

int
scan_bound_value(const struct exec_env *env, const struct expr *expr,
    struct datum *out, bool *is_known, struct error *err)
{
	int rc = eval_fixed(env, expr, env->arena, out, err);

	*is_known = rc == 0;
	if (rc == 0 || !expr_has_subquery(expr) ||
	    err->code == STELE_E_QUERY_CANCELED ||
	    err->code == STELE_E_OUT_OF_MEMORY)
		return rc;
	*err = (struct error){ 0 };
	return 0;
}

/* What the rows of a kept query are events of, dropped or not. */
static const struct event_type *
kept_type(const struct catalog *catalog, uint32_t kept_oid)
{
	for (uint32_t i = 0; i < catalog->type_count; i++)
		if (catalog->types[i]->kept_by == kept_oid)
			return catalog->types[i];
	return NULL;
}

/*
 * Leave out the events that are in the rows of a kept query, which are read
 * beside.  One that was made after the snapshot has no rows there, so all events
 * are new; of one that was dropped before it they may be gone already.
 */
static int
put_kept(const struct exec_env *env, const struct rel *rel,
    struct scan_spec *spec, struct error *err)
{
	const struct catalog *catalog =
	    snapshot_catalog(env->context->snapshot);
	const struct write_batch *batch = env->context->batch;
	uint32_t oid = rel->scan.kept_oid;
	const struct sql_view *view = catalog_view_by_oid(catalog, oid);
	const struct event_type *dropped;

	if (batch != NULL && write_batch_makes_view(batch, oid))
		view = catalog_view_by_oid(write_batch_catalog(batch), oid);
	spec->event_id_first =
	    1 + (view != NULL ? view->kept.position : rel->scan.after);
	dropped = view == NULL ? kept_type(catalog, oid) : NULL;
	if (dropped == NULL)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_TABLE,
	    "relation \"%.*s\" does not exist", STR_FMT(dropped->name));
}

static int
put_bound(const struct exec_env *env, const struct rel *rel,
    const struct scan_bound *bound, struct scan_spec *spec,
    struct scan_range *ranges, bool *is_empty, struct error *err)
{
	uint32_t attnum = bound_attnum(rel, bound);
	struct datum value;
	bool is_known;
	int rc = scan_bound_value(env, bound->value, &value, &is_known, err);

	if (rc != 0 || !is_known)
		return rc;
	if (value.is_null)
		*is_empty = true; /* a null compares with nothing */
	else if (attnum == COLUMN_EVENT_ID)
		bound_event_id(spec, bound->kind, value.i64, is_empty);
	else if (attnum == COLUMN_CONTEXT_ID && bound->kind == BOUND_EQ)
		bound_context(spec, value.str, is_empty);
	else if (attnum != 0)
		bound_range(range_of(ranges, &spec->range_count, attnum),
		    bound->kind, &bound->value->type, &value);
	return 0;
}

int
scan_spec_bounds(const struct exec_env *env, const struct rel *rel,
    struct scan_spec *spec, bool *is_empty, struct error *err)
{
	uint32_t count = rel->scan.bound_count;
	struct scan_range *ranges =
	    arena_zalloc(env->arena, (count + 1) * sizeof(*ranges));
	int rc = 0;

	*is_empty = false;
	spec->progress = env->context->progress;
	spec->budget = env->context->budget;
	if (rel->scan.kept_oid != 0)
		rc = put_kept(env, rel, spec, err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = put_bound(env, rel, &rel->scan.bounds[i], spec, ranges,
		    is_empty, err);
	if (rc != 0)
		return rc;
	if (rel->scan.context_slot != 0) {
		const struct datum *context =
		    &env->slots[rel->scan.context_slot - 1];

		if (!context->is_null)
			bound_context(spec, context->str, is_empty);
	}
	spec->ranges = ranges;
	return 0;
}

void
scan_spec_limit(struct scan_spec *spec, const struct top_bound *bound,
    struct arena *arena)
{
	enum bound_kind kind = bound->is_least ? BOUND_GE : BOUND_LE;
	struct scan_range *ranges;
	bool is_empty = false;

	if (bound->attnum == COLUMN_EVENT_ID) {
		bound_event_id(spec, kind, bound->value.i64, &is_empty);
		return;
	}
	ranges = arena_zalloc(arena,
	    ((size_t)spec->range_count + 1) * sizeof(*ranges));
	for (uint32_t i = 0; i < spec->range_count; i++)
		ranges[i] = spec->ranges[i];
	bound_range(range_of(ranges, &spec->range_count, bound->attnum), kind,
	    &bound->type, &bound->value);
	spec->ranges = ranges;
}
