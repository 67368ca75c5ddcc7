/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_prepare.c -- PREPARE, EXECUTE and DEALLOCATE: in SQL what the messages
 * of session_extended.c do.
 */
#include <stdlib.h>

#include "exec/exec.h"
#include "server/session_private.h"
#include "server/system_tables.h"
#include "sql/ast.h"
#include "types/array.h"

/* Statements that an EXECUTE goes through until it comes to one that is none. */
#define EXECUTE_DEPTH_MAX 64

static int
find_type(struct session *session, const struct ast_type *type, uint32_t *oid)
{
	struct str name = ast_name_last(&type->name);
	const struct catalog *catalog;
	struct type found = type_of(type_oid_of_name(name));

	catalog = session_catalog(session);
	if (found.oid == 0)
		found.enum_type = catalog_enum_by_name(catalog, name);
	if (found.enum_type != NULL)
		found.oid = found.enum_type->oid;
	if (type->array_bounds > 0)
		found = type_array_of(&found);
	*oid = found.oid;
	catalog_unref(catalog);
	if (*oid != 0)
		return 0;
	(void)error_set(&session->err, STELE_E_UNDEFINED_OBJECT,
	    "type \"%.*s\" does not exist", STR_FMT(name));
	return error_position(&session->err, type->location);
}

static int
fill_prepared(struct session *session, struct prepared *prepared,
    struct source *source, const struct ast_stmt *stmt)
{
	uint32_t count = stmt->prepare.type_count;

	prepared->made_at = session->settings.types.now;
	prepared->is_from_sql = true;
	prepared->source = source_ref(source);
	prepared->stmt = stmt->prepare.stmt;
	prepared->param_oids = calloc((size_t)count + 1, sizeof(uint32_t));
	if (prepared->param_oids == NULL)
		return error_no_memory(&session->err);
	prepared->param_oid_count = count;
	for (uint32_t i = 0; i < count; i++) {
		int rc = find_type(session, &stmt->prepare.types[i],
		    &prepared->param_oids[i]);

		if (rc != 0)
			return rc;
	}
	return session_plan(session, source, prepared->stmt,
	    prepared->param_oids, count, &prepared->planned, &session->err);
}

enum step
prepare_execute(struct session *session, const struct planned *planned)
{
	const struct ast_stmt *stmt = planned->stmt;
	struct str name = stmt->prepare.name;
	struct prepared *prepared;

	if (prepared_find(&session->table, name) != NULL) {
		(void)error_set(&session->err,
		    STELE_E_DUPLICATE_PREPARED_STATEMENT,
		    "prepared statement \"%.*s\" already exists",
		    STR_FMT(name));
		return STEP_FAIL;
	}
	prepared = prepared_add(&session->table, name,
	    session_prepared_max(session), &session->err);
	if (prepared == NULL)
		return STEP_FAIL;
	if (fill_prepared(session, prepared, planned->source, stmt) != 0) {
		prepared_remove(&session->table, prepared);
		return STEP_FAIL;
	}
	return utility_done(session, "PREPARE");
}

static struct prepared *
need_prepared(struct session *session, struct str name)
{
	struct prepared *prepared = prepared_find(&session->table, name);

	if (prepared == NULL)
		(void)error_set(&session->err, STELE_E_INVALID_STATEMENT_NAME,
		    "prepared statement \"%.*s\" does not exist",
		    STR_FMT(name));
	return prepared;
}

/*
 * What an EXECUTE of the portal names.  That may be an EXECUTE in its turn, if
 * Parse has made it, of what is named like itself even.
 */
static struct prepared *
next_prepared(struct session *session, struct portal *portal, struct str name)
{
	if (++portal->execute_depth <= EXECUTE_DEPTH_MAX)
		return need_prepared(session, name);
	(void)error_set(&session->err, STELE_E_TOO_COMPLEX,
	    "EXECUTE is nested more than %d deep", EXECUTE_DEPTH_MAX);
	return NULL;
}

/* The one row of the arguments' query becomes the portal's parameters. */
static int
run_arguments(struct session *session, struct portal *portal,
    const struct plan *args)
{
	struct exec *exec;
	struct batch batch;
	int rc;

	rc = exec_open(args, &portal->context, &exec, &session->err);
	if (rc != 0)
		return rc;
	rc = exec_next(exec, &batch, &session->err);
	for (uint32_t i = 0; rc == 1 && i < args->column_count; i++) {
		struct datum value =
		    vec_get(&batch.cols[i], sel_row(batch.sel, 0));

		portal->params[i] =
		    datum_copy(type_phys(&args->columns[i].type), &value,
			&portal->arena);
	}
	exec_close(exec);
	return rc < 0 ? rc : 0;
}

static void
forget_values(struct portal *portal)
{
	portal->params = NULL;
	portal->param_count = 0;
}

static int
evaluate_arguments(struct session *session, struct portal *portal,
    const struct ast_expr_list *list, const struct prepared *prepared)
{
	const struct plan *target = prepared->planned->plan;
	const struct plan_context context = {
		.catalog = prepared->planned->catalog,
		.session = &session->facts,
		.settings = &portal->types,
		.system = &server_system_tables,
		.temp = prepared->planned->temp,
		.path = session->facts.path,
	};
	struct plan *args;
	int rc;

	/* What Bind has given and looked at was the EXECUTE, not what it names. */
	forget_values(portal);
	portal->is_checked = false;
	if (target->param_count == 0)
		return 0; /* nobody looks at what is given */
	if (list->count != target->param_count) {
		(void)error_set(&session->err, STELE_E_SYNTAX,
		    "wrong number of parameters for prepared statement "
		    "\"%.*s\"",
		    STR_FMT(prepared->named.name));
		return error_detail(&session->err,
		    "Expected %u parameters but got %u.", target->param_count,
		    list->count);
	}
	if (list->count == 0)
		return 0;
	session_context(session, portal);
	rc = plan_arguments(&context, list->items, target->param_types,
	    list->count, &portal->arena, &args, &session->err);
	if (rc == 0)
		rc = session_check_rights(session, args,
		    prepared->planned->catalog);
	if (rc != 0)
		return rc;
	portal->params = arena_alloc_array(&portal->arena, list->count,
	    sizeof(*portal->params));
	portal->param_count = list->count;
	rc = run_arguments(session, portal, args);
	if (rc != 0) /* the portal may be asked to run again */
		forget_values(portal);
	return rc;
}

