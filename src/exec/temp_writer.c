/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/temp_writer.h"

#include "common/buf.h"
#include "exec/temp_tables.h"
#include "plan/schema.h"
#include "types/text.h"

/* As PostgreSQL cuts values in the details of errors. */
#define SHOWN_BYTES 64

void
temp_writer_init(struct temp_writer *writer, const struct temp_table *table,
    const struct exec_context *context)
{
	*writer = (struct temp_writer){ .table = table,
		.settings = context->settings,
		.stamp = ++context->temp_tables->stamp,
		.seen = context->temp_seen };
}

/* ---- errors ---- */

static void
put_value(const struct temp_writer *writer, uint32_t column,
    const struct vec *vec, uint32_t row, struct buf *out)
{
	size_t begin = out->len;

	if (vec_is_null(vec, row)) {
		buf_put_cstr(out, "null");
		return;
	}
	type_out_text(&writer->table->columns[column].type, writer->settings,
	    vec, row, out);
	if (out->len - begin <= SHOWN_BYTES)
		return;
	out->len = begin + SHOWN_BYTES;
	while ((out->data[out->len] & 0xC0) == 0x80)
		out->len--;
	buf_put_cstr(out, "...");
}

/* "Failing row contains (1, null)." */
static int
add_row_detail(const struct temp_writer *writer, const struct vec *values,
    uint32_t row, struct error *err)
{
	struct buf text;

	buf_init(&text);
	for (uint32_t i = 0; i < writer->table->column_count; i++) {
		buf_put_cstr(&text, i == 0 ? "" : ", ");
		put_value(writer, i, &values[i], row, &text);
	}
	(void)error_detail(err, "Failing row contains (%.*s).",
	    STR_FMT(buf_str(&text)));
	buf_release(&text);
	return err->code;
}

static void
name_constraint(const struct temp_writer *writer, struct str name,
    struct error *err)
{
	error_about(err, temp_schema_name(), writer->table->name, name);
}

static int
duplicate_key(const struct temp_writer *writer, const struct table_key *key,
    const struct vec *values, uint32_t row, struct error *err)
{
	struct buf names, text;

	buf_init(&names);
	buf_init(&text);
	for (uint32_t i = 0; i < key->count; i++) {
		uint32_t column = key->columns[i];

		buf_printf(&names, "%s%.*s", i == 0 ? "" : ", ",
		    STR_FMT(writer->table->columns[column].name));
		buf_put_cstr(&text, i == 0 ? "" : ", ");
		put_value(writer, column, &values[column], row, &text);
	}
	(void)error_set(err, STELE_E_UNIQUE_VIOLATION,
	    writer->is_building
		? "could not create unique index \"%.*s\""
		: "duplicate key value violates unique constraint \"%.*s\"",
	    STR_FMT(key->name));
	(void)error_detail(err, "Key (%.*s)=(%.*s) %s.",
	    STR_FMT(buf_str(&names)), STR_FMT(buf_str(&text)),
	    writer->is_building ? "is duplicated" : "already exists");
	name_constraint(writer, key->name, err);
	buf_release(&names);
	buf_release(&text);
	return err->code;
}

/* ---- conditions ---- */

/* The first selected row that is null, among the first `limit`. */
static uint32_t
first_null(const struct vec *vec, struct sel sel, uint32_t limit)
{
	for (uint32_t i = 0; vec->nulls != NULL && i < limit; i++)
		if (vec_is_null(vec, sel_row(sel, i)))
			return i;
	return limit;
}

/* Likewise the first for which a condition is false; null is as good as true. */
static uint32_t
first_false(const struct vec *vec, struct sel sel, uint32_t limit)
{
	for (uint32_t i = 0; i < limit; i++) {
		uint32_t row = sel_row(sel, i);

		if (!vec_is_null(vec, row) &&
		    !vec->boolean[vec_index(vec, row)])
			return i;
	}
	return limit;
}

/* Rows that were there are not as they would have to be. */
static int
not_as_defined(const struct temp_writer *writer, const uint32_t *null_column,
    uint32_t check, struct error *err)
{
	const struct temp_table *table = writer->table;

	if (null_column != NULL) {
		(void)error_set(err, STELE_E_NOT_NULL_VIOLATION,
		    "column \"%.*s\" of relation \"%.*s\" contains null"
		    " values",
		    STR_FMT(table->columns[*null_column].name),
		    STR_FMT(table->name));
		name_constraint(writer, STR(""), err);
		error_about_column(err, table->columns[*null_column].name);
	} else {
		(void)error_set(err, STELE_E_CHECK_VIOLATION,
		    "check constraint \"%.*s\" of relation \"%.*s\" is"
		    " violated by some row",
		    STR_FMT(table->checks[check].name), STR_FMT(table->name));
		name_constraint(writer, table->checks[check].name, err);
	}
	return err->code;
}

