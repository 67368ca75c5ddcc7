/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_method.c -- arithmetic and methods.
 */
#include "exec/jsonpath_private.h"
#include "types/float_text.h"
#include "types/numeric.h"

/* ---- arithmetic ---- */

static int
compute(enum jsonpath_kind kind, const struct numeric *left,
    const struct numeric *right, struct arena *arena, struct numeric *out,
    struct error *err)
{
	switch (kind) {
	case JSONPATH_ADD:
		return numeric_add(left, right, arena, out, err);
	case JSONPATH_SUBTRACT:
		return numeric_subtract(left, right, arena, out, err);
	case JSONPATH_MULTIPLY:
		return numeric_multiply(left, right, arena, out, err);
	case JSONPATH_DIVIDE:
		return numeric_divide(left, right, arena, out, err);
	default:
		return numeric_modulo(left, right, arena, out, err);
	}
}

/* The only item of an operand, a number. */
static enum jsonpath_result
operand(struct jsonpath_run *run, const struct jsonpath_node *path,
    const struct jsonpath_node *side, const char *which, struct json_node *item,
    struct numeric *out)
{
	struct json_items items = { .count = 0 };

	if (jsonpath_unwrapped(run, side, item, true, &items) ==
	    JSONPATH_FAILED)
		return JSONPATH_FAILED;
	if (items.count != 1 || items.items[0]->kind != JSON_NUMBER)
		return jsonpath_fail(run, STELE_E_SINGLETON_JSON_ITEM_REQUIRED,
		    "%s operand of jsonpath operator %s is not a single numeric"
		    " value",
		    which, jsonpath_name(path->kind));
	*out = jsonpath_numeric(run, items.items[0]);
	return run->rc != 0 ? JSONPATH_FAILED : JSONPATH_FOUND;
}

/* An error that the document's numbers are to blame for. */
static bool
is_of_numbers(int rc)
{
	return rc == STELE_E_DIVISION_BY_ZERO ||
	    rc == STELE_E_NUMERIC_OUT_OF_RANGE;
}

enum jsonpath_result
jsonpath_arithmetic(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	struct numeric left, right, value;
	enum jsonpath_result result;
	int rc;

	result = operand(run, path, path->left, "left", item, &left);
	if (result == JSONPATH_FOUND)
		result = operand(run, path, path->right, "right", item, &right);
	if (result != JSONPATH_FOUND)
		return result;
	rc = compute(path->kind, &left, &right, run->arena, &value, run->err);
	if (rc != 0) {
		run->rc = run->throws || !is_of_numbers(rc) ? rc : 0;
		return JSONPATH_FAILED;
	}
	return jsonpath_go_on(run, path, jsonpath_number(run, &value), found);
}

enum jsonpath_result
jsonpath_sign(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	enum jsonpath_result result = JSONPATH_NOT_FOUND;
	struct json_items items = { .count = 0 };

	if (jsonpath_unwrapped(run, path->left, item, true, &items) ==
	    JSONPATH_FAILED)
		return JSONPATH_FAILED;
	for (uint32_t i = 0; i < items.count; i++) {
		struct json_node *number = items.items[i];
		enum jsonpath_result its;

		if (number->kind != JSON_NUMBER) {
			if (found == NULL && path->next == NULL)
				continue;
			return jsonpath_fail(run, STELE_E_JSON_NUMBER_NOT_FOUND,
			    "operand of unary jsonpath operator %s is not a"
			    " numeric value",
			    jsonpath_name(path->kind));
		}
		if (path->kind == JSONPATH_MINUS) {
			struct numeric value = jsonpath_numeric(run, number);

			value = numeric_negate(&value);
			number = jsonpath_number(run, &value);
		}
		its = jsonpath_go_on(run, path, number, found);
		if (its == JSONPATH_FAILED)
			return its;
		if (its == JSONPATH_FOUND && found == NULL)
			return its;
		if (its == JSONPATH_FOUND)
			result = its;
	}
	return result;
}

/* ---- methods ---- */

static const char *
type_name(const struct json_node *item)
{
	switch (item->kind) {
	case JSON_OBJECT_BEGIN:
		return "object";
	case JSON_ARRAY_BEGIN:
		return "array";
	case JSON_STRING:
		return "string";
	case JSON_NUMBER:
		return "number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "boolean";
	default:
		return "null";
	}
}

static enum jsonpath_result
run_size(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	bool is_array = item->kind == JSON_ARRAY_BEGIN;
	const struct numeric size = numeric_of_i64(is_array ? item->count : 1);

	if (!is_array && !run->is_lax) {
		if (run->ignores_structure)
			return JSONPATH_NOT_FOUND;
		return jsonpath_fail(run, STELE_E_JSON_ARRAY_NOT_FOUND,
		    "jsonpath item method .%s() can only be applied to an"
		    " array",
		    jsonpath_name(path->kind));
	}
	return jsonpath_go_on(run, path, jsonpath_number(run, &size), found);
}

