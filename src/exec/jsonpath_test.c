/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_test.c -- predicates: true, false or, where an operand is an error or
 * of no use, unknown.
 */
#include "common/attr.h"
#include "common/cancel.h"
#include "exec/jsonpath_private.h"
#include "types/numeric.h"

static enum jsonpath_truth
truth_of(bool value)
{
	return value ? JSONPATH_IS_TRUE : JSONPATH_IS_FALSE;
}

/* The items of an operand, whose errors are not thrown. */
static enum jsonpath_result
run_quietly(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item, bool unwraps, struct json_items *found)
{
	bool around = run->throws;
	enum jsonpath_result result;

	run->throws = false;
	result = jsonpath_unwrapped(run, path, item, unwraps, found);
	run->throws = around;
	return result;
}

/* ---- two items ---- */

typedef enum jsonpath_truth (*pair_fn)(struct jsonpath_run *run,
    const struct jsonpath_node *predicate, const struct json_node *left,
    const struct json_node *right);

static bool
is_boolean(const struct json_node *item)
{
	return item->kind == JSON_TRUE || item->kind == JSON_FALSE;
}

/* Containers are of one kind, and cannot be compared. */
static bool
are_alike(const struct json_node *a, const struct json_node *b)
{
	return a->kind == b->kind || (is_boolean(a) && is_boolean(b)) ||
	    (!json_node_is_scalar(a) && !json_node_is_scalar(b));
}

/* Less than, equal to or greater than 0, of scalars that are alike. */
static int
compare_scalars(struct jsonpath_run *run, const struct json_node *a,
    const struct json_node *b)
{
	struct arena_mark mark = arena_mark(run->arena);
	struct numeric x, y;
	int order;

	if (a->kind == JSON_NULL)
		return 0;
	if (is_boolean(a))
		return (a->kind == JSON_TRUE) - (b->kind == JSON_TRUE);
	if (a->kind == JSON_STRING)
		return str_compare(a->text, b->text);
	x = jsonpath_numeric(run, a);
	y = jsonpath_numeric(run, b);
	order = numeric_compare(&x, &y);
	arena_rewind(run->arena, mark);
	return order;
}

static enum jsonpath_truth
test_comparison(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    const struct json_node *left, const struct json_node *right)
{
	int order;

	if (!are_alike(left, right)) {
		if (left->kind == JSON_NULL || right->kind == JSON_NULL)
			return truth_of(predicate->kind == JSONPATH_NOT_EQUAL);
		return JSONPATH_IS_OPEN;
	}
	if (!json_node_is_scalar(left))
		return JSONPATH_IS_OPEN;
	order = compare_scalars(run, left, right);
	switch (predicate->kind) {
	case JSONPATH_EQUAL:
		return truth_of(order == 0);
	case JSONPATH_NOT_EQUAL:
		return truth_of(order != 0);
	case JSONPATH_LESS:
		return truth_of(order < 0);
	case JSONPATH_GREATER:
		return truth_of(order > 0);
	case JSONPATH_LESS_EQUAL:
		return truth_of(order <= 0);
	default:
		return truth_of(order >= 0);
	}
}

static enum jsonpath_truth
test_start(struct jsonpath_run *run UNUSED,
    const struct jsonpath_node *predicate UNUSED, const struct json_node *left,
    const struct json_node *right)
{
	if (left->kind != JSON_STRING || right->kind != JSON_STRING)
		return JSONPATH_IS_OPEN;
	return truth_of(str_starts_with(left->text, right->text));
}

int
jsonpath_regex(struct regex_cache *regexes,
    const struct jsonpath_node *predicate, struct regex **out,
    struct error *err)
{
	const struct regex_options options = {
		.syntax = (predicate->flags & JSONPATH_FLAG_Q) != 0
		    ? REGEX_LITERAL
		    : REGEX_ARE,
		.any_case = (predicate->flags & JSONPATH_FLAG_I) != 0,
		.newline_stops = (predicate->flags & JSONPATH_FLAG_S) == 0,
		.newline_anchors = (predicate->flags & JSONPATH_FLAG_M) != 0,
	};

	return regex_cache_get(regexes, predicate->text, &options, out, err);
}

static enum jsonpath_truth
test_regex(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    const struct json_node *left, const struct json_node *right UNUSED)
{
	struct regex *regex;
	int rc;

	if (left->kind != JSON_STRING)
		return JSONPATH_IS_OPEN;
	rc = jsonpath_regex(run->input->regexes, predicate, &regex, run->err);
	if (rc == 0)
		rc = regex_search(regex, left->text, 0, run->input->cancel,
		    run->err);
	if (rc < 0)
		run->rc = rc;
	return truth_of(rc > 0);
}

