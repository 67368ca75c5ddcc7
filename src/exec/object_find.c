/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_find.c -- objects by what they are and the names that lead to them.
 */
#include "engine/catalog/catalog.h"
#include "exec/object_address.h"
#include "plan/comment.h"
#include "plan/temp_table.h"

enum find_kind {
	FIND_RELATION,
	FIND_COLUMN,
	FIND_CONSTRAINT,
	FIND_DEFAULT,
	FIND_RULE,
	FIND_REG, /* a name as regtype and its like read it */
	FIND_DATABASE,
};

static const struct {
	const char *type;
	enum find_kind kind;
	char relkind; /* of the relation; 0: any */
	uint32_t class_oid;
	uint32_t reg;
} kinds[] = {
	{ "table", FIND_RELATION, 'r', PG_CLASS_OID, 0 },
	{ "view", FIND_RELATION, 'v', PG_CLASS_OID, 0 },
	{ "materialized view", FIND_RELATION, 'm', PG_CLASS_OID, 0 },
	{ "index", FIND_RELATION, 'i', PG_CLASS_OID, 0 },
	{ "sequence", FIND_RELATION, 'S', PG_CLASS_OID, 0 },
	{ "table column", FIND_COLUMN, 0, PG_CLASS_OID, 0 },
	{ "view column", FIND_COLUMN, 0, PG_CLASS_OID, 0 },
	{ "materialized view column", FIND_COLUMN, 0, PG_CLASS_OID, 0 },
	{ "table constraint", FIND_CONSTRAINT, 0, PG_CONSTRAINT_OID, 0 },
	{ "default value", FIND_DEFAULT, 0, PG_ATTRDEF_OID, 0 },
	{ "rule", FIND_RULE, 0, PG_REWRITE_OID, 0 },
	{ "type", FIND_REG, 0, PG_TYPE_OID, TYPE_REGTYPE },
	{ "schema", FIND_REG, 0, PG_NAMESPACE_OID, TYPE_REGNAMESPACE },
	{ "role", FIND_REG, 0, PG_AUTHID_OID, TYPE_REGROLE },
	{ "database", FIND_DATABASE, 0, PG_DATABASE_OID, 0 },
};

/* What PostgreSQL has, too, and there is none of here. */
static const char *const foreign_types[] = { "access method", "aggregate",
	"cast", "collation", "conversion", "default acl", "domain constraint",
	"event trigger", "extension", "foreign table", "foreign table column",
	"foreign-data wrapper", "function", "function of access method",
	"language", "large object", "operator", "operator class",
	"operator family", "operator of access method", "policy", "procedure",
	"publication", "publication relation", "routine", "server",
	"statistics object", "subscription", "tablespace",
	"text search configuration", "text search dictionary",
	"text search parser", "text search template", "toast table",
	"toast table column", "transform", "trigger", "user mapping" };

/* The relation that the first `count` of the names are. */
static int
find_named(const struct plan_names *names, const struct str *parts,
    uint32_t count, struct arena *arena, struct relation *out,
    struct error *err)
{
	struct str text = STR("");

	for (uint32_t i = 0; i < count; i++)
		text = arena_printf(arena, "%.*s%s%.*s", STR_FMT(text),
		    i == 0 ? "" : ".", STR_FMT(object_quoted(arena, parts[i])));
	return names_find_relation(names->context, text, out, err);
}

static int
find_constraint_named(const struct relation *relation, struct str name,
    uint32_t *oid, struct error *err)
{
	const struct temp_table *temp = relation->temp;

	*oid = 0;
	if (relation->type != NULL && str_equal(relation->type->key.name, name))
		*oid = relation->type->key.constraint_oid;
	for (uint32_t i = 0; temp != NULL && i < temp->key_count; i++)
		if (str_equal(temp->keys[i].name, name))
			*oid = temp->keys[i].constraint_oid;
	for (uint32_t i = 0; temp != NULL && i < temp->check_count; i++)
		if (str_equal(temp->checks[i].name, name))
			*oid = temp->checks[i].oid;
	if (*oid != 0)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "constraint \"%.*s\" for table \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(relation->name));
}

