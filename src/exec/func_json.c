/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to json and jsonb: fields, elements, paths.
 *
 * Both are text, read token by token; what is found is a slice of it.  What is
 * not there is null.  Of equal keys the last one counts.
 */
#include "common/json.h"
#include "exec/func_array.h"
#include "exec/json_path.h"

/* A value inside a document. */
struct found {
	bool exists;
	struct str slice; /* the value as it is written */
	enum json_token token;
	struct str text; /* of a string, without quotes, escapes left in */
	bool has_escape;
};

/* Note the value whose first token has just been read, and step over it. */
static bool
take_value(struct json_reader *r, enum json_token token, struct found *out)
{
	size_t first = r->token_off;

	*out = (struct found){
		.token = token,
		.text = r->text,
		.has_escape = r->has_escape,
	};
	if (!json_skip(r, token))
		return false;
	out->slice = str_of(r->input.data + first, json_offset(r) - first);
	out->exists = true;
	return true;
}

static bool
key_matches(struct json_reader *r, struct str key, struct arena *arena)
{
	struct error ignored;
	struct str name;

	if (!r->has_escape)
		return str_equal(r->text, key);
	return json_unescape(r->text, true, arena, &name, &ignored) == 0 &&
	    str_equal(name, key);
}

static struct found
find_key(struct str document, struct str key, struct arena *arena)
{
	struct found found = { .exists = false }, other;
	struct json_reader r;
	enum json_token token;

	json_reader_init(&r, document, JSON_DEPTH_LIMIT);
	if (json_next(&r) != JSON_OBJECT_BEGIN)
		return found;
	while (json_next(&r) == JSON_KEY) {
		bool matches = key_matches(&r, key, arena);

		token = json_next(&r);
		if (!take_value(&r, token, matches ? &found : &other))
			break;
	}
	return found;
}

/* Number of elements, or -1 if the document is no array. */
static int64_t
array_length(struct str document)
{
	struct json_reader r;
	enum json_token token;
	int64_t count = 0;

	json_reader_init(&r, document, JSON_DEPTH_LIMIT);
	if (json_next(&r) != JSON_ARRAY_BEGIN)
		return -1;
	while ((token = json_next(&r)) > JSON_END && token != JSON_ARRAY_END) {
		if (!json_skip(&r, token))
			break;
		count++;
	}
	return count;
}

/* Element number `index` from 0; from the end if negative. */
static struct found
find_element(struct str document, int64_t index)
{
	struct found found = { .exists = false };
	struct json_reader r;
	enum json_token token;

	if (index < 0)
		index += array_length(document);
	json_reader_init(&r, document, JSON_DEPTH_LIMIT);
	if (index < 0 || json_next(&r) != JSON_ARRAY_BEGIN)
		return found;
	for (; (token = json_next(&r)) > JSON_END && token != JSON_ARRAY_END;
	     index--) {
		if (index == 0) {
			(void)take_value(&r, token, &found);
			return found;
		}
		if (!json_skip(&r, token))
			return found;
	}
	return found;
}

enum as { AS_JSON, AS_TEXT };

/* Make the result of a row: the slice, or the text of a string. */
static int
put_found(struct function_call *call, uint32_t row, const struct found *found,
    enum as as)
{
	struct str *out = &call->result->str[row];

	if (!found->exists || (as == AS_TEXT && found->token == JSON_NULL)) {
		vec_need_nulls(call->result, call->row_count,
		    call->arena)[row] = 1;
		*out = STR("");
		return 0;
	}
	*out = found->slice;
	if (as == AS_TEXT && found->token == JSON_STRING)
		return json_unescape(found->text, found->has_escape,
		    call->arena, out, call->err);
	return 0;
}

static int
field_rows(struct function_call *call, enum as as)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct found found = find_key(ARG(call, 0, str, row),
		    ARG(call, 1, str, row), call->arena);

		rc = put_found(call, row, &found, as);
	}
	return rc;
}

static int
json_field(struct function_call *call)
{
	return field_rows(call, AS_JSON);
}

static int
json_field_text(struct function_call *call)
{
	return field_rows(call, AS_TEXT);
}

/* To jsonb a scalar is an array of one, as long as it is asked by number. */
static struct found
find_in_jsonb(struct str document, int64_t index)
{
	struct found found = { .exists = false };
	struct json_reader r;
	enum json_token token;

	json_reader_init(&r, document, JSON_DEPTH_LIMIT);
	token = json_next(&r);
	if (token == JSON_ARRAY_BEGIN)
		return find_element(document, index);
	if (token != JSON_OBJECT_BEGIN && (index == 0 || index == -1))
		(void)take_value(&r, token, &found);
	return found;
}

static int
element_rows(struct function_call *call, enum as as)
{
	bool is_jsonb = call->function->args[0] == TYPE_JSONB;
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str document = ARG(call, 0, str, row);
		int64_t index = ARG(call, 1, i64, row);
		struct found found = is_jsonb ? find_in_jsonb(document, index)
					      : find_element(document, index);

		rc = put_found(call, row, &found, as);
	}
	return rc;
}

