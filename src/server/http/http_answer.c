/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_answer.c -- replies of the HTTP door.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/error.h"
#include "server/http/http_console.h"
#include "server/http/http_events.h"
#include "server/http/http_private.h"
#include "server/http/http_route.h"
#include "server/session_private.h"
#include "wire/http_reply.h"

#define JSON_TYPE "application/json"
#define TEXT_TYPE "text/plain; charset=utf-8"

/* ---- heads ---- */

static void
put_time(const struct session *session, struct buf *out)
{
	const struct http_door *http = session->native->http;
	int64_t taken_us =
	    (os_clock_monotonic_ns(session->server->clock) - http->started_ns) /
	    1000;

	buf_printf(out, "X-Execution-Time-Ms: %" PRId64 ".%03d\r\n",
	    taken_us / 1000, (int)(taken_us % 1000));
}

/*
 * A page of ours signs its user in itself: what asks for Basic makes the browser
 * ask for a password of its own.
 */
static struct str
challenge(const struct http_door *http)
{
	struct str site;

	if (http_request_field(&http->request, HTTP_FIELD_SEC_FETCH_SITE,
		&site) &&
	    str_equal(site, STR("same-origin")))
		return STR("Bearer realm=\"Stele\"");
	return STR("Basic realm=\"Stele\"");
}

/* What every reply has, up to its length. */
static void
put_head(const struct session *session, struct buf *out, int status,
    struct str type)
{
	const struct http_door *http = session->native->http;

	http_put_status(out, status,
	    os_clock_wall_us(session->server->clock) / 1000000 +
		OS_EPOCH_2000_SECONDS);
	http_put_field(out, "Content-Type", type);
	if (http->route != NULL && !http->route->is_open)
		put_time(session, out);
	if (status == 401)
		http_put_field(out, "WWW-Authenticate", challenge(http));
	if (http->route != NULL && http->route->action == HTTP_SERVE_CONSOLE)
		http_console_put_fields(session, out, status);
	if (http->route != NULL && http_route_is_known(http->route))
		http_put_field(out, "Cache-Control", STR("no-store"));
	if (status == 426) { /* what /ws is for */
		http_put_field(out, "Upgrade", STR("websocket"));
		http_put_field(out, "Connection", STR("Upgrade"));
		http_put_field(out, "Sec-WebSocket-Version", STR("13"));
	}
	if (status == 503)
		http_put_field(out, "Retry-After", STR("1"));
	if (http->is_last)
		http_put_field(out, "Connection", STR("close"));
	else if (http->request.is_http_1_0)
		http_put_field(out, "Connection", STR("keep-alive"));
}

/* 405 has what is allowed. */
static void
put_allow(const struct session *session, struct buf *out)
{
	buf_put_cstr(out, "Allow: ");
	http_route_allow(&session->native->http->request, out);
	buf_put_cstr(out, "\r\n");
}

static void
put_whole(struct session *session, struct buf *out, int status, struct str type,
    struct str body)
{
	struct http_door *http = session->native->http;

	put_head(session, out, status, type);
	if (status == 405)
		put_allow(session, out);
	if (status != 304)
		http_put_length(out, body.len);
	http_end_head(out);
	buf_put_str(out, body);
	http->reply.answer = HTTP_ANSWERED;
}

/* ---- bodies that have no rows ---- */

static bool
is_text(const struct session *session)
{
	return str_equal(str_of_cstr(session->native->format->name),
	    STR("text"));
}

/* The lines that were kept, in an array; NULL: they, or it, had no memory. */
static struct str *
split_lines(const struct http_door *http)
{
	const char *at = (const char *)http->reply.lines.data;
	struct str *lines;

	if (http->reply.lines.failed) /* fewer are there than were counted */
		return NULL;
	lines = calloc((size_t)http->reply.line_count + 1, sizeof(*lines));
	for (uint32_t i = 0; lines != NULL && i < http->reply.line_count; i++) {
		lines[i] = str_of_cstr(at);
		at += lines[i].len + 1;
	}
	return lines;
}

/* As the line door has them, or in the object. */
static void
put_lines_body(const struct session *session, struct buf *body)
{
	const struct http_door *http = session->native->http;
	struct str *lines = split_lines(http);

	if (lines == NULL) {
		body->failed = true;
	} else if (is_text(session)) {
		buf_put_cstr(body, "200 OK\n");
		for (uint32_t i = 0; i < http->reply.line_count; i++) {
			buf_put_str(body, lines[i]);
			buf_put_u8(body, '\n');
		}
	} else {
		http_put_result(body, 200, STR("OK"), lines,
		    http->reply.line_count);
	}
	free(lines);
}

