/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_owner.c -- whose an object is: ALTER ... OWNER TO, REASSIGN and DROP
 * OWNED; and who is asked before it is changed.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"

uint32_t
ddl_relation_oid(const struct ddl_run *run, struct str name)
{
	const struct event_type *type =
	    catalog_type_by_name(ddl_catalog(run), name);
	const struct sql_view *view =
	    catalog_view_by_name(ddl_catalog(run), name);

	return type != NULL ? type->oid : view != NULL ? view->oid : 0;
}

int
ddl_own(struct ddl_run *run, uint32_t oid, struct error *err)
{
	struct ddl ddl = { .kind = DDL_SET_OWNER,
		.oid = oid,
		.owner = ddl_role_oid(run) };

	return ddl.owner == ROLE_OWNER_OID
	    ? 0
	    : write_batch_ddl(run->target, &ddl, err);
}

int
ddl_not_owner(const struct acl_object *object, struct error *err)
{
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "must be owner of %s %.*s", acl_object_words(object),
	    STR_FMT(object->name));
}

int
ddl_need_owner(const struct ddl_run *run, uint32_t oid, struct error *err)
{
	const struct catalog *catalog = ddl_catalog(run);
	const struct enum_type *labels = catalog_enum_by_oid(catalog, oid);
	struct acl_object object;

	if (catalog_acl_object(catalog, oid, &object))
		return catalog_owns(catalog, ddl_role_oid(run), &object)
		    ? 0
		    : ddl_not_owner(&object, err);
	if (labels == NULL ||
	    catalog_role_uses(catalog, ddl_role_oid(run), labels->owner))
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "must be owner of type %.*s", STR_FMT(labels->name));
}

int
ddl_need_right(const struct ddl_run *run, uint32_t oid, uint32_t right,
    struct error *err)
{
	const struct catalog *catalog = ddl_catalog(run);
	struct acl_object object;

	if (!catalog_acl_object(catalog, oid, &object) ||
	    catalog_rights(catalog, ddl_role_oid(run), &object, right) == right)
		return 0;
	return ddl_denied_on(&object, run->env.context->session->database, err);
}

/* ---- ALTER ... OWNER TO ---- */

/* Who gives something away must be able to be who gets it. */
static int
check_new_owner(const struct ddl_run *run, uint32_t owner, struct error *err)
{
	const struct catalog *catalog = ddl_catalog(run);
	const struct acl_object schema = { .kind = ACL_SCHEMA,
		.oid = ACL_SCHEMA_OID,
		.owner = ROLE_PG_DATABASE_OWNER,
		.name = STR("public") };
	const struct role *role = catalog_role_by_oid(catalog, owner);

	if (ddl_is_superuser(run))
		return 0;
	if (!catalog_role_is_member(catalog, ddl_role_oid(run), owner))
		return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "must be member of role \"%.*s\"",
		    STR_FMT(role == NULL ? STR("") : role->name));
	if (catalog_rights(catalog, owner, &schema, RIGHT_CREATE) == 0)
		return ddl_denied_on(&schema, schema.name, err);
	return 0;
}

static int
set_owner(struct ddl_run *run, uint32_t oid, uint32_t owner, struct error *err)
{
	struct ddl ddl = { .kind = DDL_SET_OWNER, .oid = oid, .owner = owner };

	return write_batch_ddl(run->target, &ddl, err);
}

/* *out is 0 if there is none and that is not an error. */
static int
find_object(struct ddl_run *run, uint32_t *out, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct enum_type *labels =
	    catalog_enum_by_name(ddl_catalog(run), plan->name);
	const struct sql_view *view;

	if (plan->owner_kind == AST_OWNER_OF_TYPE) {
		*out = labels == NULL ? 0 : labels->oid;
		return labels != NULL
		    ? 0
		    : ddl_missing_object(run, "type", plan->name,
			  STELE_E_UNDEFINED_OBJECT, err);
	}
	*out = ddl_relation_oid(run, plan->name);
	if (*out == 0)
		return ddl_missing_object(run, "relation", plan->name,
		    STELE_E_UNDEFINED_TABLE, err);
	view = catalog_view_by_oid(ddl_catalog(run), *out);
	if (plan->owner_kind == AST_OWNER_OF_VIEW && view == NULL)
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a view", STR_FMT(plan->name));
	if (plan->owner_kind == AST_OWNER_OF_KEPT &&
	    (view == NULL || !view_is_kept(view)))
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a materialized view", STR_FMT(plan->name));
	return 0;
}

static int
alter_owner(struct ddl_run *run, struct error *err)
{
	uint32_t oid, owner = 0;
	int rc = find_object(run, &oid, err);

	if (rc != 0 || oid == 0)
		return rc;
	rc = ddl_find_role(run, run->plan->owner, &owner, err);
	if (rc == 0)
		rc = ddl_need_owner(run, oid, err);
	if (rc == 0)
		rc = check_new_owner(run, owner, err);
	if (rc == 0 && catalog_type_by_oid(ddl_catalog(run), oid) != NULL)
		rc = exec_check_unused(run->env.context, oid, run->plan->name,
		    "ALTER TABLE", err);
	return rc != 0 ? rc : set_owner(run, oid, owner, err);
}

/* ---- what a role owns ---- */

struct owned {
	struct str *types; /* names */
	struct str *views;
	struct str *enums;
	uint32_t *oids; /* of all of them */
	uint32_t type_count, view_count, enum_count, count;
};

