/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_change.c -- what a change of schema makes of a catalogue.
 *
 * catalog_apply() copies the arrays of pointers, shares the objects that stay
 * as they are and makes new ones of those that change.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/error.h"
#include "engine/catalog/catalog_private.h"

#define FIELD_COUNT_MAX 1600 /* PostgreSQL's; the engine's option is lower */

/* ---- checks ---- */

int
catalog_check_name_length(struct str name, struct error *err)
{
	if (name.len == 0)
		return error_set(err, STELE_E_INVALID_NAME,
		    "a name must not be empty");
	if (name.len <= NAME_SIZE_MAX)
		return 0;
	(void)error_set(err, STELE_E_NAME_TOO_LONG, "name \"%.*s\" is too long",
	    STR_FMT(name));
	return error_detail(err, "Names have at most %d bytes.", NAME_SIZE_MAX);
}

/* A name for a new event type or enum. */
static int
check_object_name(const struct catalog *catalog, enum ddl_kind kind,
    struct str name, struct error *err)
{
	bool is_relation = kind == DDL_CREATE_TYPE || kind == DDL_CREATE_VIEW ||
	    kind == DDL_CREATE_KEPT;
	bool is_taken;
	int rc = catalog_check_name_length(name, err);

	if (rc != 0)
		return rc;
	if (str_equal(name, STR("events")) ||
	    str_starts_with(name, STR("pg_")) ||
	    str_starts_with(name, STR("stele"))) {
		(void)error_set(err, STELE_E_RESERVED_NAME,
		    "unacceptable name \"%.*s\"", STR_FMT(name));
		return error_detail(err,
		    "The name \"events\" and the prefixes "
		    "\"pg_\" and \"stele\" are reserved.");
	}
	is_taken = catalog_type_by_name(catalog, name) != NULL ||
	    catalog_view_by_name(catalog, name) != NULL;
	if (is_relation && is_taken)
		return error_set(err, STELE_E_DUPLICATE_TABLE,
		    "relation \"%.*s\" already exists", STR_FMT(name));
	/* A relation has a row type of its name, as in PostgreSQL. */
	if (is_taken || catalog_enum_by_name(catalog, name) != NULL) {
		(void)error_set(err, STELE_E_DUPLICATE_OBJECT,
		    "type \"%.*s\" already exists", STR_FMT(name));
		if (is_relation)
			(void)error_hint(err,
			    "A relation has an associated type of the same "
			    "name, so you must use a name that doesn't "
			    "conflict with any existing type.");
		return err->code;
	}
	return 0;
}

static bool
has_field(const struct field *fields, uint32_t count, struct str name)
{
	for (uint32_t i = 0; i < count; i++)
		if (str_equal(fields[i].name, name))
			return true;
	return false;
}

/* New fields beside those that `type` has; type is NULL when it is new. */
static int
check_fields(const struct event_type *type, const struct ddl *ddl,
    struct error *err)
{
	uint32_t before = type == NULL ? 0 : type->field_count;

	if (ddl->field_count > FIELD_COUNT_MAX - before)
		return error_set(err, STELE_E_TOO_MANY_COLUMNS,
		    "tables can have at most %d columns", FIELD_COUNT_MAX);
	for (uint32_t i = 0; i < ddl->field_count; i++) {
		struct str name = ddl->fields[i].name;
		int rc = catalog_check_name_length(name, err);

		if (rc != 0)
			return rc;
		if (catalog_core_column(name) != 0)
			return error_set(err, STELE_E_DUPLICATE_COLUMN,
			    "column name \"%.*s\" conflicts with a system "
			    "column name",
			    STR_FMT(name));
		if (has_field(ddl->fields, i, name))
			return error_set(err, STELE_E_DUPLICATE_COLUMN,
			    "column \"%.*s\" specified more than once",
			    STR_FMT(name));
		if (before > 0 && has_field(type->fields, before, name))
			return error_set(err, STELE_E_DUPLICATE_COLUMN,
			    "column \"%.*s\" of relation \"%.*s\" already "
			    "exists",
			    STR_FMT(name), STR_FMT(type->name));
	}
	return 0;
}

