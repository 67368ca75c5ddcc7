/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl.c -- changes of the schema: what a statement means for the catalogue of
 * its batch, change by change.
 *
 * What the catalogue itself refuses (names that are taken or reserved, objects
 * in use) is worded there.
 */
#include "engine/catalog/catalog.h"
#include "exec/ddl_private.h"

void
ddl_notify(const struct ddl_run *run, const struct error *notice)
{
	const struct exec_context *context = run->env.context;

	if (context->notice != NULL)
		context->notice(context->notice_arg, notice);
}

/* ---- fields ---- */

static int
make_field(struct ddl_run *run, const struct ddl_field *from, struct field *out,
    struct error *err)
{
	*out = (struct field){ .name = from->name,
		.type = from->type,
		.is_not_null = from->is_not_null,
		.is_unsigned = from->is_unsigned };
	if (from->default_value == NULL)
		return 0;
	/* DEFAULT NULL is no default */
	if (eval_fixed(&run->env, from->default_value, &run->arena,
		&out->default_value, err) != 0)
		return err->code;
	out->has_default = !out->default_value.is_null;
	return 0;
}

static int
create_enum(struct ddl_run *run, enum ddl_kind kind, struct str name,
    const struct str *labels, uint32_t count, struct type *out,
    struct error *err)
{
	struct ddl ddl = { .kind = kind,
		.name = name,
		.labels = labels,
		.label_count = count };
	int rc = ddl_need_right(run, ACL_SCHEMA_OID, RIGHT_CREATE, err);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (str_equal(labels[i], labels[k]))
				return error_set(err, STELE_E_DUPLICATE_OBJECT,
				    "enum label \"%.*s\" is given twice",
				    STR_FMT(labels[i]));
		}
	}
	rc = write_batch_ddl(run->target, &ddl, err);
	if (rc == 0)
		rc = ddl_own(run, ddl.oid, err);
	if (rc != 0 || out == NULL)
		return rc;
	*out = (struct type){ .oid = ddl.oid, .mod = -1 };
	out->enum_type = catalog_enum_by_oid(ddl_catalog(run), ddl.oid);
	return 0;
}

static int
add_label(struct ddl_run *run, uint32_t oid, struct str label,
    struct error *err)
{
	struct ddl ddl = { .kind = DDL_ADD_LABEL, .oid = oid, .name = label };

	return write_batch_ddl(run->target, &ddl, err);
}

/* Whether an enum's labels are the first of those that are wanted. */
static bool
starts_labels(const struct enum_type *type, const struct ddl_field *field)
{
	if (type->label_count > field->label_count)
		return false;
	for (uint32_t i = 0; i < type->label_count; i++) {
		if (!str_equal(type->labels[i], field->labels[i]))
			return false;
	}
	return true;
}

/*
 * An enum of a field that is defined in place is named type_field.  One that is
 * there already is used, with more labels if need be.
 */
static int
field_enum(struct ddl_run *run, struct ddl_field *field, struct error *err)
{
	struct str name = arena_printf(&run->arena, "%.*s_%.*s",
	    STR_FMT(run->plan->name), STR_FMT(field->name));
	const struct enum_type *had =
	    catalog_enum_by_name(ddl_catalog(run), name);
	uint32_t label_count;
	uint32_t oid;
	int rc = 0;

	if (field->label_count == 0)
		return 0;
	if (had == NULL || !starts_labels(had, field))
		return create_enum(run, DDL_CREATE_INLINE_ENUM, name,
		    field->labels, field->label_count, &field->type, err);
	oid = had->oid;
	label_count = had->label_count;
	for (uint32_t i = label_count; i < field->label_count && rc == 0; i++)
		rc = add_label(run, oid, field->labels[i], err);
	field->type = (struct type){ .oid = oid, .mod = -1 };
	field->type.enum_type = catalog_enum_by_oid(ddl_catalog(run), oid);
	return rc;
}

/*
 * Enums that the change before made moved: a catalogue is replaced whole, so
 * types are looked up again by their OIDs.
 */
static void
refresh_enums(struct ddl_run *run, struct field *fields, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (fields[i].type.enum_type != NULL)
			fields[i].type.enum_type =
			    catalog_enum_by_oid(ddl_catalog(run),
				fields[i].type.oid);
	}
}

/* ---- retention ---- */

/* How long a type's events are kept, and the horizon that follows from it. */
static int
set_retain(struct ddl_run *run, uint32_t oid, struct error *err)
{
	struct ddl retain = { .kind = DDL_SET_RETAIN,
		.oid = oid,
		.time = run->plan->retain_us };
	struct ddl horizon = { .kind = DDL_SET_HORIZON, .oid = oid };
	int rc = write_batch_ddl(run->target, &retain, err);

	if (rc != 0 || retain.time == 0)
		return rc;
	horizon.time = engine_horizon(run->env.context->engine, retain.time);
	return write_batch_ddl(run->target, &horizon, err);
}

