/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl.c -- see temp_ddl.h: what a plan has defined gets its OIDs and rows,
 * and is the session's.
 */
#include "exec/temp_ddl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/cancel.h"
#include "engine/catalog/acl.h"
#include "exec/exec_private.h"
#include "exec/temp_sequence.h"
#include "exec/temp_tables.h"
#include "exec/temp_writer.h"
#include "plan/schema.h"

struct temp_run {
	const struct plan *plan;
	const struct plan_temp_ddl *ddl;
	const struct exec_context *context;
	struct temp_tables *temp;
	struct cascade *cascade; /* of DROP */
};

/* What goes with what is dropped, "view v" a line each. */
struct cascade {
	struct buf text;
	uint32_t count;
};

/* A notice that has its message; code 0 names no condition. */
static void
tell(const struct temp_run *run, int code, struct error *notice)
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
		tell(run, run->ddl->notices[i].code, &notice);
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

static int
check_name(const struct temp_run *run, struct str name, struct error *err)
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

/* What its enums' types point to lives as long as the table. */
static void
hold_enums(const struct temp_run *run, struct temp_table *table)
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
		rc = check_name(run, run->ddl->name, err);
	if (rc != 0)
		return rc;
	table = temp_table_new(run->ddl->definition, run->temp);
	if (table == NULL)
		return temp_out_of_memory(err);
	hold_enums(run, table);
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
		rc = check_name(run, run->ddl->name, err);
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
		rc = check_name(run, its->name, err);
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
		rc = check_name(run, run->ddl->name, err);
	}
	if (rc != 0)
		return rc;
	view = temp_view_new(&definition, run->ddl->name, run->temp);
	if (view == NULL)
		return temp_out_of_memory(err);
	return temp_tables_put_view(run->temp, view, err);
}

/* ---- DROP of what views may need ---- */

static bool
is_dropped(const struct temp_run *run, uint32_t oid)
{
	for (uint32_t i = 0; i < run->ddl->oid_count; i++)
		if (run->ddl->oids[i] == oid)
			return true;
	return false;
}

/* A view that needs an object, and does not go with it. */
static const struct sql_view *
find_dependent(const struct temp_run *run, uint32_t oid)
{
	const struct temp_catalog *catalog = run->temp->catalog;

	for (uint32_t i = 0; catalog != NULL && i < catalog->view_count; i++) {
		const struct sql_view *view = &catalog->views[i]->view;

		if (!is_dropped(run, view->oid) &&
		    view_dependency(view, oid) != NULL)
			return view;
	}
	return NULL;
}

/* A default that needs an object, and does not go with it. */
static bool
find_default(const struct temp_run *run, uint32_t oid, uint32_t *skip,
    struct temp_use *use)
{
	while (temp_use_find(run->temp->catalog, oid, 0, *skip, use)) {
		if (!is_dropped(run, use->table->oid))
			return true;
		++*skip;
	}
	return false;
}

/* "view v depends on table t", a line each. */
static int
tell_dependents(const struct temp_run *run, uint32_t oid, const char *kind,
    struct str name, struct error *err)
{
	const struct temp_catalog *catalog = run->temp->catalog;
	struct temp_use use;
	struct buf text;

	buf_init(&text);
	for (uint32_t i = 0; find_default(run, oid, &i, &use); i++)
		buf_printf(&text,
		    "%sdefault value for column %.*s of table %.*s depends on"
		    " sequence %.*s",
		    text.len > 0 ? "\n" : "", STR_FMT(use.column->name),
		    STR_FMT(use.table->name), STR_FMT(use.sequence->name));
	for (uint32_t i = 0; i < catalog->view_count; i++) {
		const struct sql_view *view = &catalog->views[i]->view;

		if (is_dropped(run, view->oid) ||
		    view_dependency(view, oid) == NULL)
			continue;
		buf_printf(&text, "%sview %.*s depends on %s %.*s",
		    text.len > 0 ? "\n" : "", STR_FMT(view->name), kind,
		    STR_FMT(name));
	}
	(void)error_detail(err, "%.*s", STR_FMT(buf_str(&text)));
	buf_release(&text);
	return err->code;
}

