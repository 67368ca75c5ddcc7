/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_grant.c -- GRANT and REVOKE of rights on event types, views, the schema
 * and the database.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"

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

static int
rights_of(const struct ast_grant *grant, uint32_t *out, struct error *err)
{
	enum acl_kind kind = kind_of(grant);

	*out = grant->right_count == 0 ? acl_kind_rights(kind) : 0;
	for (uint32_t i = 0; i < grant->right_count; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(words) &&
		    !str_equal_nocase(words[k].word, grant->rights[i]))
			k++;
		if (k == ARRAY_LEN(words))
			return error_set(err, STELE_E_SYNTAX,
			    "unrecognized privilege type \"%.*s\"",
			    STR_FMT(grant->rights[i]));
		if ((words[k].right & ~acl_kind_rights(kind)) != 0)
			return error_set(err, STELE_E_INVALID_GRANT_OPERATION,
			    "invalid privilege type %.*s for %s",
			    STR_FMT(words[k].word), kind_words[kind]);
		*out |= words[k].right;
	}
	return 0;
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

static void
warn(struct ddl_run *run, int code, const char *text,
    const struct acl_object *object)
{
	struct error notice = { .code = 0 };

	(void)error_set(&notice, code, "%s for \"%.*s\"", text,
	    STR_FMT(object->kind == ACL_DATABASE
		    ? run->env.context->session->database
		    : object->name));
	ddl_notify(run, &notice);
}

/* Of the rights that are named, those that current_user may grant. */
static int
restrict_rights(struct ddl_run *run, const struct acl_object *object,
    uint32_t *rights, struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	const struct catalog *catalog = ddl_catalog(run);
	uint32_t all = acl_kind_rights(object->kind);
	uint32_t role_oid = ddl_role_oid(run);
	uint32_t may = catalog_grantable(catalog, role_oid, object, *rights);
	bool is_all = grant->right_count == 0;

	if ((may == 0 &&
		catalog_grantable(catalog, role_oid, object, all) == 0 &&
		catalog_rights(catalog, role_oid, object, all) == 0) ||
	    (grant->is_whole && may != *rights))
		return ddl_denied_on(object,
		    run->env.context->session->database, err);
	if (may == 0)
		warn(run,
		    grant->is_revoke ? STELE_E_PRIVILEGE_NOT_REVOKED
				     : STELE_E_PRIVILEGE_NOT_GRANTED,
		    grant->is_revoke ? "no privileges could be revoked"
				     : "no privileges were granted",
		    object);
	else if (!is_all && may != *rights)
		warn(run,
		    grant->is_revoke ? STELE_E_PRIVILEGE_NOT_REVOKED
				     : STELE_E_PRIVILEGE_NOT_GRANTED,
		    grant->is_revoke ? "not all privileges could be revoked"
				     : "not all privileges were granted",
		    object);
	*rights = may;
	return 0;
}

static int
find_grantee(struct ddl_run *run, const struct ast_role *role, uint32_t *out,
    struct error *err)
{
	*out = ACL_PUBLIC;
	return role->kind == AST_ROLE_PUBLIC
	    ? 0
	    : ddl_find_role(run, role, out, err);
}

static int
grant_on(struct ddl_run *run, uint32_t object_oid, uint32_t rights,
    struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	struct ddl ddl = { .kind = grant->is_revoke ? DDL_REVOKE : DDL_GRANT,
		.oid = object_oid };
	struct acl_object object;
	int rc;

	(void)catalog_acl_object(ddl_catalog(run), object_oid, &object);
	if (grant->is_denial &&
	    !catalog_owns(ddl_catalog(run), ddl_role_oid(run), &object))
		return ddl_not_owner(&object, err);
	rc = restrict_rights(run, &object, &rights, err);
	if (rc != 0 || rights == 0)
		return rc;
	ddl.grant.rights = rights;
	ddl.grant.grantor = catalog_best_grantor(ddl_catalog(run),
	    ddl_role_oid(run), &object, rights);
	ddl.grant.flags = (grant->with_option ? ACL_WITH_OPTION : 0u) |
	    (grant->is_cascade ? ACL_CASCADE : 0u) |
	    (grant->is_denial ? ACL_DENY : 0u);
	for (uint32_t i = 0; i < grant->roles.count && rc == 0; i++) {
		rc = find_grantee(run, &grant->roles.items[i],
		    &ddl.grant.grantee, err);
		if (rc == 0)
			rc = write_batch_ddl(run->target, &ddl, err);
	}
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
