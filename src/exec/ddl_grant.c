/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_grant.c -- GRANT and REVOKE of rights on event types, views, the schema
 * and the database.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_grant_private.h"

/* ---- words ---- */

static const struct {
	struct str word;
	uint32_t right;
} words[] = {
#define X(name, bit, letter, text) { { text, sizeof(text) - 1 }, RIGHT_##name },
	RIGHTS(X)
#undef X
	    { { "TEMP", 4 }, RIGHT_TEMPORARY },
	{ { "READ", 4 }, RIGHT_SELECT }, /* the native language's */
	{ { "WRITE", 5 }, RIGHT_INSERT },
};

static const char *const kind_words[] = {
	[ACL_TABLE] = "relation",
	[ACL_SCHEMA] = "schema",
	[ACL_DATABASE] = "database",
};

static enum acl_kind
kind_of(const struct ast_grant *grant)
{
	switch (grant->target) {
	case AST_GRANT_TABLES:
	case AST_GRANT_ALL_TABLES:
		return ACL_TABLE;
	case AST_GRANT_SCHEMAS:
		return ACL_SCHEMA;
	case AST_GRANT_DATABASES:
		return ACL_DATABASE;
	}
	return ACL_TABLE;
}

int
grant_right(const struct ast_grant *grant, struct str word, bool is_of_column,
    uint32_t *out, struct error *err)
{
	enum acl_kind kind = kind_of(grant);
	uint32_t all = is_of_column ? RIGHTS_COLUMN : acl_kind_rights(kind);
	size_t k = 0;

	while (k < ARRAY_LEN(words) && !str_equal_nocase(words[k].word, word))
		k++;
	if (k == ARRAY_LEN(words))
		return error_set(err, STELE_E_SYNTAX,
		    "unrecognized privilege type \"%.*s\"", STR_FMT(word));
	if ((words[k].right & ~all) != 0)
		return error_set(err, STELE_E_INVALID_GRANT_OPERATION,
		    "invalid privilege type %.*s for %s",
		    STR_FMT(words[k].word),
		    is_of_column ? "column" : kind_words[kind]);
	*out = words[k].right;
	return 0;
}

/* Those on the whole; 0: there are only some on columns. */
static int
rights_of(const struct ast_grant *grant, uint32_t *out, struct error *err)
{
	int rc = 0;

	*out = grant->right_count + grant->column_right_count == 0
	    ? acl_kind_rights(kind_of(grant))
	    : 0;
	for (uint32_t i = 0; i < grant->right_count && rc == 0; i++) {
		uint32_t right;

		rc = grant_right(grant, grant->rights[i], false, &right, err);
		if (rc == 0)
			*out |= right;
	}
	if (rc == 0 && grant->column_right_count > 0 &&
	    kind_of(grant) != ACL_TABLE)
		rc = error_set(err, STELE_E_INVALID_GRANT_OPERATION,
		    "column privileges are only valid for relations");
	return rc;
}

/* ---- one object ---- */

int
ddl_denied_on(const struct acl_object *object, struct str database,
    struct error *err)
{
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for %s %.*s", acl_object_words(object),
	    STR_FMT(object->kind == ACL_DATABASE ? database : object->name));
}

int
grant_denied(const struct ddl_run *run, const struct grant_target *target,
    struct error *err)
{
	if (target->attnum == 0)
		return ddl_denied_on(&target->object,
		    run->env.context->session->database, err);
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for column \"%.*s\" of relation \"%.*s\"",
	    STR_FMT(target->column), STR_FMT(target->object.name));
}

void
grant_warn(struct ddl_run *run, const char *how_many,
    const struct grant_target *target)
{
	bool is_revoke = run->plan->grant->is_revoke;
	int code = is_revoke ? STELE_E_PRIVILEGE_NOT_REVOKED
			     : STELE_E_PRIVILEGE_NOT_GRANTED;
	const char *done = is_revoke ? "could be revoked" : "were granted";
	struct error notice = { .code = 0 };

	if (target->attnum != 0)
		(void)error_set(&notice, code,
		    "%s privileges %s for column \"%.*s\" of relation "
		    "\"%.*s\"",
		    how_many, done, STR_FMT(target->column),
		    STR_FMT(target->object.name));
	else
		(void)error_set(&notice, code, "%s privileges %s for \"%.*s\"",
		    how_many, done,
		    STR_FMT(target->object.kind == ACL_DATABASE
			    ? run->env.context->session->database
			    : target->object.name));
	ddl_notify(run, &notice);
}

/* Of the rights that are named, those that current_user may grant. */
static int
restrict_rights(struct ddl_run *run, const struct grant_target *target,
    uint32_t *rights, struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	const struct catalog *catalog = ddl_catalog(run);
	const struct acl_object *object = &target->object;
	uint32_t attnum = target->attnum, role_oid = ddl_role_oid(run);
	uint32_t all =
	    attnum != 0 ? RIGHTS_COLUMN : acl_kind_rights(object->kind);
	uint32_t may = catalog_column_grantable(catalog, role_oid, object,
	    attnum, *rights);

	if ((may == 0 &&
		catalog_column_grantable(catalog, role_oid, object, attnum,
		    all) == 0 &&
		catalog_column_rights(catalog, role_oid, object, attnum, all) ==
		    0) ||
	    (grant->is_whole && may != *rights))
		return grant_denied(run, target, err);
	if (may == 0)
		grant_warn(run, "no", target);
	else if (!target->is_all && may != *rights)
		grant_warn(run, "not all", target);
	*rights = may;
	return 0;
}

int
grant_find_role(struct ddl_run *run, const struct ast_role *role, uint32_t *out,
    struct error *err)
{
	*out = ACL_PUBLIC;
	return role->kind == AST_ROLE_PUBLIC
	    ? 0
	    : ddl_find_role(run, role, out, err);
}

