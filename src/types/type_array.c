/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays: text and binary forms, order and hash, from those of the elements.
 *
 * A text is read twice: first what the braces say, with every element's text
 * put aside, then the elements.
 */
#include "types/type_array.h"

#include <assert.h>
#include <stdlib.h>

#include "common/hash.h"
#include "types/array.h"
#include "types/type_private.h"

/* ---- the text form, in ---- */

enum token {
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_ELEMENT,
	TOKEN_END,
	TOKEN_BROKEN, /* an error is set */
};

struct element_text {
	struct str text;
	bool is_null;
};

struct array_parser {
	const struct type_input *in;
	size_t at;
	enum token token; /* the next one */
	struct element_text element;
	char *texts; /* room for the elements to come */
	struct array_shape shape;
	bool is_length_known[ARRAY_DIMS_MAX];
	uint32_t element_dims; /* of where elements are; 0: not known */
	struct element_text *elements;
	uint32_t count;
	uint32_t capacity;
};

static int
malformed(const struct type_input *in, const char *detail)
{
	error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "malformed array literal: \"%.*s\"", STR_FMT(in->text));
	return error_detail(in->err, "%s", detail);
}

static int
unexpected(const struct type_input *in, char c)
{
	error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "malformed array literal: \"%.*s\"", STR_FMT(in->text));
	return error_detail(in->err, "Unexpected \"%c\" character.", c);
}

static int
too_many_dimensions(struct error *err, uint32_t dims)
{
	return error_set(err, STELE_E_LIMIT,
	    "number of array dimensions (%u) exceeds the maximum allowed (%d)",
	    dims, ARRAY_DIMS_MAX);
}

static bool
at_char(const struct array_parser *p, char c)
{
	return p->at < p->in->text.len && p->in->text.data[p->at] == c;
}

static void
skip_spaces(struct array_parser *p)
{
	while (
	    p->at < p->in->text.len && type_is_space(p->in->text.data[p->at]))
		p->at++;
}

/* "..." from behind its first quote; false if it does not end. */
static bool
read_quoted(struct array_parser *p, char *out, size_t *len)
{
	struct str text = p->in->text;

	for (; p->at < text.len && text.data[p->at] != '"'; p->at++) {
		if (text.data[p->at] == '\\' && ++p->at == text.len)
			return false;
		out[(*len)++] = text.data[p->at];
	}
	return p->at++ < text.len;
}

/* Up to what ends it; spaces at the end that are not escaped do not count. */
static bool
read_bare(struct array_parser *p, char *out, size_t *len, bool *has_escape)
{
	struct str text = p->in->text;
	size_t kept = 0;

	for (; p->at < text.len && strchr(",{}\"", text.data[p->at]) == NULL;
	     p->at++) {
		bool is_escaped = text.data[p->at] == '\\';

		*has_escape |= is_escaped;
		if (is_escaped && ++p->at == text.len)
			return false;
		out[(*len)++] = text.data[p->at];
		if (is_escaped || !type_is_space(text.data[p->at]))
			kept = *len;
	}
	*len = kept;
	return p->at < text.len;
}

static enum token
broken(int rc UNUSED)
{
	return TOKEN_BROKEN;
}

static enum token
read_element(struct array_parser *p)
{
	bool is_quoted = at_char(p, '"');
	bool has_escape = false;
	size_t len = 0;
	bool ends;

	p->at += is_quoted;
	ends = is_quoted ? read_quoted(p, p->texts, &len)
			 : read_bare(p, p->texts, &len, &has_escape);
	skip_spaces(p);
	if (!ends || p->at == p->in->text.len)
		return broken(malformed(p->in, "Unexpected end of input."));
	if (at_char(p, '{'))
		return broken(unexpected(p->in, '{'));
	if (!at_char(p, ',') && !at_char(p, '}'))
		return broken(malformed(p->in, "Unexpected array element."));
	p->element.text = str_of(p->texts, len);
	p->texts += len;
	p->element.is_null = !is_quoted && !has_escape &&
	    str_equal_nocase(p->element.text, STR("null"));
	return TOKEN_ELEMENT;
}

