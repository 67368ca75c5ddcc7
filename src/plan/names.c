/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/names.h"

#include "common/name_list.h"
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/names_function.h"
#include "sql/parse.h"
#include "types/collation.h"

const struct search_path *
names_path(const struct plan_context *context)
{
	return context->path != NULL ? context->path : &search_path_default;
}

struct relation_space
names_space(const struct plan_context *context)
{
	return (struct relation_space){ .catalog = context->catalog,
		.system = context->system,
		.temp = context->temp };
}

/* ---- relations ---- */

static bool
is_other_database(const struct plan_context *context,
    const struct ast_name *name)
{
	return name->count >= 3 &&
	    !str_equal(name->parts[name->count - 3],
		context->session->database);
}

static bool
find_on_path(const struct relation_space *space, const struct search_path *path,
    struct str name, struct relation *out)
{
	uint32_t schema;

	for (uint32_t i = 0; search_path_of_relations(path, i, &schema); i++)
		if (relation_by_name(space, schema, name, out))
			return true;
	return false;
}

bool
names_relation(const struct plan_context *context, const struct ast_name *name,
    struct relation *out)
{
	const struct relation_space space = names_space(context);
	struct str last = ast_name_last(name);
	const struct schema *schema;

	if (is_other_database(context, name) || name->count > 3)
		return false;
	if (name->count == 1)
		return find_on_path(&space, names_path(context), last, out);
	schema = schema_by_name(name->parts[name->count - 2]);
	return schema != NULL &&
	    relation_by_name(&space, schema->oid, last, out);
}

bool
names_relation_is_visible(const struct plan_context *context,
    const struct relation *relation)
{
	const struct relation_space space = names_space(context);
	struct relation found;

	return find_on_path(&space, names_path(context), relation->name,
		   &found) &&
	    found.oid == relation->oid;
}

/* ---- names as texts ---- */

static int
invalid_name(struct error *err)
{
	return error_set(err, STELE_E_INVALID_NAME, "invalid name syntax");
}

/* The parts of a qualified name: 42602 if it is none. */
static int
read_name(struct str text, struct arena *arena, struct ast_name *out,
    struct error *err)
{
	struct name_list list;

	if (!name_list_read(text, '.', arena, &list) || list.count == 0)
		return invalid_name(err);
	*out = (struct ast_name){ .count = list.count };
	if (list.count > ARRAY_LEN(out->parts))
		return error_set(err, STELE_E_SYNTAX,
		    "improper qualified name (too many dotted names): %.*s",
		    STR_FMT(text));
	for (uint32_t i = 0; i < list.count; i++)
		out->parts[i] = list.names[i];
	return 0;
}

/* A name that has no schema. */
static int
read_bare_name(struct str text, struct arena *arena, struct str *out,
    struct error *err)
{
	struct ast_name name;
	int rc = read_name(text, arena, &name, err);

	if (rc != 0)
		return rc;
	if (name.count != 1)
		return invalid_name(err);
	*out = name.parts[0];
	return 0;
}

int
names_check_database(const struct plan_context *context,
    const struct ast_name *name, struct error *err)
{
	struct arena arena;

	if (name->count > 3 || is_other_database(context, name)) {
		arena_init(&arena, NULL);
		if (name->count > 3)
			(void)error_at(err, name->location, STELE_E_SYNTAX,
			    "improper relation name (too many dotted names):"
			    " %.*s",
			    STR_FMT(name_format(name, &arena)));
		else
			(void)error_at(err, name->location,
			    STELE_E_FEATURE_NOT_SUPPORTED,
			    "cross-database references are not implemented:"
			    " \"%.*s\"",
			    STR_FMT(name_format(name, &arena)));
		arena_release(&arena);
		return err->code;
	}
	return 0;
}

int
names_schema(const struct ast_name *name, const struct schema **out,
    struct error *err)
{
	struct str schema = name->parts[name->count - 2];

	*out = schema_by_name(schema);
	if (*out == NULL)
		return error_at(err, name->location,
		    STELE_E_INVALID_SCHEMA_NAME,
		    "schema \"%.*s\" does not exist", STR_FMT(schema));
	return 0;
}

static int
find_relation_in(const struct plan_context *context, struct str text,
    struct arena *arena, struct relation *out, struct error *err)
{
	const struct schema *schema;
	struct ast_name name;
	int rc;

	rc = read_name(text, arena, &name, err);
	if (rc == 0)
		rc = names_check_database(context, &name, err);
	if (rc == 0 && name.count > 1)
		rc = names_schema(&name, &schema, err);
	if (rc != 0)
		return rc;
	if (!names_relation(context, &name, out))
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" does not exist",
		    STR_FMT(name_format(&name, arena)));
	return 0;
}

int
names_find_relation(const struct plan_context *context, struct str text,
    struct relation *out, struct error *err)
{
	struct arena arena;
	int rc;

	arena_init(&arena, NULL);
	rc = find_relation_in(context, text, &arena, out, err);
	if (rc == 0)
		rc = arena_check(&arena, err);
	arena_release(&arena);
	return rc;
}