static int
check_labels(const struct enum_type *type, const struct str *labels,
    uint32_t count, struct error *err)
{
	for (uint32_t i = 0; i < count; i++) {
		bool is_known = false;

		if (labels[i].len > NAME_SIZE_MAX) {
			(void)error_set(err, STELE_E_INVALID_NAME,
			    "invalid enum label \"%.*s\"", STR_FMT(labels[i]));
			return error_detail(err,
			    "Labels must be %d bytes or less.", NAME_SIZE_MAX);
		}
		for (uint32_t k = 0; k < i && !is_known; k++)
			is_known = str_equal(labels[k], labels[i]);
		for (uint32_t k = 0;
		     type != NULL && k < type->label_count && !is_known; k++)
			is_known = str_equal(type->labels[k], labels[i]);
		if (is_known)
			return error_set(err, STELE_E_DUPLICATE_OBJECT,
			    "enum label \"%.*s\" already exists",
			    STR_FMT(labels[i]));
	}
	return 0;
}

static int
find_type(const struct catalog *catalog, uint32_t oid,
    const struct event_type **out, struct error *err)
{
	*out = catalog_type_by_oid(catalog, oid);
	if (*out != NULL && (*out)->dropped_at == 0)
		return 0;
	if (*out != NULL)
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" does not exist", STR_FMT((*out)->name));
	return error_set(err, STELE_E_UNDEFINED_TABLE,
	    "relation with OID %u does not exist", (unsigned)oid);
}

static int
find_enum(const struct catalog *catalog, uint32_t oid,
    const struct enum_type **out, struct error *err)
{
	*out = catalog_enum_by_oid(catalog, oid);
	if (*out != NULL)
		return 0;
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "type with OID %u does not exist", (unsigned)oid);
}

static bool
uses_enum(const struct event_type *type, uint32_t oid)
{
	for (uint32_t i = 0; i < type->field_count; i++)
		if (type->fields[i].type.oid == oid)
			return true;
	return false;
}

/* An event type that uses an enum, other than `except`; NULL: none. */
static const struct event_type *
user_of_enum(const struct catalog *catalog, uint32_t oid, uint32_t except)
{
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *type = catalog->types[i];

		if (type->dropped_at == 0 && type->oid != except &&
		    uses_enum(type, oid))
			return type;
	}
	return NULL;
}

static int
check_enum_unused(const struct catalog *catalog, const struct enum_type *gone,
    struct error *err)
{
	const struct event_type *user = user_of_enum(catalog, gone->oid, 0);

	if (user == NULL)
		return catalog_check_unused(catalog, gone->oid, "type",
		    gone->name, err);
	(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop type %.*s because other objects depend on it",
	    STR_FMT(gone->name));
	return error_detail(err, "Table %.*s depends on type %.*s.",
	    STR_FMT(user->name), STR_FMT(gone->name));
}

/* ---- changes ---- */

static int
next_version(const struct event_type *type, const struct ddl *ddl,
    uint32_t field_count, struct schema_version *out, struct error *err)
{
	uint32_t current = 0;

	if (type != NULL && type->version_count > 0)
		current = event_type_current(type)->number;
	out->number = ddl->version == 0 ? current + 1 : ddl->version;
	out->field_count = field_count;
	if (out->number > current)
		return 0;
	assert(type != NULL); /* a first version is greater than 0 */
	return error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
	    "version %u of event type \"%.*s\" is not greater than its current "
	    "version %u",
	    (unsigned)out->number, STR_FMT(type->name), (unsigned)current);
}

/* The type of the rows of a kept query, if it is for one. */
static int
make_type(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	bool is_kept = ddl->kind == DDL_CREATE_KEPT;
	struct schema_version version;
	struct event_type type = {
		.oid = is_kept ? ddl->kept.type_oid : ddl->oid,
		.name = ddl->name,
		.owner = ROLE_OWNER_OID,
		.field_count = ddl->field_count,
		.fields = ddl->fields,
		.version_count = 1,
		.versions = &version,
		.horizon = HORIZON_NONE,
		.kept_by = is_kept ? ddl->oid : 0,
	};
	int rc = check_fields(NULL, ddl, err);

	type.array_type_oid = is_kept ? type.oid + 1 : ddl->array_type_oid;
	type.row_type_oid = is_kept ? type.oid + 2 : ddl->row_type_oid;
	if (rc == 0)
		rc = next_version(NULL, ddl, ddl->field_count, &version, err);
	if (rc == 0 && catalog_type_by_oid(catalog, type.oid) != NULL)
		rc = error_set(err, STELE_E_DUPLICATE_OBJECT,
		    "OID %u is in use", (unsigned)type.oid);
	if (rc == 0)
		rc = event_type_make(&type, catalog, &change->new_type, err);
	return rc;
}

