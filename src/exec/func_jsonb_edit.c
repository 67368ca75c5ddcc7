/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_jsonb_edit.c -- documents made of documents: ||, -, #-, jsonb_set(),
 * jsonb_insert(), jsonb_strip_nulls(), jsonb_pretty().
 */
#include "exec/func_array.h"
#include "exec/json_path.h"
#include "exec/json_tree.h"

static int
read_arg(struct function_call *call, uint32_t arg, uint32_t row,
    struct json_node **out)
{
	return json_tree_read(ARG(call, arg, str, row), call->arena, out,
	    call->err);
}

typedef void (*put_fn)(const struct json_node *node, struct buf *out);

static int
put_tree(struct function_call *call, uint32_t row, const struct json_node *node,
    put_fn put)
{
	struct buf text;
	int rc;

	buf_init_charged(&text, call->arena->budget);
	put(node, &text);
	rc = put_json(call, row, &text);
	buf_release(&text);
	return rc;
}

static int
bad_value(struct function_call *call, const char *text)
{
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE, "%s",
	    text);
}

/* ---- || ---- */

static struct json_node *
as_array(struct function_call *call, struct json_node *node)
{
	struct json_node *array;

	if (node->kind == JSON_ARRAY_BEGIN)
		return node;
	array = json_node_new(call->arena, JSON_ARRAY_BEGIN);
	json_node_insert(array, &array->first, node);
	return array;
}

static int
jsonb_concat_row(struct function_call *call, uint32_t row)
{
	struct json_node *a, *b;
	int rc;

	rc = read_arg(call, 0, row, &a);
	if (rc == 0)
		rc = read_arg(call, 1, row, &b);
	if (rc != 0)
		return rc;
	if (a->kind == JSON_OBJECT_BEGIN && b->kind == JSON_OBJECT_BEGIN) {
		json_node_merge(a, b);
		return put_tree(call, row, a, json_tree_put);
	}
	a = as_array(call, a);
	b = as_array(call, b);
	*json_node_end(a) = b->first;
	a->count += b->count;
	return put_tree(call, row, a, json_tree_put);
}

/* ---- - ---- */

/* What can be deleted from. */
static int
read_container(struct function_call *call, uint32_t row, struct json_node **out)
{
	int rc = read_arg(call, 0, row, out);

	if (rc == 0 && json_node_is_scalar(*out))
		return bad_value(call, "cannot delete from scalar");
	return rc;
}

/* A member of an object, all equal strings of an array. */
static void
delete_name(struct json_node *node, struct str name)
{
	struct json_node **at = &node->first;

	while (*at != NULL) {
		bool is_it = node->kind == JSON_OBJECT_BEGIN
		    ? str_equal((*at)->name, name)
		    : (*at)->kind == JSON_STRING &&
			str_equal((*at)->text, name);

		if (is_it)
			json_node_remove(node, at);
		else
			at = &(*at)->next;
	}
}

static int
jsonb_delete_row(struct function_call *call, uint32_t row)
{
	struct json_node *node;
	int rc;

	rc = read_container(call, row, &node);
	if (rc != 0)
		return rc;
	delete_name(node, ARG(call, 1, str, row));
	return put_tree(call, row, node, json_tree_put);
}

static int
jsonb_delete_array_row(struct function_call *call, uint32_t row)
{
	const struct array names = arg_array(call, 1, row);
	struct json_node *node;
	int rc;

	if (names.shape.dims > 1)
		return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
		    "wrong number of array subscripts");
	rc = read_container(call, row, &node);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < names.count && !cancel_is_set(call->cancel);
	     i++) {
		struct datum name = array_get(&names, PHYS_STR, i, call->arena);

		if (!name.is_null)
			delete_name(node, name.str);
	}
	return put_tree(call, row, node, json_tree_put);
}

static int
jsonb_delete_index_row(struct function_call *call, uint32_t row)
{
	int64_t index = ARG(call, 1, i64, row);
	struct json_node *node;
	int rc;

	rc = read_container(call, row, &node);
	if (rc != 0)
		return rc;
	if (node->kind == JSON_OBJECT_BEGIN)
		return bad_value(call,
		    "cannot delete from object using integer index");
	if (index < 0)
		index += node->count;
	if (index >= 0 && index < node->count)
		json_node_remove(node,
		    json_node_element(node, (uint32_t)index));
	return put_tree(call, row, node, json_tree_put);
}

/* ---- paths ---- */

static int
edit_path(struct function_call *call, uint32_t row, struct json_edit *edit)
{
	const struct array path = arg_array(call, 1, row);
	struct datum *steps;
	struct json_node *node;
	int rc;

	rc = read_arg(call, 0, row, &node);
	if (rc != 0)
		return rc;
	if (path.shape.dims > 1)
		return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
		    "wrong number of array subscripts");
	if (json_node_is_scalar(node))
		return bad_value(call,
		    edit->how == JSON_EDIT_DELETE
			? "cannot delete path in scalar"
			: "cannot set path in scalar");
	/* Nothing is there: as in PostgreSQL, the path is not looked at. */
	if (node->count == 0 &&
	    (edit->how == JSON_EDIT_DELETE || edit->how == JSON_EDIT_REPLACE))
		return put_tree(call, row, node, json_tree_put);
	edit->step_count = path.count;
	rc = array_elements(&path, PHYS_STR, call->arena, &steps, call->err);
	edit->steps = steps;
	if (rc == 0)
		rc = json_edit(edit, node, call->err);
	return rc != 0 ? rc : put_tree(call, row, node, json_tree_put);
}