/* ---- CREATE TABLE, and DEFINE of a type that is new ---- */

static int
create_type(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	struct field *fields = arena_alloc_array(&run->arena,
	    plan->field_count + 1, sizeof(*fields));
	struct ddl ddl = { .kind = DDL_CREATE_TYPE,
		.name = plan->name,
		.version = plan->version,
		.fields = fields,
		.field_count = plan->field_count };
	int rc = ddl_need_right(run, ACL_SCHEMA_OID, RIGHT_CREATE, err);

	if (rc != 0)
		return error_position(err, plan->location);
	for (uint32_t i = 0; i < plan->field_count && rc == 0; i++) {
		struct ddl_field field = plan->fields[i];

		rc = field_enum(run, &field, err);
		if (rc == 0)
			rc = make_field(run, &field, &fields[i], err);
	}
	if (rc != 0)
		return rc;
	refresh_enums(run, fields, plan->field_count);
	rc = write_batch_ddl(run->target, &ddl, err);
	if (rc == 0)
		rc = ddl_own(run, ddl.oid, err);
	if (rc == 0 && plan->has_retain)
		rc = set_retain(run, ddl.oid, err);
	return rc;
}

static int
run_create_table(struct ddl_run *run, struct error *err)
{
	struct str name = run->plan->name;
	struct error notice = { .code = 0 };

	if (catalog_type_by_name(ddl_catalog(run), name) == NULL &&
	    catalog_view_by_name(ddl_catalog(run), name) == NULL)
		return create_type(run, err);
	error_set(&notice, STELE_E_DUPLICATE_TABLE,
	    run->plan->if_not_exists
		? "relation \"%.*s\" already exists, skipping"
		: "relation \"%.*s\" already exists",
	    STR_FMT(name));
	if (run->plan->if_not_exists) {
		ddl_notify(run, &notice);
		return 0;
	}
	*err = notice;
	return err->code;
}

/* ---- DEFINE of another version ---- */

static const struct ddl_field *
planned_field(const struct plan_ddl *plan, struct str name)
{
	for (uint32_t i = 0; i < plan->field_count; i++) {
		if (str_equal(plan->fields[i].name, name))
			return &plan->fields[i];
	}
	return NULL;
}

/* `planned` is what the statement makes of the field; NULL: it has none. */
static int
changed_field(struct ddl_run *run, const struct event_type *type,
    const struct field *field, const struct ddl_field *planned,
    struct error *err)
{
	error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
	    "field \"%.*s\" of event type \"%.*s\" cannot be %s",
	    STR_FMT(field->name), STR_FMT(type->name),
	    planned == NULL ? "removed" : "changed");
	error_detail(err, "It is of type %.*s%s.",
	    STR_FMT(field->is_unsigned
		    ? STR("u64")
		    : type_format(&field->type, &run->arena)),
	    field->is_not_null ? "" : ", or null");
	error_hint(err,
	    "A new version keeps all fields of the last one and may add some.");
	return error_position(err,
	    planned == NULL ? run->plan->location : planned->location);
}

/* An enum may get more labels behind those it has. */
static int
extend_enum(struct ddl_run *run, const struct event_type *type,
    const struct field *field, const struct ddl_field *planned,
    struct error *err)
{
	const struct enum_type *had = field->type.enum_type;
	uint32_t oid = field->type.oid;
	uint32_t label_count = had == NULL ? 0 : had->label_count;
	int rc = 0;

	if (had == NULL || planned->label_count < label_count)
		return changed_field(run, type, field, planned, err);
	for (uint32_t i = 0; i < label_count; i++) {
		if (!str_equal(had->labels[i], planned->labels[i]))
			return changed_field(run, type, field, planned, err);
	}
	for (uint32_t i = label_count; i < planned->label_count && rc == 0; i++)
		rc = add_label(run, oid, planned->labels[i], err);
	return rc;
}

static int
check_kept_field(struct ddl_run *run, const struct event_type *type,
    const struct field *field, struct error *err)
{
	const struct ddl_field *planned = planned_field(run->plan, field->name);

	if (planned == NULL || planned->is_not_null != field->is_not_null)
		return changed_field(run, type, field, planned, err);
	if (planned->label_count > 0)
		return extend_enum(run, type, field, planned, err);
	if (planned->type.oid != field->type.oid ||
	    planned->type.mod != field->type.mod ||
	    planned->is_unsigned != field->is_unsigned)
		return changed_field(run, type, field, planned, err);
	return 0;
}

/* Events that are there already would be without it. */
static int
check_new_field(const struct ddl_field *field, struct error *err)
{
	if (!field->is_not_null || field->default_value != NULL)
		return 0;
	error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
	    "new field \"%.*s\" must be one that may be null",
	    STR_FMT(field->name));
	error_hint(err,
	    "Events of earlier versions have no value for it: add \"| null\" "
	    "to its type.");
	return error_position(err, field->location);
}

