/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_role.c -- CREATE, ALTER and DROP ROLE, and who may do it.
 */
#include <string.h>

#include "common/buf.h"
#include "common/user_key.h"
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"
#include "exec/password.h"

/* ---- finding ---- */

uint32_t
ddl_role_oid(const struct ddl_run *run)
{
	return run->env.context->session->role_oid;
}

bool
ddl_is_superuser(const struct ddl_run *run)
{
	return catalog_is_superuser(ddl_catalog(run), ddl_role_oid(run));
}

int
ddl_denied(const char *what, struct error *err)
{
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE, "%s", what);
}

int
ddl_undefined_role(struct str name, int location, struct error *err)
{
	(void)error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "role \"%.*s\" does not exist", STR_FMT(name));
	(void)location; /* PostgreSQL tells none */
	return err->code;
}

int
ddl_find_role(struct ddl_run *run, const struct ast_role *role, uint32_t *out,
    struct error *err)
{
	const struct plan_session *session = run->env.context->session;
	const struct role *found;

	switch (role->kind) {
	case AST_ROLE_CURRENT:
		*out = session->role_oid;
		return 0;
	case AST_ROLE_SESSION:
		*out = session->session_role_oid;
		return 0;
	case AST_ROLE_PUBLIC:
		return ddl_undefined_role(STR("public"), role->location, err);
	case AST_ROLE_NAME:
		break;
	}
	found = catalog_role_by_name(ddl_catalog(run), role->name);
	if (found == NULL)
		return ddl_undefined_role(role->name, role->location, err);
	*out = found->oid;
	return 0;
}

int
ddl_find_changeable(struct ddl_run *run, const struct ast_role *role,
    const struct role **out, struct error *err)
{
	uint32_t oid;
	int rc = ddl_find_role(run, role, &oid, err);

	*out = NULL;
	if (rc != 0)
		return rc;
	*out = catalog_role_by_oid(ddl_catalog(run), oid);
	if (*out == NULL) /* while there are no roles */
		return ddl_undefined_role(run->env.context->session->user,
		    role->location, err);
	if (oid >= FIRST_USER_OID || oid == ROLE_OWNER_OID)
		return 0;
	(void)error_set(err, STELE_E_RESERVED_NAME,
	    "role name \"%.*s\" is reserved", STR_FMT((*out)->name));
	return error_detail(err, "Cannot alter reserved roles.");
}

/* ---- what options say ---- */

static const struct {
	enum ast_role_flag flag;
	enum role_attribute attribute;
} attributes[] = {
	{ AST_ROLE_LOGIN, ROLE_LOGIN },
	{ AST_ROLE_SUPERUSER, ROLE_SUPERUSER },
	{ AST_ROLE_CREATEROLE, ROLE_CREATE_ROLE },
	{ AST_ROLE_CREATEDB, ROLE_CREATE_DB },
	{ AST_ROLE_INHERIT, ROLE_INHERIT },
	{ AST_ROLE_REPLICATION, ROLE_REPLICATION },
	{ AST_ROLE_BYPASSRLS, ROLE_BYPASS_RLS },
};

static int
valid_until(struct ddl_run *run, struct str text, struct role_change *out,
    struct error *err)
{
	struct type type = type_of(TYPE_TIMESTAMPTZ);
	struct datum value;
	int rc = type_in_text(&type, run->env.context->settings, text,
	    &run->arena, &value, err);

	out->set |= ROLE_SET_VALID_UNTIL;
	out->valid_until = rc == 0 ? value.i64 : 0;
	return rc;
}

/* The key that is given, or a new one, as it is told. */
static int
take_key(const struct ast_role_def *def, struct user_key *out,
    struct error *err)
{
	int rc;

	if (def->key_change == AST_KEY_MADE)
		return user_key_make(out, err);
	rc = user_key_check(def->key, err);
	if (rc != 0)
		return rc;
	memcpy(out->text, def->key.data, def->key.len);
	out->len = def->key.len;
	return 0;
}

static int
change_key(struct ddl_run *run, const struct ast_role_def *def,
    struct role_change *out, struct error *err)
{
	const struct exec_context *context = run->env.context;
	struct buf wrapped;
	int rc;

