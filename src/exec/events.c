/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.c -- the relation `events`: all types together, merged by event_id,
 * and then the open transaction's own rows.
 *
 * Each type is scanned for the columns that are asked for.  A filter above
 * comes in here: its conjuncts that do not look at the payload run first, and
 * payloads are built for the rows that are left and that somebody will use.
 * A merged batch whose payloads are long is given in several batches.
 */
#include "common/cancel.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/eval.h"
#include "exec/event_types.h"
#include "exec/merge.h"
#include "exec/payload.h"
#include "exec/scan_spec.h"
#include "exec/top_bound.h"

/*
 * Columns of every type's scan: event_id, others that are wanted, and the
 * fields if payloads are.
 */
#define SOURCE_EVENT_ID 0

struct events_type {
	const struct event_type *type;
	struct payload_shape shape;
	uint32_t *attnums;
	struct scan *scan; /* NULL: no committed rows */
};

struct events_op {
	struct op_state op;
	const struct rel *filter;                 /* NULL: none */
	const struct top_bound *bound;            /* NULL: none */
	uint32_t source[EVENTS_COLUMN_COUNT + 1]; /* by column: in the scans */
	uint32_t core_attnums[EVENTS_COLUMN_COUNT];
	uint32_t core_count; /* of them; fields follow */
	uint32_t payload;    /* its position; UINT32_MAX: not wanted */
	struct events_type *types;
	uint32_t type_count;
	struct merge merge; /* committed rows */
	struct merge own;   /* of the transaction, a source for each type */
	bool is_own;
	uint32_t resume_row; /* of the merged batch; 0: take the next one */
	struct payload_column column;
};

/* ---- opening ---- */

/* What is read of every type besides its fields. */
static void
choose_columns(struct events_op *events)
{
	const struct rel *rel = events->op.rel;

	events->core_attnums[SOURCE_EVENT_ID] = COLUMN_EVENT_ID;
	events->core_count = 1;
	events->payload = UINT32_MAX;
	for (uint32_t i = 0; i < rel->column_count; i++) {
		uint32_t column = rel->scan.attnums[i];

		if (column == EVENTS_PAYLOAD)
			events->payload = i;
		if (column == EVENTS_EVENT_ID ||
		    events_attnum(column) == ATTNUM_NONE)
			continue;
		events->source[column] = events->core_count;
		events->core_attnums[events->core_count++] =
		    events_attnum(column);
	}
}

static void
set_attnums(struct events_op *events, struct events_type *type)
{
	struct arena *arena = events->op.env->arena;
	uint32_t core = events->core_count;

	type->attnums = arena_alloc_array(arena, core + type->type->field_count,
	    sizeof(*type->attnums));
	for (uint32_t i = 0; i < core; i++)
		type->attnums[i] = events->core_attnums[i];
	for (uint32_t i = 0; i < type->type->field_count; i++)
		type->attnums[core + i] = COLUMN_FIRST_FIELD + i;
	if (events->payload != UINT32_MAX)
		payload_shape_init(&type->shape, type->type, arena);
}

/* The number of columns that are read of committed rows, or of own ones. */
static uint32_t
attnum_count(const struct events_op *events, const struct event_type *type,
    bool is_own)
{
	if (events->payload == UINT32_MAX ||
	    (!is_own && events->op.rel->scan.is_payload_late))
		return events->core_count;
	return events->core_count + type->field_count;
}

/* It is part of what `events` is; but nobody should wonder. */
static void
tell_left_out(const struct exec_context *context, uint32_t count)
{
	struct error notice = { .code = 0 };

	if (count == 0 || context->notice == NULL)
		return;
	(void)error_set(&notice, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "events of %u event type%s are left out: they may not be read",
	    (unsigned)count, count == 1 ? "" : "s");
	notice.code = 0; /* it is no warning */
	context->notice(context->notice_arg, &notice);
}

static int
choose_types(struct events_op *events, const struct context_places *places,
    struct error *err)
{
	const struct exec_env *env = events->op.env;
	struct event_types chosen;
	int rc = event_types_choose(env, events->op.rel, places, &chosen, err);

