/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_sink.c -- COPY FROM: columns of texts into vectors, vectors into a
 * write_batch.
 *
 * A batch of rows is read column by column, without asking which of them might
 * be wrong.  Only if that fails are its rows added one by one: then the first
 * wrong one, and its first wrong field, are found as PostgreSQL would.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/exec_private.h"
#include "exec/payload_read.h"
#include "exec/temp_tables.h"
#include "exec/temp_writer.h"
#include "plan/logical.h"
#include "types/cast.h"

/* COPY events: the rows of one type in a batch. */
struct sink_type {
	const struct event_type *type;
	struct vec *cols; /* context_id, timestamp, fields */
	uint32_t row_count;
	uint32_t added; /* of them, to the target */
};

struct copy_sink {
	const struct plan_copy *plan;
	const struct plan_column *columns;
	struct exec_context context;
	struct write_batch *target;
	enum copy_form form;
	struct arena arena;  /* of the sink's life */
	struct arena values; /* of the rows that are being added */
	uint16_t *identity;  /* 0, 1, 2 ... */
	uint64_t row_count;
	uint64_t line;        /* of the row that is added alone */
	int payload_position; /* where its payload is wrong; 0: elsewhere */

	struct vec *cols;    /* COPY t: context_id, timestamp, fields */
	struct exec_env env; /* of a temporary table's defaults */
	struct temp_writer writer;

	struct sink_type *types; /* COPY events */
	uint32_t type_count;
	uint32_t type_capacity;
	struct sink_type **order; /* the type of each row */
};

/* ---- opening ---- */

/* What a column has that COPY does not name. */
static void
init_defaults(struct copy_sink *sink)
{
	const struct event_type *type = sink->plan->type;
	struct arena *arena = &sink->arena;
	struct datum value = { .is_null = true };

	sink->cols = arena_alloc_array(arena, (size_t)type->field_count + 2,
	    sizeof(*sink->cols));
	vec_init_constant(&sink->cols[0], PHYS_STR, &value, arena);
	value = (struct datum){ .i64 = sink->context.settings->now };
	vec_init_constant(&sink->cols[1], PHYS_I64, &value, arena);
	for (uint32_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];

		value = (struct datum){ .is_null = true };
		if (field->has_default)
			value = field->default_value;
		vec_init_constant(&sink->cols[i + 2], type_phys(&field->type),
		    &value, arena);
	}
}

static void
init_temp(struct copy_sink *sink, const struct plan *plan)
{
	exec_env_init(&sink->env, plan, &sink->context, &sink->arena);
	temp_writer_init(&sink->writer, plan->copy->temp, &sink->context);
	sink->cols = arena_alloc_array(&sink->arena,
	    (size_t)plan->copy->temp->column_count + 1, sizeof(*sink->cols));
}

static void
init_types(struct copy_sink *sink)
{
	sink->type_capacity = write_batch_catalog(sink->target)->type_count;
	sink->types = arena_alloc_array(&sink->arena,
	    (size_t)sink->type_capacity + 1, sizeof(*sink->types));
	sink->order = arena_alloc_array(&sink->arena, VEC_ROWS,
	    sizeof(struct sink_type *));
	sink->identity =
	    arena_alloc_array(&sink->arena, VEC_ROWS, sizeof(*sink->identity));
	for (uint32_t i = 0; i < VEC_ROWS; i++)
		sink->identity[i] = (uint16_t)i;
}

int
copy_sink_open(const struct plan *plan, const struct exec_context *context,
    struct write_batch *target, enum copy_form form, struct copy_sink **out,
    struct error *err)
{
	struct copy_sink *sink = calloc(1, sizeof(*sink));

	*out = sink;
	if (sink == NULL)
		return error_no_memory(err);
	sink->plan = plan->copy;
	sink->columns = plan->columns;
	sink->context = *context;
	sink->target = target;
	sink->form = form;
	arena_init(&sink->arena, context->budget);
	arena_init(&sink->values, context->budget);
	if (plan->copy->type != NULL)
		init_defaults(sink);
	else if (plan->copy->temp != NULL)
		init_temp(sink, plan);
	else
		init_types(sink);
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
	if (sink->plan->temp != NULL)
		exec_env_release(&sink->env);
	arena_release(&sink->values);
	arena_release(&sink->arena);
	free(sink);
}

/* ---- one field ---- */

