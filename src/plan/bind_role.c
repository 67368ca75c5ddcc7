/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_role.c -- statements about roles and rights: names of objects are bound,
 * those of roles are looked up when the statement is done.
 */
#include "plan/bind.h"
#include "plan/names.h"
#include "plan/schema.h"

static int
bind_schema_names(const struct ast_grant *grant, struct error *err)
{
	for (uint32_t i = 0; i < grant->object_count; i++) {
		struct str name = grant->objects[i].parts[0];

		if (str_equal(name, STR("public")))
			continue;
		if (schema_by_name(name) == NULL)
			return error_set(err, STELE_E_INVALID_SCHEMA_NAME,
			    "schema \"%.*s\" does not exist", STR_FMT(name));
		(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "GRANT on schema \"%.*s\" is not supported", STR_FMT(name));
		return error_hint(err, "Everybody may read the catalogue.");
	}
	return 0;
}

/* There is one database, which has the name that the session calls it by, too. */
static int
bind_database_name(const struct binder *binder, struct str name,
    struct error *err)
{
	if (str_equal(name, STR("stele")) ||
	    str_equal(name, binder->context->session->database))
		return 0;
	return error_set(err, STELE_E_INVALID_CATALOG_NAME,
	    "database \"%.*s\" does not exist", STR_FMT(name));
}

static int
bind_database_names(const struct binder *binder, const struct ast_grant *grant,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < grant->object_count && rc == 0; i++)
		rc =
		    bind_database_name(binder, grant->objects[i].parts[0], err);
	return rc;
}

static int
bind_alter_setting(const struct binder *binder,
    const struct ast_alter_setting *setting, struct plan *plan,
    struct plan_ddl *ddl, struct error *err)
{
	plan->tag = setting->is_of_database ? "ALTER DATABASE" : "ALTER ROLE";
	ddl->op = DDL_OP_ALTER_SETTING;
	ddl->setting = setting;
	return setting->database.len == 0
	    ? 0
	    : bind_database_name(binder, setting->database, err);
}

/* A name is of the server's own relations: *out; or of others, and *out is NULL. */
static int
find_system(struct binder *binder, const struct ast_name *name,
    const struct system_table **out, struct error *err)
{
	struct relation relation = { 0 };
	const struct schema *schema = NULL;

	if (names_relation(binder->context, name, &relation)) {
		*out = relation.system;
		return 0;
	}
	*out = NULL;
	if (name->count > 1)
		schema = schema_by_name(name->parts[name->count - 2]);
	if (schema == NULL || schema->oid == SCHEMA_PUBLIC)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_TABLE,
	    "relation \"%.*s\" does not exist",
	    STR_FMT(name_format(name, binder->arena)));
}

static int
refuse_events(const struct ast_name *name, struct error *err)
{
	(void)error_at(err, name->location, STELE_E_WRONG_OBJECT_TYPE,
	    "rights on \"events\" are those on the event types");
	return error_hint(err,
	    "GRANT pg_read_all_data lets a role read all of them.");
}

static int
bind_table_names(struct binder *binder, const struct ast_grant *grant,
    struct plan_ddl *ddl, struct error *err)
{
	size_t room = (size_t)grant->object_count + 1;
	struct str *names = arena_zalloc(binder->arena, room * sizeof(*names));
	const struct system_table **systems =
	    arena_zalloc(binder->arena, room * sizeof(*systems));
	int rc = 0;

	ddl->names = names;
	ddl->systems = systems;
	for (uint32_t i = 0; i < grant->object_count && rc == 0; i++) {
		const struct ast_name *name = &grant->objects[i];
		const struct system_table *system;

		rc = find_system(binder, name, &system, err);
		if (rc == 0 && system == &events_table)
			rc = refuse_events(name, err);
		if (rc != 0)
			break;
		if (system != NULL)
			systems[ddl->system_count++] = system;
		else
			rc = bind_changed_name(binder, name,
			    &names[ddl->name_count++], err);
	}
	return rc;
}

