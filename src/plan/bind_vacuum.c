/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_vacuum.c -- VACUUM and ANALYZE.
 *
 * Statistics and room are the server's own work, which it has done or is doing:
 * what is left is to say which names and options there are not, which do not go
 * together, and what is no table.
 */
#include "engine/catalog/acl.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/role.h"
#include "plan/bind.h"
#include "plan/names.h"
#include "plan/schema.h"
#include "plan/temp_table.h"

#define PARALLEL_MAX 1024

/* ---- options ---- */

struct vacuum_options {
	bool is_full, analyzes, skips_no_pages, leaves_toast;
	int32_t parallel;
};

static bool
is_auto(const struct ast_option *option)
{
	const struct ast_expr *value = option->value;

	return value != NULL && value->kind == AST_CONST &&
	    str_equal_nocase(value->constant.text, STR("auto"));
}

static int
read_parallel(const struct ast_option *option, int32_t *out, struct error *err)
{
	const struct ast_expr *value = option->value;

	if (value == NULL)
		return error_at(err, option->location, STELE_E_SYNTAX,
		    "parallel option requires a value between 0 and %d",
		    PARALLEL_MAX);
	if (value->kind != AST_CONST || value->constant.kind != AST_INTEGER)
		return error_set(err, STELE_E_SYNTAX,
		    "parallel requires an integer value");
	*out = value->constant.integer;
	if (*out < 0 || *out > PARALLEL_MAX)
		return error_at(err, option->location, STELE_E_SYNTAX,
		    "parallel workers for vacuum must be between 0 and %d",
		    PARALLEL_MAX);
	return 0;
}

static int
read_option(const struct ast_option *option, bool is_analyze,
    struct vacuum_options *out, struct error *err)
{
	bool ignored = false, has_toast = !out->leaves_toast;
	const struct {
		const char *name;
		bool is_of_both;
		bool *flag;
	} known[] = {
		{ "verbose", true, &ignored },
		{ "skip_locked", true, &ignored },
		{ "analyze", false, &out->analyzes },
		{ "freeze", false, &ignored },
		{ "full", false, &out->is_full },
		{ "disable_page_skipping", false, &out->skips_no_pages },
		{ "index_cleanup", false, &ignored },
		{ "process_toast", false, &has_toast },
		{ "truncate", false, &ignored },
	};
	int rc;

	if (!is_analyze && str_equal(option->name, STR("parallel")))
		return read_parallel(option, &out->parallel, err);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!str_equal(option->name, str_of_cstr(known[i].name)) ||
		    (is_analyze && !known[i].is_of_both))
			continue;
		if (str_equal(option->name, STR("index_cleanup")) &&
		    is_auto(option))
			return 0;
		rc = ast_option_is_on(option, known[i].flag, err);
		out->leaves_toast = !has_toast;
		return rc;
	}
	return error_at(err, option->location, STELE_E_SYNTAX,
	    "unrecognized %s option \"%.*s\"",
	    is_analyze ? "ANALYZE" : "VACUUM", STR_FMT(option->name));
}

static bool
has_columns(const struct ast_tables *tables)
{
	for (uint32_t i = 0; i < tables->count; i++)
		if (tables->columns[i].count > 0)
			return true;
	return false;
}

static int
check_options(const struct ast_tables *tables, struct error *err)
{
	struct vacuum_options options = { .analyzes = tables->is_analyze };
	int rc = 0;

	for (uint32_t i = 0; i < tables->option_count && rc == 0; i++)
		rc = read_option(&tables->options[i], tables->is_analyze,
		    &options, err);
	if (rc != 0)
		return rc;
	if (options.is_full && options.parallel > 0)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "VACUUM FULL cannot be performed in parallel");
	if (!options.analyzes && has_columns(tables))
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "ANALYZE option must be specified when a column list is"
		    " provided");
	if (options.is_full && options.skips_no_pages)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "VACUUM option DISABLE_PAGE_SKIPPING cannot be used with"
		    " FULL");
	if (options.is_full && options.leaves_toast)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "PROCESS_TOAST required with VACUUM FULL");
	return 0;
}

/* ---- tables ---- */

static int
check_columns(struct binder *binder, const struct relation *relation,
    const struct ast_columns *columns, struct error *err)
{
	const struct relation_space space = names_space(binder->context);

	for (uint32_t i = 0; i < columns->count; i++) {
		struct str name = columns->names[i];

		if (relation_column_find(&space, relation, name) == 0)
			return error_set(err, STELE_E_UNDEFINED_COLUMN,
			    "column \"%.*s\" of relation \"%.*s\" does not"
			    " exist",
			    STR_FMT(name), STR_FMT(relation->name));
		for (uint32_t k = 0; k < i; k++)
			if (str_equal(columns->names[k], name))
				return error_set(err, STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" of relation \"%.*s\""
				    " appears more than once",
				    STR_FMT(name), STR_FMT(relation->name));
	}
	return 0;
}

/*
 * Whether it, or the database, is current_user's; what is temporary always is, and
 * an index is its table's owner's.
 */
