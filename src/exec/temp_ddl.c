/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl.c -- see temp_ddl.h: what a plan has defined gets its OIDs and rows,
 * and is the session's.
 */
#include "exec/temp_ddl_private.h"

#include "engine/catalog/acl.h"
#include "exec/temp_rows.h"
#include "exec/temp_sequence.h"
#include "exec/temp_tables.h"
#include "plan/schema.h"

void
temp_ddl_tell(const struct temp_run *run, int code, struct error *notice)
{
	notice->code = code;
	if (run->context->notice != NULL)
		run->context->notice(run->context->notice_arg, notice);
}

static void
tell_notices(const struct temp_run *run)
{
	for (uint32_t i = 0; i < run->ddl->notice_count; i++) {
		struct error notice = { .code = 0 };

		(void)error_set(&notice, STELE_E_INTERNAL, "%.*s",
		    STR_FMT(run->ddl->notices[i].text));
		temp_ddl_tell(run, run->ddl->notices[i].code, &notice);
	}
}

/* ---- CREATE ---- */

/* Everybody may make what is temporary, until that is revoked. */
static int
check_right(const struct temp_run *run, struct error *err)
{
	const struct catalog *catalog = run->plan->space.catalog;
	const struct plan_session *session = run->context->session;
	struct acl_object database;

	if (!catalog_acl_object(catalog, ACL_DATABASE_OID, &database) ||
	    catalog_rights(catalog, session->role_oid, &database,
		RIGHT_TEMPORARY) != 0)
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied to create temporary tables in database"
	    " \"%.*s\"",
	    STR_FMT(session->database));
}

int
temp_ddl_check_name(const struct temp_run *run, struct str name,
    struct error *err)
{
	const struct relation_space space = { .catalog =
						  run->plan->space.catalog,
		.temp = run->temp->catalog };
	struct relation relation;

	if (!relation_by_name(&space, SCHEMA_PG_TEMP, name, &relation))
		return 0;
	return error_set(err, STELE_E_DUPLICATE_TABLE,
	    "relation \"%.*s\" already exists", STR_FMT(name));
}

void
temp_ddl_hold_enums(const struct temp_run *run, struct temp_table *table)
{
	for (uint32_t i = 0; i < table->column_count; i++)
		if (table->columns[i].type.enum_type != NULL &&
		    table->enums == NULL)
			table->enums = catalog_ref(run->plan->space.catalog);
}

static int
create_table(const struct temp_run *run, const struct temp_table **out,
    struct error *err)
{
	struct temp_table *table;
	int rc = check_right(run, err);

	if (rc == 0)
		rc = temp_ddl_check_name(run, run->ddl->name, err);
	if (rc != 0)
		return rc;
	table = temp_table_new(run->ddl->definition, run->temp);
	if (table == NULL)
		return temp_out_of_memory(err);
	temp_ddl_hold_enums(run, table);
	table->rows = temp_rows_new(table, &run->temp->budget);
	if (table->rows == NULL) {
		temp_table_unref(table);
		return temp_out_of_memory(err);
	}
	rc = temp_sequences_of_table(run->temp, run->ddl, table, err);
	if (rc != 0) {
		temp_table_unref(table);
		return rc;
	}
	*out = table;
	return temp_tables_put_table(run->temp, table, err);
}

static int
create_sequence(const struct temp_run *run, struct error *err)
{
	int rc = check_right(run, err);

	if (rc == 0)
		rc = temp_ddl_check_name(run, run->ddl->name, err);
	return rc != 0
	    ? rc
	    : temp_sequence_create(run->temp, run->ddl->sequences, NULL, err);
}

static int
alter_sequence(const struct temp_run *run, struct error *err)
{
	const struct temp_sequence *its = run->ddl->sequences->definition;
	const struct temp_sequence *old =
	    temp_sequence_by_oid(run->temp->catalog, its->oid);
	int rc = 0;

	if (old != NULL && !str_equal(old->name, its->name))
		rc = temp_ddl_check_name(run, its->name, err);
	return rc != 0
	    ? rc
	    : temp_sequence_change(run->temp, run->ddl->sequences, err);
}

