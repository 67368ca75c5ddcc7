/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_rows.c -- pg_index, pg_constraint: the keys and conditions of temporary
 * tables, which alone have any.
 */
#include "plan/temp_table.h"
#include "server/pgcatalog/rows.h"
#include "server/pgcatalog/type_row.h"
#include "types/array.h"

/* ---- pg_index ---- */

/* Attribute numbers as an array, or a vector, of a column. */
static void
put_columns(struct system_rows *rows, uint32_t column,
    const struct temp_key *key)
{
	struct datum *values = arena_alloc_array(system_rows_arena(rows),
	    (size_t)key->count + 1, sizeof(*values));

	for (uint32_t i = 0; i < key->count; i++)
		values[i] = (struct datum){ .i64 = key->columns[i] + 1 };
	system_put_array(rows, column, TYPE_INT2, values, key->count);
}

/* The same of what each column of the key has, in another vector. */
static void
put_zeros(struct system_rows *rows, uint32_t column, uint32_t element,
    uint32_t count)
{
	struct datum *values = arena_zalloc(system_rows_arena(rows),
	    ((size_t)count + 1) * sizeof(*values));

	system_put_array(rows, column, element, values, count);
}

static void
put_collations(struct system_rows *rows, const struct temp_table *table,
    const struct temp_key *key)
{
	struct datum *values = arena_zalloc(system_rows_arena(rows),
	    ((size_t)key->count + 1) * sizeof(*values));

	for (uint32_t i = 0; i < key->count; i++) {
		struct type_row type = { .collation = 0 };

		(void)type_row_by_oid(system_rows_space(rows),
		    table->columns[key->columns[i]].type.oid, &type);
		values[i].i64 = type.collation;
	}
	system_put_array(rows, pg_index_indcollation, TYPE_OID, values,
	    key->count);
}

static void
put_index(struct system_rows *rows, const struct temp_table *table,
    const struct temp_key *key)
{
	if (!system_wants_i64(rows, pg_index_indexrelid, key->oid))
		return;
	system_rows_next(rows);
	system_put_i64(rows, pg_index_indexrelid, key->oid);
	system_put_i64(rows, pg_index_indrelid, table->oid);
	system_put_i64(rows, pg_index_indnatts, key->count);
	system_put_i64(rows, pg_index_indnkeyatts, key->count);
	system_put_bool(rows, pg_index_indisunique, key->is_unique);
	system_put_bool(rows, pg_index_indnullsnotdistinct,
	    key->nulls_are_equal);
	system_put_bool(rows, pg_index_indisprimary, key->is_primary);
	system_put_bool(rows, pg_index_indisexclusion, false);
	system_put_bool(rows, pg_index_indimmediate, true);
	system_put_bool(rows, pg_index_indisclustered, false);
	system_put_bool(rows, pg_index_indisvalid, true);
	system_put_bool(rows, pg_index_indcheckxmin, false);
	system_put_bool(rows, pg_index_indisready, true);
	system_put_bool(rows, pg_index_indislive, true);
	system_put_bool(rows, pg_index_indisreplident, false);
	put_columns(rows, pg_index_indkey, key);
	put_collations(rows, table, key);
	put_zeros(rows, pg_index_indclass, TYPE_OID, key->count);
	put_zeros(rows, pg_index_indoption, TYPE_INT2, key->count);
}

int
pg_index_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct temp_catalog *temp = system_rows_space(rows)->temp;

	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++) {
		const struct temp_table *table = temp->tables[i];

		if (!system_wants_i64(rows, pg_index_indrelid, table->oid))
			continue;
		for (uint32_t k = 0; k < table->key_count; k++)
			put_index(rows, table, &table->keys[k]);
	}
	return 0;
}

/* ---- pg_constraint ---- */

static void
put_constraint(struct system_rows *rows, const struct temp_table *table,
    uint32_t oid, struct str name, char type, uint32_t index)
{
	system_rows_next(rows);
	system_put_i64(rows, pg_constraint_oid, oid);
	system_put_str(rows, pg_constraint_conname, name);
	system_put_i64(rows, pg_constraint_connamespace, SCHEMA_PG_TEMP);
	system_put_char(rows, pg_constraint_contype, type);
	system_put_bool(rows, pg_constraint_condeferrable, false);
	system_put_bool(rows, pg_constraint_condeferred, false);
	system_put_bool(rows, pg_constraint_convalidated, true);
	system_put_i64(rows, pg_constraint_conrelid, table->oid);
	system_put_i64(rows, pg_constraint_contypid, 0);
	system_put_i64(rows, pg_constraint_conindid, index);
	system_put_i64(rows, pg_constraint_conparentid, 0);
	system_put_i64(rows, pg_constraint_confrelid, 0);
	system_put_char(rows, pg_constraint_confupdtype, ' ');
	system_put_char(rows, pg_constraint_confdeltype, ' ');
	system_put_char(rows, pg_constraint_confmatchtype, ' ');
	system_put_bool(rows, pg_constraint_conislocal, true);
	system_put_i64(rows, pg_constraint_coninhcount, 0);
	system_put_bool(rows, pg_constraint_connoinherit, type != 'c');
}

static void
put_constraints(struct system_rows *rows, const struct temp_table *table)
{
	for (uint32_t i = 0; i < table->key_count; i++) {
		const struct temp_key *key = &table->keys[i];

		if (key->constraint_oid == 0 ||
		    !system_wants_i64(rows, pg_constraint_oid,
			key->constraint_oid))
			continue;
		put_constraint(rows, table, key->constraint_oid, key->name,
		    key->is_primary ? 'p' : 'u', key->oid);
		put_columns(rows, pg_constraint_conkey, key);
	}
	for (uint32_t i = 0; i < table->check_count; i++) {
		const struct temp_check *check = &table->checks[i];

		if (!system_wants_i64(rows, pg_constraint_oid, check->oid))
			continue;
		put_constraint(rows, table, check->oid, check->name, 'c', 0);
		system_put_str(rows, pg_constraint_conbin, check->text);
	}
}

int
pg_constraint_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct temp_catalog *temp = system_rows_space(rows)->temp;

	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++)
		if (system_wants_i64(rows, pg_constraint_conrelid,
			temp->tables[i]->oid))
			put_constraints(rows, temp->tables[i]);
	return 0;
}
