/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_temp_change.c -- what changes or removes temporary tables and views:
 * DROP, TRUNCATE, CREATE INDEX.
 */
#include "plan/bind.h"
#include "plan/names.h"
#include "plan/temp_table.h"

/* ---- names of several objects ---- */

/* What is found, in the order of the statement. */
struct object_list {
	uint32_t *oids;
	uint32_t count;
	struct temp_notice *notices;
	uint32_t notice_count;
};

static void
list_init(struct binder *binder, uint32_t count, struct object_list *list)
{
	*list = (struct object_list){ .count = 0 };
	list->oids = arena_alloc_array(binder->arena, (size_t)count + 1,
	    sizeof(*list->oids));
	list->notices = arena_zalloc(binder->arena,
	    ((size_t)count + 1) * sizeof(*list->notices));
}

static void
list_take(const struct object_list *list, struct plan_temp_ddl *ddl)
{
	ddl->oids = list->oids;
	ddl->oid_count = list->count;
	ddl->notices = list->notices;
	ddl->notice_count = list->notice_count;
}

static void
list_add(struct object_list *list, uint32_t oid)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (list->oids[i] == oid)
			return;
	list->oids[list->count++] = oid;
}

/* ---- DROP ---- */

/* An object as statements and their messages call it. */
struct object_words {
	const char *article;
	const char *noun;
	const char *command;
	const char *tag;
};

static const struct object_words object_words[] = {
	[AST_OBJECT_TABLE] = { "a", "table", "TABLE", "DROP TABLE" },
	[AST_OBJECT_VIEW] = { "a", "view", "VIEW", "DROP VIEW" },
	[AST_OBJECT_KEPT] = { "a", "materialized view", "MATERIALIZED VIEW",
	    "DROP MATERIALIZED VIEW" },
	[AST_OBJECT_INDEX] = { "an", "index", "INDEX", "DROP INDEX" },
	[AST_OBJECT_SEQUENCE] = { "a", "sequence", "SEQUENCE",
	    "DROP SEQUENCE" },
};

static enum ast_object_kind
kind_of(const struct relation *relation)
{
	switch (relation_kind(relation)) {
	case 'v':
		return AST_OBJECT_VIEW;
	case 'm':
		return AST_OBJECT_KEPT;
	case 'i':
		return AST_OBJECT_INDEX;
	case 'S':
		return AST_OBJECT_SEQUENCE;
	default:
		return AST_OBJECT_TABLE;
	}
}

static int
check_kind(const struct relation *relation, enum ast_object_kind kind,
    struct error *err)
{
	const struct object_words *wanted = &object_words[kind];
	const struct object_words *is = &object_words[kind_of(relation)];

	if (is == wanted)
		return 0;
	(void)error_set(err, STELE_E_WRONG_OBJECT_TYPE, "\"%.*s\" is not %s %s",
	    STR_FMT(relation->name), wanted->article, wanted->noun);
	return error_hint(err, "Use DROP %s to remove %s %s.", is->command,
	    is->article, is->noun);
}

/* What a constraint has made goes with it alone. */
static int
check_key(const struct relation *relation, struct error *err)
{
	const struct table_key *key = relation->key;
	struct relation table;

	if (key == NULL || key->constraint_oid == 0)
		return 0;
	table = relation_of_index(relation);
	(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop index %.*s because constraint %.*s on table %.*s"
	    " requires it",
	    STR_FMT(key->name), STR_FMT(key->name), STR_FMT(table.name));
	if (relation->key_of != NULL)
		return error_hint(err,
		    "Every event type has event_id as its key.");
	return error_hint(err,
	    "You can drop constraint %.*s on table %.*s instead.",
	    STR_FMT(key->name), STR_FMT(table.name));
}

/* An identity's goes with its column alone, and that of events stays. */
static int
check_sequence(struct binder *binder, const struct relation *relation,
    struct error *err)
{
	const struct temp_sequence *its = relation->sequence;
	const struct temp_table *table;
	struct str column;

	if (relation->system != NULL && relation->system->kind == 'S')
		return error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "cannot drop sequence %.*s because it is required by the"
		    " database system",
		    STR_FMT(relation->name));
	if (its == NULL || !its->is_identity)
		return 0;
	table = temp_table_by_oid(binder->context->temp, its->owner_oid);
	column = table->columns[its->owner_column - 1].name;
	(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop sequence %.*s because column %.*s of table %.*s"
	    " requires it",
	    STR_FMT(its->name), STR_FMT(column), STR_FMT(table->name));
	return error_hint(err,
	    "You can drop column %.*s of table %.*s instead.", STR_FMT(column),
	    STR_FMT(table->name));
}