static int
change_create_type(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	int rc = check_object_name(catalog, ddl->kind, ddl->name, err);

	return rc != 0 ? rc : make_type(catalog, ddl, change, err);
}

/* `before` with the fields and the version that are appended to it. */
static int
append_fields(const struct catalog *catalog, const struct event_type *before,
    const struct ddl *ddl, struct arena *scratch, struct catalog_change *change,
    struct error *err)
{
	struct event_type after = *before;
	struct schema_version *versions;
	struct field *fields;
	int rc;

	after.field_count += ddl->field_count;
	after.version_count++;
	fields = arena_try_alloc(scratch, after.field_count * sizeof(*fields));
	versions =
	    arena_try_alloc(scratch, after.version_count * sizeof(*versions));
	if (fields == NULL || versions == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < before->field_count; i++)
		fields[i] = before->fields[i];
	for (uint32_t i = 0; i < ddl->field_count; i++)
		fields[before->field_count + i] = ddl->fields[i];
	for (uint32_t i = 0; i < before->version_count; i++)
		versions[i] = before->versions[i];
	rc = next_version(before, ddl, after.field_count,
	    &versions[before->version_count], err);
	if (rc != 0)
		return rc;
	after.fields = fields;
	after.versions = versions;
	return event_type_make(&after, catalog, &change->new_type, err);
}

static int
change_add_fields(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct event_type *before;
	struct arena scratch;
	int rc = find_type(catalog, ddl->oid, &before, err);

	if (rc == 0)
		rc = check_fields(before, ddl, err);
	if (rc != 0)
		return rc;
	arena_init(&scratch, NULL);
	rc = append_fields(catalog, before, ddl, &scratch, change, err);
	arena_release(&scratch);
	return rc;
}

static int
change_drop_type(const struct catalog *catalog, const struct ddl *ddl,
    uint64_t position, struct catalog_change *change, struct error *err)
{
	const struct event_type *before;
	struct event_type after;
	int rc = find_type(catalog, ddl->oid, &before, err);

	if (rc == 0)
		rc = catalog_check_unused(catalog, ddl->oid, "table",
		    before->name, err);
	if (rc != 0)
		return rc;
	after = *before;
	after.dropped_at = position;
	change->gone_acl_oid = ddl->oid; /* keeps L3 */
	return event_type_make(&after, catalog, &change->new_type, err);
}

/* How long events are kept, or since when: the schema stays as it is. */
static int
change_retention(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct event_type *before;
	struct event_type after;
	int rc = find_type(catalog, ddl->oid, &before, err);

	if (rc != 0)
		return rc;
	after = *before;
	if (ddl->kind == DDL_SET_RETAIN)
		after.retain_us = ddl->time;
	else if (ddl->time > before->horizon) /* keeps K6 */
		after.horizon = ddl->time;
	return event_type_make(&after, catalog, &change->new_type, err);
}

static int
change_create_enum(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	struct enum_type type = {
		.oid = ddl->oid,
		.array_oid = ddl->array_type_oid,
		.name = ddl->name,
		.owner = ROLE_OWNER_OID,
		.is_inline = ddl->kind == DDL_CREATE_INLINE_ENUM,
		.label_count = ddl->label_count,
		.labels = ddl->labels,
	};
	int rc = check_object_name(catalog, ddl->kind, ddl->name, err);

	if (rc == 0)
		rc = check_labels(NULL, ddl->labels, ddl->label_count, err);
	if (rc == 0)
		rc = enum_type_make(&type, &change->new_enum, err);
	return rc;
}

static int
change_add_label(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct enum_type *before;
	struct enum_type after;
	struct arena scratch;
	struct str *labels;
	int rc = find_enum(catalog, ddl->oid, &before, err);

	if (rc == 0)
		rc = check_labels(before, &ddl->name, 1, err);
	if (rc != 0)
		return rc;
	arena_init(&scratch, NULL);
	after = *before;
	labels = arena_try_alloc(&scratch,
	    (before->label_count + (size_t)1) * sizeof(*labels));
	if (labels == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < before->label_count; i++)
		labels[i] = before->labels[i];
	labels[after.label_count++] = ddl->name;
	after.labels = labels;
	rc = enum_type_make(&after, &change->new_enum, err);
	arena_release(&scratch);
	return rc;
}