static enum jsonpath_result
run_numeric(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	struct numeric value;
	int rc = 0;

	if (item->kind != JSON_NUMBER)
		return jsonpath_fail(run, STELE_E_NON_NUMERIC_JSON_ITEM,
		    "jsonpath item method .%s() can only be applied to a"
		    " numeric value",
		    jsonpath_name(path->kind));
	value = jsonpath_numeric(run, item);
	if (path->kind == JSONPATH_ABS)
		value = numeric_abs(&value);
	else
		rc = numeric_rescale(&value, 0,
		    path->kind == JSONPATH_FLOOR ? NUMERIC_FLOOR : NUMERIC_CEIL,
		    run->arena, &value, run->err);
	if (run->rc == 0)
		run->rc = rc;
	return run->rc != 0
	    ? JSONPATH_FAILED
	    : jsonpath_go_on(run, path, jsonpath_number(run, &value), found);
}

static enum jsonpath_result
run_double(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	struct numeric value;
	double number;

	if (item->kind != JSON_NUMBER && item->kind != JSON_STRING)
		return jsonpath_fail(run, STELE_E_NON_NUMERIC_JSON_ITEM,
		    "jsonpath item method .%s() can only be applied to a"
		    " string or numeric value",
		    jsonpath_name(path->kind));
	if (item->kind == JSON_NUMBER) {
		if (float8_parse(item->slice, &number) != FLOAT_PARSE_OK)
			return jsonpath_fail(run, STELE_E_NON_NUMERIC_JSON_ITEM,
			    "numeric argument of jsonpath item method .%s() is"
			    " out of range for type double precision",
			    jsonpath_name(path->kind));
		return jsonpath_go_on(run, path, item, found);
	}
	if (float8_parse(item->text, &number) != FLOAT_PARSE_OK ||
	    !isfinite(number))
		return jsonpath_fail(run, STELE_E_NON_NUMERIC_JSON_ITEM,
		    "string argument of jsonpath item method .%s() is not a"
		    " valid representation of a double precision number",
		    jsonpath_name(path->kind));
	run->rc = numeric_of_f64(number, 15, run->arena, &value, run->err);
	return run->rc != 0
	    ? JSONPATH_FAILED
	    : jsonpath_go_on(run, path, jsonpath_number(run, &value), found);
}

/* A copy that stands in another object. */
static struct json_node *
copy_of(struct jsonpath_run *run, const struct json_node *node)
{
	struct json_node *copy = json_node_new(run->arena, node->kind);

	*copy = *node;
	copy->next = NULL;
	return copy;
}

static enum jsonpath_result
run_keyvalue(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	const struct numeric id = numeric_of_i64((int64_t)item->offset);
	enum jsonpath_result result = JSONPATH_NOT_FOUND;

	if (item->kind != JSON_OBJECT_BEGIN)
		return jsonpath_fail(run, STELE_E_JSON_OBJECT_NOT_FOUND,
		    "jsonpath item method .%s() can only be applied to an"
		    " object",
		    jsonpath_name(path->kind));
	for (const struct json_node *member = item->first; member != NULL;
	     member = member->next) {
		struct json_node *pair =
		    json_node_new(run->arena, JSON_OBJECT_BEGIN);
		enum jsonpath_result its;

		json_node_set(pair, STR("id"), jsonpath_number(run, &id));
		json_node_set(pair, STR("key"),
		    jsonpath_string(run, member->name));
		json_node_set(pair, STR("value"), copy_of(run, member));
		its = jsonpath_go_on(run, path, pair, found);
		if (its == JSONPATH_FAILED)
			return its;
		if (its == JSONPATH_FOUND && found == NULL)
			return its;
		if (its == JSONPATH_FOUND)
			result = its;
	}
	return result;
}

enum jsonpath_result
jsonpath_method(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	switch (path->kind) {
	case JSONPATH_TYPE:
		return jsonpath_go_on(run, path,
		    jsonpath_string(run, str_of_cstr(type_name(item))), found);
	case JSONPATH_SIZE:
		return run_size(run, path, item, found);
	case JSONPATH_DOUBLE:
		return run_double(run, path, item, found);
	case JSONPATH_KEYVALUE:
		return run_keyvalue(run, path, item, found);
	case JSONPATH_DATETIME:
		run->rc = error_set(run->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "jsonpath item method .datetime() is not supported");
		return JSONPATH_FAILED;
	default:
		return run_numeric(run, path, item, found);
	}
}
