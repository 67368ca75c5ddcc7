/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights.c -- what is needed is noted while binding, and asked for later.
 */
#include "plan/rights.h"

#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/schema.h"

/* ---- the table ---- */

enum right_need
stmt_need(enum ast_stmt_kind kind)
{
	switch (kind) {
#define STATEMENT(stmt, needed) \
	case stmt: \
		return needed;
#define FUNCTION(id, needed)
#define RELATION(schema, name, needed)
#include "plan/rights.def"
#undef STATEMENT
#undef FUNCTION
#undef RELATION
	}
	return NEED_SUPERUSER;
}

static const struct {
	enum function_id id;
	enum right_need need;
} functions[] = {
#define STATEMENT(stmt, needed)
#define FUNCTION(name, needed) { FN_##name, needed },
#define RELATION(schema, name, needed)
#include "plan/rights.def"
#undef STATEMENT
#undef FUNCTION
#undef RELATION
};

bool
function_has_need(enum function_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (functions[i].id == id)
			return true;
	return false;
}

enum right_need
function_need(enum function_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (functions[i].id == id)
			return functions[i].need;
	return NEED_NOTHING;
}

static const struct {
	uint32_t schema;
	const char *name; /* NULL: all of the schema */
	enum right_need need;
} tables[] = {
#define STATEMENT(stmt, needed)
#define FUNCTION(name, needed)
#define RELATION(schema, name, needed) { schema, name, needed },
#include "plan/rights.def"
#undef STATEMENT
#undef FUNCTION
#undef RELATION
};

enum right_need
system_table_need(const struct system_table *table)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (tables[i].schema == table->schema &&
		    (tables[i].name == NULL ||
			strcmp(tables[i].name, table->name) == 0))
			return tables[i].need;
	return NEED_NOTHING;
}

/* ---- noting ---- */

/* The same is noted once, with all that is done to it. */
static void
note(struct binder *binder, struct plan_right right)
{
	struct plan_right *had = binder->rights;

	if (binder->system_view_depth > 0)
		return;
	right.role_oid = binder->view == NULL ? 0 : binder->view->owner;
	for (uint32_t i = 0; i < binder->right_count; i++) {
		if (had[i].role_oid != right.role_oid ||
		    had[i].oid != right.oid || had[i].table != right.table ||
		    had[i].function != right.function ||
		    had[i].is_events != right.is_events)
			continue;
		had[i].rights |= right.rights;
		return;
	}
	if ((binder->right_count & (binder->right_count - 1)) == 0) {
		size_t room = binder->right_count == 0
		    ? 1
		    : (size_t)binder->right_count * 2;
		struct plan_right *grown =
		    arena_alloc_array(binder->arena, room, sizeof(*grown));

		if (binder->right_count > 0)
			memcpy(grown, had,
			    binder->right_count * sizeof(*grown));
		binder->rights = grown;
	}
	binder->rights[binder->right_count++] = right;
}

void
binder_need_relation(struct binder *binder, uint32_t oid, uint32_t rights)
{
	note(binder, (struct plan_right){ .oid = oid, .rights = rights });
}

void
binder_need_system(struct binder *binder, const struct system_table *table)
{
	enum right_need need = system_table_need(table);

	if (table == &events_table)
		note(binder, (struct plan_right){ .is_events = true });
	else if (need != NEED_NOTHING)
		note(binder,
		    (struct plan_right){ .table = table, .need = need });
}

void
binder_need_function(struct binder *binder, const struct function *function)
{
	enum right_need need = function_need(function->id);

	if (need != NEED_NOTHING && need != NEED_SIGNAL)
		note(binder,
		    (struct plan_right){ .function = function->name,
			.need = need });
}

/* ---- asking ---- */

static int
denied(const char *kind, struct str name, struct error *err)
{
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for %s %.*s", kind, STR_FMT(name));
}

bool
rights_role_has(const struct catalog *catalog, uint32_t role_oid,
    enum right_need need)
{
	switch (need) {
	case NEED_CHECKPOINT:
		return catalog_role_uses(catalog, role_oid, ROLE_PG_CHECKPOINT);
	case NEED_STATISTICS:
		return catalog_role_uses(catalog, role_oid,
		    ROLE_PG_READ_ALL_STATS);
	case NEED_SUPERUSER:
		return catalog_is_superuser(catalog, role_oid);
	case NEED_NOTHING:
	case NEED_LISTED:
	case NEED_INNER:
	case NEED_CREATE:
	case NEED_OWNER:
	case NEED_CREATE_ROLE:
	case NEED_ADMIN_OPTION:
	case NEED_GRANT_OPTION:
	case NEED_SIGNAL:
		break;
	}
	return true;
}

static int
check_relation(const struct plan_right *right, const struct catalog *catalog,
    uint32_t role_oid, struct error *err)
{
	struct acl_object object;

	if (!catalog_acl_object(catalog, right->oid, &object) ||
	    catalog_rights(catalog, role_oid, &object, right->rights) ==
		right->rights)
		return 0;
	return denied(acl_object_words(&object), object.name, err);
}

static bool
may(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type, uint32_t right)
{
	const struct acl_object object = { .kind = ACL_TABLE,
		.oid = type->oid,
		.owner = type->owner,
		.name = type->name };

	return catalog_rights(catalog, role_oid, &object, right) != 0;
}

bool
plan_may_read(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type)
{
	return may(catalog, role_oid, type, RIGHT_SELECT);
}

bool
plan_may_write(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type)
{
	return may(catalog, role_oid, type, RIGHT_INSERT);
}

/* Some of what there is, or there is nothing. */
static int
check_events(const struct catalog *catalog, uint32_t role_oid,
    struct error *err)
{
	bool is_empty = true;

	for (uint32_t i = 0; i < catalog->type_count; i++) {
		if (!event_type_has_name(catalog->types[i]))
			continue;
		is_empty = false;
		if (plan_may_read(catalog, role_oid, catalog->types[i]))
			return 0;
	}
	return is_empty ? 0 : denied("table", STR("events"), err);
}

static int
check_right(const struct plan_right *right, const struct catalog *catalog,
    uint32_t role_oid, struct error *err)
{
	if (catalog_is_superuser(catalog, role_oid))
		return 0;
	if (right->is_events)
		return check_events(catalog, role_oid, err);
	if (right->oid != 0)
		return check_relation(right, catalog, role_oid, err);
	if (rights_role_has(catalog, role_oid, right->need))
		return 0;
	if (right->function != NULL)
		return denied("function", str_of_cstr(right->function), err);
	return denied(right->table->kind == 'v' ? "view" : "table",
	    str_of_cstr(right->table->name), err);
}

int
plan_check_rights(const struct plan *plan, const struct catalog *catalog,
    const struct plan_session *session, struct error *err)
{
	int rc = 0;

	if (!rights_role_has(catalog, session->role_oid, plan->need))
		return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "must be superuser or have privileges of pg_checkpoint to"
		    " do CHECKPOINT");
	for (uint32_t i = 0; i < plan->right_count && rc == 0; i++) {
		const struct plan_right *right = &plan->rights[i];

		rc = check_right(right, catalog,
		    right->role_oid != 0 ? right->role_oid : session->role_oid,
		    err);
	}
	return rc;
}
