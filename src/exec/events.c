/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.c -- the relation `events`: all types together, merged by event_id,
 * and then the open transaction's own rows.
 *
 * Each type is scanned for the columns that are asked for.  A filter above
 * comes in here: its conjuncts that do not look at the payload run first, and
 * payloads are built for the rows that are left.
 */
#include "common/buf.h"
#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/eval.h"
#include "exec/merge.h"
#include "exec/payload.h"
#include "exec/scan_spec.h"

/* Columns of every type's scan; its fields follow if payloads are wanted. */
enum {
	SOURCE_EVENT_ID,
	SOURCE_CONTEXT_ID,
	SOURCE_TIMESTAMP,
	SOURCE_VERSION,
	SOURCE_FIELDS,
};

struct events_type {
	const struct event_type *type;
	struct payload_shape shape;
	uint32_t *attnums;
	uint32_t attnum_count;
	struct scan *scan; /* NULL: no committed rows */
};

struct events_op {
	struct op_state op;
	const struct rel *filter; /* NULL: none */
	bool wants_payload;
	struct events_type *types;
	uint32_t type_count;
	struct merge merge; /* committed rows */
	struct merge own;   /* of the transaction, a source for each type */
	uint64_t own_at;    /* rows of it that were given */
	bool is_own;
	struct buf buf; /* payloads of one batch */
};

/* ---- opening ---- */

static void
set_attnums(struct events_op *events, struct events_type *type)
{
	uint32_t fields = events->wants_payload ? type->type->field_count : 0;

	type->attnum_count = SOURCE_FIELDS + fields;
	type->attnums = arena_alloc_array(events->op.env->arena,
	    type->attnum_count, sizeof(*type->attnums));
	type->attnums[SOURCE_EVENT_ID] = COLUMN_EVENT_ID;
	type->attnums[SOURCE_CONTEXT_ID] = COLUMN_CONTEXT_ID;
	type->attnums[SOURCE_TIMESTAMP] = COLUMN_TIMESTAMP;
	type->attnums[SOURCE_VERSION] = COLUMN_VERSION;
	for (uint32_t i = 0; i < fields; i++)
		type->attnums[SOURCE_FIELDS + i] = COLUMN_FIRST_FIELD + i;
	if (events->wants_payload)
		payload_shape_init(&type->shape, type->type,
		    events->op.env->arena);
}

/* event_type = 'x' leaves one type; *out stays as it is without that. */
static int
wanted_type(const struct events_op *events, struct str *out, bool *is_one,
    struct error *err)
{
	const struct rel_scan *scan = &events->op.rel->scan;

	*is_one = false;
	for (uint32_t i = 0; i < scan->bound_count; i++) {
		struct datum value;
		int rc;

		if (scan->bounds[i].attnum != EVENTS_EVENT_TYPE ||
		    scan->bounds[i].kind != BOUND_EQ)
			continue;
		rc = eval_fixed(events->op.env, scan->bounds[i].value,
		    events->op.env->arena, &value, err);
		if (rc != 0)
			return rc;
		*is_one = true;
		*out = value.is_null ? STR("") : value.str;
	}
	return 0;
}

static int
choose_types(struct events_op *events, struct error *err)
{
	const struct exec_env *env = events->op.env;
	const struct catalog *catalog = env->context->batch != NULL
	    ? write_batch_catalog(env->context->batch)
	    : snapshot_catalog(env->context->snapshot);
	struct str name = STR("");
	bool is_one;
	int rc;

	rc = wanted_type(events, &name, &is_one, err);
	if (rc != 0)
		return rc;
	events->types = arena_zalloc(env->arena,
	    (catalog->type_count + 1) * sizeof(*events->types));
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];

		if (type->dropped_at != 0 ||
		    (is_one && !str_equal(type->name, name)))
			continue;
		events->types[events->type_count].type = type;
		set_attnums(events, &events->types[events->type_count++]);
	}
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
		spec.attnum_count = type->attnum_count;
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
	merge_init(&events->own, own, events->type_count, false, env->arena);
}

