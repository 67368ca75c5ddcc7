/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_door.c -- the HTTP door: requests, and what becomes of them.
 */
#include "server/http/http_door.h"

#include <stdlib.h>

#include "common/crypto.h"
#include "common/json.h"
#include "common/log.h"
#include "server/http/http_console.h"
#include "server/http/http_events.h"
#include "server/http/http_gate.h"
#include "server/http/http_guard.h"
#include "server/http/http_metrics.h"
#include "server/http/http_openapi.h"
#include "server/http/http_private.h"
#include "server/http/http_route.h"
#include "server/http/json_command.h"
#include "server/login/native_headers.h"
#include "server/native/websocket_door.h"
#include "server/session_private.h"
#include "wire/http_accept.h"
#include "wire/http_reply.h"
#include "wire/http_target.h"

/* What is read of a body that nobody wants, to keep the connection. */
#define DROP_MAX ((uint64_t)1 << 20)
/* The body of a command by which nobody has been let in yet. */
#define UNPROVEN_BODY_MAX ((uint64_t)1 << 20)
/* The body of what http_user.c answers. */
#define USER_BODY_MAX ((uint64_t)16 << 10)

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

static void
free_state(struct session *session)
{
	struct http_door *http = session->native->http;

	if (http == NULL)
		return;
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
		free_state(session);
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

/* The rest of the body is read, if it is little and will come. */
enum step
http_answered(struct session *session)
{
	struct http_door *http = session->native->http;

	http->stage = HTTP_DROPPING;
	return STEP_DONE;
}

/* session->err says why. */
static enum step
refuse(struct session *session, int status)
{
	struct http_door *http = session->native->http;
	struct error ignored;

	if (http->request.expects_continue || !http->request.keeps_alive ||
	    http_request_limit_body(&http->request, DROP_MAX, &ignored) != 0)
		http->is_last = true;
	http_answer_error(session, status);
	return http_answered(session);
}

static void
tell_routes(struct session *session)
{
	struct buf text;

	buf_init(&text);
	http_openapi_put(&text);
	session_out(session)->failed |= text.failed;
	http_answer(session, 200, "application/json", buf_str(&text));
	buf_release(&text);
}

/* Alive is who answers; ready is who can take a store. */
static enum step
tell(struct session *session)
{
	const struct http_door *http = session->native->http;
	const struct server *server = session->server;

	if (http->route->action == HTTP_SERVE_CONSOLE)
		http_console_answer(session);
	else if (http->route->action == HTTP_TELL_ROUTES)
		tell_routes(session);
	else if (http->route->action == HTTP_TELL_READY &&
	    (session->net->is_stopping ||
		atomic_load_explicit(&server->has_failed,
		    memory_order_acquire)))
		http_answer(session, 503, "text/plain", STR("stopping\n"));
	else
		http_answer(session, 200, "text/plain", STR("ok\n"));
	return http_answered(session);
}

/* ---- heads ---- */

/* Frames are what who accepts anything gets, and nobody knows their type. */
static struct str
negotiated_type(const struct result_format *format)
{
	struct str name = str_of_cstr(format->name);

	return str_equal(name, STR("frames"))
	    ? STR("application/x-sneldb-frames")
	    : str_of_cstr(format->content_type);
}

/* What "accept" likes best, the first of equals: 0, or a status. */
static int
negotiate_format(struct session *session)
{
	const struct http_request *request = &session->native->http->request;
	const struct result_format *format, *best = NULL;
	uint32_t best_rank = 0;

	for (uint32_t i = 0; (format = result_format_at(i)) != NULL; i++) {
		uint32_t rank =
		    http_accept_rank(request, negotiated_type(format));

		if (rank > best_rank) {
			best_rank = rank;
			best = format;
		}
	}
	if (best != NULL) {
		session->native->format = best;
		return 0;
	}
	(void)error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "no format that \"accept\" names is known");
	return 406;
}

/* ?format=, or what is accepted: 0, or a status. */
static int
choose_format(struct session *session)
{
	struct http_door *http = session->native->http;
	struct str query = http->request.query, name, value;
	int rc;

	while ((rc = http_query_next(&query, &http->arena, &name, &value,
		    &session->err)) == 1) {
		const struct result_format *format;

		if (!str_equal(name, STR("format")))
			continue;
		format = result_format_of_name(value);
		if (format != NULL) {
			session->native->format = format;
			return 0;
		}
		(void)error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "format \"%.*s\" is not known", STR_FMT(value));
		return 400;
	}
	return rc != 0 ? 400 : negotiate_format(session);
}

/* ---- who a request is from ---- */