static int
change_drop_enum(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct enum_type *before;
	int rc = find_enum(catalog, ddl->oid, &before, err);

	if (rc == 0)
		rc = check_enum_unused(catalog, before, err);
	change->gone_enum_oid = ddl->oid;
	return rc;
}

static int
change_view(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	int rc = 0;

	if (ddl->kind != DDL_REPLACE_VIEW)
		rc = check_object_name(catalog, ddl->kind, ddl->name, err);
	return rc != 0 ? rc
		       : sql_view_of_ddl(catalog, ddl, &change->new_view, err);
}

/* The rows of a kept query as the change leaves them; keeps K8. */
static int
change_rows(const struct catalog *catalog, const struct sql_view *view,
    const struct ddl *ddl, uint64_t position, struct catalog_change *change,
    struct error *err)
{
	const struct event_type *before;
	struct event_type after;
	int rc = find_type(catalog, view->kept.type_oid, &before, err);

	if (rc != 0)
		return rc;
	after = *before;
	if (ddl->kind == DDL_DROP_VIEW)
		after.dropped_at = position;
	else if (ddl->kept.generation > view->kept.generation) /* keeps K6 */
		after.horizon = ddl->kept.generation;
	return event_type_make(&after, catalog, &change->new_type, err);
}

static int
change_drop_view(const struct catalog *catalog, const struct ddl *ddl,
    uint64_t position, struct catalog_change *change, struct error *err)
{
	const struct sql_view *view = catalog_view_by_oid(catalog, ddl->oid);
	int rc;

	if (view == NULL)
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist", (unsigned)ddl->oid);
	change->gone_view_oid = ddl->oid;
	change->gone_acl_oid = ddl->oid; /* keeps L3 */
	rc = catalog_check_unused(catalog, ddl->oid, view_words(view),
	    view->name, err);
	if (rc == 0 && view_is_kept(view))
		rc = change_rows(catalog, view, ddl, position, change, err);
	return rc;
}

static int
change_create_kept(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	int rc = change_view(catalog, ddl, change, err);

	return rc != 0 ? rc : make_type(catalog, ddl, change, err);
}

static int
change_set_kept(const struct catalog *catalog, const struct ddl *ddl,
    uint64_t position, struct catalog_change *change, struct error *err)
{
	const struct sql_view *before = catalog_view_by_oid(catalog, ddl->oid);
	struct sql_view after;
	int rc;

	if (before == NULL || !view_is_kept(before))
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "kept query with OID %u does not exist",
		    (unsigned)ddl->oid);
	if (ddl->kept.number != before->kept.number + 1 ||
	    ddl->kept.type_oid != before->kept.type_oid ||
	    ddl->kept.generation < before->kept.generation) {
		(void)error_set(err, STELE_E_SERIALIZATION_FAILURE,
		    "could not serialize access due to concurrent update");
		return error_detail(err,
		    "Kept query \"%.*s\" was refreshed meanwhile.",
		    STR_FMT(before->name));
	}
	rc = change_rows(catalog, before, ddl, position, change, err);
	after = *before;
	after.kept = ddl->kept;
	return rc != 0 ? rc : sql_view_make(&after, &change->new_view, err);
}

static int
change_comment(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct object_name *object = &ddl->comment.object;

	if (!catalog_has_object(catalog, object))
		return error_set(err,
		    object->class == OBJECT_RELATION ? STELE_E_UNDEFINED_TABLE
						     : STELE_E_UNDEFINED_OBJECT,
		    "object with OID %u does not exist", (unsigned)object->oid);
	return comment_make(&ddl->comment, &change->new_comment, err);
}