	if (rc != 0)
		return rc;
	events->types = arena_zalloc(env->arena,
	    ((size_t)chosen.count + 1) * sizeof(*events->types));
	events->type_count = chosen.count;
	for (uint32_t i = 0; i < chosen.count; i++) {
		events->types[i].type = chosen.types[i];
		set_attnums(events, &events->types[i]);
	}
	tell_left_out(env->context, chosen.left_out_count);
	return 0;
}

static int
open_scans(struct events_op *events, const struct scan_spec *common,
    struct error *err)
{
	const struct exec_env *env = events->op.env;
	const struct catalog *catalog =
	    snapshot_catalog(env->context->snapshot);

	for (uint32_t i = 0; i < events->type_count; i++) {
		struct events_type *type = &events->types[i];
		struct scan_spec spec = *common;
		int rc;

		/* made by this transaction: nothing is committed */
		if (catalog_type_by_oid(catalog, type->type->oid) == NULL)
			continue;
		spec.type = type->type;
		spec.attnums = type->attnums;
		spec.attnum_count = attnum_count(events, type->type, false);
		rc = scan_open(env->context->engine, &spec, env->arena,
		    &type->scan, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static void
init_merges(struct events_op *events)
{
	const struct exec_env *env = events->op.env;
	struct merge_source *sources;
	struct merge_source *own;
	uint32_t count = 0;

	for (uint32_t i = 0; i < events->type_count; i++) {
		if (events->types[i].scan != NULL)
			count += scan_run_count(events->types[i].scan);
	}
	sources = arena_zalloc(env->arena, (count + 1) * sizeof(*sources));
	own = arena_zalloc(env->arena, (events->type_count + 1) * sizeof(*own));
	count = 0;
	for (uint32_t i = 0; i < events->type_count; i++) {
		const struct events_type *type = &events->types[i];
		uint32_t runs =
		    type->scan == NULL ? 0 : scan_run_count(type->scan);

		own[i].type = type->type;
		for (uint32_t run = 0; run < runs; run++) {
			sources[count].scan = type->scan;
			sources[count].run = run;
			sources[count].type = type->type;
			sources[count++].id_column = SOURCE_EVENT_ID;
		}
	}
	merge_init(&events->merge, sources, count,
	    events->op.rel->scan.is_ordered, env->arena);
	if (env->context->batch != NULL)
		merge_init(&events->own, own, events->type_count, false,
		    env->arena);
}

/* One context is asked for: where is it?  Not with the index switched off. */
static int
find_places(const struct events_op *events, struct scan_spec *spec,
    struct context_places **out, struct error *err)
{
	const struct exec_env *env = events->op.env;

	*out = NULL;
	if (!spec->has_context ||
	    (spec->without & SCAN_WITHOUT_CONTEXT_INDEX) != 0)
		return 0;
	return context_places_find(env->context->engine, spec, env->arena, out,
	    err);
}

static int
events_open(struct op_state *op, struct error *err)
{
	struct events_op *events = (struct events_op *)op;
	struct scan_spec spec = { .snapshot = op->env->context->snapshot,
		.without = op->env->context->scan_without };
	struct context_places *places = NULL;
	bool is_empty;
	int rc;

	choose_columns(events);
	rc = scan_spec_bounds(op->env, op->rel, &spec, &is_empty, err);
	if (rc == 0 && events->bound != NULL)
		scan_spec_limit(&spec, events->bound, op->env->arena);
	if (rc == 0 && !is_empty)
		rc = find_places(events, &spec, &places, err);
	spec.places = places;
	if (rc == 0)
		rc = choose_types(events, places, err);
	if (rc == 0 && !is_empty)
		rc = open_scans(events, &spec, err);
	if (rc == 0)
		init_merges(events);
	return rc;
}

/* ---- the transaction's own rows ---- */

/* Make sure that a type's next own row is there. */
static int
fill_own(struct events_op *events, struct merge_source *source,
    struct error *err)
{
	const struct events_type *type =
	    &events->types[source - events->own.sources];
	int rc;

	if (source->cursor == NULL) {
		rc =
		    write_batch_scan(events->op.env->context->batch, type->type,
			type->attnums, attnum_count(events, type->type, true),
			&source->cursor, err);
		if (rc != 0)
			return rc;
	}
	source->at = 0;
	source->batch.sel.count = 0;
	do {
		rc = cancel_check(events->op.env->context->cancel, err);
		if (rc == 0)
			rc = scan_cursor_next(source->cursor, &source->batch,
			    err);
	} while (rc > 0 && source->batch.sel.count == 0);
	return rc < 0 ? rc : 0;
}

/* Where its next own row is in the batch, over all types. */
static int64_t
own_ordinal(const struct merge_source *source)
{
	const struct vec *ids = &source->batch.cols[SOURCE_EVENT_ID];

	return ids->i64[vec_index(ids, sel_row(source->batch.sel, source->at))];
}

/*
 * The type whose own row is next, and the ordinal at which another's comes;
 * NULL at the end.
 */
static struct merge_source *
next_own_source(struct events_op *events, int64_t *limit)
{
	struct merge_source *least = NULL;

	*limit = INT64_MAX;
	for (uint32_t i = 0; i < events->type_count; i++) {
		struct merge_source *source = &events->own.sources[i];

		if (source->batch.sel.count == 0)
			continue; /* at its end */
		if (least == NULL || own_ordinal(source) < own_ordinal(least)) {
			if (least != NULL)
				*limit = own_ordinal(least);
			least = source;
		} else if (own_ordinal(source) < *limit) {
			*limit = own_ordinal(source);
		}
	}
	return least;
}

/* Every type's next own row is there, or it has none. */
static int
fill_all_own(struct events_op *events, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < events->type_count && rc == 0; i++) {
		struct merge_source *source = &events->own.sources[i];

		if (source->cursor == NULL ||
		    (source->batch.sel.count > 0 &&
			source->at == source->batch.sel.count))
			rc = fill_own(events, source, err);
	}
	return rc;
}

/* Rows in insertion order, until a type's batch ends. */
static int
merge_own(struct events_op *events, struct error *err)
{
	struct merge *own = &events->own;
	bool is_ended = false;
	int rc;

	own->span_count = 0;
	own->row_count = 0;
	if (events->op.env->context->batch == NULL)
		return 0;
	rc = fill_all_own(events, err);
	while (rc == 0 && !is_ended && own->row_count < VEC_ROWS) {
		int64_t limit;
		struct merge_source *source = next_own_source(events, &limit);
		struct merge_span *span;

		if (source == NULL)
			break;
		span = &own->spans[own->span_count++];
		*span = (struct merge_span){
			.source = source,
			.first = source->at,
		};
		do {
			span->count++;
			source->at++;
			own->row_count++;
			is_ended = source->at == source->batch.sel.count;
		} while (!is_ended && own->row_count < VEC_ROWS &&
		    own_ordinal(source) < limit);
	}
	return rc == 0 ? own->row_count > 0 : rc;
}

/* ---- columns ---- */

/* The type's name, for all rows of each span. */
static void
type_column(const struct merge *merge, struct arena *arena, struct vec *out)
{
	uint32_t row = 0;

	vec_init(out, PHYS_STR, merge->row_count, arena);
	out->is_constant = merge->span_count == 1;
	for (uint32_t s = 0; s < merge->span_count; s++) {
		const struct merge_span *span = &merge->spans[s];
		uint32_t count = out->is_constant ? 1 : span->count;

		for (uint32_t i = 0; i < count; i++, row++)
			out->str[row] = span->source->type->name;
	}
}

static void
event_column(const struct events_op *events, const struct merge *merge,
    enum events_column column, struct arena *arena, struct vec *out)
{
	const struct datum null = { .is_null = true };

	switch (column) {
	case EVENTS_EVENT_ID:
		merge_column(merge, SOURCE_EVENT_ID, PHYS_I64, arena, out);
		return;
	case EVENTS_CONTEXT_ID:
		merge_column(merge, events->source[column], PHYS_STR, arena,
		    out);
		return;
	case EVENTS_TIMESTAMP:
	case EVENTS_VERSION:
		merge_column(merge, events->source[column], PHYS_I64, arena,
		    out);
		return;
	case EVENTS_EVENT_TYPE:
		type_column(merge, arena, out);
		return;
	case EVENTS_PAYLOAD:
		if (events->op.rel->scan.is_payload_late && !events->is_own)
			vec_init_constant(out, PHYS_STR, &null, arena);
		else /* built later, for the rows that are left */
			vec_init(out, PHYS_STR, VEC_ROWS, arena);
		return;
	}
}

/* ---- payloads ---- */

static const struct payload_shape *
shape_of(const struct events_op *events, const struct event_type *type)
{
	for (uint32_t i = 0; i < events->type_count; i++) {
		if (events->types[i].type == type)
			return &events->types[i].shape;
	}
	return NULL;
}

/*
 * Build payloads for the selected rows; where they have become long the batch
 * ends, and the next begins behind.
 */
static int
build_payloads(struct events_op *events, const struct merge *merge,
    struct batch *batch, struct error *err)
{
	const struct merge_span *span = merge->spans;
	uint32_t span_start = 0; /* row of the batch that the span starts at */
	int rc = 0;

	payload_column_begin(&events->column, batch->row_count,
	    &batch->cols[events->payload], &events->op.batch_arena);
	for (uint32_t i = 0; i < batch->sel.count && rc == 0; i++) {
		uint32_t row = sel_row(batch->sel, i);
		uint32_t source = row;

		if (events->column.buf.len > PAYLOAD_BATCH_BYTES) {
			batch->sel.count = i;
			events->resume_row = row;
			break;
		}
		if (merge->span_count > 1) {
			while (row >= span_start + span->count) {
				span_start += span->count;
				span++;
			}
			source = sel_row(span->source->batch.sel,
			    span->first + row - span_start);
		}
		rc = payload_column_put(&events->column, row,
		    shape_of(events, span->source->type),
		    span->source->batch.cols + events->core_count, source, err);
	}
	return rc == 0
	    ? payload_column_finish(&events->column, batch->row_count, err)
	    : rc;
}

/* ---- batches ---- */

static bool
reads_column(const struct expr *expr, uint32_t column)
{
	if (expr->kind == EXPR_COLUMN && expr->column.column == column)
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (reads_column(expr->args[i], column))
			return true;
	}
	return false;
}

/* Apply the conjuncts that do, or do not, look at the payload. */
static int
apply_filter(struct events_op *events, struct batch *batch, bool with_payload,
    struct error *err)
{
	struct arena *arena = &events->op.batch_arena;
	const struct eval eval = eval_of_batch(events->op.env, arena, batch);
	uint16_t *rows;

