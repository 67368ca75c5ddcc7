/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_batch.c -- BATCH: several statements that write, all or none.
 */
#include <inttypes.h>
#include <stdio.h>

#include "exec/exec.h"
#include "server/session_private.h"
#include "sql/ast.h"

static bool
may_be_in_batch(const struct ast_stmt *stmt)
{
	return stmt->kind == AST_STORE || stmt->kind == AST_DEFINE ||
	    stmt->kind == AST_ALTER_TABLE; /* RETAIN */
}

/* Run it by its plan, which is one of these or of what is temporary. */
static int
batch_run(struct session *session, const struct plan *plan,
    const struct exec_context *context, uint64_t *row_count)
{
	struct write_batch *batch = session->transaction.batch;
	uint64_t rows = 0;
	int rc;

	if (plan->kind == PLAN_DDL) {
		session->transaction.has_ddl = true;
		return exec_ddl(plan, context, batch, &session->err);
	}
	if (plan->kind != PLAN_INSERT)
		return error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "BATCH takes no statements about temporary tables");
	rc = exec_insert(plan, context, batch, &rows, NULL, &session->err);
	*row_count += rows;
	return rc;
}

static int
batch_one(struct session *session, struct portal *portal,
    const struct ast_stmt *stmt, const uint32_t *param_oids,
    uint64_t *row_count)
{
	struct planned *planned;
	int rc;

	if (!may_be_in_batch(stmt)) {
		(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "BATCH takes STORE, DEFINE and RETAIN only");
		return error_position(&session->err, stmt->location);
	}
	rc = session_plan(session, portal->planned->source, stmt, param_oids,
	    portal->param_count, &planned, &session->err);
	if (rc != 0)
		return rc;
	rc = session_check_rights(session, planned->plan, planned->catalog);
	if (rc == 0)
		rc = batch_run(session, planned->plan, &portal->context,
		    row_count);
	planned_unref(planned);
	return rc;
}

static void
batch_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	const struct ast_stmt *stmt = portal->planned->stmt;
	struct write_batch *batch = session->transaction.batch;
	struct write_batch_mark mark = write_batch_mark(batch);
	uint32_t *oids = arena_alloc_array(&portal->arena,
	    portal->param_count + 1, sizeof(*oids));
	int rc = 0;

	for (uint32_t i = 0; i < portal->param_count; i++)
		oids[i] = portal->planned->plan->param_types[i].oid;
	portal->tag_count = 0;
	for (uint32_t i = 0; i < stmt->batch.count && rc == 0; i++) {
		rc = session_check_cancel(session);
		if (rc == 0)
			rc = batch_one(session, portal, stmt->batch.items[i],
			    oids, &portal->tag_count);
	}
	if (rc != 0)
		write_batch_rewind(batch, mark);
	session->job.rc = rc;
}

static void
batch_finish(struct session *session)
{
	char tag[PLAN_TAG_SIZE];

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	(void)snprintf(tag, sizeof(tag), "INSERT 0 %" PRIu64,
	    session->job.portal->tag_count);
	session_complete(session, tag, true);
	statement_end(session);
}

enum step
batch_execute(struct session *session, struct portal *portal)
{
	enum step step;

	if (session_check_writable(session, "BATCH") != 0 ||
	    session_check_no_reader(session) != 0)
		return STEP_FAIL;
	step = session_wait_room(session);
	if (step == STEP_DONE)
		step = transaction_take_snapshot(session);
	if (step != STEP_DONE)
		return step;
	if (transaction_batch(session) == NULL)
		return STEP_FAIL;
	session_context(session, portal);
	session->job.portal = portal;
	if (portal->planned->source->is_large)
		return session_submit(session, batch_work, batch_finish);
	batch_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	batch_finish(session);
	return STEP_DONE;
}
