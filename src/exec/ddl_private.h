/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_private.h -- between the files that change the schema.
 */
#pragma once

#include "engine/engine.h"
#include "exec/eval.h"
#include "plan/logical.h"

struct ddl_run {
	const struct plan_ddl *plan;
	struct exec_env env;
	struct arena arena;
	struct write_batch *target;
};

/* As the changes so far have made it. */
static inline const struct catalog *
ddl_catalog(const struct ddl_run *run)
{
	return write_batch_catalog(run->target);
}

void ddl_notify(const struct ddl_run *run, const struct error *notice);

/* An error, or with IF EXISTS a notice and 0. */
MUST_USE int ddl_missing_object(struct ddl_run *run, const char *kind,
    struct str name, int code, struct error *err);

/* ---- ddl_view.c ---- */

MUST_USE int ddl_create_view(struct ddl_run *run, struct error *err);

/* DROP of tables, views or enums; views that depend on them, too. */
MUST_USE int ddl_drop(struct ddl_run *run, struct error *err);

/* ---- ddl_role.c ---- */

MUST_USE int ddl_create_role(struct ddl_run *run, struct error *err);
MUST_USE int ddl_alter_role(struct ddl_run *run, struct error *err);
MUST_USE int ddl_drop_role(struct ddl_run *run, struct error *err);

/* One that may be changed: not a predefined one. */
MUST_USE int ddl_find_changeable(struct ddl_run *run,
    const struct ast_role *role, const struct role **out, struct error *err);

/* Of current_user, whose rights are asked. */
uint32_t ddl_role_oid(const struct ddl_run *run);
bool ddl_is_superuser(const struct ddl_run *run);

/* 42501 in these words. */
int ddl_denied(const char *what, struct error *err);

/* 42704. */
int ddl_undefined_role(struct str name, int location, struct error *err);
MUST_USE int ddl_find_role(struct ddl_run *run, const struct ast_role *role,
    uint32_t *out, struct error *err);

/* ---- ddl_setting.c ---- */

MUST_USE int ddl_alter_setting(struct ddl_run *run, struct error *err);

/* ---- ddl_member.c ---- */

MUST_USE int ddl_grant_role(struct ddl_run *run, struct error *err);

/* Make roles members of a role, or no more; if current_user may. */
MUST_USE int ddl_add_member(struct ddl_run *run, uint32_t role_oid,
    uint32_t member_oid, bool is_admin, struct error *err);
MUST_USE int ddl_add_members(struct ddl_run *run, uint32_t role_oid,
    const struct ast_role_list *members, bool is_admin, struct error *err);
MUST_USE int ddl_drop_members(struct ddl_run *run, uint32_t role_oid,
    const struct ast_role_list *members, bool admin_only, struct error *err);

#define DDL_NATIVE_ROLES_MAX 2

/*
 * A role that is granted: one, or the predefined ones that a native name (reader,
 * editor ...) means, unless a role has the name.
 */
MUST_USE int ddl_find_granted(struct ddl_run *run, const struct ast_role *role,
    uint32_t oids[DDL_NATIVE_ROLES_MAX], uint32_t *count, struct error *err);

/* ---- ddl_grant.c ---- */

MUST_USE int ddl_grant(struct ddl_run *run, struct error *err);

/* 42501, "permission denied for table t". */
int ddl_denied_on(const struct acl_object *object, struct str database,
    struct error *err);

/* ---- ddl_owner.c ---- */

/* ALTER ... OWNER TO, REASSIGN OWNED, DROP OWNED. */
MUST_USE int ddl_owner(struct ddl_run *run, struct error *err);

/* Of an event type or a view; 0: there is none. */
uint32_t ddl_relation_oid(const struct ddl_run *run, struct str name);

/* What was made just now is current_user's. */
MUST_USE int ddl_own(struct ddl_run *run, uint32_t oid, struct error *err);

/* 42501, "must be owner of table t": always, or if current_user is not. */
int ddl_not_owner(const struct acl_object *object, struct error *err);
MUST_USE int ddl_need_owner(const struct ddl_run *run, uint32_t oid,
    struct error *err);

/* 42501 if current_user does not have a right on an object of acl.h. */
MUST_USE int ddl_need_right(const struct ddl_run *run, uint32_t oid,
    uint32_t right, struct error *err);
/* ---- ddl_comment.c ---- */

MUST_USE int ddl_comment(struct ddl_run *run, struct error *err);
