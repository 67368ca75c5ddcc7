/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/object_address.h"

#include <inttypes.h>

#include "common/quote.h"
#include "engine/catalog/catalog.h"
#include "plan/comment.h"
#include "plan/temp_table.h"

/* ---- what it is ---- */

/* An object of a relation, or the relation. */
struct part {
	struct relation relation;
	uint32_t column;     /* with a default, or by itself */
	struct str its_name; /* of a constraint or a rule */
};

static const char *
relation_word(const struct relation *relation)
{
	switch (relation_kind(relation)) {
	case 'v':
		return "view";
	case 'm':
		return "materialized view";
	case 'i':
		return "index";
	case 'S':
		return "sequence";
	default:
		return "table";
	}
}

static bool
find_temp_constraint(const struct temp_catalog *temp, uint32_t oid,
    struct part *out)
{
	for (uint32_t i = 0; temp != NULL && i < temp->table_count; i++) {
		const struct temp_table *table = temp->tables[i];

		out->relation = (struct relation){ .oid = table->oid,
			.schema = SCHEMA_PG_TEMP,
			.name = table->name,
			.temp = table };
		for (uint32_t k = 0; k < table->key_count; k++) {
			out->its_name = table->keys[k].name;
			if (table->keys[k].constraint_oid == oid)
				return true;
		}
		for (uint32_t k = 0; k < table->check_count; k++) {
			out->its_name = table->checks[k].name;
			if (table->checks[k].oid == oid)
				return true;
		}
	}
	return false;
}

/* The key of an event type has the OID of its index. */
static bool
find_constraint(const struct relation_space *space, uint32_t oid,
    struct part *out)
{
	struct relation index;

	if (oid < KEY_OID_FIRST || oid >= TEMP_OID_FIRST)
		return oid != 0 && find_temp_constraint(space->temp, oid, out);
	if (!relation_by_oid(space, oid, &index))
		return false;
	out->relation = relation_of_index(&index);
	out->its_name = index.name;
	return true;
}

static bool
find_part(const struct plan_context *context,
    const struct object_address *address, struct part *out)
{
	const struct relation_space space = names_space(context);
	char kind;

	*out = (struct part){ .column = (uint32_t)address->column };
	switch (address->class_oid) {
	case PG_CLASS_OID:
		return relation_by_oid(&space, address->oid, &out->relation) &&
		    address->column >= 0 &&
		    address->column <= relation_column_count(&out->relation);
	case PG_ATTRDEF_OID:
		return relation_of_default(&space, address->oid, &out->relation,
		    &out->column);
	case PG_CONSTRAINT_OID:
		return find_constraint(&space, address->oid, out);
	case PG_REWRITE_OID:
		if (!relation_by_oid(&space, address->oid, &out->relation))
			return false;
		out->its_name = STR("_RETURN");
		kind = relation_kind(&out->relation);
		return kind == 'v' || kind == 'm';
	default: /* OIDs are no enum */
		return false;
	}
}

static bool
is_part(uint32_t class_oid)
{
	return class_oid == PG_CLASS_OID || class_oid == PG_ATTRDEF_OID ||
	    class_oid == PG_CONSTRAINT_OID || class_oid == PG_REWRITE_OID;
}

static struct str
column_name(const struct plan_context *context, const struct part *part)
{
	const struct relation_space space = names_space(context);

	return relation_column(&space, &part->relation, part->column).name;
}

/* Catalogues of which a type reads an OID as a name. */
static const struct {
	uint32_t class_oid;
	const char *word;
	uint32_t type;
} others[] = {
	{ PG_TYPE_OID, "type", TYPE_REGTYPE },
	{ PG_PROC_OID, "function", TYPE_REGPROCEDURE },
	{ PG_AUTHID_OID, "role", TYPE_REGROLE },
	{ PG_NAMESPACE_OID, "schema", TYPE_REGNAMESPACE },
	{ PG_OPERATOR_OID, "operator", TYPE_REGOPERATOR },
	{ PG_COLLATION_OID, "collation", TYPE_REGCOLLATION },
};

