/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.c -- sources, plans, prepared statements, portals.
 */
#include "server/statement.h"

#include <assert.h>
#include <stdlib.h>

#include "common/crypto.h"
#include "common/error.h"
#include "engine/engine.h"
#include "exec/constant.h"
#include "exec/temp_tables.h"
#include "server/cursor_tape.h"
#include "server/system_tables.h"
#include "sql/ast.h"
#include "types/array.h"

/* Longer texts are parsed and planned by a worker. */
#define LARGE_TEXT_BYTES ((size_t)16 << 10)

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- sources ---- */

struct source *
source_new(struct str text, size_t memory_bytes, struct mem_budget *total)
{
	struct source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->refs = 1;
	source->budget.limit_bytes = memory_bytes;
	source->plan_budget.limit_bytes = memory_bytes;
	source->plan_budget.total = total;
	arena_init(&source->arena, &source->budget);
	source->text = arena_str(&source->arena, text);
	source->is_large = text.len > LARGE_TEXT_BYTES;
	return source;
}

struct source *
source_ref(struct source *source)
{
	source->refs++;
	return source;
}

const struct ast_stmt *
source_stmt(const struct source *source)
{
	if (source->statements.count == 0)
		return NULL;
	return source->statements.items[0];
}

static void
wipe(struct str secret)
{
	crypto_wipe((void *)(uintptr_t)secret.data, secret.len);
}

/* Passwords do not stay in memory that is free. */
static void
wipe_secrets(const struct source *source)
{
	for (uint32_t i = 0; i < source->statements.count; i++) {
		const struct ast_stmt *stmt = source->statements.items[i];

		if (!stmt->has_secret)
			continue;
		wipe(stmt->role_def.password);
		wipe(stmt->role_def.key);
		wipe(source->text);
	}
}

void
source_unref(struct source *source)
{
	if (source == NULL || --source->refs > 0)
		return;
	wipe_secrets(source);
	arena_release(&source->arena);
	free(source);
}

static bool
has_secret(const struct source *source)
{
	for (uint32_t i = 0; i < source->statements.count; i++)
		if (source->statements.items[i]->has_secret)
			return true;
	return false;
}

