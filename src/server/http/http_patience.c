/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_patience.c -- how long a client of the HTTP door is waited for.
 *
 * The session's one timer is lent: while a statement runs it is that statement's,
 * and before anybody has been let in authentication_timeout's.  The statement that
 * takes a body as it comes, COPY, has a timer for that besides.
 */
#include "common/log.h"
#include "server/http/http_private.h"
#include "server/session_private.h"

/* How long a body may be slower than http_body_rate. */
#define SLOW_BODY_MS 10000
/* How long a client that is told to go may take. */
#define LEAVE_MS 1000

void
http_end_patience(struct session *session)
{
	struct http_door *http = session->native->http;

	if (http->patience == HTTP_AWAITS_LINES)
		loop_timer_disarm(&http->lines_timer);
	else if (http->patience != HTTP_NO_TIMER)
		loop_timer_disarm(&session->timer);
	http->patience = HTTP_NO_TIMER;
}

static void
set_timer(struct session *session, enum http_patience patience,
    int64_t delay_ms, void (*fn)(void *))
{
	struct loop_timer *timer = patience == HTTP_AWAITS_LINES
	    ? &session->native->http->lines_timer
	    : &session->timer;
	struct error err;

	if (loop_timer_arm(session->net->loop, timer, (uint64_t)delay_ms, fn,
		session, &err) != 0)
		log_warn(LOG_SESSION, "session is idle without a timeout",
		    LOG_FAILURE(&err));
	else
		session->native->http->patience = patience;
}

void
http_give_up(struct session *session, int status)
{
	struct http_door *http = session->native->http;

	http->is_last = true;
	if (http->reply.answer == HTTP_IN_ROWS)
		http_break_stream(session);
	else
		http_answer_error(session, status);
}

static int
not_in_time(struct session *session)
{
	return error_set(&session->err, STELE_E_IDLE_SESSION_TIMEOUT,
	    "the HTTP request did not come in time");
}

static void
too_slow_cb(void *arg)
{
	struct session *session = arg;

	session->native->http->patience = HTTP_NO_TIMER;
	if (session->conn == NULL || session->is_busy)
		return;
	(void)not_in_time(session);
	http_give_up(session, 408);
	session_goodbye(session);
}

/* COPY is on, and ends: all that has come of it is dropped. */
static void
no_lines_cb(void *arg)
{
	struct session *session = arg;
	struct http_door *http = session->native->http;

	http->patience = HTTP_NO_TIMER;
	if (session->conn == NULL || session->copy == NULL ||
	    http->request.state == HTTP_BEYOND)
		return;
	if (session->state != SESSION_READY || session->is_yielding ||
	    conn_has_more(session->conn)) {
		http_await_more(session); /* it is us who are slow */
		return;
	}
	http->is_last = true;
	(void)not_in_time(session);
	session_fail(session);
	session_run(session);
}

static void
too_idle_cb(void *arg)
{
	struct session *session = arg;

	session->native->http->patience = HTTP_NO_TIMER;
	if (session->conn == NULL || session->is_busy)
		return;
	if (session_is_quiet(session))
		session_goodbye(session);
	else /* it is us whom the client waits for */
		http_await_next(session);
}

/* How long the body of a command may still be as short as it is; -1: any time. */
static int64_t
body_left_ms(struct session *session)
{
	const struct http_door *http = session->native->http;
	int64_t rate = session->settings.server->http_body_rate_bytes;
	int64_t spent_ms, due_ms;

	if (http->stage != HTTP_TAKING || rate == 0)
		return -1;
	session_look_at_clock(session);
	spent_ms = (session->now_ns - http->started_ns) / 1000000;
	due_ms = SLOW_BODY_MS +
	    (int64_t)(http->request.body_bytes / (uint64_t)rate) * 1000;
	return due_ms > spent_ms ? due_ms - spent_ms : 0;
}

/*
 * How long more of the request is waited for, from now on.  A head that has begun
 * keeps its timer until it is whole; a body gets a new one with each piece.
 */
static int64_t
patience_ms(const struct session *session)
{
	const struct config *config = session->settings.server;

	return session->native->http->request.state == HTTP_IN_HEAD
	    ? config->http_header_timeout_ms
	    : config->http_body_timeout_ms;
}

static void
await_lines(struct session *session)
{
	int64_t timeout_ms = patience_ms(session);

	if (timeout_ms > 0 &&
	    session->native->http->patience != HTTP_AWAITS_LINES)
		set_timer(session, HTTP_AWAITS_LINES, timeout_ms, no_lines_cb);
}

void
http_await_more(struct session *session)
{
	int64_t timeout_ms = patience_ms(session);
	int64_t left_ms = body_left_ms(session);

	if (session->copy != NULL)
		await_lines(session);
	if (!session->native->has_begun || session->is_busy)
		return;
	if (left_ms >= 0 && (timeout_ms == 0 || left_ms < timeout_ms))
		timeout_ms = left_ms + 1;
	if (timeout_ms > 0 &&
	    session->native->http->patience != HTTP_AWAITS_MORE)
		set_timer(session, HTTP_AWAITS_MORE, timeout_ms, too_slow_cb);
}

void
http_await_next(struct session *session)
{
	int64_t timeout_ms = session->settings.server->http_idle_timeout_ms;
	int64_t other_ms = session->settings.config.idle_session_timeout_ms;

	if (session->native->has_begun && timeout_ms > 0 && !session->is_busy &&
	    (other_ms == 0 || timeout_ms < other_ms) &&
	    session->native->http->patience != HTTP_AWAITS_NEXT)
		set_timer(session, HTTP_AWAITS_NEXT, timeout_ms, too_idle_cb);
}

static void
leave_cb(void *arg)
{
	struct session *session = arg;

	if (session->conn != NULL)
		conn_close(session->conn);
}

void
http_await_end(struct session *session)
{
	set_timer(session, HTTP_AWAITS_END, LEAVE_MS, leave_cb);
}
