/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_describe.c -- objects as text: types, views, expressions, comments.
 */
#include <inttypes.h>

#include "common/quote.h"
#include "engine/catalog/catalog.h"
#include "exec/func_catalog.h"
#include "plan/comment.h"
#include "plan/deparse.h"
#include "plan/schema.h"
#include "plan/temp_table.h"

/* ---- types ---- */

/* A null modifier is not the same as none: char is character(1) then. */
static int
format_type(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	bool has_mod = !vec_is_null(&call->args[1], row);
	bool is_known = true;
	uint32_t oid;
	struct buf text;
	int rc;

	if (vec_is_null(&call->args[0], row)) {
		put_null(call, row);
		return 0;
	}
	oid = arg_oid(call, 0, row);
	buf_init(&text);
	if (oid == 0)
		buf_put_u8(&text, '-');
	else if (has_mod)
		is_known = names_put_type_mod(names, oid,
		    (int32_t)ARG(call, 1, i64, row), &text);
	else
		is_known = names_put_type(names, oid, &text);
	if (!is_known)
		buf_put_cstr(&text, "???");
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
CATALOG_KERNEL(format_type)

/* ---- views ---- */

#define PRETTY_COLUMN_DEFAULT 0 /* each item of a list has a line */

/* The second argument: whether to be pretty, or the column to wrap at. */
static struct deparse_style
style_of(const struct function_call *call, uint32_t row)
{
	struct deparse_style style = { .wrap_column = PRETTY_COLUMN_DEFAULT };
	bool has_column =
	    call->arg_count > 1 && call->arg_types[1].oid == TYPE_INT4;

	if (has_column)
		style.wrap_column = (int)ARG(call, 1, i64, row);
	style.is_pretty =
	    has_column || (call->arg_count > 1 && ARG(call, 1, boolean, row));
	if (style.wrap_column < 0)
		style.wrap_column = DEPARSE_NO_WRAP;
	return style;
}

/* The query of a view; null for what is none. */
static int
put_view(struct function_call *call, uint32_t row,
    const struct plan_context *names, const struct relation *relation)
{
	struct str text;
	int rc = deparse_view(names, relation, style_of(call, row), call->arena,
	    &text, call->err);

	if (rc != 0)
		return rc;
	if (text.len == 0)
		put_null(call, row);
	else
		call->result->str[row] = text;
	return 0;
}

static int
viewdef_of_oid(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation = { .oid = 0 };

	(void)find_relation(names, arg_oid(call, 0, row), &relation);
	return put_view(call, row, names, &relation);
}
CATALOG_KERNEL(viewdef_of_oid)

static int
viewdef_of_name(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	struct relation relation;
	int rc = names_find_relation(names, ARG(call, 0, str, row), &relation,
	    call->err);

	return rc != 0 ? rc : put_view(call, row, names, &relation);
}
CATALOG_KERNEL(viewdef_of_name)

/* A parsed expression is kept as its text. */
static int
run_get_expr(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 call->result->str[row] = ARG(call, 0, str, row););
	return 0;
}

/* ---- roles and sequences ---- */

static int
user_by_id(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	uint32_t oid = arg_oid(call, 0, row);
	struct str name;

	call->result->str[row] = names_role_name(names, oid, &name)
	    ? name
	    : arena_printf(call->arena, "unknown (OID=%" PRIu32 ")", oid);
	return 0;
}
CATALOG_KERNEL(user_by_id)

static int
put_sequence(struct function_call *call, uint32_t row,
    const struct temp_sequence *sequence)
{
	struct buf text;
	int rc;

	buf_init(&text);
	buf_printf(&text, "%s.", schema_by_oid(SCHEMA_PG_TEMP)->name);
	quote_put_name(&text, sequence->name);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}

