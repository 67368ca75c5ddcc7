/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_member.c -- GRANT and REVOKE of roles.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"

static const struct role_membership *
membership_of(const struct role *member, uint32_t role_oid)
{
	for (uint32_t i = 0; i < member->membership_count; i++)
		if (member->memberships[i].role_oid == role_oid)
			return &member->memberships[i];
	return NULL;
}

/* Whether current_user may say who is a member of a role. */
static int
check_admin(const struct ddl_run *run, const struct role *role,
    struct error *err)
{
	const struct catalog *catalog = ddl_catalog(run);
	uint32_t oid = ddl_role_oid(run);

	if (catalog_is_superuser(catalog, oid))
		return 0;
	if (role_is_superuser(role))
		return ddl_denied("must be superuser to alter superusers", err);
	if (catalog_role_has(catalog, oid, ROLE_CREATE_ROLE) ||
	    catalog_role_admins(catalog, oid, role->oid))
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "must have admin option on role \"%.*s\"", STR_FMT(role->name));
}

static void
note(struct ddl_run *run, int code, const char *text, const struct role *member,
    const struct role *role)
{
	struct error notice = { .code = 0 };

	(void)error_set(&notice, code, "role \"%.*s\" %s role \"%.*s\"",
	    STR_FMT(member->name), text, STR_FMT(role->name));
	if (code != STELE_E_WARNING)
		notice.code = 0; /* as in PostgreSQL: no condition is named */
	ddl_notify(run, &notice);
}

/* A member that can be one: not a predefined role, which nobody can use. */
static int
find_member(const struct ddl_run *run, uint32_t oid, const struct role **out,
    struct error *err)
{
	*out = catalog_role_by_oid(ddl_catalog(run), oid);
	if (*out == NULL)
		return ddl_undefined_role(run->env.context->session->user, 0,
		    err);
	if (oid >= FIRST_USER_OID || oid == ROLE_OWNER_OID)
		return 0;
	return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "predefined role \"%.*s\" cannot be made a member of another role",
	    STR_FMT((*out)->name));
}

/* A role and who is to be, or no longer to be, a member of it. */
static int
find_both(struct ddl_run *run, uint32_t role_oid, uint32_t member_oid,
    const struct role **role, const struct role **member, struct error *err)
{
	int rc;

	*role = catalog_role_by_oid(ddl_catalog(run), role_oid);
	if (*role == NULL)
		return ddl_undefined_role(run->env.context->session->user, 0,
		    err);
	rc = check_admin(run, *role, err);
	return rc != 0 ? rc : find_member(run, member_oid, member, err);
}

static int
add_member(struct ddl_run *run, uint32_t role_oid, uint32_t member_oid,
    uint32_t grantor_oid, bool is_admin, struct error *err)
{
	struct ddl ddl = { .kind = DDL_GRANT_ROLE,
		.oid = role_oid,
		.membership = { .member_oid = member_oid,
		    .grantor_oid = grantor_oid,
		    .is_admin = is_admin } };
	const struct role_membership *had;
	const struct role *role, *member;
	int rc = find_both(run, role_oid, member_oid, &role, &member, err);

	if (rc != 0)
		return rc;
	had = membership_of(member, role_oid);
	if (had != NULL && (had->is_admin || !is_admin)) {
		note(run, STELE_E_DUPLICATE_OBJECT, "is already a member of",
		    member, role);
		return 0;
	}
	return write_batch_ddl(run->target, &ddl, err);
}

int
ddl_add_member(struct ddl_run *run, uint32_t role_oid, uint32_t member_oid,
    bool is_admin, struct error *err)
{
	return add_member(run, role_oid, member_oid, ddl_role_oid(run),
	    is_admin, err);
}

int
ddl_add_members(struct ddl_run *run, uint32_t role_oid,
    const struct ast_role_list *members, bool is_admin, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < members->count && rc == 0; i++) {
		uint32_t oid;

		rc = ddl_find_role(run, &members->items[i], &oid, err);
		if (rc == 0)
			rc = ddl_add_member(run, role_oid, oid, is_admin, err);
	}
	return rc;
}