/*
 * `text` is the error on one line.  A place is one of the body, unless a
 * statement was made of that.
 */
static void
put_error_body(const struct session *session, struct buf *body, int status,
    struct str text, const struct error *err)
{
	const struct http_door *http = session->native->http;
	bool has_place =
	    http->route != NULL && http->route->action == HTTP_RUN_TEXT;
	int position = has_place ? err->position : 0;

	if (is_text(session)) {
		buf_printf(body, "%d ", status);
		buf_put_str(body, text);
		buf_put_u8(body, '\n');
	} else if (http->has_full_errors) {
		http_put_full_error(body, status, err, position);
	} else {
		http_put_error(body, status, text, position);
	}
}

static struct str
media_type(const struct session *session)
{
	return is_text(session) ? STR(TEXT_TYPE) : STR(JSON_TYPE);
}

/* ---- what the session says ---- */

static void
forget_lines(struct http_door *http)
{
	buf_release(&http->reply.lines);
	http->reply.line_count = 0;
}

size_t
http_begin_part(struct session *session, struct buf *out)
{
	/* The end of HTTP/1.0's is that of the connection. */
	if (session->native->http->request.is_http_1_0)
		return out->len;
	return http_begin_chunk(out);
}

void
http_end_part(struct session *session, struct buf *out, size_t begin)
{
	if (!session->native->http->request.is_http_1_0)
		http_end_chunk(out, begin);
}

/* Lines amid rows: a line of their own, in forms that are lines. */
static void
put_lines_amid(struct session *session, struct buf *out)
{
	struct http_door *http = session->native->http;
	struct str format = str_of_cstr(session->native->format->name);
	size_t begin;

	if (is_text(session) || str_equal(format, STR("frames")) ||
	    str_equal(format, STR("ndjson"))) {
		begin = http_begin_part(session, out);
		put_lines_body(session, out);
		http_end_part(session, out, begin);
	}
	forget_lines(http);
}

void
http_begin_stream(struct session *session, struct buf *out, const char *type)
{
	struct http_door *http = session->native->http;

	if (http->reply.answer == HTTP_IN_ROWS)
		return;
	if (http->request.is_http_1_0)
		http->is_last = true;
	put_head(session, out, 200, str_of_cstr(type));
	if (!http->request.is_http_1_0)
		http_put_chunked(out);
	http_end_head(out);
	http->reply.answer = HTTP_IN_ROWS;
}

void
http_end_stream(struct session *session, struct buf *out)
{
	if (!session->native->http->request.is_http_1_0)
		http_put_last_chunk(out);
}

void
http_break_stream(struct session *session)
{
	struct http_door *http = session->native->http;

	http->reply.answer = HTTP_BROKEN;
	http->is_last = true;
}

static void
begin_rows(struct session *session, struct buf *out)
{
	http_begin_stream(session, out, session->native->format->content_type);
	if (session->native->http->reply.line_count > 0)
		put_lines_amid(session, out);
}

/* Lines that wait are put before the rows, and gone then. */
static bool
try_rows(struct session *session)
{
	struct http_door *http = session->native->http;

	http->reply.tried_answer = http->reply.answer;
	http->reply.tried_is_last = http->is_last;
	return http->reply.line_count == 0;
}

static void
forget_rows(struct session *session)
{
	struct http_door *http = session->native->http;

	http->reply.answer = http->reply.tried_answer;
	http->is_last = http->reply.tried_is_last;
}

static void
end_rows(struct session *session UNUSED, struct buf *out UNUSED)
{
	/* There may be more, of the next statement. */
}

/* Who wants full errors reads them among the rows, in forms that have lines. */
static bool
tells_errors(const struct session *session)
{
	return session->native->http->has_full_errors &&
	    session->native->format->error != NULL;
}

static void
break_rows(struct session *session, struct buf *out UNUSED,
    const struct native_error *error UNUSED)
{
	/* The format has said it: the reply ends as others do. */
	if (!tells_errors(session))
		http_break_stream(session);
}