static enum token
read_token(struct array_parser *p)
{
	skip_spaces(p);
	if (p->at == p->in->text.len)
		return TOKEN_END;
	switch (p->in->text.data[p->at]) {
	case '{':
		p->at++;
		return TOKEN_OPEN;
	case '}':
		p->at++;
		return TOKEN_CLOSE;
	case ',':
		p->at++;
		return TOKEN_COMMA;
	default:
		return read_element(p);
	}
}

/* The token at hand may not stand here. */
static int
bad_token(const struct array_parser *p)
{
	switch (p->token) {
	case TOKEN_OPEN:
		return unexpected(p->in, '{');
	case TOKEN_CLOSE:
		return unexpected(p->in, '}');
	case TOKEN_COMMA:
		return unexpected(p->in, ',');
	case TOKEN_ELEMENT:
		return malformed(p->in, "Unexpected array element.");
	case TOKEN_END:
		return malformed(p->in, "Unexpected end of input.");
	case TOKEN_BROKEN:
		break;
	}
	return p->in->err->code;
}

static int
add_element(struct array_parser *p)
{
	if (p->count == p->capacity) {
		uint32_t capacity = p->capacity == 0 ? 8 : p->capacity * 2;
		struct element_text *elements =
		    arena_try_alloc(p->in->arena, capacity * sizeof(*elements));

		if (elements == NULL)
			return error_no_memory(p->in->err);
		if (p->count > 0)
			memcpy(elements, p->elements,
			    p->count * sizeof(*elements));
		p->elements = elements;
		p->capacity = capacity;
	}
	p->elements[p->count++] = p->element;
	return 0;
}

static int
check_length(struct array_parser *p, uint32_t level, uint32_t length)
{
	if (p->is_length_known[level] &&
	    p->shape.lengths[level] != (int32_t)length)
		return malformed(p->in,
		    "Multidimensional arrays must have sub-arrays with matching"
		    " dimensions.");
	p->is_length_known[level] = true;
	p->shape.lengths[level] = (int32_t)length;
	return 0;
}

static int parse_level(struct array_parser *p, uint32_t level);

/* An element or a level below, whichever this level has. */
static int
parse_item(struct array_parser *p, uint32_t level)
{
	bool is_first = p->element_dims == 0;

	if (p->token == TOKEN_OPEN && (is_first || p->element_dims > level + 1))
		return parse_level(p, level + 1);
	if (p->token != TOKEN_ELEMENT ||
	    !(is_first || p->element_dims == level + 1))
		return bad_token(p);
	p->element_dims = level + 1;
	return add_element(p);
}

/* Behind a brace: all up to the one that closes it. */
static int
parse_level(struct array_parser *p, uint32_t level)
{
	uint32_t length = 0;

	if (level == ARRAY_DIMS_MAX)
		return too_many_dimensions(p->in->err, level + 1);
	p->token = read_token(p);
	if (p->token == TOKEN_CLOSE && level == 0)
		return 0;
	for (;;) {
		int rc = parse_item(p, level);

		if (rc != 0)
			return rc;
		length++;
		p->token = read_token(p);
		if (p->token == TOKEN_CLOSE)
			return check_length(p, level, length);
		if (p->token != TOKEN_COMMA)
			return bad_token(p);
		p->token = read_token(p);
	}
}

/* As many characters as may be a number; as atoi() reads them. */
static bool
read_subscript(struct array_parser *p, int32_t *out)
{
	char digits[24];
	size_t len = 0;

	while (p->at < p->in->text.len &&
	    strchr("0123456789+-", p->in->text.data[p->at]) != NULL) {
		if (len < sizeof(digits) - 1)
			digits[len++] = p->in->text.data[p->at];
		p->at++;
	}
	digits[len] = '\0';
	*out = (int32_t)strtoll(digits, NULL, 10);
	return len > 0;
}

/* [n] or [m:n], behind the first bracket. */
static int
parse_bounds(struct array_parser *p, struct array_shape *given)
{
	int32_t lower = 1, upper;

	if (given->dims == ARRAY_DIMS_MAX)
		return too_many_dimensions(p->in->err, given->dims + 1);
	if (!read_subscript(p, &upper))
		return malformed(p->in,
		    "\"[\" must introduce explicitly-specified array"
		    " dimensions.");
	if (at_char(p, ':')) {
		p->at++;
		lower = upper;
		if (!read_subscript(p, &upper))
			return malformed(p->in,
			    "Missing array dimension value.");
	}
	if (!at_char(p, ']'))
		return malformed(p->in,
		    "Missing \"]\" after array dimensions.");
	p->at++;
	if (upper < lower)
		return error_set(p->in->err, STELE_E_ARRAY_SUBSCRIPT,
		    "upper bound cannot be less than lower bound");
	given->lowers[given->dims] = lower;
	given->lengths[given->dims] =
	    (int32_t)(uint32_t)((int64_t)upper - lower + 1);
	given->dims++;
	return 0;
}

