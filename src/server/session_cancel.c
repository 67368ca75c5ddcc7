/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_cancel.c -- cancelling what a session does: by its client, by a
 * timeout, because nobody is there any more.
 *
 * Whoever cancels sets a flag, from any thread.  Who computes tests it: workers
 * as they go, each step before it begins.  For a session that computes nothing
 * a message goes to its own thread, which ends what the session waits for:
 *
 *   a worker       the job is taken back from the queue
 *   room           the step is repeated, and finds the flag
 *   its own commit given up if it waits for room itself.  One that has its
 *                  numbers is decided, and answered when the log has it
 *   a flush        left alone: it goes on by itself
 *   the socket     the worker is called to end the query, if there is one
 *   more of COPY   the COPY fails
 */
#include "server/session_private.h"

#include "wire/pg_backend.h"

void
session_cancel(struct session *session, enum cancel_reason reason)
{
	int none = CANCEL_NONE;

	/* The first reason counts; `cancel` tells the executor. */
	(void)atomic_compare_exchange_strong_explicit(&session->cancel_reason,
	    &none, (int)reason, memory_order_relaxed, memory_order_relaxed);
	atomic_store_explicit(&session->cancel, true, memory_order_release);
	/*
	 * One message at a time.  It is there before the one that frees the
	 * session: only registered sessions are cancelled by other threads.
	 */
	if (!atomic_exchange_explicit(&session->is_poked, true,
		memory_order_acq_rel))
		loop_post(session->net->loop, &session->poke);
}

void
session_end(struct session *session)
{
	atomic_store_explicit(&session->is_to_end, true, memory_order_release);
	session_cancel(session, CANCEL_USER);
}

void
session_forget_cancel(struct session *session)
{
	/* In this order: one that comes meanwhile may lose its reason only. */
	atomic_store_explicit(&session->cancel, false, memory_order_relaxed);
	atomic_store_explicit(&session->cancel_reason, CANCEL_NONE,
	    memory_order_release);
}

static bool
is_cancelled(const struct session *session)
{
	return atomic_load_explicit(&session->cancel, memory_order_acquire);
}

int
session_check_cancel(struct session *session)
{
	if (!is_cancelled(session))
		return 0;
	return error_set(&session->err, STELE_E_QUERY_CANCELED,
	    "canceling statement due to user request");
}

/* A timeout that came just after its statement must not hit the next one. */
void
session_stop_timeout(struct session *session)
{
	if (session->is_terminating)
		return; /* the timer is that of its end */
	loop_timer_disarm(&session->timer);
	if (atomic_load_explicit(&session->cancel_reason,
		memory_order_relaxed) == CANCEL_TIMEOUT)
		session_forget_cancel(session);
}

void
session_name_cancel(const struct session *session, struct error *err)
{
	if (err->code != STELE_E_QUERY_CANCELED ||
	    atomic_load_explicit(&session->cancel_reason,
		memory_order_relaxed) != CANCEL_TIMEOUT)
		return;
	(void)error_set(err, STELE_E_QUERY_CANCELED,
	    "canceling statement due to statement timeout");
}

/* ---- what a session waits for ---- */

bool
session_take_back(struct session *session)
{
	struct job *job = &session->job;

	if (session->state != SESSION_WORKING ||
	    !pool_remove(session->server->pool, &job->job))
		return false;
	session_set_state(session, SESSION_READY);
	return true;
}

static void
cancel_job(struct session *session)
{
	if (!session_take_back(session))
		return; /* the worker sees the flag */
	session->job.rc = session_check_cancel(session);
	session->job.finish(session);
	session_async_ended(session);
}

/* A commit that waits for room, or a flush that goes on without us. */
static void
cancel_awaited(struct session *session)
{
	struct pending *pending = session->awaited;

	if (!pending->is_flush) {
		(void)engine_commit_cancel(session->server->engine,
		    &pending->commit);
		return;
	}
	pending->is_left = true;
	session->awaited = NULL;
	session->on_commit = NULL;
	session->wait = WAIT_NOTHING;
	session_set_state(session, SESSION_READY);
	(void)session_check_cancel(session);
	session_fail(session);
}

static void
cancel_wait(struct session *session)
{
	switch (session->wait) {
	case WAIT_NOTHING:
	case WAIT_OUTPUT: /* nothing runs */
	case WAIT_END:    /* cancelled with those that are held */
		break;
	case WAIT_QUIET:
	case WAIT_WAKE:
		session->wait = WAIT_NOTHING;
		session_set_state(session, SESSION_READY);
		break;
	case WAIT_COMMIT:
		cancel_awaited(session);
		break;
	case WAIT_DRAINED:
		session_resume_job(session);
		break;
	}
}

/* Replies that wait for commits without room need not wait. */
static void
cancel_held_commits(struct session *session)
{
	struct pending *pending = session->first_pending;

	for (; pending != NULL; pending = pending->next)
		if (!pending->is_done)
			(void)engine_commit_cancel(session->server->engine,
			    &pending->commit);
}

static void
poked_cb(struct loop_post *post)
{
	struct session *session = POST_OWNER(post, struct session, poke);

	atomic_store_explicit(&session->is_poked, false, memory_order_release);
	if (session->conn == NULL || session->is_terminating)
		return;
	if (atomic_load_explicit(&session->is_to_end, memory_order_acquire)) {
		session_terminate(session);
		return;
	}
	if (!is_cancelled(session))
		return;
	cancel_held_commits(session);
	switch (session->state) {
	case SESSION_STARTUP:
	case SESSION_ENDED:
		break;
	case SESSION_READY:
		if (session->copy != NULL)
			copy_in_cancel(session);
		break;
	case SESSION_WAITING:
		cancel_wait(session);
		break;
	case SESSION_WORKING:
		cancel_job(session);
		break;
	}
	session_run(session);
}

void
session_cancel_init(struct session *session)
{
	session->poke.fn = poked_cb;
}
