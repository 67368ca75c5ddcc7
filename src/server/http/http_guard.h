/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_guard.h -- whether a request comes from whom it seems to come from, when
 * a browser sends it.
 *
 * A page of any site can make a browser send a request to any address that the
 * browser reaches, this machine's own among them.  The browser says so in
 * "origin" and "sec-fetch-site", which no page can forge.  A page can also have
 * its own name resolved to our address (DNS rebinding): then origin and host are
 * the same, but the host is a name that nobody has given us.
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"

struct error;
struct http_request;

/*
 * 0, or STELE_E_INSUFFICIENT_PRIVILEGE: a page of another site has sent it, and
 * none of those in `allowed` (http_allowed_origins).
 */
MUST_USE int http_guard_origin(const struct http_request *request, bool is_tls,
    const char *allowed, struct error *err);

/*
 * Whether the host is this server: 0, or STELE_E_INSUFFICIENT_PRIVILEGE, for
 * which the answer is 421, unless it is an address, localhost, or one of
 * `allowed` (http_allowed_hosts).  If that is empty, any will do but for requests
 * that are let in by where they come from (is_trusted), not by what they prove.
 */
MUST_USE int http_guard_host(const struct http_request *request,
    bool is_trusted, const char *allowed, struct error *err);