/* The dimensions before the braces, if there are any. */
static int
parse_dimensions(struct array_parser *p, struct array_shape *given)
{
	*given = (struct array_shape){ .dims = 0 };
	for (skip_spaces(p); at_char(p, '['); skip_spaces(p)) {
		int rc;

		p->at++;
		rc = parse_bounds(p, given);
		if (rc != 0)
			return rc;
	}
	if (given->dims == 0) {
		if (!at_char(p, '{'))
			return malformed(p->in,
			    "Array value must start with \"{\" or dimension"
			    " information.");
		return 0;
	}
	if (!at_char(p, '='))
		return malformed(p->in,
		    "Missing \"=\" after array dimensions.");
	p->at++;
	skip_spaces(p);
	if (!at_char(p, '{'))
		return malformed(p->in,
		    "Array contents must start with \"{\".");
	return 0;
}

/* What was written before the braces must be what they say. */
static int
check_dimensions(struct array_parser *p, const struct array_shape *given)
{
	bool is_same = given->dims == p->shape.dims;

	if (given->dims == 0)
		return 0;
	for (uint32_t d = 0; d < given->dims && is_same; d++) {
		is_same = given->lengths[d] == p->shape.lengths[d];
		p->shape.lowers[d] = given->lowers[d];
	}
	if (!is_same)
		return malformed(p->in,
		    "Specified array dimensions do not match array contents.");
	return 0;
}

static int
parse(struct array_parser *p)
{
	struct array_shape given;
	int rc;

	rc = parse_dimensions(p, &given);
	if (rc != 0)
		return rc;
	p->at++;
	rc = parse_level(p, 0);
	if (rc != 0)
		return rc;
	skip_spaces(p);
	if (p->at < p->in->text.len)
		return malformed(p->in, "Junk after closing right brace.");
	p->shape.dims = p->element_dims;
	for (uint32_t d = 0; d < p->shape.dims; d++)
		p->shape.lowers[d] = 1;
	return check_dimensions(p, &given);
}

static int
array_in(const struct type_input *in, struct datum *out)
{
	const struct type element = type_element(in->type);
	struct array_parser parser = { .in = in };
	struct datum *values;
	int rc;

	parser.texts = arena_try_alloc(in->arena, in->text.len + 1);
	if (parser.texts == NULL)
		return error_no_memory(in->err);
	rc = parse(&parser);
	if (rc != 0)
		return rc;
	values =
	    arena_try_alloc(in->arena, (parser.count + 1) * sizeof(*values));
	if (values == NULL)
		return error_no_memory(in->err);
	for (uint32_t i = 0; i < parser.count && rc == 0; i++) {
		values[i] = (struct datum){ .is_null = true };
		if (!parser.elements[i].is_null)
			rc = type_in_text(&element, in->settings,
			    parser.elements[i].text, in->arena, &values[i],
			    in->err);
	}
	if (rc != 0)
		return rc;
	return array_make(&parser.shape, type_phys(&element), values, in->arena,
	    &out->str, in->err);
}

/* ---- the text form, out ---- */

static bool
needs_quotes(struct str text)
{
	if (text.len == 0 || str_equal_nocase(text, STR("null")))
		return true;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' ||
		    type_is_space(c))
			return true;
	}
	return false;
}

static void
put_element(struct str text, struct buf *out)
{
	if (!needs_quotes(text)) {
		buf_put_str(out, text);
		return;
	}
	buf_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_put_u8(out, '\\');
		buf_put_u8(out, (uint8_t)text.data[i]);
	}
	buf_put_u8(out, '"');
}

static void
put_dimensions(const struct array_shape *shape, struct buf *out)
{
	bool is_plain = true;

	for (uint32_t d = 0; d < shape->dims; d++)
		is_plain &= shape->lowers[d] == 1;
	if (is_plain)
		return;
	array_shape_put(shape, out);
	buf_put_u8(out, '=');
}

