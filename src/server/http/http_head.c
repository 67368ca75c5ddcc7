/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_head.c -- the head of a request: what is asked for, in which form, and
 * whether it may be.
 */
#include "server/http/http_private.h"

#include "common/crypto.h"
#include "server/http/http_console.h"
#include "server/http/http_events.h"
#include "server/http/http_gate.h"
#include "server/http/http_guard.h"
#include "server/http/http_metrics.h"
#include "server/http/http_openapi.h"
#include "server/http/http_route.h"
#include "server/login/native_headers.h"
#include "server/session_private.h"
#include "wire/http_accept.h"
#include "wire/http_reply.h"
#include "wire/http_target.h"

/* The body of a command by which nobody has been let in yet. */
#define UNPROVEN_BODY_MAX ((uint64_t)1 << 20)
/* The body of what http_user.c answers. */
#define USER_BODY_MAX ((uint64_t)16 << 10)

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

void
http_begin_request(struct session *session)
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

enum step
http_take_head(struct session *session)
{
	struct http_door *http = session->native->http;
	int status;

	http_begin_request(session);
	if (http_guard_host(&http->request, false,
		session->settings.server->http_allowed_hosts,
		&session->err) != 0)
		return http_refuse(session, 421);
	status = http_route_find(&http->request, &http->arena, &http->route,
	    &http->parameter, &session->err);
	if (status != 0)
		return http_refuse(session, status);
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
		return http_refuse(session, status);
	if (http->request.expects_continue) {
		http_put_continue(session_out(session));
		session_flush(session);
	}
	http->stage =
	    http->route->action == HTTP_APPEND ? HTTP_APPENDING : HTTP_TAKING;
	return STEP_DONE;
}
