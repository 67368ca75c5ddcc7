/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_who.c -- who a request is from: of its fields, or of its command.
 */
#include "server/http/http_private.h"

#include "common/crypto.h"
#include "server/http/http_route.h"
#include "server/login/native_headers.h"
#include "server/session_private.h"

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
