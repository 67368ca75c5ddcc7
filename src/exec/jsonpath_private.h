/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_private.h -- between the files that run jsonpaths:
 *
 *   jsonpath_run.c     items and accessors
 *   jsonpath_test.c    predicates
 *   jsonpath_method.c  arithmetic and methods
 */
#pragma once

#include "common/error.h"
#include "exec/jsonpath_run.h"

struct jsonpath_run {
	const struct jsonpath_input *input;
	struct arena *arena;
	bool is_lax;
	bool ignores_structure; /* a missing member or element is no error */
	bool throws;            /* what the document does wrong is `rc` */
	struct json_node *current;
	int64_t
	    array_size; /* of the innermost array whose subscript is run; -1 */
	uint32_t pairs; /* compared so far */
	int rc;         /* ends the run */
	struct error *err;
};

enum jsonpath_truth { JSONPATH_IS_TRUE, JSONPATH_IS_FALSE, JSONPATH_IS_OPEN };

/* ---- jsonpath_run.c ---- */

/* The items that a path makes of one; `found` NULL: whether there is one. */
enum jsonpath_result jsonpath_item(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item,
    struct json_items *found);

/* The same; items that are arrays become their elements, if `unwraps` and lax. */
enum jsonpath_result jsonpath_unwrapped(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item, bool unwraps,
    struct json_items *found);

/* An item that a node has made goes on to the node's next, or is found. */
enum jsonpath_result jsonpath_go_on(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item,
    struct json_items *found);

/* An error of the document: JSONPATH_FAILED, and `rc` if it is to be seen. */
#define jsonpath_fail(run, code, ...) \
	((run)->throws ? (void)((run)->rc = error_set((run)->err, (code), \
				    __VA_ARGS__)) \
		       : (void)0, \
	    JSONPATH_FAILED)

/* New items. */
struct json_node *jsonpath_number(struct jsonpath_run *run,
    const struct numeric *value);
struct json_node *jsonpath_string(struct jsonpath_run *run, struct str text);

/* The value of a number. */
struct numeric jsonpath_numeric(struct jsonpath_run *run,
    const struct json_node *number);

/* ---- jsonpath_test.c ---- */

/* The regular expression of a LIKE_REGEX; errors of regex_compile(). */
MUST_USE int jsonpath_regex(struct regex_cache *regexes,
    const struct jsonpath_node *predicate, struct regex **out,
    struct error *err);

enum jsonpath_truth jsonpath_test(struct jsonpath_run *run,
    const struct jsonpath_node *predicate, struct json_node *item);

/* ---- jsonpath_method.c ---- */

enum jsonpath_result jsonpath_arithmetic(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item,
    struct json_items *found);
enum jsonpath_result jsonpath_sign(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item,
    struct json_items *found);

/* A method of an item that is not unwrapped any more. */
enum jsonpath_result jsonpath_method(struct jsonpath_run *run,
    const struct jsonpath_node *path, struct json_node *item,
    struct json_items *found);