/* An object that a relation has: the last of the names is its own. */
static int
find_of_relation(const struct plan_names *names, size_t kind,
    const struct relation *relation, struct str last,
    struct object_address *out, struct error *err)
{
	const struct relation_space space = names_space(names->context);
	char relkind = relation_kind(relation);

	out->oid = relation->oid;
	if (kinds[kind].kind == FIND_CONSTRAINT)
		return find_constraint_named(relation, last, &out->oid, err);
	if (kinds[kind].kind == FIND_RULE) {
		if ((relkind == 'v' || relkind == 'm') &&
		    str_equal(last, STR("_RETURN")))
			return 0;
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "rule \"%.*s\" for relation \"%.*s\" does not exist",
		    STR_FMT(last), STR_FMT(relation->name));
	}
	out->column = relation_column_find(&space, relation, last);
	if (out->column == 0)
		return error_set(err, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" of relation \"%.*s\" does not exist",
		    STR_FMT(last), STR_FMT(relation->name));
	if (kinds[kind].kind == FIND_COLUMN)
		return 0;
	if (!relation_has_default(relation, (uint32_t)out->column))
		return error_set(err, STELE_E_UNDEFINED_COLUMN,
		    "default value for column \"%.*s\" of relation \"%.*s\""
		    " does not exist",
		    STR_FMT(last), STR_FMT(relation->name));
	out->oid = relation_default_oid(relation, (uint32_t)out->column);
	out->column = 0;
	return 0;
}

static int
find_relation_of(const struct plan_names *names, size_t kind,
    const struct str *parts, uint32_t count, struct arena *arena,
    struct object_address *out, struct error *err)
{
	bool is_itself = kinds[kind].kind == FIND_RELATION;
	struct relation relation;
	int rc;

	if (!is_itself && count < 2)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "name list length must be at least %d", 2);
	rc = find_named(names, parts, is_itself ? count : count - 1, arena,
	    &relation, err);
	if (rc != 0)
		return rc;
	if (!is_itself)
		return find_of_relation(names, kind, &relation,
		    parts[count - 1], out, err);
	out->oid = relation.oid;
	if (relation_kind(&relation) == kinds[kind].relkind)
		return 0;
	return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
	    "\"%.*s\" is not %s %s", STR_FMT(relation.name),
	    kinds[kind].relkind == 'i' ? "an" : "a", kinds[kind].type);
}

static int
find_single(const struct plan_names *names, size_t kind,
    const struct str *parts, uint32_t count, struct arena *arena,
    struct object_address *out, struct error *err)
{
	struct str database = names->context->session->database;
	bool is_type = kinds[kind].class_oid == PG_TYPE_OID;

	if (count != 1)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "name list length must be exactly %d", 1);
	if (kinds[kind].kind == FIND_REG)
		return names->base.find(&names->base, kinds[kind].reg,
		    is_type ? parts[0] : object_quoted(arena, parts[0]),
		    &out->oid, err);
	out->oid = DATABASE_OID;
	if (str_equal(parts[0], database))
		return 0;
	return error_set(err, STELE_E_INVALID_CATALOG_NAME,
	    "database \"%.*s\" does not exist", STR_FMT(parts[0]));
}

int
object_find(const struct plan_names *names, struct str type,
    const struct str *parts, uint32_t part_count, struct arena *arena,
    struct object_address *out, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_equal(type, str_of_cstr(kinds[i].type)))
			continue;
		*out = (struct object_address){ kinds[i].class_oid, 0, 0 };
		if (part_count == 0)
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "name list length must be at least %d", 1);
		if (kinds[i].kind == FIND_REG || kinds[i].kind == FIND_DATABASE)
			return find_single(names, i, parts, part_count, arena,
			    out, err);
		return find_relation_of(names, i, parts, part_count, arena, out,
		    err);
	}
	for (size_t i = 0; i < ARRAY_LEN(foreign_types); i++)
		if (str_equal(type, str_of_cstr(foreign_types[i])))
			return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "addresses of objects of type \"%.*s\" are not"
			    " supported",
			    STR_FMT(type));
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "unrecognized object type \"%.*s\"", STR_FMT(type));
}
