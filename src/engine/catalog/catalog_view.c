/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_view.c -- views: made, shared, freed; what depends on what.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"

struct sql_view_object {
	struct sql_view pub; /* first: the catalogue points to it */
	atomic_uint refs;
	size_t size;
	struct arena arena;
};

/* Casts away const: the reference count is the one thing that changes. */
static struct sql_view_object *
sql_view_object_of(const struct sql_view *view)
{
	union {
		const struct sql_view *pub;
		struct sql_view_object *object;
	} u = { .pub = view };

	return u.object;
}

static const struct sql_view *
sql_view_ref(const struct sql_view *view)
{
	/* the taker has a reference already: relaxed */
	atomic_fetch_add_explicit(&sql_view_object_of(view)->refs, 1,
	    memory_order_relaxed);
	return view;
}

void
sql_view_unref(const struct sql_view *view)
{
	struct sql_view_object *object;

	if (view == NULL)
		return;
	object = sql_view_object_of(view);
	/* all uses happen before the free */
	if (atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) !=
	    1)
		return;
	arena_release(&object->arena);
	free(object);
}

int
sql_view_make(const struct sql_view *source, const struct sql_view **out,
    struct error *err)
{
	struct sql_view_object *object = calloc(1, sizeof(*object));
	struct view_dependency *dependencies;
	struct view_column *columns;
	int rc;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	columns = arena_alloc_array(&object->arena,
	    (size_t)source->column_count + 1, sizeof(*columns));
	dependencies = arena_alloc_array(&object->arena,
	    (size_t)source->dependency_count + 1, sizeof(*dependencies));
	object->pub = *source;
	object->pub.name = arena_str(&object->arena, source->name);
	object->pub.query = arena_str(&object->arena, source->query);
	object->pub.reading.time_zone =
	    arena_str(&object->arena, source->reading.time_zone);
	for (uint32_t i = 0; i < source->column_count; i++) {
		columns[i] = source->columns[i];
		columns[i].name =
		    arena_str(&object->arena, source->columns[i].name);
	}
	for (uint32_t i = 0; i < source->dependency_count; i++)
		dependencies[i] = source->dependencies[i];
	object->pub.columns = columns;
	object->pub.dependencies = dependencies;
	rc = arena_check(&object->arena, err);
	if (rc == 0)
		rc = sql_view_measure(&object->pub, &object->size, err);
	if (rc != 0)
		sql_view_unref(&object->pub);
	else
		*out = &object->pub;
	return rc;
}

void
catalog_put_view(struct catalog *catalog, const struct sql_view *view)
{
	const struct sql_view **views =
	    (const struct sql_view **)(uintptr_t)catalog->views;
	const uint32_t oids[] = { view->oid, view->row_type_oid,
		view->array_type_oid };
	uint32_t at = catalog->view_count++;

	for (; at > 0 && views[at - 1]->oid > view->oid; at--)
		views[at] = views[at - 1];
	views[at] = sql_view_ref(view);
	catalog->size += sql_view_object_of(view)->size;
	for (size_t i = 0; i < ARRAY_LEN(oids); i++)
		if (catalog->next_oid <= oids[i])
			catalog->next_oid = oids[i] + 1;
}

/* ---- finding ---- */

const struct sql_view *
catalog_view_by_name(const struct catalog *catalog, struct str name)
{
	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (str_equal(catalog->views[i]->name, name))
			return catalog->views[i];
	return NULL;
}

const struct sql_view *
catalog_view_by_oid(const struct catalog *catalog, uint32_t oid)
{
	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (catalog->views[i]->oid == oid)
			return catalog->views[i];
	return NULL;
}

const struct sql_view *
catalog_view_of_rows(const struct catalog *catalog, uint32_t oid)
{
	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (catalog->views[i]->row_type_oid == oid ||
		    catalog->views[i]->array_type_oid == oid)
			return catalog->views[i];
	return NULL;
}

const struct view_dependency *
view_dependency(const struct sql_view *view, uint32_t oid)
{
	for (uint32_t i = 0; i < view->dependency_count; i++)
		if (view->dependencies[i].oid == oid)
			return &view->dependencies[i];
	return NULL;
}

uint32_t
view_first_change(const struct sql_view *before, const struct sql_view *after)
{
	uint32_t i;

	for (i = 0; i < before->column_count && i < after->column_count; i++) {
		const struct view_column *had = &before->columns[i];
		const struct view_column *has = &after->columns[i];

		if (!str_equal(had->name, has->name) ||
		    had->type_oid != has->type_oid ||
		    had->type_mod != has->type_mod)
			break;
	}
	return i;
}

/* ---- dependents ---- */

/*
 * Marks the views that depend on an object, on one of those, and so on.  Views
 * are ascending by OID, but one that was replaced may use a later one.
 */
static void
mark_dependents(const struct catalog *catalog, uint32_t oid, bool *is_marked)
{
	for (uint32_t i = 0; i < catalog->view_count; i++) {
		const struct sql_view *view = catalog->views[i];

		if (is_marked[i] || view_dependency(view, oid) == NULL)
			continue;
		is_marked[i] = true;
		mark_dependents(catalog, view->oid, is_marked);
	}
}

int
catalog_dependents(const struct catalog *catalog, uint32_t oid,
    struct arena *arena, const struct sql_view ***out, uint32_t *count,
    struct error *err)
{
	size_t room = (size_t)catalog->view_count + 1;
	bool *is_marked = arena_try_alloc(arena, room * sizeof(bool));