int
temp_writer_check(const struct temp_writer *writer, const struct eval *eval,
    const struct vec *values, struct expr *const *checks, uint32_t check_count,
    struct sel sel, struct error *err)
{
	const struct temp_table *table = writer->table;
	uint32_t limit = sel.count; /* the first row that is wrong */
	uint32_t column = 0, check = 0;
	bool is_null = false;

	for (uint32_t i = 0; i < table->column_count; i++) {
		uint32_t at = table->columns[i].is_not_null
		    ? first_null(&values[i], sel, limit)
		    : limit;

		if (at == limit)
			continue;
		limit = at;
		column = i;
		is_null = true;
	}
	for (uint32_t i = 0; i < check_count; i++) {
		struct sel rest = { .rows = sel.rows, .count = limit };
		struct vec result;
		uint32_t at;
		int rc = eval_expr(eval, checks[i], rest, &result, err);

		if (rc != 0)
			return rc;
		at = first_false(&result, rest, limit);
		if (at == limit)
			continue;
		limit = at;
		check = i;
		is_null = false;
	}
	if (limit == sel.count)
		return 0;
	if (writer->is_building)
		return not_as_defined(writer, is_null ? &column : NULL, check,
		    err);
	if (is_null) {
		(void)error_null_value(err, table->name,
		    table->columns[column].name);
		name_constraint(writer, STR(""), err);
	} else {
		(void)error_set(err, STELE_E_CHECK_VIOLATION,
		    "new row for relation \"%.*s\" violates check constraint"
		    " \"%.*s\"",
		    STR_FMT(table->name), STR_FMT(table->checks[check].name));
		name_constraint(writer, table->checks[check].name, err);
	}
	return add_row_detail(writer, values, sel_row(sel, limit), err);
}

/* ---- writing ---- */

int
temp_writer_add(const struct temp_writer *writer, const struct vec *values,
    uint32_t from, struct error *err)
{
	const struct temp_table *table = writer->table;
	struct temp_rows *rows = table->rows;
	int rc = 0;

	for (uint32_t k = 0; k < table->key_count && rc == 0; k++) {
		uint64_t found;

		if (!table->keys[k].is_unique)
			continue;
		rc = temp_index_find(rows, k, values, from, &found, err);
		if (rc == 0 && found != TEMP_NO_ROW)
			rc = duplicate_key(writer, &table->keys[k], values,
			    from, err);
	}
	if (rc == 0)
		rc = temp_rows_add(rows, values, from, writer->stamp, err);
	for (uint32_t k = 0; k < table->key_count && rc == 0; k++)
		if (table->keys[k].is_unique)
			rc = temp_index_add(rows, k, rows->row_count - 1, err);
	return rc;
}

/* A row that has just been added, into each index: nothing may be there. */
static int
index_row(const struct temp_writer *writer, uint64_t row, struct error *err)
{
	const struct temp_table *table = writer->table;
	struct temp_rows *rows = table->rows;
	const struct vec *columns = temp_rows_page(rows, row)->columns;
	uint32_t at = (uint32_t)(row % VEC_ROWS);
	int rc = 0;

	for (uint32_t k = 0; k < table->key_count && rc == 0; k++) {
		uint64_t found;

		if (!table->keys[k].is_unique)
			continue;
		rc = temp_index_find(rows, k, columns, at, &found, err);
		if (rc == 0 && found != TEMP_NO_ROW)
			rc = duplicate_key(writer, &table->keys[k], columns, at,
			    err);
		if (rc == 0)
			rc = temp_index_add(rows, k, row, err);
	}
	return rc;
}

int
temp_writer_add_all(const struct temp_writer *writer, const struct vec *values,
    struct sel sel, struct error *err)
{
	struct temp_rows *rows = writer->table->rows;
	uint64_t first = rows->row_count;
	int rc = temp_indexes_build(rows, err);

	if (rc == 0)
		rc = temp_rows_add_all(rows, values, sel, writer->stamp, err);
	for (uint64_t row = first;
	     row < rows->row_count && rc == 0 && writer->table->key_count > 0;
	     row++)
		rc = index_row(writer, row, err);
	return rc;
}

bool
temp_writer_may_change(const struct temp_writer *writer, uint64_t row)
{
	const struct temp_page *page = temp_rows_page(writer->table->rows, row);
	uint32_t at = (uint32_t)(row % VEC_ROWS);

	return page->inserted[at] <= writer->seen &&
	    temp_page_deleted(page, at) == 0;
}

int
temp_writer_delete(const struct temp_writer *writer, uint64_t row,
    struct error *err)
{
	return temp_rows_delete(writer->table->rows, row, writer->stamp, err);
}
