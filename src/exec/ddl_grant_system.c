/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_grant_system.c -- GRANT and REVOKE on relations of pg_catalog,
 * information_schema and stele.
 *
 * Who may read these is fixed (plan/rights.def).  A GRANT that says what is so
 * already is done by that, as set-ups of monitoring have it; any other is
 * refused, and so is every REVOKE.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_grant_private.h"
#include "plan/rights.h"
#include "plan/system_table.h"

static int
refuse(const struct grant_target *target, const char *what, const char *hint,
    struct error *err)
{
	(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s on system relation \"%.*s\" is not supported", what,
	    STR_FMT(target->object.name));
	return error_hint(err, "%s", hint);
}

/* Only what lets roles read can be true. */
static int
check_words(const struct ast_grant *grant, const struct grant_target *target,
    uint32_t rights, struct error *err)
{
	const char *fixed = "Who may read it is fixed.";
	uint32_t all = target->attnum == 0 ? RIGHTS_TABLE : RIGHTS_COLUMN;

	if (grant->is_revoke)
		return refuse(target, "REVOKE", fixed, err);
	if (rights == all)
		return refuse(target, "GRANT ALL",
		    "It can only be read: GRANT SELECT.", err);
	if ((rights & ~(uint32_t)RIGHT_SELECT) != 0)
		return refuse(target, "GRANT of other rights than SELECT",
		    "It can only be read.", err);
	if (grant->with_option)
		return refuse(target, "GRANT ... WITH GRANT OPTION", fixed,
		    err);
	return 0;
}

static int
check_readers(struct ddl_run *run, const struct grant_target *target,
    enum right_need need, struct error *err)
{
	const struct ast_role_list *roles = &run->plan->grant->roles;
	int rc = 0;

	for (uint32_t i = 0; i < roles->count && rc == 0; i++) {
		uint32_t role_oid;

		rc = grant_find_role(run, &roles->items[i], &role_oid, err);
		if (rc == 0 &&
		    !rights_role_has(ddl_catalog(run), role_oid, need))
			rc = refuse(target, "GRANT SELECT",
			    need == NEED_STATISTICS
				? "GRANT pg_read_all_stats lets a role read it."
				: "Only superusers may read it.",
			    err);
	}
	return rc;
}

/* On the whole, or on one column. */
static int
grant_on_target(struct ddl_run *run, const struct grant_target *target,
    enum right_need need, uint32_t rights, struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	int rc;

	if (!ddl_is_superuser(run)) {
		if (grant->is_whole ||
		    !rights_role_has(ddl_catalog(run), ddl_role_oid(run), need))
			return grant_denied(run, target, err);
		grant_warn(run, "no", target);
		return 0;
	}
	rc = check_words(grant, target, rights, err);
	return rc != 0 ? rc : check_readers(run, target, need, err);
}

static uint32_t
find_column(const struct system_table *table, struct str name)
{
	for (uint32_t i = 0; i < table->column_count; i++)
		if (str_equal(name, str_of_cstr(table->columns[i].name)))
			return i + 1;
	return 0;
}

static int
grant_on_columns(struct ddl_run *run, const struct system_table *table,
    struct grant_target target, const struct ast_column_right *named,
    struct error *err)
{
	enum right_need need = system_table_need(table);
	uint32_t rights = RIGHTS_COLUMN;
	int rc = 0;

	if (named->right.len > 0)
		rc = grant_right(run->plan->grant, named->right, true, &rights,
		    err);
	for (uint32_t i = 0; i < named->column_count && rc == 0; i++) {
		target.column = named->columns[i];
		target.attnum = find_column(table, target.column);
		rc = target.attnum == 0
		    ? grant_undefined_column(&target, err)
		    : grant_on_target(run, &target, need, rights, err);
	}
	return rc;
}

int
grant_on_system(struct ddl_run *run, const struct system_table *table,
    uint32_t rights, struct error *err)
{
	const struct ast_grant *grant = run->plan->grant;
	/* PostgreSQL's errors of GRANT call views tables, too */
	const struct grant_target target = {
		.object = { .kind = ACL_TABLE,
		    .oid = table->oid,
		    .owner = ROLE_OWNER_OID,
		    .name = str_of_cstr(table->name) },
	};
	int rc = 0;

	if (rights != 0)
		rc = grant_on_target(run, &target, system_table_need(table),
		    rights, err);
	for (uint32_t i = 0; i < grant->column_right_count && rc == 0; i++)
		rc = grant_on_columns(run, table, target,
		    &grant->column_rights[i], err);
	return rc;
}