/* Behind the rows of another statement. */
static void
put_error_amid(struct session *session, struct buf *out,
    const struct native_error *error)
{
	size_t begin;

	if (!tells_errors(session)) {
		http_break_stream(session);
		return;
	}
	forget_lines(session->native->http);
	begin = http_begin_part(session, out);
	put_error_body(session, out, error->status, error->text, error->err);
	http_end_part(session, out, begin);
}

static void
put_lines(struct session *session, struct buf *out, const struct str *lines,
    uint32_t count)
{
	struct http_door *http = session->native->http;

	if (http->stage == HTTP_APPENDING)
		return; /* the tag of COPY */
	for (uint32_t i = 0; i < count; i++) {
		buf_put_str(&http->reply.lines, lines[i]);
		buf_put_u8(&http->reply.lines, 0);
	}
	http->reply.line_count += count;
	if (http->reply.answer == HTTP_IN_ROWS)
		put_lines_amid(session, out);
	else
		http->reply.answer = HTTP_IN_LINES;
}

/* It undoes the statements before it, and their lines. */
static void
put_error(struct session *session, struct buf *out,
    const struct native_error *error)
{
	struct http_door *http = session->native->http;
	struct buf body;

	if (http->reply.answer == HTTP_IN_ROWS) {
		put_error_amid(session, out, error);
		return;
	}
	if (http->stage == HTTP_APPENDING && http->request.state != HTTP_BEYOND)
		http->is_last = true; /* lines are still to come */
	forget_lines(http);
	buf_init(&body);
	put_error_body(session, &body, error->status, error->text, error->err);
	put_whole(session, out, error->status, media_type(session),
	    buf_str(&body));
	out->failed |= body.failed;
	buf_release(&body);
}

static void
end_request(struct session *session, struct buf *out)
{
	struct http_door *http = session->native->http;
	struct buf body;

	if (http->stage == HTTP_APPENDING) {
		http_events_ended(session, out);
	} else if (http->reply.answer == HTTP_IN_LINES) {
		buf_init(&body);
		put_lines_body(session, &body);
		put_whole(session, out, 200, media_type(session),
		    buf_str(&body));
		out->failed |= body.failed;
		buf_release(&body);
	} else if (http->reply.answer == HTTP_IN_ROWS) {
		http_end_stream(session, out);
	}
	forget_lines(http);
}

const struct native_door http_native_door = {
	.name = "HTTP",
	.alpn = "http/1.1",
	.begin_rows = begin_rows,
	.try_rows = try_rows,
	.forget_rows = forget_rows,
	.begin_part = http_begin_part,
	.end_part = http_end_part,
	.end_rows = end_rows,
	.break_rows = break_rows,
	.put_lines = put_lines,
	.put_error = put_error,
	.end_request = end_request,
};

/*
 * A reply on its own, in place of the one that waited for the commit: what is
 * kept now belongs to a later request.  But while rows have been sent there is
 * none.
 */
void
http_commit_failed(struct session *session, struct buf *out,
    const struct error *err, bool is_amid)
{
	struct http_door *http = session->native->http;
	struct http_reply later = http->reply;

	if (http->stage == HTTP_APPENDING &&
	    http_events_not_stored(session, out, err))
		return;
	if (is_amid || http->reply.answer == HTTP_IN_ROWS) {
		http_break_stream(session);
		return;
	}
	http->reply = (struct http_reply){ .answer = HTTP_UNANSWERED };
	native_commit_failed(session, out, err, false);
	http->reply = later;
}

void
http_committed(struct session *session, struct buf *out,
    uint64_t first_event_id)
{
	if (session->native->http->stage == HTTP_APPENDING)
		http_events_stored(session, out, first_event_id);
}

/* ---- what the door says itself ---- */

/* A HEAD has all but the body. */
static void
send_whole(struct session *session, int status, struct str type,
    struct str body)
{
	struct buf *out = session_out(session);

	put_whole(session, out, status, type, body);
	if (session->native->http->request.method == HTTP_METHOD_HEAD &&
	    !out->failed)
		out->len -= body.len;
	session_flush(session);
}

void
http_answer(struct session *session, int status, const char *type,
    struct str body)
{
	send_whole(session, status, str_of_cstr(type), body);
}

void
http_answer_error(struct session *session, int status)
{
	struct buf body;

	buf_init(&body);
	put_error_body(session, &body, status,
	    str_of_cstr(session->err.message), &session->err);
	session_out(session)->failed |= body.failed;
	send_whole(session, status, media_type(session), buf_str(&body));
	buf_release(&body);
}