/* Between two looks for a cancel, a power of 2. */
#define CANCEL_PAIRS 1024u

/*
 * Whether it is true of one pair; in the strict mode all are looked at, and one
 * that is unknown makes it so.
 */
static enum jsonpath_truth
test_pairs(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    const struct json_items *left, const struct json_items *right, pair_fn test)
{
	bool is_found = false, is_open = false;

	for (uint32_t i = 0; i < left->count; i++) {
		for (uint32_t k = 0; k < right->count; k++) {
			enum jsonpath_truth truth = test(run, predicate,
			    left->items[i], right->items[k]);

			if (run->pairs++ % CANCEL_PAIRS == 0 && run->rc == 0)
				run->rc =
				    cancel_check(run->input->cancel, run->err);
			if (run->rc != 0)
				return JSONPATH_IS_OPEN;
			is_open |= truth == JSONPATH_IS_OPEN;
			is_found |= truth == JSONPATH_IS_TRUE;
			if (run->is_lax ? is_found : is_open)
				return truth;
		}
	}
	if (is_found)
		return JSONPATH_IS_TRUE;
	return is_open ? JSONPATH_IS_OPEN : JSONPATH_IS_FALSE;
}

static enum jsonpath_truth
test_operands(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    struct json_node *item, bool unwraps_right, pair_fn test)
{
	struct json_node *nothing = NULL;
	struct json_items left = { .count = 0 };
	struct json_items right = { .count = 0 };
	enum jsonpath_result result;

	result = run_quietly(run, predicate->left, item, true, &left);
	if (result != JSONPATH_FAILED && predicate->right != NULL)
		result = run_quietly(run, predicate->right, item, unwraps_right,
		    &right);
	if (result == JSONPATH_FAILED)
		return JSONPATH_IS_OPEN;
	if (predicate->right == NULL)
		right = (struct json_items){ .items = &nothing, .count = 1 };
	return test_pairs(run, predicate, &left, &right, test);
}

/* ---- each predicate ---- */

static enum jsonpath_truth
test_exists(struct jsonpath_run *run, const struct jsonpath_node *path,
    struct json_node *item)
{
	struct json_items found = { .count = 0 };
	enum jsonpath_result result;

	/* the strict mode looks at all, for errors */
	result =
	    run_quietly(run, path, item, false, run->is_lax ? NULL : &found);
	if (result == JSONPATH_FAILED)
		return JSONPATH_IS_OPEN;
	return truth_of(
	    run->is_lax ? result == JSONPATH_FOUND : found.count > 0);
}

static enum jsonpath_truth
test_and(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    struct json_node *item)
{
	enum jsonpath_truth left = jsonpath_test(run, predicate->left, item);
	enum jsonpath_truth right;

	if (left == JSONPATH_IS_FALSE)
		return left;
	right = jsonpath_test(run, predicate->right, item);
	return right == JSONPATH_IS_TRUE ? left : right;
}

static enum jsonpath_truth
test_or(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    struct json_node *item)
{
	enum jsonpath_truth left = jsonpath_test(run, predicate->left, item);
	enum jsonpath_truth right;

	if (left == JSONPATH_IS_TRUE)
		return left;
	right = jsonpath_test(run, predicate->right, item);
	return right == JSONPATH_IS_FALSE ? left : right;
}

static enum jsonpath_truth
test_not(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    struct json_node *item)
{
	enum jsonpath_truth truth = jsonpath_test(run, predicate->left, item);

	return truth == JSONPATH_IS_OPEN ? truth
					 : truth_of(truth == JSONPATH_IS_FALSE);
}

enum jsonpath_truth
jsonpath_test(struct jsonpath_run *run, const struct jsonpath_node *predicate,
    struct json_node *item)
{
	if (run->rc != 0)
		return JSONPATH_IS_OPEN;
	switch (predicate->kind) {
	case JSONPATH_AND:
		return test_and(run, predicate, item);
	case JSONPATH_OR:
		return test_or(run, predicate, item);
	case JSONPATH_NOT:
		return test_not(run, predicate, item);
	case JSONPATH_IS_UNKNOWN:
		return truth_of(jsonpath_test(run, predicate->left, item) ==
		    JSONPATH_IS_OPEN);
	case JSONPATH_EXISTS:
		return test_exists(run, predicate->left, item);
	case JSONPATH_STARTS_WITH:
		return test_operands(run, predicate, item, false, test_start);
	case JSONPATH_LIKE_REGEX:
		return test_operands(run, predicate, item, false, test_regex);
	default:
		return test_operands(run, predicate, item, true,
		    test_comparison);
	}
}
