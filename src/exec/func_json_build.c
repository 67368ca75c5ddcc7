/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_json_build.c -- documents made of values: to_json(), json_build_array(),
 * json_build_object(), json_object() and those of jsonb.
 *
 * All write json; what becomes jsonb is made canonical afterwards.
 */
#include "exec/func_array.h"
#include "exec/json_value.h"

#include "common/json.h"

static bool
is_jsonb(const struct function_call *call)
{
	return call->function->result == TYPE_JSONB;
}

/* The text of one row becomes its result. */
static int
put_document(struct function_call *call, uint32_t row, struct buf *text)
{
	struct arena scratch;
	struct buf canonical;
	int rc = 0;

	if (!is_jsonb(call) || text->failed)
		return put_json(call, row, text);
	arena_init(&scratch, call->arena->budget);
	buf_init_charged(&canonical, call->arena->budget);
	rc = json_canonical(buf_str(text), JSON_DEPTH_LIMIT, &scratch,
	    &canonical, call->err);
	if (rc == 0)
		rc = put_text(call, row, &canonical);
	buf_release(&canonical);
	arena_release(&scratch);
	return rc;
}

/* Write the document of one row. */
typedef int (
    *document_fn)(struct function_call *call, uint32_t row, struct buf *out);

static int
each_document(struct function_call *call, document_fn document)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		buf_reset(&text);
		rc = document(call, row, &text);
		if (rc == 0)
			rc = put_document(call, row, &text);
	}
	buf_release(&text);
	return rc;
}

#define DOCUMENT_KERNEL(name) \
	static int name(struct function_call *call) \
	{ \
		return each_document(call, name##_text); \
	}

static void
put_arg(struct function_call *call, uint32_t arg, uint32_t row, struct buf *out)
{
	const struct datum value = arg_datum(call, arg, row);

	json_value_put(&call->arg_types[arg], call->settings, &value, out);
}

static int
to_json_text(struct function_call *call, uint32_t row, struct buf *out)
{
	put_arg(call, 0, row, out);
	return 0;
}

static int
array_to_json_text(struct function_call *call, uint32_t row, struct buf *out)
{
	if (ARG(call, 1, boolean, row) == 0)
		put_arg(call, 0, row, out);
	else
		json_array_put_lines(&call->arg_types[0], call->settings,
		    ARG(call, 0, str, row), out);
	return 0;
}

static int
build_array_text(struct function_call *call, uint32_t row, struct buf *out)
{
	buf_put_u8(out, '[');
	for (uint32_t i = 0; i < call->arg_count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		put_arg(call, i, row, out);
	}
	buf_put_u8(out, ']');
	return 0;
}

static int
put_name(struct function_call *call, uint32_t arg, uint32_t row,
    struct buf *out)
{
	const struct type *type = &call->arg_types[arg];
	const struct datum value = arg_datum(call, arg, row);

	if (value.is_null && is_jsonb(call))
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "argument %u: key must not be null", arg + 1);
	if (value.is_null) {
		(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "argument %u cannot be null", arg + 1);
		return error_hint(call->err, "Object keys should be text.");
	}
	if (!json_can_be_name(type))
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "key value must be scalar, not array, composite, or json");
	json_name_put(type, call->settings, &value, out);
	return 0;
}

static int
build_object_text(struct function_call *call, uint32_t row, struct buf *out)
{
	int rc = 0;

	if (call->arg_count % 2 != 0) {
		(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "argument list must have even number of elements");
		return error_hint(call->err,
		    "The arguments of %s() must consist of alternating keys"
		    " and values.",
		    call->function->name);
	}
	buf_put_u8(out, '{');
	for (uint32_t i = 0; i < call->arg_count && rc == 0; i += 2) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		rc = put_name(call, i, row, out);
		buf_put_cstr(out, " : ");
		put_arg(call, i + 1, row, out);
	}
	buf_put_u8(out, '}');
	return rc;
}

/* ---- json_object(text[]) ---- */

