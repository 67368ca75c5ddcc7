/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/temp_tables.h"

#include <stdlib.h>

#include "exec/temp_rows.h"
#include "exec/temp_sequence.h"

/* ---- tables and views ---- */

static void
copy_columns(struct temp_table *table, const struct temp_table *from)
{
	struct arena *arena = &table->arena;

	table->columns = arena_alloc_array(arena,
	    (size_t)from->column_count + 1, sizeof(*table->columns));
	for (uint32_t i = 0; i < from->column_count; i++) {
		table->columns[i] = from->columns[i];
		table->columns[i].name =
		    arena_str(arena, from->columns[i].name);
		table->columns[i].default_text =
		    arena_str(arena, from->columns[i].default_text);
		table->columns[i].comment =
		    arena_str(arena, from->columns[i].comment);
	}
	table->column_count = from->column_count;
}

static void
copy_keys(struct temp_table *table, const struct temp_table *from,
    struct temp_tables *temp)
{
	struct arena *arena = &table->arena;

	table->keys = arena_alloc_array(arena, (size_t)from->key_count + 1,
	    sizeof(*table->keys));
	for (uint32_t i = 0; i < from->key_count; i++) {
		const struct table_key *old = &from->keys[i];
		struct table_key *key = &table->keys[i];
		uint32_t *columns;

		*key = *old;
		key->name = arena_str(arena, old->name);
		columns = arena_alloc_array(arena, (size_t)old->count + 1,
		    sizeof(*columns));
		memcpy(columns, old->columns, old->count * sizeof(*columns));
		key->columns = columns;
		if (key->oid != 0)
			continue;
		key->oid = temp->next_oid++;
		if (key->constraint_oid != 0)
			key->constraint_oid = temp->next_oid++;
	}
	table->key_count = from->key_count;
}

static void
copy_checks(struct temp_table *table, const struct temp_table *from,
    struct temp_tables *temp)
{
	struct arena *arena = &table->arena;

	table->checks = arena_alloc_array(arena, (size_t)from->check_count + 1,
	    sizeof(*table->checks));
	for (uint32_t i = 0; i < from->check_count; i++) {
		struct temp_check *check = &table->checks[i];

		*check = from->checks[i];
		check->name = arena_str(arena, from->checks[i].name);
		check->text = arena_str(arena, from->checks[i].text);
		if (check->oid == 0)
			check->oid = temp->next_oid++;
	}
	table->check_count = from->check_count;
}

struct temp_table *
temp_table_new(const struct temp_table *from, struct temp_tables *temp)
{
	struct temp_table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	arena_init(&table->arena, &temp->budget);
	table->refs = 1;
	table->oid = from->oid;
	table->row_type_oid = from->row_type_oid;
	table->array_type_oid = from->array_type_oid;
	if (table->oid == 0) {
		table->oid = temp->next_oid++;
		table->row_type_oid = temp->next_oid++;
		table->array_type_oid = temp->next_oid++;
	}
	table->name = arena_str(&table->arena, from->name);
	table->comment = arena_str(&table->arena, from->comment);
	table->on_commit = from->on_commit;
	if (from->enums != NULL)
		table->enums = catalog_ref(from->enums);
	copy_columns(table, from);
	copy_keys(table, from, temp);
	copy_checks(table, from, temp);
	if (!table->arena.failed)
		return table;
	temp_table_unref(table);
	return NULL;
}

void
temp_table_unref(struct temp_table *table)
{
	if (table == NULL || --table->refs > 0)
		return;
	temp_rows_unref(table->rows);
	if (table->enums != NULL)
		catalog_unref(table->enums);
	arena_release(&table->arena);
	free(table);
}

/* Those that the view had, which may have had fewer columns. */
static void
copy_comments(struct temp_view *view, const struct temp_catalog *catalog,
    uint32_t oid)
{
	struct arena *arena = &view->arena;
	uint32_t count = view->view.column_count;

	view->comment = arena_str(arena, temp_comment(catalog, oid, 0));
	view->column_comments = arena_alloc_array(arena, (size_t)count + 1,
	    sizeof(*view->column_comments));
	for (uint32_t i = 0; i < count; i++)
		view->column_comments[i] =
		    arena_str(arena, temp_comment(catalog, oid, i + 1));
}

