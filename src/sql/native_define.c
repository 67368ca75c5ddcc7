/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEFINE type [AS version] FIELDS {...}: the names of types become those of
 * SQL's, so that one binder knows them.
 */
#include <string.h>

#include "sql/native.h"

#define NUMERIC_PRECISION_MAX 38
#define UNSIGNED_DIGITS       20 /* of 2^64 - 1 */

static const struct {
	const char *name;
	const char *sql; /* in pg_catalog */
	enum { PLAIN, UNSIGNED, DECIMAL } kind;
} native_type[] = {
	{ "string", "text", PLAIN },
	{ "str", "text", PLAIN },
	{ "text", "text", PLAIN },
	{ "varchar", "text", PLAIN },
	{ "int", "int8", PLAIN },
	{ "integer", "int8", PLAIN },
	{ "i64", "int8", PLAIN },
	{ "int64", "int8", PLAIN },
	{ "u64", "numeric", UNSIGNED },
	{ "uint64", "numeric", UNSIGNED },
	{ "float", "float8", PLAIN },
	{ "f64", "float8", PLAIN },
	{ "double", "float8", PLAIN },
	{ "number", "float8", PLAIN },
	{ "bool", "bool", PLAIN },
	{ "boolean", "bool", PLAIN },
	{ "datetime", "timestamptz", PLAIN },
	{ "timestamp", "timestamptz", PLAIN },
	{ "date", "date", PLAIN },
	{ "uuid", "uuid", PLAIN },
	{ "json", "jsonb", PLAIN },
	{ "decimal", "numeric", DECIMAL },
};

#define KNOWN_TYPES \
	"string, int, i64, u64, f64, float, bool, datetime, timestamp, date, uuid, decimal(p,s), json and enums [\"a\", \"b\"]"

/* The text of a field's type, taken apart piece by piece. */
struct kind_text {
	struct native *n;
	struct str rest;
	int location; /* of the whole */
};

static int
kind_error(struct kind_text *k, const char *what)
{
	error_set(k->n->p->err, STELE_E_SYNTAX,
	    "invalid field type: expected %s", what);
	error_hint(k->n->p->err, "A type is one of %s, each with \"| null\".",
	    KNOWN_TYPES);
	return error_position(k->n->p->err, k->location);
}

static char
kind_next(struct kind_text *k)
{
	while (k->rest.len > 0 && strchr(" \t\r\n", k->rest.data[0]) != NULL) {
		k->rest.data++;
		k->rest.len--;
	}
	return k->rest.len > 0 ? k->rest.data[0] : '\0';
}

static struct str
kind_word(struct kind_text *k)
{
	struct str word = { k->rest.data, 0 };

	if (kind_next(k) == '\0')
		return word;
	word.data = k->rest.data;
	while (word.len < k->rest.len &&
	    strchr(" \t\r\n(),|", word.data[word.len]) == NULL)
		word.len++;
	k->rest.data += word.len;
	k->rest.len -= word.len;
	return word;
}

static bool
kind_accept(struct kind_text *k, char c)
{
	if (kind_next(k) != c)
		return false;
	k->rest.data++;
	k->rest.len--;
	return true;
}

static bool
kind_integer(struct kind_text *k, int32_t max, int32_t *out)
{
	struct str word = kind_word(k);
	int32_t value = 0;

	if (word.len == 0 || word.len > 4)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return false;
		value = value * 10 + (word.data[i] - '0');
	}
	*out = value;
	return value <= max;
}

static int
parse_decimal_mods(struct kind_text *k, struct ast_type *out)
{
	if (!kind_accept(k, '('))
		return 0;
	if (!kind_integer(k, NUMERIC_PRECISION_MAX, &out->mods[0]) ||
	    out->mods[0] == 0)
		return kind_error(k, "a precision from 1 to 38");
	out->mod_count = 1;
	if (kind_accept(k, ',')) {
		if (!kind_integer(k, out->mods[0], &out->mods[1]))
			return kind_error(k,
			    "a scale that is not above the precision");
		out->mod_count = 2;
	}
	return kind_accept(k, ')') ? 0 : kind_error(k, "\")\"");
}

