/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_sink_events.c -- COPY events: rows of any type, whose fields are in the
 * payload.
 */
#include <assert.h>

#include "engine/catalog/catalog.h"
#include "exec/copy_sink_private.h"
#include "exec/payload_read.h"

/* The vectors of a type that the batch has rows of. */
static void
init_columns(struct copy_sink *sink, struct sink_type *rows, uint32_t count)
{
	struct arena *arena = &sink->values;
	uint32_t col_count = rows->type->field_count + 2;

	rows->cols = arena_alloc_array(arena, col_count, sizeof(*rows->cols));
	for (uint32_t i = 0; i < col_count; i++) {
		struct type type = event_type_column_type(rows->type,
		    i < 2 ? COLUMN_CONTEXT_ID + i : COLUMN_FIRST_FIELD + i - 2);

		vec_init(&rows->cols[i], type_phys(&type), count, arena);
		(void)vec_need_nulls(&rows->cols[i], count, arena);
	}
}

static int
find_type(struct copy_sink *sink, struct str name, struct sink_type **out,
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
	if (!plan_may_write(catalog, sink->context.session->role_oid, type))
		return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "permission denied for table %.*s", STR_FMT(name));
	*out = &sink->types[sink->type_count++];
	**out = (struct sink_type){ .type = type };
	return 0;
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

/* A field of events that is text: of jsonb, behind its version. */
static int
read_name(struct copy_sink *sink, uint32_t column, struct str *text,
    struct error *err)
{
	const struct type type = type_of(TYPE_TEXT);
	struct datum value;
	int rc = 0;

	if (sink->form == COPY_TEXTS)
		return 0;
	if (sink->columns[column].type.oid == TYPE_JSONB) {
		if (text->len == 0 || text->data[0] != 1)
			rc = error_set(err,
			    STELE_E_INVALID_BINARY_REPRESENTATION,
			    "unsupported jsonb version number");
		else
			*text = str_of(text->data + 1, text->len - 1);
	}
	if (rc == 0)
		rc = copy_read_value(sink, &type, *text, &value, err);
	if (rc != 0)
		copy_field_context(sink, column, text, err);
	return rc;
}

static int
events_core(struct copy_sink *sink, struct sink_type *rows,
    const struct batch *texts, uint32_t row, struct error *err)
{
	int context = field_of(sink, EVENTS_CONTEXT_ID);
	int time = field_of(sink, EVENTS_TIMESTAMP);
	struct datum value = { .str = texts->cols[context].str[row] };
	const struct vec *times;
	int rc;

	rc = read_name(sink, (uint32_t)context, &value.str, err);
	if (rc != 0)
		return rc;
	vec_set(&rows->cols[0], rows->row_count, &value);
	value = (struct datum){ .i64 = sink->context.settings->now };
	if (time >= 0) {
		times = &texts->cols[time];
		rc = copy_read_value(sink, &sink->columns[time].type,
		    times->str[row], &value, err);
		if (rc != 0) {
			copy_field_context(sink, (uint32_t)time,
			    &times->str[row], err);
			return rc;
		}
	}
	vec_set(&rows->cols[1], rows->row_count, &value);
	return 0;
}

static int
events_payload(struct copy_sink *sink, struct sink_type *rows, uint32_t column,
    struct str text, struct error *err)
{
	int rc = read_name(sink, column, &text, err);

	if (rc != 0)
		return rc;
	rc = payload_read(rows->type, sink->context.settings, text,
	    &rows->cols[2], rows->row_count, &sink->values, err);
	if (rc != 0) {
		copy_field_context(sink, column, &text, err);
		sink->payload_position = err->position;
		error_position(err, 0); /* it is none of the statement */
	}
	return rc;
}

/* Row `row`, the `place`-th of those that pass. */
static int
events_row(struct copy_sink *sink, const struct batch *texts, uint32_t row,
    uint32_t place, struct error *err)
{
	int type = field_of(sink, EVENTS_EVENT_TYPE);
	int payload = field_of(sink, EVENTS_PAYLOAD);
	const struct str *name = &texts->cols[type].str[row];
	struct sink_type *rows = NULL;
	int rc;

	for (uint32_t i = 0; i < sink->plan->count; i++)
		if (texts->cols[i].nulls[row])
			return copy_null_error(sink, sink->columns[i].name,
			    err);
	rc = find_type(sink, *name, &rows, err);
	if (rc != 0) {
		copy_field_context(sink, (uint32_t)type, name, err);
		return rc;
	}
	assert(rows != NULL);
	if (rows->cols == NULL)
		init_columns(sink, rows, texts->row_count);
	rc = events_core(sink, rows, texts, row, err);
	if (rc == 0)
		rc = events_payload(sink, rows, (uint32_t)payload,
		    texts->cols[payload].str[row], err);
	if (rc != 0)
		return rc;
	sink->order[place] = rows;
	rows->row_count++;
	return 0;
}

/* The columns that WHERE asks, and the rows that it lets pass. */
static int
filter_events(struct copy_sink *sink, const struct batch *texts,
    struct sel *passed, struct error *err)
{
	const struct datum now = { .i64 = sink->context.settings->now };
	uint32_t count = texts->row_count;
	int rc = 0;

	*passed = sel_all(count);
	if (sink->plan->where == NULL)
		return 0;
	vec_init_constant(&sink->row_cols[EVENTS_TIMESTAMP - 1], PHYS_I64, &now,
	    &sink->values);
	for (uint32_t i = 0; i < sink->plan->count && rc == 0; i++) {
		uint32_t column = sink->plan->attnums[i] - 1;

		if (sink->plan->is_in_where[column])
			rc = copy_read_column(sink, i, &texts->cols[i], count,
			    &sink->row_cols[column], err);
	}
	return rc != 0 ? rc : copy_filter(sink, count, passed, err);
}

/*
 * Run by run of the same type, in the order they came.  `order` and the types'
 * columns have only rows that passed.
 */
static int
add_runs(struct copy_sink *sink, uint32_t count, struct error *err)
{
	uint32_t at = 0;
	int rc = arena_check(&sink->values, err);

	while (at < count && rc == 0) {
		struct sink_type *rows = sink->order[at];
		struct sel sel = { .rows = sink->identity + rows->added };

		while (at < count && sink->order[at] == rows) {
			sel.count++;
			at++;
		}
		rc = write_batch_rows(sink->target, rows->type, rows->cols,
		    rows->type->field_count + 2, sel, err);
		rows->added += sel.count;
	}
	return rc;
}

int
copy_events_rows(struct copy_sink *sink, const struct batch *texts,
    struct error *err)
{
	struct write_batch_mark mark = write_batch_mark(sink->target);
	struct sel sel;
	int rc = filter_events(sink, texts, &sel, err);

	for (uint32_t i = 0; rc == 0 && i < sel.count; i++)
		rc = events_row(sink, texts, sel_row(sel, i), i, err);
	if (rc == 0)
		rc = add_runs(sink, sel.count, err);
	if (rc == 0)
		sink->row_count += sel.count;
	else
		write_batch_rewind(sink->target, mark);
	for (uint32_t i = 0; i < sink->type_count; i++)
		sink->types[i] =
		    (struct sink_type){ .type = sink->types[i].type };
	arena_reset(&sink->values);
	return rc;
}