struct temp_view *
temp_view_new(const struct sql_view *from, struct str name,
    struct temp_tables *temp)
{
	struct temp_view *view = calloc(1, sizeof(*view));
	struct view_column *columns;
	struct view_dependency *dependencies;
	struct arena *arena;

	if (view == NULL)
		return NULL;
	arena = &view->arena;
	arena_init(arena, &temp->budget);
	view->refs = 1;
	view->view = *from;
	if (from->oid == 0) {
		view->view.oid = temp->next_oid++;
		view->view.row_type_oid = temp->next_oid++;
		view->view.array_type_oid = temp->next_oid++;
	}
	view->view.name = arena_str(arena, name);
	view->view.query = arena_str(arena, from->query);
	view->view.reading.time_zone =
	    arena_str(arena, from->reading.time_zone);
	columns = arena_alloc_array(arena, (size_t)from->column_count + 1,
	    sizeof(*columns));
	for (uint32_t i = 0; i < from->column_count; i++) {
		columns[i] = from->columns[i];
		columns[i].name = arena_str(arena, from->columns[i].name);
	}
	view->view.columns = columns;
	dependencies = arena_alloc_array(arena,
	    (size_t)from->dependency_count + 1, sizeof(*dependencies));
	for (uint32_t i = 0; i < from->dependency_count; i++)
		dependencies[i] = from->dependencies[i];
	view->view.dependencies = dependencies;
	copy_comments(view, temp->catalog, from->oid);
	if (!arena->failed)
		return view;
	temp_view_unref(view);
	return NULL;
}

void
temp_view_unref(struct temp_view *view)
{
	if (view == NULL || --view->refs > 0)
		return;
	arena_release(&view->arena);
	free(view);
}

struct temp_sequence *
temp_sequence_new(const struct temp_sequence *from, struct temp_tables *temp)
{
	struct temp_sequence *sequence = calloc(1, sizeof(*sequence));

	if (sequence == NULL)
		return NULL;
	*sequence = *from;
	arena_init(&sequence->arena, &temp->budget);
	sequence->refs = 1;
	sequence->name = arena_str(&sequence->arena, from->name);
	sequence->comment = arena_str(&sequence->arena, from->comment);
	sequence->counter = temp_counter_ref(from->counter);
	if (sequence->oid == 0)
		sequence->oid = temp->next_oid++;
	if (!sequence->arena.failed)
		return sequence;
	temp_sequence_unref(sequence);
	return NULL;
}

void
temp_sequence_unref(struct temp_sequence *sequence)
{
	if (sequence == NULL || --sequence->refs > 0)
		return;
	temp_counter_unref(sequence->counter);
	arena_release(&sequence->arena);
	free(sequence);
}

static int
comment_view(struct temp_tables *temp, const struct sql_view *old,
    uint32_t attnum, struct str text, struct error *err)
{
	struct temp_view *view = temp_view_new(old, old->name, temp);

	if (view == NULL)
		return temp_out_of_memory(err);
	*(attnum == 0 ? &view->comment : &view->column_comments[attnum - 1]) =
	    arena_str(&view->arena, text);
	if (!view->arena.failed)
		return temp_tables_put_view(temp, view, err);
	temp_view_unref(view);
	return temp_out_of_memory(err);
}

static int
comment_table(struct temp_tables *temp, const struct temp_table *old,
    uint32_t attnum, struct str text, struct error *err)
{
	struct temp_table *table = temp_table_new(old, temp);

	if (table == NULL)
		return temp_out_of_memory(err);
	table->rows = temp_rows_ref(old->rows);
	*(attnum == 0 ? &table->comment : &table->columns[attnum - 1].comment) =
	    arena_str(&table->arena, text);
	if (!table->arena.failed)
		return temp_tables_put_table(temp, table, err);
	temp_table_unref(table);
	return temp_out_of_memory(err);
}

static int
comment_sequence(struct temp_tables *temp, const struct temp_sequence *old,
    struct str text, struct error *err)
{
	struct temp_sequence from = *old;
	struct temp_sequence *sequence;

