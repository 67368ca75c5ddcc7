/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl_alter.c -- temporary tables under another definition.
 */
#include "exec/temp_ddl_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/cancel.h"
#include "exec/exec_private.h"
#include "exec/temp_sequence.h"
#include "exec/temp_tables.h"
#include "exec/temp_writer.h"

/* ---- rows under another definition ---- */

/* The next number of a sequence for each row. */
static int
eval_numbers(const struct temp_run *run, const struct eval *eval,
    uint32_t sequence_oid, struct sel sel, struct vec *out, struct error *err)
{
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(run->temp->catalog, sequence_oid);
	int rc = 0;

	vec_init(out, PHYS_I64, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++)
		rc = temp_sequence_next(run->temp, sequence,
		    &out->i64[sel_row(sel, i)], err);
	return rc;
}

/* The values of a page's rows; NULL where they are what they were. */
static int
eval_values(const struct temp_run *run, const struct eval *eval,
    const struct temp_table *table, struct sel sel, const struct vec **out,
    struct error *err)
{
	uint32_t column_count = table->column_count;
	struct vec *values;
	int rc = 0;

	*out = eval->columns;
	if (run->ddl->values == NULL)
		return 0;
	values = arena_alloc_array(eval->arena, (size_t)column_count + 1,
	    sizeof(*values));
	for (uint32_t i = 0; i < column_count && rc == 0; i++)
		rc = run->ddl->values[i] == NULL
		    ? eval_numbers(run, eval, table->columns[i].sequence_oid,
			  sel, &values[i], err)
		    : eval_expr(eval, run->ddl->values[i], sel, &values[i],
			  err);
	*out = values;
	return rc;
}

static int
rewrite_page(const struct temp_run *run, const struct exec_env *env,
    const struct temp_writer *writer, const struct temp_page *page,
    struct arena *arena, struct error *err)
{
	const struct sel sel = temp_page_visible(page, UINT64_MAX, arena);
	struct eval eval = { .env = env,
		.arena = arena,
		.columns = page->columns,
		.row_count = page->row_count };
	const struct vec *values;
	int rc;

	rc = eval_values(run, &eval, writer->table, sel, &values, err);
	eval.columns = values;
	if (rc == 0)
		rc = temp_writer_check(writer, &eval, values, run->ddl->checks,
		    run->ddl->checks == NULL ? 0 : writer->table->check_count,
		    sel, err);
	if (rc == 0)
		rc = temp_writer_add_all(writer, values, sel, err);
	return rc != 0 ? rc : arena_check(arena, err);
}

/* All rows of the old table, into those of the new one, which are made. */
static int
rewrite_rows(const struct temp_run *run, const struct temp_rows *from,
    struct temp_table *table, struct error *err)
{
	struct temp_writer writer;
	struct arena lasting, arena;
	struct exec_env env;
	int rc = 0;

	table->rows = temp_rows_new(table, &run->temp->budget);
	if (table->rows == NULL)
		return temp_out_of_memory(err);
	arena_init(&lasting, run->context->budget);
	arena_init(&arena, run->context->budget);
	exec_env_init(&env, run->plan, run->context, &lasting);
	temp_writer_init(&writer, table, run->context);
	writer.is_building = true;
	for (uint32_t p = 0; p < from->page_count && rc == 0; p++) {
		rc = rewrite_page(run, &env, &writer, from->pages[p], &arena,
		    err);
		if (rc == 0)
			rc = cancel_check(run->context->cancel, err);
		arena_reset(&arena);
	}
	exec_env_release(&env);
	arena_release(&arena);
	arena_release(&lasting);
	return rc;
}

/* The new definition is the table from now on; its reference is taken. */
static int
replace_table(const struct temp_run *run, const struct temp_table *old,
    struct temp_table *table, bool rewrites, struct error *err)
{
	int rc = 0;