static int
json_element(struct function_call *call)
{
	return element_rows(call, AS_JSON);
}

static int
json_element_text(struct function_call *call)
{
	return element_rows(call, AS_TEXT);
}

static void
follow_step(struct str step, struct arena *arena, struct found *found)
{
	int64_t index;

	if (!found->exists)
		return;
	if (found->token == JSON_OBJECT_BEGIN)
		*found = find_key(found->slice, step, arena);
	else if (found->token == JSON_ARRAY_BEGIN &&
	    json_step_index(step, &index))
		*found = find_element(found->slice, index);
	else
		found->exists = false;
}

/* Of a path with a null in it nothing is found. */
static void
follow_path(struct function_call *call, uint32_t row, struct found *found)
{
	const struct array path = arg_array(call, 1, row);
	struct json_reader r;

	json_reader_init(&r, ARG(call, 0, str, row), JSON_DEPTH_LIMIT);
	(void)take_value(&r, json_next(&r), found);
	for (uint32_t i = 0; i < path.count; i++) {
		struct datum step = array_get(&path, PHYS_STR, i, call->arena);

		found->exists &= !step.is_null;
		if (found->exists)
			follow_step(step.str, call->arena, found);
	}
}

/* The same, of arguments. */
static void
follow_arguments(struct function_call *call, uint32_t row, struct found *found)
{
	struct json_reader r;

	*found = (struct found){ .exists = false };
	for (uint32_t i = 0; i < call->arg_count; i++)
		if (arg_is_null(call, i, row))
			return;
	json_reader_init(&r, ARG(call, 0, str, row), JSON_DEPTH_LIMIT);
	(void)take_value(&r, json_next(&r), found);
	for (uint32_t i = 1; i < call->arg_count; i++)
		follow_step(ARG(call, i, str, row), call->arena, found);
}

static int
path_rows(struct function_call *call, enum as as)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct found found;

		if (call->function->is_variadic)
			follow_arguments(call, row, &found);
		else
			follow_path(call, row, &found);
		rc = put_found(call, row, &found, as);
	}
	return rc;
}

static int
json_path(struct function_call *call)
{
	return path_rows(call, AS_JSON);
}

static int
json_path_text(struct function_call *call)
{
	return path_rows(call, AS_TEXT);
}

static struct str
type_name(struct str document)
{
	struct json_reader r;

	json_reader_init(&r, document, JSON_DEPTH_LIMIT);
	switch (json_next(&r)) {
	case JSON_OBJECT_BEGIN:
		return STR("object");
	case JSON_ARRAY_BEGIN:
		return STR("array");
	case JSON_STRING:
		return STR("string");
	case JSON_NUMBER:
		return STR("number");
	case JSON_TRUE:
	case JSON_FALSE:
		return STR("boolean");
	case JSON_FAULT:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
	case JSON_NULL:
		break;
	}
	return STR("null");
}

static int
json_typeof(struct function_call *call)
{
	UNARY_LOOP(call, struct str, str,
		   call->result->str[row] = type_name(x););
	return 0;
}

static int
json_length(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str document = ARG(call, 0, str, row);
		int64_t length = array_length(document);

		if (length < 0)
			return error_set(call->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "cannot get array length of a %s",
			    str_equal(type_name(document), STR("object"))
				? "non-array"
				: "scalar");
		call->result->i64[row] = length;
	}
	return 0;
}

static const struct func_row json_rows[] = {
	{ FN_JSON_ARRAY_ELEMENT, { json_element, false } },
	{ FN_JSON_ARRAY_ELEMENT_TEXT, { json_element_text, false } },
	{ FN_JSON_ARRAY_LENGTH, { json_length, false } },
	{ FN_JSON_EXTRACT_PATH, { json_path, false } },
	{ FN_JSON_EXTRACT_PATH_TEXT, { json_path_text, false } },
	{ FN_JSONB_EXTRACT_PATH, { json_path, false } },
	{ FN_JSONB_EXTRACT_PATH_TEXT, { json_path_text, false } },
	{ FN_JSON_OBJECT_FIELD, { json_field, false } },
	{ FN_JSON_OBJECT_FIELD_TEXT, { json_field_text, false } },
	{ FN_JSON_PATH, { json_path, false } },
	{ FN_JSON_PATH_TEXT, { json_path_text, false } },
	{ FN_JSON_TYPEOF, { json_typeof, false } },
	{ FN_JSONB_ARRAY_ELEMENT, { json_element, false } },
	{ FN_JSONB_ARRAY_ELEMENT_TEXT, { json_element_text, false } },
	{ FN_JSONB_ARRAY_LENGTH, { json_length, false } },
	{ FN_JSONB_OBJECT_FIELD, { json_field, false } },
	{ FN_JSONB_OBJECT_FIELD_TEXT, { json_field_text, false } },
	{ FN_JSONB_PATH, { json_path, false } },
	{ FN_JSONB_PATH_TEXT, { json_path_text, false } },
	{ FN_JSONB_TYPEOF, { json_typeof, false } },
};

const struct func_family func_json = { json_rows, ARRAY_LEN(json_rows) };
