/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload_op.c -- the payloads of rows of `events` that came without: each
 * batch's events are read again, by their ids, with all their fields.
 *
 * A batch is cut into slices, so that long payloads need no more memory than
 * short ones do: a slice whose text becomes too long is begun anew with fewer
 * rows.
 */
#include <stdlib.h>

#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/eval.h"
#include "exec/payload.h"

/* Columns of a type's scan; its fields follow. */
enum { SOURCE_EVENT_ID, SOURCE_FIELDS };

/* One event type that was seen. */
struct payload_type {
	struct payload_type *next;
	const struct event_type *type;
	struct payload_shape shape;
	uint32_t *attnums;
	uint32_t attnum_count;
};

/* A row of the slice. */
struct wanted_row {
	struct payload_type *type;
	int64_t event_id;
	uint32_t row; /* of the batch */
};

struct payload_op {
	struct op_state op;
	struct payload_type *types;
	struct batch batch; /* the input's, until all of it is given */
	uint32_t next;      /* row of batch.sel that the next slice begins at */
	uint32_t slice_count;    /* rows of a slice at most */
	struct wanted_row *rows; /* of the slice, by type and event_id */
	uint32_t row_count;
	int64_t *event_ids; /* of one type */
	struct payload_column column;
};

/* ---- types ---- */

static struct payload_type *
new_type(struct payload_op *op, const struct event_type *type)
{
	struct arena *arena = op->op.env->arena;
	struct payload_type *out = arena_zalloc(arena, sizeof(*out));

	out->type = type;
	out->attnum_count = SOURCE_FIELDS + type->field_count;
	out->attnums =
	    arena_alloc_array(arena, out->attnum_count, sizeof(*out->attnums));
	out->attnums[SOURCE_EVENT_ID] = COLUMN_EVENT_ID;
	for (uint32_t i = 0; i < type->field_count; i++)
		out->attnums[SOURCE_FIELDS + i] = COLUMN_FIRST_FIELD + i;
	payload_shape_init(&out->shape, type, arena);
	out->next = op->types;
	op->types = out;
	return out;
}

static struct payload_type *
find_type(struct payload_op *op, struct str name)
{
	const struct exec_context *context = op->op.env->context;
	const struct catalog *catalog = context->batch != NULL
	    ? write_batch_catalog(context->batch)
	    : snapshot_catalog(context->snapshot);
	struct payload_type *type = op->types;
	const struct event_type *found;

	while (type != NULL && !str_equal(type->type->name, name))
		type = type->next;
	if (type != NULL)
		return type;
	found = catalog_type_by_name(catalog, name);
	return found == NULL ? NULL : new_type(op, found);
}

/* ---- the rows of a slice ---- */

static int
lost_event(int64_t event_id, struct error *err)
{
	return error_set(err, STELE_E_INTERNAL,
	    "event %lld was not found again", (long long)event_id);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct wanted_row *left = a, *right = b;

	if (left->type != right->type)
		return left->type->type->oid < right->type->type->oid ? -1 : 1;
	return (left->event_id > right->event_id) -
	    (left->event_id < right->event_id);
}

/* The committed rows of the slice, sorted. */
static int
collect_rows(struct payload_op *op, struct sel slice, struct error *err)
{
	const struct rel_payload *at = &op->op.rel->payload;
	const struct vec *ids = &op->batch.cols[at->event_id];
	const struct vec *types = &op->batch.cols[at->event_type];

	op->row_count = 0;
	for (uint32_t i = 0; i < slice.count; i++) {
		uint32_t row = sel_row(slice, i);
		struct wanted_row *wanted = &op->rows[op->row_count];

		if (vec_is_null(ids, row))
			continue; /* the transaction's own */
		wanted->row = row;
		wanted->event_id = ids->i64[vec_index(ids, row)];
		wanted->type = find_type(op, types->str[vec_index(types, row)]);
		if (wanted->type == NULL)
			return lost_event(wanted->event_id, err);
		op->row_count++;
	}
	qsort(op->rows, op->row_count, sizeof(*op->rows), compare_rows);
	return 0;
}

/* Rows of one type from `first` on. */
static uint32_t
same_type_count(const struct payload_op *op, uint32_t first)
{
	uint32_t limit = first;

	while (limit < op->row_count &&
	    op->rows[limit].type == op->rows[first].type)
		limit++;
	return limit - first;
}

/* ---- reading ---- */

/* Which of the wanted rows an event is; NULL if none. */
static const struct wanted_row *
find_row(const struct wanted_row *rows, uint32_t count, int64_t event_id)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rows[middle].event_id < event_id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || rows[low].event_id != event_id)
		return NULL;
	return &rows[low];
}

/* 0, 1: the slice has become too long, or a code. */
static int
put_batch(struct payload_op *op, const struct batch *batch,
    const struct wanted_row *rows, uint32_t count, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < batch->sel.count && rc == 0; i++) {
		uint32_t source = sel_row(batch->sel, i);
		const struct vec *ids = &batch->cols[SOURCE_EVENT_ID];
		int64_t event_id = ids->i64[vec_index(ids, source)];
		const struct wanted_row *wanted =
		    find_row(rows, count, event_id);

		if (wanted == NULL)
			return lost_event(event_id, err);
		if (op->column.buf.len > PAYLOAD_BATCH_BYTES)
			return 1;
		rc = payload_column_put(&op->column, wanted->row,
		    &rows->type->shape, batch->cols + SOURCE_FIELDS, source,
		    err);
	}
	return rc;
}

