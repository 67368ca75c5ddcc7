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
#include "plan/names.h"
#include "plan/temp_table.h"
#include "types/array.h"
#include "types/bits.h"
#include "types/foreign_type.h"
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

/* ---- relations ---- */

/*
 * In a view that is being made, a name must mean what it will mean when the
 * view is read: then search_path is not asked.
 */
static int
check_view_name(const struct binder *binder, const struct ast_name *name,
    const struct relation *found, struct error *err)
{
	const struct plan_context plain = { .catalog = binder->context->catalog,
		.session = binder->context->session,
		.system = binder->context->system,
		.temp = binder->context->temp };
	struct relation later;

	if (binder->dependencies == NULL || binder->view != NULL ||
	    (names_relation(&plain, name, &later) && later.oid == found->oid))
		return 0;
	error_at(err, name->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "a name in a view that only search_path explains is not"
	    " supported: \"%.*s\"",
	    STR_FMT(name_format(name, binder->arena)));
	return error_hint(err, "Write the schema before the name.");
}

/* In a temporary view, a name means nothing temporary that is younger. */
static bool
find_relation(struct binder *binder, const struct ast_name *name,
    struct relation *out)
{
	struct plan_context older = *binder->context;

	if (!names_relation(binder->context, name, out))
		return false;
	if (binder->view == NULL || out->oid < TEMP_OID_FIRST ||
	    view_dependency(binder->view, out->oid) != NULL)
		return true;
	older.temp = NULL;
	return names_relation(&older, name, out);
}

int
bind_relation(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err)
{
	int rc = names_check_database(binder->context, name, err);

	if (rc != 0)
		return rc;
	if (!find_relation(binder, name, out))
		return error_at(err, name->location, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" does not exist",
		    STR_FMT(name_format(name, binder->arena)));
	if (out->key != NULL)
		return error_at(err, name->location, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is an index", STR_FMT(out->name));
	if (out->type != NULL)
		binder_note_dependency(binder, out->oid,
		    out->type->field_count);
	else if (out->temp != NULL)
		binder_note_dependency(binder, out->oid,
		    out->temp->column_count);
	else if (out->sequence != NULL)
		binder_note_dependency(binder, out->oid,
		    relation_column_count(out));
	return check_view_name(binder, name, out, err);
}

int
bind_relation_nowhere(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err)
{
	const struct schema *schema;
	int rc = 0;

	if (name->count > 1)
		rc = names_schema(name, &schema, err);
	if (rc == 0)
		rc = bind_relation(binder, name, out, err);
	return rc != 0 ? error_position(err, 0) : 0;
}

int
bind_table_name(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err)
{
	int rc = bind_relation(binder, name, out, err);

	if (rc == 0 && out->type == NULL && out->temp == NULL)
		return error_at(err, name->location, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a table of events",
		    STR_FMT(name_format(name, binder->arena)));
	return rc;
}

int
bind_event_type_name(struct binder *binder, const struct ast_name *name,
    const struct event_type **out, struct error *err)
{
	struct relation relation = { 0 };
	int rc = bind_table_name(binder, name, &relation, err);

	*out = relation.type;
	if (rc == 0 && relation.type == NULL)
		return error_at(err, name->location, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a table of events",
		    STR_FMT(name_format(name, binder->arena)));
	return rc;
}

bool
name_is_events(const struct binder *binder, const struct ast_name *name)
{
	struct relation relation;

	return names_relation(binder->context, name, &relation) &&
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

/*
 * The domains of information_schema; what clients see of a value of one is its
 * base type.
 */
static const struct {
	const char *name;
	struct type type;
} domains[] = {
	{ "cardinal_number", { .oid = TYPE_INT4, .mod = -1 } },
	{ "character_data", { .oid = TYPE_VARCHAR, .mod = -1 } },
	{ "sql_identifier", { .oid = TYPE_NAME, .mod = -1 } },
	{ "time_stamp", { .oid = TYPE_TIMESTAMPTZ, .mod = 2 } },
	{ "yes_or_no", { .oid = TYPE_VARCHAR, .mod = 3 + 4 } },
};

/* Pseudo-types of SQL's grammar that are none of pg_type. */
static bool
is_serial(struct str name)
{
	static const char *const names[] = { "serial", "serial4", "serial8",
		"bigserial", "smallserial", "serial2" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(name, str_of_cstr(names[i])))
			return true;
	return false;
}

/* The type of this name in a schema; false if it has none. */
static bool
find_type_in(struct binder *binder, uint32_t schema, struct str name,
    struct type *out)
{
	const struct catalog *catalog = binder->context->catalog;
	const struct enum_type *enum_type, *element;

	*out = type_of(0);
	if (schema == SCHEMA_PG_CATALOG)
		out->oid = type_oid_of_name(name);
	for (size_t i = 0;
	     i < ARRAY_LEN(domains) && schema == SCHEMA_INFORMATION; i++)
		if (str_equal(name, str_of_cstr(domains[i].name)))
			*out = domains[i].type;
	if (schema != SCHEMA_PUBLIC)
		return out->oid != 0;
	enum_type = catalog_enum_by_name(catalog, name);
	element = enum_type == NULL ? catalog_enum_by_array_name(catalog, name)
				    : enum_type;
	if (element == NULL)
		return false;
	binder_note_dependency(binder, element->oid, 0);
	*out = (struct type){
		.oid = enum_type == NULL ? element->array_oid : element->oid,
		.mod = -1,
		.enum_type = element,
	};
	return true;
}

/* In the schema that the name says, or the first of the path that has it. */
static int
find_type(struct binder *binder, const struct ast_name *name, struct type *out,
    struct error *err)
{
	const struct search_path *path = names_path(binder->context);
	const struct schema *schema;
	int rc;

	*out = type_of(0);
	if (name->count > 1) {
		rc = names_schema(name, &schema, err);
		if (rc != 0)
			return rc;
		(void)find_type_in(binder, schema->oid, ast_name_last(name),
		    out);
		return 0;
	}
	for (uint32_t i = 0; i < path->count; i++)
		if (find_type_in(binder, path->schemas[i], ast_name_last(name),
			out))
			break;
	return 0;
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
bits_mod(const struct ast_type *ast, const char *name, int32_t *mod,
    struct error *err)
{
	*mod = ast->mods[0];
	if (*mod < 1)
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "length for type %s must be at least 1", name);
	if (*mod > BITS_LENGTH_MAX)
		return error_at(err, ast->location,
		    STELE_E_INVALID_PARAMETER_VALUE,
		    "length for type %s cannot exceed %d", name,
		    BITS_LENGTH_MAX);
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
	case TYPE_BIT:
		return bits_mod(ast, "bit", &type->mod, err);
	case TYPE_VARBIT:
		return bits_mod(ast, "varbit", &type->mod, err);
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
	    STR_FMT(ast_name_last(&ast->name)));
}

/* The type without its brackets. */
static int
bind_bare_type(struct binder *binder, const struct ast_type *ast,
    struct type *out, struct error *err)
{
	struct str name = ast_name_last(&ast->name);
	int rc = find_type(binder, &ast->name, out, err);

	if (rc != 0)
		return rc;
	if (out->oid != 0)
		return ast->mod_count == 0 ? 0 : bind_type_mod(ast, out, err);
	if (foreign_type_by_name(name) != NULL || is_serial(name))
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "type \"%.*s\" is not supported", STR_FMT(name));
	return error_at(err, ast->location, STELE_E_UNDEFINED_OBJECT,
	    "type \"%.*s\" does not exist",
	    STR_FMT(name_format(&ast->name, binder->arena)));
}