static void
find_owned(struct ddl_run *run, uint32_t owner, struct owned *out)
{
	const struct catalog *catalog = ddl_catalog(run);
	struct arena *arena = &run->arena;

	*out = (struct owned){ .count = 0 };
	out->types = arena_alloc_array(arena, (size_t)catalog->type_count + 1,
	    sizeof(struct str));
	out->views = arena_alloc_array(arena, (size_t)catalog->view_count + 1,
	    sizeof(struct str));
	out->enums = arena_alloc_array(arena, (size_t)catalog->enum_count + 1,
	    sizeof(struct str));
	out->oids = arena_alloc_array(arena,
	    (size_t)catalog->type_count + catalog->view_count +
		catalog->enum_count + 1,
	    sizeof(uint32_t));
	for (uint32_t i = 0; i < catalog->view_count; i++) {
		const struct sql_view *view = catalog->views[i];

		if (view->owner != owner)
			continue;
		out->views[out->view_count++] = arena_str(arena, view->name);
		out->oids[out->count++] = view->oid;
	}
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];

		if (type->owner != owner || !event_type_has_name(type))
			continue;
		out->types[out->type_count++] = arena_str(arena, type->name);
		out->oids[out->count++] = type->oid;
	}
	for (uint32_t i = 0; i < catalog->enum_count; i++) {
		const struct enum_type *labels = catalog->enums[i];

		if (labels->owner != owner)
			continue;
		out->oids[out->count++] = labels->oid;
		if (!labels->is_inline) /* which goes with its type */
			out->enums[out->enum_count++] =
			    arena_str(arena, labels->name);
	}
}

static int
check_member(const struct ddl_run *run, uint32_t oid, const char *what,
    struct error *err)
{
	if (catalog_role_uses(ddl_catalog(run), ddl_role_oid(run), oid))
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied to %s objects", what);
}

static int
reassign_one(struct ddl_run *run, uint32_t from, uint32_t to, struct error *err)
{
	struct owned owned;
	int rc = check_member(run, from, "reassign", err);

	if (rc != 0)
		return rc;
	find_owned(run, from, &owned);
	for (uint32_t i = 0; i < owned.count && rc == 0; i++)
		rc = set_owner(run, owned.oids[i], to, err);
	return rc;
}

/* DROP of some names, as the statement that says so. */
static int
drop_names(struct ddl_run *run, enum ddl_op op, const struct str *names,
    uint32_t count, struct error *err)
{
	struct plan_ddl plan = *run->plan;
	struct ddl_run drop = *run;
	int rc;

	if (count == 0)
		return 0;
	plan.op = op;
	plan.names = names;
	plan.name_count = count;
	plan.if_exists = true; /* it may have gone with another */
	drop.plan = &plan;
	arena_init(&drop.arena, run->env.context->budget);
	drop.env.arena = &drop.arena;
	rc = ddl_drop(&drop, err);
	arena_release(&drop.arena);
	return rc;
}

/* An entry that gives something to a role; NULL: none does. */
static const struct acl_entry *
granted_to(const struct acl *acl, uint32_t oid)
{
	for (uint32_t k = 0; k < acl->entry_count; k++)
		if (acl->entries[k].grantee == oid &&
		    acl->entries[k].rights != 0)
			return &acl->entries[k];
	for (uint32_t k = 0; k < acl->column_entry_count; k++)
		if (acl->column_entries[k].grantee == oid)
			return &acl->column_entries[k];
	return NULL;
}

/* All that was granted to a role; what denies stays. */
static int
revoke_all(struct ddl_run *run, uint32_t oid, struct error *err)
{
	struct ddl ddl = { .kind = DDL_REVOKE,
		.grant = { .grantee = oid,
		    .rights = RIGHTS_ALL,
		    .flags = ACL_CASCADE } };
	uint32_t i = 0;
	int rc = 0;

	/* an object whose list has nothing left may go from among them */
	while (rc == 0 && i < ddl_catalog(run)->acl_count) {
		const struct acl *acl = ddl_catalog(run)->acls[i];
		const struct acl_entry *entry = granted_to(acl, oid);

		if (entry == NULL) {
			i++;
			continue;
		}
		ddl.oid = acl->object_oid;
		ddl.grant.grantor = entry->grantor;
		ddl.grant.attnum = entry->attnum;
		rc = write_batch_ddl(run->target, &ddl, err);
	}
	return rc;
}

static int
drop_one(struct ddl_run *run, uint32_t oid, struct error *err)
{
	struct owned owned;
	int rc = check_member(run, oid, "drop", err);

	if (rc != 0)
		return rc;
	find_owned(run, oid, &owned);
	rc = drop_names(run, DDL_OP_DROP_VIEW, owned.views, owned.view_count,
	    err);
	if (rc == 0)
		rc = drop_names(run, DDL_OP_DROP_TABLE, owned.types,
		    owned.type_count, err);
	if (rc == 0)
		rc = drop_names(run, DDL_OP_DROP_ENUM, owned.enums,
		    owned.enum_count, err);
	return rc != 0 ? rc : revoke_all(run, oid, err);
}

int
ddl_owner(struct ddl_run *run, struct error *err)
{
	const struct ast_role_list *roles = run->plan->old_owner;
	uint32_t to = 0;
	int rc = 0;

	if (run->plan->op == DDL_OP_ALTER_OWNER)
		return alter_owner(run, err);
	if (run->plan->op == DDL_OP_REASSIGN_OWNED) {
		rc = ddl_find_role(run, run->plan->owner, &to, err);
		if (rc == 0)
			rc = check_member(run, to, "reassign", err);
	}
	for (uint32_t i = 0; i < roles->count && rc == 0; i++) {
		uint32_t from;

		rc = ddl_find_role(run, &roles->items[i], &from, err);
		if (rc == 0)
			rc = run->plan->op == DDL_OP_DROP_OWNED
			    ? drop_one(run, from, err)
			    : reassign_one(run, from, to, err);
	}
	return rc;
}
