/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of regular expressions that give arrays.
 */
#include "exec/func_array.h"
#include "exec/regex_list.h"

static struct regex_search
search_of(const struct function_call *call, uint32_t row)
{
	return (struct regex_search){ .function = call->function->name,
		.text = ARG(call, 0, str, row),
		.pattern = ARG(call, 1, str, row),
		.flags = call->arg_count > 2 ? ARG(call, 2, str, row) : STR(""),
		.cancel = call->cancel,
		.arena = call->arena };
}

/* The first match. */
static int
regexp_match_row(struct function_call *call, uint32_t row)
{
	struct regex_search search = search_of(call, row);
	struct regex_list list;
	int rc;

	if (memchr(search.flags.data == NULL ? "" : search.flags.data, 'g',
		search.flags.len) != NULL) {
		(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "regexp_match() does not support the \"global\" option");
		return error_hint(call->err,
		    "Use the regexp_matches function instead.");
	}
	rc = regex_matches(&search, false, &list, call->err);
	if (rc != 0)
		return rc;
	if (list.count == 0)
		put_null(call, row);
	else
		call->result->str[row] = list.items[0].str;
	return 0;
}
ROW_KERNEL(regexp_match)

static int
regexp_split_row(struct function_call *call, uint32_t row)
{
	struct regex_search search = search_of(call, row);
	struct array_shape shape;
	struct regex_list list;
	int rc;

	rc = regex_split(&search, &list, call->err);
	if (rc != 0)
		return rc;
	shape = array_shape_list(list.count);
	return put_array(call, row, &shape, PHYS_STR, list.items);
}
ROW_KERNEL(regexp_split)

static const struct func_row regex_rows[] = {
	{ FN_REGEXP_MATCH, { regexp_match, false } },
	{ FN_REGEXP_MATCH_FLAGS, { regexp_match, false } },
	{ FN_REGEXP_SPLIT_TO_ARRAY, { regexp_split, false } },
	{ FN_REGEXP_SPLIT_TO_ARRAY_FLAGS, { regexp_split, false } },
};

const struct func_family func_regex_list = { regex_rows,
	ARRAY_LEN(regex_rows) };
