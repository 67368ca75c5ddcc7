/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_setting.c -- ALTER ROLE and ALTER DATABASE ... SET and RESET: what
 * sessions to come begin with, and who may say so.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"

static int
check_role(const struct ddl_run *run, const struct role *role,
    struct error *err)
{
	if (ddl_is_superuser(run))
		return 0;
	if (role_is_superuser(role))
		return ddl_denied("must be superuser to alter superusers", err);
	if (role->oid == ddl_role_oid(run) ||
	    catalog_role_has(ddl_catalog(run), ddl_role_oid(run),
		ROLE_CREATE_ROLE))
		return 0;
	return ddl_denied("permission denied", err);
}

static int
check_database(const struct ddl_run *run, struct str name, struct error *err)
{
	struct acl_object object;

	(void)catalog_acl_object(ddl_catalog(run), ACL_DATABASE_OID, &object);
	if (catalog_owns(ddl_catalog(run), ddl_role_oid(run), &object))
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "must be owner of database %.*s", STR_FMT(name));
}

/* The role, 0 if it is of all, if current_user may change its settings. */
static int
find_role(struct ddl_run *run, uint32_t *oid, struct error *err)
{
	const struct ast_alter_setting *stmt = run->plan->setting;
	const struct role *role;
	int rc;

	*oid = 0;
	if (stmt->has_role) {
		rc = ddl_find_changeable(run, &stmt->role, &role, err);
		if (rc == 0)
			*oid = role->oid;
		return rc != 0 ? rc : check_role(run, role, err);
	}
	if (stmt->database.len > 0)
		return check_database(run, stmt->database, err);
	if (ddl_is_superuser(run))
		return 0;
	return ddl_denied("must be superuser to alter settings globally", err);
}

/* What the session says of a statement about one setting. */
static int
ask(struct ddl_run *run, const struct ast_set *set, struct kept_setting *out,
    struct error *err)
{
	const struct plan_session *session = run->env.context->session;

	if (session->calls == NULL || session->calls->setting_to_keep == NULL)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "there are no settings here");
	return session->calls->setting_to_keep(session->arg, set, &run->arena,
	    out, err);
}

static int
change(struct ddl_run *run, struct ddl *ddl, const struct ast_set *set,
    struct error *err)
{
	int rc = ask(run, set, &ddl->setting.setting, err);

	ddl->setting.is_reset =
	    set->kind != AST_SET_VALUE && set->kind != AST_SET_CURRENT;
	return rc != 0 ? rc : write_batch_ddl(run->target, ddl, err);
}

/* Those that current_user may not reset stay. */
static int
reset_all(struct ddl_run *run, struct ddl *ddl, struct error *err)
{
	const struct setting_list *list = catalog_settings(ddl_catalog(run),
	    ddl->setting.database_oid, ddl->oid);
	struct str names[SETTING_LIST_MAX];
	uint32_t count = list == NULL ? 0 : list->count;
	struct error ignored;
	int rc = 0;

	for (uint32_t i = 0; i < count; i++)
		names[i] = arena_str(&run->arena, list->settings[i].name);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct ast_set set = { .kind = AST_SET_RESET,
			.name = names[i] };
		struct kept_setting setting;

		if (ask(run, &set, &setting, &ignored) == 0)
			rc = change(run, ddl, &set, err);
	}
	return rc;
}

int
ddl_alter_setting(struct ddl_run *run, struct error *err)
{
	const struct ast_alter_setting *stmt = run->plan->setting;
	struct ddl ddl = { .kind = DDL_SET_SETTING };
	int rc = find_role(run, &ddl.oid, err);

	if (stmt->database.len > 0)
		ddl.setting.database_oid = ACL_DATABASE_OID;
	if (rc != 0)
		return rc;
	return stmt->set.kind == AST_SET_RESET_ALL
	    ? reset_all(run, &ddl, err)
	    : change(run, &ddl, &stmt->set, err);
}