/* ---- descriptions ---- */

static bool
describe_part(const struct plan_names *names,
    const struct object_address *address, struct buf *out)
{
	const struct plan_context *context = names->context;
	struct part part;

	if (!find_part(context, address, &part))
		return false;
	if (address->class_oid == PG_CLASS_OID && part.column > 0)
		buf_printf(out, "column %.*s of ",
		    STR_FMT(column_name(context, &part)));
	if (address->class_oid == PG_ATTRDEF_OID)
		buf_printf(out, "default value for column %.*s of ",
		    STR_FMT(column_name(context, &part)));
	if (address->class_oid == PG_CONSTRAINT_OID)
		buf_printf(out, "constraint %.*s on ", STR_FMT(part.its_name));
	if (address->class_oid == PG_REWRITE_OID)
		buf_printf(out, "rule %.*s on ", STR_FMT(part.its_name));
	buf_printf(out, "%s ", relation_word(&part.relation));
	return names->base.put(&names->base, TYPE_REGCLASS, part.relation.oid,
	    out);
}

bool
object_describe(const struct plan_names *names,
    const struct object_address *address, struct buf *out)
{
	if (is_part(address->class_oid))
		return describe_part(names, address, out);
	if (address->class_oid == PG_DATABASE_OID) {
		buf_printf(out, "database %.*s",
		    STR_FMT(names->context->session->database));
		return address->oid == DATABASE_OID;
	}
	if (address->class_oid == PG_EXTENSION_OID) {
		buf_put_cstr(out, "extension stele");
		return address->oid == STELE_EXTENSION_OID;
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (others[i].class_oid != address->class_oid)
			continue;
		buf_printf(out, "%s ", others[i].word);
		return names->base.put(&names->base, others[i].type,
		    address->oid, out);
	}
	return false;
}

/* ---- identities ---- */

struct str
object_quoted(struct arena *arena, struct str name)
{
	struct buf text;
	struct str out;

	buf_init(&text);
	quote_put_name(&text, name);
	out = arena_str(arena, buf_str(&text));
	arena->failed |= text.failed;
	buf_release(&text);
	return out;
}

static struct str
schema_name(const struct relation *relation)
{
	const struct schema *schema = schema_by_oid(relation->schema);

	return schema == NULL ? STR("") : str_of_cstr(schema->name);
}

static void
identify_part(const struct plan_context *context, uint32_t class_oid,
    const struct part *part, struct arena *arena, struct object_identity *out)
{
	const struct relation *relation = &part->relation;
	struct str table, column = STR(""), schema = schema_name(relation);

	/* a session's own schema has an alias that is the same in all */
	table = arena_printf(arena, "%.*s.%.*s",
	    STR_FMT(
		relation->schema == SCHEMA_PG_TEMP ? STR("pg_temp") : schema),
	    STR_FMT(object_quoted(arena, relation->name)));
	if (part->column > 0)
		column = column_name(context, part);
	out->parts[0] = schema;
	out->parts[1] = relation->name;
	out->parts[2] = part->column > 0 ? column : part->its_name;
	out->part_count = out->parts[2].len > 0 ? 3 : 2;
	switch (class_oid) {
	case PG_ATTRDEF_OID:
		out->identity = arena_printf(arena, "for %.*s.%.*s",
		    STR_FMT(table), STR_FMT(object_quoted(arena, column)));
		return;
	case PG_CONSTRAINT_OID:
	case PG_REWRITE_OID:
		out->identity = arena_printf(arena, "%.*s on %.*s",
		    STR_FMT(object_quoted(arena, part->its_name)),
		    STR_FMT(table));
		if (class_oid == PG_CONSTRAINT_OID)
			out->schema = schema;
		return;
	}
	out->schema = schema;
	out->name = object_quoted(arena, relation->name);
	out->identity = table;
	if (part->column > 0)
		out->identity = arena_printf(arena, "%.*s.%.*s", STR_FMT(table),
		    STR_FMT(object_quoted(arena, column)));
}

