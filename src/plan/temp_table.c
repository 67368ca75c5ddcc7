/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/temp_table.h"

#include <stddef.h>

#include "common/quote.h"

/* Sessions have few of them: they are looked through. */

const struct temp_table *
temp_table_by_name(const struct temp_catalog *catalog, struct str name)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		if (str_equal(catalog->tables[i]->name, name))
			return catalog->tables[i];
	return NULL;
}

const struct temp_table *
temp_table_by_oid(const struct temp_catalog *catalog, uint32_t oid)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		if (catalog->tables[i]->oid == oid)
			return catalog->tables[i];
	return NULL;
}

const struct sql_view *
temp_view_by_name(const struct temp_catalog *catalog, struct str name)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->view_count; i++)
		if (str_equal(catalog->views[i]->view.name, name))
			return &catalog->views[i]->view;
	return NULL;
}

const struct sql_view *
temp_view_by_oid(const struct temp_catalog *catalog, uint32_t oid)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->view_count; i++)
		if (catalog->views[i]->view.oid == oid)
			return &catalog->views[i]->view;
	return NULL;
}

const struct temp_sequence *
temp_sequence_by_name(const struct temp_catalog *catalog, struct str name)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->sequence_count;
	     i++)
		if (str_equal(catalog->sequences[i]->name, name))
			return catalog->sequences[i];
	return NULL;
}

const struct temp_sequence *
temp_sequence_by_oid(const struct temp_catalog *catalog, uint32_t oid)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->sequence_count;
	     i++)
		if (catalog->sequences[i]->oid == oid)
			return catalog->sequences[i];
	return NULL;
}

const struct temp_sequence *
temp_sequence_of_column(const struct temp_catalog *catalog, uint32_t table_oid,
    uint32_t column)
{
	const struct temp_sequence *found = NULL;

	for (uint32_t i = 0; catalog != NULL && i < catalog->sequence_count;
	     i++) {
		const struct temp_sequence *sequence = catalog->sequences[i];

		if (sequence->owner_oid == table_oid &&
		    sequence->owner_column == column &&
		    (found == NULL || sequence->is_identity))
			found = sequence;
	}
	return found;
}

/* Whether a column's use of a sequence hinders those who want to drop `oid`. */
static bool
is_use(const struct temp_sequence *sequence, const struct temp_table *table,
    uint32_t column, uint32_t oid, uint32_t of_column)
{
	if (table->columns[column - 1].sequence_oid != sequence->oid)
		return false;
	if (sequence->oid == oid)
		return true;
	if (sequence->owner_oid != oid ||
	    (of_column != 0 && sequence->owner_column != of_column))
		return false;
	return table->oid != oid || (of_column != 0 && column != of_column);
}

bool
temp_use_find(const struct temp_catalog *catalog, uint32_t oid, uint32_t column,
    uint32_t skip, struct temp_use *out)
{
	for (uint32_t t = 0; catalog != NULL && t < catalog->table_count; t++) {
		const struct temp_table *table = catalog->tables[t];

		for (uint32_t i = 0; i < table->column_count; i++) {
			const struct temp_sequence *sequence =
			    temp_sequence_by_oid(catalog,
				table->columns[i].sequence_oid);

			if (sequence == NULL ||
			    !is_use(sequence, table, i + 1, oid, column) ||
			    skip-- > 0)
				continue;
			*out = (struct temp_use){ table, &table->columns[i],
				sequence };
			return true;
		}
	}
	return false;
}

struct str
temp_default_text(const struct temp_catalog *catalog,
    const struct temp_column *column, struct arena *arena)
{
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(catalog, column->sequence_oid);
	struct buf name, text;
	struct str out;

	if (sequence == NULL)
		return column->default_text;
	buf_init(&name);
	buf_init(&text);
	quote_put_name(&name, sequence->name);
	buf_put_cstr(&text, "nextval(");
	quote_put_literal(&text, buf_str(&name));
	buf_put_cstr(&text, "::regclass)");
	out = arena_str(arena, buf_str(&text));
	buf_release(&name);
	buf_release(&text);
	return out;
}

const struct temp_table *
temp_table_of_rows(const struct temp_catalog *catalog, uint32_t type_oid)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		if (catalog->tables[i]->row_type_oid == type_oid ||
		    catalog->tables[i]->array_type_oid == type_oid)
			return catalog->tables[i];
	return NULL;
}

const struct sql_view *
temp_view_of_rows(const struct temp_catalog *catalog, uint32_t type_oid)
{
	for (uint32_t i = 0; catalog != NULL && i < catalog->view_count; i++)
		if (catalog->views[i]->view.row_type_oid == type_oid ||
		    catalog->views[i]->view.array_type_oid == type_oid)
			return &catalog->views[i]->view;
	return NULL;
}

uint32_t
temp_table_column(const struct temp_table *table, struct str name)
{
	for (uint32_t i = 0; i < table->column_count; i++)
		if (str_equal(table->columns[i].name, name))
			return i;
	return UINT32_MAX;
}

bool
table_key_has(const struct table_key *key, uint32_t column)
{
	for (uint32_t i = 0; i < key->count; i++)
		if (key->columns[i] == column)
			return true;
	return false;
}

/* ---- comments ---- */

struct str
temp_comment(const struct temp_catalog *catalog, uint32_t oid, uint32_t attnum)
{
	const struct temp_table *table = temp_table_by_oid(catalog, oid);
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(catalog, oid);
	const struct temp_view *view = NULL;

	if (sequence != NULL)
		return attnum == 0 ? sequence->comment : STR("");
	if (table != NULL && attnum == 0)
		return table->comment;
	if (table != NULL)
		return attnum <= table->column_count
		    ? table->columns[attnum - 1].comment
		    : STR("");
	for (uint32_t i = 0; catalog != NULL && i < catalog->view_count; i++)
		if (catalog->views[i]->view.oid == oid)
			view = catalog->views[i];
	if (view != NULL && attnum == 0)
		return view->comment;
	return view != NULL && attnum <= view->view.column_count
	    ? view->column_comments[attnum - 1]
	    : STR("");
}