static int
change_of(const struct catalog *catalog, const struct ddl *ddl,
    uint64_t position, struct catalog_change *change, struct error *err)
{
	switch (ddl->kind) {
	case DDL_CREATE_ENUM:
	case DDL_CREATE_INLINE_ENUM:
		return change_create_enum(catalog, ddl, change, err);
	case DDL_ADD_LABEL:
		return change_add_label(catalog, ddl, change, err);
	case DDL_CREATE_TYPE:
		return change_create_type(catalog, ddl, change, err);
	case DDL_ADD_FIELDS:
		return change_add_fields(catalog, ddl, change, err);
	case DDL_DROP_TYPE:
		return change_drop_type(catalog, ddl, position, change, err);
	case DDL_DROP_ENUM:
		return change_drop_enum(catalog, ddl, change, err);
	case DDL_CREATE_VIEW:
	case DDL_REPLACE_VIEW:
		return change_view(catalog, ddl, change, err);
	case DDL_DROP_VIEW:
		return change_drop_view(catalog, ddl, position, change, err);
	case DDL_CREATE_KEPT:
		return change_create_kept(catalog, ddl, change, err);
	case DDL_SET_KEPT:
		return change_set_kept(catalog, ddl, position, change, err);
	case DDL_SET_RETAIN:
	case DDL_SET_HORIZON:
		return change_retention(catalog, ddl, change, err);
	case DDL_CREATE_ROLE:
	case DDL_ALTER_ROLE:
	case DDL_DROP_ROLE:
	case DDL_GRANT_ROLE:
	case DDL_REVOKE_ROLE:
		return catalog_change_role(catalog, ddl, change, err);
	case DDL_GRANT:
	case DDL_REVOKE:
		return catalog_change_acl(catalog, ddl, change, err);
	case DDL_SET_OWNER:
		return catalog_change_owner(catalog, ddl, change, err);
	case DDL_COMMENT:
		return change_comment(catalog, ddl, change, err);
	case DDL_SET_SETTING:
		return catalog_change_setting(catalog, ddl, change, err);
	}
	return error_set(err, STELE_E_CORRUPT, "unknown kind of schema change");
}

static bool
is_used_by_view(const struct catalog *catalog, uint32_t oid)
{
	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (view_dependency(catalog->views[i], oid) != NULL)
			return true;
	return false;
}

/* Whether an enum is not in the catalogue any more after the change. */
static bool
is_gone(const struct catalog *before, const struct catalog_change *change,
    const struct enum_type *type)
{
	const struct event_type *dropped = change->new_type;

	if (type->oid == change->gone_enum_oid)
		return true;
	return type->is_inline && dropped != NULL && dropped->dropped_at != 0 &&
	    !is_used_by_view(before, type->oid) &&
	    uses_enum(dropped, type->oid) &&
	    user_of_enum(before, type->oid, dropped->oid) == NULL; /* K4 */
}

static void
copy_enums(const struct catalog *before, const struct catalog_change *change,
    struct catalog *after)
{
	const struct enum_type *changed = change->new_enum;

	for (uint32_t i = 0; i < before->enum_count; i++) {
		const struct enum_type *type = before->enums[i];

		if (!is_gone(before, change, type) &&
		    (changed == NULL || type->oid != changed->oid))
			catalog_put_enum(after, type);
	}
	if (changed != NULL)
		catalog_put_enum(after, changed);
}

/* Types whose enum has changed are made anew, to point to the new labels. */
static int
copy_types(const struct catalog *before, const struct catalog_change *change,
    struct catalog *after, struct error *err)
{
	const struct event_type *changed = change->new_type;

	for (uint32_t i = 0; i < before->type_count; i++) {
		const struct event_type *type = before->types[i];
		const struct event_type *fresh;
		int rc;

		if (changed != NULL && type->oid == changed->oid)
			continue;
		if (change->new_enum == NULL ||
		    !uses_enum(type, change->new_enum->oid)) {
			catalog_put_type(after, type);
			continue;
		}
		rc = event_type_make(type, after, &fresh, err);
		if (rc != 0)
			return rc;
		catalog_put_type(after, fresh);
		event_type_unref(fresh);
	}
	if (changed != NULL)
		catalog_put_type(after, changed);
	return 0;
}

static void
copy_views(const struct catalog *before, const struct catalog_change *change,
    struct catalog *after)
{
	const struct sql_view *changed = change->new_view;

	for (uint32_t i = 0; i < before->view_count; i++) {
		const struct sql_view *view = before->views[i];

		if (view->oid != change->gone_view_oid &&
		    (changed == NULL || view->oid != changed->oid))
			catalog_put_view(after, view);
	}
	if (changed != NULL)
		catalog_put_view(after, changed);
}

/* Nobody is a member of more roles than can be told. */
static int
check_reach(const struct catalog *catalog, struct error *err)
{
	for (uint32_t i = 0; i < catalog->role_count; i++)
		if (!catalog_role_fits(catalog, catalog->roles[i]->oid))
			return error_set(err, STELE_E_LIMIT,
			    "role \"%.*s\" would be a member of too many roles",
			    STR_FMT(catalog->roles[i]->name));
	return 0;
}