static struct str
field(const struct http_request *request, enum http_field_name name)
{
	struct str value;

	return http_request_field(request, name, &value) ? value
							 : str_of("", 0);
}

/* Path and query, as they are written. */
static struct str
target(const struct http_request *request)
{
	if (request->query.len == 0)
		return request->path;
	return str_of(request->path.data,
	    (size_t)(request->query.data + request->query.len -
		request->path.data));
}

/* What is signed: the body as it came, or where it has none, the target. */
static struct str
signed_text(const struct http_door *http)
{
	if (http->route->method != HTTP_METHOD_POST)
		return target(&http->request);
	return http->raw.len > 0 ? buf_str(&http->raw) : buf_str(&http->body);
}

void
http_know_request(struct session *session, struct str command,
    struct native_basic *space, struct native_request *out)
{
	const struct http_door *http = session->native->http;
	const struct native_headers headers = {
		.authorization =
		    field(&http->request, HTTP_FIELD_AUTHORIZATION),
		.user = field(&http->request, HTTP_FIELD_X_AUTH_USER),
		/* Of events nobody has the whole when the first is stored. */
		.signature = http->route->action == HTTP_APPEND
		    ? str_of("", 0)
		    : field(&http->request, HTTP_FIELD_X_AUTH_SIGNATURE),
	};

	native_request_of_headers(&headers, signed_text(http), command, space,
	    out);
}

enum step
http_run(struct session *session, struct str command)
{
	struct native_request request;
	struct native_basic space;
	enum step step;

	http_know_request(session, command, &space, &request);
	step = native_request_run(session, &request);
	crypto_wipe(&space, sizeof(space));
	return step;
}

/* ---- heads ---- */

/* One of two words: whether it is the second; `rc` is a status else. */
static bool
is_second(struct session *session, struct str name, struct str value,
    const char *first, const char *second, int *rc)
{
	if (!str_equal(value, str_of_cstr(first)) &&
	    !str_equal(value, str_of_cstr(second))) {
		(void)error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "%.*s is \"%s\" or \"%s\", not \"%.*s\"", STR_FMT(name),
		    first, second, STR_FMT(value));
		*rc = 400;
	}
	return str_equal(value, str_of_cstr(second));
}

/*
 * ?times=, ?dictionaries=, ?read_only=, ?timing=: 0, or a status.  Nobody who was written for SnelDB
 * asks for arrow: it has true times unless something else is said.
 */
static int
choose_form(struct session *session)
{
	struct http_door *http = session->native->http;
	struct result_writer *writer = &session->native->writer;
	struct str query = http->request.query, name, value;
	bool is_arrow =
	    session->native->format == result_format_of_name(STR("arrow"));
	int rc, status = 0;

	writer->times = is_arrow ? RESULT_TIMES_TRUE : RESULT_TIMES_SECONDS;
	writer->has_dictionaries = false;
	while (status == 0 &&
	    (rc = http_query_next(&query, &http->arena, &name, &value,
		 &session->err)) != 0) {
		if (rc < 0)
			status = 400;
		else if (str_equal(name, STR("errors")))
			http->has_full_errors = is_second(session, name, value,
			    "short", "full", &status);
		else if (str_equal(name, STR("times")))
			writer->times = is_second(session, name, value,
					    "seconds", "true", &status)
			    ? RESULT_TIMES_TRUE
			    : RESULT_TIMES_SECONDS;
		else if (str_equal(name, STR("dictionaries")))
			writer->has_dictionaries = is_second(session, name,
			    value, "off", "on", &status);
		else if (str_equal(name, STR("read_only")))
			session->settings.is_read_only_held =
			    is_second(session, name, value, "0", "1", &status);
		else if (str_equal(name, STR("timing")))
			writer->has_time =
			    is_second(session, name, value, "0", "1", &status);
	}
	return status;
}

/* What is needed of a command before its body is read: 0, or a status. */
static int
check_command(struct session *session)
{
	struct http_door *http = session->native->http;
	struct str encoding;

	if (http_request_field(&http->request, HTTP_FIELD_CONTENT_ENCODING,
		&encoding) &&
	    !str_equal_nocase(encoding, STR("identity"))) {
		(void)error_set(&session->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "content encoding \"%.*s\" is not supported",
		    STR_FMT(encoding));
		return 415;
	}
	return http_gate(session, &http->request, &session->err);
}