	if (events->filter == NULL)
		return 0;
	rows = arena_alloc_array(arena, batch->sel.count + 1, sizeof(*rows));
	for (uint32_t i = 0;
	     i < events->filter->filter.count && batch->sel.count > 0; i++) {
		const struct expr *conjunct =
		    events->filter->filter.conjuncts[i];
		uint32_t count;
		int rc;

		if (reads_column(conjunct, events->payload) != with_payload)
			continue;
		rc =
		    eval_filter(&eval, conjunct, batch->sel, rows, &count, err);
		if (rc != 0)
			return rc;
		batch->sel = (struct sel){ .rows = rows, .count = count };
	}
	return 0;
}

/* Leave out rows of the merged batch that were given before. */
static void
skip_given(struct events_op *events, struct batch *batch)
{
	uint16_t *rows;
	uint32_t count = 0;

	if (events->resume_row == 0)
		return;
	rows = arena_alloc_array(&events->op.batch_arena, batch->sel.count + 1,
	    sizeof(*rows));
	for (uint32_t i = 0; i < batch->sel.count; i++) {
		uint32_t row = sel_row(batch->sel, i);

		rows[count] = (uint16_t)row;
		count += row >= events->resume_row;
	}
	batch->sel = (struct sel){ .rows = rows, .count = count };
	events->resume_row = 0;
}

/* The rest of the selection is of no use to whoever asks. */
static void
apply_goal(const struct events_op *events, struct batch *batch)
{
	const struct rel *filter = events->filter;
	uint64_t goal = events->op.row_goal;

	if (goal == 0 || goal >= batch->sel.count)
		return;
	for (uint32_t i = 0; filter != NULL && i < filter->filter.count; i++) {
		if (reads_column(filter->filter.conjuncts[i], events->payload))
			return;
	}
	batch->sel.count = (uint32_t)goal;
}

static int
make_batch(struct events_op *events, const struct merge *merge,
    struct batch *out, struct error *err)
{
	const struct rel *rel = events->op.rel;
	struct arena *arena = &events->op.batch_arena;
	bool is_late = rel->scan.is_payload_late && !events->is_own;
	int rc;

