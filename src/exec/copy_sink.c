/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_sink.c -- COPY FROM: texts into vectors, vectors into a write_batch.
 *
 * Rows wait in vectors of their type.  When VEC_ROWS rows wait, or their text
 * is large, they are added, in the order they came: for COPY events, run by
 * run of the same type.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/exec.h"
#include "exec/payload_read.h"
#include "plan/logical.h"

/* Add rows early when they hold so much memory. */
#define FLUSH_SIZE ((size_t)8 << 20)

/* Rows of one type that wait: context_id, timestamp, fields. */
struct sink_rows {
	const struct event_type *type;
	struct vec *cols;
	uint32_t col_count;
	uint32_t row_count;
	uint32_t added; /* of them, by the flush that runs */
};

struct copy_sink {
	const struct plan_copy *plan;
	const struct plan_column *columns;
	struct exec_context context;
	struct write_batch *target;
	struct arena arena; /* of the sink's life */
	struct arena batch; /* of the rows that wait */
	struct sink_rows *types;
	uint32_t type_count;
	uint32_t type_capacity;
	struct sink_rows **order; /* the type of each waiting row */
	uint32_t waiting;
	uint64_t row_count;
	uint16_t *identity; /* 0, 1, 2 ... */
	uint64_t line;
};

/* ---- types ---- */

static void
init_columns(struct copy_sink *sink, struct sink_rows *rows)
{
	for (uint32_t i = 0; i < rows->col_count; i++) {
		struct type type =
		    event_type_column_type(rows->type, i < 2 ? i + 1 : i + 2);

		vec_init(&rows->cols[i], type_phys(&type), VEC_ROWS,
		    &sink->batch);
		vec_need_nulls(&rows->cols[i], VEC_ROWS, &sink->batch);
	}
}

static struct sink_rows *
add_type(struct copy_sink *sink, const struct event_type *type)
{
	struct sink_rows *rows = &sink->types[sink->type_count++];

	rows->type = type;
	rows->col_count = type->field_count + 2;
	rows->cols = arena_alloc_array(&sink->arena, rows->col_count,
	    sizeof(*rows->cols));
	return rows;
}

static int
find_type(struct copy_sink *sink, struct str name, struct sink_rows **out,
    struct error *err)
{
	const struct catalog *catalog = write_batch_catalog(sink->target);
	const struct event_type *type;

	for (uint32_t i = 0; i < sink->type_count; i++) {
		*out = &sink->types[i];
		if (str_equal((*out)->type->name, name))
			return 0;
	}
	type = catalog_type_by_name(catalog, name);
	if (type == NULL || sink->type_count == sink->type_capacity)
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "event type \"%.*s\" does not exist", STR_FMT(name));
	*out = add_type(sink, type);
	return 0;
}

/* ---- opening ---- */

int
copy_sink_open(const struct plan *plan, const struct exec_context *context,
    struct write_batch *target, struct copy_sink **out, struct error *err)
{
	const struct catalog *catalog = write_batch_catalog(target);
	struct copy_sink *sink = calloc(1, sizeof(*sink));

