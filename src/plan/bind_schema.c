/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_schema.c -- CREATE SCHEMA.  What is made lives in one schema, so that there is
 * none to make; but migrations ask for theirs IF NOT EXISTS, which is often
 * `public`.
 */
#include "plan/bind.h"
#include "plan/schema.h"

static int
check_new_schema(const struct ast_stmt *stmt, struct error *err)
{
	struct str name = stmt->create_schema.name;

	if (str_starts_with(name, STR("pg_"))) {
		(void)error_set(err, STELE_E_RESERVED_NAME,
		    "unacceptable schema name \"%.*s\"", STR_FMT(name));
		return error_detail(err,
		    "The prefix \"pg_\" is reserved for system schemas.");
	}
	if (schema_by_name(name) != NULL)
		return error_set(err, STELE_E_DUPLICATE_SCHEMA,
		    "schema \"%.*s\" already exists", STR_FMT(name));
	(void)error_at(err, stmt->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "CREATE SCHEMA is not supported");
	return error_hint(err, "Event types live in the schema public.");
}

int
bind_create_schema(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct temp_notice *notice =
	    arena_zalloc(binder->arena, sizeof(*notice));
	int rc = check_new_schema(stmt, err);

	if (rc != STELE_E_DUPLICATE_SCHEMA ||
	    !stmt->create_schema.if_not_exists)
		return rc;
	notice->code = STELE_E_DUPLICATE_SCHEMA;
	notice->text = arena_printf(binder->arena,
	    "schema \"%.*s\" already exists, skipping",
	    STR_FMT(stmt->create_schema.name));
	ddl->op = TEMP_OP_NOTHING;
	ddl->notices = notice;
	ddl->notice_count = 1;
	return 0;
}