	merge_shape(merge, arena, out);
	out->col_count = rel->column_count;
	out->cols =
	    arena_alloc_array(arena, out->col_count + 1, sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++)
		event_column(events, merge,
		    (enum events_column)rel->scan.attnums[i], arena,
		    &out->cols[i]);
	skip_given(events, out);
	rc = apply_filter(events, out, false, err);
	if (rc != 0)
		return rc;
	apply_goal(events, out);
	if (events->payload == UINT32_MAX || out->sel.count == 0 || is_late)
		return 0;
	rc = build_payloads(events, merge, out, err);
	if (rc == 0)
		rc = apply_filter(events, out, true, err);
	return rc;
}

/* The merged batch that is to be given next: 1, 0 at the end, or a code. */
static int
next_merged(struct events_op *events, struct merge **merge, struct error *err)
{
	int rc = 1;

	if (events->resume_row == 0)
		rc = events->is_own ? merge_own(events, err)
				    : merge_next(&events->merge, err);
	if (rc == 0 && !events->is_own) {
		events->is_own = true;
		rc = merge_own(events, err);
	}
	*merge = events->is_own ? &events->own : &events->merge;
	return rc;
}

static int
events_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct events_op *events = (struct events_op *)op;

	for (;;) {
		struct merge *merge;
		int rc;

		rc = op_forget(op, err);
		if (rc != 0)
			return rc;
		rc = next_merged(events, &merge, err);
		if (rc <= 0)
			return rc;
		rc = make_batch(events, merge, out, err);
		if (rc != 0)
			return rc;
		if (out->sel.count > 0)
			return 1;
	}
}

