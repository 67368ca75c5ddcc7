/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_door.c -- the HTTP door: requests, and what becomes of them.
 */
#include "server/http/http_door.h"

#include <stdlib.h>

#include "common/log.h"
#include "server/http/http_events.h"
#include "server/http/http_private.h"
#include "server/http/http_route.h"
#include "server/session_private.h"

/* What is read of a body that nobody wants, to keep the connection. */
#define DROP_MAX ((uint64_t)1 << 20)

/* ---- the connection ---- */

static bool
open_door(struct session *session)
{
	struct http_door *http = calloc(1, sizeof(*http));
	struct config *config = server_config(session->server);
	struct error ignored;
	bool is_open;

	is_open = http != NULL && native_open(session, &http_native_door);
	if (is_open) {
		session->native->http = http;
		is_open =
		    http_request_init(&http->request,
			(size_t)config->http_header_size_bytes,
			(uint32_t)config->http_header_count, &ignored) == 0;
		arena_init(&http->arena, NULL);
		buf_init_charged(&http->body, &session->server->memory);
		buf_init_charged(&http->raw, &session->server->memory);
		buf_init_charged(&http->reply.lines, &session->server->memory);
	} else {
		free(http);
	}
	config_unref(config);
	return is_open;
}

void
http_free_state(struct session *session)
{
	struct http_door *http = session->native->http;

	if (http == NULL)
		return;
	loop_timer_release(&http->lines_timer);
	http_request_release(&http->request);
	buf_release(&http->body);
	buf_release(&http->raw);
	buf_release(&http->reply.lines);
	arena_release(&http->arena);
	http_events_free(http->events);
	session->native->http = NULL;
	free(http);
}

static void
release_door(struct session *session)
{
	if (session->native != NULL)
		http_free_state(session);
	native_release(session);
}

/* ---- the end ---- */

/* What is left of the request, if anything, is passed over. */
static enum step
leave(struct session *session)
{
	struct http_door *http = session->native->http;
	bool is_whole = http->request.state == HTTP_BEYOND;

	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	session_flush(session);
	if (is_whole || http->reply.answer == HTTP_BROKEN) {
		session_goodbye(session);
		return STEP_IDLE;
	}
	http->stage = HTTP_LEAVING;
	http_await_end(session);
	return STEP_DONE;
}

static enum step
pass_over(struct session *session)
{
	conn_consume(session->conn, conn_input(session->conn).len);
	return STEP_IDLE;
}

/* ---- answers of the door itself ---- */

enum step
http_answered(struct session *session)
{
	struct http_door *http = session->native->http;

	http->stage = HTTP_DROPPING;
	return STEP_DONE;
}

enum step
http_refuse(struct session *session, int status)
{
	struct http_door *http = session->native->http;
	struct error ignored;

	if (http->request.expects_continue || !http->request.keeps_alive ||
	    http_request_limit_body(&http->request, DROP_MAX, &ignored) != 0)
		http->is_last = true;
	http_answer_error(session, status);
	return http_answered(session);
}

/* What is no request, or not to its end: there is no next one either. */
static enum step
no_request(struct session *session)
{
	struct http_door *http = session->native->http;

	if (session->copy != NULL) { /* it undoes all lines */
		http->is_last = true;
		return STEP_FAIL;
	}
	if (http->stage == HTTP_BETWEEN)
		http_begin_request(session);
	http_end_patience(session);
	buf_release(&http->body);
	http_events_free(http->events);
	http->events = NULL;
	http_give_up(session, http->request.status);
	return http_answered(session);
}

/* ---- commands ---- */

static enum step
run(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step step = http_run(session, buf_str(&http->body));

	if (step == STEP_AGAIN || step == STEP_MORE || step == STEP_YIELD)
		return step;
	buf_release(&http->body);
	buf_release(&http->raw);
	http->stage = HTTP_BETWEEN;
	return step;
}

static bool
is_blank(struct str text)
{
	size_t len = 0;

	while (len < text.len && strchr(" \t\r\n", text.data[len]) != NULL &&
	    text.data[len] != '\0')
		len++;
	return len == text.len;
}

/* The body is whole. */
static enum step
begin_command(struct session *session)
{
	struct http_door *http = session->native->http;

	http_end_patience(session);
	http->stage = HTTP_RUNNING;
	if (http->body.failed) {
		(void)session_out_of_memory(session);
		buf_release(&http->body);
		http_answer_error(session, 503);
		return http_answered(session);
	}
	if (http_route_is_known(http->route)) {
		http->stage = HTTP_KNOWING;
		return STEP_DONE;
	}
	if (http->route->method == HTTP_METHOD_POST &&
	    is_blank(buf_str(&http->body))) {
		(void)error_set(&session->err, STELE_E_SYNTAX, "Empty command");
		http_answer_error(session, 400);
		return http_answered(session);
	}
	if (http->route->action != HTTP_RUN_TEXT)
		return http_translate(session);
	return STEP_DONE;
}