	if (def->key_change == AST_KEY_KEPT)
		return 0;
	out->set |= ROLE_SET_KEY;
	out->key = STR("");
	if (def->key_change == AST_KEY_REVOKED)
		return 0;
	if (context->key_wrapping == NULL || context->told_key == NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "keys of users are not supported here");
	rc = take_key(def, context->told_key, err);
	if (rc != 0)
		return rc;
	buf_init(&wrapped);
	rc = user_key_wrap(context->key_wrapping,
	    user_key_str(context->told_key), &wrapped, err);
	out->key = arena_str(&run->arena, buf_str(&wrapped));
	buf_release(&wrapped);
	return rc != 0 ? rc : arena_check(&run->arena, err);
}

static int
change_of(struct ddl_run *run, const struct ast_role_def *def,
    struct role_change *out, struct error *err)
{
	int rc = 0;

	*out = (struct role_change){ .set = 0 };
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		uint32_t bit = 1u << attributes[i].flag;

		if ((def->given & bit) != 0)
			out->set |= attributes[i].attribute;
		if ((def->value & bit) != 0)
			out->attributes |= attributes[i].attribute;
	}
	if (def->has_connection_limit) {
		if (def->connection_limit < -1)
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "invalid connection limit: %d",
			    (int)def->connection_limit);
		out->set |= ROLE_SET_CONNECTION_LIMIT;
		out->connection_limit = def->connection_limit;
	}
	if (def->has_password) {
		out->set |= ROLE_SET_VERIFIER;
		if (!def->is_password_null)
			rc = password_verifier(def->password,
			    run->env.context->scram_iterations, &run->arena,
			    &out->verifier, err);
	}
	if (rc == 0 && def->has_valid_until)
		rc = valid_until(run, def->valid_until, out, err);
	return rc != 0 ? rc : change_key(run, def, out, err);
}

/* ---- CREATE ROLE ---- */

static int
check_create(const struct ddl_run *run, const struct role_change *change,
    struct error *err)
{
	uint32_t given = change->set & change->attributes;

	if (ddl_is_superuser(run))
		return 0;
	if ((given & ROLE_SUPERUSER) != 0)
		return ddl_denied("must be superuser to create superusers",
		    err);
	if ((given & ROLE_REPLICATION) != 0)
		return ddl_denied(
		    "must be superuser to create replication users", err);
	if ((given & ROLE_BYPASS_RLS) != 0)
		return ddl_denied("must be superuser to create bypassrls users",
		    err);
	if (!catalog_role_has(ddl_catalog(run), ddl_role_oid(run),
		ROLE_CREATE_ROLE))
		return ddl_denied("permission denied to create role", err);
	return 0;
}

/* IN ROLE, ROLE, ADMIN. */
static int
create_memberships(struct ddl_run *run, uint32_t oid, struct error *err)
{
	const struct ast_role_def *def = run->plan->role_def;
	int rc = 0;

	for (uint32_t i = 0; i < def->in_roles.count && rc == 0; i++) {
		uint32_t groups[DDL_NATIVE_ROLES_MAX];
		uint32_t count;

		rc = ddl_find_granted(run, &def->in_roles.items[i], groups,
		    &count, err);
		for (uint32_t k = 0; k < count && rc == 0; k++)
			rc = ddl_add_member(run, groups[k], oid, false, err);
	}
	if (rc == 0)
		rc = ddl_add_members(run, oid, &def->admins, true, err);
	return rc != 0 ? rc
		       : ddl_add_members(run, oid, &def->members, false, err);
}

int
ddl_create_role(struct ddl_run *run, struct error *err)
{
	const struct ast_role_def *def = run->plan->role_def;
	struct ddl ddl = { .kind = DDL_CREATE_ROLE, .name = def->role.name };
	uint32_t login = 1u << AST_ROLE_LOGIN;
	int rc = change_of(run, def, &ddl.role, err);

	if (rc != 0)
		return rc;
	if (def->word == AST_WORD_USER && (def->given & login) == 0) {
		ddl.role.set |= ROLE_LOGIN;
		ddl.role.attributes |= ROLE_LOGIN;
	}
	rc = check_create(run, &ddl.role, err);
	if (rc == 0)
		rc = write_batch_ddl(run->target, &ddl, err);
	return rc != 0 ? rc : create_memberships(run, ddl.oid, err);
}

/* ---- ALTER ROLE ---- */