static void
events_close(struct op_state *op)
{
	struct events_op *events = (struct events_op *)op;

	merge_close(&events->merge);
	merge_close(&events->own);
	for (uint32_t i = 0; i < events->type_count; i++) {
		if (events->types[i].scan != NULL)
			scan_close(events->types[i].scan);
	}
	payload_column_release(&events->column);
}

static void
events_report(const struct op_state *op, struct op_stats *stats)
{
	const struct events_op *events = (const struct events_op *)op;

	stats->is_scan = true;
	for (uint32_t i = 0; i < events->type_count; i++) {
		if (events->types[i].scan != NULL)
			op_stats_add_scan(stats, events->types[i].scan);
	}
}

static const struct op_class events_class = {
	.name = "events",
	.open = events_open,
	.next = events_next,
	.close = events_close,
	.report = events_report,
};

bool
events_op_count(const struct op_state *op, uint64_t *count)
{
	const struct events_op *events = (const struct events_op *)op;
	bool is_known = events->filter == NULL &&
	    op->rel->scan.bound_count == 0 && op->rel->scan.context_slot == 0 &&
	    op->rel->scan.kept_oid == 0 && op->env->context->batch == NULL;

	*count = 0;
	for (uint32_t i = 0; i < events->type_count && is_known; i++) {
		uint64_t rows = 0;

		if (events->types[i].scan != NULL)
			is_known = scan_row_count(events->types[i].scan, &rows);
		*count += rows;
	}
	return is_known;
}

void
events_op_limit(struct op_state *op, const struct top_bound *bound)
{
	((struct events_op *)op)->bound = bound;
}

struct op_state *
events_op_new(const struct exec_env *env, const struct rel *rel,
    const struct rel *filter)
{
	struct events_op *events = arena_zalloc(env->arena, sizeof(*events));

	events->filter = filter;
	payload_column_init(&events->column, env->arena->budget);
	op_init(&events->op, &events_class, env, rel);
	return &events->op;
}
