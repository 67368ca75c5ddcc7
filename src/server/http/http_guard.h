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
 * 0, or STELE_E_INSUFFICIENT_PRIVILEGE: a page of another site has sent it.
 */
MUST_USE int http_guard_origin(const struct http_request *request, bool is_tls,
    struct error *err);

/*
 * For requests that are let in by where they come from, not by what they prove:
 * 0, or STELE_E_INSUFFICIENT_PRIVILEGE unless the host is an address or
 * localhost.
 */
MUST_USE int http_guard_host(const struct http_request *request,
    struct error *err);
