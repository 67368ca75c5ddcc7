/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_frontend.c -- decoders of the messages of a session.
 */
#include "wire/pg_frontend.h"

#include <string.h>

#include "common/error.h"
#include "types/encoding.h"

/* How long the messages of a type may be, as their length counts. */
enum size_class {
	SIZE_UNKNOWN, /* no type of a client's */
	SIZE_EMPTY,   /* exactly 4 */
	SIZE_SHORT,   /* at most PG_SHORT_SIZE_MAX */
	SIZE_LONG,    /* what the caller allows */
};

static enum size_class
size_class_of(char type)
{
	switch (type) {
	case 'H':
	case 'S':
	case 'X':
	case 'c':
		return SIZE_EMPTY;
	case 'C':
	case 'D':
	case 'E':
	case 'f':
		return SIZE_SHORT;
	case 'B':
	case 'F':
	case 'P':
	case 'Q':
	case 'd':
		return SIZE_LONG;
	default:
		return SIZE_UNKNOWN;
	}
}

bool
pg_frame_is_known(char type)
{
	return size_class_of(type) != SIZE_UNKNOWN;
}

static int
check_length(enum size_class class, uint32_t length, size_t size_max,
    struct error *err)
{
	bool is_possible = length >= 4 && length <= PG_MESSAGE_SIZE_MAX;

	if (class == SIZE_EMPTY)
		is_possible = length == 4;
	else if (class == SIZE_SHORT)
		is_possible = length >= 4 && length <= PG_SHORT_SIZE_MAX;
	if (!is_possible)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid message length");
	if (length <= size_max || class != SIZE_LONG)
		return 0;
	(void)error_set(err, STELE_E_LIMIT, "message is too long");
	return error_detail(err,
	    "It has %u bytes; max_statement_size allows %zu.", (unsigned)length,
	    size_max);
}

int
pg_frame_next(const uint8_t *data, size_t len, size_t size_max,
    struct pg_frame *out, struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t length;
	int rc;

	*out = (struct pg_frame){ .type = 0 };
	if (len == 0)
		return 0;
	out->type = (char)reader_u8(&r);
	if (!pg_frame_is_known(out->type))
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid frontend message type %u", data[0]);
	if (len < PG_FRAME_HEADER_SIZE)
		return 0;
	length = reader_u32_be(&r);
	rc = check_length(size_class_of(out->type), length, size_max, err);
	if (rc != 0)
		return rc;
	out->size = (size_t)length + 1;
	if (len < out->size)
		return 0;
	out->body = reader_str(&r, length - 4);
	return 1;
}

/* One message for each way a body can be wrong, in PostgreSQL's words. */
static int
check_end(const struct reader *r, struct error *err)
{
	if (r->failed)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "insufficient data left in message");
	if (reader_left(r) != 0)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid message format");
	return 0;
}

/* A string up to its NUL. */
static int
read_cstr(struct reader *r, struct str *out, struct error *err)
{
	*out = reader_cstr(r);
	if (r->failed)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid string in message");
	return 0;
}

int
pg_query_decode(struct str body, struct str *out, struct error *err)
{
	struct reader r = reader_over(body.data, body.len);
	int rc;

	rc = read_cstr(&r, out, err);
	if (rc != 0)
		return rc;
	return check_end(&r, err);
}

int
pg_copy_fail_decode(struct str body, struct str *out, struct error *err)
{
	return pg_query_decode(body, out, err);
}

int
pg_parse_decode(struct str body, struct arena *arena, struct pg_parse *out,
    struct error *err)
{
	struct reader r = reader_over(body.data, body.len);
	uint32_t *types = NULL;
	int rc;

	*out = (struct pg_parse){ .type_count = 0 };
	rc = read_cstr(&r, &out->name, err);
	if (rc != 0)
		return rc;
	rc = read_cstr(&r, &out->query, err);
	if (rc != 0)
		return rc;
	out->type_count = reader_u16_be(&r);
	/* The count is believed only as far as the frame has bytes for it. */
	if (reader_left(&r) < (size_t)out->type_count * 4)
		r.failed = true;
	if (!r.failed && out->type_count > 0) {
		types =
		    arena_alloc_array(arena, out->type_count, sizeof(*types));
		for (uint32_t i = 0; i < out->type_count; i++)
			types[i] = reader_u32_be(&r);
	}
	out->types = types;
	return check_end(&r, err);
}

/* A count of 16 bits and as many format codes. */
static void
read_formats(struct reader *r, struct arena *arena, uint32_t *count,
    const uint16_t **out)
{
	uint16_t *formats;

	*out = NULL;
	*count = reader_u16_be(r);
	if (reader_left(r) < (size_t)*count * 2)
		r->failed = true;
	if (r->failed || *count == 0)
		return;
	formats = arena_alloc_array(arena, *count, sizeof(*formats));
	for (uint32_t i = 0; i < *count; i++)
		formats[i] = reader_u16_be(r);
	*out = formats;
}