static int
grant_to_all(struct ddl_run *run, struct grant_target *target, uint32_t rights,
    struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	struct ddl ddl = { .kind = grant->is_revoke ? DDL_REVOKE : DDL_GRANT,
		.oid = target->object.oid };
	int rc = restrict_rights(run, target, &rights, err);

	if (rc != 0 || rights == 0)
		return rc;
	ddl.grant.rights = rights;
	ddl.grant.attnum = target->attnum;
	ddl.grant.grantor = catalog_best_grantor(ddl_catalog(run),
	    ddl_role_oid(run), &target->object, target->attnum, rights);
	ddl.grant.flags = (grant->with_option ? ACL_WITH_OPTION : 0u) |
	    (grant->is_cascade ? ACL_CASCADE : 0u) |
	    (grant->is_denial && target->attnum == 0 ? ACL_DENY : 0u);
	for (uint32_t i = 0; i < grant->roles.count && rc == 0; i++) {
		rc = grant_find_role(run, &grant->roles.items[i],
		    &ddl.grant.grantee, err);
		if (rc == 0)
			rc = write_batch_ddl(run->target, &ddl, err);
	}
	return rc;
}

static uint32_t
find_column(const struct ddl_run *run, uint32_t oid, struct str name)
{
	const struct catalog *catalog = ddl_catalog(run);
	const struct event_type *type = catalog_type_by_oid(catalog, oid);
	const struct sql_view *view = catalog_view_by_oid(catalog, oid);

	if (type != NULL)
		return event_type_column(type, name);
	for (uint32_t i = 0; view != NULL && i < view->column_count; i++)
		if (str_equal(view->columns[i].name, name))
			return i + 1;
	return 0;
}

int
grant_undefined_column(const struct grant_target *target, struct error *err)
{
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(target->column), STR_FMT(target->object.name));
}

/* One of the rights that name columns. */
static int
grant_on_columns(struct ddl_run *run, const struct acl_object *object,
    const struct ast_column_right *named, struct error *err)
{
	struct grant_target target = { .object = *object,
		.is_all = named->right.len == 0 };
	uint32_t rights = RIGHTS_COLUMN;
	int rc = 0;

	if (!target.is_all)
		rc = grant_right(run->plan->grant, named->right, true, &rights,
		    err);
	for (uint32_t i = 0; i < named->column_count && rc == 0; i++) {
		target.column = named->columns[i];
		target.attnum = find_column(run, object->oid, target.column);
		rc = target.attnum == 0
		    ? grant_undefined_column(&target, err)
		    : grant_to_all(run, &target, rights, err);
	}
	return rc;
}

static int
grant_on(struct ddl_run *run, uint32_t object_oid, uint32_t rights,
    struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	struct grant_target target = {
		.is_all = grant->right_count == 0,
	};
	int rc = 0;

	(void)catalog_acl_object(ddl_catalog(run), object_oid, &target.object);
	if (grant->is_denial &&
	    !catalog_owns(ddl_catalog(run), ddl_role_oid(run), &target.object))
		return ddl_not_owner(&target.object, err);
	if (rights != 0)
		rc = grant_to_all(run, &target, rights, err);
	for (uint32_t i = 0; i < grant->column_right_count && rc == 0; i++)
		rc = grant_on_columns(run, &target.object,
		    &grant->column_rights[i], err);
	return rc;
}

/* ---- the statement ---- */

static int
grant_on_tables(struct ddl_run *run, uint32_t rights, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < run->plan->name_count && rc == 0; i++) {
		struct str name = run->plan->names[i];
		uint32_t oid = ddl_relation_oid(run, name);

		if (oid == 0)
			return error_set(err, STELE_E_UNDEFINED_TABLE,
			    "relation \"%.*s\" does not exist", STR_FMT(name));
		rc = grant_on(run, oid, rights, err);
	}
	for (uint32_t i = 0; i < run->plan->system_count && rc == 0; i++)
		rc = grant_on_system(run, run->plan->systems[i], rights, err);
	return rc;
}

static int
grant_on_all_tables(struct ddl_run *run, uint32_t rights, struct error *err)
{
	/* changes of rights leave the number of types and views as it is */
	uint32_t type_count = ddl_catalog(run)->type_count;
	uint32_t view_count = ddl_catalog(run)->view_count;
	int rc = 0;

	for (uint32_t i = 0; i < type_count && rc == 0; i++) {
		const struct event_type *type = ddl_catalog(run)->types[i];

		if (event_type_has_name(type))
			rc = grant_on(run, type->oid, rights, err);
	}
	for (uint32_t i = 0; i < view_count && rc == 0; i++)
		rc =
		    grant_on(run, ddl_catalog(run)->views[i]->oid, rights, err);
	return rc;
}

int
ddl_grant(struct ddl_run *run, struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	uint32_t grantor, rights;
	int rc = rights_of(grant, &rights, err);

	if (rc == 0 && grant->has_grantor) {
		rc = ddl_find_role(run, &grant->grantor, &grantor, err);
		if (rc == 0 && grantor != ddl_role_oid(run))
			rc = error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "grantor must be current user");
	}
	if (rc != 0)
		return rc;
	switch (grant->target) {
	case AST_GRANT_TABLES:
		return grant_on_tables(run, rights, err);
	case AST_GRANT_ALL_TABLES:
		return grant_on_all_tables(run, rights, err);
	case AST_GRANT_SCHEMAS:
		return grant_on(run, ACL_SCHEMA_OID, rights, err);
	case AST_GRANT_DATABASES:
		return grant_on(run, ACL_DATABASE_OID, rights, err);
	}
	return 0;
}