static int
set_type(struct kind_text *k, size_t i, struct ast_column_def *column)
{
	struct ast_type *out = &column->type;

	out->name.parts[0] = STR("pg_catalog");
	out->name.parts[1] = str_of_cstr(native_type[i].sql);
	out->name.count = 2;
	out->name.location = k->location;
	out->location = k->location;
	switch (native_type[i].kind) {
	case PLAIN:
		break;
	case UNSIGNED:
		column->is_unsigned = true;
		out->mods[0] = UNSIGNED_DIGITS;
		out->mod_count = 2; /* the scale is 0 */
		break;
	case DECIMAL:
		return parse_decimal_mods(k, out);
	}
	return 0;
}

static int
find_type(struct kind_text *k, struct str word, struct ast_column_def *column)
{
	for (size_t i = 0; i < ARRAY_LEN(native_type); i++)
		if (str_equal_nocase(word, str_of_cstr(native_type[i].name)))
			return set_type(k, i, column);
	error_set(k->n->p->err, STELE_E_UNDEFINED_OBJECT,
	    "type \"%.*s\" does not exist",
	    (int)(word.len > 63 ? 63 : word.len), word.data);
	error_hint(k->n->p->err, "A type is one of %s.", KNOWN_TYPES);
	return error_position(k->n->p->err, k->location);
}

/* kind [| null], in either order. */
static int
parse_kind(struct kind_text *k, struct ast_column_def *out)
{
	bool found = false;

	out->is_not_null = true;
	do {
		struct str word = kind_word(k);
		int rc;

		if (word.len == 0)
			return kind_error(k, "the name of a type");
		if (str_equal_nocase(word, STR("null"))) {
			out->is_not_null = false;
			continue;
		}
		if (found)
			return kind_error(k, "one type");
		found = true;
		rc = find_type(k, word, out);
		if (rc != 0)
			return rc;
	} while (kind_accept(k, '|'));
	if (!found)
		return kind_error(k, "a type besides null");
	return kind_next(k) == '\0' ? 0 : kind_error(k, "\"|\" or the end");
}

/* ---- enums ---- */

static int
add_label(struct native *n, struct ast_enum_labels *out)
{
	void *labels = out->labels;
	int rc;

	if (n->token.kind != NATIVE_STRING)
		return native_expected(n, "a label in quotes");
	if (n->token.text.len == 0)
		return native_expected(n, "a label that is not empty");
	rc = native_room(n, &labels, out->count, sizeof(*out->labels));
	if (rc != 0)
		return rc;
	out->labels = labels;
	out->labels[out->count++] = n->token.text;
	return native_advance(n);
}

/* ["a", "b"], a null among the labels or after them makes it nullable. */
static int
parse_enum(struct native *n, struct ast_column_def *column,
    struct ast_enum_labels *out)
{
	int rc = native_expect_punct(n, "[");

	column->is_not_null = true;
	if (rc == 0 && native_is_punct(n, "]"))
		return native_expected(n, "at least one label");
	while (rc == 0) {
		if (native_is_word(n, "null")) {
			column->is_not_null = false;
			rc = native_advance(n);
		} else {
			rc = add_label(n, out);
		}
		if (rc == 0 && !native_is_punct(n, ","))
			break;
		if (rc == 0)
			rc = native_advance(n);
	}
	if (rc == 0 && out->count == 0)
		return native_expected(n, "a label in quotes");
	if (rc == 0)
		rc = native_expect_punct(n, "]");
	if (rc != 0 || !native_is_punct(n, "|"))
		return rc;
	column->is_not_null = false;
	rc = native_advance(n);
	return rc != 0 ? rc : native_expect(n, "null");
}

/* The type of an enum field is named type_field. */
static int
name_enum(struct native *n, const struct ast_create_table *table,
    struct ast_column_def *column)
{
	struct str type = table->name.parts[0];
	size_t len = type.len + 1 + column->name.len;
	char *name;

