/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_target.h -- what a request of HTTP is about: the parts of its target, and
 * of the authority that it is for (RFC 9112, 3.2; RFC 3986).
 *
 * A path is split at its slashes before its escapes are read, so that a context
 * may have a slash in its name: /v1/contexts/a%2Fb/events.  Dots are names like
 * others: there is no file behind a path.
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct arena;
struct error;

struct http_target {
	bool has_authority; /* then it counts, and not the field "host" */
	struct str authority;
	struct str path;  /* begins with '/', or is "*" */
	struct str query; /* without '?' */
};

/*
 * "/path?query", "http://host:port/path?query" or "*".  The parts borrow from
 * `target`.  STELE_E_PROTOCOL_VIOLATION for others, and for escapes that are
 * none.
 */
MUST_USE int http_target_parse(struct str target, struct http_target *out,
    struct error *err);

/*
 * The next segment of a path: *rest begins with the '/' before it.  False at the
 * end.  As it is written.
 */
bool http_path_next(struct str *rest, struct str *segment);

/* Where '+' stands for a space. */
enum http_escapes {
	HTTP_IN_PATH,
	HTTP_IN_QUERY,
};

/*
 * What is written with escapes; borrowed where there are none, else in the arena.
 * STELE_E_PROTOCOL_VIOLATION for a wrong escape, a NUL, or what is no UTF-8.
 */
MUST_USE int http_unescape(struct str text, enum http_escapes kind,
    struct arena *arena, struct str *out, struct error *err);

/*
 * The next name=value of a query, which *query loses; unescaped.  A name without
 * '=' has an empty value.  1, 0 at the end, or as http_unescape().
 */
MUST_USE int http_query_next(struct str *query, struct arena *arena,
    struct str *name, struct str *value, struct error *err);

/*
 * "host:port" to its parts: an address of IPv6 without its brackets; *port is 0
 * if there is none.  STELE_E_PROTOCOL_VIOLATION for what cannot be one.
 */
MUST_USE int http_authority_parse(struct str authority, struct str *host,
    uint16_t *port, struct error *err);