/* ---- reading regclass and its like ---- */

struct finder {
	const struct plan_context *context;
	struct str text;
	struct arena *arena;
	uint32_t *oid;
	struct error *err;
};

static int
find_class(struct finder *f)
{
	struct relation relation;
	int rc =
	    find_relation_in(f->context, f->text, f->arena, &relation, f->err);

	if (rc == 0)
		*f->oid = relation.oid;
	return rc;
}

static int
find_namespace(struct finder *f)
{
	struct ast_name name = { .count = 2 };
	const struct schema *schema;
	int rc = read_bare_name(f->text, f->arena, &name.parts[0], f->err);

	if (rc == 0)
		rc = names_schema(&name, &schema, f->err);
	if (rc == 0)
		*f->oid = schema->oid;
	return rc;
}

bool
names_role_oid(const struct plan_context *context, struct str name,
    uint32_t *oid)
{
	const struct role *role = catalog_role_by_name(context->catalog, name);

	*oid = role == NULL ? OWNER_OID : role->oid;
	return role != NULL ||
	    (!catalog_has_roles(context->catalog) &&
		str_equal(name, context->session->session_user));
}

bool
names_role_name(const struct plan_context *context, uint32_t oid,
    struct str *name)
{
	const struct role *role = catalog_role_by_oid(context->catalog, oid);

	*name = role == NULL ? context->session->session_user : role->name;
	return role != NULL ||
	    (oid == OWNER_OID && !catalog_has_roles(context->catalog));
}

static int
find_role(struct finder *f)
{
	struct str name;
	int rc = read_bare_name(f->text, f->arena, &name, f->err);

	if (rc != 0)
		return rc;
	if (!names_role_oid(f->context, name, f->oid))
		return error_set(f->err, STELE_E_UNDEFINED_OBJECT,
		    "role \"%.*s\" does not exist", STR_FMT(name));
	return 0;
}

/* The type that a text of SQL names, nothing else being in it. */
static const struct ast_type *
only_type(const struct sql_statements *statements)
{
	const struct ast_select *select;

	if (statements->count != 1 || statements->items[0]->kind != AST_SELECT)
		return NULL;
	select = statements->items[0]->select;
	if (select->set_op != AST_SET_NONE || select->targets.count != 1 ||
	    select->from.count > 0 || select->where != NULL ||
	    select->group_count > 0 || select->having != NULL ||
	    select->window_count > 0 || select->order_by.count > 0 ||
	    select->limit != NULL || select->offset != NULL ||
	    select->lock_count > 0 || select->targets.items[0].alias.len > 0 ||
	    select->targets.items[0].expr->kind != AST_CAST ||
	    select->targets.items[0].expr->cast.arg->kind != AST_CONST)
		return NULL;
	return &select->targets.items[0].expr->cast.type;
}

static int
find_type_named(struct finder *f, struct str name, uint32_t *out)
{
	struct binder binder = { .context = f->context, .arena = f->arena };
	struct str text =
	    arena_printf(f->arena, "SELECT NULL::%.*s", STR_FMT(name));
	struct sql_statements statements;
	const struct ast_type *ast;
	int rc;

	rc = sql_parse(text, SQL_DIALECT_POSTGRES, f->arena, &statements,
	    f->err);
	f->err->position = 0; /* of a text that nobody wrote */
	if (rc != 0)
		return rc;
	ast = only_type(&statements);
	if (ast == NULL)
		return error_set(f->err, STELE_E_SYNTAX,
		    "invalid type name \"%.*s\"", STR_FMT(name));
	rc = bind_any_type_name(&binder, ast, out, f->err);
	f->err->position = 0;
	return rc;
}

static int
find_type(struct finder *f)
{
	return find_type_named(f, f->text, f->oid);
}

/* ---- functions and operators ---- */

/* A name and types of arguments in parentheses. */
struct signature {
	struct ast_name name;
	uint32_t args[PROC_ARGS_MAX]; /* 0: NONE */
	uint32_t count;
};

/* Where `stop` is outside of quotes, brackets, parentheses. */
static size_t
find_outside(struct str text, size_t at, char stop)
{
	bool in_quotes = false;
	int depth = 0;

	for (; at < text.len; at++) {
		char c = text.data[at];

		if (c == '"')
			in_quotes = !in_quotes;
		if (in_quotes)
			continue;
		if (c == stop && depth == 0)
			return at;
		depth += (c == '(' || c == '[') - (c == ')' || c == ']');
	}
	return text.len;
}

static struct str
trim(struct str text)
{
	while (text.len > 0 && (uint8_t)text.data[0] <= ' ')
		text = str_of(text.data + 1, text.len - 1);
	while (text.len > 0 && (uint8_t)text.data[text.len - 1] <= ' ')
		text.len--;
	return text;
}