static int
drop_one(struct binder *binder, const struct ast_drop *ast,
    const struct ast_name *name, struct object_list *list, struct error *err)
{
	const char *noun = object_words[ast->kind].noun;
	struct str last = ast_name_last(name);
	struct relation relation;
	struct temp_notice *notice;
	int rc;

	if (names_relation(binder->context, name, &relation)) {
		rc = check_kind(&relation, ast->kind, err);
		if (rc == 0)
			rc = check_key(&relation, err);
		if (rc == 0)
			rc = check_sequence(binder, &relation, err);
		if (rc == 0 && relation.schema != SCHEMA_PG_TEMP)
			rc = error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "DROP of temporary and other objects in one"
			    " statement is not supported");
		if (rc == 0)
			list_add(list, relation.oid);
		return rc;
	}
	if (!ast->if_exists)
		return error_set(err,
		    ast->kind == AST_OBJECT_INDEX ? STELE_E_UNDEFINED_OBJECT
						  : STELE_E_UNDEFINED_TABLE,
		    "%s \"%.*s\" does not exist", noun, STR_FMT(last));
	notice = &list->notices[list->notice_count++];
	notice->text = arena_printf(binder->arena,
	    "%s \"%.*s\" does not exist, skipping", noun, STR_FMT(last));
	return 0;
}

static int
bind_drop(struct binder *binder, const struct ast_drop *ast,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct object_list list;
	int rc = 0;

	ddl->op = TEMP_OP_DROP;
	ddl->is_cascade = ast->is_cascade;
	list_init(binder, ast->count, &list);
	for (uint32_t i = 0; i < ast->count && rc == 0; i++)
		rc = drop_one(binder, ast, &ast->names[i], &list, err);
	list_take(&list, ddl);
	return rc;
}

/* ---- TRUNCATE ---- */

/* What is no temporary table has nothing of the kind. */
static int
refuse(const struct ast_stmt *stmt, struct error *err)
{
	bool is_index = stmt->kind == AST_CREATE_INDEX;

	(void)error_at(err, stmt->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s is not supported", is_index ? "CREATE INDEX" : "TRUNCATE");
	return error_hint(err, "%s",
	    is_index ? "Every event table is indexed by context, time and"
		       " position; zone maps and filters do the rest."
		     : "Events are immutable: store a new event instead.");
}

static int
bind_truncate(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct object_list list;
	int rc = 0;

	ddl->op = TEMP_OP_TRUNCATE;
	ddl->restarts_identity = stmt->tables.restarts;
	list_init(binder, stmt->tables.count, &list);
	for (uint32_t i = 0; i < stmt->tables.count && rc == 0; i++) {
		struct relation relation;

		rc = bind_relation(binder, &stmt->tables.names[i], &relation,
		    err);
		if (rc == 0 && relation.temp == NULL)
			rc = refuse(stmt, err);
		else if (rc == 0)
			list_add(&list, relation.oid);
	}
	list_take(&list, ddl);
	return rc;
}

/* ---- CREATE INDEX ---- */

static int
check_index(struct binder *binder, const struct ast_create_index *ast,
    const struct temp_table *table, struct error *err)
{
	if (!ast->is_plain)
		return error_at(err, ast->table.location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "an index of more than columns is not supported");
	for (uint32_t i = 0; i < ast->column_count; i++) {
		uint32_t column = temp_table_column(table, ast->columns[i]);

		if (column == UINT32_MAX)
			return error_set(err, STELE_E_UNDEFINED_COLUMN,
			    "column \"%.*s\" does not exist",
			    STR_FMT(ast->columns[i]));
		if (ast->is_unique &&
		    need_ordering(binder, &table->columns[column].type, 0,
			err) != 0)
			return err->code;
	}
	return 0;
}

static int
bind_index(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct error *err)
{
	const struct ast_create_index *ast = &stmt->create_index;
	struct table_key *key = arena_zalloc(binder->arena, sizeof(*key));
	const struct temp_table *table;
	struct relation relation;
	uint32_t *columns;
	int rc;

	rc = bind_relation(binder, &ast->table, &relation, err);
	if (rc == 0 && relation.temp == NULL)
		rc = refuse(stmt, err);
	if (rc == 0)
		rc = check_index(binder, ast, relation.temp, err);
	if (rc != 0)
		return rc;
	table = relation.temp;
	*key = (struct table_key){ .name = ast->name,
		.count = ast->column_count,
		.is_unique = ast->is_unique,
		.nulls_are_equal = ast->nulls_are_equal };
	if (ast->name.len == 0)
		key->name = temp_object_name(binder, table, "idx", ast->columns,
		    ast->column_count);
	columns = arena_alloc_array(binder->arena,
	    (size_t)ast->column_count + 1, sizeof(*columns));
	for (uint32_t i = 0; i < ast->column_count; i++)
		columns[i] = temp_table_column(table, ast->columns[i]);
	key->columns = columns;
	ddl->op = TEMP_OP_CREATE_INDEX;
	ddl->oid = relation.oid;
	ddl->key = key;
	ddl->if_not_exists = ast->if_not_exists;
	return 0;
}

int
bind_temp_change(struct binder *binder, const struct ast_stmt *stmt,
    struct plan_temp_ddl *ddl, struct plan *plan, struct error *err)
{
	switch ((int)stmt->kind) {
	case AST_DROP:
		plan->tag = object_words[stmt->drop.kind].tag;
		return bind_drop(binder, &stmt->drop, ddl, err);
	case AST_TRUNCATE:
		plan->tag = "TRUNCATE TABLE";
		return bind_truncate(binder, stmt, ddl, err);
	case AST_CREATE_INDEX:
		plan->tag = "CREATE INDEX";
		return bind_index(binder, stmt, ddl, err);
	default:
		plan->tag = "ALTER TABLE";
		return bind_temp_alter(binder, &stmt->alter_table, ddl, err);
	}
}
