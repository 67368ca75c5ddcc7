/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_sink.c -- COPY FROM: columns of texts into vectors, of these the rows
 * that WHERE lets pass into a write_batch.
 *
 * A batch of rows is read column by column, without asking which of them might
 * be wrong.  Only if that fails are its rows added one by one: then the first
 * wrong one, and its first wrong field, are found as PostgreSQL would.
 */
#include <stdlib.h>

#include "engine/catalog/catalog.h"
#include "engine/engine.h"
#include "exec/copy_sink_private.h"
#include "exec/temp_tables.h"

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

static void
init_where(struct copy_sink *sink)
{
	const struct event_type *type = sink->plan->type;
	uint32_t count = type == NULL
	    ? (uint32_t)EVENTS_COLUMN_COUNT
	    : COLUMN_FIRST_FIELD - 1 + type->field_count;

	if (sink->plan->where == NULL)
		return;
	sink->passed =
	    arena_alloc_array(&sink->arena, VEC_ROWS, sizeof(*sink->passed));
	if (sink->plan->temp != NULL)
		sink->row_cols = sink->cols;
	else
		sink->row_cols =
		    arena_zalloc(&sink->arena, count * sizeof(*sink->row_cols));
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
	exec_env_init(&sink->env, plan, &sink->context, &sink->arena);
	if (plan->copy->type != NULL)
		init_defaults(sink);
	else if (plan->copy->temp != NULL)
		init_temp(sink, plan);
	else
		init_types(sink);
	init_where(sink);
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
	exec_env_release(&sink->env);
	arena_release(&sink->values);
	arena_release(&sink->arena);
	free(sink);
}

/* ---- rows of one table ---- */

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
			copy_field_context(sink, column, &texts->str[i], err);
			return rc;
		}
	}
	return 0;
}

static bool
has_null(const struct vec *vec, struct sel sel)
{
	if (vec->nulls == NULL || vec->is_constant)
		return false;
	for (uint32_t i = 0; i < sel.count; i++)
		if (vec->nulls[sel_row(sel, i)] != 0)
			return true;
	return false;
}

static int
filter_table(struct copy_sink *sink, uint32_t count, struct sel *passed,
    struct error *err)
{
	const struct event_type *type = sink->plan->type;

	*passed = sel_all(count);
	if (sink->plan->where == NULL)
		return 0;
	sink->row_cols[COLUMN_CONTEXT_ID - 1] = sink->cols[0];
	sink->row_cols[COLUMN_TIMESTAMP - 1] = sink->cols[1];
	memcpy(&sink->row_cols[COLUMN_FIRST_FIELD - 1], &sink->cols[2],
	    type->field_count * sizeof(*sink->cols));
	return copy_filter(sink, count, passed, err);
}

static int
table_rows(struct copy_sink *sink, const struct batch *texts, struct error *err)
{
	const struct event_type *type = sink->plan->type;
	uint32_t count = texts->row_count;
	struct sel sel;
	int rc = 0;

	for (uint32_t i = 0; i < sink->plan->count && rc == 0; i++) {
		uint32_t attnum = sink->plan->attnums[i];
		struct vec *col = &sink->cols[attnum < COLUMN_EVENT_ID
			? attnum - COLUMN_CONTEXT_ID
			: attnum - COLUMN_FIRST_FIELD + 2];

		rc =
		    copy_read_column(sink, i, &texts->cols[i], count, col, err);
		if (rc == 0)
			rc = check_unsigned(sink, i, &texts->cols[i], col,
			    count, err);
	}
	if (rc == 0)
		rc = filter_table(sink, count, &sel, err);
	if (rc == 0 && has_null(&sink->cols[1], sel))
		rc = copy_null_error(sink, STR("timestamp"), err);
	if (rc == 0)
		rc = arena_check(&sink->values, err);
	if (rc == 0)
		rc = write_batch_rows(sink->target, type, sink->cols,
		    type->field_count + 2, sel, err);
	if (rc == 0)
		sink->row_count += sel.count;
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
	struct sel sel = sel_all(count);
	int rc;

	sink->writer.stamp = ++sink->context.temp_tables->stamp;
	rc = temp_defaults(sink, count, err);
	for (uint32_t i = 0; i < sink->plan->count && rc == 0; i++)
		rc = copy_read_column(sink, i, &texts->cols[i], count,
		    &sink->cols[sink->plan->attnums[i] - 1], err);
	if (rc == 0)
		rc = arena_check(&sink->values, err);
	if (rc == 0 && sink->plan->where != NULL)
		rc = copy_filter(sink, count, &sel, err);
	if (rc == 0)
		rc = temp_writer_check(&sink->writer, &eval, sink->cols,
		    sink->plan->checks, sink->plan->temp->check_count, sel,
		    err);
	if (rc == 0)
		rc = temp_writer_add_all(&sink->writer, sink->cols, sel, err);
	if (rc == 0)
		sink->row_count += sel.count;
	else
		temp_rows_rewind(sink->plan->temp->rows,
		    sink->writer.stamp - 1);
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
					: copy_events_rows(sink, texts, err);
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

static uint64_t
line_of(const uint64_t *lines, uint32_t row)
{
	return lines == NULL ? (uint64_t)row + 1 : lines[row];
}

int
copy_sink_add(struct copy_sink *sink, const struct batch *texts,
    const uint64_t *lines, uint32_t *bad_row, struct error *err)
{
	struct arena_mark mark;
	int rc;

	sink->line = line_of(lines, 0);
	sink->payload_position = 0;
	*bad_row = 0;
	rc = add(sink, texts, err);
	if (rc != 0 && texts->row_count > 1) {
		mark = arena_mark(&sink->arena);
		rc = 0;
		for (uint32_t i = 0; i < texts->row_count && rc == 0; i++) {
			*bad_row = i;
			sink->line = line_of(lines, i);
			rc = add_one(sink, texts, i, err);
			arena_rewind(&sink->arena, mark);
		}
	}
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
