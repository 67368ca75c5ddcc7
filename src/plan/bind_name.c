/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_name.c -- what the names of tables and types stand for.
 *
 * What users make is in the schema public, the server's own relations are in
 * others; pg_catalog may qualify the names of built-in types and functions.
 */
#include <inttypes.h>

#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/relation.h"
#include "plan/schema.h"
#include "types/array.h"
#include "types/interval.h"

struct str
name_format(const struct ast_name *name, struct arena *arena)
{
	struct str text = STR("");

	for (uint32_t i = 0; i < name->count; i++)
		text = arena_printf(arena, "%.*s%s%.*s", STR_FMT(text),
		    i == 0 ? "" : ".", STR_FMT(name->parts[i]));
	return text;
}

static struct str
name_last(const struct ast_name *name)
{
	return name->count == 0 ? STR("") : name->parts[name->count - 1];
}

/* ---- relations ---- */

/* Where names without a schema are looked for, in this order. */
static const uint32_t search_path[] = { SCHEMA_PG_CATALOG, SCHEMA_PUBLIC };

static struct relation_space
space_of(const struct binder *binder)
{
	return (struct relation_space){ .catalog = binder->context->catalog,
		.system = binder->context->system };
}

static bool
is_other_database(const struct binder *binder, const struct ast_name *name)
{
	return name->count >= 3 &&
	    !str_equal(name->parts[name->count - 3],
		binder->context->session->database);
}

bool
find_relation(const struct binder *binder, const struct ast_name *name,
    struct relation *out)
{
	const struct relation_space space = space_of(binder);
	struct str last = name_last(name);

	if (is_other_database(binder, name))
		return false;
	if (name->count >= 2) {
		const struct schema *schema =
		    schema_by_name(name->parts[name->count - 2]);

		return schema != NULL &&
		    relation_by_name(&space, schema->oid, last, out);
	}
	for (size_t i = 0; i < ARRAY_LEN(search_path); i++)
		if (relation_by_name(&space, search_path[i], last, out))
			return true;
	return false;
}

int
bind_relation(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err)
{
	if (is_other_database(binder, name))
		return error_at(err, name->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "cross-database references are not implemented: \"%.*s\"",
		    STR_FMT(name_format(name, binder->arena)));
	if (!find_relation(binder, name, out))
		return error_at(err, name->location, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" does not exist",
		    STR_FMT(name_format(name, binder->arena)));
	if (out->type != NULL)
		binder_note_dependency(binder, out->oid,
		    out->type->field_count);
	return 0;
}

int
bind_table_name(struct binder *binder, const struct ast_name *name,
    const struct event_type **out, struct error *err)
{
	struct relation relation = { 0 };
	int rc;

	*out = NULL;
	rc = bind_relation(binder, name, &relation, err);
	if (rc == 0 && relation.type == NULL)
		return error_at(err, name->location, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a table of events",
		    STR_FMT(name_format(name, binder->arena)));
	*out = relation.type;
	return rc;
}

bool
name_is_events(const struct binder *binder, const struct ast_name *name)
{
	struct relation relation;

	return find_relation(binder, name, &relation) &&
	    relation.system == &events_table;
}

struct str
ast_bare_column(const struct ast_expr *ast)
{
	if (ast->kind != AST_COLUMN || ast->column.has_star ||
	    ast->column.name.count != 1)
		return STR("");
	return ast->column.name.parts[0];
}

/* ---- types ---- */

/* Whether the qualifiers of a name, if any, lead to where users' types are. */
static bool
is_public(const struct ast_name *name)
{
	return name->count < 2 ||
	    str_equal(name->parts[name->count - 2], STR("public"));
}

/* Types of PostgreSQL that are none of ours, so that they are named as such. */
static const char *const foreign_types[] = { "bit", "box", "circle", "line",
	"lseg", "macaddr8", "money", "path", "point", "polygon", "serial",
	"bigserial", "smallserial", "serial4", "serial8", "timetz", "tsquery",
	"tsvector", "varbit", "xml", "int4range", "int8range", "numrange",
	"tsrange", "tstzrange", "daterange", "jsonpath" };