static void
field_context(const struct copy_sink *sink, uint32_t column,
    const struct str *value, struct error *err)
{
	struct str name = sink->columns[column].name;

	if (sink->form == COPY_VALUES)
		error_add_context(err,
		    "COPY %.*s, line %" PRIu64 ", column %.*s",
		    STR_FMT(sink->plan->name), sink->line, STR_FMT(name));
	else if (value == NULL)
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
null_error(const struct copy_sink *sink, struct str column, struct error *err)
{
	return error_null_value(err, sink->plan->name, column);
}

/* A field that is no null, as a value of its type without modifier. */
static int
read_value(struct copy_sink *sink, const struct type *type, struct str text,
    struct datum *value, struct error *err)
{
	int rc;

	if (sink->form == COPY_TEXTS)
		return type_in_text(type, sink->context.settings, text,
		    &sink->values, value, err);
	rc = type_in_binary(type, text, &sink->values, value, err);
	if (rc == STELE_E_INVALID_BINARY_REPRESENTATION)
		(void)error_set(err, rc, "incorrect binary data format");
	return rc;
}

/* Field `column` of row `row` of its texts to the same row of `out`. */
static int
read_field(struct copy_sink *sink, uint32_t column, const struct vec *texts,
    uint32_t row, struct vec *out, struct error *err)
{
	const struct type *type = &sink->columns[column].type;
	const struct str *text =
	    vec_is_null(texts, row) ? NULL : &texts->str[row];
	struct datum value = { .is_null = true };
	struct type bare = *type;
	int rc = 0;

	if (text != NULL) {
		/* a varchar that is too long is an error here, not cut */
		bare.mod = -1;
		rc = read_value(sink, &bare, *text, &value, err);
		if (rc == 0 && type->mod != -1)
			rc = cast_datum(&bare, type, CAST_ASSIGNMENT,
			    sink->context.settings, &value, &sink->values,
			    &value, err);
	}
	if (rc != 0)
		field_context(sink, column, text, err);
	else
		vec_set(out, row, &value);
	return rc;
}

/* ---- rows of one table ---- */

/* A column of texts as a vector of its type. */
static int
read_column(struct copy_sink *sink, uint32_t column, const struct vec *texts,
    uint32_t count, struct vec *out, struct error *err)
{
	const struct type *type = &sink->columns[column].type;
	int rc = 0;

	if (type->mod == -1 && sink->form == COPY_TEXTS &&
	    type_in_column(type, sink->context.settings, texts, count,
		&sink->values, out))
		return 0;
	vec_init(out, type_phys(type), count, &sink->values);
	(void)vec_need_nulls(out, count, &sink->values);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = read_field(sink, column, texts, i, out, err);
	return rc;
}

/* What the type holds and the field does not. */
static int
check_unsigned(const struct copy_sink *sink, uint32_t column,
    const struct vec *texts, const struct vec *vec, uint32_t count,
    struct error *err)
{
	uint32_t attnum = sink->plan->attnums[column];
	const struct field *field;

	if (attnum < COLUMN_FIRST_FIELD)
		return 0;
	field = &sink->plan->type->fields[attnum - COLUMN_FIRST_FIELD];
	if (!field->is_unsigned)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		struct datum value = vec_get(vec, i);
		int rc = value.is_null ? 0 : field_check(field, &value, err);

		if (rc != 0) {
			field_context(sink, column, &texts->str[i], err);
			return rc;
		}
	}
	return 0;
}

static bool
has_null(const struct vec *vec, uint32_t count)
{
	return vec->nulls != NULL && memchr(vec->nulls, 1, count) != NULL;
}

static int
table_rows(struct copy_sink *sink, const struct batch *texts, struct error *err)
{
	const struct event_type *type = sink->plan->type;
	uint32_t count = texts->row_count;
	int rc = 0;

	for (uint32_t i = 0; i < sink->plan->count && rc == 0; i++) {
		uint32_t attnum = sink->plan->attnums[i];
		struct vec *col = &sink->cols[attnum < COLUMN_EVENT_ID
			? attnum - COLUMN_CONTEXT_ID
			: attnum - COLUMN_FIRST_FIELD + 2];

		rc = read_column(sink, i, &texts->cols[i], count, col, err);
		if (rc == 0)
			rc = check_unsigned(sink, i, &texts->cols[i], col,
			    count, err);
	}
	if (rc == 0 && !sink->cols[1].is_constant &&
	    has_null(&sink->cols[1], count))
		rc = null_error(sink, STR("timestamp"), err);
	if (rc == 0)
		rc = arena_check(&sink->values, err);
	if (rc == 0)
		rc = write_batch_rows(sink->target, type, sink->cols,
		    type->field_count + 2, sel_all(count), err);
	arena_reset(&sink->values);
	return rc;
}

/* ---- rows of a temporary table ---- */

/* Columns that no field is for. */
static int
temp_defaults(struct copy_sink *sink, uint32_t count, struct error *err)
{
	const struct temp_table *table = sink->plan->temp;
	const struct eval eval = { .env = &sink->env,
		.arena = &sink->values,
		.row_count = count };
	const struct datum null = { .is_null = true };
	int rc = 0;

	for (uint32_t i = 0; i < table->column_count && rc == 0; i++) {
		if (sink->plan->defaults[i] != NULL)
			rc = eval_expr(&eval, sink->plan->defaults[i],
			    sel_all(count), &sink->cols[i], err);
		else
			vec_init_constant(&sink->cols[i],
			    type_phys(&table->columns[i].type), &null,
			    &sink->values);
	}
	return rc;
}

