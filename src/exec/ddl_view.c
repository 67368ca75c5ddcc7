/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_view.c -- CREATE VIEW, and DROP of what views may depend on.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"

/* ---- CREATE [OR REPLACE] VIEW ---- */

static struct str
type_of_column(struct ddl_run *run, const struct view_column *column)
{
	struct type type = { .oid = column->type_oid, .mod = column->type_mod };

	type.enum_type = catalog_enum_by_oid(ddl_catalog(run), type.oid);
	return type_format(&type, &run->arena);
}

/* A view that is replaced keeps its columns and may get more. */
static int
check_replacement(struct ddl_run *run, const struct sql_view *before,
    const struct sql_view *after, struct error *err)
{
	uint32_t changed = view_first_change(before, after);
	const struct view_column *had, *has;

	if (after->column_count < before->column_count)
		return error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
		    "cannot drop columns from view");
	if (changed == before->column_count)
		return 0;
	had = &before->columns[changed];
	has = &after->columns[changed];
	if (str_equal(had->name, has->name))
		return error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
		    "cannot change data type of view column \"%.*s\" from %.*s"
		    " to %.*s",
		    STR_FMT(had->name), STR_FMT(type_of_column(run, had)),
		    STR_FMT(type_of_column(run, has)));
	(void)error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
	    "cannot change name of view column \"%.*s\" to \"%.*s\"",
	    STR_FMT(had->name), STR_FMT(has->name));
	return error_hint(err,
	    "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column"
	    " instead.");
}

int
ddl_create_view(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct sql_view *had =
	    catalog_view_by_name(ddl_catalog(run), plan->name);
	struct ddl ddl = { .kind = DDL_CREATE_VIEW,
		.name = plan->name,
		.view = plan->view };
	int rc = ddl_need_right(run, ACL_SCHEMA_OID, RIGHT_CREATE, err);

	if (rc != 0)
		return rc;
	if (plan->or_replace &&
	    (catalog_type_by_name(ddl_catalog(run), plan->name) != NULL ||
		(had != NULL && view_is_kept(had))))
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a view", STR_FMT(plan->name));
	if (plan->or_replace && had != NULL) {
		ddl.kind = DDL_REPLACE_VIEW;
		ddl.oid = had->oid;
		rc = ddl_need_owner(run, had->oid, err);
		if (rc == 0)
			rc = check_replacement(run, had, plan->view, err);
	}
	if (rc == 0)
		rc = write_batch_ddl(run->target, &ddl, err);
	if (rc == 0 && ddl.kind == DDL_CREATE_VIEW)
		rc = ddl_own(run, ddl.oid, err);
	return rc;
}

/* ---- DROP ---- */

/* What is dropped: of the statement, and with CASCADE more. */
struct dropper {
	struct ddl_run *run;
	const uint32_t *named; /* OIDs */
	uint32_t named_count;
	struct str cascaded; /* "drop cascades to view v", a line each */
	uint32_t cascaded_count;
	struct error in_use; /* 55006 of the first that an open query reads */
};

/* It is told once the notice of what else is dropped has been. */
static void
note_use(struct dropper *dropper, uint32_t oid, struct str name)
{
	struct error use;

	if (dropper->in_use.code == 0 &&
	    exec_check_unused(dropper->run->env.context, oid, name,
		"DROP TABLE", &use) != 0)
		dropper->in_use = use;
}

static bool
is_named(const struct dropper *dropper, uint32_t oid)
{
	for (uint32_t i = 0; i < dropper->named_count; i++)
		if (dropper->named[i] == oid)
			return true;
	return false;
}

static int
drop_view(struct dropper *dropper, const struct sql_view *view,
    struct error *err)
{
	struct ddl ddl = { .kind = DDL_DROP_VIEW, .oid = view->oid };

	if (view_is_kept(view))
		note_use(dropper, view->oid, view->name);
	return write_batch_ddl(dropper->run->target, &ddl, err);
}

/* Views that use an object go first, if they may: those that none uses. */
static int
drop_dependents(struct dropper *dropper, uint32_t oid, struct error *err)
{
	struct ddl_run *run = dropper->run;
	const struct sql_view **users;
	uint32_t count = 0;
	int rc;

	rc = catalog_dependents(ddl_catalog(run), oid, &run->arena, &users,
	    &count, err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		if (!run->plan->is_cascade && !is_named(dropper, users[i]->oid))
			return 0; /* the catalogue refuses, and says why */
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct sql_view *view =
		    catalog_view_by_oid(ddl_catalog(run), users[i]->oid);

		if (view == NULL)
			continue; /* went with another */
		rc = drop_dependents(dropper, view->oid, err);
		view = catalog_view_by_oid(ddl_catalog(run), users[i]->oid);
		if (rc == 0 && view != NULL)
			rc = drop_view(dropper, view, err);
	}
	return rc;
}

/* Remember what goes beside what is named, in the order of its making. */
static int
note_cascade(struct dropper *dropper, uint32_t oid, struct error *err)
{
	struct arena *arena = &dropper->run->arena;
	const struct sql_view **users;
	uint32_t count = 0;
	int rc;

	rc = catalog_dependents(ddl_catalog(dropper->run), oid, arena, &users,
	    &count, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (is_named(dropper, users[i]->oid))
			continue;
		dropper->cascaded =
		    arena_printf(arena, "%.*s%sdrop cascades to %s %.*s",
			STR_FMT(dropper->cascaded),
			dropper->cascaded_count == 0 ? "" : "\n",
			view_words(users[i]), STR_FMT(users[i]->name));
		dropper->cascaded_count++;
	}
	return rc;
}

