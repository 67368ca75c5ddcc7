/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of regular expressions that give arrays.
 */
#include "exec/func_array.h"
#include "exec/regex_list.h"

typedef int (*search_fn)(struct function_call *call, uint32_t row,
    const struct regex_search *search);

static int
each_search(struct function_call *call, search_fn fn)
{
	struct regex_cache own = { .use_count = 0 };
	struct regex_search search = { .function = call->function->name,
		.regexes = call->regexes != NULL ? call->regexes : &own,
		.cancel = call->cancel,
		.arena = call->arena };
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		search.text = ARG(call, 0, str, row);
		search.pattern = ARG(call, 1, str, row);
		search.flags =
		    call->arg_count > 2 ? ARG(call, 2, str, row) : STR("");
		rc = fn(call, row, &search);
	}
	regex_cache_release(&own);
	return rc;
}

/* The first match. */
static int
match_row(struct function_call *call, uint32_t row,
    const struct regex_search *search)
{
	struct regex_list list;
	int rc;

	if (memchr(search->flags.data == NULL ? "" : search->flags.data, 'g',
		search->flags.len) != NULL) {
		(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "regexp_match() does not support the \"global\" option");
		return error_hint(call->err,
		    "Use the regexp_matches function instead.");
	}
	rc = regex_matches(search, false, &list, call->err);
	if (rc != 0)
		return rc;
	if (list.count == 0)
		put_null(call, row);
	else
		call->result->str[row] = list.items[0].str;
	return 0;
}

static int
run_regexp_match(struct function_call *call)
{
	return each_search(call, match_row);
}

static int
split_row(struct function_call *call, uint32_t row,
    const struct regex_search *search)
{
	struct array_shape shape;
	struct regex_list list;
	int rc;

	rc = regex_split(search, &list, call->err);
	if (rc != 0)
		return rc;
	shape = array_shape_list(list.count);
	return put_array(call, row, &shape, PHYS_STR, list.items);
}

static int
run_regexp_split(struct function_call *call)
{
	return each_search(call, split_row);
}

static const struct func_row regex_rows[] = {
	{ FN_REGEXP_MATCH, { run_regexp_match, false } },
	{ FN_REGEXP_MATCH_FLAGS, { run_regexp_match, false } },
	{ FN_REGEXP_SPLIT_TO_ARRAY, { run_regexp_split, false } },
	{ FN_REGEXP_SPLIT_TO_ARRAY_FLAGS, { run_regexp_split, false } },
};

const struct func_family func_regex_list = { regex_rows,
	ARRAY_LEN(regex_rows) };
