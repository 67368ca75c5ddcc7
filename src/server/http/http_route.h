/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_route.h -- what the HTTP door has: one table of paths and methods.
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "wire/http_request.h"

struct arena;
struct error;

/* What becomes of a request. */
enum http_action {
	HTTP_RUN_TEXT, /* the body is a command */
	HTTP_RUN_JSON, /* the body is a command as a JSON object */
	HTTP_REPLAY,   /* of the context in braces */
	HTTP_APPEND,   /* the body is events, a line each */
	HTTP_MEASURE,  /* the server's own numbers */
	HTTP_TELL_ALIVE,
	HTTP_TELL_READY,
	HTTP_TELL_ROUTES,
	HTTP_SERVE_CONSOLE,    /* one of its files */
	HTTP_BECOME_WEBSOCKET, /* what follows the request is frames */
	/* what the door answers itself once it knows who asks: http_user.c */
	HTTP_TELL_SESSION,
	HTTP_GIVE_TOKEN,
	HTTP_END_TOKEN,
	HTTP_CANCEL,
};

struct http_route {
	const char *path; /* a segment in braces stands for any */
	enum http_request_method method;
	enum http_action action;
	/* Nobody is asked who he is, and no right is needed. */
	bool is_open;
};

/* Whether the door answers it itself once it knows who asks. */
bool http_route_is_known(const struct http_route *route);

/* Route `i` from 0, NULL behind the last. */
const struct http_route *http_route_at(uint32_t i);

/*
 * The route of a request; HEAD of what is open is GET without a body.  Returns 0; 404 or 405 if
 * there is no such path, or not with this method.  *parameter is what stands
 * for the segment in braces, without escapes: borrowed or in the arena; 400 for
 * one that cannot be read.
 */
MUST_USE int http_route_find(const struct http_request *request,
    struct arena *arena, const struct http_route **out, struct str *parameter,
    struct error *err);

/* The methods that the path has: for 405's field "allow". */
void http_route_allow(const struct http_request *request, struct buf *out);
