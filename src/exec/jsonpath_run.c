/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_run.c -- items and accessors.  The rules are PostgreSQL's: in the lax
 * mode arrays become their elements where no array is meant, other items become
 * arrays of one where one is, and what is missing is not there.
 */
#include "common/cancel.h"
#include "exec/jsonpath_private.h"
#include "types/numeric.h"

#define ITEMS_MIN 16u

/* ---- items ---- */

static enum jsonpath_result
add_item(struct jsonpath_run *run, struct json_items *to,
    struct json_node *item)
{
	if (to->count == to->capacity) {
		uint32_t capacity =
		    to->capacity == 0 ? ITEMS_MIN : 2 * to->capacity;
		struct json_node **items = arena_try_alloc(run->arena,
		    capacity * sizeof(struct json_node *));

		if (items == NULL) {
			run->rc = error_no_memory(run->err);
			return JSONPATH_FAILED;
		}
		if (to->count > 0)
			memcpy(items, to->items,
			    to->count * sizeof(struct json_node *));
		to->items = items;
		to->capacity = capacity;
	}
	to->items[to->count++] = item;
	return JSONPATH_FOUND;
}

static struct json_node *
jsonpath_scalar(struct jsonpath_run *run, enum json_token kind)
{
	struct json_node *node = json_node_new(run->arena, kind);

	node->slice = kind == JSON_TRUE ? STR("true")
	    : kind == JSON_FALSE        ? STR("false")
					: STR("null");
	return node;
}

struct json_node *
jsonpath_number(struct jsonpath_run *run, const struct numeric *value)
{
	struct json_node *node = json_node_new(run->arena, JSON_NUMBER);
	struct buf text;

	buf_init_charged(&text, run->arena->budget);
	numeric_put(value, &text);
	node->slice = arena_str(run->arena, buf_str(&text));
	run->arena->failed |= text.failed;
	buf_release(&text);
	return node;
}

struct json_node *
jsonpath_string(struct jsonpath_run *run, struct str text)
{
	struct json_node *node = json_node_new(run->arena, JSON_STRING);
	struct buf quoted;

	buf_init_charged(&quoted, run->arena->budget);
	json_put_string(&quoted, text);
	node->text = text;
	node->slice = arena_str(run->arena, buf_str(&quoted));
	run->arena->failed |= quoted.failed;
	buf_release(&quoted);
	return node;
}

struct numeric
jsonpath_numeric(struct jsonpath_run *run, const struct json_node *number)
{
	struct numeric value = numeric_of_i64(0);

	if (numeric_parse(number->slice, run->arena, &value) !=
	    NUMERIC_PARSE_OK)
		run->rc = error_set(run->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "value overflows numeric format");
	if (run->rc == 0)
		run->rc = arena_check(run->arena, run->err);
	return value;
}

/* A literal or a variable; NULL if there is no such variable. */
static struct json_node *
jsonpath_literal(struct jsonpath_run *run, const struct jsonpath_node *path)
{
	struct json_node **member = NULL;
	struct json_node *node;

	switch (path->kind) {
	case JSONPATH_NULL:
		return jsonpath_scalar(run, JSON_NULL);
	case JSONPATH_TRUE:
		return jsonpath_scalar(run, JSON_TRUE);
	case JSONPATH_FALSE:
		return jsonpath_scalar(run, JSON_FALSE);
	case JSONPATH_STRING:
		return jsonpath_string(run, path->text);
	case JSONPATH_NUMBER:
		node = json_node_new(run->arena, JSON_NUMBER);
		node->slice = path->text;
		return node;
	default:
		break;
	}
	if (run->input->variables != NULL)
		member = json_node_member(run->input->variables, path->text);
	if (member != NULL)
		return *member;
	run->rc = error_set(run->err, STELE_E_UNDEFINED_OBJECT,
	    "could not find jsonpath variable \"%.*s\"", STR_FMT(path->text));
	return NULL;
}

/* ---- going on ---- */

static enum jsonpath_result run_node(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item,
    struct json_items *found, bool unwraps);

