/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h -- objects by their names, and their names, as a statement sees them:
 * in its catalogue, by its search_path, in its database.
 *
 * This is what reads and prints regclass and its like (types/object_names.h),
 * and what functions of the catalogue ask.
 *
 * Threads: a context is not changed while anybody uses it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "plan/plan.h"
#include "plan/relation.h"
#include "plan/search_path.h"
#include "types/object_names.h"

struct ast_name;
struct error;

#define OWNER_OID    10u /* ROLE_OWNER_OID */
#define DATABASE_OID 5u  /* the one database */

/* For struct type_settings; both are borrowed from whoever has the context. */
struct plan_names {
	struct object_names base; /* first */
	const struct plan_context *context;
};

void plan_names_init(struct plan_names *names,
    const struct plan_context *context);

/* Of the session, or of a view's text. */
const struct search_path *names_path(const struct plan_context *context);

struct relation_space names_space(const struct plan_context *context);

/*
 * What the name of a relation means: in the schema that it says, or the first
 * of the search path that has it.  False if it means none.
 */
bool names_relation(const struct plan_context *context,
    const struct ast_name *name, struct relation *out);

/* Whether the name without its schema means this relation. */
bool names_relation_is_visible(const struct plan_context *context,
    const struct relation *relation);

/* 0A000 if a name of three parts is of another database. */
MUST_USE int names_check_database(const struct plan_context *context,
    const struct ast_name *name, struct error *err);

/* The schema of a qualified name; 3F000 if there is none. */
MUST_USE int names_schema(const struct ast_name *name,
    const struct schema **out, struct error *err);

/* The relation that a text names, as regclass reads it. */
MUST_USE int names_find_relation(const struct plan_context *context,
    struct str text, struct relation *out, struct error *err);

/*
 * Append the name of a type as format_type() has it; mod is -1 for a type
 * without, which is not the same as none: "character" or "bpchar".  False if
 * there is no such type.
 */
bool names_put_type(const struct plan_context *context, uint32_t oid,
    struct buf *out);
bool names_put_type_mod(const struct plan_context *context, uint32_t oid,
    int32_t mod, struct buf *out);

/* names_put.c: object_names.put */
bool names_put(const struct object_names *names, uint32_t type, uint32_t oid,
    struct buf *out);

/*
 * A role by its name, and the name of one; false if there is none.  While there
 * are no roles the owner has the name that the session gave.
 */
bool names_role_oid(const struct plan_context *context, struct str name,
    uint32_t *oid);
bool names_role_name(const struct plan_context *context, uint32_t oid,
    struct str *name);