/* All that stays, and what has changed. */
static int
copy_objects(const struct catalog *before, const struct catalog_change *change,
    struct catalog *after, struct error *err)
{
	int rc;

	copy_enums(before, change, after);
	copy_views(before, change, after);
	catalog_copy_settings(before, change, after);
	rc = catalog_copy_acls(before, change, after, err);
	if (rc == 0)
		rc = catalog_copy_roles(before, change, after, err);
	return rc != 0 ? rc : copy_types(before, change, after, err);
}

static void
change_release(struct catalog_change *change)
{
	acl_unref(change->new_acl);
	role_unref(change->new_role);
	sql_view_unref(change->new_view);
	event_type_unref(change->new_type);
	enum_unref(change->new_enum);
	comment_unref(change->new_comment);
	setting_list_unref(change->new_settings);
}

/* What names mean stays, unless a kept query can be read from now on, or not. */
static bool
is_of_rows_only(const struct catalog *catalog, const struct ddl *ddl)
{
	const struct sql_view *view;

	if (ddl->kind != DDL_SET_KEPT)
		return ddl->kind == DDL_SET_HORIZON;
	view = catalog_view_by_oid(catalog, ddl->oid);
	return view->kept.is_populated == ddl->kept.is_populated;
}

int
catalog_apply(const struct catalog *catalog, const struct ddl *ddl,
    uint64_t position, const struct catalog **out, struct error *err)
{
	const struct catalog_room room = {
		.types = catalog->type_count + 1,
		.enums = catalog->enum_count + 1,
		.views = catalog->view_count + 1,
		.roles = catalog->role_count + 1,
		.acls = catalog->acl_count + 1,
		.comments = catalog->comment_count + 1,
		.setting_lists = catalog->setting_list_count + 1,
	};
	struct catalog_change change = { .gone_enum_oid = 0 };
	struct catalog *after = NULL;
	int rc;

	*out = NULL;
	rc = change_of(catalog, ddl, position, &change, err);
	if (rc == 0)
		rc = catalog_make(&room, &after, err);
	if (rc != 0)
		goto out;
	after->generation = catalog->generation + 1;
	after->next_oid = catalog->next_oid;
	if (is_of_rows_only(catalog, ddl))
		catalog_keep_meaning(after, catalog);
	rc = copy_objects(catalog, &change, after, err);
	if (rc != 0)
		goto out;
	catalog_copy_comments(catalog, change.new_comment, after); /* K7 */
	catalog_seal(after);
	if (ddl->kind == DDL_GRANT_ROLE)
		rc = check_reach(after, err);
	if (rc != 0)
		goto out;
	*out = after;
	after = NULL;
out:
	catalog_unref(after);
	change_release(&change);
	return rc;
}

/* ---- limits ---- */

int
ddl_check_texts(const struct ddl *ddl, struct error *err)
{
	bool is_comment = ddl->kind == DDL_COMMENT;
	size_t len = 0;

	if (is_comment)
		len = ddl->comment.text.len;
	else if (ddl->view != NULL)
		len = ddl->view->query.len;
	if (len <= CATALOG_TEXT_MAX)
		return 0;
	(void)error_set(err, STELE_E_LIMIT, "%s is too long",
	    is_comment ? "comment" : "query of the view");
	return error_detail(err, "It has %zu bytes, and may have %zu.", len,
	    CATALOG_TEXT_MAX);
}

/*
 * How far something has come, or that it is not there any more: some bytes for
 * each object, for which there is room behind the bound.
 */
static bool
adds_little(enum ddl_kind kind)
{
	return kind == DDL_DROP_TYPE || kind == DDL_SET_KEPT ||
	    kind == DDL_SET_RETAIN || kind == DDL_SET_HORIZON;
}

int
ddl_check_growth(const struct ddl *ddl, const struct catalog *before,
    const struct catalog *after, struct error *err)
{
	if (after->size <= CATALOG_SIZE_MAX || after->size <= before->size ||
	    adds_little(ddl->kind))
		return 0;
	(void)error_set(err, STELE_E_LIMIT,
	    "schemas would be too large, at %" PRIu64 " bytes", after->size);
	(void)error_detail(err,
	    "All tables, types, views, roles, rights, comments and settings "
	    "take at most %" PRIu64 ".",
	    CATALOG_SIZE_MAX);
	return error_hint(err,
	    "Shorten comments, or drop views that are not needed.");
}
