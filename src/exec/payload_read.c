/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload_read.c -- see payload_read.h.
 */
#include "exec/payload_read.h"

#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "engine/catalog/catalog.h"
#include "plan/native_time.h"
#include "types/cast.h"
#include "types/datetime.h"
#include "types/float_text.h"
#include "types/numeric.h"
#include "types/type.h"

#define DEPTH_MAX  1000
#define FEW_FIELDS 64 /* which most types have */

struct reading {
	const struct event_type *type;
	const struct type_settings *settings;
	struct json_reader json;
	struct str text;
	struct vec *fields;
	uint32_t row;
	struct arena *arena;
	uint8_t *is_seen; /* by field */
	uint8_t few_seen[FEW_FIELDS];
};

/* The offset as a character of the text, from 1. */
static int
position_of(struct str text, size_t offset)
{
	int position = 1;

	for (size_t i = 0; i < offset && i < text.len; i++)
		position += ((uint8_t)text.data[i] & 0xc0) != 0x80;
	return position;
}

static const char *
token_name(enum json_token token)
{
	switch (token) {
	case JSON_OBJECT_BEGIN:
		return "an object";
	case JSON_ARRAY_BEGIN:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_NUMBER:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	case JSON_FAULT:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
		break;
	}
	return "nothing";
}

static int
mismatch(const struct reading *r, const struct field *field,
    enum json_token token, struct error *err)
{
	struct str name = type_format(&field->type, r->arena);

	error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "field \"%.*s\" does not match its type %.*s", STR_FMT(field->name),
	    STR_FMT(name));
	error_detail(err, "The payload has %s there.", token_name(token));
	return error_position(err, position_of(r->text, r->json.token_off));
}

/* ---- scalars ---- */

static int
read_string(struct reading *r, struct str *out, struct error *err)
{
	int rc =
	    json_unescape(r->json.text, r->json.has_escape, r->arena, out, err);

	if (rc != 0)
		return error_position(err,
		    position_of(r->text, r->json.token_off));
	return 0;
}

static int
read_text_form(struct reading *r, const struct field *field, struct str text,
    struct datum *out, struct error *err)
{
	int rc =
	    type_in_text(&field->type, r->settings, text, r->arena, out, err);

	if (rc == 0)
		return 0;
	error_add_context(err, "field \"%.*s\"", STR_FMT(field->name));
	return error_position(err, position_of(r->text, r->json.token_off));
}

static bool
is_integer_token(struct str text)
{
	return native_time_is_integer(text);
}

static int
read_decimal(struct reading *r, const struct field *field,
    enum json_token token, struct str text, struct datum *out,
    struct error *err)
{
	struct type bare = type_of(TYPE_NUMERIC);
	struct datum exact;
	int rc;

	rc = type_in_text(&bare, r->settings, text, r->arena, &exact, err);
	if (rc == 0 && field->type.mod != -1)
		rc = read_text_form(r, field, text, out, err);
	else if (rc == 0)
		*out = exact;
	if (rc != 0)
		return token == JSON_STRING ? mismatch(r, field, token, err)
					    : rc;
	if (numeric_compare(&exact.numeric, &out->numeric) != 0)
		return mismatch(r, field, token, err);
	return 0;
}

static int
read_numeric(struct reading *r, const struct field *field,
    enum json_token token, struct str text, struct datum *out,
    struct error *err)
{
	int rc = read_decimal(r, field, token, text, out, err);

	if (rc == 0 && (rc = field_check(field, out, err)) != 0)
		return error_position(err,
		    position_of(r->text, r->json.token_off));
	return rc;
}

static int
read_moment(struct reading *r, const struct field *field, enum json_token token,
    struct str text, struct datum *out, struct error *err)
{
	int64_t time;

	if (token == JSON_STRING && !native_time_is_integer(text))
		return read_text_form(r, field, text, out, err);
	if (!native_time_read(text, &time))
		return mismatch(r, field, token, err);
	out->is_null = false;
	out->i64 = time;
	if (field->type.oid == TYPE_DATE)
		out->i64 = time >= 0
		    ? time / USECS_PER_DAY
		    : -((-time + USECS_PER_DAY - 1) / USECS_PER_DAY);
	return 0;
}

/* Text keeps its length's limit; blanks past it are cut as in an INSERT. */
static int
read_text(struct reading *r, const struct field *field, struct str text,
    struct datum *out, struct error *err)
{
	struct type bare = field->type;
	int rc;

	*out = (struct datum){ .str = text };
	if (field->type.mod == -1)
		return 0;
	bare.mod = -1;
	rc = cast_datum(&bare, &field->type, CAST_ASSIGNMENT, r->settings, out,
	    r->arena, out, err);
	if (rc == 0)
		return 0;
	error_add_context(err, "field \"%.*s\"", STR_FMT(field->name));
	return error_position(err, position_of(r->text, r->json.token_off));
}

