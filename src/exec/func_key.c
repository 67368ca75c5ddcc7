/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_key.c -- the keys and conditions of temporary tables as SQL:
 * pg_get_indexdef(), pg_get_constraintdef().
 */
#include "common/quote.h"
#include "exec/func_catalog.h"
#include "plan/temp_table.h"

static void
put_column(const struct temp_table *table, const struct temp_key *key,
    uint32_t i, struct buf *out)
{
	quote_put_name(out, table->columns[key->columns[i]].name);
}

static void
put_columns(const struct temp_table *table, const struct temp_key *key,
    struct buf *out)
{
	for (uint32_t i = 0; i < key->count; i++) {
		buf_put_cstr(out, i == 0 ? "(" : ", ");
		put_column(table, key, i, out);
	}
	buf_put_cstr(out, ")");
}

/* ---- indexes ---- */

static void
put_index(const struct relation *index, struct buf *out)
{
	buf_put_cstr(out,
	    index->key->is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
	quote_put_name(out, index->name);
	buf_put_cstr(out, " ON pg_temp.");
	quote_put_name(out, index->index_of->name);
	buf_put_cstr(out, " USING btree ");
	put_columns(index->index_of, index->key, out);
	buf_put_cstr(out,
	    index->key->nulls_are_equal ? " NULLS NOT DISTINCT" : "");
}

/* Column `number` of an index, from 1; 0: the whole. */
static int
index_def(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	int64_t number = call->arg_count > 1 ? ARG(call, 1, i64, row) : 0;
	struct relation index;
	struct buf text;
	int rc;

	if (!find_relation(names, arg_oid(call, 0, row), &index) ||
	    index.key == NULL) {
		put_null(call, row);
		return 0;
	}
	buf_init(&text);
	if (number == 0)
		put_index(&index, &text);
	else if (number > 0 && number <= index.key->count)
		put_column(index.index_of, index.key, (uint32_t)number - 1,
		    &text);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
CATALOG_KERNEL(index_def)

/* ---- constraints ---- */

static bool
put_of_table(const struct temp_table *table, uint32_t oid, struct buf *out)
{
	for (uint32_t i = 0; i < table->key_count; i++) {
		const struct temp_key *key = &table->keys[i];

		if (key->constraint_oid != oid)
			continue;
		buf_put_cstr(out, key->is_primary ? "PRIMARY KEY " : "UNIQUE ");
		buf_put_cstr(out,
		    key->nulls_are_equal ? "NULLS NOT DISTINCT " : "");
		put_columns(table, key, out);
		return true;
	}
	for (uint32_t i = 0; i < table->check_count; i++) {
		if (table->checks[i].oid != oid)
			continue;
		buf_printf(out, "CHECK (%.*s)", STR_FMT(table->checks[i].text));
		return true;
	}
	return false;
}

static int
constraint_def(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const struct temp_catalog *temp = names->temp;
	uint32_t oid = arg_oid(call, 0, row);
	bool is_found = false;
	struct buf text;
	int rc = 0;

	buf_init(&text);
	for (uint32_t i = 0;
	     temp != NULL && oid != 0 && !is_found && i < temp->table_count;
	     i++)
		is_found = put_of_table(temp->tables[i], oid, &text);
	if (is_found)
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
