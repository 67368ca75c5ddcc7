/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables.c -- the relations of pg_catalog.def, information_schema.def and
 * row_functions.def as the planner and system scans know them.
 */
#include "server/pgcatalog/tables.h"

#include "common/attr.h"
#include "server/pgcatalog/rows.h"

/* ---- columns ---- */

/*
 * Names of types to OIDs.  A type that src/types/ does not have, and domains,
 * are shown as the nearest that it has.
 */
enum {
	column_aclitem_array = TYPE_ACLITEM_ARRAY,
	column_anyarray = TYPE_TEXT,
	column_bool = TYPE_BOOL,
	column_bool_array = TYPE_BOOL_ARRAY,
	column_bytea = TYPE_BYTEA,
	column_cardinal_number = TYPE_INT4,
	column_char = TYPE_CHAR,
	column_char_array = TYPE_CHAR_ARRAY,
	column_character_data = TYPE_VARCHAR,
	column_float4 = TYPE_FLOAT4,
	column_float4_array = TYPE_FLOAT4_ARRAY,
	column_float8 = TYPE_FLOAT8,
	column_float8_array = TYPE_FLOAT8_ARRAY,
	column_inet = TYPE_INET,
	column_int2 = TYPE_INT2,
	column_int2_array = TYPE_INT2_ARRAY,
	column_int2vector = TYPE_INT2VECTOR,
	column_int4 = TYPE_INT4,
	column_int8 = TYPE_INT8,
	column_interval = TYPE_INTERVAL,
	column_name = TYPE_NAME,
	column_name_array = TYPE_NAME_ARRAY,
	column_numeric = TYPE_NUMERIC,
	column_oid = TYPE_OID,
	column_oid_array = TYPE_OID_ARRAY,
	column_oidvector = TYPE_OIDVECTOR,
	column_pg_dependencies = TYPE_TEXT,
	column_pg_lsn = TYPE_PG_LSN,
	column_pg_mcv_list = TYPE_TEXT,
	column_pg_ndistinct = TYPE_TEXT,
	column_pg_node_tree = TYPE_PG_NODE_TREE,
	column_pg_statistic_array = TYPE_TEXT,
	column_regproc = TYPE_REGPROC,
	column_regtype = TYPE_REGTYPE,
	column_regtype_array = TYPE_REGTYPE_ARRAY,
	column_sql_identifier = TYPE_NAME,
	column_text = TYPE_TEXT,
	column_text_array = TYPE_TEXT_ARRAY,
	column_time_stamp = TYPE_TIMESTAMPTZ,
	column_timestamptz = TYPE_TIMESTAMPTZ,
	column_xid = TYPE_XID,
	column_yes_or_no = TYPE_VARCHAR,
};

#define NOT_NULL true
#define NULLABLE false
#define RELATION(id, name, schema, oid, kind, source) \
	static const struct system_column columns_of_##id[] = {
#define COLUMN(id, name, type, nulls) { #name, column_##type, nulls },
#define END(id) \
	} \
	;
#include "server/pgcatalog/information_schema.def"
#include "server/pgcatalog/pg_catalog.def"
#include "server/pgcatalog/row_functions.def"
#undef RELATION
#undef COLUMN
#undef END

/* ---- views ---- */

/* A view's text may be longer than what C promises of a literal. */
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "server/pgcatalog/views.inc"

/* ---- relations ---- */

#define ROWS(id)  .fill = id##_rows,
#define QUERY(id) .table.query = query_of_##id,
#define EMPTY(id)
#define CALLED(source, its_function) .table.function = its_function, source
#define KEYED(source, its_function, key) \
	.table.function_key = key, CALLED(source, its_function)
#define RELATION(id, its_name, its_schema, its_oid, its_kind, source) \
	static const struct system_provider provider_of_##id = { \
		.table.schema = its_schema, \
		.table.name = its_name, \
		.table.oid = its_oid, \
		.table.kind = its_kind, \
		.table.columns = columns_of_##id, \
		.table.column_count = ARRAY_LEN(columns_of_##id), \
		source(id) \
	};
#define COLUMN(id, name, type, nulls)
#define END(id)
#include "server/pgcatalog/information_schema.def"
#include "server/pgcatalog/pg_catalog.def"
#include "server/pgcatalog/row_functions.def"
#undef RELATION

#define RELATION(id, name, schema, oid, kind, source) &provider_of_##id.table,
static const struct system_table *const information_schema_items[] = {
#include "server/pgcatalog/information_schema.def"
};
static const struct system_table *const pg_catalog_items[] = {
#include "server/pgcatalog/pg_catalog.def"
};
static const struct system_table *const row_functions[] = {
#include "server/pgcatalog/row_functions.def"
};

static const struct system_tables information_schema = {
	.items = information_schema_items,
	.count = ARRAY_LEN(information_schema_items),
};
const struct system_tables pg_catalog_tables = {
	.items = pg_catalog_items,
	.count = ARRAY_LEN(pg_catalog_items),
	.functions = row_functions,
	.function_count = ARRAY_LEN(row_functions),
	.next = &information_schema,
};