static int
add_new_fields(struct ddl_run *run, const struct event_type *type,
    struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	struct field *fields = arena_alloc_array(&run->arena,
	    plan->field_count + 1, sizeof(*fields));
	struct ddl ddl = { .kind = DDL_ADD_FIELDS,
		.oid = type->oid,
		.version = plan->version,
		.fields = fields };
	uint32_t kept = type->field_count;
	int rc = 0;

	for (uint32_t i = 0; i < plan->field_count && rc == 0; i++) {
		struct ddl_field field = plan->fields[i];
		bool is_new = true;

		for (uint32_t k = 0; k < kept; k++)
			is_new &= !str_equal(type->fields[k].name, field.name);
		if (!is_new)
			continue;
		rc = check_new_field(&field, err);
		if (rc == 0)
			rc = field_enum(run, &field, err);
		if (rc == 0)
			rc = make_field(run, &field, &fields[ddl.field_count++],
			    err);
		/* the catalogue was replaced */
		type = catalog_type_by_oid(ddl_catalog(run), ddl.oid);
	}
	if (rc != 0)
		return rc;
	refresh_enums(run, fields, ddl.field_count);
	return write_batch_ddl(run->target, &ddl, err);
}

static int
run_define(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct event_type *type =
	    catalog_type_by_name(ddl_catalog(run), plan->name);
	uint32_t oid;
	int rc = 0;

	if (type == NULL)
		return create_type(run, err);
	if (plan->version == 0 ||
	    plan->version == event_type_current(type)->number) {
		error_set(err, STELE_E_DUPLICATE_TABLE,
		    "event type \"%.*s\" is already defined",
		    STR_FMT(plan->name));
		error_hint(err,
		    "DEFINE %.*s AS %u makes another version of it.",
		    STR_FMT(plan->name), event_type_current(type)->number + 1);
		return error_position(err, plan->location);
	}
	oid = type->oid;
	rc = ddl_need_owner(run, oid, err);
	for (uint32_t i = 0; rc == 0 && i < type->field_count; i++) {
		rc = check_kept_field(run, type, &type->fields[i], err);
		type = catalog_type_by_oid(ddl_catalog(run), oid);
	}
	return rc == 0 ? add_new_fields(run, type, err) : rc;
}

/* ---- ALTER TABLE ---- */

int
ddl_missing_object(struct ddl_run *run, const char *kind, struct str name,
    int code, struct error *err)
{
	struct error notice = { .code = 0 };

	if (!run->plan->if_exists)
		return error_set(err, code, "%s \"%.*s\" does not exist", kind,
		    STR_FMT(name));
	error_set(&notice, code, "%s \"%.*s\" does not exist, skipping", kind,
	    STR_FMT(name));
	notice.code = 0; /* as in PostgreSQL: no condition is named */
	ddl_notify(run, &notice);
	return 0;
}

/* *skip: the column is there and that is what IF NOT EXISTS is for. */
static int
check_new_column(struct ddl_run *run, const struct event_type *type,
    const struct ddl_field *field, bool *skip, struct error *err)
{
	struct error notice = { .code = 0 };

	*skip = false;
	if (event_type_column(type, field->name) == 0)
		return 0;
	if (!field->if_not_exists)
		return error_set(err, STELE_E_DUPLICATE_COLUMN,
		    "column \"%.*s\" of relation \"%.*s\" already exists",
		    STR_FMT(field->name), STR_FMT(type->name));
	*skip = true;
	error_set(&notice, STELE_E_DUPLICATE_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" already exists, skipping",
	    STR_FMT(field->name), STR_FMT(type->name));
	ddl_notify(run, &notice);
	return 0;
}

/* A default may turn out to be null: then it is none. */
static int
check_has_value(const struct field *field, const struct ddl_field *planned,
    struct error *err)
{
	if (!field->is_not_null || field->has_default)
		return 0;
	(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "adding a NOT NULL column without a default is not supported");
	(void)error_hint(err,
	    "Events that are already stored would have no value.");
	return error_position(err, planned->location);
}

static int
add_column(struct ddl_run *run, const struct ddl_field *planned,
    struct field *out, struct error *err)
{
	int rc = make_field(run, planned, out, err);

	return rc != 0 ? rc : check_has_value(out, planned, err);
}