	if (table == NULL)
		return temp_out_of_memory(err);
	temp_ddl_hold_enums(run, table);
	if (rewrites)
		rc = rewrite_rows(run, old->rows, table, err);
	else
		table->rows = temp_rows_ref(old->rows);
	if (rc != 0) {
		temp_table_unref(table);
		return rc;
	}
	return temp_tables_put_table(run->temp, table, err);
}

int
temp_ddl_alter_table(const struct temp_run *run, struct error *err)
{
	const struct temp_table *old;
	struct temp_table *table;
	struct str name = run->ddl->definition->name;
	int rc = temp_ddl_find_table(run, run->ddl->oid, &old, err);

	if (rc == 0 && !run->ddl->is_rename)
		rc = exec_check_unused(run->context, old->oid, old->name,
		    "ALTER TABLE", err);
	if (rc == 0 && !str_equal(old->name, name))
		rc = temp_ddl_check_name(run, name, err);
	if (rc != 0)
		return rc;
	table = temp_table_new(run->ddl->definition, run->temp);
	if (table == NULL)
		return temp_out_of_memory(err);
	rc = temp_sequences_follow(run->temp, table->oid, run->ddl, err);
	if (rc == 0)
		rc = temp_sequences_of_table(run->temp, run->ddl, table, err);
	if (rc != 0) {
		temp_table_unref(table);
		return rc;
	}
	return replace_table(run, old, table, run->ddl->values != NULL, err);
}

/* Names of indexes are those of relations, of all tables. */
static bool
index_exists(const struct temp_run *run, struct str name)
{
	const struct temp_catalog *catalog = run->temp->catalog;

	for (uint32_t i = 0; i < catalog->table_count; i++)
		for (uint32_t k = 0; k < catalog->tables[i]->key_count; k++)
			if (str_equal(catalog->tables[i]->keys[k].name, name))
				return true;
	return false;
}

int
temp_ddl_create_index(const struct temp_run *run, struct error *err)
{
	const struct table_key *key = run->ddl->key;
	const struct temp_table *old;
	struct error notice = { .code = 0 };
	struct temp_table with_key;
	struct temp_table *table;
	int rc = temp_ddl_find_table(run, run->ddl->oid, &old, err);

	if (rc == 0)
		rc = exec_check_unused(run->context, old->oid, old->name,
		    "CREATE INDEX", err);
	if (rc != 0)
		return rc;
	if (index_exists(run, key->name) && run->ddl->if_not_exists) {
		(void)error_set(&notice, STELE_E_INTERNAL,
		    "relation \"%.*s\" already exists, skipping",
		    STR_FMT(key->name));
		temp_ddl_tell(run, STELE_E_DUPLICATE_TABLE, &notice);
		return 0;
	}
	if (index_exists(run, key->name))
		return error_set(err, STELE_E_DUPLICATE_TABLE,
		    "relation \"%.*s\" already exists", STR_FMT(key->name));
	with_key = *old;
	with_key.keys = malloc((old->key_count + 1) * sizeof(*with_key.keys));
	if (with_key.keys == NULL)
		return temp_out_of_memory(err);
	memcpy(with_key.keys, old->keys,
	    old->key_count * sizeof(*with_key.keys));
	with_key.keys[with_key.key_count++] = *key;
	table = temp_table_new(&with_key, run->temp);
	free(with_key.keys);
	return replace_table(run, old, table, key->is_unique, err);
}

/* Rows are found by the places of their keys: they are made anew. */
int
temp_ddl_drop_index(const struct temp_run *run, const struct temp_table *old,
    uint32_t key, struct error *err)
{
	struct temp_table without = *old;
	struct temp_table *table;

	without.keys = malloc((old->key_count + 1) * sizeof(*without.keys));
	if (without.keys == NULL)
		return temp_out_of_memory(err);
	memcpy(without.keys, old->keys, old->key_count * sizeof(*without.keys));
	without.key_count--;
	memmove(&without.keys[key], &without.keys[key + 1],
	    (without.key_count - key) * sizeof(*without.keys));
	table = temp_table_new(&without, run->temp);
	free(without.keys);
	return replace_table(run, old, table, true, err);
}