void
array_shape_put(const struct array_shape *shape, struct buf *out)
{
	for (uint32_t d = 0; d < shape->dims; d++)
		buf_printf(out, "[%d:%d]", shape->lowers[d],
		    shape->lowers[d] + shape->lengths[d] - 1);
}

/* How many levels begin before element `at`, and end before it. */
static uint32_t
levels_at(const struct array_shape *shape, uint32_t at)
{
	uint32_t levels = 0;
	uint32_t size = 1;

	for (uint32_t d = shape->dims; d-- > 0;) {
		size *= (uint32_t)shape->lengths[d];
		levels += at % size == 0;
	}
	return levels;
}

static void
put_times(struct buf *out, char c, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++)
		buf_put_u8(out, (uint8_t)c);
}

static void
put_values(const struct type *element, const struct type_settings *settings,
    const struct array *array, struct buf *out)
{
	struct arena scratch;
	struct buf text;

	arena_init(&scratch, NULL);
	buf_init(&text);
	for (uint32_t i = 0; i < array->count && !out->failed; i++) {
		uint32_t levels = levels_at(&array->shape, i);
		struct datum value =
		    array_get(array, type_phys(element), i, &scratch);

		if (i > 0) {
			put_times(out, '}', levels);
			buf_put_u8(out, ',');
		}
		put_times(out, '{', levels);
		if (value.is_null) {
			buf_put_cstr(out, "NULL");
			continue;
		}
		buf_reset(&text);
		type_ops_of(element)->out_text(element, settings, &value,
		    &text);
		out->failed |= text.failed;
		put_element(buf_str(&text), out);
		arena_reset(&scratch);
	}
	buf_release(&text);
	arena_release(&scratch);
}

static void
array_out(const struct type *type, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	const struct type element = type_element(type);
	const struct array array = array_open(*(const struct str *)value);

	if (array.count == 0) {
		buf_put_cstr(out, "{}");
		return;
	}
	put_dimensions(&array.shape, out);
	put_values(&element, settings, &array, out);
	put_times(out, '}', array.shape.dims);
}

/* ---- the binary form ---- */

static int
read_shape(const struct type_input *in, struct reader *r,
    struct array_shape *shape)
{
	const struct type element = type_element(in->type);
	int32_t dims = reader_i32_be(r);
	int32_t flags = reader_i32_be(r);
	uint32_t oid = reader_u32_be(r);

	if (r->failed)
		return type_check_binary_length(in, r);
	if (dims < 0)
		return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "invalid number of dimensions: %d", dims);
	if (dims > ARRAY_DIMS_MAX)
		return too_many_dimensions(in->err, (uint32_t)dims);
	if (flags != 0 && flags != 1)
		return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "invalid array flags");
	if (oid != element.oid)
		return error_set(in->err, STELE_E_DATATYPE_MISMATCH,
		    "binary data has array element type %u instead of"
		    " expected %u",
		    oid, element.oid);
	*shape = (struct array_shape){ .dims = (uint32_t)dims };
	for (int32_t d = 0; d < dims; d++) {
		shape->lengths[d] = reader_i32_be(r);
		shape->lowers[d] = reader_i32_be(r);
		if (shape->lengths[d] < 0)
			return error_set(in->err, STELE_E_LIMIT,
			    "array size exceeds the maximum allowed (%d)",
			    ARRAY_ELEMENTS_MAX);
	}
	return 0;
}

static int
receive_element(const struct type_input *in, const struct type *element,
    struct reader *r, struct datum *out)
{
	int32_t len = reader_i32_be(r);

	*out = (struct datum){ .is_null = true };
	if (r->failed || len < -1 || (len > 0 && (size_t)len > reader_left(r)))
		return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "insufficient data left in message");
	if (len == -1)
		return 0;
	return type_in_binary(element, reader_str(r, (size_t)len), in->arena,
	    out, in->err);
}