static int
run_alter_table(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct event_type *type =
	    catalog_type_by_name(ddl_catalog(run), plan->name);
	struct field *fields = arena_alloc_array(&run->arena,
	    plan->field_count + 1, sizeof(*fields));
	struct ddl ddl = { .kind = DDL_ADD_FIELDS, .fields = fields };
	int rc = 0;

	if (catalog_view_by_name(ddl_catalog(run), plan->name) != NULL) {
		(void)error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "ALTER action ADD COLUMN cannot be performed on relation"
		    " \"%.*s\"",
		    STR_FMT(plan->name));
		return error_detail(err,
		    "This operation is not supported for views.");
	}
	if (type == NULL)
		return ddl_missing_object(run, "relation", plan->name,
		    STELE_E_UNDEFINED_TABLE, err);
	ddl.oid = type->oid;
	rc = ddl_need_owner(run, ddl.oid, err);
	if (rc == 0)
		rc = exec_check_unused(run->env.context, ddl.oid, type->name,
		    "ALTER TABLE", err);
	for (uint32_t i = 0; i < plan->field_count && rc == 0; i++) {
		bool skip;

		rc = check_new_column(run, type, &plan->fields[i], &skip, err);
		if (rc == 0 && !skip)
			rc = add_column(run, &plan->fields[i],
			    &fields[ddl.field_count++], err);
	}
	if (rc == 0 && ddl.field_count > 0)
		rc = write_batch_ddl(run->target, &ddl, err);
	if (rc == 0 && plan->has_retain)
		rc = set_retain(run, ddl.oid, err);
	return rc;
}

/* ---- enums ---- */

static int
run_create_enum(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;

	return create_enum(run, DDL_CREATE_ENUM, plan->name, plan->labels,
	    plan->label_count, NULL, err);
}

static int
run_add_label(struct ddl_run *run, struct error *err)
{
	const struct plan_ddl *plan = run->plan;
	const struct enum_type *type =
	    catalog_enum_by_name(ddl_catalog(run), plan->name);
	struct str label = plan->labels[0];
	struct error notice = { .code = 0 };
	int rc;

	if (type == NULL)
		return ddl_missing_object(run, "type", plan->name,
		    STELE_E_UNDEFINED_OBJECT, err);
	rc = ddl_need_owner(run, type->oid, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < type->label_count; i++) {
		if (!str_equal(type->labels[i], label))
			continue;
		if (!plan->if_not_exists)
			return error_set(err, STELE_E_DUPLICATE_OBJECT,
			    "enum label \"%.*s\" already exists",
			    STR_FMT(label));
		error_set(&notice, STELE_E_DUPLICATE_OBJECT,
		    "enum label \"%.*s\" already exists, skipping",
		    STR_FMT(label));
		ddl_notify(run, &notice);
		return 0;
	}
	return add_label(run, type->oid, label, err);
}

/* ---- the statement ---- */

static int
run_ddl(struct ddl_run *run, struct error *err)
{
	switch (run->plan->op) {
	case DDL_OP_CREATE_TABLE:
		return run_create_table(run, err);
	case DDL_OP_DEFINE:
		return run_define(run, err);
	case DDL_OP_ALTER_TABLE:
		return run_alter_table(run, err);
	case DDL_OP_CREATE_VIEW:
		return ddl_create_view(run, err);
	case DDL_OP_DROP_TABLE:
	case DDL_OP_DROP_ENUM:
	case DDL_OP_DROP_VIEW:
	case DDL_OP_DROP_KEPT:
		return ddl_drop(run, err);
	case DDL_OP_CREATE_KEPT:
	case DDL_OP_REFRESH_KEPT:
		break; /* exec_keep() does these */
	case DDL_OP_CREATE_ENUM:
		return run_create_enum(run, err);
	case DDL_OP_ADD_LABEL:
		return run_add_label(run, err);
	case DDL_OP_CREATE_ROLE:
		return ddl_create_role(run, err);
	case DDL_OP_ALTER_ROLE:
		return ddl_alter_role(run, err);
	case DDL_OP_ALTER_SETTING:
		return ddl_alter_setting(run, err);
	case DDL_OP_DROP_ROLE:
		return ddl_drop_role(run, err);
	case DDL_OP_GRANT_ROLE:
		return ddl_grant_role(run, err);
	case DDL_OP_GRANT:
		return ddl_grant(run, err);
	case DDL_OP_ALTER_OWNER:
	case DDL_OP_REASSIGN_OWNED:
	case DDL_OP_DROP_OWNED:
		return ddl_owner(run, err);
	case DDL_OP_COMMENT:
		return ddl_comment(run, err);
	}
	return 0;
}

int
exec_ddl(const struct plan *plan, const struct exec_context *context,
    struct write_batch *target, struct error *err)
{
	struct ddl_run run = {
		.plan = plan->ddl,
		.env = { .context = context, .arena = &run.arena },
		.target = target,
	};
	int rc;

	arena_init(&run.arena, context->budget);
	rc = run_ddl(&run, err);
	if (rc == 0)
		rc = arena_check(&run.arena, err);
	arena_release(&run.arena);
	return rc;
}
