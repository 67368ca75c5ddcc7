/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_ddl.c -- changes of the catalogue and of temporary tables.
 */
#include "common/user_key.h"
#include "plan/logical.h"
#include "server/session_private.h"
#include "sql/ast.h"

/* ---- the catalogue ---- */

static void
ddl_work(struct session *session)
{
	struct portal *portal = session->job.portal;
	struct write_batch *batch = session->transaction.batch;
	struct write_batch_mark mark = write_batch_mark(batch);

	session->job.rc = exec_ddl(portal->planned->plan, &portal->context,
	    batch, &session->err);
	if (session->job.rc != 0)
		write_batch_rewind(batch, mark);
}

static void
ddl_finish(struct session *session)
{
	struct portal *portal = session->job.portal;
	char tag[PLAN_TAG_SIZE];

	if (session->job.rc == 0 && portal->context.told_key != NULL)
		session->job.rc = utility_put_key(session, portal);
	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	plan_tag(portal->planned->plan, 0, tag);
	session->transaction.has_ddl = true;
	portal->state = PORTAL_DONE;
	session_complete(session, tag, true);
	statement_end(session);
}

enum step
ddl_execute(struct session *session, struct portal *portal, bool is_simple)
{
	const struct planned *planned = portal->planned;
	char tag[PLAN_TAG_SIZE];

	plan_tag(planned->plan, 0, tag);
	if (session_check_writable(session, tag) != 0 ||
	    session_check_no_reader(session) != 0)
		return STEP_FAIL;
	if (transaction_batch(session) == NULL)
		return STEP_FAIL;
	session_context(session, portal);
	if (planned->has_rows) {
		portal->context.told_key =
		    arena_zalloc(&portal->arena, sizeof(struct user_key));
		if (arena_check(&portal->arena, &session->err) != 0)
			return STEP_FAIL;
	}
	if (is_simple && planned->has_rows)
		session->voice->columns(session, session_out(session), portal,
		    (struct row_format){ NULL, 0 });
	session->job.portal = portal;
	if (planned->stmt->has_secret) /* a password takes its time */
		return session_submit(session, ddl_work, ddl_finish);
	ddl_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	ddl_finish(session);
	return STEP_DONE;
}

/* ---- temporary tables ---- */

static void
temp_ddl_work(struct session *session)
{
	struct portal *portal = session->job.portal;

	session->job.rc = exec_temp_ddl(portal->planned->plan, &portal->context,
	    &session->err);
}

static void
temp_ddl_finish(struct session *session)
{
	struct portal *portal = session->job.portal;
	char tag[PLAN_TAG_SIZE];

	if (session->job.rc != 0) {
		session_fail(session);
		return;
	}
	portal->state = PORTAL_DONE;
	plan_tag(portal->planned->plan, 0, tag);
	session_complete(session, tag, true);
	statement_end(session);
}

enum step
temp_ddl_execute(struct session *session, struct portal *portal)
{
	enum temp_op op = portal->planned->plan->temp_ddl->op;
	char tag[PLAN_TAG_SIZE];

	plan_tag(portal->planned->plan, 0, tag);
	if (op != TEMP_OP_NOTHING && session_check_writable(session, tag) != 0)
		return STEP_FAIL;
	session_context(session, portal);
	session->job.portal = portal;
	/* There may be rows to rewrite. */
	if (op == TEMP_OP_ALTER_TABLE || op == TEMP_OP_CREATE_INDEX)
		return session_submit(session, temp_ddl_work, temp_ddl_finish);
	temp_ddl_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	temp_ddl_finish(session);
	return STEP_DONE;
}