static void
read_values(struct reader *r, struct pg_value *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		int32_t len = reader_i32_be(r);

		values[i].is_null = len == -1;
		values[i].bytes = str_of(NULL, 0);
		if (len < -1)
			r->failed = true;
		else if (len >= 0)
			values[i].bytes = reader_str(r, (size_t)len);
	}
}

static void
read_params(struct reader *r, struct arena *arena, struct pg_bind *out)
{
	struct pg_value *params;

	if (reader_left(r) < (size_t)out->param_count * 4)
		r->failed = true;
	if (r->failed || out->param_count == 0)
		return;
	params = arena_alloc_array(arena, out->param_count, sizeof(*params));
	read_values(r, params, out->param_count);
	out->params = params;
}

/* What was read between two places of a body. */
static struct str
between(const uint8_t *from, const uint8_t *to)
{
	return str_of((const char *)from, (size_t)(to - from));
}

int
pg_bind_decode(struct str body, struct arena *arena, struct pg_bind *out,
    struct error *err)
{
	struct reader r = reader_over(body.data, body.len);
	const uint8_t *head, *values;
	int rc;

	*out = (struct pg_bind){ .param_count = 0 };
	rc = read_cstr(&r, &out->portal, err);
	if (rc != 0)
		return rc;
	rc = read_cstr(&r, &out->statement, err);
	if (rc != 0)
		return rc;
	head = r.next;
	read_formats(&r, arena, &out->format_count, &out->formats);
	out->param_count = reader_u16_be(&r);
	values = r.next;
	read_params(&r, arena, out);
	out->head = between(head, values);
	out->tail = between(r.next, r.end);
	read_formats(&r, arena, &out->result_format_count,
	    &out->result_formats);
	rc = check_end(&r, err);
	if (rc != 0)
		return rc;
	if (out->format_count > 1 && out->format_count != out->param_count)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "bind message has %u parameter formats but %u parameters",
		    out->format_count, out->param_count);
	return 0;
}

int
pg_execute_decode(struct str body, struct pg_execute *out, struct error *err)
{
	struct reader r = reader_over(body.data, body.len);
	int32_t row_max;
	int rc;

	rc = read_cstr(&r, &out->portal, err);
	if (rc != 0)
		return rc;
	row_max = reader_i32_be(&r);
	out->row_max = row_max > 0 ? (uint32_t)row_max : 0;
	return check_end(&r, err);
}

int
pg_target_decode(struct str body, const char *message, struct pg_target *out,
    struct error *err)
{
	struct reader r = reader_over(body.data, body.len);
	int rc;

	out->kind = (char)reader_u8(&r);
	rc = read_cstr(&r, &out->name, err);
	if (rc != 0)
		return rc;
	rc = check_end(&r, err);
	if (rc == 0 && out->kind != 'S' && out->kind != 'P')
		rc = error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid %s message subtype %u", message,
		    (unsigned)(uint8_t)out->kind);
	return rc;
}

size_t
pg_execution_at(struct str input, bool *is_described)
{
	static const char describe[] = { 'D', 0, 0, 0, 6, 'P', 0 };
	static const char execute[] = { 'E', 0, 0, 0, 9, 0 };
	const size_t execute_size = sizeof(execute) + 4; /* a limit of rows */
	size_t size = 0;

	*is_described = input.len >= sizeof(describe) &&
	    memcmp(input.data, describe, sizeof(describe)) == 0;
	if (*is_described)
		size = sizeof(describe);
	if (input.len - size < execute_size ||
	    memcmp(input.data + size, execute, sizeof(execute)) != 0)
		return 0;
	return size + execute_size;
}

size_t
pg_bind_at(struct str input, const struct pg_bind *like, size_t size_max,
    struct str *statement, struct pg_value *values)
{
	struct reader r = reader_over(input.data, input.len);
	uint8_t type = reader_u8(&r);
	uint32_t length = reader_u32_be(&r);
	struct str portal;

	if (r.failed || type != 'B' || length < 4 || length > size_max ||
	    length - 4 > reader_left(&r))
		return 0;
	r.end = r.next + (length - 4);
	portal = reader_cstr(&r);
	*statement = reader_cstr(&r);
	if (!str_equal(portal, like->portal) ||
	    !str_equal(reader_str(&r, like->head.len), like->head))
		return 0;
	read_values(&r, values, like->param_count);
	if (r.failed || !str_equal(between(r.next, r.end), like->tail))
		return 0;
	return (size_t)length + 1;
}

int
pg_check_text(struct str text, struct error *err)
{
	return encoding_check(encoding_utf8, text, err);
}