	from.comment = text;
	sequence = temp_sequence_new(&from, temp);
	return sequence == NULL ? temp_out_of_memory(err)
				: temp_tables_put_sequence(temp, sequence, err);
}

int
temp_tables_comment(struct temp_tables *temp, uint32_t oid, uint32_t attnum,
    struct str text, struct error *err)
{
	const struct temp_table *table = temp_table_by_oid(temp->catalog, oid);
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(temp->catalog, oid);

	if (table != NULL)
		return comment_table(temp, table, attnum, text, err);
	if (sequence != NULL)
		return comment_sequence(temp, sequence, text, err);
	return comment_view(temp, temp_view_by_oid(temp->catalog, oid), attnum,
	    text, err);
}

/* ---- catalogues ---- */

struct temp_catalog *
temp_catalog_ref(struct temp_catalog *catalog)
{
	if (catalog != NULL)
		catalog->refs++;
	return catalog;
}

void
temp_catalog_unref(struct temp_catalog *catalog)
{
	if (catalog == NULL || --catalog->refs > 0)
		return;
	for (uint32_t i = 0; i < catalog->table_count; i++)
		temp_table_unref(catalog->tables[i]);
	for (uint32_t i = 0; i < catalog->view_count; i++)
		temp_view_unref(catalog->views[i]);
	for (uint32_t i = 0; i < catalog->sequence_count; i++)
		temp_sequence_unref(catalog->sequences[i]);
	free(catalog->tables);
	free(catalog->views);
	free(catalog->sequences);
	free(catalog);
}

/* A copy of the catalogue with room for one more of each, but without `oid`. */
static struct temp_catalog *
copy_without(const struct temp_catalog *from, uint32_t oid)
{
	static const struct temp_catalog empty;
	struct temp_catalog *copy = calloc(1, sizeof(*copy));

	if (from == NULL)
		from = &empty;
	if (copy == NULL)
		return NULL;
	copy->refs = 1;
	copy->tables = malloc(
	    ((size_t)from->table_count + 1) * sizeof(struct temp_table *));
	copy->views =
	    malloc(((size_t)from->view_count + 1) * sizeof(struct temp_view *));
	copy->sequences = malloc(((size_t)from->sequence_count + 1) *
	    sizeof(struct temp_sequence *));
	if (copy->tables == NULL || copy->views == NULL ||
	    copy->sequences == NULL) {
		temp_catalog_unref(copy);
		return NULL;
	}
	for (uint32_t i = 0; i < from->table_count; i++) {
		if (from->tables[i]->oid == oid)
			continue;
		from->tables[i]->refs++;
		copy->tables[copy->table_count++] = from->tables[i];
	}
	for (uint32_t i = 0; i < from->view_count; i++) {
		if (from->views[i]->view.oid == oid)
			continue;
		from->views[i]->refs++;
		copy->views[copy->view_count++] = from->views[i];
	}
	for (uint32_t i = 0; i < from->sequence_count; i++) {
		if (from->sequences[i]->oid == oid)
			continue;
		from->sequences[i]->refs++;
		copy->sequences[copy->sequence_count++] = from->sequences[i];
	}
	return copy;
}

static void
take(struct temp_tables *temp, struct temp_catalog *catalog)
{
	temp_catalog_unref(temp->catalog);
	temp->catalog = catalog;
}

int
temp_tables_put_table(struct temp_tables *temp, struct temp_table *table,
    struct error *err)
{
	struct temp_catalog *catalog = copy_without(temp->catalog, table->oid);
	uint32_t at;

	if (catalog == NULL) {
		temp_table_unref(table);
		return temp_out_of_memory(err);
	}
	for (at = catalog->table_count++;
	     at > 0 && catalog->tables[at - 1]->oid > table->oid; at--)
		catalog->tables[at] = catalog->tables[at - 1];
	catalog->tables[at] = table;
	take(temp, catalog);
	return 0;
}

int
temp_tables_put_view(struct temp_tables *temp, struct temp_view *view,
    struct error *err)
{
	struct temp_catalog *catalog =
	    copy_without(temp->catalog, view->view.oid);
	uint32_t at;