static int
bind_grant(struct binder *binder, const struct ast_grant *grant,
    struct plan_ddl *ddl, struct error *err)
{
	ddl->op = DDL_OP_GRANT;
	ddl->grant = grant;
	switch (grant->target) {
	case AST_GRANT_ALL_TABLES:
	case AST_GRANT_SCHEMAS:
		return bind_schema_names(grant, err);
	case AST_GRANT_DATABASES:
		return bind_database_names(binder, grant, err);
	case AST_GRANT_TABLES:
		break;
	}
	return bind_table_names(binder, grant, ddl, err);
}

static int
bind_alter_owner(struct binder *binder, const struct ast_alter_owner *ast,
    struct plan *plan, struct plan_ddl *ddl, struct error *err)
{
	static const char *const tags[] = {
		[AST_OWNER_OF_TABLE] = "ALTER TABLE",
		[AST_OWNER_OF_VIEW] = "ALTER VIEW",
		[AST_OWNER_OF_KEPT] = "ALTER MATERIALIZED VIEW",
		[AST_OWNER_OF_TYPE] = "ALTER TYPE",
		[AST_OWNER_REASSIGN] = "REASSIGN OWNED",
		[AST_OWNER_DROP] = "DROP OWNED",
	};

	plan->tag = tags[ast->kind];
	ddl->owner_kind = ast->kind;
	ddl->owner = &ast->owner;
	ddl->old_owner = &ast->roles;
	ddl->is_cascade = ast->is_cascade;
	ddl->if_exists = ast->if_exists;
	if (ast->kind == AST_OWNER_REASSIGN || ast->kind == AST_OWNER_DROP) {
		ddl->op = ast->kind == AST_OWNER_DROP ? DDL_OP_DROP_OWNED
						      : DDL_OP_REASSIGN_OWNED;
		return 0;
	}
	ddl->op = DDL_OP_ALTER_OWNER;
	return bind_changed_name(binder, &ast->name, &ddl->name, err);
}

/* A key that is given, or made, is answered: once, for it is kept wrapped. */
static void
tell_key(struct binder *binder, const struct ast_role_def *def,
    struct plan *plan)
{
	struct plan_column *columns;

	if (def->key_change != AST_KEY_GIVEN && def->key_change != AST_KEY_MADE)
		return;
	columns = arena_zalloc(binder->arena, 2 * sizeof(*columns));
	columns[0].name = STR("user_name");
	columns[0].type = type_of(TYPE_TEXT);
	columns[1].name = STR("secret_key");
	columns[1].type = type_of(TYPE_TEXT);
	plan->columns = columns;
	plan->column_count = 2;
}

int
bind_role_stmt(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct plan_ddl *ddl, struct error *err)
{
	switch ((int)stmt->kind) {
	case AST_CREATE_ROLE:
		plan->tag = "CREATE ROLE";
		ddl->op = DDL_OP_CREATE_ROLE;
		ddl->role_def = &stmt->role_def;
		tell_key(binder, ddl->role_def, plan);
		return 0;
	case AST_ALTER_ROLE:
		plan->tag = "ALTER ROLE";
		ddl->op = DDL_OP_ALTER_ROLE;
		ddl->role_def = &stmt->role_def;
		tell_key(binder, ddl->role_def, plan);
		return 0;
	case AST_ALTER_SETTING:
		return bind_alter_setting(binder, &stmt->alter_setting, plan,
		    ddl, err);
	case AST_DROP_ROLE:
		plan->tag = "DROP ROLE";
		ddl->op = DDL_OP_DROP_ROLE;
		ddl->drop_role = &stmt->drop_role;
		ddl->if_exists = stmt->drop_role.if_exists;
		return 0;
	case AST_GRANT:
		plan->tag = stmt->grant.is_revoke ? "REVOKE" : "GRANT";
		return bind_grant(binder, &stmt->grant, ddl, err);
	case AST_GRANT_ROLE:
		plan->tag =
		    stmt->grant_role.is_revoke ? "REVOKE ROLE" : "GRANT ROLE";
		ddl->op = DDL_OP_GRANT_ROLE;
		ddl->grant_role = &stmt->grant_role;
		return 0;
	default:
		return bind_alter_owner(binder, &stmt->alter_owner, plan, ddl,
		    err);
	}
}