/* What JSON token a type is written as, besides null. */
static bool
accepts(const struct type *type, enum json_token token, struct str text)
{
	if (type->enum_type != NULL)
		return token == JSON_STRING;
	switch (type->oid) {
	case TYPE_BOOL:
		return token == JSON_TRUE || token == JSON_FALSE;
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
		return token == JSON_NUMBER && is_integer_token(text);
	case TYPE_FLOAT4:
	case TYPE_FLOAT8:
		return token == JSON_NUMBER;
	case TYPE_NUMERIC:
	case TYPE_TIMESTAMPTZ:
	case TYPE_DATE:
		return token == JSON_NUMBER || token == JSON_STRING;
	default: /* text and what has only a text form */
		return token == JSON_STRING;
	}
}

static int
read_scalar(struct reading *r, const struct field *field, enum json_token token,
    struct datum *out, struct error *err)
{
	struct str text = r->json.text;

	*out = (struct datum){ .is_null = false };
	if (!accepts(&field->type, token, text))
		return mismatch(r, field, token, err);
	if (token == JSON_STRING && read_string(r, &text, err) != 0)
		return err->code;
	switch (field->type.oid) {
	case TYPE_BOOL:
		out->boolean = token == JSON_TRUE;
		return 0;
	case TYPE_NUMERIC:
		return read_numeric(r, field, token, text, out, err);
	case TYPE_TIMESTAMPTZ:
	case TYPE_DATE:
		return read_moment(r, field, token, text, out, err);
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
		return read_text(r, field, text, out, err);
	default: /* numbers, enums and what has only a text form */
		return read_text_form(r, field, text, out, err);
	}
}

static bool
take_integer(const struct json_member *member, int64_t *out)
{
	int64_t value = (int64_t)member->digits;

	*out = member->is_negative ? -value : value;
	return member->scale == 0;
}

static bool
take_float(const struct json_member *member, double *out)
{
	if (!float8_of_digits(member->digits, member->scale, out))
		return false;
	if (member->is_negative)
		*out = -*out;
	return true;
}

static bool
take_number(const struct field *field, const struct json_member *member,
    struct vec *vec, uint32_t row)
{
	int64_t digits = (int64_t)member->digits;

	switch (field->type.oid) {
	case TYPE_INT8:
		return take_integer(member, &vec->i64[row]);
	case TYPE_FLOAT8:
		return take_float(member, &vec->f64[row]);
	case TYPE_NUMERIC:
		return !field->is_unsigned &&
		    numeric_of_digits(member->is_negative ? -digits : digits,
			member->scale, field->type.mod, &vec->numeric[row]);
	default:
		return false;
	}
}

static bool
take_string(const struct field *field, struct str text, struct vec *vec,
    uint32_t row)
{
	if (field->type.mod != -1 ||
	    (field->type.oid != TYPE_TEXT && field->type.oid != TYPE_VARCHAR))
		return false;
	vec->str[row] = text;
	return true;
}

/*
 * What most values are, straight into the column.  False: read_member()
 * knows how, or why not.
 */
static bool
take_plain(const struct field *field, const struct json_member *member,
    struct vec *vec, uint32_t row)
{
	const struct datum null = { .is_null = true };

	vec->nulls[row] = 0;
	switch (member->token) {
	case JSON_NUMBER:
		return take_number(field, member, vec, row);
	case JSON_STRING:
		return take_string(field, member->text, vec, row);
	case JSON_TRUE:
	case JSON_FALSE:
		if (field->type.oid != TYPE_BOOL)
			return false;
		vec->boolean[row] = member->token == JSON_TRUE;
		return true;
	case JSON_NULL:
		vec_set(vec, row, &null);
		return !field->is_not_null;
	default:
		return false;
	}
}

/* ---- json fields ---- */

static int
read_json(struct reading *r, const struct field *field, enum json_token token,
    struct datum *out, struct error *err)
{
	size_t start = r->json.token_off;
	struct str text;
	struct buf buf;
	int rc;

	if (!json_skip(&r->json, token))
		return json_error(&r->json, "json", err);
	text = str_of(r->text.data + start, json_offset(&r->json) - start);
	*out = (struct datum){ .str = text };
	if (field->type.oid != TYPE_JSONB)
		return 0;
	buf_init_charged(&buf, r->arena->budget);
	rc = json_canonical(text, DEPTH_MAX, r->arena, &buf, err);
	if (rc == 0)
		out->str = arena_str(r->arena, buf_str(&buf));
	buf_release(&buf);
	return rc;
}

/* ---- fields ---- */