static int
events_open(struct op_state *op, struct error *err)
{
	struct events_op *events = (struct events_op *)op;
	struct scan_spec spec = { .snapshot = op->env->context->snapshot };
	bool is_empty;
	int rc;

	for (uint32_t i = 0; i < op->rel->column_count; i++)
		events->wants_payload |=
		    op->rel->scan.attnums[i] == EVENTS_PAYLOAD;
	rc = scan_spec_bounds(op->env, op->rel, &spec, &is_empty, err);
	if (rc == 0)
		rc = choose_types(events, err);
	if (rc == 0 && !is_empty)
		rc = open_scans(events, &spec, err);
	if (rc == 0)
		init_merges(events);
	return rc;
}

/* ---- the transaction's own rows ---- */

static struct merge_source *
own_source(struct events_op *events, uint32_t oid)
{
	for (uint32_t i = 0; i < events->type_count; i++) {
		if (events->types[i].type->oid == oid)
			return &events->own.sources[i];
	}
	return NULL;
}

/* Make sure that a type's next own row is there. */
static int
fill_own(struct events_op *events, struct merge_source *source,
    struct error *err)
{
	const struct events_type *type =
	    &events->types[source - events->own.sources];
	int rc;

	if (source->cursor == NULL) {
		rc = write_batch_scan(events->op.env->context->batch,
		    type->type, type->attnums, type->attnum_count,
		    &source->cursor, err);
		if (rc != 0)
			return rc;
	}
	source->at = 0;
	source->batch.sel.count = 0;
	do {
		rc = scan_cursor_next(source->cursor, &source->batch, err);
	} while (rc > 0 && source->batch.sel.count == 0);
	return rc < 0 ? rc : 0;
}

static void
add_own_row(struct merge *own, struct merge_source *source)
{
	if (own->span_count == 0 ||
	    own->spans[own->span_count - 1].source != source)
		own->spans[own->span_count++] = (struct merge_span){
			.source = source,
			.first = source->at,
		};
	own->spans[own->span_count - 1].count++;
	source->at++;
	own->row_count++;
}