	*out = sink;
	if (sink == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	sink->plan = plan->copy;
	sink->columns = plan->columns;
	sink->context = *context;
	sink->target = target;
	arena_init(&sink->arena, context->budget);
	arena_init(&sink->batch, context->budget);
	sink->type_capacity =
	    plan->copy->type != NULL ? 1 : catalog->type_count;
	sink->types = arena_zalloc(&sink->arena,
	    (sink->type_capacity + 1) * sizeof(*sink->types));
	sink->order = arena_alloc_array(&sink->arena, VEC_ROWS,
	    sizeof(struct sink_rows *));
	sink->identity =
	    arena_alloc_array(&sink->arena, VEC_ROWS, sizeof(*sink->identity));
	for (uint32_t i = 0; i < VEC_ROWS; i++)
		sink->identity[i] = (uint16_t)i;
	if (plan->copy->type != NULL)
		add_type(sink, plan->copy->type);
	if (arena_check(&sink->arena, err) != 0) {
		copy_sink_close(sink);
		*out = NULL;
		return err->code;
	}
	return 0;
}

void
copy_sink_close(struct copy_sink *sink)
{
	if (sink == NULL)
		return;
	arena_release(&sink->batch);
	arena_release(&sink->arena);
	free(sink);
}

/* ---- adding what waits ---- */

static int
flush(struct copy_sink *sink, struct error *err)
{
	uint32_t at = 0;
	int rc = arena_check(&sink->batch, err);

	while (at < sink->waiting && rc == 0) {
		struct sink_rows *rows = sink->order[at];
		struct sel sel = { .rows = sink->identity + rows->added };

		while (at < sink->waiting && sink->order[at] == rows) {
			sel.count++;
			at++;
		}
		rc = write_batch_rows(sink->target, rows->type, rows->cols,
		    rows->col_count, sel, err);
		rows->added += sel.count;
	}
	for (uint32_t i = 0; i < sink->type_count; i++) {
		sink->types[i].row_count = 0;
		sink->types[i].added = 0;
	}
	sink->row_count += sink->waiting;
	sink->waiting = 0;
	arena_reset(&sink->batch);
	return rc;
}

/* ---- fields ---- */

static void
copy_context(const struct copy_sink *sink, uint32_t column,
    const struct str *value, struct error *err)
{
	struct str name = sink->columns[column].name;

	if (value == NULL)
		error_add_context(err,
		    "COPY %.*s, line %" PRIu64 ", column %.*s: null input",
		    STR_FMT(sink->plan->name), sink->line, STR_FMT(name));
	else
		error_add_context(err,
		    "COPY %.*s, line %" PRIu64 ", column %.*s: \"%.*s\"",
		    STR_FMT(sink->plan->name), sink->line, STR_FMT(name),
		    (int)(value->len < 100 ? value->len : 100), value->data);
}

static int
null_error(const struct copy_sink *sink, const char *column, struct error *err)
{
	error_set(err, STELE_E_NOT_NULL_VIOLATION,
	    "null value in column \"%s\" of relation \"%.*s\" violates"
	    " not-null constraint",
	    column, STR_FMT(sink->plan->name));
	error_add_context(err, "COPY %.*s, line %" PRIu64,
	    STR_FMT(sink->plan->name), sink->line);
	return err->code;
}

/* Field `column` of the line into vec[row]. */
static int
read_field(struct copy_sink *sink, uint32_t column, const struct str *text,
    struct vec *vec, uint32_t row, struct error *err)
{
	const struct type *type = &sink->columns[column].type;
	struct datum value = { .is_null = true };
	struct type bare = *type;
	int rc = 0;

	if (text != NULL) {
		/* a varchar that is too long is an error here, not cut */
		bare.mod = -1;
		rc = type_in_text(&bare, sink->context.settings, *text,
		    &sink->batch, &value, err);
		if (rc == 0 && type->mod != -1)
			rc = cast_datum(&bare, type, CAST_ASSIGNMENT,
			    sink->context.settings, &value, &sink->batch,
			    &value, err);
	}
	if (rc != 0)
		copy_context(sink, column, text, err);
	else
		vec_set(vec, row, &value);
	return rc;
}

/* What the type holds and the field does not, while the line is known. */
static int
check_unsigned(const struct copy_sink *sink, uint32_t column,
    const struct str *text, const struct vec *vec, uint32_t row,
    struct error *err)
{
	uint32_t attnum = sink->plan->attnums[column];
	const struct field *field;
	struct datum value;
	int rc;

	if (attnum < COLUMN_FIRST_FIELD || vec_is_null(vec, row))
		return 0;
	field = &sink->plan->type->fields[attnum - COLUMN_FIRST_FIELD];
	if (!field->is_unsigned)
		return 0;
	value = vec_get(vec, row);
	rc = field_check(field, &value, err);
	if (rc != 0)
		copy_context(sink, column, text, err);
	return rc;
}

static int
check_count(const struct copy_sink *sink, uint32_t count, struct error *err)
{
	if (count < sink->plan->count)
		error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "missing data for column \"%.*s\"",
		    STR_FMT(sink->columns[count].name));
	else if (count > sink->plan->count)
		error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "extra data after last expected column");
	else
		return 0;
	error_add_context(err, "COPY %.*s, line %" PRIu64,
	    STR_FMT(sink->plan->name), sink->line);
	return err->code;
}

/* ---- rows of one table ---- */

static void
set_defaults(struct copy_sink *sink, struct sink_rows *rows)
{
	uint32_t row = rows->row_count;
	struct datum value = { .is_null = true };

	vec_set(&rows->cols[0], row, &value);
	value = (struct datum){ .i64 = sink->context.settings->now };
	vec_set(&rows->cols[1], row, &value);
	for (uint32_t i = 0; i < rows->type->field_count; i++) {
		const struct field *field = &rows->type->fields[i];

		value = (struct datum){ .is_null = true };
		vec_set(&rows->cols[i + 2], row,
		    field->has_default ? &field->default_value : &value);
	}
}