static enum jsonpath_result
go_to(struct jsonpath_run *run, const struct jsonpath_node *next,
    struct json_node *item, struct json_items *found)
{
	if (next != NULL)
		return jsonpath_item(run, next, item, found);
	return found == NULL ? JSONPATH_FOUND : add_item(run, found, item);
}

enum jsonpath_result
jsonpath_go_on(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	return go_to(run, path->next, item, found);
}

enum jsonpath_result
jsonpath_item(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	return run_node(run, path, item, found, run->is_lax);
}

/* Whether nobody wants another item. */
static bool
is_enough(enum jsonpath_result result, const struct json_items *found)
{
	return result == JSONPATH_FAILED ||
	    (result == JSONPATH_FOUND && found == NULL);
}

/* What is applied to what is in an item, from some level to another. */
struct descent {
	const struct jsonpath_node *path; /* NULL: they are found */
	uint32_t first;
	uint32_t last;
	bool ignores_structure;
	bool unwraps;
};

static bool
is_wanted(const struct descent *descent, const struct json_node *child,
    uint32_t level)
{
	if (descent->first == JSONPATH_LEVEL_LAST &&
	    descent->last == JSONPATH_LEVEL_LAST)
		return json_node_is_scalar(child);
	return level >= descent->first;
}

static enum jsonpath_result
visit(struct jsonpath_run *run, const struct descent *descent,
    struct json_node *child, struct json_items *found)
{
	bool around = run->ignores_structure;
	enum jsonpath_result result;

	if (descent->path == NULL)
		return go_to(run, NULL, child, found);
	run->ignores_structure |= descent->ignores_structure;
	result = run_node(run, descent->path, child, found, descent->unwraps);
	run->ignores_structure = around;
	return result;
}

static enum jsonpath_result
descend(struct jsonpath_run *run, const struct descent *descent,
    const struct json_node *item, uint32_t level, struct json_items *found)
{
	enum jsonpath_result result = JSONPATH_NOT_FOUND;

	if (level > descent->last)
		return JSONPATH_NOT_FOUND;
	for (struct json_node *child = item->first; child != NULL;
	     child = child->next) {
		enum jsonpath_result its = JSONPATH_NOT_FOUND;

		if (is_wanted(descent, child, level))
			its = visit(run, descent, child, found);
		if (is_enough(its, found))
			return its;
		if (its == JSONPATH_FOUND)
			result = its;
		if (level >= descent->last || json_node_is_scalar(child))
			continue;
		its = descend(run, descent, child, level + 1, found);
		if (is_enough(its, found))
			return its;
		if (its == JSONPATH_FOUND)
			result = its;
	}
	return result;
}

/* The node is applied to the elements of an array instead. */
static enum jsonpath_result
jsonpath_elements(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *array, struct json_items *found, bool unwraps)
{
	const struct descent descent = { .path = path,
		.first = 1,
		.last = 1,
		.unwraps = unwraps };

	return descend(run, &descent, array, 1, found);
}

enum jsonpath_result
jsonpath_unwrapped(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, bool unwraps, struct json_items *found)
{
	struct json_items items = { .count = 0 };
	enum jsonpath_result result;

	if (!unwraps || !run->is_lax)
		return jsonpath_item(run, path, item, found);
	result = jsonpath_item(run, path, item, &items);
	for (uint32_t i = 0; i < items.count && result != JSONPATH_FAILED;
	     i++) {
		enum jsonpath_result its;

		its = items.items[i]->kind == JSON_ARRAY_BEGIN
		    ? jsonpath_elements(run, NULL, items.items[i], found, false)
		    : go_to(run, NULL, items.items[i], found);
		if (its == JSONPATH_FAILED)
			return its;
	}
	return result;
}

/* ---- members ---- */

