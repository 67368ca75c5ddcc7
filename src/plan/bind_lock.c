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
#include "plan/schema.h"

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
	if (relation->system == NULL)
		binder_need_relation(binder, relation->oid,
		    mode == AST_LOCK_ACCESS_SHARE ? RIGHT_SELECT
						  : RIGHT_INSERT);
	else
		binder_need_system(binder, relation->system);
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