	if (len > NATIVE_NAME_MAX) {
		error_set(n->p->err, STELE_E_NAME_TOO_LONG,
		    "name of the enum type \"%.*s_%.*s\" is longer than %d bytes",
		    STR_FMT(type), STR_FMT(column->name), NATIVE_NAME_MAX);
		return error_position(n->p->err, column->location);
	}
	name = native_alloc(n, len);
	if (name == NULL)
		return STELE_E_OUT_OF_MEMORY;
	memcpy(name, type.data, type.len);
	name[type.len] = '_';
	memcpy(name + type.len + 1, column->name.data, column->name.len);
	column->type.name.parts[0] = str_of(name, len);
	column->type.name.count = 1;
	column->type.location = column->location;
	return 0;
}

/* ---- fields ---- */

/* An unquoted kind reaches to the comma or brace outside of its (p,s). */
static struct str
bare_kind(struct native *n)
{
	struct str text = n->p->text;
	size_t start = n->token.start, end = start;
	int depth = 0;

	for (; end < text.len; end++) {
		char c = text.data[end];

		if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
		else if (c == '}' || c == ';' || (c == ',' && depth <= 0))
			break;
	}
	n->token.end = end;
	return str_of(text.data + start, end - start);
}

static int
parse_field_kind(struct native *n, const struct ast_create_table *table,
    struct ast_column_def *column, struct ast_enum_labels *labels)
{
	struct kind_text k = {
		.n = n,
		.location = native_position(n, n->token.start),
	};
	int rc;

	if (native_is_punct(n, "[")) {
		rc = parse_enum(n, column, labels);
		return rc != 0 ? rc : name_enum(n, table, column);
	}
	if (n->token.kind == NATIVE_STRING)
		k.rest = n->token.text;
	else if (n->token.kind == NATIVE_WORD)
		k.rest = bare_kind(n);
	else
		return native_expected(n, "the type of a field");
	rc = parse_kind(&k, column);
	return rc != 0 ? rc : native_advance(n);
}

static int
add_field(struct native *n, struct ast_create_table *out)
{
	struct ast_column_def column = { 0 };
	struct ast_enum_labels labels = { 0 };
	void *columns = out->columns;
	void *enums = out->enums;
	int rc = native_name(n, "a field", &column.name, &column.location);

	if (rc == 0)
		rc = native_expect_punct(n, ":");
	if (rc == 0)
		rc = parse_field_kind(n, out, &column, &labels);
	if (rc == 0)
		rc =
		    native_room(n, &columns, out->column_count, sizeof(column));
	if (rc == 0)
		rc = native_room(n, &enums, out->column_count, sizeof(labels));
	if (rc != 0)
		return rc;
	out->columns = columns;
	out->enums = enums;
	out->columns[out->column_count] = column;
	out->enums[out->column_count] = labels;
	out->column_count++;
	return 0;
}

static int
parse_version(struct native *n, uint32_t *out)
{
	struct ast_expr *value;
	int rc = native_advance(n);

	if (rc != 0)
		return rc;
	if (n->token.kind != NATIVE_NUMBER)
		return native_expected(n, "a version from 1 on");
	rc = native_count(n, "a version from 1 on", &value);
	if (rc != 0)
		return rc;
	if (value->constant.kind != AST_INTEGER ||
	    value->constant.integer < 1) {
		error_set(n->p->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "version of a schema is out of range");
		return error_position(n->p->err, value->location);
	}
	*out = (uint32_t)value->constant.integer;
	return 0;
}

int
native_define(struct native *n, struct ast_create_table *out)
{
	struct ast_name *name = &out->name;
	int rc =
	    native_name(n, "an event type", &name->parts[0], &name->location);

	name->count = 1;
	if (rc == 0 && native_is_word(n, "AS"))
		rc = parse_version(n, &out->version);
	if (rc == 0)
		rc = native_expect(n, "FIELDS");
	if (rc == 0)
		rc = native_expect_punct(n, "{");
	if (rc == 0 && native_is_punct(n, "}"))
		rc = native_expected(n, "at least one field");
	if (rc != 0)
		return rc;
	do {
		rc = add_field(n, out);
		if (rc == 0)
			rc = native_accept_punct(n, ",");
	} while (rc == 1);
	return rc != 0 ? rc : native_expect_punct(n, "}");
}