static int
table_row(struct copy_sink *sink, const struct str *fields, const bool *is_null,
    struct error *err)
{
	struct sink_rows *rows = &sink->types[0];
	int rc = 0;

	if (rows->row_count == 0)
		init_columns(sink, rows);
	set_defaults(sink, rows);
	for (uint32_t i = 0; i < sink->plan->count && rc == 0; i++) {
		uint32_t attnum = sink->plan->attnums[i];
		uint32_t column =
		    attnum < COLUMN_EVENT_ID ? attnum - 1 : attnum - 2;

		if (is_null[i] && attnum == COLUMN_TIMESTAMP)
			return null_error(sink, "timestamp", err);
		rc = read_field(sink, i, is_null[i] ? NULL : &fields[i],
		    &rows->cols[column], rows->row_count, err);
		if (rc == 0)
			rc = check_unsigned(sink, i, &fields[i],
			    &rows->cols[column], rows->row_count, err);
	}
	if (rc != 0)
		return rc;
	sink->order[sink->waiting++] = rows;
	rows->row_count++;
	return 0;
}

/* ---- rows of events ---- */

static int
events_payload(struct copy_sink *sink, struct sink_rows *rows, uint32_t column,
    struct str text, struct error *err)
{
	struct str json = arena_str(&sink->batch, text);
	int rc;

	rc = payload_read(rows->type, sink->context.settings, json,
	    &rows->cols[2], rows->row_count, &sink->batch, err);
	if (rc != 0) {
		copy_context(sink, column, &text, err);
		error_position(err, 0);
	}
	return rc;
}

/* Which field of the line has a column of events; -1 if none. */
static int
field_of(const struct copy_sink *sink, enum events_column column)
{
	for (uint32_t i = 0; i < sink->plan->count; i++) {
		if (sink->plan->attnums[i] == (uint32_t)column)
			return (int)i;
	}
	return -1;
}

static int
events_core(struct copy_sink *sink, struct sink_rows *rows,
    const struct str *fields, struct error *err)
{
	int context = field_of(sink, EVENTS_CONTEXT_ID);
	int time = field_of(sink, EVENTS_TIMESTAMP);
	struct datum now = { .i64 = sink->context.settings->now };
	int rc;

	rc = read_field(sink, (uint32_t)context, &fields[context],
	    &rows->cols[0], rows->row_count, err);
	if (rc != 0)
		return rc;
	if (time >= 0)
		return read_field(sink, (uint32_t)time, &fields[time],
		    &rows->cols[1], rows->row_count, err);
	vec_set(&rows->cols[1], rows->row_count, &now);
	return 0;
}

static int
events_row(struct copy_sink *sink, const struct str *fields,
    const bool *is_null, struct error *err)
{
	int type = field_of(sink, EVENTS_EVENT_TYPE);
	int payload = field_of(sink, EVENTS_PAYLOAD);
	struct sink_rows *rows = NULL;
	int rc;

	for (uint32_t i = 0; i < sink->plan->count; i++) {
		if (is_null[i])
			return null_error(sink,
			    arena_str(&sink->batch, sink->columns[i].name).data,
			    err);
	}
	rc = find_type(sink, fields[type], &rows, err);
	if (rc != 0) {
		copy_context(sink, (uint32_t)type, &fields[type], err);
		return rc;
	}
	if (rows->row_count == 0)
		init_columns(sink, rows);
	rc = events_core(sink, rows, fields, err);
	if (rc == 0)
		rc = events_payload(sink, rows, (uint32_t)payload,
		    fields[payload], err);
	if (rc != 0)
		return rc;
	sink->order[sink->waiting++] = rows;
	rows->row_count++;
	return 0;
}

/* ---- the sink ---- */

int
copy_sink_row(struct copy_sink *sink, const struct str *fields,
    const bool *is_null, uint32_t field_count, uint64_t line, struct error *err)
{
	int rc;

	sink->line = line;
	rc = check_count(sink, field_count, err);
	if (rc == 0)
		rc = sink->plan->type != NULL
		    ? table_row(sink, fields, is_null, err)
		    : events_row(sink, fields, is_null, err);
	if (rc != 0)
		return rc;
	if (sink->waiting == VEC_ROWS || sink->batch.used_bytes > FLUSH_SIZE)
		rc = flush(sink, err);
	return rc;
}

int
copy_sink_finish(struct copy_sink *sink, uint64_t *row_count, struct error *err)
{
	int rc = flush(sink, err);

	*row_count = sink->row_count;
	return rc;
}