static int
read_part(struct payload_op *op, struct scan *scan, uint32_t run, uint32_t part,
    const struct wanted_row *rows, uint32_t count, struct error *err)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc;

	rc = scan_cursor_open(scan, run, part, &cursor, err);
	if (rc != 0)
		return rc;
	while ((rc = scan_cursor_next(cursor, &batch, err)) == 1) {
		rc = put_batch(op, &batch, rows, count, err);
		if (rc != 0)
			break;
	}
	scan_cursor_close(cursor);
	return rc;
}

/* The payloads of rows of one type; as put_batch(). */
static int
read_type(struct payload_op *op, const struct wanted_row *rows, uint32_t count,
    struct error *err)
{
	const struct exec_context *context = op->op.env->context;
	const struct scan_spec spec = {
		.snapshot = context->snapshot,
		.type = rows->type->type,
		.attnums = rows->type->attnums,
		.attnum_count = rows->type->attnum_count,
		.event_ids = op->event_ids,
		.event_id_count = count,
		.without = context->scan_without,
	};
	struct scan *scan;
	int rc;

	for (uint32_t i = 0; i < count; i++)
		op->event_ids[i] = rows[i].event_id;
	rc = scan_open(context->engine, &spec, &op->op.batch_arena, &scan, err);
	if (rc != 0)
		return rc;
	for (uint32_t run = 0; run < scan_run_count(scan) && rc == 0; run++) {
		uint32_t parts = scan_part_count(scan, run);

		for (uint32_t part = 0; part < parts && rc == 0; part++)
			rc = read_part(op, scan, run, part, rows, count, err);
	}
	scan_close(scan);
	return rc;
}

/* As put_batch(). */
static int
fill_payloads(struct payload_op *op, struct vec *payload, struct error *err)
{
	uint32_t row_count = op->batch.row_count;
	int rc = 0;

	payload_column_begin(&op->column, row_count, payload,
	    &op->op.batch_arena);
	for (uint32_t i = 0; i < op->row_count && rc == 0;) {
		uint32_t count = same_type_count(op, i);

		rc = read_type(op, &op->rows[i], count, err);
		i += count;
	}
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < op->row_count && rc == 0; i++) {
		uint32_t row = op->rows[i].row;

		if (op->column.starts[row] == SIZE_MAX)
			rc = lost_event(op->rows[i].event_id, err);
		payload->nulls[row] = 0;
	}
	return rc == 0 ? payload_column_finish(&op->column, row_count, err)
		       : rc;
}

/* ---- batches ---- */

static struct sel
next_slice(const struct payload_op *op, struct arena *arena)
{
	struct sel all = op->batch.sel;
	uint32_t count = all.count - op->next;
	uint16_t *rows;

	if (count > op->slice_count)
		count = op->slice_count;
	rows = arena_alloc_array(arena, count + 1, sizeof(*rows));
	for (uint32_t i = 0; i < count; i++)
		rows[i] = (uint16_t)sel_row(all, op->next + i);
	return (struct sel){ .rows = rows, .count = count };
}

/* The batch's columns, with a payload of our own that has the given ones. */
static struct vec *
copy_columns(struct payload_op *op, struct sel slice)
{
	struct arena *arena = &op->op.batch_arena;
	const struct batch *batch = &op->batch;
	uint32_t column = op->op.rel->payload.payload;
	struct vec *cols =
	    arena_alloc_array(arena, batch->col_count, sizeof(*cols));
	struct vec *payload = &cols[column];

	memcpy(cols, batch->cols, batch->col_count * sizeof(*cols));
	vec_init(payload, PHYS_STR, batch->row_count, arena);
	(void)vec_need_nulls(payload, batch->row_count, arena);
	vec_copy_rows(payload, &batch->cols[column], slice, batch->row_count,
	    arena);
	return cols;
}

static int
make_slice(struct payload_op *op, struct batch *out, struct error *err)
{
	struct sel slice = next_slice(op, &op->op.batch_arena);
	struct vec *cols = copy_columns(op, slice);
	int rc;

	rc = collect_rows(op, slice, err);
	if (rc == 0)
		rc = fill_payloads(op, &cols[op->op.rel->payload.payload], err);
	*out = op->batch;
	out->cols = cols;
	out->sel = slice;
	return rc;
}

static int
payload_op_next(struct op_state *base, struct batch *out, struct error *err)
{
	struct payload_op *op = (struct payload_op *)base;
	int rc;

	if (op->next == op->batch.sel.count) {
		op->next = 0;
		op->batch.sel.count = 0;
		rc = op_next(base->input, &op->batch, err);
		if (rc <= 0)
			return rc;
	}
	while ((rc = make_slice(op, out, err)) == 1) {
		op->slice_count = out->sel.count / 2;
		rc = op_forget(base, err);
		if (rc != 0)
			return rc;
	}
	op->next += out->sel.count;
	return rc == 0 ? 1 : rc;
}

static void
payload_op_close(struct op_state *base)
{
	struct payload_op *op = (struct payload_op *)base;

	payload_column_release(&op->column);
}

static const struct op_class payload_class = {
	.name = "payload",
	.next = payload_op_next,
	.close = payload_op_close,
};

struct op_state *
payload_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct payload_op *op = arena_zalloc(env->arena, sizeof(*op));

	op->slice_count = VEC_ROWS;
	op->rows = arena_alloc_array(env->arena, VEC_ROWS, sizeof(*op->rows));
	op->event_ids =
	    arena_alloc_array(env->arena, VEC_ROWS, sizeof(*op->event_ids));
	payload_column_init(&op->column, env->arena->budget);
	op_init(&op->op, &payload_class, env, rel);
	return &op->op;
}
