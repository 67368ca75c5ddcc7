/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_rows.c -- pg_index, pg_constraint: the key of each event type, and the keys
 * and conditions of temporary tables.
 */
#include "plan/temp_table.h"
#include "server/pgcatalog/rows.h"
#include "server/pgcatalog/type_row.h"
#include "types/array.h"

/*
 * Event types, or those that the keys leave of a column that is the type's OID,
 * or of another that is its key's.
 */
struct wanted_types {
	struct wanted_relations relations;
	bool is_by_key;
};

static void
wanted_types_init(struct wanted_types *wanted, const struct system_rows *rows,
    uint32_t type_column, uint32_t key_column)
{
	wanted->is_by_key = system_rows_key(rows, type_column) == NULL;
	wanted_relations_init(&wanted->relations, rows,
	    wanted->is_by_key ? key_column : type_column, NO_COLUMN);
}

static bool
wanted_types_next(struct wanted_types *wanted, struct relation *out)
{
	while (wanted_relations_next(&wanted->relations, out)) {
		if (wanted->is_by_key ? out->key_of == NULL : out->type == NULL)
			continue;
		if (wanted->is_by_key)
			*out = relation_of_index(out);
		return true;
	}
	return false;
}

/* ---- pg_index ---- */

/* Attribute numbers as an array, or a vector, of a column. */
static void
put_columns(struct system_rows *rows, uint32_t column,
    const struct table_key *key)
{
	struct datum *values = arena_alloc_array(system_rows_arena(rows),
	    (size_t)key->count + 1, sizeof(*values));

	for (uint32_t i = 0; i < key->count; i++)
		values[i] = (struct datum){ .i64 = key->columns[i] + 1 };
	system_put_array(rows, column, TYPE_INT2, values, key->count);
}

/* Of no column of a key anything but the order that is the default. */
static void
put_options(struct system_rows *rows, const struct table_key *key)
{
	struct datum *values = arena_zalloc(system_rows_arena(rows),
	    ((size_t)key->count + 1) * sizeof(*values));

	system_put_array(rows, pg_index_indoption, TYPE_INT2, values,
	    key->count);
}

/* Each column's collation, and what compares it. */
static void
put_types(struct system_rows *rows, const struct relation *table,
    const struct table_key *key)
{
	const struct relation_space *space = system_rows_space(rows);
	const size_t size = ((size_t)key->count + 1) * sizeof(struct datum);
	struct datum *collations = arena_zalloc(system_rows_arena(rows), size);
	struct datum *classes = arena_zalloc(system_rows_arena(rows), size);

	for (uint32_t i = 0; i < key->count; i++) {
		struct type_row type = { .collation = 0 };
		uint32_t oid =
		    relation_column(space, table, key->columns[i] + 1).type.oid;

		(void)type_row_by_oid(space, oid, &type);
		collations[i].i64 = type.collation;
		classes[i].i64 = opclass_of_type(&type);
	}
	system_put_array(rows, pg_index_indcollation, TYPE_OID, collations,
	    key->count);
	system_put_array(rows, pg_index_indclass, TYPE_OID, classes,
	    key->count);
}

static void
put_index(struct system_rows *rows, const struct relation *table,
    const struct table_key *key)
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
	put_types(rows, table, key);
	put_options(rows, key);
}

int
pg_index_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct temp_catalog *temp = system_rows_space(rows)->temp;
	struct wanted_types wanted;
	struct relation table;

	wanted_types_init(&wanted, rows, pg_index_indrelid,
	    pg_index_indexrelid);
	while (wanted_types_next(&wanted, &table))
		put_index(rows, &table, &table.type->key);
	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++) {
		table = (struct relation){ .oid = temp->tables[i]->oid,
			.temp = temp->tables[i] };
		if (!system_wants_i64(rows, pg_index_indrelid, table.oid))
			continue;
		for (uint32_t k = 0; k < table.temp->key_count; k++)
			put_index(rows, &table, &table.temp->keys[k]);
	}
	return 0;
}

/* ---- pg_constraint ---- */

/* What all kinds have; false if it is not wanted. */
static bool
put_constraint(struct system_rows *rows, uint32_t schema, uint32_t table_oid,
    uint32_t oid, struct str name, char type, uint32_t index)
{
	if (!system_wants_i64(rows, pg_constraint_oid, oid) ||
	    !system_wants_str(rows, pg_constraint_conname, name))
		return false;
	system_rows_next(rows);
	system_put_i64(rows, pg_constraint_oid, oid);
	system_put_str(rows, pg_constraint_conname, name);
	system_put_i64(rows, pg_constraint_connamespace, schema);
	system_put_char(rows, pg_constraint_contype, type);
	system_put_bool(rows, pg_constraint_condeferrable, false);
	system_put_bool(rows, pg_constraint_condeferred, false);
	system_put_bool(rows, pg_constraint_convalidated, true);
	system_put_i64(rows, pg_constraint_conrelid, table_oid);
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
	return true;
}

static void
put_key(struct system_rows *rows, uint32_t schema, uint32_t table_oid,
    const struct table_key *key)
{
	if (key->constraint_oid != 0 &&
	    put_constraint(rows, schema, table_oid, key->constraint_oid,
		key->name, key->is_primary ? 'p' : 'u', key->oid))
		put_columns(rows, pg_constraint_conkey, key);
}

static void
put_constraints(struct system_rows *rows, const struct temp_table *table)
{
	for (uint32_t i = 0; i < table->key_count; i++)
		put_key(rows, SCHEMA_PG_TEMP, table->oid, &table->keys[i]);
	for (uint32_t i = 0; i < table->check_count; i++) {
		const struct temp_check *check = &table->checks[i];

		if (put_constraint(rows, SCHEMA_PG_TEMP, table->oid, check->oid,
			check->name, 'c', 0))
			system_put_str(rows, pg_constraint_conbin, check->text);
	}
}

int
pg_constraint_rows(void *session UNUSED, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct temp_catalog *temp = system_rows_space(rows)->temp;
	struct wanted_types wanted;
	struct relation table;

	wanted_types_init(&wanted, rows, pg_constraint_conrelid,
	    pg_constraint_oid);
	while (wanted_types_next(&wanted, &table))
		put_key(rows, SCHEMA_PUBLIC, table.oid, &table.type->key);
	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++)
		if (system_wants_i64(rows, pg_constraint_conrelid,
			temp->tables[i]->oid))
			put_constraints(rows, temp->tables[i]);
	return 0;
}
