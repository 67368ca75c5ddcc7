/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_simple.c -- a request that is a text: any number of statements, one
 * after another, in one implicit transaction unless they say otherwise.
 */
#include <stdio.h>

#include "common/log.h"
#include "server/session_private.h"
#include "sql/ast.h"
#include "wire/pg_frontend.h"

static void
note_truncations(struct session *session)
{
	const struct sql_statements *statements = &session->source->statements;
	char message[512];

	if (session->settings.client_min_messages > MESSAGE_NOTICE)
		return;
	for (uint32_t i = 0; i < statements->truncation_count; i++) {
		(void)snprintf(message, sizeof(message),
		    "identifier \"%.*s\" will be truncated to \"%.*s\"",
		    STR_FMT(statements->truncations[i].written),
		    STR_FMT(statements->truncations[i].kept));
		session->voice->note(session, session_out(session),
		    VOICE_NOTICE, "42622", message);
	}
}

/* The text has become statements; they are run one step each. */
static enum step
parsed(struct session *session)
{
	note_truncations(session);
	if (session->source->statements.count > 0)
		return STEP_DONE;
	session->voice->empty(session, session_out(session));
	source_unref(session->source);
	session->source = NULL;
	session_end_request(session);
	return STEP_DONE;
}

static void
parse_work(struct session *session)
{
	session->job.rc = source_parse(session->source, session->voice->dialect,
	    &session->err);
}

static void
parse_finish(struct session *session)
{
	if (session->job.rc != 0)
		session_fail(session);
	else
		(void)parsed(session);
}

enum step
simple_begin(struct session *session, struct str text)
{
	struct prepared *unnamed =
	    prepared_find(&session->table, str_of(NULL, 0));
	struct portal *portal = portal_find(&session->table, str_of(NULL, 0));

	/* As PostgreSQL: a simple query ends what has no name. */
	if (unnamed != NULL)
		prepared_remove(&session->table, unnamed);
	if (portal != NULL)
		portal_remove(&session->table, portal);
	if (store_begin(session, text))
		return STEP_DONE;
	session->source = session_source(session, text);
	if (session->source == NULL) {
		(void)session_out_of_memory(session);
		session_fail_ready(session);
		return STEP_DONE;
	}
	session->next_stmt = 0;
	if (session->source->is_large)
		return session_submit(session, parse_work, parse_finish);
	return simple_parse(session);
}

enum step
simple_parse(struct session *session)
{
	if (pg_check_text(session->source->text, &session->err) != 0 ||
	    source_parse(session->source, session->voice->dialect,
		&session->err) != 0)
		return STEP_FAIL;
	return parsed(session);
}

static void
plan_work(struct session *session)
{
	struct portal *portal = &session->simple;
	struct source *source = session->source;
	const struct ast_stmt *stmt =
	    source->statements.items[session->next_stmt];
	int rc;

	rc = transaction_check_block(session, stmt, &session->err);
	if (rc == 0)
		rc = session_plan(session, source, stmt, NULL, 0,
		    &portal->planned, &session->err);
	if (rc == 0 && portal->planned->plan->param_count > 0)
		rc = error_set(&session->err, STELE_E_UNDEFINED_PARAMETER,
		    "there is no parameter $1");
	session->job.rc = rc;
}

static void
plan_finish(struct session *session)
{
	if (session->job.rc != 0)
		session_fail(session);
}

enum step
simple_step(struct session *session)
{
	struct source *source = session->source;
	struct portal *portal = &session->simple;

	if (transaction_check(session,
		source->statements.items[session->next_stmt],
		&session->err) != 0)
		return STEP_FAIL;
	if (portal->planned != NULL) {
		enum step step = portal_execute(session, portal, 0, true);

		return step == STEP_FAIL && portal->stored.data != NULL
		    ? store_anew(session)
		    : step;
	}
	transaction_start(session);
	statement_begin(session, source,
	    source->statements.items[session->next_stmt]);
	/* One long statement; of many, each is short. */
	if (source->is_large && source->statements.count == 1)
		return session_submit(session, plan_work, plan_finish);
	plan_work(session);
	if (session->job.rc != 0)
		return STEP_FAIL;
	return portal_execute(session, portal, 0, true);
}