static int
drop_member(struct ddl_run *run, uint32_t role_oid, uint32_t member_oid,
    bool admin_only, struct error *err)
{
	struct ddl ddl = { .kind = DDL_REVOKE_ROLE,
		.oid = role_oid,
		.membership = { .member_oid = member_oid,
		    .is_admin = admin_only } };
	const struct role *role, *member;
	int rc = find_both(run, role_oid, member_oid, &role, &member, err);

	if (rc != 0)
		return rc;
	if (membership_of(member, role_oid) == NULL) {
		note(run, STELE_E_WARNING, "is not a member of", member, role);
		return 0;
	}
	return write_batch_ddl(run->target, &ddl, err);
}

int
ddl_drop_members(struct ddl_run *run, uint32_t role_oid,
    const struct ast_role_list *members, bool admin_only, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < members->count && rc == 0; i++) {
		uint32_t oid;

		rc = ddl_find_role(run, &members->items[i], &oid, err);
		if (rc == 0)
			rc = drop_member(run, role_oid, oid, admin_only, err);
	}
	return rc;
}

/* ---- GRANT role TO member ---- */

static int
find_grantor(struct ddl_run *run, const struct ast_grant_role *grant,
    uint32_t *out, struct error *err)
{
	int rc;

	*out = ddl_role_oid(run);
	if (!grant->has_grantor)
		return 0;
	rc = ddl_find_role(run, &grant->grantor, out, err);
	if (rc == 0 && *out != ddl_role_oid(run) && !ddl_is_superuser(run))
		rc = ddl_denied("must be superuser to set grantor", err);
	return rc;
}

static int
grant_one(struct ddl_run *run, uint32_t role_oid, uint32_t grantor_oid,
    struct error *err)
{
	const struct ast_grant_role *grant = run->plan->grant_role;
	int rc = 0;

	if (grant->is_revoke)
		return ddl_drop_members(run, role_oid, &grant->members,
		    grant->with_admin, err);
	for (uint32_t i = 0; i < grant->members.count && rc == 0; i++) {
		uint32_t oid;

		rc = ddl_find_role(run, &grant->members.items[i], &oid, err);
		if (rc == 0)
			rc = add_member(run, role_oid, oid, grantor_oid,
			    grant->with_admin, err);
	}
	return rc;
}

int
ddl_grant_role(struct ddl_run *run, struct error *err)
{
	const struct ast_grant_role *grant = run->plan->grant_role;
	uint32_t grantor;
	int rc = find_grantor(run, grant, &grantor, err);

	for (uint32_t i = 0; i < grant->roles.count && rc == 0; i++) {
		const struct ast_role *name = &grant->roles.items[i];
		uint32_t oids[DDL_NATIVE_ROLES_MAX];
		uint32_t count;

		rc = ddl_find_granted(run, name, oids, &count, err);
		for (uint32_t k = 0; k < count && rc == 0; k++)
			rc = grant_one(run, oids[k], grantor, err);
	}
	return rc;
}

/* ---- the native language's roles ---- */

static const struct {
	const char *name;
	uint32_t oids[DDL_NATIVE_ROLES_MAX]; /* 0: no more */
} native_roles[] = {
	{ "reader", { ROLE_PG_READ_ALL_DATA } },
	{ "read-only", { ROLE_PG_READ_ALL_DATA } },
	{ "viewer", { ROLE_PG_READ_ALL_DATA } },
	{ "writer", { ROLE_PG_WRITE_ALL_DATA } },
	{ "write-only", { ROLE_PG_WRITE_ALL_DATA } },
	{ "editor", { ROLE_PG_READ_ALL_DATA, ROLE_PG_WRITE_ALL_DATA } },
};

int
ddl_find_granted(struct ddl_run *run, const struct ast_role *role,
    uint32_t oids[DDL_NATIVE_ROLES_MAX], uint32_t *count, struct error *err)
{
	*count = 0;
	if (role->kind == AST_ROLE_NAME &&
	    catalog_role_by_name(ddl_catalog(run), role->name) == NULL) {
		for (size_t i = 0; i < ARRAY_LEN(native_roles); i++) {
			if (!str_equal(role->name,
				str_of_cstr(native_roles[i].name)))
				continue;
			while (*count < DDL_NATIVE_ROLES_MAX &&
			    native_roles[i].oids[*count] != 0) {
				oids[*count] = native_roles[i].oids[*count];
				(*count)++;
			}
			return 0;
		}
	}
	*count = 1;
	return ddl_find_role(run, role, &oids[0], err);
}