static int
array_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	const struct type element = type_element(in->type);
	struct array_shape shape = { .dims = 0 };
	struct datum *values;
	uint32_t count = 0;
	int rc;

	rc = read_shape(in, &r, &shape);
	if (rc == 0)
		rc = array_shape_count(&shape, &count, in->err);
	if (rc != 0)
		return rc;
	if (count > reader_left(&r) / sizeof(uint32_t))
		return error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
		    "insufficient data left in message");
	values = arena_try_alloc(in->arena, (count + 1) * sizeof(*values));
	if (values == NULL)
		return error_no_memory(in->err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = receive_element(in, &element, &r, &values[i]);
	if (rc == 0)
		rc = type_check_binary_length(in, &r);
	if (rc != 0)
		return rc;
	if (count == 0)
		shape.dims = 0;
	return array_make(&shape, type_phys(&element), values, in->arena,
	    &out->str, in->err);
}

static void
array_send(const struct type *type, const struct type_settings *settings UNUSED,
    const void *value, struct buf *out)
{
	const struct type element = type_element(type);
	const struct array array = array_open(*(const struct str *)value);
	bool has_nulls = false;
	struct arena scratch;

	for (uint32_t i = 0; i < array.count; i++)
		has_nulls |= array_is_null(&array, i);
	buf_put_u32_be(out, array.shape.dims);
	buf_put_u32_be(out, has_nulls);
	buf_put_u32_be(out, element.oid);
	for (uint32_t d = 0; d < array.shape.dims; d++) {
		buf_put_u32_be(out, (uint32_t)array.shape.lengths[d]);
		buf_put_u32_be(out, (uint32_t)array.shape.lowers[d]);
	}
	arena_init(&scratch, NULL);
	for (uint32_t i = 0; i < array.count && !out->failed; i++) {
		struct datum item =
		    array_get(&array, type_phys(&element), i, &scratch);
		size_t at = out->len;

		buf_put_u32_be(out, item.is_null ? UINT32_MAX : 0);
		if (item.is_null)
			continue;
		type_ops_of(&element)->out_binary(&element, NULL, &item, out);
		buf_patch_u32_be(out, at, (uint32_t)(out->len - at - 4));
		arena_reset(&scratch);
	}
	arena_release(&scratch);
}

/* ---- order ---- */

static int
compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Where the elements do not decide: their number, then the dimensions. */
static int
compare_shapes(const struct array *a, const struct array *b)
{
	int order = compare_int(a->count, b->count);

	if (order == 0)
		order = compare_int(a->shape.dims, b->shape.dims);
	for (uint32_t d = 0; d < a->shape.dims && order == 0; d++)
		order = compare_int(a->shape.lengths[d], b->shape.lengths[d]);
	for (uint32_t d = 0; d < a->shape.dims && order == 0; d++)
		order = compare_int(a->shape.lowers[d], b->shape.lowers[d]);
	return order;
}

/* Nulls are equal, and greater than any value. */
static int
compare_elements(const struct type *element, const struct datum *a,
    const struct datum *b)
{
	if (a->is_null || b->is_null)
		return (int)a->is_null - (int)b->is_null;
	return type_compare(element, a, b);
}

int
array_compare(const struct type *type, struct str left, struct str right)
{
	const struct type element = type_element(type);
	const struct array a = array_open(left), b = array_open(right);
	enum phys phys = type_phys(&element);
	struct arena scratch;
	int order = 0;

	arena_init(&scratch, NULL);
	for (uint32_t i = 0; i < a.count && i < b.count && order == 0; i++) {
		struct datum x = array_get(&a, phys, i, &scratch);
		struct datum y = array_get(&b, phys, i, &scratch);

		order = compare_elements(&element, &x, &y);
		arena_reset(&scratch);
	}
	arena_release(&scratch);
	return order != 0 ? order : compare_shapes(&a, &b);
}

uint64_t
array_hash(const struct type *type, struct str value)
{
	const struct type element = type_element(type);
	const struct array array = array_open(value);
	uint64_t hash = array.count;
	struct arena scratch;

	arena_init(&scratch, NULL);
	for (uint32_t i = 0; i < array.count; i++) {
		struct datum item =
		    array_get(&array, type_phys(&element), i, &scratch);

		hash = hash_combine(hash,
		    item.is_null ? 0 : type_hash(&element, &item));
		arena_reset(&scratch);
	}
	arena_release(&scratch);
	return hash;
}

const struct type_ops type_ops_array = { array_in, array_receive, array_out,
	array_send };