static int
still_needed(const struct temp_run *run, uint32_t oid, struct error *err)
{
	const struct temp_catalog *catalog = run->temp->catalog;
	const struct temp_table *table = temp_table_by_oid(catalog, oid);
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(catalog, oid);
	const char *kind = table != NULL ? "table"
	    : sequence != NULL           ? "sequence"
					 : "view";
	struct str name = table != NULL ? table->name
	    : sequence != NULL          ? sequence->name
					: temp_view_by_oid(catalog, oid)->name;

	(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop %s %.*s because other objects depend on it", kind,
	    STR_FMT(name));
	(void)tell_dependents(run, oid, kind, name, err);
	return error_hint(err,
	    "Use DROP ... CASCADE to drop the dependent objects too.");
}

/* One thing more goes: a line of the text has been put. */
static void
cascades(const struct temp_run *run)
{
	struct buf *text = &run->cascade->text;

	run->cascade->count++;
	buf_put_u8(text, '\n');
}

static void
tell_cascade(const struct temp_run *run)
{
	struct error notice = { .code = 0 };
	struct str text = buf_str(&run->cascade->text);

	if (run->cascade->count == 0 || text.len == 0)
		return;
	text.len--; /* the last line's end */
	if (run->cascade->count == 1) {
		(void)error_set(&notice, STELE_E_INTERNAL, "%.*s",
		    STR_FMT(text));
	} else {
		(void)error_set(&notice, STELE_E_INTERNAL,
		    "drop cascades to %" PRIu32 " other objects",
		    run->cascade->count);
		(void)error_detail(&notice, "%.*s", STR_FMT(text));
	}
	tell(run, 0, &notice);
}

/* Defaults that took numbers of it are no more. */
static int
drop_defaults(const struct temp_run *run, uint32_t oid, struct error *err)
{
	struct temp_use use;
	uint32_t skip = 0;
	int rc = 0;

	while (rc == 0 && find_default(run, oid, &skip, &use)) {
		if (!run->ddl->is_cascade)
			return still_needed(run, oid, err);
		buf_printf(&run->cascade->text,
		    "drop cascades to default value for column %.*s of table"
		    " %.*s",
		    STR_FMT(use.column->name), STR_FMT(use.table->name));
		cascades(run);
		rc = temp_default_remove(run->temp, &use, err);
	}
	return rc;
}

static int
drop_object(const struct temp_run *run, uint32_t oid, struct error *err)
{
	const struct sql_view *view;
	int rc = drop_defaults(run, oid, err);

	while (rc == 0 && (view = find_dependent(run, oid)) != NULL) {
		if (!run->ddl->is_cascade)
			return still_needed(run, oid, err);
		buf_printf(&run->cascade->text, "drop cascades to view %.*s",
		    STR_FMT(view->name));
		cascades(run);
		rc = drop_object(run, view->oid, err);
	}
	if (rc == 0)
		rc = temp_tables_remove_owned(run->temp, oid, err);
	return rc != 0 ? rc : temp_tables_remove(run->temp, oid, err);
}

/* ---- changes of tables ---- */

