/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_translate.c -- requests that are no text of a statement, as one.
 */
#include "server/http/http_private.h"

#include "common/json.h"
#include "server/http/http_metrics.h"
#include "server/http/http_route.h"
#include "server/http/json_command.h"
#include "server/session_private.h"
#include "wire/http_target.h"

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

enum step
http_translate(struct session *session)
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