static int
jsonb_delete_path_row(struct function_call *call, uint32_t row)
{
	struct json_edit edit = { .how = JSON_EDIT_DELETE };

	return edit_path(call, row, &edit);
}

static int
jsonb_set_row(struct function_call *call, uint32_t row)
{
	struct json_edit edit = { .how = ARG(call, 3, boolean, row) != 0
		    ? JSON_EDIT_SET
		    : JSON_EDIT_REPLACE };
	int rc = read_arg(call, 2, row, &edit.value);

	return rc != 0 ? rc : edit_path(call, row, &edit);
}

static int
bad_treatment(struct function_call *call)
{
	return bad_value(call,
	    "null_value_treatment must be \"delete_key\", \"return_target\","
	    " \"use_json_null\", or \"raise_exception\"");
}

static int
null_raised(struct function_call *call)
{
	(void)error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
	    "JSON value must not be null");
	(void)error_detail(call->err,
	    "Exception was raised because null_value_treatment is"
	    " \"raise_exception\".");
	return error_hint(call->err,
	    "To avoid, either change the null_value_treatment argument or"
	    " ensure that an SQL NULL is not passed.");
}

/* jsonb_set_lax() without a new value: what the last argument says. */
static int
set_null(struct function_call *call, uint32_t row)
{
	struct str how = ARG(call, 4, str, row);
	struct json_edit edit = { .how = ARG(call, 3, boolean, row) != 0
		    ? JSON_EDIT_SET
		    : JSON_EDIT_REPLACE };

	if (str_equal(how, STR("raise_exception")))
		return null_raised(call);
	if (str_equal(how, STR("use_json_null"))) {
		int rc = json_tree_read(STR("null"), call->arena, &edit.value,
		    call->err);

		return rc != 0 ? rc : edit_path(call, row, &edit);
	}
	if (str_equal(how, STR("delete_key")))
		return jsonb_delete_path_row(call, row);
	if (!str_equal(how, STR("return_target")))
		return bad_treatment(call);
	call->result->str[row] = ARG(call, 0, str, row);
	return 0;
}

static int
jsonb_set_lax_row(struct function_call *call, uint32_t row)
{
	if (arg_is_null(call, 0, row) || arg_is_null(call, 1, row) ||
	    arg_is_null(call, 3, row)) {
		put_null(call, row);
		return 0;
	}
	if (arg_is_null(call, 4, row))
		return bad_treatment(call);
	return arg_is_null(call, 2, row) ? set_null(call, row)
					 : jsonb_set_row(call, row);
}

static int
jsonb_insert_row(struct function_call *call, uint32_t row)
{
	struct json_edit edit = { .how = ARG(call, 3, boolean, row) != 0
		    ? JSON_EDIT_INSERT_AFTER
		    : JSON_EDIT_INSERT_BEFORE };
	int rc = read_arg(call, 2, row, &edit.value);

	return rc != 0 ? rc : edit_path(call, row, &edit);
}

/* ---- the whole ---- */

/* Members that are null; elements stay. */
static void
strip_nulls(struct json_node *node)
{
	struct json_node **at = &node->first;

	while (*at != NULL) {
		if (node->kind == JSON_OBJECT_BEGIN &&
		    (*at)->kind == JSON_NULL) {
			json_node_remove(node, at);
			continue;
		}
		strip_nulls(*at);
		at = &(*at)->next;
	}
}

static int
json_strip_nulls_row(struct function_call *call, uint32_t row)
{
	struct json_node *node;
	int rc = read_arg(call, 0, row, &node);

	if (rc != 0)
		return rc;
	strip_nulls(node);
	return put_tree(call, row, node,
	    call->function->result == TYPE_JSONB ? json_tree_put
						 : json_tree_put_tight);
}

static void
put_pretty(const struct json_node *node, struct buf *out)
{
	json_tree_put_pretty(node, 0, out);
}

static int
jsonb_pretty_row(struct function_call *call, uint32_t row)
{
	struct json_node *node;
	int rc = read_arg(call, 0, row, &node);

	return rc != 0 ? rc : put_tree(call, row, node, put_pretty);
}

ROW_KERNEL(jsonb_concat)
ROW_KERNEL(jsonb_delete)
ROW_KERNEL(jsonb_delete_array)
ROW_KERNEL(jsonb_delete_index)
ROW_KERNEL(jsonb_delete_path)
ROW_KERNEL(jsonb_set)
ROW_KERNEL(jsonb_set_lax)
ROW_KERNEL(jsonb_insert)
ROW_KERNEL(json_strip_nulls)
ROW_KERNEL(jsonb_pretty)

static const struct func_row edit_rows[] = {
	{ FN_JSONB_CONCAT, { jsonb_concat, false } },
	{ FN_JSONB_DELETE, { jsonb_delete, false } },
	{ FN_JSONB_DELETE_ARRAY, { jsonb_delete_array, false } },
	{ FN_JSONB_DELETE_INDEX, { jsonb_delete_index, false } },
	{ FN_JSONB_DELETE_PATH, { jsonb_delete_path, false } },
	{ FN_JSONB_SET, { jsonb_set, false } },
	{ FN_JSONB_SET_LAX, { jsonb_set_lax, false } },
	{ FN_JSONB_INSERT, { jsonb_insert, false } },
	{ FN_JSON_STRIP_NULLS, { json_strip_nulls, false } },
	{ FN_JSONB_STRIP_NULLS, { json_strip_nulls, false } },
	{ FN_JSONB_PRETTY, { jsonb_pretty, false } },
};

const struct func_family func_jsonb_edit = { edit_rows, ARRAY_LEN(edit_rows) };