static enum jsonpath_result
run_key(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found, bool unwraps)
{
	struct json_node **member;

	if (item->kind == JSON_ARRAY_BEGIN && unwraps)
		return jsonpath_elements(run, path, item, found, false);
	if (item->kind == JSON_OBJECT_BEGIN) {
		member = json_node_member(item, path->text);
		if (member != NULL)
			return jsonpath_go_on(run, path, *member, found);
		if (!run->ignores_structure)
			return jsonpath_fail(run, STELE_E_JSON_MEMBER_NOT_FOUND,
			    "JSON object does not contain key \"%.*s\"",
			    STR_FMT(path->text));
		return JSONPATH_NOT_FOUND;
	}
	if (!run->ignores_structure)
		return jsonpath_fail(run, STELE_E_JSON_MEMBER_NOT_FOUND,
		    "jsonpath member accessor can only be applied to an"
		    " object");
	return JSONPATH_NOT_FOUND;
}

static enum jsonpath_result
run_any_key(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found, bool unwraps)
{
	if (item->kind == JSON_OBJECT_BEGIN)
		return jsonpath_elements(run, path->next, item, found,
		    run->is_lax);
	if (item->kind == JSON_ARRAY_BEGIN && unwraps)
		return jsonpath_elements(run, path, item, found, false);
	if (!run->ignores_structure)
		return jsonpath_fail(run, STELE_E_JSON_OBJECT_NOT_FOUND,
		    "jsonpath wildcard member accessor can only be applied to"
		    " an object");
	return JSONPATH_NOT_FOUND;
}

/* ---- elements ---- */

static enum jsonpath_result
run_any_array(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	if (item->kind == JSON_ARRAY_BEGIN)
		return jsonpath_elements(run, path->next, item, found,
		    run->is_lax);
	if (run->is_lax)
		return jsonpath_go_on(run, path, item, found);
	if (!run->ignores_structure)
		return jsonpath_fail(run, STELE_E_JSON_ARRAY_NOT_FOUND,
		    "jsonpath wildcard array accessor can only be applied to"
		    " an array");
	return JSONPATH_NOT_FOUND;
}

static enum jsonpath_result
subscript_value(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, int64_t *out)
{
	struct json_items items = { .count = 0 };
	struct numeric value, cut;

	if (jsonpath_item(run, path, item, &items) == JSONPATH_FAILED)
		return JSONPATH_FAILED;
	if (items.count != 1 || items.items[0]->kind != JSON_NUMBER)
		return jsonpath_fail(run, STELE_E_INVALID_JSON_SUBSCRIPT,
		    "jsonpath array subscript is not a single numeric value");
	value = jsonpath_numeric(run, items.items[0]);
	if (run->rc == 0)
		run->rc = numeric_rescale(&value, 0, NUMERIC_TRUNCATE,
		    run->arena, &cut, run->err);
	if (run->rc != 0)
		return JSONPATH_FAILED;
	if (!numeric_to_i64(&cut, out) || *out > INT32_MAX || *out < INT32_MIN)
		return jsonpath_fail(run, STELE_E_INVALID_JSON_SUBSCRIPT,
		    "jsonpath array subscript is out of integer range");
	return JSONPATH_FOUND;
}

/* The elements of one subscript; an item that is no array is one of one. */
static enum jsonpath_result
run_subscript(struct jsonpath_run *run, const struct jsonpath_node *path,
    const struct jsonpath_node *subscript, struct json_node *item,
    struct json_items *found)
{
	bool is_array = item->kind == JSON_ARRAY_BEGIN;
	int64_t size = is_array ? item->count : 1;
	enum jsonpath_result result;
	struct json_node *child;
	int64_t from, to;

	result = subscript_value(run, subscript->left, item, &from);
	to = from;
	if (result == JSONPATH_FOUND && subscript->right != NULL)
		result = subscript_value(run, subscript->right, item, &to);
	if (result == JSONPATH_FAILED)
		return result;
	if (!run->ignores_structure && (from < 0 || from > to || to >= size))
		return jsonpath_fail(run, STELE_E_INVALID_JSON_SUBSCRIPT,
		    "jsonpath array subscript is out of bounds");
	from = from < 0 ? 0 : from;
	to = to >= size ? size - 1 : to;
	result = JSONPATH_NOT_FOUND;
	if (from > to)
		return result;
	child = is_array ? *json_node_element(item, (uint32_t)from) : item;
	for (; from <= to; from++, child = child->next) {
		enum jsonpath_result its =
		    jsonpath_go_on(run, path, child, found);

		if (is_enough(its, found))
			return its;
		if (its == JSONPATH_FOUND)
			result = its;
	}
	return result;
}

