/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_jsonpath.c -- jsonpaths in expressions: @?, @@, jsonb_path_exists(),
 * _match(), _query_array(), _query_first().  Those with _tz are the same here:
 * they differ in what datetime() compares, which there is not.
 *
 * A path that is the same for all rows is parsed once.
 */
#include "exec/func_array.h"
#include "exec/jsonpath_rows.h"

typedef int (*path_fn)(struct function_call *call, uint32_t row,
    struct jsonpath_input *input);

/* ---- each function ---- */

static int
path_exists(struct function_call *call, uint32_t row,
    struct jsonpath_input *input)
{
	enum jsonpath_result result;
	int rc = jsonpath_run(input, NULL, &result, call->err);

	if (rc != 0)
		return rc;
	if (result == JSONPATH_FAILED)
		put_null(call, row);
	else
		call->result->boolean[row] = result == JSONPATH_FOUND;
	return 0;
}

static int
path_match(struct function_call *call, uint32_t row,
    struct jsonpath_input *input)
{
	struct json_items found = { .count = 0 };
	enum jsonpath_result result;
	enum json_token kind;
	int rc = jsonpath_run(input, &found, &result, call->err);

	if (rc != 0)
		return rc;
	kind = found.count == 1 ? found.items[0]->kind : JSON_END;
	if (kind == JSON_TRUE || kind == JSON_FALSE) {
		call->result->boolean[row] = kind == JSON_TRUE;
		return 0;
	}
	put_null(call, row);
	if (kind == JSON_NULL || input->is_silent)
		return 0;
	return error_set(call->err, STELE_E_SINGLETON_JSON_ITEM_REQUIRED,
	    "single boolean result is expected");
}

static int
path_first(struct function_call *call, uint32_t row,
    struct jsonpath_input *input)
{
	struct json_items found = { .count = 0 };
	enum jsonpath_result result;
	struct buf text;
	int rc = jsonpath_run(input, &found, &result, call->err);

	if (rc != 0)
		return rc;
	if (found.count == 0) {
		put_null(call, row);
		return 0;
	}
	buf_init_charged(&text, call->arena->budget);
	json_tree_put(found.items[0], &text);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}

static int
path_array(struct function_call *call, uint32_t row,
    struct jsonpath_input *input)
{
	struct json_items found = { .count = 0 };
	enum jsonpath_result result;
	struct buf text;
	int rc = jsonpath_run(input, &found, &result, call->err);

	if (rc != 0)
		return rc;
	buf_init_charged(&text, call->arena->budget);
	buf_put_cstr(&text, "[");
	for (uint32_t i = 0; i < found.count; i++) {
		buf_put_cstr(&text, i > 0 ? ", " : "");
		json_tree_put(found.items[i], &text);
	}
	buf_put_cstr(&text, "]");
	rc = put_json(call, row, &text);
	buf_release(&text);
	return rc;
}

/* ---- rows ---- */

/* Of the operators, which have no more arguments, all is silent. */
static int
run_row(struct function_call *call, const struct jsonpath *path, uint32_t row,
    struct regex_cache *regexes, struct arena *arena, path_fn fn)
{
	struct jsonpath_input input = { .path = path,
		.is_silent =
		    call->arg_count < 4 || ARG(call, 3, boolean, row) != 0,
		.regexes = regexes,
		.cancel = call->cancel,
		.arena = arena };
	int rc;

	rc = json_tree_read(ARG(call, 0, str, row), arena, &input.document,
	    call->err);
	if (rc == 0 && call->arg_count > 2)
		rc = jsonpath_read_variables(ARG(call, 2, str, row), arena,
		    &input.variables, call->err);
	return rc != 0 ? rc : fn(call, row, &input);
}

static int
run_rows(struct function_call *call, path_fn fn)
{
	struct regex_cache own = { .use_count = 0 };
	struct regex_cache *regexes =
	    call->regexes == NULL ? &own : call->regexes;
	struct arena paths, arena;
	struct jsonpath path = { .root = NULL };
	int rc = 0;

	arena_init(&paths, call->arena->budget);
	arena_init(&arena, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		if (path.root == NULL || !call->args[1].is_constant) {
			arena_reset(&paths);
			rc = jsonpath_read(ARG(call, 1, str, row), regexes,
			    &paths, &path, call->err);
		}
		arena_reset(&arena);
		if (rc == 0)
			rc = run_row(call, &path, row, regexes, &arena, fn);
	}
	regex_cache_release(&own);
	arena_release(&arena);
	arena_release(&paths);
	return rc;
}

#define PATH_KERNEL(name) \
	static int run_##name(struct function_call *call) \
	{ \
		return run_rows(call, name); \
	}
PATH_KERNEL(path_exists)
PATH_KERNEL(path_match)
PATH_KERNEL(path_first)
PATH_KERNEL(path_array)

static const struct func_row rows[] = {
	{ FN_JSONB_PATH_EXISTS, { run_path_exists, false } },
	{ FN_JSONB_PATH_EXISTS_TZ, { run_path_exists, false } },
	{ FN_JSONB_PATH_EXISTS_OPR, { run_path_exists, false } },
	{ FN_JSONB_PATH_MATCH, { run_path_match, false } },
	{ FN_JSONB_PATH_MATCH_TZ, { run_path_match, false } },
	{ FN_JSONB_PATH_MATCH_OPR, { run_path_match, false } },
	{ FN_JSONB_PATH_QUERY_ARRAY, { run_path_array, false } },
	{ FN_JSONB_PATH_QUERY_ARRAY_TZ, { run_path_array, false } },
	{ FN_JSONB_PATH_QUERY_FIRST, { run_path_first, false } },
	{ FN_JSONB_PATH_QUERY_FIRST_TZ, { run_path_first, false } },
};

const struct func_family func_jsonpath = { rows, ARRAY_LEN(rows) };