/* Fields mostly come in the schema's order: `guess` is tried first. */
static bool
find_field(const struct event_type *type, struct str name, uint32_t guess,
    uint32_t *out)
{
	if (guess < type->field_count &&
	    str_equal(type->fields[guess].name, name)) {
		*out = guess;
		return true;
	}
	for (uint32_t i = 0; i < type->field_count; i++) {
		if (str_equal(type->fields[i].name, name)) {
			*out = i;
			return true;
		}
	}
	return false;
}

static int
find_key(struct reading *r, uint32_t guess, uint32_t *out, struct error *err)
{
	struct str name = r->json.text;

	if (r->json.has_escape && read_string(r, &name, err) != 0)
		return err->code;
	if (!find_field(r->type, name, guess, out)) {
		error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "payload contains a field that event type \"%.*s\" does"
		    " not have: \"%.*s\"",
		    STR_FMT(r->type->name), STR_FMT(name));
		return error_position(err,
		    position_of(r->text, r->json.token_off));
	}
	if (r->is_seen[*out]) {
		error_set(err, STELE_E_DUPLICATE_JSON_KEY,
		    "field \"%.*s\" is in the payload twice", STR_FMT(name));
		return error_position(err,
		    position_of(r->text, r->json.token_off));
	}
	return 0;
}

static int
read_member(struct reading *r, uint32_t index, struct error *err)
{
	const struct field *field = &r->type->fields[index];
	enum json_token token = json_next(&r->json);
	struct datum value = { .is_null = true };
	int rc = 0;

	if (token == JSON_FAULT)
		return json_error(&r->json, "json", err);
	r->is_seen[index] = 1;
	if (token == JSON_NULL) {
		if (field->is_not_null) {
			error_set(err, STELE_E_NOT_NULL_VIOLATION,
			    "field \"%.*s\" must not be null",
			    STR_FMT(field->name));
			return error_position(err,
			    position_of(r->text, r->json.token_off));
		}
	} else if (field->type.oid == TYPE_JSON ||
	    field->type.oid == TYPE_JSONB) {
		rc = read_json(r, field, token, &value, err);
	} else {
		rc = read_scalar(r, field, token, &value, err);
	}
	if (rc == 0)
		vec_set(&r->fields[index], r->row, &value);
	return rc;
}

/* What the payload leaves out. */
static int
fill_missing(struct reading *r, struct error *err)
{
	for (uint32_t i = 0; i < r->type->field_count; i++) {
		const struct field *field = &r->type->fields[i];
		struct datum value = { .is_null = true };

		if (r->is_seen[i])
			continue;
		if (field->has_default)
			value = field->default_value;
		else if (field->is_not_null)
			return error_set(err, STELE_E_NOT_NULL_VIOLATION,
			    "missing field \"%.*s\" in payload",
			    STR_FMT(field->name));
		vec_set(&r->fields[i], r->row, &value);
	}
	return 0;
}

/* Members as they mostly are; those from *index on are still to be read. */
static void
read_plain_members(struct reading *r, uint32_t *index)
{
	struct json_member member;
	uint32_t i = *index;

	while (json_peek_member(&r->json, &member) &&
	    find_field(r->type, member.key, i + 1, &i) && !r->is_seen[i] &&
	    take_plain(&r->type->fields[i], &member, &r->fields[i], r->row)) {
		json_take_member(&r->json, &member);
		r->is_seen[i] = 1;
		*index = i;
	}
}

static int
read_object(struct reading *r, struct error *err)
{
	enum json_token token = json_next(&r->json);
	uint32_t index = UINT32_MAX;
	int rc;

	if (token == JSON_FAULT)
		return json_error(&r->json, "json", err);
	if (token != JSON_OBJECT_BEGIN) {
		error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "payload must be a JSON object");
		return error_detail(err, "It is %s.", token_name(token));
	}
	for (;;) {
		read_plain_members(r, &index);
		token = json_next(&r->json);
		if (token != JSON_KEY)
			break;
		rc = find_key(r, index + 1, &index, err);
		if (rc == 0)
			rc = read_member(r, index, err);
		if (rc != 0)
			return rc;
	}
	if (token == JSON_OBJECT_END)
		token = json_next(&r->json);
	if (token != JSON_END)
		return json_error(&r->json, "json", err);
	return fill_missing(r, err);
}

int
payload_read(const struct event_type *type,
    const struct type_settings *settings, struct str json, struct vec *fields,
    uint32_t row, struct arena *arena, struct error *err)
{
	struct reading r;
	int rc;

	r.type = type;
	r.settings = settings;
	r.text = json;
	r.fields = fields;
	r.row = row;
	r.arena = arena;
	r.is_seen = r.few_seen;
	if (type->field_count > FEW_FIELDS)
		r.is_seen = arena_alloc(arena, type->field_count);
	memset(r.is_seen, 0, type->field_count);
	json_reader_init(&r.json, json, DEPTH_MAX);
	rc = read_object(&r, err);
	return rc != 0 ? rc : arena_check(arena, err);
}