	*count = 0;
	*out = arena_try_alloc(arena, room * sizeof(**out));
	if (*out == NULL || is_marked == NULL)
		return error_no_memory(err);
	memset(is_marked, 0, room * sizeof(bool));
	mark_dependents(catalog, oid, is_marked);
	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (is_marked[i])
			(*out)[(*count)++] = catalog->views[i];
	return 0;
}

/* "table t": of what is dropped, or of the last view that `user` uses. */
static struct str
used_object(const struct sql_view *user, const struct sql_view *const *others,
    uint32_t count, struct str dropped, struct arena *arena)
{
	for (uint32_t i = count; i > 0; i--)
		if (view_dependency(user, others[i - 1]->oid) != NULL)
			return arena_printf(arena, "%s %.*s",
			    view_words(others[i - 1]),
			    STR_FMT(others[i - 1]->name));
	return dropped;
}

int
catalog_check_unused(const struct catalog *catalog, uint32_t oid,
    const char *kind, struct str name, struct error *err)
{
	const struct sql_view **users;
	struct str detail = STR("");
	struct str dropped;
	struct arena arena;
	uint32_t count;
	int rc;

	arena_init(&arena, NULL);
	rc = catalog_dependents(catalog, oid, &arena, &users, &count, err);
	if (rc == 0 && count > 0) {
		dropped = arena_printf(&arena, "%s %.*s", kind, STR_FMT(name));
		for (uint32_t i = 0; i < count; i++)
			detail = arena_printf(&arena,
			    "%.*s%s%s %.*s depends on %.*s", STR_FMT(detail),
			    i == 0 ? "" : "\n", view_words(users[i]),
			    STR_FMT(users[i]->name),
			    STR_FMT(used_object(users[i], users, count, dropped,
				&arena)));
		(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "cannot drop %.*s because other objects depend on it",
		    STR_FMT(dropped));
		(void)error_detail(err, "%.*s", STR_FMT(detail));
		rc = error_hint(err,
		    "Use DROP ... CASCADE to drop the dependent objects too.");
	}
	arena_release(&arena);
	return rc;
}

/* ---- changes ---- */

/* What a view uses is there, and it does not come back to the view itself. */
static int
check_dependencies(const struct catalog *catalog, const struct sql_view *view,
    struct error *err)
{
	struct arena arena;
	const struct sql_view **users;
	uint32_t count;
	int rc;

	for (uint32_t i = 0; i < view->dependency_count; i++) {
		uint32_t oid = view->dependencies[i].oid;
		const struct event_type *type =
		    catalog_type_by_oid(catalog, oid);

		if ((type == NULL || type->dropped_at != 0) &&
		    catalog_view_by_oid(catalog, oid) == NULL &&
		    catalog_enum_by_oid(catalog, oid) == NULL)
			return error_set(err, STELE_E_UNDEFINED_TABLE,
			    "relation with OID %u does not exist",
			    (unsigned)oid);
	}
	arena_init(&arena, NULL);
	rc =
	    catalog_dependents(catalog, view->oid, &arena, &users, &count, err);
	if (rc == 0 && view_dependency(view, view->oid) != NULL)
		rc = STELE_E_INVALID_OBJECT_DEFINITION;
	for (uint32_t i = 0; rc == 0 && i < count; i++)
		if (view_dependency(view, users[i]->oid) != NULL)
			rc = STELE_E_INVALID_OBJECT_DEFINITION;
	if (rc == STELE_E_INVALID_OBJECT_DEFINITION)
		(void)error_set(err, rc,
		    "infinite recursion detected in rules for relation"
		    " \"%.*s\"",
		    STR_FMT(view->name));
	arena_release(&arena);
	return rc;
}

/* What is kept was made by the view's query as it is. */
static int
check_not_kept(const struct catalog *catalog, const struct sql_view *view,
    struct error *err)
{
	const struct sql_view **users;
	struct arena arena;
	uint32_t count;
	int rc;

	if (view_is_kept(view))
		return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a view", STR_FMT(view->name));
	arena_init(&arena, NULL);
	rc =
	    catalog_dependents(catalog, view->oid, &arena, &users, &count, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (!view_is_kept(users[i]))
			continue;
		(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "cannot replace view %.*s because %s %.*s keeps what it"
		    " was",
		    STR_FMT(view->name), view_words(users[i]),
		    STR_FMT(users[i]->name));
		rc = error_hint(err, "Drop %.*s, and make it again afterwards.",
		    STR_FMT(users[i]->name));
	}
	arena_release(&arena);
	return rc;
}

int
sql_view_of_ddl(const struct catalog *catalog, const struct ddl *ddl,
    const struct sql_view **out, struct error *err)
{
	const struct sql_view *before = catalog_view_by_oid(catalog, ddl->oid);
	struct sql_view view = *ddl->view;
	int rc;

	view.oid = ddl->oid;
	view.row_type_oid = ddl->row_type_oid;
	view.array_type_oid = ddl->array_type_oid;
	view.name = ddl->name;
	view.owner = before == NULL ? ROLE_OWNER_OID : before->owner;
	view.kept = ddl->kept;
	if (ddl->kind == DDL_REPLACE_VIEW && before == NULL)
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist", (unsigned)ddl->oid);
	if (ddl->kind == DDL_REPLACE_VIEW) {
		rc = check_not_kept(catalog, before, err);
		if (rc != 0)
			return rc;
		view.row_type_oid = before->row_type_oid;
		view.array_type_oid = before->array_type_oid;
		view.name = before->name;
	}
	rc = check_dependencies(catalog, &view, err);
	return rc != 0 ? rc : sql_view_make(&view, out, err);
}
