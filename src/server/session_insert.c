/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_insert.c -- INSERT and STORE: rows into the transaction's batch.
 */
#include "plan/logical.h"
#include "server/session_private.h"

/*
 * Whether the statement is a transaction of its own, so that it can be
 * committed before its RETURNING is answered: then the events have numbers.
 */
static enum alone
is_alone(const struct session *session, bool is_simple)
{
	if (session->transaction.state != TRANSACTION_IMPLICIT ||
	    transaction_has_writes(session))
		return IS_NOT_ALONE;
	if (is_simple)
		return session->source->statements.count == 1 ? IS_ALONE
							      : IS_NOT_ALONE;
	return session->voice->follows(session);
}

static void
returning_committed(struct session *session)
{
	struct portal *portal = session->job.portal;

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	exec_returning(portal->exec, session->committed_id);
	(void)portal_run(session, portal, session->job.row_limit);
}

/* Add the rows to the transaction's batch; on any thread. */
static void
insert_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	struct write_batch *batch = session->transaction.batch;
	struct write_batch_mark mark = write_batch_mark(batch);

	session->job.rc = exec_insert(portal->planned->plan, &portal->context,
	    batch, &portal->tag_count, &portal->exec, &session->err);
	if (session->job.rc != 0)
		write_batch_rewind(batch, mark);
}

static void
insert_finish(struct session *session)
{
	struct portal *portal = session->job.portal;

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	if (portal->exec == NULL) {
		session_inserted(session, portal);
		return;
	}
	if (session->insert_is_alone && transaction_has_writes(session)) {
		/* The portal outlives the transaction that it makes. */
		if (transaction_commit_wait(session, returning_committed) ==
		    STEP_FAIL)
			session_fail(session);
		return;
	}
	exec_returning(portal->exec, 0);
	(void)portal_run(session, portal, session->job.row_limit);
}

/* Whether it may take long, or needs a disk: then a worker does it. */
static bool
is_workers_insert(const struct session *session, const struct planned *planned)
{
	const struct plan *plan = planned->plan;
	const struct rel *source = plan->insert->source;

	while (source != NULL && source->kind == REL_PROJECT)
		source = source->input;
	return plan->reads_events || planned->source->is_large ||
	    plan->subquery_count > 0 ||
	    write_batch_is_full(session->transaction.batch) ||
	    (source != NULL && source->kind != REL_VALUES);
}

static enum step
insert_start(struct session *session, struct portal *portal, uint32_t row_limit,
    bool is_simple)
{
	const struct planned *planned = portal->planned;

	if (transaction_batch(session) == NULL)
		return STEP_FAIL;
	if (session_is_plain(session, planned, portal->param_bytes)) {
		if (session_insert_plain(session, portal, portal->params) != 0)
			return STEP_FAIL;
		session_inserted(session, portal);
		return STEP_DONE;
	}
	session_context(session, portal);
	if (planned->plan->column_count > 0) /* it reads what it has written */
		portal_renumber(&session->table, portal);
	portal->context.ids_come_later = !session->insert_is_alone;
	if (is_simple && planned->has_rows)
		session_columns(session, portal,
		    (struct row_format){ NULL, 0 });
	session->job.portal = portal;
	session->job.row_limit = row_limit;
	if (is_workers_insert(session, planned))
		return session_submit(session, insert_work, insert_finish);
	insert_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	insert_finish(session);
	return session->state == SESSION_READY ? STEP_DONE : STEP_LATER;
}

enum step
insert_execute(struct session *session, struct portal *portal,
    uint32_t row_limit, bool is_simple)
{
	const struct plan *plan = portal->planned->plan;
	enum step step;

	if (portal->state == PORTAL_STARTED && portal->exec != NULL)
		return portal_run(session, portal, row_limit);
	if (portal->state != PORTAL_NEW) {
		(void)error_set(&session->err,
		    STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "portal \"%.*s\" cannot be run",
		    STR_FMT(portal->named.name));
		return STEP_FAIL;
	}
	if (session_check_writable(session, "INSERT") != 0 ||
	    session_check_no_reader(session) != 0)
		return STEP_FAIL;
	step = session_wait_room(session);
	if (step != STEP_DONE)
		return step;
	session->insert_is_alone = false;
	if (plan->column_count > 0) {
		enum alone alone = is_alone(session, is_simple);

		if (alone == NOT_KNOWN)
			return STEP_MORE;
		session->insert_is_alone = alone == IS_ALONE;
	}
	if (plan->reads_events || plan->column_count > 0) {
		step = portal_take_snapshot(session, portal);
		if (step != STEP_DONE)
			return step;
	}
	return insert_start(session, portal, row_limit, is_simple);
}