	if (catalog == NULL) {
		temp_view_unref(view);
		return temp_out_of_memory(err);
	}
	for (at = catalog->view_count++;
	     at > 0 && catalog->views[at - 1]->view.oid > view->view.oid; at--)
		catalog->views[at] = catalog->views[at - 1];
	catalog->views[at] = view;
	take(temp, catalog);
	return 0;
}

int
temp_tables_put_sequence(struct temp_tables *temp,
    struct temp_sequence *sequence, struct error *err)
{
	struct temp_catalog *catalog =
	    copy_without(temp->catalog, sequence->oid);
	uint32_t at;

	if (catalog == NULL) {
		temp_sequence_unref(sequence);
		return temp_out_of_memory(err);
	}
	for (at = catalog->sequence_count++;
	     at > 0 && catalog->sequences[at - 1]->oid > sequence->oid; at--)
		catalog->sequences[at] = catalog->sequences[at - 1];
	catalog->sequences[at] = sequence;
	take(temp, catalog);
	return 0;
}

int
temp_tables_remove(struct temp_tables *temp, uint32_t oid, struct error *err)
{
	struct temp_catalog *catalog = copy_without(temp->catalog, oid);

	if (catalog == NULL)
		return temp_out_of_memory(err);
	take(temp, catalog);
	return 0;
}

int
temp_tables_remove_owned(struct temp_tables *temp, uint32_t table_oid,
    struct error *err)
{
	struct temp_catalog *catalog = temp_catalog_ref(temp->catalog);
	int rc = 0;

	for (uint32_t i = 0; i < catalog->sequence_count && rc == 0; i++)
		if (catalog->sequences[i]->owner_oid == table_oid)
			rc = temp_tables_remove(temp,
			    catalog->sequences[i]->oid, err);
	temp_catalog_unref(catalog);
	return rc;
}

void
temp_tables_remove_all(struct temp_tables *temp)
{
	take(temp, NULL);
	temp->last_sequence = 0;
}

/* ---- transactions ---- */

void
temp_tables_init(struct temp_tables *temp, size_t limit_bytes,
    struct mem_budget *total)
{
	*temp = (struct temp_tables){ .next_oid = TEMP_OID_FIRST,
		.budget = { .limit_bytes = limit_bytes, .total = total } };
}

void
temp_tables_release(struct temp_tables *temp)
{
	take(temp, NULL);
	temp_mark_release(&temp->committed);
}

void
temp_tables_mark(const struct temp_tables *temp, struct temp_mark *mark)
{
	mark->catalog = temp_catalog_ref(temp->catalog);
	mark->stamp = temp->stamp;
}

void
temp_mark_release(struct temp_mark *mark)
{
	temp_catalog_unref(mark->catalog);
	mark->catalog = NULL;
}

void
temp_tables_rewind(struct temp_tables *temp, const struct temp_mark *mark)
{
	const struct temp_catalog *catalog = mark->catalog;

	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		temp_rows_rewind(catalog->tables[i]->rows, mark->stamp);
	take(temp, temp_catalog_ref(mark->catalog));
}

bool
temp_tables_is_changed(const struct temp_tables *temp)
{
	return temp->stamp != temp->committed.stamp ||
	    temp->catalog != temp->committed.catalog;
}

void
temp_tables_abort(struct temp_tables *temp)
{
	temp_tables_rewind(temp, &temp->committed);
}

/* Rows that end with the transaction, all of them; or that are deleted. */
static void
end_rows(struct temp_tables *temp, struct temp_table *table)
{
	struct error ignored;

	if (table->on_commit == TEMP_DROP &&
	    temp_tables_remove(temp, table->oid, &ignored) == 0) {
		(void)!temp_tables_remove_owned(temp, table->oid, &ignored);
		return;
	}
	if (table->on_commit == TEMP_PRESERVE_ROWS)
		temp_rows_commit(table->rows);
	else
		temp_rows_rewind(table->rows, 0);
}

void
temp_tables_commit(struct temp_tables *temp)
{
	struct temp_catalog *catalog = temp_catalog_ref(temp->catalog);

	if (catalog == NULL && temp->committed.catalog == NULL)
		return;
	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		end_rows(temp, catalog->tables[i]);
	temp_catalog_unref(catalog);
	temp_mark_release(&temp->committed);
	temp_tables_mark(temp, &temp->committed);
}