/* "table column", whether there is one or not. */
static struct str
part_type(const struct object_address *address, const struct part *part,
    struct arena *arena)
{
	const char *word = part->relation.oid != 0
	    ? relation_word(&part->relation)
	    : "relation";

	switch (address->class_oid) {
	case PG_ATTRDEF_OID:
		return STR("default value");
	case PG_CONSTRAINT_OID:
		return STR("table constraint");
	case PG_REWRITE_OID:
		return STR("rule");
	}
	return arena_printf(arena, "%s%s", word,
	    address->column != 0 ? " column" : "");
}

/* A type's name with its schema, unless SQL has a word for it. */
static void
identify_type(const struct plan_context *context, uint32_t oid,
    struct arena *arena, struct object_identity *out)
{
	const struct enum_type *labels =
	    catalog_enum_of_type(context->catalog, oid);
	const struct relation_space space = names_space(context);
	struct relation relation;
	struct str name = STR("");
	bool is_array = false;

	if (labels != NULL) {
		name = labels->name;
		is_array = labels->oid != oid;
		out->schema = STR("public");
	} else if (relation_of_rows(&space, oid, &relation)) {
		name = relation.name;
		is_array = relation_row_type(&relation) != oid;
		out->schema = schema_name(&relation);
	}
	if (name.len == 0)
		return;
	out->name = object_quoted(arena,
	    is_array ? arena_printf(arena, "_%.*s", STR_FMT(name)) : name);
	out->identity = arena_printf(arena, "%.*s.%.*s%s", STR_FMT(out->schema),
	    STR_FMT(object_quoted(arena, name)), is_array ? "[]" : "");
	out->parts[0] = out->identity;
	out->part_count = 1;
}

/* What has a name and no schema. */
static void
identify_named(const struct plan_names *names,
    const struct object_address *address, struct arena *arena,
    struct object_identity *out)
{
	const struct plan_context *context = names->context;
	const struct schema *schema = schema_by_oid(address->oid);
	struct str name = STR("");

	if (address->class_oid == PG_NAMESPACE_OID && schema != NULL)
		name = str_of_cstr(schema->name);
	if (address->class_oid == PG_AUTHID_OID &&
	    !names_role_name(context, address->oid, &name))
		name = STR("");
	if (address->class_oid == PG_DATABASE_OID &&
	    address->oid == DATABASE_OID)
		name = context->session->database;
	if (name.len == 0)
		return;
	out->name = out->identity = object_quoted(arena, name);
	out->parts[0] = name;
	out->part_count = 1;
}

int
object_identify(const struct plan_names *names,
    const struct object_address *address, struct arena *arena,
    struct object_identity *out, struct error *err)
{
	struct part part;
	bool is_there;

	*out = (struct object_identity){ .part_count = 0 };
	switch (address->class_oid) {
	case PG_CLASS_OID:
	case PG_ATTRDEF_OID:
	case PG_CONSTRAINT_OID:
	case PG_REWRITE_OID:
		is_there = find_part(names->context, address, &part);
		out->type = part_type(address, &part, arena);
		if (is_there)
			identify_part(names->context, address->class_oid, &part,
			    arena, out);
		return 0;
	case PG_TYPE_OID:
		if (address->oid != 0 && address->oid < FIRST_USER_OID)
			break;
		out->type = STR("type");
		identify_type(names->context, address->oid, arena, out);
		return 0;
	case PG_NAMESPACE_OID:
		out->type = STR("schema");
		identify_named(names, address, arena, out);
		return 0;
	case PG_AUTHID_OID:
		out->type = STR("role");
		identify_named(names, address, arena, out);
		return 0;
	case PG_DATABASE_OID:
		out->type = STR("database");
		identify_named(names, address, arena, out);
		return 0;
	}
	return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "identities of objects of the server's own (class %" PRIu32
	    ") are not supported",
	    address->class_oid);
}