static bool
is_owner(struct binder *binder, const struct relation *relation)
{
	const struct catalog *catalog = binder->context->catalog;
	uint32_t role_oid = binder->context->session->role_oid;
	struct relation of =
	    relation->key != NULL ? relation_of_index(relation) : *relation;
	struct acl_object object;

	if (relation->schema == SCHEMA_PG_TEMP ||
	    catalog_is_superuser(catalog, role_oid))
		return true;
	return (catalog_acl_object(catalog, of.oid, &object) &&
		   catalog_owns(catalog, role_oid, &object)) ||
	    (catalog_acl_object(catalog, ACL_DATABASE_OID, &object) &&
		!relation_is_shared(relation) &&
		catalog_owns(catalog, role_oid, &object));
}

/* Besides superusers. */
static const char *
owners(const struct relation *relation)
{
	if (relation_is_shared(relation))
		return "superuser";
	return relation->schema == SCHEMA_PG_CATALOG
	    ? "superuser or database owner"
	    : "table or database owner";
}

static struct temp_notice
not_the_owner(struct binder *binder, const struct relation *relation,
    bool is_analyze)
{
	return (struct temp_notice){ .code = STELE_E_WARNING,
		.text = arena_printf(binder->arena,
		    "skipping \"%.*s\" --- only %s can %s it",
		    STR_FMT(relation->name), owners(relation),
		    is_analyze ? "analyze" : "vacuum") };
}

static struct temp_notice
not_a_table(struct binder *binder, const struct relation *relation,
    bool is_analyze)
{
	return (struct temp_notice){ .code = STELE_E_WARNING,
		.text = arena_printf(binder->arena,
		    "skipping \"%.*s\" --- cannot %s non-tables or special system"
		    " tables",
		    STR_FMT(relation->name),
		    is_analyze ? "analyze" : "vacuum") };
}

static bool
is_table(const struct relation *relation)
{
	return relation_kind(relation) == 'r' || relation_kind(relation) == 'm';
}

/* An index is found, too, and passed over. */
static int
find_relation(struct binder *binder, const struct ast_name *name,
    struct relation *out, struct error *err)
{
	if (names_relation(binder->context, name, out) && out->key != NULL)
		return 0;
	return bind_relation_nowhere(binder, name, out, err);
}

/* ---- what is told ---- */

struct vacuum {
	struct binder *binder;
	bool is_analyze;
	struct temp_notice *notices;
	uint32_t count;
};

/* One who may not is told so, and it is passed over. */
static bool
check_owner(struct vacuum *vacuum, const struct relation *relation)
{
	if (is_owner(vacuum->binder, relation))
		return true;
	vacuum->notices[vacuum->count++] =
	    not_the_owner(vacuum->binder, relation, vacuum->is_analyze);
	return false;
}

/* Names are looked up, and owners asked, before anything is done. */
static int
find_all(struct vacuum *vacuum, const struct ast_tables *tables,
    struct relation *relations, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < tables->count && rc == 0; i++) {
		rc = find_relation(vacuum->binder, &tables->names[i],
		    &relations[i], err);
		if (rc == 0 && !check_owner(vacuum, &relations[i]))
			relations[i].oid = 0;
	}
	return rc;
}

static int
check_all(struct vacuum *vacuum, const struct ast_tables *tables,
    const struct relation *relations, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < tables->count && rc == 0; i++) {
		if (relations[i].oid == 0)
			continue;
		if (is_table(&relations[i]))
			rc = check_columns(vacuum->binder, &relations[i],
			    &tables->columns[i], err);
		else
			vacuum->notices[vacuum->count++] =
			    not_a_table(vacuum->binder, &relations[i],
				vacuum->is_analyze);
	}
	return rc;
}

/* Without names it is all that there is, tables or not. */
static void
check_owners(struct vacuum *vacuum)
{
	const struct relation_space space =
	    names_space(vacuum->binder->context);
	struct relation_cursor cursor;
	struct relation relation;
	size_t count = 0;

	relation_cursor_init(&cursor, &space);
	while (relation_next(&cursor, &relation))
		count++;
	vacuum->notices = arena_alloc_array(vacuum->binder->arena, count + 1,
	    sizeof(*vacuum->notices));
	relation_cursor_init(&cursor, &space);
	while (relation_next(&cursor, &relation))
		(void)check_owner(vacuum, &relation);
}

/* The failure comes behind what has been told by then. */
static void
note_failure(struct plan_temp_ddl *ddl, struct arena *arena,
    const struct error *err)
{
	struct error *failure = arena_alloc(arena, sizeof(*failure));

	*failure = *err;
	ddl->failure = failure;
}

int
bind_vacuum(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err)
{
	const struct ast_tables *tables = &stmt->tables;
	struct relation *relations = arena_alloc_array(binder->arena,
	    (size_t)tables->count + 1, sizeof(*relations));
	struct vacuum vacuum = { .binder = binder,
		.is_analyze = tables->is_analyze,
		.notices = arena_alloc_array(binder->arena,
		    (size_t)tables->count + 1, sizeof(*vacuum.notices)) };
	int rc = check_options(tables, err);

	if (rc != 0)
		return rc;
	if (tables->count == 0)
		check_owners(&vacuum);
	rc = find_all(&vacuum, tables, relations, err);
	if (rc == 0)
		rc = check_all(&vacuum, tables, relations, err);
	if (rc != 0)
		note_failure(ddl, binder->arena, err);
	ddl->op = TEMP_OP_NOTHING;
	ddl->notices = vacuum.notices;
	ddl->notice_count = vacuum.count;
	return 0;
}
