/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_array_text.c -- texts of arrays and arrays of texts.
 */
#include "exec/func_array.h"

#include "common/utf8.h"
#include "exec/text_split.h"

/* ---- array_to_string ---- */

static void
put_value(struct function_call *call, const struct type *element,
    const struct datum *value, struct buf *out)
{
	struct vec vec;

	vec_init_constant(&vec, type_phys(element), value, call->arena);
	type_out_text(element, call->settings, &vec, 0, out);
}

static int
array_to_string_row(struct function_call *call, uint32_t row)
{
	const struct type element = arg_element(call, 0);
	const struct array array = arg_array(call, 0, row);
	bool shows_nulls = call->arg_count > 2 && !arg_is_null(call, 2, row);
	bool is_first = true;
	struct buf text;
	int rc;

	if (arg_is_null(call, 0, row) || arg_is_null(call, 1, row)) {
		put_null(call, row);
		return 0;
	}
	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0;
	     call_has_item(call, i, array.count) && !text.failed; i++) {
		struct arena_mark mark = arena_mark(call->arena);
		struct datum value =
		    array_get(&array, type_phys(&element), i, call->arena);

		if (value.is_null && !shows_nulls)
			continue;
		if (!is_first)
			buf_put_str(&text, ARG(call, 1, str, row));
		is_first = false;
		if (value.is_null)
			buf_put_str(&text, ARG(call, 2, str, row));
		else
			put_value(call, &element, &value, &text);
		arena_rewind(call->arena, mark);
	}
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}

ROW_KERNEL(array_to_string)

/* ---- string_to_array ---- */

static int
string_to_array_row(struct function_call *call, uint32_t row)
{
	bool by_char = arg_is_null(call, 1, row);
	struct text_split split;
	struct array_shape shape;
	struct datum *elements;
	uint32_t count = 0;
	struct str null_text = STR("");
	bool has_null_text;
	struct str part;

	if (arg_is_null(call, 0, row)) {
		put_null(call, row);
		return 0;
	}
	has_null_text = call->arg_count > 2 && !arg_is_null(call, 2, row);
	if (has_null_text)
		null_text = ARG(call, 2, str, row);
	text_split_init(&split, ARG(call, 0, str, row), by_char,
	    by_char ? STR("") : ARG(call, 1, str, row));
	while (text_split_next(&split, &part))
		count++;
	elements = arena_try_alloc(call->arena,
	    ((size_t)count + 1) * sizeof(*elements));
	if (elements == NULL)
		return error_no_memory(call->err);
	text_split_init(&split, split.text, by_char, split.delimiter);
	for (uint32_t i = 0; text_split_next(&split, &part); i++)
		elements[i] = (struct datum){ .str = part,
			.is_null =
			    has_null_text && str_equal(part, null_text) };
	shape = array_shape_list(count);
	return put_array(call, row, &shape, PHYS_STR, elements);
}

ROW_KERNEL(string_to_array)

static const struct func_row text_rows[] = {
	{ FN_ARRAY_TO_STRING, { array_to_string, false } },
	{ FN_ARRAY_TO_STRING_NULL, { array_to_string, false } },
	{ FN_STRING_TO_ARRAY, { string_to_array, false } },
	{ FN_STRING_TO_ARRAY_NULL, { string_to_array, false } },
};

const struct func_family func_array_text = { text_rows, ARRAY_LEN(text_rows) };