static enum jsonpath_result
run_index(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	enum jsonpath_result result = JSONPATH_NOT_FOUND;
	bool is_array = item->kind == JSON_ARRAY_BEGIN;
	int64_t around = run->array_size;

	if (!is_array && !run->is_lax) {
		if (!run->ignores_structure)
			return jsonpath_fail(run, STELE_E_JSON_ARRAY_NOT_FOUND,
			    "jsonpath array accessor can only be applied to an"
			    " array");
		return result;
	}
	for (const struct jsonpath_node *subscript = path->left;
	     subscript != NULL; subscript = subscript->next) {
		enum jsonpath_result its;

		run->array_size = is_array ? item->count : 1;
		its = run_subscript(run, path, subscript, item, found);
		run->array_size = around;
		if (is_enough(its, found))
			return its;
		if (its == JSONPATH_FOUND)
			result = its;
	}
	return result;
}

static enum jsonpath_result
run_last(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_items *found)
{
	const struct numeric last = numeric_of_i64(run->array_size - 1);

	return jsonpath_go_on(run, path, jsonpath_number(run, &last), found);
}

/* ---- all levels ---- */

static enum jsonpath_result
run_any(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	const struct descent descent = { .path = path->next,
		.first = path->first,
		.last = path->last,
		.ignores_structure = true,
		.unwraps = run->is_lax };
	enum jsonpath_result result = JSONPATH_NOT_FOUND;
	enum jsonpath_result its;

	if (path->first == 0) {
		bool around = run->ignores_structure;

		run->ignores_structure = true;
		result = jsonpath_go_on(run, path, item, found);
		run->ignores_structure = around;
		/* What fails here and is silent may do further down. */
		if (run->rc != 0 || (result == JSONPATH_FOUND && found == NULL))
			return result;
	}
	if (json_node_is_scalar(item))
		return result;
	its = descend(run, &descent, item, 1, found);
	return its == JSONPATH_NOT_FOUND && result == JSONPATH_FOUND ? result
								     : its;
}

/* ---- what is true ---- */

static enum jsonpath_result
run_filter(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found, bool unwraps)
{
	struct json_node *around = run->current;
	enum jsonpath_truth truth;

	if (item->kind == JSON_ARRAY_BEGIN && unwraps)
		return jsonpath_elements(run, path, item, found, false);
	run->current = item;
	truth = jsonpath_test(run, path->left, item);
	run->current = around;
	if (run->rc != 0)
		return JSONPATH_FAILED;
	return truth == JSONPATH_IS_TRUE
	    ? jsonpath_go_on(run, path, item, found)
	    : JSONPATH_NOT_FOUND;
}

/* A predicate as an item. */
static enum jsonpath_result
run_predicate(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found)
{
	enum jsonpath_truth truth = jsonpath_test(run, path, item);

	if (run->rc != 0)
		return JSONPATH_FAILED;
	return jsonpath_go_on(run, path,
	    jsonpath_scalar(run,
		truth == JSONPATH_IS_TRUE        ? JSON_TRUE
		    : truth == JSONPATH_IS_FALSE ? JSON_FALSE
						 : JSON_NULL),
	    found);
}

static enum jsonpath_result
run_literal(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_items *found)
{
	struct json_node *value;

	if (found == NULL && path->next == NULL)
		return JSONPATH_FOUND;
	value = jsonpath_literal(run, path);
	return value == NULL ? JSONPATH_FAILED
			     : jsonpath_go_on(run, path, value, found);
}

/* ---- a node ---- */

