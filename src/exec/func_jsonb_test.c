/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_jsonb_test.c -- what documents contain: @>, <@, ?, ?| and ?&.
 */
#include "exec/func_array.h"
#include "exec/json_tree.h"
#include "types/json_compare.h"

/* ---- @> ---- */

/*
 * A search is given up when the statement is cancelled: what it says then is
 * not looked at.
 */
static bool contains(const struct json_node *whole,
    const struct json_node *part, const atomic_bool *cancel);

static bool
same_scalar(const struct json_node *a, const struct json_node *b)
{
	return json_node_is_scalar(a) && json_node_is_scalar(b) &&
	    jsonb_compare(a->slice, b->slice) == 0;
}

static bool
has_like(const struct json_node *array, const struct json_node *part,
    const atomic_bool *cancel)
{
	for (const struct json_node *item = array->first;
	     item != NULL && !cancel_is_set(cancel); item = item->next) {
		if (json_node_is_scalar(part) ? same_scalar(item, part)
					      : contains(item, part, cancel))
			return true;
	}
	return false;
}

/* The members of both are in order. */
static bool
has_members(const struct json_node *object, const struct json_node *part,
    const atomic_bool *cancel)
{
	const struct json_node *at = object->first;

	for (const struct json_node *member = part->first; member != NULL;
	     member = member->next) {
		while (
		    at != NULL && json_name_is_before(at->name, member->name))
			at = at->next;
		if (at == NULL || !str_equal(at->name, member->name))
			return false;
		if (json_node_is_scalar(member) ? !same_scalar(at, member)
						: !contains(at, member, cancel))
			return false;
	}
	return true;
}

/* Of two containers. */
static bool
contains(const struct json_node *whole, const struct json_node *part,
    const atomic_bool *cancel)
{
	if (whole->kind != part->kind)
		return false;
	if (whole->kind == JSON_OBJECT_BEGIN)
		return has_members(whole, part, cancel);
	for (const struct json_node *item = part->first; item != NULL;
	     item = item->next) {
		if (!has_like(whole, item, cancel))
			return false;
	}
	return true;
}

/* At the top, an array may contain a scalar. */
static bool
contains_at_top(const struct json_node *whole, const struct json_node *part,
    const atomic_bool *cancel)
{
	if (!json_node_is_scalar(part))
		return contains(whole, part, cancel);
	if (whole->kind == JSON_ARRAY_BEGIN)
		return has_like(whole, part, cancel);
	return same_scalar(whole, part);
}

static int
test_rows(struct function_call *call, uint32_t whole_arg, uint32_t part_arg)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct json_node *whole, *part;

		rc = json_tree_read(ARG(call, whole_arg, str, row), call->arena,
		    &whole, call->err);
		if (rc == 0)
			rc = json_tree_read(ARG(call, part_arg, str, row),
			    call->arena, &part, call->err);
		if (rc == 0)
			call->result->boolean[row] =
			    contains_at_top(whole, part, call->cancel);
	}
	return rc;
}

static int
jsonb_contains(struct function_call *call)
{
	return test_rows(call, 0, 1);
}

static int
jsonb_contained(struct function_call *call)
{
	return test_rows(call, 1, 0);
}

/* ---- ? ---- */

/* A member, a string that is an element, or the string itself. */
static bool
has_name(struct json_node *node, struct str name)
{
	if (node->kind == JSON_OBJECT_BEGIN)
		return json_node_member(node, name) != NULL;
	if (node->kind == JSON_STRING)
		return str_equal(node->text, name);
	for (const struct json_node *item = node->first; item != NULL;
	     item = item->next) {
		if (item->kind == JSON_STRING && str_equal(item->text, name))
			return true;
	}
	return false;
}

static int
jsonb_exists_row(struct function_call *call, uint32_t row)
{
	struct json_node *node;
	int rc;

	rc = json_tree_read(ARG(call, 0, str, row), call->arena, &node,
	    call->err);
	if (rc == 0)
		call->result->boolean[row] =
		    has_name(node, ARG(call, 1, str, row));
	return rc;
}

ROW_KERNEL(jsonb_exists)

/* Whether any name is there, or all; nulls are not asked for. */
static int
exists_many(struct function_call *call, uint32_t row, bool all)
{
	const struct array names = arg_array(call, 1, row);
	struct json_node *node;
	bool result = all;
	int rc;

	rc = json_tree_read(ARG(call, 0, str, row), call->arena, &node,
	    call->err);
	for (uint32_t i = 0; i < names.count && rc == 0 && result == all &&
	     !cancel_is_set(call->cancel);
	     i++) {
		struct datum name = array_get(&names, PHYS_STR, i, call->arena);

		if (!name.is_null && has_name(node, name.str) != all)
			result = !all;
	}
	if (rc == 0)
		call->result->boolean[row] = result;
	return rc;
}

static int
jsonb_exists_any_row(struct function_call *call, uint32_t row)
{
	return exists_many(call, row, false);
}

static int
jsonb_exists_all_row(struct function_call *call, uint32_t row)
{
	return exists_many(call, row, true);
}

ROW_KERNEL(jsonb_exists_any)
ROW_KERNEL(jsonb_exists_all)

static const struct func_row test_rows_of[] = {
	{ FN_JSONB_CONTAINS, { jsonb_contains, false } },
	{ FN_JSONB_CONTAINED, { jsonb_contained, false } },
	{ FN_JSONB_EXISTS, { jsonb_exists, false } },
	{ FN_JSONB_EXISTS_ANY, { jsonb_exists_any, false } },
	{ FN_JSONB_EXISTS_ALL, { jsonb_exists_all, false } },
};

const struct func_family func_jsonb_test = { test_rows_of,
	ARRAY_LEN(test_rows_of) };
