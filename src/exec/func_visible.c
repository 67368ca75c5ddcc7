/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_visible.c -- whether search_path leads to an object, and what may be
 * done with relations.  Of an object that does not exist the answer is null.
 */
#include "engine/catalog/catalog.h"
#include "exec/func_catalog.h"
#include "plan/temp_table.h"
#include "types/foreign_type.h"

static int
table_is_visible(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;

	if (!find_relation(names, arg_oid(call, 0, row), &relation))
		put_null(call, row);
	else
		call->result->boolean[row] =
		    names_relation_is_visible(names, &relation);
	return 0;
}
CATALOG_KERNEL(table_is_visible)

/* pg_catalog is always on the path; users' types are in public. */
static int
type_is_visible(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const struct relation_space space = names_space(names);
	uint32_t oid = arg_oid(call, 0, row);
	struct relation relation;

	if (type_info(oid) != NULL || foreign_type_by_oid(oid) != NULL)
		call->result->boolean[row] = 1;
	else if (catalog_enum_of_type(names->catalog, oid) != NULL ||
	    relation_of_rows(&space, oid, &relation))
		call->result->boolean[row] = oid >= TEMP_OID_FIRST ||
		    search_path_has(names_path(names), SCHEMA_PUBLIC);
	else
		put_null(call, row);
	return 0;
}
CATALOG_KERNEL(type_is_visible)

/* What is in pg_catalog alone: whatever has an OID there is. */
static int
run_built_in(struct function_call *call)
{
	EACH_ROW(call->sel, row, uint32_t oid = arg_oid(call, 0, row);
		 if (oid == 0 || oid >= FIRST_USER_OID) put_null(call, row);
		 else call->result->boolean[row] = 1;);
	return 0;
}

/* ---- what may be done ---- */

enum { EVENT_INSERT = 1 << 3 }; /* as PostgreSQL numbers CMD_INSERT */

enum { EVERY_CHANGE = EVENT_INSERT | 1 << 2 | 1 << 4 };

/* Event types take rows, and nothing else is done to them. */
static int
is_updatable(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;

	call->result->i64[row] = 0;
	if (!find_relation(names, arg_oid(call, 0, row), &relation))
		return 0;
	if (relation.temp != NULL)
		call->result->i64[row] = EVERY_CHANGE;
	else if (relation.type != NULL)
		call->result->i64[row] = EVENT_INSERT;
	return 0;
}
CATALOG_KERNEL(is_updatable)

static int
run_never(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->boolean[row] = 0;);
	return 0;
}

static int
filenode(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;
	uint32_t oid = arg_oid(call, 0, row);

	if (!find_relation(names, oid, &relation) || relation.type == NULL)
		put_null(call, row);
	else
		call->result->i64[row] = oid;
	return 0;
}
CATALOG_KERNEL(filenode)

static const struct func_row rows[] = {
	{ FN_PG_COLLATION_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_COLUMN_IS_UPDATABLE, { run_never, true } },
	{ FN_PG_CONVERSION_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_FUNCTION_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_OPCLASS_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_OPERATOR_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_OPFAMILY_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_RELATION_FILENODE, { run_filenode, false } },
	{ FN_PG_RELATION_IS_PUBLISHABLE, { run_never, true } },
	{ FN_PG_RELATION_IS_UPDATABLE, { run_is_updatable, false } },
	{ FN_PG_STATISTICS_OBJ_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_TABLE_IS_VISIBLE, { run_table_is_visible, false } },
	{ FN_PG_TS_CONFIG_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_TS_DICT_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_TS_PARSER_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_TS_TEMPLATE_IS_VISIBLE, { run_built_in, false } },
	{ FN_PG_TYPE_IS_VISIBLE, { run_type_is_visible, false } },
};

const struct func_family func_visible = { rows, ARRAY_LEN(rows) };