/* The portal becomes one of the prepared statement. */
enum step
prepared_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	const struct ast_stmt *stmt = portal->planned->stmt;
	struct prepared *prepared =
	    next_prepared(session, portal, stmt->execute.name);

	if (prepared == NULL ||
	    transaction_check(session, prepared->stmt, &session->err) != 0 ||
	    prepared_refresh(session, prepared) != 0)
		return STEP_FAIL;
	if (prepared->planned == NULL) {
		session->voice->empty(session, session_out(session));
		statement_end(session);
		return STEP_DONE;
	}
	if (evaluate_arguments(session, portal, &stmt->execute.args,
		prepared) != 0)
		return STEP_FAIL;
	planned_unref(portal->planned);
	portal->planned = planned_ref(prepared->planned);
	if (prepared->stmt->kind == AST_COPY &&
	    copy_options_parse(prepared->stmt, portal, &session->err) != 0)
		return STEP_FAIL;
	return portal_execute(session, portal, row_limit, is_simple);
}

/* The same statement with what was prepared in it. */
static int
put_within(struct session *session, struct ast_stmt *stmt,
    struct ast_stmt *prepared)
{
	if (stmt->kind == AST_EXPLAIN) {
		stmt->explain.stmt = prepared;
		return 0;
	}
	if (prepared->kind != AST_SELECT)
		return error_set(&session->err, STELE_E_WRONG_OBJECT_TYPE,
		    "prepared statement is not a SELECT");
	stmt->create_table_as.query = prepared->select;
	stmt->create_table_as.execute = NULL;
	return 0;
}

static int
plan_within(struct session *session, struct portal *portal,
    const struct prepared *prepared)
{
	const struct plan *target = prepared->planned->plan;
	struct planned *outer = portal->planned, *planned;
	struct ast_stmt *stmt =
	    arena_alloc_array(&portal->arena, 2, sizeof(*stmt));
	uint32_t *oids = arena_alloc_array(&portal->arena,
	    (size_t)target->param_count + 1, sizeof(*oids));
	int rc = arena_check(&portal->arena, &session->err);

	if (rc != 0)
		return rc;
	stmt[0] = *outer->stmt;
	stmt[1] = *prepared->stmt;
	for (uint32_t i = 0; i < target->param_count; i++)
		oids[i] = target->param_types[i].oid;
	rc = put_within(session, &stmt[0], &stmt[1]);
	if (rc == 0)
		rc = session_plan(session, outer->source, &stmt[0], oids,
		    target->param_count, &planned, &session->err);
	if (rc != 0) /* which may be one in the other's text */
		return error_position(&session->err, 0);
	planned->inner = source_ref(prepared->source);
	planned_unref(outer);
	portal->planned = planned;
	return 0;
}

static const struct ast_stmt *
execute_within(const struct ast_stmt *outer)
{
	return outer->kind == AST_EXPLAIN ? outer->explain.stmt
					  : outer->create_table_as.execute;
}

static int
plan_or_forget(struct session *session, struct portal *portal,
    const struct prepared *prepared)
{
	int rc = plan_within(session, portal, prepared);

	if (rc != 0)
		forget_values(portal);
	return rc;
}

/* What is prepared is still: the session waits for this. */
static void
plan_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	const struct ast_stmt *stmt = execute_within(portal->planned->stmt);

	session->job.rc = plan_or_forget(session, portal,
	    prepared_find(&session->table, stmt->execute.name));
}

static void
plan_finish(struct session *session)
{
	if (session->job.rc != 0)
		session_fail(session);
}

enum step
prepared_execute_within(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	const struct ast_stmt *stmt = execute_within(portal->planned->stmt);
	struct prepared *prepared =
	    next_prepared(session, portal, stmt->execute.name);

	if (prepared == NULL || prepared_refresh(session, prepared) != 0)
		return STEP_FAIL;
	if (prepared->planned == NULL) {
		(void)error_set(&session->err, STELE_E_WRONG_OBJECT_TYPE,
		    "prepared statement is not a SELECT");
		return STEP_FAIL;
	}
	if (evaluate_arguments(session, portal, &stmt->execute.args,
		prepared) != 0)
		return STEP_FAIL;
	if (prepared->source->is_large) {
		session->job.portal = portal;
		(void)session_submit(session, plan_work, plan_finish);
		return STEP_AGAIN; /* with another plan, which is no utility */
	}
	if (plan_or_forget(session, portal, prepared) != 0)
		return STEP_FAIL;
	return portal_execute(session, portal, row_limit, is_simple);
}

enum step
prepared_deallocate(struct session *session, struct str name)
{
	struct prepared *prepared;

	if (name.len == 0) {
		prepared_remove_all(&session->table);
		return utility_done(session, "DEALLOCATE ALL");
	}
	prepared = need_prepared(session, name);
	if (prepared == NULL)
		return STEP_FAIL;
	prepared_remove(&session->table, prepared);
	return utility_done(session, "DEALLOCATE");
}
