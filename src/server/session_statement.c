/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_statement.c -- a statement begins and ends: its timeout, its place in the
 * log, what others see of it; and what a session may keep of statements.
 */
#include "common/log.h"
#include "server/session_private.h"
#include "sql/ast.h"

static void
timeout_cb(void *arg)
{
	session_cancel(arg, CANCEL_TIMEOUT);
}

/* The time of day when the clock was looked at last. */
static int64_t
wall_us(struct session *session)
{
	if (session->epoch_us == 0)
		session->epoch_us = os_clock_wall_us(session->server->clock) -
		    session->now_ns / 1000;
	return session->epoch_us + session->now_ns / 1000;
}

void
session_begin_progress(struct session *session)
{
	struct scan_progress *progress = &session->progress;

	atomic_store_explicit(&progress->events, 0, memory_order_relaxed);
	atomic_store_explicit(&progress->events_total, 0, memory_order_relaxed);
	atomic_store_explicit(&progress->memory_bytes, 0, memory_order_relaxed);
}

static int64_t
timeout_ms(const struct session *session)
{
	int64_t own_ms = session->settings.config.statement_timeout_ms;

	return own_ms == 0 && session->voice->statement_timeout_ms != NULL
	    ? session->voice->statement_timeout_ms(session)
	    : own_ms;
}

void
statement_begin(struct session *session, struct source *source,
    const struct ast_stmt *stmt)
{
	statement_begin_as(session, source, stmt, stmt->text);
}

void
statement_begin_as(struct session *session, struct source *source,
    const struct ast_stmt *stmt, struct str text)
{
	int64_t left_ms = timeout_ms(session);
	struct error err;

	if (left_ms > 0 &&
	    loop_timer_arm(session->net->loop, &session->timer,
		(uint64_t)left_ms, timeout_cb, session, &err) != 0)
		log_warn(LOG_SESSION, "statement runs without a timeout",
		    LOG_FAILURE(&err));
	source_unref(session->logged);
	session->logged = source_ref(source);
	session->logged_stmt = stmt;
	session->started_ns = session->now_ns;
	session->is_amid_rows = false;
	session_begin_progress(session);
	activity_begin(&session->activity, text, wall_us(session));
}

void
statement_end(struct session *session)
{
	session_stop_timeout(session);
	session->transaction.has_run = true;
	if (session->source == NULL)
		return;
	portal_reset(&session->simple);
	session->next_stmt++;
	if (session->next_stmt < session->source->statements.count)
		return;
	source_unref(session->source);
	session->source = NULL;
	session_end_request(session);
}

/* ---- what is kept ---- */

struct source *
session_source(struct session *session, struct str text)
{
	return source_new(text,
	    (size_t)session->settings.server->statement_memory_bytes,
	    &session->server->memory);
}

uint32_t
session_prepared_max(const struct session *session)
{
	return (uint32_t)session->settings.server->max_prepared_statements;
}

uint32_t
session_portal_max(const struct session *session)
{
	return (uint32_t)session->settings.server->max_portals;
}