static int
create_view(const struct temp_run *run, struct error *err)
{
	const struct sql_view *old =
	    temp_view_by_name(run->temp->catalog, run->ddl->name);
	struct sql_view definition = *run->ddl->view;
	struct temp_view *view;
	int rc = check_right(run, err);

	if (rc != 0)
		return rc;
	definition.owner = run->context->session->role_oid;
	if (run->ddl->or_replace && old != NULL) {
		definition.oid = old->oid;
		definition.row_type_oid = old->row_type_oid;
		definition.array_type_oid = old->array_type_oid;
	} else {
		rc = temp_ddl_check_name(run, run->ddl->name, err);
	}
	if (rc != 0)
		return rc;
	view = temp_view_new(&definition, run->ddl->name, run->temp);
	if (view == NULL)
		return temp_out_of_memory(err);
	return temp_tables_put_view(run->temp, view, err);
}

/* ---- changes of tables ---- */

int
temp_ddl_find_table(const struct temp_run *run, uint32_t oid,
    const struct temp_table **out, struct error *err)
{
	*out = temp_table_by_oid(run->temp->catalog, oid);
	if (*out != NULL)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_TABLE,
	    "relation with OID %u does not exist", (unsigned)oid);
}

/* The same table with no rows: the old ones stay for whoever goes back. */
static int
truncate_table(const struct temp_run *run, uint32_t oid, struct error *err)
{
	const struct temp_table *old;
	struct temp_table *table;
	int rc = temp_ddl_find_table(run, oid, &old, err);

	if (rc == 0)
		rc = exec_check_unused(run->context, oid, old->name, "TRUNCATE",
		    err);
	if (rc != 0)
		return rc;
	table = temp_table_new(old, run->temp);
	if (table != NULL)
		table->rows = temp_rows_new(table, &run->temp->budget);
	if (table == NULL || table->rows == NULL) {
		temp_table_unref(table);
		return temp_out_of_memory(err);
	}
	return temp_tables_put_table(run->temp, table, err);
}

static int
truncate_all(const struct temp_run *run, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < run->ddl->oid_count && rc == 0; i++) {
		rc = truncate_table(run, run->ddl->oids[i], err);
		if (rc == 0 && run->ddl->restarts_identity)
			rc = temp_sequences_restart(run->temp,
			    run->ddl->oids[i], err);
	}
	return rc;
}

/* ---- COMMENT ON ---- */

/* The object may have gone since the plan was made, or lost columns. */
static int
comment(const struct temp_run *run, struct error *err)
{
	const struct relation_space space = { .catalog =
						  run->plan->space.catalog,
		.temp = run->temp->catalog };
	struct relation relation;

	if (!relation_by_oid(&space, run->ddl->oid, &relation) ||
	    run->ddl->attnum > relation_column_count(&relation))
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist",
		    (unsigned)run->ddl->oid);
	return temp_tables_comment(run->temp, run->ddl->oid, run->ddl->attnum,
	    run->ddl->text, err);
}

/* ---- the statement ---- */

static int
run_op(const struct temp_run *run, struct error *err)
{
	const struct temp_table *table;

	switch (run->ddl->op) {
	case TEMP_OP_CREATE_TABLE:
		return create_table(run, &table, err);
	case TEMP_OP_CREATE_VIEW:
		return create_view(run, err);
	case TEMP_OP_DROP:
		return temp_ddl_drop(run, err);
	case TEMP_OP_TRUNCATE:
		return truncate_all(run, err);
	case TEMP_OP_ALTER_TABLE:
		return temp_ddl_alter_table(run, err);
	case TEMP_OP_CREATE_INDEX:
		return temp_ddl_create_index(run, err);
	case TEMP_OP_COMMENT:
		return comment(run, err);
	case TEMP_OP_CREATE_SEQUENCE:
		return create_sequence(run, err);
	case TEMP_OP_ALTER_SEQUENCE:
		return alter_sequence(run, err);
	case TEMP_OP_NOTHING:
		break;
	}
	return 0;
}

int
exec_temp_ddl(const struct plan *plan, const struct exec_context *context,
    struct error *err)
{
	const struct temp_run run = { plan, plan->temp_ddl, context,
		context->temp_tables, NULL };
	int rc = run_op(&run, err);

	if (rc != 0)
		return rc;
	tell_notices(&run);
	if (run.ddl->failure == NULL)
		return 0;
	*err = *run.ddl->failure;
	return err->code;
}

int
temp_ddl_create(const struct plan *plan, const struct plan_temp_ddl *ddl,
    const struct exec_context *context, const struct temp_table **out,
    struct error *err)
{
	const struct temp_run run = { plan, ddl, context, context->temp_tables,
		NULL };

	return create_table(&run, out, err);
}
