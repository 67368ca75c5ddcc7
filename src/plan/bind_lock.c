/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_lock.c -- LOCK TABLE.
 *
 * The modes of those who read and write rows, ACCESS SHARE to ROW EXCLUSIVE, do
 * not conflict with each other, and a transaction reads one snapshot of events
 * that do not change: whoever asks for one of them has it, and there is nothing
 * to do.  The stronger modes keep others out, and nothing here does, except from
 * what is temporary: that is the session's alone already.
 */
#include "plan/bind.h"

#include "engine/catalog/acl.h"
#include "engine/catalog/catalog.h"
#include "plan/names.h"
#include "plan/schema.h"

/* Of which a role needs one. */
static uint32_t
rights_of_mode(enum ast_lock_mode mode)
{
	uint32_t writing = RIGHT_UPDATE | RIGHT_DELETE | RIGHT_TRUNCATE;

	if (mode == AST_LOCK_ACCESS_SHARE)
		return RIGHT_SELECT;
	return mode == AST_LOCK_ROW_EXCLUSIVE ? writing | RIGHT_INSERT
					      : writing;
}

static void
need_rights(struct binder *binder, const struct relation *relation,
    enum ast_lock_mode mode)
{
	if (relation->system == NULL)
		binder_need_any(binder, relation->oid, rights_of_mode(mode));
	else if (mode == AST_LOCK_ACCESS_SHARE ||
	    relation->system == &events_table)
		binder_need_system(binder, relation->system);
	else
		binder_need_superuser(binder, relation->system);
}

/* What a view reads is locked too, by the rights of the view's owner. */
static void
lock_below(struct binder *binder, const struct relation *relation,
    enum ast_lock_mode mode)
{
	const struct relation_space space = names_space(binder->context);
	const struct sql_view *around = binder->view;
	const struct sql_view *view = relation->view;

	binder->view = view;
	for (uint32_t i = 0; i < view->dependency_count; i++) {
		struct relation below;

		if (!relation_by_oid(&space, view->dependencies[i].oid,
			&below) ||
		    relation_kind(&below) == 'm' ||
		    below.schema == SCHEMA_PG_TEMP)
			continue;
		need_rights(binder, &below, mode);
		if (below.view != NULL)
			lock_below(binder, &below, mode);
	}
	binder->view = around;
}

static int
check_lock(struct binder *binder, const struct ast_stmt *stmt,
    const struct ast_name *name, const struct relation *relation,
    struct error *err)
{
	enum ast_lock_mode mode = stmt->tables.lock_mode;

	if (relation_kind(relation) == 'm') {
		(void)error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "cannot lock relation \"%.*s\"", STR_FMT(relation->name));
		return error_detail(err,
		    "This operation is not supported for materialized views.");
	}
	if (relation->schema == SCHEMA_PG_TEMP)
		return 0;
	if (mode > AST_LOCK_ROW_EXCLUSIVE) {
		(void)error_at(err, name->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "LOCK TABLE in a mode above ROW EXCLUSIVE is not supported");
		return error_hint(err,
		    "Events are immutable, and a transaction reads one snapshot:"
		    " ACCESS SHARE is enough.");
	}
	need_rights(binder, relation, mode);
	if (relation->view != NULL)
		lock_below(binder, relation, mode);
	return 0;
}

int
bind_lock(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err)
{
	int rc = 0;

	ddl->op = TEMP_OP_NOTHING;
	for (uint32_t i = 0; i < stmt->tables.count && rc == 0; i++) {
		const struct ast_name *name = &stmt->tables.names[i];
		struct relation relation;

		rc = bind_relation_nowhere(binder, name, &relation, err);
		if (rc == 0)
			rc = check_lock(binder, stmt, name, &relation, err);
	}
	return rc;
}
