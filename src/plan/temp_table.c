/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/temp_table.h"

#include <stddef.h>

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
	const struct temp_view *view = NULL;

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