/* By which others name what it runs: 0, or a status. */
static int
take_request_id(struct session *session)
{
	struct http_door *http = session->native->http;
	struct str id;

	if (!http_request_field(&http->request, HTTP_FIELD_X_REQUEST_ID, &id))
		return 0;
	if (id.len > ACTIVITY_REQUEST_SIZE) {
		(void)error_set(&session->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "X-Request-Id is longer than %d bytes",
		    ACTIVITY_REQUEST_SIZE);
		return 400;
	}
	http->has_id = id.len > 0;
	activity_set_request(&session->activity, id);
	return 0;
}

/* How a command is answered, and how long it may be: 0, or a status. */
static int
limit_command(struct session *session)
{
	struct http_door *http = session->native->http;
	uint64_t size_max =
	    (uint64_t)session->settings.server->max_statement_size_bytes;
	int status = 0;

	if (http->route->action == HTTP_MEASURE)
		session->native->format = &http_metrics_format;
	else
		status = choose_format(session);
	if (status == 0)
		status = choose_form(session);
	if (status == 0)
		status = take_request_id(session);
	if (status != 0)
		return status;
	if (!session->native->has_begun && size_max > UNPROVEN_BODY_MAX)
		size_max = UNPROVEN_BODY_MAX;
	if (http_route_is_known(http->route))
		size_max = USER_BODY_MAX;
	return http_request_limit_body(&http->request, size_max,
		   &session->err) == 0
	    ? 0
	    : http->request.status;
}

/* He is not told why. */
int
http_not_let_in(struct session *session)
{
	(void)error_set(&session->err, STELE_E_INVALID_AUTHORIZATION,
	    "Authentication failed");
	return 401;
}

/* Who appends is known before the first line is read. */
static int
begin_append(struct session *session)
{
	struct native_admission admission;
	struct native_request request;
	struct native_basic space;
	int status;

	http_know_request(session, str_of("", 0), &space, &request);
	native_admit(session, &request, &admission);
	crypto_wipe(&space, sizeof(space));
	if (admission.verdict != NATIVE_ADMITTED)
		return http_not_let_in(session);
	status = http_events_begin(session);
	if (status != 0) {
		http_events_free(session->native->http->events);
		session->native->http->events = NULL;
	}
	return status;
}

static void
begin_request(struct session *session)
{
	struct http_door *http = session->native->http;
	uint32_t request_max =
	    (uint32_t)session->settings.server->http_max_requests;

	http_end_patience(session);
	http->route = NULL;
	http->started_ns = session->now_ns;
	http->is_last =
	    !http->request.keeps_alive || ++http->request_count == request_max;
	http->reply.answer = HTTP_UNANSWERED;
	session->native->format = result_format_at(0);
	session->native->has_identity = false; /* AUTH is for one request */
	session->settings.is_read_only_held = false;
	session->native->writer.has_time = false;
	if (http->has_id)
		activity_set_request(&session->activity, STR(""));
	http->has_id = false;
	http->has_full_errors = false;
	arena_reset(&http->arena);
}

/* A head: what is asked for, and whether it may be. */
static enum step
take_head(struct session *session)
{
	struct http_door *http = session->native->http;
	int status;

	begin_request(session);
	if (http_guard_host(&http->request, false,
		session->settings.server->http_allowed_hosts,
		&session->err) != 0)
		return refuse(session, 421);
	status = http_route_find(&http->request, &http->arena, &http->route,
	    &http->parameter, &session->err);
	if (status != 0)
		return refuse(session, status);
	if (http->route->is_open)
		return tell(session);
	if (http->route->action == HTTP_BECOME_WEBSOCKET) {
		http->stage = HTTP_UPGRADING;
		return STEP_DONE;
	}
	status = check_command(session);
	if (status == 0 && http->route->action == HTTP_APPEND)
		status = begin_append(session);
	else if (status == 0)
		status = limit_command(session);
	if (status != 0)
		return refuse(session, status);
	if (http->request.expects_continue) {
		http_put_continue(session_out(session));
		session_flush(session);
	}
	http->stage =
	    http->route->action == HTTP_APPEND ? HTTP_APPENDING : HTTP_TAKING;
	return STEP_DONE;
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
		begin_request(session);
	http_end_patience(session);
	buf_release(&http->body);
	http_events_free(http->events);
	http->events = NULL;
	http_give_up(session, http->request.status);
	return http_answered(session);
}

/* ---- WebSocket ---- */

/* Whoever the head names is the connection's user; it need name nobody. */
static enum step
identify(struct session *session)
{
	struct native_request request;
	struct native_basic space;
	enum step step = STEP_DONE;

	http_know_request(session, str_of("", 0), &space, &request);
	if (request.proof != NATIVE_NO_PROOF)
		step = native_identify(session, &request);
	crypto_wipe(&space, sizeof(space));
	return step;
}

