/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_kept.c -- CREATE and REFRESH MATERIALIZED VIEW, REMEMBER, and SHOW of
 * a kept query.
 *
 * A refresh is a transaction of its own, committed by the worker that runs it
 * and tried again if another was faster: nobody sees whether it was done.  SHOW refreshes before it reads; if
 * that fails, or may not be done, it reads no less, for a kept query is read
 * together with what is new.
 */
#include "plan/logical.h"
#include "server/session_private.h"

/* A statement that is no transaction, or part of one that wrote nothing. */
static bool
is_alone(const struct session *session)
{
	return session->transaction.state != TRANSACTION_EXPLICIT &&
	    !transaction_has_writes(session);
}

/* ---- making and refreshing ---- */

static bool
is_refresh(const struct plan *plan)
{
	return plan->ddl->op == DDL_OP_REFRESH_KEPT;
}

static void
keep_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	const struct plan *plan = portal->planned->plan;
	struct write_batch *batch = session->transaction.batch;
	struct write_batch_mark mark;
	struct keep_report report;

	if (is_refresh(plan) &&
	    (batch == NULL || !exec_keeps_own(plan, batch))) {
		session->job.rc = exec_refresh(plan, &portal->context, &report,
		    &session->err);
		return;
	}
	mark = write_batch_mark(batch);
	session->job.rc =
	    exec_keep(plan, &portal->context, batch, &report, &session->err);
	portal->tag_count = report.row_count;
	if (session->job.rc != 0)
		write_batch_rewind(batch, mark);
}

static void
keep_finish(struct session *session)
{
	struct portal *portal = session->job.portal;
	bool is_write = transaction_has_writes(session);
	char tag[PLAN_TAG_SIZE];

	query_close(portal); /* its snapshot */
	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	plan_tag(portal->planned->plan, portal->tag_count, tag);
	session->transaction.has_ddl |= is_write;
	session_complete(session, tag, is_write);
	statement_end(session);
}

static int
check_keep(struct session *session, const struct plan *plan)
{
	if (session_check_writable(session,
		is_refresh(plan) ? plan->tag : "CREATE MATERIALIZED VIEW") !=
		0 ||
	    session_check_no_reader(session) != 0)
		return session->err.code;
	if (!is_refresh(plan) || !plan->ddl->has_no_data || is_alone(session))
		return 0;
	return error_set(&session->err, STELE_E_ACTIVE_TRANSACTION,
	    "REFRESH MATERIALIZED VIEW ... WITH NO DATA cannot run inside a"
	    " transaction block");
}

enum step
keep_execute(struct session *session, struct portal *portal)
{
	enum step step;

	if (check_keep(session, portal->planned->plan) != 0)
		return STEP_FAIL;
	step = session_wait_room(session);
	if (step == STEP_DONE)
		step = portal_take_snapshot(session, portal);
	if (step != STEP_DONE)
		return step;
	if (!is_refresh(portal->planned->plan) &&
	    transaction_batch(session) == NULL)
		return STEP_FAIL;
	session_context(session, portal);
	session->job.portal = portal;
	return session_submit(session, keep_work, keep_finish);
}

/* ---- SHOW ---- */

bool
is_refreshed_first(const struct session *session, const struct portal *portal)
{
	return portal->planned->plan->shown_oid != 0 && is_alone(session) &&
	    !session->settings.defaults.is_read_only &&
	    !session->settings.is_read_only_held;
}

static void
shown_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	int rc;

	rc = exec_refresh_shown(portal->planned->plan->shown_oid,
	    &portal->context, &session->err);
	session->job.rc = rc == STELE_E_QUERY_CANCELED ? rc : 0;
}

static void
shown_refreshed(struct session *session)
{
	struct portal *portal = session->job.portal;

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	portal->snapshot =
	    engine_snapshot(session->server->engine, 0, NULL, NULL);
	if (portal->snapshot == NULL) {
		(void)session_out_of_memory(session);
		session_fail(session);
	} else if (portal_plan_for_snapshot(session, portal) != 0) {
		session_fail(session);
	} else {
		(void)query_start(session, portal, session->job.row_limit,
		    portal == &session->simple);
	}
}

enum step
shown_execute(struct session *session, struct portal *portal,
    uint32_t row_limit)
{
	session_context(session, portal);
	snapshot_unref(
	    portal->snapshot); /* it will be read as of a later one */
	portal->snapshot = NULL;
	portal->context.snapshot = NULL;
	session->job.portal = portal;
	session->job.row_limit = row_limit;
	return session_submit(session, shown_work, shown_refreshed);
}