/* ---- input ---- */

static enum step
take_event(struct session *session, int event)
{
	struct http_door *http = session->native->http;

	if (event < 0)
		return no_request(session);
	switch ((enum http_event)event) {
	case HTTP_EVENT_MORE:
		if (http->request.state == HTTP_BEYOND)
			http_await_next(session);
		else
			http_await_more(session);
		return STEP_IDLE;
	case HTTP_EVENT_HEAD:
		return http_take_head(session);
	case HTTP_EVENT_BODY:
		http_end_patience(session);
		if (http->stage == HTTP_TAKING)
			buf_put_str(&http->body, http->request.piece);
		else if (http->stage == HTTP_APPENDING)
			http_events_feed(session);
		return STEP_DONE;
	case HTTP_EVENT_END:
		if (http->stage == HTTP_TAKING)
			return begin_command(session);
		if (http->stage == HTTP_APPENDING)
			http_events_end(session);
		else
			http->stage = HTTP_BETWEEN;
		return STEP_DONE;
	}
	return STEP_DONE;
}

static enum step
next_event(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step step;
	size_t used;
	int event;

	event = http_request_next(&http->request, conn_input(session->conn),
	    &used, &session->err);
	step = take_event(session, event);
	if (session->conn != NULL && used > 0)
		conn_consume(session->conn, used);
	return step;
}

/* Body, up to what is enough; behind the last of it, its end. */
static enum step
take_body(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step step = STEP_DONE;

	while (step == STEP_DONE && session->conn != NULL &&
	    http->stage == HTTP_APPENDING &&
	    http->request.state != HTTP_BEYOND &&
	    (http->request.state == HTTP_AT_END ||
		!http_events_has_enough(session)))
		step = next_event(session);
	return step;
}

/*
 * All that has come is taken, then what it allows is done.  What a read has left
 * in the socket has come, too: one transaction is made of it all.
 */
static enum step
append(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step taken = take_body(session), step;

	if (http->stage != HTTP_APPENDING || session->conn == NULL ||
	    taken == STEP_FAIL ||
	    (taken == STEP_IDLE && conn_has_more(session->conn)))
		return taken;
	step = http_events_step(session);
	if (session->conn == NULL)
		return step;
	/* There was enough, but is no more, and not all of it is taken. */
	if (step == STEP_IDLE && taken == STEP_DONE &&
	    !http_events_has_enough(session))
		return STEP_DONE;
	if (!http_events_is_over(session))
		return step;
	http_end_patience(session);
	http_events_free(http->events);
	http->events = NULL;
	http->stage =
	    http->request.state == HTTP_BEYOND ? HTTP_BETWEEN : HTTP_DROPPING;
	return STEP_DONE;
}

static enum step
http_input(struct session *session)
{
	struct http_door *http = session->native->http;

	if (http->stage == HTTP_LEAVING)
		return pass_over(session);
	if (http->stage == HTTP_RUNNING)
		return run(session);
	if (http->stage == HTTP_APPENDING)
		return append(session);
	if (http->stage == HTTP_UPGRADING)
		return http_upgrade(session);
	if (http->stage == HTTP_KNOWING)
		return http_user_step(session);
	if (http->is_last && http->stage != HTTP_TAKING)
		return leave(session);
	/* What has rows is answered before the next is read. */
	if (http->reply.answer == HTTP_IN_ROWS && !session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	return next_event(session);
}

/* COPY's rows come otherwise. */
static void
begin_copy(struct session *session UNUSED, struct buf *out UNUSED,
    const struct portal *portal UNUSED)
{
}

/* Events that come as they happen take as long as they do. */
static int64_t
statement_timeout_ms(const struct session *session)
{
	return session->native->http->stage == HTTP_APPENDING
	    ? 0
	    : session->settings.server->http_statement_timeout_ms;
}

static const struct voice_copy voice_copy = {
	.may = http_events_may_copy,
	.begin_in = begin_copy,
};

const struct voice voice_http = {
	.open = open_door,
	.startup = native_startup,
	.input = http_input,
	.is_stateless = true,
	.copy = &voice_copy,
	.statement_timeout_ms = statement_timeout_ms,
	NATIVE_REPLIES,
	.release = release_door,
	.committed = http_committed,
	.commit_failed = http_commit_failed,
};
