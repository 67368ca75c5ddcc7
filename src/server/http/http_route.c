/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_route.c -- see http_route.h.
 *
 * GET changes nothing (promise S5): whatever runs a command that may change
 * something is POST, or comes in the messages of a WebSocket.
 */
#include "server/http/http_route.h"

#include "common/error.h"
#include "server/http/console.h"
#include "wire/http_target.h"

static const struct http_route routes[] = {
	{ "/command", HTTP_METHOD_POST, HTTP_RUN_TEXT, false },
	{ "/healthz", HTTP_METHOD_GET, HTTP_TELL_ALIVE, true },
	{ "/json-command", HTTP_METHOD_POST, HTTP_RUN_JSON, false },
	{ "/metrics", HTTP_METHOD_GET, HTTP_MEASURE, false },
	{ "/openapi.json", HTTP_METHOD_GET, HTTP_TELL_ROUTES, true },
	{ "/readyz", HTTP_METHOD_GET, HTTP_TELL_READY, true },
	{ "/v1/cancel", HTTP_METHOD_POST, HTTP_CANCEL, false },
	{ "/v1/contexts/{id}/events", HTTP_METHOD_GET, HTTP_REPLAY, false },
	{ "/v1/events", HTTP_METHOD_POST, HTTP_APPEND, false },
	{ "/v1/session", HTTP_METHOD_GET, HTTP_TELL_SESSION, false },
	{ "/v1/token", HTTP_METHOD_DELETE, HTTP_END_TOKEN, false },
	{ "/v1/token", HTTP_METHOD_POST, HTTP_GIVE_TOKEN, false },
	{ "/ws", HTTP_METHOD_GET, HTTP_BECOME_WEBSOCKET, false },
};

/* Of whatever files the console has; they are no part of the description. */
static const struct http_route console_route = { "/", HTTP_METHOD_GET,
	HTTP_SERVE_CONSOLE, true };

const struct http_route *
http_route_at(uint32_t i)
{
	return i < ARRAY_LEN(routes) ? &routes[i] : NULL;
}

bool
http_route_is_known(const struct http_route *route)
{
	return route->action == HTTP_TELL_SESSION ||
	    route->action == HTTP_GIVE_TOKEN ||
	    route->action == HTTP_END_TOKEN || route->action == HTTP_CANCEL;
}

static bool
is_parameter(struct str segment)
{
	return segment.len > 1 && segment.data[0] == '{';
}

/* Whether the path is the route's; *parameter as it is written. */
static bool
is_path(const struct http_route *route, struct str path, struct str *parameter)
{
	struct str own = str_of_cstr(route->path);
	struct str segment, own_segment;

	*parameter = str_of(NULL, 0);
	while (http_path_next(&own, &own_segment)) {
		if (!http_path_next(&path, &segment))
			return false;
		if (is_parameter(own_segment))
			*parameter = segment;
		else if (!str_equal(segment, own_segment))
			return false;
	}
	return path.len == 0;
}

static bool
has_method(const struct http_route *route, enum http_request_method method)
{
	/* The length of rows is not known before they are read. */
	return route->method == method ||
	    (route->is_open && method == HTTP_METHOD_HEAD);
}

int
http_route_find(const struct http_request *request, struct arena *arena,
    const struct http_route **out, struct str *parameter, struct error *err)
{
	bool is_there = false;

	*out = NULL;
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!is_path(&routes[i], request->path, parameter))
			continue;
		is_there = true;
		if (!has_method(&routes[i], request->method))
			continue;
		*out = &routes[i];
		if (http_unescape(*parameter, HTTP_IN_PATH, arena, parameter,
			err) != 0)
			return 400;
		return 0;
	}
	if (console_has_path(request->path)) {
		is_there = true;
		if (has_method(&console_route, request->method)) {
			*out = &console_route;
			return 0;
		}
	}
	if (is_there) {
		(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "Method Not Allowed");
		return 405;
	}
	(void)error_set(err, STELE_E_UNDEFINED_OBJECT, "Not Found");
	return 404;
}

/* HEAD is GET without a body: see has_method(). */
static const char *
method_names(const struct http_route *route)
{
	if (route->method == HTTP_METHOD_POST)
		return "POST";
	if (route->method == HTTP_METHOD_DELETE)
		return "DELETE";
	return route->is_open ? "GET, HEAD" : "GET";
}

void
http_route_allow(const struct http_request *request, struct buf *out)
{
	struct str ignored;
	uint32_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!is_path(&routes[i], request->path, &ignored))
			continue;
		if (count++ > 0)
			buf_put_cstr(out, ", ");
		buf_put_cstr(out, method_names(&routes[i]));
	}
	if (count == 0)
		buf_put_cstr(out, method_names(&console_route));
}