static int
check_alter(const struct ddl_run *run, const struct role *role,
    const struct role_change *change, struct error *err)
{
	if (ddl_is_superuser(run))
		return 0;
	if (role_is_superuser(role) || (change->set & ROLE_SUPERUSER) != 0)
		return ddl_denied("must be superuser to alter superuser roles "
				  "or change superuser attribute",
		    err);
	if ((role->attributes & ROLE_REPLICATION) != 0 ||
	    (change->set & ROLE_REPLICATION) != 0)
		return ddl_denied("must be superuser to alter replication "
				  "roles or change replication attribute",
		    err);
	if ((change->set & ROLE_BYPASS_RLS) != 0)
		return ddl_denied(
		    "must be superuser to change bypassrls attribute", err);
	if (catalog_role_has(ddl_catalog(run), ddl_role_oid(run),
		ROLE_CREATE_ROLE))
		return 0;
	/* everybody may give himself another password, or key */
	if ((change->set == ROLE_SET_VERIFIER || change->set == ROLE_SET_KEY) &&
	    role->oid == ddl_role_oid(run))
		return 0;
	return ddl_denied("permission denied", err);
}

static int
check_rename(const struct ddl_run *run, const struct role *role,
    struct error *err)
{
	const struct plan_session *session = run->env.context->session;

	if (role->oid == session->session_role_oid)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "session user cannot be renamed");
	if (role->oid == session->role_oid)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "current user cannot be renamed");
	if (ddl_is_superuser(run))
		return 0;
	if (role_is_superuser(role))
		return ddl_denied("must be superuser to rename superusers",
		    err);
	if (!catalog_role_has(ddl_catalog(run), ddl_role_oid(run),
		ROLE_CREATE_ROLE))
		return ddl_denied("permission denied to rename role", err);
	return 0;
}

int
ddl_alter_role(struct ddl_run *run, struct error *err)
{
	const struct ast_role_def *def = run->plan->role_def;
	struct ddl ddl = { .kind = DDL_ALTER_ROLE, .name = def->new_name };
	const struct role *role;
	uint32_t oid;
	int rc;

	/* ALTER GROUP may name a predefined role */
	if (def->members.count > 0) {
		rc = ddl_find_role(run, &def->role, &oid, err);
		if (rc != 0)
			return rc;
		return def->is_drop
		    ? ddl_drop_members(run, oid, &def->members, false, err)
		    : ddl_add_members(run, oid, &def->members, false, err);
	}
	rc = ddl_find_changeable(run, &def->role, &role, err);
	if (rc == 0)
		rc = change_of(run, def, &ddl.role, err);
	if (rc == 0)
		rc = def->new_name.len > 0
		    ? check_rename(run, role, err)
		    : check_alter(run, role, &ddl.role, err);
	if (rc != 0)
		return rc;
	ddl.oid = role->oid;
	return write_batch_ddl(run->target, &ddl, err);
}

/* ---- DROP ROLE ---- */

static int
check_drop(const struct ddl_run *run, const struct role *role,
    struct error *err)
{
	const struct plan_session *session = run->env.context->session;

	if (role->oid == session->role_oid)
		return error_set(err, STELE_E_OBJECT_IN_USE,
		    "current user cannot be dropped");
	if (role->oid == session->session_role_oid)
		return error_set(err, STELE_E_OBJECT_IN_USE,
		    "session user cannot be dropped");
	if (role_is_superuser(role) && !ddl_is_superuser(run))
		return ddl_denied("must be superuser to drop superusers", err);
	return 0;
}

static int
drop_role(struct ddl_run *run, const struct ast_role *name, struct error *err)
{
	struct ddl ddl = { .kind = DDL_DROP_ROLE };
	const struct role *role;
	int rc;

	if (name->kind != AST_ROLE_NAME)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "cannot use special role specifier in DROP ROLE");
	if (catalog_role_by_name(ddl_catalog(run), name->name) == NULL)
		return ddl_missing_object(run, "role", name->name,
		    STELE_E_UNDEFINED_OBJECT, err);
	rc = ddl_find_changeable(run, name, &role, err);
	if (rc == STELE_E_RESERVED_NAME)
		return error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "cannot drop role %.*s because it is required by the "
		    "database system",
		    STR_FMT(name->name));
	if (rc == 0)
		rc = check_drop(run, role, err);
	if (rc != 0)
		return rc;
	ddl.oid = role->oid;
	return write_batch_ddl(run->target, &ddl, err);
}

int
ddl_drop_role(struct ddl_run *run, struct error *err)
{
	const struct ast_role_list *roles = &run->plan->drop_role->roles;
	int rc = 0;

	if (!catalog_role_has(ddl_catalog(run), ddl_role_oid(run),
		ROLE_CREATE_ROLE))
		return ddl_denied("permission denied to drop role", err);
	for (uint32_t i = 0; i < roles->count && rc == 0; i++)
		rc = drop_role(run, &roles->items[i], err);
	return rc;
}
