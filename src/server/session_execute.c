/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_execute.c -- a portal runs: what is asked before, and who does it.
 */
#include "exec/constant.h"
#include "plan/fold_params.h"
#include "plan/logical.h"
#include "plan/reads.h"
#include "server/session_private.h"
#include "sql/ast.h"

/* ---- what is asked before ---- */

int
session_check_writable(struct session *session, const char *what)
{
	const struct transaction_modes *modes = &session->settings.current;

	/* An implicit transaction has the session's defaults. */
	if (session->transaction.state != TRANSACTION_EXPLICIT)
		modes = &session->settings.defaults;
	if (!modes->is_read_only && !session->settings.is_read_only_held)
		return 0;
	return error_set(&session->err, STELE_E_READ_ONLY_TRANSACTION,
	    "cannot execute %s in a read-only transaction", what);
}

int
session_check_formats(struct session *session, uint32_t format_count,
    const struct planned *planned)
{
	if (format_count <= 1 || format_count == planned->column_count)
		return 0;
	return error_set(&session->err, STELE_E_PROTOCOL_VIOLATION,
	    "bind message has %u result formats but query has %u columns",
	    format_count, planned->column_count);
}

/*
 * Bind has seen to it for the plan that there was; EXECUTE may have found another
 * since.  What is still an EXECUTE or a FETCH has no rows of its own.
 */
static int
check_formats(struct session *session, const struct portal *portal)
{
	return portal->planned->plan->kind == PLAN_UTILITY
	    ? 0
	    : session_check_formats(session, portal->format_count,
		  portal->planned);
}

/* What the values of parameters make of the plan. */
static int
check_params(struct session *session, const struct portal *portal)
{
	struct type_settings types = session->settings.types;
	const struct plan_context context = { .settings = &types,
		.session = &session->facts,
		.evaluate = exec_constant };
	struct arena arena;
	int rc;

	arena_init(&arena, NULL);
	rc = fold_params(portal->planned->plan, &context, portal->params,
	    &arena, &session->err);
	arena_release(&arena);
	return rc;
}

int
session_check_constants(struct session *session, const struct portal *portal)
{
	const struct plan *plan = portal->planned->plan;

	if (plan->constant_failure != NULL) {
		session->err = *plan->constant_failure;
		return session->err.code;
	}
	return plan->folds_params && !portal->is_checked &&
		portal->state == PORTAL_NEW
	    ? check_params(session, portal)
	    : 0;
}

/* A query that reads the batch holds, or will hold, cursors into it. */
static bool
is_reader(const struct portal *portal)
{
	bool is_open = portal->exec != NULL ||
	    (portal->is_cursor && portal->state == PORTAL_NEW);

	return is_open && portal->context.batch != NULL;
}

int
session_check_no_reader(struct session *session)
{
	const struct portal *portal = portal_first(&session->table);

	for (; portal != NULL; portal = portal_next(portal))
		if (is_reader(portal))
			return error_set(&session->err, STELE_E_OBJECT_IN_USE,
			    "cannot write while a cursor is open that reads "
			    "this transaction's own events");
	return 0;
}

static bool
is_open_query(const struct portal *portal)
{
	const struct plan *plan =
	    portal->planned == NULL ? NULL : portal->planned->plan;

	return plan != NULL && plan->kind == PLAN_QUERY && !plan->is_modify &&
	    plan->explain == NULL && !portal->is_held;
}

bool
session_reads(void *session, uint32_t oid)
{
	const struct session *self = session;
	const struct portal *portal = portal_first(&self->table);

	for (; portal != NULL; portal = portal_next(portal))
		if (is_open_query(portal) &&
		    plan_reads(portal->planned->plan, oid))
			return true;
	return false;
}

/* COPY's data goes to and comes from the client: 0A000 if that cannot be. */
static int
check_copy(struct session *session)
{
	const struct voice_copy *copy = session->voice->copy;

	if (copy != NULL && (copy->may == NULL || copy->may(session)))
		return 0;
	(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "COPY is not supported on this port");
	return error_hint(&session->err, "Use it on PostgreSQL's port.");
}

/* The table is made even where rows of others may be written. */
static int
check_create_as(struct session *session, const struct ast_stmt *stmt)
{
	if (stmt->kind != AST_CREATE_TABLE_AS)
		return 0;
	return session_check_writable(session,
	    stmt->create_table_as.is_select_into ? "SELECT INTO"
						 : "CREATE TABLE AS");
}

/* ---- who does it ---- */

static enum step
copy_out_execute(struct session *session, struct portal *portal, bool is_simple)
{
	if (check_copy(session) != 0)
		return STEP_FAIL;
	/* Bind has read the options; a simple query has no Bind. */
	if (is_simple && portal->state == PORTAL_NEW &&
	    copy_options_parse(portal->planned->stmt, portal, &session->err) !=
		0)
		return STEP_FAIL;
	return query_execute(session, portal, 0, is_simple);
}

enum step
portal_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	enum step step;

	if (session_check_cancel(session) != 0 ||
	    transaction_check_block(session, portal->planned->stmt,
		&session->err) != 0 ||
	    portal_check_runs(portal, &session->err) != 0)
		return STEP_FAIL;
	if (portal->is_cursor)
		return cursor_run(session, portal, row_limit);
	if (portal_plan_for_now(session, portal) != 0 ||
	    check_formats(session, portal) != 0 ||
	    (portal->state == PORTAL_NEW &&
		session_check_rights(session, portal->planned->plan,
		    portal->planned->catalog) != 0) ||
	    session_check_constants(session, portal) != 0)
		return STEP_FAIL;
	if (portal->planned->plan->kind != PLAN_UTILITY) {
		step = transaction_take_snapshot(session);
		if (step != STEP_DONE)
			return step;
	}
	switch (portal->planned->plan->kind) {
	case PLAN_QUERY:
		if (check_create_as(session, portal->planned->stmt) != 0)
			return STEP_FAIL;
		return query_execute(session, portal, row_limit, is_simple);
	case PLAN_INSERT:
		return insert_execute(session, portal, row_limit, is_simple);
	case PLAN_COPY_FROM:
		if (check_copy(session) != 0)
			return STEP_FAIL;
		if (portal->planned->plan->copy->temp == NULL &&
		    (session_check_writable(session, "COPY FROM") != 0 ||
			session_check_no_reader(session) != 0))
			return STEP_FAIL;
		step = session_wait_room(session);
		if (step != STEP_DONE)
			return step;
		return copy_in_begin(session, portal, is_simple);
	case PLAN_COPY_TO:
		return copy_out_execute(session, portal, is_simple);
	case PLAN_DDL:
		return ddl_execute(session, portal, is_simple);
	case PLAN_KEEP:
		return keep_execute(session, portal);
	case PLAN_TEMP_DDL:
		return temp_ddl_execute(session, portal);
	case PLAN_UTILITY:
		return utility_execute(session, portal, row_limit, is_simple);
	case PLAN_LATER: /* no more */
		break;
	}
	return STEP_FAIL;
}