/* `unwraps`: an array may become its elements. */
static enum jsonpath_result
run_kind(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found, bool unwraps)
{
	switch (path->kind) {
	case JSONPATH_AND:
	case JSONPATH_OR:
	case JSONPATH_NOT:
	case JSONPATH_IS_UNKNOWN:
	case JSONPATH_EXISTS:
	case JSONPATH_EQUAL:
	case JSONPATH_NOT_EQUAL:
	case JSONPATH_LESS:
	case JSONPATH_GREATER:
	case JSONPATH_LESS_EQUAL:
	case JSONPATH_GREATER_EQUAL:
	case JSONPATH_STARTS_WITH:
	case JSONPATH_LIKE_REGEX:
		return run_predicate(run, path, item, found);
	case JSONPATH_ADD:
	case JSONPATH_SUBTRACT:
	case JSONPATH_MULTIPLY:
	case JSONPATH_DIVIDE:
	case JSONPATH_MODULO:
		return jsonpath_arithmetic(run, path, item, found);
	case JSONPATH_PLUS:
	case JSONPATH_MINUS:
		return jsonpath_sign(run, path, item, found);
	case JSONPATH_NULL:
	case JSONPATH_TRUE:
	case JSONPATH_FALSE:
	case JSONPATH_NUMBER:
	case JSONPATH_STRING:
	case JSONPATH_VARIABLE:
		return run_literal(run, path, found);
	case JSONPATH_ROOT:
		return jsonpath_go_on(run, path, run->input->document, found);
	case JSONPATH_CURRENT:
		return jsonpath_go_on(run, path, run->current, found);
	case JSONPATH_LAST:
		return run_last(run, path, found);
	case JSONPATH_KEY:
		return run_key(run, path, item, found, unwraps);
	case JSONPATH_ANY_KEY:
		return run_any_key(run, path, item, found, unwraps);
	case JSONPATH_ANY_ARRAY:
		return run_any_array(run, path, item, found);
	case JSONPATH_INDEX:
		return run_index(run, path, item, found);
	case JSONPATH_ANY:
		return run_any(run, path, item, found);
	case JSONPATH_FILTER:
		return run_filter(run, path, item, found, unwraps);
	case JSONPATH_TYPE:
	case JSONPATH_SIZE:
		return jsonpath_method(run, path, item, found);
	case JSONPATH_ABS:
	case JSONPATH_FLOOR:
	case JSONPATH_CEILING:
	case JSONPATH_DOUBLE:
	case JSONPATH_KEYVALUE:
	case JSONPATH_DATETIME:
		if (item->kind == JSON_ARRAY_BEGIN && unwraps)
			return jsonpath_elements(run, path, item, found, false);
		return jsonpath_method(run, path, item, found);
	case JSONPATH_SUBSCRIPT: /* run_index() */
	case JSONPATH_KIND_COUNT:
		break;
	}
	return JSONPATH_NOT_FOUND;
}

static enum jsonpath_result
run_node(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, struct json_items *found, bool unwraps)
{
	if (run->rc == 0)
		run->rc = cancel_check(run->input->cancel, run->err);
	if (run->rc == 0)
		run->rc = arena_check(run->arena, run->err);
	return run->rc != 0 ? JSONPATH_FAILED
			    : run_kind(run, path, item, found, unwraps);
}

/* ---- all ---- */

int
jsonpath_run(const struct jsonpath_input *input, struct json_items *found,
    enum jsonpath_result *out, struct error *err)
{
	struct json_items ignored = { .count = 0 };
	struct jsonpath_run run = { .input = input,
		.arena = input->arena,
		.is_lax = !input->path->is_strict,
		.ignores_structure = !input->path->is_strict,
		.throws = !input->is_silent,
		.current = input->document,
		.array_size = -1,
		.err = err };

	/* the strict mode looks at all, for errors */
	*out = jsonpath_item(&run, input->path->root, input->document,
	    found == NULL && input->path->is_strict ? &ignored : found);
	if (*out == JSONPATH_FOUND && found == NULL && input->path->is_strict &&
	    ignored.count == 0)
		*out = JSONPATH_NOT_FOUND;
	return run.rc != 0 ? run.rc : arena_check(run.arena, err);
}