static bool
is_foreign_type(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign_types); i++) {
		if (str_equal(name, str_of_cstr(foreign_types[i])))
			return true;
	}
	return false;
}

#define NUMERIC_PRECISION_MAX 1000
#define STRING_LENGTH_MAX     10485760
#define TIME_PRECISION_MAX    6

static int
numeric_mod(const struct ast_type *ast, int32_t *mod, struct error *err)
{
	int32_t precision = ast->mods[0];
	int32_t scale = ast->mod_count > 1 ? ast->mods[1] : 0;

	if (precision < 1 || precision > NUMERIC_PRECISION_MAX)
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "NUMERIC precision %" PRId32 " must be between 1 and %d",
		    precision, NUMERIC_PRECISION_MAX);
	if (scale < -NUMERIC_PRECISION_MAX || scale > NUMERIC_PRECISION_MAX)
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "NUMERIC scale %" PRId32 " must be between %d and %d",
		    scale, -NUMERIC_PRECISION_MAX, NUMERIC_PRECISION_MAX);
	*mod = type_numeric_mod(precision, scale);
	return 0;
}

static int
string_mod(const struct ast_type *ast, const char *name, int32_t *mod,
    struct error *err)
{
	int32_t length = ast->mods[0];

	if (length < 1)
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "length for type %s must be at least 1", name);
	if (length > STRING_LENGTH_MAX)
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "length for type %s cannot exceed %d", name,
		    STRING_LENGTH_MAX);
	*mod = length + 4; /* PostgreSQL counts a header */
	return 0;
}

static int
bind_interval_mod(const struct ast_type *ast, int32_t *mod, struct error *err)
{
	int32_t digits = -1;

	if (!interval_fields_exist(ast->mods[0]))
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid INTERVAL type modifier");
	if (ast->mod_count > 1) {
		digits = ast->mods[1];
		if (digits < 0)
			return error_at(err, ast->location,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "INTERVAL(%" PRId32 ") precision must not be"
			    " negative",
			    digits);
		if (digits > INTERVAL_DIGITS_MAX)
			digits = INTERVAL_DIGITS_MAX;
	}
	*mod = interval_mod(ast->mods[0], digits);
	return 0;
}

static int
bind_type_mod(const struct ast_type *ast, struct type *type, struct error *err)
{
	switch (type->oid) {
	case TYPE_NUMERIC:
		return numeric_mod(ast, &type->mod, err);
	case TYPE_VARCHAR:
		return string_mod(ast, "varchar", &type->mod, err);
	case TYPE_BPCHAR:
		return string_mod(ast, "char", &type->mod, err);
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
	case TYPE_TIME:
		type->mod = ast->mods[0] > TIME_PRECISION_MAX
		    ? TIME_PRECISION_MAX
		    : ast->mods[0];
		return 0;
	case TYPE_INTERVAL:
		return bind_interval_mod(ast, &type->mod, err);
	}
	return error_at(err, ast->location, STELE_E_SYNTAX,
	    "type modifier is not allowed for type \"%.*s\"",
	    STR_FMT(name_last(&ast->name)));
}

/* The type without its brackets. */
static int
bind_bare_type(struct binder *binder, const struct ast_type *ast,
    struct type *out, struct error *err)
{
	struct str name = name_last(&ast->name);
	const struct enum_type *enum_type;

	*out = type_of(type_oid_of_name(name));
	if (out->oid != 0)
		return ast->mod_count == 0 ? 0 : bind_type_mod(ast, out, err);
	enum_type = catalog_enum_by_name(binder->context->catalog, name);
	if (enum_type != NULL && is_public(&ast->name)) {
		binder_note_dependency(binder, enum_type->oid, 0);
		*out = (struct type){ .oid = enum_type->oid,
			.mod = -1,
			.enum_type = enum_type };
		return ast->mod_count == 0 ? 0 : bind_type_mod(ast, out, err);
	}
	if (is_foreign_type(name))
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "type \"%.*s\" is not supported", STR_FMT(name));
	return error_at(err, ast->location, STELE_E_UNDEFINED_OBJECT,
	    "type \"%.*s\" does not exist",
	    STR_FMT(name_format(&ast->name, binder->arena)));
}

