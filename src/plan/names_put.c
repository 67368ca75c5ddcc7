/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_put.c -- the names of objects, as regclass and its like print them.
 */
#include <inttypes.h>

#include "common/quote.h"
#include "engine/catalog/catalog.h"
#include "plan/names.h"
#include "plan/names_function.h"
#include "types/array.h"
#include "types/collation.h"
#include "types/foreign_type.h"

/* The schema and a dot, unless the name is found without. */
static void
put_qualified(uint32_t schema, bool is_visible, struct str name,
    struct buf *out)
{
	const struct schema *found = schema_by_oid(schema);

	if (!is_visible && found != NULL) {
		quote_put_name(out, str_of_cstr(found->name));
		buf_put_u8(out, '.');
	}
	quote_put_name(out, name);
}

static bool
put_class(const struct plan_context *context, uint32_t oid, struct buf *out)
{
	const struct relation_space space = names_space(context);
	struct relation relation;

	if (!relation_by_oid(&space, oid, &relation))
		return false;
	put_qualified(relation.schema,
	    names_relation_is_visible(context, &relation), relation.name, out);
	return true;
}

/* ---- types ---- */

static bool
public_is_visible(const struct plan_context *context)
{
	return search_path_has(names_path(context), SCHEMA_PUBLIC);
}

/* A user's enum, or the type of a relation's rows; arrays of them. */
static bool
put_user_type(const struct plan_context *context, uint32_t oid, struct buf *out)
{
	const struct relation_space space = names_space(context);
	const struct enum_type *enum_type =
	    catalog_enum_of_type(context->catalog, oid);
	struct relation relation;
	bool is_array;

	if (enum_type != NULL) {
		is_array = oid == enum_type->array_oid;
		put_qualified(SCHEMA_PUBLIC, public_is_visible(context),
		    enum_type->name, out);
	} else if (relation_of_rows(&space, oid, &relation)) {
		is_array = oid == relation_array_type(&relation);
		put_qualified(relation.schema,
		    relation.schema == SCHEMA_PG_TEMP ||
			public_is_visible(context),
		    relation.name, out);
	} else {
		return false;
	}
	if (is_array)
		buf_put_cstr(out, "[]");
	return true;
}

bool
names_put_type(const struct plan_context *context, uint32_t oid,
    struct buf *out)
{
	const struct foreign_type *foreign = foreign_type_by_oid(oid);
	const struct type type = type_of(oid);
	struct arena arena;

	if (oid >= FIRST_USER_OID)
		return put_user_type(context, oid, out);
	if (foreign != NULL)
		buf_put_cstr(out, foreign->sql_name);
	if (foreign != NULL || type_info(oid) == NULL)
		return foreign != NULL;
	arena_init(&arena, NULL);
	buf_put_str(out, type_format_bare(&type, &arena));
	arena_release(&arena);
	return true;
}

bool
names_put_type_mod(const struct plan_context *context, uint32_t oid,
    int32_t mod, struct buf *out)
{
	const struct type type = { .oid = oid, .mod = mod };
	struct arena arena;

	if (oid >= FIRST_USER_OID || type_info(oid) == NULL)
		return names_put_type(context, oid, out);
	arena_init(&arena, NULL);
	buf_put_str(out, type_format(&type, &arena));
	arena_release(&arena);
	return true;
}

/* ---- the others ---- */

static bool
put_collation(uint32_t oid, struct buf *out)
{
	struct str name = collation_name(oid);

	if (name.len > 0)
		quote_put_name(out, name);
	return name.len > 0;
}

static bool
put_namespace(uint32_t oid, struct buf *out)
{
	const struct schema *schema = schema_by_oid(oid);

	if (schema != NULL)
		quote_put_name(out, str_of_cstr(schema->name));
	return schema != NULL;
}

static bool
put_role(const struct plan_context *context, uint32_t oid, struct buf *out)
{
	struct str name;
	bool is_known = names_role_name(context, oid, &name);

	if (is_known)
		quote_put_name(out, name);
	return is_known;
}

bool
names_put(const struct object_names *base, uint32_t type, uint32_t oid,
    struct buf *out)
{
	const struct plan_context *context =
	    ((const struct plan_names *)base)->context;

	switch (type) {
	case TYPE_REGCLASS:
		return put_class(context, oid, out);
	case TYPE_REGTYPE:
		return names_put_type(context, oid, out);
	case TYPE_REGNAMESPACE:
		return put_namespace(oid, out);
	case TYPE_REGROLE:
		return put_role(context, oid, out);
	case TYPE_REGCOLLATION:
		return put_collation(oid, out);
	case TYPE_REGPROC:
		return names_put_function(context, oid, out);
	case TYPE_REGPROCEDURE:
		return names_put_signature(context, oid, out);
	case TYPE_REGOPER:
		return names_put_operator(oid, out);
	case TYPE_REGOPERATOR:
		return names_put_operands(context, oid, out);
	default: /* OIDs are no enum */
		return false;
	}
}