/* Rows in insertion order, until a type's batch ends whose rows are named. */
static int
merge_own(struct events_op *events, struct error *err)
{
	struct write_batch *batch = events->op.env->context->batch;
	struct merge *own = &events->own;
	const uint32_t *oids;
	uint64_t count;

	own->span_count = 0;
	own->row_count = 0;
	if (batch == NULL)
		return 0;
	count = write_batch_row_types(batch, &oids);
	while (events->own_at < count && own->row_count < VEC_ROWS) {
		struct merge_source *source =
		    own_source(events, oids[events->own_at]);

		if (source == NULL) {
			events->own_at++;
			continue;
		}
		if (source->at == source->batch.sel.count) {
			int rc;

			if (source->batch.sel.count > 0 && own->row_count > 0)
				break;
			rc = fill_own(events, source, err);
			if (rc != 0)
				return rc;
			if (source->batch.sel.count == 0)
				break;
		}
		add_own_row(own, source);
		events->own_at++;
	}
	return own->row_count > 0;
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
event_column(const struct merge *merge, enum events_column column,
    struct arena *arena, struct vec *out)
{
	switch (column) {
	case EVENTS_EVENT_ID:
		merge_column(merge, SOURCE_EVENT_ID, PHYS_I64, arena, out);
		return;
	case EVENTS_CONTEXT_ID:
		merge_column(merge, SOURCE_CONTEXT_ID, PHYS_STR, arena, out);
		return;
	case EVENTS_TIMESTAMP:
		merge_column(merge, SOURCE_TIMESTAMP, PHYS_I64, arena, out);
		return;
	case EVENTS_VERSION:
		merge_column(merge, SOURCE_VERSION, PHYS_I64, arena, out);
		return;
	case EVENTS_EVENT_TYPE:
		type_column(merge, arena, out);
		return;
	case EVENTS_PAYLOAD:
		/* built later, for the rows that are left */
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

/* Write one row's payload to events->buf; `out` gets its length only. */
static int
put_row(struct events_op *events, const struct merge_span *span, uint32_t row,
    struct str *out, struct error *err)
{
	const struct merge_source *source = span->source;
	size_t start = events->buf.len;
	int rc;

	rc = payload_put(shape_of(events, source->type),
	    source->batch.cols + SOURCE_FIELDS, row, &events->op.batch_arena,
	    &events->buf, err);
	out->len = events->buf.len - start;
	return rc;
}

static int
put_rows(struct events_op *events, const struct merge *merge,
    const struct batch *batch, struct vec *payload, struct error *err)
{
	const struct merge_span *span = merge->spans;
	uint32_t span_start = 0; /* row of the batch that the span starts at */
	int rc = 0;

	for (uint32_t i = 0; i < batch->sel.count && rc == 0; i++) {
		uint32_t row = sel_row(batch->sel, i);
		uint32_t source_row = row;

		if (merge->span_count > 1) {
			while (row >= span_start + span->count) {
				span_start += span->count;
				span++;
			}
			source_row = sel_row(span->source->batch.sel,
			    span->first + row - span_start);
		}
		rc = put_row(events, span, source_row, &payload->str[row], err);
	}
	return rc;
}

static int
build_payloads(struct events_op *events, const struct merge *merge,
    struct batch *batch, uint32_t column, struct error *err)
{
	struct vec *payload = &batch->cols[column];
	size_t at = 0;
	char *text;
	int rc;

	buf_reset(&events->buf);
	rc = put_rows(events, merge, batch, payload, err);
	if (rc != 0)
		return rc;
	text = arena_try_alloc(&events->op.batch_arena, events->buf.len + 1);
	if (events->buf.failed || text == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	memcpy(text, events->buf.data, events->buf.len);
	for (uint32_t i = 0; i < batch->sel.count; i++) {
		struct str *value = &payload->str[sel_row(batch->sel, i)];

		value->data = text + at;
		at += value->len;
	}
	return 0;
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

/* Apply the conjuncts that do, or do not, look at column `payload`. */
static int
apply_filter(struct events_op *events, struct batch *batch, uint32_t payload,
    bool with_payload, struct error *err)
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

		if (reads_column(conjunct, payload) != with_payload)
			continue;
		rc =
		    eval_filter(&eval, conjunct, batch->sel, rows, &count, err);
		if (rc != 0)
			return rc;
		batch->sel = (struct sel){ .rows = rows, .count = count };
	}
	return 0;
}

static int
make_batch(struct events_op *events, const struct merge *merge,
    struct batch *out, struct error *err)
{
	const struct rel *rel = events->op.rel;
	struct arena *arena = &events->op.batch_arena;
	uint32_t payload = UINT32_MAX;
	int rc;

	merge_shape(merge, arena, out);
	out->col_count = rel->column_count;
	out->cols =
	    arena_alloc_array(arena, out->col_count + 1, sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++) {
		if (rel->scan.attnums[i] == EVENTS_PAYLOAD)
			payload = i;
		event_column(merge, (enum events_column)rel->scan.attnums[i],
		    arena, &out->cols[i]);
	}
	rc = apply_filter(events, out, payload, false, err);
	if (rc != 0 || payload == UINT32_MAX || out->sel.count == 0)
		return rc;
	rc = build_payloads(events, merge, out, payload, err);
	if (rc == 0)
		rc = apply_filter(events, out, payload, true, err);
	return rc;
}

static int
events_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct events_op *events = (struct events_op *)op;

	for (;;) {
		struct merge *merge =
		    events->is_own ? &events->own : &events->merge;
		int rc;

		rc = op_forget(op, err);
		if (rc == 0)
			rc = events->is_own ? merge_own(events, err)
					    : merge_next(merge, err);
		if (rc < 0)
			return rc;
		if (rc == 0) {
			if (events->is_own)
				return 0;
			events->is_own = true;
			continue;
		}
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
	buf_release(&events->buf);
}

static const struct op_class events_class = {
	.name = "events",
	.open = events_open,
	.next = events_next,
	.close = events_close,
};

struct op_state *
events_op_new(const struct exec_env *env, const struct rel *rel,
    const struct rel *filter)
{
	struct events_op *events = arena_zalloc(env->arena, sizeof(*events));

	events->filter = filter;
	buf_init(&events->buf);
	op_init(&events->op, &events_class, env, rel);
	return &events->op;
}
