/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_key.c -- the keys of tables, and the conditions of temporary ones, as SQL:
 * pg_get_indexdef(), pg_get_constraintdef().
 */
#include "common/quote.h"
#include "engine/catalog/catalog.h"
#include "exec/func_catalog.h"
#include "plan/temp_table.h"

static void
put_column(const struct plan_context *names, const struct relation *table,
    const struct table_key *key, uint32_t i, struct buf *out)
{
	const struct relation_space space = names_space(names);

	quote_put_name(out,
	    relation_column(&space, table, key->columns[i] + 1).name);
}

static void
put_columns(const struct plan_context *names, const struct relation *table,
    const struct table_key *key, struct buf *out)
{
	for (uint32_t i = 0; i < key->count; i++) {
		buf_put_cstr(out, i == 0 ? "(" : ", ");
		put_column(names, table, key, i, out);
	}
	buf_put_cstr(out, ")");
}

/* ---- indexes ---- */

/* For people's eyes the table's schema is only said if it must be. */
static void
put_index(const struct plan_context *names, const struct relation *index,
    bool is_pretty, struct buf *out)
{
	const struct relation table = relation_of_index(index);

	buf_put_cstr(out,
	    index->key->is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
	quote_put_name(out, index->name);
	buf_put_cstr(out, " ON ");
	if (!is_pretty || !names_relation_is_visible(names, &table))
		buf_put_cstr(out,
		    index->key_of != NULL ? "public." : "pg_temp.");
	quote_put_name(out, table.name);
	buf_put_cstr(out, " USING btree ");
	put_columns(names, &table, index->key, out);
	buf_put_cstr(out,
	    index->key->nulls_are_equal ? " NULLS NOT DISTINCT" : "");
}

/* Column `number` of an index, from 1; 0: the whole. */
static int
index_def(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	int64_t number = call->arg_count > 1 ? ARG(call, 1, i64, row) : 0;
	bool is_pretty = call->arg_count > 2 && ARG(call, 2, boolean, row) != 0;
	struct relation index, table;
	struct buf text;
	int rc;

	if (!find_relation(names, arg_oid(call, 0, row), &index) ||
	    index.key == NULL) {
		put_null(call, row);
		return 0;
	}
	table = relation_of_index(&index);
	buf_init(&text);
	if (number == 0)
		put_index(names, &index, is_pretty, &text);
	else if (number > 0 && number <= index.key->count)
		put_column(names, &table, index.key, (uint32_t)number - 1,
		    &text);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
CATALOG_KERNEL(index_def)

/* ---- constraints ---- */

static void
put_key(const struct plan_context *names, const struct relation *table,
    const struct table_key *key, struct buf *out)
{
	buf_put_cstr(out, key->is_primary ? "PRIMARY KEY " : "UNIQUE ");
	buf_put_cstr(out, key->nulls_are_equal ? "NULLS NOT DISTINCT " : "");
	put_columns(names, table, key, out);
}

static bool
put_of_table(const struct plan_context *names, const struct temp_table *temp,
    uint32_t oid, struct buf *out)
{
	const struct relation table = { .temp = temp };

	for (uint32_t i = 0; i < temp->key_count; i++) {
		if (temp->keys[i].constraint_oid != oid)
			continue;
		put_key(names, &table, &temp->keys[i], out);
		return true;
	}
	for (uint32_t i = 0; i < temp->check_count; i++) {
		if (temp->checks[i].oid != oid)
			continue;
		buf_printf(out, "CHECK (%.*s)", STR_FMT(temp->checks[i].text));
		return true;
	}
	return false;
}

/* A key of an event type has the OID of its index. */
static bool
put_constraint(const struct plan_context *names, uint32_t oid, struct buf *out)
{
	const struct temp_catalog *temp = names->temp;
	struct relation index, table;

	if (oid >= KEY_OID_FIRST && oid < TEMP_OID_FIRST) {
		if (!find_relation(names, oid, &index))
			return false;
		table = relation_of_index(&index);
		put_key(names, &table, index.key, out);
		return true;
	}
	for (uint32_t i = 0; temp != NULL && oid != 0 && i < temp->table_count;
	     i++)
		if (put_of_table(names, temp->tables[i], oid, out))
			return true;
	return false;
}

static int
constraint_def(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct buf text;
	int rc = 0;

	buf_init(&text);
	if (put_constraint(names, arg_oid(call, 0, row), &text))
		rc = put_text(call, row, &text);
	else
		put_null(call, row);
	buf_release(&text);
	return rc;
}
CATALOG_KERNEL(constraint_def)

static const struct func_row rows[] = {
	{ FN_PG_GET_CONSTRAINTDEF_OID, { run_constraint_def, false } },
	{ FN_PG_GET_CONSTRAINTDEF_OID_BOOL, { run_constraint_def, false } },
	{ FN_PG_GET_INDEXDEF_OID, { run_index_def, false } },
	{ FN_PG_GET_INDEXDEF_OID_INT4_BOOL, { run_index_def, false } },
};

const struct func_family func_key = { rows, ARRAY_LEN(rows) };