/* The table as it is now; 42P01 if it has gone since the plan was made. */
static int
find_table(const struct temp_run *run, uint32_t oid,
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
	int rc = find_table(run, oid, &old, err);

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

/* ---- rows under another definition ---- */

/* The next number of a sequence for each row. */
static int
eval_numbers(const struct temp_run *run, const struct eval *eval,
    uint32_t sequence_oid, struct sel sel, struct vec *out, struct error *err)
{
	const struct temp_sequence *sequence =
	    temp_sequence_by_oid(run->temp->catalog, sequence_oid);
	int rc = 0;

	vec_init(out, PHYS_I64, eval->row_count, eval->arena);
	for (uint32_t i = 0; i < sel.count && rc == 0; i++)
		rc = temp_sequence_next(run->temp, sequence,
		    &out->i64[sel_row(sel, i)], err);
	return rc;
}

/* The values of a page's rows; NULL where they are what they were. */
static int
eval_values(const struct temp_run *run, const struct eval *eval,
    const struct temp_table *table, struct sel sel, const struct vec **out,
    struct error *err)
{
	uint32_t column_count = table->column_count;
	struct vec *values;
	int rc = 0;

	*out = eval->columns;
	if (run->ddl->values == NULL)
		return 0;
	values = arena_alloc_array(eval->arena, (size_t)column_count + 1,
	    sizeof(*values));
	for (uint32_t i = 0; i < column_count && rc == 0; i++)
		rc = run->ddl->values[i] == NULL
		    ? eval_numbers(run, eval, table->columns[i].sequence_oid,
			  sel, &values[i], err)
		    : eval_expr(eval, run->ddl->values[i], sel, &values[i],
			  err);
	*out = values;
	return rc;
}

static int
rewrite_page(const struct temp_run *run, const struct exec_env *env,
    const struct temp_writer *writer, const struct temp_page *page,
    struct arena *arena, struct error *err)
{
	const struct sel sel = temp_page_visible(page, UINT64_MAX, arena);
	struct eval eval = { .env = env,
		.arena = arena,
		.columns = page->columns,
		.row_count = page->row_count };
	const struct vec *values;
	int rc;

	rc = eval_values(run, &eval, writer->table, sel, &values, err);
	eval.columns = values;
	if (rc == 0)
		rc = temp_writer_check(writer, &eval, values, run->ddl->checks,
		    run->ddl->checks == NULL ? 0 : writer->table->check_count,
		    sel, err);
	if (rc == 0)
		rc = temp_writer_add_all(writer, values, sel, err);
	return rc != 0 ? rc : arena_check(arena, err);
}

/* All rows of the old table, into those of the new one, which are made. */
static int
rewrite_rows(const struct temp_run *run, const struct temp_rows *from,
    struct temp_table *table, struct error *err)
{
	struct temp_writer writer;
	struct arena lasting, arena;
	struct exec_env env;
	int rc = 0;

	table->rows = temp_rows_new(table, &run->temp->budget);
	if (table->rows == NULL)
		return temp_out_of_memory(err);
	arena_init(&lasting, run->context->budget);
	arena_init(&arena, run->context->budget);
	exec_env_init(&env, run->plan, run->context, &lasting);
	temp_writer_init(&writer, table, run->context);
	writer.is_building = true;
	for (uint32_t p = 0; p < from->page_count && rc == 0; p++) {
		rc = rewrite_page(run, &env, &writer, from->pages[p], &arena,
		    err);
		if (rc == 0)
			rc = cancel_check(run->context->cancel, err);
		arena_reset(&arena);
	}
	exec_env_release(&env);
	arena_release(&arena);
	arena_release(&lasting);
	return rc;
}

/* The new definition is the table from now on; its reference is taken. */
static int
replace_table(const struct temp_run *run, const struct temp_table *old,
    struct temp_table *table, bool rewrites, struct error *err)
{
	int rc = 0;

	if (table == NULL)
		return temp_out_of_memory(err);
	hold_enums(run, table);
	if (rewrites)
		rc = rewrite_rows(run, old->rows, table, err);
	else
		table->rows = temp_rows_ref(old->rows);
	if (rc != 0) {
		temp_table_unref(table);
		return rc;
	}
	return temp_tables_put_table(run->temp, table, err);
}

static int
alter_table(const struct temp_run *run, struct error *err)
{
	const struct temp_table *old;
	struct temp_table *table;
	struct str name = run->ddl->definition->name;
	int rc = find_table(run, run->ddl->oid, &old, err);

	if (rc == 0 && !str_equal(old->name, name))
		rc = check_name(run, name, err);
	if (rc != 0)
		return rc;
	table = temp_table_new(run->ddl->definition, run->temp);
	if (table == NULL)
		return temp_out_of_memory(err);
	rc = temp_sequences_follow(run->temp, table->oid, run->ddl, err);
	if (rc == 0)
		rc = temp_sequences_of_table(run->temp, run->ddl, table, err);
	if (rc != 0) {
		temp_table_unref(table);
		return rc;
	}
	return replace_table(run, old, table, run->ddl->values != NULL, err);
}

/* Names of indexes are those of relations, of all tables. */
static bool
index_exists(const struct temp_run *run, struct str name)
{
	const struct temp_catalog *catalog = run->temp->catalog;

	for (uint32_t i = 0; i < catalog->table_count; i++)
		for (uint32_t k = 0; k < catalog->tables[i]->key_count; k++)
			if (str_equal(catalog->tables[i]->keys[k].name, name))
				return true;
	return false;
}

static int
create_index(const struct temp_run *run, struct error *err)
{
	const struct table_key *key = run->ddl->key;
	const struct temp_table *old;
	struct error notice = { .code = 0 };
	struct temp_table with_key;
	struct temp_table *table;
	int rc = find_table(run, run->ddl->oid, &old, err);

	if (rc != 0)
		return rc;
	if (index_exists(run, key->name) && run->ddl->if_not_exists) {
		(void)error_set(&notice, STELE_E_INTERNAL,
		    "relation \"%.*s\" already exists, skipping",
		    STR_FMT(key->name));
		tell(run, STELE_E_DUPLICATE_TABLE, &notice);
		return 0;
	}
	if (index_exists(run, key->name))
		return error_set(err, STELE_E_DUPLICATE_TABLE,
		    "relation \"%.*s\" already exists", STR_FMT(key->name));
	with_key = *old;
	with_key.keys = malloc((old->key_count + 1) * sizeof(*with_key.keys));
	if (with_key.keys == NULL)
		return temp_out_of_memory(err);
	memcpy(with_key.keys, old->keys,
	    old->key_count * sizeof(*with_key.keys));
	with_key.keys[with_key.key_count++] = *key;
	table = temp_table_new(&with_key, run->temp);
	free(with_key.keys);
	return replace_table(run, old, table, key->is_unique, err);
}

/* ---- DROP ---- */

static const struct temp_table *
table_of_index(const struct temp_run *run, uint32_t oid, uint32_t *key)
{
	const struct temp_catalog *catalog = run->temp->catalog;

	for (uint32_t i = 0; catalog != NULL && i < catalog->table_count; i++)
		for (*key = 0; *key < catalog->tables[i]->key_count; ++*key)
			if (catalog->tables[i]->keys[*key].oid == oid)
				return catalog->tables[i];
	return NULL;
}

/* Rows are found by the places of their keys: they are made anew. */
static int
drop_index(const struct temp_run *run, const struct temp_table *old,
    uint32_t key, struct error *err)
{
	struct temp_table without = *old;
	struct temp_table *table;

	without.keys = malloc((old->key_count + 1) * sizeof(*without.keys));
	if (without.keys == NULL)
		return temp_out_of_memory(err);
	memcpy(without.keys, old->keys, old->key_count * sizeof(*without.keys));
	without.key_count--;
	memmove(&without.keys[key], &without.keys[key + 1],
	    (without.key_count - key) * sizeof(*without.keys));
	table = temp_table_new(&without, run->temp);
	free(without.keys);
	return replace_table(run, old, table, true, err);
}

static int
drop(const struct temp_run *given, struct error *err)
{
	struct cascade cascade = { .count = 0 };
	struct temp_run with_cascade = *given;
	const struct temp_run *run = &with_cascade;
	int rc = 0;

	with_cascade.cascade = &cascade;
	buf_init(&cascade.text);

	for (uint32_t i = 0; i < run->ddl->oid_count && rc == 0; i++) {
		uint32_t oid = run->ddl->oids[i], key;
		const struct temp_table *table = table_of_index(run, oid, &key);

		rc = table != NULL ? drop_index(run, table, key, err)
				   : drop_object(run, oid, err);
	}
	if (rc == 0)
		tell_cascade(run);
	buf_release(&cascade.text);
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
		return drop(run, err);
	case TEMP_OP_TRUNCATE:
		return truncate_all(run, err);
	case TEMP_OP_ALTER_TABLE:
		return alter_table(run, err);
	case TEMP_OP_CREATE_INDEX:
		return create_index(run, err);
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

	if (rc == 0)
		tell_notices(&run);
	return rc;
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
