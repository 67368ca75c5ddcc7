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

#define WORD_BITS 64

static uint32_t
word_count(uint32_t column_count)
{
	return column_count / WORD_BITS + 1; /* attnum 0 has a bit, too */
}

static uint32_t
noted_role(const struct binder *binder)
{
	return binder->view == NULL ? 0 : binder->view->owner;
}

/* Room for one more. */
static void
grow(struct binder *binder)
{
	size_t room =
	    binder->right_count == 0 ? 1 : (size_t)binder->right_count * 2;
	struct plan_right *grown;

	if ((binder->right_count & (binder->right_count - 1)) != 0)
		return;
	grown = arena_alloc_array(binder->arena, room, sizeof(*grown));
	if (binder->right_count > 0)
		memcpy(grown, binder->rights,
		    binder->right_count * sizeof(*grown));
	binder->rights = grown;
}

/* The same is noted once, with all that is done to it. */
static struct plan_right *
note(struct binder *binder, struct plan_right right)
{
	struct plan_right *had = binder->rights;

	right.role_oid = noted_role(binder);
	for (uint32_t i = 0; i < binder->right_count; i++) {
		if (had[i].role_oid != right.role_oid ||
		    had[i].oid != right.oid || had[i].table != right.table ||
		    had[i].any_of != right.any_of ||
		    had[i].function != right.function ||
		    had[i].is_events != right.is_events)
			continue;
		had[i].rights |= right.rights;
		had[i].column_rights |= right.column_rights;
		return &had[i];
	}
	grow(binder);
	binder->rights[binder->right_count] = right;
	return &binder->rights[binder->right_count++];
}

void
binder_need_relation(struct binder *binder, uint32_t oid, uint32_t rights)
{
	if (binder->system_view_depth == 0)
		(void)note(binder,
		    (struct plan_right){ .oid = oid, .rights = rights });
}

void
binder_need_any(struct binder *binder, uint32_t oid, uint32_t rights)
{
	if (binder->system_view_depth == 0)
		(void)note(binder,
		    (struct plan_right){ .oid = oid, .any_of = rights });
}

void
binder_need_columns(struct binder *binder, const struct relation *relation,
    uint32_t right)
{
	uint32_t count = relation_column_count(relation);
	size_t size = word_count(count) * sizeof(uint64_t);
	struct plan_right *noted;
	struct column_uses *uses;

	if (binder->system_view_depth > 0)
		return;
	noted = note(binder,
	    (struct plan_right){ .oid = relation->oid,
		.column_rights = right });
	if (noted->columns != NULL)
		return;
	uses = arena_zalloc(binder->arena, sizeof(*uses));
	*uses = (struct column_uses){
		.count = count,
		.read = arena_zalloc(binder->arena, size),
		.written = arena_zalloc(binder->arena, size),
	};
	noted->columns = uses;
}

static void
use(struct column_uses *uses, uint32_t attnum, uint32_t right)
{
	uint64_t *words = right == RIGHT_INSERT ? uses->written : uses->read;

	if (attnum > 0 && attnum <= uses->count)
		words[attnum / WORD_BITS] |= UINT64_C(1)
		    << (attnum % WORD_BITS);
}

void
binder_use_column(struct binder *binder, uint32_t oid, uint32_t attnum,
    uint32_t right)
{
	uint32_t role_oid = noted_role(binder);

	for (uint32_t i = 0; i < binder->right_count; i++)
		if (binder->rights[i].oid == oid &&
		    binder->rights[i].role_oid == role_oid &&
		    binder->rights[i].columns != NULL)
			use(binder->rights[i].columns, attnum, right);
}

void
binder_need_system(struct binder *binder, const struct system_table *table)
{
	enum right_need need = system_table_need(table);

	if (binder->system_view_depth > 0)
		return;
	if (table == &events_table)
		(void)note(binder, (struct plan_right){ .is_events = true });
	else if (need != NEED_NOTHING)
		(void)note(binder,
		    (struct plan_right){ .table = table, .need = need });
}

void
binder_need_table_function(struct binder *binder,
    const struct system_table *table)
{
	enum right_need need = system_table_need(table);

	if (need != NEED_NOTHING && binder->system_view_depth == 0)
		(void)note(binder,
		    (struct plan_right){ .function = table->function,
			.need = need });
}

void
binder_need_superuser(struct binder *binder, const struct system_table *table)
{
	(void)note(binder,
	    (struct plan_right){ .table = table, .need = NEED_SUPERUSER });
}

void
binder_need_function(struct binder *binder, const struct function *function)
{
	enum right_need need = function_need(function->id);

	if (need != NEED_NOTHING && need != NEED_SIGNAL &&
	    binder->system_view_depth == 0)
		(void)note(binder,
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

/* Whether a role has a right on some column of a relation. */
static bool
has_any(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t count, uint32_t right)
{
	for (uint32_t attnum = 1; attnum <= count; attnum++)
		if (catalog_column_rights(catalog, role_oid, object, attnum,
			right) != 0)
			return true;
	return false;
}

/* On each column that is used, or on any if none is. */
static bool
has_used(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, const struct column_uses *uses,
    uint32_t right)
{
	const uint64_t *words =
	    right == RIGHT_INSERT ? uses->written : uses->read;
	bool is_used = false;

	for (uint32_t w = 0; w < word_count(uses->count); w++)
		for (uint64_t left = words[w]; left != 0; left &= left - 1) {
			uint32_t attnum =
			    w * WORD_BITS + (uint32_t)__builtin_ctzll(left);

			is_used = true;
			if (catalog_column_rights(catalog, role_oid, object,
				attnum, right) == 0)
				return false;
		}
	return is_used ||
	    has_any(catalog, role_oid, object, uses->count, right);
}

static int
check_relation(const struct plan_right *right, const struct catalog *catalog,
    uint32_t role_oid, struct error *err)
{
	static const uint32_t of_columns[] = { RIGHT_SELECT, RIGHT_INSERT };
	uint32_t wanted = right->rights | right->column_rights, missing;
	struct acl_object object;

	if (!catalog_acl_object(catalog, right->oid, &object))
		return 0;
	missing = wanted & ~catalog_rights(catalog, role_oid, &object, wanted);
	for (size_t i = 0; i < ARRAY_LEN(of_columns); i++)
		if ((missing & of_columns[i]) != 0 &&
		    (right->rights & of_columns[i]) == 0 &&
		    has_used(catalog, role_oid, &object, right->columns,
			of_columns[i]))
			missing &= ~of_columns[i];
	if (right->any_of != 0 &&
	    catalog_rights(catalog, role_oid, &object, right->any_of) == 0)
		missing |= right->any_of;
	return missing == 0
	    ? 0
	    : denied(acl_object_words(&object), object.name, err);
}

/* The right on the whole, or on each of its columns. */
static bool
may_all(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type, uint32_t right)
{
	const struct acl_object object = { .kind = ACL_TABLE,
		.oid = type->oid,
		.owner = type->owner,
		.name = type->name };
	uint32_t count = COLUMN_FIRST_FIELD - 1 + type->field_count;

	if (catalog_rights(catalog, role_oid, &object, right) != 0)
		return true;
	for (uint32_t attnum = 1; attnum <= count; attnum++)
		if (catalog_column_rights(catalog, role_oid, &object, attnum,
			right) == 0)
			return false;
	return true;
}

bool
plan_may_read(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type)
{
	return may_all(catalog, role_oid, type, RIGHT_SELECT);
}

bool
plan_may_write(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type)
{
	return may_all(catalog, role_oid, type, RIGHT_INSERT);
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