/* Of event_ids, and of temporary tables; but table and column must exist. */
static int
serial_sequence(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	const struct relation_space space = names_space(names);
	struct str column = ARG(call, 1, str, row);
	const struct temp_sequence *sequence;
	struct relation relation;
	uint32_t attnum;
	int rc = names_find_relation(names, ARG(call, 0, str, row), &relation,
	    call->err);

	if (rc != 0)
		return rc;
	attnum = relation_column_find(&space, &relation, column);
	if (attnum == 0)
		return error_set(call->err, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" of relation \"%.*s\" does not exist",
		    STR_FMT(column), STR_FMT(relation.name));
	if (relation.type != NULL && attnum == COLUMN_EVENT_ID)
		call->result->str[row] = STR(EVENT_ID_SEQUENCE_NAME);
	else if ((sequence = temp_sequence_of_column(space.temp, relation.oid,
		      attnum)) != NULL)
		return put_sequence(call, row, sequence);
	else
		put_null(call, row);
	return 0;
}
CATALOG_KERNEL(serial_sequence)

/* ---- comments ---- */

static void
put_comment(struct function_call *call, uint32_t row,
    const struct plan_context *names, uint32_t class_oid, uint32_t attnum)
{
	const struct relation_space space = names_space(names);
	struct str *out = &call->result->str[row];

	if (!comment_find(&space, class_oid, arg_oid(call, 0, row), attnum,
		out))
		put_null(call, row);
}

/* Without a catalogue, any may have the OID. */
static int
obj_description(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	static const uint32_t classes[] = { PG_CLASS_OID, PG_TYPE_OID,
		PG_NAMESPACE_OID };
	const struct relation_space space = names_space(names);
	struct str found;

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (!comment_find(&space, classes[i], arg_oid(call, 0, row), 0,
			&found))
			continue;
		call->result->str[row] = found;
		return 0;
	}
	put_null(call, row);
	return 0;
}
CATALOG_KERNEL(obj_description)

static int
obj_description_in(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	static const struct {
		const char *name;
		uint32_t oid;
	} classes[] = {
		{ "pg_class", PG_CLASS_OID },
		{ "pg_namespace", PG_NAMESPACE_OID },
		{ "pg_type", PG_TYPE_OID },
	};
	struct str name = ARG(call, 1, str, row);
	uint32_t class_oid = 0;

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (str_equal(name, str_of_cstr(classes[i].name)))
			class_oid = classes[i].oid;
	put_comment(call, row, names, class_oid, 0);
	return 0;
}
CATALOG_KERNEL(obj_description_in)

static int
col_description(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	int64_t attnum = ARG(call, 1, i64, row);

	if (attnum >= 0) /* 0: the relation's own, as in PostgreSQL */
		put_comment(call, row, names, PG_CLASS_OID, (uint32_t)attnum);
	else
		put_null(call, row);
	return 0;
}
CATALOG_KERNEL(col_description)

static int
shobj_description(struct function_call *call, uint32_t row,
    const struct plan_context *names)
{
	bool is_database =
	    str_equal(ARG(call, 1, str, row), STR("pg_database"));

	put_comment(call, row, names, is_database ? PG_DATABASE_OID : 0, 0);
	return 0;
}
CATALOG_KERNEL(shobj_description)

static const struct func_row rows[] = {
	{ FN_COL_DESCRIPTION, { run_col_description, false } },
	{ FN_FORMAT_TYPE, { run_format_type, false } },
	{ FN_OBJ_DESCRIPTION_OID, { run_obj_description, false } },
	{ FN_OBJ_DESCRIPTION_OID_NAME, { run_obj_description_in, false } },
	{ FN_PG_GET_EXPR_PG_NODE_TREE_OID, { run_get_expr, false } },
	{ FN_PG_GET_EXPR_PG_NODE_TREE_OID_BOOL, { run_get_expr, false } },
	{ FN_PG_GET_SERIAL_SEQUENCE, { run_serial_sequence, false } },
	{ FN_PG_GET_USERBYID, { run_user_by_id, false } },
	{ FN_PG_GET_VIEWDEF_OID, { run_viewdef_of_oid, false } },
	{ FN_PG_GET_VIEWDEF_OID_BOOL, { run_viewdef_of_oid, false } },
	{ FN_PG_GET_VIEWDEF_OID_INT4, { run_viewdef_of_oid, false } },
	{ FN_PG_GET_VIEWDEF_TEXT, { run_viewdef_of_name, false } },
	{ FN_PG_GET_VIEWDEF_TEXT_BOOL, { run_viewdef_of_name, false } },
	{ FN_SHOBJ_DESCRIPTION, { run_shobj_description, false } },
};

const struct func_family func_describe = { rows, ARRAY_LEN(rows) };
