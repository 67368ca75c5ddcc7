/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_comment.c -- COMMENT ON: which object a name is of.
 */
#include "exec/ddl_private.h"
#include "plan/names.h"
#include "plan/schema.h"

/* What the name is of instead: it is not a `wanted`. */
static int
wrong_kind(struct str name, const char *wanted, struct error *err)
{
	return error_set(err, STELE_E_WRONG_OBJECT_TYPE, "\"%.*s\" is not a %s",
	    STR_FMT(name), wanted);
}

static int
find_relation(const struct ddl_run *run, struct object_name *object,
    struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct catalog *catalog = ddl_catalog(run);
	const struct event_type *type =
	    catalog_type_by_name(catalog, plan->name);
	const struct sql_view *view = catalog_view_by_name(catalog, plan->name);

	object->class = OBJECT_RELATION;
	if (type == NULL && view == NULL)
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" does not exist", STR_FMT(plan->name));
	if (plan->target == COMMENT_ON_TABLE && type == NULL)
		return wrong_kind(plan->name, "table", err);
	if (plan->target == COMMENT_ON_VIEW &&
	    (view == NULL || view_is_kept(view)))
		return wrong_kind(plan->name, "view", err);
	if (plan->target == COMMENT_ON_KEPT &&
	    (view == NULL || !view_is_kept(view)))
		return wrong_kind(plan->name, "materialized view", err);
	object->oid = type != NULL ? type->oid : view->oid;
	return ddl_need_owner(run, object->oid, err);
}

/* The column of the relation that was found. */
static int
find_column(const struct ddl_run *run, struct object_name *object,
    struct error *err)
{
	struct str column = run->plan->column;
	const struct event_type *type =
	    catalog_type_by_oid(ddl_catalog(run), object->oid);
	const struct sql_view *view =
	    catalog_view_by_oid(ddl_catalog(run), object->oid);

	if (type != NULL)
		object->attnum = event_type_column(type, column);
	for (uint32_t i = 0; view != NULL && i < view->column_count; i++)
		if (str_equal(view->columns[i].name, column))
			object->attnum = i + 1;
	if (object->attnum != 0)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(column), STR_FMT(run->plan->name));
}

/* An enum; the rows of a relation are a type of its name, too. */
static int
find_type(const struct ddl_run *run, struct object_name *object,
    struct error *err)
{
	const struct catalog *catalog = ddl_catalog(run);
	struct str name = run->plan->name;
	const struct enum_type *enum_type = catalog_enum_by_name(catalog, name);
	const struct event_type *type = catalog_type_by_name(catalog, name);
	const struct sql_view *view = catalog_view_by_name(catalog, name);

	object->class = OBJECT_TYPE;
	if (enum_type != NULL)
		object->oid = enum_type->oid;
	else if (type != NULL)
		object->oid = type->row_type_oid;
	else if (view != NULL)
		object->oid = view->row_type_oid;
	if (object->oid != 0)
		return ddl_need_owner(run,
		    enum_type != NULL ? enum_type->oid
				      : ddl_relation_oid(run, name),
		    err);
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "type \"%.*s\" does not exist", STR_FMT(name));
}

/* Whose schemas and the database are. */
static int
need_superuser(const struct ddl_run *run, const char *kind, struct error *err)
{
	if (ddl_is_superuser(run))
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "must be owner of %s %.*s", kind, STR_FMT(run->plan->name));
}

static int
find_schema(const struct ddl_run *run, struct object_name *object,
    struct error *err)
{
	const struct schema *schema = schema_by_name(run->plan->name);

	object->class = OBJECT_SCHEMA;
	if (schema == NULL)
		return error_set(err, STELE_E_INVALID_SCHEMA_NAME,
		    "schema \"%.*s\" does not exist", STR_FMT(run->plan->name));
	object->oid = schema->oid;
	return need_superuser(run, "schema", err);
}

/*
 * As PostgreSQL: a dump may name the database that it was made of, so another
 * name is a warning; then object->oid stays 0.
 */
static int
find_database(const struct ddl_run *run, struct object_name *object,
    struct error *err)
{
	struct error notice;

	object->class = OBJECT_DATABASE;
	if (str_equal(run->plan->name, run->env.context->session->database)) {
		object->oid = DATABASE_OID;
		return need_superuser(run, "database", err);
	}
	(void)error_set(&notice, STELE_E_WARNING,
	    "database \"%.*s\" does not exist", STR_FMT(run->plan->name));
	ddl_notify(run, &notice);
	return 0;
}

static int
find_object(const struct ddl_run *run, struct object_name *object,
    struct error *err)
{
	int rc;

	switch (run->plan->target) {
	case COMMENT_ON_TABLE:
	case COMMENT_ON_VIEW:
	case COMMENT_ON_KEPT:
		return find_relation(run, object, err);
	case COMMENT_ON_COLUMN:
		rc = find_relation(run, object, err);
		return rc != 0 ? rc : find_column(run, object, err);
	case COMMENT_ON_TYPE:
		return find_type(run, object, err);
	case COMMENT_ON_SCHEMA:
		return find_schema(run, object, err);
	case COMMENT_ON_DATABASE:
		return find_database(run, object, err);
	}
	return 0;
}

int
ddl_comment(struct ddl_run *run, struct error *err)
{
	struct ddl ddl = { .kind = DDL_COMMENT,
		.comment.text = run->plan->text };
	int rc = find_object(run, &ddl.comment.object, err);

	if (rc != 0 || ddl.comment.object.oid == 0)
		return rc;
	ddl.oid = ddl.comment.object.oid;
	return write_batch_ddl(run->target, &ddl, err);
}