static int
read_arguments(struct finder *f, struct str list, struct signature *out)
{
	size_t at = 0;

	out->count = 0;
	while (trim(list).len > 0 && at <= list.len) {
		size_t end = find_outside(list, at, ',');
		struct str type = trim(str_of(list.data + at, end - at));
		uint32_t *arg = &out->args[out->count];
		int rc = 0;

		if (out->count++ == PROC_ARGS_MAX)
			return error_set(f->err, STELE_E_TOO_MANY_ARGUMENTS,
			    "too many arguments");
		*arg = 0;
		if (!str_equal_nocase(type, STR("NONE")))
			rc = find_type_named(f, type, arg);
		if (rc != 0)
			return rc;
		at = end + 1;
	}
	return 0;
}

static int
read_signature(struct finder *f, struct signature *out)
{
	size_t open = find_outside(f->text, 0, '(');
	struct str rest;
	int rc;

	if (open == f->text.len)
		return error_set(f->err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "expected a left parenthesis");
	rest = trim(str_of(f->text.data + open + 1, f->text.len - open - 1));
	if (rest.len == 0 || rest.data[rest.len - 1] != ')')
		return error_set(f->err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "expected a right parenthesis");
	rc =
	    read_name(str_of(f->text.data, open), f->arena, &out->name, f->err);
	if (rc != 0)
		return rc;
	return read_arguments(f, str_of(rest.data, rest.len - 1), out);
}

static int
find_function(struct finder *f)
{
	struct ast_name name;
	int rc = read_name(f->text, f->arena, &name, f->err);

	if (rc != 0)
		return rc;
	return names_find_function(f->context, &name, f->text, f->oid, f->err);
}

static int
find_signature(struct finder *f)
{
	struct signature signature;
	int rc = read_signature(f, &signature);

	if (rc != 0)
		return rc;
	return names_find_signature(f->context, &signature.name, signature.args,
	    signature.count, f->text, f->oid, f->err);
}

static int
find_operator(struct finder *f)
{
	struct ast_name name;
	int rc = read_name(f->text, f->arena, &name, f->err);

	if (rc != 0)
		return rc;
	return names_find_operator(&name, f->text, f->oid, f->err);
}

static int
find_operands(struct finder *f)
{
	struct signature signature;
	int rc = read_signature(f, &signature);

	if (rc != 0)
		return rc;
	if (signature.count < 2) {
		(void)error_set(f->err, STELE_E_UNDEFINED_PARAMETER,
		    "missing argument");
		return error_hint(f->err,
		    "Use NONE to denote the missing argument of a unary"
		    " operator.");
	}
	if (signature.count > 2) {
		(void)error_set(f->err, STELE_E_TOO_MANY_ARGUMENTS,
		    "too many arguments");
		return error_hint(f->err,
		    "Provide two argument types for operator.");
	}
	return names_find_operands(&signature.name, signature.args, f->text,
	    f->oid, f->err);
}

static int
find_collation(struct finder *f)
{
	struct ast_name name;
	int rc = read_name(f->text, f->arena, &name, f->err);

	if (rc != 0)
		return rc;
	*f->oid = collation_of_name(ast_name_last(&name));
	if (*f->oid == COLLATION_NONE)
		return error_set(f->err, STELE_E_UNDEFINED_OBJECT,
		    "collation \"%.*s\" for encoding \"UTF8\" does not exist",
		    STR_FMT(name_format(&name, f->arena)));
	return 0;
}

/* What there is none of. */
static int
find_none(struct finder *f, const char *what)
{
	return error_set(f->err, STELE_E_UNDEFINED_OBJECT,
	    "%s \"%.*s\" does not exist", what, STR_FMT(f->text));
}

static int
find(struct finder *f, uint32_t type)
{
	switch (type) {
	case TYPE_REGCLASS:
		return find_class(f);
	case TYPE_REGTYPE:
		return find_type(f);
	case TYPE_REGNAMESPACE:
		return find_namespace(f);
	case TYPE_REGROLE:
		return find_role(f);
	case TYPE_REGCOLLATION:
		return find_collation(f);
	case TYPE_REGPROC:
		return find_function(f);
	case TYPE_REGPROCEDURE:
		return find_signature(f);
	case TYPE_REGOPER:
		return find_operator(f);
	case TYPE_REGOPERATOR:
		return find_operands(f);
	case TYPE_REGCONFIG:
		return find_none(f, "text search configuration");
	case TYPE_REGDICTIONARY:
		return find_none(f, "text search dictionary");
	default: /* OIDs are no enum */
		break;
	}
	return find_none(f, "object");
}

static int
names_find(const struct object_names *base, uint32_t type, struct str text,
    uint32_t *oid, struct error *err)
{
	const struct plan_names *names = (const struct plan_names *)base;
	struct arena arena;
	struct finder finder = { names->context, text, &arena, oid, err };
	int rc;

	arena_init(&arena, NULL);
	rc = find(&finder, type);
	if (rc == 0)
		rc = arena_check(&arena, err);
	arena_release(&arena);
	return rc;
}

void
plan_names_init(struct plan_names *names, const struct plan_context *context)
{
	*names = (struct plan_names){ .base = { names_find, names_put },
		.context = context };
}
