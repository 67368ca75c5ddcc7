/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_error.c -- what is wrong with a JSON text, in PostgreSQL's words.
 */
#include "common/error.h"
#include "common/json.h"

#define EXCERPT_BYTES 50 /* of a line, before what is wrong and with it */
#define EXCERPT_SLACK 3  /* what "..." would stand for, and is as long */

static int
detail(const struct json_reader *r, const char *expected, struct error *err)
{
	return error_detail(err, "Expected %s, but found \"%.*s\".", expected,
	    STR_FMT(r->found));
}

static int
word_fault(const struct json_reader *r, struct error *err)
{
	switch (r->fault) {
	case JSON_FAULT_TOKEN:
		return error_detail(err, "Token \"%.*s\" is invalid.",
		    STR_FMT(r->found));
	case JSON_FAULT_VALUE:
		return detail(r, "JSON value", err);
	case JSON_FAULT_ARRAY_NEXT:
		return detail(r, "\",\" or \"]\"", err);
	case JSON_FAULT_COLON:
		return detail(r, "\":\"", err);
	case JSON_FAULT_OBJECT_FIRST:
		return detail(r, "string or \"}\"", err);
	case JSON_FAULT_OBJECT_NEXT:
		return detail(r, "\",\" or \"}\"", err);
	case JSON_FAULT_KEY:
		return detail(r, "string", err);
	case JSON_FAULT_AFTER_END:
		return detail(r, "end of input", err);
	case JSON_FAULT_ENDED:
		return error_detail(err,
		    "The input string ended unexpectedly.");
	case JSON_FAULT_CONTROL:
		return error_detail(err,
		    "Character with value 0x%02x must be escaped.",
		    (unsigned char)r->found.data[0]);
	case JSON_FAULT_ESCAPE:
		return error_detail(err, "Escape sequence \"%.*s\" is invalid.",
		    STR_FMT(r->found));
	case JSON_FAULT_UNICODE:
		return error_detail(err,
		    "\"\\u\" must be followed by four hexadecimal digits.");
	case JSON_FAULT_NONE:
	case JSON_FAULT_UTF8:
	case JSON_FAULT_DEPTH:
		break;
	}
	return err->code;
}

int
json_error(const struct json_reader *r, const char *type_name,
    struct error *err)
{
	if (r->fault == JSON_FAULT_DEPTH)
		return error_set(err, STELE_E_TOO_COMPLEX,
		    "json is nested more than %u levels deep", r->depth_max);
	if (r->fault == JSON_FAULT_UTF8)
		return error_set(err, STELE_E_CHARACTER_NOT_IN_REPERTOIRE,
		    "invalid byte sequence for encoding \"UTF8\": 0x%02x",
		    (unsigned char)r->found.data[0]);
	(void)error_set(err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type %s", type_name);
	return word_fault(r, err);
}

/* ---- where it is ---- */

/* Behind what is wrong, as far as it was read: a control character was not. */
static size_t
fault_end(const struct json_reader *r)
{
	return r->fault == JSON_FAULT_CONTROL ? r->fault_off
					      : r->fault_off + r->found.len;
}

/* Where an excerpt of the line from `line` to `end` starts: at a character. */
static size_t
excerpt_start(struct str input, size_t line, size_t end)
{
	size_t start = line;

	if (end - line < EXCERPT_BYTES)
		return line;
	start = end - EXCERPT_BYTES + 1;
	while (start < end && ((unsigned char)input.data[start] & 0xc0) == 0x80)
		start++;
	return start - line <= EXCERPT_SLACK ? line : start;
}

int
json_error_place(const struct json_reader *r, struct error *err)
{
	struct str input = r->input;
	size_t end = fault_end(r), line = 0, start;
	uint32_t number = 1;
	bool is_cut;

	if (r->fault == JSON_FAULT_NONE)
		return err->code;
	for (size_t off = 0; off < end; off++) {
		if (input.data[off] != '\n')
			continue;
		number++;
		line = off + 1;
	}
	start = excerpt_start(input, line, end);
	is_cut = end < input.len && input.data[end] != '\n' &&
	    input.data[end] != '\r';
	error_add_context(err, "JSON data, line %u: %s%.*s%s", number,
	    start > line ? "..." : "", (int)(end - start), input.data + start,
	    is_cut ? "..." : "");
	return err->code;
}

int
json_validate(struct str text, const char *type_name, uint32_t depth_max,
    struct error *err)
{
	struct json_reader r;
	enum json_token token;

	json_reader_init(&r, text, depth_max);
	do
		token = json_next(&r);
	while (token > JSON_END);
	if (token == JSON_END)
		return 0;
	(void)json_error(&r, type_name, err);
	return json_error_place(&r, err);
}