/* Arrays have a type for all numbers of dimensions: int[] is int[][], too. */
int
bind_type_name(struct binder *binder, const struct ast_type *ast,
    struct type *out, struct error *err)
{
	struct type array;
	int rc;

	if (ast->is_setof)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "sets as types are not supported");
	rc = bind_bare_type(binder, ast, out, err);
	if (rc != 0 || ast->array_bounds == 0)
		return rc;
	array = type_array_of(out);
	if (array.oid == 0)
		return error_at(err, ast->location, STELE_E_UNDEFINED_OBJECT,
		    "could not find array type for data type %s",
		    type_text(binder, out));
	*out = array;
	return 0;
}

int
bind_operator_name(struct binder *binder, const struct ast_name *name,
    struct str *out, struct error *err)
{
	static const char *const others[] = { "public", "information_schema" };
	struct str schema;

	*out = name->parts[name->count - 1];
	if (name->count == 1)
		return 0;
	schema = name->parts[name->count - 2];
	if (str_equal(schema, STR("pg_catalog")))
		return 0;
	*out = name_format(name, binder->arena);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (str_equal(schema, str_of_cstr(others[i])))
			return 0;
	}
	return error_at(err, name->location, STELE_E_INVALID_SCHEMA_NAME,
	    "schema \"%.*s\" does not exist", STR_FMT(schema));
}

#define STORED_DIGITS_MAX 38 /* a decimal is stored in 128 bits */

static int
check_stored_precision(struct binder *binder, const struct ast_type *ast,
    const struct type *type, struct error *err)
{
	int32_t scale = ast->mod_count > 1 ? ast->mods[1] : 0;

	if (ast->mod_count == 0 ||
	    (ast->mods[0] <= STORED_DIGITS_MAX && scale >= 0 &&
		scale <= STORED_DIGITS_MAX))
		return 0;
	error_at(err, ast->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "a column of type %s is not supported",
	    type_text_whole(binder, type));
	return error_hint(err, "Decimals are stored with at most %d digits.",
	    STORED_DIGITS_MAX);
}

int
bind_column_type(struct binder *binder, const struct ast_type *ast,
    struct type *out, struct error *err)
{
	const char *hint = NULL;
	int rc;

	rc = bind_type_name(binder, ast, out, err);
	if (rc != 0 || type_is_enum(out))
		return rc;
	if (type_is_array(out)) {
		error_at(err, ast->location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "a column of type %s is not supported",
		    type_text_whole(binder, out));
		return error_hint(err, "Use jsonb.");
	}
	switch (out->oid) {
	case TYPE_NUMERIC:
		return check_stored_precision(binder, ast, out, err);
	case TYPE_BOOL:
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
	case TYPE_FLOAT4:
	case TYPE_FLOAT8:
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
	case TYPE_DATE:
	case TYPE_TIMESTAMPTZ:
	case TYPE_UUID:
	case TYPE_JSON:
	case TYPE_JSONB:
		return 0;
	case TYPE_TIMESTAMP:
		hint = "Use timestamp with time zone.";
		break;
	case TYPE_BYTEA:
		hint = "Use text with an encoding such as base64.";
		break;
	case TYPE_TIME:
	case TYPE_INTERVAL:
		hint = "Use timestamp with time zone, a number of seconds, or"
		       " text.";
		break;
	default: /* oids are no enum */
		hint = "Use text.";
		break;
	}
	error_at(err, ast->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "a column of type %s is not supported",
	    type_text_whole(binder, out));
	return error_hint(err, "%s", hint);
}