/* The statements' own texts have none. */
static struct str
without_secrets(struct source *source)
{
	struct buf text;
	struct str copy;

	buf_init(&text);
	for (uint32_t i = 0; i < source->statements.count; i++) {
		buf_put_cstr(&text, i == 0 ? "" : "; ");
		buf_put_str(&text, source->statements.items[i]->text);
	}
	source->arena.failed |= text.failed;
	copy = arena_str(&source->arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

int
source_parse(struct source *source, enum sql_dialect dialect, struct error *err)
{
	int rc = arena_check(&source->arena, err);

	if (rc != 0)
		return rc;
	rc = sql_parse(source->text, dialect, &source->arena,
	    &source->statements, err);
	source->shown =
	    has_secret(source) ? without_secrets(source) : source->text;
	if (rc == 0)
		rc = arena_check(&source->arena, err);
	source->is_parsed = rc == 0;
	return rc;
}

/* ---- plans ---- */

struct planned *
planned_ref(struct planned *planned)
{
	planned->refs++;
	return planned;
}

void
planned_unref(struct planned *planned)
{
	if (planned == NULL || --planned->refs > 0)
		return;
	arena_release(&planned->arena);
	if (planned->catalog != NULL)
		catalog_unref(planned->catalog);
	temp_catalog_unref(planned->temp);
	source_unref(planned->source);
	source_unref(planned->inner);
	free(planned);
}

/* The columns that Describe tells of: COPY FROM has none. */
static void
take_columns(struct planned *planned)
{
	const struct plan *plan = planned->plan;
	struct pg_column *columns;

	if (plan->kind != PLAN_QUERY && plan->kind != PLAN_INSERT &&
	    plan->kind != PLAN_COPY_TO && plan->kind != PLAN_DDL)
		return;
	columns = arena_alloc_array(&planned->arena, plan->column_count,
	    sizeof(*columns));
	for (uint32_t i = 0; i < plan->column_count; i++)
		columns[i] = (struct pg_column){
			.name = plan->columns[i].name,
			.type = plan->columns[i].type,
			.is_array = type_is_array(&plan->columns[i].type),
			.table_oid = plan->columns[i].table_oid,
			.attnum = plan->columns[i].attnum,
		};
	planned->columns = columns;
	planned->column_count = plan->column_count;
	planned->has_rows = (plan->kind == PLAN_QUERY && !plan->is_modify) ||
	    ((plan->kind == PLAN_INSERT || plan->kind == PLAN_DDL ||
		 plan->is_modify) &&
		plan->column_count > 0);
}

int
planned_new(struct source *source, const struct ast_stmt *stmt,
    const struct catalog *catalog, struct temp_catalog *temp,
    const struct plan_session *session, const struct type_settings *settings,
    const uint32_t *param_oids, uint32_t param_oid_count, struct planned **out,
    struct error *err)
{
	struct planned *planned = calloc(1, sizeof(*planned));
	struct type_settings types = *settings;
	struct plan_context context = {
		.catalog = catalog,
		.session = session,
		.settings = &types,
		.system = &server_system_tables,
		.temp = temp,
		.path = session->path,
		.evaluate = exec_constant,
	};
	struct plan_names names;
	int rc;

	*out = NULL;
	if (planned == NULL)
		return out_of_memory(err);
	planned->refs = 1;
	planned->source = source_ref(source);
	planned->stmt = stmt;
	planned->catalog = catalog_ref(catalog);
	planned->temp = temp_catalog_ref(temp);
	planned->path = *names_path(&context);
	plan_names_init(&names, &context);
	types.names = &names.base;
	arena_init(&planned->arena, &source->plan_budget);
	rc = plan_statement(&context, stmt, param_oids, param_oid_count,
	    &planned->arena, &planned->plan, err);
	if (rc == 0 && planned->plan->column_count > SQL_TARGETS_MAX)
		rc = error_set(err, STELE_E_TOO_MANY_COLUMNS,
		    "target lists can have at most %d entries",
		    SQL_TARGETS_MAX);
	if (rc == 0) {
		take_columns(planned);
		rc = arena_check(&planned->arena, err);
	}
	if (rc != 0)
		planned_unref(planned);
	else
		*out = planned;
	return rc;
}

struct planned *
planned_late(struct source *source, const struct ast_stmt *stmt)
{
	struct planned *planned = calloc(1, sizeof(*planned));

	if (planned == NULL)
		return NULL;
	planned->refs = 1;
	planned->source = source_ref(source);
	planned->stmt = stmt;
	arena_init(&planned->arena, &source->plan_budget);
	planned->plan = arena_zalloc(&planned->arena, sizeof(struct plan));
	planned->plan->kind = PLAN_LATER;
	planned->plan->tag = "";
	if (!planned->arena.failed)
		return planned;
	planned_unref(planned);
	return NULL;
}

bool
planned_same_result(const struct planned *a, const struct planned *b)
{
	if (a->column_count != b->column_count)
		return false;
	for (uint32_t i = 0; i < a->column_count; i++)
		if (a->columns[i].type.oid != b->columns[i].type.oid ||
		    a->columns[i].type.mod != b->columns[i].type.mod ||
		    !str_equal(a->columns[i].name, b->columns[i].name))
			return false;
	return true;
}

/* ---- prepared statements ---- */

static int
check_room(const struct name_table *table, uint32_t count_max, const char *what,
    const char *option, struct error *err)
{
	if (table->count < count_max)
		return 0;
	(void)error_set(err, STELE_E_LIMIT, "too many %s", what);
	(void)error_detail(err, "%s allows %u in a session.", option,
	    (unsigned)count_max);
	return error_hint(err, "Close some of them, or raise \"%s\".", option);
}

/* What is named embeds its name first. */
static struct prepared *
prepared_of(struct named *named)
{
	return (struct prepared *)(void *)named;
}

static struct portal *
portal_of(struct named *named)
{
	return (struct portal *)(void *)named;
}

void
statement_table_release(struct statement_table *table)
{
	name_table_release(&table->prepared);
	name_table_release(&table->portals);
}

struct prepared *
prepared_find(const struct statement_table *table, struct str name)
{
	return prepared_of(name_table_find(&table->prepared, name));
}

struct prepared *
prepared_first(const struct statement_table *table)
{
	return prepared_of(table->prepared.first);
}

struct prepared *
prepared_next(const struct prepared *prepared)
{
	return prepared_of(prepared->named.next);
}

struct prepared *
prepared_add(struct statement_table *table, struct str name, uint32_t count_max,
    struct error *err)
{
	struct prepared *prepared;

	if (check_room(&table->prepared, count_max, "prepared statements",
		"max_prepared_statements", err) != 0)
		return NULL;
	prepared = calloc(1, sizeof(*prepared));
	if (prepared != NULL &&
	    name_table_add(&table->prepared, &prepared->named, name))
		return prepared;
	free(prepared);
	(void)out_of_memory(err);
	return NULL;
}

void
prepared_remove(struct statement_table *table, struct prepared *prepared)
{
	name_table_remove(&table->prepared, &prepared->named);
	planned_unref(prepared->planned);
	source_unref(prepared->source);
	free(prepared->param_oids);
	free(prepared);
}

void
prepared_remove_all(struct statement_table *table)
{
	while (table->prepared.first != NULL)
		prepared_remove(table, prepared_of(table->prepared.first));
}

/* ---- portals ---- */

void
portal_init(struct portal *portal)
{
	*portal = (struct portal){ .state = PORTAL_NEW };
	arena_init(&portal->arena, NULL);
}

void
portal_reset(struct portal *portal)
{
	if (portal->exec != NULL)
		exec_close(portal->exec);
	portal->exec = NULL;
	cursor_tape_free(portal->tape);
	portal->tape = NULL;
	if (portal->snapshot != NULL)
		snapshot_unref(portal->snapshot);
	portal->snapshot = NULL;
	planned_unref(portal->planned);
	portal->planned = NULL;
	arena_reset(&portal->arena);
	portal->state = PORTAL_NEW;
	portal->is_cursor = false;
	portal->is_scroll = false;
	portal->goes_back = false;
	portal->is_hold = false;
	portal->is_held = false;
	portal->position = 0;
	portal->at_end = false;
	portal->tape_from = 0;
	portal->params = NULL;
	portal->is_checked = false;
	portal->param_count = 0;
	portal->param_bytes = 0;
	portal->execute_depth = 0;
	portal->stored = (struct str){ NULL, 0 };
	portal->formats = NULL;
	portal->format_count = 0;
	portal->rows = NULL;
	portal->batch = (struct batch){ .row_count = 0 };
	portal->batch_next = 0;
	portal->tag_count = 0;
}

void
portal_release(struct portal *portal)
{
	portal_reset(portal);
	arena_release(&portal->arena);
}

struct portal *
portal_find(const struct statement_table *table, struct str name)
{
	return portal_of(name_table_find(&table->portals, name));
}

struct portal *
portal_first(const struct statement_table *table)
{
	return portal_of(table->portals.first);
}

struct portal *
portal_next(const struct portal *portal)
{
	return portal_of(portal->named.next);
}

struct portal *
portal_add(struct statement_table *table, struct str name, uint32_t count_max,
    struct error *err)
{
	struct portal *portal;

	if (check_room(&table->portals, count_max, "portals", "max_portals",
		err) != 0)
		return NULL;
	portal = malloc(sizeof(*portal));
	if (portal != NULL) {
		portal_init(portal);
		portal->number = ++table->portal_number;
		if (name_table_add(&table->portals, &portal->named, name))
			return portal;
	}
	free(portal);
	(void)out_of_memory(err);
	return NULL;
}

int
portal_check_runs(const struct portal *portal, struct error *err)
{
	if (portal->state != PORTAL_FAILED)
		return 0;
	return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "portal \"%.*s\" cannot be run", STR_FMT(portal->named.name));
}

void
portal_renumber(struct statement_table *table, struct portal *portal)
{
	portal->number = ++table->portal_number;
}

void
portal_remove(struct statement_table *table, struct portal *portal)
{
	name_table_remove(&table->portals, &portal->named);
	portal_release(portal);
	free(portal);
}

void
portal_remove_newer(struct statement_table *table, uint64_t number)
{
	struct portal *portal = portal_first(table);

	while (portal != NULL) {
		struct portal *next = portal_next(portal);

		if (portal->number > number && !portal->is_held)
			portal_remove(table, portal);
		portal = next;
	}
}

void
portal_remove_all(struct statement_table *table)
{
	while (table->portals.first != NULL)
		portal_remove(table, portal_first(table));
}