static void
tell_cascade(const struct dropper *dropper)
{
	struct error notice = { .code = 0 };

	if (dropper->cascaded_count == 0)
		return;
	if (dropper->cascaded_count == 1) {
		(void)error_set(&notice, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "%.*s", STR_FMT(dropper->cascaded));
	} else {
		(void)error_set(&notice, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "drop cascades to %u other objects",
		    (unsigned)dropper->cascaded_count);
		(void)error_detail(&notice, "%.*s", STR_FMT(dropper->cascaded));
	}
	notice.code = 0; /* as in PostgreSQL: no condition is named */
	ddl_notify(dropper->run, &notice);
}

/* What DROP calls its objects. */
static const struct {
	const char *kind;
	const char *command;
	int missing;
} words[] = {
	[DDL_OP_DROP_TABLE] = { "table", "TABLE", STELE_E_UNDEFINED_TABLE },
	[DDL_OP_DROP_ENUM] = { "type", "TYPE", STELE_E_UNDEFINED_OBJECT },
	[DDL_OP_DROP_VIEW] = { "view", "VIEW", STELE_E_UNDEFINED_TABLE },
	[DDL_OP_DROP_KEPT] = { "materialized view", "MATERIALIZED VIEW",
	    STELE_E_UNDEFINED_TABLE },
};

/* The OID of what a name means to the statement; 0: there is none. */
static int
find_dropped(struct ddl_run *run, struct str name, uint32_t *oid,
    struct error *err)
{
	const struct catalog *catalog = ddl_catalog(run);
	const struct event_type *type = catalog_type_by_name(catalog, name);
	const struct sql_view *view = catalog_view_by_name(catalog, name);
	const struct enum_type *enum_type = catalog_enum_by_name(catalog, name);
	enum ddl_op is = DDL_OP_DROP_TABLE;

	*oid = 0;
	if (run->plan->op == DDL_OP_DROP_ENUM) {
		*oid = enum_type == NULL ? 0 : enum_type->oid;
		return 0;
	}
	if (type == NULL && view == NULL)
		return 0;
	if (view != NULL)
		is = view_is_kept(view) ? DDL_OP_DROP_KEPT : DDL_OP_DROP_VIEW;
	*oid = view != NULL ? view->oid : type->oid;
	if (is == run->plan->op ||
	    (is != DDL_OP_DROP_TABLE && run->plan->old_owner != NULL))
		return 0; /* DROP OWNED has all views together */
	(void)error_set(err, STELE_E_WRONG_OBJECT_TYPE, "\"%.*s\" is not a %s",
	    STR_FMT(name), words[run->plan->op].kind);
	return error_hint(err, "Use DROP %s to remove a %s.", words[is].command,
	    words[is].kind);
}

static int
drop_named(struct dropper *dropper, uint32_t oid, struct error *err)
{
	struct ddl_run *run = dropper->run;
	const struct event_type *type =
	    catalog_type_by_oid(ddl_catalog(run), oid);
	const struct sql_view *view;
	struct ddl ddl = { .oid = oid,
		.kind = run->plan->op == DDL_OP_DROP_ENUM ? DDL_DROP_ENUM
							  : DDL_DROP_TYPE };
	int rc = note_cascade(dropper, oid, err);

	if (type != NULL)
		note_use(dropper, oid, type->name);
	if (rc == 0)
		rc = drop_dependents(dropper, oid, err);
	if (rc != 0)
		return rc;
	if (run->plan->op != DDL_OP_DROP_VIEW &&
	    run->plan->op != DDL_OP_DROP_KEPT)
		return write_batch_ddl(run->target, &ddl, err);
	view = catalog_view_by_oid(ddl_catalog(run), oid);
	return view == NULL ? 0 : drop_view(dropper, view, err);
}

int
ddl_drop(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	uint32_t *oids = arena_alloc_array(&run->arena,
	    (size_t)plan->name_count + 1, sizeof(*oids));
	struct dropper dropper = { .run = run, .named = oids };
	int rc = 0;

	for (uint32_t i = 0; i < plan->name_count && rc == 0; i++) {
		uint32_t oid = 0;

		rc = find_dropped(run, plan->names[i], &oid, err);
		if (rc == 0 && oid == 0)
			rc = ddl_missing_object(run, words[plan->op].kind,
			    plan->names[i], words[plan->op].missing, err);
		if (rc == 0 && oid != 0)
			rc = ddl_need_owner(run, oid, err);
		if (rc == 0 && oid != 0 && !is_named(&dropper, oid))
			oids[dropper.named_count++] = oid;
	}
	for (uint32_t i = 0; i < dropper.named_count && rc == 0; i++)
		rc = drop_named(&dropper, oids[i], err);
	if (rc != 0)
		return rc;
	tell_cascade(&dropper);
	if (dropper.in_use.code != 0)
		*err = dropper.in_use;
	return dropper.in_use.code;
}