/* The session goes on without HTTP, with what has come behind the head. */
static enum step
go_over(struct session *session, struct str answer)
{
	if (!websocket_take_over(session)) {
		(void)session_out_of_memory(session);
		return refuse(session, 503);
	}
	free_state(session);
	if (session->native->has_begun)
		session_begin_idle(session);
	buf_put_str(session_out(session), answer);
	session_flush(session);
	return STEP_DONE;
}

static enum step
upgrade(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step step = STEP_DONE;
	struct buf answer;
	int status;

	/* Replies to what came before are of HTTP. */
	if (!session_is_quiet(session))
		return session_wait(session, WAIT_QUIET, STEP_AGAIN);
	buf_init(&answer);
	status =
	    websocket_answer(session, &http->request, &answer, &session->err);
	if (status == 0 && answer.failed) {
		(void)session_out_of_memory(session);
		status = 503;
	}
	if (status == 0)
		step = identify(session);
	if (step == STEP_FAIL)
		status = session->err.code == STELE_E_OUT_OF_MEMORY
		    ? 503
		    : http_not_let_in(session);
	if (status != 0)
		step = refuse(session, status);
	else if (step == STEP_DONE)
		step = go_over(session, buf_str(&answer));
	buf_release(&answer);
	return step;
}

/* ---- commands ---- */

/* REPLAY "type" FOR "context" SINCE "time" LIMIT n */
static int
put_replay(struct session *session, struct buf *text)
{
	struct http_door *http = session->native->http;
	struct str query = http->request.query, name, value;
	struct str type = { 0 }, since = { 0 }, limit = { 0 };
	int rc;

	while ((rc = http_query_next(&query, &http->arena, &name, &value,
		    &session->err)) == 1) {
		if (str_equal(name, STR("type")))
			type = value;
		else if (str_equal(name, STR("since")))
			since = value;
		else if (str_equal(name, STR("limit")))
			limit = value;
		else if (!str_equal(name, STR("format")) &&
		    !str_equal(name, STR("times")) &&
		    !str_equal(name, STR("dictionaries")))
			return error_set(&session->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "parameter \"%.*s\" is not known", STR_FMT(name));
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < limit.len; i++)
		if (limit.data[i] < '0' || limit.data[i] > '9')
			return error_set(&session->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "limit \"%.*s\" is no number", STR_FMT(limit));
	buf_put_cstr(text, "REPLAY ");
	if (type.len > 0)
		json_put_string(text, type);
	buf_put_cstr(text, " FOR ");
	json_put_string(text, http->parameter);
	if (since.len > 0) {
		buf_put_cstr(text, " SINCE ");
		json_put_string(text, since);
	}
	if (limit.len > 0)
		buf_printf(text, " LIMIT %.*s", STR_FMT(limit));
	return 0;
}

/* The text of the body, or of the path, to that of a statement. */
static int
put_statement(struct session *session, struct buf *text)
{
	struct http_door *http = session->native->http;

	if (http->route->action == HTTP_REPLAY)
		return put_replay(session, text);
	if (http->route->action == HTTP_RUN_JSON)
		return json_command_put(text, buf_str(&http->body),
		    &session->err);
	http_metrics_put_query(text);
	return 0;
}

static enum step
translate(struct session *session)
{
	struct http_door *http = session->native->http;
	struct buf text;
	int rc;

	buf_init_charged(&text, &session->server->memory);
	rc = put_statement(session, &text);
	if (rc == 0 && text.failed) {
		(void)session_out_of_memory(session);
		rc = session->err.code;
	}
	buf_release(&http->raw);
	http->raw = http->body;
	http->body = text;
	if (rc == 0)
		return STEP_DONE;
	buf_release(&http->body);
	http_answer_error(session, rc == STELE_E_OUT_OF_MEMORY ? 503 : 400);
	return http_answered(session);
}

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
		return translate(session);
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
		return take_head(session);
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

/* All that has come is taken, up to what is enough; then what it allows. */
static enum step
append(struct session *session)
{
	struct http_door *http = session->native->http;
	enum step step = STEP_DONE, taken = STEP_DONE;

	while (taken == STEP_DONE && session->conn != NULL &&
	    http->stage == HTTP_APPENDING &&
	    http->request.state != HTTP_BEYOND &&
	    !http_events_has_enough(session))
		taken = next_event(session);
	if (http->stage != HTTP_APPENDING || session->conn == NULL)
		return taken;
	if (taken == STEP_FAIL)
		return taken;
	step = http_events_step(session);
	if (session->conn == NULL || !http_events_is_over(session))
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
		return upgrade(session);
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