static int
temp_rows(struct copy_sink *sink, const struct batch *texts, struct error *err)
{
	uint32_t count = texts->row_count;
	const struct eval eval = { .env = &sink->env,
		.arena = &sink->values,
		.columns = sink->cols,
		.row_count = count };
	int rc;

	sink->writer.stamp = ++sink->context.temp_tables->stamp;
	rc = temp_defaults(sink, count, err);
	for (uint32_t i = 0; i < sink->plan->count && rc == 0; i++)
		rc = read_column(sink, i, &texts->cols[i], count,
		    &sink->cols[sink->plan->attnums[i] - 1], err);
	if (rc == 0)
		rc = arena_check(&sink->values, err);
	if (rc == 0)
		rc = temp_writer_check(&sink->writer, &eval, sink->cols,
		    sink->plan->checks, sink->plan->temp->check_count,
		    sel_all(count), err);
	if (rc == 0)
		rc = temp_writer_add_all(&sink->writer, sink->cols,
		    sel_all(count), err);
	if (rc != 0)
		temp_rows_rewind(sink->plan->temp->rows,
		    sink->writer.stamp - 1);
	arena_reset(&sink->values);
	return rc;
}

/* ---- rows of events ---- */

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
		rc = read_value(sink, &type, *text, &value, err);
	if (rc != 0)
		field_context(sink, column, text, err);
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
		rc = read_value(sink, &sink->columns[time].type,
		    times->str[row], &value, err);
		if (rc != 0) {
			field_context(sink, (uint32_t)time, &times->str[row],
			    err);
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
		field_context(sink, column, &text, err);
		sink->payload_position = err->position;
		error_position(err, 0); /* it is none of the statement */
	}
	return rc;
}

static int
events_row(struct copy_sink *sink, const struct batch *texts, uint32_t row,
    struct error *err)
{
	int type = field_of(sink, EVENTS_EVENT_TYPE);
	int payload = field_of(sink, EVENTS_PAYLOAD);
	const struct str *name = &texts->cols[type].str[row];
	struct sink_type *rows = NULL;
	int rc;

	for (uint32_t i = 0; i < sink->plan->count; i++)
		if (texts->cols[i].nulls[row])
			return null_error(sink, sink->columns[i].name, err);
	rc = find_type(sink, *name, &rows, err);
	if (rc != 0) {
		field_context(sink, (uint32_t)type, name, err);
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
	sink->order[row] = rows;
	rows->row_count++;
	return 0;
}

/* Run by run of the same type, in the order they came. */
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

static int
events_rows(struct copy_sink *sink, const struct batch *texts,
    struct error *err)
{
	struct write_batch_mark mark = write_batch_mark(sink->target);
	int rc = 0;

	for (uint32_t i = 0; i < texts->row_count && rc == 0; i++)
		rc = events_row(sink, texts, i, err);
	if (rc == 0)
		rc = add_runs(sink, texts->row_count, err);
	if (rc != 0)
		write_batch_rewind(sink->target, mark);
	for (uint32_t i = 0; i < sink->type_count; i++)
		sink->types[i] =
		    (struct sink_type){ .type = sink->types[i].type };
	arena_reset(&sink->values);
	return rc;
}

/* ---- the sink ---- */

static int
add(struct copy_sink *sink, const struct batch *texts, struct error *err)
{
	if (sink->plan->type != NULL)
		return table_rows(sink, texts, err);
	return sink->plan->temp != NULL ? temp_rows(sink, texts, err)
					: events_rows(sink, texts, err);
}

/* Row `row` of the batch alone. */
static int
add_one(struct copy_sink *sink, const struct batch *texts, uint32_t row,
    struct error *err)
{
	struct vec *cols =
	    arena_alloc_array(&sink->arena, texts->col_count, sizeof(*cols));
	struct batch one = {
		.row_count = 1,
		.col_count = texts->col_count,
		.cols = cols,
		.sel = sel_all(1),
	};
	int rc = arena_check(&sink->arena, err);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < texts->col_count; i++) {
		cols[i] = texts->cols[i];
		cols[i].str += row;
		cols[i].nulls += row;
	}
	return add(sink, &one, err);
}

int
copy_sink_add(struct copy_sink *sink, const struct batch *texts,
    uint64_t first_line, uint32_t *bad_row, struct error *err)
{
	struct arena_mark mark;
	int rc;

	sink->line = first_line;
	sink->payload_position = 0;
	*bad_row = 0;
	rc = add(sink, texts, err);
	if (rc != 0 && texts->row_count > 1) {
		mark = arena_mark(&sink->arena);
		rc = 0;
		for (uint32_t i = 0; i < texts->row_count && rc == 0; i++) {
			*bad_row = i;
			sink->line = first_line + i;
			rc = add_one(sink, texts, i, err);
			arena_rewind(&sink->arena, mark);
		}
	}
	sink->row_count += rc == 0 ? texts->row_count : *bad_row;
	return rc;
}

int
copy_sink_payload_position(const struct copy_sink *sink)
{
	return sink->payload_position;
}

uint64_t
copy_sink_row_count(const struct copy_sink *sink)
{
	return sink->row_count;
}