static int
put_pair(struct function_call *call, const struct datum *name,
    const struct datum *value, bool is_first, struct buf *out)
{
	if (name->is_null)
		return error_set(call->err, STELE_E_NULL_NOT_ALLOWED,
		    "null value not allowed for object key");
	if (!is_first)
		buf_put_cstr(out, ", ");
	json_put_string(out, name->str);
	buf_put_cstr(out, " : ");
	if (value->is_null)
		buf_put_cstr(out, "null");
	else
		json_put_string(out, value->str);
	return 0;
}

static int
bad_array(struct function_call *call, const char *what)
{
	return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT, "%s", what);
}

static int
object_of_array_text(struct function_call *call, uint32_t row, struct buf *out)
{
	const struct array array = arg_array(call, 0, row);
	int rc = 0;

	if (array.shape.dims > 2)
		return bad_array(call, "wrong number of array subscripts");
	if (array.shape.dims == 2 && array.shape.lengths[1] != 2)
		return bad_array(call, "array must have two columns");
	if (array.count % 2 != 0)
		return bad_array(call,
		    "array must have even number of elements");
	buf_put_u8(out, '{');
	for (uint32_t i = 0; i < array.count && rc == 0; i += 2) {
		const struct datum name =
		    array_get(&array, PHYS_STR, i, call->arena);
		const struct datum value =
		    array_get(&array, PHYS_STR, i + 1, call->arena);

		rc = put_pair(call, &name, &value, i == 0, out);
	}
	buf_put_u8(out, '}');
	return rc;
}

static int
object_of_arrays_text(struct function_call *call, uint32_t row, struct buf *out)
{
	const struct array names = arg_array(call, 0, row);
	const struct array values = arg_array(call, 1, row);
	int rc = 0;

	if (names.shape.dims > 1 || names.shape.dims != values.shape.dims)
		return bad_array(call, "wrong number of array subscripts");
	if (names.count != values.count)
		return bad_array(call, "mismatched array dimensions");
	buf_put_u8(out, '{');
	for (uint32_t i = 0; i < names.count && rc == 0; i++) {
		const struct datum name =
		    array_get(&names, PHYS_STR, i, call->arena);
		const struct datum value =
		    array_get(&values, PHYS_STR, i, call->arena);

		rc = put_pair(call, &name, &value, i == 0, out);
	}
	buf_put_u8(out, '}');
	return rc;
}

DOCUMENT_KERNEL(to_json)
DOCUMENT_KERNEL(array_to_json)
DOCUMENT_KERNEL(build_array)
DOCUMENT_KERNEL(build_object)
DOCUMENT_KERNEL(object_of_array)
DOCUMENT_KERNEL(object_of_arrays)

static const struct func_row build_rows[] = {
	{ FN_TO_JSON, { to_json, false } },
	{ FN_TO_JSONB, { to_json, false } },
	{ FN_ARRAY_TO_JSON, { to_json, false } },
	{ FN_ARRAY_TO_JSON_PRETTY, { array_to_json, false } },
	{ FN_JSON_BUILD_ARRAY, { build_array, false } },
	{ FN_JSON_BUILD_ARRAY_EMPTY, { build_array, false } },
	{ FN_JSONB_BUILD_ARRAY, { build_array, false } },
	{ FN_JSONB_BUILD_ARRAY_EMPTY, { build_array, false } },
	{ FN_JSON_BUILD_OBJECT, { build_object, false } },
	{ FN_JSON_BUILD_OBJECT_EMPTY, { build_object, false } },
	{ FN_JSONB_BUILD_OBJECT, { build_object, false } },
	{ FN_JSONB_BUILD_OBJECT_EMPTY, { build_object, false } },
	{ FN_JSON_OBJECT, { object_of_array, false } },
	{ FN_JSONB_OBJECT, { object_of_array, false } },
	{ FN_JSON_OBJECT_PAIRS, { object_of_arrays, false } },
	{ FN_JSONB_OBJECT_PAIRS, { object_of_arrays, false } },
};

const struct func_family func_json_build = { build_rows,
	ARRAY_LEN(build_rows) };