/* The type of a relation's rows, or of arrays of them: payment, _payment. */
static uint32_t
relation_type(struct binder *binder, const struct ast_type *ast)
{
	struct ast_name name = ast->name;
	struct str *last = &name.parts[name.count - 1];
	struct relation relation;

	if (names_relation(binder->context, &name, &relation))
		return ast->array_bounds == 0 ? relation_row_type(&relation)
					      : relation_array_type(&relation);
	if (last->len < 2 || last->data[0] != '_' || ast->array_bounds > 0)
		return 0;
	*last = str_of(last->data + 1, last->len - 1);
	return names_relation(binder->context, &name, &relation)
	    ? relation_array_type(&relation)
	    : 0;
}

/* A type that cannot have values here, or one of a relation's. */
static uint32_t
named_type(struct binder *binder, const struct ast_type *ast)
{
	const struct foreign_type *foreign =
	    foreign_type_by_name(ast_name_last(&ast->name));
	uint32_t of_relation = relation_type(binder, ast);
	struct str array;

	if (of_relation != 0)
		return of_relation;
	if (foreign == NULL || ast->array_bounds == 0)
		return foreign == NULL ? 0 : foreign->oid;
	array = arena_printf(binder->arena, "_%s", foreign->name);
	foreign = foreign_type_by_name(array);
	return foreign == NULL ? 0 : foreign->oid;
}

int
bind_any_type_name(struct binder *binder, const struct ast_type *ast,
    uint32_t *out, struct error *err)
{
	struct error failure = { 0 };
	struct type type;
	int rc = bind_type_name(binder, ast, &type, &failure);

	*out = rc == 0 ? type.oid : named_type(binder, ast);
	if (*out != 0)
		return 0;
	*err = failure;
	return rc;
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

	*out = ast_name_last(name);
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
